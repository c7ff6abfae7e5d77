"""Scenes outside of 3D Slicer, and bundles (``.mrb``) of the work in one."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import let_images_go
from SpineDCELib.mrml.patient_scene import Workplace, work_of
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.saved_session import Work

_LOGICS = (
    "vtkSlicerSegmentationsModuleLogic",
    "vtkSlicerSequencesLogic",
    "vtkSlicerMarkupsLogic",
)
_NODES = ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode")
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


def read_bundle(path: Path) -> dict[str, tuple[Images, Work]]:
    """Name of the visit → its images and the work on it, of a ``.mrb`` or ``.mrml``.

    Raises:
        InputError: unreadable, or without a study of SpineDCE.
    """
    with _scratch_scene() as scene:
        here = os.getcwd()
        try:
            if path.suffix.lower() == ".mrb":
                read = scene.ReadFromMRB(str(path), True)
            else:
                scene.SetURL(str(path))
                read = scene.Connect()
        finally:
            os.chdir(here)  # a damaged bundle leaves MRML in the folder that it unpacks to
        if not read:
            raise InputError(f"The scene {path} cannot be read; save it again.")
        found: dict[str, tuple[Images, Work]] = {}
        for visit in Workplace(scene).visits:
            assert visit.analysis is not None
            found[visit.name] = (visit.analysis.study, work_of(visit))
    if not found:
        raise InputError(
            f"The scene {path.name} holds no study of SpineDCE; open the folder with its images."
        )
    return found


def unfold_bundle(workplace: Workplace, folder: Path, **looks: Any) -> Generator[float]:
    """Write the work into an empty folder, as :func:`pack_bundle` packs it. Main thread only.

    Images, regions, rulers, choices, maps, tables and charts: what belongs to the visits as they
    are now, and nothing of the session around them. Maps that a later choice made stale are left
    out. A file a step: each yields the share that is written.

    Args:
        looks: of the maps; see :meth:`Workplace.scale_maps`.

    Raises:
        InputError: the folder cannot be written.
    """
    with _scratch_scene() as scene:
        copy = Workplace(scene)
        for visit in workplace.visits:
            assert visit.analysis is not None
            own = copy.visit(visit.name)
            own.set_images(visit.analysis.study)
            own.take_up(work_of(visit))
            own.analysis = visit.analysis  # with all that it has computed
            if visit.result is not None and not visit.is_stale:
                own.show(visit.result)
        copy.scale_maps(**looks)
        yield 0.0
        (folder / "Data").mkdir(parents=True, exist_ok=True)
        scene.SetRootDirectory(str(folder))
        scene.SetURL(str(folder / f"{folder.name}.mrml"))
        nodes = [
            scene.GetNthNodeByClass(i, "vtkMRMLStorableNode")
            for i in range(scene.GetNumberOfNodesByClass("vtkMRMLStorableNode"))
        ]
        for i, node in enumerate(nodes):
            if not _write_node(node, folder / "Data"):
                raise InputError(f"The scene cannot be written to {folder}; free some space there.")
            for visit in workplace.visits:
                assert visit.analysis is not None
                let_images_go(visit.analysis.study)
            yield (i + 1) / len(nodes)
        if not scene.Commit():
            raise InputError(f"The scene cannot be written to {folder}; free some space there.")


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
        Cancelled: by ``progress``; there is no file then.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    whole, done = sum(p.stat().st_size for p in files) or 1, 0
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            for file in files:
                name = f"{path.stem}/{file.relative_to(folder).as_posix()}"
                with file.open("rb") as source, bundle.open(name, "w", force_zip64=True) as entry:
                    while chunk := source.read(_CHUNK):
                        progress(done / whole, "Packing the scene")
                        entry.write(chunk)
                        done += len(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    progress(1.0, "Done")
