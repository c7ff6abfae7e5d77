"""Soft tissue around the column: trunk, organs, great vessels, spinal canal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from SpineDCELib.phantom.painting import Paint
from SpineDCELib.phantom.shapes import Distance, Field, Shape, blended, capsule, ellipsoid, tube
from SpineDCELib.phantom.tissues import TISSUES, Tissue
from SpineDCELib.phantom.vertebra import LEVELS, Vertebra

Column = dict[str, Vertebra]

AORTA_SEGMENTS = 18
BLOOD_VELOCITY = 250.0  #: mean velocity in the descending aorta, mm/s
COIL_EDGE = 45.0  #: how far the transmit coil reaches beyond the top of the aorta that is seen, mm


def _levels(column: Column, values: dict[str, tuple[float, ...]]) -> NDArray[np.float64]:
    """Offsets from the body's centre given at some levels → positions and sizes, by rising z."""
    rows = []
    for level, (dx, dy, *rest) in values.items():
        v = column[level]
        x, y, z = v.frame.origin
        rows.append([x + dx, y - v.half_depth + dy, z, *rest])
    table = np.array(rows)
    return table[np.argsort(table[:, 2])]


def _smooth(path: NDArray, extend: float = 45.0, n: int = 80) -> NDArray[np.float64]:
    """The same path with rounded corners, prolonged beyond its ends by ``extend`` mm."""
    z = np.linspace(path[0, 2] - extend, path[-1, 2] + extend, n)
    inside = np.clip(z, path[0, 2], path[-1, 2])
    out = PchipInterpolator(path[:, 2], path)(inside)
    out[:, 2] = z
    return out


def _slab(low, high, distance: Distance) -> Shape:
    return Shape(np.asarray(low, float), np.asarray(high, float), distance)


def _between(shape: Shape, low: float, high: float) -> Shape:
    """The part of ``shape`` from z = ``low`` to ``high``."""
    box_low, box_high = shape.low.copy(), shape.high.copy()
    box_low[2], box_high[2] = low, high
    a, b = np.float32(low), np.float32(high)
    return Shape(
        box_low,
        box_high,
        lambda x, y, z: np.maximum(shape.distance(x, y, z), np.maximum(z - b, a - z)),
    )


def trunk(column: Column):
    """Skin, fat, muscles, lungs, heart, liver, stomach and bowel."""
    centres = np.array([column[level].frame.origin for level in LEVELS[::-1]])
    zs, ys = centres[:, 2], centres[:, 1]
    bottom, top = zs[0] - 90, zs[-1] + 90
    far = 190.0

    def spine_y(z: Field) -> Field:
        return np.interp(z, zs, ys).astype(np.float32)

    lumbar = np.clip((column["L1"].frame.origin[2] - zs) / 90.0, 0, 1)
    fat_back = 9 + 15 * lumbar
    back = ys + 76 + 10 * lumbar

    def behind(z: Field, table: NDArray) -> Field:
        return np.interp(z, zs, table).astype(np.float32)

    front = -118.0

    def outline(inset: float) -> Distance:
        def distance(x: Field, y: Field, z: Field) -> Field:
            posterior = y - (behind(z, back) - x * x / 900 - inset)
            anterior = (front + x * x / 500 + inset) - y
            return np.maximum(np.maximum(posterior, anterior), np.abs(x) - (165 - inset))

        return distance

    box = ([-far, -far, bottom], [far, far, top])
    yield Paint(_slab(*box, outline(0.0)), "skin")
    yield Paint(_slab(*box, outline(1.8)), "fat")

    def wall(x: Field, y: Field, z: Field) -> Field:
        return np.abs(y - (front + 27 + x * x / 420)) - (4 + np.float32(1.5) * np.cos(x / 9))

    yield Paint(_slab([-far, front, bottom], [far, front + 90, top], wall), "muscle", only=("fat",))

    # Erector spinae and multifidus: two columns, with a fatty cleft between them and slips of fat.
    def erector(x: Field, y: Field, z: Field) -> Field:
        depth = behind(z, back - fat_back)
        slips = np.float32(1.3) * np.sin(z / 11 + np.abs(x) / 5) + np.float32(0.9) * np.sin(y / 4.3)
        posterior = y - (depth - (np.abs(x) - 22) ** 2 / 60)
        anterior = spine_y(z) - 4 - y
        cleft = (np.float32(1.7) + np.float32(0.4) * np.sin(z / 8)) - np.abs(x)
        return np.maximum(np.maximum(posterior, anterior), cleft) + slips * 0.5

    low_y, high_y = float(ys.min()) - 10, float(back.max())
    yield Paint(_slab([-70, low_y, bottom], [70, high_y, top], erector), "muscle", only=("fat",))

    def interspinous(x: Field, y: Field, z: Field) -> Field:
        rear = y - (spine_y(z) + 60)
        return np.maximum(np.maximum(np.abs(x) - 3.2, rear), spine_y(z) + 18 - y)

    yield Paint(_slab([-5, low_y, bottom], [5, high_y, top], interspinous), "interspinous")

    def supraspinous(x: Field, y: Field, z: Field) -> Field:
        return np.maximum(np.abs(x) - 2.5, np.abs(y - (spine_y(z) + 61)) - 1.5)

    yield Paint(_slab([-4, low_y, bottom], [4, high_y, top], supraspinous), "ligament")

    t12, l1, l3, l4 = (column[k].frame.origin for k in ("T12", "L1", "L3", "L4"))

    def lungs(x: Field, y: Field, z: Field) -> Field:
        dome = t12[2] - 6 + 0.55 * np.clip(-(y - t12[1] + 20), 0, 70) - (x / 30) ** 2
        cage = np.sqrt((x / 125) ** 2 + ((y - spine_y(z) + 48) / 80) ** 2) * 80 - 80
        return np.maximum(np.maximum(dome - z, cage), 13 - np.abs(x + 2))

    yield Paint(_slab([-far, -140, t12[2] - 10], [far, 60, top], lungs), "lung")
    t8 = column["T8"].frame.origin
    yield Paint(ellipsoid((12, t8[1] - 75, t8[2] + 4), (52, 42, 34)), "heart")
    yield Paint(ellipsoid((6, t8[1] - 32, t8[2] + 18), (30, 14, 26)), "heart")
    yield Paint(
        blended(
            [
                ellipsoid((-62, t12[1] - 72, t12[2] + 8), (62, 46, 58)),
                ellipsoid((-10, t12[1] - 82, t12[2] + 12), (42, 24, 38)),
            ],
            12,
        ),
        "liver",
    )
    yield Paint(ellipsoid((42, t12[1] - 78, t12[2] - 6), (34, 24, 34)), "bowel")
    yield Paint(ellipsoid((42, t12[1] - 76, t12[2] - 8), (29, 19, 29)), "bowel fluid")
    yield Paint(ellipsoid((10, l1[1] - 52, l1[2] - 12), (44, 8, 11)), "bowel")  # pancreas

    def loops(x: Field, y: Field, z: Field) -> Field:
        wave = np.sin(x / 7.5 + 1.3 * np.sin(z / 13)) + np.sin(y / 6.5 + 1.1 * np.sin(x / 11))
        wave = wave + np.sin(z / 8.0 + 1.2 * np.sin(y / 9))
        cavity = np.sqrt(
            ((y - l4[1] + 68) / 34) ** 2 + ((z - l4[2] + 2) / 105) ** 2 + (x / 150) ** 2
        )
        return np.maximum((cavity - 1) * 30, (np.abs(wave) - np.float32(0.95)) * 4)

    bowel = _slab([-120, l4[1] - 104, l4[2] - 108], [120, l4[1] - 30, l3[2] + 72], loops)
    yield Paint(bowel, "bowel", only=("fat",))
    yield Paint(bowel.grown(-2.6), "bowel fluid", only=("bowel",))

    for side in (-1, 1):
        psoas = _levels(
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
        path = _smooth(psoas, extend=25)
        yield Paint(tube(path[:, :3], path[:, 3:5]), "muscle", spare=("skin",))
        crus = _levels(
            column,
            {"T11": (side * 12, -9, 4, 4), "L1": (side * 11, -4, 5, 4), "L3": (side * 9, -2, 2, 2)},
        )
        yield Paint(tube(crus[:, :3], crus[:, 3:5]), "muscle")


def aorta_path(column: Column) -> NDArray[np.float64]:
    """(n, 4): position and radius, from the bifurcation before L4 upwards."""
    return _smooth(
        _levels(
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
            inflow=run + COIL_EDGE,
            angle=float(np.arccos(np.clip(cosine, -1, 1))),
        )
    return segments


def _aorta_cuts(column: Column) -> NDArray[np.float64]:
    path = _aorta_full(column)
    return np.linspace(path[-1, 2], path[0, 2], AORTA_SEGMENTS + 1)


def vessels(column: Column):
    """Aorta with branches, vena cava, iliac and segmental vessels."""
    path = aorta_path(column)
    low = path[0]
    s1 = column["S1"].frame.origin
    cava = _smooth(
        _levels(
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
    for side in (-1, 1):
        end = np.array([side * 36.0, s1[1] - 36.0, s1[2] - 22.0])
        vein = np.vstack([end + [-side * 4, 10, 0], cava[0, :3] + [side * 4, 1, 2]])
        yield Paint(tube(vein, np.array([6.5, 7.0])), "vena cava")
        iliac = np.vstack([end, low[:3] + [side * 4, 0, 4]])
        yield Paint(tube(iliac, np.array([5.0, 6.0])), "artery")
    yield Paint(tube(cava[:, :3], cava[:, 3:5]), "vena cava")

    full = _aorta_full(column)
    lumen = tube(full[:, :3], full[:, 3])
    yield Paint(lumen.grown(1.4), "ligament")  # the wall
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


def canal(column: Column) -> dict:
    """Shapes of the spinal canal: epidural fat and veins, sac, cord, roots, foramina."""
    rows, vein = [], []
    for level in LEVELS:
        v = column[level]
        lumbar = v.lumbar or v.level == "S1"
        rows.append([*v.frame.to_patient((0, v.back + 9.0, 0.0)), 10.5 if lumbar else 9.5, 8.6])
        vein.append([*v.frame.to_patient((0, v.back + 1.4, 0.0)), 7.5, 1.6])
    table = np.array(rows)[::-1]
    path = _smooth(table, extend=60)
    z = path[:, 2]
    sac_y = path[:, 1] + 0.4
    taper = np.clip((z - (table[0, 2] - 22)) / 40, 0.25, 1)
    sac = np.column_stack([(path[:, 3] - 1.6) * taper, (path[:, 4] - 2.0) * taper])
    tip = column["L1"].frame.origin[2] - 12
    above = z >= tip
    swell = 1 + 0.12 * np.exp(-(((z - tip - 45) / 25) ** 2))
    cone = np.clip((z - tip) / 30, 0.05, 1) ** 0.6
    cord = np.column_stack([4.8 * swell * cone, 3.9 * swell * cone])[above]
    line = np.column_stack([path[:, 0], sac_y, z])
    roots, foramina, cauda = [], [], []
    for k in range(12):
        angle = np.pi * (0.06 + 0.88 * k / 11)
        below = z < tip + 18
        reach = np.column_stack([np.cos(angle) * sac[:, 0], np.sin(angle) * sac[:, 1]]) * 0.62
        spread = np.clip((tip + 18 - z) / 30, 0.1, 1)[:, None]
        points = line.copy()
        points[:, :2] += reach * (0.45 + 0.55 * spread)
        cauda.append(tube(points[below], np.full(below.sum(), 0.85)))
    for level in LEVELS[:-1]:
        v = column[level]
        for side in (-1, 1):
            spot = (side * 15.0, v.back + 5.0, -0.95 * v.half_height)
            foramina.append(ellipsoid(spot, (10, 5.0, 7.5), v.frame))
            roots.append(
                capsule(
                    (side * 9.0, v.back + 6, -0.55 * v.half_height),
                    (side * 25.0, v.back + 5, -1.0 * v.half_height),
                    2.3,
                    v.frame,
                )
            )
    veins = _smooth(np.array(vein)[::-1], extend=20)
    return {
        "epidural fat": tube(path[:, :3], path[:, 3:5]),
        "epidural vein": tube(veins[:, :3], veins[:, 3:5]),
        "sac": tube(line, sac),
        "cord": tube(line[above] + [0, 0.5, 0], cord),
        "cauda": cauda,
        "roots": roots,
        "foramina": foramina,
    }
