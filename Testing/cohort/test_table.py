"""Cohort tables: accepted notations, and errors."""

import numpy as np
import pytest
from SpineDCELib.cohort import read_cohort
from SpineDCELib.cohort.comparison_folder import read_changes
from SpineDCELib.errors import InputError

HEAD = "patient,group,age,sex,change_vp,change_area\n"
ROWS = "A,persistent disease,60,F,12.5,3\nB,response,70,M,-80,-20\nC,response,50,M,,−5\n"


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_as_groups_and_quantities(tmp_path):
    table = read_cohort(written(tmp_path / "t.csv", HEAD + ROWS))
    assert table.patients == ("A", "B", "C")
    assert table.names == ("response", "persistent disease")
    assert table.positive.tolist() == [True, False, False]
    np.testing.assert_array_equal(table.quantities["change_vp"], [12.5, -80, np.nan])
    np.testing.assert_array_equal(table.quantities["change_area"], [3, -20, -5])
    assert table.demographics == {"age": ("60", "70", "50"), "sex": ("F", "M", "M")}
    assert table.notes == ("Patients without a value of change_vp: 1.",)


@pytest.mark.parametrize(
    "text",
    [
        (HEAD + ROWS).replace(",", "\t"),
        # As written by a spreadsheet with the comma as decimal sign.
        "\ufeff" + (HEAD + ROWS).replace(",", ";").replace("12.5", "12,5"),
        "participant_id,Outcome,age,sex,Δ vp [%],delta area\n" + ROWS.replace(",,", ",n/a,"),
    ],
)
def test_separators_decimal_commas_and_headings_are_recognised(tmp_path, text):
    table = read_cohort(written(tmp_path / "t.csv", text))
    vp, area = table.quantities.values()
    np.testing.assert_array_equal(vp, [12.5, -80, np.nan])
    np.testing.assert_array_equal(area, [3, -20, -5])


def test_quantities_groups_and_positive_group_can_be_given(tmp_path):
    values = written(tmp_path / "v.csv", "patient,x\nA,1\nB,2\nC,3\n")
    groups = written(tmp_path / "g.csv", "patient,group\nB,failure\nsub-A,success\nC,n/a\n")
    table = read_cohort(values, groups=groups, positive="fail", quantities=["x"])
    assert table.patients == ("A", "B")
    assert table.positive.tolist() == [False, True]
    assert "C" in table.notes[0]


def test_notes_name_empty_groups_and_repeated_patients(tmp_path):
    table = read_cohort(written(tmp_path / "t.csv", HEAD + ROWS.replace("A,pers", "B,pers")))
    assert "several rows: B." in table.notes[0]
    only = read_cohort(written(tmp_path / "t.csv", HEAD + "".join(ROWS.splitlines(True)[1:])))
    assert "No patient is in the group 'persistent'" in only.notes[0]
    assert not only.positive.any()


@pytest.mark.parametrize(
    ("text", "code", "fields"),
    [
        ("", "empty_table", ()),
        (HEAD, "empty_table", ()),
        ("name,group,change_vp\nA,response,1\n", "column_missing", ()),
        ("patient,change_vp\nA,1\n", "no_groups", ("cohort.groups",)),
        ("patient,group,vp\nA,response,1\n", "no_quantities", ("cohort.quantity",)),
        ("patient,group,change_vp\nA,response,high\n", "not_a_number", ()),
        ("patient,group,change_vp\nA,response,inf\n", "not_a_number", ()),
        ("patient,group,change_vp\nA,n/a,1\n", "empty_groups", ()),
        (
            "patient,group,change_vp\nA,good,1\nB,fair,1\nC,persistent,2\n",
            "several_groups",
            ("cohort.positive",),
        ),
    ],
)
def test_errors_in_a_table_have_a_code_and_fields(tmp_path, text, code, fields):
    with pytest.raises(InputError) as caught:
        read_cohort(written(tmp_path / "t.csv", text))
    assert (caught.value.code, caught.value.fields) == (code, fields)


def code_of(*args, **kwargs):
    with pytest.raises(InputError) as caught:
        read_cohort(*args, **kwargs)
    return caught.value.code


def test_other_errors_have_a_code(tmp_path):
    table = written(tmp_path / "t.csv", HEAD + ROWS)
    assert code_of(table, quantities=["change_ve"]) == "column_missing"
    assert code_of(tmp_path / "nothing") == "not_found"
    assert code_of(tmp_path) == "no_results"
    others = written(tmp_path / "g.csv", "patient,group\nX,response\n")
    assert code_of(table, groups=others) == "patients_differ"
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    assert code_of(tmp_path / "binary.csv") == "unreadable_table"


@pytest.mark.parametrize("order", [1, -1])
def test_the_change_of_a_comparison_is_that_of_its_call(tmp_path, order):
    """Where there is vp per volume of tissue, the call is based on it."""
    rows = ["L,normalised vp_voxel,1,8.8,1.1,-87.5", "L,normalised vp,1,9.2,2.3,-75"][::order]
    head = "lesion,quantity,unit,before,after,change [%]"
    written(tmp_path / "comparison.csv", "\n".join([head, *rows]))
    assert read_changes(tmp_path) == {"vp_before": 8.8, "vp_after": 1.1, "change_vp": -87.5}
    written(tmp_path / "comparison.csv", "\n".join([head, "L,normalised vp,1,9.2,2.3,-75"]))
    assert read_changes(tmp_path)["change_vp"] == -75
