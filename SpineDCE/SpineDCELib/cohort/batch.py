"""Batch analysis of many studies; finished studies are kept when the batch is run again."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from SpineDCELib.cohort import bids_derivative as bids
from SpineDCELib.cohort.batch_studies import Study
from SpineDCELib.cohort.comparison_folder import read_changes
from SpineDCELib.cohort.course_tables import read_course_of, write_cohort_courses
from SpineDCELib.cohort.observations import write_observations
from SpineDCELib.cohort.worker_pool import Failure, Pool, worker_pool
from SpineDCELib.errors import InputError
from SpineDCELib.export.dicom.deidentify import PSEUDONYM, Anonymiser
from SpineDCELib.files.atomic_folder import writing
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.digests import fingerprint, key_of
from SpineDCELib.files.object_storage import fetch, is_url, listed
from SpineDCELib.files.output_folder import (
    DECIDED,
    changed_files,
    locked,
    read_record,
    undisturbed,
    write_record,
)
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.compare import compare_studies
from SpineDCELib.run.course import follow_patient
from SpineDCELib.run.patient_visits import treatments_of_patient
from SpineDCELib.run.visit_analyses import given_visit
from SpineDCELib.series.file_discovery import ResultFiles
from SpineDCELib.settings import Settings, settings_to_dict
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE

#: Last file that is written for a study: where it exists, the study is finished.
MARK = "study.json"


@dataclass(frozen=True)
class Recipe:
    """Settings and formats that all studies of a batch are analysed with."""

    settings: Settings = field(default_factory=Settings)
    cutoff: float = CUTOFF
    flip_runs: int = 200
    formats: tuple[str, ...] = ("report",)
    accept_differences: bool = False
    anonymise: bool = False
    accepted: tuple[str, ...] = ()
    cutoff_source: str = CUTOFF_SOURCE


@dataclass(frozen=True)
class Entry:
    """Outcome of one study of a batch.

    Attributes:
        name: as the user knows it; results that are anonymised are under ``pseudonym``.
        status: "done", "kept" from an earlier run, "incomplete" (something could not be written),
            or "failed".
        reason: why it failed, or what is missing and why.
        fields: settings and inputs that can fix the problem; see :class:`SpineDCEError`.
    """

    name: str
    status: str
    reason: str = ""
    seconds: float = 0.0
    fields: tuple[str, ...] = ()
    pseudonym: str = ""


def run_batch(
    studies: Sequence[Study],
    recipe: Recipe,
    out: str | Path,
    *,
    workers: int | None = None,
    address: str | None = None,
    pool: Pool | None = None,
    name: str = "SpineDCE",
    progress: Progress = silent,
    keep_other_files: bool = False,
) -> list[Entry]:
    """Compare or analyse every study, and write a data set like BIDS derivatives to ``out``.

    Results of the same files and settings from an earlier run are kept, so a batch that was
    stopped is resumed. A study that fails, or of which something could not be written, is listed
    with the reason and tried again on the next run.

    Args:
        workers, address: see :func:`worker_pool`.
        pool: an open pool to use instead.
        name: of the data set.

    Raises:
        InputError: ``out`` cannot be written (code "folder_not_writable"), or holds results with
            identifying data although they shall be anonymised (code "folder_identifies"); see also
            :func:`worker_pool`.
    """
    out = Path(out).resolve()
    with locked(out):
        if not keep_other_files:
            require_data_set(out)
        _finish_moves(out)
        if recipe.anonymise:
            _require_anonymous(out)
            anonymiser = Anonymiser()
            studies = [s.anonymised(anonymiser.pseudonym(s.name)) for s in studies]
        return _run_locked(studies, recipe, out, workers, address, pool, name, progress)


def require_data_set(out: Path, *, own: Collection[str] = ()) -> None:
    """Refuse a folder with files that no batch has written.

    Args:
        own: names that the caller has written.

    Raises:
        InputError: code "folder_not_ours".
    """
    others = [p.name for p in out.iterdir() if not p.name.startswith(".") and p.name not in own]
    if others and not (out / "dataset_description.json").is_file():
        raise InputError(
            f"{out} holds files that SpineDCE did not write ({', '.join(sorted(others)[:3])}).",
            code="folder_not_ours",
            about=str(out),
            fields=["inputs.out", "out.keep_other_files"],
        )


def _run_locked(
    studies: Sequence[Study],
    recipe: Recipe,
    out: Path,
    workers: int | None,
    address: str | None,
    pool: Pool | None,
    name: str,
    progress: Progress,
) -> list[Entry]:
    work = out / ".work"
    shutil.rmtree(work, ignore_errors=True)  # of a batch that was interrupted
    work.mkdir()
    bids.write_description(out, name)
    entries = {
        s.name: Entry(s.name, "kept", pseudonym=s.pseudonym)
        for s in studies
        if _is_finished(s, recipe, out)
    }
    open_ones = [study for study in studies if study.name not in entries]
    measured: dict[str, dict[str, Any]] = {}
    _write_lists(out, studies, entries, measured)
    try:
        if open_ones and pool is not None:
            _run(pool, open_ones, recipe, out, studies, entries, measured, progress)
        elif open_ones:
            count = None if workers is None else min(workers, len(open_ones))
            with worker_pool(count, address) as own:
                _run(own, open_ones, recipe, out, studies, entries, measured, progress)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        done = {s.label: out / "results" / s.label for s in studies if s.name in entries}
        patients = {f"sub-{label}": folder for label, folder in done.items()}
        write_observations(out, patients)
        write_cohort_courses(out, patients)
    progress(1.0, "Done")
    return [entries[study.name] for study in studies]


def _run(
    pool: Pool,
    open_ones: Sequence[Study],
    recipe: Recipe,
    out: Path,
    studies: Sequence[Study],
    entries: dict[str, Entry],
    measured: dict[str, dict[str, Any]],
    progress: Progress,
) -> None:
    progress(len(entries) / len(studies), f"{len(entries)} of {len(studies)} patients")
    for number, result in pool(partial(run_study, recipe=recipe, out=out), open_ones):
        study = open_ones[number]
        if isinstance(result, Failure):
            entry = Entry(study.name, "failed", result.reason, fields=result.fields)
        else:
            seconds, missing = result
            reason = " ".join(f"{name} was not written: {why}" for name, why in missing.items())
            entry = Entry(study.name, "incomplete" if missing else "done", reason, seconds)
        entries[study.name] = replace(entry, pseudonym=study.pseudonym)
        _write_lists(out, studies, entries, measured)
        progress(len(entries) / len(studies), f"{len(entries)} of {len(studies)} patients")


def run_study(study: Study, *, recipe: Recipe, out: Path) -> tuple[float, dict[str, str]]:
    """Analyse one patient, and move the complete results into place.

    Returns:
        The time, s; and what could not be written → the reason.

    Raises:
        InputError: see :func:`analyse` and :func:`compare_studies`.
    """
    (out / ".work").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetched-", dir=out / ".work") as folder:
        urls: dict[str, str] = {}
        try:
            return _run_fetched(study, _fetched(study, Path(folder), urls), recipe, out, urls)
        except InputError as error:
            message = str(error)
            for path, url in urls.items():
                message = message.replace(path, url)
            raise InputError(
                message, code=error.code, about=error.about, fields=error.fields
            ) from error


def _fetched(study: Study, folder: Path, urls: dict[str, str]) -> Study:
    """Return a study with copies of its files at URLs in a folder.

    Args:
        urls: is filled with the path of each copy → its URL.
    """
    copies: dict[str, str] = {}

    def local(path: str) -> str:
        if not is_url(path):
            return path
        if path not in copies:
            copies[path] = str(fetch(path, folder / str(len(copies))))
            urls[copies[path]] = path
        return copies[path]

    visits = {session: inputs.with_paths(local) for session, inputs in study.visits.items()}
    return replace(study, visits=visits)


def _run_fetched(
    study: Study, local: Study, recipe: Recipe, out: Path, urls: Mapping[str, str]
) -> tuple[float, dict[str, str]]:
    """Analyse one patient from files on disk; see :func:`run_study`.

    Args:
        local: the study with paths only. urls: path → URL, which the results name instead.
    """
    start = time.monotonic()
    # The process number in the name shows which process works on which patient.
    work = Path(tempfile.mkdtemp(prefix=f"{study.label}-{os.getpid()}-", dir=out / ".work"))
    key = _key(study, recipe)
    results, subject = work / "results", work / "subject"
    try:
        given = [given_visit(Path(i.study), i) for i in local.visits.values()]
        if study.course:
            events = [] if study.folder is None else treatments_of_patient(study.folder)
            missing = follow_patient(
                study.course, recipe.settings, results, events=events,
                accept_differences=recipe.accept_differences, accepted=recipe.accepted,
                cutoff=recipe.cutoff, cutoff_source=recipe.cutoff_source,
                flip_runs=recipe.flip_runs, formats=recipe.formats, anonymise=recipe.anonymise,
                cached=False,
            ).not_written  # fmt: skip
        elif len(given) == 2:
            missing = compare_studies(
                given[0], given[1], recipe.settings, results,
                accept_differences=recipe.accept_differences, accepted=recipe.accepted,
                cutoff=recipe.cutoff, flip_runs=recipe.flip_runs, formats=recipe.formats,
                anonymise=recipe.anonymise, cached=False,
            ).not_written  # fmt: skip
        else:
            missing = analyse(
                given[0].inputs, given[0].settings or recipe.settings, results,
                formats=recipe.formats, anonymise=recipe.anonymise, cached=False,
            ).not_written  # fmt: skip
        final = out / "results" / study.label
        _rename_in_provenance(results, {str(results): str(final), **urls})
        for session, inputs in local.visits.items():
            place = results / study.folders[session]
            prefix = f"sub-{study.label}" + (f"_ses-{session}" if session else "")
            folder = subject / f"ses-{session}" if session else subject
            bids.write_visit(folder / "perf", prefix, place, inputs)
        seconds = time.monotonic() - start
        mark = {
            "patient": study.written_name, "key": key, "seconds": round(seconds, 2),
            "not written": list(missing),
        }  # fmt: skip
        (results / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
        write_record(results)
        # From one rename on, both folders are new; until then, both are those of an earlier run.
        decided = out / "results" / DECIDED / study.label
        decided.parent.mkdir(parents=True, exist_ok=True)
        with undisturbed():
            work.rename(decided)
            _move(decided, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return seconds, missing


def _rename_in_provenance(results: Path, final: Mapping[str, str]) -> None:
    """Write the final paths, or the URLs, into the provenance."""
    for path in results.rglob("provenance.json"):
        text = path.read_text(encoding="utf-8")
        for pair in final.items():
            old, new = (json.dumps(place)[1:-1] for place in pair)
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def _move(decided: Path, out: Path) -> None:
    """Replace the folders of a study by its new ones; may be repeated after any interruption."""
    label = decided.name
    for new, final in (
        (decided / "subject", out / f"sub-{label}"),
        (decided / "results", out / "results" / label),
    ):
        if new.is_dir():
            if final.exists():
                final.rename(Path(tempfile.mkdtemp(dir=decided)) / "old")
            new.rename(final)
    shutil.rmtree(decided, ignore_errors=True)
    with contextlib.suppress(OSError):
        decided.parent.rmdir()  # unless another study moves now


def _finish_moves(out: Path) -> None:
    """Finish the moves of a batch that was interrupted."""
    with writing(out):
        for decided in (out / "results" / DECIDED).glob("*"):
            _move(decided, out)


def _require_anonymous(out: Path) -> None:
    """Refuse a folder with results under the names of patients.

    Raises:
        InputError: code "folder_identifies".
    """
    label = re.sub(r"[^A-Za-z0-9]", "", PSEUDONYM)
    found = [p for p in (*(out / "results").glob("[!.]*"), *out.glob("sub-*")) if p.is_dir()]
    if not all(p.name.removeprefix("sub-").startswith(label) for p in found):
        raise InputError(
            f"{out} holds results with identifying data. Choose another folder for anonymised "
            "results.",
            code="folder_identifies",
            about=str(out),
            fields=["inputs.out"],
        )


def _key(study: Study, recipe: Recipe) -> str:
    """Return a key of everything that the results of a study depend on.

    A file is identified by its name, size and modification time, or what its storage has for that.
    """
    visits = {session: asdict(inputs) for session, inputs in study.visits.items()}
    files: list[Any] = []
    for inputs in study.visits.values():
        for path in (inputs.study, *inputs.beside_study):
            files.append(_identity_of(path))
    options = asdict(recipe) | {"settings": settings_to_dict(recipe.settings)}
    dates = [one.date for one in study.course]
    key = key_of(visits, files, options, *([dates] if dates else []))
    # Names, sizes and times of files lead back to them.
    return Anonymiser().digest("batch", key) if recipe.anonymise else key


def _identity_of(path: str) -> Any:
    """Return what changes with a file or folder; None if there is none."""
    if is_url(path):
        return listed(path)
    return fingerprint(path, skip=ResultFiles()) if Path(path).exists() else None


def _is_finished(study: Study, recipe: Recipe, out: Path) -> bool:
    try:
        results = out / "results" / study.label
        mark = read_json(results / MARK)
        same = mark["key"] == _key(study, recipe) and (out / f"sub-{study.label}").is_dir()
        if mark.get("not written"):
            return False
        return bool(same and read_record(results) and not changed_files(results))
    except (OSError, ValueError, KeyError, TypeError):
        return False  # damaged or unreadable, so it is analysed again


def _write_lists(
    out: Path,
    studies: Sequence[Study],
    entries: dict[str, Entry],
    measured: dict[str, dict[str, Any]],
) -> None:
    """Write ``studies.tsv`` and ``participants.tsv`` with the results so far.

    Args:
        measured: study → its numbers, read here once, so that every result of a large batch does
            not read all others again.
    """
    rows, participants = [], []
    for study in studies:
        entry = entries.get(study.name, Entry(study.name, "open"))
        if study.name in entries and study.name not in measured:
            measured[study.name] = _measured(entry, out / "results" / study.label)
        reason = "see the terminal" if study.pseudonym and entry.reason else entry.reason
        rows.append(
            {"patient": study.written_name, "visits": len(study.visits), "status": entry.status,
             "reason": reason}
        )  # fmt: skip
        participants.append(
            {"participant_id": f"sub-{study.label}", **study.demographics}
            | measured.get(study.name, {})
        )
    bids.write_tsv(out / "studies.tsv", rows)
    bids.write_participants(out, participants)


def _measured(entry: Entry, results: Path) -> dict[str, Any]:
    """Return the columns of one patient in ``participants.tsv``; {} without readable results."""
    if entry.status not in ("done", "kept", "incomplete"):
        return {}
    try:
        if not (results / "comparison.json").is_file():
            return dict(read_course_of(results))
        comparison = read_json(results / "comparison.json")
        call = {"call": comparison["lesions"][0]["call"]["verdict"]}
        return read_changes(results) | call
    except (OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error):
        return {}
