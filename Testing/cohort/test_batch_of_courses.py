"""A batch of patients with three and four visits: results, tables, resumption."""

import csv
import shutil

import pytest
from SpineDCELib.cli import main
from SpineDCELib.cohort.batch import MARK
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.cohort.time_to_event import read_followed
from SpineDCELib.phantom import write_courses

pytestmark = pytest.mark.long
QUICK = ["--shift", "auto", "--flip-runs", "0", "--export", "none", "--workers", "0"]


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """A patient with three visits, and one with four, the third of which has no regions."""
    root = tmp_path_factory.mktemp("patients")
    three = write_courses(root / "three", 3, only=["response"], size="quick")["response"]
    four = write_courses(root / "four", 4, only=["recurrence"], size="quick")["recurrence"]
    folder = root / "all"
    folder.mkdir()
    three.rename(folder / "P1")
    four.rename(folder / "P 2")
    shutil.rmtree(folder / "P 2" / "visit-3" / "truth")
    return folder


@pytest.fixture(scope="module")
def out(patients, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "set"
    assert main(["batch", str(patients), "-o", str(folder), *QUICK]) == 0
    return folder


def tsv(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_a_folder_with_dated_visits_is_a_course(patients):
    found = {study.name: study for study in read_studies(patients)}
    assert [len(found[name].course) for name in ("P1", "P 2")] == [3, 4]
    assert list(found["P 2"].folders.values()) == ["visit-1", "visit-2", "visit-3", "visit-4"]


def test_a_table_names_the_folders_of_patients(patients, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(f"patient,group,course\nA,response,{patients / 'P1'}\n", encoding="utf-8")
    [study] = read_studies(table)
    assert (study.name, len(study.course), study.demographics) == ("A", 3, {"group": "response"})


def test_every_visit_has_its_maps_and_every_call_its_row(out):
    for label, count in (("P1", 3), ("P2", 4)):
        for place in range(1, count + 1):
            assert (out / "results" / label / f"visit-{place}" / "vp.nrrd").is_file()
            perf = out / f"sub-{label}" / f"ses-visit{place}" / "perf"
            assert (perf / f"sub-{label}_ses-visit{place}_vpmap.nii.gz").is_file()
    calls = tsv(out / "courses.tsv")
    of = {(row["participant_id"], row["visit"]): row["status"] for row in calls}
    assert of["sub-P1", "2"] == "consistent with response"
    assert of["sub-P2", "3"] == "recurring"
    assert len(calls) == 7
    people = {row["participant_id"]: row for row in tsv(out / "participants.tsv")}
    assert people["sub-P2"]["visits"] == "4"
    assert float(people["sub-P1"]["vp_visit1"]) > float(people["sub-P1"]["vp_visit3"])
    lesions = [row for row in tsv(out / "observations.tsv") if row["role"] == "lesion"]
    assert [row["visit"] for row in lesions if row["participant_id"] == "sub-P1"] == [
        "baseline", "follow-up 1", "follow-up 2",
    ]  # fmt: skip
    assert {row["status"] for row in lesions} >= {"baseline", "recurring"}


def test_the_table_of_recurrences_is_read_by_the_survival_command(out):
    table = read_followed(out / "recurrence.tsv")
    assert dict(zip(table.patients, table.event, strict=True)) == {"sub-P1": False, "sub-P2": True}
    # From the first follow-up visit to the visit of the recurrence, or to the last one.
    assert sorted(table.time) == [75.0, 75.0]
    assert (table.change < -40).all()


def test_the_table_of_the_trend_counts_from_the_first_follow_up(out):
    rows = tsv(out / "trend.tsv")
    days = {(row["patient"], row["visit"]): int(row["days"]) for row in rows}
    assert days == {
        ("sub-P1", "2"): 0, ("sub-P1", "3"): 75,
        ("sub-P2", "2"): 0, ("sub-P2", "3"): 75, ("sub-P2", "4"): 150,
    }  # fmt: skip
    assert all(float(row["normalised_vp"]) > 0 for row in rows)


def test_finished_patients_are_kept_and_a_changed_one_is_followed_again(patients, out, capsys):
    before = {p.parent.name: p.stat().st_mtime_ns for p in (out / "results").rglob(MARK)}
    shutil.rmtree(out / "results" / "P1" / "visit-2")
    capsys.readouterr()
    assert main(["batch", str(patients), "-o", str(out), *QUICK]) == 0
    said = capsys.readouterr().out
    assert "1 done" in said
    assert "1 kept" in said
    after = {p.parent.name: p.stat().st_mtime_ns for p in (out / "results").rglob(MARK)}
    assert after["P2"] == before["P2"]
    assert after["P1"] > before["P1"]
    assert (out / "results" / "P1" / "visit-2" / "vp.nrrd").is_file()
