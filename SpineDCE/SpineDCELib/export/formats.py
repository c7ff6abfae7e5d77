"""Export formats in addition to maps and tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError

FORMATS = ("nifti", "dicom", "scene", "report", "pdf")


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
) -> None:
    """Write the results of one visit to ``folder`` in the chosen formats.

    Raises:
        InputError: a format needs a package that is not installed, or DICOM source images.
    """
    if "nifti" in formats:
        from SpineDCELib.export.nifti_maps import write_nifti_maps

        write_nifti_maps(folder, analysis, result)
    if "dicom" in formats:
        from SpineDCELib.export.dicom import write_dicom

        write_dicom(folder / "dicom", analysis, result, anonymise=anonymise)
    if "scene" in formats:
        from SpineDCELib.export.slicer_scene import write_scene

        write_scene(folder, analysis, result)
    if "report" in formats or "pdf" in formats:
        from SpineDCELib.export.report import write_study_report

        write_study_report(folder, analysis, result, formats=formats, anonymise=anonymise)
