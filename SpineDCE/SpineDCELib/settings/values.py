"""Settings of an analysis: every choice that changes a number, as frozen dataclasses.

Units are the engine's: s, degrees, 1/s/mM, fractions. Physiological values have no default that
is not shown and recorded with every result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

from SpineDCELib.settings.constants import HCT
from SpineDCELib.settings.form import check_settings, settings_fields, value_at

#: Tissue models; see :mod:`SpineDCELib.kinetics.models`.
Model = Literal["tofts", "extended_tofts", "patlak", "two_compartment_exchange"]
MODELS: tuple[Model, ...] = get_args(Model)
#: How the arterial curve runs between its samples.
Integration = Literal["cubic", "linear"]
#: Methods of smoothing in space.
SpatialSmoothing = Literal["off", "gaussian", "edge_preserving"]
SIGNAL_MODES = ("absolute", "relative", "difference")
T1_SOURCES = ("fixed", "map", "vfa", "muscle")
AIF_SOURCES = ("auto", "mask", "file", "parker", "georgiou", "weinmann")


@dataclass(frozen=True)
class MotionSettings:
    """Motion correction.

    Attributes:
        on: whether motion is corrected.
        least: frames whose region moved less than this everywhere are left alone, mm.
        through_plane: also shift and tilt across the slices; thick slices hardly show it.
        posterior: without regions, the fraction of the body, from the back, that is aligned.
    """

    on: bool = False
    least: float = 0.2
    through_plane: bool = False
    posterior: float = 0.6


@dataclass(frozen=True)
class SpikeSettings:
    """Removal of single frames that stick out of a curve.

    Attributes:
        on: whether spikes are removed.
        height: noise standard deviations by which a spike sticks out.
    """

    on: bool = False
    height: float = 6.0


@dataclass(frozen=True)
class NoiseMaskSettings:
    """Removal of the background.

    Attributes:
        on: whether the background is removed.
        level: factor on the automatic threshold; more removes more.
        closing: gaps in the body narrower than this are closed, mm.
        smallest: pieces smaller than this fraction of the largest one are removed.
    """

    on: bool = False
    level: float = 1.0
    closing: float = 12.0
    smallest: float = 0.05


@dataclass(frozen=True)
class SpatialSmoothingSettings:
    """Smoothing in space.

    Attributes:
        method: "off", "gaussian" or "edge_preserving".
        width: full width at half maximum, mm.
        contrast: edge-preserving: curves that differ by more than this many noise standard
            deviations hardly contribute to each other.
        through_plane: smooth across the slices too; slices of 5 mm are rarely thin enough for it.
    """

    method: SpatialSmoothing = "off"
    width: float = 2.5
    contrast: float = 3.0
    through_plane: bool = False


@dataclass(frozen=True)
class TemporalSmoothingSettings:
    """Smoothing in time.

    Attributes:
        on: whether curves are smoothed.
        width: full width at half maximum, s.
        contrast: samples that differ by more than this many noise standard deviations hardly
            contribute to each other.
        first_pass: frames from just before the bolus until this long after its peak stay
            unchanged, s; tissue has its first pass later than the artery.
    """

    on: bool = False
    width: float = 20.0
    contrast: float = 3.0
    first_pass: float = 30.0


@dataclass(frozen=True)
class PreprocessingSettings:
    """Processing of the signal before it becomes concentration; by default none."""

    motion: MotionSettings = field(default_factory=MotionSettings)
    spikes: SpikeSettings = field(default_factory=SpikeSettings)
    noise_mask: NoiseMaskSettings = field(default_factory=NoiseMaskSettings)
    space: SpatialSmoothingSettings = field(default_factory=SpatialSmoothingSettings)
    time: TemporalSmoothingSettings = field(default_factory=TemporalSmoothingSettings)


@dataclass(frozen=True)
class ReadingSettings:
    """Reading of the study.

    Attributes:
        series: number of the dynamic series as ``spinedce info`` lists it; None finds it.
        joined: numbers of series that are further parts of the dynamic series.
        displaced: what happens to frames whose slices lie elsewhere than most: "leave_out",
            "same_slice" (takes them at the same slice index) or "resample".
        excluded_frames: numbers of frames, from 1, that are left out of the analysis, because of
            motion or an artefact.
        frame_interval: s between frames, in place of the files' times.
        frame_times: s, one for each frame; replaces the files' and the interval.
        footprint: time over which the data of one frame were acquired, s, if frames share data;
            replaces the file's.
        field_strength: T; replaces the file's.
        TR: repetition time, s; replaces the file's.
        FA: flip angle, degrees; replaces the file's.
        accept_implausible: use values that no study has, such as a TR of 20 s or blood of 100 mM.
        resample_regions: take the nearest voxel of regions that lie on another grid.
        reference_level: level of the spine, such as "L3", whose region is the reference vertebra.
        skip_invalid: leave voxels with NaN, infinite or negative signal unfitted.
    """

    series: int | None = None
    joined: tuple[int, ...] | None = None
    displaced: str = "leave_out"
    excluded_frames: tuple[int, ...] | None = None
    frame_interval: float | None = None
    frame_times: tuple[float, ...] | None = None
    footprint: float | None = None
    field_strength: float | None = None
    TR: float | None = None
    FA: float | None = None
    accept_implausible: bool = False
    resample_regions: bool = False
    reference_level: str | None = None
    skip_invalid: bool = False


@dataclass(frozen=True)
class ContrastSettings:
    """Contrast agent and its injection; None takes what the files say.

    Attributes:
        agent: of :data:`SpineDCELib.settings.contrast_agents.CONTRAST_AGENTS`; its relaxivities
            are used where none are given. Without a name, ``USUAL_AGENT`` is assumed, and said.
        dose: mmol per kg of body weight.
        rate: of the injection, mL/s.
        concentration: of the agent as injected, mmol/mL; it turns the files' volume into a dose.
    """

    agent: str | None = None
    dose: float | None = None
    rate: float | None = None
    concentration: float | None = None


@dataclass(frozen=True)
class ConcentrationSettings:
    """Conversion of signal to concentration.

    Attributes:
        signal: "absolute" (mM), "relative" ((S−S0)/S0) or "difference" (S−S0).
        T1_source: "fixed", "map", "vfa" or "muscle"; None takes the study's T1 map, else its flip
            angles, else the muscle in its images.
        T10: T1 of the tissue before contrast, s, for "fixed".
        muscle_T10: T1 of muscle before contrast, s, for "muscle"; None takes ``MUSCLE_T10`` at the
            study's field.
        r1: relaxivity, 1/s/mM; None takes the contrast agent's at the study's field.
        baseline_frames: frames before the bolus; None finds them by arrival.
    """

    signal: str = "absolute"
    T1_source: str | None = None
    T10: float | None = None
    muscle_T10: float | None = None
    r1: float | None = None
    baseline_frames: int | None = None


@dataclass(frozen=True)
class AIFSettings:
    """Source and correction of the arterial input function.

    Attributes:
        source: "auto" finds the artery; or "mask", "file", "parker", "georgiou", "weinmann".
        Hct: haematocrit, fraction.
        blood_T10: T1 of blood before contrast, s; None takes ``BLOOD_T10`` at the study's field.
            It is not taken from a T1 map, because inflowing blood has not seen the pulses that
            flip-angle maps rely on.
        r2: T2* relaxivity of blood, 1/s/mM; its decay lowers a measured peak. None takes
            the contrast agent's where the study's phase images confirm it, else 0 (no correction).
        fitted: fit a population AIF's arrival and scale to the artery of the images, instead of
            its arrival alone to what enhances most.
        peak: "magnitude", or "phase" to take the first pass halfway to the phase images' curve.
        time_unit: "s", "ms" or "min" of an AIF file that does not say.
        medium: "blood" or "plasma" of an AIF file that does not say.
    """

    source: str = "auto"
    Hct: float = HCT
    blood_T10: float | None = None
    r2: float | None = None
    peak: str = "magnitude"
    fitted: bool = False
    time_unit: str | None = None
    medium: str | None = None


@dataclass(frozen=True)
class FitSettings:
    """Fit of the curves.

    Attributes:
        model: "tofts", "extended_tofts", "patlak" or "two_compartment_exchange".
        shift: seconds by which the AIF is moved later (negative: earlier); "auto" takes the one
            at which the fit of the lesions and references leaves the least residual.
        shift_by: "region" for the own delay of every lesion and reference, moved by the seconds by
            which the study's shift differs from its proposal; "slice" for one shift each, from
            ``shifts`` or, with "auto", as the lesions and references in it propose; "study" for one
            shift. The study's shift applies elsewhere.
        shifts: s, by region name or "slice N" (from 1); they replace proposals.
        fit_delay: fit an additional delay in every voxel.
        kep_low, kep_high: bounds of kep, 1/min; None takes 0.001, and 100 for the Tofts model, 2
            per frame interval for the extended Tofts model, 20 for the others.
        integration: "cubic" (the AIF upsampled tenfold) or "linear" between frames.
    """

    model: Model = "extended_tofts"
    shift: float | Literal["auto"] = 0.0
    shift_by: str = "region"
    shifts: dict[str, float] = field(default_factory=dict)
    fit_delay: bool = False
    kep_low: float | None = None
    kep_high: float | None = None
    integration: Integration = "cubic"


def _only_background() -> PreprocessingSettings:
    """Return the default: remove the background, where there is nothing to fit, and no more."""
    return PreprocessingSettings(noise_mask=NoiseMaskSettings(on=True))


@dataclass(frozen=True)
class Settings:
    """All settings of one analysis.

    Example:
        >>> from SpineDCELib import Settings
        >>> Settings().fit.model
        'extended_tofts'
    """

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    preprocessing: PreprocessingSettings = field(default_factory=_only_background)
    contrast: ContrastSettings = field(default_factory=ContrastSettings)
    concentration: ConcentrationSettings = field(default_factory=ConcentrationSettings)
    aif: AIFSettings = field(default_factory=AIFSettings)
    fit: FitSettings = field(default_factory=FitSettings)

    def __post_init__(self) -> None:
        check_settings(self)


def changed(settings: Settings, **groups: dict[str, Any]) -> Settings:
    """Return a copy with some values replaced: ``changed(s, fit={"shift": 4.2})``."""
    return replace(
        settings,
        **{name: replace(getattr(settings, name), **values) for name, values in groups.items()},
    )


def with_value(settings: Settings, path: str, value: Any) -> Settings:
    """Return a copy with the value at a dotted path replaced.

    Raises:
        InputError: a value that is not allowed.

    Example:
        >>> from SpineDCELib import Settings, with_value
        >>> with_value(Settings(), "concentration.T10", 0.8).concentration.T10
        0.8
    """
    return with_values(settings, {path: value})


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return a copy with the values at several dotted paths replaced at once.

    Raises:
        InputError: a value that is not allowed.
    """
    nested: dict[str, Any] = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = _Value(value)
    return cast(Settings, _replaced(settings, nested))


def locked(common: Settings, own: Settings) -> Settings:
    """Return settings for one visit: its own where the scope is the visit, else the common ones."""
    per_visit = [one.path for one in settings_fields() if one.scope == "visit"]
    return with_values(common, {path: value_at(own, path) for path in per_visit})


class _Value:
    """Leaf of a tree of changes."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _replaced(record: Any, changes: Mapping[str, Any]) -> Any:
    values = {
        name: change.value
        if isinstance(change, _Value)
        else _replaced(getattr(record, name), change)
        for name, change in changes.items()
    }
    return replace(record, **values)
