"""Undo and redo over plain states."""

from SpineDCEWidget.shared.undo import UndoHistory


def test_undo_goes_back_and_redo_forth_with_the_text_of_each_step():
    history = UndoHistory("a")
    assert (history.undo_text, history.redo_text) == ("", "")
    assert history.undo() is None
    history.record("to b", "b")
    history.record("to c", "c")
    assert (history.undo(), history.undo_text, history.redo_text) == ("b", "to b", "to c")
    assert (history.undo(), history.undo_text, history.redo_text) == ("a", "", "to b")
    assert (history.redo(), history.redo(), history.redo()) == ("b", "c", None)


def test_a_new_change_forgets_what_was_undone():
    history = UndoHistory("a")
    history.record("to b", "b")
    history.undo()
    history.record("to c", "c")
    assert history.redo_text == ""
    assert history.undo() == "a"


def test_moves_of_one_slider_are_undone_together():
    history = UndoHistory(0.0)
    for value in (1.0, 2.0, 3.0):
        history.record("move", value, key="shift")
    history.close_step()
    history.record("move", 4.0, key="shift")
    assert [history.undo(), history.undo(), history.undo()] == [3.0, 0.0, None]


def test_only_the_latest_steps_are_kept():
    history = UndoHistory(0, limit=3)
    for value in range(1, 6):
        history.record(f"to {value}", value)
    assert [history.undo() for _ in range(4)] == [4, 3, 2, None]


def test_the_list_of_steps_names_the_latest_first():
    history = UndoHistory("a")
    history.record("to b", "b")
    history.record("to c", "c")
    assert history.undo_texts == ["to c", "to b"]
    history.undo()
    assert history.undo_texts == ["to b"]
