"""Anatomy as an ordered list of paints: each shape covers what was painted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.phantom.painting import Paint
from SpineDCELib.phantom.shapes import Field, Frame, Shape, blended, capsule, common, ellipsoid
from SpineDCELib.phantom.spinal_canal import canal_shapes
from SpineDCELib.phantom.tissues import TISSUES, Tissue
from SpineDCELib.phantom.trunk import trunk
from SpineDCELib.phantom.vasculature import aorta_segments, vessels
from SpineDCELib.phantom.vertebra import LEVELS, Vertebra, column


@dataclass(frozen=True)
class LesionForm:
    """A lesion's own shape: a blend of ellipsoids in the local frame of its vertebra.

    Attributes:
        level: vertebra it grows in.
        lobes: centre (left, posterior, up) and radii of each ellipsoid, mm.
        extension: words for the part outside the bone; empty when it has none.
    """

    level: str
    lobes: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...]
    extension: str = ""

    def shape(self, frame: Frame, scale: float) -> Shape:
        """The lesion, every length times ``scale``, shrinking towards its first lobe."""
        c = np.asarray(self.lobes[0][0])
        return blended(
            [
                ellipsoid(c + scale * (np.asarray(p) - c), scale * np.asarray(r), frame)
                for p, r in self.lobes
            ],
            4.0 * scale,
        )


@dataclass(frozen=True)
class Plan:
    """What is special about one patient at one visit.

    Attributes:
        scale: size of the skeleton relative to an average adult.
        lesion: its form; ``lesion_scale`` its size; ``lesion_tissue`` what it is made of (the core
            and the rim deviate from it).
        reference: the healthy neighbour.
        marrow: tissue of a level that is not plain marrow ("fatty marrow").
        haemangioma, fracture: levels of the decoys, or None.
        treated: radiation has turned the rest of the lesion's vertebra fatty.
    """

    lesion: LesionForm
    lesion_tissue: Tissue
    reference: str
    scale: float = 0.95
    lesion_scale: float = 1.0
    marrow: dict[str, str] = field(default_factory=dict)
    haemangioma: str | None = None
    fracture: str | None = None
    treated: bool = False


@dataclass(frozen=True)
class Anatomy:
    """The painted patient: coordinates are LPS mm with the centre of L3 at the origin."""

    plan: Plan
    vertebrae: dict[str, Vertebra]
    tissues: tuple[Tissue, ...]
    paints: tuple[Paint, ...]
    lesion: Shape
    anchor: NDArray[np.float64]  #: the point that the lesion shrinks to
    bone: Shape  #: the lesion's vertebra as it was before
    centre: NDArray[np.float64]  #: middle of the field of view, mm

    def index(self, *starts: str) -> NDArray[np.intp]:
        """Labels of the tissues whose names begin with one of ``starts``."""
        return np.flatnonzero([t.name.startswith(starts) for t in self.tissues])


#: How the lesion's shells deviate from its mean: perfusion is richer at the rim.
LESION_SHELLS = {"rim": (1.15, 1.0), "core": (0.85, -4.0)}


def build(plan: Plan, B0: ArrayLike = (0.0, 0.0, 1.0)) -> Anatomy:
    """Paint the patient that ``plan`` describes; ``B0`` is the field's direction in the patient."""
    vertebrae = column(plan.scale, collapse={plan.fracture: 5.0} if plan.fracture else None)
    paints: list[Paint] = list(trunk(vertebrae)) + list(vessels(vertebrae))
    paints += _discs(vertebrae)
    canal = canal_shapes(vertebrae)
    paints.append(Paint(canal["epidural fat"], "fat"))
    for level in LEVELS:
        paints += _vertebra(vertebrae[level], plan)
    paints += [
        Paint(canal["epidural vein"], "epidural vein", only=("fat",)),
        *(Paint(shape, "fat", only=("interspinous", "muscle")) for shape in canal["foramina"]),
        *(Paint(shape, "nerve") for shape in canal["roots"]),
        Paint(canal["sac"], "CSF"),
    ]
    vertebra = vertebrae[plan.lesion.level]
    lesion = plan.lesion.shape(vertebra.frame, plan.lesion_scale)
    for shell, (_, inset) in LESION_SHELLS.items():
        shape = lesion if inset > 0 else lesion.grown(inset * plan.lesion_scale)
        paints.append(Paint(shape, f"lesion {shell}", spare=("aorta", "vena cava")))
    paints += [Paint(canal["cord"], "cord"), *(Paint(s, "nerve") for s in canal["cauda"])]
    bone = blended([vertebra.body(), vertebra.posterior_elements()], 2.0)
    tissues = _tissues(plan, vertebrae, paints, B0)
    middle = (vertebrae["T12"].frame.origin + vertebrae["L1"].frame.origin) / 2
    centre = np.array(
        [2.0, -22.0, (vertebrae["T8"].frame.origin[2] - 5 + vertebrae["S1"].frame.origin[2]) / 2]
    )
    centre[0] += 0.5 * middle[0]
    anchor = vertebra.frame.to_patient(plan.lesion.lobes[0][0])
    return Anatomy(plan, vertebrae, tissues, tuple(paints), lesion, anchor, bone, centre)


def _vertebra(v: Vertebra, plan: Plan) -> Sequence[Paint]:
    body_shape, arch = v.body(), v.posterior_elements() if v.level != "S1" else None
    whole = blended([body_shape, arch], 2.0) if arch else body_shape
    marrow = f"{plan.marrow.get(v.level, 'marrow')} {v.level}"
    if plan.treated and v.level == plan.lesion.level:
        marrow = f"fatty marrow {v.level}"
    paints = []
    if v.level.startswith("T"):
        for s in (-1, 1):
            rib = capsule(
                (s * (v.half_width + 1), v.back - 3, 0.9 * v.half_height),
                (s * 60, v.back + 18, 0.2 * v.half_height),
                4.2,
                v.frame,
            )
            paints += [Paint(rib, "cortical bone"), Paint(rib.grown(-1.2), "marrow rib")]
    paints += [
        Paint(whole, "cortical bone"),
        Paint(body_shape.grown(-0.2), "endplate"),
        Paint(whole.grown(-1.1), marrow),
    ]
    if v.level != "S1":
        paints.append(Paint(v.basivertebral_vein(), "basivertebral vein", only=(marrow,)))
    if v.level == plan.haemangioma:
        h = v.half_height
        lump = blended(
            [
                ellipsoid((4, -3, 0.15 * h), (8.5, 7.5, 0.62 * h), v.frame),
                ellipsoid((-1, 1, -0.15 * h), (6, 5.5, 0.5 * h), v.frame),
            ],
            3.0,
        )
        paints.append(Paint(lump, "haemangioma", only=(marrow,)))
    if v.level == plan.fracture:
        h, b = v.half_height, v.half_depth
        band = ellipsoid((0, -0.15 * b, 0.30 * h), (2 * v.half_width, 1.5 * b, 0.62 * h), v.frame)

        def sheet(w: Field, v_: Field, u: Field) -> Field:
            values: Field = np.abs(u - (0.28 * h + 0.10 * v_ + 0.5 * np.sin(v_ / 3))) - np.float32(
                0.6
            )
            return values

        line = v.frame.place((v.half_width, 0.75 * b, 0.3 * h), sheet, (0, -0.2 * b, 0.28 * h))
        paints += [
            Paint(common(band, body_shape), "fracture oedema", only=(marrow,)),
            Paint(line, "fracture line", only=("fracture oedema",)),
        ]
    return paints


def _discs(vertebrae: dict[str, Vertebra]) -> Sequence[Paint]:
    paints = []
    for level in LEVELS[:-1]:
        annulus, nucleus = vertebrae[level].disc_below()
        worn = level in ("L4", "L5", "T9")
        paints += [
            Paint(annulus, "annulus"),
            Paint(nucleus, "degenerate nucleus" if worn else "nucleus"),
        ]
    return paints


def _tissues(
    plan: Plan, vertebrae: dict[str, Vertebra], paints: Sequence[Paint], B0: ArrayLike
) -> tuple[Tissue, ...]:
    """One entry a painted name; label 0 is air. Delay grows away from the reference level."""
    aorta = aorta_segments(vertebrae, B0)
    tissues = [TISSUES["air"]]
    for name in dict.fromkeys(p.tissue for p in paints):
        if name in TISSUES:
            tissues.append(TISSUES[name])
        elif name in aorta:
            tissues.append(aorta[name])
        elif name.startswith("lesion "):
            ratio, _ = LESION_SHELLS[name.split()[1]]
            t = plan.lesion_tissue
            tissues.append(t.named(name, vp=t.vp * ratio, Ktrans=t.Ktrans * ratio))
        else:
            base, level = name.rsplit(" ", 1)
            tissue = TISSUES[base]
            away = 0.0
            if level in LEVELS:
                away = abs(LEVELS.index(level) - LEVELS.index(plan.reference))
            tissues.append(tissue.named(name, delay=tissue.delay + 0.12 * away))
    return tuple(tissues)
