"""The tour at the first use: by the keyboard, closed for now, and skipped for good."""

from __future__ import annotations

import pytest
from browser.page import Page, Program
from browser.page import skip_without_browser as _skip

from SpineDCEWidget.browser.tour import STOPS
from SpineDCEWidget.shared.steps import STEPS

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"
_FOCUS = "return document.activeElement?.id"


def test_every_step_has_a_stop():
    assert len(STOPS) == len(STEPS)


def test_the_tour_opens_at_the_first_starts_until_it_is_skipped_for_good(tmp_path):
    _skip()
    for last in (False, True, None):
        program = Program(tmp_path / "home", tour=True)
        page = Page(program.address)
        try:
            if last is None:  # it was skipped for good
                assert not page.state("tour")
                page.keys("?")
                page.wait(lambda page=page: page.js(
                    "return !!document.querySelector('#show-tour')?.checkVisibility()"
                ))  # fmt: skip
                page.click("#show-tour")
                page.wait(lambda page=page: page.js(_FOCUS) == "tour", 10)
                continue
            assert page.state("tour")
            page.wait(lambda page=page: page.js(_FOCUS) == "tour", 10, "the focus in the tour")
            if last:
                page.click("#tour-end")
                page.wait(lambda page=page: not page.state("tour"))
                continue
            # The step can be used while the tour is open, and the tour follows it.
            page.keys("3")
            page.wait(lambda page=page: "stop 3" in page.element("#tour-title").text)
            for stop in (2, 1):
                page.click("#tour-back")
                page.wait(lambda page=page, stop=stop: page.state("step") == stop)
            page.keys(ESCAPE)
            page.wait(lambda page=page: not page.state("tour"))
        finally:
            page.quit()
            program.stop()
            assert program.troubles() == []


def test_the_tour_ends_after_its_last_stop(tmp_path):
    _skip()
    program = Program(tmp_path / "home", tour=True)
    page = Page(program.address)
    try:
        for _stop in STOPS:
            page.wait(lambda: page.js("return !!document.querySelector('#tour-next')"))
            step = page.state("step")
            page.click("#tour-next")
            page.wait(lambda step=step: page.state("step") == step + 1 or not page.state("tour"))
        assert not page.state("tour")
        assert (tmp_path / "home" / "tour-seen").exists()
    finally:
        page.quit()
        program.stop()
