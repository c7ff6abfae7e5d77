"""Titles and labels of the page are whole at the sizes of usual screens."""

from __future__ import annotations

import time

import pytest
from browser.page import Page, Program, sample_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SIZES = [
    pytest.param((1280, 800), marks=pytest.mark.long),
    pytest.param((1500, 900), marks=pytest.mark.long),
    pytest.param((1920, 1080), marks=pytest.mark.long),
]
#: What must be whole: the visits with their dates, the patient, and buttons of the panel.
_LABELS = [
    ".study-title", ".visit-toggle .v-btn", ".pane-visit", ".pane-title select",
    "#delete-region", "#add-another", "#cancel",
]  # fmt: skip
#: Return the shown elements that something cuts: the window, the panel, or their own box.
_CUT = """
const cut = [];
for (const selector of arguments[0]) {
  for (const e of document.querySelectorAll(selector)) {
    if (!e.checkVisibility()) continue;
    const box = e.getBoundingClientRect();
    const holder = e.closest('.pane, .step-body, .top').getBoundingClientRect();
    const whole = e.scrollWidth <= e.clientWidth + 1 || e.matches('select') || !e.clientWidth;
    if (!whole || box.right > holder.right + 1 || box.left < holder.left - 1) {
      cut.push([selector, e.innerText, box.left, box.right, holder.right]);
    }
  }
}
return cut;
"""
#: Whether two elements overlap.
_OVERLAP = """
const [a, b] = [...arguments].map((s) => document.querySelector(s).getBoundingClientRect());
return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    program = Program(sample_home(tmp_path_factory, "quick"))
    page = Page(program.address)
    page.click("#sample")
    page.opened()
    yield page
    page.quit()
    program.stop()


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def sized(page, request):
    width, height = request.param
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    time.sleep(1)
    return page


def test_no_title_or_label_is_cut_off_also_while_something_runs(sized):
    page = sized
    page.click("#step-3")
    if page.state("role") != "lesion":
        page.click("#role-lesion")
    page.wait(lambda: page.state("role") == "lesion")
    page.js("window.trame.state.set('titles', {baseline: 'Baseline, 21 September 2022', "
            "'follow-up': 'Follow-up, 21 September 2023'})")  # fmt: skip
    page.js("window.trame.state.set('busy_title', 'Computing the maps of the baseline visit')")
    for busy in (False, True):
        page.js("window.trame.state.set('busy', arguments[0])", busy)
        time.sleep(0.5)
        assert page.js(_CUT, _LABELS) == []
    page.js("window.trame.state.set('busy', false)")
    page.keys("\ue00c")


def test_the_buttons_of_a_chart_lie_beside_its_legend_and_are_seen_with_the_mouse_only(sized):
    page = sized
    for chart in (".main-plot", ".side-plot"):
        page.drag([(5, 5)])
        time.sleep(0.3)
        opacity = f"return getComputedStyle(document.querySelector('{chart} .modebar')).opacity"
        assert page.js(opacity) == "0"
        box = page.box(chart)
        page.drag([(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)])
        page.wait(lambda opacity=opacity: page.js(opacity) == "1", 5, "the buttons")
        assert not page.js(_OVERLAP, f"{chart} .modebar", f"{chart} .legend")
