"""The fit at its shift, and what is read off it: maps, statistics, curves, measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis.graph import Held
from SpineDCELib.analysis.shift import ShiftStages
from SpineDCELib.concentration.conversion import unusable
from SpineDCELib.data import Result
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.fitting import Fitter, prepare
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.measurement import (
    Measures,
    mean_curve,
    measure,
    region_statistics,
    without_exclusions,
)
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.vocabulary.fit_status import FIRST_UNFITTED, Status, legend


class Analysis(ShiftStages):
    """The steps of one study, each made when asked for and kept while its inputs stay."""

    def _fitter_key(self) -> Any:
        fit, tissue = self.settings.fit, self.images.tissue
        # What is drawn is fitted although it looks like background.
        drawn = b"" if tissue is None else np.flatnonzero(self._drawn() & ~tissue).tobytes()
        return self._aif_key(), fit.model, fit.integration, fit.fit_delay, drawn

    def fitter(self, progress: Progress = silent) -> Fitter:
        """The prepared fit, which keeps what does not depend on the shift."""

        def make() -> Fitter:
            concentration = self.concentration(progress)
            baseline_error, rounding = concentration.hidden_errors
            fit = self.settings.fit
            return prepare(
                concentration.curves,
                self.study.dynamic.times,
                self.arterial_curve(),
                model=fit.model,
                fit_delay=fit.fit_delay,
                exclude=unusable(
                    concentration,
                    self.images,
                    skip_invalid=self.settings.reading.skip_invalid,
                    drawn=self._drawn(),
                ),
                baseline_error=baseline_error,
                rounding=rounding,
            )

        return self._stage("fitter", self._fitter_key(), make)

    def fit(self, progress: Progress = silent) -> FitResult:
        """The model's parameters in every voxel at the shift that is set."""
        shift, own = self.shift(progress), self.own_shifts()

        def make() -> FitResult:
            fitter = self.fitter(part(progress, 0, 0.6))
            result = fitter.fit(Ta=shift, progress=part(progress, 0.6, 1))
            for name, Ta in own.items():
                voxels = np.flatnonzero(self._shift_masks()[name])
                _put(result, fitter.fit(Ta=Ta, voxels=voxels), voxels)
            return result

        masks = [Held(mask) for mask in self.regions.values()] if own else []
        return self._stage("fit", (self._fitter_key(), shift, own, masks), make)

    def result(self, progress: Progress = silent) -> Result:
        """Maps, status, statistics of the regions and their curves."""
        self.check()
        fit = self.fit(progress)
        maps = {**fit.parameters, "R2": fit.R2}
        measured = without_exclusions(self.regions, self.roles)
        regions = measured or {"all voxels": np.ones(fit.status.shape, bool)}
        statistics = region_statistics(
            maps,
            regions=regions,
            status=fit.status,
            reasons=legend(),
            unfitted=frozenset(int(code) for code in Status if code >= FIRST_UNFITTED),
            voxel_volume=self.study.dynamic.geometry.voxel_volume,
        )
        concentration = self.concentration()
        curves = {
            name: mean_curve(concentration.curves, mask=mask) for name, mask in measured.items()
        }
        own = self.own_shifts()
        fits = {
            name: self._fitted_curve(curve, own.get(name, self.shift()))
            for name, curve in curves.items()
        }
        notes = (
            *self.images.dynamic.notes,
            *concentration.notes,
            *self.aif().notes,
            *([self.evidence().sentence()] if self.settings.fit.shift == "auto" else []),
            *(f"Shift of {name}: {own_shift:g} s." for name, own_shift in own.items()),
        )
        measures = self._measures(maps, measured)
        return Result(maps, fit.status, statistics, curves, fits, notes, measures)

    def _measures(
        self, maps: Mapping[str, NDArray[np.floating]], regions: Mapping[str, NDArray[np.bool_]]
    ) -> Measures:
        """Lesions over references, with the fit's standard errors where they are needed."""
        concentration, shape = self.concentration(), self.study.dynamic.geometry.shape
        wanted = [m for n, m in regions.items() if self.roles[n] in ("lesion", "reference")]
        errors: dict[str, NDArray[np.floating]] = {}
        if wanted:
            voxels = np.flatnonzero(np.any(wanted, axis=0))
            # Errors hardly depend on the shift: the study's stands for all.
            for name, values in standard_errors(
                self.fitter().fit(Ta=self.shift(), voxels=voxels)
            ).items():
                errors[name] = np.full(shape, np.nan)
                errors[name].ravel()[voxels] = values
        return measure(
            maps,
            regions=regions,
            roles=self.roles,
            geometry=self.study.dynamic.geometry,
            errors=errors,
            T10=concentration.T10 if self.T1_source != "fixed" else None,
            image=concentration.baseline,
            absolute=self.settings.concentration.signal == "absolute",
            sizes=self.sizes,
        )

    def _fitted_curve(self, curve: NDArray[np.float64], Ta: float) -> NDArray[np.float64]:
        """The model's curve of the fit to one mean curve, ``(frames,)``; NaN if there is none."""
        if not np.all(np.isfinite(curve)):
            return np.full_like(curve, np.nan)
        settings = self.settings.fit
        fit = prepare(
            curve[:, None],
            self.study.dynamic.times,
            self.arterial_curve(),
            model=settings.model,
            fit_delay=settings.fit_delay,
        ).fit(Ta)
        return fit.setup.curves(fit.parameters)[:, 0]


def _put(whole: FitResult, part: FitResult, voxels: NDArray[np.intp]) -> None:
    """Set some voxels of a result to those of another."""
    for name, array in part.parameters.items():
        whole.parameters[name].ravel()[voxels] = array
    for target, source in (
        (whole.rss, part.rss), (whole.R2, part.R2), (whole.status, part.status)
    ):  # fmt: skip
        target.ravel()[voxels] = source
