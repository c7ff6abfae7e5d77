"""Batches: finished studies are kept, failures are listed, interrupted studies are repeated."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import SimpleITK as sitk
from SpineDCELib.cli import main
from SpineDCELib.cohort import read_cohort
from SpineDCELib.cohort.batch import MARK, Recipe, run_batch
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.course import cutoff_named
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.phantom import write_cohort
from SpineDCELib.run import analyse as job
from SpineDCELib.settings import Settings, changed

pytestmark = pytest.mark.slow

QUICK = ["--signal", "relative", "--shift", "5", "--flip-runs", "0", "--export", "none"]
SETTINGS = changed(Settings(), concentration={"signal": "relative"}, fit={"shift": 5.0})
#: As the command makes it from QUICK.
RECIPE = Recipe(SETTINGS, flip_runs=0, formats=(), cutoff_source=cutoff_named("behar2023")[1])


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, patients=["P01", "P02"])
    return folder


@pytest.fixture
def studies(cohort, tmp_path):
    """Return a table of two patients with their files."""
    path = tmp_path / "studies.csv"
    lines = ["patient,group,before,after,roi_before,roi_after,size_before,size_after"]
    for key, group in (("P01", "persistent"), ("P02", "response")):
        files = [
            os.path.relpath(cohort / key / visit / name, tmp_path)
            for name in ("dicom", "truth/rois.seg.nrrd", "truth/size.seg.nrrd")
            for visit in ("before", "after")
        ]
        lines.append(",".join([key, group, *files]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tsv(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def marks(out):
    return {p.parent.name: p.stat().st_mtime_ns for p in (out / "results").rglob(MARK)}


def assert_whole(out):
    """Check that every result is complete and that no temporary file is left."""
    assert not (out / ".work").exists()
    for place in (out / "results").iterdir():
        assert (place / MARK).is_file(), place
        assert (place / "comparison.csv").is_file()
        assert (out / f"sub-{place.name}" / "ses-after" / "perf").is_dir()


@pytest.mark.long
def test_a_failure_is_listed_and_finished_studies_are_kept(studies, tmp_path, capsys):
    text = studies.read_text(encoding="utf-8")
    (tmp_path / "broken").mkdir()
    studies.write_text(text + "P 4,response,broken,broken,,,,\n", encoding="utf-8")
    out = tmp_path / "out"
    command = ["batch", str(studies), "-o", str(out), "--workers", "0", *QUICK]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "3 patients: 2 done, 1 failed" in said
    assert "! P 4:" in said
    assert_whole(out)
    before = marks(out)
    assert set(before) == {"P01", "P02"}
    listed = {row["patient"]: row for row in tsv(out / "studies.tsv")}
    assert listed["P01"]["status"] == "done"
    assert listed["P 4"]["status"] == "failed"
    assert "broken" in listed["P 4"]["reason"]
    people = {row["participant_id"]: row for row in tsv(out / "participants.tsv")}
    assert people["sub-P4"]["change_vp"] == "n/a"
    assert people["sub-P01"]["group"] == "persistent"
    with (out / "results" / "P01" / "comparison.csv").open(encoding="utf-8") as file:
        own = next(csv.DictReader(file))
    assert float(people["sub-P01"]["change_vp"]) == pytest.approx(float(own["change [%]"]))

    assert main(command) == 1
    assert "2 kept from an earlier run, 1 failed" in capsys.readouterr().out
    assert marks(out) == before

    # With another setting, all studies are analysed again.
    studies.write_text(text, encoding="utf-8")
    assert main([*command, "--hct", "0.40"]) == 0
    assert "2 patients: 2 done\n" in capsys.readouterr().out
    assert all(marks(out)[name] > before[name] for name in before)

    table = read_cohort(out)
    assert table.patients == ("P01", "P02")
    assert set(table.curves) == {"P01", "P02"}
    curve = table.curves["P01"]["before"]
    assert curve.unit == "(S-S0)/S0"
    assert abs(np.median(curve.values[curve.times < -3])) < 0.05 < curve.values.max()

    # The comparisons alone, with the groups from another table, give the same values.
    again = read_cohort(out / "results", groups=studies)
    assert again.patients == table.patients
    np.testing.assert_array_equal(again.positive, table.positive)
    for name, values in again.quantities.items():
        np.testing.assert_allclose(values, table.quantities[name], rtol=1e-8)
    with pytest.raises(InputError) as caught:
        read_cohort(out / "results")
    assert caught.value.fields == ("cohort.groups",)


@pytest.mark.long
def test_the_data_set_follows_BIDS_and_has_the_same_numbers(studies, tmp_path):
    out = tmp_path / "out"
    [one, *_] = read_studies(studies)
    run_batch([one], RECIPE, out, workers=0, name="Spines")
    description = json.loads((out / "dataset_description.json").read_text(encoding="utf-8"))
    assert description["Name"] == "Spines"
    assert description["DatasetType"] == "derivative"
    assert description["GeneratedBy"][0]["Name"] == "SpineDCE"
    perf = out / "sub-P01" / "ses-before" / "perf"
    names = {p.name.removeprefix("sub-P01_ses-before_") for p in perf.iterdir()}
    assert {"vpmap.nii.gz", "vpmap.json", "Ktransmap.nii.gz", "rsquaredmap.nii.gz",
            "desc-Lesion_mask.nii.gz", "desc-artery_mask.nii.gz", "desc-status_dseg.tsv",
            "desc-regions_measurements.tsv", "desc-mean_timeseries.tsv"} <= names  # fmt: skip
    for image in perf.glob("*.nii.gz"):
        assert image.with_name(image.name.replace(".nii.gz", ".json")).is_file()
    theirs = sitk.ReadImage(str(perf / "sub-P01_ses-before_vpmap.nii.gz"))
    ours = sitk.ReadImage(str(out / "results" / "P01" / "before" / "vp.nrrd"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(theirs), sitk.GetArrayFromImage(ours))
    np.testing.assert_allclose(theirs.GetOrigin(), ours.GetOrigin(), atol=1e-3)
    words = json.loads((perf / "sub-P01_ses-before_vpmap.json").read_text(encoding="utf-8"))
    assert (words["Units"], words["AIFShift"]) == ("fraction", 5.0)
    columns = json.loads((out / "participants.json").read_text(encoding="utf-8"))
    assert columns["change_vp"]["Units"] == "%"
    assert not list(out.rglob(".cache"))


@pytest.mark.long
def test_one_visit_is_analysed_and_provenance_holds_after_the_move(cohort, tmp_path):
    table = tmp_path / "t.csv"
    base = cohort / "P01"
    roi = base / "before" / "truth" / "rois.seg.nrrd"
    table.write_text(
        "patient,before,after,study,roi_before,roi\n"
        f"single,,,{base / 'before' / 'dicom'},,{roi}\n"
        f"carried,{base / 'before' / 'dicom'},{base / 'after' / 'dicom'},,{roi},\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    entries = run_batch(read_studies(table), RECIPE, out, workers=0)
    assert [e.status for e in entries] == ["done", "done"], entries
    assert (out / "sub-single" / "perf" / "sub-single_vpmap.nii.gz").is_file()
    assert (out / "results" / "single" / "provenance.json").is_file()
    # The regions that were carried over were written before the folder was moved.
    again = job.rerun(out / "results" / "carried" / "after" / "provenance.json", tmp_path / "again")
    assert again.differing == ()


def test_patients_are_found_in_a_folder(cohort, tmp_path):
    found = read_studies(cohort)
    assert [s.name for s in found] == ["P01", "P02"]
    after = found[0].visits["after"]
    assert after.study.endswith("P01/after/dicom")
    assert [p.rsplit("/", 1)[1] for p in after.roi + after.size] == [
        "rois.seg.nrrd", "size.seg.nrrd"
    ]  # fmt: skip
    for name in ("A/pre", "A/post", "B/ses-1", "B/ses-2", "C/series"):
        (tmp_path / name).mkdir(parents=True)
    found = {s.name: {k: v.study[-5:] for k, v in s.visits.items()} for s in read_studies(tmp_path)}
    assert found["A"] == {"before": "A/pre", "after": "/post"}
    assert found["B"] == {"before": "ses-1", "after": "ses-2"}
    assert set(found["C"]) == {""}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("patient,roi\nA,x\n", "column_missing"),
        ("patient,before,after\nA,,\n", "visit_missing"),
        ("patient,study\nA 1,x\na1,y\n", "duplicate_patient"),
        ("patient,study\n--,x\n", "unusable_name"),
    ],
)
def test_unusable_tables_are_refused(tmp_path, text, code):
    table = tmp_path / "t.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_studies(table)
    assert caught.value.code == code


def test_unusable_options_are_named(studies, tmp_path, capsys, monkeypatch):
    out = ["-o", str(tmp_path / "out")]
    assert main(["batch", str(studies), *out, "--roi", str(studies)]) == 2
    assert "--roi gives a file of one study" in capsys.readouterr().err
    assert main(["batch", str(tmp_path / "none"), *out]) == 2
    assert main(["batch", str(studies), *out, "--workers", "-1"]) == 2
    assert "Use --workers N." in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["batch", str(studies), *out]) == 2
    assert "pip install 'spinedce[cohort]'" in capsys.readouterr().err


@pytest.mark.long
def test_a_killed_batch_is_resumed(studies, tmp_path):
    """The whole program is killed twice, each time during another patient."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "SpineDCELib.cli", "batch", str(studies), "-o", str(out)]
    kept = {}
    for victim in ("P01", "P02"):
        process = subprocess.Popen([*command, "--workers", "0", *QUICK])
        try:
            _wait_for(lambda v=victim: list(out.glob(f".work/{v}-*/results/before/vp.nrrd")))
        finally:
            process.kill()
            process.wait()
        assert not (out / "results" / victim).exists()
        assert kept.items() <= marks(out).items()
        kept = marks(out)
    assert sorted(kept) == ["P01"]
    entries = run_batch(read_studies(studies), RECIPE, out, workers=0)
    assert [e.status for e in entries] == ["kept", "done"]
    assert kept.items() <= marks(out).items()
    assert_whole(out)


def _wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.02)


@pytest.mark.long
def test_the_study_of_a_killed_worker_is_done_by_another(studies, tmp_path):
    out, entries, seen = tmp_path / "out", [], set()

    def work():
        entries.extend(run_batch(read_studies(studies), RECIPE, out, workers=2))

    thread = threading.Thread(target=work)
    thread.start()
    _wait_for(lambda: list(out.glob(".work/P01-*/results/before/vp.nrrd")))
    [place] = out.glob(".work/P01-*")
    os.kill(int(place.name.split("-")[1]), signal.SIGKILL)
    while thread.is_alive():
        seen |= {p.name for p in out.glob(".work/*")}
        time.sleep(0.02)
    assert [e.status for e in entries] == ["done"] * 2
    assert_whole(out)
    begun = [name.split("-")[0] for name in seen]
    assert begun.count("P01") == 2
    assert begun.count("P02") <= 1


@pytest.mark.long
def test_a_running_cluster_is_used_and_kept_running(studies, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, protocol="tcp://"
    ) as cluster:
        [one, *_] = read_studies(studies)
        entries = run_batch([one], RECIPE, tmp_path / "out", address=cluster.scheduler_address)
        assert [e.status for e in entries] == ["done"]
        with distributed.Client(cluster.scheduler_address) as client:
            assert len(client.scheduler_info()["workers"]) == 1
    with pytest.raises(InputError) as caught:
        run_batch([one], RECIPE, tmp_path / "other", address="tcp://127.0.0.1:1")
    assert (caught.value.code, caught.value.fields) == ("no_scheduler", ("batch.dask",))


@pytest.mark.long
def test_finished_studies_are_kept_when_a_batch_is_cancelled(studies, tmp_path):
    def stop(fraction, message):
        if fraction >= 1 / 2:
            raise Cancelled

    out = tmp_path / "out"
    with pytest.raises(Cancelled):
        run_batch(read_studies(studies), RECIPE, out, workers=0, progress=stop)
    assert list(marks(out)) == ["P01"]
    assert_whole(out)
    shutil.rmtree(out / "sub-P01")
    [entry] = run_batch(read_studies(studies)[:1], RECIPE, out, workers=0)
    assert entry.status == "done"


@pytest.mark.long
def test_a_study_with_missing_files_is_incomplete_and_tried_again(cohort, tmp_path, monkeypatch):
    table = tmp_path / "t.csv"
    base = cohort / "P01" / "before"
    table.write_text(
        f"patient,study,roi\nP01,{base / 'dicom'},{base / 'truth' / 'rois.seg.nrrd'}\n"
    )
    recipe = Recipe(SETTINGS, flip_runs=0, formats=("nifti",))
    out = tmp_path / "out"

    def fail(*_arguments, **_keywords):
        raise AttributeError("no attribute of that name")

    with monkeypatch.context() as patched:
        patched.setattr("SpineDCELib.export.nifti_maps.write_nifti_maps", fail)
        [entry] = run_batch(read_studies(table), recipe, out, workers=0)
    assert entry.status == "incomplete"
    assert "nifti was not written" in entry.reason
    assert "nifti" in tsv(out / "studies.tsv")[0]["reason"]
    assert (out / "results" / "P01" / "measurements.csv").is_file()
    [entry] = run_batch(read_studies(table), recipe, out, workers=0)
    assert (entry.status, entry.reason) == ("done", "")
    assert list((out / "results" / "P01").glob("vp.nii*"))
    [entry] = run_batch(read_studies(table), recipe, out, workers=0)
    assert entry.status == "kept"
