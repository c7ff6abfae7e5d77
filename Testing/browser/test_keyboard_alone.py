"""A whole analysis without a mouse: every control is reached with the Tab key."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
from browser.page import VISITS, Page, Program, sample_home

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

TAB, ENTER, SPACE, ESCAPE, DOWN, RIGHT, SHIFT, CTRL = (
    "\ue004", "\ue007", " ", "\ue00c", "\ue015", "\ue014", "\ue008", "\ue009",
)  # fmt: skip
PAGE_UP, PAGE_DOWN = "\ue00e", "\ue00f"


def chord(page: Page, modifier: str, key: str) -> None:
    """Press a key while another one is held."""
    from selenium.webdriver import ActionChains

    ActionChains(page.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()


def focused(page: Page, selector: str) -> bool:
    """Return whether the focus is on an element."""
    return page.js("return !!document.activeElement?.matches(arguments[0])", selector)


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press the Tab key, with Shift to go back, until an element has the focus."""
    for _press in range(200):
        if focused(page, selector):
            return
        if back:
            chord(page, SHIFT, TAB)
        else:
            page.keys(TAB)
    raise AssertionError(f"The Tab key does not reach {selector}.")


def press(page: Page, selector: str, key: str = ENTER, *, back: bool = False) -> None:
    """Go to an element with the Tab key, and press a key on it."""
    tab_to(page, selector, back=back)
    page.keys(key)


def test_a_study_is_analysed_compared_and_exported_by_the_keyboard_alone(
    tmp_path_factory, tmp_path
):
    home = sample_home(tmp_path_factory, "quick")
    program = Program(home)
    page = Page(program.address, tmp_path / "downloads")
    try:
        page.js(
            "for (const kind of ['mousedown', 'pointerdown', 'touchstart', 'wheel'])"
            "window.addEventListener(kind, () => { window.mouseUsed = true; }, true)"
        )
        press(page, "#sample")
        page.opened()
        artery(page)
        regions(page, home / "sample" / "small")
        images(page)
        result(page, tmp_path / "downloads")
        tour(page)
        assert not page.js("return !!window.mouseUsed")
        assert page.troubles() == []
    finally:
        page.quit()
        program.stop()
    assert program.troubles() == []


def artery(page: Page) -> None:
    """Take a candidate out and in again, and move the shift."""
    page.keys("2")
    page.wait(lambda: page.state("candidates"))
    page.wait(lambda: focused(page, "#step-body-2"), 20, "the focus in the step")
    tab_to(page, "[role=slider][aria-label^='Shift']")
    start = page.state("shift")
    page.keys(RIGHT)
    page.wait(lambda: page.state("shift") == pytest.approx(start + 0.1, abs=0.01), 10)
    page.settled()
    press(page, "#use-proposal")
    page.wait(lambda: page.state("shift") == pytest.approx(start, abs=0.01), 10)
    page.settled()
    taken = [one["taken"] for one in page.state("candidates")]
    row = taken.index(True, 1)
    tab_to(page, ".candidate-taken")
    for _press in range(row):
        page.keys(DOWN)
    for expected in (False, True):
        page.keys(SPACE)
        page.wait(lambda e=expected: page.state("candidates")[row]["taken"] == e, 10)
        assert focused(page, f".candidate-taken[aria-checked='{str(expected).lower()}']")
    page.settled()


def regions(page: Page, study: Path) -> None:
    """Load the regions of both visits, draw one, and lock and name one in the list."""
    page.keys("3")
    page.wait(lambda: focused(page, "#step-body-3"), 20, "the focus in the step")
    for visit, part in VISITS.items():
        press(page, f"#select-{visit}", back=True)
        page.wait(lambda visit=visit: page.state("visit") == visit)
        page.keys("3")
        page.wait(lambda: focused(page, "#step-body-3"), 20, "the focus in the step")
        tab_to(page, "#upload-regions")
        # The dialog of the system, which Enter opens, gives the browser this file.
        page.element("#upload-regions").send_keys(str(study / part / "truth" / "rois.seg.nrrd"))
        page.wait(lambda: page.state("regions"), 20, "the regions")
        page.settled()
    page.keys("3")
    page.wait(lambda: focused(page, "#step-body-3"), 20, "the focus in the step")
    press(page, "#role-muscle")
    page.wait(lambda: page.state("role") == "muscle")
    slice_index = page.state("slice_index")
    page.keys(PAGE_DOWN if slice_index else PAGE_UP)
    page.wait(lambda: page.state("slice_index") != slice_index)
    press(page, "#only-between", SPACE)
    press(page, "#fill-slice")
    page.wait(lambda: page.state("region_numbers").get("muscle"), 10, "the region that is drawn")
    chord(page, CTRL, "z")
    page.wait(lambda: not page.state("region_numbers").get("muscle"), 10, "undo")
    page.keys(ESCAPE)
    page.wait(lambda: not page.state("role"))
    page.keys("3")
    press(page, "[aria-label='Lock Lesion']")
    page.wait(lambda: page.state("regions")[0]["locked"])
    tab_to(page, "[aria-label='Level of Reference vertebra']")
    for key, name in (("L", "Reference vertebra L1"), (DOWN, "Reference vertebra L2"),
                      (DOWN, "Reference vertebra L3")):  # fmt: skip
        page.keys(key)
        page.wait(lambda n=name: n in [r["name"] for r in page.state("regions")], 20, name)
        page.wait(lambda n=name: focused(page, f"[aria-label='Level of {n}']"), 10, "the focus")
    assert page.state("undo_text").startswith("Set the level of Reference vertebra")
    page.settled()


def images(page: Page) -> None:
    """Show one view alone and all again, change an image and a slider, and play."""
    page.keys("4")
    page.wait(lambda: focused(page, "#step-body-4"), 20, "the focus in the step")
    page.keys(SPACE)
    page.wait(lambda: page.state("playing"), 10, "the playback")
    page.keys(SPACE)
    page.wait(lambda: not page.state("playing"), 10, "the end of the playback")
    tab_to(page, "[role=slider][aria-label='Opacity of the map']")
    opacity = page.state("opacity")
    page.keys(RIGHT)
    page.wait(lambda: page.state("opacity") > opacity)
    tab_to(page, "#pane-baseline0 select")
    page.keys(DOWN)
    page.wait(lambda: page.state("columns")[0] == "frame", 10, "the other image")
    press(page, "#pane-baseline0 .maximise")
    page.wait(lambda: page.state("maximised") == "baseline0")
    page.keys(ESCAPE)
    page.wait(lambda: not page.state("maximised"))


def result(page: Page, downloads: Path) -> None:
    """Compare both visits, and export."""
    page.keys("5")
    page.wait(lambda: focused(page, "#step-body-5"), 20, "the focus in the step")
    page.settled()
    press(page, "#compare")
    page.wait(lambda: page.state("compared"), 120, "the comparison")
    page.idle()
    press(page, "#export")
    archive = page.wait(
        lambda: [p for p in downloads.glob("*.zip") if p.stat().st_size], 120, "the export"
    )[0]
    time.sleep(0.5)
    with zipfile.ZipFile(archive) as file:
        text = file.read(
            next(n for n in file.namelist() if n.endswith("before/measurements.csv"))
        ).decode()
    assert "Reference vertebra L3" in text


def tour(page: Page) -> None:
    """Open the tour from the list of keys, go through it, and close it."""
    page.keys("5")
    page.wait(lambda: focused(page, "#step-body-5"), 20, "the focus in the step")
    page.keys("?")
    page.wait(lambda: page.js("return !!document.querySelector('#show-tour')?.checkVisibility()"))
    press(page, "#show-tour")
    page.wait(lambda: focused(page, "#tour"), 10, "the focus in the tour")
    for stop in range(2, 6):
        press(page, "#tour-next")
        page.wait(lambda stop=stop: page.state("step") == stop, 10, "the next stop")
    page.keys(ESCAPE)
    page.wait(lambda: not page.state("tour"))
    page.wait(lambda: not focused(page, "body"), 10, "the focus where it was")
