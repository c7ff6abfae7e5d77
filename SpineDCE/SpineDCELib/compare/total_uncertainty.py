"""Total uncertainty of a change: noise, delays, T10, AIF, outlines and the choice of reference.

Every source gives a standard deviation of ln(follow-up/baseline) of a normalised parameter. The
sources are independent, so their variances add; what both regions or both visits share cancels and
is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.shift_evidence import NORMAL
from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.half_artery import ArteryHalves
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fitting import prepare
from SpineDCELib.measurement import Share, mean_curve
from SpineDCELib.measurement.exclusions import without_exclusions
from SpineDCELib.vocabulary.quantities import FITTED_AS

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Random outlines for each region, and halves of the artery for each visit.
OUTLINES, HALVES = 40, 8
#: Standard deviation of a redrawn outline, voxels in plane: of the outline as a whole, and of its
#: smooth deformation; neither moves it by more than one voxel. Together they change the mean of a
#: lesion of 3 mm voxels by about 9 % (chosen).
WHOLE, LOCAL = 0.28, 0.36
#: Distance over which a redrawn outline deforms together, voxels.
SMOOTHNESS = 2.5
#: What the curve of an artery leaves in ln(ratio) at one visit because its first pass is sampled:
#: 0.04 in a change between visits with frames of 5.4 s, measured on digital studies.
SAMPLING = 0.04 / np.sqrt(2) / 5.4
#: Standard deviation of a delay of which the curves say nothing, s: tissue delays of 0 to 12 s.
WIDEST = 3.5
#: Where more than this share of the voxels of a region reach a Vp of 1, the AIF is far too low.
#: Where they reach the bound of the fit, the ratio says nothing: its standard deviation is a factor
#: e.
AT_BOUND, MEANINGLESS = 0.05, 1.0
#: A lesion's mean must not be lost in a derivative: smallest part of the mean that is looked at.
_LEAST = 0.05


@dataclass(frozen=True, eq=False)
class MeasuredVisit:
    """One visit, reduced to a lesion and its reference.

    Attributes:
        lesion, reference: names of the regions.
    """

    analysis: Analysis
    lesion: str
    reference: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.lesion, self.reference

    @cached_property
    def masks(self) -> dict[str, Mask]:
        """Region → mask without exclusions."""
        masks = without_exclusions(self.analysis.regions, self.analysis.roles)
        return {name: masks[name] for name in self.pair}

    @cached_property
    def allowed(self) -> dict[str, Mask]:
        """Region → voxels that a redrawn outline may reach: no exclusion, artery or other region"""
        analysis = self.analysis
        found = {}
        for name in self.pair:
            taken = [
                mask
                for other, mask in analysis.regions.items()
                if other != name
                and analysis.roles[other] in ("lesion", "reference", "aorta", "exclusion")
            ]
            free = ~np.any(taken, axis=0) if taken else np.ones(self.masks[name].shape, bool)
            found[name] = free | self.masks[name]
        return found

    def shift(self, name: str) -> float:
        """Return the shift at which a region is fitted, s."""
        return self.analysis.own_shifts().get(name, self.analysis.shift())

    def means(self, name: str, shift: float) -> dict[str, float]:
        """Return the mean of every parameter over a region fitted at another shift."""
        fitted = self.fit(np.flatnonzero(self.masks[name]), shift)
        return {key: _mean(values) for key, values in fitted.items()}

    def fit(self, voxels: NDArray[np.intp], shift: float) -> dict[str, NDArray[np.floating]]:
        """Return every parameter of some voxels (flat indices) fitted at a shift."""
        fitted = self.analysis.fitter().fit(Ta=shift, voxels=voxels, with_status=False)
        return self.analysis.per_tissue(fitted.parameters, voxels)


def shares_of_change(
    visits: Sequence[MeasuredVisit], parameters: Sequence[str], *, seed: int = 0
) -> dict[str, tuple[Share, ...]]:
    """Return parameter → every share of the uncertainty except noise and the reference.

    Args:
        visits: both visits of a change, or the one visit of a value; what all visits share is not
            in the uncertainty of a value.
        parameters: "vp", "vp_voxel", "Ktrans".
        seed: of the redrawn outlines and halves of the artery.
    """
    rng = np.random.default_rng(seed)
    sources: dict[str, list[Mapping[str, float]]] = {
        "delays": [delay_SD(v, name, parameters) for v in visits for name in v.pair],
        "T10": [
            *(T10_SD(v, name, parameters) for v in visits for name in v.pair),
            *(T10_change_SD(visits, n, parameters) for n in range(2) if len(visits) == 2),
        ],
        "AIF": [AIF_SD(v, parameters, rng) for v in visits],
        "outline": [outline_SD(v, name, parameters, rng) for v in visits for name in v.pair],
    }
    return {
        parameter: tuple(
            Share(source, float(np.sqrt(sum(part[parameter] ** 2 for part in parts))))
            for source, parts in sources.items()
        )
        for parameter in parameters
    }


def delay_SD(visit: MeasuredVisit, name: str, parameters: Sequence[str]) -> dict[str, float]:
    """Return what the error of a region's delay does to ln(mean): refits on either side of it.

    A shift in use that is not the one that the curves show errs by the difference as well. It is
    tried at the ends of its 95 % interval too, because vp can fall to 0 between one error and two.
    """
    analysis = visit.analysis
    nothing = dict.fromkeys(parameters, 0.0)
    if analysis.settings.fit.fit_delay:
        return nothing
    used = visit.shift(name)
    error = delay_error(analysis, name, used)
    ends = {
        factor: [visit.means(name, used + step) for step in (factor * error, -factor * error)]
        for factor in (1.0, NORMAL)
    }
    middle = visit.means(name, used)
    found = {}
    for parameter in parameters:
        least = _LEAST * middle[parameter]
        if not least > 0:
            found[parameter] = 0.0
            continue
        for factor, pair in ends.items():
            logs = [np.log(max(end[parameter], least) / middle[parameter]) for end in pair]
            # The larger side, because vp falls to 0 on the one and rises without end on the other.
            moved = max(abs(logs[0] - logs[1]) / 2, 0.7 * np.abs(logs).max())
            found[parameter] = max(found.get(parameter, 0.0), float(moved) / factor)
    return found


def delay_error(analysis: Analysis, name: str, used: float) -> float:
    """Return the standard error of a region's shift in use, s, at most :data:`WIDEST`."""
    one = analysis.delays().get(name)
    if one is None or not np.isfinite(one.SE):
        return WIDEST
    off = used - one.proposal if one.determined else 0.0
    return float(min(np.hypot(one.SE, off), WIDEST))


def T10_SD(visit: MeasuredVisit, name: str, parameters: Sequence[str]) -> dict[str, float]:
    """Return what T10, water and the coil do to ln(mean) of a region at one visit alone."""
    own = {p: float(visit.analysis.T10_error(name, p).own) for p in parameters}
    return {p: value if np.isfinite(value) else 0.0 for p, value in own.items()}


def T10_change_SD(
    visits: Sequence[MeasuredVisit], number: int, parameters: Sequence[str]
) -> dict[str, float]:
    """Return what an unknown that both visits share does to ln(change) of a region.

    Args:
        visits: both visits.
        number: 0 for the lesion, 1 for the reference.
    """
    found = {}
    for parameter in parameters:
        before, after = (v.analysis.T10_error(v.pair[number], parameter) for v in visits)
        left = before.left_in_change(after)
        found[parameter] = left if np.isfinite(left) else 0.0
    return found


def AIF_SD(
    visit: MeasuredVisit, parameters: Sequence[str], rng: np.random.Generator
) -> dict[str, float]:
    """Return what the artery's curve does to ln(ratio): halves of its voxels, other vessels.

    Factors of the curve cancel in the ratio; its shape does not. The mean of a random half of the
    voxels differs from that of all by as much as that of all differs from the truth.
    """
    analysis = visit.analysis
    times = analysis.images.dynamic.times
    least = SAMPLING * float(np.median(np.diff(times)))
    base = _ratios(visit, analysis.arterial_curve())
    # Each vessel that explains the tissue as well is as likely as the one in use.
    vessels = [one.normalised.get(visit.lesion, 0.0) for one in analysis.aif_alternatives()]
    known = [0.0, *(value for value in vessels if np.isfinite(value))]
    other_vessels = float(np.sqrt(np.mean(np.square(known))))
    others = [_ratios(visit, curve) for curve in _other_curves(analysis, rng)]
    found = {}
    for parameter in parameters:
        # What a fitted value is multiplied with does not depend on the AIF.
        fitted = FITTED_AS.get(parameter, parameter)
        logs = [
            np.log(other[fitted] / base[fitted])
            for other in others
            if other[fitted] > 0 and base[fitted] > 0
        ]
        spread = float(np.sqrt(np.mean(np.square(logs)))) if logs else 0.0
        found[parameter] = float(np.hypot(np.hypot(spread, least), other_vessels))
    if regions_reaching(visit, analysis.fit_bounds().vp):
        found = dict.fromkeys(parameters, MEANINGLESS)
    return found


def regions_reaching(visit: MeasuredVisit, limit: float = 1.0) -> list[str]:
    """Return the regions in which the fitted vp of many voxels reaches a limit."""
    vp = visit.analysis.result().maps["vp"]
    return [name for name in visit.pair if np.mean(vp[visit.masks[name]] > 0.98 * limit) > AT_BOUND]


def _other_curves(analysis: Analysis, rng: np.random.Generator) -> list[ArterialCurve]:
    arterial, Hct = analysis.aif(), analysis.settings.aif.Hct
    found: list[ArterialCurve] = []
    artery = analysis.artery
    if artery is None or int(artery.sum()) < 2:
        return found
    halves = ArteryHalves(analysis)
    for _ in range(HALVES):
        try:
            Cb = halves.curve(rng)
        except InputError:
            continue
        if Cb is not None and np.all(np.isfinite(Cb)):
            found.append(
                ArterialCurve(arterial.t, Cb / (1 - Hct), analysis.settings.fit.integration)
            )
    return found


def _ratios(visit: MeasuredVisit, plasma: ArterialCurve) -> dict[str, float]:
    """Return the ratio of every parameter of the mean curves, fitted with another AIF."""
    analysis = visit.analysis
    found = analysis.concentration().curves
    values: list[dict[str, float]] = []
    for name in visit.pair:
        curve = mean_curve(found, mask=visit.masks[name])
        if not np.all(np.isfinite(curve)):
            values.append({})
            continue
        fit = prepare(
            curve[:, None],
            analysis.images.dynamic.times,
            plasma,
            model=analysis.settings.fit.model,
            integration=analysis.settings.fit.integration,
            fit_delay=analysis.settings.fit.fit_delay,
            bounds=analysis.fit_bounds(),
        ).fit(visit.shift(name))
        values.append({key: float(array[0]) for key, array in fit.parameters.items()})
    lesion, reference = values
    nan = float("nan")
    return {
        key: lesion.get(key, nan) / reference[key] if reference.get(key, 0.0) > 0 else nan
        for key in analysis.result().maps
    }


def outline_SD(
    visit: MeasuredVisit, name: str, parameters: Sequence[str], rng: np.random.Generator
) -> dict[str, float]:
    """Return what redrawing a region does to ln(mean): the standard deviation over outlines.

    A mean of all outlines that differs from that of the drawn one is a blurred edge, which both
    visits share.
    """
    mask, allowed = visit.masks[name], visit.allowed[name]
    plane = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]], bool)
    reach = ndimage.binary_dilation(mask, plane, iterations=2) & allowed
    box = tuple(slice(int(i.min()), int(i.max()) + 1) for i in np.nonzero(reach))
    fitted = visit.fit(np.flatnonzero(reach), visit.shift(name))
    near: dict[str, Array] = {}
    for parameter in parameters:
        whole = np.full(mask.shape, np.nan)
        whole[reach] = fitted[parameter]
        near[parameter] = whole[box]
    outlines = list(redrawn(mask[box], rng, OUTLINES, allowed=reach[box]))
    found = {}
    for parameter, values in near.items():
        drawn = _mean(values[mask[box]])
        means = np.array([_mean(values[outline]) for outline in outlines])
        known = means[np.isfinite(means) & (means > _LEAST * drawn)]
        found[parameter] = float(np.log(known).std(ddof=1)) if known.size > 1 else 0.0
    return found


def redrawn(
    mask: Mask, rng: np.random.Generator, count: int, *, allowed: Mask | None = None
) -> list[Mask]:
    """Redraw a region ``count`` times, each time moved in or out smoothly by up to one voxel.

    Each slice is redrawn in plane, because slices are far thicker than pixels. An outline that
    would leave nothing keeps the voxels deepest in the region.

    Args:
        mask: ``(slices, rows, columns)``.
        allowed: voxels that a redrawn region may reach; all if None.
    """
    padded = np.pad(mask, ((0, 0), (2, 2), (2, 2)))
    inside = ndimage.distance_transform_edt(padded, sampling=(1e3, 1, 1)) - 0.5
    outside = ndimage.distance_transform_edt(~padded, sampling=(1e3, 1, 1)) - 0.5
    depth = np.where(padded, inside, -outside)[:, 2:-2, 2:-2]
    found = []
    for _ in range(count):
        field = ndimage.gaussian_filter(
            rng.standard_normal(mask.shape), (0.0, SMOOTHNESS, SMOOTHNESS), mode="wrap"
        )
        spread = field.std()
        field = field / spread if spread > 0 else np.zeros_like(field)
        moved = np.clip(WHOLE * rng.standard_normal() + LOCAL * field, -1.0, 1.0)
        outline = depth + moved > 0
        if allowed is not None:
            outline &= allowed
        found.append(outline if outline.any() else depth >= depth.max())
    return found


def _mean(values: NDArray[np.floating]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
