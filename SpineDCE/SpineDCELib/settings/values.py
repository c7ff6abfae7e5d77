"""Every choice that changes a number, as frozen dataclasses that travel as JSON.

Units are the engine's: s, degrees, 1/s/mM, fractions. Physiological values have no default that
is not shown and recorded with every result.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from SpineDCELib.errors import InputError
from SpineDCELib.settings.constants import HCT

#: Tissue models; see :mod:`SpineDCELib.kinetics.models`.
Model = Literal["tofts", "extended_tofts", "patlak", "two_compartment_exchange"]
MODELS: tuple[Model, ...] = get_args(Model)
#: How the arterial curve runs between its samples.
Integration = Literal["cubic", "linear"]
#: Methods of smoothing in space.
SpatialSmoothing = Literal["off", "gaussian", "edge_preserving"]
SIGNAL_MODES = ("absolute", "relative", "difference")
T1_SOURCES = ("fixed", "map", "vfa")
AIF_SOURCES = ("auto", "mask", "file", "parker", "georgiou", "weinmann")


@dataclass(frozen=True)
class MotionSettings:
    """How motion is corrected.

    Attributes:
        on: whether it is.
        least: frames whose region moved less than this everywhere are left alone, mm.
        through_plane: also shift and tilt across the slices; thick sections hardly show it.
        posterior: without regions given, the share of the body, from the back, that is taken.
    """

    on: bool = False
    least: float = 0.2
    through_plane: bool = False
    posterior: float = 0.6


@dataclass(frozen=True)
class SpikeSettings:
    """Removal of single frames that stick out of a curve.

    Attributes:
        on: whether they are removed.
        height: how far a sample sticks out, in noise standard deviations.
    """

    on: bool = False
    height: float = 6.0


@dataclass(frozen=True)
class NoiseMaskSettings:
    """How the background is removed.

    Attributes:
        on: whether it is removed.
        level: factor on the automatic threshold; more removes more.
        closing: gaps in the body narrower than this are closed, mm.
        smallest: pieces smaller than this share of the largest one are removed.
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
            deviations hardly count for each other.
        through_plane: smooth across the slices too; 5 mm sections rarely bear it.
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
            count for each other.
        first_pass: frames from just before the bolus until this long after its peak are left as
            they are, s; tissue has its first pass later than the artery.
    """

    on: bool = False
    width: float = 20.0
    contrast: float = 3.0
    first_pass: float = 30.0


@dataclass(frozen=True)
class PreprocessingSettings:
    """All that is done to the signal before it becomes concentration; by default nothing."""

    motion: MotionSettings = field(default_factory=MotionSettings)
    spikes: SpikeSettings = field(default_factory=SpikeSettings)
    noise_mask: NoiseMaskSettings = field(default_factory=NoiseMaskSettings)
    space: SpatialSmoothingSettings = field(default_factory=SpatialSmoothingSettings)
    time: TemporalSmoothingSettings = field(default_factory=TemporalSmoothingSettings)


@dataclass(frozen=True)
class ReadingSettings:
    """How the study is read.

    Attributes:
        series: number of the dynamic series as ``spinedce info`` lists it; None finds it.
        frame_interval: s between frames where the files carry no times.
        TR: repetition time, s; replaces the file's.
        FA: flip angle, degrees; replaces the file's.
        skip_invalid: leave voxels with NaN or negative signal unfitted instead of refusing.
    """

    series: int | None = None
    frame_interval: float | None = None
    TR: float | None = None
    FA: float | None = None
    skip_invalid: bool = False


@dataclass(frozen=True)
class ConcentrationSettings:
    """How signal becomes concentration.

    Attributes:
        signal: "absolute" (mM), "relative" ((S−S0)/S0) or "difference" (S−S0).
        T1_source: "fixed", "map" or "vfa"; None takes the flip angles of the study if it has any.
        T10: T1 of the tissue before contrast, s, for "fixed".
        r1: relaxivity, 1/s/mM; None takes ``GADOBUTROL_R1`` at the study's field.
        baseline_frames: frames before the bolus; None finds them by arrival.
    """

    signal: str = "absolute"
    T1_source: str | None = None
    T10: float | None = None
    r1: float | None = None
    baseline_frames: int | None = None


@dataclass(frozen=True)
class AIFSettings:
    """Where the arterial input function comes from.

    Attributes:
        source: "auto" finds the artery; or "mask", "file", "parker", "georgiou", "weinmann".
        Hct: haematocrit, fraction.
        blood_T10: T1 of blood before contrast, s; None takes ``BLOOD_T10`` at the study's field.
            It is not read off a T1 map, because blood that flows in has not seen the pulses that
            flip-angle maps rely on.
        r2: T2* relaxivity of blood, 1/s/mM; its decay lowers a measured peak. None takes
            ``GADOBUTROL_R2`` where the study's phase images confirm it, else 0 (no correction).
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
    """How the curves are fitted.

    Attributes:
        model: "tofts", "extended_tofts", "patlak" or "two_compartment_exchange".
        shift: seconds by which the AIF is moved later (negative: earlier); "auto" takes the one
            at which the fit of the lesions and references leaves the least residual.
        shift_by: "study" for one shift; "section" or "region" for one each, as ``shifts`` says or
            as the lesions and references in it show; what has none of its own has the study's.
        shifts: s, by region name or "section N" (from 1).
        fit_delay: fit an additional delay in every voxel.
        integration: "cubic" (the AIF upsampled tenfold) or "linear" between frames.
    """

    model: Model = "extended_tofts"
    shift: float | Literal["auto"] = 0.0
    shift_by: str = "study"
    shifts: dict[str, float] = field(default_factory=dict)
    fit_delay: bool = False
    integration: Integration = "cubic"


def _only_background() -> PreprocessingSettings:
    """Where the image is nothing but noise there is nothing to fit; the rest is for the user."""
    return PreprocessingSettings(noise_mask=NoiseMaskSettings(on=True))


@dataclass(frozen=True)
class Settings:
    """All settings of one analysis."""

    reading: ReadingSettings = field(default_factory=ReadingSettings)
    preprocessing: PreprocessingSettings = field(default_factory=_only_background)
    concentration: ConcentrationSettings = field(default_factory=ConcentrationSettings)
    aif: AIFSettings = field(default_factory=AIFSettings)
    fit: FitSettings = field(default_factory=FitSettings)

    def __post_init__(self) -> None:
        _one_of("signal", self.concentration.signal, SIGNAL_MODES)
        _one_of("T1_source", self.concentration.T1_source, (None, *T1_SOURCES))
        _one_of("AIF source", self.aif.source, AIF_SOURCES)
        _one_of("AIF time unit", self.aif.time_unit, (None, "s", "ms", "min"))
        _one_of("AIF medium", self.aif.medium, (None, "blood", "plasma"))
        _one_of("model", self.fit.model, MODELS)
        _one_of("integration", self.fit.integration, get_args(Integration))
        _within("the frame interval", self.reading.frame_interval, 0.01, 600, "s")
        _within("TR", self.reading.TR, 2e-4, 0.5, "s")
        _within("the flip angle", self.reading.FA, 0.01, 179.9, "degrees")
        _within("T10", self.concentration.T10, 0.05, 10, "s")
        _within("the blood's T10", self.aif.blood_T10, 0.05, 10, "s")
        _within("r1", self.concentration.r1, 0.1, 100, "1/s/mM")
        _one_of("AIF peak", self.aif.peak, ("magnitude", "phase"))
        _within("the blood's r2", self.aif.r2, 0, 100, "1/s/mM")
        _within("Hct", self.aif.Hct, 0, 0.9, "as a fraction")
        if isinstance(self.fit.shift, str):
            _one_of("shift", self.fit.shift, ("auto",))
        else:
            _within("the shift", self.fit.shift, -600, 600, "s")
        _one_of("shift_by", self.fit.shift_by, ("study", "section", "region"))
        for name, shift in self.fit.shifts.items():
            _within(f"the shift of '{name}'", shift, -600, 600, "s")
        _within("baseline frames", self.concentration.baseline_frames, 1, 10_000, "")


def changed(settings: Settings, **groups: dict[str, Any]) -> Settings:
    """A copy with some values replaced: ``changed(s, fit={"shift": 4.2})``."""
    return replace(
        settings,
        **{name: replace(getattr(settings, name), **values) for name, values in groups.items()},
    )


def _one_of(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    if value not in choices:
        words = ", ".join(str(choice) for choice in choices if choice is not None)
        raise InputError(f"The {name} '{value}' is not known; choose one of {words}.")


def _within(name: str, value: float | None, low: float, high: float, unit: str) -> None:
    if value is not None and not low <= value <= high:
        raise InputError(f"{name} must lie between {low:g} and {high:g} {unit}; got {value:g}.")
