"""Pixel values of stacked images, in the units of their headers."""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels.decoders.base import get_decoder

from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import new_array
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.image_header import ImageHeader


def load_frames(
    frames: Sequence[Sequence[ImageHeader]],
    disk_paths: dict[str, str],
    progress: Progress = silent,
    *,
    common_scale: float | None = None,
) -> NDArray[np.float32]:
    """Read the rescaled pixels of ``frames[f][k]``, ``(frames, slices, rows, columns)``.

    Args:
        disk_paths: name of each file → its path on disk.
        common_scale: Philips: product of slope and scale slope to which every image is converted,
            so that images with different scales compare (Chenevert 2014, doi:10.1593/tlo.13811).

    Raises:
        InputError: pixels cannot be decoded; the message names the file and what is missing.
    """
    first = frames[0][0].header
    shape = (len(frames), len(frames[0]), first.rows, first.columns)
    try:
        out = new_array(shape, np.float32)
    except MemoryError:
        raise InputError(
            f"There is not enough memory for {np.prod(shape) * 4 / 1e9:.1f} GB of pixels. Close "
            "other programs.",
            code="out_of_memory",
        ) from None
    decoded = _Decoder(disk_paths)
    for f, frame in enumerate(frames):
        progress(f / len(frames), f"Reading pixels (frame {f + 1} of {len(frames)})")
        for k, image in enumerate(frame):
            slope, intercept = image.slope, image.intercept
            if common_scale and image.scale_slope:
                factor = common_scale / (image.slope * image.scale_slope)
                slope, intercept = slope * factor, intercept * factor
            plane = decoded.plane(image)
            if plane.shape != shape[2:]:
                raise InputError(
                    f"{image.header.file} has {plane.shape} pixels (rows, columns); its header "
                    f"says {shape[2:]}.",
                    code="shape_mismatch",
                    about=image.header.file,
                )
            if slope == 1:
                out[f, k] = plane
            else:
                np.multiply(plane, slope, out=out[f, k], casting="unsafe")
            if intercept:
                out[f, k] += intercept
    progress(1.0, "Pixels read")
    return out


class _Decoder:
    """Reader of planes that keeps one file's pixels, because its images follow each other."""

    def __init__(self, disk_paths: dict[str, str]) -> None:
        self._paths = disk_paths
        self._name = ""
        self._array: NDArray[Any] | None = None

    def plane(self, image: ImageHeader) -> NDArray[Any]:
        header = image.header
        if header.file != self._name:
            self._array, self._name = None, header.file
        if header.pixel_offset is not None and header.n_images == 1:
            return self._native(image)
        if self._array is None:
            self._array = self._native_all(image) if header.pixel_offset else self._decode(image)
        if self._array.ndim < 3:
            return self._array
        if image.index >= len(self._array):
            raise _undecoded(header.file, header.transfer_syntax, ValueError("pixels are missing"))
        plane: NDArray[Any] = self._array[image.index]
        return plane

    def _native(self, image: ImageHeader) -> NDArray[Any]:
        values: NDArray[Any] = self._native_all(image)[0]
        return values

    def _native_all(self, image: ImageHeader) -> NDArray[Any]:
        h = image.header
        dtype = np.dtype(f"<{'i' if h.signed else 'u'}{h.bits_allocated // 8}")
        count = h.rows * h.columns * (h.images_present or 0)
        try:
            if not count:
                raise ValueError("the file ends before them")
            values = np.fromfile(
                self._paths[h.file], dtype, count=count, offset=h.pixel_offset or 0
            )
            return values.reshape(-1, h.rows, h.columns)
        except (OSError, ValueError) as error:
            raise InputError(
                f"The pixels of {h.file} cannot be read ({error}).",
                code="unreadable_pixels",
                about=h.file,
            ) from None

    def _decode(self, image: ImageHeader) -> NDArray[Any]:
        h = image.header
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ds = pydicom.dcmread(self._paths[h.file], force=True)
                array = _by_itk(ds) if _is_for_itk(h.transfer_syntax) else ds.pixel_array
        except Exception as error:
            raise _undecoded(h.file, h.transfer_syntax, error) from None
        if h.samples != 1:
            raise InputError(
                f"{h.file} holds colours, not one signal per pixel.",
                code="not_an_image",
                about=h.file,
            )
        return array


#: JPEG with and without loss, up to 16 bits. Pydicom's decoder of these is under the GPL.
_JPEG = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70))
#: What Pydicom decodes if certain packages are installed: JPEG-LS and JPEG 2000.
_OTHERS = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (80, 81, 90, 91))


def _is_for_itk(syntax: str) -> bool:
    """Return whether ITK decodes a transfer syntax rather than Pydicom."""
    if syntax in _OTHERS:
        return not get_decoder(pydicom.uid.UID(syntax)).is_available
    return syntax in _JPEG


def _by_itk(ds: pydicom.Dataset) -> NDArray[Any]:
    """Return the stored values of a compressed image. ITK is shown its pixels and their form only.

    Raises:
        RuntimeError: ITK cannot decode them.
    """
    import SimpleITK as sitk

    bare = pydicom.Dataset()
    bare.file_meta = pydicom.dataset.FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = ds.file_meta.TransferSyntaxUID
    bare.SOPClassUID = pydicom.uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    bare.SOPInstanceUID = pydicom.uid.generate_uid()
    for keyword in _FORM:
        if keyword in ds:
            setattr(bare, keyword, ds[keyword].value)
    bare.add(ds["PixelData"])
    with tempfile.TemporaryDirectory(prefix="spinedce-") as folder:
        file = Path(folder) / "image.dcm"
        bare.save_as(file, enforce_file_format=True)
        image = sitk.ReadImage(str(file), imageIO="GDCMImageIO")
    return np.asarray(sitk.GetArrayFromImage(image))


_FORM = (
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "NumberOfFrames",
)  # fmt: skip


def _undecoded(file: str, syntax: str, error: Exception) -> InputError:
    """Return the error for pixels that pydicom could not decode."""
    name = pydicom.uid.UID(syntax).name
    if "plugin" in str(error) or "missing dependenc" in str(error) or "handler" in str(error):
        return InputError(
            f"{file} is compressed ({name}) and no installed package decodes it. Install the "
            "decoders: pip install pylibjpeg pylibjpeg-openjpeg pyjpegls.",
            code="no_decoder",
            about=file,
        )
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return InputError(
        f"The pixels of {file} ({name}) cannot be decoded: {reason[:200].rstrip('.')}.",
        code="undecodable_pixels",
        about=file,
    )


def phase_in_radians(
    stored: NDArray[np.float32], image: ImageHeader | None
) -> tuple[NDArray[np.float32], str]:
    """Convert phase images from the vendor's unit to rad (in place), with a note on the unit.

    The scale is read from the range that the pixels can have: Siemens −4096 to 4095, GE and
    Philips milliradians, others radians or degrees.
    """
    scales = {"radians": 1.0, "milliradians": 1e-3, "1/4096 of π": np.pi / 4096}
    limits = {"radians": np.pi, "milliradians": 1000 * np.pi, "1/4096 of π": 4096.0}

    def unit_of(limit: float) -> str:
        return next((n for n, most in limits.items() if abs(limit - most) < 0.03 * most), "")

    limit, unit = 0.0, ""
    if image is not None:
        h = image.header
        low = -(2 ** (h.bits_stored - 1)) if h.signed else 0
        high = low + 2**h.bits_stored - 1
        limit = max(abs(v * image.slope + image.intercept) for v in (low, high))
        unit = unit_of(limit)
    if not unit:
        # Two passes over the pixels, which the header of most images makes needless.
        top = max(float(np.nanmax(stored)), -float(np.nanmin(stored))) if stored.size else 0.0
        if image is None:
            limit, unit = top, unit_of(top)
    if unit:
        return _scaled(stored, scales[unit]), f"Phase is stored in {unit}."
    # A signed 16-bit range does not reveal the unit, but the vendor or the pixels may.
    maker = "" if image is None else image.header.manufacturer.upper()
    if maker.startswith("GE") and 1.03 * np.pi < top <= 1.03 * limits["milliradians"]:
        return _scaled(stored, scales["milliradians"]), "Phase is in milliradians, GE's unit."
    for name, most in limits.items():
        if 0.5 * most < top <= 1.03 * most:
            return _scaled(stored, scales[name]), f"Phase is taken to be in {name}."
    if stored.min() >= 0 and 3000 < top <= 4096:
        return (
            (stored - np.float32(2048)) * np.float32(np.pi / 2048),
            "Phase is taken to be stored as 0 to 4095 for −π to π.",
        )
    factor = np.float32(np.pi / top) if top else np.float32(1)
    return (
        stored * factor,
        f"The unit of phase is unknown; its largest value, {top:g}, is taken as π.",
    )


def _scaled(stored: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    values: NDArray[np.float32] = np.multiply(stored, np.float32(scale), out=stored)
    return values


def checksum(*arrays: NDArray[Any] | None) -> str:
    """Return the SHA-256 of the bytes of arrays, hex."""
    digest = hashlib.sha256()
    for array in arrays:
        if array is not None:
            digest.update(str((array.shape, array.dtype.str)).encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
