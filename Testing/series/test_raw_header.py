"""Headers read from the bytes equal those that pydicom reads, and unusual files are left to it."""

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from SpineDCELib.series import image_header
from SpineDCELib.series.image_header import read_headers

FILES = sorted((Path(pydicom.__file__).parent / "data" / "test_files").rglob("*"))


def by_pydicom(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(image_header, "read_raw_header", lambda *given: None)
        return read_headers(str(path))


def taken(monkeypatch):
    """Count the files that were read from their bytes."""
    counted = []
    original = image_header.read_raw_header

    def read(*given):
        found = original(*given)
        counted.append(found is not None)
        return found

    monkeypatch.setattr(image_header, "read_raw_header", read)
    return counted


def test_every_sample_file_of_pydicom_reads_the_same(monkeypatch):
    counted = taken(monkeypatch)
    compared = 0
    for path in FILES:
        if path.is_file():
            try:
                expected = by_pydicom(path, monkeypatch)
            except Exception as error:  # whatever it is, it is the same
                with pytest.raises(type(error)):
                    read_headers(str(path))
                continue
            assert read_headers(str(path)) == expected, path
            compared += 1
    assert compared > 100
    assert sum(counted) > 50


def image(**more):
    ds = Dataset()
    ds.SOPInstanceUID, ds.SeriesInstanceUID, ds.StudyInstanceUID = "1.2.1", "1.2.2", "1.2.3"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored = 4, 4, 16, 12
    ds.PatientName, ds.SpecificCharacterSet = "Müller^Änne", "ISO_IR 100"
    ds.ImagePositionPatient, ds.FlipAngle, ds.EchoTime = [1.5, -2, 3], 15, 1.7
    ds.AcquisitionTime, ds.SeriesDescription = "101112.5", "dynamic"
    ds.PixelData = bytes(32)
    for name, value in more.items():
        setattr(ds, name, value)
    return ds


def saved(ds, path, syntax):
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = "1.2", "1.2.1"
    ds.save_as(path, enforce_file_format=True)
    return path


def nested(undefined, items=2):
    inner = Dataset()
    inner.CodeValue = "inner"
    outer = Dataset()
    outer.PurposeOfReferenceCodeSequence = Sequence([inner, Dataset()])
    outer.ReferencedSOPInstanceUID = "1.2.4"
    sequence = Sequence([outer] * items)
    for each in (sequence, outer.PurposeOfReferenceCodeSequence):
        each.is_undefined_length = undefined
    for each in (outer, inner):
        each.is_undefined_length_sequence_item = undefined
    return sequence


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [False, True])
def test_sequences_are_passed_over(syntax, undefined, tmp_path, monkeypatch):
    ds = image(ReferencedImageSequence=nested(undefined))
    ds["ReferencedImageSequence"].is_undefined_length = undefined
    path = saved(ds, tmp_path / "image.dcm", syntax)
    expected = by_pydicom(path, monkeypatch)
    counted = taken(monkeypatch)
    assert read_headers(str(path)) == expected
    assert counted == [True]
    assert expected[0].header.patient[1] == "MÜLLER ÄNNE"
    assert expected[0].FA == 15


def test_an_agent_in_a_sequence_is_read_by_pydicom(tmp_path, monkeypatch):
    agent = Dataset()
    agent.CodeMeaning = "Gadobutrol"
    path = saved(
        image(ContrastBolusAgentSequence=Sequence([agent])),
        tmp_path / "image.dcm",
        ExplicitVRLittleEndian,
    )
    counted = taken(monkeypatch)
    assert read_headers(str(path))[0].header.contrast_agent == "Gadobutrol"
    assert counted == [False]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_long_or_cut_header_reads_the_same(syntax, tmp_path, monkeypatch):
    path = saved(image(ImageComments="x" * 40_000), tmp_path / "image.dcm", syntax)
    counted = taken(monkeypatch)
    whole = read_headers(str(path))
    assert counted == [True]
    assert whole == by_pydicom(path, monkeypatch)
    assert len(whole) == 1
    content = path.read_bytes()
    for length in (140, 300, 500, len(content) - 40, len(content) - 10):
        path.write_bytes(content[:length])
        assert read_headers(str(path)) == by_pydicom(path, monkeypatch), length


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("items", [100, 150, 200, 300, 1000])
def test_a_long_sequence_before_the_pixels_reads_the_same(undefined, items, tmp_path, monkeypatch):
    ds = image(ReferencedImageSequence=nested(undefined, items))
    ds["ReferencedImageSequence"].is_undefined_length = undefined
    path = saved(ds, tmp_path / "image.dcm", ExplicitVRLittleEndian)
    counted = taken(monkeypatch)
    assert read_headers(str(path)) == by_pydicom(path, monkeypatch) != []
    assert counted == [True]
