"""Small known series in the layouts of vendors and archives.

One is synthetic, from a seed; the other is cut from the digital spine. Neither passes through the
reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pydicom
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    generate_uid,
)

FRAMES, SLICES, ROWS, COLUMNS = 12, 4, 10, 8
#: Uneven, as after a pause: s.
TIMES = np.array([0, 5, 10, 15, 20, 25.5, 31, 36.5, 42, 47.5, 54, 60.5])
TR, TE, FA, FIELD = 0.0045, 0.0015, 25.0, 1.5


def truth(seed: int = 7) -> np.ndarray:
    """Return stored pixels, every image different: (frames, slices, rows, columns)."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3000, (FRAMES, SLICES, ROWS, COLUMNS), dtype=np.uint16)


def stored_phase(seed: int = 8) -> np.ndarray:
    """Return Siemens' phase values, 0 to 4095."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 4096, (FRAMES, SLICES, ROWS, COLUMNS), dtype=np.uint16)


def oblique_affine(tilt: float = 0.0) -> np.ndarray:
    """Return an oblique sagittal grid, sheared by ``tilt`` degrees."""
    a, b = np.deg2rad(17.0), np.deg2rad(-9.0)
    turn_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    sagittal = np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], float)
    turned = turn_z @ turn_x @ sagittal
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = turned[:, 0] * 1.25, turned[:, 1] * 1.5
    affine[:3, 2] = (turned[:, 2] + np.tan(np.deg2rad(tilt)) * turned[:, 1]) * 5.0
    affine[:3, 3] = (-12.5, 33.25, 104.0)
    return affine


@dataclass(frozen=True, eq=False)
class Known:
    """Content that is written in a layout and must be read back.

    Attributes:
        pixels, phase: stored, (frames, slices, rows, columns); phase 0 to 4095.
        times: s after the first frame. affine: column, row, slice → LPS, mm.
    """

    pixels: np.ndarray
    phase: np.ndarray
    times: np.ndarray
    affine: np.ndarray


def made_up() -> Known:
    """Return content with uneven times, an oblique grid, and no two images alike."""
    return Known(truth(), stored_phase(), TIMES, oblique_affine())


def cut_from_spine(dicom: Path, truth_folder: Path) -> Known:
    """Return the first frames of a digital spine's dynamic series around the column.

    Every second section, so that frames are small; the grid and the times are those of the truth.
    """
    import SimpleITK as sitk

    grid = sitk.ReadImage(str(truth_folder / "vp.nrrd"))
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(grid.GetDirection(), (3, 3)) * grid.GetSpacing()
    affine[:3, 3] = grid.GetOrigin()
    starts = np.loadtxt(truth_folder / "aif_frames.csv", delimiter=",", skiprows=1)[:, 0]
    magnitude, phase = (
        _stored_volumes(next(dicom.glob(name)), affine)
        for name in ("*dce_sag_perfusion", "*dce_sag_perfusion_phase")
    )
    first_row, first_column, step = 40, 44, 2
    part = np.s_[:FRAMES, ::step, first_row : first_row + 24, first_column : first_column + 20]
    affine[:3, 3] += affine[:3, 0] * first_column + affine[:3, 1] * first_row
    affine[:3, 2] *= step
    return Known(magnitude[part], phase[part], starts[:FRAMES] - starts[0], affine)


def _stored_volumes(folder: Path, affine: np.ndarray) -> np.ndarray:
    """Return the stored pixels of a classic series in the order of place and instance number."""
    images = [pydicom.dcmread(file) for file in folder.glob("*.dcm")]
    places = [
        np.linalg.solve(affine[:3, :3], np.array(i.ImagePositionPatient, float) - affine[:3, 3])[2]
        for i in images
    ]
    slices = np.rint(places).astype(int)
    return np.array(
        [
            [i.pixel_array for _, i in sorted(
                ((i.InstanceNumber, i) for i, k in zip(images, slices, strict=True) if k == s),
                key=lambda pair: pair[0],
            )]
            for s in range(slices.max() + 1)
        ]
    ).swapaxes(0, 1)  # fmt: skip


def clock(seconds: float, start: float = 9 * 3600) -> str:
    """Return the DICOM TM of a time after ``start`` (s of the day)."""
    s = (start + seconds) % 86400
    return f"{int(s // 3600):02d}{int(s % 3600 // 60):02d}{s % 60:09.6f}"


@dataclass
class Image:
    """One image to write: its place in the truth and its header."""

    ds: Dataset
    f: int
    k: int
    name: str = ""


@dataclass
class Layout:
    """Layout of the written files: vendor, time tags, folders."""

    vendor: str = "SIEMENS"
    affine: np.ndarray = field(default_factory=oblique_affine)
    times: np.ndarray = field(default_factory=lambda: TIMES)
    start: float = 9 * 3600.0
    patient: str = "P1"
    name: str = "DOE^JANE"
    study: str = "study"
    description: str = "DCE sag"
    series_number: int = 5
    FA: float | None = FA
    TR: float | None = TR

    def uid(self, *words: object) -> str:
        return str(
            generate_uid(entropy_srcs=["|".join(map(str, (self.patient, self.study, *words)))])
        )

    def base(self, kind: str = "M") -> Dataset:
        ds = Dataset()
        ds.SOPClassUID = MRImageStorage
        ds.PatientID, ds.PatientName = self.patient, self.name
        ds.StudyInstanceUID, ds.FrameOfReferenceUID = self.uid("study"), self.uid("frame")
        ds.StudyDate = ds.SeriesDate = "20240314"
        ds.StudyTime = ds.SeriesTime = clock(-60, self.start)
        ds.Modality, ds.Manufacturer = "MR", self.vendor
        ds.SeriesDescription, ds.SeriesNumber = self.description, self.series_number
        ds.SeriesInstanceUID = self.uid("series", self.series_number)
        ds.ImageType = ["ORIGINAL", "PRIMARY", kind, "ND"]
        if self.TR:
            ds.RepetitionTime = self.TR * 1e3
        ds.EchoTime, ds.MagneticFieldStrength = TE * 1e3, FIELD
        if self.FA:
            ds.FlipAngle = self.FA
        ds.ScanningSequence, ds.MRAcquisitionType = "GR", "3D"
        ds.Rows, ds.Columns, ds.SamplesPerPixel = ROWS, COLUMNS, 1
        ds.PhotometricInterpretation = "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
        ds.PixelSpacing = [float(np.linalg.norm(self.affine[:3, c])) for c in (1, 0)]
        ds.SliceThickness = 4.0
        ds.ImageOrientationPatient = orientation(self.affine)
        return ds

    def images(
        self,
        pixels: np.ndarray,
        *,
        kind: str = "M",
        order: str = "frame",
        slope: Iterable[float] | None = None,
        intercept: float = 0.0,
    ) -> list[Image]:
        """Return single-slice images of ``pixels`` without time tags, which depend on the way."""
        slopes = None if slope is None else list(slope)
        found = []
        n_frames, n_slices = pixels.shape[:2]
        for f in range(n_frames):
            for k in range(n_slices):
                ds = self.base(kind)
                ds.SOPInstanceUID = self.uid("image", self.series_number, kind, f, k)
                ds.ImagePositionPatient = position(self.affine, k)
                ds.InstanceNumber = (
                    f * n_slices + k + 1 if order == "frame" else k * n_frames + f + 1
                )
                if slopes is not None:
                    ds.RescaleSlope, ds.RescaleIntercept = slopes[f], intercept
                ds.Rows, ds.Columns = pixels.shape[2:]
                _say_bits(ds, pixels)
                ds.PixelData = pixels[f, k].tobytes()
                found.append(Image(ds, f, k, f"{kind}{f:03d}_{k:02d}.dcm"))
        return found

    def moved(self, **changes: object) -> Layout:
        return replace(self, **changes)  # type: ignore[arg-type]


def _say_bits(ds: Dataset, pixels: np.ndarray) -> None:
    if int(pixels.max()) >= 4096:
        ds.BitsStored, ds.HighBit = 16, 15


def orientation(affine: np.ndarray) -> list[str]:
    columns = [affine[:3, c] / np.linalg.norm(affine[:3, c]) for c in (0, 1)]
    return [f"{v:.12f}"[:16] for v in np.concatenate(columns)]


def position(affine: np.ndarray, k: int) -> list[str]:
    return [f"{v:.10f}"[:16] for v in affine[:3, 3] + k * affine[:3, 2]]


# ---------------------------------------------------------------------------- how time is told


def tell_time(images: list[Image], layout: Layout, way: str) -> None:
    """Write one combination of time tags into the headers."""
    for image in images:
        t, ds, f = float(layout.times[image.f]), image.ds, image.f
        _TIMING[way](ds, t, f, layout, image.k)


def _constant(ds: Dataset, layout: Layout) -> None:
    ds.AcquisitionDate = ds.ContentDate = "20240314"
    ds.AcquisitionTime = clock(0, layout.start)
    ds.ContentTime = clock(400, layout.start)


def _acquisition_time(ds, t, f, layout, k):
    _constant(ds, layout)
    ds.AcquisitionTime = clock(t, layout.start)


def _acquisition_time_and_number(ds, t, f, layout, k):
    _acquisition_time(ds, t, f, layout, k)
    ds.AcquisitionNumber = f + 1


def _acquisition_datetime(ds, t, f, layout, k):
    _constant(ds, layout)
    day = "20240315" if layout.start + t >= 86400 else "20240314"
    ds.AcquisitionDateTime = day + clock(t, layout.start)


def _trigger(ds, t, f, layout, k):
    _constant(ds, layout)
    ds.TriggerTime = t * 1e3


def _trigger_and_position(ds, t, f, layout, k):
    _trigger(ds, t, f, layout, k)
    ds.TemporalPositionIdentifier, ds.NumberOfTemporalPositions = f + 1, len(layout.times)


def _content(ds, t, f, layout, k):
    _constant(ds, layout)
    ds.ContentTime = clock(t, layout.start)
    del ds.AcquisitionTime


def _frame_reference(ds, t, f, layout, k):
    _constant(ds, layout)
    ds.FrameReferenceTime = t * 1e3


def _philips_private(ds, t, f, layout, k):
    _constant(ds, layout)
    ds.TemporalPositionIdentifier, ds.NumberOfTemporalPositions = f + 1, len(layout.times)
    ds.TriggerTime = 0
    block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0xA0, "FL", t)


def _slice_by_slice(ds, t, f, layout, k):
    # 2D: the slices of a frame follow each other, interleaved.
    _constant(ds, layout)
    ds.MRAcquisitionType = "2D"
    ds.AcquisitionTime = clock(t + 0.9 * ((k * 2) % SLICES + (k * 2) // SLICES), layout.start)


def _position_and_time(ds, t, f, layout, k):
    _acquisition_time(ds, t, f, layout, k)
    ds.TemporalPositionIdentifier = f + 1


def _offset_newline(ds, t, f, layout, k):
    _acquisition_time(ds, t, f, layout, k)
    ds.AcquisitionTime = ds.AcquisitionTime + "\n"


_TIMING = {
    "AcquisitionTime": _acquisition_time,
    "AcquisitionTime with newline": _offset_newline,
    "AcquisitionTime and AcquisitionNumber": _acquisition_time_and_number,
    "AcquisitionDateTime": _acquisition_datetime,
    "TriggerTime": _trigger,
    "TriggerTime and TemporalPositionIdentifier": _trigger_and_position,
    "TemporalPositionIdentifier and AcquisitionTime": _position_and_time,
    "ContentTime": _content,
    "FrameReferenceTime": _frame_reference,
    "Philips private": _philips_private,
    "slice by slice": _slice_by_slice,
}

#: Vendor → the ways in which its scanners tell the time of a frame.
VENDORS = {
    "SIEMENS": (
        "AcquisitionTime",
        "AcquisitionTime and AcquisitionNumber",
        "TemporalPositionIdentifier and AcquisitionTime",
        "AcquisitionDateTime",
        "slice by slice",
    ),
    "GE MEDICAL SYSTEMS": (
        "TriggerTime",
        "TriggerTime and TemporalPositionIdentifier",
        "AcquisitionTime",
        "slice by slice",
    ),
    "Philips Medical Systems": (
        "Philips private",
        "TemporalPositionIdentifier and AcquisitionTime",
        "AcquisitionTime",
        "ContentTime",
    ),
    "CANON_MEC": ("AcquisitionTime", "AcquisitionDateTime", "FrameReferenceTime"),
    "UIH": ("AcquisitionTime with newline", "TemporalPositionIdentifier and AcquisitionTime"),
    "": ("AcquisitionTime", "ContentTime", "FrameReferenceTime", "TriggerTime"),
}


# ---------------------------------------------------------------------------- files


def save(ds: Dataset, path: Path, *, syntax: str = ExplicitVRLittleEndian) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Real files hold values that pydicom warns of.
    config.settings.writing_validation_mode = config.IGNORE
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        ds.file_meta.TransferSyntaxUID = syntax
    else:
        ds.compress(syntax, generate_instance_uid=False)
    ds.save_as(path, enforce_file_format=True)


def save_all(images: list[Image], folder: Path, **how: str) -> None:
    for image in images:
        save(image.ds, folder / image.name, **how)


def save_bare(ds: Dataset, path: Path) -> None:
    """Save without preamble and file meta information, as old exports are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=False)


# ---------------------------------------------------------------------------- enhanced


def enhanced(
    layout: Layout,
    pixels: np.ndarray,
    *,
    way: str = "FrameAcquisitionDateTime",
    kinds: tuple[str, ...] = ("MAGNITUDE",),
    frames: Iterable[int] | None = None,
    order: str = "frame",
) -> Dataset:
    """Return one enhanced object; ``pixels`` is (kinds, frames, slices, rows, columns)."""
    frames = list(range(pixels.shape[1])) if frames is None else list(frames)
    ds = layout.base()
    ds.Rows, ds.Columns = pixels.shape[3:]
    _say_bits(ds, pixels)
    for keyword in ("PixelSpacing", "SliceThickness", "ImageOrientationPatient", "EchoTime",
                    "FlipAngle", "RepetitionTime"):  # fmt: skip
        if keyword in ds:
            delattr(ds, keyword)
    ds.SOPClassUID = EnhancedMRImageStorage
    ds.SOPInstanceUID = layout.uid("enhanced", layout.series_number, *frames)
    ds.InstanceNumber = frames[0] + 1
    ds.AcquisitionDateTime = "20240314" + clock(float(layout.times[frames[0]]), layout.start)
    if len(kinds) > 1:
        ds.ComplexImageComponent = "MIXED"
    shared = Dataset()
    shared.MRTimingAndRelatedParametersSequence = Sequence([Dataset()])
    timing = shared.MRTimingAndRelatedParametersSequence[0]
    timing.RepetitionTime, timing.FlipAngle = TR * 1e3, FA
    shared.PlaneOrientationSequence = Sequence([Dataset()])
    shared.PlaneOrientationSequence[0].ImageOrientationPatient = orientation(layout.affine)
    shared.PixelMeasuresSequence = Sequence([Dataset()])
    shared.PixelMeasuresSequence[0].PixelSpacing = [
        float(np.linalg.norm(layout.affine[:3, c])) for c in (1, 0)
    ]
    shared.PixelMeasuresSequence[0].SliceThickness = 4.0
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    places = [(c, f, k) for c in range(len(kinds)) for f in frames for k in range(pixels.shape[2])]
    if order == "slice":
        places.sort(key=lambda p: (p[2], p[1], p[0]))
    groups, planes = [], []
    for c, f, k in places:
        group, t = Dataset(), float(layout.times[f])
        group.PlanePositionSequence = Sequence([Dataset()])
        group.PlanePositionSequence[0].ImagePositionPatient = position(layout.affine, k)
        group.MRImageFrameTypeSequence = Sequence([Dataset()])
        kind = group.MRImageFrameTypeSequence[0]
        kind.FrameType = ["ORIGINAL", "PRIMARY", "T1", kinds[c][0]]
        kind.ComplexImageComponent = kinds[c]
        group.MREchoSequence = Sequence([Dataset()])
        group.MREchoSequence[0].EffectiveEchoTime = TE * 1e3
        group.FrameContentSequence = Sequence([Dataset()])
        content = group.FrameContentSequence[0]
        if way != "FrameAcquisitionDateTime without index":
            content.TemporalPositionIndex = f + 1
        if way.startswith("FrameAcquisitionDateTime"):
            content.FrameAcquisitionDateTime = "20240314" + clock(t, layout.start)
        elif way == "FrameReferenceDateTime":
            # The middle of a frame's acquisition; only its own clock tells frames apart.
            content.FrameAcquisitionDateTime = "20240314" + clock(0, layout.start)
            content.FrameReferenceDateTime = "20240314" + clock(t + 2.5, layout.start)
            content.FrameAcquisitionDuration = 5000.0
        elif way == "TriggerTime":
            # As a classic file says it, beside a cardiac group that means the same.
            content.FrameAcquisitionDateTime = "20240314" + clock(0, layout.start)
            group.CardiacSynchronizationSequence = Sequence([Dataset()])
            group.CardiacSynchronizationSequence[0].NominalCardiacTriggerDelayTime = t * 1e3
        elif way == "TemporalPositionTimeOffset":
            content.FrameAcquisitionDateTime = "20240314" + clock(0, layout.start)
            group.TemporalPositionSequence = Sequence([Dataset()])
            group.TemporalPositionSequence[0].TemporalPositionTimeOffset = t
        elif way == "Philips private":
            content.FrameAcquisitionDateTime = "20240314" + clock(0, layout.start)
            item = Dataset()
            block = item.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
            block.add_new(0xA0, "FL", t)
            group.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
            group.add_new(0x2005140F, "SQ", Sequence([item]))
        group.PixelValueTransformationSequence = Sequence([Dataset()])
        transform = group.PixelValueTransformationSequence[0]
        transform.RescaleSlope, transform.RescaleIntercept = 1, 0
        transform.RescaleType = "US"
        if kinds[c] == "PHASE":
            transform.RescaleSlope, transform.RescaleIntercept = 2, -4096
        groups.append(group)
        planes.append(pixels[c, f, k])
    ds.PerFrameFunctionalGroupsSequence = Sequence(groups)
    ds.NumberOfFrames = len(groups)
    ds.PixelData = np.stack(planes).tobytes()
    return ds


#: Vendor and way of telling time, every pair.
WAYS = [(vendor, way) for vendor, ways in VENDORS.items() for way in ways]


def check(series, *, affine=None, pixels=None, times=TIMES, tolerance=1e-6):
    """Check that a series was read back as it was written."""
    affine = oblique_affine() if affine is None else affine
    np.testing.assert_array_equal(series.signal, truth() if pixels is None else pixels)
    np.testing.assert_allclose(series.times, times, atol=tolerance)
    np.testing.assert_allclose(series.geometry.affine, affine, atol=1e-6)


def written(folder, *, vendor="SIEMENS", way="AcquisitionTime", order="frame", **layout):
    """Write a synthetic series to a folder; return its layout and images."""
    layout = Layout(vendor=vendor, **layout)
    images = layout.images(truth(), order=order)
    tell_time(images, layout, way)
    save_all(images, folder)
    return layout, images


def write_in_two(folder: Path, pause: float = 40.0, displaced: int = 0) -> np.ndarray:
    """Write the first five frames and the rest as series 5 and 6; return the true times.

    Args:
        pause: between both, s.
        displaced: number of first frames that are written 3 mm along the normal.
    """
    layout = Layout()
    images = layout.images(truth())
    later = Layout(times=np.where(np.arange(FRAMES) < 5, TIMES, TIMES + pause))
    tell_time(images, later, "AcquisitionTime")
    elsewhere = oblique_affine()
    elsewhere[:3, 3] += 0.6 * elsewhere[:3, 2]
    for image in images:
        if image.f < displaced:
            image.ds.ImagePositionPatient = position(elsewhere, image.k)
        if image.f >= 5:
            image.ds.SeriesNumber = 6
            image.ds.SeriesInstanceUID = layout.uid("series", 6)
    save_all(images, folder)
    return later.times
