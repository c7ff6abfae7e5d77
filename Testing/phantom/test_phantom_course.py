"""Digital patients with many visits: what is written is what the truth beside it says."""

import csv
import json

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.phantom.phantom_course import (
    BASELINE_VP,
    course_patient,
    scenarios,
    write_courses,
)


def test_each_scenario_has_its_turn_and_its_direction():
    for visits in range(3, 13):
        found = scenarios(visits)
        assert set(found) == {"response", "persistence", "recurrence", "fracture"}
        for one in found.values():
            assert len(one.factors) == visits
            assert one.factors[0] == 1.0
        assert max(found["response"].factors[1:]) < 0.6
        assert min(found["persistence"].factors) > 0.8
        for name in ("recurrence", "fracture"):
            one = found[name]
            assert max(one.factors[1 : one.turn]) < 0.6 < one.factors[one.turn]
        again = found["fracture"].factors[found["fracture"].turn + 1 :]
        assert not again or max(again) < 0.6
    assert set(scenarios(2)) == {"response", "persistence"}


@pytest.mark.parametrize("visits", [1, 13])
def test_too_few_and_too_many_visits_are_refused(visits):
    with pytest.raises(InputError) as error:
        scenarios(visits)
    assert error.value.code == "out_of_range"


def test_a_seed_gives_the_same_patient_again_and_every_visit_lies_elsewhere():
    scenario = scenarios(4)["recurrence"]
    one, two = (course_patient("x", scenario, seed=7) for _ in range(2))
    assert [v.shift for v in one.visits.values()] == [v.shift for v in two.visits.values()]
    assert len({v.shift for v in one.visits.values()}) == 4
    days = [v.when.toordinal() for v in one.visits.values()]
    assert np.all(np.diff(days) > 0)


@pytest.mark.long
def test_the_truth_of_a_written_course_is_that_of_its_images(tmp_path):
    folders = write_courses(tmp_path, 2, only=["response"], size="quick", motion=False)
    truth = json.loads((folders["response"] / "truth.json").read_text(encoding="utf-8"))
    for place, visit in enumerate(truth["visits"]):
        of_visit = json.loads(
            (folders["response"] / visit / "truth" / "truth.json").read_text(encoding="utf-8")
        )
        assert of_visit["normalised_vp"] == pytest.approx(truth["normalised_vp"][place], rel=1e-4)
    assert truth["normalised_vp"][0] == BASELINE_VP
    with (tmp_path / "courses.csv").open(encoding="utf-8") as file:
        assert [row["visit"] for row in csv.DictReader(file)] == ["1", "2"]
