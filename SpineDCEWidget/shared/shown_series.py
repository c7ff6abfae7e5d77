"""Other series of a study in the views: T2, STIR, after contrast, CT, placed by their geometry."""

from __future__ import annotations

import re
from pathlib import Path

from SpineDCELib.mrml.grey_values import fitting, set_grey_values
from SpineDCELib.mrml.volume_nodes import fill_volume
from SpineDCELib.progress import Progress
from SpineDCELib.run.other_series import other_series
from SpineDCELib.series import SeriesDescription, Volume, read_volume

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession

#: Uses of a visit's nodes for other series begin with this; the title follows.
USE = "series."
#: What the name of a reference in a scene may not hold.
_NOT_ALLOWED = re.compile(r"[^\w .,+()/-]")


class OtherSeries:
    """The other series of the visits' studies, found once for each study.

    A series is known by its title, so that both visits show the same kind of image.

    Attributes:
        session: of the visits.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._found: dict[tuple[Path, int | None], dict[str, SeriesDescription]] = {}

    def search_job(self, visit: VisitSession) -> Job[dict[str, SeriesDescription]] | None:
        """Return the job that looks for a visit's other series; None if there is nothing to do."""
        study, key = visit.study_path, _key(visit)
        if study is None or key is None or key in self._found or not study.exists():
            return None

        def work(progress: Progress) -> dict[str, SeriesDescription]:
            found = other_series(study, key[1], progress)
            return {_NOT_ALLOWED.sub(" ", title): one for title, one in found.items()}

        def done(found: dict[str, SeriesDescription]) -> None:
            self._found[key] = found

        return Job(work, done)

    def titles(self) -> list[str]:
        """Return the titles of the other series of the shown visits, in the order of the study."""
        titles: dict[str, None] = {}
        for visit in self.session.shown:
            titles |= dict.fromkeys(self._known(visit))
            titles |= dict.fromkeys(visit.nodes.of(USE))
        return list(titles)

    def _known(self, visit: VisitSession) -> dict[str, SeriesDescription]:
        key = _key(visit)
        return self._found.get(key, {}) if key is not None else {}

    def lacks(self, visit: VisitSession, title: str) -> bool:
        """Return whether a visit has no series of a title."""
        return title not in self._known(visit) and visit.nodes.get(USE + title) is None

    def to_read(self, title: str) -> list[VisitSession]:
        """Return the shown visits whose series of a title is known and not read yet."""
        return [
            visit
            for visit in self.session.shown
            if title in self._known(visit) and visit.nodes.get(USE + title) is None
        ]

    def reading_job(self, visit: VisitSession, title: str) -> Job[Volume]:
        """Return the job that reads a series; its end puts it into the scene."""
        description = self._known(visit)[title]

        def done(volume: Volume) -> None:
            use = USE + title
            node = visit.nodes.make(use, "vtkMRMLScalarVolumeNode", title)
            fill_volume(node, volume.array, volume.geometry)
            dynamic = visit.needed().study.dynamic
            set_grey_values(visit.nodes, use, fitting(visit.nodes, use, dynamic))

        return Job(lambda progress: read_volume(description, progress), done)


def _key(visit: VisitSession) -> tuple[Path, int | None] | None:
    if visit.study_path is None or visit.analysis is None:
        return None
    return visit.study_path, visit.settings.reading.series
