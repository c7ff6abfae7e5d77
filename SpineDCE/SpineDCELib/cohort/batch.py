"""Many studies, one after another or at once; what is finished is never done again."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from SpineDCELib.cohort import bids_derivative as bids
from SpineDCELib.cohort.batch_studies import Study
from SpineDCELib.cohort.comparison_folder import read_changes
from SpineDCELib.cohort.worker_pool import Failure, Pool, worker_pool
from SpineDCELib.compare.call import CUTOFF
from SpineDCELib.errors import InputError
from SpineDCELib.files.digests import fingerprint, key_of
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.compare import compare_studies, given_visit
from SpineDCELib.series.file_discovery import is_results
from SpineDCELib.settings import Settings, settings_to_dict

#: Last file of a finished study: its presence means that all others are there.
MARK = "study.json"


@dataclass(frozen=True)
class Recipe:
    """How every study of a batch is analysed."""

    settings: Settings = field(default_factory=Settings)
    cutoff: float = CUTOFF
    flip_runs: int = 200
    formats: tuple[str, ...] = ("report",)
    accept_differences: bool = False
    anonymise: bool = False


@dataclass(frozen=True)
class Entry:
    """One study of a batch, in the end: "done", "kept" from an earlier run, or "failed"."""

    name: str
    status: str
    reason: str = ""
    seconds: float = 0.0


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
) -> list[Entry]:
    """Compare or analyse every study, and write a data set after BIDS derivatives to ``out``.

    A study whose results are there, made from the same files in the same way, is kept; so a batch
    that was stopped goes on. One that fails is listed with its reason and tried again next time.

    Args:
        workers, address: see :func:`worker_pool`.
        pool: an open pool, instead of these.
        name: of the data set.

    Raises:
        InputError: ``out`` cannot be written; no Dask; no scheduler at the address.
    """
    out = Path(out).resolve()
    work = out / ".work"
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"Results cannot be written to {out} ({error.strerror}); choose another folder with -o."
        ) from None
    bids.write_frame(out, name)
    entries = {s.name: Entry(s.name, "kept") for s in studies if _is_finished(s, recipe, out)}
    open_ones = [study for study in studies if study.name not in entries]
    _write_lists(out, studies, entries)
    try:
        if open_ones and pool is not None:
            _run(pool, open_ones, recipe, out, studies, entries, progress)
        elif open_ones:
            count = None if workers is None else min(workers, len(open_ones))
            with worker_pool(count, address) as own:
                _run(own, open_ones, recipe, out, studies, entries, progress)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    progress(1.0, "Done")
    return [entries[study.name] for study in studies]


def _run(
    pool: Pool,
    open_ones: Sequence[Study],
    recipe: Recipe,
    out: Path,
    studies: Sequence[Study],
    entries: dict[str, Entry],
    progress: Progress,
) -> None:
    progress(len(entries) / len(studies), f"{len(entries)} of {len(studies)} patients")
    for number, result in pool(partial(run_study, recipe=recipe, out=out), open_ones):
        study = open_ones[number]
        failed = isinstance(result, Failure)
        entries[study.name] = (
            Entry(study.name, "failed", result.reason)
            if failed
            else Entry(study.name, "done", "", result)
        )
        _write_lists(out, studies, entries)
        progress(len(entries) / len(studies), f"{len(entries)} of {len(studies)} patients")


def run_study(study: Study, *, recipe: Recipe, out: Path) -> float:
    """Analyse one patient and put the results in place, all or nothing; returns seconds.

    Raises:
        InputError: whatever an analysis or a comparison raises.
    """
    start = time.monotonic()
    (out / ".work").mkdir(exist_ok=True)
    # The process is named, so that one can see (and end) who works on what.
    work = Path(tempfile.mkdtemp(prefix=f"{study.label}-{os.getpid()}-", dir=out / ".work"))
    key = _key(study, recipe)
    results, subject = work / "results", work / "subject"
    try:
        given = [given_visit(Path(i.study), i) for i in study.visits.values()]
        if len(given) == 2:
            compare_studies(
                given[0], given[1], recipe.settings, results,
                accept_differences=recipe.accept_differences, cutoff=recipe.cutoff,
                flip_runs=recipe.flip_runs, formats=recipe.formats, anonymise=recipe.anonymise,
            )  # fmt: skip
        else:
            analyse(
                given[0].inputs, given[0].settings or recipe.settings, results,
                formats=recipe.formats, anonymise=recipe.anonymise, cached=False,
            )  # fmt: skip
        final = out / "results" / study.label
        _settle(results, final)
        for session, inputs in study.visits.items():
            place = results / session if len(given) == 2 else results
            prefix = f"sub-{study.label}" + (f"_ses-{session}" if session else "")
            folder = subject / f"ses-{session}" if session else subject
            bids.write_visit(folder / "perf", prefix, place, inputs)
        seconds = time.monotonic() - start
        mark = {"patient": study.name, "key": key, "seconds": round(seconds, 2)}
        (results / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
        _move(subject, out / f"sub-{study.label}")
        _move(results, final)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return seconds


def _settle(results: Path, final: Path) -> None:
    """Make results ready to be moved: no cache, and records that name their final place."""
    for cache in results.rglob(".cache"):
        shutil.rmtree(cache, ignore_errors=True)
    old, new = (json.dumps(str(p))[1:-1] for p in (results, final))
    for path in results.rglob("provenance.json"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")


def _move(folder: Path, final: Path) -> None:
    """Put a whole folder in place of an old one."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        final.rename(folder.with_name(f"old-{folder.name}"))
    folder.rename(final)


def _key(study: Study, recipe: Recipe) -> str:
    """What a study's results depend on; files count by name, size and time."""
    visits = {session: asdict(inputs) for session, inputs in study.visits.items()}
    files: list[Any] = []
    for inputs in study.visits.values():
        for path in (inputs.study, *inputs.beside_study):
            files.append(fingerprint(path, skip=is_results) if Path(path).exists() else None)
    how = asdict(recipe) | {"settings": settings_to_dict(recipe.settings)}
    return key_of(visits, files, how)


def _is_finished(study: Study, recipe: Recipe, out: Path) -> bool:
    try:
        mark = json.loads((out / "results" / study.label / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(mark.get("key") == _key(study, recipe) and (out / f"sub-{study.label}").is_dir())


def _write_lists(out: Path, studies: Sequence[Study], entries: dict[str, Entry]) -> None:
    """``studies.tsv`` and ``participants.tsv`` as far as the batch is."""
    rows, people = [], []
    for study in studies:
        entry = entries.get(study.name, Entry(study.name, "open"))
        rows.append(
            {"patient": study.name, "visits": len(study.visits), "status": entry.status,
             "reason": entry.reason}
        )  # fmt: skip
        known: dict[str, Any] = {"participant_id": f"sub-{study.label}", **study.people}
        results = out / "results" / study.label
        if entry.status in ("done", "kept") and (results / "comparison.json").is_file():
            lesion = json.loads((results / "comparison.json").read_text(encoding="utf-8"))
            known |= read_changes(results) | {"call": lesion["lesions"][0]["call"]["verdict"]}
        people.append(known)
    bids.write_tsv(out / "studies.tsv", rows)
    bids.write_participants(out, people)
