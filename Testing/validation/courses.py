"""Courses: do the intervals hold over 2 to 6 visits, and are recurrences found when they occur?

Each patient is one of `small_scenes` with 2 to 6 visits; conditions of every visit are drawn from
published spreads. `make courses` runs it and writes the tables into docs/course.md.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from SpineDCELib.compare.compare_visits import Visit
from SpineDCELib.compare.registration import Registration
from SpineDCELib.course import follow_course
from SpineDCELib.course.follow_course import Carried
from SpineDCELib.errors import InputError
from SpineDCELib.phantom.conditions import draw_visits
from SpineDCELib.vocabulary.visits import VisitLabel
from validation.carried import END as CARRIED_END
from validation.carried import START as CARRIED_START
from validation.carried import carried_records, carried_table
from validation.certainty import _served, settings_of
from validation.small_scenes import Anatomy, make_study

KINDS, SHARES = ("response", "persistence", "recurrence"), (0.35, 0.25, 0.4)
#: True rise from the lowest value, as a factor: ends of the rows of the table.
RISES = (1.3, 2.0, 3.0, np.inf)
CARRIED_VISITS = 3
START, END = "<!-- courses: written by make courses -->", "<!-- end of courses -->"


def drawn_factors(kind, visits, rng):
    """Return vp of the lesion relative to the baseline at each visit, and the turn; None if none"""
    low = float(rng.uniform(0.1, 0.45))
    if kind == "persistence":
        return [1.0, *rng.uniform(0.75, 1.6, visits - 1)], None
    factors = [1.0, *(low * 0.92**k for k in range(visits - 1))]
    if kind == "response":
        return factors, None
    turn = int(rng.integers(2, visits))
    rise = float(np.exp(rng.uniform(np.log(1.3), np.log(5.0))))
    for place in range(turn, visits):
        factors[place] = min(factors[turn - 1] * rise * 1.2 ** (place - turn), 2.5)
    return factors, turn


def make_course(seed):
    """Return kind, turn and the studies of the patient that belongs to ``seed``."""
    rng = np.random.default_rng([29, seed])
    visits = int(rng.integers(2, 7))
    kind = str(rng.choice(KINDS, p=SHARES))
    if visits == 2 and kind == "recurrence":
        kind = "response"
    factors, turn = drawn_factors(kind, visits, rng)
    conditions = draw_visits(rng, visits)
    anatomy = Anatomy.drawn(rng, conditions[0])
    scale = float(rng.uniform(0.85, 1.1))
    studies = [
        make_study(anatomy, own, vp_factor=factor, lesion_scale=scale if place else 1.0, rng=rng,
                   visit=min(place, 1))
        for place, (own, factor) in enumerate(zip(conditions, factors, strict=True))
    ]  # fmt: skip
    return kind, turn, studies


def run_course(seed, mode):
    """Analyse one course in one mode, and return its record with the truth."""
    kind, turn, studies = make_course(seed)
    true = [study.vp["Lesion"] / study.vp["Reference"] for study in studies]
    record = {"seed": seed, "mode": mode, "kind": kind, "turn": turn, "visits": len(studies),
              "true": [round(value, 4) for value in true]}  # fmt: skip
    try:
        visits = []
        for place, study in enumerate(studies):
            analysis, _ = _served(study, mode, settings_of(mode, study.conditions))
            about = VisitLabel(f"visit {place + 1}", f"{2020 + place}0101")
            visits.append(Visit(analysis, analysis.result(), about))
        same = {"Lesion": Registration(np.eye(4), 1.0)}
        carried = {place: Carried(0, same, {}) for place in range(1, len(visits))}
        course = follow_course(visits, carried=carried, flip_runs=0)
        record["points"] = [_point(p, true) for p in course.trends[0].points[1:]]
    except InputError as error:
        record["error"] = f"{error.code}: {error}"
    return record


def _point(point, true):
    """Return what the program says of one follow-up visit, with the truth, as plain numbers."""
    lowest = true[point.nadir]
    found = {"visit": point.visit, "status": point.status.status, "nadir": point.nadir}
    for name, change, one in (
        ("baseline", point.change, true[0]), ("lowest", point.rise, lowest)
    ):  # fmt: skip
        numbers = [change.percent, change.low, change.high] if change is not None else [np.nan] * 3
        found[name] = [None if not np.isfinite(x) else round(float(x), 3) for x in numbers]
        found[f"true {name}"] = round(100 * (true[point.visit] / one - 1), 3)
    return found


def run(courses, mode, store, progress=print):
    """Analyse the first ``courses`` patients, except those that ``store`` already holds."""
    store = Path(store)
    store.parent.mkdir(parents=True, exist_ok=True)
    lines = store.read_text(encoding="utf-8").splitlines() if store.exists() else []
    records = [json.loads(line) for line in lines]
    known = {(r["seed"], r["mode"]) for r in records}
    for seed in range(courses):
        if (seed, mode) in known:
            continue
        record = run_course(seed, mode)
        records.append(record)
        with store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        progress(f"courses, {mode}: {seed + 1} of {courses}")
    return [r for r in records if r["seed"] < courses]


def _share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "–"


def _held(points, name):
    known = [p for p in points if p[name][1] is not None]
    return _share(sum(p[name][1] <= p[f"true {name}"] <= p[name][2] for p in known), len(known))


def coverage_table(records):
    """Return one row per mode: what the intervals hold, and false alarms, as Markdown."""
    rows = [
        "| mode | courses | analysed | follow-up visits | interval of the change to baseline holds "
        "| … to the lowest value, where another visit is the lowest | recurring, though nothing "
        "rose: visits | courses |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for mode in sorted({r["mode"] for r in records}):
        own = [r for r in records if r["mode"] == mode]
        done = [r for r in own if "points" in r]
        points = [p for r in done for p in r["points"]]
        later = [p for p in points if p["nadir"]]
        # Visits at which a recurrence could be called falsely: from the second follow-up on.
        quiet = [
            (r["seed"], p)
            for r in done
            if r["kind"] == "response"
            for p in r["points"][1:]
        ] + [
            (r["seed"], p)
            for r in done
            if r["kind"] == "recurrence"
            for p in r["points"][1 : r["turn"] - 1]
        ]  # fmt: skip
        alarms = [seed for seed, p in quiet if p["status"] == "recurring"]
        rows.append(
            f"| {mode} | {len(own)} | {len(done)} | {len(points)} | {_held(points, 'baseline')} | "
            f"{_held(later, 'lowest')} | {_share(len(alarms), len(quiet))} | "
            f"{_share(len(set(alarms)), len({seed for seed, _ in quiet}))} |"
        )
    return "\n".join(rows)


def recurrence_table(records):
    """Return one row per mode and true rise: recurrences found at their visit, as Markdown."""
    rows = [
        "| mode | true rise from the lowest value | recurrences | found at their visit | found "
        "there or later | of those after a response that was decided |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for mode in sorted({r["mode"] for r in records}):
        found = [
            r for r in records if r["mode"] == mode and r["turn"] is not None and "points" in r
        ]
        for low, high in pairwise(RISES):
            own = [r for r in found if low <= r["true"][r["turn"]] / min(r["true"][1 : r["turn"]])
                   < high]  # fmt: skip
            at = [r["points"][r["turn"] - 1]["status"] == "recurring" for r in own]
            later = [
                any(p["status"] == "recurring" for p in r["points"][r["turn"] - 1 :]) for r in own
            ]
            after = [
                hit
                for r, hit in zip(own, at, strict=True)
                if any(
                    p["status"] == "consistent with response" for p in r["points"][: r["turn"] - 1]
                )
            ]
            end = f"{low:g}–{high:g}" if np.isfinite(high) else f"{low:g} and more"
            rows.append(
                f"| {mode} | × {end} | {len(own)} | {_share(sum(at), len(own))} | "
                f"{_share(sum(later), len(own))} | {_share(sum(after), len(after))} |"
            )
    return "\n".join(rows)


def section(records):
    """Return both tables as Markdown."""
    return f"{coverage_table(records)}\n\n{recurrence_table(records)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path, help="page between whose marks the tables are written")
    parser.add_argument("--courses", type=int, default=60, help="for each mode")
    parser.add_argument("--carried", type=int, default=2,
                        help="patients of each kind whose regions are carried")  # fmt: skip
    parser.add_argument("--mode", action="append", help="map, muscle (default both)")
    parser.add_argument("--records", type=Path, default=Path("build/courses.jsonl"))
    options = parser.parse_args()
    for mode in options.mode or ("map", "muscle"):
        records = run(options.courses, mode, options.records)
    text = options.out.read_text(encoding="utf-8")
    parts = [(START, END, section(records))]
    if options.carried:
        found = carried_records(range(options.carried), CARRIED_VISITS)
        parts.append((CARRIED_START, CARRIED_END, carried_table(found)))
    for start, end, tables in parts:
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}\n{tables}\n{end}{after}"
    options.out.write_text(text, encoding="utf-8")
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
