"""A sequence node of a scene as a dynamic series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.mrml.volume_nodes import geometry_of
from SpineDCELib.series import Acquisition, DynamicSeries, Source

_SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "msec": 1e-3, "min": 60.0}
#: Node attributes that may hold an acquisition's numbers, and their factor to s or degrees.
_ATTRIBUTES = {
    "TR": ("MultiVolume.DICOM.RepetitionTime", "DICOM.RepetitionTime", 1e-3),
    "TE": ("MultiVolume.DICOM.EchoTime", "DICOM.EchoTime", 1e-3),
    "FA": ("MultiVolume.DICOM.FlipAngle", "DICOM.FlipAngle", 1.0),
    "field_strength": ("DICOM.MagneticFieldStrength", "MagneticFieldStrength", 1.0),
}


def dynamic_series_from_sequence(
    node: Any, *, acquisition: Acquisition | None = None, frame_interval: float | None = None
) -> DynamicSeries:
    """The volumes of a ``vtkMRMLSequenceNode`` as one series.

    Args:
        node: its index values are the frame times, in the node's index unit.
        acquisition: TR, TE, flip angle and field; from the node's attributes where None.
        frame_interval: s from frame to frame; replaces the index values.

    Raises:
        InputError: no volumes, volumes on different grids, or index values that are no times.
    """
    from slicer.util import arrayFromVolume

    name = node.GetName() or "the sequence"
    volumes = [node.GetNthDataNode(i) for i in range(node.GetNumberOfDataNodes())]
    if not volumes or not all(v.IsA("vtkMRMLScalarVolumeNode") for v in volumes):
        raise InputError(f"{name} holds no scalar volumes; choose the sequence of the dynamic MR.")
    first = geometry_of(volumes[0])
    for number, volume in enumerate(volumes):
        if not geometry_of(volume).matches(first):
            raise InputError(
                f"Frame {number + 1} of {name} lies on another grid than the first; choose the "
                "sequence of one dynamic series."
            )
    times, origin = _times(node, name, frame_interval)
    return DynamicSeries(
        signal=np.stack([arrayFromVolume(v).astype(np.float32, copy=False) for v in volumes]),
        times=times,
        geometry=first,
        acquisition=acquisition or _acquisition(node),
        time_origin=origin,
        source=Source("MRML sequence"),
    )


def dynamic_series_from_multivolume(
    node: Any, *, frame_interval: float | None = None
) -> DynamicSeries:
    """A MultiVolume, one node with all frames in every voxel, as one series.

    Args:
        node: its ``MultiVolume.FrameLabels`` are the frame times, in the unit that it says or ms.
        frame_interval: s from frame to frame; replaces the labels.

    Raises:
        InputError: labels that are no times, or not one for each frame.
    """
    from vtk.util.numpy_support import vtk_to_numpy

    name = node.GetName() or "the MultiVolume"
    image = node.GetImageData()
    count = image.GetNumberOfScalarComponents()
    i, j, k = image.GetDimensions()
    array = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(k, j, i, count)
    if frame_interval is not None:
        times, origin = np.arange(count) * float(frame_interval), "the given frame interval"
    else:
        unit = (node.GetAttribute("MultiVolume.FrameIdentifyingDICOMTagUnits") or "ms").strip()
        try:
            labels = (node.GetAttribute("MultiVolume.FrameLabels") or "").split(",")
            times = np.array([float(label) for label in labels]) * _SECONDS[unit.lower()]
        except (ValueError, KeyError):
            raise InputError(
                f"The frame labels of {name} are no list of times; give the frame interval in s."
            ) from None
        times, origin = times - times[0], f"the frame labels of {name} ({unit})"
    return DynamicSeries(
        signal=np.ascontiguousarray(np.moveaxis(array, -1, 0), np.float32),
        times=times,
        geometry=geometry_of(node),
        acquisition=_acquisition(node),
        time_origin=origin,
        source=Source("MRML MultiVolume"),
    )


def _times(node: Any, name: str, frame_interval: float | None) -> tuple[NDArray[np.float64], str]:
    count = node.GetNumberOfDataNodes()
    if frame_interval is not None:
        return np.arange(count) * float(frame_interval), "the given frame interval"
    unit = (node.GetIndexUnit() or "").strip().lower()
    if unit not in _SECONDS:
        raise InputError(
            f"{name} does not say the unit of its index ('{unit}'); give the frame interval in s."
        )
    try:
        values = np.array([float(node.GetNthIndexValue(i)) for i in range(count)])
    except ValueError:
        raise InputError(
            f"The index of {name} is no list of times; give the frame interval in s."
        ) from None
    return (values - values[0]) * _SECONDS[unit], f"the index of {name} ({unit})"


def _acquisition(node: Any) -> Acquisition:
    found: dict[str, Any] = {}
    for name, (*keys, factor) in _ATTRIBUTES.items():
        for key in keys:
            try:
                found[name] = float(node.GetAttribute(key)) * float(factor)
                break
            except (TypeError, ValueError):
                continue
    return Acquisition(**found)
