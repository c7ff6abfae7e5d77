"""The forward models against closed forms, an ODE solver, and each other's limits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics import models

# An arterial curve with closed-form convolutions: γ·t·exp(-m·t), bolus at t = 0.
M, GAIN = 0.08, 0.6  # 1/s, mM/s


def arterial(t):
    return GAIN * t * np.exp(-M * t)


def convolved(t, k):
    d = k - M
    return GAIN * (np.exp(-M * t) * (d * t - 1) + np.exp(-k * t)) / d**2


def uneven(step):
    t = np.arange(0.0, 300.0, step)
    t[1:-1] += 0.3 * step * np.sin(7.0 * np.arange(1, t.size - 1))
    return t


@pytest.mark.parametrize(("integration", "order"), [("linear", 2), ("cubic", 4)])
def test_extended_tofts_closed_form_with_shrinking_error(integration, order):
    vp, Ktrans, ve = 0.04, 0.12, 0.3
    errors = []
    for step in (2.0, 1.0, 0.5):
        t = uneven(step)
        found = models.extended_tofts(
            t, arterial(t), vp=vp, Ktrans=Ktrans, ve=ve, integration=integration
        )
        exact = vp * arterial(t) + Ktrans / 60 * convolved(t, Ktrans / ve / 60)
        errors.append(np.abs(found - exact).max())
    assert np.all(np.log2(np.array(errors[:-1]) / np.array(errors[1:])) > order - 0.4)
    assert errors[-1] < 1e-4


def test_two_compartment_exchange_solves_its_equations():
    vp, ve, Fp, PS = np.array([0.05, 0.1]), np.array([0.2, 0.1]), np.array([0.4, 0.05]), 0.1
    t = uneven(0.5)
    found = models.two_compartment_exchange(t, arterial(t), vp=vp, ve=ve, Fp=Fp, PS=PS)
    for j in range(2):

        def flow(time, c, j=j):
            exchange = PS * (c[1] - c[0])
            return [
                (Fp[j] * (arterial(time) - c[0]) + exchange) / vp[j] / 60,
                -exchange / ve[j] / 60,
            ]

        solved = solve_ivp(flow, (0, 300), [0, 0], t_eval=t, rtol=1e-9, atol=1e-12, max_step=1.0)
        np.testing.assert_allclose(
            found[:, j], vp[j] * solved.y[0] + ve[j] * solved.y[1], atol=2e-6
        )


def test_models_agree_in_their_limits():
    t = uneven(1.0)
    Cp = arterial(t)
    one = models.extended_tofts(t, Cp, vp=0.0, Ktrans=0.2, ve=0.4)
    np.testing.assert_allclose(models.tofts(t, Cp, Ktrans=0.2, ve=0.4), one)
    patlak = models.patlak(t, Cp, vp=0.05, Ktrans=0.01)
    np.testing.assert_allclose(
        models.extended_tofts(t, Cp, vp=0.05, Ktrans=0.01, ve=1e6), patlak, rtol=1e-6
    )
    # Infinite flow turns the 2CXM into the extended Tofts model with Ktrans = PS.
    np.testing.assert_allclose(
        models.two_compartment_exchange(t, Cp, vp=0.05, ve=0.2, Fp=1e4, PS=0.1),
        models.extended_tofts(t, Cp, vp=0.05, Ktrans=0.1, ve=0.2),
        atol=1e-4,
    )
    # No exchange: one plasma compartment with mean transit time vp/Fp.
    np.testing.assert_allclose(
        models.two_compartment_exchange(t, Cp, vp=0.05, ve=0.2, Fp=0.5, PS=0.0),
        models.tofts(t, Cp, Ktrans=0.5, ve=0.05),
    )


def test_delay_per_voxel_and_parameter_shapes():
    t = np.arange(0.0, 300.0, 1.0)
    Cp = arterial(t)
    Ta = np.array([[0.0, 5.0, 12.0], [1.0, 2.0, 3.0]])
    found = models.extended_tofts(t, Cp, vp=0.1, Ktrans=0.1, ve=np.full((2, 3), 0.3), Ta=Ta)
    assert found.shape == (300, 2, 3)
    np.testing.assert_allclose(found[12:, 0, 2], found[:-12, 0, 0], atol=1e-12)
    np.testing.assert_allclose(found[3:, 1, 2], found[:-3, 0, 0], atol=1e-12)


def test_without_leakage_only_plasma_contributes():
    t = np.arange(0.0, 60.0, 2.0)
    found = models.extended_tofts(t, arterial(t), vp=0.1, Ktrans=0.0, ve=0.0)
    np.testing.assert_allclose(found, 0.1 * arterial(t))


def test_shapes_that_do_not_match_are_named():
    with pytest.raises(InputError, match="one shape"):
        models.patlak([0, 1], [0, 1], vp=[0.1, 0.2], Ktrans=[0.1, 0.2, 0.3])
