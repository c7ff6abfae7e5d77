"""The digital sample patients at small size, written once per test run for all its processes."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from SpineDCELib.phantom import write_study

VISITS = ("before", "after")


def sample_visit(factory: pytest.TempPathFactory, patient: str, visit: str) -> Path:
    """Return a new folder with one visit: "dicom" and "truth".

    The files are shared with other tests (hard links): add files, but change none.

    Args:
        patient: "A" or "B". visit: "before" or "after".
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"sample-{patient}-{visit}"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            new = folder.with_suffix(".new")
            write_study(new, patient=patient, visit=visit, size="small")
            new.rename(folder)
    return shutil.copytree(folder, factory.mktemp("sample") / visit, copy_function=os.link)


def sample_patient(factory: pytest.TempPathFactory, patient: str) -> Path:
    """Return a new folder with the folders "before" and "after" of a sample patient."""
    root = factory.mktemp(f"patient-{patient}")
    for visit in VISITS:
        sample_visit(factory, patient, visit).rename(root / visit)
    return root
