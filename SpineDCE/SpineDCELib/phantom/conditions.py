"""Conditions of an examination that no analysis knows: agent, blood, delays, T10, B1, protocol.

The defaults are those of the sample patients, which are also the defaults of the analysis, so that
its arithmetic can be tested. A drawn set of conditions takes every one of them from a published
spread instead, so that its certainty can be tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Slab = Literal["sagittal", "axial", "coronal"]


@dataclass(frozen=True)
class Agent:
    """Contrast agent: relaxivities in blood by field in T, 1/s/mM, as (mean, SD).

    ``r1`` is that of whole blood (Shen, Invest Radiol 2015;50:330). At 3 T another laboratory
    found a value lower by 20 to 40 % (Szomolanyi, Invest Radiol 2019;54:559), so the standard
    deviation there covers both. ``r2`` is that of plasma (Rohrer, Invest Radiol 2005;40:715), a
    lower bound of r2* in blood.
    """

    r1: Mapping[float, tuple[float, float]]
    r2: Mapping[float, float]


AGENTS = {
    "gadobutrol": Agent({1.5: (4.6, 0.2), 3.0: (4.1, 0.5)}, {1.5: 6.1, 3.0: 7.1}),
    "gadoterate": Agent({1.5: (3.9, 0.2), 3.0: (3.1, 0.4)}, {1.5: 4.3, 3.0: 4.9}),
    "gadobenate": Agent({1.5: (6.2, 0.5), 3.0: (5.4, 0.3)}, {1.5: 8.7, 3.0: 11.0}),
    "gadoteridol": Agent({1.5: (4.4, 0.6), 3.0: (3.1, 0.6)}, {1.5: 5.0, 3.0: 5.7}),
}
#: Shares of the agents in the drawn studies; chosen.
_AGENT_SHARES = {"gadobutrol": 0.6, "gadoterate": 0.2, "gadobenate": 0.1, "gadoteridol": 0.1}

#: T1 of blood, s, as (mean, SD). 1.5 T: 1441 ± 120 ms (Stanisz, Magn Reson Med 2005;54:507). 3 T:
#: 1932 ± 85 (the same), 1841 in the carotid of adults (PMC5250597), 1852 ± 104 in the jugular vein
#: (PMID 21500258), 1664 in vitro (Lu 2004, doi:10.1002/mrm.20178).
BLOOD_T10 = {1.5: (1.441, 0.120), 3.0: (1.85, 0.11)}
#: Haematocrit. Two of five patients with cancer are anaemic (Ludwig 2004, Eur J Cancer 40:2293), so
#: the mean lies below that of healthy adults (0.39 ± 0.03 women, 0.45 ± 0.02 men, PMC5250597).
HCT = (0.385, 0.045)
#: The same from visit to visit, in a patient; chosen.
HCT_CHANGE = 0.025
#: Delay of marrow after the aorta, s: 0 to 12 is seen; chosen within it. Lesions are fed earlier or
#: later than marrow (Camelo 2023, Cancers 15:2353: one frame matters).
MARROW_DELAY = (2.0, 9.0)
LESION_BEFORE_MARROW = (1.0, 2.5)
#: From visit to visit, with the circulation; chosen.
DELAY_CHANGE = 1.0
#: Logarithm of the change of T10 between visits. After radiation the fat fraction of marrow rises
#: threefold (JCAT 1989;13:463); osteoblastic metastases spread over 1675 ± 436 ms, SD .26 in ln.
LESION_T10_SPREAD, LESION_T10_CHANGE = 0.22, 0.15
MARROW_T10_SPREAD, MARROW_T10_CHANGE = 0.12, 0.04
IRRADIATED_SHARE, IRRADIATED_T10_CHANGE = 0.25, (-0.28, 0.10)
#: B1 relative to nominal, in the middle of the body (SD), and its slopes per 100 mm (SD). Chosen
#: to span 0.8 to 1.15 at 3 T.
B1_CENTRE = {1.5: 0.04, 3.0: 0.09}
B1_SLOPE = {1.5: 0.03, 3.0: 0.07}


@dataclass(frozen=True)
class Conditions:
    """What is true of one examination, beside the anatomy.

    Attributes:
        agent: name. field_strength: T.
        r1, r2, r2_square: of blood, 1/s/mM and 1/s/mM²; ``r2_square`` is the part of T2* decay
            that grows with the square of the concentration (van Osch, Magn Reson Med
            2003;49:1067).
        r1_tissue: relaxivity in tissue relative to that in blood.
        blood_T10: s. Hct: fraction; None takes that of the visit.
        B1: flip angle over nominal at the centre of the slab, and its change per 100 mm to the
            posterior and upwards.
        delays: start of a tissue's name → its delay after the aorta, s.
        T10: start of a tissue's name → factor on its T10.
        early_vein: s by which the vena cava fills before the aorta; None: long after it.
        slab: orientation of the slices. TR, TE: s. FA: degrees.
        interval: s between frames; None takes that of the size.
    """

    agent: str = "gadobutrol"
    field_strength: float = 1.5
    r1: float = 4.6
    r2: float = 6.1
    r2_square: float = 0.0
    r1_tissue: float = 1.0
    blood_T10: float = 1.441
    Hct: float | None = None
    B1: tuple[float, float, float] = (1.0, 0.0, 0.0)
    delays: Mapping[str, float] = field(default_factory=dict)
    T10: Mapping[str, float] = field(default_factory=dict)
    early_vein: float | None = None
    slab: Slab = "sagittal"
    TR: float = 0.0045
    TE: float = 0.0015
    FA: float = 25.0
    interval: float | None = None

    @property
    def uniform(self) -> bool:
        """Whether every voxel sees the nominal flip angle."""
        return self.B1 == (1.0, 0.0, 0.0)

    def flip_scale(self, y: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
        """Return the flip angle over nominal, ``y`` mm behind and ``z`` mm above the centre."""
        centre, back, up = self.B1
        values = centre + back * np.asarray(y) / 100.0 + up * np.asarray(z) / 100.0
        return np.clip(values, 0.5, 1.4)


def at_flip_scales(
    scale: NDArray[np.floating], nodes: tuple[float, float, float]
) -> list[NDArray[np.float64]]:
    """Return weights that interpolate a signal known at three flip angles, by Lagrange."""
    a, b, c = nodes
    return [
        (scale - b) * (scale - c) / ((a - b) * (a - c)),
        (scale - a) * (scale - c) / ((b - a) * (b - c)),
        (scale - a) * (scale - b) / ((c - a) * (c - b)),
    ]


def draw_pair(rng: np.random.Generator) -> tuple[Conditions, Conditions]:
    """Draw the conditions of both visits of one patient; see :func:`draw_visits`."""
    first, second = draw_visits(rng, 2)
    return first, second


def draw_visits(rng: np.random.Generator, count: int) -> list[Conditions]:
    """Draw the conditions of all visits of one patient, the first before treatment.

    Scanner, protocol and agent are the same at all visits, as anybody who compares will see to;
    everything else has a part of the patient and a part of the visit.
    """
    field_strength = float(rng.choice([1.5, 3.0], p=[0.7, 0.3]))
    names = list(_AGENT_SHARES)
    agent = str(rng.choice(names, p=list(_AGENT_SHARES.values())))
    r1_mean, r1_SD = AGENTS[agent].r1[field_strength]
    slab: Slab = ("sagittal", "axial", "coronal")[int(rng.choice(3, p=[0.7, 0.18, 0.12]))]
    common = {
        "agent": agent,
        "field_strength": field_strength,
        "r1": max(1.5, float(rng.normal(r1_mean, r1_SD))),
        # T2* relaxivity of blood exceeds r2 of plasma, by a factor that publications differ in.
        "r2": AGENTS[agent].r2[field_strength] * float(rng.uniform(1.0, 1.5)),
        "r2_square": float(rng.uniform(0.0, 0.6)),
        "r1_tissue": float(rng.normal(1.0, 0.05)),
        "slab": slab,
        "TR": float(np.round(rng.uniform(0.0032, 0.006), 4)),
        "TE": float(np.round(rng.uniform(0.0010, 0.0022), 4)),
        "FA": float(np.round(rng.uniform(14.0, 30.0))),
        "interval": float(np.round(rng.choice([2.5, 3.6, 4.5, 5.4, 6.0, 8.0, 10.0]), 2)),
    }
    T1_mean, T1_SD = BLOOD_T10[field_strength]
    T1 = float(np.clip(rng.normal(T1_mean, T1_SD), 1.1, 2.3))
    Hct = float(rng.normal(*HCT))
    marrow = float(rng.uniform(*MARROW_DELAY))
    lesion = marrow - float(rng.normal(*LESION_BEFORE_MARROW))
    lesion_T10 = float(rng.normal(0.0, LESION_T10_SPREAD))
    marrow_T10 = float(rng.normal(0.0, MARROW_T10_SPREAD))
    irradiated = rng.random() < IRRADIATED_SHARE
    veins = float(rng.uniform(3.0, 9.0)) if rng.random() < 0.2 else None
    visits = []
    for visit in range(count):
        treated = visit > 0
        change = rng.normal(*IRRADIATED_T10_CHANGE) if irradiated and treated else 0.0
        delays = {
            "lesion": float(np.clip(lesion + rng.normal(0, DELAY_CHANGE), 0.0, 14.0)),
            "marrow": float(np.clip(marrow + rng.normal(0, DELAY_CHANGE), 0.0, 14.0)),
        }
        factors = {
            "lesion": float(np.exp(lesion_T10 + rng.normal(0, LESION_T10_CHANGE) * treated)),
            "marrow": float(
                np.exp(marrow_T10 + change + rng.normal(0, MARROW_T10_CHANGE) * treated)
            ),
        }
        centre, slope = B1_CENTRE[field_strength], B1_SLOPE[field_strength]
        B1 = (
            float(np.clip(rng.normal(1.0, centre), 0.78, 1.18)),
            float(rng.normal(0.0, slope)),
            float(rng.normal(0.0, slope)),
        )
        visits.append(
            Conditions(
                **common,  # type: ignore[arg-type]
                blood_T10=T1 * float(np.exp(rng.normal(0, 0.02))),
                Hct=float(np.clip(Hct + rng.normal(0, HCT_CHANGE), 0.25, 0.52)),
                B1=B1,
                delays=delays,
                T10=factors,
                early_vein=veins,
            )
        )
    return visits
