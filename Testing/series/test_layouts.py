"""Every layout × vendor × time tag is read back to the pixels that were written.

The matrix is written from two series: one synthetic, and one cut from the digital spine.
"""

import itertools
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.fileset import FileSet
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from sample_patients import sample_visit
from series.dicom_layouts import (
    FRAMES,
    SLICES,
    TIMES,
    VENDORS,
    WAYS,
    Layout,
    check,
    cut_from_spine,
    enhanced,
    made_up,
    oblique_affine,
    save,
    save_all,
    save_bare,
    stored_phase,
    tell_time,
    truth,
    written,
)
from SpineDCELib.errors import InputError
from SpineDCELib.series import read_dynamic, scan_study
from SpineDCELib.series.image_header import read_headers
from SpineDCELib.series.pixel_values import load_frames

# Values that real scanners write and the standard forbids.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
]


@pytest.fixture(scope="session")
def spine(tmp_path_factory):
    folder = sample_visit(tmp_path_factory, "A", "before")
    return cut_from_spine(folder / "dicom", folder / "truth")


@pytest.fixture(params=["made up", pytest.param("digital spine", marks=pytest.mark.long)])
def known(request):
    return made_up() if request.param == "made up" else request.getfixturevalue("spine")


def check_known(series, known, tolerance=1e-4):
    check(series, affine=known.affine, pixels=known.pixels, times=known.times, tolerance=tolerance)


def layout_of(known, **values):
    return Layout(affine=known.affine, times=known.times, **values)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["frame", "slice"])
@pytest.mark.parametrize(("vendor", "way"), WAYS)
def test_one_series(tmp_path, known, vendor, way, order):
    layout = layout_of(known, vendor=vendor)
    images = layout.images(known.pixels, order=order)
    tell_time(images, layout, way)
    save_all(images, tmp_path)
    series = read_dynamic(tmp_path)
    check_known(series, known)
    assert pytest.approx(0.0045) == series.acquisition.TR
    assert pytest.approx(0.0015) == series.acquisition.TE
    assert series.acquisition.FA == 25.0
    assert series.acquisition.field_strength == 1.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vendor", "way"), [w for w in WAYS if w[1] not in ("slice by slice", "ContentTime")]
)
def test_one_series_per_frame(tmp_path, known, vendor, way):
    layout = layout_of(known, vendor=vendor)
    images = layout.images(known.pixels)
    tell_time(images, layout, way)
    for image in images:
        image.ds.SeriesInstanceUID = layout.uid("series", image.f)
        # Series are not always numbered in the order of time.
        image.ds.SeriesNumber = 100 + (7 * image.f) % FRAMES
        image.ds.SeriesDescription = f"Ph{image.f + 1}/DCE sag"
        save(image.ds, tmp_path / f"s{image.f:02d}" / image.name)
    check_known(read_dynamic(tmp_path), known)


@pytest.mark.slow
@pytest.mark.parametrize(("vendor", "way"), WAYS)
def test_magnitude_and_phase_in_one_series(tmp_path, known, vendor, way):
    layout = layout_of(known, vendor=vendor)
    magnitude = layout.images(known.pixels)
    phase = layout.images(known.phase, kind="P", slope=[2] * FRAMES, intercept=-4096)
    images = magnitude + phase
    tell_time(images, layout, way)
    for n, image in enumerate(images):
        image.ds.InstanceNumber = n + 1
    save_all(images, tmp_path)
    series = read_dynamic(tmp_path)
    check_known(series, known)
    expected = (known.phase.astype(float) * 2 - 4096) * np.pi / 4096
    np.testing.assert_allclose(series.phase, expected, atol=1e-5)


def test_magnitude_and_phase_in_separate_series_with_ge_labels(tmp_path, known):
    layout = layout_of(known, vendor="GE MEDICAL SYSTEMS")
    magnitude = layout.images(known.pixels, kind="OTHER")
    later = layout.moved(series_number=500)
    milliradians = np.round((known.phase / 4096 - 0.5) * 2 * 3141).astype(np.int16)
    phase = later.images(milliradians.view(np.uint16), kind="OTHER")
    for images, kind, own in ((magnitude, 0, layout), (phase, 1, later)):
        tell_time(images, own, "TriggerTime")
        for image in images:
            block = image.ds.private_block(0x0043, "GEMS_PARM_01", create=True)
            block.add_new(0x2F, "SS", kind)
            if kind:
                image.ds.PixelRepresentation, image.ds.BitsStored = 1, 16
        save_all(images, tmp_path / str(kind))
    series = read_dynamic(tmp_path)
    check_known(series, known)
    np.testing.assert_allclose(series.phase, milliradians / 1000.0, atol=1e-6)


@pytest.mark.parametrize(
    ("vendor", "way", "kind"),
    [
        ("SIEMENS", "AcquisitionTime", "P"),
        ("Philips Medical Systems", "Philips private", "PHASE MAP"),
    ],
)
def test_magnitude_and_phase_in_separate_series(tmp_path, known, vendor, way, kind):
    layout = layout_of(known, vendor=vendor)
    later = layout.moved(series_number=6, description="DCE sag phase")
    span, low = (2, -4096) if vendor == "SIEMENS" else (2 * 3141.6 / 4095, -3141.6)
    for images, own in (
        (layout.images(known.pixels), layout),
        (later.images(known.phase, kind=kind, slope=[span] * FRAMES, intercept=low), later),
    ):
        tell_time(images, own, way)
        save_all(images, tmp_path / str(own.series_number))
    series = read_dynamic(tmp_path)
    check_known(series, known)
    turn = np.pi / 4096 if vendor == "SIEMENS" else 1e-3
    np.testing.assert_allclose(
        series.phase, (known.phase.astype(float) * span + low) * turn, atol=1e-3
    )


def test_phase_of_a_dropped_frame_is_dropped_too(tmp_path):
    layout = Layout()
    images = [
        *layout.images(truth()),
        *layout.images(stored_phase(), kind="P", slope=[2] * FRAMES, intercept=-4096),
    ]
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path)
    (tmp_path / "M006_02.dcm").unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 6]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    expected = (stored_phase()[keep].astype(float) * 2 - 4096) * np.pi / 4096
    np.testing.assert_allclose(series.phase, expected, atol=1e-5)
    (tmp_path / "P003_01.dcm").unlink()
    series = read_dynamic(tmp_path)
    assert series.phase is None
    assert any("No phase series matches" in n for n in series.notes)


def test_real_and_imaginary(tmp_path):
    layout = Layout()
    real, imaginary = truth(1).astype(float), truth(2).astype(float)
    images = [
        *layout.images(truth(1), kind="R", slope=[1] * FRAMES, intercept=-1500),
        *layout.images(truth(2), kind="I", slope=[1] * FRAMES, intercept=-1500),
    ]
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path)
    series = read_dynamic(tmp_path)
    np.testing.assert_allclose(series.signal, np.hypot(real - 1500, imaginary - 1500), rtol=1e-6)
    np.testing.assert_allclose(series.phase, np.arctan2(imaginary - 1500, real - 1500), atol=1e-6)


@pytest.mark.parametrize("order", ["frame", "slice"])
@pytest.mark.parametrize(
    "way", ["FrameAcquisitionDateTime", "TemporalPositionTimeOffset", "Philips private"]
)
@pytest.mark.parametrize("kinds", [("MAGNITUDE",), ("MAGNITUDE", "PHASE")])
def test_enhanced_in_one_file(tmp_path, known, kinds, way, order):
    vendor = "Philips Medical Systems" if way.startswith("Philips") else "Siemens"
    pixels = np.stack([known.pixels, known.phase][: len(kinds)])
    save(enhanced(layout_of(known, vendor=vendor), pixels, way=way, kinds=kinds, order=order),
         tmp_path / "all")  # fmt: skip
    series = read_dynamic(tmp_path)
    check_known(series, known)
    assert (series.phase is not None) == (len(kinds) > 1)


#: Vendor → how its enhanced objects may tell the time of a frame.
ENHANCED = {
    "GE MEDICAL SYSTEMS": ("FrameReferenceDateTime", "TriggerTime", "FrameAcquisitionDateTime"),
    "CANON_MEC": (
        "FrameAcquisitionDateTime",
        "FrameAcquisitionDateTime without index",
        "FrameReferenceDateTime",
    ),
    "UIH": (
        "FrameAcquisitionDateTime",
        "FrameAcquisitionDateTime without index",
        "TemporalPositionTimeOffset",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("files", ["one file", "one file per frame"])
@pytest.mark.parametrize("order", ["frame", "slice"])
@pytest.mark.parametrize(
    ("vendor", "way"), [(vendor, way) for vendor, ways in ENHANCED.items() for way in ways]
)
def test_enhanced_of_other_vendors(tmp_path, known, vendor, way, order, files):
    layout = layout_of(known, vendor=vendor)
    parts = [[f] for f in range(FRAMES)] if files != "one file" else [None]
    for n, frames in enumerate(parts):
        ds = enhanced(layout, known.pixels[None], way=way, order=order, frames=frames)
        save(ds, tmp_path / f"{FRAMES - n}.dcm")
    check_known(read_dynamic(tmp_path), known)


@pytest.mark.parametrize("own_series", [False, True])
def test_enhanced_with_one_file_per_frame(tmp_path, known, own_series):
    layout = layout_of(known)
    for f in range(FRAMES):
        ds = enhanced(layout, known.pixels[None], frames=[f])
        if own_series:
            ds.SeriesInstanceUID = layout.uid("series", f)
        save(ds, tmp_path / f"{FRAMES - f}.dcm")
    check_known(read_dynamic(tmp_path), known)


def test_rescale_of_each_frame(tmp_path):
    layout = Layout()
    slopes = [1 + 0.25 * f for f in range(FRAMES)]
    images = layout.images(truth(), slope=slopes, intercept=-3)
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path)
    expected = truth() * np.array(slopes)[:, None, None, None] - 3
    check(read_dynamic(tmp_path), pixels=expected.astype(np.float32))


def test_philips_scale_slope_makes_frames_comparable(tmp_path):
    """Chenevert 2014: true signal = stored / scale slope, whatever the display slope is."""
    layout = Layout(vendor="Philips Medical Systems")
    slopes = [1 + 0.25 * f for f in range(FRAMES)]
    images = layout.images(truth(), slope=slopes)
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        block = image.ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        block.add_new(0x0E, "FL", 0.5)
    save_all(images, tmp_path)
    np.testing.assert_allclose(read_dynamic(tmp_path).signal, truth(), rtol=1e-5)


@pytest.mark.parametrize("way", ["AcquisitionTime", "AcquisitionDateTime"])
@pytest.mark.parametrize("after", [3.0, 30.0, 58.0])
def test_times_past_midnight(tmp_path, way, after):
    written(tmp_path, way=way, start=86400.0 - after)
    check(read_dynamic(tmp_path), tolerance=1e-4)


def test_sheared_slices_give_a_sheared_grid(tmp_path):
    affine = oblique_affine(tilt=12.0)
    written(tmp_path, affine=affine)
    check(read_dynamic(tmp_path), affine=affine)


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ],
)
def test_transfer_syntax(tmp_path, syntax):
    layout = Layout()
    # JPEG 2000 needs images of some size for its wavelets.
    pixels = np.tile(truth(), (1, 1, 7, 8))
    images = layout.images(pixels)
    tell_time(images, layout, "AcquisitionTime")
    try:
        save_all(images, tmp_path, syntax=syntax)
    except (RuntimeError, NotImplementedError) as error:
        pytest.skip(f"no encoder for {syntax.name} here: {error}")
    check(read_dynamic(tmp_path), pixels=pixels)


#: Tool and options of DCMTK, and the transfer syntax that it writes.
ENCODERS = {
    "dcmcjpeg +el": JPEGLossless,
    **{f"dcmcjpeg +el +sv {n}": JPEGLossless for n in range(2, 8)},
    "dcmcjpeg +e1": JPEGLosslessSV1,
    "dcmcjpls +el": JPEGLSLossless,
    "dcmcrle": RLELossless,
    "dcmconv +td": DeflatedExplicitVRLittleEndian,
    "dcmconv +ti": ImplicitVRLittleEndian,
    "dcmconv +tb": ExplicitVRBigEndian,
}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["classic", "enhanced"])
@pytest.mark.parametrize("encoder", ENCODERS)
def test_transfer_syntax_of_another_encoder(tmp_path, spine, encoder, kind):
    tool, *options = encoder.split()
    if shutil.which(tool) is None:
        pytest.skip(f"DCMTK's {tool} is not installed")
    layout = layout_of(spine)
    if kind == "enhanced":
        save(enhanced(layout, spine.pixels[None]), tmp_path / "plain" / "all.dcm")
    else:
        images = layout.images(spine.pixels)
        tell_time(images, layout, "AcquisitionTime")
        save_all(images, tmp_path / "plain")
    (tmp_path / "sent").mkdir()
    for file in (tmp_path / "plain").iterdir():
        sent = tmp_path / "sent" / file.name
        subprocess.run([tool, *options, file, sent], check=True, capture_output=True)
        assert pydicom.dcmread(sent).file_meta.TransferSyntaxUID == ENCODERS[encoder]
    check_known(read_dynamic(tmp_path / "sent"), spine)


COMPRESSED = Path(__file__).parents[1] / "security" / "compressed"


@pytest.mark.parametrize("others", [True, False], ids=["Pydicom's decoders", "none but ITK"])
@pytest.mark.parametrize("name", ["jpeg-lossless", "jpeg-lossless-first-order", "jpeg-12-bit",
                                  "jpeg-ls", "jpeg-2000"])  # fmt: skip
def test_jpeg_needs_no_package_under_the_gpl(name, others, monkeypatch):
    from SpineDCELib.series import pixel_values

    if not others:
        monkeypatch.setattr(pixel_values, "_is_for_itk", lambda syntax: True)
    monkeypatch.setitem(sys.modules, "libjpeg", None)
    for syntax in pixel_values._JPEG:
        assert pixel_values._is_for_itk(syntax)
    values = {}
    for file in (COMPRESSED / "plain.dcm", COMPRESSED / f"{name}.dcm"):
        headers = read_headers(str(file))
        values[file.stem] = load_frames([[h] for h in headers], {h.header.file: str(file)
                                                                 for h in headers})  # fmt: skip
    loss = 0 if name != "jpeg-12-bit" else 8
    np.testing.assert_allclose(values[name], values["plain"], atol=loss)


def test_compressed_without_a_decoder_names_the_package(tmp_path, monkeypatch):
    written(tmp_path)
    import pydicom.pixels.decoders as decoders

    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path, syntax=RLELossless)
    monkeypatch.setattr(decoders.RLELosslessDecoder, "_available", {})
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_decoder"


def test_big_endian(tmp_path):
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        ds = image.ds
        ds.PixelData = np.frombuffer(ds.PixelData, np.uint16).astype(">u2").tobytes()
        save(ds, tmp_path / image.name)
        ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        ds.save_as(tmp_path / image.name, implicit_vr=False, little_endian=False)
    check(read_dynamic(tmp_path))


def test_files_without_preamble_or_extension(tmp_path):
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    for n, image in enumerate(images):
        save_bare(image.ds, tmp_path / f"{(n * 29) % 997:08X}")
    check(read_dynamic(tmp_path))


@pytest.mark.slow
def test_dicomdir(tmp_path):
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    files = FileSet()
    for image in images:
        image.ds.StudyID, image.ds.AccessionNumber = "1", ""
        save(image.ds, tmp_path / "raw" / image.name)
        files.add(tmp_path / "raw" / image.name)
    files.write(tmp_path / "disc")
    check(read_dynamic(tmp_path / "disc"))
    check(read_dynamic(tmp_path / "disc" / "DICOMDIR"))


def test_zip(tmp_path):
    written(tmp_path / "in")
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for file in (tmp_path / "in").iterdir():
            archive.write(file, f"a/b/{file.name}")
    series = read_dynamic(tmp_path / "study.zip")
    check(series)
    assert series.source.files[0].startswith(str(tmp_path / "study.zip"))


def test_patients_are_never_combined(tmp_path):
    written(tmp_path)
    other = Layout(patient="P2", name="ROE^RICHARD")
    strange = other.images(truth(99)[:2])
    tell_time(strange, other, "AcquisitionTime")
    for image in strange:
        # Even with the same series UID, as careless anonymisers leave it.
        image.ds.SeriesInstanceUID = Layout().uid("series", 5)
        image.name = "other_" + image.name
    save_all(strange, tmp_path)
    study = scan_study(tmp_path)
    assert study.patients == ("P1", "P2")
    assert any("2 patients" in p for p in study.problems)
    check(read_dynamic(study))


@pytest.mark.slow
def test_two_dynamic_series_are_listed(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b", series_number=9, description="DCE again")
    with pytest.raises(InputError, match=r"Choose one.*DCE sag.*DCE again"):
        read_dynamic(tmp_path)
    check(read_dynamic(tmp_path, series=2))
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path, series=3)
    assert caught.value.code == "no_such_series"
    assert caught.value.fields == ("reading.series",)


def test_every_vendor_and_time_tag_is_written():
    assert len(WAYS) == len(set(WAYS)) == len(list(itertools.chain(*VENDORS.values())))
    assert truth().shape[:2] == (FRAMES, SLICES)
