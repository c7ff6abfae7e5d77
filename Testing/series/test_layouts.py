"""Every layout × vendor × way of telling time is read back to the pixels that were written.

The matrix is written from two series: one made up, and one cut from the digital spine.
"""

import itertools
import shutil
import subprocess
import zipfile

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
    generate_uid,
)
from series.dicom_layouts import (
    FRAMES,
    SLICES,
    TIMES,
    VENDORS,
    Layout,
    clock,
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
)
from SpineDCELib.errors import InputError
from SpineDCELib.phantom import write_study
from SpineDCELib.series import read_dynamic, read_volume, scan_study

# Values that real scanners write and the standard forbids.
pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")

WAYS = [(vendor, way) for vendor, ways in VENDORS.items() for way in ways]


@pytest.fixture(scope="session")
def spine(tmp_path_factory):
    paths = write_study(tmp_path_factory.mktemp("spine") / "study", size="small")
    return cut_from_spine(paths.dicom, paths.truth)


@pytest.fixture(params=["made up", "digital spine"])
def known(request):
    return made_up() if request.param == "made up" else request.getfixturevalue("spine")


def check_known(series, known, tolerance=1e-4):
    check(series, affine=known.affine, pixels=known.pixels, times=known.times, tolerance=tolerance)


def layout_of(known, **values):
    return Layout(affine=known.affine, times=known.times, **values)


def check(series, *, affine=None, pixels=None, times=TIMES, tolerance=1e-6):
    affine = oblique_affine() if affine is None else affine
    np.testing.assert_array_equal(series.signal, truth() if pixels is None else pixels)
    np.testing.assert_allclose(series.times, times, atol=tolerance)
    np.testing.assert_allclose(series.geometry.affine, affine, atol=1e-6)


def written(folder, *, vendor="SIEMENS", way="AcquisitionTime", order="frame", **layout):
    layout = Layout(vendor=vendor, **layout)
    images = layout.images(truth(), order=order)
    tell_time(images, layout, way)
    save_all(images, folder)
    return layout, images


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


def test_magnitude_and_phase_apart_with_ge_labels(tmp_path, known):
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
def test_magnitude_and_phase_apart(tmp_path, known, vendor, way, kind):
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
    assert any("No phase series has the frames" in n for n in series.notes)


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


def test_philips_scale_slope_makes_frames_compare(tmp_path):
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
def test_midnight(tmp_path, way, after):
    written(tmp_path, way=way, start=86400.0 - after)
    check(read_dynamic(tmp_path), tolerance=1e-4)


def test_gantry_tilt_shears_the_grid(tmp_path):
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


def test_compressed_without_a_decoder_names_the_package(tmp_path, monkeypatch):
    written(tmp_path)
    import pydicom.pixels.decoders as decoders

    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path, syntax=RLELossless)
    monkeypatch.setattr(decoders.RLELosslessDecoder, "_available", {})
    with pytest.raises(InputError, match="pip install pylibjpeg"):
        read_dynamic(tmp_path)


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


def test_other_patients_are_never_mixed(tmp_path):
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


def test_two_dynamic_series_are_listed(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b", series_number=9, description="DCE again")
    with pytest.raises(InputError, match=r"--series N.*DCE sag.*DCE again"):
        read_dynamic(tmp_path)
    check(read_dynamic(tmp_path, series=2))
    with pytest.raises(InputError, match="no series 3"):
        read_dynamic(tmp_path, series=3)


# ---------------------------------------------------------------------------- broken frames


@pytest.mark.parametrize(("vendor", "way"), WAYS)
def test_frame_short_of_slices_is_dropped_and_named(tmp_path, vendor, way):
    written(tmp_path, vendor=vendor, way=way)
    next(tmp_path.glob("M006_02*")).unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 6]
    check(series, pixels=truth()[keep], times=TIMES[keep], tolerance=1e-4)
    assert any("Frame 7 is short of slices" in n for n in series.notes)


def test_slice_by_slice_with_a_missing_image(tmp_path):
    written(tmp_path, way="slice by slice")
    next(tmp_path.glob("M006_02*")).unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 6]
    check(series, pixels=truth()[keep], times=TIMES[keep], tolerance=1e-4)


def test_missing_frame_leaves_the_other_times(tmp_path):
    written(tmp_path, way="TemporalPositionIdentifier and AcquisitionTime")
    for file in tmp_path.glob("M004_*"):
        file.unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 4]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    assert any("Frame 5 of 12 is missing" in n for n in series.notes)
    given = read_dynamic(tmp_path, frame_interval=3.0)
    np.testing.assert_allclose(given.times, np.array(keep) * 3.0)


@pytest.mark.parametrize(
    "way", ["AcquisitionTime", "TriggerTime", "TemporalPositionIdentifier and AcquisitionTime"]
)
def test_doubled_frame_is_used_once(tmp_path, way):
    _, images = written(tmp_path, way=way)
    for image in images:
        if image.f == 3:
            image.ds.SOPInstanceUID = generate_uid()
            image.ds.InstanceNumber += 1000
            save(image.ds, tmp_path / f"again_{image.k}.dcm")
    series = read_dynamic(tmp_path)
    check(series)
    assert any("Frame 4 has doubled images" in n for n in series.notes)


def test_copies_of_files_are_read_once(tmp_path):
    _, images = written(tmp_path)
    save_all(images[:9], tmp_path / "copy")
    series = read_dynamic(tmp_path)
    check(series)
    assert any("9 images are in the folder twice" in n for n in series.notes)


def test_one_uid_for_all_images_is_not_a_copy(tmp_path):
    _, images = written(tmp_path)
    for image in images:
        image.ds.SOPInstanceUID = "1.2.3"
        save(image.ds, tmp_path / image.name)
    check(read_dynamic(tmp_path))


def test_files_cut_short_are_left_out(tmp_path):
    written(tmp_path)
    file = next(tmp_path.glob("M002_01*"))
    file.write_bytes(file.read_bytes()[:-7])
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 2]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    assert any("cut short" in n and file.name in n for n in series.notes)


# ---------------------------------------------------------------------------- times


def no_time(tmp_path, *, vendor="SIEMENS", **tags):
    layout = Layout(vendor=vendor)
    images = layout.images(truth())
    for image in images:
        image.ds.AcquisitionTime = image.ds.ContentTime = clock(0)
        for keyword, value in tags.items():
            setattr(image.ds, keyword, value(image) if callable(value) else value)
    save_all(images, tmp_path)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"TemporalPositionIdentifier": lambda i: i.f + 1},
        {"AcquisitionNumber": lambda i: i.f + 1},
    ],
)
def test_frame_times_are_asked_for_never_guessed(tmp_path, tags):
    no_time(tmp_path, **tags)
    with pytest.raises(InputError, match="--frame-interval"):
        read_dynamic(tmp_path)
    check(read_dynamic(tmp_path, frame_interval=5.5), times=np.arange(FRAMES) * 5.5)
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(InputError, match="not a time above 0"):
            read_dynamic(tmp_path, frame_interval=wrong)


def test_times_that_do_not_rise_are_refused(tmp_path):
    no_time(
        tmp_path,
        TemporalPositionIdentifier=lambda i: i.f + 1,
        AcquisitionTime=lambda i: clock((i.f * 7) % FRAMES * 5),
    )
    with pytest.raises(InputError, match=r"does not rise.*--frame-interval"):
        read_dynamic(tmp_path)


def test_times_at_which_images_were_written_in_bursts_are_refused(tmp_path):
    no_time(tmp_path, ContentTime=lambda i: clock(300 + i.f * 0.2 + (i.f // 4) * 9))
    with pytest.raises(InputError, match=r"bursts.*--frame-interval"):
        read_dynamic(tmp_path)


def test_one_wrong_clock_is_outvoted(tmp_path):
    _, images = written(tmp_path)
    images[17].ds.AcquisitionTime = clock(4000)
    images[17].ds.TemporalPositionIdentifier = images[17].f + 1
    for image in images:
        image.ds.TemporalPositionIdentifier = image.f + 1
        save(image.ds, tmp_path / image.name)
    series = read_dynamic(tmp_path)
    check(series)
    assert any("1 images disagree" in n for n in series.notes)


def test_ge_duration_is_believed_only_with_tr(tmp_path):
    def with_duration(folder, *, TR, dimension):
        layout = Layout(vendor="GE MEDICAL SYSTEMS", TR=TR)
        images = layout.images(truth())
        for image in images:
            ds = image.ds
            ds.AcquisitionTime = clock(0)
            ds.NumberOfTemporalPositions, ds.MRAcquisitionType = FRAMES, dimension
            ds.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x5A, "FL", 60e6)
        save_all(images, folder)
        return folder

    series = read_dynamic(with_duration(tmp_path / "2d", TR=5.0, dimension="2D"))
    np.testing.assert_allclose(series.times, np.arange(FRAMES) * 5.0)
    with pytest.raises(InputError, match="--frame-interval"):
        read_dynamic(with_duration(tmp_path / "3d", TR=0.0045, dimension="3D"))


def test_temporal_resolution_is_the_interval_of_counted_frames(tmp_path):
    def tags(ms):
        return {"TemporalPositionIdentifier": lambda i: i.f + 1, "TemporalResolution": ms}

    no_time(tmp_path / "good", **tags(5400.0))
    series = read_dynamic(tmp_path / "good")
    check(series, times=np.arange(FRAMES) * 5.4)
    assert "TemporalResolution" in series.time_origin
    no_time(tmp_path / "TR", **tags(4.5))
    with pytest.raises(InputError, match="--frame-interval"):
        read_dynamic(tmp_path / "TR")


@pytest.mark.parametrize(
    "keyword", ["FlipAngle", "EchoTime", "PatientName", "RepetitionTime", "EchoNumbers"]
)
def test_a_tag_missing_in_one_file_costs_no_frame(tmp_path, keyword):
    _, images = written(tmp_path)
    for n, image in enumerate(images):
        image.ds.EchoNumbers = 1
        if n == 17:
            delattr(image.ds, keyword)
        save(image.ds, tmp_path / image.name)
    check(read_dynamic(tmp_path))


def test_two_clocks_that_disagree_are_told(tmp_path):
    _, images = written(tmp_path)
    for image in images:
        image.ds.TriggerTime = image.f * 2000.0
        save(image.ds, tmp_path / image.name)
    series = read_dynamic(tmp_path)
    check(series)
    assert any("TriggerTime" in n and "is used" in n for n in series.notes)


# ---------------------------------------------------------------------------- not a dynamic


def test_what_is_not_a_study(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        scan_study(tmp_path / "none")
    with pytest.raises(InputError, match="empty"):
        scan_study(tmp_path)
    (tmp_path / "letter.txt").write_text("Dear colleague")
    (tmp_path / "noise.dcm").write_bytes(bytes(range(256)) * 4)
    study = scan_study(tmp_path)
    assert study.series == ()
    assert study.not_images == 2
    with pytest.raises(InputError, match="no DICOM, NRRD or NIfTI"):
        read_dynamic(study)
    with pytest.raises(InputError, match="not one volume"):
        read_volume(tmp_path)


def test_single_volume_has_no_dynamic(tmp_path):
    layout = Layout()
    images = layout.images(truth()[:1])
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path)
    with pytest.raises(InputError, match="no dynamic series"):
        read_dynamic(tmp_path)
    volume = read_volume(tmp_path)
    np.testing.assert_array_equal(volume.array, truth()[0])
    np.testing.assert_allclose(volume.geometry.affine, oblique_affine(), atol=1e-6)


def test_missing_tr_and_flip_angle_are_left_open(tmp_path):
    written(tmp_path, TR=None, FA=None)
    series = read_dynamic(tmp_path)
    assert series.acquisition.TR is None
    assert series.acquisition.FA is None
    problems = scan_study(tmp_path).dynamic().problems
    assert any("RepetitionTime" in p for p in problems)
    assert any("FlipAngle" in p for p in problems)


def test_missing_slice_in_every_frame_is_refused(tmp_path):
    written(tmp_path)
    for file in tmp_path.glob("M*_01.dcm"):
        file.unlink()
    with pytest.raises(InputError, match="unevenly spaced"):
        read_dynamic(tmp_path)


def test_all_layouts_are_there():
    assert len(WAYS) == len(set(WAYS)) == len(list(itertools.chain(*VENDORS.values())))
    assert truth().shape[:2] == (FRAMES, SLICES)
