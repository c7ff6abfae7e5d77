"""Digests depend on content and on nothing else."""

import hashlib
import zlib

import numpy as np
from SpineDCELib.files.digests import (
    array_digest,
    file_checksum,
    file_digest,
    fingerprint,
    key_of,
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


def test_the_checksum_of_a_file_is_its_crc_32(tmp_path):
    content = np.random.default_rng(0).bytes((1 << 20) + 12_345)
    (tmp_path / "a").write_bytes(content)
    assert file_checksum(tmp_path / "a") == zlib.crc32(content)
