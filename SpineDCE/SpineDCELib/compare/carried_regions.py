"""Regions of one visit carried to another by the registration of their vertebra, and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.registration import GOOD_MATCH, Registration, carry_over, register
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series import Geometry, Volume

Mask = NDArray[np.bool_]

#: Less of a region inside the images of the other visit is a loss that moves its mean (chosen).
LEAST_INSIDE = 0.95
#: A region does not change its volume by being moved; by more than this, the grid is too coarse
#: for it (chosen).
VOLUME_TOLERANCE = 0.15


@dataclass(frozen=True)
class CarryCheck:
    """What the images say of a region that was carried over.

    Attributes:
        inside: share of the region that lies inside the images of the other visit.
        volume_ratio: carried volume over what lies inside.
        match: correlation of both images around the lesion by which it was registered.
    """

    inside: float
    volume_ratio: float
    match: float

    @property
    def doubts(self) -> tuple[str, ...]:
        """What to look at before the region is used, one clause each; () where nothing is wrong."""
        found = []
        if self.inside < LEAST_INSIDE:
            found.append(f"only {100 * self.inside:.0f} % of it lies inside the images")
        if abs(self.volume_ratio - 1) > VOLUME_TOLERANCE:
            found.append(
                f"its volume is {self.volume_ratio:.2f} times that at the visit it comes from"
            )
        if self.match < GOOD_MATCH:
            found.append(f"the images around it correlate by {self.match:.2f} only")
        return tuple(found)


@dataclass(frozen=True, eq=False)
class CarriedRegions:
    """Regions of one visit on the grid of another.

    Attributes:
        masks: region → mask; regions that lie outside the images are left out.
        registrations: lesion → registration from the other visit to the visit of the regions.
        checks: region → check.
    """

    masks: dict[str, Mask]
    registrations: dict[str, Registration]
    checks: dict[str, CarryCheck]


def carry_regions(
    old: Analysis, new: Analysis, lesions: Sequence[str], progress: Progress = silent
) -> CarriedRegions:
    """Carry all regions of a visit to another visit.

    A lesion follows the registration around its own vertebra. Every other region follows the one
    around the first lesion.

    Args:
        lesions: names of the lesions of the first visit.

    Raises:
        InputError: there is no lesion (code "no_lesion_at_baseline"); see also :func:`register`.
    """
    if not lesions:
        raise InputError(
            "The baseline visit has no lesion to carry over to the follow-up visit.",
            code="no_lesion_at_baseline",
            fields=["inputs.roi"],
        )
    count = len(lesions)
    registrations = {
        name: register_lesion(old, new, name, part(progress, i / count, (i + 1) / count))
        for i, name in enumerate(lesions)
    }
    main = registrations[lesions[0]]
    own, target = (a.images.dynamic.geometry for a in (old, new))
    masks: dict[str, Mask] = {}
    checks: dict[str, CarryCheck] = {}
    for name, mask in old.regions.items():
        registration = registrations.get(name, main)
        moved = carry_over(mask, own, registration, target)
        checks[name] = check_carried(mask, own, moved, target, registration)
        if moved.any():
            masks[name] = moved
    return CarriedRegions(masks, registrations, checks)


def check_carried(
    mask: Mask, own: Geometry, moved: Mask, target: Geometry, registration: Registration
) -> CarryCheck:
    """Check a region against where it came from.

    Args:
        mask: on the grid ``own``. moved: the same on the grid ``target``.
    """
    index = np.argwhere(mask)[:, ::-1]
    to_target = np.linalg.inv(target.affine) @ np.linalg.inv(registration.matrix) @ own.affine
    place = index @ to_target[:3, :3].T + to_target[:3, 3]
    last = np.array(target.shape[::-1]) - 0.5
    inside = float(np.all((place >= -0.5) & (place <= last), axis=1).mean())
    volume = float(mask.sum()) * float(np.prod(own.spacing)) * inside
    carried = float(moved.sum()) * float(np.prod(target.spacing))
    ratio = carried / volume if volume > 0 else float("nan")
    return CarryCheck(inside, ratio, registration.match)


def register_lesion(
    before: Analysis, after: Analysis, lesion: str, progress: Progress = silent
) -> Registration:
    """Register the visits around a lesion's vertebra, on the dynamic images before contrast."""
    baselines = [
        Volume(np.asarray(a.concentration().baseline), a.images.dynamic.geometry)
        for a in (before, after)
    ]
    return register(
        *baselines,
        region=before.regions[lesion],
        geometry=before.images.dynamic.geometry,
        progress=progress,
    )
