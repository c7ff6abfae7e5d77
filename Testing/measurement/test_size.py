"""Sizes of shapes whose size is known."""

import json

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.lesion_size import Outline, beyond_line, extent, measure_size
from SpineDCELib.measurement.rulers import bidimensional_of, read_rulers
from SpineDCELib.series import Geometry

#: Sagittal: columns go back, rows down, sections to the left.
SAGITTAL = np.array([[0, 0, 1.0], [1, 0, 0], [0, -1, 0]])


def points(geometry):
    k, j, i = np.indices(geometry.shape)
    return (np.stack([i, j, k, np.ones_like(i)], axis=-1) @ geometry.affine.T)[..., :3]


def ellipsoid(geometry, centre, radii):
    return (((points(geometry) - centre) / radii) ** 2).sum(axis=-1) < 1


@pytest.mark.parametrize("thickness", [4.0, 5.0, 6.0])
@pytest.mark.parametrize("slices", [1, 2, 3])
def test_a_region_is_no_wider_than_its_slices(thickness, slices):
    geometry = Geometry.from_parts((14, 56, 56), (1.25, 1.25, thickness), (0, 0, 0), SAGITTAL)
    box = np.zeros(geometry.shape, bool)
    box[5 : 5 + slices, 20:40, 20:36] = True
    whole = measure_size(box, geometry).whole
    assert whole.left_right == pytest.approx(slices * thickness, abs=0.5)
    assert whole.anterior_posterior == pytest.approx(20, abs=1.25)
    assert whole.superior_inferior == pytest.approx(25, abs=1.25)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spacing", "shape", "direction", "tolerance"),
    [
        ((1.25, 1.25, 5.0), (14, 56, 56), SAGITTAL, 0.075),
        ((1.0, 1.0, 1.0), (64, 64, 64), np.eye(3), 0.025),
        ((0.8, 0.8, 4.0), (18, 80, 80), np.eye(3), 0.04),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 0.7, 1.6, 2.4])
def test_ellipsoid(spacing, shape, direction, tolerance, offset):
    geometry = Geometry.from_parts(shape, spacing, (0.0, 0.0, 0.0), direction)
    centre = points(geometry).reshape(-1, 3).mean(axis=0) + [offset, 0, 0]
    size = measure_size(ellipsoid(geometry, centre, (18, 12, 14)), geometry)
    assert size.axial.longest == pytest.approx(36, rel=tolerance)
    assert size.axial.perpendicular == pytest.approx(24, rel=max(tolerance, 0.05))
    assert size.whole.volume == pytest.approx(4 / 3 * np.pi * 18 * 12 * 14, rel=0.06)
    assert size.axial.z == pytest.approx(centre[2], abs=4.5)


def test_change_of_size_at_two_positions_in_the_slices():
    geometry = Geometry.from_parts((14, 56, 56), (1.25, 1.25, 5.0), (0, 0, 0), SAGITTAL)
    centre = points(geometry).reshape(-1, 3).mean(axis=0)
    scale = np.sqrt(1 - 0.194)
    before = measure_size(ellipsoid(geometry, centre, np.array([15, 12, 14])), geometry)
    after = measure_size(
        ellipsoid(geometry, centre + [1.3, 0.6, -0.4], scale * np.array([15, 12, 14])), geometry
    )
    change = 100 * (after.axial.product / before.axial.product - 1)
    assert change == pytest.approx(-19.4, abs=5)


def test_part_beyond_the_line_between_bone_and_tumour():
    geometry = Geometry.from_parts((60, 60, 60), (1.0, 1.0, 1.0), (0, 0, 0), np.eye(3))
    box = np.zeros(geometry.shape, bool)
    box[20:40, 15:45, 10:50] = True  # 20 mm high, 30 mm deep, 40 mm wide
    outline = Outline(box, geometry)
    part = extent(beyond_line(outline, (19.5, 0, 30), (19.5, 60, 30)))
    assert part.left_right == pytest.approx(10, abs=1)
    assert part.anterior_posterior == pytest.approx(30, abs=1)
    assert part.superior_inferior == pytest.approx(20, abs=1)
    assert part.volume == pytest.approx(6000, rel=0.1)
    other = extent(beyond_line(outline, (19.5, 0, 30), (19.5, 60, 30), bone=(0, 30, 30)))
    assert other.left_right == pytest.approx(30, abs=1)


def test_part_outside_the_bone_region():
    geometry = Geometry.from_parts((40, 40, 40), (1.0, 1.0, 1.0), (0, 0, 0), np.eye(3))
    box = np.zeros(geometry.shape, bool)
    box[10:30, 10:30, 10:30] = True
    bone = np.zeros_like(box)
    bone[:, :, :20] = True
    size = measure_size(box, geometry, bone=bone)
    assert size.extraosseous.left_right == pytest.approx(10, abs=1)
    assert measure_size(box, geometry).extraosseous is None


def line(name, a, b, system="LPS"):
    return {
        "type": "Line",
        "coordinateSystem": system,
        "name": name,
        "controlPoints": [{"position": list(a)}, {"position": list(b)}],
    }


def test_size_from_rulers(tmp_path):
    path = tmp_path / "rulers.mrk.json"
    markups = [
        line("short", (0, 0, 5), (0, 20, 5), "RAS"),
        line("long", (-15, 10, 5), (15, 10, 5)),
        line("bone margin", (5, 0, 5), (5, 9, 5)),
    ]
    path.write_text(json.dumps({"markups": markups}))
    rulers = read_rulers(path)
    assert rulers[0].end == (0, -20, 5)
    size = bidimensional_of(rulers)
    assert (size.longest, size.perpendicular, size.product) == (30, 20, 600)
    assert [r.name for r in rulers if r.is_margin] == ["bone margin"]


def test_rulers_that_do_not_define_a_size_are_refused(tmp_path):
    path = tmp_path / "rulers.mrk.json"
    path.write_text(
        json.dumps({"markups": [line("a", (0, 0, 0), (9, 0, 0)), line("b", (0, 0, 0), (9, 5, 0))]})
    )
    with pytest.raises(InputError, match="cross at 29°"):
        bidimensional_of(read_rulers(path))
    path.write_text("{}")
    with pytest.raises(InputError, match="cannot be read as rulers"):
        read_rulers(path)
    with pytest.raises(InputError, match="has no size"):
        measure_size(
            np.zeros((2, 2, 2), bool),
            Geometry.from_parts((2, 2, 2), (1, 1, 1), (0, 0, 0), np.eye(3)),
        )
