"""Comparison of two visits: truth of the digital spine, known motions, refusals."""

import gzip
import html
import json
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
from sample_patients import sample_patient
from scipy import ndimage
from SpineDCELib.aif import Selection
from SpineDCELib.aif.manual_selection import slice_point
from SpineDCELib.analysis.aif_stages import AIF_UNUSUAL
from SpineDCELib.cli import main
from SpineDCELib.compare.call import make_call
from SpineDCELib.compare.compare_visits import Visit, _renamed, changed_reference, compare_visits
from SpineDCELib.compare.registration import carry_over, check, register
from SpineDCELib.compare.residual_tumour import residual_tumour
from SpineDCELib.compare.robustness import Flip, Sensitivity
from SpineDCELib.compare.visit_differences import (
    Difference,
    differences,
    require_accepted,
    warnings_of,
)
from SpineDCELib.errors import Cancelled, Finding, InputError
from SpineDCELib.export.comparison_files import _rows
from SpineDCELib.export.report import write_comparison_report
from SpineDCELib.export.report.report_tables import measurement_rows
from SpineDCELib.export.report.written_text import draft_of_comparison, without_advice
from SpineDCELib.measurement import Normalised, change
from SpineDCELib.phantom.patients import PATIENTS
from SpineDCELib.run.compare import compare_studies, settings_of_follow_up
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.visit_analyses import given_visit
from SpineDCELib.series import Geometry, Volume, read_segmentation
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.quantities import times
from SpineDCELib.vocabulary.report_text import ReportText

SETTINGS = changed(
    Settings(), aif={"source": "file"}, concentration={"T1_source": "vfa"}, fit={"shift": 5.0}
)


# ---------------------------------------------------------------------------- the sample patients


def inputs(root):
    return Inputs(
        study=str(root / "dicom"),
        aif_file=str(root / "truth" / "aif.csv"),
        roi=(str(root / "truth" / "rois.seg.nrrd"),),
        size=(str(root / "truth" / "size.seg.nrrd"),),
    )


@pytest.fixture(
    scope="module",
    params=[pytest.param(patient, marks=pytest.mark.long) for patient in "AB"],
)
def sample(request, tmp_path_factory):
    root = sample_patient(tmp_path_factory, request.param)
    visits = [given_visit(root / v / "dicom", inputs(root / v)) for v in ("before", "after")]
    comparison, files, _ = compare_studies(
        *visits, SETTINGS, root / "out", flip_runs=20, formats=("report", "scene")
    )
    return request.param, root, comparison, files


def test_change_and_call_are_those_of_the_publication(sample):
    patient, _, comparison, _ = sample
    [lesion] = comparison.lesions
    published = {"A": -87.8, "B": 64.8}[patient]
    assert lesion.parameter == "vp_voxel"
    for parameter in ("vp_voxel", "vp"):  # the phantom's water does not change
        one = lesion.changes[parameter]
        assert one.percent == pytest.approx(published, abs=5)
        assert one.low < published < one.high
    assert lesion.call.verdict == {"A": "response", "B": "persistent disease"}[patient]
    assert lesion.call.decided
    assert lesion.flip.kept > 0.95
    assert lesion.flip.changes.size == 20
    assert "perturbed analyses" in lesion.flip.sentence
    assert "is not the probability of the call" in lesion.flip.sentence
    start = lesion.before[lesion.parameter].value
    assert lesion.residual.threshold == pytest.approx(0.6 * start)
    assert lesion.residual.origin == f"40 % below the {times(start)} at baseline"
    for one in lesion.flip.tornado:
        if one.name.startswith("reference vertebra"):
            assert min(one.change_low, one.change_high) <= lesion.flip.change + 1e-6
            assert max(one.change_low, one.change_high) >= lesion.flip.change - 1e-6
    assert not any(d.confirm for d in comparison.differences)


def test_change_in_size_is_the_true_one(sample):
    patient, root, comparison, _ = sample
    [lesion] = comparison.lesions
    assert all(size.source == "outline 'Lesion', drawn for size" for size in lesion.sizes)
    products = [
        json.loads((root / visit / "truth" / "truth.json").read_text())["size"]["area_product_mm2"]
        for visit in ("before", "after")
    ]
    true = 100 * (products[1] / products[0] - 1)
    if patient == "B":
        assert true == pytest.approx(-19.4, abs=0.1)
    assert lesion.size_change == pytest.approx(true, abs=3)
    for size in lesion.sizes:
        assert 0 < size.extraosseous.volume < size.whole.volume


def test_registration_finds_the_motion_of_the_patient(sample):
    patient, _, comparison, _ = sample
    [lesion] = comparison.lesions
    true = PATIENTS[patient].before.pose @ np.linalg.inv(PATIENTS[patient].after.pose)
    after = comparison.follow_up.analysis
    mask = after.regions["Lesion"]
    centre = after.images.dynamic.geometry.affine @ [*np.mean(np.nonzero(mask), axis=1)[::-1], 1]
    away = (lesion.registration.matrix - true) @ centre
    assert np.linalg.norm(away[:3]) < 1.5  # mm, with pixels of 3.3 mm and slices of 6 mm
    assert lesion.check.overlap > 0.6
    assert lesion.check.warning is None


def test_residual_tumour_is_found_in_the_patient_with_persistent_disease(sample):
    patient, root, comparison, files = sample
    [lesion] = comparison.lesions
    if patient == "A":
        assert lesion.residual.volume == 0
        assert "residual.seg.nrrd" not in files
    else:
        assert lesion.residual.share > 0.9
        drawn = read_segmentation(root / "out" / "residual.seg.nrrd")
        np.testing.assert_array_equal(next(iter(drawn.masks.values())), lesion.residual.mask)


def test_files_have_the_same_numbers_and_the_report_is_self_contained(sample):
    _, root, comparison, files = sample
    assert {"comparison.csv", "comparison.json", "flip.csv", "report.html"} <= set(files)
    record = json.loads((root / "out" / "comparison.json").read_text())
    [lesion] = comparison.lesions
    kept = record["lesions"][0]
    for parameter, one in lesion.changes.items():
        assert kept["changes"][parameter]["percent"] == one.percent
    assert kept["parameter of the call"] == lesion.parameter
    assert kept["call"]["sentence"] == lesion.call.sentence
    text = (root / "out" / "report.html").read_text(encoding="utf-8")
    assert html.escape(lesion.call.sentence, quote=False) in text
    assert "Not a medical device" in text
    for outside in ("http://", "https://", "<script", "<link", "@import"):
        assert outside not in text


def test_the_scene_has_both_visits_on_one_colour_scale(sample):
    patient, root, _, files = sample
    assert "scene.mrb" in files
    with zipfile.ZipFile(root / "out" / "scene.mrb") as bundle:
        nodes = ElementTree.fromstring(bundle.read("scene/scene.mrml"))
        table = bundle.read("scene/Data/comparison.csv")
    named = {node.get("name"): node for node in nodes}
    assert {"vp before", "vp after", "anatomy before", "Regions after", "Comparison"} <= set(named)
    assert ("Residual tumour after" in named) is (patient == "B")
    scales = {named[f"vp {when} display"].get("window") for when in ("before", "after")}
    assert len(scales) == 1
    assert table == (root / "out" / "comparison.csv").read_bytes()


def contents(path):
    """Yield the bytes of a file and of the files that are packed in it."""
    raw = path.read_bytes()
    yield path.name, raw
    if path.suffix == ".mrb":
        with zipfile.ZipFile(path) as bundle:
            for name in bundle.namelist():
                yield f"{path.name}:{name}", name.encode() + bundle.read(name)
    elif path.suffix == ".gz":
        yield f"{path.name}:", gzip.decompress(raw)


def test_an_anonymised_comparison_has_no_identifying_data(sample):
    pytest.importorskip("highdicom", reason="highdicom is not installed")
    patient, root, _, _ = sample
    if patient == "A":
        pytest.skip("patient B has residual tumour, so all kinds of file are written")
    visits = [given_visit(root / v / "dicom", inputs(root / v)) for v in ("before", "after")]
    out = root / "nobody"
    compare_studies(
        *visits, SETTINGS, out, flip_runs=3, anonymise=True,
        formats=("nifti", "dicom", "scene", "report"),
    )  # fmt: skip
    secrets = {str(root)}
    for visit in ("before", "after"):
        head = pydicom.dcmread(next((root / visit / "dicom").rglob("*.dcm")))
        date = head.StudyDate
        secrets |= {
            str(head.PatientName), head.PatientName.given_name, str(head.PatientID),
            str(head.PatientBirthDate), date, f"{date[:4]}-{date[4:6]}-{date[6:]}",
            f"{date[6:]}.{date[4:6]}.{date[:4]}", str(head.StudyInstanceUID),
            str(head.SeriesInstanceUID), str(head.SOPInstanceUID), str(head.FrameOfReferenceUID),
        }  # fmt: skip
    secrets = {secret for secret in secrets if len(secret) > 3}
    files = [path for path in out.rglob("*") if path.is_file()]
    kinds = {"".join(path.suffixes[-2:]) for path in files}
    assert {".dcm", ".html", ".json", ".csv", ".mrb", ".nii.gz", ".nrrd", ".seg.nrrd"} <= kinds
    for path in files:
        for name, content in contents(path):
            for secret in secrets:
                assert secret.encode() not in content, (name, secret)
                assert secret not in str(path.relative_to(out))


@pytest.mark.long
def test_regions_are_carried_over_to_a_visit_without_regions(sample):
    patient, root, drawn, _ = sample
    if patient == "B":
        pytest.skip("one patient is enough")
    before = given_visit(root / "before" / "dicom", inputs(root / "before"))
    after = given_visit(root / "after" / "dicom", replace(inputs(root / "after"), roi=()))
    comparison, *_ = compare_studies(
        before, after, SETTINGS, root / "carried", flip_runs=0, formats=()
    )
    [lesion] = comparison.lesions
    assert lesion.check is None
    lesion_name, reference = lesion.name, lesion.after["vp"].reference
    changes = {row[1]: row[5] for row in _rows(lesion)}
    assert np.isnan([changes[name] for name in ("volume", "outline volume", "area product")]).all()
    of_report = measurement_rows(comparison.visits[1].result, comparison.visits[1].analysis)[1]
    origins = next(row[1:] for row in of_report if row[0] == "origin of the region")
    assert set(origins) == {"carried over, not corrected"}
    assert any(
        f"The regions of {lesion_name} and {reference} were carried over from an earlier visit and "
        "have not been corrected."
        in w
        and "do not show a change" in w
        for w in comparison.warnings
    )
    assert lesion.call.verdict == drawn.lesions[0].call.verdict


@pytest.mark.long
def test_a_cutoff_can_be_given_and_a_comparison_cancelled(sample):
    patient, _, comparison, _ = sample
    if patient == "B":
        pytest.skip("one patient is enough")
    again = compare_visits(comparison.baseline, comparison.follow_up, cutoff=100.0, flip_runs=0)
    assert again.lesions[0].call.verdict == "response"
    assert again.lesions[0].call.cutoff == 100

    def stop(fraction, message):
        if "Robustness" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        compare_visits(comparison.baseline, comparison.follow_up, flip_runs=5, progress=stop)


def test_a_report_says_the_call_once_whether_its_text_holds_it_or_not(sample, tmp_path):
    _, _, comparison, _ = sample
    [call] = {lesion.call.sentence for lesion in comparison.lesions}
    findings, impression = draft_of_comparison(comparison)
    for name, text in (
        ("none", None), ("draft", ReportText(findings, impression)),
        ("other", ReportText("Seen.", "See the numbers.")),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        write_comparison_report(tmp_path / name, replace(comparison, text=text), formats=["report"])
        said = html.unescape((tmp_path / name / "report.html").read_text(encoding="utf-8"))
        assert said.count(call) == 1
        for warning in comparison.warnings:
            assert said.count(without_advice(warning)) == 1


@pytest.mark.parametrize(
    ("warning", "said"),
    [
        ("The marrow is dark. Draw another vertebra.", "The marrow is dark."),
        ("Baseline: it is thin. Check the artery. Its peak is low.",
         "Baseline: it is thin. Its peak is low."),
        ("Only one was corrected. To see what that changes, enter a number for 'r2 of blood', "
         "which holds for both visits; with 0, neither is corrected.", "Only one was corrected."),
        ("Measure both alike.", "Measure both alike."),
    ],
)  # fmt: skip
def test_a_draft_has_no_advice_for_the_user_of_the_program(warning, said, sample):
    assert without_advice(warning) == said
    comparison = replace(sample[2], warnings=(warning,))
    findings, _impression = draft_of_comparison(comparison)
    assert findings.endswith(f"Warning: {said}")


def test_a_doubted_AIF_limits_what_the_call_says(sample):
    _, _, comparison, _ = sample
    before, after = comparison.baseline, comparison.follow_up
    limit = "The interval and the probability do not include what the warnings say of the AIF of"
    assert not any(limit in lesion.call.sentence for lesion in comparison.lesions)
    doubted = [Finding(AIF_UNUSUAL, "The AIF comes from a single voxel.")]
    measures = replace(before.result.measures, findings=doubted)
    odd = replace(before, result=replace(before.result, measures=measures))
    again = compare_visits(odd, after, flip_runs=0)
    assert f"{limit} the baseline visit." in (again.lesions[0].call.sentence)


def test_what_a_hand_chose_at_one_visit_is_listed_as_a_difference(sample):
    _, _, comparison, _ = sample
    one, two = comparison.baseline.analysis, comparison.follow_up.analysis
    plain = one.settings, two.settings
    n0 = two.concentration().baseline_frames
    by_hand = {"concentration": {"baseline_frames": n0}, "aif": {"r2": 6.0, "peak": "phase"}}
    try:
        for visit in (one, two):
            visit.update(settings=changed(visit.settings, aif={"source": "auto"}))
        assert not differences(one, two)
        found = two.detection()
        out = slice_point(found.slices[0], two.study.dynamic.geometry)
        two.update(
            settings=changed(two.settings, **by_hand),
            aif_selection=Selection("by hand", slices_out=(out,)),
        )
        found = {d.name: d for d in differences(one, two)}
    finally:
        for visit, settings in zip((one, two), plain, strict=True):
            visit.update(settings=settings, aif_selection=None)
    assert {name: d.confirm for name, d in found.items()} == {
        "AIF from": False, "frames before the bolus": False,
        "first pass from": True, "r2 of blood [1/s/mM]": True,
        # What was corrected may differ without any choice.
        "r2 that corrected the AIF [1/s/mM]": False,
    } | {name: False for name in found if name == "AIF shift [s]"}  # fmt: skip
    assert found["AIF from"].after == "the artery, chosen by hand"
    assert found["frames before the bolus"].after == f"{n0}, as given"


def test_a_correction_for_T2star_at_one_visit_only_is_said():
    used = Difference("r2 that corrected the AIF [1/s/mM]", "0.0", "6.1", confirm=False)
    (said,) = warnings_of([used])
    assert said.startswith("Only the AIF of the follow-up visit was corrected for T2* of blood")
    assert "enter a number for 'r2 of blood', which holds for both visits" in said
    (said,) = warnings_of([replace(used, before="6.1", after="0.0")])
    assert "of the baseline visit" in said
    assert not warnings_of([replace(used, before="6.1", after="5.5")])
    by_hand = Difference("r2 of blood [1/s/mM]", "6.1", "None")
    assert len(warnings_of([used, by_hand])) == 1


def test_a_reference_whose_own_vp_differs_much_between_the_visits_is_said():
    (said,) = changed_reference("vp", ("L3", "L3"), (0.021, 0.009))
    assert said.startswith(
        "Vp of L3 is 2.10 mL/100 mL at baseline and 0.90 mL/100 mL at follow-up, 0.43 times as much"
    )
    assert "normalised values have changed with it" in said
    (said,) = changed_reference("vp_voxel", ("L3", "L4"), (0.01, 0.03))
    assert "at baseline (L3)" in said
    assert "at follow-up (L4), 3.0 times as much" in said
    assert not changed_reference("vp", ("L3", "L3"), (0.01, 0.0195))
    assert not changed_reference("vp", ("L3", "L3"), (0.0, 0.01))


def test_differences_between_visits_must_be_accepted(sample):
    _, _, comparison, _ = sample
    one, two = comparison.baseline.analysis, comparison.follow_up.analysis
    settings = two.settings
    try:
        two.update(
            settings=changed(settings, concentration={"signal": "relative"},
                             aif={"Hct": 0.45, "source": "parker"},
                             fit={"shift": one.shift() + 1})
        )  # fmt: skip
        found = differences(one, two)
    finally:
        two.update(settings=settings)
    assert {d.name for d in found if d.confirm} == {"signal mode", "haematocrit", "AIF from"}
    [source] = [d for d in found if d.name == "AIF from"]
    assert source.after == "population (Parker 2006)"  # as the controls say it, not "parker"
    assert source.sentence.startswith("The visits differ in 'AIF from': ")
    # Each visit has its own shift, which is nothing to be warned of.
    assert "AIF shift [s]" in {d.name for d in found}
    assert len(warnings_of(found)) == 3
    assert not any("AIF shift" in warning for warning in warnings_of(found))
    with pytest.raises(InputError) as caught:
        require_accepted(found, accepted=False)
    assert caught.value.code == "visits_differ"
    modes = "concentration (mM) at baseline, relative change (S−S0)/S0 at follow-up"
    assert f"signal mode: {modes}" in str(caught.value)
    require_accepted(found, accepted=True)


@pytest.mark.long
def test_results_folders_can_be_compared_on_the_command_line(sample, tmp_path, capsys):
    patient, root, comparison, _ = sample
    if patient == "B":
        pytest.skip("one patient is enough")
    # The results of an analysis can be given instead of a study.
    code = main(
        ["compare", str(root / "out" / "before"), str(root / "out" / "after"), "-o",
         str(tmp_path / "out"), "--flip-runs", "0", "--export", "none"]
    )  # fmt: skip
    said = capsys.readouterr().out
    assert code == 0
    assert comparison.lesions[0].call.sentence in said
    assert "not a medical device" in said
    assert main(["compare", str(root / "nowhere"), str(root), "-o", str(tmp_path / "x")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_visits_without_a_common_lesion_are_refused(sample):
    _, _, comparison, _ = sample
    after = comparison.follow_up
    measures = replace(after.result.measures, roles={"Other": "lesion", "Two": "lesion"})
    other = Visit(after.analysis, replace(after.result, measures=measures))
    with pytest.raises(InputError) as caught:
        compare_visits(comparison.baseline, other, flip_runs=0)
    assert caught.value.code == "no_common_lesion"
    assert all(name in str(caught.value) for name in ("Lesion", "Other", "Two"))


# ---------------------------------------------------------------------------- single functions


def ratio(value, log_SE=0.05):
    return Normalised("Lesion", "Reference", "vp", value, 0, 0, log_SE, 60.0)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "decided"),
    [
        (9.26, 1.13, "response", True),
        (5.48, 9.03, "persistent disease", True),
        (10.0, 5.9, "response", False),
        (10.0, 6.1, "persistent disease", False),
        (10.0, 6.0, "response", False),  # not above the cutoff
    ],
)
def test_the_call_depends_on_the_cutoff(before, after, verdict, decided):
    a, b = ratio(before), ratio(after)
    call = make_call(change(a, b), before=a, after=b)
    assert (call.verdict, call.decided) == (verdict, decided)
    assert ("the call is uncertain" in call.sentence) is not decided
    assert "−40 %" in call.sentence
    found = change(a, b)
    verb = "went" if found.low < 0 < found.high else "rose" if after > before else "fell"
    assert f"Lesion {verb} from " in call.sentence


def test_lesions_of_two_names_are_said_to_be_compared():
    assert _renamed("Lesion", "Lesion") == []
    (said,) = _renamed("Lesion", "ligament")
    assert said.startswith("'Lesion' at baseline is compared with 'ligament' at follow-up")


def test_without_normalised_vp_there_is_no_call():
    a, b = ratio(float("nan")), ratio(2.0)
    assert make_call(change(a, b), before=a, after=b).verdict == "no call"
    with pytest.raises(InputError) as caught:
        make_call(change(ratio(2), ratio(1)), before=a, after=b, cutoff=-140)
    assert caught.value.fields == ("compare.cutoff",)


def test_follow_up_keeps_its_shift_and_takes_common_settings():
    first = changed(SETTINGS, aif={"Hct": 0.40, "blood_T10": 1.5})
    own = changed(
        Settings(),
        fit={"shift": 7.0, "model": "patlak"},
        reading={"series": 4},
        aif={"Hct": 0.36, "blood_T10": 1.4},
    )
    result = settings_of_follow_up(first, own, shift=None)
    assert result.fit.model == "extended_tofts"
    assert result.aif.blood_T10 == 1.5
    assert result.aif.Hct == 0.36  # a laboratory value of the day of the visit
    assert result.fit.shift == 7.0
    assert result.reading.series == 4
    assert settings_of_follow_up(first, None, shift=3.0).fit.shift == 3.0


@pytest.mark.parametrize(("inputs", "source"), [({"aif_mask": "m"}, "mask"), ({}, "auto")])
def test_an_artery_given_for_the_follow_up_alone_is_used(inputs, source):
    settings = settings_of_follow_up(
        Settings(), None, shift=None, inputs=Inputs(study="after", **inputs)
    )
    assert settings.aif.source == source


def test_robustness_counts_the_runs_with_the_same_call():
    flip = Flip(-50.0, -40.0, np.array([-60.0, -45, -50, -30]), 0.75)
    assert flip.sentence.startswith("3 of 4 perturbed analyses (75 %) lead to the same call")


def test_the_input_that_matters_most_is_not_taken_for_a_share_of_the_interval():
    shift = Sensitivity("AIF shift at baseline", "3.0 s", "5.0 s", -40.0, -62.0)
    flip = Flip(-50.0, -40.0, np.array([-60.0, -45]), 1.0, (shift,))
    assert "AIF shift at baseline moves the change furthest: between 3.0 s and 5.0 s" in (
        flip.sentence
    )
    assert "the change lies between −62 and −40 % (−50 % as analysed)" in flip.sentence
    assert "worst case of one input, not its share of the interval" in flip.sentence


def test_the_range_of_the_input_that_matters_most_holds_the_change_as_analysed():
    outline = Sensitivity("outline", "−1 mm", "+1 mm", -92.0, -88.0)
    sentence = Flip(-87.0, -40.0, np.array([-90.0, -91.0]), 1.0, (outline,)).sentence
    assert "between −92 and −87 %" in sentence
    assert "−87 % as analysed" in sentence


def test_a_difference_is_described_by_visit():
    assert str(Difference("TR [s]", "0.0045", "0.005")) == (
        "TR [s]: 0.0045 at baseline, 0.005 at follow-up"
    )


def blobs(geometry, matrix=None):
    """Return an image of smooth structures at known places, moved by a matrix."""
    k, j, i = np.indices(geometry.shape)
    points = (np.stack([i, j, k, np.ones_like(i)], axis=-1) @ geometry.affine.T)[..., :3]
    if matrix is not None:
        points = points @ matrix[:3, :3].T + matrix[:3, 3]
    rng = np.random.default_rng(5)
    image = np.zeros(geometry.shape)
    for centre in rng.uniform(-45, 45, (40, 3)):
        image += rng.uniform(40, 100) * np.exp(-(((points - centre) / 9) ** 2).sum(axis=-1))
    return image


@pytest.mark.slow
def test_a_known_motion_is_found_and_applied_to_a_region():
    direction = np.array([[0, 0, 1.0], [1, 0, 0], [0, -1, 0]])
    geometry = Geometry.from_parts((14, 64, 64), (2.0, 2.0, 5.0), (-32, -63, 63), direction)
    angle = np.deg2rad(3)
    matrix = np.eye(4)
    matrix[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = [1.5, -5, 8]
    before, after = Volume(blobs(geometry), geometry), Volume(3 * blobs(geometry, matrix), geometry)
    region = np.zeros(geometry.shape, bool)
    region[5:9, 26:38, 26:38] = True
    found = register(before, after, region=region, geometry=geometry)
    centre = np.linalg.inv(matrix) @ [
        *(geometry.affine @ [*np.mean(np.nonzero(region), axis=1)[::-1], 1])[:3], 1
    ]  # fmt: skip
    assert np.linalg.norm(((found.matrix - matrix) @ centre)[:3]) < 0.6
    assert found.rotation == pytest.approx(3, abs=0.7)
    assert found.match > 0.95
    moved = carry_over(region, geometry, found, geometry)
    assert moved.sum() == pytest.approx(region.sum(), rel=0.2)
    middle = (geometry.affine @ [*np.mean(np.nonzero(moved), axis=1)[::-1], 1])[:3]
    np.testing.assert_allclose(middle, centre[:3], atol=2.0)
    assert check(moved, moved, geometry).overlap == 1
    far = np.roll(moved, 20, axis=1)
    assert "same lesion" in check(moved, far, geometry).warning


def test_a_residual_rim_is_found_although_the_mean_is_low():
    geometry = Geometry.from_parts((6, 40, 40), (1.0, 1.0, 3.0), (0, 0, 0), np.eye(3))
    lesion = np.zeros(geometry.shape, bool)
    lesion[:, 5:35, 5:35] = True
    vp = np.full(geometry.shape, 1.0)
    rim = np.zeros_like(lesion)
    rim[2:4, 8:32, 28:34] = True
    vp[rim] = 6.0
    vp[0, 10, 10] = 9.0  # one voxel of noise
    vp[:, :2] = 20.0  # a vessel outside the lesion
    found = residual_tumour(
        vp, lesion=lesion, threshold=3.3, geometry=geometry, before=np.full(vp.shape, 5.0)
    )
    np.testing.assert_array_equal(found.mask, rim)
    assert found.volume == pytest.approx(rim.sum() * 3)
    assert found.before_too == 1
    assert found.place == "in its left part"  # LPS: x grows to the left
    assert vp[lesion].mean() < 3.3
    nothing = residual_tumour(vp, lesion=lesion, threshold=30, geometry=geometry)
    assert nothing.centre is None
    assert ndimage.label(found.mask)[1] == 1


def test_visits_are_an_ordered_list_with_label_date_and_role(sample):
    _, root, comparison, _ = sample
    record = json.loads((root / "out" / "comparison.json").read_text())
    heads = [
        pydicom.dcmread(next((root / v / "dicom").rglob("*.dcm"))) for v in ("before", "after")
    ]
    assert [(v["role"], v["date"]) for v in record["visits"]] == [
        ("baseline", heads[0].StudyDate),
        ("follow-up", heads[1].StudyDate),
    ]
    assert [v.about.role for v in comparison.visits] == ["baseline", "follow-up"]
    assert comparison.visits == (comparison.baseline, comparison.follow_up)


def test_what_cannot_be_written_leaves_the_rest_of_a_comparison(sample, monkeypatch, capsys):
    pytest.importorskip("highdicom", reason="highdicom is not installed")
    patient, root, _, _ = sample
    if patient == "A":
        pytest.skip("one patient is enough")

    def fail(*_arguments, **_keywords):
        raise AttributeError("no attribute of that name")

    monkeypatch.setattr("SpineDCELib.export.dicom.change_report", fail)
    monkeypatch.setattr("SpineDCELib.export.dicom.measurement_report", fail)
    monkeypatch.setattr("SpineDCELib.export.slicer_scene.write_comparison_scene", fail)
    out = root / "with faults"
    options = []
    for visit, after in (("before", ""), ("after", "-after")):
        truth = root / visit / "truth"
        options += [f"--roi{after}", str(truth / "rois.seg.nrrd")]
        options += [f"--aif-file{after}", str(truth / "aif.csv")]
    code = main(
        ["compare", str(root / "before" / "dicom"), str(root / "after" / "dicom"), "-o", str(out),
         "--t1-vfa", "--shift", "5", "--flip-runs", "0", "--export", "dicom,scene,report",
         *options]
    )  # fmt: skip
    assert code == 1
    missing = {
        "": {"dicom/changes.dcm", "scene"},
        "before": {"dicom/measurements.dcm"},
        "after": {"dicom/measurements.dcm"},
    }
    said = capsys.readouterr().out
    for folder, names in missing.items():
        file = out / folder / ("provenance.json" if folder else "comparison.json")
        assert set(json.loads(file.read_text(encoding="utf-8"))["not written"]) == names
        for name in names:
            assert f"! {folder}/{name} was not written".replace("! /", "! ") in said
    for name in (
        "comparison.csv", "report.html", "dicom/residual.dcm", "before/dicom/vp.dcm",
        "before/dicom/regions.dcm", "after/measurements.csv", "after/report.html",
    ):  # fmt: skip
        assert (out / name).is_file(), name
