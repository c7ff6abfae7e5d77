"""The paper's whole workflow in a real browser, and the command line's numbers beside its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from browser.page import Page, Program, skip_without_browser
from SpineDCELib.phantom import write_sample
from SpineDCELib.series import read_segmentation

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Both visits of the small sample patient where the sample button looks for them."""
    skip_without_browser()
    home = tmp_path_factory.mktemp("home")
    write_sample(home / "sample" / "small", size="small")
    return home


@pytest.fixture(scope="module")
def program(sample):
    running = Program(sample)
    yield running
    running.stop()


def _settled(page: Page) -> None:
    """Until what follows from the last change is made."""
    time.sleep(1.0)
    page.wait(lambda: not (page.state("busy") or page.state("settling")), 60, "the maps")


def _place(page: Page, pane: str, study: Path, region: str) -> tuple[int, float, float]:
    """Section and place in the window of the middle of a true region."""
    truth = read_segmentation(study / "truth" / "rois.seg.nrrd")
    name = next(n for n in truth.masks if region in n.lower())
    mask = truth.masks[name]
    section = int(np.argmax(mask.sum(axis=(1, 2))))
    row, column = (v.mean() for v in np.nonzero(mask[section]))
    _sections, rows, columns = mask.shape
    spacing = truth.geometry.spacing
    # The whole section is shown, as large as fits: the same scale both ways, in the middle.
    box = page.box(f"#pane-{pane}")
    scale = min(box["width"] / (columns * spacing[0]), box["height"] / (rows * spacing[1]))
    x = box["x"] + box["width"] / 2 + (column - (columns - 1) / 2) * spacing[0] * scale
    y = box["y"] + box["height"] / 2 + (row - (rows - 1) / 2) * spacing[1] * scale
    return section, x, y


def _draw(page: Page, visit: str, study: Path, role: str) -> None:
    """Paint a stroke through the middle of a region in its largest section."""
    section, x, y = _place(page, f"{visit}1", study, role)
    page.click(f".visit-toggle button[value={visit}]")
    page.wait(lambda: page.state("visit") == visit)
    place = page.wait(
        lambda: (
            p
            if (p := page.state("places")[visit]).startswith(
                f"section {page.state('section') + 1} "
            )
            else None
        )
    )
    here = int(place.split()[1]) - 1
    for _ in range(abs(section - here)):
        page.keys("\ue00e" if section > here else "\ue00f")  # page up, page down
    page.wait(lambda: page.state("section") == section, 10, f"section {section + 1}")
    page.wait(lambda: f"section {section + 1} " in page.state("places")[visit], 10, "the views")
    time.sleep(0.3)
    if page.state("role") != role:
        page.click(f"#role-{role}")
    page.wait(lambda: page.state("role") == role and page.state("tool") == "paint")
    before = page.state("region_numbers").get(role)
    page.drag([(x - 2, y), (x - 1, y), (x, y), (x + 1, y), (x + 2, y)])
    page.wait(lambda: page.state("region_numbers").get(role) not in (None, before), 20, role)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_workflow_gives_the_command_lines_numbers(sample, program, tmp_path):
    page = Page(program.address, tmp_path / "downloads")
    try:
        page.click("#sample")
        page.wait(lambda: len(page.state("visits")) == 2, 120, "both visits")
        page.wait(lambda: page.state("has_curves") and not page.state("busy"), 120, "the maps")
        _settled(page)

        # Arteries: the AIF as found, one section out and in again, the shift by the curve itself.
        page.keys("2")
        taken = [c["taken"] for c in page.wait(lambda: page.state("candidates"))]
        row = taken.index(True)
        for expected in (not taken[row], taken[row]):
            page.js(f"document.querySelectorAll('.table-box tbody tr')[{row}].click()")
            page.wait(lambda e=expected: page.state("candidates")[row]["taken"] == e)
        _settled(page)
        start = page.state("shift")
        box = page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        page.drag([(x, y), *((x + i, y) for i in range(1, 9))])
        page.wait(lambda: page.state("shift") > start + 0.5, 10, "the shift")
        _settled(page)
        dragged = page.state("shift")
        page.js("document.querySelector('.main-plot').focus()")
        page.keys("\ue012")  # arrow left
        page.wait(lambda: abs(page.state("shift") - (dragged - 0.1)) < 1e-6, 10, "the arrow key")
        _settled(page)

        # Regions in both visits.
        page.keys("3")
        page.wait(lambda: page.state("columns")[1] == "frame")
        study = sample / "sample" / "small"
        for visit in ("before", "after"):
            for role in ("lesion", "reference"):
                _draw(page, visit, study / visit, role)
        page.keys("\ue00c")
        _settled(page)

        # Undo takes the last stroke, redo brings it back.
        drawn = page.state("region_numbers")
        page.click("#button-can_undo")
        page.wait(lambda: page.state("region_numbers") != drawn, 10, "undo")
        page.click("#button-can_redo")
        page.wait(lambda: page.state("region_numbers") == drawn, 10, "redo")
        _settled(page)

        # Result.
        page.keys("5")
        page.click("#compare")
        page.wait(lambda: page.state("compared"), 120, "the comparison")
        shown = page.element("#result-table").text
        assert "Vp" in shown
        assert "%" in page.element("#call").text
        page.click("#export")
        archive = page.wait(
            lambda: [p for p in (tmp_path / "downloads").glob("*.zip") if p.stat().st_size], 120
        )[0]
        time.sleep(0.5)
        assert page.troubles() == []
        assert page.outside() == []
    finally:
        page.quit()
    assert program.troubles() == []

    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "exported")
    before, after = (_same_as_command_line(tmp_path, visit) for visit in ("before", "after"))
    change = 100 * (after - before) / before
    row = next(r for r in _table(tmp_path / "exported" / "comparison.csv") if "vp" in r["quantity"])
    assert float(row["change [%]"]) == pytest.approx(change)
    assert f"{change:.1f} %".replace("-", "−") in shown


def _same_as_command_line(folder: Path, visit: str) -> float:
    """Normalised Vp of what the page exported, analysed again with its settings and regions."""
    exported = folder / "exported" / visit
    record = json.loads((exported / "provenance.json").read_text())
    again = folder / f"again-{visit}"
    command = [
        sys.executable, "-m", "SpineDCELib.cli", "analyse", record["inputs"]["study"],
        "-o", str(again), "--settings", str(exported / "settings.json"),
        "--roi", str(exported / "regions.seg.nrrd"), "--no-cache",
    ]  # fmt: skip
    if (exported / "aif_selection.json").exists():
        command += ["--aif-selection", str(exported / "aif_selection.json")]
    subprocess.run(command, check=True, capture_output=True)
    for table in ("measurements.csv", "normalised.csv", "curves.csv"):
        assert _table(exported / table) == _table(again / table)
    regions = {
        row["region"]: float(row["vp mean [fraction]"])
        for row in _table(again / "measurements.csv")
    }
    assert regions["Lesion"] > 0
    assert regions["Reference"] > 0
    ratio = float(_table(again / "normalised.csv")[0]["ratio [1]"])
    assert ratio == pytest.approx(regions["Lesion"] / regions["Reference"])
    return ratio
