"""Parameter maps as DICOM Parametric Maps in float32, with a real-world value mapping."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.export.dicom.codes import concept
from SpineDCELib.export.dicom.equipment import EQUIPMENT
from SpineDCELib.export.dicom.source_images import Sources
from SpineDCELib.vocabulary.conversion_modes import map_code
from SpineDCELib.vocabulary.kinetic_models import MODEL_CODES
from SpineDCELib.vocabulary.quantities import QUANTITIES


def parametric_map(
    name: str,
    array: NDArray[np.floating],
    *,
    sources: Sources,
    model: str,
    mode: str,
    series_uid: str,
    series_number: int,
    instance_number: int,
) -> Any:
    """Return one map as a dataset; float32, NaN where unfitted, stored values are the values.

    Args:
        array: ``(slices, rows, columns)``, in the parameter's unit.
        mode: of the conversion.
    """
    import highdicom as hd

    quantity, unit = map_code(name, mode), QUANTITIES[name].unit_code
    assert quantity is not None
    values = np.ascontiguousarray(array, np.float32)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    top = float(np.percentile(finite, 99)) if finite.size else 1.0
    mapping = hd.pm.RealWorldValueMapping(
        lut_label=name[:16],
        lut_explanation=f"{quantity[2]}, {MODEL_CODES[model][2]}"[:64],
        unit=concept(unit),
        value_range=(low, high),
        slope=1.0,
        intercept=0.0,
        quantity_definition=concept(quantity),
    )
    dataset = hd.pm.ParametricMap(
        source_images=sources.images,
        pixel_array=values,
        series_instance_uid=series_uid,
        series_number=series_number,
        sop_instance_uid=hd.UID(),
        instance_number=instance_number,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[mapping],
        **_window(top / 2, max(top, 1e-3)),
        pixel_measures=sources.measures,
        plane_orientation=sources.orientation,
        plane_positions=sources.positions,
        content_label=name.upper()[:16],
        content_description=f"{quantity[2]} [{unit[0]}]"[:64],
        **EQUIPMENT,
    )
    # highdicom 0.27 writes LINEAR, whose formula is for whole numbers.
    shared = dataset.SharedFunctionalGroupsSequence[0]
    shared.FrameVOILUTSequence[0].VOILUTFunction = "LINEAR_EXACT"
    if "BodyPartExamined" not in dataset:
        dataset.BodyPartExamined = "SPINE"
    dataset.SeriesDescription = f"SpineDCE {name} [{unit[0]}]"[:64]
    return dataset


def _window(centre: float, width: float) -> dict[str, Any]:
    """Return a window as the arguments of highdicom, which have changed since 3D Slicer 5.12."""
    import highdicom as hd

    if "voi_lut_transformations" not in inspect.signature(hd.pm.ParametricMap).parameters:
        return {"window_center": centre, "window_width": width}
    linear = hd.VOILUTFunctionValues.LINEAR_EXACT
    window = hd.VOILUTTransformation(
        window_center=centre, window_width=width, voi_lut_function=linear
    )
    return {"voi_lut_transformations": [window]}
