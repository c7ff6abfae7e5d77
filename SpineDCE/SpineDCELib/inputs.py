"""The files of one analysis, read and put on the dynamic series' grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Images
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series import (
    Geometry,
    Volume,
    put_on_grid,
    read_dynamic,
    read_flip_angles,
    read_segmentation,
    read_volume,
    scan_study,
)
from SpineDCELib.settings import Settings


@dataclass(frozen=True)
class Inputs:
    """The files of one analysis, as paths."""

    study: str
    aif_mask: str | None = None
    aif_file: str | None = None
    T1_map: str | None = None
    roi: tuple[str, ...] = ()

    @property
    def beside_study(self) -> tuple[str, ...]:
        """Every file that is not the study itself."""
        return tuple(p for p in (self.aif_mask, self.aif_file, self.T1_map, *self.roi) if p)


def read_images(study: Path, settings: Settings, progress: Progress = silent) -> Images:
    """Everything an analysis takes from a study: the dynamic series, flip angles, anatomy."""
    reading = settings.reading
    found = scan_study(study, progress=part(progress, 0, 0.3))
    dynamic = read_dynamic(
        found,
        series=reading.series,
        frame_interval=reading.frame_interval,
        progress=part(progress, 0.3, 0.9),
    )
    has_angles = any(s.role == "variable flip angle" for s in found.series)
    flip_angles = read_flip_angles(found) if has_angles else None
    T1 = found.anatomical_T1()
    return Images(dynamic, flip_angles, None if T1 is None else read_volume(T1))


def read_mask(path: str, geometry: Geometry) -> NDArray[np.bool_]:
    """One mask on the dynamic grid: every label, or the aorta where segments have names.

    Raises:
        InputError: unreadable, on another grid, or empty.
    """
    masks = read_segmentation(path).on(geometry)
    named = [name for name in masks if any(w in name.lower() for w in ("aorta", "aif", "arter"))]
    mask = np.any([masks[name] for name in named or masks], axis=0)
    if not mask.any():
        raise InputError(f"The mask {path} is empty; draw the artery in it.")
    return mask


def read_regions(paths: Iterable[str], geometry: Geometry) -> dict[str, NDArray[np.bool_]]:
    """Name → mask on the dynamic grid, from one or more files.

    Raises:
        InputError: unreadable, on another grid, empty, or two regions of one name.
    """
    regions: dict[str, NDArray[np.bool_]] = {}
    for path in paths:
        for name, mask in read_segmentation(path).on(geometry).items():
            if name in regions:
                raise InputError(f"Two regions are called '{name}'; rename one in {path}.")
            if not mask.any():
                raise InputError(
                    f"Region '{name}' in {path} holds no voxel of the dynamic series; draw it or "
                    "leave it out."
                )
            regions[name] = mask
    return regions


def read_T1_map(path: str, geometry: Geometry) -> Volume:
    """A T1 map in s on the dynamic grid; a file in ms is recognised by its values.

    Raises:
        InputError: unreadable, on another grid, or no T1 of tissue in it.
    """
    volume = read_volume(path)
    array = put_on_grid(
        volume.array.astype(float),
        volume.geometry,
        geometry,
        fill=np.nan,
        what=f"The T1 map {path}",
    )
    positive = array[np.isfinite(array) & (array > 0)]
    typical = float(np.median(positive)) if positive.size else 0.0
    if 50 <= typical <= 10_000:
        factor, unit = 1e-3, "ms"
    elif 0.05 <= typical <= 10:
        factor, unit = 1.0, "s"
    else:
        raise InputError(
            f"The T1 map {path} has a median of {typical:g}, which is T1 neither in ms nor in s."
        )
    note = f"T1 map taken as {unit}: its median is {typical:g}."
    return Volume(
        array * factor, geometry, volume.acquisition, volume.source, (*volume.notes, note)
    )
