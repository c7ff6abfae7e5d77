"""Digital spine: both visits of both patients, with the true AIF and regions."""

import json
from pathlib import Path

from SpineDCELib.phantom import VISITS, write_study
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import Settings, changed


def run(out, *, patient, visit, size, **options):
    """Write one visit, analyse it with the true AIF, regions and delay, and return the outcome."""
    out = Path(out) / patient / visit
    paths = write_study(out, patient=patient, visit=visit, size=size, **options)
    truth = json.loads((paths.truth / "truth.json").read_text())
    inputs = Inputs(
        study=str(paths.dicom),
        aif_file=str(paths.truth / "aif.csv"),
        roi=(str(paths.truth / "rois.seg.nrrd"),),
    )
    settings = changed(
        Settings(),
        concentration={"T1_source": "vfa"},
        aif={"source": "file"},
        fit={"shift": round(truth["rois"]["lesion"]["delay_s"], 3)},
    )
    return analyse(inputs, settings, out / "results", cached=False), truth


def normalised_vp(outcome):
    """Return the mean Vp of the lesion over that of the reference vertebra."""
    means = {r.name: r.parameters["vp"].mean for r in outcome.result.regions}
    return means["Lesion"] / means["Reference vertebra"]


def measured(out, *, size, **options):
    """Return (patient, visit) → (true, measured) normalised Vp."""
    values = {}
    for patient in ("A", "B"):
        for visit in VISITS:
            outcome, truth = run(out, patient=patient, visit=visit, size=size, **options)
            values[patient, visit] = (truth["normalised_vp"], normalised_vp(outcome))
    return values


def change(before, after):
    """Return the change of normalised Vp, %."""
    return 100 * (after - before) / before


def table(out, *, size="full", **options):
    """Return normalised Vp of the four visits and its change as Markdown."""
    values = measured(out, size=size, **options)
    rows = [
        "| patient | baseline: true | measured | follow-up: true | measured | "
        "change: true | measured |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for patient in ("A", "B"):
        (true0, found0), (true1, found1) = (values[patient, visit] for visit in VISITS)
        rows.append(
            f"| {patient} | {true0:.2f} | {found0:.2f} ({found0 / true0 - 1:+.1%}) | {true1:.2f} | "
            f"{found1:.2f} ({found1 / true1 - 1:+.1%}) | {change(true0, true1):+.1f} % | "
            f"{change(found0, found1):+.1f} % |"
        )
    return "\n".join(rows)
