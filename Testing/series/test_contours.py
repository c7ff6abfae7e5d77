"""DICOM structure sets: contours filled slice by slice, refused with the true reason."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from series.dicom_layouts import oblique_affine
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import read_mask, read_sizes
from SpineDCELib.series import Geometry, read_segmentation

SHAPE = (4, 20, 16)


def grid():
    return Geometry(SHAPE, oblique_affine(tilt=5))


def points(columns_rows, slice_index, geometry=None):
    """Return positions of (column, row) points in a slice, as ContourData."""
    affine = (geometry or grid()).affine
    index = np.array([[c, r, slice_index, 1.0] for c, r in columns_rows])
    return (index @ affine.T)[:, :3]


def write(path, regions, *, kind="CLOSED_PLANAR"):
    """Write a structure set: name → contours."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.Modality = "RTSTRUCT"
    data.StructureSetROISequence, data.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(regions.items(), 1):
        described, drawn = Dataset(), Dataset()
        described.ROINumber, described.ROIName = number, name
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = []
        for contour in contours:
            one = Dataset()
            one.ContourGeometricType = kind
            one.NumberOfContourPoints = len(contour)
            one.ContourData = [f"{v:.6g}" for v in contour.ravel()]
            drawn.ContourSequence.append(one)
        data.StructureSetROISequence.append(described)
        data.ROIContourSequence.append(drawn)
    data.save_as(path, enforce_file_format=True)
    return path


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_voxels_with_their_centre_inside_belong_to_a_region(tmp_path):
    file = write(
        tmp_path / "rt.dcm",
        {
            "Lesion": [points(box(2.6, 3.6, 7.4, 9.4), 1), points(box(2.6, 3.6, 7.4, 9.4), 2)],
            "Reference": [
                points(box(0.6, 0.6, 10.4, 12.4), 3),
                points(box(3.6, 4.6, 6.4, 8.4), 3),  # a hole
            ],
        },
    )
    masks = read_segmentation(file).on(grid())
    lesion, reference = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    lesion[1:3, 4:10, 3:8] = True
    reference[3, 1:13, 1:11] = True
    reference[3, 5:9, 4:7] = False
    np.testing.assert_array_equal(masks["Lesion"], lesion)
    np.testing.assert_array_equal(masks["Reference"], reference)


def test_a_circle_has_its_area_and_a_doubled_contour_is_no_hole(tmp_path):
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = points([(8 + 6 * np.cos(a), 10 + 6 * np.sin(a)) for a in turn], 0)
    file = write(tmp_path / "rt.dcm", {"Aorta": [circle, circle]})
    mask = read_mask(str(file), grid())
    assert mask[0].sum() == pytest.approx(np.pi * 36, rel=0.05)
    assert not mask[1:].any()


@pytest.mark.parametrize(
    ("contour", "code", "said"),
    [
        (points(box(2, 3, 7, 9), 1.4), "contour_off_slices", "{:.1f} mm from the nearest slice"),
        (points(box(2, 3, 7, 9), 5), "region_reaches_outside_series", "above or below"),
        (points(box(2, 3, 30, 9), 1), "region_reaches_outside_series", "across the edge"),
        (
            np.vstack([points([(2, 3), (7, 3)], 1), points([(7, 9), (2, 9)], 2)]),
            "tilted_planes", "another orientation",
        ),
    ],
)  # fmt: skip
def test_contours_that_do_not_fit_are_refused_with_the_reason(tmp_path, contour, code, said):
    found = read_segmentation(write(tmp_path / "rt.dcm", {"Lesion": [contour]}))
    with pytest.raises(InputError) as caught:
        found.on(grid())
    assert caught.value.code == code
    assert said.format(0.4 * grid().spacing[2]) in str(caught.value)


def test_contours_off_the_slices_are_taken_at_the_nearest_one_on_request(tmp_path):
    file = write(tmp_path / "rt.dcm", {"Lesion": [points(box(2.6, 3.6, 7.4, 9.4), 1.4)]})
    mask = read_segmentation(file).on(grid(), resample=True)["Lesion"]
    assert mask[1].sum() == mask.sum() == 5 * 6


def test_what_encloses_nothing_is_no_region(tmp_path):
    one = [points(box(2, 3, 7, 9), 1)]
    with pytest.raises(InputError) as caught:
        read_segmentation(write(tmp_path / "p.dcm", {"Marker": one}, kind="POINT"))
    assert caught.value.code == "no_labels"
    file = write(tmp_path / "rt.dcm", {"Lesion": one})
    data = pydicom.dcmread(file)
    data.ROIContourSequence[0].ContourSequence[0].ContourData = ["1", "2"]
    data.save_as(file)
    with pytest.raises(InputError) as caught:
        read_segmentation(file)
    assert caught.value.code == "unreadable_segmentation"


def test_contours_give_no_size(tmp_path):
    file = write(tmp_path / "rt.dcm", {"Lesion": [points(box(2, 3, 7, 9), 1)]})
    with pytest.raises(InputError) as caught:
        read_sizes([str(file)], roles={"Lesion": "lesion"})
    assert caught.value.code == "contours_have_no_size"
