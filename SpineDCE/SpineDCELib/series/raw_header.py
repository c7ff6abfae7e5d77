"""Elements of a DICOM file without a data set around them, which takes a quarter of the time.

Most files of a study are classic images in little endian. Of these only the top level is read, up
to the pixels, and values stay bytes. Every other file is left to pydicom.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator
from typing import BinaryIO

from pydicom.filereader import ENCODED_VR
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

#: The root of compressed transfer syntaxes, whose headers are explicit in little endian.
_COMPRESSED = "1.2.840.10008.1.2.4."
_TRANSFER_SYNTAX, _FIRST_AFTER_META, _PIXELS = 0x00020010, 0x00030000, 0x7FE00008
_FIRST_ELEMENT = 132
#: Bytes that are read of a file until its header fits in; a longer one is left to pydicom.
_SIZES = (1 << 13, 1 << 17, 1 << 22)

_ITEMS, _END_OF_ITEM, _END_OF_SEQUENCE = 0xFFFE, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_LONG_VR = frozenset(vr.encode() for vr in EXPLICIT_VR_LENGTH_32)
_start_of = struct.Struct("<HH2sH").unpack_from
_length_at = struct.Struct("<L").unpack_from


class RawHeader:
    """Elements of the top level: tag → (VR, bytes); VR is "" where the file states none."""

    is_little_endian = True

    def __init__(self, elements: dict[int, tuple[str, bytes]]) -> None:
        self.elements = elements
        self.file_meta = self

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements


class _UnusualError(Exception):
    """A file that is left to pydicom."""


def read_raw_header(
    stream: BinaryIO, wanted: Container[int], unusual: Container[int]
) -> tuple[RawHeader, int] | None:
    """Read the wanted elements of a file's top level, up to its pixels.

    Args:
        stream: at any position.
        wanted: tags to keep.
        unusual: tags of sequences whose items matter, where there are any.

    Returns:
        The elements, and where the pixels' element begins (or the file ends); None where the file
        has to be read as a data set.
    """
    for size in _SIZES:
        stream.seek(0)
        data = stream.read(size)
        if data[128:_FIRST_ELEMENT] != b"DICM":
            return None
        try:
            return _read(data, wanted, unusual)
        except _UnusualError:
            return None
        except struct.error:  # The data end within an element.
            if len(data) < size:
                return None
    return None


def _read(
    data: bytes, wanted: Container[int], unusual: Container[int]
) -> tuple[RawHeader, int] | None:
    elements: dict[int, tuple[str, bytes]] = {}
    # The group of meta information is explicit, whatever follows.
    at = _add(data, _FIRST_ELEMENT, False, _FIRST_AFTER_META, elements, (_TRANSFER_SYNTAX,), ())
    syntax = elements.get(_TRANSFER_SYNTAX, ("", b""))[1].decode("ascii", "replace").strip(" \0")
    known = syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
    if not known and not syntax.startswith(_COMPRESSED):
        return None
    implicit = syntax == ImplicitVRLittleEndian
    at = _add(data, at, implicit, _PIXELS, elements, wanted, unusual)
    return RawHeader(elements), at


def _add(
    data: bytes,
    at: int,
    implicit: bool,
    stop: int,
    elements: dict[int, tuple[str, bytes]],
    wanted: Container[int],
    unusual: Container[int],
) -> int:
    """Add the wanted elements before a tag; return where its element begins, or the data end."""
    for tag, vr, value, end in _elements(data, at, implicit, stop):
        if tag in unusual and end > value:
            raise _UnusualError
        if tag in wanted:
            elements[tag] = vr.decode(), data[value:end]
        at = end
    return at


def _elements(
    data: bytes, at: int, implicit: bool, stop: int = 1 << 32
) -> Iterator[tuple[int, bytes, int, int]]:
    """Yield tag, VR, and where the value and what follows it begin, of the elements before a tag.

    Raises:
        struct.error: the data end within an element.
        _UnusualError: a value representation that the standard does not have.
    """
    while at < len(data):
        group, number, vr, length = _start_of(data, at)
        tag, value = group << 16 | number, at + 8
        if tag >= stop:
            return
        if implicit or group == _ITEMS:
            vr, length = b"", _length_at(data, at + 4)[0]
        elif vr in _LONG_VR:
            length, value = _length_at(data, at + 8)[0], at + 12
        elif vr not in ENCODED_VR:
            raise _UnusualError
        if length != _UNDEFINED:
            end = value + length
        elif vr == b"UN":  # Its items may be in another syntax.
            raise _UnusualError
        else:
            end = _end_of_items(data, value, implicit)
        if end > len(data):
            raise struct.error
        yield tag, vr, value, end
        at = end


def _end_of_items(data: bytes, at: int, implicit: bool) -> int:
    """Return where a sequence or an item of undefined length ends."""
    for tag, _vr, _value, end in _elements(data, at, implicit):
        if tag in (_END_OF_ITEM, _END_OF_SEQUENCE):
            return end
    raise struct.error
