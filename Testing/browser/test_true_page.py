"""What the page says holds: one start, the visit under the pointer, nothing out of date."""

from __future__ import annotations

import itertools
import time
from functools import partial

import numpy as np
import pytest
from browser.page import VISITS, Page, Program, middle_of, sample_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ESCAPE, RIGHT, PAGE_UP, PAGE_DOWN = "\ue00c", "\ue014", "\ue00e", "\ue00f"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "quick")


@pytest.fixture(scope="module")
def program(home):
    running = Program(home, module="browser.switchable_program")
    yield running
    running.stop()
    assert running.troubles() == []


@pytest.fixture(scope="module")
def page(program):
    page = Page(program.address)
    page.driver.set_script_timeout(120)
    yield page
    page.quit()


@pytest.fixture
def opened(page):
    if not page.state("visits"):
        page.keys("1")
        page.click("#sample")
        page.opened()
    page.keys(ESCAPE)
    return page


def _trigger(page, name, *arguments):
    return page.driver.execute_async_script(
        "window.trame.trigger(arguments[0], arguments[1]).then(arguments[2])", name, list(arguments)
    )


def _choose(page, control, item):
    page.click(f".v-field:has(#{control})")
    page.wait(lambda: [
        i for i in page.driver.find_elements("css selector", ".v-overlay--active .v-list-item")
        if i.text == item
    ])[0].click()  # fmt: skip


def _facts(page):
    return _trigger(page, "audit")


@pytest.mark.long
def test_a_double_click_opens_the_study_once(home, page):
    study = home / "sample" / "small" / "before" / "dicom"
    page.click("#open-path")
    page.element("#open-path").send_keys("\ue009a\ue000", str(study), "\ue007")
    page.wait(lambda: page.state("found")["path"] == str(study))
    # Both clicks before the program has answered the first.
    page.js("const b = document.querySelector('#open-baseline'); b.click(); b.click();")
    page.wait(lambda: page.state("visits") == ["baseline"], 60)
    page.wait(lambda: not page.state("busy"), 60)
    # The program refuses the second start of a page that does not disable its control.
    page.js("for (let i = 0; i < 2; i++) window.trame.trigger('scan', [arguments[0]])", str(study))
    page.wait(lambda: page.state("found")["path"] == str(study), 30)
    page.settled()
    assert page.state("error") == ""
    assert _facts(page)["visits"]["baseline"]["study"] == str(study)
    page.keys("1")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))


def test_the_banner_and_every_row_say_whose_images_these_are(opened):
    page = opened
    title = page.element("#study-title").text
    assert all(part in title for part in ("Phantom Anna", "born 17 April 1959"))
    for visit in ("baseline", "follow-up"):
        shown = page.element(f"#pane-{visit}0").text
        for part in ("Phantom Anna", "2021"):
            assert part in shown
        # Every view names the series that it shows.
        names = [page.element(f"#pane-{visit}{i} .series-shown").text for i in range(3)]
        assert names[1] == "DCE sag perfusion"
        without_T1 = page.state("without_T1")[visit]
        title = page.element(f"#pane-{visit}0").text
        assert ("frame (no T1 for it)" in title) == without_T1
        assert names[0] == names[2]
        assert (names[0] == "DCE sag perfusion") == without_T1


def test_the_curve_is_dragged_in_step_2_only(opened):
    page = opened

    def drag():
        box = page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        page.drag([(x, y), *((x + i, y) for i in range(1, 13))])
        time.sleep(0.5)
        return page.state("shift")

    start = page.state("shift")
    for step in "1345":
        page.keys(step)
        page.wait(lambda step=step: page.state("step") == int(step))
        assert drag() == start
    page.keys("2")
    page.wait(lambda: page.state("step") == 2)
    assert drag() > start + 0.5
    page.settled()
    assert page.state("steps")[1]["mark"] == "!"
    page.click("#use-proposal")
    page.settled()
    assert page.state("steps")[1]["mark"] == "✓"


def test_the_evidence_follows_the_shift_and_shows_its_valley(opened):
    page = opened
    page.keys("2")
    page.click("#select-baseline")
    page.settled()
    figure = page.state("side_figure")
    residual = np.array(figure["data"][0]["y"], float)
    low, high = figure["layout"]["yaxis"]["range"]
    # The bottom of the valley and both of its walls are on the scale.
    best = int(np.nanargmin(residual))
    assert low <= residual[best] < low + 0.4 * (high - low)
    assert np.nanmax(residual[:best]) > 0.6 * high
    assert np.nanmax(residual[best:]) > 0.6 * high
    start = page.state("shift")
    page.focus_curve()
    page.keys(RIGHT, RIGHT)

    def shown():
        return page.js(
            "const d = document.querySelector('.side-plot').data;"
            "const l = d.find((one) => one.meta === 'in use'); return [l.x[0], l.name]"
        )

    page.wait(lambda: abs(shown()[0] - start - 0.2) < 1e-6, 10, "the line of the shift in use")
    assert shown()[1] == f"in use {start + 0.2:.2f} s"
    page.settled()
    page.click("#use-proposal")
    page.settled()


def test_the_voxel_is_explained_with_the_shift_in_use(home, opened):
    page = opened
    page.keys("2")
    page.wait(lambda: page.state("step") == 2)
    at = middle_of(page, "follow-up1", home / "sample" / "small" / "after", "aorta")
    page.go("follow-up", at.slice_index)
    page.drag([(int(at.x), int(at.y))] * 2)
    card = page.wait(lambda: page.state("voxel_card"))
    number = page.state("positions")["follow-up"].split()[1]
    assert card["title"].startswith(f"Follow-up, slice {number},")
    page.click("#select-follow-up")
    page.wait(lambda: page.state("visit") == "follow-up")
    page.focus_curve()
    page.keys(RIGHT, RIGHT, RIGHT)
    page.settled()
    page.wait(lambda: page.state("voxel_card")["rows"] != card["rows"], 60, "the new fit")
    page.click("#use-proposal")
    page.settled()
    page.click("#select-baseline")
    page.keys(ESCAPE)


@pytest.mark.long
def test_a_new_size_of_the_window_keeps_slice_zoom_and_pan(opened):
    page = opened
    send = page.driver.execute_cdp_cmd

    def drag(button, buttons, by):
        box = page.box("#pane-baseline1")
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        common = {"button": button, "clickCount": 1}
        send("Input.dispatchMouseEvent", {"type": "mousePressed", **at, **common})
        at["y"] += by
        send("Input.dispatchMouseEvent", {"type": "mouseMoved", **at, **common, "buttons": buttons})
        send("Input.dispatchMouseEvent", {"type": "mouseReleased", **at, **common})
        time.sleep(0.5)

    def resize(width, height):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        send("Emulation.setDeviceMetricsOverride", size)
        time.sleep(1.5)

    def shown():
        seen = _facts(page)["visits"]["baseline"]
        return seen["slice"], seen["view"]

    page.click("#fit")
    page.go("baseline", 1)
    whole = shown()[1]
    drag("right", 2, 40)
    drag("middle", 4, 20)
    index, view = shown()
    assert view[0] != pytest.approx(whole[0], rel=0.02)
    assert view[3] != pytest.approx(whole[3], abs=0.5)
    resize(1150, 700)
    smaller = shown()
    assert smaller[0] == index == 1
    assert smaller[1][2:] == pytest.approx(view[2:], abs=0.05)
    assert smaller[1][:2] != pytest.approx(view[:2])
    resize(1280, 800)
    assert shown()[1] == pytest.approx(view, rel=1e-3, abs=0.05)
    page.click("#fit")


#: Note the views whose picture is stretched over them, on every frame of the screen.
_WATCH_PICTURES = """
window.stretched = new Set();
(function look() {
  for (const image of document.querySelectorAll('.pane img')) {
    const shown = image.checkVisibility({visibilityProperty: true});
    if (shown && image.naturalWidth && 10 * image.naturalWidth < image.clientWidth) {
      window.stretched.add(image.closest('.pane').id);
    }
  }
  requestAnimationFrame(look);
})();
"""


def test_a_view_shown_alone_has_the_zoom_of_all_views_and_they_have_its_own(opened):
    page = opened

    def zooms():
        facts = _facts(page)
        return [facts["visits"][visit]["zooms"] for visit in VISITS]

    page.click("#fit")
    page.click("#select-baseline")
    page.js(_WATCH_PICTURES)
    page.click("#pane-baseline2 .maximise")
    page.wait(lambda: _facts(page)["widths"]["baseline2"] > 600, 20, "the view alone")
    page.js("document.activeElement.blur()")
    time.sleep(0.5)  # until the views have followed their size
    page.keys(PAGE_UP)
    time.sleep(0.5)
    assert zooms() == [pytest.approx([1] * 3)] * 2
    page.click("#select-follow-up")
    page.wait(lambda: page.state("maximised") == "follow-up2", 20, "the same view")
    page.keys(PAGE_DOWN)
    time.sleep(0.5)
    assert zooms() == [pytest.approx([1] * 3)] * 2
    page.click("#pane-follow-up2 .maximise")
    page.wait(lambda: _facts(page)["widths"]["baseline0"] > 200, 20, "all views")
    time.sleep(0.5)
    assert zooms() == [pytest.approx([1] * 3)] * 2
    assert page.js("return [...window.stretched]") == []


def test_rulers_and_strokes_go_to_the_visit_under_the_pointer(home, opened):
    page = opened
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("columns")[1] == "frame" and page.state("visit") == "baseline")
    at = middle_of(page, "follow-up1", home / "sample" / "small" / "after", "lesion")
    x, y = int(at.x), int(at.y)
    page.click("#ruler")
    page.wait(lambda: page.state("placing"))
    for point in ((x, y - 20), (x, y + 20)):
        page.drag([(point[0] + 1, point[1]), point][:1])
        time.sleep(0.5)
    page.wait(lambda: not page.state("placing"), 20, "the ruler")
    facts = page.wait(
        lambda: (f := _facts(page)["visits"]) and f["follow-up"]["rulers"] and f, 20, "the ruler"
    )
    assert facts["baseline"]["rulers"] == 0
    page.click("#select-baseline")
    page.wait(lambda: page.state("visit") == "baseline")
    page.click("#role-lesion")
    page.wait(lambda: page.state("tool") == "paint")
    legend = page.state("legend")
    page.drag([(x + i, y) for i in (-2, -1, 0, 1, 2)])
    page.wait(lambda: _facts(page)["visits"]["follow-up"]["voxels"].get("Lesion"), 20, "a stroke")
    assert not _facts(page)["visits"]["baseline"]["voxels"].get("Lesion")
    page.settled()
    assert page.state("legend") == legend, "the scale jumps with a stroke"
    page.keys(ESCAPE)


def test_the_second_end_of_a_ruler_is_asked_for_and_no_first_end_vanishes_silently(home, opened):
    page = opened
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("columns")[1] == "frame" and page.state("visit") == "baseline")
    study = home / "sample" / "small"
    at = middle_of(page, "baseline1", study / "before", "lesion")
    other = middle_of(page, "follow-up1", study / "after", "lesion")
    page.click("#ruler")

    def hint():
        return page.js("return document.querySelector('#ruler-hint')?.innerText || ''")

    page.wait(lambda: "Click one end" in hint(), 5, "the first question")
    page.drag([(at.x, at.y - 20)])
    asked = "Click the second end in the baseline visit, or press Esc"
    page.wait(lambda: asked in hint(), 5, "the question")
    page.drag([(other.x, other.y)])
    there = "The first end of this ruler is in the baseline visit."
    page.wait(lambda: page.state("note").startswith(there), 5, "where the second end belongs")
    assert page.state("placing")
    page.keys(ESCAPE)
    removed = "The ruler was removed because it had no second end."
    page.wait(lambda: page.state("note") == removed, 5, "the note that the first end was removed")
    page.wait(lambda: not page.state("placing") and not page.state("ruler_hint"), 5, "the end")
    assert page.state("rulers") == []
    assert _facts(page)["visits"]["baseline"]["rulers"] == 0


def test_a_quick_stroke_keeps_its_corners(opened):
    """Movements that come faster than the views answer are followed nevertheless."""
    page = opened
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("columns")[1] == "frame" and page.state("visit") == "baseline")
    page.click("#role-exclusion")
    page.wait(lambda: page.state("tool") == "paint")
    while page.state("brush") > 2:
        page.keys("[")
        time.sleep(0.1)
    box = page.box("#pane-baseline1")
    x, y, half = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 50
    square = [(x - half, y - half), (x + half, y - half), (x + half, y + half),
              (x - half, y + half), (x - half, y - half)]  # fmt: skip

    def mouse(kind, at, **more):
        page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1, **more},
        )

    mouse("mousePressed", square[0])
    for start, end in itertools.pairwise(square):
        for share in (0.5, 1.0):
            middle = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
            mouse("mouseMoved", middle, buttons=1)
    mouse("mouseReleased", square[-1])
    mask = page.wait(lambda: _facts(page)["drawn_mask"].get("Exclusion"), 20, "the stroke")
    rows, columns = ({v[axis] for v in mask} for axis in (0, 1))
    drawn = {(row, column) for row, column in mask}
    # All four sides of the square are whole, so each corner was followed.
    for row in (min(rows), max(rows)):
        assert {(row, column) for column in columns} <= drawn
    for column in (min(columns), max(columns)):
        assert {(row, column) for row in rows} <= drawn
    page.click("#button-can_undo")
    page.settled()
    page.keys(ESCAPE)


def test_undo_of_the_first_stroke_takes_its_outline_from_the_views(home, opened):
    page = opened
    page.keys("3")
    page.paint("follow-up", home / "sample" / "small" / "after", "lesion")
    page.settled()
    x, y, width = (page.box("#pane-follow-up0")[key] for key in ("x", "y", "width"))
    middle = (x + width / 2, y + 60)

    def picture():  # without the values at the pointer, at the bottom
        return page.pixels("#pane-follow-up0")[:120]

    page.click("#role-muscle")
    page.wait(lambda: page.state("role") == "muscle", 20, "muscle")
    page.click("#tool-ellipse")
    before = picture()
    page.drag([(middle[0] - 14, middle[1] - 14), middle, (middle[0] + 14, middle[1] + 14)])
    page.wait(lambda: "muscle" in page.state("region_numbers"), 20, "the stroke")
    page.settled()
    assert _differ(picture(), before)
    page.click("#button-can_undo")
    page.wait(lambda: "muscle" not in page.state("region_numbers"), 20, "the undo")
    page.settled()
    assert not _differ(picture(), before)
    page.click("#button-can_undo")
    page.settled()
    page.keys(ESCAPE)


def test_the_brush_leaves_the_views_with_the_mouse(opened):
    page = opened
    page.keys("3")
    page.click("#role-lesion")
    page.wait(lambda: page.state("tool") == "paint", 20, "the brush")
    box = page.box("#pane-baseline0")
    at = [(box["x"] + box["width"] / 2, box["y"] + y) for y in (60, 64)]
    before = page.pixels("#pane-baseline0")[:120]
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    move = ActionBuilder(page.driver)
    for x, y in at:
        move.pointer_action.move_to_location(int(x), int(y))
    move.perform()
    page.wait(lambda: _differ(page.pixels("#pane-baseline0")[:120], before), 20, "the brush")
    move = ActionBuilder(page.driver)
    move.pointer_action.move_to_location(20, 20)
    move.perform()
    page.wait(lambda: not _differ(page.pixels("#pane-baseline0")[:120], before), 20, "no brush")
    page.keys(ESCAPE)


def _differ(one, two):
    return (np.abs(one - two).max(-1) > 8).sum() > 20


def test_the_evidence_for_the_shift_is_never_cut(opened):
    page = opened
    page.keys("2")
    page.settled()
    page.js("window.trame.state.set('evidence_text', arguments[0])", "The residual is least. " * 25)
    note = "const e = document.querySelector('.evidence-note');"
    page.wait(lambda: page.js(note + "return e.innerText.length > 500"), 5, "a long text")
    assert page.js(note + "return e.scrollHeight <= e.clientHeight && !getComputedStyle(e)"
                          "['-webkit-line-clamp'].match(/[0-9]/)")  # fmt: skip
    assert page.box(".side-plot")["height"] >= 100
    page.settled()
    page.click("#select-follow-up")
    page.click("#select-baseline")
    page.settled()


def test_nothing_is_up_to_date_from_a_stroke_on_until_its_numbers_are_final(home, opened):
    page = opened
    page.keys("3")
    _trigger(page, "audit_hold_back", True)
    try:
        page.paint("baseline", home / "sample" / "small" / "before", "reference")
        assert page.state("steps")[3]["mark"] != "✓"
        assert page.state("steps")[4]["mark"] != "✓"
        assert not page.state("ready_to_export")
    finally:  # other tests wait for maps
        _trigger(page, "audit_hold_back", False)
    page.click("#button-can_undo")
    page.settled()
    page.wait(lambda: page.state("steps")[3]["mark"] == "✓", 60, "the maps")
    assert page.state("ready_to_export")
    page.keys(ESCAPE)


def test_a_map_that_another_model_lacks_comes_back_with_its_scale(opened):
    page = opened
    page.keys("4")
    page.js("for (const [name, value] of [['scale_top', 4.5], ['threshold', 0.7]])"
            "  window.trame.state.set(name, value)")  # fmt: skip
    page.wait(lambda: page.state("legend")["ticks"][0] == "4.5", 20, "the scale")
    for model in ("Tofts", "extended Tofts"):
        _choose(page, "setting-fit-model", model)
        page.settled()
        page.wait(lambda: page.state("steps")[3]["mark"] == "✓", 60, "the maps")
    _choose(page, "map-select", "Vp")
    page.wait(lambda: page.state("map_name") == "vp", 20, "Vp")
    for visit in _facts(page)["visits"].values():
        assert visit["look"][:2] == pytest.approx([4.5, 0.7])
    page.click("#fit-scale")


#: Note what the panel shows of the visit and its regions, each time that anything changes.
_WATCH = """
const pair = () => [document.querySelector('label.upload:has(#upload-regions)')?.innerText,
                    document.querySelector('#regions')?.innerText].join('|');
window.pairs = new Set([pair()]);
new MutationObserver(() => window.pairs.add(pair())).observe(
  document.body, {subtree: true, childList: true, characterData: true, attributes: true});
"""


@pytest.mark.long
def test_a_visit_that_was_clicked_stays_although_the_mouse_came_from_the_other(opened):
    """The last movement in a view reaches the program after the click, and selects nothing."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    page = opened
    page.keys("3")
    page.click("#role-lesion")
    page.wait(lambda: page.state("tool") == "paint")
    for _ in range(6):
        page.click("#select-baseline")
        page.wait(lambda: page.state("visit") == "baseline")
        time.sleep(0.4)
        pane, button = page.box("#pane-baseline1"), page.box("#select-follow-up")
        builder = ActionBuilder(page.driver, duration=0)
        for i in range(8):
            builder.pointer_action.move_to_location(
                int(pane["x"] + 20 + 3 * i), int(pane["y"] + 60)
            )
        builder.pointer_action.move_to_location(
            int(button["x"] + button["width"] / 2), int(button["y"] + button["height"] / 2)
        )
        builder.pointer_action.pointer_down()
        builder.pointer_action.pointer_up()
        builder.perform()
        page.wait(lambda: page.state("visit") == "follow-up")
        time.sleep(0.5)
        assert page.state("visit") == "follow-up"
    page.keys(ESCAPE)


@pytest.mark.long
def test_a_stroke_goes_to_its_region_although_another_is_chosen_at_once(opened):
    page = opened
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("visit") == "baseline")
    pane = page.box("#pane-baseline1")
    x, y = pane["x"] + 60, pane["y"] + 100
    for number in range(1, 4):
        page.click("#role-exclusion")
        page.wait(lambda: page.state("role") == "exclusion")
        time.sleep(0.3)
        page.drag([(x + 4 * i, y + 14 * number) for i in range(8)], pause=0.005)
        page.click("#role-muscle")
        page.wait(lambda: page.state("role") == "muscle")
        page.settled()
        numbers = page.state("region_numbers")
        assert "exclusion" in numbers
        assert "muscle" not in numbers
    page.keys(ESCAPE)


@pytest.mark.long
def test_a_visit_is_never_named_beside_the_regions_of_the_other(home, opened):
    page = opened
    page.keys("3")
    regions = {}
    for visit in VISITS:
        page.click(f"#select-{visit}")
        page.wait(lambda visit=visit: page.state("visit") == visit)
        page.settled()
        regions[visit] = page.state("regions")
    if regions["baseline"] == regions["follow-up"]:
        file = home / "sample" / "small" / "after" / "truth" / "rois.seg.nrrd"
        page.element("#upload-regions").send_keys(str(file))
        page.wait(lambda: page.state("regions") != regions["baseline"], 30, "the regions")
        page.settled()
    page.js(_WATCH)
    for visit in ("baseline", "follow-up", "baseline", "follow-up"):
        page.click(f"#select-{visit}")
        page.wait(lambda visit=visit: page.state("visit") == visit)
        page.settled()
    assert len(page.js("return [...window.pairs]")) == 2


@pytest.mark.long
def test_a_message_goes_with_its_cause(opened):
    page = opened
    page.keys("4")
    choose = partial(_choose, page, "setting-concentration-T1-source")

    images = page.box(".views")
    choose("one fixed T10")
    page.wait(lambda: "T10" in page.state("error"), 60, "the message")
    assert page.state("error").startswith(("Baseline: ", "Follow-up: "))
    # It covers and moves neither images nor curves.
    message = page.box(".error-bar")
    assert message["x"] + message["width"] <= images["x"]
    assert page.box(".views") == images
    assert "--" not in page.state("error")
    page.wait(lambda: not page.state("updating"), 60, "the end of both computations")
    assert page.state("steps")[3]["mark"] != "✓"
    assert page.state("main_figure")["data"] == []
    choose("T10 if given, or what the study has")
    page.wait(lambda: page.state("error") == "", 60, "its end")
    page.settled()
    assert page.state("steps")[3]["mark"] == "✓"
    page.click("#setting-aif-Hct")
    page.element("#setting-aif-Hct").send_keys("\ue009a\ue000", "45\ue007")
    page.wait(lambda: "Hct" in page.state("error"), 30, "the message")
    page.element("#setting-aif-Hct").send_keys("\ue009a\ue000", "0.45\ue007")
    page.wait(lambda: page.state("error") == "", 30, "its end")
    page.settled()
    assert page.troubles() == []


@pytest.mark.long
def test_a_number_is_the_same_in_panel_table_and_report(home, opened):
    page = opened
    page.click("#step-3")
    ratios = {}
    for visit, part in VISITS.items():
        page.click(f"#select-{visit}")
        page.wait(lambda visit=visit: page.state("visit") == visit)
        page.settled()
        if any(region["name"] == "Lesion" for region in page.state("regions")):
            page.click("[aria-label='Draw Lesion']")
            page.click("#delete-region")
            page.wait(lambda: all(r["name"] != "Lesion" for r in page.state("regions")))
        file = home / "sample" / "small" / part / "truth" / "rois.seg.nrrd"
        page.element("#upload-regions").send_keys(str(file))
        page.wait(lambda: "lesion" in page.state("region_numbers"), 30, "the regions")
        page.settled()
        (lesion,) = (r for r in page.state("regions") if r["role"] == "lesion")
        ratios[visit] = lesion["text"].split(" · ")[-1]
        assert ratios[visit].endswith("×")
    page.click("#step-5")
    page.click("#compare")
    page.wait(lambda: page.state("compared"), 60, "the comparison")
    page.settled()
    table = [row[1:] for row in page.state("result")["rows"]]
    cells = next((row for row in table if row[:2] == list(ratios.values())), None)
    assert cells is not None, (ratios, table)
    page.click("#report")
    url = page.wait(lambda: page.state("report_url"), 60, "the report")
    report = page.driver.execute_async_script(
        "fetch(arguments[0]).then((r) => r.text()).then(arguments[1])", url
    )
    for cell in cells:
        assert cell in report
    page.click("#close-report")


@pytest.mark.long
def test_another_study_can_be_chosen_for_either_visit(home, opened):
    page = opened
    page.driver.execute_async_script("window.trame.trigger('audit_swap', []).then(arguments[0])")
    page.wait(lambda: page.state("question")["text"], 60, "the question")
    page.settled()
    page.click("#step-1")
    page.click("#replace-baseline-study")
    page.wait(lambda: page.state("visits") == ["follow-up"], 20, "the end of the baseline visit")
    study = home / "sample" / "small" / "before" / "dicom"
    page.click("#open-path")
    page.element("#open-path").send_keys("\ue009a\ue000", str(study), "\ue007")
    page.wait(lambda: page.state("found")["path"] == str(study))
    page.click("#open-baseline")
    page.opened()
    assert _facts(page)["visits"]["baseline"]["study"] == str(study)
    page.click("#step-5")
    page.wait(lambda: page.state("question")["text"], 60, "the same study twice")
    page.click("#replace-follow-up")
    page.wait(lambda: page.state("visits") == ["baseline"], 20, "the end of the follow-up visit")
    assert page.state("step") == 1
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))


@pytest.mark.long
def test_earlier_work_that_was_compared_comes_back_with_its_comparison(home, opened):
    page = opened
    page.keys("3")
    for visit, part in VISITS.items():
        page.click(f"#select-{visit}")
        page.wait(lambda v=visit: page.state("visit") == v)
        rois = home / "sample" / "small" / part / "truth" / "rois.seg.nrrd"
        page.element("#upload-regions").send_keys(str(rois))
        page.wait(
            lambda v=visit: {"lesion", "reference"}
            <= set(_facts(page)["visits"][v]["roles"].values()), 30, "the regions",
        )  # fmt: skip
        page.settled()
    page.keys("5")
    page.settled()
    if not page.state("compared"):  # the same regions may have been compared before
        page.click("#compare")
    page.wait(lambda: page.state("compared"), 180, "the comparison")
    call = page.element("#call").text
    assert "%" in call
    page.settled()
    page.keys("1")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    page.click(".recent")
    page.wait(lambda: page.state("compared"), 240, "the comparison of the earlier work")
    page.keys("5")
    page.wait(lambda: page.element("#call").text == call, 5, "the same call")
    assert page.state("steps")[4]["mark"] == "✓"


@pytest.mark.long
def test_what_was_drawn_on_a_study_comes_with_it_to_another_visit(home, opened):
    page, study = opened, home / "sample" / "small" / "before"
    page.keys("3")
    page.click("#select-baseline")
    page.wait(lambda: page.state("visit") == "baseline")
    page.element("#upload-regions").send_keys(str(study / "truth" / "rois.seg.nrrd"))
    page.wait(lambda: "lesion" in _facts(page)["visits"]["baseline"]["roles"].values(), 30)
    page.settled()
    drawn = _facts(page)["visits"]["baseline"]["voxels"]
    page.keys("1")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    page.click("#open-path")
    page.element("#open-path").send_keys("\ue009a\ue000", str(study / "dicom"), "\ue007")
    page.wait(lambda: page.state("found")["path"] == str(study / "dicom"))
    page.click("#open-follow-up")
    page.wait(lambda: page.state("note").endswith("as the baseline visit was brought along."), 60)
    page.settled()
    assert _facts(page)["visits"]["follow-up"]["voxels"] == drawn
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))
