"""Images of a study in memory-mapped files."""

from __future__ import annotations

from dataclasses import replace

from SpineDCELib.data import Images
from SpineDCELib.files.mapped_arrays import mapped, release


def map_images(images: Images) -> Images:
    """Return the study with its dynamic series and phase in memory-mapped files."""
    dynamic = images.dynamic
    phase = None if dynamic.phase is None else mapped(dynamic.phase)
    return replace(images, dynamic=replace(dynamic, signal=mapped(dynamic.signal), phase=phase))


def release_images(images: Images) -> None:
    """Release cached pages of what :func:`map_images` put into files."""
    release(images.dynamic.signal, images.dynamic.phase)
