"""What a user looks at or reaches for stays in its place, in its picture and in view."""

from __future__ import annotations

import time

import pytest
from browser.page import Page, Program, sample_home

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]

ESCAPE = "\ue00c"
#: Whether an element lies whole inside what is shown of its scrolled panel.
_IN_VIEW = """
const e = document.querySelector(arguments[0]), holder = e.closest('.step-body');
const [a, b] = [e, holder].map((one) => one.getBoundingClientRect());
return a.height > 0 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "quick")


@pytest.fixture(scope="module")
def page(home):
    program = Program(home)
    page = Page(program.address)
    yield page
    page.quit()
    program.stop()
    assert program.troubles() == []


def _brightness(page, selector):
    return float(page.pixels(selector)[60:].mean())


def _go(page, step):
    page.js("document.activeElement.blur()")
    page.keys(str(step))
    page.wait(lambda: page.state("step") == step)


def test_the_list_of_series_and_the_button_that_opens_one_are_in_view(page, home):
    study = home / "sample" / "small" / "before" / "dicom"
    page.click("#open-path")
    page.element("#open-path").send_keys(str(study))
    # A key that is pressed while the page still loads may be lost.
    page.js("arguments[0].select()", page.element("#open-path"))
    page.element("#open-path").send_keys(str(study), "\ue007")
    page.wait(lambda: page.state("found")["path"], 60, "the series")
    page.wait(lambda: page.js(_IN_VIEW, "#open-baseline"), 10, "the button in view")
    gap = page.box("#open-baseline")["y"] - (
        page.box(".found-series")["y"] + page.box(".found-series")["height"]
    )
    assert 0 <= gap < 30, "the button stands below the series that it opens"


def test_undo_is_seen_in_every_step(page):
    page.click("#sample")
    page.opened()
    for step in range(1, 6):
        _go(page, step)
        assert page.element("#button-can_undo").is_displayed(), step
        assert page.element("#button-can_redo").is_displayed(), step


def test_the_first_stroke_moves_no_tool(page, home):
    _go(page, 3)
    page.click("#role-lesion")
    before = page.box(".tools")
    page.paint("baseline", home / "sample" / "small" / "before", "lesion")
    assert page.element("#numbers-lesion").text
    assert page.box(".tools") == before
    page.settled()
    assert page.box(".tools") == before
    page.keys(ESCAPE)


def test_no_view_is_black_after_a_double_click_and_back(page):
    from selenium.webdriver import ActionChains

    _go(page, 4)
    panes = [f"#pane-{visit}{column}" for visit in ("baseline", "follow-up") for column in (0, 2)]
    usual = {pane: _brightness(page, pane) for pane in panes}
    ActionChains(page.driver).double_click(page.element(panes[0])).perform()
    page.wait(lambda: page.state("maximised") == "baseline0", 20, "the view alone")
    assert page.box(panes[0])["width"] == pytest.approx(page.box(".views")["width"])
    assert _brightness(page, panes[0]) > 0.3 * usual[panes[0]]
    assert not page.element(panes[1]).is_displayed()
    time.sleep(1.5)
    page.keys("m")
    page.wait(lambda: not page.state("maximised"), 20, "all views")
    for pane in panes[1:]:
        assert _brightness(page, pane) > 0.7 * usual[pane], pane


def test_the_letter_of_the_upper_edge_covers_no_line_of_text(page):
    over = """
    const box = (e) => e.getBoundingClientRect();
    const panes = [...document.querySelectorAll('.pane')].filter((p) => p.checkVisibility());
    return panes.flatMap((p) => {
      const s = box(p.querySelector('.letter.at-top'));
      const lines = [...p.querySelectorAll('.whose, .pane-visit, .pane-title select')].map(box);
      const beside = (b) => s.right <= b.left || b.right <= s.left;
      return lines.filter((b) => !beside(b) && s.top < b.bottom - 2 && b.top < s.bottom);
    }).length;
    """
    for width, height in ((1024, 768), (1280, 800), (1920, 1080)):
        page.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        page.settled()
        assert page.js(over) == 0, width
        frame = page.js(
            "return document.querySelector('#frame-box .v-slider__container')"
            ".getBoundingClientRect().width"
        )
        assert frame > 20, "the frame's slider keeps a length"
        assert page.js(
            "const r = document.querySelector('#fit').getBoundingClientRect();"
            "return r.right <= innerWidth"
        )


def test_what_needs_attention_stands_at_its_step(page):
    for step in (2, 4):
        _go(page, step)
        state = page.state("steps")[step - 1]
        shown = page.driver.find_elements("css selector", f"#reason-{step}")
        if state["mark"] == "!":
            assert shown[0].text == state["reason"]
        else:
            assert not shown
    page.js(
        "window.trame.state.set('steps', window.trame.state.get('steps')"
        ".map((s) => ({...s, mark: '!', reason: 'The shift does not fit the curves.'})))"
    )
    for step in (2, 4, 5):
        page.js("document.querySelector(`#step-${arguments[0]}`).click()", step)
        page.wait(lambda n=step: page.state("step") == n)
        page.js(
            "window.trame.state.set('steps', window.trame.state.get('steps')"
            ".map((s) => ({...s, mark: '!', reason: 'The shift does not fit the curves.'})))"
        )
        page.wait(
            lambda n=step: page.element(f"#reason-{n}").text
            == "The shift does not fit the curves.", 10, "the sentence at its step",
        )  # fmt: skip
