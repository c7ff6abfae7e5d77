"""Views of the two visits that move together, and the marked place, in each visit's own space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from SpineDCEWidget.desktop.view_fields import ViewFields
from SpineDCEWidget.desktop.view_layouts import SLOTS
from SpineDCEWidget.shared.slice_nodes import PlaceMarks, follow, scale_of, show_field

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class LinkedViews:
    """Link between the views of both visits.

    3D Slicer links the views of one visit, because they are one view group. It would show the same
    coordinates in the other visit, in which the patient lay differently.
    """

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._watched: dict[str, tuple[Any, int]] = {}
        self._shown: list[Any] = []
        self._following = self._linked = False
        #: The view that moved last, and its row.
        self._leader: tuple[Any, str] | None = None
        self._align = desk.timer(0, self.align)
        #: Views that got another size are fitted again when 3D Slicer has resized them: while it
        #: updates the matrices of a view, it ignores what asks for another update.
        self._fit = desk.timer(0, self.fit)
        # All views of a row move at once, each in several steps; the others follow once.
        self._follow = desk.timer(0, self._follow_leader)
        self._marks = PlaceMarks(lambda: desk.session, self._nodes)

    def update(self, *, linked: bool) -> None:
        """Watch the views that are shown now; the visits move together if they are linked."""
        visits = self._desk.visits
        linked = linked and len(visits) > 1
        rows = {v: self._desk.session.row_of(v.name) for v in visits}
        nodes = {node.GetID(): (node, rows[v]) for v in visits for node in self._nodes(v)}
        for identity in set(self._watched) - set(nodes):
            node, tag = self._watched.pop(identity)
            node.RemoveObserver(tag)
        new = set(nodes) - set(self._watched)
        others = visits != self._shown
        changed, self._linked = linked and (bool(new) or others or not self._linked), linked
        self._shown = visits
        for identity in new:
            node, row = nodes[identity]
            tag = node.AddObserver("ModifiedEvent", lambda *_, n=node, r=row: self._moved(n, r))
            self._watched[identity] = (node, tag)
        self.fit()
        if changed:
            self.align()

    def stop(self) -> None:
        """Watch no view, because none is shown."""
        for node, tag in self._watched.values():
            node.RemoveObserver(tag)
        self._watched.clear()
        self._shown = []
        self._linked = False
        self._leader = None
        self._align.stop()
        self._fit.stop()
        self._follow.stop()

    def fit(self) -> None:
        """Let every view show the area that it keeps, whatever its size is now."""
        with self.alone():
            for node, _tag in self._watched.values():
                self._fields.follow(node)
                node.UpdateMatrices()

    def align(self) -> None:
        """Let all views follow the first one of the selected visit."""
        visit = self._desk.visit
        nodes = self._nodes(visit)
        if not self._linked or not nodes:
            return
        first, *others = nodes
        with self.alone(), self._desk.views.drawn_once():
            self._fields.follow(first)
            for node in others:
                changing = node.StartModify()
                node.GetSliceToRAS().DeepCopy(first.GetSliceToRAS())
                show_field(node, scale_of(first), first.GetXYZOrigin())
                self._fields.share(first, node)
                node.EndModify(changing)
        self._leader = (first, self._desk.session.row_of(visit.name))
        self._follow_leader()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let views move without the others."""
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    @property
    def _fields(self) -> ViewFields:
        return self._desk.views.fields

    def _nodes(self, visit: Any) -> list[Any]:
        widgets = (self._desk.views.slice_widget(visit.name, slot) for slot in SLOTS)
        return [widget.mrmlSliceNode() for widget in widgets if widget is not None]

    def _moved(self, leader: Any, row: str) -> None:
        if self._following:
            if self._fields.is_resized(leader):
                self._fit.start()
            return
        with self.alone():
            if self._fields.follow(leader):  # all views of the window get another size
                self._fit.start()
                self._align.start()
                return
        if self._linked:
            self._leader = (leader, row)
            self._follow.start()

    def _follow_leader(self) -> None:
        """Let the views of the other visit follow the view that moved last."""
        leader, self._leader = self._leader, None
        session = self._desk.session
        if leader is None or not self._linked:
            return
        node, row = leader
        visit = session.in_row(row)
        if visit.analysis is None:
            return
        with self.alone(), self._desk.views.drawn_once():
            for other in self._desk.visits:
                for follower in self._nodes(other) if other is not visit else ():
                    changing = follower.StartModify()
                    follow(session, visit, other, node, follower)
                    self._fields.share(node, follower)
                    follower.EndModify(changing)

    # -- the marked place -----------------------------------------------------------------------

    def mark(self, visit: Any, ras: Sequence[float]) -> None:
        """Mark a RAS point of a visit, mm, and what corresponds to it in the other visit."""
        with self._desk.views.drawn_once():
            self._marks.put(visit, ras, self._desk.visits)

    def unmark(self) -> None:
        """Remove the marks."""
        with self._desk.views.drawn_once():
            self._marks.clear()
