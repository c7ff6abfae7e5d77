"""Dynamic series, volumes and flip angle sets, read into arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dynamic_series import DynamicSeries, Geometry, Source, Volume
from SpineDCELib.series.image_header import ImageHeader
from SpineDCELib.series.joining import displacements, join_series, take_displaced
from SpineDCELib.series.pixel_values import checksum, load_frames, phase_in_radians
from SpineDCELib.series.scan_study import scan_study
from SpineDCELib.series.study_contents import NO_FRAME_TIMES, SeriesDescription, Study


@dataclass(frozen=True, eq=False)
class FlipAngleSet:
    """One volume at each of several flip angles, on one grid.

    Attributes:
        signal: ``(angles, slices, rows, columns)``.
        FA: ``(angles,)``, degrees, rising.
        TR: s, or None where the files do not say.
        B1: actual over prescribed flip angle, ``(slices, rows, columns)``, or None.
    """

    signal: NDArray[np.floating]
    FA: NDArray[np.float64]
    TR: float | None
    geometry: Geometry
    source: Source
    notes: tuple[str, ...] = ()
    B1: NDArray[np.floating] | None = None


# ---------------------------------------------------------------------------- one series


def _pixels(
    series: SeriesDescription, progress: Progress, common_scale: float | None = None
) -> NDArray[np.float32]:
    if series.obstacle:
        raise InputError(
            f"Series {series.line()} cannot be read because {series.obstacle}.",
            code="unreadable_series",
            about=series.line(),
            fields=["reading.series"],
        )
    if series.image_file is not None:
        progress(0.0, f"Reading {series.image_file.path.name}")
        return np.ascontiguousarray(series.image_file.load(), dtype=np.float32)
    assert series.stack is not None
    scale = common_scale or _common_scale(series.stack.frames)
    return load_frames(series.stack.frames, series.disk_paths, progress, common_scale=scale)


def _common_scale(frames: list[list[ImageHeader]]) -> float | None:
    """Return Philips' scale of the first image where it varies between images, else None."""
    scales = {round(i.slope * i.scale_slope, 12) for f in frames for i in f if i.scale_slope}
    first = frames[0][0]
    if len(scales) < 2 or not first.scale_slope:
        return None
    return first.slope * first.scale_slope


def _source(*series: SeriesDescription, content: str) -> Source:
    images = [i for s in series if s.stack for f in s.stack.frames for i in f]
    uids = dict.fromkeys(i.header.sop_uid for i in images if i.header.sop_uid)
    return Source(
        format=series[0].format,
        files=tuple(dict.fromkeys(f for s in series for f in s.files)),
        checksum=content,
        study_uid=series[0].study_uid,
        series_uids=tuple(dict.fromkeys(u for s in series for u in s.series_uids)),
        sop_instance_uids=tuple(uids),
    )


def _geometry(series: SeriesDescription) -> Geometry:
    if series.geometry is None:
        raise InputError(
            f"Series {series.line()} has no position in space.",
            code="no_position",
            about=series.line(),
            fields=["reading.series"],
        )
    return series.geometry


# ---------------------------------------------------------------------------- dynamic


def read_dynamic(
    study: Study | str | os.PathLike[str],
    *,
    series: int | None = None,
    joined: Sequence[int] = (),
    displaced: str = "leave_out",
    frame_interval: float | None = None,
    progress: Progress = silent,
) -> DynamicSeries:
    """Read the dynamic series with its frame times, and its phase where the study has it.

    Args:
        study: from :func:`scan_study`, or a path to scan.
        series: its number in the listing (or at the scanner), if the study has several.
        joined: numbers of series that are further parts of it.
        displaced: what happens to frames whose slices lie elsewhere: "leave_out", "same_slice"
            (their positions are wrong) or "resample" (they are right).
        frame_interval: s per frame, in place of the times in the files.

    Raises:
        InputError: no or several dynamic series, no frame times, or damaged pixels.
    """
    if not isinstance(study, Study):
        study = scan_study(study, part(progress, 0.0, 0.2))
        progress = part(progress, 0.2, 1.0)
    chosen = study.dynamic(series)
    if joined:
        chosen = join_series(study, chosen, joined)
    moved: NDArray[np.float64] | None = None
    if displaced != "leave_out" and chosen.stack is not None and chosen.stack.displaced:
        chosen = take_displaced(chosen)
        moved = displacements(chosen)
    times, origin = _times(chosen, frame_interval)
    notes = [*chosen.notes, *chosen.problems]
    if frame_interval is not None:
        notes = [note for note in notes if note not in chosen.about_times]
    companion = _companion(study, chosen, "dynamic phase")
    if companion is None and study.with_role("dynamic phase"):
        notes.append("No phase series matches the frames and grid of the dynamic series.")
    imaginary = _companion(study, chosen, "dynamic imaginary")
    phase: NDArray[np.float32] | None = None
    if chosen.component == "real" and imaginary is not None:
        real = _pixels(chosen, part(progress, 0.0, 0.45))
        other = _pixels(imaginary, part(progress, 0.45, 0.9))
        if imaginary.frames > chosen.frames:
            other = other[_same_frames(imaginary, chosen)]
        phase = np.arctan2(other, real)
        signal = np.hypot(real, other, out=real)
        notes.append(
            "Magnitude and phase are computed from the real and imaginary series "
            f"{chosen.number} and {imaginary.number}."
        )
        used = [chosen, imaginary]
    else:
        stop = 0.45 if companion else 0.9
        signal = _pixels(chosen, part(progress, 0.0, stop))
        used = [chosen]
        if companion is not None:
            stored = _pixels(companion, part(progress, stop, 0.9))
            if companion.frames > chosen.frames:
                stored = stored[_same_frames(companion, chosen)]
            image = companion.stack.frames[0][0] if companion.stack else None
            phase, unit_note = phase_in_radians(stored, image)
            notes.append(f"{unit_note} (series {companion.number})")
            used.append(companion)
    if moved is not None:
        notes.append(_put_back(signal, phase, moved, resample=displaced == "resample"))
    if not np.isfinite([signal.min(), signal.max()]).all():  # NaN spreads through both
        bad = int(np.count_nonzero(~np.isfinite(signal).all(axis=0)))
        notes.append(f"{bad} voxels hold NaN or infinite signal.")
    progress(0.95, "Computing the checksum")
    geometry = _geometry(chosen)
    result = DynamicSeries(
        signal=signal,
        times=times,
        geometry=geometry,
        acquisition=chosen.acquisition,
        time_origin=origin,
        source=_source(*used, content=checksum(signal, times, geometry.affine, phase)),
        phase=phase,
        notes=tuple(notes),
    )
    progress(1.0, "Dynamic series read")
    return result


def _put_back(
    signal: NDArray[np.float32],
    phase: NDArray[np.float32] | None,
    moved: NDArray[np.float64],
    *,
    resample: bool,
) -> str:
    """Resample displaced frames in place if asked to, and say what was done with them."""
    numbers = np.flatnonzero(np.abs(moved) > 0.05)
    listed = ", ".join(str(n + 1) for n in numbers)
    if not resample:
        return f"The slices of frames {listed} lie elsewhere; they are taken at the same index."
    for n in numbers:
        for images in (signal, phase):
            if images is not None:
                images[n] = ndimage.shift(images[n], (moved[n], 0, 0), order=1, mode="nearest")
    return (
        f"The slices of frames {listed} lie elsewhere; they are resampled to the others' places, "
        "and their outermost slice is repeated where they do not reach."
    )


def _times(
    series: SeriesDescription, frame_interval: float | None
) -> tuple[NDArray[np.float64], str]:
    if frame_interval is not None:
        if not np.isfinite(frame_interval) or frame_interval <= 0:
            raise InputError(
                f"The frame interval must be above 0 s; {frame_interval:g} was given.",
                code="out_of_range",
                fields=["reading.frame_interval"],
            )
        numbers = series.stack.numbers if series.stack else np.arange(series.frames)
        return (numbers - numbers[0]) * float(frame_interval), (
            f"set to {frame_interval:g} s per frame"
        )
    if series.times is None:
        reasons = " ".join(p for p in series.problems if p != NO_FRAME_TIMES)
        raise InputError(
            f"Series {series.line()} has no frame times that can be used"
            f"{' (' + reasons.rstrip('.') + ')' if reasons else ''}.",
            code="no_frame_times",
            fields=["reading.frame_interval"],
        )
    return series.times, series.time_origin


def _companion(study: Study, chosen: SeriesDescription, role: str) -> SeriesDescription | None:
    """Return the phase (or imaginary) series of the same frames, or None."""
    found = [
        s
        for s in study.with_role(role)
        if s.patient == chosen.patient
        and s.study_uid == chosen.study_uid
        and s.dimensions[1:] == chosen.dimensions[1:]
        and s.geometry is not None
        and chosen.geometry is not None
        and s.geometry.matches(chosen.geometry, 0.1)
        and _same_frames(s, chosen) is not None
    ]

    def nearness(s: SeriesDescription) -> tuple[bool, bool, int]:
        same = bool(set(s.series_uids) & set(chosen.series_uids))
        apart = abs((s.series_number or 0) - (chosen.series_number or 0))
        return same, s.description == chosen.description, -apart

    return max(found, key=nearness, default=None)


def _same_frames(a: SeriesDescription, b: SeriesDescription) -> list[int] | None:
    """Return the frame of ``a`` for each frame of ``b``; None where one has no partner."""
    if a.stack is None or b.stack is None:
        found = list(range(a.frames)) if a.frames == b.frames else None
    else:
        place = {int(n): f for f, n in enumerate(a.stack.numbers)}
        partners = [place.get(int(n)) for n in b.stack.numbers]
        found = None if None in partners else [p for p in partners if p is not None]
    if found is None or a.times is None or b.times is None or b.interval is None:
        return found
    apart = a.times[found] - b.times
    return found if np.ptp(apart) <= 0.5 * b.interval else None


# ---------------------------------------------------------------------------- volumes


def read_volume(
    source: SeriesDescription | str | os.PathLike[str], progress: Progress = silent
) -> Volume:
    """Read one 3D image: a described series, or an NRRD, NIfTI or DICOM file or folder.

    Raises:
        InputError: there is no volume, or there are several, or it has more than one frame.
    """
    if not isinstance(source, SeriesDescription):
        study = scan_study(source)
        found = [s for s in study.series if s.frames == 1 and not s.obstacle]
        if len(found) != 1:
            contents = "; ".join(s.line() for s in study.series) or "no image"
            raise InputError(
                f"{source} is not a single volume; it holds {contents}.",
                code="not_one_volume",
                about=str(source),
            )
        source = found[0]
    if source.frames > 1:
        raise InputError(
            f"Series {source.line()} has {source.frames} frames; a single volume is needed.",
            code="not_one_volume",
            about=source.line(),
        )
    array = _pixels(source, progress)[0]
    geometry = _geometry(source)
    return Volume(
        array=array,
        geometry=geometry,
        acquisition=source.acquisition,
        source=_source(source, content=checksum(array, geometry.affine)),
        notes=(*source.notes, *source.problems),
    )


def read_flip_angles(
    study: Study | str | os.PathLike[str],
    *,
    dynamic: SeriesDescription | None = None,
    progress: Progress = silent,
) -> FlipAngleSet:
    """Read the variable-flip-angle set of a study, with a B1 map on its grid if there is one.

    Args:
        dynamic: the dynamic series to which the set belongs, if the study holds several sets.

    Raises:
        InputError: the study has no set of at least two flip angles.
    """
    if not isinstance(study, Study):
        study = scan_study(study)
    found = study.flip_angle_set(dynamic)
    if len(found) < 2:
        raise InputError(
            f"{study.path} holds no variable-flip-angle series (two or more volumes that differ "
            "only in flip angle).",
            code="no_flip_angles",
            about=str(study.path),
            fields=["inputs.T1_map", "concentration.T10"],
        )
    notes: list[str] = []
    signals: dict[float, list[NDArray[np.float32]]] = {}
    stacked = [f for s in found if s.stack for f in s.stack.frames]
    scale = _common_scale(stacked) if stacked else None
    for n, s in enumerate(found):
        listener = part(progress, n / len(found), (n + 1) / len(found))
        FA = s.acquisition.FA
        assert FA is not None
        signals.setdefault(FA, []).append(_pixels(s, listener, scale)[0])
        notes += [f"{FA:g}°: {m}" for m in (*s.notes, *s.problems)]
    philips = any((s.acquisition.manufacturer or "").upper().startswith("PHILIPS") for s in found)
    if philips and stacked and not any(i.scale_slope for f in stacked for i in f):
        notes.append(
            "The flip angles are Philips images without Philips' own scale (2005,100E), so their "
            "signals may not be comparable with each other. Check T10."
        )
    repeated = [f"{a:g}°" for a, v in signals.items() if len(v) > 1]
    if repeated:
        notes.append(f"Repeated volumes are averaged: {', '.join(repeated)}.")
    angles = np.array(sorted(signals))
    signal = np.stack([np.mean(signals[a], axis=0) for a in angles])
    geometry = _geometry(found[0])
    B1 = _b1(study, geometry, notes)
    return FlipAngleSet(
        signal=signal,
        FA=angles,
        TR=found[0].acquisition.TR,
        geometry=geometry,
        source=_source(*found, content=checksum(signal, angles, geometry.affine)),
        notes=tuple(notes),
        B1=B1,
    )


def _b1(study: Study, geometry: Geometry, notes: list[str]) -> NDArray[np.floating] | None:
    """Return the study's B1 map as a factor, if its grid is the same."""
    for s in study.with_role("B1 map"):
        if s.frames != 1 or s.geometry is None or not s.geometry.matches(geometry, 0.1):
            notes.append(f"The B1 map {s.line()} has a different grid and is not used.")
            continue
        B1 = _pixels(s, silent)[0]
        middle = float(np.median(B1[B1 > 0])) if np.any(B1 > 0) else 1.0
        if 10 < middle <= 300:
            B1, unit = B1 / np.float32(100), "per cent"
        elif 300 < middle <= 3000:
            B1, unit = B1 / np.float32(1000), "per mille"
        else:
            unit = "a factor"
        notes.append(f"The values of the B1 map {s.line()} are taken as {unit}.")
        values: NDArray[np.floating] | None = B1
        return values
    return None
