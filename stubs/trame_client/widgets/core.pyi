"""The parts of trame's client that the page uses."""

from typing import Any

class AbstractElement:
    _attributes: dict[str, str]
    _attr_names: list[Any]
    _event_names: list[Any]
    server: Any
    def __init__(self, tag: str, children: Any = ..., **attributes: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
