"""Published results of Behar et al. (AJNR 2023;44:1451) beside those of a digital cohort.

The true changes of the cohort have the published statistics, and every study is analysed as a
patient's study would be. The differences therefore come from noise, signal model and program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from SpineDCELib.cohort.cohort_statistics import CohortResult, kind_of, label_of
from SpineDCELib.cohort.cohort_table import CohortTable
from SpineDCELib.cohort.cohort_text import p_text
from SpineDCELib.cohort.comparison_folder import VISITS, read_changes
from SpineDCELib.phantom.phantom_cohort import Member
from SpineDCELib.vocabulary.quantities import signed

GROUPS = {"response": "response", "persistent": "persistent disease"}
#: Columns of ``participants.tsv`` that are tested.
QUANTITIES = ("change_vp", "change_Ktrans", "change_area", "change_signal")

#: Row → result in the paper. Its intervals are not those of a binomial proportion.
PRINTED = {
    "patients": "11 persistent disease, 38 response",
    "age [years], response": "61 ± 13",
    "age [years], persistent disease": "68 ± 7",
    "men": "29 (24 and 5)",
    "primary, most frequent": "lung 12, kidney 9, breast 5, prostate 4, thyroid 4",
    "level": "thoracic 27, lumbar 16, sacral 4, cervical 2",
    "days from radiation to the second visit, median": "62",
    "ΔVp [%], mean, response": "−57.3",
    "ΔVp [%], mean, persistent disease": "+88.2",
    "ΔVp [%], median, response": "−81.1",
    "ΔVp [%], median, persistent disease": "+1.43",
    "ΔVp, Mann-Whitney": "P < .001 (text: P = .0002)",
    "ΔVp, AUC (95 %)": "0.86 (0.717–1)",
    "ΔVp, best cutoff [%]": "−40",
    "ΔVp > −40 %, sensitivity (95 %)": "10/11 (91 %; 82–97 %)",
    "ΔVp > −40 %, specificity (95 %)": "33/38 (87 %; 73–94 %)",
    "ΔKtrans [%], mean, response": "−11.7",
    "ΔKtrans [%], mean, persistent disease": "+51.4",
    "ΔKtrans, Mann-Whitney": "P = .037",
    "Δarea, AUC (95 %)": "0.68 (0.505–0.846)",
    "Δarea, best cutoff [%]": "−10",
    "Δarea > −10 %, sensitivity (95 %)": "9/11 (82 %; 67–90 %)",
    "Δarea > −10 %, specificity (95 %)": "18/38 (47 %; 37–67 %)",
    "Δsignal, fall within response": "P = .0021",
    "Δsignal, rise within persistent disease": "P = .0317",
    "Figure 1, normalised Vp": "9.26 → 1.13 (−87.8 %)",
    "Figure 2, normalised Vp": "5.48 → 9.03 (+64.8 %)",
    "Figure 2, area": "−19.4 %",
}


@dataclass(frozen=True)
class Example:
    """Example patient: normalised Vp at baseline and follow-up, changes in %."""

    figure: str
    before: float
    after: float
    change_vp: float
    change_area: float


def demographics_of(member: Member) -> dict[str, str]:
    """Return the demographics of a patient for the table of the cohort."""
    p = member.patient
    age = int((p.before.when - p.born).days / 365.25)
    return {
        "group": GROUPS[p.response],
        "age": str(age),
        "sex": p.sex,
        "primary": p.primary,
        "level": p.before.plan.lesion.level,
        "days_after_RT": str(member.days),
    }


def true_table(members: Sequence[Member]) -> CohortTable:
    """Return the true changes of the cohort as a table."""
    demographics = [demographics_of(m) for m in members]
    return CohortTable(
        tuple(m.patient.key for m in members),
        np.array([m.patient.response == "persistent" for m in members]),
        (GROUPS["response"], GROUPS["persistent"]),
        {
            "change_vp": np.array([m.change_vp for m in members]),
            "change_Ktrans": np.array([m.change_Ktrans for m in members]),
            "change_area": np.array([m.change_area for m in members]),
        },
        {
            name: tuple(one[name] for one in demographics)
            for name in demographics[0]
            if name != "group"
        },
    )


def facts(result: CohortResult, examples: Sequence[Example] = ()) -> dict[str, str]:
    """Return the numbers of the paper's table as text: row → text."""
    table = result.table
    ages, days = (np.array(table.demographics[name], float) for name in ("age", "days_after_RT"))
    sexes, groups = table.demographics["sex"], {"response": ~table.positive}
    groups["persistent disease"] = table.positive
    men = [int(sum(s == "M" for s in np.array(sexes)[mask])) for mask in groups.values()]
    count = int(table.positive.sum())
    found = {
        "patients": f"{count} persistent disease, {table.positive.size - count} response",
        **{
            f"age [years], {name}": f"{ages[mask].mean():.0f} ± {ages[mask].std(ddof=1):.0f}"
            for name, mask in groups.items()
            if mask.sum() > 1
        },
        "men": f"{sum(men)} ({men[0]} and {men[1]})",
        "primary, most frequent": _counts(table.demographics["primary"], 5),
        "level": _counts([_PART[level[0]] for level in table.demographics["level"]]),
        "days from radiation to the second visit, median": f"{np.median(days):.0f}",
    }
    for quantity, (positive, negative) in result.groups.items():
        name, roc = label_of(quantity), result.rocs[quantity]
        if kind_of(quantity) != "area":
            for word in ("mean", "median"):
                digits = 2 if (kind_of(quantity), word) == ("vp", "median") else 1
                for group, s in (("response", negative), ("persistent disease", positive)):
                    value = getattr(s, word)
                    own = digits if group != "response" else 1
                    found[f"{name} [%], {word}, {group}"] = signed(value, own)
        found[f"{name}, Mann-Whitney"] = p_text(result.tests[quantity].P)
        if kind_of(quantity) == "signal":
            up, down = result.within[quantity]
            found[f"{name}, fall within response"] = p_text(down.P)
            found[f"{name}, rise within persistent disease"] = p_text(up.P)
        low, high = roc.interval
        found[f"{name}, AUC (95 %)"] = f"{roc.auc:.2f} ({low:.2f}–{high:.2f})"
        interval = " to ".join(signed(x) for x in roc.best_interval)
        known = np.isfinite(roc.best_interval).all()
        found[f"{name}, best cutoff [%]"] = signed(roc.best.value) + (
            f" ({interval})" if known else ""
        )
        if quantity in result.fixed:
            at = result.fixed[quantity].found
            head = f"{name} > {signed(at.value, 0)} %"
            found[f"{head}, sensitivity (95 %)"] = str(at.sensitivity)
            found[f"{head}, specificity (95 %)"] = str(at.specificity)
    for e in examples:
        found[f"{e.figure}, normalised Vp"] = (
            f"{e.before:.2f} → {e.after:.2f} ({signed(e.change_vp)} %)"
        )
        found[f"{e.figure}, area"] = f"{signed(e.change_area)} %"
    return found


_PART = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}


def _counts(words: Sequence[str], most: int | None = None) -> str:
    """Words with their counts, the most frequent first; "other" is left to the end."""
    counts = Counter(sorted(words))
    listed = [(w, n) for w, n in counts.most_common() if w != "other"][:most]
    return ", ".join(f"{word} {n}" for word, n in listed)


def beside(truth: dict[str, str], found: dict[str, str]) -> list[list[str]]:
    """Return rows of name, paper, truth of the cohort, reproduced."""
    names = list(dict.fromkeys([*found, *PRINTED]))
    return [
        [name, PRINTED.get(name, "–"), truth.get(name, "–"), found.get(name, "–")]
        for name in names
        if name in found
    ]


HEADER = ["", "paper", "truth", "reproduced"]


def against_truth(results: Path, members: Sequence[Member]) -> list[str]:
    """Describe the differences between measured and true values in sentences.

    Args:
        results: folder with a comparison of each of ``members``.
    """
    ratios: list[float] = []
    errors: dict[str, list[float]] = {"Vp": [], "Ktrans": []}
    for member in members:
        measured = read_changes(results / member.patient.key)
        for word in VISITS:
            ratios.append(measured[f"vp_{word}"] / member.patient.visit(word).normalised_vp)
        # The error is that of the ratio follow-up/baseline, so that a large rise does not weigh
        # more than a fall.
        for name, key, true in (
            ("Vp", "change_vp", member.change_vp),
            ("Ktrans", "change_Ktrans", member.change_Ktrans),
        ):
            errors[name].append((1 + measured[key] / 100) / (1 + true / 100) - 1)
    if not ratios:
        return []
    low, middle, high = np.percentile(ratios, (5, 50, 95))
    found = [
        f"Measured over true normalised Vp: median {middle:.2f} (5th to 95th percentile "
        f"{low:.2f} to {high:.2f}), {len(ratios)} studies."
    ]
    for name, values in errors.items():
        a, b, c = 100 * np.percentile(values, (5, 50, 95))
        found.append(
            f"Error of the ratio of follow-up to baseline {name}: median {signed(b)} % (5th to "
            f"95th percentile {signed(a)} to {signed(c)} %), {len(values)} patients."
        )
    return found
