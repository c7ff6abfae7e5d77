"""Export of visits that were analysed in a window, with the inputs that reproduce the results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from SpineDCELib.aif.manual_selection import write_selection
from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.compare_visits import Comparison
from SpineDCELib.course import Course
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.export.course_files import write_course
from SpineDCELib.export.csv_tables import write_curves, write_table
from SpineDCELib.export.identity import require_plain_names
from SpineDCELib.export.nrrd_maps import write_map
from SpineDCELib.export.report.written_text import (
    draft_of_comparison,
    draft_of_visit,
    plain_text,
    studies_of,
)
from SpineDCELib.files.digests import file_digest
from SpineDCELib.files.output_folder import all_files, run_folder
from SpineDCELib.measurement.rulers import Ruler, write_rulers
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import record_of, write_analysis
from SpineDCELib.run.course import anonymous_course
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import write_segmentation
from SpineDCELib.settings import settings_to_dict
from SpineDCELib.vocabulary.region_roles import TAG
from SpineDCELib.vocabulary.report_text import ReportText

#: File with the rulers of a visit.
_RULERS = "rulers.mrk.json"


@dataclass(frozen=True, eq=False)
class FinishedVisit:
    """One visit with its result.

    Attributes:
        name: of the visit.
        folder: name of its folder, if several visits are exported.
        study: path of the study; None if it came from a scene.
    """

    name: str
    folder: str
    analysis: Analysis
    result: Result
    rulers: tuple[Ruler, ...] = ()
    study: Path | None = None


def export_visits(
    visits: Sequence[FinishedVisit],
    comparison: Comparison | None,
    folder: str | Path,
    *,
    course: Course | None = None,
    formats: Sequence[str] = (),
    anonymise: bool = False,
    text: ReportText | None = None,
    history: Sequence[Sequence[str]] = (),
    keep_other_files: bool = False,
    progress: Progress = silent,
) -> tuple[list[str], dict[str, str]]:
    """Write the result files that the command line writes, and the inputs made in the window.

    Regions, settings and the artery selection are among them, so that the command line computes
    the same numbers from these files.

    Args:
        course: that the visits are part of; it takes the place of the comparison.
        text: what a reader wrote; in the report of the comparison or of the only visit, and in
            ``report.txt``.
        history: time, person, visit and action of what was done; for ``history.csv``.
            Both are left out with ``anonymise``, because they name people.

    Returns:
        The files, relative to ``folder``; and what could not be written → the reason.

    Raises:
        InputError: there is no result (code "nothing_to_export"), or the folder cannot be
            written.
    """
    if not visits:
        raise InputError("There are no maps to export.", code="nothing_to_export")
    folder = Path(folder)
    several = len(visits) > 1
    missing: dict[str, str] = {}
    if anonymise and text:
        missing["report.txt"] = "text that a person wrote can name the patient."
    if anonymise:
        text, history = None, ()
    visits, comparison, draft = _with_text(visits, comparison, text)
    together = course is not None or (several and comparison is not None)
    parts = len(visits) + together
    with run_folder(folder, keep_other_files=keep_other_files) as stage:
        for i, visit in enumerate(visits):
            share = part(progress, i / parts, (i + 1) / parts)
            share(0.0, f"Writing the {visit.name} visit")
            place = stage / visit.folder if several else stage
            place.mkdir(parents=True, exist_ok=True)
            of_visit = write_finished_visit(
                visit, place, formats=formats, anonymise=anonymise,
                progress=_about(visit.name, share),
            )  # fmt: skip
            before = f"{visit.folder}/" if several else ""
            missing |= {f"{before}{what}": reason for what, reason in of_visit.items()}
        if course is not None:
            progress(len(visits) / parts, "Writing the course")
            shown = anonymous_course(course) if anonymise else course
            missing |= write_course(stage, shown, formats=formats, anonymise=anonymise)
        elif several and comparison is not None:
            share = part(progress, len(visits) / parts, 1.0)
            share(0.0, "Writing the comparison")
            missing |= write_comparison(
                stage, comparison, formats=formats, anonymise=anonymise,
                progress=lambda done, message: share(done, f"{message} of the comparison"),
            )  # fmt: skip
        if text:
            studies = studies_of({visit.name: visit.analysis for visit in visits})
            (stage / "report.txt").write_text(plain_text(text, draft, studies), encoding="utf-8")
        if history:
            write_table(stage / "history.csv", ["time", "person", "visit", "action"], history)
    progress(1.0, "Done")
    return list(all_files(folder)), missing


def _about(name: str, progress: Progress) -> Progress:
    """Return a listener that also says which visit it hears of."""
    return lambda share, message: progress(share, f"{message} of the {name} visit")


def _with_text(
    visits: Sequence[FinishedVisit], comparison: Comparison | None, text: ReportText | None
) -> tuple[Sequence[FinishedVisit], Comparison | None, tuple[str, str] | None]:
    """Give the text to the report that it is about; return what the numbers there would draft."""
    if comparison is not None:
        return visits, replace(comparison, text=text), draft_of_comparison(comparison)
    if len(visits) == 1:
        (one,) = visits
        named = replace(one, result=replace(one.result, text=text))
        return [named], None, draft_of_visit(one.result)
    return visits, None, None


def write_finished_visit(
    visit: FinishedVisit,
    folder: Path,
    *,
    formats: Sequence[str] = (),
    anonymise: bool = False,
    progress: Progress = silent,
) -> dict[str, str]:
    """Write the results of one visit, and the regions, settings and curves behind them.

    Returns:
        What could not be written → the reason.

    Raises:
        InputError: the folder cannot be written.
    """
    analysis = visit.analysis
    if anonymise:
        selected = analysis.aif_selection
        named = [ruler.name for ruler in visit.rulers]
        require_plain_names(analysis, named if selected is None else [*named, selected.name])
    geometry = analysis.study.dynamic.geometry
    files: dict[str, str] = {}

    def saved(use: str, name: str) -> Path:
        files[use] = name
        return folder / name

    if analysis.regions:
        tags = {name: {TAG: analysis.roles[name]} for name in analysis.regions}
        path = saved("roi", "regions.seg.nrrd")
        write_segmentation(path, dict(analysis.regions), geometry, tags=tags)
    if visit.rulers:
        # Only those that give a size are an input: another number of them would be refused.
        path = saved("size", _RULERS) if analysis.sizes else folder / _RULERS
        write_rulers(path, list(visit.rulers))
    if analysis.settings.aif.source == "mask" and analysis.aif_mask is not None:
        path = saved("aif_mask", "artery.seg.nrrd")
        write_segmentation(path, {"Aorta": analysis.aif_mask}, geometry)
    if analysis.aif_region is not None:
        path = saved("aif_region", "search_region.seg.nrrd")
        write_segmentation(path, {"AIF search region": analysis.aif_region}, geometry)
    if analysis.aif_selection is not None:
        write_selection(saved("aif_selection", "aif_selection.json"), analysis.aif_selection)
    if analysis.settings.aif.source == "file" and analysis.aif_file is not None:
        curve = analysis.aif_file
        heading = "Cp" if (curve.medium or analysis.settings.aif.medium) == "plasma" else "Cb"
        columns = {"time [s]": curve.t, f"{heading} [mM]": curve.C}
        write_curves(saved("aif_file", "aif_given.csv"), columns)
    T1_map = analysis.study.T1_map
    if T1_map is not None and visit.study is not None:
        write_map(
            saved("T1_map", "T1_given.nrrd"), 1000 * T1_map.array,
            geometry=T1_map.geometry, header={"unit": "ms"},
        )  # fmt: skip
    text = json.dumps(settings_to_dict(analysis.settings), indent=2)
    (folder / "settings.json").write_text(text + "\n", encoding="utf-8")
    paths = [(folder / name).resolve() for name in files.values()]
    digests = {str(path): file_digest(path) for path in paths}
    record = record_of(Inputs(str(visit.study or "")), analysis.images, digests, folder)
    # Files beside the record are named relative to it: the folder may be moved.
    record["inputs"] |= {
        use: [name] if use in ("roi", "size") else name for use, name in files.items()
    }
    if visit.study is None:
        record["inputs"]["study"] = "a scene"
    return write_analysis(
        folder, analysis, visit.result, record, formats=formats, anonymise=anonymise,
        progress=progress,
    )  # fmt: skip
