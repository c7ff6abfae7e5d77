"""Small studies of one patient in which only T10, water and Vp of lesion and reference change."""

from dataclasses import dataclass

import numpy as np
from SpineDCELib.aif import parker
from SpineDCELib.analysis import Analysis
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.data import Images
from SpineDCELib.kinetics.models import extended_tofts
from SpineDCELib.series import Acquisition, DynamicSeries, FlipAngleSet, Geometry, Source, Volume

SHAPE, SPACING = (4, 40, 40), (3.0, 3.0, 5.0)
#: Columns run from front to back, rows from head to feet, as in a sagittal slab.
GEOMETRY = Geometry(
    SHAPE,
    np.array([[0, 0, 5.0, -10], [3.0, 0, 0, -90], [0, -3.0, 0, 60], [0, 0, 0, 1]]),
)
TR, FA, R1, HCT, DELAY = 0.0045, 25.0, 4.6, 0.42, 4.0
TIMES = np.arange(0, 280, 4.0)


@dataclass(frozen=True)
class Tissue:
    """Kinetics in fractions of the voxel and /min, T10 in s, share of water."""

    vp: float
    Ktrans: float
    ve: float
    T10: float
    water: float = 1.0


MUSCLE = Tissue(0.012, 0.05, 0.12, 1.008)
FAT = Tissue(0.002, 0.002, 0.05, 0.26)
LESION = Tissue(0.06, 0.08, 0.16, 1.0)
REFERENCE = Tissue(0.01, 0.02, 0.10, 0.55)


def box(columns, rows):
    found = np.zeros(SHAPE, bool)
    found[:, slice(*rows), slice(*columns)] = True
    return found


REGIONS = {"Lesion": box((16, 21), (14, 19)), "Reference": box((16, 21), (22, 27))}
ROLES = {"Lesion": "lesion", "Reference": "reference"}
AORTA = box((11, 14), (4, 36))
MUSCLE_BOX = box((25, 37), (2, 38))


def study(lesion=LESION, reference=REFERENCE, *, muscle=MUSCLE, fall=0.0, gain=1.0, noise=0.0,
          flip_angles=False, seed=0):  # fmt: skip
    """Images of one visit.

    Args:
        fall: depth in mm in which the coil's sensitivity falls by 1/e; 0 for none.
    """
    rng = np.random.default_rng(seed)
    Cb, late = (parker(TIMES, arrival=a) for a in (30.0, 30.0 + DELAY))
    signal = np.zeros((len(TIMES), *SHAPE))
    T1, M0 = np.full(SHAPE, 1.0), np.zeros(SHAPE)
    background = box((6, 39), (1, 39))
    for mask, tissue in (
        (background, FAT), (MUSCLE_BOX, muscle),
        (REGIONS["Lesion"], lesion), (REGIONS["Reference"], reference),
    ):  # fmt: skip
        # Contrast agent is in the water alone.
        C = extended_tofts(TIMES, late / (1 - HCT), vp=tissue.vp, Ktrans=tissue.Ktrans,
                           ve=tissue.ve) / tissue.water  # fmt: skip
        S0 = 4000.0 * tissue.water
        curve = spgr_signal(1 / tissue.T10 + R1 * C, S0=S0, TR=TR, FA=FA)
        signal[:, mask] = np.reshape(curve, (-1, 1))
        T1[mask], M0[mask] = tissue.T10, S0
    blood = spgr_signal(1 / 1.441 + R1 * Cb, S0=4000.0, TR=TR, FA=FA)
    signal[:, AORTA] = blood[:, None]
    T1[AORTA], M0[AORTA] = 1.441, 4000.0
    if fall:
        depth = 3.0 * (38 - np.arange(SHAPE[2]))
        gain = gain * np.exp(-depth / fall)
    clean = signal * gain
    signal = np.abs(clean + rng.normal(0, noise, clean.shape)) if noise else clean
    acquisition = Acquisition(TR=TR, FA=FA, TE=0.0015, field_strength=1.5)
    dynamic = DynamicSeries(
        signal.astype(np.float32), TIMES, GEOMETRY, acquisition, "file", Source("NRRD")
    )
    if flip_angles:
        angles = np.array([2.0, 5.0, 10.0, 15.0, 25.0])
        stack = np.stack([gain * spgr_signal(1 / T1, S0=M0, TR=TR, FA=a) for a in angles])
        mapped = FlipAngleSet(stack, angles, TR, GEOMETRY, Source("NRRD"))
        return Images(dynamic, flip_angles=mapped)
    return Images(dynamic, T1_map=Volume(T1, GEOMETRY, acquisition))


def analysis_of(images, settings, *, with_T1_map=False, regions=None, roles=None):
    from dataclasses import replace

    return Analysis(
        images if with_T1_map else replace(images, T1_map=None),
        settings,
        aif_mask=AORTA,
        regions=REGIONS if regions is None else regions,
        roles=ROLES if roles is None else roles,
    )
