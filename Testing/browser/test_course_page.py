"""A course of three visits on the page: opened from a folder, shown in pairs, followed, exported.

The page shows what ``spinedce course`` computes from the exported visits.
"""

import csv
import shutil
import subprocess
import sys
import time
import zipfile

import pytest
from browser.page import Page, Program, skip_without_browser
from SpineDCELib.phantom import write_courses

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
NAMES = ["baseline", "follow-up", "follow-up-2"]


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    skip_without_browser()
    folder = tmp_path_factory.mktemp("course")
    return write_courses(folder, 3, only=["recurrence"], size="quick")["recurrence"]


class Followed:
    """The page with the patient's course."""

    def __init__(self, home, patient):
        self.program = Program(home)
        self.downloads = home / "downloads"
        self.page = Page(self.program.address, self.downloads)
        self.open(patient)

    def open(self, patient):
        page = self.page
        page.click("#open-path")
        page.element("#open-path").send_keys("\ue009a\ue000" + str(patient))
        page.click("#open-patient")
        page.wait(lambda: len(page.state("strip")) == 3, 200, "the visits")
        page.idle()
        page.settled()

    def rows(self):
        return {one["row"]: one["name"] for one in self.page.state("strip") if one["row"]}

    def follow(self):
        self.page.click("#step-5")
        self.page.click("#follow-course")
        self.page.wait(lambda: self.page.state("course_current"), 200, "the course")
        self.page.idle()
        time.sleep(1)

    def click_point(self, number):
        """Click a point of the trend as a hand does."""
        x, y = self.page.js(
            "const p = document.querySelector('.trend-plot');"
            "const trace = p.data.findIndex((d) => d.meta === 'visits');"
            "const d = p.data[trace], a = p._fullLayout, b = p.getBoundingClientRect();"
            "return [b.left + a._size.l + a.xaxis.l2p(d.x[arguments[0]]),"
            "        b.top + a._size.t + a.yaxis.l2p(d.y[arguments[0]])];", number,
        )  # fmt: skip
        send = self.page.driver.execute_cdp_cmd
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})
            time.sleep(0.2)


@pytest.fixture(scope="module")
def followed(tmp_path_factory, patient):
    one = Followed(tmp_path_factory.mktemp("home"), patient)
    yield one
    troubles = one.page.troubles() + one.program.troubles()
    one.page.quit()
    one.program.stop()
    assert troubles == []


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_patient_opens_as_visits_in_the_order_of_their_dates(followed):
    strip = followed.page.state("strip")
    assert [one["name"] for one in strip] == NAMES
    assert [one["label"] for one in strip] == ["Baseline", "Follow-up 1", "Follow-up 2"]
    assert [one["day"] for one in strip] == ["2 March 2021", "16 May 2021", "30 July 2021"]
    assert [one["mark"] for one in strip] == ["✓"] * 3
    assert followed.rows() == {"baseline": "baseline", "follow-up": "follow-up-2"}


def test_each_visit_has_a_picture_of_its_own(followed):
    pictures = followed.page.js(
        "return [...document.querySelectorAll('.strip-picture')].map((p) => "
        "[p.alt, p.naturalWidth, p.clientWidth, p.src])"
    )
    assert [one[0] for one in pictures] == [
        "Vp of Baseline", "Vp of Follow-up 1", "Vp of Follow-up 2",
    ]  # fmt: skip
    assert all(natural > 40 and shown > 40 for _, natural, shown, _ in pictures)
    assert len({one[3] for one in pictures}) == 3
    followed.page.picture(followed.downloads / "strip.png")


def test_any_two_visits_are_shown_side_by_side(followed):
    page = followed.page
    shown = {row: page.element(f"#pane-{row}1").screenshot_as_png for row in NAMES[:2]}
    page.click(".strip-item:nth-child(2) .strip-upper")
    page.wait(lambda: followed.rows().get("baseline") == "follow-up", 10, "the upper row")
    page.wait(lambda: "16 May" in page.element("#pane-baseline0 .pane-visit").text)
    time.sleep(1)
    assert page.element("#pane-baseline1").screenshot_as_png != shown["baseline"]
    # A visit that is shown already changes places with that of the other row.
    page.click(".strip-item:nth-child(2) .strip-lower")
    page.wait(
        lambda: followed.rows() == {"baseline": "follow-up-2", "follow-up": "follow-up"}, 10
    )  # fmt: skip
    page.click(".strip-item:nth-child(1) .strip-upper")
    page.wait(lambda: followed.rows()["baseline"] == "baseline", 10)
    page.click(".strip-item:nth-child(3) .strip-visit")
    page.wait(lambda: followed.rows()["follow-up"] == "follow-up-2", 10)
    assert page.state("visit") == "follow-up"


def test_the_course_is_followed_and_each_point_opens_its_visit(followed):
    page = followed.page
    followed.follow()
    states = [one["state"] for one in page.state("strip")]
    assert [s.partition(": ")[2] for s in states] == [
        "baseline", "consistent with response", "recurring",
    ]  # fmt: skip
    assert page.state("has_trend")
    for number, name in ((1, "follow-up"), (2, "follow-up-2"), (0, "baseline"), (1, "follow-up")):
        followed.click_point(number)
        page.wait(lambda name=name: name in followed.rows().values(), 10, name)
        row = page.wait(lambda: page.state("visit"))
        page.wait(lambda row=row, name=name: followed.rows()[page.state("visit")] == name, 10)
        time.sleep(0.8)


def test_events_are_shown_in_the_trend_and_stay_for_the_next_time(followed):
    page = followed.page
    page.element("#event-date").send_keys("2021-03-10")
    page.element("#event-details").send_keys("24 Gy in 1 fraction")
    page.click("#add-event")
    said = "Radiation therapy, 10 March 2021: 24 Gy in 1 fraction"
    page.wait(lambda: page.state("events") == [said], 10, "the event")
    shapes = page.state("trend_figure")["layout"]["shapes"]
    assert [shape["x0"] for shape in shapes] == [8]
    assert page.state("course_current")  # an event changes no number


def test_the_page_shows_what_the_command_computes_from_the_same_visits(followed, tmp_path):
    page = followed.page
    page.click("#export")
    archive = page.wait(
        lambda: [p for p in followed.downloads.glob("*.zip") if p.stat().st_size], 200, "export"
    )[0]
    page.idle()
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "exported")
    ran = subprocess.run(
        [sys.executable, "-m", "SpineDCELib.cli", "course", str(tmp_path / "exported"),
         "-o", str(tmp_path / "again"), "--event", "2021-03-10=radiation: 24 Gy in 1 fraction"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for name in ("course.csv", "calls.csv"):
        ours, theirs = (table(tmp_path / folder / name) for folder in ("exported", "again"))
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            for key in one:
                if key != "tracking UID":
                    assert one[key] == other[key], (name, key)
    calls = table(tmp_path / "again" / "calls.csv")
    cards = page.state("course")["visits"]
    for call, card in zip(calls, reversed(cards), strict=True):
        facts = dict(card["facts"])
        assert facts["status"] == call["status"]
        assert facts["reason"] == call["reason"]
    totals = [row for row in table(tmp_path / "again" / "course.csv")
              if row["interval of"] == "all sources" and not row["relative to visit"]]  # fmt: skip
    line = next(d for d in page.state("trend_figure")["data"] if d.get("meta") == "visits")
    assert line["y"] == pytest.approx([float(row["value"]) for row in totals])
    highs = [y + e for y, e in zip(line["y"], line["error_y"]["array"], strict=True)]
    assert highs == pytest.approx([float(row["95% high"]) for row in totals])


def test_a_closed_visit_leaves_a_pair_and_its_comparison(followed):
    page = followed.page
    page.click(".strip-item:nth-child(2) .strip-close")
    page.wait(lambda: page.state("strip") == [], 20, "the end of the visit")
    assert not page.state("several")
    assert len(page.state("visits")) == 2
    page.click("#step-1")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"), 10)


def test_a_visit_without_regions_gets_those_of_the_visit_before(followed, patient, tmp_path):
    copy = tmp_path / "patient"
    shutil.copytree(patient, copy)
    shutil.rmtree(copy / "visit-3" / "truth")
    # Another folder, so that no earlier work is restored.
    followed.open(copy)
    page = followed.page
    page.wait(lambda: page.state("ready_to_export"), 60)
    followed.follow()
    facts = dict(page.state("course")["visits"][0]["facts"])
    assert facts["region"] == "carried over"
    assert facts["status"] == "recurring"
