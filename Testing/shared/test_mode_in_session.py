"""One mode for all open visits: a visit without a T1 map puts the others into the muscle mode."""

from dataclasses import replace

import muscle_scenes as scenes
import pytest
from mrml.scenes import new_scene

from SpineDCEWidget.shared.session import Session

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


def test_a_visit_without_flip_angles_puts_both_into_the_muscle_mode():
    session = Session(new_scene())
    known = scenes.study(flip_angles=True)
    unknown = replace(known, flip_angles=None)
    baseline = session.open("baseline", known)
    assert baseline.analysis.mode == "vfa"
    follow_up = session.open("follow-up", unknown)
    assert [visit.analysis.mode for visit in (baseline, follow_up)] == ["muscle", "muscle"]
    # The choice is the program's, so it ends with its cause.
    assert session.common.concentration.T1_source is None
    session.close_visit(follow_up)
    assert baseline.analysis.mode == "vfa"


def test_a_source_that_the_user_chose_is_kept():
    session = Session(new_scene())
    known = scenes.study(flip_angles=True)
    baseline = session.open("baseline", known)
    session.choose(baseline, {"concentration.T1_source": "vfa"})
    session.open("follow-up", replace(known, flip_angles=None))
    assert baseline.analysis.T1_source == "vfa"
