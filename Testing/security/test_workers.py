"""Workers listen to nobody else, and a batch survives what is damaged in its folder."""

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from small_study import write_small_study
from SpineDCELib.cohort import batch
from SpineDCELib.cohort.batch import MARK, Recipe, run_batch
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.cohort.worker_pool import worker_pool
from SpineDCELib.errors import InputError
from SpineDCELib.files.output_folder import DECIDED, locked, require_complete
from SpineDCELib.settings import Settings, changed


def listening(pids):
    """Return the ports on which processes listen."""
    sockets = set()
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        for name in os.listdir(folder):
            try:
                target = os.readlink(f"{folder}/{name}")
            except OSError:
                continue
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            for line in lines:
                words = line.split()
                if words[3] == "0A" and words[9] in sockets:
                    address, port = words[1].split(":")
                    found.append((address, int(port, 16)))
    return found


def family(pid):
    """Return a process and its descendants."""
    told = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [pid, *(p for child in told.stdout.split() for p in family(int(child)))]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_local_pool_answers_nobody_without_its_certificate():
    distributed = pytest.importorskip("distributed")
    pytest.importorskip("cryptography")
    before = set(listening(family(os.getpid())))
    with worker_pool(1) as pool:
        assert dict(pool(eval, ["6 * 7"])) == {0: 42}
        ports = set(listening(family(os.getpid()))) - before
        assert ports
        for host, port in ports:
            assert host == "0100007F"
            with pytest.raises((urllib.error.URLError, OSError)):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=3)
            # It speaks TLS only, to those with the certificate of this pool.
            address = f"127.0.0.1:{port}"
            with pytest.raises((OSError, ValueError, TypeError)):
                distributed.Client(f"tcp://{address}", timeout="2s")
            stranger = distributed.Security.temporary()
            with pytest.raises((OSError, ValueError, TypeError)):
                distributed.Client(f"tls://{address}", security=stranger, timeout="2s")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies")
    for name in ("P1", "P2"):
        study = write_small_study(folder / "images" / name)
    rows = ["patient,study,roi,aif_mask"]
    rows += [
        f"{name},images/{name}/dynamic.nrrd,images/{name}/regions.nrrd,images/{name}/artery.nrrd"
        for name in ("P1", "P2")
    ]
    (folder / "studies.csv").write_text("\n".join(rows) + "\n")
    assert study.series.exists()
    return folder / "studies.csv"


RECIPE = Recipe(changed(Settings(), concentration={"T10": 0.8}, aif={"source": "mask"}), formats=())


@pytest.mark.long
def test_a_damaged_finished_study_is_analysed_again(studies, tmp_path):
    out = tmp_path / "out"
    listed = read_studies(studies)
    assert [e.status for e in run_batch(listed, RECIPE, out, workers=0)] == ["done", "done"]
    assert [e.status for e in run_batch(listed, RECIPE, out, workers=0)] == ["kept", "kept"]
    place = out / "results" / listed[0].label
    whole = (place / "measurements.csv").read_bytes()
    for damage in (
        lambda: (place / "measurements.csv").write_bytes(whole[:10]),
        lambda: (place / MARK).write_text("[" * 100_000),
        lambda: (place / MARK).write_text("[]"),
        lambda: (place / "spinedce-files.json").unlink(),
        lambda: (place / "vp.nrrd").unlink(),
    ):
        damage()
        assert [e.status for e in run_batch(listed, RECIPE, out, workers=0)] == ["done", "kept"]
        assert (place / "measurements.csv").read_bytes() == whole


@pytest.mark.parametrize("steps", range(6))
def test_an_interrupted_move_mixes_no_results_of_a_patient(steps, tmp_path, monkeypatch):
    """The program is gone after any number of renames."""
    decided = tmp_path / "results" / DECIDED / "P1"
    places = {"results": tmp_path / "results" / "P1", "subject": tmp_path / "sub-P1"}
    for name, final in places.items():
        for folder, text in ((final, "old"), (decided / name, "new")):
            folder.mkdir(parents=True)
            (folder / "map").write_text(text)
    left, real = [steps], Path.rename

    class Gone(BaseException): ...

    def rename(*arguments):
        if left[0] == 0:
            raise Gone
        left[0] -= 1
        return real(*arguments)

    with monkeypatch.context() as patch, contextlib.suppress(Gone):
        patch.setattr(Path, "rename", rename)
        batch._move(decided, tmp_path)
    if decided.exists():
        with pytest.raises(InputError) as caught:
            require_complete(places["results"])
        assert caught.value.code == "folder_incomplete"
    batch._finish_moves(tmp_path)
    require_complete(places["results"])
    assert [(final / "map").read_text() for final in places.values()] == ["new", "new"]
    assert not decided.parent.exists()


def test_a_second_batch_on_a_folder_is_refused(studies, tmp_path):
    listed = read_studies(studies)
    with locked(tmp_path / "out"), pytest.raises(InputError) as caught:
        run_batch(listed, RECIPE, tmp_path / "out", workers=0)
    assert caught.value.code == "folder_in_use"
    assert str(os.getpid()) in str(caught.value)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        run_batch(listed, RECIPE, tmp_path / "mine", workers=0)
    assert caught.value.code == "folder_not_ours"
