"""Saved work and caches that are damaged, foreign, edited or of another version."""

import contextlib
import json

import numpy as np
import pytest
from small_study import SHAPE, write_small_study
from SpineDCELib.errors import InputError
from SpineDCELib.files import output_folder
from SpineDCELib.files.user_data import cache_folder
from SpineDCELib.run import analyse as job
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.saved_session import (
    SESSION,
    VISIT,
    SavedVisit,
    read_session,
    recover_session,
    write_session,
)
from SpineDCELib.series import Geometry
from SpineDCELib.settings import Settings, changed, settings_to_dict


def visit(name, x=1):
    mask = np.zeros(SHAPE, bool)
    mask[0, x, 2:5] = True
    choices = {"settings": settings_to_dict(Settings())}
    return SavedVisit(name, None, choices, {"Lesion": mask}, {"Lesion": "lesion"},
                      Geometry(SHAPE, np.eye(4)))  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    write_session(tmp_path, [visit("baseline"), visit("follow-up")])
    return tmp_path


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


DAMAGES = {
    "cut": lambda f: cut(f / "follow-up" / VISIT),
    "regions cut": lambda f: cut(f / "follow-up" / "regions.seg.nrrd"),
    "list": lambda f: (f / "follow-up" / VISIT).write_text("[]"),
    "deep": lambda f: (f / "follow-up" / VISIT).write_text("[" * 100_000),
    "types": lambda f: (f / "follow-up" / VISIT).write_text(
        '{"name": 1, "study": [], "choices": 5, "files": -1}'
    ),
    "missing": lambda f: (f / "follow-up" / VISIT).unlink(),
    "settings of another version": lambda f: (f / "follow-up" / VISIT).write_text(
        (f / "follow-up" / VISIT).read_text().replace('"Hct"', '"haematocrit of later"')
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_one_damaged_visit_is_set_aside_and_the_other_opened(damage, folder):
    damage(folder)
    left = {p.name: p.read_bytes() for p in (folder / "follow-up").iterdir()}
    visits, notes = recover_session(folder)
    assert [v.name for v in visits] == ["baseline"]
    [note] = notes
    [aside] = folder.glob("set aside * follow-up")
    assert str(aside) in note
    write_session(folder, [visit("baseline"), visit("follow-up", 3)])
    assert {p.name: p.read_bytes() for p in aside.iterdir()} == left  # nothing is lost
    assert recover_session(folder)[1] == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[" * 100_000, '{"visits": 5}', '{"visits": ["../elsewhere"]}',
     '{"visits": ["/etc"]}', '{"visits": [5]}', '{"format": 99, "visits": ["baseline"]}'],
)  # fmt: skip
def test_a_damaged_list_of_visits_is_set_aside_and_the_visits_opened(text, folder):
    elsewhere = folder.parent / "elsewhere"
    (folder / SESSION).write_text(text)
    with pytest.raises(InputError):
        read_session(folder)
    visits, notes = recover_session(folder)
    assert sorted(v.name for v in visits) == ["baseline", "follow-up"]
    assert len(notes) == 1
    assert not elsewhere.exists()


@pytest.mark.parametrize("steps", range(9))
def test_a_save_that_is_interrupted_mixes_no_visits(steps, folder, monkeypatch):
    class Gone(BaseException): ...

    left = [steps]
    real = output_folder.os.replace

    def replace(*arguments):
        if left[0] == 0:
            raise Gone
        left[0] -= 1
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(output_folder.os, "replace", replace)
        with contextlib.suppress(Gone):
            write_session(folder, [visit("baseline", 3), visit("follow-up", 3)])
    (folder / ".spinedce-lock").unlink(missing_ok=True)
    rows = {int(np.argwhere(v.masks["Lesion"])[0][1]) for v in read_session(folder)}
    assert rows in ({1}, {3})


def test_work_on_a_closed_visit_stays(folder):
    write_session(folder, [visit("baseline", 3)])
    assert (folder / "follow-up" / VISIT).is_file()


SETTINGS = changed(Settings(), concentration={"T10": 0.8}, aif={"source": "mask"}, fit={"shift": 0})


@pytest.mark.slow
def test_pixels_in_the_cache_that_differ_from_their_digest_are_read_again(tmp_path):
    study = write_small_study(tmp_path / "study")
    inputs = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))
    out = tmp_path / "out"
    first = job.analyse(inputs, SETTINGS, out).result.maps["vp"]
    cache = cache_folder(out)
    arrays = sorted(cache.rglob("*.npy"))
    assert arrays
    assert cache.stat().st_mode & 0o077 == 0
    for path in arrays:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x55
        path.write_bytes(content)
    for path in (None, *cache.rglob("values.json"), cache / "stages.json"):
        if path is not None:
            path.write_text("[" * 100_000)
        again = job.analyse(inputs, SETTINGS, out).result.maps["vp"]
        np.testing.assert_array_equal(again, first)


@pytest.mark.slow
def test_a_run_from_the_cache_writes_the_same_files(tmp_path):
    study = write_small_study(tmp_path / "study")
    inputs = Inputs(str(study.series), aif_mask=str(study.artery))
    first = job.analyse(inputs, SETTINGS, tmp_path / "out").files
    assert job.analyse(inputs, SETTINGS, tmp_path / "out").files == first


@pytest.mark.slow
def test_a_cache_that_was_edited_is_not_believed(tmp_path):
    study = write_small_study(tmp_path / "study")
    inputs = Inputs(str(study.series), aif_mask=str(study.artery))
    out = tmp_path / "out"
    first = job.analyse(inputs, SETTINGS, out).result.maps["vp"]
    for path in cache_folder(out).rglob("values.json"):
        values = json.loads(path.read_text())
        for wrong in ([], {"arrays": 5, "checksums": [1]}, values | {"values": {}}):
            path.write_text(json.dumps(wrong))
            again = job.analyse(inputs, SETTINGS, out).result.maps["vp"]
            np.testing.assert_array_equal(again, first)
