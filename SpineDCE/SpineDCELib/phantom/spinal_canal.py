"""The spinal canal: epidural fat and veins, dural sac, cord, nerve roots, foramina."""

from __future__ import annotations

from typing import Any

import numpy as np

from SpineDCELib.phantom.shapes import capsule, ellipsoid, tube
from SpineDCELib.phantom.spinal_paths import Column, smooth
from SpineDCELib.phantom.vertebra import LEVELS


def canal_shapes(column: Column) -> dict[str, Any]:
    """Shapes of the spinal canal: epidural fat and veins, sac, cord, roots, foramina."""
    rows, vein = [], []
    for level in LEVELS:
        v = column[level]
        lumbar = v.lumbar or v.level == "S1"
        rows.append([*v.frame.to_patient((0, v.back + 9.0, 0.0)), 10.5 if lumbar else 9.5, 8.6])
        vein.append([*v.frame.to_patient((0, v.back + 1.4, 0.0)), 7.5, 1.6])
    table = np.array(rows)[::-1]
    path = smooth(table, extend=60)
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
    veins = smooth(np.array(vein)[::-1], extend=20)
    return {
        "epidural fat": tube(path[:, :3], path[:, 3:5]),
        "epidural vein": tube(veins[:, :3], veins[:, 3:5]),
        "sac": tube(line, sac),
        "cord": tube(line[above] + [0, 0.5, 0], cord),
        "cauda": cauda,
        "roots": roots,
        "foramina": foramina,
    }
