"""A user who does anything at all, the same again from the same seed.

``python -m browser.random_use --minutes 30`` (PYTHONPATH=Testing)
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from browser.page import VISITS, Page, Program
from series.extra_series import add_series
from SpineDCELib.phantom import write_sample

ESCAPE, LEFT, RIGHT, UP, DOWN = "\ue00c", "\ue012", "\ue014", "\ue00e", "\ue00f"
ENTER, DELETE = "\ue007", "\ue017"
TOOLS = ("paint", "erase", "draw", "ellipse", "polygon", "scissors", "grow", "body")
ROLES = ("lesion", "reference", "exclusion", "aorta")


#: Whether a step is open.
_SHOWN = "return !!document.querySelector(`#step-body-${arguments[0]}`)?.offsetParent"


#: What holds the focus, what lies over the page, and what the window says.
_IN_THE_WAY = """
const over = [...document.querySelectorAll(".v-overlay--active")].map((e) => e.innerText);
const at = document.activeElement;
const step = [1, 2, 3, 4, 5].filter(
  (n) => document.querySelector(`#step-body-${n}`)?.offsetParent);
const button = document.querySelector("#close-study");
return {focus: at.outerHTML.slice(0, 200), over, step, disabled: button?.disabled,
        busy: window.trame.state.get("busy"), error: window.trame.state.get("error")};
"""


@dataclass
class Course:
    """What was seen on the way: at each rest, nodes in the scene and memory in MB."""

    actions: int = 0
    nodes: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)  #: nodes without a study, at first and last
    memory: list[float] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


class _NotThere(Exception):
    """A control is not on the page now."""


class User:
    """Random actions by mouse and keyboard."""

    def __init__(self, page: Page, seed: int, sample: Path) -> None:
        self._page, self._random = page, random.Random(seed)
        self._studies = {visit: sample / part / "dicom" for visit, part in VISITS.items()}
        self._third = sample / "third" / "dicom"
        self._can = [
            (3, self.step), (4, self.scroll), (3, self.voxel), (3, self.stroke), (2, self.arm),
            (2, self.undo), (3, self.shift), (2, self.drag_curve), (2, self.choose_map),
            (2, self.candidate), (1, self.play), (2, self.visit), (1, self.theme),
            (1, self.escape), (1, self.column), (1, self.copy), (1, self.tool),
            (2, self.shape), (1.5, self.change),
            (2, self.setting), (1, self.evidence), (1, self.ruler), (1, self.use_proposal),
            (1, self.compare), (1, self.role), (1, self.region), (1, self.link),
            (2, self.lock), (2, self.level), (1, self.eye), (2, self.slide), (1, self.histogram),
            (1, self.archive), (1, self.models), (1, self.maximise), (1, self.window),
            (1, self.report), (1, self.tour), (1, self.descriptive), (1, self.delay),
            (1, self.artery), (0.5, self.vessels), (2, self.frames), (2, self.check),
            (1, self.planes), (0.5, self.figure),
            (0.5, self.course), (0.3, self.replace),
        ]  # fmt: skip
        #: Action → how many times it was done, and skipped because its control was not there.
        self.done: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def act(self) -> str:
        """Do something; if it needs a control that is not on the page now, nothing."""
        from selenium.common.exceptions import (
            ElementNotInteractableException,
            JavascriptException,
            MoveTargetOutOfBoundsException,
            StaleElementReferenceException,
        )

        nothing = (
            JavascriptException, MoveTargetOutOfBoundsException, ElementNotInteractableException,
            StaleElementReferenceException, _NotThere,
        )  # fmt: skip
        weights, actions = zip(*self._can, strict=True)
        action = self._random.choices(actions, weights)[0]
        if len(self._page.state("visits")) < 2:
            action = self.replace
        try:
            action()
            self.done[action.__name__] += 1
        except nothing:
            self.skipped[action.__name__] += 1
        return action.__name__

    def _go(self, step: int) -> None:
        """Open a step, and wait until the page shows it."""
        self._page.js("document.activeElement.blur()")
        self._page.keys(str(step))
        try:
            self._page.wait(lambda: self._page.js(_SHOWN, step), 5, f"step {step}")
        except AssertionError:  # a menu has taken the key
            self._page.keys(ESCAPE)
            raise _NotThere from None

    def _one_of(self, selector: str, step: int = 0) -> None:
        """Click one of the elements that match, in a step."""
        if step:
            self._go(step)
        self._page.js(
            "const all = [...document.querySelectorAll(arguments[0])]"
            "  .filter((e) => !e.disabled && e.offsetParent);"
            "if (all.length) all[Math.floor(arguments[1] * all.length)].click()",
            selector, self._random.random(),
        )  # fmt: skip

    def _pick(self, selector: str, values: Sequence[str] = ()) -> None:
        """Choose one of some items, or any, in one of the lists that match."""
        self._page.js(
            "const [selector, which, values, choice] = arguments;"
            "const all = [...document.querySelectorAll(selector)].filter((e) => !e.disabled);"
            "const s = all[Math.floor(which * all.length)];"
            "if (!s) return;"
            "const items = values.length ? values : [...s.options].map((o) => o.value);"
            "s.value = items[Math.floor(choice * items.length)];"
            "s.dispatchEvent(new Event('change'))",
            selector, self._random.random(), list(values), self._random.random(),
        )  # fmt: skip

    def _type(self, selector: str, text: str, end: str = "\ue007") -> None:
        self._press(selector)
        fields = self._page.driver.find_elements("css selector", selector)
        if not fields or not fields[0].is_displayed() or not fields[0].is_enabled():
            raise _NotThere
        fields[0].send_keys("\ue009a\ue000", text, end)

    def frames(self) -> None:
        """Choose speed and range of the playback, or what is subtracted from what."""
        self._press("#frames-menu")
        time.sleep(0.3)
        self._pick(".frames .list-choice")
        if self._random.random() < 0.3:
            self._one_of("#play-all, #show-subtraction")
        self._page.keys(ESCAPE)

    def check(self) -> None:
        """Choose a check by eye, and change between its images."""
        self._press("#check-menu")
        time.sleep(0.3)
        self._one_of(".checks .v-btn")
        self._page.keys(ESCAPE)
        self._page.keys("c")

    def planes(self) -> None:
        self._press("#planes")

    def figure(self) -> None:
        self._press("#pictures")
        time.sleep(0.3)
        self._one_of("#save-figure")
        self._page.wait(lambda: not self._page.state("busy"), 120, "the figure")

    def lock(self) -> None:
        self._one_of(".region-lock", 3)

    def level(self) -> None:
        self._go(3)
        self._pick(".region-level", ("", "T12", "L3"))

    def eye(self) -> None:
        self._one_of(".region-eye", 3)

    def slide(self) -> None:
        """Click any slider at any place: opacities, slice, frame, shift, brush, scale."""
        self._go(self._random.randint(2, 4))
        place = self._page.js(
            "const all = [...document.querySelectorAll('.v-slider__container')]"
            "  .filter((e) => e.offsetParent && !e.closest('.v-input--disabled'));"
            "const e = all[Math.floor(arguments[0] * all.length)];"
            "e.scrollIntoView({block: 'center'});"
            "const r = e.getBoundingClientRect(); return [r.x, r.y + r.height / 2, r.width]",
            self._random.random(),
        )  # fmt: skip
        self._page.drag([(place[0] + self._random.random() * place[2], place[1])])

    def histogram(self) -> None:
        """Show the histograms of a map, and zoom into them."""
        self._page.keys(ESCAPE)
        self._go(4)
        self.choose_map()
        time.sleep(0.3)
        box = self._page.box(".side-plot")
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        self._page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseWheel", **at, "deltaX": 0, "deltaY": -100}
        )

    def archive(self) -> None:
        """Search an archive that does not answer."""
        self._go(1)
        self._press("#add-visit")
        time.sleep(0.3)
        self._press("#from-pacs")
        time.sleep(0.3)
        self._type("#pacs-patient", self._random.choice(("", "Roe", "*")), "\ue004")
        self._press("#pacs-search")
        self._page.wait(lambda: not self._page.state("busy"), 60, "the search")
        self._press("#from-pacs")

    def models(self) -> None:
        self._go(4)
        self._press("#compare-models")
        time.sleep(1)
        self._press("#close-models")

    def maximise(self) -> None:
        self._one_of(".maximise")

    def window(self) -> None:
        self._press("#window-level")
        time.sleep(0.3)
        self._one_of("[id^=window-frame-], [id^=window-map-], [id^=inverse-]")
        self._page.keys(ESCAPE)

    def report(self) -> None:
        self._go(5)
        self._press("#insert-draft")
        self._type("#findings", self._random.choice(("Lesion in T12.", "")), "\ue004")
        self._press("#report")
        self._page.wait(lambda: not self._page.state("busy"), 120, "the report")
        self._press("#close-report")

    def tour(self) -> None:
        self._page.keys("?")
        self._press("#show-tour")
        for button in ("#tour-next", "#tour-next", "#tour-back", "#tour-close"):
            time.sleep(0.2)
            self._press(button)

    def descriptive(self) -> None:
        self._go(4)
        self._press(self._random.choice(("#descriptive", "#errors")))
        self._page.wait(lambda: not self._page.state("busy"), 120, "the maps")

    def delay(self) -> None:
        self._go(2)
        if self._random.random() < 0.5:
            self._one_of(".reset-delay")
        else:
            self._type(".region-delay", f"{self._random.uniform(0, 6):.1f}", "\ue004")

    def course(self) -> None:
        """Open a third visit; later use the strip and the course, and close a visit again."""
        self._go(1)
        if len(self._page.state("strip")) < 3:
            self._press("#add-visit")
            time.sleep(0.3)
            self._open(self._third, "#open-further")
            return
        action = self._random.choice(("strip", "strip", "follow", "event", "close"))
        if action == "strip":
            self._one_of(".strip-visit, .strip-upper, .strip-lower")
        elif action == "follow":
            self._go(5)
            self._press("#follow-course")
            self._page.wait(lambda: not self._page.state("busy"), 600, "the course")
        elif action == "event":
            self._go(5)
            self._type("#event-date", "2021-03-10", "\ue004")
            self._one_of("#add-event, .remove-event")
        else:
            self._one_of(".strip-close")
            time.sleep(1)

    def replace(self) -> None:
        """Close one study of a pair and open it as that visit again."""
        self._go(1)
        if len(self._page.state("visits")) == 2:
            closed = self._random.choice(("baseline", "follow-up"))
            self._press(f"#replace-{closed}-only, #replace-{closed}-study")
            time.sleep(0.5)
            self._page.wait(lambda: not self._page.state("busy"), 60, "the end of the visit")
        missing = [visit for visit in VISITS if visit not in self._page.state("visits")]
        if missing:
            self._open(self._studies[missing[0]], f"#open-{missing[0]}")

    def _open(self, study: Path, button: str) -> None:
        """Open a study with one of the buttons of the list of its series."""
        if self._page.state("pacs_open"):  # the search takes the place of the field
            self._press("#from-pacs")
            time.sleep(0.3)
        self._type("#open-path", str(study))

        def listed() -> bool:
            return bool(self._page.state("found")["path"] == str(study))

        try:
            self._page.wait(listed, 15)
        except AssertionError:  # the page was still busy, and refused it
            self._page.wait(lambda: not self._page.state("busy"), 180, "the end of a job")
            self._press("#scan")
            self._page.wait(listed, 30, "the series")
        time.sleep(0.3)
        self._page.click(button, 10)
        time.sleep(0.5)
        self._page.wait(lambda: not self._page.state("busy"), 180, "the study")

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
        self._go(3)
        self._press(f"#role-{self._random.choice(ROLES)}")

    def tool(self) -> None:
        self._press(f"#tool-{self._random.choice(TOOLS)}")

    def _hold_a_region(self) -> None:
        """Open step 3, with a region in hand."""
        self._go(3)
        if not self._page.state("role"):
            self._press(f"#role-{self._random.choice(ROLES)}")
            time.sleep(0.3)

    def shape(self) -> None:
        """Draw an ellipse, points of a polygon or a growth, whatever region is in hand."""
        self._hold_a_region()
        self._press(f"#tool-{self._random.choice(('ellipse', 'polygon', 'grow'))}")
        time.sleep(0.2)
        pane = self._random.choice(("baseline", "follow-up")) + self._random.choice("012")
        for _ in range(self._random.randint(1, 5)):
            self._page.drag([self._at(pane), self._at(pane)][: self._random.randint(1, 2)])
        self._page.js("document.activeElement.blur()")
        self._page.keys(self._random.choice((ENTER, ENTER, DELETE, ESCAPE)))
        self._one_of("#polygon-box button")

    def change(self) -> None:
        """Change the whole region in hand, with any size."""
        self._hold_a_region()
        self._page.js("const e = document.querySelector('#region-changes'); if (e) e.open = true")
        name = self._random.choice(("margin", "smooth", "pieces"))
        self._type(f"#size-{name}", self._random.choice(("1", "4", "12", "1e3", "-2", "x", "")),
                   "\ue004")  # fmt: skip
        self._one_of(".changes button")

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
        self._go(2)
        rows = self._page.js("return document.querySelectorAll('.table-box tbody tr').length")
        if rows:
            self._press(f".table-box tbody tr:nth-child({self._random.randint(1, min(rows, 4))})")

    def artery(self) -> None:
        """Take vessels or voxels in and out with clicks on the images."""
        self._go(2)
        self._press(f"#artery-{self._random.choice(('vessel', 'voxel'))}")
        time.sleep(0.2)
        for _ in range(self._random.randint(1, 3)):
            at = self._at()
            self._page.drag([at, at])
        self._page.keys(ESCAPE)
        if self._random.random() < 0.5:
            self._press("#reset-artery")

    def vessels(self) -> None:
        self._go(2)
        self._press("label[for=show-vessels]")

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
        """Show another image or series of the study in a column."""
        self._pick(".pane-title select")

    def setting(self) -> None:
        self._go(4)
        field = "#setting-aif-Hct"
        self._press(field)
        value = self._random.choice(("0.3", "0.42", "0.5", "45", ""))
        self._page.js(
            "const e = document.querySelector(arguments[0]);"
            "if (e) { e.value = arguments[1]; e.dispatchEvent(new Event('change')); }",
            field, value,
        )  # fmt: skip

    def evidence(self) -> None:
        self._go(2)
        box = self._page.box(".side-plot")
        at = (
            box["x"] + box["width"] * self._random.uniform(0.3, 0.8),
            box["y"] + box["height"] * 0.5,
        )
        self._page.drag([at])

    def ruler(self) -> None:
        self._go(3)
        self._press(self._random.choice(("#ruler", "#remove-rulers")))

    def use_proposal(self) -> None:
        self._go(2)
        self._press("#use-proposal")

    def compare(self) -> None:
        self._go(5)
        self._press("#compare")
        self._press("#compare")

    def role(self) -> None:
        self._go(3)
        self._page.js(
            "const all = document.querySelectorAll('.region-role');"
            "const s = all[Math.floor(arguments[0] * all.length)];"
            "if (s) { s.value = arguments[1]; s.dispatchEvent(new Event('change')); }",
            self._random.random(), self._random.choice(("lesion", "reference", "other")),
        )  # fmt: skip

    def region(self) -> None:
        self._go(3)
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


def nodes(page: Page) -> int:
    """Return how many nodes are in the scene."""
    return int(
        page.driver.execute_async_script("window.trame.trigger('node_count').then(arguments[0])")
    )


def nodes_left(page: Page) -> int:
    """Close all studies and return how many nodes are left."""
    rest(page)
    page.js("document.activeElement.blur()")  # a text field would take the key
    page.keys("1")
    try:
        page.click("#close-study")
    except AssertionError:
        seen = page.js(_IN_THE_WAY)
        raise AssertionError(f"'Close studies' cannot be clicked: {seen}") from None
    page.wait(lambda: not page.state("visits"), 60, "the end of the studies")
    rest(page)
    return nodes(page)


def open_sample(page: Page) -> None:
    page.click("#sample")
    page.wait(lambda: len(page.state("visits")) == 2, 180, "both visits")
    page.wait(lambda: page.state("has_curves") and not page.state("busy"), 180, "the maps")


def prepare(home: Path) -> None:
    """Write a third study, another series of the first, and the address of a silent archive."""
    sample = home / "sample" / "small"
    if not (sample / "third").exists():
        later(sample / "after" / "dicom", sample / "third" / "dicom")
        first = sample / "before" / "dicom"
        add_series(first, 9, "sag STIR", like=next(first.rglob("*.dcm")))
    archive = {"host": "127.0.0.1", "port": 9, "ae_title": "NOBODY"}
    (home / "pacs.json").write_text(json.dumps({"nodes": {"silent": archive}}))


def later(study: Path, target: Path) -> None:
    """Write a study as another one, acquired half a year later."""
    import pydicom

    shutil.copytree(study, target)
    for path in target.rglob("*.dcm"):
        head = pydicom.dcmread(path)
        for tag in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(head, tag, f"{getattr(head, tag)[:-2]}.7")
        head.file_meta.MediaStorageSOPInstanceUID = head.SOPInstanceUID
        for tag in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
            if tag in head:
                setattr(head, tag, "20211118")
        head.save_as(path)


def use(program: Program, page: Page, *, seconds: float, seed: int, rest_every: int = 25) -> Course:
    """Open the sample and do anything for a while."""
    prepare(program.home)
    open_sample(page)
    # Every tool once, so that what is made on first use is there.
    for role in ROLES:
        page.keys("3")
        page.click(f"#role-{role}")
    for tool in TOOLS:
        page.click(f"#tool-{tool}")
    page.driver.set_script_timeout(120)
    user, course = User(page, seed, program.home / "sample" / "small"), Course()
    course.done, course.skipped = user.done, user.skipped
    course.closed.append(nodes_left(page))
    open_sample(page)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        user.act()
        course.actions += 1
        if course.actions % rest_every == 0:
            rest(page)
            course.nodes.append(nodes(page))
            course.memory.append(program.memory())
            print(
                f"{course.actions} actions, {course.nodes[-1]} nodes, {course.memory[-1]:.0f} MB, "
                f"{len(page.state('strip')) or len(page.state('visits'))} visits", flush=True,
            )  # fmt: skip
    course.closed.append(nodes_left(page))
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
        print(f"{course.actions} actions, nodes {course.nodes}, without a study {course.closed}")
        print("done", dict(course.done), "skipped", dict(course.skipped))
        print("memory MB", [round(m) for m in course.memory])
        print("troubles", program.troubles(), page.troubles(), page.outside())
    finally:
        page.quit()
        program.stop()
        print(program.log.read_text()[-3000:])


if __name__ == "__main__":
    main()
