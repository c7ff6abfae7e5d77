"""Elements of a DICOM file without sequences of interest, read many times faster than by pydicom.

Most files of a study are classic images in little endian. Of these only the top level is read, up
to the pixels, and values stay bytes. A file that is anything else is left to pydicom.
"""

from __future__ import annotations

import struct
from collections.abc import Container
from typing import BinaryIO

#: Bytes that hold the header of nearly every classic image.
_WINDOW = 1 << 15
#: Longer headers are left to pydicom.
_LONG_WINDOW = 1 << 20
_IMPLICIT, _EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
#: Transfer syntaxes with explicit value representations in little endian, whatever the pixels are:
#: the root of the compressed ones.
_COMPRESSED = "1.2.840.10008.1.2.4."
_LONG = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV")
_PIXELS = 0x7FE00008
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


class _Unusual(Exception):
    """The file holds what only pydicom reads."""


class RawHeader:
    """Elements of the top level: tag → (VR, bytes); VR is "" where the file states none."""

    is_little_endian = True

    def __init__(self, elements: dict[int, tuple[str, bytes]]) -> None:
        self.elements = elements
        self.file_meta = self

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements


def read_raw_header(
    stream: BinaryIO, wanted: Container[int], unusual: Container[int]
) -> tuple[RawHeader, int] | None:
    """Read the wanted elements of a file's top level, up to its pixels.

    Args:
        stream: at any position.
        wanted: tags to keep.
        unusual: tags that only pydicom reads, where they have a value.

    Returns:
        The elements, and where the pixels' element begins (or the file ends); None where the file
        has to be read by pydicom.
    """
    stream.seek(0)
    buffer = stream.read(_WINDOW)
    if buffer[128:132] != b"DICM":
        return None
    try:
        return _parsed(buffer, len(buffer) < _WINDOW, wanted, unusual)
    except (_Unusual, struct.error, UnicodeDecodeError):
        pass
    if len(buffer) < _WINDOW:
        return None
    stream.seek(0)
    buffer = stream.read(_LONG_WINDOW)
    try:
        return _parsed(buffer, len(buffer) < _LONG_WINDOW, wanted, unusual)
    except (_Unusual, struct.error, UnicodeDecodeError):
        return None


def _parsed(
    buffer: bytes, whole: bool, wanted: Container[int], unusual: Container[int]
) -> tuple[RawHeader, int]:
    elements: dict[int, tuple[str, bytes]] = {}
    end = len(buffer)
    # The group of meta information is explicit, whatever follows.
    at = 132
    while at + 8 <= end and buffer[at : at + 2] == b"\x02\x00":
        tag, vr, value, length = _element(buffer, at, True)
        if length == _UNDEFINED or value + length > end:
            raise _Unusual
        if tag in wanted:
            elements[tag] = vr, buffer[value : value + length]
        at = value + length
    syntax = elements.get(0x00020010, ("", b""))[1].decode("ascii").strip(" \0")
    explicit = syntax != _IMPLICIT
    if syntax not in (_IMPLICIT, _EXPLICIT) and not syntax.startswith(_COMPRESSED):
        raise _Unusual
    last = 0
    while True:
        if at == end and whole:
            return RawHeader(elements), at
        if at + 12 > end:
            raise _Unusual
        tag, vr, value, length = _element(buffer, at, explicit)
        if tag >= _PIXELS:
            return RawHeader(elements), at
        if tag <= last or (tag in unusual and length):
            raise _Unusual
        last = tag
        if length == _UNDEFINED:
            if tag in wanted:
                raise _Unusual
            at = _after_sequence(buffer, value, explicit)
            continue
        if value + length > end:
            raise _Unusual
        if tag in wanted:
            elements[tag] = vr, buffer[value : value + length]
        at = value + length


_SHORT = struct.Struct("<HH2sH")
_IMPLIED = struct.Struct("<HHI")
_WORD = struct.Struct("<I")


def _element(buffer: bytes, at: int, explicit: bool) -> tuple[int, str, int, int]:
    """Return tag, VR, place of the value and its length."""
    if not explicit:
        group, element, length = _IMPLIED.unpack_from(buffer, at)
        return group << 16 | element, "", at + 8, length
    group, element, vr, length = _SHORT.unpack_from(buffer, at)
    if vr in _LONG:
        (length,) = _WORD.unpack_from(buffer, at + 8)
        return group << 16 | element, vr.decode("ascii"), at + 12, length
    if not (vr.isalpha() and vr.isupper()):
        raise _Unusual
    return group << 16 | element, vr.decode("ascii"), at + 8, length


def _after_sequence(buffer: bytes, at: int, explicit: bool) -> int:
    """Return the place after a sequence of undefined length whose items begin here."""
    while True:
        group, element, length = _IMPLIED.unpack_from(buffer, at)
        tag = group << 16 | element
        at += 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise _Unusual
        at = at + length if length != _UNDEFINED else _after_item(buffer, at, explicit)


def _after_item(buffer: bytes, at: int, explicit: bool) -> int:
    """Return the place after an item of undefined length whose elements begin here."""
    while True:
        group, element, _ = _IMPLIED.unpack_from(buffer, at)
        if group << 16 | element == _ITEM_END:
            return at + 8
        _, vr, value, length = _element(buffer, at, explicit)
        if length != _UNDEFINED:
            at = value + length
        elif vr in ("", "SQ"):
            at = _after_sequence(buffer, value, explicit)
        else:
            raise _Unusual
