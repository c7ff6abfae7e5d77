"""Small seeded trunks with early veins, pulmonary artery, heart and hypervascular lesions.

The circulation is a loop of transit times (arm vein, right heart, lungs, left heart, body), built
apart from the code under test and from the digital spine. A scene is drawn from its seed: level of
the spine, slab orientation, frame interval, arrival, field strength, B1, blood constants, inflow.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import gamma
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry

DT = 0.5  #: step of the circulation, s
LEVELS = ("upper thoracic", "lower thoracic", "lumbar", "sacral")
#: Scenes without an artery in view: what is there instead.
WITHOUT = ("lesion only", "superior vena cava only", "inferior vena cava only", "tissue only")
ARTERIES = ("aorta", "iliac artery")


@dataclass
class Scene:
    """A dynamic series with its truth.

    Attributes:
        series: as acquired. places: name → mask. arteries: mask of all arteries; may be empty.
        Ca: aortic whole-blood concentration at the frames, mM. facts: what was drawn.
    """

    series: DynamicSeries
    places: dict
    arteries: np.ndarray
    Ca: np.ndarray
    facts: dict


def _transit(mean, shape, t):
    """Gamma distribution of transit times with area 1."""
    density = gamma.pdf(t + DT / 2, shape, scale=mean / shape)
    return density / max(density.sum(), 1e-12)


def _through(curve, kernel):
    return np.convolve(curve, kernel)[: curve.size]


def circulation(rng, t, *, arrival):
    """Whole-blood concentration in each vessel, mM, such that the aorta rises at ``arrival``."""
    Q = rng.uniform(0.06, 0.12)  # cardiac output, L/s
    dose = rng.uniform(5.0, 8.0)  # mmol
    s = np.arange(0, 420, DT)
    injected = np.where(s < rng.uniform(2.0, 8.0), 1.0, 0.0)
    injected *= dose / (injected.sum() * DT)
    arm = _through(injected, _transit(rng.uniform(4, 9), 8, s))
    right, lungs, left = (
        _transit(rng.uniform(*m), k, s) for m, k in (((1.5, 3), 3), ((4, 7), 6), ((1.5, 3), 3))
    )
    slow, fast = rng.uniform(0.25, 0.4), rng.uniform(13, 20)
    body = (0.98 - slow) * _transit(fast, 4, s) + slow * _transit(rng.uniform(150, 300), 1, s)
    flux, returned = np.zeros_like(s), np.zeros_like(s)
    for _ in range(14):
        heart = _through(arm + returned, right)
        flux = _through(_through(heart, lungs), left)
        returned = _through(flux, body)
    share = rng.uniform(0.3, 0.4)  # of the output that returns by the superior vena cava
    curves = {
        "aorta": flux / Q,
        "superior vena cava": (arm + share * returned) / (share * Q),
        "innominate vein": (arm + 0.5 * share * returned) / (0.7 * share * Q),
        "pulmonary artery": heart / Q,
        "right heart": _through(arm + returned, _transit(1.0, 2, s)) / Q,
        "left heart": _through(heart, lungs) / Q,
        "inferior vena cava": returned / Q,
        "azygos": _through(flux, _transit(rng.uniform(7, 12), 5, s)) / Q * 0.9,
        "renal inferior vena cava": 0.5
        * (_through(flux, _transit(rng.uniform(4, 6), 4, s)) + returned)
        / Q,
    }
    curves["iliac artery"] = _through(curves["aorta"], _transit(rng.uniform(1.0, 2.5), 4, s))
    curves["iliac vein"] = _through(flux, _transit(rng.uniform(12, 20), 4, s)) / Q
    aorta = curves["aorta"]
    start = s[np.argmax(aorta > 0.05 * aorta.max())]
    moved = {n: np.interp(t - arrival + start, s, c, left=0.0) for n, c in curves.items()}
    return moved, Q


def tissue(rng, Ca, t, *, vp, Ktrans, ve, delay, dispersion, Hct):
    """Extended Tofts on fine times; Ktrans in 1/min."""
    Cp = np.interp(t - delay, t, Ca, left=0.0) / (1 - Hct)
    s = np.arange(t.size) * DT
    if dispersion > 0:
        Cp = _through(Cp, _transit(dispersion, 1, s))
    k = Ktrans / ve / 60
    return vp * Cp + Ktrans / 60 * _through(Cp, np.exp(-k * s)) * DT


#: T10 at 1.5 T, s; vp, Ktrans (1/min), ve; each drawn within a factor of 1.5.
TISSUES = {
    "muscle": (1.0, 0.015, 0.04, 0.12),
    "marrow": (0.55, 0.02, 0.03, 0.10),
    "fat": (0.3, 0.006, 0.01, 0.05),
    "lesion": (1.0, 0.07, 0.09, 0.20),
    "hypervascular lesion": (1.1, 0.25, 0.25, 0.30),
}


def _tube(points, path, radius):
    """Distance to a polyline below the radius; points ``(..., 3)``, mm."""
    inside = np.zeros(points.shape[:-1], bool)
    for a, b in pairwise(path):
        a, b = np.asarray(a, float), np.asarray(b, float)
        along = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        inside |= np.linalg.norm(points - a - along[..., None] * (b - a), axis=-1) < radius
    return inside


def _ball(points, centre, radii):
    return (((points - np.asarray(centre, float)) / np.asarray(radii, float)) ** 2).sum(-1) < 1


def anatomy(rng, points, level):
    """Name → mask, the last painted on top; LPS mm, the vertebral column around the z axis."""
    x, y, z = np.moveaxis(points, -1, 0)
    places = {"muscle": np.ones(x.shape, bool)}
    places["fat"] = (y < -55) | (np.abs(x) > 70)
    places["marrow"] = (np.abs(x) < 20) & (np.abs(y) < 16) & (np.mod(z, 34) > 7)
    lesion = np.array([rng.uniform(-8, 8), rng.uniform(-6, 10), rng.uniform(-15, 15)])
    places["lesion"] = _ball(points, lesion, rng.uniform(9, 14, 3))
    d = rng.uniform(-2, 2)
    if level == "upper thoracic":
        places["right heart"] = _ball(points, (-12, -75, -70), (28, 22, 25))
        places["left heart"] = _ball(points, (28, -65, -75), (26, 22, 25))
        places["pulmonary artery"] = _tube(
            points, [(10, -62, -38), (0, -48, -12), (-45, -44, -12)], 11
        )
        places["superior vena cava"] = _tube(points, [(-26, -56, -45), (-28, -52, 40)], 9.5)
        places["innominate vein"] = _tube(points, [(-26, -56, 38), (40, -68, 60)], 7)
        arch = [(20 + d, -24, -110), (20 + d, -28, 8), (8, -46, 26), (-8, -66, 8), (-4, -66, -40)]
        places["aorta"] = _tube(points, arch, rng.uniform(10, 12))
        places["azygos"] = _tube(points, [(-9, -24, -110), (-9, -24, 15)], 4.5)
    elif level == "lower thoracic":
        places["left heart"] = _ball(points, (20, -72, 45), (34, 24, 34))
        places["inferior vena cava"] = _tube(points, [(-22, -48, -90), (-22, -52, 40)], 11)
        places["aorta"] = _tube(
            points, [(16 + d, -28, -110), (18 + d, -28, 110)], rng.uniform(9, 12)
        )
        places["azygos"] = _tube(points, [(-7, -25, -110), (-7, -25, 110)], 4.5)
    elif level == "lumbar":
        name = "renal inferior vena cava" if rng.random() < 0.5 else "inferior vena cava"
        places[name] = _tube(points, [(-17, -30, -110), (-18, -30, 110)], rng.uniform(9, 12))
        places["aorta"] = _tube(
            points, [(9 + d, -30, -110), (11 + d, -30, 110)], rng.uniform(8, 11)
        )
    else:
        for side in (-1, 1):
            places["iliac vein"] = places.get("iliac vein", False) | _tube(
                points, [(side * 8 - 6, -26, 40), (side * 40, -36, -90)], 7.5
            )
        for side in (-1, 1):
            places["iliac artery"] = places.get("iliac artery", False) | _tube(
                points, [(4, -38, 45), (side * 36, -50, -90)], 6.5
            )
        places["aorta"] = _tube(points, [(4, -36, 45), (8, -32, 120)], 8.5)
    if rng.random() < 0.4:
        at = (rng.uniform(-10, 10), rng.uniform(20, 36), rng.uniform(-40, 40))
        places["hypervascular lesion"] = _ball(points, at, rng.uniform(10, 16, 3))
    return places


def _grid(rng, orientation):
    """Geometry of a slab in LPS mm."""
    pixel, thick = rng.uniform(2.8, 3.8), rng.choice([4.0, 5.0, 6.0])
    n = 10
    if orientation == "sagittal":
        shape, axes, size = (n, 52, 36), ((0, 1, 0), (0, 0, -1), (1, 0, 0)), (pixel, pixel, thick)
        centre = (rng.uniform(-4, 6), -20, 0)
    elif orientation == "coronal":
        shape, axes, size = (n, 52, 40), ((1, 0, 0), (0, 0, -1), (0, 1, 0)), (pixel, pixel, thick)
        centre = (0, rng.uniform(-26, -18), 0)
    else:
        shape, axes, size = (n, 36, 40), ((1, 0, 0), (0, 1, 0), (0, 0, 1)), (pixel, pixel, thick)
        centre = (0, -22, rng.uniform(-6, 6))
    affine = np.eye(4)
    affine[:3, :3] = np.array(axes, float).T * np.array(size)
    middle = (np.array(shape[::-1]) - 1) / 2
    affine[:3, 3] = np.asarray(centre, float) - affine[:3, :3] @ middle
    return Geometry(shape, affine)


def scene(seed, *, without=None, **fixed):
    """Draw one scene.

    Args:
        without: one of `WITHOUT`; None has an artery in view.
        fixed: facts that are not drawn: level, orientation, interval, arrival, field, snr,
            inflow, integrate.
    """
    rng = np.random.default_rng(seed)
    facts = {
        "level": str(rng.choice(LEVELS)),
        "orientation": str(rng.choice(["sagittal", "axial", "coronal"])),
        "interval": float(rng.choice([2.0, 3.0, 4.0, 5.4, 6.0, 8.0, 10.0, 12.0])),
        "field": float(rng.choice([1.5, 3.0])),
        "snr": float(rng.uniform(12, 50)),
        "inflow": bool(rng.random() < 0.5),
        "integrate": bool(rng.random() < 0.5),
    }
    facts["arrival"] = float(
        rng.choice(
            [rng.uniform(1.2, 3) * facts["interval"], rng.uniform(20, 60), rng.uniform(60, 150)]
        )
    )
    facts |= fixed
    level, interval, field = facts["level"], facts["interval"], facts["field"]
    geometry = _grid(rng, facts["orientation"])
    k, j, i = np.indices(geometry.shape)
    fine = (np.stack([i, j, k], -1) @ geometry.affine[:3, :3].T) + geometry.affine[:3, 3]
    # Two by two subvoxels in the slice and two along it give partial volumes.
    offsets = [np.array(o) / 4 for o in np.ndindex(2, 2, 2)]
    frames = max(int((facts["arrival"] + 240) / interval), 24)
    t = np.arange(frames) * interval
    s = np.arange(0, t[-1] + interval + 2 * DT, DT)
    arrival = facts["arrival"]
    blood, _ = circulation(rng, s, arrival=arrival)
    Hct = rng.uniform(0.36, 0.46)
    C, T10 = {}, {}
    slow = 1.0 if field < 2 else 1.25
    blood_T1 = rng.uniform(1.30, 1.60) if field < 2 else rng.uniform(1.55, 1.95)
    for name, (t10, vp, Kt, ve) in TISSUES.items():
        f = np.exp(rng.uniform(-0.4, 0.4, 4))
        lag = rng.uniform(1, 6) if "lesion" in name else rng.uniform(2, 10)
        C[name] = tissue(
            rng, blood["aorta"], s, vp=min(vp * f[0], 0.35), Ktrans=Kt * f[1],
            ve=min(ve * f[2], 0.6), delay=lag, dispersion=rng.choice([0, rng.uniform(0.5, 4)]),
            Hct=Hct,
        )  # fmt: skip
        T10[name] = t10 * slow * f[3] ** 0.3
    C |= blood
    T10 |= dict.fromkeys(blood, blood_T1)
    places = anatomy(rng, fine, level)
    names = list(places)
    if without is not None:
        keep = {"superior vena cava only": ("superior vena cava", "innominate vein"),
                "inferior vena cava only": ("inferior vena cava", "renal inferior vena cava",
                                            "iliac vein")}.get(without, ())  # fmt: skip
        solid = ("muscle", "fat", "marrow", "lesion")
        solid += ("hypervascular lesion",) if without == "lesion only" else ()
        names = [n for n in names if n in solid or n in keep]
        facts["without"] = without
    TR, FA = rng.uniform(0.0035, 0.005), float(rng.choice([15.0, 20.0, 25.0]))
    r1, r2 = rng.uniform(3.6, 5.2), rng.uniform(4, 12)
    TE = 0.0015
    B1 = rng.uniform(0.8, 1.15) + 0.0006 * (fine[..., 2] - fine[..., 2].mean())
    signal = np.zeros((frames, *geometry.shape))
    per = max(round(interval / DT), 1)
    samples = (
        np.arange(frames)[:, None] * per + np.arange(per)
        if facts["integrate"]
        else (np.arange(frames) * per)[:, None]
    )
    state = rng.bit_generator.state
    share = {n: np.zeros(geometry.shape) for n in names}
    for o in offsets:
        rng.bit_generator.state = state
        moved = fine + geometry.affine[:3, :3] @ (o[::-1] - 0.25)
        own = np.full(geometry.shape, -1)
        drawn = anatomy(np.random.default_rng([seed, 7]), moved, level)
        for n, name in enumerate(names):
            if name in drawn:
                own[drawn[name]] = n
        for n, name in enumerate(names):
            share[name] += (own == n) / len(offsets)
    names = [n for n in names if share[n].any()]
    if without == "lesion only" and "hypervascular lesion" not in names:
        share["hypervascular lesion"] = _ball(fine, (0, 25, 0), (14, 14, 14)).astype(float)
        names.append("hypervascular lesion")
        for n in names[:-1]:
            share[n] = share[n] * (1 - share["hypervascular lesion"])
    flip = np.deg2rad(FA) * B1
    low, high = fine[..., 2].min(), fine[..., 2].max()
    for name in names:
        where = share[name] > 0
        b = flip[where][None]
        c = C[name][np.minimum(samples, s.size - 1)]
        total = 0.0
        is_blood = name in blood
        for column in c.T:
            E = np.exp(-TR * (1 / T10[name] + r1 * column[:, None]))
            steady = (1 - E) / (1 - np.cos(b) * E)
            if is_blood and facts["inflow"] and name not in ("left heart", "right heart"):
                # Fresh blood enters from above in arteries, from below in veins of the legs.
                run = (high - fine[..., 2]) if name != "inferior vena cava" else fine[..., 2] - low
                pulses = run[where][None] / rng.uniform(150, 151) / TR
                left = (np.cos(b) * E) ** pulses
                steady = steady + (1 - steady) * left
            total = total + np.sin(b) * steady * np.exp(-TE * r2 * column[:, None] * is_blood)
        signal[:, where] += share[name][where] * total / c.shape[1]
    scale = rng.uniform(200, 4000)
    coil = np.exp((fine[..., 1] - fine[..., 1].max()) / rng.uniform(90, 250))
    signal *= scale * coil
    level_of = (
        np.median(signal[0][share["marrow"] > 0.5])
        if (share["marrow"] > 0.5).any()
        else (np.median(signal[0]))
    )
    sigma = level_of / facts["snr"]
    noisy = np.abs(
        signal
        + sigma * (rng.standard_normal(signal.shape) + 1j * rng.standard_normal(signal.shape))
    )
    places = {n: share[n] > 0.5 for n in names}
    arteries = np.any(
        [share[n] for n in names if n in ARTERIES] or [np.zeros(geometry.shape)], axis=0
    )
    Ca = blood["aorta"][np.minimum(samples, s.size - 1)].mean(axis=1)
    facts |= {"TR": TR, "FA": FA, "r1": r1, "blood_T1": blood_T1, "names": names, "seed": seed,
              "n_artery": int(sum((share[n] > 0.99).sum() for n in names if n in ARTERIES)),
              }  # fmt: skip
    series = DynamicSeries(
        noisy.astype(np.float32), t, geometry,
        Acquisition(TR=TR, FA=FA, TE=TE, field_strength=field), "scene",
    )  # fmt: skip
    arteries = sum((share[n] for n in names if n in ARTERIES), np.zeros(geometry.shape))
    return Scene(series, places, arteries >= 0.5, Ca, facts)


def drawn(seed):
    """Return the options of a mixed series: every fourth scene has no artery in view."""
    if seed % 4 != 3:
        return {}
    without = WITHOUT[seed // 4 % 4]
    if without == "superior vena cava only":
        return {"without": without, "level": "upper thoracic"}
    if without == "inferior vena cava only":
        return {"without": without, "level": ("lumbar", "lower thoracic", "sacral")[seed % 3]}
    return {"without": without}


def outcome(found, s):
    """Return "served", "refused" or "wrong": less than four fifths of the AIF in an artery."""
    if found.doubt:
        return "refused"
    return "served" if (found.mask & s.arteries).sum() >= 0.8 * found.mask.sum() else "wrong"
