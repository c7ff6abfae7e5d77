"""Stages that are made when asked for and kept while what they depend on stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Held:
    """Something that a stage depends on, the same only as itself.

    Holding it keeps its place in memory from becoming another's, as a bare ``id`` would not.
    """

    def __init__(self, it: object) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.it is other.it

    __hash__ = None  # type: ignore[assignment]


class Graph:
    """Keeps the last result of each stage beside the key that it was made for."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, Any]] = {}

    def _stage(self, name: str, key: Any, make: Callable[[], Any]) -> Any:
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            self._kept[name] = kept = (key, make())
        return kept[1]
