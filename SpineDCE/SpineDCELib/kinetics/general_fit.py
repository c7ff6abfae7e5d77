"""General bounded fit: the two-compartment exchange model, and any model with its own delay.

Models that are linear for a given kep and delay are searched by variable projection
(:mod:`~SpineDCELib.kinetics.delay_search`), and so is the exchange model
(:mod:`~SpineDCELib.kinetics.exchange_search`). For the exchange model with its own delay a start is
found on a grid of pairs of exponentials and delays, with the linear parameters in closed form;
Levenberg-Marquardt then moves all parameters together to the optimum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.bounded_least_squares import minimise
from SpineDCELib.kinetics.convolution import Array, ArterialCurve, arterial_curve, checked_times
from SpineDCELib.kinetics.delay_search import DelaySearch
from SpineDCELib.kinetics.exchange_search import ExchangeSearch
from SpineDCELib.kinetics.extended_tofts_fit import KEP_TIMES_DURATION, VE_RELATIVE_ERROR
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.models import MINUTE
from SpineDCELib.kinetics.parameters import SEARCHED, Bounds, Setup, default_bounds
from SpineDCELib.kinetics.standard_errors import errors_at
from SpineDCELib.kinetics.tissue_curves import Curves, Voxels
from SpineDCELib.progress import Progress, silent, within
from SpineDCELib.settings import Integration
from SpineDCELib.vocabulary.fit_status import Status

#: Grid of delays, s: finer than any first pass is wide.
DELAY_STEP = 1.0
#: Grid of the exchange model's two rates, 1/min.
_RATES = np.geomspace(0.005, 300.0, 24)
_BLOCK_SAMPLES = 60_000
#: The same where the tables of a search are used: more cost memory, fewer cost time.
_SEARCHED_SAMPLES = 250_000
#: The same for the exchange model, whose tables are smaller.
_EXCHANGE_SAMPLES = 600_000


class GeneralFitter:
    """Curves prepared for repeated fits of any model.

    It works as :class:`~SpineDCELib.kinetics.extended_tofts_fit.ExtendedToftsFitter`.

    Args:
        model: also ``"two_compartment_exchange"``.
        fit_delay: search each voxel's own delay ``Ta`` within ``bounds.Ta`` of the given one.

    With 60 frames, a delay or the exchange model takes some 0.05 ms a voxel, both some ms.
    """

    def __init__(
        self,
        Ct: ArrayLike,
        t: ArrayLike,
        Cp: ArrayLike | ArterialCurve,
        *,
        model: str = "two_compartment_exchange",
        fit_delay: bool = False,
        integration: Integration = "cubic",
        bounds: Bounds | None = None,
        exclude: ArrayLike | None = None,
        baseline_error: ArrayLike | None = None,
        rounding: ArrayLike | None = None,
    ) -> None:
        self.t = checked_times(t, "The frame times")
        self.curve = arterial_curve(self.t, Cp, integration)
        self.curves = Curves(Ct, self.t, exclude)
        self.hidden_errors = self.curves.hidden_errors(baseline_error, rounding)
        self.bounds = bounds if bounds is not None else default_bounds(model, self.t)
        self.model, self.fit_delay = model, fit_delay
        if self._setup(0.0).degrees_of_freedom < 1:
            raise InputError(
                f"{self.t.size} frames are too few to fit the {model} model.",
                code="too_few_frames",
                fields=("fit.model", "fit.fit_delay"),
            )
        self._exchange = model == "two_compartment_exchange"

    def _setup(self, Ta: float) -> Setup:
        return Setup(
            self.model,
            self.t,
            self.curve,
            Ta,
            self.curve.integration,
            self.bounds,
            self.fit_delay,
        )

    def fit(
        self,
        Ta: float = 0.0,
        voxels: Voxels = None,
        progress: Progress = silent,
        *,
        with_status: bool = True,
    ) -> FitResult:
        """Fit as :meth:`ExtendedToftsFitter.fit`; with ``fit_delay``, delays about ``Ta``."""
        setup = self._setup(float(Ta))
        delays = np.array([setup.Ta])
        if self.fit_delay:
            low, high = setup.Ta + self.bounds.Ta[0], setup.Ta + self.bounds.Ta[1]
            delays = np.linspace(low, high, 1 + int(np.ceil((high - low) / DELAY_STEP)))
        delays = self.curve.checked_delay(self.t, delays)
        indices, status = self.curves.chosen(voxels)
        search: DelaySearch | ExchangeSearch | None = None
        if not self._exchange:
            search = DelaySearch(self.curve, self.t, (low, high), self.bounds, self.model)
        elif not self.fit_delay:
            search = ExchangeSearch(self.curve, self.t - setup.Ta, self.bounds)
        output = {name: np.full(indices.size, np.nan) for name in (*setup.parameters, "rss", "R2")}
        samples = _BLOCK_SAMPLES
        if search is not None:
            samples = _EXCHANGE_SAMPLES if self._exchange else _SEARCHED_SAMPLES
        size = max(1, samples // self.t.size)
        for place, curves in self.curves.blocks(indices, status, size):
            listener = within(progress, float(place[0]) / indices.size, "Fitting")
            codes = np.zeros(place.size, np.uint8)
            codes[~np.any(curves, axis=0)] = Status.NO_SIGNAL
            codes[~np.isfinite(curves).all(axis=0)] = Status.NOT_FINITE
            good = codes == 0
            place_, y = place[good], curves[:, good]
            if place_.size:
                if search is None:
                    found = self._exchanged(setup, y.astype(np.float64), delays, listener)
                else:
                    found = self._searched(search, setup, y, listener)
                values, codes[good] = self._described(setup, y, *found, with_status)
                for name, array in output.items():
                    array[place_] = values[name]
            status[place] = codes
        progress(1.0, "Fitting")
        dtype = self.curves.array.dtype
        output = {name: array.astype(dtype) for name, array in output.items()}
        rss, R2 = output.pop("rss"), output.pop("R2")
        shape = self.curves.shape if voxels is None else indices.shape
        hidden = self.hidden_errors[:, indices]
        return FitResult(setup, output, rss, R2, status, hidden).reshaped(shape)

    def _searched(
        self,
        search: DelaySearch | ExchangeSearch,
        setup: Setup,
        y: NDArray[np.floating],
        progress: Progress,
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return the optima that a search finds, as :meth:`_exchanged` does."""
        x, rss, converged = search.find(y, lambda: progress(0.0, "Fitting"))
        rest = np.flatnonzero(~converged)
        if rest.size:
            curves = y[:, rest].astype(np.float64)
            x[:, rest], rss[rest], converged[rest] = self._descend(
                setup, curves, x[:, rest], progress
            )
        return x, rss, converged

    def _start_on_pairs(self, y: Array, delays: Array, progress: Progress) -> Array:
        """Return the exchange model of the best pair of exponentials, for each curve."""
        first, second = np.triu_indices(_RATES.size, 1)
        best = np.full(y.shape[1], -np.inf)
        start = np.zeros((4 + self.fit_delay, y.shape[1]))
        for delay in delays:
            progress(0.0, "Fitting")
            responses = self.curve.convolved(self.t - delay, _RATES / MINUTE) / MINUTE
            gram, onto = responses.T @ responses, y.T @ responses
            b1, b2 = onto[:, first], onto[:, second]
            g11, g22, g12 = gram[first, first], gram[second, second], gram[first, second]
            from_slow, from_fast = _non_negative_pair(b1, b2, g11, g22, g12)
            gain = (
                2 * (from_slow * b1 + from_fast * b2)
                - from_slow**2 * g11
                - from_fast**2 * g22
                - 2 * from_slow * from_fast * g12
            )
            pair = gain.argmax(axis=1)
            rows = np.arange(pair.size)
            better = np.flatnonzero(gain[rows, pair] > best)
            best[better] = gain[rows, pair][better]
            rows, pair = rows[better], pair[better]
            start[:4, better] = _exchange_of_pair(
                _RATES[first[pair]],
                _RATES[second[pair]],
                from_slow[rows, pair],
                from_fast[rows, pair],
            )
            if self.fit_delay:
                start[4, better] = delay
        return start

    def _descend(
        self, setup: Setup, y: Array, start: Array, progress: Progress
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        return minimise(
            lambda x: setup.curves(setup.shown(x)),
            y,
            start,
            *setup.box(),
            check=lambda: progress(0.0, "Fitting"),
        )

    def _exchanged(
        self, setup: Setup, y: Array, delays: Array, progress: Progress
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return the exchange model's optima, ``(p, n)``, squared errors, and what converged."""
        lower, upper, size = setup.box()
        start = self._start_on_pairs(y, delays, progress)
        x, rss, converged = self._descend(setup, y, start, progress)
        # An optimum on the edge may be a local one: try again from the middle of the box.
        edge = np.flatnonzero(((x <= lower) | (x >= upper)).any(axis=0) | ~converged)
        if edge.size:
            middle = np.where(
                np.arange(len(x))[:, None] < len(SEARCHED[self.model]), size, x[:, edge]
            )
            other, other_rss, other_converged = self._descend(setup, y[:, edge], middle, progress)
            better = (other_rss < rss[edge]) | ~converged[edge]
            into = edge[better]
            x[:, into], rss[into] = other[:, better], other_rss[better]
            converged[into] = other_converged[better]
        return x, rss, converged

    def _described(
        self,
        setup: Setup,
        y: NDArray[np.floating],
        x: Array,
        rss: Array,
        converged: NDArray[np.bool_],
        with_status: bool,
    ) -> tuple[dict[str, Array], NDArray[np.uint8]]:
        """Return parameters, quality and status of one block's optima."""
        lower, upper, _ = setup.box()
        values = setup.shown(x)
        mean = y.mean(axis=0, dtype=np.float64)
        about_mean = ((y - mean) ** 2).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            values |= {"rss": rss, "R2": 1.0 - rss / about_mean}
        status = np.zeros(rss.size, np.uint8)
        at_bound = (x <= lower) | (x >= upper)
        status[at_bound.any(axis=0)] = Status.AT_BOUND
        if "vp" in values and not self._exchange:
            only_vp = at_bound[0] & ~at_bound[1:].any(axis=0) & (x[0] <= 0)
            status[only_vp] = Status.VP_ZERO
        if "kep" in values:
            values["kep"] = np.where(values["ve"] > 0, values["kep"], np.nan)
        if "ve" in values and with_status:
            vague = ~at_bound[setup.searched.index("ve")]
            error = errors_at(setup, x[:, vague], rss[vague])[setup.parameters.index("ve")]
            vague[vague] = ~(error <= VE_RELATIVE_ERROR * values["ve"][vague])
            if "kep" in values:
                duration = (self.t[-1] - self.t[0]) / MINUTE
                vague |= values["kep"] * duration < KEP_TIMES_DURATION
            status[vague] = Status.VE_NOT_DETERMINED
        leak = values[setup.product] > 0
        status[~leak] = Status.NO_LEAK
        if "vp" in values:
            leak = leak | (values["vp"] > lower[0])
        status[~leak] = Status.NO_ENHANCEMENT
        bad = ~converged
        status[bad] = Status.NOT_CONVERGED
        for array in values.values():
            array[bad] = np.nan
        return values, status


def _non_negative_pair(
    b1: Array, b2: Array, g11: Array, g22: Array, g12: Array
) -> tuple[Array, Array]:
    """Solve least squares of two columns with amplitudes ≥ 0, from projections and Gram matrix."""
    determinant = g11 * g22 - g12**2
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (b1 * g22 - b2 * g12) / determinant
        two = (b2 * g11 - b1 * g12) / determinant
    alone_one, alone_two = np.maximum(b1 / g11, 0.0), np.maximum(b2 / g22, 0.0)
    single = ~((one >= 0) & (two >= 0))
    first = single & (alone_one * b1 >= alone_two * b2)
    second = single & ~first
    return (
        np.where(first, alone_one, np.where(second, 0.0, one)),
        np.where(second, alone_two, np.where(first, 0.0, two)),
    )


def _exchange_of_pair(slow: Array, fast: Array, from_slow: Array, from_fast: Array) -> Array:
    """Return vp, ve, Fp and PS/ve of a bi-exponential: :func:`models.bi_exponential` inverted."""
    Fp = np.maximum(from_slow + from_fast, 1e-3)
    zero = (from_fast * slow + from_slow * fast) / Fp
    vp = Fp / np.maximum(slow + fast - zero, 1e-9)
    ve = np.maximum(from_slow / slow + from_fast / fast - vp, 0.02)
    return np.array([vp, ve, Fp, vp * slow * fast / Fp])
