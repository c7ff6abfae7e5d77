"""Spine studies on small grids with drawn anatomy, bolus and conditions, and the truth beside them.

One study takes about 0.1 s, so that a thousand pairs can be analysed. Kinetics, circulation and
signal are written apart from the program's: contrast agent flows through mixing chambers in a row,
and lies in the water of a voxel, not in its fat.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter
from SpineDCELib.data import Images
from SpineDCELib.phantom.conditions import Conditions, at_flip_scales, draw_pair
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry, Source, Volume

STEP = 0.2  #: of the fine time axis, s
BLOOD_SPEED = 250.0  #: mm/s
#: Levels as in the 49 patients of Behar 2023 (2 cervical, 27 thoracic, 16 lumbar, 4 sacral).
LEVELS = {
    "cervical": 0.06,
    "upper thoracic": 0.25,
    "lower thoracic": 0.28,
    "lumbar": 0.33,
    "sacral": 0.08,
}  #: fmt: skip
#: Height of a vertebra with its disc, half width and half depth of its body, mm.
BODIES = {
    "cervical": (17.0, 11.0, 8.5),
    "upper thoracic": (24.0, 14.0, 12.0),
    "lower thoracic": (29.0, 17.0, 14.5),
    "lumbar": (36.0, 22.0, 17.0),
    "sacral": (29.0, 22.0, 15.0),
}  #: fmt: skip
ARTERY, MUSCLE = "artery", "muscle"
T1_ANGLES = (4.0, 12.0, 24.0)  #: degrees, of the T1 map
FIELD_T1 = {1.5: 1.0, 3.0: 1.25}  #: T1 of tissue at 3 T over that at 1.5 T


@dataclass(frozen=True)
class Tissue:
    """One tissue: kinetics per volume of the voxel, water and fat that give signal.

    Attributes:
        vp, ve: fractions. Ktrans: 1/min. T1: of its water, s. water, fat: shares of the voxel.
        delay, dispersion: s after the aorta.
        vessel: name of the vessel whose blood fills it.
        pulses: that its spins have seen.
    """

    vp: float = 0.0
    Ktrans: float = 0.0
    ve: float = 0.1
    T1: float = 1.0
    water: float = 0.8
    fat: float = 0.0
    delay: float = 4.0
    dispersion: float = 1.5
    vessel: str = ""
    pulses: float = np.inf


@dataclass(frozen=True, eq=False)
class Study:
    """One visit: images without and with a T1 map, drawn regions, and what is true.

    Attributes:
        share: ``(slices, rows, columns)``, of each voxel that is artery.
        kinds: name of a vessel or tissue → its share of each voxel.
        vp: name of a region → mean vp of what it should contain.
        blood: ``(frames,)``, of the artery, mM.
    """

    images: Images
    T1_map: Volume
    regions: dict[str, np.ndarray]
    roles: dict[str, str]
    share: np.ndarray
    kinds: dict[str, np.ndarray]
    vp: dict[str, float]
    blood: np.ndarray
    conditions: Conditions
    vessels: tuple[str, ...]  #: names in ``kinds`` of vessels that are no arteries
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Pair:
    """Both visits of one patient. ``change`` is that of normalised Vp, %."""

    before: Study
    after: Study

    @property
    def change(self) -> float:
        one, two = (s.vp["Lesion"] / s.vp["Reference"] for s in (self.before, self.after))
        return 100 * (two / one - 1)

    @property
    def change_over_marrow(self) -> float:
        """With the mean of all uninvolved vertebrae as the reference, %."""
        one, two = (s.vp["Lesion"] / s.vp["marrow"] for s in (self.before, self.after))
        return 100 * (two / one - 1)


# -- the bolus -------------------------------------------------------------------------------------


def mixed(curve: np.ndarray, tau: float) -> np.ndarray:
    """Pass a curve through a mixing chamber of time constant ``tau``, s."""
    if tau < STEP / 2:
        return curve
    keep = np.exp(-STEP / tau)
    return lfilter([1 - keep], [1, -keep], curve)


def delayed(t: np.ndarray, curve: np.ndarray, by: float) -> np.ndarray:
    return np.interp(t - by, t, curve, left=0.0)


@dataclass(frozen=True)
class Circulation:
    """From the arm to the veins, with ``(n,)`` curves of whole blood, mM, on the axis ``t``."""

    t: np.ndarray
    vessels: dict[str, np.ndarray]

    @classmethod
    def drawn(cls, t, rng, *, arrival, dose_over_output, early_vein, arm):
        """Draw a circulation in which contrast agent reaches the aorta at ``arrival``, s.

        Args:
            dose_over_output: area of the first pass in every vessel below the heart, mM·s.
            early_vein: s by which the cava fills before the aorta, None: after it.
            arm: fills the superior cava first.
        """
        length = rng.uniform(4.0, 9.0)
        lung = rng.uniform(4.5, 8.0)
        start = arrival - lung - 3.0
        push = ((t >= start) & (t < start + length)) * (dose_over_output / length)
        arm_vein = mixed(push, rng.uniform(0.6, 1.5))
        right = mixed(mixed(arm_vein, rng.uniform(1.0, 2.0)), 1.2)
        pulmonary = delayed(t, right, 1.0)
        left = mixed(mixed(delayed(t, pulmonary, lung - 3.5), rng.uniform(1.4, 2.8)), 1.8)
        first = delayed(t, left, 1.5)
        # The body returns it later and wider, and loses it to tissue and kidneys.
        back = mixed(mixed(delayed(t, first, rng.uniform(6, 10)), rng.uniform(4, 7)), 5.0)
        slow = mixed(mixed(first, rng.uniform(12, 20)), 8.0)
        amount = np.cumsum(slow) * STEP
        decay = 0.55 * np.exp(-np.clip(t - arrival, 0, None) / rng.uniform(80, 150))
        decay += 0.45 * np.exp(-np.clip(t - arrival, 0, None) / rng.uniform(1000, 2200))
        level = rng.uniform(0.85, 1.25) / max(dose_over_output, 1e-9)
        again = rng.uniform(0.15, 0.4) * back
        mixing = level * amount * decay
        aorta = first + again + mixing
        late = rng.uniform(8.0, 20.0)
        vein = mixed(mixed(delayed(t, aorta, late), rng.uniform(3, 8)), 3.0)
        renal = mixed(delayed(t, aorta, rng.uniform(3.0, 5.0)), rng.uniform(2, 4))
        thick = rng.uniform(2.0, 3.0) if arm else 1.0
        vessels = {
            "aorta": aorta,
            "pulmonary artery": pulmonary + delayed(t, again + mixing, -2.0),
            "left heart": left + delayed(t, again + mixing, -1.0),
            "superior vena cava": (thick * arm_vein if arm else 0.5 * vein) + mixing + again,
            "inferior vena cava": 0.5 * (renal + vein),
            "azygos": vein,
            "jugular": mixed(delayed(t, aorta, rng.uniform(6, 10)), rng.uniform(2, 4)),
        }
        if early_vein is not None:
            # Contrast agent injected into the foot, or reflux: the cava below fills first.
            foot = delayed(t, arm_vein, arrival - early_vein - start) * rng.uniform(1.2, 2.5)
            vessels["inferior vena cava"] = foot + mixing + again
            vessels["azygos"] = mixed(foot, 2.0) * 0.7 + mixing + again
        return cls(t, vessels)


# -- the anatomy -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Anatomy:
    """Drawn once for a patient; positions in mm, LPS, with the lesion's vertebra at 0."""

    level: str
    scale: float
    curve: float  #: mm of lordosis per (100 mm)²
    vessels: tuple[tuple[str, float, float, float, float, float], ...]
    lesion: tuple[tuple[float, float, float], tuple[float, float, float]]
    reference: int  #: vertebrae above the lesion
    tissues: dict[str, Tissue]
    textures: np.ndarray
    out_of_view: bool
    grain: int

    @classmethod
    def drawn(cls, rng, conditions):
        level = str(rng.choice(list(LEVELS), p=list(LEVELS.values())))
        scale = float(rng.uniform(0.88, 1.12))
        missing = bool(rng.random() < 0.06)
        _, half_width, half_depth = (scale * mm for mm in BODIES[level])
        jitter = rng.normal(0, 1.5, (6, 2))
        vessels = []

        def add(name, x, y, radius, lean=0.0, number=0):
            dx, dy = jitter[number]
            vessels.append((name, x + dx, y + dy, radius * scale, lean, 0.0))

        front = -half_depth
        if level == "cervical":
            for side in (-1, 1):
                add(ARTERY, side * 22, front - 12, rng.uniform(2.8, 3.6), number=0)
                add("jugular", side * 29, front - 10, rng.uniform(4, 6), number=1)
                add("vertebral", side * 14, 0, 1.8, number=2)
        elif level == "upper thoracic":
            add(ARTERY, 14, front - 7, rng.uniform(9, 12), rng.uniform(-0.1, 0.1))
            add("superior vena cava", -20, front - 28, rng.uniform(7, 9.5), number=1)
            add("pulmonary artery", 4, front - 33, rng.uniform(9, 12), 0.7, number=2)
            add("azygos", -8, front - 6, rng.uniform(2.5, 4), number=3)
        elif level == "lower thoracic":
            add(ARTERY, 12, front - 8, rng.uniform(9, 11.5), rng.uniform(-0.1, 0.1))
            add("azygos", -7, front - 6, rng.uniform(2.5, 4.5), number=1)
            if rng.random() < 0.5:
                add("inferior vena cava", -18, front - 24, rng.uniform(8, 11), number=2)
            if rng.random() < 0.3:
                add("left heart", 10, front - 45, rng.uniform(16, 22), number=3)
        elif level == "lumbar":
            add(ARTERY, 7, front - 11, rng.uniform(7, 10), rng.uniform(-0.1, 0.1))
            add("inferior vena cava", -16, front - 11, rng.uniform(8, 11), number=1)
        else:
            for side in (-1, 1):
                add(ARTERY, side * 22, front - 12, rng.uniform(4, 5.5), side * 0.35)
                add("inferior vena cava", side * 20, front - 2, rng.uniform(5, 7), side * 0.35,
                    number=1)  # fmt: skip
        if missing:
            vessels = [v for v in vessels if v[0] != ARTERY]
        pitch = scale * BODIES[level][0]
        radii = rng.uniform(0.33, 0.44, 3) * [
            1.3 * half_width / 0.5,
            half_depth / 0.5,
            pitch / 1.15,
        ]
        centre = rng.uniform(-0.2, 0.2, 3) * [half_width, half_depth, 0.3 * pitch]
        T1 = FIELD_T1[conditions.field_strength]
        ve = float(rng.uniform(0.10, 0.30))
        vascular = rng.random() < 0.12
        lesion = Tissue(
            vp=float(
                rng.uniform(0.12, 0.22) if vascular else np.exp(rng.normal(np.log(0.055), 0.4))
            ),
            Ktrans=float(np.exp(rng.normal(np.log(0.08), 0.5))),
            ve=ve,
            T1=1.05 * T1 * conditions.T10.get("lesion", 1.0),
            water=float(np.clip(rng.normal(0.75, 0.12), 0.45, 0.95)),
            fat=0.0,
            dispersion=float(rng.uniform(0.3, 3.0)),
        )
        # Fat fraction 65.6 ± 7.2 % in the old (PMC8161193), less in the young; a tenth is bone.
        fat = float(np.clip(rng.normal(0.52, 0.10), 0.25, 0.72))
        marrow = Tissue(
            vp=float(np.clip(np.exp(rng.normal(np.log(0.014), 0.35)), 0.006, 0.035)),
            Ktrans=float(np.exp(rng.normal(np.log(0.02), 0.4))),
            ve=float(rng.uniform(0.07, 0.14)),
            T1=0.95 * T1 * conditions.T10.get("marrow", 1.0),
            water=0.88 * (1 - fat),
            fat=0.88 * fat,
            dispersion=float(rng.uniform(0.3, 3.0)),
        )
        muscle_T1 = float({1.5: rng.normal(1.0, 0.10), 3.0: rng.normal(1.33, 0.12)}[
            conditions.field_strength
        ])  # fmt: skip
        tissues = {
            "fat": Tissue(0.003, 0.004, 0.05, 0.9, 0.08, 0.85, delay=6.0),
            "organ": Tissue(0.06, 0.2, 0.25, 0.8 * T1, 0.8, 0.05, delay=5.0, dispersion=3.0),
            "lung": Tissue(0.03, 0.02, 0.1, 1.2, 0.12),
            "muscle": Tissue(0.012, 0.05, 0.12, muscle_T1, 0.78, float(rng.uniform(0.02, 0.15)),
                             delay=float(rng.uniform(4, 9)), dispersion=2.0),
            "disc": Tissue(0.0, 0.0, 0.1, 1.1 * T1, 0.7),
            "fluid": Tissue(0.0, 0.0, 0.1, 3.8, 0.98),
            "lesion": lesion,
            "marrow": marrow,
        }  # fmt: skip
        return cls(
            level, scale, float(rng.uniform(-10, 10)), tuple(vessels),
            (tuple(centre), tuple(radii)), int(rng.choice([-1, 1])), tissues,
            rng.normal(0, 0.08, 9), missing, int(rng.integers(1 << 30)),
        )  # fmt: skip


def _box(p, centre, half, round_by):
    """Signed distance to a rounded box, mm; negative inside."""
    d = np.abs(p - np.asarray(centre)) - (np.asarray(half) - round_by)
    outside = np.linalg.norm(np.clip(d, 0, None), axis=-1)
    return outside + np.clip(d.max(axis=-1), None, 0) - round_by


def _ball(p, centre, radii):
    """Signed distance to an ellipsoid, mm, nearly; negative inside."""
    radii = np.asarray(radii)
    k = np.linalg.norm((p - np.asarray(centre)) / radii, axis=-1)
    return (k - 1) * radii.min()


def grid_of(anatomy, conditions, rng):
    """Return the grid of the slab, and the centre of its voxels relative to the lesion."""
    pitch = anatomy.scale * BODIES[anatomy.level][0]
    half_depth = anatomy.scale * BODIES[anatomy.level][2]
    tall, wide = 4.0 * pitch, 50.0 + 8.0 * (pitch < 20)
    # From the vessels in front of the column to the muscle behind it.
    front = -half_depth - anatomy.scale * (20.0 if anatomy.level == "cervical" else 36.0)
    behind = half_depth + anatomy.scale * 17.0 + 20.0
    deep, ahead = behind - front, (front + behind) / 2
    if conditions.slab == "sagittal":
        shape, spacing = (7, 40, 28), (deep / 28, tall / 40, wide / 7)
        direction = np.column_stack([[0, 1, 0], [0, 0, -1], [-1, 0, 0]])
        centre = (float(rng.uniform(-1, 5)), ahead, 0.0)
    elif conditions.slab == "coronal":
        shape, spacing = (11, 40, 18), (72.0 / 18, tall / 40, deep / 11)
        direction = np.column_stack([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
        centre = (2.0, ahead, 0.0)
    else:
        shape, spacing = (10, 28, 28), (84.0 / 28, deep / 28, 2.6 * pitch / 10)
        direction = np.column_stack([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        centre = (2.0, ahead, 0.5 * pitch * anatomy.reference)
    affine = np.eye(4)
    affine[:3, :3] = direction * spacing
    middle = (np.array(shape[::-1]) - 1) / 2
    affine[:3, 3] = np.array(centre) - affine[:3, :3] @ middle
    return Geometry(shape, affine)


def _points(geometry, parts=2):
    """Points inside every voxel, ``(voxels, parts³, 3)``, mm."""
    inside = (np.arange(parts) + 0.5) / parts - 0.5
    k, j, i = np.meshgrid(*(np.arange(n, dtype=float) for n in geometry.shape), indexing="ij")
    base = np.stack([i, j, k], axis=-1).reshape(-1, 1, 3)
    c, b, a = np.meshgrid(inside, inside, inside, indexing="ij")
    sub = np.stack([a, b, c], axis=-1).reshape(1, -1, 3)
    return (base + sub) @ geometry.affine[:3, :3].T + geometry.affine[:3, 3]


def _painted(anatomy, points, lesion_scale, rng):
    """Return names and the label of every point, and the shapes that regions are drawn after."""
    level = anatomy.level
    pitch, half_width, half_depth = (anatomy.scale * mm for mm in BODIES[level])
    p = points.copy()
    p[..., 1] -= anatomy.curve * (p[..., 2] / 100.0) ** 2  # straighten the column
    names = ["air", "fat"]
    label = np.zeros(p.shape[:-1], np.intp)
    back = half_depth + 62.0 * anatomy.scale
    label[p[..., 1] < back] = 1

    def paint(name, where):
        if name not in names:
            names.append(name)
        label[where] = names.index(name)

    x, y, z = np.moveaxis(p, -1, 0)
    front = -half_depth
    if "thoracic" in level:
        paint("lung", (np.abs(x) > half_width + 12) & (y < half_depth))
    else:
        paint("organ", (y < front - 26) & (np.abs(x) < 60))
    hump = 6.0 * np.cos(x / 30.0)
    paint(
        "muscle",
        (np.abs(x) > 4.5) & (np.abs(x) < 44) & (y > half_depth + 17) & (y < back - 9 + hump),
    )
    bodies = {}
    for number in range(-3, 4):
        mark = f"marrow {number}"
        centre = (0.0, 0.0, number * pitch)
        half = (half_width, half_depth, 0.5 * pitch - 3.5 * anatomy.scale)
        bodies[number] = (centre, half)
        paint("disc", _box(p, (0, 0, (number + 0.5) * pitch),
                           (half_width, half_depth, 3.2 * anatomy.scale), 2.0) < 0)  # fmt: skip
        paint(mark, _box(p, centre, half, 5.0 * anatomy.scale) < 0)
        arch = _box(p, (0, half_depth + 24, number * pitch - 5), (4.5, 9.0, 0.28 * pitch), 3.0)
        paint(mark, arch < 0)
    paint("fluid", np.hypot(x / 9.0, (y - half_depth - 8) / 6.5) < 1)
    centre, radii = anatomy.lesion
    radii = np.array(radii) * lesion_scale
    depth = _ball(p, centre, radii)
    inside = depth < 0
    grain = np.sin(x * 0.31 + y * 0.17 + anatomy.grain % 7) + np.sin(z * 0.29 - y * 0.21)
    paint("lesion 0", inside)
    paint("lesion 1", inside & (grain > 0.4))
    paint("lesion 2", inside & (grain < -0.5))
    shares = {}
    for index, (name, vx, vy, radius, lean, _) in enumerate(anatomy.vessels):
        # Vessels follow the column; branches lean. A pulmonary artery runs across.
        if name == "pulmonary artery":
            off = np.hypot(y - vy + 0.3 * x, z - 0.2 * pitch - 0.1 * x)
        else:
            off = np.hypot(x - vx - lean * z, y - vy)
        if name == ARTERY:
            cuts = np.linspace(z.min(), z.max() + 1e-6, 6)
            for part in range(5):
                between = (z >= cuts[part]) & (z < cuts[part + 1])
                paint(f"artery {part}", (off < radius) & between)
                shares[f"artery {part}"] = (cuts[part], cuts[part + 1])
        else:
            paint(f"{name} {index}", off < radius)
    return names, label, bodies, (centre, radii), shares


def _SPGR(rate, FA, TR, pulses=np.inf):
    """Signal of a spoiled gradient echo per unit of M0; ``FA`` in rad."""
    E = np.exp(-TR * rate)
    steady = (1 - E) / (1 - E * np.cos(FA))
    if np.isfinite(pulses):
        steady = steady + (1 - steady) * (E * np.cos(FA)) ** pulses
    return np.sin(FA) * steady


def make_study(anatomy, conditions, *, vp_factor, lesion_scale, rng, visit=0):
    """Acquire one visit of a patient.

    Args:
        vp_factor: of the lesion at this visit.
        visit: 0 or 1; water, fat and position of the patient change a little.
    """
    c = conditions
    interval = c.interval or 5.0
    frames = int(np.clip(np.round(rng.uniform(200, 300) / interval), 26, 80))
    arrival = float(np.clip(rng.gamma(6.0, 5.0), 2.2 * interval + 10, 60.0))
    if rng.random() < 0.03:
        arrival = float(rng.uniform(60, 110))
    duration = frames * interval
    t = np.arange(-40.0, duration + 1.0, STEP)
    # Dose over cardiac output: 0.1 mmol/kg in 75 kg over 5 ± 1.2 L/min (chosen), mM·s.
    area = 7.5 / np.clip(rng.normal(5.4, 1.2), 3.2, 9.0) * 60.0
    flow = Circulation.drawn(
        t, rng, arrival=arrival, dose_over_output=area, early_vein=c.early_vein,
        arm=bool(rng.random() < 0.8),
    )  # fmt: skip
    geometry = grid_of(anatomy, c, rng)
    shift = rng.normal(0, 2.0, 3) if visit else np.zeros(3)
    points = _points(geometry) - shift
    names, label, bodies, lesion_shape, cuts = _painted(anatomy, points, lesion_scale, rng)
    K = len(names)
    voxels = label.shape[0]
    flat = label + K * np.arange(voxels)[:, None]
    parts = label.shape[1]
    share = np.bincount(flat.ravel(), minlength=K * voxels).reshape(voxels, K) / parts

    marrow, lesion = anatomy.tissues["marrow"], anatomy.tissues["lesion"]
    water_change = {n: float(np.exp(rng.normal(0, 0.06))) if visit else 1.0 for n in range(-3, 4)}
    lesion_water = float(np.exp(rng.normal(0, 0.08))) if visit else 1.0
    # Treated lesions may turn fatty.
    regained = (
        float(rng.uniform(0, 0.3)) if visit and vp_factor < 0.5 and rng.random() < 0.3 else 0.0
    )
    marrow_T1 = c.T10.get("marrow", 1.0)
    T1_scale = FIELD_T1[c.field_strength]
    tissues = []
    spread = np.random.default_rng(anatomy.grain)
    own_vp = {n: float(np.exp(spread.normal(0, 0.10))) for n in range(-3, 4)}
    for name in names:
        kind, _, number = name.rpartition(" ")
        if name == "air":
            tissue = Tissue(water=0.0)
        elif kind == "marrow":
            n = int(number)
            # A factor on T10 that fat explains: what falls in T10 turns from water into fat.
            water = float(np.clip(marrow.water * water_change[n] * marrow_T1**0.8, 0.12, 0.85))
            tissue = replace(
                marrow,
                vp=marrow.vp * own_vp[n] * float(np.exp(rng.normal(0, 0.04))),
                water=water,
                fat=max(0.88 - water, 0.05),
                T1=0.95 * T1_scale * marrow_T1**0.5,
                delay=c.delays.get("marrow", 4.0) + 0.15 * abs(n),
            )
        elif kind == "lesion":
            factor = (1.0, 1.35, 0.65)[int(number)]
            tissue = replace(
                lesion,
                vp=lesion.vp * vp_factor * factor,
                Ktrans=lesion.Ktrans * vp_factor**0.5 * factor**0.5,
                T1=1.05 * T1_scale * c.T10.get("lesion", 1.0) * (1.0, 1.05, 0.95)[int(number)],
                water=float(np.clip(lesion.water * lesion_water - regained, 0.3, 0.97)),
                fat=regained,
                delay=c.delays.get("lesion", 4.0),
            )
        elif kind in ("artery", "vertebral"):
            pulses = np.inf
            if kind == "artery":
                low, high = cuts[name]
                middle = (low + high) / 2
                # The transmit coil reaches far beyond a slab along the vessel, but slices across
                # it are excited alone.
                top = np.max(points[..., 2]) if c.slab == "axial" else np.max(points[..., 2]) + 120
                pulses = max((top - middle) / (BLOOD_SPEED * c.TR), 6.0)
            tissue = Tissue(vessel="aorta", T1=c.blood_T10, water=0.9, pulses=pulses, delay=0.0)
        elif kind in flow.vessels:
            tissue = Tissue(vessel=kind, T1=c.blood_T10 * 0.95, water=0.9, delay=0.0)
        else:
            tissue = anatomy.tissues[name]
        tissues.append(tissue)

    Hct = c.Hct if c.Hct is not None else 0.42
    plasma = flow.vessels["aorta"] / (1 - Hct)
    C = np.zeros((K, t.size))
    for k, tissue in enumerate(tissues):
        if tissue.vessel:
            C[k] = delayed(t, flow.vessels[tissue.vessel], tissue.delay)
        elif tissue.vp or tissue.Ktrans:
            fed = mixed(delayed(t, plasma, tissue.delay), tissue.dispersion)
            kep = tissue.Ktrans / 60 / tissue.ve
            C[k] = tissue.vp * fed + tissue.ve * mixed(fed, 1 / max(kep, 1e-6))
    # Contrast agent is in the water alone.
    water, fat, T1, pulses = (
        np.array([getattr(x, name) for x in tissues])[:, None]
        for name in ("water", "fat", "T1", "pulses")
    )
    blood = np.array([bool(x.vessel) for x in tissues])[:, None]
    r1 = np.where(blood, c.r1, c.r1 * c.r1_tissue)
    inside = np.where(blood, C, C / np.maximum(water, 0.05))
    rate = 1 / T1 + r1 * inside
    decay = np.exp(-c.TE * (c.r2 * inside + np.where(blood, c.r2_square, 0) * inside**2))
    fat_T1 = 0.29 if c.field_strength < 2 else 0.37

    def signal(FA):
        FA = np.deg2rad(FA)
        first = _SPGR(rate, FA, c.TR)
        for k in np.flatnonzero(np.isfinite(pulses[:, 0])):
            first[k] = _SPGR(rate[k], FA, c.TR, pulses[k, 0])
        return water * first * decay + fat * _SPGR(1 / fat_T1, FA, c.TR)

    starts = np.arange(frames) * interval
    ends = np.clip(np.searchsorted(t, starts + interval), 1, t.size - 1)
    begins = np.searchsorted(t, starts)

    def framed(values):
        total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, -1)], -1)
        return (total[..., ends] - total[..., begins]) / (ends - begins)

    centre = points.mean(axis=1)
    middle = centre.mean(axis=0)
    B1 = c.flip_scale(centre[:, 1] - middle[1], centre[:, 2] - middle[2])
    nodes = (float(B1.min()) - 0.01, float((B1.min() + B1.max()) / 2), float(B1.max()) + 0.01)
    weights = at_flip_scales(B1, nodes)
    image = sum(
        w[:, None] * (share @ framed(signal(c.FA * node)))
        for w, node in zip(weights, nodes, strict=True)
    )
    back = centre[:, 1].max() + 4.0
    coil = (1 + ((back - centre[:, 1]) / rng.uniform(90, 160)) ** 2) ** -1.2
    coil *= 1 + 0.05 * np.cos(2 * np.pi * centre[:, 2] / 95.0 + rng.uniform(0, 6))
    lattice = np.random.default_rng(anatomy.grain).standard_normal(geometry.shape)
    texture = 1 + 0.04 * gaussian_filter(lattice, 0.7).ravel() / 0.4
    image = (image * (coil * texture)[:, None]).T.reshape(frames, *geometry.shape)

    regions, vp = _regions(
        anatomy, geometry, bodies, lesion_shape, names, share, tissues, shift, rng
    )
    SNR = float(rng.uniform(15, 60))
    level = image[0][regions["Reference"]].mean()
    sigma = level / SNR
    scale = rng.uniform(60, 400) / level
    noise = rng.normal(0, sigma, (2, *image.shape))
    image = np.round(np.hypot(image + noise[0], noise[1]) * scale)
    acquisition = Acquisition(
        TR=c.TR, TE=c.TE, FA=c.FA, field_strength=c.field_strength, description="DCE"
    )
    dynamic = DynamicSeries(
        image.astype(np.float32), starts, geometry, acquisition, "file", Source("NRRD")
    )
    T1_map = _T1_map(share, tissues, fat_T1, B1, c, geometry, regions, rng, acquisition)
    shares = {}
    for k, name in enumerate(names):
        kind = name.rpartition(" ")[0] or name
        if name != "air":
            grid = share[:, k].reshape(geometry.shape)
            shares[kind] = shares[kind] + grid if kind in shares else grid
    vertebral = shares.get("vertebral", 0)
    artery = shares.get("artery", np.zeros(geometry.shape)) + vertebral
    roles = {"Lesion": "lesion", "Reference": "reference"}
    return Study(
        Images(dynamic), T1_map, {n: regions[n] for n in roles}, roles, artery, shares, vp,
        framed(flow.vessels["aorta"]), c,
        tuple(v for v in flow.vessels if v in shares and v not in ("aorta", "left heart")),
        {
            "level": anatomy.level, "slab": c.slab, "interval": interval, "SNR": round(SNR, 1),
            "arrival": round(arrival, 1), "field": c.field_strength, "agent": c.agent,
            "arterial_voxels": int((artery + shares.get("left heart", 0) > 0.95).sum()),
            "muscle": regions["Muscle"],
            "delay_lesion": round(c.delays.get("lesion", 4.0), 2),
            "delay_reference": round(c.delays.get("marrow", 4.0), 2),
            "early_vein": c.early_vein is not None,
        },
    )  # fmt: skip


def _regions(anatomy, geometry, bodies, lesion_shape, names, share, tissues, shift, rng):
    """Outlines as a reader draws them, a little off; and the true vp of what they stand for."""
    p = _points(geometry, 1)[:, 0] - shift
    straight = p.copy()
    straight[:, 1] -= anatomy.curve * (straight[:, 2] / 100.0) ** 2
    error = 0.35 * np.array(geometry.spacing).mean()
    centre, radii = lesion_shape
    off = rng.normal(0, error, 3)
    grown = rng.normal(-0.3 * error, error)
    lesion = _ball(straight, np.array(centre) + off, np.asarray(radii) + grown) < 0
    lesion_labels = [k for k, n in enumerate(names) if n.startswith("lesion")]
    part = share[:, lesion_labels].sum(axis=1)
    # Readers leave vessels out, and the blurred edge towards them.
    blood = share[:, [k for k, tissue in enumerate(tissues) if tissue.vessel]].sum(axis=1)
    lesion &= (part > 0.5) & (blood < 0.02)
    middle, half = bodies[anatomy.reference]
    inset = 1.0 + 0.4 * np.array(geometry.spacing).mean()
    shrunk = np.asarray(half) - inset + rng.normal(0, error, 3)
    reference = _box(straight, np.array(middle) + rng.normal(0, error, 3), shrunk, 4.0) < 0
    k = names.index(f"marrow {anatomy.reference}")
    outline = reference & (part == 0) & (blood < 0.02)
    reference = outline & (share[:, k] > 0.8)
    if reference.sum() < 8:  # a small vertebra on a coarse grid
        reference = (share[:, k] > 0.6) & (part == 0) & (blood < 0.1)
    muscle = share[:, names.index("muscle")] > 0.85 if "muscle" in names else np.zeros(len(p), bool)
    vp = np.array([tissue.vp for tissue in tissues])
    weights = share[:, lesion_labels].sum(axis=0)
    others = [
        tissues[i].vp for i, n in enumerate(names)
        if n.startswith("marrow") and n != "marrow 0" and share[:, i].sum() > 20
    ]  # fmt: skip
    true = {
        "Lesion": float(weights @ vp[lesion_labels] / weights.sum()),
        "Reference": float(vp[k]),
        "marrow": float(np.mean(others)),
    }
    masks = {"Lesion": lesion, "Reference": reference, "Muscle": muscle}
    return {n: m.reshape(geometry.shape) for n, m in masks.items()}, true


def _T1_map(share, tissues, fat_T1, B1, c, geometry, regions, rng, acquisition):
    """T1 as flip angles measure it: of water and fat together, with or without B1 correction."""
    TR = c.TR
    rows = []
    for tissue in tissues:
        S = [
            tissue.water * _SPGR(1 / tissue.T1, np.deg2rad(a), TR)
            + tissue.fat * _SPGR(1 / fat_T1, np.deg2rad(a), TR)
            for a in T1_ANGLES
        ]
        a = np.deg2rad(T1_ANGLES)
        if sum(S) == 0:
            rows.append(0.0)
            continue
        y, x = np.array(S) / np.sin(a), np.array(S) / np.tan(a)
        E = np.clip(np.polyfit(x, y, 1)[0], 1e-3, 1 - 1e-5)
        rows.append(1 / (-TR / np.log(E)))
    signal = np.array([tissue.water + tissue.fat for tissue in tissues])
    weight = share @ signal
    R1 = (share @ (signal * np.array(rows))) / np.maximum(weight, 1e-6)
    T1 = 1 / np.maximum(R1, 0.2)
    if rng.random() < 0.5:
        T1 = T1 * B1**2  # not corrected
    T1 = T1 * np.exp(rng.normal(0, 0.03)) * np.exp(rng.normal(0, 0.03, T1.shape))
    for name in ("Lesion", "Reference"):
        T1[regions[name].ravel()] *= np.exp(rng.normal(0, 0.03))
    T1[weight < 0.05] = 0.0
    return Volume(T1.reshape(geometry.shape), geometry, acquisition)


def true_changes(rng):
    """Draw a change of the lesion's vp, as a factor: response, stable or progress."""
    kind = rng.choice(3, p=[0.45, 0.2, 0.35])
    if kind == 0:
        return 1 - float(rng.uniform(0.45, 0.93))
    if kind == 1:
        return 1 - float(rng.uniform(0.1, 0.5))
    return 1 + float(rng.uniform(-0.15, 1.6))


def make_pair(seed):
    """Return both visits of the patient that belongs to ``seed``."""
    rng = np.random.default_rng([17, seed])
    first, second = draw_pair(rng)
    anatomy = Anatomy.drawn(rng, first)
    factor = true_changes(rng)
    before = make_study(anatomy, first, vp_factor=1.0, lesion_scale=1.0, rng=rng)
    after = make_study(
        anatomy, second, vp_factor=factor, lesion_scale=float(rng.uniform(0.8, 1.1)), rng=rng,
        visit=1,
    )  # fmt: skip
    return Pair(before, after)
