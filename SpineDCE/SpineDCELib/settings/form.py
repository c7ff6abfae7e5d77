"""Form description of every setting: label, unit, bounds, choices, scope, help, option, control.

The settings file, the options of the command line and the forms of both windows are built from
this table or tested against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Literal

from SpineDCELib.errors import InputError
from SpineDCELib.settings.contrast_agents import CONTRAST_AGENTS
from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES
from SpineDCELib.vocabulary.vertebra_levels import LEVELS

#: What describes the acquisition or the patient belongs to a visit; how a visit is analysed is
#: common to all visits that are compared.
Scope = Literal["visit", "common"]
#: Range of whole numbers, with a hyphen, an en dash or a minus.
_RANGE = re.compile(r"\s*(\d+)\s*[-–−]\s*(\d+)\s*")
Kind = Literal["number", "count", "switch", "choice", "numbers", "numbers by name", "file", "files"]


@dataclass(frozen=True)
class Field:
    """One setting or input file as people see it.

    Attributes:
        path: dotted path in the settings ("concentration.T10") or of an input ("inputs.T1_map").
        label: of its control in a window.
        kind: of its values.
        scope: "visit" or "common".
        help: one sentence.
        step: number of the window's step that has its control, 1 to 5.
        unit: that people see; factor: from the engine's unit to this one.
        low, high: bounds in the engine's unit.
        choices: value → label; None as a value stands for "as the study has it".
        words: words that may stand in place of a number, such as "auto".
        optional: whether None leaves the value to the program.
        option: of the command line, "" for the study, which is an argument.
        metavar: of the option.
        off: help of an option that switches off instead of on.
        ranges: whether ranges of whole numbers, such as 9-12, may stand among numbers.
    """

    path: str
    label: str
    kind: Kind
    scope: Scope
    help: str
    step: int = 1
    unit: str = ""
    factor: float = 1.0
    low: float | None = None
    high: float | None = None
    choices: dict[Any, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    optional: bool = False
    option: str = ""
    metavar: str = ""
    off: str = ""
    ranges: bool = False

    def to_shown(self, value: Any) -> Any:
        """Convert a value from the engine's unit to the unit that people see."""
        return value if not _is_number(value) or self.factor == 1 else value * self.factor

    def from_shown(self, value: Any) -> Any:
        """Convert a value from the unit that people see to the engine's unit."""
        return value if not _is_number(value) or self.factor == 1 else value / self.factor

    def check(self, value: Any) -> None:
        """Refuse a value that is not allowed.

        Raises:
            InputError: of another type, not one of the choices, or out of bounds; code
                "wrong_type", "unknown_choice" or "out_of_range".
        """
        if self.kind == "choice":
            if value not in self.choices:
                known = ", ".join(str(choice) for choice in self.choices if choice is not None)
                raise self._error(
                    f"{self.label} cannot be '{value}'; the choices are {known}.", "unknown_choice"
                )
            return
        if value is None and self.optional:
            return
        if isinstance(value, str) and self.words:
            if value not in self.words:
                words = " or ".join(self.words)
                raise self._error(
                    f"{self.label} cannot be '{value}'; it is a number or {words}.",
                    "unknown_choice",
                )
            return
        if not _IS_KIND[self.kind](value):
            raise self._error(
                f"{self.label} cannot be {value!r}; it must be {_KIND_NAMES[self.kind]}.",
                "wrong_type",
            )
        if self.kind == "numbers by name":
            for name, one in value.items():
                self._check_bounds(one, f"{self.label} of '{name}'")
        elif self.kind == "numbers":
            for one in value:
                self._check_bounds(one, self.label)
        elif self.kind in ("number", "count"):
            self._check_bounds(value, self.label)

    def _check_bounds(self, value: float, label: str) -> None:
        if self.low is None or self.high is None or self.low <= value <= self.high:
            return
        low, high, given = (self.to_shown(x) for x in (self.low, self.high, value))
        unit = f" {self.unit}" if self.unit else ""
        raise self._error(
            f"{label} must lie between {low:g} and {high:g}{unit}; {given:g} was given.",
            "out_of_range",
        )

    def parse(self, text: str) -> Any:
        """Return the value, in the engine's unit, of a text that a person typed or chose.

        An empty text is None, which leaves the value to the program. This is the inverse of
        :meth:`text`.

        Raises:
            InputError: the text does not hold a value of this kind (code "not_a_number" or
                "unknown_choice"), or the value is not allowed (see :meth:`check`).
        """
        text = text.strip()
        value: Any = text
        if text == "":
            return None
        if self.kind == "numbers":
            words = text.split(",")
            value = tuple(one for word in words for one in self._numbers(word, text))
        elif self.kind == "numbers by name":
            value = dict(self.parse_named(line) for line in text.splitlines())
        elif self.kind in ("number", "count") and text not in self.words:
            value = self._number(text.replace(",", "."), text)
        elif self.kind == "switch":
            if text not in ("on", "off"):
                raise self._error(
                    f"{self.label} cannot be '{text}'; the choices are on, off.", "unknown_choice"
                )
            value = text == "on"
        elif self.kind == "files":
            value = tuple(line.strip() for line in text.splitlines())
        self.check(value)
        return value

    def parse_named(self, text: str) -> tuple[str, float]:
        """Return the name and the number, in the engine's unit, of a text such as "Lesion=4.2".

        Raises:
            InputError: no name with a number (code "not_a_number").
        """
        name, _, number = text.rpartition("=")
        name = name.strip()
        if not name:
            raise self._error(
                f"'{text}' is not a name with a number, such as Lesion=4.2.", "not_a_number"
            )
        return name, self._number(number, text)

    def text(self, value: Any) -> str:
        """Return the text of a value for a form, in the unit that people see; "" for None."""
        if value is None:
            return ""
        if self.kind == "switch":
            return "on" if value else "off"
        if self.kind == "numbers":
            return ",".join(f"{self.to_shown(one):.12g}" for one in value)
        if self.kind == "numbers by name":
            return "\n".join(f"{name}={self.to_shown(one):.12g}" for name, one in value.items())
        if self.kind == "files":
            return "\n".join(value)
        return f"{self.to_shown(value):.12g}" if _is_number(value) else str(value)

    def _numbers(self, word: str, text: str) -> list[float | int]:
        """Return the number in a word of a text, or the whole numbers of a range such as 9-12."""
        found = _RANGE.fullmatch(word) if self.ranges else None
        if found is None:
            return [self._number(word, text)]
        first, last = (self._number(end, text) for end in found.groups())
        for end in (first, last):
            self._check_bounds(end, self.label)
        if first > last:
            given = word.strip()
            raise self._error(
                f"{self.label}: the range {given} ends below its start.", "not_a_number"
            )
        return [float(one) for one in range(int(first), int(last) + 1)]

    def _number(self, word: str, text: str) -> float | int:
        """Return the number in a word of a text."""
        try:
            number = float(word)
            if self.kind != "count":
                return float(self.from_shown(number))
            if number.is_integer():
                return int(number)
        except ValueError:
            pass
        raise self._error(
            f"{self.label} must be {_KIND_NAMES[self.kind]}; '{text}' was given.", "not_a_number"
        )

    def _error(self, message: str, code: str) -> InputError:
        return InputError(message, code=code, fields=[self.path])


def _is_number(value: Any) -> bool:
    # NumPy registers its scalars as these abstract types.
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(_is_number(one) for one in value)


def _are_numbers_by_name(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and _is_number(one) for name, one in value.items()
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(isinstance(one, str) for one in value)


#: Kind → test of a value's type.
_IS_KIND: dict[Kind, Callable[[Any], bool]] = {
    "number": _is_number,
    "count": _is_count,
    "switch": _is_switch,
    "choice": _is_text,
    "numbers": _are_numbers,
    "numbers by name": _are_numbers_by_name,
    "file": _is_text,
    "files": _are_texts,
}
#: Kind → what a value of it must be, for messages.
_KIND_NAMES: dict[Kind, str] = {
    "number": "a number",
    "count": "a whole number",
    "switch": "on or off",
    "choice": "one of the choices",
    "numbers": "numbers with commas between them",
    "numbers by name": "numbers by name",
    "file": "a path",
    "files": "paths",
}


_FIELDS = (
    # -- how the study is read ------------------------------------------------------------------
    Field(
        "reading.series", "Dynamic series", "count", "visit",
        "Number of the dynamic series as the study lists it.",
        optional=True, option="--series", metavar="N",
    ),
    Field(
        "reading.joined", "Joined with series", "numbers", "visit",
        "Numbers of the series that are further parts of the dynamic series, with commas between "
        "them.",
        low=1, high=1e6, optional=True, option="--join", metavar="N,…",
    ),
    Field(
        "reading.displaced", "Displaced frames", "choice", "visit",
        "Frames whose slices lie elsewhere than those of most frames.",
        choices={
            "leave_out": "leave out",
            "same_slice": "take at the same slice",
            "resample": "resample",
        },
        option="--displaced-frames",
    ),
    Field(
        "reading.excluded_frames", "Excluded frames", "numbers", "visit",
        "Numbers of frames that are left out of the analysis, such as frames with motion or an "
        "artefact, with commas between them. A range can be written as 9-12.",
        low=1, high=1e6, optional=True, option="--exclude-frames", metavar="N,…", ranges=True,
    ),
    Field(
        "reading.frame_interval", "Frame interval", "number", "visit",
        "Time between frames; replaces the files' times.",
        unit="s", low=0.01, high=600, optional=True, option="--frame-interval", metavar="SECONDS",
    ),
    Field(
        "reading.frame_times", "Frame times", "numbers", "visit",
        "Time of every frame, with commas between them; replaces the files' times.",
        unit="s", low=0, high=1e6, optional=True, option="--frame-times", metavar="SECONDS,…",
    ),
    Field(
        "reading.footprint", "Temporal footprint", "number", "visit",
        "Time over which the data of one frame were acquired, if frames share data (TWIST, TRICKS, "
        "GRASP); an AIF that is not measured in the images is averaged over it.",
        unit="s", low=0.05, high=600, optional=True, option="--footprint", metavar="SECONDS",
    ),
    Field(
        "reading.field_strength", "Field strength", "number", "visit",
        "Field strength; replaces the file's.",
        unit="T", low=0.01, high=30, optional=True, option="--field-strength", metavar="TESLA",
    ),
    Field(
        "reading.TR", "TR", "number", "visit", "Repetition time; replaces the file's.",
        unit="ms", factor=1000, low=2e-4, high=0.5, optional=True, option="--tr", metavar="MS",
    ),
    Field(
        "reading.FA", "Flip angle", "number", "visit", "Flip angle; replaces the file's.",
        unit="degrees", low=0.01, high=179.9, optional=True,
        option="--flip-angle", metavar="DEGREES",
    ),
    Field(
        "reading.accept_implausible", "Accept implausible values", "switch", "visit",
        "Use frame times, sequence parameters, voxel sizes and AIF values that no study has.",
        option="--accept-implausible",
    ),
    Field(
        "reading.resample_regions", "Resample regions", "switch", "visit",
        "Take the nearest voxel of regions that were drawn on another grid.",
        step=3, option="--resample-regions",
    ),
    Field(
        "reading.reference_level", "Reference level", "choice", "visit",
        "Level of the spine whose region is the reference vertebra, if the regions are named by "
        "their levels.",
        step=3, choices={None: "as drawn", **{level: level for level in LEVELS}},
        option="--reference", metavar="LEVEL",
    ),
    Field(
        "reading.skip_invalid", "Skip invalid voxels", "switch", "common",
        "Leave voxels with NaN, infinite or negative signal unfitted instead of refusing the "
        "series.",
        option="--skip-invalid",
    ),
    # -- preprocessing --------------------------------------------------------------------------
    Field(
        "preprocessing.noise_mask.on", "Remove the background", "switch", "common",
        "Leave voxels without tissue unfitted.",
        option="--no-noise-mask", off="Fit the background too.",
    ),
    Field(
        "preprocessing.noise_mask.level", "Background threshold", "number", "common",
        "Factor on the automatic threshold of the background; more removes more.",
        low=0.01, high=100, option="--noise-level", metavar="FACTOR",
    ),
    Field(
        "preprocessing.noise_mask.closing", "Closed gaps", "number", "common",
        "Gaps in the body that are narrower than this count as tissue.",
        unit="mm", low=0, high=1000, option="--noise-closing", metavar="MM",
    ),
    Field(
        "preprocessing.noise_mask.smallest", "Smallest piece", "number", "common",
        "Pieces of tissue smaller than this fraction of the largest one count as background.",
        low=0, high=1, option="--noise-smallest", metavar="FRACTION",
    ),
    Field(
        "preprocessing.motion.on", "Correct motion", "switch", "common",
        "Move every frame back to where the spine lay before the bolus.",
        option="--motion",
    ),
    Field(
        "preprocessing.motion.least", "Least motion", "number", "common",
        "Frames that moved less than this are left alone.",
        unit="mm", low=0, high=100, option="--motion-least", metavar="MM",
    ),
    Field(
        "preprocessing.motion.through_plane", "Motion through the slices", "switch", "common",
        "Also shift and tilt across the slices.",
        option="--motion-through-plane",
    ),
    Field(
        "preprocessing.motion.posterior", "Posterior part of the body", "number", "common",
        "Fraction of the body, from the back, that motion is corrected for.",
        low=0.01, high=1, option="--motion-posterior", metavar="FRACTION",
    ),
    Field(
        "preprocessing.spikes.on", "Remove spikes", "switch", "common",
        "Replace single frames that stick out of a curve.",
        option="--spikes",
    ),
    Field(
        "preprocessing.spikes.height", "Spike height", "number", "common",
        "Noise standard deviations by which a spike sticks out.",
        low=0.1, high=1000, option="--spike-height", metavar="SD",
    ),
    Field(
        "preprocessing.space.method", "Smoothing in space", "choice", "common",
        "Smoothing within the slices.",
        choices={"off": "off", "gaussian": "Gaussian", "edge_preserving": "edge-preserving"},
        option="--smoothing",
    ),
    Field(
        "preprocessing.space.width", "Width in space", "number", "common",
        "Full width at half maximum of the smoothing in space.",
        unit="mm", low=0.01, high=1000, option="--smoothing-width", metavar="MM",
    ),
    Field(
        "preprocessing.space.contrast", "Edge contrast", "number", "common",
        "Edge-preserving smoothing: noise standard deviations by which curves at an edge differ.",
        low=0.01, high=1000, option="--smooth-contrast", metavar="SD",
    ),
    Field(
        "preprocessing.space.through_plane", "Smooth through the slices", "switch", "common",
        "Smooth across the slices too.",
        option="--smooth-through-plane",
    ),
    Field(
        "preprocessing.time.on", "Smooth in time", "switch", "common",
        "Smooth the curves after the first pass.",
        option="--smoothing-in-time",
    ),
    Field(
        "preprocessing.time.width", "Width in time", "number", "common",
        "Full width at half maximum of the smoothing in time.",
        unit="s", low=0.01, high=10_000, option="--smoothing-time-width", metavar="SECONDS",
    ),
    Field(
        "preprocessing.time.contrast", "Contrast in time", "number", "common",
        "Noise standard deviations by which samples at a step of the curve differ.",
        low=0.01, high=1000, option="--smooth-time-contrast", metavar="SD",
    ),
    Field(
        "preprocessing.time.first_pass", "First pass", "number", "common",
        "Time after the artery's peak for which the frames are left as they are.",
        unit="s", low=0, high=10_000, option="--smooth-time-first-pass", metavar="SECONDS",
    ),
    # -- contrast agent --------------------------------------------------------------------------
    Field(
        "contrast.agent", "Contrast agent", "choice", "visit",
        "Contrast agent that was injected; its relaxivities are used where none are given.",
        choices={
            None: "as the files say",
            **{name: agent.title for name, agent in CONTRAST_AGENTS.items()},
        },
        option="--agent",
    ),
    Field(
        "contrast.dose", "Dose", "number", "visit",
        "Dose of contrast agent per body weight; replaces the file's.",
        unit="mmol/kg", low=0.001, high=1, optional=True, option="--dose", metavar="MMOL_PER_KG",
    ),
    Field(
        "contrast.rate", "Injection rate", "number", "visit",
        "Rate of the injection; replaces the file's.",
        unit="mL/s", low=0.01, high=50, optional=True, option="--injection-rate",
        metavar="ML_PER_S",
    ),
    Field(
        "contrast.concentration", "Agent concentration", "number", "visit",
        "Concentration of the contrast agent as injected; the product's by default.",
        unit="mmol/mL", low=0.01, high=2, optional=True, option="--agent-concentration",
        metavar="MMOL_PER_ML",
    ),
    # -- signal to concentration ----------------------------------------------------------------
    Field(
        "concentration.signal", "Signal", "choice", "common",
        "What is fitted: concentration, relative signal change or signal difference.",
        choices={
            "absolute": "concentration (mM)",
            "relative": "relative change (S−S0)/S0",
            "difference": "difference S−S0",
        },
        option="--signal",
    ),
    Field(
        "concentration.T1_source", "T10 from", "choice", "common",
        "Source of the tissue's T1 before contrast (T10).",
        choices={
            None: "T10 if given, or what the study has",
            "fixed": "one fixed T10",
            "map": "a T1 map",
            "vfa": "several flip angles",
            "muscle": "the signal of muscle",
        },
        option="--t1-from",
    ),
    Field(
        "concentration.T10", "T10", "number", "common",
        "T1 of all tissue before contrast, where T10 is one fixed value.",
        unit="ms", factor=1000, low=0.05, high=10, optional=True, option="--t10", metavar="MS",
    ),
    Field(
        "concentration.muscle_T10", "T10 of muscle", "number", "common",
        "T1 of muscle before contrast, where T10 comes from muscle; the literature's at the "
        "study's field by default.",
        unit="ms", factor=1000, low=0.05, high=10, optional=True,
        option="--muscle-t10", metavar="MS",
    ),
    Field(
        "concentration.r1", "r1", "number", "common",
        "Relaxivity of the contrast agent in blood; the agent's at the study's field by default.",
        unit="1/s/mM", low=0.1, high=100, optional=True, option="--r1", metavar="PER_S_PER_MM",
    ),
    Field(
        "concentration.baseline_frames", "Baseline frames", "count", "common",
        "Number of frames before the bolus; found from the curves by default.",
        low=1, high=10_000, optional=True, option="--baseline-frames", metavar="N",
    ),
    # -- arterial input function ----------------------------------------------------------------
    Field(
        "aif.source", "AIF from", "choice", "visit",
        "Source of the arterial input function.",
        step=2,
        choices={
            "auto": "found in the images",
            "mask": "drawn aorta",
            "file": "a file",
            "parker": "population (Parker 2006)",
            "georgiou": "population (Georgiou 2019)",
            "weinmann": "population (Weinmann 1984)",
        },
        option="--aif",
    ),
    Field(
        "aif.Hct", "Hct", "number", "visit",
        "Haematocrit of the patient, as a fraction.",
        low=0, high=0.8, option="--hct", metavar="FRACTION",
    ),
    Field(
        "aif.blood_T10", "T10 of blood", "number", "common",
        "T1 of blood before contrast; the literature's at the study's field by default.",
        unit="ms", factor=1000, low=0.05, high=10, optional=True,
        option="--blood-t10", metavar="MS",
    ),
    Field(
        "aif.r2", "r2 of blood", "number", "common",
        "T2* relaxivity of blood, with which the curve of the artery is corrected; by default the "
        "agent's if phase images confirm it, else 0.",
        unit="1/s/mM", low=0, high=100, optional=True, option="--blood-r2", metavar="PER_S_PER_MM",
    ),
    Field(
        "aif.peak", "First pass from", "choice", "common",
        "Whether the phase images correct the first pass.",
        step=2,
        choices={"magnitude": "magnitude", "phase": "mean of magnitude and phase"},
        option="--aif-peak",
    ),
    Field(
        "aif.fitted", "Fit the population AIF", "switch", "common",
        "Fit a population AIF's arrival and scale to the artery in the images.",
        step=2, option="--aif-fitted",
    ),
    Field(
        "aif.time_unit", "Time unit of the AIF file", "choice", "visit",
        "Unit of the times in an AIF file that does not say.",
        step=2,
        choices={None: "as the file says", "s": "s", "ms": "ms", "min": "min"},
        option="--aif-time-unit",
    ),
    Field(
        "aif.medium", "Medium of the AIF file", "choice", "visit",
        "Whether an AIF file that does not say holds whole blood or plasma.",
        step=2,
        choices={None: "as the file says", "blood": "whole blood", "plasma": "plasma"},
        option="--aif-medium",
    ),
    # -- fit ------------------------------------------------------------------------------------
    Field(
        "fit.model", "Model", "choice", "common", "Tissue model.",
        choices=dict(MODEL_TITLES),
        option="--model",
    ),
    Field(
        "fit.shift", "Shift", "number", "visit",
        "Time by which the AIF is moved later; auto takes what lesions and references propose.",
        step=2, unit="s", low=-600, high=600, words=("auto",),
        option="--shift", metavar="SECONDS",
    ),
    Field(
        "fit.shift_by", "Shifts for", "choice", "common",
        "Whether every lesion and reference uses its own delay, or each slice or the study has a "
        "shift.",
        step=2,
        choices={"region": "each region", "slice": "each slice", "study": "the study"},
        option="--shift-by",
    ),
    Field(
        "fit.shifts", "Own shifts", "numbers by name", "visit",
        "Shift of a single region, or of a slice as “slice N”.",
        step=2, unit="s", low=-600, high=600, option="--shift-of", metavar="NAME=SECONDS",
    ),
    Field(
        "fit.fit_delay", "Fit a delay", "switch", "common",
        "Fit an additional delay in every voxel.",
        option="--fit-delay",
    ),
    Field(
        "fit.kep_low", "Lowest kep", "number", "common",
        "Lowest kep that is fitted; 0.001 /min by default.",
        unit="1/min", low=1e-5, high=0.5, optional=True, option="--kep-low", metavar="PER_MIN",
    ),
    Field(
        "fit.kep_high", "Highest kep", "number", "common",
        "Highest kep that is fitted; by default 100 /min for Tofts, and for extended Tofts what "
        "the frame interval can resolve.",
        unit="1/min", low=1.0, high=1000.0, optional=True, option="--kep-high",
        metavar="PER_MIN",
    ),
    Field(
        "fit.integration", "Interpolation of the AIF", "choice", "common",
        "How the AIF runs between its samples.",
        choices={"cubic": "cubic", "linear": "linear"},
        option="--integration",
    ),
    # -- files ----------------------------------------------------------------------------------
    Field(
        "inputs.study", "Study", "file", "visit", "Folder or file with the images.",
        optional=True, metavar="STUDY",
    ),
    Field(
        "inputs.T1_map", "T1 map", "file", "visit", "T1 map on the dynamic grid, in ms or s.",
        optional=True, option="--t1-map", metavar="FILE",
    ),
    Field(
        "inputs.aif_mask", "Aorta", "file", "visit", "Mask of the artery.",
        step=3, optional=True, option="--aif-mask", metavar="FILE",
    ),
    Field(
        "inputs.aif_file", "AIF file", "file", "visit",
        "AIF as two columns: time [s], Cb [mM].",
        step=2, optional=True, option="--aif-file", metavar="FILE",
    ),
    Field(
        "inputs.aif_region", "Search region", "file", "visit",
        "Label map of where the artery is searched.",
        step=3, optional=True, option="--aif-region", metavar="FILE",
    ),
    Field(
        "inputs.aif_selection", "Artery selection", "file", "visit",
        "Changes by hand to the artery that was found, as JSON.",
        step=2, optional=True, option="--aif-selection", metavar="FILE",
    ),
    Field(
        "inputs.roi", "Regions", "files", "visit",
        "Regions: .seg.nrrd, DICOM Segmentation or structure set, or a label map.",
        step=3, optional=True, option="--roi", metavar="FILE",
    ),
    Field(
        "inputs.size", "Size", "files", "visit",
        "Outline of the lesion on any images, or two rulers (.mrk.json).",
        step=3, optional=True, option="--size", metavar="FILE",
    ),
    Field(
        "inputs.out", "Output folder", "file", "common", "Folder for the results.",
        step=5, optional=True, option="-o", metavar="FOLDER",
    ),
)  # fmt: skip

#: Path → description, in the order in which forms show them.
FORM: dict[str, Field] = {one.path: one for one in _FIELDS}


def settings_fields() -> list[Field]:
    """Return the fields that are settings, not input files."""
    return [one for one in _FIELDS if not one.path.startswith("inputs.")]


def check_settings(settings: Any) -> None:
    """Refuse settings with a value that is not allowed.

    Raises:
        InputError: see :meth:`Field.check`.
    """
    for one in settings_fields():
        one.check(value_at(settings, one.path))


def value_at(settings: Any, path: str) -> Any:
    """Return the value at a dotted path, in the engine's unit."""
    value = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value
