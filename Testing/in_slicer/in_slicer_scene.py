"""Scenes that are saved, loaded and closed; the module left, reloaded and cancelled."""

from collections import Counter
from pathlib import Path

import numpy as np
import qt
import slicer
from desk import DeskTest, settle
from hands import choose
from SpineDCELib.export.identity import patient_words
from SpineDCELib.export.report.report_tables import identity


class Scene(DeskTest):
    def draw(self, visit):
        """Regions from the digital spine, by the panel's own reading of files."""
        self.step(3)
        self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
        settle(0.3)

    def test_a_saved_scene_comes_back_whole(self):
        session = self.sample()
        visit = session.visit("baseline")
        self.draw(visit)
        self.step(2)
        self.ui("arteries").shiftSpin.value = 3.3
        settle(0.6)
        self.step(4)
        self.ui("maps").opacitySlider.value = 55
        settle()
        vp = slicer.util.arrayFromVolume(visit.maps["vp"]).copy()
        regions = {name: mask.copy() for name, mask in visit.analysis.regions.items()}
        settings, values = visit.settings, normalised(visit)
        candidates = [c.accepted for c in visit.analysis.detection().candidates]
        banner = self.desk.ui.bannerLabel.text
        whose = identity(visit.analysis, anonymise=False)
        assert visit.patient
        path = Path(self.folder.name) / "saved.mrb"
        assert slicer.util.saveScene(str(path))
        slicer.mrmlScene.Clear()
        settle()
        assert not self.desk.visits
        slicer.util.loadScene(str(path))
        settle(1.0)
        again = self.desk.session.visit("baseline")
        assert again is not visit
        assert self.desk.ui.bannerLabel.text == banner
        assert again.patient in banner, "the scene holds the patient's name"
        assert identity(again.analysis, anonymise=False) == whose
        assert again.patient.split(",")[0].split()[0].lower() in patient_words(again.analysis)
        assert again.settings == settings
        assert self.desk.parameters.opacity == 55
        np.testing.assert_array_equal(slicer.util.arrayFromVolume(again.maps["vp"]), vp)
        assert set(again.analysis.regions) == set(regions)
        for name, mask in again.analysis.regions.items():
            np.testing.assert_array_equal(mask, regions[name])
        self.desk.compute([again])
        np.testing.assert_allclose(normalised(again), values, rtol=1e-6)
        assert candidates == [c.accepted for c in again.analysis.detection().candidates]

    def test_a_saved_scene_opens_as_it_was_and_elsewhere(self):
        import re
        import zipfile

        from SpineDCELib.mrml.scene_bundles import read_bundle

        session = self.sample()
        for visit in session.visits:
            self.desk.select_visit(visit.name)
            self.draw(visit)
        self.step(5)
        self.press(self.ui("result").compareButton)
        sentence = session.comparison.lesions[0].call.sentence
        marks = [getattr(self.desk.ui, f"step{i}Button").text for i in range(1, 6)]
        nodes = classes()
        layout = slicer.app.layoutManager().layout
        path = Path(self.folder.name) / "compared.mrb"
        assert slicer.util.saveScene(str(path))
        settle()
        assert slicer.app.layoutManager().layout == layout
        with zipfile.ZipFile(path) as bundle:
            name = next(n for n in bundle.namelist() if n.endswith(".mrml"))
            text = bundle.read(name).decode()
        # No layout that only the module knows: elsewhere there would be no view.
        named = re.findall(r'currentViewArrangement="(\d+)"', text)
        assert all(int(arrangement) < 1000 for arrangement in named)
        # The page and the command line read the same file.
        assert [visit.saved.name for visit in read_bundle(path)] == ["baseline", "follow-up"]
        slicer.mrmlScene.Clear()
        settle()
        slicer.util.loadScene(str(path))
        settle(1.0)
        assert [getattr(self.desk.ui, f"step{i}Button").text for i in range(1, 6)] == marks
        assert sentence in self.ui("result").callLabel.text
        assert self.desk.views.in_use
        # What was saved has a file, which 3D Slicer keeps a node for.
        loaded = classes()
        more = {name for name in loaded - nodes if not name.endswith("StorageNode")}
        assert not more, loaded - nodes
        assert slicer.util.saveScene(str(path))
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(str(path))
        settle(1.0)
        assert classes() == loaded, (classes() - loaded, loaded - classes())

    def test_a_study_that_a_script_opens_appears_in_the_panel(self):
        from SpineDCE import SpineDCELogic

        self.sample()
        folder = self.truth["baseline"].parents[1] / "before" / "dicom"
        self.desk.clear()
        settle()
        SpineDCELogic().open(folder)
        settle(1.0)
        assert [visit.name for visit in self.desk.visits] == ["baseline"]
        assert "baseline" in self.desk.ui.bannerLabel.text.lower()
        assert "✓" in self.desk.ui.step1Button.text

    def test_nodes_and_memory_come_back(self):
        import gc

        from in_slicer_live import resident

        found = []
        for _ in range(10):
            self.sample()
            self.draw(self.desk.visit)
            self.step(4)
            self.desk.clear()
            settle(0.5)
            gc.collect()
            found.append((slicer.mrmlScene.GetNumberOfNodes(), round(resident() or 0)))
        print("nodes and MB after each close:", found)
        assert len({nodes for nodes, _ in found[1:]}) == 1, found
        assert found[-1][1] - found[1][1] < 100, found

    def test_colour_scales_go_with_the_last_visit_that_uses_them(self):
        self.sample()
        self.step(4)
        for index in range(self.ui("maps").coloursCombo.count):
            choose(self.ui("maps").coloursCombo, index)
            settle(0.1)
        mine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Mine")
        mine.CreateDefaultDisplayNodes()
        colours = self.desk.visit.maps["vp"].GetDisplayNode().GetColorNode()
        mine.GetDisplayNode().SetAndObserveColorNodeID(colours.GetID())
        self.desk.clear()
        settle(0.5)
        assert own_colours() == [colours.GetName()]  # somebody else's image still has it
        slicer.mrmlScene.RemoveNode(mine)
        self.sample()
        slicer.mrmlScene.Clear()
        settle(0.5)
        assert own_colours() == []

    def test_another_study_in_place_leaves_as_many_nodes(self):
        self.sample()
        self.show_maps()
        nodes = classes()
        for _ in range(2):
            self.step(1)
            self.sample()
            self.show_maps()
            again = classes()
            assert again == nodes, (again - nodes, nodes - again)

    def show_maps(self):
        """Open step 4, and wait until it has searched the study and explained the voxel there."""
        self.step(4)
        maps = self.desk.maps
        timers = maps._timer, maps._series_timer
        self.wait(lambda: not (self.desk.jobs.busy or any(timer.isActive() for timer in timers)))

    def test_a_layout_that_the_user_chose_stays(self):
        self.sample()
        manager = slicer.app.layoutManager()
        manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
        settle()
        for number in (2, 3, 4, 5):
            self.step(number)
        assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
        slicer.util.selectModule("Data")
        settle()
        slicer.util.selectModule("SpineDCE")
        settle(0.5)
        assert self.desk.views.in_use

    def test_closing_the_scene_leaves_nothing_behind(self):
        empty: set[tuple[str, str]] = set()
        for round_ in range(3):
            self.sample()
            self.draw(self.desk.visit)
            self.step(4)
            slicer.mrmlScene.Clear()
            settle(0.5)
            # Slicer makes and keeps nodes for the views of the layout with the first study.
            kept = [name for kind, name in names() if kind == "vtkMRMLScriptedModuleNode"]
            assert not {"SpineDCE baseline", "SpineDCE follow-up"} & set(kept), kept
            if round_:
                assert names() == empty, names() ^ empty
            empty = names()
            assert not self.desk.visits
        # The panel goes on.
        self.sample()
        assert self.desk.visits

    def test_taking_the_studies_out_leaves_other_nodes_alone(self):
        # The views of the module's layout keep nodes of 3D Slicer's own from the first study on.
        self.sample()
        slicer.mrmlScene.Clear()
        settle(0.5)
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "Mine")
        before = names()
        self.sample()
        self.draw(self.desk.visit)
        self.step(1)
        asked = slicer.util.confirmOkCancelDisplay
        slicer.util.confirmOkCancelDisplay = lambda *_, **__: True
        try:
            self.press(self.ui("study").clearButton)
        finally:
            slicer.util.confirmOkCancelDisplay = asked
        left = names() - before
        kinds = ("vtkMRMLSlice", "vtkMRMLPlotView", "vtkMRMLScriptedModule", "vtkMRMLSegmentEditor",
                 "vtkMRMLSubjectHierarchy")  # fmt: skip
        assert not {n for n in left if not n[0].startswith(kinds)}, left
        assert slicer.mrmlScene.GetNodeByID(other.GetID()) is other

    def test_another_module_gets_its_views_and_keys_back(self):
        # None is chosen yet right after the start; four views are what 3D Slicer shows then.
        layout = (
            slicer.app.layoutManager().layout or slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
        )
        shortcuts = len(slicer.util.mainWindow().findChildren(qt.QShortcut))
        self.sample()
        self.step(3)
        self.press(self.ui("regions").lesionButton)
        slicer.util.selectModule("Data")
        settle()
        assert not self.desk.views.in_use
        assert self.desk.panels["regions"].editor.activeEffect() is None
        slicer.util.selectModule("SpineDCE")
        settle()
        assert self.desk.views.in_use
        slicer.util.selectModule("Data")
        settle()
        assert len(slicer.util.mainWindow().findChildren(qt.QShortcut)) <= shortcuts
        assert slicer.app.layoutManager().layout == layout

    def test_reload_reads_the_whole_module_again(self):
        import sys

        self.sample()
        old = sys.modules["SpineDCEWidget.shared.session"]
        shift = self.desk.visit.settings.fit.shift
        self.widget.onReload()
        settle(1.0)
        new = slicer.modules.SpineDCEWidget
        assert new is not self.widget
        assert sys.modules["SpineDCEWidget.shared.session"] is not old
        assert new.desk.visit.settings.fit.shift == shift
        self.widget, self.desk, self.logic = new, new.desk, new.logic
        assert self.desk.visits
        self.step(4)

    def test_cancel_keeps_what_was_there(self):
        self.sample()
        visit = self.desk.visit
        vp = slicer.util.arrayFromVolume(visit.maps["vp"]).copy()
        self.step(1)
        self.ui("study").commonSettingsBox.collapsed = False
        self.ui("study").T10Spin.value = 700
        qt.QTimer.singleShot(30, self.desk.ui.cancelButton.click)
        self.press(self.ui("study").computeButton)
        assert not self.desk.jobs.busy
        np.testing.assert_array_equal(slicer.util.arrayFromVolume(visit.maps["vp"]), vp)

    def test_an_error_is_a_sentence_and_loses_nothing(self):
        self.sample()
        visit = self.desk.visit
        before = set(visit.maps)
        with self.desk.messages.errors_shown():
            self.desk.panels["study"].open_folder("baseline", Path(self.folder.name) / "nothing")
        assert "does not exist" in self.desk.ui.messageLabel.text
        assert len(self.popups) == 1
        self.popups.clear()
        assert set(visit.maps) == before

    def test_keys(self):
        self.sample()
        made = {s.key.toString(): s for s in self.desk.shortcuts._shortcuts}
        made["4"].activated.emit()
        settle()
        assert self.desk.step == "maps"
        made["Space"].activated.emit()
        settle()
        assert self.desk.playback.playing
        made["Space"].activated.emit()
        assert not self.desk.playback.playing


def own_colours():
    """Names of the module's colour scales."""
    return [name for kind, name in names() if name.startswith("SpineDCE") and "Color" in kind]


def classes():
    """How many nodes of each class there are."""
    scene = slicer.mrmlScene
    return Counter(scene.GetNthNode(i).GetClassName() for i in range(scene.GetNumberOfNodes()))


def all_names():
    """Class and name of every node, as often as they occur."""
    scene = slicer.mrmlScene
    nodes = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]
    return Counter((node.GetClassName(), node.GetName()) for node in nodes)


def names():
    """Class and name of every node."""
    return set(all_names())


def normalised(visit):
    return [one.value for one in visit.result.measures.normalised]
