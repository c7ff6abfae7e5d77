"""Voxels of vessels in regions of tissue, and in the explanation of a voxel."""

import numpy as np
import pytest
from analysis.test_delays import visit
from SpineDCELib.analysis.explain_voxel import explain_voxel
from SpineDCELib.measurement.blood_voxels import blood_doubt, blood_findings, blood_mark

HCT = 0.42


@pytest.mark.parametrize(
    ("vp", "said"),
    [
        (0.10, ""),  # as in a well perfused tumour
        (0.28, ""),
        (0.40, "69 % of the voxel would be blood"),
        (0.79, "above that of blood itself, 58.00 mL/100 mL"),
        (float("nan"), ""),
    ],
)
def test_a_vp_that_no_tissue_has_is_doubted(vp, said):
    doubt = blood_doubt(vp, HCT)
    assert bool(doubt) == bool(said)
    assert said in doubt


@pytest.mark.parametrize(
    ("vp", "role", "said"),
    [
        (0.28, "lesion", ""),
        (0.40, "reference", "not of tissue: more than half would be blood"),
        (0.79, "lesion", "impossible: above that of blood, 58.00 mL/100 mL"),
        (1.50, "lesion", "impossible: more than the whole volume"),
        (0.62, "aorta", ""),
        (1.50, "aorta", "impossible: more than the whole volume"),
        (float("nan"), "lesion", ""),
    ],
)
def test_a_table_marks_a_vp_that_no_tissue_has(vp, role, said):
    assert blood_mark(vp, HCT, role) == said


def test_regions_of_tissue_with_voxels_of_a_vessel_are_named_with_their_number():
    vp = np.full((1, 4, 4), 0.05)
    vp[0, 0, :3] = 0.4, 0.79, np.nan
    whole, rest = np.ones(vp.shape, bool), vp < 0.2
    regions = {"Lesion": whole, "Reference": rest, "Aorta": whole}
    roles = {"Lesion": "lesion", "Reference": "reference", "Aorta": "aorta"}
    (found,) = blood_findings(vp, regions, roles, HCT)
    assert (found.code, found.about, found.stops) == ("blood_in_region", "Lesion", False)
    assert "2 of the 16 voxels" in found.message


@pytest.mark.parametrize(("vp", "doubted"), [(0.05, False), (0.45, True)])
def test_a_voxel_and_a_region_at_a_vessel_are_told_in_an_analysis(vp, doubted):
    analysis = visit(vp, {"Lesion": 0.0, "Reference": 0.0})
    assert bool(explain_voxel(analysis, (1, 4, 6)).doubt) == doubted
    codes = {one.code for one in analysis.result().measures.findings}
    assert ("AIF_too_low" in codes) == doubted


def test_a_low_AIF_is_named_where_most_of_a_region_would_be_blood_and_nothing_is_left_out():
    vp = np.full((1, 4, 4), 0.4)
    vp[0, 0, :2] = 0.05
    regions = {"Reference": np.ones(vp.shape, bool)}
    (found,) = blood_findings(vp, regions, {"Reference": "reference"}, HCT)
    assert (found.code, found.about) == ("AIF_too_low", "Reference")
    assert "inputs.roi" not in found.fields
    assert "14 of the 16 voxels" in found.message
    assert "AIF that is too low" in found.message
    assert "Leave" not in found.message
