"""Names, states, landmarks, headings, focus and contrast of the page in every step."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from browser import accessibility_checks as checks
from browser.page import VISITS, Page, Program, sample_home

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

TAB = "\ue004"
#: The focused element, and whether it or what shows it in its place has an outline.
_FOCUSED = """
const at = document.activeElement;
if (!at || at === document.body) return null;
const box = at.getBoundingClientRect();
const shown = [at, at.querySelector('.v-slider-thumb__surface'),
               at.closest('.upload, .v-selection-control, .v-field')].filter(Boolean);
const outlined = shown.some((e) => {
  const style = getComputedStyle(e);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
});
window.focusNumber = window.focusNumber || 0;
at.dataset.focusNumber = at.dataset.focusNumber || String(++window.focusNumber);
return [at.dataset.focusNumber, at.outerHTML.slice(0, 140), outlined,
        at.tagName === 'IFRAME' || box.width > 0, at.closest('.step-body')?.id || ''];
"""
#: Controls that the Tab key did not reach; of the thumbs of sliders, Vuetify's own fields are none.
_PASSED_OVER = """
const control = 'button, select, textarea, summary, input:not([type=hidden])';
return [...document.querySelectorAll('.page :is(' + control + ')')].filter((e) =>
  e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0
  && !e.dataset.focusNumber
  && !e.closest('.v-slider')).map((e) => e.outerHTML.slice(0, 120));
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = sample_home(tmp_path_factory, "quick")
    program = Program(home)
    page = Page(program.address)
    page.click("#sample")
    page.opened()
    page.keys("3")
    for visit, part in VISITS.items():
        page.click(f"#select-{visit}")
        page.wait(lambda visit=visit: page.state("visit") == visit)
        file = home / "sample" / "small" / part / "truth" / "rois.seg.nrrd"
        page.element("#upload-regions").send_keys(str(file))
        page.wait(lambda: page.state("regions"))
        page.settled()
    page.keys("5")
    page.click("#compare")
    page.wait(lambda: page.state("compared"), 60)
    yield page
    troubles = page.troubles() + program.troubles()
    page.quit()
    program.stop()
    assert troubles == []


@pytest.fixture(params=range(1, 6), ids=lambda step: f"step {step}")
def step(page, request):
    page.click(f"#step-{request.param}")
    page.wait(lambda: page.state("step") == request.param)
    time.sleep(0.5)
    for fold in page.driver.find_elements("css selector", ".step.open details:not([open]) summary"):
        page.js("arguments[0].click()", fold)
    return request.param


def test_every_control_has_a_name_and_its_state_and_is_reached_by_the_keyboard(page, step):
    if step == 3:
        page.click("#role-lesion")  # the tools are enabled
        page.wait(lambda: page.state("role") == "lesion")
    assert checks.nameless(page) == []
    assert checks.stateless(page) == []
    assert checks.unreachable(page) == []
    page.keys("\ue00c")


def test_landmarks_and_headings_are_in_order(page, step):
    roles = [role for role, _name in checks.landmarks(page)]
    assert roles.count("banner") == roles.count("main") == roles.count("complementary") == 1
    assert all(name for role, name in checks.landmarks(page) if role not in ("banner",))
    found = checks.headings(page)
    assert found[0] == (1, "SpineDCE")
    assert [level for level, _ in found].count(1) == 1
    assert all(text for _level, text in found)
    assert all(b - a <= 1 for (a, _), (b, _) in pairwise(found))
    titles = [text for level, text in found if level == 2]
    assert [one.split()[0] for one in titles[:5]] == list("12345")
    assert titles[5:] == ["Images", "Curves"]


def test_texts_have_contrast_in_both_themes(page, step):
    for dark in (False, True):
        page.js("window.trame.state.set('dark', arguments[0])", dark)
        page.wait(lambda dark=dark: page.js(
            "return !!document.querySelector(arguments[0])", ".is-dark" if dark else ".is-light"
        ))  # fmt: skip
        time.sleep(1)
        count, found = checks.low_contrast(page)
        assert count > 50
        assert found == [], "dark" if dark else "light"


@pytest.mark.parametrize(
    "opener", ["#help", "#window-level", "#pictures", "#frames-menu", "#check-menu"]
)
def test_menus_have_names_and_contrast(page, opener):
    page.js("document.activeElement.blur()")
    for dark in (False, True):
        page.js("window.trame.state.set('dark', arguments[0])", dark)
        time.sleep(0.5)
        page.click(opener)
        page.wait(lambda: page.js("return !!document.querySelector('.v-menu.v-overlay--active')"))
        time.sleep(0.6)
        assert checks.nameless(page) == []
        assert checks.low_contrast(page)[1] == []
        page.keys("\ue00c")
        page.wait(lambda: page.js("return !document.querySelector('.v-menu.v-overlay--active')"))


def test_the_tab_key_reaches_everything_in_order_and_the_focus_is_seen(page, step):
    page.js("document.activeElement.blur(); document.querySelector('#step-1').focus()")
    seen, bad, bodies, ends = [], [], set(), 0
    for _press in range(250):
        page.keys(TAB)
        at = page.js(_FOCUSED)
        if at is None and not ends:  # the end of the page; the header comes next
            ends += 1
            continue
        if at is None or at[0] in seen:
            break
        seen.append(at[0])
        bodies.add(at[4])
        if not at[2] or not at[3]:
            bad.append(at[1])
    assert bad == []
    assert f"step-body-{step}" in bodies
    assert not {f"step-body-{other}" for other in range(1, 6) if other != step} & bodies
    # The order of the Tab key is that of the page: nothing has a number that changes it.
    assert page.js("return document.querySelectorAll('[tabindex]:not([tabindex=\"0\"])"
                   ":not([tabindex=\"-1\"]):not([tabindex=\"-2\"])').length") == 0  # fmt: skip
    assert [one for one in page.js(_PASSED_OVER) if 'id="step-1"' not in one] == []
