"""Description of one image file (NRRD, NIfTI …) before its pixels are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series.dynamic_series import Acquisition, Geometry


@dataclass
class ImageFile:
    """One file with one image, or with one image per frame.

    ``load()`` returns the pixels as stored, ``(frames, slices, rows, columns)``.
    """

    path: Path
    name: str
    format: str
    geometry: Geometry
    frames: int
    load: Callable[[], NDArray[np.generic]]
    times: NDArray[np.float64] | None = None
    time_origin: str = "not found"
    acquisition: Acquisition = field(default_factory=Acquisition)
    component: str = "magnitude"
    image_type: tuple[str, ...] = ()
    contrast: bool = False
    description: str = ""
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  #: the header, as text
    parts: tuple[Path, ...] = ()  #: the files that hold header and pixels
