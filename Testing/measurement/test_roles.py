"""Roles come from tag, name and code; exclusions leave no voxel in another region."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import role_of, without_exclusions


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Lesion", "lesion"),
        ("lesion_2", "lesion"),
        ("Metastasis L2", "lesion"),
        ("Reference vertebra", "reference"),
        ("Healthy L3", "reference"),
        ("Aorta", "aorta"),
        ("Excluded", "exclusion"),
        ("Haemangioma of lesion", "exclusion"),
        ("epidural part", "extraosseous"),
        ("Bone", "bone"),
        ("label 3", "other"),
    ],
)
def test_names(name, role):
    assert role_of(name) == role


def entry(code, meaning):
    return (
        "Segmentation category and type - DICOM master list~SCT^123037004^Anatomical Structure"
        f"~SCT^{code}^{meaning}~^^~Anatomic codes - DICOM master list~^^~^^"
    )


def test_codes_decide_where_the_name_says_nothing():
    assert role_of("Segment_1", terminology=entry("128462008", "Metastatic Neoplasm")) == "lesion"
    assert role_of("L3", terminology=entry("36470004", "L3 vertebra")) == "reference"
    assert role_of("Segment_2", terminology=entry("15825003", "Aorta")) == "aorta"
    # A lesion is often coded as the vertebra that it lies in.
    assert role_of("Lesion", terminology=entry("14293000", "L2 vertebra")) == "lesion"


def test_a_tag_decides_over_all():
    assert role_of("Lesion", tags={"SpineDCE.Role": "exclusion"}) == "exclusion"


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
    with pytest.raises(InputError, match="whole of region 'lesion'"):
        without_exclusions(
            {"lesion": lesion & vein, "vein": vein}, {"lesion": "lesion", "vein": "exclusion"}
        )
