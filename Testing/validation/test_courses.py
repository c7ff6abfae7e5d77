"""Tables of the validation of courses: counts that are known from records made by hand."""

import numpy as np
from validation.carried import carried_table
from validation.courses import coverage_table, drawn_factors, recurrence_table


def point(visit, status, nadir=1, held=True):
    ends = (-80.0, -20.0) if held else (10.0, 20.0)
    return {
        "visit": visit, "status": status, "nadir": nadir,
        "baseline": [-50.0, *ends], "true baseline": -50.0,
        "lowest": [-50.0, *ends], "true lowest": -50.0,
    }  # fmt: skip


def record(kind, turn, true, *points, mode="map", seed=0):
    return {"seed": seed, "mode": mode, "kind": kind, "turn": turn, "visits": len(true),
            "true": true, "points": list(points)}  # fmt: skip


RESPONSE, RECURRING = "consistent with response", "recurring"
RECORDS = [
    record("response", None, [6.0, 2.0, 1.9], point(1, RESPONSE, 0), point(2, RECURRING), seed=1),
    record("recurrence", 2, [6.0, 2.0, 5.0], point(1, RESPONSE, 0), point(2, RECURRING), seed=2),
    record("recurrence", 2, [6.0, 2.0, 5.0], point(1, "not determined", 0),
           point(2, "not determined", held=False), seed=3),
    {"seed": 4, "mode": "map", "kind": "response", "turn": None, "true": [1, 1], "error": "none"},
]  # fmt: skip


def cells(table, row):
    return [cell.strip() for cell in table.splitlines()[row].strip("|").split("|")]


def test_coverage_and_false_alarms_are_counted():
    assert cells(coverage_table(RECORDS), 2) == [
        "map", "4", "3", "6", "5 of 6 (83 %)", "2 of 3 (67 %)", "1 of 1 (100 %)", "1 of 1 (100 %)",
    ]  # fmt: skip


def test_recurrences_are_counted_by_their_rise():
    table = recurrence_table(RECORDS)
    assert cells(table, 3) == [
        "map", "× 2–3", "2", "1 of 2 (50 %)", "1 of 2 (50 %)", "1 of 1 (100 %)"
    ]  # fmt: skip
    assert cells(table, 2)[2] == "0"


def test_a_drawn_recurrence_rises_at_its_turn_and_a_response_never_does():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        factors, turn = drawn_factors("recurrence", 5, rng)
        assert 2 <= turn < 5
        assert factors[turn] > 1.29 * min(factors[1:turn])
        falling, none = drawn_factors("response", 5, rng)
        assert none is None
        assert np.all(np.diff(falling) < 0)


def test_the_largest_error_of_carried_regions_keeps_its_sign():
    records = [
        {"course": "response", "dice lesion": lesion, "dice reference": 0.9, "true": 2.0,
         "carried": carried, "doubts": doubts}
        for lesion, carried, doubts in ((0.9, 2.02, []), (0.8, 1.9, ["x"]), (0.95, 2.04, []))
    ]  # fmt: skip
    assert cells(carried_table(records), 2) == [
        "response", "3", "0.90 (0.80)", "0.90 (0.90)", "2.0 % (-5.0 %)", "1",
    ]  # fmt: skip
