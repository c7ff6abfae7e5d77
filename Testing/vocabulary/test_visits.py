"""Names of visits in headings, sentences and files."""

from datetime import date
from typing import get_args

from SpineDCELib.vocabulary.visits import VISITS, VisitRole, long_date


def test_every_role_has_words_and_one_key():
    assert set(VISITS) == set(get_args(VisitRole))
    assert len({words.key for words in VISITS.values()}) == len(VISITS)


def test_a_date_has_its_month_in_words():
    assert long_date(date(2026, 3, 12)) == "12 March 2026"
