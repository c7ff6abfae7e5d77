"""Files of one visit that the web browser sends: regions, an AIF, a T1 map."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trame.widgets import html

from SpineDCEWidget.shared.wording import OPEN_FIRST


def upload_ui(kind: str, words: str, title: str, *, of_visit: bool = True) -> None:
    """Build the link that sends a file, of the selected visit or of the whole course.

    Args:
        kind: begins the name of the folder in which the file arrives.
        words: what is loaded, such as "regions".
    """
    with html.Label(classes="upload", v_show="visits.length && !uploading", title=title):
        html.Span(f"Load {words}" + (" ({{ titles[visit] }})" if of_visit else ""))
        html.Input(
            type="file", id=f"upload-{kind}",
            raw_attrs=[
                f"@change=\"utils.upload($event.target.files, '{kind}'); "
                "$event.target.value = ''\""
            ],
        )  # fmt: skip


def uploaded_file(folder: Path) -> Path:
    """Return the only file of an upload."""
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    return path


def take_upload(station: Any, folder: Path, take: Callable[[Any, Path], Any], note: str) -> None:
    """Give the uploaded file to the selected visit, and delete it.

    Args:
        take: called with the visit and the file.
        note: shown when it was taken; {visit} and {file} are replaced by their names.
    """
    visit = station.visit
    with station.state as state:
        state.uploading = ""
        if visit is None:
            station.show_error(OPEN_FIRST)
        else:
            path = uploaded_file(folder)
            if station.attempt(lambda: take(visit, path)):
                station.show_note(note.format(visit=visit.name, file=path.name))
                station.changed(visit)
                station.refresh()
    shutil.rmtree(folder, ignore_errors=True)
