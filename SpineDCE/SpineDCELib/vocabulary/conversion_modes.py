"""Modes in which signal becomes what is fitted: words and DICOM codes of their parameters.

Normalised Vp of two modes are two quantities: without a T1 map, relative signal gives about 1.8
times the value of one. So every table and every code says the mode.
"""

from __future__ import annotations

from dataclasses import dataclass

from SpineDCELib.vocabulary.quantities import FITTED_AS, NORMALISED, QUANTITIES
from SpineDCELib.vocabulary.terminology import PRIVATE, Code


@dataclass(frozen=True)
class ModeWords:
    """What a mode is called.

    Attributes:
        title: in tables, after the name of a parameter.
        code: end of the private code of normalised parameters; modes with one end compare.
        meaning: end of the code's meaning.
        per: what a volume fraction is a fraction of, "" where it is none.
    """

    title: str
    code: str
    meaning: str
    per: str = ""


#: Sources of T10 for concentration, and the modes that fit the signal itself.
CONVERSION_MODES: dict[str, ModeWords] = {
    "map": ModeWords("T1 map", "T1", "T1 known", "water"),
    "vfa": ModeWords("T1 from flip angles", "T1", "T1 known", "water"),
    "muscle": ModeWords("M0 from muscle", "MUSCLE", "from muscle", "tissue"),
    "fixed": ModeWords("one assumed T10", "FIXED", "fixed T10"),
    "relative": ModeWords("relative signal", "RELATIVE", "relative"),
    "difference": ModeWords("signal difference", "DIFF", "difference"),
}
#: Parameter → beginning of its private code, and of that of its change.
_STEMS = {"vp": "NVP", "vp_voxel": "NVPV", "Ktrans": "NKTRANS"}
_CHANGES = {"vp": "DVP", "vp_voxel": "DVPV", "Ktrans": "DKTRANS"}
#: Parameters that have their unit only where concentration is fitted. kep is a ratio of two.
_SCALED = {"vp", "Ktrans", "ve", "PS", "Fp"}


def normalised_vp(mode: str) -> str:
    """Return the parameter that normalised Vp and the response call are based on.

    Contrast agent is in the water of a voxel alone, and a known T1 gives its concentration in that
    water. Where fat or bone displaces water between the visits, vp per volume of water changes
    without a change of perfusion; vp per volume of tissue does not.
    """
    return "vp_voxel" if mode and CONVERSION_MODES[mode].per == "water" else "vp"


def is_per_water(parameter: str, mode: str) -> bool:
    """Return whether a fitted parameter is one per volume of water, not of tissue."""
    return bool(mode) and CONVERSION_MODES[mode].per == "water" and parameter not in FITTED_AS


def unit_title(parameter: str, mode: str) -> str:
    """Return the unit of a map's scale; that of Vp says if it is one of the tissue's water."""
    unit = QUANTITIES[parameter].shown_unit
    return unit + " of water" * (parameter == "vp" and is_per_water(parameter, mode))


def parameter_title(parameter: str, mode: str) -> str:
    """Name a parameter; Vp says what it is a fraction of where it is shown in two ways."""
    title = QUANTITIES[parameter].title
    return title + " per volume of water" * (parameter == "vp" and is_per_water(parameter, mode))


def normalised_title(parameter: str, mode: str) -> str:
    """Name a normalised parameter with its mode: "normalised Vp (M0 from muscle)"."""
    title = f"normalised {QUANTITIES[parameter].title}"
    if is_per_water(parameter, mode):
        title += " per volume of water"
    return f"{title} ({CONVERSION_MODES[mode].title})" if mode else title


def normalised_code(parameter: str, mode: str) -> Code:
    """Return the DICOM code of a normalised parameter: private, and another one for each mode."""
    words = CONVERSION_MODES[mode]
    ratio = NORMALISED[parameter]
    if is_per_water(parameter, mode):
        ratio = f"{parameter} per water, lesion over reference vertebra"
    meaning = f"{ratio}, {words.meaning}"
    return (f"{_STEMS[parameter]}_{words.code}", PRIVATE, meaning)


def change_code(parameter: str, mode: str) -> Code:
    """Return the DICOM code of the change of a normalised parameter from the baseline visit, %."""
    words = CONVERSION_MODES[mode]
    title = QUANTITIES[parameter].title + " per water" * is_per_water(parameter, mode)
    meaning = f"Change of normalised {title}, {words.meaning}"
    return (f"{_CHANGES[parameter]}_{words.code}", PRIVATE, meaning)


def map_code(name: str, mode: str) -> Code | None:
    """Return the DICOM code of a map: that of its quantity where concentration is fitted.

    A parameter of a fit to the signal is no volume fraction and no transfer constant, so it has a
    private code.
    """
    code = QUANTITIES[name].code
    if code is None or has_scale(name, mode):
        return code
    words = CONVERSION_MODES[mode]
    return (f"{name.upper()}_{words.code}", PRIVATE, f"{code[2]} of {words.title}")


def has_scale(parameter: str, mode: str) -> bool:
    """Return whether a parameter has its unit in a mode; False where signal itself is fitted."""
    return parameter not in _SCALED or mode not in ("relative", "difference")


def comparable(modes: set[str]) -> bool:
    """Return whether normalised values of these modes are the same quantity."""
    return len({CONVERSION_MODES[mode].code for mode in modes}) <= 1
