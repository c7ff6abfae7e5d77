"""Change of one lesion from one visit to a later one, with its total interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from SpineDCELib.compare.repeatability import (
    Repeatability,
    reference_share,
    repeatability,
    vertebra_changes,
)
from SpineDCELib.compare.total_uncertainty import MeasuredVisit, shares_of_change
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Change, Normalised, change
from SpineDCELib.vocabulary.conversion_modes import normalised_vp
from SpineDCELib.vocabulary.quantities import NORMALISED

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Visit


@dataclass(frozen=True, eq=False)
class MeasuredChange:
    """One lesion at two visits.

    Attributes:
        parameter: of normalised Vp: "vp", or "vp_voxel" where T1 is measured.
        before, after: parameter → lesion over reference.
        changes: parameter → change with its total interval.
        repeatability: of normalised Vp; None with few vertebrae.
        visits: both, reduced to the lesion and its reference.
    """

    parameter: str
    before: dict[str, Normalised]
    after: dict[str, Normalised]
    changes: dict[str, Change]
    repeatability: Repeatability | None
    visits: tuple[MeasuredVisit, MeasuredVisit]


def measure_change(before: Visit, after: Visit, lesion: str, name: str = "") -> MeasuredChange:
    """Measure the change of a lesion between two visits that were analysed in one mode.

    Args:
        lesion: its name in the earlier visit.
        name: its name in the later visit, if it is another.

    Raises:
        InputError: the model has no vp (code "model_without_vp").
    """
    names = (lesion, name or lesion)
    first, second = (measured_values(v, n) for v, n in zip((before, after), names, strict=True))
    vp = normalised_vp(before.analysis.mode)
    if vp not in first or vp not in second:
        raise InputError(
            "The response call needs vp, which this model does not have.",
            code="model_without_vp",
            fields=["fit.model=extended_tofts", "fit.model=patlak"],
        )
    visits = (
        MeasuredVisit(before.analysis, names[0], first[vp].reference),
        MeasuredVisit(after.analysis, names[1], second[vp].reference),
    )
    parameters = [parameter for parameter in first if parameter in second]
    shares = shares_of_change(visits, parameters)
    changes: dict[str, Change] = {}
    repeated = None
    for parameter in parameters:
        logs, noise = vertebra_changes(visits, (before.result, after.result), parameter)
        reference = reference_share(list(logs.values()), [noise[key] for key in logs])
        changes[parameter] = change(
            first[parameter], second[parameter], (*shares[parameter], reference)
        )
        if parameter == vp:
            repeated = repeatability(logs)
    return MeasuredChange(vp, first, second, changes, repeated, visits)


def measured_values(visit: Visit, lesion: str) -> dict[str, Normalised]:
    """Return every normalised parameter of a lesion over its chosen reference at one visit."""
    measures = visit.result.measures
    return {p: one for p in NORMALISED if (one := measures.of(lesion, p)) is not None}
