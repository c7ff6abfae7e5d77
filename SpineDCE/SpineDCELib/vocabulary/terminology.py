"""Coded concepts of DICOM, and 3D Slicer's one-line terminology entry for a segment."""

from __future__ import annotations

#: Value, coding scheme and meaning.
Code = tuple[str, str, str]

#: Private coding scheme for concepts that the DICOM standard has no code for.
PRIVATE = "99SPINEDCE"

_EMPTY: Code = ("", "", "")


def terminology_entry(category: Code | None, kind: Code | None) -> str:
    """Return 3D Slicer's entry for a category and a type, without modifiers or anatomic region."""

    def text(code: Code | None) -> str:
        value, scheme, meaning = code or _EMPTY
        return "^".join((scheme, value, meaning))

    segment = ("Segmentation category and type - DICOM master list", text(category), text(kind))
    anatomy = ("Anatomic codes - DICOM master list", text(None), text(None))
    return "~".join((*segment, text(None), *anatomy))
