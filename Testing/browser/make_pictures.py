"""The tutorial's pictures, from the page itself: ``python -m browser.make_pictures docs/images``.

The full-size sample patient is used by mouse and keyboard, as in docs/workstation.md.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from browser.page import VISITS, Page, Program, middle_of
from SpineDCELib.phantom import write_sample

ESCAPE = "\ue00c"


class Walk:
    """The tutorial's steps on the sample patient."""

    def __init__(self, page: Page, study: Path, folder: Path) -> None:
        self.page, self.study, self.folder = page, study, folder

    def shot(self, name: str, after: float = 1.5) -> None:
        time.sleep(after)
        path = self.folder / f"workstation-{name}.png"
        self.page.picture(path)
        shrink(path)
        print(path, f"{path.stat().st_size / 1000:.0f} kB", flush=True)

    def draw(self, visit: str, role: str) -> None:
        page = self.page
        slice_index, x, y, _ = middle_of(page, f"{visit}1", self.study / VISITS[visit], role)
        page.go(visit, slice_index)
        if page.state("role") != role:
            page.click(f"#role-{role}")
            page.wait(lambda: page.state("tool") == "paint")
        page.drag([(x - 1, y), (x, y), (x + 1, y)], pause=0.05)
        page.wait(lambda: page.state("region_numbers").get(role), 60, role)

    def run(self) -> None:
        page = self.page
        self.shot("start")  # before there is a sample patient, as a new user sees it
        if not (self.study / "after" / "truth").exists():
            write_sample(self.study)
        page.click("#sample-full")
        page.wait(lambda: len(page.state("visits")) == 2, 400)
        page.wait(lambda: page.state("has_curves") and not page.state("busy"), 400)
        page.settled(240)
        page.go(
            "baseline", middle_of(page, "baseline1", self.study / "before", "lesion").slice_index
        )
        self.shot("study")
        page.keys("2")
        time.sleep(1)
        box = page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        page.drag([(x, y), (x + 1, y), (x + 2, y)])
        page.settled(240)
        self.shot("arteries")
        page.keys("3")
        page.click("[aria-label='Link both visits']")
        page.click("#role-lesion")
        page.keys("]]]")
        for visit in VISITS:
            for role in ("reference", "lesion"):
                self.draw(visit, role)
        page.settled(240)
        page.click(".visit-toggle button[value=baseline]")
        self.shot("regions")
        page.keys(ESCAPE)  # put the brush down
        page.keys("2")
        time.sleep(1)
        if not page.state("proposal")["used"]:
            page.click("#use-proposal")
        page.settled(240)
        page.keys(ESCAPE)
        page.keys("4")
        time.sleep(1)
        _, x, y, _ = middle_of(page, "baseline0", self.study / "before", "lesion")
        page.drag([(x, y), (x, y)])
        self.shot("maps")
        page.keys(ESCAPE)
        page.keys("5")
        page.click("#compare")
        page.wait(lambda: page.state("compared"), 400)
        self.shot("result")
        page.click("#report")
        page.wait(lambda: page.state("report_url"), 120)
        self.shot("report", 3)
        page.click("#close-report")
        page.click("#theme")
        self.shot("light")


def shrink(path: Path) -> None:
    """Use few colours, the rare ones of marks and lines among them."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    image.quantize(256, Image.Quantize.FASTOCTREE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp())
    program = Program(home)
    page = Page(program.address, home / "downloads")
    try:
        Walk(page, home / "sample" / "full", options.folder).run()
        print(program.troubles(), page.troubles(), f"{program.memory():.0f} MB")
    finally:
        page.quit()
        program.stop()


if __name__ == "__main__":
    main()
