"""Comparison of two visits, from their files to result files."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.compare.common_mode import require_common_mode, with_common_mode
from SpineDCELib.compare.compare_visits import (
    Comparison,
    Visit,
    check_pair,
    compare_visits,
    register_lesion,
)
from SpineDCELib.compare.registration import Registration, carry_over
from SpineDCELib.compare.visit_checks import require_visits
from SpineDCELib.compare.visit_differences import differences, require_accepted
from SpineDCELib.errors import InputError
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.files.output_folder import claimed, new_run
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import Computed, cache_of, compute
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.provenance import read_provenance
from SpineDCELib.run.result_cache import ResultCache
from SpineDCELib.series import write_segmentation
from SpineDCELib.series.study_date import study_date
from SpineDCELib.settings import Settings, changed, locked, settings_from_dict
from SpineDCELib.settings.constants import CUTOFF
from SpineDCELib.vocabulary.region_roles import TAG
from SpineDCELib.vocabulary.visits import VisitLabel, VisitRole

#: Regions of the baseline visit on the grid of the follow-up visit.
_CARRIED = "carried_over.seg.nrrd"


@dataclass(frozen=True)
class Given:
    """Inputs of one visit, and the settings of an earlier analysis of it, if there is one."""

    inputs: Inputs
    settings: Settings | None = None  #: of the earlier analysis


class ComparedStudies(NamedTuple):
    """A comparison and its files.

    Attributes:
        files: of the comparison itself; those of the visits are in ``before`` and ``after``.
        not_written: format or file → the reason why it is missing.
    """

    comparison: Comparison
    files: tuple[str, ...]
    not_written: dict[str, str]


def given_visit(path: Path, inputs: Inputs) -> Given:
    """Return the inputs of a visit, from the folder of a study or of an analysis.

    The provenance of an analysis gives the settings, and the files that ``inputs`` does not name.

    Raises:
        InputError: the provenance cannot be used (see :func:`read_provenance`, and code
            "damaged_provenance").
    """
    record_file = path / "provenance.json"
    if not record_file.is_file():
        return Given(replace(inputs, study=str(path)))
    record = read_provenance(record_file)
    try:
        old = Inputs.from_record(record["inputs"], path.resolve())
        settings = settings_from_dict(record["settings"], kind=Settings)
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{record_file} is damaged ({error}).",
            code="damaged_provenance",
            about=str(record_file),
        ) from None
    given = {f.name: value for f in fields(inputs) if (value := getattr(inputs, f.name))}
    return Given(replace(old, **{**given, "study": old.study}), settings)


def settings_of_follow_up(
    first: Settings, own: Settings | None, *, shift: float | Literal["auto"] | None
) -> Settings:
    """Return the settings of the follow-up visit.

    Settings that describe the acquisition or the patient are those of the follow-up visit itself;
    all others are those of the baseline visit.
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
    accepted: Collection[str] = (),
    cutoff: float = CUTOFF,
    residual_threshold: float | None = None,
    flip_runs: int = 200,
    cached: bool = True,
    formats: Sequence[str] = ("report",),
    anonymise: bool = False,
    keep_other_files: bool = False,
    progress: Progress = silent,
) -> ComparedStudies:
    """Analyse both visits with common settings, compare them, and write all results to ``out``.

    Args:
        settings: of the baseline visit, unless it is an earlier analysis with its own settings.
        keep_settings: keep the settings of an earlier analysis of the follow-up visit instead of
            those of the baseline visit; the differences must then be accepted.
        accept_differences: compare although scanner, protocol or settings differ.
        accepted: findings that do not stop the comparison; see
            :data:`SpineDCELib.settings.constants.STOPS`.
        cached: see :func:`analyse`.
        formats: formats beside tables and maps; see :mod:`SpineDCELib.export.formats`.
        anonymise: remove names, IDs, dates, paths and UIDs from every file.
        keep_other_files: see :func:`analyse`.

    Raises:
        InputError: differences that are not accepted; no lesion to carry over to the follow-up
            visit (code "no_lesion_at_baseline"); see also :func:`analyse`.

    Example:
        >>> from SpineDCELib import Inputs, InputError, Settings, compare_studies
        >>> from SpineDCELib.run.compare import Given
        >>> baseline, follow_up = (Given(Inputs(name)) for name in ("visit 1", "visit 2"))
        >>> try:
        ...     compared = compare_studies(baseline, follow_up, Settings(), out)
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
    with claimed(out, keep_other_files=keep_other_files), _scratch(out) as scratch:
        caches = {
            name: cache_of(out / name, cached=cached and not anonymise)
            for name in ("before", "after")
        }
        one = compute(before.inputs, first_settings, caches["before"], part(progress, 0.0, 0.25))
        registrations: dict[str, Registration] = {}
        inputs = after.inputs
        if not inputs.roi:
            inputs, registrations = _carry_regions(
                one, inputs, second_settings, scratch, accepted, caches["after"],
                part(progress, 0.25, 0.3),
            )  # fmt: skip
        two = compute(inputs, second_settings, caches["after"], part(progress, 0.3, 0.5))
        require_visits(
            check_pair(_visit(one, "baseline"), _visit(two, "follow-up")), accepted=accepted
        )
        again = with_common_mode({"baseline": one.analysis, "follow-up": two.analysis})
        share = part(progress, 0.45, 0.5)
        if "baseline" in again:
            one = compute(before.inputs, again["baseline"], caches["before"], share)
        if "follow-up" in again:
            two = compute(inputs, again["follow-up"], caches["after"], share)
        require_common_mode({"baseline": one.analysis, "follow-up": two.analysis})
        visits = _visit(one, "baseline"), _visit(two, "follow-up")
        require_accepted(differences(one.analysis, two.analysis), accepted=accept_differences)
        comparison = compare_visits(
            *visits,
            registrations=registrations,
            cutoff=cutoff,
            residual_threshold=residual_threshold,
            flip_runs=flip_runs,
            accepted=accepted,
            progress=part(progress, 0.5, 0.95),
        )
        progress(0.95, "Writing the comparison")
        with new_run(out) as stage:
            missing = write_comparison(stage, comparison, formats=formats, anonymise=anonymise)
            files = tuple(sorted(p.relative_to(stage).as_posix() for p in stage.rglob("*")
                                 if p.is_file()))  # fmt: skip
            for name, visit in (("before", one), ("after", two)):
                (stage / name).mkdir(exist_ok=True)
                if name == "after" and registrations:
                    shutil.copyfile(scratch / _CARRIED, stage / name / _CARRIED)
                    visit = visit.moved(scratch, stage / name)
                of_visit = visit.write(stage / name, formats=formats, anonymise=anonymise)
                missing |= {f"{name}/{what}": reason for what, reason in of_visit.items()}
    progress(1.0, "Done")
    return ComparedStudies(comparison, files, missing)


@contextlib.contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    """Yield a folder for files that are computed before the results can be written."""
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as folder:
        yield Path(folder)


def _visit(outcome: Computed, role: VisitRole) -> Visit:
    date = study_date(outcome.analysis.study.dynamic)
    return Visit(outcome.analysis, outcome.result, VisitLabel(role, date, role))


def _carry_regions(
    one: Computed,
    inputs: Inputs,
    settings: Settings,
    folder: Path,
    accepted: Collection[str],
    cache: ResultCache,
    progress: Progress,
) -> tuple[Inputs, dict[str, Registration]]:
    """Carry the regions of the baseline visit over to the follow-up visit, and write them."""
    plain = compute(inputs, settings, cache, progress)
    found = check_pair(_visit(one, "baseline"), _visit(plain, "follow-up"))
    require_visits(found, accepted=accepted)
    old, new = one.analysis, plain.analysis
    registrations = {
        name: register_lesion(old, new, name) for name in one.result.measures.lesions()
    }
    if not registrations:
        raise InputError(
            "The baseline visit has no lesion to carry over to the follow-up visit.",
            code="no_lesion_at_baseline",
            fields=["inputs.roi"],
        )
    main = next(iter(registrations.values()))
    target = new.images.dynamic.geometry
    masks: dict[str, NDArray[np.bool_]] = {}
    for name, mask in old.regions.items():
        own = registrations.get(name, main)
        moved = carry_over(mask, old.images.dynamic.geometry, own, target)
        if moved.any():
            masks[name] = moved
    path = folder / _CARRIED
    tags = {name: {TAG: old.roles[name]} for name in masks}
    write_segmentation(path, masks, target, tags=tags)
    return replace(inputs, roi=(str(path),)), registrations
