"""Atomic writing of files and folders: earlier files stay until the new ones are complete."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from SpineDCELib.errors import InputError

_FIELDS = ("inputs.out",)


@contextlib.contextmanager
def staged(folder: str | Path) -> Iterator[Path]:
    """Yield a folder to write into; move its files to ``folder`` when the block succeeds.

    After an error, in the block or while writing, ``folder`` is unchanged.

    Raises:
        InputError: the folder cannot be created or written (code "folder_not_writable"), or the
            disk is full (code "writing_failed").
    """
    target = Path(folder)
    with writing(target):
        try:
            target.mkdir(parents=True, exist_ok=True)
            stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=target))
        except OSError as error:
            raise InputError(
                f"Results cannot be written to {target} ({error.strerror}).",
                code="folder_not_writable",
                about=str(target),
                fields=_FIELDS,
            ) from None
        try:
            yield stage
            for source in sorted(path for path in stage.rglob("*") if path.is_file()):
                final = target / source.relative_to(stage)
                final.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, final)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a path to write to; its file takes the place of ``path`` when the block succeeds.

    After an error, ``path`` is unchanged.

    Raises:
        OSError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what goes wrong while files are written into an error that a user understands.

    Raises:
        InputError: code "writing_failed".
    """
    try:
        yield
    except OSError as error:
        raise InputError(
            f"Writing to {target} failed ({error.strerror or error}). The earlier results in it "
            "are unchanged. Free some space or choose another folder.",
            code="writing_failed",
            about=str(target),
            fields=_FIELDS,
        ) from None
    except RuntimeError as error:
        # ITK reports a full disk or a denied write as a bare RuntimeError.
        if "ITK" not in str(error) and "itk" not in str(error):
            raise
        raise InputError(
            f"An image could not be written to {target}. The earlier results in it are unchanged. "
            "Free some space or choose another folder.",
            code="writing_failed",
            about=str(target),
            fields=_FIELDS,
        ) from None
