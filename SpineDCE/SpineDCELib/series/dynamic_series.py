"""Geometry, volume and dynamic series: the data that every later stage works on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError

#: Fewer frames than this cannot carry a baseline, a first pass and a wash-out.
MIN_FRAMES = 10


@dataclass(frozen=True, eq=False)
class Geometry:
    """Position and orientation of a voxel grid in the patient.

    Attributes:
        shape: ``(slices, rows, columns)``, the order of the arrays.
        affine: 4×4; maps ``(column, row, slice, 1)`` to LPS mm, as ITK and DICOM do.
        frame_of_reference_uid: DICOM frame of reference, or None where the format has none.
    """

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]
    frame_of_reference_uid: str | None = None

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Return the distance between voxel centres along column, row and slice index, mm."""
        x, y, z = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(x), float(y), float(z)

    @property
    def direction(self) -> NDArray[np.float64]:
        """Return the 3×3 unit vectors (as columns) of the column, row and slice index, LPS."""
        values: NDArray[np.float64] = self.affine[:3, :3] / np.asarray(self.spacing)
        return values

    @property
    def origin(self) -> NDArray[np.float64]:
        """Return the LPS position of the first voxel's centre, mm."""
        return self.affine[:3, 3]

    @property
    def voxel_volume(self) -> float:
        """Return the volume of one voxel, mm³."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def matches(self, other: Geometry, tolerance: float = 1e-2) -> bool:
        """Return whether both grids have one shape and every corner within ``tolerance`` mm."""
        if self.shape != other.shape:
            return False
        k, j, i = self.shape
        corners = np.array([[x, y, z, 1.0] for x in (0, i) for y in (0, j) for z in (0, k)])
        distance = np.linalg.norm(corners @ (self.affine - other.affine).T, axis=1)
        return bool(distance.max() <= tolerance)

    def share_inside(self, other: Geometry, samples: int = 17) -> float:
        """Return the share of this grid that lies inside another grid.

        Args:
            samples: places along rows and columns, in every slice, at which it is looked.
        """
        slices, rows, columns = self.shape
        along = (np.linspace(0, count - 1, samples) for count in (columns, rows))
        places = np.meshgrid(*along, np.arange(slices))
        points = np.stack([*places, np.ones_like(places[0])]).reshape(4, -1)
        index = (np.linalg.inv(other.affine) @ self.affine @ points)[:3]
        last = np.array(other.shape[::-1])[:, None] - 0.5
        return float(np.all((index >= -0.5) & (index <= last), axis=0).mean())

    @classmethod
    def from_parts(
        cls,
        shape: tuple[int, int, int],
        spacing: tuple[float, float, float],
        origin: tuple[float, float, float],
        direction: NDArray[np.float64],
        frame_of_reference_uid: str | None = None,
    ) -> Geometry:
        """Build a geometry from ITK's spacing, origin and 3×3 direction (LPS, columns = axes)."""
        affine = np.eye(4)
        affine[:3, :3] = np.asarray(direction, float).reshape(3, 3) * np.asarray(spacing, float)
        affine[:3, 3] = origin
        return cls(shape, affine, frame_of_reference_uid)


@dataclass(frozen=True)
class Acquisition:
    """Acquisition parameters of a series; None, never a default, where the file has no value.

    Attributes:
        TR: repetition time, s (CAPLEX Q.MS1.006).
        TE: echo time, s (Q.MS1.005).
        FA: prescribed flip angle, degrees (Q.MS1.007).
        field_strength: T (Q.MS1.010).
        agent: contrast agent: a known one, or as the file writes it.
        contrast_volume: of contrast agent, mL; weight: of the patient, kg.
        injection_rate: mL/s.
        view_shared: technique by which frames share data ("TWIST"), where the tags state it.
        footprint: time over which the data of one frame were acquired, s, where it is longer than
            the time between frames.
    """

    TR: float | None = None
    TE: float | None = None
    FA: float | None = None
    field_strength: float | None = None
    manufacturer: str | None = None
    description: str | None = None
    agent: str | None = None
    contrast_volume: float | None = None
    weight: float | None = None
    injection_rate: float | None = None
    view_shared: str | None = None
    footprint: float | None = None


@dataclass(frozen=True)
class Source:
    """Files that an image was read from, as provenance and a DICOM export name them.

    Attributes:
        format: ``"DICOM"``, ``"NRRD"``, ``"NIfTI"`` …
        files: absolute paths, in reading order.
        checksum: SHA-256 over the decoded content in order (pixels, times, geometry), hex.
        series_uids, study_uid, sop_instance_uids: DICOM only; the last has one entry per file.
        patient, name: ID and name of the patient, and date: of the study, as DICOM writes it; only
            of images from a scene, whose files are not known. Never written with the images.
    """

    format: str
    files: tuple[str, ...] = ()
    checksum: str = ""
    study_uid: str | None = None
    series_uids: tuple[str, ...] = ()
    sop_instance_uids: tuple[str, ...] = ()
    patient: str = ""
    name: str = ""
    date: str = ""


@dataclass(frozen=True, eq=False)
class Volume:
    """One 3D image: a T1-weighted volume, a T1 map, one flip angle."""

    array: NDArray[np.floating]  #: ``(slices, rows, columns)``
    geometry: Geometry
    acquisition: Acquisition = field(default_factory=Acquisition)
    source: Source = field(default_factory=lambda: Source("memory"))
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class DynamicSeries:
    """A dynamic contrast-enhanced series as read, before any processing.

    Attributes:
        signal: ``(frames, slices, rows, columns)``, rescaled to real-world units of the scanner.
        times: ``(frames,)``, s after the first frame; increasing, perhaps unevenly spaced.
        time_origin: source of the times ("AcquisitionTime (0008,0032)").
        phase: same shape as ``signal``, rad, or None.
        notes: every assumption and repair of the reader, one sentence each.
    """

    signal: NDArray[np.floating]
    times: NDArray[np.float64]
    geometry: Geometry
    acquisition: Acquisition
    time_origin: str
    source: Source = field(default_factory=lambda: Source("memory"))
    phase: NDArray[np.floating] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.signal.ndim != 4:
            raise InputError(
                "A dynamic series has 4 axes [frame, slice, row, column]; this array has "
                f"{self.signal.ndim}.",
                code="not_four_axes",
            )
        if self.times.shape != (self.signal.shape[0],):
            raise InputError(
                f"The series has {self.signal.shape[0]} frames but {self.times.size} frame times; "
                "each frame needs one.",
                code="frame_times_count",
                fields=["reading.frame_times"],
            )
        if self.signal.shape[1:] != self.geometry.shape:
            raise InputError(
                f"The frames have {self.signal.shape[1:]} voxels (slices, rows, columns), their "
                f"grid {self.geometry.shape}.",
                code="shape_mismatch",
            )
        if not np.all(np.isfinite(self.times)) or np.any(np.diff(self.times) <= 0):
            raise InputError(
                f"The frame times ({self.time_origin}) are not finite, or do not increase from "
                "frame to frame.",
                code="frame_times_not_rising",
                fields=["reading.frame_interval"],
            )

    @property
    def n_frames(self) -> int:
        return int(self.signal.shape[0])

    @property
    def frame_interval(self) -> float:
        """Median time between frames, s; 0 for a single frame."""
        return float(np.median(np.diff(self.times))) if self.times.size > 1 else 0.0

    @property
    def duration(self) -> float:
        """Time from the start of the first frame to the end of the last, s."""
        return float(self.times[-1] - self.times[0]) + self.frame_interval
