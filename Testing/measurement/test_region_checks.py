"""Regions that cannot be right are found before numbers are read from them."""

import numpy as np
import pytest
from SpineDCELib.measurement.region_checks import LARGEST, check_regions
from SpineDCELib.vocabulary.region_roles import role_of

SHAPE = (4, 20, 20)


def box(rows, columns):
    mask = np.zeros(SHAPE, bool)
    mask[1:3, slice(*rows), slice(*columns)] = True
    return mask


SOUND = {"Lesion": box((2, 8), (2, 8)), "Reference": box((12, 18), (2, 8))}
ROLES = {"Lesion": "lesion", "Reference": "reference"}


def codes(regions, roles=ROLES, voxel_volume=0.0):
    found = check_regions(regions, roles, voxel_volume)
    assert not any(finding.stops for finding in found)
    return [(finding.code, finding.about) for finding in found]


def test_sound_regions_have_no_finding():
    assert codes(SOUND) == []
    touching = {**SOUND, "Reference": box((8, 14), (2, 8))}
    assert codes(touching) == []


def test_a_lesion_that_is_cut_by_the_last_slice_is_found():
    cut = SOUND["Lesion"].copy()
    cut[3] = cut[2]
    cut[3, 2:3] = False  # 5 of 6 rows remain
    assert codes({**SOUND, "Lesion": cut}) == [("lesion_cut", "Lesion")]
    (found,) = check_regions({**SOUND, "Lesion": cut}, ROLES)
    said = "still wide in slice 4, where the images end (83 % of its largest area), so part"
    assert said in found.message
    cut[3, 3:4] = False  # 4 remain: it tapers off
    assert codes({**SOUND, "Lesion": cut}) == []
    both = np.repeat(SOUND["Lesion"][1:2], 4, axis=0)
    assert codes({**SOUND, "Lesion": both}) == 2 * [("lesion_cut", "Lesion")]
    alone = np.zeros(SHAPE, bool)
    alone[0, 2:8, 2:8] = True  # one slice says nothing of the others
    assert codes({**SOUND, "Lesion": alone}) == [("lesion_in_one_slice", "Lesion")]
    (found,) = check_regions({"Lesion": alone}, ROLES)
    assert "where the images end" in found.message
    (found,) = check_regions({"Lesion": np.roll(alone, 1, axis=0)}, ROLES)
    assert "how far it reaches across the slices is not known" in found.message
    assert check_regions({"Lesion": alone[:3]}, ROLES) == []


def test_a_reference_inside_the_lesion_is_found():
    assert codes({**SOUND, "Reference": box((5, 11), (2, 8))}) == [
        ("reference_in_lesion", "Reference")
    ]


@pytest.mark.parametrize("role", ["aorta", "muscle", "lesion"])
def test_overlapping_regions_are_found(role):
    regions = {**SOUND, "Another": box((4, 12), (2, 8))}
    assert ("regions_overlap", "Another") in codes(regions, {**ROLES, "Another": role})


def test_a_part_of_the_lesion_may_overlap_it():
    regions = {**SOUND, "Part": box((4, 8), (2, 8))}
    for role in ("extraosseous", "bone", "exclusion", "other"):
        assert codes(regions, {**ROLES, "Part": role}) == []


def test_a_reference_in_the_irradiated_volume_is_found():
    regions = {**SOUND, "PTV": box((0, 14), (0, 12))}
    assert role_of("PTV") == "irradiated"
    assert codes(regions, {**ROLES, "PTV": "irradiated"}) == [("reference_irradiated", "Reference")]


@pytest.mark.parametrize("name", ["Lesion", "Reference"])
def test_a_region_that_is_too_large_for_its_tissue_is_found(name):
    voxels, largest = int(SOUND[name].sum()), LARGEST[ROLES[name]]
    alone = {name: SOUND[name]}
    assert codes(alone, voxel_volume=999 * largest / voxels) == []
    assert codes(alone, voxel_volume=1001 * largest / voxels) == [("region_too_large", name)]


def test_a_lesion_of_few_voxels_is_found():
    assert codes({**SOUND, "Lesion": box((2, 4), (2, 4))}) == [("few_voxels", "Lesion")]


@pytest.mark.parametrize("name", ["Lesion", "Reference"])
def test_a_region_in_separate_pieces_is_named_with_their_sizes(name):
    far = SOUND[name] | box((8, 11), (15, 18))
    found = check_regions({**SOUND, name: far}, ROLES, 100.0)
    (said,) = (one for one in found if one.code == "separate_pieces")
    assert said.about == name
    assert f"{name} consists of separate pieces of 7.2 mL and 1.8 mL" in said.message


def test_a_narrow_gap_or_a_few_voxels_make_no_separate_piece():
    vein = SOUND["Lesion"].copy()
    vein[:, 4:6] = False
    assert codes({**SOUND, "Lesion": vein}) == []
    stray = SOUND["Lesion"] | (box((14, 15), (15, 16)) & (np.arange(4) == 1)[:, None, None])
    assert codes({**SOUND, "Lesion": stray}) == []
