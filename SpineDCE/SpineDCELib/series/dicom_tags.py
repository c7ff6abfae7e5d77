"""Values of DICOM tags, converted from their raw bytes.

A tag that cannot be read counts as absent; it never raises an error.
"""

from __future__ import annotations

import datetime
import functools
import math
import struct
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

from SpineDCELib.series.raw_header import RawHeader

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "AT": "H"}
#: Private tags of the vendors: (group, creator, element, VR where the file states none).
_PRIVATE = {
    "philips_dynamic_time": (0x2005, "Philips MR Imaging DD 001", 0xA0, "FL"),
    "philips_scale_slope": (0x2005, "Philips MR Imaging DD 001", 0x0E, "FL"),
    "philips_component": (0x2005, "Philips MR Imaging DD 001", 0x11, "CS"),
    "philips_item": (0x2005, "Philips MR Imaging DD 005", 0x0F, "SQ"),
    "ge_component": (0x0043, "GEMS_PARM_01", 0x2F, "SS"),
    "ge_duration": (0x0019, "GEMS_ACQU_01", 0x5A, "FL"),
    "ge_sequence": (0x0019, "GEMS_ACQU_01", 0x9C, "LO"),
    "siemens_time_after_start": (0x0021, "SIEMENS MR SDI 02", 0x04, "DS"),
}


#: pydicom's form of a tag, which takes longer to make than to look up.
as_tag = functools.cache(Tag)


@functools.cache
def _known_VR(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""


def _element(ds: Dataset | RawHeader, tag: int) -> tuple[str, Any, bool] | None:
    """Return VR, bytes (or converted value) and little-endian; None where the tag is absent."""
    if isinstance(ds, RawHeader):
        raw = ds.elements.get(tag)
        if raw is None:
            return None
        return raw[0] if raw[0] not in ("", "UN") else _known_VR(tag), raw[1], True
    try:
        element = ds.get_item(as_tag(tag))
    except Exception:
        return None
    if element is None:
        return None
    if isinstance(element, RawDataElement):
        vr = element.VR or ""
        if vr in ("", "UN"):
            vr = _known_VR(tag)
        return vr, element.value, element.is_little_endian
    return str(element.VR), element.value, True


def text(ds: Dataset | RawHeader, tag: int) -> str:
    """Return the value as text, stripped of blanks, line ends and zero bytes; "" if absent."""
    found = _element(ds, tag)
    if found is None or found[1] is None:
        return ""
    value = found[1]
    if isinstance(value, bytes):
        value = _decoded(ds, value, found[0])
    elif not isinstance(value, str) and isinstance(value, Sequence):
        value = "\\".join(str(v) for v in value)
    return str(value).strip(" \t\r\n\0")


def _decoded(ds: Dataset | RawHeader, value: bytes, vr: str) -> str:
    """Decode text by the file's SpecificCharacterSet (0008,0005); by UTF-8 or Latin-1 without."""
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    stated = _element(ds, 0x00080005)
    if stated is not None and stated[1]:
        names = stated[1]
        if isinstance(names, bytes):
            names = names.decode("ascii", "replace").strip(" \0").split("\\")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a misspelt name, for which it has a repair
                encodings = convert_encodings(names)
                return decode_bytes(value, encodings, PN_DELIMS if vr == "PN" else TEXT_VR_DELIMS)
        except (LookupError, ValueError, TypeError):
            pass
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def numbers(ds: Dataset | RawHeader, tag: int, vr: str = "") -> tuple[float, ...]:
    """Return the numbers of a tag; () if it is absent or a value is unreadable or not finite."""
    found = _element(ds, tag)
    if found is None or found[1] is None:
        return ()
    found_vr, value, little = found
    vr = found_vr or vr
    if isinstance(value, bytes) and vr in _BINARY:
        return _unpacked(value, ("<" if little else ">") + _BINARY[vr])
    if isinstance(value, bytes | str):
        return _parsed(text(ds, tag))
    return _finite(value if isinstance(value, Sequence) else [value])


# The images of a series share most of their values.
@functools.lru_cache(maxsize=4096)
def _unpacked(value: bytes, form: str) -> tuple[float, ...]:
    size = struct.calcsize(form)
    return _finite(
        [number for (number,) in struct.iter_unpack(form, value[: len(value) // size * size])]
    )


@functools.lru_cache(maxsize=4096)
def _parsed(value: str) -> tuple[float, ...]:
    parts = [part.strip(" \t\r\n\0") for part in value.split("\\")]
    return _finite([part.replace(",", ".") for part in parts if part])


def _finite(values: Iterable[Any]) -> tuple[float, ...]:
    """Return the values as numbers; () if one is none or not finite."""
    try:
        numbers = tuple(float(value) for value in values)
    except (ValueError, TypeError, OverflowError):
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


def number(ds: Dataset | RawHeader, tag: int, vr: str = "") -> float | None:
    found = numbers(ds, tag, vr)
    return found[0] if found else None


def integer(ds: Dataset | RawHeader, tag: int) -> int | None:
    value = number(ds, tag)
    return None if value is None or abs(value) > 2**53 else int(value)


def private_tag(ds: Dataset | RawHeader, name: str) -> tuple[int, str] | None:
    """Return tag and VR of a vendor's private element, in the block that the file reserves."""
    group, creator, element, vr = _PRIVATE[name]
    for block in range(0x10, 0x20):
        tag = (group << 16) | block
        if as_tag(tag) in ds and text(ds, tag).upper() == creator.upper():
            return (group << 16) | (block << 8) | element, vr
    return None


def private_number(ds: Dataset | RawHeader, name: str) -> float | None:
    found = private_tag(ds, name)
    return None if found is None else number(ds, *found)


def seconds_of_day(value: str) -> float | None:
    """Convert DICOM TM (``HHMMSS.FFFFFF``, also ``HH:MM:SS``) to s since midnight."""
    value = value.strip(" \t\r\n\0").replace(":", "")
    whole, _, fraction = value.partition(".")
    if not whole.isdigit() or len(whole) not in (2, 4, 6) or (fraction and not fraction.isdigit()):
        return None
    hours, minutes, seconds = (int(whole[i : i + 2] or 0) for i in (0, 2, 4))
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    return hours * 3600.0 + minutes * 60.0 + seconds + (float(f"0.{fraction}") if fraction else 0.0)


def days(value: str) -> int | None:
    """Convert DICOM DA to a day number."""
    value = value.strip(" \t\r\n\0").replace(".", "").replace("-", "")
    try:
        return datetime.date(int(value[:4]), int(value[4:6]), int(value[6:8])).toordinal()
    except ValueError:
        return None


def seconds_of_datetime(value: str) -> float | None:
    """Convert DICOM DT to s; subtract the offset from UTC where there is one."""
    value = value.strip(" \t\r\n\0")
    offset = 0.0
    for sign in "+-":
        at = value.find(sign, 8)
        if at > 0:
            zone, value = value[at + 1 :], value[:at]
            if len(zone) == 4 and zone.isdigit():
                offset = (int(zone[:2]) * 3600.0 + int(zone[2:]) * 60.0) * (
                    1 if sign == "+" else -1
                )
            break
    day, time = days(value[:8]), seconds_of_day(value[8:])
    return None if day is None or time is None else day * 86400.0 + time - offset
