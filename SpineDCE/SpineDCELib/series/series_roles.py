"""Role of a series in the analysis, with the reason: from tags and name, never from pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass

from SpineDCELib.series.image_header import ImageHeader

#: Least number of frames of a dynamic series.
MIN_DYNAMIC = 3

_COMPUTED = {
    "SUBTRACTION": "a subtraction",
    "SUB": "a subtraction",
    "MIP": "a projection",
    "MNIP": "a projection",
    "MAX_IP": "a projection",
    "PROJECTION IMAGE": "a projection",
    "MPR": "a reformation",
    "ADC": "a diffusion map",
    "FIELD_MAP": "a field map",
    "FIELD MAP": "a field map",
    "B0": "a field map",
    "PARAMETRIC MAP": "a parameter map",
}


@dataclass(frozen=True)
class Facts:
    """Properties of a series that its role depends on."""

    modality: str
    words: str  #: description, protocol and sequence name
    image_type: tuple[str, ...]
    component: str
    frames: int
    slices: int
    orientations: int
    TR: float | None
    TE: float | None
    TI: float | None
    FA: float | None
    b_values: int
    contrast: bool
    readable: bool


def facts_of(image: ImageHeader, frames: int, slices: int, orientations: int, b: int) -> Facts:
    header = image.header
    return Facts(
        modality=header.modality,
        words=f"{header.description} {header.protocol} {header.sequence}",
        image_type=image.image_type,
        component=image.component,
        frames=frames,
        slices=slices,
        orientations=orientations,
        TR=image.TR,
        TE=image.TE,
        TI=image.TI,
        FA=image.FA,
        b_values=b,
        contrast=bool(header.contrast_agent),
        readable=frames > 0,
    )


def has_word(words: str, *patterns: str) -> bool:
    """Return whether a pattern occurs in ``words`` as a word (digits and _ end a word)."""
    text = re.sub(r"[_\W]+", " ", words.lower())
    return any(re.search(rf"(?<![a-z]){p}(?![a-z])", text) for p in patterns)


def role_of(facts: Facts) -> tuple[str, str]:
    """Return the role and the reason for it."""
    if facts.modality not in ("MR", ""):
        return "other", f"modality {facts.modality}, not MR"
    if not facts.readable:
        return "other", "it cannot be read"
    words = facts.words
    computed = next((t for t in facts.image_type[1:] if t in _COMPUTED), None)
    if "LOCALIZER" in facts.image_type or has_word(words, "localizer", "loc", "scout", "survey"):
        return "localizer", "by its name"
    if has_word(words, "b1", "b1map", "tfl b1map"):
        return "B1 map", "by its name"
    if has_word(words, "t1 ?map", "t1map", "t1 mapping", "relaxometry") and facts.frames == 1:
        return "T1 map", "by its name"
    if computed:
        return "other", f"{_COMPUTED[computed]} ({computed}), computed from another series"
    if has_word(words, "sub", "subtraction", "mip", "ttp", "wash in", "wash out", "moco diff"):
        return "other", "computed from another series, by its name"
    if facts.b_values > 1 or has_word(words, "dwi", "dti", "adc", "diffusion"):
        return "other", "diffusion"
    if facts.frames >= MIN_DYNAMIC:
        if facts.component == "phase":
            return "dynamic phase", f"{facts.frames} frames of phase"
        if facts.component in ("real", "imaginary"):
            return f"dynamic {facts.component}", f"{facts.frames} frames"
        return "dynamic", f"{facts.frames} frames of {facts.slices} slices"
    if facts.frames > 1:
        return "other", f"{facts.frames} frames are too few for a dynamic series"
    return _anatomical(facts)


def _anatomical(facts: Facts) -> tuple[str, str]:
    words, TR, TE, TI = facts.words, facts.TR, facts.TE, facts.TI
    if facts.component != "magnitude":
        return "other", f"one volume of {facts.component}"
    if has_word(words, "stir", "tirm"):
        return "STIR", "by its name"
    inversion = TI is not None and 0.08 <= TI <= 0.3
    if inversion and TR is not None and TR > 1.5 and TE is not None and TE < 0.12:
        return "STIR", f"TI {TI * 1e3:.0f} ms, TR {TR * 1e3:.0f} ms"  # type: ignore[operator]
    if TR is not None and TE is not None and TR >= 1.5 and TE >= 0.06:
        return "T2", f"TR {TR * 1e3:.0f} ms, TE {TE * 1e3:.0f} ms"
    if has_word(words, "t2", "t2w"):
        return "T2", "by its name"
    weighted = TR is not None and TE is not None and 0.1 < TR <= 1.2 and TE <= 0.03
    if weighted or has_word(words, "t1", "t1w", "flair t1", "mprage", "vibe", "lava", "thrive"):
        reason = (
            f"TR {TR * 1e3:.0f} ms, TE {TE * 1e3:.0f} ms"  # type: ignore[operator]
            if weighted
            else "by its name"
        )
        if facts.contrast or has_word(words, r"c\+?", "gd", "gad", "km", "post", "ce", "contrast"):
            return "T1 after contrast", f"{reason}, contrast agent"
        return "T1", reason
    return "other", "no rule applies"
