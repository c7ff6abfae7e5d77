"""Options of every command that analyses, and the settings that they mean."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from SpineDCELib.aif import POPULATION
from SpineDCELib.cli.terminal import INTERVAL_HELP, existing
from SpineDCELib.export.formats import FORMATS
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import MODELS, SIGNAL_MODES, Settings, changed, read_settings


def add_analysis_options(parser: argparse.ArgumentParser) -> None:
    """Options for study, AIF, concentration, fit and regions."""
    study = parser.add_argument_group("study")
    study.add_argument("--series", type=int, metavar="N", help="dynamic series, as info numbers it")
    study.add_argument("--frame-interval", type=float, metavar="SECONDS", help=INTERVAL_HELP)
    study.add_argument(
        "--tr", type=float, metavar="MS", help="repetition time, if not in the files"
    )
    study.add_argument("--flip-angle", type=float, metavar="DEGREES", help="likewise")
    study.add_argument(
        "--skip-invalid", action="store_true", help="leave voxels with NaN or negative signal out"
    )

    before = parser.add_argument_group("preprocessing (the background is left out by default)")
    before.add_argument("--no-noise-mask", action="store_true", help="fit the background too")
    before.add_argument("--motion", action="store_true", help="move every frame back")
    before.add_argument(
        "--spikes", action="store_true", help="replace single frames that stick out"
    )
    smooth = before.add_mutually_exclusive_group()
    smooth.add_argument("--smooth", type=float, metavar="MM", help="Gaussian, full width")
    smooth.add_argument("--smooth-edges", type=float, metavar="MM", help="edge-preserving")
    before.add_argument("--smooth-time", type=float, metavar="SECONDS", help="not the first pass")

    aif = parser.add_argument_group("arterial input function (one of the first three)")
    source = aif.add_mutually_exclusive_group()
    source.add_argument("--aif-mask", metavar="FILE", help="the artery, as --roi")
    source.add_argument("--aif-file", metavar="FILE", help="two columns: time [s], Cb [mM]")
    source.add_argument(
        "--aif",
        choices=("auto", *POPULATION),
        help="auto finds the artery (default); the others are population AIFs",
    )
    aif.add_argument(
        "--shift-by", choices=("study", "section", "region"), help="one shift for each"
    )
    aif.add_argument("--aif-region", metavar="FILE", help="where auto searches: a label map")
    aif.add_argument(
        "--aif-selection", metavar="FILE", help="changes by hand to what auto found, as JSON"
    )
    aif.add_argument(
        "--aif-fitted", action="store_true",
        help="fit a population AIF's arrival and scale to the artery that is found (or masked)",
    )  # fmt: skip
    aif.add_argument("--aif-time-unit", choices=("s", "ms", "min"), help="of an --aif-file")
    aif.add_argument("--aif-medium", choices=("blood", "plasma"), help="of an --aif-file")
    aif.add_argument("--hct", type=float, metavar="FRACTION", help="haematocrit (default 0.42)")
    aif.add_argument("--blood-t10", type=float, metavar="MS", help="T1 of blood before contrast")
    aif.add_argument(
        "--blood-r2", type=float, metavar="PER_S_PER_MM",
        help="T2* relaxivity of blood (default: gadobutrol's if phase images confirm it, else 0)",
    )  # fmt: skip
    aif.add_argument(
        "--aif-peak", choices=("magnitude", "phase"), help="correct the first pass by the phase"
    )
    aif.add_argument(
        "--shift",
        type=shift_of,
        metavar="SECONDS",
        help="move the AIF later (default 0); auto takes what the lesions and references show",
    )

    concentration = parser.add_argument_group("signal to concentration")
    concentration.add_argument("--signal", choices=SIGNAL_MODES, help="default: absolute")
    T1 = concentration.add_mutually_exclusive_group()
    T1.add_argument("--t10", type=float, metavar="MS", help="one T1 for all tissue")
    T1.add_argument("--t1-map", metavar="FILE", help="T1 map on the dynamic grid, ms or s")
    T1.add_argument("--t1-vfa", action="store_true", help="T1 from the study's flip angles")
    concentration.add_argument(
        "--r1", type=float, metavar="PER_S_PER_MM", help="relaxivity, 1/s/mM (default: gadobutrol)"
    )
    concentration.add_argument("--baseline-frames", type=int, metavar="N", help="default: found")

    fit = parser.add_argument_group("fit and measurement")
    fit.add_argument("--model", choices=MODELS, help="default: extended_tofts")
    fit.add_argument("--fit-delay", action="store_true", help="fit a delay in every voxel too")
    fit.add_argument("--integration", choices=("cubic", "linear"), help="default: cubic")
    fit.add_argument(
        "--roi", metavar="FILE", action="append", default=[],
        help="regions: .seg.nrrd, DICOM SEG, labelled NRRD or NIfTI; may be given more than once",
    )  # fmt: skip
    fit.add_argument(
        "--size", metavar="FILE", action="append", default=[],
        help="outline of the lesion on any images (as --roi), or two rulers (.mrk.json)",
    )  # fmt: skip
    export = parser.add_argument_group("export")
    export.add_argument(
        "--export", metavar="LIST", help=f"also write {', '.join(FORMATS)} or all, by commas"
    )
    export.add_argument(
        "--anonymise",
        action="store_true",
        help="leave names, IDs, dates, paths and UIDs out of every file",
    )
    parser.add_argument("--settings", metavar="FILE", help="settings as JSON; options override it")
    parser.add_argument("--no-cache", action="store_true", help="keep nothing for a second run")


def inputs_of(options: argparse.Namespace) -> Inputs:
    """The files that the options name; each must exist."""
    inputs = Inputs(
        study=str(existing(options.study)),
        aif_mask=options.aif_mask,
        aif_region=options.aif_region,
        aif_selection=options.aif_selection,
        aif_file=options.aif_file,
        T1_map=options.t1_map,
        roi=tuple(options.roi),
        size=tuple(options.size),
    )
    for path in inputs.beside_study:
        existing(path)
    return inputs


def shift_of(text: str) -> float | str:
    """A shift in s, or the word auto."""
    return text if text == "auto" else float(text)


def settings_of(options: argparse.Namespace) -> Settings:
    """Settings of the file, with what the options say put over them; ms become s here."""
    settings = read_settings(options.settings) if options.settings else Settings()

    def given(**values: Any) -> dict[str, Any]:
        return {
            name: value
            for name, value in values.items()
            if value is not None and value is not False
        }

    def seconds(ms: float | None) -> float | None:
        return None if ms is None else ms / 1000

    settings = changed(settings, preprocessing=_preprocessing(options, settings))
    source = options.aif
    source = "mask" if options.aif_mask else "file" if options.aif_file else source
    T1_source = "map" if options.t1_map else "vfa" if options.t1_vfa else None
    T1_source = "fixed" if options.t10 is not None else T1_source
    return changed(
        settings,
        reading=given(
            series=options.series,
            frame_interval=options.frame_interval,
            TR=seconds(options.tr),
            FA=options.flip_angle,
            skip_invalid=options.skip_invalid,
        ),
        concentration=given(
            signal=options.signal,
            T1_source=T1_source,
            T10=seconds(options.t10),
            r1=options.r1,
            baseline_frames=options.baseline_frames,
        ),
        aif=given(
            source=source,
            Hct=options.hct,
            blood_T10=seconds(options.blood_t10),
            r2=options.blood_r2,
            peak=options.aif_peak,
            fitted=options.aif_fitted,
            time_unit=options.aif_time_unit,
            medium=options.aif_medium,
        ),
        fit=given(
            model=options.model,
            shift=options.shift,
            shift_by=options.shift_by,
            fit_delay=options.fit_delay,
            integration=options.integration,
        ),
    )


def _preprocessing(options: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """The steps that options switch on or off, over those of the settings."""
    now = settings.preprocessing
    steps: dict[str, Any] = {}
    if options.no_noise_mask:
        steps["noise_mask"] = replace(now.noise_mask, on=False)
    if options.motion:
        steps["motion"] = replace(now.motion, on=True)
    if options.spikes:
        steps["spikes"] = replace(now.spikes, on=True)
    if options.smooth is not None:
        steps["space"] = replace(now.space, method="gaussian", width=options.smooth)
    if options.smooth_edges is not None:
        steps["space"] = replace(now.space, method="edge_preserving", width=options.smooth_edges)
    if options.smooth_time is not None:
        steps["time"] = replace(now.time, on=True, width=options.smooth_time)
    return steps
