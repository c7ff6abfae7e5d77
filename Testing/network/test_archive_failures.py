"""An archive that fails in every way: one true message, nothing half-written."""

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pydicom
import pytest
from network.orthanc import free_port, running
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.network.archive import Archive
from SpineDCELib.network.associations import leave_answers
from SpineDCELib.network.nodes import Node, Own, Tls
from SpineDCELib.network.receiver import listening, storage_contexts
from SpineDCELib.network.sent_objects import sendable
from SpineDCELib.network.stored_objects import arriving
from SpineDCELib.network.study_query import Query

pynetdicom = pytest.importorskip("pynetdicom")
from pynetdicom import AE, evt  # noqa: E402

pytestmark = pytest.mark.slow

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
GET = "1.2.840.10008.5.1.4.1.2.2.3"
MOVE = "1.2.840.10008.5.1.4.1.2.2.2"


@pytest.fixture
def images(tiny):
    return [pydicom.dcmread(file) for file in sorted((tiny.folder / "t1").glob("*.dcm"))] + [
        pydicom.dcmread(file) for file in sorted((tiny.folder / "dynamic").glob("*.dcm"))[:6]
    ]


class FakeArchive:
    """An archive whose answers a test chooses."""

    def __init__(self, images):
        self.images = images
        self.hang = threading.Event()
        self.sends = list(images)  #: what C-GET sends
        self.fail_get = 0x0000
        self.slow = 0.0
        self.silent_after = None
        self.store_status = 0x0000
        self.cut_after = None
        self.received = []

    def find(self, event):
        asked = event.identifier
        keys = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID"}
        key = keys.get(asked.QueryRetrieveLevel, "SOPInstanceUID")
        seen = set()
        for image in self.images:
            chosen = asked.get("SeriesInstanceUID")
            if key == "SOPInstanceUID" and chosen and image.SeriesInstanceUID != chosen:
                continue
            if image[key].value not in seen:
                seen.add(image[key].value)
                answer = pydicom.Dataset()
                for element in asked:
                    if element.keyword in image:
                        setattr(answer, element.keyword, image[element.keyword].value)
                yield 0xFF00, answer

    def get(self, event):
        asked = event.identifier
        chosen = [i for i in self.sends if i.SeriesInstanceUID == asked.SeriesInstanceUID]
        yield len(chosen)
        for number, image in enumerate(chosen):
            if self.silent_after is not None and number >= self.silent_after:
                self.hang.wait(20)
            if self.cut_after is not None and number >= self.cut_after:
                event.assoc.abort()
                return
            time.sleep(self.slow)
            yield 0xFF00, image
        if self.fail_get:
            yield self.fail_get, None

    def store(self, event):
        self.received.append(event.request.AffectedSOPInstanceUID)
        if self.cut_after is not None and len(self.received) > self.cut_after:
            event.assoc.dul.socket.close()
        return self.store_status

    @contextlib.contextmanager
    def running(self, *, titles=(), **node):
        entity = AE(ae_title="FAKE")
        entity.require_called_aet = True
        entity.require_calling_aet = list(titles)
        entity.supported_contexts = storage_contexts([self.images[0].SOPClassUID])
        for context in entity.supported_contexts:
            context.scu_role, context.scp_role = True, True
        for model in (FIND, GET, MOVE, "1.2.840.10008.1.1"):
            entity.add_supported_context(model)
        handlers = [
            (evt.EVT_C_FIND, self.find), (evt.EVT_C_GET, self.get), (evt.EVT_C_STORE, self.store),
        ]  # fmt: skip
        server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
        try:
            given = {
                "name": "fake", "host": "127.0.0.1", "port": server.server_address[1],
                "ae_title": "FAKE", "retrieve": "get", "timeout": 2.0,
            } | node  # fmt: skip
            yield Archive(Node(**given), Own(port=free_port()))
        finally:
            self.hang.set()
            server.shutdown()


@pytest.fixture
def fake(images, home):
    return FakeArchive(images)


def refused(call):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).endswith(".")
    return error.value


def test_nobody_is_there(home, tmp_path):
    archive = Archive(Node("n", "127.0.0.1", free_port(), "A", timeout=2.0), Own())
    assert refused(archive.echo).code == "archive_unreachable"
    error = refused(lambda: archive.retrieve("1.2", tmp_path / "s"))
    assert error.code == "archive_unreachable"
    web = Archive(replace(archive.node, retrieve="web", url="http://127.0.0.1:9/d"), Own())
    assert refused(web.echo).code == "archive_unreachable"
    assert not (tmp_path / "s").exists()


@pytest.mark.slow
def test_a_server_that_accepts_and_says_nothing_is_silent(home):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(5)
        port = mute.getsockname()[1]
        archive = Archive(Node("n", "127.0.0.1", port, "A", timeout=1.0), Own())
        assert refused(lambda: archive.find(Query())).code == "archive_silent"
        node = replace(archive.node, retrieve="web", url=f"http://127.0.0.1:{port}/d")
        assert refused(lambda: Archive(node, Own()).find(Query())).code == "archive_silent"


def test_an_archive_that_does_not_know_us_refuses(fake):
    with fake.running(titles=["OTHER"]) as archive:
        assert refused(archive.echo).code == "archive_refused"
    with fake.running(ae_title="WRONG") as archive:
        assert refused(archive.echo).code == "archive_refused"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"silent_after": 3}, "archive_silent"),
        ({"cut_after": 3}, "incomplete_study"),
        ({"half": True}, "incomplete_study"),
        ({"fail_get": 0xA702, "half": True}, "incomplete_study"),
    ],
)
def test_a_retrieval_that_breaks_keeps_what_came_and_goes_on(fake, fault, code, tmp_path):
    dynamic = fake.images[-1].SeriesInstanceUID
    if fault.pop("half", False):
        fake.sends = [i for i in fake.images if i.SeriesInstanceUID != dynamic] + [
            i for i in fake.images if i.SeriesInstanceUID == dynamic
        ][:3]
    for name, value in fault.items():
        setattr(fake, name, value)
    out, uid = tmp_path / "study", fake.images[0].StudyInstanceUID
    with fake.running() as archive:
        error = refused(lambda: archive.retrieve(uid, out))
        assert error.code == code
        assert f" of {len(fake.images)} objects" in str(error)
        assert not out.exists()
        here = {file.stem for file in arriving(archive.node, uid).folder.rglob("*.dcm")}
        assert {i.SOPInstanceUID for i in fake.images if i.SeriesInstanceUID == dynamic} & here
        assert len(here) < len(fake.images)
        fake.silent_after = fake.cut_after = None
        fake.hang.set()
        fake.sends, fake.fail_get = list(fake.images), 0
        assert archive.retrieve(uid, out) == len(fake.images)
    assert len(list(out.rglob("*.dcm"))) == len(fake.images)


@pytest.mark.long
def test_a_slow_archive_is_waited_for(fake, tmp_path):
    fake.slow = 0.4
    with fake.running(timeout=1.0) as archive:
        uid = fake.images[0].StudyInstanceUID
        assert archive.retrieve(uid, tmp_path / "study") == len(fake.images)


def test_objects_of_another_study_are_not_taken(fake, tmp_path):
    foreign = pydicom.dcmread(fake.images[0].filename)
    foreign.StudyInstanceUID = "1.2.3.4.5"
    foreign.SOPInstanceUID = foreign.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5.6"
    fake.sends.insert(1, foreign)
    with fake.running() as archive:
        archive.retrieve(fake.images[0].StudyInstanceUID, tmp_path / "study")
    assert "1.2.3.4.5.6" not in {f.stem for f in (tmp_path / "study").rglob("*.dcm")}


def test_a_full_disk_is_said_and_nothing_is_left_in_the_folder(fake, tmp_path, monkeypatch):
    from SpineDCELib.network.stored_objects import StoredObjects

    def full(self, encoded, about):
        raise OSError(28, "No space left on device")

    with fake.running() as archive:
        with monkeypatch.context() as changed:
            changed.setattr(StoredObjects, "take", full)
            uid = fake.images[0].StudyInstanceUID
            error = refused(lambda: archive.retrieve(uid, tmp_path / "study"))
        assert error.code == "writing_failed"
        assert list(tmp_path.glob("*study*")) == []


@pytest.mark.parametrize(
    ("fault", "word"), [({"store_status": 0xA700}, "full"), ({"store_status": 0x0124}, "allow"),
                        ({"cut_after": 2}, "lost")],
)  # fmt: skip
def test_each_object_that_is_not_stored_has_its_reason(fake, fault, word, tiny):
    for name, value in fault.items():
        setattr(fake, name, value)
    files = sendable([tiny.folder / "t1", *sorted((tiny.folder / "dynamic").glob("*.dcm"))[:3]])
    with fake.running() as archive:
        answers = archive.send(files)
    failed = [one for one in answers if not one.stored]
    assert len(answers) == len(files)
    assert len(failed) == (3 if "cut_after" in fault else 5)
    assert [one.message for one in failed if word not in one.message] == []


def test_a_kind_of_object_that_the_archive_does_not_take(fake, tiny, tmp_path):
    other = pydicom.dcmread(next(tiny.folder.rglob("*.dcm")))
    other.SOPClassUID = other.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.30"
    other.save_as(tmp_path / "map.dcm")
    with fake.running() as archive:
        [answer] = archive.send(sendable([tmp_path / "map.dcm"]))
    assert not answer.stored
    assert "Parametric Map" in answer.message


def test_the_receiver_takes_nothing_from_others(images, home):
    taken, port = [], free_port()
    own = Own(address="127.0.0.1", port=port)

    def call(title, called="SPINEDCE"):
        entity = AE(ae_title=title)
        entity.acse_timeout = 3
        entity.add_requested_context(images[0].SOPClassUID)
        association = entity.associate("127.0.0.1", port, ae_title=called)
        if not association.is_established:
            return None
        status = association.send_c_store(images[0])
        association.release()
        return status.Status

    def take(encoded, about, sender):
        taken.append(about.SOPInstanceUID)

    with listening(own, take, titles=["ARCHIVE"], addresses={"127.0.0.1"}):
        assert call("ARCHIVE") == 0
        assert call("OTHER") is None
        assert call("ARCHIVE", called="WRONG") is None
    with listening(own, take, titles=["ARCHIVE"], addresses={"192.0.2.1"}):
        assert call("ARCHIVE") is None
    assert taken == [images[0].SOPInstanceUID]
    with pytest.raises(ConnectionRefusedError):  # it listens only as long as it has to
        socket.create_connection(("127.0.0.1", port), 1)


def certificates(folder):
    """Write an authority's certificate, and one for localhost with its key."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.timezone.utc)

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def make(subject, issuer, key, signer, *, authority):
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(1)).not_valid_after(
                now + datetime.timedelta(2))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )  # fmt: skip
        return builder.sign(signer, hashes.SHA256())

    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = serialization.Encoding.PEM
    files = {n: folder / n for n in ("ca.pem", "cert.pem", "key.pem", "both.pem")}
    ca = make("Test CA", "Test CA", root, root, authority=True).public_bytes(pem)
    cert = make("localhost", "Test CA", own, root, authority=False).public_bytes(pem)
    key = own.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    for file, content in zip(files.values(), (ca, cert, key, cert + key), strict=True):
        file.write_bytes(content)
    return {n.removesuffix(".pem"): str(f) for n, f in files.items()}


@contextlib.contextmanager
def encrypted(port, pem):
    """Yield a port that leads to another by TLS, as the web server before an archive does."""
    import asyncio

    async def carry(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader, writer):
        behind = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, behind[1]), carry(behind[0], writer))

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem["cert"], pem["key"])
    loop = asyncio.new_event_loop()
    start = asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    server = loop.run_until_complete(start)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.mark.slow
def test_tls_and_login_at_a_real_archive(home, tiny, tmp_path, monkeypatch):
    pem = certificates(tmp_path)
    other = certificates((tmp_path / "other").mkdir() or tmp_path / "other")
    changes = {
        "DicomTlsEnabled": True, "DicomTlsCertificate": pem["cert"],
        "DicomTlsPrivateKey": pem["key"], "DicomTlsTrustedCertificates": pem["ca"],
        "AuthenticationEnabled": True, "RegisteredUsers": {"me": "secret"},
    }  # fmt: skip
    tls = Tls(on=True, authorities=pem["ca"], certificate=pem["cert"], key=pem["key"])
    with running(tmp_path / "orthanc", **changes) as real, encrypted(real.http, pem) as https:
        real.user = "me:secret"
        real.fill(tiny.folder)
        node = Node("safe", "127.0.0.1", real.dicom, "ARCHIVE", retrieve="get", timeout=10, tls=tls)
        own = Own(port=real.own, tls=tls)
        for way in ("get", "move"):
            count = Archive(replace(node, retrieve=way), own).retrieve(tiny.uid, tmp_path / way)
            assert count == tiny.objects
        untrusted = replace(node, tls=replace(tls, authorities=other["ca"]))
        assert refused(Archive(untrusted, own).echo).code == "certificate_refused"
        web = replace(
            node, retrieve="web", url=f"https://localhost:{https}/dicom-web", login="basic",
            user="me",
        )  # fmt: skip
        monkeypatch.setenv("SPINEDCE_PACS_SAFE", "wrong")
        assert refused(Archive(web, own).echo).code == "archive_refused"
        monkeypatch.setenv("SPINEDCE_PACS_SAFE", "secret")
        assert Archive(web, own).retrieve(tiny.uid, tmp_path / "web") == tiny.objects
        untrusted = replace(web, tls=replace(tls, authorities=other["ca"]))
        assert refused(Archive(untrusted, own).echo).code == "certificate_refused"
        plain = replace(node, tls=Tls())
        assert refused(Archive(plain, own).echo).code in ("archive_refused", "archive_silent")


def test_a_search_can_be_cancelled(fake):
    def stop(fraction, message):
        raise Cancelled

    with fake.running() as archive, pytest.raises(Cancelled):
        archive.find(Query(), stop)


def test_a_web_archive_that_refers_elsewhere_is_not_followed(home):
    """Images must not go to a machine that was not configured."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(307)
            self.send_header("Location", "http://127.0.0.1:9/other")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node = Node("web", url=f"http://127.0.0.1:{server.server_port}/d", retrieve="web", timeout=2)
    assert refused(Archive(node, Own()).echo).code == "archive_refused"
    server.shutdown()


def test_only_who_asked_takes_an_answer():
    """The thread of the association looks without waiting, and finds nothing."""
    association = SimpleNamespace(dimse=SimpleNamespace(get_msg=lambda block=False: (1, "answer")))
    leave_answers(association)
    assert association.dimse.get_msg(block=False) == (None, None)
    assert association.dimse.get_msg(block=True) == (1, "answer")
