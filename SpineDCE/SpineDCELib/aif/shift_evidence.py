"""Evidence for the AIF shift: residual, Vp and normalised Vp of each region at every shift."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.aif.arrival import bolus_arrival
from SpineDCELib.aif.region_delay import estimate_delay, lowest, time_error
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fitting import Fitter, prepare
from SpineDCELib.measurement.normalised_ratio import normalise
from SpineDCELib.progress import Progress, silent, within
from SpineDCELib.settings import Model
from SpineDCELib.vocabulary.quantities import number

Array = NDArray[np.float64]

#: Range and step of the shifts, s. The artery feeds the tissue, which hardly fills earlier; 20 s is
#: far more than blood needs from the aorta to the spine.
FIRST, LAST, STEP = -6.0, 20.0, 0.5
#: Parts that a region is divided into, whose mean curves determine the shift: single voxels are too
#: noisy where signal is poor, and one mean would not give an uncertainty.
PARTS = 8
#: Voxels over which a region's vp is averaged; more take longer and do not change the result.
VOXELS = 200
#: On the plateau the residual exceeds its minimum by less than this share: the sum of squares has
#: not doubled.
PLATEAU = 1.0
#: A residual that changes by less than this share does not determine a shift.
FLAT = 0.05
#: Name of what is fitted where no region is drawn.
ALL_TISSUE = "all tissue"
#: Half the width of a 95 % interval in standard errors.
NORMAL = 1.96
NO_SINGLE_SHIFT = "The delays of the regions differ, so no single shift fits all of them."
MAY_OVERLAP = (
    "Their intervals can overlap all the same, because each also contains the error of the AIF's "
    "time, which all regions share."
)


@dataclass(frozen=True, eq=False)
class RegionEvidence:
    """Residual and vp of one region at every shift.

    Attributes:
        name: of the region. voxels: number with a usable curve.
        residual: ``(shifts,)``, mean over the region's parts of the residual sum of squares,
            relative to its minimum (1).
        mean_residual: ``(shifts,)``, that of the region's mean curve, relative to its minimum (1).
        vp: ``(shifts,)``, mean of the fitted voxels, fraction; NaN for a model without vp.
        proposal: shift of the smallest residual of the mean curve, s: the region's delay.
        low, high: its 95 % interval. SE: its standard error, s.
        determined: the curves determine it.
        arrival: delay of the rise of the region's mean curve after the AIF, s; NaN if it does not
            rise. Because of dispersion it is a rougher estimate than the residual.
    """

    name: str
    voxels: int
    residual: Array
    mean_residual: Array
    vp: Array
    proposal: float
    low: float
    high: float
    arrival: float
    SE: float
    determined: bool


@dataclass(frozen=True, eq=False)
class Evidence:
    """Evidence of all regions, and the shift that they propose.

    Attributes:
        shifts: s. residual: ``(shifts,)``, over all regions, relative to its minimum (1).
        mean_residual: ``(shifts,)``, that of the mean curves, whose minimum is the proposal.
        proposal: s. low, high: its 95 % interval with the delays of the regions taken for one.
        plateau: the shifts, s, between which the residual is less than twice its minimum.
        normalised_vp: lesion → ``(shifts,)``, its mean vp over that of the reference; with own
            delays, both moved by the same seconds from their proposals as the study's shift is.
        doubt: reason not to trust the proposal; empty if it can be trusted.
    """

    shifts: Array
    residual: Array
    mean_residual: Array
    proposal: float
    low: float
    high: float
    plateau: tuple[float, float]
    regions: tuple[RegionEvidence, ...]
    normalised_vp: dict[str, Array] = field(default_factory=dict)
    doubt: str = ""

    def summary(self, *, parts: bool = True) -> str:
        """Describe the proposal in a sentence, with the reason to doubt it if there is one.

        Args:
            parts: also describe the residual over parts of the regions, which a window that charts
                that of the mean curves does not show.
        """
        if self.doubt:  # then neither the proposal nor its interval means anything
            return " ".join(["No shift is proposed.", self.doubt, self.before_artery]).rstrip()

        def seconds(low: float, high: float) -> str:
            return f"{number(low, 1)} to {number(high, 1)} s"

        by_region = ", ".join(
            f"{r.name} {number(r.proposal, 1)} s ({number(r.low, 1)} to {number(r.high, 1)} s)"
            if r.determined
            else f"{r.name} not determined"
            for r in self.regions
        )
        interval, plateau = seconds(self.low, self.high), seconds(*self.plateau)
        if self.is_of_all_tissue:
            text = (
                f"The mean curve of all enhancing tissue is fitted best at a shift of "
                f"{number(self.proposal, 2)} s. This is a rough value without an interval, because "
                "tissues fill at different times."
            )
        # One region alone says nothing that the proposal does not say.
        elif len(self.regions) > 1:
            text = (
                f"The mean curves are fitted best at a shift of {number(self.proposal, 2)} s (95 % "
                f"interval {interval}; by region: {by_region})."
            )
        else:
            text = (
                f"The mean curve is fitted best at a shift of {number(self.proposal, 2)} s (95 % "
                f"interval {interval})."
            )
        if parts:
            text += self._of_parts(plateau)
        if self.differing:
            text += f" {NO_SINGLE_SHIFT} {MAY_OVERLAP}"
        if self.before_artery:
            text += f" {self.before_artery}"
        return text

    def _of_parts(self, plateau: str) -> str:
        least = lowest(self.shifts, self.residual)
        if self.is_of_all_tissue:
            text = (
                " The residual over parts of the enhancing tissue is below twice its least value "
                f"from {plateau}."
            )
        else:
            text = (
                " The residual over parts of each region is below twice its least value from "
                f"{plateau}."
            )
        if abs(least - self.proposal) > STEP:
            text += f" It is least at {number(least, 1)} s."
        return text

    def misfit(self, shift: float) -> float:
        """Return the residual of the mean curves at a shift (s), over its least."""
        return float(np.interp(shift, self.shifts, self.mean_residual))

    @property
    def interval(self) -> tuple[float, float] | None:
        """The proposal's 95 % interval, s; None if it comes from all tissue, or is doubted.

        Tissues fill at different times, so that the error of their mean curve says nothing about
        how far the delay of one of them is from its own.
        """
        return None if self.is_of_all_tissue or self.doubt else (self.low, self.high)

    @property
    def is_of_all_tissue(self) -> bool:
        """Whether the shift is proposed from all enhancing tissue, because no region is drawn."""
        return [region.name for region in self.regions] == [ALL_TISSUE]

    @property
    def before_artery(self) -> str:
        """Return that all tissue fills before the artery, which cannot be; "" if it does not."""
        if not self.is_of_all_tissue or self.doubt or self.high >= 0:
            return ""
        return (
            "All enhancing tissue taken together seems to fill before the artery, so this proposal "
            "is not to be trusted. Draw a lesion or a reference vertebra, whose curves then set "
            "the shift, and check the artery."
        )

    @property
    def differing(self) -> bool:
        """Whether delays of regions differ from each other or from the proposal, with 95 %."""
        return _differ(self.regions) or any(
            one.determined and abs(one.proposal - self.proposal) > NORMAL * one.SE
            for one in self.regions
        )


class _Places(NamedTuple):
    """Where a region's curves stand among those that are fitted."""

    means: slice  #: of the whole region, then of its parts
    voxels: slice


def gather_evidence(
    regions: Mapping[str, NDArray[np.floating]],
    t: ArrayLike,
    Cp: ArterialCurve,
    *,
    model: Model,
    lesions: tuple[str, ...] = (),
    reference: str | None = None,
    own_delays: bool = False,
    shifts: ArrayLike | None = None,
    progress: Progress = silent,
) -> Evidence:
    """Fit every region at every shift, and propose the shift of the smallest residual.

    Args:
        regions: name → tissue curves, mM, ``(frames, voxels)``.
        t: frame times, s. Cp: arterial plasma curve, mM.
        lesions, reference: names among ``regions`` between which vp is normalised.
        own_delays: normalise vp with each region at its own delay where it is determined.
        shifts: s, increasing and evenly spaced; from ``FIRST`` to ``LAST`` by ``STEP`` if None.

    Raises:
        InputError: no region has a curve that can be fitted.
    """
    times = np.asarray(t, float)
    tried = np.arange(FIRST, LAST + STEP / 2, STEP) if shifts is None else np.asarray(shifts, float)
    usable = {
        name: fed
        for name, curves in regions.items()
        if (fed := curves[:, np.isfinite(curves).all(axis=0)]).shape[1]
    }
    # All regions' curves in one fit, because they share the tables of a shift.
    columns: list[NDArray[np.floating]] = []
    places: dict[str, _Places] = {}
    for name, fed in usable.items():
        parts, some = _parts(fed), _spread(fed)
        first = sum(column.shape[1] for column in columns)
        last = first + 1 + parts.shape[1]
        places[name] = _Places(slice(first, last), slice(last, last + some.shape[1]))
        columns += [fed.mean(axis=1, dtype=float)[:, None], parts, some]
    if not columns:
        raise _nothing_to_fit()
    together = np.hstack(columns)
    fitter = prepare(together, times, Cp, model=model)
    all_rss = np.full((tried.size, together.shape[1]), np.nan)
    all_vp = np.full_like(all_rss, np.nan)
    for i, shift in enumerate(tried):
        listener = within(progress, i / tried.size, "Estimating the shift")
        fit = fitter.fit(float(shift), progress=listener)
        all_rss[i] = fit.rss
        if "vp" in fit.parameters:
            all_vp[i] = fit["vp"]

    found: list[RegionEvidence] = []
    losses: list[Array] = []
    weighed: list[tuple[int, float]] = []
    for name, fed in usable.items():
        own, voxels = places[name]
        chosen, rss = together[:, own][:, 1:], all_rss[:, own]
        fitted = np.asarray(np.isfinite(rss).all(axis=0))
        if not fitted[0] or not fitted[1:].any():
            continue
        # A floor keeps curves without noise from getting an infinite weight.
        floor = 1e-6 * (chosen**2).sum(axis=0).mean()
        rss = np.maximum(rss, floor)
        least = rss.min(axis=0)
        loss = (rss / least)[:, 1:][:, fitted[1:]].mean(axis=1)
        delay = estimate_delay(functools.partial(_rss, fitter, own, listener), tried, rss, times)
        found.append(
            RegionEvidence(
                name,
                fed.shape[1],
                residual=loss / loss.min(),
                mean_residual=rss[:, 0] / least[0],
                vp=_mean(all_vp[:, voxels]),
                proposal=delay.value,
                low=delay.low,
                high=delay.high,
                arrival=_delay_of_rise(chosen, times, Cp),
                SE=delay.SE,
                determined=delay.determined,
            )
        )
        losses.append((rss / least)[:, fitted])
        weighed.append((own.start, float(least[0])))
    if not found:
        raise _nothing_to_fit()
    # Each region's parts together count as much as its mean curve.
    residual = np.mean([one[:, 1:].mean(axis=1) for one in losses], axis=0)
    residual /= residual.min()
    whole = np.mean([one[:, 0] for one in losses], axis=0)
    proposal = _refined(fitter, weighed, lowest(tried, whole), float(tried[1] - tried[0]))
    half = NORMAL / np.sqrt(sum(1 / max(r.SE, 1e-3) ** 2 for r in found))
    half = float(np.hypot(half, NORMAL * time_error(times)))
    by_name = {
        r.name: _moved(tried, r.vp, r.proposal - proposal) if own_delays and r.determined else r.vp
        for r in found
    }
    normal = by_name.get(reference or "")
    ratios = {
        name: np.asarray(normalise(by_name[name], normal), float)
        for name in lesions
        if normal is not None and name in by_name
    }
    return Evidence(
        tried,
        residual,
        whole / whole.min(),
        proposal,
        proposal - half,
        proposal + half,
        _plateau(tried, residual, proposal),
        tuple(found),
        ratios,
        _doubt(residual) or _doubt_at_end(proposal, tried),
    )


def _differ(regions: Sequence[RegionEvidence]) -> bool:
    known = [(r.proposal, NORMAL * r.SE) for r in regions if r.determined]
    return any(one + a < two - b for one, a in known for two, b in known)


def _parts(curves: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the mean curves of ``PARTS`` parts with equally many voxels."""
    places = np.array_split(np.arange(curves.shape[1]), min(PARTS, curves.shape[1]))
    return np.stack([curves[:, i].mean(axis=1, dtype=float) for i in places], axis=1)


def _spread(curves: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return at most ``VOXELS`` curves, evenly sampled from the whole region."""
    n = curves.shape[1]
    return curves if n <= VOXELS else curves[:, np.linspace(0, n - 1, VOXELS).astype(int)]


def _rss(fitter: Fitter, places: slice, progress: Progress, shift: float) -> Array:
    """Return the residual sums of squares of some curves at a shift, s."""
    fitted = fitter.fit(shift, voxels=places, progress=progress, with_status=False)
    return np.asarray(fitted.rss, float)


def _mean(values: Array) -> Array:
    """Return the mean of each row's finite values; NaN where there are none."""
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(finite, values, 0.0).sum(axis=1) / finite.sum(axis=1)
    return mean


def _nothing_to_fit() -> InputError:
    return InputError(
        "No region has a curve from which a shift could be estimated.",
        code="no_curve_for_shift",
        fields=["fit.shift"],
    )


def _refined(fitter: Fitter, means: list[tuple[int, float]], about: float, step: float) -> float:
    """Return the shift of the smallest residual of the mean curves near a first guess, s.

    Args:
        means: place of each region's mean curve, and its least residual.
    """
    places, least = (np.array(column) for column in zip(*means, strict=True))
    finer = about + step * np.linspace(-1.2, 1.2, 13)
    fits = (fitter.fit(float(s), voxels=places, with_status=False) for s in finer)
    loss = [float((fitted.rss / least).sum()) for fitted in fits]
    return round(lowest(finer, np.array(loss)), 2)


def _moved(shifts: Array, curve: Array, by: float) -> Array:
    """Return a curve read ``by`` seconds later; NaN outside its range."""
    read: Array = np.interp(shifts + by, shifts, curve, left=np.nan, right=np.nan)
    return read


def _plateau(shifts: Array, residual: Array, proposal: float) -> tuple[float, float]:
    """Return the interval around the minimum in which the residual stays near it, interpolated."""
    i = int(np.argmin(residual))
    above = residual > 1 + PLATEAU

    def edge(outside: NDArray[np.intp], inward: int) -> float:
        j = int(outside[0])
        k = j + inward
        part = (residual[j] - 1 - PLATEAU) / (residual[j] - residual[k])
        return float(shifts[j] + part * (shifts[k] - shifts[j]))

    left, right = np.flatnonzero(above[:i])[::-1], i + np.flatnonzero(above[i:])
    low = edge(left, 1) if left.size else float(shifts[0])
    high = edge(right, -1) if right.size else float(shifts[-1])
    return min(low, proposal), max(high, proposal)


def _doubt(residual: Array) -> str:
    """Return the reason why the residual does not determine a shift; empty if it does."""
    if np.argmin(residual) in (0, residual.size - 1):
        return "The residual has no minimum inside the range of shifts."
    if residual.max() < 1 + FLAT:
        return "The residual hardly changes with the shift, so these regions do not determine it."
    return ""


def _doubt_at_end(proposal: float, shifts: Array) -> str:
    """Return that a proposal is nearer than a step to the end of the shifts; empty if it is not."""
    first, last = float(shifts[0]), float(shifts[-1])
    if shifts[1] <= proposal <= shifts[-2]:
        return ""
    return (
        f"The best fit is at the end of the shifts that are tried, {number(first, 0)} to "
        f"{number(last, 0)} s, or beyond it, so the true shift is not known."
    )


def _delay_of_rise(curves: NDArray[np.floating], t: Array, Cp: ArterialCurve) -> float:
    """Return the delay of the mean curve's rise after the AIF, s; NaN if it does not rise."""
    try:
        mean = curves.mean(axis=1, dtype=float)
        return round(bolus_arrival(mean, t=t) - bolus_arrival(Cp.c, t=Cp.t), 2)
    except InputError:
        return float("nan")
