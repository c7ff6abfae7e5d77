"""One study from signal to maps, as a graph: a change makes only what depends on it anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif as arterial
from SpineDCELib.aif.candidates import Detection, Verdict
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.aif.evidence import Evidence
from SpineDCELib.aif.measured import BloodCurve
from SpineDCELib.aif.phase_aif import PhaseCurve
from SpineDCELib.concentration import (
    check_sequence,
    relative_enhancement,
    signal_difference,
)
from SpineDCELib.conversion import Conversion, check_signal, convert, unusable
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fitting import Fitter, prepare
from SpineDCELib.kinetics.result import FitResult
from SpineDCELib.kinetics.status import FIRST_UNFITTED, Status, legend
from SpineDCELib.kinetics.uncertainty import standard_errors
from SpineDCELib.measurement import (
    Measures,
    Role,
    Size,
    mean_curve,
    measure,
    region_statistics,
    role_of,
    without_exclusions,
)
from SpineDCELib.preprocessing import preprocess
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series import MIN_FRAMES
from SpineDCELib.settings import (
    BLOOD_T10,
    GADOBUTROL_R1,
    GADOBUTROL_R2,
    Settings,
    at_field,
    changed,
)
from SpineDCELib.stages import MODE_UNITS, ArterialInput, Concentration, Images, Result


class _Held:
    """Something that a stage depends on, the same only as itself.

    Holding it keeps its place in memory from becoming another's, as a bare ``id`` would not.
    """

    def __init__(self, it: object) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.it is other.it

    __hash__ = None  # type: ignore[assignment]


class Analysis:
    """The steps of one study, each made when asked for and kept while its inputs stay.

    Args:
        images: the study as read; see :attr:`images` for what it becomes.
        settings: see :class:`SpineDCELib.settings.Settings`.
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
        self._kept: dict[str, tuple[Any, Any]] = {}

    def _stage(self, name: str, key: Any, make: Callable[[], Any]) -> Any:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            self._kept[name] = kept = (key, make())
        return kept[1]

    # -- keys: what each stage depends on -------------------------------------------------------

    def _artery_key(self) -> Any:
        """What the artery's voxels and their mean signal depend on."""
        source = self.settings.aif.source
        if source == "auto":
            return self._search_key(), self.aif_selection
        return source == "mask" and _Held(self.aif_mask), _Held(self.images)

    def _search_key(self) -> Any:
        """What the search for the artery depends on, before any hand."""
        T10, r1 = self.settings.aif.blood_T10, self.settings.concentration.r1
        return self.settings.reading, T10, r1, _Held(self.aif_region), _Held(self.images)

    def _concentration_key(self) -> Any:
        how = self.settings.reading, self.settings.concentration, _Held(self.images)
        return how, self.settings.aif.source in ("auto", "mask"), self.baseline_frames()

    def _aif_key(self) -> Any:
        artery = self._artery_key(), _Held(self.aif_file)
        return self._concentration_key(), artery, self.settings.aif

    def _fitter_key(self) -> Any:
        fit, tissue = self.settings.fit, self.images.tissue
        # What is drawn is fitted although it looks like background.
        drawn = b"" if tissue is None else np.flatnonzero(self._drawn() & ~tissue).tobytes()
        return self._aif_key(), fit.model, fit.integration, fit.fit_delay, drawn

    def _drawn(self) -> NDArray[np.bool_]:
        """Voxels in any region."""
        nothing = np.zeros(self.study.dynamic.geometry.shape, bool)
        return np.any([nothing, *self.regions.values()], axis=0)

    # -- stages ---------------------------------------------------------------------------------

    @property
    def images(self) -> Images:
        """The study after preprocessing."""
        return self.preprocess()

    def _images_key(self) -> Any:
        return self.settings.preprocessing, _Held(self.study)

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

    def _artery_signal(self) -> NDArray[np.float64] | None:
        """Mean signal of the artery's voxels, ``(frames,)``."""
        if self.settings.aif.source == "auto":
            return self.detection().trusted().signal
        if self.settings.aif.source != "mask" or self.aif_mask is None:
            return None
        return self.images.dynamic.signal[:, self.aif_mask].mean(axis=1, dtype=float)

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

    @property
    def artery(self) -> NDArray[np.bool_] | None:
        """The artery's voxels; None where the AIF does not come from the images."""
        if self.settings.aif.source == "auto":
            return self.detection().mask
        return self.aif_mask if self.settings.aif.source == "mask" else None

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

    def _measured(self) -> Analysis:
        """The same study with its own artery as the source."""
        source = "auto" if self.aif_mask is None else "mask"
        measured = Analysis(
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

    def fitter(self, progress: Progress = silent) -> Fitter:
        """The prepared fit, which keeps what does not depend on the shift."""

        def make() -> Fitter:
            concentration = self.concentration(progress)
            baseline_error, rounding = concentration.hidden_errors
            fit = self.settings.fit
            return prepare(
                concentration.curves,
                self.study.dynamic.times,
                self.arterial_curve(),
                model=fit.model,
                fit_delay=fit.fit_delay,
                exclude=unusable(
                    concentration,
                    self.images,
                    skip_invalid=self.settings.reading.skip_invalid,
                    drawn=self._drawn(),
                ),
                baseline_error=baseline_error,
                rounding=rounding,
            )

        return self._stage("fitter", self._fitter_key(), make)

    def evidence(self, progress: Progress = silent) -> Evidence:
        """What speaks for which shift: the lesions and references, or all tissue without them."""
        fit = self.settings.fit

        def make() -> Evidence:
            curves = self.concentration().curves
            masks = without_exclusions(self.regions, self.roles)
            named = {r: [n for n in masks if self.roles[n] == r] for r in ("lesion", "reference")}
            chosen = [*named["lesion"], *named["reference"]]
            if not chosen:
                chosen = [n for n in masks if self.roles[n] in ("bone", "extraosseous", "other")]
            masks = {n: masks[n] for n in chosen} or {"all tissue": self._tissue()}
            return arterial.gather_evidence(
                {name: curves[:, mask] for name, mask in masks.items()},
                self.study.dynamic.times,
                self.arterial_curve(),
                model=fit.model,
                lesions=tuple(named["lesion"]),
                reference=next(iter(named["reference"]), None),
                progress=progress,
            )

        key = (self._aif_key(), fit.model, fit.integration, *map(_Held, self.regions.values()))
        return self._stage("evidence", key, make)

    def _tissue(self) -> NDArray[np.bool_]:
        """Voxels that enhance more than noise but are no vessels."""
        concentration = self.concentration()
        curves, n0 = concentration.curves, concentration.baseline_frames
        with np.errstate(invalid="ignore"):
            late = curves[-max(len(curves) // 3, 1) :]
            noise = np.sqrt(((late[2:] - 2 * late[1:-1] + late[:-2]) ** 2).mean(axis=0) / 6)
            rises = curves[n0:].mean(axis=0) > 3 * noise
        if self.artery is not None:
            rises &= ~self.artery
        if self.settings.aif.source == "auto":
            rises &= self.detection().verdicts < Verdict.LATE
        return rises

    def shift(self, progress: Progress = silent) -> float:
        """The shift in use, s: as set, or as the evidence proposes.

        Raises:
            InputError: it is to be found, but the regions do not determine it.
        """
        given = self.settings.fit.shift
        if not isinstance(given, str):
            return given
        evidence = self.evidence(progress)
        if evidence.doubt:
            raise InputError(f"No trustworthy shift: {evidence.doubt} Give --shift SECONDS.")
        return evidence.proposal

    def fit(self, progress: Progress = silent) -> FitResult:
        """The model's parameters in every voxel at the shift that is set."""
        shift, own = self.shift(progress), self.own_shifts()

        def make() -> FitResult:
            fitter = self.fitter(part(progress, 0, 0.6))
            result = fitter.fit(Ta=shift, progress=part(progress, 0.6, 1))
            for name, Ta in own.items():
                voxels = np.flatnonzero(self._shift_masks()[name])
                _put(result, fitter.fit(Ta=Ta, voxels=voxels), voxels)
            return result

        masks = [_Held(mask) for mask in self.regions.values()] if own else []
        return self._stage("fit", (self._fitter_key(), shift, own, masks), make)

    def own_shifts(self) -> dict[str, float]:
        """Regions or sections that do not have the study's shift, with theirs, s."""
        fit = self.settings.fit
        if fit.shift_by == "study":
            return {}
        masks, found = self._shift_masks(), {}
        if fit.shift == "auto":
            evidence = self.evidence() if fit.shift_by == "region" else self._section_evidence()
            found = {r.name: r.proposal for r in evidence.regions}
        unknown = sorted(set(fit.shifts) - set(masks))
        if unknown:
            raise InputError(
                f"A shift is given for '{unknown[0]}', but the {fit.shift_by}s are "
                f"{', '.join(masks)}."
            )
        return {name: found[name] for name in masks if name in found} | fit.shifts

    def _shift_masks(self) -> dict[str, NDArray[np.bool_]]:
        """What may have a shift of its own: regions, or whole sections."""
        if self.settings.fit.shift_by == "region":
            return without_exclusions(self.regions, self.roles)
        shape = self.study.dynamic.geometry.shape
        sections = np.broadcast_to(np.arange(shape[0])[:, None, None], shape)
        return {f"section {k + 1}": sections == k for k in range(shape[0])}

    def _section_evidence(self) -> Evidence:
        """Section by section, from the lesions' and references' voxels in it."""
        curves, fit = self.concentration().curves, self.settings.fit
        masks = without_exclusions(self.regions, self.roles)
        fed = [m for n, m in masks.items() if self.roles[n] in ("lesion", "reference")]
        tissue = np.any(fed, axis=0) if fed else self._tissue()
        return arterial.gather_evidence(
            {name: curves[:, m & tissue] for name, m in self._shift_masks().items()},
            self.study.dynamic.times,
            self.arterial_curve(),
            model=fit.model,
        )

    def result(self, progress: Progress = silent) -> Result:
        """Maps, status, statistics of the regions and their curves."""
        self.check()
        fit = self.fit(progress)
        maps = {**fit.parameters, "R2": fit.R2}
        measured = without_exclusions(self.regions, self.roles)
        regions = measured or {"all voxels": np.ones(fit.status.shape, bool)}
        statistics = region_statistics(
            maps,
            regions=regions,
            status=fit.status,
            reasons=legend(),
            unfitted=frozenset(int(code) for code in Status if code >= FIRST_UNFITTED),
            voxel_volume=self.study.dynamic.geometry.voxel_volume,
        )
        concentration = self.concentration()
        curves = {
            name: mean_curve(concentration.curves, mask=mask) for name, mask in measured.items()
        }
        own = self.own_shifts()
        fits = {
            name: self._fitted_curve(curve, own.get(name, self.shift()))
            for name, curve in curves.items()
        }
        notes = (
            *self.images.dynamic.notes,
            *concentration.notes,
            *self.aif().notes,
            *([self.evidence().sentence()] if self.settings.fit.shift == "auto" else []),
            *(f"Shift of {name}: {own_shift:g} s." for name, own_shift in own.items()),
        )
        measures = self._measures(maps, measured)
        return Result(maps, fit.status, statistics, curves, fits, notes, measures)

    def _measures(
        self, maps: Mapping[str, NDArray[np.floating]], regions: Mapping[str, NDArray[np.bool_]]
    ) -> Measures:
        """Lesions over references, with the fit's standard errors where they are needed."""
        concentration, shape = self.concentration(), self.study.dynamic.geometry.shape
        wanted = [m for n, m in regions.items() if self.roles[n] in ("lesion", "reference")]
        errors: dict[str, NDArray[np.floating]] = {}
        if wanted:
            voxels = np.flatnonzero(np.any(wanted, axis=0))
            # Errors hardly depend on the shift: the study's stands for all.
            for name, values in standard_errors(
                self.fitter().fit(Ta=self.shift(), voxels=voxels)
            ).items():
                errors[name] = np.full(shape, np.nan)
                errors[name].ravel()[voxels] = values
        return measure(
            maps,
            regions=regions,
            roles=self.roles,
            geometry=self.study.dynamic.geometry,
            errors=errors,
            T10=concentration.T10 if self.T1_source != "fixed" else None,
            image=concentration.baseline,
            absolute=self.settings.concentration.signal == "absolute",
            sizes=self.sizes,
        )

    def _fitted_curve(self, curve: NDArray[np.float64], Ta: float) -> NDArray[np.float64]:
        """The model's curve of the fit to one mean curve, ``(frames,)``; NaN if there is none."""
        if not np.all(np.isfinite(curve)):
            return np.full_like(curve, np.nan)
        settings = self.settings.fit
        fit = prepare(
            curve[:, None],
            self.study.dynamic.times,
            self.arterial_curve(),
            model=settings.model,
            fit_delay=settings.fit_delay,
        ).fit(Ta)
        return fit.setup.curves(fit.parameters)[:, 0]


def _put(whole: FitResult, part: FitResult, voxels: NDArray[np.intp]) -> None:
    """Set some voxels of a result to those of another."""
    for name, array in part.parameters.items():
        whole.parameters[name].ravel()[voxels] = array
    for target, source in (
        (whole.rss, part.rss), (whole.R2, part.R2), (whole.status, part.status)
    ):  # fmt: skip
        target.ravel()[voxels] = source
