"""DICOM Segmentations of other programs: sparse, shuffled, fractional, overlapping."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.sequence import Sequence
from series.dicom_layouts import oblique_affine
from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry, read_segmentation
from SpineDCELib.vocabulary.region_roles import TRACKING_TAG, role_of

SHAPE = (6, 10, 8)
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
CODES = {"Lesion": ("128462008", "Metastasis"), "Vessel": ("15825003", "Aorta")}


def grid():
    return Geometry(SHAPE, oblique_affine())


def masks():
    """Return two regions that overlap, in the middle slices only."""
    found = {name: np.zeros(SHAPE, bool) for name in CODES}
    found["Lesion"][2:4, 3:6, 2:5] = True
    found["Vessel"][1:5, 4:9, 4:6] = True
    return found


def item(**values):
    data = Dataset()
    for key, value in values.items():
        setattr(data, key, value)
    return data


def group(**macros):
    return item(**{f"{name}Sequence": Sequence([found]) for name, found in macros.items()})


def code(value, meaning):
    return Sequence([item(CodeValue=value, CodingSchemeDesignator="SCT", CodeMeaning=meaning)])


def write(path, frames, planes, numbers, *, names=tuple(CODES), kind="BINARY", spacing=True,
          affine=None):  # fmt: skip
    """Write frames of segment ``numbers`` at ``planes``, each frame with its position."""
    affine = oblique_affine() if affine is None else affine
    across, down, along = affine[:3, :3].T
    data = FileDataset(str(path), {}, preamble=b"\0" * 128, file_meta=FileMetaDataset())
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID = LABEL_MAP if kind == "LABELMAP" else SEGMENTATION
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data.Modality, data.SegmentationType = "SEG", kind
    data.Rows, data.Columns, data.NumberOfFrames = *SHAPE[1:], len(frames)
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    bits = 1 if kind == "BINARY" else 8
    data.BitsAllocated = data.BitsStored = bits
    data.HighBit, data.PixelRepresentation = bits - 1, 0
    if kind == "FRACTIONAL":
        data.MaximumFractionalValue = 100
    measures = item(PixelSpacing=[float(np.linalg.norm(v)) for v in (down, across)],
                    SliceThickness=4.0)  # fmt: skip
    if spacing:
        measures.SpacingBetweenSlices = float(np.linalg.norm(along))
    orientation = [*across / np.linalg.norm(across), *down / np.linalg.norm(down)]
    data.SharedFunctionalGroupsSequence = Sequence([
        group(PixelMeasures=measures,
              PlaneOrientation=item(ImageOrientationPatient=[float(v) for v in orientation]))
    ])  # fmt: skip
    data.PerFrameFunctionalGroupsSequence = Sequence([
        group(PlanePosition=item(ImagePositionPatient=[
                  float(round(v, 4)) for v in affine[:3, 3] + plane * along]),
              SegmentIdentification=item(ReferencedSegmentNumber=number))
        for plane, number in zip(planes, numbers, strict=True)
    ])  # fmt: skip
    data.SegmentSequence = Sequence([
        item(SegmentNumber=n, SegmentLabel=name,
             SegmentedPropertyCategoryCodeSequence=code("123037004", "Anatomical structure"),
             SegmentedPropertyTypeCodeSequence=code(*CODES.get(name, ("1", "x"))))
        for n, name in enumerate(names, 1)
    ])  # fmt: skip
    pixels = np.asarray(frames)
    if bits == 1:
        data.PixelData = np.packbits(pixels.astype(bool).ravel(), bitorder="little").tobytes()
    else:
        data.PixelData = pixels.astype(np.uint8).tobytes()
    if len(data.PixelData) % 2:
        data.PixelData += b"\0"
    data.save_as(path, enforce_file_format=True)
    return path


def sparse(seed=0, full=1):
    """Return the frames of both segments that are not empty, in random order."""
    found = [
        (full * mask[plane], plane, n)
        for n, mask in enumerate(masks().values(), 1)
        for plane in range(SHAPE[0])
        if mask[plane].any()
    ]
    order = np.random.default_rng(seed).permutation(len(found))
    return zip(*(found[i] for i in order), strict=True)


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
@pytest.mark.parametrize("spacing", [True, False])
def test_sparse_frames_in_any_order_are_placed_by_position(tmp_path, kind, spacing):
    full = 60 if kind == "FRACTIONAL" else 1
    file = write(tmp_path / "a.dcm", *sparse(full=full), kind=kind, spacing=spacing)
    found = read_segmentation(file)
    assert found.geometry.shape == (4, 10, 8)
    for name, mask in found.on(grid()).items():
        np.testing.assert_array_equal(mask, masks()[name])


@pytest.mark.parametrize("columns", [8, 5])
def test_bits_that_were_packed_and_run_length_encoded(tmp_path, monkeypatch, columns):
    """OHIF stores binary segments so."""
    monkeypatch.setattr("series.test_dicom_segmentation.SHAPE", (6, 10, columns))
    found = masks()["Lesion"]
    file = write(tmp_path / "a.dcm", list(found), range(6), [1] * 6, names=["Lesion"])
    data = pydicom.dcmread(file)
    frames = []
    for mask in found:
        packed = np.packbits(mask.ravel(), bitorder="little")[None]
        frames.append(RLELosslessEncoder.encode(
            packed, rows=1, columns=packed.size, samples_per_pixel=1, bits_allocated=8,
            bits_stored=8, photometric_interpretation="MONOCHROME2", pixel_representation=0,
            number_of_frames=1,
        ))  # fmt: skip
    data.PixelData = encapsulate(frames)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    data.file_meta.TransferSyntaxUID = pydicom.uid.RLELossless
    data.save_as(file, enforce_file_format=True)
    np.testing.assert_array_equal(read_segmentation(file).masks["Lesion"], found)


def test_fractional_voxels_count_from_one_half(tmp_path):
    file = write(tmp_path / "a.dcm", *sparse(full=40), kind="FRACTIONAL")
    assert not any(mask.any() for mask in read_segmentation(file).masks.values())


def test_slices_without_a_frame_are_empty(tmp_path):
    mask = masks()["Vessel"]
    mask[2:4] = False
    file = write(tmp_path / "a.dcm", [mask[1], mask[4]], [1, 4], [1, 1], names=["Vessel"])
    np.testing.assert_array_equal(read_segmentation(file).on(grid())["Vessel"], mask)


def test_label_maps_and_single_frames(tmp_path):
    labels = np.zeros(SHAPE, int)
    for n, mask in enumerate(masks().values(), 1):
        labels[mask] = n
    file = write(tmp_path / "a.dcm", labels, range(6), [1] * 6, kind="LABELMAP")
    found = read_segmentation(file).on(grid())
    np.testing.assert_array_equal(found["Lesion"], labels == 1)
    np.testing.assert_array_equal(found["Vessel"], labels == 2)

    one = masks()["Lesion"][2]
    file = write(tmp_path / "b.dcm", [one], [2], [1], names=["Lesion"])
    found = read_segmentation(file)
    assert found.geometry.spacing == pytest.approx(grid().spacing)
    np.testing.assert_array_equal(found.on(grid())["Lesion"][2], one)


def test_codes_give_the_role_where_the_name_does_not(tmp_path):
    file = write(tmp_path / "a.dcm", *sparse(), names=["Lesion", "Lesion"])
    found = read_segmentation(file)
    assert list(found.masks) == ["Lesion", "Lesion (2)"]
    assert "Lesion (2)" in found.notes[0]
    file = write(tmp_path / "b.dcm", *sparse())
    found = read_segmentation(file)
    assert role_of("Vessel", terminology=found.terminology["Vessel"]) == "aorta"


def test_planes_that_form_no_grid_are_refused_with_the_reason(tmp_path):
    frames, planes, numbers = (list(v) for v in sparse())
    file = write(tmp_path / "a.dcm", frames, [p + 0.3 * (p == 3) for p in planes], numbers)
    with pytest.raises(InputError) as caught:
        read_segmentation(file)
    assert caught.value.code == "unevenly_spaced_planes"
    sheared = oblique_affine(tilt=8)
    with pytest.raises(InputError) as caught:
        read_segmentation(write(tmp_path / "b.dcm", frames, planes, numbers, affine=sheared))
    assert caught.value.code == "planes_without_volume"
    data = pydicom.dcmread(file)
    del data.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence
    data.save_as(tmp_path / "c.dcm")
    with pytest.raises(InputError) as caught:
        read_segmentation(tmp_path / "c.dcm")
    assert caught.value.code == "incomplete_segmentation"
    assert "no PlaneOrientation of frame 1" in str(caught.value)
    whole = file.read_bytes()
    (tmp_path / "d.dcm").write_bytes(whole[:-40])
    with pytest.raises(InputError) as caught:
        read_segmentation(tmp_path / "d.dcm")
    assert caught.value.code == "unreadable_segmentation"


def test_the_tracking_uid_of_a_segment_is_kept(tmp_path):
    file = write(tmp_path / "a.dcm", *sparse())
    data = pydicom.dcmread(file)
    data.SegmentSequence[0].TrackingUID = "2.25.123"
    data.save_as(file)
    assert read_segmentation(file).tags == {"Lesion": {TRACKING_TAG: "2.25.123"}}
