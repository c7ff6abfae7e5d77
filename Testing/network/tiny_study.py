"""The small study with known parameters as classic DICOM, one object per slice."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from small_study import FA, SHAPE, TR, signal, write_labels
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter
from SpineDCELib.series.dynamic_series import Geometry


class TinyStudy(NamedTuple):
    folder: Path
    artery: Path
    regions: Path
    uid: str
    objects: int


def write_tiny_study(
    folder: Path, *, patient="TINY-1", name="Test^Patient", day="2026-03-12", frames=40,
    interval=4.0, words=(),
) -> TinyStudy:  # fmt: skip
    """Write one visit: a dynamic series and a T1-weighted one, artery mask and two regions."""
    folder = Path(folder)
    exam = Examination(
        name, patient, "F", datetime(1960, 5, 4), 70.0, datetime.fromisoformat(f"{day}T10:30:00"),
        "MR spine perfusion", ("tiny", patient, day, *words),
    )  # fmt: skip
    affine = np.diag([1.5, 1.5, 4.0, 1.0])
    affine[:3, 3] = (-10, 20, 30)
    grid = Geometry(SHAPE, affine)
    t = np.arange(frames) * interval
    S, _ = signal(t)
    dynamic = SeriesWriter(
        folder / "dicom" / "dynamic", exam,
        Series(5, "dce sag perfusion", 0.0, frames * interval, TR, 0.0015, FA, contrast=True), grid,
    )  # fmt: skip
    top = float(S.max())
    for frame, volume in enumerate(S):
        stored = np.rint(volume / top * 60000).astype(np.uint16)
        dynamic.write(
            stored, offset=frame * interval, window=(500, 1000), frame=frame, frames=frames
        )
    anatomy = SeriesWriter(
        folder / "dicom" / "t1", exam,
        Series(2, "t1 tse sag", -300.0, 60.0, 0.5, 0.01, 150.0, sequence="SE",
               three_dimensional=False, echo_train=3), grid,
    )  # fmt: skip
    anatomy.write(np.rint(S[0] / S[0].max() * 900).astype(np.uint16), window=(500, 1000))
    artery = np.zeros(SHAPE)
    artery[..., 0] = 1
    regions = np.zeros(SHAPE)
    regions[0, 1:4, 2:6] = 1
    regions[1, 2:5, 3:7] = 2
    return TinyStudy(
        folder / "dicom",
        write_labels(folder / "artery.nrrd", artery),
        write_labels(folder / "regions.nrrd", regions),
        str(exam.study_uid),
        frames * SHAPE[0] + SHAPE[0],
    )
