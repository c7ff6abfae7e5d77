"""Turns of a window's main loop between two changes of a scene.

Nodes are changed on the main thread only, and in 3D Slicer each new or removed node costs
milliseconds. Between two of them a window may redraw itself and hear the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_actions: list[Callable[[], None]] = []


@contextmanager
def turns_taken(action: Callable[[], None]) -> Iterator[None]:
    """Call ``action`` between the changes of a scene that are made inside.

    What it raises ends the changes where they are.
    """
    _actions.append(action)
    try:
        yield
    finally:
        _actions.remove(action)


def take_turn() -> None:
    """Let the window, if one has asked for it, have a turn; the nodes are in order now."""
    if _actions:
        _actions[-1]()
