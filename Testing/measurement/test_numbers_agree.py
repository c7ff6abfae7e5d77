"""A region has one set of numbers: while it is drawn, in the tables and in the report."""

import csv

import numpy as np
import pytest
from small_study import SHAPE, write_small_study
from SpineDCELib.analysis.live_refit import region_numbers
from SpineDCELib.export.report.report_tables import measurement_rows
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import read_volume, write_segmentation
from SpineDCELib.settings.values import Settings, changed
from SpineDCELib.vocabulary.quantities import QUANTITIES, number, times
from SpineDCELib.vocabulary.region_roles import TAG

SETTINGS = changed(
    Settings(), concentration={"T1_source": "fixed", "T10": 0.8}, aif={"source": "mask"}
)
ROLES = {"Target": "lesion", "L3": "reference", "L5": "reference", "Vein of L3": "exclusion"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study whose regions have roles by their tags and names that say nothing, or another."""
    folder = tmp_path_factory.mktemp("study")
    small = write_small_study(folder)
    masks = {name: np.zeros(SHAPE, bool) for name in ROLES}
    masks["Target"][0, 1:4, 2:6] = True
    masks["L3"][1, 0:3, 2:7] = True
    masks["L5"][1, 4:6, 2:7] = True
    masks["Vein of L3"][1, 1, 3:5] = True
    path = folder / "regions.seg.nrrd"
    tags = {name: {TAG: role} for name, role in ROLES.items()}
    write_segmentation(path, masks, read_volume(small.artery).geometry, tags=tags)
    return Inputs(str(small.series), aif_mask=str(small.artery), roi=(str(path),))


@pytest.mark.slow
@pytest.mark.parametrize(
    "fit",
    [
        {},
        {"shift_by": "region", "shifts": {"Target": 2.0}},
        {"shift_by": "slice", "shifts": {"slice 2": 1.5}},
    ],
    ids=["one shift", "a shift per region", "a shift per slice"],
)
def test_numbers_while_drawing_equal_those_of_the_tables(study, tmp_path, fit):
    done = analyse(study, changed(SETTINGS, fit=fit), tmp_path)
    result, live = done.result, {row.name: row for row in region_numbers(done.analysis)}
    assert {row.role for row in live.values()} == set(ROLES.values())
    with (tmp_path / "measurements.csv").open(encoding="utf-8") as file:
        table = {row["region"]: row for row in csv.DictReader(file)}
    heading, *rows = measurement_rows(result, done.analysis)
    report = {row[0]: dict(zip(heading[1:], row[1:], strict=True)) for row in rows[0]}
    for region in result.regions:
        row = live[region.name]
        assert table[region.name]["role"] == row.role == ROLES[region.name]
        assert row.voxels == region.voxels == int(table[region.name]["voxels"])
        assert row.volume == region.volume_mL
        assert row.volume == float(table[region.name]["volume [mm3]"]) / 1000
        assert report["volume [mL]"][region.name] == number(row.volume, 2)
        for parameter, mean in row.means.items():
            # float32 sums run in another order over fewer voxels
            expected = QUANTITIES[parameter].shown(region.parameters[parameter].mean)
            assert mean == pytest.approx(expected, rel=1e-4)
    chosen = result.measures.of("Target")
    assert live["Target"].normalised_vp == pytest.approx(chosen.value, rel=1e-4)
    assert report["normalised Vp (one assumed T10), 95 % interval from noise alone"][
        "Target"
    ].startswith(times(chosen.value))
    assert np.isnan(live["L3"].normalised_vp)


def test_a_volume_is_that_of_the_region_unless_its_name_says_otherwise(study, tmp_path):
    done = analyse(study, SETTINGS, tmp_path)
    with (tmp_path / "sizes.csv").open(encoding="utf-8") as file:
        headings = next(csv.reader(file))
    assert not any(heading.startswith("volume") for heading in headings)
    assert "outline volume [mm3]" in headings
    [lesion] = [region for region in done.result.regions if region.name == "Target"]
    geometry = done.analysis.images.dynamic.geometry
    assert lesion.volume == done.analysis.regions["Target"].sum() * geometry.voxel_volume
