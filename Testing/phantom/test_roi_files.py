"""Files with the true regions: what the slices do not contain is not in them."""

from datetime import datetime

import numpy as np
import pytest
from SpineDCELib.phantom.dicom_writer import Examination, Series, SeriesWriter
from SpineDCELib.phantom.expert_rois import Rois
from SpineDCELib.phantom.roi_files import write_dicom_seg, write_seg_nrrd
from SpineDCELib.run.inputs import read_regions
from SpineDCELib.series.dynamic_series import Geometry


def test_a_region_that_no_slice_contains_is_not_written_and_the_file_can_be_read(tmp_path):
    labels = np.zeros((3, 4, 5), np.uint8)
    labels[1, 1:3, 1:4] = 1
    labels[2, 0, 0] = 4  # the reference vertebra and the aorta lie outside
    geometry = Geometry((3, 4, 5), np.diag((2.0, 2.0, 3.0, 1.0)))
    path = tmp_path / "rois.seg.nrrd"
    write_seg_nrrd(path, Rois(labels), geometry)
    read = read_regions([str(path)], geometry)
    assert list(read) == ["Lesion", "Excluded"]
    np.testing.assert_array_equal(read["Lesion"], labels == 1)
    np.testing.assert_array_equal(read["Excluded"], labels == 4)


def test_a_dicom_segmentation_is_the_same_file_whenever_it_is_written(tmp_path):
    pytest.importorskip("highdicom", reason="highdicom is not installed (spinedce[cli])")
    born, when = datetime(1960, 1, 2), datetime(2023, 4, 5, 9, 1, 2)
    exam = Examination("A^B", "1", "F", born, 71.5, when, "x", ("seed",))
    geometry = Geometry((3, 4, 5), np.diag((2.0, 2.0, 3.0, 1.0)))
    series = Series(3, "DCE sag", 60.0, 20.0, 0.0045, 0.0017, 15.0)
    writer = SeriesWriter(tmp_path / "series", exam, series, geometry)
    writer.write(np.ones((3, 4, 5), np.uint16), window=(1.0, 2.0))
    labels = np.zeros((3, 4, 5), np.uint8)
    labels[1, 1:3, 1:4] = 1
    sections = sorted(writer.folder.glob("*.dcm"))
    one, two = tmp_path / "one.dcm", tmp_path / "two.dcm"
    for path in (one, two):
        assert write_dicom_seg(path, Rois(labels), sections, exam)
    assert one.read_bytes() == two.read_bytes()
