"""Input files of one analysis, read and resampled to the grid of the dynamic series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.files.object_storage import joined
from SpineDCELib.measurement import Extent, Role, Size, measure_size, role_of
from SpineDCELib.measurement.lesion_size import TWO_RULERS
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
    reading_choices,
    scan_study,
)
from SpineDCELib.series.series_roles import has_word
from SpineDCELib.series.study_context import AFTER_CONTRAST
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.vertebra_levels import level_of

#: No tissue has a longer T1, s (fluid: about 4 s).
LONGEST_T1 = 6.0


@dataclass(frozen=True)
class Inputs:
    """Paths of the input files of one analysis.

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
    size: tuple[str, ...] = ()  #: outlines and rulers that give the size of lesions

    @classmethod
    def from_record(cls, record: Mapping[str, Any], folder: Path) -> Inputs:
        """Return the inputs of a provenance record; relative paths start at ``folder``."""
        given: dict[str, Any] = {}
        for name, value in record.items():
            if isinstance(value, list):
                given[name] = tuple(joined(str(folder), path) for path in value)
            else:
                given[name] = value and joined(str(folder), value)
        return cls(**given)

    def with_paths(self, changed: Callable[[str], str]) -> Inputs:
        """Return the same with every path changed by a function."""
        changes: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, tuple):
                changes[one.name] = tuple(map(changed, value))
            elif value:
                changes[one.name] = changed(value)
        return replace(self, **changes)

    @property
    def beside_study(self) -> tuple[str, ...]:
        """Return every file that is not the study itself."""
        single = (self.aif_mask, self.aif_region, self.aif_selection, self.aif_file, self.T1_map)
        return tuple(p for p in (*single, *self.roi, *self.size) if p)


def read_images(study: Path, settings: Settings, progress: Progress = silent) -> Images:
    """Read the dynamic series, the flip-angle set and the anatomical T1 of a study.

    Example:
        >>> from SpineDCELib import Settings, read_images
        >>> read_images(folder, Settings()).dynamic.signal.shape
        (60, 2, 6, 8)
    """
    reading = settings.reading
    joined = [int(n) for n in reading.joined or ()]
    found = scan_study(study, progress=part(progress, 0, 0.3))
    # Given frame times replace those of the files, which then need not be usable.
    interval = 1.0 if reading.frame_times else reading.frame_interval
    dynamic = read_dynamic(
        found,
        series=reading.series,
        joined=joined,
        displaced=reading.displaced,
        frame_interval=interval,
        progress=part(progress, 0.3, 0.9),
    )
    # Another visit or patient may lie in the same folder.
    chosen = found.dynamic(reading.series)
    has_angles = bool(found.flip_angle_set(chosen))
    flip_angles = read_flip_angles(found, dynamic=chosen) if has_angles else None
    notes = () if flip_angles is None else flip_angles.notes
    late = [s for s in found.with_role(AFTER_CONTRAST) if s.patient == chosen.patient]
    if late:
        listed = ", ".join(str(s.number) for s in late)
        notes += (
            f"The flip angles of series {listed} were acquired after the dynamic series began, "
            "when contrast agent is in the tissue; they are left out.",
        )
    dynamic = replace(dynamic, notes=(*dynamic.notes, *notes))
    T1 = found.anatomical_T1(chosen)
    images = Images(
        dynamic, flip_angles, None if T1 is None else read_volume(T1),
        choices=reading_choices(found, chosen, joined),
    )  # fmt: skip
    return corrected_images(
        images, frame_times=reading.frame_times, field_strength=reading.field_strength
    )


def corrected_images(
    images: Images,
    *,
    frame_times: Sequence[float] | None = None,
    field_strength: float | None = None,
) -> Images:
    """Replace the frame times, s, and the field strength, T, of a study.

    Raises:
        InputError: the times do not rise, or their number is not that of the frames.
    """
    dynamic = images.dynamic
    if frame_times:
        times = np.asarray(frame_times, float)
        dynamic = replace(dynamic, times=times, time_origin="set by hand")
    if field_strength is not None:
        acquisition = replace(dynamic.acquisition, field_strength=float(field_strength))
        dynamic = replace(dynamic, acquisition=acquisition)
    return images if dynamic is images.dynamic else replace(images, dynamic=dynamic)


def read_mask(path: str, geometry: Geometry, *, resample: bool = False) -> NDArray[np.bool_]:
    """Read a mask of the artery on the dynamic grid.

    Segments with the name of an artery are taken, or all if there is none.

    Args:
        resample: see :func:`read_regions`.

    Raises:
        InputError: the file cannot be read, is on another grid, or is empty (code "empty_mask").
    """
    masks = read_segmentation(path).on(geometry, resample=resample)
    named = [name for name in masks if any(w in name.lower() for w in ("aorta", "aif", "arter"))]
    mask: NDArray[np.bool_] = np.any([masks[name] for name in named or masks], axis=0)
    if not mask.any():
        raise InputError(
            f"The mask {path} is empty.",
            code="empty_mask",
            about=path,
            fields=["inputs.aif_mask", "inputs.aif_region"],
        )
    return mask


def read_regions(
    paths: Iterable[str], geometry: Geometry, *, resample: bool = False
) -> dict[str, NDArray[np.bool_]]:
    """Read regions from one or more files: name → mask on the dynamic grid.

    Args:
        resample: take the nearest voxel of a file on another grid, instead of refusing it.

    Raises:
        InputError: a file cannot be read or is on another grid, a region is empty (code
            "empty_region"), or two regions have the same name (code "duplicate_region").
    """
    return regions_of([read_segmentation(path) for path in paths], geometry, resample=resample)


def regions_of(
    drawn: Iterable[Segmentation], geometry: Geometry, *, resample: bool = False
) -> dict[str, NDArray[np.bool_]]:
    """Return the regions of segmentations on the dynamic grid; see :func:`read_regions`."""
    regions: dict[str, NDArray[np.bool_]] = {}
    for found in drawn:
        path = found.path
        for name, mask in found.on(geometry, resample=resample).items():
            if name in regions:
                raise InputError(
                    f"Two regions have the name '{name}'. Rename the one in {path}.",
                    code="duplicate_region",
                    about=name,
                    fields=["inputs.roi"],
                )
            if not mask.any():
                raise InputError(
                    f"The region '{name}' in {path} contains no voxel of the dynamic series. Draw "
                    "it or delete it.",
                    code="empty_region",
                    about=name,
                    fields=["inputs.roi"],
                )
            regions[name] = mask
    return regions


def read_roles(paths: Iterable[str]) -> dict[str, Role]:
    """Read the role of every region, from its tag, name or terminology: name → role."""
    roles: dict[str, Role] = {}
    for path in paths:
        roles |= roles_of(read_segmentation(path))
    return roles


def with_reference(roles: Mapping[str, Role], level: str | None) -> dict[str, Role]:
    """Return the roles with the region of a level of the spine as the only reference.

    Raises:
        InputError: no region is named by that level (code "no_such_level").
    """
    if level is None:
        return dict(roles)
    named = {name: level_of(name) for name in roles}
    if level not in named.values():
        known = [name for name, found in named.items() if found]
        levels = f"The levels are {', '.join(known)}." if known else "No region has a level's name."
        raise InputError(
            f"No region is named {level}, which is to be the reference. {levels}",
            code="no_such_level",
            about=level,
            fields=["reading.reference_level"],
        )
    others: dict[str, Role] = {n: "other" if r == "reference" else r for n, r in roles.items()}
    return others | {name: "reference" for name, found in named.items() if found == level}


def roles_of(found: Segmentation) -> dict[str, Role]:
    """Return the role of every region of a segmentation: name → role."""
    return {
        name: role_of(name, terminology=found.terminology.get(name, ""), tags=found.tags.get(name))
        for name in found.masks
    }


def read_sizes(paths: Iterable[str], *, roles: Mapping[str, Role]) -> dict[str, Size]:
    """Measure lesions with outlines on any grid and with rulers (``.mrk.json``): lesion → size.

    An outline measures the lesion of the same name, or the only one there is. Two rulers give
    the bidimensional size; a ruler whose name contains bone or margin separates the part outside
    the bone.

    Raises:
        InputError: a file cannot be read, or it does not say which lesion it measures (code
            "ambiguous_lesion").
    """
    rulers: list[Ruler] = []
    outlines: list[Segmentation] = []
    for path in paths:
        if path.lower().endswith(".json"):
            rulers += read_rulers(path)
        else:
            found = read_segmentation(path)
            if found.contours:
                raise InputError(
                    f"{path} holds contours; sizes are measured on masks. Save it as a label map.",
                    code="contours_have_no_size",
                    about=path,
                    fields=["inputs.size"],
                )
            outlines.append(found)
    return sizes_of(rulers, outlines, roles=roles)


def sizes_of(
    rulers: Sequence[Ruler], outlines: Sequence[Segmentation], *, roles: Mapping[str, Role]
) -> dict[str, Size]:
    """Measure lesions with rulers and outlines: lesion → size; see :func:`read_sizes`.

    Raises:
        InputError: it is not clear which lesion is meant (code "ambiguous_lesion"), or the rulers
            are not two diameters.
    """
    lesions = [name for name, role in roles.items() if role == "lesion"]

    def lesion_of(name: str, question: str) -> str:
        if name in lesions:
            return name
        if len(lesions) <= 1:
            return lesions[0] if lesions else name
        raise InputError(
            f"It is not clear which of the lesions {', '.join(lesions)} {question}.",
            code="ambiguous_lesion",
            about=name,
            fields=["inputs.size"],
        )

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
                question = f"the outline '{name}' in {drawn.path} measures. Give it their name"
                sizes[lesion_of(name, question)] = measure_size(
                    mask,
                    drawn.geometry,
                    bone=bone,
                    extraosseous=outside,
                    line=line,
                    source=f"outline '{name}', drawn for size",
                )
    if sum(not ruler.is_margin for ruler in rulers):
        question = "the two rulers measure. Measure each lesion with an outline instead"
        name = lesion_of("the rulers", question)
        nan = float("nan")
        diameters = bidimensional_of(list(rulers))
        known = sizes.get(name, Size(diameters, Extent(nan, nan, nan, nan)))
        sizes[name] = replace(known, axial=diameters, source=TWO_RULERS)
    return sizes


def read_T1_map(path: str, geometry: Geometry) -> Volume:
    """Read a T1 map on the dynamic grid, s; the unit of the file is recognised by its values.

    Raises:
        InputError: the file cannot be read, is on another grid, or its values are not T1 in ms
            or s (code "not_a_T1_map").
    """
    volume = read_volume(path)
    array = put_on_grid(
        volume.array.astype(float),
        volume.geometry,
        geometry,
        fill=np.nan,
        name=f"The T1 map {path}",
    )
    positive = array[np.isfinite(array) & (array > 0)]
    typical = float(np.median(positive)) if positive.size else 0.0
    if 50 <= typical <= 10_000:
        factor, unit = 1e-3, "ms"
    elif 0.05 <= typical <= 10:
        factor, unit = 1.0, "s"
    else:
        raise InputError(
            f"The T1 map {path} has a median of {typical:g}, which is neither a T1 in ms nor in s.",
            code="not_a_T1_map",
            about=path,
            fields=["inputs.T1_map"],
        )
    named = f"{Path(path).name} {volume.acquisition.description or ''}"
    if unit == "s" and has_word(named, "r1", "r1map", "r1 map"):
        raise InputError(
            f"The map {path} is named R1, and its median of {typical:g} can be a rate in 1/s. Give "
            "a map of T1 in ms or s.",
            code="not_a_T1_map",
            about=path,
            fields=["inputs.T1_map"],
        )
    notes = [*volume.notes, f"The T1 map is in {unit}: its median is {typical:g}."]
    array *= factor
    absurd = np.isfinite(array) & ((array <= 0) | (array > LONGEST_T1))
    if absurd.any():
        notes.append(
            f"{int(absurd.sum())} voxels of the T1 map are 0 or below, or above {LONGEST_T1:g} s, "
            "and are left unfitted."
        )
        array[absurd] = np.nan
    return Volume(array, geometry, volume.acquisition, volume.source, tuple(notes))
