"""SpineDCE in 3D Slicer: the engine as a module's logic, for scripts and the Python console."""

import tempfile
from pathlib import Path

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
)


class SpineDCE(ScriptedLoadableModule):
    """What 3D Slicer shows about the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Spine DCE")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.contributors = ["SpineDCE contributors"]
        self.parent.helpText = _(
            "Vp and Ktrans of the spine from dynamic contrast-enhanced MR. Not a medical device."
        )
        self.parent.acknowledgementText = _(
            "After Behar et al., AJNR 2023. Reference data: QIBA, OSIPI, PkModeling."
        )
        # There are no panels yet; the logic below is for scripts.
        self.parent.hidden = True


class SpineDCELogic(ScriptedLoadableModuleLogic):
    """The engine, from a study's files to maps in the scene."""

    def analyse(self, inputs, settings, out):
        """Analyse a study and load its maps.

        Args:
            inputs: :class:`SpineDCELib.inputs.Inputs`, the files.
            settings: :class:`SpineDCELib.settings.Settings`.
            out: folder for the results.

        Returns:
            Name of the map → its scalar volume node.

        Raises:
            SpineDCELib.errors.InputError: with one sentence for the user.
        """
        import slicer
        from SpineDCELib.job import analyse

        outcome = analyse(inputs, settings, out)
        return {
            name: slicer.util.loadVolume(str(outcome.folder / f"{name}.nrrd"))
            for name in outcome.result.maps
        }


class SpineDCETest(ScriptedLoadableModuleTest):
    """The digital spine through the logic."""

    def runTest(self):
        from SpineDCELib.inputs import Inputs
        from SpineDCELib.phantom import write_study
        from SpineDCELib.settings import Settings, changed

        with tempfile.TemporaryDirectory() as folder:
            paths = write_study(Path(folder) / "study", size="small")
            nodes = SpineDCELogic().analyse(
                Inputs(str(paths.dicom), aif_file=str(paths.truth / "aif.csv")),
                changed(Settings(), concentration={"T1_source": "vfa"}, aif={"source": "file"}),
                Path(folder) / "results",
            )
        assert "vp" in nodes
        assert nodes["vp"].GetImageData() is not None
