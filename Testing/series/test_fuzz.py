"""Damaged studies: no traceback, no hang, no silently wrong time axis.

Every pixel holds its true frame and slice, so that what comes back can be judged. About 2 000
studies by default; SPINEDCE_FUZZ=5 makes it five times as many.
"""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from series.dicom_layouts import VENDORS, Layout, enhanced, save, save_all, tell_time
from SpineDCELib.errors import InputError
from SpineDCELib.series import read_dynamic, scan_study, study_report
from SpineDCELib.series.image_header import read_headers
from SpineDCELib.series.pixel_values import load_frames
from SpineDCELib.series.stack import stack_images

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")
MORE = int(os.environ.get("SPINEDCE_FUZZ", "1"))
FRAMES, SLICES = 6, 3
TIMES = np.arange(FRAMES) * 5.0
WAYS = [(v, w) for v, ways in VENDORS.items() for w in ways]


def examples(n):
    return settings(
        max_examples=n * MORE,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def marked():
    f, k = np.mgrid[:FRAMES, :SLICES]
    return np.broadcast_to(
        (f * 100 + k + 1)[..., None, None].astype(np.uint16), (FRAMES, SLICES, 4, 4)
    )


class Studies(dict):
    def __repr__(self):
        return "studies"


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Return a folder for each vendor and time tag, with the values of its headers."""
    root = tmp_path_factory.mktemp("whole")
    found = Studies()
    for n, (vendor, way) in enumerate(WAYS):
        layout = Layout(vendor=vendor, times=TIMES)
        images = layout.images(marked())
        tell_time(images, layout, way)
        save_all(images, root / str(n))
        files = sorted((root / str(n)).iterdir())
        found[vendor, way] = files, [h for f in files for h in read_headers(str(f)) or []]
    return found


# ---------------------------------------------------------------------------- headers

NUMBERS = st.one_of(
    st.integers(-5, 40),
    st.floats(-1e9, 1e9),
    st.sampled_from([0.0, 1e-9, 86399.5, 1e300, 2**53, -1]),
)
FIELDS = ["clocks", "temporal_index", "acquisition", "instance", "position", "orientation",
          "pixel_spacing", "thickness", "slope", "TR", "FA"]  # fmt: skip
STEP = st.tuples(
    st.sampled_from(["drop", "double", "blank", "swap", "set", "drop frame", "blank all"]),
    st.sampled_from(FIELDS),
    st.integers(0, FRAMES * SLICES - 1),
    st.integers(0, FRAMES * SLICES - 1),
    NUMBERS,
)


def value_for(field, old, number):
    """Return a wrong value that the reader accepts."""
    if field != "clocks":
        number = np.clip(number, -(2.0**53), 2.0**53)
    if field in ("position", "orientation", "pixel_spacing"):
        number = np.clip(number, -1e6, 1e6)
    if field == "clocks":
        return {name: float(number) for name in old}
    if field in ("temporal_index", "acquisition", "instance"):
        return int(number)
    if field == "position":
        return (float(number), 0.0, 1.0)
    if field == "orientation":
        return (float(number), 0.0, 0.0, 0.0, 1.0, 0.0)
    if field == "pixel_spacing":
        return (abs(float(number)) + 1e-3, 1.0)
    return float(number)


def damage(headers, steps, seed):
    """Return the headers after the steps, and the fields that now hold wrong values."""
    images, wrong = list(headers), set()
    for kind, field, a, b, number in steps:
        if len(images) < 2:
            break
        a, b = a % len(images), b % len(images)
        if kind == "drop":
            del images[a]
        elif kind == "double":
            copy = replace(images[a].header, sop_uid=f"again {len(images)}")
            images.append(replace(images[a], header=copy))
        elif kind == "drop frame":
            frame = images[a].header.file.split("/")[-1][:4]
            rest = [i for i in images if not i.header.file.split("/")[-1].startswith(frame)]
            images = rest or images
        elif kind == "blank":
            images[a] = replace(images[a], **{field: {} if field == "clocks" else None})
            wrong.add("blank " + field)
        elif kind == "blank all":
            images = [replace(i, **{field: {} if field == "clocks" else None}) for i in images]
            wrong.add("blank " + field)
        elif kind == "swap":
            left, right = getattr(images[a], field), getattr(images[b], field)
            images[a] = replace(images[a], **{field: right})
            images[b] = replace(images[b], **{field: left})
            wrong.add(field)
        else:
            new = value_for(field, getattr(images[a], field), number)
            images[a] = replace(images[a], **{field: new})
            wrong.add(field)
    order = np.random.default_rng(seed).permutation(len(images))
    return [images[n] for n in order], wrong


def true_frame(image):
    return int(image.header.file.split("/")[-1][1:4])


def judge(stack, way, wrong):
    """Check that a stack is refused, or right, or reports its changes."""
    # With a time for each slice, or none, only the running number tells frames apart.
    alone = way == "slice by slice" or "blank clocks" in wrong
    timed = TIMED | ({"instance", "blank instance"} if alone else set())
    if stack.obstacle:
        assert not stack.frames or stack.geometry is None
        return
    frames = [{true_frame(i) for i in frame} for frame in stack.frames]
    times = stack.timing.times
    assert all(len(frame) == len(stack.frames[0]) for frame in stack.frames)
    if times is not None:
        assert len(times) == len(frames)
        assert np.all(np.diff(times) > 0)
    places = {"position", "orientation", "slope", "blank position", "blank orientation"}
    if wrong & places or ({"instance", "blank instance"} & wrong and wrong & TIMED):
        return
    told = stack.notes or stack.problems or stack.timing.notes or stack.timing.problems
    if wrong & timed and told:
        return
    assert all(len(frame) == 1 for frame in frames), "frames are mixed in silence"
    order = [frame.pop() for frame in frames]
    assert order == sorted(order), "frames are out of order in silence"
    if times is not None:
        np.testing.assert_allclose(times, TIMES[order] - TIMES[order[0]], atol=1e-3)


TIMED = {"clocks", "temporal_index", "acquisition"}


@pytest.mark.long
@examples(1500)
@given(way=st.sampled_from(WAYS), steps=st.lists(STEP, max_size=6), seed=st.integers(0, 99))
def test_damaged_headers(studies, way, steps, seed):
    images, wrong = damage(studies[way][1], steps, seed)
    judge(stack_images(images), way[1], wrong)


# ---------------------------------------------------------------------------- bytes


@st.composite
def bytes_damage(draw):
    kind = draw(st.sampled_from(["cut", "flip", "fill", "insert", "delete"]))
    return kind, draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=12))


def damaged(blob, steps):
    for kind, where, extra in steps:
        at = int(where * len(blob))
        n = len(extra)
        if kind == "cut":
            blob = blob[:at]
        elif kind in ("flip", "fill"):
            blob = blob[:at] + extra + blob[at + n :]
        elif kind == "insert":
            blob = blob[:at] + extra + blob[at:]
        else:
            blob = blob[:at] + blob[at + n :]
    return blob


def read_one(file):
    images = read_headers(str(file))
    for image in images or []:
        stack = stack_images([image])
        if not stack.obstacle:
            try:
                load_frames(stack.frames, {str(file): str(file)})
            except InputError:
                continue


@pytest.mark.long
@examples(500)
@given(way=st.sampled_from(WAYS), steps=st.lists(bytes_damage(), min_size=1, max_size=4))
def test_damaged_files(studies, tmp_path_factory, way, steps):
    file = tmp_path_factory.getbasetemp() / "one.dcm"
    file.write_bytes(damaged(studies[way][0][4].read_bytes(), steps))
    read_one(file)


@pytest.mark.slow
@examples(60)
@given(steps=st.lists(bytes_damage(), min_size=1, max_size=4))
def test_damaged_enhanced_file(tmp_path_factory, steps):
    base = tmp_path_factory.getbasetemp() / "enhanced.dcm"
    if not base.exists():
        save(enhanced(Layout(times=TIMES), marked()[None].copy()), base)
    file = base.with_name("one_enhanced.dcm")
    file.write_bytes(damaged(base.read_bytes(), steps))
    read_one(file)


@pytest.mark.slow
@examples(40)
@given(
    way=st.sampled_from(WAYS),
    hits=st.lists(st.tuples(st.integers(0, FRAMES * SLICES - 1), bytes_damage()), max_size=4),
    missing=st.sets(st.integers(0, FRAMES * SLICES - 1), max_size=3),
)
def test_damaged_study(studies, tmp_path_factory, way, hits, missing):
    """A damaged study is read correctly or refused with a message."""
    folder = tmp_path_factory.mktemp("study")
    files = studies[way][0]
    for n, file in enumerate(files):
        blob = file.read_bytes()
        blob = damaged(blob, [step for at, step in hits if at == n])
        if n not in missing:
            (folder / file.name).write_bytes(blob)
    try:
        study = scan_study(folder)
        study_report(study)
        series = read_dynamic(study)
    except InputError:
        return
    finally:
        shutil.rmtree(folder)
    # A hit in the pixels cannot be known; a slice is of the frame that most of them name.
    named = np.median(series.signal, axis=(2, 3)) // 100
    if not hits or not series.notes:
        order = named[:, 0].astype(int)
        assert (named == named[:, :1]).all()
        np.testing.assert_allclose(series.times, TIMES[order] - TIMES[order[0]], atol=1e-3)
