"""What is read off the maps: statistics of regions, normalisation, size, change."""

from SpineDCELib.measurement.regions import RegionStatistics, mean_curve, region_statistics

__all__ = ["RegionStatistics", "mean_curve", "region_statistics"]
