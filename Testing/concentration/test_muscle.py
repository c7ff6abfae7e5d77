"""Calibration on muscle: found where it is, its T10 inverted exactly, and changes that hold."""

from dataclasses import replace

import muscle_scenes as scenes
import numpy as np
import pytest
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.concentration.muscle import T10_from_muscle, find_muscle, muscle_signal
from SpineDCELib.errors import InputError
from SpineDCELib.settings import Settings, changed

SETTINGS = changed(Settings(), aif={"source": "mask"}, fit={"shift": scenes.DELAY})


def normalised_vp(images, settings=SETTINGS, **more):
    found = scenes.analysis_of(images, settings, **more).result().measures.of("Lesion")
    return found.value


def change_of(lesion, reference, settings=SETTINGS, *, before=None, **more):
    first = scenes.study(**more) if before is None else before
    second = scenes.study(lesion, reference, **more)
    values = [normalised_vp(images, settings) for images in (first, second)]
    return 100 * (values[1] / values[0] - 1)


def test_T10_is_that_of_the_signal_equation():
    T10 = np.array([0.3, 0.55, 1.0, 1.7, 3.0])
    signal = spgr_signal(1 / T10, S0=700.0, TR=0.0045, FA=25.0)
    muscle = spgr_signal(1 / 0.95, S0=700.0, TR=0.0045, FA=25.0)
    found = T10_from_muscle(signal, np.full(5, muscle), muscle_T10=0.95, TR=0.0045, FA=25.0)
    assert found == pytest.approx(T10, rel=1e-9)


def test_no_T10_gives_a_signal_above_that_of_M0():
    muscle = np.array(spgr_signal(1.0, S0=1.0, TR=0.0045, FA=25.0))
    assert np.isnan(T10_from_muscle(np.array([0.5, 0.0, -1.0]), muscle, muscle_T10=1.0,
                                    TR=0.0045, FA=25.0)).all()  # fmt: skip


def test_muscle_is_found_and_nothing_else():
    images = scenes.study(fall=90.0, noise=1.0)
    found = find_muscle(images.dynamic.signal, baseline_frames=6, geometry=scenes.GEOMETRY)
    assert (found & ~scenes.MUSCLE_BOX).sum() == 0
    assert found.sum() > 0.7 * scenes.MUSCLE_BOX.sum()


def test_without_muscle_nothing_is_found():
    images = scenes.study(muscle=scenes.FAT, noise=1.0)
    assert find_muscle(images.dynamic.signal, baseline_frames=6, geometry=scenes.GEOMETRY) is None


def test_the_sensitivity_is_continued_to_the_vertebrae():
    images = scenes.study(fall=90.0)
    baseline = images.dynamic.signal[:6].mean(axis=0)
    own = muscle_signal(baseline, mask=scenes.MUSCLE_BOX, geometry=scenes.GEOMETRY)
    assert own.slope == pytest.approx(1 / 90.0, rel=0.01)
    T10 = T10_from_muscle(baseline, own.signal, muscle_T10=1.008, TR=0.0045, FA=25.0)
    for name, true in (("Lesion", 1.0), ("Reference", 0.55)):
        assert np.median(T10[scenes.REGIONS[name]]) == pytest.approx(true, rel=0.05)


def vp_times(tissue, factor, **changes):
    return replace(tissue, vp=tissue.vp * factor, **changes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesion", "reference", "true"),
    [
        (vp_times(scenes.LESION, 0.4), scenes.REFERENCE, -60),
        (vp_times(scenes.LESION, 0.4), replace(scenes.REFERENCE, T10=0.38), -60),
        (vp_times(scenes.LESION, 0.8, T10=0.65), scenes.REFERENCE, -20),
        (vp_times(scenes.LESION, 0.4, T10=1.4), scenes.REFERENCE, -60),
    ],
    ids=["nothing else", "reference turns fatty", "lesion dries", "lesion oedema"],
)
@pytest.mark.parametrize("fall", [0.0, 90.0], ids=["even coil", "coil behind the spine"])
def test_a_change_of_T10_does_not_change_the_change(lesion, reference, true, fall):
    assert change_of(lesion, reference, fall=fall) == pytest.approx(true, abs=2.0)


@pytest.mark.slow
def test_relative_signal_takes_a_change_of_T10_for_one_of_vp():
    relative = changed(SETTINGS, concentration={"signal": "relative"})
    fatty = change_of(vp_times(scenes.LESION, 0.4), replace(scenes.REFERENCE, T10=0.38), relative)
    dried = change_of(vp_times(scenes.LESION, 0.8, T10=0.65), scenes.REFERENCE, relative)
    assert fatty > -40
    assert dried < -40


def test_muscle_that_is_drawn_is_used_before_what_is_found():
    images = scenes.study()
    drawn = scenes.box((27, 30), (10, 20))
    analysis = scenes.analysis_of(
        images, SETTINGS, regions={**scenes.REGIONS, "Muscle": drawn},
        roles={**scenes.ROLES, "Muscle": "muscle"},
    )  # fmt: skip
    assert np.array_equal(analysis.muscle, drawn)
    assert analysis.mode == "muscle"


def test_a_T1_map_is_used_before_muscle():
    analysis = scenes.analysis_of(scenes.study(), SETTINGS, with_T1_map=True)
    assert analysis.mode == "map"


def test_without_muscle_relative_signal_is_fitted_and_named():
    analysis = scenes.analysis_of(scenes.study(muscle=scenes.FAT), SETTINGS)
    assert analysis.mode == "relative"
    assert analysis.concentration().T10 is None
    assert analysis.aif().unit == "(S-S0)/S0"


def test_muscle_that_is_asked_for_and_not_there_is_an_error():
    settings = changed(SETTINGS, concentration={"T1_source": "muscle"})
    analysis = scenes.analysis_of(scenes.study(muscle=scenes.FAT), settings)
    with pytest.raises(InputError) as caught:
        analysis.result()
    assert caught.value.code == "no_muscle"
    assert "inputs.roi" in caught.value.fields


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["map", "vfa"])
@pytest.mark.parametrize("muscle", [scenes.MUSCLE, scenes.FAT], ids=["muscle", "no muscle"])
def test_normalised_vp_is_per_volume_of_tissue_where_water_is_displaced(mode, muscle):
    """Sclerosis takes 40 % of the lesion's water; per water, the fall of vp is hidden by it."""
    sclerotic = vp_times(scenes.LESION, 0.4, water=0.6)
    values = {None: [], "vp_voxel": [], "vp": []}
    for lesion in (scenes.LESION, sclerotic):
        images = scenes.study(lesion, scenes.REFERENCE, flip_angles=mode == "vfa", muscle=muscle)
        analysis = scenes.analysis_of(images, SETTINGS, with_T1_map=True)
        assert (analysis.muscle is None) == (muscle is scenes.FAT)
        measures = analysis.result().measures
        assert measures.mode == mode
        for name in values:
            values[name].append(measures.of("Lesion", name).value)
    change = {name: 100 * (after / before - 1) for name, (before, after) in values.items()}
    assert change[None] == change["vp_voxel"] == pytest.approx(-60, abs=3)
    assert change["vp"] == pytest.approx(-33, abs=3)


def test_an_error_of_the_T1_map_hardly_changes_vp_per_volume_of_tissue():
    """The signal's rise is that of the concentration times M0 at nearly any T10."""
    images = scenes.study()
    values = []
    for factor in (1.0, 1.2):
        array = images.T1_map.array.copy()
        array[scenes.REGIONS["Lesion"]] *= factor
        given = replace(images, T1_map=replace(images.T1_map, array=array))
        measures = scenes.analysis_of(given, SETTINGS, with_T1_map=True).result().measures
        values.append([measures.of("Lesion", name).value for name in ("vp_voxel", "vp")])
    tissue, water = np.abs(np.log(np.divide(*values)))
    assert tissue < 0.3 * water
    assert water == pytest.approx(np.log(1.2), rel=0.2)


def test_vp_per_volume_of_water_may_reach_what_is_1_per_volume_of_tissue():
    """An AIF that is too low raises all vp by one factor; a bound would cut the lesion's alone."""
    known, muscle = (
        scenes.analysis_of(scenes.study(), SETTINGS, with_T1_map=flag) for flag in (True, False)
    )
    assert (known.mode, known.fit_bounds().vp) == ("map", 2.0)
    assert (muscle.mode, muscle.fit_bounds().vp) == ("muscle", 1.0)
