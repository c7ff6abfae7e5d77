"""Measurements as a DICOM structured report (TID 1500, title 126002)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.dicom import codes
from SpineDCELib.export.dicom.codes import concept
from SpineDCELib.export.dicom.equipment import EQUIPMENT
from SpineDCELib.export.dicom.source_images import Sources
from SpineDCELib.settings.constants import CUTOFF
from SpineDCELib.vocabulary.conversion_modes import change_code, map_code, normalised_code
from SpineDCELib.vocabulary.kinetic_models import MODEL_CODES
from SpineDCELib.vocabulary.quantities import QUANTITIES, RATIO
from SpineDCELib.vocabulary.region_roles import words_of
from SpineDCELib.vocabulary.terminology import Code

if TYPE_CHECKING:
    from SpineDCELib.compare.call import Call
    from SpineDCELib.compare.compare_visits import Comparison


def measurement_report(
    analysis: Analysis, result: Result, *, regions: Any, sources: Sources, series_number: int
) -> Any:
    """Return a report with one group of measurements per region, linked to its segment.

    Args:
        regions: DICOM Segmentation with one segment per region of ``result``, in its order.
    """
    import highdicom as hd

    model = MODEL_CODES[analysis.settings.fit.model]
    groups = []
    for number, region in enumerate(result.regions, 1):
        kind = words_of(analysis.roles.get(region.name, "other")).kind
        described = regions.SegmentSequence[number - 1]
        groups.append(
            hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=hd.sr.TrackingIdentifier(
                    uid=described.TrackingUID, identifier=region.name
                ),
                referenced_segment=hd.sr.ReferencedSegment.from_segmentation(regions, number),
                finding_type=concept(kind),
                measurements=_measurements(region, result, model),
                qualitative_evaluations=_methods(analysis),
            )
        )
    return _report(
        groups, regions=regions, sources=sources, series_number=series_number,
        description="SpineDCE measurements",
    )  # fmt: skip


def change_report(
    comparison: Comparison,
    *,
    regions: Any,
    sources: Sources,
    series_number: int,
    baseline: Sources | None = None,
) -> Any:
    """Return a report with the change of every lesion, in the study of the follow-up visit.

    Each lesion has its values at both visits, the change with its interval, the call, and the
    cutoff with its source.

    Args:
        regions: DICOM Segmentation with one segment per lesion of the comparison, in its order.
        baseline: images of the baseline visit, to refer to.
    """
    import highdicom as hd

    analysis = comparison.follow_up.analysis
    method = concept(MODEL_CODES[analysis.settings.fit.model])
    groups = []
    for number, lesion in enumerate(comparison.lesions, 1):
        found: list[Any] = []
        call = lesion.call
        numbers: list[tuple[Code, float, Code, Code | None]] = []
        for parameter, change in lesion.changes.items():
            name = change_code(parameter, comparison.mode)
            ratio = normalised_code(parameter, comparison.mode)
            numbers += [
                (ratio, lesion.before[parameter].value, RATIO, codes.AT_BASELINE),
                (ratio, lesion.after[parameter].value, RATIO, codes.AT_FOLLOW_UP),
                (name, change.percent, codes.PERCENT, None),
                (name, change.low, codes.PERCENT, codes.LOW),
                (name, change.high, codes.PERCENT, codes.HIGH),
            ]
        numbers += [
            (codes.CUTOFF, call.cutoff, codes.PERCENT, None),
            (codes.PROBABILITY_ABOVE, 100 * call.probability, codes.PERCENT, None),
            (codes.PROBABILITY_BELOW, 100 * call.below, codes.PERCENT, None),
        ]
        for code, value, unit, derivation in numbers:
            if np.isfinite(value):
                found.append(
                    hd.sr.Measurement(
                        name=concept(code), value=float(value), unit=concept(unit),
                        derivation=None if derivation is None else concept(derivation),
                        method=None if code is codes.CUTOFF else method,
                    )
                )  # fmt: skip
        described = regions.SegmentSequence[number - 1]
        groups.append(
            hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=hd.sr.TrackingIdentifier(
                    uid=described.TrackingUID, identifier=lesion.name
                ),
                referenced_segment=hd.sr.ReferencedSegment.from_segmentation(regions, number),
                finding_type=concept(words_of("lesion").kind),
                measurements=found,
                qualitative_evaluations=[
                    *_verdict(call),
                    *_methods(comparison.baseline.analysis, analysis),
                ],
            )
        )
    return _report(
        groups, regions=regions, sources=sources, series_number=series_number,
        description="SpineDCE change between visits",
        others=[] if baseline is None else baseline.images,
    )  # fmt: skip


def _verdict(call: Call) -> list[Any]:
    """Return the call, its certainty, and the source of its cutoff."""
    published = codes.PUBLISHED_CUTOFF if call.cutoff == CUTOFF else codes.SET_BY_USER
    return _evaluations(
        (codes.CALL, codes.CALLS[call.verdict]),
        (codes.DECIDED, codes.CERTAIN if call.decided else codes.UNCERTAIN),
        (codes.CUTOFF_SOURCE, published),
    )


def _methods(*analyses: Analysis) -> list[Any]:
    """Return how T10, artery and delay were found; where visits differ, in both ways."""
    pairs = [pair for analysis in analyses for pair in _methods_of(analysis)]
    return _evaluations(*dict.fromkeys(pairs))


def _methods_of(analysis: Analysis) -> list[tuple[Code, Code]]:
    proposed = analysis.has_proposed_shift and not analysis.shifts_by_hand
    source = analysis.settings.aif.source
    by_hand = source == "auto" and analysis.artery_by_hand
    found = [
        (codes.AIF_METHOD, codes.AIF_METHODS.get("mask" if by_hand else source)),
        (codes.DELAY_METHOD, codes.PROPOSED_DELAY if proposed else codes.SET_BY_USER),
    ]
    if analysis.mode not in ("relative", "difference"):
        found.append((codes.T10_METHOD, codes.T10_METHODS.get(analysis.T1_source)))
    return [(name, value) for name, value in found if value is not None]


def _evaluations(*pairs: tuple[Code, Code]) -> list[Any]:
    import highdicom as hd

    return [
        hd.sr.QualitativeEvaluation(name=concept(name), value=concept(value))
        for name, value in pairs
    ]


def _report(
    groups: list[Any],
    *,
    regions: Any,
    sources: Sources,
    series_number: int,
    description: str,
    others: Sequence[Any] = (),
) -> Any:
    """Return a report that is complete, preliminary and unverified: nobody has signed it."""
    import highdicom as hd

    observer = hd.sr.ObserverContext(
        observer_type=concept(("121007", "DCM", "Device")),
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=hd.UID(),
            name="SpineDCE",
            manufacturer_name=EQUIPMENT["manufacturer"],
            model_name=EQUIPMENT["manufacturer_model_name"],
        ),
    )
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=concept(codes.PROCEDURE),
        imaging_measurements=groups,
        title=concept(codes.REPORT),
        language_of_content_item_and_descendants=hd.sr.LanguageOfContentItemAndDescendants(
            concept(("en", "RFC5646", "English"))
        ),
    )
    dataset = hd.sr.Comprehensive3DSR(
        evidence=[regions, *sources.images, *others],
        content=content[0],
        series_instance_uid=hd.UID(),
        series_number=series_number,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=EQUIPMENT["manufacturer"],
        is_complete=True,
    )
    dataset.SeriesDescription = description
    dataset.ManufacturerModelName = EQUIPMENT["manufacturer_model_name"]
    dataset.SoftwareVersions = EQUIPMENT["software_versions"]
    return dataset


def _measurements(region: Any, result: Result, model: Code) -> list[Any]:
    import highdicom as hd

    method = concept(model)
    found: list[Any] = []

    def add(name: Code, value: float, unit: Code, derivation: Code | None = None,
            method: Any = None) -> None:  # fmt: skip
        if np.isfinite(value):
            found.append(
                hd.sr.Measurement(
                    name=concept(name),
                    value=float(value),
                    unit=concept(unit),
                    derivation=None if derivation is None else concept(derivation),
                    method=method,
                )
            )

    add(codes.VOLUME, region.volume, codes.MM3)
    for parameter, statistics in region.parameters.items():
        quantity = map_code(parameter, result.measures.mode)
        unit = QUANTITIES[parameter].unit_code
        assert quantity is not None
        for derivation, value in (
            (codes.MEAN, statistics.mean),
            (codes.SD, statistics.SD),
            (codes.MEDIAN, statistics.median),
        ):
            add(quantity, value, unit, derivation, method)
    for ratio in result.measures.normalised:
        if ratio.lesion == region.name:
            name = normalised_code(ratio.parameter, result.measures.mode)
            add(name, ratio.value, RATIO, codes.MEAN, method)
            add(name, ratio.low, RATIO, codes.NOISE_LOW, method)
            add(name, ratio.high, RATIO, codes.NOISE_HIGH, method)
    size = result.measures.sizes.get(region.name)
    if size is not None:
        add(codes.LONG_AXIS, size.axial.longest, codes.MM)
        add(codes.SHORT_AXIS, size.axial.perpendicular, codes.MM)
        add(codes.AREA_PRODUCT, size.axial.product, codes.MM2)
    return found
