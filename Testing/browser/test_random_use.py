"""A short walk of the random user; the long one is ``python -m browser.random_use``."""

from __future__ import annotations

import pytest
from browser.page import Page, Program, skip_without_browser
from browser.random_use import use
from SpineDCELib.phantom import write_sample

pytestmark = pytest.mark.slow


@pytest.mark.timeout(400)
def test_anything_may_be_done_in_any_order(tmp_path):
    skip_without_browser()
    write_sample(tmp_path / "sample" / "small", size="quick")
    program = Program(tmp_path)
    try:
        page = Page(program.address)
        try:
            course = use(program, page, seconds=20, seed=7, rest_every=10)
            assert course.actions >= 10
            assert page.troubles() == []
            assert page.outside() == []
        finally:
            page.quit()
    finally:
        program.stop()
    assert program.troubles() == []
