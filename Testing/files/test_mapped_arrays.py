"""Large arrays in anonymous memory-mapped files."""

import mmap
import os
import subprocess
import sys

import numpy as np
import pytest
from SpineDCELib.files import mapped_arrays as module
from SpineDCELib.files.mapped_arrays import (
    arrays_in,
    hand_over,
    keep_file,
    mapped,
    mapped_arrays_of,
    new_array,
    release,
    take_over,
    with_mapped_arrays,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="arrays stay in memory on Windows")


def test_a_mapped_array_is_the_same_before_and_after_its_pages_are_released(monkeypatch):
    monkeypatch.setattr(module, "SMALLEST", 1)
    array = np.random.default_rng(1).normal(size=(12, 3, 40, 50)).astype(np.float32)
    stored = mapped(array)
    assert isinstance(stored.base, mmap.mmap)
    np.testing.assert_array_equal(stored, array)
    release(stored, None, array)
    np.testing.assert_array_equal(stored, array)
    np.testing.assert_array_equal(stored[3, 1], array[3, 1])


def test_a_full_disk_leaves_the_array_in_memory(monkeypatch):
    def full(*_args, **_how):
        raise OSError("no space left")

    monkeypatch.setattr(module, "SMALLEST", 1)
    monkeypatch.setattr(module.tempfile, "TemporaryFile", full)
    array = np.ones((4, 5))
    assert mapped(array) is array


def test_small_arrays_stay_where_they_are():
    array = np.ones((4, 5))
    assert mapped(array) is array


def test_what_another_process_takes_over_is_the_same_with_large_arrays_in_files(tmp_path):
    large = np.random.default_rng(2).normal(size=(2, 1 << 21))
    small = np.arange(5.0)
    hand_over({"large": large, "small": small, "words": ("a", None)}, tmp_path)
    found = take_over(tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
    np.testing.assert_array_equal(found["large"], large)
    np.testing.assert_array_equal(found["small"], small)
    assert found["words"] == ("a", None)
    assert mapped(found["large"]) is found["large"]
    release(found["large"])
    np.testing.assert_array_equal(found["large"], large)
    found["small"][0] = found["large"][0, 0] = 7.0  # they are the program's own
    assert large[0, 0] != 7.0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems return freed memory")
def test_freed_memory_is_returned():
    script = """
import threading
import numpy as np
from SpineDCELib.files.mapped_arrays import return_free_memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

def work():
    np.ones(3_000_000)  # 24 MB; from now on the C library keeps twice as much for each thread
    arrays = [np.ones(500_000) for _ in range(8)]
    done.wait()
    del arrays
    done.wait()
    done.wait()

done = threading.Barrier(4)
threads = [threading.Thread(target=work) for _ in range(3)]
before = resident()
for thread in threads:
    thread.start()
done.wait()
done.wait()
kept = resident() - before
return_free_memory()
print(kept, resident() - before)
done.wait()
"""
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    # How much the C library keeps, and at the top of each thread's memory after that, is chance.
    kept, left = map(float, done.stdout.split())
    assert left < max(kept / 2, 20)


def test_results_in_files_are_equal_and_share_what_they_shared():
    curves = mapped(np.arange(4000.0), smallest=1)
    study = object()
    small, large = np.arange(3.0), np.arange(2000.0)
    value = {"first": (curves, large, study), "second": [large.reshape(2, 1000), small]}
    copy = with_mapped_arrays(value, 10_000, [study])
    for one, other in zip(value["first"][:2], copy["first"][:2], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(copy["second"][0], value["second"][0])
    assert copy["first"][0] is curves
    assert copy["first"][2] is study
    assert len(mapped_arrays_of(copy)) == 3
    release(*mapped_arrays_of(copy))
    np.testing.assert_array_equal(copy["first"][1], large)
    assert with_mapped_arrays({"small": small}, 10_000)["small"] is small


def test_a_full_disk_leaves_results_in_memory(monkeypatch):
    def full(**_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    value = {"large": np.arange(2000.0)}
    assert with_mapped_arrays(value, 10_000) is value


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system reserves no space")
def test_new_arrays_lie_in_files_of_a_folder_and_one_that_is_kept_is_not_changed(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "SMALLEST", 1)
    values = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
    with arrays_in(tmp_path / "cache"):
        kept, dropped = new_array((4, 5), np.float32), new_array((4, 5), np.float32)
        kept[:] = dropped[:] = values
        assert not keep_file(kept[1:], tmp_path / "part.npy")
        assert not keep_file(values, tmp_path / "other.npy")
        assert keep_file(kept, tmp_path / "kept.npy")
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["cache", "kept.npy"]
    for array in (kept, dropped, np.load(tmp_path / "kept.npy")):
        np.testing.assert_array_equal(array, values)
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 1.0
    np.save(tmp_path / "written.npy", values)
    assert (tmp_path / "written.npy").read_bytes() == (tmp_path / "kept.npy").read_bytes()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system reserves no space")
def test_new_arrays_without_a_folder_leave_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SMALLEST", 1)
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    assert mapped_arrays_of(new_array((3,), float)) == []  # outside
    with arrays_in(None):
        array = new_array((3,), float)
        assert not any(tmp_path.iterdir())
    array[:] = 7.0
    release(array)
    assert mapped_arrays_of(array)
    np.testing.assert_array_equal(array, 7.0)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system reserves no space")
def test_new_arrays_are_in_memory_where_the_disk_is_full(tmp_path, monkeypatch):
    def full(*_where):
        raise OSError("no space left")

    monkeypatch.setattr(module, "SMALLEST", 1)
    monkeypatch.setattr(module.os, "posix_fallocate", full)
    with arrays_in(tmp_path):
        array = new_array((3,), float)
        assert mapped_arrays_of(array) == []
        assert not list(tmp_path.rglob("*.npy"))
        assert not keep_file(array, tmp_path / "kept.npy")
