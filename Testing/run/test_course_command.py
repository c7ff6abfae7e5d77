"""`spinedce course` on digital patients: recurrence, regions carried over, files, two visits."""

import csv
import json
import re
import shutil

import pydicom
import pytest
from dose_files import write_dose
from SpineDCELib.cli import main
from SpineDCELib.phantom.phantom_course import write_courses
from SpineDCELib.series import read_segmentation
from SpineDCELib.vocabulary.region_roles import TRACKING_TAG

pytestmark = pytest.mark.long
OPTIONS = ["--shift", "auto", "--flip-runs", "0"]


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    """Three visits; only the first two have regions."""
    root = write_courses(tmp_path_factory.mktemp("courses"), 3, only=["recurrence"], size="quick")
    folder = root["recurrence"]
    for file in (folder / "visit-3" / "truth").glob("*.seg.nrrd"):
        file.rename(file.with_suffix(".kept"))
    return folder


@pytest.fixture(scope="module")
def out(patient):
    folder = patient.parent / "out"
    event = "2021-03-14=radiation: 24 Gy"
    first = pydicom.dcmread(next((patient / "visit-1" / "dicom").rglob("*.dcm")))
    dose = write_dose(
        patient.parent / "dose.dcm",
        gy=lambda x, y, z: 24.0 + 0 * x,
        origin=(-60.0, -150.0, -80.0),
        frame=first.FrameOfReferenceUID,
    )
    given = ["-o", str(folder), "--event", event, "--export", "report,dicom", *OPTIONS]
    given += ["--rt-dose", str(dose)]
    assert main(["course", str(patient), *given]) == 0
    return folder


def test_the_recurrence_is_found_at_its_visit(out):
    with (out / "calls.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["baseline", "consistent with response", "recurring"]
    assert [row["region"] for row in rows] == ["drawn", "drawn", "carried over"]
    assert [row["days"] for row in rows] == ["0", "75", "150"]


def test_carried_regions_lie_where_the_truth_is(patient, out, tmp_path):
    carried = read_segmentation(out / "visit-3" / "carried_over.seg.nrrd").masks["Lesion"]
    [kept] = (patient / "visit-3" / "truth").glob("rois*.kept")
    true = read_segmentation(shutil.copy(kept, tmp_path / "rois.seg.nrrd")).masks["Lesion"]
    assert 2 * (carried & true).sum() / (carried.sum() + true.sum()) >= 0.85


def test_a_lesion_has_one_tracking_uid_at_all_visits(out):
    record = json.loads((out / "course.json").read_text(encoding="utf-8"))
    [lesion] = record["lesions"]
    for place in (1, 2, 3):
        regions = pydicom.dcmread(out / f"visit-{place}" / "dicom" / "regions.dcm")
        found = {s.SegmentLabel: s.TrackingUID for s in regions.SegmentSequence}
        assert found["Lesion"] == lesion["tracking UID"]


def test_the_interval_of_the_change_holds_the_truth_at_every_visit(patient, out):
    truth = json.loads((patient / "truth.json").read_text(encoding="utf-8"))["normalised_vp"]
    record = json.loads((out / "course.json").read_text(encoding="utf-8"))
    for point in record["lesions"][0]["points"][1:]:
        change = 100 * (truth[point["visit"] - 1] / truth[0] - 1)
        assert point["change to baseline"]["low"] < change < point["change to baseline"]["high"]
    assert "Radiation therapy, 14 March 2021" in (out / "report.html").read_text(encoding="utf-8")


def test_the_dose_is_listed_at_every_visit_and_an_irradiated_reference_warned_about(out):
    with (out / "doses.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["region"] == "Lesion"]
    assert [row["visit"] for row in rows] == ["1", "2", "3"]
    assert all(float(row["mean [Gy]"]) == pytest.approx(24.0, abs=0.01) for row in rows)
    record = json.loads((out / "course.json").read_text(encoding="utf-8"))
    warned = [w for w in record["warnings"] if "irradiated volume" in w]
    assert len(warned) == 3


def test_two_visits_print_what_compare_prints(patient, tmp_path, capsys):
    pair = tmp_path / "pair"
    pair.mkdir()
    for place in (1, 2):
        (pair / f"visit-{place}").symlink_to(patient / f"visit-{place}")
    studies = [str(patient / f"visit-{place}" / "dicom") for place in (1, 2)]
    regions = []
    for place, option in ((1, ""), (2, "-after")):
        truth = patient / f"visit-{place}" / "truth"
        regions += [f"--roi{option}", str(truth / "rois.seg.nrrd")]
        regions += [f"--size{option}", str(truth / "size.seg.nrrd")]
    assert main(["compare", *studies, "-o", str(tmp_path / "a"), *regions, *OPTIONS]) == 0
    compared = capsys.readouterr().out
    assert main(["course", str(pair), "-o", str(tmp_path / "b"), *OPTIONS]) == 0
    followed = capsys.readouterr().out
    assert followed.split("\nResults in")[0] == compared.split("\nResults in")[0]
    numbers = [
        json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["lesions"]
        for folder in (tmp_path / "a", tmp_path / "b" / "visit-2" / "comparison")
    ]
    for key in ("call", "changes", "before", "after", "size change [%]", "volumes [mm3]"):
        assert numbers[0][0][key] == numbers[1][0][key]


def test_an_anonymised_course_has_days_and_no_dates(patient, tmp_path):
    given = ["-o", str(tmp_path / "out"), "--anonymise", "--event", "2021-03-14=radiation: at St X"]
    assert main(["course", str(patient), *given, *OPTIONS]) == 0
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix in (".csv", ".json", ".html"):
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"2021-?0[357]|(March|May|July) 2021|St X|Phantom", text), file
    carried = read_segmentation(tmp_path / "out" / "visit-3" / "carried_over.seg.nrrd")
    assert not any(TRACKING_TAG in tags for tags in carried.tags.values())
    with (tmp_path / "out" / "calls.csv").open(encoding="utf-8") as file:
        assert [row["days"] for row in csv.DictReader(file)] == ["0", "75", "150"]
