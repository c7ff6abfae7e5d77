"""Analysis of one study as a graph of pure stages: a change recomputes only what depends on it."""

from SpineDCELib.analysis.analysis import Analysis

__all__ = ["Analysis"]
