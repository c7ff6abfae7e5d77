"""Roles of series, from their tags and names."""

from types import SimpleNamespace

import numpy as np
import pytest
from pydicom.dataset import Dataset
from series.dicom_layouts import COLUMNS, Layout, save_all, tell_time, truth
from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import read_images
from SpineDCELib.run.other_series import other_series
from SpineDCELib.series import read_dynamic, read_flip_angles, scan_study, study_report
from SpineDCELib.series.study_contents import _several
from SpineDCELib.settings import Settings, changed


def add(folder, number, name, *, frames=1, at=0.0, pixels=None, **tags):
    """Add a series to the study, ``at`` s after its start."""
    layout = Layout(series_number=number, description=name, times=np.arange(12) * 5.0 + at)
    images = layout.images(truth(number)[:frames] if pixels is None else pixels)
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        for keyword, value in tags.items():
            setattr(image.ds, keyword, value)
    save_all(images, folder / f"{number}")


def roles(folder):
    return {s.description: s.role for s in scan_study(folder).series}


@pytest.mark.slow
def test_roles_in_a_complete_examination(tmp_path):
    add(tmp_path, 1, "3-plane loc")
    add(tmp_path, 2, "sag a", RepetitionTime=520, EchoTime=10, FlipAngle=90)
    add(tmp_path, 3, "sag b", RepetitionTime=3600, EchoTime=100, FlipAngle=90)
    add(tmp_path, 4, "sag c", RepetitionTime=4200, EchoTime=55, InversionTime=165, FlipAngle=90)
    for n, angle in enumerate((5, 2, 15)):
        add(tmp_path, 5 + n, f"vfa {angle}", FlipAngle=angle)
    add(tmp_path, 8, "B1map sag", RepetitionTime=2000, FlipAngle=8)
    add(tmp_path, 9, "DCE", frames=12, at=600)
    add(tmp_path, 10, "DCE SUB", frames=12, at=600, ImageType=["DERIVED", "SECONDARY", "SUB"])
    add(tmp_path, 11, "ax d", at=900, RepetitionTime=520, EchoTime=10, FlipAngle=90)
    add(tmp_path, 12, "sag e", at=900, RepetitionTime=520, EchoTime=10, FlipAngle=90,
        ContrastBolusAgent="Gadobutrol")  # fmt: skip
    add(tmp_path, 13, "ep2d_diff", frames=2)
    found = roles(tmp_path)
    assert found == {
        "3-plane loc": "localizer",
        "sag a": "T1",
        "sag b": "T2",
        "sag c": "STIR",
        "vfa 5": "variable flip angle",
        "vfa 2": "variable flip angle",
        "vfa 15": "variable flip angle",
        "B1map sag": "B1 map",
        "DCE": "dynamic",
        "DCE SUB": "other",
        "ax d": "T1 after contrast",
        "sag e": "T1 after contrast",
        "ep2d_diff": "other",
    }
    study = scan_study(tmp_path)
    assert study.dynamic().description == "DCE"
    assert study.anatomical_T1(study.dynamic()).description == "sag a"
    assert all(s.reason for s in study.series)
    text = study_report(study)
    for words in ("DCE", "every 5 s", "AcquisitionTime", "TR 4.5 ms", "flip angle 25°", "1.5 T"):
        assert words in text
    np.testing.assert_array_equal(read_dynamic(study).signal, truth(9))


def test_a_T1_series_that_is_a_strip_in_the_dynamic_slices_is_not_the_anatomy(tmp_path):
    add(tmp_path, 9, "DCE", frames=12, at=600)
    strip = Layout(series_number=2, description="sag T1", times=np.arange(12) * 5.0)
    columns = strip.affine[:3, 0] / np.linalg.norm(strip.affine[:3, 0])
    strip.affine[:3, 3] += 0.75 * columns * np.linalg.norm(strip.affine[:3, 0]) * COLUMNS
    images = strip.images(truth(2)[:1])
    tell_time(images, strip, "AcquisitionTime")
    for image in images:
        image.ds.RepetitionTime, image.ds.EchoTime, image.ds.FlipAngle = 520, 10, 90
    save_all(images, tmp_path / "2")
    study = scan_study(tmp_path)
    assert roles(tmp_path)["sag T1"] == "T1"
    assert study.anatomical_T1(study.dynamic()) is None
    assert "covers only 24 % of the dynamic images" in study_report(study)
    assert list(other_series(tmp_path)) == ["sag T1"], "it can still be looked at"


def test_flip_angles_are_sorted_and_averaged_and_use_the_b1_map(tmp_path):
    for number, angle in ((1, 15), (2, 3), (3, 9), (4, 9)):
        add(tmp_path, number, "vfa", FlipAngle=angle)
    b1 = np.full((1, 4, 10, 8), 95, np.uint16)
    add(tmp_path, 5, "B1 map", pixels=b1, RepetitionTime=2000)
    found = read_flip_angles(tmp_path)
    assert found.FA.tolist() == [3, 9, 15]
    np.testing.assert_allclose(found.signal[1], (truth(3)[0] + truth(4)[0].astype(float)) / 2)
    np.testing.assert_array_equal(found.signal[2], truth(1)[0])
    np.testing.assert_allclose(found.B1, 0.95)
    assert any("averaged: 9°" in n for n in found.notes)
    assert any("per cent" in n for n in found.notes)


def test_flip_angles_in_one_series(tmp_path):
    layout = Layout(description="vfa")
    images = layout.images(truth()[:3])
    for image in images:
        image.ds.FlipAngle = (2, 8, 20)[image.f]
    save_all(images, tmp_path)
    found = read_flip_angles(tmp_path)
    assert found.FA.tolist() == [2, 8, 20]
    np.testing.assert_array_equal(found.signal, truth()[:3])


def test_no_flip_angles(tmp_path):
    add(tmp_path, 1, "DCE", frames=12)
    with pytest.raises(InputError) as caught:
        read_flip_angles(tmp_path)
    assert caught.value.code == "no_flip_angles"
    assert caught.value.fields == ("inputs.T1_map", "concentration.T10")


def test_fewer_than_ten_frames_are_read_and_reported(tmp_path):
    add(tmp_path, 1, "DCE", frames=6)
    study = scan_study(tmp_path)
    assert any("fewer than 10 frames" in p for p in study.dynamic().problems)
    assert read_dynamic(study).n_frames == 6


@pytest.mark.slow
def test_two_echoes_are_two_series(tmp_path):
    layout = Layout()
    both = []
    for n, echo in enumerate((1.2, 3.4)):
        images = layout.images(truth(n), kind="M")
        tell_time(images, layout, "AcquisitionTime")
        for image in images:
            image.ds.EchoTime, image.name = echo, f"e{n}_{image.name}"
            image.ds.SOPInstanceUID = layout.uid("echo", n, image.f, image.k)
        both += images
    save_all(both, tmp_path)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "several_dynamic_series"
    np.testing.assert_array_equal(read_dynamic(tmp_path, series=1).signal, truth(0))


@pytest.mark.slow
def test_the_short_summary_answers_a_newcomer_in_sixty_lines(tmp_path):
    """Which series is dynamic, what is left out and why, times, flip angles, what to do next."""
    add(tmp_path, 1, "DCE", frames=12)
    for number in range(2, 90):
        add(tmp_path, number, f"vfa {number}" if number < 5 else "other", FlipAngle=3 * number)
    text = study_report(scan_study(tmp_path))
    lines = text.splitlines()
    assert len(lines) <= 60
    for words in ("scanner's", "every 5 s", "TR 4.5 ms", "T10", "Next: analyse it", "more series"):
        assert words in text
    assert "--" not in text


def test_the_summary_says_what_is_missing(tmp_path):
    layout = Layout(description="DCE", TR=None)
    images = layout.images(truth())
    for image in images:
        image.ds.TemporalPositionIdentifier = image.f + 1
    save_all(images, tmp_path)
    text = study_report(scan_study(tmp_path))
    assert "Next: find out the frame interval or the frame times, TR" in text
    assert (
        "the frame interval"
        not in study_report(scan_study(tmp_path), frame_interval=5).rsplit("Next", 1)[1]
    )


def test_the_injection_is_read_from_classic_and_enhanced_tags(tmp_path):
    add(tmp_path / "classic", 1, "DCE", frames=12, ContrastBolusAgent="DOTAREM 14 ML",
        ContrastBolusVolume=14, ContrastFlowRate=[2.5], PatientWeight=70)  # fmt: skip
    profile, agent = Dataset(), Dataset()
    profile.ContrastBolusVolume, profile.ContrastFlowRate = 7, 3
    agent.CodeMeaning, agent.ContrastAdministrationProfileSequence = "Gadobutrol", [profile]
    add(tmp_path / "enhanced", 1, "DCE", frames=12, ContrastBolusAgentSequence=[agent],
        PatientWeight=70)  # fmt: skip
    for name, drug, rate in (("classic", "gadoterate", 2.5), ("enhanced", "gadobutrol", 3.0)):
        analysis = Analysis(read_images(tmp_path / name, Settings()), Settings())
        assert analysis.agent == drug
        assert analysis.dose == pytest.approx(0.1)
        assert analysis.injection_rate == rate


def test_what_is_entered_replaces_what_the_files_say(tmp_path):
    add(tmp_path, 1, "DCE", frames=12, ContrastBolusAgent="Yes", ContrastBolusVolume=0,
        PatientWeight=70)  # fmt: skip
    images = read_images(tmp_path, Settings())
    unknown = Analysis(images, Settings())
    assert (unknown.agent, unknown.dose, unknown.injection_rate) == (None, None, None)
    given = {"agent": "gadobenate", "dose": 0.05, "rate": 2.0}
    entered = Analysis(images, changed(Settings(), contrast=given))
    assert (entered.agent, entered.dose, entered.injection_rate) == tuple(given.values())
    assert entered.r1 == 6.2


def _described(number, **about):
    facts = {"patient": "ID 1", "study_uid": "1.2", "study_date": "20210302"} | about
    return SimpleNamespace(line=lambda: f"{number}: DCE", proposals=(), **facts)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"patient": "ID 2"}, " of several patients. Open the folder of one visit, or choose"),
        ({"study_uid": "1.3"}, " of several studies. Open the folder of one visit, or choose"),
        ({}, ". Choose one of them: 1: DCE; 2: DCE."),
    ],
)
def test_several_dynamic_series_say_whether_they_are_of_one_study(other, said):
    text = _several("folder", [_described(1), _described(2, **other)], parts=False)
    assert text.startswith(f"folder holds 2 dynamic series{said}")
    assert "ID 1" not in text  # messages can go into logs
