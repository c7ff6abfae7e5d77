"""The shift is found where curves were made with one, and called unknown where they were not."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from SpineDCELib.aif import gather_evidence, parker
from SpineDCELib.aif.plot_data import evidence_charts, evidence_table, valley_top
from SpineDCELib.aif.shift_evidence import ALL_TISSUE
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.models import extended_tofts

T = np.arange(0, 300, 5.4)
FINE = np.arange(0, 360, 0.5)


def curves(vp, Ktrans, *, delay, noise=0.0, n=60, seed=0):
    """Tissue of a finely sampled AIF, seen every 5.4 s."""
    Cp = parker(FINE, arrival=30 + delay) / 0.58
    fine = extended_tofts(FINE, Cp, vp=[vp], Ktrans=[Ktrans], ve=[0.2])[:, 0]
    rng = np.random.default_rng(seed)
    return np.interp(T, FINE, fine)[:, None] + rng.normal(0, noise, (T.size, n))


def evidence(delay=4.3, noise=0.01, vp=0.08, **options):
    regions = {
        "lesion": curves(vp, 0.09, delay=delay, noise=noise),
        "reference": curves(0.012, 0.02, delay=delay, noise=noise / 3, seed=1),
    }
    AIF = ArterialCurve(T, parker(T, arrival=30) / 0.58)
    return gather_evidence(
        regions, T, AIF, model="extended_tofts", lesions=("lesion",), reference="reference",
        **options,
    )  # fmt: skip


@pytest.mark.parametrize("delay", [0.0, 2.7, 6.1, 11.4])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_the_delay_is_found(delay, noise):
    found = evidence(delay, noise)
    assert found.proposal == pytest.approx(delay, abs=0.5)
    assert found.low <= found.proposal <= found.high
    assert found.plateau[0] <= found.proposal <= found.plateau[1]
    assert not found.doubt
    assert f"{found.proposal:.2f} s" in found.summary()


def test_residual_and_normalised_vp_depend_on_the_shift():
    found = evidence()
    assert found.residual.min() == pytest.approx(1.0)
    assert found.residual[0] > 3
    assert found.residual[-1] > 3
    ratio = np.interp(found.proposal, found.shifts, found.normalised_vp["lesion"])
    assert ratio == pytest.approx(0.08 / 0.012, rel=0.1)


def test_the_summary_says_where_the_charted_residual_is_least_if_that_is_elsewhere():
    found = evidence()
    assert "least at" not in found.summary()
    low, high = (f"{end:.1f}" for end in found.plateau)
    assert f"below twice its least value from {low} to {high} s" in found.summary()
    # As where delays of parts differ: the mean residual is least 2 s later.
    moved = replace(found, residual=np.interp(found.shifts - 2, found.shifts, found.residual))
    said = re.search(r"It is least at (\d+\.\d) s", moved.summary())
    assert float(said[1]) == pytest.approx(4.3 + 2, abs=0.4)
    one = replace(found, regions=found.regions[:1])
    assert "by region" not in one.summary()
    assert "over parts of each region" in moved.summary()
    tissue = replace(moved, regions=(replace(found.regions[0], name=ALL_TISSUE),))
    assert "over parts of the enhancing tissue" in tissue.summary()
    assert "each region" not in tissue.summary()
    # Tissues differ in delay, so the error of their mean says nothing about that of one of them.
    assert found.interval == (found.low, found.high)
    assert tissue.interval is None
    doubted = replace(found, doubt="The residual hardly changes.")
    assert doubted.interval is None
    assert doubted.summary() == "No shift is proposed. The residual hardly changes."
    assert "95 %" not in tissue.summary()
    assert "rough value without an interval" in tissue.summary()
    # A window charts the residual of the mean curves, and says nothing of the other one.
    assert "over parts" not in moved.summary(parts=False)
    assert "least" not in moved.summary(parts=False)
    assert moved.summary().startswith(moved.summary(parts=False)[:40])


def test_the_charted_residual_is_least_at_the_proposal():
    # Parts that fill 2 s later outnumber one that weighs more in the mean curve.
    lesion = curves(0.08, 0.06, delay=6.0, noise=0.01, n=64)
    lesion[:, :8] = 5 * curves(0.08, 0.06, delay=4.0, noise=0.01, n=8)
    AIF = ArterialCurve(T, parker(T, arrival=30) / 0.58)
    found = gather_evidence({"Lesion": lesion}, T, AIF, model="extended_tofts")
    [line] = evidence_charts(found)[0].series
    assert abs(line.x[np.argmin(line.y)] - found.proposal) <= 0.5
    assert abs(found.shifts[np.argmin(found.residual)] - found.proposal) > 0.5
    assert line.y.min() == 1
    table = evidence_table(found)
    column = [row[table.columns.index("residual (1 at best)")] for row in table.rows]
    assert column == line.y.tolist()
    assert evidence_charts(found)[0].band == (found.low, found.high)


def test_the_chart_of_the_ratio_says_whether_it_is_that_per_volume_of_water():
    found = evidence()
    ratio = replace(found, normalised_vp={"lesion": found.shifts})
    for per_water in (False, True):
        chart = evidence_charts(ratio, per_water=per_water)[-1]
        assert chart.title == "Normalised Vp"
        assert ("water" in chart.y_title) == per_water


def test_noise_alone_does_not_determine_a_shift():
    rng = np.random.default_rng(0)
    AIF = ArterialCurve(T, parker(T, arrival=30) / 0.58)
    found = gather_evidence(
        {"noise": rng.normal(0, 0.02, (T.size, 400))}, T, AIF, model="extended_tofts"
    )
    assert found.doubt or found.high - found.low > 3
    with pytest.raises(InputError) as caught:
        gather_evidence({"none": np.full((T.size, 5), np.nan)}, T, AIF, model="extended_tofts")
    assert caught.value.code == "no_curve_for_shift"
    assert caught.value.fields == ("fit.shift",)


@pytest.mark.parametrize(
    ("residual", "top"),
    [
        ([3.0, 2, 1, 2, 400], 1.15 * 3),
        ([1, 1.1, 1.2], 3),
        ([90, 1, 300], 12),
        ([np.nan, 5, 1, 6], 5.75),
    ],
)
def test_both_walls_of_the_valley_are_on_its_scale(residual, top):
    assert valley_top(SimpleNamespace(mean_residual=np.array(residual))) == pytest.approx(top)


@pytest.mark.parametrize(("delay", "told"), [(19.8, True), (12.0, False)])
def test_a_shift_at_the_end_of_those_that_are_tried_is_doubted(delay, told):
    found = evidence(delay=delay)
    assert bool(found.doubt) == told
    assert ("at the end" in found.doubt or "no minimum inside" in found.doubt) == told


def test_regions_that_differ_in_delay_are_told():
    regions = {
        "Lesion": curves(0.08, 0.06, delay=1.9, noise=0.01),
        "Reference": curves(0.02, 0.02, delay=5.3, noise=0.002, seed=1),
    }
    AIF = ArterialCurve(T, parker(T, arrival=30) / 0.58)
    found = gather_evidence(regions, T, AIF, model="extended_tofts")
    assert found.differing
    assert "The delays of the regions differ" in found.summary()
    regions["Reference"] = curves(0.02, 0.02, delay=1.9, noise=0.002, seed=1)
    alike = gather_evidence(regions, T, AIF, model="extended_tofts")
    assert not alike.differing
    assert "differ" not in alike.summary()
