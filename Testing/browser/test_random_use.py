"""A short walk of the random user; SPINEDCE_RANDOM_MINUTES=30 makes it a long one."""

from __future__ import annotations

import os

import pytest
from browser.page import Page, Program, sample_home
from browser.random_use import growth, use

MINUTES = float(os.environ.get("SPINEDCE_RANDOM_MINUTES", "0.35"))
pytestmark = [pytest.mark.long, pytest.mark.timeout(400 + 180 * MINUTES)]


def test_anything_may_be_done_in_any_order(tmp_path_factory):
    program = Program(sample_home(tmp_path_factory, "quick"))
    try:
        page = Page(program.address)
        try:
            course = use(program, page, seconds=60 * MINUTES, seed=7, rest_every=10)
            assert course.actions >= 10
            assert page.troubles() == []
            assert page.outside() == []
        finally:
            page.quit()
    finally:
        program.stop()
    assert program.troubles() == []
    print(f"{course.actions} actions, nodes {course.nodes}, MB {[*map(round, course.memory)]}")
    # While a study is open, the number of nodes depends on what is drawn and shown.
    assert course.closed[0] == course.closed[1], "nodes of closed studies are left"
    if MINUTES >= 3:
        assert growth(course.memory) < 100
