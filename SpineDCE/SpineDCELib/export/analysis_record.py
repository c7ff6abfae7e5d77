"""Results of an analysis as plain values, for programs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import asdict
from typing import Any

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.identity import without_words
from SpineDCELib.vocabulary.quantities import units


def analysis_record(
    analysis: Analysis, result: Result, *, words: Set[str] = frozenset()
) -> dict[str, Any]:
    """Return model, shift, statistics of every region, normalised values, sizes and findings.

    Values are in the units of the result files, which are listed.

    Args:
        words: identifying ones; notes and findings with one of them are left out.
    """
    measures = result.measures
    findings = [f for f in measures.findings if without_words([f.message], words)]
    return {
        "model": analysis.settings.fit.model,
        "signal": analysis.signal_mode,
        "mode": analysis.mode,
        "AIF": analysis.settings.aif.source,
        "shift [s]": analysis.shift(),
        "units": units(result.maps),
        "regions": [
            {
                "name": region.name,
                "role": analysis.roles.get(region.name),
                "voxels": region.voxels,
                "volume [mm3]": region.volume,
                "fitted voxels": region.fitted,
                "unfitted voxels": region.unfitted,
                "parameters": {name: asdict(s) for name, s in region.parameters.items()},
            }
            for region in result.regions
        ],
        "normalised": [
            {
                "lesion": one.lesion,
                "reference": one.reference,
                "parameter": one.parameter,
                "ratio": one.value,
                "95% low": one.low,
                "95% high": one.high,
            }
            for one in measures.normalised
        ],
        "sizes": [
            {
                "lesion": name,
                "longest [mm]": size.axial.longest,
                "perpendicular [mm]": size.axial.perpendicular,
                "outline volume [mm3]": size.whole.volume,
                "measured on": size.source,
            }
            for name, size in measures.sizes.items()
        ],
        "notes": without_words(result.notes, words),
        "findings": [{"code": f.code, "message": f.message, "about": f.about} for f in findings],
    }
