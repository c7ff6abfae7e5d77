"""``spinedce aif``: detected artery with reasons, AIF, and evidence for the shift."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.cli.options import add_analysis_options, inputs_of, settings_of
from SpineDCELib.cli.remedies import with_remedy
from SpineDCELib.cli.terminal import show, shown_progress
from SpineDCELib.errors import InputError

if TYPE_CHECKING:
    from SpineDCELib.aif.candidates import Detection
    from SpineDCELib.aif.plot_data import Chart
    from SpineDCELib.analysis import Analysis


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", metavar="STUDY", help="folder or file")
    parser.add_argument("-o", "--out", metavar="OUT", help="folder for tables, mask and figure")
    add_analysis_options(parser, export=False)


def run(options: argparse.Namespace) -> int:
    """Print and write the findings; raise an error if no artery can be trusted."""
    from SpineDCELib.files.output_folder import run_folder
    from SpineDCELib.run.analyse import cache_of, load

    settings, inputs = settings_of(options), inputs_of(options)
    if settings.aif.source not in ("auto", "mask"):
        raise InputError(
            f"The AIF '{settings.aif.source}' is not measured in the images.",
            code="aif_not_measured",
            fields=["aif.source=auto", "inputs.aif_mask"],
        )
    cached = bool(options.out) and not options.no_cache
    with shown_progress() as progress:
        analysis = load(
            inputs, settings, cache_of(Path(options.out or ""), cached=cached), progress
        )
        found = analysis.detection() if settings.aif.source == "auto" else None
    if found is not None:
        show(_summary(found))
    charts, doubt = _charts(analysis, found, options)
    if options.out:
        with run_folder(options.out, keep_other_files=options.keep_other_files) as stage:
            _write(stage, analysis, found, charts)
        print(f"Results in {options.out}")
    if found is not None:
        found.trusted()
    if doubt:
        show(doubt)
    return 0


def _charts(
    analysis: Analysis, found: Detection | None, options: argparse.Namespace
) -> tuple[list[Chart], str]:
    """Return the charts that can be drawn, and the reason why others cannot."""
    from SpineDCELib.aif.plot_data import candidate_chart, curve_chart, evidence_charts
    from SpineDCELib.vocabulary.quantities import CURVE_UNITS

    t = analysis.images.dynamic.times
    charts = [] if found is None else [candidate_chart(found, t=t)]
    if found is not None and found.doubt:
        return charts, ""
    blood = analysis.blood()
    show("\n".join(blood.notes))
    unit = CURVE_UNITS[analysis.signal_mode]
    charts.append(curve_chart(blood, t=t, unit=unit))
    try:
        analysis.check()
        evidence = analysis.evidence()
    except InputError as error:
        return charts, f"No evidence for a shift: {with_remedy(error, options.known_options)}"
    show(evidence.summary())
    return [*charts, *evidence_charts(evidence)], ""


def _write(stage: Path, analysis: Analysis, found: Detection | None, charts: list[Chart]) -> None:
    import numpy as np

    from SpineDCELib.aif.plot_data import candidate_table, evidence_table, vessel_table
    from SpineDCELib.export.aif_files import write_aif_picture, write_chart_table
    from SpineDCELib.export.csv_tables import write_curves
    from SpineDCELib.export.nrrd_maps import write_map

    dynamic = analysis.images.dynamic
    caption = Path(dynamic.source.files[0]).parent.name if dynamic.source.files else "study"
    columns = {"time [s]": dynamic.times}
    if found is not None:
        write_chart_table(stage / "aif_candidates.csv", candidate_table(found))
        write_chart_table(stage / "aif_vessels.csv", vessel_table(found))
        used = f"{int(found.mask.sum())} voxels accepted"
        if found.against_evidence:
            used = f"{int(found.mask.sum())} voxels chosen by hand, not confirmed"
        caption += f" · {found.doubt or used}"
        for c in found.candidates:
            if c.accepted:
                columns[f"signal slice {c.slice + 1} vessel {c.vessel}"] = c.signal
    if analysis.artery is not None and analysis.artery.any():
        write_map(
            stage / "aif_mask.nrrd",
            analysis.artery.astype(np.uint8),
            geometry=dynamic.geometry,
            header={"SpineDCE.quantity": "artery"},
        )
    for chart in charts:
        if chart.title == "Arterial input function":
            columns |= {f"{s.name} {chart.y_title}": s.y for s in chart.series}
    write_curves(stage / "aif_curves.csv", columns)
    if any(chart.title == "Residual" for chart in charts):
        write_chart_table(stage / "shift_evidence.csv", evidence_table(analysis.evidence()))
    write_aif_picture(
        stage / "aif.png", dynamic=dynamic, found=found, charts=charts, caption=caption
    )


def _summary(found: Detection) -> str:
    """Return a table for a terminal: the accepted slices, then each rejected vessel once."""
    lines = [f"{'slice':>7} {'vessel':>6} {'voxels':>6} {'used':>5} {'arrival':>8} {'peak':>7} "
             f"{'width':>7}  verdict"]  # fmt: skip
    rejected: set[int] = set()
    for c in found.candidates:
        if not c.accepted and c.vessel in rejected:
            continue
        if not c.accepted:
            rejected.add(c.vessel)
        lines.append(
            f"{c.slice + 1:7d} {c.vessel:6d} {c.voxels:6d} {c.accepted:5d} {c.arrival:6.1f} s "
            f"{c.peak:7.2f} {c.width:5.1f} s  {c.reason}"
        )
    lines += [
        f"(Peak in {found.unit}, not corrected for T2*. A rejected vessel is listed once.)",
        "",
        "Vessels by how well they explain the tissue (misfit 1 is perfect):",
        *(
            f"{e.vessel:7d} {e.kind.value}: misfit {e.misfit:.1f}, tissue {e.delay:.0f} s later. "
            f"{e.reason}"
            for e in found.evidence
        ),
        *found.warnings,
        *([found.against_evidence] if found.against_evidence else []),
        "",
        "Enhancing voxels by verdict:",
        *(f"  {n:7d} {reason}" for reason, n in found.counts().items()),
        "",
    ]
    return "\n".join(lines)
