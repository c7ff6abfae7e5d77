"""``spinedce phantom``: studies of a digital spine with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from SpineDCELib.cli.terminal import shown_progress
from SpineDCELib.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "out", metavar="OUT", help="folder for before/ and after/, each with dicom/ and truth/"
    )
    parser.add_argument(
        "--patient", choices=("A", "B"), default="A", help="sample patient (default A)"
    )
    parser.add_argument(
        "--cohort", action="store_true", help="write small studies of 49 patients instead"
    )
    parser.add_argument(
        "--course", type=int, metavar="N",
        help="write patients with N visits instead: response, persistence, response then "
        "recurrence, and pseudo-progression by a fracture (the last two from 3 visits on)",
    )  # fmt: skip
    parser.add_argument(
        "--visit", choices=("before", "after", "both"), default="both",
        help="before is the baseline, after the follow-up visit (default both)",
    )  # fmt: skip
    parser.add_argument(
        "--size", choices=("full", "small", "quick"), default="full",
        help="size of the images (default full)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=2023, help="seed of noise and motion (default 2023)"
    )
    parser.add_argument(
        "--no-motion", action="store_true", help="leave out breathing and patient motion"
    )
    parser.add_argument("--no-noise", action="store_true", help="leave out noise")
    parser.add_argument(
        "--drawn", type=int, metavar="SEED",
        help="draw contrast agent, blood, delays, T10, B1 and protocol from published spreads "
        "instead of taking the values that an analysis assumes; name and ID of the patient "
        "contain the seed",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Write one or both visits and print their folders."""
    import numpy as np

    from SpineDCELib.phantom import (
        VISITS,
        Conditions,
        draw_pair,
        drawn_patient,
        write_cohort,
        write_courses,
        write_study,
    )
    from SpineDCELib.phantom.patients import Patient
    from SpineDCELib.progress import part

    visits = VISITS if options.visit == "both" else (options.visit,)
    out = Path(options.out)
    try:
        with shown_progress() as progress:
            if options.cohort:
                table = write_cohort(
                    out, seed=options.seed, noise=not options.no_noise, progress=progress
                )
                print(f"98 studies of 49 patients; {table} lists them")
                return 0
            if options.course is not None:
                folders = write_courses(
                    out, options.course, size=options.size, seed=options.seed,
                    motion=not options.no_motion, noise=not options.no_noise, progress=progress,
                )  # fmt: skip
                for name, folder in folders.items():
                    print(f"{name}: {options.course} visits in {folder}")
                return 0
            drawn: tuple[Conditions | None, Conditions | None] = (None, None)
            who: str | Patient = options.patient
            if options.drawn is not None:
                drawn = draw_pair(np.random.default_rng(options.drawn))
                who = drawn_patient(options.patient, options.drawn)
            for i, visit in enumerate(visits):
                write_study(
                    out / visit,
                    patient=who,
                    visit=visit,
                    size=options.size,
                    seed=options.seed,
                    motion=not options.no_motion,
                    noise=not options.no_noise,
                    conditions=drawn[VISITS.index(visit)],
                    progress=part(progress, i / len(visits), (i + 1) / len(visits)),
                )
    except OSError as error:
        raise InputError(
            f"The study could not be written to {out} ({error.strerror or error}). Free some space "
            "or choose another folder.",
            code="writing_failed",
            about=str(out),
        ) from None
    for visit in visits:
        print(f"{visit}: images in {out / visit / 'dicom'}, truth in {out / visit / 'truth'}")
    return 0
