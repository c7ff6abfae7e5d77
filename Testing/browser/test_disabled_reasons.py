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
