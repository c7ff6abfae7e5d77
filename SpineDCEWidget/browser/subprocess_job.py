"""Work in a separate process, which can be stopped at once and whose memory is then released."""

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

#: Start of the line with the reason why the work failed.
_FAILED = "!"
#: Interval at which the progress is passed on, s.
_INTERVAL = 0.1
#: Line of the process: the finished share or the mark of a failure, and a message.
_LINE = re.compile(rf"([01]\.\d{{4}}|{_FAILED}) ")


def run_apart(module: str, *arguments: object, progress: Progress) -> None:
    """Run ``python -m module arguments``, which calls :func:`work_apart`.

    Raises:
        InputError: the work failed, with the reason.
        Cancelled: by ``progress``; the process is stopped.
    """
    # Unfinished files of a process that is stopped are deleted with the folder.
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
                listener.join(_INTERVAL)
            if process.wait() != 0:
                failed, _, reason = said[-1].partition(" ")
                raise InputError(reason if failed == _FAILED else "the process exited unexpectedly")
        finally:
            process.kill()
            process.wait()
            listener.join()
            process.stdout.close()


def _listen(lines: IO[str], said: list[str]) -> None:
    for line in lines:
        if _LINE.match(line):  # libraries print other lines
            said.append(line.rstrip("\n"))


def work_apart(work: Callable[[Progress], object]) -> None:
    """Run the work in the process; print its progress, and the reason if it fails."""
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
