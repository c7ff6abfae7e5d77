"""The parts of PythonQt's ``qt`` that the panels use."""

from collections.abc import Callable
from typing import Any

class _Wrapped:
    def __init__(self, *arguments: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...

class QObject(_Wrapped): ...
class QWidget(QObject): ...
class QIcon(_Wrapped): ...
class QPixmap(_Wrapped): ...
class QByteArray(_Wrapped): ...
class QSize(_Wrapped): ...
class QColor(_Wrapped): ...
class QKeySequence(_Wrapped): ...
class QShortcut(QObject): ...
class QTableWidgetItem(_Wrapped): ...

class QTranslator:
    def load(self, file: str) -> bool: ...

class QTimer(QObject):
    @staticmethod
    def singleShot(milliseconds: int, call: Callable[[], object]) -> None: ...

class QUrl(_Wrapped):
    @staticmethod
    def fromLocalFile(path: str) -> QUrl: ...

class QDesktopServices:
    @staticmethod
    def openUrl(url: QUrl) -> bool: ...

class QFileDialog(QWidget):
    @staticmethod
    def getOpenFileName(
        parent: QWidget | None, title: str, folder: str, filter: str = ...
    ) -> str: ...
    @staticmethod
    def getExistingDirectory(parent: QWidget | None, title: str, folder: str) -> str: ...

class QAbstractItemView(QWidget):
    AllEditTriggers: int
    NoEditTriggers: int

class QHeaderView(QWidget):
    ResizeToContents: int
    Stretch: int

class QSizePolicy(_Wrapped):
    Ignored: int
    Preferred: int

class QEvent(_Wrapped):
    DragEnter: int
    LayoutRequest: int
    Resize: int
    Show: int
    DragMove: int
    Drop: int

class Qt:
    Vertical: int
    WidgetWithChildrenShortcut: int
