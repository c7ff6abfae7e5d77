"""Opening of a study: its images, first settings, corrections and earlier work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.analysis.mapped_images import map_images
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.inputs import corrected_images, read_images
from SpineDCELib.run.saved_session import SavedVisit
from SpineDCELib.settings import Settings, settings_from_dict, with_values


def open_images(
    study: str | Path, settings: Settings | None = None, progress: Progress = silent
) -> Images:
    """Read a study's images, for :meth:`Session.open`.

    Raises:
        InputError: there is no dynamic series, or it could not be read.
    """
    study = Path(study)
    if not study.exists():
        raise InputError(
            f"The study {study} does not exist.",
            code="study_not_found", about=str(study), fields=("inputs.study",),
        )  # fmt: skip
    return map_images(read_images(study, settings or Settings(), progress))


def reading_settings(*, series: int | None = None, saved: SavedVisit | None = None) -> Settings:
    """Return the settings that a study is read with: those of earlier work, without corrections.

    Args:
        series: number of the dynamic series that was chosen.
    """
    if saved is None:
        return with_values(Settings(), {"reading.series": series})
    kept = settings_from_dict(saved.choices["settings"], kind=Settings, origin="The saved work")
    number = kept.reading.series if series is None else series
    return with_values(
        Settings(),
        {"reading.series": number, "reading.frame_interval": kept.reading.frame_interval},
    )


def corrected(images: Images, own: Mapping[str, Any]) -> Images:
    """Return a study with the corrections among a visit's own settings.

    Raises:
        InputError: frame times that do not rise, or not one for each frame.
    """
    dynamic, interval = images.dynamic, own.get("reading.frame_interval")
    if interval is not None and not dynamic.time_origin.startswith("given:"):
        dynamic = replace(
            dynamic,
            times=np.arange(dynamic.n_frames, dtype=np.float64) * float(interval),
            time_origin=f"set to {interval:g} s per frame",
        )
        images = replace(images, dynamic=dynamic)
    return corrected_images(
        images,
        frame_times=own.get("reading.frame_times"),
        field_strength=own.get("reading.field_strength"),
    )


def as_read(images: Images, nodes: Any) -> Images:
    """The study as its files give it, of one that may lie in a scene with corrections."""
    kept = nodes.value("as read")
    if kept is None:
        return images
    dynamic = images.dynamic
    acquisition = replace(dynamic.acquisition, field_strength=kept["field_strength"])
    dynamic = replace(
        dynamic,
        times=np.asarray(kept["times"], float),
        time_origin=kept["time_origin"],
        acquisition=acquisition,
    )
    return replace(images, dynamic=dynamic)
