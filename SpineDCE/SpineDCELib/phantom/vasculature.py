"""Aorta, vena cava and their branches; how late, how fast and at what angle blood flows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.phantom.painting import Paint
from SpineDCELib.phantom.shapes import Shape, capsule, ellipsoid, tube
from SpineDCELib.phantom.spinal_paths import Column, along, smooth
from SpineDCELib.phantom.tissues import TISSUES, Tissue
from SpineDCELib.phantom.vertebra import LEVELS

AORTA_SEGMENTS = 30
BLOOD_VELOCITY = 250.0  #: mean velocity in the descending aorta, mm/s
COIL_EDGE = 35.0  #: how far above the middle of T8 the transmit coil ends, mm


def aorta_path(column: Column) -> NDArray[np.float64]:
    """(n, 4): position and radius, from the bifurcation before L4 upwards."""
    return smooth(
        along(
            column,
            {
                "T8": (17, 3, 11.0),
                "T10": (14, -6, 10.6),
                "T12": (10, -11, 10.0),
                "L2": (8, -12, 9.2),
                "L3": (7, -11.5, 8.8),
                "L4": (5, -11, 8.6),
            },
        ),
        extend=0.0,
    )


def _aorta_full(column: Column) -> NDArray[np.float64]:
    path = aorta_path(column)
    up = path[-1] + np.outer(np.arange(1, 7) * 10.0, [0.05, 0.15, 1.0, 0.0])
    return np.vstack([path, up])


def aorta_segments(column: Column, B0: ArrayLike) -> dict[str, Tissue]:
    """The aorta in short pieces from the top: delay, dispersion, inflow and angle of each.

    The reference (delay 0) is the segment before L2. Blood arrives there later and broader than at
    the top of the field of view.
    """
    cuts = _aorta_cuts(column)
    path = _aorta_full(column)
    middle = (cuts[1:] + cuts[:-1]) / 2
    reference = column["L2"].frame.origin[2]
    tangent = np.gradient(path[:, :3], path[:, 2], axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    segments = {}
    for i, z in enumerate(middle):
        name = f"aorta {i}"
        cosine = np.interp(z, path[:, 2], tangent @ np.asarray(B0, float))
        run = cuts[0] - z
        segments[name] = TISSUES["aorta"].named(
            name,
            delay=(reference - z) / BLOOD_VELOCITY,
            dispersion=0.3 + 0.004 * run,
            inflow=max(column["T8"].frame.origin[2] + COIL_EDGE - z, 0.0),
            angle=float(np.arccos(np.clip(cosine, -1, 1))),
        )
    return segments


def _aorta_cuts(column: Column) -> NDArray[np.float64]:
    path = _aorta_full(column)
    return np.linspace(path[-1, 2], path[0, 2], AORTA_SEGMENTS + 1)


def vessels(column: Column) -> Iterator[Paint]:
    """Aorta with branches, vena cava, iliac and segmental vessels."""
    path = aorta_path(column)
    low = path[0]
    s1 = column["S1"].frame.origin
    cava = smooth(
        along(
            column,
            {
                "T8": (-20, -40, 11, 10),
                "T10": (-20, -34, 11, 10),
                "T12": (-19, -22, 11, 9),
                "L2": (-17, -11, 11, 9),
                "L4": (-14, -9, 11, 8),
                "L5": (-13, -7, 10, 8),
            },
        ),
        extend=0.0,
    )
    full = _aorta_full(column)
    lumen = tube(full[:, :3], full[:, 3])
    yield Paint(lumen.grown(1.4), "ligament")  # the wall
    for side in (-1, 1):
        end = np.array([side * 36.0, s1[1] - 36.0, s1[2] - 22.0])
        vein = np.vstack([end + [-side * 4, 10, 0], cava[0, :3] + [side * 4, 1, 2]])
        yield Paint(tube(vein, np.array([6.5, 7.0])), "vena cava")
        iliac = np.vstack([end, low[:3] + [side * 4, 0, 4]])
        yield Paint(tube(iliac, np.array([5.0, 6.0])), "artery")
        yield Paint(ellipsoid(low[:3] + [side * 2, 0, 3], (7.0, 7.0, 11.0)), "artery")
    yield Paint(tube(cava[:, :3], cava[:, 3:5]), "vena cava")

    cuts = _aorta_cuts(column)
    for i in range(AORTA_SEGMENTS):
        yield Paint(_between(lumen, cuts[i + 1], cuts[i]), f"aorta {i}")

    def on_aorta(level: str, up: float = 0.0) -> NDArray[np.float64]:
        z = column[level].frame.origin[2] + up
        return np.array([np.interp(z, path[:, 2], path[:, k]) for k in range(3)])

    coeliac, mesenteric, renal = on_aorta("T12", -8), on_aorta("L1", 2), on_aorta("L1", -9)
    yield Paint(capsule(coeliac + [0, -9, 0], coeliac + [-2, -24, -2], 3.4), "artery")
    yield Paint(capsule(mesenteric + [0, -9, 0], mesenteric + [-4, -24, -16], 3.4), "artery")
    yield Paint(capsule(mesenteric + [-4, -24, -16], mesenteric + [-6, -34, -85], 3.2), "artery")
    yield Paint(capsule(renal + [8, 0, 0], renal + [46, 18, -14], 2.6), "artery")
    yield Paint(capsule(renal + [-8, 2, 0], renal + [-60, 18, -10], 2.6), "artery")
    for level in LEVELS[:-2]:
        v = column[level]
        a = on_aorta(level)
        for side in (-1, 1):
            front = v.frame.to_patient((side * 0.55 * v.half_width, -v.half_depth, 0.0))
            flank = v.frame.to_patient((side * (v.half_width + 0.5), 0.2 * v.half_depth, 0.0))
            yield Paint(capsule(a, front, 1.1), "artery", only=("fat", "ligament", "lung"))
            yield Paint(capsule(front, flank, 1.1), "artery", only=("fat", "muscle", "lung"))


def _between(shape: Shape, low: float, high: float) -> Shape:
    """The part of ``shape`` from z = ``low`` to ``high``."""
    box_low, box_high = shape.low.copy(), shape.high.copy()
    box_low[2], box_high[2] = low, high
    a, b = np.float32(low), np.float32(high)
    return Shape(
        box_low,
        box_high,
        lambda x, y, z: np.maximum(shape.distance(x, y, z), np.maximum(z - b, a - z)),
        shape.steepness,
    )
