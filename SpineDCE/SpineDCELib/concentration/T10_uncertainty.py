"""Uncertainty of a region's concentration that comes from T10, water and the coil, by mode.

Every mode turns signal into concentration with something that it does not know: the tissue's T10,
the share of the voxel that is water, the sensitivity of the coil. How strongly each of them enters
follows from the signal equation; how far each is unknown is a published or chosen spread below.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot
from typing import Literal, NamedTuple

import numpy as np

from SpineDCELib.concentration.muscle import T10_from_muscle
from SpineDCELib.concentration.spgr import signal_to_concentration, spgr_signal


class Spread(NamedTuple):
    """Standard deviation of the logarithm of what is not known.

    Attributes:
        shared: the same at all visits of a patient, so that it cancels in a change.
        own: independent at each visit.
    """

    shared: float
    own: float


#: T10 of a region of this role around a value that is assumed, where it is not measured. Shared:
#: osteoblastic metastases have 1675 ± 436 ms (MR fingerprinting), marrow 400 to 700 ms with age.
#: Own: chosen, for a change between two visits with an SD of 20 % in a lesion, which oedema or
#: necrosis may raise, and of 14 % in a vertebra outside of the irradiated volume. Marrow that turns
#: fatty after radiation falls by a third (its fat fraction rises threefold, JCAT 1989;13:463),
#: about three of these SDs; a fatty or irradiated reference is warned about.
UNKNOWN_T10 = {"lesion": Spread(0.30, 0.14), "reference": Spread(0.30, 0.10)}
#: T10 from a T1 map or flip angles: chosen after repeated mapping with flip angles at one scanner.
MAPPED_T10 = Spread(0.05, 0.03)
#: Share of the voxel that is water, beside that of muscle: marrow 0.4 to 0.7 when fat and bone are
#: left out, lesions with sclerosis or oedema 0.6 to 1.2. Own: chosen.
WATER = Spread(0.20, 0.06)
#: Sensitivity of the coil in one region relative to another after correction along the muscle.
#: Chosen: neighbouring vertebrae lie at nearly the same depth behind the coil.
SENSITIVITY = Spread(0.05, 0.03)
#: T10 of muscle: publications have 856, 1008 and 1130 ms at 1.5 T (de Bazelaire 2004, Stanisz 2005,
#: Gold 2004); and its signal continued to the spine. Both are common to all regions of a visit.
MUSCLE_T10 = Spread(0.11, 0.02)
MUSCLE_SIGNAL = Spread(0.15, 0.10)
#: Flip angle over nominal (B1). SD in the middle of the body: 0.04 at 1.5 T, 0.09 at 3 T, and about
#: as much again over the slab (chosen). Neighbouring vertebrae share it.
FLIP_ANGLE = Spread(0.08, 0.0)
#: What a signal that is not proportional to the concentration leaves in relative signal and signal
#: difference, where artery and tissue are fitted in that signal: −60 % reads −55 % in both.
SATURATION = Spread(0.10, 0.06)

#: T10, s, of a region of this role where no mode gives it (at 1.5 T).
TYPICAL_T10 = {"lesion": 1.0, "reference": 0.55}
#: Concentration, mM, at which the scale is computed where no curve gives one.
TYPICAL_C = 0.3
_STEP = 0.02


class ScaleError(NamedTuple):
    """Standard deviation of the logarithm of a region's mean concentration.

    Attributes:
        shared: what all visits share; it cancels in a change.
        own: what this visit has for itself.
        common: what all regions of this visit share; it cancels in a ratio of regions.
        parts: what ``shared`` consists of, with signs, in the same order for one mode.
    """

    shared: float
    own: float
    common: float = 0.0
    parts: tuple[float, ...] = ()

    def left_in_change(self, other: ScaleError) -> float:
        """Return what the parts that all visits share leave in a change from another visit.

        The signal is not proportional to the concentration, so an unknown water share or flip angle
        scales a high concentration differently from a low one, and does not cancel.
        """
        return hypot(*(a - b for a, b in zip(self.parts, other.parts, strict=True)))


@dataclass(frozen=True)
class _Truth:
    """Logarithms of what is true over what is assumed; ``map``: of a T1 map, the reverse."""

    T10: float = 0.0
    water: float = 0.0
    sensitivity: float = 0.0
    muscle_T10: float = 0.0
    flip_angle: float = 0.0
    map: float = 0.0


def T10_error(
    mode: str,
    *,
    TR: float,
    FA: float,
    r1: float,
    T10: float | None = None,
    concentration: float | None = None,
    role: str = "lesion",
    muscle_T10: float = 1.008,
    per: Literal["tissue", "water"] = "tissue",
) -> ScaleError:
    """Return the uncertainty of a region's concentration scale at one visit.

    Args:
        mode: "map", "vfa", "fixed", "muscle", "relative" or "difference".
        TR: s. FA: degrees. r1: 1/s/mM.
        T10: of the region, s; None takes that typical of its role.
        concentration: mean of the region over the first minutes after the bolus, mM; None takes
            :data:`TYPICAL_C`.
        role: "lesion" or "reference".
        muscle_T10: s.
        per: volume that the value is a share of. Modes with a measured T10 give the concentration
            in water, and with M0 that in tissue.

    Returns:
        Standard deviations of the logarithm.
    """
    if T10 is None or not np.isfinite(T10):
        T10 = TYPICAL_T10.get(role, 1.0)
    C = TYPICAL_C if concentration is None or not concentration > 0.02 else concentration

    def slope(name: str) -> float:
        ends = [
            _estimate(mode, _Truth(**{name: step}), T10, C, TR, FA, r1, muscle_T10, per)
            for step in (_STEP, -_STEP)
        ]
        return float(np.log(ends[0] / ends[1])) / (2 * _STEP)

    parts: list[tuple[float, Spread]] = []
    common = 0.0
    if mode in ("map", "vfa"):
        # The map gives a T10 that errs; a true T10 that rises is measured.
        parts.append((slope("map"), MAPPED_T10))
        if per == "tissue":
            parts.append((slope("sensitivity"), SENSITIVITY))
            common = slope("sensitivity") * hypot(*MUSCLE_SIGNAL)
    elif mode != "muscle":
        parts.append((slope("T10"), UNKNOWN_T10.get(role, UNKNOWN_T10["lesion"])))
    if mode in ("muscle", "difference"):
        gain = slope("sensitivity")
        parts.append((gain, SENSITIVITY))
        common = gain * hypot(*MUSCLE_SIGNAL)
        off = (gain - 1.0) * hypot(*MUSCLE_SIGNAL)
        if mode == "muscle":
            scale = slope("muscle_T10")
            common = hypot(common, scale * hypot(*MUSCLE_T10))
            off = hypot(off, (abs(scale) - 1.0) * hypot(*MUSCLE_T10))
        # What is common cancels in a ratio only as far as it is a factor.
        parts.append((off, Spread(0.0, 1.0)))
    if mode in ("relative", "difference"):
        parts.append((1.0, SATURATION))
    else:
        parts.append((slope("flip_angle"), FLIP_ANGLE))
    if per == "tissue":
        parts.append((slope("water"), WATER))
    return ScaleError(
        hypot(*(factor * spread.shared for factor, spread in parts)),
        hypot(*(factor * spread.own for factor, spread in parts)),
        abs(common),
        tuple(factor * spread.shared for factor, spread in parts),
    )


def _estimate(
    mode: str,
    truth: _Truth,
    T10: float,
    C: float,
    TR: float,
    FA: float,
    r1: float,
    muscle_T10: float,
    per: str,
) -> float:
    """Return what a mode makes of a concentration of ``C`` mM per volume of tissue, in any unit."""
    real_T10, water = T10 * exp(truth.T10), exp(truth.water)
    rates = 1 / real_T10 + np.array([0.0, r1 * C / water])
    S0 = water * exp(truth.sensitivity)
    real_FA = FA * exp(truth.flip_angle)
    baseline, peak = spgr_signal(rates, S0=S0, TR=TR, FA=real_FA)
    if mode == "relative":
        return float(peak / baseline - 1)
    if mode == "difference":
        return float(peak - baseline)
    assumed = T10 if mode == "fixed" else real_T10 * exp(truth.map)
    if mode == "muscle":
        own = spgr_signal(1 / (muscle_T10 * exp(truth.muscle_T10)), S0=1.0, TR=TR, FA=real_FA)
        assumed = float(
            T10_from_muscle(np.array(baseline), np.array(own), muscle_T10=muscle_T10, TR=TR, FA=FA)
        )
    found = signal_to_concentration(
        np.array([[peak]]), baseline=np.array([baseline]), R10=1 / assumed, TR=TR, FA=FA, r1=r1
    )
    if mode in ("map", "vfa") and per == "tissue":
        found = found * baseline / spgr_signal(1 / assumed, S0=1.0, TR=TR, FA=FA)
    return float(found[0, 0])
