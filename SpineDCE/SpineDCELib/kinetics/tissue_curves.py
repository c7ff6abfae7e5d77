"""Tissue curves for a fit: checked, flattened, and iterated in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import Array

Voxels = slice | NDArray[np.integer] | None


class Curves:
    """Tissue curves ``(T, N)`` (not copied where they are float32 or float64), and which to fit.

    Args:
        Ct: ``(T, ...)``, frames first, any shape of voxels.
        t: frame times, ``(T,)``.
        exclude: status codes of the voxels' shape; 0 where a voxel is to be fitted.
    """

    def __init__(self, Ct: ArrayLike, t: Array, exclude: ArrayLike | None = None) -> None:
        array = np.asarray(Ct)
        if array.dtype not in (np.float32, np.float64):
            array = array.astype(np.float64)
        if array.ndim == 0 or array.shape[0] != t.size:
            raise InputError(
                f"The curves have {array.shape[0] if array.ndim else 0} frames on their first axis "
                f"but there are {t.size} frame times.",
                code="frame_count_mismatch",
            )
        self.shape: tuple[int, ...] = array.shape[1:]
        self.array: NDArray[np.floating] = array.reshape(t.size, -1)
        self.exclude: NDArray[np.uint8] | None = None
        if exclude is not None:
            codes = np.asarray(exclude)
            if codes.shape != self.shape:
                raise InputError(
                    f"The mask has shape {codes.shape}, but the voxels have shape {self.shape}.",
                    code="shape_mismatch",
                )
            self.exclude = codes.astype(np.uint8).ravel()

    def hidden_errors(self, *errors: ArrayLike | None) -> NDArray[np.float32]:
        """Return errors of every curve's level, ``(len(errors), N)``; 0 where None is given."""
        found = np.zeros((len(errors), self.array.shape[1]), np.float32)
        for row, error in zip(found, errors, strict=True):
            if error is not None:
                row[:] = np.broadcast_to(error, self.shape).ravel()
        return found

    def chosen(self, voxels: Voxels) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Return flat indices of the chosen voxels, and the status each begins with."""
        indices = np.arange(self.array.shape[1])
        indices = indices if voxels is None else indices[voxels]
        if self.exclude is None:
            return indices, np.zeros(indices.size, np.uint8)
        return indices, self.exclude[indices]

    def blocks(
        self, indices: NDArray[np.intp], status: NDArray[np.uint8], size: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.floating]]]:
        """Yield each block's positions among ``indices``, and its curves ``(T, n)``."""
        places = np.flatnonzero(status == 0)
        for start in range(0, places.size, size):
            place = places[start : start + size]
            source = indices[place]
            first, last = int(source[0]), int(source[-1])
            if last - first + 1 == source.size and np.all(np.diff(source) == 1):
                yield place, self.array[:, first : last + 1]
            elif self.array.flags.c_contiguous:
                yield place, self.array.take(source, axis=1)
            else:  # np.take would copy all curves first
                yield place, self.array[:, source]
