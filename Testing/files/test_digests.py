"""Digests depend on content and on nothing else."""

import hashlib

import numpy as np
import pytest
from SpineDCELib.files.digests import (
    array_digest,
    file_digest,
    fingerprint,
    key_of,
    save_with_digest,
)


def test_a_file_has_the_sha256_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 1000)
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"abc" * 1000).hexdigest()


def test_an_array_counts_with_type_shape_and_nan():
    a = np.array([[1.0, np.nan], [3.0, 4.0]])
    assert array_digest(a) == array_digest(np.asfortranarray(a))
    assert array_digest(a) != array_digest(a.ravel())
    assert array_digest(a) != array_digest(a.astype(np.float32))


def test_a_key_does_not_depend_on_the_order_of_names():
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    assert key_of(1, 2) != key_of(2, 1)


def test_a_fingerprint_leaves_out_hidden_and_skipped_folders(tmp_path):
    for name in ("images/1", ".cache/2", "results/3"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name)
    found = fingerprint(tmp_path, skip=lambda folder: folder.name == "results")
    assert [name for name, _, _ in found] == ["images/1"]
    before = fingerprint(tmp_path / "images" / "1")
    (tmp_path / "images" / "1").write_text("changed")
    assert fingerprint(tmp_path / "images" / "1") != before


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(2, 0, 1),
        np.array(1.5),
        np.zeros((0, 3)),
        np.array([True, False]),
    ],
    ids=["not contiguous", "one number", "empty", "bool"],
)
def test_an_array_is_saved_as_numpy_does_with_the_digest_of_its_file(tmp_path, array):
    digest = save_with_digest(tmp_path / "own.npy", array)
    np.save(tmp_path / "numpy.npy", np.asarray(array, order="C"))
    assert (tmp_path / "own.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()
    assert digest == file_digest(tmp_path / "own.npy")
