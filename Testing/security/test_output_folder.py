"""An output folder holds one run, whatever interrupts the program that writes it."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest
from small_study import write_small_study
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.files import output_folder
from SpineDCELib.files.digests import file_digest
from SpineDCELib.files.output_folder import (
    RECORD,
    changed_files,
    claimed,
    finish_interrupted,
    locked,
    read_record,
    require_complete,
    run_folder,
)
from SpineDCELib.series import scan_study

OLD = {"map.nrrd": "old", "report.html": "old", "before/curve.csv": "old"}
NEW = {"map.nrrd": "new", "before/map.nrrd": "new"}


def write(folder, files, **options):
    with run_folder(folder, **options) as stage:
        for name, text in files.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_text(text)


def found(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != RECORD
    }


def test_a_run_replaces_the_earlier_one_as_a_whole(tmp_path):
    out = tmp_path / "out"
    write(out, OLD)
    write(out, NEW)
    assert found(out) == NEW
    assert read_record(out) == {name: file_digest(out / name) for name in NEW}
    assert changed_files(out) == []
    (out / "map.nrrd").write_text("edited")
    assert changed_files(out) == ["map.nrrd"]


def test_only_listed_files_are_ever_removed(tmp_path):
    out = tmp_path / "out"
    write(out, OLD)
    (out / "mine.txt").write_text("mine")
    (out / "before" / "mine.txt").write_text("mine")
    write(out, NEW)
    assert found(out) == {**NEW, "mine.txt": "mine", "before/mine.txt": "mine"}
    # A record that names files elsewhere removes none of them.
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    record = json.loads((out / RECORD).read_text())
    record["files"] |= {"../precious.txt": "", str(precious): ""}
    (out / RECORD).write_text(json.dumps(record))
    write(out, OLD)
    assert precious.read_text() == "precious"


def test_a_folder_with_other_files_is_refused_unless_asked(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        write(tmp_path, NEW)
    assert caught.value.code == "folder_not_ours"
    assert found(tmp_path) == {"thesis.txt": "mine"}
    write(tmp_path, NEW, keep_other_files=True)
    assert found(tmp_path) == {**NEW, "thesis.txt": "mine"}


def test_an_error_leaves_the_earlier_run(tmp_path):
    out = tmp_path / "out"
    write(out, OLD)
    with pytest.raises(KeyError), run_folder(out) as stage:  # noqa: PT012
        (stage / "map.nrrd").write_text("half")
        raise KeyError
    assert found(out) == OLD


@pytest.mark.parametrize("steps", range(12))
def test_what_is_interrupted_is_undone_or_finished(steps, tmp_path, monkeypatch):
    """The program is gone after any number of renames and removals."""
    out = tmp_path / "out"
    write(out, OLD)
    left = [steps]

    class Gone(BaseException): ...

    def interrupted(do):
        def step(*arguments, **options):
            if left[0] == 0:
                raise Gone
            left[0] -= 1
            return do(*arguments, **options)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(output_folder.os, "replace", interrupted(os.replace))
        patch.setattr(output_folder.Path, "unlink", interrupted(output_folder.Path.unlink))
        patch.setattr(output_folder.shutil, "rmtree", interrupted(output_folder.shutil.rmtree))
        with contextlib.suppress(Gone):
            write(out, NEW)
    (out / ".spinedce-lock").unlink(missing_ok=True)  # the system releases it with the process
    if (out / ".spinedce-new" / RECORD).exists():
        for place in (out, out / "before"):
            with pytest.raises(InputError) as caught:
                require_complete(place)
            assert caught.value.code == "folder_incomplete"
    finish_interrupted(out)
    require_complete(out)
    assert found(out) in (OLD, NEW)
    assert changed_files(out) == []
    write(out, OLD)
    assert found(out) == OLD


def test_a_second_program_names_the_process_that_holds_the_folder(tmp_path):
    code = (
        "import sys, time\n"
        "from SpineDCELib.files.output_folder import claimed\n"
        "with claimed(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out")], stdout=subprocess.PIPE, env=environment
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(InputError) as caught, claimed(tmp_path / "out"):
            pass
        assert caught.value.code == "folder_in_use"
        assert str(holder.pid) in str(caught.value)
        holder.kill()
    write(tmp_path / "out", NEW)  # the system has released it
    with locked(tmp_path / "out"), pytest.raises(InputError), locked(tmp_path / "out"):
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".spinedce-lock").symlink_to(tmp_path / "victim")
    with pytest.raises(InputError):
        write(tmp_path / "out", NEW)
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_results_have_the_permissions_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with run_folder(tmp_path / "out") as stage:
            (stage / "before").mkdir(mode=0o700)
            for name, text in NEW.items():
                (stage / name).write_text(text)
                (stage / name).chmod(0o600)  # as temporary files have
    finally:
        os.umask(before)
    assert (tmp_path / "out" / "map.nrrd").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "out" / "before").stat().st_mode & 0o777 == 0o750


def test_ctrl_c_while_files_move_waits_and_is_told_truly(tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    write(out, OLD)
    monkeypatch.setattr(output_folder, "written", [])
    real = output_folder._apply

    def apply(target):
        os.kill(os.getpid(), signal.SIGINT)
        real(target)

    monkeypatch.setattr(output_folder, "_apply", apply)
    with pytest.raises(KeyboardInterrupt):
        write(out, NEW)
    assert found(out) == NEW
    from SpineDCELib.cli import _kept

    assert str(out) in _kept()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("kill") / "study")


def command(study, out, shift):
    return [
        "analyse", str(study.series), "-o", str(out), "--aif-mask", str(study.artery),
        "--t10", "800", "--roi", str(study.regions), "--shift", str(shift), "--no-cache",
    ]  # fmt: skip


@pytest.mark.slow
def test_an_analysis_leaves_nothing_of_an_earlier_one(study, tmp_path):
    out = tmp_path / "out"
    assert main([*command(study, out, 0), "--export", "report"]) == 0
    assert (out / "report.html").is_file() or list(out.glob("*.html"))
    assert main(command(study, out, 1)) == 0
    assert not list(out.glob("*.html"))
    assert set(found_names(out)) == {*read_record(out), RECORD}
    assert changed_files(out) == []


def found_names(folder):
    return [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]


def test_results_in_the_folder_of_a_series_do_not_hide_it(study, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "dynamic.nrrd").write_bytes(study.series.read_bytes())
    arguments = command(study, folder, 0)
    arguments[1] = str(folder / "dynamic.nrrd")
    assert main([*arguments, "--keep-other-files"]) == 0
    listed = scan_study(tmp_path)
    assert [s.frames for s in listed.series] == [60]
    assert main(["info", str(folder)]) == 0
