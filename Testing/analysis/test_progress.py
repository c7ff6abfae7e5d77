"""Progress of stages, and cancelling of those that another stage asks for."""

import pytest
from analysis.test_delays import visit
from SpineDCELib.errors import Cancelled
from SpineDCELib.progress import within


def inner(view):
    view.progress(0.5, "inside")
    return 1


def outer(view):
    view.progress(0.2, "outside")
    return view(inner) + 1


def test_a_stage_that_another_one_asks_for_can_be_cancelled():
    graph, heard = visit(0.05, {"Lesion": 0.0, "Reference": 0.0}).graph, []

    def listen(*said):
        heard.append(said)
        if len(heard) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        graph.get(outer, listen)
    # The share of the inner stage is not known, so the outer one's is repeated.
    assert heard == [(0.2, "outside")] * 2
    assert graph.get(outer) == 2


def test_a_step_of_unknown_share_repeats_where_the_job_is():
    heard = []
    step = within(lambda *said: heard.append(said), 0.4, "Fitting")
    step(0.9, "inside")
    step(0.0, "again")
    assert heard == [(0.4, "Fitting")] * 2
