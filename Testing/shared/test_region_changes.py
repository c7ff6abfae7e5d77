"""Sizes of changes are read as they are typed, and undo names each change."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

from SpineDCEWidget.shared.region_changes import CHANGES, SIZES

GRID = Geometry.from_parts((5, 40, 40), (1.0, 1.0, 4.0), (0, 0, 0), np.eye(3))


@pytest.mark.parametrize(("given", "number"), [("2.5", 2.5), ("2,5", 2.5), (" 3 ", 3.0), (4, 4.0)])
def test_a_number_is_read(given, number):
    assert SIZES["margin"].read(given) == number


@pytest.mark.parametrize("given", ["", "x", "0", "-1", "51", "nan", "inf", "1e9", None, "2 mm"])
def test_what_is_no_size_is_refused(given):
    with pytest.raises(InputError) as error:
        SIZES["margin"].read(given)
    assert error.value.code == "out_of_range"
    assert SIZES["margin"].title in str(error.value)


def test_every_change_changes_a_region_and_has_a_name():
    mask = np.zeros(GRID.shape, bool)
    mask[1, 5:25, 5:25] = mask[3, 5:25, 5:25] = mask[1, 8:22, 27:37] = True
    mask[1, 2, 2] = True
    sizes = {"margin": 3.0, "smooth": 6.0, "pieces": 100.0, "": 0.0}
    for kind, change in CHANGES.items():
        new = change.apply(mask, GRID, sizes[change.size])
        assert new.shape == mask.shape, kind
        assert (new != mask).any(), kind
        assert "Lesion 2" in change.sentence("Lesion 2", sizes[change.size]), kind
    assert CHANGES["grow-margin"].sentence("C5", 2.5) == "Grow C5 by 2.5 mm"
