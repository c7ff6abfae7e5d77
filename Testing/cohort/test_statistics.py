"""Group tests and ROC analysis compared with R: stored numbers, and R itself if installed."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SpineDCELib.cohort import (
    at_cutoff,
    change_within,
    compare_groups,
    compare_rocs,
    proportion,
    roc_of,
    summarise,
)

HERE = Path(__file__).parent
STORED = json.loads((HERE / "reference.json").read_text(encoding="utf-8"))
QUANTITIES = ("first", "second")


def classes(path, case):
    """Return quantity → values of the positive and the negative class, NaN where missing."""
    with Path(path).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["case"] == case]

    def values(name, wanted):
        cells = [row[name] for row in rows if row["positive"] == wanted]
        return np.array([np.nan if cell in ("", "NA") else float(cell) for cell in cells])

    return {name: (values(name, "1"), values(name, "0")) for name in QUANTITIES}


def assert_equal(data, expected):
    for name in QUANTITIES:
        positive, negative = data[name]
        theirs = expected[name]
        test, roc = compare_groups(positive, negative), roc_of(positive, negative, resamples=0)
        ours = {
            "U": test.U, "P": test.P, "AUC": roc.auc, "low": roc.interval[0],
            "high": roc.interval[1], "cutoff": roc.best.value,
            "tp": roc.best.sensitivity.hits, "tn": roc.best.specificity.hits,
            "sens_low": roc.best.sensitivity.low, "sens_high": roc.best.sensitivity.high,
            "spec_low": roc.best.specificity.low, "spec_high": roc.best.specificity.high,
        }  # fmt: skip
        for key, value in ours.items():
            assert value == pytest.approx(theirs[key], rel=1e-6, abs=1e-9), (name, key)
    test = compare_rocs(*zip(*(data[name] for name in QUANTITIES), strict=True))
    pair = expected["pair"]
    assert test.z == pytest.approx(pair["z"], rel=1e-6)
    np.testing.assert_allclose(test.P, pair["P"], rtol=1e-6)
    assert test.interval == pytest.approx((pair["low"], pair["high"]), rel=1e-6)


@pytest.mark.parametrize("case", [name for name in STORED if name != "made by"])
def test_numbers_equal_stored_results_of_R(case):
    assert_equal(classes(HERE / "reference_data.csv", case), STORED[case])


def test_numbers_equal_installed_R_also_for_the_example_of_pROC(tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed (Debian: r-base-core r-cran-proc)")
    example = tmp_path / "aSAH.csv"
    command = ["Rscript", str(HERE / "reference.R"), str(HERE / "reference_data.csv")]
    run = subprocess.run([*command, str(example)], capture_output=True, text=True, check=False)
    if "there is no package called" in run.stderr:
        pytest.skip("R has no pROC (Debian: r-cran-proc)")
    assert run.returncode == 0, run.stderr
    fresh = json.loads(run.stdout)
    # Published by the authors of pROC for their example: BMC Bioinformatics 2011;12:77.
    assert fresh["aSAH"]["first"]["AUC"] == pytest.approx(0.7314, abs=5e-5)
    for case in fresh:
        if case != "made by":
            file = example if case == "aSAH" else HERE / "reference_data.csv"
            assert_equal(classes(file, case), fresh[case])


@pytest.mark.long
@pytest.mark.parametrize("case", ["small", "large", "cohort"])
@pytest.mark.parametrize("name", QUANTITIES)
def test_bootstrap_interval_agrees_with_R_within_chance(case, name):
    positive, negative = classes(HERE / "reference_data.csv", case)[name]
    theirs = STORED[case][name]
    found = roc_of(positive, negative, resamples=2000).bootstrap
    assert found == pytest.approx((theirs["boot_low"], theirs["boot_high"]), abs=0.03)


def test_intervals_depend_on_the_seed_only():
    data = classes(HERE / "reference_data.csv", "small")["first"]
    one, two, other = (roc_of(*data, resamples=200, seed=s) for s in (1, 1, 2))
    assert (one.bootstrap, one.best_interval) == (two.bootstrap, two.best_interval)
    assert one.bootstrap != other.bootstrap
    assert one.best_interval[0] <= one.best.value <= one.best_interval[1]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Published counts; limits from quantiles of the beta distribution, to 0.1 %.
    [(10, 11, 58.7, 99.8), (33, 38, 71.9, 95.6), (9, 11, 48.2, 97.7), (18, 38, 31.0, 64.2)],
)
def test_exact_intervals_of_the_published_counts(hits, total, low, high):
    found = proportion(hits, total)
    assert (100 * found.low, 100 * found.high) == pytest.approx((low, high), abs=0.05)


def test_an_empty_group_has_no_result_but_a_note():
    test, roc = compare_groups([], [1.0, 2.0]), roc_of([np.nan], [1.0, 2.0])
    assert np.isnan(test.P)
    assert "no value" in test.note
    assert np.isnan(roc.auc)
    assert "no ROC curve" in roc.note
    assert str(roc.best.sensitivity) == "0/0"
    assert summarise([np.nan, np.nan]).missing == 2
    assert np.isnan(compare_rocs(([1.0], [2.0]), ([3.0], [4.0])).P)


def test_a_group_of_one_has_an_area_but_no_interval():
    roc = roc_of([5.0], [1.0, 6.0, 2.0], resamples=50)
    assert roc.auc == pytest.approx(2 / 3)
    assert np.isnan(roc.interval).all()
    assert "one patient" in roc.note


def test_groups_without_overlap_have_an_area_of_one():
    roc = roc_of([5.0, 6.0, 7.0], [1.0, 2.0, 3.0], resamples=50)
    assert roc.auc == 1
    assert roc.best.value == 4.0
    assert "do not overlap" in roc.note
    wrong_way = roc_of([1.0, 2.0], [5.0, 6.0], resamples=0)
    assert wrong_way.best.value == float("-inf")
    assert "smaller values" in wrong_way.note


def test_ties_are_counted_and_noted():
    test = compare_groups([1.0, 1.0, 3.0], [1.0, 4.0])
    assert (test.ties, test.method) == (3, "normal")
    assert "3 patients have equal values" in test.note
    assert compare_groups([2.0, 2.0], [2.0]).P == 1


def test_a_value_at_the_cutoff_is_negative():
    found = at_cutoff([-40.0, -39.0], [-40.0, -41.0], -40)
    assert (found.sensitivity.hits, found.specificity.hits) == (1, 2)


values = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(values, values)
def test_area_is_the_fraction_of_ordered_pairs(positive, negative):
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    roc = roc_of(positive, negative, resamples=0)
    assert roc.auc == pytest.approx(np.mean(pairs))
    # The best cutoff is found by trying all.
    tried = [
        np.mean(np.array(positive) > c) + np.mean(np.array(negative) <= c)
        for c in [-np.inf, *np.arange(-6, 7) + 0.5]
    ]
    assert roc.best.sensitivity.share + roc.best.specificity.share == pytest.approx(max(tried))


def test_change_within_a_group_equals_a_published_example():
    # Hollander and Wolfe 1973, p. 29: depression scores of nine patients before and after; R's
    # wilcox.test gives V = 40 and P = 0.01953 one-sided.
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    test = change_within(before - after)
    assert (test.W, test.n, test.method) == (40, 9, "exact")
    assert pytest.approx(2 * 0.01953, abs=1e-5) == test.P


def test_change_within_a_group_without_changes_has_no_test():
    assert change_within([np.nan, 0.0, 0.0]).method == "none"
