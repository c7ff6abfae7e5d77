"""Bounded least-squares fit of the extended Tofts model and its special cases, for whole volumes.

Variable projection (Golub & Pereyra, Inverse Problems 2003; 19:R1): for a fixed kep the model is
linear, so only kep is searched, on tables that belong to the arterial curve and not to the voxel.
The result is the global optimum of the squared error in the box
:class:`~SpineDCELib.kinetics.parameters.Bounds`. The Tofts model is the case vp = 0, the Patlak
model the limit kep → 0.
"""

from __future__ import annotations

import functools
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve, arterial_curve, checked_times
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.kep_search import EXCESS, PLASMA, POSITION, VE, Q, best_in_box, search
from SpineDCELib.kinetics.kep_tables import NODES, KepTables, Values, kep_at, nearest_fine
from SpineDCELib.kinetics.models import MINUTE
from SpineDCELib.kinetics.parameters import PARAMETERS, SEARCHED, Bounds, Setup, default_bounds
from SpineDCELib.kinetics.tissue_curves import Curves, Voxels
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import Integration
from SpineDCELib.vocabulary.fit_status import Status

LinearModel = Literal["extended_tofts", "tofts", "patlak"]
#: Below this kep·(duration of the acquisition) the curve does not determine ve.
KEP_TIMES_DURATION = 0.3
#: Above this relative standard error ve is called not determined.
VE_RELATIVE_ERROR = 0.5
#: Voxels worked on at once: more cost memory, fewer cost time, and with a power of two the
#: nodes of a voxel would share the same places in the processor's cache.
BLOCK = 60_000


@functools.lru_cache(maxsize=256)
def _tables(curve: ArterialCurve, times: bytes, bounds: Bounds, dtype: np.dtype) -> KepTables:
    """Return the tables, cached because the regions of a study share curve and shifts."""
    return KepTables(curve, np.frombuffer(times), bounds, dtype)


class ExtendedToftsFitter:
    """Curves prepared for repeated fits while the AIF is shifted.

    The curves are kept as given; a fit for another ``Ta`` recomputes only the small tables of the
    arterial curve. float32 curves are fitted in float32, whose error is far below any
    measured noise; float64 curves in float64.

    Args:
        Ct: tissue concentration, mM, ``(T, ...)``: frames first, any shape of voxels. A voxel with
            a frame that is not finite is not fitted: usually the frames of the first pass
            saturate, and vp depends on them.
        t: frame times, s, ``(T,)``, increasing, even or uneven.
        Cp: arterial plasma concentration at ``t``, mM, ``(T,)``, or a curve with its own times.
        model: ``"extended_tofts"``, ``"tofts"`` or ``"patlak"``.
        integration: interpolation of Cp between samples (:mod:`~SpineDCELib.kinetics.convolution`).
        bounds: the box, :func:`~SpineDCELib.kinetics.parameters.default_bounds` if None; Patlak's
            Ktrans is bounded by ve·kep in the box's corner.
        exclude: :class:`~SpineDCELib.vocabulary.fit_status.Status` codes of the voxels' shape,
            0 where a voxel is to be fitted.
        baseline_error: standard error of the whole curve's level, mM, of the voxels' shape, from
            the error of its baseline signal. The residuals do not show it, but it affects whether
            ve is determined.
        rounding: half the step that the signal is stored in, mM, of the voxels' shape, where noise
            does not blur it: then the curve is a staircase, and its error the same over many
            frames. ve counts as determined if it is so for the worst such error.

    Raises:
        InputError: shapes do not match, times do not increase, or the AIF cannot be used.
    """

    def __init__(
        self,
        Ct: ArrayLike,
        t: ArrayLike,
        Cp: ArrayLike | ArterialCurve,
        *,
        model: LinearModel = "extended_tofts",
        integration: Integration = "cubic",
        bounds: Bounds | None = None,
        exclude: ArrayLike | None = None,
        baseline_error: ArrayLike | None = None,
        rounding: ArrayLike | None = None,
    ) -> None:
        if model not in get_args(LinearModel):
            raise InputError(
                f"The model must be one of {', '.join(get_args(LinearModel))}, not {model!r}.",
                code="unknown_model",
                fields=("fit.model",),
            )
        self.model = model
        self.t = checked_times(t, "The frame times")
        self.bounds = bounds if bounds is not None else default_bounds(model, self.t)
        if self.t.size <= len(SEARCHED[model]):
            raise InputError(
                f"{self.t.size} frames are too few to fit the {model} model.",
                code="too_few_frames",
                fields=("fit.model",),
            )
        self.curve = arterial_curve(self.t, Cp, integration)
        self.curves = Curves(Ct, self.t, exclude)
        self.hidden_errors = self.curves.hidden_errors(baseline_error, rounding)

    def tables(self, Ta: float) -> KepTables:
        """Return the arterial curve's tables at a delay of ``Ta`` s."""
        self.curve.checked_delay(self.t, Ta)
        times = (self.t - Ta).tobytes()
        return _tables(self.curve, times, self.bounds, self.curves.array.dtype)

    def fit(
        self,
        Ta: float = 0.0,
        voxels: Voxels = None,
        progress: Progress = silent,
        *,
        with_status: bool = True,
    ) -> FitResult:
        """Fit each voxel by least squares with the AIF moved by ``Ta`` s (> 0 is later).

        Args:
            voxels: a slice of, or indices into, the flattened voxels; all of them where None.
            with_status: False saves time where the status does not matter; then it is right only
                for curves that cannot be fitted.

        Returns:
            Arrays of the voxels' shape, or flat ones where ``voxels`` is given.
        """
        tables = self.tables(Ta)
        patlak = self.model == "patlak"
        projector = tables.patlak_projector if patlak else tables.projector
        solve = self._patlak if patlak else self._kep
        indices, status = self.curves.chosen(voxels)
        names = PARAMETERS[self.model]
        dtype = self.curves.array.dtype
        output = {name: np.full(indices.size, np.nan, dtype) for name in (*names, "rss", "R2")}
        for place, curves in self.curves.blocks(indices, status, BLOCK):
            progress(float(place[0]) / indices.size, "Fitting")
            where = slice(place[0], place[-1] + 1) if place[-1] - place[0] < place.size else place
            with np.errstate(invalid="ignore", over="ignore"):  # curves that are not finite
                projections = projector.T @ curves
            energy, unusable = _energy(curves, projections)
            hidden_errors = self.hidden_errors[:, indices[place]] if with_status else None
            values, codes = solve(energy, projections, tables, hidden_errors)
            status[where] = np.where(unusable, unusable, codes)
            for name, array in output.items():
                array[where] = values[name]
                array[place[unusable > 0]] = np.nan
        progress(1.0, "Fitting")
        shape = self.curves.shape if voxels is None else indices.shape
        rss, R2 = output.pop("rss"), output.pop("R2")
        setup = Setup(
            self.model, self.t, self.curve, float(Ta), self.curve.integration, self.bounds
        )
        hidden = self.hidden_errors[:, indices]
        return FitResult(setup, output, rss, R2, status, hidden).reshaped(shape)

    def _kep(
        self, energy: Values, projections: Values, tables: KepTables, hidden_errors: Values | None
    ) -> tuple[dict[str, Values], NDArray[np.uint8]]:
        """Fit one block with a model that has a kep; without hidden errors without status."""
        bounds = self.bounds
        plasma_bound = 0.0 if self.model == "tofts" else bounds.vp * tables.a
        found = search(projections, tables, plasma_bound, bounds.ve)
        position, ve, plasma, q = found[POSITION], found[VE], found[PLASMA], found[Q]
        rss, R2 = _quality(energy, projections, q, found[EXCESS])
        kep = kep_at(position, bounds)
        leak = ve > 0
        values = {
            "vp": plasma / tables.a,
            "Ktrans": ve * kep,
            "ve": ve,
            "kep": np.where(leak, kep, np.nan).astype(kep.dtype),
            "rss": rss,
            "R2": R2,
        }
        status = np.zeros(ve.size, np.uint8)
        if hidden_errors is None:
            return values, status

        walled = (plasma <= 0) | (plasma >= plasma_bound)
        nearest, _ = nearest_fine(position)
        error, error_wall = tables.error, tables.error_wall
        spread = np.where(walled, error_wall.spread[nearest], error.spread[nearest])
        baseline_error, rounding = hidden_errors
        level = np.where(walled, error_wall.level[nearest], error.level[nearest])
        # y·q or y·ê is the signal that ve is read from; its noise has the variance of one frame.
        g, s, _, _ = tables.frame(position)
        signal2 = ve**2 * np.where(walled, g * g + s * s, s * s)
        vague = (rss / (self.t.size - len(SEARCHED[self.model])) + self.t.size * rounding**2) * (
            1 + spread**2
        ) + (baseline_error * level) ** 2 > VE_RELATIVE_ERROR**2 * signal2
        vague |= kep * ((self.t[-1] - self.t[0]) / MINUTE) < KEP_TIMES_DURATION

        if self.model == "extended_tofts":
            status[plasma <= 0] = Status.VP_ZERO
            status[plasma >= plasma_bound] = Status.VP_AT_UPPER_BOUND
        status[ve >= bounds.ve] = Status.VE_AT_UPPER_BOUND
        status[position >= NODES - 1] = Status.KEP_AT_UPPER_BOUND
        status[vague] = Status.VE_NOT_DETERMINED
        status[~leak] = Status.NO_LEAK
        status[~leak & (plasma <= 0)] = Status.NO_ENHANCEMENT
        return values, status

    def _patlak(
        self, energy: Values, projections: Values, tables: KepTables, hidden_errors: Values | None
    ) -> tuple[dict[str, Values], NDArray[np.uint8]]:
        """Fit one block with the Patlak model: it is linear, so the box has a closed form."""
        plasma_bound = self.bounds.vp * tables.a
        Ktrans_bound = self.bounds.ve * self.bounds.kep[1]
        y_a, q = projections[0], projections[2]
        Ktrans, plasma, excess = best_in_box(
            y_a, q, tables.patlak_g, tables.patlak_s, plasma_bound, Ktrans_bound
        )
        rss, R2 = _quality(energy, projections, q, excess)
        status = np.zeros(q.size, np.uint8)
        status[plasma <= 0] = Status.VP_ZERO
        status[plasma >= plasma_bound] = Status.VP_AT_UPPER_BOUND
        status[Ktrans >= Ktrans_bound] = Status.AT_BOUND
        status[Ktrans <= 0] = Status.NO_LEAK
        status[(Ktrans <= 0) & (plasma <= 0)] = Status.NO_ENHANCEMENT
        values = {"vp": plasma / tables.a, "Ktrans": Ktrans, "rss": rss, "R2": R2}
        return values, status


def _energy(curves: Values, projections: Values) -> tuple[Values, NDArray[np.uint8]]:
    """Return each curve's sum of squares, and a status where it cannot be fitted.

    The projections of such a curve become 0.
    """
    energy = np.einsum("tn,tn->n", curves, curves)
    unusable = np.zeros(energy.size, np.uint8)
    finite = np.isfinite(energy)
    unusable[energy == 0] = Status.NO_SIGNAL
    if not finite.all():
        unusable[~finite] = Status.NOT_FINITE
        projections[:, ~finite] = 0
    return energy, unusable


def _quality(
    energy: Values, projections: Values, q: Values, excess: Values
) -> tuple[Values, Values]:
    """Compute the residual sum of squares and R², in float64 because both are small differences."""
    whole = energy.astype(np.float64)
    explained = projections[0].astype(np.float64) ** 2 + q.astype(np.float64) ** 2 - excess
    rss = np.maximum(whole - explained, 0.0)
    about_mean = whole - projections[1].astype(np.float64) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return rss, 1.0 - rss / about_mean
