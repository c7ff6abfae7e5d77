"""A whole vertebral body is proposed from one point in it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from measurement.test_reference import GEOMETRY, column
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.vertebral_body import _doubt, propose_body
from SpineDCELib.phantom import protocol, scanner
from SpineDCELib.phantom.acquisition import Session
from SpineDCELib.phantom.patient_grid import make_scene
from SpineDCELib.phantom.patients import patient_named
from SpineDCELib.series import Geometry


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("off", [(0, 0), (3, -4), (-4, 5)])
def test_the_body_around_a_point_is_proposed_and_no_other(level, off):
    image, masks = column()
    image[[0, -1]] = np.random.default_rng(1).normal(100, 4, image.shape[1:])  # beside the column
    image[1:4] += 60 * (np.indices(image.shape[1:])[0] % 28 > 24)  # discs
    _, rows, columns = np.nonzero(masks[level])
    middle = int(rows.mean()) + off[0], int(columns.mean()) + off[1]
    whole = np.zeros_like(masks[level])
    shift = (1, 2, 1)[level - 1]
    top = (36, 64, 92)[level - 1]
    whole[1:4, top : top + 20, 20 + shift : 42 + shift] = True
    found = propose_body(image, GEOMETRY, (2, *middle)).mask
    assert dice(found, whole) > 0.8
    assert not (found & masks[level - 1]).any()
    assert not (found & masks[level + 1]).any()


def test_where_there_is_no_edge_nothing_is_proposed():
    image = np.random.default_rng(0).normal(100, 4, GEOMETRY.shape)
    with pytest.raises(InputError) as error:
        propose_body(image, GEOMETRY, (2, 80, 32))
    assert error.value.code == "no_body_here"


#: Tissues that lie in a body.
MARROW = ("marrow", "fatty marrow", "lesion", "haemangioma", "fracture", "basivertebral")


@pytest.fixture(scope="module", params=["1.25 mm, 5 mm thick", "3.3 mm, 6 mm thick"])
def spine(request):
    """The first frames of the digital patient on a grid, and of each level its body and middle."""
    fine = request.param.startswith("1.25")
    matrix, slices, thickness = (256, 12, 5.0) if fine else (96, 8, 6.0)
    size = protocol.Size(matrix, slices, thickness, 8, 6.0, (4, 2, 2), complete=False)
    visit = patient_named("A").visit("before")
    scene = make_scene(visit, size, "1.2.3")
    exam = SimpleNamespace(frame_of_reference_uid="1.2.3")
    session = Session(scene, exam, Path(), (1,), True)
    nothing = np.zeros((len(scene.anatomy.tissues), 1))
    FA = scene.visit.conditions.FA
    signals = [session._spgr(nothing, FA * scale)[:, 0] for scale in session._B1[0]]
    image = session._painted_with_B1(signals) * session.factor * session.coil * session.scale
    noise = scanner.noise(image.shape, session.sigma / np.sqrt(3), session.rng("frame"))
    geometry = scene.geometry
    patient = Geometry(geometry.shape, np.linalg.inv(visit.pose) @ geometry.affine)
    points = [
        np.broadcast_to(p, geometry.shape).astype(np.float32) for p in scanner.positions(patient)
    ]
    shares = scene.shares[:, scene.anatomy.index(*MARROW)].sum(axis=1)
    marrow = np.asarray(shares).reshape(geometry.shape)
    bodies = {}
    for level, vertebra in scene.anatomy.vertebrae.items():
        body = (vertebra.body().distance(*points) < 0) & (marrow > 0.5)
        place = np.linalg.inv(patient.affine) @ [*vertebra.frame.origin, 1.0]
        bodies[level] = body, tuple(round(float(v)) for v in place[2::-1])
    return np.abs(image + noise), geometry, bodies, marrow


@pytest.mark.slow
@pytest.mark.parametrize("level", ["T11", "T12", "L1", "L3", "L4"])
def test_a_body_in_thick_slices_holds_marrow_and_no_disc(spine, level):
    image, geometry, bodies, marrow = spine
    true, middle = bodies[level]
    found = propose_body(image, geometry, middle)
    assert dice(found.mask, true) > 0.75
    assert 1 - marrow[found.mask].mean() < 0.16
    assert found.doubt == ""


@pytest.mark.slow
def test_a_part_of_a_body_is_proposed_with_a_doubt(spine):
    image, geometry, bodies, _marrow = spine
    true, middle = bodies["L4"]
    changed = image.copy()
    lower = true & (np.indices(true.shape)[1] > middle[1])
    changed[lower] *= 0.4  # a lesion
    assert not propose_body(image, geometry, middle).doubt
    found = propose_body(changed, geometry, middle)
    assert found.doubt


def test_a_proposal_in_one_slice_is_not_called_smaller_than_a_body_there():
    grid = Geometry((8, 60, 60), np.diag([1.0, 1.0, 6.0, 1.0]))
    found = np.zeros(grid.shape, bool)
    found[4, 15:44, 15:44] = True
    said = _doubt(found, grid, 4)
    assert said.startswith("It covers 8.4 cm² in this slice, but reaches only 6 mm across the")
    assert "smaller" not in said
    found[4] = False
    found[4, 15:30, 15:29] = True
    assert "smaller than a vertebral body of an adult (2.1 cm² in this slice" in _doubt(
        found, grid, 4
    )
    found[2:7, 12:50, 12:50] = True
    assert "larger than a vertebral body of an adult (14.4 cm²" in _doubt(found, grid, 4)
