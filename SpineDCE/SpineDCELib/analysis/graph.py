"""Graph of computed stages that knows what each stage has read.

A stage is a pure function of one argument, a :class:`View`. The view is its only way to settings,
images, regions and other stages, and it records every read together with a *token*: a small value
that is equal as long as what was read is equal. A stage is computed again only if one of its
recorded reads now gives another token. Reads are checked in the order in which they were made, so
a branch that a stage did not take is never computed for the check.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif import Selection
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.data import Images
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.measurement import Size
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.region_roles import Role

T = TypeVar("T")
#: Plain values stand for themselves; everything else is a digest or an identity, as text.
Token = Any
Stage = Callable[["View"], T]

#: Larger arrays of a study are told apart by identity, not by their content, bytes.
_SMALL = 1 << 20
#: Marks the value of a stage of which only the reads are known.
MISSING: Final = object()

_serial_numbers = itertools.count(1)
_identities: dict[int, tuple[weakref.ref[Any], str]] = {}
#: Digests of arrays that nobody can change.
_digests: dict[int, tuple[weakref.ref[Any], str]] = {}


def identity_token(value: Any) -> str:
    """Return a text that no other object of this process has or has had."""
    known = _identities.get(id(value))
    if known is None or known[0]() is not value:
        known = (weakref.ref(value), f"object {next(_serial_numbers)}")
        _identities[id(value)] = known
    return known[1]


def content_token(value: Any) -> Token:
    """Return a token of a value's content; arrays are digested, records taken field by field."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return _scalar_token(value)
    if isinstance(value, np.ndarray):
        return _array_token(value)
    if isinstance(value, np.generic):
        return _scalar_token(value.item())
    if is_dataclass(value) and not isinstance(value, type):
        return [[f.name, content_token(getattr(value, f.name))] for f in fields(value)]
    if isinstance(value, Mapping):
        return [[str(name), content_token(one)] for name, one in value.items()]
    if isinstance(value, (tuple, list)):
        return [content_token(one) for one in value]
    return identity_token(value)


def _scalar_token(value: Any) -> Token:
    """Return the value itself; of NaN, which equals nothing, a text."""
    return "not a number" if isinstance(value, float) and value != value else value


def _array_token(array: NDArray[Any]) -> str:
    known = _digests.get(id(array))
    if known is not None and known[0]() is array:
        return known[1]
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    digest = hashlib.blake2b(content.data, digest_size=16).hexdigest()
    token = f"{array.dtype.str} {array.shape} {digest}"
    if not array.flags.writeable:
        _digests[id(array)] = (weakref.ref(array), token)
    return token


@dataclass(frozen=True, eq=False)
class AnalysisInputs:
    """Everything that an analysis is given; replaced as a whole, never changed in place.

    Attributes:
        study: the study as read.
        settings: see :class:`SpineDCELib.settings.Settings`.
        aif_mask: ``(slices, rows, columns)``, the artery, for ``aif.source == "mask"``.
        aif_region: the same shape; where ``aif.source == "auto"`` searches; None is everywhere.
        aif_selection: changes by hand to the artery that was found.
        aif_file: for ``aif.source == "file"``.
        regions: name → mask ``(slices, rows, columns)``.
        roles: name → role of the region.
        sizes: lesion → size measured on images finer than the dynamic grid.
        study_keys: part of the study ("dynamic", "T1_map", …) → text that identifies its content
            across processes; parts without one are told apart by identity.
    """

    study: Images
    settings: Settings
    aif_mask: NDArray[np.bool_] | None = None
    aif_region: NDArray[np.bool_] | None = None
    aif_selection: Selection | None = None
    aif_file: CurveFile | None = None
    regions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    sizes: Mapping[str, Size] = field(default_factory=dict)
    study_keys: Mapping[str, str] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict, repr=False)

    def value(self, path: str) -> Any:
        """Return the input at a dotted path, such as "settings.aif.source"."""
        value: Any = self
        for name in path.split("."):
            value = getattr(value, name)
        return value

    def regions_with(self, roles: tuple[str, ...]) -> dict[str, NDArray[np.bool_]]:
        """Return the regions that have one of these roles, in their order."""
        return {name: mask for name, mask in self.regions.items() if self.roles[name] in roles}

    def token(self, path: str) -> Token:
        """Return the token of the input at a path."""
        if path not in self._tokens:
            self._tokens[path] = self._token(path)
        return self._tokens[path]

    def _token(self, path: str) -> Token:
        if path.startswith("regions with "):
            roles = tuple(path.removeprefix("regions with ").split(","))
            return content_token(self.regions_with(roles))
        value = self.value(path)
        if not path.startswith("study."):
            return content_token(value)
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        key = self.study_keys.get(path.split(".")[1])
        if key is not None:
            return f"{key} {path}"
        if isinstance(value, np.ndarray) and value.nbytes <= _SMALL:
            return content_token(value)
        return identity_token(value)


@dataclass(frozen=True, eq=False)
class Kept:
    """Result of a stage with what it has read.

    Attributes:
        value: the result, :data:`MISSING` where only its token is known, or the error that the
            stage raised.
        token: equal for equal results.
        reads: what was read → its token, in the order of the reads.
    """

    value: Any
    token: Token
    reads: tuple[tuple[str, Token], ...]


class _Recorded:
    """Record (a frozen dataclass) whose fields are recorded when they are read."""

    def __init__(self, view: View | SettingsReads, path: str, value: Any) -> None:
        self._view, self._path, self._value = view, path, value

    def __getattr__(self, name: str) -> Any:
        value, path = getattr(self._value, name), f"{self._path}.{name}"
        if is_dataclass(value):
            return _Recorded(self._view, path, value)
        if callable(value):
            raise TypeError(f"{path} is a method; read the whole record with View.whole().")
        self._view._record(path)
        return value


class SettingsReads:
    """Settings that record which of their values are read, for work outside of an analysis.

    Attributes:
        settings: to hand on.
        reads: path → token of every value that was read so far.
    """

    def __init__(self, settings: Settings) -> None:
        self._values = settings
        self.settings = cast(Settings, _Recorded(self, "settings", settings))
        self.reads: dict[str, Token] = {}

    def _record(self, path: str) -> None:
        self.reads[path] = self.token_in(self._values, path)

    @staticmethod
    def token_in(settings: Settings, path: str) -> Token:
        """Return the token that a recorded path has in these settings."""
        value: Any = settings
        for name in path.split(".")[1:]:
            value = getattr(value, name)
        return content_token(value)


class View:
    """All that a stage can reach. Every read is recorded.

    ``view(stage)`` returns the result of another stage.
    """

    def __init__(self, graph: Graph, progress: Progress = silent) -> None:
        self._graph, self._reads = graph, dict[str, Token]()
        self._listener, self._said = progress, (0.0, "")

    def progress(self, fraction: float, message: str) -> None:
        """Report the stage's own progress; see :mod:`SpineDCELib.progress`."""
        self._said = fraction, message
        self._listener(fraction, message)

    def checking(self, _fraction: float, _message: str) -> None:
        """Let the listener cancel work whose share of the stage is not known."""
        self._listener(*self._said)

    def __call__(self, stage: Stage[T], progress: Progress | None = None) -> T:
        kept = self._graph.kept_of(stage, progress or self.checking, with_value=True)
        self._reads.setdefault(f"stage {stage.__name__}", kept.token)
        return cast(T, _value_of(kept))

    @property
    def settings(self) -> Settings:
        """The settings; each value that is read is recorded by itself."""
        return cast(Settings, _Recorded(self, "settings", self._graph.inputs.settings))

    @property
    def study(self) -> Images:
        """The study as read; each value that is read is recorded by itself."""
        return cast(Images, _Recorded(self, "study", self._graph.inputs.study))

    def whole(self, record: T) -> T:
        """Return a group of settings or a part of the study as an ordinary record."""
        if not isinstance(record, _Recorded):
            return record
        self._record(record._path)
        return cast(T, record._value)

    @property
    def aif_mask(self) -> NDArray[np.bool_] | None:
        return cast("NDArray[np.bool_] | None", self._read("aif_mask"))

    @property
    def aif_region(self) -> NDArray[np.bool_] | None:
        return cast("NDArray[np.bool_] | None", self._read("aif_region"))

    @property
    def aif_selection(self) -> Selection | None:
        return cast("Selection | None", self._read("aif_selection"))

    @property
    def aif_file(self) -> CurveFile | None:
        return cast("CurveFile | None", self._read("aif_file"))

    @property
    def sizes(self) -> Mapping[str, Size]:
        return cast("Mapping[str, Size]", self._read("sizes"))

    @property
    def regions(self) -> Mapping[str, NDArray[np.bool_]]:
        """All regions: name → mask."""
        return cast("Mapping[str, NDArray[np.bool_]]", self._read("regions"))

    @property
    def roles(self) -> Mapping[str, Role]:
        """All regions: name → role."""
        return cast("Mapping[str, Role]", self._read("roles"))

    def regions_with(self, *roles: Role) -> dict[str, NDArray[np.bool_]]:
        """Return the regions that have one of these roles: name → mask."""
        self._record("regions with " + ",".join(roles))
        return self._graph.inputs.regions_with(roles)

    @property
    def reads(self) -> tuple[tuple[str, Token], ...]:
        """What was read so far, with its token."""
        return tuple(self._reads.items())

    def _read(self, path: str) -> Any:
        self._record(path)
        return self._graph.inputs.value(path)

    def _record(self, path: str) -> None:
        self._reads.setdefault(path, self._graph.inputs.token(path))


class Graph:
    """Last result of every stage, with the inputs that all of them are computed from."""

    def __init__(self, inputs: AnalysisInputs) -> None:
        self._inputs = inputs
        self._kept: dict[str, Kept] = {}
        self._stages: dict[str, Stage[Any]] = {}
        # Stages whose reads are known to hold for the present inputs.
        self._checked: set[str] = set()

    @property
    def inputs(self) -> AnalysisInputs:
        """What the stages are computed from; setting it marks every stage for a check."""
        return self._inputs

    @inputs.setter
    def inputs(self, inputs: AnalysisInputs) -> None:
        self._inputs, self._checked = inputs, set()

    def get(self, stage: Stage[T], progress: Progress = silent) -> T:
        """Return a stage's result; compute it only if something that it has read has changed.

        Raises:
            SpineDCEError: whatever the stage raises; earlier results stay.
        """
        return cast(T, _value_of(self.kept_of(stage, progress, with_value=True)))

    def kept_of(self, stage: Stage[Any], progress: Progress, *, with_value: bool) -> Kept:
        """Return a stage's record for the present inputs, computed where that is necessary.

        An error for the user is a result too: it holds until something that was read changes.
        """
        name = stage.__name__
        self._stages[name] = stage
        if self._holds(name, progress):
            kept = self._kept[name]
            if not (with_value and kept.value is MISSING):
                return kept
        view = View(self, progress)
        value: Any
        try:
            value = stage(view)
        except SpineDCEError as error:
            value = error.with_traceback(None)
        self._kept[name] = kept = Kept(value, _result_token(name, value, view.reads), view.reads)
        self._checked.add(name)
        return kept

    def is_current(self, name: str) -> bool:
        """Whether the last result of a stage still holds, without computing anything."""
        kept = self._kept.get(name)
        if kept is None or isinstance(kept.value, SpineDCEError):
            return False
        if name in self._checked:
            return True
        for read, token in kept.reads:
            other = read.removeprefix("stage ")
            if other == read:
                if self.inputs.token(read) != token:
                    return False
            elif not self.is_current(other) or self._kept[other].token != token:
                return False
        self._checked.add(name)
        return True

    def has_same(self, name: str, other: Graph) -> bool:
        """Whether a stage's result holds in both graphs and was computed from equal inputs."""
        if not (self.is_current(name) and other.is_current(name)):
            return False
        return bool(self._kept[name].token == other._kept[name].token)

    def copy(self) -> Graph:
        """Return an independent graph with the same inputs and results, for another thread."""
        copy = Graph(self.inputs)
        copy._kept, copy._stages = dict(self._kept), dict(self._stages)
        copy._checked = set(self._checked)
        return copy

    def take(self, other: Graph) -> None:
        """Take over what another graph has computed, where this one has nothing that holds."""
        for name, kept in other._kept.items():
            if not self.is_current(name):
                self._kept[name] = kept
        self._stages |= other._stages
        self._checked = set()

    def transform(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Put the results in another form with the same content, such as arrays in files.

        Args:
            change: takes and returns the results by the name of their stage.
        """
        values = {
            name: kept.value
            for name, kept in self._kept.items()
            if kept.value is not MISSING and not isinstance(kept.value, SpineDCEError)
        }
        for name, value in change(values).items():
            self._kept[name] = replace(self._kept[name], value=value)

    @property
    def records(self) -> dict[str, Kept]:
        """All results with their reads, by the name of their stage."""
        return dict(self._kept)

    def restore(self, records: Mapping[str, Kept], stages: Mapping[str, Stage[Any]]) -> None:
        """Take results of an earlier process; each is checked when it is asked for.

        Args:
            stages: name → function of every stage in ``records``.
        """
        self._kept |= records
        self._stages |= stages
        self._checked = set()

    def _holds(self, name: str, progress: Progress) -> bool:
        """Whether a kept result holds. Stages that it has read are computed again if need be."""
        kept = self._kept.get(name)
        if kept is None:
            return False
        if name in self._checked:
            return True
        for read, token in kept.reads:
            other = read.removeprefix("stage ")
            if other == read:
                if self.inputs.token(read) != token:
                    return False
                continue
            now = self.kept_of(self._stages[other], progress, with_value=False)
            if now.token != token:
                return False
        self._checked.add(name)
        return True


def _value_of(kept: Kept) -> Any:
    if isinstance(kept.value, SpineDCEError):
        raise copy.copy(kept.value)
    return kept.value


def _result_token(name: str, value: Any, reads: tuple[tuple[str, Token], ...]) -> Token:
    """Token of a result: its content where that is cheap, else what it was computed from."""
    if isinstance(value, SpineDCEError):
        return f"raised {type(value).__name__}: {value}"
    if value is None or isinstance(value, (bool, int, float, str)):
        return _scalar_token(value)
    if isinstance(value, np.ndarray) and value.nbytes <= _SMALL:
        return content_token(value)
    text = json.dumps([name, reads], default=repr)
    return f"computed {hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"
