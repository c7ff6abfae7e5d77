"""Comparison of two visits, from their files to result files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from SpineDCELib.compare.compare_visits import Comparison, compare_visits
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.files.output_folder import claimed, new_run
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import cache_of
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.visit_analyses import Given, analyse_visits, scratch_folder
from SpineDCELib.settings import Settings, changed, locked
from SpineDCELib.settings.constants import CUTOFF
from SpineDCELib.vocabulary.visits import VISITS, VisitLabel


class ComparedStudies(NamedTuple):
    """A comparison and its files.

    Attributes:
        files: of the comparison itself; those of the visits are in ``before`` and ``after``.
        not_written: format or file → the reason why it is missing.
    """

    comparison: Comparison
    files: tuple[str, ...]
    not_written: dict[str, str]


def settings_of_follow_up(
    first: Settings,
    own: Settings | None,
    *,
    shift: float | Literal["auto"] | None,
    inputs: Inputs | None = None,
) -> Settings:
    """Return the settings of the follow-up visit.

    Settings that describe the acquisition or the patient are those of the follow-up visit itself;
    all others are those of the baseline visit. An artery or curve that the follow-up visit's own
    ``inputs`` name is used, however the baseline visit got its own.
    """
    settings = first if own is None else locked(first, own)
    if inputs is not None and (inputs.aif_mask or inputs.aif_file):
        settings = changed(settings, aif={"source": "mask" if inputs.aif_mask else "file"})
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
        >>> from SpineDCELib.run.visit_analyses import Given
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
        else settings_of_follow_up(
            first_settings, after.settings, shift=shift_after, inputs=after.inputs
        )
    )
    names = tuple(words.key for words in VISITS.values())
    with claimed(out, keep_other_files=keep_other_files), scratch_folder(out) as scratch:
        analysed = analyse_visits(
            [before.inputs, after.inputs],
            [first_settings, second_settings],
            [VisitLabel(role, role=role) for role in VISITS],
            caches=[cache_of(out / name, cached=cached and not anonymise) for name in names],
            scratch=scratch,
            accepted=accepted,
            accept_differences=accept_differences,
            anonymise=anonymise,
            progress=part(progress, 0.0, 0.5),
        )
        carried = analysed.carried.get(1)
        comparison = compare_visits(
            *analysed.visits,
            registrations=None if carried is None else dict(carried.registrations),
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
            missing |= analysed.write(stage, names, formats=formats, anonymise=anonymise)
    progress(1.0, "Done")
    return ComparedStudies(comparison, files, missing)
