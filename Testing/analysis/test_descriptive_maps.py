"""Descriptive maps of an analysis, against the curves and signals that they describe."""

import dataclasses

import numpy as np
import pytest
from analysis.test_delays import REGIONS, ROLES, visit
from SpineDCELib.aif.arrival import bolus_arrival
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.descriptive_maps import descriptive_maps
from SpineDCELib.settings import changed
from SpineDCELib.settings.values import NoiseMaskSettings
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import DESCRIPTIVE

VOXEL = (1, 4, 6)


@pytest.fixture(scope="module")
def analysis():
    return visit(0.05, {"Lesion": 0.0, "Reference": 0.0})


@pytest.fixture(scope="module")
def maps(analysis):
    return descriptive_maps(analysis)


def test_every_map_is_that_of_the_definition(analysis, maps):
    dynamic, aif = analysis.images.dynamic, analysis.aif()
    t, C = dynamic.times, analysis.concentration().curves[:, 1, 4, 6].astype(float)
    S = dynamic.signal[:, 1, 4, 6].astype(float)
    delay = analysis.own_shifts().get("Lesion", analysis.shift())
    arrival = bolus_arrival(aif.samples, t=aif.t) + delay
    assert tuple(maps) == DESCRIPTIVE
    found = {name: float(array[VOXEL]) for name, array in maps.items()}
    after = t >= arrival
    baseline = S[: analysis.baseline_frames()].mean()
    assert found["PE"] == pytest.approx(100 * (S[after].max() / baseline - 1), rel=1e-4)
    peak = t[after][np.argmax(C[after])]
    assert found["TTP"] == pytest.approx(peak - arrival, rel=1e-4)
    rises = np.diff(C) / np.diff(t)
    assert found["wash_in"] == pytest.approx(rises[t[1:] > arrival].max(), rel=1e-4)
    fine = np.linspace(arrival, arrival + 60, 6001)
    area = np.trapezoid(np.interp(fine, t, C), fine)
    assert found["IAUC60"] == pytest.approx(area, rel=1e-3)
    assert found["IAUC90"] > found["IAUC60"]
    late = t >= (peak + t[-1]) / 2
    assert found["washout"] == pytest.approx(-np.polyfit(t[late], C[late], 1)[0], rel=1e-3)


def test_a_later_delay_of_a_region_moves_the_arrival_there_only(analysis, maps):
    other = analysis.snapshot()
    lesion = REGIONS["Lesion"]
    shifts = {**other.own_shifts(), "Lesion": other.own_shifts().get("Lesion", other.shift()) + 3.0}
    other.update(settings=changed(other.settings, fit={"shifts": shifts}))
    later = descriptive_maps(other)["TTP"]
    np.testing.assert_allclose(later[lesion], maps["TTP"][lesion] - 3.0, atol=0.1)
    np.testing.assert_allclose(later[REGIONS["Reference"]], maps["TTP"][REGIONS["Reference"]])


def test_without_concentrations_only_what_needs_none_is_returned(analysis):
    other = analysis.snapshot()
    other.update(settings=changed(other.settings, concentration={"signal": "relative"}))
    assert set(descriptive_maps(other)) == {"PE", "TTP"}


def test_the_background_is_left_out_as_in_the_fit():
    whole = visit(0.05, {"Lesion": 0.0, "Reference": 0.0})
    signal = whole.images.dynamic.signal.copy()
    signal[..., -2:] = np.random.default_rng(3).rayleigh(5.0, signal[..., -2:].shape)
    other = Analysis(
        dataclasses.replace(
            whole.images, dynamic=dataclasses.replace(whole.images.dynamic, signal=signal)
        ),
        changed(whole.settings, preprocessing={"noise_mask": NoiseMaskSettings(on=True)}),
        aif_file=whole.inputs.aif_file,
        regions=REGIONS,
        roles=ROLES,
    )
    background = other.result().status == Status.NOT_IN_MASK
    assert background[..., -2:].all()
    assert not background[VOXEL]
    maps = descriptive_maps(other)
    assert set(maps) == set(DESCRIPTIVE)
    for array in maps.values():
        assert np.isnan(array[background]).all()
        assert np.isfinite(array[VOXEL])
