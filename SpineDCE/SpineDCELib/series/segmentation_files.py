"""Files with regions of interest: labelled images and 3D Slicer's segmentations."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.contour_reader import (
    Contours,
    filled,
    is_structure_set,
    read_structure_set,
)
from SpineDCELib.series.dicom_segmentation_reader import (
    is_dicom_segmentation,
    read_dicom_segmentation,
)
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.file_discovery import is_nrrd
from SpineDCELib.series.nrrd_reader import open_nrrd, read_nrrd_header
from SpineDCELib.series.read_series import read_volume
from SpineDCELib.series.regridding import describe_grid, put_on_grid
from SpineDCELib.series.scan_study import scan_study
from SpineDCELib.series.vertebra_labels import label_names, levels_by_number
from SpineDCELib.vocabulary.colour_maps import rgb
from SpineDCELib.vocabulary.region_roles import ROLES, SEARCH, TAG, TRACKING_TAG, words_of
from SpineDCELib.vocabulary.vertebra_levels import LEVELS, level_of

Colour = tuple[float, float, float]
#: Colours of segments that have none: distinct on grey, also with colour vision deficiency
#: (Wong 2011, doi:10.1038/nmeth.1618).
PALETTE: tuple[Colour, ...] = (
    (0.90, 0.62, 0.00), (0.34, 0.71, 0.91), (0.00, 0.62, 0.45), (0.94, 0.89, 0.26),
    (0.00, 0.45, 0.70), (0.84, 0.37, 0.00), (0.80, 0.47, 0.65),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Named regions on one grid; they may overlap.

    Attributes:
        masks: name → bool ``(slices, rows, columns)``, in the order of the file.
        colours: name → red, green, blue, 0 to 1, where the file has one.
        terminology: name → 3D Slicer's terminology entry, where the file has one.
        tags: name → the other tags that 3D Slicer keeps with a segment.
        levels: the regions are the vertebrae of a whole spine, some of which the series may not
            show.
        contours: of regions that have no grid of their own; their masks are empty until they are
            filled on the grid of a series.
    """

    masks: dict[str, NDArray[np.bool_]]
    geometry: Geometry
    colours: dict[str, Colour] = field(default_factory=dict)
    terminology: dict[str, str] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    path: str = ""
    notes: tuple[str, ...] = ()
    levels: bool = False
    contours: tuple[Contours, ...] = ()

    def on(
        self, geometry: Geometry, *, name: str | None = None, resample: bool = False
    ) -> dict[str, NDArray[np.bool_]]:
        """Return the regions on another grid, name → bool mask.

        Args:
            name: name of the segmentation in errors; its path if None.
            resample: take the nearest voxel where the grids differ by more than a flip, a swap
                of axes or a crop; otherwise that is an error.

        Raises:
            InputError: the grids differ, or a region is outside the grid or extends beyond it.
        """
        if self.contours:
            return {
                one.name: filled(
                    one.outlines,
                    geometry,
                    name=f"Region '{one.name}' of {name or self.path}",
                    resample=resample,
                )
                for one in self.contours
            }
        masks = {}
        for region, mask in self.masks.items():
            label = f"Region '{region}' of {name or self.path or 'the segmentation'}"
            masks[region] = put_on_grid(
                mask, self.geometry, geometry, fill=False, resample=resample, name=label
            )
            if self.levels:
                continue
            if mask.any() and not masks[region].any():
                raise InputError(
                    f"{label} is outside the series: its grid is {describe_grid(self.geometry)}, "
                    f"that of the series {describe_grid(geometry)}.",
                    code="region_outside_series",
                    about=region,
                )
            outside = int(mask.sum()) - int(masks[region].sum())
            if outside and not resample:
                raise InputError(
                    f"{label} extends beyond the series: {outside} of its {int(mask.sum())} voxels "
                    f"are outside; its grid is {describe_grid(self.geometry)}, that of the series "
                    f"{describe_grid(geometry)}. Draw it on the series.",
                    code="region_reaches_outside_series",
                    about=region,
                )
        if self.levels:
            masks = {region: mask for region, mask in masks.items() if mask.any()}
            if not masks:
                raise InputError(
                    f"No vertebra of {name or self.path} lies in the series: its grid is "
                    f"{describe_grid(self.geometry)}, that of the series "
                    f"{describe_grid(geometry)}.",
                    code="region_outside_series",
                    about=name or self.path,
                )
        return masks


def read_segmentation(path: str | os.PathLike[str]) -> Segmentation:
    """Read the regions of a ``.seg.nrrd``, a DICOM Segmentation or structure set, or a label map.

    A label n without a name becomes the region "label n". Of a label map of the whole spine, the
    vertebrae are named by their levels, and its other labels are left out. Segments of 3D Slicer
    keep name, colour and terminology. Layers (overlapping segments) and cropped extents are read
    as 3D Slicer writes them: the origin in the file is the position of its first voxel.

    Raises:
        InputError: the file is missing or damaged, or holds no labels.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        raise InputError(
            f"{file} is a folder. Choose the file with the regions in it.",
            code="not_a_file",
            about=str(file),
            fields=["inputs.roi"],
        )
    if not file.is_file():
        raise InputError(
            f"The segmentation file {file} does not exist.",
            code="file_not_found",
            about=str(file),
        )
    if is_nrrd(file):
        keys = read_nrrd_header(file).keys
        if any(re.fullmatch(r"Segment\d+_(ID|Name|LabelValue)", k) for k in keys):
            return _slicer(file, keys)
    elif is_dicom_segmentation(file):
        return _dicom(file)
    elif is_structure_set(file):
        return _structure_set(file)
    array, geometry = _label_image(file)
    return _labelled(file, array, geometry)


def _label_image(file: Path) -> tuple[NDArray[np.floating], Geometry]:
    """Read a label image; one over time must be the same in all frames that have labels.

    Raises:
        InputError: see :func:`read_volume`; the labels change from frame to frame (code
            "labels_change").
    """
    over_time = [s for s in scan_study(file).series if s.frames > 1 and s.image_file is not None]
    if len(over_time) != 1 or over_time[0].geometry is None:
        volume = read_volume(file)
        return volume.array, volume.geometry
    assert over_time[0].image_file is not None
    frames = np.asarray(over_time[0].image_file.load())
    drawn = [frame for frame in frames if frame.any()]
    if any(not np.array_equal(frame, drawn[0]) for frame in drawn):
        raise InputError(
            f"The labels of {file} change from frame to frame. Save one volume with labels.",
            code="labels_change",
            about=str(file),
        )
    return (drawn or [frames[0]])[0], over_time[0].geometry


def _labelled(file: Path, array: NDArray[np.floating], geometry: Geometry) -> Segmentation:
    labels = np.unique(array)
    if not np.all(np.isfinite(labels)) or np.any(labels != np.round(labels)) or labels.size > 1000:
        raise InputError(
            f"{file} holds an image, not labels (whole numbers, one per region).",
            code="not_labels",
            about=str(file),
        )
    found = [int(v) for v in labels if v != 0]
    if not found:
        raise InputError(
            f"{file} is empty: no voxel has a label.", code="no_labels", about=str(file)
        )
    names = label_names(file)
    program, levels = "", {n: level for n in found if (level := level_of(names.get(n, "")))}
    if not names:
        program, levels = levels_by_number(array, geometry, found)
    if levels:
        return _vertebrae(file, array, geometry, levels, len(found), program)
    notes: list[str] = []
    masks: dict[str, NDArray[np.bool_]] = {}
    for n in found:
        name = _plain_name(names.get(n, "")) or f"label {n}"
        masks[_unique_name(name, masks, notes)] = array == n
    return Segmentation(masks, geometry, path=str(file), notes=tuple(notes))


def _vertebrae(
    file: Path,
    array: NDArray[np.floating],
    geometry: Geometry,
    levels: Mapping[int, str],
    labels: int,
    program: str,
) -> Segmentation:
    """Return the vertebrae of a label map, from head to foot."""
    ordered = sorted(levels, key=lambda n: LEVELS.index(levels[n]))
    notes: list[str] = []
    masks: dict[str, NDArray[np.bool_]] = {}
    for n in ordered:
        masks[_unique_name(levels[n], masks, notes)] = array == n
    source = f"by the label numbers of {program}" if program else "by the names of its labels"
    others = labels - len(levels)
    notes.append(
        f"{file.name} holds vertebrae, named {source}: {', '.join(masks)}."
        + (f" Its {others} other labels are left out." if others else "")
    )
    return Segmentation(masks, geometry, path=str(file), notes=tuple(notes), levels=True)


def _slicer(file: Path, keys: dict[str, str]) -> Segmentation:
    image = open_nrrd(file, str(file))
    layers = image.load()
    numbers = sorted({int(m.group(1)) for k in keys if (m := re.match(r"Segment(\d+)_", k))})
    masks: dict[str, NDArray[np.bool_]] = {}
    colours: dict[str, Colour] = {}
    terminology: dict[str, str] = {}
    tags: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for n in numbers:
        names = (keys.get(f"Segment{n}_{part}", "") for part in ("Name", "ID"))
        base = next(filter(None, map(_plain_name, names)), f"Segment {n}")
        name = _unique_name(base, masks, notes)
        # 3D Slicer before 4.11 gave each segment its own layer and the value 1.
        layer = int(_number(keys, f"Segment{n}_Layer", n if len(layers) > 1 else 0))
        value = int(_number(keys, f"Segment{n}_LabelValue", 1))
        if not 0 <= layer < len(layers):
            raise InputError(
                f"Segment {name} of {file} refers to layer {layer}; the file has {len(layers)} "
                "layers, counted from 0.",
                code="no_such_layer",
                about=str(file),
            )
        masks[name] = layers[layer] == value
        colour = keys.get(f"Segment{n}_Color", "").split()
        try:
            if len(colour) == 3:
                colours[name] = (float(colour[0]), float(colour[1]), float(colour[2]))
        except ValueError:
            notes.append(f"The colour of segment {name} cannot be read.")
        own = dict(t.split(":", 1) for t in keys.get(f"Segment{n}_Tags", "").split("|") if ":" in t)
        if entry := own.pop("TerminologyEntry", own.pop("Segmentation.TerminologyEntry", "")):
            terminology[name] = entry
        tags[name] = own
    return Segmentation(masks, image.geometry, colours, terminology, tags, str(file), tuple(notes))


def _dicom(file: Path) -> Segmentation:
    segments, geometry = read_dicom_segmentation(file)
    masks: dict[str, NDArray[np.bool_]] = {}
    terminology: dict[str, str] = {}
    tags: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for segment in segments:
        name = _unique_name(_plain_name(segment.name) or "Segment", masks, notes)
        masks[name], terminology[name] = segment.mask, segment.terminology
        if segment.tracking_uid:
            tags[name] = {TRACKING_TAG: segment.tracking_uid}
    return Segmentation(masks, geometry, {}, terminology, tags, str(file), tuple(notes))


def _structure_set(file: Path) -> Segmentation:
    found, notes = read_structure_set(file)
    contours: dict[str, Contours] = {}
    for one in found:
        name = _unique_name(_plain_name(one.name) or "ROI", contours, notes)
        contours[name] = Contours(name, one.outlines)
    nothing = Geometry((0, 0, 0), np.eye(4))
    masks = {name: np.zeros((0, 0, 0), bool) for name in contours}
    return Segmentation(
        masks, nothing, path=str(file), notes=tuple(notes), contours=tuple(contours.values())
    )


def _plain_name(text: str) -> str:
    """Return a name on one line without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _unique_name(base: str, taken: Mapping[str, object], notes: list[str]) -> str:
    """Return the name, with a number if another segment has it already."""
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base} ({count})"
    if name != base:
        notes.append(f"Another segment named {base} was renamed {name}.")
    return name


def _number(keys: dict[str, str], key: str, default: int) -> float:
    try:
        return float(keys[key])
    except (KeyError, ValueError):
        return default


# ---------------------------------------------------------------------------- writing


def _role_colour(tags: Mapping[str, str]) -> Colour | None:
    role = tags.get(TAG, "")
    return rgb(words_of(role).colour) if role in (*ROLES, SEARCH) else None


def write_segmentation(
    path: str | os.PathLike[str],
    masks: Mapping[str, NDArray[np.bool_]],
    geometry: Geometry,
    *,
    colours: Mapping[str, Colour] | None = None,
    terminology: Mapping[str, str] | None = None,
    tags: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write regions as 3D Slicer's ``.seg.nrrd``; overlapping ones go into separate layers.

    The file is written under a temporary name and then moved into place.

    Args:
        masks: name → bool ``(slices, rows, columns)`` on ``geometry``.
        colours: name → colour; a region without one gets that of the role in its tags.

    Raises:
        InputError: a mask has another shape, or the file cannot be written.
    """
    layers: list[NDArray[np.uint8]] = []
    keys: dict[str, str] = {}
    for n, (name, mask) in enumerate(masks.items()):
        if mask.shape != geometry.shape:
            raise InputError(
                f"Region {name} has {mask.shape} voxels, the grid {geometry.shape}.",
                code="shape_mismatch",
                about=name,
            )
        layer = next((i for i, a in enumerate(layers) if not a[mask].any()), len(layers))
        if layer == len(layers):
            layers.append(np.zeros(geometry.shape, np.uint8 if len(masks) < 256 else np.uint16))
        layers[layer][mask] = n + 1
        own = dict((tags or {}).get(name, {}))
        colour = (colours or {}).get(name) or _role_colour(own) or PALETTE[n % len(PALETTE)]
        if entry := (terminology or {}).get(name):
            own["TerminologyEntry"] = entry
        keys |= {
            f"Segment{n}_ID": f"Segment_{n + 1}",
            f"Segment{n}_Name": name.replace("\n", " "),
            f"Segment{n}_NameAutoGenerated": "0",
            f"Segment{n}_Color": " ".join(f"{c:g}" for c in colour),
            f"Segment{n}_ColorAutoGenerated": "0",
            f"Segment{n}_LabelValue": str(n + 1),
            f"Segment{n}_Layer": str(layer),
            f"Segment{n}_Extent": _extent(geometry),
            f"Segment{n}_Tags": "".join(f"{k}:{v}|" for k, v in own.items()),
        }
    keys |= {
        "Segmentation_ContainedRepresentationNames": "Binary labelmap|",
        "Segmentation_MasterRepresentation": "Binary labelmap",
        "Segmentation_SourceRepresentation": "Binary labelmap",
        "Segmentation_ReferenceImageExtentOffset": "0 0 0",
        "Segmentation_ConversionParameters": "",
    }
    if not layers:
        layers = [np.zeros(geometry.shape, np.uint8)]
    _write(Path(path), np.stack(layers), geometry, keys)


def _extent(geometry: Geometry) -> str:
    k, j, i = geometry.shape
    return f"0 {i - 1} 0 {j - 1} 0 {k - 1}"


def _write(
    path: Path, layers: NDArray[np.unsignedinteger], geometry: Geometry, keys: dict[str, str]
) -> None:
    several = len(layers) > 1
    k, j, i = geometry.shape
    vectors = ["(" + ",".join(f"{v:.17g}" for v in geometry.affine[:3, a]) + ")" for a in range(3)]
    origin = ",".join(f"{v:.17g}" for v in geometry.origin)
    lines = [
        "NRRD0004",
        "# Complete NRRD file format specification at:",
        "# http://teem.sourceforge.net/nrrd/format.html",
        f"type: {'unsigned char' if layers.dtype.itemsize == 1 else 'unsigned short'}",
        f"dimension: {4 if several else 3}",
        "space: left-posterior-superior",
        f"sizes: {f'{len(layers)} ' if several else ''}{i} {j} {k}",
        f"space directions: {'none ' if several else ''}{' '.join(vectors)}",
        f"kinds: {'list ' if several else ''}domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: ({origin})",
        *(f"{key}:={value}" for key, value in keys.items()),
    ]
    # 3D Slicer expects the list axis to be the fastest.
    data = layers.transpose(1, 2, 3, 0) if several else layers[0]
    little = np.ascontiguousarray(data).astype(data.dtype.newbyteorder("<"), copy=False)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as stream:
            stream.write(("\n".join(lines) + "\n\n").encode("utf-8"))
            stream.write(gzip.compress(little.tobytes(), 6, mtime=0))
        os.replace(stream.name, path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}).", code="cannot_write", about=str(path)
        ) from None
