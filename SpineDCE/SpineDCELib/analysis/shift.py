"""By how much the AIF is moved: as set, or as the regions' curves propose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif as arterial
from SpineDCELib.aif.candidates import Verdict
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis.aif import AIFStages
from SpineDCELib.analysis.graph import Held
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.progress import Progress, silent


class ShiftStages(AIFStages):
    """A study whose AIF has its place in time."""

    def evidence(self, progress: Progress = silent) -> Evidence:
        """What speaks for which shift: the lesions and references, or all tissue without them."""
        fit = self.settings.fit

        def make() -> Evidence:
            curves = self.concentration().curves
            masks = without_exclusions(self.regions, self.roles)
            named = {r: [n for n in masks if self.roles[n] == r] for r in ("lesion", "reference")}
            chosen = [*named["lesion"], *named["reference"]]
            if not chosen:
                chosen = [n for n in masks if self.roles[n] in ("bone", "extraosseous", "other")]
            masks = {n: masks[n] for n in chosen} or {"all tissue": self._tissue()}
            return arterial.gather_evidence(
                {name: curves[:, mask] for name, mask in masks.items()},
                self.study.dynamic.times,
                self.arterial_curve(),
                model=fit.model,
                lesions=tuple(named["lesion"]),
                reference=next(iter(named["reference"]), None),
                progress=progress,
            )

        key = (self._aif_key(), fit.model, fit.integration, *map(Held, self.regions.values()))
        return self._stage("evidence", key, make)

    def _tissue(self) -> NDArray[np.bool_]:
        """Voxels that enhance more than noise but are no vessels."""
        concentration = self.concentration()
        curves, n0 = concentration.curves, concentration.baseline_frames
        with np.errstate(invalid="ignore"):
            late = curves[-max(len(curves) // 3, 1) :]
            noise = np.sqrt(((late[2:] - 2 * late[1:-1] + late[:-2]) ** 2).mean(axis=0) / 6)
            rises = curves[n0:].mean(axis=0) > 3 * noise
        if self.artery is not None:
            rises &= ~self.artery
        if self.settings.aif.source == "auto":
            rises &= self.detection().verdicts < Verdict.LATE
        return rises

    def shift(self, progress: Progress = silent) -> float:
        """The shift in use, s: as set, or as the evidence proposes.

        Raises:
            InputError: it is to be found, but the regions do not determine it.
        """
        given = self.settings.fit.shift
        if not isinstance(given, str):
            return given
        evidence = self.evidence(progress)
        if evidence.doubt:
            raise InputError(f"No trustworthy shift: {evidence.doubt} Give --shift SECONDS.")
        return evidence.proposal

    def own_shifts(self) -> dict[str, float]:
        """Regions or sections that do not have the study's shift, with theirs, s."""
        fit = self.settings.fit
        if fit.shift_by == "study":
            return {}
        masks, found = self._shift_masks(), {}
        if fit.shift == "auto":
            evidence = self.evidence() if fit.shift_by == "region" else self._section_evidence()
            found = {r.name: r.proposal for r in evidence.regions}
        unknown = sorted(set(fit.shifts) - set(masks))
        if unknown:
            raise InputError(
                f"A shift is given for '{unknown[0]}', but the {fit.shift_by}s are "
                f"{', '.join(masks)}."
            )
        return {name: found[name] for name in masks if name in found} | fit.shifts

    def _shift_masks(self) -> dict[str, NDArray[np.bool_]]:
        """What may have a shift of its own: regions, or whole sections."""
        if self.settings.fit.shift_by == "region":
            return without_exclusions(self.regions, self.roles)
        shape = self.study.dynamic.geometry.shape
        sections = np.broadcast_to(np.arange(shape[0])[:, None, None], shape)
        return {f"section {k + 1}": sections == k for k in range(shape[0])}

    def _section_evidence(self) -> Evidence:
        """Section by section, from the lesions' and references' voxels in it."""
        curves, fit = self.concentration().curves, self.settings.fit
        masks = without_exclusions(self.regions, self.roles)
        fed = [m for n, m in masks.items() if self.roles[n] in ("lesion", "reference")]
        tissue = np.any(fed, axis=0) if fed else self._tissue()
        return arterial.gather_evidence(
            {name: curves[:, m & tissue] for name, m in self._shift_masks().items()},
            self.study.dynamic.times,
            self.arterial_curve(),
            model=fit.model,
        )
