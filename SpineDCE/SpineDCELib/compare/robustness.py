"""Robustness of the call: repeat the comparison with perturbed inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.shift_evidence import NORMAL
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.live_refit import shift_of_voxels
from SpineDCELib.compare.call import chance
from SpineDCELib.compare.half_artery import ArteryHalves
from SpineDCELib.concentration import (
    relative_enhancement,
    signal_difference,
    signal_to_concentration,
    spgr_signal,
)
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fitting import prepare
from SpineDCELib.measurement.normalised_ratio import normalise, percent_change
from SpineDCELib.progress import Progress, silent
from SpineDCELib.vocabulary.conversion_modes import normalised_vp
from SpineDCELib.vocabulary.quantities import FITTED_AS, number, signed

#: Relative error of T10 of lesion and marrow (flip-angle maps without B1).
T10_RANGE = 0.15
#: Haematocrit of adults under treatment.
HCT_RANGE = (0.33, 0.48)
#: Error of a shift that is set by eye: half a frame at best.
SHIFT_FRAMES = 0.5

#: The artery's voxels are resampled only if there are at least this many.
SMALLEST_ARTERY = 8


@dataclass(frozen=True)
class Perturbation:
    """Difference of one perturbed analysis from the analysis of the visit."""

    shift: float = 0.0  #: s, added to all shifts
    lesion_shift: float = 0.0  #: s, added to the lesion's
    reference_shift: float = 0.0  #: s, added to the reference's
    lesion_edge: int = 0  #: voxels, in plane
    reference_edge: int = 0
    reference: int = 0  #: 0 is the one in use, n the nth of the others
    lesion_T10: float = 1.0  #: factor
    reference_T10: float = 1.0
    Hct: float | None = None
    aif_voxels: int | None = None  #: seed of a random half of the artery's voxels


@dataclass(frozen=True)
class Sensitivity:
    """Change of normalised Vp (%) at both ends of the range of one input."""

    name: str
    low: str
    high: str
    change_low: float
    change_high: float

    @property
    def span(self) -> float:
        return abs(self.change_high - self.change_low)


@dataclass(frozen=True, eq=False)
class Flip:
    """Robustness of one call.

    Attributes:
        change: of normalised Vp as analysed, %.
        changes: of every perturbed analysis, %, ``(runs,)``.
        kept: share of runs with the same call.
        tornado: sensitivities, largest first.
    """

    change: float
    cutoff: float
    changes: NDArray[np.float64]
    kept: float
    tornado: tuple[Sensitivity, ...] = field(default=())

    @property
    def sentence(self) -> str:
        runs = int(np.isfinite(self.changes).sum())
        most = ""
        if self.tornado:
            first = self.tornado[0]
            # The change as analysed is one of the values that the input leads to.
            values = sorted((first.change_low, first.change_high, self.change))
            low, high = values[0], values[-1]
            most = (
                f" Each input was also moved alone to both ends of its range: {first.name} moves "
                f"the change furthest: between {first.low} and {first.high}, the change lies "
                f"between {signed(low, 0)} and {signed(high, 0)} % ({signed(self.change, 0)} % as "
                "analysed). This is the worst case of one input, not its share of the interval."
            )
        share = f"{100 * self.kept:.0f} %" if self.kept in (0, 1) else chance(self.kept)
        failed = self.changes.size - runs
        said = (
            f"{round(self.kept * runs)} of {runs} perturbed analyses ({share}) lead to the same "
            "call."
        )
        if failed:
            said += f" {failed} more gave no normalised value."
        limit = (
            "This share is not the probability of the call: here, every value in the range of an "
            "input is as likely as any other, and noise is left out."
        )
        return f"{said} {limit}{most}"


class PerturbedVisit:
    """One visit, reduced to the voxels that a perturbation can reach.

    Args:
        lesion: mask. references: masks, the one in use first.
        names: of the lesion and the references; None for a vertebra that is not drawn.
        excluded: mask of what belongs to no region.
    """

    def __init__(
        self,
        analysis: Analysis,
        *,
        lesion: NDArray[np.bool_],
        references: list[NDArray[np.bool_]],
        names: tuple[str | None, ...] = (),
        excluded: NDArray[np.bool_] | None = None,
    ) -> None:
        self.analysis = analysis
        self._names = (*names, *(None,) * (1 + len(references) - len(names)))
        self.lesions = _edges(lesion, excluded)
        self.references = [_edges(reference, excluded) for reference in references]
        reach = np.any([self.lesions[1], *(r[1] for r in self.references)], axis=0)
        self.voxels = np.flatnonzero(reach)
        self._place = np.full(reach.size, -1)
        self._place[self.voxels] = np.arange(self.voxels.size)
        concentration = analysis.concentration()
        dynamic = analysis.images.dynamic
        self._shifts = shift_of_voxels(analysis).ravel()[self.voxels]
        self.signal = dynamic.signal.reshape(dynamic.n_frames, -1)[:, self.voxels]
        self.baseline = concentration.baseline.ravel()[self.voxels]
        self.T10 = None
        if concentration.T10 is not None:
            self.T10 = np.asarray(concentration.T10).ravel()[self.voxels].astype(float)
        self.water = None
        if normalised_vp(analysis.mode) in FITTED_AS:
            water = analysis.water_share()
            self.water = None if water is None else water.ravel()[self.voxels]

    def normalised_vp(self, how: Perturbation) -> float:
        """Return normalised Vp of the lesion, analysed with a perturbation."""
        lesion = self._inside(self.lesions[how.lesion_edge])
        reference = self._inside(self.references[how.reference][how.reference_edge])
        chosen = np.concatenate([lesion, reference])
        curves = self._curves(chosen, lesion.size, how)
        settings = self.analysis.settings.fit
        fitter = prepare(
            curves,
            self.analysis.images.dynamic.times,
            self._plasma(how),
            model=settings.model,
            integration=settings.integration,
            fit_delay=settings.fit_delay,
            bounds=self.analysis.fit_bounds(),
        )
        shifts = np.concatenate(
            [
                self._shifts_in(lesion, self._names[0]) + how.lesion_shift,
                self._shifts_in(reference, self._names[1 + how.reference]) + how.reference_shift,
            ]
        )
        vp = np.full(chosen.size, np.nan)
        for shift in np.unique(shifts):
            here = np.flatnonzero(shifts == shift)
            vp[here] = fitter.fit(float(shift) + how.shift, voxels=here, with_status=False)["vp"]
        if self.water is not None:
            vp *= self.water[chosen] * self._water_factor(chosen, lesion.size, how)
        top, bottom = np.nanmean(vp[: lesion.size]), np.nanmean(vp[lesion.size :])
        return float(normalise(top, bottom))

    def _shifts_in(self, places: NDArray[np.int_], name: str | None) -> NDArray[np.float64]:
        """Return the shift of each voxel: the region's own also where its outline has moved."""
        if self.analysis.settings.fit.shift_by == "region":
            own = self.analysis.own_shifts().get(name or "", self.analysis.shift())
            return np.full(places.size, own)
        return self._shifts[places]

    def _inside(self, mask: NDArray[np.bool_]) -> NDArray[np.int_]:
        return self._place[np.flatnonzero(mask)]

    def _curves(
        self, chosen: NDArray[np.int_], lesions: int, how: Perturbation
    ) -> NDArray[np.floating]:
        signal, baseline = self.signal[:, chosen], self.baseline[chosen]
        mode = self.analysis.signal_mode
        if mode == "relative":
            return relative_enhancement(signal, baseline=baseline)
        if mode == "difference":
            return signal_difference(signal, baseline=baseline)
        assert self.analysis.TR is not None
        assert self.analysis.FA is not None
        return signal_to_concentration(
            signal,
            baseline=baseline,
            R10=self._R10(chosen, lesions, how),
            TR=self.analysis.TR,
            FA=self.analysis.FA,
            r1=self.analysis.r1,
        )

    def _R10(
        self, chosen: NDArray[np.int_], lesions: int, how: Perturbation
    ) -> NDArray[np.float64]:
        assert self.T10 is not None
        factor = np.full(chosen.size, how.reference_T10)
        factor[:lesions] = how.lesion_T10
        with np.errstate(divide="ignore", invalid="ignore"):
            R10: NDArray[np.float64] = 1 / (self.T10[chosen] * factor)
        return R10

    def _water_factor(
        self, chosen: NDArray[np.int_], lesions: int, how: Perturbation
    ) -> NDArray[np.floating]:
        """Return the factor by which another T10 changes M0, and so the water content."""
        assert self.analysis.TR is not None
        assert self.analysis.FA is not None
        plain, perturbed = (
            spgr_signal(
                self._R10(chosen, lesions, one), S0=1.0, TR=self.analysis.TR, FA=self.analysis.FA
            )
            for one in (Perturbation(), how)
        )
        return plain / perturbed

    @cached_property
    def _halves(self) -> ArteryHalves:
        return ArteryHalves(self.analysis)

    def _plasma(self, how: Perturbation) -> ArterialCurve:
        arterial, Hct = self.analysis.aif(), self.analysis.settings.aif.Hct
        t, Cp = arterial.t, arterial.samples
        if how.aif_voxels is not None:
            Cb = self._halves.curve(np.random.default_rng(how.aif_voxels))
            Cp = Cp if Cb is None else Cb / (1 - Hct)
        if how.Hct is not None:
            Cp = Cp * (1 - Hct) / (1 - how.Hct)
        return ArterialCurve(t, Cp, self.analysis.settings.fit.integration)

    @property
    def resamples_aif(self) -> bool:
        artery = self.analysis.artery
        return artery is not None and int(artery.sum()) >= SMALLEST_ARTERY

    @cached_property
    def own_ranges(self) -> dict[str, tuple[float, float]]:
        """Ranges of the delays that the lesion and the reference have of their own, s.

        About the values in use, as wide as the 95 % interval of what they do not share; by the name
        of the perturbation. Empty where they share the study's shift.
        """
        if self.analysis.settings.fit.shift_by != "region":
            return {}
        delays, ranges = self.analysis.delays(), {}
        for what, name in zip(("lesion_shift", "reference_shift"), self._names, strict=False):
            delay = delays.get(name or "")
            if delay is not None and delay.determined:
                ranges[what] = (-NORMAL * delay.SE, NORMAL * delay.SE)
        return ranges

    @cached_property
    def shift_range(self) -> tuple[float, float]:
        """Range about the shift in use, s: half a frame, or the evidence's plateau if wider.

        Without width where the lesion and the reference have their own delays.
        """
        if len(self.own_ranges) == 2:
            return 0.0, 0.0
        analysis = self.analysis
        half = SHIFT_FRAMES * analysis.images.dynamic.frame_interval
        try:
            evidence = analysis.evidence()
        except InputError:
            return -half, half
        low, high = (float(end) - analysis.shift() for end in evidence.plateau)
        return (-half, half) if evidence.doubt else (min(low, -half), max(high, half))


def _edges(
    mask: NDArray[np.bool_], excluded: NDArray[np.bool_] | None
) -> dict[int, NDArray[np.bool_]]:
    """Return the mask, and the mask one voxel smaller and one larger in plane; never empty."""
    plane = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]], bool)
    smaller = ndimage.binary_erosion(mask, plane)
    larger = ndimage.binary_dilation(mask, plane)
    if excluded is not None:
        larger &= ~excluded | mask
    return {0: mask, -1: smaller if smaller.any() else mask, 1: larger}


def flip_analysis(
    before: PerturbedVisit,
    after: PerturbedVisit,
    *,
    cutoff: float,
    runs: int = 200,
    seed: int = 0,
    progress: Progress = silent,
) -> Flip:
    """Analyse both visits ``runs`` times with all inputs perturbed at once, and each input alone.

    Outlines move by a voxel, other references are used, the delays of the lesion and the reference
    vary over their intervals (a shift that both share over its plateau), half of
    the artery's voxels are drawn at random, and T10 (±15 %) and haematocrit (0.33 to 0.48, the
    same at both visits) vary over their ranges. All draws are uniform; the seed makes them
    repeatable.
    """
    rng = np.random.default_rng(seed)
    visits = (before, after)
    plain = [visit.normalised_vp(Perturbation()) for visit in visits]
    change = percent_change(plain[0], plain[1])
    alone = [*_one_by_one(visits)]
    total = 2 * len(alone) + runs
    tornado = []
    for done, (name, which, ends) in enumerate(alone):
        progress(2 * done / total, "Robustness of the call: each input alone")
        moved = []
        for how in ends.values():
            values = [
                visit.normalised_vp(how) if i in which else plain[i]
                for i, visit in enumerate(visits)
            ]
            moved.append(percent_change(*values))
        low, high = ends
        tornado.append(Sensitivity(name, low, high, moved[0], moved[1]))
    tornado.sort(key=lambda s: -(s.span if np.isfinite(s.span) else 0.0))
    changes = np.full(runs, np.nan)
    for run in range(runs):
        progress((2 * len(alone) + run) / total, "Robustness of the call: all inputs at once")
        Hct = float(rng.uniform(*HCT_RANGE))
        changes[run] = percent_change(*(v.normalised_vp(_drawn(v, Hct, rng)) for v in visits))
    known = changes[np.isfinite(changes)]
    kept = float(((known > cutoff) == (change > cutoff)).mean()) if known.size else float("nan")
    progress(1.0, "Robustness of the call")
    return Flip(change, cutoff, changes, kept, tuple(tornado))


def _drawn(visit: PerturbedVisit, Hct: float, rng: np.random.Generator) -> Perturbation:
    absolute = visit.T10 is not None
    return Perturbation(
        shift=float(rng.uniform(*visit.shift_range)),
        **{name: float(rng.uniform(*ends)) for name, ends in visit.own_ranges.items()},
        lesion_edge=int(rng.integers(-1, 2)),
        reference_edge=int(rng.integers(-1, 2)),
        reference=int(rng.integers(len(visit.references))),
        lesion_T10=float(rng.uniform(1 - T10_RANGE, 1 + T10_RANGE)) if absolute else 1.0,
        reference_T10=float(rng.uniform(1 - T10_RANGE, 1 + T10_RANGE)) if absolute else 1.0,
        Hct=Hct,
        aif_voxels=int(rng.integers(2**31)) if visit.resamples_aif else None,
    )


def _one_by_one(
    visits: tuple[PerturbedVisit, PerturbedVisit],
) -> Iterator[tuple[str, tuple[int, ...], dict[str, Perturbation]]]:
    """Yield each input's name, the visits concerned, and both ends of its range with a label."""
    base = Perturbation()

    def ends(**values: tuple[tuple[str, Any], tuple[str, Any]]) -> dict[str, Perturbation]:
        [(name, pair)] = values.items()
        return {label: replace(base, **{name: value}) for label, value in pair}

    for index, (visit, when) in enumerate(
        zip(visits, ("at baseline", "at follow-up"), strict=True)
    ):
        where = (index,)
        moves = {"shift": (f"AIF shift {when}", visit.shift_range)}
        if visit.shift_range == (0.0, 0.0):
            moves = {}
        for name, word in (("lesion_shift", "lesion"), ("reference_shift", "reference")):
            if name in visit.own_ranges:
                moves[name] = (f"delay of the {word} {when}", visit.own_ranges[name])
        for name, (title, shifts) in moves.items():
            first, last = (
                (f"{number(abs(shift), 1)} s {'later' if shift > 0 else 'earlier'}", shift)
                for shift in shifts
            )
            yield title, where, ends(**{name: (first, last)})
        for name, word in (("lesion_edge", "lesion"), ("reference_edge", "reference")):
            yield (
                f"{word} outline {when}",
                where,
                ends(**{name: (("1 voxel smaller", -1), ("1 voxel larger", 1))}),
            )
        if visit.T10 is not None:
            for name, word in (("lesion_T10", "lesion"), ("reference_T10", "reference")):
                yield (
                    f"T10 of the {word} {when}",
                    where,
                    ends(**{name: (("15 % lower", 1 - T10_RANGE), ("15 % higher", 1 + T10_RANGE))}),
                )
        if visit.resamples_aif:
            yield f"AIF voxels {when}", where, ends(aif_voxels=(("one half", 1), ("another", 2)))
        # Among them the one in use: the range of an input holds the value that was taken.
        values = {
            index: visit.normalised_vp(Perturbation(reference=index))
            for index in range(len(visit.references))
        }
        values = {index: value for index, value in values.items() if np.isfinite(value)}
        if len(values) > 1:
            least, most = (choose(values, key=values.__getitem__) for choose in (min, max))
            pair = (
                ("the vertebra that gives the lowest normalised Vp", least),
                ("the one that gives the highest", most),
            )
            yield f"reference vertebra {when}", where, ends(reference=pair)
    thin, thick = HCT_RANGE
    yield "haematocrit", (0, 1), ends(Hct=((f"{thin:g}", thin), (f"{thick:g}", thick)))
