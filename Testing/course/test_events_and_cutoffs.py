"""Events and published cutoffs of a course."""

import pytest
from SpineDCELib.course import PUBLISHED_CUTOFFS, cutoff_named, parse_event
from SpineDCELib.course.treatment_events import days_after, parse_date
from SpineDCELib.errors import InputError


def test_an_event_is_read_with_its_kind_and_details():
    event = parse_event("2026-03-12 = Radiation: 24 Gy in 1 fraction")
    assert (event.date, event.kind, event.details) == (
        "20260312",
        "radiation",
        "24 Gy in 1 fraction",
    )
    assert parse_event("20260401=systemic").details == ""


@pytest.mark.parametrize("text", ["radiation", "2026-02-30=surgery", "2026-03-12=magic", "="])
def test_what_is_no_event_is_refused(text):
    with pytest.raises(InputError) as error:
        parse_event(text)
    assert error.value.code == "unusable_event"
    assert error.value.fields == ("course.event",)


def test_dates_are_understood_in_both_spellings_and_days_counted_over_years():
    assert parse_date("2026-03-12") == parse_date("20260312") == "20260312"
    assert parse_date("2026-13-01") == parse_date("12.3.2026") == ""
    assert days_after("20270101", "20261231") == 1
    assert days_after("", "20261231") is None


def test_a_cutoff_is_a_published_one_or_a_number():
    assert cutoff_named("behar2023")[0] == -40.0
    assert cutoff_named("Kumar2017")[0] == -20.0
    assert cutoff_named("−35 %") == (-35.0, "entered")


@pytest.mark.parametrize(("text", "code"), [("spratt2016", "no_published_cutoff"),
                                            ("mine", "unknown_cutoff")])  # fmt: skip
def test_no_cutoff_is_invented(text, code):
    with pytest.raises(InputError) as error:
        cutoff_named(text)
    assert error.value.code == code


def test_every_series_has_a_source_a_mode_and_a_protocol():
    assert sum(one.cutoff is not None for one in PUBLISHED_CUTOFFS.values()) == 2
    for one in PUBLISHED_CUTOFFS.values():
        assert all((one.source, one.patients, one.change, one.mode, one.protocol))
