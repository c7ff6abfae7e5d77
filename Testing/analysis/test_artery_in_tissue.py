"""What a person drew as tissue is not taken for the artery."""

import numpy as np
import pytest
from SpineDCELib.analysis import Analysis
from SpineDCELib.settings import Settings
from validation.certainty import settings_of
from validation.small_scenes import make_pair


@pytest.fixture(scope="module")
def study():
    """A visit whose lesion fits an artery better than the aorta does."""
    return make_pair(130).before


def analysis_of(study, regions):
    settings: Settings = settings_of("map", study.conditions)
    return Analysis(
        study.images, settings, regions=regions, roles={name: study.roles[name] for name in regions}
    )


@pytest.mark.slow
def test_a_vessel_in_the_drawn_lesion_is_not_the_artery_and_a_stroke_elsewhere_changes_nothing(
    study,
):
    lesion = study.regions["Lesion"]
    analysis = analysis_of(study, {})
    alone = analysis.detection()
    assert lesion[alone.mask].mean() > 0.5  # what nothing but the images shows

    analysis.update(regions={"Lesion": lesion}, roles={"Lesion": "lesion"})
    found = analysis.detection()
    assert study.share[found.mask].mean() > 0.9
    assert not (found.mask & lesion).any()
    assert any("the region 'Lesion'" in sentence for sentence in found.warnings)

    # A drawn vertebra, and a stroke more, leave the artery as it was.
    further = study.regions["Reference"].copy()
    for _ in range(2):
        further[tuple(np.argwhere(further)[0])] = False
        analysis.update(
            regions={"Lesion": lesion, "Reference": further.copy()},
            roles={"Lesion": "lesion", "Reference": "reference"},
        )
        again = analysis.detection()
        np.testing.assert_array_equal(again.mask, found.mask)

    analysis.update(regions={"Reference": further}, roles={"Reference": "reference"})
    assert analysis.detection().mask.sum() == alone.mask.sum()


@pytest.mark.slow
def test_where_no_other_vessel_is_an_artery_the_doubt_names_the_region():
    study = make_pair(3).after
    analysis = analysis_of(study, {"Lesion": study.regions["Lesion"]})
    found = analysis.detection()
    assert not found.mask.any()
    assert "the region 'Lesion'" in found.doubt
