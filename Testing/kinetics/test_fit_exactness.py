"""The bounded optimum against many-start trust-region least squares, on hard voxels."""

import numpy as np
import pytest
from kinetics.curves_for_tests import bolus, hard_voxels
from scipy.interpolate import CubicSpline
from scipy.optimize import least_squares
from SpineDCELib.kinetics.bounded_least_squares import minimise
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fitting import fit
from SpineDCELib.kinetics.models import two_compartment_exchange
from SpineDCELib.vocabulary.fit_status import Status

T = np.arange(60) * 5.5
CURVE = ArterialCurve(T, bolus(T))
PLASMA = bolus(T)


def extravascular(kep):
    """kep·(Cp ∗ exp(-kep·t)), and its derivative by kep from a central difference."""
    step = 1e-5 * kep
    rates = np.array([kep, kep - step, kep + step])
    columns = rates / 60 * CURVE.convolved(T, rates / 60)
    return columns[:, 0], (columns[:, 2] - columns[:, 1]) / (2 * step)


def trust_region(y, starts):
    """The best of several scipy fits of (vp, ve, kep) in the same box."""

    def residual(x):
        return x[0] * PLASMA + x[1] * extravascular(x[2])[0] - y

    def slopes(x):
        value, by_kep = extravascular(x[2])
        return np.column_stack([PLASMA, value, x[1] * by_kep])

    fits = [
        least_squares(
            residual,
            start,
            slopes,
            bounds=([0, 0, 1e-3], [1, 1, 20]),
            x_scale=[0.1, 0.1, 1.0],
            xtol=1e-12,
            ftol=1e-14,
            gtol=1e-14,
        )
        for start in starts
    ]
    return min(fits, key=lambda found: found.cost)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("dtype", "seed", "n"),
    [
        (np.float32, 11, 25),
        pytest.param(np.float64, 12, 25, marks=pytest.mark.long),
        pytest.param(np.float32, 13, 500, marks=pytest.mark.long),
        pytest.param(np.float64, 14, 500, marks=pytest.mark.long),
    ],
)
def test_never_worse_than_eight_starts(dtype, seed, n):
    curves, _ = hard_voxels(n, T, seed)
    curves = curves.astype(dtype)
    found = fit(curves, T, PLASMA, model="extended_tofts")
    rng = np.random.default_rng(seed + 100)
    determined = 0
    for i in range(n):
        y = curves[:, i].astype(float)
        starts = np.column_stack(
            [rng.uniform(0, 0.3, 8), rng.uniform(0.02, 0.8, 8), np.geomspace(0.02, 15, 8)]
        )
        best = trust_region(y, starts)
        vp, ve, kep = (float(found[name][i]) for name in ("vp", "ve", "kep"))
        mine = (
            np.sum((vp * PLASMA + ve * extravascular(kep)[0] - y) ** 2)
            if ve
            else np.sum((vp * PLASMA - y) ** 2)
        )
        assert mine <= 2 * best.cost * (1 + 1e-6), (i, mine / (2 * best.cost) - 1)
        if found.status[i] in (Status.FITTED, Status.VP_ZERO):
            # Another optimum with the same squared error leaves nothing to compare.
            if mine < 2 * best.cost * (1 - 1e-6):
                continue
            determined += 1
            pairs = ((vp, best.x[0]), (ve, best.x[1]), (ve * kep, best.x[1] * best.x[2]))
            assert max(abs(a - b) for a, b in pairs) < 1e-3, i
    assert determined > 0.7 * n


def eight_starts(setup, curves, rng):
    """Return the least squared errors that Levenberg-Marquardt finds from eight starts."""
    n = curves.shape[1]
    least = np.full(n, np.inf)
    begin = {"vp": (0, 0.3), "ve": (0.02, 0.8), "Ktrans": (0, 0.3), "Ta": (-5, 15), "Fp": (0.05, 8)}
    for kep in np.geomspace(0.02, 15, 8):
        start = np.array([
            np.full(n, kep) if name == "kep" else rng.uniform(*begin[name], n)
            for name in setup.searched
        ])  # fmt: skip
        found = minimise(lambda x: setup.curves(setup.shown(x)), curves, start, *setup.box())
        least = np.minimum(least, found[1])
    return least


def squared_errors(found, curves):
    setup = found.setup
    lower, upper, _ = setup.box()
    sought = np.clip(np.nan_to_num(setup.sought(found.parameters), nan=1.0), lower, upper)
    return ((setup.curves(setup.shown(sought)) - curves) ** 2).sum(axis=0)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("model", ["extended_tofts", "tofts", "patlak"])
@pytest.mark.parametrize(
    ("dtype", "seed", "n"),
    [(np.float32, 15, 20), pytest.param(np.float64, 21, 500, marks=pytest.mark.long)],
)
def test_a_fitted_delay_is_never_worse_than_eight_starts(model, dtype, seed, n):
    curves, _ = hard_voxels(n, T, seed)
    rng = np.random.default_rng(seed + 200)
    for i, Ta in enumerate(rng.uniform(-4, 14, n)):  # the noise moves as well
        curves[:, i] = CubicSpline(T, curves[:, i])(np.clip(T - Ta, 0, T[-1]))
    curves = curves.astype(dtype).astype(float)
    found = fit(curves.astype(dtype), T, PLASMA, model=model, fit_delay=True)
    least, mine = eight_starts(found.setup, curves, rng), squared_errors(found, curves)
    # Parameters in float32 are not exact.
    loss = 1e-6 * least + (1e-7 * (curves**2).sum(axis=0) if dtype == np.float32 else 0)
    assert np.all(mine <= least + loss), (mine / least - 1).max()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "n"), [(16, 60), pytest.param(22, 500, marks=pytest.mark.long)])
def test_the_exchange_model_is_hardly_ever_worse_than_eight_starts(seed, n):
    rng = np.random.default_rng(seed)
    vp = np.maximum(rng.uniform(0, 0.3, n) * (rng.random(n) >= 0.4), 0.002)
    clean = two_compartment_exchange(
        T, CURVE, vp=vp, ve=rng.uniform(0.02, 0.6, n), Fp=np.exp(rng.uniform(-3, 1.1, n)),
        PS=rng.uniform(0, 0.4, n),
    )  # fmt: skip
    level = np.sqrt((clean**2).mean(axis=0)) * 10 ** (-rng.uniform(0, 30, n) / 20)
    curves = clean + level * rng.normal(size=clean.shape)
    found = fit(curves, T, PLASMA, model="two_compartment_exchange")
    least, mine = eight_starts(found.setup, curves, rng), squared_errors(found, curves)
    # Flat valleys hide an optimum now and then.
    assert np.all(mine <= least * 1.0005), (mine / least - 1).max()
    assert np.sum(mine > least * (1 + 1e-6)) <= 1


def test_the_optimum_may_be_where_bounds_meet():
    # ve at its bound just where vp reaches 0: the squared error bends sharply there.
    curves = 0.00553 * CURVE.convolved(T, [0.0055 / 60]) / 60
    curves -= 0.004 * PLASMA[:, None]
    found = fit(curves, T, PLASMA, model="extended_tofts")
    best = trust_region(curves[:, 0], [[0.01, 0.5, 0.01], [0.0, 0.99, 0.006], [0.0, 0.2, 0.1]])
    vp, ve, kep = (float(found[name][0]) for name in ("vp", "ve", "kep"))
    mine = np.sum((vp * PLASMA + ve * extravascular(kep)[0] - curves[:, 0]) ** 2)
    assert mine <= 2 * best.cost * (1 + 1e-6)
