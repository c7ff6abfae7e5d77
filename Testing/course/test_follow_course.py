"""A course over analysed visits: status with its history, new and vanished lesions, two visits."""

from dataclasses import replace

import numpy as np
import pytest
from course_scenes import course_of, visit
from muscle_scenes import REGIONS
from SpineDCELib.cli.compare import summary as comparison_summary
from SpineDCELib.cli.course import summary
from SpineDCELib.compare.call import Call
from SpineDCELib.compare.compare_visits import compare_visits
from SpineDCELib.compare.measured_change import MeasuredChange
from SpineDCELib.compare.repeatability import Repeatability
from SpineDCELib.course import follow_course, parse_event
from SpineDCELib.course.visit_status import is_rise, status_at
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Normalised, Share
from SpineDCELib.measurement.normalised_ratio import change, with_shares

BASELINE, RESPONSE, PERSISTENT, RECURRING = (
    "baseline",
    "consistent with response",
    "consistent with persistent disease",
    "recurring",
)


@pytest.fixture(scope="module")
def visits():
    return course_of([1.0, 0.15, 0.2, 0.9])


@pytest.fixture(scope="module")
def course(visits):
    events = [parse_event("2026-01-20=radiation: 24 Gy in 1 fraction")]
    return follow_course(visits, events=events, flip_runs=0)


@pytest.mark.slow
def test_a_response_and_a_recurrence_are_found_at_their_visits(course):
    [trend] = course.trends
    found = [point.status.status for point in trend.points]
    assert found == [BASELINE, RESPONSE, RESPONSE, RECURRING]
    last = trend.points[-1]
    assert last.nadir == 1
    assert last.rise.low > 0
    assert last.change.percent == pytest.approx(-10, abs=15)
    assert last.rise.percent == pytest.approx(500, rel=0.3)
    # The call against baseline alone would not have shown it as a change from a response.
    assert last.from_baseline.call.verdict == "persistent disease"


@pytest.mark.slow
def test_the_interval_of_a_value_holds_more_than_its_noise_and_the_truth(course):
    [trend] = course.trends
    for point, factor in zip(trend.points, (1.0, 0.15, 0.2, 0.9), strict=True):
        noise = point.values[trend.parameter]
        assert point.total.value == noise.value
        assert point.total.low < noise.low < noise.high < point.total.high
        assert point.total.low < 6.0 * factor < point.total.high


@pytest.mark.slow
def test_days_and_events_count_from_the_first_visit(course):
    assert course.days == (0, 90, 181, 273)
    assert [event.day for event in course.events] == [8]
    assert course.events[0].title == "Radiation therapy, 20 January 2026: 24 Gy in 1 fraction"


@pytest.mark.slow
def test_two_visits_print_what_their_comparison_prints(visits):
    pair = [visits[0], replace(visits[1], about=replace(visits[1].about, label="follow-up"))]
    course = follow_course(pair, flip_runs=20)
    comparison = compare_visits(*pair, flip_runs=20)
    assert summary(course) == comparison_summary(comparison)


@pytest.mark.slow
def test_every_status_is_printed_with_its_reason(course):
    text = summary(course)
    for point in course.trends[0].points:
        assert f"Lesion: {point.status.status}. {point.status.reason}" in text
        assert course.name_of(point.visit)[1:] in text


def new_lesion(place, factor=1.0):
    """A visit with a second lesion, in what is the vertebra of the reference elsewhere."""
    regions = {**REGIONS, "New": np.roll(REGIONS["Lesion"], 9, axis=1) & ~REGIONS["Reference"]}
    return visit(factor, place, regions=regions)


@pytest.mark.long
def test_a_new_lesion_is_relative_to_its_first_visit_and_a_vanished_one_is_told():
    course = follow_course([visit(1.0, 0), new_lesion(1), new_lesion(2), visit(0.9, 3)],
                           flip_runs=0)  # fmt: skip
    old, new = course.trends
    assert (old.name, old.is_new, old.absent) == ("Lesion", False, ())
    assert (new.name, new.is_new, new.absent) == ("New", True, (3,))
    assert [point.visit for point in new.points] == [1, 2]
    assert new.points[0].status.status == BASELINE
    assert set(course.comparisons) == {(0, 1), (0, 2), (0, 3), (1, 2)}
    assert len(course.warnings) == 2
    assert old.tracking_uid != new.tracking_uid


def test_one_visit_is_no_course():
    with pytest.raises(InputError) as error:
        follow_course([None])
    assert error.value.code == "one_visit"


@pytest.mark.slow
def test_the_same_visit_twice_is_refused_wherever_it_lies(visits):
    with pytest.raises(InputError) as error:
        follow_course([visits[0], visits[1], visits[1]], flip_runs=0)
    assert error.value.code == "same_study"


def value(ratio, log_SE=0.05):
    return Normalised("Lesion", "Reference", "vp", ratio, np.nan, np.nan, log_SE, 1e6)


def measured(before, after, coefficient=None, log_SE=0.05):
    one = change(value(before, log_SE), value(after, log_SE))
    repeated = None if coefficient is None else Repeatability({"a": 0.0}, coefficient)
    return MeasuredChange("vp", {"vp": value(before)}, {"vp": value(after)}, {"vp": one},
                          repeated, ())  # fmt: skip


def status(baseline, now, *, lowest=None, responded=True, coefficient=None, log_SE=0.05):
    one = change(value(baseline, log_SE), value(now, log_SE))
    decided = bool(one.low > -40 or one.high < -40)
    verdict = "persistent disease" if one.percent > -40 else "response"
    return status_at(
        Call(verdict, -40.0, 0.5, decided, ""),
        one,
        baseline=value(baseline),
        now=value(now),
        nadir="follow-up 1",
        from_nadir=None if lowest is None else measured(lowest, now, coefficient, log_SE),
        responded=responded,
    )


def test_a_rise_within_the_interval_or_within_repeatability_is_no_recurrence():
    assert is_rise(measured(1.0, 1.5))
    assert not is_rise(measured(1.0, 1.1))
    assert not is_rise(measured(1.0, 0.5))
    assert not is_rise(measured(1.0, 1.5, coefficient=0.5))
    assert is_rise(measured(1.0, 1.7, coefficient=0.5))


def test_recurring_needs_a_response_before():
    assert status(6.0, 2.5, lowest=1.0).status == RECURRING
    assert status(6.0, 2.5, lowest=1.0, responded=False).status == RESPONSE
    assert status(6.0, 5.5, lowest=5.0, responded=False).status == PERSISTENT


def test_a_rise_without_a_response_is_told_in_the_reason():
    for baseline, log_SE in ((6.0, 0.3), (4.5, 0.05)):  # not determined, persistent disease
        one = status(baseline, 3.5, lowest=0.8, responded=False, log_SE=log_SE)
        assert one.status != RECURRING
        assert "rose from its lowest value, 0.80× at follow-up 1, to 3.5×" in one.reason
    assert "rose" not in status(6.0, 5.5, lowest=5.4, responded=False).reason


def test_what_would_change_a_status_is_where_it_changes():
    recurring = status(6.0, 2.5, lowest=1.0)
    half = np.log1p(measured(1.0, 2.5).changes["vp"].high / 100) - np.log(2.5)
    assert f"{np.exp(half):.1f}×" in recurring.would_change
    assert not is_rise(measured(1.0, 0.99 * np.exp(half)))
    assert is_rise(measured(1.0, 1.01 * np.exp(half)))
    assert "3.6×" in status(6.0, 1.0).would_change  # 40 % below 6


def test_an_undecided_call_is_not_determined_and_names_the_largest_source():
    undecided = status(6.0, 3.5, log_SE=0.3)
    assert undecided.status == "not determined"
    assert "noise" in undecided.would_change
    unknown = status_at(None, None, baseline=None, now=None, nadir="", from_nadir=None,
                        responded=False)  # fmt: skip
    assert unknown.status == "not determined"


def test_shares_widen_a_ratio_as_independent_errors():
    one = value(2.0, log_SE=0.3)
    wider = with_shares(one, [Share("outline", 0.4)])
    assert wider.log_SE == pytest.approx(0.5)
    assert (wider.low, wider.high) == pytest.approx(
        (2 * np.exp(-1.96 * 0.5), 2 * np.exp(1.96 * 0.5)), rel=1e-3
    )
