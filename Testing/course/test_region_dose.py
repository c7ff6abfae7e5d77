"""Radiation dose: read from DICOM, measured in regions; a reference in the treated volume."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from dose_files import FRAME, write_dose
from muscle_scenes import GEOMETRY, REGIONS, ROLES
from SpineDCELib.compare.registration import Registration
from SpineDCELib.course.region_dose import IRRADIATED_FROM, doses_of_course
from SpineDCELib.errors import InputError
from SpineDCELib.series.dose_reader import read_dose
from SpineDCELib.vocabulary.visits import VisitLabel


def ramp(x, y, z):
    """A dose that is linear in space, so interpolation is exact."""
    return 20.0 + 0.05 * x + 0.02 * y + 0.1 * z


def visit(regions=REGIONS, frame=FRAME):
    """What the doses need of an analysed visit."""
    geometry = replace(GEOMETRY, frame_of_reference_uid=frame)
    images = SimpleNamespace(dynamic=SimpleNamespace(geometry=geometry))
    analysis = SimpleNamespace(images=images, regions=regions, roles=ROLES)
    return SimpleNamespace(analysis=analysis, about=VisitLabel("baseline"))


def true_mean(mask, shift=0.0):
    index = np.argwhere(mask)[:, ::-1]
    x, y, z = (index @ GEOMETRY.affine[:3, :3].T + GEOMETRY.affine[:3, 3]).T
    return float(ramp(x, y, z + shift).mean())


@pytest.mark.parametrize("first", [0.0, -80.0])
def test_planes_count_from_the_first_or_are_positions(tmp_path, first):
    dose = read_dose(write_dose(tmp_path / "d.dcm", gy=ramp, offsets=first + 5.0 * np.arange(32)))
    points = np.array([[0.0, -40.0, 10.0], [3.3, -51.7, -12.2]])
    assert dose.at(points) == pytest.approx(ramp(*points.T), abs=1e-4)
    assert np.isnan(dose.at(np.array([[500.0, 0.0, 0.0]]))).all()


def test_the_dose_of_a_region_is_that_of_its_voxels(tmp_path):
    dose = read_dose(write_dose(tmp_path / "d.dcm", gy=ramp))
    found, _, _ = doses_of_course([visit()], {}, [dose])
    assert {one.region for one in found} == set(REGIONS)
    for one in found:
        assert one.mean == pytest.approx(true_mean(REGIONS[one.region]), abs=1e-3)
        assert one.low < one.mean < one.high
        assert (one.covered, one.irradiated) == (1.0, 1.0)


def test_a_dose_follows_the_registration_to_another_visit_and_doses_add(tmp_path):
    dose = read_dose(write_dose(tmp_path / "d.dcm", gy=ramp))
    matrix = np.eye(4)
    matrix[2, 3] = 7.0  # at the follow-up visit the patient lies 7 mm lower
    registered = SimpleNamespace(lesions=[SimpleNamespace(registration=Registration(matrix, 1.0))])
    found, _, _ = doses_of_course([visit(), visit(frame="9.9")], {(0, 1): registered}, [dose, dose])
    of = {(one.visit, one.region): one.mean for one in found}
    assert of[0, "Lesion"] == pytest.approx(2 * true_mean(REGIONS["Lesion"]), abs=1e-3)
    assert of[1, "Lesion"] == pytest.approx(2 * true_mean(REGIONS["Lesion"], 7.0), abs=1e-3)


def test_a_reference_inside_the_treated_volume_is_warned_about(tmp_path):
    """The lesion is treated; the field reaches into half of the reference vertebra."""
    rows = np.argwhere(REGIONS["Reference"])[:, 1]
    border = GEOMETRY.affine[2, 1] * (rows.mean() - 0.01) + GEOMETRY.affine[2, 3]
    beside = read_dose(write_dose(tmp_path / "a.dcm", gy=lambda x, y, z: 24.0 * (z > border + 12)))
    _, warnings, _ = doses_of_course([visit()], {}, [beside])
    assert warnings == []
    inside = read_dose(write_dose(tmp_path / "b.dcm", gy=lambda x, y, z: 24.0 * (z > border)))
    found, warnings, _ = doses_of_course([visit()], {}, [inside])
    assert len(warnings) == 1
    assert "irradiated volume" in warnings[0]
    reference = next(one for one in found if one.region == "Reference")
    assert 0 < reference.irradiated < 1
    assert reference.high >= IRRADIATED_FROM > reference.low


def test_a_dose_of_other_images_is_refused(tmp_path):
    dose = read_dose(write_dose(tmp_path / "d.dcm", gy=ramp, frame="5.6"))
    for frame in (FRAME, None):
        with pytest.raises(InputError) as error:
            doses_of_course([visit(frame=frame)], {}, [dose])
        assert error.value.code == "dose_of_other_images"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"DoseUnits": "RELATIVE"}, "relative_dose"),
        ({"DoseSummationType": "BEAM"}, "dose_of_part"),
        ({"GridFrameOffsetVector": [0.0, 5.0]}, "unreadable_dose"),
        ({"GridFrameOffsetVector": [*np.arange(31) * 5.0, 170.0]}, "uneven_dose_planes"),
        ({"SOPClassUID": "1.2.3"}, "unreadable_dose"),
        ({"PixelData": b"\0\0"}, "unreadable_dose"),
        ({"ImagePositionPatient": ["nan", "0", "0"]}, "unreadable_dose"),
    ],
)
def test_what_is_no_whole_dose_in_gray_is_refused(tmp_path, changes, code):
    with pytest.raises(InputError) as error:
        read_dose(write_dose(tmp_path / "d.dcm", gy=ramp, **changes))
    assert error.value.code == code


def test_a_file_that_is_no_dicom_is_refused(tmp_path):
    (tmp_path / "d.dcm").write_bytes(b"nothing")
    with pytest.raises(InputError) as error:
        read_dose(tmp_path / "d.dcm")
    assert error.value.code == "unreadable_dose"
    assert not isinstance(error.value.__cause__, pydicom.errors.InvalidDicomError)
