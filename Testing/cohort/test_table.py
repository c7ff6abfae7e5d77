"""Tables of cohorts: every way to write them, and every way to be wrong."""

import numpy as np
import pytest
from SpineDCELib.cohort import read_cohort
from SpineDCELib.errors import InputError

HEAD = "patient,group,age,sex,change_vp,change_area\n"
ROWS = "A,persistent disease,60,F,12.5,3\nB,response,70,M,-80,-20\nC,response,50,M,,−5\n"


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_become_groups_and_quantities(tmp_path):
    table = read_cohort(written(tmp_path / "t.csv", HEAD + ROWS))
    assert table.patients == ("A", "B", "C")
    assert table.names == ("response", "persistent disease")
    assert table.positive.tolist() == [True, False, False]
    np.testing.assert_array_equal(table.quantities["change_vp"], [12.5, -80, np.nan])
    np.testing.assert_array_equal(table.quantities["change_area"], [3, -20, -5])
    assert table.people == {"age": ("60", "70", "50"), "sex": ("F", "M", "M")}
    assert table.notes == ("change_vp: 1 patients have no value.",)


@pytest.mark.parametrize(
    "text",
    [
        (HEAD + ROWS).replace(",", "\t"),
        # As a spreadsheet writes it where the comma is the decimal sign.
        "\ufeff" + (HEAD + ROWS).replace(",", ";").replace("12.5", "12,5"),
        "participant_id,Outcome,age,sex,Δ vp [%],delta area\n" + ROWS.replace(",,", ",n/a,"),
    ],
)
def test_separators_decimal_commas_and_headings(tmp_path, text):
    table = read_cohort(written(tmp_path / "t.csv", text))
    vp, area = table.quantities.values()
    np.testing.assert_array_equal(vp, [12.5, -80, np.nan])
    np.testing.assert_array_equal(area, [3, -20, -5])


def test_named_quantities_groups_in_a_table_of_their_own_and_another_positive_word(tmp_path):
    values = written(tmp_path / "v.csv", "patient,x\nA,1\nB,2\nC,3\n")
    groups = written(tmp_path / "g.csv", "patient,group\nB,failure\nsub-A,success\nC,n/a\n")
    table = read_cohort(values, groups=groups, positive="fail", quantities=["x"])
    assert table.patients == ("A", "B")
    assert table.positive.tolist() == [False, True]
    assert "C" in table.notes[0]


def test_an_empty_group_and_repeated_patients_are_said(tmp_path):
    table = read_cohort(written(tmp_path / "t.csv", HEAD + ROWS.replace("A,pers", "B,pers")))
    assert "B have several rows" in table.notes[0]
    only = read_cohort(written(tmp_path / "t.csv", HEAD + "".join(ROWS.splitlines(True)[1:])))
    assert "No patient is in the group 'persistent'" in only.notes[0]
    assert not only.positive.any()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows"),
        (HEAD, "no rows"),
        ("name,group,change_vp\nA,response,1\n", "column 'patient'"),
        ("patient,change_vp\nA,1\n", "--groups"),
        ("patient,group,vp\nA,response,1\n", "--quantity"),
        ("patient,group,change_vp\nA,response,high\n", "'change_vp' of A is 'high'"),
        ("patient,group,change_vp\nA,response,inf\n", "no number"),
        ("patient,group,change_vp\nA,n/a,1\n", "No patient"),
        ("patient,group,change_vp\nA,good,1\nB,fair,1\nC,persistent,2\n", "must be one"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read_cohort(written(tmp_path / "t.csv", text))


def test_other_refusals(tmp_path):
    table = written(tmp_path / "t.csv", HEAD + ROWS)
    with pytest.raises(InputError, match="no column 'change_ve'"):
        read_cohort(table, quantities=["change_ve"])
    with pytest.raises(InputError, match="does not exist"):
        read_cohort(tmp_path / "nothing")
    with pytest.raises(InputError, match="neither participants"):
        read_cohort(tmp_path)
    with pytest.raises(InputError, match="names none of the patients"):
        read_cohort(table, groups=written(tmp_path / "g.csv", "patient,group\nX,response\n"))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="cannot be read"):
        read_cohort(tmp_path / "binary.csv")
