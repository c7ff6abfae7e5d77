"""Reading of files that others wrote: regular files only, of bounded size and depth."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError

#: Largest text that is read as a whole, bytes: far above any settings file, curve or record.
LARGEST_TEXT = 64 << 20
#: Nesting of JSON beyond which a file is refused; no file of this program exceeds ten.
_DEEPEST = 64


def obstacle(path: str | os.PathLike[str]) -> str:
    """Return why a path cannot be read as a file, without opening it; "" if it can.

    A pipe or a device blocks, ends never or has side effects when it is opened.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return "a link to nothing" if os.path.islink(path) else (error.strerror or str(error))
    except ValueError:
        return "no valid path"
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no regular file")


_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def require_regular(path: str | os.PathLike[str], fields: tuple[str, ...] = ()) -> None:
    """Refuse what is no regular file, without opening it.

    Raises:
        InputError: it exists and is a pipe, socket or device (code "not_a_file").
    """
    reason = obstacle(path)
    if reason in _KINDS.values() or reason == "no regular file":
        raise InputError(
            f"{path} is {reason}, not a file.", code="not_a_file", about=str(path), fields=fields
        )


def beside(header: Path, name: str) -> Path:
    """Return the path of a data file that a header names; it must lie beside the header.

    A header that names other files could read any file of the user's, wait for a pipe or never end.

    Raises:
        InputError: it lies elsewhere, is no regular file or does not exist (code
            "data_file_refused").
    """
    plain = name.removeprefix("./")
    file = header.parent / plain
    if plain in ("", ".", "..") or re.search(r"[/\\\x00]", plain):
        reason = "is not beside it"
    elif fault := obstacle(file):
        reason = f"is {fault}" if fault.startswith(("a ", "no ")) else f"cannot be read: {fault}"
    elif file.resolve().parent != header.resolve().parent:
        reason = "is a link to another folder"
    else:
        return file
    raise InputError(
        f"{header} takes its pixels from the file '{name}', which {reason}. It was not opened.",
        code="data_file_refused",
        about=str(header),
    )


def read_text(
    path: str | os.PathLike[str], *, encoding: str = "utf-8", largest: int = LARGEST_TEXT
) -> str:
    """Return the text of a regular file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is not text (UnicodeDecodeError), or larger than ``largest`` bytes.
        InputError: it is a pipe, socket or device.
    """
    require_regular(path)
    with Path(path).open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"it is larger than {largest >> 20} MB")
    return content.decode(encoding)


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return value
    raise ValueError("it is nested too deeply")


def read_json(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Any:
    """Return the value of a JSON file.

    Raises:
        OSError, ValueError, InputError: see :func:`read_text` and :func:`parse_json`.
    """
    return parse_json(read_text(path, encoding=encoding))
