"""A real browser on the workstation's page, for tests, pictures and measurements."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sample_patients import sample_patient
from scipy import ndimage
from SpineDCELib.series import read_segmentation

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-dev-shm-usage", "--window-size=1280,800", "--hide-scrollbars", "--mute-audio",
    "--force-device-scale-factor=1",
)  # fmt: skip


def needed() -> str:
    """Why there can be no browser test here; "" where there can."""
    try:
        import selenium  # noqa: F401
        from SpineDCELib.errors import InputError

        from SpineDCEWidget.browser.machine_check import GraphicsCheck, check_packages
    except ImportError as error:
        return f"{error.name} is not installed"
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        return "chromium and chromium-driver are not installed"
    try:
        check_packages()
        GraphicsCheck().wait()
    except InputError as error:
        return str(error)
    return ""


#: Visit of the page → folder of the sample patient and of an export.
VISITS = {"baseline": "before", "follow-up": "after"}


class Middle(NamedTuple):
    """The middle of a region: slice from 0, place in the window, pixels per mm."""

    slice_index: int
    x: float
    y: float
    scale: float


def slowness() -> float:
    """Return how many times as long work takes here now as on an idle machine: 1 to 20.

    It follows from the load per processor, and from the priority of this process: one step of
    "nice" takes a fifth of its share.
    """
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(20.0, load * 1.25 ** max(os.nice(0), 0)) if load > 1 else 1.0


def markup(state: Any) -> str:
    """Return the page as the program describes it, in its parts."""
    parts = {name: text for name, text in state.initial.items() if "trame__template_" in name}
    return "\n".join(str(text) for text in parts.values())


class Program:
    """``spinedce workstation`` in a separate process.

    Args:
        tour: leave it to the user's folder whether the tour opens; otherwise it does not.
    """

    def __init__(
        self, home: Path, *arguments: str, module: str = "SpineDCELib.cli", tour: bool = False
    ) -> None:
        self.home, self.log = home, home / "log.txt"
        home.mkdir(parents=True, exist_ok=True)
        if not tour:
            (home / "tour-seen").touch()
        self._seen = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        self.started = time.monotonic()
        self._file = self.log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "workstation", "--no-browser", *arguments],
            stdout=self._file, stderr=subprocess.STDOUT,
            env={**os.environ, "SPINEDCE_HOME": str(home), "PYTHONUNBUFFERED": "1",
                 "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        self.base = self._wait_for_address().partition("#")[0]

    @property
    def address(self) -> str:
        """The page's address, and after "#" a code that no browser has used."""
        return self._wait_for_address()

    def _wait_for_address(self) -> str:
        end = time.monotonic() + 150 * slowness()
        while time.monotonic() < end:
            text = self.log.read_text(errors="replace")[self._seen :]
            found = re.findall(r"http://127\.0\.0\.1:\d+/", text)
            codes = re.findall(r"Code.*:  (\S+)\n", text)
            if found and codes:
                return f"{found[-1]}#{codes[-1]}"
            if self.process.poll() is not None:
                raise RuntimeError(f"The program ended: {text[-2000:]}")
            time.sleep(0.05)
        raise RuntimeError("The program did not start.")

    def memory(self) -> float:
        """Resident memory, MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    def processor_time(self) -> float:
        """Processor time so far, s."""
        values = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")

    def troubles(self) -> list[str]:
        """Lines of the log that tell of an exception."""
        text = self.log.read_text(errors="replace")
        return [line for line in text.splitlines() if re.search(r"Traceback|Error\b|ERR\|", line)]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)
        self._file.close()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=20 * slowness())
        self._file.close()


class Page:
    """The page in headless Chromium, used by mouse and keyboard."""

    def __init__(self, address: str, downloads: Path | None = None) -> None:
        from selenium import webdriver

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in _FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        if downloads is not None:
            downloads.mkdir(parents=True, exist_ok=True)
            preferences = {
                "download.default_directory": str(downloads),
                "download.prompt_for_download": False,
            }
            options.add_experimental_option("prefs", preferences)
        self.driver = webdriver.Chrome(
            options, webdriver.ChromeService(shutil.which("chromedriver"))
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False},
        )
        base, _, code = address.partition("#")
        self.driver.get(base)
        self.driver.find_element("id", "code").send_keys(code + "\n")
        self.requests: list[str] = []
        #: The longest wait, s, where nothing that is waited for will come.
        self.longest = float("inf")
        self.wait(lambda: self.js("return !!(window.trame && window.trame.state && "
                                  "document.querySelector('.steps'))"), 40)  # fmt: skip

    # -- looking ----------------------------------------------------------------------------------

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def state(self, name: str) -> Any:
        """A trame variable as the page has it."""
        return json.loads(self.js("return JSON.stringify(window.trame.state.get(arguments[0]) ?? "
                                  "null)", name))  # fmt: skip

    def wait(self, condition: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
        """Wait so many seconds of an idle machine for a condition; see :func:`slowness`."""
        left, now = min(seconds, self.longest), time.monotonic()
        while left > 0:
            if found := condition():
                return found
            time.sleep(0.05)
            passed, now = time.monotonic() - now, time.monotonic()
            left -= passed / slowness()
        error = self.state("error") if self.js("return !!window.trame?.state") else ""
        raise AssertionError(f"Waited {seconds} s in vain for {what or condition}: {error}")

    def idle(self, seconds: float = 120) -> None:
        """Until nothing is being computed and nothing is waited for."""
        self.wait(lambda: not self.state("busy"), seconds, "the end of a job")

    def settled(self, seconds: float = 120) -> None:
        """Until what follows from the last change is made."""
        time.sleep(1.0)
        self.wait(lambda: not (self.state("busy") or self.state("updating")), seconds, "the maps")

    def opened(self, visits: int = 2) -> None:
        """Until that many visits are open and their maps made."""
        self.wait(lambda: len(self.state("visits")) == visits, 120, "the visits")
        self.wait(lambda: self.state("ready_to_export") and not self.state("busy"), 120, "the maps")
        self.settled()

    def focus_curve(self) -> None:
        """Focus the curve of the AIF, on which arrow keys move the shift in step 2."""
        find = "const at = document.querySelector('.main-plot.shift-handle'); "
        self.wait(lambda: self.js(find + "at?.focus(); return !!at"), 30, "the curve")

    def element(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))

    def pixels(self, selector: str) -> np.ndarray:
        """The picture of an element, ``(rows, columns, 3)``."""
        from PIL import Image

        taken = self.element(selector).screenshot_as_png
        return np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"), int)

    def outside(self) -> list[str]:
        """Addresses that were asked for beside this machine's own."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        ours = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:", "chrome")
        return [url for url in self.requests if not url.startswith(ours)]

    def troubles(self) -> list[str]:
        """What went wrong in the page."""
        found = self.js("return window.spinedce?.errors || []")
        return found + [
            e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"
        ]

    # -- doing ------------------------------------------------------------------------------------

    def click(self, selector: str, seconds: float = 30) -> None:
        from selenium.common.exceptions import StaleElementReferenceException

        def clicked() -> bool:
            with contextlib.suppress(StaleElementReferenceException):  # the page has replaced it
                found = self.driver.find_elements("css selector", selector)
                if found and found[0].is_displayed() and found[0].is_enabled():
                    found[0].click()
                    return True
            return False

        self.wait(clicked, seconds, selector)

    def keys(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def box(self, selector: str) -> dict[str, float]:
        return self.js(
            "const r = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return {x: r.x, y: r.y, width: r.width, height: r.height}", selector,
        )  # fmt: skip

    def drag(self, points: list[tuple[float, float]], *, pause: float = 0.01) -> None:
        """Press at the first point of the window, move through the others, let go."""
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        builder = ActionBuilder(self.driver, duration=int(pause * 1000))
        pointer = builder.pointer_action
        pointer.move_to_location(*(int(v) for v in points[0]))
        pointer.pointer_down()
        for point in points[1:]:
            pointer.move_to_location(*(int(v) for v in point))
        pointer.pointer_up()
        builder.perform()

    def go(self, visit: str, slice_index: int) -> None:
        """Take a visit in hand and show one of its slices, from 0."""
        if self.state("two"):
            self.click(f".visit-toggle button[value={visit}]")
            self.wait(lambda: self.state("visit") == visit)
        self.js("document.activeElement.blur()")

        def here() -> int | None:
            """The slice in view, once the slider says the same."""
            number = int(self.state("positions")[visit].split()[1]) - 1
            return number if number == self.state("slice_index") else None

        def arrived() -> bool:
            return here() == slice_index

        present = self.wait(lambda: None if (n := here()) is None else n + 1) - 1
        for _ in range(abs(slice_index - present)):
            self.keys("\ue00e" if slice_index > present else "\ue00f")  # page up, page down
        self.wait(arrived, 10, f"slice {slice_index + 1}")
        time.sleep(0.3)

    def paint(self, visit: str, study: Path, role: str) -> None:
        """A stroke with the brush through the middle of a true region."""
        at = middle_of(self, f"{visit}1", study, role)
        self.go(visit, at.slice_index)
        if self.state("role") != role:
            self.click(f"#role-{role}")
        self.wait(lambda: self.state("role") == role and self.state("tool") == "paint")
        before = self.state("region_numbers").get(role)
        self.drag([(at.x + i, at.y) for i in (-2, -1, 0, 1, 2)])
        self.wait(lambda: self.state("region_numbers").get(role) not in (None, before), 20, role)

    def quit(self) -> None:
        self.driver.quit()


def sample_home(factory: pytest.TempPathFactory, size: str) -> Path:
    """Return a user's folder with the sample patient where the sample button looks for it."""
    skip_without_browser()
    folder = factory.mktemp("home")
    (folder / "sample").mkdir()
    sample_patient(factory, "A", size).rename(folder / "sample" / "small")
    return folder


def middle_of(page: Page, pane: str, study: Path, region: str, *, deepest: bool = False) -> Middle:
    """Where a true region of a digital study is largest, as the pane shows it when it fits.

    Args:
        deepest: the voxel farthest from the edge, not the mean place, which can lie outside.
    """
    truth = read_segmentation(study / "truth" / "rois.seg.nrrd")
    mask = truth.masks[next(n for n in truth.masks if region in n.lower())]
    slice_index = int(np.argmax(mask.sum(axis=(1, 2))))
    rows, columns = np.nonzero(mask[slice_index])
    if deepest:
        depth = ndimage.distance_transform_edt(mask[slice_index])
        rows, columns = (np.array([v]) for v in np.unravel_index(depth.argmax(), depth.shape))
    spacing, (_, height, width) = truth.geometry.spacing, mask.shape
    # The whole slice is shown, as large as fits: the same scale both ways, in the middle.
    box = page.box(f"#pane-{pane}")
    # The image has whole pixels.
    scale = min(
        int(box["width"]) / (width * spacing[0]), int(box["height"]) / (height * spacing[1])
    )
    x = box["x"] + box["width"] / 2 + (columns.mean() - (width - 1) / 2) * spacing[0] * scale
    y = box["y"] + box["height"] / 2 + (rows.mean() - (height - 1) / 2) * spacing[1] * scale
    return Middle(slice_index, x, y, scale)


def skip_without_browser() -> None:
    """Skip the test, saying why, where there is no browser or no graphics."""
    if reason := needed():
        pytest.skip(reason)
