"""A scene as 3D Slicer's own libraries make it, without the application."""

import pytest
from sample_patients import VISITS, sample_patient
from SpineDCELib.mrml import scene_bundles as bundles


def new_scene(cache=None):
    """An empty scene; with ``cache``, a folder, it reads and writes bundles."""
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    return bundles.new_scene(cache)


def nodes_in(scene):
    return [scene.GetNthNode(i).GetName() for i in range(scene.GetNumberOfNodes())]


def write_visits(factory):
    """Return both visits of patient A, small: name → (DICOM folder, regions)."""
    root = sample_patient(factory, "A")
    return {
        name: (root / name / "dicom", root / name / "truth" / "rois.seg.nrrd") for name in VISITS
    }
