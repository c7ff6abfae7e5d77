"""Lesion and reference do not share a delay: each uses its own, and every rule follows it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from SpineDCELib.aif import parker
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.artery_stages import another_AIF
from SpineDCELib.analysis.live_refit import refit_slices
from SpineDCELib.analysis.shift_stages import apart
from SpineDCELib.compare.compare_visits import Visit, compare_visits
from SpineDCELib.compare.registration import Registration
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.data import Images
from SpineDCELib.kinetics.models import extended_tofts
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry, Source, Volume
from SpineDCELib.settings import Settings, changed

SHAPE = (2, 16, 16)
GEOMETRY = Geometry(SHAPE, np.diag([3.0, 3.0, 5.0, 1.0]))
FINE, FRAME, FRAMES = 0.1, 5.4, 52
TIMES = np.arange(FRAMES) * FRAME
TR, FA, R1, HCT = 0.0045, 25.0, 4.6, 0.42


def box(rows):
    mask = np.zeros(SHAPE, bool)
    mask[:, slice(*rows), 3:12] = True
    return mask


REGIONS = {"Lesion": box((2, 7)), "Reference": box((9, 14))}
ROLES = {"Lesion": "lesion", "Reference": "reference"}
T10 = {"Lesion": 1.0, "Reference": 0.55}


def framed(curve):
    """Return the mean of a fine curve over each frame."""
    n = round(FRAME / FINE)
    return curve[: n * FRAMES].reshape(FRAMES, n).mean(axis=1)


def visit(vp, delays, *, SNR=40.0, seed=0, **fit):
    """Return the analysis of a visit whose lesion has this vp, with delays of its regions, s."""
    rng = np.random.default_rng(seed)
    t = np.arange(0, TIMES[-1] + 2 * FRAME, FINE)
    blood = parker(t, arrival=32.0)
    signal, T1 = np.ones((FRAMES, *SHAPE)), np.ones(SHAPE)
    kinetics = {"Lesion": (vp, 0.05, 0.16), "Reference": (0.012, 0.02, 0.1)}
    for name, (fraction, Ktrans, ve) in kinetics.items():
        fed = parker(t, arrival=32.0 + delays[name]) / (1 - HCT)
        C = framed(extended_tofts(t, fed, vp=fraction, Ktrans=Ktrans, ve=ve))
        curve = spgr_signal(1 / T10[name] + R1 * C, S0=1.0, TR=TR, FA=FA)
        signal[:, REGIONS[name]] = (curve / curve[0])[:, None]
        T1[REGIONS[name]] = T10[name]
    signal = 1000 * (signal + rng.normal(0, 1 / SNR, signal.shape))
    acquisition = Acquisition(TR=TR, FA=FA, TE=0.0015, field_strength=1.5)
    dynamic = DynamicSeries(
        signal.astype(np.float32), TIMES, GEOMETRY, acquisition, "file", Source("NRRD")
    )
    settings = changed(
        Settings(),
        aif={"source": "file", "Hct": HCT},
        concentration={"baseline_frames": 5},
        preprocessing={"noise_mask": replace(Settings().preprocessing.noise_mask, on=False)},
        fit=fit,
    )
    return Analysis(
        Images(dynamic, T1_map=Volume(T1, GEOMETRY, acquisition)),
        settings,
        aif_file=CurveFile(TIMES, framed(blood), "blood", "Columns in s and mM."),
        regions=REGIONS,
        roles=ROLES,
    )


APART = {"Lesion": 2.0, "Reference": 6.0}


def change(before, after, **options):
    same = {"Lesion": Registration(np.eye(4), 1.0)}
    visits = [Visit(one, one.result()) for one in (before, after)]
    return compare_visits(*visits, registrations=same, flip_runs=4, accepted={"same_study"},
                          **options).lesions[0]  # fmt: skip


def test_delays_are_found_with_intervals_that_hold_them():
    found = visit(0.05, APART, shift="auto").delays()
    for name, delay in found.items():
        assert delay.low <= APART[name] <= delay.high
        assert delay.determined
        assert delay.disagrees
        assert delay.value == pytest.approx(APART[name], abs=0.4)


@pytest.mark.slow
def test_own_delays_give_the_change_that_one_shift_misses():
    pairs = {}
    for by in ("region", "study"):
        before = visit(0.06, APART, shift="auto", shift_by=by, seed=1)
        after = visit(0.045, APART, shift="auto", shift_by=by, seed=2)
        pairs[by] = change(before, after)
    own, shared = (pairs[by].changes[pairs[by].parameter] for by in ("region", "study"))
    assert own.percent == pytest.approx(-25, abs=6)
    assert own.low <= -25 <= own.high
    assert abs(own.percent + 25) < abs(shared.percent + 25)
    for lesion in pairs.values():
        one = lesion.changes[lesion.parameter]
        assert one.low <= -25 <= one.high
        assert not lesion.call.decided or lesion.call.verdict == "persistent disease"
        # Perturbed analyses follow the same rule as the number that they speak of.
        percent = lesion.changes[lesion.parameter].percent
        assert lesion.flip.change == pytest.approx(percent, abs=0.01)
    assert any("delay of the lesion" in one.name for one in pairs["region"].flip.tornado)
    assert any("AIF shift" in one.name for one in pairs["study"].flip.tornado)


def test_a_number_moves_every_region_by_the_same_seconds():
    auto = visit(0.05, APART, shift="auto")
    proposal = auto.evidence().proposal
    moved = visit(0.05, APART, shift=proposal + 1.5)
    for name, delay in moved.delays().items():
        assert delay.value == pytest.approx(auto.delays()[name].value + 1.5, abs=2e-3)
    found = moved.shift_findings()
    assert {f.code for f in found} >= {"shift_outside_evidence"}
    said = [f.message for f in found if f.code == "delays_differ"]
    assert said
    assert all("moved 1.5 s later with the study's shift" in one for one in said)
    live = dict(refit_slices(auto, proposal + 1.5))
    fresh = moved.result().maps["vp"]
    for index, maps in live.items():
        np.testing.assert_allclose(maps["vp"], fresh[index], atol=2e-3)


def test_a_region_can_be_moved_alone_and_a_contradicted_shift_is_named():
    own = visit(0.05, APART, shift="auto", shifts={"Lesion": 9.0})
    assert own.own_shifts()["Lesion"] == 9.0
    assert own.own_shifts()["Reference"] == pytest.approx(6.0, abs=0.5)
    found = {(f.code, f.about) for f in own.shift_findings()}
    assert ("shift_outside_evidence", "Lesion") in found
    assert ("delays_differ", "Reference") in found
    (told,) = [f.message for f in own.shift_findings() if f.code == "delays_differ"]
    gap, low, high = (float(v) for v in re.search(
        r"a delay that is (\S+) s (?:longer|shorter) \(95 %: (\S+) to (\S+) s\)", told
    ).groups())  # fmt: skip
    distance = abs(own.delays()["Reference"].proposal - own.evidence().proposal)
    assert 0 < low < gap < high
    assert gap == pytest.approx(distance, abs=0.05)
    assert f"the delay of {own.evidence().proposal:.1f} s that all regions together show" in told
    assert found <= {(f.code, f.about) for f in own.result().measures.findings}


def test_an_artery_whose_time_is_off_leaves_the_intervals_true_and_the_regions_apart():
    true, off = visit(0.05, APART, shift="auto"), visit(0.05, APART, shift="auto")
    C = framed(parker(np.arange(0, TIMES[-1] + 2 * FRAME, FINE), arrival=32.7))
    off.update(aif_file=CurveFile(TIMES, C, "blood", "Columns in s and mM."))
    for name, delay in off.delays().items():
        assert delay.proposal == pytest.approx(true.delays()[name].proposal - 0.7, abs=0.2)
        assert delay.low <= APART[name] <= delay.high
        # What the regions share does not blur that they differ.
        assert delay.disagrees
        assert 0.5 < delay.SE / true.delays()[name].SE < 2
    evidence = off.evidence()
    assert evidence.low <= true.evidence().proposal <= evidence.high


def test_a_region_that_fills_before_its_artery_is_named():
    found = visit(0.05, {"Lesion": -3.0, "Reference": 2.0}, shift="auto").shift_findings()
    [one] = [f for f in found if f.code == "region_before_artery"]
    assert one.about == "Lesion"
    assert "before the curve in use as its artery" in one.message
    assert one.fields == ("inputs.aif_mask", "aif.source")


@pytest.mark.parametrize(
    ("source", "fields"), [("file", ("aif.source=mask",)), ("mask", ("aif.source",))]
)
def test_an_aorta_that_is_drawn_need_not_be_drawn(source, fields):
    found = visit(0.05, APART, shift="auto")
    drawn = np.zeros(SHAPE, bool)
    drawn[0, 0, 0] = True
    found.update(aif_mask=drawn, settings=changed(found.settings, aif={"source": source}))
    assert found._graph.get(another_AIF) == fields


def test_a_value_outside_an_interval_is_shown_outside_it():
    assert apart(4.8, 2.4, 4.2) == ("4.8", "2.4", "4.2")
    assert apart(4.83, 2.41, 4.78) == ("4.83", "2.41", "4.78")
    assert apart(-1.204, -1.202, 3.0) == ("−1.204", "−1.202", "3.000")


def test_regions_with_one_delay_agree():
    same = visit(0.05, {"Lesion": 4.0, "Reference": 4.0}, shift="auto")
    assert not any(delay.disagrees for delay in same.delays().values())
    assert same.shift_findings() == ()


def test_a_region_of_noise_uses_the_shift_of_the_study():
    quiet = visit(0.05, APART, shift="auto")
    noise = {**REGIONS, "Nothing": np.zeros(SHAPE, bool)}
    noise["Nothing"][:, 0:2] = True
    quiet.update(regions=noise, roles={**ROLES, "Nothing": "reference"})
    delay = quiet.delays()["Nothing"]
    assert not delay.determined
    assert "Nothing" not in quiet.own_shifts()
    assert "delay_not_determined" in {f.code for f in quiet.shift_findings()}


def test_a_T10_and_a_haematocrit_that_no_patient_has_are_named():
    found = visit(0.05, APART, shift=5.0)
    odd = changed(
        found.settings, concentration={"T1_source": "fixed", "T10": 0.05}, aif={"Hct": 0.75}
    )
    usual = changed(odd, concentration={"T10": 1.0}, aif={"Hct": 0.42})
    for settings, told in ((odd, {"unusual_T10", "unusual_Hct"}), (usual, set())):
        found.update(settings=settings)
        codes = {finding.code for finding in found.result().measures.findings}
        assert codes & {"unusual_T10", "unusual_Hct"} == told
