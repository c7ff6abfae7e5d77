"""What is unusual about the artery's concentration, one sentence each with likely causes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import Candidate, Detection, VesselKind
from SpineDCELib.aif.vessel_groups import ENOUGH
from SpineDCELib.aif.voxel_scores import ToContrast
from SpineDCELib.vocabulary.quantities import number

Array = NDArray[np.float64]

#: Usual range of the peak of blood, mM, and of the area of its first pass, mM·s: dose (3 to 10
#: mmol) over cardiac output (3 to 10 L/min).
USUAL_PEAK, USUAL_PASS = (1.5, 15.0), (20.0, 200.0)
#: Another artery is pointed out where its peak is so many times that of one whose peak is too low.
HIGHER_PEAK = 2.0
#: Blood only disperses on its way, so a vein that fills after the artery cannot have a peak so many
#: times as high, whatever the scale.
HIGHER_VEIN = 1.3
#: What a wrong scale of the artery's curve means for normalised values.
RATIOS = (
    "Ratios between regions stay the same only if nothing but the scale is wrong, and no Vp "
    "reaches 100 mL/100 mL."
)


def in_units(found: Detection, to_contrast: ToContrast, unit: str, t: Array) -> Detection:
    """Return the detection with peaks in the unit of ``to_contrast``, and warnings about them.

    The search itself uses nominal constants of blood, so that no setting changes its choice.

    Args:
        to_contrast: signal ``(frames, n)`` and baseline ``(n,)`` → contrast agent in blood.
    """
    n0 = found.baseline_frames

    def converted(signal: Array) -> Array:
        S = signal[:, None]
        return np.asarray(to_contrast(S, S[:n0].mean(axis=0)), float)[:, 0]

    table = []
    for c in found.candidates:
        C = converted(c.signal)
        peak = float(np.nanmax(C)) if np.isfinite(C).any() else float("nan")
        late = float(np.nanmean(C[-max(len(C) // 3, 1) :])) if np.isfinite(C).any() else peak
        table.append(replace(c, peak=peak, late=late))
    changed = replace(found, candidates=tuple(table), unit=unit)
    if found.signal is None:
        return changed
    scale = scale_warnings(converted(found.signal), changed, t)
    return replace(changed, warnings=(*found.warnings, *scale), of_scale=scale)


def scale_warnings(C: Array, found: Detection, t: Array) -> tuple[str, ...]:
    """Return what is unusual about the scale of the artery's curve, one sentence each.

    Args:
        C: ``(frames,)``, the curve in whole blood, in ``found.unit``. t: ``(frames,)``, s.
    """
    warnings = []
    peak = float(np.max(C))
    if found.unit == "mM":
        arrival = found.artery.arrival if found.artery else None
        told, low = _unusual(C, t, int(found.mask.sum()), arrival)
        warnings += told
        if low and (other := _higher_artery(peak, found)):
            warnings.append(other)
    if vein := _higher_vein(peak, found):
        # What it means for ratios is said once.
        warnings = [one.removesuffix(f" {RATIOS}") for one in warnings]
        warnings.append(vein)
    return tuple(warnings)


def unusual_blood(C: Array, t: Array, *, voxels: int) -> list[str]:
    """Return what is unusual about the curve of a drawn artery.

    Args:
        C: ``(frames,)``, mM in whole blood. t: ``(frames,)``, s.
        voxels: number of voxels that it is the mean of.
    """
    return _unusual(C, t, voxels, None)[0]


def _unusual(C: Array, t: Array, voxels: int, arrival: float | None) -> tuple[list[str], bool]:
    """Return what is unusual about a curve of blood, and whether it is lower than usual.

    Args:
        arrival: s; by default when half the peak is reached.
    """
    warnings = []
    if voxels == 1:
        warnings.append("The AIF comes from a single voxel.")
    elif voxels < ENOUGH:
        warnings.append(f"The AIF comes from {voxels} voxels only.")
    if np.isnan(C).any():
        warnings.append(
            "The artery's signal is above that of any concentration in some frame. Likely causes: "
            "a flip angle other than nominal (B1), or blood T10 set too short."
        )
        return warnings, False
    peak = float(C.max())
    if arrival is None:
        arrival = float(t[int(np.argmax(peak / 2 <= C))])
    weights = np.gradient(t)
    window = (t > arrival - 15) & (t < arrival + 30)
    late = C[(t > arrival + 90)]
    area = float((weights * C)[window].sum()) - 30 * (float(late.mean()) if late.size else 0.0)
    low = peak < USUAL_PEAK[0] or area < USUAL_PASS[0]
    high = peak > USUAL_PEAK[1] or area > USUAL_PASS[1]
    if low or high:
        causes = (
            "fresh blood flowing in, partial volume, a flip angle above nominal (B1), T2*, or long "
            "frames" if low else "a flip angle below nominal (B1), or blood T10 or relaxivity set "
            "too low"
        )  # fmt: skip
        warnings.append(
            f"The artery's peak is {peak:.1f} mM in whole blood and its first pass {area:.0f} "
            f"mM·s, outside the usual {USUAL_PEAK[0]:g} to {USUAL_PEAK[1]:g} mM or "
            f"{USUAL_PASS[0]:g} to {USUAL_PASS[1]:g} mM·s. Likely causes: {causes}. {RATIOS}"
        )
    return warnings, low


def _higher_artery(peak: float, found: Detection) -> str:
    """Return where a larger artery with a much higher peak lies; "" if there is none.

    The choice does not depend on concentration; that it is too low is a reason to look again.
    """
    main = found.artery
    larger = [e for e in found.evidence if main is not None and e.voxels > main.voxels]
    for one in sorted(larger, key=lambda e: -e.voxels):
        rows = _rows(found, one.vessel)
        highest = max((c.peak for c in rows), default=0.0)
        if one.kind is VesselKind.ARTERY and highest >= HIGHER_PEAK * peak:
            return (
                f"A larger artery, from slice {_first(rows)} to slice {_last(rows)}, has "
                f"{one.voxels} voxels and a peak of up to {highest:.1f} mM. Check whether it is "
                "the aorta; if so, include it by hand in place of the vessel in use."
            )
    return ""


def _higher_vein(peak: float, found: Detection) -> str:
    """Return that a vein has a higher peak than the artery, which blood cannot; "" if none has."""
    highest, said = HIGHER_VEIN * peak, ""
    for one in found.evidence:
        if one.kind is not VesselKind.LATE_VEIN:
            continue
        rows = _rows(found, one.vessel)
        many = [c for c in rows if c.voxels >= ENOUGH]
        middle = float(np.median([c.peak for c in many])) if many else 0.0
        if middle >= highest:
            highest = middle
            unit = " mM" if found.unit == "mM" else ""
            said = (
                f"The artery's peak in blood is {number(peak, 1)}{unit}, but that of a vessel "
                f"which fills after it, in slices {_first(rows)} to {_last(rows)}, is "
                f"{number(middle, 1)}{unit}. Contrast agent is only diluted on its way. So either "
                "that vessel is the artery, or the artery's curve is too low, because fresh blood "
                "flowing in, partial volume or T2* lowers it. In both cases Vp and Ktrans are too "
                f"high. {RATIOS}"
            )
    return said


def _rows(found: Detection, vessel: int) -> list[Candidate]:
    return [c for c in found.candidates if c.vessel == vessel]


def _first(rows: list[Candidate]) -> int:
    return min(c.slice for c in rows) + 1


def _last(rows: list[Candidate]) -> int:
    return max(c.slice for c in rows) + 1
