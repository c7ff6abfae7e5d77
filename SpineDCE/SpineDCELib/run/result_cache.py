"""Cache of stage results in files, so that a second run with another shift starts at the fit.

The dependencies of a result are not listed here: the graph of the analysis records what each stage
reads. The cache stores these records with the results, and the graph checks them on the next run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.blood_curve import BloodCurve
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.analysis import STAGES
from SpineDCELib.analysis.graph import MISSING, Kept, SettingsReads
from SpineDCELib.data import ArterialInput, Concentration, Images, PreprocessedSeries
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.digests import code_digest, file_checksum, fingerprint, key_of
from SpineDCELib.files.mapped_arrays import arrays_in, keep_file
from SpineDCELib.run.cache_entries import (
    Entry,
    PreprocessingChanges,
    changes_of,
    from_entry,
    preprocessed_from,
    to_entry,
)
from SpineDCELib.series.file_discovery import ResultFiles
from SpineDCELib.settings import Settings

_RECORDS = "stages.json"
#: Version of what a cache contains.
_CONTENT = 4
#: Stages whose results are stored, and what is stored of them; of all others only the records are.
_STORED: dict[str, Any] = {
    "preprocessed": PreprocessingChanges,
    "undisturbed_search": Detection,
    "concentration": Concentration,
    "muscle": NDArray[np.bool_],
    "water_share": NDArray[np.float64],
    "blood": BloodCurve,
    "arterial_input": ArterialInput,
    "evidence": Evidence,
}


def _version() -> str:
    """Return what must be the same for a cache to be used: its content and the program's code."""
    return f"cache {_CONTENT}, {code_digest()}"


class ResultCache:
    """Cache of the study and the stage results of one analysis.

    Args:
        folder: where the cache is; None stores nothing.
    """

    def __init__(self, folder: str | Path | None) -> None:
        self.folder = None if folder is None else Path(folder)
        self._verified: set[tuple[object, ...]] = set()

    def study(
        self, path: Path, settings: Settings, read: Callable[[Settings], Images]
    ) -> tuple[Images, str]:
        """Return a study as read, and a key that identifies its content.

        Args:
            read: reads the study; the settings that it reads are recorded.
        """
        files = [str(path.resolve()), fingerprint(path, skip=ResultFiles())]
        if self.folder is not None:
            values, arrays = self._load("study")
            with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
                reads = values["reads"]
                now = {p: SettingsReads.token_in(settings, p) for p in reads}
                key = key_of(files, reads)
                if values["key"] == key and now == reads:
                    return from_entry(Images, arrays, values["values"]), key
        recorded = SettingsReads(settings)
        with arrays_in(self.folder):
            images = read(recorded.settings)
            key = key_of(files, recorded.reads)
            self._store("study", to_entry(images), {"key": key, "reads": recorded.reads})
        if self.folder is not None:
            # Mapped from the cache, the images leave their memory to what is computed next.
            values, arrays = self._load("study")
            if values.get("key") == key:
                images = from_entry(Images, arrays, values["values"])
        return images, key

    def restore(self, analysis: Analysis) -> None:
        """Hand the stored results to an analysis, which checks each before it uses it."""
        if self.folder is None:
            return
        records: dict[str, Kept] = {}
        try:
            data = read_json(self.folder / _RECORDS)
            if data["version"] != _version():
                return
            for name, record in data["stages"].items():
                token = record["token"]
                if name in _STORED:
                    value = self._stage_value(name, token, analysis)
                else:
                    value = record.get("value", MISSING)
                records[name] = Kept(value, token, tuple((p, t) for p, t in record["reads"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # Everything is computed again from a damaged cache.
        known = {name: kept for name, kept in records.items() if name in STAGES}
        analysis.graph.restore(known, STAGES)

    def store(self, analysis: Analysis) -> None:
        """Store the results of an analysis; on a full disk nothing is stored, without an error."""
        if self.folder is None:
            return
        records = {
            name: kept
            for name, kept in analysis.graph.records.items()
            if name in STAGES and not isinstance(kept.value, SpineDCEError)
        }
        for name in _STORED:
            kept = records.get(name)
            if kept is None or kept.value is MISSING:
                continue
            if self._load(name)[0].get("token") != kept.token:
                self._store(name, _entry_of(kept.value, analysis), {"token": kept.token})
        stages = {name: _record_of(kept) for name, kept in records.items()}
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            new = self.folder / f".{_RECORDS}.new"
            new.write_text(json.dumps({"version": _version(), "stages": stages}), encoding="utf-8")
            os.replace(new, self.folder / _RECORDS)

    def _stage_value(self, name: str, token: Any, analysis: Analysis) -> Any:
        """Return the stored result of a stage; :data:`MISSING` if it is outdated or damaged."""
        values, arrays = self._load(name)
        if values.get("token") != token:
            return MISSING
        try:
            stored: Any = from_entry(_STORED[name], arrays, values["values"])
            if isinstance(stored, PreprocessingChanges):
                return preprocessed_from(stored, analysis.study.dynamic)
            return stored
        except (KeyError, TypeError, ValueError):
            return MISSING

    def _load(self, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return values and arrays of one entry; empty if it is missing or damaged."""
        assert self.folder is not None
        place = self.folder / name
        try:
            values = read_json(place / "values.json")
            self._verify(place, values)
            arrays = {
                file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
                for file in place.glob("*.npy")
            }
            complete = sorted(arrays) == values["arrays"] == sorted(values["checksums"])
            if isinstance(values, dict) and complete:
                return values, arrays
        except (OSError, ValueError, LookupError, EOFError, TypeError, AttributeError):
            pass
        return {}, {}

    def _verify(self, place: Path, values: Any) -> None:
        """Compare the values of an entry with their digest, and its arrays, once, with checksums.

        Raises:
            ValueError: one differs, so that everything is read and computed again.
        """
        if key_of(values["values"]) != values["digest of values"]:
            raise ValueError("the values differ from their digest")
        for part, checksum in sorted(values["checksums"].items()):
            path = place / f"{part}.npy"
            identity = _identity(path, checksum)
            if identity not in self._verified:
                if file_checksum(path) != checksum:
                    raise ValueError("an array differs from its checksum")
                self._verified.add(identity)

    def _store(self, name: str, entry: Entry, record: Mapping[str, Any]) -> None:
        """Replace one entry; on a full disk nothing is stored, without an error."""
        if self.folder is None:
            return
        arrays, values = entry
        temporary = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            checksums = {}
            for part, array in arrays.items():
                checksums[part] = _save(temporary / f"{part}.npy", array)
            text = json.dumps(
                {
                    **record,
                    "arrays": sorted(arrays),
                    "values": values,
                    "checksums": checksums,
                    "digest of values": key_of(values),
                }
            )
            (temporary / "values.json").write_text(text, encoding="utf-8")
            shutil.rmtree(self.folder / name, ignore_errors=True)
            os.replace(temporary, self.folder / name)
            for part, checksum in checksums.items():
                self._verified.add(_identity(self.folder / name / f"{part}.npy", checksum))
        except OSError:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)


def _save(path: Path, array: NDArray[Any]) -> int:
    """Write an array, and return the checksum of the file."""
    if not keep_file(array, path):
        array = np.ascontiguousarray(array)
        np.save(path, array)
    with path.open("rb") as file:
        head = file.read(path.stat().st_size - array.nbytes)
    return zlib.crc32(array.data, zlib.crc32(head))


def _identity(path: Path, checksum: int) -> tuple[object, ...]:
    """Return what changes with a file."""
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns, checksum


def _record_of(kept: Kept) -> dict[str, Any]:
    """Return what is kept of a stage beside its arrays; the value itself where it is plain."""
    plain = kept.value is None or isinstance(kept.value, (bool, int, float, str))
    value = {"value": kept.value} if plain else {}
    return {"token": kept.token, "reads": kept.reads, **value}


def _entry_of(value: Any, analysis: Analysis) -> Entry:
    if isinstance(value, PreprocessedSeries):
        value = changes_of(value, analysis.study.dynamic)
    return to_entry(value)


def keys_of_study(key: str, T1_map: str | None) -> dict[str, str]:
    """Return the keys of the parts of a study, for :class:`Analysis`.

    Args:
        key: of the study as read.
        T1_map: digest of the file of the T1 map, or None.
    """
    keys = dict.fromkeys(("dynamic", "flip_angles", "anatomy"), key)
    return keys if T1_map is None else keys | {"T1_map": T1_map}
