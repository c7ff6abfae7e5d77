"""The Designer files: classes that there are, names that the panels use, parameters that exist."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "SpineDCE/Resources/UI").glob("*.ui"))
DESKTOP = ROOT / "SpineDCEWidget/desktop"
#: Of Qt 5 and 6, and of CTK as 3D Slicer has it.
QT = {
    "QWidget", "QFrame", "QGroupBox", "QLabel", "QPushButton", "QToolButton", "QRadioButton",
    "QCheckBox", "QComboBox", "QSlider", "QSpinBox", "QDoubleSpinBox", "QProgressBar",
    "QTableWidget", "QLineEdit", "QPlainTextEdit",
}  # fmt: skip
CTK = {"ctkCollapsibleButton", "ctkSliderWidget", "ctkPathLineEdit"}
PANELS = {
    "SpineDCE.ui": "module_panel.py",
    "SpineDCEStudy.ui": "study_widget.py",
    "SpineDCEArteries.ui": "arteries_widget.py",
    "SpineDCERegions.ui": "regions_widget.py",
    "SpineDCEMaps.ui": "maps_widget.py",
    "SpineDCEResult.ui": "result_widget.py",
    "SpineDCEReport.ui": "report_widget.py",
    "SpineDCECourse.ui": "course_widget.py",
    "SpineDCEVisits.ui": "visits_widget.py",
    "SpineDCEArchive.ui": "archive_widget.py",
    "SpineDCESend.ui": "send_widget.py",
}


def widgets(path):
    return list(ElementTree.parse(path).getroot().iter("widget"))


def parameters():
    tree = ast.parse((ROOT / "SpineDCE/SpineDCE.py").read_text())
    node = next(
        n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "SpineDCEParameterNode"
    )
    return {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)}


def test_every_file_belongs_to_a_panel():
    assert {path.name for path in FILES} == set(PANELS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_classes_are_known_and_declared(path):
    root = ElementTree.parse(path).getroot()
    used = {widget.get("class") for widget in root.iter("widget")}
    assert used <= QT | CTK
    assert {c.findtext("class") for c in root.iter("customwidget")} == used & CTK


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_names_are_unique(path):
    names = [widget.get("name") for widget in widgets(path)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_the_panel_uses_names_that_there_are(path):
    names = {widget.get("name") for widget in widgets(path)}
    code = (DESKTOP / PANELS[path.name]).read_text()
    used = set(re.findall(r"\bui\.(\w+)", code)) - {"py"}
    assert used
    assert used <= names, sorted(used - names)


def test_bound_parameters_exist_and_are_bound_once():
    bound = []
    for path in FILES:
        for widget in widgets(path):
            for found in widget.findall("property"):
                if found.get("name") == "SlicerParameterName":
                    bound.append(found.findtext("string"))
    assert len(bound) == len(set(bound))
    assert bound
    assert set(bound) <= parameters()


#: These get theirs as the state changes.
TOLD_BY_CODE = {
    "undoButton",
    "redoButton",
    *(f"step{number}Button" for number in range(1, 6)),
    *(f"{role}Button" for role in ("lesion", "reference", "exclusion", "aorta", "muscle")),
    "compareButton",
    *(f"{name}Button" for name in ("draft", "final", "copy", "addendum", "further", "carry")),
    *(f"{name}Button" for name in ("follow", "addEvent", "removeEvent")),
    *(
        f"{name}Button"
        for name in ("open", "openReceived", "openCourse", "list", "send", "database", "loadStored")
    ),
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_button_says_what_it_does(path):
    silent = {
        widget.get("name")
        for widget in widgets(path)
        if widget.get("class") in ("QPushButton", "QToolButton")
        and not any(p.get("name") == "toolTip" for p in widget.findall("property"))
    }
    assert silent <= TOLD_BY_CODE, silent - TOLD_BY_CODE
