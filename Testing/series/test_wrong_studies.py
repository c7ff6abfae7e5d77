"""Studies that stay readable but are wrong: the truth comes back, or a message names what is wrong.

Every pixel holds its true frame and slice. Vendor, time tags, times, order, orientation, mutation
and image are drawn at random from a seed; SPINEDCE_FUZZ multiplies the number of studies.
"""

import copy
import os
import shutil
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from series.dicom_layouts import FA, TR, VENDORS, Layout, oblique_affine, save_all, tell_time
from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.run import inputs
from SpineDCELib.series import scan_study
from SpineDCELib.settings import Settings, with_values

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")
MORE = int(os.environ.get("SPINEDCE_FUZZ", "1"))
FRAMES, SLICES = 11, 2
WAYS = [(vendor, way) for vendor, ways in VENDORS.items() for way in ways]
CLOCKS = (
    "AcquisitionTime", "AcquisitionDateTime", "ContentTime", "TriggerTime", "FrameReferenceTime",
)  # fmt: skip
#: An analysis that needs neither T1 nor an artery.
SETTINGS = with_values(
    Settings(),
    {"concentration.signal": "relative", "aif.source": "parker", "reading.skip_invalid": True},
)


def marked():
    f, k = np.mgrid[:FRAMES, :SLICES]
    return np.broadcast_to(
        (f * 100 + k + 1)[..., None, None].astype(np.uint16), (FRAMES, SLICES, 4, 4)
    )


def of_frame(images, f):
    return [image for image in images if image.f == f]


# Each mutation changes the images and returns the words of which one names it. An empty list is
# for a mutation that must not change the result. ``a`` and ``b`` are different frames.


def frame_missing(images, a, b, k, n):
    images[:] = [i for i in images if i.f != a]
    # Nothing in the files knows of a frame before the first or after the last.
    return ["missing", "frame", "uneven", "interval"]


def image_missing(images, a, b, k, n):
    images[:] = [i for i in images if (i.f, i.k) != (a, k)]
    return ["frame"]


def image_doubled(images, a, b, k, n):
    again = copy.deepcopy(next(i for i in images if (i.f, i.k) == (a, k)))
    again.ds.SOPInstanceUID = "1.2.3.4.5.6"
    again.name = f"again_{again.name}"
    images.append(again)
    return ["twice", "uplicate", "share", "contradict", "several images", "left out", "same"]


def files_renamed(images, a, b, k, n):
    for image, place in zip(images, np.random.default_rng(n).permutation(len(images)), strict=True):
        image.name = f"{place:04d}.dcm"
    return []


def numbers_swapped(images, a, b, k, n):
    for one, two in zip(of_frame(images, a), of_frame(images, b), strict=True):
        one.ds.InstanceNumber, two.ds.InstanceNumber = two.ds.InstanceNumber, one.ds.InstanceNumber
    return ["InstanceNumber"]


def times_swapped(images, a, b, k, n):
    for one, two in zip(of_frame(images, a), of_frame(images, b), strict=True):
        for tag in CLOCKS:
            if tag in one.ds and tag in two.ds:
                left, right = one.ds[tag].value, two.ds[tag].value
                one.ds[tag].value, two.ds[tag].value = right, left
    return ["order", "InstanceNumber", "Time", "TemporalPosition", "AcquisitionNumber"]


def clocks_missing_in_a_frame(images, a, b, k, n):
    for image in of_frame(images, a):
        for tag in CLOCKS:
            if tag in image.ds:
                del image.ds[tag]
    return ["Time", "times"]


def clocks_missing(images, a, b, k, n):
    for f in range(FRAMES):
        clocks_missing_in_a_frame(images, f, b, k, n)
    return ["Time", "times"]


def trigger_in_other_units(images, a, b, k, n):
    for image in images:
        if "TriggerTime" in image.ds:
            image.ds.TriggerTime = f"{float(image.ds.TriggerTime) * (1e3, 1e-3)[n % 2]:.10g}"
    return ["interval", "1 ms apart"]


def scaled(keyword, words):
    def change(images, a, b, k, n):
        for image in images:
            value = image.ds[keyword].value
            factor = (1e3, 1e-3)[n % 2]
            several = isinstance(value, (list, tuple)) or hasattr(value, "append")
            image.ds[keyword].value = (
                [float(v) * factor for v in value] if several else float(value) * factor
            )
        return words

    return change


def removed(keyword, words, *, of="all"):
    def change(images, a, b, k, n):
        for image in images:
            hit = {"all": True, "frame": image.f == a, "image": (image.f, image.k) == (a, k)}[of]
            if hit and keyword in image.ds:
                del image.ds[keyword]
        return words

    return change


MUTATIONS = {
    "a frame is missing": frame_missing,
    "an image is missing": image_missing,
    "an image is doubled": image_doubled,
    "files have other names": files_renamed,
    "numbers of two frames are swapped": numbers_swapped,
    "times of two frames are swapped": times_swapped,
    "a frame has no clock": clocks_missing_in_a_frame,
    "no image has a clock": clocks_missing,
    "trigger times in other units": trigger_in_other_units,
    "TR in other units": scaled("RepetitionTime", ["RepetitionTime", "repetition time"]),
    "flip angle in other units": scaled("FlipAngle", ["flip angle", "FlipAngle"]),
    "pixel spacing in other units": scaled("PixelSpacing", ["voxel", "PixelSpacing"]),
    "no TR": removed("RepetitionTime", ["RepetitionTime"]),
    "no flip angle": removed("FlipAngle", ["FlipAngle"]),
    "no running numbers": removed("InstanceNumber", ["InstanceNumber"]),
    "no description": removed("SeriesDescription", []),
    "no patient": removed("PatientID", []),
    "no frame of reference": removed("FrameOfReferenceUID", []),
    "no slice thickness": removed("SliceThickness", []),
    "no vendor": removed("Manufacturer", ["Time", "times"]),
    "no image type": removed("ImageType", []),
    "no pixel spacing": removed("PixelSpacing", ["pixel spacing"]),
    "no position": removed("ImagePositionPatient", ["position"]),
    "no orientation": removed("ImageOrientationPatient", ["orientation"]),
    "an image has no running number": removed("InstanceNumber", ["InstanceNumber"], of="image"),
    "an image has no position": removed("ImagePositionPatient", ["position"], of="image"),
    "an image has no orientation": removed("ImageOrientationPatient", ["orientation"], of="image"),
    "a frame has no flip angle": removed("FlipAngle", ["flip angle", "FlipAngle"], of="frame"),
    "a frame has no TR": removed(
        "RepetitionTime", ["RepetitionTime", "repetition time"], of="frame"
    ),
    "an image has no type": removed("ImageType", ["image type", "frame"], of="image"),
    "an image has no patient": removed("PatientID", ["patient", "frame"], of="image"),
    "an image has no spacing": removed("PixelSpacing", ["pixel spacing", "frame"], of="image"),
}
#: The words of a mutation that shows in frames, which only time tells apart.
INTERVALS = st.lists(st.floats(2.0, 12.0), min_size=FRAMES - 1, max_size=FRAMES - 1)


@st.composite
def wrong_studies(draw):
    vendor, way = draw(st.sampled_from(WAYS))
    # Uneven content times are those of writing.
    even = way == "ContentTime" or draw(st.booleans())
    steps = np.full(FRAMES - 1, 5.0) if even else np.round(draw(INTERVALS), 1)
    a, b = draw(st.lists(st.integers(0, FRAMES - 1), min_size=2, max_size=2, unique=True))
    return {
        "layout": Layout(
            vendor=vendor,
            times=np.concatenate([[0.0], np.cumsum(steps)]),
            affine=oblique_affine(draw(st.sampled_from([0.0, 12.0]))),
            start=draw(st.sampled_from([9 * 3600.0, 86380.0, 12.5])),
            description=draw(st.sampled_from(["DCE sag", "dyn", "t1_vibe_fs", "perf 3"])),
        ),
        "way": way,
        "order": draw(st.sampled_from(["frame", "slice"])),
        "mutation": draw(st.sampled_from(sorted(MUTATIONS))),
        "place": (a, b, draw(st.integers(0, SLICES - 1)), draw(st.integers(0, 99))),
    }


def read(folder):
    """Return the images, and every sentence that a person reads of them."""
    said = []
    try:
        study = scan_study(folder)
        said += study.problems
        for s in study.series:
            said += [*s.notes, *s.problems, s.obstacle, s.reason, s.kind]
        with mock.patch.object(inputs, "scan_study", return_value=study):  # read once
            images = inputs.read_images(folder, SETTINGS)
        said += images.dynamic.notes
        Analysis(images, SETTINGS).check()
    except InputError as error:
        return None, " ".join([*said, str(error)])
    return images.dynamic, " ".join(said)


def is_true(dynamic, layout):
    named = np.median(dynamic.signal, axis=(2, 3))
    order = (named[:, 0] // 100).astype(int)
    acquisition = dynamic.acquisition
    return (
        np.array_equal(named, order[:, None] * 100 + np.arange(SLICES) + 1)
        and (np.diff(order) > 0).all()
        and np.allclose(dynamic.times, layout.times[order] - layout.times[order[0]], atol=2e-3)
        and np.allclose([acquisition.TR or 0, acquisition.FA or 0], [TR, FA])
        and np.allclose(dynamic.geometry.affine, layout.affine, atol=1e-4)
    ), order


def judge(folder, study):
    layout, (a, b, k, n) = study["layout"], study["place"]
    images = layout.images(marked(), order=study["order"])
    tell_time(images, layout, study["way"])
    words = MUTATIONS[study["mutation"]](images, a, b, k, n)
    save_all(images, folder)
    dynamic, said = read(folder)
    named = any(word.lower() in said.lower() for word in words)
    about = (study["mutation"], layout.vendor, study["way"], study["order"], study["place"],
             layout.start, layout.times.tolist(), said)  # fmt: skip
    if dynamic is None:
        assert named, ("refused for another reason", *about)
        return
    true, order = is_true(dynamic, layout)
    assert true or named, ("wrong in silence", order, dynamic.times, *about)
    # Every frame that is left out is accounted for, if the files know of it.
    left = {image.f for image in images} - set(order.tolist())
    assert not left or named, ("left out in silence", left, *about)


def examples(n):
    return settings(
        max_examples=n,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def judge_and_remove(folder, study):
    try:
        judge(folder, study)
    finally:
        shutil.rmtree(folder)


@examples(10)
@given(study=wrong_studies())
def test_a_wrong_study_gives_the_truth_or_is_named(tmp_path_factory, study):
    judge_and_remove(tmp_path_factory.mktemp("wrong"), study)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
@examples(5 * MORE)
@given(study=wrong_studies())
def test_each_mutation_gives_the_truth_or_is_named(tmp_path_factory, mutation, study):
    judge_and_remove(tmp_path_factory.mktemp("wrong"), {**study, "mutation": mutation})
