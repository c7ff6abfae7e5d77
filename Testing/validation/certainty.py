"""Certainty: does the printed interval hold, and is a decided call right, over drawn patients?

Each pair of visits comes from `small_scenes`: agent, blood, delays, T10, water, B1, protocol,
level, slab and vessels are drawn from published spreads. A pair is analysed in every mode as a
person would: the artery is searched, and drawn by hand only where the search refuses; muscle is
searched, and drawn by hand only where it is not found.
"""

import json
import re
import textwrap
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import process_time

import numpy as np
from SpineDCELib.analysis import Analysis
from SpineDCELib.compare import compare_visits as visits
from SpineDCELib.compare.registration import Registration
from SpineDCELib.errors import InputError
from SpineDCELib.settings import Settings, changed
from SpineDCELib.settings.constants import CUTOFF
from SpineDCELib.settings.values import T1_SOURCES
from validation.small_scenes import make_pair

MODES = ("map", "muscle", "relative")
#: So many voxels wholly inside an artery are an artery in view.
IN_VIEW = 6
#: With less artery in the accepted voxels, or more of other vessels, the artery is wrong.
RIGHT, FOREIGN = 0.4, 0.15
ARTERIES = ("artery", "vertebral")
#: With a smaller share of blood in the accepted voxels, the AIF is too low.
PURE = 0.75
#: True changes, %, that should be decided.
LARGE = (-70.0, 30.0)
#: The rules that choose the artery were made after a look at patients below the first seed, and the
#: interval with those below the second.
LOOKED_AT, INTERVAL_MADE = 2730, 150
#: Mode of records that hold nothing but the artery's search.
SEARCH = "search"


def settings_of(mode, conditions):
    """Return the settings of a mode, with the contrast agent entered."""
    settings = changed(Settings(), fit={"shift": "auto"})
    if mode == "relative":
        settings = changed(settings, concentration={"signal": "relative"})
    else:
        settings = changed(settings, concentration={"T1_source": mode})
    return changed(settings, contrast={"agent": conditions.agent})


def analysis_of(study, mode, settings, live=None, *, drawn_artery=False, drawn_muscle=False):
    """Return the analysis of one visit: ``live``, the visit's earlier one, changed to this."""
    images = replace(study.images, T1_map=study.T1_map if mode == "map" else None)
    regions, roles = dict(study.regions), dict(study.roles)
    if drawn_muscle:
        regions["Muscle"], roles["Muscle"] = study.facts["muscle"], "muscle"
    if drawn_artery:
        settings = changed(settings, aif={"source": "mask"})
    artery = study.share > 0.95
    if drawn_artery and artery.sum() < 3:
        artery = study.share > 0.5
    given = {"regions": regions, "roles": roles, "aif_mask": artery if drawn_artery else None}
    if live is None:
        return Analysis(images, settings, **given)
    # What does not depend on the change, the artery's search among it, is not computed again.
    live.update(study=images, settings=settings, **given)
    return live


def artery_outcome(study, analysis):
    """Return the search's outcome as "right", "wrong: KIND" or "refused", and the reason."""
    try:
        found = analysis.detection()
    except InputError as error:
        return "refused", str(error)
    if found.doubt or not found.mask.any():
        return "refused", found.doubt
    mask = found.mask
    inside = {kind: float(share[mask].mean()) for kind, share in study.kinds.items()}
    arteries = sum(inside.pop(kind, 0.0) for kind in ARTERIES)
    left_heart = inside.pop("left heart", 0.0)
    # Fat at the edge of a thin artery scales its curve; another vessel bends it.
    others = sum(inside.get(vessel, 0.0) for vessel in study.vessels)
    if arteries + left_heart >= RIGHT and others <= FOREIGN:
        return "right" if arteries > left_heart else "right: left heart", ""
    kind = max(inside, key=inside.get, default="tissue")
    return f"wrong: {kind if inside.get(kind, 0) > 0.2 else 'mixed'}", ""


def _about_the_artery(study, analysis):
    """Return how much of the accepted voxels is blood of an artery, and whether a warning said so.

    The blood is that of an artery or of the left heart. Empty where no artery was served.
    """
    try:
        found = analysis.detection()
    except InputError:
        return {}
    if found.doubt or not found.mask.any():
        return {}
    shares = [study.kinds[k] for k in (*ARTERIES, "left heart") if k in study.kinds]
    blood = round(float(sum(s[found.mask].mean() for s in shares)), 3)
    return {"blood": blood, "warned": bool(found.warnings)}


def _served(study, mode, settings, live=None):
    """Return an analysis with an artery and, where it is needed, muscle; and how they came."""
    analysis = analysis_of(study, mode, settings, live)
    drawn_muscle = False
    if mode == "muscle" and analysis.muscle is None:
        drawn_muscle = True
        analysis = analysis_of(study, mode, settings, analysis, drawn_muscle=True)
    outcome, reason = artery_outcome(study, analysis)
    how = {"artery": outcome, "reason": reason, **_about_the_artery(study, analysis)}
    if outcome == "refused" and (study.share > 0.5).sum() >= 3:
        analysis = analysis_of(
            study, mode, settings, analysis, drawn_artery=True, drawn_muscle=drawn_muscle
        )
    return analysis, how | {"drawn_muscle": drawn_muscle}


def _number(value):
    return round(float(value), 4) if np.isfinite(value) else None


def measured(pair, mode, live=None):
    """Return what the program says of a pair in one mode, as a record.

    Args:
        live: visit's number → its analysis, which later modes change instead of making another.
    """
    live = {} if live is None else live
    start = process_time()
    studies = (pair.before, pair.after)
    record = {"mode": mode}
    sides = []
    try:
        for n, study in enumerate(studies):
            settings = settings_of(mode, study.conditions)
            live[n], how = _served(study, mode, settings, live.get(n))
            sides.append((live[n], how))
        record["visits"] = [how for _, how in sides]
        results = [visits.Visit(a, a.result()) for a, _ in sides]
        same = {"Lesion": Registration(np.eye(4), 1.0)}
        comparison = visits.compare_visits(*results, registrations=same, flip_runs=0)
        lesion = comparison.lesions[0]
        change, call = lesion.changes[lesion.parameter], lesion.call
        record |= {
            "change": _number(change.percent),
            "low": _number(change.low),
            "high": _number(change.high),
            "log_SE": _number(change.log_SE),
            "verdict": call.verdict,
            "decided": bool(call.decided),
            "baseline": _number(lesion.before[lesion.parameter].value),
        }
        shares = getattr(change, "shares", None)
        if shares:
            record["shares"] = {s.name: _number(s.log_SD) for s in shares}
    except InputError as error:
        record["visits"] = [how for _, how in sides]
        record["error"] = f"{error.code}: {error}"
    except Exception as error:  # a crash is a result too, and must not end the run
        record["visits"] = [how for _, how in sides]
        record["error"] = f"unexpected {type(error).__name__}: {error}"
    record["seconds"] = round(process_time() - start, 2)
    return record


def facts_of(study):
    return {
        key: value for key, value in study.facts.items() if isinstance(value, (str, int, float))
    }


def run_pair(seed):
    """Make one pair, analyse it in all modes, and return the records with the truth."""
    pair = make_pair(seed)
    truth = {
        "seed": seed,
        "true": round(pair.change, 3),
        "true_over_marrow": round(pair.change_over_marrow, 3),
        "true_baseline": round(pair.before.vp["Lesion"] / pair.before.vp["Reference"], 3),
        "facts": [facts_of(s) for s in (pair.before, pair.after)],
    }
    live = {}
    return [truth | measured(pair, m, live) for m in MODES if m not in missing_modes()]


def missing_modes():
    """Return mode → why it is skipped."""
    return {
        mode: "this version has no such mode"
        for mode in MODES
        if mode != "relative" and mode not in T1_SOURCES
    }


def run_search(seed):
    """Make one pair, search the artery in both visits, and return one record in a list."""
    pair = make_pair(seed)
    studies = (pair.before, pair.after)
    visits = []
    for study in studies:
        analysis = analysis_of(study, "map", settings_of("map", study.conditions))
        outcome, reason = artery_outcome(study, analysis)
        about = _about_the_artery(study, analysis)
        visits.append({"artery": outcome, "reason": reason, **about})
    facts = [facts_of(s) for s in studies]
    return [{"seed": seed, "mode": SEARCH, "facts": facts, "visits": visits}]


def run(pairs=1000, *, store=None, processes=2, progress=print):
    """Analyse the first ``pairs`` patients, except those that ``store`` already holds.

    Args:
        store: file with one record per line; a run that was cut continues from it.
    """
    modes = [m for m in MODES if m not in missing_modes()]
    return _run(run_pair, range(pairs), modes, "pairs", store, processes, progress)


def run_searches(patients=300, *, store=None, processes=2, progress=print):
    """Search the artery in patients at whom nobody looked when its rules were made, as ``run``."""
    seeds = range(LOOKED_AT, LOOKED_AT + patients)
    return _run(run_search, seeds, [SEARCH], "searches", store, processes, progress)


def _run(work, seeds, modes, what, store, processes, progress):
    """Return the records of all seeds, one per mode; those in ``store`` are not computed again."""
    records = []
    if store is not None and Path(store).exists():
        lines = Path(store).read_text(encoding="utf-8").splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("}\n")]
        Path(store).write_text("".join(whole), encoding="utf-8")
        records = [r for r in map(json.loads, whole) if r["seed"] in seeds and r["mode"] in modes]
    complete = Counter(r["seed"] for r in records)
    todo = [seed for seed in seeds if complete[seed] < len(modes)]
    records = [r for r in records if complete[r["seed"]] >= len(modes)]
    with ProcessPoolExecutor(processes) as pool:
        waiting = iter(todo)
        # A few at a time, so that a cut run has stored all but the last few.
        while batch := list(islice(waiting, 10)):
            for done in pool.map(work, batch):
                records += done
                if store is not None:
                    with Path(store).open("a", encoding="utf-8") as file:
                        file.writelines(json.dumps(r) + "\n" for r in done)
            progress(f"certainty: {len({r['seed'] for r in records})} of {len(seeds)} {what}")
    return sorted(records, key=lambda r: (r["seed"], modes.index(r["mode"])))


# -- tables ----------------------------------------------------------------------------------------


def _share(part, whole):
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "–"


def _log(percent):
    return np.log1p(np.asarray(percent, float) / 100)


def is_wrong(record):
    """Whether a decided call is on the wrong side of the cutoff."""
    persistent = record["true"] > CUTOFF
    return record["decided"] and (record["verdict"] == "persistent disease") != persistent


MODE_HEADER = (
    "| mode | pairs | without a number | bias of ln ratio | its SD | interval holds the truth | "
    "decided | decided and wrong | undecided | large changes decided | median interval, "
    "× and ÷ |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def mode_table(records):
    """Return one row per mode as Markdown."""
    rows = [MODE_HEADER]
    for mode in MODES:
        own = [r for r in records if r["mode"] == mode]
        if not own:
            why = missing_modes().get(mode, "not run")
            rows.append(f"| {mode} | skipped: {why} |" + " |" * 9)
            continue
        named = [r for r in own if r.get("change") is not None and r["change"] > -100]
        called = [r for r in named if r["low"] is not None]
        errors = _log([r["change"] for r in named]) - _log([r["true"] for r in named])
        held = sum(r["low"] <= r["true"] <= r["high"] for r in called)
        decided = [r for r in called if r["decided"]]
        wrong = [r for r in decided if is_wrong(r)]
        large = [r for r in called if r["true"] <= LARGE[0] or r["true"] >= LARGE[1]]
        widths = [(_log(r["high"]) - _log(r["low"])) / 2 for r in called if r["low"] > -99.9]
        rows.append(
            f"| {mode} | {len(own)} | {len(own) - len(called)} | {np.mean(errors):+.3f} | "
            f"{np.std(errors):.3f} | {_share(held, len(called))} | "
            f"{_share(len(decided), len(own))} | {_share(len(wrong), len(own))} | "
            f"{_share(len(called) - len(decided), len(own))} | "
            f"{_share(sum(r['decided'] for r in large), len(large))} | "
            f"{np.exp(np.median(widths)):.2f} |"
        )
    return "\n".join(rows)


def share_table(records):
    """Return the median share of each source in the interval, in ln units, as Markdown."""
    rows = []
    for mode in MODES:
        own = [r for r in records if r["mode"] == mode and r.get("shares") and r.get("log_SE")]
        if not own:
            continue
        names = list(own[0]["shares"])
        if not rows:
            rows = [
                f"| mode | {' | '.join(names)} | total | error over total, SD | muscle by hand |",
                "| --- |" + " --- |" * (len(names) + 3),
            ]
        medians = [
            np.median([r["shares"][n] for r in own if r["shares"].get(n) is not None])
            for n in names
        ]
        total = np.median([r["log_SE"] for r in own])
        scaled = [
            (_log(r["change"]) - _log(r["true"])) / r["log_SE"]
            for r in own
            if r["change"] is not None and r["change"] > -100
        ]
        by_hand = sum(any(h["drawn_muscle"] for h in r["visits"]) for r in own)
        values = " | ".join(f"{m:.2f}" for m in medians)
        rows.append(
            f"| {mode} | {values} | {total:.2f} | {np.std(scaled):.2f} | "
            f"{_share(by_hand, len(own)) if mode == 'muscle' else '–'} |"
        )
    return "\n".join(rows)


def width_table(records):
    """Return how often the interval holds by its standard deviation, in quarters, as Markdown."""
    rows = ["| mode | smallest | | | largest |", "| --- | --- | --- | --- | --- |"]
    for mode in MODES:
        own = [r for r in records if r["mode"] == mode and r.get("log_SE") and r["low"] is not None]
        own.sort(key=lambda r: r["log_SE"])
        cells = []
        for quarter in np.array_split(np.arange(len(own)), 4):
            part = [own[i] for i in quarter]
            if not part:
                cells.append("–")
                continue
            held = sum(r["low"] <= r["true"] <= r["high"] for r in part)
            low, high = part[0]["log_SE"], part[-1]["log_SE"]
            cells.append(f"{100 * held / len(part):.1f} % ({low:.2f} to {high:.2f})")
        if own:
            rows.append(f"| {mode} | {' | '.join(cells)} |")
    return "\n".join(rows)


ARTERY_HEADER = (
    "| level | studies with an artery in view | served | refused | confidently wrong | "
    "without one in view | refused | confidently wrong |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def artery_table(records):
    """Return the outcomes of the artery search by level, as Markdown."""
    first = records[0]["mode"] if records else ""
    studies = [
        (facts, how)
        for r in records
        if r["mode"] == first
        for facts, how in zip(r["facts"], r.get("visits", []), strict=False)
    ]
    levels = sorted({facts["level"] for facts, _ in studies})
    rows = [ARTERY_HEADER]
    for level in [*levels, "all"]:
        own = [(f, h) for f, h in studies if level in (f["level"], "all")]
        seen = [h["artery"] for f, h in own if f["arterial_voxels"] >= IN_VIEW]
        blind = [h["artery"] for f, h in own if f["arterial_voxels"] < IN_VIEW]

        def count(outcomes, start):
            return _share(sum(o.startswith(start) for o in outcomes), len(outcomes))

        rows.append(
            f"| {level} | {len(seen)} | {count(seen, 'right')} | {count(seen, 'refused')} | "
            f"{count(seen, 'wrong')} | {len(blind)} | {count(blind, 'refused')} | "
            f"{count(blind, 'wrong')} |"
        )
    hearts = sum(h["artery"] == "right: left heart" for _, h in studies)
    if hearts:
        rows += ["", f"In {hearts} of the served studies the AIF came from the left heart."]
    mixed = [
        h["blood"] < PURE for f, h in studies
        if f["arterial_voxels"] >= IN_VIEW and h["artery"].startswith("right")
        and h.get("blood") is not None
    ]  # fmt: skip
    if mixed:
        rows += [
            "",
            f"In {_share(sum(mixed), len(mixed))} of those served with an artery in view, less "
            f"than {PURE:.0%} of the accepted voxels was blood, so that the AIF was too low.",
        ]
    kinds = Counter(h["artery"] for _, h in studies if h["artery"].startswith("wrong"))
    if kinds:
        text = ", ".join(f"{kind.partition(': ')[2]} {n}" for kind, n in kinds.most_common())
        warned = [
            h["warned"] for _, h in studies if h["artery"].startswith("wrong") and "warned" in h
        ]
        said = f" Of these {len(warned)}, {sum(warned)} came with a warning." if warned else ""
        rows += ["", f"Taken for the artery: {text}.{said}"]
    return "\n".join(rows)


def failures(records):
    """Return why pairs have no number, as Markdown."""
    counts = Counter((r["mode"], r["error"].partition(":")[0]) for r in records if r.get("error"))
    if not counts:
        return ""
    rows = ["| mode | reason (code) | pairs |", "| --- | --- | --- |"]
    rows += [f"| {mode} | {code} | {n} |" for (mode, code), n in counts.most_common()]
    return "\n".join(rows)


TEXT = """## Certainty

{pairs} pairs of visits on small grids, drawn with `Testing/validation/small_scenes.py`.
Contrast agent, relaxivity, T2*, T1 of blood, haematocrit, delays of lesion and marrow, T10 at
each visit, water and fat, B1, coil, protocol, frame time, level, slab, veins that fill early
and noise come from published spreads (`SpineDCELib/phantom/conditions.py` cites them); the
analysis uses its own constants. True is the mean vp per volume of tissue in the whole lesion
over that in the vertebra that is drawn as reference; outlines are drawn with a reader's error.
Measured is normalised Vp as the call takes it: with a T1 map that of vp times M0 (`vp_voxel`).
The artery is searched, and drawn by hand only where the search refuses. "Decided": the interval
of the change excludes the cutoff of {cutoff}. "Large changes": −70 % or lower, +30 % or higher.
The interval's width is the median factor above and below the change.

{made}

{modes}

What the interval comes from (median standard deviations in ln units):

{shares}

How often the interval holds the truth, in quarters of the pairs by the total standard deviation (in
brackets):

{widths}

The artery search in these studies ("in view": at least {in_view} voxels wholly inside an artery
or the left heart):

{artery}

{unseen}

{failures}
"""

UNSEEN = """The rules that choose the artery were made after a look at patients below seed {looked}.
The same search in both visits of the patients of seeds {first} to {last}, at whom nobody had
looked: of {studies} studies, {right} were served, {refused} refused and {wrong} wrong; of the wrong
ones, {warned} came with a warning about the artery.

{artery}"""


def made_with(records):
    """Return which pairs the interval was made with, and how it holds in the others."""
    text = f"The interval was made with the patients below seed {INTERVAL_MADE}."
    counts = []
    for mode in MODES:
        others = [
            r for r in records
            if r["mode"] == mode and r["seed"] >= INTERVAL_MADE and r.get("low") is not None
        ]  # fmt: skip
        held = sum(r["low"] <= r["true"] <= r["high"] for r in others)
        if others:
            counts.append(f"{_share(held, len(others))} of {len(others)} in mode {mode}")
    if counts:
        text += f" In the others it holds the truth in {', '.join(counts)}."
    # A number and its unit stay in one line.
    return "\n".join(textwrap.wrap(text.replace(" %", "\0%"), 100)).replace("\0", " ")


def unseen(searches):
    """Return the outcome of the artery's search in patients at whom nobody looked."""
    if not searches:
        return ""
    visits = [how for r in searches for how in r["visits"]]
    outcomes = [how["artery"] for how in visits]
    return UNSEEN.format(
        looked=LOOKED_AT,
        first=searches[0]["seed"],
        last=searches[-1]["seed"],
        studies=len(outcomes),
        warned=sum(
            how["artery"].startswith("wrong") and how.get("warned", False) for how in visits
        ),
        artery=artery_table(searches),
        **{
            kind: _share(sum(o.startswith(kind) for o in outcomes), len(outcomes))
            for kind in ("right", "refused", "wrong")
        },
    )


def section(records, searches=()):
    """Return the section of the validation document.

    Args:
        records: of ``run``. searches: of ``run_searches``.
    """
    text = TEXT.format(
        pairs=len({r["seed"] for r in records}),
        cutoff=f"{CUTOFF:g} %",
        made=made_with(records),
        modes=mode_table(records),
        shares=share_table(records),
        widths=width_table(records),
        in_view=IN_VIEW,
        artery=artery_table(records),
        unseen=unseen(searches),
        failures=failures(records),
    )
    return re.sub("\n{3,}", "\n\n", text).rstrip() + "\n"
