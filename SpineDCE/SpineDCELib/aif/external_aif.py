"""Arterial input functions from a file or a population, not from the images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.arrival import bolus_arrival
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.aif.population import POPULATION
from SpineDCELib.aif.population_fit import fit_population
from SpineDCELib.errors import InputError

#: Sampling interval of population AIFs, s, far below the width of a first pass (about 8 s).
STEP = 0.25
#: Blood has less than this after a bolus of any licensed dose, mM: 0.3 mmol/kg injected within
#: 5 s peaks near 25 mM.
MOST = 40.0


class ExternalCurve(NamedTuple):
    """Arterial input function with its own times."""

    t: NDArray[np.float64]  #: s
    C: NDArray[np.float64]  #: mM
    medium: str  #: "blood" or "plasma"
    notes: tuple[str, ...]


def from_file(
    file: CurveFile,
    *,
    t: NDArray[np.float64],
    medium: str | None = None,
    accepted: bool = False,
) -> ExternalCurve:
    """Return the curve of a file, checked against the series.

    Args:
        t: frame times, s.
        medium: "blood" or "plasma", if set by the user.
        accepted: the user accepts values that blood cannot have.

    Raises:
        InputError: the curve ends before half of the acquisition, or its values are not those of
            blood in mM (codes "aif_is_signal", "aif_too_high").
    """
    notes = []
    if not accepted:
        _check_values(file)
    if (medium or file.medium) is None:
        notes.append("The AIF file does not state blood or plasma; blood is assumed.")
    if file.t[-1] < t[-1] - np.ptp(t) / 2:
        raise InputError(
            f"The AIF file ends at {file.t[-1]:g} s, the series at {t[-1]:g} s. Load a curve over "
            "the whole acquisition.",
            code="aif_file_too_short",
            fields=("inputs.aif_file",),
        )
    notes.append(file.note)
    if file.t[0] > t[0] or file.t[-1] < t[-1]:
        notes.append(
            "The AIF file does not cover the whole series; its first and last values are extended."
        )
    return ExternalCurve(file.t, file.C, medium or file.medium or "blood", tuple(notes))


def _check_values(file: CurveFile) -> None:
    """Refuse a curve that is no concentration of blood in mM."""
    peak = float(file.C.max())
    before = float(file.C[:3].mean())
    accept = ("inputs.aif_file", "reading.accept_implausible")
    if before > 0.1 * peak and peak > MOST:
        raise InputError(
            f"The AIF file starts at {before:.4g} and peaks at {peak:.4g}. Blood holds 0 mM before "
            "the bolus, so these look like signal intensities. Give concentrations in mM.",
            code="aif_is_signal",
            fields=accept,
        )
    if peak > MOST:
        raise InputError(
            f"The AIF file peaks at {peak:.4g} mM; blood reaches at most some 20 mM. If the file "
            "is in µM, state the unit in its header: 'time [s], Cb [uM]'.",
            code="aif_too_high",
            fields=accept,
        )


def from_population(
    name: str, tissue: NDArray[np.float64], *, t: NDArray[np.float64]
) -> ExternalCurve:
    """Return a population AIF that starts where the tissue's curve rises.

    Args:
        name: key of :data:`POPULATION`.
        tissue: ``(frames,)``, mean curve of the most enhancing voxels.
    """
    arrival = bolus_arrival(tissue, t=t)
    fine = _fine(t)
    note = (
        f"The population AIF ({name}) starts at {arrival:.1f} s, when the most enhancing voxels "
        "start to rise."
    )
    return ExternalCurve(fine, POPULATION[name](fine, arrival=arrival), "blood", (note,))


def from_population_fit(
    name: str, Cb: NDArray[np.float64], *, t: NDArray[np.float64]
) -> ExternalCurve:
    """Return a population AIF fitted in arrival and height to the artery's own curve, mM."""
    fit = fit_population(name, Cb, t=t)
    fine = _fine(t)
    note = (
        f"The population AIF ({name}) was fitted to the artery: arrival {fit.arrival:.1f} s, scale "
        f"{fit.scale:.2f}, residual SD {fit.misfit:.2f} mM."
    )
    return ExternalCurve(fine, fit.at(fine), "blood", (note,))


def _fine(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fine times with an extra minute, so that an earlier shift stays within the curve."""
    return np.arange(t[0], t[-1] + 60, STEP)
