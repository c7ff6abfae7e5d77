"""Every choice that changes a number, as frozen dataclasses that travel as JSON.

Units are the engine's: s, degrees, 1/s/mM, fractions. Physiological values have no default that
is not shown and recorded with every result.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import Integration
from SpineDCELib.kinetics.fitting import MODELS, Model
from SpineDCELib.preprocessing import NoiseMaskSettings, PreprocessingSettings

SIGNAL_MODES = ("absolute", "relative", "difference")
T1_SOURCES = ("fixed", "map", "vfa")
AIF_SOURCES = ("auto", "mask", "file", "parker", "georgiou", "weinmann")

#: Relaxivity of gadobutrol in whole blood, 1/s/mM, by field in T (Shen, Invest Radiol 2015;50:330).
GADOBUTROL_R1 = {1.5: 4.6, 3.0: 4.5}
#: T1 of blood, s, by field in T (Stanisz et al., Magn Reson Med 2005;54:507).
BLOOD_T10 = {1.5: 1.441, 3.0: 1.932}
#: T2 relaxivity of gadobutrol in plasma, 1/s/mM, by field in T (Rohrer, Invest Radiol 2005;40:715).
GADOBUTROL_R2 = {1.5: 6.1, 3.0: 7.1}
#: Haematocrit in the middle of the adult range (0.42 to 0.45).
HCT = 0.42


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


def at_field(table: dict[float, float], field_strength: float | None) -> tuple[float, float]:
    """The value for the nearest field of a table, and that field, T (1.5 where it is unknown)."""
    field = min(table, key=lambda known: abs(known - (field_strength or 1.5)))
    return table[field], field


T = TypeVar("T")


def settings_to_dict(settings: Any) -> dict[str, Any]:
    """Nested plain dictionaries, ready for JSON."""
    return asdict(settings)


def settings_from_dict(data: dict[str, Any], *, kind: type[T], origin: str = "settings") -> T:
    """The inverse of :func:`settings_to_dict`; unknown names and wrong types are refused."""
    if not isinstance(data, dict):
        raise InputError(f"{origin} must be a table of names and values.")
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - known)
    if unknown:
        raise InputError(
            f"{origin} has no setting '{unknown[0]}'; it knows {', '.join(sorted(known))}."
        )
    values: dict[str, Any] = {}
    for name, value in data.items():
        hint = hints[name]
        if is_dataclass(hint):
            values[name] = settings_from_dict(value, kind=hint, origin=f"{origin}.{name}")  # type: ignore[arg-type]
        else:
            values[name] = _typed(value, hint, f"{origin}.{name}")
    return kind(**values)


def read_settings(path: str | Path) -> Settings:
    """Settings from a JSON file; what it leaves out keeps its default.

    Raises:
        InputError: not readable, not JSON, or with unknown names or impossible values.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"The settings file {path} cannot be read as JSON ({error}).") from None
    return settings_from_dict(data, kind=Settings, origin=f"The settings file {Path(path).name}")


def changed(settings: Settings, **groups: dict[str, Any]) -> Settings:
    """A copy with some values replaced: ``changed(s, fit={"shift": 4.2})``."""
    return replace(
        settings,
        **{name: replace(getattr(settings, name), **values) for name, values in groups.items()},
    )


def _typed(value: Any, hint: Any, name: str) -> Any:
    """The value as the hint's type; JSON knows no difference between 3 and 3.0."""
    kinds = (hint,) if get_origin(hint) is Literal else get_args(hint) or (hint,)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    for kind in kinds:
        if kind is float and number:
            return float(value)
        if kind is int and number and float(value).is_integer():
            return int(value)
        if get_origin(hint) is dict and isinstance(value, dict):
            return {str(k): _typed(v, get_args(hint)[1], f"{name}.{k}") for k, v in value.items()}
        if kind in (bool, str, type(None)) and type(value) is kind:
            return value
        if get_origin(kind) is Literal and isinstance(value, str):
            return value  # which words are allowed is checked where all settings are
    words = " or ".join(
        "null" if k is type(None) else getattr(k, "__name__", "a word") for k in kinds
    )
    raise InputError(f"{name} cannot be {value!r}; it takes {words}.")


def _one_of(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    if value not in choices:
        words = ", ".join(str(choice) for choice in choices if choice is not None)
        raise InputError(f"The {name} '{value}' is not known; choose one of {words}.")


def _within(name: str, value: float | None, low: float, high: float, unit: str) -> None:
    if value is not None and not low <= value <= high:
        raise InputError(f"{name} must lie between {low:g} and {high:g} {unit}; got {value:g}.")
