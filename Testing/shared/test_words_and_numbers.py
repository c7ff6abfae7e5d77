"""What both shells say: steps, numbers with units, tables and sentences."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from mrml.scenes import new_scene, write_visits
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis.explain_voxel import RegionNumbers
from SpineDCELib.errors import InputError
from SpineDCELib.export.formats import FORMATS
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.settings import AIF_SOURCES, MODELS, SIGNAL_MODES, T1_SOURCES
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS
from SpineDCELib.vocabulary.conversion_modes import normalised_title, normalised_vp
from SpineDCELib.vocabulary.quantities import QUANTITIES

from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.steps import DONE, NEXT, NOT_YET, STEPS, WRONG, state_of
from SpineDCEWidget.shared.study_opening import open_images

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (shown.value("vp", 9.344), "9.34 mL/100 mL"),
        (shown.value("Ktrans", 0.09131), "0.0913 /min"),
        (shown.value("R2", 0.9876), "0.988"),
        (shown.value("vp", math.nan), "–"),
        (shown.times(9.3321), "9.3×"),
        (shown.times(12.34), "12×"),
        (shown.number(-1.25, 1), "−1.2"),
        (shown.seconds(4.26), "4.3 s"),
    ],
)
def test_numbers_have_units_and_no_more_digits_than_they_deserve(said, expected):
    assert said == expected


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("concentration.signal", SIGNAL_MODES),
        ("fit.model", MODELS),
        ("aif.source", AIF_SOURCES),
        ("concentration.T1_source", ("", *T1_SOURCES)),
    ],
)
def test_every_value_of_a_setting_has_a_label(path, values):
    choices = words.setting_choices(path)
    assert set(choices) == set(values)
    assert all(choices.values())


def test_every_map_has_a_definition_and_every_role_and_format_a_title():
    assert set(QUANTITIES) <= set(words.EXPLAINED)
    assert all(words.role_title(role) and words.ROLE_HINTS[role] for role in words.DRAWN_ROLES)
    assert set(words.FORMAT_TITLES) == set(FORMATS)
    assert set(words.COLOUR_TITLES) == set(COLOUR_MAPS)


def marks(place):
    return [state.mark for state in state_of(place)]


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    written = write_visits(tmp_path_factory)
    return dict(zip(("baseline", "follow-up"), written.values(), strict=True))


def open_visit(place, name, studies):
    return place.open(name, open_images(studies[name][0]))


def draw(place, visit, path):
    geometry = visit.analysis.study.dynamic.geometry
    masks, roles = read_regions([str(path)], geometry), read_roles([str(path)])
    drawn.set_masks(visit.segmentation, masks, geometry, roles=roles)
    place.regions_changed(visit)


def test_several_regions_of_a_role_are_named_beside_its_button():
    curve, band = np.zeros(3), np.zeros((2, 3))
    rows = [
        RegionNumbers(name, role, 10, 1.0, {}, curve, band)
        for name, role in (("L2", "lesion"), ("T12", "lesion"), ("L4", "reference"))
    ]
    assert shown.region_numbers(rows) == {
        "lesion": "L2: 1.0 mL; T12: 1.0 mL",
        "reference": "1.0 mL",
    }


@pytest.mark.long
def test_the_work_from_nothing_to_a_call(studies):
    place = Session(new_scene())
    assert [step.number for step in STEPS] == [1, 2, 3, 4, 5]
    assert marks(place) == [NEXT, NOT_YET, NOT_YET, NOT_YET, NOT_YET]
    assert shown.result_rows(place) == ([], [])
    assert shown.call(place) == ""

    before = open_visit(place, "baseline", studies)
    assert marks(place)[:2] == [DONE, NEXT]
    assert shown.proposal(before) == ""
    place.compute(before)
    assert marks(place) == [DONE, DONE, NEXT, DONE, NOT_YET]
    assert "lesion" in state_of(place)[2].reason
    headings, rows = shown.candidate_rows(before)
    assert len(headings) == len(rows[0])
    assert [row[0] == "✓" for row in rows] == [
        c.accepted > 0 for c in before.analysis.detection().candidates
    ]
    assert shown.proposal(before).startswith("Proposed ")
    apart = "The delays of the regions differ, so no single shift fits all of them."
    for differing in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Evidence, "differing", differing)
            patch.setattr(Evidence, "interval", (1.0, 2.0))
            assert shown.proposal(before).endswith(f". {apart}") == differing
    # Every region that it comes from has its own delay, or none that its curves determine.
    evidence = before.evidence
    one, other = (SimpleNamespace(name=n, proposal=4.0, determined=n == "B") for n in "AB")
    both = SimpleNamespace(regions=(one, other))
    assert [shown._share_of(r, both) for r in both.regions] == ["A (not determined)", "B 4.0 s"]
    assert shown._share_of(evidence.regions[0], SimpleNamespace(regions=(one,))) == (
        evidence.regions[0].name
    )

    draw(place, before, studies["baseline"][1])
    assert marks(place)[2:4] == [DONE, NEXT], "maps must be computed again for what was drawn"
    numbers = shown.region_numbers(before.region_numbers())
    assert "mL/100 mL" in numbers["lesion"]
    assert numbers["lesion"].endswith("×")
    assert "×" not in numbers["reference"]
    assert before.awaits_proposal, "the shift was proposed without these regions"
    numbers = shown.region_numbers(before.region_numbers(), provisional=True)
    assert numbers["lesion"].endswith("× (provisional shift)")
    assert numbers["reference"].endswith("mL/100 mL (provisional shift)")
    place.compute(before)
    assert not before.awaits_proposal
    assert marks(place)[3:] == [DONE, DONE]
    assert ", the drawn one is not in use" in state_of(place)[1].reason
    assert shown.sizes(before).startswith("Lesion: ")
    assert any("normalised Vp" in row[0] for row in shown.result_rows(place)[1])

    after = open_visit(place, "follow-up", studies)
    draw(place, after, studies["follow-up"][1])
    place.compute(after)
    assert marks(place) == [DONE, DONE, DONE, DONE, NEXT]
    assert "Compare" in shown.call(place)
    place.compare(flip_runs=10)
    assert marks(place) == [DONE] * 5
    headings, rows = shown.result_rows(place)
    assert headings == ["", before.title, after.title, "change"]
    mode = place.comparison.mode
    assert rows[0][0] == normalised_title(normalised_vp(mode), mode)
    assert rows[0][3].startswith("−")
    call = shown.call(place)
    assert "response" in call
    assert "perturbed analyses" in call

    place.choose(after, {"fit.shift": after.settings.fit.shift + 1})
    assert marks(place)[3:] == [NEXT, NOT_YET]
    assert "perturbed" not in shown.call(place)


@pytest.mark.slow
def test_a_study_without_an_artery_says_so_at_its_step(studies):
    place = Session(new_scene())
    visit = open_visit(place, "baseline", studies)
    geometry = visit.analysis.study.dynamic.geometry
    corner = read_regions([str(studies["baseline"][1])], geometry)["Lesion"] & False
    corner[0, :4, :4] = True
    drawn.set_masks(visit.segmentation, {"here": corner}, geometry, roles={"here": drawn.SEARCH})
    place.regions_changed(visit)
    with pytest.raises(InputError, match="No trustworthy AIF"):
        place.compute(visit)
    assert marks(place)[1] == WRONG
    assert "No trustworthy AIF" in state_of(place)[1].reason
    # An aorta that is drawn then is used; before, it would not have been.
    assert not place.take_drawn_aorta(visit)
    aorta = read_regions([str(studies["baseline"][1])], geometry)["Aorta"]
    drawn.set_masks(visit.segmentation, {"here": corner, "Aorta": aorta}, geometry,
                    roles={"here": drawn.SEARCH, "Aorta": "aorta"})  # fmt: skip
    place.regions_changed(visit)
    assert place.take_drawn_aorta(visit)
    assert visit.settings.aif.source == "mask"
    place.compute(visit)
    assert not place.take_drawn_aorta(visit)


@pytest.mark.slow
def test_a_voxel_is_explained(studies):
    from SpineDCELib.mrml.volume_nodes import ras_of

    place = Session(new_scene())
    visit = open_visit(place, "baseline", studies)
    draw(place, visit, studies["baseline"][1])
    place.compute(visit)
    mask = visit.analysis.regions["Lesion"]
    voxel = tuple(int(v) for v in zip(*mask.nonzero(), strict=True).__next__())
    explained = visit.explain(ras_of(voxel, visit.analysis.study.dynamic.geometry))
    rows = dict(shown.explanation_rows(explained))
    assert rows["Vp"].endswith("mL/100 mL")
    assert "±" in rows["Vp"]
    assert explained.status in shown.voxel_text(explained)
    assert f"Slice {voxel[0] + 1}" in shown.voxel_text(explained)


def test_a_map_that_its_colour_bar_does_not_explain_has_a_note():
    lesion = SimpleNamespace(name="L2", residual=SimpleNamespace(threshold=1.74))
    session = SimpleNamespace(comparison=SimpleNamespace(lesions=(lesion,)))
    assert shown.map_note(session, "probability") == "Threshold: L2 1.7×"
    assert "yellow where the fit has a remark" in shown.map_note(session, "status")
    assert shown.map_note(session, "vp") == ""
    assert shown.map_note(SimpleNamespace(comparison=None), "probability") == ""
