"""What is read off the maps: statistics of regions, normalisation, size, change."""

from SpineDCELib.measurement.measures import Measures, measure
from SpineDCELib.measurement.normalised import Change, Normalised, RegionMean, change
from SpineDCELib.measurement.reference import ReferenceScore
from SpineDCELib.measurement.regions import RegionStatistics, mean_curve, region_statistics
from SpineDCELib.measurement.roles import Role, role_of, without_exclusions
from SpineDCELib.measurement.size import Bidimensional, Extent, Size, measure_size

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
    "Size",
    "change",
    "mean_curve",
    "measure",
    "measure_size",
    "region_statistics",
    "role_of",
    "without_exclusions",
]
