"""Messages and errors, shown in the panel and in 3D Slicer's dialogs."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import slicer
from SpineDCELib.errors import Cancelled, InputError

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.shared.wording import UNEXPECTED, remedy

#: Codes of errors for packages that 3D Slicer's Python may lack and can install.
INSTALLABLE = frozenset(
    f"no_{package}" for package in ("highdicom", "matplotlib", "pynetdicom", "dicomweb-client")
)


class Messages:
    """Messages for the user; a message disappears when a later action succeeds.

    Args:
        show: puts a message into the panel; "" removes it.
        has_results: returns whether there are results that a cancelled action kept.
    """

    def __init__(
        self, show: Callable[[str], None], has_results: Callable[[], bool] = lambda: True
    ) -> None:
        self._put, self._has_results = show, has_results
        self._count = 0
        self._shown = ""

    def show(self, message: str) -> None:
        """Show a message in the panel."""
        self._count += 1
        self._shown = message
        self._put(message)

    def clear(self) -> None:
        """Remove the message from the panel."""
        self._shown = ""
        self._put("")

    def remove(self, message: str) -> None:
        """Remove a message from the panel, unless another one has replaced it."""
        if self._shown == message:
            self.clear()

    @contextmanager
    def errors_shown(self, *, popup: bool = True) -> Iterator[None]:
        """Show the errors that are raised inside instead of raising them further.

        Args:
            popup: show them in a dialog too, because the user pressed a button. An earlier message
                is removed if the action succeeds.
        """
        before = self._count
        try:
            yield
            if popup and self._count == before:
                self.clear()
        except Cancelled:
            self.show(texts.CANCELLED if self._has_results() else "")
        except InputError as error:
            message = remedy(error)
            self.show(message)
            if popup and error.code in INSTALLABLE:
                self._offer_to_install(str(error.about), message)
            elif popup:
                slicer.util.warningDisplay(message, windowTitle=texts.TITLE)
            else:
                slicer.util.showStatusMessage(message, 5000)
        except Exception as error:
            logging.error(traceback.format_exc())
            message = UNEXPECTED.format(error=error)
            self.show(message)
            if popup:
                slicer.util.errorDisplay(
                    message, windowTitle=texts.TITLE, detailedText=traceback.format_exc()
                )

    def _offer_to_install(self, package: str, message: str) -> None:
        """Ask whether a package is to be installed, and install it."""
        question = texts.INSTALL_QUESTION.format(message=message, package=package)
        if slicer.util.confirmOkCancelDisplay(question, windowTitle=texts.TITLE):
            slicer.util.pip_install(package)
            self.show(texts.INSTALLED.format(package=package))


def guarded(messages: Messages, action: Callable[..., Any], **options: Any) -> Callable[..., None]:
    """Return an action as a slot that shows its errors."""

    def slot(*arguments: Any) -> None:
        with messages.errors_shown(**options):
            action(*arguments)

    return slot
