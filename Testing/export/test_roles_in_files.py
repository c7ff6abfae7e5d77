"""Roles in figures, curves and tables: those of the tags, whatever the names are."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from small_study import SHAPE, write_small_study
from SpineDCELib.cohort.comparison_folder import read_patient_curves
from SpineDCELib.export.analysis_files import picture_of
from SpineDCELib.export.map_figures import best_slice, scale_top
from SpineDCELib.export.report import evidence_caption, report_figures
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import read_volume, write_segmentation
from SpineDCELib.settings.values import Settings, changed
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES
from SpineDCELib.vocabulary.region_roles import REGION_ROLES, TAG

SETTINGS = changed(
    Settings(), concentration={"T1_source": "fixed", "T10": 0.8}, aif={"source": "mask"}
)
#: The names suggest no role, or another role than the tags.
ROLES = {"L2 body": "lesion", "Tumour-free level": "reference", "Lesion of another study": "other"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    small = write_small_study(folder)
    masks = {name: np.zeros(SHAPE, bool) for name in ROLES}
    masks["L2 body"][1, 1:4, 2:6] = True
    masks["Tumour-free level"][0, 0:3, 2:7] = True
    masks["Lesion of another study"][0, 3:6, 1:8] = True
    path = folder / "regions.seg.nrrd"
    tags = {name: {TAG: role} for name, role in ROLES.items()}
    write_segmentation(path, masks, read_volume(small.artery).geometry, tags=tags)
    inputs = Inputs(str(small.series), aif_mask=str(small.artery), roi=(str(path),))
    return analyse(inputs, SETTINGS, folder / "out")


def test_the_figure_shows_the_slice_of_the_tagged_lesion(done):
    picture = picture_of(done.analysis, done.result)
    assert len(picture.of_role("lesion")) == 1
    assert best_slice(picture) == 1


def test_the_scale_of_maps_needs_no_resampled_anatomy(done, monkeypatch):
    """A window asks for it on its main thread."""
    whole = scale_top([picture_of(done.analysis, done.result)])
    monkeypatch.setattr("SpineDCELib.export.analysis_files._anatomy_on_grid", None)
    assert scale_top([picture_of(done.analysis, done.result, with_anatomy=False)]) == whole


def test_outlines_have_the_colours_of_the_roles(done):
    figure = report_figures.new_figure(6, 2)
    axes = figure.subplots(1, 3)
    picture = picture_of(done.analysis, done.result)
    report_figures.draw_row(axes, picture, index=1, top=10.0, crop=False)
    legend = {line.get_label(): line.get_color() for line in axes[0].get_lines()}
    assert legend == {"L2 body": REGION_ROLES["lesion"].colour}


@pytest.mark.parametrize(
    ("mode", "unit"), [("", "Vp [mL/100 mL]"), ("T1 mapping", "Vp [mL/100 mL of water]")]
)
def test_the_colour_bar_says_what_Vp_is_a_fraction_of(done, mode, unit):
    mode = next((m for m, one in CONVERSION_MODES.items() if mode and one.per == "water"), "")
    figure = report_figures.new_figure(6, 2)
    axes = figure.subplots(1, 3)
    picture = replace(picture_of(done.analysis, done.result), mode=mode)
    bar = report_figures.draw_row(axes, picture, index=1, top=10.0, crop=False)
    report_figures.add_colour_bar(figure, bar, axes, mode=picture.mode)
    assert figure.axes[-1].get_ylabel() == unit
    assert picture_of(done.analysis, done.result).mode == done.analysis.mode


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ((), "Red: the shift in use. Dotted blue"),
        (("L2", "L3"), "Red: the study's shift. Shifts of their own: L2, L3. Dotted blue"),
    ],
)
def test_the_caption_of_the_evidence_says_whose_shift_is_red(own, said):
    assert said in evidence_caption(own)


def test_the_report_has_curves_of_lesions_and_references(done, monkeypatch):
    drawn = []
    monkeypatch.setattr(report_figures, "as_svg", drawn.append)
    report_figures.curves(done.analysis, done.result)
    labelled = {
        line.get_label(): line.get_color()
        for line in drawn[0].axes[0].get_lines()
        if not line.get_label().startswith("_")
    }
    assert labelled == {
        "L2 body": REGION_ROLES["lesion"].colour_on_white,
        "Tumour-free level": REGION_ROLES["reference"].colour_on_white,
    }


def test_the_table_of_regions_has_the_roles(done):
    with (done.folder / "measurements.csv").open(encoding="utf-8") as file:
        assert {row["region"]: row["role"] for row in csv.DictReader(file)} == ROLES


def test_a_cohort_finds_the_curve_of_the_lesion_by_role(done, tmp_path):
    for visit in ("before", "after"):
        (tmp_path / visit).mkdir()
        for name in ("curves.csv", "measurements.csv"):
            (tmp_path / visit / name).write_bytes((done.folder / name).read_bytes())
    # In the comparison the lesion has its name at the other visit.
    (tmp_path / "comparison.csv").write_text("lesion,quantity\nLesion,volume\n", encoding="utf-8")
    curves = read_patient_curves(tmp_path)
    expected = done.result.curves["L2 body"]
    for visit in ("before", "after"):
        np.testing.assert_allclose(curves[visit].values, expected)
