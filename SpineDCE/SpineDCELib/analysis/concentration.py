"""The artery in the images, the frames before the bolus, and the concentration in every voxel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif as arterial
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.analysis.graph import Held
from SpineDCELib.analysis.study import Study
from SpineDCELib.concentration.conversion import Conversion, convert
from SpineDCELib.data import Concentration
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings.values import BLOOD_T10, at_field


class ConcentrationStages(Study):
    """A study whose signal was turned into contrast agent."""

    def _search_key(self) -> Any:
        """What the search for the artery depends on, before any hand."""
        T10, r1 = self.settings.aif.blood_T10, self.settings.concentration.r1
        return self.settings.reading, T10, r1, Held(self.aif_region), Held(self.images)

    def _artery_key(self) -> Any:
        """What the artery's voxels and their mean signal depend on."""
        source = self.settings.aif.source
        if source == "auto":
            return self._search_key(), self.aif_selection
        return source == "mask" and Held(self.aif_mask), Held(self.images)

    def detection(self, progress: Progress = silent) -> Detection:
        """The artery as ``aif.source == "auto"`` finds it, trustworthy or not."""

        def search() -> Detection:
            to_contrast, unit = arterial.blood_contrast(
                TR=self.TR, FA=self.FA, T10=self._blood_T10()[0], r1=self.r1
            )
            return arterial.detect(
                self.images.dynamic,
                to_contrast=to_contrast,
                unit=unit,
                region=self.aif_region,
                progress=progress,
            )

        def make() -> Detection:
            found = self._stage("search", self._search_key(), search)
            if self.aif_selection is None:
                return found
            return arterial.apply_selection(self.aif_selection, found, self.images.dynamic)

        return self._stage("detection", self._artery_key(), make)

    def _blood_T10(self) -> tuple[float, str]:
        """T1 of blood before contrast, s, and where it is from."""
        given = self.settings.aif.blood_T10
        if given is not None:
            return given, "as given"
        T10, field = at_field(BLOOD_T10, self.study.dynamic.acquisition.field_strength)
        return T10, f"of blood at {field:g} T, Stanisz 2005; --blood-t10 changes it"

    def _artery_signal(self) -> NDArray[np.float64] | None:
        """Mean signal of the artery's voxels, ``(frames,)``."""
        if self.settings.aif.source == "auto":
            return self.detection().trusted().signal
        if self.settings.aif.source != "mask" or self.aif_mask is None:
            return None
        return self.images.dynamic.signal[:, self.aif_mask].mean(axis=1, dtype=float)

    @property
    def artery(self) -> NDArray[np.bool_] | None:
        """The artery's voxels; None where the AIF does not come from the images."""
        if self.settings.aif.source == "auto":
            return self.detection().mask
        return self.aif_mask if self.settings.aif.source == "mask" else None

    def baseline_frames(self) -> int:
        """How many frames come before the bolus: as set, else as artery or tissue show."""
        n0, dynamic = self.settings.concentration.baseline_frames, self.images.dynamic

        def found() -> int:
            curve = self._artery_signal()
            return arterial.baseline_frames(
                arterial.most_enhancing(dynamic.signal) if curve is None else curve,
                t=dynamic.times,
            )

        if n0 is None:
            n0 = int(self._stage("baseline", self._artery_key(), found))
        if n0 >= dynamic.n_frames:
            raise InputError(f"A baseline of {n0} frames leaves none after the bolus.")
        return n0

    def _concentration_key(self) -> Any:
        how = self.settings.reading, self.settings.concentration, Held(self.images)
        return how, self.settings.aif.source in ("auto", "mask"), self.baseline_frames()

    def adopt_concentration(self, concentration: Concentration) -> None:
        """Take an earlier result that was made from the same images with the same settings."""
        self._kept["concentration"] = (self._concentration_key(), concentration)

    def concentration(self, progress: Progress = silent) -> Concentration:
        """Concentration (or relative or absolute signal change) in every voxel."""
        return self._stage(
            "concentration", self._concentration_key(), lambda: self._concentration(progress)
        )

    def _concentration(self, progress: Progress) -> Concentration:
        settings, n0 = self.settings.concentration, self.baseline_frames()
        notes: list[str] = []
        if settings.baseline_frames is None:
            known = self.settings.aif.source in ("auto", "mask")
            notes.append(
                f"Baseline: {n0} frames before the bolus arrives in "
                f"{'the artery' if known else 'the most enhancing voxels'}."
            )
        if n0 < 3:
            notes.append(f"Only {n0} baseline frame(s): every curve carries their noise.")
        how = Conversion(
            mode=settings.signal,
            TR=self.TR,
            FA=self.FA,
            r1=self.r1,
            T1_source=self.T1_source,
            T10=settings.T10,
            skip_invalid=self.settings.reading.skip_invalid,
        )
        found = convert(self.images, how, baseline_frames=n0, progress=progress)
        return replace(found, notes=(*notes, *found.notes))
