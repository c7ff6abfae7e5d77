"""What a publication reports of a DCE-MRI analysis, in the terms of OSIPI's lexicon (CAPLEX).

The lexicon: Dickie et al., Magn Reson Med 2024;91:1761, doi:10.1002/mrm.29840, a consensus of the
ISMRM Open Science Initiative for Perfusion Imaging. Quantities (Q), models (M) and processes (P)
have its codes; "…999" stands for a method that it does not list, which is then described in words.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.identity import without_words
from SpineDCELib.version import __version__
from SpineDCELib.vocabulary.quantities import QUANTITIES

SOURCE = "Dickie et al., Magn Reson Med 2024;91:1761, doi:10.1002/mrm.29840"
MODELS = {
    "tofts": ("M.IC1.004", "Tofts model"),
    "extended_tofts": ("M.IC1.005", "Extended Tofts model"),
    "patlak": ("M.IC1.006", "Patlak model"),
    "two_compartment_exchange": ("M.IC1.009", "Two-compartment exchange model"),
}
AIFS = {
    "auto": ("P.AE2.999", "mean of arterial voxels that the program found, slice by slice"),
    "mask": ("P.AE2.002", "mean of a region of interest"),
    "file": ("P.AE2.999", "curve of a file"),
    "parker": ("M.IC2.001", "Parker AIF model"),
    "georgiou": ("M.IC2.002", "Georgiou AIF model"),
    "weinmann": ("M.IC2.003", "Weinmann AIF model"),
}
SIGNALS = {
    "absolute": ("P.SC2.002", "through R1: spoiled gradient echo model (M.SM2.002), linear in "
                 "relaxivity (M.EL1.003)"),
    "relative": ("M.MS3.003", "relative signal enhancement in place of concentration"),
    "difference": ("M.MS3.002", "absolute signal enhancement in place of concentration"),
}  # fmt: skip
T10S = {
    "fixed": ("P.NR2.001", "fixed value"),
    "vfa": ("P.NR2.002", "variable flip angles"),
    "map": ("P.NR2.999", "T1 map of a file"),
    "muscle": ("P.NR2.999", "signal before contrast, calibrated on muscle"),
}
PARAMETERS = {
    "vp": "Q.PH1.001.p", "ve": "Q.PH1.001.e", "Ktrans": "Q.PH1.008", "kep": "Q.PH1.009",
    "PS": "Q.PH1.004", "Fp": "Q.PH1.002", "Ta": "Q.PH1.007",
}  # fmt: skip


class Item(NamedTuple):
    """One thing to report; ``value`` is None where it is not known."""

    section: str
    item: str
    value: Any
    unit: str = ""
    code: str = ""


def reporting_record(
    analysis: Analysis, result: Result, *, words: Set[str] = frozenset()
) -> dict[str, Any]:
    """Return the content of ``report.json``: every item, also those that are not known.

    Args:
        words: identifying ones; the manufacturer is left out if a header's text may be one.
    """
    items = [
        item._replace(value=None)
        if item.item == "manufacturer" and not without_words([str(item.value)], words)
        else item
        for item in reporting_items(analysis, result)
    ]
    return {
        "lexicon": "OSIPI CAPLEX",
        "source": SOURCE,
        "not a medical device": True,
        "items": [
            {"section": i.section, "item": i.item, "CAPLEX": i.code or None, "value": i.value,
             "unit": i.unit or None}
            for i in items
        ],
        "not known": [f"{i.section}: {i.item}" for i in items if i.value is None],
    }  # fmt: skip


def reporting_items(analysis: Analysis, result: Result) -> list[Item]:
    """Return acquisition, contrast agent, preprocessing, conversion, AIF, fit and results."""
    return [
        *_acquisition(analysis),
        *_contrast(analysis),
        *_preprocessing(analysis),
        *_conversion(analysis),
        *_aif(analysis),
        *_fit(analysis, result),
    ]


def _acquisition(analysis: Analysis) -> list[Item]:
    series = analysis.images.dynamic
    acquisition, geometry = series.acquisition, series.geometry
    interval = series.frame_interval
    frames, slices, rows, columns = series.signal.shape
    name = "acquisition"
    return [
        Item(name, "manufacturer", acquisition.manufacturer),
        Item(name, "field strength", acquisition.field_strength, "T"),
        Item(name, "repetition time", analysis.TR, "s", "Q.MS1.006"),
        Item(name, "echo time", acquisition.TE, "s", "Q.MS1.005"),
        Item(name, "flip angle", analysis.FA, "degrees", "Q.MS1.007"),
        Item(name, "frames", frames),
        Item(name, "time step (median)", interval, "s", "Q.GE1.005"),
        Item(name, "duration", float(np.ptp(series.times)) + interval, "s"),
        Item(name, "matrix: slices, rows, columns", [slices, rows, columns]),
        Item(name, "voxel size: column, row, slice", [float(x) for x in geometry.spacing], "mm"),
        Item(name, "frames that share data", acquisition.view_shared or "none stated"),
    ]


def _contrast(analysis: Analysis) -> list[Item]:
    name = "contrast agent"
    return [
        Item(name, "agent", analysis.agent),
        Item(name, "dose", analysis.dose, "mmol/kg"),
        Item(name, "injection rate", analysis.injection_rate, "mL/s"),
        Item(name, "longitudinal relaxivity", analysis.r1, "1/s/mM", "Q.EL1.015"),
    ]


def _preprocessing(analysis: Analysis) -> list[Item]:
    name, chosen = "preprocessing", analysis.settings.preprocessing
    smoothing = chosen.space.method
    return [
        Item(name, "motion correction", chosen.motion.on),
        Item(name, "removal of spikes", chosen.spikes.on),
        Item(name, "removal of the background", chosen.noise_mask.on),
        Item(name, "smoothing in space", smoothing),
        Item(name, "width of the smoothing in space", 0.0 if smoothing == "off" else
             chosen.space.width, "mm"),
        Item(name, "width of the smoothing in time", chosen.time.width if chosen.time.on else 0.0,
             "s"),
        Item(name, "excluded frames", list(analysis.settings.reading.excluded_frames or ())),
    ]  # fmt: skip


def _conversion(analysis: Analysis) -> list[Item]:
    name, concentration = "concentration", analysis.concentration()
    code, words = SIGNALS[analysis.signal_mode]
    items = [
        Item(name, "baseline: mean of the first frames", concentration.baseline_frames, "frames",
             "P.BL2.003"),
        Item(name, "conversion of signal", words, "", code),
        Item(name, "unit", concentration.unit, "", "Q.IC1.001"),
    ]  # fmt: skip
    if analysis.signal_mode == "absolute":
        code, words = T10S[analysis.T1_source]
        fixed = analysis.settings.concentration.T10 if analysis.T1_source == "fixed" else None
        items.append(Item(name, "native T1", words, "", code))
        if fixed is not None:
            items.append(Item(name, "fixed native T1", fixed, "s"))
    return items


def _aif(analysis: Analysis) -> list[Item]:
    name, chosen = "arterial input function", analysis.settings.aif
    code, words = AIFS[chosen.source]
    if chosen.source == "auto" and analysis.artery_by_hand:
        words = "mean of arterial voxels that were changed by hand, slice by slice"
    arterial = analysis.aif()
    peak = float(np.nanmax(arterial.Cb))
    voxels = None if analysis.artery is None else int(analysis.artery.sum())
    items = [
        Item(name, "source", words, "", code),
        Item(name, "haematocrit", chosen.Hct, "fraction", "Q.PH1.012"),
        Item(name, "peak of whole blood", peak, arterial.unit, "Q.CD1.002"),
    ]
    return items if voxels is None else [*items, Item(name, "voxels", voxels)]


def _fit(analysis: Analysis, result: Result) -> list[Item]:
    name, chosen = "fit", analysis.settings.fit
    code, words = MODELS[chosen.model]
    fitted = sum(region.fitted for region in result.regions)
    voxels = sum(region.voxels for region in result.regions)
    items = [
        Item(name, "model", words, "", code),
        Item(name, "method", "bounded least squares in every voxel, exact optimum", "",
             "P.EX1.001"),
        Item(name, "time shift of the AIF", analysis.shift(), "s", "Q.PH1.007"),
        Item(name, "shifts of regions", {k: float(v) for k, v in analysis.own_shifts().items()},
             "s"),
        Item(name, "voxels of the regions that were fitted", [fitted, voxels]),
        Item(name, "software", f"SpineDCE {__version__}"),
    ]  # fmt: skip
    items += [
        Item("results", f"{region.name}: {parameter} median (Q1, Q3)", [s.median, s.Q1, s.Q3],
             QUANTITIES[parameter].unit, PARAMETERS[parameter])
        for region in result.regions
        for parameter, s in region.parameters.items()
        if parameter in PARAMETERS and s.n
    ]  # fmt: skip
    return items
