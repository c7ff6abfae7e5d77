"""DICOM objects of images whose headers hold invalid values of patient and study."""

import io
import warnings

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR
from SpineDCELib.export.dicom.segmentation_writer import segmentation
from SpineDCELib.export.dicom.source_images import Sources, _complete, empty_invalid_values

hd = pytest.importorskip("highdicom", reason="highdicom is not installed")

GIVEN = {
    "PatientName": "A^B", "PatientID": "1", "PatientBirthDate": "19700101", "PatientSex": "F",
    "PatientAge": "056Y", "PatientWeight": "70.5", "StudyDate": "20260312",
    "StudyTime": "101112.5", "StudyID": "1", "ReferringPhysicianName": "C^D",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "SOPInstanceUID": "1.2.3.9", "Modality": "MR",
    "StudyInstanceUID": "1.2.3.7", "SeriesInstanceUID": "1.2.3.8", "FrameOfReferenceUID": "1.2.3.6",
    "Rows": 4, "Columns": 4, "PixelSpacing": [1, 1], "SliceThickness": 1, "InstanceNumber": 1,
    "ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "LossyImageCompression": "00", "SpecificCharacterSet": "ISO_IR 100",
}  # fmt: skip


def header(**values):
    """Return a header as it is read from a file."""
    image = pydicom.Dataset()
    for keyword, value in (GIVEN | values).items():
        ignored = pydicom.config.IGNORE
        image[keyword] = pydicom.DataElement(
            keyword, dictionary_VR(keyword), value, validation_mode=ignored
        )
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(file, image, implicit_vr=False, little_endian=True)
    file.seek(0)
    return pydicom.dcmread(file, force=True)


def written(image):
    """Return an object of the image after it was written and read."""
    _complete(image, thickness=1.0)
    patient = hd.CoordinateSystemNames.PATIENT
    found = Sources(
        [image],
        hd.PixelMeasuresSequence((1, 1), 1, 1),
        hd.PlaneOrientationSequence(patient, [1, 0, 0, 0, 1, 0]),
        [hd.PlanePositionSequence(patient, [0, 0, 0])],
    )
    dataset = segmentation(
        {"Lesion": np.ones((1, 4, 4), bool)}, roles={"Lesion": "lesion"}, sources=found,
        series_number=2, description="x",
    )  # fmt: skip
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    file.seek(0)
    return pydicom.dcmread(file)


def test_a_sound_header_is_left_as_it_is():
    image = header()
    assert empty_invalid_values(image) == []
    dataset = written(image)
    for keyword in ("PatientName", "PatientSex", "PatientBirthDate", "PatientAge", "StudyTime"):
        assert dataset[keyword].value == GIVEN[keyword]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientSex", "X"), ("PatientSex", "männlich"), ("PatientSex", ["M", "F"]),
        ("PatientBirthDate", "1970"), ("PatientBirthDate", "1970-01-02"),
        ("PatientBirthDate", "19700230"), ("PatientBirthDate", ["19700101", "19700102"]),
        ("StudyDate", "never"), ("StudyTime", "25:99"), ("PatientAge", "54"),
        ("PatientName", ["A^B", "C^D"]), ("ReferringPhysicianName", ["A^B", "C^D"]),
        ("LossyImageCompression", "maybe"), ("SpecificCharacterSet", "ISO_IR 999"),
    ],
)  # fmt: skip
def test_an_invalid_value_is_left_empty_and_the_object_is_written(keyword, value):
    image = header(**{keyword: value})
    assert empty_invalid_values(image) == [keyword]
    dataset = written(image)
    assert dataset.PatientID == GIVEN["PatientID"]
    if keyword in ("PatientSex", "PatientBirthDate", "StudyDate", "StudyTime", "PatientName"):
        assert not dataset[keyword].value
    else:
        assert dataset.get(keyword) != value


def test_a_number_that_is_none_is_left_empty():
    image = header()
    element = image.get_item("PatientWeight")
    image[element.tag] = element._replace(value=b"70,5")
    assert empty_invalid_values(image) == ["PatientWeight"]
    assert "PatientWeight" not in written(image)


def test_a_date_of_the_old_form_is_kept():
    image = header(PatientBirthDate="1970.01.02")
    assert empty_invalid_values(image) == []
    assert written(image).PatientBirthDate == "19700102"


@pytest.mark.parametrize(
    "keyword", ["StudyInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID", "SeriesInstanceUID"]
)
def test_an_object_refers_to_an_image_with_an_invalid_uid(keyword):
    """Other UIDs would lead nowhere."""
    image = header(**{keyword: "1.2.03.4"})
    assert empty_invalid_values(image) == []
    dataset = written(image)
    assert any(e.VR == "UI" and e.value == "1.2.03.4" for e in dataset.iterall())
    assert dataset.PatientID == GIVEN["PatientID"]
