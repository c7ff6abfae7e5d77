"""Two patients in two visits each, after the worked examples of Behar et al., AJNR 2023.

Only the numbers that the examples print are theirs: normalised Vp 9.26 → 1.13 (A), 5.48 → 9.03 with
a lesion 19.4 % smaller (B). Levels, ages, dates and everything else are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.phantom.anatomy import LesionForm, Plan
from SpineDCELib.phantom.conditions import Conditions
from SpineDCELib.phantom.forward_model import Bolus
from SpineDCELib.phantom.tissues import TISSUES

VISITS = ("before", "after")


@dataclass(frozen=True)
class Visit:
    """One examination of one patient.

    Attributes:
        plan: the anatomy. normalised_vp: lesion over reference, as the expert ROIs measure it.
        shift, rotation: of the patient in the scanner, mm and degrees (about left, posterior, up).
        gain: the scanner's scale; snr: of marrow near the coil in one dynamic frame.
        when: start of the examination.
        conditions: agent, blood, delays, T10, B1 and protocol.
    """

    plan: Plan
    normalised_vp: float
    bolus: Bolus
    shift: tuple[float, float, float]
    rotation: tuple[float, float, float]
    gain: float
    snr: float
    when: datetime
    hct: float = 0.42
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def pose(self) -> NDArray[np.float64]:
        """4×4, patient mm → scanner mm."""
        a, b, c = np.deg2rad(self.rotation)
        rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
        rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
        pose = np.eye(4)
        pose[:3, :3] = rz @ ry @ rx
        pose[:3, 3] = self.shift
        return pose


@dataclass(frozen=True)
class Patient:
    key: str
    name: str
    sex: str
    born: datetime
    weight: float  #: kg
    primary: str
    before: Visit
    after: Visit
    response: str

    @property
    def visits(self) -> Mapping[str, Visit]:
        """Name → visit, in their order."""
        return dict(zip(VISITS, (self.before, self.after), strict=True))

    def visit(self, name: str) -> Visit:
        if name not in self.visits:
            raise InputError(
                f"There is no visit {name!r}; the visits are {' and '.join(self.visits)}.",
                code="unknown_choice",
                about=name,
            )
        return self.visits[name]


_LESION = TISSUES["lesion"]

_FORM_A = LesionForm(
    "L2",
    (
        ((-2.0, -1.0, 0.5), (14.0, 11.5, 9.5)),
        ((-11.0, 6.0, 2.0), (10.0, 9.0, 8.5)),
        ((-20.0, 7.0, -1.0), (8.5, 9.0, 9.5)),
    ),
    "right paraspinal",
)
_FORM_B = LesionForm(
    "T12",
    (
        ((2.0, 0.0, 0.0), (13.0, 11.0, 9.0)),
        ((6.0, 9.0, 1.0), (8.5, 7.0, 8.0)),
        ((7.0, 17.0, 0.0), (5.0, 5.0, 9.0)),
    ),
    "left epidural",
)

_PLAN_A = Plan(
    _FORM_A,
    _LESION.named("lesion", Ktrans=0.09, ve=0.18),
    "L3",
    scale=0.93,
    marrow={"T11": "fatty marrow"},
    haemangioma="L5",
    fracture="T9",
)
_PLAN_B = Plan(
    _FORM_B,
    _LESION.named("lesion", Ktrans=0.07, ve=0.16, T10=1.10),
    "L1",
    scale=0.96,
    marrow={"L4": "fatty marrow"},
    haemangioma="T10",
    fracture="L3",
)

PATIENTS = {
    "A": Patient(
        "A",
        "Phantom^Anna",
        "F",
        datetime(1959, 4, 17),
        64.0,
        "breast",
        Visit(
            _PLAN_A,
            9.26,
            Bolus(27.5, 6.2, 8.0, plateau=1.15),
            (1.0, 2.0, -3.0),
            (0.5, -0.8, 0.6),
            1.0,
            34.0,
            datetime(2021, 3, 2, 9, 12, 30),
        ),
        Visit(
            replace(
                _PLAN_A,
                lesion_scale=0.86,
                treated=True,
                lesion_tissue=_LESION.named("lesion", T10=0.90, Ktrans=0.03, ve=0.15, T2=0.065),
            ),
            1.13,
            Bolus(31.0, 5.5, 8.6, plateau=1.05),
            (-2.5, 5.0, 6.0),
            (-1.5, 1.0, -1.2),
            1.35,
            30.0,
            datetime(2021, 5, 18, 14, 40, 5),
        ),
        "response",
    ),
    "B": Patient(
        "B",
        "Phantom^Bruno",
        "M",
        datetime(1951, 11, 3),
        82.0,
        "kidney",
        Visit(
            _PLAN_B,
            5.48,
            Bolus(29.0, 5.8, 8.4, plateau=1.10),
            (0.5, -3.0, 2.0),
            (1.0, 0.6, -0.5),
            0.8,
            32.0,
            datetime(2020, 9, 21, 11, 5, 0),
        ),
        Visit(
            replace(
                _PLAN_B,
                lesion_scale=float(np.sqrt(1 - 0.194)),
                lesion_tissue=_LESION.named("lesion", Ktrans=0.10, ve=0.18, T10=1.05),
            ),
            9.03,
            Bolus(26.0, 6.0, 7.8, plateau=1.18),
            (3.0, 4.0, -5.0),
            (-1.0, -1.0, 1.5),
            0.62,
            31.0,
            datetime(2020, 12, 14, 8, 20, 45),
        ),
        "persistent",
    ),
}


def patient_named(key: str) -> Patient:
    if key not in PATIENTS:
        raise InputError(
            f"There is no phantom patient {key!r}; the patients are {', '.join(PATIENTS)}.",
            code="unknown_choice",
            about=key,
        )
    return PATIENTS[key]


def drawn_patient(key: str, seed: int) -> Patient:
    """Return a sample patient for drawn conditions; name, ID and UIDs are those of the seed.

    Raises:
        InputError: unknown patient.
    """
    who = patient_named(key)
    return replace(who, key=f"{who.key}-{seed}", name=f"{who.name} {seed}")
