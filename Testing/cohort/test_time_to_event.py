"""Time to an event: published results of two textbook data sets, and a simulated truth."""

import json

import numpy as np
import pytest
from cohort.stored_results import STORED_RESULTS, results_of_installed_R, stored_data
from SpineDCELib.cli import main
from SpineDCELib.cohort.time_to_event import (
    cox,
    kaplan_meier,
    log_rank,
    read_followed,
    time_roc,
)
from SpineDCELib.errors import InputError

STORED = STORED_RESULTS["survival"]

pytest.importorskip("lifelines")

#: Remission of leukaemia, weeks; censored ones are negative (Freireich et al., Blood 1963;21:699).
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
#: Maintained and not maintained, weeks: "aml" of R's survival (Miller, Survival Analysis, 1981).
MAINTAINED = [9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161]
NOT_MAINTAINED = [5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45]


def joined(one, two):
    values = np.array([*one, *two], float)
    return np.abs(values), values > 0, np.repeat([False, True], [len(one), len(two)])


def test_kaplan_meier_gives_the_published_table_of_the_leukaemia_trial():
    values = np.array(TREATED, float)
    curve = kaplan_meier(np.abs(values), values > 0)
    at = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, published in at.items():
        assert curve.survival[curve.time == week] == pytest.approx(published, abs=5e-4)
    place = list(curve.time).index(6)
    assert (curve.low[place], curve.high[place]) == pytest.approx((0.6197, 0.9516), abs=5e-5)
    assert curve.at_risk[place] == 21
    assert curve.median == 23
    assert (curve.patients, curve.events) == (21, 9)


@pytest.mark.parametrize(
    ("groups", "chi2", "coefficient", "SE"),
    [
        ((TREATED, PLACEBO), 16.79, 1.572, 0.412),
        ((MAINTAINED, NOT_MAINTAINED), 3.396, 0.9155, 0.5119),
    ],
)
def test_log_rank_and_cox_with_efrons_ties_are_the_published_ones(groups, chi2, coefficient, SE):
    time, event, group = joined(*groups)
    assert log_rank(time, event, group).chi2 == pytest.approx(chi2, abs=5e-3)
    one = cox(time, event, group.astype(float), per="group")
    assert one.coefficient == pytest.approx(coefficient, abs=5e-4)
    assert pytest.approx(SE, abs=5e-4) == one.SE
    assert one.low == pytest.approx(np.exp(one.coefficient - 1.959964 * one.SE), rel=1e-6)
    assert one.high == pytest.approx(np.exp(one.coefficient + 1.959964 * one.SE), rel=1e-6)


@pytest.mark.parametrize("case", STORED)
def test_everything_equals_survival_of_R(case):
    assert_equal(stored_data("survival_data.csv", case), STORED[case])


def test_everything_equals_installed_R():
    fresh = results_of_installed_R()["survival"]
    for case, theirs in fresh.items():
        assert_equal(stored_data("survival_data.csv", case), theirs)


def assert_equal(rows, theirs):
    time, x = (np.array([float(row[name]) for row in rows]) for name in ("time", "x"))
    event = np.array([row["event"] == "1" for row in rows])
    curve = kaplan_meier(time, event)
    assert list(curve.time[1:]) == theirs["time"]
    assert list(curve.at_risk[1:]) == theirs["at_risk"]
    for name, ours in (("survival", curve.survival), ("low", curve.low), ("high", curve.high)):
        np.testing.assert_allclose(ours[1:], theirs[name], atol=1e-6)
    test = log_rank(time, event, x > 0)
    assert (test.chi2, test.P) == pytest.approx((theirs["chi2"], theirs["logrank_P"]), rel=1e-6)
    one = cox(time, event, x, per="")
    ours = (one.coefficient, one.SE, one.ratio, one.low, one.high, one.P)
    assert ours == pytest.approx(theirs["Cox"], rel=1e-6)


def test_groups_that_cannot_be_compared_have_no_test_and_a_reason():
    time, event, _ = joined(TREATED, PLACEBO)
    assert np.isnan(log_rank(time, event, np.ones(time.size, bool)).P)
    assert cox(time, event, np.ones(time.size), per="").note


def pair_area(case, control):
    """Share of pairs in which the case has the higher marker, by trying them all."""
    return np.mean([(a > b) + 0.5 * (a == b) for a in case for b in control])


def test_without_censoring_the_area_is_that_of_all_pairs():
    rng = np.random.default_rng(1)
    marker, time = rng.normal(size=60), rng.exponential(100, 60)
    found = time_roc(time, np.ones(60, bool), marker, at=80.0)
    assert found.auc == pytest.approx(pair_area(marker[time <= 80], marker[time > 80]))
    assert (found.cases, found.controls) == ((time <= 80).sum(), (time > 80).sum())


def test_censoring_does_not_bias_the_area():
    """The truth is the area of the same patients without censoring."""
    rng = np.random.default_rng(2)
    marker = rng.normal(size=6000)
    time = rng.exponential(200 * np.exp(-1.2 * marker))
    # Who has a high marker is censored early as well as who has not.
    last = rng.exponential(150, 6000)
    true = time_roc(time, np.ones(6000, bool), marker, at=150.0).auc
    seen, event = np.minimum(time, last), time <= last
    assert time_roc(seen, event, marker, at=150.0).auc == pytest.approx(true, abs=0.015)


def true_area(slope, mean, at):
    """AUC of a normal marker for an exponential time with ``mean·exp(−slope·marker)``."""
    x = np.linspace(-8, 8, 4001)
    density = np.exp(-(x**2) / 2)
    later = np.exp(-at / (mean * np.exp(-slope * x)))
    cases, controls = density * (1 - later), density * later
    below = np.cumsum(controls) - controls / 2
    return float((cases * below).sum() / (cases.sum() * controls.sum()))


@pytest.mark.long
def test_area_and_interval_hold_the_truth_of_a_simulation():
    """300 cohorts of 120 patients, two in five of them censored; the truth is an integral."""
    truth = true_area(0.9, 250.0, 180.0)
    rng = np.random.default_rng(24)
    areas, held = [], 0
    for _ in range(300):
        marker = rng.normal(size=120)
        time = rng.exponential(250 * np.exp(-0.9 * marker))
        last = rng.exponential(400, 120)
        seen, event = np.minimum(time, last), time <= last
        found = time_roc(seen, event, marker, at=180.0, resamples=200)
        areas.append(found.auc)
        held += found.low <= truth <= found.high
    assert np.mean(areas) == pytest.approx(truth, abs=4 * np.std(areas) / np.sqrt(300))
    # The chance limits of 95 % in 300 trials at three standard errors.
    assert 0.912 <= held / 300 <= 0.988


def test_a_bootstrap_interval_holds_the_estimate_and_is_the_same_again():
    rng = np.random.default_rng(3)
    marker = rng.normal(size=50)
    time = rng.exponential(200 * np.exp(-marker))
    event = rng.random(50) < 0.8
    one, two = (time_roc(time, event, marker, at=150.0, resamples=200) for _ in range(2))
    assert one.low < one.auc < one.high
    assert one == two


def table(path, rows):
    lines = ["patient,days,event,change_vp", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_command_writes_tables_figure_and_page(tmp_path, capsys):
    time, event, group = joined(TREATED, PLACEBO)
    rows = [
        [f"P{n}", t, "yes" if e else "no", 50 + n if g else -80 + n / 10]
        for n, (t, e, g) in enumerate(zip(time, event, group, strict=True))
    ]
    rows.append(["lost", "", "", 3])
    out = tmp_path / "out"
    given = [str(table(tmp_path / "t.csv", rows)), "-o", str(out), "--horizon", "10",
             "--bootstrap", "50"]  # fmt: skip
    assert main(["survival", *given]) == 0
    assert "χ² = 16.79" in capsys.readouterr().out
    record = json.loads((out / "survival.json").read_text(encoding="utf-8"))
    assert (record["patients"], record["events"]) == (42, 30)
    assert record["Cox"][0]["coefficient"] == pytest.approx(1.572, abs=5e-4)
    assert "lost" in record["notes"][0]
    names = {path.name for path in out.iterdir()}
    assert {"survival.csv", "hazard.csv", "time_roc.csv", "kaplan_meier.png",
            "survival.html"} <= names  # fmt: skip


@pytest.mark.parametrize("row", [["a", "x", "yes", 1], ["a", 5, "perhaps", 1], ["a", 0, "no", 1]])
def test_cells_that_say_nothing_are_refused(tmp_path, row):
    with pytest.raises(InputError) as error:
        read_followed(table(tmp_path / "t.csv", [row]))
    assert error.value.code == "not_a_number"


def test_a_missing_column_names_its_option(tmp_path):
    with pytest.raises(InputError) as error:
        read_followed(table(tmp_path / "t.csv", [["a", 5, "yes", 1]]), event="relapse")
    assert (error.value.code, error.value.fields) == ("column_missing", ("survival.event",))
