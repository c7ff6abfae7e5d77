"""A small trunk in memory, made apart from the code under test: aorta, vena cava, tissue, air."""

from dataclasses import replace

import numpy as np
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry

TR, FA, TE, R1 = 0.0045, 25.0, 0.0015, 4.6
SHAPE = (5, 48, 40)
#: Sagittal: columns run to the back, rows to the feet, slices to the right; mm.
AFFINE = np.array([[0, 0, -6.0, 12], [3.0, 0, 0, -60], [0, -3.0, 0, 70], [0, 0, 0, 1]])


def bolus(t, *, arrival, width=6.0, height=5.0):
    """A gamma-variate first pass and a slow wash-out, mM."""
    s = np.clip(np.asarray(t, float) - arrival, 0, None) / width
    return height * s**2 * np.exp(2 * (1 - s)) + 0.7 * (1 - np.exp(-((s / 2) ** 2))) * np.exp(
        -s / 60
    )


def spgr(C, T10, M0):
    """Signal of a spoiled gradient echo."""
    E = np.exp(-TR * (1 / T10 + R1 * np.asarray(C)))
    a = np.deg2rad(FA)
    return M0 * np.sin(a) * (1 - E) / (1 - np.cos(a) * E)


def places():
    """Name → mask: an aorta of 7 mm radius in three slices, a vein behind it, tissue."""
    k, j, i = np.indices(SHAPE)
    aorta = ((i - 14 - 0.06 * (j - 24)) * 3) ** 2 + ((k - 2) * 6) ** 2 <= 8**2
    vein = ((i - 24) * 3) ** 2 + ((k - 2) * 6) ** 2 <= 8**2
    air = i < 4
    return {"aorta": aorta, "vein": vein & ~air, "air": air, "tissue": ~(aorta | vein | air)}


def trunk(*, interval=4.0, noise=6.0, seed=0, artery=True, tissue_delay=5.0, phase=False):
    """A dynamic series, and the artery's whole-blood concentration at its frames, mM."""
    t = np.arange(0, 240, interval)
    where = places()
    Cb = bolus(t, arrival=30.0)
    C = np.zeros((t.size, *SHAPE))
    C[:, where["tissue"]] = 0.08 * bolus(t, arrival=30 + tissue_delay, width=9)[:, None]
    C[:, where["vein"]] = bolus(t, arrival=45.0, width=13, height=3.2)[:, None]
    C[:, where["aorta"]] = Cb[:, None] if artery else C[:, where["tissue"]][:, :1]
    T10 = np.where(where["tissue"], 0.9, 1.441)
    S = spgr(C, T10, np.where(where["air"], 0.0, 4000.0))
    angle = np.zeros_like(S)
    if phase:
        blood = where["aorta"] | where["vein"]
        # γ·B0·TE·χ·(3cos²θ - 1)/6 for a vessel 3.4° off the field.
        angle[:, blood] = 2.675e8 * 1.5 * TE * 0.34e-6 * 0.995 / 3 * C[:, blood]
        S[:, blood] *= np.exp(-TE * 6.1 * C[:, blood])
        angle += 0.4 + 0.05 * (t / 240)[:, None, None, None]
    rng = np.random.default_rng(seed)
    z = S * np.exp(1j * angle) + noise * (
        rng.standard_normal(S.shape) + 1j * rng.standard_normal(S.shape)
    )
    series = DynamicSeries(
        np.abs(z).astype(np.float32),
        t,
        Geometry(SHAPE, AFFINE),
        Acquisition(TR=TR, FA=FA, TE=TE, field_strength=1.5),
        "made",
        phase=np.angle(z).astype(np.float32) if phase else None,
    )
    return series, Cb


def part_of(series, slices):
    """Some of the slices."""
    affine = series.geometry.affine.copy()
    affine[:3, 3] += affine[:3, 2] * slices[0]
    geometry = Geometry((len(slices), *SHAPE[1:]), affine)
    return replace(series, signal=series.signal[:, list(slices)], geometry=geometry)
