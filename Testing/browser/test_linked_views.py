"""Slices, zoom and crosshair of both visits, with and without a registration."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_study import write_small_study
from SpineDCELib.compare.registration import Registration
from SpineDCELib.mrml.volume_nodes import ras_of
from SpineDCELib.series import Geometry

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.page import skip_without_browser
from trame.app import get_server
from trame_slicer.core import SlicerApp

from SpineDCEWidget.browser.slice_views import Views
from SpineDCEWidget.shared.session import SHOWN_VISITS, Session
from SpineDCEWidget.shared.slice_nodes import nearest_slice
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow

BASELINE, FOLLOW_UP = SHOWN_VISITS
#: Slices of the follow-up visit: twice as many, half as thick.
FACTOR = 2


def _finer(images):
    """The same images on a grid with thinner slices."""
    dynamic, geometry = images.dynamic, images.dynamic.geometry
    spacing = np.array(geometry.spacing) / (1, 1, FACTOR)
    shape = (geometry.shape[0] * FACTOR, *geometry.shape[1:])
    finer = Geometry.from_parts(shape, tuple(spacing), tuple(geometry.origin), geometry.direction)
    signal = np.repeat(dynamic.signal, FACTOR, axis=1)
    return replace(images, dynamic=replace(dynamic, signal=signal, geometry=finer))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    skip_without_browser()
    app = SlicerApp()
    session = Session(app.scene)
    images = open_images(write_small_study(tmp_path_factory.mktemp("study")).series)
    nothing = dict.fromkeys(
        ("clicked", "released", "pointed", "pressed", "dragged", "hovered", "moved"),
        lambda *_: None,
    )
    resized = []
    views = Views(
        app, get_server("linked", client_type="vue3"), session,
        resized=lambda: resized.append(True), **nothing,
    )  # fmt: skip
    session.open(BASELINE, images)
    session.open(FOLLOW_UP, _finer(images))
    views.set_rows(SHOWN_VISITS)
    views.fill()
    views.fit(new="all")
    yield session, views
    app.scene.Clear(True)


@pytest.fixture
def views(both):
    session, views = both
    session.comparison = None
    views.linked = True
    views.fit(new="all")
    yield views
    views.unmark()
    session.comparison = None


def _register(session, by):
    """Let the vertebrae of the follow-up visit lie some mm (LPS) away from those at baseline."""
    matrix = np.eye(4)
    matrix[:3, 3] = np.multiply(by, -1)
    session.comparison = SimpleNamespace(
        visits=[SimpleNamespace(analysis=v.analysis) for v in session.pair],
        lesions=[SimpleNamespace(registration=Registration(matrix, 0.9))],
    )


def _node(views, visit):
    return next(p.node for p in views.panes if p.row == visit)


@pytest.mark.parametrize("leader", SHOWN_VISITS)
def test_every_slice_of_a_visit_is_reached_when_linked(both, views, leader):
    session, _views = both
    other = FOLLOW_UP if leader == BASELINE else BASELINE
    geometry = session.visit(leader).analysis.study.dynamic.geometry
    shown = []
    for index in range(geometry.shape[0]):
        views.go_to_slice(index, leader)
        shown.append(views.slice_index(leader))
        # The other visit shows its slice that is nearest in the patient.
        there = session.visit(other).analysis.study.dynamic.geometry
        z = [ras_of((k, 0, 0), there)[2] for k in range(there.shape[0])]
        here = ras_of((index, 0, 0), geometry)[2]
        apart = np.abs(np.subtract(z, here))
        assert apart[views.slice_index(other)] == pytest.approx(apart.min())
    assert shown == list(range(geometry.shape[0]))


def test_linked_views_follow_the_registration(both, views):
    session, _views = both
    geometry = session.visit(FOLLOW_UP).analysis.study.dynamic.geometry
    views.go_to_slice(0, BASELINE)
    alone = views.slice_index(FOLLOW_UP)
    _register(session, (3.0, -2.0, 2 * geometry.spacing[2]))
    views.align(BASELINE)
    assert views.slice_index(FOLLOW_UP) == alone + 2
    middle = [np.array(views.middle(visit)) for visit in SHOWN_VISITS]
    np.testing.assert_allclose((middle[1] - middle[0])[:2], (-3.0, 2.0), atol=1e-6)
    # The other way round, too; and a pan is followed.
    views.go_to_slice(3, FOLLOW_UP)
    node = _node(views, FOLLOW_UP)
    x, y, z = node.GetXYZOrigin()
    node.SetXYZOrigin(x + 1.5, y, z)
    node.UpdateMatrices()
    middle = [np.array(views.middle(visit)) for visit in SHOWN_VISITS]
    np.testing.assert_allclose((middle[1] - middle[0])[:2], (-3.0, 2.0), atol=1e-6)


def test_the_crosshair_lies_on_the_same_anatomy_in_both_visits(both, views):
    session, _views = both
    _register(session, (3.0, -2.0, 4.0))
    visit = session.visit(BASELINE)
    ras = np.array(ras_of((1, 2, 3), visit.analysis.study.dynamic.geometry))
    nodes = session.scene.GetNumberOfNodes()
    views.mark(visit, tuple(ras))
    places = [np.array(node.GetNthControlPointPositionWorld(0)) for node in views.crosshairs]
    np.testing.assert_allclose(places[0], ras, atol=1e-6)
    np.testing.assert_allclose(places[1], ras + (-3.0, 2.0, 4.0), atol=1e-6)
    views.unmark()
    assert session.scene.GetNumberOfNodes() == nodes


def test_a_registration_of_other_images_is_not_followed(both, views):
    session, _views = both
    _register(session, (0.0, 0.0, 4.0))
    session.comparison.visits[0] = SimpleNamespace(analysis=SimpleNamespace(study=None))
    views.go_to_slice(0, BASELINE)
    assert views.slice_index(FOLLOW_UP) in (0, 1)


def test_a_new_size_of_the_window_keeps_slice_zoom_and_pan(views):
    fitting = _node(views, BASELINE).GetFieldOfView()[0]
    views.go_to_slice(1, BASELINE)
    node = _node(views, BASELINE)
    changing = node.StartModify()
    width, height, depth = node.GetFieldOfView()
    node.SetFieldOfView(width / 2, height / 2, depth)
    node.SetXYZOrigin(1.0, 2.0, 0.0)
    node.UpdateMatrices()
    node.EndModify(changing)
    for pane in views.panes:
        pane.view.render_window().SetSize(400, 200)
    views.fit(keep=True)
    assert node.GetXYZOrigin()[:2] == pytest.approx((1.0, 2.0))
    assert views.slice_index(BASELINE) == 1
    kept = node.GetFieldOfView()[0]
    views.fit()
    assert node.GetFieldOfView()[0] == pytest.approx(2 * kept)
    assert node.GetXYZOrigin()[:2] == pytest.approx((0.0, 0.0))
    assert views.slice_index(BASELINE) == 1
    assert node.GetFieldOfView()[0] != pytest.approx(fitting)  # the size has changed


def test_a_view_shown_alone_keeps_its_zoom_whichever_view_moves_the_slice(views):
    """The page gives the views that it hides a size of a few pixels."""
    alone = views.panes[2]
    for pane in views.panes:
        pane.view.render_window().SetSize(*((900, 500) if pane is alone else (10, 10)))
    views.fit(new="all")
    shown = alone.node.GetFieldOfView()[:2]
    for visit, index in ((BASELINE, 0), (FOLLOW_UP, 2)):  # led by a hidden view
        views.go_to_slice(index, visit)
        assert alone.node.GetFieldOfView()[:2] == pytest.approx(shown)
    changing = alone.node.StartModify()  # led by the view itself, zoomed
    width, height, depth = alone.node.GetFieldOfView()
    alone.node.SetFieldOfView(width / 2, height / 2, depth)
    alone.node.UpdateMatrices()
    alone.node.EndModify(changing)
    views.go_to_slice(1, BASELINE)
    assert alone.node.GetFieldOfView()[:2] == pytest.approx(np.divide(shown, 2))
    for pane in views.panes:
        pane.view.render_window().SetSize(300, 200)
    views.fit(keep=True)
    every = [pane.node.GetFieldOfView()[1] for pane in views.panes]
    assert every == pytest.approx([shown[1] / 2] * len(every))


def test_a_view_shown_alone_is_drawn_at_its_size_before_the_page_reports_it(
    both, views, monkeypatch
):
    """All of them again, too; without a page that has shown the views, only the page can say it."""
    shown = views.panes[1]

    def sizes():
        return [pane.view.render_window().GetSize() for pane in views.panes]

    def blocked():
        return [pane.view._is_render_blocked for pane in views.panes]

    before, values = sizes(), []
    monkeypatch.setattr(views, "_hovered", lambda: values.append(views.reading))
    views.set_rows(SHOWN_VISITS, shown.name)
    views.set_rows(SHOWN_VISITS)
    assert sizes() == before
    assert values == [None, None], "what the mouse was over before is not shown any longer"
    for pane, width in zip(views.panes, (300, 301, 300) * 2, strict=True):
        views._adapter(pane).update_size(None, {"w": width, "h": 200, "p": 2})
    views.fit(new="all")
    views.go_to_slice(2, FOLLOW_UP)
    slices = [views.slice_index(visit) for visit in SHOWN_VISITS]
    beside, field = sizes(), shown.node.GetFieldOfView()
    assert beside[1] == (602, 400)
    views.set_rows(SHOWN_VISITS, shown.name)
    assert sizes() == [beside[0], (2 * 905, 2 * 402), *beside[2:]]
    assert blocked() == [pane is not shown for pane in views.panes]
    dimensions, alone = shown.node.GetDimensions(), shown.node.GetFieldOfView()
    assert dimensions[:2] == (2 * 905, 2 * 402)
    assert alone[1] == pytest.approx(field[1])  # fitted to its height
    views.set_rows(SHOWN_VISITS, views.panes[5].name)  # another one at once
    assert sizes() == [*beside[:5], (2 * 905, 2 * 402)]
    views.set_rows(SHOWN_VISITS)
    assert sizes() == beside
    assert blocked() == [False] * len(views.panes)
    assert shown.node.GetFieldOfView() == pytest.approx(field)
    assert [views.slice_index(visit) for visit in SHOWN_VISITS] == slices
    views.set_rows([BASELINE], shown.name)
    assert sizes()[1] == (2 * 905, 2 * 200)
    views.set_rows([BASELINE])
    views.set_rows(SHOWN_VISITS)


def test_a_visit_that_is_opened_leaves_the_other_row_as_it_was(both, views):
    session, _views = both
    views.go_to_slice(0, BASELINE)
    node = _node(views, BASELINE)
    changing = node.StartModify()
    width, height, depth = node.GetFieldOfView()
    node.SetFieldOfView(width / 2, height / 2, depth)
    node.SetXYZOrigin(4.0, -3.0, 0.0)
    node.UpdateMatrices()
    node.EndModify(changing)
    seen = np.array(views.middle(BASELINE)), node.GetFieldOfView()[0]
    views.fit(new=FOLLOW_UP)
    views.follow_other(FOLLOW_UP)
    np.testing.assert_allclose(views.middle(BASELINE), seen[0], atol=1e-6)
    assert node.GetFieldOfView()[0] == pytest.approx(seen[1])
    # What is new shows the same place.
    z = [views.middle(visit)[2] for visit in SHOWN_VISITS]
    geometry = session.visit(FOLLOW_UP).analysis.study.dynamic.geometry
    assert abs(z[1] - z[0]) <= geometry.spacing[2]
    views.linked = False
    views.fit(new=FOLLOW_UP)
    views.follow_other(FOLLOW_UP)
    assert views.slice_index(FOLLOW_UP) == geometry.shape[0] // 2


def test_it_is_known_whether_a_registration_has_moved_a_view(both, views):
    session, _views = both
    views.align(BASELINE)
    assert not views.align(BASELINE)
    _register(session, (0.0, 1.0, 0.0))
    assert not views.align(BASELINE), "too little to be seen"
    _register(session, (9.0, -6.0, 0.0))
    assert views.align(BASELINE)
    assert not views.align(BASELINE)


def test_linking_again_aligns_the_slices_at_once(views):
    views.linked = False
    views.go_to_slice(0, BASELINE)
    views.go_to_slice(3, FOLLOW_UP)
    assert views.slice_index(BASELINE) == 0
    views.linked = True
    views.align(FOLLOW_UP)
    assert views.slice_index(BASELINE) == 1


@pytest.mark.parametrize("event", ["MouseMoveEvent", "MouseWheelForwardEvent"])
def test_the_view_under_the_mouse_is_the_one_to_be_drawn_first(both, event):
    _, views = both
    for pane in (views.panes[1], views.panes[4]):
        pane.view.interactor().InvokeEvent(event)
        assert views._pictures.pointed == pane.name


@pytest.mark.parametrize("thickness", [3.0, 3.3, 4.000001, 5.1])
def test_every_slice_is_reached_from_a_grid_half_a_slice_beside(thickness):
    def grid(start):
        direction = np.eye(3)
        return Geometry.from_parts((9, 4, 4), (1.0, 1.0, thickness), (0.0, 0.0, start), direction)

    for start in (0.0, 7.1, -33.7):
        here, beside = grid(start + thickness / 2), grid(start)
        reached = [nearest_slice(here, ras_of((k, 1, 1), beside)) for k in range(9)]
        assert reached == [0, 1, 2, 3, 4, 5, 6, 7, 8]
        back = [nearest_slice(beside, ras_of((k, 1, 1), here)) for k in range(9)]
        assert back == [1, 2, 3, 4, 5, 6, 7, 8, 8]


def test_a_view_that_has_not_moved_leads_no_other(both, views):
    """A grid whose slices lie elsewhere must not move the one that it followed."""
    for leader, other, index in ((FOLLOW_UP, BASELINE, 3), (BASELINE, FOLLOW_UP, 1)):
        views.go_to_slice(index, leader)
        there = views.slice_index(other)
        for _again in range(3):  # as when a view is shown alone, and all of them again
            for pane in views.panes:
                pane.node.Modified()
            views.fit(keep=True)
            for pane in views.panes:
                pane.node.Modified()
        assert (views.slice_index(leader), views.slice_index(other)) == (index, there)


def test_there_and_back_between_slices_that_lie_half_a_slice_apart_is_the_same_slice():
    def grid(start):
        return Geometry.from_parts((9, 4, 4), (1.0, 1.0, 4.0), (0.0, 0.0, start), np.eye(3))

    one, two = grid(0.0), grid(2.0)
    for k in range(1, 8):
        there = nearest_slice(two, ras_of((k, 1, 1), one))
        assert nearest_slice(one, ras_of((there, 1, 1), two), lower=True) == k


def test_the_wheel_turns_to_the_next_slice_as_the_keys_do(both, views):
    interactor = next(p for p in views.panes if p.row == FOLLOW_UP).view.interactor()
    for start in (1, 2):
        views.go_to_slice(start, FOLLOW_UP)
        interactor.InvokeEvent("MouseWheelForwardEvent")
        assert views.slice_index(FOLLOW_UP) == start + 1
        interactor.InvokeEvent("MouseWheelBackwardEvent")
        assert views.slice_index(FOLLOW_UP) == start


def test_no_place_is_read_until_the_mouse_moves_in_rearranged_views(both, views):
    interactor = views.panes[0].view.interactor()
    views.enter()
    interactor.InvokeEvent("MouseMoveEvent")
    assert views.reading is not None
    views.fit(keep=True)
    assert views.reading is None
    assert views.cursor is not None
    interactor.InvokeEvent("MouseMoveEvent")
    assert views.reading is not None
