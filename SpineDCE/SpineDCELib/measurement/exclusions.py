"""Regions without the voxels of the exclusions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.region_roles import in_order


def exclusion_mask(
    regions: Mapping[str, NDArray[np.bool_]], roles: Mapping[str, str]
) -> NDArray[np.bool_] | None:
    """Return the voxels of all exclusions together, or None if there is no exclusion."""
    masks = [mask for name, mask in regions.items() if roles.get(name) == "exclusion"]
    return np.any(masks, axis=0) if masks else None


def without_exclusions(
    regions: Mapping[str, NDArray[np.bool_]], roles: Mapping[str, str]
) -> dict[str, NDArray[np.bool_]]:
    """Remove the voxels of every exclusion from all other regions; lesions come first.

    Raises:
        InputError: the exclusions cover a whole region.
    """
    excluded = exclusion_mask(regions, roles)
    regions = {name: regions[name] for name in in_order(regions, roles)}
    if excluded is None:
        return regions
    result = {}
    for name, mask in regions.items():
        result[name] = mask if roles.get(name) == "exclusion" else mask & ~excluded
        if mask.any() and not result[name].any():
            raise InputError(
                f"The exclusions cover the whole of region '{name}'. Redraw one or the other.",
                code="region_excluded",
                about=name,
                fields=["inputs.roi"],
            )
    return result
