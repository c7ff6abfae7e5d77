"""Arrays in files without a name."""

import mmap
import sys

import numpy as np
import pytest
from SpineDCELib import on_disk as module
from SpineDCELib.on_disk import let_go, on_disk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="arrays stay in memory on Windows")


def test_an_array_on_disk_is_the_same_before_and_after_it_was_let_go(monkeypatch):
    monkeypatch.setattr(module, "_WORTH", 1)
    array = np.random.default_rng(1).normal(size=(12, 3, 40, 50)).astype(np.float32)
    stored = on_disk(array)
    assert isinstance(stored.base, mmap.mmap)
    np.testing.assert_array_equal(stored, array)
    let_go(stored, None, array)
    np.testing.assert_array_equal(stored, array)
    np.testing.assert_array_equal(stored[3, 1], array[3, 1])


def test_a_full_disk_leaves_the_array_in_memory(monkeypatch):
    def full(*_args, **_how):
        raise OSError("no space left")

    monkeypatch.setattr(module, "_WORTH", 1)
    monkeypatch.setattr(module.tempfile, "TemporaryFile", full)
    array = np.ones((4, 5))
    assert on_disk(array) is array


def test_small_arrays_stay_where_they_are():
    array = np.ones((4, 5))
    assert on_disk(array) is array
