"""The cohort's groups are the published ones."""

import csv
from collections import Counter

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from SpineDCELib.errors import InputError
from SpineDCELib.phantom import draw_cohort, write_cohort


@pytest.fixture(scope="module")
def members():
    return draw_cohort()


def groups(members, name):
    values = {"response": [], "persistent": []}
    for m in members:
        values[m.patient.response].append(getattr(m, name))
    return np.array(values["response"]), np.array(values["persistent"])


def best_cutoff(response, persistent):
    """Largest sensitivity + specificity over every midpoint, by trying them all."""
    values = np.unique(np.concatenate([response, persistent]))
    middles = (values[1:] + values[:-1]) / 2
    youden = [(persistent > c).mean() + (response <= c).mean() for c in middles]
    return middles[int(np.argmax(youden))]


def auc(response, persistent):
    return mannwhitneyu(persistent, response).statistic / (response.size * persistent.size)


def test_change_in_vp(members):
    response, persistent = groups(members, "change_vp")
    assert (response.size, persistent.size) == (38, 11)
    assert response.mean() == pytest.approx(-57.3, abs=0.05)
    assert persistent.mean() == pytest.approx(88.2, abs=0.05)
    assert np.median(response) == pytest.approx(-81.1, abs=0.05)
    assert np.median(persistent) == pytest.approx(1.43, abs=0.005)
    assert best_cutoff(response, persistent) == pytest.approx(-40.0)
    assert ((persistent > -40).sum(), (response <= -40).sum()) == (10, 33)
    assert auc(response, persistent) == pytest.approx(0.86, abs=0.005)


def test_change_in_Ktrans(members):
    response, persistent = groups(members, "change_Ktrans")
    assert response.mean() == pytest.approx(-11.7, abs=0.05)
    assert persistent.mean() == pytest.approx(51.4, abs=0.05)
    assert mannwhitneyu(response, persistent, method="exact").pvalue == pytest.approx(
        0.037, abs=5e-4
    )


def test_change_in_area(members):
    response, persistent = groups(members, "change_area")
    assert best_cutoff(response, persistent) == pytest.approx(-10.0)
    assert ((persistent > -10).sum(), (response <= -10).sum()) == (9, 18)
    assert auc(response, persistent) == pytest.approx(0.68, abs=0.005)


def test_the_worked_examples_are_members(members):
    assert any(m.change_vp == -87.8 and m.patient.response == "response" for m in members)
    assert any((m.change_vp, m.change_area) == (64.8, -19.4) for m in members)


def test_sex_age_and_interval_of_the_patients(members):
    patients = [m.patient for m in members]
    assert Counter(p.sex for p in patients) == {"M": 29, "F": 20}
    for group, men, mean, sd in (("response", 24, 61, 13), ("persistent", 5, 68, 7)):
        own = [p for p in patients if p.response == group]
        assert sum(p.sex == "M" for p in own) == men
        ages = np.array([(p.before.when - p.born).days / 365.25 for p in own])
        assert ages.mean() == pytest.approx(mean + 0.5, abs=0.1)
        assert ages.std(ddof=1) == pytest.approx(sd, abs=0.5)
    primaries = Counter((p.primary, p.response) for p in patients)
    assert (primaries["lung", "response"], primaries["lung", "persistent"]) == (9, 3)
    assert (primaries["kidney", "response"], primaries["kidney", "persistent"]) == (8, 1)
    assert np.median([m.days for m in members]) == 62
    assert not [p for p in patients if p.primary == "prostate" and p.sex == "F"]
    assert len({p.key for p in patients}) == 49


def test_normalised_vp_is_measurable_and_changes_as_planned(members):
    for m in members:
        for visit in (m.patient.before, m.patient.after):
            assert 0.3 < visit.normalised_vp < 14.5
        ratio = m.patient.after.normalised_vp / m.patient.before.normalised_vp
        assert 100 * (ratio - 1) == pytest.approx(m.change_vp, abs=1e-6)


def test_another_seed_deals_the_same_changes_to_other_patients(members):
    again, other = draw_cohort(), draw_cohort(seed=7)
    assert [m.patient for m in again] == [m.patient for m in members]
    assert [m.change_vp for m in other] != [m.change_vp for m in members]
    assert sorted(m.change_vp for m in other) == sorted(m.change_vp for m in members)


@pytest.mark.slow
def test_writing_resumes_where_it_stopped(tmp_path):
    table = write_cohort(tmp_path, patients=["P02"])
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert [r["patient"] for r in rows] == ["P02"]
    for visit in ("before", "after"):
        assert list((tmp_path / rows[0][visit]).rglob("*.dcm"))
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.dcm")}
    write_cohort(tmp_path, patients=["P02"])
    assert stamps == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.dcm")}


def test_unknown_patient_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        write_cohort(tmp_path, patients=["P50"])
    assert caught.value.code == "unknown_choice"
    assert caught.value.about == "P50"
