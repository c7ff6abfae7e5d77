"""``spinedce analyse``: maps, measurements and overview figure of one study."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.options import add_analysis_options, inputs_of, settings_of
from SpineDCELib.cli.terminal import show, show_missing, shown_progress

if TYPE_CHECKING:
    from SpineDCELib.run.analyse import Outcome


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "study", metavar="STUDY",
        help="folder or file; pacs:NODE/STUDY_UID for a study in an archive",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    add_analysis_options(parser)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Analyse the study and print a summary."""
    from SpineDCELib.export.analysis_record import analysis_record
    from SpineDCELib.export.formats import parse_formats
    from SpineDCELib.export.identity import identifying_words
    from SpineDCELib.run.analyse import analyse

    settings = settings_of(options)
    if options.study.startswith("pacs:"):
        from SpineDCELib.network.archive import local_study

        with shown_progress() as progress:
            options.study = local_study(options.study, progress)
    inputs = inputs_of(options)
    with shown_progress() as progress:
        outcome = analyse(
            inputs,
            settings,
            options.out,
            progress=progress,
            cached=not options.no_cache,
            formats=parse_formats(options.export or "none"),
            anonymise=options.anonymise,
            keep_other_files=options.keep_other_files,
        )
    if options.json:
        words = identifying_words(outcome.analysis) if options.anonymise else frozenset()
        show_json(
            {
                "folder": str(outcome.folder),
                "files": list(outcome.files),
                "not written": outcome.not_written,
                **analysis_record(outcome.analysis, outcome.result, words=words),
            }
        )
        return 1 if outcome.not_written else 0
    show(summary(outcome))
    return show_missing(outcome.not_written)


def summary(outcome: Outcome) -> str:
    """Return assumptions, results and their folder as text for a terminal."""
    from SpineDCELib.cli.remedies import with_remedy
    from SpineDCELib.vocabulary.conversion_modes import normalised_title
    from SpineDCELib.vocabulary.quantities import QUANTITIES

    settings, result = outcome.analysis.settings, outcome.result
    lines = [
        f"Model {settings.fit.model}, {outcome.analysis.signal_mode} signal, AIF "
        f"{settings.aif.source} shifted by {outcome.analysis.shift():g} s, "
        f"Hct {settings.aif.Hct:g}",
        *(f"  {note}" for note in result.notes),
        "",
    ]
    for region in result.regions:
        lines.append(f"{region.name}: {region.fitted} of {region.voxels} voxels fitted")
        for name, s in region.parameters.items():
            if s.n and name in ("vp", "Ktrans", "ve"):
                lines.append(
                    f"  {name:7s} median {s.median:.4f}  mean {s.mean:.4f} ± {s.SD:.4f} "
                    f"{QUANTITIES[name].unit}"
                )
        lines += [f"  unfitted: {count} {reason}" for reason, count in region.unfitted.items()]
    measures = result.measures
    for one in measures.normalised:
        lines.append(
            f"{one.lesion} / {one.reference}: {normalised_title(one.parameter, measures.mode)} "
            f"{one.value:.2f} × "
            f"(95 % from noise alone: {one.low:.2f} to {one.high:.2f})"
        )
    for name, size in measures.sizes.items():
        lines.append(
            f"{name}: {size.axial.longest:.1f} × {size.axial.perpendicular:.1f} mm in the axial "
            f"plane, {size.whole.volume / 1000:.2f} mL within the outline ({size.source})"
        )
    lines += [f"! {with_remedy(finding.error)}" for finding in measures.findings]
    lines += ["", f"Results in {outcome.folder}: " + ", ".join(outcome.files)]
    return "\n".join(lines)
