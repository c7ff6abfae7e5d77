"""Headers that lie, and files that are none: a message within seconds, nothing else is opened."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pydicom
import pytest
from small_study import write_small_study
from SpineDCELib.aif.curve_file import read_curve_file
from SpineDCELib.aif.manual_selection import read_selection
from SpineDCELib.cohort.cohort_table import read_rows
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import read_rulers
from SpineDCELib.run.provenance import read_provenance
from SpineDCELib.run.saved_session import read_visit
from SpineDCELib.series import scan_study
from SpineDCELib.series.dose_reader import read_dose
from SpineDCELib.series.image_header import read_headers
from SpineDCELib.series.nrrd_reader import open_nrrd
from SpineDCELib.settings.settings_file import read_settings

HOSTILE = Path(__file__).parent / "hostile"
#: NRRD files that are odd and sound: read exactly, or refused.
SOUND = {"ascii", "hexspace", "labels_min", "nodomain", "unicode", "units_bad", "asciinan",
         "labels_nan", "labels_huge"}  # fmt: skip


def opened_files(path):
    """Read an image in a separate process; return its exit code, output and opened files."""
    code = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None)\n"
        "from SpineDCELib.errors import InputError\n"
        "from SpineDCELib.series import scan_study\n"
        "import resource, warnings\n"
        "warnings.simplefilter('error')\n"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "del opened[:]\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        for series in scan_study(path).series:\n"
        "            series.image_file and series.image_file.load()\n"
        "        print(path, 'read')\n"
        "    except InputError as error:\n"
        "        print(path, 'refused', error.code)\n"
        "print('opened', *opened, sep='\\n')\n"
        "print('grew', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, path)], capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


@pytest.mark.slow
def test_no_hostile_image_is_believed():
    files = sorted([*(HOSTILE / "nrrd").iterdir(), *(HOSTILE / "fuzz-nrrd").iterdir(),
                    *(HOSTILE / "fuzz-nifti").iterdir()])  # fmt: skip
    start = time.monotonic()
    told = opened_files(files)
    assert told.returncode == 0, told.stderr
    assert time.monotonic() - start < 60
    answers, _, rest = told.stdout.partition("\nopened\n")
    opened, _, grown = rest.partition("grew ")
    beyond = [f for f in opened.splitlines() if f.startswith(("/etc", "/dev")) or ".." in f]
    assert beyond == []
    assert int(grown) < 64 * 1024  # KB
    for path in files:
        assert f"{path} re" in answers, path


@pytest.mark.parametrize("path", sorted((HOSTILE / "nrrd").iterdir()), ids=lambda p: p.stem)
def test_a_header_that_lies_is_refused(path):
    try:
        image = open_nrrd(path, path.name)
        values = image.load()
    except InputError as error:
        refused = error.code
    else:
        refused = ""
    if refused:
        assert path.stem not in {"ascii", "hexspace", "unicode"}
        return
    assert path.stem in SOUND | {"byteskip", "lineskip", "sizes_float"}
    assert values.shape == (12, 4, 4, 4)
    if path.stem in ("labels_nan", "labels_huge"):
        assert image.times is None


@pytest.mark.parametrize(
    "name", ["passwd", "rel_up", "list_abs", "devzero", "devstdin", "pct_bomb", "pct_star",
             "pct_range", "pct_str", "step0"],
)  # fmt: skip
def test_pixels_in_files_elsewhere_are_refused(name):
    with pytest.raises(InputError) as caught:
        open_nrrd(HOSTILE / "nrrd" / f"{name}.nrrd", name)
    assert caught.value.code in ("data_file_refused", "damaged_header", "truncated_file")


def test_a_link_beside_the_header_does_not_lead_elsewhere(tmp_path):
    (tmp_path / "secret").write_bytes(b"x" * 768)
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "data.raw").symlink_to(tmp_path / "secret")
    text = (HOSTILE / "nrrd" / "passwd.nrrd").read_text().replace("/etc/passwd", "data.raw")
    (tmp_path / "study" / "a.nhdr").write_text(text)
    with pytest.raises(InputError) as caught:
        open_nrrd(tmp_path / "study" / "a.nhdr", "a")
    assert caught.value.code == "data_file_refused"
    (tmp_path / "study" / "data.raw").unlink()
    (tmp_path / "study" / "data.raw").write_bytes(b"x" * 768)
    assert open_nrrd(tmp_path / "study" / "a.nhdr", "a").load().max() == ord("x")


def test_silent_wrong_times_and_geometry_are_not_used():
    for file in (HOSTILE / "fuzz-nrrd").iterdir():
        try:
            image = open_nrrd(file, file.name)
        except InputError:
            continue
        assert image.times is None or image.times[-1] <= 86400, file.name


READERS = {
    "selection": read_selection,
    "rulers": read_rulers,
    "provenance": read_provenance,
    "settings": read_settings,
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_json_is_refused(reader, depth, tmp_path):
    for start, end in (("[", "]"), ('{"a":', "}")):
        (tmp_path / "deep.json").write_text(start * depth + "1" + end * depth)
        with pytest.raises(InputError):
            reader(tmp_path / "deep.json")


@pytest.mark.parametrize("file", sorted((HOSTILE / "json").iterdir()), ids=lambda p: p.name[:40])
def test_numbers_and_types_of_json_are_checked(file, tmp_path):
    if file.name.endswith(".work.json"):
        (tmp_path / "visit.json").write_bytes(file.read_bytes())
        with pytest.raises(InputError):
            read_visit(tmp_path)
        return
    kind = {".s.json": read_selection, ".r.json": read_rulers}
    reader = kind.get("".join(file.suffixes[-2:]), read_settings)
    with contextlib.suppress(InputError):
        reader(file)


def test_an_endless_cell_is_a_message(tmp_path):
    (tmp_path / "table.csv").write_text('patient,group\nA,"' + "x" * 200_000)
    with pytest.raises(InputError):
        read_rows(tmp_path / "table.csv")
    for file in (HOSTILE / "fuzz-curve").iterdir():
        with contextlib.suppress(InputError):
            read_curve_file(file, duration=60)


def test_a_curve_with_fewer_headings_than_columns_is_read_or_refused(tmp_path):
    rows = "\n".join(f"{5 * n},{n},{n}" for n in range(20))
    (tmp_path / "curve.csv").write_text(f"time\n{rows}\n")
    assert read_curve_file(tmp_path / "curve.csv", duration=100).C[-1] == 19


def test_an_empty_cell_of_a_curve_keeps_its_place():
    curve = read_curve_file(HOSTILE / "curve" / "emptyfirst.csv", duration=20, time_unit="s")
    assert curve.medium == "blood"
    assert 3.45 not in curve.C
    assert read_curve_file(HOSTILE / "curve" / "space.txt", duration=20).C[-1] == 0.5


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_is_not_opened(kind, tmp_path, monkeypatch):
    path = tmp_path / "odd.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(tmp_path)  # the name of a socket is short
        socket.socket(socket.AF_UNIX).bind("odd.json")
    else:
        path = Path("/dev/zero")
    for reader in (*READERS.values(), lambda p: read_curve_file(p, duration=60), read_rows,
                   lambda p: open_nrrd(p, "odd"), scan_study, read_dose):  # fmt: skip
        with pytest.raises(InputError):
            reader(path)


def test_one_bad_entry_does_not_stop_a_study(tmp_path):
    study = write_small_study(tmp_path / "study")
    folder = tmp_path / "study"
    (folder / "dangling.nrrd").symlink_to(folder / "nothing")
    (folder / "loop.nrrd").symlink_to(folder / "loop.nrrd")
    os.mkfifo(folder / "pipe.nrrd")
    (folder / "pipe.dcm").symlink_to(folder / "pipe.nrrd")
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9\n.nrrd")).write_bytes(b"NRRD0004\n")
    (folder / "a.nii").write_bytes(b"\x5c\x01" * 400)
    (folder / "a.json").mkdir()
    listed = scan_study(folder)
    assert [s.frames for s in listed.series if s.role == "dynamic"] == [60]
    text = "\n".join(listed.problems)
    text.encode("utf-8")
    for name in ("dangling.nrrd", "loop.nrrd", "pipe.nrrd", "pipe.dcm", r"caf\xe9"):
        assert name in text
    assert np.isfinite(study.vp).all()


@pytest.mark.parametrize("name", ["giant", "overflow", "overflow2", "negprod", "frames1e9"])
def test_sizes_are_compared_with_the_file_before_anything_is_read(name):
    with pytest.raises(InputError) as caught:
        open_nrrd(HOSTILE / "nrrd" / f"{name}.nrrd", name)
    assert caught.value.code in ("truncated_file", "damaged_header")


def dicom(path, *, syntax="1.2.840.10008.1.2.1", pixels=b"x" * 32, **values):
    """Write a small MR image with any header."""
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    given = {"Modality": "MR", "Rows": 4, "Columns": 4, "BitsAllocated": 16, "BitsStored": 16,
             "HighBit": 15, "PixelRepresentation": 0, "SamplesPerPixel": 1,
             "PhotometricInterpretation": "MONOCHROME2", "SeriesInstanceUID": "1.2.4"}  # fmt: skip
    for keyword, value in (given | values).items():
        setattr(data, keyword, value)
    if syntax == "1.2.840.10008.1.2.5":
        data.PixelData = pydicom.encaps.encapsulate([pixels])
        data["PixelData"].is_undefined_length = True
    else:
        data.PixelData = pixels
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_dicom_declares_no_more_than_its_file_can_hold(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = dicom(tmp_path / "many.dcm", NumberOfFrames=2**31 - 1)
    assert len(read_headers(str(many))) == 2  # one that is there, one that is noticed as missing
    rle = "1.2.840.10008.1.2.5"
    assert len(read_headers(str(dicom(tmp_path / "one.dcm", syntax=rle)))) == 1
    for name, values in {
        "frames": {"NumberOfFrames": 2**31 - 1, "Rows": 4096, "Columns": 4096},
        "rows": {"Rows": 65535, "Columns": 65535},
    }.items():
        with pytest.raises(InputError) as caught:
            read_headers(str(dicom(tmp_path / f"{name}.dcm", syntax=rle, **values)))
        assert caught.value.code == "expands_too_much"
    bomb = dicom(tmp_path / "bomb.dcm", syntax="1.2.840.10008.1.2.1.99", pixels=bytes(300 << 20))
    assert bomb.stat().st_size < 1 << 20
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError) as caught:
        read_headers(str(bomb))
    assert caught.value.code == "expands_too_much"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < 64 * 1024
    study = scan_study(tmp_path)
    assert len([p for p in study.problems if "far more pixels" in p]) == 3
    assert before


def test_memory_is_taken_for_bytes_that_exist():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("giant", "overflow", "overflow2", "negprod", "frames1e9", "bz2bomb"):
        with pytest.raises(InputError):
            open_nrrd(HOSTILE / "nrrd" / f"{name}.nrrd", name).load()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
