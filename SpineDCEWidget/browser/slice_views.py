"""Slice views: the images in them, their linked slices and zoom, and the mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.mrml.region_nodes import ruler_nodes
from SpineDCELib.mrml.volume_nodes import ras_of, voxel_of
from trame_rca.schedulers import image_scheduler
from trame_slicer.rca_view.rca_view_factory import RemoteSliceViewFactory
from trame_slicer.views import (
    NoScheduleRendering,
    SliceView,
    ViewLayoutDefinition,
    ViewProps,
    ViewType,
)

from SpineDCEWidget.browser.view_stream import Pictures
from SpineDCEWidget.shared.frame_subtraction import USE as SUBTRACTION
from SpineDCEWidget.shared.session import SHOWN_VISITS as ROWS
from SpineDCEWidget.shared.shown_series import USE
from SpineDCEWidget.shared.slice_nodes import (
    PlaceMarks,
    confine,
    follow,
    middle_of,
    nearest_slice,
    scale_of,
    show_field,
    show_slice,
)
from SpineDCEWidget.shared.three_planes import PLANES
from SpineDCEWidget.shared.visual_checks import (
    CHECKERBOARD,
    CONTENTS,
    OFF,
    OTHER,
    OVERLAID,
    OVERLAY,
    SQUARES,
    checked_volumes,
)

COLUMNS = 3
#: Largest distance between press and release of a click, pixels.
CLICK = 3
#: Distance by which a view moves so far that it is worth a word, mm.
_MOVED = 3.0
#: Between two views, as ``page/workstation.css`` has it, pixels.
_GAP = 2
#: Width and height of a view, pixels of the page, and pixels of the screen in each.
_Size = tuple[int, int, float]
#: Events of the mouse that tell in which view it is.
_POINTING = (
    "EnterEvent", "MouseMoveEvent", "MouseWheelForwardEvent", "MouseWheelBackwardEvent",
)  # fmt: skip


@dataclass
class Pane:
    """Slice view in one row and column of the grid.

    Attributes:
        row: its name; the session says which visit it shows.
    """

    row: str
    column: int
    view: Any

    @property
    def name(self) -> str:
        return pane_name(self.row, self.column)

    @property
    def node(self) -> Any:
        return self.view.get_view_node()

    @property
    def composite(self) -> Any:
        return self.view._logic.GetSliceCompositeNode()


def series_content(content: str) -> tuple[str, str]:
    """Return kind and title of a view's content: "fused:T2 sag" is ("fused", "T2 sag").

    The title is that of another series of the study, whose kind is "series" or "fused"; it is ""
    for what every visit has: "T1", "frame", "subtraction", "map" and "fused".
    """
    kind, _colon, title = content.partition(":")
    return kind, title


def pane_name(row: str, column: int) -> str:
    """Return the name of a pane, of its view's template and of its node."""
    return f"{row}{column}"


class Views:
    """Six slice views: two rows of three, each with one visit; one or both rows are shown.

    Args:
        app: trame-slicer's ``SlicerApp``.
        server: trame's server.
        session: whose visits are shown.
        clicked: called with the row and the RAS point of a click.
        released: called when the mouse button was released over a view.
        pointed: called with the row when a button of the mouse is pressed in its views.
        pressed: called with the row after that.
        dragged: called with the row and the RAS point at which the left button was pressed, when
            the mouse has moved further than a click allows; again with each movement.
        hovered: called when the mouse has moved in a view, or has left the views.
        moved: called when the slice or the field of view has changed.
        resized: called when the size of a view has changed.
    """

    def __init__(
        self,
        app: Any,
        server: Any,
        session: Any,
        *,
        clicked: Callable[[str, tuple[float, float, float]], None],
        released: Callable[[], None],
        pointed: Callable[[str], None],
        pressed: Callable[[str], None],
        dragged: Callable[[str, tuple[float, float, float]], None],
        hovered: Callable[[], None],
        moved: Callable[[], None],
        resized: Callable[[], object],
    ) -> None:
        self._app, self._session = app, session
        self._factory = RemoteSliceViewFactory(server)
        # While a view is built, trame-slicer would draw it fifty times.
        self._factory._view_ctor = lambda **of: SliceView(
            scheduled_render_strategy=NoScheduleRendering(), **of
        )
        # Before Python 3.12, trame-rca's check of the type of a window would draw every view.
        image_scheduler.window_wrapper = lambda window: window
        self._pictures = Pictures()
        self._clicked, self._pointed, self._moved = clicked, pointed, moved
        self._pressing, self._dragged = pressed, dragged
        self._released, self._resized, self._hovered = released, resized, hovered
        self._under: Pane | None = None  #: pane that the mouse is in
        self._left = False  #: whether the mouse has left the views
        self.columns = ["T1", "map", "fused"]
        self.map_name, self.opacity = "vp", 0.6
        #: Check by eye that the views show, and which of its two images.
        self.check, self.turn = OFF, 0
        self.linked = True
        #: Whether the columns show three perpendicular planes, the first one the dynamic slices.
        self.planes = False
        self._following = False
        self._sizes: dict[str, tuple[int, int]] = {}
        self._maximised = ""  #: pane that is shown alone
        #: Pane → its size when all were last shown; without those that no page has shown.
        self._beside: dict[str, _Size] = {}
        #: Pane → mm per pixel at which its slice fits the view; and how many times that is shown.
        self._fitting: dict[str, float] = {}
        self._zooms: dict[str, float] = {}
        #: Pane → what it showed when all views were last aligned with each other.
        self._aligned: dict[str, NDArray[np.float64]] = {}
        self._rearranged = False  #: whether the mouse has not moved since the views changed place
        self._marks = PlaceMarks(
            lambda: session, lambda visit: [p.node for p in self.panes_of(visit.name)]
        )
        self._pressed: dict[str, tuple[int, int]] = {}
        app.view_manager.register_factory(self._factory)
        self.panes = [self._pane(row, column) for row in ROWS for column in range(COLUMNS)]
        self.set_rows([ROWS[0]])

    def _pane(self, row: str, column: int) -> Pane:
        view = self._app.view_manager.create_view(
            ViewLayoutDefinition(
                pane_name(row, column),
                ViewType.SLICE_VIEW,
                ViewProps(label=row, orientation="Sagittal", group=ROWS.index(row)),
            )
        )
        pane = Pane(row, column, view)
        self._pictures.add(pane.name, self._factory.get_factory_view(pane.name))
        view.render_window().SetMultiSamples(0)
        # The image must be first in its renderer, because regions added before would cover it.
        image = view._render_manager
        image.image_actor.SetVisibility(False)
        image._AddSliceActorToRendererIfNeeded()
        pane.node.SetOrientationMarkerType(pane.node.OrientationMarkerTypeNone)
        pane.node.AddObserver("ModifiedEvent", lambda *_: self._follow(pane))
        interactor = view.interactor()
        interactor.AddObserver("LeftButtonPressEvent", lambda *_: self._press(pane), 100.0)
        interactor.AddObserver("MouseMoveEvent", lambda *_: self._drag(pane), 100.0)
        interactor.AddObserver("MouseMoveEvent", lambda *_: self._hovered(), 99.0)
        interactor.AddObserver("LeftButtonReleaseEvent", lambda *_: self._release(pane), 100.0)
        for event, step in (("MouseWheelForwardEvent", 1), ("MouseWheelBackwardEvent", -1)):
            self._turn(pane, event, step)
        for event in _POINTING:
            interactor.AddObserver(event, lambda *_: self._point(pane), 100.0)
        return pane

    def _turn(self, pane: Pane, event: str, step: int) -> None:
        """Let the wheel change the slice in the direction of PgUp and PgDn, whatever the plane."""
        interactor, tag = pane.view.interactor(), 0

        def turned(*_: Any) -> None:
            modified = interactor.GetShiftKey() or interactor.GetControlKey()
            if (visit := self.visit_of(pane)) is not None and not modified:
                self._point(pane)
                if self.is_across(pane):
                    self._go_across(pane, visit, step)
                else:
                    self.go_to_slice(self.slice_index(visit.name) + step, visit.name)
                interactor.GetCommand(tag).SetAbortFlag(1)

        tag = interactor.AddObserver(event, turned, 98.0)

    # -- images ---------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[str], maximised: str = "") -> None:
        """Show these rows only, or one of their panes alone."""
        before = self._maximised
        self.rows, self._maximised = list(rows), maximised
        self._rearranged = True
        # Views that lie behind another one stay in the layout, which is slow to change.
        self._app.view_manager.set_current_view_ids([p.name for p in self.panes if p.row in rows])
        shown = list(self.shown())
        for pane in self.panes:
            pane.view.set_render_blocked(pane not in shown)
        if before == maximised:
            return
        if not before:
            sizes = {pane.name: self._adapter(pane)._current_size for pane in self.panes}
            self._beside = {name: size for name, size in sizes.items() if size is not None}
        for pane in self.panes:
            if pane.name == maximised:
                self._take_size(pane, self._size_alone(pane))
            elif pane.name == before:
                self._take_size(pane, self._beside.get(pane.name))
        self._hovered()  # the mouse is at another place of the images now

    def _adapter(self, pane: Pane) -> Any:
        return self._factory.get_factory_view(pane.name).view_adapter

    def _size_alone(self, pane: Pane) -> _Size | None:
        """Return the size of a view in place of all that are shown; None if no page shows them."""
        row = [p.name for p in self.panes if p.row == pane.row]
        column = [p.name for p in self.panes if p.row in self.rows and p.column == pane.column]
        if not self._beside.keys() >= {*row, *column}:
            return None
        width = sum(self._beside[name][0] for name in row) + _GAP * (len(row) - 1)
        height = sum(self._beside[name][1] for name in column) + _GAP * (len(column) - 1)
        return width, height, self._beside[pane.name][2]

    def _take_size(self, pane: Pane, size: _Size | None) -> None:
        """Draw a view at the size that it is going to have.

        The page reports a size only when it has not changed for a while; what it reports is taken.
        """
        if size is None or self.visit_of(pane) is None:
            return
        changing = pane.node.StartModify()
        with self._alone():
            self._adapter(pane).update_size(None, dict(zip("whp", size, strict=True)))
            self._fit(pane, keep=True)
            pane.node.EndModify(changing)

    def shown(self) -> Iterator[Pane]:
        """Return the panes that are shown."""
        shown = (pane for pane in self.panes if pane.row in self.rows)
        return (pane for pane in shown if self._maximised in ("", pane.name))

    def visit_of(self, pane: Pane) -> Any:
        """Return the visit that a pane shows; None if it has no study."""
        visit = self._session.in_row(pane.row)
        return visit if visit.analysis is not None else None

    def panes_of(self, visit_name: str) -> list[Pane]:
        """Return the panes of the row in which a visit is shown; none if it is not shown."""
        row = self._session.row_of(visit_name)
        return [pane for pane in self.panes if pane.row == row]

    def fill(self) -> None:
        """Show the volumes of the visits in the views."""
        for pane in self.panes:
            self._fill(pane)
        for visit in self._session.visits:
            own = (visit.segmentation, visit.isodoses, visit.vessels, *ruler_nodes(visit.nodes))
            for node in own:
                self.confine(node, visit.name)

    def _fill(self, pane: Pane) -> None:
        content = self.columns[pane.column]
        under, over = self.volumes_of(self.visit_of(pane), content)
        composite = pane.composite
        changing = composite.StartModify()
        composite.SetBackgroundVolumeID(under.GetID() if under else None)
        composite.SetForegroundVolumeID(over.GetID() if over else None)
        opacity = {OVERLAY: OVERLAID, CHECKERBOARD: 1.0}.get(self.check, self.opacity)
        checked = CONTENTS.get(self.check) == content
        composite.SetForegroundOpacity(opacity if checked else self.opacity)
        composite.EndModify(changing)
        pane.view.schedule_render()

    def show_check(self) -> None:
        """Show the images of the check by eye in the views that it is about."""
        for pane in self.panes:
            if CONTENTS.get(self.check) == self.columns[pane.column]:
                self._fill(pane)

    def volumes_of(self, visit: Any, content: str) -> tuple[Any, Any]:
        """Return the lower and the upper volume node of a visit for the content of a view."""
        if visit is None:
            return None, None
        if (checked := checked_volumes(visit, content, self.check, self.turn)) is not None:
            return checked  # type: ignore[no-any-return]
        shown = visit.maps.get(self.map_name)
        kind, title = series_content(content)
        if title:
            return visit.nodes.get(USE + title), shown if kind == "fused" else None
        return {
            "T1": (visit.background, None),
            "frame": (visit.frame, None),
            "subtraction": (visit.nodes.get(SUBTRACTION), None),
            "map": (shown, None),
            "fused": (visit.background, shown),
        }[kind]

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the map over the anatomy, 0 to 1."""
        self.opacity = opacity
        for pane in self.panes:
            if series_content(self.columns[pane.column])[0] == "fused":
                pane.composite.SetForegroundOpacity(opacity)
                pane.view.schedule_render()

    def confine(self, node: Any, visit_name: str) -> None:
        """Show a node in the views of one visit only; nowhere if the visit is not shown."""
        confine(node, [pane.node.GetID() for pane in self.panes_of(visit_name)])

    # -- slices ---------------------------------------------------------------------------------

    def fit(self, *, keep: bool = False, new: str = "") -> None:
        """Rotate every view to its dynamic slices and fit them to the view.

        Args:
            keep: keep zoom and pan, because only the size of a view has changed.
            new: row with a visit that was not in view until now, "all" for every row. It shows
                its middle slice, as large as fits; other rows stay as the user left them.
        """
        self._rearranged = True
        for pane in self.panes:
            first = new in ("all", pane.row)
            self._fit(pane, keep=keep or (new != "" and not first), first=first)
        self._note_aligned()
        self._moved()

    def _fit(self, pane: Pane, *, keep: bool, first: bool = False) -> None:
        """Fit one view, see :meth:`fit`.

        Args:
            first: whether it shows its middle slice.
        """
        visit = self.visit_of(pane)
        if visit is None:
            return
        with self._alone():
            node, logic = pane.node, pane.view._logic
            across, point = self.is_across(pane), middle_of(node)
            if across and first:
                point = self.middle(visit.name)
            geometry = visit.analysis.study.dynamic.geometry
            index = geometry.shape[0] // 2 if first else self.slice_index(visit.name)
            pane.view._update_slice_size()
            origin = node.GetXYZOrigin() if keep else (0.0, 0.0, 0.0)
            zoom = self._zooms.get(pane.name, 1.0) if keep else 1.0
            node.SetOrientation(self.plane_of(pane, geometry))
            node.RotateToVolumePlane(visit.frame)
            width, height = pane.view.render_window().GetSize()
            logic.FitSliceToVolume(visit.frame, width, height)
            node.SetSliceSpacingModeToPrescribed()
            node.SetPrescribedSliceSpacing(1, 1, _step(node, geometry))
            self._sizes[pane.name] = node.GetDimensions()[:2]
            self._fitting[pane.name] = scale_of(node)
            self._zooms[pane.name] = zoom
            show_field(node, zoom * scale_of(node), origin)
            if across:
                node.JumpSliceByOffsetting(*(float(v) for v in point))
            else:
                show_slice(node, geometry, index)
        self._aligned[pane.name] = _seen(node)

    def slice_index(self, visit_name: str) -> int:
        """Return the dynamic slice that the views of a visit show."""
        pane = self.panes_of(visit_name)[0]
        geometry = self.visit_of(pane).analysis.study.dynamic.geometry
        return nearest_slice(geometry, middle_of(pane.node))

    def middle(self, visit_name: str) -> Any:
        """Return the RAS point in the middle of a visit's views, mm."""
        return middle_of(self.panes_of(visit_name)[0].node)

    def go_to_slice(self, index: int, visit_name: str) -> None:
        """Show one dynamic slice of a visit, and the same position in a linked visit."""
        pane = self.panes_of(visit_name)[0]
        visit = self.visit_of(pane)
        if visit is not None:
            geometry = visit.analysis.study.dynamic.geometry
            show_slice(pane.node, geometry, int(np.clip(index, 0, geometry.shape[0] - 1)))

    def mark(self, visit: Any, ras: tuple[float, float, float]) -> None:
        """Mark a RAS point of a visit, mm, and what corresponds to it in the other visit shown."""
        self._marks.put(visit, ras, self._session.shown)

    def unmark(self) -> None:
        """Remove the crosshairs."""
        self._marks.clear()

    @property
    def crosshairs(self) -> list[Any]:
        """The nodes of the crosshairs, one for each visit shown; none if no place is marked."""
        return self._marks.nodes

    def show_planes(self, planes: bool) -> None:
        """Let the columns show three planes, each with the lines in which the others cut it."""
        self.planes = planes
        logic = self._app.app_logic
        logic.SetIntersectingSlicesEnabled(logic.IntersectingSlicesVisibility, planes)

    def is_across(self, pane: Pane) -> bool:
        """Return whether a pane shows a plane across the dynamic slices."""
        return self.planes and pane.column > 0

    def plane_of(self, pane: Pane, geometry: Any) -> str:
        """Return the name of the plane that a pane shows; the first one is that of the slices."""
        own = _orientation(geometry)
        others = [name for name in PLANES if name != own]
        return others[pane.column - 1] if self.is_across(pane) else own

    def _go_across(self, pane: Pane, visit: Any, step: int) -> None:
        """Move a plane across the slices by some steps, as far as the dynamic series reaches."""
        node, geometry = pane.node, visit.analysis.study.dynamic.geometry
        matrix = node.GetSliceToRAS()
        normal = np.array([matrix.GetElement(row, 2) for row in range(3)])
        middle = _center(geometry)
        # In the middle of the plane: only how far it lies along its normal counts.
        place = middle + normal * (normal @ (middle_of(node) - middle))
        place = place + step * _step(node, geometry) * normal
        if voxel_of(place, geometry) is not None:
            node.JumpSliceByOffsetting(*(float(v) for v in place))

    def step_across(self, name: str, step: int) -> bool:
        """Move the plane of a view by its name; return whether it lies across the slices."""
        pane = next((pane for pane in self.panes if pane.name == name), None)
        visit = None if pane is None else self.visit_of(pane)
        if pane is None or visit is None or not self.is_across(pane):
            return False
        self._go_across(pane, visit, step)
        return True

    def meet_at(self, row: str, ras: Sequence[float]) -> None:
        """Let the three planes of a visit meet at a RAS point, mm, and follow in a linked visit."""
        for pane in self.panes if self.planes else ():
            visit = self.visit_of(pane)
            if pane.row != row or visit is None:
                continue
            if self.is_across(pane):
                pane.node.JumpSliceByOffsetting(*(float(v) for v in ras))
            else:
                geometry = visit.analysis.study.dynamic.geometry
                self.go_to_slice(nearest_slice(geometry, ras), visit.name)

    def letters(self, pane: Pane) -> dict[str, str]:
        """Return the anatomical letter of each side of a pane."""
        matrix = pane.node.GetSliceToRAS()
        across, up = ([matrix.GetElement(r, c) for r in range(3)] for c in (0, 1))
        return {
            "left": _letter([-v for v in across]),
            "right": _letter(across),
            "top": _letter(up),
            "bottom": _letter([-v for v in up]),
        }

    # -- linked views ---------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    def _note_aligned(self) -> None:
        """Note what every view shows, because they show the same place now."""
        self._aligned = {pane.name: _seen(pane.node) for pane in self.panes}

    def _has_moved(self, pane: Pane) -> bool:
        """Return whether a view shows something else than when all views were aligned."""
        known = self._aligned.get(pane.name)
        return known is None or not np.allclose(known, _seen(pane.node), rtol=0, atol=1e-4)

    def _follow(self, leader: Pane, *, always: bool = False) -> None:
        """Move the other views of the visit, and of a linked visit, with one view.

        Args:
            always: also if the view has not moved, because what it leads has changed. Otherwise a
                view that has not moved leads no other: that of a linked visit, whose slices lie
                elsewhere, would move the one that it followed.
        """
        if self._following or self.visit_of(leader) is None:
            return
        size = leader.node.GetDimensions()[:2]
        if self._sizes.get(leader.name) != size:
            # The size of the view has changed; `resized` fits all views when none changes any more.
            self._sizes[leader.name] = size
            self._fitting.pop(leader.name, None)  # the node has followed the size in its own way
            self._resized()
            return
        if not always and not self._has_moved(leader):
            return
        with self._alone():
            source = leader.node
            if (fitting := self._fitting.get(leader.name)) is not None:
                self._zooms[leader.name] = scale_of(source) / fitting
            zoom = self._zooms.get(leader.name, 1.0)
            for pane in self.panes:
                visit = self.visit_of(pane)
                if pane is leader or visit is None:
                    continue
                if self.planes and pane.column != leader.column:
                    continue
                if pane.row == leader.row:
                    changing = pane.node.StartModify()
                    pane.node.GetSliceToRAS().DeepCopy(source.GetSliceToRAS())
                    show_field(pane.node, scale_of(source), source.GetXYZOrigin())
                    pane.node.EndModify(changing)
                elif self.linked:
                    follow(
                        self._session, self.visit_of(leader), visit, source, pane.node,
                        between=self.is_across(leader),
                    )  # fmt: skip
                else:
                    continue
                self._zooms[pane.name] = zoom
                if pane.node.GetDimensions()[:2] != size and pane.name in self._fitting:
                    # The page gives a view that it does not show a size of a few pixels.
                    scale = zoom * self._fitting[pane.name]
                    show_field(pane.node, scale, pane.node.GetXYZOrigin())
        self._note_aligned()
        self._moved()

    def follow_other(self, row: str) -> None:
        """Let the views of a row, whose visit was not in view until now, follow the other row.

        What the user looks at there stays where it is.
        """
        other = next((one for one in self.rows if one != row), None)
        if other is not None and self._session.in_row(other).analysis is not None:
            self.align(self._session.in_row(other).name)

    def align(self, visit_name: str) -> bool:
        """Let the views of a linked visit follow those of a visit at once.

        Returns:
            Whether they moved by more than rounding.
        """
        if not self.linked:
            return False
        before = self._middles()
        for pane in self.panes_of(visit_name)[: COLUMNS if self.planes else 1]:
            self._follow(pane, always=True)
        return bool(np.abs(self._middles() - before).max() > _MOVED)

    def _middles(self) -> NDArray[np.float64]:
        """Return the RAS point in the middle of every pane, mm."""
        return np.array([middle_of(pane.node) for pane in self.panes])

    # -- mouse ----------------------------------------------------------------------------------

    @property
    def cursor(self) -> tuple[Pane, tuple[float, float, float]] | None:
        """The pane under the mouse and the RAS point there, mm; None outside of the views."""
        if self._under is None or self.visit_of(self._under) is None:
            return None
        return self._under, self.under_mouse(self._under)

    @property
    def reading(self) -> tuple[Pane, tuple[float, float, float]] | None:
        """The same for the values under the mouse: None until it moves in rearranged views."""
        return None if self._rearranged else self.cursor

    def under_mouse(self, pane: Pane) -> tuple[float, float, float]:
        """Return the RAS point, mm, at the last place of the mouse in a pane."""
        return _ras_at(pane, pane.view.interactor().GetEventPosition())

    def shown_volumes(self, pane: Pane) -> list[Any]:
        """Return the volume nodes that a pane shows, the lower one first."""
        scene = self._app.scene
        ids = (pane.composite.GetBackgroundVolumeID(), pane.composite.GetForegroundVolumeID())
        found = [scene.GetNodeByID(identity) for identity in ids if identity]
        # Between its squares the other image has no values, but the whole image has.
        nodes = self._session.in_row(pane.row).nodes
        squares = nodes.get(SQUARES)
        return [nodes.get(OTHER) if node is squares else node for node in found]

    def _point(self, pane: Pane) -> None:
        self._pictures.pointed = pane.name
        self._rearranged = False
        self._under = None if self._left else pane

    def enter(self) -> None:
        """Follow the mouse, because it has entered a view."""
        self._left = False

    def leave(self) -> None:
        """Forget where the mouse was, because it has left the views.

        What the views report of it later is ignored.
        """
        self._left, self._under = True, None
        self._hovered()

    def corners(self, name: str, places: Sequence[Sequence[float]], size: Sequence[float]) -> None:
        """Let the mouse pass through places of a view, pixels, with its left button pressed.

        The page leaves out movements that were overtaken; these are the corners on its way.
        """
        adapter = self._factory.get_factory_view(name).view_adapter
        keys = dict.fromkeys(("buttonMiddle", "buttonRight", "shiftKey", "altKey", "ctrlKey"), 0)
        for x, y in places:
            place = {"x": x, "y": y, "w": size[0], "h": size[1]}
            event = {"type": "MouseMove", "action": "down", "buttonLeft": 1, **place}
            adapter.on_interaction(None, {**event, **keys, "metaKey": 0})

    def _press(self, pane: Pane) -> None:
        self._pointed(pane.row)
        self._pressing(pane.row)
        self._pressed[pane.name] = pane.view.interactor().GetEventPosition()

    def _drag(self, pane: Pane) -> None:
        """Tell where the left button was pressed, once the mouse has moved further than a click."""
        at, start = pane.view.interactor().GetEventPosition(), self._pressed.get(pane.name)
        if start is not None and _is_drag(start, at):
            self._dragged(pane.row, _ras_at(pane, start))

    def _release(self, pane: Pane) -> None:
        self._drag(pane)  # the page may have left out all movements
        self._released()
        at, start = pane.view.interactor().GetEventPosition(), self._pressed.pop(pane.name, None)
        if start is None or _is_drag(start, at):
            return
        self._clicked(pane.row, _ras_at(pane, at))


def _seen(node: Any) -> NDArray[np.float64]:
    """Return what a slice node shows: its plane, zoom and pan."""
    matrix = node.GetSliceToRAS()
    plane = [matrix.GetElement(r, c) for r in range(3) for c in range(4)]
    return np.array([*plane, scale_of(node), *node.GetXYZOrigin()[:2]])


def _is_drag(start: tuple[int, int], at: tuple[int, int]) -> bool:
    """Return whether the mouse has moved further than a click allows, pixels."""
    return max(abs(at[0] - start[0]), abs(at[1] - start[1])) > CLICK


def _ras_at(pane: Pane, at: tuple[int, int]) -> tuple[float, float, float]:
    """Return the RAS point, mm, at a place of a pane, pixels."""
    x, y, z, _ = pane.node.GetXYToRAS().MultiplyPoint((*at, 0.0, 1.0))
    return x, y, z


def _orientation(geometry: Any) -> str:
    """Return the name of the orientation that is nearest to a grid's slices."""
    normal = np.abs(geometry.affine[:3, 2])
    return ("Sagittal", "Coronal", "Axial")[int(np.argmax(normal))]


def _step(node: Any, geometry: Any) -> float:
    """Return the distance between the grid's planes that are nearest to those of a slice node."""
    matrix = node.GetSliceToRAS()
    normal = np.array([matrix.GetElement(row, 2) for row in range(3)]) * (-1, -1, 1)
    axis = int(np.argmax(np.abs(geometry.direction.T @ normal)))
    return float(geometry.spacing[axis])


def _center(geometry: Any) -> NDArray[np.float64]:
    """Return the RAS point in the middle of a grid, mm."""
    return ras_of(tuple((n - 1) / 2 for n in geometry.shape), geometry)


def _letter(direction: list[float]) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return ("RAS" if direction[axis] > 0 else "LPI")[axis]
