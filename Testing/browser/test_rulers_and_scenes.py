"""What a reader takes away and brings back by mouse: rulers, scenes, uploads, thresholds."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from browser.page import VISITS, Page, Program, middle_of, sample_home
from SpineDCELib.series import read_segmentation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ESCAPE = "\ue00c"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "small")


@pytest.fixture
def program(home):
    running = Program(home)
    yield running
    running.stop()
    assert running.troubles() == []


@pytest.fixture
def page(program, tmp_path):
    shown = Page(program.address, tmp_path / "downloads")
    yield shown
    shown.quit()


def _downloaded(folder, pattern):
    """The one whole file of a pattern."""
    found = [p for p in folder.glob(pattern) if p.stat().st_size]
    return found[0] if found and not list(folder.glob("*.crdownload")) else None


def _measure(page: Page, line: list[tuple[float, float]], count: int) -> None:
    """Place a ruler with a click at each end."""
    page.click("#ruler")
    page.wait(lambda: page.state("placing"))
    for point in line:
        page.drag([point])
        time.sleep(0.4)
    page.wait(lambda: not page.state("placing") and len(page.state("rulers")) == count, 20, "ruler")


def _vp(page: Page) -> list[str]:
    page.keys("5")
    return page.wait(lambda: page.state("result")["rows"])


@pytest.mark.long
def test_rulers_regions_and_shift_come_back_from_a_saved_scene(home, page, tmp_path):
    study = home / "sample" / "small"
    page.click("#sample")
    page.opened()
    page.keys("2")
    page.focus_curve()
    page.keys("\ue014")
    page.settled()
    page.keys("3")
    page.wait(lambda: page.state("columns")[1] == "frame")
    for visit, folder in VISITS.items():
        for role in ("lesion", "reference"):
            page.paint(visit, study / folder, role)
    page.keys(ESCAPE)

    # Two rulers across the lesion, down and along: as long as the pixels between the clicks.
    at = middle_of(page, "baseline1", study / "before", "lesion")
    page.go("baseline", at.slice_index)
    x, y = int(at.x), int(at.y)
    lines = [[(x, y - 30), (x, y + 30)], [(x - 20, y), (x + 20, y)]]
    for count, line in enumerate(lines, 1):
        _measure(page, line, count)
    lengths = [float(text.split()[0]) for text in page.state("rulers")]
    assert lengths == pytest.approx([60 / at.scale, 40 / at.scale], abs=0.1)
    page.settled()
    sizes = page.state("result")["sizes"]
    assert "two rulers" in sizes[0]
    shown = re.findall(r"[\d.]+", sizes[0].split(":")[-1])[:2]
    assert [float(text) for text in shown] == pytest.approx(lengths, abs=0.1)

    # An end that is dragged counts where it was let go.
    (x1, y1), further = lines[1][1], 20
    page.drag([(x1, y1), *((x1 + i, y1) for i in range(4, further + 1, 4))], pause=0.05)
    lengths[1] = (40 + further) / at.scale
    page.wait(lambda: page.state("rulers")[1] == f"{lengths[1]:.1f} mm", 20, "the new length")
    page.settled()
    sizes = page.state("result")["sizes"]
    shown = re.findall(r"[\d.]+", sizes[0].split(":")[-1])[:2]
    assert [float(text) for text in shown] == pytest.approx(sorted(lengths)[::-1], abs=0.1)
    lengths.sort(reverse=True)

    # The same in what is exported; and nothing in it leads to where it was put together.
    rows, numbers, shift = _vp(page), page.state("region_numbers"), page.state("shift")
    page.click("#export")
    archive = page.wait(lambda: _downloaded(tmp_path / "downloads", "*.zip"), 120, "the export")
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "exported")
    exported = tmp_path / "exported" / "before"
    with (exported / "sizes.csv").open(newline="", encoding="utf-8") as file:
        lesion = next(row for row in csv.DictReader(file) if row["lesion"] == "Lesion")
    written = [float(lesion[name]) for name in ("longest [mm]", "perpendicular [mm]")]
    assert written == pytest.approx(lengths, abs=0.1)
    record = json.loads((exported / "provenance.json").read_text(encoding="utf-8"))
    assert record["inputs"]["size"] == ["rulers.mrk.json"]
    assert record["inputs"]["roi"] == ["regions.seg.nrrd"]
    assert "/spinedce-" not in json.dumps(record)
    again = [sys.executable, "-m", "SpineDCELib.cli", "rerun", str(exported / "provenance.json")]
    told = subprocess.run(again, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr

    page.keys("1")
    page.click("#save-scene")
    scene = page.wait(lambda: _downloaded(tmp_path / "downloads", "*.mrb"), 120, "the scene")
    assert page.troubles() == []

    # Elsewhere, by its path.
    other = Program(tmp_path / "elsewhere")
    try:
        again = Page(other.address)
        try:
            again.js("document.querySelector('#open-path').focus()")
            again.js("trame.state.set('open_path', arguments[0])", str(scene))
            again.wait(lambda: again.element("#open-path").get_property("value") == str(scene))
            again.click("#scan")
            again.opened()
            assert again.state("shift") == shift
            assert again.state("region_numbers") == numbers
            assert again.state("result")["sizes"] == sizes
            assert _vp(again) == rows
            # What is done on it from now on is kept as on any study.
            again.keys("2")
            again.focus_curve()
            again.keys("\ue014")
            again.settled()
            moved = again.state("shift")
            assert moved == pytest.approx(shift + 0.1)
            time.sleep(3)  # longer than work waits to be saved
            assert again.troubles() == []
            assert other.troubles() == []
            other.kill()
        finally:
            again.quit()
        other = Program(tmp_path / "elsewhere")
        again = Page(other.address)
        try:
            again.click(".recent")
            again.opened()
            assert again.state("shift") == moved
            assert again.state("region_numbers")
            assert again.troubles() == []
        finally:
            again.quit()
    finally:
        other.stop()
    assert other.troubles() == []

    # And here, from a file that only the browser can reach.
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    page.element("#upload-file").send_keys(str(scene))
    page.opened()
    assert _vp(page) == rows
    assert page.troubles() == []


@pytest.mark.long
def test_the_button_for_a_patient_opens_a_scene_and_says_of_a_file_what_does(page, tmp_path):
    page.click("#sample")
    page.opened()
    page.click("#save-scene")
    scene = page.wait(lambda: _downloaded(tmp_path / "downloads", "*.mrb"), 120, "the scene")
    page.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    notes = tmp_path / "notes.txt"
    notes.write_text("no image")
    page.element("#open-path").send_keys("\ue009a\ue000" + str(notes))
    page.click("#open-patient")
    page.wait(lambda: "Press 'List series' to open it" in page.state("error"))
    page.element("#open-path").send_keys("\ue009a\ue000" + str(scene))
    page.click("#open-patient")
    page.opened()
    assert page.state("error") == ""
    assert page.troubles() == []


@pytest.mark.long
def test_an_uploaded_folder_ends_in_what_was_found(home, page):
    folder = home / "sample" / "small" / "before" / "dicom"
    page.element("#upload-folder").send_keys(str(folder))
    found = page.wait(lambda: page.state("found") if page.state("found")["path"] else None, 120)
    assert "uploads" in found["path"]
    assert found["dynamic"]
    assert found["problems"] == []
    assert page.state("uploading") == ""
    page.idle()
    page.click("#open-baseline")
    page.opened(1)
    assert page.troubles() == []


@pytest.mark.long
def test_a_threshold_shows_what_it_takes_and_takes_it(home, page, tmp_path):
    study = home / "sample" / "small" / "before"
    page.click("#sample")
    page.opened()
    page.keys("3")
    page.wait(lambda: page.state("columns")[1] == "frame")
    page.go("baseline", middle_of(page, "baseline1", study, "lesion").slice_index)
    page.click("#role-exclusion")
    page.wait(lambda: page.state("tool") == "paint")

    def yellow() -> int:
        """Pixels of the frame's view that the preview colours."""
        from PIL import Image

        picture = page.element("#pane-baseline1").screenshot_as_png
        red, _, blue = np.moveaxis(np.asarray(Image.open(io.BytesIO(picture)), int)[..., :3], 2, 0)
        return int((red - blue > 40).sum())

    def nodes() -> int:
        return page.driver.execute_async_script(
            "window.trame.trigger('node_count').then(arguments[0])"
        )

    without, count = yellow(), nodes()
    page.click("label[for=only-between]")
    page.wait(lambda: yellow() > without + 500, 10, "the preview")
    high, shown = yellow(), nodes()
    thumb = page.box(".v-range-slider .v-slider-thumb")
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    page.drag([(x, y), (x - 10, y), (x - 25, y)])
    page.wait(lambda: yellow() > 1.2 * high, 10, "more of it")
    assert nodes() == shown
    page.keys(ESCAPE)
    page.wait(lambda: yellow() < without + 50, 10, "its end")
    assert nodes() == count

    page.click("#role-exclusion")
    page.wait(lambda: page.state("tool") == "paint")
    page.click("#fill-slice")
    taken = page.wait(lambda: page.state("region_numbers").get("exclusion"), 20, "the region")
    low, top = page.state("between")
    truth = read_segmentation(study / "truth" / "rois.seg.nrrd").geometry
    assert 0 < float(taken.split()[0]) < np.prod(truth.shape[1:]) * truth.voxel_volume / 1000
    assert low < top
    assert page.troubles() == []
