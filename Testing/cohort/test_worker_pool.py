"""Worker pool: items that fail, that end their process, and that never end."""

import pytest
from SpineDCELib.cohort.worker_pool import Failure, worker_pool

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


@pytest.mark.long
def test_an_interrupted_pool_does_not_wait_for_running_items():
    def leave():
        with worker_pool(2) as pool:
            for _ in pool(eval, ["1", "__import__('time').sleep(3600)"]):
                raise KeyboardInterrupt

    # An hour's sleep would outlast the test's own limit.
    with pytest.raises(KeyboardInterrupt):
        leave()
