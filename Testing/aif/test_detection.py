"""The artery is found, every other voxel has its reason, and no wrong curve is given."""

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from reference_data import reference
from SpineDCELib.aif import Verdict, blood_contrast, detect, parker
from SpineDCELib.aif.blood_warnings import (
    _higher_artery,
    _higher_vein,
    scale_warnings,
    unusual_blood,
)
from SpineDCELib.aif.candidates import VesselKind
from SpineDCELib.analysis.acquisition_stages import preprocessed
from SpineDCELib.analysis.aif_stages import aif_findings
from SpineDCELib.analysis.artery_stages import artery, blood, detection
from SpineDCELib.analysis.muscle_stages import signal_mode
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import read_images
from SpineDCELib.series import Geometry
from SpineDCELib.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))
from aif.synthetic_trunk import FA, SHAPE, TR, part_of, places, trunk

CONTRAST, UNIT = blood_contrast(TR=TR, FA=FA, T10=1.441, r1=4.6)


def found_in(series, **options):
    return detect(series, to_contrast=CONTRAST, unit=UNIT, **options)


@pytest.mark.slow
@pytest.mark.parametrize("interval", [1.0, 2.5, 4.0, 5.5])
@pytest.mark.parametrize("noise", [0.0, 6.0, 15.0])
def test_only_the_artery_is_found_in_its_slices(interval, noise):
    series, Cb = trunk(interval=interval, noise=noise, seed=int(noise))
    found = found_in(series).trusted()
    aorta = places()["aorta"]
    assert (found.mask & aorta).sum() >= 0.95 * found.mask.sum()
    assert not (found.mask & places()["vein"]).any()
    assert set(np.flatnonzero(aorta.any(axis=(1, 2)))) == set(found.slices)
    n0 = found.baseline_frames
    C = CONTRAST(found.signal[:, None], found.signal[:n0].mean(keepdims=True))[:, 0]
    assert C.max() == pytest.approx(Cb.max(), rel=0.06)
    assert C.sum() == pytest.approx(Cb.sum(), rel=0.05)


def test_every_enhancing_voxel_has_a_reason_and_every_vessel_a_row():
    found = found_in(trunk()[0])
    assert (found.verdicts[places()["vein"]] != Verdict.ACCEPTED).all()
    reasons = {c.vessel: c.reason for c in found.candidates if not c.accepted}
    assert any("vein" in reason for reason in reasons.values())
    assert sum(found.counts().values()) == (found.verdicts != Verdict.NOT_ENHANCING).sum()
    for c in found.candidates:
        own = found.vessels[c.slice] == c.vessel
        assert own.sum() == c.voxels
        assert (found.verdicts[c.slice][own] == Verdict.ACCEPTED).sum() == c.accepted
    assert {Verdict(v).reason for v in np.unique(found.verdicts)} <= {v.reason for v in Verdict}


def test_a_vein_without_its_artery_gives_no_aif():
    found = found_in(trunk(artery=False)[0])
    assert not found.mask.any()
    assert found.signal is None
    assert "vein" in found.doubt
    with pytest.raises(InputError) as caught:
        found.trusted()
    assert caught.value.code == "no_trustworthy_aif"
    assert "inputs.aif_mask" in caught.value.fields
    with pytest.raises(InputError) as caught:  # a drawn aorta is to be chosen
        found.trusted(drawn=True)
    assert "inputs.aif_mask" not in caught.value.fields
    assert "aif.source=mask" in caught.value.fields


def test_noise_a_constant_series_and_a_late_start_give_no_aif():
    series, _ = trunk()
    rng = np.random.default_rng(0)
    noisy = replace(series, signal=rng.normal(100, 6, series.signal.shape).astype(np.float32))
    same = replace(series, signal=np.full_like(series.signal, 7.0))
    late = replace(series, signal=series.signal[8:], times=series.times[8:] - series.times[8])
    hidden, _ = trunk(noise=120.0)
    for wrong in (noisy, same, late, hidden):
        found = found_in(wrong)
        assert found.doubt
        assert found.signal is None


def test_one_slice_and_a_search_region():
    series, _ = trunk()
    assert found_in(part_of(series, [2])).slices == [0]
    region = np.zeros(SHAPE, bool)
    region[:, :20] = True
    found = found_in(series, region=region)
    assert found.mask.any()
    assert not (found.mask & ~region).any()
    assert "outside the search region" in found.counts()
    region[:] = False
    region[:, :, 20:] = True
    assert found_in(series, region=region).doubt


def test_fresh_blood_is_left_out():
    series, Cb = trunk()
    signal = series.signal.copy()
    aorta = places()["aorta"]
    # What has seen few pulses is bright with and without contrast: less and less on the way down.
    fresh = 40 * np.exp(-np.arange(SHAPE[1]) / 8)[None, :, None]
    signal += np.where(aorta, fresh, 0).astype(np.float32)
    inflow = aorta & (fresh > 10)
    found = found_in(replace(series, signal=signal)).trusted()
    assert (found.mask & inflow).sum() < 0.1 * inflow.sum()
    assert (found.verdicts[inflow] == Verdict.INFLOW).any()

    def peak(curve):
        before = curve[: found.baseline_frames].mean(keepdims=True)
        return CONTRAST(curve[:, None], before).max()

    everything = signal[:, aorta].mean(axis=1, dtype=float)
    assert peak(everything) < 0.85 * Cb.max()
    assert peak(found.signal) > 0.92 * Cb.max()


@pytest.mark.long
@pytest.mark.parametrize(("noise", "every"), [(0, 1), (0, 8), (2, 4), (4, 2)])
def test_qiba_at_other_noise_and_frame_intervals(noise, every):
    series = read_images(reference("qiba-v4"), Settings()).dynamic
    rng = np.random.default_rng(1)
    shape = series.signal.shape
    z = series.signal + noise * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
    series = replace(
        series, signal=np.abs(z).astype(np.float32)[::every], times=series.times[::every]
    )
    contrast, unit = blood_contrast(TR=0.005, FA=25.0, T10=1.44, r1=4.6)
    found = detect(series, to_contrast=contrast, unit=unit).trusted()
    strip = np.zeros(series.geometry.shape, bool)
    strip[:, -20:] = True
    assert not (found.mask & ~strip).any()
    assert found.mask.sum() > 600


def test_a_larger_artery_with_a_much_higher_peak_is_pointed_out():
    def vessel(number, voxels, kind=VesselKind.ARTERY):
        return SimpleNamespace(vessel=number, voxels=voxels, kind=kind)

    def in_slice(index, number, peak):
        return SimpleNamespace(slice=index, vessel=number, peak=peak)

    stub, aorta, vein = vessel(1, 43), vessel(3, 773), vessel(4, 900, VesselKind.LATE_VEIN)
    rows = [in_slice(0, 1, 0.7), in_slice(1, 3, 2.2), in_slice(4, 3, 3.3), in_slice(2, 4, 9.0)]
    found = SimpleNamespace(artery=stub, evidence=(stub, aorta, vein), candidates=tuple(rows))
    assert _higher_artery(0.7, found).startswith(
        "A larger artery, from slice 2 to slice 5, has 773 voxels and a peak of up to 3.3 mM."
    )
    assert _higher_artery(2.0, found) == ""
    found.artery = aorta
    assert _higher_artery(0.7, found) == ""


def test_a_vein_that_follows_with_a_higher_peak_tells_that_the_artery_is_lowered():
    vein = SimpleNamespace(vessel=2, kind=VesselKind.LATE_VEIN)
    early = SimpleNamespace(vessel=3, kind=VesselKind.EARLY_VEIN)
    rows = [
        SimpleNamespace(slice=k, vessel=number, peak=peak, voxels=voxels)
        for k, number, peak, voxels in [(0, 2, 2.0, 30), (1, 2, 2.2, 30), (2, 2, 9.0, 3),
                                        (3, 3, 8.0, 90)]
    ]  # fmt: skip
    found = SimpleNamespace(evidence=(vein, early), candidates=rows, unit="mM")
    assert _higher_vein(1.0, found).startswith(
        "The artery's peak in blood is 1.0 mM, but that of a vessel which fills after it, in "
        "slices 1 to 3, is 2.1 mM."
    )
    assert _higher_vein(1.7, found) == ""


ONE_MM = Geometry.from_parts((2, 2, 2), (1.0, 1.0, 1.0), (0, 0, 0), np.eye(3))


def test_the_scale_that_is_warned_of_is_that_of_the_curve_in_use():
    # Half of the peak is missing in the magnitude; the first pass comes from the phase too.
    vein = SimpleNamespace(vessel=2, kind=VesselKind.LATE_VEIN)
    rows = [SimpleNamespace(slice=k, vessel=2, peak=2.5, voxels=30) for k in range(3)]
    t = np.arange(0, 300, 4.0)
    magnitude = parker(t, arrival=30.0)
    magnitude *= 1.6 / magnitude.max()
    found = SimpleNamespace(
        artery=None, evidence=(vein,), candidates=rows, unit="mM", mask=np.ones(200, bool),
        against_evidence="",
    )  # fmt: skip
    found.of_scale = scale_warnings(magnitude, found, t)
    found.warnings = ("Another vessel lies beside it.", *found.of_scale)
    assert any("peak in blood is 1.6 mM, but that of a vessel" in said for said in found.warnings)
    for factor, warned in ((1.0, True), (2.1, False)):
        curve = SimpleNamespace(Cb=factor * magnitude, doubt="")
        given = {
            artery: SimpleNamespace(mask=np.ones((2, 2, 2), bool)), detection: found,
            signal_mode: "absolute", blood: curve,
            preprocessed: SimpleNamespace(series=SimpleNamespace(times=t, geometry=ONE_MM)),
        }  # fmt: skip

        class View:
            settings = Settings()
            aif_mask = None

            def __call__(self, stage, _given=given):
                return _given[stage]

        told = [one.message for one in aif_findings(View())]
        assert told[0] == "Another vessel lies beside it."
        assert any("that of a vessel" in said for said in told) == warned


def test_the_curve_of_a_drawn_artery_is_checked_as_a_found_one_is():
    t = np.arange(0, 300, 4.0)
    blood = parker(t, arrival=30.0)
    assert unusual_blood(blood, t, voxels=40) == []
    assert unusual_blood(blood, t, voxels=1) == ["The AIF comes from a single voxel."]
    (low,) = unusual_blood(blood / 6, t, voxels=40)
    assert low.startswith(f"The artery's peak is {blood.max() / 6:.1f} mM")
    assert "fresh blood flowing in" in low
