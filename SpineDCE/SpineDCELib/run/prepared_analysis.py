"""Analysis that was computed before anyone opened its study, with everything that a window shows.

The stages' results lie in a file as the graph of the analysis keeps them, so a window computes only
what a change of a setting or region asks for.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.analysis import STAGES
from SpineDCELib.analysis.graph import MISSING, Kept
from SpineDCELib.data import Images
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.files.digests import code_digest, fingerprint, key_of
from SpineDCELib.files.mapped_arrays import hand_over
from SpineDCELib.run.study_work import prepared_folder
from SpineDCELib.settings import Settings, settings_to_dict

log = logging.getLogger(__name__)
#: Version of the layout.
_LAYOUT = 1
#: Rooms whose classes a record holds; they compute, and touch no files.
_ROOMS = {
    "aif", "analysis", "concentration", "data", "errors", "kinetics", "measurement",
    "preprocessing", "series", "vocabulary",
}  # fmt: skip
#: Functions of numpy by which arrays and numbers are read.
_NUMPY = {
    ("numpy", "dtype"), ("numpy", "ndarray"),
    *((f"numpy.{core}.multiarray", name)
      for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class PreparedAnalysis:
    """What was computed of a study.

    Attributes:
        images: the study as read.
        key: identifies its content; see :class:`SpineDCELib.analysis.graph.AnalysisInputs`.
        records: stage → its result.
        reading: settings that it was read with, as plain values.
    """

    images: Images
    key: str
    records: dict[str, Kept]
    reading: dict[str, Any]

    def was_read_with(self, settings: Settings) -> bool:
        """Return whether these settings read the study in the same way."""
        return bool(settings_to_dict(settings)["reading"] == self.reading)

    def hand_to(self, analysis: Analysis) -> None:
        """Hand the results to an analysis of the same study; it checks each before it uses it.

        Nothing is handed over where frame times or field strength were corrected.
        """
        ours, theirs = self.images.dynamic, analysis.study.dynamic
        if (
            theirs.signal is ours.signal
            and np.array_equal(theirs.times, ours.times)
            and theirs.acquisition == ours.acquisition
        ):
            analysis.update(study_keys=study_keys(self.key))
            analysis.graph.restore(self.records, STAGES)


def key_of_study(study: Path) -> str:
    """Return a key that identifies the content of a study's files."""
    return key_of(str(study.resolve()), fingerprint(study))


def _version() -> str:
    """Return what must be the same for an analysis to be used: layout, code and packages."""
    return f"{_LAYOUT}, {code_digest()}, Python {platform.python_version()}, numpy {np.__version__}"


def study_keys(key: str) -> dict[str, str]:
    """Return the key for every part of a study, for :class:`Analysis`."""
    return {part.name: key for part in fields(Images)}


def keep_prepared(study: Path, analysis: Analysis, folder: Path) -> None:
    """Write what an analysis has computed to a folder, in place of what was there.

    Args:
        analysis: with the keys of :func:`study_keys`.

    Raises:
        OSError: it cannot be written; nothing half-written is left.
    """
    records = {
        name: kept
        for name, kept in analysis.graph.records.items()
        if name in STAGES and kept.value is not MISSING
        and not isinstance(kept.value, SpineDCEError)
    }  # fmt: skip
    key = key_of_study(study)
    reading = settings_to_dict(analysis.settings)["reading"]
    values = {"images": analysis.study, "key": key, "records": records, "reading": reading}
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        hand_over((_version(), values), draft)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def prepared_analysis(study: Path) -> PreparedAnalysis | None:
    """Return what was computed of a study; None if there is nothing, or its files have changed."""
    folder = prepared_folder(study)
    if folder is None:
        return None
    try:
        files = sorted(folder.glob("*.array"), key=lambda file: int(file.stem))
        buffers = [np.memmap(file, mode="c") for file in files]
        with (folder / "record").open("rb") as file:
            version, values = _Reader(file, buffers=buffers).load()
        if version == _version() and values["key"] == key_of_study(study):
            return PreparedAnalysis(**values)
    except Exception as error:  # whatever a damaged file holds: everything is computed again
        log.info("A prepared analysis is not used: %s", error)
    return None


class _Reader(pickle.Unpickler):
    """Reader of records, arrays and plain values; nothing else is made."""

    def find_class(self, module: str, name: str) -> Any:
        top, _, rest = module.partition(".")
        if top == "SpineDCELib" and rest.partition(".")[0] in _ROOMS:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:  # not what it imports
                return found
        elif (module, name) in _NUMPY:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed here")
