"""What several subcommands share: progress on the terminal, paths that must exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent

INTERVAL_HELP = "seconds between frames, where the files carry no times"


def existing(path: str) -> Path:
    """The path, or an error that names it."""
    if not Path(path).exists():
        raise InputError(f"{path} does not exist; check the path.")
    return Path(path)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A bar on stderr while someone watches; nothing in a pipe or without tqdm."""
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
