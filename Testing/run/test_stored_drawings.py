"""Regions and lengths beside a study's images: what is offered, and where the lengths lie."""

import shutil

import numpy as np
import pydicom
import pytest
from network.tiny_study import write_tiny_study
from pydicom.dataset import Dataset
from series.length_reports import (
    COMPREHENSIVE_3D,
    code,
    in_image,
    in_space,
    item,
    length,
    write_report,
)
from SpineDCELib.run.stored_drawings import stored_drawings
from SpineDCELib.series.report_lengths import Plane


@pytest.fixture
def study(tmp_path):
    return write_tiny_study(tmp_path, frames=4).folder


def test_lengths_in_an_image_lie_where_its_pixels_lie(study):
    file = sorted((study / "t1").glob("*.dcm"))[1]
    image = pydicom.dcmread(file)
    graphic = in_image((1.5, 2.5, 4.5, 2.5), image)
    write_report(study / "sr.dcm", {"Lesion 1": [length("Length", graphic)]})
    [found] = stored_drawings(study)
    assert (found.kind, found.made_by, found.date) == ("lengths", "Viewer", "20260313")
    [ruler] = found.rulers
    assert ruler.name == "Lesion 1, Length"
    # The centre of the pixel in column 1, row 2 (from 0), by the image plane's equation
    # (PS3.3 C.7.6.2.1.1).
    origin = np.array(image.ImagePositionPatient, float)
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    between_rows, between_columns = map(float, image.PixelSpacing)
    expected = origin + 1 * between_columns * row + 2 * between_rows * column
    np.testing.assert_allclose(ruler.start, expected, atol=1e-3)
    assert ruler.length == pytest.approx(3 * between_columns, abs=1e-3)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ([item("TEXT", ("121106", "DCM", "Comment"), TextValue="Largest")], "Largest, Length"),
        ([item("CODE", ("121071", "DCM", "Finding"),
               ConceptCodeSequence=code("108369006", "SCT", "Neoplasm"))], "Neoplasm, Length"),
        ([], "Length"),
    ],
)  # fmt: skip
def test_a_length_of_ohif_is_named_as_there_and_not_after_its_tool(study, more, name):
    numbers = [*more, length("Length", in_space((1, 2, 3, 1, 2, 15)))]
    write_report(study / "sr.dcm", {"Cornerstone3DTools@^0.1.0:Length": numbers}, COMPREHENSIVE_3D)
    [found] = stored_drawings(study)
    assert [ruler.name for ruler in found.rulers] == [name]


def test_lengths_in_space_are_taken_as_they_are(study):
    line = in_space((1, 2, 3, 1, 2, 15))
    across = in_space((1, 0, 5, 1, 7, 5))
    numbers = [length("Long Axis", line), length("Short Axis", across)]
    write_report(study / "sr.dcm", {"Lesion 1": numbers}, COMPREHENSIVE_3D)
    [found] = stored_drawings(study)
    assert [(r.start, r.end) for r in found.rulers] == [
        ((1, 2, 3), (1, 2, 15)), ((1, 0, 5), (1, 7, 5)),
    ]  # fmt: skip


def test_what_joins_no_two_known_points_is_left_out(study):
    unknown = Dataset()
    unknown.SOPClassUID, unknown.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.3"
    write_report(study / "sr.dcm", {
        "elsewhere": [length("Length", in_image((1, 1, 2, 2), unknown))],
        "area": [length("Area", in_space((0, 0, 0, 1, 1, 1)), unit="mm2")],
        "three points": [length("Length", in_space((0, 0, 0, 1, 1, 1, 2, 2, 2)))],
    })  # fmt: skip
    (study / "broken.dcm").write_bytes((study / "sr.dcm").read_bytes()[:300])
    (study / "note.txt").write_text("no DICOM")
    assert stored_drawings(study) == []


def test_the_first_pixel_is_at_one_half():
    plane = Plane(np.zeros(3), np.array((2.0, 0, 0)), np.array((0, 3.0, 0)))
    assert plane.point(0.5, 0.5).tolist() == [0, 0, 0]
    assert plane.point(1.5, 2.5).tolist() == [2, 6, 0]


@pytest.mark.slow
def test_regions_of_an_export_are_found(study, tmp_path):
    pytest.importorskip("highdicom")
    from SpineDCELib.cli import main

    whole = write_tiny_study(tmp_path / "whole", frames=30)
    options = ["--t10", "800", "--aif-mask", str(whole.artery), "--roi", str(whole.regions)]
    out = tmp_path / "out"
    assert main(["analyse", str(whole.folder), "-o", str(out), *options, "--export", "dicom"]) == 0
    shutil.copytree(out / "dicom", whole.folder / "results")
    found = stored_drawings(whole.folder)
    assert [(one.path.name, one.kind) for one in found] == [("regions.dcm", "regions")]
    assert found[0].made_by
