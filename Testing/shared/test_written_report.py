"""The report that a reader writes, and the history of what was done, in a session."""

import csv
import html
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest
from mrml.scenes import new_scene, session_with_regions, write_visits
from SpineDCELib.errors import InputError
from SpineDCELib.export.report.report_tables import identity
from SpineDCELib.run.saved_session import read_session

from SpineDCEWidget.shared.action_history import actions_of
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    return next(iter(write_visits(tmp_path_factory).values()))[0]


@pytest.fixture
def session(dicom):
    return session_with_regions(dicom)


def actions(session):
    return [one.text for one in session.report.actions()]


def test_the_draft_has_the_numbers_of_the_table(session):
    session.report.insert_draft()
    text, result = session.report.text, session.visit("baseline").result
    assert text.status == "preliminary"
    ratio = result.measures.of("Lesion").value
    assert f"{ratio:.1f}×" in text.findings or f"{ratio:.2f}×" in text.findings
    assert "second visit" in text.impression
    assert actions(session)[-1] == "Insert the draft of the report"


def test_a_final_report_says_that_the_numbers_have_changed(session):
    report, visit = session.report, session.visit("baseline")
    report.reader = "A. Reader"
    report.edit("Lesion in T12.", "For comparison.")
    report.make_final()
    assert report.doubt == ""
    session.move_shift(visit, visit.settings.fit.shift + 2.0)
    # There is no number to compare with before the maps are computed again.
    assert (
        "Whether they have changed since is known once step 5 has computed them again"
        in report.doubt
    )
    assert report.doubt in report.plain_text()
    session.compute(visit)
    assert "Numbers or names have changed" in report.doubt
    with pytest.raises(InputError, match="final"):
        report.edit("other", "other")
    report.amend("The shift was corrected.")
    assert "Numbers or names have changed" in report.plain_text()
    assert report.text.addenda[0].reader == "A. Reader"


def test_a_draft_of_other_numbers_does_not_become_final(session):
    report, visit = session.report, session.visit("baseline")
    report.reader = "A. Reader"
    report.insert_draft()
    assert report.doubt == ""
    session.move_shift(visit, visit.settings.fit.shift + 2.0)
    assert "out of date" in report.doubt
    with pytest.raises(InputError, match="once step 5 has computed them again"):
        report.make_final()
    session.compute(visit)
    assert "may state earlier ones" in report.doubt
    assert report.doubt in report.plain_text()
    with pytest.raises(InputError, match="Insert the draft again"):
        report.make_final()
    report.insert_draft()
    assert report.doubt == ""
    report.make_final()
    assert report.text.is_final


def test_a_reopened_final_report_on_two_visits_says_that_it_is_not_known(tmp_path_factory):
    opened = Session(new_scene())
    for name, (study, *_files) in write_visits(tmp_path_factory).items():
        opened.open(name, open_images(study), study=study)
    report = opened.report
    report.reader = "A. Reader"
    report.edit("Lesion in T12.", "Consistent with response.")
    text = report.text.finalised("A. Reader", datetime.now().astimezone(), "of a comparison")
    report._keep(text, "Make the report final")
    assert report.draft() is None
    assert (
        "Whether they have changed since is known once step 5 has computed them again"
        in report.doubt
    )
    report._keep(replace(text, numbers=""), "Make the report final")
    assert report.doubt == ""  # it is about no numbers


def test_exports_hold_the_text_and_the_history_and_anonymised_ones_neither(session, tmp_path):
    report = session.report
    report.reader = "A. Reader"
    report.edit("Lesion in T12.", "For comparison <b>.")
    session.export(tmp_path / "out", formats=["report"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for said in ("Preliminary report", "Lesion in T12.", "For comparison &lt;b&gt;."):
        assert said in page
    plain = (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert "IMPRESSION\nFor comparison <b>." in plain
    # A file that lies alone must say whose study it is about, as the HTML report does.
    study = identity(session.visit("baseline").analysis, anonymise=False)
    assert plain.splitlines()[:2] == [study, "Preliminary report"]
    assert report.plain_text() == plain
    with (tmp_path / "out" / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["action"] for row in rows] == actions(session)
    assert {row["person"] for row in rows} == {"", "A. Reader"}
    session.export(tmp_path / "plain", anonymise=True, formats=["report"])
    assert session.not_written["report.txt"]
    assert not (tmp_path / "plain" / "history.csv").exists()
    assert not any(
        b"T12" in file.read_bytes() or b"A. Reader" in file.read_bytes()
        for file in (tmp_path / "plain").rglob("*")
        if file.is_file()
    )


def test_a_report_repeats_no_warning_that_its_text_holds(session, tmp_path):
    session.report.insert_draft()
    warning = next(iter(session.visit("baseline").result.measures.warnings))
    session.export(tmp_path / "draft", formats=["report"])
    session.report.edit("Lesion in T12.", "For comparison.")
    session.export(tmp_path / "own", formats=["report"])
    for name in ("draft", "own"):
        page = (tmp_path / name / "report.html").read_text(encoding="utf-8")
        assert page.count(html.escape(warning)) == 1, name


def test_the_history_says_what_was_changed_to_what(session):
    visit = session.visit("baseline")
    session.choose(visit, {"aif.Hct": 0.3})
    for seconds in (1.0, 1.5, 2.0):
        session.move_shift(visit, seconds)
    session.undo()
    told = actions(session)
    assert told[0] == "Open the study"
    assert any("0.3" in text for text in told)
    moved = [text for text in told if text.startswith("Move the shift")]
    assert len(moved) == 1  # the moves of one slider are one action
    assert "2 s" in moved[0]
    assert told[-1].startswith("Undo: ")


def test_text_and_history_are_saved_with_the_work(session, dicom, tmp_path):
    session.report.edit("Lesion in T12.", "For comparison.")
    session.save(tmp_path)
    (saved,) = read_session(tmp_path)
    again = Session(new_scene())
    again.open("baseline", open_images(dicom), study=dicom, saved=saved)
    assert again.report.text == session.report.text
    assert actions(again)[: len(actions(session))] == actions(session)


def test_another_study_in_the_visit_has_no_text(session, tmp_path_factory):
    session.report.edit("Lesion in T12.", "For comparison.")
    other = [*write_visits(tmp_path_factory).values()][1][0]
    session.open("baseline", open_images(other), study=other)
    assert not session.report.text
    assert actions(session) == ["Open the study"]


def test_a_scene_with_damaged_text_opens(session):
    nodes = session.visit("baseline").nodes
    nodes.keep("reports", [{"studies": 3}, 7, {"text": {}}])
    nodes.keep("history", [["yesterday", "A", "x"], 5, ["2026-03-12T14:05:30+01:00", "A", "Draw"]])
    assert not session.report.text
    assert actions(session) == ["Draw"]


def test_only_a_text_that_a_draft_would_lose_is_edited(session):
    report = session.report
    assert not report.is_edited
    report.insert_draft()
    assert not report.is_edited
    report.edit(report.text.findings + " Seen by me.", report.text.impression)
    assert report.is_edited
    report.insert_draft()
    assert not report.is_edited
    report.edit("", "")
    assert not report.is_edited


def test_strokes_of_one_second_are_actions_of_their_own():
    one = ["2026-01-05T10:00:00+00:00", "", "Edit Lesion"]
    both = ["2026-01-05T10:00:01+00:00", "", "Compare"]
    visits = [
        SimpleNamespace(name=name, nodes=SimpleNamespace(value=lambda _key, kept=kept: kept))
        for name, kept in (("baseline", [one, one, both]), ("follow-up", [both]))
    ]
    found = [(action.text, action.visits) for action in actions_of(visits)]
    assert found == [
        ("Edit Lesion", ("baseline",)),
        ("Edit Lesion", ("baseline",)),
        ("Compare", ("baseline", "follow-up")),
    ]
