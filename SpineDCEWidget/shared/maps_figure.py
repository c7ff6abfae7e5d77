"""Figure of the maps for a paper or a talk: T1, Vp, and Vp over T1, one row per visit."""

from __future__ import annotations

from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.export.report.report_figures import triptych_figure
from SpineDCELib.progress import Progress

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.wording import _

#: Resolution that journals ask for, dots per inch.
_DPI = 300
#: Name of the file.
FILE = "spinedce-figure.png"


def figure_job(session: Session, folder: Path) -> Job[Path]:
    """Return the job that draws the shown visits on one colour scale, as a file of a folder.

    Neither the patient nor a date is named in it.

    Raises:
        InputError: nothing is computed, or not with the present settings and regions.
    """
    visits = [visit for visit in session.shown if visit.result is not None]
    if not visits:
        raise InputError(_("Compute the maps before drawing them."), code="nothing_to_draw")
    for visit in visits:
        if (outdated := session.outdated(visit)) is not None:
            raise outdated
    rows = [(v.label, v.needed().snapshot(), v.result) for v in visits if v.result is not None]

    def draw(progress: Progress) -> Path:
        progress(0.1, "Drawing the figure")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        figure = triptych_figure(rows)
        figure.savefig(path, dpi=_DPI, facecolor="black", bbox_inches="tight", pad_inches=0.1)
        return path

    return Job(draw)
