"""Pairs of visits that cannot be a baseline and a follow-up are stopped."""

from dataclasses import replace

import muscle_scenes as scenes
import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from SpineDCELib.cli.remedies import with_remedy
from SpineDCELib.compare.visit_checks import check_visits, require_visits
from SpineDCELib.errors import InputError
from SpineDCELib.series import Source
from SpineDCELib.settings.constants import STOPS


def header(path, **tags):
    """Write a DICOM file without an image, and return the source that names it."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.MRImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return Source("DICOM", (str(path),), checksum=path.name, study_uid=path.name)


def visit(source, seed):
    return replace(scenes.study(noise=2.0, seed=seed).dynamic, source=source)


@pytest.fixture
def pair(tmp_path):
    def build(first, second):
        return [
            visit(header(tmp_path / f"{n}.dcm", **{"PatientID": "1", **tags}), n)
            for n, tags in enumerate((first, second))
        ]

    return build


JANUARY, JUNE = {"StudyDate": "20260110"}, {"StudyDate": "20260612"}


def codes(found):
    return [finding.code for finding in found]


def test_visits_of_one_patient_in_their_order_have_no_finding(pair):
    assert check_visits(*pair(JANUARY, JUNE)) == []


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (JUNE, JANUARY, "reversed_dates"),
        (JUNE | {"AcquisitionTime": "140000"}, JUNE | {"AcquisitionTime": "130000.5"},
         "reversed_dates"),
        (JANUARY, JUNE | {"PatientID": "2"}, "another_patient"),
        (JANUARY | {"PatientBirthDate": "19500101"}, JUNE | {"PatientBirthDate": "19510101"},
         "another_patient"),
    ],
)  # fmt: skip
def test_a_wrong_pair_stops_and_names_what_accepts_it(pair, first, second, code):
    found = check_visits(*pair(first, second))
    assert codes(found) == [code]
    with pytest.raises(InputError) as caught:
        require_visits(found)
    assert caught.value.code == code
    assert f"--accept {code}" in with_remedy(caught.value)
    assert ("--swap" in with_remedy(caught.value)) is (code == "reversed_dates")
    for secret in ("20260110", "20260612", "1950"):
        assert secret not in str(caught.value)
    require_visits(found, accepted=[code])


def test_the_patient_of_a_scene_counts_though_it_names_no_files(pair):
    one, two = pair(JUNE, JANUARY)
    for patient, told in (("1", ["reversed_dates"]), ("2", ["another_patient", "reversed_dates"])):
        source = replace(two.source, files=(), patient=patient, date="20260110")
        scene = replace(two, source=source)
        assert codes(check_visits(one, scene, dates=("", "20260110"))) == told


def test_the_same_study_twice_stops(pair):
    one, _ = pair(JANUARY, JUNE)
    assert codes(check_visits(one, one)) == ["same_study"]
    # A copy in another format has no identity, but the same noise.
    copy = replace(one, source=Source("NIfTI", checksum="another"), signal=one.signal.copy())
    assert codes(check_visits(one, copy)) == ["same_study"]
    assert codes(check_visits(copy, visit(Source("NIfTI"), 5))) == []


def test_a_date_that_was_entered_counts(pair):
    one, two = pair({}, {})
    assert codes(check_visits(one, two, dates=("20260612", "20260110"))) == ["reversed_dates"]
    assert check_visits(one, two, dates=("20260110", "20260612")) == []
    assert check_visits(one, two, dates=("20260110", "")) == []


def test_what_stops_has_words_for_the_help():
    assert set(STOPS) == {"same_study", "another_patient", "reversed_dates"}
    assert np.all([len(words) > 10 for words in STOPS.values()])
