"""Many patients: group statistics, ROC curves, figures, and many studies at once."""

from SpineDCELib.cohort.groups import GroupTest, Summary, compare_groups, summarise
from SpineDCELib.cohort.proportions import Proportion, proportion
from SpineDCELib.cohort.roc import Roc, RocTest, at_cutoff, compare_rocs, roc_of

__all__ = [
    "GroupTest",
    "Proportion",
    "Roc",
    "RocTest",
    "Summary",
    "at_cutoff",
    "compare_groups",
    "compare_rocs",
    "proportion",
    "roc_of",
    "summarise",
]
