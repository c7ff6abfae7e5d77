"""Stage results on disk, so that a second run with another shift starts at the fit.

A cache lies in the results' own folder: patient data never leaves the places the user chose.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series.file_discovery import is_results
from SpineDCELib.version import __version__

Entry = tuple[dict[str, NDArray], dict[str, Any]]


def key_of(*parts: Any) -> str:
    """A short name for everything a stage depends on (JSON-able parts), program version too."""
    text = json.dumps([__version__, *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def fingerprint(path: str | Path) -> list[tuple[str, int, int]]:
    """Name, size and time of change of a file, or of every file of the study in a folder.

    Hidden folders and results that were written inside the study do not count.
    """
    root = Path(path)
    files = [root] if root.is_file() else []
    for place, folders, names in os.walk(root):
        here = Path(place)
        folders[:] = [f for f in folders if not f.startswith(".") and not is_results(here / f)]
        files += [here / name for name in names]
    return [
        (str(file.relative_to(root)), status.st_size, status.st_mtime_ns)
        for file in sorted(files)
        for status in [file.stat()]
    ]


class Cache:
    """One entry a stage: arrays and plain values, replaced when the key changes."""

    def __init__(self, folder: str | Path | None) -> None:
        self.folder = None if folder is None else Path(folder)

    def get(self, stage: str, key: str, make: Callable[[], Entry]) -> Entry:
        """The stored entry, or the one that ``make`` gives, stored. A broken entry is remade."""
        if self.folder is None:
            return make()
        place = self.folder / f"{stage}-{key}"
        try:
            values = json.loads((place / "values.json").read_text(encoding="utf-8"))
            arrays = {
                file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
                for file in place.glob("*.npy")
            }
            if sorted(arrays) == values["arrays"]:
                return arrays, values["values"]
        except (OSError, ValueError, KeyError):
            pass
        arrays, values = make()
        self._store(stage, place, arrays, values)
        return arrays, values

    def _store(
        self, stage: str, place: Path, arrays: Mapping[str, NDArray], values: dict[str, Any]
    ) -> None:
        """Best effort: a full disk costs the next run time, not this one its result."""
        assert self.folder is not None
        temporary = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            for name, array in arrays.items():
                np.save(temporary / f"{name}.npy", array)
            record = {"arrays": sorted(arrays), "values": values}
            (temporary / "values.json").write_text(json.dumps(record), encoding="utf-8")
            for old in self.folder.glob(f"{stage}-*"):
                shutil.rmtree(old, ignore_errors=True)
            os.replace(temporary, place)
        except OSError:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
