"""Export formats in addition to maps and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent

if TYPE_CHECKING:
    from SpineDCELib.analysis import Analysis
    from SpineDCELib.data import Result

FORMATS = ("nifti", "dicom", "scene", "report", "pdf")
#: Format → what is being written, for the user.
_FILES = {
    "nifti": "NIfTI files", "dicom": "DICOM files", "scene": "the scene",
    "report": "the report", "pdf": "the PDF",
}  # fmt: skip


def parse_formats(text: str) -> tuple[str, ...]:
    """Return the formats in a list such as "nifti,dicom"; "all" and "none" are understood.

    Raises:
        InputError: a format is not known.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return FORMATS
    if names == ["none"]:
        return ()
    for name in names:
        if name not in FORMATS:
            raise InputError(
                f"'{name}' is not an export format. Choose from {', '.join(FORMATS)}, all, none.",
                code="unknown_format",
                about=name,
            )
    return tuple(dict.fromkeys(names))


def write_formats(
    folder: Path,
    analysis: Analysis,
    result: Result,
    *,
    formats: Sequence[str],
    anonymise: bool = False,
    progress: Progress = silent,
) -> dict[str, str]:
    """Write the results of one visit to ``folder`` in the chosen formats.

    What cannot be written never stops the rest.

    Returns:
        What could not be written → the reason.
    """
    missing: dict[str, str] = {}
    begins = announced(formats, progress)
    if begins("nifti"):
        from SpineDCELib.export.nifti_maps import write_nifti_maps

        with noted(missing, "nifti"):
            write_nifti_maps(folder, analysis, result)
    if begins("dicom"):
        from SpineDCELib.export.dicom import write_dicom

        with noted(missing, "dicom"):
            missing |= write_dicom(folder / "dicom", analysis, result, anonymise=anonymise)
    if begins("scene"):
        from SpineDCELib.export.slicer_scene import write_scene

        with noted(missing, "scene"):
            write_scene(folder, analysis, result)
    for name in ("report", "pdf"):
        if begins(name):
            from SpineDCELib.export.report import write_study_report

            with noted(missing, name):
                write_study_report(folder, analysis, result, formats=[name], anonymise=anonymise)
    return missing


def announced(formats: Sequence[str], progress: Progress) -> Callable[[str], bool]:
    """Return a question whether a format is written, which also says so to who waits for it."""

    def begins(kind: str) -> bool:
        if kind in formats:
            progress(FORMATS.index(kind) / len(FORMATS), f"Writing {_FILES[kind]}")
        return kind in formats

    return begins


@contextmanager
def noted(missing: dict[str, str], name: str) -> Iterator[None]:
    """Note under a name why the work inside could not be done, and go on.

    A full disk and the like stop everything, because what follows would fail as well.
    """
    try:
        yield
    except InputError as error:
        missing[name] = str(error)
    except (OSError, MemoryError, RuntimeError):  # ITK says RuntimeError of a full disk
        raise
    except Exception as error:
        reason = str(error).strip().splitlines() or [""]
        missing[name] = f"it could not be made ({type(error).__name__}: {reason[0][:200]})."
