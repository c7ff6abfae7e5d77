"""Remedies of errors in the command line: the options that can fix the problem."""

from __future__ import annotations

from collections.abc import Collection

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.settings import FORM

#: Fields that the form does not describe → option.
OWN_OPTIONS = {
    "agreement.quantity": "--quantity COLUMN",
    "agreement.rater": "--rater COLUMN",
    "trend.days": "--days COLUMN",
    "trend.value": "--value COLUMN",
    "batch.dask": "--dask ADDRESS",
    "batch.workers": "--workers N",
    "cohort.bootstrap": "--bootstrap N",
    "cohort.cutoff": "--cutoff COLUMN=PERCENT",
    "cohort.groups": "--groups FILE",
    "cohort.positive": "--positive WORD",
    "cohort.quantity": "--quantity COLUMN",
    "compare.accept": "--accept FINDING",
    "compare.accept_differences": "--accept-differences",
    "compare.cutoff": "--cutoff PERCENT",
    "compare.swap": "--swap",
    "out.keep_other_files": "--keep-other-files",
    "course.cutoff": "--cutoff PERCENT",
    "course.date": "--date VISIT=DATE",
    "course.dose": "--rt-dose FILE",
    "course.event": "--event DATE=KIND",
    "export.formats": "--export LIST",
    "survival.change": "--change COLUMN",
    "survival.event": "--event COLUMN",
    "survival.time": "--time COLUMN",
    "paper.patients": "--patients N",
}


def with_remedy(error: SpineDCEError, known: Collection[str] | None = None) -> str:
    """Return an error's message, followed by the options that can fix the problem.

    Args:
        error: with the fields that can fix the problem.
        known: names of the options that the command has; None for every option.
    """
    options = [option_of(path) for path in error.fields]
    if known is not None:
        options = [option for option in options if option.partition(" ")[0] in known]
    options = list(dict.fromkeys(option for option in options if option))
    if not options:
        return str(error)
    *others, last = options
    listed = f"{', '.join(others)} or {last}" if others else last
    return f"{error} Use {listed}."


def option_of(path: str) -> str:
    """Return the option for a field, such as "--t10 MS"; "" if there is none.

    Args:
        path: of the field, with a value to choose if there is one: "concentration.signal=relative".
    """
    path, _, value = path.partition("=")
    if path in OWN_OPTIONS:
        option = OWN_OPTIONS[path]
        return f"{option.partition(' ')[0]} {value}" if value else option
    if path == "concentration.T1_source" and value == "vfa":
        return "--t1-vfa"
    field = FORM.get(path)
    if field is None or not field.option:
        return ""
    chosen = "" if field.kind in ("file", "files") else value
    return f"{field.option} {chosen or field.metavar or _choices(field.choices)}".rstrip()


def _choices(choices: dict[str | None, str]) -> str:
    return "|".join(choice for choice in choices if choice is not None)
