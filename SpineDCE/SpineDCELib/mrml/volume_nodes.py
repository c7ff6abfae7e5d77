"""Volume nodes of a scene as arrays and grids, and back, without copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series import Geometry

#: 3D Slicer's world is RAS, the engine's LPS.
_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


def geometry_of(node: Any) -> Geometry:
    """The grid of a volume node, LPS."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    i, j, k = node.GetImageData().GetDimensions()
    return Geometry((k, j, i), _FLIP @ _array(matrix))


def array_of(node: Any) -> NDArray[Any]:
    """The voxels of a volume node, ``(slices, rows, columns)``, not copied."""
    from vtk.util.numpy_support import vtk_to_numpy

    image = node.GetImageData()
    i, j, k = image.GetDimensions()
    voxels: NDArray[Any] = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(k, j, i)
    return voxels


def is_on_grid(node: Any, geometry: Geometry) -> bool:
    """Whether a volume node has voxels on this grid, which can be exchanged for others on it."""
    return node.GetImageData() is not None and geometry_of(node).matches(geometry)


def fill_volume(node: Any, array: NDArray[Any], geometry: Geometry) -> None:
    """Show an array in a volume node; a contiguous array is shared, not copied.

    Whoever changes the shared array calls :func:`touched` afterwards.
    """
    node.SetIJKToRASMatrix(matrix_of(geometry))
    node.SetAndObserveImageData(image_of(array))


def image_of(array: NDArray[Any]) -> Any:
    """A ``vtkImageData`` on the voxels of a contiguous ``(slices, rows, columns)`` array."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    array = np.ascontiguousarray(array)
    image = vtk.vtkImageData()
    image.SetDimensions(*array.shape[::-1])
    # The VTK array keeps a reference to the numpy array that it shares.
    image.GetPointData().SetScalars(numpy_to_vtk(array.reshape(-1), deep=False))
    return image


def forget_images() -> None:
    """Free the arrays of images that are gone: VTK's Python keeps them until the next one comes."""
    image_of(np.zeros((1, 1, 1)))


def touched(node: Any) -> None:
    """Say that the voxels of a node were changed in place."""
    image = node.GetImageData()
    image.GetPointData().GetScalars().Modified()
    image.Modified()
    node.Modified()


def matrix_of(geometry: Geometry) -> Any:
    """The grid's voxel-to-RAS matrix as ``vtkMatrix4x4``."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy((_FLIP @ geometry.affine).ravel())
    return matrix


def index_of(ras: Any, geometry: Geometry) -> NDArray[np.float64]:
    """Slice, row and column of a RAS point, mm; not rounded, and perhaps outside."""
    return np.linalg.solve(geometry.affine, _FLIP @ [*ras, 1.0])[2::-1]


def voxel_of(ras: Any, geometry: Geometry) -> tuple[int, int, int] | None:
    """Slice, row and column of the voxel at a RAS point, mm; None outside."""
    slice_index, row, column = (int(v) for v in np.rint(index_of(ras, geometry)))
    inside = all(
        0 <= v < n for v, n in zip((slice_index, row, column), geometry.shape, strict=True)
    )
    return (slice_index, row, column) if inside else None


def ras_of(voxel: tuple[float, float, float], geometry: Geometry) -> NDArray[np.float64]:
    """The RAS centre, mm, of a voxel given by slice, row and column."""
    slice_index, row, column = voxel
    return (_FLIP @ geometry.affine @ [column, row, slice_index, 1.0])[:3]


def values_on(node: Any, geometry: Geometry) -> NDArray[np.float64]:
    """The values of a volume node at the voxel centres of a grid; NaN beside the volume.

    Between the centres of its voxels they are interpolated linearly.
    """
    from scipy.ndimage import map_coordinates

    own = geometry_of(node)
    if own.matches(geometry):
        return array_of(node).astype(float)
    slices, rows, columns = np.indices(geometry.shape)
    to_own = np.linalg.solve(own.affine, geometry.affine)
    i, j, k = (
        row[0] * columns + row[1] * rows + row[2] * slices + row[3] for row in to_own[:3]
    )  # fmt: skip
    values: NDArray[np.float64] = map_coordinates(
        array_of(node).astype(float), [k, j, i], order=1, mode="constant", cval=np.nan
    )
    return values


def _array(matrix: Any) -> NDArray[np.float64]:
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
