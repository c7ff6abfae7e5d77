"""What no single noisy voxel shows, the mean of its likes does: fresh blood and other tissue."""

import numpy as np
import pytest
from SpineDCELib.aif import blood_contrast
from SpineDCELib.aif.pure_blood_voxels import classify_lumen
from SpineDCELib.aif.voxel_scores import area_under_curve
from SpineDCELib.series import Geometry

TR, FA = 0.0045, 25.0
SHAPE = (3, 60, 14)
BEFORE, NOISE = 5, 22.0


def signal(C, M0=4000.0, T10=1.441):
    E = np.exp(-TR * (1 / T10 + 4.6 * np.asarray(C, float)))
    a = np.deg2rad(FA)
    return M0 * np.sin(a) * (1 - E) / (1 - np.cos(a) * E)


def vessel(seed, *, inflow=0.0, fat=0.0):
    """Lumen of a vessel in three slices, columns 2 to 11; baseline 2.5 times the noise."""
    t = np.arange(0, 200, 5.0)
    C = 6 * np.exp(-(((t - 40) / 8) ** 2)) + 1.2 * (t > 40)
    C[:BEFORE] = 0
    mask = np.zeros(SHAPE, bool)
    mask[:, :, 2:12] = True
    k, j, _ = np.nonzero(mask)
    S = np.repeat(signal(C)[:, None], k.size, axis=1)
    S += inflow * S[0] * np.exp(-j / 6)  # what has seen few pulses is bright throughout
    part = fat * (k == 0)
    S = S * (1 - part) + part * signal(0, T10=0.26)
    rng = np.random.default_rng(seed)
    z = S + NOISE * (rng.standard_normal(S.shape) + 1j * rng.standard_normal(S.shape))
    contrast, _ = blood_contrast(TR=TR, FA=FA, T10=1.441, r1=4.6)

    def area(means):
        return area_under_curve(means, t=t, before=BEFORE, to_contrast=contrast)

    affine = np.diag([3.0, 3.0, 6.0, 1.0])
    found = classify_lumen(
        mask, Geometry(SHAPE, affine), power=np.abs(z) ** 2, area_of=area,
        before=BEFORE, noise=NOISE, uniform=0.04,
    )  # fmt: skip
    return found, float(area(signal(C)[:, None])[0]), k, j


@pytest.mark.parametrize("seed", range(5))
def test_steady_blood_keeps_its_voxels_and_its_area(seed):
    found, area, _, _ = vessel(seed)
    assert found.area == pytest.approx(area, rel=0.03)
    assert found.fresh.mean() < 0.25
    assert found.mixed.mean() < 0.25


@pytest.mark.parametrize("seed", range(5))
def test_fresh_blood_is_left_out_at_its_end(seed):
    found, area, _, j = vessel(seed, inflow=2.0)
    assert found.area == pytest.approx(area, rel=0.04)
    assert found.fresh[j < 9].all()
    assert not found.fresh[(j > 27) & (j < 50)].any()


@pytest.mark.parametrize("seed", range(5))
def test_a_slice_with_fat_is_left_out(seed):
    found, _, k, _ = vessel(seed, fat=0.08)
    assert found.mixed[(k == 0) & ~found.rim & ~found.fresh].mean() > 0.9
    assert found.mixed[k > 0].mean() < 0.1
