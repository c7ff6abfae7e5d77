"""Published changes of perfusion after radiation, and the cutoffs that some of them found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from SpineDCELib.errors import InputError
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE

_NOT_STATED = "not known"


@dataclass(frozen=True)
class PublishedCutoff:
    """One series of patients.

    Attributes:
        source: publication.
        patients: number and outcome.
        quantity: in which the change is given.
        change: of controlled and of failed patients or lesions.
        cutoff: of the change of normalised Vp, %; None where none was published.
        mode: in which signal became what was fitted.
        protocol: acquisition, and when the patients were scanned after radiation.
    """

    source: str
    patients: str
    quantity: str
    change: str
    cutoff: float | None
    mode: str = _NOT_STATED
    protocol: str = _NOT_STATED


PUBLISHED_CUTOFFS: Mapping[str, PublishedCutoff] = {
    "behar2023": PublishedCutoff(
        f"{CUTOFF_SOURCE} (44:1451)",
        "49; 38 with response, 11 with persistent disease",
        "normalised Vp",
        "−57.3 / +88.2 % (means)",
        CUTOFF,
        "not printed; extended Tofts model in a commercial program",
        "3D T1 spoiled gradient echo at 1.5 T, TR 4–5 ms, 25°, 5 mm slices, 5–6 s per frame; "
        "median of 62 days",
    ),
    "kumar2017": PublishedCutoff(
        "Kumar et al., 2017 (doi:10.1177/1533034617705715)",
        "30; 5 recurred",
        "Vp",
        "−76 / +28 %",
        -20.0,
    ),
    "spratt2016": PublishedCutoff(
        "Spratt et al., 2016 (PMC5665020), sarcoma",
        "9 with 12 lesions; 1 failed",
        "Vp",
        "−58.7 % (mean); Ktrans −63.2 %",
        None,
        protocol="57 days",
    ),
    "lis2017": PublishedCutoff(
        "Lis et al., Neurosurg Focus 2017;42:E9",
        "6",
        "Vp",
        "−65.2 %; no further change at the first follow-up",
        None,
        protocol="1 hour",
    ),
    "cyberknife2021": PublishedCutoff(
        "Clin Radiol 2021 (doi:10.1016/j.crad.2021.07.008)",
        "27 with 39 lesions; 12 progressed",
        "Ktrans",
        "−32.6 / +20.4 % (AUC 0.821)",
        None,
        protocol="3 months",
    ),
}  # fmt: skip


def cutoff_named(text: str) -> tuple[float, str]:
    """Return a cutoff, %, and its source, from a key of the table or from a number.

    Raises:
        InputError: it is neither (code "unknown_cutoff"), or that series has no cutoff of
            normalised Vp (code "no_published_cutoff").

    Example:
        >>> from SpineDCELib.course import cutoff_named
        >>> cutoff_named("kumar2017")[0]
        -20.0
    """
    found = PUBLISHED_CUTOFFS.get(text.strip().lower())
    if found is None:
        try:
            return float(text.replace("−", "-").rstrip(" %")), "entered"
        except ValueError:
            raise InputError(
                f"'{text}' is neither a change in % nor one of {', '.join(PUBLISHED_CUTOFFS)}.",
                code="unknown_cutoff",
                about=text,
                fields=["course.cutoff"],
            ) from None
    if found.cutoff is None:
        known = [key for key, one in PUBLISHED_CUTOFFS.items() if one.cutoff is not None]
        raise InputError(
            f"{found.source} gives no cutoff of Vp. Those that do are {', '.join(known)}.",
            code="no_published_cutoff",
            about=text,
            fields=["course.cutoff"],
        )
    return found.cutoff, found.source
