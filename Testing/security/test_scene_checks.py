"""Scenes made by others: nothing is written, read or downloaded outside of them."""

import gzip
import io
import os
import stat
import struct
import zipfile
from urllib.parse import quote

import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.files.unpacking import Allowance, unpack
from SpineDCELib.mrml.scene_checks import checked_scene, other_files
from SpineDCELib.series import scan_study

NRRD = (
    b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nspace: left-posterior-superior\n"
    b"space directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: raw\n\n" + b"x" * 8
)


def scene_text(*names, more=""):
    parts = ['<MRML version="Slicer 5.8.1 33241" userTags="">']
    for n, name in enumerate(names, 1):
        parts.append(
            f'<VolumeArchetypeStorage id="vtkMRMLVolumeArchetypeStorageNode{n}" name="s{n}" '
            f'fileName="{name}"/>'
            f'<Volume id="vtkMRMLScalarVolumeNode{n}" name="v{n}" '
            f'references="storage:vtkMRMLVolumeArchetypeStorageNode{n};"/>'
        )
    return "".join([*parts, more, "</MRML>"])


def bundle(path, members, links=()):
    """Write a zip with any names, as an attacker does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            if name in links:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(info, content)
    return path


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


ATTACKS = {
    "absolute": ({"ABSOLUTE": b"x"}, ()),
    "up": ({"s/../../../attack": b"x"}, ()),
    "windows": ({"..\\..\\attack": b"x"}, ()),
    "drive": ({"C:\\attack": b"x"}, ()),
    "link": ({"s/link": b"/etc", "s/link/attack": b"x"}, ("s/link",)),
    "link to file": ({"s/Data/a.nrrd": b"/etc/passwd"}, ("s/Data/a.nrrd",)),
    "control": ({"s/a\x1b[2J": b"x"}, ()),
}


def attack_on(name, folder):
    """Return members and links of a bundle; an absolute name lies in the folder."""
    members, links = ATTACKS[name]
    absolute = (folder / "absolute-attack").as_posix()
    return {absolute if n == "ABSOLUTE" else n: content for n, content in members.items()}, links


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("first", [True, False])
def test_no_member_of_a_bundle_leaves_its_folder(attack, first, work, tmp_path):
    members, links = attack_on(attack, tmp_path)
    scene = {"s/s.mrml": scene_text("Data/a.nrrd").encode(), "s/Data/b.nrrd": NRRD}
    path = bundle(tmp_path / "s.mrb", (members | scene) if first else (scene | members), links)
    with pytest.raises(InputError) as caught:
        checked_scene(path, work)
    assert caught.value.code in ("unsafe_archive", "unreadable_archive")
    assert not any("attack" in f for _, _, files in os.walk(tmp_path) for f in files)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_member_of_a_study_leaves_its_folder(attack, tmp_path):
    members, links = attack_on(attack, tmp_path)
    (tmp_path / "in").mkdir()
    bundle(tmp_path / "in" / "study.zip", members | {"a.nrrd": NRRD}, links)
    study = scan_study(tmp_path / "in")
    assert len(study.series) == 1  # the sound member is read
    assert any("left out" in p or "cannot be unpacked" in p for p in study.problems)
    assert not any("attack" in f for _, _, files in os.walk(tmp_path) for f in files)


@pytest.mark.slow
def test_a_bundle_that_expands_without_bound_is_refused(work, tmp_path):
    zeros = b"\0" * (300 << 20)
    path = bundle(tmp_path / "s.mrb", {"s/s.mrml": b"<MRML/>", "s/Data/a.nrrd": zeros})
    with pytest.raises(InputError) as caught:
        checked_scene(path, work)
    assert caught.value.code == "archive_too_large"
    # A directory that lies about the size does not help.
    content = path.read_bytes().replace(struct.pack("<I", len(zeros)), struct.pack("<I", 10))
    path.write_bytes(content)
    (work / "again").mkdir()
    with pytest.raises(InputError):
        checked_scene(path, work / "again")
    assert sum(f.stat().st_size for f in work.rglob("*") if f.is_file()) < 1 << 20


def test_many_members_and_archives_in_archives_are_bounded(tmp_path):
    path = bundle(tmp_path / "many.zip", {f"{n}.dcm": b"" for n in range(300)})
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError) as caught:
        unpack(path, tmp_path / "out", Allowance(1 << 20, files=200))
    assert caught.value.code == "archive_too_large"

    content = NRRD
    name = "a.nrrd"
    for depth in range(6):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as file:
            file.writestr(name, content)
        content, name = inner.getvalue(), f"{depth}.zip"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "deep.zip").write_bytes(content)
    study = scan_study(tmp_path / "in")
    assert study.series == ()
    assert any("archives" in problem for problem in study.problems)


def test_a_sound_bundle_gives_a_scene_with_its_own_files(work, tmp_path):
    path = bundle(
        tmp_path / "s.mrb",
        {
            "s/s.mrml": scene_text("Data/a%20b.nrrd", "Data/head.vtk").encode(),
            "s/Data/a b.nrrd": NRRD,
            "s/Data/head.vtk": b"a mesh is not read",
        },
    )
    text = checked_scene(path, work).read_text()
    assert str(work / "unpacked" / "s" / "Data" / "a%20b.nrrd") in text
    assert "head.vtk" not in text
    assert "storage:vtkMRMLVolumeArchetypeStorageNode1" in text
    assert "storage:vtkMRMLVolumeArchetypeStorageNode2" not in text


def test_files_outside_of_a_scene_are_opened_only_if_agreed(work, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    image = tmp_path / "elsewhere" / "a.nrrd"
    image.write_bytes(NRRD)
    (tmp_path / "scenes").mkdir()
    path = tmp_path / "scenes" / "s.mrml"
    path.write_text(scene_text(quote(str(image)), "../elsewhere/b.nrrd"))
    others = other_files(path)
    assert others == [image, tmp_path / "elsewhere" / "b.nrrd"]
    with pytest.raises(InputError) as caught:
        checked_scene(path, work)
    assert caught.value.code == "scene_names_other_files"
    assert str(image) in str(caught.value)
    assert str(image) in checked_scene(path, work, others).read_text()
    # A link in the scene's folder is a file elsewhere too.
    (path.parent / "link.nrrd").symlink_to(image)
    path.write_text(scene_text("link.nrrd"))
    assert other_files(path) == [path.parent / "link.nrrd"]
    # In a bundle there is no agreeing.
    sent = bundle(tmp_path / "s.mrb", {"s/s.mrml": scene_text(quote(str(image))).encode()})
    (work / "bundle").mkdir()
    with pytest.raises(InputError) as caught:
        checked_scene(sent, work / "bundle", others)
    assert caught.value.code == "scene_names_other_files"


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:1/a.nrrd", "https://x/a.nrrd", "file:///etc/passwd", "FILE:/etc/p",
             "file%3A///etc/passwd", "ftp://x/y", "dicom://x"],
)  # fmt: skip
def test_addresses_are_never_opened(name, work, tmp_path):
    path = tmp_path / "s.mrml"
    path.write_text(scene_text(name))
    for attempt in (lambda: other_files(path), lambda: checked_scene(path, work)):
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.code == "scene_names_addresses"
    path.write_text(scene_text("a.nrrd").replace('name="s1"', f'name="s1" uri="{name}" '
                                                 f'uriListMember0="{name}"'))  # fmt: skip
    (tmp_path / "a.nrrd").write_bytes(NRRD)
    assert name not in checked_scene(path, work).read_text()


@pytest.mark.parametrize(
    "content",
    [
        NRRD.replace(b"encoding: raw\n", b"encoding: raw\ndata file: /etc/passwd\n"),
        NRRD.replace(b"sizes: 2 2 2", b"sizes: 9000 9000 900"),
        NRRD.replace(b"raw", b"gzip")[:-8].replace(b"2 2 2", b"9000 9000 900") + gzip.compress(b""),
    ],
)
def test_images_in_a_scene_that_lie_are_refused(content, work, tmp_path):
    path = bundle(
        tmp_path / "s.mrb",
        {"s/s.mrml": scene_text("Data/a.nrrd").encode(), "s/Data/a.nrrd": content},
    )
    with pytest.raises(InputError) as caught:
        checked_scene(path, work)
    assert caught.value.code in ("data_file_refused", "truncated_file", "unreadable_pixels")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><MRML>&b;</MRML>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><MRML>&a;</MRML>',
        "<a>" * 1000 + "</a>" * 1000,
        "<MRML>",
        "no scene",
        "",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_depth_are_refused(text, encoding, work, tmp_path):
    path = tmp_path / "s.mrml"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(InputError) as caught:
        checked_scene(path, work)
    assert caught.value.code == "scene_unreadable"


def test_scenes_in_scenes_are_checked_too(work, tmp_path):
    inner = io.BytesIO()
    bundle(inner, {"t/t.mrml": scene_text("Data/a.nrrd").encode(), "../attack": b"x"})
    outer = {
        "s/s.mrml": scene_text("Data/t.seq.mrb").encode(),
        "s/Data/t.seq.mrb": inner.getvalue(),
    }
    with pytest.raises(InputError) as caught:
        checked_scene(bundle(tmp_path / "s.mrb", outer), work)
    assert caught.value.code == "unsafe_archive"

    inner = io.BytesIO()
    bundle(inner, {"t/t.mrml": scene_text("Data/a.nrrd").encode(), "t/Data/a.nrrd": NRRD})
    outer["s/Data/t.seq.mrb"] = inner.getvalue()
    (work / "sound").mkdir()
    text = checked_scene(bundle(tmp_path / "s.mrb", outer), work / "sound").read_text()
    packed = next((work / "sound").glob("inner-*/t.seq.mrb"))
    assert str(packed) in text
    with zipfile.ZipFile(packed) as file:
        assert file.namelist() == ["t.seq/t.seq.mrml"]


@pytest.mark.slow
def test_the_libraries_of_slicer_see_checked_scenes_only(tmp_path, monkeypatch):
    bundles = pytest.importorskip("SpineDCELib.mrml.scene_bundles")
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    victim = tmp_path / "victim"
    victim.mkdir()
    for n, name in enumerate((str(victim / "attack"), "../" * 12 + str(victim / "attack")[1:])):
        path = bundle(tmp_path / f"{n}.mrb", {name: b"x", "s/s.mrml": scene_text().encode()})
        with pytest.raises(InputError) as caught:
            bundles.read_bundle(path)
        assert caught.value.code == "unsafe_archive"
        assert not list(victim.iterdir())
    sound = bundle(
        tmp_path / "sound.mrb",
        {"s/s.mrml": scene_text("Data/a.nrrd").encode(), "s/Data/a.nrrd": NRRD},
    )
    with pytest.raises(InputError) as caught:
        bundles.read_bundle(sound)
    assert caught.value.code == "scene_without_study"
