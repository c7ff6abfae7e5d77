"""Stacking of loose images into frames × slices, with their grid.

A tag is used to group images into frames only if the grouping works: each frame gets exactly one
image per slice position ("place"). Images that do not fit are dropped and reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.frame_times import (
    CONTENT_TIME,
    WRITTEN,
    FrameTimes,
    clocks_for,
    frame_list,
    frame_times,
    unwrap_midnight,
)
from SpineDCELib.series.image_header import ImageHeader

Key = Callable[[ImageHeader], Hashable]


@dataclass
class Stack:
    """Images in order: ``frames[f][k]`` is slice ``k`` of frame ``f``; all frames are complete."""

    frames: list[list[ImageHeader]]
    geometry: Geometry | None
    numbers: NDArray[np.int_]  #: position of each frame in the acquisition
    timing: FrameTimes
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    obstacle: str = ""  #: reason why it cannot be read; "" if it can
    #: Whole frames whose slices lie elsewhere, and by how far, mm; they are not in ``frames``.
    displaced: list[list[ImageHeader]] = field(default_factory=list)
    displaced_by: str = ""  #: which frames these are of all, and by how far they are displaced
    kind: str = ""  #: how it differs from the other images of its series; "" if it is all of it

    @property
    def displaced_problem(self) -> str:
        """How ``problems`` names the displaced frames."""
        return f"{self.displaced_by} and left out."


def stack_images(images: Sequence[ImageHeader]) -> Stack:
    """Put the images of one kind (one contrast, one component, one orientation) in order."""
    notes: list[str] = []
    problems: list[str] = []
    images = _without_doubles(_without_copies(images, notes), problems)
    images = _whole(images, problems)
    if not images:
        return _empty("every file is truncated", problems)
    placed, obstacle = _places(images, problems)
    if obstacle:
        return _empty(obstacle, problems)
    placed, strays = _usual_places(placed)
    frames, numbers, obstacle = _frames(placed, notes, problems)
    if obstacle:
        return _empty(obstacle, problems)
    geometry, obstacle = _geometry(frames[0])
    displaced, displaced_by, left = _displaced(strays, frames, problems)
    if left and left == sorted({*range(1, int(numbers[-1]) + 2)} - {int(n) + 1 for n in numbers}):
        # The displaced frames are the ones that the count lacks: one problem, not two.
        problems = [p for p in problems if not p.startswith(_MISSING)]
    elif left and len(numbers) == numbers[-1] + 1:
        # No tag counts the frames, so the displaced ones leave their gaps only here.
        total = len(frames) + len(displaced)
        numbers = np.array([n for n in range(total) if n + 1 not in left], int)
    problems.extend(_shifted(frames))
    timing = FrameTimes()
    if len(frames) > 1:
        problems.extend(_out_of_order(frames))
        timing = frame_times(frames, numbers, images[0].header.manufacturer)
    return Stack(
        frames, geometry, numbers, timing, notes, problems, obstacle, displaced, displaced_by
    )


def with_displaced(stack: Stack) -> Stack:
    """Return the stack with its displaced frames at the same slice index, in order of time.

    In the files that are known, the positions of such frames are wrong and their pixels right.
    """
    if not stack.displaced:
        return stack
    clock = _common_clock([*stack.frames, *stack.displaced])
    frames = sorted([*stack.frames, *stack.displaced], key=lambda f: _start(f, clock))
    timing = frame_times(frames, np.arange(len(frames)), frames[0][0].header.manufacturer)
    return replace(
        stack, frames=frames, numbers=np.arange(len(frames)), timing=timing, displaced=[]
    )


def _common_clock(frames: Sequence[Sequence[ImageHeader]]) -> str | None:
    """Return the first time tag that every frame has and that varies; None where none does."""
    for name in clocks_for(frames[0][0].header.manufacturer):
        values = [i.clocks.get(name) for f in frames for i in f]
        if None not in values and len(set(values)) > 1:
            return name
    return None


def _start(frame: Sequence[ImageHeader], clock: str | None) -> float:
    """When a frame began by a time tag, s; its least running number without one."""
    values = [i.clocks[clock] if clock else float(i.instance or 0) for i in frame]
    return min(values)


def _empty(obstacle: str, problems: list[str]) -> Stack:
    return Stack([], None, np.zeros(0, int), FrameTimes(), [], problems, obstacle)


def _name(image: ImageHeader) -> str:
    return PurePath(image.header.file).name


def _without_copies(images: Sequence[ImageHeader], notes: list[str]) -> list[ImageHeader]:
    seen: dict[Hashable, ImageHeader] = {}
    for image in images:
        uid = image.header.sop_uid or image.header.file
        # Careless anonymisers give many images one UID, so a copy must agree in everything.
        same = (uid, image.index, image.position, image.instance, tuple(image.clocks.values()))
        seen.setdefault(same, image)
    copies = len(images) - len(seen)
    if copies:
        notes.append(f"{copies} images are present twice (same SOP instance) and read once.")
    return list(seen.values())


def _without_doubles(images: list[ImageHeader], problems: list[str]) -> list[ImageHeader]:
    """Leave out single images with the number, position and time of another, but another UID."""
    seen: dict[Hashable, ImageHeader] = {}
    doubles = []
    for i in images:
        same = (
            i.header.series_uid, i.index, i.position, i.instance, i.acquisition, i.temporal_index,
            tuple(i.clocks.items()),
        )  # fmt: skip
        if i.instance is not None and seen.setdefault(same, i) is not i:
            doubles.append(i)
    # Where many images agree, these tags do not tell them apart.
    if not doubles or len(doubles) * 5 >= len(images):
        return images
    names = sorted({_name(i) for i in doubles})
    more = " …" if len(names) > 3 else ""
    problems.append(
        f"Duplicate images: {len(doubles)} with the number, position and time of another are left "
        f"out ({', '.join(names[:3])}{more})."
    )
    left = {id(i) for i in doubles}
    return [i for i in images if id(i) not in left]


def _whole(images: list[ImageHeader], problems: list[str]) -> list[ImageHeader]:
    def present(image: ImageHeader) -> bool:
        return image.header.images_present is None or image.index < image.header.images_present

    cut = sorted({_name(i) for i in images if not present(i)})
    if cut:
        problems.append(f"{len(cut)} files are truncated and left out: {', '.join(cut[:5])}.")
    return [i for i in images if present(i)]


# ---------------------------------------------------------------------------- places


def _normal(image: ImageHeader) -> NDArray[np.float64]:
    assert image.orientation is not None
    row, column = np.reshape(image.orientation, (2, 3))
    return np.cross(row, column)


def _places(
    images: list[ImageHeader], problems: list[str]
) -> tuple[dict[int, list[ImageHeader]], str]:
    """Group images by slice position, in the order of the normal."""
    if len(images) == 1:
        return {0: images}, ""
    if any(i.position is None or i.orientation is None for i in images):
        bare = sum(i.position is None or i.orientation is None for i in images)
        if bare * 2 > len(images):
            return {}, f"its images have no {_lacking(images)}"
        problems.append(f"{bare} images without {_lacking(images)} are left out.")
        images = [i for i in images if i.position is not None and i.orientation is not None]
    normal = _normal(images[0])
    along = np.array([np.dot(normal, i.position) for i in images])  # type: ignore[arg-type]
    step = images[0].slice_spacing or images[0].thickness or 1.0
    order = np.argsort(along, kind="stable")
    gaps = np.diff(along[order]) > min(max(0.1 * abs(step), 0.01), 0.5)
    place = np.empty(len(images), int)
    place[order] = np.concatenate(([0], np.cumsum(gaps)))
    placed: dict[int, list[ImageHeader]] = defaultdict(list)
    for p, image in zip(place.tolist(), images, strict=True):
        placed[p].append(image)
    return dict(sorted(placed.items())), ""


Places = dict[int, list[ImageHeader]]


def _usual_places(placed: Places) -> tuple[Places, Places]:
    """Separate slices that few frames have, because all other frames would be incomplete."""
    most = max(len(v) for v in placed.values())
    rare = [p for p, v in placed.items() if len(v) * 2 <= most and most > 2]
    if not rare and (stacks := _two_stacks(placed)):
        fewer, more = sorted(stacks, key=lambda places: len(placed[places[0]]))
        rare = fewer if len(placed[fewer[0]]) < len(placed[more[0]]) else []
    usual = {p: v for p, v in placed.items() if p not in rare}
    return usual, {p: placed[p] for p in rare}


def _two_stacks(placed: Places) -> list[list[int]]:
    """Return the places of two evenly spaced stacks between each other; [] if it is one stack.

    Frames whose slices lie elsewhere than those of the others give such a series.
    """
    counts: dict[int, list[int]] = defaultdict(list)
    for p in placed:
        counts[len(placed[p])].append(p)
        if len(counts) > 2:
            return []
    stacks = [*counts.values()]
    if len(stacks) == 1:  # as many frames at the ones as at the others
        places = [*placed]
        stacks = [places[::2], places[1::2]]
    if len(stacks[0]) != len(stacks[1]) or len(stacks[0]) < 2:
        return []
    if _is_even(placed, [*placed]) or not all(_is_even(placed, places) for places in stacks):
        return []
    return stacks


def _is_even(placed: Places, places: Sequence[int]) -> bool:
    """Return whether places are evenly spaced along the normal."""
    normal = _normal(placed[places[0]][0])
    along = [np.dot(normal, placed[p][0].position) for p in places]  # type: ignore[arg-type]
    return _unevenness(np.diff(along)) <= 0


def _unevenness(steps: NDArray[np.float64]) -> float:
    """Return by how much the steps from slice to slice differ more than rounding does, mm."""
    if not steps.size:
        return 0.0
    middle = float(np.median(steps))
    return float(np.abs(steps - middle).max()) - max(0.05 * middle, 0.05)


def _displaced(
    strays: Places, frames: list[list[ImageHeader]], problems: list[str]
) -> tuple[list[list[ImageHeader]], str, list[int]]:
    """Return whole frames that lie elsewhere than most, by how far, and their numbers from 1.

    They are named as a problem. Whole frames have a slice for each of the usual ones, all displaced
    by the same distance.
    """
    if not strays:
        return [], "", []
    count = sum(map(len, strays.values()))
    found: list[list[ImageHeader]] = []
    if len(strays) == len(frames[0]):
        found, _numbers, obstacle = _frames(strays, [], [])
        found = [] if obstacle else found
    if not found or len(found) * len(strays) != count:
        problems.append(
            f"{count} images at {len(strays)} slice positions that most frames lack are left out."
        )
        return [], "", []
    usual = np.array([i.position for i in frames[0]], float)
    moved = np.array([[i.position for i in f] for f in found], float) - usual
    distance = float(np.linalg.norm(moved, axis=2).max())
    everything = [*frames, *found]
    clock = _common_clock(everything)
    order = sorted(everything, key=lambda f: _start(f, clock))
    numbers = [n for n, f in enumerate(order, start=1) if any(f is one for one in found)]
    by = (
        f"{_capital(frame_list(numbers))} of {len(order)}: displaced by {distance:.3g} mm from the "
        "others"
    )
    problems.append(f"{by} and left out.")
    return found, by, numbers


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lacking(images: Sequence[ImageHeader]) -> str:
    """Return which of position and orientation some images lack."""
    words = []
    if any(i.position is None for i in images):
        words.append("position (0020,0032)")
    if any(i.orientation is None for i in images):
        words.append("orientation (0020,0037)")
    return " and ".join(words)


def _geometry(frame: Sequence[ImageHeader]) -> tuple[Geometry | None, str]:
    first, last = frame[0], frame[-1]
    shape = (len(frame), first.header.rows, first.header.columns)
    uid = first.header.frame_of_reference_uid
    if first.position is None or first.orientation is None or first.pixel_spacing is None:
        return None, "it has no position, orientation or pixel spacing"
    row, column = np.reshape(first.orientation, (2, 3))
    if not (0.9 < np.linalg.norm(row) < 1.1 and 0.9 < np.linalg.norm(column) < 1.1):
        return None, "its orientation (0020,0037) is not a pair of unit vectors"
    affine = np.eye(4)
    affine[:3, 0] = row * first.pixel_spacing[1]
    affine[:3, 1] = column * first.pixel_spacing[0]
    affine[:3, 3] = first.position
    normal = np.cross(row, column)
    if len(frame) > 1:
        # The step is measured, because slices of a sheared grid do not follow the normal.
        affine[:3, 2] = (np.asarray(last.position) - first.position) / (len(frame) - 1)
        along = np.array([np.dot(normal, i.position) for i in frame])  # type: ignore[arg-type]
        steps = np.diff(along)
        if _unevenness(steps) > 0:
            even = all(_unevenness(np.diff(along[n::2])) <= 0 for n in (0, 1)) and len(along) > 3
            if even and len(along) % 2 == 0:
                return None, (
                    "half of its frames lie elsewhere than the other half, "
                    f"{steps[0]:.3g} mm along the normal"
                )
            return None, (
                f"its slices are unevenly spaced ({steps.min():.3g} to {steps.max():.3g} mm): "
                "a slice is probably missing in every frame"
            )
    else:
        affine[:3, 2] = normal * (first.slice_spacing or first.thickness or 1.0)
    if abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        return None, "its orientation and spacing do not span a volume"
    return Geometry(shape, affine, uid), ""


def _shifted(frames: Sequence[Sequence[ImageHeader]]) -> list[str]:
    position = np.array([[i.position or (0, 0, 0) for i in f] for f in frames], float)
    shift = np.linalg.norm(position - position[0], axis=2).max(axis=1)
    moved = np.flatnonzero(shift > 1.0)
    if not moved.size:
        return []
    return [
        f"The position differs from the first frame's by up to {shift.max():.3g} mm in "
        f"{frame_list(moved + 1)}; the first frame's is used for all."
    ]


def _out_of_order(frames: Sequence[Sequence[ImageHeader]]) -> list[str]:
    """Report a running number that contradicts the order of the frames: one tag is wrong."""
    if len({f[0].header.series_uid for f in frames}) > 1:
        return []
    running = np.array([[np.nan if i.instance is None else i.instance for i in f] for f in frames])
    steps = np.sign(np.diff(running, axis=0))
    steps = np.where(np.isnan(steps), 0, steps)
    against = int(min((steps > 0).sum(), (steps < 0).sum()))
    if not against:
        return []
    return [f"InstanceNumber contradicts the order of the frames in {against} images; check it."]


# ---------------------------------------------------------------------------- frames


def _frames(
    placed: dict[int, list[ImageHeader]], notes: list[str], problems: list[str]
) -> tuple[list[list[ImageHeader]], NDArray[np.int_], str]:
    most = max(len(v) for v in placed.values())
    if most == 1:
        return [[v[0] for v in placed.values()]], np.zeros(1, int), ""
    best: tuple[float, str, Table] | None = None
    for name, key in _keys(placed):
        table = _table(placed, key)
        if table is None or len(table) < 2:
            continue
        if name == _TEMPORAL and (many := _uniform(table, len(placed))) > 1:
            obstacle = f"no tag distinguishes the {many} images of each slice and {_TEMPORAL}"
            return [], np.zeros(0, int), obstacle
        if _crowding(table) > 0.45:
            continue
        if name in (_INSTANCE, _IN_FILE) and best is not None:
            # A running number always fits somehow, so tags of time or of frames take precedence.
            break
        score = sum(_is_whole(c, len(placed)) for c in table.values()) / max(len(table), most)
        if name in ("AcquisitionNumber", _INSTANCE) and best is not None and _covers(best, placed):
            # A count fits extra volumes too, which the tags of time or frames tell from frames.
            break
        # Frames may have lost slices, so a frame tag may give few complete frames; a tag that need
        # not change from frame to frame must give at least half of them.
        loose = name in (*WRITTEN, "AcquisitionNumber", _INSTANCE, _IN_FILE)
        if score >= (0.5 if loose else 1e-9) and (best is None or score > best[0]):
            best = (score, name, table)
    if best is None:
        ranked = _by_rank(placed)
        if ranked is None:
            return [], np.zeros(0, int), "no tag groups its images into complete frames"
        table, name = ranked
    else:
        _, name, table = best
    if best is None or name in (_INSTANCE, _IN_FILE):
        notes.append(
            "No tag numbers its frames: the images at each slice position are taken in the order "
            f"of {name}."
        )
        if (many := _ties(placed)) > 1:
            problems.append(
                f"{many} images at each slice position share every time tag; if they are of "
                "different kinds (magnitude and phase), the series cannot be used."
            )
    if name in _OF_SERIES:
        notes.append(f"Its frames are series; they are in the order of {name}.")
    listed = {id(i) for cells in table.values() for c in cells.values() for i in c}
    rest = [i for v in placed.values() for i in v if id(i) not in listed]
    if rest:
        files = sorted({_name(i) for i in rest})
        problems.append(
            f"{len(rest)} images have no {name}, which puts the others in order, and are left out "
            f"({', '.join(files[:4])}{' …' if len(files) > 4 else ''})."
        )
    return *_finish(table, name, len(placed), notes, problems), ""


def _covers(best: tuple[float, str, Table], placed: Places) -> bool:
    """Whether a tag gives whole frames only, of at least four fifths of the images."""
    table = best[2]
    whole = all(_is_whole(cells, len(placed)) for cells in table.values())
    return whole and len(table) >= 0.8 * max(len(v) for v in placed.values())


_TEMPORAL = "TemporalPosition"
#: Beginning of the problem that names the gaps of a tag that counts the frames.
_MISSING = "Missing by "
#: Numbers that tell series from each other, the most reliable first.
_OF_SERIES = (
    "SeriesNumber",
    "the number in the series' description",
    "the number in the folder's name",
)
_INSTANCE = "InstanceNumber"
_IN_FILE = "the place in the file"


def _keys(placed: dict[int, list[ImageHeader]]) -> list[tuple[str, Key]]:
    """Return the tags whose value may identify a frame, the most reliable first."""
    images = [i for v in placed.values() for i in v]
    most = max(len(v) for v in placed.values())
    keys: list[tuple[str, Key]] = [(_TEMPORAL, lambda i: i.temporal_index)]
    several = len({i.header.series_uid for i in images}) > 1
    for clock in clocks_for(images[0].header.manufacturer):
        if several and clock == CONTENT_TIME:
            # Each frame may be a series. Acquisition times, tried before, also give the order.
            keys += _series_keys(images)
        values = np.array([i.clocks.get(clock, np.nan) for i in images])
        filled = _filled(clock, placed)
        later = unwrap_midnight(values) - values
        shift = {v: s for v, s in zip(values.tolist(), later.tolist(), strict=True) if s}

        def time(
            i: ImageHeader,
            clock: str = clock,
            shift: dict[float, float] = shift,
            filled: dict[int, float] = filled,
        ) -> Hashable:
            value = i.clocks.get(clock, filled.get(id(i)))
            return None if value is None else round(value + shift.get(value, 0.0), 4)

        keys.append((clock, time))
    keys.append(("AcquisitionNumber", lambda i: i.acquisition))
    keys += [(_INSTANCE, key) for key in _running(placed, most, lambda i: i.instance)]
    if len({i.header.file for i in images}) == 1:
        keys += [(_IN_FILE, key) for key in _running(placed, most, lambda i: i.index + 1)]
    return keys


def _series_keys(images: list[ImageHeader]) -> list[tuple[str, Key]]:
    """Return keys for frames that are series: a number that tells every series from the others.

    It is the scanner's number, else the one number that changes in the descriptions, or in the
    names of the folders. UIDs are no order.
    """
    by_uid = {i.header.series_uid: i.header for i in images}
    texts = (
        {u: str(h.series_number or "") for u, h in by_uid.items()},
        {u: h.description for u, h in by_uid.items()},
        {u: PurePath(h.file).parent.name for u, h in by_uid.items()},
    )
    keys: list[tuple[str, Key]] = []
    for name, named in zip(_OF_SERIES, texts, strict=True):
        numbers = _running_number(named)
        if numbers:

            def number(i: ImageHeader, numbers: dict[str, int] = numbers) -> Hashable:
                return numbers[i.header.series_uid]

            keys.append((name, number))
    return keys


def _running_number(texts: dict[str, str]) -> dict[str, int]:
    """Return the number in each text that alone tells it from the others; {} if there is none."""
    found = {key: [int(n) for n in re.findall(r"\d+", text)] for key, text in texts.items()}
    if len({re.sub(r"\d+", "#", text) for text in texts.values()}) != 1:
        return {}
    columns = np.array(list(found.values()), dtype=object)
    if columns.ndim != 2:
        return {}
    for column in columns.T:
        if len(set(column)) == len(texts):
            return dict(zip(found, (int(n) for n in column), strict=True))
    return {}


def _filled(clock: str, placed: Places) -> dict[int, float]:
    """Return the times of images without this tag, from the even times of the others; else {}.

    GE leaves TriggerTime 0 out of the first frame. The same few images of every place must lack
    the tag, and the others must be evenly spaced in the order of their running number.
    """
    found: dict[int, float] = {}
    for images in placed.values():
        if any(i.instance is None for i in images):
            return {}
        column = sorted(images, key=lambda i: i.instance or 0)
        values = np.array([i.clocks.get(clock, np.nan) for i in column])
        missing = ~np.isfinite(values)
        if not missing.any():
            continue
        known = np.flatnonzero(~missing)
        if known.size < max(3, 0.8 * len(column)):
            return {}
        slope, start = np.polyfit(known, values[known], 1)
        if slope <= 0 or np.abs(values[known] - start - slope * known).max() > 0.02 * slope:
            return {}
        for n in np.flatnonzero(missing):
            found[id(column[n])] = float(np.round(start + slope * n, 4))
    return found


def _running(placed: Places, most: int, count: Callable[[ImageHeader], int | None]) -> list[Key]:
    """Return keys that compute the frame from a number that counts by frame or by slice."""
    n_places = len(placed)
    columns = [[n for i in v if (n := count(i)) is not None] for v in placed.values()]
    if not all(columns):
        return []
    keys: list[Key] = []
    # Counted frame by frame, the remainder is the place and shows where a frame begins.
    remainders = _usual([[n % n_places for n in column] for column in columns])
    if remainders:
        up = [(r - remainders[0]) % n_places for r in remainders]
        down = [(r - remainders[-1]) % n_places for r in reversed(remainders)]
        runs = list(range(n_places))
        start = remainders[0] if up == runs else remainders[-1] if down == runs else 1
        keys.append(lambda i: None if (n := count(i)) is None else (n - start) // n_places)
    # Counted place by place, the quotient is the place.
    least = min(min(column) for column in columns)
    first = 1 if 0 < least <= most else least
    if _usual([[(n - first) // most for n in column] for column in columns]):
        keys.append(lambda i: None if (n := count(i)) is None else (n - first) % most)
    return keys


def _usual(columns: list[list[int]]) -> list[int]:
    """Return the number that nearly all images of a place share and no other place has; or []."""
    usual = [Counter(column).most_common(1)[0] for column in columns]
    agreeing = sum(count for _, count in usual)
    found = [number for number, _ in usual]
    distinct = len(set(found)) == len(found)
    return found if distinct and agreeing >= 0.8 * sum(map(len, columns)) else []


Table = dict[Hashable, dict[int, list[ImageHeader]]]


def _table(placed: dict[int, list[ImageHeader]], key: Key) -> Table | None:
    table: Table = defaultdict(lambda: defaultdict(list))
    without = 0
    for place, images in placed.items():
        for image in images:
            value = key(image)
            if value is None:
                without += 1
            else:
                table[value][place].append(image)
    total = sum(len(v) for v in placed.values())
    return table if without * 5 < total else None


def _is_whole(cells: dict[int, list[ImageHeader]], n_places: int) -> bool:
    return len(cells) == n_places and all(len(c) == 1 for c in cells.values())


def _crowding(table: Table) -> float:
    """Return the share of images in excess of one per place and frame."""
    counts = [len(c) for cells in table.values() for c in cells.values()]
    return 1 - len(counts) / max(sum(counts), 1)


def _uniform(table: Table, n_places: int) -> int:
    counts = {len(c) for cells in table.values() for c in cells.values()}
    whole = all(len(cells) == n_places for cells in table.values())
    return counts.pop() if whole and len(counts) == 1 else 1


def _ties(placed: dict[int, list[ImageHeader]]) -> int:
    """Count the images at one place that share all time tags; 1 if no time tag varies."""
    images = next(iter(placed.values()))
    counts = Counter(tuple(sorted(i.clocks.items())) for i in images)
    return min(counts.values()) if len(counts) > 1 else 1


def _by_rank(placed: dict[int, list[ImageHeader]]) -> tuple[Table, str] | None:
    """Assign the n-th image at every place to frame n, if slices were acquired in turn."""
    counts = {len(v) for v in placed.values()}
    if len(counts) != 1:
        return None
    images = [i for v in placed.values() for i in v]

    def order(name: str, image: ImageHeader) -> float:
        value = image.instance if name == _INSTANCE else image.clocks.get(name)
        return np.nan if value is None else float(value)

    for name in (*clocks_for(images[0].header.manufacturer), _INSTANCE):
        columns, ordered = [], []
        for column in placed.values():
            values = unwrap_midnight(np.array([order(name, i) for i in column]))
            if not np.isfinite(values).all() or len(set(values.tolist())) < len(values):
                break
            columns.append([column[j] for j in np.argsort(values)])
            ordered.append(np.sort(values))
        else:
            if not _in_step(np.array(ordered)):
                continue
            frames = zip(*columns, strict=True)
            return {
                f: {p: [i] for p, i in zip(placed, frame, strict=True)}
                for f, frame in enumerate(frames)
            }, name
    return None


def _in_step(values: NDArray[np.float64]) -> bool:
    """Return whether each place follows the first at a constant delay, ``(places, n)``.

    Otherwise places have lost different frames, and their n-th images belong to different frames.
    """
    lag = values - values[0]
    return bool(np.ptp(lag, axis=1).max() <= 0.5 * np.median(np.diff(values, axis=1)))


def _finish(
    table: Table, name: str, n_places: int, notes: list[str], problems: list[str]
) -> tuple[list[list[ImageHeader]], NDArray[np.int_]]:
    """Keep the complete frames in order; report dropped frames and duplicate images."""
    keys = sorted(table)  # type: ignore[type-var]
    keyed = list(enumerate(table[k] for k in keys))
    # Only a counting tag reveals missing frames by its gaps.
    if name in (_TEMPORAL, "AcquisitionNumber") and keys[-1] - keys[0] < 2 * len(keys):  # type: ignore[operator]
        keyed = [(k - keys[0], table[k]) for k in keys]  # type: ignore[operator]
    gaps = sorted(set(range(keyed[-1][0])) - {k for k, _ in keyed})
    if gaps:
        problems.append(
            f"{_MISSING}{name}: {frame_list([g + 1 for g in gaps])} of {keyed[-1][0] + 1}; the "
            "others keep their times."
        )
    frames, numbers, doubled, short = [], [], [], []
    for number, cells in keyed:
        if len(cells) < n_places:
            short.append(number + 1)
            continue
        if any(len(c) > 1 for c in cells.values()):
            doubled.append(number + 1)
        frames.append(
            [
                min(cells[p], key=lambda i: (i.instance is None, i.instance or 0))
                for p in sorted(cells)
            ]
        )
        numbers.append(number)
    if doubled:
        problems.append(f"Duplicate images in {frame_list(doubled)}; the first of each is used.")
    if short:
        problems.append(f"Fewer than {n_places} slices in {frame_list(short)}; dropped.")
    return frames, np.array(numbers, int)
