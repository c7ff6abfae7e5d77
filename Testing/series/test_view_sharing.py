"""Sequences whose frames share data: recognised by facts, and the footprint's effect on the fit."""

import numpy as np
import pytest
from series.dicom_layouts import (
    TIMES,
    Layout,
    enhanced,
    save,
    save_all,
    tell_time,
    truth,
    written,
)
from small_study import FA, HCT, R1, R10, TR
from SpineDCELib.aif import parker
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.analysis import Analysis
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.data import Images
from SpineDCELib.kinetics.frame_average import frame_average
from SpineDCELib.kinetics.models import extended_tofts
from SpineDCELib.series import Geometry, scan_study
from SpineDCELib.series.dynamic_series import Acquisition, DynamicSeries
from SpineDCELib.series.view_sharing import footprint_of, technique_in
from SpineDCELib.settings import Settings, with_values


def edited(folder, edit):
    """Write a classic series whose headers ``edit`` changes, and return its description."""
    layout = Layout(vendor="SIEMENS")
    images = layout.images(truth(), order="frame")
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        edit(image.ds if hasattr(image, "ds") else image)
    save_all(images, folder)
    [series] = scan_study(folder).series
    return series


def test_the_sequence_name_states_shared_data(tmp_path):
    series = edited(tmp_path, lambda ds: setattr(ds, "SequenceName", "*twist3d1"))
    assert series.role == "dynamic"
    assert series.acquisition.view_shared == "TWIST"
    assert series.acquisition.footprint is None
    assert any("TWIST" in note for note in series.notes)


def test_gives_own_name_of_the_sequence_counts(tmp_path):
    def edit(ds):
        block = ds.private_block(0x0019, "GEMS_ACQU_01", create=True)
        block.add_new(0x9C, "LO", "3D TRICKS")

    assert edited(tmp_path, edit).acquisition.view_shared == "TRICKS"


def test_a_protocol_name_is_a_doubt_only(tmp_path):
    series = edited(tmp_path, lambda ds: setattr(ds, "ProtocolName", "t1_twist_dyn"))
    assert series.acquisition.view_shared is None
    assert any("TWIST" in note and "no tag confirms" in note for note in series.notes)


def test_plain_sequences_are_left_alone(tmp_path):
    written(tmp_path)
    [series] = scan_study(tmp_path).series
    assert series.acquisition.view_shared is None
    assert not any("share data" in note for note in series.notes)


def test_frames_longer_than_their_interval_overlap():
    assert footprint_of([12.0, 12.0, None], 5.0) == 12.0
    assert footprint_of([5.0], 5.0) is None
    assert footprint_of([None], 5.0) is None
    assert footprint_of([12.0], None) is None
    assert technique_in("twisted tricksy") is None
    assert technique_in("GRASP_VIBE") == "GRASP"


def test_the_duration_of_an_enhanced_frame_is_its_footprint(tmp_path):
    ds = enhanced(Layout(vendor="SIEMENS"), truth()[None])
    for group in ds.PerFrameFunctionalGroupsSequence:
        group.FrameContentSequence[0].FrameAcquisitionDuration = 14000.0
    save(ds, tmp_path / "one.dcm")
    [series] = scan_study(tmp_path).series
    assert series.acquisition.footprint == pytest.approx(14.0)
    assert series.acquisition.view_shared == "view sharing"
    assert np.ptp(TIMES) > 14


def test_the_average_is_that_of_a_fine_sum():
    t = np.array([0.0, 3.0, 4.0, 9.0, 20.0])
    C = np.array([0.0, 5.0, 1.0, 2.0, 2.0])
    at, mean = frame_average(t, C, footprint=6.0)
    fine = np.linspace(-3, 3, 60_001)
    for x, value in zip(at, mean, strict=True):
        assert value == pytest.approx(np.interp(x + fine, t, C).mean(), abs=1e-3)
    assert set(t) <= set(at)


def fitted(signal, times, curve, **settings):
    """Return the median vp of tissue with the AIF of a file, and the notes."""
    geometry = Geometry.from_parts(signal.shape[1:], (2, 2, 4), (0, 0, 0), np.eye(3))
    dynamic = DynamicSeries(signal, times, geometry, Acquisition(TR=TR, FA=FA), "truth")
    chosen = with_values(
        Settings(),
        {
            "aif.source": "file", "concentration.T1_source": "fixed",
            "concentration.T10": 1 / R10, "concentration.r1": R1, "aif.Hct": HCT,
            "fit.shift": 0.0, "preprocessing.noise_mask.on": False, **settings,
        },
    )  # fmt: skip
    result = Analysis(Images(dynamic), chosen, aif_file=curve).result()
    return float(np.nanmedian(result.maps["vp"])), result.notes


def test_an_aif_averaged_over_the_footprint_gives_the_true_vp():
    footprint, vp = 16.0, 0.08
    fine = np.arange(-20, 300, 0.25)
    Cb = parker(fine, arrival=40.0)
    tissue = extended_tofts(fine, Cb / (1 - HCT), vp=vp, Ktrans=0.05, ve=0.2).ravel()
    times = np.arange(0, 240, 4.0)
    window = np.linspace(-footprint / 2, footprint / 2, 801)
    shared = np.array([np.interp(x + window, fine, tissue).mean() for x in times])
    signal = spgr_signal(R10 + R1 * shared, S0=2000.0, TR=TR, FA=FA)
    volume = np.broadcast_to(signal[:, None, None, None], (times.size, 2, 4, 4)).copy()
    curve = CurveFile(fine, Cb, "blood", "mM")
    plain, notes = fitted(volume, times, curve)
    assert not any("averaged" in note for note in notes)
    averaged, notes = fitted(volume, times, curve, **{"reading.footprint": footprint})
    assert any("averaged over the 16 s" in note for note in notes)
    assert averaged == pytest.approx(vp, rel=0.03)
    assert abs(plain - vp) > 0.2 * vp
