"""Studies that were sent to ``spinedce pacs serve``: their list, and which nobody has reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.errors import InputError
from SpineDCELib.network.arrived_studies import ArrivedStudy
from SpineDCELib.network.nodes import read_network
from SpineDCELib.network.reception import received_studies
from SpineDCELib.run.protocol_check import FAILED
from SpineDCELib.run.study_work import mark_reviewed, unreviewed

from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session
    from SpineDCEWidget.shared.visit_session import VisitSession

#: State of a study → how a list names it.
STATES = {
    "arriving": _("Arriving"),
    "waiting": _("Waiting"),
    "analysing": _("Being analysed"),
    "ready": _("Ready"),
    "failed": _("Cannot be analysed"),
}


#: Verdict of a point of the protocol check → how a list names it.
VERDICTS = {
    "good": _("good"),
    "limited": _("limits the result"),
    "failed": _("cannot be analysed"),
    "unknown": _("not determined"),
}


@dataclass(frozen=True)
class ReceivedRow:
    """A study that was received, as a list shows it.

    Attributes:
        message: of the protocol check, or why the study could not be analysed.
        unreviewed: whether it is ready and nobody has reviewed it.
        images: folder of its images.
        points: of the protocol check: name, verdict, what was found, what is asked for, and source.
        earlier: earlier visits that were fetched from the archive, or why there are none.
        course: folders of the earlier visits that can be opened, and of this one, by date.
    """

    uid: str
    state: str
    title: str
    message: str
    ready: bool
    unreviewed: bool
    usable: bool | None
    images: str
    points: list[dict[str, str]]
    earlier: list[str]
    course: list[str]


def received_rows() -> list[ReceivedRow]:
    """Return the studies that were received, the one that changed last first."""
    studies = received_studies(read_network())
    return [_row(one, studies.images(one.uid)) for one in studies]


def _row(study: ArrivedStudy, images: Path) -> ReceivedRow:
    day = translated(day_text(study.date)) or _("no date")
    who = study.patient or _("Patient not named")
    ready = study.state == "ready"
    return ReceivedRow(
        uid=study.uid,
        state=STATES.get(study.state, study.state),
        title=", ".join(text for text in (who, day, study.description) if text),
        message=translated(study.message.removeprefix(FAILED)),
        ready=ready,
        unreviewed=ready and not study.reviewed,
        usable=study.usable,
        images=str(images),
        points=[_point(point) for point in study.points],
        earlier=_earlier(study),
        course=[*(v["images"] for v in study.earlier if not v["message"]), str(images)],
    )


def _point(point: dict[str, str]) -> dict[str, str]:
    """Return a point of the protocol check, with its verdict in words."""
    return {
        "name": translated(point["name"]), "verdict": VERDICTS[point["verdict"]],
        "good": "yes" if point["verdict"] == "good" else "", "found": translated(point["found"]),
        "asked": translated(point["asked"]), "source": point["source"],
    }  # fmt: skip


def _earlier(study: ArrivedStudy) -> list[str]:
    lines = []
    for visit in study.earlier:
        day = translated(day_text(visit["date"]))
        lines.append(f"{day}: {translated(visit['message'])}" if visit["message"] else day)
    message = translated(study.earlier_message) if study.earlier_message else ""
    return [*lines, message] if message else lines


def unreviewed_visits(session: Session) -> list[VisitSession]:
    """Return the visits that were analysed automatically and that nobody has reviewed."""
    return [
        visit
        for visit in session.visits
        if visit.study_path is not None and unreviewed(visit.study_path) is not None
    ]


def review(session: Session, visit: VisitSession) -> None:
    """Record that a person has reviewed a visit that was received."""
    if visit.study_path is None:
        return
    mark_reviewed(visit.study_path)
    try:
        studies = received_studies(read_network())
    except InputError:
        return  # the settings file is damaged; the mark beside the work counts
    for study in studies:
        if studies.images(study.uid) == visit.study_path:
            studies.change(study.uid, reviewed=True)
    session.actions.add([visit], _("Mark the automatic analysis as reviewed"))
