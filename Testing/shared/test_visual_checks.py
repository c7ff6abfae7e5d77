"""Checks by eye: frames with and without motion correction, and one visit over the other."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from mrml.scenes import new_scene, with_anatomy
from small_study import write_small_study
from SpineDCELib.compare.registration import Registration
from SpineDCELib.mrml.volume_nodes import array_of, geometry_of, ras_of
from SpineDCELib.series import Geometry, Volume

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

from SpineDCEWidget.shared import linked_places, visual_checks
from SpineDCEWidget.shared.cursor_values import value_text
from SpineDCEWidget.shared.session import SHOWN_VISITS, Session
from SpineDCEWidget.shared.study_opening import open_images
from SpineDCEWidget.shared.visual_checks import (
    CHECKERBOARD,
    CORRECTED,
    FLICKER,
    MOTION,
    OTHER,
    OVERLAY,
    SQUARES,
    checked_volumes,
    corrected_frame,
    forget_checks,
    motion_text,
    obstacle,
    other_text,
    show_corrected,
    show_other,
)
from SpineDCEWidget.shared.window_level import dragged, set_window, window_of

BASELINE, FOLLOW_UP = SHOWN_VISITS
#: Motion of the patient from the baseline visit to the follow-up, LPS mm.
MOVED = np.array([0.0, 6.0, -3.0])


def _anatomy(moved: np.ndarray) -> Volume:
    """Return an image whose value is known at every place: a ramp along A–P in the patient."""
    geometry = Geometry.from_parts((12, 80, 70), (1.5, 1.5, 4.0), (-50.0, -60.0, -20.0), np.eye(3))
    rows = np.arange(80) * 1.5 - 60.0 - moved[1]
    array = np.broadcast_to((1000 + 2 * rows)[None, :, None], geometry.shape)
    return Volume(np.array(array, np.float32), geometry)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return with_anatomy(open_images(write_small_study(tmp_path_factory.mktemp("study")).series))


@pytest.fixture
def pair(images):
    session = Session(new_scene())
    for name, moved in ((BASELINE, np.zeros(3)), (FOLLOW_UP, MOVED)):
        anatomy = replace(images.anatomy, array=_anatomy(moved).array,
                          geometry=_anatomy(moved).geometry)  # fmt: skip
        session.open(name, replace(images, anatomy=anatomy))
    return session, *session.visits


@pytest.fixture
def registered(monkeypatch):
    """Let the vertebrae of the follow-up visit be registered with those at baseline."""
    matrix = np.eye(4)
    matrix[:3, 3] = -MOVED
    for module in (linked_places, visual_checks):
        monkeypatch.setattr(module, "registration_of", lambda _: Registration(matrix, 0.87))


@pytest.mark.parametrize("number", [0, 1])
def test_the_other_visit_lies_on_the_same_anatomy_by_the_registration(pair, registered, number):
    session, *visits = pair
    visit, other = visits[number], visits[1 - number]
    show_other(session, visit, other, OVERLAY)
    node = visit.nodes.get(OTHER)
    assert array_of(node).base is not None
    assert node.GetImageData() is other.background.GetImageData(), "nothing is copied"
    own = geometry_of(visit.background)
    for voxel in ((3, 20, 30), (6, 50, 12)):
        ras = ras_of(voxel, own)
        mine = value_text(visit, visit.background, ras)
        theirs = value_text(visit, node, ras)
        assert theirs == f"{other.label}: {mine}"
    assert "correlation 0.87" in other_text(session, visit, other, OVERLAY)
    # In its own views the other visit stays where it is.
    np.testing.assert_allclose(geometry_of(other.background).affine, own.affine)


def test_without_a_registration_the_coordinates_of_the_scanner_count_and_the_view_says_so(pair):
    session, visit, other = pair
    show_other(session, visit, other, FLICKER)
    np.testing.assert_allclose(
        geometry_of(visit.nodes.get(OTHER)).affine, geometry_of(other.background).affine
    )
    assert "scanner coordinates" in other_text(session, visit, other, FLICKER)


def test_every_second_square_shows_the_other_visit_and_the_rest_is_transparent(pair, registered):
    session, visit, other = pair
    show_other(session, visit, other, CHECKERBOARD)
    node = visit.nodes.get(SQUARES)
    array, display = array_of(node), node.GetDisplayNode()
    assert display.GetApplyThreshold()
    shown = array >= display.GetLowerThreshold()
    shown[[0, -1]] = shown[5]  # the other image has moved out of one of them
    assert 0.4 < shown[:, 8:-8].mean() < 0.6
    assert np.all(shown == shown[5]), "the squares go through all slices"
    # The anatomy is continuous, so the squares hold what this visit shows there.
    own = array_of(visit.background)
    inside = shown.copy()
    inside[:, :8] = inside[:, -8:] = False
    inside[[0, -1]] = False
    np.testing.assert_allclose(array[inside], own[inside], atol=0.5)
    # About 30 mm wide: 105 mm across and 120 mm along hold 4 × 4 of them, and a rest.
    changes = [int((np.diff(shown[5].astype(int), axis=a) != 0).any(1 - a).sum()) for a in (0, 1)]
    assert all(3 <= n <= 4 for n in changes)
    # It is made once, until image or place change.
    before = node.GetImageData().GetMTime()
    show_other(session, visit, other, CHECKERBOARD)
    assert node.GetImageData().GetMTime() == before
    assert checked_volumes(visit, "T1", CHECKERBOARD, 0) == (visit.background, node)
    assert checked_volumes(visit, "frame", CHECKERBOARD, 0) is None


def test_window_and_level_are_those_of_the_visit_whose_image_it_is(pair):
    session, visit, other = pair
    show_other(session, visit, other, CHECKERBOARD)
    set_window(other, "anatomy", dragged(window_of(other, "anatomy"), 60, 20))
    visual_checks.follow_windows(visit, other)
    for use in (OTHER, SQUARES):
        assert window_of(visit, use)[:2] == pytest.approx(window_of(other, "anatomy")[:2])
    forget_checks([visit, other])
    assert not list(visit.nodes.uses("check."))


def _corrected(visit, moved, *, excluded=()):
    """Return a visit that is like another one, with its motion corrected."""
    dynamic = visit.needed().study.dynamic
    kept = [i for i in range(dynamic.n_frames) if i + 1 not in excluded]
    corrected = replace(dynamic, signal=dynamic.signal[kept] + 7, times=dynamic.times[kept])
    displacement = np.zeros((1, len(kept), 3))
    displacement[0, :, 1] = np.asarray(moved)[kept]
    analysis = SimpleNamespace(
        study=visit.needed().study,
        images=replace(visit.needed().study, dynamic=corrected, displacement=displacement),
    )
    settings = visit.settings
    preprocessing = replace(
        settings.preprocessing, motion=replace(settings.preprocessing.motion, on=True)
    )
    reading = replace(settings.reading, excluded_frames=tuple(excluded) or None)
    return SimpleNamespace(
        settings=replace(settings, preprocessing=preprocessing, reading=reading),
        needed=lambda: analysis, is_preprocessed=True, nodes=visit.nodes,
    )  # fmt: skip


def test_a_corrected_frame_is_found_although_others_are_left_out(pair):
    _session, visit, _other = pair
    signal = visit.needed().study.dynamic.signal
    moved = np.arange(len(signal)) / 10
    fake = _corrected(visit, moved, excluded=(3, 5))
    array, far = corrected_frame(fake, 10)
    np.testing.assert_allclose(array, signal[10] + 7)
    assert far == pytest.approx(1.0)
    assert corrected_frame(fake, 4) is None
    assert "not corrected" in motion_text(fake, 4, corrected=True)
    assert motion_text(fake, 10, corrected=True).endswith("moved by 1.0 mm")
    assert motion_text(fake, 10, corrected=False) == "without motion correction"
    show_corrected(fake, 10)
    np.testing.assert_allclose(array_of(visit.nodes.get(CORRECTED)), signal[10] + 7)
    assert window_of(visit, CORRECTED)[:2] == pytest.approx(window_of(visit, "frame")[:2])
    node = visit.nodes.get(CORRECTED)
    show_corrected(fake, 11)
    assert visit.nodes.get(CORRECTED) is node
    np.testing.assert_allclose(array_of(node), signal[11] + 7)
    assert corrected_frame(visit, 10) is None, "motion is not corrected"


def test_a_check_that_is_not_possible_says_why(pair):
    session, visit, _other = pair
    assert obstacle(session, OVERLAY) == ""
    assert "Correct motion" in obstacle(session, MOTION)
    session.choose(visit, {"preprocessing.motion.on": True})
    assert "Compute the maps" in obstacle(session, MOTION)
    session.close_visit(session.visits[1])
    assert "both visits" in obstacle(session, FLICKER)
    session.close()
    assert "Open a study" in obstacle(session, MOTION)
