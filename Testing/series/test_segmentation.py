"""Regions of interest: labels, segments of 3D Slicer, same and different grids."""

import re

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import oblique_affine
from SpineDCELib.errors import InputError
from SpineDCELib.series import (
    Geometry,
    put_on_grid,
    read_segmentation,
    scan_study,
    write_segmentation,
)
from SpineDCELib.vocabulary.colour_maps import rgb
from SpineDCELib.vocabulary.region_roles import REGION_ROLES, TAG

SHAPE = (4, 10, 8)
ENTRY = "Segmentation category and type - 3D Slicer General Anatomy list~SCT^123037004^Body part"


def grid():
    return Geometry(SHAPE, oblique_affine(tilt=5))


def masks(seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.random(SHAPE) > 0.6 for name in ("Lesion T9", "Référence L3", "Aorta")}


def test_overlapping_segments_are_kept(tmp_path):
    file = tmp_path / "rois.seg.nrrd"
    write_segmentation(
        file, masks(), grid(), colours={"Aorta": (1, 0, 0.5)}, terminology={"Lesion T9": ENTRY}
    )
    found = read_segmentation(file)
    assert list(found.masks) == list(masks())
    for name, mask in masks().items():
        np.testing.assert_array_equal(found.masks[name], mask)
    assert found.geometry.matches(grid(), 1e-9)
    assert found.colours["Aorta"] == (1, 0, 0.5)
    assert found.terminology == {"Lesion T9": ENTRY}
    assert [s.role for s in scan_study(file).series] == ["segmentation"]


def test_separate_segments_share_one_layer_as_itk_sees_it(tmp_path):
    labels = np.random.default_rng(1).integers(0, 4, SHAPE)
    file = tmp_path / "rois.seg.nrrd"
    flat = Geometry(SHAPE, np.diag([2.0, 3.0, 5.0, 1.0]))
    write_segmentation(file, {f"r{n}": labels == n for n in (1, 2, 3)}, flat)
    image = sitk.ReadImage(str(file))
    assert image.GetNumberOfComponentsPerPixel() == 1
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), labels)
    assert image.GetSpacing() == (2, 3, 5)
    assert image.GetMetaData("Segment1_Name") == "r2"
    assert image.GetMetaData("Segment1_LabelValue") == "2"


def slicer_file(path, array, keys, *, origin=(0, 0, 0), ras=True):
    """Write a segmentation as 3D Slicer does: RAS or LPS, list axis first."""
    layers = array.ndim == 4
    sizes = array.shape[::-1] if not layers else (array.shape[0], *array.shape[:0:-1])
    data = array.transpose(1, 2, 3, 0) if layers else array
    sign = -1 if ras else 1
    none = "none " if layers else ""
    lines = [
        "NRRD0004",
        "type: unsigned char",
        f"dimension: {4 if layers else 3}",
        f"space: {'right-anterior-superior' if ras else 'left-posterior-superior'}",
        "sizes: " + " ".join(map(str, sizes)),
        f"space directions: {none}({2 * sign},0,0) (0,{3 * sign},0) (0,0,5)",
        f"kinds: {'list ' if layers else ''}domain domain domain",
        "encoding: raw",
        f"space origin: ({origin[0] * sign},{origin[1] * sign},{origin[2]})",
        *(f"{k}:={v}" for k, v in keys.items()),
    ]
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + np.ascontiguousarray(data).tobytes())


def test_cropped_extent_of_3d_slicer(tmp_path):
    """The stored box is a part of the reference image, given by its origin."""
    reference = Geometry((6, 9, 7), np.diag([2.0, 3.0, 5.0, 1.0]))
    box = np.zeros((2, 3, 4), np.uint8)
    box[0, 1, 2], box[1, 2, 3] = 1, 2
    keys = {
        "Segment0_ID": "Segment_1", "Segment0_Name": "tumour", "Segment0_LabelValue": "1",
        "Segment0_Layer": "0", "Segment0_Extent": "2 2 1 1 0 0",
        "Segment0_Tags": f"Segmentation.Status:inprogress|TerminologyEntry:{ENTRY}|",
        "Segment1_ID": "Segment_2", "Segment1_Name": "marrow", "Segment1_LabelValue": "2",
        "Segment1_Layer": "0", "Segment1_Extent": "3 3 2 2 1 1",
        "Segmentation_ReferenceImageExtentOffset": "1 4 3",
    }  # fmt: skip
    file = tmp_path / "s.seg.nrrd"
    slicer_file(file, box, keys, origin=(2 * 1, 3 * 4, 5 * 3))
    found = read_segmentation(file)
    assert found.terminology == {"tumour": ENTRY}
    assert found.tags["tumour"] == {"Segmentation.Status": "inprogress"}
    regions = found.on(reference)
    assert np.argwhere(regions["tumour"]).tolist() == [[3, 5, 3]]
    assert np.argwhere(regions["marrow"]).tolist() == [[4, 6, 4]]


@pytest.mark.parametrize("named_layers", [True, False])
def test_layers_of_3d_slicer(tmp_path, named_layers):
    array = np.zeros((2, *SHAPE), np.uint8)
    array[0, :2], array[1, 1:] = 1, 1
    keys = {}
    for n, name in enumerate(("lower", "upper")):
        keys |= {f"Segment{n}_ID": f"S{n}", f"Segment{n}_Name": name}
        if named_layers:
            keys |= {f"Segment{n}_Layer": n, f"Segment{n}_LabelValue": 1}
    slicer_file(tmp_path / "s.seg.nrrd", array, keys)
    found = read_segmentation(tmp_path / "s.seg.nrrd").masks
    np.testing.assert_array_equal(found["lower"], array[0] > 0)
    np.testing.assert_array_equal(found["upper"], array[1] > 0)


def test_two_segments_of_one_name(tmp_path):
    keys = {"Segment0_ID": "a", "Segment0_Name": "L1", "Segment0_LabelValue": 1,
            "Segment1_ID": "b", "Segment1_Name": "L1", "Segment1_LabelValue": 2}  # fmt: skip
    array = np.ones(SHAPE, np.uint8)
    array[2:] = 2
    slicer_file(tmp_path / "s.seg.nrrd", array, keys)
    found = read_segmentation(tmp_path / "s.seg.nrrd")
    assert {n: int(m.sum()) for n, m in found.masks.items()} == {"L1": 160, "L1 (2)": 160}
    assert "L1 (2)" in found.notes[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("name", ["l.nrrd", "l.nii.gz"])
def test_labelled_images(tmp_path, name, dtype):
    labels = np.random.default_rng(2).integers(0, 3, SHAPE).astype(dtype)
    sitk.WriteImage(sitk.GetImageFromArray(labels), str(tmp_path / name))
    found = read_segmentation(tmp_path / name).masks
    assert list(found) == ["label 1", "label 2"]
    np.testing.assert_array_equal(found["label 2"], labels == 2)


def test_files_without_regions_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read_segmentation(tmp_path / "none.nrrd")
    assert caught.value.code == "file_not_found"
    image = np.random.default_rng(3).normal(size=SHAPE)
    for array, code in ((image, "not_labels"), (image * np.nan, "not_labels"),
                           (image * 0, "no_labels")):  # fmt: skip
        sitk.WriteImage(sitk.GetImageFromArray(array), str(tmp_path / "i.nrrd"))
        with pytest.raises(InputError) as caught:
            read_segmentation(tmp_path / "i.nrrd")
        assert caught.value.code == code
    with pytest.raises(InputError) as caught:
        write_segmentation(tmp_path / "no folder" / "x.seg.nrrd", masks(), grid())
    assert caught.value.code == "cannot_write"
    with pytest.raises(InputError) as caught:
        write_segmentation(tmp_path / "x.seg.nrrd", {"a": np.ones((1, 2, 3), bool)}, grid())
    assert caught.value.code == "shape_mismatch"


# ---------------------------------------------------------------------------- grids


def as_image(array, seed=0):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((2, 3, 5))
    image.SetOrigin((7, -8, 9))
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    image.SetDirection((turn * np.sign(np.linalg.det(turn))).ravel())
    return image


def geometry_of(image):
    return Geometry.from_parts(
        image.GetSize()[::-1], image.GetSpacing(), image.GetOrigin(),
        np.array(image.GetDirection()),
    )  # fmt: skip


@pytest.mark.parametrize("flip", [(0, 0, 0), (1, 0, 0), (0, 1, 1), (1, 1, 1)])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2), (2, 1, 0)])
def test_flips_swaps_and_crops_are_exact(order, flip):
    labels = np.random.default_rng(4).integers(0, 9, SHAPE).astype(np.uint8)
    image = as_image(labels)
    other = sitk.Flip(sitk.PermuteAxes(image, order), [bool(f) for f in flip])
    moved = put_on_grid(labels, geometry_of(image), geometry_of(other))
    # ITK works the same out from points in space.
    expected = sitk.Resample(image, other, sitk.Transform(), sitk.sitkNearestNeighbor)
    np.testing.assert_array_equal(moved, sitk.GetArrayFromImage(expected))
    cropped = other[1:, :-1, 1:-1]
    part = put_on_grid(labels, geometry_of(image), geometry_of(cropped))
    np.testing.assert_array_equal(part, sitk.GetArrayFromImage(cropped))
    back = put_on_grid(part, geometry_of(cropped), geometry_of(image), fill=99)
    inside = back != 99
    np.testing.assert_array_equal(back[inside], labels[inside])
    assert inside.sum() == part.size


def test_another_grid_is_an_error_that_names_both_or_is_resampled():
    labels = np.random.default_rng(5).integers(0, 2, SHAPE).astype(bool)
    image = as_image(labels.astype(np.uint8))
    finer = sitk.Expand(image, (2, 1, 3), sitk.sitkNearestNeighbor)
    source, target = geometry_of(image), geometry_of(finer)
    with pytest.raises(InputError) as caught:
        put_on_grid(labels, source, target)
    assert caught.value.code == "different_grid"
    assert "8×10×4 voxels" in str(caught.value)
    moved = put_on_grid(labels, source, target, resample=True)
    np.testing.assert_array_equal(moved, sitk.GetArrayFromImage(finer) > 0)


def test_single_slices_need_no_common_thickness():
    a = Geometry((1, 3, 4), np.diag([1.0, 1.0, 5.0, 1.0]))
    b = Geometry((1, 3, 4), np.diag([1.0, 1.0, 1.0, 1.0]))
    array = np.arange(12).reshape(1, 3, 4)
    np.testing.assert_array_equal(put_on_grid(array, b, a), array)


def test_region_outside_the_series_is_refused(tmp_path):
    far = np.diag([2.0, 3.0, 5.0, 1.0])
    far[0, 3] = 2000.0
    file = tmp_path / "s.seg.nrrd"
    write_segmentation(file, {"tumour": np.ones(SHAPE, bool)}, Geometry(SHAPE, far))
    with pytest.raises(InputError) as caught:
        read_segmentation(file).on(Geometry(SHAPE, np.diag([2.0, 3.0, 5.0, 1.0])))
    assert caught.value.code == "region_outside_series"
    assert caught.value.about == "tumour"


def test_a_region_has_the_colour_of_its_role(tmp_path):
    geometry = Geometry.from_parts((2, 3, 4), (1, 1, 1), (0, 0, 0), np.eye(3))
    masks = {"Target": np.ones((2, 3, 4), bool)}
    path = tmp_path / "regions.seg.nrrd"
    write_segmentation(path, masks, geometry, tags={"Target": {TAG: "lesion"}})
    header = path.read_bytes().split(b"\n\n")[0].decode()
    shown = re.search(r"Segment0_Color:=(.*)", header).group(1)
    expected = rgb(REGION_ROLES["lesion"].colour)
    np.testing.assert_allclose([float(c) for c in shown.split()], expected, atol=1e-5)
