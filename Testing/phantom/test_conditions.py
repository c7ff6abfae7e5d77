"""Conditions of the digital spine: the sample patients stay, and drawn conditions are true."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from sample_patients import sample_visit
from SpineDCELib.cli import main
from SpineDCELib.phantom import Conditions, protocol, write_study
from SpineDCELib.phantom.patient_grid import make_scene
from SpineDCELib.phantom.patients import PATIENTS
from SpineDCELib.run.inputs import read_images
from SpineDCELib.settings import Settings

QUICK = protocol.SIZES["quick"]

#: SHA-256 of all pixels, truth.json and aif.csv, written before there were conditions.
SAMPLES = {
    "A": (
        "before",
        "quick",
        "084a50111e7f3e88aad028791a93726eac0931e78fa5312b0cd299f3e8156d9f",
        "011fed5a67c869e94a76722ec8b9ca6beb8f1be2253e220620aed31dcec10739",
    ),
    "B": (
        "after",
        "quick",
        "dee0fbbd49580a650e55b14ff80b1c87c07564b663b195dee3919336cb8ad8a6",
        "7dec2b109930219429df5c5d957e5e3dbedd833ab8065746c2aa017ed65e3f23",
    ),
}


def pixels(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.dcm")):
        digest.update(pydicom.dcmread(path).PixelData)
    return digest.hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("patient", SAMPLES)
def test_the_sample_patients_have_the_pixels_and_the_truth_that_they_always_had(
    patient, tmp_path_factory
):
    visit, size, images, truth = SAMPLES[patient]
    folder = sample_visit(tmp_path_factory, patient, visit, size)
    text = (folder / "truth" / "truth.json").read_bytes()
    assert pixels(folder / "dicom") == images
    assert hashlib.sha256(text + (folder / "truth" / "aif.csv").read_bytes()).hexdigest() == truth


def scene(**conditions):
    visit = PATIENTS["A"].before
    return make_scene(replace(visit, conditions=Conditions(**conditions)), QUICK, "1.2.3")


@pytest.fixture(scope="module")
def plain():
    return scene()


def tissue(scene, name):
    return next(t for t in scene.anatomy.tissues if t.name == name)


@pytest.mark.slow
def test_delays_T10_blood_and_veins_become_what_is_asked_for(plain):
    changed = scene(
        delays={"lesion": 1.0, "marrow": 7.5}, T10={"lesion": 1.3, "marrow": 0.7},
        blood_T10=1.6, early_vein=5.0,
    )  # fmt: skip
    assert tissue(changed, "lesion rim").delay == pytest.approx(1.0)
    assert tissue(changed, "marrow L3").delay == pytest.approx(7.5)
    for name, factor in (("lesion core", 1.3), ("marrow L1", 0.7), ("muscle", 1.0)):
        ratio = tissue(changed, name).T10 / tissue(plain, name).T10
        assert ratio == pytest.approx(factor)
    assert {t.T10 for t in changed.anatomy.tissues if t.flow} == {1.6}
    names = [t.name for t in changed.anatomy.tissues]
    cava, aorta = (changed.Cp[names.index(n)] for n in ("vena cava", "aorta 15"))
    first = [changed.times[np.argmax(c > 0.5)] for c in (cava, aorta)]
    assert first[0] < first[1] - 3


def test_the_truth_of_vp_does_not_depend_on_the_conditions(plain):
    changed = scene(T10={"lesion": 1.4}, r1=5.2, B1=(0.9, 0.05, 0.0), delays={"lesion": 0.5})
    assert tissue(changed, "lesion rim").vp == pytest.approx(tissue(plain, "lesion rim").vp)


@pytest.mark.slow
@pytest.mark.parametrize("slab", ["axial", "coronal"])
def test_other_slabs_hold_lesion_reference_and_aorta(slab):
    found = scene(slab=slab)
    normal = np.argmax(np.abs(found.geometry.direction[:, 2]))
    assert normal == {"axial": 2, "coronal": 1}[slab]
    for name in ("lesion", "reference", "aorta"):
        assert found.rois.mask(name).sum() > 5


@pytest.mark.slow
def test_a_drawn_study_has_its_protocol_in_the_files_and_its_conditions_in_the_truth(tmp_path):
    conditions = Conditions(
        agent="gadoterate", field_strength=3.0, r1=3.3, Hct=0.33, B1=(0.9, 0.05, -0.04), TR=0.004,
        FA=20.0, interval=8.0,
    )  # fmt: skip
    paths = write_study(tmp_path / "s", size="quick", conditions=conditions, noise=False)
    facts = json.loads((paths.truth / "truth.json").read_text())
    assert facts["conditions"]["r1"] == facts["contrast_agent"]["r1_per_s_per_mM"] == 3.3
    assert facts["contrast_agent"]["hct"] == 0.33
    dynamic = read_images(paths.dicom, Settings()).dynamic
    assert (dynamic.acquisition.TR, dynamic.acquisition.FA) == (0.004, 20.0)
    assert dynamic.acquisition.field_strength == 3.0
    np.testing.assert_allclose(np.diff(dynamic.times), 8.0)
    one = pydicom.dcmread(next(paths.dicom.rglob("*.dcm")))
    assert one.ContrastBolusAgent == "Gadoterate"


@pytest.mark.long
def test_the_command_writes_drawn_visits(tmp_path):
    assert main(["phantom", str(tmp_path), "--size", "quick", "--drawn", "5", "--no-motion"]) == 0
    facts = [
        json.loads((tmp_path / v / "truth" / "truth.json").read_text())["conditions"]
        for v in ("before", "after")
    ]
    heads = [pydicom.dcmread(next((tmp_path / v).rglob("*.dcm"))) for v in ("before", "after")]
    assert {str(head.PatientName) for head in heads} == {"Phantom^Anna 5"}
    assert {head.PatientID for head in heads} == {"SPINEDCE-A-5"}
    assert facts[0]["agent"] == facts[1]["agent"]
    assert facts[0]["delays"] != facts[1]["delays"]
    vp = sitk.ReadImage(str(tmp_path / "before" / "truth" / "vp.nrrd"))
    assert sitk.GetArrayFromImage(vp).max() > 0.3
