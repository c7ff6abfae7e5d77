"""Discovery of the files to read: in a folder, one file, or a zip archive."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from SpineDCELib.errors import InputError, printable
from SpineDCELib.files.bounded_reading import obstacle
from SpineDCELib.files.output_folder import RECORD, read_record
from SpineDCELib.files.unpacking import DEPTH, Allowance, expand, unpack

NRRD = (".nrrd", ".nhdr")
NIFTI = (".nii", ".nii.gz")
#: Compressed files that hold no DICOM file.
_NOT_DICOM = (".nii.gz", ".tar.gz")
#: End of the name of a header → end of that of its pixels, which say nothing without it.
_HEADERS = {".img": ".hdr", ".raw": ".mhd", ".zraw": ".mhd", ".rec": ".par"}


@dataclass
class FileSet:
    """Files on disk and their names for users; unpacked archives live as long as this object."""

    root: Path
    #: (path on disk, name for the user), in order of the names.
    files: list[tuple[Path, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _unpacked: list[tempfile.TemporaryDirectory[str]] = field(default_factory=list)


def find_files(path: str | os.PathLike[str]) -> FileSet:
    """Find all files under ``path``; a DICOMDIR stands for the folder that holds it.

    Raises:
        InputError: the path does not exist or is empty.
    """
    root = Path(path).expanduser()
    if not root.exists():
        raise InputError(
            f"{root} does not exist.",
            code="study_not_found",
            about=str(root),
            fields=["inputs.study"],
        )
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # a loop of links
        root = root.resolve()
    if not root.is_dir() and (reason := obstacle(root)):
        raise InputError(
            f"{root} is {reason}, not a study.",
            code="not_a_file",
            about=str(root),
            fields=["inputs.study"],
        )
    found = FileSet(root)
    if root.is_file() and root.name.upper() == "DICOMDIR":
        root = root.parent
    if root.is_file():
        root = header_beside(root) or root
        _add(found, root, str(root))
    else:
        _walk(found, root, str(root))
    if not found.files and not found.problems:
        raise InputError(
            f"{root} is empty.", code="empty_study", about=str(root), fields=["inputs.study"]
        )
    return found


class ResultFiles:
    """Test for files of results, which do not belong to a study; folders come before their files.

    Images that lie in a folder with results are not hidden by them.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, path: Path) -> bool:
        """Return whether a path is a file of results, or a folder of nothing else."""
        if str(path) in self._known or path.name == RECORD:
            return True
        if not (path / RECORD).is_file():
            # Results of earlier versions, which have no record.
            return (path / "provenance.json").is_file()
        self._known.update(str(path / name) for name in read_record(path) or ())
        return False


def _walk(
    found: FileSet, folder: Path, name: str, depth: int = 0, allowance: Allowance | None = None
) -> None:
    def unreadable(error: OSError) -> None:
        found.problems.append(f"{_shown(error.filename)} cannot be opened ({error.strerror}).")

    is_result = ResultFiles()
    is_result(folder)
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(
            f
            for f in folders
            if not f.startswith((".", "__MACOSX")) and not is_result(Path(place) / f)
        )
        for file in sorted(files):
            if file.startswith(".") or file.upper() == "DICOMDIR" or is_result(Path(place) / file):
                continue
            inner = os.path.relpath(os.path.join(place, file), folder)
            _add(found, Path(place) / file, os.path.join(name, inner), depth, allowance)


def _shown(name: str) -> str:
    """Return a path as text on one line."""
    return printable(name).replace("\n", r"\x0a").replace("\t", r"\x09")


def _add(
    found: FileSet, file: Path, name: str, depth: int = 0, allowance: Allowance | None = None
) -> None:
    """Add a file, or what an archive holds; what cannot be read becomes a problem of the study.

    Args:
        depth: number of archives that the file lies in.
        allowance: what archives in an archive may still unpack to.
    """
    name = _shown(name)
    if reason := obstacle(file):
        found.problems.append(f"{name} is left out: {reason}.")
        return
    try:
        archive = file.suffix.lower() == ".zip" or (not file.suffix and zipfile.is_zipfile(file))
    except OSError as error:
        found.problems.append(f"{name} cannot be opened ({error.strerror}).")
        return
    if not archive:
        if file.suffix.lower() == ".gz" and not file.name.lower().endswith(_NOT_DICOM):
            _add_compressed(found, file, name, allowance)
        else:
            found.files.append((file, name))
        return
    if depth >= DEPTH:
        found.problems.append(f"{name} is left out: it lies in {DEPTH} archives.")
        return
    target = tempfile.TemporaryDirectory(prefix="spinedce-")
    allowance = Allowance.of(file) if allowance is None else allowance
    try:
        left_out = unpack(file, Path(target.name), allowance)
    except InputError as error:
        found.problems.append(str(error).replace(str(file), name))
        target.cleanup()
        return
    found.problems.extend(f"{name} holds {member}; it is left out." for member in left_out)
    found._unpacked.append(target)
    _walk(found, Path(target.name), name, depth + 1, allowance)


def _add_compressed(
    found: FileSet, file: Path, name: str, allowance: Allowance | None = None
) -> None:
    """Add a DICOM file that gzip compressed; other compressed files are taken as they are."""
    try:
        with gzip.open(file, "rb") as stream:
            if stream.read(132)[128:] != b"DICM":
                found.files.append((file, name))
                return
        target = tempfile.TemporaryDirectory(prefix="spinedce-")
        plain = Path(target.name) / file.stem
        expand(file, plain, Allowance.of(file) if allowance is None else allowance)
    except InputError as error:
        found.problems.append(str(error).replace(str(file), name))
        return
    except (OSError, EOFError, zlib.error) as error:
        found.problems.append(f"{name} cannot be unpacked ({error}).")
        return
    found._unpacked.append(target)
    found.files.append((plain, name))


def header_beside(file: Path) -> Path | None:
    """Return the header of a file of pixels, if there is one of its name beside it."""
    end = _HEADERS.get(file.suffix.lower())
    if end is None:
        return None
    for spelled in (end, end.upper()):
        header = file.with_name(file.stem + spelled)
        if header.is_file():
            return header
    return None


def is_nrrd(file: Path) -> bool:
    return file.name.lower().endswith(NRRD)


def is_nifti(file: Path) -> bool:
    return file.name.lower().endswith(NIFTI)
