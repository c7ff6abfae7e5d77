"""Images of a study in memory-mapped files."""

from __future__ import annotations

from dataclasses import replace

from SpineDCELib.data import Images
from SpineDCELib.files.mapped_arrays import mapped, release

#: Smaller flip-angle images stay in memory, bytes: a course holds those of every visit.
SMALLEST_ANGLES = 1 << 22


def map_images(images: Images) -> Images:
    """Return the study with dynamic series, phase and flip angles in memory-mapped files."""
    dynamic, angles = images.dynamic, images.flip_angles
    phase = None if dynamic.phase is None else mapped(dynamic.phase)
    if angles is not None:
        angles = replace(angles, signal=mapped(angles.signal, SMALLEST_ANGLES))
    return replace(
        images,
        dynamic=replace(dynamic, signal=mapped(dynamic.signal), phase=phase),
        flip_angles=angles,
    )


def release_images(images: Images) -> None:
    """Release cached pages of what :func:`map_images` put into files."""
    release(images.dynamic.signal, images.dynamic.phase)
    if images.flip_angles is not None:
        release(images.flip_angles.signal)
