"""One study from signal to maps: a small facade over the graph of stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from inspect import isfunction, signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif import Selection
from SpineDCELib.aif.blood_curve import BloodCurve
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.aif.region_delay import Delay
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis import (
    acquisition_stages,
    aif_stages,
    artery_stages,
    concentration_stages,
    fit_stages,
    muscle_stages,
    preprocessing_stages,
    shift_stages,
)
from SpineDCELib.analysis.graph import AnalysisInputs, Graph, Stage, View
from SpineDCELib.analysis.mapped_images import release_images
from SpineDCELib.concentration.T10_uncertainty import ScaleError, T10_error
from SpineDCELib.data import ArterialInput, Concentration, Images, Result
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.files.mapped_arrays import (
    SMALLEST,
    mapped_arrays_of,
    release,
    with_mapped_arrays,
)
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.fitting import Fitter
from SpineDCELib.kinetics.parameters import Bounds
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.measurement import Size, mean_curve
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import Settings
from SpineDCELib.settings.contrast_agents import USUAL_AGENT, r1_log_SD
from SpineDCELib.vocabulary.conversion_modes import is_per_water, normalised_vp
from SpineDCELib.vocabulary.quantities import CURVE_UNITS
from SpineDCELib.vocabulary.region_roles import Role, in_order

#: TR, s, and flip angle, degrees, of the protocol of Behar et al. (AJNR 2023), for an uncertainty
#: where relative signal is fitted and the files have neither.
TYPICAL_TR, TYPICAL_FA = 0.0045, 25.0

#: Every stage by its name: the public functions that read a view and nothing else.
STAGES: dict[str, Stage[Any]] = {
    name: function
    for room in (
        acquisition_stages,
        muscle_stages,
        artery_stages,
        concentration_stages,
        aif_stages,
        shift_stages,
        preprocessing_stages,
        fit_stages,
    )
    for name, function in vars(room).items()
    if isfunction(function)
    and list(signature(function).parameters) == ["view"]
    and not name.startswith("_")
}


class Analysis:
    """Analysis of one study: what it was given, and every result computed when it is asked for.

    A result is computed again only if something that it was computed from has changed. What is
    given is never changed in place: :meth:`update` replaces it.

    Args:
        images: the study as read; see :attr:`images` for what it becomes.
        settings: see :class:`SpineDCELib.settings.Settings`.
        aif_mask: ``(slices, rows, columns)``, the artery, for ``aif.source == "mask"``.
        aif_region: the same shape; where ``aif.source == "auto"`` searches; None is everywhere.
        aif_selection: changes by hand to the artery that was found.
        aif_file: for ``aif.source == "file"``.
        regions: name → mask ``(slices, rows, columns)``.
        roles: name → role; one for each region.
        sizes: lesion → size measured on images finer than the dynamic grid.
        study_keys: see :class:`SpineDCELib.analysis.graph.AnalysisInputs`.

    Raises:
        InputError: a region without a role.

    Example:
        >>> from SpineDCELib import Analysis, Settings, read_images, with_value
        >>> analysis = Analysis(read_images(folder, Settings()), Settings())
        >>> round(analysis.TR, 4), analysis.r1
        (0.0045, 4.6)
        >>> analysis.update(settings=with_value(analysis.settings, "reading.TR", 0.005))
        >>> analysis.TR
        0.005
    """

    def __init__(
        self,
        images: Images,
        settings: Settings,
        *,
        aif_mask: NDArray[np.bool_] | None = None,
        aif_region: NDArray[np.bool_] | None = None,
        aif_selection: Selection | None = None,
        aif_file: CurveFile | None = None,
        regions: Mapping[str, NDArray[np.bool_]] | None = None,
        roles: Mapping[str, Role] | None = None,
        sizes: Mapping[str, Size] | None = None,
        study_keys: Mapping[str, str] | None = None,
    ) -> None:
        #: What is to be known about the files of the regions.
        self.file_notes: tuple[str, ...] = ()
        #: Region → DICOM tracking UID, of those that have one.
        self.tracking: dict[str, str] = {}
        #: Rulers that a reader drew; two of them may be the size of a lesion.
        self.rulers: tuple[Ruler, ...] = ()
        #: Regions that were carried over from an earlier visit and not changed since.
        self.carried: frozenset[str] = frozenset()
        self._graph = Graph(
            _sealed(
                AnalysisInputs(
                    images,
                    settings,
                    aif_mask,
                    aif_region,
                    aif_selection,
                    aif_file,
                    dict(regions or {}),
                    dict(roles or {}),
                    dict(sizes or {}),
                    dict(study_keys or {}),
                )
            )
        )

    # -- what is given --------------------------------------------------------------------------

    @property
    def inputs(self) -> AnalysisInputs:
        """Everything that was given."""
        return self._graph.inputs

    @property
    def study(self) -> Images:
        """The study as read."""
        return self.inputs.study

    @property
    def settings(self) -> Settings:
        return self.inputs.settings

    @property
    def aif_mask(self) -> NDArray[np.bool_] | None:
        return self.inputs.aif_mask

    @property
    def aif_region(self) -> NDArray[np.bool_] | None:
        return self.inputs.aif_region

    @property
    def aif_selection(self) -> Selection | None:
        return self.inputs.aif_selection

    @property
    def has_proposed_shift(self) -> bool:
        """Return whether the study's shift is the proposed one, which a window rounds to 10 ms."""
        used = self.settings.fit.shift
        if isinstance(used, str):
            return True
        try:
            found = self.evidence()
        except InputError:
            return False
        return not found.doubt and abs(used - found.proposal) < 0.006

    @property
    def shifts_by_hand(self) -> dict[str, float]:
        """Return the shifts, s, that a person gave to single regions, where they are in use."""
        fit = self.settings.fit
        return dict(fit.shifts) if fit.shift_by == "region" else {}

    @property
    def artery_by_hand(self) -> bool:
        """Return whether the artery that the search finds was changed by hand."""
        return self.aif_selection is not None and self.aif_selection.changes

    @property
    def aif_file(self) -> CurveFile | None:
        return self.inputs.aif_file

    @property
    def regions(self) -> Mapping[str, NDArray[np.bool_]]:
        """Name → mask."""
        return self.inputs.regions

    @property
    def roles(self) -> Mapping[str, Role]:
        """Name → role."""
        return self.inputs.roles

    @property
    def sizes(self) -> Mapping[str, Size]:
        """Lesion → size that was measured on images finer than the dynamic grid."""
        return self.inputs.sizes

    def update(self, **changes: Any) -> None:
        """Replace some of what was given, by the names of :class:`AnalysisInputs`' attributes.

        Raises:
            InputError: a region without a role; nothing is changed then.
        """
        if "study" in changes and "study_keys" not in changes:
            changes["study_keys"] = {}
        self._graph.inputs = _sealed(replace(self.inputs, **changes, _tokens={}))

    def snapshot(self) -> Analysis:
        """Return an independent analysis with the same inputs and results, for another thread."""
        copy = object.__new__(type(self))
        copy.file_notes, copy.tracking = self.file_notes, dict(self.tracking)
        copy.rulers, copy.carried = self.rulers, self.carried
        copy._graph = self._graph.copy()
        return copy

    def adopt(self, other: Analysis) -> None:
        """Take over what a snapshot has computed, where it holds for the present inputs."""
        self._graph.take(other._graph)

    def is_current(self, stage: str) -> bool:
        """Whether a stage's last result still holds, such as "result"; nothing is computed."""
        return self._graph.is_current(stage)

    def has_same(self, stage: str, other: Analysis) -> bool:
        """Whether a stage's result is that of another analysis; nothing is computed."""
        return self._graph.has_same(stage, other._graph)

    @property
    def graph(self) -> Graph:
        """The graph itself, for keeping results in files."""
        return self._graph

    # -- what is computed -----------------------------------------------------------------------

    @property
    def images(self) -> Images:
        """The study after preprocessing."""
        return self.preprocess()

    def preprocess(self, progress: Progress = silent) -> Images:
        """Return the study after motion correction, noise mask and smoothing."""
        done = self._graph.get(acquisition_stages.preprocessed, progress)
        return replace(
            self.study,
            dynamic=done.series,
            tissue=done.tissue,
            displacement=done.displacement,
            rotation=done.rotation,
        )

    def check(self) -> None:
        """Refuse what no later stage could use, before any long work.

        Raises:
            InputError: too few frames; no TR, flip angle or chosen T10; no AIF; unusable signal.
        """
        self._graph.get(acquisition_stages.check)

    @property
    def TR(self) -> float | None:
        """Repetition time in use, s."""
        return self._graph.get(acquisition_stages.TR)

    @property
    def FA(self) -> float | None:
        """Flip angle in use, degrees."""
        return self._graph.get(acquisition_stages.FA)

    @property
    def r1(self) -> float:
        """Relaxivity in use, 1/s/mM."""
        return self._graph.get(acquisition_stages.r1)

    @property
    def agent(self) -> str | None:
        """Contrast agent; None where it is not known."""
        return self._graph.get(acquisition_stages.agent)

    @property
    def dose(self) -> float | None:
        """Dose of contrast agent, mmol/kg."""
        return self._graph.get(acquisition_stages.dose)

    @property
    def injection_rate(self) -> float | None:
        """Rate of the injection, mL/s."""
        return self._graph.get(acquisition_stages.injection_rate)

    @property
    def r1_log_SD(self) -> float:
        """Standard deviation of ln r1 of the agent, between measurements and laboratories."""
        field_strength = self._graph.get(acquisition_stages.field_strength)
        return r1_log_SD(self.agent or USUAL_AGENT, field_strength)

    @property
    def T1_source(self) -> str:
        """Where T10 comes from: as set, else what the study has, else muscle."""
        return self._graph.get(acquisition_stages.T1_source)

    @property
    def has_T1(self) -> bool:
        """Whether the study has a T1 map or flip angles, used or not."""
        return self.study.T1_map is not None or self.study.flip_angles is not None

    @property
    def muscle_T10(self) -> float:
        """T1 of muscle before contrast in use, s."""
        return self._graph.get(muscle_stages.muscle_T10)

    @property
    def muscle(self) -> NDArray[np.bool_] | None:
        """Muscle that calibrates the signal: as drawn, else as found; None where neither is."""
        return self._graph.get(muscle_stages.muscle)

    @property
    def signal_mode(self) -> str:
        """What is fitted: as set, but "relative" where T10 would come from muscle not found."""
        return self._graph.get(muscle_stages.signal_mode)

    @property
    def mode(self) -> str:
        """How signal becomes what is fitted: a source of T10, "relative" or "difference"."""
        return self._graph.get(muscle_stages.mode)

    @property
    def artery(self) -> NDArray[np.bool_] | None:
        """Voxels of the artery, trusted or not; None where the AIF is not from the images."""
        source = self.settings.aif.source
        if source == "auto":
            return self.detection().mask
        return self.aif_mask if source == "mask" else None

    def detection(self, progress: Progress = silent) -> Detection:
        """Return the artery as the search finds it, trusted or not, with changes by hand."""
        return self._graph.get(artery_stages.detection, progress)

    def aif_alternatives(self) -> tuple[artery_stages.Alternative, ...]:
        """Return other vessels that explain the tissue as well as the artery in use."""
        return self._graph.get(artery_stages.aif_alternatives)

    def baseline_frames(self) -> int:
        """Return the number of frames before the bolus."""
        return self._graph.get(artery_stages.baseline_frames)

    def concentration(self, progress: Progress = silent) -> Concentration:
        """Return the concentration (or relative or absolute signal change) in every voxel."""
        return self._graph.get(concentration_stages.concentration, progress)

    def blood(self) -> BloodCurve:
        """Return blood concentration in the artery, checked against its phase.

        Raises:
            InputError: the AIF does not come from the images, or the artery has no usable signal.
        """
        return self._graph.get(artery_stages.blood)

    def blood_of(self, signal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the blood concentration that another mean signal of the artery would give, mM."""
        view = View(self._graph)
        if view(artery_stages.artery) is None:
            raise InputError("The AIF is not measured in the images.", code="aif_not_measured")
        n0 = view(artery_stages.baseline_frames)
        curve = artery_stages.blood_curve(
            view, signal, n0, lambda: view(artery_stages.artery_phase), with_notes=False
        )
        return np.asarray(curve.Cb, np.float64)

    def aif(self, progress: Progress = silent) -> ArterialInput:
        """Return the arterial input function before any shift."""
        return self._graph.get(aif_stages.arterial_input, progress)

    def arterial_curve(self) -> ArterialCurve:
        """Return the plasma curve that is fitted with, before any shift."""
        return self._graph.get(aif_stages.arterial_curve)

    def evidence(self, progress: Progress = silent) -> Evidence:
        """Return the evidence for a shift, from the regions or all tissue."""
        return self._graph.get(shift_stages.evidence, progress)

    def shift(self, progress: Progress = silent) -> float:
        """Return the shift in use, s.

        Raises:
            InputError: it is to be proposed, but the regions do not determine it.
        """
        return self._graph.get(shift_stages.shift, progress)

    def delays(self, progress: Progress = silent) -> dict[str, Delay]:
        """Return the delay of every lesion and reference, with its uncertainty.

        Raises:
            InputError: see :meth:`shift`.
        """
        return self._graph.get(shift_stages.delays, progress)

    def shift_findings(self) -> tuple[Finding, ...]:
        """Return what the evidence says against the shifts in use."""
        return self._graph.get(shift_stages.shift_findings)

    def own_shifts(self) -> dict[str, float]:
        """Return the shifts of the regions or slices that do not use the study's, s."""
        return self._graph.get(shift_stages.own_shifts)

    def T10_error(self, region: str, parameter: str | None = None) -> ScaleError:
        """Return how uncertain a region's parameter is because of T10, water and the coil.

        Args:
            parameter: that on which normalised Vp is based if None.
        """
        found, mask = self.concentration(), self.regions[region]
        parameter = normalised_vp(self.mode) if parameter is None else parameter
        T10 = None
        if found.T10 is not None and self.mode != "fixed":
            known = found.T10[mask & np.isfinite(found.T10)]
            T10 = float(np.median(known)) if known.size else None
        level = None
        if found.unit == CURVE_UNITS["absolute"]:
            curve = mean_curve(found.curves, mask=mask)
            level = float(np.mean(curve[found.baseline_frames :]))
        return T10_error(
            self.mode,
            TR=self.TR or TYPICAL_TR,
            FA=self.FA or TYPICAL_FA,
            r1=self.r1,
            T10=T10,
            concentration=level,
            role=self.roles[region],
            muscle_T10=self.muscle_T10,
            per="water" if is_per_water(parameter, self.mode) else "tissue",
        )

    def fit_bounds(self) -> Bounds:
        """Return the box that fitted parameters stay in."""
        return self._graph.get(fit_stages.fit_bounds)

    def fitter(self, progress: Progress = silent) -> Fitter:
        """Return the prepared fit, which keeps what does not depend on the shift."""
        return self._graph.get(fit_stages.fitter, progress)

    def fit(self, progress: Progress = silent) -> FitResult:
        """Return the model's parameters in every voxel at the shift that is set."""
        return self._graph.get(fit_stages.fit, progress)

    def water_share(self) -> NDArray[np.float64] | None:
        """Return the share of every voxel that is water; None where no T1 is measured."""
        return self._graph.get(fit_stages.water_share)

    def per_tissue(
        self, parameters: Mapping[str, NDArray[np.floating]], voxels: NDArray[np.intp]
    ) -> dict[str, NDArray[np.floating]]:
        """Return fitted parameters of some voxels (flat indices) with those per tissue."""
        water = self.water_share()
        return fit_stages.per_tissue(parameters, None if water is None else water.ravel()[voxels])

    def signal_noise(self, voxels: NDArray[np.intp]) -> SignalNoise:
        """Return how noise of the signal appears in the curves of some voxels (flat indices)."""
        return fit_stages.signal_noise(View(self._graph), voxels)

    def result(self, progress: Progress = silent) -> Result:
        """Return maps, status, statistics of the regions and their curves."""
        return self._graph.get(fit_stages.result, progress)

    def map_results(self, smallest: int = SMALLEST) -> None:
        """Hold large arrays of the results in files; a reader looks at one slice at a time.

        Args:
            smallest: bytes from which on an array is large.
        """
        study = self.study
        shared = [study, *(getattr(study, part.name) for part in fields(study))]
        self._graph.transform(lambda values: with_mapped_arrays(values, smallest, shared))

    def release_memory(self) -> None:
        """Release cached pages of the study's and the results' arrays in files."""
        release_images(self.study)
        for kept in self._graph.records.values():
            release(*mapped_arrays_of(kept.value))


def _sealed(inputs: AnalysisInputs) -> AnalysisInputs:
    """The inputs with masks that nobody else can change, and a role for every region.

    Regions are in the order of their roles, in which all tables and figures show them.
    """
    for name in inputs.regions:
        if name not in inputs.roles:
            raise InputError(
                f"The region '{name}' has no role.", code="region_without_role", about=name
            )
    order = in_order(inputs.regions, inputs.roles)
    return replace(
        inputs,
        aif_mask=_read_only(inputs.aif_mask),
        aif_region=_read_only(inputs.aif_region),
        regions={name: _read_only(inputs.regions[name]) for name in order},
        roles={name: inputs.roles[name] for name in order},
        sizes=dict(inputs.sizes),
        _tokens={},
    )


def _read_only(mask: Any) -> Any:
    if mask is None or not mask.flags.writeable:
        return mask
    copy = np.array(mask, bool)
    copy.flags.writeable = False
    return copy
