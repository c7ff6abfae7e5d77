"""What preprocessing does to the numbers is said: tissue lost to the mask, effect of smoothing."""

from dataclasses import replace

import muscle_scenes as scenes
import numpy as np
import pytest
from sample_patients import sample_visit
from SpineDCELib.analysis import Analysis, fit_stages
from SpineDCELib.analysis.fit_stages import LONGEST_EXCHANGE
from SpineDCELib.analysis.preprocessing_stages import IN_BACKGROUND
from SpineDCELib.run.inputs import read_images
from SpineDCELib.settings import Settings, changed, with_values

SETTINGS = changed(Settings(), aif={"source": "mask"}, fit={"shift": scenes.DELAY})


def findings(analysis):
    return {f.code: f for f in analysis.result().measures.findings}


def with_air(images, level):
    """The same images with noise in the air, and the lesion as dark as ``level``."""
    rng = np.random.default_rng(1)
    signal = images.dynamic.signal.copy()
    signal[:, scenes.box((14, 24), (8, 30))] *= level
    noise = rng.normal(0, 4, (2, *signal.shape))
    noisy = np.hypot(signal + noise[0], noise[1]).astype(np.float32)
    return replace(images, dynamic=replace(images.dynamic, signal=noisy))


def test_a_region_that_the_mask_removes_is_named():
    regions = {**scenes.REGIONS, "Skin": scenes.box((1, 5), (10, 16))}
    analysis = scenes.analysis_of(
        with_air(scenes.study(), 1.0), SETTINGS, regions=regions,
        roles={**scenes.ROLES, "Skin": "other"},
    )  # fmt: skip
    found = findings(analysis)["noise_mask_removes"]
    assert found.about == "Skin"
    assert found.fields[0] == "preprocessing.noise_mask.on"


def test_nothing_is_said_where_nothing_is_lost():
    found = findings(scenes.analysis_of(with_air(scenes.study(), 1.0), SETTINGS))
    assert not {"noise_mask_removes", "noise_mask_removes_most", "smoothing_lowers"} & set(found)


@pytest.mark.slow
@pytest.mark.parametrize("width", [4.0, 8.0])
def test_smoothing_says_by_how_much_it_lowers_the_value(width):
    smooth = with_values(
        SETTINGS,
        {"preprocessing.space.method": "gaussian", "preprocessing.space.width": width},
    )
    plain, smoothed = (
        scenes.analysis_of(scenes.study(), settings).result() for settings in (SETTINGS, smooth)
    )
    lowered = 1 - smoothed.measures.of("Lesion").value / plain.measures.of("Lesion").value
    [said] = [f for f in smoothed.measures.findings if f.code == "smoothing_lowers"]
    assert said.about == "Lesion"
    number = float(said.message.partition(" by ")[2].partition(" %")[0])
    assert number == pytest.approx(100 * lowered, abs=2.0)


@pytest.mark.long
def test_smoothing_in_time_does_not_change_the_artery(tmp_path_factory):
    visit = sample_visit(tmp_path_factory, "A", "before")
    images = read_images(visit / "dicom", Settings())
    plain = Analysis(images, Settings())
    smooth = Analysis(images, with_values(Settings(), {"preprocessing.time.on": True}))
    masks = [one.detection().mask for one in (plain, smooth)]
    np.testing.assert_array_equal(*masks)
    assert masks[0].any()
    series = [one.preprocess().dynamic.signal for one in (plain, smooth)]
    assert not np.array_equal(*series)


def test_a_region_in_the_air_is_not_called_a_vessel(monkeypatch):
    asked = []
    monkeypatch.setattr(
        fit_stages, "blood_findings", lambda _vp, regions, *_more: asked.append(set(regions)) or []
    )
    air = {"Air": scenes.box((1, 5), (10, 16))}
    analysis = scenes.analysis_of(
        with_air(scenes.study(), 1.0), SETTINGS, regions={**scenes.REGIONS, **air},
        roles={**scenes.ROLES, "Air": "lesion"},
    )  # fmt: skip
    found = analysis.result().measures.findings
    (said,) = (one for one in found if one.code == IN_BACKGROUND)
    assert said.about == "Air"
    assert "hardly any signal, as outside the body" in said.message
    assert asked == [set(scenes.REGIONS)]


@pytest.mark.parametrize(
    ("model", "told"), [("two_compartment_exchange", True), ("extended_tofts", False)]
)
def test_frames_too_long_for_the_exchange_model_are_named(model, told):
    analysis = scenes.analysis_of(scenes.study(), changed(SETTINGS, fit={"model": model}))
    found = [
        f for f in analysis.result().measures.findings if f.code == "frames_too_long_for_model"
    ]
    interval = analysis.study.dynamic.frame_interval
    assert interval > LONGEST_EXCHANGE
    assert bool(found) == told
    for one in found:
        assert f"Frames of {interval:.1f} s are too long for" in one.message


@pytest.mark.parametrize(
    ("frames", "said"), [(1, "Only one frame precedes"), (2, "Only 2 frames precede"), (3, "")]
)
def test_few_frames_before_the_bolus_are_named(frames, said):
    settings = changed(SETTINGS, concentration={"baseline_frames": frames})
    found = findings(scenes.analysis_of(scenes.study(), settings))
    assert ("few_baseline_frames" in found) == bool(said)
    if said:
        assert found["few_baseline_frames"].message.startswith(said)
