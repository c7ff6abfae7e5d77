"""Shapes, painting and sizes against what geometry says."""

import numpy as np
import pytest
from SpineDCELib.phantom import protocol
from SpineDCELib.phantom import true_sizes as sizes
from SpineDCELib.phantom.anatomy import build
from SpineDCELib.phantom.painting import Paint, fractions
from SpineDCELib.phantom.patients import PATIENTS
from SpineDCELib.phantom.shapes import Frame, blended, capsule, ellipsoid, tube
from SpineDCELib.phantom.vertebra import LEVELS, column

pytestmark = pytest.mark.slow

RADIUS = 11.0
SPHERE_VOLUME = 4 / 3 * np.pi * RADIUS**3


def painted(shape, *, spacing=(2.0, 2.0, 3.0), pose=None, oversample=(3, 3, 3)):
    grid = protocol.grid(protocol.SAGITTAL, (24, 32, 32), spacing, np.array([1.0, -2.0, 3.0]))
    pose = np.eye(4) if pose is None else pose
    shares = fractions([Paint(shape, "x")], ["air", "x"], grid, pose=pose, oversample=oversample)
    return shares, grid


def test_partial_volume_sums_to_the_sphere():
    shares, grid = painted(ellipsoid((2, 1, 0), (RADIUS,) * 3))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-6)
    volume = shares[:, 1].sum() * grid.voxel_volume
    assert volume == pytest.approx(SPHERE_VOLUME, rel=2e-3)


def test_finer_sampling_is_more_accurate():
    shape = ellipsoid((2.3, 1.1, 0.4), (RADIUS,) * 3)
    exact = painted(shape, oversample=(12, 12, 12))[0][:, 1].toarray()
    errors = [
        np.abs(painted(shape, oversample=(n, n, n))[0][:, 1].toarray() - exact).mean()
        for n in (1, 2, 4)
    ]
    assert errors[0] > 2 * errors[1] > 3 * errors[2]


def test_the_pose_moves_the_patient():
    pose = PATIENTS["A"].after.pose
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
    centre = np.array([2.0, 1.0, 0.0])
    moved = (pose @ [*centre, 1])[:3]
    posed, _ = painted(ellipsoid(centre, (RADIUS,) * 3), pose=pose)
    placed, _ = painted(ellipsoid(moved, (RADIUS,) * 3))
    assert np.abs((posed - placed).toarray()).max() < 0.08


def every_point(paints, names, grid, oversample):
    """Return the fractions from painting every point of every voxel."""
    axes = [(np.arange(n * o) + 0.5) / o - 0.5 for n, o in zip(grid.shape, oversample, strict=True)]
    k, j, i = np.meshgrid(*axes, indexing="ij")
    a = grid.affine
    x, y, z = ((a[r, 0] * i + a[r, 1] * j + a[r, 2] * k + a[r, 3]) for r in range(3))
    labels, label_of = np.zeros(k.shape, int), {name: n for n, name in enumerate(names)}
    for paint in paints:
        low, high = paint.shape.low, paint.shape.high
        box = [(p >= a) & (p <= b) for p, a, b in zip((x, y, z), low, high, strict=True)]
        inside = np.zeros(k.shape, bool)
        within = np.logical_and.reduce(box)
        inside[within] = (
            paint.shape.distance(*(p[within].astype(np.float32) for p in (x, y, z))) < 0
        )
        if paint.only:
            may = [name.startswith(paint.only) for name in names]
            inside &= np.array(may)[labels]
        if paint.spare:
            inside &= ~np.array([name.startswith(paint.spare) for name in names])[labels]
        labels[inside] = label_of[paint.tissue]
    n, o = grid.shape, oversample
    split = labels.reshape(n[0], o[0], n[1], o[1], n[2], o[2]).transpose(0, 2, 4, 1, 3, 5)
    split = split.reshape(np.prod(n), -1)
    return np.stack([(split == label).mean(axis=1) for label in range(len(names))], axis=1)


@pytest.mark.parametrize("direction", ["sagittal", "axial", "coronal"])
@pytest.mark.parametrize("key", ["A", "B"])
def test_fractions_are_those_of_painting_every_point(key, direction):
    anatomy = build(PATIENTS[key].before.plan)
    names = [t.name for t in anatomy.tissues]
    spacing, oversample = (3.0, 3.0, 5.0), (4, 2, 3)
    centre = anatomy.vertebrae[anatomy.plan.lesion.level].frame.origin + [0.0, -20.0, 5.0]
    grid = protocol.grid(protocol.DIRECTIONS[direction], (8, 40, 45), spacing, centre)
    found = fractions(anatomy.paints, names, grid, pose=np.eye(4), oversample=oversample).toarray()
    expected = every_point(anatomy.paints, names, grid, oversample)
    # A point that lies on a surface within rounding may fall to either side.
    assert np.count_nonzero(np.abs(found - expected) > 1e-6) <= 20


@pytest.mark.parametrize("key", ["A", "B"])
def test_no_surface_is_nearer_than_distance_and_steepness_say(key):
    rng = np.random.default_rng(0)
    for paint in build(PATIENTS[key].before.plan).paints:
        shape = paint.shape
        points = rng.uniform(shape.low - 1, shape.high + 1, (20_000, 3))
        steps = rng.standard_normal(points.shape)
        steps *= rng.uniform(0.1, 3.0, (len(steps), 1)) / np.linalg.norm(steps, axis=1)[:, None]
        before, after = (shape.distance(*p.T.astype(np.float32)) for p in (points, points + steps))
        far = np.abs(before) > shape.steepness * np.linalg.norm(steps, axis=1) + 1e-3
        assert np.array_equal(before[far] < 0, after[far] < 0), paint.tissue


@pytest.mark.parametrize(
    ("shape", "inside", "outside"),
    [
        (capsule((0, 0, 0), (0, 0, 20), 3), (2.9, 0, 10), (3.1, 0, 10)),
        (tube([(0, 0, -20), (10, 0, 20)], [4, 4]), (8.9, 0, 0), (9.1, 0, 0)),
        (ellipsoid((5, 0, 0), (2, 3, 4)), (5, 0, 3.9), (5, 0, 4.1)),
    ],
)
def test_points_are_inside_or_outside_the_surface(shape, inside, outside):
    def at(point):
        return shape.distance(*(np.full((1, 1, 1), p, np.float32) for p in point))[0, 0, 0]

    assert at(inside) < 0 < at(outside)


def test_the_column_is_curved_like_a_spine():
    vertebrae = column()
    spots = np.array([vertebrae[level].frame.origin for level in LEVELS])
    assert np.all(np.diff(spots[:, 2]) < -18)  # T8 above S1, a vertebra and a disc apart
    y = dict(zip(LEVELS, spots[:, 1], strict=True))
    assert y["L3"] < y["T10"]  # lordosis: the lumbar spine lies in front
    assert y["L3"] < y["S1"]
    frame = vertebrae["L5"].frame
    np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-12)
    assert frame.axes[2, 1] < 0  # its upper endplate looks forward


def measured(visit):
    anatomy, scale = build(visit.plan), visit.plan.lesion_scale
    return sizes.describe(anatomy.lesion, anatomy.bone, anchor=anatomy.anchor, scale=scale)


def test_size_of_a_sphere():
    far = ellipsoid((100, 0, 0), (1, 1, 1))
    size = sizes.describe(ellipsoid((3, 2, 1), (RADIUS,) * 3), far, anchor=(3, 2, 1))
    assert size["longest_mm"] == pytest.approx(2 * RADIUS, abs=0.3)
    assert size["perpendicular_mm"] == pytest.approx(2 * RADIUS, abs=0.3)
    assert size["volume_mm3"] == pytest.approx(SPHERE_VOLUME, rel=5e-3)
    assert size["extraosseous"]["volume_mm3"] == pytest.approx(size["volume_mm3"], rel=1e-6)


def test_size_is_measured_on_the_axial_plane():
    """Long in z, long aslant in the axial plane: only the second counts as a diameter."""
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    frame = Frame(np.zeros(3), np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]]))
    shape = blended([ellipsoid((0, 0, 0), (16, 7, 25), frame)], 0.1)
    size = sizes.describe(shape, shape, anchor=(0, 0, 0))
    assert size["longest_mm"] == pytest.approx(32, abs=0.4)
    assert size["perpendicular_mm"] == pytest.approx(14, abs=0.4)
    assert size["extraosseous"]["volume_mm3"] == 0


def test_patient_b_shrinks_by_the_published_share():
    patient = PATIENTS["B"]
    before, after = (measured(v)["area_product_mm2"] for v in (patient.before, patient.after))
    assert 100 * (after / before - 1) == pytest.approx(-19.4, abs=0.02)


@pytest.mark.parametrize(("key", "part"), [("A", "left_right_mm"), ("B", "anterior_posterior_mm")])
def test_both_lesions_leave_the_bone(key, part):
    outside = measured(PATIENTS[key].before)["extraosseous"]
    assert outside["volume_mm3"] > 300
    assert outside[part] > 5
