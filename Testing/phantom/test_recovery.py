"""The engine against the phantom: with the true AIF and the expert ROIs it finds the truth."""

import json

import numpy as np
import pytest
import SimpleITK as sitk
from sample_patients import sample_paths
from SpineDCELib.concentration.spgr import signal_to_concentration
from SpineDCELib.concentration.t1_mapping import variable_flip_angle_T1
from SpineDCELib.kinetics.fitting import fit
from SpineDCELib.series import scan_study
from SpineDCELib.series.read_series import read_dynamic, read_flip_angles

pytestmark = pytest.mark.long


def normalised_vp(paths):
    """Measured and true, from the files alone."""
    found = scan_study(paths.dicom)
    series, flips = read_dynamic(found), read_flip_angles(found)
    truth = json.loads((paths.truth / "truth.json").read_text(encoding="utf-8"))
    rois = sitk.GetArrayFromImage(sitk.ReadImage(str(paths.truth / "rois.seg.nrrd")))
    t, _, Cp = np.loadtxt(paths.truth / "aif_frames.csv", delimiter=",", skiprows=1).T
    np.testing.assert_allclose(series.times, t, atol=1e-3)
    vp = []
    for label in (1, 2):
        mask = rois == label
        T10 = variable_flip_angle_T1(flips.signal[:, mask], FA=flips.FA, TR=flips.TR).T1
        signal = series.signal[:, mask]
        acquisition = series.acquisition
        Ct = signal_to_concentration(
            signal,
            baseline=signal[:4].mean(axis=0),
            R10=1 / T10,
            TR=acquisition.TR,
            FA=acquisition.FA,
            r1=truth["contrast_agent"]["r1_per_s_per_mM"],
        )
        delay = truth["rois"]["reference"]["delay_s"]
        result = fit(Ct, series.times, Cp, model="extended_tofts", Ta=delay)
        vp.append(np.nanmean(result["vp"]))
    return vp[0] / vp[1], truth["normalised_vp"]


@pytest.mark.parametrize("patient", ["A", "B"])
def test_normalised_vp_and_its_change(tmp_path_factory, patient):
    """Within 10 % each, the change within 5 percentage points, noise and motion on."""
    visits = sample_paths(tmp_path_factory, patient)
    measured, true = zip(*(normalised_vp(visits[v]) for v in ("before", "after")), strict=True)
    np.testing.assert_allclose(measured, true, rtol=0.10)
    change = [100 * (after / before - 1) for before, after in (measured, true)]
    assert change[0] == pytest.approx(change[1], abs=5)
