"""Search, retrieval and sending in a session: what a window asks for and shows."""

import pytest
from mrml.scenes import session_with_regions, write_visits
from network.orthanc import configure, running
from SpineDCELib.errors import InputError
from SpineDCELib.network.sent_objects import Sent
from SpineDCELib.network.study_query import SeriesEntry, StudyEntry
from SpineDCELib.run.study_work import mark_unreviewed

from SpineDCEWidget.shared.archive_search import ArchiveSearch, configured_nodes
from SpineDCEWidget.shared.archive_sending import ArchiveSending
from SpineDCEWidget.shared.received_studies import received_rows, review, unreviewed_visits

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")
pytest.importorskip("pynetdicom")


def entry(uid, patient, date, images=400, name="Doe^J"):
    series = SeriesEntry("1", "MR", "dce", "5", images)
    return StudyEntry(uid, patient, name, date, "MR spine", ("MR",), images, (series,))


def chosen(search):
    return {row.uid: row.visit for row in search.rows() if row.visit}


@pytest.fixture
def search():
    found = ArchiveSearch()
    found.node = "hospital"
    found.studies = [
        entry("1.3", "A", "20260301"), entry("1.4", "B", "20260201"),
        entry("1.2", "A", "20260115"), entry("1.1", "A", "20251201"),
        entry("1.5", "A", "20251101", images=3),
    ]  # fmt: skip
    # A name such as "dce" is dynamic with few images too.
    found.studies[-1] = found.studies[-1].with_series([SeriesEntry("2", "CT", "bone", "1", 3)])
    return found


def test_visits_of_one_patient_are_proposed_in_the_order_of_their_dates(search):
    search.toggle("1.2")
    assert chosen(search) == {"1.1": "Baseline", "1.2": "Follow-up 1", "1.3": "Follow-up 2"}
    search.toggle("1.3")
    assert chosen(search) == {"1.1": "Baseline", "1.2": "Follow-up"}
    search.toggle("1.5")  # no dynamic series was seen, but the user may know better
    assert chosen(search) == {"1.5": "Baseline", "1.1": "Follow-up 1", "1.2": "Follow-up 2"}
    search.toggle("1.4")  # another patient takes the place
    assert chosen(search) == {"1.4": "Baseline"}


def test_patients_without_an_ID_are_told_apart_by_their_names(search):
    search.studies = [
        entry("1", "", "20260101", name="Doe^J"), entry("2", "", "20260201", name="Roe^J")
    ]  # fmt: skip
    search.toggle("1")
    assert chosen(search) == {"1": "Baseline"}


def test_without_a_file_of_nodes_there_is_a_message(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path))
    names, message = configured_nodes()
    assert names == []
    assert str(tmp_path / "pacs.json") in message
    (tmp_path / "pacs.json").write_text('{"nodes": {"a": {"password": "x"}}}')
    assert "in clear" in configured_nodes()[1]
    assert received_or_error() == "secret_in_settings"


def received_or_error():
    try:
        return received_rows()
    except InputError as error:
        return error.code


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        yield archive


@pytest.fixture
def home(tmp_path, monkeypatch, archive):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path))
    configure(tmp_path, archive)
    return tmp_path


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    return next(iter(write_visits(tmp_path_factory).values()))[0]


@pytest.fixture
def session(dicom, home):
    return session_with_regions(dicom)


def done(job):
    value = job.run()
    job.finish(value)
    return value


@pytest.mark.long
def test_results_are_sent_only_where_the_user_agreed(session, archive, tmp_path):
    pytest.importorskip("highdicom")
    sending = ArchiveSending(session)
    done(sending.preparation_job(tmp_path / "objects"))
    assert not sending.is_outdated
    series = [row.uid for row in sending.rows("get")]
    files = sending.to_send("get", series)
    asked = sending.question("get", len(files), anonymise=False)
    assert "'get'" in asked
    assert f"port {archive.dicom}" in asked
    assert "not encrypted" in asked
    with pytest.raises(InputError) as error:
        sending.job("get", series)
    assert error.value.code == "not_agreed"
    sending.agree("get")
    assert sending.question("get", 1, anonymise=False) == ""
    assert sending.question("move", 1, anonymise=False) != "", "each archive asks"
    answers = done(sending.job("get", series))
    assert all(one.stored for one in answers)
    assert {file.sop_instance for file in files} <= set(archive.instances())
    assert not any(row.failed for row in sending.rows("get"))
    assert f"{len(files)} of {len(files)} objects" in session.report.actions()[-1].text
    # Failed objects alone are sent again.
    lost = files[0]
    sending._answers["get", lost.sop_instance] = Sent(lost.path, lost.sop_instance, False, "full")
    [failed] = [row for row in sending.rows("get") if row.failed]
    assert sending.to_send("get", [failed.uid]) == [lost]
    # Other numbers or another text need other objects.
    session.report.edit("Findings.", "Impression.")
    assert sending.is_outdated
    with pytest.raises(InputError) as error:
        sending.job("get", series)
    assert error.value.code == "objects_outdated"


@pytest.mark.long
def test_results_that_nobody_has_reviewed_are_not_sent(session, dicom, tmp_path):
    pytest.importorskip("highdicom")
    sending = ArchiveSending(session)
    done(sending.preparation_job(tmp_path / "objects"))
    sending.agree("get")
    mark_unreviewed(dicom, "Usable.")
    assert [visit.name for visit in unreviewed_visits(session)] == ["baseline"]
    with pytest.raises(InputError) as error:
        sending.job("get", [row.uid for row in sending.rows("get")])
    assert error.value.code == "not_reviewed"
    review(session, session.visit("baseline"))
    assert unreviewed_visits(session) == []
    sending.job("get", [row.uid for row in sending.rows("get")])
