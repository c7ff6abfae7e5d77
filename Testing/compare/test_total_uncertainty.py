"""The interval of a change holds everything that moves it, and says what."""

from dataclasses import replace
from types import SimpleNamespace

import muscle_scenes as scenes
import numpy as np
import pytest
from scipy import ndimage
from SpineDCELib.compare.call import chance, make_call
from SpineDCELib.compare.compare_visits import Visit, compare_visits
from SpineDCELib.compare.registration import Registration
from SpineDCELib.compare.repeatability import (
    PRIOR_FREEDOM,
    PRIOR_SD,
    reference_share,
    repeatability,
)
from SpineDCELib.compare.total_uncertainty import (
    T10_SD,
    MeasuredVisit,
    delay_SD,
    outline_SD,
    redrawn,
)
from SpineDCELib.measurement import Normalised, Share, change
from SpineDCELib.settings import Settings, changed

pytestmark = pytest.mark.slow

SETTINGS = changed(
    Settings(), aif={"source": "mask"}, fit={"shift": "auto"}, concentration={"T1_source": "map"}
)
SAME = {"Lesion": Registration(np.eye(4), 1.0)}


def analysis(lesion=scenes.LESION, *, reference=scenes.REFERENCE, mode="map", seed=0, **given):
    settings = SETTINGS
    if mode != "map":
        settings = changed(settings, concentration={"T1_source": None, "signal": mode})
    study = scenes.study(lesion, reference, noise=15.0, seed=seed)
    return scenes.analysis_of(study, settings, with_T1_map=mode == "map", **given)


@pytest.fixture(scope="module")
def pair():
    treated = replace(scenes.LESION, vp=0.4 * scenes.LESION.vp)
    return [analysis(seed=1), analysis(treated, seed=2)]


@pytest.fixture(scope="module")
def comparison(pair):
    visits = [Visit(one, one.result()) for one in pair]
    return compare_visits(*visits, registrations=SAME, flip_runs=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.995, ">99 %"), (0.99, "99 %"), (0.005, "<1 %"), (0.02, "2 %"), (0.845, "85 %")],
)
def test_a_chance_that_is_not_certain_is_not_shown_as_certain(probability, shown):
    assert chance(probability) == shown


def test_the_interval_is_that_of_all_shares_together(comparison):
    [lesion] = comparison.lesions
    for parameter in ("vp_voxel", "vp", "Ktrans"):
        one = lesion.changes[parameter]
        names = [share.name for share in one.shares]
        assert names == ["noise", "delays", "T10", "AIF", "outline", "reference"]
        assert all(share.log_SD >= 0 for share in one.shares)
        total = sum(share.log_SD**2 for share in one.shares)
        assert one.log_SE == pytest.approx(np.sqrt(total))
        assert sum(one.parts().values()) == pytest.approx(1)
        middle = np.log1p(one.percent / 100)
        ends = np.log1p(np.array([one.low, one.high]) / 100)
        assert ends - middle == pytest.approx([-(ends[1] - middle), ends[1] - middle])
        assert ends[1] - middle >= 1.95 * one.log_SE
    assert lesion.changes["vp_voxel"].low < -60 < lesion.changes["vp_voxel"].high


def test_the_call_prints_the_interval_and_both_probabilities(comparison):
    [lesion] = comparison.lesions
    call, one = lesion.call, lesion.changes[lesion.parameter]
    assert call.probability + call.below == pytest.approx(1)
    assert call.probability == pytest.approx(one.probability_above(-40))
    assert call.decided == (one.high < -40 or one.low > -40)
    for said in (f"{abs(one.low):.0f}", f"{abs(one.high):.0f}", chance(call.probability)):
        assert said in call.sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "reference_after", "lesion_after"),
    [
        (-60.0, {"T10": 0.38}, {"vp": 0.024}),  # the reference turns fatty
        (-20.0, {}, {"vp": 0.048, "T10": 0.65}),  # the lesion dries
    ],
)
@pytest.mark.parametrize("mode", ["map", "relative", "absolute"])
def test_a_change_of_T10_stays_inside_the_interval(truth, reference_after, lesion_after, mode):
    before = analysis(mode=mode, seed=3)
    after = analysis(
        replace(scenes.LESION, **lesion_after),
        reference=replace(scenes.REFERENCE, **reference_after),
        mode=mode,
        seed=4,
    )
    visits = [Visit(one, one.result()) for one in (before, after)]
    [lesion] = compare_visits(*visits, registrations=SAME, flip_runs=0).lesions
    one = lesion.changes[lesion.parameter]
    assert one.low < truth < one.high
    if lesion.call.decided:
        assert (lesion.call.verdict == "persistent disease") is (truth > -40)


def test_relative_signal_has_a_wider_interval_than_a_T1_map(pair):
    measured = [
        T10_SD(MeasuredVisit(one, "Lesion", "Reference"), "Lesion", [parameter])[parameter]
        for one, parameter in ((pair[0], "vp_voxel"), (analysis(mode="relative"), "vp"))
    ]
    assert measured[1] > 2 * measured[0] > 0


def test_a_shift_against_its_evidence_widens_the_interval(pair):
    visit = MeasuredVisit(pair[0], "Lesion", "Reference")
    agreed = delay_SD(visit, "Lesion", ["vp"])["vp"]
    proposal = pair[0].delays()["Lesion"].proposal
    moved = analysis(seed=1)
    moved.update(settings=changed(SETTINGS, fit={"shifts": {"Lesion": proposal + 3.0}}))
    against = delay_SD(MeasuredVisit(moved, "Lesion", "Reference"), "Lesion", ["vp"])["vp"]
    assert against > 3 * agreed


def test_redrawn_outlines_grow_and_shrink_by_up_to_a_voxel():
    mask = np.zeros((3, 30, 30), bool)
    mask[:, 8:22, 9:20] = True
    outlines = redrawn(mask, np.random.default_rng(0), 200)
    sizes = np.array([outline.sum() for outline in outlines]) / mask.sum()
    assert (sizes > 1.02).mean() > 0.2
    assert (sizes < 0.98).mean() > 0.2
    assert np.median(sizes) == pytest.approx(1, abs=0.05)
    square = np.ones((1, 3, 3), bool)
    least = ndimage.binary_erosion(mask, square)
    most = ndimage.binary_dilation(mask, square)
    for outline in outlines:
        assert not (least & ~outline).any()
        assert not (outline & ~most).any()
    mixed = [bool((o & ~mask).any() and (mask & ~o).any()) for o in outlines]
    assert np.mean(mixed) > 0.5  # deformed, not only eroded or dilated


def test_a_region_of_one_voxel_can_be_redrawn():
    mask = np.zeros((2, 5, 5), bool)
    mask[1, 2, 2] = True
    outlines = redrawn(mask, np.random.default_rng(0), 50, allowed=mask)
    assert all(outline.any() for outline in outlines)


@pytest.mark.slow
def test_outlines_in_a_uniform_region_do_not_matter(pair):
    visit = MeasuredVisit(pair[0], "Lesion", "Reference")
    edge = outline_SD(visit, "Lesion", ["vp"], np.random.default_rng(0))["vp"]
    regions = {**scenes.REGIONS, "Lesion": scenes.box((17, 20), (15, 18))}
    inner = analysis(seed=1, regions=regions)
    inside = MeasuredVisit(inner, "Lesion", "Reference")
    middle = outline_SD(inside, "Lesion", ["vp"], np.random.default_rng(0))["vp"]
    assert middle < 0.5 * edge


# ---------------------------------------------------------------------------- test–retest


def test_repeatability_holds_95_percent_of_changes_of_unchanged_vertebrae():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(2000):
        *vertebrae, another = rng.normal(0, 0.1, 9)
        found = repeatability({f"{n}": value for n, value in enumerate(vertebrae)})
        inside.append(found.contains(100 * np.expm1(another)))
    assert np.mean(inside) == pytest.approx(0.94, abs=0.02)


def test_repeatability_needs_three_vertebrae():
    assert repeatability({"a": 0.1, "b": 0.1}) is None
    assert repeatability({"a": 0.1, "b": 0.1, "c": float("nan")}) is None
    found = repeatability({"a": 0.1, "b": -0.1, "c": 0.1})
    assert found.coefficient == pytest.approx(0.196)
    assert found.low == pytest.approx(-17.8, abs=0.1)
    assert found.high == pytest.approx(21.7, abs=0.1)
    assert found.contains(-17) and not found.contains(22)  # noqa: PT018


def test_a_change_within_repeatability_is_called_so():
    before = Normalised("Lesion", "Reference", "vp", 2.0, 1.9, 2.1, 0.03, 50.0)
    found = repeatability({"a": 0.1, "b": -0.1, "c": 0.1})
    for value, within in ((2.2, True), (3.0, False)):
        after = replace(before, value=value)
        call = make_call(change(before, after), before=before, after=after, repeatability=found)
        assert call.within_repeatability is within
        assert ("within repeatability" in call.sentence) is within


def test_a_change_outside_repeatability_may_still_be_none():
    before = Normalised("Lesion", "Reference", "vp", 2.0, 1.9, 2.1, 0.03, 50.0)
    found = repeatability({"a": 0.01, "b": -0.01, "c": 0.01})
    for wide in (True, False):
        after = replace(before, value=2.4)
        one = replace(change(before, after), low=-20.0 if wide else 10.0, high=70.0)
        call = make_call(one, before=before, after=after, repeatability=found)
        assert "outside repeatability" in call.sentence
        assert ("includes no change" in call.sentence) is wide


def test_vertebrae_that_agree_narrow_the_share_of_the_reference():
    alone = reference_share([], [])
    assert alone == Share("reference", PRIOR_SD, PRIOR_FREEDOM)
    calm = reference_share([0.02, -0.01, 0.02, 0.0], [0.03] * 4)
    wild = reference_share([0.5, -0.4, 0.3, -0.5], [0.03] * 4)
    assert calm.log_SD < alone.log_SD < wild.log_SD
    assert calm.freedom == wild.freedom == PRIOR_FREEDOM + 4


def test_shares_widen_the_interval_and_add_as_variances():
    before = Normalised("Lesion", "Reference", "vp", 2.0, 1.9, 2.1, 0.03, 50.0)
    after = replace(before, value=1.0)
    plain = change(before, after)
    wide = change(before, after, [Share("T10", 0.2), Share("outline", 0.1)])
    assert wide.percent == plain.percent == -50
    assert wide.log_SE == pytest.approx(np.sqrt(plain.log_SE**2 + 0.05))
    assert wide.low < plain.low < plain.high < wide.high
    assert wide.freedom > 1000  # almost all of it is known


@pytest.mark.slow
def test_an_artery_that_is_far_too_low_decides_nothing():
    # Blood that flows in brings its full signal, so its rise is lost: Vp runs into its bound.
    def low(lesion, seed):
        one = analysis(lesion, seed=seed)
        study = one.study
        signal = np.array(study.dynamic.signal)
        rise = signal[:, scenes.AORTA] - signal[:5, scenes.AORTA].mean(axis=0)
        signal[:, scenes.AORTA] -= 0.97 * rise
        one.update(study=replace(study, dynamic=replace(study.dynamic, signal=signal)))
        return Visit(one, one.result())

    treated = replace(scenes.LESION, vp=0.01)
    found = compare_visits(low(scenes.LESION, 5), low(treated, 6), registrations=SAME, flip_runs=0)
    assert not found.lesions[0].call.decided
    assert any("AIF is far too low" in warning for warning in found.warnings)


def test_a_delay_that_vp_does_not_survive_at_twice_its_error_counts():
    def vp(shift, *, falls_at):
        return {"vp": 0.05 * np.exp(-0.02 * shift) if shift < falls_at else 0.0}

    found = {}
    for falls_at in (1.5, 99.0):  # of a standard error of 1 s
        analysis = SimpleNamespace(
            settings=changed(Settings(), fit={"fit_delay": False}),
            delays=lambda: {"Lesion": SimpleNamespace(SE=1.0, determined=True, proposal=0.0)},
        )
        visit = SimpleNamespace(
            analysis=analysis, shift=lambda _name: 0.0,
            means=lambda _name, shift, at=falls_at: vp(shift, falls_at=at),
        )  # fmt: skip
        found[falls_at] = delay_SD(visit, "Lesion", ["vp"])["vp"]
    assert found[99.0] == pytest.approx(0.02, rel=1e-6)
    # At 1.96 s it is at its least, a twentieth.
    assert found[1.5] == pytest.approx(0.7 * np.log(20) / 1.96, rel=0.2)
    assert found[1.5] > 0.9
