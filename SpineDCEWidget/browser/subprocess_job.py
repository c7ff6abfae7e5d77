"""Work in a process of its own: the page stays free, can stop it at once, and keeps its memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from typing import IO

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress

#: Begins the line that says why the work failed.
_FAILED = "!"
#: How often the listener is looked at, s.
_TURN = 0.1
#: A finished share, or that it failed, and words.
_SAID = re.compile(rf"([01]\.\d{{4}}|{_FAILED}) ")


def run_apart(module: str, *arguments: object, progress: Progress) -> None:
    """Run ``python -m module arguments``, which does its work under :func:`work_apart`.

    Raises:
        InputError: with the reason of the work that failed.
        Cancelled: by ``progress``; the process is ended.
    """
    # What a process that is ended leaves unfinished goes with the folder.
    with tempfile.TemporaryDirectory(prefix="spinedce-") as scratch:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": scratch},
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        said = ["0 "]
        listener = threading.Thread(target=_listen, args=(process.stdout, said), daemon=True)
        listener.start()
        try:
            while listener.is_alive():
                share, _, words = said[-1].partition(" ")
                if share != _FAILED:
                    progress(float(share), words)
                listener.join(_TURN)
            if process.wait() != 0:
                failed, _, reason = said[-1].partition(" ")
                raise InputError(reason if failed == _FAILED else "it ended without a reason")
        finally:
            process.kill()
            process.wait()
            listener.join()
            process.stdout.close()


def _listen(lines: IO[str], said: list[str]) -> None:
    for line in lines:
        if _SAID.match(line):  # libraries print, too
            said.append(line.rstrip("\n"))


def work_apart(work: Callable[[Progress], object]) -> None:
    """In the process: do it, tell its progress, and why where it fails."""
    try:
        work(lambda share, words: print(f"{share:.4f} {words}", flush=True))
    except InputError as error:
        reason = str(error)
    except MemoryError:
        reason = "there is not enough memory"
    except OSError as error:
        reason = error.strerror or str(error)
    except Exception as error:
        traceback.print_exc()
        reason = f"unexpected {type(error).__name__}: {error}"
    else:
        return
    print(_FAILED, " ".join(reason.split()), flush=True)
    sys.exit(1)
