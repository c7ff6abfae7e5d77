"""A further series of one volume in a study, such as T2."""

from datetime import datetime

import numpy as np
import pydicom
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter
from SpineDCELib.series import Geometry

AFFINE = np.diag([3.0, 0.8, 0.8, 1.0])
AFFINE[:3, 3] = (-7.0, 1.0, 2.0)


def add_series(
    folder,
    number,
    description,
    *,
    patient="TINY-1",
    day="2026-03-12",
    value=100,
    like=None,
    centre=None,
):
    """Write a series of one volume, on a separate grid, into the folder of a study.

    Patient and day are those of the file ``like``, else those of a tiny study. ``centre`` is that
    of the volume, LPS, mm; None for where :data:`AFFINE` puts it.
    """
    affine, shape = AFFINE.copy(), (4, 12, 10)
    if centre is not None:
        affine[:3, 3] = centre - AFFINE[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    name = "Test^Patient"
    if like is not None:
        head = pydicom.dcmread(like, stop_before_pixels=True)
        name, patient = str(head.PatientName), head.PatientID
        day = f"{head.StudyDate[:4]}-{head.StudyDate[4:6]}-{head.StudyDate[6:]}"
    exam = Examination(
        name, patient, "F", datetime(1960, 5, 4), 70.0,
        datetime.fromisoformat(f"{day}T10:30:00"), "MR spine perfusion", ("tiny", patient, day),
    )  # fmt: skip
    series = Series(number, description, 100.0, 60.0, 3.0, 0.1, 90.0, sequence="SE",
                    three_dimensional=False, echo_train=16)  # fmt: skip
    voxels = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape) + value
    SeriesWriter(folder / f"{number}-{patient}", exam, series, Geometry(shape, affine)).write(
        voxels, window=(500, 1000)
    )
    return voxels
