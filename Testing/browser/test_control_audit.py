"""Every control of the running page is changed as a hand does, and its effect is asserted.

The controls are those that the page holds in each of its states: a new one without a row here
fails the test. The steps of opening, settings and results take many minutes, so they run with
SPINEDCE_AUDIT=1 only. Each row is also tried while nothing that the page sends reaches the
program, in which its assertion must fail: some rows always, all of them with
SPINEDCE_AUDIT=disconnected.

Each test begins with both visits open, so that one of them can be run alone. With
SPINEDCE_AUDIT_RECORD=<file>, the tests can be run in several parts: the file keeps what earlier
parts have seen and tried, for the last test, and no row is tried disconnected twice.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.page import VISITS, Page, Program, middle_of, sample_home, slowness
from dose_files import write_dose
from series.dicom_layouts import FRAMES, write_in_two
from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.phantom import write_courses
from SpineDCELib.run.inputs import roles_of, with_reference
from SpineDCELib.series import read_segmentation, write_segmentation
from SpineDCELib.settings import FORM, Settings, settings_from_dict, value_at, with_values
from SpineDCELib.vocabulary.region_roles import TAG

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.switchable_program import numbers_of

from SpineDCEWidget.browser.setting_fields import parsed_value, variable
from SpineDCEWidget.shared.setting_groups import PAGE_GROUPS, SettingGroup, page_settings
from SpineDCEWidget.shared.study_opening import corrected, open_images

CTRL, SHIFT, NO_MODIFIER = "\ue009", "\ue008", "\ue000"
ENTER, TAB, ESCAPE, LEFT, RIGHT, PAGE_UP, PAGE_DOWN = (
    "\ue007", "\ue004", "\ue00c", "\ue012", "\ue014", "\ue00e", "\ue00f",
)  # fmt: skip
UNDO = CTRL + "z"
#: Rows that are tried disconnected in every run.
ALWAYS = {"theme", "map-select", "slider Slice", "key ]", "view: click", "setting-aif-Hct"}
ASKED = os.environ.get("SPINEDCE_AUDIT", "")
EVERY_ROW = ASKED == "disconnected"
RECORD = os.environ.get("SPINEDCE_AUDIT_RECORD", "")
#: Time in which a disconnected control must have no effect, s on an idle machine.
_WITHOUT = 0.7

#: Names of all controls that are to be seen now; repeated ones, such as rows of a table, are one.
CONTROLS = """
const native = 'button, input, select, textarea, a, summary, [role=slider], .pane, .sd-plot, '
  + '[role=separator][tabindex]';
const inside = '.v-input, .v-btn, .v-overlay';
const generated = /^(input|checkbox|radio|v)-v?-?\\d+/;
function handlers(e) {
  const key = Object.getOwnPropertySymbols(e).find((s) => s.description === '_vei');
  return Object.keys((key ? e[key] : e._vei) || {});
}
function nameOf(e) {
  if (e.matches('.pane')) return 'view';
  if (e.matches('.sd-plot')) {
    return 'plot ' + [...e.classList].find((c) => /-plot$/.test(c) && !/^(sd|js)-/.test(c));
  }
  if (e.matches('[role=slider]')) {
    const of = e.closest('.v-input');
    return 'slider ' + (e.getAttribute('aria-label') || of.querySelector('input').id || of.id);
  }
  if (e.matches('summary')) return 'fold ' + e.innerText.trim();
  if (e.matches('input[type=radio]')) return 'series';
  for (const one of ['recent', 'folder', 'candidate', 'candidate-taken', 'strip-visit',
                     'strip-upper', 'strip-lower',
                     'strip-close', 'remove-event', 'column-0', 'column-1', 'column-2',
                     'report-choice', 'region-delay', 'reset-delay', 'region-name',
                     'region-role', 'region-eye', 'region-lock', 'region-level',
                     'region-delete', 'undo-to', 'maximise',
                     'pacs-study', 'send-choice', 'open-received', 'open-course', 'mark-reviewed',
                     'load-stored']) {
    if (e.classList.contains(one)) return one;
  }
  if (e.id && !generated.test(e.id)) return e.id;
  return e.getAttribute('aria-label') || e.title || e.dataset.title || e.textContent.trim()
    || e.outerHTML;
}
const names = new Set();
for (const e of document.querySelectorAll('body *')) {
  // A growing text field has a second one that nobody sees, to measure its height.
  const slider = e.matches('.v-slider input, .v-textarea__sizer');
  const own = e.matches(native) && !slider && !(e.tabIndex < 0 && e.matches('.v-overlay *'));
  const acts = /^on(Click|Change|Input|Key|Pointer|Mouse(down|up))/;
  const other = !e.closest(inside) && handlers(e).some((name) => acts.test(name));
  if ((own || other) && e.checkVisibility() && !e.closest('.v-list')) names.add(nameOf(e));
}
return [...names];
"""
#: Stop or pass everything that the mouse and the keyboard do, for controls of the page alone.
_BLOCK = """
window.auditBlock = window.auditBlock || ((e) => {
  e.stopImmediatePropagation();
  e.preventDefault();
});
for (const kind of ['click', 'mousedown', 'mouseup', 'pointerdown', 'keydown', 'change', 'input',
                    'wheel']) {
  window[(arguments[0] ? 'add' : 'remove') + 'EventListener'](
    kind, window.auditBlock, {capture: true, passive: false});
}
"""


#: Selectors of the buttons whose menus are open.
_OPEN_MENUS = """
return !document.querySelector('.v-menu.v-overlay--active') ? [] :
  [...document.querySelectorAll('[aria-expanded=true][id]')]
    .filter((e) => e.matches('button')).map((e) => '#' + e.id);
"""


class Audit:
    """The page, what the program uses, and the rows that were tried."""

    def __init__(self, page: Page, home: Path, folder: Path) -> None:
        self.page, self.home, self.folder = page, home, folder
        self.sample = home / "sample" / "small"
        self.files = {visit: _regions_file(self.sample / part, folder / f"{visit}.seg.nrrd")
                      for visit, part in VISITS.items()}  # fmt: skip
        self.without: dict[str, set[str]] = {"effect": set(), "result": set()}
        self.began = time.monotonic()
        self.seen: set[str] = set()
        self.tried: dict[str, str] = {}  #: control or gesture → "" or what was wrong
        self.weak: set[str] = set()
        self.held: set[str] = set()  #: rows that had no effect while disconnected
        self._held_before: set[str] = set()  #: … in an earlier part; they are not tried so again
        self.took: dict[str, tuple[float, float]] = {}  #: row → s, and the slowness at its end
        self._take_up()

    def _take_up(self) -> None:
        """Take up what earlier parts have seen and tried."""
        if RECORD and Path(RECORD).exists():
            known = json.loads(Path(RECORD).read_text())
            self.seen |= set(known["seen"])
            self.weak |= set(known["weak"])
            self.held |= set(known.get("held", ()))
            self._held_before = set(self.held)
            # Rows that failed are to be tried again.
            self.tried |= {name: why for name, why in known["tried"].items() if not why}
            self.took |= {name: (s, x) for name, (s, x) in known["took"].items()}
            self.without = {name: set(paths) for name, paths in known["without"].items()}

    def keep(self) -> None:
        """Keep what was seen and tried, for later parts."""
        if RECORD:
            without = {name: sorted(paths) for name, paths in self.without.items()}
            Path(RECORD).write_text(json.dumps({
                "seen": sorted(self.seen), "weak": sorted(self.weak), "tried": self.tried,
                "held": sorted(self.held),
                "took": self.took, "without": without,
            }))  # fmt: skip

    # -- looking --------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """What the program uses."""
        return self._trigger("audit")

    def _trigger(self, name: str, *arguments: Any) -> Any:
        return self.page.driver.execute_async_script(
            "window.trame.trigger(arguments[0], arguments[1]).then(arguments[2])",
            name, list(arguments),
        )  # fmt: skip

    def visit(self, name: str = "") -> dict[str, Any]:
        facts = self.facts()
        return facts["visits"].get(name or facts["visit"], {})

    def picture(self, selector: str) -> np.ndarray:
        return self.page.pixels(selector)

    def look(self, *panes: str) -> Callable[[], bool]:
        """Return a condition: the pictures of these panes differ from now."""
        before = {pane: self.picture(f"#pane-{pane}") for pane in panes}
        return lambda: all(
            (np.abs(self.picture(f"#pane-{pane}") - old).max(-1) > 8).sum() > 20
            for pane, old in before.items()
        )

    def note(self) -> None:
        """Note the controls that are to be seen."""
        self.seen |= set(self.page.js(CONTROLS))

    def quiet(self) -> None:
        """Wait until nothing is being computed and the maps are those of the settings."""
        self.page.wait(
            lambda: not (self.page.state("busy") or self.page.state("updating"))
            and all(v["current"] or v["problem"] for v in self.facts()["visits"].values()),
            180, "the maps",
        )  # fmt: skip

    def ready(self, regions: bool = True) -> None:
        """Open both visits with their regions where it is not so."""
        page = self.page
        opened = self.facts()["visits"]
        if len(opened) != 2:
            if opened:
                close(self)
            page.click("#sample")
            page.opened()
        for visit in VISITS if regions else ():
            if "C5" in self.visit(visit)["roles"]:
                continue
            self.step(3)
            self.select(visit)
            page.element("#upload-regions").send_keys(str(self.files[visit]))
            page.wait(lambda v=visit: "C5" in self.visit(v)["roles"], 20, "the regions")
            self.quiet()
        self.select("baseline")

    def failed(self) -> dict[str, str]:
        """Return the rows that failed, and forget them."""
        found = {name: why for name, why in self.tried.items() if why}
        self.tried |= dict.fromkeys(found, "")
        self.keep()
        return found

    # -- rows -----------------------------------------------------------------------------------

    def row(
        self,
        name: str,
        change: Callable[[], Any],
        effect: Callable[[], Any],
        *,
        page_only: bool = False,
        seconds: float = 15,
    ) -> None:
        """Change a control as a hand does, and wait for its effect.

        Args:
            page_only: it does nothing in the program.
        """
        self.note()
        try:
            if (EVERY_ROW or name in ALWAYS) and name not in self._held_before:
                self._disconnected(name, change, effect, page_only)
            start = time.monotonic()
            change()
            self.page.wait(effect, seconds, f"the effect of {name}")
            self.took[name] = time.monotonic() - start, slowness()
            self.tried[name] = self.tried.get(name, "")
        except Exception as error:
            if os.environ.get("SPINEDCE_AUDIT_STOP"):
                raise
            self.tried[name] = f"{type(error).__name__}: {error}".partition("\n")[0]
            self.page.picture(self.home / f"{name.replace(' ', '-').replace('/', '')}.png")
        self.note()
        self.keep()

    def _disconnected(
        self, name: str, change: Callable[[], Any], effect: Callable[[], Any], page_only: bool
    ) -> None:
        switch = self.home / "disconnected"
        # A control in an open menu: the menu is opened again for the change that counts.
        menus = self.page.js(_OPEN_MENUS)
        switch.touch()
        self.page.js(_BLOCK, page_only)
        self.page.longest = _WITHOUT
        with contextlib.suppress(Exception):  # a change in several steps is stopped on its way
            change()
        self.page.longest = float("inf")
        end = time.monotonic() + _WITHOUT * slowness()
        found = False
        while not found and time.monotonic() < end:
            try:
                found = bool(effect())
            except Exception:
                found = False
            time.sleep(0.05)
        self.page.js(_BLOCK, False)
        switch.unlink()
        (self.weak if found else self.held).add(name)
        self._trigger("audit_push")
        self.page.js("document.activeElement.blur()")
        self._close_overlays()
        # A click that was lost keeps its button from a second one for some seconds.
        starting = "return !document.querySelector('.action.starting')"
        self.page.wait(lambda: self.page.js(starting), 10, "the end of a lost click")
        time.sleep(0.1)
        for menu in menus:
            for _attempt in range(3):  # a click while it is still being closed is lost
                if menu in self.page.js(_OPEN_MENUS):
                    break
                time.sleep(0.4)
                self.page.click(menu, 10)
                with contextlib.suppress(AssertionError):
                    self.page.wait(lambda m=menu: m in self.page.js(_OPEN_MENUS), 2)

    def _close_overlays(self) -> None:
        """Close menus and lists, and wait until they are gone; notes go by themselves."""
        active = ".v-overlay--active:not(.v-snackbar)"
        for _ in range(3):
            if not self.page.driver.find_elements("css selector", active):
                return
            self.page.keys(ESCAPE)
            with contextlib.suppress(AssertionError):  # another one lies below
                self.page.wait(
                    lambda: not self.page.driver.find_elements("css selector", active), 2
                )

    # -- hands ----------------------------------------------------------------------------------

    def click(self, selector: str) -> None:
        self.page.click(selector, 10)

    def type(self, selector: str, text: str, end: str = ENTER) -> None:
        self.click(selector)
        self.page.element(selector).send_keys(CTRL + "a" + NO_MODIFIER, text or "\ue017", end)

    def slide(self, selector: str, share: float) -> None:
        """Click a slider's track at a share of its length."""
        track = self.page.element(selector)
        self.page.js("arguments[0].scrollIntoView({block: 'center'})", track)
        box = self.page.box(selector)
        self.page.drag([(round(box["x"] + share * box["width"]), box["y"] + box["height"] / 2)])

    def choose(self, field: str, text: str) -> None:
        """Choose an item of a menu."""
        self.click(f".v-field:has(#{field})")

        def item() -> Any:
            items = self.page.driver.find_elements(
                "css selector", ".v-overlay--active .v-list-item"
            )
            return next((i for i in items if i.text.strip() == text), None)

        self.page.wait(item, 5, text).click()

    def keys(self, key: str, focus: str = "") -> None:
        """Press a key, with the modifiers before it, on an element or on the page."""
        from selenium.webdriver import ActionChains

        self.page.js(
            "arguments[0] ? document.querySelector(arguments[0]).focus()"
            " : document.activeElement.blur()", focus,
        )  # fmt: skip
        actions = ActionChains(self.page.driver)
        for modifier in key[:-1]:
            actions = actions.key_down(modifier)
        actions = actions.send_keys(key[-1])
        for modifier in key[:-1]:
            actions = actions.key_up(modifier)
        actions.perform()

    def hold(self, keys: tuple[str, ...], action: Callable[[], Any]) -> None:
        """Do something with the mouse while keys are held down."""
        from selenium.webdriver import ActionChains

        for key in keys:
            ActionChains(self.page.driver).key_down(key).perform()
        try:
            action()
        finally:
            for key in keys:
                ActionChains(self.page.driver).key_up(key).perform()

    def right_click(self, x: float, y: float) -> None:
        """Click a place of the window with the right button."""
        from selenium.webdriver.common.actions.action_builder import ActionBuilder
        from selenium.webdriver.common.actions.mouse_button import MouseButton

        builder = ActionBuilder(self.page.driver, duration=20)
        builder.pointer_action.move_to_location(int(x), int(y))
        builder.pointer_action.pointer_down(MouseButton.RIGHT)
        builder.pointer_action.pointer_up(MouseButton.RIGHT)
        builder.perform()

    def step(self, number: int) -> None:
        self.keys(str(number))
        self.page.wait(lambda: self.facts()["step"] == number)

    def select(self, visit: str) -> None:
        if self.facts()["visit"] != visit:
            self.click(f"#select-{visit}")
            self.page.wait(lambda: self.facts()["visit"] == visit)

    def at(self, pane: str, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
        box = self.page.box(f"#pane-{pane}")
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def gesture(self, pane: str, button: str, by: tuple[int, int]) -> None:
        """Drag with a button of the mouse."""
        x, y = self.at(pane)
        send = self.page.driver.execute_cdp_cmd
        common = {"button": button, "clickCount": 1}
        send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
        send("Input.dispatchMouseEvent", {"type": "mousePressed", "x": x, "y": y, **common})
        for part in (0.25, 0.5, 0.75, 1.0):
            send("Input.dispatchMouseEvent", {
                "type": "mouseMoved", "x": x + part * by[0], "y": y + part * by[1],
                "buttons": {"left": 1, "right": 2, "middle": 4}[button], **common,
            })  # fmt: skip
            time.sleep(0.02)
        send("Input.dispatchMouseEvent", {
            "type": "mouseReleased", "x": x + by[0], "y": y + by[1], **common,
        })  # fmt: skip

    def wheel(self, pane: str, by: int = -100) -> None:
        x, y = self.at(pane)
        send = self.page.driver.execute_cdp_cmd
        send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
        send("Input.dispatchMouseEvent",
             {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by})  # fmt: skip

    def unfold(self) -> None:
        self.page.js("document.querySelectorAll('details.folded').forEach((e) => (e.open = true))")


class Engine:
    """The same analysis by the engine, as the command line calls it."""

    def __init__(self, study: Path, regions: Path) -> None:
        self._study = study / "dicom"
        self._images: dict[Any, Any] = {}
        self._truth = read_segmentation(regions)
        self._roles = roles_of(self._truth)
        self._analysis: Analysis | None = None

    def images(self, settings: Settings) -> Any:
        reading = settings.reading
        key = (reading.frame_interval, reading.frame_times, reading.field_strength)
        if key not in self._images:
            own = {
                f"reading.{name}": value_at(settings, f"reading.{name}")
                for name in ("frame_interval", "frame_times", "field_strength")
            }
            read = open_images(self._study, with_values(
                Settings(), {"reading.frame_interval": reading.frame_interval}))  # fmt: skip
            self._images[key] = corrected(read, own)
        return self._images[key]

    def numbers(self, settings: Settings) -> dict[str, float] | str:
        """Return the numbers, or the code of the error."""
        images = self.images(settings)
        if self._analysis is None:
            self._analysis = Analysis(images, settings)
            masks = self._truth.on(images.dynamic.geometry)
            aorta = next(m for n, m in masks.items() if self._roles[n] == "aorta")
            self._analysis.update(regions=masks, roles=self._roles, aif_mask=aorta)
        try:
            roles = with_reference(self._roles, settings.reading.reference_level)
            self._analysis.update(study=images, settings=settings, roles=roles)
            self._analysis.check()
            return numbers_of(self._analysis.result())
        except InputError as error:
            return error.code


def _regions_file(study: Path, path: Path) -> Path:
    """Write the true regions of a study, with a part of the reference as that of a level."""
    truth = read_segmentation(study / "truth" / "rois.seg.nrrd")
    part = next(m for n, m in truth.masks.items() if "reference" in n.lower()).copy()
    part[:, : int(np.nonzero(part)[1].mean())] = False
    write_segmentation(
        path, {**truth.masks, "C5": part}, truth.geometry,
        tags=truth.tags, terminology=truth.terminology,
    )  # fmt: skip
    return path


def _close(a: dict[str, float], b: dict[str, float], rel: float = 1e-5) -> bool:
    return a.keys() == b.keys() and all(
        b[name] == pytest.approx(value, rel=rel, abs=1e-9) for name, value in a.items()
    )


# -- rows -----------------------------------------------------------------------------------------


def opening(audit: Audit) -> None:
    """The page before and while a study is opened."""
    page, sample, folder = audit.page, audit.sample, audit.folder
    two = _two_series(sample / "before" / "dicom", folder / "two")
    audit.row("help", lambda: audit.click("#help"),
              lambda: page.js("return !!document.querySelector('.keys')?.checkVisibility()"),
              page_only=True)  # fmt: skip
    told = page.js("return [...document.querySelectorAll('.keys kbd')].map((k) => k.textContent)")
    assert {text.strip() for text in told} == set(HELP), "a key or gesture in the help has no row"
    page.keys(ESCAPE)
    page.wait(lambda: not page.js("return !!document.querySelector('.keys')?.checkVisibility()"))

    def found() -> str:
        return page.state("found")["path"]

    audit.type("#open-path", str(sample), TAB)
    audit.row("browse", lambda: audit.click("#browse"), lambda: len(page.state("folders")) == 3)
    audit.row("folder", lambda: audit.click(".folder:nth-child(2)"),
              lambda: page.state("open_path").endswith("after"))  # fmt: skip
    audit.row("open-path", lambda: audit.type("#open-path", str(sample / "before")),
              lambda: found() == str(sample / "before"))  # fmt: skip
    audit.type("#open-path", str(two), TAB)
    audit.row("scan", lambda: audit.click("#scan"), lambda: found() == str(two))
    audit.row("open-follow-up", lambda: audit.click("#open-follow-up"),
              lambda: audit.visit("follow-up").get("frames") == 40)  # fmt: skip
    audit.quiet()
    audit.click("#scan")
    page.wait(lambda: found() == str(two))

    def second_series() -> None:
        page.driver.find_elements("css selector", "input[type=radio]")[1].click()
        audit.click("#open-baseline")

    audit.row("series", second_series, lambda: audit.visit("baseline").get("frames") == 20)
    audit.quiet()
    audit.row("close-study", lambda: audit.click("#close-study"),
              lambda: audit.facts()["visits"] == {})  # fmt: skip
    audit.row("from-pacs", lambda: audit.click("#from-pacs"),
              lambda: "docs/pacs.md" in page.state("pacs")["without"])  # fmt: skip
    audit.click("#from-pacs")
    dicom = str(sample / "before" / "dicom")
    audit.row("upload-folder", lambda: page.element("#upload-folder").send_keys(dicom),
              lambda: "uploads" in found(), seconds=60)  # fmt: skip
    page.idle()
    audit.row("open-baseline", lambda: audit.click("#open-baseline"),
              lambda: audit.visit("baseline").get("frames") == 40)  # fmt: skip
    audit.quiet()
    audit.row("save-scene", lambda: audit.click("#save-scene"),
              lambda: _downloaded(folder, "*.mrb"), seconds=60)  # fmt: skip
    scene = _downloaded(folder, "*.mrb")
    audit.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    audit.row("upload-file", lambda: page.element("#upload-file").send_keys(str(scene)),
              lambda: audit.visit("baseline").get("frames") == 40, seconds=60)  # fmt: skip
    audit.quiet()
    audit.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    audit.row("sample-full", lambda: audit.click("#sample-full"),
              lambda: "sample patient" in page.state("busy_title"))  # fmt: skip
    page.wait(lambda: page.state("busy"))
    audit.row("cancel", lambda: audit.click("#cancel"),
              lambda: not (page.state("busy") or audit.facts()["busy"]), seconds=60)  # fmt: skip
    audit.row("recent", lambda: audit.click(".recent"),
              lambda: audit.facts()["visits"], seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()
    audit.click("#close-study")
    page.wait(lambda: not page.state("visits"))
    scene_files(audit, scene, folder)
    ways_to_read(audit, folder / "pieces")
    audit.row("sample", lambda: audit.click("#sample"),
              lambda: len(audit.facts()["visits"]) == 2, seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()


def scene_files(audit: Audit, scene: Path, folder: Path) -> None:
    """The question about files outside a scene's own folder."""
    page = audit.page
    with zipfile.ZipFile(scene) as bundle:
        bundle.extractall(folder / "unpacked")
    (mrml,) = (folder / "unpacked").rglob("*.mrml")
    moved = folder / "moved.nrrd"
    shutil.move(mrml.parent / "Data" / "Vp baseline.nrrd", moved)
    mrml.write_text(mrml.read_text().replace("Data/Vp%20baseline.nrrd", str(moved)))
    for name, effect in (
        ("cancel-scene-files", lambda: not page.state("scene_files")["path"]),
        ("open-scene-files", lambda: audit.visit("baseline").get("frames") == 40),
    ):
        audit.type("#open-path", str(mrml), ENTER)
        page.wait(lambda: page.state("scene_files")["path"], 20, "the question")
        audit.row(name, lambda name=name: audit.click(f"#{name}"), effect, seconds=60)
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()
    audit.click("#close-study")
    page.wait(lambda: not page.state("visits"))


def ways_to_read(audit: Audit, folder: Path) -> None:
    """A dynamic series in two pieces, of which the first frames lie elsewhere."""
    page = audit.page
    times = write_in_two(folder, displaced=1)

    def shown(name: str) -> Any:
        return audit.visit("baseline")["settings"]["reading"][name]

    audit.type("#open-path", str(folder))
    page.wait(lambda: len(page.state("found")["dynamic"]) == 3, 20, "the ways to read")
    page.driver.find_elements("css selector", "input[type=radio]")[1].click()
    audit.click("#open-baseline")
    page.wait(lambda: audit.visit("baseline").get("frames") == FRAMES - 5, 30, "the second piece")
    page.wait(lambda: not page.state("busy"), 60)
    joined = page.state("reading_choices")[-1]["title"]
    audit.row("reading-choice", lambda: audit.choose("reading-choice", joined),
              lambda: audit.visit("baseline")["frames"] == FRAMES - 1
              and shown("joined") == [1])  # fmt: skip
    page.wait(lambda: not page.state("busy"), 60)
    assert page.state("displaced_frames").startswith("Frame 1 of 12: displaced by 3 mm")
    label = FORM["reading.displaced"].choices["same_slice"]
    audit.row(_id("reading.displaced"), lambda: audit.choose(_id("reading.displaced"), label),
              lambda: audit.visit("baseline")["frames"] == FRAMES
              and shown("displaced") == "same_slice")  # fmt: skip
    duration = times[-1] + np.median(np.diff(times))
    assert f"{duration:.0f} s" in dict(page.state("facts"))["Frames"]
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()
    audit.click("#close-study")
    page.wait(lambda: not page.state("visits"))


def _two_series(source: Path, target: Path) -> Path:
    """Copy a dynamic series, with a second one that has half the frames."""
    import pydicom

    shutil.copytree(source, target / "first")
    (target / "second").mkdir()
    for number, path in enumerate(sorted(source.rglob("*.dcm"))):
        head = pydicom.dcmread(path)
        if int(head.TemporalPositionIdentifier) > 20:
            continue
        head.SeriesInstanceUID = head.SeriesInstanceUID[:-2] + ".2"
        head.SOPInstanceUID = head.SOPInstanceUID[:-2] + ".2"
        head.file_meta.MediaStorageSOPInstanceUID = head.SOPInstanceUID
        head.SeriesNumber, head.NumberOfTemporalPositions = 2, 20
        head.save_as(target / "second" / f"{number:04}.dcm")
    return target


def _downloaded(folder: Path, pattern: str) -> Path | None:
    found = [p for p in (folder / "downloads").glob(pattern) if p.stat().st_size]
    whole = found and not list((folder / "downloads").glob("*.crdownload"))
    return max(found, key=lambda p: p.stat().st_mtime) if whole else None


def splitter(audit: Audit) -> None:
    """The line between images and curves: by mouse, by key, and closed by a double click."""
    page = audit.page

    def height() -> float:
        return page.box(".views")["height"]

    def move(by: float) -> None:
        box = page.box("#splitter")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.drag([(x, y), (x, y + by / 2), (x, y + by)])

    before = height()
    audit.row("splitter", lambda: move(-60), lambda: abs(height() - before + 60) < 2,
              page_only=True)  # fmt: skip
    audit.keys("\ue015", "#splitter")  # arrow down
    page.wait(lambda: abs(height() - before + 40) < 2, 10, "the arrow key")
    audit.keys(ENTER, "#splitter")
    page.wait(lambda: not page.element(".curves").is_displayed(), 10, "closed curves")
    audit.keys(ENTER, "#splitter")
    page.wait(lambda: abs(height() - before + 40) < 2, 10, "the curves again")
    move(40)
    page.wait(lambda: abs(height() - before) < 2, 10, "the usual height")


def frame_and_views(audit: Audit) -> None:
    """The steps, the bar, the views and the charts."""
    page = audit.page
    splitter(audit)
    for number in (2, 3, 4, 5, 1):
        body = f".step:nth-child({number}) .step-body"
        audit.row(
            f"step-{number}", lambda n=number: audit.click(f"#step-{n}"),
            lambda n=number, body=body: audit.facts()["step"] == n
            and page.element(body).is_displayed(),
        )  # fmt: skip
        if number != 1:
            audit.step(1)
            audit.row(f"key {number}", lambda n=number: audit.keys(str(n)),
                      lambda n=number: audit.facts()["step"] == n)  # fmt: skip
        folds(audit)
        audit.note()
    audit.step(4)
    audit.row("key 1", lambda: audit.keys("1"), lambda: audit.facts()["step"] == 1)
    for visit in ("follow-up", "baseline"):
        before = page.state("main_figure")
        audit.row(
            f"select-{visit}", lambda v=visit: audit.click(f"#select-{v}"),
            lambda v=visit, b=before: audit.facts()["visit"] == v
            and page.state("main_figure") != b,
        )  # fmt: skip

    def ink() -> str:
        return page.state("main_figure")["layout"]["font"]["color"]

    def ground() -> str:
        return page.js("return getComputedStyle(document.querySelector('.page')).backgroundColor")

    for _ in range(2):
        was = ink(), ground()
        audit.row("theme", lambda: audit.click("#theme"),
                  lambda was=was: ink() != was[0] and ground() != was[1])  # fmt: skip

    # What the views show.
    audit.step(4)
    changed = audit.look("baseline1", "follow-up2")
    audit.row("map-select", lambda: audit.choose("map-select", "Ktrans"),
              lambda: audit.facts()["map"] == "Ktrans"
              and page.state("legend")["title"].startswith("Ktrans") and changed())  # fmt: skip
    audit.choose("map-select", "Vp")
    page.wait(lambda: audit.facts()["map"] == "vp")
    time.sleep(0.5)
    changed = audit.look("baseline2", "follow-up2")
    audit.row("slider Opacity of the map",
              lambda: audit.slide("#opacity-box .v-slider__container", 0.1),
              lambda: audit.facts()["opacity"] < 0.2 and changed())  # fmt: skip
    audit.slide("#opacity-box .v-slider__container", 0.8)
    columns = audit.facts()["columns"]
    for column in range(3):
        changed = audit.look(f"baseline{column}", f"follow-up{column}")
        audit.row(
            f"column-{column}", lambda c=column: _pick(audit, f".column-{c}", "frame"),
            lambda c=column, changed=changed: audit.facts()["columns"][c] == "frame" and changed(),
        )  # fmt: skip
        _pick(audit, f".column-{column}", columns[column])
        page.wait(lambda: audit.facts()["columns"] == columns)
    slices(audit)
    frames(audit)
    gestures(audit)


def folds(audit: Audit) -> None:
    """Open every closed group of the step."""
    page = audit.page
    page.wait(lambda: page.state("step") == audit.facts()["step"])
    time.sleep(0.3)
    found = page.driver.find_elements("css selector", ".step.open details:not([open]) summary")
    closed = [summary for summary in found if summary.is_displayed()]
    for summary in closed:
        inside = summary.find_element("xpath", "following-sibling::*")
        audit.row(f"fold {summary.text.strip()}", lambda s=summary: s.click(),
                  lambda i=inside: i.is_displayed(), page_only=True)  # fmt: skip


def _pick(audit: Audit, selector: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(audit.page.element(selector)).select_by_value(value)


def slices(audit: Audit) -> None:
    """The slice, by slider and keys, and the link of both visits."""

    def both() -> list[int]:
        return [v["slice"] for v in audit.facts()["visits"].values()]

    changed = audit.look("baseline1", "follow-up1")
    audit.row("slider Slice", lambda: audit.slide("#slice-box .v-slider__container", 0.99),
              lambda: both() == [5, 5] and changed()
              and audit.page.state("positions")["baseline"] == "slice 6 of 6")  # fmt: skip
    audit.row("key PageDown", lambda: audit.keys(PAGE_DOWN), lambda: both() == [4, 4])
    audit.row("key PageUp", lambda: audit.keys(PAGE_UP), lambda: both() == [5, 5])
    audit.row("link", lambda: audit.click("#link"), lambda: not audit.facts()["linked"])
    changed = audit.look("baseline1")
    audit.row("view: wheel", lambda: audit.wheel("baseline1", 100),
              lambda: both() == [4, 5] and changed())  # fmt: skip
    audit.click("#link")
    audit.page.wait(lambda: audit.facts()["linked"])
    audit.wheel("baseline1", 100)
    audit.page.wait(lambda: both() == [3, 3], 10, "the linked slice")


def frames(audit: Audit) -> None:
    """The frame, by slider, button and key."""
    page = audit.page
    _pick(audit, ".column-0", "frame")
    page.wait(lambda: audit.facts()["columns"][0] == "frame")
    audit.slide("#frame-box .v-slider__container", 0.02)
    time.sleep(0.5)
    changed = audit.look("baseline0", "follow-up0")

    def shown() -> list[int]:
        return [v["frame"] for v in audit.facts()["visits"].values()]

    audit.row("slider Frame", lambda: audit.slide("#frame-box .v-slider__container", 0.99),
              lambda: shown() == [39, 39] and page.state("frame_time") == "234.0 s"
              and changed())  # fmt: skip

    def line() -> float:
        """Return the place of the line of the frame in the curves, pixels."""
        return page.box(".main-plot .shapelayer path")["x"]

    for name, change in (
        ("play", lambda: audit.click("#play")),
        ("key  ", lambda: audit.keys(" ")),
    ):
        start, there = shown(), line()
        audit.row(name, change, lambda s=start, t=there: shown() != s and line() != t)
        audit.click("#play")
        page.wait(lambda: not page.state("playing"))
    frames_menu(audit)
    checks_by_eye(audit)
    planes(audit)
    audit.step(1)


def frames_menu(audit: Audit) -> None:
    """Speed and range of the playback, and the subtraction of two frames."""
    page = audit.page

    def opened() -> bool:
        return page.js("return !!document.querySelector('.frames')?.checkVisibility()")

    def pick(name: str, value: Any) -> None:
        time.sleep(0.4)  # a menu that was just opened moves
        _pick(audit, f"#{name}", str(value))

    audit.row("frames-menu", lambda: audit.click("#frames-menu"), opened, page_only=True)
    audit.row("play-rate", lambda: pick("play-rate", 16),
              lambda: audit.facts()["playback"][0] == 16)  # fmt: skip
    audit.row("play-last", lambda: pick("play-last", 9),
              lambda: audit.facts()["playback"][1:] == [0, 9])  # fmt: skip
    audit.row("play-first", lambda: pick("play-first", 4),
              lambda: audit.facts()["playback"][1:] == [4, 9])  # fmt: skip
    audit.row("play-all", lambda: audit.click("#play-all"),
              lambda: audit.facts()["playback"][1:] == [0, None])  # fmt: skip
    changed = audit.look("baseline0", "follow-up0")
    audit.row("show-subtraction", lambda: audit.click("#show-subtraction"),
              lambda: audit.facts()["columns"][0] == "subtraction" and changed())  # fmt: skip
    for name, place, frame in (("minuend", 0, 6), ("subtrahend", 1, 3)):
        changed = audit.look("baseline0", "follow-up0")
        said = f"frame {frame + 1} ("
        audit.row(name, lambda n=name, f=frame: pick(n, f),
                  lambda p=place, f=frame, c=changed, said=said:
                  audit.facts()["subtraction"][p] == f and c()
                  and said in page.element("#pane-follow-up0 .series-shown").text)  # fmt: skip
    audit.keys(ESCAPE)
    page.wait(lambda: not opened())
    audit.click("#window-level")

    def grey() -> list[float]:
        return audit.visit("baseline")["grey"]["subtraction"]

    for name in ("full", "dark", "bright", "reset"):
        was, changed = grey(), audit.look("baseline0")
        audit.row(f"window-subtraction-{name}",
                  lambda n=name: audit.click(f"#window-subtraction-{n}"),
                  lambda was=was, c=changed: grey() != was and c())  # fmt: skip
    changed = audit.look("baseline0")
    audit.row("inverse-subtraction", lambda: audit.click("#inverse-subtraction"),
              lambda: grey()[2] and changed())  # fmt: skip
    audit.click("#window-subtraction-reset")
    audit.keys(ESCAPE)
    _pick(audit, ".column-0", "frame")
    page.wait(lambda: audit.facts()["columns"][0] == "frame")


def checks_by_eye(audit: Audit) -> None:
    """One visit over the other, and frames with and without motion correction."""
    page = audit.page

    def opened() -> bool:
        return page.js("return !!document.querySelector('.checks')?.checkVisibility()")

    def check() -> list[Any]:
        return audit.facts()["check"]

    def said(text: str) -> bool:
        return text in page.element("#pane-baseline0 .series-shown").text

    def click(name: str) -> None:
        time.sleep(0.4)  # a menu that was just opened moves
        audit.click(f"#check-{name}")

    audit.row("check-menu", lambda: audit.click("#check-menu"), opened, page_only=True)
    assert "Correct motion" in page.element("#check-motion").get_attribute("title")
    assert not page.element("#check-motion").is_enabled()
    _pick(audit, ".column-0", "T1")
    page.wait(lambda: audit.facts()["columns"][0] == "T1")
    time.sleep(0.5)
    if not opened():
        audit.click("#check-menu")
    for name, words in (
        ("overlay", "Follow-up in colour"),
        ("checkerboard", "squares of Follow-up"),
    ):
        changed = audit.look("baseline0", "follow-up0")
        audit.row(f"check-{name}", lambda n=name: click(n),
                  lambda n=name, w=words, c=changed: check()[0] == n and said(w)
                  and c())  # fmt: skip
    click("off")
    page.wait(lambda: check()[0] == "off")
    time.sleep(0.5)
    changed = audit.look("baseline0", "follow-up0")
    audit.row("check-flicker", lambda: click("flicker"),
              lambda: check() == ["flicker", 1, True] and said("now Follow-up")
              and changed())  # fmt: skip
    page.wait(lambda: check()[1] == 0, 5, "the other image again")

    def key() -> None:
        audit.keys("c")
        time.sleep(1.5)

    was = check()[1]
    audit.row("key c", key, lambda: check()[2] is False)
    key()
    now = check()[1]
    key()
    assert check()[1] == 1 - now, f"{was}: the images do not change by hand"
    for wanted in ("reduce", "no-preference"):
        feature = {"name": "prefers-reduced-motion", "value": wanted}
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        calm = wanted == "reduce"
        page.wait(lambda c=calm: check()[2] is not c, 10, "what the system asks for")
        seen = set()
        for _ in range(12):
            seen.add(check()[1])
            time.sleep(0.2)
        assert seen == ({0} if calm else {0, 1})
    if not opened():
        audit.click("#check-menu")
    audit.row("check-off", lambda: click("off"), lambda: check() == ["off", 0, False])
    audit.keys(ESCAPE)
    page.js("window.trame.state.set('setting_preprocessing_motion_on', true)")
    page.wait(lambda: audit.visit("baseline")["settings"]["preprocessing"]["motion"]["on"])
    audit.quiet()
    audit.click("#check-menu")
    page.wait(lambda: page.element("#check-motion").is_enabled(), 60, "corrected frames")
    audit.row("check-motion", lambda: click("motion"),
              lambda: check() == ["motion", 1, True] and audit.facts()["columns"][0] == "frame"
              # Whether the frame in view moved depends on which frame that is.
              and said("with motion correction"))  # fmt: skip
    page.wait(lambda: check()[1] == 0 and said("without motion correction"), 5, "the other frame")
    click("off")
    page.wait(lambda: check()[0] == "off")
    audit.keys(ESCAPE)
    page.js("window.trame.state.set('setting_preprocessing_motion_on', false)")
    page.wait(lambda: not audit.visit("baseline")["settings"]["preprocessing"]["motion"]["on"])
    audit.quiet()


def planes(audit: Audit) -> None:
    """Three planes of one image, the wheel in one across the slices, and a click."""
    page = audit.page
    columns = audit.facts()["columns"]
    changed = audit.look("baseline1", "follow-up2")
    audit.row("planes", lambda: audit.click("#planes"),
              lambda: audit.facts()["planes"] and changed()
              and "coronal" in page.element("#pane-baseline1 .position").text)  # fmt: skip
    time.sleep(0.5)
    before, changed = audit.facts()["planes"], audit.look("baseline1")
    audit.row("view: wheel across the slices", lambda: audit.wheel("baseline1"),
              lambda: audit.facts()["planes"]["baseline1"] != before["baseline1"]
              and audit.facts()["planes"]["baseline2"] == before["baseline2"]
              and changed())  # fmt: skip
    there = audit.facts()["planes"]
    page.drag([audit.at("baseline0", 0.4, 0.6)])
    moved = [f"{visit}{k}" for visit in VISITS for k in (1, 2)]
    page.wait(lambda: all(audit.facts()["planes"][name] != there[name] for name in moved), 10,
              "the planes at a click")  # fmt: skip
    audit.keys(ESCAPE)
    audit.click("#planes")
    page.wait(lambda: not audit.facts()["planes"] and audit.facts()["columns"] == columns)
    audit.click("#fit")


def gestures(audit: Audit) -> None:
    """The mouse in the views and the charts."""
    page = audit.page
    audit.step(4)
    audit.keys(ESCAPE)
    for pane, title in (("follow-up1", "Follow-up"), ("baseline1", "Baseline")):
        place = audit.at(pane, 0.45, 0.4)
        visit = pane[:-1]
        audit.row(
            "view: click", lambda place=place: page.drag([place, place]),
            lambda t=title, v=visit: (page.state("voxel_card") or {}).get("title", "").startswith(
                f"{t}, slice {audit.visit(v)['slice'] + 1},"
            ) and audit.facts()["cross"],
        )  # fmt: skip
    audit.row("close-voxel", lambda: audit.click("#close-voxel"),
              lambda: not page.state("voxel_card") and not audit.facts()["cross"])  # fmt: skip
    page.drag([place, place])
    page.wait(lambda: page.state("voxel_card"))
    audit.row("key Escape", lambda: audit.keys(ESCAPE),
              lambda: not page.state("voxel_card") and not audit.facts()["cross"])  # fmt: skip
    one_view(audit)
    chart_tools(audit)
    pictures(audit)

    def point() -> None:
        page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": "mouseMoved", "x": place[0] + 2, "y": place[1] + 1},
        )

    def values(pane: str) -> str:
        return page.js(
            "return document.querySelector(arguments[0])?.innerText || ''",
            f"#pane-{pane} .cursor-values",
        )  # fmt: skip

    audit.row("view: point", point,
              lambda: "Signal" in values("baseline0") and values("follow-up0").count(" mm") == 1
              and all("mL/100 mL" in values(f"{v}1") for v in VISITS))  # fmt: skip

    def field() -> list[float]:
        return audit.visit("baseline")["view"]

    for button in ("right", "middle"):
        was, changed = field(), audit.look("baseline1", "follow-up1")
        part = slice(0, 2) if button == "right" else slice(2, 4)
        audit.row(
            f"view: {button} drag", lambda b=button: audit.gesture("baseline1", b, (30, 40)),
            lambda was=was, changed=changed, part=part: field()[part] != was[part] and changed(),
        )  # fmt: skip
    window_and_level(audit)
    was, changed = field(), audit.look("baseline1")
    audit.row("fit", lambda: audit.click("#fit"), lambda: field() != was and changed())


def chart_tools(audit: Audit) -> None:
    """Zoom, pan, values, table and picture of a chart."""
    page, folder = audit.page, audit.folder
    audit.step(4)
    page.wait(lambda: page.state("main_figure")["data"], 20, "the curves")
    box = page.box(".main-plot")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def axis() -> list[float]:
        return page.js("return document.querySelector('.main-plot')._fullLayout.xaxis.range")

    def tool(name: str) -> None:
        # They are to be seen while the mouse is over the chart.
        page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y}
        )
        audit.click(f".main-plot [data-title='{name}']")

    def saved(pattern: str) -> bool:
        found = _downloaded(folder, pattern)
        return found is not None and (
            pattern.endswith("png") or "AIF" in found.read_text(encoding="utf-8-sig")
        )

    page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
    page.wait(lambda: page.element(".main-plot .modebar").is_displayed(), 10, "the tools")
    titles = (
        "return [...document.querySelectorAll('.main-plot [data-title]')]"
        ".map((b) => b.dataset.title)"
    )
    assert page.js(titles) == [
        "Zoom", "Pan", "Zoom in", "Zoom out", "Reset axes", "Save the values (CSV)",
        "Save as picture",
    ], "a chart has a tool that is not ours, such as one that uploads it"  # fmt: skip
    whole = axis()
    audit.row("Zoom in", lambda: tool("Zoom in"), lambda: axis()[0] > whole[0], page_only=True)
    near = axis()
    audit.row("Zoom out", lambda: tool("Zoom out"), lambda: axis()[0] < near[0], page_only=True)
    audit.row("Pan", lambda: (tool("Pan"), page.drag([(x, y), (x + 20, y), (x + 60, y)])),
              lambda: axis()[0] < whole[0] - 1, page_only=True)  # fmt: skip
    audit.row("Reset axes", lambda: tool("Reset axes"),
              lambda: np.allclose(axis(), whole), page_only=True)  # fmt: skip
    audit.row("Zoom", lambda: (tool("Zoom"), page.drag([(x, y), (x + 20, y), (x + 90, y + 40)])),
              lambda: axis()[1] - axis()[0] < 0.5 * (whole[1] - whole[0]),
              page_only=True)  # fmt: skip
    tool("Reset axes")
    audit.row("Save the values (CSV)", lambda: tool("Save the values (CSV)"),
              lambda: saved("curves-*.csv"), page_only=True)  # fmt: skip
    audit.row("Save as picture", lambda: tool("Save as picture"),
              lambda: saved("curves-*.png"), page_only=True)  # fmt: skip


def pictures(audit: Audit) -> None:
    """The views as one picture, in a file and in the clipboard."""
    from PIL import Image

    page, folder = audit.page, audit.folder
    box = page.box(".views")

    def picture() -> bool:
        found = _downloaded(folder, "spinedce-views*.png")
        if found is None:
            return False
        image = np.asarray(Image.open(found).convert("RGB"), int)
        # Twice as fine as the screen, and the same images: compare the middle of a map.
        shown = audit.picture("#pane-baseline1")
        pane = page.box("#pane-baseline1")
        x, y = (round(2 * (pane[k] - box[k])) for k in ("x", "y"))
        high, wide = shown.shape[:2]
        there = image[y : y + 2 * high : 2, x : x + 2 * wide : 2]
        apart = np.abs(there[high // 3 : -high // 3] - shown[high // 3 : -high // 3])
        return image.shape[:2] == (round(2 * box["height"]), round(2 * box["width"])) and (
            np.median(apart) < 20
        )

    audit.row("pictures", lambda: audit.click("#pictures"),
              lambda: page.element("#save-picture").is_displayed(), page_only=True)  # fmt: skip
    audit.row("save-picture", lambda: audit.click("#save-picture"), picture,
              page_only=True)  # fmt: skip
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )

    def copy() -> None:
        audit.click("#pictures")
        audit.click("#copy-picture")

    audit.row("copy-picture", copy,
              lambda: page.state("note") == "The picture of the views was copied.",
              page_only=True)  # fmt: skip

    def draw() -> None:
        audit.click("#pictures")
        audit.click("#save-figure")

    def figure() -> bool:
        found = _downloaded(folder, "spinedce-figure*.png")
        return found is not None and min(Image.open(found).size) > 1000

    audit.row("save-figure", draw, figure, seconds=60)


def one_view(audit: Audit) -> None:
    """One view alone, and the keys that list the keys and close what is on top."""
    page = audit.page

    def shown() -> list[str]:
        return page.js(
            "return [...document.querySelectorAll('.pane')]"
            ".filter((p) => p.checkVisibility({visibilityProperty: true}))"
            ".map((p) => p.id.slice(5))"
        )

    def widths() -> dict[str, int]:
        return audit.facts()["widths"]

    def double_click() -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        x, y = audit.at("baseline1", 0.4, 0.6)
        time.sleep(0.6)  # an earlier click is no part of it
        builder = ActionBuilder(page.driver, duration=10)
        for _ in range(2):
            builder.pointer_action.move_to_location(int(x), int(y))
            builder.pointer_action.pointer_down()
            builder.pointer_action.pointer_up()
        builder.perform()

    alone = ["baseline1"]
    everything = shown()
    narrow = widths()["baseline1"]
    for name, change in (
        ("view: double click", double_click),
        ("key m", lambda: (point(audit, "baseline1"), audit.keys("m"))),
        ("maximise", lambda: audit.click("#pane-baseline1 .maximise")),
    ):
        audit.row(name, change,
                  lambda: shown() == alone and widths()["baseline1"] > 2 * narrow
                  and not page.state("voxel_card")
                  and "Phantom" in page.element("#pane-baseline1 .whose").text)  # fmt: skip
        change()
        page.wait(lambda: shown() == everything and widths()["baseline1"] == narrow, 10, "all")
    audit.click("#pane-baseline1 .maximise")
    page.wait(lambda: shown() == alone)
    audit.keys(ESCAPE)
    page.wait(lambda: shown() == everything and widths()["baseline1"] == narrow, 30, "all views")

    def keys_shown() -> bool:
        return page.js("return !!document.querySelector('.keys')?.checkVisibility()")

    audit.row("key ?", lambda: audit.keys("?"), keys_shown, page_only=True)
    audit.keys(ESCAPE)
    page.wait(lambda: not keys_shown(), 5, "the end of the help")
    tour(audit)
    # A list of choices that was used and is closed leaves the keys to the page.
    audit.choose("map-select", "Vp")
    for key, step in (("2", 2), ("4", 4)):
        page.keys(key)
        page.wait(lambda s=step: audit.facts()["step"] == s, 5, "a step")
    page.keys(ESCAPE)


def tour(audit: Audit) -> None:
    """The tour: opened from the list of keys, its stops, closed for now and for good."""
    page, seen = audit.page, audit.home / "tour-seen"

    def show() -> None:
        audit.keys("?")
        time.sleep(0.4)  # the list of keys moves while it opens
        audit.click("#show-tour")

    seen.unlink()
    audit.row("show-tour", show, lambda: audit.facts()["tour"])
    audit.row("tour-next", lambda: audit.click("#tour-next"), lambda: audit.facts()["step"] == 2)
    audit.row("tour-back", lambda: audit.click("#tour-back"), lambda: audit.facts()["step"] == 1)
    audit.row("tour-close", lambda: audit.click("#tour-close"),
              lambda: not audit.facts()["tour"] and not seen.exists())  # fmt: skip
    show()
    page.wait(lambda: audit.facts()["tour"])
    audit.row("tour-end", lambda: audit.click("#tour-end"),
              lambda: not audit.facts()["tour"] and seen.exists())  # fmt: skip
    audit.step(4)


def point(audit: Audit, pane: str) -> None:
    """Move the mouse into a view."""
    x, y = audit.at(pane)
    audit.page.driver.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y}
    )
    audit.page.wait(lambda: audit.page.state("cursor"), 5, "the values")


def window_and_level(audit: Audit) -> None:
    """Window and level by drag, presets, inverse; the top of the map's scale."""
    page = audit.page

    def grey(use: str) -> list[float]:
        return audit.visit("baseline")["grey"][use]

    def top() -> float:
        return audit.visit("follow-up")["look"][0]

    # The sample patient of the audit has no T1-weighted series.
    was, changed = grey("frame"), audit.look("baseline0", "baseline2")
    audit.row("view: left drag", lambda: audit.gesture("baseline0", "left", (50, 30)),
              lambda: grey("frame")[1] - grey("frame")[0] > was[1] - was[0]
              and sum(grey("frame")[:2]) > sum(was[:2]) and changed()
              and not page.state("voxel_card"))  # fmt: skip
    was, changed = top(), audit.look("baseline1", "follow-up1")
    audit.row("view: left drag of a map", lambda: audit.gesture("baseline1", "left", (60, 0)),
              lambda: top() > 1.1 * was and changed())  # fmt: skip
    assert page.js("return !document.querySelector('.windows')?.checkVisibility()")
    audit.row("window-level", lambda: audit.click("#window-level"),
              lambda: page.js("return !!document.querySelector('.windows')?.checkVisibility()"),
              page_only=True)  # fmt: skip
    for name in ("full", "dark", "bright", "reset"):
        was, changed = grey("frame"), audit.look("baseline0")
        audit.row(f"window-frame-{name}", lambda n=name: audit.click(f"#window-frame-{n}"),
                  lambda was=was, c=changed: grey("frame") != was and c())  # fmt: skip
    changed = audit.look("baseline0")
    audit.row("inverse-frame", lambda: audit.click("#inverse-frame"),
              lambda: grey("frame")[2] and changed()
              and page.element("#inverse-frame").get_attribute("aria-pressed")
              == "true")  # fmt: skip
    audit.click("#window-frame-reset")
    for name, higher in (("full", True), ("reset", False)):
        was, changed = top(), audit.look("follow-up1")
        audit.row(f"window-map-{name}", lambda n=name: audit.click(f"#window-map-{n}"),
                  lambda was=was, h=higher, c=changed: (top() > was) == h and top() != was
                  and c())  # fmt: skip
    audit.keys(ESCAPE)
    page.wait(lambda: page.js("return !document.querySelector('.windows')?.checkVisibility()"))


def arteries(audit: Audit) -> None:
    """Step 2."""
    page = audit.page
    audit.select("baseline")
    audit.step(2)
    audit.note()

    def shift() -> float:
        return audit.visit("baseline")["shift"]

    proposed = shift()
    for key, by in (("ArrowRight", 0.1), ("ArrowLeft", -0.1), ("Shift+ArrowRight", 1.0),
                    ("Shift+ArrowLeft", -1.0)):  # fmt: skip
        start = shift()
        press = (SHIFT if "Shift" in key else "") + (RIGHT if by > 0 else LEFT)
        audit.row(f"key {key}", lambda p=press: audit.keys(p, ".main-plot"),
                  lambda s=start, by=by: abs(shift() - s - by) < 1e-6
                  and abs(page.state("main_figure")["shift"] - shift()) < 1e-6)  # fmt: skip
    numbers, changed = audit.visit("baseline")["numbers"], audit.look("baseline1")
    audit.row("slider Shift in seconds",
              lambda: audit.slide(".shift-box .v-slider__container", 0.7),
              lambda: shift() > proposed + 4 and audit.visit("baseline")["numbers"] != numbers
              and changed())  # fmt: skip
    audit.quiet()
    audit.row("use-proposal", lambda: audit.click("#use-proposal"),
              lambda: abs(shift() - proposed) < 0.006
              and audit.visit("baseline")["follows"])  # fmt: skip
    audit.quiet()
    start = shift()
    box = page.box(".main-plot")
    x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6
    audit.row("plot main-plot", lambda: page.drag([(x, y), *((x + i, y) for i in range(1, 9))]),
              lambda: shift() > start + 0.5)  # fmt: skip
    audit.quiet()
    charts(audit, shift)
    parker, chart = FORM["aif.source"].choices["parker"], page.state("main_figure")["data"]
    audit.row("aif-source", lambda: audit.choose("aif-source", parker),
              lambda: audit.visit("baseline")["settings"]["aif"]["source"] == "parker"
              and audit.visit("baseline")["current"]
              and page.state("main_figure")["data"] != chart)  # fmt: skip
    audit.quiet()
    curve = audit.sample / "before" / "truth" / "aif.csv"
    audit.row("upload-aif", lambda: page.element("#upload-aif").send_keys(str(curve)),
              lambda: audit.visit("baseline")["settings"]["aif"]["source"] == "file"
              and audit.visit("baseline")["current"])  # fmt: skip
    audit.quiet()
    for source in ("parker", "auto"):
        audit.keys(UNDO)
        page.wait(lambda s=source: audit.visit("baseline")["settings"]["aif"]["source"] == s)
        audit.quiet()
    page.wait(lambda: page.state("candidates"), 20, "the candidates")

    numbers = audit.visit("baseline")["numbers"]

    def taken() -> list[bool]:
        return [c["taken"] for c in page.state("candidates")]

    was = taken()
    there = page.state("candidates")[0]["slice"] - 1
    page.go("baseline", 1 if there == 0 else 0)
    audit.row("candidate", lambda: audit.click(".candidate"),
              lambda: page.state("slice_index") == there and taken() == was)  # fmt: skip
    audit.row("candidate-taken", lambda: audit.keys(" ", ".candidate-taken"),
              lambda: taken()[0] != was[0] and audit.visit("baseline")["selection"]
              and audit.visit("baseline")["numbers"] != numbers)  # fmt: skip
    audit.quiet()
    audit.row("reset-artery", lambda: audit.click("#reset-artery"),
              lambda: taken() == was and not audit.visit("baseline")["selection"]
              and _close(audit.visit("baseline")["numbers"], numbers))  # fmt: skip
    audit.quiet()
    on_the_image(audit)
    box = page.box(".candidates-plot")

    def pick() -> None:
        # On the curve of the first candidate, near its peak.
        at = page.js(
            "const g = document.querySelector('.candidates-plot'); const d = g.data[0];"
            "const i = d.y.indexOf(Math.max(...d.y)); const l = g._fullLayout;"
            "g.scrollIntoView({block: 'center'}); const r = g.getBoundingClientRect();"
            "return [r.x + l.xaxis._offset + l.xaxis.d2p(d.x[i]),"
            " r.y + l.yaxis._offset + l.yaxis.d2p(d.y[i])]"
        )
        page.drag([(at[0] - 1, at[1] + 1), tuple(at), tuple(at)][:1])

    audit.row("plot candidates-plot", pick,
              lambda: taken() != was and audit.visit("baseline")["selection"])  # fmt: skip
    audit.click("#reset-artery")
    audit.quiet()


def on_the_image(audit: Audit) -> None:
    """The artery on the image: outlined, and taken in and out by clicks."""
    page = audit.page
    was = [c["taken"] for c in page.state("candidates")]
    inside = middle_of(page, "baseline1", audit.sample / "before", "aorta", deepest=True)
    page.go("baseline", inside.slice_index)
    numbers = audit.visit("baseline")["numbers"]

    def click() -> None:
        page.drag([(inside.x, inside.y)])

    def changed() -> bool:
        one = audit.visit("baseline")
        return bool(one["selection"]) and one["numbers"] != numbers

    def use(tool: str) -> None:
        audit.click(f"#artery-{tool}")
        # A hand sees the tool in use before it moves to the image.
        page.wait(lambda: page.state("artery_tool") == tool)
        click()

    for tool in ("vessel", "voxel"):
        audit.row(f"artery-{tool}", lambda t=tool: use(t), changed)
        audit.quiet()
        audit.keys(ESCAPE)
        page.wait(lambda: not page.state("artery_tool"))
        audit.click("#reset-artery")
        page.wait(lambda: [c["taken"] for c in page.state("candidates")] == was)
        audit.quiet()
    differs = audit.look("baseline1")
    audit.row("show-vessels", lambda: audit.click("label[for=show-vessels]"),
              lambda: not page.state("show_vessels") and differs())  # fmt: skip
    audit.click("label[for=show-vessels]")
    page.wait(lambda: page.state("show_vessels"))
    audit.quiet()


def charts(audit: Audit, shift: Callable[[], float]) -> None:
    """The evidence, where a click sets the shift."""
    page = audit.page

    def at(seconds: float) -> tuple[float, float]:
        return tuple(page.js(
            "const g = document.querySelector('.side-plot'); const l = g._fullLayout;"
            "const r = g.getBoundingClientRect();"
            "return [r.x + l._size.l + l.xaxis.d2p(arguments[0]),"
            " r.y + l._size.t + l._size.h / 2]", seconds,
        ))  # fmt: skip

    place = at(7.0)
    audit.row("plot side-plot", lambda: page.drag([place]),
              lambda: abs(shift() - 7.0) < 0.2)  # fmt: skip
    audit.quiet()


def what_a_lock_stops(audit: Audit) -> None:
    """Neither brush nor list changes the locked lesion, and no tool is armed for it."""
    page = audit.page
    before = audit.visit("baseline")["voxels"]
    for control in ("[aria-label='Delete Lesion']", "[aria-label='Role of Lesion']",
                    "[aria-label='Level of Lesion']"):  # fmt: skip
        assert not page.element(control).is_enabled()
    audit.keys(ESCAPE)
    page.wait(lambda: not audit.facts()["role"])
    audit.click("[aria-label='Draw Lesion']")
    page.wait(lambda: "unlock" in (page.state("error") or ""), 5, "why it cannot be drawn")
    assert not audit.facts()["role"]
    box = page.box("#pane-baseline1")
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.drag([middle, (middle[0] + 12, middle[1] + 6)])
    time.sleep(0.5)
    assert audit.visit("baseline")["voxels"] == before
    audit.keys(ESCAPE)


def regions(audit: Audit) -> None:
    """Step 3."""
    page, sample = audit.page, audit.sample
    audit.select("baseline")
    audit.step(3)
    audit.note()
    at = middle_of(page, "baseline1", sample / "before", "lesion")
    page.go("baseline", at.slice_index)

    def voxels(name: str = "Lesion", visit: str = "baseline") -> int:
        return audit.visit(visit)["voxels"].get(name, 0)

    stroke = [(at.x + i, at.y) for i in (-2, -1, 0, 1, 2)]
    for role in ("muscle", "aorta", "exclusion", "reference", "lesion"):
        audit.row(f"role-{role}", lambda r=role: audit.click(f"#role-{r}"),
                  lambda r=role: audit.facts()["role"] == r
                  and audit.facts()["tool"] == "paint")  # fmt: skip
    audit.row("view: stroke", lambda: page.drag(stroke),
              lambda: voxels() and page.state("region_numbers").get("lesion"))  # fmt: skip
    painted = voxels()
    for name, tool, path in (
        ("tool-erase", "erase", stroke), ("tool-paint", "paint", stroke),
        ("tool-scissors", "scissors", _ring(at.x, at.y, 3 * at.scale)),
        ("tool-draw", "draw", _ring(at.x, at.y, 12 * at.scale)),
    ):  # fmt: skip
        was = voxels()

        def use(name: str = name, path: Any = path) -> None:
            audit.click(f"#{name}")
            time.sleep(0.3)
            page.drag(path, pause=0.03)

        audit.row(
            name, use,
            lambda t=tool, was=was: audit.facts()["tool"] == t
            and (voxels() < was if t in ("erase", "scissors") else voxels() > was),
        )  # fmt: skip
    assert painted
    was = voxels()

    def propose() -> None:
        audit.click("#tool-body")
        time.sleep(0.3)
        page.drag([(at.x, at.y), (at.x, at.y)])

    audit.row("tool-body", propose,
              lambda: audit.facts()["tool"] == "body" and voxels() > was)  # fmt: skip
    was = voxels()
    audit.row("button-can_undo", lambda: audit.click("#button-can_undo"), lambda: voxels() < was)
    less = voxels()
    audit.row("button-can_redo", lambda: audit.click("#button-can_redo"), lambda: voxels() == was)
    audit.row("key Ctrl+z", lambda: audit.keys(UNDO), lambda: voxels() == less)
    audit.row("key Ctrl+y", lambda: audit.keys(CTRL + "y"), lambda: voxels() == was)
    audit.keys(UNDO)
    page.wait(lambda: voxels() == less)
    audit.row("key Ctrl+Shift+z", lambda: audit.keys(CTRL + SHIFT + "z"),
              lambda: voxels() == was)  # fmt: skip
    audit.row("undo-list", lambda: audit.click("#undo-list"),
              lambda: page.driver.find_elements("css selector", ".undo-to"),
              page_only=True)  # fmt: skip
    audit.row("undo-to", lambda: audit.click(".undo-to"), lambda: voxels() == less)
    audit.keys(CTRL + "y")
    page.wait(lambda: voxels() == was)
    audit.click("#tool-paint")
    page.wait(lambda: audit.facts()["tool"] == "paint")
    audit.row("slider Brush diameter in mm",
              lambda: audit.slide("#brush-box .v-slider__container", 0.9),
              lambda: audit.facts()["diameter"] > 30)  # fmt: skip
    for key, smaller in (("[", True), ("]", False)):
        was = audit.facts()["diameter"]
        audit.row(f"key {key}", lambda k=key: audit.keys(k),
                  lambda was=was, s=smaller: (audit.facts()["diameter"] < was) == s
                  and audit.facts()["diameter"] != was)  # fmt: skip
    here = audit.visit("baseline")["slice"]
    for name, by in (("copy-next", 1), ("copy-previous", -1)):
        page.go("baseline", here)
        audit.row(name, lambda n=name: audit.click(f"#{n}"),
                  lambda by=by: here + by in audit.visit("baseline")["slices"]["Lesion"]
                  and audit.visit("baseline")["slice"] == here + by)  # fmt: skip
    limits(audit)
    page.go("baseline", at.slice_index)
    shapes(audit, at)
    audit.row("add-another", lambda: audit.click("#add-another"),
              lambda: "Lesion 2" in audit.visit("baseline")["roles"])  # fmt: skip
    for word, hidden in (("Hide", ["Lesion"]), ("Show", [])):
        changed = audit.look("baseline1")
        audit.row("region-eye",
                  lambda word=word: audit.click(f"[aria-label='{word} Lesion']"),
                  lambda changed=changed, hidden=hidden: changed()
                  and audit.visit("baseline")["hidden"] == hidden)  # fmt: skip
    changed = audit.look("baseline1")
    audit.row("slider Opacity of the regions in %",
              lambda: audit.slide("#region-opacity-box", 0.7),
              lambda: changed() and audit.visit("baseline")["fill"] > 0.4)  # fmt: skip
    for locked in (["Lesion"], []):
        audit.row("region-lock",
                  lambda word="Lock" if locked else "Unlock":
                  audit.click(f"[aria-label='{word} Lesion']"),
                  lambda locked=locked: audit.visit("baseline")["locked"] == locked)  # fmt: skip
        if locked:
            what_a_lock_stops(audit)
    for level, name in (("L3", "Lesion L3"), ("", "Lesion")):
        audit.row("region-level",
                  lambda level=level: _pick(audit, "[aria-label^='Level of Lesion']", level),
                  lambda name=name: name in audit.visit("baseline")["voxels"])  # fmt: skip
    audit.row("region-name", lambda: audit.click("[aria-label='Draw Lesion']"),
              lambda: audit.facts()["region"] == "Lesion")  # fmt: skip
    audit.row("region-role", lambda: _pick(audit, "[aria-label='Role of Lesion 2']", "reference"),
              lambda: audit.visit("baseline")["roles"]["Lesion 2"] == "reference")  # fmt: skip
    audit.click("[aria-label='Draw Lesion 2']")
    page.wait(lambda: audit.facts()["region"] == "Lesion 2")
    audit.row("delete-region", lambda: audit.click("#delete-region"),
              lambda: "Lesion 2" not in audit.visit("baseline")["roles"])  # fmt: skip
    rulers(audit, at)
    audit.row("region-delete", lambda: audit.click("[aria-label='Delete Lesion']"),
              lambda: "Lesion" not in audit.visit("baseline")["roles"])  # fmt: skip
    audit.keys(ESCAPE)
    for visit, file in audit.files.items():
        audit.select(visit)
        expected = {n: int(m.sum()) for n, m in read_segmentation(file).masks.items()}
        audit.row("upload-regions",
                  lambda f=str(file): page.element("#upload-regions").send_keys(f),
                  lambda v=visit, e=expected: audit.visit(v)["voxels"] == e)  # fmt: skip
        audit.quiet()
    audit.select("baseline")


def _ring(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 16)]


def shapes(audit: Audit, at: Any) -> None:
    """Ellipse, polygon, growth from a seed and changes of the whole region, of an exclusion."""
    page, x, y, s = audit.page, at.x, at.y, at.scale
    audit.click("#role-exclusion")
    page.wait(lambda: audit.facts()["role"] == "exclusion")

    def voxels() -> int:
        return audit.visit("baseline")["voxels"].get("Exclusion", 0)

    def drawn(change: Callable[[], Any]) -> int:
        """Return how many voxels a change adds; wait until it does."""
        was = voxels()
        change()
        return page.wait(lambda: voxels() - was if voxels() > was else 0, 10, "voxels")

    def ellipse(left: float, right: float, *keys: str, height: float = 1.0) -> None:
        """Drag from corner to corner, mm beside the middle of the lesion.

        Args:
            height: in widths.
        """
        audit.click("#tool-ellipse")
        time.sleep(0.3)
        half = 0.5 * height * (right - left)
        corners = [(x + left * s, y - half * s), (x + right * s, y + half * s)]
        audit.hold(keys, lambda: page.drag([corners[0], (x, y), corners[1]], pause=0.05))

    was = voxels()
    audit.row("tool-ellipse", lambda: ellipse(-16, 16, height=0.6),
              lambda: audit.facts()["tool"] == "ellipse" and voxels() > was)  # fmt: skip
    plain = voxels()
    for key, name in ((SHIFT, "Shift"), (CTRL, "Ctrl")):
        audit.keys(UNDO)
        page.wait(lambda: voxels() == was)
        audit.row(f"view: ellipse with {name}", lambda k=key: ellipse(-16, 16, k, height=0.6),
                  lambda: voxels() > 1.3 * plain)  # fmt: skip
    audit.keys(UNDO)
    page.wait(lambda: voxels() == was)
    polygon(audit, at, voxels)
    audit.row("tool-grow", lambda: (audit.click("#tool-grow"), time.sleep(0.3),
                                    page.drag([(x, y), (x, y)])),
              lambda: audit.facts()["tool"] == "grow" and voxels() > was
              and page.state("grown"))  # fmt: skip
    audit.row("slider Range around the value at the seed in ± %",
              lambda: audit.slide("#grow-box .row:nth-child(1) .v-slider__container", 0.9),
              lambda: audit.facts()["limits"][0] > 80)  # fmt: skip
    audit.row("slider Largest distance from the seed in mm",
              lambda: audit.slide("#grow-box .row:nth-child(2) .v-slider__container", 0.1),
              lambda: audit.facts()["limits"][1] < 12)  # fmt: skip
    audit.keys(UNDO)
    page.wait(lambda: voxels() == was)
    page.js("document.querySelector('#region-changes').open = false")
    audit.row("fold CHANGE THE WHOLE REGION", lambda: audit.click("#region-changes summary"),
              lambda: page.js("return document.querySelector('#region-changes').open"),
              page_only=True)  # fmt: skip
    small, large = drawn(lambda: ellipse(-26, -12)), drawn(lambda: ellipse(-4, 24))
    geometry = read_segmentation(audit.sample / "before" / "truth" / "rois.seg.nrrd").geometry
    between = (small + large) / 2 * geometry.voxel_volume
    for name, text in (("pieces", f"{between:.0f}"), ("smooth", "30"), ("margin", "8")):
        audit.row(f"size-{name}", lambda n=name, t=text: audit.type(f"#size-{n}", t, TAB),
                  lambda n=name, t=text: audit.facts()["sizes"][n] == t)  # fmt: skip
    both = voxels()

    def change(kind: str, effect: Callable[[], bool], *, back: bool = True) -> None:
        before = voxels()
        audit.row(kind, lambda: audit.click(f"#{kind}"), effect)
        if back:
            audit.keys(UNDO)
            page.wait(lambda: voxels() == before, 10, "undo")

    change("keep-largest", lambda: voxels() == large)
    change("remove-small", lambda: voxels() == large)
    change("close-gaps", lambda: voxels() > both)
    change("grow-margin", lambda: voxels() > both, back=False)
    grown = voxels()
    audit.type("#size-smooth", "9", TAB)
    change("smooth-median", lambda: voxels() != grown)
    audit.type("#size-margin", "4", TAB)
    change("shrink-margin", lambda: voxels() < grown)
    audit.keys(UNDO)
    page.wait(lambda: voxels() == both, 10, "undo")
    step = 2 if at.slice_index + 2 < geometry.shape[0] else -2
    page.go("baseline", at.slice_index + step)
    drawn(lambda: ellipse(-4, 24))
    middle = at.slice_index + step // 2
    change("fill-between",
           lambda: middle in audit.visit("baseline")["slices"]["Exclusion"])  # fmt: skip
    page.go("baseline", at.slice_index)
    audit.click("#region-changes summary")
    audit.click("#delete-region")
    audit.click("#role-lesion")
    page.wait(lambda: audit.facts()["role"] == "lesion")


def polygon(audit: Audit, at: Any, voxels: Callable[[], int]) -> None:
    """A polygon: its points are set, moved, removed and added, before it fills the slice."""
    page, x, y, s = audit.page, at.x, at.y, at.scale
    corners = [(x - 20 * s, y - 16 * s), (x + 20 * s, y - 16 * s), (x + 20 * s, y + 16 * s),
               (x - 20 * s, y + 16 * s)]  # fmt: skip

    def points() -> list[Any]:
        return audit.facts()["outline"].get("points", [])

    def draw() -> None:
        audit.click("#tool-polygon")
        time.sleep(0.3)
        for number, corner in enumerate(corners, 1):
            page.drag([corner])
            page.wait(lambda n=number: len(points()) >= n, 5, "the point")

    was = voxels()
    audit.row("tool-polygon", draw, lambda: len(points()) == 4)
    audit.row("polygon-discard", lambda: audit.click("#polygon-discard"),
              lambda: audit.facts()["outline"] == {}
              and audit.facts()["tool"] == "polygon")  # fmt: skip
    draw()
    audit.row("polygon-remove", lambda: audit.click("#polygon-remove"),
              lambda: len(points()) == 3)  # fmt: skip
    page.drag([corners[3]])
    page.wait(lambda: len(points()) == 4)
    for key, name, left in (("\ue017", "Delete", 3), ("\ue003", "Backspace", 2)):
        audit.row(f"key {name}", lambda k=key: audit.keys(k),
                  lambda n=left: len(points()) == n)  # fmt: skip
    for number in (2, 3):
        page.drag([corners[number]])
        page.wait(lambda n=number: len(points()) == n + 1)
    audit.row("view: double click on a polygon", lambda: page.drag([corners[3]]),
              lambda: audit.facts()["outline"].get("closed"))  # fmt: skip
    before = points()
    audit.row("view: drag of a polygon's point",
              lambda: page.drag([corners[0], *((corners[0][0] - i, corners[0][1]) for i in (4, 8))],
                                pause=0.05),
              lambda: points()[0] != before[0] and points()[1:] == before[1:])  # fmt: skip
    audit.row("view: click on a polygon's side", lambda: page.drag([(x, y - 16 * s)]),
              lambda: len(points()) == 5)  # fmt: skip
    audit.row("view: right click on a polygon's point",
              lambda: audit.right_click(x, y - 16 * s), lambda: len(points()) == 4)  # fmt: skip
    assert voxels() == was, "nothing is filled before the polygon is accepted"
    audit.row("key Enter", lambda: audit.keys(ENTER),
              lambda: voxels() > was and not points())  # fmt: skip
    audit.keys(UNDO)
    page.wait(lambda: voxels() == was)
    draw()

    def accept() -> None:
        for _ in range(2):
            audit.click("#polygon-accept")
            time.sleep(0.4)

    audit.row("polygon-accept", accept, lambda: voxels() > was and not points())
    audit.keys(UNDO)
    page.wait(lambda: voxels() == was)


def limits(audit: Audit) -> None:
    """Painting within a range of the signal."""
    page = audit.page
    page.go("baseline", 2)
    audit.click("#role-exclusion")
    page.wait(lambda: audit.facts()["role"] == "exclusion")
    changed = audit.look("baseline1")
    audit.row("only-between", lambda: audit.click("label[for=only-between]"),
              lambda: audit.facts()["between"] and changed())  # fmt: skip
    was = audit.facts()["between_range"]
    box = page.box("#between-box .v-slider__container")
    y = box["y"] + box["height"] / 2
    audit.row("slider between_start", lambda: page.drag([(box["x"] + 0.35 * box["width"], y)]),
              lambda: audit.facts()["between_range"] != was)  # fmt: skip
    audit.row("fill-slice", lambda: audit.click("#fill-slice"),
              lambda: 2 in audit.visit("baseline")["slices"].get("Exclusion", []))  # fmt: skip
    audit.click("label[for=only-between]")
    page.wait(lambda: not audit.facts()["between"])
    audit.click("#delete-region")
    audit.click("#role-lesion")
    page.wait(lambda: audit.facts()["role"] == "lesion")


def rulers(audit: Audit, at: Any) -> None:
    """Rulers."""
    page = audit.page
    page.go("baseline", at.slice_index)
    x, y = int(at.x), int(at.y)

    def measure(pane_x: float = x) -> None:
        audit.click("#ruler")
        page.wait(lambda: page.state("placing"), 3)
        for point in ((pane_x, y - 30), (pane_x, y + 30)):
            page.drag([point])
            time.sleep(0.4)

    def drag() -> None:
        audit.click("#ruler")
        page.wait(lambda: page.state("placing"), 3)
        page.drag([(x, y - 30), (x, y), (x, y + 30)], pause=0.05)

    audit.row("view: drag from end to end of a ruler", drag,
              lambda: page.state("rulers") == [f"{60 / at.scale:.1f} mm"]
              and audit.visit("baseline")["rulers"] == 1)  # fmt: skip
    audit.click("#remove-rulers")
    page.wait(lambda: audit.visit("baseline")["rulers"] == 0)
    audit.row("ruler", measure, lambda: audit.visit("baseline")["rulers"] == 1)
    assert page.state("error") == "", "one ruler is no error, because another one follows"
    audit.row("view: drag of a ruler's end",
              lambda: page.drag([(x, y + 30), *((x, y + 30 + i) for i in (4, 8, 12, 16))],
                                pause=0.05),
              lambda: page.state("rulers") == [f"{76 / at.scale:.1f} mm"])  # fmt: skip
    audit.row("remove-rulers", lambda: audit.click("#remove-rulers"),
              lambda: audit.visit("baseline")["rulers"] == 0)  # fmt: skip


def delays(audit: Audit) -> None:
    """The shift of one region, set and reset alone."""
    audit.select("baseline")
    audit.step(2)

    def given() -> dict[str, float]:
        return audit.visit("baseline")["settings"]["fit"]["shifts"]

    numbers = audit.visit("baseline")["numbers"]
    audit.row("region-delay", lambda: audit.type(".region-delay", "2.5", TAB),
              lambda: given() == {"Lesion": 2.5} and audit.visit("baseline")["current"]
              and audit.visit("baseline")["numbers"] != numbers)  # fmt: skip
    audit.quiet()
    audit.row("reset-delay", lambda: audit.click(".reset-delay"),
              lambda: given() == {} and audit.visit("baseline")["current"]
              and _close(audit.visit("baseline")["numbers"], numbers))  # fmt: skip
    audit.quiet()


def maps(audit: Audit) -> None:
    """Step 4, without its settings."""
    page = audit.page
    audit.step(4)

    def look() -> list[Any]:
        return audit.visit("baseline")["look"]

    for name, place, box, share in (("Top of scale", 0, "#scale-box", 0.9),
                                    ("Transparent below", 1, "#threshold-box", 0.5)):  # fmt: skip
        was, changed = look(), audit.look("baseline1", "follow-up1")
        audit.row(
            f"slider {name}",
            lambda b=box, s=share: audit.slide(f"{b} .v-slider__container", s),
            lambda was=was, p=place, c=changed: abs(look()[p] - was[p]) > 1e-3 * was[0] and c()
            and audit.visit("follow-up")["look"] == look(),
        )  # fmt: skip
    was, changed = look(), audit.look("baseline1", "follow-up1")
    audit.row("fit-scale", lambda: audit.click("#fit-scale"),
              lambda: look()[0] != was[0] and changed())  # fmt: skip
    changed = audit.look("baseline1", "follow-up1")
    audit.row("colours", lambda: audit.choose("colours", "Rainbow (not uniform)"),
              lambda: "rainbow" in look()[2].lower() and changed())  # fmt: skip
    for name in ("Cividis (blue–yellow)", "Magma (black–yellow)", "Grey"):
        changed = audit.look("baseline1", "follow-up1")
        audit.row("colours", lambda n=name: audit.choose("colours", n),
                  lambda n=name, c=changed: n.split()[0].lower() in look()[2].lower()
                  and c())  # fmt: skip
    for wanted in (True, False):
        audit.row("descriptive", lambda: audit.click("label[for=descriptive]"),
                  lambda w=wanted: ("TTP" in audit.visit("follow-up")["shown_maps"]) == w
                  and any(m["value"] == "IAUC60" for m in page.state("maps")) == w
                  and not page.state("busy"), seconds=60)  # fmt: skip
        if wanted:
            changed = audit.look("baseline1", "follow-up1")
            audit.choose("map-select", "Time to peak")
            page.wait(lambda c=changed: c() and page.state("legend")["title"] == "Time to peak s")
    for wanted in (True, False):
        audit.row("errors", lambda: audit.click("label[for=errors]"),
                  lambda w=wanted: ("vp_SE" in audit.visit("follow-up")["shown_maps"]) == w
                  and any(m["value"] == "vp_SE" for m in page.state("maps")) == w
                  and not page.state("busy"), seconds=60)  # fmt: skip
        if wanted:
            changed = audit.look("baseline1", "follow-up1")
            audit.choose("map-select", "SE of Vp")
            page.wait(lambda c=changed: c() and "SE of Vp" in page.state("legend")["title"])
    page.wait(lambda: audit.facts()["map"] == "vp", 10, "Vp")
    models(audit)
    audit._trigger("audit_hold_back", True)
    audit.type("#setting-aif-Hct", "0.3")
    page.wait(lambda: not audit.visit("baseline")["current"])
    audit.row("recompute-maps", lambda: audit.click("#recompute-maps"),
              lambda: audit.visit("baseline")["current"])  # fmt: skip
    audit._trigger("audit_hold_back", False)
    page.wait(lambda: not page.state("busy"))
    audit.keys(UNDO)
    page.wait(lambda: audit.visit("baseline")["settings"]["aif"]["Hct"] == 0.42)
    audit.quiet()
    T1_map = audit.sample / "before" / "truth" / "T10.nrrd"
    audit.row("upload-T1map", lambda: page.element("#upload-T1map").send_keys(str(T1_map)),
              lambda: audit.visit("baseline")["T1_map"] and audit.visit("baseline")["current"],
              seconds=30)  # fmt: skip
    audit.quiet()
    close(audit)  # a T1 map is not taken back by undo


def models(audit: Audit) -> None:
    """The comparison of the models on a region and on a voxel."""
    page = audit.page

    def shown() -> tuple[str, list[str]]:
        rows = page.js(
            "return [...document.querySelectorAll('.models tbody tr')].map((r) => r.innerText)"
        )
        return page.js("return document.querySelector('#models-text')?.innerText || ''"), rows

    audit.row("compare-models", lambda: audit.click("#compare-models"),
              lambda: shown()[0].startswith("The data ") and len(shown()[1]) == 4
              and "in use" in shown()[1][1])  # fmt: skip
    was = shown()
    audit.row("models-of", lambda: audit.choose("models-of", "C5"),
              lambda: page.state("models_of") == "C5" and shown()[1] != was[1])  # fmt: skip
    box = page.box(".models-plot")
    page.wait(lambda: page.js("return !!document.querySelector('.models-plot')._fullLayout"))
    axis = "return document.querySelector('.models-plot')._fullLayout.xaxis.range"
    whole = page.js(axis)
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 3}
    audit.row(
        "plot models-plot",
        lambda: page.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseWheel", **at, "deltaX": 0, "deltaY": -100}
        ),
        lambda: page.js(axis)[0] > whole[0], page_only=True,
    )  # fmt: skip
    audit.row("close-models", lambda: audit.click("#close-models"), lambda: not shown()[0])
    place = audit.at("baseline1", 0.45, 0.4)
    page.drag([place, place])
    page.wait(lambda: page.state("voxel_card"), 10, "a voxel")
    audit.row("compare-models-voxel", lambda: audit.click("#compare-models-voxel"),
              lambda: shown()[0] and page.state("models_of") == ":voxel")  # fmt: skip
    audit.keys(ESCAPE)
    page.wait(lambda: not shown()[0], 5, "the end of the comparison")
    audit.keys(ESCAPE)


#: What a user enters in each setting.
ENTERED = {
    "reading.TR": "5", "reading.FA": "20", "reading.field_strength": "3",
    "reading.frame_interval": "5", "reading.footprint": "8",
    "reading.frame_times": ", ".join(f"{5.5 * i}" for i in range(40)),
    "reading.excluded_frames": "30, 31", "contrast.dose": "0.2", "contrast.rate": "3",
    "contrast.concentration": "0.5", "fit.shifts": "Lesion=2.5", "concentration.T10": "900",
    "concentration.muscle_T10": "1100", "concentration.r1": "5", "aif.blood_T10": "1600",
    "aif.Hct": "0.3", "concentration.baseline_frames": "3", "aif.r2": "6", "fit.kep_low": "0.1",
    "fit.kep_high": "4", "preprocessing.noise_mask.level": "3",
    "preprocessing.noise_mask.closing": "1", "preprocessing.noise_mask.smallest": "0.9",
    "preprocessing.motion.least": "0.001", "preprocessing.motion.posterior": "0.2",
    "preprocessing.spikes.height": "1.5", "preprocessing.space.width": "6",
    "preprocessing.space.contrast": "1", "preprocessing.time.width": "40",
    "preprocessing.time.contrast": "1", "preprocessing.time.first_pass": "90",
    "concentration.T1_source": "fixed", "fit.model": "patlak",
    "preprocessing.space.method": "edge_preserving", "reading.reference_level": "C5",
}  # fmt: skip
#: Settings that stay on for the rows of others, which depend on them: setting → others.
KEPT_ON = {
    "fit.model": ("fit.fit_delay",),  # the fit of a delay with the extended Tofts model is slow
    "concentration.T1_source": ("concentration.T10",),
    "preprocessing.motion.on": (
        "preprocessing.motion.least", "preprocessing.motion.through_plane",
        "preprocessing.motion.posterior",
    ),
    "preprocessing.spikes.on": ("preprocessing.spikes.height",),
    "preprocessing.space.method": (
        "preprocessing.space.width", "preprocessing.space.contrast",
        "preprocessing.space.through_plane",
    ),
    "preprocessing.time.on": (
        "preprocessing.time.width", "preprocessing.time.contrast",
        "preprocessing.time.first_pass",
    ),
}  # fmt: skip
#: Settings with which a computation takes minutes on a busy machine.
SLOW = {
    "fit.fit_delay", "preprocessing.motion.on", "preprocessing.motion.least",
    "preprocessing.motion.through_plane", "preprocessing.motion.posterior",
}  # fmt: skip
#: Settings that change the numbers of every study; the effect of others depends on it.
CHANGE_NUMBERS = {
    "fit.model", "concentration.signal", "aif.Hct", "reading.excluded_frames",
    "reading.reference_level",
}  # fmt: skip


def settings(audit: Audit, engines: dict[str, Engine], group: SettingGroup) -> None:
    """Every setting of a group: the numbers are those of the engine with the same choice."""
    page = audit.page
    # A shift that a person set stays where it is.
    for visit in VISITS:
        if audit.visit(visit)["follows"]:
            audit.step(2)
            audit.select(visit)
            audit.keys(RIGHT, ".main-plot")
            page.wait(lambda v=visit: not audit.visit(v)["follows"])
            audit.quiet()
    audit.select("baseline")
    dependent = {path for paths in KEPT_ON.values() for path in paths}
    for path in group.paths:
        if path in dependent or path == "reading.displaced":  # its row is in ways_to_read
            continue
        _setting(audit, engines, path, undo=path not in KEPT_ON)
        for other in KEPT_ON.get(path, ()):
            _setting(audit, engines, other)
        if path in KEPT_ON:
            _take_back(audit, path)


def _setting(audit: Audit, engines: dict[str, Engine], path: str, undo: bool = True) -> None:
    page, field, without = audit.page, FORM[path], audit.without
    step = int(page.js(
        "const e = document.getElementById(arguments[0]).closest('.step');"
        "return [...e.parentElement.children].indexOf(e) + 1", _id(path)))  # fmt: skip
    if audit.facts()["step"] != step:
        audit.step(step)
    audit.unfold()
    facts = audit.facts()["visits"]
    old = {name: settings_from_dict(facts[name]["settings"], kind=Settings) for name in VISITS}
    present = value_at(old["baseline"], path)
    if field.kind == "switch":
        entered: Any = not present
    elif field.kind == "choice":
        entered = ENTERED.get(path) or next(c for c in field.choices if c not in (present, None))
    else:
        entered = ENTERED[path]
    value = parsed_value(path, entered)
    visits = list(VISITS) if field.scope == "common" else ["baseline"]
    expected = {
        name: engines[name].numbers(with_values(old[name], {path: value})) for name in visits
    }
    if all(expected[name] == facts[name]["numbers"] or (
        not isinstance(expected[name], str) and _close(expected[name], facts[name]["numbers"])
    ) for name in visits):  # fmt: skip
        without["effect"].add(path)
    if any(isinstance(numbers, str) for numbers in expected.values()):
        without["result"].add(path)

    def change() -> None:
        if field.kind == "switch":
            page.js("arguments[0].scrollIntoView({block: 'center'})", page.element(f"#{_id(path)}"))
            audit.click(f"label[for={_id(path)}]")
        elif field.kind == "choice":
            audit.choose(_id(path), field.choices[value])
        else:
            audit.type(f"#{_id(path)}", entered, TAB)

    # The threads of the registration add its sums in any order.
    rel = 2e-3 if path.startswith("preprocessing.motion") else 1e-5

    def holds() -> bool:
        now = audit.facts()["visits"]
        for name in VISITS:
            of = value_at(settings_from_dict(now[name]["settings"], kind=Settings), path)
            if of != (value if name in visits else value_at(old[name], path)):
                return False
        if path in ("reading.TR", "reading.FA", "reading.field_strength"):
            shown = page.state("facts")
            if not any(f"{float(entered):g} " in cells[1] for cells in shown):
                return False
        for name in visits:
            numbers = expected[name]
            if isinstance(numbers, str):
                if not now[name]["problem"] or not page.state("error"):
                    return False
            elif not (now[name]["current"] and _close(numbers, now[name]["numbers"], rel)):
                return False
        return True

    audit.row(_id(path), change, holds, seconds=900 if path in SLOW else 90)
    if undo:
        _take_back(audit, path)


def _take_back(audit: Audit, path: str) -> None:
    audit.keys(UNDO)
    default = value_at(Settings(), path)
    audit.page.wait(
        lambda: value_at(
            settings_from_dict(audit.visit("baseline")["settings"], kind=Settings), path
        ) == default, 10, f"the end of {path}",
    )  # fmt: skip
    audit.quiet()
    if audit.page.state("error"):
        audit.page.click("#close-error")


def _id(path: str) -> str:
    return variable(path).replace("_", "-")


def written(audit: Audit) -> None:
    """The report's text: draft, edit, final, addendum, copy, history."""
    page = audit.page

    def report() -> Any:
        return audit.facts()["report"]

    def shown(selector: str) -> str:
        return str(page.element(selector).get_property("value"))

    audit.row("insert-draft", lambda: audit.click("#insert-draft"),
              lambda: "Vp" in report()["findings"] and report()["impression"]
              and shown("#findings") == report()["findings"])  # fmt: skip
    call = page.element("#call").text
    assert report()["impression"].splitlines()[0] in call
    for name, text in (("findings", "Lesion in T12."), ("impression", "Discussed.")):
        audit.row(name, lambda name=name, text=text: audit.type(f"#{name}", text, TAB),
                  lambda name=name, text=text: report()[name] == text)  # fmt: skip
    audit.row("confirm-draft", lambda: (audit.click("#insert-draft"),
                                        audit.click("#confirm-draft")),
              lambda: "Vp" in report()["findings"])  # fmt: skip
    for name, text in (("findings", "Lesion in T12."), ("impression", "Discussed.")):
        audit.type(f"#{name}", text, TAB)
        page.wait(lambda name=name, text=text: report()[name] == text, 10)
    audit.click("#insert-draft")
    audit.row("keep-text", lambda: audit.click("#keep-text"),
              lambda: page.driver.find_elements("css selector", "#insert-draft")
              and report()["findings"] == "Lesion in T12.", page_only=True)  # fmt: skip
    audit.row("reader", lambda: audit.type("#reader", "A. Reader", TAB),
              lambda: report()["by"] == "A. Reader")  # fmt: skip
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    audit.row("copy-report", lambda: audit.click("#copy-report"),
              lambda: page.state("note") == "The report was copied."
              and "Discussed." in page.state("report")["plain"], page_only=True)  # fmt: skip
    audit.row("make-final", lambda: audit.click("#make-final"),
              lambda: page.driver.find_elements("css selector", "#confirm-final"),
              page_only=True)  # fmt: skip
    audit.row("not-final", lambda: audit.click("#not-final"),
              lambda: not page.driver.find_elements("css selector", "#confirm-final"),
              page_only=True)  # fmt: skip
    audit.click("#make-final")
    page.wait(lambda: page.driver.find_elements("css selector", "#confirm-final"), 5)
    audit.row("confirm-final", lambda: audit.click("#confirm-final"),
              lambda: report()["status"] == "final" and report()["reader"] == "A. Reader"
              and "A. Reader" in page.element("#report-status").text)  # fmt: skip
    audit.type("#findings", "Other.", TAB)
    assert report()["findings"] == "Lesion in T12."
    audit.row("addendum", lambda: audit.type("#addendum", "Operated.", TAB),
              lambda: page.state("addendum") == "Operated.", page_only=True)  # fmt: skip
    audit.row("add-addendum", lambda: audit.click("#add-addendum"),
              lambda: [one["text"] for one in report()["addenda"]] == ["Operated."]
              and shown("#addendum") == "")  # fmt: skip
    audit.row("fold WHAT WAS DONE", lambda: audit.click("#history > summary"),
              lambda: "Make the report final" in page.element("#history").text,
              page_only=True)  # fmt: skip


def result(audit: Audit) -> None:
    """Step 5 and the messages."""
    page, folder = audit.page, audit.folder
    audit.step(5)
    audit.quiet()
    audit.row("compare", lambda: audit.click("#compare"),
              lambda: audit.facts()["compared"] and "%" in page.element("#call").text,
              seconds=60)  # fmt: skip

    written(audit)

    def exported(*, has: str = "", without: str = "") -> bool:
        archive = _downloaded(folder, "spinedce-results*.zip")
        if archive is None:
            return False
        with zipfile.ZipFile(archive) as file:
            text = "\n".join(file.namelist())
            texts = "".join(
                file.read(n).decode() for n in file.namelist() if n.endswith("provenance.json")
            )
        return has in text and (not without or without not in texts)

    def export() -> None:
        for old in (folder / "downloads").glob("*.zip"):
            old.unlink()
        audit.click("#export")

    audit.row("export", export, lambda: exported(has="before/measurements.csv")
              and not exported(has=".nii"), seconds=60)  # fmt: skip
    page.idle()

    def with_nifti() -> None:
        audit.choose("formats", "NIfTI")
        page.keys(ESCAPE)
        page.wait(lambda: "nifti" in page.state("formats"), 3)
        export()

    audit.row("formats", with_nifti, lambda: exported(has=".nii"), seconds=60)
    page.idle()
    study = str(audit.sample / "before" / "dicom")
    assert not exported(without=study)

    def anonymous() -> None:
        audit.click("label[for=anonymise]")
        export()

    audit.row("anonymise", anonymous, lambda: exported(has="before", without=study), seconds=60)
    page.idle()
    audit.row("report", lambda: audit.click("#report"), lambda: page.state("report_url"),
              seconds=60)  # fmt: skip
    page.idle()
    titles = [one["title"] for one in page.state("reports")]
    assert titles == ["Both visits", "Baseline", "Follow-up"]
    was = page.state("report_url")
    audit.row(
        "report-choice", lambda: audit.click(".report-choice:nth-child(2)"),
        lambda: page.state("report_url") != was
        and page.element(".report iframe").get_property("src").endswith(page.state("report_url")),
        page_only=True,
    )  # fmt: skip
    audit.row("close-report", lambda: audit.click("#close-report"),
              lambda: not page.driver.find_elements("css selector", ".report"),
              page_only=True)  # fmt: skip
    audit._trigger("audit_error", "Something to close.")
    page.wait(lambda: page.driver.find_elements("css selector", "#close-error"))
    audit.row("close-error", lambda: audit.click("#close-error"),
              lambda: not page.driver.find_elements("css selector", ".error-bar"),
              page_only=True)  # fmt: skip


def questions(audit: Audit) -> None:
    """What is asked about a pair of visits; and the removal of what is kept."""
    page, sample = audit.page, audit.sample
    close(audit)
    parts = {"baseline": "after", "follow-up": "before"}

    def open_as(visit: str) -> None:
        audit.step(1)
        path = str(sample / parts[visit])
        audit.type("#open-path", path)
        page.wait(lambda: page.state("found")["path"] == path)
        audit.click(f"#open-{visit}")
        page.wait(lambda: audit.visit(visit), 30)
        page.wait(lambda: not page.state("busy"), 30)
        audit.quiet()

    for visit in parts:
        open_as(visit)
    studies = [v["study"] for v in audit.facts()["visits"].values()]
    for step, place in ((1, "-study"), (5, "")):
        for visit, other in zip(VISITS, reversed(VISITS), strict=True):
            audit.step(step)
            page.wait(lambda: page.state("question")["text"], 20, "the question")
            name = f"replace-{visit}{place}"
            audit.row(name, lambda name=name: audit.click(f"#{name}"),
                      lambda other=other: list(audit.facts()["visits"]) == [other])  # fmt: skip
            open_as(visit)
    audit.step(1)
    audit.row("swap-visits-study", lambda: audit.click("#swap-visits-study"),
              lambda: [v["study"] for v in audit.facts()["visits"].values()] == studies[::-1],
              seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()
    audit._trigger("audit_swap")
    page.wait(lambda: page.state("question")["text"], 30, "the question")
    audit.quiet()
    audit.step(5)
    audit.row("accept-finding", lambda: audit.click("#accept-finding"),
              lambda: not page.state("question")["text"])  # fmt: skip
    # A pair about which there is no question.
    for name, visit, other in (
        ("replace-baseline-only", "baseline", "follow-up"),
        ("replace-follow-up-only", "follow-up", "baseline"),
    ):
        audit.step(1)
        audit.row(name, lambda name=name: audit.click(f"#{name}"),
                  lambda other=other: list(audit.facts()["visits"]) == [other])  # fmt: skip
        open_as(visit)
        page.wait(lambda: page.state("question")["text"], 20, "the question")
        audit.step(5)
        audit.click("#accept-finding")
        page.wait(lambda: not page.state("question")["text"], 20, "its end")
    audit._trigger("audit_swap")
    page.wait(lambda: not page.state("question")["text"])
    audit._trigger("audit_swap")
    page.wait(lambda: page.state("question")["text"], 30, "the question")
    audit.quiet()
    audit.row("swap-visits", lambda: audit.click("#swap-visits"),
              lambda: [v["study"] for v in audit.facts()["visits"].values()] == studies[::-1]
              and not page.state("question")["text"], seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 60)
    audit.quiet()
    close(audit)

    def asked() -> bool:
        return bool(page.js("return !!document.querySelector('#remove-kept-now')"))

    audit.row("remove-kept", lambda: audit.click("#remove-kept"),
              lambda: asked() and page.state("kept"), page_only=True)  # fmt: skip
    audit.row("keep-kept", lambda: audit.click("#keep-kept"),
              lambda: not asked() and page.state("kept"), page_only=True)  # fmt: skip
    audit.click("#remove-kept")
    audit.row("remove-kept-now", lambda: audit.click("#remove-kept-now"),
              lambda: not page.state("kept")
              and not any((audit.home / "sample").iterdir()))  # fmt: skip


def course(audit: Audit) -> None:
    """A course of three visits: opening, strip, events, trend."""
    page, folder = audit.page, audit.folder
    patient = folder / "patient"
    third = write_courses(folder / "drawn", 3, only=["recurrence"], size="quick")["recurrence"]
    shutil.copytree(third, patient)
    for visit in ("visit-2", "visit-3"):
        shutil.rmtree(patient / visit / "truth")
    shutil.rmtree(patient / "visit-3")
    two = patient / "visit-1" / "truth" / "second.seg.nrrd"
    truth = read_segmentation(patient / "visit-1" / "truth" / "rois.seg.nrrd")
    lesion = next(m for n, m in truth.masks.items() if "lesion" in n.lower())
    write_segmentation(
        two, {"Second lesion": np.roll(lesion, -8, axis=1)}, truth.geometry,
        tags={"Second lesion": {TAG: "lesion"}},
    )  # fmt: skip
    if audit.facts()["visits"]:
        close(audit)
    audit.step(1)
    audit.type("#open-path", str(patient), TAB)
    audit.row("open-patient", lambda: audit.click("#open-patient"),
              lambda: len(audit.facts()["visits"]) == 2, seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 120)
    audit.quiet()
    audit.step(3)
    audit.select("follow-up")
    audit.row("carry-regions", lambda: audit.click("#carry-regions"),
              lambda: "lesion" in audit.visit("follow-up")["roles"].values(),
              seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 120)
    audit.quiet()
    audit.step(1)
    audit.row("add-visit", lambda: audit.click("#add-visit"),
              lambda: page.element("#open-path").is_displayed(), page_only=True)  # fmt: skip
    path = str(third / "visit-3")
    audit.type("#open-path", path)
    page.wait(lambda: page.state("found")["path"] == path)
    audit.row("open-further", lambda: audit.click("#open-further"),
              lambda: "follow-up-2" in audit.facts()["visits"], seconds=60)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 120)
    audit.quiet()

    def rows() -> dict[str, str]:
        return audit.facts()["rows"]

    for name, number, row, visit in (
        ("strip-visit", 2, "follow-up", "follow-up"),
        ("strip-upper", 3, "baseline", "follow-up-2"),
        ("strip-lower", 1, "follow-up", "baseline"),
    ):
        audit.row(name, lambda n=name, k=number: audit.click(f".strip-item:nth-child({k}) .{n}"),
                  lambda r=row, v=visit: rows()[r] == v)  # fmt: skip
        page.idle()
    audit.step(5)
    audit.quiet()
    audit.row("follow-course", lambda: audit.click("#follow-course"),
              lambda: audit.facts()["course"], seconds=600)  # fmt: skip
    page.wait(lambda: not page.state("busy"), 120)
    time.sleep(1)

    def trend() -> Any:
        return page.state("trend_figure")["layout"].get("meta")

    audit.row("trend-lesion", lambda: audit.choose("trend-lesion", "Second lesion"),
              lambda: trend() == "trend Second lesion")  # fmt: skip
    audit.choose("trend-lesion", "Lesion")
    page.wait(lambda: trend() == "trend Lesion")
    audit.row("trend-panel", lambda: audit.choose("trend-panel", "Size on the axial plane"),
              lambda: page.state("trend_side")["layout"].get("meta") == "size Lesion")  # fmt: skip
    time.sleep(1)
    for plot, point, visit in (("trend-plot", 1, "follow-up"), ("trend-side-plot", 2,
                                                                "follow-up-2")):  # fmt: skip
        if visit in rows().values():
            other = next(v for v in audit.facts()["visits"] if v not in rows().values())
            row = next(r for r, v in rows().items() if v == visit)
            place = [one["name"] for one in page.state("strip")].index(other) + 1
            where = "upper" if row == "baseline" else "lower"
            audit.click(f".strip-item:nth-child({place}) .strip-{where}")
            page.wait(lambda v=visit: v not in rows().values())
            time.sleep(1)
        audit.row(f"plot {plot}", lambda p=plot, k=point: _click_point(page, p, k),
                  lambda v=visit: v in rows().values())  # fmt: skip
        time.sleep(1)
    for name, entered in (("event-date", "2021-03-10"), ("event-details", "vertebroplasty")):
        audit.row(name, lambda n=name, e=entered: audit.type(f"#{n}", e, TAB),
                  lambda n=name, e=entered: page.state(n.replace("-", "_")) == e,
                  page_only=True)  # fmt: skip
    audit.row("event-kind", lambda: audit.choose("event-kind", "Surgery"),
              lambda: page.state("event_kind") == "surgery", page_only=True)  # fmt: skip
    said = "Surgery, 10 March 2021: vertebroplasty"
    audit.row("add-event", lambda: audit.click("#add-event"),
              lambda: audit.facts()["events"] == [said])  # fmt: skip
    audit.row("remove-event", lambda: audit.click(".remove-event"),
              lambda: audit.facts()["events"] == [])  # fmt: skip
    other = next(one["title"] for one in page.state("cutoffs") if one["title"].startswith("−20"))
    audit.row("cutoff", lambda: audit.choose("cutoff", other),
              lambda: audit.facts()["cutoff"] == "kumar2017")  # fmt: skip
    dose = write_dose(folder / "dose.dcm", gy=lambda x, y, z: 20.0 + 0 * x)
    audit.row("upload-dose", lambda: page.element("#upload-dose").send_keys(str(dose)),
              lambda: audit.facts()["doses"] == 1)  # fmt: skip
    page.wait(lambda: page.state("doses"))
    audit.row("remove-doses", lambda: audit.click("#remove-doses"),
              lambda: audit.facts()["doses"] == 0)  # fmt: skip
    audit.row("strip-close", lambda: audit.click(".strip-item:nth-child(3) .strip-close"),
              lambda: len(audit.facts()["visits"]) == 2)  # fmt: skip
    close(audit)


def _click_point(page: Page, plot: str, number: int) -> None:
    """Click a point of a trend chart."""
    x, y = page.js(
        "const p = document.querySelector('.' + arguments[0]), a = p._fullLayout;"
        "const d = p.data.find((d) => d.meta === 'visits'), b = p.getBoundingClientRect();"
        "return [b.left + a._size.l + a.xaxis.l2p(d.x[arguments[1]]),"
        "        b.top + a._size.t + a.yaxis.l2p(d.y[arguments[1]])];", plot, number,
    )  # fmt: skip
    send = page.driver.execute_cdp_cmd
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
        send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **button})
        time.sleep(0.2)


def close(audit: Audit) -> None:
    """Close the studies."""
    audit.step(1)
    audit.click("#close-study")
    audit.page.wait(lambda: not audit.page.state("visits"))


#: Key or gesture as the help names it → its rows.
HELP = {
    "1 – 5": ["key 1", "key 2", "key 3", "key 4", "key 5"],
    "wheel, PgUp, PgDn": ["view: wheel", "key PageUp", "key PageDown"],
    "space": ["key  "], "C": ["key c"],
    "← →": ["key ArrowLeft", "key ArrowRight", "key Shift+ArrowLeft", "key Shift+ArrowRight"],
    "[ ]": ["key [", "key ]"], "Ctrl+Z, Ctrl+Y": ["key Ctrl+z", "key Ctrl+y"],
    "Shift, Ctrl": ["view: ellipse with Shift", "view: ellipse with Ctrl"],
    "Enter": ["key Enter"], "Del": ["key Delete", "key Backspace"],
    "Esc": ["key Escape"], "?": ["key ?"],
    "double click, M": ["view: double click", "key m", "maximise"], "click": ["view: click"],
    "point": ["view: point"], "left drag": ["view: left drag", "view: left drag of a map"],
    "right drag": ["view: right drag"],
    "middle drag": ["view: middle drag"],
}  # fmt: skip


pytestmark = [pytest.mark.long, pytest.mark.timeout(1800 * slowness())]
LONG = pytest.mark.skipif(not ASKED, reason="takes many minutes; SPINEDCE_AUDIT=1 runs it")


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("audit"), sample_home(tmp_path_factory, "quick")
    program = Program(home, module="browser.switchable_program")
    page = Page(program.address, folder / "downloads")
    page.driver.set_script_timeout(60 * slowness())
    yield Audit(page, home, folder)
    troubles = page.troubles() + program.troubles()
    page.quit()
    program.stop()
    assert troubles == []


@pytest.fixture(scope="module")
def engines(audit):
    return {v: Engine(audit.sample / part, audit.files[v]) for v, part in VISITS.items()}


@LONG
def test_studies_are_opened_saved_and_closed(audit):
    opening(audit)
    assert audit.failed() == {}


@pytest.mark.parametrize("phase", [frame_and_views, arteries, regions])
def test_what_needs_no_region(audit, phase):
    audit.ready(regions=False)
    phase(audit)
    assert audit.failed() == {}


@pytest.mark.parametrize("phase", [delays, maps, pytest.param(result, marks=LONG)])
def test_what_is_measured(audit, phase):
    audit.ready()
    phase(audit)
    assert audit.failed() == {}


@LONG
@pytest.mark.parametrize("group", PAGE_GROUPS, ids=lambda group: group.title)
def test_settings(audit, engines, group):
    audit.ready()
    settings(audit, engines, group)
    assert audit.failed() == {}


@LONG
def test_a_course_of_three_visits(audit):
    course(audit)
    assert audit.failed() == {}


@LONG
def test_what_is_asked_about_a_pair_of_visits(audit):
    audit.ready(regions=False)
    questions(audit)
    assert audit.failed() == {}


def test_every_control_has_a_row(audit):
    """Runs last, after all others."""
    keys = {f"key {key}" for key in audit.page.js("return window.spinedce.keys")}
    views = {name for name in audit.tried if name.startswith("view: ")}
    controls = (audit.seen - {"view"}) | keys | views
    seconds = time.monotonic() - audit.began
    print(f"{len(controls)} controls, {len(audit.tried)} rows, {seconds:.0f} s")
    print(f"{len(audit.held)} rows had no effect while disconnected")
    slow = sorted(audit.took.items(), key=lambda item: -item[1][0])[:12]
    print("slowest rows:", {name: f"{s:.0f} s at {x:.1f}×" for name, (s, x) in slow})
    print("without effect on the numbers:", sorted(audit.without["effect"]))
    print("refused:", sorted(audit.without["result"]))
    rows = set(audit.tried) | (set() if ASKED else _rows_of_the_long_part())
    assert sorted(controls - rows) == [], "controls without a row"
    assert {row for rows in HELP.values() for row in rows} <= rows
    assert audit.weak == set(), "rows that hold without their handler"
    if EVERY_ROW:
        assert sorted(set(audit.tried) - audit.held) == [], "rows that were not tried disconnected"
    if ASKED:
        assert sorted(rows - controls) == [], "rows without a control"
        assert CHANGE_NUMBERS & (audit.without["effect"] | audit.without["result"]) == set()


def _rows_of_the_long_part() -> set[str]:
    """Return what may be the name of a row that was left out: a text of this file, or a setting."""
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {*map(_id, page_settings()), *texts}
