"""Tracking UIDs of lesions in DICOM files: kept, and replaced where identity is removed."""

from types import SimpleNamespace

import pytest
from SpineDCELib.export.dicom import _tracking
from SpineDCELib.export.dicom.deidentify import Anonymiser

ANALYSIS = SimpleNamespace(tracking={"Lesion": "2.25.1", "Other": "2.25.2"})


def test_tracking_uids_are_kept():
    assert _tracking(ANALYSIS, None) == ANALYSIS.tracking


def test_without_identity_they_are_others_but_the_same_in_every_export():
    one, two = (_tracking(ANALYSIS, Anonymiser(b"key")) for _ in range(2))
    assert one == two
    assert not set(one.values()) & set(ANALYSIS.tracking.values())
    assert len(set(one.values())) == 2
    assert _tracking(ANALYSIS, Anonymiser(b"other")) != one


@pytest.mark.parametrize("region", ["Lesion", "Other"])
def test_they_are_valid_uids(region):
    uid = _tracking(ANALYSIS, Anonymiser(b"key"))[region]
    assert len(uid) <= 64
    assert all(part.isdigit() for part in uid.split("."))
