"""Levenberg-Marquardt least squares within bounds, for many curves at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array

#: Parameters ``(p, n)`` → curves ``(T, n)``.
Model = Callable[[Array], Array]

_STEPS = 200
_DIFFERENCE = 1e-6
_SMALL_STEP = 1e-9
_SMALL_GAIN = 1e-10
#: A curve that still gains more than this share at the last step has not converged.
_CREEP = 1e-6


def jacobian(model: Model, x: Array, at_x: Array, upper: Array, scale: Array) -> Array:
    """Return the derivatives by forward differences (backward at the upper bound), ``(n, p, T)``.

    Args:
        x: parameters, ``(p, n)``; ``at_x`` the curves there, ``(T, n)``.
        upper, scale: upper bounds and typical sizes of the parameters, ``(p, 1)`` or ``(p, n)``.
    """
    step = np.broadcast_to(_DIFFERENCE * scale, x.shape)
    step = np.where(x + step > upper, -step, step)
    columns = []
    for i in range(len(x)):
        moved = x.copy()
        moved[i] += step[i]
        columns.append((model(moved) - at_x) / step[i])
    return np.moveaxis(np.array(columns), 2, 0)


def minimise(
    model: Model,
    y: Array,
    start: Array,
    lower: Array,
    upper: Array,
    scale: Array,
    check: Callable[[], object] = bool,
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Find the least-squares optimum that each start leads to.

    Args:
        y: curves, ``(T, n)``.
        start: ``(p, n)``; lower, upper, scale: bounds and typical sizes, ``(p, 1)`` or ``(p, n)``.
        check: called before every step; may raise to stop.

    Returns:
        Parameters ``(p, n)``, residual sums of squares ``(n,)``, and whether it converged.

    Source: Marquardt, J SIAM 1963; 11:431; a parameter whose gradient pushes against its bound is
    held there for the step.
    """
    lower, upper, scale = (np.broadcast_to(v, start.shape) for v in (lower, upper, scale))
    x = np.clip(start, lower, upper)
    curve = model(x)
    rss = ((y - curve) ** 2).sum(axis=0)
    damping = np.full(rss.size, 1e-3)
    creeping = np.zeros(rss.size, bool)
    active = np.arange(rss.size)
    for _ in range(_STEPS):
        check()
        here, at_here = x[:, active], curve[:, active]
        low, high, size = lower[:, active], upper[:, active], scale[:, active]
        J = jacobian(model, here, at_here, high, size) * size.T[:, :, None]
        residual = (y[:, active] - at_here).T
        pull = np.einsum("npt,nt->np", J, residual).T
        held = ((here <= low) & (pull <= 0)) | ((here >= high) & (pull >= 0))
        J[held.T] = 0.0
        normal = J @ J.swapaxes(1, 2)
        diagonal = np.einsum("npp->np", normal)
        diagonal *= 1.0 + damping[active, None]
        # A parameter that is held, or that moves nothing, gets no step.
        diagonal += np.where(diagonal > 0, 1e-14 * diagonal.max(axis=1, keepdims=True), 1.0)
        pull[held] = 0.0
        step = np.linalg.solve(normal, pull.T[:, :, None])[:, :, 0].T * size
        tried = np.clip(here + step, low, high)
        at_tried = model(tried)
        new_rss = ((y[:, active] - at_tried) ** 2).sum(axis=0)
        old_rss = rss[active]
        better = new_rss < old_rss
        still = np.all(np.abs(tried - here) <= _SMALL_STEP * (size + np.abs(here)), axis=0)
        still |= better & (old_rss - new_rss <= _SMALL_GAIN * old_rss)
        still |= damping[active] > 1e12
        taken = active[better]
        x[:, taken], curve[:, taken] = tried[:, better], at_tried[:, better]
        rss[taken] = new_rss[better]
        damping[active] *= np.where(better, 0.3, 3.0)
        creeping[active] = better & (old_rss - new_rss > _CREEP * old_rss)
        active = active[~still]
        if not active.size:
            break
    creeping[np.setdiff1d(np.arange(rss.size), active)] = False
    return x, rss, ~creeping
