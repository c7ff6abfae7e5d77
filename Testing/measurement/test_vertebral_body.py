"""A whole vertebral body is proposed from one point in it."""

import numpy as np
import pytest
from measurement.test_reference import GEOMETRY, column
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.vertebral_body import propose_body


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
    found = propose_body(image, GEOMETRY, (2, *middle))
    assert dice(found, whole) > 0.8
    assert not (found & masks[level - 1]).any()
    assert not (found & masks[level + 1]).any()


def test_where_there_is_no_edge_nothing_is_proposed():
    image = np.random.default_rng(0).normal(100, 4, GEOMETRY.shape)
    with pytest.raises(InputError) as error:
        propose_body(image, GEOMETRY, (2, 80, 32))
    assert error.value.code == "no_body_here"
