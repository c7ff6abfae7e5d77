"""Results as a data set in the manner of BIDS derivatives (bids-specification 1.10).

BIDS does not define DCE-MRI yet. The names follow its rules for derivatives and quantitative maps;
``.bidsignore`` excludes the folders ``perf`` from validation.
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
from SpineDCELib.files.atomic_folder import replaced
from SpineDCELib.files.text_cells import text_cell
from SpineDCELib.run.inputs import Inputs, read_regions
from SpineDCELib.series import read_volume
from SpineDCELib.series.linear_resampling import to_image
from SpineDCELib.version import __version__
from SpineDCELib.vocabulary.fit_status import Status

BIDS_VERSION = "1.10.0"
#: Map → suffix, where it is not the name of the map: in BIDS, R2 is a relaxation rate.
SUFFIXES = {"R2": "rsquaredmap"}
TABLES = {
    "measurements.csv": "desc-regions_measurements",
    "normalised.csv": "desc-normalised_measurements",
    "sizes.csv": "desc-size_measurements",
    "curves.csv": "desc-mean_timeseries",
}
README = """# Perfusion of the spine, analysed by SpineDCE

Each patient has a folder `sub-…` with parameter maps, masks and tables in the manner of BIDS
derivatives. Its folders `ses-before` and `ses-after` are the baseline and the follow-up visit; a
patient with one visit has none, and one with more visits has `ses-visit1`, `ses-visit2` and so on.
`courses.tsv` has their calls, and `recurrence.tsv` is the table that `spinedce survival` reads.
`participants.tsv` has one row per patient. `studies.tsv` lists which studies are done, and why
others failed. `observations.tsv` has one row per patient, visit and region, for statistics;
`observations.json` says what each column is. `results/` contains the results as SpineDCE writes
them, with reports, and with the provenance from which every analysis can be run again.

For research; not a medical device.
"""


def write_description(out: Path, name: str) -> None:
    """Write the files that describe the data set."""
    description = {
        "Name": name,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "SpineDCE", "Version": __version__}],
    }
    ignored = ("results", "results/**", "cohort", "cohort/**", "studies.tsv",
               "observations.*", "courses.tsv", "recurrence.tsv", "trend.tsv", "**/perf/**",
               "paper.*", "*.png")  # fmt: skip
    replace_text(out / "dataset_description.json", json.dumps(description, indent=2) + "\n")
    replace_text(out / "README.md", README)
    replace_text(out / ".bidsignore", "\n".join(ignored) + "\n")


def write_participants(out: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write ``participants.tsv`` with one row per patient, and the meaning of its columns."""
    write_tsv(out / "participants.tsv", rows)
    columns: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        if name.startswith("change_"):
            columns[name] = {
                "Description": f"change of {_measured(name[7:])} from the baseline to the "
                "follow-up visit",
                "Units": "%",
            }
        elif name.endswith(("_before", "_after")):
            quantity, _, session = name.rpartition("_")
            visit = "baseline" if session == "before" else "follow-up"
            columns[name] = {"Description": f"{_measured(quantity)} at the {visit} visit"}
        elif name == "call":
            columns[name] = {"Description": "response call from the change of normalised Vp"}
        elif name != "participant_id":
            columns[name] = {"Description": "from the table of studies"}
    replace_text(out / "participants.json", json.dumps(columns, indent=2) + "\n")


def _measured(short: str) -> str:
    return {
        "vp": "normalised Vp (lesion over reference vertebra)",
        "Ktrans": "normalised Ktrans (lesion over reference vertebra)",
        "area": "area product of the lesion on the axial plane",
        "outline_volume": "volume within the smooth outline of the lesion",
        "signal": "mean signal enhancement of the lesion",
    }.get(short, short)


def write_visit(folder: Path, prefix: str, results: Path, inputs: Inputs) -> None:
    """Write the maps, masks and tables of one visit.

    Args:
        folder: ``sub-…/ses-…/perf`` or ``sub-…/perf``.
        prefix: beginning of every file name: ``sub-…_ses-…``.
        results: folder of the analysis.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    settings = record["settings"]
    analysed_with = {
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
            suffix, words = "desc-status_dseg", {"Description": "fit status of each voxel"}
        elif name == "aif_mask":
            suffix, words = "desc-artery_mask", {"Type": "ROI"}
        else:
            unit = image.GetMetaData("SpineDCE.unit")
            suffix = SUFFIXES.get(name, f"{name}map")
            words = {"Description": name, "Units": unit, **analysed_with}
            geometry = geometry or read_volume(path).geometry
        _write_image(folder / f"{prefix}_{suffix}", image, words)
    _write_tsv_of_status(folder / f"{prefix}_desc-status_dseg.tsv")
    carried = results / "carried_over.seg.nrrd"
    drawn = (str(carried),) if carried.is_file() else inputs.roi
    if geometry is not None:
        resample = bool(settings["reading"].get("resample_regions"))
        for name, mask in read_regions(drawn, geometry, resample=resample).items():
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
    """Write rows as a table in the manner of BIDS: separated by tabs, ``n/a`` for no value."""
    headings = list(dict.fromkeys(key for row in rows for key in row))

    def cell(value: Any) -> str:
        if isinstance(value, float) and not np.isfinite(value):
            return "n/a"
        text = f"{value:.10g}" if isinstance(value, float) else str(value)
        text = re.sub(r"[\t\r\n]+", " ", text) or "n/a"
        return text_cell(text) if isinstance(value, str) else text

    lines = [headings, *([cell(row.get(name, "")) for name in headings] for row in rows)]
    replace_text(path, "".join("\t".join(line) + "\n" for line in lines))


def replace_text(path: Path, text: str) -> None:
    """Write a text file under another name, then rename it: no reader sees an incomplete file.

    Raises:
        InputError: it cannot be written (code "writing_failed").
    """
    try:
        with replaced(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}). Free some space or choose another "
            "folder.",
            code="writing_failed",
            about=str(path),
            fields=["inputs.out"],
        ) from None
