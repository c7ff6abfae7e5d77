"""How fast the workstation answers in a real browser, and how much memory it takes.

``python Testing/benchmarks/bench_browser.py [--size full] [--home FOLDER]`` (PYTHONPATH=Testing)
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from benchmarks.bench_study import pydicom_time
from benchmarks.recorded_ratios import Ratios, add_option
from browser.page import Page, Program, needed
from SpineDCELib.phantom import write_sample

#: Milliseconds from doing something to the first picture of a view after it; in a stroke from the
#: mouse's first step, for pressing it where the brush was seen already changes no pixel.
_WATCH = """
window.bench = {start: 0, times: []};
const image = document.querySelector(arguments[0] + ' img');
new MutationObserver(() => {
  if (!window.bench.start) return;
  const start = window.bench.start;
  window.bench.start = 0;
  const done = () => window.bench.times.push(performance.now() - start);
  if (image.decode) image.decode().then(done, done); else done();
}).observe(image, {attributes: true, attributeFilter: ['src']});
for (const kind of ['wheel', 'pointermove'])
  document.querySelector(arguments[0]).addEventListener(kind, (event) => {
    if (kind === 'pointermove' && (!event.buttons || window.bench.moved)) return;
    window.bench.moved = kind === 'pointermove';
    window.bench.start = performance.now();
  }, {capture: true});
"""

#: Milliseconds from a movement of the mouse over a view to the values under it.
_WATCH_VALUES = """
window.bench = {start: 0, times: []};
const pane = document.querySelector(arguments[0]);
const begin = () => { window.bench.start = performance.now(); };
pane.addEventListener('mousemove', begin, {capture: true});
new MutationObserver((changes) => {
  const element = (c) => c.target.closest ? c.target : c.target.parentElement;
  const values = (c) => element(c)?.closest('.cursor-values');
  if (!window.bench.start || !changes.some(values)) return;
  window.bench.times.push(performance.now() - window.bench.start);
  window.bench.start = 0;
}).observe(pane, {characterData: true, childList: true, subtree: true});
"""

#: s that a picture is waited for.
_PATIENCE = 5.0


class Watch:
    """Times of one view's pictures."""

    def __init__(self, page: Page, pane: str, script: str = _WATCH) -> None:
        self._page = page
        page.js(script, pane)

    def one(self, action, before: float = 0.5) -> float | None:
        """Do something when the view is at rest; None if no picture came."""
        time.sleep(before)
        count = self._page.js(
            "window.bench.start = 0; window.bench.moved = false; return window.bench.times.length"
        )
        action()
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            times = self._page.js("return window.bench.times")
            if len(times) > count:
                return times[count]
            time.sleep(0.02)
        return None


def _say(what: str, values: list[float | None], goal: float) -> float:
    """Print and return the median, ms; an action without a picture took as long as was waited."""
    found = [1000.0 * _PATIENCE if v is None else v for v in values]
    middle = statistics.median(found)
    missing = sum(v is None for v in values)
    print(f"{what}: median {middle:.0f} ms of {len(found)} (goal {goal:.0f}; longest "
          f"{max(found):.0f} ms, without a picture {missing})", flush=True)  # fmt: skip
    return middle


def bare_render(width: int, height: int, count: int = 20) -> float:
    """Return the median time, ms, in which VTK draws one slice of 256 × 256 and nothing else."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

    pixels = np.random.default_rng(0).integers(0, 255, 256 * 256).astype(np.uint8)
    image = vtk.vtkImageData()
    image.SetDimensions(256, 256, 1)
    image.GetPointData().SetScalars(numpy_to_vtk(pixels, deep=True))
    actor, renderer, window = vtk.vtkImageActor(), vtk.vtkRenderer(), vtk.vtkRenderWindow()
    actor.GetMapper().SetInputData(image)
    renderer.AddActor(actor)
    window.SetOffScreenRendering(True)
    window.SetSize(width, height)
    window.AddRenderer(renderer)
    taken, drawn = [], vtk.vtkUnsignedCharArray()
    for i in range(count):
        vtk_to_numpy(image.GetPointData().GetScalars())[i] ^= 255
        image.GetPointData().GetScalars().Modified()
        image.Modified()
        start = time.perf_counter()
        window.Render()
        window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, drawn)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="full", choices=("full", "small"))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--count", type=int, default=20)
    add_option(parser)
    options = parser.parse_args()
    if reason := needed():
        raise SystemExit(f"Nothing measured: {reason}.")
    home = options.home or Path(tempfile.mkdtemp())
    if not (home / "sample" / options.size / "after" / "truth").exists():
        write_sample(home / "sample" / options.size, size=options.size)
    P = pydicom_time(home / "sample" / options.size / "before" / "dicom")
    print(f"P, pydicom reads headers and pixels of a visit: {P:.2f} s")
    opening = Ratios("P, which the page's goals are multiples of")
    program = Program(home)
    page = Page(program.address)
    try:

        def reached(what: str, since: float, spent: float, goal: float) -> None:
            taken, processor = time.monotonic() - since, program.processor_time() - spent
            print(f"{what} after {taken:.1f} s (goal {goal * P:.1f} s); processor time of the "
                  f"program {processor:.1f} s", flush=True)  # fmt: skip
            opening.add(f"page, {options.size}: {what}", taken, P)

        reached("usable", program.started, 0.0, 3.0)
        time.sleep(1)  # nobody clicks sooner
        clicked, spent = time.monotonic(), program.processor_time()
        page.click("#sample" if options.size == "small" else "#sample-full")
        page.wait(lambda: page.state("maps"), 300, "the first map")
        reached("first map", clicked, spent, 4.5)
        page.wait(lambda: len(page.state("visits")) == 2, 300)
        page.wait(lambda: page.state("ready_to_export") and not page.state("busy"), 300)
        reached("both visits", clicked, spent, 7.5)
        time.sleep(2)
        print(f"resident memory with both visits {program.memory():.0f} MB (goal 1200)")
        box = page.box("#pane-baseline1")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        watch = Watch(page, "#pane-baseline1")

        def scroll(step: int) -> None:
            event = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": 100 * step}
            page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)

        bare = bare_render(round(box["width"]), round(box["height"]))
        print(f"bare view drawn in {bare:.0f} ms")
        ratios = Ratios("drawing one bare view")
        scrolled = _say("scroll → new pixels", [watch.one(lambda i=i: scroll((-1) ** i))
                                                for i in range(options.count)], 100)  # fmt: skip
        ratios.add(f"page, {options.size}: scroll", scrolled, bare)
        shift = float(page.state("shift"))

        def move(i: int) -> None:
            script = (
                "window.bench.start = performance.now();"
                "window.trame.trigger('shift_by', [arguments[0]])"
            )
            page.js(script, 0.4 * (-1) ** i)

        # Faster than what follows a pause, as when a hand drags.
        moved = _say("shift → new map pixels", [watch.one(lambda i=i: move(i), 0.3)
                                                for i in range(options.count)], 120)  # fmt: skip
        ratios.add(f"page, {options.size}: shift", moved, bare)
        assert abs(float(page.state("shift")) - shift) < 1
        left = x - box["width"]
        watch = Watch(page, "#pane-baseline0")

        def window(i: int) -> None:
            step = 12 * (-1) ** i
            page.drag([(left, y), (left + step, y), (left + 2 * step, y)], pause=0.05)

        dragged = _say("window and level → new pixels",
                       [watch.one(lambda i=i: window(i), 0.8) for i in range(10)], 60)  # fmt: skip
        ratios.add(f"page, {options.size}: window and level", dragged, bare)

        def maximise() -> None:
            page.js(
                "window.bench.start = performance.now();"
                "document.querySelector('#pane-baseline0 .maximise').click()"
            )

        shown = _say("one view alone → its pixels",
                     [watch.one(maximise, 0.8) for _ in range(10)], 60)  # fmt: skip
        ratios.add(f"page, {options.size}: one view alone", shown, bare)
        watch = Watch(page, "#pane-baseline0", _WATCH_VALUES)

        def point(i: int) -> None:
            event = {"type": "mouseMoved", "x": left + 5 * (i % 7) - 15, "y": y + 3 * (i % 5)}
            page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)

        pointed = _say("mouse → values under it",
                       [watch.one(lambda i=i: point(i), 0.4) for i in range(options.count)],
                       60)  # fmt: skip
        ratios.add(f"page, {options.size}: values under the mouse", pointed, bare)
        page.keys("3")
        page.click("#role-lesion")
        time.sleep(1)

        def stroke(i: int) -> None:
            page.drag([(x + i, y), (x + i + 3, y), (x + i + 6, y)], pause=0.05)

        watch = Watch(page, "#pane-baseline0")
        x -= box["width"]
        drawn = _say("stroke → first pixels", [watch.one(lambda i=i: stroke(i), 0.8)
                                               for i in range(options.count // 2)], 60)  # fmt: skip
        ratios.add(f"page, {options.size}: stroke", drawn, bare)
        time.sleep(5)
        print(f"resident memory after it all {program.memory():.0f} MB")
        print("troubles:", program.troubles() + page.troubles())
        opening.finish(record=options.record)
        ratios.finish(record=options.record)
    finally:
        page.quit()
        program.stop()


if __name__ == "__main__":
    main()
