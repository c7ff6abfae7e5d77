"""How well a blood curve, delayed and dispersed, explains the curves of the tissue.

The artery feeds the tissue, so its curve explains the tissue's curves (extended Tofts, every
parameter ≥ 0) better than that of any vein or of the pulmonary artery. Only shapes are compared:
the scale of a blood curve (relaxivity, blood T1, haematocrit, dose) is absorbed by vp and Ktrans.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.population import gamma_density

Array = NDArray[np.float64]

#: Delays of the tissue after the vessel, s: blood needs up to 15 s from the aorta to the spine; a
#: negative delay means that the tissue fills first.
DELAYS = np.arange(-3.0, 15.01, 1.0)
#: Mean transit times of the exponential dispersion between vessel and tissue, s.
DISPERSIONS = (0.0, 1.5, 3.0, 5.0)
#: Rates at which contrast returns from tissue to blood, 1/min; 0 is the Patlak model.
KEPS = np.array([0.0, 0.05, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0])
#: Step of the fine times on which blood is convolved, s.
FINE = 0.5
#: Frames longer than this, s, hide the height and time of a first pass, so that several first
#: passes are tried, with these widths at half height, s.
COARSE = 3.5
PASS_WIDTHS = (4.0, 6.0, 8.5, 12.0)
#: Signal near saturation, T2*, B1 and fresh blood all lower the first pass more than the rest.
#: Blood curves are also tried with the peak raised by these shares.
BENDS = (0.0, 0.4, 1.0)
#: Part of a tissue curve's peak that no model explains: mixed tissues, motion, interpolation.
MODEL_ERROR = 0.01
#: Delays explain a curve nearly as well as the best one if the residual grows by less than this
#: share of it and by less than nine times the noise of a frame, squared (3 SDs).
SAME_DELAY = 0.15
#: Least height of a mean tissue curve, in SDs of its noise.
LEAST_HEIGHT = 8.0
#: Number of mean tissue curves, and of voxels from which they are formed.
CURVES, VOXELS = 8, 4000


@dataclass(frozen=True, eq=False)
class TissueCurves:
    """A handful of mean tissue curves.

    Attributes:
        C: ``(frames, curves)``, contrast agent in any unit. noise: ``(curves,)``, SD of a frame.
            error: the same with the model error. voxels: ``(curves,)``.
    """

    C: Array
    noise: Array
    error: Array
    voxels: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Best fit of one blood curve to every tissue curve.

    Attributes:
        misfit: ``(curves,)``, mean squared residual over the squared error; 1 is a perfect fit.
        unexplained: ``(curves,)``, squared residual beyond noise, as a share of the tissue curve's
            squared variation.
        delay, dispersion: ``(curves,)``, s. shortest, longest: ``(curves,)``, s, delays that
            explain the curve nearly as well. vp: ``(curves,)``, in units of tissue over blood.
        fitted: ``(frames, curves)``.
    """

    misfit: Array
    unexplained: Array
    delay: Array
    shortest: Array
    longest: Array
    dispersion: Array
    vp: Array
    fitted: Array

    @property
    def first(self) -> float:
        """Return the delay of the tissue that fills first, as the lower quartile, s."""
        return float(np.percentile(self.delay, 25))

    @property
    def lead(self) -> float:
        """Return the least time by which the first tissue fills before the vessel, s, at least 0.

        A flat curve does not determine its delay, so the longest delay that explains it counts.
        """
        return max(-float(np.percentile(self.longest, 25)), 0.0)

    @property
    def lag(self) -> float:
        """Return how long even the first tissue fills after the vessel at the least, s."""
        return float(np.percentile(self.shortest, 25))

    @property
    def total(self) -> float:
        """Return the geometric mean of the misfits: no single tissue decides."""
        return float(np.exp(np.log(np.maximum(self.misfit, 1e-12)).mean()))


def tissue_curves(C: Array, *, before: int, noise: Array, curves: int = CURVES) -> TissueCurves:
    """Return mean curves of voxels that are alike in shape.

    Args:
        C: ``(frames, voxels)``, contrast agent. before: frames before contrast.
        noise: ``(voxels,)``, SD of a frame of each voxel.
    """
    frames, n = C.shape
    if n > VOXELS:
        keep = np.linspace(0, n - 1, VOXELS).astype(int)
        C, noise = C[:, keep], noise[keep]
        n = VOXELS
    if n == 0:
        return TissueCurves(np.zeros((frames, 0)), np.zeros(0), np.zeros(0), np.zeros(0, np.intp))
    above = C - C[:before].mean(axis=0)
    # Alike in shape: the height is divided out, and what only noise spans is left out.
    shape = above / np.maximum(above[before:].mean(axis=0), 1e-12)
    shape = shape - shape.mean(axis=1, keepdims=True)
    _, vectors = np.linalg.eigh(shape @ shape.T)
    scores = (vectors[:, -4:].T @ shape).T
    spread = np.maximum(scores.std(axis=0), 1e-12)
    limit = np.percentile(np.abs(scores), 95, axis=0)
    scores = np.clip(scores, -limit, limit) / spread.max()
    groups = min(curves, max(n // 12, 1))
    label = np.zeros(n, int) if groups == 1 else _grouped(scores, groups)
    means, noises, counts = [], [], []
    for g in np.unique(label):
        own = label == g
        count = int(own.sum())
        if count < 5:
            continue
        mean = above[:, own].mean(axis=1)
        scatter = float(np.sqrt(np.mean(noise[own] ** 2) / count))
        bend = np.diff(mean[frames // 2 :], 2)
        scatter = max(scatter, float(np.sqrt((bend**2).mean() / 6)))
        if float(np.percentile(mean, 98)) < LEAST_HEIGHT * scatter:
            continue
        means.append(mean)
        noises.append(scatter)
        counts.append(count)
    if not means:
        return TissueCurves(np.zeros((frames, 0)), np.zeros(0), np.zeros(0), np.zeros(0, np.intp))
    C, scatters = np.stack(means, axis=1), np.array(noises)
    error = np.hypot(scatters, MODEL_ERROR * np.percentile(C, 98, axis=0))
    return TissueCurves(C, scatters, error, np.array(counts, np.intp))


def _grouped(scores: Array, groups: int) -> NDArray[np.intp]:
    """Return the group of each row, by k-means from a fixed seed."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        # Curves without noise may be equal, so that some groups stay empty.
        warnings.simplefilter("ignore")
        from scipy.cluster.vq import kmeans2  # takes long to import

        label: NDArray[np.intp] = kmeans2(scores, groups, minit="++", seed=0)[1]
    return label


def as_tissue(C: Array) -> TissueCurves:
    """Return curves ``(frames, curves)``, 0 before contrast, as tissue with their own noise."""
    bend = np.diff(C[len(C) // 2 :], 2, axis=0)
    noise: Array = np.sqrt((bend**2).mean(axis=0) / 6)
    error = np.hypot(noise, MODEL_ERROR * np.abs(C).max(axis=0))
    return TissueCurves(C, noise, error, np.ones(C.shape[1], np.intp))


class Blood:
    """A blood curve on fine times, prepared for fits at every delay, dispersion and rate.

    Args:
        fine: ``(n,)``, times, s, by ``FINE``. c: ``(n,)``. t: frame times of the tissue, s.
    """

    def __init__(self, fine: Array, c: Array, t: Array, delays: Array = DELAYS) -> None:
        place = (t[None, :] - delays[:, None] - fine[0]) / FINE
        low = np.clip(np.floor(place).astype(int), 0, fine.size - 2)
        part = np.clip(place - low, 0.0, 1.0)
        part[place < 0] = 0.0
        keep = np.exp(-FINE / np.array(DISPERSIONS[1:]))[:, None]
        bloods = np.concatenate([c[None], _decaying_sum((1 - keep) * c, keep)])
        # The trapezoid rule; exact enough at half a second.
        half = np.zeros_like(bloods)
        half[:, 1:] = (bloods[:, 1:] + bloods[:, :-1]) / 2
        decay = np.exp(-KEPS * FINE / 60)[:, None]
        sets: list[Array] = []
        for blood, leak in zip(bloods, half, strict=True):
            table = np.concatenate([blood[None], _decaying_sum(FINE / 60 * leak, decay)])
            sets.append(table[:, low] * (1 - part) + table[:, low + 1] * part)
        #: ``(dispersions·delays, 1 + rates, frames)``, without their means over the frames: the
        #: level of a tissue curve's baseline is a free constant.
        columns = np.concatenate([np.moveaxis(s, 0, 1) for s in sets])
        self.columns: Array = columns - columns.mean(axis=-1, keepdims=True)
        self.delay = np.tile(delays, len(DISPERSIONS))
        self.dispersion = np.repeat(DISPERSIONS, delays.size)

    def explain(self, tissue: TissueCurves) -> Explanation:
        """Fit every tissue curve; the best delay, dispersion and rate of each are taken."""
        y = tissue.C - tissue.C.mean(axis=0)
        X = self.columns
        energy = (y**2).sum(axis=0)
        a, e = X[:, :1], X[:, 1:]
        aa = (a**2).sum(-1)[..., None]
        ee = (e**2).sum(-1)[..., None]
        ae = (a * e).sum(-1)[..., None]
        xy = X @ y  # (sets, 1+K, M)
        ay, ey = xy[:, :1], xy[:, 1:]
        tiny = 1e-12
        only_a = np.maximum(ay, 0) ** 2 / np.maximum(aa, tiny)
        only_e = np.maximum(ey, 0) ** 2 / np.maximum(ee, tiny)
        det = np.maximum(aa * ee - ae**2, tiny * aa * ee + tiny)
        v, k = (ay * ee - ey * ae) / det, (ey * aa - ay * ae) / det
        both = np.where((v > 0) & (k > 0), v * ay + k * ey, -np.inf)
        gain = np.maximum(np.maximum(only_a, only_e), both)
        flat = gain.reshape(-1, y.shape[1])
        best = flat.argmax(axis=0)
        m = np.arange(y.shape[1])
        s, r = np.unravel_index(best, gain.shape[:2])
        rss = np.maximum(energy - flat[best, m], 0.0)
        which = np.argmax([only_a[s, 0, m], only_e[s, r, m], both[s, r, m]], axis=0)
        vp = np.choose(which, [ay[s, 0, m] / np.maximum(aa[s, 0, 0], tiny), 0 * rss, v[s, r, m]])
        rate = np.choose(which, [0 * rss, ey[s, r, m] / np.maximum(ee[s, r, 0], tiny), k[s, r, m]])
        # Squared residual at every delay, at the best dispersion and rate.
        by_delay = energy - gain.max(axis=1).reshape(len(DISPERSIONS), -1, y.shape[1]).max(axis=0)
        slack = SAME_DELAY * rss + 9 * tissue.noise**2
        near = by_delay <= rss + slack
        delays = self.delay[: near.shape[0]]
        fitted = (X[s, 0] * vp[:, None] + X[s, 1 + r] * rate[:, None]).T
        frames = y.shape[0]
        return Explanation(
            misfit=rss / (max(frames - 6, 1) * tissue.error**2),
            unexplained=np.maximum(rss - (frames - 6) * tissue.noise**2, 0.0)
            / np.maximum(energy, tiny),
            delay=self.delay[s],
            shortest=delays[near.argmax(axis=0)],
            longest=delays[near.shape[0] - 1 - near[::-1].argmax(axis=0)],
            dispersion=self.dispersion[s],
            vp=vp,
            fitted=fitted,
        )


def _decaying_sum(x: Array, decay: Array) -> Array:
    """Return y with y[i] = x[i] + decay·y[i-1], ``(n, samples)``.

    Args:
        x: ``(n, samples)`` or ``(samples,)``. decay: ``(n, 1)``.
    """
    result = np.repeat(np.atleast_2d(x), len(decay) // len(np.atleast_2d(x)), axis=0)
    step = 1
    while step < result.shape[1]:  # sums of 1, 2, 4, … samples
        result[:, step:] += decay**step * result[:, :-step]
        step *= 2
    return result


def fine_times(t: Array) -> Array:
    """Return fine times that cover the frames and the earliest delay."""
    return np.arange(t[0], t[-1] - DELAYS[0] + 2 * FINE, FINE)


def blood_of(c: Array, t: Array, *, delays: Array = DELAYS) -> Blood:
    """Return the blood curve through samples ``c`` at frame times ``t``."""
    fine = fine_times(t)
    return Blood(fine, _through(c, t, fine), t, delays)


def _through(c: Array, t: Array, fine: Array) -> Array:
    from scipy.interpolate import PchipInterpolator  # takes long to import

    return np.asarray(PchipInterpolator(t, c)(np.minimum(fine, t[-1])))


def explain(
    c: Array, t: Array, tissue: TissueCurves, *, sharpen: bool = True, delays: Array = DELAYS
) -> Explanation:
    """Return how well a blood curve explains the tissue.

    Where frames are long, the first pass between two samples is not known. Each of several first
    passes that run exactly through the samples is then tried, for every vessel alike.

    Args:
        c: ``(frames,)``, contrast agent in blood, any unit, about 0 before contrast.
        sharpen: try several first passes where frames are long.
    """
    top = max(float(c.max()), 1e-12)
    best, blood = None, c
    for bend in BENDS:
        bent = c * (1 + bend * np.maximum(c, 0) / top)
        tried = blood_of(bent, t, delays=delays).explain(tissue)
        if best is None or tried.total < best.total:
            best, blood = tried, bent
    assert best is not None
    interval = float(np.median(np.diff(t)))
    if not sharpen or interval <= COARSE:
        return best
    for curve in first_passes(blood, t):
        tried = Blood(fine_times(t), curve, t, delays).explain(tissue)
        if tried.total < best.total:
            best = tried
    return best


def first_passes(c: Array, t: Array) -> list[Array]:
    """Return fine curves through the samples with first passes of several times and widths."""
    fine, interval = fine_times(t), float(np.median(np.diff(t)))
    top = int(np.argmax(c))
    found = []
    for width in PASS_WIDTHS:
        shape, scale = 4.0, width / 4.5
        mode = (shape - 1) * scale
        for moved in np.arange(-0.75, 0.76, 0.25):
            start = t[top] + moved * interval - mode
            pulse = gamma_density(t - start, shape, scale)
            sampled = gamma_density(fine - start, shape, scale)
            if pulse.max() < 0.1 * sampled.max():
                continue
            # The height that leaves the smoothest remainder.
            bend = np.diff(np.column_stack([c, pulse]), 2, axis=0)
            height = float(bend[:, 0] @ bend[:, 1]) / max(float(bend[:, 1] @ bend[:, 1]), 1e-12)
            if height <= 0:
                continue
            remainder = c - height * pulse
            if remainder.min() < -0.15 * c.max() or height * sampled.max() > 3 * c.max():
                continue
            found.append(_through(remainder, t, fine) + height * sampled)
    return found
