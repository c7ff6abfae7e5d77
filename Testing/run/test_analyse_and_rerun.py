"""Analysis from files to files: correct numbers, exact repetition, cached stages."""

import csv
import json
import shutil

import numpy as np
import pytest
import SimpleITK as sitk
from sample_patients import sample_visit
from small_study import write_small_study
from SpineDCELib.analysis import concentration_stages
from SpineDCELib.cli import main
from SpineDCELib.cohort.bids_derivative import write_visit
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.files import digests, mapped_arrays
from SpineDCELib.files.user_data import cache_folder
from SpineDCELib.run import analyse as job
from SpineDCELib.run import inputs as reading
from SpineDCELib.run import result_cache
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import Settings, changed

pytestmark = pytest.mark.slow

SETTINGS = changed(
    Settings(), concentration={"T1_source": "fixed", "T10": 0.8}, aif={"source": "mask"}
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("study"))


def inputs(study):
    return Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))


def options(study, out, *more):
    return [
        "analyse", str(study.series), "-o", str(out), "--aif-mask", str(study.artery),
        "--t10", "800", "--roi", str(study.regions), *more,
    ]  # fmt: skip


def read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_known_parameters_are_recovered(study, tmp_path):
    job.analyse(inputs(study), SETTINGS, tmp_path)
    tissue = np.ones(study.vp.shape, bool)
    tissue[..., 0] = False
    vp, Ktrans, ve = (read(tmp_path / f"{n}.nrrd")[tissue] for n in ("vp", "Ktrans", "ve"))
    np.testing.assert_allclose(vp, study.vp[tissue], atol=2e-3)
    np.testing.assert_allclose(Ktrans, 0.08, rtol=0.03)
    np.testing.assert_allclose(ve, 0.2, rtol=0.03)


def test_maps_have_the_geometry_of_the_series(study, tmp_path):
    job.analyse(inputs(study), SETTINGS, tmp_path)
    image = sitk.ReadImage(str(tmp_path / "vp.nrrd"))
    assert image.GetOrigin() == pytest.approx((-10, 20, 30))
    assert image.GetSpacing() == pytest.approx((1.5, 1.5, 4))
    assert image.GetMetaData("SpineDCE.unit") == "fraction"


def test_measurements_are_those_of_the_maps(study, tmp_path):
    job.analyse(inputs(study), SETTINGS, tmp_path)
    with (tmp_path / "measurements.csv").open() as file:
        rows = {row["region"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"label 1", "label 2"}
    labels, vp = read(study.regions), read(tmp_path / "vp.nrrd")
    for label in (1, 2):
        row, inside = rows[f"label {label}"], vp[labels == label].astype(float)
        assert int(row["voxels"]) == inside.size
        assert float(row["vp mean [fraction]"]) == pytest.approx(inside.mean(), rel=1e-6)
        assert float(row["vp SD [fraction]"]) == pytest.approx(inside.std(ddof=1), rel=1e-5)
        assert float(row["vp Q1 [fraction]"]) == pytest.approx(np.percentile(inside, 25), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["extended_tofts", "tofts", "patlak", "two_compartment_exchange"])
def test_rerun_gives_the_same_numbers(study, tmp_path, model):
    settings = changed(SETTINGS, fit={"model": model, "shift": 1.3})
    job.analyse(inputs(study), settings, tmp_path / "a")
    outcome = job.rerun(tmp_path / "a" / "provenance.json")
    assert outcome.differing == ()
    assert outcome.folder == tmp_path / "a-rerun"
    for name in outcome.files:
        if name.endswith(".nrrd"):
            np.testing.assert_array_equal(read(tmp_path / "a" / name), read(outcome.folder / name))
        elif name.endswith(".csv"):
            assert (tmp_path / "a" / name).read_text() == (outcome.folder / name).read_text()


@pytest.mark.slow
def test_rerun_reports_changed_inputs_and_different_numbers(study, tmp_path, capsys):
    own = tmp_path / "regions.nrrd"
    shutil.copy(study.regions, own)
    given = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(own),))
    job.analyse(given, SETTINGS, tmp_path / "a")
    record = json.loads((tmp_path / "a" / "provenance.json").read_text())
    record["results"]["vp.nrrd"] = "0" * 64
    (tmp_path / "a" / "forged.json").write_text(json.dumps(record))
    assert main(["rerun", str(tmp_path / "a" / "forged.json"), "-o", str(tmp_path / "b")]) == 1
    assert "vp.nrrd" in capsys.readouterr().out
    own.write_bytes(study.artery.read_bytes())
    assert main(["rerun", str(tmp_path / "a" / "provenance.json"), "-o", str(tmp_path / "b")]) == 2
    assert "regions.nrrd has changed" in capsys.readouterr().err


@pytest.mark.slow
def test_another_shift_uses_the_cached_concentration(study, tmp_path, monkeypatch):
    monkeypatch.setattr(mapped_arrays, "SMALLEST", 1)
    job.analyse(inputs(study), SETTINGS, tmp_path / "a")
    fresh = job.analyse(inputs(study), changed(SETTINGS, fit={"shift": 2.0}), tmp_path / "b")

    def forbidden(*args, **kwargs):
        raise AssertionError("this is in the cache")

    monkeypatch.setattr(reading, "scan_study", forbidden)
    monkeypatch.setattr(reading, "read_dynamic", forbidden)
    monkeypatch.setattr("SpineDCELib.analysis.concentration_stages.convert", forbidden)
    again = job.analyse(inputs(study), changed(SETTINGS, fit={"shift": 2.0}), tmp_path / "a")
    np.testing.assert_array_equal(again.result.maps["vp"], fresh.result.maps["vp"])
    assert not list(cache_folder(tmp_path / "a").glob(".new-*"))


@pytest.mark.slow
def test_what_other_code_has_computed_is_not_used(study, tmp_path, monkeypatch):
    job.analyse(inputs(study), SETTINGS, tmp_path / "a")
    done = []
    convert = concentration_stages.convert

    def counted(*args, **kwargs):
        done.append(1)
        return convert(*args, **kwargs)

    monkeypatch.setattr(concentration_stages, "convert", counted)
    job.analyse(inputs(study), SETTINGS, tmp_path / "a")
    assert not done
    for module in (digests, result_cache):
        monkeypatch.setattr(module, "code_digest", lambda: "other code")
    for _run in range(2):  # what was stored is that of the other code then
        job.analyse(inputs(study), SETTINGS, tmp_path / "a")
        assert len(done) == 1


@pytest.mark.slow
def test_a_changed_study_is_read_again(study, tmp_path):
    folder = tmp_path / "study"
    first = write_small_study(folder)
    a = job.analyse(inputs(first), SETTINGS, tmp_path / "out").result.maps["vp"]
    second = write_small_study(folder, noise=5.0)
    b = job.analyse(inputs(second), SETTINGS, tmp_path / "out").result.maps["vp"]
    assert not np.array_equal(a, b)


@pytest.mark.slow
def test_results_in_the_folder_of_the_study_are_ignored(tmp_path, monkeypatch):
    study = write_small_study(tmp_path / "study")
    folder = Inputs(str(study.series.parent), aif_mask=str(study.artery))
    out = study.series.parent / "results"
    first = job.analyse(folder, SETTINGS, out).result.maps["vp"]
    monkeypatch.delattr(reading, "scan_study")  # a second reading would fail
    np.testing.assert_array_equal(job.analyse(folder, SETTINGS, out).result.maps["vp"], first)
    monkeypatch.undo()
    other = tmp_path / "other"
    np.testing.assert_array_equal(job.analyse(folder, SETTINGS, other).result.maps["vp"], first)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("T1_source", [None, "muscle"])
def test_artery_muscle_and_evidence_of_the_cache_give_the_same_files(
    tmp_path_factory, tmp_path, monkeypatch, T1_source
):
    visit = sample_visit(tmp_path_factory, "A", "before")
    given = Inputs(str(visit / "dicom"), roi=(str(visit / "truth" / "rois.seg.nrrd"),))
    one, other = (
        changed(Settings(), concentration={"T1_source": T1_source}, fit={"shift": s})
        for s in (4.0, 5.0)
    )
    job.analyse(given, one, tmp_path / "a")
    job.analyse(given, other, tmp_path / "fresh")

    def forbidden(*args, **kwargs):
        raise AssertionError("this is in the cache")

    monkeypatch.setattr("SpineDCELib.aif.detect", forbidden)
    monkeypatch.setattr("SpineDCELib.aif.phase_curve", forbidden)
    monkeypatch.setattr("SpineDCELib.aif.gather_evidence", forbidden)
    monkeypatch.setattr("SpineDCELib.analysis.muscle_stages.find_muscle", forbidden)
    again = job.analyse(given, other, tmp_path / "a")
    for name in again.files:
        if name not in ("provenance.json", "report.json"):  # with the time and the folder
            written = (tmp_path / "a" / name).read_bytes()
            assert written == (tmp_path / "fresh" / name).read_bytes(), name


def test_earlier_results_are_unchanged_after_cancelling(study, tmp_path):
    job.analyse(inputs(study), SETTINGS, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}

    def cancel(fraction, message):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        job.analyse(inputs(study), changed(SETTINGS, fit={"shift": 3}), tmp_path, progress=cancel)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before


def test_anonymised_provenance_cannot_be_run_again(study, tmp_path):
    job.analyse(inputs(study), SETTINGS, tmp_path, anonymise=True)
    text = (tmp_path / "provenance.json").read_text(encoding="utf-8")
    assert str(study.series) not in text
    with pytest.raises(InputError) as caught:
        job.rerun(tmp_path / "provenance.json")
    assert caught.value.code == "anonymised_record"


@pytest.mark.parametrize("signal", ["absolute", "relative", "difference"])
def test_signal_modes_have_their_unit_and_the_true_ranking(study, tmp_path, signal):
    settings = changed(SETTINGS, concentration={"signal": signal})
    result = job.analyse(inputs(study), settings, tmp_path).result
    vp, truth = result.maps["vp"][..., 1:].ravel(), study.vp[..., 1:].ravel()
    assert np.corrcoef(vp, truth)[0, 1] > 0.99
    unit = {"absolute": "mM", "relative": "(S-S0)/S0", "difference": "signal"}[signal]
    assert f"AIF Cp [{unit}]" in (tmp_path / "curves.csv").read_text().splitlines()[0]


def test_uneven_frame_times_are_fitted(tmp_path):
    rng = np.random.default_rng(3)
    t = np.cumsum(np.r_[0, rng.uniform(2, 6, 59)])
    study = write_small_study(tmp_path / "s", t=t)
    vp = job.analyse(inputs(study), SETTINGS, tmp_path / "out").result.maps["vp"]
    np.testing.assert_allclose(vp[..., 1:], study.vp[..., 1:], atol=3e-3)


def test_options_take_precedence_over_the_settings_file(study, tmp_path, capsys):
    file = tmp_path / "settings.json"
    file.write_text('{"fit": {"shift": 3.0, "model": "patlak"}, "aif": {"Hct": 0.4}}')
    assert main(options(study, tmp_path / "a", "--settings", str(file), "--shift", "0")) == 0
    record = json.loads((tmp_path / "a" / "provenance.json").read_text())
    fit = record["settings"]["fit"]
    assert (fit["model"], fit["shift"], fit["shift_by"]) == ("patlak", 0.0, "region")
    assert record["settings"]["aif"]["Hct"] == 0.4
    assert "patlak" in capsys.readouterr().out


@pytest.mark.slow
def test_the_library_can_be_imported_without_optional_packages():
    import subprocess
    import sys

    blocked = ["slicer", "vtk", "qt", "ctk", "trame", "matplotlib", "highdicom", "tqdm", "rich"]
    code = (
        "import sys\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        "import importlib, pkgutil, SpineDCELib\n"
        "for m in pkgutil.walk_packages(SpineDCELib.__path__, 'SpineDCELib.'):\n"
        "    if '.mrml' not in m.name and not m.name.endswith('__main__'):\n"
        "        importlib.import_module(m.name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_regions_and_slices_can_have_their_own_shifts(study, tmp_path):
    def vp(name, **fit):
        return job.analyse(inputs(study), changed(SETTINGS, fit=fit), tmp_path / name).result

    def close(found, expected):  # float32 sums of fewer voxels run in another order
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)

    still, moved = vp("a").maps["vp"], vp("b", shift=2.0).maps["vp"]
    labels = read(study.regions)
    own = vp("c", shift_by="region", shifts={"label 1": 2.0})
    close(own.maps["vp"][labels == 1], moved[labels == 1])
    close(own.maps["vp"][labels != 1], still[labels != 1])
    assert any("label 1: 2 s" in note for note in own.notes)
    slices = vp("d", shift_by="slice", shifts={"slice 2": 2.0}).maps["vp"]
    close(slices[1], moved[1])
    close(slices[0], still[0])
    assert job.rerun(tmp_path / "d" / "provenance.json").differing == ()
    with pytest.raises(InputError) as caught:
        vp("e", shift_by="slice", shifts={"slice 9": 2.0})
    assert caught.value.code == "unknown_shift_name"


@pytest.mark.slow
def test_regions_on_a_finer_grid_reach_every_kind_of_result(study, tmp_path):
    coarse = sitk.ReadImage(str(study.regions))
    fine = sitk.Image([2 * n for n in coarse.GetSize()[:2]] + [coarse.GetSize()[2]], sitk.sitkUInt8)
    spacing = [s / 2 for s in coarse.GetSpacing()[:2]] + [coarse.GetSpacing()[2]]
    fine.SetSpacing(spacing)
    # The fine voxels tile the coarse ones, so their first centre lies a quarter inwards.
    fine.SetOrigin([o - s / 2 for o, s in zip(coarse.GetOrigin()[:2], spacing[:2], strict=True)]
                   + [coarse.GetOrigin()[2]])  # fmt: skip
    finer = sitk.Resample(coarse, fine, sitk.Transform(), sitk.sitkNearestNeighbor)
    sitk.WriteImage(finer, str(tmp_path / "fine.nrrd"))
    given = Inputs(
        str(study.series), aif_mask=str(study.artery), roi=(str(tmp_path / "fine.nrrd"),)
    )
    with pytest.raises(InputError) as caught:
        job.analyse(given, SETTINGS, tmp_path / "out")
    assert caught.value.code == "different_grid"
    settings = changed(SETTINGS, reading={"resample_regions": True})
    outcome = job.analyse(given, settings, tmp_path / "out")
    labels = read(study.regions)
    assert [r.voxels for r in outcome.result.regions] == [(labels == n).sum() for n in (1, 2)]
    write_visit(tmp_path / "perf", "sub-1", tmp_path / "out", given)
    mask = read(tmp_path / "perf" / "sub-1_desc-label1_mask.nii.gz")
    np.testing.assert_array_equal(mask, labels == 1)
