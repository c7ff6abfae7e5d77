"""Files with the true regions: what the slices do not contain is not in them."""

import numpy as np
from SpineDCELib.phantom.expert_rois import Rois
from SpineDCELib.phantom.roi_files import write_seg_nrrd
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
