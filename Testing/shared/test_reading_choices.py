"""Dynamic series in pieces and displaced frames, as a person chooses to read them in a window."""

from dataclasses import replace

import numpy as np
import pytest
from mrml.scenes import new_scene
from series.dicom_layouts import FRAMES, TIMES, oblique_affine, truth, write_in_two, written
from series.test_series_in_pieces import displace
from SpineDCELib.errors import InputError
from SpineDCELib.series import dynamic_choices, scan_study

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import (
    choice_facts,
    choice_lines,
    choice_title,
    open_images,
    reading_of,
    reading_settings,
)

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")


def opened(folder, choice):
    reading = reading_of(choice)
    session = Session(new_scene())
    images = open_images(folder, reading_settings(reading))
    return session, session.open("baseline", images, study=folder, reading=reading)


def correct(session, visit, values):
    job = session.correct(visit, values)
    job.finish(job.run())


def test_pieces_are_offered_alone_and_joined(tmp_path):
    times = write_in_two(tmp_path)
    first, second, joined = dynamic_choices(scan_study(tmp_path))
    assert [first.series, second.series] == [1, 2]
    assert {joined.series, *joined.joined} == {1, 2}
    np.testing.assert_allclose(joined.times, times)
    assert choice_title(joined).startswith("1 + 2 joined.")
    assert choice_facts(joined) == "12 frames of 8 × 10 × 4, every 5.5 s, with a pause of 46 s"
    assert choice_facts(first) == "5 frames of 8 × 10 × 4, every 5.0 s"


def test_series_of_several_days_or_patients_say_whose_they_are(tmp_path):
    write_in_two(tmp_path)
    choices = dynamic_choices(scan_study(tmp_path))
    assert choice_lines(choices) == [choice_facts(c) for c in choices]
    two = [replace(choices[0], patient="One", date="20210302"),
           replace(choices[1], patient="One", date="20210518")]  # fmt: skip
    facts = [choice_facts(c) for c in two]
    assert choice_lines(two) == [f"One, 2 March 2021: {facts[0]}", f"One, 18 May 2021: {facts[1]}"]


def test_runs_that_cannot_be_ordered_are_not_offered_joined(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b", series_number=6, FA=12.0)
    assert [c.joined for c in dynamic_choices(scan_study(tmp_path))] == [(), ()]


def test_joining_an_open_study_is_one_choice_that_can_be_undone_and_saved(tmp_path):
    times = write_in_two(tmp_path)
    _first, second, joined = dynamic_choices(scan_study(tmp_path))
    session, visit = opened(tmp_path, second)
    offered = visit.analysis.study.choices
    assert choice_title(offered.used) == choice_title(second)
    session.choose(visit, {"reading.excluded_frames": (2,)})
    correct(session, visit, reading_of(offered.dynamic[-1]))
    study = visit.analysis.study
    np.testing.assert_allclose(study.dynamic.times, times)
    np.testing.assert_array_equal(study.dynamic.signal, truth())
    assert choice_title(study.choices.used) == choice_title(joined)
    assert visit.sequence.GetNumberOfDataNodes() == FRAMES
    # Numbers of frames would mean others.
    assert visit.settings.reading.excluded_frames is None
    [saved] = session.saved()
    again = open_images(tmp_path, reading_settings(saved=saved))
    assert again.dynamic.source.checksum == study.dynamic.source.checksum
    session.undo()
    assert visit.analysis.study.dynamic.n_frames == FRAMES - 5
    assert visit.settings.reading.excluded_frames == (2,)
    session.redo()
    assert visit.analysis.study.dynamic.n_frames == FRAMES


@pytest.mark.parametrize("way", ["same_slice", "resample"])
def test_displaced_frames_of_an_open_study_are_taken_by_a_choice(tmp_path, way):
    displace(tmp_path, 0.6)
    [choice] = dynamic_choices(scan_study(tmp_path))
    session, visit = opened(tmp_path, choice)
    assert visit.analysis.study.dynamic.n_frames == FRAMES - 3
    said = f"Frames 1, 2, 3 of {FRAMES}: displaced by 3 mm from the others"
    assert visit.analysis.study.choices.displaced == said
    correct(session, visit, {"reading.displaced": way})
    dynamic = visit.analysis.study.dynamic
    np.testing.assert_allclose(dynamic.times, TIMES)
    assert (way == "same_slice") == bool((dynamic.signal == truth()).all())
    assert visit.analysis.study.choices.displaced == said  # so that the choice can be taken back
    session.undo()
    assert visit.analysis.study.dynamic.n_frames == FRAMES - 3


def test_displaced_frames_of_a_piece_are_found_when_it_is_joined(tmp_path):
    times = write_in_two(tmp_path, displaced=1)
    *_, joined = dynamic_choices(scan_study(tmp_path))
    session, visit = opened(tmp_path, joined)
    assert "Frame 1 of 12" in visit.analysis.study.choices.displaced
    correct(session, visit, {"reading.displaced": "same_slice"})
    np.testing.assert_allclose(visit.analysis.study.dynamic.times, times)
    np.testing.assert_array_equal(visit.analysis.study.dynamic.signal, truth())


def test_a_series_on_another_grid_is_opened_as_another_study(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b", series_number=6, affine=oblique(7.0))
    one, other = dynamic_choices(scan_study(tmp_path))
    session, visit = opened(tmp_path, one)
    analysis = visit.analysis
    correct(session, visit, reading_of(other))
    assert visit.analysis is not analysis
    assert visit.settings.reading.series == other.series
    assert visit.study_path == tmp_path
    assert not session.history.undo_text


def oblique(shift):
    affine = oblique_affine()
    affine[:3, 3] += shift
    return affine


def test_a_series_that_cannot_be_read_changes_nothing(tmp_path):
    write_in_two(tmp_path)
    first, *_ = dynamic_choices(scan_study(tmp_path))
    session, visit = opened(tmp_path, first)
    study = visit.analysis.study
    job = session.correct(visit, {"reading.series": 9})
    with pytest.raises(InputError) as caught:
        job.run()
    assert caught.value.code == "no_such_series"
    assert visit.analysis.study is study


def test_a_number_in_the_list_is_told_from_the_scanners(tmp_path):
    """A folder with two studies has two series with one number of the scanner."""
    written(tmp_path / "a", series_number=9)
    written(tmp_path / "b", series_number=9, FA=12.0)
    titles = [choice_title(c) for c in dynamic_choices(scan_study(tmp_path))]
    assert [title[:3] for title in titles] == ["1. ", "2. "]
    assert all(title.endswith("(the scanner’s series 9)") for title in titles)
    assert (
        choice_title(replace(dynamic_choices(scan_study(tmp_path))[0], own_number=1))
        == (titles[0].partition(" (")[0])
    )
