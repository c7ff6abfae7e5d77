"""Protocol check: can a study be analysed, and what about its acquisition limits the result.

The limits are those of the protocol of Behar et al. (AJNR 2023) and, written from memory, of the
profile of the Quantitative Imaging Biomarkers Alliance for DCE-MRI. docs/what-to-acquire.md says
what each is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing.motion import correct_motion
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.inputs import read_images
from SpineDCELib.settings import Settings

#: "good"; "limited": it can be analysed, with this limit; "failed": it cannot be analysed;
#: "unknown": it could not be determined.
Verdict = Literal["good", "limited", "failed", "unknown"]

PAPER = "Behar et al., AJNR 2023"
PROFILE = "QIBA DCE-MRI Profile 1.0 (not compared with its text)"
OWN = "SpineDCE"
#: Frames before the bolus; longest frame, s; least length, s; longest TR, s; flip angles, degrees.
BASELINE_FRAMES, LONGEST_FRAME, LEAST_LENGTH = 5, 6.0, 290.0
LONGEST_TR, FLIP_ANGLES = 0.007, (25.0, 35.0)
#: Slices in which an artery must be seen.
ARTERY_SLICES = 2
#: Beginning of the summary of a study that cannot be analysed.
FAILED = "Cannot be analysed: "
#: Frames that are registered to judge the motion.
_REGISTERED = 6


@dataclass(frozen=True)
class Point:
    """One point of the check.

    Attributes:
        found: a sentence or value with its unit. asked: what the source asks for.
    """

    name: str
    verdict: Verdict
    found: str
    asked: str = ""
    source: str = ""


@dataclass(frozen=True)
class ProtocolCheck:
    """Outcome of the check of one study."""

    points: tuple[Point, ...]

    @property
    def usable(self) -> bool:
        """Return whether the study can be analysed."""
        return all(point.verdict != "failed" for point in self.points)

    @property
    def complete(self) -> bool:
        """Return whether every point is good."""
        return all(point.verdict == "good" for point in self.points)

    @property
    def summary(self) -> str:
        """Return one sentence for a list."""
        failed = [point for point in self.points if point.verdict == "failed"]
        if failed:
            return f"{FAILED}{failed[0].found}"
        limits = [point.name for point in self.points if point.verdict != "good"]
        return f"Usable; limited by: {', '.join(limits)}." if limits else "Usable."

    def record(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return {
            "usable": self.usable,
            "complete": self.complete,
            "summary": self.summary,
            "points": [vars(point) for point in self.points],
        }


def check_study(
    path: str | Path, settings: Settings | None = None, progress: Progress = silent
) -> ProtocolCheck:
    """Read a study and check its protocol.

    A study that holds no usable dynamic series gives a check that says so.

    Raises:
        InputError: there is no such file or folder.
    """
    settings = settings or Settings()
    path = Path(path)
    try:
        images = read_images(path, settings, part(progress, 0.0, 0.5))
    except InputError as error:
        if error.code == "study_not_found":
            raise
        return ProtocolCheck((Point("dynamic series", "failed", str(error)),))
    return check_protocol(Analysis(images, settings), part(progress, 0.5, 1.0))


def check_protocol(analysis: Analysis, progress: Progress = silent) -> ProtocolCheck:
    """Check the acquisition of a study that has been read."""
    points = [*_times(analysis), *_sequence(analysis)]
    try:
        analysis.check()
    except InputError as error:
        points.append(Point("analysis", "failed", str(error)))
        return ProtocolCheck(tuple(points))
    progress(0.1, "Searching the artery")
    points += _artery(analysis, part(progress, 0.1, 0.5))
    points.append(_T1(analysis))
    progress(0.6, "Measuring motion")
    points.append(_motion(analysis, part(progress, 0.6, 1.0)))
    return ProtocolCheck(tuple(points))


def _point(
    name: str, good: bool | None, found: str, asked: str, source: str, bad: Verdict = "limited"
) -> Point:
    verdict: Verdict = "unknown" if good is None else "good" if good else bad
    return Point(name, verdict, found, asked, source)


def _times(analysis: Analysis) -> Iterator[Point]:
    interval, length = analysis.study.dynamic.frame_interval, analysis.study.dynamic.duration
    yield _point(
        "frame time", interval <= LONGEST_FRAME, f"{interval:.1f} s",
        f"{LONGEST_FRAME:g} s or less (the profile accepts 10 s)", f"{PAPER}; {PROFILE}",
    )  # fmt: skip
    yield _point(
        "length", length >= LEAST_LENGTH, f"{length:.0f} s", "300 s", f"{PAPER}; {PROFILE}"
    )


def _sequence(analysis: Analysis) -> Iterator[Point]:
    TR, FA = analysis.TR, analysis.FA
    low, high = FLIP_ANGLES
    yield _point(
        "repetition time", None if TR is None else TR <= LONGEST_TR,
        "not in the files" if TR is None else f"{TR * 1e3:.2f} ms",
        f"{LONGEST_TR * 1e3:g} ms or less", PROFILE,
    )  # fmt: skip
    yield _point(
        "flip angle", None if FA is None else low - 0.5 <= FA <= high + 0.5,
        "not in the files" if FA is None else f"{FA:g}°", f"{low:g} to {high:g}°",
        f"{PAPER} (25°); {PROFILE}",
    )  # fmt: skip


def _artery(analysis: Analysis, progress: Progress) -> Iterator[Point]:
    found = analysis.detection(progress)
    asked = f"an artery in {ARTERY_SLICES} slices or more"
    if found.doubt:
        yield Point("artery", "failed", f"No artery was found: {found.doubt}", asked, OWN)
    else:
        slices = int(found.mask.any(axis=(1, 2)).sum())
        word = "slice" if slices == 1 else "slices"
        yield _point("artery", slices >= ARTERY_SLICES, f"in {slices} {word}", asked, OWN)
    frames = found.baseline_frames
    yield _point(
        "baseline frames", frames >= BASELINE_FRAMES, str(frames), f"{BASELINE_FRAMES} or more",
        PROFILE,
    )  # fmt: skip


def _T1(analysis: Analysis) -> Point:
    asked = "flip angles or a T1 map, before the injection"
    if analysis.has_T1:
        what = "a T1 map" if analysis.study.T1_map is not None else "flip angles"
        return Point("T1", "good", what, asked, PROFILE)
    try:
        muscle = analysis.T1_source == "muscle" and analysis.muscle is not None
    except InputError:  # without a baseline, for instance
        muscle = False
    instead = "muscle was found, and takes its place" if muscle else "no muscle was found either"
    return Point("T1", "limited", f"neither; {instead}", asked, PROFILE)


def _motion(analysis: Analysis, progress: Progress) -> Point:
    """Register some frames, as motion correction would, and compare with the voxels."""
    dynamic = analysis.study.dynamic
    spacing = sorted(dynamic.geometry.spacing)[:2]
    limit = max(spacing)
    asked = f"less than a voxel ({limit:.1f} mm); motion correction undoes it"
    before = min(analysis.detection().baseline_frames, 2)
    rest = np.linspace(before, dynamic.n_frames - 1, _REGISTERED - before).round().astype(int)
    chosen = np.unique([*range(before), *rest])
    settings = replace(analysis.settings.preprocessing.motion, on=True)
    try:
        done = correct_motion(
            dynamic.signal[chosen], dynamic.times[chosen], dynamic.geometry, settings,
            progress=progress,
        )  # fmt: skip
    except InputError as error:
        return Point("motion", "unknown", f"It was not measured: {error}", asked, OWN)
    most = float(np.linalg.norm(done.displacement, axis=-1).max())
    return _point("motion", most <= limit, f"{most:.1f} mm at most", asked, OWN)
