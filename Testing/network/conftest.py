"""Fixtures of the network's tests: a small study, and a real archive that holds it."""

import pytest
from network.orthanc import configure, running
from network.tiny_study import write_tiny_study


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return write_tiny_study(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def archive(tmp_path_factory, tiny):
    """An archive with two studies of one patient and one of another."""
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        archive.fill(tiny.folder)
        for patient, day in (("TINY-1", "2026-06-20"), ("OTHER", "2026-06-21")):
            other = tmp_path_factory.mktemp("other")
            archive.fill(write_tiny_study(other, patient=patient, day=day, frames=12).folder)
        yield archive


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's data folder, empty."""
    folder = tmp_path / "home"
    monkeypatch.setenv("SPINEDCE_HOME", str(folder))
    return folder


@pytest.fixture
def nodes(home, archive):
    """The data folder with a node for each way to reach the archive."""
    configure(home, archive)
    return home
