"""Grids whose spacing differs along each axis: one along the patient's axes, one oblique."""

import numpy as np
from scipy.spatial.transform import Rotation
from SpineDCELib.series import Geometry

SPACING = (0.8, 1.1, 4.5)
PLAIN = Geometry.from_parts((6, 70, 90), SPACING, (-31.0, 12.0, 5.0), np.eye(3))
OBLIQUE = Geometry.from_parts(
    (6, 70, 90), SPACING, (14.0, -60.0, 220.0),
    Rotation.from_euler("xyz", [70, -20, 35], degrees=True).as_matrix(),
)  # fmt: skip
