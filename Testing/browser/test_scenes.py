"""Scenes of 3D Slicer opened on the page: images and choices as they were saved."""

from __future__ import annotations

import numpy as np
import pytest
from mrml.scenes import new_scene
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.regions import set_masks
from SpineDCELib.mrml.workplace import Workplace, open_images
from SpineDCELib.phantom import write_study


def test_a_saved_scene_gives_the_images_and_the_choices(tmp_path):
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    from SpineDCEWidget.browser.scenes import read_scene

    paths = write_study(tmp_path / "study", patient="A", visit="before", size="quick")
    images = open_images(paths.dicom)
    place = Workplace(new_scene(tmp_path / "cache"))
    place.after.set_images(images)
    place.after.change(fit={"shift": 4.4}, aif={"Hct": 0.4})
    mask = np.zeros(images.dynamic.geometry.shape, bool)
    mask[2, 10:14, 20:25] = True
    visit = place.after
    set_masks(visit.segmentation, {"Lesion": mask}, images.dynamic.geometry,
              roles={"Lesion": "lesion"})  # fmt: skip
    assert place.scene.WriteToMRB(str(tmp_path / "work.mrb"))

    found = read_scene(tmp_path / "work.mrb")
    assert list(found) == ["after"]
    opened, work = found["after"]
    np.testing.assert_array_equal(opened.dynamic.signal, images.dynamic.signal)
    np.testing.assert_array_equal(opened.dynamic.times, images.dynamic.times)
    np.testing.assert_array_equal(work.masks["Lesion"], mask)
    assert work.choices["settings"]["fit"]["shift"] == 4.4
    assert work.choices["settings"]["aif"]["Hct"] == 0.4


def test_a_scene_of_something_else_is_refused(tmp_path):
    pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are missing")
    from SpineDCEWidget.browser.scenes import read_scene

    assert new_scene(tmp_path / "cache").WriteToMRB(str(tmp_path / "empty.mrb"))
    with pytest.raises(InputError, match="no study of SpineDCE"):
        read_scene(tmp_path / "empty.mrb")
