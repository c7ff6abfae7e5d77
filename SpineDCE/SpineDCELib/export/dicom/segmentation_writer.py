"""Regions as a DICOM Segmentation."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.export.dicom.codes import concept
from SpineDCELib.export.dicom.equipment import EQUIPMENT
from SpineDCELib.export.dicom.source_images import Sources
from SpineDCELib.vocabulary.region_roles import Role, words_of
from SpineDCELib.vocabulary.terminology import PRIVATE


def segmentation(
    regions: Mapping[str, NDArray[np.bool_]],
    *,
    roles: Mapping[str, Role],
    sources: Sources,
    series_number: int,
    description: str,
    computed: bool = False,
    tracking: Mapping[str, str] | None = None,
) -> Any:
    """Return all regions as one binary segmentation; segments are numbered in their order.

    Args:
        regions: name → mask ``(slices, rows, columns)``; they may overlap.
        roles: region → role.
        computed: the program segmented them, not a reader.
        tracking: region → tracking UID; the others get new ones.
    """
    import highdicom as hd

    kinds = hd.seg.SegmentAlgorithmTypeValues
    algorithm = hd.AlgorithmIdentificationSequence(
        name="SpineDCE",
        family=concept(("THRESHOLD", PRIVATE, "Threshold of normalised vp")),
        version=EQUIPMENT["software_versions"],
    )
    descriptions = []
    for number, name in enumerate(regions, 1):
        words = words_of(roles[name])
        descriptions.append(
            hd.seg.SegmentDescription(
                segment_number=number,
                segment_label=name[:64],
                segmented_property_category=concept(words.category),
                segmented_property_type=concept(words.kind),
                algorithm_type=kinds.AUTOMATIC if computed else kinds.MANUAL,
                algorithm_identification=algorithm if computed else None,
                tracking_uid=hd.UID((tracking or {}).get(name)),
                tracking_id=name[:64],
            )
        )
    dataset = hd.seg.Segmentation(
        source_images=sources.images,
        pixel_array=np.stack([m.astype(np.uint8) for m in regions.values()], axis=-1),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=descriptions,
        series_instance_uid=hd.UID(),
        series_number=series_number,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        pixel_measures=sources.measures,
        plane_orientation=sources.orientation,
        plane_positions=sources.positions,
        content_label="REGIONS",
        content_description=description[:64],
        omit_empty_frames=False,
        **EQUIPMENT,
    )
    dataset.SeriesDescription = f"SpineDCE {description}"[:64]
    _name_segment_of_every_frame(dataset)
    return dataset


def _name_segment_of_every_frame(dataset: Any) -> None:
    """Write the segment of each frame into the frame's own group.

    With one segment, highdicom writes it into the group that all frames share, where its own
    references from reports do not look for it. The standard allows both places (C.8.20.3.1).
    """
    shared = dataset.SharedFunctionalGroupsSequence[0]
    if "SegmentIdentificationSequence" in shared:
        for frame in dataset.PerFrameFunctionalGroupsSequence:
            frame.SegmentIdentificationSequence = copy.deepcopy(
                shared.SegmentIdentificationSequence
            )
        del shared.SegmentIdentificationSequence
