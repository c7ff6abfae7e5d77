"""A short walk of the random user; the long one is ``python -m browser.random_use``."""

from __future__ import annotations

import pytest
from browser.page import Page, Program, sample_home
from browser.random_use import use

pytestmark = pytest.mark.slow


@pytest.mark.timeout(400)
def test_anything_may_be_done_in_any_order(tmp_path_factory):
    program = Program(sample_home(tmp_path_factory, "quick"))
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
