"""Discovery of the files to read: in a folder, one file, or a zip archive."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from SpineDCELib.errors import InputError

NRRD = (".nrrd", ".nhdr")
NIFTI = (".nii", ".nii.gz")


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
    root = root.resolve()
    found = FileSet(root)
    if root.is_file() and root.name.upper() == "DICOMDIR":
        root = root.parent
    if root.is_file():
        _add(found, root, str(root))
    else:
        _walk(found, root, str(root))
    if not found.files and not found.problems:
        raise InputError(
            f"{root} is empty.", code="empty_study", about=str(root), fields=["inputs.study"]
        )
    return found


def is_results(folder: Path) -> bool:
    """Return whether a folder holds results of an analysis, which do not belong to a study."""
    return (folder / "provenance.json").is_file()


def _walk(found: FileSet, folder: Path, name: str) -> None:
    def unreadable(error: OSError) -> None:
        found.problems.append(f"{error.filename} cannot be opened ({error.strerror}).")

    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(
            f
            for f in folders
            if not f.startswith((".", "__MACOSX")) and not is_results(Path(place) / f)
        )
        for file in sorted(files):
            if file.startswith(".") or file.upper() == "DICOMDIR":
                continue
            inner = os.path.relpath(os.path.join(place, file), folder)
            _add(found, Path(place) / file, os.path.join(name, inner))


def _add(found: FileSet, file: Path, name: str) -> None:
    try:
        archive = file.suffix.lower() == ".zip" or (not file.suffix and zipfile.is_zipfile(file))
    except OSError as error:
        found.problems.append(f"{name} cannot be opened ({error.strerror}).")
        return
    if not archive:
        found.files.append((file, name))
        return
    target = tempfile.TemporaryDirectory(prefix="spinedce-")
    try:
        with zipfile.ZipFile(file) as stored:
            size = sum(member.file_size for member in stored.infolist())
            if size > shutil.disk_usage(target.name).free:
                raise InputError(
                    f"the disk has no room for its {size / 1e9:.1f} GB",
                    code="disk_full",
                    about=name,
                )
            stored.extractall(target.name)
    except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        found.problems.append(f"{name} cannot be unpacked: {error}.")
        target.cleanup()
        return
    found._unpacked.append(target)
    _walk(found, Path(target.name), name)


def is_nrrd(file: Path) -> bool:
    return file.name.lower().endswith(NRRD)


def is_nifti(file: Path) -> bool:
    return file.name.lower().endswith(NIFTI)
