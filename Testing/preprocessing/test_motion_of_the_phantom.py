"""Motion correction on the digital spine: what it does to Vp, against the truth and at rest."""

import json

import pytest
from SpineDCELib.phantom import write_study
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import MotionSettings, Settings, changed

pytestmark = pytest.mark.long

LESION, REFERENCE = "Lesion", "Reference vertebra"


def vp_of(folder, *, corrected):
    """Mean Vp of the regions and the largest motion found, with the truth's AIF and delay."""
    settings = changed(
        Settings(), concentration={"T1_source": "vfa"}, aif={"source": "file"}, fit={"shift": 5.0}
    )
    if corrected:
        settings = changed(settings, preprocessing={"motion": MotionSettings(on=True)})
    inputs = Inputs(
        str(folder / "dicom"),
        aif_file=str(folder / "truth" / "aif.csv"),
        roi=(str(folder / "truth" / "rois.seg.nrrd"),),
    )
    outcome = analyse(
        inputs, settings, folder / ("corrected" if corrected else "as read"), cached=False
    )
    return {r.name: r.parameters["vp"].mean for r in outcome.result.regions}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """(motion, corrected) → Vp of the regions; and the true normalised Vp."""
    found = {}
    for motion in (0, 4):
        folder = tmp_path_factory.mktemp("spine") / "study"
        write_study(folder, size="small", patient="A", visit="after", motion=motion)
        for corrected in (False, True):
            found[motion, corrected] = vp_of(folder, corrected=corrected)
    truth = json.loads((folder / "truth" / "truth.json").read_text())
    return found, truth["normalised_vp"]


def error(vp, true):
    return abs(vp[LESION] / vp[REFERENCE] / true - 1)


def test_error_of_normalised_vp_returns_to_that_at_rest(measured):
    found, true = measured
    at_rest = max(error(found[0, False], true), 0.01)
    assert error(found[4, True], true) <= 1.5 * at_rest


def test_vp_of_each_region_returns_to_that_at_rest(measured):
    """Unlike their ratio, in which errors may cancel, the regions' Vp cannot hide motion."""
    found, _ = measured
    for name in (LESION, REFERENCE):
        still = found[0, False][name]
        assert abs(found[4, False][name] / still - 1) > 0.1
        assert abs(found[4, True][name] / still - 1) < 0.03


def test_a_spine_at_rest_is_not_changed(measured):
    found, _ = measured
    for name in (LESION, REFERENCE):
        assert found[0, True][name] == pytest.approx(found[0, False][name], rel=0.01)
