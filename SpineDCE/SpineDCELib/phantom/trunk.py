"""Soft tissue around the column: skin, fat, muscles, lungs and the organs of the abdomen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.phantom.painting import Paint
from SpineDCELib.phantom.shapes import Distance, Field, Shape, blended, ellipsoid, tube
from SpineDCELib.phantom.spinal_paths import Column, along, smooth
from SpineDCELib.phantom.vertebra import LEVELS

FRONT = -118.0  #: the abdominal wall in the midline, mm
FAR = 190.0


def trunk(column: Column) -> Iterator[Paint]:
    """Everything but column, canal and vessels, from the skin inwards."""
    lie = _Lie(column)
    yield from _wall(lie)
    yield from _back(lie)
    yield from _chest(column)
    yield from _abdomen(column)
    yield from _deep_muscles(column)


class _Lie:
    """How the column and the skin of the back run: tables over z."""

    def __init__(self, column: Column) -> None:
        centres = np.array([column[level].frame.origin for level in LEVELS[::-1]])
        self.z, self.spine = centres[:, 2], centres[:, 1]
        self.bottom, self.top = self.z[0] - 90, self.z[-1] + 90
        lumbar = np.clip((column["L1"].frame.origin[2] - self.z) / 90.0, 0, 1)
        self.skin = self.spine + 76 + 10 * lumbar
        self.fascia = self.skin - 9 - 15 * lumbar

    def at(self, z: Field, table: NDArray[np.float64]) -> Field:
        return np.interp(z, self.z, table).astype(np.float32)

    def slab(self, x: float, y: ArrayLike, distance: Distance, *, steepness: float = 1.6) -> Shape:
        """Full height, ``x`` to both sides, from ``y[0]`` to ``y[1]``."""
        front, back = np.asarray(y, float)
        low, high = np.array([-x, front, self.bottom]), np.array([x, back, self.top])
        return Shape(low, high, distance, steepness)


def _wall(lie: _Lie) -> Iterator[Paint]:
    def outline(inset: float) -> Shape:
        def distance(x: Field, y: Field, z: Field) -> Field:
            posterior = y - (lie.at(z, lie.skin) - x * x / 900 - inset)
            anterior = (FRONT + x * x / 500 + inset) - y
            return np.maximum(np.maximum(posterior, anterior), np.abs(x) - (165 - inset))

        return lie.slab(FAR, (-FAR, FAR), distance)

    def abdominal_wall(x: Field, y: Field, z: Field) -> Field:
        middle = FRONT + 22 + x * x / 420 + 4 * np.sin(z / 60)
        values: Field = np.abs(y - middle) - (4 + np.float32(1.5) * np.cos(x / 9))
        return values

    yield Paint(outline(0.0), "skin")
    yield Paint(outline(1.8), "fat")
    yield Paint(lie.slab(FAR, (FRONT, FRONT + 90), abdominal_wall), "muscle", only=("fat",))


def _back(lie: _Lie) -> Iterator[Paint]:
    """Erector spinae and multifidus with slips of fat, and what lies between the processes."""

    def erector(x: Field, y: Field, z: Field) -> Field:
        slips = np.float32(0.7) * np.sin(z / 11 + np.abs(x) / 5) + np.float32(0.5) * np.sin(y / 4.3)
        posterior = y - (lie.at(z, lie.fascia) - (np.abs(x) - 22) ** 2 / 60)
        anterior = lie.at(z, lie.spine) + 6 - (np.abs(x) - 34) ** 2 / 90 - y
        cleft = (np.float32(1.7) + np.float32(0.4) * np.sin(z / 8)) - np.abs(x)
        values: Field = np.maximum(np.maximum(posterior, anterior), cleft) + slips
        return values

    def interspinous(x: Field, y: Field, z: Field) -> Field:
        spine = lie.at(z, lie.spine)
        values: Field = np.maximum(np.maximum(np.abs(x) - 3.2, y - (spine + 60)), spine + 18 - y)
        return values

    def supraspinous(x: Field, y: Field, z: Field) -> Field:
        values: Field = np.maximum(np.abs(x) - 2.5, np.abs(y - (lie.at(z, lie.spine) + 61)) - 1.5)
        return values

    reach = (lie.spine.min() - 30, lie.skin.max())
    yield Paint(lie.slab(90, reach, erector, steepness=3.0), "muscle", only=("fat",))
    yield Paint(lie.slab(5, reach, interspinous), "interspinous")
    yield Paint(lie.slab(4, reach, supraspinous), "ligament")


def _chest(column: Column) -> Iterator[Paint]:
    _, y, z = column["T8"].frame.origin
    for side in (-1, 1):
        dome = ellipsoid((side * 72, y - 34, z + 62), (60, 76, 112 - 6 * side))
        yield Paint(dome, "lung", spare=("muscle", "skin"))
    yield Paint(
        blended(
            [
                ellipsoid((14, y - 78, z + 10), (54, 36, 36)),
                ellipsoid((2, y - 42, z + 26), (32, 16, 26)),
            ],
            10,
        ),
        "heart",
    )


def _abdomen(column: Column) -> Iterator[Paint]:
    t12, l1, l4 = (column[k].frame.origin for k in ("T12", "L1", "L4"))
    lobes = [
        ellipsoid((-62, t12[1] - 72, t12[2] + 8), (62, 46, 58)),
        ellipsoid((-8, t12[1] - 80, t12[2] + 20), (44, 24, 36)),
    ]
    yield Paint(blended(lobes, 12), "liver", spare=("heart",))
    stomach = blended(
        [
            ellipsoid((44, t12[1] - 70, t12[2] - 2), (32, 26, 30)),
            ellipsoid((12, t12[1] - 84, t12[2] - 32), (26, 15, 14)),
        ],
        10,
    )
    yield Paint(stomach, "bowel", only=("fat",))
    yield Paint(stomach.grown(-4), "bowel fluid", only=("bowel",))
    pancreas = [
        ellipsoid((14, l1[1] - 52, l1[2] - 8), (30, 8, 10)),
        ellipsoid((-12, l1[1] - 50, l1[2] - 16), (16, 9, 13)),
    ]
    yield Paint(blended(pancreas, 6), "liver", only=("fat",))
    # Loops of bowel: their places and sizes are drawn once and for all.
    rng = np.random.default_rng(11)
    for z in np.arange(l4[2] - 108, l1[2] - 30, 21.0):
        for x in np.arange(-66, 67, 26.0):
            for y in (l4[1] - 92, l4[1] - 66):
                centre = np.array([x, y, z]) + rng.uniform(-6, 6, 3)
                loop = ellipsoid(centre, rng.uniform((11, 8, 8), (19, 14, 13)))
                yield Paint(loop, "bowel", only=("fat",))
                content = ("bowel fluid", "air", "bowel", "bowel")[rng.integers(4)]
                yield Paint(loop.grown(-2.4), content, only=("bowel",))


def _deep_muscles(column: Column) -> Iterator[Paint]:
    """Psoas and the crura of the diaphragm."""
    for side in (-1, 1):
        psoas = along(
            column,
            {
                "L1": (side * 22, 20, 5, 6),
                "L2": (side * 28, 18, 9, 10),
                "L3": (side * 33, 15, 13, 14),
                "L4": (side * 37, 10, 16, 17),
                "L5": (side * 42, 0, 18, 19),
                "S1": (side * 50, -18, 19, 19),
            },
        )
        path = smooth(psoas, extend=25)
        yield Paint(tube(path[:, :3], path[:, 3:5]), "muscle", spare=("skin",))
        crus = along(
            column,
            {
                "T10": (side * 13, -12, 0.6, 0.6),
                "T12": (side * 12, -6, 4.5, 4),
                "L1": (side * 11, -4, 5, 4),
                "L3": (side * 9, -2, 0.8, 0.8),
            },
        )
        yield Paint(tube(crus[:, :3], crus[:, 3:5]), "muscle")
