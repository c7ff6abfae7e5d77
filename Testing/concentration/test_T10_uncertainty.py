"""Uncertainty of the concentration scale: what each mode does not know, and intervals that hold."""

from dataclasses import replace
from functools import cache
from math import hypot, log

import muscle_scenes as scenes
import numpy as np
import pytest
from SpineDCELib.concentration import T10_uncertainty
from SpineDCELib.concentration.muscle import T10_from_muscle
from SpineDCELib.concentration.spgr import signal_to_concentration, spgr_signal
from SpineDCELib.concentration.T10_uncertainty import T10_error
from SpineDCELib.settings import Settings, changed

SEQUENCE = {"TR": scenes.TR, "FA": scenes.FA, "r1": scenes.R1}
SETTINGS = changed(Settings(), aif={"source": "mask"}, fit={"shift": scenes.DELAY})
MODES = {
    "map": {},
    "muscle": {"T1_source": "muscle"},
    "fixed": {"T1_source": "fixed", "T10": 1.0},
    "relative": {"signal": "relative"},
    "difference": {"signal": "difference"},
}


def of_the_change(mode):
    """Standard deviation of the logarithm of a change of the ratio of two regions."""
    errors = [T10_error(mode, **SEQUENCE, role=role) for role in ("lesion", "reference")]
    return hypot(*(error.own for error in errors for _visit in range(2)))


def test_modes_with_an_unknown_T10_are_far_less_certain_of_a_change():
    known = max(of_the_change(mode) for mode in ("map", "vfa", "muscle", "difference"))
    assert known < 0.2
    assert min(of_the_change(mode) for mode in ("fixed", "relative")) > 2 * known


def test_the_scale_of_muscle_is_common_to_all_regions():
    error = T10_error("muscle", **SEQUENCE)
    assert error.common > 2 * error.own
    assert T10_error("map", **SEQUENCE).common > 2 * error.own
    assert T10_error("map", **SEQUENCE, per="water").common == 0


@pytest.mark.parametrize("per", ["tissue", "water"])
def test_with_a_T1_map_the_water_need_not_be_known(per):
    error, WATER = T10_error("map", **SEQUENCE, per=per), T10_uncertainty.WATER
    assert error.own < WATER.own
    assert error.shared < WATER.shared


def test_an_error_of_the_T1_map_cancels_in_concentration_times_M0():
    """What is left per tissue is the sensitivity of the coil, which per water does not enter."""
    tissue, water = (T10_error("map", **SEQUENCE, per=per) for per in ("tissue", "water"))
    of_the_map = np.sqrt(tissue.own**2 - T10_uncertainty.SENSITIVITY.own**2)
    assert of_the_map < 0.3 * T10_uncertainty.MAPPED_T10.own
    assert water.own > 0.9 * T10_uncertainty.MAPPED_T10.own


def test_what_all_visits_share_cancels_only_while_the_concentration_stays():
    """Made with the signal equation: flip angle 8 % low, water a fifth less than in muscle."""
    TR, FA, r1, T10, low, high = scenes.TR, scenes.FA, scenes.R1, 1.0, 0.1, 0.6
    rates = 1 / T10 + r1 * np.array([0.0, low, high])
    signal = 0.82 * spgr_signal(rates, S0=1.0, TR=TR, FA=FA * np.exp(-0.08))
    muscle = spgr_signal(1 / 1.008, S0=1.0, TR=TR, FA=FA * np.exp(-0.08))
    found_T10 = T10_from_muscle(signal[0], muscle, muscle_T10=1.008, TR=TR, FA=FA)
    found = signal_to_concentration(
        signal[1:, None], baseline=signal[:1], R10=1 / float(found_T10), TR=TR, FA=FA, r1=r1
    )[:, 0]
    missed = abs(log(found[1] / found[0]) - log(high / low))
    before, after = (T10_error("muscle", **SEQUENCE, T10=T10, concentration=c) for c in (low, high))
    assert before.left_in_change(before) == 0
    # Both unknowns are one SD away, in the direction in which they add up.
    assert 0.4 * missed < before.left_in_change(after) < 1.2 * missed
    assert missed > 0.02


def times(tissue, factor, **changes):
    return replace(tissue, vp=tissue.vp * factor, **changes)


@cache
def visit(mode, lesion, reference):
    settings = changed(SETTINGS, concentration=MODES[mode])
    return scenes.analysis_of(scenes.study(lesion, reference), settings, with_T1_map=mode == "map")


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("lesion", "reference", "true"),
    [
        (times(scenes.LESION, 0.4), scenes.REFERENCE, -60),
        (times(scenes.LESION, 0.4), replace(scenes.REFERENCE, T10=0.38), -60),
        (times(scenes.LESION, 0.8, T10=0.65), scenes.REFERENCE, -20),
        (times(scenes.LESION, 0.4, T10=1.4), scenes.REFERENCE, -60),
        (times(scenes.LESION, 0.4, T10=1.3, water=1.2), scenes.REFERENCE, -60),
        (times(scenes.LESION, 0.4), replace(scenes.REFERENCE, T10=0.38, water=0.9), -60),
    ],
    ids=["same", "fatty reference", "dry lesion", "wet lesion", "oedema", "fatty and less water"],
)
def test_the_truth_lies_in_the_interval_and_no_call_is_wrongly_decided(
    mode, lesion, reference, true
):
    visits = [visit(mode, scenes.LESION, scenes.REFERENCE), visit(mode, lesion, reference)]
    values = [visit.result().measures.of("Lesion").value for visit in visits]
    measured = log(values[1] / values[0])
    SD = hypot(*(visit.T10_error(name).own for visit in visits for name in scenes.REGIONS))
    assert abs(measured - log(1 + true / 100)) < 1.96 * SD
    cutoff = log(0.6)
    decided = abs(measured - cutoff) > 1.96 * SD
    assert not decided or np.sign(measured - cutoff) == np.sign(log(1 + true / 100) - cutoff)
