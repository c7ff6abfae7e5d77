"""The report's text: preliminary, final, and what may still change."""

from datetime import datetime, timedelta, timezone

import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.report_text import (
    Addendum,
    ReportText,
    digest_of,
    text_from_dict,
    text_to_dict,
)

NOW = datetime(2026, 3, 12, 14, 5, 30, tzinfo=timezone(timedelta(hours=1)))


def code_of(action):
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.code


def final():
    return ReportText().edited("Lesion in T12.", "Response.").finalised("A. Reader", NOW, "n")


def test_a_final_report_keeps_its_text_and_takes_addenda():
    report = final()
    assert report.status_line == "Final report, A. Reader, 2026-03-12 14:05 +0100"
    assert code_of(lambda: report.edited("other", "other")) == "report_is_final"
    assert code_of(lambda: report.finalised("B. Reader", NOW, "n")) == "report_is_final"
    amended = report.amended(" Seen with surgery. ", "B. Reader", NOW)
    assert (amended.findings, amended.impression) == (report.findings, report.impression)
    assert amended.addenda == (
        Addendum("Seen with surgery.", "B. Reader", "2026-03-12T14:05:30+01:00"),
    )
    assert [title for title, _lines in amended.paragraphs()] == [
        "Findings", "Impression", "Addendum, B. Reader, 2026-03-12 14:05 +0100",
    ]  # fmt: skip


def test_a_report_without_impression_or_name_is_not_made_final():
    assert code_of(lambda: ReportText("f", " ").finalised("A", NOW, "")) == "no_impression"
    assert code_of(lambda: ReportText("f", "i").finalised("  ", NOW, "")) == "no_reader"
    assert code_of(lambda: ReportText("f", "i").amended("x", "A", NOW)) == "report_not_final"
    assert code_of(lambda: final().amended(" ", "A", NOW)) == "empty_addendum"
    assert code_of(lambda: final().amended("x", " ", NOW)) == "no_reader"


def test_a_change_of_the_numbers_is_noticed_only_after_the_report_became_final():
    numbers = digest_of("Vp 7.0×", "Response.")
    report = ReportText("f", "i")
    assert not report.is_outdated(numbers)
    report = report.finalised("A", NOW, numbers)
    assert not report.is_outdated(digest_of("Vp 7.0×", "Response."))
    assert report.is_outdated(digest_of("Vp 7.1×", "Response."))


def test_text_reads_back_from_plain_values():
    report = final().amended("More.", "B", NOW)
    assert text_from_dict(text_to_dict(report)) == report


@pytest.mark.parametrize(
    "change", [{"status": "secret"}, {"time": "yesterday"}, {"addenda": [{"text": "x"}]}]
)
def test_damaged_values_are_refused(change):
    with pytest.raises((KeyError, ValueError)):
        text_from_dict(text_to_dict(final()) | change)
