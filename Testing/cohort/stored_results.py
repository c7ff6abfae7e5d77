"""Stored results of R that the tests compare with, and those of R where it is installed."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: Written by survival_and_agreement.R, whose first lines name the command; "made by" the versions.
STORED_RESULTS = json.loads((HERE / "survival_and_agreement.json").read_text(encoding="utf-8"))


def stored_data(file, case):
    """Return the rows of one case of a table beside this file."""
    with (HERE / file).open(encoding="utf-8") as rows:
        return [row for row in csv.DictReader(rows) if row["case"] == case]


def results_of_installed_R():
    """Return what R gives here; skip the test where it is not installed."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed (Debian: r-base-core r-cran-survival r-cran-psych)")
    tables = [str(HERE / name) for name in ("survival_data.csv", "agreement_data.csv")]
    command = ["Rscript", str(HERE / "survival_and_agreement.R"), *tables]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if "there is no package called" in run.stderr:
        pytest.skip("R has no survival or psych (Debian: r-cran-survival r-cran-psych)")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
