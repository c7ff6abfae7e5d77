"""Phase as a check, changes by hand, fitted population curves, and the command that shows them."""

import csv
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import ndimage
from SpineDCELib.aif import (
    Selection,
    apply_selection,
    artery_width,
    blood_contrast,
    blood_curve,
    detect,
    fit_population,
    georgiou,
    parker,
    phase_curve,
    read_selection,
    vessel_angle,
)
from SpineDCELib.aif.candidates import Verdict
from SpineDCELib.aif.manual_selection import (
    Ball,
    against_evidence,
    slice_point,
    with_candidate,
    write_selection,
)
from SpineDCELib.aif.phase_aif import PhaseCurve, anchored
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.aif_stages import (
    AIF_DIFFERS,
    AIF_OF_POPULATION,
    AIF_UNUSUAL,
    _found_notes,
)
from SpineDCELib.analysis.shift_stages import enhancing_tissue
from SpineDCELib.cli import main
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.phantom import write_study
from SpineDCELib.series import Geometry
from SpineDCELib.settings import Settings, changed

sys.path.insert(0, str(Path(__file__).parent))
from aif.synthetic_trunk import AFFINE, FA, SHAPE, TE, TR, places, trunk
from aif.untrusted import untrusted

CONTRAST, UNIT = blood_contrast(TR=TR, FA=FA, T10=1.441, r1=4.6)


def blood(series, **aif):
    # There is no muscle in these images, so T10 of the tissue is given.
    settings = changed(Settings(), aif=aif, concentration={"T1_source": "fixed", "T10": 1.0})
    return Analysis(Images(series), settings).blood()


def test_vessel_angle_of_a_tilted_tube():
    geometry = Geometry((3, 60, 60), AFFINE)
    j, i = np.mgrid[:60, :60]
    for slope in (0.0, 0.3, 0.6):
        mask = np.broadcast_to(np.abs(i - 20 - slope * (j - 30)) < 3, geometry.shape)
        angle = np.rad2deg(np.median(vessel_angle(mask, geometry)))
        assert angle == pytest.approx(np.rad2deg(np.arctan(slope)), abs=2)


@pytest.mark.parametrize(
    ("slices", "said"), [((4,), "chosen by hand: 9 voxels, slice 5."),
                         ((4, 5), "chosen by hand: 9 voxels, slices 5, 6.")],
)  # fmt: skip
def test_a_single_slice_of_the_artery_is_one(slices, said):
    found = SimpleNamespace(slices=slices, mask=np.ones(9, bool), artery=None)
    assert _found_notes(found, by_hand=True)[0] == f"Artery {said}"


@pytest.mark.parametrize("spacing", [1.0, 2.0])
@pytest.mark.parametrize("radius", [8, 12, 30])
def test_the_width_of_an_artery_is_its_diameter(radius, spacing):
    geometry = Geometry.from_parts(
        (80, 70, 70), (spacing, spacing, 4.0), (0, 0, 0), np.eye(3)
    )  # fmt: skip
    j, i = np.mgrid[:70, :70]
    tube = np.array([np.hypot(i - 34 - 0.03 * k, j - 33) <= radius for k in range(80)])
    for mask in (tube, tube & (np.random.default_rng(0).random(tube.shape) < 0.3)):
        assert artery_width(mask, geometry) == pytest.approx(2 * radius * spacing, rel=0.06)


def test_phase_is_not_used_where_the_artery_is_as_wide_as_the_heart():
    series, _Cb = trunk(phase=True, noise=4.0)
    wide = np.zeros(SHAPE, bool)
    wide[:, 10:50, :] = True
    width = artery_width(wide, series.geometry)
    settings = changed(Settings(), aif={"source": "mask"},
                       concentration={"T1_source": "fixed", "T10": 1.0})  # fmt: skip
    analysis = Analysis(Images(series), settings, aif_mask=wide)
    notes = analysis.blood().notes
    assert f"Phase images not used. The artery is {width:.0f} mm wide" in " ".join(notes)
    said = [f.message for f in aif_findings_of(analysis)]
    assert any(one.startswith(f"The artery is {width:.0f} mm wide, as the heart") for one in said)
    analysis.update(aif_mask=places()["aorta"])
    assert not any("phase images not used" in note.lower() for note in analysis.blood().notes)
    assert not any("as the heart" in f.message for f in aif_findings_of(analysis))


def aif_findings_of(analysis):
    return [f for f in analysis.result().measures.findings if f.code == AIF_UNUSUAL]


@pytest.mark.slow
def test_phase_gives_the_concentration_and_confirms_the_decay():
    series, Cb = trunk(phase=True, noise=4.0)
    found = detect(series, to_contrast=CONTRAST, unit=UNIT).trusted()
    curve = phase_curve(
        series.signal, series.phase, mask=found.mask, geometry=series.geometry,
        baseline_frames=found.baseline_frames, noise=found.noise, field_strength=1.5, TE=TE,
    )  # fmt: skip
    assert curve.C.max() == pytest.approx(Cb.max(), rel=0.03)
    assert np.abs(curve.C - Cb).max() < 0.15
    plain, used, both = (blood(series, **aif) for aif in ({"r2": 0.0}, {}, {"peak": "phase"}))
    assert plain.Cb.max() < 0.93 * Cb.max()
    assert used.r2 == 6.1
    assert used.Cb.max() == pytest.approx(Cb.max(), rel=0.04)
    assert both.Cb.max() == pytest.approx(Cb.max(), rel=0.04)
    assert any("phase confirms" in note for note in used.notes)


@pytest.mark.slow
def test_a_phase_that_contradicts_the_magnitude_is_told():
    series, _Cb = trunk(phase=True, noise=4.0)
    settings = changed(Settings(), concentration={"T1_source": "fixed", "T10": 1.0})
    for FA_in_files, said in ((FA, None), (0.75 * FA, "more"), (1.3 * FA, "less")):
        analysis = Analysis(Images(series), changed(settings, reading={"FA": FA_in_files}))
        found = [f for f in analysis.result().measures.findings if f.code == AIF_DIFFERS]
        assert [f" % {said} " in one.message for one in found] == [True] * (said is not None)
        for one in found:
            assert one.fields == ("aif.peak", "aif.source")
            analysis.update(aif_mask=analysis.artery)  # drawn, but not in use
            (same,) = [f for f in analysis.result().measures.findings if f.code == AIF_DIFFERS]
            assert same.fields == ("aif.peak", "aif.source")
            # What was chosen already is no remedy.
            analysis.update(settings=changed(analysis.settings, aif={"peak": "phase"}))
            (same,) = [f for f in analysis.result().measures.findings if f.code == AIF_DIFFERS]
            assert same.fields == ("aif.source",)


@pytest.mark.parametrize("r2", [None, 0.0, 4.0])
@pytest.mark.parametrize("phase", [None, "lower", "higher"])
def test_without_notes_the_curve_is_the_same(r2, phase):
    Cb = trunk(noise=0.0)[1]
    of_phase = {None: None, "lower": PhaseCurve(Cb, 0.005, 0.0),
                "higher": PhaseCurve(1.3 * Cb, 0.005, 0.0)}[phase]  # fmt: skip
    for decays in (False, True):  # does the magnitude decay by T2*?
        signal = Cb * np.exp(-0.005 * 6.1 * Cb) if decays else Cb
        whole, bare = (
            blood_curve(
                signal, lambda C: C, TE=0.005, r2=r2, literature_r2=6.1, phase=of_phase,
                with_notes=with_notes,
            )
            for with_notes in (True, False)
        )  # fmt: skip
        np.testing.assert_array_equal(bare.Cb, whole.Cb)
        assert bare.r2 == whole.r2


@pytest.mark.parametrize(
    ("TE", "r2", "named"),
    [(0.020, None, True), (0.001, None, False), (0.001, 5.0, False), (None, 0.0, True)],
)
def test_T2star_is_named_as_a_cause_only_where_it_can_be_one(TE, r2, named):
    Cb = trunk(noise=0.0)[1]
    curve = blood_curve(
        0.4 * Cb, lambda C: C, TE=TE, r2=r2, literature_r2=6.1,
        phase=PhaseCurve(Cb, 0.005, 0.0),
    )  # fmt: skip
    assert "% less contrast agent than its phase" in curve.doubt
    assert ("saturation or T2* differ" in curve.doubt) == named


def test_a_mean_of_phase_and_magnitude_that_are_far_apart_is_no_curve_of_blood():
    Cb = trunk(noise=0.0)[1]
    for magnitude, told in ((0.4 * Cb, True), (0.7 * Cb, False), (0.9 * Cb, False)):
        curve = blood_curve(
            magnitude, lambda C: C, TE=None, r2=0.0, literature_r2=6.1, peak="phase",
            phase=PhaseCurve(Cb, 0.005, 0.0),
        )  # fmt: skip
        assert ("is no curve of blood" in curve.doubt) == told
        # A mean of two that differ is not known to be right, either.
        assert ("which of them is right is not known" in curve.doubt) == (
            magnitude[-1] == 0.7 * Cb[-1]
        )


@pytest.mark.slow
def test_a_population_is_no_patient_and_an_artery_by_hand_is_called_so():
    settings = changed(Settings(), concentration={"T1_source": "fixed", "T10": 1.0})
    found = Analysis(Images(trunk()[0]), settings)
    assert any(note.startswith("Artery found: ") for note in found.result().notes)
    first, geometry = found.detection().slices[0], found.study.dynamic.geometry
    found.update(aif_selection=Selection("one out", slices_out=(slice_point(first, geometry),)))
    assert any(note.startswith("Artery chosen by hand: ") for note in found.result().notes)
    parker = Analysis(Images(trunk()[0]), changed(settings, aif={"source": "parker"}))
    told = [f for f in parker.result().measures.findings if f.code == AIF_OF_POPULATION]
    assert [f.fields for f in told] == [("inputs.aif_mask", "aif.source")]


def test_a_phase_of_noise_does_not_contradict_the_magnitude():
    # The highest frame of this phase lies before the contrast agent, where the magnitude is 0.
    Cb = trunk(noise=0.0)[1]
    noise = np.random.default_rng(5).normal(0, 0.2, Cb.size)
    noise[0] = 1.0
    for phase, told in ((noise, ""), (Cb + 0.05 * noise, ""), (2 * Cb + 0.05 * noise, "50 % less")):
        zero = 0.15 if phase is noise else 0.005
        curve = blood_curve(
            Cb, lambda C: C, TE=None, r2=0.0, literature_r2=6.1, phase=PhaseCurve(phase, zero, 0.0)
        )
        assert bool(curve.doubt) == bool(told)
        assert told in curve.doubt
        text = " ".join(curve.notes)
        assert ("too noisy to check" in text) == (phase is noise)
        # Doubt and note come from the same numbers.
        assert ("by −50 %" in text) == bool(told)


def test_late_frames_determine_the_zero_level_of_a_noisy_phase():
    Cb = trunk(noise=0.0)[1]
    sure = PhaseCurve(Cb + 0.2, zero=0.0, angle=0.0)
    np.testing.assert_allclose(anchored(sure, Cb).C, sure.C)
    vague = PhaseCurve(Cb + 0.2, zero=10.0, angle=0.0)
    np.testing.assert_allclose(anchored(vague, Cb).C, Cb, atol=1e-3)
    even = PhaseCurve(Cb + 0.2, zero=0.1 * Cb[-20:].mean(), angle=0.0)
    np.testing.assert_allclose(anchored(even, Cb).C, Cb + 0.1, atol=1e-3)
    lost = np.full_like(Cb, np.nan)
    np.testing.assert_allclose(anchored(vague, lost).C, vague.C)


def test_without_phase_t2star_is_noted_but_not_corrected():
    series, Cb = trunk(noise=4.0)
    curve = blood(series)
    assert curve.r2 == 0
    assert curve.Cb.max() == pytest.approx(Cb.max(), rel=0.04)
    assert any("T2* of blood" in note for note in curve.notes)
    assert blood(series, r2=6.1).Cb.max() > 1.05 * curve.Cb.max()
    with pytest.raises(InputError) as caught:
        blood(series, peak="phase")
    assert caught.value.code == "no_phase"


def test_manual_selection_is_saved_and_applied(tmp_path):
    series, _ = trunk()
    found = detect(series, to_contrast=CONTRAST, unit=UNIT)
    slice_index = found.slices[0]
    place = tuple(float(x) for x in (AFFINE @ [30.0, 40.0, 2.0, 1.0])[:3])
    selection = Selection(
        "less of it", taken_in=(Ball(place, 4.0),),
        slices_out=(slice_point(slice_index, series.geometry),),
    )  # fmt: skip
    write_selection(tmp_path / "hand.json", selection)
    assert read_selection(tmp_path / "hand.json") == selection
    hand = apply_selection(read_selection(tmp_path / "hand.json"), found, series)
    assert slice_index not in hand.slices
    assert hand.mask[2, 40, 30]
    row = next(c for c in hand.candidates if c.slice == slice_index and c.vessel == 1)
    assert row.accepted == 0
    assert row.reason == "removed by hand"
    assert not np.allclose(hand.signal, found.signal)
    far = selection.moved((500.0, 0.0, 0.0))
    np.testing.assert_array_equal(apply_selection(far, found, series).mask, found.mask)
    nothing = Selection("all", taken_out=(Ball((0.0, 0.0, 0.0), 900.0),))
    emptied = apply_selection(nothing, found, series)
    assert not any(one.accepted for one in emptied.candidates)
    with pytest.raises(InputError) as caught:
        emptied.trusted()
    assert caught.value.code == "aif_selection_empty"
    (tmp_path / "bad.json").write_text('{"name": "x", "taken_in": [{"radius": 2}]}')
    with pytest.raises(InputError) as caught:
        read_selection(tmp_path / "bad.json")
    assert caught.value.code == "aif_selection_unreadable"
    assert caught.value.fields == ("inputs.aif_selection",)


def test_many_rejected_voxels_in_a_trusted_artery_are_pointed_out():
    # They may have been added when the search did not trust the artery yet.
    series, _ = trunk()
    found = detect(series, to_contrast=CONTRAST, unit=UNIT)
    row = max((c for c in found.candidates if c.accepted), key=lambda c: c.accepted)
    vessel = np.zeros_like(found.mask)
    vessel[row.slice] = found.vessels[row.slice] == row.vessel
    rejected = np.argwhere(~found.mask & ndimage.binary_dilation(vessel, iterations=2))
    where = [tuple((AFFINE @ [c, r, k, 1.0])[:3]) for k, r, c in rejected if k == row.slice]
    for count, told in ((1, False), (len(where), True)):
        selection = Selection("more of it", taken_in=tuple(Ball(one) for one in where[:count]))
        hand = apply_selection(selection, found, series)
        said = [one for one in hand.warnings if "added by hand. The search trusts" in one]
        assert bool(said) == told
        [changed] = [c for c in hand.candidates if (c.slice, c.vessel) == (row.slice, row.vessel)]
        assert changed.reason == "accepted"
    only_by_hand = replace(
        found,
        verdicts=np.where(vessel, Verdict.EDGE, found.verdicts),
        candidates=tuple(
            replace(c, accepted=0 if c is row else c.accepted) for c in found.candidates
        ),
    )
    hand = apply_selection(
        Selection("whole vessel", taken_in=tuple(
            Ball(tuple((AFFINE @ [c, r, k, 1.0])[:3])) for k, r, c in np.argwhere(vessel)
        )), only_by_hand, series,
    )  # fmt: skip
    [changed] = [c for c in hand.candidates if (c.slice, c.vessel) == (row.slice, row.vessel)]
    assert changed.reason.startswith("chosen by hand")


def test_what_was_chosen_where_no_artery_was_trusted_stays_alone_when_one_is(tmp_path):
    series, _ = trunk()
    found = detect(series, to_contrast=CONTRAST, unit=UNIT)
    doubted = untrusted(found)
    row = next(c for c in doubted.candidates if c.verdict == Verdict.DOUBTED)
    start = Selection("by hand", alone=True)
    chosen = with_candidate(start, row, doubted, series.geometry, taken=True)
    by_hand = apply_selection(chosen, doubted, series)
    assert by_hand.slices == [row.slice]
    # Of a doubted vessel, only the voxels that hold nothing but blood.
    np.testing.assert_array_equal(by_hand.mask[row.slice], found.mask[row.slice])
    assert "It may be a vein" in by_hand.against_evidence

    # A region was drawn, and the search trusts its artery now: the curve is the same.
    write_selection(tmp_path / "hand.json", chosen)
    again = apply_selection(read_selection(tmp_path / "hand.json"), found, series)
    np.testing.assert_array_equal(again.mask, by_hand.mask)
    np.testing.assert_array_equal(again.signal, by_hand.signal)
    [said] = [one for one in again.warnings if "trusts an artery now" in one]
    assert f"{(found.mask & ~again.mask).sum()} of its {found.mask.sum()} voxels" in said
    others = [c for c in again.candidates if c.slice != row.slice and c.vessel == row.vessel]
    before = {c.slice for c in found.candidates if c.accepted and c.vessel == row.vessel}
    assert {c.slice for c in others if c.verdict == Verdict.FOUND} == before - {row.slice}

    # A row of the artery that was found can be included; it brings the voxels that the search took.
    another = next(c for c in others if c.verdict == Verdict.FOUND)
    more = apply_selection(
        with_candidate(chosen, another, again, series.geometry, taken=True), found, series
    )
    np.testing.assert_array_equal(more.mask[another.slice], found.mask[another.slice])
    assert more.slices == sorted([row.slice, another.slice])


def test_alternatives_are_those_of_the_artery_that_was_found():
    series, _ = trunk()
    found = detect(series, to_contrast=CONTRAST, unit=UNIT)
    other = next(e for e in found.evidence if e.vessel != found.artery.vessel)
    evidence = tuple(replace(e, equal=True) if e is other else e for e in found.evidence)
    alike = replace(found, evidence=evidence)
    assert any(f"Vessel {other.vessel} explains" in n for n in _found_notes(alike, by_hand=False))
    # Another vessel is in use, which nothing was compared with.
    mask = found.vessels == other.vessel
    by_hand = replace(alike, verdicts=np.where(mask, Verdict.CHOSEN, 0).astype(np.uint8))
    assert not any("explains the tissue as well" in n for n in _found_notes(by_hand, by_hand=True))


def test_an_artery_that_the_search_doubts_is_not_confirmed_by_choosing_it():
    series, _ = trunk()
    found = detect(series, to_contrast=CONTRAST, unit=UNIT)
    assert against_evidence(found, found.mask) == ""
    assert "It may be a vein" in against_evidence(untrusted(found), found.mask)


@pytest.mark.parametrize("function", [parker, georgiou])
def test_a_population_curve_is_fitted_for_arrival_and_scale(function):
    t = np.arange(0, 280, 4.7)
    measured = 1.3 * function(t, arrival=33.3)
    fit = fit_population(function.__name__, measured, t=t)
    assert fit.arrival == pytest.approx(33.3, abs=0.05)
    assert fit.scale == pytest.approx(1.3, rel=0.01)
    np.testing.assert_allclose(fit.at(t), measured, atol=0.05)


@pytest.mark.long
def test_the_command_writes_table_evidence_and_figure(tmp_path, capsys):
    paths = write_study(tmp_path / "study", size="quick", seed=4)
    rois = str(paths.truth / "rois.seg.nrrd")
    out = tmp_path / "out"
    assert main(["aif", str(paths.dicom), "-o", str(out), "--t10", "800", "--roi", rois]) == 0
    said = capsys.readouterr().out
    assert "accepted" in said
    assert "fitted best at a shift of" in said
    rows = list(csv.DictReader((out / "aif_candidates.csv").open()))
    assert {"verdict", "arrival [s]", "uncorrected peak [mM]"} <= set(rows[0])
    assert any(row["verdict"] == "accepted" for row in rows)
    assert (out / "shift_evidence.csv").exists()
    assert (out / "aif.png").stat().st_size > 10_000
    assert (out / "aif_mask.nrrd").exists()


def test_synthetic_trunk_has_disjoint_structures():
    where = places()
    assert np.sum([m.astype(int) for m in where.values()], axis=0).max() == 1
    assert where["aorta"].shape == SHAPE


@pytest.mark.slow
@pytest.mark.parametrize("source", ["auto", "mask", "parker"])
def test_the_shift_of_all_tissue_comes_from_no_vessel_whatever_the_AIF_comes_from(source):
    where, edge = places(), np.ones((1, 3, 3), bool)
    analysis = Analysis(
        Images(trunk()[0]),
        changed(
            Settings(), concentration={"T1_source": "fixed", "T10": 1.0}, aif={"source": source}
        ),
        aif_mask=ndimage.binary_erosion(where["aorta"], edge) if source == "mask" else None,
    )
    used = analysis._graph.get(enhancing_tissue)
    assert not (used & (where["vein"] | where["aorta"])).any()
    assert (used & where["tissue"]).sum() > 0.8 * where["tissue"].sum()


@pytest.mark.parametrize(("error", "confirmed"), [(0.01, True), (3.0, False)])
def test_a_phase_that_is_too_noisy_to_check_the_magnitude_confirms_no_decay(error, confirmed):
    Cb = trunk(noise=0.0)[1]
    curve = blood_curve(
        Cb * np.exp(-0.005 * 6.1 * Cb), lambda C: C, TE=0.005, r2=None, literature_r2=6.1,
        phase=PhaseCurve(Cb, error, 0.0),
    )  # fmt: skip
    text = " ".join(curve.notes)
    assert ("which the phase confirms" in text) == confirmed
    assert ("too noisy to check" in text) != confirmed
    assert curve.r2 == (6.1 if confirmed else 0.0)
