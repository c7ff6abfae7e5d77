"""A scene as 3D Slicer's own libraries make it, without the application."""

import pytest
from SpineDCELib.phantom import write_study


def new_scene(cache=None):
    """An empty scene that knows segmentations, sequences, markups, tables and plots.

    ``cache`` is a folder; with it the scene can read and write bundles (``.mrb``).
    """
    slicer = pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    scene = slicer.vtkMRMLScene()
    # Kept by the scene: a logic that dies takes its node classes with it.
    scene.logics = [
        getattr(slicer, name)()
        for name in (
            "vtkSlicerSegmentationsModuleLogic",
            "vtkSlicerSequencesLogic",
            "vtkSlicerMarkupsLogic",
        )
    ]
    for logic in scene.logics:
        logic.SetMRMLScene(scene)
    for name in ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode"):
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


def nodes_in(scene):
    return [scene.GetNthNode(i).GetName() for i in range(scene.GetNumberOfNodes())]


def write_visits(folder):
    """Both visits of patient A, small; name → (DICOM folder, regions)."""
    visits = {}
    for name in ("before", "after"):
        paths = write_study(folder / name, patient="A", visit=name, size="small")
        visits[name] = (paths.dicom, paths.truth / "rois.seg.nrrd")
    return visits
