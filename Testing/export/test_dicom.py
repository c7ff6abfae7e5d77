"""DICOM export: other readers find the same numbers, units and codes."""

import base64
import errno
import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from sample_patients import sample_visit
from SpineDCELib.aif import Selection
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.export import optional_packages
from SpineDCELib.export.dicom import parametric_maps, structured_report, write_dicom
from SpineDCELib.export.formats import write_formats
from SpineDCELib.export.report import report_tables
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import read_segmentation
from SpineDCELib.settings import Settings, changed

pytestmark = pytest.mark.slow

hd = pytest.importorskip("highdicom", reason="highdicom is not installed")


def study_inputs(root):
    truth = root / "truth"
    return Inputs(
        study=str(root / "dicom"),
        aif_file=str(truth / "aif.csv"),
        roi=(str(truth / "rois.seg.nrrd"),),
    )


SETTINGS = changed(
    Settings(), aif={"source": "file"}, concentration={"T1_source": "vfa"}, fit={"shift": 5.0}
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = sample_visit(tmp_path_factory, "B", "before")
    out = root / "results"
    outcome = analyse(study_inputs(root), SETTINGS, out, formats=("dicom", "nifti"), cached=False)
    return root, outcome, out


def tool(name, *arguments):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def slice_of_frames(dataset, geometry):
    """Return the slice of the maps for each frame of a multi-frame object, by its position."""
    places = np.array([(geometry.affine @ [0, 0, k, 1])[:3] for k in range(geometry.shape[0])])
    frames = [
        np.array(f.PlanePositionSequence[0].ImagePositionPatient, float)
        for f in dataset.PerFrameFunctionalGroupsSequence
    ]
    away = np.linalg.norm(np.array(frames)[:, None] - places, axis=-1)
    assert away.min(axis=1).max() < 1e-3
    return away.argmin(axis=1)


OBJECTS = (
    "vp", "vp_voxel", "Ktrans", "ve", "kep", "R2", "regions", "measurements", "report", "triptych",
    "fused_01",
)  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_dciodvfy_finds_no_error(made, name):
    said = tool("dciodvfy", made[2] / "dicom" / f"{name}.dcm")
    assert said
    assert "Error" not in said


def test_objects_belong_to_the_study_and_reference_its_images(made):
    _, outcome, out = made
    source = pydicom.dcmread(outcome.analysis.images.dynamic.source.files[0])
    known = set(outcome.analysis.images.dynamic.source.sop_instance_uids)
    for name in OBJECTS:
        dataset = pydicom.dcmread(out / "dicom" / f"{name}.dcm")
        assert dataset.StudyInstanceUID == source.StudyInstanceUID
        assert dataset.PatientID == source.PatientID
        assert dataset.SeriesInstanceUID != source.SeriesInstanceUID
    for name in ("vp", "fused_01"):
        placed = pydicom.dcmread(out / "dicom" / f"{name}.dcm")
        assert placed.FrameOfReferenceUID == source.FrameOfReferenceUID
    vp = pydicom.dcmread(out / "dicom" / "vp.dcm")
    assert vp.FrameOfReferenceUID == source.FrameOfReferenceUID
    referenced = {item.ReferencedSOPInstanceUID for item in vp.SourceImageSequence}
    assert len(referenced) == outcome.result.status.shape[0]
    assert referenced <= known


@pytest.mark.parametrize(
    ("name", "code", "unit"),
    [("vp", "126331", "{ratio}"), ("Ktrans", "126312", "/min"), ("kep", "126313", "/min")],
)
def test_maps_have_the_same_numbers_units_and_codes(made, name, code, unit):
    _, outcome, out = made
    path = out / "dicom" / f"{name}.dcm"
    expected = outcome.result.maps[name].astype(np.float32)
    dataset = pydicom.dcmread(path)
    geometry = outcome.analysis.images.dynamic.geometry
    order = slice_of_frames(dataset, geometry)
    np.testing.assert_array_equal(dataset.pixel_array, expected[order])
    shared = dataset.SharedFunctionalGroupsSequence[0]
    mapping = shared.RealWorldValueMappingSequence[0]
    assert mapping.RealWorldValueSlope == 1
    assert mapping.RealWorldValueIntercept == 0
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == unit
    quantity = mapping.QuantityDefinitionSequence[0].ConceptCodeSequence[0]
    assert (quantity.CodeValue, quantity.CodingSchemeDesignator) == (code, "DCM")
    # highdicom applies the real-world value mapping and sorts the frames in space.
    volume = hd.imread(path).get_volume(apply_real_world_transform=True)
    ends = [volume.affine @ [0, 0, 0, 1], volume.affine @ [volume.shape[0] - 1, 0, 0, 1]]
    places = [geometry.affine @ [0, 0, k, 1] for k in (0, geometry.shape[0] - 1)]
    turned = np.linalg.norm(ends[0][:3] - places[0][:3]) > 1
    np.testing.assert_allclose(volume.array[::-1] if turned else volume.array, expected)
    if turned:
        places.reverse()
    np.testing.assert_allclose(ends, places, atol=1e-3)
    dumped = tool("dcmdump", path)
    assert f"[{code}]" in dumped
    assert f"[{unit}]" in dumped


def test_regions_are_read_back_voxel_by_voxel(made):
    _, outcome, out = made
    seg = hd.seg.segread(out / "dicom" / "regions.dcm")
    labels = [seg.get_segment_description(n).segment_label for n in seg.segment_numbers]
    assert labels == [region.name for region in outcome.result.regions]
    lesion = seg.get_segment_description(1)
    assert lesion.segmented_property_type.value == "128462008"
    dataset = pydicom.dcmread(out / "dicom" / "regions.dcm")
    order = slice_of_frames(dataset, outcome.analysis.images.dynamic.geometry)
    slices = outcome.result.status.shape[0]
    excluded = outcome.analysis.regions["Excluded"]
    mask = outcome.analysis.regions["Lesion"] & ~excluded
    array = dataset.pixel_array[:slices].astype(bool)
    np.testing.assert_array_equal(array, mask[order[:slices]])
    # The reader of this program gives the same.
    again = read_segmentation(out / "dicom" / "regions.dcm")
    on = again.on(outcome.analysis.images.dynamic.geometry)
    np.testing.assert_array_equal(on["Lesion"], mask)


@pytest.mark.parametrize("name", ["vp", "Ktrans", "ve", "kep", "R2"])
def test_dcmtk_reads_the_same_floats(made, tmp_path, name):
    _, outcome, out = made
    path = out / "dicom" / f"{name}.dcm"
    said = tool("dcm2json", path, tmp_path / "map.json")
    assert "E:" not in said
    stored = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))["7FE00008"]
    assert stored["vr"] == "OF"
    expected = outcome.result.maps[name].astype(np.float32)
    order = slice_of_frames(pydicom.dcmread(path), outcome.analysis.images.dynamic.geometry)
    array = np.frombuffer(base64.b64decode(stored["InlineBinary"]), "<f4").reshape(expected.shape)
    np.testing.assert_array_equal(array, expected[order])


def test_simpleitk_reads_the_same_floats(made):
    _, outcome, out = made
    path = out / "dicom" / "vp.dcm"
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError:
        pytest.skip(f"SimpleITK {sitk.Version.VersionString()} (GDCM) reads no float pixel data")
    expected = outcome.result.maps["vp"].astype(np.float32)
    order = slice_of_frames(pydicom.dcmread(path), outcome.analysis.images.dynamic.geometry)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), expected[order])


def test_simpleitk_reads_the_same_regions(made):
    """GDCM stacks the frames of all segments; their positions give the slices."""
    _, outcome, out = made
    path = out / "dicom" / "regions.dcm"
    array = sitk.GetArrayFromImage(sitk.ReadImage(str(path))) > 0
    analysis = outcome.analysis
    order = slice_of_frames(pydicom.dcmread(path), analysis.images.dynamic.geometry)
    count = outcome.result.status.shape[0]
    assert len(array) == count * len(outcome.result.regions)
    for n, region in enumerate(outcome.result.regions):
        mask = analysis.regions[region.name]
        if region.name != "Excluded":
            mask = mask & ~analysis.regions["Excluded"]
        frames = slice(n * count, (n + 1) * count)
        np.testing.assert_array_equal(array[frames], mask[order[frames]], err_msg=region.name)


def full(*arguments, **keywords):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_for_itk(*arguments, **keywords):
    raise RuntimeError("Exception thrown in SimpleITK ImageFileWriter_Execute: itk::ERROR: write")


@pytest.mark.parametrize(
    ("name", "where", "what", "fault"),
    [
        ("dicom", pydicom.Dataset, "save_as", full),
        ("scene", zipfile.ZipFile, "writestr", full),
        ("scene", sitk, "WriteImage", full_for_itk),
        ("nifti", sitk, "WriteImage", full_for_itk),
        ("report", Path, "write_text", full),
    ],
)
def test_earlier_files_are_unchanged_after_a_full_disk(
    made, tmp_path, monkeypatch, name, where, what, fault
):
    _, outcome, _ = made

    def write():
        with staged(tmp_path) as stage:
            write_formats(stage, outcome.analysis, outcome.result, formats=(name,))

    def files():
        return {
            p.relative_to(tmp_path): p.is_file() and p.read_bytes() for p in tmp_path.rglob("*")
        }

    write()
    before = files()
    assert len(before) >= 1
    # The disk is full when the second file, or the only one, is written.
    real, calls = getattr(where, what), []

    def filling(*arguments, **keywords):
        calls.append(arguments)
        single = name == "report"
        return fault() if single or len(calls) > 1 else real(*arguments, **keywords)

    monkeypatch.setattr(where, what, filling)
    with pytest.raises(InputError) as caught:
        write()
    assert caught.value.about == str(tmp_path)
    assert calls
    monkeypatch.undo()
    assert files() == before


def test_a_folder_that_cannot_be_written_is_named(made, tmp_path):
    _, outcome, _ = made
    tmp_path.chmod(0o555)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    try:
        with pytest.raises(InputError) as caught, staged(tmp_path) as stage:
            write_formats(stage, outcome.analysis, outcome.result, formats=("scene", "dicom"))
        assert (caught.value.code, caught.value.about) == ("folder_not_writable", str(tmp_path))
        assert not list(tmp_path.iterdir())
    finally:
        tmp_path.chmod(0o755)


def test_a_highdicom_that_is_too_old_is_refused_with_its_version(monkeypatch):
    monkeypatch.setattr(optional_packages, "version", lambda _name: "0.26.1")
    with pytest.raises(InputError, match=r"highdicom 0\.27 or later, but 0\.26\.1") as caught:
        optional_packages.require_highdicom()
    assert (caught.value.code, caught.value.about) == ("no_highdicom", "highdicom>=0.27")


def test_the_window_is_given_as_the_highdicom_in_3D_Slicer_takes_it(monkeypatch):
    def earlier(window_center, window_width):
        raise AssertionError

    assert list(parametric_maps._window(0.05, 0.1)) == ["voi_lut_transformations"]
    monkeypatch.setattr(hd.pm, "ParametricMap", earlier)
    assert parametric_maps._window(0.05, 0.1) == {"window_center": 0.05, "window_width": 0.1}


def _evaluated(analysis):
    return {e.name.value: e.value.value for e in structured_report._methods(analysis)}


def test_the_structured_report_has_the_measured_numbers(made):
    _, outcome, out = made
    path = out / "dicom" / "measurements.dcm"
    report = hd.sr.srread(path)
    title = report.ConceptNameCodeSequence[0]
    assert (title.CodeValue, title.CodingSchemeDesignator) == ("126002", "DCM")
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert [g.tracking_identifier for g in groups] == [r.name for r in outcome.result.regions]
    region = outcome.result.regions[0]
    values = {}
    for item in groups[0].get_measurements():
        derivation = item.derivation.meaning if item.derivation else None
        values[(item.name.value, derivation)] = item
    mean = values[("126331", "Mean")]
    assert mean.value == pytest.approx(region.parameters["vp"].mean, rel=1e-6)
    assert mean.unit.value == "{ratio}"
    ratio = outcome.result.measures.of("Lesion")
    normalised = values[("NVPV_T1", "Mean")]
    assert normalised.value == pytest.approx(ratio.value, rel=1e-6)
    assert normalised.name.scheme_designator == "99SPINEDCE"  # never the code of vp itself
    size = outcome.result.measures.sizes["Lesion"].axial
    assert values[("103339001", None)].value == pytest.approx(size.longest, rel=1e-6)
    said = {e.name.value: e.value.value for e in groups[0].get_qualitative_evaluations()}
    assert said == {"AIF_METHOD": "AIF_FILE", "T10_METHOD": "126350", "DELAY_METHOD": "SET_BY_USER"}
    # A window keeps the proposed shift as a number.
    analysis = outcome.analysis
    settings = analysis.settings
    try:
        proposal = round(analysis.evidence().proposal, 2)
        for shift, told in ((proposal, "PROPOSED"), (proposal + 1, "SET_BY_USER")):
            analysis.update(settings=changed(settings, fit={"shift": shift}))
            assert _evaluated(analysis)["DELAY_METHOD"] == told
        own = changed(settings, fit={"shift": proposal, "shifts": {"Lesion": proposal + 2}})
        analysis.update(settings=own)
        assert _evaluated(analysis)["DELAY_METHOD"] == "SET_BY_USER"
        assert report_tables._shift(analysis) == (
            f"{proposal:.2f} s (proposed); Lesion {proposal + 2:.2f} s (set by hand)"
        )
        analysis.update(
            settings=changed(settings, aif={"source": "auto"}), aif_selection=Selection("none")
        )
        assert _evaluated(analysis)["AIF_METHOD"] == "126363"  # detected
        analysis.update(aif_selection=Selection("by hand", alone=True))
        assert _evaluated(analysis)["AIF_METHOD"] == "126362"  # by a user
    finally:
        analysis.update(settings=settings, aif_selection=None)
    dumped = tool("dsrdump", path)
    assert "Dynamic Contrast MR Measurement Report" in dumped
    assert "vp per tissue, lesion over reference vertebra" in dumped


def test_the_report_is_a_pdf_with_the_numbers(made, tmp_path):
    _, outcome, out = made
    dataset = pydicom.dcmread(out / "dicom" / "report.dcm")
    content = dataset.EncapsulatedDocument[: dataset.EncapsulatedDocumentLength]
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")
    assert dataset.VerificationFlag == "UNVERIFIED"
    (tmp_path / "report.pdf").write_bytes(content)
    text = tool("gs", "-q", "-sDEVICE=txtwrite", "-o", "-", tmp_path / "report.pdf")
    assert "Not a medical device" in text
    assert "Lesion" in text
    ratio = outcome.result.measures.of("Lesion").value
    assert f"{ratio:.1f}" in text


def test_fused_slices_lie_where_the_maps_do(made):
    """An independent reader finds each slice, its colours where Vp is high and grey elsewhere."""
    _, outcome, out = made
    geometry = outcome.analysis.images.dynamic.geometry
    files = sorted((out / "dicom").glob("fused_*.dcm"))
    assert len(files) == geometry.shape[0]
    for k, file in enumerate(files):
        image = sitk.ReadImage(str(file))
        np.testing.assert_allclose(image.GetSpacing()[:2], geometry.spacing[:2], atol=1e-4)
        place = (geometry.affine @ [0, 0, k, 1])[:3]
        np.testing.assert_allclose(image.GetOrigin(), place, atol=1e-3)
        colour = sitk.GetArrayFromImage(image)[0].astype(int)
        coloured = np.ptp(colour, axis=-1) > 0
        vp = np.nan_to_num(outcome.result.maps["vp"][k])
        assert not coloured[vp <= 0].any()
        assert coloured[outcome.analysis.regions["Aorta"][k] & (vp > 0.2)].all()
    assert len({pydicom.dcmread(file).SeriesInstanceUID for file in files}) == 1


def test_without_matplotlib_all_other_objects_are_written(made, tmp_path, monkeypatch):
    """3D Slicer has none."""
    _, outcome, _ = made
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    missing = write_dicom(tmp_path, outcome.analysis, outcome.result)
    assert set(missing) == {"dicom/report.dcm", "dicom/triptych.dcm", "dicom/fused.dcm"}
    assert all("needs matplotlib" in reason for reason in missing.values())
    assert {f.stem for f in tmp_path.iterdir()} == set(OBJECTS) - {"report", "triptych", "fused_01"}


def test_nifti_maps_have_the_same_numbers_and_position(made):
    _, outcome, out = made
    # ITK turns NaN into 0 when it reads NIfTI, so the numbers are taken from the bytes.
    raw = gzip.decompress((out / "Ktrans.nii.gz").read_bytes())
    start = int(np.frombuffer(raw, "<f4", 1, 108)[0])
    expected = outcome.result.maps["Ktrans"].astype(np.float32)
    stored = np.frombuffer(raw, "<f4", expected.size, start).reshape(expected.shape)
    np.testing.assert_array_equal(stored, expected)
    image = sitk.ReadImage(str(out / "Ktrans.nii.gz"))
    geometry = outcome.analysis.images.dynamic.geometry
    np.testing.assert_allclose(image.GetOrigin(), geometry.origin, atol=1e-3)
    np.testing.assert_allclose(image.GetSpacing(), geometry.spacing, atol=1e-4)
    np.testing.assert_allclose(image.GetDirection(), geometry.direction.ravel(), atol=1e-5)


def test_anonymised_files_have_no_name_id_date_or_uid(made, tmp_path):
    root, outcome, _ = made
    out = tmp_path / "anonymous"
    analyse(study_inputs(root), SETTINGS, out, formats=("dicom", "nifti", "report"), anonymise=True)
    dynamic = outcome.analysis.images.dynamic
    head = pydicom.dcmread(dynamic.source.files[0])
    secrets = [
        str(head.PatientName).split("^")[1], head.PatientID, head.PatientBirthDate,
        head.StudyDate, head.StudyInstanceUID, head.SeriesInstanceUID, head.SOPInstanceUID,
        head.FrameOfReferenceUID, str(root),
    ]  # fmt: skip
    files = [p for p in out.rglob("*") if p.is_file()]
    assert {p.name for p in files} >= {"vp.dcm", "report.html", "provenance.json", "vp.nrrd"}
    for path in files:
        content = path.read_bytes()
        for secret in secrets:
            assert str(secret).encode() not in content, (path.name, secret)
    for name in OBJECTS:
        said = tool("dciodvfy", out / "dicom" / f"{name}.dcm")
        assert "Error" not in said, name
    vp, regions = (pydicom.dcmread(out / "dicom" / f"{n}.dcm") for n in ("vp", "regions"))
    assert vp.StudyInstanceUID == regions.StudyInstanceUID
    assert vp.PatientIdentityRemoved == "YES"


def test_dicom_export_refuses_a_study_that_is_not_dicom(made):
    from dataclasses import replace

    from SpineDCELib.analysis import Analysis
    from SpineDCELib.export.dicom.source_images import sources
    from SpineDCELib.series import Source

    analysis = made[1].analysis
    dynamic = replace(analysis.images.dynamic, source=Source("NRRD"))
    other = Analysis(replace(analysis.images, dynamic=dynamic), analysis.settings)
    with pytest.raises(InputError) as caught:
        sources(other)
    assert caught.value.code == "study_not_dicom"


TYPE_2 = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "StudyID", "AccessionNumber", "FrameOfReferenceUID", "SliceThickness",
)  # fmt: skip


def analysed_with(root, folder, change):
    """Export the study as DICOM to a folder after a change to the header of every image."""
    inputs, study = study_inputs(root), folder / "study"
    for file in sorted(Path(inputs.study).rglob("*.dcm")):
        image = pydicom.dcmread(file)
        change(image)
        target = study / file.relative_to(inputs.study)
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save_as(target)
    return analyse(replace(inputs, study=str(study)), SETTINGS, folder / "out", formats=("dicom",))


@pytest.mark.long
def test_tags_that_an_anonymiser_removed_do_not_stop_the_export(made, tmp_path):
    """Absent tags are written empty, or made where they must have a value."""

    def remove(image):
        for keyword in TYPE_2:
            if keyword in image:
                delattr(image, keyword)

    outcome = analysed_with(made[0], tmp_path, remove)
    assert outcome.not_written == {}
    written = [pydicom.dcmread(p) for p in (tmp_path / "out" / "dicom").glob("*.dcm")]
    assert len(written) >= 4
    assert len({w.StudyInstanceUID for w in written}) == 1
    assert all(w.PatientBirthDate == "" and w.AccessionNumber == "" for w in written)


@pytest.mark.long
def test_invalid_values_of_a_header_do_not_stop_the_export(made, tmp_path):
    """They are left empty, with a note; UIDs are kept, because images and objects share them."""

    def spoil(image):
        image.PatientSex, image.PatientBirthDate, image.PatientAge = "X", "1970-01-02", "54"
        image.StudyInstanceUID = image.FrameOfReferenceUID = "1.2.03.4"

    outcome = analysed_with(made[0], tmp_path, spoil)
    assert outcome.not_written == {}
    note = next(n for n in outcome.result.notes if "PatientSex" in n)
    assert "PatientBirthDate" in note
    assert note in json.loads((tmp_path / "out" / "provenance.json").read_text())["notes"]
    written = [pydicom.dcmread(p) for p in (tmp_path / "out" / "dicom").glob("*.dcm")]
    assert len(written) >= 4
    image = pydicom.dcmread(next((tmp_path / "study").rglob("*.dcm")))
    for dataset in written:
        assert (dataset.PatientSex, dataset.PatientBirthDate) == ("", "")
        assert (dataset.PatientID, dataset.StudyInstanceUID) == (image.PatientID, "1.2.03.4")


def test_one_object_that_cannot_be_made_leaves_the_others(made, tmp_path, monkeypatch):
    _, outcome, _ = made

    def fail(*_arguments, **_keywords):
        raise AttributeError("no attribute of that name")

    monkeypatch.setattr("SpineDCELib.export.dicom.measurement_report", fail)
    missing = write_formats(tmp_path, outcome.analysis, outcome.result, formats=("dicom", "nifti"))
    assert list(missing) == ["dicom/measurements.dcm"]
    assert "no attribute of that name" in missing["dicom/measurements.dcm"]
    assert (tmp_path / "dicom" / "vp.dcm").is_file()
    assert (tmp_path / "dicom" / "regions.dcm").is_file()
    assert list(tmp_path.glob("vp.nii*"))


@pytest.mark.long
def test_one_region_alone_is_exported(made, tmp_path):
    root, _, _ = made
    found = read_segmentation(root / "truth" / "rois.seg.nrrd")
    one = tmp_path / "lesion.nrrd"
    image = sitk.GetImageFromArray(found.masks["Lesion"].astype(np.uint8))
    image.SetSpacing(found.geometry.spacing)
    image.SetOrigin(found.geometry.affine[:3, 3].tolist())
    image.SetDirection(found.geometry.direction.ravel().tolist())
    sitk.WriteImage(image, str(one))
    inputs = replace(study_inputs(root), roi=(str(one),))
    outcome = analyse(inputs, SETTINGS, tmp_path / "out", formats=("dicom",))
    assert outcome.not_written == {}
    written = pydicom.dcmread(tmp_path / "out" / "dicom" / "regions.dcm")
    assert len(written.SegmentSequence) == 1
    assert written.pixel_array.sum() == found.masks["Lesion"].sum()


@pytest.mark.long
def test_a_study_without_thickness_frame_of_reference_and_class_is_exported(made, tmp_path):
    root, _, _ = made
    inputs, study = study_inputs(root), tmp_path / "study"
    for file in sorted(Path(inputs.study).rglob("*.dcm")):
        image = pydicom.dcmread(file)
        for keyword in (
            "SliceThickness", "FrameOfReferenceUID", "SOPClassUID", "PatientName", "PatientID",
        ):  # fmt: skip
            if keyword in image:
                delattr(image, keyword)
        target = study / file.relative_to(inputs.study)
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save_as(target, enforce_file_format=False)
    outcome = analyse(
        replace(inputs, study=str(study)), SETTINGS, tmp_path / "out", formats=("dicom",)
    )
    assert outcome.not_written == {}
    written = [pydicom.dcmread(p) for p in (tmp_path / "out" / "dicom").glob("*.dcm")]
    assert len({w.FrameOfReferenceUID for w in written if "FrameOfReferenceUID" in w}) == 1


def test_a_figure_that_cannot_be_drawn_leaves_the_numbers(made, tmp_path, monkeypatch, capsys):
    root, _, _ = made

    def fail(*_arguments, **_keywords):
        raise ValueError("no font of that name")

    monkeypatch.setattr("SpineDCELib.export.analysis_files.write_overview", fail)
    out = tmp_path / "out"
    truth = root / "truth"
    code = main(
        ["analyse", str(root / "dicom"), "-o", str(out), "--aif-file", str(truth / "aif.csv"),
         "--t1-vfa", "--shift", "5", "--roi", str(truth / "rois.seg.nrrd")]
    )  # fmt: skip
    assert code == 1
    assert "! overview.png was not written" in capsys.readouterr().out
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert list(record["not written"]) == ["overview.png"]
    assert (out / "measurements.csv").is_file()
