"""Files of preprocessing: figure of the changes, table of the motion."""

import csv

import numpy as np
import pytest
from small_study import write_small_study
from SpineDCELib.export import preprocessing_figure as shown
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry
from SpineDCELib.settings import Settings, SpikeSettings, changed

TIMES = np.array([0.0, 5.0, 10.5, 16.0, 21.5])


def results(folder, preprocessing):
    study = write_small_study(folder / "study", noise=4.0, edit=spiked)
    settings = changed(
        Settings(),
        concentration={"T1_source": "fixed", "T10": 0.8},
        aif={"source": "mask"},
        preprocessing=preprocessing,
    )
    inputs = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))
    return analyse(inputs, settings, folder / "out", cached=False)


def spiked(signal):
    signal[50, 1, 3, 4] += 400.0
    return signal


def rows(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


@pytest.mark.slow
def test_a_step_that_changed_the_signal_has_a_figure(tmp_path):
    on = results(tmp_path / "on", {"spikes": SpikeSettings(on=True)})
    assert "preprocessing.png" in on.files
    assert "motion.csv" not in on.files
    assert (on.folder / "preprocessing.png").read_bytes()[:4] == b"\x89PNG"
    off = results(tmp_path / "off", {})
    assert "preprocessing.png" not in off.files


def test_motion_is_written_per_frame_and_region(tmp_path):
    displacement = np.arange(30.0).reshape(2, 5, 3)
    rotation = np.linspace(0, 0.9, 10).reshape(2, 5)
    path = tmp_path / "motion.csv"
    shown.write_motion(path, times=TIMES, displacement=displacement, rotation=rotation)
    head, *body = rows(path)
    assert head == [
        "time [s]", "region", "left [mm]", "posterior [mm]", "head [mm]", "rotation [degrees]",
    ]  # fmt: skip
    assert len(body) == 10
    assert body[7][:2] == ["10.5", "region 2"]
    np.testing.assert_allclose([float(v) for v in body[7][2:]], [21, 22, 23, 0.7])


@pytest.mark.slow
@pytest.mark.parametrize("regions", [0, 1, 2])
def test_the_figure_shows_the_changed_spot_and_the_motion(tmp_path, regions, monkeypatch):
    import matplotlib.figure

    titles = []
    save = matplotlib.figure.Figure.savefig
    monkeypatch.setattr(
        matplotlib.figure.Figure,
        "savefig",
        lambda self, *a, **k: (
            titles.extend(ax.get_title() for ax in self.axes),
            save(self, *a, **k),
        ),
    )
    rng = np.random.default_rng(0)
    signal = rng.uniform(90, 110, (5, 3, 20, 12))
    signal[2:, 1, 9:12, 4:7] += 300
    signal[3, 0, 15, 10] += 900  # a spike raises the signal, but is not enhancement
    cleaned = signal.copy()
    cleaned[3, 0, 15, 10] -= 900
    cleaned[2:, 1, 9:12, 4:7] += 5
    geometry = Geometry((3, 20, 12), np.diag([2.0, 2.0, 5.0, 1.0]))
    before, after = (
        DynamicSeries(s, TIMES, geometry, Acquisition(), "given") for s in (signal, cleaned)
    )
    motion = {}
    if regions:
        motion = {"displacement": np.zeros((regions, 5, 3)), "rotation": np.zeros((regions, 5))}
    drawn = np.zeros((3, 20, 12), bool)
    drawn[1, 9:12, 4:7] = True
    shown.write_preprocessing_picture(
        tmp_path / "p.png", before=before, after=after, baseline_frames=2,
        regions={"Lesion": drawn}, tissue=signal[0] > 95, **motion,
    )  # fmt: skip
    assert "3×3 voxels around row 11, column 6" in titles
    assert ("displacement of the spine" in titles) == ("rotation" in titles) == bool(regions)
