"""Colours of maps: scales for continuous quantities and the colours of the fit status."""

from __future__ import annotations

from SpineDCELib.vocabulary.fit_status import Status

#: Scale → evenly spaced colours from its low to its high end, without "#". "viridis" is every
#: sixteenth colour of matplotlib's; "rainbow" runs from blue to red.
COLOUR_MAPS: dict[str, tuple[str, ...]] = {
    "viridis": (
        "440154", "481a6c", "472f7d", "414487", "39568c", "31688e", "2a788e", "23888e",
        "1f988b", "22a884", "35b779", "54c568", "7ad151", "a5db36", "d2e21b", "fde725",
    ),
    "rainbow": (
        "0000ff", "0080ff", "00ffff", "00ff80", "00ff00", "80ff00", "ffff00", "ff8000", "ff0000",
    ),
}  # fmt: skip

#: A map over the anatomy is transparent below this share of the top of its scale.
TRANSPARENT_BELOW = 0.05


def status_colour(status: Status) -> str:
    """Return green for a plain fit, yellow for a fit with a remark, grey where the fit failed."""
    if status is Status.FITTED:
        return "2e8b57"
    return "d2a106" if status.fitted else "6e6e6e"


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue from 0 to 1 of a colour such as "#440154" or "440154"."""
    digits = colour.removeprefix("#")
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue
