"""Trend of many patients: equal to R's nlme, holds a simulated truth, refuses what bears none."""

import json
from pathlib import Path

import numpy as np
import pytest
from SpineDCELib.cli import main
from SpineDCELib.cohort.mixed_trend import (
    ValuesOverTime,
    mixed_trend,
    mixed_trends,
    read_over_time,
)
from SpineDCELib.errors import InputError

pytest.importorskip("statsmodels")

HERE = Path(__file__).parent
DATA = HERE / "mixed_trend_data.csv"
#: Written by mixed_trend.R, whose first lines name the command; "made by" the versions.
STORED = json.loads((HERE / "mixed_trend.json").read_text(encoding="utf-8"))


def test_estimates_equal_those_of_R():
    for one in mixed_trends(read_over_time(DATA)):
        ours = [one.coefficient, one.SE, one.between, one.slopes, one.within]
        known = [value for value in ours if np.isfinite(value)]
        assert known == pytest.approx(STORED[one.model], rel=1e-4), one.model


def drawn(rng, rate=0.1, subjects=20):
    subject, days, value = [], [], []
    for number in range(subjects):
        start = rng.normal(0.5, 0.4)
        for day in (0, 90, 180, 270)[: rng.integers(2, 5)]:
            subject.append(f"s{number}")
            days.append(day)
            value.append(np.exp(start + rate * day / 100 + rng.normal(0, 0.15)))
    return ValuesOverTime(tuple(subject), np.array(days, float), np.array(value), "x")


@pytest.mark.long
def test_the_interval_holds_a_simulated_rate():
    rng = np.random.default_rng(24)
    truth, held = 100 * np.expm1(0.1), 0
    for _ in range(100):
        one = mixed_trend(drawn(rng))
        held += one.low < truth < one.high
    assert 88 <= held <= 100


def test_slopes_that_are_equal_are_not_told_apart_or_nearly_zero():
    rng = np.random.default_rng(3)
    one = mixed_trend(drawn(rng), slopes=True)
    assert one.note or one.slopes < 0.1


def test_two_values_of_five_subjects_are_needed(tmp_path):
    path = tmp_path / "t.csv"
    lines = ["patient,days,normalised_vp"]
    lines += [f"P{k},{day},2.0" for k in range(4) for day in (0, 90)]
    path.write_text("\n".join([*lines, "P5,0,1"]) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_over_time(path)
    assert error.value.code == "too_few"


@pytest.mark.parametrize(
    ("heading", "code"), [("patient,days,other", "column_missing"), ("", "not_a_number")]
)
def test_tables_without_numbers_are_refused(tmp_path, heading, code):
    path = tmp_path / "t.csv"
    path.write_text(f"{heading or 'patient,days,normalised_vp'}\nA,soon,1\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_over_time(path)
    assert error.value.code == code


def test_the_command_writes_table_figure_and_page(tmp_path, capsys):
    path, out = tmp_path / "t.csv", tmp_path / "out"
    path.write_text(DATA.read_text(encoding="utf-8") + "P99,0,0\n", encoding="utf-8")
    assert main(["trend", str(path), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "P99" in said
    assert "random intercept" in said
    record = json.loads((out / "trend.json").read_text(encoding="utf-8"))
    assert record["subjects"] == 24
    assert record["models"][0]["percent"] == pytest.approx(7.84, abs=0.01)
    assert {"trend.csv", "trend.png", "trend.html"} <= {path.name for path in out.iterdir()}
