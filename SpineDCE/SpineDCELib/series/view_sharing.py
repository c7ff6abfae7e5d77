"""Sequences whose frames share data: recognised by their tags, suspected by a name.

Such a frame is put together from parts of k-space that were acquired over a longer time, its
temporal footprint, than the time between two frames (TWIST, TRICKS, DISCO, keyhole), or from a
sliding window of radial lines (GRASP).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

#: Words in names of sequences and protocols → the name of the technique.
_TECHNIQUES = {
    "twist": "TWIST",
    "tricks": "TRICKS",
    "disco": "DISCO",
    "grasp": "GRASP",
    "4d-?trak": "4D-TRAK",
    "keyhole": "keyhole",
    "view-?shar(ing|ed)": "view sharing",
}
#: A frame that took this many intervals overlaps with the next one.
_OVERLAP = 1.1


def technique_in(words: str) -> str | None:
    """Return the technique that a name states; None if none.

    Example:
        >>> technique_in("t1_twist-vibe_dyn"), technique_in("fl3d1_ns"), technique_in("twisted")
        ('TWIST', None, None)
    """
    text = re.sub(r"[_\s]+", " ", words.lower())
    for pattern, name in _TECHNIQUES.items():
        if re.search(rf"(?<![a-z]){pattern}(?![a-z])", text):
            return name
    return None


def footprint_of(durations: Iterable[float | None], interval: float | None) -> float | None:
    """Return the temporal footprint of overlapping frames, s; None where frames do not overlap.

    Args:
        durations: of the acquisition of every frame, s (FrameAcquisitionDuration).
        interval: time from frame to frame, s.
    """
    known = [d for d in durations if d is not None and np.isfinite(d) and d > 0]
    if not known or interval is None:
        return None
    typical = float(np.median(known))
    return typical if typical > _OVERLAP * interval else None


def sharing_notes(
    sequence: str, names: str, footprint: float | None
) -> tuple[str | None, list[str]]:
    """Return the technique that the tags state, and what to say about shared data.

    Args:
        sequence: names of the pulse sequence.
        names: of protocol and description; what they say is a doubt only.
    """
    technique = technique_in(sequence)
    if technique is None and footprint is not None:
        technique = technique_in(names) or "view sharing"
    if technique is not None:
        told = (
            f"each was acquired over {footprint:.3g} s (FrameAcquisitionDuration)"
            if footprint is not None
            else "the files do not say over which time each was acquired"
        )
        return technique, [f"Its frames share data ({technique}): {told}."]
    suspected = technique_in(names)
    if suspected is None:
        return None, []
    return None, [
        f"Its name says {suspected}, whose frames share data; no tag confirms it. If it is true, "
        "set the temporal footprint."
    ]
