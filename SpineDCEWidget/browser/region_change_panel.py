"""Controls of step 3 for growing from a seed, and for changing the region in hand as a whole."""

from __future__ import annotations

import math
from typing import Any

from SpineDCELib.errors import InputError
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import disabled_if
from SpineDCEWidget.shared.region_changes import CHANGES, SIZES

#: Half width of the range in % of the value at the seed, and distance from it in mm: lowest,
#: highest, and at the start of the program.
_TOLERANCE, _DISTANCE = (5, 100, 20), (2, 60, 20)
_NO_REGION = {"!region_drawn": "Draw this region first."}
_LIMITS = (
    ("grow_tolerance", "Range", _TOLERANCE, "%", "Range around the value at the seed in ± %",
     "Values that belong to the tissue: so much above and below the value that is clicked"),
    ("grow_distance", "Up to", _DISTANCE, "mm", "Largest distance from the seed in mm",
     "The region goes no farther than this from the click, in all directions"),
)  # fmt: skip


class RegionChanges:
    """Growing from a seed within limits; margin, smoothing and pieces."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._margin = f"{SIZES['margin'].default:g}"  #: as proposed
        station.state.update(
            {
                "grow_tolerance": _TOLERANCE[2], "grow_distance": _DISTANCE[2],
                "grown": "", "grown_doubt": "", "body_doubt": "",
                "region_drawn": False,
                **{f"size_{name}": f"{size.default:g}" for name, size in SIZES.items()},
            }
        )  # fmt: skip

    def refresh(self) -> None:
        """Show whether there is something to change, and forget what was grown before."""
        state, drawing = self._station.state, self._station.drawing
        visit = drawing.visit
        self._suit_margin(visit)
        state.region_drawn = bool(visit is not None and drawing.region in visit.state.regions)
        if drawing.tool != "grow" or not drawing.role:
            state.grown = state.grown_doubt = ""
        if drawing.tool != "body" or not drawing.role:
            state.body_doubt = ""

    def forget(self) -> None:
        """Forget what was said of a region that was undone."""
        state = self._station.state
        state.grown = state.grown_doubt = state.body_doubt = ""

    def _suit_margin(self, visit: Any) -> None:
        """Propose a margin of a whole voxel at least, until the user has entered another one."""
        state, size = self._station.state, SIZES["margin"]
        if visit is None or visit.analysis is None or state.size_margin != self._margin:
            return
        rows = visit.analysis.study.dynamic.geometry.spacing[:2]
        proposed = max(size.default, math.ceil(10 * max(rows)) / 10)
        state.size_margin = self._margin = f"{min(proposed, size.most):g}"

    # -- actions ----------------------------------------------------------------------------------

    def grow(self, ras: tuple[float, float, float]) -> None:
        """Grow the region from a RAS point, mm, in the image of the view that was clicked."""
        station, drawing = self._station, self._station.drawing
        state, under = station.state, station.views.cursor
        volumes = [] if under is None else station.views.shown_volumes(under[0])
        node = volumes[-1] if volumes else drawing.visit.frame
        state.grown = state.grown_doubt = ""

        def grown() -> None:
            found = drawing.grow(
                ras, node, tolerance=float(state.grow_tolerance) / 100,
                distance=float(state.grow_distance),
            )  # fmt: skip
            geometry = drawing.visit.analysis.study.dynamic.geometry
            millilitres = found.mask.sum() * geometry.voxel_volume / 1000
            slices = int(found.mask.any(axis=(1, 2)).sum())
            state.grown = (
                f"{millilitres:.2g} mL in {slices} slice{'' if slices == 1 else 's'}, values "
                f"{found.low:.4g} to {found.high:.4g}."
            )
            if found.stopped:
                state.grown_doubt = (
                    f"It reached the limit of {state.grow_distance} mm before it reached an edge. "
                    "Check every slice, or undo it and choose a smaller range."
                )
            elif found.at_edge:
                state.grown_doubt = "It reaches the edge of the image."

        station.attempt(grown)

    def propose_body(self, ras: tuple[float, float, float]) -> None:
        """Add the vertebral body around a RAS point, mm, and say what is doubtful about it."""
        station = self._station
        station.state.body_doubt = ""

        def proposed() -> None:
            station.state.body_doubt = station.drawing.add_body(ras)

        station.attempt(proposed)

    def change(self, kind: str) -> None:
        """Change the region in hand."""
        station, drawing = self._station, self._station.drawing
        if not drawing.role or drawing.visit is None:
            return
        change = CHANGES[kind]

        def changed() -> None:
            if drawing.region not in drawing.visit.state.regions:
                raise InputError("The region is empty. Draw it first.", code="region_empty")
            size = change.size
            number = SIZES[size].read(station.state[f"size_{size}"]) if size else 0.0
            drawing.change(
                change.sentence(drawing.region, number),
                lambda mask, geometry: change.apply(mask, geometry, number),
            )

        station.attempt(changed)

    # -- showing ----------------------------------------------------------------------------------

    def body_doubt_ui(self) -> None:
        """Build the sentence that says what is doubtful about a proposed vertebral body."""
        html.Div(
            "{{ body_doubt }} Check every slice, or undo it and draw the body.", classes="warn",
            v_if="body_doubt", id="body-doubt", raw_attrs=['role="status"'],
        )  # fmt: skip

    def limits_ui(self) -> None:
        """Build the limits of the growth, and what it found."""
        with html.Div(v_show="tool === 'grow'", classes="stack", id="grow-box"):
            for name, title, (low, high, _start), unit, label, text in _LIMITS:
                with html.Div(classes="row", title=text):
                    html.Span(title, classes="field")
                    v3.VSlider(
                        v_model=(name,), min=low, max=high, step=1, density="compact",
                        hide_details=True, id=name.replace("_", "-"),
                        raw_attrs=[f'aria-label="{label}"'],
                    )  # fmt: skip
                    sign = "± " if unit == "%" else ""
                    html.Span(f"{sign}{{{{ {name} }}}} {unit}", classes="number")
            with html.Div(raw_attrs=['role="status"']):
                html.Div("{{ grown }}", classes="hint", v_if="grown", id="grown")
                html.Div("{{ grown_doubt }}", classes="warn", v_if="grown_doubt", id="grown-doubt")

    def ui(self) -> None:
        """Build the fields and buttons that change the region in hand."""
        with html.Details(classes="folded", id="region-changes"):
            html.Summary("Change the whole region", classes="label")
            with html.Div(classes="changes"):
                for name, size in SIZES.items():
                    html.Span(size.title, classes="field")
                    with html.Div(classes="row"):
                        html.Input(
                            v_model=(f"size_{name}",), classes="short-number", id=f"size-{name}",
                            inputmode="decimal", autocomplete="off",
                            title=f"Above 0, up to {size.most:g} {size.unit}",
                            raw_attrs=[f'aria-label="{size.title}, {size.unit}"'],
                            __properties=["inputmode", "autocomplete"],
                        )  # fmt: skip
                        html.Span(size.unit, classes="hint")
                    self._buttons(name)
                html.Span("Slices", classes="field")
                html.Span("")
                self._buttons("", "fill-between")

    def _buttons(self, size: str, *more: str) -> None:
        """Build the buttons of the changes that need a number, and of some more."""
        kinds = [kind for kind, one in CHANGES.items() if size and one.size == size]
        kinds += ["keep-largest"] if size == "pieces" else []
        with html.Div(classes="row wrap"):
            for kind in (*kinds, *more):
                v3.VBtn(
                    CHANGES[kind].title, size="x-small", variant="tonal", id=kind,
                    click=(self.change, f"['{kind}']"),
                    **disabled_if(_NO_REGION, CHANGES[kind].help),
                )  # fmt: skip
