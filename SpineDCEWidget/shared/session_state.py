"""State of a session: everything that a person can change, compared and described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.data import Images
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.vertebra_levels import level_of

from SpineDCEWidget.shared.visit_session import VisitState
from SpineDCEWidget.shared.wording import _


@dataclass(frozen=True, eq=False)
class SessionState:
    """Everything that a person can change; immutable.

    Attributes:
        common: settings of all visits; those that belong to one visit are not used.
        visits: name → state of every visit with a study.
    """

    common: Settings
    visits: Mapping[str, VisitState] = field(default_factory=dict)


def curve_to_dict(curve: CurveFile) -> dict[str, Any]:
    return curve._asdict() | {"t": curve.t.tolist(), "C": curve.C.tolist()}


def curve_from_dict(values: Mapping[str, Any]) -> CurveFile:
    t, C = np.array(values["t"]), np.array(values["C"])
    return CurveFile(t, C, values["medium"], values["note"])


def same_acquisition(one: Images, two: Images) -> bool:
    a, b = one.dynamic, two.dynamic
    return (
        a.signal is b.signal
        and np.array_equal(a.times, b.times)
        and a.acquisition == b.acquisition
        and a.time_origin == b.time_origin
    )


def same_state(one: VisitState, two: VisitState) -> bool:
    return (
        one.own == two.own
        and one.selection == two.selection
        and one.aif_file is two.aif_file
        and one.proposed == two.proposed
        and one.rulers == two.rulers
        and one.locked == two.locked
        and same_regions(one, two)
    )


def same_regions(one: VisitState, two: VisitState) -> bool:
    return one.regions.keys() == two.regions.keys() and all(
        one.roles[name] == two.roles[name]
        and (mask is two.regions[name] or np.array_equal(mask, two.regions[name]))
        for name, mask in one.regions.items()
    )


def renamed(state: VisitState, name: str, new: str) -> VisitState:
    """Return the state with another name of a region, wherever the state holds its name."""

    def put(one: str) -> str:
        return new if one == name else one

    own = dict(state.own)
    if own.get("fit.shifts"):
        own["fit.shifts"] = {put(one): shift for one, shift in own["fit.shifts"].items()}
    if level_of(name) and own.get("reading.reference_level") == level_of(name):
        own["reading.reference_level"] = level_of(new)
    return replace(
        state,
        own=own,
        regions={put(one): mask for one, mask in state.regions.items()},
        roles={put(one): role for one, role in state.roles.items()},
        locked=frozenset(map(put, state.locked)),
    )


def drawn_text(old: VisitState, new: VisitState) -> str:
    """What was drawn, as undo names it."""
    added = [name for name in new.regions if name not in old.regions]
    removed = [name for name in old.regions if name not in new.regions]
    if len(added) == len(removed) == 1:
        (new_name,), (name,) = added, removed
        if np.array_equal(old.regions[name], new.regions[new_name]):
            return _("Rename {name} to {new}").format(name=name, new=new_name)
    edited = [n for n, m in new.regions.items() if n in old.regions and old.regions[n] is not m]
    for names, text in ((added, _("Draw {names}")), (removed, _("Remove {names}")),
                        (edited, _("Edit {names}"))):  # fmt: skip
        if names:
            return text.format(names=", ".join(names))
    if old.rulers != new.rulers:
        rulers = len(new.rulers) - len(old.rulers)
        return _("Draw a ruler") if rulers > 0 else _("Remove a ruler") if rulers else _(
            "Move a ruler"
        )  # fmt: skip
    return _("Change the role of a region")
