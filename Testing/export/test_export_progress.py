"""Progress of writing the results of a visit."""

from itertools import pairwise

import pytest
from analysis.test_delays import visit
from SpineDCELib.errors import Cancelled
from SpineDCELib.run.export_session import FinishedVisit, export_visits

FORMATS = ("nifti", "report")


@pytest.fixture(scope="module")
def finished():
    analysis = visit(0.05, {"Lesion": 0.0, "Reference": 0.0})
    return FinishedVisit("baseline", "before", analysis, analysis.result())


@pytest.mark.slow
def test_every_part_of_an_export_moves_its_progress(finished, tmp_path):
    said = []
    export_visits(
        [finished], None, tmp_path / "out", formats=FORMATS,
        progress=lambda share, message: said.append((share, message)),
    )  # fmt: skip
    shares = [share for share, _message in said]
    assert shares == sorted(shares)
    assert max(b - a for a, b in pairwise(shares)) <= 0.5
    assert len(set(shares)) > 5
    for what in ("maps", "tables", "NIfTI files", "the report"):
        assert f"Writing {what} of the baseline visit" in [message for _share, message in said]


def test_an_export_can_be_cancelled_in_the_middle_of_a_visit(finished, tmp_path):
    def cancel(_share, message):
        if "tables" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_visits([finished], None, tmp_path / "out", progress=cancel)
    assert not any((tmp_path / "out").rglob("*.nrrd"))
