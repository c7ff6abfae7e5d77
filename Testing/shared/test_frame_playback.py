"""Range of the frames that are played, and the frame that follows another."""

from __future__ import annotations

import pytest

from SpineDCEWidget.shared.frame_playback import PlayedRange


def played(frames: PlayedRange, start: int, count: int, steps: int) -> list[int]:
    """Return the frames that follow a frame."""
    found = [start]
    for _ in range(steps):
        found.append(frames.after(found[-1], count))
    return found[1:]


def test_the_whole_series_is_played_again_and_again():
    assert played(PlayedRange(), 0, 4, 5) == [1, 2, 3, 0, 1]


def test_only_the_range_is_played_also_from_a_frame_outside_of_it():
    frames = PlayedRange(2, 4)
    assert played(frames, 0, 10, 4) == [2, 3, 4, 2]
    assert played(frames, 9, 10, 2) == [2, 3]


def test_a_range_that_is_set_wrongly_is_one_frame():
    assert PlayedRange(2, 4).beginning(6, 10).within(10) == (6, 6)
    assert PlayedRange(5, 8).ending(3, 10).within(10) == (3, 3)


def test_the_last_frame_stays_the_last_one_of_a_longer_series():
    frames = PlayedRange().ending(9, 10)
    assert frames.within(20) == (0, 19)
    assert PlayedRange().ending(8, 10).within(20) == (0, 8)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_shorter_series_is_played_as_far_as_it_goes(count):
    first, last = PlayedRange(5, 8).within(count)
    assert 0 <= first <= last <= max(count - 1, 0)
    assert PlayedRange(5, 8).after(0, count) == first
