"""Errors, shown in the panel and through 3D Slicer's own displays."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import slicer
from SpineDCELib.errors import Cancelled, InputError

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.shared.wording import remedy


class Messages:
    """Messages for the user.

    Args:
        show: puts a message into the panel; "" removes it.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def say(self, sentence: str) -> None:
        """Something worth knowing: in the panel alone."""
        self._show(sentence)

    def clear(self) -> None:
        self._show("")

    @contextmanager
    def shown(self, *, popup: bool = True) -> Iterator[None]:
        """What goes wrong inside is shown; nothing computed or drawn is lost by it.

        Args:
            popup: also in a dialog: for what the user asked for by a button.
        """
        try:
            yield
        except Cancelled:
            self._show(texts.CANCELLED)
        except InputError as error:
            message = remedy(error)
            self._show(message)
            if popup:
                slicer.util.warningDisplay(message, windowTitle=texts.TITLE)
            else:
                slicer.util.showStatusMessage(message, 5000)
        except Exception as error:
            logging.error(traceback.format_exc())
            self._show(texts.UNEXPECTED.format(error=error))
            if popup:
                slicer.util.errorDisplay(
                    texts.UNEXPECTED.format(error=error),
                    windowTitle=texts.TITLE,
                    detailedText=traceback.format_exc(),
                )


def guarded(messages: Messages, action: Callable[..., Any], **options: Any) -> Callable[..., None]:
    """``action`` as a slot: its errors are shown instead of printed."""

    def slot(*arguments: Any) -> None:
        with messages.shown(**options):
            action(*arguments)

    return slot
