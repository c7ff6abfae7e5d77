"""Remedies of errors in the words of the command line: which options to use."""

from __future__ import annotations

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.settings import FORM

#: What only the command line has: field → option.
_OWN_OPTIONS = {
    "compare.accept_differences": "--accept-differences",
    "export.formats": "--export LIST",
}


def with_remedy(error: SpineDCEError) -> str:
    """Return an error's message, followed by the options that can fix the problem."""
    options = list(dict.fromkeys(o for path in error.fields if (o := option_of(path))))
    if not options:
        return str(error)
    *others, last = options
    listed = f"{', '.join(others)} or {last}" if others else last
    return f"{error} Use {listed}."


def option_of(path: str) -> str:
    """Return the option for a field of the form, such as "--t10 MS"; "" where there is none."""
    if path in _OWN_OPTIONS:
        return _OWN_OPTIONS[path]
    path, _, value = path.partition("=")
    if path == "concentration.T1_source" and value == "vfa":
        return "--t1-vfa"
    field = FORM.get(path)
    if field is None or not field.option:
        return ""
    return f"{field.option} {value or field.metavar or _choices(field.choices)}".rstrip()


def _choices(choices: dict[str | None, str]) -> str:
    return "|".join(choice for choice in choices if choice is not None)
