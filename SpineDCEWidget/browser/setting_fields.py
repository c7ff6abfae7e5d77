"""Controls of settings on the page, built from the form description."""

from __future__ import annotations

from typing import Any

from SpineDCELib.settings import FORM, Settings, value_at
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_STUDY, title_if
from SpineDCEWidget.shared.setting_groups import CORRECTIONS, groups_of_step, page_settings
from SpineDCEWidget.shared.study_opening import READ_WITH
from SpineDCEWidget.shared.wording import (
    READING,
    _,
    control_label,
    setting_choices,
    setting_help,
    setting_label,
)


class SettingFields:
    """Controls of the settings of the selected visit.

    Each setting has a state variable (see :func:`variable`). Changing the variable changes the
    setting in the session; a value that is not allowed is shown as an error and replaced.
    """

    def __init__(self, station: Any) -> None:
        self._station = station
        state = station.state
        state.update(
            {
                "settings_in_use": {},
                "setting_items": {
                    variable(path): [
                        {"title": title, "value": value}
                        for value, title in setting_choices(path).items()
                    ]
                    for path in page_settings() if FORM[path].kind == "choice"
                },
            }
        )  # fmt: skip
        for path in page_settings():
            state[variable(path)] = shown_value(path, value_at(Settings(), path))
            state.change(variable(path))(lambda path=path, **_: self._changed(path))

    def _changed(self, path: str) -> None:
        station, visit = self._station, self._station.visit
        shown = station.state[variable(path)]
        if visit is None or shown == shown_value(path, value_at(visit.settings, path)):
            return
        values: dict[str, Any] = {}
        if station.attempt(lambda: values.update({path: parsed_value(path, shown)})):
            if path in (*CORRECTIONS, *READ_WITH):
                station.as_task(self.correct)(visit, values)
                return
            station.choose(values)
        self.refresh()

    async def correct(self, visit: Any, values: dict[str, Any]) -> None:
        """Correct what was read from the files or how, and read them again if necessary."""
        station, jobs = self._station, []
        analysis = visit.analysis
        if station.attempt(lambda: jobs.append(station.session.correct(visit, values))):
            title = READING.format(visit=visit.word)
            done, images = await station.jobs.run(title, jobs[0].run)
            if done and station.attempt(lambda: jobs[0].finish(images)):
                if visit.analysis is not analysis:  # another grid is another study
                    station.study_opened(visit)
                station.views.fill()
                station.changed(visit)
        with station.state:
            station.refresh()

    def refresh(self) -> None:
        """Show the settings of the selected visit."""
        state, visit = self._station.state, self._station.visit
        if visit is None:
            return
        for path in page_settings():
            state[variable(path)] = shown_value(path, value_at(visit.settings, path))
        analysis = visit.analysis
        state.settings_in_use = {
            variable("concentration.r1"): f"{analysis.r1:g}",
            variable("concentration.muscle_T10"): f"{analysis.muscle_T10 * 1000:.0f}",
        }

    def ui(self, step: int) -> None:
        """Build the groups of a step."""
        for group in groups_of_step(step):
            shown = {"v_if": group.shown_if} if group.shown_if else {}
            kind, title = (html.Details, html.Summary) if group.folded else (html.Div, html.H3)
            with kind(classes="folded" if group.folded else "stack", **shown):
                title(_(group.title), classes="label")
                if group.shown_if:
                    html.Div(f"{{{{ {group.shown_if} }}}}", classes="warn")
                self._controls(group.paths)

    def _controls(self, paths: tuple[str, ...]) -> None:
        with html.Div(classes="fields"):
            for path in paths:
                self._control(path)

    def _control(self, path: str) -> None:
        field, name = FORM[path], variable(path)
        common = {
            "density": "compact", "hide_details": True, "id": name.replace("_", "-"),
            "disabled": ("!visits.length",),
        }  # fmt: skip
        with html.Div(
            classes="wide" if _is_wide(path) else "", **title_if(NO_STUDY, setting_help(path))
        ):
            if field.kind == "switch":
                v3.VCheckbox(v_model=(name,), label=setting_label(path), **common)
            elif field.kind == "choice":
                v3.VSelect(
                    v_model=(name,), items=(f"setting_items.{name}",), label=control_label(path),
                    variant="outlined", **common,
                )  # fmt: skip
            else:
                several = field.kind == "numbers by name"
                control = v3.VTextarea if several else v3.VTextField
                # The value is sent when the user leaves the field, because half a number is none.
                control(
                    model_value=(name,), change=f"{name} = $event.target.value",
                    label=control_label(path), persistent_placeholder=True,
                    placeholder=(f"settings_in_use.{name} || '{_placeholder(path)}'",),
                    **({"rows": 2} if several else {}), **common,
                )  # fmt: skip


def variable(path: str) -> str:
    """Return the state variable of a setting: "aif.Hct" → "setting_aif_Hct"."""
    return "setting_" + path.replace(".", "_")


def shown_value(path: str, value: Any) -> Any:
    """Return the value of a setting for its state variable."""
    field = FORM[path]
    if field.kind == "switch":
        return value
    return value or "" if field.kind == "choice" else field.text(value)


def parsed_value(path: str, shown: Any) -> Any:
    """Return the value of a setting from its state variable; "" leaves it to the program.

    Raises:
        InputError: the value is not allowed.
    """
    field = FORM[path]
    if field.kind == "switch":
        return bool(shown)
    if field.kind == "choice":
        return shown or None
    value = field.parse(str(shown))
    return value_at(Settings(), path) if value is None and not field.optional else value


def _is_wide(path: str) -> bool:
    return FORM[path].kind not in ("number", "count") or path == "reading.frame_times"


def _placeholder(path: str) -> str:
    if path in CORRECTIONS:
        return "as read"
    return "Lesion=4.2" if FORM[path].kind == "numbers by name" else "automatic"
