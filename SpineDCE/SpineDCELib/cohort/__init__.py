"""Cohorts: batch analysis of many studies, group statistics, ROC analysis, figures."""

from SpineDCELib.cohort.cohort_table import CohortTable, read_cohort
from SpineDCELib.cohort.group_tests import (
    ChangeTest,
    GroupTest,
    Summary,
    change_within,
    compare_groups,
    summarise,
)
from SpineDCELib.cohort.proportions import Proportion, proportion
from SpineDCELib.cohort.roc import Roc, RocTest, at_cutoff, compare_rocs, roc_of

__all__ = [
    "ChangeTest",
    "CohortTable",
    "GroupTest",
    "Proportion",
    "Roc",
    "RocTest",
    "Summary",
    "at_cutoff",
    "change_within",
    "compare_groups",
    "compare_rocs",
    "proportion",
    "read_cohort",
    "roc_of",
    "summarise",
]
