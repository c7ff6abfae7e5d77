"""From two studies' files to one comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.compare.call import CUTOFF
from SpineDCELib.compare.compare_visits import Comparison, Visit, compare_visits, register_lesion
from SpineDCELib.compare.registration import Registration, carry_over
from SpineDCELib.compare.visit_differences import differences, require_accepted
from SpineDCELib.errors import InputError
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import Outcome, analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.provenance import read_provenance
from SpineDCELib.series import write_segmentation
from SpineDCELib.series.study_date import study_date
from SpineDCELib.settings import Settings, changed, locked, settings_from_dict
from SpineDCELib.vocabulary.region_roles import TAG
from SpineDCELib.vocabulary.visits import VisitLabel, VisitRole


@dataclass(frozen=True)
class Given:
    """One visit as asked for: a study with its files, or an earlier analysis of one."""

    inputs: Inputs
    settings: Settings | None = None  #: of the earlier analysis


def given_visit(path: Path, inputs: Inputs) -> Given:
    """A study folder with ``inputs``, or a results folder, whose record replaces what they lack.

    Raises:
        InputError: a record that is damaged.
    """
    record_file = path / "provenance.json"
    if not record_file.is_file():
        return Given(replace(inputs, study=str(path)))
    record = read_provenance(record_file)
    try:
        old = Inputs.from_record(record["inputs"], path.resolve())
        settings = settings_from_dict(record["settings"], kind=Settings)
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{record_file} is damaged ({error}).") from None
    given = {f.name: value for f in fields(inputs) if (value := getattr(inputs, f.name))}
    return Given(replace(old, **{**given, "study": old.study}), settings)


def settings_of_follow_up(
    first: Settings, own: Settings | None, *, shift: float | Literal["auto"] | None
) -> Settings:
    """Return the settings of the second visit.

    What describes the acquisition and the patient stays its own; how a visit is analysed is
    taken from the first.
    """
    settings = first if own is None else locked(first, own)
    return settings if shift is None else changed(settings, fit={"shift": shift})


def compare_studies(
    before: Given,
    after: Given,
    settings: Settings,
    out: str | Path,
    *,
    shift_after: float | Literal["auto"] | None = None,
    keep_settings: bool = False,
    accept_differences: bool = False,
    cutoff: float = CUTOFF,
    residual_threshold: float | None = None,
    flip_runs: int = 200,
    formats: Sequence[str] = ("report",),
    anonymise: bool = False,
    progress: Progress = silent,
) -> tuple[Comparison, tuple[str, ...]]:
    """Analyse both visits alike, compare them, and write everything to ``out``.

    Args:
        settings: of the first visit where it is no earlier analysis.
        keep_settings: do not lock the first visit's settings onto an earlier analysis of the
            second; what differs must then be accepted.
        accept_differences: compare although scanner, protocol or settings differ.
        formats: what to write beside tables and maps; see :mod:`SpineDCELib.export.formats`.
        anonymise: leave names, IDs and dates out of everything that is written.

    Raises:
        InputError: differences that are not accepted; and whatever :func:`analyse` raises.

    Example:
        >>> from SpineDCELib import Inputs, InputError, Settings, compare_studies
        >>> from SpineDCELib.run.compare import Given
        >>> baseline, follow_up = (Given(Inputs(name)) for name in ("visit 1", "visit 2"))
        >>> try:
        ...     comparison, files = compare_studies(baseline, follow_up, Settings(), out)
        ... except InputError as error:
        ...     print(error.code)
        study_missing
    """
    out = Path(out)
    first_settings = before.settings or settings
    second_settings = (
        after.settings
        if keep_settings and after.settings is not None
        else settings_of_follow_up(first_settings, after.settings, shift=shift_after)
    )
    one = analyse(
        before.inputs, first_settings, out / "before", formats=formats, anonymise=anonymise,
        progress=part(progress, 0.0, 0.25),
    )  # fmt: skip
    registrations: dict[str, Registration] = {}
    inputs = after.inputs
    if not inputs.roi:
        inputs, registrations = _carried(one, inputs, second_settings, out, anonymise, progress)
    two = analyse(
        inputs, second_settings, out / "after", formats=formats, anonymise=anonymise,
        progress=part(progress, 0.3, 0.5),
    )  # fmt: skip
    require_accepted(differences(one.analysis, two.analysis), accepted=accept_differences)
    comparison = compare_visits(
        _visit(one, "baseline"),
        _visit(two, "follow-up"),
        registrations=registrations,
        cutoff=cutoff,
        residual_threshold=residual_threshold,
        flip_runs=flip_runs,
        progress=part(progress, 0.5, 0.95),
    )
    progress(0.95, "Writing the comparison")
    with staged(out) as stage:
        write_comparison(stage, comparison, formats=formats, anonymise=anonymise)
        files = tuple(sorted(str(p.relative_to(stage)) for p in stage.rglob("*") if p.is_file()))
    progress(1.0, "Done")
    return comparison, files


def _visit(outcome: Outcome, role: VisitRole) -> Visit:
    date = study_date(outcome.analysis.study.dynamic)
    return Visit(outcome.analysis, outcome.result, VisitLabel(role, date, role))


def _carried(
    one: Outcome,
    inputs: Inputs,
    settings: Settings,
    out: Path,
    anonymise: bool,
    progress: Progress,
) -> tuple[Inputs, dict[str, Registration]]:
    """The regions of the first visit, moved onto the second and kept as a file."""
    plain = analyse(
        inputs, settings, out / "after", anonymise=anonymise, progress=part(progress, 0.25, 0.3)
    )
    old, new = one.analysis, plain.analysis
    registrations = {
        name: register_lesion(old, new, name) for name in one.result.measures.lesions()
    }
    if not registrations:
        raise InputError("The visit before has no region of a lesion to carry over.")
    main = next(iter(registrations.values()))
    target = new.images.dynamic.geometry
    masks: dict[str, NDArray[np.bool_]] = {}
    for name, mask in old.regions.items():
        own = registrations.get(name, main)
        moved = carry_over(mask, old.images.dynamic.geometry, own, target)
        if moved.any():
            masks[name] = moved
    path = out / "after" / "carried_over.seg.nrrd"
    with staged(path.parent) as stage:
        write_segmentation(
            stage / path.name,
            masks,
            target,
            tags={name: {TAG: old.roles[name]} for name in masks},
        )
    return replace(inputs, roi=(str(path),)), registrations
