"""Reproduction of the table and figures of Behar et al. 2023 on a digital cohort."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from SpineDCELib.cohort import bids_derivative as bids
from SpineDCELib.cohort import published_results as paper
from SpineDCELib.cohort.batch import Entry, Recipe, require_data_set, run_batch
from SpineDCELib.cohort.batch_studies import Study
from SpineDCELib.cohort.cohort_figures import boxes, mean_curves, roc_curves, waterfall
from SpineDCELib.cohort.cohort_files import write_cohort_results
from SpineDCELib.cohort.cohort_statistics import CohortResult, analyse_cohort
from SpineDCELib.cohort.cohort_table import read_cohort
from SpineDCELib.cohort.published_results import Example
from SpineDCELib.cohort.worker_pool import Failure, Pool, worker_pool
from SpineDCELib.errors import InputError
from SpineDCELib.export.csv_tables import write_table
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.report_figures import png_of, triptych
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.measurement import percent_change
from SpineDCELib.phantom import VISITS, write_study
from SpineDCELib.phantom.phantom_cohort import Member, draw_cohort
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.compare import compare_studies
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.visit_analyses import given_visit
from SpineDCELib.settings import Settings, changed

#: As in the paper, there is no T1 map, so the signal is relative. The shift, which the authors set
#: by hand, is the proposed one.
PAPER_SETTINGS = changed(Settings(), concentration={"signal": "relative"}, fit={"shift": "auto"})

#: Example patients: figure, patient.
EXAMPLES = (("Figure 1", "A"), ("Figure 2", "B"))

CAPTIONS = {
    "figure1": "Patient with response, baseline above follow-up: anatomy, Vp, Vp over anatomy.",
    "figure2": "Patient with persistent disease, baseline above follow-up.",
    "figure3": "ΔVp and ΔKtrans in both groups: median, quartiles, every patient.",
    "figure4": "Mean signal curves of the lesions, with the 95 % band of the mean.",
    "figure5": "ROC of ΔVp and Δarea. Dots: best cutoffs; rings: the paper's.",
    "waterfall": "ΔVp of every patient.",
}


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Result of the reproduction.

    Attributes:
        rows: name, paper, truth of the cohort, reproduced.
        remarks: differences between measured and true values.
    """

    rows: list[list[str]]
    remarks: list[str]
    entries: list[Entry]
    result: CohortResult


def reproduce(
    out: str | Path,
    *,
    patients: int | None = None,
    seed: int = 2023,
    settings: Settings = PAPER_SETTINGS,
    examples: str | None = "full",
    workers: int | None = None,
    address: str | None = None,
    resamples: int = 2000,
    progress: Progress = silent,
) -> Reproduction:
    """Create and analyse the digital cohort, and write the paper's table and figures to ``out``.

    ``out`` is a data set of :func:`run_batch`, with the images in ``sourcedata`` and the
    statistics in ``cohort``. Finished studies and results are kept, so a stopped call is resumed.

    Args:
        patients: number of patients, of 49; all if None.
        settings: of every analysis.
        examples: size of the phantoms of Figures 1 and 2; None leaves them out.
        workers, address: see :func:`worker_pool`.

    Raises:
        InputError: ``out`` contains another cohort or files of another origin, or cannot be used
            (codes "another_cohort", "folder_not_ours", "folder_not_writable"); the number of
            patients is not 1 to 49 (code "out_of_range"); a study fails (code "study_failed"); a
            package is not installed.
    """
    out = Path(out).resolve()
    members = draw_cohort(seed)
    if patients is not None and not 1 <= patients <= len(members):
        raise InputError(
            f"The number of patients must lie between 1 and {len(members)}; {patients} was given.",
            code="out_of_range",
            fields=["paper.patients"],
        )
    members = members[:patients]
    source = out / "sourcedata"
    _claim(source, {"seed": seed})
    recipe = Recipe(settings, flip_runs=0, formats=())
    with worker_pool(workers, address) as pool:
        write = partial(_write_patient, seed=seed, folder=source)
        keys = [m.patient.key for m in members]
        _run_all(pool, write, keys, "patients written", part(progress, 0.0, 0.35))
        entries = run_batch(
            [_study(m, source) for m in members], recipe, out, pool=pool,
            name="Behar et al. 2023, digital cohort", progress=part(progress, 0.35, 0.85),
            keep_other_files=True,
        )  # fmt: skip
        worked: list[tuple[Example, Example]] = []
        if examples is not None:
            make = partial(_example, size=examples, seed=seed, out=out, settings=settings)
            worked = _run_all(pool, make, EXAMPLES, "examples", part(progress, 0.85, 0.95))
    shutil.rmtree(source / ".unfinished", ignore_errors=True)
    progress(0.95, "Statistics")
    result = analyse_cohort(
        read_cohort(out, quantities=paper.QUANTITIES), resamples=resamples, seed=seed
    )
    truth = analyse_cohort(paper.true_table(members), resamples=0)
    rows = paper.beside(
        paper.facts(truth, [true for true, _ in worked]),
        paper.facts(result, [measured for _, measured in worked]),
    )
    failed = {e.name: e.reason for e in entries if e.status == "failed"}
    remarks = [f"The analysis of {name} failed. {reason}" for name, reason in failed.items()]
    remarks += paper.against_truth(
        out / "results", [m for m in members if m.patient.key not in failed]
    )
    write_cohort_results(out / "cohort", result)
    _write(out, rows, remarks, result, figures=[f"figure{n}" for n in (1, 2)] if worked else [])
    progress(1.0, "Done")
    return Reproduction(rows, remarks, entries, result)


def _claim(source: Path, what: dict[str, Any]) -> None:
    """Mark a folder as that of this cohort; refuse a folder of another cohort or origin."""
    mark = source / "cohort.json"
    if source.parent.is_dir():
        require_data_set(source.parent, own=[source.name] if mark.is_file() else [])
    try:
        source.mkdir(parents=True, exist_ok=True)
        found = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else what
    except (OSError, ValueError) as error:
        raise InputError(
            f"{source} cannot be used ({error}).",
            code="folder_not_writable",
            about=str(source),
            fields=["inputs.out"],
        ) from None
    if found != what:
        raise InputError(
            f"{source} contains a cohort with another seed.",
            code="another_cohort",
            about=str(source),
            fields=["inputs.out"],
        )
    bids.replace_text(mark, json.dumps(what) + "\n")
    shutil.rmtree(source / ".unfinished", ignore_errors=True)


def _run_all(
    pool: Pool, function: Any, items: Sequence[Any], words: str, progress: Progress
) -> list[Any]:
    """Return the results of all items, in order; stop at the first failure."""
    results: dict[int, Any] = {}
    for number, result in pool(function, items):
        if isinstance(result, Failure):
            raise InputError(
                f"{items[number]} failed. {result.reason}",
                code="study_failed",
                about=str(items[number]),
                fields=result.fields,
            )
        results[number] = result
        progress(len(results) / len(items), f"{len(results)} of {len(items)} {words}")
    return [results[number] for number in range(len(items))]


def _write_patient(key: str, *, seed: int, folder: Path) -> None:
    """Write both visits of one patient; each is moved into place when it is complete."""
    member = next(m for m in draw_cohort(seed) if m.patient.key == key)
    for visit in VISITS:
        final = folder / key / visit
        if final.exists():
            continue
        draft = folder / ".unfinished" / f"{key}-{visit}-{os.getpid()}"
        write_study(
            draft, patient=member.patient, visit=visit, size="quick", seed=seed, motion=False
        )
        final.parent.mkdir(exist_ok=True)
        draft.rename(final)


def _visit(folder: Path) -> Inputs:
    truth = folder / "truth"
    return Inputs(
        study=str(folder / "dicom"),
        roi=(str(truth / "rois.seg.nrrd"),),
        size=(str(truth / "size.seg.nrrd"),),
    )


def _study(member: Member, source: Path) -> Study:
    folder = source / member.patient.key
    visits = {visit: _visit(folder / visit) for visit in VISITS}
    return Study(member.patient.key, visits, paper.demographics_of(member))


def _example(
    which: tuple[str, str], *, size: str, seed: int, out: Path, settings: Settings
) -> tuple[Example, Example]:
    """Write, compare and draw one example patient, and return its true and measured values."""
    figure, key = which
    folder = out / "sourcedata" / f"example-{size}-{key}"
    for visit in VISITS:
        if not (folder / visit).exists():
            draft = out / "sourcedata" / ".unfinished" / f"{key}-{visit}-{os.getpid()}"
            write_study(draft, patient=key, visit=visit, size=size, seed=seed, motion=False)
            folder.mkdir(exist_ok=True)
            draft.rename(folder / visit)
    files = [_visit(folder / visit) for visit in VISITS]
    before, after = (given_visit(Path(inputs.study), inputs) for inputs in files)
    comparison, *_ = compare_studies(
        before, after, settings, out / "cohort" / f"example-{key}", flip_runs=0, formats=()
    )
    visits = [("baseline", comparison.baseline), ("follow-up", comparison.follow_up)]
    picture = triptych([(name, v.analysis, v.result) for name, v in visits])
    data = base64.b64decode(picture.partition(",")[2])
    (out / f"{figure.lower().replace(' ', '')}.png").write_bytes(data)
    one, two = (
        json.loads((folder / visit / "truth" / "truth.json").read_text(encoding="utf-8"))
        for visit in VISITS
    )
    areas = [truth["size"]["area_product_mm2"] for truth in (one, two)]
    vps = [truth["normalised_vp"] for truth in (one, two)]
    [lesion] = comparison.lesions
    return (
        Example(figure, vps[0], vps[1], percent_change(*vps), percent_change(*areas)),
        Example(
            figure,
            lesion.before[lesion.parameter].value,
            lesion.after[lesion.parameter].value,
            lesion.changes[lesion.parameter].percent,
            lesion.size_change,
        ),
    )


def _write(
    out: Path,
    rows: list[list[str]],
    remarks: list[str],
    result: CohortResult,
    *,
    figures: Sequence[str],
) -> None:
    """Write ``paper.csv``, ``paper.html`` and Figures 3 to 5."""
    drawn = {
        "figure3": boxes(result),
        "figure4": mean_curves(result),
        "figure5": roc_curves(result, "vp", "area"),
        "waterfall": waterfall(result),
    }
    pictures = {name: (out / f"{name}.png").read_bytes() for name in figures}
    for name, figure in drawn.items():
        if figure is not None:
            pictures[name] = png_of(figure, dpi=110)
    body = [page.table(paper.HEADER, rows), page.listed(remarks)]
    for name, data in pictures.items():
        source = "data:image/png;base64," + base64.b64encode(data).decode("ascii")
        body.append(page.figure([source], CAPTIONS[name]))
    title = "Behar et al., AJNR 2023, on a digital cohort"
    with staged(out) as stage:
        write_table(stage / "paper.csv", paper.HEADER, rows)
        for name, data in pictures.items():
            (stage / f"{name}.png").write_bytes(data)
        html = page.page(title, "Digital patients only; no patient data.", body)
        (stage / "paper.html").write_text(html, encoding="utf-8")
