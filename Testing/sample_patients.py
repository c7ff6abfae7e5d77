"""The digital sample patients, written once per test run for all its processes."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from SpineDCELib.phantom import StudyPaths, write_study
from SpineDCELib.phantom.patients import VISITS


def sample_visit(
    factory: pytest.TempPathFactory, patient: str, visit: str, size: str = "small"
) -> Path:
    """Return a new folder with one visit: "dicom" and "truth".

    The files are shared with other tests (hard links): add files, but change none.

    Args:
        patient: "A" or "B". visit: one of `VISITS`. size: of the digital spine.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"sample-{size}-{patient}-{visit}"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            new = folder.with_suffix(".new")
            write_study(new, patient=patient, visit=visit, size=size)
            new.rename(folder)
    return shutil.copytree(folder, factory.mktemp("sample") / visit, copy_function=os.link)


def sample_patient(factory: pytest.TempPathFactory, patient: str, size: str = "small") -> Path:
    """Return a new folder with one folder per visit of a sample patient."""
    root = factory.mktemp(f"patient-{patient}")
    for visit in VISITS:
        sample_visit(factory, patient, visit, size).rename(root / visit)
    return root


def sample_paths(
    factory: pytest.TempPathFactory, patient: str, size: str = "small"
) -> dict[str, StudyPaths]:
    """Return where the visits of a sample patient lie, as ``write_sample`` does."""
    root = sample_patient(factory, patient, size)
    return {visit: StudyPaths(root / visit / "dicom", root / visit / "truth") for visit in VISITS}
