"""Many like pieces of work in several processes, on this machine or on a Dask cluster."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from SpineDCELib.errors import Cancelled, InputError, SpineDCEError

#: A busy machine may need minutes to start a process; Dask would give a dead worker up for good.
PATIENCE = {
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    "distributed.comm.timeouts.connect": "2 minutes",
}


@dataclass(frozen=True)
class Failure:
    """Why a piece of work has no result."""

    reason: str


#: Takes a function and its items; gives (item's number, result or Failure) as they get ready.
Pool = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[tuple[int, Any]]]


@contextmanager
def worker_pool(workers: int | None = None, address: str | None = None) -> Iterator[Pool]:
    """Something that runs a function on many items.

    Args:
        workers: processes on this machine; one a core if None; 0 works in this process, without
            Dask.
        address: of the scheduler of a running Dask cluster that sees the same files.

    Raises:
        InputError: Dask is not installed, or no scheduler answers at the address.
    """
    if workers is not None and workers < 0:
        raise InputError("The number of workers cannot be negative; 0 works in this process.")
    if workers == 0 and address is None:
        yield _in_this_process
        return
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError(
            "Several workers need Dask: pip install 'spinedce[cohort]', or take --workers 0."
        ) from None
    if address is not None:
        try:
            client = Client(address, timeout="5s")
        except (OSError, ValueError) as error:
            raise InputError(
                f"No Dask scheduler answers at {address} ({error}); start one with 'dask "
                "scheduler' or check the address."
            ) from None
        with client:
            yield _on(client)
        return
    # No port but on this machine; a worker may use all memory that there is.
    with (
        dask.config.set(PATIENCE),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1",
            dashboard_address="127.0.0.1:0", memory_limit=0, silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield _on(client)


def _in_this_process(
    function: Callable[[Any], Any], items: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    for number, item in enumerate(items):
        yield number, _attempt(function, item)


def _on(client: Any) -> Pool:
    """Runs every item once; one whose worker dies goes to another worker."""
    from distributed import KilledWorker, as_completed

    def run(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        waiting = iter(enumerate(items))
        futures: dict[Any, int] = {}
        ready = as_completed()

        def send() -> None:
            # No more than can run: Dask blames a dying worker on whatever waits for it, too.
            free = max(sum(client.nthreads().values()), 1) - len(futures)
            for number, item in islice(waiting, max(free, 0)):
                future = client.submit(_attempt_alone, function, item, pure=False)
                futures[future] = number
                ready.add(future)

        try:
            send()
            for future in ready:
                error = future.exception()
                if isinstance(error, KilledWorker):
                    result: Any = Failure(
                        "its worker process died, again and again: perhaps for want of memory"
                    )
                elif error is not None:
                    result = Failure(f"it could not be sent to a worker ({error})")
                else:
                    result = future.result()
                number = futures.pop(future)
                future.release()
                send()
                yield number, result
        finally:
            client.cancel(list(futures))

    return run


def _attempt_alone(function: Callable[[Any], Any], item: Any) -> Any:
    """In a worker process, which shares the machine with others: one thread."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    return _attempt(function, item)


def _attempt(function: Callable[[Any], Any], item: Any) -> Any:
    try:
        return function(item)
    except SpineDCEError as error:
        return Failure(str(error))
    except Cancelled:
        raise
    except MemoryError:
        return Failure("not enough memory")
    except Exception as error:  # One study's fault must not stop the others.
        return Failure(f"unexpected {type(error).__name__}: {error}")
