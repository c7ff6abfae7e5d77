"""Scenes that the module in 3D Slicer saved, read beside the one that is shown."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import slicer
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.work import Work
from SpineDCELib.mrml.workplace import Workplace, work_of
from SpineDCELib.stages import Images

_LOGICS = (
    "vtkSlicerSegmentationsModuleLogic",
    "vtkSlicerSequencesLogic",
    "vtkSlicerMarkupsLogic",
    "vtkMRMLRemoteIOLogic",
    "vtkDataIOManagerLogic",
)
_NODES = ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode")


def read_scene(path: Path) -> dict[str, tuple[Images, Work]]:
    """Name of the visit → its images and the work on it.

    Raises:
        InputError: unreadable, or without a study of SpineDCE.
    """
    with tempfile.TemporaryDirectory(prefix="spinedce-scene-") as cache:
        scene, logics = _scene(cache)
        if path.suffix.lower() == ".mrb":
            read = scene.ReadFromMRB(str(path), True)
        else:
            scene.SetURL(str(path))
            read = scene.Connect()
        if not read:
            raise InputError(f"The scene {path} cannot be read; save it again in 3D Slicer.")
        found: dict[str, tuple[Images, Work]] = {}
        for visit in Workplace(scene).visits:
            assert visit.analysis is not None
            found[visit.name] = (visit.analysis.study, work_of(visit))
        del logics
    if not found:
        raise InputError(
            f"The scene {path.name} holds no study of SpineDCE; open the folder with its images."
        )
    return found


def _scene(cache: str) -> tuple[Any, list[Any]]:
    """An empty scene that reads bundles, and what must live as long as it."""
    scene = slicer.vtkMRMLScene()
    selection = slicer.vtkMRMLSelectionNode()
    selection.SetSingletonTag("Singleton")
    scene.AddNode(selection)  # markups complain without
    logics = [getattr(slicer, name)() for name in _LOGICS]
    for logic in logics:
        logic.SetMRMLScene(scene)
    for name in _NODES:
        if scene.GetClassNameByTag(name.removeprefix("vtkMRML").removesuffix("Node")) is None:
            scene.RegisterNodeClass(getattr(slicer, name)())
    remote, data = logics[-2:]
    remote.AddDataIOToScene()
    scene.GetCacheManager().SetRemoteCacheDirectory(cache)
    data.SetAndObserveDataIOManager(remote.GetDataIOManager())
    return scene, logics
