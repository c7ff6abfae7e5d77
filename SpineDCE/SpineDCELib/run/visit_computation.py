"""Computation of everything that a window shows of a visit, on a snapshot of its analysis."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.descriptive_maps import descriptive_maps
from SpineDCELib.analysis.error_maps import error_maps
from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import SMALLEST, arrays_in
from SpineDCELib.progress import Progress, part
from SpineDCELib.settings import with_values

#: Decimals of a shift that was proposed, s.
PROPOSED_DIGITS = 2


@dataclass(frozen=True, eq=False)
class Computed:
    """What a computation hands to the main thread.

    Attributes:
        shift: the shift that it took, s, where it was to be proposed. proposed: the proposal.
        more: maps of :data:`FURTHER` that were asked for and can be computed.
    """

    evidence: Any
    shift: float | None
    proposed: float | None
    more: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def compute_snapshot(
    analysis: Analysis,
    proposing: bool,
    progress: Progress,
    *,
    proposed: float | None = None,
    further: Collection[str] = (),
    smallest: int = SMALLEST,
) -> Computed:
    """Compute everything of a snapshot; a proposed shift becomes a number.

    Args:
        proposing: take the shift that the curves propose. proposed: shift that was proposed
            earlier, s. further: groups of :data:`FURTHER` to compute too. smallest: bytes from
            which on an array of the results lies in a file afterwards.
    """
    analysis.check()
    with arrays_in(None):
        analysis.concentration(part(progress, 0.0, 0.45))
    analysis.map_results()
    analysis.release_memory()
    analysis.aif(part(progress, 0.45, 0.5))
    analysis.release_memory()  # what follows reads the curves alone
    shift: float | None = None
    if proposing:
        shift = proposed = _proposal(analysis, part(progress, 0.5, 0.7))
        analysis.update(settings=with_values(analysis.settings, {"fit.shift": shift}))
        analysis.release_memory()
    analysis.result(part(progress, 0.7, 0.9))
    more: dict[str, NDArray[np.float32]] = {}
    if "descriptive" in further:
        with contextlib.suppress(InputError):  # the AIF may show no arrival
            more = descriptive_maps(analysis, part(progress, 0.9, 0.92))
    if "errors" in further:
        more |= error_maps(analysis, part(progress, 0.92, 0.95))
    try:
        evidence_found = analysis.evidence(part(progress, 0.95, 1.0))
    except InputError:
        evidence_found = None
    if smallest < SMALLEST:
        analysis.map_results(smallest)
    return Computed(evidence_found, shift, proposed, more)


def _proposal(analysis: Analysis, progress: Progress) -> float:
    """Return the shift that the curves propose, s; it depends on nothing that was there before.

    Where the regions do not determine it, all tissue is asked, as if there were no regions; where
    that does not either, it is 0.
    """
    without = analysis.snapshot()
    without.update(regions={}, roles={})
    for one in (analysis, without):
        evidence = one.evidence(progress)
        if not evidence.doubt:
            return round(float(evidence.proposal), PROPOSED_DIGITS)
    return 0.0
