"""What the tests in 3D Slicer share: the sample patient, fingers and eyes."""

import tempfile
import time
import unittest
from functools import partial
from pathlib import Path

import numpy as np
import qt
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "Resources" / "Screenshots"
#: Pictures of the documents that are no screenshots of the extension.
IMAGES = ROOT / "docs" / "images"


def settle(seconds=0.2):
    """Let the application handle what is waiting."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.005)


class DeskTest(unittest.TestCase):
    """Opens the module; every failure that would pop up in a dialog fails the test instead."""

    size = "small"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.popups = []
        self._displays = {}
        for name in ("errorDisplay", "warningDisplay"):
            self._displays[name] = getattr(slicer.util, name)
            setattr(slicer.util, name, lambda text, *a, **k: self.popups.append(text))
        slicer.mrmlScene.Clear()
        slicer.util.mainWindow().resize(1600, 1000)
        slicer.util.selectModule("SpineDCE")
        settle()
        self.widget = slicer.modules.SpineDCEWidget
        self.desk, self.logic = self.widget.desk, self.widget.logic

    def tearDown(self):
        slicer.mrmlScene.Clear()
        slicer.util.selectModule("Data")
        settle()
        for name, display in self._displays.items():
            setattr(slicer.util, name, display)
        assert not self.popups, self.popups

    # -- fingers --------------------------------------------------------------------------------

    def press(self, button):
        """Click a button that can be seen and pressed."""
        assert button.visible, button.name
        assert button.enabled, f"{button.name}: {button.toolTip}"
        button.click()
        settle()

    def wait(self, done, seconds=600):
        """Let the application work until something is so."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "it did not happen"
            settle(0.2)

    def ui(self, step):
        return self.desk.panels[step].ui

    def step(self, number):
        """Press a step's button."""
        self.press(getattr(self.desk.ui, f"step{number}Button"))

    def sample(self):
        """Both visits of the small sample patient, made once, opened by the button."""
        folder = Path(tempfile.gettempdir()) / f"SpineDCE-test-sample-{self.size}"
        make = self.logic.make_sample
        self.logic.make_sample = lambda progress=None: make(progress, size=self.size, folder=folder)
        try:
            self.press(self.ui("study").sampleButton)
        finally:
            del self.logic.make_sample
        assert not self.popups, self.popups
        parts = {"baseline": "before", "follow-up": "after"}
        self.truth = {name: folder / part / "truth" for name, part in parts.items()}
        session = self.logic.session
        self.quick_calls()
        return session

    def course_patient(self, visits=3):
        """Folder of a small patient whose lesion responds and recurs, written once."""
        from SpineDCELib.phantom import write_courses

        folder = Path(tempfile.gettempdir()) / f"SpineDCE-test-course-{visits}"
        patient = folder / "recurrence"
        if not (patient / "truth.json").is_file():
            write_courses(folder, visits, only=["recurrence"], size="quick")
        return patient

    def quick_calls(self):
        """Let comparisons and courses take few runs of the call's robustness."""
        session = self.logic.session
        for owner, name in ((session, "comparison_job"), (session.course, "job")):
            setattr(owner, name, partial(getattr(type(owner), name), owner, flip_runs=4))

    def truth_regions(self, visit):
        """Name → mask, as the digital spine knows them."""
        from SpineDCELib.run.inputs import read_regions

        geometry = visit.analysis.study.dynamic.geometry
        return read_regions([str(self.truth[visit.name] / "rois.seg.nrrd")], geometry)

    def show_slice(self, visit, index):
        from SpineDCELib.mrml.volume_nodes import ras_of

        geometry = visit.analysis.study.dynamic.geometry
        _, rows, columns = geometry.shape
        self.desk.views.jump(visit.name, ras_of((index, rows / 2, columns / 2), geometry))
        settle()

    def xy(self, widget, ras):
        """Where a point lies in a slice view, pixels."""
        inverse = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(widget.mrmlSliceNode().GetXYToRAS(), inverse)
        return [round(v) for v in inverse.MultiplyPoint([*ras, 1.0])[:2]]

    def paint(self, visit, mask, *, slot="T1"):
        """Paint with the mouse over a mask: a stroke along the middle of each of its slices."""
        from SpineDCELib.mrml.volume_nodes import ras_of

        geometry = visit.analysis.study.dynamic.geometry
        for index in np.flatnonzero(mask.any(axis=(1, 2))):
            self.show_slice(visit, index)
            rows, columns = np.nonzero(mask[index])
            widget = self.desk.views.slice_widget(visit.name, slot)
            middle = rows.mean()
            ends = [
                self.xy(widget, ras_of((index, middle, column), geometry))
                for column in (columns.min() + 2, columns.max() - 2)
            ]
            slicer.util.clickAndDrag(widget, start=ends[0], end=ends[1], steps=8)
            settle()

    # -- eyes -----------------------------------------------------------------------------------

    def photograph(self, name, *, folder=SHOTS, at=None):
        """A picture of the main window for the documents, small enough for the index.

        Args:
            at: a widget of the panel that must be seen.
        """
        settle(0.6)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        if at is not None:
            area = slicer.util.findChildren(slicer.util.mainWindow(), className="QScrollArea")
            for one in area:
                if one.isAncestorOf(at):
                    one.ensureWidgetVisible(at)
        slicer.util.forceRenderAllViews()
        settle(0.2)
        image = fewer_colours(slicer.util.mainWindow().grab().toImage())
        assert image.save(str(path), "PNG", 0)
        assert path.stat().st_size < 250_000, path.stat().st_size


def fewer_colours(image):
    """The picture in the 256 colours that suit it, not dithered, which would double the file."""
    full = vtk.vtkImageData()
    slicer.qMRMLUtils().qImageToVtkImageData(image, full)
    only = vtk.vtkImageExtractComponents()
    only.SetInputData(full)
    only.SetComponents(0, 1, 2)
    reduced = vtk.vtkImageQuantizeRGBToIndex()
    reduced.SetInputConnection(only.GetOutputPort())
    reduced.SetSamplingRate(1, 1, 1)
    reduced.Update()
    table = vtk_to_numpy(reduced.GetLookupTable().GetTable())[:, :3].tolist()
    colours = [qt.QColor(*colour).rgb() for colour in table]
    return image.convertToFormat(qt.QImage.Format_Indexed8, colours, qt.Qt.AvoidDither)
