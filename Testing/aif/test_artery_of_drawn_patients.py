"""The artery search on drawn patients (validation.small_scenes) that it once got wrong."""

import pytest
from SpineDCELib.aif.detection import NARROW_ARTERY
from validation.certainty import analysis_of, artery_outcome, settings_of
from validation.small_scenes import make_pair

#: Seed, visit, outcome, and what makes it hard.
PATIENTS = [
    (24, 0, "right", "slow circulation: the first pass of the aorta lasts 25 s"),
    (121, 1, "right", "lung that explains the tissue better than the aorta does"),
    (31, 0, "refused", "an organ runs through the images, and no artery is in view"),
    (166, 0, "refused", "a pulmonary artery, and no aorta in view"),
    (191, 0, "right", "lung, which fills before the aorta"),
    (25, 0, "right", "ten voxels of an iliac artery in frames of 8 s"),
    (53, 0, "right", "a lesion that fills 10 s after the aorta"),
    (106, 1, "right", "a thin iliac artery beside a vein that fills early"),
    (135, 0, "refused", "a pulmonary artery, and no aorta in view"),
    (152, 1, "refused", "a hypervascular lesion, and no artery in view"),
    (224, 1, "right", "an oblique iliac artery in pieces, beside an organ and a vein"),
    (285, 0, "right", "an oblique iliac artery of three voxels in each slice"),
    (98, 0, "right", "a vena cava that touches the aorta and fills a second before it"),
    (33, 0, "right", "an iliac artery of which most voxels touch a vein"),
    (42, 0, "right", "a drawn lesion that takes contrast up like a vessel"),
    (45, 1, "right: left heart", "the left heart, which fills with the aorta, in frames of 10 s"),
    (175, 1, "right", "a first pass that lasts 27 s in frames of 10 s"),
    (296, 1, "right", "a vein that fills just before the aorta, in frames of 10 s"),
    (396, 1, "right: left heart", "the rim of the left heart, which fills 3 s before the aorta"),
    (444, 1, "refused", "a pulmonary artery, and an aorta with a first pass of 29 s"),
    (639, 1, "right", "an iliac artery that touches a vein, fills before it, and rises higher"),
    (669, 1, "refused", "an organ that fills after an undiluted vein, and no artery in view"),
    (728, 1, "right", "an iliac artery, and a larger group that is half artery and half fat"),
    (839, 1, "right", "an aorta whose first pass is large, as in slow circulation, beside lung"),
    (920, 0, "right", "an iliac artery, and larger groups that are half artery and half fat"),
    (1001, 1, "right", "a hypervascular lesion that is drawn with half of its best voxels"),
    (101, 1, "right", "an artery at the edge of the images and of a vein that fills early"),
    (134, 0, "right", "a carotid artery of which every voxel touches a vein"),
    (255, 1, "refused", "a pulmonary artery from which most tissue needs 14 s"),
    (546, 0, "refused", "a vein from which most tissue needs 13 s, in frames of 10 s"),
    (
        1078,
        1,
        "refused",
        "a mixture of artery and jugular vein, in contact with the vein everywhere",
    ),
    (1108, 0, "refused", "lung that runs through the images, and no artery in view"),
    (1112, 0, "refused", "two mixtures of artery and jugular vein beside each other"),
    (1245, 1, "refused", "a pulmonary artery, and an aorta that only lung makes late"),
    (1671, 0, "right", "an aorta that fills after a vena cava from which blood needs 11 s"),
    (1291, 1, "refused", "a pulmonary artery that explains the tissue when it is smeared"),
    (1484, 1, "refused", "a pulmonary artery in frames of 10 s, beside a larger aorta"),
    (1488, 1, "refused", "the edge of a vein that fills early, and no artery in view"),
    (183, 0, "refused", "an aorta and a vena cava in one, 33 mm thick"),
    (200, 0, "refused", "a ball of a lesion with a first pass of 52 s, and no artery in view"),
    (545, 1, "refused", "a vena cava in frames of 10 s, and no artery in view"),
    (2185, 0, "refused", "lung with a first pass of 36 s, and no artery in view"),
    (2203, 0, "refused", "the edge of a drawn lesion, and an aorta with a wide first pass"),
    (2226, 1, "refused", "lung that all tissue follows, and an aorta that fills late"),
    (2292, 0, "refused", "a thin piece of a lesion, and no artery in view"),
    (2677, 0, "refused", "a thin vein that fills early and must be smeared"),
    (2700, 1, "refused", "a crossing of iliac artery and vein, half of each"),
    (1744, 1, "refused", "lung about as wide as long, and no artery in view"),
]

#: Seed, visit, and what the aorta's edge is: a group that fills with it and may be larger, of which
#: half is fat, so that an AIF from it would be five to ten times too low.
EDGES = [
    (20, 1, "a larger group around it"),
    (81, 0, "a group that explains the tissue a little better"),
    (1060, 1, "a longer group around it"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "visit", "outcome", "why"), PATIENTS)
def test_the_artery_is_found_or_refused(seed, visit, outcome, why):
    pair = make_pair(seed)
    study = (pair.before, pair.after)[visit]
    found, reason = artery_outcome(
        study, analysis_of(study, "map", settings_of("map", study.conditions))
    )
    assert found == outcome, (why, reason)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "visit", "edge"), EDGES)
def test_the_artery_is_taken_from_its_lumen(seed, visit, edge):
    pair = make_pair(seed)
    study = (pair.before, pair.after)[visit]
    found = analysis_of(study, "map", settings_of("map", study.conditions)).detection()
    assert not found.doubt
    assert study.kinds["artery"][found.mask].mean() > 0.9, edge
    assert NARROW_ARTERY not in found.warnings


@pytest.mark.slow
def test_an_artery_of_two_voxels_is_used_with_a_warning():
    study = make_pair(134).before
    found = analysis_of(study, "map", settings_of("map", study.conditions)).detection()
    assert not found.doubt
    assert NARROW_ARTERY in found.warnings
