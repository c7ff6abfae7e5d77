"""Standard errors of fitted parameters, from the slopes of the model at the optimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.kinetics.bounded_least_squares import jacobian
from SpineDCELib.kinetics.convolution import Array
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.parameters import Setup
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.progress import Progress, silent
from SpineDCELib.vocabulary.fit_status import is_fitted

_BLOCK = 2048
#: A poorer conditioned matrix of slopes does not determine the parameters.
_CONDITION = 1e13
#: Weight of (relative error of kep)² in the error of ve = Ktrans/kep, which is skewed where kep is
#: uncertain. Measured: the 95 % interval of ve covers 93 to 97 % in marrow and lesions with a
#: signal-to-noise ratio of 15 to 60.
_SKEW = 3.0
#: Harmonics of the rounding error; the next would add less than 2 % of its variance.
_HARMONICS = 4
#: s, of the derivative of a curve with respect to the delay.
_DELAY_STEP = 0.01


def standard_errors(
    result: FitResult,
    noise: SignalNoise | None = None,
    *,
    delay_SE: ArrayLike = 0.0,
    progress: Progress = silent,
) -> dict[str, NDArray[np.floating]]:
    """Compute the standard error of every parameter, in its unit, of the voxels' shape.

    With ``noise`` the errors contain the noise as the conversion of the signal amplifies it, the
    error of the baseline signal, which all frames share, and the error of stored integers that
    noise does not blur. Without it, the curves' noise is taken to be the same and independent in
    all frames, besides the ``baseline_error`` and ``rounding`` that the fit was given. The level of
    the noise follows from the residuals.

    A parameter at its bound has the error that it would have without the bound. NaN where a voxel
    was not fitted or its curve does not determine the parameter. A 95 % interval is the value
    ± 1.96 (or the t-quantile of the degrees of freedom) times the error.

    Source: Seber & Wild, Nonlinear Regression, 1989, ch. 5: s²·(JᵀJ)⁻¹; with the noise's own
    covariance Σ in between it is (JᵀJ)⁻¹·Jᵀ·Σ·J·(JᵀJ)⁻¹ (White, Econometrica 1980; 48:817).

    Args:
        noise: of the result's voxels, flattened.
        delay_SE: standard error of the delay, s, of the voxels' shape or one number; 0 leaves it
            out.
    """
    setup = result.setup
    names = setup.parameters
    shape = result.status.shape
    searched = setup.sought(result.parameters).reshape(len(setup.searched), -1)
    searched = np.where(np.isnan(searched), setup.box()[0], searched)
    rss = result.rss.ravel().astype(np.float64)
    delays = np.broadcast_to(np.asarray(delay_SE, float), shape).ravel()
    hidden = result.hidden_errors.reshape(2, -1) if result.hidden_errors is not None else None
    errors = np.full((len(names), rss.size), np.nan)
    places = np.flatnonzero(is_fitted(result.status))
    for start in range(0, places.size, _BLOCK):
        progress(start / places.size, "Standard errors")
        place = places[start : start + _BLOCK]
        slopes = _Slopes(setup, searched[:, place], rss[place])
        if noise is not None:
            slopes.add_signal_noise(noise, place)
        else:
            slopes.add_even_noise()
            if hidden is not None:
                # A rounding error lies anywhere within half a step.
                slopes.add_level(np.hypot(hidden[0, place], hidden[1, place] / np.sqrt(3)))
        if np.any(delays[place]):
            slopes.add_delay(delays[place])
        errors[:, place] = slopes.errors()
    progress(1.0, "Standard errors")
    dtype = result.rss.dtype
    return {name: errors[i].reshape(shape).astype(dtype) for i, name in enumerate(names)}


def errors_at(setup: Setup, searched: Array, rss: Array) -> Array:
    """Compute the standard errors of the shown parameters, ``(shown, n)``, at a block's optima.

    Parameters at a bound are held there, and the noise is the same in all frames.
    """
    errors = np.empty((len(setup.parameters), rss.size))
    for start in range(0, rss.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        slopes = _Slopes(setup, searched[:, part], rss[part], hold_at_bounds=True)
        slopes.add_even_noise()
        errors[:, part] = slopes.errors()
    return errors


class _Slopes:
    """Slopes of the model at a block of optima, and the covariance of the parameters.

    Args:
        searched: ``(p, n)``. rss: ``(n,)``.
        hold_at_bounds: a parameter at its bound is known; else the bounds do not count.
    """

    def __init__(
        self, setup: Setup, searched: Array, rss: Array, *, hold_at_bounds: bool = False
    ) -> None:
        self.setup, self.searched, self.rss = setup, searched, rss
        self.hold_at_bounds = hold_at_bounds
        lower, upper, self.size = setup.box()
        self.curves = self._model(searched)
        limit = upper if hold_at_bounds else np.full_like(upper, np.inf)
        J = jacobian(self._model, searched, self.curves, limit, self.size)
        J = J * self.size.T[:, :, None]
        slack = 1e-6 * self.size
        at_bound = ((searched <= lower + slack) | (searched >= upper - slack)).T
        # Without an extravascular term kep moves nothing.
        still = np.einsum("npt,npt->np", J, J) == 0
        inverse, self.solvable = _inverse(J, still | at_bound if hold_at_bounds else still)
        self.held = still | at_bound if hold_at_bounds else still
        if not hold_at_bounds and not self.solvable.all():
            # Where the slopes alone determine nothing, the bound may.
            held = np.where(self.solvable[:, None], still, still | at_bound)
            inverse, self.solvable = _inverse(J, held)
            self.held = held
        J[self.held] = 0.0
        self.J = J
        #: Errors of a curve, ``(n, T)``, → errors of the parameters, ``(n, p)``.
        self.pull = inverse @ J
        self.inverse = inverse
        self.covariance = np.zeros(inverse.shape)

    def _model(self, searched: Array) -> Array:
        return self.setup.curves(self.setup.shown(searched))

    def add_even_noise(self) -> None:
        """Add noise that is the same and independent in all frames, with the residuals' size."""
        freedom = self.setup.t.size - (~self.held).sum(axis=1)
        self.covariance += self.inverse * (self.rss / np.maximum(freedom, 1))[:, None, None]

    def add_signal_noise(self, noise: SignalNoise, place: NDArray[np.intp]) -> None:
        """Add noise of the signal, the error of its baseline, and systematic rounding errors."""
        signal, frame, baseline = (array.T for array in noise.slopes(self.curves, place))
        n0 = noise.baseline_frames

        def spread(rows: Array) -> Array:
            """Return the effect of the signal of each frame on rows of what curves are read by."""
            effect: Array = rows * frame[:, None, :]
            effect[:, :, :n0] -= (rows @ baseline[:, :, None]) / n0
            return effect

        by_signal = spread(self.pull)
        # Sum of the variances of the curve's frames, for a signal with a variance of 1.
        total = (frame**2).sum(axis=1) + (baseline**2).sum(axis=1) / n0
        total -= 2 * (baseline * frame)[:, :n0].sum(axis=1) / n0
        seen = total - np.einsum("npt,npt->n", by_signal, spread(self.J))
        variance = self.rss / np.maximum(seen, 1e-12 * total)
        self.covariance += by_signal @ by_signal.swapaxes(1, 2) * variance[:, None, None]
        step = noise.steps(place)
        stepped = np.flatnonzero((step > 0) & (variance < step**2))
        if stepped.size:
            self._add_rounding(
                stepped, by_signal, signal[stepped], step[stepped], variance[stepped]
            )

    def _add_rounding(
        self, place: NDArray[np.intp], by_signal: Array, signal: Array, step: Array, variance: Array
    ) -> None:
        """Add the rounding error that depends on the signal and so recurs in similar frames.

        The expectation of a rounded noisy value is off by a Fourier series in the value, whose
        terms fall with the noise (Widrow & Kollár, Quantization Noise, 2008, ch. 9). Its phase is
        unknown, so the sine and the cosine of each term count.
        """
        # The residuals contain the variance of rounding too.
        noise2 = np.maximum(variance / step**2 - 1 / 12, 0.0)
        for k in range(1, _HARMONICS + 1):
            height = step / (np.sqrt(2) * np.pi * k) * np.exp(-2 * (np.pi * k) ** 2 * noise2)
            angle = 2 * np.pi * k * signal / step[:, None]
            for wave in (np.cos(angle), np.sin(angle)):
                effect = by_signal[place] @ (height[:, None] * wave)[:, :, None]
                self.covariance[place] += effect @ effect.swapaxes(1, 2)

    def add_level(self, error: Array) -> None:
        """Add an error of the whole curve's level, ``(n,)``, mM."""
        effect = self.pull.sum(axis=2, keepdims=True) * error[:, None, None]
        self.covariance += effect @ effect.swapaxes(1, 2)

    def add_delay(self, error: Array) -> None:
        """Add an error of the delay, ``(n,)``, s."""
        shown = {"Ta": np.full(error.size, self.setup.Ta)} | self.setup.shown(self.searched)
        later, earlier = (
            self.setup.curves(shown | {"Ta": shown["Ta"] + step})
            for step in (_DELAY_STEP, -_DELAY_STEP)
        )
        slope = (later - earlier).T / (2 * _DELAY_STEP)
        effect = self.pull @ slope[:, :, None] * error[:, None, None]
        self.covariance += effect @ effect.swapaxes(1, 2)

    def errors(self) -> Array:
        """Return the standard errors of the shown parameters, ``(shown, n)``."""
        searched, held = self.searched, self.held
        covariance = np.where(self.solvable[:, None, None], self.covariance, np.nan)
        # What a held parameter contributes is nothing; what it is itself is unknown.
        covariance = covariance * (~held[:, :, None] & ~held[:, None, :])
        covariance = covariance * (self.size * self.size.T)
        index = {name: i for i, name in enumerate(self.setup.searched)}
        result = []
        for name in self.setup.parameters:
            gradient = np.zeros_like(searched)
            if name in index:
                gradient[index[name]] = 1.0
                known = ~held[:, index[name]]
            else:  # Ktrans or PS, ve·kep
                ve, kep = index["ve"], index["kep"]
                gradient[ve], gradient[kep] = searched[kep], searched[ve]
                known = ~(held[:, ve] & held[:, kep])
            variance = np.einsum("pn,npq,qn->n", gradient, covariance, gradient)
            if name == "ve" and "kep" in index and not self.hold_at_bounds:
                kep = index["kep"]
                relative2 = covariance[:, kep, kep] / searched[kep] ** 2
                variance = variance * (1 + _SKEW * relative2)
            result.append(np.where(known, np.sqrt(np.maximum(variance, 0.0)), np.nan))
        return np.array(result)


def _inverse(J: Array, held: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """Return the inverse of JᵀJ with some parameters held, and where it exists, ``(n,)``."""
    free = np.where(held[:, :, None], 0.0, J)
    normal = free @ free.swapaxes(1, 2)
    diagonal = np.einsum("npp->np", normal)
    diagonal[held] = 1.0
    solvable = np.linalg.cond(normal) < _CONDITION
    inverse = np.zeros(normal.shape)
    inverse[solvable] = np.linalg.inv(normal[solvable])
    return inverse, solvable
