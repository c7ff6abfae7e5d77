"""The bar above the views: series that columns show are read for every study that is opened."""

import asyncio
from types import SimpleNamespace

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from SpineDCEWidget.browser.view_bar import ViewBar


def test_a_study_that_is_opened_later_shows_the_series_that_a_column_has():
    read = []
    bar = ViewBar.__new__(ViewBar)
    bar.series = SimpleNamespace(
        search_job=lambda _visit: None,  # its series are known
        to_read=lambda title: ["follow-up"] if title == "T1 post" else [],
    )
    bar._station = SimpleNamespace(
        state=SimpleNamespace(columns=["series:T1 post", "map", "fused:T2"]),
        as_task=lambda _action: read.append,
    )
    asyncio.run(bar.find_series("follow-up"))
    assert read == ["T1 post"]
