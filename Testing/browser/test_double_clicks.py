"""The clicks of a double click explain no voxel, however late a busy machine reports them."""

import pytest

from SpineDCEWidget.browser.double_clicks import DoubleClicks


@pytest.fixture
def clock():
    return [100.0]


@pytest.fixture
def clicks(clock):
    return DoubleClicks(lambda: clock[0])


@pytest.mark.parametrize("known", [0, 1, 2])
def test_both_clicks_are_claimed_before_or_long_after(clicks, clock, known):
    for _ in range(known):
        assert not clicks.claims("baseline")
    clicks.double_clicked("baseline")
    clock[0] += 6.0
    assert [clicks.claims("baseline") for _ in range(3)] == [True] * (2 - known) + [False] * (
        1 + known
    )


def test_a_click_in_the_other_row_or_much_later_is_one(clicks, clock):
    clicks.double_clicked("baseline")
    assert not clicks.claims("follow-up")
    clock[0] += 20.0
    assert not clicks.claims("baseline")


def test_an_earlier_click_is_no_part_of_it(clicks, clock):
    assert not clicks.claims("baseline")
    clock[0] += 3.0
    clicks.double_clicked("baseline")
    clock[0] += 3.0
    assert [clicks.claims("baseline") for _ in range(3)] == [True, True, False]
