"""``spinedce compare``: change between two visits, and response call."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.options import (
    add_accept_options,
    add_analysis_options,
    add_residual_option,
    add_robustness_option,
    settings_of,
    shift_of,
)
from SpineDCELib.cli.remedies import with_remedy
from SpineDCELib.cli.terminal import existing, show, show_missing, shown_progress
from SpineDCELib.errors import InputError
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison, LesionChange


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    for name, visit in (("before", "baseline"), ("after", "follow-up")):
        parser.add_argument(
            name,
            metavar=visit.upper().replace("-", "_"),
            help=f"study of the {visit} visit, or the results of its analysis",
        )
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    add_analysis_options(parser)
    add_json_option(parser)
    second = parser.add_argument_group(
        "follow-up visit (its other settings are those of the baseline visit)"
    )
    for option in ("--aif-mask", "--aif-region", "--aif-selection", "--aif-file", "--t1-map"):
        second.add_argument(
            f"{option}-after", metavar="FILE", help=f"{option} of the follow-up visit"
        )
    second.add_argument(
        "--roi-after", metavar="FILE", action="append", default=[],
        help="regions of the follow-up visit (default: those of the baseline visit, carried over)",
    )  # fmt: skip
    second.add_argument(
        "--size-after", metavar="FILE", action="append", default=[],
        help="--size of the follow-up visit",
    )  # fmt: skip
    second.add_argument(
        "--shift-after",
        type=shift_of,
        metavar="SECONDS",
        help="AIF shift of the follow-up visit, or auto",
    )
    second.add_argument(
        "--keep-settings", action="store_true",
        help="if the follow-up visit was analysed earlier, keep its settings",
    )  # fmt: skip
    add_accept_options(second)
    second.add_argument(
        "--swap", action="store_true",
        help="take FOLLOW-UP as the baseline visit and BASELINE as the follow-up visit, each with "
        "its own files",
    )  # fmt: skip
    call = parser.add_argument_group("call")
    call.add_argument(
        "--cutoff", type=float, default=CUTOFF, metavar="PERCENT",
        help=f"persistent disease above this change of normalised Vp (default {CUTOFF:g}, "
        f"{CUTOFF_SOURCE})",
    )  # fmt: skip
    add_residual_option(call)
    add_robustness_option(call)


def run(options: argparse.Namespace) -> int:
    """Compare the visits and print a summary."""
    from SpineDCELib.export.formats import parse_formats
    from SpineDCELib.files.bounded_reading import read_json
    from SpineDCELib.run.compare import compare_studies
    from SpineDCELib.run.inputs import Inputs
    from SpineDCELib.run.visit_analyses import given_visit

    before = given_visit(
        existing(options.before),
        Inputs(
            study="",
            aif_mask=options.inputs__aif_mask,
            aif_region=options.inputs__aif_region,
            aif_selection=options.inputs__aif_selection,
            aif_file=options.inputs__aif_file,
            T1_map=options.inputs__T1_map,
            roi=tuple(options.inputs__roi or ()),
            size=tuple(options.inputs__size or ()),
        ),
    )
    after = given_visit(
        existing(options.after),
        Inputs(
            study="",
            aif_mask=options.aif_mask_after,
            aif_region=options.aif_region_after,
            aif_selection=options.aif_selection_after,
            aif_file=options.aif_file_after,
            T1_map=options.t1_map_after,
            roi=tuple(options.roi_after),
            size=tuple(options.size_after),
        ),
    )
    for visit in (before, after):
        for path in visit.inputs.beside_study:
            existing(path)
    if options.swap:
        before, after = after, before
    with shown_progress() as progress:
        comparison, files, not_written = compare_studies(
            before,
            after,
            settings_of(options),
            options.out,
            shift_after=options.shift_after,
            keep_settings=options.keep_settings,
            accept_differences=options.accept_differences,
            accepted=options.accept,
            cutoff=options.cutoff,
            residual_threshold=options.residual,
            flip_runs=options.flip_runs,
            cached=not options.no_cache,
            formats=parse_formats(options.export or "report"),
            anonymise=options.anonymise,
            keep_other_files=options.keep_other_files,
            progress=progress,
        )
    if options.json:
        show_json(
            {
                "folder": str(options.out),
                "files": list(files),
                "not written": not_written,
                **read_json(Path(options.out) / "comparison.json"),
            }
        )
        return 1 if not_written else 0
    show(summary(comparison))
    print(f"\nResults in {options.out}: before/, after/, " + ", ".join(files))
    return show_missing(not_written)


def summary(comparison: Comparison) -> str:
    """Return the call of every lesion and the numbers behind it as text for a terminal."""
    lines = []
    for lesion in comparison.lesions:
        lines += [*lesion_lines(lesion, comparison.mode), ""]
    lines += [f"! {_with_remedy(warning, comparison)}" for warning in comparison.warnings]
    return "\n".join([*lines, *closing_lines()])


def _with_remedy(warning: str, comparison: Comparison) -> str:
    """Return a warning with the settings that can fix it; files differ between visits."""
    for visit in comparison.visits:
        for finding in visit.result.measures.findings:
            if warning.endswith(finding.message):
                settings = [path for path in finding.fields if not path.startswith("inputs.")]
                return with_remedy(InputError(warning, fields=settings))
    return warning


def lesion_lines(lesion: LesionChange, mode: str) -> list[str]:
    """Return the call of a lesion and the numbers behind it."""
    from SpineDCELib.export.report.report_tables import diameters_text
    from SpineDCELib.vocabulary.conversion_modes import normalised_title
    from SpineDCELib.vocabulary.quantities import signed

    one, two = (
        diameters_text(size, plane) for size, plane in zip(lesion.sizes, lesion.planes, strict=True)
    )
    product = (
        f"product {signed(lesion.size_change)} %" if lesion.sizes_compare else "not comparable"
    )
    lines = [
        lesion.call.sentence,
        *(
            f"  {normalised_title(name, mode)}: {signed(change.percent)} % "
            f"(95 % {signed(change.low)} to {signed(change.high)} %)"
            for name, change in lesion.changes.items()
        ),
        f"  diameters in mm: {one} to {two}, {product}",
        f"  mean signal enhancement: {lesion.enhancement[0]:.0f} % to "
        f"{lesion.enhancement[1]:.0f} %",
    ]
    lines += [f"  {s.sentence}" for s in (lesion.residual, lesion.flip) if s is not None]
    return lines


def closing_lines() -> list[str]:
    """Return the source of the cutoff, and what the program is not."""
    from SpineDCELib.compare.call import EVIDENCE

    return [
        f"The published cutoff is that of {CUTOFF_SOURCE}. {EVIDENCE}.",
        "For research; not a medical device. A radiologist decides.",
    ]
