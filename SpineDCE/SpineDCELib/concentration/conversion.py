"""Conversion of the dynamic signal to the fitted curves, with T10, errors and invalid voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.concentration import (
    relative_enhancement,
    signal_difference,
    signal_errors,
    signal_to_concentration,
    spgr_signal,
    variable_flip_angle_T1,
)
from SpineDCELib.concentration.muscle import T10_from_muscle, muscle_signal
from SpineDCELib.data import Concentration, Images
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.linear_resampling import resample_linear
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import CURVE_UNITS


@dataclass(frozen=True)
class Conversion:
    """Parameters of the conversion from signal to the fitted curves.

    Attributes:
        mode: "absolute", "relative" or "difference".
        TR: s; FA: degrees; r1: 1/s/mM. TR and FA may be None except in absolute mode.
        T1_source: "fixed", "map", "vfa" or "muscle"; T10: s, for "fixed".
        muscle: ``(slices, rows, columns)``; muscle_T10: s; both for "muscle".
        skip_invalid: leave voxels with NaN, infinite or negative signal unfitted.
    """

    mode: str
    TR: float | None
    FA: float | None
    r1: float
    T1_source: str | None = None
    T10: float | None = None
    muscle: NDArray[np.bool_] | None = None
    muscle_T10: float | None = None
    skip_invalid: bool = False


def convert(
    images: Images, conversion: Conversion, *, baseline_frames: int, progress: Progress = silent
) -> Concentration:
    """Compute the curve of every voxel, and the errors that the residuals of a fit do not show.

    Raises:
        InputError: T10 cannot be computed from the chosen source.
    """
    signal, notes = images.dynamic.signal, []
    baseline = signal[:baseline_frames].mean(axis=0, dtype=np.float64)
    T10: NDArray[np.floating] | None = None
    M0: NDArray[np.floating] | None = None
    if conversion.mode == "absolute":
        T10, note = tissue_T10(images, conversion, baseline, part(progress, 0.0, 0.5))
        notes.append(note)
        if conversion.T1_source in ("map", "vfa"):
            M0 = _relaxed_signal(baseline, T10, conversion)
    progress(0.5, "Computing concentration")
    curves = _converted(signal, baseline, T10, conversion)
    errors = signal_errors(signal, frames=baseline_frames)
    changed = np.stack([baseline + errors.baseline, baseline + errors.rounding])
    with np.errstate(all="ignore"):
        hidden = _converted(changed, baseline, T10, conversion)
    if conversion.skip_invalid:
        bad = invalid(signal)
        curves[:, bad] = np.nan
        if bad.any():
            notes.append(
                f"{int(bad.sum())} voxels with NaN, infinite or negative signal are left unfitted."
            )
    progress(1.0, "Concentration computed")
    return Concentration(
        curves=curves,
        unit=CURVE_UNITS[conversion.mode],
        baseline_frames=baseline_frames,
        baseline=baseline,
        T10=T10,
        hidden_errors=np.nan_to_num(hidden, posinf=0.0, neginf=0.0).astype(np.float32),
        notes=tuple(notes),
        M0=M0,
    )


def tissue_T10(
    images: Images,
    conversion: Conversion,
    baseline: NDArray[np.floating],
    progress: Progress = silent,
) -> tuple[NDArray[np.floating], str]:
    """Return T1 before contrast, s, on the dynamic grid (NaN if unknown), and its source."""
    grid = images.dynamic.geometry
    if conversion.T1_source == "fixed":
        assert conversion.T10 is not None
        note = f"T10 {conversion.T10 * 1000:g} ms everywhere, as set."
        return np.full(grid.shape, conversion.T10), note
    if conversion.T1_source == "map":
        volume = images.T1_map
        assert volume is not None
        T10 = np.where(volume.array > 0, volume.array, np.nan)
        return T10, "T10 from the T1 map."
    if conversion.T1_source == "muscle":
        return _from_muscle(grid, conversion, baseline)
    angles = images.flip_angles
    assert angles is not None
    if angles.TR is None:
        raise InputError(
            "The flip-angle series have no repetition time, so T10 cannot be computed from them.",
            code="flip_angles_without_TR",
            fields=["inputs.T1_map", "concentration.T10"],
        )
    fitted = variable_flip_angle_T1(
        angles.signal, FA=angles.FA, TR=angles.TR, B1=angles.B1, progress=progress
    )
    T1: NDArray[np.floating] = fitted.T1
    note = "T10 from flip angles of " + ", ".join(f"{a:g}" for a in angles.FA) + " degrees"
    if not angles.geometry.matches(grid, tolerance=0.1):
        T1 = resample_linear(T1, angles.geometry, grid)
        if not np.isfinite(T1).any():
            raise InputError(
                "The flip-angle series do not overlap the dynamic series.",
                code="flip_angles_elsewhere",
                fields=["inputs.T1_map", "concentration.T10"],
            )
        note += ", interpolated onto the dynamic series' grid"
    return T1, note + "."


def _relaxed_signal(
    baseline: NDArray[np.floating], T10: NDArray[np.floating], conversion: Conversion
) -> NDArray[np.floating]:
    """Return the fully relaxed signal of every voxel, from its baseline signal and T10.

    The signal's rise, and so concentration times M0, hardly depends on T10, so that an error of
    T10 cancels in their product. It would not with M0 from other images.
    """
    assert conversion.TR is not None
    assert conversion.FA is not None
    with np.errstate(divide="ignore", invalid="ignore"):
        one = spgr_signal(1 / np.asarray(T10, float), S0=1.0, TR=conversion.TR, FA=conversion.FA)
        M0: NDArray[np.floating] = baseline / one
    return M0


def _from_muscle(
    grid: Geometry, conversion: Conversion, baseline: NDArray[np.floating]
) -> tuple[NDArray[np.floating], str]:
    """Return T10 from the baseline signal relative to that of muscle, and its source."""
    assert conversion.muscle is not None
    assert conversion.muscle_T10 is not None
    assert conversion.TR is not None
    assert conversion.FA is not None
    own = muscle_signal(baseline, mask=conversion.muscle, geometry=grid)
    T10 = T10_from_muscle(
        baseline,
        own.signal,
        muscle_T10=conversion.muscle_T10,
        TR=conversion.TR,
        FA=conversion.FA,
    )
    note = (
        f"T10 from the baseline signal relative to muscle ({own.voxels} voxels, "
        f"{own.voxels * grid.voxel_volume / 1000:.0f} cm³)"
    )
    if own.slope:
        note += f"; the coil's sensitivity rises by {1000 * own.slope:.1f} % per cm to the back"
    return T10, note + "."


def _converted(
    signal: NDArray[np.floating],
    baseline: NDArray[np.floating],
    T10: NDArray[np.floating] | None,
    conversion: Conversion,
) -> NDArray[np.floating]:
    """Convert signal to the unit that is fitted."""
    if conversion.mode == "relative":
        return relative_enhancement(signal, baseline=baseline)
    if T10 is None:
        return signal_difference(signal, baseline=baseline)
    assert conversion.TR is not None
    assert conversion.FA is not None
    with np.errstate(divide="ignore"):
        R10 = 1 / np.asarray(T10, float)
    return signal_to_concentration(
        signal, baseline=baseline, R10=R10, TR=conversion.TR, FA=conversion.FA, r1=conversion.r1
    )


def unusable(
    concentration: Concentration,
    images: Images,
    *,
    skip_invalid: bool,
    drawn: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Return the status codes of the voxels that are not to be fitted, 0 elsewhere.

    Args:
        drawn: voxels of regions, which count as tissue regardless of the noise mask.
    """
    curves = concentration.curves
    # NaN spreads through both, which need less memory than a mask of every value.
    broken = ~(np.isfinite(curves.min(axis=0)) & np.isfinite(curves.max(axis=0)))
    saturates = concentration.unit == CURVE_UNITS["absolute"]
    reason = Status.SATURATED if saturates else Status.NOT_FINITE
    codes: NDArray[np.uint8] = np.where(broken, np.uint8(reason), np.uint8(0))
    if concentration.T10 is not None:
        codes[broken & ~np.isfinite(concentration.T10)] = Status.NO_T10
    codes[broken & ~(concentration.baseline > 0)] = Status.NO_BASELINE
    if skip_invalid:
        codes[invalid(images.dynamic.signal)] = Status.NOT_FINITE
    if images.tissue is not None:
        codes[~images.tissue & ~drawn] = Status.NOT_IN_MASK
    return codes


def invalid(signal: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return the voxels with NaN, infinite or negative signal in any frame."""
    mask: NDArray[np.bool_] = ~np.all(np.isfinite(signal) & (signal >= 0), axis=0)
    return mask


def check_signal(signal: NDArray[np.floating], kept: NDArray[np.bool_]) -> None:
    """Refuse NaN, infinite or negative signal.

    Args:
        signal: ``(frames, …)``. kept: ``(frames,)``; the other frames are not used.
    """
    if not kept.all():
        signal = signal[kept]
    lowest = float(signal.min())  # NaN spreads through min
    if np.isnan(lowest) or not np.isfinite(float(signal.max())):
        count = int((~np.isfinite(signal)).any(axis=0).sum())
        raise InputError(
            f"The dynamic series has NaN or infinite signal in {count} voxels. Fix the "
            "file, or leave those voxels unfitted.",
            code="signal_not_finite",
            fields=["reading.skip_invalid"],
        )
    if lowest < 0:
        count = int((signal < 0).any(axis=0).sum())
        raise InputError(
            f"The dynamic series has negative signal (down to {lowest:g}) in {count} voxels; "
            "magnitude images have none. Choose the magnitude series, or leave those voxels "
            "unfitted.",
            code="negative_signal",
            fields=["reading.series", "reading.skip_invalid"],
        )
