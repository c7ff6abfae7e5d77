"""Writer of MR images as a scanner sends them: one MR Image Storage object per slice."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.version import __version__

_CHARACTERS = "ISO_IR 192"
_ENCODINGS = convert_encodings(_CHARACTERS)
_META_LENGTH = "FileMetaInformationGroupLength"


@dataclass(frozen=True)
class Examination:
    """What all series of a study share."""

    patient_name: str
    patient_id: str
    sex: str
    born: datetime
    weight: float
    when: datetime
    description: str
    seed: tuple[str, ...]  #: every UID follows from these words
    field_strength: float = 1.5  #: T
    agent: str = "Gadobutrol"

    def uid(self, *words: object) -> UID:
        """A UID that is the same whenever the same words are given."""
        return generate_uid(entropy_srcs=[*self.seed, *map(str, words)])

    @property
    def study_uid(self) -> UID:
        return self.uid("study")

    @property
    def frame_of_reference_uid(self) -> UID:
        return self.uid("frame of reference")


@dataclass(frozen=True)
class Series:
    """One series and how it was acquired; times in s, angles in degrees."""

    number: int
    description: str
    start: float  #: s after the start of the examination
    duration: float  #: s
    TR: float
    TE: float
    FA: float
    sequence: str = "GR"
    variant: str = "SP"
    three_dimensional: bool = True
    TI: float | None = None
    echo_train: int = 1
    kind: str = "M"
    averages: int = 1
    contrast: bool = False
    extra: dict[str, object] = field(default_factory=dict)


def folder_name(series: Series) -> str:
    return f"{series.number:02d}_" + series.description.lower().replace(" ", "_")


def template(exam: Examination, series: Series, geometry: Geometry) -> Dataset:
    """Everything that does not change from image to image of a series."""
    ds = Dataset()
    ds.SpecificCharacterSet = _CHARACTERS
    ds.SOPClassUID = MRImageStorage
    started = exam.when + timedelta(seconds=series.start)
    ds.StudyDate = ds.SeriesDate = exam.when.strftime("%Y%m%d")
    ds.StudyTime = exam.when.strftime("%H%M%S.%f")
    ds.SeriesTime = started.strftime("%H%M%S.%f")
    ds.AccessionNumber = ""
    ds.Modality = "MR"
    ds.Manufacturer = "SpineDCE digital spine"
    ds.ManufacturerModelName = "Phantom"
    ds.DeviceSerialNumber = "1"
    ds.SoftwareVersions = __version__
    ds.InstitutionName = "No hospital: simulated data"
    ds.StationName = "PHANTOM"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = exam.description
    ds.SeriesDescription = series.description
    ds.ProtocolName = series.description
    ds.PatientName = exam.patient_name
    ds.PatientID = exam.patient_id
    ds.PatientBirthDate = exam.born.strftime("%Y%m%d")
    ds.PatientSex = exam.sex
    ds.PatientAge = f"{int((exam.when - exam.born).days / 365.25):03d}Y"
    ds.PatientWeight = exam.weight
    ds.PatientPosition = "HFS"
    ds.BodyPartExamined = "SPINE"
    ds.StudyInstanceUID = exam.study_uid
    ds.SeriesInstanceUID = exam.uid("series", series.number)
    ds.FrameOfReferenceUID = exam.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.StudyID = "1"
    ds.SeriesNumber = series.number
    ds.ImageType = ["ORIGINAL", "PRIMARY", series.kind, "ND"]
    ds.ScanningSequence = series.sequence
    ds.SequenceVariant = series.variant
    ds.ScanOptions = ""
    ds.MRAcquisitionType = "3D" if series.three_dimensional else "2D"
    ds.SequenceName = "*" + series.description.split()[0]
    ds.RepetitionTime = round(series.TR * 1e3, 4)
    ds.EchoTime = round(series.TE * 1e3, 4)
    if series.TI is not None:
        ds.InversionTime = round(series.TI * 1e3, 4)
    ds.FlipAngle = series.FA
    ds.EchoTrainLength = series.echo_train
    ds.NumberOfAverages = series.averages
    ds.ImagedNucleus = "1H"
    ds.ImagingFrequency = round(42.58 * exam.field_strength, 2)
    ds.MagneticFieldStrength = exam.field_strength
    ds.EchoNumbers = 1
    ds.PercentSampling = 100
    ds.PercentPhaseFieldOfView = 100
    ds.PixelBandwidth = 488
    ds.InPlanePhaseEncodingDirection = "ROW"
    column, row, section = geometry.spacing
    ds.SliceThickness = round(section, 6)
    ds.SpacingBetweenSlices = round(section, 6)
    ds.PixelSpacing = [round(row, 6), round(column, 6)]
    cosines = geometry.direction[:, :2].T.ravel()
    ds.ImageOrientationPatient = [float(f"{c:.8f}") + 0.0 for c in cosines]
    ds.Rows, ds.Columns = geometry.shape[1:]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = 16
    ds.PixelRepresentation = 0
    ds.BurnedInAnnotation = "NO"
    if series.contrast:
        ds.ContrastBolusAgent = exam.agent
        ds.ContrastBolusRoute = "IV"
        ds.ContrastBolusVolume = round(0.1 * exam.weight, 1)
        ds.ContrastBolusIngredient = "GADOLINIUM"
        ds.ContrastBolusIngredientConcentration = 1000
        ds.ContrastFlowRate = 2.5
    for keyword, value in series.extra.items():
        setattr(ds, keyword, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = MRImageStorage
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.ImplementationClassUID = generate_uid(entropy_srcs=["SpineDCE", "phantom"])
    return ds


@dataclass
class SeriesWriter:
    """Writes volumes of one series, frame by frame, into ``folder``."""

    folder: Path
    exam: Examination
    series: Series
    geometry: Geometry

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.dataset = template(self.exam, self.series, self.geometry)
        self.written = 0
        self._parts = {int(element.tag): _encoded(element) for element in self.dataset}
        self._meta: dict[int, bytes] = {}
        self._places = [self._changed(**self._place(k)) for k in range(self.geometry.shape[0])]

    def _place(self, k: int) -> dict[str, object]:
        position = self.geometry.affine @ [0, 0, k, 1]
        normal = self.geometry.direction[:, 2]
        return {
            "ImagePositionPatient": [round(float(p), 6) + 0.0 for p in position[:3]],
            "SliceLocation": round(float(normal @ position[:3]), 4),
        }

    def _changed(self, **values: object) -> dict[int, bytes]:
        """Change elements of the data set, and return them as they are written."""
        for keyword, value in values.items():
            setattr(self.dataset, keyword, value)
        elements = [self.dataset[keyword] for keyword in values]
        return {int(element.tag): _encoded(element) for element in elements}

    def write(
        self,
        volume: NDArray[np.uint16],
        *,
        offset: float = 0.0,
        window: tuple[float, float],
        frame: int | None = None,
        frames: int = 1,
        rescale: tuple[float, float, str] | None = None,
    ) -> None:
        """Write one volume.

        Args:
            volume: (slices, rows, columns), as stored.
            offset: s from the start of the series to the start of this volume's acquisition.
            window: centre and width in rescaled units.
            frame: index of the volume in a dynamic series of ``frames``.
            rescale: slope, intercept and unit of the stored values.
        """
        begun = self.exam.when + timedelta(seconds=self.series.start + offset)
        done = self.exam.when + timedelta(seconds=self.series.start + self.series.duration)
        values: dict[str, object] = {
            "AcquisitionDate": begun.strftime("%Y%m%d"),
            "AcquisitionTime": begun.strftime("%H%M%S.%f"),
            "ContentDate": begun.strftime("%Y%m%d"),
            "ContentTime": done.strftime("%H%M%S.%f"),
            "AcquisitionNumber": 1 if frame is None else frame + 1,
            "WindowCenter": window[0],
            "WindowWidth": window[1],
            "BitsStored": 16,
            "HighBit": 15,
        }
        if frame is not None:
            values["TemporalPositionIdentifier"] = frame + 1
            values["NumberOfTemporalPositions"] = frames
            values["TemporalResolution"] = round(self.series.duration / frames * 1e3, 3)
        if rescale:
            slope, intercept, unit = rescale
            values["RescaleSlope"], values["RescaleIntercept"] = (
                f"{slope:.12g}",
                f"{intercept:.12g}",
            )
            values["RescaleType"] = unit
        self._parts |= self._changed(**values)
        for section, place in zip(volume, self._places, strict=True):
            self.written += 1
            uid = self.exam.uid("image", self.series.number, self.written)
            self._parts |= place
            self._parts |= self._changed(InstanceNumber=self.written, SOPInstanceUID=uid)
            pixels = DataElement("PixelData", "OW", np.ascontiguousarray(section, "<u2").tobytes())
            self._parts[int(pixels.tag)] = _encoded(pixels)
            parts = [self._parts[tag] for tag in sorted(self._parts)]
            path = self.folder / f"{self.written:05d}.dcm"
            path.write_bytes(b"".join([self._preamble(uid), *parts]))

    def _preamble(self, uid: UID) -> bytes:
        """Return what stands before the data set of an image, as pydicom would write it."""
        self.dataset.file_meta.MediaStorageSOPInstanceUID = uid
        if not self._meta:
            first = BytesIO()
            self.dataset.save_as(first, enforce_file_format=True)
            first.seek(0)
            meta = dcmread(first, stop_before_pixels=True).file_meta
            self._meta = {int(e.tag): _encoded(e) for e in meta if e.keyword != _META_LENGTH}
        element = self.dataset.file_meta["MediaStorageSOPInstanceUID"]
        self._meta[int(element.tag)] = _encoded(element)
        size = sum(map(len, self._meta.values()))
        length = struct.pack("<HH2sHI", 0x0002, 0x0000, b"UL", 4, size)
        return b"".join([bytes(128), b"DICM", length, *self._meta.values()])


def _encoded(element: DataElement) -> bytes:
    """Return an element as pydicom would write it."""
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_data_element(stream, element, _ENCODINGS)
    found: bytes = stream.getvalue()
    return found
