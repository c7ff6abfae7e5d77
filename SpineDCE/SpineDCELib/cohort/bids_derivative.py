"""Results as a data set after BIDS derivatives (bids-specification 1.10), for other tools to read.

BIDS knows no DCE-MRI yet: names follow its rules for derivatives and quantitative maps, but under
``perf``, which ``.bidsignore`` therefore keeps from validators.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import Inputs, read_regions
from SpineDCELib.series import read_volume
from SpineDCELib.series.linear_resampling import to_image
from SpineDCELib.version import __version__
from SpineDCELib.vocabulary.fit_status import Status

BIDS_VERSION = "1.10.0"
#: Result → suffix: R2 alone would be a relaxation rate there.
SUFFIXES = {"R2": "rsquaredmap"}
TABLES = {
    "measurements.csv": "desc-regions_measurements",
    "normalised.csv": "desc-normalised_measurements",
    "sizes.csv": "desc-size_measurements",
    "curves.csv": "desc-mean_timeseries",
}
README = """# Perfusion of the spine, analysed by SpineDCE

One folder a patient: `sub-…/ses-before` and `ses-after` (or no session) with parameter maps, masks
and tables after BIDS derivatives. `participants.tsv` has a row a patient; `studies.tsv` says which
studies are done and why others are not; `results/` holds the same as SpineDCE writes it, with
reports and with the records from which every analysis can be run again.

Not a medical device. For research.
"""


def write_frame(out: Path, name: str) -> None:
    """What a data set needs beside its subjects."""
    description = {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "SpineDCE", "Version": __version__}],
    }
    ignored = ("results", "results/**", "cohort", "cohort/**", "studies.tsv", "**/perf/**",
               "paper.*", "*.png")  # fmt: skip
    replace_text(out / "dataset_description.json", json.dumps(description, indent=2) + "\n")
    replace_text(out / "README.md", README)
    replace_text(out / ".bidsignore", "\n".join(ignored) + "\n")


def write_participants(out: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """``participants.tsv`` with a row a patient, and what its columns mean."""
    write_tsv(out / "participants.tsv", rows)
    columns: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        if name.startswith("change_"):
            columns[name] = {
                "Description": f"change of {_measured(name[7:])} from before to after",
                "Units": "%",
            }
        elif name.endswith(("_before", "_after")):
            what, _, when = name.rpartition("_")
            columns[name] = {"Description": f"{_measured(what)} {when} treatment"}
        elif name == "call":
            columns[name] = {"Description": "response call from the change of normalised Vp"}
        elif name != "participant_id":
            columns[name] = {"Description": "as the table of studies says"}
    replace_text(out / "participants.json", json.dumps(columns, indent=2) + "\n")


def _measured(short: str) -> str:
    return {
        "vp": "normalised Vp (lesion over reference vertebra)",
        "Ktrans": "normalised Ktrans (lesion over reference vertebra)",
        "area": "the lesion's area product on the axial plane",
        "outline_volume": "the volume within the lesion's outline",
        "signal": "the lesion's mean signal enhancement",
    }.get(short, short)


def write_visit(folder: Path, prefix: str, results: Path, inputs: Inputs) -> None:
    """One visit's maps, masks and tables.

    Args:
        folder: ``sub-…/ses-…/perf`` or ``sub-…/perf``.
        prefix: how every file name begins: ``sub-…_ses-…``.
        results: the folder of the analysis.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    settings = record["settings"]
    made = {
        "Model": settings["fit"]["model"],
        "Signal": settings["concentration"]["signal"],
        "ArterialInputFunction": settings["aif"]["source"],
        "AIFShift": record["resolved"]["shift [s]"],
    }
    geometry = None
    for path in sorted(results.glob("*.nrrd")):
        if path.name.endswith(".seg.nrrd"):
            continue
        image = sitk.ReadImage(str(path))
        name = path.stem
        if name == "status":
            suffix, words = "desc-status_dseg", {"Description": "why a voxel has no value"}
        elif name == "aif_mask":
            suffix, words = "desc-artery_mask", {"Type": "ROI"}
        else:
            unit = image.GetMetaData("SpineDCE.unit")
            suffix = SUFFIXES.get(name, f"{name}map")
            words = {"Description": name, "Units": unit, **made}
            geometry = geometry or read_volume(path).geometry
        _write_image(folder / f"{prefix}_{suffix}", image, words)
    _write_tsv_of_status(folder / f"{prefix}_desc-status_dseg.tsv")
    carried = results / "carried_over.seg.nrrd"
    drawn = (str(carried),) if carried.is_file() else inputs.roi
    if geometry is not None:
        for name, mask in read_regions(drawn, geometry).items():
            label = re.sub(r"[^A-Za-z0-9]", "", name) or "region"
            image = to_image(np.ascontiguousarray(mask, np.uint8), geometry)
            _write_image(
                folder / f"{prefix}_desc-{label}_mask", image, {"Type": "ROI", "Description": name}
            )
    for table, suffix in TABLES.items():
        if (results / table).is_file():
            with (results / table).open(encoding="utf-8") as file:
                write_tsv(folder / f"{prefix}_{suffix}.tsv", list(csv.DictReader(file)))


def _write_image(path: Path, image: sitk.Image, words: Mapping[str, Any]) -> None:
    for key in image.GetMetaDataKeys():
        image.EraseMetaData(key)
    sitk.WriteImage(image, f"{path}.nii.gz", True)
    replace_text(Path(f"{path}.json"), json.dumps(words, indent=2) + "\n")


def _write_tsv_of_status(path: Path) -> None:
    write_tsv(path, [{"index": int(code), "name": code.reason} for code in Status])


def write_tsv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of any columns as BIDS writes tables: tabs, ``n/a`` where there is nothing."""
    headings = list(dict.fromkeys(key for row in rows for key in row))

    def cell(value: Any) -> str:
        if isinstance(value, float) and not np.isfinite(value):
            return "n/a"
        text = f"{value:.10g}" if isinstance(value, float) else str(value)
        return re.sub(r"[\t\r\n]+", " ", text) or "n/a"

    lines = [headings, *([cell(row.get(name, "")) for name in headings] for row in rows)]
    replace_text(path, "".join("\t".join(line) + "\n" for line in lines))


def replace_text(path: Path, text: str) -> None:
    """Write beside the final name, then move there: a reader never sees half a file.

    Raises:
        InputError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}); free some space or choose another "
            "folder with -o."
        ) from None
