"""Visits of a patient, found in folders and sorted by date."""

from dataclasses import replace

import pytest
from small_study import write_small_study
from SpineDCELib.errors import InputError
from SpineDCELib.run import patient_visits
from SpineDCELib.run.patient_visits import inputs_of_folder, visits_of_patient
from SpineDCELib.settings import Settings


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    root = tmp_path_factory.mktemp("patient")
    for name in ("2026-06-30 late", "2026-03-12", "nothing"):
        (root / name).mkdir()
        if name != "nothing":
            write_small_study(root / name)
    return root


def test_folders_with_a_dynamic_series_are_visits_in_the_order_of_their_dates(patient):
    found = visits_of_patient(patient, Settings())
    assert [one.name for one in found] == ["2026-03-12", "2026-06-30 late"]
    assert [one.date for one in found] == ["20260312", "20260630"]


def test_a_given_date_replaces_that_of_the_files(patient):
    dates = {"2026-03-12": "20270101"}
    assert [one.date for one in visits_of_patient(patient, Settings(), dates=dates)] == [
        "20260630",
        "20270101",
    ]
    with pytest.raises(InputError) as error:
        visits_of_patient(patient, Settings(), dates={"other": "20270101"})
    assert error.value.code == "no_such_visit"


def test_the_folder_of_several_patients_is_no_course(patient, monkeypatch):
    names = iter("ABAB")
    found = patient_visits._of_folder
    monkeypatch.setattr(
        patient_visits, "_of_folder",
        lambda *place: (one := found(*place)) and replace(one, patient=next(names)),
    )  # fmt: skip
    assert len(visits_of_patient(patient, Settings())) == 2
    with pytest.raises(InputError, match="holds studies of 2 patients") as error:
        visits_of_patient(patient, Settings(), one_patient=True)
    assert error.value.code == "several_patients"


def test_the_progress_over_the_folders_of_a_patient_does_not_go_back(patient):
    seen = []
    visits_of_patient(patient, Settings(), progress=lambda share, _text: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] > 0.5


def test_a_single_visit_and_a_visit_without_a_date_are_refused(tmp_path):
    write_small_study(tmp_path / "first")
    with pytest.raises(InputError) as error:
        visits_of_patient(tmp_path, Settings())
    assert error.value.code == "one_visit"
    assert "holds only one visit with a dynamic series" in str(error.value)
    write_small_study(tmp_path / "second", noise=1.0)
    with pytest.raises(InputError) as error:
        visits_of_patient(tmp_path, Settings())
    assert (error.value.code, error.value.fields) == ("no_date", ("course.date",))


def test_regions_and_outlines_for_size_lie_in_the_folder_of_a_visit(tmp_path):
    for name in ("dicom/a", "truth/rois.seg.nrrd", "size lesion.seg.nrrd"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = inputs_of_folder(tmp_path)
    assert found.study == str(tmp_path / "dicom")
    assert found.roi == (str(tmp_path / "truth/rois.seg.nrrd"),)
    assert found.size == (str(tmp_path / "size lesion.seg.nrrd"),)
