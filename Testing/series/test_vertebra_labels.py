"""Label maps of the whole spine: levels by names or numbers, and one level as the reference."""

import gzip
import json
import struct

import numpy as np
import pytest
import SimpleITK as sitk
from small_study import write_small_study
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import with_reference
from SpineDCELib.series import Geometry, read_segmentation
from SpineDCELib.vocabulary.vertebra_levels import level_of


def spine(labels, *, discs=()):
    """Return a label map with one block per label, from head to foot, and its grid."""
    array = np.zeros((2, 40, 6), np.uint8)
    for n, label in enumerate(labels):
        array[:, 3 * n : 3 * n + 2, 1:4] = label
    for n, label in enumerate(discs):
        array[:, 3 * n + 2, 1:4] = label
    return array


def write(path, array, *, names=None):
    """Write a sagittal label map; ``names`` go into the NIfTI header as TotalSegmentator does."""
    image = sitk.GetImageFromArray(array)
    # Columns run to the back, rows to the feet, slices to the left.
    image.SetDirection((0, 0, 1, 1, 0, 0, 0, -1, 0))
    image.SetSpacing((2.0, 2.0, 4.0))
    plain = path.with_name("plain.nii")
    sitk.WriteImage(image, str(plain))
    raw = plain.read_bytes()
    plain.unlink()
    if names is not None:
        rows = "".join(
            f'<Label Key="{n}" Red="1.0" Green="0.0" Blue="0.0" Alpha="1">'
            f"<![CDATA[{name}]]></Label>\n"
            for n, name in names.items()
        )
        xml = f"<CaretExtension><LabelTable>{rows}</LabelTable></CaretExtension>".encode()
        xml += b" " * (-(len(xml) + 8) % 16)
        head = bytearray(raw[:348])
        struct.pack_into("<f", head, 108, 352.0 + 8 + len(xml))
        extension = struct.pack("<ii", 8 + len(xml), 0) + xml
        raw = bytes(head) + b"\x01\0\0\0" + extension + raw[352:]
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def test_the_names_that_totalsegmentator_writes_become_levels(tmp_path):
    labels = spine([7, 6, 5, 4, 3, 2, 1])
    table = {
        1: "sacrum",
        **{n: f"vertebrae_L{7 - n}" for n in range(2, 7)},
        **{n: f"vertebrae_T{19 - n}" for n in range(7, 19)},
    }
    found = read_segmentation(write(tmp_path / "seg.nii.gz", labels, names=table))
    assert list(found.masks) == ["T12", "L1", "L2", "L3", "L4", "L5", "Sacrum"]
    np.testing.assert_array_equal(found.masks["L3"], labels == 4)
    assert "T12" in found.notes[0]


@pytest.mark.parametrize(
    ("labels", "discs", "levels"),
    [
        ([31, 32, 41, 42, 43, 44, 45, 50], [82, 91, 92, 93, 94, 95, 100], "T11 T12 L1 L2 L3 L4 L5"),
        ([24, 23, 22, 21, 20, 19, 18, 92], [208, 207, 206, 205, 204, 203, 202],
         "T11 T12 L1 L2 L3 L4 L5"),
    ],
)  # fmt: skip
def test_the_numbers_of_totalspineseg_become_levels(tmp_path, labels, discs, levels):
    array = spine(labels, discs=discs)
    found = read_segmentation(write(tmp_path / "seg.nii.gz", array))
    assert list(found.masks) == [*levels.split(), "Sacrum"]
    np.testing.assert_array_equal(found.masks["L3"], array == labels[4])
    assert f"{len(discs)} other labels" in found.notes[0]


@pytest.mark.parametrize(
    ("labels", "discs"),
    [
        ([1, 2, 3], []),  # the numbers of TotalSegmentator, but also of any drawing
        ([43, 42, 41], [93, 92]),  # upside down
        ([41, 42, 43], []),  # no discs
        ([41, 42, 43, 7], [92, 93]),  # a label of no vertebra
    ],
)
def test_numbers_that_can_mean_something_else_stay_numbers(tmp_path, labels, discs):
    found = read_segmentation(write(tmp_path / "seg.nii", spine(labels, discs=discs)))
    assert set(found.masks) == {f"label {n}" for n in (*labels, *discs)}
    assert not found.levels


@pytest.mark.parametrize(
    "side", [{"labels": {"background": 0, "L2": 5, "L3": 6}}, {"5": "L2 vertebra", "6": "L3"}]
)
def test_names_beside_the_file_are_used(tmp_path, side):
    array = spine([5, 6])
    file = write(tmp_path / "seg.nii", array)
    file.with_suffix(".json").write_text(json.dumps(side), encoding="utf-8")
    assert list(read_segmentation(file).masks) == ["L2", "L3"]


def test_a_file_of_one_vertebra_is_named_for_it(tmp_path):
    found = read_segmentation(write(tmp_path / "vertebrae_L3.nii.gz", spine([1])))
    assert list(found.masks) == ["L3"]


def test_other_names_are_kept_as_they_are(tmp_path):
    file = write(tmp_path / "seg.nii", spine([1, 2]), names={1: "aorta", 2: "vertebrae"})
    assert list(read_segmentation(file).masks) == ["aorta", "vertebrae"]


def test_damaged_names_are_not_used(tmp_path):
    file = write(tmp_path / "seg.nii", spine([5, 6]))
    file.with_suffix(".json").write_text('{"labels": [1, {"L3": []}]}', encoding="utf-8")
    assert list(read_segmentation(file).masks) == ["label 5", "label 6"]


def test_vertebrae_outside_the_series_are_left_out(tmp_path):
    found = read_segmentation(write(tmp_path / "s.nii", spine([5, 6]), names={5: "L2", 6: "L3"}))
    whole = found.geometry
    affine = whole.affine.copy()
    affine[:3, 3] += 3 * affine[:3, 1]  # begins where L3 does
    part = Geometry((2, 10, 6), affine)
    assert list(found.on(part)) == ["L3"]
    affine[:3, 3] += 50 * affine[:3, 1]
    with pytest.raises(InputError) as caught:
        found.on(Geometry((2, 10, 6), affine))
    assert caught.value.code == "region_outside_series"


def test_only_whole_names_are_levels():
    assert [level_of(n) for n in ("vertebrae_C1", "Th12", "L3 vertebra", "SACRUM", "S1")] == [
        "C1", "T12", "L3", "Sacrum", "S1",
    ]  # fmt: skip
    assert [level_of(n) for n in ("Lesion L3", "disc_L4_L5", "L9", "T1 map", "")] == [None] * 5


def test_a_level_becomes_the_only_reference():
    roles = {"Lesion": "lesion", "L2": "reference", "L3 vertebra": "other"}
    assert with_reference(roles, "L3") == {
        "Lesion": "lesion", "L2": "other", "L3 vertebra": "reference",
    }  # fmt: skip
    assert with_reference(roles, None) == roles
    with pytest.raises(InputError) as caught:
        with_reference(roles, "T5")
    assert (caught.value.code, caught.value.fields) == (
        "no_such_level", ("reading.reference_level",),
    )  # fmt: skip


@pytest.mark.slow
def test_the_command_takes_a_level_as_the_reference(tmp_path, capsys):
    study = write_small_study(tmp_path / "study")
    labels = sitk.ReadImage(str(study.regions))
    array = sitk.GetArrayFromImage(labels)
    levels = tmp_path / "levels.nii.gz"
    sitk.WriteImage(labels, str(levels))
    levels.with_name("levels.json").write_text('{"vertebrae_L3": 2, "vertebrae_L2": 1}')
    lesion = tmp_path / "Lesion.nrrd"
    drawn = sitk.GetImageFromArray((array == 1).astype(np.uint8))
    drawn.CopyInformation(labels)
    sitk.WriteImage(drawn, str(lesion))
    command = [
        "analyse", str(study.series), "-o", str(tmp_path / "out"), "--aif-mask", str(study.artery),
        "--t10", "800", "--shift", "0", "--roi", str(levels), "--reference",
    ]  # fmt: skip
    assert main([*command, "L3"]) == 0
    assert "levels.nii.gz holds vertebrae" in capsys.readouterr().out
    with (tmp_path / "out" / "measurements.csv").open(encoding="utf-8") as file:
        rows = [line.split(",")[:2] for line in file]
    assert ["L3", "reference"] in rows
    assert ["L2", "other"] in rows
    record = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert record["settings"]["reading"]["reference_level"] == "L3"
    assert main([*command, "T5"]) == 2
    assert "--reference" in capsys.readouterr().err
