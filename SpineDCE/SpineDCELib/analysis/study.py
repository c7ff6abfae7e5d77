"""What is given of a study: images, settings, regions; and what every later stage asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif as arterial
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.analysis.graph import Graph, Held
from SpineDCELib.concentration import check_sequence
from SpineDCELib.concentration.conversion import check_signal
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import (
    Role,
    Size,
    role_of,
)
from SpineDCELib.preprocessing import preprocess
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series import MIN_FRAMES
from SpineDCELib.settings.values import (
    GADOBUTROL_R1,
    Settings,
    at_field,
)


class Study(Graph):
    """A study as read and as preprocessed, with all that was chosen and drawn.

    Args:
        images: the study as read; see :attr:`images` for what it becomes.
        settings: see :class:`SpineDCELib.settings.values.Settings`.
        aif_mask: ``(slices, rows, columns)``, the artery, for ``aif.source == "mask"``.
        aif_region: the same shape; where ``aif.source == "auto"`` searches; None is everywhere.
        aif_selection: changes by hand to what it finds.
        aif_file: for ``aif.source == "file"``.
        regions: name → mask ``(slices, rows, columns)``.
        roles: what each region is for; told from its name where None.
        sizes: lesion → size measured on something finer than the dynamic grid.
    """

    def __init__(
        self,
        images: Images,
        settings: Settings,
        *,
        aif_mask: NDArray[np.bool_] | None = None,
        aif_region: NDArray[np.bool_] | None = None,
        aif_selection: arterial.Selection | None = None,
        aif_file: CurveFile | None = None,
        regions: Mapping[str, NDArray[np.bool_]] | None = None,
        roles: Mapping[str, Role] | None = None,
        sizes: Mapping[str, Size] | None = None,
    ) -> None:
        super().__init__()
        self.study = images
        self.settings = settings
        self.aif_mask = aif_mask
        self.aif_region = aif_region
        self.aif_selection = aif_selection
        self.aif_file = aif_file
        self.regions = dict(regions or {})
        self.roles: dict[str, Role] = {name: role_of(name) for name in self.regions}
        self.roles |= roles or {}
        self.sizes = dict(sizes or {})

    @property
    def images(self) -> Images:
        """The study after preprocessing."""
        return self.preprocess()

    def _images_key(self) -> Any:
        return self.settings.preprocessing, Held(self.study)

    def adopt_images(self, images: Images) -> None:
        """Take images that were preprocessed before from the same study with the same settings."""
        self._kept["images"] = (self._images_key(), images)

    def preprocess(self, progress: Progress = silent) -> Images:
        """The study with its motion, spikes, background and noise dealt with as set."""

        def make() -> Images:
            done = preprocess(self.study.dynamic, self.settings.preprocessing, progress=progress)
            return replace(
                self.study,
                dynamic=done.series,
                tissue=None if done.mask is None else done.mask.mask,
                displacement=None if done.motion is None else done.motion.displacement,
                rotation=None if done.motion is None else done.motion.rotation,
            )

        return self._stage("images", self._images_key(), make)

    def check(self) -> None:
        """Refuse what no later step could mend, before any long work.

        Raises:
            InputError: too few frames, missing TR or flip angle or T10, no AIF, bad signal.
        """
        dynamic, settings = self.study.dynamic, self.settings
        if dynamic.n_frames < MIN_FRAMES:
            raise InputError(
                f"The dynamic series has {dynamic.n_frames} frames; a fit needs at least "
                f"{MIN_FRAMES}. Choose another with --series."
            )
        source = settings.aif.source
        if source == "mask":
            if self.aif_mask is None:
                raise InputError("The AIF is to come from a mask: give --aif-mask FILE.")
            if not self.aif_mask.any():
                raise InputError("The AIF mask holds no voxel; draw the artery.")
        if source == "file" and self.aif_file is None:
            raise InputError("The AIF is to come from a file: give --aif-file FILE.")
        if settings.concentration.signal == "absolute":
            check_sequence(TR=self.TR, FA=self.FA)
            if self.T1_source is None:
                raise InputError(
                    "Absolute concentration needs the tissue's T1: give --t10 MS, --t1-map FILE or "
                    "--t1-vfa, or fit relative signal with --signal relative."
                )
            if self.T1_source == "fixed" and settings.concentration.T10 is None:
                raise InputError("A fixed T10 is to be used: give it with --t10 MS.")
            if self.T1_source == "vfa" and self.study.flip_angles is None:
                raise InputError(
                    "T1 is to come from several flip angles, but the study has no such series; "
                    "give --t10 MS or --t1-map FILE."
                )
            if self.T1_source == "map" and self.study.T1_map is None:
                raise InputError("T1 is to come from a map: give --t1-map FILE.")
        if not settings.reading.skip_invalid:
            check_signal(dynamic.signal)

    @property
    def TR(self) -> float | None:
        """Repetition time in use, s."""
        given = self.settings.reading.TR
        return self.study.dynamic.acquisition.TR if given is None else given

    @property
    def FA(self) -> float | None:
        """Flip angle in use, degrees."""
        given = self.settings.reading.FA
        return self.study.dynamic.acquisition.FA if given is None else given

    @property
    def r1(self) -> float:
        """Relaxivity in use, 1/s/mM."""
        given = self.settings.concentration.r1
        field = self.study.dynamic.acquisition.field_strength
        return at_field(GADOBUTROL_R1, field)[0] if given is None else given

    @property
    def T1_source(self) -> str | None:
        """Where T10 comes from: as set, else the flip angles if the study has them."""
        concentration = self.settings.concentration
        if concentration.T1_source is not None:
            return concentration.T1_source
        if concentration.T10 is not None:
            return "fixed"
        if self.study.T1_map is not None:
            return "map"
        return "vfa" if self.study.flip_angles is not None else None

    def _drawn(self) -> NDArray[np.bool_]:
        """Voxels in any region."""
        nothing = np.zeros(self.study.dynamic.geometry.shape, bool)
        return np.any([nothing, *self.regions.values()], axis=0)
