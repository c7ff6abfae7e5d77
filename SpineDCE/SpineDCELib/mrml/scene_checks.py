"""Checks of scene files before the libraries of 3D Slicer see them.

Those libraries unpack every member of a bundle wherever its name or a link leads, read every file
that a scene names, and download what it names by address. A scene that was made by others is
therefore unpacked here, its files are checked, and a scene that names nothing else is written in
its place. No node of 3D Slicer is touched.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import obstacle, require_regular
from SpineDCELib.files.unpacking import Allowance, unpack
from SpineDCELib.series.nifti_reader import check_amount as check_nifti
from SpineDCELib.series.nrrd_reader import check_amount as check_nrrd
from SpineDCELib.series.nrrd_reader import read_nrrd_header

#: Kinds of files that a study of SpineDCE consists of. Others are not read: meshes, pictures and
#: scenes of other modules.
_READ = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".json", ".fcsv", ".tsv", ".csv", ".txt", ".ctbl",
         ".mrb")  # fmt: skip
#: Attributes of a storage node that name files and addresses.
_FILE = re.compile(r"fileName|fileListMember\d+")
_ADDRESS = re.compile(r"uri|uriListMember\d+", re.IGNORECASE)
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|file:", re.IGNORECASE)
#: A text file of a scene: tables, rulers, colours.
_LARGEST_TEXT = 256 << 20
_LARGEST_SCENE = 64 << 20
#: Scenes in scenes.
_DEPTH = 2


def checked_scene(path: Path, folder: Path, allowed: Collection[Path] = ()) -> Path:
    """Return a scene that names checked files only, in an empty private folder.

    Args:
        path: a ``.mrb`` or ``.mrml``.
        allowed: files outside the scene's own folder that may be read.

    Raises:
        InputError: the scene is damaged (code "scene_unreadable"), names files elsewhere (code
            "scene_names_other_files", see :func:`other_files`), addresses (code
            "scene_names_addresses") or files that lie about themselves, or its bundle is unsafe
            (codes of :func:`SpineDCELib.files.unpacking.unpack`).
    """
    require_regular(path)
    if path.suffix.lower() == ".mrb":
        return _unpacked(path, folder, Allowance.of(path), depth=0)
    return _checked(path, folder, path, frozenset(map(_real, allowed)), depth=0)


def other_files(path: Path) -> list[Path]:
    """Return the files outside its own folder that a ``.mrml`` names; none of them is opened.

    3D Slicer itself saves such paths, for images that were opened from another folder.

    Raises:
        InputError: see :func:`checked_scene`.
    """
    require_regular(path)
    if path.suffix.lower() != ".mrml":
        return []
    found = [_target(path, name) for _, name in _names(_parse(path, path), path)]
    return sorted({file for file in found if not _inside(file, path.parent)})


def _unpacked(bundle: Path, folder: Path, allowance: Allowance, depth: int) -> Path:
    """Unpack a bundle and return its checked scene."""
    inside = folder / "unpacked"
    inside.mkdir()
    unpack(bundle, inside, allowance, strict=True)
    scenes = sorted(inside.rglob("*.mrml"), key=lambda file: len(file.parts))
    if not scenes:
        raise _unreadable(bundle)
    return _checked(scenes[0], folder, bundle, frozenset(), depth, root=inside, allowance=allowance)


def _checked(
    scene: Path,
    folder: Path,
    about: Path,
    allowed: frozenset[Path],
    depth: int,
    *,
    root: Path | None = None,
    allowance: Allowance | None = None,
) -> Path:
    """Write the scene with absolute names of checked files and without everything else."""
    root = scene.parent if root is None else root
    tree = _parse(scene, about)
    unread: set[str] = set()
    others = []
    for node in tree.iter():
        if "Storage" in node.tag and not any(_FILE.fullmatch(k) and v for k, v in node.items()):
            unread.add(node.get("id", ""))
    for node, name in _names(tree, about):
        file = _target(scene, name)
        if not _inside(file, root) and _real(file) not in allowed:
            others.append(file)
        elif not file.name.lower().endswith(_READ) or obstacle(file):
            unread.add(node.get("id", ""))
    if others:
        listed = ", ".join(str(file) for file in sorted(set(others))[:5])
        raise InputError(
            f"The scene {about.name} names files outside its own folder: {listed}.",
            code="scene_names_other_files",
            about=str(about),
        )
    for number, node in enumerate(tree.iter()):
        _point_at_files(node, scene, folder / f"inner-{number}", unread, depth, allowance, about)
        references = node.get("references", "")
        for identity in unread:
            references = references.replace(f"storage:{identity};", "")
        if "references" in node.attrib:
            node.set("references", references)
        if node.get("storageNodeRef") in unread:
            node.attrib.pop("storageNodeRef")
    target = folder / "checked.mrml"
    ElementTree.ElementTree(tree).write(target, encoding="UTF-8", xml_declaration=True)
    return target


def _point_at_files(
    node: ElementTree.Element,
    scene: Path,
    inner: Path,
    unread: set[str],
    depth: int,
    allowance: Allowance | None,
    about: Path,
) -> None:
    """Check the files of a storage node, and name them absolutely."""
    for key in [*node.attrib]:
        if _ADDRESS.fullmatch(key) or (_FILE.fullmatch(key) and node.get("id", "") in unread):
            node.attrib.pop(key)
        elif _FILE.fullmatch(key) and node.get(key):
            file = _real(_target(scene, node.get(key, "")))
            try:
                if file.suffix.lower() == ".mrb":
                    file = _repacked(file, inner, allowance, depth)
                else:
                    _check_content(file)
            except InputError as error:
                raise InputError(
                    f"The scene {about.name} was not opened: {error}",
                    code=error.code,
                    about=str(about),
                ) from None
            node.set(key, str(file).replace("%", "%25").replace(" ", "%20"))


def _repacked(bundle: Path, folder: Path, allowance: Allowance | None, depth: int) -> Path:
    """Unpack a bundle in a scene, and pack what was checked, for libraries that unpack it again."""
    if depth >= _DEPTH:
        raise InputError(
            f"{bundle.name} is a scene in a scene in a scene.", code="archive_too_large",
            about=str(bundle),
        )  # fmt: skip
    folder.mkdir()
    scene = _unpacked(bundle, folder, allowance or Allowance.of(bundle), depth + 1)
    target = folder / bundle.name
    with zipfile.ZipFile(target, "w") as packed:
        packed.write(scene, f"{bundle.stem}/{bundle.stem}.mrml")
    return target


def _check_content(file: Path) -> None:
    """Refuse an image whose header names other files or more pixels than it holds."""
    name = file.name.lower()
    if name.endswith((".nrrd", ".nhdr")):
        check_nrrd(read_nrrd_header(file))
    elif name.endswith((".nii", ".nii.gz")):
        check_nifti(file)
    elif file.stat().st_size > _LARGEST_TEXT:
        raise InputError(f"{file} is too large.", code="archive_too_large", about=str(file))


def _parse(scene: Path, about: Path) -> ElementTree.Element:
    """Return the elements of a scene; document types, which can expand or name files, are refused.

    Scene views are left out: they repeat nodes, and with them names of files.
    """
    try:
        if scene.stat().st_size > _LARGEST_SCENE:
            raise _unreadable(about)
        content = scene.read_bytes()
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise _unreadable(about)
        parser = ElementTree.XMLParser(target=_Shallow())
        parser.feed(content)
        root: ElementTree.Element = parser.close()
    except InputError:
        raise
    except (OSError, ValueError, RecursionError, LookupError, AssertionError,
            ElementTree.ParseError, expat.ExpatError):  # fmt: skip
        raise _unreadable(about) from None
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.tag.startswith("SceneView"):
                parent.remove(child)
    return root


class _Shallow(ElementTree.TreeBuilder):
    """Builder of elements that are nested a few times at most."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> ElementTree.Element:
        self._depth += 1
        if self._depth > 16:
            raise ValueError("nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: object) -> None:
        raise ValueError("a document type")


def _names(root: ElementTree.Element, about: Path) -> list[tuple[ElementTree.Element, str]]:
    """Return the names of files in a scene, each with its node.

    Raises:
        InputError: one is an address.
    """
    found = []
    for node in root.iter():
        for key, value in node.attrib.items():
            if _FILE.fullmatch(key) and value:
                if _REMOTE.match(unquote(value)) and not re.match(r"[A-Za-z]:[\\/]", value):
                    raise InputError(
                        f"The scene {about.name} was not opened: it names the address "
                        f"{unquote(value)}.",
                        code="scene_names_addresses",
                        about=str(about),
                    )
                found.append((node, value))
    return found


def _target(scene: Path, name: str) -> Path:
    """Return the path that a scene means, with ``..`` taken out."""
    plain = unquote(name)
    if "\0" in plain:
        plain = plain.replace("\0", "")
    return Path(os.path.normpath(scene.parent / plain))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _inside(file: Path, folder: Path) -> bool:
    return _real(file).is_relative_to(_real(folder))


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"The scene {path} could not be read.", code="scene_unreadable", about=str(path)
    )
