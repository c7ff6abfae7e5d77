"""Search of an archive (PACS) for the visits of one patient, and their retrieval."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.network.archive import Archive, local_study
from SpineDCELib.network.nodes import SCHEME, nodes_file, read_network
from SpineDCELib.network.stored_objects import fetched_folder
from SpineDCELib.network.study_query import MOST, Query, StudyEntry
from SpineDCELib.progress import Progress, part

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.wording import _, remedy, translated

SEARCHING, FETCHING = _("Searching the archive"), _("Fetching from the archive")


def configured_nodes() -> tuple[list[str], str]:
    """Return the names of the configured archives, and a message if there are none.

    The message says how to configure one, or what is wrong with the file.
    """
    try:
        names = list(read_network().nodes)
    except InputError as error:
        return [], remedy(error)
    if names:
        return names, ""
    return [], _(
        "No archive is configured. List archives in {file}, as docs/pacs.md describes, and open "
        "this part or step again."
    ).format(file=nodes_file())


@dataclass(frozen=True)
class StudyRow:
    """A study that was found, as a list shows it.

    Attributes:
        dynamic: the series that may be dynamic; "" if none was seen.
        visit: "Baseline", "Follow-up 1" …; "" if the study is not chosen.
    """

    uid: str
    patient: str
    day: str
    description: str
    dynamic: str
    visit: str


class ArchiveSearch:
    """Studies found in an archive, and which of them are to be opened as visits.

    Attributes:
        studies: what the last search found, the newest first.
        chosen: UIDs of the chosen studies; all are of one patient.
    """

    def __init__(self) -> None:
        self.node = ""
        self.studies: list[StudyEntry] = []
        self.chosen: set[str] = set()

    def search_job(
        self,
        node: str,
        *,
        patient: str = "",
        first: str = "",
        last: str = "",
        description: str = "",
    ) -> Job[list[StudyEntry]]:
        """Return the job that searches an archive; its end replaces what was found before.

        Where all studies found are of one patient, its visits are proposed.

        Args:
            patient: ID or part of the name. first, last: days such as "2026-03-12", or "".
            description: part of the description of the study.
        """
        days = first if first == last else f"{first}-{last}"
        query = Query(patient.strip(), days, description.strip())

        def done(studies: list[StudyEntry]) -> None:
            self.node, self.studies, self.chosen = node, studies, set()
            if len({_patient(study) for study in studies}) == 1:
                self.chosen = self._proposal(studies[0])

        return Job(lambda progress: Archive.named(node).find(query, progress), done)

    @property
    def summary(self) -> str:
        """Return how many studies were found."""
        count = len(self.studies)
        if not self.node:
            return ""
        if count >= MOST:
            return _("The newest {count} studies are listed. Narrow the search.").format(count=MOST)
        return {
            0: _("No study was found."), 1: _("One study was found.")
        }.get(count, _("{count} studies were found.").format(count=count))  # fmt: skip

    def _proposal(self, study: StudyEntry) -> set[str]:
        """Return the studies of a study's patient that may hold a dynamic series."""
        return {
            one.uid
            for one in self.studies
            if one.perhaps_dynamic and _patient(one) == _patient(study)
        }

    def toggle(self, uid: str) -> None:
        """Choose a study or no longer.

        The first study of a patient chooses all of this patient's that may hold a dynamic series,
        and none of another patient.
        """
        [study] = [one for one in self.studies if one.uid == uid]
        if uid in self.chosen:
            self.chosen.remove(uid)
        elif any(_patient(one) == _patient(study) for one in self._chosen()):
            self.chosen.add(uid)
        else:
            self.chosen = self._proposal(study) | {uid}

    def _chosen(self) -> list[StudyEntry]:
        """Return the chosen studies, the oldest first."""
        return sorted(
            (one for one in self.studies if one.uid in self.chosen), key=lambda one: one.date
        )

    def rows(self, opened: int = 0) -> list[StudyRow]:
        """Return the list of studies.

        Args:
            opened: number of visits that are open already.
        """
        order = [one.uid for one in self._chosen()]
        several = opened + len(order) > 2

        def visit(uid: str) -> str:
            if uid not in order:
                return ""
            number = order.index(uid) + opened
            if number == 0:
                return _("Baseline")
            return _("Follow-up {number}").format(number=number) if several else _("Follow-up")

        return [
            StudyRow(
                one.uid, _patient_text(one), translated(day_text(one.date)) or _("no date"),
                one.description or _("no description"),
                ", ".join(_series_texts(one)), visit(one.uid),
            )
            for one in self.studies
        ]  # fmt: skip

    def retrieval_job(self) -> Job[list[Path]]:
        """Return the job that fetches the chosen studies; its value are their folders, by date.

        Of a study that was fetched before, only regions and reports that are new are fetched.
        """
        node, uids = self.node, [one.uid for one in self._chosen()]

        def work(progress: Progress) -> list[Path]:
            folders = []
            for number, uid in enumerate(uids):
                share = part(progress, number / len(uids), (number + 1) / len(uids))
                folders.append(_fetched(node, uid, share))
            return folders

        return Job(work)


def _fetched(node: str, uid: str, progress: Progress) -> Path:
    """Return the folder of a study, with regions and reports that the archive has now."""
    archive = Archive.named(node)
    folder = fetched_folder(archive.node, uid)
    if folder.is_dir():
        archive.fetch_drawings(uid, folder, progress)
    return Path(local_study(f"{SCHEME}{node}/{uid}", progress))


def _patient(study: StudyEntry) -> tuple[str, str]:
    """Return what tells patients apart; the name counts only where there is no ID."""
    return study.patient_id, "" if study.patient_id else study.patient_name


def _patient_text(study: StudyEntry) -> str:
    name = " ".join(study.patient_name.replace("^", " ").split())
    identity = _("ID {identity}").format(identity=study.patient_id) if study.patient_id else ""
    return ", ".join(text for text in (name, identity) if text) or _("Patient not named")


def _series_texts(study: StudyEntry) -> list[str]:
    texts = []
    for one in study.series:
        if one.perhaps_dynamic:
            name = one.description or _("no description")
            images = _("{name} ({count} images)").format(name=name, count=one.images)
            texts.append(name if one.images is None else images)
    return texts
