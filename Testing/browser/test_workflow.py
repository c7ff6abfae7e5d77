"""The paper's whole workflow in a real browser, and the command line's numbers beside its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from browser.page import VISITS, Page, Program, sample_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return sample_home(tmp_path_factory, "small")


@pytest.fixture(scope="module")
def program(sample):
    running = Program(sample)
    yield running
    running.stop()


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.long
def test_the_workflow_gives_the_command_lines_numbers(sample, program, tmp_path):
    page = Page(program.address, tmp_path / "downloads")
    try:
        page.click("#sample")
        page.opened()

        # Arteries: the AIF as found, one slice out and in again, the shift by the curve itself.
        page.keys("2")
        taken = [c["taken"] for c in page.wait(lambda: page.state("candidates"))]
        row = taken.index(True)
        for expected in (not taken[row], taken[row]):
            page.js(
                f"document.querySelectorAll('.table-box tbody tr')[{row}]"
                ".querySelector('.candidate-taken').click()"
            )
            page.wait(lambda e=expected: page.state("candidates")[row]["taken"] == e)
        page.settled()
        start = page.state("shift")
        box = page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        page.drag([(x, y), *((x + i, y) for i in range(1, 9))])
        page.wait(lambda: page.state("shift") > start + 0.5, 10, "the shift")
        page.settled()
        dragged = page.state("shift")
        page.focus_curve()
        page.keys("\ue012")  # arrow left
        page.wait(lambda: abs(page.state("shift") - (dragged - 0.1)) < 1e-6, 10, "the arrow key")
        page.settled()

        # Regions in both visits.
        page.keys("3")
        page.wait(lambda: page.state("columns")[1] == "frame")
        study = sample / "sample" / "small"
        for visit, folder in VISITS.items():
            for role in ("lesion", "reference"):
                page.paint(visit, study / folder, role)
        page.keys("\ue00c")
        page.settled()

        # Undo takes the last stroke, redo brings it back.
        drawn = page.state("region_numbers")
        page.click("#button-can_undo")
        page.wait(lambda: page.state("region_numbers") != drawn, 10, "undo")
        page.click("#button-can_redo")
        page.wait(lambda: page.state("region_numbers") == drawn, 10, "redo")
        page.settled()

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
    assert f"{change:.0f} %".replace("-", "−") in shown


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
    assert regions["Reference vertebra"] > 0
    ratios = {r["parameter"]: float(r["ratio [1]"]) for r in _table(again / "normalised.csv")}
    assert ratios["vp"] == pytest.approx(regions["Lesion"] / regions["Reference vertebra"])
    return next(iter(ratios.values()))  # that of the call
