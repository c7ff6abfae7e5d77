"""Regions that were drawn elsewhere, taken into the page from a file."""

from __future__ import annotations

import io
import time
import zipfile

import numpy as np
import pytest
from browser.page import Page, Program, sample_home
from PIL import Image
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return sample_home(tmp_path_factory, "quick")


@pytest.fixture(scope="module")
def page(home):
    program = Program(home)
    shown = Page(program.address, home / "downloads")
    shown.click("#sample")
    shown.opened()
    shown.keys("3")
    yield shown
    troubles = program.troubles() + shown.troubles()
    shown.quit()
    program.stop()
    assert troubles == []


def _load(page, path):
    page.element("#upload-regions").send_keys(str(path))


def _numbers(page, role):
    return page.state("region_numbers").get(role, "")


def test_a_segmentation_is_measured_exported_and_undone(page, home, tmp_path):
    truth = home / "sample" / "small" / "before" / "truth" / "rois.seg.nrrd"
    _load(page, truth)
    for role in ("lesion", "reference", "aorta", "exclusion"):
        page.wait(lambda role=role: _numbers(page, role), 60, role)
    page.settled()
    page.keys("5")
    page.click("#export")
    archive = page.wait(
        lambda: [p for p in (home / "downloads").glob("*.zip") if p.stat().st_size], 120, "export"
    )[0]
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path)
    expected = read_segmentation(truth)
    exported = read_segmentation(tmp_path / "before" / "regions.seg.nrrd")
    assert exported.masks.keys() == expected.masks.keys()
    for name, mask in exported.on(expected.geometry).items():
        np.testing.assert_array_equal(mask, expected.masks[name])

    # Loading is one step of undo, and the same file may be loaded once more.
    page.keys("3")
    page.click("#button-can_undo")
    page.wait(lambda: not any(_numbers(page, role) for role in ("lesion", "aorta")), 30, "undo")
    _load(page, truth)
    page.wait(lambda: _numbers(page, "lesion"), 60, "the lesion again")


def test_a_label_without_a_name_becomes_what_is_in_hand(page, home, tmp_path):
    geometry = read_segmentation(
        home / "sample" / "small" / "before" / "truth" / "rois.seg.nrrd"
    ).geometry
    mask = np.zeros(geometry.shape, bool)
    mask[2, 10:14, 10:14] = True
    masks = {"label 1": mask, "never drawn": mask & False}
    write_segmentation(tmp_path / "label.seg.nrrd", masks, geometry)
    page.settled()
    before = _numbers(page, "lesion")
    two = {"label 1": mask, "label 2": np.roll(mask, 3, 1)}
    write_segmentation(tmp_path / "two.seg.nrrd", two, geometry)
    _load(page, tmp_path / "two.seg.nrrd")
    page.wait(lambda: "label 1, label 2" in page.state("note"), 60, "the note")
    page.click("#button-can_undo")
    page.click("#role-lesion")
    page.wait(lambda: page.state("role") == "lesion")
    _load(page, tmp_path / "label.seg.nrrd")
    page.wait(lambda: _numbers(page, "lesion") not in ("", before), 60, "the lesion")
    page.click("#button-can_undo")
    page.wait(lambda: _numbers(page, "lesion") == before, 60, "the lesion as it was")
    page.keys("\ue00c")


def test_what_cannot_be_loaded_is_refused_and_changes_nothing(page, home, tmp_path):
    page.settled()
    before = page.state("region_numbers")
    elsewhere = Geometry.from_parts((3, 4, 5), (1, 1, 1), (500, 0, 0), np.eye(3))
    write_segmentation(tmp_path / "far.seg.nrrd", {"Lesion": np.ones((3, 4, 5), bool)}, elsewhere)
    _load(page, tmp_path / "far.seg.nrrd")
    page.wait(lambda: "'Lesion' of far.seg.nrrd" in page.state("error"), 60, "the reason")
    (tmp_path / "notes.txt").write_text("no image")
    _load(page, tmp_path / "notes.txt")
    page.wait(lambda: "notes.txt" in page.state("error"), 60, "the reason")
    assert "uploads" not in page.state("error")
    assert page.state("region_numbers") == before
    assert not list((home / "uploads").rglob("*.txt"))


def _picture(page, slice_index):
    """The first visit's map over T1, as it is on the screen."""
    page.go("baseline", slice_index)
    page.settled()
    image = Image.open(io.BytesIO(page.element("#pane-baseline2").screenshot_as_png))
    return np.asarray(image.convert("RGB")).astype(int)


def test_earlier_work_looks_as_it_did(page, home):
    if not _numbers(page, "lesion"):
        _load(page, home / "sample" / "small" / "before" / "truth" / "rois.seg.nrrd")
        page.wait(lambda: _numbers(page, "lesion"), 60, "the regions")
    before = _picture(page, 2)
    time.sleep(3)  # longer than work waits to be saved
    program = Program(home)
    again = Page(program.address)
    try:
        again.click("#sample")
        again.opened()
        again.keys("3")
        assert again.state("region_numbers") == page.state("region_numbers")
        # Regions are looked through to the map, also where they came before it.
        assert np.abs(_picture(again, 2) - before).max() < 40
    finally:
        again.quit()
        program.stop()
    assert program.troubles() == []


def test_a_folder_that_was_uploaded_can_be_uploaded_again(page, home):
    page.keys("1")
    page.wait(lambda: page.state("step") == 1)
    # The two visits are open; the list of a third one holds the links.
    page.js("if (!document.querySelector('#upload-folder')?.offsetParent) "
            "document.querySelector('#add-visit')?.click()")  # fmt: skip
    folder = home / "sample" / "small" / "after" / "dicom"
    seen = {page.state("found")["path"]}
    for _time in range(2):
        page.element("#upload-folder").send_keys(str(folder))
        page.wait(lambda: page.state("found")["path"] not in seen, 60, "the series")
        page.idle()
        seen.add(page.state("found")["path"])
