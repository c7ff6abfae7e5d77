"""Observers of the nodes that the visits use, so that changes by others are noticed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import slicer
from SpineDCELib.mrml.region_nodes import ruler_nodes

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Delay from the last change to its reading, ms.
_DELAY = 60
_SEGMENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified", "SourceRepresentationModified")
_POINTS = ("PointModifiedEvent", "PointPositionDefinedEvent", "PointRemovedEvent")


class NodeWatch:
    """Watch over all nodes of all visits, in whichever module they are changed."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._timer = desk.timer(_DELAY, self._settle)
        #: When the last change was noticed, and whether the timer waits for its time.
        self._changed, self._waiting = 0.0, False
        self._scene: list[int] = []
        self._watched: dict[str, tuple[Any, list[int]]] = {}

    def update(self) -> None:
        """Watch the nodes that the visits use now."""
        scene = slicer.mrmlScene
        if not self._scene:
            events = (scene.NodeAddedEvent, scene.NodeRemovedEvent)
            self._scene = [scene.AddObserver(event, self._noticed) for event in events]
        nodes = {
            node.GetID(): node for visit in self._desk.session.visits for node in _nodes_of(visit)
        }
        for identity in set(self._watched) - set(nodes):
            self._release(identity)
        for identity, node in nodes.items():
            if identity in self._watched and self._watched[identity][0] is node:
                continue
            self._release(identity)
            tags = [node.AddObserver(event, self._noticed) for event in _events(node)]
            self._watched[identity] = (node, tags)

    def stop(self) -> None:
        """Watch nothing, because the scene or the module closes."""
        self._timer.stop()
        self._waiting = False
        for tag in self._scene:
            slicer.mrmlScene.RemoveObserver(tag)
        self._scene = []
        for identity in list(self._watched):
            self._release(identity)

    def later(self) -> None:
        """Read changes in a moment."""
        # Scenes are closed and charts are filled with thousands of changes, so each costs little.
        self._changed = time.monotonic()
        if not self._waiting:
            self._waiting = True
            self._timer.start()

    def _settle(self) -> None:
        """Read the changes, unless there were some after the timer was started."""
        self._waiting = False
        if time.monotonic() - self._changed < _DELAY / 1000:
            self._waiting = True
            self._timer.start()
        else:
            self.follow()

    def follow(self) -> None:
        """Read what was changed, and show it."""
        desk = self._desk
        if desk.parameters is None:
            return
        if desk.jobs.busy:
            self.later()
            return
        desk.session.follow_scene()
        desk.scene_changed()

    def _noticed(self, *_event: Any) -> None:
        self.later()

    def _release(self, identity: str) -> None:
        node, tags = self._watched.pop(identity, (None, []))
        for tag in tags:
            node.RemoveObserver(tag)


def _nodes_of(visit: Any) -> list[Any]:
    # What playback replaces at each step, and what only shows other nodes, is not among them.
    left_out = ("frame", "chart.", "table.", "check.", "subtraction")
    uses = [use for use in visit.nodes.uses() if not use.startswith(left_out)]
    nodes = [visit.nodes.present, *(visit.nodes.get(use) for use in uses)]
    return [*(node for node in nodes if node is not None), *ruler_nodes(visit.nodes)]


def _events(node: Any) -> list[Any]:
    if node.IsA("vtkMRMLSegmentationNode"):
        return [getattr(slicer.vtkSegmentation, name) for name in _SEGMENTS]
    if node.IsA("vtkMRMLMarkupsNode"):
        return [getattr(node, name) for name in _POINTS] + ["ModifiedEvent"]
    events = ["ModifiedEvent"]
    if hasattr(node, "ImageDataModifiedEvent"):
        events.append(node.ImageDataModifiedEvent)
    return events
