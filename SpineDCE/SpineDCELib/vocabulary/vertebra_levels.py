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
_NAMES = "|".join(sorted((*_LOWER, *(f"th{n}" for n in range(1, 14))), key=len, reverse=True))
#: A level as a word of a longer name. T1 and T2 also name weightings; they count only at its end.
_WORD = re.compile(rf"(?<![^\W_])(?!t[12]\b(?!\W*\d*$))({_NAMES})(?![^\W_])", re.IGNORECASE)


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


def level_in(name: str) -> str | None:
    """Return the level that a region's name holds as a word; None if it holds none or several.

    Example:
        >>> level_in("Lesion L3"), level_in("Lesion_Th12"), level_in("T1 lesion")
        ('L3', 'T12', None)
    """
    found = {_LOWER[match[1].lower().replace("th", "t")] for match in _WORD.finditer(name)}
    return found.pop() if len(found) == 1 else None


def with_level(name: str, level: str | None, *, otherwise: str) -> str:
    """Return a region's name with another level, or without one.

    Args:
        otherwise: the name of a region whose name was nothing but its level.

    Example:
        >>> with_level("Lesion L3", "L4", otherwise="Lesion")
        'Lesion L4'
        >>> with_level("Lesion 2", "T5", otherwise="Lesion")
        'Lesion 2 T5'
        >>> with_level("L3", None, otherwise="Reference")
        'Reference'
    """
    if level is not None and level_in(name) is not None:
        return _WORD.sub(level, name)
    bare = re.sub(r"[\s_-]+", " ", _WORD.sub(" ", name)).strip() if level_in(name) else name
    return " ".join(part for part in (bare or otherwise, level) if part)
