"""Computation of a visit on a snapshot, which may run in a thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.descriptive_maps import descriptive_maps
from SpineDCELib.analysis.mapped_images import release_images
from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import mapped, release
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.settings import with_values

from SpineDCEWidget.shared.visit_session import VisitState

T = TypeVar("T")
#: Decimals of a shift that was proposed, s.
PROPOSED_DIGITS = 2


class Job(Generic[T]):
    """Long work in two parts: :meth:`run` may run in a thread, :meth:`finish` may not."""

    def __init__(
        self, work: Callable[[Progress], T], done: Callable[[T], Any] = lambda _value: None
    ) -> None:
        self._work, self._done = work, done

    def run(self, progress: Progress = silent) -> T:
        """Do the work on snapshots; no node is touched.

        Raises:
            InputError: the work failed; nothing has changed.
            Cancelled: by ``progress``.
        """
        return self._work(progress)

    def finish(self, value: T) -> Any:
        """Take over what :meth:`run` returned, on the main thread."""
        return self._done(value)


@dataclass(frozen=True, eq=False)
class Computed:
    """What a computation hands to the main thread.

    Attributes:
        shift: the shift that it took, s, where it was to be proposed. proposed: the proposal.
        more: descriptive maps, if they were asked for and can be computed.
    """

    evidence: Any
    shift: float | None
    proposed: float | None
    more: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def compute_snapshot(
    analysis: Analysis,
    state: VisitState,
    proposing: bool,
    progress: Progress,
    *,
    descriptive: bool = False,
) -> Computed:
    """Compute everything of a snapshot; a proposed shift becomes a number.

    Args:
        descriptive: also compute the descriptive maps.
    """
    analysis.check()
    found = analysis.concentration(part(progress, 0.0, 0.5))
    # In a file, because a reader looks at one slice of it at a time.
    kept = mapped(found.curves)
    if kept is not found.curves:
        analysis.keep_concentration_as(replace(found, curves=kept))
    release_images(analysis.study)  # what follows reads the curves
    shift, proposed = None, state.proposed
    if proposing:
        shift = proposed = _proposal(analysis, part(progress, 0.5, 0.7))
        analysis.update(settings=with_values(analysis.settings, {"fit.shift": shift}))
        release(kept)
    analysis.result(part(progress, 0.7, 0.9))
    more: dict[str, NDArray[np.float32]] = {}
    if descriptive:
        with contextlib.suppress(InputError):  # the AIF may show no arrival
            more = descriptive_maps(analysis, part(progress, 0.9, 0.95))
    try:
        analysis.against_evidence(part(progress, 0.95, 0.97))  # windows show it
        evidence_found = analysis.evidence(part(progress, 0.97, 1.0))
    except InputError:
        evidence_found = None
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
