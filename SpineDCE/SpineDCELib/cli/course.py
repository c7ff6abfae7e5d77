"""``spinedce course``: a patient over any number of visits."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineDCELib.cli.compare import closing_lines, lesion_lines
from SpineDCELib.cli.compare import summary as comparison_summary
from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.options import (
    add_accept_options,
    add_analysis_options,
    add_residual_option,
    add_robustness_option,
    settings_of,
)
from SpineDCELib.cli.terminal import existing, show, show_missing, shown_progress
from SpineDCELib.errors import InputError

if TYPE_CHECKING:
    from SpineDCELib.course import Course


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "patient", metavar="PATIENT",
        help="folder with one folder per visit (a study, or the results of its analysis), or with "
        "several DICOM studies; sorted by date. The *.seg.nrrd in the folder of a visit are its "
        "regions; a visit without any gets those of the last visit that has them",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    course = parser.add_argument_group("course")
    course.add_argument(
        "--event", action="append", default=[], metavar="DATE=KIND",
        help="a treatment, such as '2026-03-12=radiation: 24 Gy in 1 fraction'; KIND is radiation, "
        "surgery, systemic or other; may be repeated",
    )  # fmt: skip
    course.add_argument(
        "--no-rt-events", action="store_true",
        help="do not read the days of radiation from RT Plans and Treatment Records in PATIENT",
    )  # fmt: skip
    course.add_argument(
        "--rt-dose", action="append", default=[], metavar="FILE",
        help="dose of a radiation therapy plan (DICOM RT Dose) on the images of a visit; may be "
        "repeated, the doses add",
    )  # fmt: skip
    course.add_argument(
        "--date", action="append", default=[], metavar="VISIT=DATE",
        help="date of a visit, by the name of its folder, where its files have none or a wrong "
        "one; may be repeated",
    )  # fmt: skip
    course.add_argument(
        "--cutoff", default="behar2023", metavar="PERCENT",
        help="persistent disease above this change of normalised Vp: a number, or the name of a "
        "published series, behar2023 (−40 %%, default) or kumar2017 (−20 %%)",
    )  # fmt: skip
    add_residual_option(course)
    add_robustness_option(course)
    add_accept_options(course)
    add_analysis_options(parser)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Follow the course and print a summary."""
    from dataclasses import fields, replace

    from SpineDCELib.course import cutoff_named, parse_event
    from SpineDCELib.course.treatment_events import with_recorded
    from SpineDCELib.export.formats import parse_formats
    from SpineDCELib.run.course import follow_patient
    from SpineDCELib.run.inputs import Inputs
    from SpineDCELib.run.patient_visits import treatments_of_patient, visits_of_patient

    events = [parse_event(text) for text in options.event]
    cutoff, source = cutoff_named(options.cutoff)
    settings = settings_of(options)
    given: dict[str, Any] = {
        f.name: tuple(value) if isinstance(value, list) else value
        for f in fields(Inputs)
        if f.name != "study" and (value := getattr(options, f"inputs__{f.name}"))
    }
    for path in (*Inputs("", **given).beside_study, *options.rt_dose):
        existing(path)
    with shown_progress() as progress:
        visits = visits_of_patient(
            existing(options.patient), settings, dates=dict(map(_dated, options.date))
        )
        if not options.no_rt_events:
            events = with_recorded(events, treatments_of_patient(Path(options.patient)))
        # The files that the options name are those of the first visit.
        first = visits[0]
        inputs = replace(first.given.inputs, **given)
        visits[0] = replace(first, given=replace(first.given, inputs=inputs))
        course, files, not_written = follow_patient(
            visits,
            settings,
            options.out,
            events=events,
            doses=options.rt_dose,
            accept_differences=options.accept_differences,
            accepted=options.accept,
            cutoff=cutoff,
            cutoff_source=source,
            residual_threshold=options.residual,
            flip_runs=options.flip_runs,
            cached=not options.no_cache,
            formats=parse_formats(options.export or "report"),
            anonymise=options.anonymise,
            keep_other_files=options.keep_other_files,
            progress=progress,
        )
    if options.json:
        from SpineDCELib.files.bounded_reading import read_json

        record = read_json(Path(options.out) / "course.json")
        show_json(
            {
                "folder": str(options.out),
                "files": list(files),
                "not written": not_written,
                **record,
            }
        )
        return 1 if not_written else 0
    show(summary(course))
    folders = ", ".join(f"visit-{place + 1}/" for place in range(len(course.visits)))
    print(f"\nResults in {options.out}: {folders}, " + ", ".join(files))
    return show_missing(not_written)


def _dated(text: str) -> tuple[str, str]:
    from SpineDCELib.course.treatment_events import parse_date

    name, _, date = text.rpartition("=")
    day = parse_date(date)
    if not (name and day):
        raise InputError(
            f"'{text}' is not the name of a visit and its date, such as visit-1=2026-03-12.",
            code="unusable_date",
            about=text,
            fields=["course.date"],
        )
    return name, day


def summary(course: Course) -> str:
    """Return the course as text for a terminal; two visits give the text of their comparison."""
    if len(course.visits) == 2 and len(course.comparisons) == 1:
        [comparison] = course.comparisons.values()
        text = comparison_summary(comparison)
        # Only a dose says more than a comparison can.
        return "\n".join([*(f"! {w}" for w in course.warnings if course.doses), text])
    lines: list[str] = []
    told: set[str] = set()
    for place, _ in enumerate(course.visits):
        lines += [course.name_of(place)[0].upper() + course.name_of(place)[1:], ""]
        for trend in course.trends:
            point = trend.at(place)
            if point is None:
                if place in trend.absent:
                    lines += [f"{trend.name}: not determined, because it has no region.", ""]
                continue
            lines.append(f"{trend.name}: {point.status.status}. {point.status.reason}")
            if point.status.would_change:
                lines.append(f"  {point.status.would_change}")
            if point.from_baseline is not None:
                lines += lesion_lines(point.from_baseline, course.mode)
            lines.append("")
        for (_, last), comparison in course.comparisons.items():
            # What is said of the baseline visit is said once.
            said = [w for w in comparison.warnings if last == place and w not in told]
            told.update(w for w in said if w.startswith("Baseline"))
            lines += [*(f"! {warning}" for warning in said), *([""] if said else [])]
    lines += [f"! {warning}" for warning in course.warnings]
    return "\n".join([*lines, *closing_lines()])
