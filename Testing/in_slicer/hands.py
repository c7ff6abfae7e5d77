"""Keyboard and mouse of the tests: events as a hand sends them to a widget."""

import qt
import slicer
from desk import settle


def strike(widget, code, text=""):
    for kind in (qt.QEvent.KeyPress, qt.QEvent.KeyRelease):
        slicer.app.sendEvent(widget, qt.QKeyEvent(kind, code, qt.Qt.NoModifier, text))


def type_into(widget, text):
    """Replace what a field holds, and leave it with the Enter key."""
    widget.setFocus()
    widget.selectAll()
    strike(widget, qt.Qt.Key_Delete)
    for character in text:
        strike(widget, ord(character.upper()), character)
    strike(widget, qt.Qt.Key_Return, "\r")
    widget.clearFocus()
    settle(0.05)


def write_into(edit, text):
    """Replace the text of a field with several lines."""
    edit.setFocus()
    edit.selectAll()
    strike(edit, qt.Qt.Key_Delete)
    for character in text:
        strike(edit, ord(character.upper()), character)
    settle(0.05)


def press(widget, *, at=None):
    """Press a button with the left mouse button; one that is disabled ignores it, as for a hand."""
    place = qt.QPointF(widget.rect.center() if at is None else at)
    left, none = qt.Qt.LeftButton, qt.Qt.NoButton
    for kind, held in ((qt.QEvent.MouseButtonPress, left), (qt.QEvent.MouseButtonRelease, none)):
        event = qt.QMouseEvent(kind, place, place, left, held, qt.Qt.NoModifier)
        slicer.app.sendEvent(widget, event)
    settle(0.05)


def tick(check):
    """Press a check box or radio button on its box."""
    press(check, at=qt.QPoint(8, check.height // 2))


def choose(combo, index):
    """Move to an item with the arrow keys."""
    combo.setFocus()
    for _ in range(combo.count):
        if combo.currentIndex == index:
            break
        strike(combo, qt.Qt.Key_Down if combo.currentIndex < index else qt.Qt.Key_Up)
    settle(0.05)


def drag_slider(slider, value):
    """Move a slider with the arrow keys, step by step."""
    slider.setFocus()
    for _ in range(abs(slider.maximum - slider.minimum)):
        if slider.value == value:
            break
        strike(slider, qt.Qt.Key_Right if slider.value < value else qt.Qt.Key_Left)
    settle(0.05)
