"""A user who does anything at all, the same again from the same seed.

``python -m browser.random_use --minutes 30`` (PYTHONPATH=Testing)
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from browser.page import Page, Program
from SpineDCELib.phantom import write_sample

ESCAPE, LEFT, RIGHT, UP, DOWN = "\ue00c", "\ue012", "\ue014", "\ue00e", "\ue00f"
ROLES = ("lesion", "reference", "exclusion", "aorta")


@dataclass
class Course:
    """What was seen on the way: at each rest, nodes in the scene and memory in MB."""

    actions: int = 0
    nodes: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


class User:
    """Random actions by mouse and keyboard."""

    def __init__(self, page: Page, seed: int) -> None:
        self._page, self._random = page, random.Random(seed)
        self._can = [
            (3, self.step), (4, self.scroll), (3, self.voxel), (3, self.stroke), (2, self.arm),
            (2, self.undo), (3, self.shift), (2, self.drag_curve), (2, self.choose_map),
            (2, self.candidate), (1, self.play), (2, self.visit), (1, self.theme),
            (1, self.escape), (1, self.column), (1, self.copy), (1, self.tool),
            (2, self.setting), (1, self.evidence), (1, self.ruler), (1, self.use_proposal),
            (1, self.compare), (1, self.role), (1, self.region), (1, self.link),
        ]  # fmt: skip

    def act(self) -> str:
        weights, actions = zip(*self._can, strict=True)
        action = self._random.choices(actions, weights)[0]
        action()
        return action.__name__

    def _at(self, pane: str | None = None) -> tuple[float, float]:
        pane = pane or self._random.choice(("baseline", "follow-up")) + self._random.choice("012")
        box = self._page.box(f"#pane-{pane}")
        return (
            box["x"] + box["width"] * self._random.uniform(0.35, 0.7),
            box["y"] + box["height"] * self._random.uniform(0.25, 0.75),
        )

    def _press(self, selector: str) -> None:
        """Click it if it can be clicked now."""
        self._page.js(
            "const e = document.querySelector(arguments[0]);"
            "if (e && !e.disabled && e.offsetParent) e.click()", selector,
        )  # fmt: skip

    def step(self) -> None:
        self._page.keys(str(self._random.randint(1, 5)))

    def scroll(self) -> None:
        x, y = self._at()
        self._page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0,
             "deltaY": self._random.choice((-100, 100))},
        )  # fmt: skip

    def voxel(self) -> None:
        at = self._at()
        self._page.drag([at, at])

    def stroke(self) -> None:
        x, y = self._at()
        self._page.drag(
            [(x, y), *((x + i, y + self._random.uniform(-4, 4)) for i in range(1, 9, 2))]
        )

    def arm(self) -> None:
        self._page.keys("3")
        self._press(f"#role-{self._random.choice(ROLES)}")

    def tool(self) -> None:
        self._press(f"#tool-{self._random.choice(('paint', 'erase', 'draw', 'scissors'))}")

    def undo(self) -> None:
        self._press(self._random.choice(("#button-can_undo", "#button-can_redo")))

    def shift(self) -> None:
        self._page.js("document.querySelector('.main-plot').focus()")
        self._page.keys(*(self._random.choice((LEFT, RIGHT)) for _ in range(3)))

    def drag_curve(self) -> None:
        box = self._page.box(".main-plot")
        x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
        way = self._random.choice((-1, 1))
        self._page.drag([(x, y), *((x + way * i, y) for i in range(1, 8))])

    def choose_map(self) -> None:
        name = self._random.choice(("vp", "Ktrans", "ve", "kep", "R2", "status"))
        self._page.js("window.trame.state.set('map_name', arguments[0])", name)

    def candidate(self) -> None:
        self._page.keys("2")
        rows = self._page.js("return document.querySelectorAll('.table-box tbody tr').length")
        if rows:
            self._press(f".table-box tbody tr:nth-child({self._random.randint(1, min(rows, 4))})")

    def play(self) -> None:
        self._page.js("document.activeElement.blur()")
        self._page.keys(" ")
        time.sleep(0.8)
        self._page.keys(" ")

    def visit(self) -> None:
        self._press(f".visit-toggle button[value={self._random.choice(('baseline', 'follow-up'))}]")

    def theme(self) -> None:
        self._press("#theme")

    def escape(self) -> None:
        self._page.keys(ESCAPE)

    def column(self) -> None:
        self._page.js(
            "const s = document.querySelectorAll('.pane-title select')[arguments[0]];"
            "s.value = arguments[1]; s.dispatchEvent(new Event('change'))",
            self._random.randint(0, 2), self._random.choice(("T1", "frame", "map", "fused")),
        )  # fmt: skip

    def setting(self) -> None:
        self._page.keys("4")
        field = "#setting-aif-Hct"
        self._press(field)
        value = self._random.choice(("0.3", "0.42", "0.5", "45", ""))
        self._page.js(
            "const e = document.querySelector(arguments[0]);"
            "if (e) { e.value = arguments[1]; e.dispatchEvent(new Event('change')); }",
            field, value,
        )  # fmt: skip

    def evidence(self) -> None:
        self._page.keys("2")
        box = self._page.box(".side-plot")
        at = (
            box["x"] + box["width"] * self._random.uniform(0.3, 0.8),
            box["y"] + box["height"] * 0.5,
        )
        self._page.drag([at])

    def ruler(self) -> None:
        self._page.keys("3")
        self._press(self._random.choice(("#ruler", "#remove-rulers")))

    def use_proposal(self) -> None:
        self._page.keys("2")
        self._press("#use-proposal")

    def compare(self) -> None:
        self._page.keys("5")
        self._press("#compare")
        self._press("#compare")

    def role(self) -> None:
        self._page.keys("3")
        self._page.js(
            "const all = document.querySelectorAll('.region-role');"
            "const s = all[Math.floor(arguments[0] * all.length)];"
            "if (s) { s.value = arguments[1]; s.dispatchEvent(new Event('change')); }",
            self._random.random(), self._random.choice(("lesion", "reference", "other")),
        )  # fmt: skip

    def region(self) -> None:
        self._page.keys("3")
        self._press(f".region:nth-of-type({self._random.randint(2, 5)}) .region-name")

    def link(self) -> None:
        self._press("#link")

    def copy(self) -> None:
        self._press(self._random.choice(("#copy-next", "#copy-previous")))


def rest(page: Page) -> None:
    """Until everything that follows from what was done is made."""
    page.keys(ESCAPE)
    if page.state("playing"):
        page.click("#play")
    time.sleep(1.2)
    page.wait(lambda: not (page.state("busy") or page.state("updating")), 120, "rest")
    time.sleep(1.0)


def use(program: Program, page: Page, *, seconds: float, seed: int, rest_every: int = 25) -> Course:
    """Open the sample and do anything for a while."""
    page.click("#sample")
    page.wait(lambda: len(page.state("visits")) == 2, 180, "both visits")
    page.wait(lambda: page.state("has_curves") and not page.state("busy"), 180, "the maps")
    # Every tool once, so that what is made on first use is there.
    for role in ROLES:
        page.keys("3")
        page.click(f"#role-{role}")
    for tool in ("paint", "erase", "draw", "scissors"):
        page.click(f"#tool-{tool}")
    page.driver.set_script_timeout(120)
    user, course, end = User(page, seed), Course(), time.monotonic() + seconds
    while time.monotonic() < end:
        user.act()
        course.actions += 1
        if course.actions % rest_every == 0:
            rest(page)
            course.nodes.append(page.driver.execute_async_script(
                "window.trame.trigger('node_count').then(arguments[0])"))  # fmt: skip
            course.memory.append(program.memory())
    return course


def growth(values: list[float]) -> float:
    """Return by how much the last quarter of some values exceeds the second quarter, on average."""
    quarter = max(len(values) // 4, 1)
    second, last = values[quarter : 2 * quarter] or values, values[-quarter:]
    return sum(last) / len(last) - sum(second) / len(second)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    write_sample(home / "sample" / "small", size="small")
    program = Program(home)
    page = Page(program.address)
    try:
        course = use(program, page, seconds=60 * options.minutes, seed=options.seed)
        print(f"{course.actions} actions, nodes {course.nodes}")
        print("memory MB", [round(m) for m in course.memory])
        print("troubles", program.troubles(), page.troubles(), page.outside())
    finally:
        page.quit()
        program.stop()
        print(program.log.read_text()[-3000:])


if __name__ == "__main__":
    main()
