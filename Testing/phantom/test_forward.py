"""The forward model against closed forms, single pulses, and the kinetics that it never sees."""

import ast
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import trapezoid
from SpineDCELib.kinetics.models import extended_tofts
from SpineDCELib.phantom import forward_model as forward
from SpineDCELib.phantom.forward_model import Bolus, Transport

HCT = 0.42


def transport(*, vp=0.03, Ktrans=0.08, ve=0.16, delay=3.0, arterial=0.5, tissue=1.5):
    values = np.broadcast_arrays(vp, Ktrans, ve, delay, arterial, tissue)
    return Transport(*(np.atleast_1d(np.array(v, float)) for v in values))


def test_the_phantom_does_not_import_the_fit():
    folder = Path(forward.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert "kinetics" not in name, file.name
                assert "concentration" not in name, file.name


def test_forward_model_and_kinetics_agree():
    """Written apart, integrated differently: the same Cp gives the same Ct."""
    vp = np.array([0.0, 0.01, 0.06, 0.0926, 0.3])
    Ktrans = np.array([0.02, 0.02, 0.08, 0.14, 0.5])
    ve = np.array([0.10, 0.10, 0.16, 0.18, 0.5])
    t, Cp, Ct = forward.integrate(
        Bolus(), transport(vp=vp, Ktrans=Ktrans, ve=ve), duration=300.0, hct=HCT
    )
    for k in range(vp.size):
        model = extended_tofts(t, Cp[k], vp=vp[k], Ktrans=Ktrans[k], ve=ve[k])
        np.testing.assert_allclose(Ct[k], model.ravel(), atol=2e-5 * Ct[k].max())


def test_step_response_has_its_closed_form():
    """A constant 1 mM from t = 0: two mixing chambers, then exchange, in closed form."""
    tau, kep = 0.8, 0.5 / 60 / 0.2
    t, Cp, Ct = forward.integrate(
        lambda s: np.where(s >= 0, 1.0, 0.0),
        transport(vp=0.05, Ktrans=0.5, ve=0.2, delay=0.0, arterial=tau, tissue=tau),
        duration=120.0,
        hct=HCT,
    )
    a = 1 / tau
    plasma = (1 - (1 + a * t) * np.exp(-a * t)) / (1 - HCT)
    np.testing.assert_allclose(Cp[0], plasma, atol=2e-5)
    # Laplace: kep a² / (s (s + kep) (s + a)²), by partial fractions.
    d = a - kep
    leaked = (
        1
        - a**2 / d**2 * np.exp(-kep * t)
        + kep * (2 * a - kep) / d**2 * np.exp(-a * t)
        + kep * a / d * t * np.exp(-a * t)
    ) / (1 - HCT)
    np.testing.assert_allclose(Ct[0], 0.05 * plasma + 0.2 * leaked, atol=2e-5)


def test_the_error_shrinks_with_the_step():
    def peak(step):
        return forward.integrate(Bolus(), transport(), duration=60.0, hct=HCT, step=step)[2][0]

    reference = peak(0.0125)[:: round(0.1 / 0.0125)]
    errors = [
        np.abs(peak(step)[:: round(0.1 / step)] - reference).max() for step in (0.1, 0.05, 0.025)
    ]
    assert errors[0] < 1e-3
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_coarse_steps_are_refused():
    with pytest.raises(ValueError, match=r"0\.1 s"):
        forward.integrate(Bolus(), transport(), duration=60.0, hct=HCT, step=0.5)


def test_dispersion_keeps_the_dose_and_delays_it_by_its_time_constants():
    def bolus(s):
        return forward._gamma_variate(s - 20.0, 8.0, 3.0)

    t, Cp, _ = forward.integrate(
        bolus, transport(delay=4.0, arterial=1.0, tissue=2.0), duration=200.0, hct=0.0
    )
    source = bolus(t)
    assert trapezoid(Cp[0], t) == pytest.approx(trapezoid(source, t), rel=1e-4)

    def centre(c):
        return trapezoid(t * c, t) / trapezoid(c, t)

    assert centre(Cp[0]) - centre(source) == pytest.approx(4.0 + 1.0 + 2.0, abs=0.02)


def test_bolus_is_physiological():
    t = np.arange(0, 300, 0.1)
    c = Bolus(arrival=25.0, peak=6.0)(t)
    assert np.all(c[t <= 25.0] == 0)
    assert 5.8 < c.max() < 7.5
    assert 5 < t[c.argmax()] - 25.0 < 12
    assert c[-1] == pytest.approx(0.5, abs=0.1)  # as the Parker curve after 4.5 minutes


@pytest.mark.parametrize("pulses", [1, 7, 60])
def test_spoiled_gradient_echo_pulse_by_pulse(pulses):
    """Bloch's equations for longitudinal magnetisation, one pulse after the other."""
    TR, FA, T10, C = 0.0045, 25.0, 1.441, 2.0
    R1 = 1 / T10 + forward.R1_RELAXIVITY * C
    Mz = 1.0
    for _ in range(pulses):
        Mz = 1 + (Mz * np.cos(np.deg2rad(FA)) - 1) * np.exp(-TR * R1)
    signal = forward.spgr(
        np.array([[C]]), T10=np.array([T10]), TR=TR, TE=0.0, FA=FA, pulses=np.array([pulses])
    )
    assert signal[0, 0] == pytest.approx(np.sin(np.deg2rad(FA)) * Mz, rel=1e-12)


def test_steady_state_is_reached_after_many_pulses():
    args = {"T10": np.array([0.55]), "TR": 0.0045, "TE": 0.0015, "FA": 25.0}
    C = np.array([[0.0, 1.0, 6.0]])
    many = forward.spgr(C, pulses=np.array([5000.0]), **args)
    np.testing.assert_allclose(forward.spgr(C, **args), many, rtol=1e-12)


def test_phase_per_millimolar():
    """0.068 rad/mM along the field at 1.5 T and TE 1.5 ms; none at the magic angle."""
    angle = np.array([0.0, np.arccos(1 / np.sqrt(3)), np.pi / 2])
    phase = forward.vessel_phase(np.ones((3, 1)), angle=angle, B0=1.5, TE=0.0015)[:, 0]
    assert phase[0] == pytest.approx(0.068, abs=5e-4)
    assert phase[1] == pytest.approx(0.0, abs=1e-12)
    assert phase[2] == pytest.approx(-phase[0] / 2)


def test_frame_mean_of_a_line_is_its_midpoint():
    t = np.arange(0, 30.05, 0.1)
    starts = np.array([0.0, 5.4, 10.83])
    values = np.stack([2 * t + 1, np.ones_like(t)])
    mean = forward.frame_mean(t, values, starts=starts, length=5.4)
    np.testing.assert_allclose(mean[0], 2 * (starts + 2.7) + 1, rtol=1e-10)
    np.testing.assert_allclose(mean[1], 1.0, rtol=1e-12)
