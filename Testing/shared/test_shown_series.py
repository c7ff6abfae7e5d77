"""Other series of a study: which are offered, where they lie, and what a scene keeps of them."""

from datetime import datetime

import numpy as np
import pydicom
import pytest
from network.tiny_study import write_tiny_study
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter
from SpineDCELib.run.other_series import other_series
from SpineDCELib.series import Geometry

pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")

from SpineDCELib.mrml.scene_bundles import new_scene
from SpineDCELib.mrml.volume_nodes import array_of, geometry_of

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.shown_series import USE, OtherSeries
from SpineDCEWidget.shared.study_opening import open_images
from SpineDCEWidget.shared.window_level import window_of

AFFINE = np.diag([3.0, 0.8, 0.8, 1.0])
AFFINE[:3, 3] = (-7.0, 1.0, 2.0)


def add_series(
    folder, number, description, *, patient="TINY-1", day="2026-03-12", value=100, like=None
):
    """Write a series of one volume on a grid of its own into a tiny study, or that of a file."""
    name = "Test^Patient"
    if like is not None:
        head = pydicom.dcmread(like, stop_before_pixels=True)
        name, patient = str(head.PatientName), head.PatientID
        day = f"{head.StudyDate[:4]}-{head.StudyDate[4:6]}-{head.StudyDate[6:]}"
    exam = Examination(
        name, patient, "F", datetime(1960, 5, 4), 70.0,
        datetime.fromisoformat(f"{day}T10:30:00"), "MR spine perfusion", ("tiny", patient, day),
    )  # fmt: skip
    series = Series(number, description, 100.0, 60.0, 3.0, 0.1, 90.0, sequence="SE",
                    three_dimensional=False, echo_train=16)  # fmt: skip
    voxels = np.arange(4 * 12 * 10, dtype=np.uint16).reshape(4, 12, 10) + value
    SeriesWriter(folder / f"{number}-{patient}", exam, series, Geometry((4, 12, 10), AFFINE)).write(
        voxels, window=(500, 1000)
    )
    return voxels


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = write_tiny_study(tmp_path_factory.mktemp("study")).folder
    add_series(folder, 7, "t2 tse sag: 4 mm")
    add_series(folder, 8, "stir sag", value=500)
    add_series(folder, 9, "stir sag", value=900)
    add_series(folder, 7, "t2 tse sag", patient="ANOTHER")
    return folder


@pytest.fixture
def opened(study):
    session = Session(new_scene())
    visit = session.open("baseline", open_images(study), study=study)
    series = OtherSeries(session)
    job = series.search_job(visit)
    job.finish(job.run(lambda *_: None))
    return session, visit, series


def test_series_of_the_same_patient_are_offered_but_for_those_in_use(study):
    assert list(other_series(study)) == ["t2 tse sag: 4 mm", "stir sag (8)", "stir sag (9)"]


def test_a_series_lies_where_its_geometry_says_with_grey_values_of_its_own(opened):
    session, visit, series = opened
    assert series.titles() == ["t2 tse sag  4 mm", "stir sag (8)", "stir sag (9)"]
    assert series.search_job(visit) is None, "it was looked at"
    title = series.titles()[0]
    assert not series.lacks(visit, title)
    [other] = series.to_read(title)
    job = series.reading_job(other, title)
    job.finish(job.run(lambda *_: None))
    assert series.to_read(title) == []
    node = visit.nodes.get(USE + title)
    np.testing.assert_allclose(geometry_of(node).affine, AFFINE, atol=1e-6)
    assert array_of(node).shape == (4, 12, 10)
    assert array_of(node)[0, 0, 1] == 101
    assert 90 < window_of(visit, USE + title).low < 120
    assert window_of(visit, "anatomy").low != window_of(visit, USE + title).low
    session.close()
    assert series.titles() == []


def test_a_visit_without_such_a_series_is_told(opened):
    _session, visit, series = opened
    assert series.lacks(visit, "CT spine")
    assert series.to_read("CT spine") == []
