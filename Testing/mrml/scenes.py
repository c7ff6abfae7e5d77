"""A scene as 3D Slicer's own libraries make it, without the application."""

import pytest
from SpineDCELib.mrml import scene_bundles as bundles
from SpineDCELib.phantom import write_study


def new_scene(cache=None):
    """An empty scene; with ``cache``, a folder, it reads and writes bundles."""
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    return bundles.new_scene(cache)


def nodes_in(scene):
    return [scene.GetNthNode(i).GetName() for i in range(scene.GetNumberOfNodes())]


def write_visits(folder):
    """Both visits of patient A, small; name → (DICOM folder, regions)."""
    visits = {}
    for name in ("before", "after"):
        paths = write_study(folder / name, patient="A", visit=name, size="small")
        visits[name] = (paths.dicom, paths.truth / "rois.seg.nrrd")
    return visits
