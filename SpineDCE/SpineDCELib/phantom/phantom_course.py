"""Digital patients with any number of visits: response, persistence, recurrence, fracture.

The values of normalised Vp are a choice, not literature. The patient is patient A of the samples;
position, bolus, gain and noise are drawn separately for every visit.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.phantom.forward_model import Bolus
from SpineDCELib.phantom.patients import PATIENTS, Patient, Visit
from SpineDCELib.phantom.phantom_study import write_study
from SpineDCELib.progress import Progress, part, silent

#: Days from one visit to the next, and from the baseline visit to radiation therapy.
INTERVAL, RADIATION = 75, 12
#: Normalised Vp at the baseline visit.
BASELINE_VP = 6.0
MOST_VISITS = 12


@dataclass(frozen=True)
class Scenario:
    """What becomes of a lesion.

    Attributes:
        title: in words.
        turn: place of the visit in which it recurs or the vertebra breaks; None for neither.
        factors: of normalised Vp relative to the baseline visit, one per visit.
    """

    title: str
    factors: tuple[float, ...]
    turn: int | None = None


@dataclass(frozen=True)
class CoursePatient(Patient):
    """A patient with a scenario; ``before`` and ``after`` are the first two visits."""

    scenario: Scenario = Scenario("", ())
    later: tuple[Visit, ...] = ()

    @property
    def visits(self) -> Mapping[str, Visit]:
        """Name → visit, in their order."""
        every = (self.before, self.after, *self.later)
        return {f"visit-{place + 1}": visit for place, visit in enumerate(every)}


def scenarios(visits: int) -> dict[str, Scenario]:
    """Return the scenarios that so many visits can show.

    Raises:
        InputError: code "out_of_range".
    """
    if not 2 <= visits <= MOST_VISITS:
        raise InputError(
            f"A course has 2 to {MOST_VISITS} visits, not {visits}.",
            code="out_of_range",
            about=str(visits),
        )
    falling = [1.0, *(0.22 + 0.18 * 0.5**k for k in range(visits - 1))]
    steady = [1.0, *(1.0 + 0.12 * (-1) ** k for k in range(visits - 1))]
    found = {
        "response": Scenario("response", tuple(falling)),
        "persistence": Scenario("persistent disease", tuple(steady)),
    }
    if visits > 2:
        turn = max(2, visits // 2)
        risen = [
            f if k < turn else min(0.75 * 1.3 ** (k - turn), 1.4) for k, f in enumerate(falling)
        ]
        found["recurrence"] = Scenario("response, then recurrence", tuple(risen), turn)
        broken = [0.8 if k == turn else f for k, f in enumerate(falling)]
        found["fracture"] = Scenario(
            "response, with pseudo-progression by a fracture", tuple(broken), turn
        )
    return found


def course_patient(key: str, scenario: Scenario, *, seed: int = 2023) -> CoursePatient:
    """Return the patient of a scenario; the seed draws position, bolus, gain and noise level."""
    rng = np.random.default_rng([seed, *key.encode()])
    model = PATIENTS["A"]
    plan = model.before.plan
    visits = []
    for place, factor in enumerate(scenario.factors):
        fractured = scenario.title.endswith("fracture") and place >= (scenario.turn or 0)
        tissue = plan.lesion_tissue.named(
            "lesion",
            Ktrans=plan.lesion_tissue.Ktrans * (0.35 + 0.65 * factor),
            # A fresh fracture is oedema: water, and a longer T1.
            T10=1.25 if fractured and place == scenario.turn else 1.0,
        )
        own = replace(
            plan,
            lesion_tissue=tissue,
            lesion_scale=1.0 if place == 0 else 0.96,
            treated=place > 0,
            fracture=plan.lesion.level if fractured else plan.fracture,
        )
        visits.append(
            Visit(
                own,
                BASELINE_VP * factor,
                Bolus(
                    float(rng.uniform(25, 33)),
                    float(rng.uniform(5.2, 6.8)),
                    float(rng.uniform(7.5, 9.0)),
                    plateau=float(rng.uniform(1.0, 1.25)),
                ),
                tuple(rng.normal(0, 3, 3).tolist()),
                tuple(rng.normal(0, 1, 3).tolist()),
                float(np.exp(rng.normal(0, 0.25))),
                float(rng.uniform(28, 34)),
                model.before.when + timedelta(days=INTERVAL * place),
            )
        )
    first, second, *later = visits
    return CoursePatient(
        key, f"Phantom^{key}", model.sex, model.born, model.weight, model.primary, first, second,
        scenario.title, scenario, tuple(later),
    )  # fmt: skip


def write_courses(
    out: Path | str,
    visits: int,
    *,
    only: Sequence[str] | None = None,
    size: str = "full",
    seed: int = 2023,
    motion: bool = True,
    noise: bool = True,
    progress: Progress = silent,
) -> dict[str, Path]:
    """Write one patient per scenario: ``out/SCENARIO/visit-1/dicom`` …, and the truth beside it.

    ``out/SCENARIO/truth.json`` has the values over the course, and ``out/courses.csv`` those of
    all patients.

    Args:
        visits: of each patient. only: names of the scenarios to write; all if None.

    Returns:
        Scenario → folder of the patient.

    Raises:
        InputError: see :func:`scenarios` and :func:`write_study`.
    """
    chosen = {name: one for name, one in scenarios(visits).items() if only is None or name in only}
    out = Path(out)
    total = visits * len(chosen)
    rows = []
    done = 0
    for name, scenario in chosen.items():
        patient = course_patient(name, scenario, seed=seed)
        for place, visit in enumerate(patient.visits):
            write_study(
                out / name / visit, patient=patient, visit=visit, size=size, seed=seed,
                motion=motion, noise=noise,
                progress=part(progress, done / total, (done + 1) / total),
            )  # fmt: skip
            done += 1
            when = patient.visits[visit].when
            rows.append(
                [name, place + 1, when.date().isoformat(), INTERVAL * place,
                 scenario.factors[place] * BASELINE_VP, 100 * (scenario.factors[place] - 1)]
            )  # fmt: skip
        text = json.dumps(_truth(patient), indent=2)
        (out / name / "truth.json").write_text(text + "\n", encoding="utf-8")
    with (out / "courses.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["scenario", "visit", "date", "days", "true_nVp", "true_change_Vp_percent"])
        writer.writerows(rows)
    return {name: out / name for name in chosen}


def _truth(patient: CoursePatient) -> dict[str, object]:
    scenario = patient.scenario
    recurs = "recurrence" in scenario.title
    turn = None if scenario.turn is None else scenario.turn + 1
    radiation = patient.before.when + timedelta(days=RADIATION)
    return {
        "patient": patient.key,
        "course": scenario.title,
        "normalised_vp": [BASELINE_VP * factor for factor in scenario.factors],
        "recurs_at_visit": turn if recurs else None,
        "fracture_at_visit": None if recurs else turn,
        "events": [{"date": radiation.date().isoformat(), "kind": "radiation"}],
        "visits": {name: visit.when.date().isoformat() for name, visit in patient.visits.items()},
    }
