"""Pieces of work in processes: one that fails, one that dies, one that never ends."""

import pytest
from SpineDCELib.cohort.worker_pool import Failure, worker_pool

pytest.importorskip("distributed", reason="Dask is not installed (spinedce[cohort])")

# Worker processes cannot import a test's own functions; eval is everywhere.
DIES = "__import__('os')._exit(1)"


@pytest.mark.parametrize("workers", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_results_and_failures_come_with_their_number(workers):
    items = ["1 + 1", "1 / 0", "[][0]", "__import__('SpineDCELib.errors').errors.nothing"]
    with worker_pool(workers) as pool:
        found = dict(pool(eval, items))
    assert found[0] == 2
    assert found[1] == Failure("unexpected ZeroDivisionError: division by zero")
    assert "IndexError" in found[2].reason
    assert "AttributeError" in found[3].reason


@pytest.mark.slow
def test_what_kills_every_worker_is_given_up_and_the_rest_is_done():
    with worker_pool(1) as pool:
        found = dict(pool(eval, [DIES, "6 * 7"]))
    assert found[1] == 42
    assert "worker process died" in found[0].reason


@pytest.mark.slow
def test_threads_are_one_in_a_worker():
    code = "__import__('SimpleITK').ProcessObject.GetGlobalDefaultNumberOfThreads()"
    with worker_pool(1) as pool:
        found = dict(pool(eval, [code, "__import__('os').environ['OPENBLAS_NUM_THREADS']"]))
    assert found == {0: 1, 1: "1"}


@pytest.mark.slow
def test_leaving_early_does_not_wait_for_what_is_running():
    def leave():
        with worker_pool(2) as pool:
            for _ in pool(eval, ["1", "__import__('time').sleep(3600)"]):
                raise KeyboardInterrupt

    # An hour's sleep would outlast the test's own limit.
    with pytest.raises(KeyboardInterrupt):
        leave()
