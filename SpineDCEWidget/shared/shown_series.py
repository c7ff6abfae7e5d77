"""Other series of a study in the views: T2, STIR, after contrast, CT, placed by their geometry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from SpineDCELib.mrml.grey_values import fitting, set_grey_values
from SpineDCELib.mrml.volume_nodes import fill_volume, geometry_of
from SpineDCELib.progress import Progress
from SpineDCELib.run.other_series import other_series
from SpineDCELib.series import Geometry, SeriesDescription, Volume, read_volume
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _

#: Uses of a visit's nodes for other series begin with this; the title follows.
USE = "series."
#: Places along rows and columns of a slice at which another series is looked for; a narrow one
#: lies between fewer.
_SAMPLES = 64
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


def series_text(visit: VisitSession, kind: str, title: str) -> str:
    """Return the name of the series in a view, and the plane that it was acquired in if another.

    Args:
        kind, title: of the view's content: "T1", "frame", "map", "fused" or "series", and the
            title of another series.
    """
    images = visit.needed().study
    if title:
        node, name = visit.nodes.get(USE + title), title
    elif kind in ("T1", "fused") and visit.anatomy is not None and images.anatomy is not None:
        node, name = visit.anatomy, images.anatomy.acquisition.description or "T1"
    else:
        node, name = visit.frame, images.dynamic.acquisition.description or ""
    plane, shown = _plane(node), _plane(visit.frame)
    if plane == shown or not plane or not shown:
        return name
    words = {"sagittal": _("sagittal"), "coronal": _("coronal"), "axial": _("axial")}
    reformatted = _("{plane} series, reformatted to {shown} slices").format(
        plane=words[plane], shown=words[shown]
    )
    return f"{name} ({reformatted})"


def reaches(node: Any, visit: VisitSession, index: int) -> bool:
    """Return whether a volume node has an image at a slice (from 0) of a visit's dynamic series."""
    if node is None or node.GetImageData() is None:
        return False
    own = visit.needed().study.dynamic.geometry
    affine = own.affine.copy()
    affine[:3, 3] += index * affine[:3, 2]
    one_slice = Geometry((1, *own.shape[1:]), affine)
    return one_slice.share_inside(geometry_of(node), samples=_SAMPLES) > 0


def _plane(node: Any) -> str:
    """Return the plane of the slices of a volume node; "" without one."""
    if node is None or node.GetImageData() is None:
        return ""
    matrix = vtkMatrix4x4()
    node.GetIJKToRASDirectionMatrix(matrix)
    normal = [abs(matrix.GetElement(row, 2)) for row in range(3)]
    return ("sagittal", "coronal", "axial")[normal.index(max(normal))]


def _key(visit: VisitSession) -> tuple[Path, int | None] | None:
    if visit.study_path is None or visit.analysis is None:
        return None
    return visit.study_path, visit.settings.reading.series
