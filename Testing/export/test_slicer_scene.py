"""Scene for 3D Slicer: complete, and read back by the MRML libraries of 3D Slicer."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
import SimpleITK as sitk
from small_study import write_small_study
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import read_segmentation
from SpineDCELib.settings import Settings, changed

SETTINGS = changed(
    Settings(), concentration={"T1_source": "fixed", "T10": 0.8}, aif={"source": "mask"}
)
MAPS = {"vp": "fraction", "Ktrans": "1/min", "ve": "fraction", "kep": "1/min", "R2": "fraction"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("study")
    study = write_small_study(root / "study", noise=5.0)
    inputs = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))
    outcome = analyse(inputs, SETTINGS, root / "out", formats=("scene",), cached=False)
    return outcome, root / "out" / "scene.mrb"


@pytest.fixture(scope="module")
def unpacked(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    with zipfile.ZipFile(made[1]) as bundle:
        assert bundle.testzip() is None
        bundle.extractall(folder)
    [top] = folder.iterdir()
    return top


def test_referenced_nodes_and_files_exist(unpacked):
    root = ElementTree.parse(unpacked / f"{unpacked.name}.mrml").getroot()
    assert root.tag == "MRML"
    nodes = {node.get("id"): node for node in root}
    assert len(nodes) == len(root)
    used = set()
    for node in root:
        for reference in filter(None, node.get("references", "").split(";")):
            role, identity = reference.split(":")
            used.add(identity)
            assert identity in nodes, (role, identity)
    named = {node.get("fileName") for node in root if node.get("fileName")}
    on_disk = {f"Data/{p.name}" for p in (unpacked / "Data").iterdir()}
    assert named == {name for name in on_disk if ".schema." not in name}
    helpers = [node for node in root if node.tag.endswith(("Display", "Storage"))]
    assert all(node.get("id") in used for node in helpers)


def test_files_have_the_numbers_of_the_analysis(made, unpacked):
    outcome, _ = made
    for name in MAPS:
        image = sitk.ReadImage(str(unpacked / "Data" / f"{name}.nrrd"))
        expected = outcome.result.maps[name].astype(np.float32)
        np.testing.assert_array_equal(sitk.GetArrayFromImage(image), expected)
        assert image.GetOrigin() == pytest.approx((-10, 20, 30))
    drawn = read_segmentation(unpacked / "Data" / "regions.seg.nrrd")
    assert list(drawn.masks) == list(outcome.analysis.regions)
    for name, mask in drawn.masks.items():
        np.testing.assert_array_equal(mask, outcome.analysis.regions[name])
    text = (unpacked / "Data" / "curves.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    arterial = outcome.analysis.aif()
    np.testing.assert_allclose([float(r["AIF Cp [mM]"]) for r in rows], arterial.Cp)


def test_the_scene_of_an_analysis_is_reproducible(made, tmp_path):
    from SpineDCELib.export.slicer_scene import write_scene

    outcome, path = made
    write_scene(tmp_path, outcome.analysis, outcome.result)
    assert [p.name for p in tmp_path.iterdir()] == ["scene.mrb"]
    assert (tmp_path / "scene.mrb").read_bytes() == path.read_bytes()


# ---------------------------------------------------------------------------- read by 3D Slicer


@pytest.fixture(scope="module")
def scene(made, tmp_path_factory):
    """Return the scene as read by the MRML libraries of 3D Slicer."""
    pytest.importorskip("slicer_core", reason="3D Slicer's libraries (slicer-core) are missing")
    import slicer

    scene = slicer.vtkMRMLScene()
    remote, data = slicer.vtkMRMLRemoteIOLogic(), slicer.vtkDataIOManagerLogic()
    remote.SetMRMLScene(scene)
    data.SetMRMLScene(scene)
    remote.AddDataIOToScene()
    scene.GetCacheManager().SetRemoteCacheDirectory(str(tmp_path_factory.mktemp("cache")))
    data.SetAndObserveDataIOManager(remote.GetDataIOManager())
    assert scene.ReadFromMRB(str(made[1].resolve()), True)
    yield scene
    scene.Clear(1)


def test_slicer_reads_the_maps_with_unit_range_and_transparency(made, scene):
    from vtk.util.numpy_support import vtk_to_numpy

    outcome, _ = made
    for name, unit in MAPS.items():
        volume = scene.GetFirstNodeByName(name)
        expected = outcome.result.maps[name].astype(np.float32)
        image = volume.GetImageData()
        array = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(expected.shape)
        np.testing.assert_array_equal(array, expected)
        assert volume.GetOrigin() == pytest.approx((10, -20, 30))  # RAS
        assert volume.GetSpacing() == pytest.approx((1.5, 1.5, 4))
        assert volume.GetAttribute("SpineDCE.unit") == unit
        assert volume.GetVoxelValueUnits().GetCodeValue() == {
            "fraction": "{ratio}", "1/min": "/min"
        }[unit]  # fmt: skip
        display = volume.GetDisplayNode()
        assert display.GetWindowLevelMin() == pytest.approx(0, abs=1e-6)
        assert display.GetApplyThreshold()
        assert 0 < display.GetLowerThreshold() < 0.1 * display.GetWindowLevelMax()
    top = scene.GetFirstNodeByName("vp").GetDisplayNode().GetWindowLevelMax()
    assert 0.1 < top < 0.13  # vp runs from 0.01 to 0.12
    for view in ("Red", "Green", "Yellow"):
        shown = scene.GetNodeByID(f"vtkMRMLSliceCompositeNode{view}")
        assert scene.GetNodeByID(shown.GetForegroundVolumeID()).GetName() == "vp"
        assert scene.GetNodeByID(shown.GetBackgroundVolumeID()).GetName() == "baseline"


def test_slicer_reads_the_regions(made, scene):
    from vtk.util.numpy_support import vtk_to_numpy

    outcome, _ = made
    segmentation = scene.GetFirstNodeByName("Regions").GetSegmentation()
    assert segmentation.GetNumberOfSegments() == len(outcome.analysis.regions)
    for n, (name, mask) in enumerate(outcome.analysis.regions.items()):
        segment = segmentation.GetNthSegment(n)
        assert segment.GetName() == name
        labels = segment.GetRepresentation("Binary labelmap").GetPointData().GetScalars()
        assert (vtk_to_numpy(labels) == segment.GetLabelValue()).sum() == mask.sum()


def test_slicer_reads_the_tables_as_numbers(made, scene):
    outcome, _ = made
    table = scene.GetFirstNodeByName("Measurements").GetTable()
    names = [table.GetColumnName(n) for n in range(table.GetNumberOfColumns())]
    assert table.GetNumberOfRows() == len(outcome.result.regions)
    for row, region in enumerate(outcome.result.regions):
        assert table.GetValue(row, 0).ToString() == region.name
        mean = table.GetValue(row, names.index("vp mean [fraction]"))
        assert mean.IsDouble()
        assert mean.ToDouble() == pytest.approx(region.parameters["vp"].mean, rel=1e-9)
    curves = scene.GetFirstNodeByName("AIF and curves").GetTable()
    assert curves.GetNumberOfRows() == outcome.analysis.images.dynamic.n_frames
    assert curves.GetColumnName(0) == "time [s]"
