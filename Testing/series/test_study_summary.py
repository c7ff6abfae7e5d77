"""The short summary of a folder with every kind of trouble in it, as a newcomer reads it."""

import json

import numpy as np
import pytest
from series import test_contours as contours
from series import test_other_formats as formats
from series.dicom_layouts import (
    FRAMES,
    SLICES,
    Layout,
    oblique_affine,
    position,
    save_all,
    tell_time,
    truth,
)
from series.test_series_in_pieces import write_nifti
from SpineDCELib.cli import main
from SpineDCELib.series import (
    Acquisition,
    DynamicSeries,
    Geometry,
    read_dynamic,
    scan_study,
    study_report,
    study_summary,
)

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")


def add(folder, number, name, *, frames=range(FRAMES), at=0.0, change=lambda image: None, **tags):
    """Add a series, ``at`` s after the dynamic one began."""
    layout = Layout(series_number=number, description=name)
    images = layout.images(truth(number))
    tell_time(images, layout.moved(times=layout.times + at), "AcquisitionTime")
    images = [image for image in images if image.f in frames]
    for image in images:
        for keyword, value in tags.items():
            setattr(image.ds, keyword, value)
        change(image)
    save_all(images, folder / f"{number} {name}")
    return images


def write_everything(folder):
    """Write a dynamic series in two pieces with trouble, and whatever else hospitals send."""
    elsewhere = oblique_affine()
    elsewhere[:3, 3] += 0.6 * elsewhere[:3, 2]

    def displace(image):
        if image.f == 1:
            image.ds.ImagePositionPatient = position(elsewhere, image.k)
        image.ds.TemporalPositionIdentifier = image.f + 1

    def of_mean(image):
        image.ds.SOPInstanceUID = f"1.2.3.{image.k}"
        image.ds.SeriesInstanceUID = Layout().uid("series", 5)
        image.name = f"mean{image.k}.dcm"

    def kinds(image):
        image.ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "FAT" if image.f % 2 else "WATER"]

    add(folder, 2, "localizer", frames=[0], at=-700)
    add(folder, 3, "sag t1", frames=[0], at=-600, RepetitionTime=520, EchoTime=10, FlipAngle=90)
    for number, angle in ((11, 2), (12, 10), (13, 20)):
        add(folder, number, f"fl3d {angle} deg", frames=[0], at=-300, FlipAngle=angle)
    add(folder, 4, "DCE sub mm", frames=[0], at=-30)
    add(folder, 5, "DCE sub mm", change=displace)
    add(folder, 6, "DCE sub mm", frames=[0], change=of_mean)
    for number, angle in ((21, 2), (22, 10), (23, 20)):
        add(folder, number, f"fl3d {angle} deg", frames=[0], at=300, FlipAngle=angle)
    add(folder, 30, "DCE SUB", ImageType=["DERIVED", "SECONDARY", "M", "SUB"])
    add(folder, 31, "ep2d", ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"])
    add(folder, 32, "quick3d", ImageType=["ORIGINAL", "PRIMARY", "M", "VFRAME"])
    add(folder, 33, "dixon", frames=[0, 1], at=400, RepetitionTime=7, change=kinds)
    for number in range(100, 150):
        add(folder, number, f"localizer {number}", frames=[0], RepetitionTime=number)
    write_nifti(folder / "T1map.nii", truth()[0])
    (folder / "T1map.json").write_text(json.dumps({"SeriesDescription": "T1map"}))
    formats.write_meta(folder / "roi.mha", formats.pixels(1)[0])
    contours.write(folder / "rt.dcm", {"L": [contours.points(contours.box(2, 3, 7, 9), 1)]})
    for name in ("photo.jpg", "brain.mgz", "broken.nii", "broken.nrrd", "notes.txt"):
        (folder / name).write_bytes(b"abc")


@pytest.mark.long
def test_a_folder_with_everything_in_it_answers_a_newcomer_in_sixty_lines(
    tmp_path, capsys, monkeypatch
):
    write_everything(tmp_path)
    assert main(["info", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert len(lines) <= 60
    [number] = [s.number for s in scan_study(tmp_path).series if s.series_number == 5]

    def said(*words):
        [line] = [one for one in lines if all(word in one for word in words)]
        return line

    # Which series is dynamic, with which times and flip angles?
    assert said("Dynamic series:").startswith(
        f"Dynamic series: {number} (the scanner's 5). DCE sub mm"
    )
    said(
        "    times ",
        "0 to 60.5 s, uneven (5 to 6.5 s), in the median 5.5 s; 10 s across frame 2, which is not",
    )
    assert "flip angle 25°" in said("    sequence ")
    own = {s.series_number: s.number for s in scan_study(tmp_path).series}
    angles = ", ".join(f"{a}° (series {own[n]})" for a, n in ((2, 11), (10, 12), (20, 13), (25, 4)))
    said("T10  ", f"from the flip angles {angles}")
    said("is a T1 map and is not used", f"--t1-map {tmp_path / 'T1map.nii'}")
    said(f"flip angles of series {own[21]}, {own[22]}, {own[23]}, acquired after the dynamic")
    said(f"series {own[4]} stays one of the flip angles if it is joined")
    said(f"is 30 s before the first of series {number}", "also one of the flip angles for T10")
    # What was left out, and why?
    said("! Frame 2 of 12: displaced by 3 mm from the others and left out.")
    assert not any("Missing by" in line for line in lines)
    names = ", ".join(f"mean{k}.dcm" for k in range(SLICES))
    said(f"! {SLICES} images have no TemporalPosition", f"left out ({names})")
    said("DCE SUB", "not used: a subtraction (SUB)")
    said("ep2d", "not used: each image is a Siemens mosaic")
    said("quick3d", "not used: each image is a United Imaging grid")
    said(" 100–149 ", "localizer 100 to 149", "not used: localizer, by its name; 50 series")
    said("T1map ", "not used: T1 map, by its name")
    said("flip angle for T10: 25°, one of 2°")
    for name in ("photo.jpg", "brain.mgz", "broken.nii", "broken.nrrd", "notes.txt"):
        said(name)
    said("rt.dcm", "can be given as the file of the regions (--roi FILE)")
    said("as --series takes them, not the scanner's.")
    said("No.", "scanner's", "name", "size*")
    # What to do next?
    said(f"Next: analyse series {number} alone (11 of its 12 frames).")
    said(
        f"Or: join it with series {own[4]}, if they are parts of one acquisition (together 12 "
        f"frames; time 0 is then the first frame of series {own[4]}, and series {number} begins "
        "at 30 s)."
    )
    commands = [line for line in lines if line.startswith("  spinedce analyse ")]
    alone = f"  spinedce analyse {tmp_path} -o OUT --series {number}"
    assert commands == [alone, f"{alone} --join {own[4]}"]
    said("--displaced-frames same_slice", "--displaced-frames resample")
    # The long list holds everything but the table.
    assert main(["info", str(tmp_path), "--verbose"]) == 0
    long = capsys.readouterr().out.splitlines()
    table = next(n for n, line in enumerate(lines) if line.startswith("Series."))
    assert set(lines[:table]) <= set(long)
    assert lines[-5:] == long[-5:]
    assert "    all times  0, 10, " in "\n".join(long)
    # What does not fit is counted, with the option that lists it.
    monkeypatch.setattr(study_summary, "MOST_LINES", 50)
    assert main(["info", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    said("more series (", "--verbose lists all")


@pytest.mark.slow
def test_every_file_is_used_left_out_by_name_or_counted(tmp_path):
    write_everything(tmp_path)
    study = scan_study(tmp_path)
    found = [p for p in tmp_path.rglob("*") if p.is_file()]
    used = {file for series in study.series for file in series.files}
    left = 2 * SLICES  # the displaced frame and the mean
    assert len(found) == len(used) + left + study.not_images
    assert study.not_images == 6
    [number] = [s.number for s in study.series if s.series_number == 5]
    counted = f"{len(used)} in {len(study.series)} series, {left} left out of series {number}"
    said = study_report(study).splitlines()[1]
    assert said == f"{len(found)} files: {counted}, 6 ignored"


@pytest.mark.slow
def test_the_next_step_is_a_command_that_works(tmp_path, capsys):
    """What is proposed for pieces is what the analysis accepts."""
    from series.dicom_layouts import write_in_two

    write_in_two(tmp_path / "a study")
    assert main(["info", str(tmp_path / "a study")]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.strip() == f"spinedce analyse '{tmp_path / 'a study'}' -o OUT --series 2 --join 1"
    arguments = ["analyse", str(tmp_path / "a study"), "-o", str(tmp_path / "out"), "--series", "2"]
    arguments += ["--join", "1", "--aif", "parker", "--t10", "900"]
    assert main(arguments) == 0
    record = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert np.size(record["settings"]["reading"]["joined"]) == 1
    capsys.readouterr()


def test_a_frame_interval_that_is_set_replaces_the_times_of_the_files(tmp_path, capsys):
    add(tmp_path, 1, "DCE")
    assert main(["info", str(tmp_path), "--frame-interval", "7"]) == 0
    text = capsys.readouterr().out
    assert "0 to 77 s, every 7 s, as set (the files say 0 to 60.5 s, uneven" in text
    assert "The frame spacing" not in text
    read = read_dynamic(tmp_path, frame_interval=7)
    assert not any("The frame spacing" in note for note in read.notes)
    for wrong in ("0", "-3", "nan", "inf"):
        assert main(["info", str(tmp_path), f"--frame-interval={wrong}"]) != 0
        assert "Frame interval must lie between 0.01 and 600 s" in capsys.readouterr().err


def test_a_name_does_not_outweigh_an_image_type(tmp_path):
    add(tmp_path, 1, "DCE sub mm", frames=[0], ImageType=["ORIGINAL", "PRIMARY", "M"])
    add(
        tmp_path,
        2,
        "DCE sub",
        frames=[0],
        ImageType=["DERIVED", "SECONDARY", "M"],
        SliceThickness=3,
    )
    original, derived = scan_study(tmp_path).series
    assert "subtraction" not in original.reason
    assert "subtraction" in derived.reason


@pytest.mark.parametrize("counted", [True, False])
def test_even_times_around_a_displaced_frame_are_even(tmp_path, counted):
    elsewhere = oblique_affine()
    elsewhere[:3, 3] += 0.6 * elsewhere[:3, 2]
    layout = Layout(description="DCE", times=np.arange(FRAMES) * 5.0)
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        if counted:
            image.ds.TemporalPositionIdentifier = image.f + 1
        if image.f == 3:
            image.ds.ImagePositionPatient = position(elsewhere, image.k)
    save_all(images, tmp_path)
    study = scan_study(tmp_path)
    text = study_report(study)
    assert "0 to 55 s, every 5 s; 10 s across frame 4, which is not used; from" in text
    assert "Missing by" not in text
    assert "Frame 4 of 12: displaced by 3 mm" in text
    assert read_dynamic(study, frame_interval=7).times[[2, 3, -1]].tolist() == [14, 28, 77]


def test_a_series_lasts_until_the_end_of_its_last_frame():
    grid = Geometry.from_parts((1, 2, 2), (1.0, 1.0, 1.0), (0, 0, 0), np.eye(3))
    signal, times = np.ones((4, 1, 2, 2)), np.array([0.0, 5.0, 10.0, 17.0])
    series = DynamicSeries(signal, times, grid, Acquisition(), "given")
    assert (series.frame_interval, series.duration) == (5.0, 22.0)
    one = DynamicSeries(signal[:1], times[:1], grid, Acquisition(), "given")
    assert (one.frame_interval, one.duration) == (0.0, 0.0)
