"""The phantom's files are what pydicom would write, byte by byte."""

from datetime import datetime
from io import BytesIO

import numpy as np
import pydicom
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter
from SpineDCELib.series.dynamic_series import Geometry


def test_files_equal_those_of_pydicom(tmp_path):
    exam = Examination(
        "Müller^Änne", "1", "F", datetime(1960, 1, 2), 71.5, datetime(2023, 4, 5, 9, 1, 2), "x",
        ("seed",),
    )  # fmt: skip
    series = Series(3, "DCE sag", 60.0, 20.0, 0.0045, 0.0017, 15.0, contrast=True)
    writer = SeriesWriter(tmp_path / "series", exam, series, Geometry((2, 4, 5), np.eye(4)))
    rng = np.random.default_rng(0)
    for frame in range(3):
        volume = rng.integers(0, 4000, (2, 4, 5)).astype(np.uint16)
        writer.write(
            volume, offset=5.0 * frame, window=(10.0, 20.0 + frame), frame=frame, frames=3,
            rescale=(0.5, -1.0, "rad"),
        )  # fmt: skip
    files = sorted((tmp_path / "series").glob("*.dcm"))
    assert len(files) == 6
    for number, path in enumerate(files, start=1):
        ds = pydicom.dcmread(path)
        assert ds.InstanceNumber == number
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        again = BytesIO()
        ds.save_as(again, enforce_file_format=True)
        assert path.read_bytes() == again.getvalue()
    assert np.array_equal(ds.pixel_array, volume[-1])
