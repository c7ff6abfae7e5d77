"""Names of visits in headings, sentences and files."""

from datetime import date

import pytest
from SpineDCELib.vocabulary.visits import VISIT_ROLES, VISITS, role_of_key, visit_phrase


def test_a_visit_has_a_name_in_sentences():
    assert visit_phrase("baseline") == "the baseline visit"
    assert visit_phrase("follow-up", date(2026, 3, 12)) == "the follow-up visit of 12 March 2026"


def test_every_role_has_words_and_one_key():
    assert set(VISITS) == set(VISIT_ROLES)
    assert [role_of_key(VISITS[role].key) for role in VISIT_ROLES] == list(VISIT_ROLES)
    with pytest.raises(KeyError):
        role_of_key("never")
