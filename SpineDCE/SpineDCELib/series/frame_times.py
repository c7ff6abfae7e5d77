"""Frame times of a series, from the time tags of its images.

Every time tag is tried. One is accepted only if the frames have it, it increases from frame to
frame, and the slices of one frame end before the next frame starts. TR is never used as a frame
interval.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series.image_header import ImageHeader

DAY = 86400.0
#: Beginning of the note on uneven times.
SPACING = "The frame spacing is "
_FRAME = "FrameAcquisitionDateTime (0018,9074)"
_REFERENCE = "FrameReferenceDateTime (0018,9151)"
_OFFSET = "TemporalPositionTimeOffset (0020,930D)"
_ACQUISITION_DT = "AcquisitionDateTime (0008,002A)"
_ACQUISITION = "AcquisitionTime (0008,0032)"
_TRIGGER = "TriggerTime (0018,1060)"
_PHILIPS = "Philips dynamic scan begin time (2005,xxA0)"
_SIEMENS = "Siemens time after start (0021,xx04)"
_FRAME_REFERENCE = "FrameReferenceTime (0054,1300)"
_CARDIAC = "NominalCardiacTriggerDelayTime (0020,9153)"
CONTENT_TIME = "ContentTime (0008,0033)"
_SERIES = "SeriesTime (0008,0031)"

#: Times that are not of the acquisition: used last, only if evenly spaced, and with a note.
WRITTEN = (CONTENT_TIME, _SERIES)
_ENHANCED = (_FRAME, _REFERENCE, _OFFSET)
_BY_VENDOR = {
    # GE repeats AcquisitionTime over the phases and counts them in TriggerTime.
    "GE": (_TRIGGER, _ACQUISITION_DT, _ACQUISITION, _FRAME_REFERENCE),
    # Philips repeats AcquisitionTime over the dynamics and counts them in its own tag.
    "PHILIPS": (_PHILIPS, _ACQUISITION_DT, _ACQUISITION, _TRIGGER, _FRAME_REFERENCE),
    "SIEMENS": (_ACQUISITION_DT, _ACQUISITION, _SIEMENS, _TRIGGER, _FRAME_REFERENCE),
}
_OTHERS = (_ACQUISITION_DT, _ACQUISITION, _TRIGGER, _FRAME_REFERENCE, _PHILIPS, _SIEMENS)


def clocks_for(manufacturer: str) -> tuple[str, ...]:
    """Return the names of the time tags, in the vendor's order of preference."""
    words = manufacturer.upper().split()
    vendor = next((v for v in _BY_VENDOR if any(w.startswith(v) for w in words)), "")
    return (*_ENHANCED, *_BY_VENDOR.get(vendor, _OTHERS), _CARDIAC, *WRITTEN)


@dataclass
class FrameTimes:
    """Times in s after the first frame, or None with the reasons in ``problems``."""

    times: NDArray[np.float64] | None = None
    origin: str = "not found"
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def unwrap_midnight(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Continue times of day past midnight, so that they keep increasing; keep NaN.

    No dynamic series lasts 12 h, so a longer gap means that the small values are the next day's.
    """
    known = np.sort(values[np.isfinite(values)])
    if known.size < 2 or known[-1] - known[0] < DAY / 2 or known[-1] - known[0] >= DAY:
        return values
    gap = int(np.argmax(np.diff(known)))
    return np.where(values <= known[gap], values + DAY, values)


def frame_times(
    frames: Sequence[Sequence[ImageHeader]], numbers: NDArray[np.int_], manufacturer: str
) -> FrameTimes:
    """Return the times of frames that are already in order.

    Args:
        frames: the images of each frame.
        numbers: position of each frame in the acquisition, with gaps where frames are missing.
    """
    result = FrameTimes()
    good: dict[str, NDArray[np.float64]] = {}
    for name in clocks_for(manufacturer):
        starts, complaint = _starts(name, frames, numbers, result.notes if not good else [])
        if complaint:
            result.problems.append(complaint)
        if starts is not None:
            good[name] = starts
    if not good:
        _from_resolution(frames, numbers, result)
        if result.times is None:
            _from_duration(frames, numbers, result)
        if result.times is None:
            result.problems += _constant(frames, clocks_for(manufacturer))
        return result
    name, starts = next(iter(good.items()))
    result.times, result.origin = starts - starts[0], name
    interval = float(np.median(np.diff(starts)))
    for other, values in good.items():
        theirs = float(np.median(np.diff(values)))
        if other not in WRITTEN and abs(theirs - interval) > 0.1 * interval:
            result.notes.append(
                f"The frame interval is {interval:.3g} s by {name} but {theirs:.3g} s by {other}; "
                f"{name} is used."
            )
    uneven = evenness(result.times)
    if uneven != "even":
        result.notes.append(f"{SPACING}{uneven}; each frame keeps its own time.")
    if name in WRITTEN:
        result.notes.append(
            f"No acquisition time was found. {name}, which is not an acquisition time, is used "
            "instead; check the frame interval."
        )
    if np.all(starts == np.round(starts)) and np.ptp(np.diff(starts)) == 1:
        result.notes.append(f"{name} holds whole seconds; frame times are accurate to ±0.5 s.")
    return result


def _constant(frames: Sequence[Sequence[ImageHeader]], clocks: Sequence[str]) -> list[str]:
    """Say which time tags are there and tell nothing: one value in all frames, or in few."""
    problems = []
    for name in clocks:
        if name in WRITTEN:
            continue
        values = [{i.clocks[name] for i in frame if name in i.clocks} for frame in frames]
        missing = sum(not found for found in values)
        if missing < len(frames) and len(set().union(*values)) == 1:
            problems.append(
                f"{name} is missing in {missing} of {len(frames)} frames."
                if missing
                else f"{name} is the same in all frames."
            )
    return problems


def _starts(
    name: str,
    frames: Sequence[Sequence[ImageHeader]],
    numbers: NDArray[np.int_],
    notes: list[str],
) -> tuple[NDArray[np.float64] | None, str]:
    """Return the start of each frame by one time tag, or None with the reason to reject it."""
    values = np.array([[i.clocks.get(name, np.nan) for i in f] for f in frames])
    finite = np.isfinite(values)
    if not finite.any() or np.ptp(values[finite]) == 0:
        return None, ""
    values = unwrap_midnight(values)
    values, starts, outliers = _voted(values)
    missing = ~np.isfinite(starts)
    if missing.any():
        if not _fill(starts, numbers):
            return None, f"{name} is missing in {int(missing.sum())} of {len(frames)} frames."
        notes.append(
            f"{name} is missing in {frame_list(np.flatnonzero(missing) + 1)} and interpolated."
        )
    if not np.all(np.diff(starts) > 0):
        return None, f"{name} does not increase from frame to frame and is not used."
    ends = np.fmax.reduce(values, axis=1, initial=-np.inf)
    if np.any(ends[:-1] >= starts[1:]):
        return None, f"{name} of one frame overlaps the next frame and is not used."
    if name in WRITTEN:
        steps = np.diff(starts) / np.maximum(np.diff(numbers), 1)
        if steps.max() > 2 * np.median(steps) or steps.min() < np.median(steps) / 2:
            return None, f"{name} is uneven (images written in bursts) and is not used."
    if outliers:
        notes.append(f"{outliers} images differ from their frame in {name}; the frame's is used.")
    return starts, ""


def _voted(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return the start of each frame by the majority of its slices, each at its usual delay.

    Args:
        values: (frames, slices), s; NaN where a slice has no value.

    Returns:
        The values without outliers, the starts (NaN without a majority), the number of outliers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # frames without any value
        rough = np.nanmedian(values, axis=1)
        delay = np.nanmedian(values - rough[:, None], axis=0)
        delay -= np.nanmin(delay)
        starts = np.nanmedian(values - delay, axis=1)
        interval = np.nanmedian(np.abs(np.diff(starts)))
        off = np.abs(values - delay - starts[:, None]) > 0.25 * interval
        outliers = int(off.sum())
        if outliers:
            values = np.where(off, np.nan, values)
            majority = np.isfinite(values).sum(1) > off.sum(1)
            starts = np.where(majority, np.nanmedian(values - delay, axis=1), np.nan)
    return values, starts, outliers


def _fill(starts: NDArray[np.float64], numbers: NDArray[np.int_]) -> bool:
    """Interpolate a few missing times among even ones; return False if that would be a guess."""
    known = np.isfinite(starts)
    if known.sum() < max(3, 0.8 * len(starts)):
        return False
    slope, start = np.polyfit(numbers[known], starts[known], 1)
    line = slope * numbers + start
    if slope <= 0 or np.abs(starts - line)[known].max() > 0.1 * slope:
        return False
    starts[~known] = line[~known]
    return True


def _from_resolution(
    frames: Sequence[Sequence[ImageHeader]], numbers: NDArray[np.int_], result: FrameTimes
) -> None:
    """Use TemporalResolution where the frames are numbered and it differs from TR."""
    found = {i.resolution for f in frames for i in f if i.resolution}
    first = frames[0][0]
    if len(found) != 1 or first.temporal_index is None:
        return
    interval = found.pop()
    if interval < 0.1 or (first.TR and abs(interval - first.TR) < 0.01 * first.TR):
        return
    result.times = (numbers - numbers[0]) * interval
    result.origin = "TemporalResolution (0020,0110)"
    result.notes.append(
        f"No image has an acquisition time; TemporalResolution gives {interval:.6g} s per frame."
    )


def _from_duration(
    frames: Sequence[Sequence[ImageHeader]], numbers: NDArray[np.int_], result: FrameTimes
) -> None:
    """Divide acquisition duration by temporal positions: GE 2D series without any clock.

    The result is used only where it agrees with TR, which is the time of a whole volume in these
    2D series. The duration of a 3D multi-phase series can mean one phase or all of them.
    """
    first = frames[0][0]
    count = first.n_temporal or 0
    if not first.duration or count < 2 or count <= numbers.max():
        return
    interval = first.duration / count
    if (
        first.header.three_dimensional is False
        and first.TR
        and abs(interval - first.TR) < 0.01 * first.TR
    ):
        result.times = (numbers - numbers[0]) * interval
        result.origin = "GE acquisition duration (0019,xx5A) over NumberOfTemporalPositions"
        result.notes.append(
            f"No image has an acquisition time; {first.duration:.6g} s of acquisition over {count} "
            f"temporal positions give {interval:.6g} s per frame, which TR confirms."
        )
        return
    result.problems.append(
        f"The acquisition duration is {first.duration:.6g} s for {count} temporal positions; it is "
        "unknown whether that is the duration of one frame or of all."
    )


def evenness(times: NDArray[np.float64]) -> str:
    """Describe the spacing of times: "even", or "uneven" with its range."""
    steps = np.diff(times)
    if steps.size < 2:
        return "even"
    middle = float(np.median(steps))
    if np.abs(steps - middle).max() <= max(0.01 * middle, 2e-3):
        return "even"
    return f"uneven ({steps.min():.4g} to {steps.max():.4g} s)"


def frame_list(numbers: Sequence[int] | NDArray[np.int_], limit: int = 8) -> str:
    """Return frame numbers as text: "frame 3", "frames 3, 5", at most ``limit`` of them."""
    word = "frame" if len(numbers) == 1 else "frames"
    shown = ", ".join(str(int(n)) for n in numbers[:limit])
    more = f" … ({len(numbers)} in all)" if len(numbers) > limit else ""
    return f"{word} {shown}{more}"
