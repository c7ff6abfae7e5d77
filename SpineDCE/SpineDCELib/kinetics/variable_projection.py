"""Newton's method on the squared error of a model of two columns whose amplitudes follow.

The model is vp·a(w) + ve·e(u, w), with vp and ve in a box. For given u and w the best vp and ve
have a closed form, so the squared error is a function of (u, w), whose slopes follow from those of
the projections of the voxel's curve and of the products of the columns (variable projection: Golub
& Pereyra, Inverse Problems 2003; 19:R1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array
from SpineDCELib.kinetics.kep_search import best_in_box

Indices = NDArray[np.intp]
#: Value, slopes and second derivatives of a function of w: v, w, ww.
Curve = tuple[Array, Array, Array]
#: The same of a function of u and w: v, u, w, uu, uw, ww.
Surface = tuple[Array, ...]
#: Steps end where they are shorter (nodes), or gain a smaller share of what is explained.
_SHORT, _GAIN = 1e-5, 1e-10
#: Most steps.
_STEPS = 30
_TINY = 1e-30


def projected(
    y_a: Curve,
    y_e: Surface,
    products: tuple[Curve, Surface, Surface],
    vp_bound: float,
    ve_bound: float,
    *,
    full: bool = False,
) -> tuple[Any, ...]:
    """Return the best vp and ve, the squared error less |y|², its gradient and its Hessian.

    Args:
        y_a, y_e: projections of the voxels' curves on the columns.
        products: a·a, a·e and e·e.
        full: hold ve at its bound.

    Returns:
        Arrays ``(n,)``; the gradient is ``(2, n)``, the Hessian ``(3, n)``: uu, uw, ww. Both are
        of the error with vp and ve following, on the face of the box that they are on.
    """
    a, a_w, a_ww = y_a
    e, e_u, e_w, e_uu, e_uw, e_ww = y_e
    products_of_a, (ae, ae_u, ae_w, ae_uu, ae_uw, ae_ww), squares = products
    aa, aa_w, aa_ww = products_of_a
    ee, ee_u, ee_w, ee_uu, ee_uw, ee_ww = squares
    length = np.sqrt(np.maximum(aa, _TINY))
    g = ae / length
    s = np.sqrt(np.maximum(ee - g * g, 1e-12 * ee + _TINY))
    unit_a = a / length
    bound = vp_bound * length
    ve, plasma, _ = best_in_box(unit_a, (e - g * unit_a) / s, g, s, bound, ve_bound)
    if full:
        ve = np.full_like(ve, ve_bound)
        plasma = np.clip(unit_a - ve * g, 0.0, bound)
    vp = plasma / length
    error = vp * (vp * aa + 2 * ve * ae - 2 * a) + ve * (ve * ee - 2 * e)
    gradient = np.array([
        2 * ve * (vp * ae_u - e_u) + ve**2 * ee_u,
        vp * (vp * aa_w - 2 * a_w) + 2 * ve * (vp * ae_w - e_w) + ve**2 * ee_w,
    ])  # fmt: skip
    hessian = np.array([
        2 * ve * (vp * ae_uu - e_uu) + ve**2 * ee_uu,
        2 * ve * (vp * ae_uw - e_uw) + ve**2 * ee_uw,
        vp * (vp * aa_ww - 2 * a_ww) + 2 * ve * (vp * ae_ww - e_ww) + ve**2 * ee_ww,
    ])  # fmt: skip
    # vp and ve follow where they are not held by their bounds.
    free_vp = ((plasma > 0) & (plasma < bound)).astype(float)
    free_ve = ((ve > 0) & (ve < ve_bound)).astype(float)
    p_u, p_w = free_vp * ve * ae_u, free_vp * (vp * aa_w + ve * ae_w - a_w)
    q_u = free_ve * (vp * ae_u + ve * ee_u - e_u)
    q_w = free_ve * (vp * ae_w + ve * ee_w - e_w)
    # (aa, ae; ae, ee) inverted, or what of it is free.
    both = free_vp * free_ve
    area = both * (aa * ee - ae * ae) + (1 - both) * np.maximum(free_vp * aa + free_ve * ee, _TINY)
    area = np.maximum(area, _TINY)
    pp = np.where(both > 0, ee, free_vp) / area
    qq = np.where(both > 0, aa, free_ve) / area
    pq = -both * ae / area
    for row, (p1, q1, p2, q2) in enumerate(
        ((p_u, q_u, p_u, q_u), (p_u, q_u, p_w, q_w), (p_w, q_w, p_w, q_w))
    ):
        hessian[row] -= 2 * (pp * p1 * p2 + pq * (p1 * q2 + q1 * p2) + qq * q1 * q2)
    return vp, ve, error, gradient, hessian


def refine(
    evaluate: Callable[[Indices, Array], tuple[Any, ...]],
    place: Array,
    limits: Array,
    check: Callable[[], object],
    reach: float = 3.0,
    steps: int = _STEPS,
) -> Array:
    """Return the optimum that each start leads to, ``(9, n)``.

    Its rows are u, w, vp, ve, error, 1 where it converged, and the Hessian.

    Args:
        evaluate: result of :func:`projected` for some of the starts at places ``(2, m)``.
        place: the starts, ``(2, n)``.
        limits: lowest and highest u and w, ``(2, 2, 1)``.
        check: called before every step; may raise to stop.
        reach: longest step, in nodes. steps: most steps.
    """
    low, high = limits
    place = place.copy()
    vp, ve, error, gradient, hessian = evaluate(np.arange(place.shape[1]), place)
    damping = np.zeros(place.shape[1])
    active = np.arange(place.shape[1])
    converged = np.zeros(place.shape[1])
    for _ in range(steps):
        check()
        here, slope, bend = place[:, active], gradient[:, active], hessian[:, active]
        held = ((here <= low) & (slope > 0)) | ((here >= high) & (slope < 0))
        step = newton_step(slope, bend, held, damping[active])
        tried = np.clip(here + np.clip(step, -reach, reach), low, high)
        new = evaluate(active, tried)
        gain = error[active] - new[2]
        better = gain > 0
        taken = active[better]
        for old, changed in zip((vp, ve, error, gradient, hessian), new, strict=True):
            old[..., taken] = changed[..., better]
        place[:, taken] = tried[:, better]
        moved = np.abs(tried - here).max(axis=0)
        damping[active] = np.where(
            better, damping[active] / 8, np.maximum(4 * damping[active], 0.1)
        )
        going = (moved > _SHORT) & ~(better & (gain < _GAIN * np.abs(new[2])))
        converged[active[~going]] = 1.0
        active = active[going]
        if not active.size:
            break
    return np.array([*place, vp, ve, error, converged, *hessian])


def newton_step(slope: Array, bend: Array, held: NDArray[np.bool_], damping: Array) -> Array:
    """Return a step downhill of two variables, ``(2, n)``, 0 for those that are held."""
    uu, uw, ww = bend
    slope = np.where(held, 0.0, slope)
    uu, ww = np.where(held[0], 0.0, uu), np.where(held[1], 0.0, ww)
    uw = np.where(held.any(axis=0), 0.0, uw)
    # Scaled to a diagonal of 1, the lowest eigenvalue is raised above 0 and by the damping.
    size_u, size_w = np.sqrt(np.maximum(np.abs(uu), _TINY)), np.sqrt(np.maximum(np.abs(ww), _TINY))
    one, other, cross = np.sign(uu), np.sign(ww), uw / (size_u * size_w)
    lowest = (one + other) / 2 - np.sqrt(((one - other) / 2) ** 2 + cross**2)
    raised = np.maximum(1e-3 - lowest, 0.0) + damping
    one, other = one + raised, other + raised
    g_u, g_w = slope[0] / size_u, slope[1] / size_w
    area = one * other - cross**2
    return np.array([
        -(other * g_u - cross * g_w) / area / size_u, -(one * g_w - cross * g_u) / area / size_w
    ])  # fmt: skip
