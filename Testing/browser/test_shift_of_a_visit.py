"""The shift that is set while another visit is selected."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("trame", reason="trame is not installed")

from SpineDCEWidget.browser.arteries_panel import ArteriesPanel


class _State(SimpleNamespace):
    """Stand-in for trame's state; the page's changes are made by calling the panel."""

    def update(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def change(self, _name: str) -> Any:
        return lambda action: action


def _visit(name: str, shift: float | str = 4.0) -> Any:
    return SimpleNamespace(
        name=name, shown_label=name.capitalize(), analysis=object(), result=object(),
        evidence=None, problem="", is_current=False,
        follows_proposal=False, shift_limits=(-6.0, 20.0),
        shift_in_use=None if isinstance(shift, str) else shift,
        settings=SimpleNamespace(fit=SimpleNamespace(shift=shift, shifts={}),
                                 aif=SimpleNamespace(source="parker")),
    )  # fmt: skip


def test_a_shift_goes_to_the_visit_for_which_it_was_set():
    first, second, moved, fitted = _visit("baseline"), _visit("follow-up"), [], []
    station = SimpleNamespace(
        state=_State(dark=True, step=4), visit=first, jobs=SimpleNamespace(running=False),
        views=SimpleNamespace(slice_index=lambda _name: 0), changed=lambda *_: None,
        show_position_soon=lambda: None,
        session=SimpleNamespace(
            set_shift=lambda visit, to: moved.append((visit, to)), shown=[first, second],
            refit=lambda visit, slices: fitted.append((visit, slices)), visits=[],
        ),
    )  # fmt: skip
    panel = ArteriesPanel(station)

    async def use() -> None:
        station.state.shift = 7.5
        panel._shift_chosen()
        station.visit = second  # the other visit is selected before the shift has moved
        panel.refresh()
        assert station.state.shift == 4.0, "the shift of the visit that is selected now"
        await panel._moving

    asyncio.run(use())
    assert moved == [(first, 7.5)]
    assert fitted == [(first, [0])]


def test_a_visit_without_a_shift_does_not_show_that_of_the_other_visit():
    first, second = _visit("baseline"), _visit("follow-up", "auto")
    station = SimpleNamespace(
        state=_State(dark=True, step=4), visit=first, session=SimpleNamespace(visits=[])
    )
    panel = ArteriesPanel(station)
    panel.refresh()
    assert station.state.shift_known
    station.visit = second
    panel.refresh()
    assert not station.state.shift_known
