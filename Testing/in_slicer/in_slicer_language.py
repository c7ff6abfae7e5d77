"""The module in German: every sentence of the panels, and the same work as in English."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path
from xml.etree import ElementTree

import slicer
from desk import DeskTest, settle

TRANSLATION = Path(__file__).resolve().parents[2] / "SpineDCE/Resources/Translations/SpineDCE_de.ts"
LRELEASE = shutil.which("lrelease") or shutil.which("lrelease", path="/usr/lib/qt6/bin")
#: Where the pictures go, and what the panels say; "" for nowhere.
SEEN = os.environ.get("SPINEDCE_SEEN", "")


@unittest.skipUnless(LRELEASE, "Qt's lrelease, which compiles a translation, is not installed")
class Language(DeskTest):
    def setUp(self):
        super().setUp()
        compiled = Path(self.folder.name) / "SpineDCE_de.qm"
        environment = {"PATH": os.environ["PATH"]}  # not the libraries of 3D Slicer
        subprocess.run(
            [LRELEASE, "-silent", TRANSLATION, "-qm", compiled], check=True, env=environment
        )
        from SpineDCE import install_translation

        self.translator = install_translation("de_DE", compiled.parent)
        assert self.translator is not None
        self.reload()

    def tearDown(self):
        super().tearDown()
        slicer.app.removeTranslator(self.translator)
        slicer.util.selectModule("SpineDCE")
        self.reload()

    def reload(self):
        slicer.modules.SpineDCEWidget.onReload()
        settle(1.0)
        self.widget = slicer.modules.SpineDCEWidget
        self.desk, self.logic = self.widget.desk, self.widget.logic

    def test_the_panels_are_in_german_and_work(self):
        messages = ElementTree.parse(TRANSLATION).getroot().iter("message")
        pairs = [(m.findtext("source"), m.findtext("translation")) for m in messages]
        english = {source for source, german in pairs if source != german}
        assert self.desk.ui.step1Button.text.startswith("1 Studie")
        self.look("0", english)
        session = self.sample()
        self.look("1", english)
        self.step(2)
        self.look("2", english)
        self.step(3)
        for visit, button in zip(
            session.visits, (self.desk.ui.baselineButton, self.desk.ui.followUpButton), strict=True
        ):
            self.press(button)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
            settle(0.4)
        self.look("3", english)
        self.step(4)
        assert "Ktrans" in [self.ui("maps").quantityCombo.itemText(i) for i in range(6)]
        self.look("4", english)
        self.step(5)
        self.press(self.ui("result").compareButton)
        self.look("5", english)
        said = self.ui("result").callLabel.text
        assert said.startswith("Das normalisierte Vp von Lesion fiel von"), said
        assert "vereinbar mit Ansprechen" in said, said
        # What a file or a script reads is the same in every language.
        assert session.comparison.lesions[0].call.verdict == "response"
        assert session.comparison.lesions[0].call.sentence.startswith("Normalised Vp of Lesion")

    def look(self, name, english):
        """Nothing that is seen has a translation that is not shown."""
        settle(0.3)
        texts = set()
        for widget in [self.desk.widget, *slicer.util.findChildren(self.desk.widget)]:
            if "qMRML" in widget.className() or self.is_of_the_editor(widget):
                continue
            for what in ("text", "toolTip", "title", "specialValueText"):
                value = getattr(widget, what, "")
                if isinstance(value, str) and value:
                    texts.add(re.sub("</?p>|<br>", "", value))  # of a tooltip
        assert slicer.util.mainWindow().width <= 1600  # no sentence widens it
        if SEEN:
            self.desk.widget.grab().save(str(Path(SEEN) / f"{name}-panel.png"))
            slicer.util.mainWindow().grab().save(str(Path(SEEN) / f"{name}.png"))
            (Path(SEEN) / f"{name}.txt").write_text("\n".join(sorted(texts)), encoding="utf-8")
        assert not texts & english, texts & english

    def is_of_the_editor(self, widget):
        editor = self.desk.panels["regions"].editor
        while widget is not None:
            if widget is editor:
                return True
            widget = widget.parent()
        return False
