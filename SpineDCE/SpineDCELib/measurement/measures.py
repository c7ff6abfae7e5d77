"""Measures of one visit: normalised parameters, references, sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import Finding
from SpineDCELib.measurement.lesion_size import Size, measure_size
from SpineDCELib.measurement.normalised_ratio import Normalised, RegionMean, normalised, region_mean
from SpineDCELib.measurement.reference_vertebra import (
    ReferenceScore,
    better_reference,
    score_references,
    skewed_text,
    unusual_T10,
)
from SpineDCELib.measurement.region_checks import FEW_VOXELS, check_regions
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.conversion_modes import normalised_vp
from SpineDCELib.vocabulary.quantities import NORMALISED, QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role

#: Ratio of mean and median from which single voxels determine a region's mean (chosen).
SKEWED = 1.5
#: Code of the finding of such a region.
SKEWED_REGION = "single_voxels_determine"
#: Share by which one voxel alone raises a lesion's mean Vp and is named (chosen).
LIFTED = 0.1
#: Code of the finding of such a lesion.
LIFTED_LESION = "one_voxel_raises_vp"
#: ve from which a voxel is at the limit of the fit, which is 1 (chosen).
LIMIT_OF_VE = 0.98


@dataclass(frozen=True, eq=False)
class Measures:
    """Normalised parameters, references and sizes of one study.

    Attributes:
        roles: region → role.
        means: region → parameter → mean and its error; lesions and references only.
        normalised: every lesion over every reference, the chosen reference first.
        references: score of each reference; ``neighbours``: of the vertebrae beside them.
        neighbour_masks: name in ``neighbours`` → mask.
        sizes: lesion → size.
        findings: what to correct or know before reading the numbers.
        mode: of the conversion; see :mod:`SpineDCELib.vocabulary.conversion_modes`.
    """

    roles: dict[str, Role] = field(default_factory=dict)
    means: dict[str, dict[str, RegionMean]] = field(default_factory=dict)
    normalised: tuple[Normalised, ...] = ()
    references: tuple[ReferenceScore, ...] = ()
    neighbours: tuple[ReferenceScore, ...] = ()
    neighbour_masks: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    mode: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The messages of the findings."""
        return tuple(finding.message for finding in self.findings)

    def of(self, lesion: str, parameter: str | None = None) -> Normalised | None:
        """Return the lesion over its chosen reference, or None if there is no reference.

        Args:
            parameter: that on which normalised Vp and the call are based if None; see
                :func:`SpineDCELib.vocabulary.conversion_modes.normalised_vp`.
        """
        parameter = normalised_vp(self.mode) if parameter is None else parameter
        for one in self.normalised:
            if one.lesion == lesion and one.parameter == parameter:
                return one
        return None

    def lesions(self) -> list[str]:
        return [name for name, role in self.roles.items() if role == "lesion"]


def measure(
    maps: Mapping[str, NDArray[np.floating]],
    *,
    regions: Mapping[str, NDArray[np.bool_]],
    roles: Mapping[str, Role],
    geometry: Geometry,
    errors: Mapping[str, NDArray[np.floating]] | None = None,
    T10: NDArray[np.floating] | None = None,
    image: NDArray[np.floating] | None = None,
    absolute: bool = True,
    sizes: Mapping[str, Size] | None = None,
    mode: str = "",
) -> Measures:
    """Measure lesions against references, and their size.

    Args:
        maps: parameter → ``(slices, rows, columns)``.
        regions: name → mask, exclusions already taken out.
        errors: parameter → the fit's standard errors.
        T10: s. image: T1-weighted or baseline signal, in which vertebrae are found.
        absolute: the parameters have an absolute scale.
        sizes: lesion → size already measured on a finer grid.
        mode: of the conversion.
    """
    named = {
        role: [name for name in regions if roles.get(name) == role]
        for role in ("lesion", "reference", "exclusion", "bone", "extraosseous")
    }
    findings = check_regions(regions, roles, geometry.voxel_volume)
    means = {
        name: {
            parameter: region_mean(
                maps[parameter],
                mask=regions[name],
                spacing=geometry.spacing,
                errors=(errors or {}).get(parameter),
            )
            for parameter in NORMALISED
            if parameter in maps
        }
        for name in (*named["lesion"], *named["reference"])
    }
    if named["lesion"] and named["reference"] and {"vp", "Ktrans"} <= maps.keys():
        findings += _determined_by_single_voxels(
            "Ktrans", {name: maps["Ktrans"][regions[name]] for name in means}, named["lesion"]
        )
    if "vp" in maps:
        parameter = normalised_vp(mode)
        findings += _lifted_by_one_voxel(
            parameter, {name: maps[parameter][regions[name]] for name in named["lesion"]}
        )
    if "ve" in maps:
        findings += _at_limit_of_ve({name: maps["ve"][regions[name]] for name in means})
    references: list[ReferenceScore] = []
    neighbours: list[ReferenceScore] = []
    masks: dict[str, NDArray[np.bool_]] = {}
    if named["reference"] and "vp" in maps:
        forbidden = [regions[name] for name in (*named["lesion"], *named["exclusion"])]
        references, neighbours, masks = score_references(
            {name: regions[name] for name in named["reference"]},
            vp=maps["vp"],
            divisor=maps.get(normalised_vp(mode)),
            Ktrans=maps.get("Ktrans"),
            T10=T10,
            image=maps["vp"] if image is None else image,
            geometry=geometry,
            avoid=np.any(forbidden, axis=0) if forbidden else None,
            absolute=absolute,
            mode=mode,
        )
        for score in references:
            findings += score.findings
            better = max(neighbours, key=lambda n: n.score, default=None)
            if score.findings and better is not None and better.score > score.score + 0.1:
                findings.append(
                    Finding(
                        "better_reference",
                        better_reference(better, score),
                        score.name,
                        ("inputs.roi",),
                    )
                )
    elif named["lesion"] and named["reference"]:
        if T10 is not None:
            known = [(name, float(np.nanmedian(T10[regions[name]]))) for name in named["reference"]]
            findings += [one for pair in known if (one := unusual_T10(*pair)) is not None]
        findings.append(
            Finding(
                "no_vp",
                "The model in use does not estimate Vp, so there is no normalised Vp.",
                fields=("fit.model",),
            )
        )
    elif named["lesion"]:
        findings.append(
            Finding(
                "no_reference",
                "There is no reference vertebra. Draw one to get normalised values.",
                fields=("inputs.roi",),
            )
        )
    ratios = []
    for lesion in named["lesion"]:
        # The nearest of the good references comes first, poor ones come last.
        order = sorted(
            references,
            key=lambda s: (s.score < 0.5, distance(regions[lesion], regions[s.name], geometry)),
        )
        ratios += [
            normalised(
                parameter,
                lesion=(lesion, means[lesion][parameter]),
                reference=(score.name, means[score.name][parameter]),
            )
            for score in order
            for parameter in means[lesion]
        ]
    union = {
        role: np.any([regions[name] for name in named[role]], axis=0) if named[role] else None
        for role in ("bone", "extraosseous")
    }
    measured = {
        name: (sizes or {}).get(name)
        or measure_size(
            regions[name],
            geometry,
            bone=union["bone"],
            extraosseous=union["extraosseous"],
            source=f"region '{name}' on the dynamic images",
        )
        for name in named["lesion"]
    }
    return Measures(
        dict(roles), means, tuple(ratios), tuple(references), tuple(neighbours), masks, measured,
        tuple(findings), mode,
    )  # fmt: skip


def _determined_by_single_voxels(
    parameter: str, values: Mapping[str, NDArray[np.floating]], lesions: Sequence[str]
) -> list[Finding]:
    """Return the regions whose mean, which the ratio uses, is far from their median.

    Args:
        values: region → ``(voxels,)``; NaN where there is no fit. lesions: those of them that are
            divided by the others.
    """
    quantity, found = QUANTITIES[parameter], []
    for name, voxels in values.items():
        known = voxels[np.isfinite(voxels)].astype(float)
        if not known.size:
            continue
        mean, median = float(known.mean()), float(np.median(known))
        if max(mean, median) > SKEWED * min(mean, median):
            first, second = (quantity.text(quantity.shown(value)) for value in (mean, median))
            divides = name not in lesions
            other = (mean / median if divides else median / mean) if mean * median else 0.0
            said = skewed_text(quantity.title, name, (first, second), other, divides=divides)
            found.append(Finding(SKEWED_REGION, said, name, ("inputs.roi",)))
    return found


def _lifted_by_one_voxel(
    parameter: str, values: Mapping[str, NDArray[np.floating]]
) -> list[Finding]:
    """Return the lesions whose mean Vp a single voxel raises by a good part.

    Args:
        values: lesion → ``(voxels,)``; NaN where there is no fit.
    """
    quantity, found = QUANTITIES[parameter], []
    for name, voxels in values.items():
        known = np.sort(voxels[np.isfinite(voxels)].astype(float))
        if known.size < FEW_VOXELS:  # another finding says that single voxels count there
            continue
        others, mean = float(known[:-1].mean()), float(known.mean())
        if mean > (1 + LIFTED) * others > 0:
            highest, lower, whole = (
                quantity.text(quantity.shown(value)) for value in (known[-1], others, mean)
            )
            message = (
                f"One voxel of {name} has {quantity.title} {highest} and raises the mean of all "
                f"from {lower} to {whole}. Check whether it belongs to a vessel."
            )
            found.append(Finding(LIFTED_LESION, message, name, ("inputs.roi",)))
    return found


def _at_limit_of_ve(values: Mapping[str, NDArray[np.floating]]) -> list[Finding]:
    """Return the regions in most of whose voxels ve, a fraction, is at the limit of the fit."""
    found = []
    for name, ve in values.items():
        count = int((ve > LIMIT_OF_VE).sum())
        if count > ve.size / 2:
            message = (
                f"ve of {count} of the {ve.size} voxels of {name} is at its limit, 100 mL/100 mL, "
                "so ve and kep are not determined there: the AIF is too low after its first pass, "
                "or the images end too early."
            )
            found.append(Finding("ve_at_limit", message, name, ("aif.source",)))
    return found


def distance(a: NDArray[np.bool_], b: NDArray[np.bool_], geometry: Geometry) -> float:
    """Return the distance between the centres of two masks, mm."""
    centres = [np.mean(np.nonzero(mask), axis=1)[::-1] for mask in (a, b)]
    return float(np.linalg.norm(geometry.affine[:3, :3] @ (centres[0] - centres[1])))
