"""Roles of regions: title, colours, terminology and file tag; and the role of a region in a file.

A region's role is recognised once, where a file or a scene is read, and travels with its mask from
there on. No other part of the program looks at the name of a region.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from SpineDCELib.vocabulary.terminology import Code

Role = Literal[
    "lesion", "reference", "aorta", "muscle", "exclusion", "bone", "extraosseous", "irradiated",
    "other",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

#: Name of the segment tag that holds the role.
TAG = "SpineDCE.Role"
#: Name of the segment tag that holds the DICOM tracking UID of a lesion.
TRACKING_TAG = "SpineDCE.TrackingUID"

_ABNORMAL: Code = ("49755003", "SCT", "Morphologically Abnormal Structure")
_ANATOMICAL: Code = ("123037004", "SCT", "Anatomical Structure")
_METASTASIS: Code = ("128462008", "SCT", "Metastatic neoplasm")
_TISSUE: Code = ("85756007", "SCT", "Tissue")
_VERTEBRA_CODE: Code = ("51282000", "SCT", "Vertebra")


@dataclass(frozen=True)
class RoleWords:
    """What a role looks like and is called.

    Attributes:
        title: for people.
        segment: name of the first segment with this role; further ones are numbered.
        colour: on grey images; distinguishable by colour-blind readers (Wong 2011,
            doi:10.1038/nmeth.1618).
        category, kind: SNOMED CT category and type of a segment.
        colour_on_white: in charts on white; None where the role is not drawn in them.
    """

    title: str
    segment: str
    colour: str
    category: Code = _TISSUE
    kind: Code = _TISSUE
    colour_on_white: str | None = None


REGION_ROLES: dict[Role, RoleWords] = {
    "lesion": RoleWords(
        "Lesion", "Lesion", "#ff8c1a", _ABNORMAL, _METASTASIS, colour_on_white="#d55e00"
    ),
    "reference": RoleWords(
        "Reference vertebra", "Reference vertebra", "#7fd4ff", _ANATOMICAL, _VERTEBRA_CODE,
        colour_on_white="#0072b2",
    ),
    "aorta": RoleWords(
        "Aorta", "Aorta", "#e6578c", _ANATOMICAL, ("15825003", "SCT", "Aorta")
    ),
    "muscle": RoleWords(
        "Muscle", "Muscle", "#b07aa1", _ANATOMICAL, ("71616004", "SCT", "Skeletal muscle")
    ),
    "exclusion": RoleWords("Exclusion", "Exclusion", "#bdbdbd"),
    "bone": RoleWords("Bone", "Bone", "#f0e442", _ANATOMICAL, _VERTEBRA_CODE),
    "extraosseous": RoleWords(
        "Extraosseous part", "Extraosseous part", "#ffd08a", _ABNORMAL, _METASTASIS,
        colour_on_white="#e69f00",
    ),
    "irradiated": RoleWords("Irradiated volume", "Irradiated volume", "#c5a3ff"),
    "other": RoleWords("Region", "Region", "#ffffff"),
}  # fmt: skip

#: Tag of the segment in which the artery is searched. It is not a region that is measured.
SEARCH = "search"
SEARCH_WORDS = RoleWords("AIF search region", "AIF search region", "#b0e0a8")


def in_order(names: Iterable[str], roles: Mapping[str, str]) -> list[str]:
    """Return the names of regions, lesions first, as every list, chart and table shows them."""
    known = (*ROLES, SEARCH)
    return sorted(names, key=lambda name: known.index(roles.get(name, "other")))


def words_of(role: str) -> RoleWords:
    """Return the words of a role, of the search region, or of "other" for an unknown tag."""
    if role == SEARCH:
        return SEARCH_WORDS
    return REGION_ROLES[role if role in ROLES else "other"]


#: Words in the name of a region → role. The word that comes first in the name decides.
_WORDS: tuple[tuple[str, Role], ...] = (
    (
        r"(?<!non-)(?<!non )(?<!not )irradiated (volume|field|marrow|vertebra|bone)|\bptv\b"
        r"|radiation field|isodose",
        "irradiated",
    ),
    (r"exclu|h(a)?emangioma|basivertebral|vein|disc\b|cortical", "exclusion"),
    (r"aort|arter|\baif\b", "aorta"),
    (r"\bmuscles?\b(?!.*(lesion|metasta|tumou?r))", "muscle"),
    (r"extra-?osseous|epidural|paraspinal(?! muscle)", "extraosseous"),
    (r"referen|healthy|normal", "reference"),
    (r"lesion|metasta|tumou?r|\bmyeloma", "lesion"),
    (r"\bbones?\b", "bone"),
)

#: SNOMED CT: metastatic neoplasm, neoplasm, lesion, abnormal structure; aorta; vertebrae.
_LESION_CODES = {"128462008", "108369006", "52988006", "49755003", "86049000", "4147007"}
_AORTA_CODES = {"15825003", "7832008", "113262008", "7040005"}
_VERTEBRA_CODES = {
    "51282000", "82687006", "12215007", "12989004", "23215003", "66794005", "14293000",
    "36470004", "11994002", "49668003",
}  # fmt: skip
_MUSCLE_CODES = {"71616004", "91727004"}
_CODES: tuple[tuple[set[str], Role], ...] = (
    (_LESION_CODES, "lesion"),
    (_AORTA_CODES, "aorta"),
    (_MUSCLE_CODES, "muscle"),
    (_VERTEBRA_CODES, "reference"),
)


def role_of(name: str, *, terminology: str = "", tags: Mapping[str, str] | None = None) -> Role:
    """Recognise the role of a region in a file or a scene.

    The tag ``SpineDCE.Role`` decides. Without it the name decides, because a region "Lesion" may
    have the code of the vertebra that it lies in; then the SNOMED CT codes of 3D Slicer's
    terminology entry.
    """
    tag = (tags or {}).get(TAG, "").strip().lower()
    for role in ROLES:
        if tag == role:
            return role
    text = name.replace("_", " ").lower()
    found = [(match.start(), role) for words, role in _WORDS if (match := re.search(words, text))]
    if found:
        return min(found)[1]
    codes = set(re.findall(r"\d{6,}", terminology))
    return next((role for known, role in _CODES if codes & known), "other")
