"""Scenes saved by the page or by 3D Slicer, and opened again: images and choices as they were."""

from __future__ import annotations

import os
import re
import zipfile
from collections import deque
from urllib.parse import unquote

import numpy as np
import pytest
from mrml.scenes import new_scene
from sample_patients import sample_visit
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml.region_nodes import add_ruler, set_masks
from SpineDCELib.mrml.scene_bundles import pack_bundle, read_bundle, unfold_bundle
from SpineDCELib.mrml.volume_nodes import array_of

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return open_images(sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom")


@pytest.fixture
def session(images, tmp_path):
    """A session with a follow-up study, drawn in, shifted and sized."""
    session = Session(new_scene(tmp_path / "cache"))
    visit = session.open("follow-up", images)
    session.choose(visit, {"fit.shift": 4.4, "aif.Hct": 0.4})
    mask = np.zeros(images.dynamic.geometry.shape, bool)
    mask[2, 10:14, 20:25] = True
    set_masks(visit.segmentation, {"Lesion": mask}, images.dynamic.geometry,
              roles={"Lesion": "lesion"})  # fmt: skip
    for end in ((30.0, 0, 0), (0, 20.0, 0)):
        add_ruler(visit.nodes, Ruler("Diameter", (0, 0, 0), end))
    session.rulers_changed(visit)
    return session


def _same(found, session, images):
    assert [bundled.saved.name for bundled in found] == ["follow-up"]
    opened, work = found[0].images, found[0].saved
    np.testing.assert_array_equal(opened.dynamic.signal, images.dynamic.signal)
    np.testing.assert_array_equal(opened.dynamic.times, images.dynamic.times)
    assert work.masks.keys() == {"Lesion"}
    assert np.argwhere(work.masks["Lesion"]).tolist() == [
        [2, row, column] for row in range(10, 14) for column in range(20, 25)
    ]
    assert work.choices["settings"]["fit"]["shift"] == 4.4
    assert work.choices["settings"]["aif"]["Hct"] == 0.4
    assert [ruler.end for ruler in work.rulers] == [(30.0, 0, 0), (0, 20.0, 0)]


def test_a_scene_saved_in_slicer_gives_the_images_and_the_choices(session, images, tmp_path):
    assert session.scene.WriteToMRB(str(tmp_path / "work.mrb"))
    _same(read_bundle(tmp_path / "work.mrb"), session, images)


def test_a_scene_saved_here_holds_the_work_and_nothing_of_the_session(session, images, tmp_path):
    visit = session.visit("follow-up")
    session.compute(visit)
    session.scene.AddNewNodeByClass("vtkMRMLModelNode", "Brush of the session")
    nodes = session.scene.GetNumberOfNodes()
    deque(unfold_bundle(session.bundle(), tmp_path / "work", colours="viridis"), maxlen=0)
    pack_bundle(tmp_path / "work", tmp_path / "work.mrb")
    assert session.scene.GetNumberOfNodes() == nodes
    _same(read_bundle(tmp_path / "work.mrb"), session, images)

    with zipfile.ZipFile(tmp_path / "work.mrb") as bundle:
        assert bundle.testzip() is None
        text = bundle.read("work/work.mrml").decode()
        files = set(bundle.namelist())
    assert "Brush of the session" not in text
    assert not re.search(r"<(View|Slice|SliceComposite|Camera|Crosshair|Model)\b", text)
    # Every file is named from the scene's own folder on.
    names = re.findall(r'fileName="([^"]*)"', text)
    assert names
    assert all(f"work/{unquote(name)}" in files for name in names if name)
    assert str(tmp_path) not in text

    # 3D Slicer reads it whole: maps too, which are not made again there until asked for.
    scene = new_scene(tmp_path / "slicer")
    assert scene.ReadFromMRB(str(tmp_path / "work.mrb"), True)
    there = Session(scene).visit("follow-up")
    assert there.maps.keys() == visit.maps.keys()
    for name, node in visit.maps.items():
        np.testing.assert_array_equal(array_of(there.maps[name]), array_of(node))
    assert there.tables.keys() == visit.tables.keys()


def test_stale_maps_are_not_saved(session, tmp_path):
    visit = session.visit("follow-up")
    session.compute(visit)
    session.choose(visit, {"fit.shift": 5.0})
    deque(unfold_bundle(session.bundle(), tmp_path / "work"), maxlen=0)
    assert not list((tmp_path / "work").rglob("Vp*"))


def test_packing_that_is_cancelled_leaves_no_file(session, tmp_path):
    def stop(share, message):
        raise Cancelled

    deque(unfold_bundle(session.bundle(), tmp_path / "work"), maxlen=0)
    with pytest.raises(Cancelled):
        pack_bundle(tmp_path / "work", tmp_path / "work.mrb", stop)
    assert not (tmp_path / "work.mrb").exists()


def test_what_is_no_scene_of_ours_is_refused(tmp_path):
    assert new_scene(tmp_path / "cache").WriteToMRB(str(tmp_path / "empty.mrb"))
    with pytest.raises(InputError, match="no study of SpineDCE"):
        read_bundle(tmp_path / "empty.mrb")
    (tmp_path / "broken.mrb").write_bytes(b"no zip at all")
    here = os.getcwd()
    with pytest.raises(InputError):
        read_bundle(tmp_path / "broken.mrb")
    assert os.getcwd() == here
