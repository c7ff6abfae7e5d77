"""SpineDCE in 3D Slicer: the module, its panel, its logic for scripts, and its self test.

The panels lie in ``SpineDCEWidget/desktop``, what they do in ``SpineDCELib``.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
# Installed, the package of panels lies beside this file; in the source tree, beside its folder.
if not (_HERE / "SpineDCEWidget").is_dir() and str(_HERE.parent) not in sys.path:
    sys.path.append(str(_HERE.parent))

#: What a reload drops: this file alone would be read again otherwise.
_PACKAGES = ("SpineDCELib", "SpineDCEWidget")
_SAMPLE = "SpineDCESample"


class SpineDCE(ScriptedLoadableModule):
    """What 3D Slicer shows about the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Spine DCE")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["Colors", "Markups", "Segmentations"]
        self.parent.contributors = ["SpineDCE contributors"]
        url = "https://github.com/SpineDCE/SlicerSpineDCE/blob/main/docs/slicer.md"
        self.parent.helpText = "<p>{}</p><p>{}</p><p>{}</p>".format(
            _(
                "Plasma volume (Vp) and Ktrans of the spine from T1-weighted dynamic "
                "contrast-enhanced MR, before and after treatment."
            ),
            _(
                "Five steps: open a study, check the artery and its shift, draw lesion and "
                "reference vertebra, look at the maps, read the result. A {start}tutorial{end} "
                "goes through them with the sample patient."
            ).format(start=f'<a href="{url}">', end="</a>"),
            _("Not a medical device: for research."),
        )
        self.parent.acknowledgementText = _(
            "The workflow is that of Behar et al., AJNR 2023. Reference data: QIBA, OSIPI, "
            "PkModeling. Definitions: OSIPI CAPLEX."
        )
        slicer.app.connect("startupCompleted()", self.register_sample)

    def register_sample(self) -> None:
        """Add the sample patient, which is computed here, to 3D Slicer's sample data."""
        if not hasattr(slicer.modules, "sampledata"):
            return
        import SampleData

        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category=_("Spine DCE"),
            sampleName=_("Sample patient, before and after"),
            uris="local:SpineDCESample",
            fileNames="SpineDCESample",
            nodeNames="SpineDCESample",
            thumbnailFileName=str(_HERE / "Resources" / "Icons" / "SpineDCE.png"),
            customDownloader=self.open_sample,
        )

    def open_sample(self, _source: Any = None) -> list[Any]:
        """Open the module with both visits of the sample patient."""
        slicer.util.selectModule("SpineDCE")
        slicer.modules.SpineDCEWidget.desk.panels["study"].open_sample()
        return [visit.sequence for visit in slicer.modules.SpineDCEWidget.logic.session.visits]


@parameterNodeWrapper
class SpineDCEParameterNode:
    """What is chosen in the panel alone.

    Settings, artery and frame of a visit lie as JSON in the visit's own parameter node, where the
    browser finds them too: ``logic.session.visit("baseline").settings``.

    step: the step in hand. visit: the visit in hand.
    quantity: the map that is shown. opacity: of it over the T1 image, %.
    threshold: what is transparent, % of the scale. colours: of the map.
    tops: quantity → end of its scale as set by hand, in its shown unit.
    layout: arrangement of the views. linked: they move together.
    """

    step: Annotated[str, Choice(["study", "arteries", "regions", "maps", "result"])] = "study"
    visit: Annotated[str, Choice(["baseline", "follow-up"])] = "baseline"
    quantity: Annotated[str, Choice(["vp", "Ktrans", "ve", "kep", "R2", "status"])] = "vp"
    opacity: Annotated[float, WithinRange(0, 100)] = 70.0
    threshold: Annotated[float, WithinRange(0, 100)] = 5.0
    colours: Annotated[str, Choice(["viridis", "rainbow"])] = "viridis"
    tops: dict[str, float]
    if TYPE_CHECKING:  # what the decorator adds
        parameterNode: Any

        def __init__(self, node: Any) -> None: ...

    layout: Annotated[str, Choice(["with curves", "images only"])] = "with curves"
    linked: bool = True


class SpineDCEWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: sets it up, tells it when the scene changes, and closes it."""

    def __init__(self, parent: Any = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: SpineDCELogic
        self.desk: Workstation | None = None

    def setup(self) -> None:
        """Make the panel when the module is first opened."""
        ScriptedLoadableModuleWidget.setup(self)
        # Not above: "import SpineDCEWidget.…" would be rebound by the class of that name.
        from SpineDCEWidget.desktop.module_panel import Workstation

        self.logic = SpineDCELogic()
        self.desk = Workstation(self.layout, self.logic, self.resourcePath)
        scene = slicer.mrmlScene
        for event, follow in (
            (scene.StartCloseEvent, self.on_scene_goes),
            (scene.EndCloseEvent, self.on_scene_comes),
            (scene.StartImportEvent, self.on_scene_goes),
            (scene.EndImportEvent, self.on_scene_comes),
        ):
            self.addObserver(scene, event, follow)
        self.desk.bind(self.logic.getParameterNode())
        if self.parent.isEntered:  # after a reload nobody else says so
            self.enter()

    def enter(self) -> None:
        """The module was opened."""
        if self.desk is not None:
            self.desk.enter(self.logic.getParameterNode())

    def exit(self) -> None:
        """Another module was opened."""
        if self.desk is not None:
            self.desk.exit()

    def on_scene_goes(self, _caller: Any, _event: Any) -> None:
        """The scene is about to be closed or added to."""
        if self.desk is not None:
            self.desk.scene_goes()

    def on_scene_comes(self, _caller: Any, _event: Any) -> None:
        """There is another scene: take up what it holds of this module."""
        self.logic.forget()
        if self.desk is not None and self.parent.isEntered:
            self.desk.enter(self.logic.getParameterNode())

    def cleanup(self) -> None:
        """The module goes."""
        self.removeObservers()
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def onReload(self) -> None:
        """Read the whole module again, not this file alone."""
        for name in list(sys.modules):
            if name.split(".")[0] in _PACKAGES:
                del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class SpineDCELogic(ScriptedLoadableModuleLogic):
    """The session on 3D Slicer's scene, for the panel and for scripts.

    An example for the Python console::

        logic = SpineDCELogic()
        session = logic.session
        baseline = logic.open("/data/patient/2026-03-12", "baseline")  # reads, computes, shows
        session.choose(baseline, {"fit.shift": 4.3})                   # nothing is computed
        session.segment_for(baseline, "lesion")                        # … paint it …
        logic.compute("baseline")                                      # maps, measurements
        print(baseline.result.measures.of("Lesion", "vp").value)
        logic.open("/data/patient/2026-05-20", "follow-up")
        logic.compare()                                                # change and call
        print(session.comparison.lesions[0].call.sentence)
        session.export("/data/patient/results", formats=["report"])

    Long work runs to its end here; the panel runs the same in a thread.
    """

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self._parameters: SpineDCEParameterNode | None = None
        self._session: Session | None = None

    def getParameterNode(self) -> SpineDCEParameterNode:
        """The choices of the panel, as :class:`SpineDCEParameterNode`."""
        node = super().getParameterNode()
        if self._parameters is None or self._parameters.parameterNode is not node:
            self._parameters = SpineDCEParameterNode(node)
        return self._parameters

    @property
    def session(self) -> "Session":
        """:class:`SpineDCEWidget.shared.session.Session` on 3D Slicer's scene."""
        if self._session is None:
            from SpineDCEWidget.shared.session import Session

            self._session = Session(slicer.mrmlScene)
        return self._session

    def forget(self) -> None:
        """Let go of the scene, because it is replaced: the next one's visits are taken up."""
        self._session = self._parameters = None

    def open(
        self, study: str | Path, visit: str = "baseline", *, analyse: bool = True
    ) -> "VisitSession":
        """Read a study into the scene, and compute what needs no hand.

        Args:
            study: folder or file. visit: "baseline" or "follow-up".
            analyse: compute AIF, shift and maps at once.

        Returns:
            :class:`SpineDCEWidget.shared.visit_session.VisitSession`.

        Raises:
            SpineDCELib.errors.InputError: the study cannot be used as it is.
        """
        from SpineDCEWidget.shared.study_opening import open_images, reading_settings

        opened = self.session.open(visit, open_images(study, reading_settings()), study=study)
        if analyse:
            self.compute(visit)
        return opened

    def compute(self, visit: str = "baseline") -> "Result":
        """Compute maps, curves and measurements of a visit as it is chosen and drawn now.

        Returns:
            :class:`SpineDCELib.data.Result`.

        Raises:
            SpineDCELib.errors.InputError: the study cannot be analysed; what was shown stays.
        """
        opened = self.session.visit(visit)
        self.session.rulers_changed(opened)
        return self.session.compute(opened)

    def compare(self) -> "Comparison":
        """Compute change and call of every lesion; both visits need maps, lesion and reference.

        Returns:
            :class:`SpineDCELib.compare.compare_visits.Comparison`.

        Raises:
            SpineDCELib.errors.InputError: the study cannot be used as it is.
        """
        return self.session.compare()

    def make_sample(
        self,
        progress: "Progress | None" = None,
        *,
        size: str = "full",
        folder: str | Path | None = None,
    ) -> dict[str, Path]:
        """Compute both visits of the sample patient, unless they are there already.

        Args:
            progress: see :mod:`SpineDCELib.progress`. size: "full" or "small".
            folder: where; 3D Slicer's cache if None.

        Returns:
            "before" and "after" therapy → folder with the DICOM files.
        """
        from SpineDCELib.phantom import VISITS, write_sample
        from SpineDCELib.progress import silent
        from SpineDCELib.version import __version__

        if folder is None:
            cache = slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()
            folder = Path(cache) / f"{_SAMPLE}-{__version__}-{size}"
        folder = Path(folder)
        # Each visit is moved into place whole, so what is there is complete.
        if not all((folder / visit / "truth").is_dir() for visit in VISITS):
            write_sample(folder, size=size, progress=progress or silent)
        return {visit: folder / visit / "dicom" for visit in VISITS}

    def analyse(self, inputs: "Inputs", settings: "Settings", out: str | Path) -> dict[str, Any]:
        """Analyse a study from file to file, as the command line does, and load its maps.

        Args:
            inputs: :class:`SpineDCELib.run.inputs.Inputs`, the files.
            settings: :class:`SpineDCELib.settings.Settings`.
            out: folder for the results.

        Returns:
            Name of the map → its scalar volume node.

        Raises:
            SpineDCELib.errors.InputError: the study cannot be used as it is.
        """
        from SpineDCELib.run.analyse import analyse

        outcome = analyse(inputs, settings, out)
        return {
            name: slicer.util.loadVolume(str(outcome.folder / f"{name}.nrrd"))
            for name in outcome.result.maps
        }


class SpineDCETest(ScriptedLoadableModuleTest):
    """The small digital spine through the logic: files, scene, shift, save and load."""

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
        """From a study's files to map nodes."""
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
        """From a study's files to a scene, which a saved file brings back as it was."""
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
