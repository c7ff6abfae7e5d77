"""A study that was closed leaves nothing in memory, although its regions were drawn on."""

import gc
import weakref
from dataclasses import replace

import pytest
from sample_patients import sample_visit
from SpineDCELib.errors import InputError

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from trame_slicer.core import SlicerApp

from SpineDCEWidget.browser.drawing import Drawing
from SpineDCEWidget.browser.machine_check import check_packages
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images


def _opened(session, study):
    """Open a study and return the visit, and a reference that ends with its series."""
    images = open_images(study)
    own = replace(images, dynamic=replace(images.dynamic, signal=images.dynamic.signal.copy()))
    visit = session.open("baseline", own)
    return visit, weakref.ref(own.dynamic.signal)


@pytest.mark.slow
def test_the_series_of_a_closed_study_is_released(tmp_path_factory):
    try:
        check_packages()
    except InputError as error:
        pytest.skip(str(error))
    app = SlicerApp()
    session = Session(app.scene)
    drawing = Drawing(app, session, confine=lambda *_: None, changed=session.regions_changed)
    study = sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom"
    kept, drawn = [], []
    for _time in range(3):
        visit, series = _opened(session, study)
        kept.append(series)
        drawing.activate(visit)
        drawing.take("lesion")
        drawn.append(visit.segmentation.GetSegmentation())
        assert drawn[-1].GetNumberOfSegments()
        drawing.forget()
        session.close_visit(visit)
        drawing.release_closed()
    app.segmentation_editor.deactivate_effect()
    gc.collect()
    # The editor itself may still know the last one.
    assert [series() is None for series in kept[:-1]] == [True, True]
    assert [regions.GetNumberOfSegments() for regions in drawn] == [0, 0, 0]
    app.scene.Clear(True)
