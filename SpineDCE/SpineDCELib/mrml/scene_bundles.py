"""Scenes outside of 3D Slicer, and bundles (``.mrb``) of the work in one."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.mapped_images import release_images
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import replaced
from SpineDCELib.mrml.image_nodes import images_of
from SpineDCELib.mrml.scene_checks import checked_scene
from SpineDCELib.mrml.visit_display import scale_maps, show_result, show_study
from SpineDCELib.mrml.visit_nodes import VisitNodes, visit_names
from SpineDCELib.mrml.visit_record import read_record, write_record
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.saved_session import SavedVisit

_LOGICS = (
    "vtkSlicerSegmentationsModuleLogic",
    "vtkSlicerSequencesLogic",
    "vtkSlicerMarkupsLogic",
)
_NODES = (
    "vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode",
    "vtkMRMLColorLegendDisplayNode",
)  # fmt: skip
_CHUNK = 1 << 22
#: Of the name of a file, characters: Windows allows 260 for a whole path.
_LONGEST = 50


def new_scene(cache: str | Path | None = None) -> Any:
    """An empty scene that knows segmentations, sequences, markups, tables and plots.

    Args:
        cache: a folder; with it the scene can read and write bundles.
    """
    import slicer

    scene = slicer.vtkMRMLScene()
    selection = slicer.vtkMRMLSelectionNode()
    selection.SetSingletonTag("Singleton")
    scene.AddNode(selection)  # markups complain without
    # Kept by the scene: a logic that dies takes its node classes with it.
    scene.logics = [getattr(slicer, name)() for name in _LOGICS]
    for logic in scene.logics:
        logic.SetMRMLScene(scene)
    for name in _NODES:
        if scene.GetClassNameByTag(name.removeprefix("vtkMRML").removesuffix("Node")) is None:
            scene.RegisterNodeClass(getattr(slicer, name)())
    if cache is not None:
        remote, data = slicer.vtkMRMLRemoteIOLogic(), slicer.vtkDataIOManagerLogic()
        for logic in (remote, data):
            logic.SetMRMLScene(scene)
        remote.AddDataIOToScene()
        scene.GetCacheManager().SetRemoteCacheDirectory(str(cache))
        data.SetAndObserveDataIOManager(remote.GetDataIOManager())
        scene.logics += [remote, data]
    return scene


@dataclass(frozen=True, eq=False)
class BundledVisit:
    """One visit as a scene file holds it.

    Attributes:
        analysis, result: for maps, tables and charts; none are written where ``result`` is None.
    """

    saved: SavedVisit
    images: Images
    analysis: Analysis | None = None
    result: Result | None = None


def read_bundle(path: Path, allowed: Collection[Path] = ()) -> list[BundledVisit]:
    """Read the visits of a ``.mrb`` or ``.mrml``, in their order.

    Args:
        allowed: files outside the folder of a ``.mrml`` that may be read too.

    Raises:
        InputError: the file could not be read, it is unsafe (see :func:`checked_scene`), or it
            holds no study of SpineDCE.
    """
    with (
        _scratch_scene() as scene,
        tempfile.TemporaryDirectory(prefix="spinedce-scene-") as folder,
    ):
        checked = checked_scene(path, Path(folder), allowed)
        here = os.getcwd()
        try:
            scene.SetURL(str(checked))
            read = scene.Connect()
        finally:
            os.chdir(here)  # a damaged bundle leaves MRML in the folder that it unpacks to
        if not read:
            raise InputError(
                f"The scene {path} could not be read.", code="scene_unreadable", about=str(path)
            )
        found = []
        for name in visit_names(scene):
            nodes = VisitNodes(scene, name)
            images = images_of(nodes)
            if images is not None:
                saved = read_record(nodes, images.dynamic.geometry)
                found.append(BundledVisit(saved, images))
    if not found:
        raise InputError(
            f"The scene {path.name} holds no study of SpineDCE.",
            code="scene_without_study",
            about=str(path),
            fields=("inputs.study",),
        )
    return found


def unfold_bundle(
    visits: Sequence[BundledVisit], folder: Path, **look: Any
) -> Generator[float, None, None]:
    """Write visits into an empty folder, as :func:`pack_bundle` packs it. Main thread only.

    Images, regions, rulers, choices, maps, tables and charts: what belongs to the visits, and
    nothing of the scene around them. One file is written in each step, which yields the share
    that is written.

    Args:
        look: of the maps; see :func:`SpineDCELib.mrml.map_nodes.colour_map`.

    Raises:
        InputError: the folder cannot be written.
    """
    with _scratch_scene() as scene:
        shown = []
        for visit in visits:
            nodes = VisitNodes(scene, visit.saved.name)
            nodes.keep("frame", visit.saved.choices.get("frame") or 0)
            show_study(nodes, visit.images)
            write_record(nodes, visit.saved, visit.images.dynamic.geometry)
            if visit.analysis is not None and visit.result is not None:
                show_result(nodes, visit.analysis, visit.result)
            shown.append((nodes, visit.analysis, visit.result))
        scale_maps(shown, **look)
        yield 0.0
        (folder / "Data").mkdir(parents=True, exist_ok=True)
        scene.SetRootDirectory(str(folder))
        scene.SetURL(str(folder / f"{folder.name}.mrml"))
        nodes_to_write = [
            scene.GetNthNodeByClass(i, "vtkMRMLStorableNode")
            for i in range(scene.GetNumberOfNodesByClass("vtkMRMLStorableNode"))
        ]
        failed = InputError(
            f"The scene could not be written to {folder}. Free some space there.",
            code="scene_not_written",
            about=str(folder),
        )
        for i, node in enumerate(nodes_to_write):
            if not _write_node(node, folder / "Data"):
                raise failed
            for visit in visits:
                release_images(visit.images)
            yield (i + 1) / len(nodes_to_write)
        if not scene.Commit():
            raise failed


def _write_node(node: Any, folder: Path) -> bool:
    """Write what a node keeps in a file; as MRML does for a bundle, where it writes all at once."""
    if node.GetHideFromEditors():
        return True  # written with the scene itself
    node.AddDefaultStorageNode()
    storage = node.GetStorageNode()
    if storage is None:
        return True
    scene, kind = node.GetScene(), f".{storage.GetDefaultWriteFileExtension().lower()}"
    name = scene.PercentEncode(node.GetName() or "unnamed") + kind
    name = storage.ClampFileName(name, len(kind), _LONGEST)
    storage.SetFileName(scene.CreateUniqueFileName(str(folder / name), kind))
    storage.SetUseCompression(False)  # packing does, off the main thread
    return bool(storage.WriteData(node))


@contextlib.contextmanager
def _scratch_scene() -> Iterator[Any]:
    """A scene that can read and write bundles, for a while."""
    with tempfile.TemporaryDirectory(prefix="spinedce-scene-") as cache:
        scene = new_scene(cache)
        try:
            yield scene
        finally:
            scene.Clear(True)
            scene.logics.clear()  # they and the scene hold each other


def pack_bundle(folder: Path, path: Path, progress: Progress = silent) -> None:
    """What :func:`unfold_bundle` wrote, as one file. No node is touched.

    Raises:
        Cancelled: by ``progress``; an earlier file is unchanged then.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    whole, done = sum(p.stat().st_size for p in files) or 1, 0
    with (
        replaced(path) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle,
    ):
        for file in files:
            name = f"{path.stem}/{file.relative_to(folder).as_posix()}"
            with file.open("rb") as source, bundle.open(name, "w", force_zip64=True) as entry:
                while chunk := source.read(_CHUNK):
                    progress(done / whole, "Packing the scene")
                    entry.write(chunk)
                    done += len(chunk)
    progress(1.0, "Done")
