"""Changes by hand to a detected artery, stored by position so that other visits can use them."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import Candidate, Detection, Verdict, VesselKind
from SpineDCELib.aif.mean_curve import aligned_mean
from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.series.dynamic_series import DynamicSeries, Geometry

Point = tuple[float, float, float]

#: Least share of the chosen voxels in vessels that the search has judged.
LEAST_OVERLAP = 0.3
#: Share of the AIF's voxels from which on those that the search rejected are pointed out (chosen).
MANY_ADDED = 0.25


@dataclass(frozen=True)
class Ball:
    """Voxels whose centres are within ``radius`` mm of ``centre``, LPS mm; at least one."""

    centre: Point
    radius: float = 0.0


@dataclass(frozen=True)
class Selection:
    """Voxels and slices added to or removed from the AIF by hand.

    Positions are in LPS mm and not in voxels, so that they hold on another grid of the same
    patient. For a visit with another patient position, :meth:`moved` shifts them.

    Attributes:
        name: chosen by the user.
        taken_in, taken_out: balls; a voxel in both is out.
        slices_out: a point in each slice that is left out.
        alone: whether nothing but ``taken_in`` is in the AIF: it was chosen where the search
            trusted no artery, and one that the search trusts later does not join it.
    """

    name: str
    taken_in: tuple[Ball, ...] = ()
    taken_out: tuple[Ball, ...] = ()
    slices_out: tuple[Point, ...] = ()
    alone: bool = False

    @property
    def changes(self) -> bool:
        """Return whether it changes what the search finds."""
        return self.alone or bool(self.taken_in or self.taken_out or self.slices_out)

    def moved(self, offset: Point) -> Selection:
        """Return the selection shifted by ``offset`` mm, for another patient position."""

        def on(point: Point) -> Point:
            a, b, c = (p + d for p, d in zip(point, offset, strict=True))
            return a, b, c

        return replace(
            self,
            taken_in=tuple(Ball(on(b.centre), b.radius) for b in self.taken_in),
            taken_out=tuple(Ball(on(b.centre), b.radius) for b in self.taken_out),
            slices_out=tuple(on(p) for p in self.slices_out),
        )


def slice_point(slice_index: int, geometry: Geometry) -> Point:
    """Return the LPS centre of a slice, for ``slices_out``."""
    _, rows, columns = geometry.shape
    x, y, z, _ = geometry.affine @ [(columns - 1) / 2, (rows - 1) / 2, slice_index, 1.0]
    return float(x), float(y), float(z)


def slice_is_out(selection: Selection, slice_index: int, geometry: Geometry) -> bool:
    """Return whether a slice was left out by hand."""
    return any(round(_index(p, geometry)[2]) == slice_index for p in selection.slices_out)


def with_slice(
    selection: Selection, slice_index: int, geometry: Geometry, *, taken: bool
) -> Selection:
    """Return the selection with a slice (from 0) included or left out."""
    others = tuple(p for p in selection.slices_out if round(_index(p, geometry)[2]) != slice_index)
    out = () if taken else (slice_point(slice_index, geometry),)
    return replace(selection, slices_out=others + out)


def with_candidate(
    selection: Selection, candidate: Candidate, found: Detection, geometry: Geometry, *, taken: bool
) -> Selection:
    """Return the selection with one row of the candidates' table included or left out.

    A vessel that was removed by hand returns with the voxels that the search chose. Of one that
    the search doubted, or found while another was chosen by hand, the best voxels are included;
    any other is included as a whole.
    """
    own = found.vessels[candidate.slice] == candidate.vessel
    best = own & np.isin(found.verdicts[candidate.slice], (Verdict.DOUBTED, Verdict.FOUND))
    if taken and best.any():
        own = best
    rows, columns = np.nonzero(own)
    places = np.stack([columns, rows, np.full(rows.size, candidate.slice), np.ones(rows.size)])
    points = [(float(x), float(y), float(z)) for x, y, z, _ in (geometry.affine @ places).T]
    balls = tuple(Ball(point) for point in points)
    rounded = {_rounded(point) for point in points}

    taken_in = _without(selection.taken_in, rounded)
    taken_out = _without(selection.taken_out, rounded)
    was_out = len(taken_out) < len(selection.taken_out)
    if taken:
        selection = with_slice(selection, candidate.slice, geometry, taken=True)
        taken_in += () if was_out else balls
    elif len(taken_in) == len(selection.taken_in):
        taken_out += balls
    return replace(selection, taken_in=taken_in, taken_out=taken_out)


def with_voxel(
    selection: Selection, voxel: tuple[int, int, int], geometry: Geometry, *, taken: bool
) -> Selection:
    """Return the selection with one voxel ``(slice, row, column)`` included or left out."""
    k, j, i = voxel
    x, y, z, _ = (geometry.affine @ [i, j, k, 1.0]).tolist()
    own = {_rounded((x, y, z))}
    taken_in, taken_out = _without(selection.taken_in, own), _without(selection.taken_out, own)
    ball = (Ball((x, y, z)),)
    if taken:
        # A slice that was left out would keep the voxel out.
        selection = with_slice(selection, k, geometry, taken=True)
        return replace(selection, taken_in=taken_in + ball, taken_out=taken_out)
    return replace(selection, taken_in=taken_in, taken_out=taken_out + ball)


def _without(balls: tuple[Ball, ...], voxels: Set[Point]) -> tuple[Ball, ...]:
    """Return the balls that are not one of these voxels, by their rounded centres."""
    return tuple(b for b in balls if b.radius > 0 or _rounded(b.centre) not in voxels)


def _rounded(point: Point) -> Point:
    x, y, z = (round(v, 3) for v in point)
    return x, y, z


def apply_selection(selection: Selection, found: Detection, dynamic: DynamicSeries) -> Detection:
    """Return the detection with the changes by hand in its mask, mean curve and table.

    A voxel that was added by hand is used, whatever verdict the search gave it. If the vessel that
    most of the voxels then belong to is not the artery by the evidence, it is marked: its voxels
    are ``CHOSEN`` instead of ``ACCEPTED``, and ``against_evidence`` says why.

    If no voxel is left, :meth:`Detection.trusted` says so; the table still shows what can be added.
    """
    geometry = dynamic.geometry
    verdicts = found.verdicts.copy()
    if selection.alone:
        verdicts[found.mask] = Verdict.FOUND
    verdicts[_inside(selection.taken_in, geometry)] = Verdict.ACCEPTED
    out = _inside(selection.taken_out, geometry)
    for point in selection.slices_out:
        slice_index = _index(point, geometry)[2]
        if -0.5 <= slice_index <= geometry.shape[0] - 0.5:
            out[round(slice_index)] = True
    verdicts[out & (verdicts == Verdict.ACCEPTED)] = Verdict.BY_HAND
    mask = verdicts == Verdict.ACCEPTED
    if not mask.any():
        none = replace(
            found, verdicts=verdicts, signal=None, emptied="" if found.doubt else selection.name
        )
        table = tuple(_updated(c, none, found.mask, dynamic.signal) for c in found.candidates)
        return replace(none, candidates=table)
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
    against = against_evidence(found, mask) if selection.taken_in else ""
    if against:
        verdicts[mask] = Verdict.CHOSEN
        changed = replace(changed, against_evidence=against)
    added, count = mask & ~found.mask, int(mask.sum())
    told = [] if against else [_foreign(found, added, count)]
    if selection.alone:
        told.append(_left_aside(found, mask))
    elif not against:
        told.append(_rejected(found, added, count))
    changed = replace(changed, warnings=(*changed.warnings, *filter(None, told)))
    table = tuple(_updated(c, changed, found.mask, dynamic.signal) for c in found.candidates)
    return replace(changed, candidates=table)


def against_evidence(found: Detection, mask: NDArray[np.bool_]) -> str:
    """Return why voxels that a person chose are not the artery by the evidence; empty if they are.

    Args:
        found: the search's result before any change by hand. mask: the chosen voxels.
    """
    numbers = np.bincount(found.vessels[mask])
    numbers = numbers if numbers.size else np.zeros(1, int)
    if numbers.size == 1 or numbers[1:].sum() < LEAST_OVERLAP * mask.sum():
        if not found.evidence or found.verdicts[mask].size == 0:
            return found.doubt and f"The search found no trustworthy artery: {found.doubt}"
        why = Verdict(int(np.bincount(found.verdicts[mask]).argmax())).reason
        return f"The search found no vessel in most of these voxels. Its verdict on them: {why}."
    vessel = int(numbers[1:].argmax()) + 1
    own = next((e for e in found.evidence if e.vessel == vessel), None)
    if own is None:
        return ""
    if found.doubt:
        if any(candidate.vessel == vessel for candidate in found.best):
            return f"The search found no trustworthy artery: {found.doubt}"
        return "The search trusts no artery in these images, so nothing confirms this one."
    if own.kind is VesselKind.ARTERY or own.equal:
        return ""
    return f"By the evidence this looks like a {own.kind.value}. {own.reason}"


def _foreign(found: Detection, added: NDArray[np.bool_], count: int) -> str:
    """Return what voxels that were added by hand to an artery belong to; "" if to arteries."""
    numbers = np.bincount(found.vessels[added], minlength=1)
    numbers[0] = 0
    others = {
        e: int(numbers[e.vessel])
        for e in found.evidence
        if e.vessel < numbers.size and e.kind is not VesselKind.ARTERY and not e.equal
    }
    most = max(others, key=lambda e: others[e], default=None)
    if most is None or not others[most]:
        return ""
    return (
        f"{others[most]} of the {count} voxels in the AIF were added by hand and are no artery by "
        f"the evidence: {most.kind.value}."
    )


def _rejected(found: Detection, added: NDArray[np.bool_], count: int) -> str:
    """Return what the search says of voxels that were added by hand to an artery that it trusts.

    "" where they are few.
    """
    many = int(added.sum())
    if found.doubt or not found.mask.any() or many < MANY_ADDED * count:
        return ""
    why = Verdict(int(np.bincount(found.verdicts[added]).argmax())).reason
    return (
        f"{many} of the {count} voxels in the AIF were added by hand. The search trusts the artery "
        f"without them; its verdict on most of them: {why}."
    )


def _left_aside(found: Detection, mask: NDArray[np.bool_]) -> str:
    """Return that the search trusts an artery now which is not in the AIF; "" if it does not.

    Drawn regions help the search, so it may trust one that it did not trust when voxels were
    chosen by hand.
    """
    aside = int((found.mask & ~mask).sum())
    if found.doubt or not aside:
        return ""
    return (
        f"The search trusts an artery now, because of the regions that are drawn. {aside} of its "
        f"{int(found.mask.sum())} voxels are not in the AIF, which was chosen by hand when the "
        "search trusted none; reset that choice to use the artery that was found."
    )


def _updated(
    c: Candidate, found: Detection, before: NDArray[np.bool_], signal: NDArray[np.floating]
) -> Candidate:
    """Return a candidate with the changes by hand; ``before`` is the mask without them."""
    own = found.vessels[c.slice] == c.vessel
    good = own & found.mask[c.slice]
    count = int(good.sum())
    if count == c.accepted and not (count and found.against_evidence):
        return c
    added = int((good & ~before[c.slice]).sum())
    if count:
        verdict = Verdict.CHOSEN if 2 * added > count else Verdict.ACCEPTED
    else:
        aside = (found.verdicts[c.slice][own] == Verdict.FOUND).any()
        verdict = Verdict.FOUND if aside else Verdict.BY_HAND
    taken = own & before[c.slice]
    without = taken if taken.any() else own  # the curve of what was removed stays as it was
    shown = signal[:, c.slice, good if count else without].mean(axis=1, dtype=float)
    return replace(c, accepted=count, verdict=verdict, signal=shown)


def _index(point: Point, geometry: Geometry) -> NDArray[np.float64]:
    """Return the column, row and slice index of an LPS point, as fractions."""
    return np.asarray(np.linalg.solve(geometry.affine, [*point, 1.0])[:3], np.float64)


def _inside(balls: tuple[Ball, ...], geometry: Geometry) -> NDArray[np.bool_]:
    """Return the voxels of balls, of each at least the one that holds its centre."""
    mask = np.zeros(geometry.shape, bool)
    if not balls:
        return mask
    centres = np.array([[*ball.centre, 1.0] for ball in balls])
    places = np.rint(np.linalg.solve(geometry.affine, centres.T)[:3]).astype(int)[::-1].T
    held = np.all((places >= 0) & (places < geometry.shape), axis=1)
    mask[tuple(places[held].T)] = True
    large = [ball for ball in balls if ball.radius > 0]
    if large:
        k, j, i = np.indices(geometry.shape)
        points = np.stack([i, j, k], axis=-1) @ geometry.affine[:3, :3].T + geometry.origin
        for ball in large:
            mask |= np.linalg.norm(points - np.asarray(ball.centre), axis=-1) <= ball.radius
    return mask


def write_selection(path: str | Path, selection: Selection) -> None:
    """Write a selection as JSON."""
    text = json.dumps(selection_to_dict(selection), indent=2, ensure_ascii=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_selection(path: str | Path) -> Selection:
    """Read a selection from JSON in the layout of :func:`write_selection`.

    Raises:
        InputError: the file is missing or has another layout.
    """
    try:
        return selection_from_dict(read_json(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(
            f"The AIF selection {path} could not be read: {type(error).__name__}: {error}. It must "
            "be JSON with a name and lists taken_in, taken_out (centre and radius, mm) and "
            "slices_out (points, LPS mm).",
            code="aif_selection_unreadable",
            about=str(path),
            fields=("inputs.aif_selection",),
        ) from None


def selection_to_dict(selection: Selection) -> dict[str, Any]:
    """Return a selection as plain values for JSON."""
    return asdict(selection)


def selection_from_dict(data: dict[str, Any]) -> Selection:
    """Return the selection from the values of :func:`selection_to_dict`.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: the values have another layout.
    """
    return Selection(
        name=str(data["name"]),
        taken_in=tuple(_ball(b) for b in data.get("taken_in", ())),
        taken_out=tuple(_ball(b) for b in data.get("taken_out", ())),
        slices_out=tuple(_point(p) for p in data.get("slices_out", ())),
        alone=data.get("alone", False) is True,
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
