"""A cohort of 49 patients in two visits, after the groups of Behar et al., AJNR 2023.

Theirs are: 38 patients with response and 11 with persistent disease; 24 and 5 men; age 61 ± 13
and 68 ± 7 years; the primaries; 62 days (median) from radiation to the second visit; the change in
normalised Vp with means of -57.3 and +88.2 %, medians of -81.1 and +1.43 %, AUC 0.86 and the best
cutoff at -40 % (10 of 11, 33 of 38); the change in Ktrans with means of -11.7 and +51.4 % and
P = .037; the change in area with AUC 0.68 and the best cutoff at -10 % (9 of 11, 18 of 38).

Assumed are the single values (lists that fulfil all of this), how the changes in Vp, Ktrans and
area fall on the same patient, Ktrans at baseline, and everything else about each patient. The
levels are thoracic and lumbar; the paper also has two cervical and four sacral ones.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.phantom.anatomy import LesionForm, Plan
from SpineDCELib.phantom.forward_model import Bolus
from SpineDCELib.phantom.patients import VISITS, Patient, Visit
from SpineDCELib.phantom.phantom_study import write_study
from SpineDCELib.phantom.tissues import TISSUES
from SpineDCELib.phantom.vertebra import LEVELS
from SpineDCELib.progress import Progress, part, silent

#: Change in normalised Vp and in area, %. The worked examples are among them: -87.8 in the one
#: group, +64.8 with -19.4 in the other.
CHANGE_VP = {
    "response": (
        *(-94.6, -94.5, -94.3, -94.1, -93.8, -93.0, -92.7, -91.8, -90.3, -89.1, -88.9, -88.7),
        *(-87.8, -87.5, -86.6, -86.4, -86.2, -84.7, -81.9, -80.3, -70.4, -69.9, -65.7, -65.4),
        *(-64.5, -62.4, -60.9, -56.0, -54.1, -52.8, -52.2, -49.6, -43.0, -32.6, 11.3, 31.4),
        *(116.9, 249.6),
    ),
    "persistent": (-91.8, -37.0, -29.1, -12.3, -6.3, 1.43, 10.2, 64.8, 192.2, 340.4, 537.67),
}
CHANGE_AREA = {
    "response": (
        *(-53.3, -52.3, -50.3, -49.9, -43.7, -43.1, -42.5, -42.3, -40.1, -38.3, -35.8, -34.5),
        *(-33.2, -28.2, -17.8, -14.5, -13.5, -11.0, -7.7, -3.4, -2.8, -2.2, 1.0, 2.2, 4.9, 6.0),
        *(6.4, 7.2, 7.3, 8.2, 8.6, 12.5, 13.0, 13.8, 15.2, 15.4, 15.6, 18.7),
    ),
    "persistent": (-34.8, -19.4, -9.0, -2.3, 3.4, 5.2, 6.1, 12.3, 20.2, 25.1, 26.0),
}
CHANGE_KTRANS = {
    "response": (
        *(-85.2, -79.5, -75.6, -72.4, -69.4, -66.7, -64.0, -61.4, -58.9, -56.3, -53.8, -51.3),
        *(-48.7, -46.0, -43.3, -40.5, -37.7, -34.7, -31.6, -28.4, -25.0, -21.4, -17.6, -13.6),
        *(-9.2, -4.6, 0.5, 6.1, 12.2, 19.1, 27.0, 36.1, 46.9, 60.2, 77.3, 101.1, 139.4, 226.3),
    ),
    "persistent": (-64.5, -45.5, -30.0, -14.6, 1.7, 20.0, 41.6, 68.7, 105.6, 164.3, 318.1),
}
EXAMPLE = (64.8, -19.4)

#: Table 1 of the paper: patients of each primary, men, mean and standard deviation of the age.
PRIMARIES = {
    "response": {
        "lung": 9, "kidney": 8, "breast": 3, "prostate": 4, "thyroid": 4, "melanoma": 3, "other": 7,
    },
    "persistent": {"lung": 3, "kidney": 1, "breast": 2, "other": 5},
}  # fmt: skip
MEN = {"response": 24, "persistent": 5}
AGE = {"response": (61.0, 13.0), "persistent": (68.0, 7.0)}
ONLY_SEX = {"prostate": "M", "breast": "F"}


@dataclass(frozen=True)
class Member:
    """One patient of the cohort and what is true of the change."""

    patient: Patient
    days: int
    change_vp: float
    change_Ktrans: float
    change_area: float


def draw_cohort(seed: int = 2023) -> tuple[Member, ...]:
    """The 49 patients; the seed deals the changes and draws everything that is assumed."""
    rng = np.random.default_rng([seed, 49])
    drawn = [one for group in CHANGE_VP for one in _draw_group(group, rng)]
    n = len(drawn)
    days = np.exp(_standardised(rng, n, mean=0.0, sd=0.45))
    days = np.round(days / np.median(days) * 62).astype(int)
    return tuple(
        _member(f"P{k + 1:02d}", drawn[place], int(days[k]), rng)
        for k, place in enumerate(rng.permutation(n))
    )


class _Drawn(NamedTuple):
    """What is drawn for one patient within the group: changes in %, age in years."""

    group: str
    change_vp: float
    change_Ktrans: float
    change_area: float
    sex: str
    age: float
    primary: str


def _draw_group(group: str, rng: np.random.Generator) -> list[_Drawn]:
    pairs = _deal(group, rng)
    n, men = len(pairs), MEN[group]
    Ktrans = _loosely_ordered(CHANGE_KTRANS[group], [vp for vp, _ in pairs], rng)
    mean, sd = AGE[group]
    # Half a year more, because an age counts whole years.
    ages = _standardised(rng, n, mean=mean + 0.5, sd=sd)
    sexes = rng.permutation(["M"] * men + ["F"] * (n - men))
    primaries = _primaries(PRIMARIES[group], sexes, rng)
    return [
        _Drawn(group, vp, K, area, str(sex), float(age), primary)
        for (vp, area), K, sex, age, primary in zip(
            pairs, Ktrans, sexes, ages, primaries, strict=True
        )
    ]


def _loosely_ordered(
    values: Sequence[float], by: Sequence[float], rng: np.random.Generator
) -> list[float]:
    """Deal values so that their order follows that of ``by``, but loosely."""
    rank = np.argsort(np.argsort(by)) + rng.normal(0, len(by) / 4, len(by))
    dealt = np.empty(len(by))
    dealt[np.argsort(rank)] = np.sort(values)
    return [float(value) for value in dealt]


def _deal(group: str, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Which change in area goes with which change in Vp: loosely correlated."""
    vp, area = CHANGE_VP[group], list(CHANGE_AREA[group])
    free = list(vp)
    dealt = []
    if EXAMPLE[0] in free and EXAMPLE[1] in area:
        free.remove(EXAMPLE[0])
        area.remove(EXAMPLE[1])
        dealt.append(EXAMPLE)
    rank = np.argsort(np.argsort(free)) + rng.normal(0, len(free) / 2, len(free))
    return dealt + list(zip(np.array(free)[np.argsort(rank)].tolist(), sorted(area), strict=True))


def _standardised(rng: np.random.Generator, n: int, *, mean: float, sd: float) -> np.ndarray:
    """Normal draws with exactly this mean and standard deviation."""
    z = rng.standard_normal(n)
    values: np.ndarray = mean + sd * (z - z.mean()) / z.std(ddof=1)
    return values


def _primaries(counts: Mapping[str, int], sexes: np.ndarray, rng: np.random.Generator) -> list[str]:
    left = [name for name, count in counts.items() for _ in range(count)]
    given = [""] * len(sexes)
    for name, sex in ONLY_SEX.items():
        able = [i for i, s in enumerate(sexes) if s == sex]
        for i in rng.permutation(able)[: counts.get(name, 0)]:
            given[i] = name
            left.remove(name)
    others = iter(rng.permutation(left))
    return [name or str(next(others)) for name in given]


def _member(key: str, drawn: _Drawn, days: int, rng: np.random.Generator) -> Member:
    group, change_vp, change_Ktrans, change_area, sex, age, primary = drawn
    factor = 1 + change_vp / 100
    # Keeps both visits between 0.3 and 14 times the reference, what tumours and noise allow.
    low, high = max(1.2, 0.35 / factor), min(10.0, 14.0 / factor)
    before_vp = float(rng.uniform(low + 0.4 * (high - low), high))
    Ktrans = float(rng.uniform(0.05, 0.13))
    Ktrans_factor = 1 + change_Ktrans / 100
    level = LEVELS[int(rng.integers(1, 9))]
    reference = LEVELS[LEVELS.index(level) + 1]
    size = 1.12 if level[0] == "L" else 1.0
    lobes = [
        (tuple(rng.uniform(-3, 3, 3)), tuple(size * rng.uniform((12, 10, 8.5), (14, 11.5, 10)))),
        (tuple(rng.uniform((-9, 0, -3), (9, 7, 3))), tuple(size * rng.uniform(7, 10, 3))),
    ]
    lesion = TISSUES["lesion"]
    plan = Plan(
        LesionForm(level, tuple(lobes)),
        lesion.named("lesion", Ktrans=Ktrans, ve=0.18, T10=float(rng.uniform(0.9, 1.2))),
        reference,
        scale=float(rng.uniform(0.90, 0.94) if sex == "F" else rng.uniform(0.95, 1.0)),
    )
    first = datetime(2019, 1, 7, 8) + timedelta(days=int(rng.integers(0, 1000)))
    before = _visit(plan, before_vp, first, rng)
    changed = plan.lesion_tissue.named(
        "lesion", Ktrans=Ktrans * Ktrans_factor, ve=float(np.clip(0.18 * factor**0.2, 0.1, 0.3))
    )
    after_plan = replace(
        plan,
        lesion_scale=float(np.sqrt(1 + change_area / 100)),
        lesion_tissue=changed,
        treated=group == "response",
    )
    after = _visit(after_plan, before_vp * factor, first + timedelta(days=days + 10), rng)
    born = first - timedelta(days=round(age * 365.25))
    patient = Patient(
        key, f"Phantom^{key}", sex, born, float(rng.uniform(55, 95)), primary, before, after, group
    )
    return Member(patient, days, change_vp, change_Ktrans, change_area)


def _visit(plan: Plan, vp: float, when: datetime, rng: np.random.Generator) -> Visit:
    bolus = Bolus(
        float(rng.uniform(25, 33)), float(rng.uniform(5.2, 6.8)), float(rng.uniform(7.5, 9.0)),
        plateau=float(rng.uniform(1.0, 1.25)),
    )  # fmt: skip
    shift, rotation = rng.normal(0, 3, 3), rng.normal(0, 1, 3)
    return Visit(
        plan, vp, bolus, tuple(shift.tolist()), tuple(rotation.tolist()),
        float(np.exp(rng.normal(0, 0.25))), float(rng.uniform(25, 34)),
        when + timedelta(minutes=int(rng.integers(0, 540))),
    )  # fmt: skip


COLUMNS = (
    "patient", "age", "sex", "primary", "level", "reference", "outcome", "days_after_RT",
    "before", "after", "true_nVp_before", "true_nVp_after", "true_change_Vp_percent",
    "true_change_Ktrans_percent", "true_change_area_percent",
)  # fmt: skip


def write_cohort(
    out: Path | str,
    *,
    seed: int = 2023,
    patients: Sequence[str] | None = None,
    size: str = "quick",
    noise: bool = True,
    progress: Progress = silent,
) -> Path:
    """Write the cohort's studies into ``out/P01/before`` … and the table ``out/cohort.csv``.

    A patient's visit that is there already is kept, so that an interrupted call can go on.

    Args:
        patients: keys (``"P01"`` …) of those to write; all when None. The table lists these.
        size: "quick", unless whole studies are wanted.

    Returns:
        The table's path.

    Raises:
        InputError: a key that is not in the cohort.
    """
    members = draw_cohort(seed)
    if patients is not None:
        known = {m.patient.key for m in members}
        wrong = [key for key in patients if key not in known]
        if wrong:
            raise InputError(
                f"The cohort has no patient {wrong[0]!r}; its patients are P01 to P49.",
                code="unknown_choice",
                about=wrong[0],
            )
        members = tuple(m for m in members if m.patient.key in patients)
    out = Path(out)
    total = len(members) * len(VISITS)
    for n, (member, visit) in enumerate((m, v) for m in members for v in VISITS):
        folder = out / member.patient.key / visit
        if (folder / "truth" / "truth.json").exists():
            continue
        listener = part(progress, n / total, (n + 1) / total)
        write_study(
            folder, patient=member.patient, visit=visit, size=size, seed=seed, motion=False,
            noise=noise, progress=listener,
        )  # fmt: skip
    table = out / "cohort.csv"
    draft = table.with_suffix(".part")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(member) for member in members)
    draft.replace(table)
    progress(1.0, "done")
    return table


def _row(member: Member) -> list[object]:
    p = member.patient
    age = int((p.before.when - p.born).days / 365.25)
    plan = p.before.plan
    numbers = (
        p.before.normalised_vp, p.after.normalised_vp,
        member.change_vp, member.change_Ktrans, member.change_area,
    )  # fmt: skip
    return [
        p.key, age, p.sex, p.primary, plan.lesion.level, plan.reference, p.response, member.days,
        f"{p.key}/before/dicom", f"{p.key}/after/dicom", *(f"{x:.6g}" for x in numbers),
    ]  # fmt: skip
