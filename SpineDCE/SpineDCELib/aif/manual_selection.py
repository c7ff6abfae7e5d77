"""Changes by hand to the artery that was found: stored by place, applied again to other visits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import Candidate, Detection, Verdict
from SpineDCELib.aif.mean_curve import aligned_mean
from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import DynamicSeries, Geometry

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Ball:
    """Voxels with their centre within ``radius`` mm of ``centre``, LPS mm; at least one."""

    centre: Point
    radius: float = 0.0


@dataclass(frozen=True)
class Selection:
    """What was taken in and out by hand.

    Places are in LPS mm and not in voxels, so that they mean the same on another grid of the same
    patient; between visits the patient must lie alike, or the positions be moved first.

    Attributes:
        name: what the user calls it.
        taken_in, taken_out: balls; what is in both is out.
        sections_out: a point in each section that is left out.
    """

    name: str
    taken_in: tuple[Ball, ...] = ()
    taken_out: tuple[Ball, ...] = ()
    sections_out: tuple[Point, ...] = ()

    def moved(self, offset: Point) -> Selection:
        """The same selection ``offset`` mm further, for a patient who lies elsewhere."""

        def on(point: Point) -> Point:
            a, b, c = (p + d for p, d in zip(point, offset, strict=True))
            return a, b, c

        return replace(
            self,
            taken_in=tuple(Ball(on(b.centre), b.radius) for b in self.taken_in),
            taken_out=tuple(Ball(on(b.centre), b.radius) for b in self.taken_out),
            sections_out=tuple(on(p) for p in self.sections_out),
        )


def section_point(section: int, geometry: Geometry) -> Point:
    """The LPS centre of a section, for ``sections_out``."""
    _, rows, columns = geometry.shape
    x, y, z, _ = geometry.affine @ [(columns - 1) / 2, (rows - 1) / 2, section, 1.0]
    return float(x), float(y), float(z)


def section_is_out(selection: Selection, section: int, geometry: Geometry) -> bool:
    """Whether a section was left out by hand."""
    return any(round(_index(p, geometry)[2]) == section for p in selection.sections_out)


def with_section(
    selection: Selection, section: int, geometry: Geometry, *, taken: bool
) -> Selection:
    """The selection with a section (from 0) taken in again or left out."""
    others = tuple(p for p in selection.sections_out if round(_index(p, geometry)[2]) != section)
    out = () if taken else (section_point(section, geometry),)
    return replace(selection, sections_out=others + out)


def with_candidate(
    selection: Selection, candidate: Candidate, found: Detection, geometry: Geometry, *, taken: bool
) -> Selection:
    """The selection with one row of the candidates' table taken in or out.

    Taking in what a hand had taken out gives back the search's own choice of voxels; what the
    search rejected is taken in whole.
    """
    own = found.vessels[candidate.section] == candidate.vessel
    rows, columns = np.nonzero(own)
    places = np.stack([columns, rows, np.full(rows.size, candidate.section), np.ones(rows.size)])
    points = [(float(x), float(y), float(z)) for x, y, z, _ in (geometry.affine @ places).T]
    balls = tuple(Ball(point) for point in points)
    mine = {_rounded(point) for point in points}

    def others(kept: tuple[Ball, ...]) -> tuple[Ball, ...]:
        return tuple(b for b in kept if b.radius > 0 or _rounded(b.centre) not in mine)

    taken_in, taken_out = others(selection.taken_in), others(selection.taken_out)
    was_out = len(taken_out) < len(selection.taken_out)
    if taken:
        selection = with_section(selection, candidate.section, geometry, taken=True)
        taken_in += () if was_out else balls
    elif len(taken_in) == len(selection.taken_in):
        taken_out += balls
    return replace(selection, taken_in=taken_in, taken_out=taken_out)


def _rounded(point: Point) -> Point:
    x, y, z = (round(v, 3) for v in point)
    return x, y, z


def apply_selection(selection: Selection, found: Detection, dynamic: DynamicSeries) -> Detection:
    """The detection with the hand's changes; the mean curve and the table follow.

    What is taken in by hand is trusted, whatever the search thought of it.

    Raises:
        InputError: nothing is left.
    """
    geometry = dynamic.geometry
    verdicts = found.verdicts.copy()
    for ball in selection.taken_in:
        verdicts[_inside(ball, geometry)] = Verdict.ACCEPTED
    out = np.zeros(geometry.shape, bool)
    for ball in selection.taken_out:
        out |= _inside(ball, geometry)
    for point in selection.sections_out:
        section = _index(point, geometry)[2]
        if -0.5 <= section <= geometry.shape[0] - 0.5:
            out[round(section)] = True
    verdicts[out & (verdicts == Verdict.ACCEPTED)] = Verdict.BY_HAND
    mask = verdicts == Verdict.ACCEPTED
    if not mask.any():
        raise InputError(
            f"The selection '{selection.name}' leaves no voxel of the artery; take less out."
        )
    arrival = found.arrival[mask].astype(float)
    arrival = np.where(np.isfinite(arrival), arrival, np.nanmedian(arrival))
    arrival = np.nan_to_num(arrival)
    mean = aligned_mean(
        dynamic.signal[:, mask], t=dynamic.times, arrival=arrival, noise=found.noise
    )
    changed = replace(
        found,
        verdicts=verdicts,
        signal=mean,
        doubt="" if selection.taken_in else found.doubt,
    )
    table = tuple(_again(c, changed, dynamic.signal) for c in found.candidates)
    return replace(changed, candidates=table)


def _again(c: Candidate, found: Detection, signal: NDArray[np.floating]) -> Candidate:
    """One row after the change."""
    own = found.vessels[c.section] == c.vessel
    good = own & (found.verdicts[c.section] == Verdict.ACCEPTED)
    count = int(good.sum())
    if count == c.accepted:
        return c
    verdict = Verdict.ACCEPTED if count else Verdict.BY_HAND
    shown = signal[:, c.section, good if count else own].mean(axis=1, dtype=float)
    return replace(c, accepted=count, verdict=verdict, signal=shown)


def _index(point: Point, geometry: Geometry) -> NDArray[np.float64]:
    """Column, row and slice index of an LPS point, as fractions."""
    return np.asarray(np.linalg.solve(geometry.affine, [*point, 1.0])[:3], np.float64)


def _inside(ball: Ball, geometry: Geometry) -> NDArray[np.bool_]:
    """The voxels of a ball, at least the one that holds its centre."""
    mask = np.zeros(geometry.shape, bool)
    column, row, section = np.rint(_index(ball.centre, geometry)).astype(int)
    place = (section, row, column)
    if all(0 <= p < n for p, n in zip(place, geometry.shape, strict=True)):
        mask[place] = True
    if ball.radius == 0:
        return mask
    k, j, i = np.indices(geometry.shape)
    points = np.stack([i, j, k], axis=-1) @ geometry.affine[:3, :3].T + geometry.origin
    return mask | (np.linalg.norm(points - np.asarray(ball.centre), axis=-1) <= ball.radius)


def write_selection(path: str | Path, selection: Selection) -> None:
    """As JSON."""
    text = json.dumps(selection_to_dict(selection), indent=2, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_selection(path: str | Path) -> Selection:
    """What :func:`write_selection` wrote, or a hand wrote likewise.

    Raises:
        InputError: not such a file.
    """
    try:
        return selection_from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"The AIF selection {path} cannot be read ({type(error).__name__}: {error}); it is "
            "JSON with a name and lists taken_in, taken_out (centre and radius, mm) and "
            "sections_out (points, LPS mm)."
        ) from None


def selection_to_dict(selection: Selection) -> dict[str, Any]:
    """As plain values."""
    return asdict(selection)


def selection_from_dict(data: dict[str, Any]) -> Selection:
    """The inverse of :func:`selection_to_dict`.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: other values than those.
    """
    return Selection(
        name=str(data["name"]),
        taken_in=tuple(_ball(b) for b in data.get("taken_in", ())),
        taken_out=tuple(_ball(b) for b in data.get("taken_out", ())),
        sections_out=tuple(_point(p) for p in data.get("sections_out", ())),
    )


def _ball(data: dict[str, Any]) -> Ball:
    radius = float(data.get("radius", 0.0))
    if not 0 <= radius < 1000:
        raise ValueError(f"a radius of {radius:g} mm")
    return Ball(_point(data["centre"]), radius)


def _point(data: Any) -> Point:
    x, y, z = (float(v) for v in data)
    if not np.all(np.isfinite([x, y, z])):
        raise ValueError("a point that is not finite")
    return x, y, z
