"""A detection as it is where the search finds its best candidate, but does not trust it."""

from dataclasses import replace

import numpy as np
from SpineDCELib.aif import Detection, Verdict


def untrusted(found: Detection, doubt: str = "It may be a vein.") -> Detection:
    verdicts = np.where(found.mask, Verdict.DOUBTED, found.verdicts).astype(np.uint8)
    rows = tuple(
        replace(c, accepted=0, verdict=Verdict.DOUBTED) if c.accepted else c
        for c in found.candidates
    )
    return replace(found, verdicts=verdicts, candidates=rows, signal=None, doubt=doubt)
