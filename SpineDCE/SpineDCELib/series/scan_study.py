"""Sorting of loose files into the series of a study, each with its role."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.contour_reader import is_structure_set
from SpineDCELib.series.dynamic_series import MIN_FRAMES, Acquisition
from SpineDCELib.series.file_discovery import find_files
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.image_formats import opener_of, other_formats
from SpineDCELib.series.image_header import ImageHeader, read_headers
from SpineDCELib.series.joining import propose_joining
from SpineDCELib.series.plausibility import interval_doubt, repetition_doubt
from SpineDCELib.series.series_roles import Facts, doubt_of, facts_of, role_of
from SpineDCELib.series.stack import Stack, stack_images
from SpineDCELib.series.study_contents import (
    FEW_FRAMES,
    GIVE_AS_REGIONS,
    NO_FRAME_TIMES,
    SeriesDescription,
    Study,
    grid_key,
)
from SpineDCELib.series.study_context import resolve_roles
from SpineDCELib.series.view_sharing import footprint_of, sharing_notes
from SpineDCELib.settings.contrast_agents import recognised

#: Single-volume series that are alike in everything but time become one dynamic series from here.
MIN_SERIES_TO_JOIN = 3


def scan_study(path: str | os.PathLike[str], progress: Progress = silent) -> Study:
    """Read the headers of all files under ``path`` and sort them into series.

    Args:
        path: a folder, a zip archive, a DICOMDIR, or one file with an image.

    Raises:
        InputError: ``path`` does not exist or is empty; unreadable files are listed instead.

    Example:
        >>> from SpineDCELib import scan_study
        >>> scan_study(folder).dynamic().frames
        60
    """
    file_set = find_files(path)
    images: list[ImageHeader] = []
    others: list[ImageFile] = []
    problems = list(file_set.problems)
    disk: dict[str, str] = {}
    not_images = 0
    unknown: list[tuple[Path, str]] = []
    without_images: set[Path] = set()  # DICOM files
    total = len(file_set.files)
    for n, (file, name) in enumerate(file_set.files):
        if n % 16 == 0:
            progress(0.95 * n / total, f"Reading headers ({n} of {total} files)")
        try:
            if (opener := opener_of(file)) is not None:
                others.extend(opener(file, name))
            elif found := read_headers(str(file), name):
                images.extend(found)
                disk[name] = str(file)
            else:
                unknown.append((file, name))
                if found is not None:
                    without_images.add(file)
        except (InputError, OSError) as error:
            not_images += 1
            problems.append(str(error) if isinstance(error, InputError) else f"{name}: {error}.")
    # Files that hold the pixels of a header belong to its image.
    pixels = {part for image in others for part in image.parts}
    left = [name for file, name in unknown if file not in pixels]
    not_images += len(left)
    sets = [name for file, name in unknown if file in without_images and is_structure_set(file)]
    named, unnamed = other_formats(name for name in left if name not in sets)
    problems += named
    problems += [f"{name} is a DICOM structure set; {GIVE_AS_REGIONS}." for name in sets]
    progress(0.95, "Sorting series")
    described = [*_dicom_series(images, disk), *(_file_series(f) for f in others)]
    described = propose_joining(resolve_roles(described))
    patients = tuple(sorted({s.patient for s in described if s.patient}))
    if len(patients) > 1:
        problems.append(
            f"The study holds files of {len(patients)} patients ({', '.join(patients)}); "
            "they are never combined."
        )
    progress(1.0, "Headers read")
    return Study(
        str(file_set.root), tuple(described), not_images, patients, tuple(problems), file_set,
        tuple(unnamed),
    )  # fmt: skip


def _cluster(values: Iterable[float | None], tolerance: float) -> dict[float | None, int]:
    """Return the group of each value; groups differ by more than ``tolerance`` (relative).

    A missing value joins the only group, or forms a separate one where there are several.
    """
    groups: dict[float | None, int] = {}
    group, last = 0, None
    for value in sorted({v for v in values if v is not None}):
        if last is not None and value - last > tolerance * abs(last) + 1e-9:
            group += 1
        groups[value] = group
        last = value
    groups[None] = 0 if group == 0 else -1
    return groups


def _dicom_series(images: Sequence[ImageHeader], disk: dict[str, str]) -> list[SeriesDescription]:
    by_series: dict[Hashable, list[ImageHeader]] = defaultdict(list)
    names: dict[Hashable, set[str]] = defaultdict(set)
    for image in images:
        names[(image.header.patient[0], image.header.study_uid)].add(image.header.patient[1])
    for image in images:
        h = image.header
        # Files of a study that lack the patient's name still belong to the same patient.
        known = names[(h.patient[0], h.study_uid)] - {""}
        name = next(iter(known)) if len(known) == 1 else h.patient[1]
        by_series[(h.patient[0], name, h.study_uid, h.series_uid)].append(image)
    found: list[tuple[list[ImageHeader], Stack, Facts]] = []
    for members in by_series.values():
        kinds = _kinds(members)
        orientations = len({_rounded(i.orientation) for i in members})
        for kind, differs in zip(kinds, _differences(kinds), strict=True):
            stack = stack_images(kind)
            if differs:
                stack.kind = differs
                stack.notes.append(f"One of {len(kinds)} kinds in this series: {differs}.")
            b = len({i.b_value for i in members if i.b_value is not None})
            found.append((kind, stack, _facts(kind, stack, orientations, b)))
    found = _joined(found)
    return [_describe(kind, stack, facts, disk) for kind, stack, facts in found]


def _facts(kind: list[ImageHeader], stack: Stack, orientations: int, b: int) -> Facts:
    slices = len(stack.frames[0]) if stack.frames else 0
    return facts_of(kind[0], len(stack.frames), slices, orientations, b)


def _rounded(values: Sequence[float] | None) -> Hashable:
    return None if values is None else tuple(round(v, 2) + 0.0 for v in values)


def _kinds(members: list[ImageHeader]) -> list[list[ImageHeader]]:
    """Split a series into parts that cannot be stacked: components, echoes, flip angles …"""
    TE = _cluster((i.TE for i in members), 0.03)
    FA = _cluster((i.FA for i in members), 0.01)
    TI = _cluster((i.TI for i in members), 0.03)
    echo = _cluster((i.echo for i in members), 0.0)
    b_value = _cluster((i.b_value for i in members), 0.01)
    orientations: list[NDArray[np.float64]] = []

    def orientation(image: ImageHeader) -> int:
        if image.orientation is None:
            return -1
        vector = np.array(image.orientation)
        for n, known in enumerate(orientations):
            if np.abs(known - vector).max() < 0.01:
                return n
        orientations.append(vector)
        return len(orientations) - 1

    components = {"M", "P", "R", "I", "MAGNITUDE", "PHASE", "REAL", "IMAGINARY", "PHASE MAP"}
    kinds: dict[Hashable, list[ImageHeader]] = defaultdict(list)
    for i in members:
        h = i.header
        kinds[
            (
                i.component,
                tuple(t for t in i.image_type if t not in components),
                TE[i.TE],
                FA[i.FA],
                TI[i.TI],
                echo[i.echo],
                b_value[i.b_value],
                orientation(i),
                (h.rows, h.columns),
                None if i.pixel_spacing is None else tuple(round(v, 3) for v in i.pixel_spacing),
            )
        ].append(i)
    return list(kinds.values())


def _differences(kinds: list[list[ImageHeader]]) -> list[str]:
    """Describe each kind by what differs between the kinds of one series; "" for a single one."""
    if len(kinds) < 2:
        return [""]

    def facts(image: ImageHeader) -> dict[str, str]:
        def milliseconds(value: float | None) -> str:
            return "not stated" if value is None else f"{value * 1e3:.4g} ms"

        words = " ".join(image.image_type[2:]) or "no image type"
        return {
            "": image.component,
            "image type ": words,
            "TE ": milliseconds(image.TE),
            "TI ": milliseconds(image.TI),
            "flip angle ": "not stated" if image.FA is None else f"{image.FA:g}°",
            "echo ": str(image.echo),
            "b-value ": str(image.b_value),
            "matrix ": f"{image.header.columns}×{image.header.rows}",
        }

    described = [facts(kind[0]) for kind in kinds]
    varying = [k for k in described[0] if len({d[k] for d in described}) > 1]
    return [
        ", ".join(f"{name}{d[name]}" for name in varying) or "another orientation"
        for d in described
    ]


def _stem(text: str) -> str:
    return re.sub(r"[\W\d_]+", " ", text.lower()).strip()


def _joined(
    found: list[tuple[list[ImageHeader], Stack, Facts]],
) -> list[tuple[list[ImageHeader], Stack, Facts]]:
    """Join single-frame series that differ only in time into one dynamic series."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for n, (kind, stack, facts) in enumerate(found):
        if len(stack.frames) != 1 or stack.geometry is None:
            continue
        i = kind[0]
        key = (
            i.header.patient,
            i.header.study_uid,
            i.component,
            i.image_type,
            _stem(i.header.description),
            None if i.TR is None else round(i.TR, 4),
            None if i.TE is None else round(i.TE, 4),
            i.FA,
            i.TI,
            i.b_value,
            i.echo,
            grid_key(stack.geometry),
        )
        if facts.modality in ("MR", ""):
            alike[key].append(n)
    joined: dict[int, tuple[list[ImageHeader], Stack, Facts]] = {}
    used: set[int] = set()
    for members in alike.values():
        if len(members) < MIN_SERIES_TO_JOIN:
            continue
        images = [i for n in members for i in found[n][0]]
        stack = stack_images(images)
        if stack.obstacle:
            stack.obstacle = (
                f"the order of its frames is not known: they are {len(members)} series with the "
                "same number and times. Number them in their descriptions or folders, or export "
                "them as one series"
            )
        elif len(stack.frames) < MIN_SERIES_TO_JOIN:
            continue
        stack.notes.append(f"Its frames are {len(members)} series that differ only in time.")
        joined[members[0]] = (images, stack, _facts(images, stack, 1, 1))
        used.update(members)
    return [joined.get(n, entry) for n, entry in enumerate(found) if n in joined or n not in used]


def _describe(
    kind: list[ImageHeader], stack: Stack, facts: Facts, disk: dict[str, str]
) -> SeriesDescription:
    first = stack.frames[0][0] if stack.frames else kind[0]
    h = first.header
    role, reason = role_of(facts)
    if h.modality == "SEG":
        role, reason, stack.obstacle = "segmentation", "DICOM Segmentation", ""
    elif stack.obstacle:
        role, reason = "other", f"it cannot be read: {stack.obstacle}"
    elif h.samples != 1:
        stack.obstacle = (
            "its images are in colour, not one signal per pixel; export the original images"
        )
        role, reason = "other", stack.obstacle
    elif h.mosaic or "VFRAME" in first.image_type:
        kind_of_tiles = "a Siemens mosaic" if h.mosaic else "a United Imaging grid (VFRAME)"
        stack.obstacle = (
            f"each image is {kind_of_tiles} of all slices; export single images or Enhanced MR"
        )
        role, reason = "other", stack.obstacle
    used = [i for f in stack.frames for i in f] or kind
    files = tuple(dict.fromkeys(i.header.file for i in used))
    timing = stack.timing
    problems = [*stack.problems, *timing.problems]
    if role.startswith("dynamic"):
        if timing.times is None:
            problems.append(NO_FRAME_TIMES)
        problems += interval_doubt(timing.times, timing.origin)
        if len(stack.frames) < MIN_FRAMES:
            problems.append(FEW_FRAMES)
        if first.TR is None:
            problems.append("RepetitionTime (0018,0080) is missing.")
        if first.FA is None:
            problems.append("FlipAngle (0018,1314) is missing.")
    if any(i.header.lossy for i in used):
        stack.notes.append(
            "Its images were compressed with loss (LossyImageCompression, (0028,2110)), which "
            "changes the signal a little."
        )
    shared, footprint, interval = None, None, None
    if role.startswith("dynamic"):
        if timing.times is not None and timing.times.size > 1:
            interval = float(np.median(np.diff(timing.times)))
        problems += repetition_doubt(first.TR, interval, three_dimensional=h.three_dimensional)
        footprint = footprint_of((i.frame_duration for i in used), interval)
        names = f"{h.description} {h.protocol}"
        shared, said = sharing_notes(h.sequence, names, footprint)
        stack.notes += said
    shape = stack.geometry.shape if stack.geometry else (facts.slices, h.rows, h.columns)
    clocks = [
        i.clocks[c] % 86400.0
        for i in used
        for c in ("FrameAcquisitionDateTime (0018,9074)", "AcquisitionTime (0008,0032)",
                  "AcquisitionDateTime (0008,002A)", "SeriesTime (0008,0031)")
        if c in i.clocks
    ][:1]  # fmt: skip
    patient_id, patient_name = h.patient
    return SeriesDescription(
        number=0,
        series_number=h.series_number,
        description=h.description or h.protocol,
        modality=h.modality,
        format="DICOM",
        dimensions=(len(stack.frames), *shape),
        geometry=stack.geometry,
        times=timing.times,
        time_origin=timing.origin,
        acquisition=Acquisition(
            TR=first.TR,
            TE=first.TE,
            FA=first.FA,
            field_strength=h.field_strength,
            manufacturer=h.manufacturer or None,
            description=h.description or h.protocol or None,
            agent=(recognised(h.contrast_agent) or h.contrast_agent) or None,
            contrast_volume=h.contrast_volume,
            weight=h.weight,
            injection_rate=h.injection_rate,
            view_shared=shared,
            footprint=footprint,
        ),
        component=first.component,
        role=role,
        reason=reason,
        kind=stack.kind,
        doubt=doubt_of(facts, role),
        patient=patient_id or patient_name,
        study_uid=h.study_uid or None,
        study_date=h.study_date,
        series_uids=tuple(dict.fromkeys(i.header.series_uid for i in used)),
        files=files,
        started=clocks[0] if clocks else None,
        notes=(*stack.notes, *timing.notes),
        problems=tuple(problems),
        obstacle=stack.obstacle,
        stack=stack,
        disk_paths={i.header.file: disk[i.header.file] for i in kind},
    )


def _file_series(file: ImageFile) -> SeriesDescription:
    facts = Facts(
        modality="MR",
        words=file.description,
        image_type=file.image_type,
        component=file.component,
        frames=file.frames,
        slices=file.geometry.shape[0],
        orientations=1,
        TR=file.acquisition.TR,
        TE=file.acquisition.TE,
        TI=None,
        FA=file.acquisition.FA,
        b_values=1,
        contrast=file.contrast,
        readable=True,
    )
    role, reason = role_of(facts)
    problems = list(file.problems)
    segmented = any(k.startswith("Segment0_") for k in file.fields)
    if segmented:
        role, reason = "segmentation", "named segments"
    elif file.frames == 1 and re.search(r"(?i)(^|[-_ ])(aif|roi|mask|label)", file.description):
        role, reason = "mask", "by its name"
    if role.startswith("dynamic"):
        if file.times is None:
            problems.append(NO_FRAME_TIMES)
        problems += interval_doubt(file.times, file.time_origin)
        if file.frames < MIN_FRAMES:
            problems.append(FEW_FRAMES)
    return SeriesDescription(
        number=0,
        series_number=None,
        description=file.description,
        modality="MR",
        format=file.format,
        dimensions=(file.frames, *file.geometry.shape),
        geometry=file.geometry,
        times=file.times,
        time_origin=file.time_origin,
        acquisition=replace(file.acquisition, description=file.description),
        component=file.component,
        role=role,
        reason=reason,
        doubt=doubt_of(facts, role),
        files=(
            file.name,
            *(str(Path(file.name).with_name(p.name)) for p in file.parts if p != file.path),
        ),
        notes=tuple(file.notes),
        problems=tuple(problems),
        image_file=file,
    )
