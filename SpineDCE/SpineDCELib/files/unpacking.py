"""Unpacking of zip archives that others wrote: nothing leaves the target folder, sizes are bounded.

Python's own ``extractall`` drops what leads out of the folder without a word and believes every
size; the libraries of 3D Slicer follow names and links wherever they lead.
"""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from SpineDCELib.errors import InputError

#: An archive may always unpack to this many bytes, however small it is: a region without voxels
#: shrinks a thousandfold.
_ALWAYS_ALLOWED = 1 << 28
#: Above that, allowed ratio of unpacked to packed bytes.
_RATIO = 200
#: Bytes that stay free on the disk.
_RESERVE = 1 << 28
_CHUNK = 1 << 20
#: Files inside archives inside archives: allowed depth.
DEPTH = 3
#: Characters that no file name of a study needs, and that some systems read as something else.
_ODD = re.compile(r"[\x00-\x1f\x7f:]")

#: What the zip reader raises on damaged, encrypted and unknown content.
_FAULTS = (
    OSError, EOFError, RuntimeError, NotImplementedError, ValueError, OverflowError, LookupError,
    struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
)  # fmt: skip


@dataclass
class Allowance:
    """Bytes and files that an archive and the archives in it may still unpack to."""

    size: int
    files: int = 200_000

    @classmethod
    def of(cls, archive: Path) -> Allowance:
        """Return the allowance of an archive from its size."""
        return cls(max(_ALWAYS_ALLOWED, _RATIO * archive.stat().st_size))


def unpack(
    archive: Path, folder: Path, allowance: Allowance | None = None, *, strict: bool = False
) -> list[str]:
    """Unpack the regular files of a zip archive into an empty folder.

    Members with an absolute name, with ``..``, with a drive or with control characters, links and
    devices are left out.

    Args:
        allowance: reduced by what was unpacked; that of the archive alone if None.
        strict: raise instead of leaving a member out.

    Returns:
        What was left out, one description each.

    Raises:
        InputError: the archive is damaged, expands too much (code "archive_too_large") or the disk
            has no room; with ``strict``, a member would leave the folder (code "unsafe_archive").
    """
    allowed = Allowance.of(archive) if allowance is None else allowance
    left_out: list[str] = []
    try:
        with zipfile.ZipFile(archive) as stored:
            members = stored.infolist()
            _check_sizes(archive, folder, members, allowed)
            for member in members:
                if reason := _fault(member):
                    if strict:
                        raise InputError(
                            f"{archive} is unsafe and was not opened: it holds "
                            f"{member.filename!r}, {reason}.",
                            code="unsafe_archive",
                            about=str(archive),
                        )
                    left_out.append(f"{member.filename!r}, {reason}")
                elif not member.is_dir():
                    _write(stored, member, folder, allowed, archive)
    except InputError:
        raise
    except _FAULTS as error:
        raise InputError(
            f"{archive} cannot be unpacked ({error}).",
            code="unreadable_archive",
            about=str(archive),
        ) from None
    return left_out


def expand(packed: Path, plain: Path, allowed: Allowance) -> None:
    """Expand a file that gzip compressed.

    Args:
        allowed: reduced by what was expanded.

    Raises:
        OSError, EOFError, zlib.error: it is damaged.
        InputError: it expands too much (code "archive_too_large").
    """
    with gzip.open(packed, "rb") as source, plain.open("wb") as target:
        while chunk := source.read(_CHUNK):
            allowed.size -= len(chunk)
            if allowed.size < 0:
                raise _too_large(packed)
            target.write(chunk)


def _check_sizes(
    archive: Path, folder: Path, members: list[zipfile.ZipInfo], allowed: Allowance
) -> None:
    """Refuse at once what its own directory declares too large."""
    size = sum(member.file_size for member in members)
    if size > allowed.size or len(members) > allowed.files:
        raise _too_large(archive)
    if size + _RESERVE > shutil.disk_usage(folder).free:
        raise InputError(
            f"The disk has no room for the {size / 1e9:.1f} GB of {archive}.",
            code="disk_full",
            about=str(archive),
        )


def _too_large(archive: Path) -> InputError:
    return InputError(
        f"{archive} was not unpacked: it holds far more files or bytes than its size allows.",
        code="archive_too_large",
        about=str(archive),
    )


def _fault(member: zipfile.ZipInfo) -> str:
    """Return why a member must not be unpacked, "" if it may."""
    name = member.orig_filename
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "an absolute path"
    parts = re.split(r"[\\/]", name)
    if ".." in parts:
        return "a path that leads out of it"
    if _ODD.search(name) or any(len(part.encode("utf-8", "replace")) > 255 for part in parts):
        return "a name that is not allowed"
    kind = stat.S_IFMT(member.external_attr >> 16)
    # Archives of Windows keep no kind.
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link or device"
    return ""


def _write(
    stored: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    folder: Path,
    allowed: Allowance,
    archive: Path,
) -> None:
    parts = [part for part in re.split(r"[\\/]", member.filename) if part not in ("", ".")]
    if not parts:
        return
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    allowed.files -= 1
    if allowed.files < 0:
        raise _too_large(archive)
    with stored.open(member) as source, path.open("wb") as target:
        while chunk := source.read(_CHUNK):
            allowed.size -= len(chunk)
            if allowed.size < 0:
                raise _too_large(archive)
            target.write(chunk)
