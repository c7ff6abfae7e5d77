"""Contents of a study: every series with its properties and role.

Only headers are read. A series that cannot be used is listed with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import MIN_FRAMES, Acquisition, Geometry
from SpineDCELib.series.file_discovery import FileSet
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.plausibility import interval_doubt
from SpineDCELib.series.series_roles import MIN_DYNAMIC
from SpineDCELib.series.stack import Stack
from SpineDCELib.vocabulary.visits import shown_day

#: Share of the dynamic images that anatomy below their maps must cover (chosen).
LEAST_COVERED = 1 / 3
#: What to do with a file of contours.
GIVE_AS_REGIONS = "it can be given as the file of the regions"
#: Problem of a dynamic series whose files carry no usable frame times.
NO_FRAME_TIMES = "No frame times were found; set the frame interval."
#: Problem of a dynamic series that is too short for a fit.
FEW_FRAMES = f"It has fewer than {MIN_FRAMES} frames."


@dataclass(frozen=True, eq=False)
class SeriesDescription:
    """One series of a study, described by its headers.

    Attributes:
        number: position in the listing, from 1; the setting ``reading.series`` takes it.
        series_number: the scanner's own number (0020,0011).
        dimensions: ``(frames, slices, rows, columns)``; whole frames only.
        times: s after the first frame; None if the files do not hold them.
        time_origin: the tag that holds the times; the reason where ``times`` is None.
        acquisition: TR and TE in s, FA in degrees, field strength in T.
        component: "magnitude", "phase", "real" or "imaginary".
        role, reason: its use in the analysis, and the reason for it.
        kind: how it differs from others in the same series of the scanner, such as "TE 4 ms".
        doubt: what its name says against its role; "" if nothing.
        notes: assumptions and repairs; ``problems``: what is missing or left out.
        proposals: sentences on other series that may be parts of it; ``parts``: their numbers.
        obstacle: reason why its pixels cannot be read; "" if they can.
        disk_paths: name → path of each of its files, those with images that are left out included.
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
    kind: str = ""
    doubt: str = ""
    patient: str = ""
    study_uid: str | None = None
    study_date: str = ""
    series_uids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    started: float | None = None  #: s of the day when it was acquired
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    parts: tuple[int, ...] = ()
    obstacle: str = ""
    stack: Stack | None = field(default=None, repr=False)
    image_file: ImageFile | None = field(default=None, repr=False)
    disk_paths: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        """Return its description, and what tells it from the others of its series."""
        return f"{self.description} [{self.kind}]".strip() if self.kind else self.description

    @property
    def frames(self) -> int:
        return self.dimensions[0]

    @property
    def about_times(self) -> tuple[str, ...]:
        """Return its notes and problems on the times in its files, which other times replace."""
        found = [NO_FRAME_TIMES, *interval_doubt(self.times, self.time_origin)]
        if self.stack is not None:
            found += [*self.stack.timing.notes, *self.stack.timing.problems]
        return tuple(found)

    @property
    def interval(self) -> float | None:
        """Return the median time from frame to frame, s."""
        if self.times is None or self.times.size < 2:
            return None
        return float(np.median(np.diff(self.times)))

    def line(self) -> str:
        """Describe the series in one line, so that a user can choose among several."""
        name = self.title or "no description"
        frames, slices, rows, columns = self.dimensions
        own = "" if self.series_number is None else f", scanner's series {self.series_number}"
        date = f", {shown_day(self.study_date)}" if self.study_date else ""
        return f"{self.number}: {name} ({frames} × {slices}×{rows}×{columns}{own}{date})"


@dataclass(frozen=True, eq=False)
class Study:
    """All series found under one path.

    Attributes:
        not_images: how many files are no images.
        problems: what is missing or not read, and what to do.
        unknown: those of the files that are no images of which nothing else is known.
    """

    path: str
    series: tuple[SeriesDescription, ...]
    not_images: int = 0
    patients: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    file_set: FileSet | None = field(default=None, repr=False)
    unknown: tuple[str, ...] = ()

    def by_number(self, number: int) -> SeriesDescription:
        """Return the series with that number in the listing, else with that of the scanner.

        Raises:
            InputError: there is no such series.
        """
        for series in self.series:
            if series.number == number:
                return series
        own = [series for series in self.series if series.series_number == number]
        if len(own) == 1:
            return own[0]
        several = f"; {len(own)} have that number at the scanner" if own else ""
        raise InputError(
            f"There is no series {number} in {self.path}; it holds {len(self.series)}, counted "
            f"from 1{several}.",
            code="no_such_series",
            about=str(self.path),
            fields=["reading.series"],
        )

    def with_role(self, *roles: str) -> tuple[SeriesDescription, ...]:
        return tuple(s for s in self.series if s.role in roles)

    def dynamic(self, series: int | None = None) -> SeriesDescription:
        """Return the dynamic series: the requested one, or the only one.

        Raises:
            InputError: there is none, or more than one (the message lists them).
        """
        if series is not None:
            chosen = self.by_number(series)
            if chosen.frames < MIN_DYNAMIC:
                frames = "1 frame" if chosen.frames == 1 else f"{chosen.frames} frames"
                raise InputError(
                    f"Series {chosen.line()} is not a dynamic series: "
                    f"{chosen.obstacle or f'it has {frames}'}.",
                    code="not_dynamic",
                    about=chosen.line(),
                    fields=["reading.series"],
                )
            return chosen
        found = self.with_role("dynamic")
        if not found:
            raise InputError(
                self._no_dynamic(),
                code="no_dynamic_series",
                about=str(self.path),
                fields=["reading.series"] if self._longest(readable=True) >= MIN_DYNAMIC else [],
            )
        long = [s for s in found if s.frames >= MIN_FRAMES]
        if len(long or found) > 1:
            parts = any(s.proposals for s in found)
            raise InputError(
                _several(self.path, long or found, parts=parts),
                code="several_dynamic_series",
                about=str(self.path),
                fields=["reading.series", *(["reading.joined"] if parts else [])],
            )
        return (long or found)[0]

    def _longest(self, *, readable: bool = False) -> int:
        return max((s.frames for s in self.series if not (readable and s.obstacle)), default=0)

    def _no_dynamic(self) -> str:
        if not self.series:
            if self.problems:
                return f"{self.path} holds no image that can be read. {' '.join(self.problems)}"
            return (
                f"{self.path} holds no image in a format that is read (DICOM, NRRD, NIfTI, "
                "Analyze, MetaImage, PAR/REC); choose the study's folder."
            )
        blocked = [s for s in self.series if s.obstacle and s.modality in ("MR", "")]
        if blocked:
            worst = max(blocked, key=lambda s: len(s.files))
            return (
                f"{self.path} holds no readable dynamic series: {worst.line()} cannot be read "
                f"because {worst.obstacle}."
            )
        long = [s for s in self.series if s.frames >= MIN_DYNAMIC]
        if long:
            reasons = "; ".join(f"{s.line()} is used as {s.role}: {s.reason}" for s in long)
            return (
                f"{self.path} holds no series that is taken for the dynamic one. {reasons}. "
                "If one of them is the dynamic series, choose it."
            )
        return (
            f"{self.path} holds no dynamic series: none of its {len(self.series)} series has "
            f"{MIN_DYNAMIC} frames or more (the longest has {self._longest()})."
        )

    def flip_angle_set(
        self, dynamic: SeriesDescription | None = None
    ) -> tuple[SeriesDescription, ...]:
        """Return the variable-flip-angle series in order of flip angle, or ().

        Of several sets, return the one with the patient, date and grid of ``dynamic``.
        """
        sets: dict[Hashable, list[SeriesDescription]] = defaultdict(list)
        for s in self.with_role("variable flip angle"):
            sets[(s.patient, s.study_date, grid_key(s.geometry))].append(s)
        if not sets:
            return ()

        def fit(found: list[SeriesDescription]) -> tuple[bool, bool, bool, int]:
            first = found[0]
            if dynamic is None:
                return (False, False, False, len(found))
            same_grid = grid_key(first.geometry) == grid_key(dynamic.geometry)
            return (
                first.patient == dynamic.patient,
                first.study_date == dynamic.study_date,
                same_grid,
                len(found),
            )

        best = max(sets.values(), key=fit)
        if dynamic is not None and best[0].patient != dynamic.patient:
            return ()
        return tuple(sorted(best, key=lambda s: s.acquisition.FA or 0.0))

    def anatomical_T1(self, dynamic: SeriesDescription | None = None) -> SeriesDescription | None:
        """Return the pre-contrast T1-weighted series nearest to the dynamic one, or None.

        One that is a strip in its slices, as a sagittal series is in axial ones, is none.
        """
        found = [s for s in self.with_role("T1") if s.geometry is not None]
        if dynamic is not None:
            found = [s for s in found if s.patient == dynamic.patient] if dynamic.patient else found
        if not found:
            return None
        if dynamic is None or dynamic.geometry is None:
            return found[0]
        normal = dynamic.geometry.direction[:, 2]

        found = [s for s in found if self.share_covered(s, dynamic) >= LEAST_COVERED]

        def likeness(s: SeriesDescription) -> tuple[bool, float]:
            assert s.geometry is not None
            along = abs(float(np.dot(s.geometry.direction[:, 2], normal)))
            return s.study_date == dynamic.study_date, round(along, 2)

        return max(found, key=likeness, default=None)

    @staticmethod
    def share_covered(series: SeriesDescription, dynamic: SeriesDescription) -> float:
        """Return the share of the dynamic images that lies inside a series; 0 if not known."""
        if series.geometry is None or dynamic.geometry is None:
            return 0.0
        return dynamic.geometry.share_inside(series.geometry)


def grid_key(geometry: Geometry | None) -> Hashable:
    """Return a key shared by grids of one shape whose geometry agrees when rounded to 0.1 mm."""
    if geometry is None:
        return None
    return geometry.shape, tuple(np.round(geometry.affine[:3].ravel(), 1) + 0.0)


def _several(path: str, found: Sequence[SeriesDescription], *, parts: bool) -> str:
    """Say that files hold several dynamic series, of which one has to be chosen."""
    number, listed = len(found), "; ".join(one.line() for one in found)
    if len({one.patient for one in found}) > 1:
        return (
            f"{path} holds {number} dynamic series of several patients. Open the folder of one "
            f"visit, or choose one of these: {listed}."
        )
    if len({one.study_uid for one in found}) > 1:
        return (
            f"{path} holds {number} dynamic series of several studies. Open the folder of one "
            f"visit, or choose one of these: {listed}."
        )
    if parts:
        return (
            f"{path} holds {number} dynamic series. Choose one of them, or join those that are "
            f"parts of one: {listed}."
        )
    return f"{path} holds {number} dynamic series. Choose one of them: {listed}."
