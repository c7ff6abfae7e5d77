"""Drawn scenes and the table of certainty: known areas, known counts, the same patient again."""

import json

import numpy as np
import pytest
from SpineDCELib.phantom.conditions import BLOOD_T10, Conditions, at_flip_scales, draw_pair
from SpineDCELib.phantom.forward_model import spgr
from validation import certainty, small_scenes


@pytest.fixture(scope="module")
def pair():
    return small_scenes.make_pair(3)


def test_a_mixing_chamber_keeps_the_area_and_delays_the_mean_by_its_time_constant():
    t = np.arange(0, 300, small_scenes.STEP)
    pulse = ((t > 10) & (t < 15)).astype(float)
    out = small_scenes.mixed(pulse, 6.0)
    assert out.sum() == pytest.approx(pulse.sum(), rel=1e-6)
    means = [np.sum(t * c) / c.sum() for c in (pulse, out)]
    assert means[1] - means[0] == pytest.approx(6.0, abs=small_scenes.STEP)


def test_every_vessel_below_the_heart_has_the_area_of_dose_over_output_in_its_first_pass():
    t = np.arange(0, 400, small_scenes.STEP)
    flow = small_scenes.Circulation.drawn(
        t, np.random.default_rng(1), arrival=30.0, dose_over_output=70.0, early_vein=None, arm=True
    )
    start = [np.argmax(c > 0.5) for c in (flow.vessels["superior vena cava"],
                                          flow.vessels["pulmonary artery"],
                                          flow.vessels["aorta"])]  # fmt: skip
    assert start == sorted(start)
    first = (t > 20) & (t < 45)
    assert flow.vessels["aorta"][first].sum() * small_scenes.STEP > 0.6 * 70.0


def test_signal_agrees_with_the_forward_model_of_the_digital_spine():
    C = np.linspace(0, 8, 20)[None]
    ours = small_scenes._SPGR(1 / 1.4 + 4.6 * C, np.deg2rad(25), 0.0045)
    theirs = spgr(C, T10=np.array([1.4]), TR=0.0045, TE=0.0, FA=25.0)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_three_flip_angles_interpolate_the_signal_between_them():
    scale = np.linspace(0.8, 1.15, 30)
    nodes = (0.8, 0.975, 1.15)

    def signal(s):
        return small_scenes._SPGR(1.5, np.deg2rad(25) * np.asarray(s), 0.0045)

    found = sum(w * signal(n) for w, n in zip(at_flip_scales(scale, nodes), nodes, strict=True))
    np.testing.assert_allclose(found, signal(scale), rtol=2e-3)


def test_drawn_conditions_spread_as_the_publications_do_and_scanner_and_agent_stay():
    pairs = [draw_pair(np.random.default_rng(seed)) for seed in range(600)]
    for one, two in pairs:
        assert (one.agent, one.TR, one.FA, one.slab) == (two.agent, two.TR, two.FA, two.slab)
    for field, (mean, SD) in BLOOD_T10.items():
        T1 = [a.blood_T10 for a, _ in pairs if a.field_strength == field]
        assert np.mean(T1) == pytest.approx(mean, abs=0.02)
        assert np.std(T1) >= 0.85 * SD
    late = [a.delays["marrow"] - a.delays["lesion"] for a, _ in pairs]
    assert np.std(late) > 2.0
    assert Conditions().uniform
    assert not pairs[0][0].uniform


def test_the_same_seed_gives_the_same_pair(pair):
    again = small_scenes.make_pair(3)
    for one, two in ((pair.before, again.before), (pair.after, again.after)):
        np.testing.assert_array_equal(one.images.dynamic.signal, two.images.dynamic.signal)
    assert pair.change == again.change


def test_regions_lie_in_their_tissue_and_the_truth_is_that_of_the_tissue(pair):
    for study in (pair.before, pair.after):
        assert study.regions["Lesion"].sum() > 5
        assert study.regions["Reference"].sum() > 5
        assert not (study.regions["Lesion"] & study.regions["Reference"]).any()
        assert 0.004 < study.vp["Reference"] < 0.05
    ratio = [s.vp["Lesion"] / s.vp["Reference"] for s in (pair.before, pair.after)]
    assert pair.change == pytest.approx(100 * (ratio[1] / ratio[0] - 1))


def record(true, low, high, *, mode="map", artery="right", decided=None, seed=0):
    change = 100 * (np.sqrt((1 + low / 100) * (1 + high / 100)) - 1)
    facts = {"level": "lumbar", "arterial_voxels": 50}
    return {
        "seed": seed, "mode": mode, "true": true, "change": change, "low": low, "high": high,
        "decided": (low > -40 or high < -40) if decided is None else decided,
        "verdict": "persistent disease" if change > -40 else "response",
        "visits": [{"artery": artery, "reason": "", "drawn_muscle": False}] * 2,
        "facts": [facts, facts],
    }  # fmt: skip


def test_the_table_counts_what_held_and_what_was_decided_wrongly():
    records = [
        record(-80, -90, -60),  # held, decided, right
        record(-20, -70, -50, seed=1),  # missed, decided, wrong
        record(-35, -60, -10, seed=2),  # held, undecided
        record(60, 10, 30, seed=3, artery="wrong: azygos"),  # missed, decided, right, large
    ]
    row = certainty.mode_table(records).splitlines()[2]
    assert row.split(" | ")[1:] == [
        "4", "0", row.split(" | ")[3], row.split(" | ")[4], "2 (50.0 %)", "3 (75.0 %)",
        "1 (25.0 %)", "1 (25.0 %)", "2 (100.0 %)", row.split(" | ")[10],
    ]  # fmt: skip
    artery = certainty.artery_table(records)
    assert "| lumbar | 8 | 6 (75.0 %) | 0 (0.0 %) | 2 (25.0 %) |" in artery
    assert "azygos 2" in artery


def test_quarters_by_width_count_what_held_in_each():
    held, missed = record(-80, -90, -60), record(-20, -70, -50)
    sizes = [(held, 0.1), (missed, 0.2), (held, 0.3), (missed, 0.4)]
    rows = certainty.width_table([{**one, "log_SE": SE} for one, SE in reversed(sizes)])
    assert rows.splitlines()[-1] == (
        "| map | 100.0 % (0.10 to 0.10) | 0.0 % (0.20 to 0.20) | "
        "100.0 % (0.30 to 0.30) | 0.0 % (0.40 to 0.40) |"
    )


def test_what_the_document_says_of_its_seeds_is_counted_from_the_records():
    records = [
        record(-80, -90, -60, seed=1),
        record(-80, -90, -60, seed=200),  # held
        record(-20, -70, -50, seed=201),  # missed
    ]
    searches = [
        {**record(0, 0, 0, mode=certainty.SEARCH, artery=artery), "seed": certainty.LOOKED_AT + n}
        for n, artery in enumerate(["right", "right: left heart", "refused", "wrong: lung"])
    ]
    searches[-1]["visits"][0]["warned"] = True
    joined = " ".join(certainty.section(records, searches).split())
    assert "3 pairs of visits" in joined
    assert "In the others it holds the truth in 1 (50.0 %) of 2 in mode map." in joined
    first = certainty.LOOKED_AT
    assert f"seeds {first} to {first + 3}" in joined
    assert (
        "of 8 studies, 4 (50.0 %) were served, 2 (25.0 %) refused and 2 (25.0 %) wrong; of"
        in joined
    )
    assert "of the wrong ones, 2 came with a warning" in joined
    without = certainty.section(records)
    assert "seeds" not in without
    assert "\n\n\n" not in without


@pytest.mark.long
def test_a_cut_run_continues_from_its_records(tmp_path):
    store = tmp_path / "records.jsonl"
    first = certainty.run(1, store=store, processes=1, progress=lambda _: None)
    kept = store.read_text()
    store.write_text(kept + '{"seed": 1, "mode')
    second = certainty.run(1, store=store, processes=1, progress=lambda _: None)
    assert second == first
    assert store.read_text() == kept
    assert {r["mode"] for r in first} == set(certainty.MODES) - set(certainty.missing_modes())
    assert json.loads(kept.splitlines()[0])["true"] == first[0]["true"]
    [search] = certainty.run_searches(1, store=store, processes=1, progress=lambda _: None)
    assert search["seed"] == certainty.LOOKED_AT
    assert len(search["visits"]) == len(search["facts"]) == 2
    assert certainty.run(1, store=store, processes=1, progress=lambda _: None) == first
