"""Formats of image files by the ends of their names: which are read, and what to do with others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from SpineDCELib.series.file_discovery import is_nifti, is_nrrd
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.metaimage_reader import open_metaimage
from SpineDCELib.series.nifti_reader import open_nifti
from SpineDCELib.series.nrrd_reader import open_nrrd
from SpineDCELib.series.parrec_reader import open_parrec

#: Ends of names → what such a file is, and what to do.
_OTHER_FORMATS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    ((".mgz", ".mgh"), "FreeSurfer volumes", "convert them to NIfTI with mri_convert"),
    ((".mnc", ".mnc2"), "MINC volumes", "convert them to NIfTI with mnc2nii"),
    ((".nii.bz2", ".nii.xz", ".nii.zst"), "NIfTI files in another compression", "unpack them"),
    ((".head", ".brik", ".brik.gz"), "AFNI volumes", "convert them to NIfTI with 3dAFNItoNIFTI"),
    ((".v", ".vtk", ".vti"), "VTK or ECAT volumes", "save them as NRRD or NIfTI"),
    (("2dseq", "fid", ".fdf"), "raw files of a research scanner", "export DICOM from it"),
    ((".dat", ".7", ".raw", ".lab", ".sin", ".h5", ".mrd"), "raw data of a scanner",
     "export the reconstructed images as DICOM"),
    ((".mat", ".npy", ".npz"), "arrays without positions and times", "save them as NIfTI or NRRD"),
    ((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".gif", ".avi", ".mp4"),
     "pictures or films without positions and times", "export the DICOM images instead"),
    ((".tar", ".tar.gz", ".tgz", ".7z", ".rar"), "archives other than zip", "unpack them"),
)  # fmt: skip


def opener_of(file: Path) -> Callable[[Path, str], list[ImageFile]] | None:
    """Return the function that opens a file of this name; None for DICOM and what is not read."""
    if is_nrrd(file):
        return lambda path, name: [open_nrrd(path, name)]
    end = file.suffix.lower()
    if is_nifti(file) or end == ".hdr":
        return lambda path, name: [open_nifti(path, name)]
    if end in (".mha", ".mhd"):
        return lambda path, name: [open_metaimage(path, name)]
    return open_parrec if end == ".par" else None


def other_formats(files: Iterable[str]) -> tuple[list[str], list[str]]:
    """Name the formats of files that are not read, and what to do; one line each.

    Files of unknown formats are returned by their names.

    Args:
        files: names for the user.
    """
    found: dict[int, list[str]] = defaultdict(list)
    unknown = []
    for name in files:
        plain = Path(name).name.lower()
        for n, (ends, _, _) in enumerate(_OTHER_FORMATS):
            if plain.endswith(tuple(e for e in ends if e.startswith("."))) or plain in ends:
                found[n].append(name)
                break
        else:
            unknown.append(name)
    lines = []
    for n, names in found.items():
        _, kind, remedy = _OTHER_FORMATS[n]
        counted = (
            f"{names[0]} is" if len(names) == 1 else f"{len(names)} files such as {names[0]} are"
        )
        lines.append(f"{counted} not read ({kind}); {remedy}.")
    return lines, unknown
