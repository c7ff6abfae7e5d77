"""Pool of worker processes on this machine or on a Dask cluster."""

from __future__ import annotations

import gc
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from SpineDCELib.errors import Cancelled, InputError, SpineDCEError
from SpineDCELib.files.mapped_arrays import return_free_memory

#: A busy machine may take minutes to start a process; by default, Dask would not wait so long to
#: replace a worker that died.
PATIENCE = {
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    "distributed.comm.timeouts.connect": "2 minutes",
}

#: Dask lets workers return every freed array to the system, which takes a third of the time of an
#: analysis. Up to this many bytes are kept instead, and larger arrays are returned one by one.
MEMORY: dict[str, Any] = {
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 25,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 22,
}

#: How long a scheduler is waited for, s: at first, and when it has gone.
_FIRST_ANSWER, _RESTART = 5.0, 600.0

#: The same for the scheduler in this process, s.
_OWN_ANSWER = 30.0

#: The web servers of scheduler and workers have nothing to show until they are closed.
_NO_PAGES: dict[str, Any] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@dataclass(frozen=True)
class Failure:
    """Reason why an item has no result.

    Attributes:
        fields: settings and inputs that can fix the problem; see :class:`SpineDCEError`.
    """

    reason: str
    fields: tuple[str, ...] = ()


#: Function of a function and its items that yields (number of the item, result or Failure), in
#: the order in which they finish.
Pool = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[tuple[int, Any]]]


@contextmanager
def worker_pool(workers: int | None = None, address: str | None = None) -> Iterator[Pool]:
    """Open a pool that runs a function on many items.

    Args:
        workers: number of processes on this machine; one per core if None; with 0 the items run
            in this process, without Dask.
        address: of the scheduler of a running Dask cluster that has access to the same files; for
            ``tls://``, the certificates are those of Dask's configuration
            (``distributed.comm.tls``).

    Raises:
        InputError: ``workers`` is negative (code "out_of_range"), Dask is not installed (code
            "no_dask"), or no scheduler answers (code "no_scheduler"), also while the items run.
    """
    if workers is not None and workers < 0:
        raise InputError(
            f"The number of workers cannot be negative; {workers} was given.",
            code="out_of_range",
            fields=["batch.workers"],
        )
    if workers == 0 and address is None:
        yield _in_this_process
        return
    try:
        import dask
        from distributed import Client, LocalCluster, Security

        security = None if address is not None else Security.temporary()
    except ImportError:
        raise InputError(
            "Worker processes need Dask, which is not installed. Install it with: "
            "pip install 'spinedce[cohort]'. Without it, everything can run in one process.",
            code="no_dask",
            about="dask",
            fields=["batch.workers=0"],
        ) from None
    if address is not None:
        with ExitStack() as clients:

            def connect(patience: float) -> Any:
                try:
                    return clients.enter_context(Client(address, timeout=patience))
                except (OSError, ValueError) as error:
                    raise InputError(
                        f"No Dask scheduler answers at {address} ({error}). Start one with 'dask "
                        "scheduler' or check the address.",
                        code="no_scheduler",
                        about=address,
                        fields=["batch.dask"],
                    ) from None

            yield _on(connect(_FIRST_ANSWER), lambda: connect(_RESTART))
        return
    # A worker runs what it is sent, so it listens only to those who have a certificate that exists
    # in memory, as long as the pool. It may use all memory.
    with (
        dask.config.set(PATIENCE | MEMORY | _NO_PAGES),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", protocol="tls://",
            security=security, dashboard_address="127.0.0.1:0", memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, security=security, timeout=_OWN_ANSWER) as client,
    ):  # fmt: skip
        cluster.scheduler.http_server.stop()
        client.register_plugin(_no_pages())
        # It may only have lost the connection, after the machine slept.
        yield _on(client, lambda: client, retries=1)


def _no_pages() -> Any:
    """Return a plugin of the workers that closes their web server, which has no access control."""
    from distributed import WorkerPlugin

    class NoPages(WorkerPlugin):  # type: ignore[misc]
        name = "spinedce-no-pages"

        def setup(self, worker: Any) -> None:
            worker.http_server.stop()

    return NoPages()


def _in_this_process(
    function: Callable[[Any], Any], items: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    for number, item in enumerate(items):
        yield number, _attempt(function, item)


def _on(client: Any, connect_again: Callable[[], Any], retries: int | None = None) -> Pool:
    """Return a pool on a cluster.

    An item whose worker dies goes to another worker. All items that wait for a scheduler that was
    restarted are run again.

    Args:
        retries: how often in a row it may be lost before an item finishes; None for no limit.
    """
    from distributed import CancelledError

    def run(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        own = client
        waiting = deque(enumerate(items))
        futures: dict[Any, tuple[int, Any]] = {}
        lost = 0
        try:
            while True:
                try:
                    for finished in _finished(own, function, waiting, futures):
                        lost = 0
                        yield finished
                    return
                except (OSError, CancelledError):  # The scheduler has gone, with what it knew.
                    if lost == retries:
                        raise InputError(
                            "The scheduler of the worker processes does not answer any more. Run "
                            "the same again; what is finished is kept.",
                            code="no_scheduler",
                        ) from None
                    lost += 1
                    waiting.extendleft(reversed(futures.values()))
                    futures.clear()
                    own = connect_again()
        finally:
            with suppress(OSError):
                own.cancel(list(futures))

    return run


def _finished(
    client: Any,
    function: Callable[[Any], Any],
    waiting: deque[tuple[int, Any]],
    futures: dict[Any, tuple[int, Any]],
) -> Iterator[tuple[int, Any]]:
    """Run what waits; yield the results in the order in which they finish.

    Args:
        futures: is filled with what runs.

    Raises:
        OSError, CancelledError: the scheduler has gone; ``waiting`` and ``futures`` hold what has
            no result.
    """
    from distributed import CancelledError, KilledWorker, as_completed

    ready = as_completed()

    def send() -> None:
        # Only as many items as can run, because Dask counts the death of a worker as a failure of
        # every item that waits for it.
        free = max(sum(client.nthreads().values()), 1) - len(futures)
        for _ in range(min(free, len(waiting))):
            future = client.submit(_attempt_alone, function, waiting[0][1], pure=False)
            futures[future] = waiting.popleft()
            ready.add(future)

    send()
    for future in ready:
        error = None if future.cancelled() else future.exception()
        if isinstance(error, KilledWorker):
            result: Any = Failure(
                "The worker process exited unexpectedly several times, perhaps because "
                "memory ran out."
            )
        elif error is not None:
            result = Failure(f"It could not be sent to a worker ({error}).")
        else:
            result = future.result()
        number, _ = futures.pop(future)
        future.release()
        with suppress(OSError):  # This result is here even if the scheduler has gone.
            send()
        yield number, result
    if waiting:
        raise CancelledError("the scheduler has gone")


def _attempt_alone(function: Callable[[Any], Any], item: Any) -> Any:
    """Run one item in a worker process, with one thread, because other workers run beside it."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        return _attempt(function, item)
    finally:
        gc.collect()  # An item's arrays must not wait beside those of the next one.
        return_free_memory()


def _attempt(function: Callable[[Any], Any], item: Any) -> Any:
    try:
        return function(item)
    except SpineDCEError as error:
        return Failure(str(error), error.fields)
    except Cancelled:
        raise
    except MemoryError:
        return Failure("There is not enough memory.")
    except Exception as error:  # An error in one study must not stop the others.
        return Failure(f"Unexpected {type(error).__name__}: {error}")
