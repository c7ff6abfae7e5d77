"""Other series of a study on the page: in a view, under the map, and where a visit has none."""

import numpy as np
import pytest
from browser.page import Page, Program, sample_home
from selenium.webdriver.support.ui import Select
from series.extra_series import add_series
from SpineDCELib.series import scan_study

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = sample_home(tmp_path_factory, "quick")
    visits = home / "sample" / "small"
    study = visits / "before" / "dicom"
    geometry = scan_study(study).dynamic().geometry
    middle = geometry.affine @ [*((np.array(geometry.shape[::-1]) - 1) / 2), 1]
    add_series(study, 77, "T2 sag", like=next(study.rglob("*.dcm")), centre=middle[:3])
    program = Program(home)
    page = Page(program.address)
    page.click("#sample")
    page.opened()
    yield page
    troubles = page.troubles() + program.troubles()
    page.quit()
    program.stop()
    assert troubles == []


def pick(page, column, content):
    Select(page.element(f".column-{column}")).select_by_value(content)
    page.wait(lambda: page.state("columns")[column] == content)


def values(page, pane):
    """Return what the page says under the mouse in the middle of a view."""
    box = page.box(f"#pane-{pane}")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for step in (3, 0):
        event = {"type": "mouseMoved", "x": x + step, "y": y}
        page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
    return page.state("cursor").get(pane, [])


def test_another_series_is_shown_in_a_view_and_under_the_map(page):
    page.wait(lambda: any(c["value"] == "fused:T2 sag" for c in page.state("contents")), 30)
    pick(page, 0, "series:T2 sag")
    page.wait(lambda: any(v.startswith("Signal") for v in values(page, "baseline0")), 20)
    pick(page, 2, "fused:T2 sag")
    page.wait(lambda: len(values(page, "baseline2")) == 2, 20, "signal and map")
    assert page.state("windows")["baseline"]["series:T2 sag"].startswith("W ")


def test_a_visit_without_that_series_says_so(page):
    text = page.js("return document.querySelector('#pane-follow-up0 .without-map')?.innerText")
    assert text == "This study has no series 'T2 sag'."
    assert not page.driver.find_elements("css selector", "#pane-baseline0 .without-map")


def test_the_choice_stays_from_step_to_step(page):
    page.keys("5")
    page.wait(lambda: page.state("step") == 5)
    assert page.state("columns")[0] == "series:T2 sag"
    page.keys("3")
    page.wait(lambda: page.state("columns") == ["T1", "frame", "fused"])
    page.keys("4")
    page.wait(lambda: page.state("columns")[0] == "series:T2 sag")
