"""Reader of DICOM Segmentations: frames sorted by segment and position onto one grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import RLELossless

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.image_header import read_headers, sop_class_of
from SpineDCELib.vocabulary.terminology import Code, terminology_entry

#: SOP classes: Segmentation Storage and Label Map Segmentation Storage.
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
#: Planes closer than this count as one plane; corners may be this far off a common line, mm.
_NEAR = 0.02
#: Tolerated deviation from even spacing, as a share of the slice distance.
_UNEVEN = 0.02


class Segment(NamedTuple):
    """One region: its label, its mask, its codes as 3D Slicer's terminology entry, tracking UID."""

    name: str
    mask: NDArray[np.bool_]
    terminology: str
    tracking_uid: str = ""


def is_dicom_segmentation(file: Path) -> bool:
    """Return whether a file is a DICOM Segmentation."""
    return sop_class_of(file) in SEGMENTATIONS


def read_dicom_segmentation(file: Path) -> tuple[list[Segment], Geometry]:
    """Read all segments onto one grid, from the first to the last plane that has a frame.

    Binary segments and label maps are taken as they are, fractional segments where a voxel is at
    least half full. Segments may overlap. (DICOM PS3.3 A.51, C.8.20)

    Raises:
        InputError: the file is damaged or its compression is not supported; the planes are not
            parallel or not evenly spaced.
    """
    read_headers(str(file))  # refuses one that declares far more pixels than it holds
    try:
        data = pydicom.dcmread(file)
        pixels = _pixels(data)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"The DICOM segmentation {file} cannot be read: {reason[:200].rstrip('.')}.",
            code="unreadable_segmentation",
            about=str(file),
        ) from None
    try:
        return _sorted(file, data, pixels.reshape(-1, int(data.Rows), int(data.Columns)))
    except InputError:
        raise
    except Exception as error:  # pydicom raises what its parsing meets
        raise InputError(
            f"The DICOM segmentation {file} is incomplete ({str(error)[:200]}). Export it again.",
            code="incomplete_segmentation",
            about=str(file),
        ) from None


def _pixels(data: Any) -> NDArray[Any]:
    """Return the values of all frames; (frames, rows, columns), or (rows, columns) of one frame."""
    if data.BitsAllocated != 1 or data.file_meta.TransferSyntaxUID != RLELossless:
        pixels: NDArray[Any] = data.pixel_array
        return pixels
    # Eight voxels in each byte, as OHIF writes them; pydicom decodes whole bytes only.
    rows, columns = int(data.Rows), int(data.Columns)
    size = rows * columns
    down, across = (
        (rows, columns // 8) if columns % 8 == 0
        else (rows // 8, columns) if rows % 8 == 0
        else (1, -(-size // 8))
    )  # fmt: skip
    count = int(data.get("NumberOfFrames", 1))
    packed: dict[str, Any] = {
        "rows": down, "columns": across, "number_of_frames": count, "samples_per_pixel": 1,
        "bits_allocated": 8, "bits_stored": 8, "pixel_representation": 0,
        "pixel_keyword": "PixelData", "photometric_interpretation": "MONOCHROME2",
    }  # fmt: skip
    frames, _ = get_decoder(RLELossless).as_array(data.PixelData, **packed)
    voxels = np.unpackbits(frames.reshape(count, -1), axis=1, bitorder="little")[:, :size]
    return voxels.reshape(-1, rows, columns)


def _sorted(file: Path, data: Any, frames: NDArray[np.integer]) -> tuple[list[Segment], Geometry]:
    across, down = _common_orientation(
        [_macro(data, n, "PlaneOrientation").ImageOrientationPatient for n in range(len(frames))],
        file,
    ).reshape(2, 3)
    normal = np.cross(across, down)
    corners = np.array(
        [_macro(data, n, "PlanePosition").ImagePositionPatient for n in range(len(frames))], float
    )
    measures = _macro(data, 0, "PixelMeasures")
    depth = corners @ normal
    first = corners[np.argmin(depth)]
    if np.abs(corners - first - np.outer(depth - depth.min(), normal)).max() > _NEAR:
        raise InputError(
            f"The planes of {file} are side by side and do not form a volume. Draw the regions on "
            "one series.",
            code="planes_without_volume",
            about=str(file),
        )
    step = _step(file, depth, measures)
    slice_of = np.rint((depth - depth.min()) / step).astype(int)
    row, column = (float(v) for v in measures.PixelSpacing)
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([across * column, down * row, normal * step])
    affine[:3, 3] = first
    shape = (int(slice_of.max()) + 1, frames.shape[1], frames.shape[2])
    kind = str(data.get("SegmentationType", "BINARY"))
    half = float(data.get("MaximumFractionalValue", 1)) / 2 if kind == "FRACTIONAL" else 0.5
    segments = []
    for described in data.SegmentSequence:
        number = int(described.SegmentNumber)
        if kind == "LABELMAP" and (number == 0 or _is_background(described)):
            continue
        mask = np.zeros(shape, bool)
        for n, frame in enumerate(frames):
            if kind == "LABELMAP":
                mask[slice_of[n]] |= frame == number
            elif _macro(data, n, "SegmentIdentification").ReferencedSegmentNumber == number:
                mask[slice_of[n]] |= frame >= half
        name = str(described.get("SegmentLabel", "")).strip() or f"Segment {number}"
        tracking = str(described.get("TrackingUID") or "")
        segments.append(Segment(name, mask, _terminology(described), tracking))
    return segments, Geometry(shape, affine, data.get("FrameOfReferenceUID"))


def _macro(data: Any, frame: int, name: str) -> Any:
    """Return an item of a functional group: the frame's own, or the one that all frames share."""
    groups = [data.SharedFunctionalGroupsSequence[0]]
    if "PerFrameFunctionalGroupsSequence" in data:
        groups.insert(0, data.PerFrameFunctionalGroupsSequence[frame])
    for group in groups:
        if found := group.get(f"{name}Sequence"):
            return found[0]
    raise KeyError(f"no {name} of frame {frame + 1}")


def _common_orientation(rows: list[Any], file: Path) -> NDArray[np.float64]:
    """Return the plane orientation that all frames share."""
    values = np.array(rows, float)
    if np.ptp(values, axis=0).max() > 1e-4:
        raise InputError(
            f"The planes of {file} are not parallel. Draw the regions on one series.",
            code="tilted_planes",
            about=str(file),
        )
    result: NDArray[np.float64] = values[0]
    return result


def _step(file: Path, depth: NDArray[np.float64], measures: Any) -> float:
    """Return the distance between slices, mm; planes without any segment may be missing."""
    planes = np.sort(depth)
    gaps = np.diff(planes)[np.diff(planes) > _NEAR]
    stated = measures.get("SpacingBetweenSlices") or measures.get("SliceThickness")
    if not gaps.size:
        return abs(float(stated or 1.0))
    for step in (abs(float(stated or 0)), float(gaps.min())):
        if step > _NEAR and np.abs(gaps / step - np.rint(gaps / step)).max() < _UNEVEN:
            # Divide the whole extent, so that rounding errors do not accumulate.
            return float(np.ptp(planes) / round(np.ptp(planes) / step))
    raise InputError(
        f"The planes of {file} are not evenly spaced. Draw the regions on one series.",
        code="unevenly_spaced_planes",
        about=str(file),
    )


def _is_background(described: Any) -> bool:
    """Whether a segment of a label map describes what belongs to no region (DCM 125040)."""
    items = described.get("SegmentedPropertyTypeCodeSequence") or ()
    return any(
        (str(c.get("CodeValue", "")), str(c.get("CodingSchemeDesignator", ""))) == ("125040", "DCM")
        for c in items
    )


def _terminology(described: Any) -> str:
    def code(name: str) -> Code | None:
        items = described.get(f"{name}CodeSequence")
        if not items:
            return None
        value, scheme, meaning = (
            str(items[0].get(key, ""))
            for key in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
        )
        return value, scheme, meaning

    return terminology_entry(code("SegmentedPropertyCategory"), code("SegmentedPropertyType"))
