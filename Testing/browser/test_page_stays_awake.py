"""Nothing that the page shows after a change waits for the preprocessing of the images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("trame", reason="trame is not installed")

from SpineDCEWidget.browser.chart_strip import Charts


class _State(SimpleNamespace):
    def update(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def _never(*_: Any) -> Any:
    raise AssertionError("it would preprocess the images while the page waits")


def test_curves_wait_for_the_computation_where_the_images_are_not_preprocessed_yet():
    analysis = SimpleNamespace(check=_never, aif=_never)
    visit = SimpleNamespace(
        result=object(), analysis=analysis, is_preprocessed=False, explain=_never, evidence=None,
        problem="",
    )  # fmt: skip
    station = SimpleNamespace(state=_State(dark=True, step=2), visit=visit)
    charts = Charts(station)
    charts.rows = [object()]
    charts.show_main()
    assert charts.rows == []
    assert station.state.main_figure["data"] == []
    assert station.state.has_curves, "the controls stay"
    assert "computed with the maps" in station.state.curves_note
    charts.explain(visit, (0.0, 0.0, 0.0))
    assert station.state.voxel_card is None
