"""Analyze, MetaImage, PAR/REC and compressed DICOM: read exactly, or refused with what to do."""

import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import written
from SpineDCELib.errors import InputError
from SpineDCELib.series import metaimage_reader as meta
from SpineDCELib.series import read_dynamic, read_segmentation, read_volume, scan_study

SPACING, ORIGIN = (1.5, 2.0, 4.0), (-10.0, 20.0, 30.0)


def pixels(frames=12, seed=0):
    return np.random.default_rng(seed).integers(0, 2000, (frames, 3, 6, 5)).astype(np.int16)


def write_meta(path, array, *, compressed=False):
    image = sitk.GetImageFromArray(array, isVector=False)
    image.SetSpacing((*SPACING, 1.0)[: array.ndim])
    image.SetOrigin((*ORIGIN, 0.0)[: array.ndim])
    sitk.WriteImage(image, str(path), useCompression=compressed)
    return path


def write_analyze(path, array, *, scale=0.0):
    """Write ``path`` (.hdr) and the .img beside it as Analyze 7.5 has them."""
    head = bytearray(348)
    struct.pack_into("<i", head, 0, 348)
    frames, k, j, i = array.shape
    struct.pack_into("<8h", head, 40, 4, i, j, k, frames, 1, 1, 1)
    struct.pack_into("<2h", head, 70, 4, 16)  # signed short
    struct.pack_into("<8f", head, 76, 0, *SPACING, 5.0, 0, 0, 0)
    struct.pack_into("<2f", head, 108, 0.0, scale)
    struct.pack_into("<i", head, 32, 16384)
    head[38:39] = b"r"
    path.write_bytes(head)
    path.with_suffix(".img").write_bytes(array.astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("name", ["d.mha", "d.mhd", "packed.mha", "packed.mhd"])
def test_metaimages_are_read_exactly(tmp_path, name):
    array = pixels()
    write_meta(tmp_path / name, array, compressed=name.startswith("packed"))
    study = scan_study(tmp_path)
    assert study.not_images == 0
    [series] = study.series
    assert series.role == "dynamic"
    assert {Path(f) for f in series.files} == set(tmp_path.iterdir())
    assert series.times is None  # the format has none
    found = read_dynamic(study, frame_interval=5.0)
    np.testing.assert_array_equal(found.signal, array)
    np.testing.assert_allclose(found.geometry.spacing, SPACING)
    np.testing.assert_allclose(found.geometry.origin, ORIGIN)
    assert scan_study(tmp_path / name).series[0].format == "MetaImage"


def test_the_times_of_a_sidecar_are_used(tmp_path):
    write_meta(tmp_path / "d.mha", pixels(4))
    side = {"VolumeTiming": [0, 3, 7, 12], "RepetitionTime": 0.0045, "FlipAngle": 20}
    (tmp_path / "d.json").write_text(json.dumps(side), encoding="utf-8")
    [series] = scan_study(tmp_path / "d.mha").series
    np.testing.assert_array_equal(series.times, [0, 3, 7, 12])
    assert (series.acquisition.TR, series.acquisition.FA) == (0.0045, 20)


def test_label_maps_and_volumes_may_be_metaimages(tmp_path):
    labels = np.zeros((3, 6, 5), np.uint8)
    labels[1, 2:4, 1:3] = 2
    found = read_segmentation(write_meta(tmp_path / "labels.mha", labels))
    np.testing.assert_array_equal(found.masks["label 2"], labels == 2)
    np.testing.assert_array_equal(read_volume(tmp_path / "labels.mha").array, labels)


def damaged(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"DimSize = 5 6 3 4", b"DimSize = 5 6 3 9", "truncated_file"),
        (b"DimSize = 5 6 3 4", b"DimSize = 50000 60000 30000 4", "truncated_file"),
        (b"DimSize = 5 6 3 4", b"DimSize = -5 6 3 4", "unreadable_metaimage"),
        (b"ElementDataFile = d.raw", b"ElementDataFile = /etc/passwd", "data_file_refused"),
        (b"ElementDataFile = d.raw", b"ElementDataFile = ../d.raw", "data_file_refused"),
        (b"ElementDataFile = d.raw", b"ElementDataFile = none.raw", "data_file_refused"),
        (b"ElementDataFile = d.raw", b"ElementDataFile = LIST", "several_data_files"),
        (b"ElementDataFile = d.raw", b"ElementDataFile = d%d.raw 1 4 1", "several_data_files"),
        (b"ElementType = MET_SHORT", b"ElementType = MET_OTHER", "unreadable_metaimage"),
        (b"ElementSpacing = 1.5", b"ElementSpacing = 1e-9", "implausible_geometry"),
        (b"CompressedData = False", b"CompressedData = True", "truncated_file"),
    ],
)
def test_metaimages_that_lie_are_refused_with_the_reason(tmp_path, old, new, code):
    path = write_meta(tmp_path / "d.mhd", pixels(4))
    assert old in path.read_bytes()
    damaged(path, old, new)
    with pytest.raises(InputError) as caught:
        meta.open_metaimage(path, str(path))
    assert caught.value.code == code
    [problem] = scan_study(tmp_path / "d.mhd").problems
    assert str(path) in problem


def test_compressed_pixels_are_expanded_within_bounds(tmp_path):
    path = write_meta(tmp_path / "d.mha", np.zeros((4, 3, 6, 5), np.int16), compressed=True)
    damaged(path, b"DimSize = 5 6 3 4", b"DimSize = 5000 6000 300 4")
    assert "far more pixels" in scan_study(path).problems[0]


def test_analyze_pairs_are_read_exactly_with_a_note_on_the_sides(tmp_path):
    array = pixels()
    write_analyze(tmp_path / "d.hdr", array)
    study = scan_study(tmp_path)
    assert study.not_images == 0
    [series] = study.series
    assert (series.format, series.role) == ("Analyze", "dynamic")
    assert "orientation" in " ".join(series.notes)
    found = read_dynamic(study, frame_interval=5.0)
    np.testing.assert_array_equal(found.signal, array)
    np.testing.assert_allclose(found.geometry.spacing, SPACING)
    # Each of the two files stands for the pair.
    assert scan_study(tmp_path / "d.img").series[0].dimensions == (12, 3, 6, 5)


def test_analyze_pairs_that_are_incomplete_are_refused(tmp_path):
    write_analyze(tmp_path / "d.hdr", pixels())
    (tmp_path / "d.img").write_bytes(b"1234")
    assert "truncated" in scan_study(tmp_path).problems[0]
    (tmp_path / "d.img").unlink()
    assert "d.img" in scan_study(tmp_path).problems[0]


@pytest.mark.slow
def test_dicom_that_gzip_compressed_is_read(tmp_path):
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    written(plain)
    packed.mkdir()
    for file in plain.rglob("*"):
        if file.is_file():
            name = packed / (file.relative_to(plain).as_posix().replace("/", "_") + ".gz")
            name.write_bytes(gzip.compress(file.read_bytes()))
    one, two = scan_study(plain), scan_study(packed)
    np.testing.assert_array_equal(read_dynamic(one).signal, read_dynamic(two).signal)
    np.testing.assert_array_equal(read_dynamic(one).times, read_dynamic(two).times)
    broken = next(packed.glob("*.gz"))
    broken.write_bytes(broken.read_bytes()[:-20])
    assert any(broken.name in problem for problem in scan_study(packed).problems)


def test_formats_that_are_not_read_are_named_with_what_to_do(tmp_path):
    for name in ("a.mgz", "b.jpg", "c.jpg", "d.tar.gz", "2dseq", "e.mnc", "f.mat"):
        (tmp_path / name).write_bytes(b"\x1f\x8b something")
    study = scan_study(tmp_path)
    assert study.not_images == 7
    said = " ".join(study.problems)
    for words in ("mri_convert", "2 files such as", "unpack them", "research scanner", "mnc2nii"):
        assert words in said
    assert len(study.problems) == 6


PAR = """# === DATA DESCRIPTION FILE ======================================================
#
# CLINICAL TRYOUT             Research image export tool     V4.2
#
# === GENERAL INFORMATION ========================================================
#
.    Patient name                       :   nobody
.    Examination name                   :   spine
.    Protocol name                      :   DCE spine
.    Examination date/time              :   2026.01.02 / 10:11:12
.    Series Type                        :   Image   MRSERIES
.    Acquisition nr                     :   5
.    Reconstruction nr                  :   1
.    Scan Duration [sec]                :   60
.    Max. number of cardiac phases      :   1
.    Max. number of echoes              :   1
.    Max. number of slices/locations    :   {slices}
.    Max. number of dynamics            :   {dynamics}
.    Max. number of mixes               :   1
.    Patient position                   :   Head First Supine
.    Preparation direction              :   Anterior-Posterior
.    Technique                          :   T1FFE
.    Scan resolution  (x, y)            :   5  6
.    Scan mode                          :   3D
.    Repetition time [ms]               :   4.500
.    FOV (ap,fh,rl) [mm]                :   12.000  12.000  7.500
.    Water Fat shift [pixels]           :   1.000
.    Angulation midslice(ap,fh,rl)[degr]:   0.000  0.000  0.000
.    Off Centre midslice(ap,fh,rl) [mm] :   3.000  4.000  5.000
.    Flow compensation <0=no 1=yes> ?   :   0
.    Presaturation     <0=no 1=yes> ?   :   0
.    Phase encoding velocity [cm/sec]   :   0.000  0.000  0.000
.    MTC               <0=no 1=yes> ?   :   0
.    SPIR              <0=no 1=yes> ?   :   0
.    EPI factor        <0,1=no EPI>     :   1
.    Dynamic scan      <0=no 1=yes> ?   :   1
.    Diffusion         <0=no 1=yes> ?   :   0
.    Diffusion echo time [ms]           :   0.000
.    Max. number of diffusion values    :   1
.    Max. number of gradient orients    :   1
.    Number of label types   <0=no ASL> :   0
#
# === PIXEL VALUES =============================================================
# === IMAGE INFORMATION DEFINITION =============================================
#
# === IMAGE INFORMATION ==========================================================

"""


def write_parrec(path, array, times, *, slopes=None, order=None, stem=None):
    """Write a V4.2 pair; each frame has its own rescale slope."""
    frames, slices = array.shape[:2]
    slopes = slopes if slopes is not None else np.ones(frames)
    lines, stored = [], []
    places = [(f, k) for f in range(frames) for k in range(slices)]
    for index, (f, k) in enumerate(order(places) if order else places):
        lines.append(
            f"{k + 1} 1 {f + 1} 1 0 2 {index} 16 100 5 6 0.0 {slopes[f]:.5f} {1 / slopes[f]:.8f} "
            f"500 1000 0.0 0.0 0.0 3.0 4.0 {5.0 + 4 * (k - (slices - 1) / 2):.3f} 3.0 1.0 0 1 0 2 "
            f"1.5 2.0 2.30 {times[f]:.2f} 0.00 0.00 1 20.00 0 0 0 0 0.0 1 1 7 0 0.0 0.0 0.0 1"
        )
        stored.append(array[f, k])
    path.write_text(
        PAR.format(slices=slices, dynamics=frames) + "\n".join(lines) + "\n", encoding="latin-1"
    )
    path.with_suffix(".REC" if path.suffix.isupper() else ".rec").write_bytes(
        np.stack(stored).astype("<u2").tobytes()
    )
    return path


def test_par_rec_is_read_with_its_scales_order_and_times(tmp_path):
    pytest.importorskip("nibabel", reason="nibabel is not installed")
    array, times = pixels(), np.cumsum(np.linspace(4, 6, 12))
    slopes = np.linspace(0.5, 2.0, 12)

    def shuffled(places):
        return sorted(places, key=lambda place: (place[1], -place[0]))

    write_parrec(tmp_path / "d.PAR", array, times, slopes=slopes, order=shuffled)
    study = scan_study(tmp_path)
    assert study.not_images == 0
    [series] = study.series
    assert (series.format, series.role) == ("PAR/REC", "dynamic")
    np.testing.assert_allclose(series.times, np.round(times, 2) - np.round(times[0], 2))
    found = read_dynamic(study)
    acquired = found.acquisition
    np.testing.assert_allclose([acquired.TR, acquired.TE, acquired.FA], [0.0045, 0.0023, 20])
    # (pixel · slope) / (slope · scale slope), and the scale slope is 1/slope here.
    np.testing.assert_allclose(found.signal, array * slopes[:, None, None, None], rtol=1e-4)
    np.testing.assert_allclose(found.geometry.spacing, (1.5, 2.0, 4.0))
    centre = found.geometry.affine @ [2.0, 2.5, 1.0, 1.0]
    np.testing.assert_allclose(centre[:3], (5.0, 3.0, 4.0), atol=1e-6)  # left, back, head


def test_par_rec_with_too_few_pixels_or_lines_is_refused(tmp_path):
    pytest.importorskip("nibabel", reason="nibabel is not installed")
    path = write_parrec(tmp_path / "d.par", pixels(), np.arange(12) * 5.0)
    rec = path.with_suffix(".rec")
    rec.write_bytes(rec.read_bytes()[:-10])
    assert "truncated" in scan_study(tmp_path).problems[0]
    path.write_text("nonsense", encoding="utf-8")
    assert "not a readable PAR header" in scan_study(tmp_path).problems[0]


def test_par_rec_without_nibabel_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nibabel", None)
    write_parrec(tmp_path / "d.par", pixels(), np.arange(12) * 5.0)
    [problem] = scan_study(tmp_path / "d.par").problems
    assert "nibabel" in problem
