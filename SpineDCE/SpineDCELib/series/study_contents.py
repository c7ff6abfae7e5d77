"""Contents of a study: every series with its properties and its role.

Only headers are read here. Nothing is refused: what cannot be used is listed with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import MIN_FRAMES, Acquisition, Geometry
from SpineDCELib.series.file_discovery import FileSet
from SpineDCELib.series.frame_times import evenness
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.series_roles import MIN_DYNAMIC
from SpineDCELib.series.stack import Stack

#: Problem of a dynamic series whose files carry no usable frame times.
NO_FRAME_TIMES = "No frame times were found; the frame interval must be given."


@dataclass(frozen=True, eq=False)
class SeriesDescription:
    """One series as found.

    Attributes:
        number: place in the listing, from 1: what ``--series`` takes.
        series_number: the scanner's own number (0020,0011).
        dimensions: ``(frames, slices, rows, columns)``; whole frames only.
        times: s after the first frame, or None where the files do not say.
        time_origin: which tag, in words; why none where ``times`` is None.
        evenness: "even", or the range of intervals.
        acquisition: TR and TE in s, FA in degrees, field strength in T.
        component: "magnitude", "phase", "real" or "imaginary".
        role, reason: what it would be used for, and why.
        notes: guesses and repairs; ``problems``: what is missing or left out.
        obstacle: why its pixels cannot be read at all; "" where they can.
    """

    number: int
    series_number: int | None
    description: str
    modality: str
    format: str
    dimensions: tuple[int, int, int, int]
    geometry: Geometry | None
    times: NDArray[np.float64] | None
    time_origin: str
    acquisition: Acquisition
    component: str
    role: str
    reason: str
    patient: str = ""
    study_uid: str | None = None
    study_date: str = ""
    series_uids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    started: float | None = None  #: s of the day when it was acquired
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    obstacle: str = ""
    stack: Stack | None = field(default=None, repr=False)
    image_file: ImageFile | None = field(default=None, repr=False)
    disk_paths: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def frames(self) -> int:
        return self.dimensions[0]

    @property
    def evenness(self) -> str:
        return "" if self.times is None else evenness(self.times)

    @property
    def interval(self) -> float | None:
        """Return the median time from frame to frame, s."""
        if self.times is None or self.times.size < 2:
            return None
        return float(np.median(np.diff(self.times)))

    def line(self) -> str:
        """Describe the series in a few words, for choosing among several."""
        name = self.description or "no description"
        frames, slices, rows, columns = self.dimensions
        own = "" if self.series_number is None else f", scanner's series {self.series_number}"
        date = f", {self.study_date}" if self.study_date else ""
        return f"{self.number}: {name} ({frames} × {slices}×{rows}×{columns}{own}{date})"


@dataclass(frozen=True, eq=False)
class Study:
    """All series found under one path."""

    path: str
    series: tuple[SeriesDescription, ...]
    not_images: int = 0
    patients: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    file_set: FileSet | None = field(default=None, repr=False)

    def by_number(self, number: int) -> SeriesDescription:
        """Return the series with that number in the listing.

        Raises:
            InputError: where there is none.
        """
        for series in self.series:
            if series.number == number:
                return series
        raise InputError(
            f"There is no series {number} in {self.path}; it holds {len(self.series)}, counted "
            "from 1.",
            code="no_such_series",
            about=str(self.path),
            fields=["reading.series"],
        )

    def with_role(self, *roles: str) -> tuple[SeriesDescription, ...]:
        return tuple(s for s in self.series if s.role in roles)

    def dynamic(self, series: int | None = None) -> SeriesDescription:
        """Return the dynamic series: the one asked for, or the only one there is.

        Raises:
            InputError: none, or more than one (the message lists them).
        """
        if series is not None:
            chosen = self.by_number(series)
            if chosen.frames < MIN_DYNAMIC:
                why = chosen.obstacle or f"it has {chosen.frames} frame(s)"
                raise InputError(
                    f"Series {chosen.line()} is not a dynamic series: {why}.",
                    code="not_dynamic",
                    about=chosen.line(),
                    fields=["reading.series"],
                )
            return chosen
        found = self.with_role("dynamic")
        if not found:
            raise InputError(self._no_dynamic(), code="no_dynamic_series", about=str(self.path))
        long = [s for s in found if s.frames >= MIN_FRAMES]
        if len(long or found) > 1:
            listed = "; ".join(s.line() for s in long or found)
            raise InputError(
                f"{self.path} holds {len(long or found)} dynamic series; one must be chosen: "
                f"{listed}.",
                code="several_dynamic_series",
                about=str(self.path),
                fields=["reading.series"],
            )
        return (long or found)[0]

    def _no_dynamic(self) -> str:
        if not self.series:
            return f"{self.path} holds no DICOM, NRRD or NIfTI image; name the study's folder."
        blocked = [s for s in self.series if s.obstacle and s.modality in ("MR", "")]
        if blocked:
            worst = max(blocked, key=lambda s: len(s.files))
            return (
                f"{self.path} holds no dynamic series that can be read: {worst.line()} cannot "
                f"because {worst.obstacle}."
            )
        return (
            f"{self.path} holds no dynamic series: none of its {len(self.series)} series has "
            f"{MIN_DYNAMIC} frames or more."
        )

    def flip_angle_set(
        self, dynamic: SeriesDescription | None = None
    ) -> tuple[SeriesDescription, ...]:
        """Return the variable-flip-angle series in order of flip angle; () where there is none.

        Where several sets are there, the one on the grid and of the date of ``dynamic`` is taken.
        """
        sets: dict[Hashable, list[SeriesDescription]] = defaultdict(list)
        for s in self.with_role("variable flip angle"):
            sets[(s.patient, s.study_date, grid_key(s.geometry))].append(s)
        if not sets:
            return ()

        def fit(found: list[SeriesDescription]) -> tuple[bool, bool, bool, int]:
            one = found[0]
            if dynamic is None:
                return (False, False, False, len(found))
            near = grid_key(one.geometry) == grid_key(dynamic.geometry)
            return (
                one.patient == dynamic.patient,
                one.study_date == dynamic.study_date,
                near,
                len(found),
            )

        best = max(sets.values(), key=fit)
        if dynamic is not None and best[0].patient != dynamic.patient:
            return ()
        return tuple(sorted(best, key=lambda s: s.acquisition.FA or 0.0))

    def anatomical_T1(self, dynamic: SeriesDescription | None = None) -> SeriesDescription | None:
        """Return the pre-contrast T1-weighted series nearest to the dynamic one, or None."""
        found = [s for s in self.with_role("T1") if s.geometry is not None]
        if dynamic is not None:
            found = [s for s in found if s.patient == dynamic.patient] if dynamic.patient else found
        if not found:
            return None
        if dynamic is None or dynamic.geometry is None:
            return found[0]
        normal = dynamic.geometry.direction[:, 2]

        def likeness(s: SeriesDescription) -> tuple[bool, float]:
            assert s.geometry is not None
            along = abs(float(np.dot(s.geometry.direction[:, 2], normal)))
            return s.study_date == dynamic.study_date, round(along, 2)

        return max(found, key=likeness)


def grid_key(geometry: Geometry | None) -> Hashable:
    """Return a key that is equal for grids within 0.1 mm of each other's numbers."""
    if geometry is None:
        return None
    return geometry.shape, tuple(np.round(geometry.affine[:3].ravel(), 1) + 0.0)
