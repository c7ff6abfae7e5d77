"""Thumbnails of a course's visits: Vp over the images, around the lesion, in one colour scale."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import TRANSPARENT_BELOW

from SpineDCEWidget.shared.visit_session import VisitSession

#: Height and width, pixels; and of the cut around the lesion, mm.
PIXELS, _CUT = 56, 80.0
#: Share of the map's colour where it covers the anatomy.
_OPACITY = 0.7
#: Percentiles of the cut between which the anatomy is grey.
_GREY = (1.0, 99.5)
#: Image axis of a slice → axis of LPS mm → the sign that points right or down on a screen.
_SHOWN = ({0: 1, 1: 1, 2: 1}, {0: 1, 1: 1, 2: -1})

_kept: WeakKeyDictionary[VisitSession, tuple[Any, bytes]] = WeakKeyDictionary()


def thumbnail(visit: VisitSession) -> bytes:
    """Return a PNG of Vp over the dynamic images of a visit; empty while there is no map.

    It shows the slice with most of the lesion, cut around it; without a lesion the middle slice.
    """
    node = visit.maps.get("vp")
    if node is None or visit.analysis is None or node.GetDisplayNode() is None:
        return b""
    display = node.GetDisplayNode()
    top, colours = display.GetWindowLevelMax(), display.GetColorNode()
    lesions = [m for name, m in visit.state.regions.items() if visit.state.roles[name] == "lesion"]
    facts = [visit.shown, top, colours.GetID(), *lesions]
    kept, picture = _kept.get(visit, ([], b""))
    if len(kept) == len(facts) and all(map(_same, kept, facts)):
        return picture
    dynamic = visit.analysis.study.dynamic
    lesion = np.logical_or.reduce(lesions) if lesions else np.zeros(dynamic.geometry.shape, bool)
    index, rows, columns = _place(lesion, dynamic.geometry)
    grey = np.asarray(dynamic.signal[0][index, rows, columns], float)
    values = array_of(node)[index, rows, columns].astype(float)
    picture = _png(_upright(_coloured(grey, values, top, colours), dynamic.geometry))
    _kept[visit] = facts, picture
    return picture


def _same(one: Any, other: Any) -> bool:
    """Return whether two plain facts are equal; masks and results count as themselves."""
    return one is other or (isinstance(one, float | str) and bool(one == other))


def _place(lesion: NDArray[np.bool_], geometry: Geometry) -> tuple[int, slice, slice]:
    """Return the slice, and the rows and columns of a square in it."""
    count = lesion.sum(axis=(1, 2))
    index = int(count.argmax()) if count.any() else geometry.shape[0] // 2
    if not count.any():
        return index, slice(None), slice(None)
    cuts: list[slice] = []
    for middle, size, spacing in zip(
        ndimage.center_of_mass(lesion[index]), geometry.shape[1:], geometry.spacing[1::-1],
        strict=True,
    ):  # fmt: skip
        half = max(round(_CUT / spacing / 2), 2)
        start = int(np.clip(round(middle) - half, 0, max(size - 2 * half, 0)))
        cuts.append(slice(start, min(start + 2 * half, size)))
    return index, cuts[0], cuts[1]


def _coloured(
    grey: NDArray[np.float64], values: NDArray[np.float64], top: float, colours: Any
) -> NDArray[np.uint8]:
    """Return red, green and blue of a map over grey, ``(rows, columns, 3)``."""
    low, high = np.percentile(grey, _GREY)
    grey = np.clip((grey - low) / max(high - low, 1e-9), 0, 1)
    picture = np.repeat(grey[..., None], 3, axis=2)
    table, steps = colours.GetLookupTable(), 256
    start, end = table.GetRange()
    rgb, palette = [0.0] * 3, np.empty((steps, 3))
    for n in range(steps):
        table.GetColor(start + n / (steps - 1) * (end - start), rgb)
        palette[n] = rgb
    shown = values > TRANSPARENT_BELOW * top  # False for NaN
    share = np.clip(values[shown] / top, 0, 1)
    covered = palette[np.round(share * (steps - 1)).astype(int)]
    picture[shown] = _OPACITY * covered + (1 - _OPACITY) * picture[shown]
    return np.asarray(np.round(255 * picture), np.uint8)


def _upright(picture: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """Turn a slice as views show it: head or front up, left or back on the right; and size it."""
    for axis, column in ((1, 0), (0, 1)):
        direction = geometry.affine[:3, column]
        main = int(np.argmax(np.abs(direction)))
        if np.sign(direction[main]) != _SHOWN[column][main]:
            picture = np.flip(picture, axis)
    height, width = (
        max(round(n * s), 1)
        for n, s in zip(picture.shape[:2], geometry.spacing[1::-1], strict=True)
    )
    scale = PIXELS / max(height, width)
    wanted = np.array([height * scale, width * scale]) / picture.shape[:2]
    return np.asarray(ndimage.zoom(picture, (*wanted, 1), order=1), np.uint8)


def _png(picture: NDArray[np.uint8]) -> bytes:
    """Return an image ``(rows, columns, 3)`` as PNG."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

    image = vtk.vtkImageData()
    image.SetDimensions(picture.shape[1], picture.shape[0], 1)
    voxels = np.ascontiguousarray(picture[::-1]).reshape(-1, 3)  # VTK counts rows from below
    image.GetPointData().SetScalars(numpy_to_vtk(voxels, deep=True))
    writer = vtk.vtkPNGWriter()
    writer.WriteToMemoryOn()
    writer.SetInputData(image)
    writer.Write()
    return bytes(vtk_to_numpy(writer.GetResult()))
