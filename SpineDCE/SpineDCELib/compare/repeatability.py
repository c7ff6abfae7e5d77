"""Test–retest of a pair of visits: vertebrae without tumour that both visits show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.compare.total_uncertainty import MeasuredVisit
from SpineDCELib.data import Result
from SpineDCELib.measurement import RegionMean, Share, region_mean
from SpineDCELib.vocabulary.quantities import signed

#: Share of a vertebra that two outlines have in common from which they are of one vertebra.
_SAME = 0.3
#: A repeatability coefficient needs at least so many vertebrae beside the reference.
LEAST = 3
#: Standard deviation of ln(follow-up/baseline) of one vertebra beside what noise explains, before
#: anything is known of this patient (chosen: two vertebrae of one spine differ in how they change
#: between two visits), and the number of vertebrae that it counts as.
PRIOR_SD, PRIOR_FREEDOM = 0.07, 4.0


@dataclass(frozen=True)
class Repeatability:
    """How much vertebrae without tumour change between the same two visits.

    The coefficient is 1.96·√2 times the within-subject standard deviation (Raunig et al., Stat
    Methods Med Res 2015;24:27), on the log scale: of two measurements of a tissue that has not
    changed, 95 % lie within it.

    Attributes:
        changes: vertebra → change of its value over the reference, %.
        coefficient: of ln(follow-up/baseline).
    """

    changes: Mapping[str, float]
    coefficient: float

    @property
    def low(self) -> float:
        """Largest fall within repeatability, %."""
        return float(100 * np.expm1(-self.coefficient))

    @property
    def high(self) -> float:
        """Largest rise within repeatability, %."""
        return float(100 * np.expm1(self.coefficient))

    def contains(self, percent: float) -> bool:
        """Whether a change, %, is within repeatability."""
        return bool(self.low <= percent <= self.high)

    @property
    def sentence(self) -> str:
        return (
            f"{len(self.changes)} vertebrae without tumour give the repeatability of these two "
            f"visits: {signed(self.low, 0)} to {signed(self.high, 0)} %."
        )


def repeatability(logs: Mapping[str, float]) -> Repeatability | None:
    """Return the repeatability from the changes of vertebrae over the reference.

    Args:
        logs: vertebra → ln(follow-up/baseline) of its value over the reference.

    Returns:
        None with fewer than :data:`LEAST` vertebrae.
    """
    known = {name: value for name, value in logs.items() if np.isfinite(value)}
    if len(known) < LEAST:
        return None
    # Half of the mean squared difference is the within-subject variance.
    square = float(np.mean(np.square(list(known.values()))))
    changes = {name: float(100 * np.expm1(value)) for name, value in known.items()}
    return Repeatability(changes, float(1.96 * np.sqrt(square)))


def reference_share(logs: Sequence[float], noise: Sequence[float]) -> Share:
    """Return what the choice of the reference adds to the uncertainty of a change.

    The changes of vertebrae over the reference scatter by noise and by what each vertebra does for
    itself. The latter, with a prior where few vertebrae are seen, is the share.

    Args:
        logs: ln(follow-up/baseline) of each further vertebra over the reference.
        noise: standard deviation of each that noise explains.
    """
    pairs = [(a, b) for a, b in zip(logs, noise, strict=True) if np.isfinite(a) and np.isfinite(b)]
    # A difference of two vertebrae has twice the variance of one.
    excess = sum(max(a**2 - b**2, 0.0) / 2 for a, b in pairs)
    freedom = PRIOR_FREEDOM + len(pairs)
    variance = (PRIOR_FREEDOM * PRIOR_SD**2 + excess) / freedom
    return Share("reference", float(np.sqrt(variance)), freedom)


def vertebra_changes(
    visits: Sequence[MeasuredVisit], results: Sequence[Result], parameter: str
) -> tuple[dict[str, float], dict[str, float]]:
    """Measure the vertebrae without tumour that both visits show, beside the reference.

    They are the other references that were drawn, and the vertebrae next to the reference where
    the outline of the reference fits them; each is fitted at the delay of the reference.

    Returns:
        Vertebra → ln(follow-up/baseline) of its value over the reference, and vertebra → standard
        deviation that noise explains.
    """
    if visits[0].reference != visits[1].reference:
        return {}, {}
    found = [
        _vertebrae(visit, result, parameter) for visit, result in zip(visits, results, strict=True)
    ]
    references = [
        result.measures.means[visit.reference][parameter]
        for visit, result in zip(visits, results, strict=True)
    ]
    logs, noise = {}, {}
    for name in found[0]:
        if name not in found[1]:
            continue
        means = [*(one[name] for one in found), *references]
        if not all(one.mean > 0 for one in means):
            continue
        first, second, before, after = (float(np.log(one.mean)) for one in means)
        logs[name] = (second - after) - (first - before)
        noise[name] = float(np.sqrt(sum((one.SE / one.mean) ** 2 for one in means)))
    return logs, noise


def _vertebrae(visit: MeasuredVisit, result: Result, parameter: str) -> dict[str, RegionMean]:
    """Return vertebra → mean of a parameter at one visit."""
    analysis, measures = visit.analysis, result.measures
    masks: dict[str, NDArray[np.bool_]] = {}
    found = (*measures.references, *measures.neighbours)
    uninvolved = {one.name for one in found if one.is_uninvolved}
    drawn = {s.name: analysis.regions[s.name] for s in measures.references}
    near = {
        name: mask
        for name, mask in measures.neighbour_masks.items()
        if name.endswith(f" {visit.reference}")
    }
    bad = [
        mask
        for name, mask in analysis.regions.items()
        if analysis.roles[name] in ("lesion", "irradiated", "exclusion")
    ]
    bad.append(analysis.regions[visit.reference])
    for name, mask in {**drawn, **near}.items():
        if name == visit.reference or name not in uninvolved:
            continue
        others = [*bad, *masks.values()]
        if max(int((mask & other).sum()) for other in others) > _SAME * int(mask.sum()):
            continue
        masks[name] = mask
    if not masks:
        return {}
    voxels = np.flatnonzero(np.any(list(masks.values()), axis=0))
    fitted = visit.fit(voxels, visit.shift(visit.reference))
    values = np.full(analysis.regions[visit.reference].shape, np.nan)
    values.ravel()[voxels] = fitted[parameter]
    spacing = analysis.images.dynamic.geometry.spacing
    return {name: region_mean(values, mask=mask, spacing=spacing) for name, mask in masks.items()}
