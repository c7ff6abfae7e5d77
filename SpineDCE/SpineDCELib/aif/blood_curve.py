"""Blood concentration from an artery's magnitude signal, checked against its phase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.phase_aif import (
    Array,
    ContrastOf,
    PhaseCurve,
    anchored,
    confirms_decay,
    first_pass,
    peak_from_both,
    with_decay,
)
from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.quantities import number, signed

#: Share by which magnitude may differ from phase over the first pass before the AIF is doubted:
#: more than twice the difference in scale that angle, T10 and inflow usually make (chosen).
PHASE_DIFFERENCE = 0.25
#: Ratio of magnitude and phase over the first pass beyond which their mean is no curve of
#: blood (chosen).
FAR_APART = 2.0
#: Part of a difference below which what T2* would make of it is not named as its cause: a quarter
#: (chosen).
SMALL_PART = 4.0
#: Standard errors above which the phase's first pass must lie to check the magnitude (chosen).
LEAST_PHASE = 3.0


@dataclass(frozen=True, eq=False)
class BloodCurve:
    """Concentration of contrast agent in an artery.

    Attributes:
        Cb: ``(frames,)``, whole blood. signal: the artery's mean signal. phase: the curve from
            phase, or None; the late frames of the magnitude help to determine its zero level.
        r2: T2* relaxivity in use, 1/s/mM. notes: the corrections, one sentence each.
        doubt: why its scale is not to be trusted, one or two sentences; empty if nothing is known
            against it.
    """

    Cb: NDArray[np.float64]
    signal: NDArray[np.float64]
    phase: PhaseCurve | None
    r2: float
    notes: tuple[str, ...]
    doubt: str = ""


def blood_curve(
    signal: Array,
    contrast: ContrastOf,
    *,
    TE: float | None,
    r2: float | None,
    literature_r2: float,
    phase: PhaseCurve | None = None,
    peak: str = "magnitude",
    with_notes: bool = True,
) -> BloodCurve:
    """Convert an artery's signal to concentration, corrected for T2* and by phase on request.

    Args:
        signal: ``(frames,)``, the artery's mean. contrast: signal → mM without T2*.
        TE: s. r2: 1/s/mM; None corrects with the literature value, if phase confirms it.
        peak: "phase" moves the first pass halfway to the curve from phase.
        with_notes: False saves the time that only a note on T2* needs.

    Raises:
        InputError: TE or phase images are needed but missing.
    """
    plain = np.asarray(contrast(signal), float)
    if r2 and TE is None:
        raise InputError(
            "The echo time is not in the files, so r2 of blood cannot be used.",
            code="no_TE",
            fields=("aif.r2=0",),
        )
    if peak == "phase" and phase is None:
        raise InputError(
            "The study has no usable phase images, so phase cannot correct the peak of the AIF.",
            code="no_phase",
            fields=("aif.peak=magnitude",),
        )
    phase = None if phase is None else anchored(phase, plain)
    notes = []
    used, low = r2 or 0.0, float("nan")
    Cb = plain if TE is None or not used else with_decay(contrast, signal, TE=TE, r2=used)
    asked = r2 is None and (with_notes or phase is not None)
    if TE is not None and asked and np.all(np.isfinite(plain)):
        decayed = with_decay(contrast, signal, TE=TE, r2=literature_r2)
        low = 100 * (1 - plain.max() / decayed.max())
        confirmed = (
            phase is not None
            and _mean_pass(phase, first_pass(plain))[2]
            and confirms_decay(plain, decayed, phase.C)
        )
        if confirmed:
            used, Cb = literature_r2, decayed
            notes.append(
                f"The AIF was corrected for T2* of blood (r2 {used:g} /s/mM, Rohrer 2005), which "
                f"the phase confirms; without the correction its peak would be {low:.0f} % lower."
            )
        elif np.isfinite(low) and low > 3:
            notes.append(
                "The AIF was not corrected for T2* of blood, because there is no usable phase to "
                "confirm it."
                if phase is None
                else "The AIF was not corrected for T2* of blood, because its phase does not "
                "confirm it."
            )
            notes.append(
                f"With r2 {literature_r2:g} /s/mM (Rohrer 2005), T2* would lower its peak by "
                f"{low:.0f} %."
            )
    elif used:
        notes.append(f"The AIF was corrected for T2* of blood with r2 {used:g} /s/mM, as set.")
    doubt = ""
    # That of the magnitude, because a noisy phase can peak before the contrast agent.
    frames = first_pass(Cb)
    if phase is not None and frames.any():
        measured = float(Cb[frames].mean())
        from_phase, SE, is_known = _mean_pass(phase, frames)
        ratio = 100 * (measured / from_phase - 1)
        if is_known:
            notes.append(
                f"The AIF peak is {phase.C[frames].max():.2f} mM from phase (artery at "
                f"{phase.angle:.0f}° to the field) and {np.max(Cb):.2f} mM from magnitude; over "
                f"the first pass, magnitude differs from phase by {signed(ratio, 0)} %."
            )
        else:
            notes.append(
                "The artery's phase is too noisy to check its magnitude: over the first pass, the "
                f"mean is {number(from_phase, 2)} ± {SE:.2f} mM from phase and {measured:.2f} mM "
                "from magnitude."
            )
        if peak == "phase":
            Cb = peak_from_both(Cb, phase.C)
            notes.append("The first pass was set halfway between magnitude and phase.")
            if is_known and not 1 / FAR_APART < measured / from_phase < FAR_APART:
                doubt = (
                    f"Over the first pass, the artery shows {from_phase:.2f} mM by its phase and "
                    f"{measured:.2f} mM by its magnitude. The AIF lies halfway between them there, "
                    "and follows the magnitude elsewhere, so it is no curve of blood."
                )
            elif is_known and abs(ratio) > 100 * PHASE_DIFFERENCE:
                doubt = (
                    "Over the first pass, the artery's magnitude and phase differ by "
                    f"{abs(ratio):.0f} %. The AIF lies halfway between them there; which of them "
                    "is right is not known."
                )
        elif is_known and abs(ratio) > 100 * PHASE_DIFFERENCE:
            # A correction for T2* was made, or would be too small to be the cause.
            is_small = bool(used) or low < -ratio / SMALL_PART
            less = (
                f"Over the first pass, the artery's magnitude shows {-ratio:.0f} % less contrast "
                "agent than its phase, so flip angle (B1), inflow or saturation differ from what "
                "is assumed."
                if is_small
                else f"Over the first pass, the artery's magnitude shows {-ratio:.0f} % less "
                "contrast agent than its phase, so flip angle (B1), inflow, saturation or T2* "
                "differ from what is assumed."
            )
            too_high = (
                "If the phase is right, Vp is too high; its ratio to the reference is affected "
                "less, unless a Vp reaches 100 mL/100 mL."
            )
            doubt = (
                f"{less} {too_high}"
                if ratio < 0
                else f"Over the first pass, the artery's magnitude shows {ratio:.0f} % more "
                "contrast agent than its phase, so flip angle (B1) or T10 of blood differ from "
                "what is assumed. If the phase is right, Vp is too low; its ratio to the reference "
                "is affected less."
            )
    return BloodCurve(Cb, np.asarray(signal, float), phase, used, tuple(notes), doubt)


def _mean_pass(phase: PhaseCurve, frames: NDArray[np.bool_]) -> tuple[float, float, bool]:
    """Return the mean of a first pass by phase and its error, mM; is it above its noise?"""
    if not frames.any():
        return float("nan"), float("nan"), False
    mean, SE = float(phase.C[frames].mean()), phase.error_of_mean(int(frames.sum()))
    return mean, SE, mean > LEAST_PHASE * SE
