"""Worker pool: items that fail, that end their process, that never end; a scheduler that goes."""

import socket
import subprocess
import sys
import time

import pytest
from SpineDCELib.cohort import worker_pool as worker_pool_module
from SpineDCELib.cohort.worker_pool import Failure, _on, worker_pool
from SpineDCELib.errors import InputError

pytest.importorskip("distributed", reason="Dask is not installed (spinedce[cohort])")

# Worker processes cannot import the functions of a test, but every process has eval.
DIES = "__import__('os')._exit(1)"


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_results_and_failures_have_the_number_of_their_item(workers):
    items = ["1 + 1", "1 / 0", "[][0]", "__import__('SpineDCELib.errors').errors.nothing"]
    with worker_pool(workers) as pool:
        found = dict(pool(eval, items))
    assert found[0] == 2
    assert found[1] == Failure("Unexpected ZeroDivisionError: division by zero")
    assert "IndexError" in found[2].reason
    assert "AttributeError" in found[3].reason


@pytest.mark.long
def test_an_item_that_ends_every_worker_fails_and_the_others_are_done():
    with worker_pool(1) as pool:
        found = dict(pool(eval, [DIES, "6 * 7"]))
    assert found[1] == 42
    assert "worker process exited unexpectedly" in found[0].reason


@pytest.mark.slow
def test_a_worker_has_one_thread():
    code = "__import__('SimpleITK').ProcessObject.GetGlobalDefaultNumberOfThreads()"
    with worker_pool(1) as pool:
        found = dict(pool(eval, [code, "__import__('os').environ['OPENBLAS_NUM_THREADS']"]))
    assert found == {0: 1, 1: "1"}


@pytest.mark.slow
def test_a_worker_keeps_memory_between_arrays():
    code = "[__import__('os').environ[f'MALLOC_{n}_THRESHOLD_'] for n in ('TRIM', 'MMAP')]"
    with worker_pool(1) as pool:
        assert dict(pool(eval, [code])) == {0: [str(1 << 25), str(1 << 22)]}


@pytest.mark.long
def test_an_interrupted_pool_does_not_wait_for_running_items():
    def leave():
        with worker_pool(2) as pool:
            for _ in pool(eval, ["1", "__import__('time').sleep(3600)"]):
                raise KeyboardInterrupt

    # An hour's sleep would outlast the test's own limit.
    with pytest.raises(KeyboardInterrupt):
        leave()


@pytest.mark.long
def test_items_are_run_again_after_a_restart_of_the_scheduler():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"

    def started(name, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.{name}", *arguments, "--no-dashboard"]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def cluster():
        return [
            started("dask_scheduler", "--host", "127.0.0.1", "--port", str(port)),
            started("dask_worker", address, "--nthreads", "1"),
        ]

    processes = cluster()
    found = {}
    try:
        for _ in range(60):  # until the scheduler listens
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
                time.sleep(0.5)
        with worker_pool(address=address) as pool:
            for number, result in pool(
                eval, [f"__import__('time').sleep(1) or {i}" for i in range(6)]
            ):
                found[number] = result
                if len(found) == 2:
                    for one in processes:
                        one.kill()
                        one.wait()
                    processes += cluster()
    finally:
        for one in processes:
            one.kill()
            one.wait()
    assert found == {i: i for i in range(6)}


def lossy(losses):
    """Return what runs items until the connection to the scheduler is lost.

    Args:
        losses: item → how often the connection is lost before it has a result.
    """
    left = dict(losses)

    def finished(_client, function, waiting, futures):
        while waiting:
            futures["future"] = waiting.popleft()
            number, item = futures["future"]
            if left.get(item, 0):
                left[item] -= 1
                raise OSError("the connection is lost")
            del futures["future"]
            yield number, function(item)

    return finished


class Client:
    def cancel(self, _futures):
        pass


def test_a_scheduler_that_stays_away_is_an_error_after_one_retry(monkeypatch):
    connected = []
    monkeypatch.setattr(worker_pool_module, "_finished", lossy({"b": 1000}))
    pool = _on(Client(), lambda: connected.append(1) or Client(), retries=1)
    results = pool(str.upper, ["a", "b", "c"])
    assert next(results) == (0, "A")
    with pytest.raises(InputError) as caught:
        next(results)
    assert caught.value.code == "no_scheduler"
    assert connected == [1]


def test_a_connection_may_be_lost_once_before_every_result(monkeypatch):
    monkeypatch.setattr(worker_pool_module, "_finished", lossy({"a": 1, "b": 1, "c": 1}))
    pool = _on(Client(), Client, retries=1)
    assert dict(pool(str.upper, ["a", "b", "c"])) == {0: "A", 1: "B", 2: "C"}
