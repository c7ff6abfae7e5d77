"""Write docs/validation.md: ``make validation``.

The certainty section takes the longest. Its records lie in a file, so that a run that was cut
continues from there, and so does one with more pairs.
"""

import argparse
import re
import tempfile
from pathlib import Path

from reference_data import VARIABLE, folder
from SpineDCELib.version import __version__
from validation import aif, certainty, pkmodeling, qiba, spine

TEXT = """# Validation

Written by `make validation` with SpineDCE {version} and the reference data in the folder
`SPINEDCE_REFERENCE_DATA`. All numbers below are results of that run.

## QIBA's digital reference object, version 4

DICOM (Duke University, D. Barboriak), 661 frames of 0.5 s, TR 5 ms, 25°, 1.5 T. T1 from the
six flip angles of the study, AIF from the strip of the artery, T1 of blood 1441 ms from the
literature, Hct 0.45 as published. Medians of the 10×10 patches with Ktrans ≥ 0.05 /min, compared
with the published truth.

{qiba}

Below Ktrans 0.05 /min the integer signals of the object (21 at baseline instead of 21.46) do not
determine ve. According to the status map, ve is not determined in {flagged} of these voxels (in the
others it is correct within 25 %), and in {false} of the voxels above.

## PkModeling's reference object

A 4D NRRD as written by 3D Slicer's MultiVolume (frames of 5 s, times in ms in its header), with a
T1 map (1600 ms in the artery). SpineDCE compared with the maps of PkModeling from 2018, voxel by
voxel; "bias" is SpineDCE minus PkModeling.

{pkmodeling}

They differ because PkModeling integrates by rectangles and clamps voxels that it cannot fit. In
the columns without a delay, the true values are Ktrans 0.05, 0.1, 0.2, 0.3, 0.4 /min and ve 0.15,
0.25, 0.35; SpineDCE gives Ktrans {Ktrans} and ve {ve}.

## The digital spine

Both visits of the two sample patients, {size} size, with noise and motion, analysed with the true
AIF, regions and delay, and T1 from flip angles. Normalised Vp: lesion over reference vertebra, per
volume of water, as the digital spine has it.

{spine}
"""

ARTERY = """## The artery, its curve and its shift

The digital spine at small size, {studies} studies: {seeds} seeds (patients and visits in turn),
three noise levels (fractions of the signal-to-noise ratio of the sample patients, 30 to 34 in
marrow), with and without motion. The only input is the expert ROIs of lesion and reference for the
shift. Ranges of the errors relative to the truth. "Refused" studies end with an error that says why
no AIF can be trusted. "AIF peak" is the default: T2* of blood is corrected if the phase images
confirm it.

{aif}
"""


CERTAINTY = certainty.TEXT.partition("\n")[0]


def everything_else(data, scratch, size):
    """Return all sections except that of the artery."""
    qiba.run(data / "qiba-v4", scratch / "qiba")
    flagged, false = qiba.vague_shares(data / "qiba-v4", scratch / "qiba")
    outcome = pkmodeling.run(data / "pkmodeling", scratch / "pk")
    Ktrans, ve = pkmodeling.undelayed(outcome)
    return TEXT.format(
        version=__version__,
        qiba=qiba.table(data / "qiba-v4", scratch / "qiba"),
        flagged=f"{flagged:.0%}",
        false=f"{false:.0%}",
        pkmodeling=pkmodeling.table(data / "pkmodeling", scratch / "pk2"),
        Ktrans=", ".join(f"{x:.3f}" for x in Ktrans),
        ve=", ".join(f"{x:.3f}" for x in ve),
        size=size,
        spine=spine.table(scratch / "spine", size=size),
    )


def typeset(text):
    """Write numbers with a true minus and a space before the per cent sign."""
    return re.sub(r"(?<=\d)%", " %", re.sub(r"(?<=[ (])-(?=\d)", "−", text))


def before(path, title):
    """Return what a document has before a section."""
    return path.read_text(encoding="utf-8").partition(title)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--only-aif", action="store_true", help="measure only the last two sections again"
    )
    only.add_argument(
        "--only-certainty", action="store_true", help="measure only the last section again"
    )
    parser.add_argument("--size", default="full", help="of the digital spine")
    parser.add_argument("--seeds", type=int, default=20, help="for the artery; 6 studies each")
    parser.add_argument(
        "--pairs", type=int, default=1000, help="of visits, for the certainty; 0 leaves it out"
    )
    parser.add_argument(
        "--unseen", type=int, default=300,
        help="patients at whom nobody looked, for the artery; 0 leaves them out",
    )  # fmt: skip
    parser.add_argument(
        "--records", type=Path, default=Path("build/certainty.jsonl"),
        help="the certainty's results so far; remove it after the program has changed "
        "(default %(default)s)",
    )  # fmt: skip
    parser.add_argument("--processes", type=int, default=2, help="for the certainty")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if options.only_certainty:
            text = before(options.out, CERTAINTY)
        else:
            if options.only_aif:
                text = before(options.out, ARTERY.partition("\n")[0])
            elif data := folder():
                text = everything_else(data, Path(scratch), options.size) + "\n"
            else:
                parser.error(
                    f"set {VARIABLE} to the folder of the reference data, or give --only-aif or "
                    "--only-certainty"
                )
            text += ARTERY.format(
                seeds=options.seeds,
                studies=options.seeds * 6,
                aif=aif.table(Path(scratch) / "aif", seeds=options.seeds),
            )
    if options.pairs:
        options.records.parent.mkdir(parents=True, exist_ok=True)
        how = {"store": options.records, "processes": options.processes}
        records = certainty.run(options.pairs, **how)
        searches = certainty.run_searches(options.unseen, **how) if options.unseen else []
        text = f"{text.rstrip()}\n\n{certainty.section(records, searches)}"
    options.out.write_text(typeset(text), encoding="utf-8")
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
