"""A patient whose artery is refused at the baseline visit: said once, and in no one's way."""

import pytest
from browser.page import Page, Program
from SpineDCELib.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = tmp_path_factory.mktemp("refused")
    main(["phantom", str(root / "made"), "--patient", "B", "--drawn", "3720", "--seed", "3720",
          "--size", "small"])  # fmt: skip
    for part in ("before", "after"):
        (root / "made" / part / "dicom").rename(root / part)
    (root / "visits").mkdir()
    for part in ("before", "after"):
        (root / part).rename(root / "visits" / part)
    program = Program(root / "home")
    page = Page(program.address)
    page.element("#open-path").send_keys("\ue009a\ue000" + str(root / "visits"))
    page.click("#open-patient")
    page.wait(lambda: len(page.state("visits")) == 2, 60)
    page.wait(lambda: set(page.state("without_map")) == {"baseline"}, 60)
    page.settled()
    yield page
    page.quit()
    program.stop()


def _text(page):
    return page.js("return document.body.innerText").replace("\n", " ")


def test_the_other_visit_is_computed_all_the_same(page):
    assert page.state("error").startswith("Baseline: No trustworthy AIF.")
    assert set(page.state("without_map")) == {"baseline"}
    assert "follow-up" not in page.state("outdated")


@pytest.mark.parametrize("step", [2, 4])
def test_the_refusal_is_said_once(page, step):
    page.keys(str(step))
    page.wait(lambda: page.state("step") == step)
    page.settled()
    assert _text(page).count("No trustworthy AIF.") == 1


def test_a_view_without_a_map_has_no_colour_bar(page):
    page.keys("4")
    page.wait(lambda: page.state("columns") == ["T1", "map", "fused"])
    rows = (".pane[id^='pane-baseline'] .colour-bar", ".pane[id^='pane-follow-up'] .colour-bar")
    assert [len(page.driver.find_elements("css selector", row)) for row in rows] == [0, 2]


def test_the_empty_chart_says_why_it_is_empty(page):
    page.click("#select-baseline")
    page.settled()
    assert "the maps could not be computed" in page.element("#curves-note").text
