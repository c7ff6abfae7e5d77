"""A failed write leaves what was there before."""

import errno
import os

import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import staged


def test_files_arrive_together_and_replace_the_old(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with staged(tmp_path) as stage:
        (stage / "a.txt").write_text("new")
        (stage / "b.txt").write_text("b")
        assert (tmp_path / "a.txt").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("Exception thrown in SimpleITK ImageFileWriter_Execute: itk::ERROR"),
        ValueError("a fault"),
        KeyboardInterrupt(),
    ],
)
def test_an_error_leaves_the_old_files(tmp_path, error):
    (tmp_path / "a.txt").write_text("old")
    expected = InputError if isinstance(error, (OSError, RuntimeError)) else type(error)
    with pytest.raises(expected), staged(tmp_path) as stage:  # noqa: PT012
        (stage / "a.txt").write_text("new")
        raise error
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(InputError, match="cannot be written"), staged(tmp_path / "out"):
        pass


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_truly_full_disk_is_named(tmp_path):
    with pytest.raises(InputError, match="No space left"), staged(tmp_path) as stage:  # noqa: PT012
        (stage / "a.txt").symlink_to("/dev/full")
        with (stage / "a.txt").open("w") as file:
            file.write("x" * 100_000)
