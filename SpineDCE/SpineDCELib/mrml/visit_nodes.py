"""The nodes of one visit: found again by what they are for, kept together, made once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from SpineDCELib.mrml.scene_turns import take_turn

MODULE = "SpineDCE"
#: Attribute of the nodes that were made here.
_OWN = f"{MODULE}.made for"


class VisitNodes:
    """A parameter node that refers to every other node of the visit and keeps its choices.

    Args:
        scene: ``vtkMRMLScene``. name: of the visit, such as "baseline".
    """

    def __init__(self, scene: Any, name: str) -> None:
        self.scene, self.name = scene, name
        self._known: Any = None
        #: The masks of the regions that were read last, with the state of the nodes then.
        self.masks: tuple[Any, dict[str, Any]] | None = None

    @property
    def present(self) -> Any:
        """The ``vtkMRMLScriptedModuleNode``, or None: asking for it leaves the scene as it is."""
        return self.scene.GetSingletonNode(self._tag, "vtkMRMLScriptedModuleNode")

    @property
    def _tag(self) -> str:
        return f"{MODULE}.{self.name}"

    @property
    def parameters(self) -> Any:
        """The ``vtkMRMLScriptedModuleNode``; made where there is none."""
        node = self.present
        if node is None:
            node = self.scene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
            node.UnRegister(None)
            node.SetName(f"{MODULE} {self.name}")
            node.SetSingletonTag(self._tag)
            node.SetModuleName(MODULE)
            node.SetHideFromEditors(True)
            node = self.scene.AddNode(node)
        self._known = node
        return node

    def restore(self) -> None:
        """Put the parameter node back if somebody removed it, with what it refers to."""
        if self.present is None and self._known is not None:
            self.scene.AddNode(self._known)

    # -- choices, as JSON -----------------------------------------------------------------------

    def value(self, key: str, default: Any = None) -> Any:
        """A kept choice, as :meth:`keep` got it."""
        node = self.present
        text = node.GetParameter(key) if node is not None else ""
        return json.loads(text) if text else default

    def keep(self, key: str, value: Any) -> None:
        """Keep a JSON-able value; the node says that it changed only where it did."""
        text = json.dumps(value)
        if self.parameters.GetParameter(key) != text:
            self.parameters.SetParameter(key, text)

    # -- nodes, by what they are for ------------------------------------------------------------

    def get(self, use: str) -> Any:
        """The node for a use, or None."""
        node = self.present
        return None if node is None else node.GetNodeReference(use)

    def make(self, use: str, kind: str, title: str) -> Any:
        """The node for a use; a new one of class ``kind`` where there is none."""
        node = self.get(use)
        if node is None:
            node = self.scene.AddNewNodeByClass(kind, f"{title} {self.name}")
            self.set(use, node)
            if hasattr(node, "CreateDefaultDisplayNodes"):
                node.CreateDefaultDisplayNodes()
                display = node.GetDisplayNode()
                if hasattr(display, "AutoWindowLevelOff"):
                    # Or every image that it shows is searched for its grey values.
                    display.AutoWindowLevelOff()
                mark_part(node, display)
            take_turn()
        return node

    def set(self, use: str, node: Any, *, own: bool = True) -> None:
        """Let a node stand for a use; None forgets the one that did.

        Args:
            own: it was made for this and goes with the visit; else it is somebody's, and is
                neither filled nor removed.
        """
        if node is None and self.present is None:
            return
        self.parameters.SetNodeReferenceID(use, None if node is None else node.GetID())
        if node is not None and own:
            node.SetAttribute(_OWN, self.name)
            self.file(node)

    def is_own(self, use: str) -> bool:
        """Whether the node for a use was made for it."""
        node = self.get(use)
        return node is not None and node.GetAttribute(_OWN) is not None

    def remove(self, use: str) -> None:
        """Forget the node for a use, and take it out of the scene if it was made for it."""
        node, own = self.get(use), self.is_own(use)
        self.set(use, None)
        if own:
            remove_whole(node)

    def uses(self, prefix: str = "") -> Iterator[str]:
        """What there is a node for."""
        node = self.present
        if node is None:
            return
        uses = [
            node.GetNthNodeReferenceRole(i) for i in range(node.GetNumberOfNodeReferenceRoles())
        ]
        yield from (use for use in uses if use.startswith(prefix) and self.get(use) is not None)

    def of(self, prefix: str) -> dict[str, Any]:
        """``of("map.")`` is every map's name and node."""
        return {use[len(prefix) :]: self.get(use) for use in self.uses(prefix)}

    def clear(self) -> None:
        """Take what was made for the visit, and what it kept, out of the scene."""
        for use in list(self.uses()):
            self.remove(use)
        self.remove_left_parts()
        hierarchy = self._hierarchy()
        if hierarchy is not None and (folder := self._folder(hierarchy)):
            self._take_out(hierarchy, folder)
        if self.present is not None:
            remove_whole(self.present)
        self._known = self.masks = None

    def remove_left_parts(self) -> None:
        """Remove the parts of nodes that somebody removed; 3D Slicer keeps them.

        Parts are display nodes, the lines of charts, and the tables of the lines.
        """
        for display in self._parts("vtkMRMLDisplayNode"):
            if display.GetDisplayableNode() is None:
                self.scene.RemoveNode(display)
        charts = self._all("vtkMRMLPlotChartNode")
        for line in self._parts("vtkMRMLPlotSeriesNode"):
            if not any(chart.HasPlotSeriesNodeID(line.GetID()) for chart in charts):
                self.scene.RemoveNode(line)
        lines = self._all("vtkMRMLPlotSeriesNode")
        used = {line.GetTableNodeID() for line in lines} | {n.GetID() for n in self.of("").values()}
        for table in self._parts("vtkMRMLTableNode"):
            if table.GetID() not in used:
                self.scene.RemoveNode(table)

    def _parts(self, kind: str) -> list[Any]:
        return [node for node in self._all(kind) if node.GetAttribute(_OWN) == self.name]

    def _all(self, kind: str) -> list[Any]:
        count = self.scene.GetNumberOfNodesByClass(kind)
        return [self.scene.GetNthNodeByClass(i, kind) for i in range(count)]

    # -- subject hierarchy ----------------------------------------------------------------------

    def _hierarchy(self) -> Any:
        kind = "vtkMRMLSubjectHierarchyNode"
        return self.scene.GetFirstNodeByClass(kind)

    def _folder(self, hierarchy: Any) -> int:
        """Return the item of the visit; 0 without one."""
        root = hierarchy.GetSceneItemID()
        return int(hierarchy.GetItemChildWithName(root, self._title, True))

    @property
    def _title(self) -> str:
        return f"{MODULE} {self.name}"

    def file(self, node: Any) -> None:
        """Keep the visit's nodes together in the subject hierarchy, where there is one."""
        hierarchy = self._hierarchy()
        item = 0 if hierarchy is None else hierarchy.GetItemByDataNode(node)
        if item:
            root = hierarchy.GetSceneItemID()
            folder = self._folder(hierarchy) or hierarchy.CreateFolderItem(root, self._title)
            hierarchy.SetItemParent(item, folder)

    @property
    def patient(self) -> str:
        """Name of the patient whom the visit lies under in the subject hierarchy; "" if of none."""
        hierarchy = self._hierarchy()
        item = 0 if hierarchy is None else self._folder(hierarchy)
        for _level in ("study", "patient"):
            item = hierarchy.GetItemParent(item) if item else 0
        is_patient = item and hierarchy.GetItemLevel(item) == "Patient"
        return str(hierarchy.GetItemName(item)) if is_patient else ""

    def file_under(self, patient: str, study: str) -> None:
        """Let the visit lie under a study of a patient in the subject hierarchy."""
        hierarchy = self._hierarchy()
        folder = 0 if hierarchy is None else self._folder(hierarchy)
        if not folder:
            return
        root, old = hierarchy.GetSceneItemID(), hierarchy.GetItemParent(folder)
        above = hierarchy.GetItemChildWithName(root, patient)
        above = above or hierarchy.CreateSubjectItem(root, patient)
        under = hierarchy.GetItemChildWithName(above, study)
        under = under or hierarchy.CreateStudyItem(above, study)
        hierarchy.SetItemParent(folder, under)
        self._prune(hierarchy, old)

    def _take_out(self, hierarchy: Any, folder: int) -> None:
        above = hierarchy.GetItemParent(folder)
        hierarchy.RemoveItem(folder)
        self._prune(hierarchy, above)

    def _prune(self, hierarchy: Any, item: int) -> None:
        """Remove a study and its patient that hold nothing any more."""
        while item not in (0, hierarchy.GetSceneItemID()):
            if hierarchy.GetNumberOfItemChildren(item):
                return
            above = hierarchy.GetItemParent(item)
            hierarchy.RemoveItem(item)
            item = above


def visit_names(scene: Any) -> list[str]:
    """Return the names of the visits in a scene: the baseline first, then the follow-ups."""
    kind, prefix = "vtkMRMLScriptedModuleNode", f"{MODULE}."
    nodes = [scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))]
    tags = [node.GetSingletonTag() or "" for node in nodes if node.GetModuleName() == MODULE]
    names = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
    visits = [name for name in names if name.startswith(("baseline", "follow-up"))]
    return sorted(visits, key=lambda name: (not name.startswith("baseline"), len(name), name))


def remove_empty_visits(scene: Any) -> None:
    """Remove what a closed scene keeps of visits: singletons outlive it, emptied of everything."""
    kind = "vtkMRMLScriptedModuleNode"
    nodes = [scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))]
    for node in nodes:
        tag = node.GetSingletonTag() or ""
        roles = [
            node.GetNthNodeReferenceRole(i) for i in range(node.GetNumberOfNodeReferenceRoles())
        ]
        if tag.startswith(f"{MODULE}.") and not any(node.GetNodeReference(r) for r in roles):
            scene.RemoveNode(node)


def mark_part(node: Any, part: Any) -> None:
    """Let a part, such as a display node, go with the visit that a node was made for."""
    if part is not None and (visit := node.GetAttribute(_OWN)) is not None:
        part.SetAttribute(_OWN, visit)


def is_of_a_visit(node: Any) -> bool:
    """Return whether a node, or a part such as a display node, was made for a visit."""
    return node.GetAttribute(_OWN) is not None


def remove_whole(node: Any) -> None:
    """Take a node out of its scene with its own display and storage nodes."""
    scene, own = node.GetScene(), []
    for kind in ("Display", "Storage"):
        if hasattr(node, f"GetNumberOf{kind}Nodes"):
            count = getattr(node, f"GetNumberOf{kind}Nodes")()
            own += [getattr(node, f"GetNth{kind}Node")(i) for i in range(count)]
    scene.RemoveNode(node)
    for part in own:
        if part is not None and part.GetScene() is scene:
            scene.RemoveNode(part)
    take_turn()
