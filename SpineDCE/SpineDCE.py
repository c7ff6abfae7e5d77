"""SpineDCE in 3D Slicer: the module, its widget, its logic for scripts, and its self test.

The panels are in ``SpineDCEWidget/desktop``, the analysis is in ``SpineDCELib``.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import qt
import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS
from SpineDCELib.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison
    from SpineDCELib.data import Result
    from SpineDCELib.progress import Progress
    from SpineDCELib.run.inputs import Inputs
    from SpineDCELib.settings import Settings

    from SpineDCEWidget.desktop.module_panel import Workstation
    from SpineDCEWidget.shared.session import Session
    from SpineDCEWidget.shared.visit_session import VisitSession

_HERE = Path(__file__).resolve().parent
# The package of the panels is beside this file if installed, beside its folder in the sources.
if not (_HERE / "SpineDCEWidget").is_dir() and str(_HERE.parent) not in sys.path:
    sys.path.append(str(_HERE.parent))

#: Packages that a reload imports again; 3D Slicer itself reloads this file only.
_PACKAGES = ("SpineDCELib", "SpineDCEWidget")
_SAMPLE = "SpineDCESample"
_TRANSLATIONS = _HERE / "Resources" / "Translations"


def install_translation(language: str, folder: Path = _TRANSLATIONS) -> Any:
    """Install the module's translation; 3D Slicer itself loads those of its own folder only.

    Args:
        language: such as "de_DE" or "de". folder: with the compiled translations (.qm).

    Returns:
        The translator, which must be kept while it is installed; None where there is none.
    """
    for name in dict.fromkeys((language, language.split("_")[0])):
        file = folder / f"SpineDCE_{name}.qm"
        translator = qt.QTranslator()
        if file.is_file() and translator.load(str(file)):
            slicer.app.installTranslator(translator)
            return translator
    return None


class SpineDCE(ScriptedLoadableModule):
    """Description of the module for 3D Slicer."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        # Before any sentence is looked up: those of the panels are when they are imported.
        self._translator = install_translation(slicer.app.applicationLocaleName)
        self.parent.title = _("Spine DCE")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["Colors", "Markups", "Segmentations"]
        self.parent.contributors = ["SpineDCE contributors"]
        url = "https://github.com/SpineDCE/SlicerSpineDCE/blob/main/docs/slicer.md"
        self.parent.helpText = "<p>{}</p><p>{}</p><p>{}</p>".format(
            _(
                "Plasma volume (Vp) and Ktrans of the spine from T1-weighted dynamic "
                "contrast-enhanced MR, at baseline and at follow-up."
            ),
            _(
                "Five steps: open a study, check the artery and its shift, draw the lesion and the "
                "reference vertebra, look at the maps, read the result. A {start}tutorial{end} "
                "shows them with the sample patient."
            ).format(start=f'<a href="{url}">', end="</a>"),
            _("For research; not a medical device."),
        )
        self.parent.acknowledgementText = _(
            "The workflow is that of Behar et al., AJNR 2023. Reference data: QIBA, OSIPI, "
            "PkModeling. Definitions: OSIPI CAPLEX."
        )
        slicer.app.connect("startupCompleted()", self.register_sample)
        slicer.app.connect("startupCompleted()", self.register_dicom_plugin)

    def register_sample(self) -> None:
        """Add the sample patient to 3D Slicer's sample data; it is computed on this computer."""
        if not hasattr(slicer.modules, "sampledata"):
            return
        import SampleData

        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=_("Spine DCE"),
            sampleName=_("Sample patient, baseline and follow-up"),
            uris="local:SpineDCESample",
            fileNames="SpineDCESample",
            nodeNames="SpineDCESample",
            thumbnailFileName=str(_HERE / "Resources" / "Icons" / "SpineDCE.png"),
            customDownloader=self.open_sample,
        )

    def register_dicom_plugin(self) -> None:
        """Let 3D Slicer's DICOM browser offer dynamic series as visits of this module."""
        plugins = getattr(slicer.modules, "dicomPlugins", None)
        if plugins is not None:  # else this 3D Slicer was built without DICOM
            from SpineDCEWidget.desktop.dicom_plugin import SpineDCEPlugin

            plugins["SpineDCEPlugin"] = SpineDCEPlugin

    def open_sample(self, _source: Any = None) -> list[Any]:
        """Open both visits of the sample patient in the module; return their sequence nodes."""
        slicer.util.selectModule("SpineDCE")
        slicer.modules.SpineDCEWidget.desk.panels["study"].open_sample()
        return [visit.sequence for visit in slicer.modules.SpineDCEWidget.logic.session.visits]


@parameterNodeWrapper
class SpineDCEParameterNode:
    """Choices of the panel that do not change results.

    Settings, artery and frame of a visit are kept as JSON in the visit's own parameter node, where
    the page in the browser finds them too: ``logic.session.visit("baseline").settings``.

    Attributes:
        step: the open step. visit: the selected visit.
        quantity: the map that is shown. opacity: of the map over the T1 image, %.
        threshold: map values below are transparent, % of the scale. colours: of the map.
        tops: quantity → top of its scale as set by hand, in its shown unit.
        layout: of the views. linked: all views show the same slice and zoom.
    """

    step: Annotated[str, Choice(["study", "arteries", "regions", "maps", "result"])] = "study"
    visit: Annotated[str, Choice(["baseline", "follow-up"])] = "baseline"
    quantity: Annotated[str, Choice([*QUANTITIES])] = "vp"
    opacity: Annotated[float, WithinRange(0, 100)] = 70.0
    threshold: Annotated[float, WithinRange(0, 100)] = 5.0
    colours: Annotated[str, Choice([*COLOUR_MAPS])] = "viridis"
    tops: dict[str, float]
    if TYPE_CHECKING:  # what the decorator adds
        parameterNode: Any

        def __init__(self, node: Any) -> None: ...

    layout: Annotated[str, Choice(["with curves", "images only"])] = "with curves"
    linked: bool = True


class SpineDCEWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Widget of the module: creates the panel, reports scene events to it, and closes it."""

    def __init__(self, parent: Any = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: SpineDCELogic
        self.desk: Workstation | None = None

    def setup(self) -> None:
        """Create the panel when the module is first opened."""
        ScriptedLoadableModuleWidget.setup(self)
        # At the top of the file, the class SpineDCEWidget would replace the package of that name.
        from SpineDCEWidget.desktop.module_panel import Workstation

        self.logic = SpineDCELogic()
        self.desk = Workstation(self.layout, self.logic, self.resourcePath)
        scene = slicer.mrmlScene
        for event, follow in (
            (scene.StartCloseEvent, self.on_scene_closing),
            (scene.EndCloseEvent, self.on_scene_replaced),
            (scene.StartImportEvent, self.on_scene_closing),
            (scene.EndImportEvent, self.on_scene_replaced),
        ):
            self.addObserver(scene, event, follow)
        self.desk.bind(self.logic.getParameterNode())
        if self.parent.isEntered:  # after a reload, 3D Slicer does not call enter()
            self.enter()

    def enter(self) -> None:
        """Show the panel, because the module was opened."""
        if self.desk is not None:
            self.desk.enter(self.logic.getParameterNode())

    def exit(self) -> None:
        """Stop what runs in the panel, because another module was opened."""
        if self.desk is not None:
            self.desk.exit()

    def on_scene_closing(self, _caller: Any, _event: Any) -> None:
        """Release all nodes, because the scene is about to be closed or imported into."""
        if self.desk is not None:
            self.desk.scene_closing()

    def on_scene_replaced(self, _caller: Any, _event: Any) -> None:
        """Show the visits that the new scene holds."""
        from SpineDCELib.files.mapped_arrays import return_free_memory
        from SpineDCELib.mrml.colour_nodes import remove_unused_colours
        from SpineDCELib.mrml.visit_nodes import remove_empty_visits

        remove_empty_visits(slicer.mrmlScene)
        remove_unused_colours(slicer.mrmlScene)
        self.logic.forget()
        return_free_memory()
        if self.desk is not None and self.parent.isEntered:
            self.desk.enter(self.logic.getParameterNode())

    def cleanup(self) -> None:
        """Close the panel, because the module is unloaded."""
        self.removeObservers()
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def onReload(self) -> None:
        """Reload the packages of the module too, not this file alone."""
        for name in list(sys.modules):
            if name.split(".")[0] in _PACKAGES:
                del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class SpineDCELogic(ScriptedLoadableModuleLogic):
    """Logic of the module: the session on 3D Slicer's scene, for the panel and for scripts.

    An example for the Python console::

        logic = SpineDCELogic()
        session = logic.session
        baseline = logic.open("/data/patient/2026-03-12", "baseline")  # reads, computes, shows
        session.choose(baseline, {"fit.shift": 4.3})                   # computes nothing yet
        session.segment_for(baseline, "lesion")                        # … fill the segment …
        logic.compute("baseline")                                      # maps, measurements
        print(baseline.result.measures.of("Lesion").value)
        logic.open("/data/patient/2026-05-20", "follow-up")
        logic.compare()                                                # change and call
        print(session.comparison.lesions[0].call.sentence)
        session.export("/data/patient/results", formats=["report"])

    Every call returns when its work is done; the panel runs the same work in a thread. All logics
    share one session, so the panel shows what a script opens.
    """

    _session: "Session | None" = None
    _reader = ""  #: name that the reader entered; it outlives the scene

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self._parameters: SpineDCEParameterNode | None = None

    def getParameterNode(self) -> SpineDCEParameterNode:
        """Return the choices of the panel as :class:`SpineDCEParameterNode`."""
        node = super().getParameterNode()
        if self._parameters is None or self._parameters.parameterNode is not node:
            self._parameters = SpineDCEParameterNode(node)
        return self._parameters

    @property
    def session(self) -> "Session":
        """:class:`SpineDCEWidget.shared.session.Session` on 3D Slicer's scene."""
        if SpineDCELogic._session is None:
            from SpineDCEWidget.shared.session import Session

            SpineDCELogic._session = Session(slicer.mrmlScene, reader=SpineDCELogic._reader)
        return SpineDCELogic._session

    def forget(self) -> None:
        """Forget the session, because the scene was replaced; the next access creates a new one."""
        if SpineDCELogic._session is not None:
            SpineDCELogic._reader = SpineDCELogic._session.report.reader
        SpineDCELogic._session = self._parameters = None

    def open(
        self, study: str | Path, visit: str = "baseline", *, analyse: bool = True
    ) -> "VisitSession":
        """Read a study into the scene and compute its maps.

        Args:
            study: folder or file. visit: "baseline" or "follow-up".
            analyse: compute AIF, shift, maps and measurements at once.

        Returns:
            :class:`SpineDCEWidget.shared.visit_session.VisitSession`.

        Raises:
            SpineDCELib.errors.InputError: the study could not be read or analysed.
        """
        from SpineDCEWidget.shared.study_opening import open_images, reading_settings

        opened = self.session.open(visit, open_images(study, reading_settings()), study=study)
        if analyse:
            self.compute(visit)
        return opened

    def compute(self, visit: str = "baseline") -> "Result":
        """Compute maps, curves and measurements of a visit with its present settings and regions.

        Returns:
            :class:`SpineDCELib.data.Result`.

        Raises:
            SpineDCELib.errors.InputError: the study could not be analysed; earlier maps are kept.
        """
        opened = self.session.visit(visit)
        self.session.rulers_changed(opened)
        return self.session.compute(opened)

    def compare(self) -> "Comparison":
        """Compute change and call of every lesion; both visits need maps, a lesion and a reference.

        Returns:
            :class:`SpineDCELib.compare.compare_visits.Comparison`.

        Raises:
            SpineDCELib.errors.InputError: something that the comparison needs is missing.
        """
        return self.session.compare()

    def make_sample(
        self,
        progress: "Progress | None" = None,
        *,
        size: str = "full",
        folder: str | Path | None = None,
    ) -> dict[str, Path]:
        """Compute both visits of the sample patient if they do not exist yet.

        Args:
            progress: see :mod:`SpineDCELib.progress`. size: "full" or "small".
            folder: for the files; 3D Slicer's cache if None.

        Returns:
            "before" and "after" → folder with the DICOM files.
        """
        from SpineDCELib.phantom import VISITS, write_sample
        from SpineDCELib.progress import silent
        from SpineDCELib.version import __version__

        if folder is None:
            cache = slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()
            folder = Path(cache) / f"{_SAMPLE}-{__version__}-{size}"
        folder = Path(folder)
        # write_sample moves each visit into place when it is complete.
        if not all((folder / visit / "truth").is_dir() for visit in VISITS):
            write_sample(folder, size=size, progress=progress or silent)
        return {visit: folder / visit / "dicom" for visit in VISITS}

    def analyse(self, inputs: "Inputs", settings: "Settings", out: str | Path) -> dict[str, Any]:
        """Analyse a study from files to files, as the command line does, and load its maps.

        Args:
            inputs: :class:`SpineDCELib.run.inputs.Inputs`.
            settings: :class:`SpineDCELib.settings.Settings`.
            out: folder for the results.

        Returns:
            Name of the map → its scalar volume node.

        Raises:
            SpineDCELib.errors.InputError: the study could not be read or analysed.
        """
        from SpineDCELib.run.analyse import analyse

        outcome = analyse(inputs, settings, out)
        return {
            name: slicer.util.loadVolume(str(outcome.folder / f"{name}.nrrd"))
            for name in outcome.result.maps
        }


class SpineDCETest(ScriptedLoadableModuleTest):
    """Self test of the logic on the small digital spine: files, scene, shift, save and load."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()
        self.folder = tempfile.TemporaryDirectory()
        self.logic = SpineDCELogic()

    def tearDown(self) -> None:
        self.folder.cleanup()
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        for name in ("test_files", "test_scene"):
            self.setUp()
            try:
                getattr(self, name)()
            finally:
                self.tearDown()
        self.delayDisplay(_("Spine DCE: all tests passed."))

    def test_files(self) -> None:
        """Analyse a study from files and load its maps."""
        from SpineDCELib.phantom import write_study
        from SpineDCELib.run.inputs import Inputs
        from SpineDCELib.settings import Settings, changed

        paths = write_study(Path(self.folder.name) / "study", size="small")
        nodes = self.logic.analyse(
            Inputs(str(paths.dicom), aif_file=str(paths.truth / "aif.csv")),
            changed(Settings(), concentration={"T1_source": "vfa"}, aif={"source": "file"}),
            Path(self.folder.name) / "results",
        )
        assert "vp" in nodes
        assert nodes["vp"].GetImageData() is not None

    def test_scene(self) -> None:
        """Open a study, draw, move the shift, and restore everything from a saved scene."""
        import numpy as np
        from SpineDCELib.mrml.region_nodes import set_masks
        from SpineDCELib.run.inputs import read_regions

        folders = self.logic.make_sample(size="small", folder=Path(self.folder.name) / "sample")
        visit = self.logic.open(folders["before"])
        assert visit.analysis is not None
        geometry = visit.analysis.study.dynamic.geometry
        masks = read_regions([str(folders["before"].parent / "truth/rois.seg.nrrd")], geometry)
        roles = {name: "lesion" if "esion" in name else "reference" for name in masks}
        set_masks(visit.segmentation, masks, geometry, roles=roles)
        result = self.logic.compute()
        vp = slicer.util.arrayFromVolume(visit.maps["vp"]).copy()
        assert np.isfinite(vp).any()
        before = slicer.mrmlScene.GetNumberOfNodes()
        found = visit.settings.fit.shift
        assert found != "auto"
        for shift in (1.0, 2.0, found):
            self.logic.session.move_shift(visit, shift)
        np.testing.assert_allclose(slicer.util.arrayFromVolume(visit.maps["vp"]), vp, rtol=1e-5)
        assert slicer.mrmlScene.GetNumberOfNodes() == before

        path = str(Path(self.folder.name) / "saved.mrb")
        assert slicer.util.saveScene(path)
        slicer.mrmlScene.Clear()
        self.logic.forget()
        slicer.util.loadScene(path)
        again = self.logic.session.visit("baseline")
        assert again.settings == visit.settings
        assert again.analysis is not None
        assert set(again.analysis.regions) == set(masks)
        values = [
            [one.value for one in measures.normalised]
            for measures in (result.measures, self.logic.compute().measures)
        ]
        np.testing.assert_allclose(values[0], values[1], rtol=1e-6)
