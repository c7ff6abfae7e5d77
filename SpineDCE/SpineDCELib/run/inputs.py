"""The files of one analysis, read and put on the dynamic series' grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Extent, Role, Size, measure_size, role_of
from SpineDCELib.measurement.rulers import Ruler, bidimensional_of, read_rulers
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series import (
    Geometry,
    Segmentation,
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
    """The files of one analysis, as paths.

    Example:
        >>> from SpineDCELib import Inputs
        >>> Inputs("study", roi=("regions.nrrd",)).beside_study
        ('regions.nrrd',)
    """

    study: str
    aif_mask: str | None = None
    aif_region: str | None = None
    aif_selection: str | None = None
    aif_file: str | None = None
    T1_map: str | None = None
    roi: tuple[str, ...] = ()
    size: tuple[str, ...] = ()  #: outlines and rulers that lesions are sized with

    @classmethod
    def from_record(cls, record: Mapping[str, Any], folder: Path) -> Inputs:
        """The inputs that a provenance record in ``folder`` names, some of them from there on."""
        given: dict[str, Any] = {}
        for name, value in record.items():
            if isinstance(value, list):
                given[name] = tuple(str(folder / path) for path in value)
            else:
                given[name] = value and str(folder / value)
        return cls(**given)

    @property
    def beside_study(self) -> tuple[str, ...]:
        """Every file that is not the study itself."""
        single = (self.aif_mask, self.aif_region, self.aif_selection, self.aif_file, self.T1_map)
        return tuple(p for p in (*single, *self.roi, *self.size) if p)


def read_images(study: Path, settings: Settings, progress: Progress = silent) -> Images:
    """Everything an analysis takes from a study: the dynamic series, flip angles, anatomy.

    Example:
        >>> from SpineDCELib import Settings, read_images
        >>> read_images(folder, Settings()).dynamic.signal.shape
        (60, 2, 6, 8)
    """
    reading = settings.reading
    found = scan_study(study, progress=part(progress, 0, 0.3))
    dynamic = read_dynamic(
        found,
        series=reading.series,
        frame_interval=reading.frame_interval,
        progress=part(progress, 0.3, 0.9),
    )
    # Another visit or patient may lie in the same folder.
    chosen = found.dynamic(reading.series)
    has_angles = bool(found.flip_angle_set(chosen))
    flip_angles = read_flip_angles(found, dynamic=chosen) if has_angles else None
    T1 = found.anatomical_T1(chosen)
    images = Images(dynamic, flip_angles, None if T1 is None else read_volume(T1))
    return corrected_images(
        images, frame_times=reading.frame_times, field_strength=reading.field_strength
    )


def corrected_images(
    images: Images,
    *,
    frame_times: Sequence[float] | None = None,
    field_strength: float | None = None,
) -> Images:
    """Return a study with frame times, s, and field strength, T, in place of the files'.

    Raises:
        InputError: times that do not rise, or not one for each frame.
    """
    dynamic = images.dynamic
    if frame_times:
        times = np.asarray(frame_times, float)
        dynamic = replace(dynamic, times=times, time_origin="set by hand")
    if field_strength is not None:
        acquisition = replace(dynamic.acquisition, field_strength=float(field_strength))
        dynamic = replace(dynamic, acquisition=acquisition)
    return images if dynamic is images.dynamic else replace(images, dynamic=dynamic)


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


def read_roles(paths: Iterable[str]) -> dict[str, Role]:
    """Name → what the region is for, from its tag, name or terminology."""
    roles: dict[str, Role] = {}
    for path in paths:
        roles |= roles_of(read_segmentation(path))
    return roles


def roles_of(found: Segmentation) -> dict[str, Role]:
    """Name → what the region is for."""
    return {
        name: role_of(name, terminology=found.terminology.get(name, ""), tags=found.tags.get(name))
        for name in found.masks
    }


def read_sizes(paths: Iterable[str], *, roles: Mapping[str, Role]) -> dict[str, Size]:
    """Lesion → size, from outlines drawn on any grid and rulers (``.mrk.json``).

    An outline counts for the lesion of its name, or for the only one there is. Two rulers give
    the bidimensional size; one named after bone or margin parts off what lies outside the bone.

    Raises:
        InputError: unreadable; or it cannot be told which lesion is meant.
    """
    rulers: list[Ruler] = []
    outlines: list[Segmentation] = []
    for path in paths:
        if path.lower().endswith(".json"):
            rulers += read_rulers(path)
        else:
            outlines.append(read_segmentation(path))
    return sizes_of(rulers, outlines, roles=roles)


def sizes_of(
    rulers: Sequence[Ruler], outlines: Sequence[Segmentation], *, roles: Mapping[str, Role]
) -> dict[str, Size]:
    """Lesion → size, from rulers and outlines; see :func:`read_sizes`.

    Raises:
        InputError: it cannot be told which lesion is meant; or rulers that are no two diameters.
    """
    lesions = [name for name, role in roles.items() if role == "lesion"]

    def lesion_of(name: str, place: str) -> str:
        if name in lesions:
            return name
        if len(lesions) <= 1:
            return lesions[0] if lesions else name
        raise InputError(f"Which lesion does '{name}'{place} measure? Name it like its region.")

    line = next(((r.start, r.end) for r in rulers if r.is_margin), None)
    sizes: dict[str, Size] = {}
    for drawn in outlines:
        kinds = {
            name: role_of(name, terminology=drawn.terminology.get(name, "")) for name in drawn.masks
        }
        bone, outside = (
            np.any(masks, axis=0) if masks else None
            for masks in (
                [m for n, m in drawn.masks.items() if kinds[n] == wanted]
                for wanted in ("bone", "extraosseous")
            )
        )
        for name, mask in drawn.masks.items():
            if kinds[name] == "lesion" or len(drawn.masks) == 1:
                sizes[lesion_of(name, f" of {drawn.path}")] = measure_size(
                    mask,
                    drawn.geometry,
                    bone=bone,
                    extraosseous=outside,
                    line=line,
                    source=f"outline '{name}', drawn for size",
                )
    if sum(not ruler.is_margin for ruler in rulers):
        name = lesion_of("the rulers", "")
        nan = float("nan")
        diameters = bidimensional_of(list(rulers))
        known = sizes.get(name, Size(diameters, Extent(nan, nan, nan, nan)))
        sizes[name] = replace(known, axial=diameters, source="two rulers")
    return sizes


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
