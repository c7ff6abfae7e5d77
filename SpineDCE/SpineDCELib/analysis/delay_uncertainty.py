"""Uncertainty of a region's numbers that comes from its delay."""

from __future__ import annotations

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.measurement import without_exclusions


def delay_log_SD(analysis: Analysis, region: str, parameter: str = "vp") -> float:
    """Return the standard deviation of ln(mean of a region) that comes from its delay's error.

    The region is fitted again with the delay one standard error earlier and later.

    Args:
        region: a lesion or reference.

    Returns:
        NaN where the region has no delay, or its mean is not above 0 at both.
    """
    delay = analysis.delays().get(region)
    mask = without_exclusions(analysis.regions, analysis.roles).get(region)
    if delay is None or mask is None:
        return float("nan")
    voxels = np.flatnonzero(mask)
    means = []
    for shift in (delay.value - delay.SE, delay.value + delay.SE):
        fitted = analysis.fitter().fit(Ta=shift, voxels=voxels)
        if parameter not in fitted or not np.isfinite(fitted[parameter]).any():
            return float("nan")
        means.append(float(np.nanmean(fitted[parameter])))
    if not min(means) > 0:
        return float("nan")
    return float(abs(np.log(means[1] / means[0])) / 2)
