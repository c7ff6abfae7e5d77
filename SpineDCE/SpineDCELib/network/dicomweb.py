"""QIDO, WADO and STOW."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.network.dimse_queries import Contents
from SpineDCELib.network.nodes import Node, secret_of
from SpineDCELib.network.packages import dicomweb_client
from SpineDCELib.network.sent_objects import SendableFile, Sent
from SpineDCELib.network.stored_objects import StoredObjects
from SpineDCELib.network.study_query import (
    MOST,
    SERIES_KEYS,
    STUDY_KEYS,
    SeriesEntry,
    StudyEntry,
    series_entry,
    study_entry,
)
from SpineDCELib.network.supervision import Activity, silent_archive, supervised
from SpineDCELib.progress import Progress

#: As stored in the archive, whatever its compression.
_AS_STORED = (("application/dicom", "*"),)
#: Most answers in one request for the objects of a series.
_PAGE = 5000


@contextlib.contextmanager
def client(node: Node) -> Iterator[Any]:
    """Yield a client; what goes wrong inside becomes an error that a user understands.

    Neither proxies nor files with logins of the system are used, and no redirection is followed,
    so that nothing goes to another machine than the configured one.

    Raises:
        InputError: there is no answer, or a refusal.
    """
    library = dicomweb_client()
    import requests

    class Session(requests.Session):  # type: ignore[misc]
        """A session that sends * as it is, because Orthanc does not decode it in a search."""

        def request(self, method: Any, url: Any, *given: Any, **more: Any) -> Any:
            return super().request(method, str(url).replace("%2A", "*"), *given, **more)

    with Session() as session, _explained(node):
        session.trust_env = False
        session.max_redirects = 0
        if node.tls.authorities:
            session.verify = node.tls.authorities
        if node.tls.certificate:
            session.cert = (node.tls.certificate, node.tls.key or node.tls.certificate)
        if node.login == "basic":
            session.auth = (node.user, secret_of(node))
        elif node.login == "token":
            session.headers["Authorization"] = f"Bearer {secret_of(node)}"
        made = library.DICOMwebClient(
            node.url.rstrip("/"), session=session, timeout=(min(node.timeout, 10), node.timeout)
        )
        made.set_http_retry_params(retry=False)
        yield made


@contextlib.contextmanager
def _explained(node: Node) -> Iterator[None]:
    from requests import exceptions

    def error(text: str, code: str) -> InputError:
        return InputError(f"The archive '{node.name}' {text}.", code=code, about=node.name)

    try:
        yield
    except exceptions.SSLError as problem:
        reason = str(getattr(problem.args[0], "reason", "") or "its certificate is refused")
        raise error(
            f"cannot be reached with encryption: {reason.strip('.')[:200]}", "certificate_refused"
        ) from None
    except (exceptions.ConnectTimeout, exceptions.ReadTimeout):
        raise silent_archive(node) from None
    except exceptions.TooManyRedirects:
        raise error("refers to another address, which is not followed", "archive_refused") from None
    except exceptions.HTTPError as problem:
        answer = problem.response
        number = "" if answer is None else str(answer.status_code)
        told = {
            "401": "refused the login", "403": "does not allow it",
            "404": "does not know the address or the study",
            "413": "refused the object because of its size", "507": "is full",
        }.get(number, f"failed with status {number}")  # fmt: skip
        raise error(told, "archive_refused") from None
    except (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError):
        raise error("broke off while it was sending", "connection_lost") from None
    except exceptions.ConnectionError as problem:
        if "timed out" in str(problem).lower():
            raise silent_archive(node) from None
        raise error(f"cannot be reached at {node.url}", "archive_unreachable") from None
    except exceptions.RequestException as problem:
        raise error(f"failed ({type(problem).__name__})", "archive_failed") from None


def echo(node: Node) -> None:
    """Ask whether the service answers a search.

    Raises:
        InputError: it does not.
    """
    with client(node) as web:
        web.search_for_studies(limit=1)


@contextlib.contextmanager
def searching(node: Node, activity: Activity) -> Iterator[Search]:
    """Yield a search of the archive.

    Raises:
        InputError: there is no answer, or a refusal.
    """
    with client(node) as web:
        yield Search(web, activity)


class Search:
    """Questions to an archive over one session."""

    def __init__(self, web: Any, activity: Activity) -> None:
        self._web, self._activity = web, activity

    def studies(self, criteria: Mapping[str, str]) -> list[StudyEntry]:
        """Return the studies that meet criteria, at most :data:`MOST` of them."""
        found = self._web.search_for_studies(
            search_filters=dict(criteria), fields=list(STUDY_KEYS), limit=MOST
        )
        return [study_entry(answer) for answer in self._datasets(found)]

    def series(self, study_uid: str) -> list[SeriesEntry]:
        """Return the series of a study."""
        found = self._web.search_for_series(study_uid, fields=list(SERIES_KEYS))
        return [series_entry(answer) for answer in self._datasets(found)]

    def contents(self, study_uid: str) -> Contents:
        """Return every object of a study."""
        contents: Contents = {}
        for series in self.series(study_uid):
            found: dict[str, str] = {}
            while True:
                answers = self._web.search_for_instances(
                    study_uid, series.uid, limit=_PAGE, offset=len(found)
                )
                page = self._datasets(answers)
                new = {str(o.SOPInstanceUID): str(o.get("SOPClassUID") or "") for o in page}
                more = len(page) == _PAGE and bool(new.keys() - found.keys())
                found |= new
                if not more:
                    break
            contents[series.uid] = found
        return contents

    def _datasets(self, found: Sequence[dict[str, Any]]) -> list[Any]:
        from pydicom import Dataset

        self._activity.advance(0)
        return [Dataset.from_json(answer) for answer in found]


def retrieve(node: Node, expected: Contents, objects: StoredObjects, progress: Progress) -> str:
    """Fetch what is missing of a study; return what went wrong, "" if nothing did.

    Raises:
        InputError: there is no connection, or the archive is silent.
        OSError: an object cannot be written.
    """
    missing = objects.missing(expected)
    total = sum(map(len, expected.values()))
    activity = Activity(f"Fetching from {node.name}", total)
    activity.done = total - sum(map(len, missing.values()))

    def work() -> str:
        with client(node) as web:
            for series, uids in missing.items():
                if len(uids) == len(expected[series]):
                    found = web.iter_series(objects.study_uid, series, media_types=_AS_STORED)
                else:
                    found = (
                        web.retrieve_instance(
                            objects.study_uid, series, uid, media_types=_AS_STORED
                        )
                        for uid in uids
                    )
                for dataset in found:
                    objects.take(_encoded(dataset), dataset)
                    activity.advance()
                    if activity.stopped.is_set():
                        return "it was stopped"
        return ""

    return supervised(work, node=node, activity=activity, progress=progress)


def _encoded(dataset: Any) -> bytes:
    import pydicom

    with BytesIO() as buffer:
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
        return buffer.getvalue()


def send(node: Node, files: Sequence[SendableFile], progress: Progress) -> list[Sent]:
    """Send files one by one, and return the archive's answer to each.

    Raises:
        InputError: there is no connection.
    """
    import pydicom

    activity = Activity(f"Sending to {node.name}", len(files))
    done: list[Sent] = []

    def work() -> None:
        for file in files:
            if activity.stopped.is_set():
                return
            try:
                with client(node) as web:
                    answer = web.store_instances([pydicom.dcmread(file.path)], file.study_uid)
            except InputError as error:
                if error.code != "archive_refused":
                    raise
                done.append(Sent(file.path, file.sop_instance, False, str(error)))
            else:
                done.append(_answer(file, answer))
            activity.advance()

    try:
        supervised(work, node=node, activity=activity, progress=progress)
    except InputError as error:
        if not done:
            raise
        done += [
            Sent(file.path, file.sop_instance, False, str(error)) for file in files[len(done) :]
        ]
    return done


def _answer(file: SendableFile, answer: Any) -> Sent:
    for failed in answer.get("FailedSOPSequence") or ():
        code = int(failed.get("FailureReason") or 0)
        return Sent(
            file.path, file.sop_instance, False, f"the archive refused it (status {code:04X}H)"
        )
    stored = {
        str(o.get("ReferencedSOPInstanceUID")) for o in answer.get("ReferencedSOPSequence") or ()
    }
    if file.sop_instance in stored:
        return Sent(file.path, file.sop_instance, True)
    return Sent(file.path, file.sop_instance, False, "the archive did not say that it is stored")
