"""One study from signal to maps, as a graph: a change makes only what depends on it anew.

Each module's class adds the stages that come next: what is given (:mod:`.study`), the
concentration (:mod:`.concentration`), the arterial input function (:mod:`.aif`), its shift
(:mod:`.shift`), and fit, maps and measurements (:mod:`.result`).
"""

from SpineDCELib.analysis.result import Analysis

__all__ = ["Analysis"]
