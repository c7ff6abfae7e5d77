"""Bytes changed at random in every kind of input: an answer or a message, never another exception.

No input takes long or much memory. SPINEDCE_FUZZ=30 makes about 30 000 inputs of about 1000;
SPINEDCE_FUZZ_SEED makes others, so that a long run can be done in pieces.
"""

import gzip
import json
import os
import random
import resource
import shutil
import signal
import warnings
import zipfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from dose_files import write_dose
from series import test_contours as contours
from series import test_dicom_segmentation as segments
from series import test_other_formats as formats
from series import test_vertebra_labels as vertebrae
from small_study import SHAPE, write_small_study
from SpineDCELib.aif.curve_file import read_curve_file
from SpineDCELib.aif.manual_selection import read_selection
from SpineDCELib.cohort.cohort_table import read_rows
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import Ruler, read_rulers, write_rulers
from SpineDCELib.mrml.scene_checks import checked_scene, other_files
from SpineDCELib.run.provenance import read_provenance
from SpineDCELib.run.saved_session import SavedVisit, recover_session, write_session
from SpineDCELib.series import Geometry, read_segmentation, scan_study, write_segmentation
from SpineDCELib.series.dose_reader import read_dose
from SpineDCELib.series.image_header import read_headers
from SpineDCELib.series.pixel_values import load_frames
from SpineDCELib.settings import Settings, settings_to_dict
from SpineDCELib.settings.settings_file import read_settings

from Testing.security.test_hostile_files import dicom
from Testing.security.test_scene_checks import NRRD, bundle, scene_text

MORE = int(os.environ.get("SPINEDCE_FUZZ", "1"))
SEED = int(os.environ.get("SPINEDCE_FUZZ_SEED", "7"))
#: Words that readers stumble over.
WORDS = [
    b"-1", b"0", b"nan", b"inf", b"1e999", b"99999999999999999999", b"\xff\xfe", b"\0", b"null",
    b"[]", b"{}", b'"', b"../../x", b"/dev/zero", b"http://x/", b"%s%n", b"\n", b"'", b"=1+1",
    b"true", b"\xf0\x9f\x92\xa9", b"-0.0", b"1_000", b"0x10",
]  # fmt: skip


def changed(content, rng):
    """Return the content with some bytes or words changed, cut, doubled or moved."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        if not data:
            break
        at = rng.randrange(len(data))
        to = min(at + rng.choice([1, 1, 2, 4, 8, 32]), len(data))
        match rng.randrange(6):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                data[at:to] = rng.choice(WORDS)
            case 2:
                del data[at:to]
            case 3:
                data[at:at] = data[at:to] * rng.choice([1, 2, 50])
            case 4:
                del data[at:]
            case 5:
                data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


def everything(path):
    """Read what a study holds."""
    study = scan_study(path)  # what is unpacked is removed with it
    for series in study.series:
        if series.image_file is not None:
            series.image_file.load()


def pixels(path):
    """Read the pixels of a DICOM file, however few its images are."""
    for image in read_headers(str(path)) or ():
        load_frames([[image]], {image.header.file: str(path)})


def regions(path):
    """Read regions, and fill contours."""
    found = read_segmentation(path)
    if found.contours:
        found.on(contours.grid(), resample=True)


class TooMuch(Exception):
    """An input took more time or memory than any input may."""


#: Longest time of one input, s, on a busy machine.
LONGEST = 60
#: Memory that one input may take: this, and ten times its uncompressed size; bytes.
MEMORY = 64 << 20


@contextmanager
def limited(size):
    """Raise TooMuch where what is inside takes too long, or too much memory for its size.

    Memory that an earlier input took and gave back is not noticed again.
    """

    def late(_number, _frame):
        raise TooMuch(f"it took longer than {LONGEST} s")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    old = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    if grown > MEMORY + 10 * size:
        raise TooMuch(f"it took {grown >> 20} MB")


def scene(path):
    work = path.parent / f"work-{path.stem}-{random.getrandbits(64)}"
    work.mkdir()
    other_files(path)
    checked_scene(path, work)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Return a sound file of every kind with its reader."""
    folder = tmp_path_factory.mktemp("sound")
    study = write_small_study(folder, t=np.arange(0, 48, 4.0))
    packed = study.series.read_bytes().replace(b"encoding: raw", b"encoding: gzip")
    head, _, body = packed.partition(b"\n\n")
    (folder / "packed.nrrd").write_bytes(head + b"\n\n" + gzip.compress(body))
    image = sitk.GetImageFromArray(np.ones(SHAPE, np.int16))
    sitk.WriteImage(image, str(folder / "image.nii"))
    sitk.WriteImage(image, str(folder / "image.nii.gz"))
    dicom(folder / "image.dcm")
    dicom(folder / "deflated.dcm", syntax="1.2.840.10008.1.2.1.99")
    with zipfile.ZipFile(folder / "study.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.write(folder / "image.dcm", "a/image.dcm")
        file.writestr("b.nrrd", NRRD)
    mask = np.zeros(SHAPE, bool)
    mask[0, 1:3] = True
    write_segmentation(folder / "r.seg.nrrd", {"Lesion": mask}, Geometry(SHAPE, np.eye(4)))
    write_rulers(folder / "rulers.json", [Ruler("a", (0, 0, 0), (10.0, 0, 0))])
    ball = {"centre": [1, 2, 3], "radius": 2.0}
    selection = {"name": "n", "taken_in": [ball], "taken_out": [ball], "slices_out": [[1, 2, 3]]}
    (folder / "selection.json").write_text(json.dumps(selection))
    (folder / "settings.json").write_text(json.dumps(settings_to_dict(Settings())))
    record = {"format": 1, "settings": {}, "inputs": {}, "results": {}}
    (folder / "provenance.json").write_text(json.dumps(record))
    rows = "\n".join(f"{5 * n},{n},{2 * n}" for n in range(20))
    (folder / "curve.csv").write_text(f"time [s],Cb [mM],Cp [mM]\n{rows}\n")
    (folder / "cohort.csv").write_text('patient,group,Vp change\nA,one,-80\n"B",two,5\n')
    (folder / "scene.mrml").write_text(scene_text("a.nrrd", "b%20c.nrrd"))
    (folder / "a.nrrd").write_bytes(NRRD)
    bundle(folder / "scene.mrb", {"s/s.mrml": scene_text("Data/a.nrrd").encode(),
                                  "s/Data/a.nrrd": NRRD})  # fmt: skip
    array = formats.pixels(4)
    formats.write_meta(folder / "d.mha", array)
    formats.write_meta(folder / "packed.mha", array, compressed=True)
    formats.write_meta(folder / "e.mhd", array)
    formats.write_analyze(folder / "f.hdr", array)
    formats.write_parrec(folder / "g.par", array, 5.0 * np.arange(4))
    (folder / "h.dcm.gz").write_bytes(gzip.compress((folder / "image.dcm").read_bytes()))
    contours.write(folder / "rt.dcm", {"Lesion": [contours.points(contours.box(2, 3, 7, 9), 1)]})
    write_dose(folder / "dose.dcm", gy=lambda x, y, z: 20.0 + 0 * x)
    frames, planes, numbers = segments.sparse()
    segments.write(folder / "seg.dcm", frames, planes, numbers)
    spine = vertebrae.spine([31, 32, 41], discs=[82, 91])
    vertebrae.write(folder / "spine.nii", spine)
    names = {31: "vertebrae_T11", 32: "vertebrae_T12", 41: "vertebrae_L1"}
    vertebrae.write(folder / "named.nii.gz", spine, names=names)
    compressed = Path(__file__).parent / "compressed"
    return {
        **{compressed / f"{name}.dcm": pixels for name in (
            "plain", "jpeg-lossless", "jpeg-lossless-first-order", "jpeg-12-bit", "jpeg-ls",
            "jpeg-2000")},
        **{folder / name: everything for name in (
            "dynamic.nrrd", "packed.nrrd", "image.nii", "image.nii.gz", "image.dcm",
            "deflated.dcm", "study.zip", "d.mha", "packed.mha", "e.mhd", "f.hdr", "g.par",
            "h.dcm.gz")},
        **{folder / name: regions for name in ("rt.dcm", "seg.dcm", "spine.nii", "named.nii.gz")},
        folder / "dose.dcm": read_dose,
        folder / "r.seg.nrrd": read_segmentation,
        folder / "rulers.json": read_rulers,
        folder / "selection.json": read_selection,
        folder / "settings.json": read_settings,
        folder / "provenance.json": read_provenance,
        folder / "curve.csv": lambda path: read_curve_file(path, duration=100),
        folder / "cohort.csv": read_rows,
        folder / "scene.mrml": scene,
        folder / "scene.mrb": scene,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_input_makes_another_exception(inputs, tmp_path):
    rng = random.Random(SEED)
    warnings.simplefilter("ignore")
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    foreign, refused = [], Counter[str]()
    count = -(-1000 * MORE // len(inputs))
    for file, read in inputs.items():
        content = file.read_bytes()
        parts = [file.with_suffix(end) for end in (".raw", ".img", ".rec")]
        beside = [path for path in parts if path.exists()]
        size = sum(path.stat().st_size for path in (file, *beside))
        size = max(size, len(gzip.decompress(content)) if file.suffix == ".gz" else 0)
        read(file)  # the sound file is read
        for n in range(count):
            folder = tmp_path / f"{file.name}-{n % 50}"
            folder.mkdir(exist_ok=True)
            path = folder / file.name
            path.write_bytes(changed(content, rng))
            for part in beside:
                shutil.copyfile(part, folder / part.name)
            try:
                with limited(size):
                    read(path)
            except InputError:
                refused[file.name] += 1
            except Exception as error:
                foreign.append((file.name, n, f"{type(error).__name__}: {error}"[:200]))
                keep = os.environ.get("SPINEDCE_FUZZ_KEEP")
                if keep:
                    (Path(keep) / f"{n}-{file.name}").write_bytes(path.read_bytes())
    assert foreign == []
    assert sum(refused.values()) > count


@pytest.mark.slow
def test_no_saved_work_makes_another_exception(tmp_path):
    rng = random.Random(SEED + 1)
    mask = np.zeros(SHAPE, bool)
    mask[0, 1:3] = True
    choices = {"settings": settings_to_dict(Settings())}
    work = SavedVisit("baseline", None, choices, {"Lesion": mask}, {"Lesion": "lesion"},
                      Geometry(SHAPE, np.eye(4)))  # fmt: skip
    write_session(tmp_path / "sound", [work])
    sound = {p.relative_to(tmp_path / "sound"): p.read_bytes()
             for p in (tmp_path / "sound").rglob("*") if p.is_file()}  # fmt: skip
    for n in range(100 * MORE):
        folder = tmp_path / f"{n}"
        victim = rng.choice(sorted(sound))
        for name, content in sound.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            data = changed(content, rng) if name == victim else content
            (folder / name).write_bytes(data)
        recover_session(folder)
