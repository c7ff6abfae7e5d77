"""Layout of the page: steps on the left, views with their bar, charts below."""

from __future__ import annotations

from typing import Any

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import client, html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NO_MAPS, NO_STUDY, disabled_if
from SpineDCEWidget.browser.page_parts import part
from SpineDCEWidget.browser.plot_element import plot
from SpineDCEWidget.browser.slice_views import COLUMNS, pane_name
from SpineDCEWidget.shared.session import SHOWN_VISITS as VISITS
from SpineDCEWidget.shared.wording import NOT_A_MEDICAL_DEVICE

_VUETIFY = {
    "theme": {
        "themes": {
            "dark": {
                "colors": {
                    "primary": "#2f9c9e",
                    "on-primary": "#031413",
                    "surface": "#1d2530",
                    "secondary": "#35414e",
                }
            },
            "light": {
                "colors": {"primary": "#0b7a7c"},
                "variables": {"medium-emphasis-opacity": 0.72},
            },
        }
    }
}
_TO_LIGHT, _TO_DARK = "Switch to the light page", "Switch to the dark page"
#: What the mark of a step says, for screen readers.
_MARKS = "{'✓': 'done', '●': 'to do next', '!': 'needs attention'}"

#: Step of the regions, which says below its tools what is doubtful, so that no tool moves.
_REGIONS = 3


def build_page(station: Any) -> None:
    """Build the page once, when the program starts."""
    theme, server = ("dark ? 'dark' : 'light'",), station.server
    with VAppLayout(server, theme=theme, vuetify_config=_VUETIFY) as page:
        page.root.classes = "workstation"
        with html.Div(classes="page", raw_attrs=[":class=\"dark ? 'is-dark' : 'is-light'\""]):
            with part(server, "top"):
                _top(station)
            with html.Div(classes="middle"):
                _steps(station)
                with html.Main(classes="stage", raw_attrs=['aria-label="Images and curves"']):
                    with part(server, "bar"):
                        station.bar.ui()
                    with part(server, "strip"):
                        station.strip.ui()
                    _views(station)
                    _splitter()
                    _curves(station)
                    with part(server, "course-charts"):
                        station.course.charts_ui()
                    with part(server, "models"):
                        station.models.ui()
            with part(server, "tour"):
                station.tour.ui()
        client.ClientStateChange(value="download", change="download && utils.save(download.url)")
        with part(server, "note"):
            _note()
        with part(server, "report"):
            station.result.report_ui()


def _top(station: Any) -> None:
    with html.Header(classes="top"):
        html.Img(src="page/icon.svg", classes="logo", alt="")
        html.H1("SpineDCE", classes="brand")
        html.Div(
            "{{ study_title }}", classes="study-title", id="study-title",
            title=("study_title + ' · ' + study_folders",),
        )  # fmt: skip
        with html.Div(classes="busy", v_show="busy", role="status"):
            with html.Div(classes="busy-text", title=("busy_title + ' · ' + busy_step",)):
                html.Div("{{ busy_title }}")
                html.Div("{{ busy_step }}", v_if="busy_step")
            v3.VProgressLinear(
                model_value=("busy_share",), color="primary", height=6, rounded=True, striped=True
            )
            v3.VBtn(
                "Cancel", size="small", variant="tonal", click=station.jobs.cancel,
                classes="cancel", id="cancel",
            )  # fmt: skip
        html.Div("", classes="grow")
        with html.Div(classes="save-note warn", v_if="save_problem", title=("save_problem",)):
            html.Span("Not saved")
        with v3.VBtnToggle(
            model_value=("visit", VISITS[0]), update_modelValue=(station.select, "[$event]"),
            v_if="two", mandatory=True, density="compact",
            variant="outlined", divided=True, classes="visit-toggle",
            title="Visit that the panel on the left and the charts show",
        ):  # fmt: skip
            for name in VISITS:
                v3.VBtn(
                    f"{{{{ titles['{name}'] }}}}", value=name, size="small", id=f"select-{name}",
                    raw_attrs=[f":aria-pressed=\"visit === '{name}'\""],
                )  # fmt: skip
        _pictures(station)
        v3.VBtn(
            icon="mdi-theme-light-dark", variant="text", size="small", click="dark = !dark",
            id="theme", title=(f"dark ? '{_TO_LIGHT}' : '{_TO_DARK}'",),
            raw_attrs=[f":aria-label=\"dark ? '{_TO_LIGHT}' : '{_TO_DARK}'\""],
        )  # fmt: skip
        _icon("mdi-help-circle-outline", "Keys and mouse", "void 0", id="help")
        _help(station)


def _pictures(station: Any) -> None:
    """Build the menu of pictures of the views, and of the maps as in the paper."""
    _icon("mdi-camera-outline", "Picture of the views", "void 0", id="pictures")
    with v3.VMenu(activator="#pictures", location="bottom end"), v3.VCard(classes="keys pa-2"):
        for text, call, identity in (
            ("Save as file", "utils.savePicture()", "save-picture"),
            ("Copy", "utils.copyPicture()", "copy-picture"),
        ):
            v3.VBtn(
                text, size="small", variant="text", click=call, id=identity, block=True,
                **disabled_if(NO_STUDY, "All views, or the one shown alone, with their labels"),
            )  # fmt: skip
        v3.VBtn(
            "Save the figure", size="small", variant="text", id="save-figure", block=True,
            click=station.as_action(station.result.save_figure),
            **disabled_if(
                BUSY | NO_MAPS,
                "T1, Vp, and Vp over T1 of each visit on one scale, in the slice where the lesion "
                "is largest: 300 dpi, without names and dates",
            ),
        )  # fmt: skip


def _help(station: Any) -> None:
    keys = (
        ("1 – 5", "open a step"), ("wheel, PgUp, PgDn", "change the slice"),
        ("space", "play the frames"),
        ("C", "in a check that shows two images in turns, change between them"),
        ("← →", "move the shift by 0.1 s, with Shift by 1 s (step 2, on the chart or slider)"),
        ("[ ]", "smaller or larger brush"), ("Ctrl+Z, Ctrl+Y", "undo, redo"),
        ("Shift, Ctrl", "circle instead of ellipse, ellipse from its centre, while it is drawn"),
        ("Enter", "close the polygon, then fill it"),
        ("Del", "remove the point of the polygon under the mouse, or the last one"),
        ("Esc", "close what is on top: report, tour, outline, tool, explanation, message, "
         "single view"),
        ("double click, M", "show one view alone, and all again (with a region or ruler chosen, a "
         "double click draws: use M)"), ("?", "list these keys"),
        ("click", "explain a voxel"),
        ("point", "show place, region and values"),
        ("left drag", "window and level; on a map, the top of its scale"),
        ("right drag", "zoom"), ("middle drag", "pan"),
    )  # fmt: skip
    with v3.VMenu(activator="#help", location="bottom end"), v3.VCard(classes="keys pa-3"):
        for key, meaning in keys:
            with html.Div(classes="key-row"):
                html.Kbd(key)
                html.Span(meaning)
        v3.VBtn(
            "Show the tour", size="small", variant="tonal", click=station.tour.start,
            id="show-tour", prepend_icon="mdi-map-marker-path", classes="mt-2",
        )  # fmt: skip
        html.Div(f"{NOT_A_MEDICAL_DEVICE} All data stay on this computer.", classes="hint mt-2")


def _icon(icon: str, title: str, click: Any, **more: Any) -> None:
    v3.VBtn(
        icon=icon, variant="text", size="small", title=title, click=click,
        raw_attrs=[f'aria-label="{title}"'], **more,
    )  # fmt: skip


def _steps(station: Any) -> None:
    with html.Aside(classes="steps", raw_attrs=['aria-label="Steps"']):
        for panel, number in zip(station.panels, range(1, 6), strict=True):
            index = number - 1
            with (
                part(station.server, f"step-{number}"),
                html.Div(classes="step", raw_attrs=[f':class="{{open: step === {number}}}"']),
            ):
                with (
                    html.H2(),
                    html.Button(
                        classes="step-head", click=(station.go_to_step, f"[{number}]"),
                        id=f"step-{number}",
                        title=(f"steps[{index}]?.reason || steps[{index}]?.hint",),
                        raw_attrs=[
                            f':aria-expanded="step === {number}"',
                            f'aria-controls="step-body-{number}"',
                            f":aria-current=\"step === {number} ? 'step' : undefined\"",
                        ],
                    ),
                ):  # fmt: skip
                    html.Span(str(number), classes="step-number")
                    html.Span(f"{{{{ steps[{index}]?.title }}}}", classes="step-title")
                    html.Span(
                        f"{{{{ steps[{index}]?.mark }}}}", classes="step-mark",
                        raw_attrs=[
                            f":data-mark=\"steps[{index}]?.mark\"", 'role="img"',
                            f':aria-label="({_MARKS})[steps[{index}]?.mark]"',
                            f':aria-hidden="!steps[{index}]?.mark"',
                        ],
                    )  # fmt: skip
                with html.Div(
                    classes="step-body", v_show=f"step === {number}", id=f"step-body-{number}",
                    raw_attrs=[
                        ":class=\"{locked: busy}\"", 'role="region"', 'tabindex="-1"',
                        f'aria-labelledby="step-{number}"',
                    ],
                ):  # fmt: skip
                    if number != _REGIONS:
                        _reason(index, number)
                    panel.ui()
        with part(station.server, "error"):
            _error()


def _reason(index: int, number: int) -> None:
    """Build the sentence that says why a step needs attention.

    Step 1 asks about a pair of visits elsewhere; the message of an error is not said twice.
    """
    asked = " && !question.text" if number == 1 else ""
    said = f"steps[{index}].reason.split(' · ')"
    reason = f"{said}.filter(one => !error.split(' · ').includes(one)).join(' · ')"
    html.Div(
        f"{{{{ {reason} }}}}", classes="warn step-reason", id=f"reason-{number}",
        v_if=f"steps[{index}]?.mark === '!' && {reason}{asked}",
    )  # fmt: skip


def _views(station: Any) -> None:
    shown = f"visits.length ? visits : ['{VISITS[0]}']"
    with html.Div(
        classes="views", mouseleave=station.mouse_left,
        raw_attrs=[
            f':class="{{two: ({shown}).length === 2}}"',
            'role="region"', 'aria-labelledby="images"',
        ],
    ):  # fmt: skip
        html.H2("Images", id="images", classes="unseen")
        for visit in VISITS:
            for column in range(COLUMNS):
                name = pane_name(visit, column)
                with part(station.server, f"pane-{name}"), html.Div(
                    classes="pane", id=f"pane-{name}",
                    v_show=f"({shown}).includes('{visit}')",
                    dblclick=(station.double_clicked, f"['{name}']"), __events=["dblclick"],
                    # The views report movements late, even after a click elsewhere.
                    raw_attrs=[
                        f"@pointerenter=\"trigger('pointed', ['{visit}'])\"", 'role="group"',
                        f":class=\"{{alone: maximised === '{name}', "
                        f"covered: maximised && maximised !== '{name}'}}\"",
                        f":aria-label=\"titles['{visit}'] + ', ' + (contents.find((c) => c.value "
                        f"=== columns[{column}])?.title || '')\"",
                    ],
                ):  # fmt: skip
                    client.ServerTemplate(name=name)
                    # Each row, or a view that is shown alone, says whose it is.
                    first = "true" if column == 0 else f"maximised === '{name}'"
                    with html.Div(classes="pane-title", raw_attrs=["@dblclick.stop"]):
                        html.Span(f"{{{{ titles['{visit}'] }}}}", classes="pane-visit")
                        html.Span("·")
                        with html.Select(
                            title="Image in this column",
                            classes=f"column-{column}",
                            change=(station.bar.set_column, f"[{column}, $event.target.value]"),
                            raw_attrs=[
                                f':value="columns[{column}]"',
                                f'aria-label="Image in column {column + 1}"',
                            ],
                        ):
                            html.Option(
                                # Without a map, only what lies under it is shown.
                                f"{{{{ without_map['{visit}'] && c.over "
                                f"? without_T1['{visit}'] && c.without_T1 ? 'frame' : c.over "
                                f": without_T1['{visit}'] && c.without_T1 || c.title }}}}",
                                v_for="c in contents", key="c.value",
                                value=("c.value",),
                            )  # fmt: skip
                        html.Button(
                            classes="maximise mdi",
                            click=(station.maximise, f"['{name}']"),
                            raw_attrs=[
                                ":class=\"maximised ? 'mdi-arrow-collapse' : 'mdi-arrow-expand'\"",
                                ":title=\"maximised ? 'Show all views (double click, M)' "
                                ": tool === 'look' ? 'Show this view alone (double click, M)' "
                                ": 'Show this view alone (M)'\"",
                                ":aria-label=\"maximised ? 'Show all views' "
                                ": 'Show this view alone'\"",
                            ],
                        )
                        html.Div(f"{{{{ whose['{visit}'] }}}}", classes="whose", v_if=first)
                        html.Div(
                            f"{{{{ series_shown['{visit}']?.[columns[{column}]] }}}}",
                            classes="whose series-shown",
                        )
                        # Below the lines above, however many they are.
                        with html.Div(classes="letter-line", v_if=f"letters['{name}']"):
                            _letter(name, "top")
                    for side in ("left", "right", "bottom"):
                        _letter(name, side)
                    html.Div(
                        f"{{{{ positions['{name}'] || positions['{visit}'] }}}}",
                        classes="position", v_if=f"{first} || positions['{name}']",
                    )  # fmt: skip
                    html.Div(
                        f"{{{{ windows['{visit}']?.[columns[{column}]] }}}}", classes="window-text"
                    )
                    with html.Div(classes="cursor-values", v_if=f"cursor['{name}'] !== undefined"):
                        html.Div(f"{{{{ cursor['{visit}'] }}}}", v_if=first)
                        html.Div("{{ value }}", v_for=f"(value, i) in cursor['{name}']", key="i")
                    html.Div(
                        f"{{{{ without_map['{visit}'] }}}}", classes="without-map",
                        v_if=f"without_map['{visit}'] && !busy && columns[{column}] === 'map'",
                    )  # fmt: skip
                    html.Div(
                        "Map out of date", classes="map-outdated",
                        v_if=f"map_outdated['{visit}'] && "
                        f"['map', 'fused'].includes(columns[{column}].split(':')[0])",
                    )  # fmt: skip
                    html.Div(
                        f"{{{{ without_series['{visit}']?.[columns[{column}]] }}}}",
                        classes="without-map",
                        v_if=f"without_series['{visit}']?.[columns[{column}]]",
                    )  # fmt: skip
                    html.Div(
                        "This series has no image at this slice.", classes="without-map",
                        v_if=f"beyond['{visit}']?.includes(columns[{column}])",
                    )  # fmt: skip
                    _legend(visit, column)
        with html.Div(classes="welcome", v_if="!visits.length"):
            html.Img(src="page/icon.svg", alt="")
            html.P("Open a study, or try the sample patient.", v_if="!busy")
            html.P("{{ busy_title }}", v_if="busy")


def _letter(name: str, side: str) -> None:
    """Build the anatomical letter of one side of a view."""
    html.Div(
        f"{{{{ letters['{name}']?.{side} }}}}", classes=f"letter at-{side}",
        v_if=f"letters['{name}']",
    )  # fmt: skip


def _legend(visit: str, column: int) -> None:
    """Build the colour bar of a view with a map."""
    kind = f"columns[{column}].split(':')[0]"
    with html.Div(
        classes="colour-bar",
        v_if=f"legend && !without_map['{visit}'] && ['map', 'fused'].includes({kind})",
    ):
        html.Div("{{ legend.title }}", classes="colour-title")
        with html.Div(classes="colour-row"):
            html.Div(classes="colour-scale", raw_attrs=[':style="{background: legend.css}"'])
            with html.Div(classes="colour-ticks"):
                html.Span("{{ tick }}", v_for="tick in legend.ticks", key="tick")


def _splitter() -> None:
    """Build the line between images and curves; ``page/splitter.js`` moves it."""
    html.Div(
        classes="splitter", v_show="visits.length", id="splitter",
        title="Drag it to give images or curves more room; a double click or Enter closes and "
        "opens the curves",
        raw_attrs=[
            'role="separator"', 'aria-orientation="horizontal"', 'aria-valuenow="218"',
            'aria-valuemin="0"', 'aria-label="Height of the curves in pixels"', 'tabindex="0"',
        ],
    )  # fmt: skip


def _curves(station: Any) -> None:
    with html.Div(
        classes="curves", v_show="visits.length && !has_trend",
        raw_attrs=['role="region"', 'aria-labelledby="curves"'],
    ):  # fmt: skip
        html.H2("Curves", id="curves", classes="unseen")
        with part(station.server, "main-curves"), html.Div(classes="curve-box wide"):
            html.Div(
                "{{ curves_note }}", classes="hint middle-hint", id="curves-note",
                v_if="curves_note",
            )  # fmt: skip
            html.Div(
                "Fits out of date", classes="chart-outdated", v_if="main_figure.old_fits",
            )  # fmt: skip
            plot(
                station, "main_figure", "main-plot", drag=station.arteries.set_shift,
                marks="playing ? frame_seconds : null",
                label="AIF and curves of the regions; in step 2 the arrow keys move the shift",
            )  # fmt: skip
        with part(station.server, "side-curves"), html.Div(classes="curve-box"):
            with html.Div(classes="voxel-card", v_if="voxel_card"):
                with html.Div(classes="voxel-head"):
                    html.B("{{ voxel_card.title }}")
                    html.Span(
                        "{{ voxel_card.status }}",
                        classes="voxel-status",
                        title=("voxel_card.status",),
                    )
                    station.models.button("compare-models-voxel", small=True)
                    _icon(
                        "mdi-close",
                        "Close the explanation of the voxel",
                        station.escape,
                        density="compact",
                        id="close-voxel",
                    )
                with (
                    html.Table(),
                    html.Tbody(),
                    html.Tr(v_for="row in voxel_card.rows", key="row[0]"),
                ):
                    html.Td("{{ cell }}", v_for="(cell, i) in row", key="i")
                html.Div("{{ voxel_card.doubt }}", classes="warn", v_if="voxel_card.doubt")
            html.Div(
                "{{ evidence_text }}", classes="evidence-note", v_if="!voxel_card",
                title=("evidence_text",),
            )  # fmt: skip
            html.Div(
                "Out of date", classes="chart-outdated",
                v_if="['maps', 'results'].includes(outdated[visit]) && !voxel_card && "
                "evidence_text",
            )  # fmt: skip
            plot(
                station, "side_figure", "side-plot", place=station.arteries.set_shift,
                label="Evidence for the shift, or curve and fit of the voxel",
            )  # fmt: skip


def _note() -> None:
    v3.VSnackbar(
        "{{ note }}", model_value=("!!note",), timeout=4000, color="surface",
        update_modelValue="note = ''", location="bottom",
    )  # fmt: skip


def _error() -> None:
    """Build the message of an error, below the steps, where it covers and moves no image."""
    with html.Div(classes="error-bar", v_if="error", role="alert"):
        v3.VIcon("mdi-alert-outline")
        html.Span("{{ error }}")
        v3.VBtn("Close", size="small", variant="text", click="error = ''", id="close-error")
