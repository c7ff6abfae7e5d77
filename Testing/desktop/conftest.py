"""The panels on slicer-core's scene, with stand-ins for Qt, for every test of this room."""

import sys
import types
from pathlib import Path

import pytest
from mrml.scenes import images_of, with_what_is_known
from sample_patients import sample_paths

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return sample_paths(tmp_path_factory, "A", "quick")


@pytest.fixture
def desk(monkeypatch, sample):
    slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")
    stand_in = pytest.importorskip("desktop.stand_in")
    monkeypatch.setattr(slicer, "mrmlScene", slicer.vtkMRMLScene(), raising=False)
    slicer.mrmlScene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(slicer.mrmlScene)
    segmentations = slicer.vtkSlicerSegmentationsModuleLogic()
    segmentations.SetMRMLScene(slicer.mrmlScene)
    said = stand_in.install(monkeypatch, slicer)
    for name in [n for n in sys.modules if n.startswith("SpineDCEWidget.desktop")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("SpineDCEWidget.shared.study_opening.open_images", images_of)
    from SpineDCEWidget.desktop.module_panel import Workstation
    from SpineDCEWidget.shared.session import SHOWN_VISITS, Session

    monkeypatch.setattr(Session, "computation", with_what_is_known(Session.computation))

    logic = types.SimpleNamespace(
        session=Session(slicer.mrmlScene),
        make_sample=lambda progress: {name: paths.dicom for name, paths in sample.items()},
    )
    resources = ROOT / "SpineDCE/Resources"
    desk = Workstation(stand_in.Widget(), logic, lambda name: str(resources / name))
    desk.said = said
    desk.truth = {n: p.truth for n, p in zip(SHOWN_VISITS, sample.values(), strict=True)}
    desk.enter(stand_in.Parameters())
    yield desk
    desk.close()
    segmentations.SetMRMLScene(None)


@pytest.fixture
def opened(desk):
    desk.panels["study"].ui.sampleButton.click()
    assert not desk.said
    return desk


@pytest.fixture
def one(desk, sample):
    """One visit alone, which is quicker."""
    desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    assert not desk.said
    return desk
