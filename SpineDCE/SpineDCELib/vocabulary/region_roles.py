"""What a region is for: told by its tag, its name or its terminology code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError

Role = Literal["lesion", "reference", "aorta", "exclusion", "bone", "extraosseous", "other"]
ROLES: tuple[Role, ...] = get_args(Role)

#: A segment tag of this name says the role outright.
TAG = "SpineDCE.Role"

#: The first word that a name holds decides.
_WORDS: tuple[tuple[str, Role], ...] = (
    (r"exclu|h(a)?emangioma|basivertebral|vein|disc\b|cortical", "exclusion"),
    (r"aort|arter|\baif\b", "aorta"),
    (r"extra-?osseous|epidural|paraspinal", "extraosseous"),
    (r"referen|healthy|normal", "reference"),
    (r"lesion|metasta|tumou?r|\bmyeloma", "lesion"),
    (r"\bbones?\b", "bone"),
)

#: SNOMED CT: metastatic neoplasm, neoplasm, lesion, abnormal structure; aorta; vertebrae.
_LESION = {"128462008", "108369006", "52988006", "49755003", "86049000", "4147007"}
_AORTA = {"15825003", "7832008", "113262008", "7040005"}
_VERTEBRA = {
    "51282000", "82687006", "12215007", "12989004", "23215003", "66794005", "14293000",
    "36470004", "11994002", "49668003",
}  # fmt: skip


def role_of(name: str, *, terminology: str = "", tags: Mapping[str, str] | None = None) -> Role:
    """The role of a region.

    A tag ``SpineDCE.Role`` decides; else the name, for a "Lesion" may be coded as the vertebra
    that it lies in; else the SNOMED CT codes of 3D Slicer's terminology entry.
    """
    tag = (tags or {}).get(TAG, "").strip().lower()
    if tag in ROLES:
        return tag
    found = [
        (match.start(), role)
        for words, role in _WORDS
        if (match := re.search(words, name.replace("_", " ").lower()))
    ]
    if found:
        return min(found)[1]
    codes = set(re.findall(r"\d{6,}", terminology))
    for known, role in ((_LESION, "lesion"), (_AORTA, "aorta"), (_VERTEBRA, "reference")):
        if codes & known:
            return role  # type: ignore[return-value]
    return "other"


def without_exclusions(
    regions: Mapping[str, NDArray[np.bool_]], roles: Mapping[str, Role]
) -> dict[str, NDArray[np.bool_]]:
    """The regions with every exclusion taken out of all that is not one itself.

    Raises:
        InputError: a region that the exclusions leave nothing of.
    """
    exclusions = [mask for name, mask in regions.items() if roles.get(name) == "exclusion"]
    if not exclusions:
        return dict(regions)
    excluded = np.any(exclusions, axis=0)
    result = {}
    for name, mask in regions.items():
        result[name] = mask if roles.get(name) == "exclusion" else mask & ~excluded
        if mask.any() and not result[name].any():
            raise InputError(
                f"The exclusions cover the whole of region '{name}'; redraw one or the other."
            )
    return result
