"""Elements of a DICOM file as pydicom's parser finds them, without the data set around them.

Most files of a study are classic images in little endian. Of these only the top level is read, up
to the pixels, and values stay bytes, which takes half the time. Other files are read as data sets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Sequence
from io import BytesIO
from typing import BinaryIO

from pydicom.filereader import data_element_generator
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

#: The root of compressed transfer syntaxes, whose headers are explicit in little endian.
_COMPRESSED = "1.2.840.10008.1.2.4."
_TRANSFER_SYNTAX, _FIRST_AFTER_META, _PIXELS = 0x00020010, 0x00030000, 0x7FE00008
#: Bytes that hold the header of most images. The parser seeks often, which is faster in memory.
_HEAD = 1 << 14


class RawHeader:
    """Elements of the top level: tag → (VR, bytes); VR is "" where the file states none."""

    is_little_endian = True

    def __init__(self, elements: dict[int, tuple[str, bytes]]) -> None:
        self.elements = elements
        self.file_meta = self

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements


def read_raw_header(
    stream: BinaryIO, wanted: Sequence[int], unusual: Container[int]
) -> tuple[RawHeader, int] | None:
    """Read the wanted elements of a file's top level, up to its pixels.

    Args:
        stream: at its beginning.
        wanted: tags to keep.
        unusual: tags of sequences whose items matter, where there are any.

    Returns:
        The elements, and where the pixels' element begins (or the file ends); None where the file
        has to be read as a data set.
    """
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        return _read_from(BytesIO(head), wanted, unusual)
    with contextlib.suppress(Exception):  # of the parser, in the middle of a longer header
        found = _read_from(BytesIO(head), wanted, unusual)
        if found is None or found[1] < _HEAD:
            return found
    return _read_from(stream, wanted, unusual)


def _read_from(
    stream: BinaryIO, wanted: Sequence[int], unusual: Container[int]
) -> tuple[RawHeader, int] | None:
    stream.seek(128)
    if stream.read(4) != b"DICM":
        return None
    elements: dict[int, tuple[str, bytes]] = {}
    # The group of meta information is explicit, whatever follows.
    _read(stream, elements, False, _FIRST_AFTER_META, [_TRANSFER_SYNTAX], ())
    syntax = elements.get(_TRANSFER_SYNTAX, ("", b""))[1].decode("ascii", "replace").strip(" \0")
    known = syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
    if not known and not syntax.startswith(_COMPRESSED):
        return None
    implicit = syntax == ImplicitVRLittleEndian
    if not _read(stream, elements, implicit, _PIXELS, wanted, unusual):
        return None
    return RawHeader(elements), stream.tell()


def _read(
    stream: BinaryIO,
    elements: dict[int, tuple[str, bytes]],
    implicit: bool,
    end: int,
    wanted: Sequence[int],
    unusual: Container[int],
) -> bool:
    """Add the wanted elements before a tag; return False where one of them is a sequence."""
    found = data_element_generator(
        stream,
        implicit,
        True,
        stop_when=lambda tag, _vr, _length: int(tag) >= end,  # faster than pydicom's comparison
        specific_tags=list(wanted),
    )
    for element in found:
        if element.tag in unusual:
            if element.value:
                return False
        elif isinstance(element.value, bytes):
            elements[int(element.tag)] = element.VR or "", element.value
    return True
