"""A stand-in for Qt and 3D Slicer's application: enough to drive the panels on slicer-core's scene.

It proves that the panels call the logic and show its state; how they look and feel is proven in a
real 3D Slicer (Testing/in_slicer).
"""

import contextlib
import sys
import types
from xml.etree import ElementTree

_SIGNALS = {
    "value": ("valueChanged(int)", "valueChanged(double)"),
    "currentIndex": ("currentIndexChanged(int)",),
    "checked": ("toggled(bool)",),
}
_VALUES = {"bool": lambda t: t == "true", "number": int, "double": float}


class Widget:
    """Properties that tell of their change, children by name; any other call does nothing."""

    def __init__(self, kind="QWidget", **properties):
        self.__dict__.update(
            kind=kind, slots={}, name="", text="", toolTip="", enabled=True, visible=True,
            checked=False, value=0, minimum=-1e9, maximum=1e9, currentIndex=-1, items=[],
            currentPath="", plainText="", rowCount=0, columnCount=0, cells={}, dynamic={},
            frameWidth=1, minimumSizeHint=types.SimpleNamespace(width=lambda: 400),
        )  # fmt: skip
        self.__dict__.update(properties)

    def __setattr__(self, name, value):
        if name == "value":
            value = min(max(value, self.minimum), self.maximum)
        changed = self.__dict__.get(name) != value
        self.__dict__[name] = value
        if changed:
            for signal in _SIGNALS.get(name, ()):
                self.emit(signal, value)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: Widget()

    def connect(self, signal, slot):
        self.slots.setdefault(signal, []).append(slot)

    def emit(self, signal, *values):
        for slot in self.slots.get(signal, []):
            slot(*values)

    def click(self):
        assert self.enabled, f"{self.name}: {self.toolTip}"
        self.emit("clicked()")

    def setProperty(self, name, value):
        self.dynamic[name] = value

    # -- combo boxes ------------------------------------------------------------------------

    @property
    def count(self):
        return len(self.items)

    def clear(self):
        self.items.clear()

    def addItem(self, text, data=None):
        self.items.append([text, data])

    def itemData(self, i):
        return self.items[i][1]

    def setItemData(self, i, value, role):
        self.dynamic[i, role] = value

    def itemText(self, i):
        return self.items[i][0]

    def setItemText(self, i, text):
        self.items[i][0] = text

    # -- tables -----------------------------------------------------------------------------

    def horizontalHeader(self):
        return Widget(
            sizeHint=types.SimpleNamespace(height=lambda: 20), length=lambda: 20 * self.rowCount
        )

    verticalHeader = horizontalHeader

    def clearContents(self):
        self.cells.clear()

    def setColumnCount(self, count):
        self.columnCount = count

    def setRowCount(self, count):
        self.rowCount = count

    def setItem(self, row, column, item):
        self.cells[row, column] = item.text()

    def currentRow(self):
        return self.__dict__.get("row", -1)

    def selectRow(self, row):
        self.__dict__["row"] = row

    def setCurrentCell(self, row, _column):
        self.__dict__["row"] = row

    # -- timers -----------------------------------------------------------------------------

    def start(self):
        self.running = True

    def stop(self):
        self.running = False

    def isActive(self):
        return self.__dict__.get("running", False)

    def fire(self):
        """What a timer does when its time has come."""
        if self.isActive():
            self.running = False
            self.emit("timeout()")


class Item:
    def __init__(self, text=""):
        self._text = text

    def text(self):
        return self._text

    def setIcon(self, icon):
        self.icon = icon


class Editor(Widget):
    """The segment editor's nodes and the effect in hand."""

    def __init__(self):
        super().__init__("qMRMLSegmentEditorWidget", nodes={}, effect=None)

    def setActiveEffectByName(self, name):
        self.effect = Widget(name=name)

    def setActiveEffect(self, effect):
        self.effect = effect

    def activeEffect(self):
        return self.effect

    def setSegmentationNode(self, node):
        self.nodes["segmentation"] = node

    def segmentationNode(self):
        return self.nodes.get("segmentation")

    def mrmlSegmentEditorNode(self):
        return None

    def setCurrentSegmentID(self, identity):
        self.nodes["segment"] = identity

    def currentSegmentID(self):
        return self.nodes.get("segment", "")


def load_ui(path):
    """A Designer file as stand-ins."""

    def made(element):
        widget = Widget(element.get("class"), name=element.get("name"))
        for prop in element.findall("property"):
            child = prop[0]
            value = _VALUES.get(child.tag, str)(child.text or "")
            if child.tag in _VALUES or child.tag == "string":
                target = widget.dynamic if prop.get("stdset") == "0" else widget.__dict__
                target[prop.get("name")] = value
        widget.__dict__["children"] = [made(e) for e in direct(element)]
        return widget

    def direct(element):
        for child in element:
            if child.tag == "widget":
                yield child
            elif child.tag in ("layout", "item"):
                yield from direct(child)

    return made(ElementTree.parse(path).getroot().find("widget"))


def flattened(widget):
    yield widget
    for child in widget.children:
        yield from flattened(child)


class LayoutManager:
    """Views as the layout's text says, with real nodes."""

    plotViewCount = 0

    def __init__(self, slicer):
        self._slicer = slicer
        self._layout = slicer.vtkMRMLLayoutNode()
        self._layout.SetViewArrangement(1)
        self._widgets = {}
        self.layout = 1
        self._layout.AddObserver("ModifiedEvent", lambda *_: self._follow())

    def layoutLogic(self):
        return types.SimpleNamespace(GetLayoutNode=lambda: self._layout)

    def setLayout(self, number):
        self.layout = number
        self._layout.SetViewArrangement(number)

    def _follow(self):
        text = self._layout.GetLayoutDescription(self._layout.GetViewArrangement())
        for view in ElementTree.fromstring(text).iter("view") if text else ():
            kind, tag = view.get("class"), view.get("singletontag")
            if kind == "vtkMRMLPlotViewNode" and not self._slicer.mrmlScene.GetSingletonNode(
                tag, kind
            ):
                node = self._slicer.vtkMRMLPlotViewNode()
                node.SetSingletonTag(tag)
                self._slicer.mrmlScene.AddNode(node)
            elif kind == "vtkMRMLSliceNode" and tag not in self._widgets:
                self._widgets[tag] = self._made()

    def _made(self):
        scene = self._slicer.mrmlScene
        composite = scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
        node = scene.AddNewNodeByClass("vtkMRMLSliceNode")
        pointer = self._slicer.vtkMRMLSliceLogic()  # tells of presses as an interactor does
        return types.SimpleNamespace(
            sliceView=lambda: types.SimpleNamespace(interactor=lambda: pointer),
            mrmlSliceCompositeNode=lambda: composite,
            mrmlSliceNode=lambda: node,
            fitSliceToBackground=lambda: None,
            sliceLogic=lambda: self._slicer.vtkMRMLSliceLogic(),
        )

    def sliceViewNames(self):
        return tuple(self._widgets)

    def sliceWidget(self, name):
        return self._widgets.get(name)

    def viewport(self):
        return Widget()


class Parameters(types.SimpleNamespace):
    """The parameter node's fields, with their defaults."""

    def __init__(self):
        super().__init__(
            step="study", visit="baseline", quantity="vp", opacity=70.0, threshold=5.0,
            colours="viridis", tops={}, layout="with curves", linked=True,
        )  # fmt: skip

    def connectGui(self, _widget):
        return 0

    def disconnectGui(self, _tag):
        pass


def install(monkeypatch, slicer):
    """Put the stand-ins where the panels look for the real ones."""
    qt = types.ModuleType("qt")
    qt.QObject = type("QObject", (), {"__init__": lambda self, *_: None})
    qt.QTimer = type(
        "QTimer", (Widget,), {"singleShot": staticmethod(lambda _ms, action: action())}
    )
    qt.QTimer.__init__ = lambda self, *_: Widget.__init__(self, "QTimer")
    qt.QTableWidgetItem = Item
    qt.QWidget = Widget
    for name in (
        "QShortcut", "QKeySequence", "QPixmap", "QColor", "QIcon", "QByteArray", "QSize",
    ):  # fmt: skip
        setattr(qt, name, lambda *_: Widget())
    for name in (
        "Qt",
        "QEvent",
        "QFileDialog",
        "QDesktopServices",
        "QAbstractItemView",
        "QHeaderView",
        "QSizePolicy",
    ):
        setattr(qt, name, Widget())
    qt.QUrl = types.SimpleNamespace(
        fromLocalFile=lambda path: types.SimpleNamespace(toString=lambda: f"file://{path}")
    )
    monkeypatch.setitem(sys.modules, "qt", qt)
    i18n = types.ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    i18n.translate = lambda _context, text: text
    monkeypatch.setitem(sys.modules, "slicer.i18n", i18n)
    said = []
    util = types.ModuleType("slicer.util")
    util.loadUI = load_ui
    util.childWidgetVariables = lambda widget: types.SimpleNamespace(
        **{child.name: child for child in flattened(widget)}
    )
    util.mainWindow = lambda: Widget()
    util.findChildren = lambda *_, **__: []
    util.showStatusMessage = lambda text, _ms: said.append(text)
    util.warningDisplay = util.errorDisplay = lambda text, **_: said.append(text)
    util.confirmOkCancelDisplay = lambda *_, **__: True
    util.RenderBlocker = contextlib.nullcontext
    manager = LayoutManager(slicer)
    logic = types.SimpleNamespace(
        GetInteractionNode=lambda: None, GetSelectionNode=lambda: Widget()
    )
    app = types.SimpleNamespace(
        processEvents=lambda: None,
        pauseRender=lambda: None,
        resumeRender=lambda: None,
        layoutManager=lambda: manager,
        applicationLogic=lambda: logic,
        focusWidget=lambda: None,
    )
    for name, value in (
        ("util", util), ("app", app), ("qMRMLSegmentEditorWidget", Editor),
        ("qMRMLNodeComboBox", Widget),
    ):  # fmt: skip
        monkeypatch.setattr(slicer, name, value, raising=False)
    return said
