"""References are scored, and the vertebrae beside them are found."""

import numpy as np
import pytest
from scipy.signal import correlate2d
from SpineDCELib.measurement.measures import measure
from SpineDCELib.measurement.reference_vertebra import (
    _correlated,
    neighbouring_vertebrae,
    score_reference,
)
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES

SAGITTAL = np.array([[0, 0, 1.0], [1, 0, 0], [0, -1, 0]])
GEOMETRY = Geometry.from_parts((5, 160, 64), (1.25, 1.25, 5.0), (0, 0, 0), SAGITTAL)
TOPS = (8, 36, 64, 92, 120)  # a vertebra of 20 rows and a disc of 8, five times
SHIFTS = (0, 1, 2, 1, 0)  # a gentle curve


def column():
    """A column of five vertebrae on a sagittal grid, and their masks."""
    rng = np.random.default_rng(0)
    image = rng.normal(100, 4, GEOMETRY.shape)
    masks = []
    for top, shift in zip(TOPS, SHIFTS, strict=True):
        mask = np.zeros(GEOMETRY.shape, bool)
        mask[1:4, top + 2 : top + 18, 22 + shift : 40 + shift] = True
        image[:, top : top + 20, 20 + shift : 42 + shift] += 150
        masks.append(mask)
    return image, masks


def test_the_neighbours_are_the_next_vertebrae():
    image, masks = column()
    found = neighbouring_vertebrae(masks[2], image=image, geometry=GEOMETRY)
    assert set(found) == {"1 above", "2 above", "1 below", "2 below"}
    for name, index in {"1 above": 1, "2 above": 0, "1 below": 3, "2 below": 4}.items():
        overlap = (found[name] & masks[index]).sum() / masks[index].sum()
        assert overlap > 0.85, name


def test_no_neighbour_touches_a_lesion():
    image, masks = column()
    found = neighbouring_vertebrae(masks[2], image=image, geometry=GEOMETRY, avoid=masks[1])
    assert "1 above" not in found
    assert "2 above" in found


def healthy(rng, mask, vp=0.01):
    return np.where(mask, rng.normal(vp, 0.001, mask.shape), np.nan)


def test_a_good_reference_has_no_warning():
    _, masks = column()
    vp = healthy(np.random.default_rng(1), masks[2])
    score = score_reference(
        "ref", mask=masks[2], vp=vp, T10=np.full(vp.shape, 0.55), neighbours_vp=0.01
    )
    assert score.score == 1
    assert score.warnings == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"vp": 0.06}, "reference_enhances"),
        ({"vp": 0.004, "T10": 0.32}, "reference_fatty"),
        ({"T10": 1.0}, "reference_wet"),
        ({"vp": 0.003}, "reference_low"),
        ({"spread": 1.0}, "reference_not_uniform"),
        ({"few": True}, "reference_few_voxels"),
    ],
)
def test_a_bad_reference_is_warned_about(change, code):
    rng = np.random.default_rng(2)
    _, masks = column()
    mask = masks[2].copy()
    if change.get("few"):
        mask[:] = False
        mask[2, 70:73, 25:28] = True
    vp = healthy(rng, mask, change.get("vp", 0.01))
    if change.get("spread"):
        vp = np.where(mask, np.where(rng.random(mask.shape) < 0.5, 0.002, 0.018), np.nan)
    score = score_reference(
        "ref", mask=mask, vp=vp, T10=np.full(vp.shape, change.get("T10", 0.55)), neighbours_vp=0.01
    )
    assert score.score < 0.9
    assert code in {finding.code for finding in score.findings}


@pytest.mark.parametrize(
    ("mode", "title"), [("vfa", "Vp per volume of water"), ("muscle", "Vp"), ("", "Vp")]
)
def test_the_warning_names_what_its_vp_is_a_fraction_of(mode, title):
    _, masks = column()
    vp = healthy(np.random.default_rng(2), masks[2], 0.06)
    score = score_reference("ref", mask=masks[2], vp=vp, mode=mode)
    (said,) = (one.message for one in score.findings if one.code == "reference_enhances")
    assert said.startswith(f"ref enhances: the median of its voxels, {title} 6.0")
    washed_in = score_reference(
        "ref", mask=masks[2], vp=np.full(vp.shape, 0.01), mode=mode,
        Ktrans=np.full(vp.shape, 0.08),
    )  # fmt: skip
    (said,) = (one.message for one in washed_in.findings if one.code == "reference_enhances")
    assert said.startswith("ref enhances: the median of its voxels, Ktrans 0.08")
    vp[masks[2] & (np.random.default_rng(2).random(vp.shape) < 0.8)] = 0.01
    few = score_reference("ref", mask=masks[2], vp=vp, mode=mode)
    assert "reference_enhances" not in {one.code for one in few.findings}


def test_a_moved_outline_that_reaches_into_a_vessel_is_judged_by_its_marrow():
    image, masks = column()
    vp = np.random.default_rng(3).normal(0.01, 0.001, GEOMETRY.shape)
    i = np.nonzero(masks[2])[2].min()
    vp[:, :, i : i + 2] = 0.6  # along the front edge of all vertebrae
    vp[masks[2]] = 0.01
    measured = measure(
        {"vp": vp},
        regions={"Reference": masks[2]},
        roles={"Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    assert measured.neighbours
    for score in measured.neighbours:
        assert score.vp == pytest.approx(0.01, rel=0.05)
        assert score.is_uninvolved
    vp[:, :, i : i + 8] = np.where(masks[2], 0.01, 0.6)[:, :, i : i + 8]
    mostly = measure(
        {"vp": vp},
        regions={"Reference": masks[2]},
        roles={"Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    assert not mostly.neighbours


def test_a_better_neighbour_is_proposed_and_a_good_reference_preferred():
    image, masks = column()
    rng = np.random.default_rng(3)
    vp = rng.normal(0.01, 0.001, GEOMETRY.shape)
    vp[:, :36] = 0.06  # the topmost vertebra enhances
    vp[masks[1]] = rng.normal(0.05, 0.005, masks[1].sum())
    vp[masks[2]] = rng.normal(0.05, 0.002, masks[2].sum())
    regions = {"Lesion": masks[1], "Reference": masks[2]}
    measures = measure(
        {"vp": vp},
        regions=regions,
        roles={"Lesion": "lesion", "Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    found = {finding.code: finding for finding in measures.findings}
    assert {"reference_enhances", "better_reference"} <= found.keys()
    assert found["reference_enhances"].about == "Reference"
    advice = found["better_reference"].message
    assert advice.startswith("The next vertebra below Reference would be a better reference")
    assert "its quality is 0.40 of 1, that of Reference 0.24." in advice
    assert "The quality is 1 for a vertebra that is uniform" in advice
    two = measure(
        {"vp": vp},
        regions={**regions, "Reference 2": masks[3]},
        roles={"Lesion": "lesion", "Reference": "reference", "Reference 2": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    assert two.of("Lesion").reference == "Reference 2"  # farther, but sound
    assert two.of("Lesion").value == pytest.approx(5, rel=0.02)


def test_a_mean_Ktrans_far_from_the_median_is_named_and_the_median_called_so():
    image, masks = column()
    rng = np.random.default_rng(3)
    vp = rng.normal(0.01, 0.001, GEOMETRY.shape)
    Ktrans = rng.normal(0.07, 0.005, GEOMETRY.shape)
    few = Ktrans.copy()
    few[tuple(np.argwhere(masks[2])[:3].T)] = 0.07 * masks[2].sum() / 3
    for map_, told in ((Ktrans, False), (few, True)):
        measures = measure(
            {"vp": vp, "Ktrans": map_},
            regions={"Lesion": masks[1], "Reference": masks[2]},
            roles={"Lesion": "lesion", "Reference": "reference"},
            geometry=GEOMETRY,
            image=image,
        )
        found = {(finding.code, finding.about): finding for finding in measures.findings}
        assert ("single_voxels_determine", "Lesion") not in found
        assert (("single_voxels_determine", "Reference") in found) == told
        assert "the median of its voxels" in found["reference_enhances", "Reference"].message
    said = found["single_voxels_determine", "Reference"].message
    mean, median = (few[masks[2]].mean(), np.median(few[masks[2]]))
    assert f"is {mean:.4f} /min and its median {median:.4f} /min" in said
    higher = 100 * (mean / median - 1)
    assert f"with its median they would be {higher:.0f} % higher." in said


@pytest.mark.parametrize(
    ("T10", "code"), [(0.386, "reference_fatty"), (0.54, None), (0.9, "reference_wet")]
)
def test_T10_of_a_reference_is_judged_whatever_the_model(T10, code):
    image, masks = column()
    maps = {"Ktrans": np.full(GEOMETRY.shape, 0.02)}
    codes = []
    for more in ({}, {"vp": np.full(GEOMETRY.shape, 0.01)}):
        measures = measure(
            maps | more,
            regions={"Lesion": masks[1], "Reference": masks[2]},
            roles={"Lesion": "lesion", "Reference": "reference"},
            geometry=GEOMETRY,
            image=image,
            T10=np.full(GEOMETRY.shape, T10),
        )
        codes.append({f.code for f in measures.findings if f.about == "Reference"})
    assert [code in found for found in codes] == [code is not None] * 2
    assert not codes[0] - {code}


@pytest.mark.parametrize("role", ["lesion", "reference"])
def test_a_skewed_mean_says_how_much_the_median_would_change_the_ratio(role):
    image, masks = column()
    Ktrans, place = np.full(GEOMETRY.shape, 0.02), {"lesion": 1, "reference": 2}[role]
    Ktrans[tuple(np.argwhere(masks[place])[:4].T)] = 0.02 * masks[place].sum()
    measures = measure(
        {"Ktrans": Ktrans, "vp": np.full(GEOMETRY.shape, 0.01)},
        regions={"Lesion": masks[1], "Reference": masks[2]},
        roles={"Lesion": "lesion", "Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    (said,) = (f.message for f in measures.findings if f.code == "single_voxels_determine")
    (one,) = (one for one in measures.normalised if one.parameter == "Ktrans")
    assert one.value > 0
    medians = [float(np.median(Ktrans[masks[i]])) for i in (1, 2)]
    other = medians[0] / medians[1] / one.value
    word = "higher" if role == "reference" else "lower"
    median = "its median they" if role == "reference" else "the median of this region it"
    assert said.endswith(f"with {median} would be {abs(other - 1) * 100:.0f} % {word}.")


@pytest.mark.parametrize(("highest", "told"), [(0.02, False), (0.5, True)])
def test_one_voxel_that_raises_a_lesions_vp_is_named(highest, told):
    image, masks = column()
    vp = np.full(GEOMETRY.shape, 0.01)
    lesion = masks[1] & (np.cumsum(masks[1]).reshape(masks[1].shape) <= 40)
    vp[tuple(np.argwhere(lesion)[0])] = highest
    measures = measure(
        {"vp": vp}, regions={"Lesion": lesion, "Reference": masks[2]},
        roles={"Lesion": "lesion", "Reference": "reference"}, geometry=GEOMETRY, image=image,
    )  # fmt: skip
    said = [f.message for f in measures.findings if f.code == "one_voxel_raises_vp"]
    assert len(said) == told
    for one in said:
        mean = 100 * vp[lesion].mean()
        assert "has Vp 50.0 mL/100 mL" in one.replace("50.00", "50.0")
        assert f"from 1.00 mL/100 mL to {mean:.2f} mL/100 mL" in one


@pytest.mark.parametrize(("at_limit", "told"), [(0.4, False), (0.6, True)])
def test_a_region_whose_ve_is_at_its_limit_in_most_voxels_is_named(at_limit, told):
    image, masks = column()
    ve = np.full(GEOMETRY.shape, 0.2)
    ve[tuple(np.argwhere(masks[1])[: int(at_limit * masks[1].sum())].T)] = 1.0
    measures = measure(
        {"vp": np.full(GEOMETRY.shape, 0.01), "ve": ve},
        regions={"Lesion": masks[1], "Reference": masks[2]},
        roles={"Lesion": "lesion", "Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    found = {f.about: f.message for f in measures.findings if f.code == "ve_at_limit"}
    assert list(found) == ["Lesion"] * told
    if told:
        assert f"of the {masks[1].sum()} voxels of Lesion is at its limit" in found["Lesion"]


@pytest.mark.parametrize(("share", "told"), [(0.0, False), (0.02, True)])
def test_a_mean_Vp_of_the_reference_that_few_voxels_determine_is_named(share, told):
    image, masks = column()
    vp = np.random.default_rng(3).normal(0.01, 0.002, GEOMETRY.shape)
    reference = np.argwhere(masks[2])
    high = reference[: round(share * len(reference))]
    vp[tuple(high.T)] = 0.01 + 0.25 * 0.01 / 0.02  # the mean is 1.25 times the median
    measures = measure(
        {"vp": vp},
        regions={"Lesion": masks[1], "Reference": masks[2]},
        roles={"Lesion": "lesion", "Reference": "reference"},
        geometry=GEOMETRY,
        image=image,
    )
    found = [f.message for f in measures.findings if f.code == "reference_skewed"]
    assert len(found) == told
    assert all(
        "Values normalised by it use its mean; with its median they would be" in message
        for message in found
    )
    (score,) = measures.references
    assert score.score == (pytest.approx(1.2 / 1.25, rel=0.03) if told else 1)
    assert list(score.warnings) == found


def test_the_skew_is_that_of_the_Vp_by_which_values_are_normalised():
    _, masks = column()
    vp = healthy(np.random.default_rng(1), masks[2])
    tissue = vp.copy()
    tissue[tuple(np.argwhere(masks[2])[:30].T)] *= 20
    mode = next(name for name, one in CONVERSION_MODES.items() if one.per == "water")
    scores = [
        score_reference("ref", mask=masks[2], vp=vp, divisor=map_, mode=mode)
        for map_ in (None, tissue)
    ]
    assert [bool(score.findings) for score in scores] == [False, True]
    assert (
        f"mean Vp per volume of tissue of ref is {100 * np.mean(tissue[masks[2]]):.2f}"
        in scores[1].warnings[0]
    )


def test_products_with_moved_kernels_are_those_of_scipy():
    rng = np.random.default_rng(0)
    images, kernels = rng.normal(size=(3, 61, 47)), rng.normal(size=(3, 12, 9))
    expected = sum(correlate2d(*pair, mode="valid") for pair in zip(images, kernels, strict=True))
    np.testing.assert_allclose(_correlated(images, kernels), expected, atol=1e-9)


def test_a_wet_vertebra_is_no_uninvolved_one_although_it_is_uniform():
    """A fresh fracture would pass for a reference by its score alone."""
    rng = np.random.default_rng(0)
    mask = column()[1][2]
    vp = healthy(rng, mask, 0.01)
    wet, dry = (
        score_reference("ref", mask=mask, vp=vp, T10=np.full(vp.shape, T10), neighbours_vp=0.01)
        for T10 in (0.94, 0.55)
    )
    assert wet.score > 0.5
    assert not wet.is_uninvolved
    assert dry.is_uninvolved
