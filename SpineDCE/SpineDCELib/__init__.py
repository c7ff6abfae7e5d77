"""Engine of SpineDCE: T1-weighted DCE-MR perfusion of the spine, from the scanner's files to Vp.

Arrays are ordered ``[frame, slice, row, column]``; space is LPS in mm; times are in s; rate
constants in 1/min; volume fractions as fractions.

The names below are the public interface; each is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from SpineDCELib.version import __version__

if TYPE_CHECKING:
    from SpineDCELib.aif.population import parker as parker
    from SpineDCELib.analysis import Analysis as Analysis
    from SpineDCELib.errors import InputError as InputError
    from SpineDCELib.kinetics.fitting import fit as fit
    from SpineDCELib.run.analyse import analyse as analyse
    from SpineDCELib.run.compare import compare_studies as compare_studies
    from SpineDCELib.run.inputs import Inputs as Inputs
    from SpineDCELib.run.inputs import read_images as read_images
    from SpineDCELib.series.scan_study import scan_study as scan_study
    from SpineDCELib.settings import Settings as Settings
    from SpineDCELib.settings import with_value as with_value

#: Public name → the module that defines it.
_PUBLIC = {
    "Analysis": "analysis.analysis",
    "InputError": "errors",
    "Inputs": "run.inputs",
    "Settings": "settings.values",
    "analyse": "run.analyse",
    "compare_studies": "run.compare",
    "fit": "kinetics.fitting",
    "parker": "aif.population",
    "read_images": "run.inputs",
    "scan_study": "series.scan_study",
    "with_value": "settings.values",
}

__all__ = [
    "Analysis",
    "InputError",
    "Inputs",
    "Settings",
    "__version__",
    "analyse",
    "compare_studies",
    "fit",
    "parker",
    "read_images",
    "scan_study",
    "with_value",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
