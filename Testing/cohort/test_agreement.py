"""Agreement: published results of two textbook data sets, and closed forms."""

import json

import numpy as np
import pytest
from cohort.stored_results import STORED_RESULTS, results_of_installed_R, stored_data
from SpineDCELib.cli import main
from SpineDCELib.cohort.agreement_statistics import (
    RepeatedValues,
    agreement,
    bland_altman,
    intraclass,
    read_repeated,
)
from SpineDCELib.errors import InputError

STORED = STORED_RESULTS["agreement"]

#: Four judges of six subjects (Shrout and Fleiss, Psychol Bull 1979;86:420, Table 2).
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
#: Peak flow, l/min, first readings (Bland and Altman, Lancet 1986;1:307, Table 1).
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_ICC_is_that_of_shrout_and_fleiss():
    found = intraclass(JUDGES)
    for name, published in (("ICC(1,1)", 0.17), ("ICC(2,1)", 0.29), ("ICC(3,1)", 0.71)):
        assert found[name].value == pytest.approx(published, abs=0.005)
    # As R's psych prints them.
    for name, low, high in (
        ("ICC(1,1)", -0.133, 0.723), ("ICC(2,1)", 0.019, 0.761), ("ICC(3,1)", 0.342, 0.946)
    ):  # fmt: skip
        assert (found[name].low, found[name].high) == pytest.approx((low, high), abs=0.005)


def test_limits_of_agreement_are_those_of_bland_and_altman():
    found = bland_altman(np.array(MINI, float), np.array(LARGE, float))
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert pytest.approx(38.8, abs=0.05) == found.SD
    # They multiply the standard deviation by 2; the interval of the bias is theirs.
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.high.value - found.bias.value == pytest.approx(1.959964 * found.SD)
    assert found.low.low < found.low.value < found.low.high


def values(array):
    array = np.asarray(array, float)
    names = tuple(f"s{n}" for n in range(len(array)))
    return RepeatedValues("x", names, tuple(f"r{n}" for n in range(array.shape[1])), array)


def test_repeatability_of_pairs_is_that_of_their_differences():
    pairs = np.array([[10.0, 12.0], [20.0, 19.0], [15.0, 15.0], [30.0, 33.0]])
    found = agreement(values(pairs))
    within = np.sqrt(np.mean(np.diff(pairs, axis=1) ** 2) / 2)
    assert found.within_SD.value == pytest.approx(within)
    assert found.repeatability.value == pytest.approx(1.959964 * np.sqrt(2) * within)
    CV = np.sqrt(np.mean(np.diff(pairs, axis=1)[:, 0] ** 2 / 2 / pairs.mean(axis=1) ** 2))
    assert found.within_CV == pytest.approx(100 * CV)


@pytest.mark.slow
def test_the_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(4)
    between, within, bias = 2.0, 1.0, np.array([0.0, 0.4, -0.4])
    truth = {"ICC(1,1)": None, "ICC(3,1)": between**2 / (between**2 + within**2)}
    held = {"SD": 0, "ICC(3,1)": 0}
    for _ in range(400):
        x = rng.normal(0, between, (20, 1)) + rng.normal(0, within, (20, 3))
        icc = intraclass(x + bias)["ICC(3,1)"]
        held["ICC(3,1)"] += icc.low < truth["ICC(3,1)"] < icc.high
        SD = agreement(values(x)).within_SD
        held["SD"] += SD.low < within < SD.high
    assert all(0.92 <= count / 400 <= 0.98 for count in held.values()), held


@pytest.mark.parametrize("case", STORED)
def test_everything_equals_R(case):
    assert_equal(stored_data("agreement_data.csv", case), STORED[case])


def test_everything_equals_installed_R():
    for case, theirs in results_of_installed_R()["agreement"].items():
        assert_equal(stored_data("agreement_data.csv", case), theirs)


def assert_equal(rows, theirs):
    """Compare with R's ``aov``, ``t.test``, ``cor.test`` and ``psych::ICC``."""
    subjects, raters = (sorted({row[name] for row in rows}) for name in ("subject", "rater"))
    array = np.zeros((len(subjects), len(raters)))
    for row in rows:
        array[subjects.index(row["subject"]), raters.index(row["rater"])] = float(row["value"])
    found = agreement(values(array))
    pair = found.pairs[0]
    same = {"rel": 1e-6, "abs": 1e-9}
    for name, ours in (("within_SD", found.within_SD), ("repeatability", found.repeatability),
                       ("bias", pair.bias)):  # fmt: skip
        assert (ours.value, ours.low, ours.high) == pytest.approx(theirs[name], **same), name
    assert found.within_CV == pytest.approx(theirs["within_CV"], **same)
    for key, part in (("ICC", "value"), ("ICC_low", "low"), ("ICC_high", "high")):
        ours = [getattr(one, part) for one in found.ICC.values()]
        assert ours == pytest.approx(theirs[key], **same), key
    assert pytest.approx(theirs["SD"], **same) == pair.SD
    assert [pair.low.value, pair.high.value] == pytest.approx(theirs["limits"], **same)
    assert pair.slope_P == pytest.approx(theirs["slope_P"], **same)


def long_table(path, array, *, drop=()):
    lines = ["patient,reader,nVp,remark"]
    lines += [
        f"P{subject},R{rater},{value},seen"
        for subject, row in enumerate(array)
        for rater, value in enumerate(row)
        if (subject, rater) not in drop
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_command_writes_tables_figures_and_page(tmp_path, capsys):
    out = tmp_path / "out"
    drop = {(0, 1)}
    assert main(["agreement", str(long_table(tmp_path / "t.csv", JUDGES, drop=drop)),
                 "-o", str(out)]) == 0  # fmt: skip
    assert "P0" in capsys.readouterr().out
    record = json.loads((out / "agreement.json").read_text(encoding="utf-8"))
    [one] = record["quantities"]
    assert (one["quantity"], one["subjects"], len(one["Bland-Altman"])) == ("nVp", 5, 6)
    assert one["ICC"]["ICC(3,1)"]["value"] == pytest.approx(
        intraclass(JUDGES[1:])["ICC(3,1)"].value
    )
    assert {"agreement.csv", "bland_altman.csv", "bland-altman-6.png", "agreement.html"} <= {
        path.name for path in out.iterdir()
    }


@pytest.mark.parametrize(
    ("drop", "code"), [({(n, 0) for n in range(5)}, "too_few"), (set(), "duplicate_row")]
)
def test_tables_without_agreement_are_refused(tmp_path, drop, code):
    path = long_table(tmp_path / "t.csv", JUDGES, drop=drop)
    if code == "duplicate_row":
        path.write_text(path.read_text() + "P0,R0,3,again\n")
    with pytest.raises(InputError) as error:
        read_repeated(path)
    assert error.value.code == code
