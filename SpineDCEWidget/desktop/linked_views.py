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
        self._watched: dict[str, tuple[Any, int, str]] = {}
        self._following = self._linked = False
        self._align = desk.timer(0, self.align)
        self._marks = PlaceMarks(lambda: desk.session, self._nodes)

    def update(self, *, linked: bool) -> None:
        """Watch the views that are shown now; the visits move together if they are linked."""
        visits = self._desk.visits
        linked = linked and len(visits) > 1
        nodes = {node.GetID(): (node, v.name) for v in visits for node in self._nodes(v)}
        for identity in set(self._watched) - set(nodes):
            node, tag, _visit = self._watched.pop(identity)
            node.RemoveObserver(tag)
        new = set(nodes) - set(self._watched)
        changed, self._linked = linked and (bool(new) or not self._linked), linked
        for identity in new:
            node, visit = nodes[identity]
            tag = node.AddObserver("ModifiedEvent", lambda *_, n=node, v=visit: self._moved(n, v))
            self._watched[identity] = (node, tag, visit)
            with self.alone():
                self._fields.follow(node)
        if changed:
            self.align()

    def stop(self) -> None:
        """Watch no view, because none is shown."""
        for node, tag, _visit in self._watched.values():
            node.RemoveObserver(tag)
        self._watched.clear()
        self._linked = False
        self._align.stop()

    def align(self) -> None:
        """Let all views follow the first one of the selected visit."""
        visit = self._desk.visit
        nodes = self._nodes(visit)
        if not self._linked or not nodes:
            return
        first, *others = nodes
        with self.alone():
            self._fields.follow(first)
            for node in others:
                node.GetSliceToRAS().DeepCopy(first.GetSliceToRAS())
                show_field(node, scale_of(first), first.GetXYZOrigin())
                self._fields.share(first, node)
        self._moved(first, visit.name)

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

    def _moved(self, leader: Any, name: str) -> None:
        if self._following:
            return
        with self.alone():
            if self._fields.follow(leader):  # all views of the window get another size
                self._align.start()
                return
            if not self._linked:
                return
            visit = self._desk.session.visit(name)
            for other in self._desk.visits:
                if other is not visit and visit.analysis is not None:
                    for node in self._nodes(other):
                        follow(self._desk.session, visit, other, leader, node)
                        self._fields.share(leader, node)

    # -- the marked place -----------------------------------------------------------------------

    def mark(self, visit: Any, ras: Sequence[float]) -> None:
        """Mark a RAS point of a visit, mm, and what corresponds to it in the other visit."""
        self._marks.put(visit, ras, self._desk.visits)

    def unmark(self) -> None:
        """Remove the marks."""
        self._marks.clear()
