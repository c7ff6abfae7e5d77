"""The arterial input function, from wherever it is to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif as arterial
from SpineDCELib.aif.blood_curve import BloodCurve
from SpineDCELib.aif.phase_aif import PhaseCurve
from SpineDCELib.analysis.concentration import ConcentrationStages
from SpineDCELib.analysis.graph import Held
from SpineDCELib.concentration import relative_enhancement, signal_difference
from SpineDCELib.data import MODE_UNITS, ArterialInput
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings.values import (
    GADOBUTROL_R2,
    at_field,
    changed,
)


class AIFStages(ConcentrationStages):
    """A study whose arterial input function is known, before any shift."""

    def _aif_key(self) -> Any:
        artery = self._artery_key(), Held(self.aif_file)
        return self._concentration_key(), artery, self.settings.aif

    def aif(self, progress: Progress = silent) -> ArterialInput:
        """The arterial input function before any shift."""
        return self._stage("aif", self._aif_key(), lambda: self._aif(progress))

    def _aif(self, progress: Progress) -> ArterialInput:
        settings, dynamic = self.settings.aif, self.images.dynamic
        concentration = self.concentration(progress)
        notes: list[str] = []
        mode = self.settings.concentration.signal
        signal = self._artery_signal()
        t, medium = dynamic.times, "blood"
        if signal is not None:
            blood = self.blood()
            Cb = blood.Cb
            notes += blood.notes
            if mode == "absolute" and concentration.T10 is not None and self.T1_source != "fixed":
                inside = float(np.nanmedian(concentration.T10[self.artery]))
                notes.append(f"The T1 map has {inside * 1000:.0f} ms in the artery, not used.")
            if settings.source == "auto":
                found = self.detection()
                notes.append(
                    f"Artery found: {int(found.mask.sum())} voxels in sections "
                    + ", ".join(str(k + 1) for k in found.sections)
                    + "."
                )
        else:
            if settings.source == "file":
                assert self.aif_file is not None
                given = arterial.from_file(self.aif_file, t=dynamic.times, medium=settings.medium)
            elif settings.fitted:
                measured = self._measured().blood().Cb
                given = arterial.from_population_fit(settings.source, measured, t=dynamic.times)
            else:
                tissue = arterial.most_enhancing(dynamic.signal)
                given = arterial.from_population(settings.source, tissue, t=dynamic.times)
            t, Cb, medium = given.t, given.C, given.medium
            notes += given.notes
            if mode != "absolute":
                notes.append(
                    f"An AIF in mM beside {mode} signal: the parameters have no absolute scale; "
                    "only ratios between regions mean something."
                )
        if not np.all(np.isfinite(Cb)) or np.max(Cb) <= 0:
            raise InputError(
                "The AIF does not rise or is saturated in some frame; check the mask or file, "
                "--t10 and the flip angle, or use --signal relative."
            )
        if medium == "plasma":
            Cp, Cb = Cb, Cb * (1 - settings.Hct)
        else:
            Cp = arterial.blood_to_plasma(Cb, Hct=settings.Hct)
        return ArterialInput(
            Cb=np.interp(dynamic.times, t, Cb),
            Cp=np.interp(dynamic.times, t, Cp),
            unit=MODE_UNITS[mode],
            t=t,
            samples=Cp,
            signal=signal,
            notes=tuple(notes),
        )

    def arterial_curve(self) -> ArterialCurve:
        """The plasma curve that is fitted with, before any shift."""
        integration = self.settings.fit.integration

        def make() -> ArterialCurve:
            arterial_input = self.aif()
            return ArterialCurve(arterial_input.t, arterial_input.samples, integration)

        return self._stage("arterial curve", (self._aif_key(), integration), make)

    def _measured(self) -> AIFStages:
        """The same study with its own artery as the source."""
        source = "auto" if self.aif_mask is None else "mask"
        measured = type(self)(
            self.study,
            changed(self.settings, aif={"source": source}),
            aif_mask=self.aif_mask,
            aif_region=self.aif_region,
            aif_selection=self.aif_selection,
        )
        measured.adopt_images(self.images)
        return measured

    def blood(self) -> BloodCurve:
        """The artery's own curve, checked against its phase; needs no T1 of tissue.

        Raises:
            InputError: the AIF does not come from the images, or their artery has no usable signal.
        """
        key = (self._artery_key(), self.settings.concentration, self.settings.aif)
        signal = self._artery_signal()
        if signal is None:
            raise InputError(f"The AIF '{self.settings.aif.source}' is not measured in the images.")
        return self._stage("blood", key, lambda: self.blood_of(signal))

    def blood_of(self, signal: NDArray[np.float64]) -> BloodCurve:
        """Concentration from an artery's mean signal, ``(frames,)``, scanner units."""
        settings, mode = self.settings.aif, self.settings.concentration.signal
        n0 = self.baseline_frames()
        baseline = np.asarray(signal[:n0].mean())
        if not (np.all(np.isfinite(signal)) and baseline > 0):
            raise InputError("The artery has no usable signal; move the AIF mask.")
        if mode != "absolute":
            change = relative_enhancement if mode == "relative" else signal_difference
            Cb = np.asarray(change(signal, baseline=baseline), float)
            return BloodCurve(Cb, signal, None, 0.0, (f"AIF from the artery's {mode} signal.",))
        T10, origin = self._blood_T10()
        contrast, _ = arterial.blood_contrast(TR=self.TR, FA=self.FA, T10=T10, r1=self.r1)
        acquisition = self.study.dynamic.acquisition
        phase, notes = self._phase(n0), [f"Blood T10 {T10 * 1000:.0f} ms ({origin})."]
        if isinstance(phase, str):
            notes.append(phase)
            phase = None
        curve = arterial.blood_curve(
            signal,
            lambda values: contrast(values, baseline),
            TE=acquisition.TE,
            r2=settings.r2,
            literature_r2=at_field(GADOBUTROL_R2, acquisition.field_strength)[0],
            phase=phase,
            peak=settings.peak,
        )
        return replace(curve, notes=(*notes, *curve.notes))

    def _phase(self, n0: int) -> PhaseCurve | str | None:
        """The artery's concentration from phase images, why there is none, or None without any."""
        dynamic, artery = self.images.dynamic, self.artery
        acquisition = dynamic.acquisition
        if dynamic.phase is None or artery is None:
            return None
        if acquisition.TE is None or acquisition.field_strength is None:
            return "Phase images not used: the files do not say TE and field strength."
        field_strength, TE, phase = acquisition.field_strength, acquisition.TE, dynamic.phase

        def make() -> PhaseCurve | str:
            try:
                return arterial.phase_curve(
                    dynamic.signal,
                    phase,
                    mask=artery,
                    geometry=dynamic.geometry,
                    baseline_frames=n0,
                    noise=arterial.series_noise(dynamic.signal),
                    field_strength=field_strength,
                    TE=TE,
                )
            except InputError as error:
                return f"Phase images not used. {error}"

        return self._stage("phase", (self._artery_key(), n0), make)
