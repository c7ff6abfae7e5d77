"""Whatever cannot be used says why, where the mouse rests on it."""

import pytest
from browser.page import Page, Program, skip_without_browser

pytestmark = pytest.mark.slow

#: What is to be seen and disabled without a title on it or around it.
_SILENT = """
const silent = [];
for (const e of document.querySelectorAll(
    'button:disabled, .v-input--disabled, .v-slider--disabled')) {
  if (!e.checkVisibility()) continue;
  e.scrollIntoView({block: 'center'});
  const now = e.getBoundingClientRect();
  const hit = document.elementFromPoint(now.x + now.width / 2, now.y + now.height / 2);
  const said = hit && hit.closest('[title]');
  if (!said || !said.title.trim()) silent.push(e.id || e.textContent.trim() || e.className);
}
return silent;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    skip_without_browser()
    program = Program(tmp_path_factory.mktemp("home"))
    page = Page(program.address)
    yield page
    page.quit()
    program.stop()


@pytest.mark.parametrize("step", "12345")
def test_everything_disabled_says_why(page, step):
    page.keys(step)
    page.wait(lambda: page.state("step") == int(step))
    assert page.js("return document.querySelectorAll(':disabled').length")
    assert page.js(_SILENT) == []


def _report(page, **changed):
    """Show a report in step 5 without a study."""
    report = {
        "findings": "", "impression": "Discussed.", "final": False, "status": "", "addenda": [],
        "outdated": "", "can_draft": True, "plain": "", "actions": [], "edited": False,
    }  # fmt: skip
    for name, value in {"visits": ["baseline"], "report": report | changed}.items():
        page.js("window.trame.state.set(arguments[0], arguments[1])", name, value)
    page.wait(lambda: page.driver.find_elements("css selector", "#make-final"))


def test_a_report_with_text_and_reader_can_become_final_and_otherwise_says_why(page):
    page.keys("5")
    page.wait(lambda: page.state("step") == 5)
    final, why = "#make-final", "#not-yet-final"
    page.js("window.trame.state.set('reader_name', 'A. Reader')")
    _report(page)
    page.wait(lambda: page.element(final).is_enabled(), 5)
    assert not page.driver.find_elements("css selector", why)
    for changed, word in (
        ({"impression": " "}, "impression"),
        ({"outdated": "Changed."}, "warning above"),
    ):
        _report(page, **changed)
        page.wait(lambda: not page.element(final).is_enabled(), 5)
        page.wait(lambda word=word: word in page.element(why).text, 5)
        assert page.element(why).text.endswith(page.element(final).get_attribute("title"))
    _report(page, edited=True)
    page.wait(lambda: page.element("#insert-draft").is_enabled(), 5)
    page.click("#insert-draft")
    page.wait(lambda: page.driver.find_elements("css selector", "#confirm-draft"), 5)
    page.click("#keep-text")
    page.wait(lambda: page.driver.find_elements("css selector", "#insert-draft"), 5)
    assert page.state("report")["impression"] == "Discussed."
    page.js("window.trame.state.set('visits', [])")
