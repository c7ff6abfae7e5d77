"""Every field of the form through the session: it reads back equal, in the visits it belongs to."""

import dataclasses

import pytest
from mrml.scenes import new_scene
from small_study import write_small_study
from SpineDCELib.errors import InputError
from SpineDCELib.settings import settings_fields, value_at, with_values

from SpineDCEWidget.shared.formatting import left_out
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.steps import WRONG, _studied, _study
from SpineDCEWidget.shared.study_opening import open_images

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

#: Values that no rule makes up.
OTHER = {
    "reading.joined": (2, 3),
    "reading.excluded_frames": (7, 12),
    "reading.frame_times": tuple(5.0 * i for i in range(60)),
    "concentration.signal": "difference",
    "fit.shifts": {"Lesion": 2.5},
}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    series = write_small_study(tmp_path_factory.mktemp("study")).series
    made = Session(new_scene())
    for name in ("baseline", "follow-up"):
        made.open(name, open_images(series), study=series)
    return made


def other(field, present):
    if field.path in OTHER:
        return OTHER[field.path]
    if field.kind == "switch":
        return not present
    if field.kind == "choice":
        return next(c for c in field.choices if c not in (present, None))
    number = field.low + (field.high - field.low) / 4
    return round(number) + 1 if field.kind == "count" else number


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_a_field_reads_back_equal_is_exported_and_undone(session, field):
    baseline, follow_up = session.pair
    present = value_at(baseline.settings, field.path)
    if field.kind == "count" and field.low is None:
        field = dataclasses.replace(field, low=0, high=8)
    value = other(field, present)
    session.choose(baseline, {field.path: value})
    assert value_at(baseline.settings, field.path) == value
    expected = present if field.scope == "visit" else value
    assert value_at(follow_up.settings, field.path) == expected
    # What the analysis uses is what is saved and exported.
    saved = session.saved()[0].choices["settings"]
    group, _, name = field.path.partition(".")
    for part in (group, *name.split(".")):
        saved = saved[part]
    assert (tuple(saved) if isinstance(value, tuple) else saved) == value
    changed = "Baseline" if field.scope == "visit" else "Baseline, Follow-up"
    assert session.history.undo_text == f"Change {field.label} ({changed})"
    session.undo()
    assert value_at(baseline.settings, field.path) == present
    assert value_at(follow_up.settings, field.path) == present


def test_corrections_reach_the_images_and_can_be_taken_back(session):
    baseline, follow_up = session.pair
    read = baseline.analysis.study.dynamic.times.copy()
    session.choose(baseline, {"reading.field_strength": 3.0})
    assert baseline.analysis.study.dynamic.acquisition.field_strength == 3.0
    assert follow_up.analysis.study.dynamic.acquisition.field_strength != 3.0
    job = session.correct(baseline, {"reading.frame_times": tuple(2 * read)})
    job.finish(job.run())
    assert baseline.analysis.study.dynamic.times[1] == 2 * read[1]
    before = session.state
    with pytest.raises(InputError) as raised:
        session.choose(baseline, {"reading.frame_times": (3.0,) * len(read)})
    assert raised.value.code == "frame_times_not_rising"
    assert raised.value.fields == ("reading.frame_interval",)
    assert session.state.visits["baseline"] is before.visits["baseline"]
    session.undo()
    session.undo()
    assert (baseline.analysis.study.dynamic.times == read).all()
    assert baseline.analysis.study.dynamic.acquisition.field_strength != 3.0


def test_an_impossible_value_changes_nothing(session):
    baseline, _follow_up = session.pair
    before = session.state
    with pytest.raises(InputError):
        session.choose(baseline, {"aif.Hct": 7.0, "reading.TR": 0.01})
    assert session.state.visits == before.visits


def test_frames_that_are_left_out_are_named_and_one_that_is_none_is_refused(session):
    baseline, follow_up = session.pair
    frames = baseline.analysis.study.dynamic.n_frames
    before = session.state
    with pytest.raises(InputError) as raised:
        session.choose(baseline, {"reading.excluded_frames": (frames + 1,)})
    assert raised.value.code == "no_such_frame"
    assert session.state.visits == before.visits
    session.choose(baseline, {"reading.excluded_frames": (10, 11)})
    assert f"{frames} frames" in _study(baseline)
    assert _study(baseline).endswith(", 2 left out")
    assert not left_out(follow_up)
    times = baseline.analysis.study.dynamic.times
    assert baseline.frame_in_view(15) == (15, times[15])
    assert baseline.frame_in_view(1000) == (frames - 1, times[-1])
    session.undo()


def test_a_saved_frame_number_that_is_no_frame_takes_the_tick_of_step_1(session, monkeypatch):
    baseline, _follow_up = session.pair
    wrong = with_values(baseline.settings, {"reading.excluded_frames": (400,)})
    monkeypatch.setattr(type(baseline), "settings", wrong)
    mark, reason = _studied([baseline])
    assert mark == WRONG
    assert "Frame 400 cannot be excluded" in reason


def test_a_corrected_flip_angle_makes_a_drawn_aorta_out_of_date(session):
    baseline, _follow_up = session.pair
    mask = baseline.analysis.study.dynamic.signal[0] > -1
    mask[..., 1:] = False
    session.load_regions(baseline, {"Aorta": mask}, {"Aorta": "aorta"})
    session.choose(baseline, {"aif.source": "mask", "concentration.T10": 0.8,
                              "concentration.signal": "absolute", "fit.shift": 0.0})  # fmt: skip
    session.compute(baseline)
    peak = baseline.analysis.aif().Cp.max()
    assert baseline.is_current
    session.choose(baseline, {"reading.FA": 30.0})
    assert not baseline.is_current
    with pytest.raises(InputError) as raised:
        session.export("nowhere")
    assert raised.value.code == "out_of_date"
    assert abs(baseline.analysis.aif().Cp.max() / peak - 1) > 0.05
    for _step in range(3):
        session.undo()
    assert not baseline.analysis.regions
