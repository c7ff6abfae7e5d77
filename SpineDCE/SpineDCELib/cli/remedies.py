"""Remedies of errors in the words of the command line: which options to use."""

from __future__ import annotations

from collections.abc import Collection

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.settings import FORM

#: Fields that no form describes → option.
OWN_OPTIONS = {
    "compare.accept_differences": "--accept-differences",
    "compare.cutoff": "--cutoff PERCENT",
    "export.formats": "--export LIST",
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
    """Return the option for a field of the form, such as "--t10 MS"; "" where there is none."""
    if path in OWN_OPTIONS:
        return OWN_OPTIONS[path]
    path, _, value = path.partition("=")
    if path == "concentration.T1_source" and value == "vfa":
        return "--t1-vfa"
    field = FORM.get(path)
    if field is None or not field.option:
        return ""
    return f"{field.option} {value or field.metavar or _choices(field.choices)}".rstrip()


def _choices(choices: dict[str | None, str]) -> str:
    return "|".join(choice for choice in choices if choice is not None)
