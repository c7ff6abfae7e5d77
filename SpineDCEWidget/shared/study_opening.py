"""Opening of a study: its images, first settings, corrections and earlier work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from SpineDCELib.analysis.mapped_images import map_images
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import arrays_in
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.inputs import corrected_images, read_images
from SpineDCELib.run.patient_visits import FoundVisit
from SpineDCELib.run.prepared_analysis import PreparedAnalysis, prepared_analysis
from SpineDCELib.run.saved_session import SavedVisit
from SpineDCELib.series import DynamicChoice
from SpineDCELib.series.study_date import study_date
from SpineDCELib.settings import Settings, settings_from_dict, value_at, with_values

from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.wording import _, translated

#: Settings that decide which frames are read.
FRAMES_OF = ("reading.series", "reading.joined", "reading.displaced")
#: Settings that the files are read with; the study is read again when one changes.
READ_WITH = (*FRAMES_OF, "reading.frame_interval")


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
            _("The study {study} does not exist.").format(study=study),
            code="study_not_found", about=str(study), fields=("inputs.study",),
        )  # fmt: skip
    with arrays_in(None):
        images = read_images(study, settings or Settings(), progress)
    return map_images(images)


class ReadStudy(NamedTuple):
    """A study's images, and what was computed of it before anyone opened it, if anything."""

    images: Images
    prepared: PreparedAnalysis | None = None


def read_study(
    study: str | Path, settings: Settings | None = None, progress: Progress = silent
) -> ReadStudy:
    """Read a study's images, or take them from what was computed of it earlier.

    Raises:
        InputError: see :func:`open_images`.
    """
    prepared = prepared_analysis(Path(study))
    if prepared is not None and prepared.was_read_with(settings or Settings()):
        return ReadStudy(prepared.images, prepared)
    return ReadStudy(open_images(study, settings, progress))


def reading_settings(
    chosen: Mapping[str, Any] | None = None, *, saved: SavedVisit | None = None
) -> Settings:
    """Return the settings that a study is read with: those of earlier work, without corrections.

    Args:
        chosen: what the user chose: path → value, of :data:`READ_WITH`.
    """
    kept: dict[str, Any] = {}
    if saved is not None:
        settings = settings_from_dict(
            saved.choices["settings"], kind=Settings, origin="The saved work"
        )
        kept = {path: value_at(settings, path) for path in READ_WITH}
    return with_values(Settings(), {**kept, **(chosen or {})})


def is_of_study(saved: SavedVisit, images: Images) -> bool:
    """Return whether work was done on the study of this date; a folder may hold several."""
    return saved.date in ("", study_date(images.dynamic))


def reading_of_visit(found: FoundVisit) -> dict[str, Any] | None:
    """Return how the folder of a patient asks for a visit to be read; None if it does not say."""
    settings = found.given.settings
    return None if settings is None else {path: value_at(settings, path) for path in READ_WITH}


def reading_of(choice: DynamicChoice) -> dict[str, Any]:
    """Return the settings that choose a way to read the dynamic series."""
    return {"reading.series": choice.series, "reading.joined": choice.joined or None}


def choice_title(choice: DynamicChoice) -> str:
    """Return the name of a way to read the dynamic series: "2 + 3 joined. DCE sag"."""
    if not choice.joined:
        return series_title(choice.series, choice.own_number, choice.title)
    name = choice.title or _("no description")
    numbers = " + ".join(str(n) for n in sorted((choice.series, *choice.joined)))
    return _("{numbers} joined. {name}").format(numbers=numbers, name=name)


def series_title(number: int, own_number: int | None, title: str) -> str:
    """Return the name of a series: "2. DCE sag", and the scanner's number where it is another.

    Args:
        number: its place among all series of the folder, which may hold several studies.
    """
    text = f"{number}. {title or _('no description')}"
    if own_number in (None, number):
        return text
    return f"{text} ({_('the scanner’s series {number}').format(number=own_number)})"


def of_whom(patient: str, date: str) -> str:
    """Return patient and day of a series: "Phantom Anna, 2 March 2021"."""
    return ", ".join(text for text in (patient, translated(day_text(date))) if text)


def choice_lines(choices: Sequence[DynamicChoice]) -> list[str]:
    """Return the facts of each way to read a series, with patient and date where these differ."""
    whose = [of_whom(c.patient, c.date) for c in choices]
    several = len(set(whose)) > 1
    return [
        f"{who}: {facts}" if several and who else facts
        for who, facts in zip(whose, map(choice_facts, choices), strict=True)
    ]


def choice_facts(choice: DynamicChoice) -> str:
    """Return frames, matrix and time of a way to read the dynamic series."""
    frames, slices, rows, columns = choice.dimensions
    size = _("{frames} frames of {columns} × {rows} × {slices}").format(
        frames=frames, columns=columns, rows=rows, slices=slices
    )
    if choice.times is None or choice.times.size < 2:
        return size
    steps = np.diff(choice.times)
    every = _("every {interval} s").format(interval=f"{np.median(steps):.1f}")
    if not choice.joined:
        return f"{size}, {every}"
    pause = _("with a pause of {pause} s").format(pause=f"{steps.max():.0f}")
    return f"{size}, {every}, {pause}"


def with_other_frames(own: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return new values of settings, and reset those that count the frames, if these change."""
    if all(values[path] == own.get(path) for path in FRAMES_OF if path in values):
        return dict(values)
    return {"reading.frame_times": None, "reading.excluded_frames": None, **values}


def read_with(own: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of the settings that the files are read with."""
    return tuple(own.get(path) for path in READ_WITH)


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
