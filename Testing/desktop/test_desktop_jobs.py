"""Long work in a thread: progress, cancel, errors, one at a time."""

import threading
import weakref

import pytest
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.mrml.scene_turns import take_turn

from SpineDCEWidget.desktop.main_loop_jobs import UNKNOWN, Jobs


@pytest.fixture
def told():
    return []


@pytest.fixture
def jobs(told):
    return Jobs(lambda: None, lambda status, share, _interruptible: told.append((status, share)))


def test_the_value_comes_back_from_another_thread(jobs):
    assert jobs.run("Work", lambda progress: threading.current_thread()) is not (
        threading.main_thread()
    )


def test_all_jobs_run_in_one_thread_that_keeps_nothing_of_them(jobs):
    class Study:
        """What can be referenced weakly."""

    def work(progress):
        study = Study()
        kept.append(weakref.ref(study))
        return threading.current_thread(), study

    kept, threads = [], []
    for _ in range(3):
        thread, _study = jobs.run("Work", work)
        threads.append(thread)
        del _study
    assert len(set(threads)) == 1
    for _ in range(100):
        if not kept[-1]():
            break
        threading.Event().wait(0.01)
    assert not any(study() for study in kept)
    jobs.close()
    threads[0].join(5)
    assert not threads[0].is_alive()


def test_what_is_shown_is_shown_on_the_calling_thread_and_ends(told):
    threads = set()
    jobs = Jobs(
        lambda: None,
        lambda status, share, _interruptible: (
            threads.add(threading.current_thread()),
            told.append((status, share)),
        ),
    )
    go_on = threading.Event()

    def work(progress):
        progress(0.4, "half way")
        go_on.wait(5)

    jobs._pump = go_on.set
    jobs.run("Work", work)
    assert threads == {threading.current_thread()}
    assert ("Work: half way", 0.4) in told
    assert told[-1] == ("", None)


def test_a_short_job_that_may_be_interrupted_is_not_shown(jobs, told):
    jobs.run("Fit", lambda progress: progress(0.5, "half way"), interruptible=True)
    assert told == [("", None)]


def test_an_error_is_raised_where_the_work_was_asked_for(jobs, told):
    def work(progress):
        raise InputError("No artery; draw one.")

    with pytest.raises(InputError, match="draw one"):
        jobs.run("Work", work)
    assert not jobs.busy
    assert told[-1] == ("", None)
    assert jobs.run("Again", lambda progress: 3) == 3


def test_cancel_stops_at_the_next_step(told):
    reached = []

    def work(progress):
        for step in range(1000):
            progress(step / 1000, "")
            reached.append(step)
            threading.Event().wait(0.005)

    jobs = Jobs(lambda: jobs.cancel() if len(reached) > 3 else None, lambda *_: None)
    with pytest.raises(Cancelled):
        jobs.run("Work", work)
    assert len(reached) < 900
    assert not jobs.busy


def test_what_was_cancelled_after_its_last_step_is_not_taken(jobs):
    with pytest.raises(Cancelled):
        jobs.run("Work", lambda progress: jobs.cancel())


def test_only_one_at_a_time(told):
    refused = []

    def pump():
        try:
            jobs.run("Second", lambda progress: None)
        except InputError as error:
            refused.append(str(error))
            done.set()

    done = threading.Event()
    jobs = Jobs(pump, lambda *_: None)
    assert jobs.run("First", lambda progress: done.wait(10))
    assert "First" in refused[0]


def test_an_interruptible_job_is_stopped_by_another_job():
    """A slider that moves on while the volume still follows its last place."""
    outcome, begun = [], threading.Event()

    def slow(progress):
        begun.set()
        while True:
            progress(0.5, "")
            threading.Event().wait(0.002)

    def pump():
        if begun.is_set() and not outcome:
            outcome.append(None)
            outcome[0] = jobs.run("Second", lambda progress: "done")

    jobs = Jobs(pump, lambda *_: None)
    with pytest.raises(Cancelled):
        jobs.run("First", slow, interruptible=True)
    assert outcome == ["done"]
    assert not jobs.busy


def between_changes(jobs, steps=4, **options):
    """Make changes of nodes, each of which takes longer than the time between two turns."""
    made = []
    with jobs.changes("Opening", **options):
        for step in range(steps):
            threading.Event().wait(0.06)
            made.append(step)
            take_turn()
    return made


def test_the_window_has_turns_between_changes_of_nodes(told):
    seen = []
    jobs = Jobs(
        lambda: seen.append((jobs.busy, jobs.changing_nodes, jobs.cancellable)),
        lambda status, share, interruptible: told.append((status, share, interruptible)),
    )
    assert between_changes(jobs) == [0, 1, 2, 3]
    assert seen == [(True, True, False)] * 4
    assert told == [("Opening", UNKNOWN, False), ("", None, True)]
    assert (jobs.busy, jobs.changing_nodes) == (False, False)
    take_turn()
    assert len(seen) == 4


def test_quick_changes_take_no_turn_and_a_turn_takes_no_other():
    seen = []

    def pump():
        seen.append(None)
        threading.Event().wait(0.06)
        take_turn()  # an event that changes nodes too

    jobs = Jobs(pump, lambda *_: None)
    with jobs.changes("Opening"):
        take_turn()
    assert not seen
    assert between_changes(jobs, 3) == [0, 1, 2]
    assert len(seen) == 3


def test_cancelled_changes_are_made_to_their_end():
    made = []
    jobs = Jobs(lambda: jobs.cancel(), lambda *_: None)
    with pytest.raises(Cancelled):
        made += between_changes(jobs, cancellable=True)
    assert not jobs.busy
    assert between_changes(jobs) == [0, 1, 2, 3]  # they cannot be cancelled


def test_changes_of_nodes_that_are_gone_end_at_once():
    reached = []

    def change():
        with jobs.changes("Opening"):
            for step in range(4):
                threading.Event().wait(0.06)
                reached.append(step)
                take_turn()

    jobs = Jobs(lambda: jobs.abandon(), lambda *_: None)
    with pytest.raises(Cancelled):
        change()
    assert reached == [0]
    assert not jobs.busy


def test_nothing_is_started_while_nodes_are_changed():
    refused = []

    def pump():
        with pytest.raises(InputError) as error:
            jobs.run("Second", lambda progress: None)
        refused.append(error.value.code)

    jobs = Jobs(pump, lambda *_: None)
    between_changes(jobs, 1)
    assert refused == ["busy"]
