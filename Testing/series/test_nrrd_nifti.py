"""NRRD in any axis order, MultiVolume and sequences of 3D Slicer, NIfTI with a sidecar."""

import gzip
import json

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import FRAMES, TIMES, oblique_affine, truth
from SpineDCELib.errors import InputError
from SpineDCELib.series import read_dynamic, read_volume, scan_study


def write_nrrd(
    path,
    axes,
    *,
    keys=(),
    kind="list",
    space="left-posterior-superior",
    encoding="gzip",
    units="",
    array=None,
):
    """Write a 4D NRRD by hand; ``axes`` in the file's order, from "f", "i", "j", "k"."""
    array = truth() if array is None else array
    affine = oblique_affine()
    if space == "right-anterior-superior":
        affine = np.diag([-1, -1, 1, 1]) @ affine
    numpy_axis = {"f": 0, "k": 1, "j": 2, "i": 3}
    column = {"i": 0, "j": 1, "k": 2}

    def vector(a):
        if a == "f":
            return "none"
        return "(" + ",".join(f"{v:.17g}" for v in affine[:3, column[a]]) + ")"

    data = array.transpose([numpy_axis[a] for a in reversed(axes)])
    big = encoding == "raw big"
    blob = np.ascontiguousarray(data).astype(">u2" if big else "<u2").tobytes()
    lines = [
        "NRRD0005",
        "type: unsigned short",
        f"dimension: {len(axes)}",
        f"space: {space}",
        "sizes: " + " ".join(str(array.shape[numpy_axis[a]]) for a in axes),
        "space directions: " + " ".join(vector(a) for a in axes),
        "kinds: " + " ".join(kind if a == "f" else "domain" for a in axes),
        f"endian: {'big' if big else 'little'}",
        f"encoding: {encoding.split()[0]}",
        *([f"units: {units}"] if units else []),
        "space origin: (" + ",".join(f"{v:.17g}" for v in affine[:3, 3]) + ")",
        *keys,
    ]
    body = gzip.compress(blob) if encoding == "gzip" else blob
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + body)


def labels(scale, unit):
    return [
        "MultiVolume.FrameIdentifyingDICOMTagName:=AcquisitionTime",
        f"MultiVolume.FrameIdentifyingDICOMTagUnits:={unit}",
        "MultiVolume.FrameLabels:=" + ",".join(f"{t * scale:.10g}" for t in TIMES + 3),
        "MultiVolume.DICOM.RepetitionTime:=4.5",
        "MultiVolume.DICOM.FlipAngle:=25",
        f"MultiVolume.NumberOfFrames:={FRAMES}",
    ]


def check(series, times=TIMES):
    np.testing.assert_array_equal(series.signal, truth())
    np.testing.assert_allclose(series.times, times, atol=1e-9)
    np.testing.assert_allclose(series.geometry.affine, oblique_affine(), atol=1e-9)


@pytest.mark.parametrize("space", ["left-posterior-superior", "right-anterior-superior"])
@pytest.mark.parametrize("encoding", ["gzip", "raw", "raw big"])
@pytest.mark.parametrize("axes", ["fijk", "ijkf", "ifjk", "ijfk"])
def test_multivolume_in_any_axis_order(tmp_path, axes, encoding, space):
    write_nrrd(tmp_path / "mv.nrrd", axes, keys=labels(1000, "ms"), encoding=encoding, space=space)
    series = read_dynamic(tmp_path)
    check(series)
    assert pytest.approx(0.0045) == series.acquisition.TR
    assert series.acquisition.FA == 25


def test_times_in_seconds(tmp_path):
    write_nrrd(tmp_path / "mv.nrrd", "fijk", keys=labels(1, "s"))
    check(read_dynamic(tmp_path / "mv.nrrd"))


@pytest.mark.parametrize(("axes", "axis"), [("fijk", 0), ("ijkf", 3)])
@pytest.mark.parametrize("kind", ["list", "time"])
def test_slicer_sequence(tmp_path, axes, axis, kind):
    units = " ".join('"s"' if a == "f" else '"mm"' for a in axes)
    keys = [f"axis {axis} index type:=numeric",
            f"axis {axis} index values:=" + " ".join(f"{t:.10g}" for t in TIMES)]  # fmt: skip
    write_nrrd(tmp_path / "dce.seq.nrrd", axes, keys=keys, units=units, kind=kind)
    series = read_dynamic(tmp_path / "dce.seq.nrrd")
    check(series)
    assert "index values" in series.time_origin


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["MultiVolume.FrameLabels:=" + ",".join(str(t) for t in TIMES)],  # no unit
        [*labels(1, "s")[:2], "MultiVolume.FrameLabels:=1,2,3"],
        [*labels(1, "s")[:2], "MultiVolume.FrameLabels:=" + ",".join(str(-t) for t in TIMES)],
        ["axis 0 index values:=" + " ".join(str(n) for n in range(FRAMES))],
    ],
)
def test_nrrd_without_usable_times_needs_a_frame_interval(tmp_path, keys):
    write_nrrd(tmp_path / "mv.nrrd", "fijk", keys=keys)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_frame_times"
    assert caught.value.fields == ("reading.frame_interval",)
    check(read_dynamic(tmp_path, frame_interval=5.0), times=np.arange(FRAMES) * 5.0)


def test_detached_header(tmp_path):
    write_nrrd(tmp_path / "mv.nrrd", "fijk", keys=labels(1000, "ms"), encoding="raw")
    head, _, body = (tmp_path / "mv.nrrd").read_bytes().partition(b"\n\n")
    (tmp_path / "mv.nrrd").unlink()
    (tmp_path / "mv.nhdr").write_bytes(head + b"\ndata file: mv.raw\n")
    (tmp_path / "mv.raw").write_bytes(body)
    check(read_dynamic(tmp_path))


@pytest.mark.parametrize("keep", [0, 3, 40, 300, -40])
def test_damaged_nrrd_is_reported(tmp_path, keep):
    write_nrrd(tmp_path / "mv.nrrd", "fijk", keys=labels(1000, "ms"))
    blob = (tmp_path / "mv.nrrd").read_bytes()
    (tmp_path / "mv.nrrd").write_bytes(blob[:keep])
    with pytest.raises(InputError):
        read_dynamic(tmp_path)


def test_volume_is_read_as_itk_reads_it(tmp_path):
    image = sitk.GetImageFromArray(truth()[0].astype(np.int16))
    image.SetSpacing((1.5, 2.5, 4.0))
    image.SetOrigin((10, -20, 30))
    image.SetDirection((0, 0, -1, 1, 0, 0, 0, -1, 0))
    for name in ("v.nrrd", "v.nii.gz"):
        sitk.WriteImage(image, str(tmp_path / name), True)
        volume = read_volume(tmp_path / name)
        np.testing.assert_array_equal(volume.array, truth()[0])
        for index in ((0, 0, 0), (7, 9, 3)):
            ours = volume.geometry.affine @ [*index, 1]
            expected = image.TransformIndexToPhysicalPoint(index)
            np.testing.assert_allclose(ours[:3], expected, atol=1e-4)


# ---------------------------------------------------------------------------- NIfTI


def write_nifti(path, interval, side=None):
    image = sitk.JoinSeries([sitk.GetImageFromArray(f) for f in truth()])
    image.SetSpacing((1.25, 1.5, 5.0, interval))
    sitk.WriteImage(image, str(path))
    if side is not None:
        path.with_name(path.name.split(".")[0] + ".json").write_text(json.dumps(side))


@pytest.mark.parametrize("name", ["dce.nii", "dce.nii.gz"])
def test_sidecar_with_volume_timing(tmp_path, name):
    side = {"VolumeTiming": list(TIMES), "RepetitionTime": 0.0045, "FlipAngle": 25,
            "EchoTime": 0.0015, "MagneticFieldStrength": 1.5}  # fmt: skip
    write_nifti(tmp_path / name, 0.0045, side)
    series = read_dynamic(tmp_path)
    np.testing.assert_array_equal(series.signal, truth())
    np.testing.assert_allclose(series.times, TIMES)
    a = series.acquisition
    assert (a.TR, a.TE, a.FA, a.field_strength) == (0.0045, 0.0015, 25, 1.5)


@pytest.mark.parametrize(
    ("interval", "side"),
    [
        (0.0045, {"RepetitionTime": 0.0045}),  # dcm2niix puts TR into pixdim[4]
        (5.0, {"RepetitionTime": 5.0}),
        (0.0045, None),
        (1.0, None),  # what a writer that knows nothing puts there
        (1.0, {"VolumeTiming": [0, 1, 1]}),
    ],
)
def test_nifti_without_times_needs_a_frame_interval(tmp_path, interval, side):
    write_nifti(tmp_path / "dce.nii", interval, side)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_frame_times"
    assert caught.value.fields == ("reading.frame_interval",)
    assert read_dynamic(tmp_path, frame_interval=5.0).times[-1] == 55.0


def test_interval_in_the_nifti_header_is_used_with_a_note(tmp_path):
    write_nifti(tmp_path / "dce.nii", 5.4, {"RepetitionTime": 0.0045})
    series = read_dynamic(tmp_path)
    np.testing.assert_allclose(np.diff(series.times), 5.4, rtol=1e-6)
    assert any("pixdim[4]" in n for n in series.notes)


def test_damaged_files_are_reported_and_the_rest_is_read(tmp_path):
    write_nifti(tmp_path / "dce.nii", 5.4, {"RepetitionTime": 0.0045})
    (tmp_path / "bad.nii").write_bytes(b"\0" * 400)
    (tmp_path / "bad.nii.gz").write_bytes(b"not gzip")
    (tmp_path / "bad.nrrd").write_bytes(b"NRRD0004\ntype: what\n\n")
    study = scan_study(tmp_path)
    assert len(study.series) == 1
    assert study.not_images >= 3
    assert sum("bad" in p for p in study.problems) == 3
