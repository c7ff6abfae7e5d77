"""A written study: standard, seeded, and at one with its truth in readers made by others."""

import hashlib
import json
import re
import shutil
import subprocess
from datetime import datetime

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from sample_patients import sample_paths
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.phantom import protocol, write_study
from SpineDCELib.run.inputs import read_sizes
from SpineDCELib.series import read_segmentation

pytestmark = pytest.mark.slow

SMALL = protocol.SIZES["small"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Patient A before treatment, small, with everything on."""
    return sample_paths(tmp_path_factory, "A")["before"]


@pytest.fixture(scope="module")
def series(study):
    """Datasets by series description, in order of instance number."""
    found = {}
    for path in study.dicom.rglob("*.dcm"):
        ds = pydicom.dcmread(path)
        found.setdefault(ds.SeriesDescription, []).append(ds)
    return {k: sorted(v, key=lambda ds: ds.InstanceNumber) for k, v in found.items()}


def frames(datasets):
    """(frames, slices, rows, columns), rescaled, with pydicom alone."""
    scaled = [
        ds.pixel_array * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
        for ds in datasets
    ]
    count = len({ds.AcquisitionNumber for ds in datasets})
    return np.array(scaled).reshape(count, -1, *scaled[0].shape)


def truth(study, name):
    image = sitk.ReadImage(str(study.truth / name))
    return sitk.GetArrayFromImage(image), image


def facts(study):
    return json.loads((study.truth / "truth.json").read_text(encoding="utf-8"))


def curve(study, name="aif_frames.csv"):
    header = (study.truth / name).read_text(encoding="utf-8").splitlines()[0]
    assert header == "time [s],Cb [mM],Cp [mM]"
    return np.loadtxt(study.truth / name, delimiter=",", skiprows=1).T


# ------------------------------------------------------------------ what the scanner sends


def test_all_series_of_the_protocol(series):
    assert sorted(series, key=lambda k: series[k][0].SeriesNumber) == [
        *("T1 sag", "T2 sag", "STIR sag"),
        *("VFA sag 2 deg", "VFA sag 5 deg", "VFA sag 10 deg", "VFA sag 15 deg", "VFA sag 25 deg"),
        *("DCE sag perfusion", "DCE sag perfusion phase", "T1 ax post", "T1 sag post"),
    ]
    dynamic = series["DCE sag perfusion"]
    assert len(dynamic) == SMALL.frames * SMALL.sections
    ds = dynamic[0]
    assert (ds.RepetitionTime, ds.EchoTime, ds.FlipAngle) == (4.5, 1.5, 25)
    assert ds.MagneticFieldStrength == 1.5


def test_full_size_study_follows_the_protocol():
    full = protocol.SIZES["full"]
    grid = protocol.dynamic_grid(full, np.zeros(3))
    assert grid.shape == (12, 256, 256)
    assert grid.spacing == pytest.approx((1.25, 1.25, 5.0))
    assert 55 <= full.frames <= 60
    assert full.frames * full.interval == pytest.approx(300, abs=6)


def test_identity_is_consistent(series):
    images = [ds for datasets in series.values() for ds in datasets]
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientID", "StudyDate"):
        assert len({ds[keyword].value for ds in images}) == 1, keyword
    assert len({ds.SOPInstanceUID for ds in images}) == len(images)
    assert len({d[0].SeriesInstanceUID for d in series.values()}) == len(series)
    starts = [
        min(ds.AcquisitionTime for ds in series[name])
        for name in sorted(series, key=lambda k: series[k][0].SeriesNumber)
        if name != "DCE sag perfusion phase"
    ]
    assert starts == sorted(set(starts))


def test_frame_times(series):
    for name in ("DCE sag perfusion", "DCE sag perfusion phase"):
        times = [datetime.strptime(d.AcquisitionTime, "%H%M%S.%f") for d in series[name]]
        seconds = np.array([(t - times[0]).total_seconds() for t in times])
        frame = np.array([d.TemporalPositionIdentifier - 1 for d in series[name]])
        np.testing.assert_allclose(seconds, frame * SMALL.interval, atol=1e-5)


def test_dciodvfy_finds_no_error(study):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (dicom3tools) is not installed")
    checked = [sorted(folder.glob("*.dcm"))[-1] for folder in study.dicom.iterdir()]
    if (study.truth / "rois.seg.dcm").exists():
        checked.append(study.truth / "rois.seg.dcm")
    for path in checked:
        ran = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        report = ran.stdout + ran.stderr
        assert re.search(r"^(MRImage|Segmentation)", report, re.M), report
        assert not re.findall(r"^Error.*$", report, re.M), path


def test_gdcm_reads_the_same_geometry(study, series):
    folder = next(study.dicom.glob("*_dce_sag_perfusion"))
    reader = sitk.ImageSeriesReader()
    files = sorted(map(str, folder.glob("*.dcm")))[: SMALL.sections]
    reader.SetFileNames(files)
    image = reader.Execute()
    vp = truth(study, "vp.nrrd")[1]
    assert image.GetSize() == vp.GetSize()
    for corner in ((0, 0, 0), tuple(n - 1 for n in vp.GetSize())):
        np.testing.assert_allclose(
            image.TransformIndexToPhysicalPoint(corner),
            vp.TransformIndexToPhysicalPoint(corner),
            atol=1e-3,
        )
    own = frames(series["DCE sag perfusion"])[0]
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), own)


def test_dcm2niix_agrees(study, series, tmp_path):
    if shutil.which("dcm2niix") is None:
        pytest.skip("dcm2niix is not installed")
    folder = next(study.dicom.glob("*_dce_sag_perfusion"))
    subprocess.run(
        ["dcm2niix", "-z", "n", "-f", "dce", "-o", str(tmp_path), str(folder)],
        check=True,
        capture_output=True,
    )
    image = sitk.ReadImage(str(tmp_path / "dce.nii"))
    rows, columns = series["DCE sag perfusion"][0].pixel_array.shape
    assert image.GetSize() == (columns, rows, SMALL.sections, SMALL.frames)
    assert image.GetSpacing()[3] == pytest.approx(SMALL.interval, abs=1e-3)
    # dcm2niix may flip axes: the same place must hold the same value.
    values, ours = sitk.GetArrayFromImage(image), frames(series["DCE sag perfusion"])
    vp = truth(study, "vp.nrrd")[1]
    affine = np.array(image.GetDirection()).reshape(4, 4)[:3, :3] * image.GetSpacing()[:3]
    for index in ((40, 30, 2), (52, 61, 5), (60, 20, 7)):
        place = np.array(vp.TransformIndexToPhysicalPoint(index))
        i, j, k = np.round(np.linalg.solve(affine, place - image.GetOrigin()[:3])).astype(int)
        x, y, z = index
        np.testing.assert_array_equal(values[:, k, j, i], ours[:, z, y, x])


def test_the_image_folder_holds_no_truth(study):
    assert not [p for p in study.dicom.rglob("*") if p.is_file() and p.suffix != ".dcm"]
    assert {pydicom.dcmread(p).Modality for p in study.dicom.rglob("*.dcm")} == {"MR"}


# ---------------------------------------------------------------------------- seeds


def pixels(paths):
    digest = hashlib.sha256()
    for path in sorted(paths.dicom.rglob("*.dcm")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.mark.long
def test_a_seed_gives_the_same_files(tmp_path):
    one, two, other = (
        write_study(tmp_path / name, patient="B", size="quick", seed=seed)
        for name, seed in (("one", 5), ("two", 5), ("other", 6))
    )
    assert pixels(one) == pixels(two)
    assert pixels(one) != pixels(other)
    for path in one.truth.iterdir():
        assert path.read_bytes() == (two.truth / path.name).read_bytes(), path.name
    np.testing.assert_array_equal(truth(one, "vp.nrrd")[0], truth(other, "vp.nrrd")[0])


@pytest.mark.long
def test_motion_and_noise_can_be_switched_off(tmp_path):
    def background_and_marrow(name, **switches):
        paths = write_study(tmp_path / name, size="quick", **switches)
        files = sorted(paths.dicom.rglob("*.dcm"))
        signal = frames([pydicom.dcmread(f) for f in files])
        rois = truth(paths, "rois.seg.nrrd")[0]
        return signal[:4], rois == 2

    still, marrow = background_and_marrow("still", motion=False, noise=False)
    assert np.ptp(still[:, marrow], axis=0).max() <= 1
    noisy, _ = background_and_marrow("noisy", motion=False)
    assert np.ptp(noisy[:, marrow], axis=0).mean() > 10
    moving, _ = background_and_marrow("moving", noise=False)
    assert np.abs(moving[3] - moving[0]).max() > 20


def test_a_cancelled_study_leaves_no_files(tmp_path):
    def stop(fraction, message):
        if message.startswith("frame 3"):
            raise Cancelled

    with pytest.raises(Cancelled):
        write_study(tmp_path / "x", size="quick", progress=stop)
    assert not list((tmp_path / "x").iterdir())


def test_bad_input_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        write_study(tmp_path, patient="C")
    assert caught.value.code == "unknown_choice"
    assert caught.value.about == "C"
    with pytest.raises(InputError) as caught:
        write_study(tmp_path, visit="later")
    assert caught.value.code == "unknown_choice"
    assert caught.value.about == "later"
    with pytest.raises(InputError) as caught:
        write_study(tmp_path, size="huge")
    assert caught.value.code == "unknown_choice"
    assert caught.value.about == "huge"
    (tmp_path / "dicom").mkdir()
    with pytest.raises(InputError) as caught:
        write_study(tmp_path, size="quick")
    assert caught.value.code == "study_exists"


# ---------------------------------------------------------------------------- the truth


@pytest.mark.parametrize(
    ("patient", "visit", "expected"),
    [("A", "before", 9.26), ("A", "after", 1.13), ("B", "before", 5.48), ("B", "after", 9.03)],
)
def test_normalised_vp_is_the_published_one(tmp_path, patient, visit, expected):
    paths = write_study(tmp_path / "s", patient=patient, visit=visit, size="quick")
    vp, rois = (truth(paths, n)[0] for n in ("vp.nrrd", "rois.seg.nrrd"))
    normalised = vp[rois == 1].mean(dtype=float) / vp[rois == 2].mean(dtype=float)
    assert normalised == pytest.approx(expected, rel=1e-4)
    assert facts(paths)["normalised_vp"] == pytest.approx(expected, rel=1e-4)
    assert vp[rois == 2].mean() == pytest.approx(0.01, rel=1e-4)


def test_fine_truth_is_the_same_patient(study):
    """Expert voxels of the dynamic grid lie in the same tissue on the fine grid."""
    rois, coarse = truth(study, "rois.seg.nrrd")
    for name in ("vp", "Ktrans", "ve", "T10", "delay"):
        array, _ = truth(study, f"{name}.nrrd")
        fine = sitk.ReadImage(str(study.truth / f"{name}_fine.nrrd"))
        for k, j, i in np.argwhere(rois == 2)[::7]:
            place = coarse.TransformIndexToPhysicalPoint((int(i), int(j), int(k)))
            value = fine.GetPixel(fine.TransformPhysicalPointToIndex(place))
            assert value == pytest.approx(array[k, j, i], rel=1e-5), name


def test_expert_rois_hold_one_tissue(study):
    rois, image = truth(study, "rois.seg.nrrd")
    T10, Ktrans = (truth(study, n)[0] for n in ("T10.nrrd", "Ktrans.nrrd"))
    assert [(rois == n).sum() > 25 for n in (1, 2, 3, 4)] == [True] * 4
    np.testing.assert_allclose(T10[rois == 1], 1.0, rtol=1e-5)
    np.testing.assert_allclose(T10[rois == 2], 0.55, rtol=1e-5)
    np.testing.assert_allclose(T10[rois == 3], 1.441, rtol=1e-5)
    np.testing.assert_allclose(Ktrans[rois == 2], 0.02, rtol=1e-5)
    names = [image.GetMetaData(f"Segment{n}_Name") for n in range(4)]
    assert names == ["Lesion", "Reference vertebra", "Aorta", "Excluded"]
    assert "SCT^128462008^" in image.GetMetaData("Segment0_Tags")


def test_the_outline_for_size_measures_the_true_size(study):
    """Its edge is the lesion's own: the expert ROIs lie inside, and the sizes are the truth's."""
    outline = read_segmentation(study.truth / "size.seg.nrrd")
    assert list(outline.masks) == ["Lesion", "Extraosseous part"]
    assert max(outline.geometry.spacing) <= 1
    true = facts(study)["size"]
    volume = np.prod(outline.geometry.spacing)
    assert outline.masks["Lesion"].sum() * volume == pytest.approx(true["volume_mm3"], rel=0.01)
    outside = outline.masks["Extraosseous part"]
    assert outside.sum() * volume == pytest.approx(true["extraosseous"]["volume_mm3"], rel=0.02)
    assert not (outside & ~outline.masks["Lesion"]).any()
    # The expert's voxels, placed by SimpleITK, lie inside the edge.
    rois, grid = truth(study, "rois.seg.nrrd")
    back = np.linalg.inv(outline.geometry.affine)
    for k, j, i in np.argwhere(rois == 1):
        place = grid.TransformIndexToPhysicalPoint((int(i), int(j), int(k)))
        column, row, section = np.round((back @ [*place, 1])[:3]).astype(int)
        assert outline.masks["Lesion"][section, row, column]
    [size] = read_sizes(
        [str(study.truth / "size.seg.nrrd")], roles={"Lesion": "lesion"}
    ).values()  # fmt: skip
    # The scanner's axial plane is tilted against the patient's by the pose.
    assert size.axial.longest == pytest.approx(true["longest_mm"], rel=0.03)
    assert size.whole.volume == pytest.approx(true["volume_mm3"], rel=0.02)
    assert size.extraosseous.volume == pytest.approx(true["extraosseous"]["volume_mm3"], rel=0.05)


def test_dicom_seg_holds_the_same_rois(study, series):
    path = study.truth / "rois.seg.dcm"
    if not path.exists():
        pytest.skip("highdicom is not installed")
    seg = pydicom.dcmread(path)
    assert seg.FrameOfReferenceUID == series["DCE sag perfusion"][0].FrameOfReferenceUID
    rois, _ = truth(study, "rois.seg.nrrd")
    mask = seg.pixel_array.reshape(-1, *rois.shape[1:])
    first = series["DCE sag perfusion"][: SMALL.sections]
    places = [tuple(np.round(ds.ImagePositionPatient, 3)) for ds in first]
    seen = np.zeros_like(rois)
    for plane, group in zip(mask, seg.PerFrameFunctionalGroupsSequence, strict=True):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        position = group.PlanePositionSequence[0].ImagePositionPatient
        seen[places.index(tuple(np.round(position, 3)))][plane > 0] = number
    np.testing.assert_array_equal(seen, rois)


def test_aif_has_the_times_of_the_frames(study):
    t, Cb, Cp = curve(study)
    np.testing.assert_allclose(t, np.arange(SMALL.frames) * SMALL.interval, atol=1e-4)
    hct = facts(study)["contrast_agent"]["hct"]
    np.testing.assert_allclose(Cb, Cp * (1 - hct), rtol=1e-4, atol=1e-6)
    fine_t, fine_Cb, _ = curve(study, "aif.csv")
    for i in (4, 6, 8, 20):
        during = np.abs(fine_t - t[i]) <= SMALL.interval / 2 + 1e-6
        assert fine_Cb[during].mean() == pytest.approx(Cb[i], rel=0.02, abs=0.01)


def test_phase_gives_the_aif(study, series):
    """Formula of the long cylinder, written out here; background taken from muscle beside it."""
    phase = np.exp(1j * frames(series["DCE sag perfusion phase"]))
    rois = truth(study, "rois.seg.nrrd")[0]
    aorta, marrow = ((rois == n) for n in (3, 2))
    turn = [np.angle((phase[:, m] * phase[:3, m].mean(axis=0).conj()).mean(axis=1))
            for m in (aorta, marrow)]  # fmt: skip
    per_mM = 2.675e8 * 1.5 * 0.0015 * 0.34e-6 * 2 / 6
    measured = (turn[0] - turn[1]) / per_mM
    _, Cb, _ = curve(study)
    assert measured.max() == pytest.approx(Cb.max(), rel=0.15)
    assert np.corrcoef(measured, Cb)[0, 1] > 0.98


def test_weightings_have_the_expected_contrast(study, series):
    """Mean signal where the expert ROIs lie, coil divided out by comparing neighbours."""
    rois, grid = truth(study, "rois.seg.nrrd")

    def mean(name, label):
        folder = next(p for p in study.dicom.iterdir() if p.name.endswith(name))
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(sorted(map(str, folder.glob("*.dcm"))))
        image = sitk.Cast(reader.Execute(), sitk.sitkFloat32)
        values = sitk.GetArrayFromImage(sitk.Resample(image, grid))
        return values[(rois == label) & (values > 0)].mean()

    lesion, marrow, aorta = 1, 2, 3
    assert mean("_t1_sag", lesion) < 0.85 * mean("_t1_sag", marrow)
    assert mean("_stir_sag", lesion) > 1.5 * mean("_stir_sag", marrow)
    assert mean("_t1_sag_post", lesion) > 1.2 * mean("_t1_sag", lesion)
    assert mean("_t2_sag", aorta) < 0.3 * mean("_t2_sag", marrow)  # flow void


def test_inflowing_blood_is_bright(study, series):
    """Before contrast, at the top of the aorta; further down it is saturated, and arrives later."""
    signal = frames(series["DCE sag perfusion"])[:3].mean(axis=0)
    vp, T10, delay = (truth(study, f"{n}.nrrd")[0] for n in ("vp", "T10", "delay"))
    aorta = (vp > 0.579) & (np.abs(T10 - 1.441) < 1e-3) & (np.abs(delay) < 2)
    rows = np.broadcast_to(np.arange(aorta.shape[1])[None, :, None], aorta.shape)
    top, middle = (aorta & (rows < 5)), (aorta & (rows > 40) & (rows < 55))
    assert top.sum() > 20
    assert middle.sum() > 20
    assert signal[top].mean() > 1.8 * signal[middle].mean()
    assert delay[top].mean() < delay[middle].mean() - 0.3
