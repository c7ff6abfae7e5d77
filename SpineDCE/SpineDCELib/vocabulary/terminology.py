"""What a segment is, in codes, as 3D Slicer writes it into one line."""

from __future__ import annotations

#: Value, coding scheme and meaning.
Code = tuple[str, str, str]
_NONE: Code = ("", "", "")


def terminology_entry(category: Code | None, kind: Code | None) -> str:
    """3D Slicer's entry for a property's category and type, without modifiers or a region."""

    def text(code: Code | None) -> str:
        value, scheme, meaning = code or _NONE
        return "^".join((scheme, value, meaning))

    segment = ("Segmentation category and type - DICOM master list", text(category), text(kind))
    anatomy = ("Anatomic codes - DICOM master list", text(None), text(None))
    return "~".join((*segment, text(None), *anatomy))
