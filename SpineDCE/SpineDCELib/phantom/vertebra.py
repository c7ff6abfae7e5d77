"""The column itself: where the vertebrae T8-S1 lie, and the shape of a vertebra and a disc."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.phantom.shapes import Field, Frame, Shape, blended, capsule, ellipsoid

LEVELS = ("T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1")

#: Height of the body, height of the disc below, half depth, half width (mm) and backward tilt
#: (degrees) of an average adult lying supine.
_SIZES = {
    "T8": (20.5, 4.0, 14.5, 15.0, 2.0),
    "T9": (21.0, 4.2, 14.8, 15.5, 6.0),
    "T10": (22.0, 4.5, 15.0, 16.5, 9.0),
    "T11": (22.5, 5.0, 15.2, 18.0, 11.0),
    "T12": (23.5, 6.0, 15.5, 20.0, 12.0),
    "L1": (25.0, 7.5, 16.2, 21.0, 10.0),
    "L2": (26.0, 8.5, 16.8, 22.0, 6.0),
    "L3": (26.5, 9.5, 17.2, 23.0, 0.0),
    "L4": (26.5, 10.5, 17.5, 24.5, -9.0),
    "L5": (26.5, 10.0, 17.5, 26.0, -23.0),
    "S1": (27.0, 3.0, 16.0, 27.0, -40.0),
}


@dataclass(frozen=True)
class Vertebra:
    """One vertebra: its frame (centre of the body) and its half sizes, mm."""

    level: str
    frame: Frame
    half_height: float
    half_depth: float
    half_width: float
    disc: float  #: height of the disc below
    wedge: float = 0.0  #: how much taller the front is, as a share of the height
    collapse: float = 0.0  #: how far a fracture has pressed in the superior endplate in front, mm

    @property
    def back(self) -> float:
        """Local posterior coordinate of the posterior wall."""
        return 0.84 * self.half_depth

    @property
    def lumbar(self) -> bool:
        return self.level[0] == "L"

    def body(self) -> Shape:
        """The body: a waisted, rounded box with concave endplates and a concave posterior wall."""
        h, b, a = (np.float32(v) for v in (self.half_height, self.half_depth, self.half_width))
        back, wedge, collapse = (np.float32(v) for v in (self.back, self.wedge, self.collapse))

        def distance(w: Field, v: Field, u: Field) -> Field:
            waist = 1 - np.float32(0.09) * np.clip(1 - (u / h) ** 2, 0, 1)
            q = (np.abs(w) / (a * waist)) ** 2.5 + (np.abs(v) / (b * waist)) ** 2.5
            rim = np.clip(1 - (w / a) ** 2 - (v / b) ** 2, 0, 1)
            side = (q ** np.float32(0.4) - 1) * (0.95 * b)
            posterior = v - (back - np.float32(1.6) * np.clip(1 - (w / (0.7 * a)) ** 2, 0, 1))
            top = h * (1 - wedge * v / b) - np.float32(1.3) * rim
            if collapse:
                top = top - collapse * np.clip(0.75 - v / b, 0, 1.4) / np.float32(1.4)
            bottom = h * (1 - wedge * v / b) - np.float32(1.5) * rim
            ends = np.maximum(u - top, -u - bottom)
            wall = np.maximum(side, posterior)
            # A rounded corner of about 2 mm where the wall meets the endplates.
            k = np.float32(2.5)
            values: Field = np.maximum(wall, ends) + np.clip(
                k - np.abs(wall - ends), 0, None
            ) ** 2 / (4 * k)
            return values

        return self.frame.place((a + 2, b + 2, h * 1.25 + 2), distance)

    def posterior_elements(self) -> Shape:
        """Pedicles, articular pillars, laminae, transverse processes and the spinous process."""
        h, back = self.half_height, self.back
        lumbar = self.lumbar
        side = 13.0 if lumbar else 11.0
        thick = 4.6 if lumbar else 3.6
        parts = []
        for s in (-1.0, 1.0):
            pillar = (s * (side + 2), back + 13, -0.1 * h)
            parts += [
                capsule((s * side, back - 4, 0.40 * h), pillar, thick, self.frame),
                capsule(
                    (s * (side + 2), back + 13, 0.95 * h),
                    (s * (side + 1), back + 15.5, -1.25 * h),
                    thick,
                    self.frame,
                ),
                capsule(
                    (s * side, back + 16, -0.2 * h),
                    (s * 2, back + 22, -0.55 * h),
                    0.8 * thick,
                    self.frame,
                ),
                capsule(
                    (s * (side + 3), back + 11, 0.2 * h),
                    (s * (side + 22), back + (14 if lumbar else 20), 0.3 * h),
                    3.4,
                    self.frame,
                ),
            ]
        parts += self._spinous()
        return blended(parts, 3.0)

    def _spinous(self) -> list[Shape]:
        h, back = self.half_height, self.back
        if self.lumbar:
            return [
                capsule((0, back + 21, -0.40 * h), (0, back + 44, -0.75 * h), 3.8, self.frame),
                capsule((0, back + 22, -0.85 * h), (0, back + 43, -1.15 * h), 3.8, self.frame),
            ]
        slope = {"T8": 1.7, "T9": 1.6, "T10": 1.4, "T11": 1.1, "T12": 0.9}[self.level]
        tip = (0.0, back + 42, -0.5 * h - slope * h)
        return [
            capsule((0.0, back + 19, -0.4 * h), tip, 3.4, self.frame),
            capsule((0.0, back + 20, -0.8 * h), (0.0, tip[1] - 1, tip[2] - 3), 3.2, self.frame),
        ]

    def basivertebral_vein(self) -> Shape:
        """From the middle of the posterior wall forward to the centre of the body, forking."""
        b = self.back
        stem = capsule((0, b, 0.5), (0, 0.35 * b, 1.0), 1.5, self.frame)
        forks = [
            capsule((0, 0.35 * b, 1.0), (s * 0.3 * self.half_width, -0.1 * b, 1.5), 0.9, self.frame)
            for s in (-1, 1)
        ]
        return blended([stem, *forks], 1.0)

    def disc_below(self) -> tuple[Shape, Shape]:
        """Annulus (to be covered by the bodies above and below) and nucleus."""
        a, b, h = 1.02 * self.half_width, 1.03 * self.half_depth, self.half_height
        centre = -h - self.disc / 2
        half = self.disc / 2 + 6.0

        def annulus(w: Field, v: Field, u: Field) -> Field:
            q = (np.abs(w) / a) ** 2.5 + (np.abs(v + 0.08 * b) / (0.95 * b)) ** 2.5
            values: Field = np.maximum((q**0.4 - 1) * b, np.abs(u - centre) - half)
            return values

        shape = self.frame.place((a + 1, 1.1 * b + 1, half + 1), annulus, (0, 0, centre))
        nucleus = ellipsoid(
            (0, 0.02 * b, centre), (0.62 * a, 0.60 * b, 0.62 * self.disc), self.frame
        )
        return shape, nucleus


def column(
    scale: float = 1.0, scoliosis: float = 3.0, collapse: dict[str, float] | None = None
) -> dict[str, Vertebra]:
    """The vertebrae by level, the centre of L3 at the origin.

    Args:
        scale: size relative to an average adult.
        scoliosis: sideways bow, mm.
        collapse: depth of a compression fracture in mm, by level.
    """
    spots: dict[str, NDArray[np.float64]] = {}
    position = np.zeros(3)
    previous = None
    for level in LEVELS[::-1]:
        height, disc, _, _, tilt = _SIZES[level]
        up = _up(tilt)
        if previous is not None:
            p_height, _, _, _, p_tilt = _SIZES[previous]
            middle = _up((tilt + p_tilt) / 2)
            position = position + scale * (p_height / 2 * _up(p_tilt) + disc * middle)
            position = position + scale * height / 2 * up
        spots[level] = position
        previous = level
    origin = spots["L3"].copy()
    top = spots["T8"][2] - origin[2]
    vertebrae = {}
    for level in LEVELS:
        height, disc, depth, width, tilt = _SIZES[level]
        centre = spots[level] - origin
        centre[0] = scoliosis * np.sin(np.pi * centre[2] / top)
        up = _up(tilt)
        left = np.array([1.0, 0.0, 0.0])
        vertebrae[level] = Vertebra(
            level,
            Frame(centre, np.stack([left, np.cross(up, left), up])),
            scale * height / 2,
            scale * depth,
            scale * width,
            scale * disc,
            wedge={"L4": 0.04, "L5": 0.12, "S1": 0.10}.get(level, 0.0),
            collapse=(collapse or {}).get(level, 0.0),
        )
    return vertebrae


def _up(tilt: float) -> NDArray[np.float64]:
    angle = np.deg2rad(tilt)
    return np.array([0.0, np.sin(angle), np.cos(angle)])
