"""Patient on the dynamic grid: painted, lesion calibrated, every tissue with its curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom import expert_rois as rois
from SpineDCELib.phantom import forward_model as forward
from SpineDCELib.phantom import protocol
from SpineDCELib.phantom.anatomy import LESION_SHELLS, Anatomy, build
from SpineDCELib.phantom.conditions import Conditions
from SpineDCELib.phantom.painting import fractions
from SpineDCELib.phantom.patients import Visit
from SpineDCELib.phantom.tissues import TISSUES, Tissue
from SpineDCELib.phantom.vasculature import BLOOD_VELOCITY
from SpineDCELib.series.dynamic_series import Geometry

#: T1 of tissue at 3 T over that at 1.5 T (muscle 1.40, marrow 1.07: Stanisz 2005, de Bazelaire
#: 2004).
T10_AT_3T = 1.2
FULL_VIEW = 300.0  #: a field of view from here on shows the whole patient, mm


@dataclass(frozen=True, eq=False)
class Scene:
    """A painted patient on the dynamic grid, its lesion calibrated, with the curves of all tissues.

    Attributes:
        shares: (voxels, K) fractions of the tissues on ``geometry``.
        times: fine axis, s after the start of the first frame; Cp, Ct: (K, n), mM.
    """

    visit: Visit
    size: protocol.Size
    anatomy: Anatomy
    geometry: Geometry
    shares: sparse.csr_matrix
    rois: rois.Rois
    times: NDArray[np.floating]
    Cp: NDArray[np.floating]
    Ct: NDArray[np.floating]

    def column(self, name: str) -> NDArray[np.float64]:
        """One property of all tissues."""
        return np.array([getattr(t, name) for t in self.anatomy.tissues], float)


def make_scene(visit: Visit, size: protocol.Size, frame_of_reference_uid: str) -> Scene:
    """Paint, calibrate the lesion's vp and integrate the curves."""
    anatomy = build(visit.plan, B0=visit.pose[:3, :3].T @ [0.0, 0.0, 1.0])
    # The technologist centres by eye, to whole millimetres.
    middle = anatomy.centre.copy()
    if size.field_of_view < FULL_VIEW:
        middle[1:] = anatomy.vertebrae[visit.plan.lesion.level].frame.origin[1:]
    centre = np.round((visit.pose @ [*middle, 1])[:3])
    conditions = visit.conditions
    if conditions.slab == "axial":
        # Lesion and reference are to lie within the slab.
        levels = (visit.plan.lesion.level, visit.plan.reference)
        middle[1:] = np.mean([anatomy.vertebrae[v].frame.origin[1:] for v in levels], axis=0)
        centre = np.round((visit.pose @ [*middle, 1])[:3])
    geometry = protocol.dynamic_grid(size, centre, frame_of_reference_uid, conditions.slab)
    top = None
    if conditions.slab == "axial":
        top = float(middle[2]) + geometry.spacing[2] * (size.sections / 2)
    anatomy = conditioned(anatomy, conditions, top=top)
    names = [t.name for t in anatomy.tissues]
    shares = fractions(anatomy.paints, names, geometry, pose=visit.pose, oversample=size.oversample)
    expert = rois.draw(anatomy, geometry, visit.pose, shares)
    anatomy = _calibrated(anatomy, shares, expert, visit.normalised_vp)
    duration = size.frames * size.interval + 1.0
    t, Cp, Ct = forward.integrate(
        visit.bolus, _transport(anatomy), duration=duration, hct=visit.hct
    )
    flow = np.array([tissue.flow for tissue in anatomy.tissues])
    Ct[flow] = Cp[flow] * (1 - visit.hct)
    return Scene(visit, size, anatomy, geometry, shares, expert, t, Cp, Ct)


def conditioned(anatomy: Anatomy, conditions: Conditions, *, top: float | None) -> Anatomy:
    """Give the tissues the T10, delays and inflow that the conditions have.

    Args:
        top: upper edge of what is excited, mm, if that is a slab across the aorta.
    """
    if conditions == Conditions():
        return anatomy
    L2 = float(anatomy.vertebrae["L2"].frame.origin[2])

    def changed(tissue: Tissue) -> Tissue:
        blood = tissue.flow or tissue.name == "artery"
        T10 = tissue.T10 * (1.0 if conditions.field_strength < 2 else T10_AT_3T)
        T10 = conditions.blood_T10 if blood else T10 * _by_name(conditions.T10, tissue.name, 1.0)
        delay = tissue.delay
        for start, drawn in conditions.delays.items():
            if tissue.name.startswith(start):
                delay += drawn - TISSUES[start].delay
        dispersion, inflow = tissue.dispersion, tissue.inflow
        if tissue.name == "vena cava" and conditions.early_vein is not None:
            delay, dispersion = -conditions.early_vein, 1.0
        if top is not None and tissue.name.startswith("aorta "):
            inflow = max(top - (L2 - tissue.delay * BLOOD_VELOCITY), 0.0)
        return replace(tissue, T10=T10, delay=delay, dispersion=dispersion, inflow=inflow)

    return replace(anatomy, tissues=tuple(changed(t) for t in anatomy.tissues))


def _by_name(values: Mapping[str, float], name: str, default: float) -> float:
    """Return the value whose key begins ``name``."""
    return next((v for start, v in values.items() if name.startswith(start)), default)


def _calibrated(
    anatomy: Anatomy, shares: sparse.csr_matrix, expert: rois.Rois, target: float
) -> Anatomy:
    """Set the lesion's vp so that the expert ROIs measure the normalised Vp that is wanted."""
    vp = np.array([t.vp for t in anatomy.tissues])
    lesion = anatomy.index("lesion ")
    vp[lesion] = [LESION_SHELLS[anatomy.tissues[i].name.split()[1]][0] for i in lesion]
    measured = shares @ vp
    reference = measured[expert.mask("reference").ravel()].mean()
    factor = target * reference / measured[expert.mask("lesion").ravel()].mean()
    tissues = list(anatomy.tissues)
    for i in lesion:
        tissues[i] = replace(tissues[i], vp=float(vp[i] * factor))
    return replace(anatomy, tissues=tuple(tissues))


def _transport(anatomy: Anatomy) -> forward.Transport:
    """Delays counted from the aorta's entrance, which is above the field of view."""
    tissues = anatomy.tissues
    aorta = [t for t in tissues if t.name.startswith("aorta")]
    reference = min(aorta, key=lambda t: abs(t.delay))
    entrance = min(t.delay for t in aorta)
    arterial = [t.dispersion if t in aorta else reference.dispersion for t in tissues]
    return forward.Transport(
        vp=np.array([t.vp for t in tissues]),
        Ktrans=np.array([t.Ktrans for t in tissues]),
        ve=np.array([t.ve for t in tissues]),
        delay=np.array([t.delay - entrance for t in tissues]),
        arterial_dispersion=np.array(arterial),
        tissue_dispersion=np.array([0.0 if t in aorta else t.dispersion for t in tissues]),
    )
