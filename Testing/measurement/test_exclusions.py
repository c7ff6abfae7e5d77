"""Exclusions leave no voxel in another region."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import without_exclusions


def test_exclusions_are_subtracted():
    lesion = np.zeros((1, 2, 4), bool)
    lesion[0, 0] = True
    vein = np.zeros_like(lesion)
    vein[0, :, 1] = True
    kept = without_exclusions(
        {"lesion": lesion, "vein": vein}, {"lesion": "lesion", "vein": "exclusion"}
    )
    np.testing.assert_array_equal(kept["lesion"][0, 0], [True, False, True, True])
    np.testing.assert_array_equal(kept["vein"], vein)
    roles = {"vein": "exclusion", "bone": "reference", "tumour": "lesion", "?": "search"}
    masks = dict.fromkeys(roles, lesion) | {"vein": vein}
    assert list(without_exclusions(masks, roles)) == [
        "tumour", "bone", "vein", "?",
    ]  # fmt: skip
    with pytest.raises(InputError, match="whole of region 'lesion'"):
        without_exclusions(
            {"lesion": lesion & vein, "vein": vein}, {"lesion": "lesion", "vein": "exclusion"}
        )
