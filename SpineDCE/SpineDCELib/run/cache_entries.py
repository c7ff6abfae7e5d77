"""Conversion of studies and concentrations to the arrays and plain values that a cache stores."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import Concentration, Images, PreprocessedSeries
from SpineDCELib.series import (
    Acquisition,
    DynamicSeries,
    FlipAngleSet,
    Geometry,
    Source,
    Volume,
)
from SpineDCELib.series.excluded_frames import without_frames

#: Arrays and plain values.
Entry = tuple[dict[str, NDArray[Any]], dict[str, Any]]


def _geometry_to_dict(geometry: Geometry) -> dict[str, Any]:
    return {
        "shape": list(geometry.shape),
        "affine": geometry.affine.tolist(),
        "frame_of_reference_uid": geometry.frame_of_reference_uid,
    }


def _geometry(data: dict[str, Any]) -> Geometry:
    k, j, i = data["shape"]
    return Geometry((k, j, i), np.array(data["affine"]), data["frame_of_reference_uid"])


def _source(data: dict[str, Any]) -> Source:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return Source(**values)


def images_to_entry(images: Images) -> Entry:
    """Convert a study to arrays and plain values."""
    dynamic = images.dynamic
    arrays: dict[str, NDArray[Any]] = {"dynamic": dynamic.signal, "times": dynamic.times}
    values: dict[str, Any] = {
        "dynamic": {
            "geometry": _geometry_to_dict(dynamic.geometry),
            "acquisition": asdict(dynamic.acquisition),
            "source": asdict(dynamic.source),
            "time_origin": dynamic.time_origin,
            "notes": list(dynamic.notes),
        }
    }
    if dynamic.phase is not None:
        arrays["phase"] = dynamic.phase
    if images.flip_angles is not None:
        angles = images.flip_angles
        arrays |= {"angle_signal": angles.signal, "FA": angles.FA}
        if angles.B1 is not None:
            arrays["B1"] = angles.B1
        values["angles"] = {
            "TR": angles.TR,
            "geometry": _geometry_to_dict(angles.geometry),
            "source": asdict(angles.source),
            "notes": list(angles.notes),
        }
    if images.anatomy is not None:
        arrays["anatomy"] = images.anatomy.array
        values["anatomy"] = {
            "geometry": _geometry_to_dict(images.anatomy.geometry),
            "acquisition": asdict(images.anatomy.acquisition),
        }
    return arrays, values


def entry_to_images(arrays: dict[str, NDArray[Any]], values: dict[str, Any]) -> Images:
    """Invert :func:`images_to_entry`."""
    data = values["dynamic"]
    dynamic = DynamicSeries(
        signal=arrays["dynamic"],
        times=np.asarray(arrays["times"]),
        geometry=_geometry(data["geometry"]),
        acquisition=Acquisition(**data["acquisition"]),
        time_origin=data["time_origin"],
        source=_source(data["source"]),
        phase=arrays.get("phase"),
        notes=tuple(data["notes"]),
    )
    angles, anatomy = None, None
    if "angles" in values:
        data = values["angles"]
        angles = FlipAngleSet(
            signal=arrays["angle_signal"],
            FA=np.asarray(arrays["FA"]),
            TR=data["TR"],
            geometry=_geometry(data["geometry"]),
            source=_source(data["source"]),
            notes=tuple(data["notes"]),
            B1=arrays.get("B1"),
        )
    if "anatomy" in values:
        data = values["anatomy"]
        anatomy = Volume(
            arrays["anatomy"], _geometry(data["geometry"]), Acquisition(**data["acquisition"])
        )
    return Images(dynamic, angles, anatomy)


def concentration_to_entry(concentration: Concentration) -> Entry:
    """Convert a concentration to arrays and plain values."""
    arrays: dict[str, NDArray[Any]] = {
        "curves": concentration.curves,
        "baseline": concentration.baseline,
        "hidden_errors": concentration.hidden_errors,
    }
    for name in ("T10", "M0"):
        if (array := getattr(concentration, name)) is not None:
            arrays[name] = array
    return arrays, {
        "unit": concentration.unit,
        "baseline_frames": concentration.baseline_frames,
        "notes": list(concentration.notes),
    }


def entry_to_concentration(
    arrays: dict[str, NDArray[Any]], values: dict[str, Any]
) -> Concentration:
    """Invert :func:`concentration_to_entry`."""
    return Concentration(
        curves=arrays["curves"],
        unit=values["unit"],
        baseline_frames=values["baseline_frames"],
        baseline=arrays["baseline"],
        T10=arrays.get("T10"),
        hidden_errors=arrays["hidden_errors"],
        notes=tuple(values["notes"]),
        M0=arrays.get("M0"),
    )


def preprocessed_to_entry(done: PreprocessedSeries, series: DynamicSeries) -> Entry:
    """Convert the changes that preprocessing made to a series to arrays and plain values."""
    arrays: dict[str, NDArray[Any]] = {}
    if done.series.signal is not series.signal:
        arrays["signal"] = done.series.signal
    for name in ("tissue", "displacement", "rotation"):
        if (array := getattr(done, name)) is not None:
            arrays[name] = array
    excluded = list(done.excluded)
    return arrays, {"notes": list(done.series.notes), "excluded": excluded}


def entry_to_preprocessed(
    arrays: dict[str, NDArray[Any]], values: dict[str, Any], series: DynamicSeries
) -> PreprocessedSeries:
    """Invert :func:`preprocessed_to_entry`.

    Args:
        series: the series as read.
    """
    series = without_frames(series, values.get("excluded"))
    return PreprocessedSeries(
        replace(series, signal=arrays.get("signal", series.signal), notes=tuple(values["notes"])),
        tissue=arrays.get("tissue"),
        displacement=arrays.get("displacement"),
        rotation=arrays.get("rotation"),
        excluded=tuple(values.get("excluded", ())),
    )
