"""Plugin of 3D Slicer's DICOM browser: offers a dynamic series as "Spine DCE visit"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import slicer
from DICOMLib import DICOMLoadable, DICOMPlugin
from SpineDCELib.errors import InputError
from SpineDCELib.series import dynamic_choices, scan_study

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.dicom_database import files_of_study, linked_study
from SpineDCEWidget.shared.study_opening import choice_facts, choice_title, reading_of
from SpineDCEWidget.shared.wording import translated

#: More than 3D Slicer's own plugins claim for a dynamic series, which they load as volumes.
_CONFIDENCE = 0.95


class SpineDCEPlugin(DICOMPlugin):
    """Reads the headers of a study as the module does, and opens it as a visit."""

    def __init__(self) -> None:
        super().__init__()
        self.loadType = texts.VISIT_TYPE
        #: Files of a study → series UIDs of each way to read a dynamic series, and its offer.
        self._examined: dict[tuple[str, ...], list[tuple[set[str], Any]]] = {}

    def examineForImport(self, fileLists: Sequence[Sequence[str]]) -> list[Any]:
        """Return what can be loaded of some series: each way to read a dynamic one among them.

        The whole study is read, because flip angles and phase images lie in other series.
        """
        series_of = slicer.dicomDatabase.seriesForFile
        found = []
        asked: dict[tuple[str, ...], set[str]] = {}
        for files in fileLists:
            if files:
                study = tuple(sorted(files_of_study(files[0])))
                asked.setdefault(study, set()).add(series_of(files[0]))
        for study, series in asked.items():
            if study not in self._examined:
                self._examined[study] = _offers(study)
            found += [offer for uids, offer in self._examined[study] if uids & series]
        return found

    def load(self, loadable: Any) -> bool:
        """Open a study as the next visit of the module, and show the module."""
        slicer.util.selectModule("SpineDCE")
        desk = slicer.modules.SpineDCEWidget.desk
        [name] = desk.session.free_names()
        opened = [visit.study_path for visit in desk.session.visits if visit.study_path]
        with desk.messages.errors_shown():
            desk.open({name: linked_study(loadable.files, opened=opened)}, loadable.reading)
        return any(visit.name == name for visit in desk.session.visits)


def _offers(files: Sequence[str]) -> list[tuple[set[str], Any]]:
    """Return the series UIDs of each way to read a study's dynamic series, with what to load."""
    try:
        study = scan_study(linked_study(files))
        choices = dynamic_choices(study)
    except (InputError, OSError):  # other plugins may read it
        return []
    by_number = {one.number: one for one in study.series}
    found = []
    for choice in choices:
        parts = [by_number[number] for number in (choice.series, *choice.joined)]
        uids = {uid for one in parts for uid in one.series_uids}
        own = [file for uid in sorted(uids) for file in slicer.dicomDatabase.filesForSeries(uid)]
        offer = DICOMLoadable()
        # 3D Slicer proposes one of the offers for the series of their first file.
        offer.files = list(dict.fromkeys([*own, *files]))
        offer.name = texts.VISIT_OFFER.format(series=choice_title(choice))
        offer.tooltip = choice_facts(choice)
        doubts = dict.fromkeys(text for one in parts for text in (one.doubt, *one.problems) if text)
        offer.warning = " ".join(map(translated, doubts))
        offer.selected = len(choices) == 1
        offer.confidence = _CONFIDENCE
        offer.reading = reading_of(choice)
        found.append((uids, offer))
    return found
