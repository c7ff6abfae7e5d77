"""The reference objects through the whole program, within what the project promises."""

import numpy as np
import pytest
from reference_data import reference
from validation import pkmodeling, qiba
from validation.concordance import concordance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def qiba_result(tmp_path_factory):
    folder, out = reference("qiba-v4"), tmp_path_factory.mktemp("qiba")
    return folder, out, qiba.run(folder, out)


@pytest.mark.parametrize(("name", "promised"), [("Ktrans", 0.999), ("vp", 0.999), ("ve", 0.995)])
def test_qiba_concordance(qiba_result, name, promised):
    truth, found, _ = qiba.measured(*qiba_result[:2])
    kept = truth["Ktrans"] >= qiba.KTRANS_THAT_DETERMINES_VE
    assert kept.sum() == 54
    assert concordance(truth[name][kept], found[name][kept]) >= promised


def test_qiba_status_says_where_ve_is_not_determined(qiba_result):
    folder, out = qiba_result[:2]
    truth, found, status = qiba.measured(folder, out)
    flagged, false = qiba.vague_shares(folder, out)
    assert flagged > 0.85
    assert false == 0
    trusted = ~np.isin(status[:, 0, 0], qiba.VAGUE)
    np.testing.assert_allclose(found["ve"][trusted], truth["ve"][trusted], rtol=0.25)


def test_qiba_baseline_ends_where_the_bolus_comes(qiba_result):
    # The object's bolus comes at 5 s, frames are 0.5 s apart.
    assert qiba_result[2].analysis.concentration().baseline_frames == 10


def test_pkmodeling_timing_is_its_own(tmp_path):
    outcome = pkmodeling.run(reference("pkmodeling"), tmp_path)
    np.testing.assert_allclose(np.diff(outcome.analysis.images.dynamic.times), 5.0)
    Ktrans, ve = pkmodeling.undelayed(outcome)
    np.testing.assert_allclose(Ktrans, [0.05, 0.1, 0.2, 0.3, 0.4], rtol=0.04)
    np.testing.assert_allclose(ve, [0.15, 0.25, 0.35], rtol=0.05)


def test_pkmodeling_agrees_as_far_as_it_can(tmp_path):
    folder = reference("pkmodeling")
    theirs, ours = pkmodeling.pairs(folder, pkmodeling.run(folder, tmp_path))["Ktrans"]
    assert concordance(theirs, ours) > 0.9
