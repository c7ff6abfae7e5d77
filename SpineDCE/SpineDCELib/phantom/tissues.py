"""Properties of each tissue. The kinetics are a choice, not literature; T1 is at 1.5 T.

T1 of blood 1441 ms, muscle 1008 ms, vertebral marrow 515-552 ms and osteoblastic metastasis about
1675 ms are published; the rest is chosen so that T1-, T2-weighted and STIR images look as they do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Tissue:
    """One tissue of the phantom.

    Attributes:
        M0: proton density times a scale; 1 is fat.
        T10, T2: s. fat: share of the signal that fat suppression takes away.
        vp, ve: fractions; Ktrans: 1/min; all 0 where nothing enhances.
        delay: arrival after the reference level of the aorta, s, without the dispersion.
        dispersion: time constant of the mixing on the way, s.
        flow: the tissue is the lumen of a large vessel: its phase follows the concentration.
        inflow: how far the blood has flowed inside the transmit coil, mm; None for steady state.
        angle: of the vessel to B0, rad.
        texture: relative amplitude of the tissue's grain.
    """

    name: str
    M0: float = 0.0
    T10: float = 1.0
    T2: float = 0.05
    fat: float = 0.0
    vp: float = 0.0
    Ktrans: float = 0.0
    ve: float = 0.0
    delay: float = 3.0
    dispersion: float = 1.0
    flow: bool = False
    inflow: float | None = None
    angle: float = 0.0
    texture: float = 0.0

    def named(self, name: str, **changes: Any) -> Tissue:
        """The same tissue under another name, with some properties changed."""
        return replace(self, name=name, **changes)


_TABLE = (
    Tissue("air"),
    Tissue("lung", 0.10, 1.2, 0.02, vp=0.05, Ktrans=0.02, ve=0.1, delay=-3.0, texture=0.2),
    Tissue(
        "fat", 1.0, 0.26, 0.085, fat=1.0, vp=0.003, Ktrans=0.004, ve=0.05, delay=5.0, texture=0.04
    ),
    Tissue("skin", 0.6, 0.7, 0.03, vp=0.01, Ktrans=0.03, ve=0.15, delay=7.0),
    Tissue("muscle", 0.80, 1.008, 0.038, vp=0.012, Ktrans=0.05, ve=0.12, delay=6.0, texture=0.06),
    Tissue("ligament", 0.25, 0.9, 0.008),
    Tissue(
        "interspinous",
        0.75,
        0.45,
        0.055,
        fat=0.6,
        vp=0.006,
        Ktrans=0.01,
        ve=0.08,
        delay=6.0,
        texture=0.10,
    ),
    Tissue(
        "liver",
        0.80,
        0.58,
        0.045,
        vp=0.10,
        Ktrans=0.50,
        ve=0.30,
        delay=8.0,
        dispersion=6.0,
        texture=0.03,
    ),
    Tissue("bowel", 0.80, 1.1, 0.06, vp=0.05, Ktrans=0.15, ve=0.25, delay=5.0, texture=0.12),
    Tissue("bowel fluid", 0.95, 2.4, 0.25),
    Tissue("kidney", 0.85, 0.95, 0.08, vp=0.25, Ktrans=0.6, ve=0.4, delay=2.0),
    Tissue("heart", 0.85, 1.3, 0.06, vp=0.6, Ktrans=0.1, ve=0.2, delay=-4.0, texture=0.05),
    Tissue("cortical bone", 0.10, 0.6, 0.004),
    Tissue("endplate", 0.25, 0.6, 0.006, vp=0.002, Ktrans=0.004, ve=0.05, delay=5.0),
    Tissue("annulus", 0.70, 1.0, 0.028),
    Tissue("nucleus", 0.85, 1.25, 0.085),
    Tissue("degenerate nucleus", 0.75, 1.0, 0.042),
    Tissue("CSF", 1.0, 3.6, 1.2),
    Tissue("cord", 0.85, 0.80, 0.085, vp=0.012, Ktrans=0.0005, ve=0.02, delay=3.0),
    Tissue("nerve", 0.85, 0.95, 0.075, vp=0.01, Ktrans=0.005, ve=0.05, delay=3.5),
    Tissue(
        "epidural vein", 0.85, 1.3, 0.10, vp=0.22, Ktrans=0.05, ve=0.1, delay=7.0, dispersion=4.0
    ),
    Tissue(
        "basivertebral vein",
        0.85,
        1.1,
        0.10,
        vp=0.25,
        Ktrans=0.05,
        ve=0.1,
        delay=6.0,
        dispersion=3.0,
    ),
    Tissue("vena cava", 0.9, 1.441, 0.06, vp=0.57, delay=12.0, dispersion=8.0, flow=True),
    Tissue("aorta", 0.9, 1.441, 0.05, vp=0.57, delay=0.0, dispersion=0.0, flow=True),
    Tissue("artery", 0.9, 1.441, 0.02, vp=0.57, delay=0.8, dispersion=0.3),
    Tissue(
        "marrow",
        0.82,
        0.550,
        0.058,
        fat=0.45,
        vp=0.010,
        Ktrans=0.02,
        ve=0.10,
        delay=4.0,
        texture=0.05,
    ),
    Tissue(
        "fatty marrow",
        0.98,
        0.320,
        0.080,
        fat=0.85,
        vp=0.004,
        Ktrans=0.006,
        ve=0.06,
        delay=4.4,
        texture=0.05,
    ),
    Tissue(
        "haemangioma",
        0.95,
        0.400,
        0.115,
        fat=0.40,
        vp=0.055,
        Ktrans=0.05,
        ve=0.25,
        delay=6.0,
        dispersion=3.0,
        texture=0.15,
    ),
    Tissue(
        "fracture oedema",
        0.85,
        0.95,
        0.095,
        fat=0.05,
        vp=0.022,
        Ktrans=0.06,
        ve=0.25,
        delay=4.2,
        texture=0.06,
    ),
    Tissue("fracture line", 0.30, 0.9, 0.02, vp=0.004, Ktrans=0.01, ve=0.1, delay=4.2),
    Tissue("lesion", 0.78, 1.000, 0.085, vp=0.06, Ktrans=0.08, ve=0.16, delay=4.0, texture=0.04),
)

TISSUES = {tissue.name: tissue for tissue in _TABLE}
