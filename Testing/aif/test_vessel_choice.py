"""The artery is the vessel that feeds the tissue; veins, heart and lesions are told apart."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from SpineDCELib.aif import Selection, Verdict, VesselKind, apply_selection
from SpineDCELib.aif.artery_objections import shown_seconds
from SpineDCELib.aif.manual_selection import Ball, against_evidence, with_voxel
from SpineDCELib.aif.ranked_vessels import VesselCurve
from SpineDCELib.aif.tissue_explanation import as_tissue, explain
from SpineDCELib.aif.vessel_choice import _thin_doubt, choose_vessel
from SpineDCELib.aif.vessel_labelling import VesselShape
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.aif_stages import ARTERY_DOUBTED
from SpineDCELib.data import Images
from SpineDCELib.settings import Settings, changed

sys.path.insert(0, str(Path(__file__).parent))
from aif.vessel_scenes import drawn, outcome, scene


def found_in(s):
    """Return the detection as the analysis gives it."""
    return Analysis(Images(s.series), Settings()).detection()


def test_the_curve_that_feeds_a_tissue_explains_it_and_another_does_not():
    t = np.arange(0, 240, 4.0)
    s = np.clip(t - 30, 0, None)
    artery = 5 * (s / 8) ** 2 * np.exp(2 * (1 - s / 8)) + 0.8 * (1 - np.exp(-s / 20))
    late = np.clip(t - 36, 0, None)
    fine = np.interp(t - 5, t, artery)
    tissue = as_tissue((0.05 * fine + 0.002 * np.cumsum(fine))[:, None])
    s = late
    vein = 2 * (s / 16) ** 2 * np.exp(2 * (1 - s / 16)) + 0.8 * (1 - np.exp(-s / 20))
    own, other = explain(artery, t, tissue), explain(vein, t, tissue)
    assert own.unexplained[0] < 0.01
    assert other.misfit[0] > 3 * own.misfit[0]
    assert own.delay[0] == pytest.approx(5, abs=1.5)
    # Only shapes count: a blood curve of another scale explains the tissue as well.
    scaled = explain(7.3 * artery, t, tissue)
    assert scaled.misfit[0] == pytest.approx(own.misfit[0], rel=1e-6)


def test_a_lead_is_not_rounded_to_zero():
    assert [shown_seconds(x) for x in (0.4, 0.96, 1.4, 7.6)] == ["0.4", "1.0", "1", "8"]


def test_of_two_vessels_alike_the_size_decides_only_if_it_differs_much():
    t = np.arange(0, 300, 6.7)
    fine = np.arange(-60, 300, 0.1)
    s = np.clip(fine - 50, 0, None)
    artery = 5 * (s / 6) ** 2 * np.exp(2 * (1 - s / 6)) + 0.8 * (1 - np.exp(-s / 20))
    taps = np.arange(0, 20, 0.1)
    passage = np.exp(-taps / 3) / np.exp(-taps / 3).sum()
    vein = np.convolve(artery, passage)[: fine.size]
    delayed = np.interp(fine - 2, fine, vein)
    tissues = [0.05 * delayed + k * 0.1 * np.cumsum(delayed) for k in (0.0005, 0.001, 0.002)]
    tissue = as_tissue(np.stack([np.interp(t, fine, C) for C in tissues], axis=1))

    def vessel(curve, volume):
        shape = VesselShape(thickness=15.0, length=200.0, elongation=13.0, volume=volume)
        C = np.interp(t, fine, curve)
        return VesselCurve(C, 300, 50.0, 9.0, shape, through=True, reaches=True, interval=6.7)

    one, other = vessel(artery, 20000.0), vessel(vein, 22000.0)
    choice = choose_vessel([other, one], tissue, t, thickest=15.0)
    assert choice.main == 1
    # It is said to explain the tissue best only where no other vessel does so better.
    main = choice.ranked[1]
    best = min(r.ratio for r in choice.ranked)
    assert (main.ratio > best) == ("its shape is that of an artery" in main.reason)
    assert ("explains the tissue best" in main.reason) == (main.ratio == best)
    assert f"delay {main.middle:.1f} s" in main.reason


@pytest.mark.parametrize(
    ("larger", "said"), [(1.7, "at least as well"), (1.9, "at least as well"), (2.1, "less well")]
)
def test_a_thin_candidate_is_not_said_to_explain_more_than_it_does(larger, said):
    assert f"explains it {said}, so neither" in _thin_doubt(1.9, larger)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 5, 8, 12, 17, 21])
def test_the_artery_is_served_among_early_veins_and_lesions(seed):
    s = scene(seed, **drawn(seed))
    assert outcome(found_in(s), s) == "served"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [34, 38])
def test_a_vein_that_fills_first_is_not_the_artery(seed):
    s = scene(seed)
    found = found_in(s)
    assert outcome(found, s) == "served"
    early = np.any([m for n, m in s.places.items() if "cava" in n or "pulmonary" in n], axis=0)
    assert not (found.mask & early & ~s.arteries).any()
    assert {e.kind for e in found.evidence} & {VesselKind.EARLY_VEIN, VesselKind.PULMONARY}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7, 19, 23, 27, 31])
def test_without_an_artery_in_view_there_is_no_aif(seed):
    s = scene(seed, **drawn(seed))
    found = found_in(s)
    assert found.doubt
    assert not found.mask.any()


@pytest.mark.slow
def test_relaxivity_blood_T10_and_haematocrit_do_not_change_the_choice():
    s = scene(8)
    masks = [
        Analysis(Images(s.series), changed(Settings(), **what)).detection().mask
        for what in (
            {},
            {"concentration": {"r1": 3.5}},
            {"concentration": {"r1": 5.6}},
            {"aif": {"blood_T10": 1.2}},
            {"aif": {"blood_T10": 1.9, "Hct": 0.5}},
        )
    ]
    for mask in masks[1:]:
        np.testing.assert_array_equal(mask, masks[0])


def test_a_vein_that_a_person_chooses_is_marked():
    s = scene(21)
    found = found_in(s)
    vein = next(e for e in found.evidence if e.kind is VesselKind.LATE_VEIN)
    artery = found.vessels == found.artery.vessel
    own = np.argwhere(found.vessels == vein.vessel)
    A = s.series.geometry.affine
    taken = tuple(Ball(tuple((A @ [i, j, k, 1])[:3])) for k, j, i in own)
    out = tuple(Ball(tuple((A @ [i, j, k, 1])[:3])) for k, j, i in np.argwhere(artery))
    chosen = apply_selection(Selection("vein", taken, out), found, s.series)
    assert chosen.against_evidence
    assert not chosen.doubt
    assert set(np.unique(chosen.verdicts[chosen.mask])) == {Verdict.CHOSEN}
    same = apply_selection(Selection("same", taken_in=out[:20]), found, s.series)
    assert not same.against_evidence
    assert (same.verdicts[same.mask] == Verdict.ACCEPTED).all()


def test_a_vein_that_a_person_draws_is_a_finding():
    s = scene(21)
    analysis = Analysis(
        Images(s.series),
        changed(Settings(), aif={"source": "mask"}, concentration={"signal": "relative"}),
        aif_mask=s.places["inferior vena cava"],
    )

    def doubts():
        findings = analysis.result().measures.findings
        return [f.message for f in findings if f.code == ARTERY_DOUBTED]

    (doubt,) = doubts()
    assert doubt.startswith("The evidence does not confirm the drawn artery. ")
    analysis.update(aif_mask=s.places["aorta"])
    assert doubts() == []


def test_a_drawn_artery_that_the_search_took_for_no_vessel_is_named_with_its_verdict():
    s = scene(21)
    found = found_in(s)
    voxels = (found.vessels == 0) & (found.verdicts == Verdict.NOT_ENHANCING)
    assert against_evidence(found, voxels).endswith(
        "no vessel in most of these voxels. Its verdict on them: enhances too little for blood, "
        "unless inflow hides it."
    )


def test_a_search_without_tissue_gives_no_aif():
    s = scene(8)
    signal = s.series.signal.copy()
    blood = np.any([m for n, m in s.places.items() if "lesion" not in n], axis=0)
    blood &= ~np.any([s.places[n] for n in ("muscle", "fat", "marrow")], axis=0)
    signal[:, ~blood] = signal[0, ~blood]
    found = found_in(replace(s, series=replace(s.series, signal=signal)))
    assert found.doubt


@pytest.mark.long
def test_of_many_scenes_none_is_confidently_wrong():
    counts = {"served": 0, "refused": 0, "wrong": 0}
    empty = dict(counts)
    for seed in range(60):
        s = scene(seed, **drawn(seed))
        into = counts if s.facts["n_artery"] >= 30 else empty
        into[outcome(found_in(s), s)] += 1
    assert counts["wrong"] == 0
    assert empty["wrong"] == empty["served"] == 0
    assert counts["served"] >= 0.85 * sum(counts.values())


def test_voxels_of_a_vein_that_are_added_to_the_artery_by_hand_are_named():
    s = scene(21)
    found = found_in(s)
    vein = next(e for e in found.evidence if e.kind is not VesselKind.ARTERY and not e.equal)
    k, j, i = (int(v) for v in np.argwhere(found.vessels == vein.vessel)[0])
    geometry = s.series.geometry
    changed_by_hand = apply_selection(
        with_voxel(Selection("by hand"), (k, j, i), geometry, taken=True), found, s.series
    )
    assert changed_by_hand.mask[k, j, i]
    assert not changed_by_hand.against_evidence
    (said,) = [w for w in changed_by_hand.warnings if w not in found.warnings]
    assert said.startswith(f"1 of the {found.mask.sum() + 1} voxels in the AIF were added by hand")
    assert vein.kind.value in said
    own = tuple(int(v) for v in np.argwhere(found.mask)[0])
    same = with_voxel(Selection("by hand"), own, geometry, taken=True)
    assert apply_selection(same, found, s.series).warnings == found.warnings
