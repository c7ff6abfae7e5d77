from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type[Any])

class Choice:
    def __init__(self, choices: list[Any]) -> None: ...

class WithinRange:
    def __init__(self, minimum: float, maximum: float) -> None: ...

# The decorator gives the class a constructor that takes the scene's parameter node.
def parameterNodeWrapper(wrapped: _Class) -> _Class: ...
