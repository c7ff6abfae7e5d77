"""Storage SCP that analyses what it receives: studies are complete when nothing more comes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.files.user_data import private_folder
from SpineDCELib.network.arrived_studies import ArrivedStudies, ArrivedStudy
from SpineDCELib.network.nodes import Network, Own
from SpineDCELib.network.packages import pynetdicom
from SpineDCELib.network.receiver import listening

#: Folder of the studies, in the user's data folder.
RECEIVED = "received"
#: s between two looks at the queue.
_LOOK = 0.2


def received_studies(network: Network) -> ArrivedStudies:
    """Return the studies that were sent to this program."""
    folder = Path(network.serve.folder) if network.serve.folder else private_folder(RECEIVED)
    return ArrivedStudies(folder, most=network.serve.disk_gb * 1e9)


@dataclass
class _Arrival:
    """Who is still sending a study, and when its last image came."""

    senders: set[int] = field(default_factory=set)
    last: float = field(default_factory=time.monotonic)


class Reception:
    """Takes studies, and has each analysed by a worker process, one at a time.

    Args:
        network: the settings; its ``serve`` names who may call.
    """

    def __init__(self, network: Network) -> None:
        pynetdicom()
        if not network.serve.callers:
            raise InputError(
                "No caller is allowed. List AE titles and addresses under 'serve', 'callers' in "
                "the settings file of the archives.",
                code="no_callers",
            )
        self._serve = network.serve
        self.studies = received_studies(network)
        self._arrivals: dict[str, _Arrival] = {}
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._analysed = ""  #: UID of the study of the worker
        self._objects = 0  #: that it had when the worker was started

    @contextlib.contextmanager
    def running(self) -> Iterator[int]:
        """Accept studies while the block runs, and yield the port.

        Raises:
            InputError: another reception works on the same folder (code "folder_in_use"), or the
                port is in use.
        """
        from pynetdicom import evt

        serve = self._serve
        own = Own(serve.ae_title, serve.address, serve.port, serve.tls)
        ended = [
            (event, self._ended)
            for event in (evt.EVT_RELEASED, evt.EVT_ABORTED, evt.EVT_CONN_CLOSE)
        ]
        with _sole(self.studies.folder):
            self.studies.recover()
            for study in self.studies:
                if study.state == "arriving":
                    self._arrivals[study.uid] = _Arrival()
            try:
                with listening(
                    own, self._take, titles=list(serve.callers),
                    addresses=set(serve.callers.values()), callers=serve.callers, handlers=ended,
                ) as port:  # fmt: skip
                    yield port
            finally:
                self._stop_worker()

    def run(self, stop: threading.Event) -> None:
        """Look after the queue until ``stop`` is set."""
        while not stop.wait(_LOOK):
            self.step()

    def step(self) -> None:
        """Move on what can be moved on: complete studies wait, and the first of them is begun."""
        now = time.monotonic()
        with self._lock:
            complete = [
                uid
                for uid, arrival in self._arrivals.items()
                if not arrival.senders and now - arrival.last >= self._serve.quiet
            ]
            for uid in complete:
                del self._arrivals[uid]
        for uid in complete:
            study = self.studies.study(uid)
            if study is not None and study.state == "arriving":
                self.studies.change(uid, state="waiting")
        if self._worker is not None:
            self._look_at_worker()
        if self._worker is None:
            waiting = [study for study in self.studies if study.state == "waiting"]
            if waiting:
                self._begin(min(waiting, key=lambda study: study.changed))

    def _take(self, encoded: bytes, about: Any, sender: Any = None) -> None:
        uid = str(about.get("StudyInstanceUID") or "")
        with self._lock:
            known = self._arrivals.get(uid)
            self.studies.take(encoded, about)
            study = self.studies.study(uid)
            if known is None and study is not None and study.state not in ("arriving", "analysing"):
                return  # a duplicate in a study that is complete
            arrival = self._arrivals.setdefault(uid, _Arrival())
            arrival.last = time.monotonic()
            if sender is not None:
                arrival.senders.add(id(sender))

    def _ended(self, event: Any) -> None:
        with self._lock:
            for arrival in self._arrivals.values():
                if id(event.assoc) in arrival.senders:
                    arrival.senders.discard(id(event.assoc))
                    arrival.last = time.monotonic()

    def _begin(self, study: ArrivedStudy) -> None:
        """Start the worker process for a study."""
        self.studies.change(study.uid, state="analysing", attempts=study.attempts + 1)
        self._analysed, self._objects = study.uid, study.objects
        module = "SpineDCELib.network.prepared_study"
        archive = [self._serve.archive] if self._serve.archive else []
        self._worker = subprocess.Popen(
            [sys.executable, "-m", module, str(self.studies.folder), study.uid, *archive],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _look_at_worker(self) -> None:
        assert self._worker is not None
        status = self._worker.poll()
        if status is None:
            return
        self._worker = None
        study = self.studies.study(self._analysed)
        if study is None:
            return
        self.studies.measure()
        number = self.studies.count(study.uid)
        if number != self._objects:  # images came meanwhile, so it is analysed again
            self.studies.change(study.uid, state="arriving", attempts=0, objects=number)
            with self._lock:
                self._arrivals.setdefault(study.uid, _Arrival())
        elif study.state == "analysing":  # the worker ended without a result
            again = study.attempts <= self._serve.retries
            self.studies.change(
                study.uid,
                state="waiting" if again else "failed",
                message=f"The analysis ended unexpectedly (status {status}), "
                f"{study.attempts} times.",
            )
        else:
            self.studies.end_search(study)

    def _stop_worker(self) -> None:
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait()
            self._worker = None
            study = self.studies.study(self._analysed)
            if study is not None and study.state == "analysing":
                self.studies.change(study.uid, state="waiting", attempts=study.attempts - 1)


@contextlib.contextmanager
def _sole(folder: Path) -> Iterator[None]:
    """Hold a folder; the lock ends with the process, however it ends.

    Raises:
        InputError: another process holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            raise InputError(
                f"Another reception of studies works on {folder}.",
                code="folder_in_use",
                about=str(folder),
            ) from None
        yield
    finally:
        os.close(handle)
