"""What the page says holds: one start, the visit under the pointer, nothing out of date."""

from __future__ import annotations

import time

import pytest
from browser.page import Page, Program, middle_of, sample_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ESCAPE, RIGHT = "\ue00c", "\ue014"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "quick")


@pytest.fixture(scope="module")
def program(home):
    running = Program(home, module="browser.switchable_program")
    yield running
    running.stop()
    assert running.troubles() == []


@pytest.fixture(scope="module")
def page(program):
    page = Page(program.address)
    page.driver.set_script_timeout(120)
    yield page
    page.quit()


@pytest.fixture
def opened(page):
    if not page.state("visits"):
        page.keys("1")
        page.click("#sample")
        page.opened()
    page.keys(ESCAPE)
    return page


def _facts(page):
    return page.driver.execute_async_script("window.trame.trigger('audit', []).then(arguments[0])")


def test_a_double_click_opens_the_study_once(home, page):
    study = home / "sample" / "small" / "before" / "dicom"
    page.click("#open-path")
    page.element("#open-path").send_keys("\ue009a\ue000", str(study), "\ue007")
    page.wait(lambda: page.state("found")["path"] == str(study))
    # Both clicks before the program has answered the first.
    page.js("const b = document.querySelector('#open-baseline'); b.click(); b.click();")
    page.wait(lambda: page.state("visits") == ["baseline"], 60)
    page.wait(lambda: not page.state("busy"), 60)
    # The program refuses the second start of a page that does not disable its control.
    page.js("for (let i = 0; i < 2; i++) window.trame.trigger('scan', [arguments[0]])", str(study))
    page.wait(lambda: page.state("found")["path"] == str(study), 30)
    page.settled()
    assert page.state("error") == ""
    assert _facts(page)["visits"]["baseline"]["study"] == str(study)
    page.keys("1")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))


def test_the_banner_and_every_row_say_whose_images_these_are(opened):
    page = opened
    title = page.element("#study-title").text
    assert all(part in title for part in ("Phantom Anna", "born 17 April 1959"))
    for visit in ("baseline", "follow-up"):
        shown = page.element(f"#pane-{visit}0").text
        for part in ("Phantom Anna", "DCE sag perfusion", "2021"):
            assert part in shown


def test_the_curve_is_dragged_in_step_2_only(opened):
    page = opened

    def drag():
        box = page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        page.drag([(x, y), *((x + i, y) for i in range(1, 13))])
        time.sleep(0.5)
        return page.state("shift")

    start = page.state("shift")
    for step in "1345":
        page.keys(step)
        page.wait(lambda step=step: page.state("step") == int(step))
        assert drag() == start
    page.keys("2")
    page.wait(lambda: page.state("step") == 2)
    assert drag() > start + 0.5
    page.settled()
    assert page.state("steps")[1]["mark"] == "!"
    page.click("#use-proposal")
    page.settled()
    assert page.state("steps")[1]["mark"] == "✓"


def test_the_voxel_is_explained_with_the_shift_in_use(home, opened):
    page = opened
    page.keys("2")
    page.wait(lambda: page.state("step") == 2)
    at = middle_of(page, "follow-up1", home / "sample" / "small" / "after", "aorta")
    page.go("follow-up", at.slice_index)
    page.drag([(int(at.x), int(at.y))] * 2)
    card = page.wait(lambda: page.state("voxel_card"))
    number = page.state("positions")["follow-up"].split()[1]
    assert card["title"].startswith(f"Follow-up, slice {number},")
    page.click("#select-follow-up")
    page.wait(lambda: page.state("visit") == "follow-up")
    page.focus_curve()
    page.keys(RIGHT, RIGHT, RIGHT)
    page.settled()
    page.wait(lambda: page.state("voxel_card")["rows"] != card["rows"], 60, "the new fit")
    page.click("#use-proposal")
    page.settled()
    page.click("#select-baseline")
    page.keys(ESCAPE)


def test_rulers_and_strokes_go_to_the_visit_under_the_pointer(home, opened):
    page = opened
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("columns")[1] == "frame" and page.state("visit") == "baseline")
    at = middle_of(page, "follow-up1", home / "sample" / "small" / "after", "lesion")
    x, y = int(at.x), int(at.y)
    page.click("#ruler")
    page.wait(lambda: page.state("placing"))
    for point in ((x, y - 20), (x, y + 20)):
        page.drag([(point[0] + 1, point[1]), point][:1])
        time.sleep(0.5)
    page.wait(lambda: not page.state("placing"), 20, "the ruler")
    facts = page.wait(
        lambda: (f := _facts(page)["visits"]) and f["follow-up"]["rulers"] and f, 20, "the ruler"
    )
    assert facts["baseline"]["rulers"] == 0
    page.click("#select-baseline")
    page.wait(lambda: page.state("visit") == "baseline")
    page.click("#role-lesion")
    page.wait(lambda: page.state("tool") == "paint")
    legend = page.state("legend")
    page.drag([(x + i, y) for i in (-2, -1, 0, 1, 2)])
    page.wait(lambda: _facts(page)["visits"]["follow-up"]["voxels"].get("Lesion"), 20, "a stroke")
    assert not _facts(page)["visits"]["baseline"]["voxels"].get("Lesion")
    page.settled()
    assert page.state("legend") == legend, "the scale jumps with a stroke"
    page.keys(ESCAPE)


def test_a_message_goes_with_its_cause(opened):
    page = opened
    page.keys("4")

    def choose(item):
        page.click(".v-field:has(#setting-concentration-T1-source)")
        page.wait(lambda: [
            i for i in page.driver.find_elements("css selector", ".v-overlay--active .v-list-item")
            if i.text == item
        ])[0].click()  # fmt: skip

    choose("one fixed T10")
    page.wait(lambda: "T10" in page.state("error"), 60, "the message")
    assert "--" not in page.state("error")
    page.wait(lambda: not page.state("updating"), 60, "the end of both computations")
    assert page.state("steps")[3]["mark"] != "✓"
    assert page.state("main_figure")["data"] == []
    choose("what the study has")
    page.wait(lambda: page.state("error") == "", 60, "its end")
    page.settled()
    assert page.state("steps")[3]["mark"] == "✓"
    page.click("#setting-aif-Hct")
    page.element("#setting-aif-Hct").send_keys("\ue009a\ue000", "45\ue007")
    page.wait(lambda: "Hct" in page.state("error"), 30, "the message")
    page.element("#setting-aif-Hct").send_keys("\ue009a\ue000", "0.45\ue007")
    page.wait(lambda: page.state("error") == "", 30, "its end")
    page.settled()
    assert page.troubles() == []
