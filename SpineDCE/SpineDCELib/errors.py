"""Errors that a user reads, in a form that every user interface can word for its own controls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return a text that every terminal, page and file can hold.

    File names may hold bytes that are not UTF-8 and control characters that move a terminal's
    cursor; they are shown as escapes.
    """
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


class SpineDCEError(ValueError):
    """A problem that a user can fix.

    The message says what is wrong and where, in words that hold everywhere: it names neither an
    option of the command line nor a control of a window. The remedy is given as *fields*: the
    command line adds the options for them and a window its controls.

    Args:
        message: one or two complete sentences; ``str(error)``.
        code: a stable short name in snake_case, for program logic and tests; logic never depends
            on the message.
        about: the file, folder, region, series or visit that is meant, if there is one.
        fields: settings and inputs that can fix the problem, as paths of the form description
            (``"concentration.T10"``, ``"inputs.T1_map"``), in the order in which to try them;
            ``"concentration.signal=relative"`` names a value to choose.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        about: str | None = None,
        fields: Iterable[str] = (),
    ) -> None:
        super().__init__(printable(message))
        self.code = code
        self.about = None if about is None else printable(about)
        self.fields = tuple(fields)

    def __reduce__(self) -> tuple[object, ...]:
        state = {"code": self.code, "about": self.about, "fields": self.fields}
        return type(self), (str(self),), state


class InputError(SpineDCEError):
    """A file, folder, option or argument cannot be used as given.

    Example:
        >>> from SpineDCELib import InputError, Settings, with_value
        >>> try:
        ...     with_value(Settings(), "aif.Hct", 45)
        ... except InputError as error:
        ...     print(error.code, error.fields)
        out_of_range ('aif.Hct',)
    """


@dataclass(frozen=True)
class Finding:
    """Something about the inputs that a user should correct or accept before reading numbers.

    Attributes:
        code: a stable short name in snake_case.
        message: one or two complete sentences.
        about: the region or visit that is meant, if there is one.
        fields: settings and inputs that can fix it; see :class:`SpineDCEError`.
        stops: no result is computed unless the user accepts it.
    """

    code: str
    message: str
    about: str | None = None
    fields: tuple[str, ...] = ()
    stops: bool = False

    @property
    def error(self) -> InputError:
        """The same as an error, for what stops."""
        return InputError(self.message, code=self.code, about=self.about, fields=self.fields)


class Cancelled(Exception):
    """Raised from a progress callback to stop long work; nothing already finished is lost."""
