"""Earlier visits of a patient whose study was received: searched in an archive and fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.network.archive import Archive, local_study
from SpineDCELib.network.arrived_studies import LOOKING, ArrivedStudies, ArrivedStudy
from SpineDCELib.network.nodes import SCHEME, is_uid
from SpineDCELib.network.study_query import Query, StudyEntry

#: Most earlier visits that are fetched, the latest ones.
MOST = 6


@dataclass(frozen=True)
class EarlierVisit:
    """An earlier visit of the patient.

    Attributes:
        date: as in DICOM. images: folder of its images; "" if it was not fetched.
        message: why it cannot be opened; "" if it can.
    """

    uid: str
    date: str
    description: str
    images: str = ""
    message: str = ""


def earlier_studies(archive: Archive, study: ArrivedStudy) -> list[StudyEntry]:
    """Return the earlier studies of a patient in an archive that may be dynamic, oldest first.

    The patient is the one with exactly the same ID.

    Raises:
        InputError: the archive gives no answer.
    """
    found = archive.find(Query(study.patient))
    earlier = [
        one
        for one in found
        if one.patient_id == study.patient
        and one.uid != study.uid
        and is_uid(one.uid)
        and "" < one.date < study.date
        and one.perhaps_dynamic
    ]
    return sorted(earlier, key=lambda one: one.date)[-MOST:]


def look_for_earlier(
    studies: ArrivedStudies, uid: str, node: str, prepare: Callable[[Path, Path], str]
) -> None:
    """Find and fetch the earlier visits of a received study, and write them to its state.

    What goes wrong is said in its state, too; the study itself stays ready.

    Args:
        node: name of the archive.
        prepare: called with the images of a visit and a folder for what is computed of them;
            returns why they cannot be analysed, "" if they can.
    """
    study = studies.study(uid)
    if study is None:
        return
    if not study.patient or not study.date:
        said = "Earlier visits were not looked for: the images name no patient ID or no date."
        studies.change(uid, earlier=[], earlier_message=said)
        return
    studies.change(uid, earlier=[], earlier_message=LOOKING)
    try:
        found = earlier_studies(Archive.named(node), study)
    except SpineDCEError as error:
        said = f"Earlier visits could not be looked for. {error}"
        studies.change(uid, earlier_message=said)
        return
    visits = []
    for one in found:
        visit = EarlierVisit(one.uid, one.date, one.description)
        try:
            images = _images_of(studies, node, one.uid)
            visit = replace(visit, images=str(images))
            visit = replace(
                visit, message=prepare(images, studies.place(uid) / "earlier" / one.uid)
            )
        except SpineDCEError as error:
            visit = replace(visit, message=str(error))
        visits.append(visit)
        studies.change(uid, earlier=[asdict(v) for v in visits])
    said = "" if visits else f"The archive '{node}' holds no earlier visit of this patient."
    studies.change(uid, earlier_message=said)


def _images_of(studies: ArrivedStudies, node: str, uid: str) -> Path:
    """Return the images of an earlier study; it is fetched if it was not received itself."""
    received = studies.study(uid)
    if received is not None and received.state == "ready":
        return studies.images(uid)
    return Path(local_study(f"{SCHEME}{node}/{uid}"))
