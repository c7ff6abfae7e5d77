"""Measurements: numbers of regions, normalised parameters, size of lesions, change."""

from SpineDCELib.measurement.exclusions import without_exclusions
from SpineDCELib.measurement.lesion_size import Bidimensional, Extent, Size, measure_size
from SpineDCELib.measurement.measures import Measures, measure
from SpineDCELib.measurement.normalised_ratio import (
    Change,
    Normalised,
    RegionMean,
    Share,
    change,
    normalise,
    percent_change,
    region_mean,
)
from SpineDCELib.measurement.reference_vertebra import ReferenceScore
from SpineDCELib.measurement.region_statistics import (
    RegionStatistics,
    curve_band,
    mean_curve,
    region_statistics,
    statistics_of_voxels,
)
from SpineDCELib.vocabulary.region_roles import Role, role_of

__all__ = [
    "Bidimensional",
    "Change",
    "Extent",
    "Measures",
    "Normalised",
    "ReferenceScore",
    "RegionMean",
    "RegionStatistics",
    "Role",
    "Share",
    "Size",
    "change",
    "curve_band",
    "mean_curve",
    "measure",
    "measure_size",
    "normalise",
    "percent_change",
    "region_mean",
    "region_statistics",
    "role_of",
    "statistics_of_voxels",
    "without_exclusions",
]
