"""Colours of maps: scales for continuous quantities and the colours of the fit status."""

from __future__ import annotations

from SpineDCELib.vocabulary.fit_status import Status

#: Scale → evenly spaced colours from its low to its high end, without "#". "viridis" is every
#: sixteenth colour of matplotlib's, and so are "cividis" and "magma"; these and "grey" are safe for
#: colour-blind eyes. "rainbow" runs from blue to red.
COLOUR_MAPS: dict[str, tuple[str, ...]] = {
    "viridis": (
        "440154", "481a6c", "472f7d", "414487", "39568c", "31688e", "2a788e", "23888e",
        "1f988b", "22a884", "35b779", "54c568", "7ad151", "a5db36", "d2e21b", "fde725",
    ),
    "cividis": (
        "00224e", "002e6c", "1e3a6f", "35456c", "47516c", "575d6d", "666970", "757575",
        "848279", "948e77", "a59c74", "b7a96e", "c8b866", "dbc75a", "eed649", "fee838",
    ),
    "magma": (
        "000004", "0b0924", "20114b", "3b0f70", "57157e", "721f81", "8c2981", "a8327d",
        "c43c75", "de4968", "f1605d", "fa7f5e", "fe9f6d", "febf84", "fddea0", "fcfdbf",
    ),
    "grey": ("000000", "ffffff"),
    "rainbow": (
        "0000ff", "0080ff", "00ffff", "00ff80", "00ff00", "80ff00", "ffff00", "ff8000", "ff0000",
    ),
}  # fmt: skip

#: A map over the anatomy is transparent below this share of the top of its scale.
TRANSPARENT_BELOW = 0.05
#: Colours of isodoses, the lowest dose first; told apart on grey and on the map.
ISODOSE_COLOURS = ("#56b4e9", "#f0e442", "#ff9f1c", "#ff4d6d")

#: Colours of the outlines of the artery that the AIF comes from, and of other vessels.
ARTERY_COLOUR, REJECTED_COLOUR = "#ff5fa2", "#a0a0a0"


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
