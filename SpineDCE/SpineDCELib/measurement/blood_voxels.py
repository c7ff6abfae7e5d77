"""Voxels whose Vp says that they are mostly blood, as in and at the edge of a vessel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import Finding
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role

#: Share of blood in a voxel from which it counts as a vessel and not as tissue (chosen).
MOSTLY_BLOOD = 0.5
#: Share of such voxels in a region above which the AIF, not a vessel, is the likely cause (chosen).
MOST_OF_REGION = 0.5
#: Code of the finding that most of a region would be blood.
AIF_TOO_LOW = "AIF_too_low"
#: Roles whose regions are tissue.
_TISSUE: tuple[Role, ...] = ("lesion", "reference", "muscle")


def blood_doubt(vp: float, Hct: float) -> str:
    """Return why the Vp of a voxel is not that of tissue; "" if it may be.

    Blood itself has a vp of 1 − Hct, so vp / (1 − Hct) of the voxel is blood.

    Args:
        vp: a fraction. Hct: haematocrit of large vessels, a fraction.
    """
    share = vp / (1 - Hct)
    if not share > MOSTLY_BLOOD:
        return ""
    if share > 1:
        whole = QUANTITIES["vp"].text(QUANTITIES["vp"].shown(1 - Hct))
        return (
            f"This Vp is not that of tissue: it is above that of blood itself, {whole}. The voxel "
            "lies in or at a vessel, or the AIF is too low."
        )
    return (
        f"This Vp is not that of tissue: {100 * share:.0f} % of the voxel would be blood. The "
        "voxel lies in or at a vessel, or the AIF is too low."
    )


def blood_mark(vp: float, Hct: float, role: str = "") -> str:
    """Return what stands beside a Vp in a table that no tissue has; "" if it may be true.

    Args:
        vp: a fraction. Hct: haematocrit of large vessels, a fraction.
        role: of the region that was measured; vessels and unknown tissue may be all blood.
    """
    if vp > 1:
        return "impossible: more than the whole volume"
    share = vp / (1 - Hct) if role in _TISSUE else 0.0
    if share > 1:
        whole = QUANTITIES["vp"].text(QUANTITIES["vp"].shown(1 - Hct))
        return f"impossible: above that of blood, {whole}"
    return "not of tissue: more than half would be blood" if share > MOSTLY_BLOOD else ""


def blood_findings(
    vp: NDArray[np.floating],
    regions: Mapping[str, NDArray[np.bool_]],
    roles: Mapping[str, Role],
    Hct: float,
    fields: tuple[str, ...] = (),
) -> list[Finding]:
    """List the tissue regions that contain voxels which are mostly blood; no finding stops.

    Args:
        vp: fractions, ``(slices, rows, columns)``; NaN where there is no fit.
        regions: name → mask, exclusions already taken out.
        roles: name → role.
        Hct: haematocrit of large vessels, a fraction.
        fields: of the form, with which another AIF can be given.
    """
    blood = vp > MOSTLY_BLOOD * (1 - Hct)
    found = []
    for name, mask in regions.items():
        count = int((blood & mask).sum()) if roles.get(name) in _TISSUE else 0
        if not count:
            continue
        voxels = int(mask.sum())
        said = (
            f"The Vp of {count} of the {voxels} voxels of {name} is not that of tissue: more than "
            "half of such a voxel would be blood. "
        )
        if count > MOST_OF_REGION * voxels:
            said += (
                "These are most of the region, so the likely cause is an AIF that is too low, as "
                "after inflow, with another flip angle (B1) or in a wrong vessel, or a T10 of the "
                "tissue that is too short. Check the artery and T10."
            )
            found.append(Finding(AIF_TOO_LOW, said, name, fields))
        else:
            said += (
                "Either they lie in or at a vessel, or the AIF is too low. Look at them, and leave "
                "out those at a vessel."
            )
            found.append(Finding("blood_in_region", said, name, ("inputs.roi",)))
    return found
