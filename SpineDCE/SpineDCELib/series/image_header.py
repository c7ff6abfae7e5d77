"""Headers of the images in a DICOM file, read tolerantly.

A value that cannot be read is left out; a damaged file yields an empty list.
"""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from SpineDCELib.errors import InputError
from SpineDCELib.series.dicom_tags import (
    as_tag,
    integer,
    number,
    numbers,
    private_number,
    private_tag,
    seconds_of_datetime,
    seconds_of_day,
    text,
)
from SpineDCELib.series.raw_header import RawHeader, read_raw_header

#: Transfer syntaxes that store the pixels uncompressed.
NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")


#: Transfer syntaxes that lose something: JPEG baseline and extended, JPEG-LS near-lossless. What
#: JPEG 2000 lost is said by LossyImageCompression.
_LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81")


@dataclass(frozen=True, slots=True)
class SeriesHeader:
    """Header values that all images of one file share."""

    file: str
    sop_uid: str = ""
    series_uid: str = ""
    study_uid: str = ""
    patient: tuple[str, str] = ("", "")
    study_date: str = ""
    series_number: int | None = None
    description: str = ""
    protocol: str = ""
    sequence: str = ""
    modality: str = ""
    manufacturer: str = ""
    contrast_agent: str = ""
    contrast_volume: float | None = None  #: mL
    injection_rate: float | None = None  #: mL/s
    weight: float | None = None  #: of the patient, kg
    frame_of_reference_uid: str | None = None
    field_strength: float | None = None
    three_dimensional: bool | None = None
    mosaic: bool = False
    lossy: bool = False  #: compressed with loss, now or earlier
    transfer_syntax: str = ""
    rows: int = 0
    columns: int = 0
    n_images: int = 1
    samples: int = 1
    bits_allocated: int = 16
    bits_stored: int = 16
    signed: bool = False
    pixel_offset: int | None = None  #: byte where native pixels start; None: decode with pydicom
    images_present: int | None = None  #: number of images in the file's bytes, if native


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Position, time and scaling of one two-dimensional image."""

    header: SeriesHeader
    index: int = 0  #: within its file
    image_type: tuple[str, ...] = ()
    component: str = "magnitude"
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, ...] | None = None
    pixel_spacing: tuple[float, float] | None = None  #: between rows, between columns, mm
    slice_spacing: float | None = None
    thickness: float | None = None
    TR: float | None = None  #: s
    TE: float | None = None  #: s
    TI: float | None = None  #: s
    FA: float | None = None  #: degrees
    echo: int | None = None
    b_value: float | None = None
    slope: float = 1.0
    intercept: float = 0.0
    scale_slope: float | None = None  #: Philips: display value / (slope·scale_slope) = true signal
    instance: int | None = None
    acquisition: int | None = None
    temporal_index: int | None = None
    n_temporal: int | None = None
    duration: float | None = None  #: s, of the whole acquisition (GE)
    resolution: float | None = None  #: s per frame (TemporalResolution)
    frame_duration: float | None = None  #: s, of this frame (FrameAcquisitionDuration)
    clocks: dict[str, float] = field(default_factory=dict)  #: s; name of tag → value


# ---------------------------------------------------------------------------- one file


def _is_dicom(start: bytes) -> bool:
    if start[128:132] == b"DICM":
        return True
    # No preamble: old exports begin with group 0002 or 0008, either VR style.
    return len(start) > 8 and start[:2] in (b"\x02\x00", b"\x08\x00") and start[3:4] == b"\x00"


_ROOT_TAGS = (
    0x00020010, 0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080020, 0x00080021,
    0x00080022, 0x00080023, 0x0008002A, 0x00080030, 0x00080031, 0x00080032, 0x00080033,
    0x00080060, 0x00080070, 0x0008103E, 0x00089208, 0x00100010, 0x00100020, 0x00101030,
    0x00180010, 0x00180012, 0x00181041, 0x00181044, 0x00181046,
    0x00180015, 0x00180020, 0x00180021, 0x00180022, 0x00180023, 0x00180024, 0x00180050,
    0x00180080, 0x00180081, 0x00180082, 0x00180086, 0x00180087, 0x00180088, 0x00181030,
    0x00181060, 0x00181314, 0x00189005, 0x00189073, 0x00189087, 0x0020000D, 0x0020000E,
    0x00200011, 0x00200012, 0x00200013, 0x00200032, 0x00200037, 0x00200052, 0x00200100,
    0x00200105, 0x00200110, 0x00201041, 0x00209153, 0x00280002, 0x00280004, 0x00280008, 0x00280010,
    0x00280011, 0x00280030, 0x00280100, 0x00280101, 0x00280103, 0x00281052, 0x00281053,
    0x00281054, 0x00282110, 0x00541300, 0x52009229, 0x52009230,
    *((0x00190010 + i) for i in range(16)), *((0x00210010 + i) for i in range(16)),
    *((0x00430010 + i) for i in range(16)), *((0x20050010 + i) for i in range(16)),
    *((0x00191000 + (i << 8) + e) for i in range(16) for e in (0x5A, 0x9C)),
    *((0x00211004 + (i << 8)) for i in range(16)),
    *((0x0043102F + (i << 8)) for i in range(16)),
    *((0x20051000 + (i << 8) + e) for i in range(16) for e in (0x0E, 0x11, 0xA0)),
)  # fmt: skip


#: Sequences, whose items pydicom reads.
_NESTED = frozenset({0x00180012, 0x52009229, 0x52009230})


def read_headers(path: str, name: str | None = None) -> list[ImageHeader] | None:
    """Read the images of one file; return None where the file is not DICOM.

    Args:
        path: the file on disk.
        name: name of the file for the user (a member of a zip archive); ``path`` if None.

    A DICOM file without pixels (a report, a directory) yields an empty list.

    Raises:
        InputError: it declares or expands to far more than it holds (code "expands_too_much").
    """
    with open(path, "rb") as stream:
        start = stream.read(132)
        if not _is_dicom(start):
            return None
        check_deflated(path, start)
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                raw = read_raw_header(stream, _ROOT_TAGS, _NESTED)
                if raw is not None:
                    return list(_images(*raw, stream, name or path))
                stream.seek(0)
                ds = pydicom.dcmread(
                    stream,
                    force=start[128:132] != b"DICM",
                    stop_before_pixels=True,
                    specific_tags=[as_tag(tag) for tag in _ROOT_TAGS],
                )
                return list(_images(ds, stream.tell(), stream, name or path))
            except InputError:
                raise
            except Exception:
                # Nothing in it can be read; the caller counts such files.
                return []


def _images(ds: Dataset | RawHeader, stopped: int, stream: Any, name: str) -> Iterator[ImageHeader]:
    header = _shared_header(ds, name)
    if header is None:
        return
    size = os.fstat(stream.fileno()).st_size
    header = _with_pixels(header, ds, stream, stopped, size)
    if header is None:
        return
    header = _bounded(header, size)
    base = _classic(ds, header)
    groups = _items(ds, 0x52009230)
    if not groups:
        for index in range(header.n_images):
            yield replace(base, index=index)
        return
    shared = _items(ds, 0x52009229)
    base = _enhanced(base, shared[0]) if shared else base
    for index in range(min(header.n_images, len(groups))):
        yield replace(_enhanced(base, groups[index]), index=index)


_DEFLATED = "1.2.840.10008.1.2.1.99"
#: Compressed data may always expand to this many bytes, and beyond that by these factors: deflated
#: files, and images, of which an even one shrinks far more.
_ALWAYS_ALLOWED, _RATIO, _IMAGE_RATIO = 1 << 28, 200, 1000
#: Bytes of a compressed image at least: the mark of its fragment.
_SMALLEST_IMAGE = 8


def check_deflated(path: str, start: bytes) -> None:
    """Refuse a deflated file that expands without bound, which pydicom would expand as a whole.

    Args:
        start: its first 132 bytes.

    Raises:
        InputError: code "expands_too_much".
    """
    if start[128:132] != b"DICM":
        return
    with open(path, "rb") as stream:
        head = stream.read(1 << 12)
        if _DEFLATED.encode() not in head:
            return
        size = os.fstat(stream.fileno()).st_size
        try:
            stream.seek(132)
            meta = pydicom.filereader._read_file_meta_info(stream)
            if str(meta.get("TransferSyntaxUID", "")) != _DEFLATED:
                return
        except Exception:
            return  # no readable header; nothing is expanded either
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        left = max(_ALWAYS_ALLOWED, _RATIO * size)
        rest = stream.read(1 << 16)
        try:
            while rest and not engine.eof:
                left -= len(engine.decompress(rest, 1 << 20))
                if left < 0:
                    raise _expands(path)
                rest = engine.unconsumed_tail or stream.read(1 << 16)
        except zlib.error:
            return


def sop_class_of(file: Path) -> str:
    """Return the SOP class of a DICOM file; "" if it is none or cannot be read.

    Raises:
        InputError: it expands to far more than it holds (code "expands_too_much").
    """
    try:
        with file.open("rb") as stream:
            check_deflated(str(file), stream.read(132))
        head = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["SOPClassUID"])
        return str(head.get("SOPClassUID", ""))
    except InputError:
        raise
    except Exception:  # pydicom raises what its parsing meets
        return ""


def _expands(name: str) -> InputError:
    return InputError(
        f"{name} declares or expands to far more pixels than a file of its size can hold.",
        code="expands_too_much",
        about=name,
    )


def _bounded(header: SeriesHeader, size: int) -> SeriesHeader:
    """Return the header with no more images than the bytes of the file can hold.

    Raises:
        InputError: one compressed image is far larger than the file (code "expands_too_much").
    """
    if header.images_present is not None:
        # One more than there are, so that the missing ones are noticed.
        return replace(header, n_images=min(header.n_images, header.images_present + 1))
    n_images = min(header.n_images, max(size // _SMALLEST_IMAGE, 1))
    image = header.rows * header.columns * header.samples * max(header.bits_allocated, 8) // 8
    if image * n_images > max(_ALWAYS_ALLOWED, _IMAGE_RATIO * size):
        raise _expands(header.file)
    return replace(header, n_images=n_images)


def _shared_header(ds: Dataset | RawHeader, name: str) -> SeriesHeader | None:
    rows, columns = integer(ds, 0x00280010), integer(ds, 0x00280011)
    if not rows or not columns or rows < 0 or columns < 0:
        return None
    meta = getattr(ds, "file_meta", None)
    syntax = text(meta, 0x00020010) if meta is not None else ""
    dimension = text(ds, 0x00180023).upper()
    patient_name = " ".join(text(ds, 0x00100010).replace("^", " ").split()).upper()
    return SeriesHeader(
        file=name,
        sop_uid=text(ds, 0x00080018),
        series_uid=text(ds, 0x0020000E),
        study_uid=text(ds, 0x0020000D),
        patient=(text(ds, 0x00100020), patient_name),
        study_date=text(ds, 0x00080020) or text(ds, 0x00080021),
        series_number=integer(ds, 0x00200011),
        description=text(ds, 0x0008103E),
        protocol=text(ds, 0x00181030),
        sequence=" ".join(t for t in _sequence_names(ds) if t),
        modality=text(ds, 0x00080060),
        manufacturer=text(ds, 0x00080070),
        **_contrast(ds),
        weight=_positive(number(ds, 0x00101030)),
        frame_of_reference_uid=text(ds, 0x00200052) or None,
        field_strength=number(ds, 0x00180087),
        three_dimensional={"3D": True, "2D": False}.get(dimension),
        mosaic="MOSAIC" in text(ds, 0x00080008).upper(),
        lossy=text(ds, 0x00282110) == "01" or syntax in _LOSSY,
        transfer_syntax=syntax or NATIVE[0],
        rows=rows,
        columns=columns,
        n_images=max(integer(ds, 0x00280008) or 1, 1),
        samples=integer(ds, 0x00280002) or 1,
        bits_allocated=integer(ds, 0x00280100) or 16,
        bits_stored=integer(ds, 0x00280101) or 16,
        signed=bool(integer(ds, 0x00280103)),
    )


def _sequence_names(ds: Dataset | RawHeader) -> list[str]:
    """Return the names of the pulse sequence, GE's own among them."""
    own = private_tag(ds, "ge_sequence")
    return [
        text(ds, 0x00180020), text(ds, 0x00180024), text(ds, 0x00189005),
        text(ds, own[0]) if own else "",
    ]  # fmt: skip


def _contrast(ds: Dataset | RawHeader) -> dict[str, Any]:
    """Return agent, volume and rate of the injection, of a classic or an enhanced file."""
    item = _first(ds, 0x00180012)
    profile = None if item is None else _first(item, 0x00189340)
    places = [place for place in (ds, item, profile) if place is not None]
    code = [place for place in (item,) if place is not None]

    def first(tags: Sequence[int]) -> float | None:
        found = (_positive(number(place, tag)) for tag in tags for place in places)
        return next((value for value in found if value is not None), None)

    name = text(ds, 0x00180010) or next((text(c, 0x00080104) for c in code), "")
    return {
        "contrast_agent": name,
        "contrast_volume": first((0x00181044, 0x00181041)),
        "injection_rate": first((0x00181046,)),
    }


def _with_pixels(
    header: SeriesHeader, ds: Dataset | RawHeader, stream: Any, stopped: int, size: int
) -> SeriesHeader | None:
    """Return the header with the offset of its pixels; None where the file has no pixels."""
    # pydicom stops just before or just after the tag, depending on the VR style.
    start = max(stopped - 8, 0)
    stream.seek(start)
    window = stream.read(32)
    big = not ds.is_little_endian if hasattr(ds, "is_little_endian") else False
    marks = {
        mark: tag
        for tag in (0x0010, 0x0008, 0x0009)
        for mark in (
            struct.pack("<HH", 0x7FE0, tag),
            struct.pack(">HH", 0x7FE0, tag),
        )
    }
    found = [(window.find(m), m, t) for m, t in marks.items() if 0 <= window.find(m) <= 8]
    if header.transfer_syntax == _DEFLATED:
        return header
    if not found:
        return None
    at, _, tag = min(found)
    if header.transfer_syntax not in NATIVE or big or tag != 0x0010 or header.samples != 1:
        return header
    explicit = window[at + 4 : at + 6] in (b"OW", b"OB", b"UN")
    offset = start + at + (12 if explicit else 8)
    if header.bits_allocated not in (8, 16, 32):
        return header
    image_size = header.rows * header.columns * header.bits_allocated // 8
    present = max(size - offset, 0) // image_size
    return replace(header, pixel_offset=offset, images_present=min(present, header.n_images))


def _items(ds: Dataset | RawHeader, tag: int) -> Sequence[Dataset]:
    if isinstance(ds, RawHeader):
        return ()
    try:
        return ds[as_tag(tag)].value or ()
    except Exception:
        return ()


def _first(ds: Dataset | RawHeader, tag: int) -> Dataset | None:
    items = _items(ds, tag) if as_tag(tag) in ds else ()
    return items[0] if len(items) else None


_COMPONENTS = {
    "M": "magnitude",
    "MAGNITUDE": "magnitude",
    "M_FFE": "magnitude",
    "P": "phase",
    "PHASE": "phase",
    "PHASE MAP": "phase",
    "PHASE_MAP": "phase",
    "PHASEMAP": "phase",
    "R": "real",
    "REAL": "real",
    "R_FFE": "real",
    "I": "imaginary",
    "IMAGINARY": "imaginary",
    "I_FFE": "imaginary",
    "P_FFE": "phase",
}  # fmt: skip


def component_of(*values: str) -> str | None:
    """Return magnitude, phase, real or imaginary, from the first value that names one."""
    for value in values:
        if value.upper() in _COMPONENTS:
            return _COMPONENTS[value.upper()]
    return None


def _milli(value: float | None) -> float | None:
    # Philips writes 7.23e75 for "unset"; a negative or absurd time counts as missing.
    return value / 1000.0 if value is not None and 0 < value < 1e7 else None


def _vector(values: tuple[float, ...], n: int) -> Any:
    return values if len(values) == n and all(abs(v) < 1e6 for v in values) else None


def _spacing(values: tuple[float, ...]) -> tuple[float, float] | None:
    return values if len(values) == 2 and min(values) > 0 else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and 0 < value < 1e6 else None


def _classic(ds: Dataset | RawHeader, header: SeriesHeader) -> ImageHeader:
    image_type = tuple(t.strip().upper() for t in text(ds, 0x00080008).split("\\"))
    ge = private_number(ds, "ge_component")
    philips = private_tag(ds, "philips_component")
    component = (
        ("magnitude", "phase", "real", "imaginary")[int(ge)]
        if ge is not None and 0 <= ge <= 3
        else component_of(
            text(ds, 0x00089208), *image_type[2:], text(ds, philips[0]) if philips else ""
        )
    )
    duration = private_number(ds, "ge_duration")
    slope = number(ds, 0x00281053)
    intercept = number(ds, 0x00281052)
    return ImageHeader(
        header=header,
        image_type=image_type,
        component=component or "magnitude",
        position=_vector(numbers(ds, 0x00200032), 3),
        orientation=_vector(numbers(ds, 0x00200037), 6),
        pixel_spacing=_spacing(numbers(ds, 0x00280030)),
        slice_spacing=_positive(number(ds, 0x00180088)),
        thickness=_positive(number(ds, 0x00180050)),
        TR=_milli(number(ds, 0x00180080)),
        TE=_milli(number(ds, 0x00180081)),
        TI=_milli(number(ds, 0x00180082)),
        FA=_positive(number(ds, 0x00181314)),
        echo=integer(ds, 0x00180086),
        b_value=number(ds, 0x00189087),
        slope=slope if slope else 1.0,
        intercept=intercept if intercept is not None else 0.0,
        scale_slope=_positive(private_number(ds, "philips_scale_slope")),
        instance=integer(ds, 0x00200013),
        acquisition=integer(ds, 0x00200012),
        temporal_index=integer(ds, 0x00200100),
        n_temporal=integer(ds, 0x00200105),
        duration=duration / 1e6 if duration is not None and 0 < duration < 1e11 else None,
        resolution=_milli(number(ds, 0x00200110)),
        clocks=_classic_clocks(ds),
    )


def _classic_clocks(ds: Dataset | RawHeader) -> dict[str, float]:
    found: dict[str, float | None] = {
        "AcquisitionDateTime (0008,002A)": seconds_of_datetime(text(ds, 0x0008002A)),
        "AcquisitionTime (0008,0032)": seconds_of_day(text(ds, 0x00080032)),
        "ContentTime (0008,0033)": seconds_of_day(text(ds, 0x00080033)),
        "SeriesTime (0008,0031)": seconds_of_day(text(ds, 0x00080031)),
    }
    for name, tag, scale in (
        ("TriggerTime (0018,1060)", 0x00181060, 1e-3),
        ("FrameReferenceTime (0054,1300)", 0x00541300, 1e-3),
    ):
        value = number(ds, tag)
        found[name] = None if value is None or abs(value) > 1e9 else value * scale
    value = private_number(ds, "philips_dynamic_time")
    found["Philips dynamic scan begin time (2005,xxA0)"] = value
    value = private_number(ds, "siemens_time_after_start")
    found["Siemens time after start (0021,xx04)"] = value
    return {name: value for name, value in found.items() if value is not None}


def _enhanced(image: ImageHeader, group: Dataset) -> ImageHeader:
    """Apply a functional group (shared or of one frame) to ``image``."""
    change: dict[str, Any] = {}

    def take(name: str, value: Any) -> None:
        if value is not None and value != "":
            change[name] = value

    if (plane := _first(group, 0x00209113)) is not None:
        take("position", _vector(numbers(plane, 0x00200032), 3))
    if (plane := _first(group, 0x00209116)) is not None:
        take("orientation", _vector(numbers(plane, 0x00200037), 6))
    if (measures := _first(group, 0x00289110)) is not None:
        take("pixel_spacing", _spacing(numbers(measures, 0x00280030)))
        take("slice_spacing", _positive(number(measures, 0x00180088)))
        take("thickness", _positive(number(measures, 0x00180050)))
    if (timing := _first(group, 0x00189112)) is not None:
        take("TR", _milli(number(timing, 0x00180080)))
        take("FA", _positive(number(timing, 0x00181314)))
    if (echo := _first(group, 0x00189114)) is not None:
        take("TE", _milli(number(echo, 0x00189082)))
    if (modifier := _first(group, 0x00189115)) is not None:
        inversion = number(modifier, 0x00189079)
        take("TI", _milli(inversion))
    if (diffusion := _first(group, 0x00189117)) is not None:
        take("b_value", number(diffusion, 0x00189087))
    if (transform := _first(group, 0x00289145)) is not None:
        take("slope", number(transform, 0x00281053) or None)
        take("intercept", number(transform, 0x00281052))
    if (kind := _first(group, 0x00189226)) is not None:
        image_type = tuple(t.strip().upper() for t in text(kind, 0x00089007).split("\\"))
        if image_type != ("",):
            change["image_type"] = image_type
        take("component", component_of(text(kind, 0x00089208), *image_type[2:]))
    clocks: dict[str, float | None] = {}
    if (content := _first(group, 0x00209111)) is not None:
        for name, tag in (
            ("FrameAcquisitionDateTime (0018,9074)", 0x00189074),
            ("FrameReferenceDateTime (0018,9151)", 0x00189151),
        ):
            clocks[name] = seconds_of_datetime(text(content, tag))
        take("frame_duration", _milli(number(content, 0x00189220)))
        take("temporal_index", integer(content, 0x00209128))
        take("acquisition", integer(content, 0x00209156))
    if (temporal := _first(group, 0x00209310)) is not None:
        clocks["TemporalPositionTimeOffset (0020,930D)"] = number(temporal, 0x0020930D)
    if (cardiac := _first(group, 0x00189118)) is not None:
        value = number(cardiac, 0x00209153)
        clocks["NominalCardiacTriggerDelayTime (0020,9153)"] = (
            None if value is None or abs(value) > 1e9 else value / 1000.0
        )
    # Philips stores the values of the classic file in a separate item.
    own = private_tag(group, "philips_item")
    if own is not None and (classic := _first(group, own[0])) is not None:
        clocks["Philips dynamic scan begin time (2005,xxA0)"] = private_number(
            classic, "philips_dynamic_time"
        )
        take("scale_slope", _positive(private_number(classic, "philips_scale_slope")))
        if "temporal_index" not in change:
            take("temporal_index", integer(classic, 0x00200100))
        trigger = number(classic, 0x00181060)
        if trigger is not None and abs(trigger) < 1e9:
            clocks["TriggerTime (0018,1060)"] = trigger / 1000.0
    known = {name: value for name, value in clocks.items() if value is not None}
    if known:
        change["clocks"] = image.clocks | known
    return replace(image, **change) if change else image
