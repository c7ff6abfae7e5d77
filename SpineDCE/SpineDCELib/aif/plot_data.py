"""Tables and charts of candidates, curves and evidence, for files, figures and scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.blood_curve import BloodCurve
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.aif.shift_evidence import Evidence

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Table of rows under headings with units."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]


@dataclass(frozen=True, eq=False)
class Series:
    """One line of a chart.

    Attributes:
        role: "main", "check", "artery" or "rejected", or the role of a region.
        marked: its points are marked.
    """

    name: str
    x: Array
    y: Array
    role: str = "main"
    marked: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """Chart of lines over one axis, with an optional vertical line and marked interval.

    Attributes:
        x_title, y_title: with units. mark: x of a vertical line. band: a marked interval.
        top: what lies above it need not be shown. legend: it may have a legend.
        x_range: ends of the horizontal axis, which reaches the vertical line too; None fits it.
    """

    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    mark: float | None = None
    band: tuple[float, float] | None = None
    top: float | None = None
    legend: bool = True
    x_range: tuple[float, float] | None = None


def candidate_table(found: Detection) -> Table:
    """Return one row per vessel and slice, the artery first; slices count from 1."""
    unit = found.unit
    columns = (
        "slice", "vessel", "voxels", "accepted", "verdict", "baseline SNR", "arrival [s]",
        "rise [s]", f"uncorrected peak [{unit}]", "width [s]", f"late [{unit}]", "roughness",
        "thickness [mm]", "length [mm]", "elongation", "L [mm]", "P [mm]", "S [mm]",
    )  # fmt: skip
    rows = tuple(
        (
            c.slice + 1, c.vessel, c.voxels, c.accepted, c.reason, c.SNR, c.arrival, c.rise,
            c.peak, c.width, c.late, c.roughness, c.thickness, c.length, c.elongation, *c.position,
        )
        for c in found.candidates
    )  # fmt: skip
    return Table("AIF candidates", columns, rows)


def vessel_table(found: Detection) -> Table:
    """Return one row per vessel: how well it explains the tissue, and what it therefore is."""
    columns = (
        "vessel", "kind", "voxels", "misfit", "misfit over the best", "unexplained [%]",
        "delay of the tissue [s]", "delay of the first tissue [s]", "dispersion [s]",
        "first pass over late level [s]", "arrival [s]", "width [s]", "thickness [mm]",
        "elongation", "explains equally", "Vp over that of the artery", "log SD of that", "reason",
        "L [mm]", "P [mm]", "S [mm]",
    )  # fmt: skip
    rows = tuple(
        (
            e.vessel, e.kind.value, e.voxels, e.misfit, e.ratio, 100 * e.unexplained, e.delay,
            e.first_delay, e.dispersion, e.first_pass, e.arrival, e.width, e.thickness,
            e.elongation, "yes" if e.equal else "no", e.vp_factor, e.vp_scatter, e.reason,
            *e.position,
        )
        for e in found.evidence
    )  # fmt: skip
    return Table("Vessels and the tissue", columns, rows)


def candidate_chart(found: Detection, *, t: Array, most: int = 12) -> Chart:
    """Chart the enhancement (S-S0)/S0 of all accepted and the largest rejected candidates."""
    accepted = [c for c in found.candidates if c.accepted]
    rejected = sorted((c for c in found.candidates if not c.accepted), key=lambda c: -c.voxels)
    series = []
    for role, chosen in (("rejected", rejected[:most]), ("main", accepted)):
        for c in chosen:
            start = c.signal[: found.baseline_frames].mean()
            series.append(Series(c.name, t, c.signal / start - 1, role))
    return Chart("Candidates", "time [s]", "enhancement (S-S0)/S0", tuple(series))


def curve_chart(
    blood: BloodCurve, *, t: Array, unit: str, drawn: tuple[Array, Array] | None = None
) -> Chart:
    """Chart the AIF, with the curve from phase if there is one.

    Args:
        drawn: times and values of the AIF, with those between the frames; by default the frames.
    """
    times, Cb = (t, blood.Cb) if drawn is None else drawn
    series = [Series("AIF, whole blood", times, Cb, "artery")]
    if blood.phase is not None:
        series.append(Series("from phase", t, blood.phase.C, "check"))
    return Chart("Arterial input function", "time [s]", f"Cb [{unit}]", tuple(series))


def given_curve_chart(source: str, *, t: Array, Cp: Array, unit: str) -> Chart:
    """Chart an AIF that is not measured in the images."""
    line = Series(f"AIF, plasma ({source})", t, Cp, "artery")
    return Chart("Arterial input function", "time [s]", f"Cp [{unit}]", (line,))


def evidence_table(evidence: Evidence) -> Table:
    """Return one row per shift: residual of all and of each region, vp, normalised vp."""
    columns = ["shift [s]", "residual (1 at best)", "residual over parts (1 at best)"]
    values = [evidence.shifts, evidence.mean_residual, evidence.residual]
    for region in evidence.regions:
        columns += [f"residual {region.name}", f"vp {region.name} [fraction]"]
        values += [region.mean_residual, region.vp]
    for lesion, ratio in evidence.normalised_vp.items():
        columns.append(f"normalised vp {lesion}")
        values.append(ratio)
    rows = tuple(tuple(float(v) for v in row) for row in np.column_stack(values))
    return Table("Evidence for the shift", tuple(columns), rows)


def valley_top(evidence: Evidence) -> float:
    """Return the charted residual up to which the valley around its minimum can be seen.

    That is a little above the lower of its walls. Only the valley determines the shift; outside it
    the residual reaches hundreds.
    """
    residual = evidence.mean_residual
    best = int(np.nanargmin(residual))
    walls = (residual[: best + 1], residual[best:])
    return float(np.clip(1.15 * min(np.nanmax(wall) for wall in walls), 3, 12))


def evidence_charts(
    evidence: Evidence, roles: Mapping[str, str] | None = None, *, per_water: bool = False
) -> tuple[Chart, ...]:
    """Chart the residual, vp and normalised vp against the shift, with proposal and interval.

    The residual is that of the mean curves, because the shift is proposed where it is least.

    Args:
        roles: of the regions.
        per_water: vp is that per volume of water, as the axes then say.
    """
    x, known = evidence.shifts, roles or {}

    def chart(
        title: str, y_title: str, series: tuple[Series, ...], top: float | None = None
    ) -> Chart:
        return Chart(
            title,
            "AIF shift [s]",
            y_title,
            series,
            mark=evidence.proposal,
            band=evidence.interval,
            top=top,
            x_range=(float(x[0]), float(x[-1])),
        )

    lines = [Series("all regions", x, evidence.mean_residual)]
    lines += [
        Series(r.name, x, r.mean_residual, known.get(r.name, "check")) for r in evidence.regions
    ]
    if len(evidence.regions) == 1:
        del lines[0]  # the same line
    title = "residual, relative to best"
    charts = [chart("Residual", title, tuple(lines), valley_top(evidence))]
    ratios = tuple(
        Series(name, x, y, known.get(name, "main")) for name, y in evidence.normalised_vp.items()
    )
    vp = tuple(Series(r.name, x, 100 * r.vp, known.get(r.name, "main")) for r in evidence.regions)
    charts.append(chart("Vp", "Vp [mL/100 mL]", vp))
    if ratios:
        of_water = "× reference, per volume of water"
        charts.append(chart("Normalised Vp", of_water if per_water else "× reference", ratios))
    return tuple(charts)
