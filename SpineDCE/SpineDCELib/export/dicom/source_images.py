"""The scanner's images that a derived object comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError

_TAGS = [
    "SOPInstanceUID", "SeriesInstanceUID", "ImagePositionPatient", "AcquisitionTime",
    "TriggerTime", "TemporalPositionIdentifier", "InstanceNumber", "NumberOfFrames",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sources:
    """Headers of one image for each section, and the geometry as highdicom wants it."""

    images: list[Any]
    measures: Any
    orientation: Any
    positions: list[Any]


def require_highdicom() -> None:
    """Ask for highdicom politely.

    Raises:
        InputError: it is not installed.
    """
    try:
        import highdicom  # noqa: F401
    except ImportError:
        raise InputError(
            "DICOM export needs highdicom; pip install 'spinedce[cli]' installs it.",
            code="no_highdicom",
            fields=["export.formats"],
        ) from None


def sources(analysis: Analysis) -> Sources:
    """The first dynamic frame's sections in the order of the maps.

    Raises:
        InputError: the study is not DICOM, or its files are gone.
    """
    import highdicom as hd
    import pydicom

    dynamic = analysis.images.dynamic
    geometry, source = dynamic.geometry, dynamic.source
    if source.format != "DICOM" or not source.files:
        raise InputError(
            f"DICOM export needs the study's DICOM images; this one is {source.format}. Export "
            "nifti instead."
        )
    series = source.series_uids[0] if source.series_uids else None
    places = np.array([geometry.affine[:3, :] @ [0, 0, k, 1] for k in range(geometry.shape[0])])
    first: dict[int, tuple[Any, str]] = {}
    whole = ""
    try:
        for file in source.files:
            head = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)
            if series is not None and head.get("SeriesInstanceUID") != series:
                continue
            if int(head.get("NumberOfFrames") or 1) > 1:
                whole = file
                break
            if "ImagePositionPatient" not in head:
                continue
            away = np.linalg.norm(places - np.array(head.ImagePositionPatient, float), axis=1)
            section = int(away.argmin())
            if away[section] > 0.5:
                continue
            order = _order(head)
            if section not in first or order < first[section][0]:
                first[section] = order, file
        if whole:
            images = [pydicom.dcmread(whole)]
        else:
            images = [pydicom.dcmread(first[k][1], stop_before_pixels=True) for k in sorted(first)]
    except OSError as error:
        raise InputError(
            f"The study's image {error.filename} is gone; DICOM export reads its header."
        ) from None
    if not whole and len(images) != geometry.shape[0]:
        raise InputError(
            "The dynamic images do not lie where the maps do, section by section; DICOM export "
            "is not possible. Export nifti instead."
        )
    spacing = geometry.spacing
    return Sources(
        images,
        hd.PixelMeasuresSequence(
            pixel_spacing=(spacing[1], spacing[0]),
            slice_thickness=spacing[2],
            spacing_between_slices=spacing[2],
        ),
        hd.PlaneOrientationSequence(
            hd.CoordinateSystemNames.PATIENT,
            [float(v) for v in (*geometry.direction[:, 0], *geometry.direction[:, 1])],
        ),
        [
            hd.PlanePositionSequence(hd.CoordinateSystemNames.PATIENT, [float(v) for v in place])
            for place in places
        ],
    )


def _order(head: Any) -> tuple[float, ...]:
    """Earlier in time comes first."""
    return tuple(
        float(head.get(tag) or 0)
        for tag in ("TemporalPositionIdentifier", "AcquisitionTime", "TriggerTime",
                    "InstanceNumber")
    )  # fmt: skip
