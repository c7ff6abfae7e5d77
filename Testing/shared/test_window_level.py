"""Window and level: what a drag and a preset give, and that they stay with their series."""

import numpy as np
import pytest
from mrml.scenes import new_scene, with_anatomy
from small_study import write_small_study
from SpineDCELib.mrml.grey_values import GreyValues

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images
from SpineDCEWidget.shared.window_level import (
    DRAG,
    PRESETS,
    apply_preset,
    dragged,
    dragged_top,
    set_window,
    toggle_inverse,
    window_of,
    window_text,
)

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

CHOSEN = GreyValues(100.0, 400.0)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return with_anatomy(
        open_images(write_small_study(tmp_path_factory.mktemp("study"), noise=20.0).series)
    )


@pytest.fixture
def session(images):
    session = Session(new_scene())
    session.open("baseline", images)
    session.open("follow-up", images)
    return session


def test_right_widens_the_window_and_up_brightens():
    wider = dragged(CHOSEN, DRAG, 0)
    assert (wider.window, wider.level) == pytest.approx((600, 250))
    assert dragged(CHOSEN, -DRAG, 0).window == pytest.approx(150)
    brighter = dragged(CHOSEN, 0, DRAG / 2)
    assert (brighter.window, brighter.level) == pytest.approx((300, 100))
    inverse = dragged(CHOSEN._replace(inverse=True), 0, DRAG / 2)
    assert inverse.level == pytest.approx(400), "a higher level brightens where black is high"
    assert dragged(CHOSEN, -1e5, 0).window > 0
    assert dragged_top(8.0, DRAG, 0) == pytest.approx(16)
    assert dragged_top(8.0, 0, DRAG) == pytest.approx(4)


@pytest.mark.parametrize("use", ["anatomy", "frame"])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_spreads_the_grey_values_between_its_percentiles(session, images, use, preset):
    visit = session.visit("baseline")
    apply_preset(visit, use, preset)
    array = images.dynamic.signal if use == "frame" else images.anatomy.array
    low, high = np.percentile(array, PRESETS[preset].percentiles)
    found = window_of(visit, use)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-4)


def test_each_series_and_visit_has_its_own_window(session):
    baseline, follow_up = session.pair
    others = [window_of(baseline, "frame"), window_of(follow_up, "anatomy")]
    set_window(baseline, "anatomy", CHOSEN)
    toggle_inverse(baseline, "anatomy")
    assert window_of(baseline, "anatomy") == CHOSEN._replace(inverse=True)
    assert window_text(baseline, "anatomy") == "W 300  L 250  inverse"
    assert [window_of(baseline, "frame"), window_of(follow_up, "anatomy")] == others
    apply_preset(baseline, "anatomy", "full")
    assert window_of(baseline, "anatomy").inverse
    apply_preset(baseline, "anatomy", "reset")
    assert not window_of(baseline, "anatomy").inverse


def test_a_window_stays_with_its_images_and_in_the_scene(session, images, tmp_path_factory):
    visit = session.visit("baseline")
    fitting = window_of(visit, "frame")
    set_window(visit, "frame", CHOSEN._replace(inverse=True))
    session.open("baseline", images)
    again = Session(session.scene).visit("baseline")
    assert window_of(again, "frame") == CHOSEN._replace(inverse=True)
    other = write_small_study(
        tmp_path_factory.mktemp("other"), edit=lambda signal: 2 * signal
    ).series
    session.open("baseline", open_images(other))
    found = window_of(session.visit("baseline"), "frame")
    assert found.high == pytest.approx(2 * fitting.high, rel=0.1)
    assert not found.inverse


@pytest.mark.parametrize("damaged", [[1], {"frame": "x"}, {"frame": [5, 1, 0]}, {"frame": [0, 1]}])
def test_a_damaged_record_is_not_used(session, images, damaged):
    visit = session.visit("baseline")
    fitting = window_of(visit, "frame")
    visit.nodes.keep("grey values", damaged)
    session.open("baseline", images)
    assert window_of(visit, "frame") == fitting
