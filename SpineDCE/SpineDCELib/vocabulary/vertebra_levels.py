"""Levels of the spine, and the names that people and programs give them."""

from __future__ import annotations

import re

#: From head to foot; some people have 13 thoracic or 6 lumbar vertebrae.
LEVELS: tuple[str, ...] = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 14)),
    *(f"L{n}" for n in range(1, 7)),
    "S1",
    "Sacrum",
)
_LOWER = {level.lower(): level for level in LEVELS}


def level_of(name: str) -> str | None:
    """Return the level that a name means, such as "vertebrae_L3" or "L3 vertebra"; None if none.

    The whole name must be that of a level: "Lesion L3" is a lesion.

    Example:
        >>> level_of("vertebrae_T12"), level_of("L3 vertebra"), level_of("Lesion L3")
        ('T12', 'L3', None)
    """
    words = re.sub(r"[\W_]+", " ", name.lower()).strip()
    words = re.sub(r"^(vertebrae|vertebra|vertebral body)\s|\s(vertebrae|vertebra)$", "", words)
    words = re.sub(r"^th(\d)", r"t\1", words)
    return _LOWER.get(words)
