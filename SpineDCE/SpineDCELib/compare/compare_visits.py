"""Comparison of two analysed visits: registration, change, call, robustness."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.aif_stages import AIF_FINDINGS
from SpineDCELib.compare.call import Call, make_call
from SpineDCELib.compare.carried_regions import register_lesion
from SpineDCELib.compare.common_mode import mode_notes, require_common_mode
from SpineDCELib.compare.measured_change import measure_change
from SpineDCELib.compare.registration import (
    GOOD_MATCH,
    Check,
    Registration,
    carry_over,
    check,
)
from SpineDCELib.compare.repeatability import Repeatability
from SpineDCELib.compare.residual_tumour import Residual, default_threshold, residual_tumour
from SpineDCELib.compare.robustness import Flip, PerturbedVisit, flip_analysis
from SpineDCELib.compare.total_uncertainty import MeasuredVisit, regions_reaching
from SpineDCELib.compare.visit_checks import check_visits, require_visits
from SpineDCELib.compare.visit_differences import Difference, differences, warnings_of
from SpineDCELib.data import Result
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.measurement import (
    Change,
    Normalised,
    Size,
    normalise,
    percent_change,
)
from SpineDCELib.measurement.blood_voxels import AIF_TOO_LOW
from SpineDCELib.measurement.exclusions import exclusion_mask, without_exclusions
from SpineDCELib.measurement.lesion_size import TWO_RULERS
from SpineDCELib.measurement.rulers import plane_of_size
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.settings.constants import CUTOFF, STOPS
from SpineDCELib.vocabulary.quantities import QUANTITIES, number, times
from SpineDCELib.vocabulary.report_text import ReportText
from SpineDCELib.vocabulary.visits import VISITS, VisitLabel


@dataclass(frozen=True, eq=False)
class Visit:
    """One analysed visit."""

    analysis: Analysis
    result: Result
    about: VisitLabel = field(default_factory=lambda: VisitLabel("visit"))

    def volume(self, lesion: str) -> float:
        """Return the volume of a lesion's region, mm³."""
        return next(region.volume for region in self.result.regions if region.name == lesion)

    def enhancement(self, lesion: str) -> float:
        """Return the mean rise of a lesion's signal after the bolus, % of its signal before it."""
        analysis = self.analysis
        n0 = analysis.concentration().baseline_frames
        curve = analysis.images.dynamic.signal[:, analysis.regions[lesion]].mean(axis=1)
        return float(100 * (curve[n0:].mean() / curve[:n0].mean() - 1))


#: Ratio of the reference's Vp at two visits from which its change is named (chosen).
OTHER_REFERENCE = 2.0
#: Planes of the diameters of two visits that can be compared; oblique ones may differ.
_SAME_PLANE = tuple((plane, plane) for plane in ("sagittal", "coronal", "axial"))


def _sizes_compare(sizes: tuple[Size, Size], planes: tuple[str, str]) -> bool:
    return sizes[0].way == sizes[1].way and planes in _SAME_PLANE


@dataclass(frozen=True, eq=False)
class LesionChange:
    """One lesion at two visits. Changes are in %."""

    name: str
    parameter: str  #: of normalised Vp and the call: "vp", or "vp_voxel" where T1 is measured
    before: dict[str, Normalised]  #: parameter → lesion over reference
    after: dict[str, Normalised]
    changes: dict[str, Change]
    sizes: tuple[Size, Size]
    volumes: tuple[float, float]  #: of the region, mm³
    enhancement: tuple[float, float]  #: %
    call: Call
    registration: Registration | None = None
    check: Check | None = None  #: None where the region was carried over
    residual: Residual | None = None
    flip: Flip | None = None
    repeatability: Repeatability | None = None  #: of normalised Vp; None with few vertebrae
    warnings: tuple[str, ...] = ()
    planes: tuple[str, str] = ("axial", "axial")  #: of the diameters

    @property
    def is_carried(self) -> bool:
        """Whether the region at follow-up was carried over, so that its size is the earlier one."""
        return self.check is None

    @property
    def sizes_compare(self) -> bool:
        """Whether both visits' diameters were measured, in the same way and plane."""
        carried = self.is_carried and self.sizes[1].source != TWO_RULERS
        return not carried and _sizes_compare(self.sizes, self.planes)

    @property
    def size_change(self) -> float:
        """Of the area product, %; NaN where the diameters cannot be compared."""
        if not self.sizes_compare:
            return math.nan
        return percent_change(self.sizes[0].axial.product, self.sizes[1].axial.product)

    @property
    def volume_change(self) -> float:
        """Of the region's volume (voxels times voxel volume), %; NaN if it was carried over."""
        return math.nan if self.is_carried else percent_change(*self.volumes)

    @property
    def outline_volume_change(self) -> float:
        """Of the volume within the smooth outline, %; NaN if it was carried over."""
        if self.is_carried:
            return math.nan
        return percent_change(self.sizes[0].whole.volume, self.sizes[1].whole.volume)

    @property
    def enhancement_change(self) -> float:
        return percent_change(*self.enhancement)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Result of comparing two visits.

    Attributes:
        visits: the visits that were compared, in their order.
        findings: what is wrong with the pair and was accepted.
        text: what a reader wrote about it.
    """

    visits: tuple[Visit, ...]
    differences: tuple[Difference, ...]
    lesions: tuple[LesionChange, ...]
    warnings: tuple[str, ...] = field(default=())
    findings: tuple[Finding, ...] = field(default=())
    text: ReportText | None = None

    @property
    def baseline(self) -> Visit:
        """The visit that changes are relative to."""
        return self.visits[0]

    @property
    def mode(self) -> str:
        """Mode of conversion that both visits have; see :attr:`Analysis.mode`."""
        return self.follow_up.analysis.mode

    @property
    def follow_up(self) -> Visit:
        """The visit that is compared with the baseline."""
        return self.visits[-1]

    @property
    def probability(self) -> NDArray[np.float64] | None:
        """Map of :attr:`Residual.probability` of all lesions, ``(slices, rows, columns)``.

        None where no lesion has one.
        """
        found = [lesion.residual.probability for lesion in self.lesions if lesion.residual]
        known = [array for array in found if array is not None]
        return np.fmax.reduce(known) if known else None


def compare_visits(
    before: Visit,
    after: Visit,
    *,
    lesions: Collection[str] | None = None,
    registrations: dict[str, Registration] | None = None,
    cutoff: float = CUTOFF,
    residual_threshold: float | None = None,
    flip_runs: int = 200,
    accepted: Collection[str] = (),
    progress: Progress = silent,
) -> Comparison:
    """Measure the change of every lesion that both visits have.

    Lesions are matched by name; if each visit has one lesion, their names may differ.

    Args:
        lesions: names of those to compare; None for all.
        registrations: lesion → registration with which its region was carried over.
        residual_threshold: normalised Vp; if None, the value that the cutoff leaves of the mean.
        flip_runs: perturbed analyses; 0 for none.
        accepted: codes of findings that do not stop the comparison; see :func:`check_visits`.

    Raises:
        InputError: a finding that stops and is not accepted; the visits have no lesion in common,
            or one has no reference vertebra; see also
            :func:`SpineDCELib.compare.common_mode.require_common_mode`.
    """
    findings = check_pair(before, after)
    require_visits(findings, accepted=accepted)
    analyses = {"baseline": before.analysis, "follow-up": after.analysis}
    require_common_mode(analyses)
    pairs = _pairs(before, after, lesions)
    found = differences(before.analysis, after.analysis)
    compared = []
    for index, (old, new) in enumerate(pairs):
        share = part(progress, index / len(pairs), (index + 1) / len(pairs))
        given = (registrations or {}).get(new)
        carried = given is not None or new in after.analysis.carried
        registration, warnings = given, _renamed(old, new)
        if registration is None:
            registration = register_lesion(
                before.analysis, after.analysis, old, part(share, 0.0, 0.3)
            )
        if registration.match < GOOD_MATCH:
            warnings.append(
                f"The registration of the visits is poor around {new} (correlation "
                f"{registration.match:.2f}). Check the regions that were carried over."
            )
        compared.append(
            _lesion(
                before, after, old, new, registration, carried, warnings, cutoff,
                residual_threshold, flip_runs, part(share, 0.3, 1.0),
            )
        )  # fmt: skip
    warnings = [f"Accepted: {STOPS[f.code]}." for f in findings if f.stops]
    warnings += [f.message for f in findings if not f.stops]
    warnings += [*mode_notes(analyses), *warnings_of(found)]
    for when, visit in (("Baseline", before), ("Follow-up", after)):
        warnings += [f"{when}: {w}" for w in visit.result.measures.warnings]
    warnings += [w for lesion in compared for w in lesion.warnings]
    return Comparison(
        (before, after), tuple(found), tuple(compared), tuple(warnings), tuple(findings)
    )


def check_pair(before: Visit, after: Visit) -> list[Finding]:
    """List what is wrong with two visits as a pair; see :func:`check_visits`."""
    return check_visits(
        before.analysis.study.dynamic,
        after.analysis.study.dynamic,
        dates=(before.about.date, after.about.date),
    )


def require_vp(result: Result) -> None:
    """Refuse a result without vp, because the comparison is based on it.

    Raises:
        InputError: code "no_vp".
    """
    if "vp" not in result.maps:
        raise InputError(
            "The model in use does not estimate Vp, on which the comparison is based. Choose "
            "another model.",
            code="no_vp",
            fields=["fit.model"],
        )


def _pairs(before: Visit, after: Visit, lesions: Collection[str] | None) -> list[tuple[str, str]]:
    one, two = (v.result.measures.lesions() for v in (before, after))
    pairs = [(n, n) for n in one if n in two and (lesions is None or n in lesions)]
    if not pairs and len(one) == len(two) == 1:
        pairs = [(one[0], two[0])]
    if not pairs:
        raise InputError(
            f"The visits have no lesion in common: {', '.join(one) or 'none'} at baseline, "
            f"{', '.join(two) or 'none'} at follow-up. Give the lesion the same name at both "
            "visits.",
            code="no_common_lesion",
            fields=["inputs.roi"],
        )
    require_vp(before.result)
    for role, visit in (("baseline", before), ("follow-up", after)):
        if not visit.result.measures.references:
            raise InputError(
                f"The {role} visit has no reference vertebra. Draw one.",
                code="no_reference",
                about=role,
                fields=["inputs.roi"],
            )
    return pairs


def _renamed(old: str, new: str) -> list[str]:
    """Return that lesions of two names are compared; nothing if they have the same name."""
    if old == new:
        return []
    return [
        f"'{old}' at baseline is compared with '{new}' at follow-up, because each visit has one "
        "lesion. Give both the same name if they are the same."
    ]


def changed_reference(
    parameter: str, names: tuple[str, ...], means: tuple[float, ...]
) -> list[str]:
    """Return that the reference's own Vp differs much between the visits; nothing if it does not.

    Args:
        names: of the reference at baseline and follow-up. means: of its Vp, in its unit.
    """
    low, high = sorted(means)
    if not (low > 0 and high >= OTHER_REFERENCE * low):
        return []
    quantity = QUANTITIES[parameter]
    first, second = (quantity.text(quantity.shown(mean)) for mean in means)
    title, ratio = quantity.title, number(means[1] / means[0], 1 if means[1] > means[0] else 2)
    old, new = names
    said = (
        f"{title} of {new} is {first} at baseline and {second} at follow-up, {ratio} times as much."
        if old == new
        else f"{title} of the reference is {first} at baseline ({old}) and {second} at follow-up "
        f"({new}), {ratio} times as much."
    )
    meaning = (
        "If the scale of an AIF is the cause, lesion and reference share it; if the vertebra "
        "itself has changed, such as by radiation, normalised values have changed with it."
    )
    return [f"{said} {meaning}"]


def _lesion(
    before: Visit,
    after: Visit,
    old: str,
    new: str,
    registration: Registration,
    carried: bool,
    warnings: list[str],
    cutoff: float,
    residual_threshold: float | None,
    flip_runs: int,
    progress: Progress,
) -> LesionChange:
    measured_change = measure_change(before, after, old, new)
    vp, reduced = measured_change.parameter, measured_change.visits
    measured = (measured_change.before, measured_change.after)
    first, second = before.analysis, after.analysis
    grids = [a.images.dynamic.geometry for a in (first, second)]
    moved = carry_over(first.regions[old], grids[0], registration, grids[1])
    checked = None
    if carried:
        reference = measured[1][vp].reference
        both = (
            f"The regions of {new} and {reference} were carried over from an earlier visit and "
            "have not been corrected. Check them."
        )
        one = (
            f"The region of {new} was carried over from an earlier visit and has not been "
            "corrected. Check it."
        )
        nothing = "Sizes and volumes of regions that were carried over do not show a change."
        warnings.append(f"{both if reference in second.carried else one} {nothing}")
    else:
        checked = check(moved, second.regions[new], grids[1])
        if checked.warning:
            warnings.append(f"{new}: {checked.warning}")
    for visit, when in zip(reduced, VISITS.values(), strict=True):
        for name in regions_reaching(visit):
            warnings.append(
                f"{when.title}: Vp of many voxels of {name} reaches its limit, 100 mL/100 mL, so "
                "the AIF is far too low. Check the artery."
            )
    sizes = (before.result.measures.sizes[old], after.result.measures.sizes[new])
    planes = (plane_of_size(sizes[0], grids[0]), plane_of_size(sizes[1], grids[1]))
    if not _sizes_compare(sizes, planes):
        warnings.append(
            f"The diameters of {new} cannot be compared, because they were not measured in the "
            "same way and plane at both visits. Measure both with two rulers in the same plane, or "
            "both without rulers."
        )
    warnings += changed_reference(
        vp,
        tuple(m[vp].reference for m in measured),
        tuple(
            visit.result.measures.means[m[vp].reference][vp].mean
            for visit, m in zip((before, after), measured, strict=True)
        ),
    )
    call = make_call(
        measured_change.changes[vp],
        before=measured[0][vp],
        after=measured[1][vp],
        cutoff=cutoff,
        repeatability=measured_change.repeatability,
    )
    if doubted := _with_doubted_AIF(before, after):
        limit = (
            "The interval and the probability do not include what the warnings say of the AIF of "
            f"{doubted}."
        )
        call = replace(call, sentence=f"{call.sentence} {limit}")
    residual = None
    if measured[0][vp].value > 0 and measured[1][vp].value > 0:
        maps = [
            normalise(v.result.maps[vp], v.result.measures.means[m[vp].reference][vp].mean)
            for v, m in ((before, measured[0]), (after, measured[1]))
        ]
        start = measured[0][vp].value
        threshold = default_threshold(start, cutoff)
        origin = f"{-cutoff:g} % below the {times(start)} at baseline"
        if residual_threshold is not None:
            threshold, origin = residual_threshold, "as given"
        residual = residual_tumour(
            maps[1],
            lesion=without_exclusions(second.regions, second.roles)[new],
            threshold=threshold,
            geometry=grids[1],
            before=_onto(maps[0], registration, first, second),
            errors=_errors(reduced[1], after, vp),
            reference_error=_relative_error(reduced[1], after, vp),
        )
        residual = replace(residual, origin=origin)
    flip = None
    if flip_runs and np.isfinite(call.probability):
        visits = [
            _perturbed(v, name, m[vp].reference)
            for v, name, m in ((before, old, measured[0]), (after, new, measured[1]))
        ]
        flip = flip_analysis(visits[0], visits[1], cutoff=cutoff, runs=flip_runs, progress=progress)
    return LesionChange(
        new,
        vp,
        *measured,
        measured_change.changes,
        sizes,
        (before.volume(old), after.volume(new)),
        (before.enhancement(old), after.enhancement(new)),
        call,
        registration,
        checked,
        residual,
        flip,
        measured_change.repeatability,
        tuple(warnings),
        planes,
    )


def _errors(visit: MeasuredVisit, of: Visit, vp: str) -> NDArray[np.float64]:
    """Return the fit's standard error of normalised Vp in every voxel of a lesion; NaN outside."""
    analysis = visit.analysis
    voxels = np.flatnonzero(visit.masks[visit.lesion])
    fitted = analysis.fitter().fit(Ta=visit.shift(visit.lesion), voxels=voxels)
    errors = analysis.per_tissue(standard_errors(fitted, analysis.signal_noise(voxels)), voxels)
    whole = np.full(analysis.images.dynamic.geometry.shape, np.nan)
    whole.ravel()[voxels] = errors[vp]
    return whole / of.result.measures.means[visit.reference][vp].mean


def _relative_error(visit: MeasuredVisit, of: Visit, vp: str) -> float:
    """Return the relative standard error of the reference's mean Vp; 0 where it is not known."""
    mean = of.result.measures.means[visit.reference][vp]
    return float(mean.SE / mean.mean) if np.isfinite(mean.SE) and mean.mean > 0 else 0.0


def _with_doubted_AIF(before: Visit, after: Visit) -> str:
    """Return the visits whose AIF is warned of, in words; "" if none is."""
    named = [
        words.title.lower()
        for words, visit in zip(VISITS.values(), (before, after), strict=True)
        if any(f.code in (*AIF_FINDINGS, AIF_TOO_LOW) for f in visit.result.measures.findings)
    ]
    return "both visits" if len(named) == 2 else f"the {named[0]} visit" if named else ""


def _perturbed(visit: Visit, lesion: str, reference: str) -> PerturbedVisit:
    measures, analysis = visit.result.measures, visit.analysis
    masks = without_exclusions(analysis.regions, analysis.roles)
    drawn = [s.name for s in measures.references if s.name != reference and s.is_uninvolved]
    others = [masks[name] for name in drawn]
    others += [
        measures.neighbour_masks[s.name]
        for s in measures.neighbours
        if s.is_uninvolved and s.name.endswith(reference)
    ]
    return PerturbedVisit(
        analysis,
        lesion=masks[lesion],
        references=[masks[reference], *others],
        names=(lesion, reference, *drawn),
        excluded=exclusion_mask(analysis.regions, analysis.roles),
    )


def _onto(
    array: NDArray[np.floating], registration: Registration, first: Analysis, second: Analysis
) -> NDArray[np.float64]:
    """Resample a map of the baseline visit to the grid of the follow-up visit; NaN outside."""
    own, target = (a.images.dynamic.geometry for a in (first, second))
    mapping = np.linalg.inv(own.affine) @ registration.matrix @ target.affine
    moved = ndimage.affine_transform(
        np.asarray(array, float),
        mapping[:3, :3][::-1, ::-1],
        mapping[:3, 3][::-1],
        output_shape=target.shape,
        order=0,
        mode="constant",
        cval=np.nan,
    )
    return np.asarray(moved)
