"""Other series of a study: which are offered, where they lie, and what a scene keeps of them."""

import numpy as np
import pytest
from network.tiny_study import write_tiny_study
from series.extra_series import AFFINE, add_series
from SpineDCELib.run.other_series import other_series

pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")

from SpineDCELib.mrml.scene_bundles import new_scene
from SpineDCELib.mrml.volume_nodes import array_of, geometry_of
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.shown_series import USE, OtherSeries, reaches, series_text
from SpineDCEWidget.shared.study_opening import open_images
from SpineDCEWidget.shared.window_level import window_of


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


def test_a_caption_names_the_series_and_the_plane_that_it_was_acquired_in(opened):
    session, visit, series = opened
    dynamic = visit.analysis.study.dynamic.acquisition.description
    assert series_text(visit, "map", "") == (dynamic or "")
    title = series.titles()[0]
    job = series.reading_job(visit, title)
    job.finish(job.run(lambda *_: None))
    node = visit.nodes.get(USE + title)
    turned = vtkMatrix4x4()
    visit.frame.GetIJKToRASDirectionMatrix(turned)
    node.SetIJKToRASDirectionMatrix(turned)
    assert series_text(visit, "series", title) == title
    slices = visit.analysis.study.dynamic.geometry.shape[0]
    assert all(reaches(visit.frame, visit, index) for index in range(slices))
    moved = [[node.GetOrigin()[i] for i in range(3)], visit.frame.GetOrigin()]
    # Its first slice lies at the dynamic series' last one.
    normal = [turned.GetElement(row, 2) for row in range(3)]
    thick = visit.frame.GetSpacing()[2]
    node.SetOrigin(*(moved[1][i] + normal[i] * thick * (slices - 1) for i in range(3)))
    assert [reaches(node, visit, index) for index in (0, slices - 1)] == [False, True]
    node.SetOrigin(*moved[0])
    for row in range(3):
        columns = [turned.GetElement(row, column) for column in range(3)]
        for column, value in enumerate((*columns[1:], columns[0])):
            turned.SetElement(row, column, value)
    node.SetIJKToRASDirectionMatrix(turned)
    said = series_text(visit, "series", title)
    assert said.startswith(f"{title} (")
    assert "series, reformatted to" in said
    session.close()
