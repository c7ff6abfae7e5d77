"""Table for statisticians: rows, values of the result files, and the data dictionary."""

import csv
import json
import shutil

import pytest
from small_study import write_small_study
from SpineDCELib.cohort.observations import dictionary, observations, write_observations
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import Settings, changed

SETTINGS = changed(
    Settings(), concentration={"T1_source": "fixed", "T10": 0.8}, aif={"source": "mask"}
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return the folder of an analysis."""
    folder = tmp_path_factory.mktemp("results")
    study = write_small_study(folder / "study")
    inputs = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))
    analyse(inputs, SETTINGS, folder / "out", cached=False)
    return folder / "out"


@pytest.fixture
def compared(results, tmp_path):
    """Return a folder as a comparison writes it, with the same numbers at both visits."""
    for place in ("before", "after"):
        shutil.copytree(results, tmp_path / place)
        ratios = [
            "lesion,reference,parameter,ratio [1],95% low [1],95% high [1],mode",
            "label 1,label 2,vp,2.5,2.0,3.0,T1 map",
            "label 1,L5,vp,9.5,9.0,9.9,T1 map",
        ]
        (tmp_path / place / "normalised.csv").write_text("\n".join(ratios) + "\n")
    change = {"percent": -50.0, "low": -60.0, "high": -40.0}
    record = {
        "visits": [{"date": "20260312"}, {"date": "2026-06-01"}],
        "lesions": [
            {"name": "label 1", "call": {"verdict": "response"}, "changes": {"vp": change}}
        ],
    }
    (tmp_path / "comparison.json").write_text(json.dumps(record))
    return tmp_path


def read(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_a_single_visit_has_a_row_per_region_with_the_numbers_of_its_table(results):
    rows = observations("sub-01", results)
    with (results / "measurements.csv").open() as file:
        known = {row["region"]: row for row in csv.DictReader(file)}
    assert [row["region"] for row in rows] == ["label 1", "label 2"]
    for row in rows:
        assert (row["participant_id"], row["visit"]) == ("sub-01", "single")
        assert row["vp_median"] == known[row["region"]]["vp median [fraction]"]
        assert row["Ktrans_Q3"] == known[row["region"]]["Ktrans Q3 [1/min]"]
        assert len(row["settings"]) == 16


def test_another_setting_gives_another_digest(results, tmp_path):
    shutil.copytree(results, tmp_path / "b")
    record = json.loads((results / "provenance.json").read_text())
    record["settings"]["fit"]["shift"] = 4.0
    (tmp_path / "b" / "provenance.json").write_text(json.dumps(record))
    one, two = observations("a", results), observations("b", tmp_path / "b")
    assert one[0]["settings"] != two[0]["settings"]


def test_two_visits_have_dates_and_the_follow_up_visit_the_change(compared):
    rows = {(row["visit"], row["region"]): row for row in observations("sub-01", compared)}
    assert len(rows) == 4
    before, after = rows["baseline", "label 1"], rows["follow-up", "label 1"]
    assert (before["date"], after["date"]) == ("2026-03-12", "2026-06-01")
    assert after["change_vp"] == -50.0
    assert (after["change_vp_low"], after["change_vp_high"]) == (-60.0, -40.0)
    assert after["call"] == "response"
    assert "call" not in before
    assert "call" not in rows["follow-up", "label 2"]


def test_the_chosen_reference_counts(compared):
    row = observations("sub-01", compared)[0]
    assert (row["reference"], row["normalised_vp"]) == ("label 2", "2.5")


def test_the_dictionary_explains_every_column_and_no_other(compared, tmp_path):
    write_observations(tmp_path, {"sub-01": compared, "sub-02": tmp_path / "none"})
    rows = read(tmp_path / "observations.tsv")
    words = json.loads((tmp_path / "observations.json").read_text(encoding="utf-8"))
    assert list(words) == list(rows[0]) == list(dictionary())
    assert len(rows) == 4
    assert all(one["Description"] for one in words.values())
    for row in rows:
        for name, cell in row.items():
            if "Units" in words[name]:
                assert cell == "n/a" or float(cell) == float(cell)
            if "Levels" in words[name] and cell:
                assert cell in words[name]["Levels"]
    assert words["Ktrans_mean"]["Units"] == "1/min"
    assert words["longest_mm"]["Units"] == "mm"
