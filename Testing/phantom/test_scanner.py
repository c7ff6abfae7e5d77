"""The phantom's scanner against scipy."""

import numpy as np
from scipy import ndimage
from SpineDCELib.phantom.scanner import resampled


def test_resampling_is_that_of_scipy():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, 3, 30, 40)).astype(np.float32)
    images[1, 2] = 0.0
    j, i = np.mgrid[:30, :40].astype(float)
    j = j + 9.0 * np.sin(i / 7)  # beyond the edges too
    i = i - 0.02 * i * np.cos(j / 5)
    expected = [
        ndimage.map_coordinates(image, np.stack([j, i]), order=3, mode="nearest")
        for image in images.reshape(-1, 30, 40)
    ]
    found = resampled(images, j, i)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.reshape(-1, 30, 40), expected, rtol=0, atol=1e-6)
