"""Progress on the terminal, and paths that must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from SpineDCELib.errors import InputError, printable
from SpineDCELib.progress import Progress, silent


def show(text: str) -> None:
    """Print a text that may hold names from files of others."""
    print(printable(text))


def show_missing(missing: Mapping[str, str]) -> int:
    """Print what could not be written, with the reasons; return the exit status."""
    for name, reason in missing.items():
        show(f"! {name} was not written: {reason}")
    return 1 if missing else 0


def existing(path: str) -> Path:
    """Return the path.

    Raises:
        InputError: there is no such file or folder (code "not_found").
    """
    if not Path(path).exists():
        raise InputError(
            f"{path} does not exist. Check the path.", code="not_found", about=str(path)
        )
    return Path(path)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show a progress bar on stderr in a terminal; nothing in a pipe or without tqdm."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield silent
        return
    layout = "{desc:24} {percentage:3.0f}% |{bar}| {elapsed}"
    with tqdm(total=1.0, disable=None, leave=False, bar_format=layout) as bar:

        def show(fraction: float, message: str) -> None:
            bar.set_description_str(message, refresh=False)
            bar.update(max(fraction - bar.n, 0))

        yield show
