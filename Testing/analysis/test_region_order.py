"""The order in which tables and figures show the regions of a visit."""

from analysis.test_delays import REGIONS, visit


def test_regions_come_in_the_order_of_their_roles_however_they_were_drawn():
    analysis = visit(0.05, {"Lesion": 0.0, "Reference": 0.0})
    lesion, reference = REGIONS["Lesion"], REGIONS["Reference"]
    drawn = {"Second": reference.copy(), "Reference": reference, "Lesion": lesion}
    roles = {"Second": "other", "Reference": "reference", "Lesion": "lesion"}
    analysis.update(regions=drawn, roles=roles)
    assert list(analysis.regions) == ["Lesion", "Reference", "Second"]
    assert [r.name for r in analysis.result().regions] == ["Lesion", "Reference", "Second"]
    analysis.update(roles={**roles, "Second": "lesion"})
    named = [r.name for r in analysis.result().regions]
    assert named[-1] == "Reference"
    assert sorted(named[:2]) == ["Lesion", "Second"]
