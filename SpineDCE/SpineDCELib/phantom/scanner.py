"""Scanner: coil, background phase, motion and noise turn tissue signals into images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from SpineDCELib.phantom.protocol import Weighting
from SpineDCELib.phantom.tissues import TISSUES, Tissue
from SpineDCELib.series.dynamic_series import Geometry

Image = NDArray[np.float32]

#: Stored units per unit of proton density at the coil, before the visit's gain.
SCALE = 19000.0

#: Pixels by which an image is continued beyond its edges before it is filtered.
_EDGE = 12


def positions(geometry: Geometry) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """x, y, z of the voxel centres, mm, broadcastable to the grid's shape."""
    k, j, i = np.ogrid[tuple(slice(n) for n in geometry.shape)]
    x, y, z = (
        # Without the axes along which nothing changes, to stay small.
        sum(
            (step * n for step, n in zip(row, (i, j, k), strict=False) if step), np.zeros((1, 1, 1))
        )
        + row[3]
        for row in geometry.affine[:3]
    )
    return x, y, z


def coil(geometry: Geometry, back: float) -> Image:
    """Sensitivity of a spine array behind ``back`` (mm): falls with depth, ripples along z."""
    x, y, z = positions(geometry)
    depth = np.clip(back - y, 0, None)
    falloff = (1 + (depth / 130.0) ** 2) ** -1.5
    ripple = 1 + 0.05 * np.cos(2 * np.pi * (z - 20) / 95.0)
    centre = geometry.origin[2] + geometry.affine[2, 1] * (geometry.shape[1] - 1) / 2
    ends = 1 / (1 + (np.abs(z - centre) / 185.0) ** 8)
    values: Image = (falloff * ripple * ends * np.exp(-((x / 220.0) ** 2))).astype(np.float32)
    return values


def background_phase(geometry: Geometry) -> Image:
    """What field inhomogeneity and the receive chain leave in the phase, rad: smooth, time-free."""
    x, y, z = positions(geometry)
    phase = 0.7 + 0.006 * y - 0.004 * z + 2.5e-5 * y * y - 1.2e-5 * z * z + 0.003 * x
    return np.broadcast_to(phase, geometry.shape).astype(np.float32)


def grain(geometry: Geometry, pose: NDArray[np.float64], where: NDArray[np.bool_]) -> Image:
    """Return a texture of unit spread in the voxels ``where``: 3 and 7 mm grains.

    It belongs to the patient, not to the image.
    """
    to_patient = np.linalg.inv(pose) @ geometry.affine
    positioned = positions(Geometry(geometry.shape, to_patient))
    points = np.stack([np.broadcast_to(p, geometry.shape)[where] for p in positioned])
    field = np.zeros(points.shape[1], np.float32)
    lattice = np.random.default_rng(7).standard_normal((61, 61, 61)).astype(np.float32)
    for size, weight in ((3.0, 0.6), (7.0, 0.8)):
        # Linear interpolation between random values takes about half of their spread away.
        field += (
            1.8
            * weight
            * ndimage.map_coordinates(lattice, points / size, order=1, mode="grid-wrap")
        )
    return field


def grained(
    shares: sparse.csr_matrix, tissues: tuple[Tissue, ...], geometry: Geometry, pose: NDArray[Any]
) -> Image:
    """Factor that gives every voxel its tissue's texture."""
    amplitude = shares @ np.array([t.texture for t in tissues], np.float32)
    values: Image = np.ones(geometry.shape, np.float32)
    where = (amplitude > 0).reshape(geometry.shape)
    values[where] += amplitude[where.ravel()] * grain(geometry, pose, where)
    return values


def spin_echo(tissues: tuple[Tissue, ...], weighting: Weighting, R1: NDArray[Any]) -> NDArray[Any]:
    """Signal of each tissue in a T1-, T2-weighted or STIR image.

    The share of fat counts as fat in T2 and STIR; in T1-weighted images it is in ``R1`` already.
    """
    M0, T2, share = (np.array([getattr(t, n) for t in tissues]) for n in ("M0", "T2", "fat"))
    flow = np.array([t.flow or t.name == "artery" for t in tissues])

    def signal(rate: NDArray[Any], t2: NDArray[Any]) -> NDArray[Any]:
        decay = np.exp(-weighting.TE / t2)
        recovered = np.exp(-weighting.TR * rate)
        if weighting.TI is None:
            return (1 - recovered) * decay
        values: NDArray[Any] = np.abs(1 - 2 * np.exp(-weighting.TI * rate) + recovered) * decay
        return values

    if weighting.name == "T1":
        mixed = signal(R1, T2)
    else:
        fat = TISSUES["fat"]
        # A mixture's T1 lies between fat's and water's: what is left without fat is slower.
        water = np.where(share > 0, np.minimum(R1, 1.0), R1)
        mixed = (1 - share) * signal(water, T2)
        mixed = mixed + share * signal(np.full_like(R1, 1 / fat.T10), np.full_like(T2, fat.T2))
    void = 0.12 if weighting.name == "T1" else 0.05
    values: NDArray[Any] = M0 * mixed * np.where(flow, void, 1.0)
    return values


@dataclass(frozen=True, eq=False)
class Motion:
    """Where the patient has moved to in each frame: arrays of ``(frames,)``.

    Attributes:
        posterior, up: bulk shift in the sagittal plane, mm. nod: rotation, degrees.
        breath: mean state of breathing during the frame, about -1 to 1.
    """

    posterior: NDArray[np.float64]
    up: NDArray[np.float64]
    nod: NDArray[np.float64]
    breath: NDArray[np.float64]

    @classmethod
    def drawn(cls, frames: int, rng: np.random.Generator, amplitude: float = 1.0) -> Motion:
        """A slow drift, one twitch after the bolus, and breathing; at rest in the first frame.

        ``amplitude`` multiplies drift and twitch; the patient breathes as always.
        """
        t = np.linspace(0, 1, frames)
        twitch = 1 / (1 + np.exp(-(t - rng.uniform(0.45, 0.75)) * 150))

        def bulk(drift: float, jump: float) -> NDArray[np.float64]:
            path = drift * rng.choice([-1, 1]) * t**1.3 + jump * rng.choice([-1, 1]) * twitch
            path = path + 0.04 * drift * rng.standard_normal(frames)
            values: NDArray[np.float64] = amplitude * (path - path[0])
            return values

        breath = np.clip(0.35 * rng.standard_normal(frames), -1, 1)
        return cls(bulk(0.25, 0.15), bulk(0.5, 0.4), bulk(0.12, 0.1), breath)

    def warp(
        self, images: NDArray[Any], frame: int, geometry: Geometry, front_of: float
    ) -> NDArray[Any]:
        """Move sagittal sections (..., rows, columns) as in ``frame``.

        What lies before the column (smaller y than ``front_of``, mm) breathes: up to 5 mm forward
        and 6 mm up-down at the abdominal wall, under 0.2 mm in the column.
        """
        _, rows, columns = geometry.shape
        pixel = geometry.spacing[0]
        j, i = np.mgrid[:rows, :columns].astype(np.float32)
        y = geometry.origin[1] + pixel * i
        depth = np.clip((front_of - y) / 110.0, 0, 1.2)
        breath = self.breath[frame]
        ahead = breath * (0.15 + 4.0 * depth**1.5)
        rise = breath * (0.15 + 5.0 * depth**1.5)
        angle = np.deg2rad(self.nod[frame])
        cj, ci = (rows - 1) / 2, (columns - 1) / 2
        di, dj = i - ci, j - cj
        source_i = ci + np.cos(angle) * di + np.sin(angle) * dj
        source_j = cj - np.sin(angle) * di + np.cos(angle) * dj
        source_i = source_i + (ahead - self.posterior[frame]) / pixel
        source_j = source_j + (self.up[frame] + rise) / pixel
        return resampled(images, source_j, source_i)


def resampled(images: NDArray[Any], j: NDArray[Any], i: NDArray[Any]) -> NDArray[Any]:
    """Interpolate images (..., rows, columns) by cubic splines at rows ``j`` and columns ``i``.

    The same as ``scipy.ndimage.map_coordinates`` of each with ``mode="nearest"``, but the weights
    are computed once for all images. The points may lie up to 10 pixels outside.
    """
    rows, columns = images.shape[-2:]
    sections = images.reshape(-1, rows, columns)
    moved = np.zeros((len(sections), *j.shape), images.dtype)
    seen = sections.any(axis=(1, 2))  # no blood in a section: nothing turns the phase
    padded = np.pad(sections[seen], ((0, 0), (_EDGE, _EDGE), (_EDGE, _EDGE)), "edge")
    for axis in (1, 2):
        padded = ndimage.spline_filter1d(padded, axis=axis, mode="nearest")
    (low, down), (left, across) = (_cubic(x.ravel() + _EDGE) for x in (j, i))
    four = np.arange(4, dtype=np.int32)
    places = (low[:, None] + four)[:, :, None] * padded.shape[2] + (left[:, None] + four)[:, None]
    weights = down[:, :, None] * across[:, None, :]
    ends = np.arange(0, weights.size + 1, 16, dtype=np.int32)
    spline = sparse.csr_matrix(
        (weights.ravel(), places.ravel(), ends), shape=(j.size, padded[0].size)
    )
    moved[seen] = (spline @ padded.reshape(len(padded), -1).T).T.reshape(-1, *j.shape)
    return moved.reshape(*images.shape[:-2], *j.shape)


def _cubic(x: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the first of the four pixels around each position, and their B-spline weights."""
    first = np.floor(x)
    y = x - first
    z = 1 - y
    near, far = (y * y * (y - 2) * 3 + 4) / 6, (z * z * (z - 2) * 3 + 4) / 6
    start = z * z * z / 6
    return first.astype(np.int32) - 1, np.stack([start, near, far, 1 - start - near - far], axis=1)


def noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> NDArray[np.complex64]:
    """Complex white noise with ``sigma`` in each channel; its magnitude is Rician."""
    both = rng.standard_normal((2, *shape), np.float32)
    values = np.empty(shape, np.complex64)
    np.multiply(both[0], np.float32(sigma), out=values.real)
    np.multiply(both[1], np.float32(sigma), out=values.imag)
    return values
