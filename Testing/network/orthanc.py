"""A real archive, Orthanc, on loopback with its own configuration and temporary storage."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
TITLE, OWN = "ARCHIVE", "SPINEDCE"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Orthanc:
    """A running archive."""

    dicom: int
    http: int
    own: int  #: port to which it sends for C-MOVE
    user: str = ""
    process: subprocess.Popen | None = None

    def rest(self, path: str, data: bytes | None = None):
        address = f"http://127.0.0.1:{self.http}{path}"
        request = urllib.request.Request(address, data=data)
        if self.user:
            import base64

            coded = base64.b64encode(self.user.encode()).decode()
            request.add_header("Authorization", f"Basic {coded}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def fill(self, folder: Path) -> int:
        """Put all files of a folder into the archive, not by way of the code under test."""
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        for file in files:
            self.rest("/instances", file.read_bytes())
        return len(files)

    @contextlib.contextmanager
    def paused(self):
        """Let the archive do nothing while the block runs."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def instances(self) -> list[str]:
        """Return the SOP instance UIDs of everything in the archive."""
        found = self.rest("/instances?expand=1")
        return [one["MainDicomTags"]["SOPInstanceUID"] for one in found]


@contextlib.contextmanager
def running(folder: Path, **changes):
    """Run an archive; ``changes`` are options of its configuration."""
    program = shutil.which("Orthanc")
    if program is None or not PLUGIN.exists():
        pytest.skip("Orthanc or its DICOMweb plugin is not installed")
    archive = Orthanc(free_port(), free_port(), free_port())
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"),
        "StorageCompression": False, "HttpPort": archive.http, "DicomPort": archive.dicom,
        "DicomAet": TITLE, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "DicomModalities": {"own": [OWN, "127.0.0.1", archive.own]},
        "DicomCheckCalledAet": True, "DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False,
        "DicomAlwaysAllowFind": False, "DicomAlwaysAllowGet": False, "DicomAlwaysAllowMove": False,
        "DicomCheckModalityHost": True, "ConcurrentJobs": 1, "HttpThreadsCount": 4,
    } | changes  # fmt: skip
    if settings.get("DicomTlsEnabled"):
        back = {"AET": OWN, "Host": "127.0.0.1", "Port": archive.own, "UseDicomTls": True}
        settings["DicomModalities"] = {"own": back}
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [program, str(folder / "orthanc.json")], stdout=log, stderr=log,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TCP_NODELAY": "1"}, cwd=folder,
        )  # fmt: skip
    try:
        archive.process = process
        wait_for_port(process, archive.dicom, folder / "log.txt")
        wait_for_port(process, archive.http, folder / "log.txt")
        yield archive
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(process, port: int, log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text()[-2000:])


def configure(folder: Path, archive: Orthanc, **nodes) -> None:
    """Write the nodes' settings file: one node for each way to fetch, and further ``nodes``."""
    dimse = {"host": "127.0.0.1", "port": archive.dicom, "ae_title": TITLE, "timeout": 20}
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "own": {"ae_title": OWN, "port": archive.own},
        "nodes": {
            "move": dimse,
            "get": dimse | {"retrieve": "get"},
            "web": {"url": f"http://127.0.0.1:{archive.http}/dicom-web", "timeout": 20},
            **nodes,
        },
    }
    (folder / "pacs.json").write_text(json.dumps(content))
