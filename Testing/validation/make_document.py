"""Write docs/validation.md: ``make validation``."""

import argparse
import tempfile
from pathlib import Path

from reference_data import VARIABLE, folder
from SpineDCELib.version import __version__
from validation import aif, pkmodeling, qiba, spine

TEXT = """# Validation

Written by `make validation` with SpineDCE {version} from the reference data in the folder that
`SPINEDCE_REFERENCE_DATA` names. Every number below was measured by that run.

## QIBA's digital reference object, version 4

DICOM (Duke University, D. Barboriak), 661 frames of 0.5 s, TR 5 ms, 25°, 1.5 T. T1 from the
study's own six flip angles, AIF from the artery's strip, T1 of blood 1441 ms from the literature,
Hct 0.45 as published. Medians of the 10×10 patches with Ktrans ≥ 0.05 /min against the published
truth.

{qiba}

Below Ktrans 0.05 /min the object's whole-number signals (21 at baseline, where 21.46 is right) do
not determine ve; the status map says so: {flagged} of those voxels are marked as having no
determined ve (the others have it within 25 %), and {false} of the voxels above.

## PkModeling's reference object

A 4D NRRD as 3D Slicer's MultiVolume writes it (5 s frames, times in ms in its header), with its
own T1 map (1600 ms in the artery). SpineDCE against the maps that PkModeling made in 2018, voxel
by voxel; "bias" is ours minus theirs.

{pkmodeling}

The two differ because PkModeling sums rectangles and clamps what it cannot fit. In the columns
without a delay the object was made with Ktrans 0.05, 0.1, 0.2, 0.3, 0.4 /min and ve 0.15, 0.25,
0.35; SpineDCE finds Ktrans {Ktrans} and ve {ve} there.

## The digital spine

Both visits of the two sample patients, {size} size, noise and motion on, analysed with the truth's
AIF, regions and delay, T1 from flip angles. Normalised Vp: lesion over reference vertebra.

{spine}
"""

ARTERY = """## The artery, its curve and its shift

The digital spine at small size, {studies} studies: {seeds} seeds (patients and visits in turn),
three noise levels (as shares of the sample patients' signal-to-noise ratio, 30 to 34 in marrow),
motion on and off; nothing given but the expert's lesion and reference for the shift. Errors against
the truth, least and largest. "Refused" studies end with "no trustworthy AIF" and its reasons.
"AIF peak" is the default: T2* of blood is corrected where the phase images confirm it.

{aif}
"""


def everything_else(data, scratch, size):
    """All sections but the artery's."""
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--only-aif", action="store_true", help="measure only the last section again"
    )
    parser.add_argument("--size", default="full", help="of the digital spine")
    parser.add_argument("--seeds", type=int, default=20, help="for the artery; 6 studies each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if options.only_aif:
            text = options.out.read_text(encoding="utf-8").partition(ARTERY.partition("\n")[0])[0]
        elif data := folder():
            text = everything_else(data, Path(scratch), options.size) + "\n"
        else:
            parser.error(f"set {VARIABLE} to the folder of the reference data, or give --only-aif")
        text += ARTERY.format(
            seeds=options.seeds,
            studies=options.seeds * 6,
            aif=aif.table(Path(scratch) / "aif", seeds=options.seeds),
        )
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
