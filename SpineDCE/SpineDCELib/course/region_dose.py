"""Radiation dose in the regions of a course, and reference vertebrae in the treated volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.compare.compare_visits import Comparison, Visit
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_checks import check_regions
from SpineDCELib.series import Geometry
from SpineDCELib.series.dose_reader import Dose
from SpineDCELib.vocabulary.region_roles import Role

#: Isodoses beside that of :data:`IRRADIATED_FROM`, as shares of the largest dose (chosen).
ISODOSES = (0.5, 0.8, 0.95)
#: Marrow with this dose or more counts as irradiated, Gy (chosen).
IRRADIATED_FROM = 5.0


@dataclass(frozen=True)
class RegionDose:
    """Dose in one region at one visit.

    Attributes:
        mean, low, high: mean, least and largest dose of its voxels, Gy; NaN where none is known.
        covered: share of the region that lies inside the dose grid.
        irradiated: share of the region with :data:`IRRADIATED_FROM` or more.
    """

    visit: int
    region: str
    role: Role
    mean: float
    low: float
    high: float
    covered: float
    irradiated: float


def doses_of_course(
    visits: Sequence[Visit],
    comparisons: Mapping[tuple[int, int], Comparison],
    doses: Sequence[Dose],
) -> tuple[list[RegionDose], list[str], dict[int, NDArray[np.float32]]]:
    """Return the dose in every region of every visit, warnings, and the dose on each visit's grid.

    A dose lies on the images of the visit that has its frame of reference. From there it follows
    the registration of the visits around the first lesion.

    Args:
        comparisons: of the first visit with later ones.
        doses: of courses of radiation; they add.

    Raises:
        InputError: a dose has the frame of reference of no visit (code "dose_of_other_images").
    """
    to_first = {0: np.eye(4)}
    for (first, last), comparison in comparisons.items():
        registration = comparison.lesions[0].registration
        if first == 0 and registration is not None:
            to_first[last] = registration.matrix
    frames = [v.analysis.images.dynamic.geometry.frame_of_reference_uid for v in visits]
    found: list[RegionDose] = []
    warnings: list[str] = []
    grids: dict[int, NDArray[np.float32]] = {}
    places = []
    for dose in doses:
        own = dose.geometry.frame_of_reference_uid
        place = next((k for k in to_first if own is not None and frames[k] == own), None)
        if place is None:
            raise InputError(
                "The dose was planned on images in another frame of reference than those of every "
                "visit, so nothing says where it lies. Transfer it to the images of a visit in the "
                "planning system.",
                code="dose_of_other_images",
                fields=["course.dose"],
            )
        places.append(place)
    for visit, matrix in sorted(to_first.items()):
        analysis = visits[visit].analysis
        geometry = analysis.images.dynamic.geometry
        maps = [
            dose_map(dose, geometry, np.linalg.inv(to_first[place]) @ matrix)
            for dose, place in zip(doses, places, strict=True)
        ]
        total = np.sum(maps, axis=0)
        grids[visit] = total.astype(np.float32)
        for name, mask in analysis.regions.items():
            found.append(_region_dose(visit, name, analysis.roles[name], total[mask]))
        irradiated = total >= IRRADIATED_FROM
        if irradiated.any():
            references = [name for name, role in analysis.roles.items() if role == "reference"]
            regions = {name: analysis.regions[name] for name in references}
            roles: dict[str, Role] = dict.fromkeys(references, "reference")
            checked = check_regions(regions | {"dose": irradiated}, {**roles, "dose": "irradiated"})
            label = visits[visit].about.label
            warnings += [f"{label}: {one.message}" for one in checked]
    return found, warnings, grids


def isodose_levels(grids: Iterable[NDArray[np.floating]]) -> tuple[float, ...]:
    """Return the doses of the lines that are drawn, Gy, rising; () where no dose is known.

    They are :data:`IRRADIATED_FROM` and shares of the largest dose on any of the grids.
    """
    tops = [float(np.nanmax(grid)) for grid in grids if np.isfinite(grid).any()]
    if not tops or max(tops) <= 0:
        return ()
    shares = [float(f"{share * max(tops):.3g}") for share in ISODOSES]
    return tuple(sorted({IRRADIATED_FROM, *shares} if max(tops) > IRRADIATED_FROM else shares))


def dose_map(dose: Dose, geometry: Geometry, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a dose on the grid of a visit, Gy; NaN outside the dose grid.

    Args:
        matrix: 4×4, LPS mm of the visit → LPS mm of the dose.
    """
    k, j, i = np.indices(geometry.shape)
    index = np.stack([i, j, k, np.ones_like(i)], axis=-1).reshape(-1, 4)
    points = index @ (matrix @ geometry.affine).T
    return dose.at(points[:, :3]).reshape(geometry.shape)


def _region_dose(visit: int, name: str, role: Role, values: NDArray[np.float64]) -> RegionDose:
    known = values[np.isfinite(values)]
    nan = float("nan")
    if not known.size:
        return RegionDose(visit, name, role, nan, nan, nan, 0.0, nan)
    return RegionDose(
        visit, name, role, float(known.mean()), float(known.min()), float(known.max()),
        known.size / values.size, float(np.mean(known >= IRRADIATED_FROM)),
    )  # fmt: skip
