"""The ``spinedce`` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from SpineDCELib.errors import Cancelled, InputError, SpineDCEError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import MODELS, SIGNAL_MODES, Settings, changed, read_settings
from SpineDCELib.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors become one sentence on stderr and a non-zero exit."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except SpineDCEError as error:
        print(f"spinedce: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, Cancelled):
        print("spinedce: stopped; earlier results are untouched.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        print("spinedce: not enough memory for this study.", file=sys.stderr)
        return 3
    except Exception as error:
        if os.environ.get("SPINEDCE_DEBUG"):
            raise
        print(
            f"spinedce: unexpected {type(error).__name__}: {error}. This is a fault of the "
            "program; SPINEDCE_DEBUG=1 shows where. Earlier results are untouched.",
            file=sys.stderr,
        )
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spinedce",
        description="T1-weighted DCE-MR perfusion of the spine. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"spinedce {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="what a study holds and what it would be used for")
    info.add_argument("study", metavar="STUDY", help="folder or file")
    info.add_argument("--frame-interval", type=float, metavar="SECONDS", help=_INTERVAL_HELP)
    info.set_defaults(run=_info)

    analyse = commands.add_parser("analyse", help="maps, measurements and a picture of a study")
    analyse.add_argument("study", metavar="STUDY", help="folder or file")
    analyse.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    _analysis_options(analyse)
    analyse.set_defaults(run=_analyse)

    again = commands.add_parser("rerun", help="make an analysis again and compare every number")
    again.add_argument("provenance", metavar="PROVENANCE", help="provenance.json of an analysis")
    again.add_argument(
        "-o", "--out", metavar="OUT", help="folder for results (default: <old>-rerun)"
    )
    again.set_defaults(run=_rerun)
    return parser


_INTERVAL_HELP = "seconds between frames, where the files carry no times"


def _analysis_options(parser: argparse.ArgumentParser) -> None:
    study = parser.add_argument_group("study")
    study.add_argument("--series", type=int, metavar="N", help="dynamic series, as info numbers it")
    study.add_argument("--frame-interval", type=float, metavar="SECONDS", help=_INTERVAL_HELP)
    study.add_argument(
        "--tr", type=float, metavar="MS", help="repetition time, if not in the files"
    )
    study.add_argument("--flip-angle", type=float, metavar="DEGREES", help="likewise")
    study.add_argument(
        "--skip-invalid", action="store_true", help="leave voxels with NaN or negative signal out"
    )

    aif = parser.add_argument_group("arterial input function (one of the first three)")
    source = aif.add_mutually_exclusive_group()
    source.add_argument("--aif-mask", metavar="FILE", help="the artery: labelled NRRD or .seg.nrrd")
    source.add_argument("--aif-file", metavar="FILE", help="two columns: time [s], Cb [mM]")
    source.add_argument("--aif", choices=("parker", "georgiou", "weinmann"), help="population AIF")
    aif.add_argument("--aif-time-unit", choices=("s", "ms", "min"), help="of an --aif-file")
    aif.add_argument("--aif-medium", choices=("blood", "plasma"), help="of an --aif-file")
    aif.add_argument("--hct", type=float, metavar="FRACTION", help="haematocrit (default 0.42)")
    aif.add_argument("--blood-t10", type=float, metavar="MS", help="T1 of blood before contrast")
    aif.add_argument(
        "--shift", type=float, metavar="SECONDS", help="move the AIF later (default 0)"
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
        help="regions: labelled NRRD or .seg.nrrd; may be given more than once",
    )  # fmt: skip
    parser.add_argument("--settings", metavar="FILE", help="settings as JSON; options override it")
    parser.add_argument("--no-cache", action="store_true", help="keep nothing for a second run")


def _settings(options: argparse.Namespace) -> Settings:
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
            time_unit=options.aif_time_unit,
            medium=options.aif_medium,
        ),
        fit=given(
            model=options.model,
            shift=options.shift,
            fit_delay=options.fit_delay,
            integration=options.integration,
        ),
    )


def _info(options: argparse.Namespace) -> int:
    from SpineDCELib.series import scan_study
    from SpineDCELib.series.report import study_report

    with _progress() as progress:
        study = scan_study(_existing(options.study), progress=progress)
    print(study_report(study, frame_interval=options.frame_interval))
    return 0


def _analyse(options: argparse.Namespace) -> int:
    from SpineDCELib.inputs import Inputs
    from SpineDCELib.job import analyse

    settings = _settings(options)
    inputs = Inputs(
        study=str(_existing(options.study)),
        aif_mask=options.aif_mask,
        aif_file=options.aif_file,
        T1_map=options.t1_map,
        roi=tuple(options.roi),
    )
    for path in inputs.beside_study:
        _existing(path)
    with _progress() as progress:
        outcome = analyse(
            inputs, settings, options.out, progress=progress, cached=not options.no_cache
        )
    print(_summary(outcome))
    return 0


def _rerun(options: argparse.Namespace) -> int:
    from SpineDCELib.job import rerun

    with _progress() as progress:
        outcome = rerun(_existing(options.provenance), options.out, progress=progress)
    print(f"Results in {outcome.folder}")
    if outcome.differing:
        print(
            "Other numbers than before in " + ", ".join(outcome.differing) + ": another version "
            "of SpineDCE or of its libraries made them (see 'environment' in both records)."
        )
        return 1
    print("Every number is the same as before.")
    return 0


def _summary(outcome: Any) -> str:
    """What was assumed, what came out, and where it lies."""
    from SpineDCELib.analysis import UNITS

    settings, result = outcome.analysis.settings, outcome.result
    lines = [
        f"Model {settings.fit.model}, {settings.concentration.signal} signal, AIF "
        f"{settings.aif.source} shifted by {settings.fit.shift:g} s, Hct {settings.aif.Hct:g}",
        *(f"  {note}" for note in result.notes),
        "",
    ]
    for region in result.regions:
        lines.append(f"{region.name}: {region.fitted} of {region.voxels} voxels fitted")
        for name, s in region.parameters.items():
            if s.n and name in ("vp", "Ktrans", "ve"):
                lines.append(
                    f"  {name:7s} median {s.median:.4f}  mean {s.mean:.4f} ± {s.SD:.4f} "
                    f"{UNITS[name]}"
                )
        lines += [f"  unfitted: {count} {reason}" for reason, count in region.unfitted.items()]
    lines += ["", f"Results in {outcome.folder}: " + ", ".join(outcome.files)]
    return "\n".join(lines)


def _existing(path: str) -> Path:
    if not Path(path).exists():
        raise InputError(f"{path} does not exist; check the path.")
    return Path(path)


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on stderr while someone watches; nothing in a pipe or without tqdm."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield silent
        return
    layout = "{desc:24} {percentage:3.0f}% |{bar}| {elapsed}"
    with tqdm(total=1.0, disable=None, leave=False, bar_format=layout) as bar:

        def show(fraction: float, message: str) -> None:
            bar.set_description_str(message, refresh=False)
            bar.update(max(fraction - bar.n, 0))

        yield show


if __name__ == "__main__":
    sys.exit(main())
