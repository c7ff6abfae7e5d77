"""Role of a series in the analysis, with the reason: from tags and name, never from pixels.

A name never outweighs facts: a series of several frames is not put aside for a word in its name.
Such a word is only a doubt: it becomes a note, and counts only where another series of the study
could be meant (:func:`SpineDCELib.series.study_context.settle_doubts`).
"""

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
#: Reason for a role that only a tag of the files gives. Scanners may set it for a whole exam.
NAMES_AGENT = "its files name a contrast agent"
#: TE of diffusion-weighted images, s, is longer than that of any T1-weighted dynamic series.
_DIFFUSION_TE = 0.03


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

    @property
    def computed(self) -> bool:
        """Whether the files say that the images were computed from others."""
        return self.image_type[:1] == ("DERIVED",)


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
    computed = next((t for t in facts.image_type[1:] if t in _COMPUTED), None)
    if "LOCALIZER" in facts.image_type:
        return "localizer", "by its image type"
    if computed:
        return "other", f"{_COMPUTED[computed]} ({computed}), computed from another series"
    if facts.b_values > 1 or "DIFFUSION" in facts.image_type:
        return "other", "diffusion"
    name = named_as(facts)
    if facts.frames >= MIN_DYNAMIC:
        if facts.computed and name in ("subtraction", "projection", "map"):
            return "other", f"computed from another series: a {name}, by its name and image type"
        if name == "diffusion" and facts.TE is not None and facts.TE > _DIFFUSION_TE:
            return "other", f"diffusion, by its name and TE {facts.TE * 1e3:.0f} ms"
        if facts.component == "phase":
            return "dynamic phase", f"{facts.frames} frames of phase"
        if facts.component in ("real", "imaginary"):
            return f"dynamic {facts.component}", f"{facts.frames} frames"
        slices = "1 slice" if facts.slices == 1 else f"{facts.slices} slices"
        return "dynamic", f"{facts.frames} frames of {slices}"
    if name == "localizer":
        return "localizer", "by its name"
    if name == "B1 map":
        return "B1 map", "by its name"
    if facts.frames == 1 and has_word(facts.words, "t1 ?map", "t1map", "t1 mapping", "relaxometry"):
        return "T1 map", "by its name"
    if name == "diffusion":
        return "other", "diffusion, by its name"
    if name and facts.image_type[:1] != ("ORIGINAL",):
        return "other", f"computed from another series ({name}), by its name"
    if facts.frames > 1:
        return "other", f"{facts.frames} frames are too few for a dynamic series"
    return _anatomical(facts)


def named_as(facts: Facts) -> str:
    """Return what the name says that a series is, if it is no image to analyse; else ""."""
    # "sub-01" is the subject in every file name of BIDS, not a subtraction.
    words = re.sub(r"(?i)(?<![a-z])sub-[a-z0-9]+", " ", facts.words)
    for name, patterns in _NAMES.items():
        if has_word(words, *patterns):
            return name
    return ""


def doubt_of(facts: Facts, role: str) -> str:
    """Return what the name of a dynamic series says against it, with its article; else ""."""
    name = named_as(facts) if role == "dynamic" else ""
    return name and (name if name == "diffusion" else f"a {name}")


_NAMES = {
    "localizer": ("localizer", "loc", "scout", "survey"),
    "B1 map": ("b1", "b1map", "tfl b1map"),
    "subtraction": ("sub", "subtraction", "moco diff"),
    "projection": ("mip",),
    "map": ("ttp", "wash in", "wash out"),
    "diffusion": ("dwi", "dti", "adc", "diffusion"),
}


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
        if has_word(words, r"c\+?", "gd", "gad", "km", "post", "ce", "contrast"):
            return "T1 after contrast", f"{reason}, contrast agent"
        if facts.contrast:
            return "T1 after contrast", f"{reason}, {NAMES_AGENT}"
        return "T1", reason
    return "other", "its kind is not known from its name, TR and TE"
