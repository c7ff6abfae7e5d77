"""Both visits of a patient in one scene: compared, exported, kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SpineDCELib.aif.manual_selection import write_selection
from SpineDCELib.compare.compare_visits import Comparison, Visit, compare_visits
from SpineDCELib.compare.visit_differences import Difference, differences
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.export.analysis_files import picture_of
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.export.csv_tables import write_curves
from SpineDCELib.export.map_figures import scale_top
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.files.mapped_arrays import images_on_disk
from SpineDCELib.measurement.rulers import write_rulers
from SpineDCELib.mrml.map_nodes import colour_map
from SpineDCELib.mrml.visit_scene import VisitScene
from SpineDCELib.mrml.volume_nodes import forget_images
from SpineDCELib.phantom import VISITS
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import record_of, write_analysis
from SpineDCELib.run.inputs import Inputs, read_images
from SpineDCELib.run.provenance import file_digest
from SpineDCELib.run.saved_session import Work, read_work, write_work
from SpineDCELib.series import write_segmentation
from SpineDCELib.settings import Settings, settings_to_dict
from SpineDCELib.vocabulary.region_roles import TAG


class Workplace:
    """Both visits of a patient in one scene.

    :meth:`compare`, :meth:`export` and :func:`open_images` touch no node and may run in a thread.

    Args:
        scene: ``vtkMRMLScene``; what it holds already is taken up.
    """

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self.before, self.after = (VisitScene(scene, name) for name in VISITS)
        self.comparison: Comparison | None = None

    @property
    def visits(self) -> list[VisitScene]:
        """Those with a study."""
        return [visit for visit in (self.before, self.after) if visit.analysis is not None]

    def visit(self, name: str) -> VisitScene:
        return {"before": self.before, "after": self.after}[name]

    def clear(self) -> None:
        """Take everything out of the scene."""
        for visit in (self.before, self.after):
            visit.clear()
        self.comparison = None
        forget_images()

    # -- two visits -----------------------------------------------------------------------------

    def differences(self) -> list[Difference]:
        """What is not the same at both visits; nothing with one."""
        one, two = self.before.analysis, self.after.analysis
        return [] if one is None or two is None else differences(one, two)

    def obstacle(self) -> str:
        """Why the visits cannot be compared, with what to do; "" where they can."""
        for visit in (self.before, self.after):
            if visit.analysis is None:
                return f"Open a study {visit.name}."
        for role, word in (("lesion", "lesion"), ("reference", "reference vertebra")):
            for visit in (self.before, self.after):
                if role not in (visit.analysis.roles if visit.analysis else {}).values():
                    return f"Draw the {word} {visit.name}."
        for visit in (self.before, self.after):
            if visit.is_stale:
                return f"The maps {visit.name} are not up to date; make them again."
        return ""

    def compare(self, progress: Progress = silent, *, flip_runs: int = 200) -> Comparison:
        """Change and call of every lesion.

        Raises:
            InputError: see :meth:`obstacle`; and whatever the visits lack.
        """
        if self.obstacle():
            raise InputError(f"There is no comparison yet. {self.obstacle()}")
        self.comparison = compare_visits(
            *(_visit(visit) for visit in (self.before, self.after)),
            flip_runs=flip_runs,
            progress=progress,
        )
        self._let_go()
        return self.comparison

    def scale_maps(self, name: str = "vp", *, top: float | None = None, **how: Any) -> float:
        """One scale for a map of both visits, in its shown unit; returns its top.

        Args:
            top: what fits the regions that are drawn if None (vp only; else the larger scale).
            how: see :func:`SpineDCELib.mrml.map_nodes.colour_map`.
        """
        shown = [v for v in self.visits if name in v.maps]
        if top is None and name == "vp":
            pictures = [picture_of(v.analysis, v.result) for v in shown if v.analysis and v.result]
            top = scale_top(pictures) if pictures else None
        if top is None:
            displays = [v.maps[name].GetDisplayNode() for v in shown]
            top = max((d.GetWindowLevelMax() for d in displays if d is not None), default=1.0)
        for visit in shown:
            colour_map(visit.maps[name], low=0.0, high=top, **how)
        return top

    # -- files ----------------------------------------------------------------------------------

    def export(
        self,
        folder: str | Path,
        *,
        formats: Sequence[str] = (),
        anonymise: bool = False,
        progress: Progress = silent,
    ) -> list[str]:
        """Write what ``spinedce analyse`` (one visit) or ``compare`` (two) would, and the regions.

        Regions, settings and the AIF's selection lie beside the results, so that the command
        line makes the same again. Two visits that were not compared lie side by side.

        Returns:
            The files, relative to ``folder``.

        Raises:
            InputError: there is nothing to export, or the folder cannot be written.
        """
        folder = Path(folder)
        done = [visit for visit in self.visits if visit.result is not None]
        if not done:
            raise InputError("There are no maps yet; make them, then export.")
        for stale in (visit for visit in done if visit.is_stale):
            raise InputError(
                f"A choice {stale.name} was changed since the maps were made; make them again, "
                "then export."
            )
        several = len(done) > 1
        for i, visit in enumerate(done):
            share = part(progress, i / (len(done) + 1), (i + 1) / (len(done) + 1))
            share(0.0, f"Writing {visit.name}")
            _write_visit(visit, folder / visit.name if several else folder, formats, anonymise)
        if several and self.comparison is not None and not self.is_comparison_stale:
            progress(len(done) / (len(done) + 1), "Writing the comparison")
            with staged(folder) as stage:
                write_comparison(stage, self.comparison, formats=formats, anonymise=anonymise)
        self._let_go()
        progress(1.0, "Done")
        return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())

    def _let_go(self) -> None:
        for visit in self.visits:
            visit.let_go()

    @property
    def is_comparison_stale(self) -> bool:
        """Whether a visit's result was made again since the comparison."""
        compared = self.comparison
        return compared is None or any(
            old.result is not visit.result or visit.is_stale
            for old, visit in ((compared.before, self.before), (compared.after, self.after))
        )

    def save_work(self, folder: str | Path) -> None:
        """Keep what was drawn and chosen in ``folder``, a folder for each visit.

        Raises:
            InputError: the folder cannot be written.
        """
        for visit in self.visits:
            write_work(Path(folder) / visit.name, work_of(visit))

    def take_up(self, name: str, images: Images, work: Work) -> VisitScene:
        """Go on with work that was kept, on the study it was done on."""
        visit = self.visit(name)
        visit.set_images(images, study_path=work.study)
        visit.take_up(work)
        return visit


def open_images(
    study: str | Path, settings: Settings | None = None, progress: Progress = silent
) -> Images:
    """A study's images, for :meth:`VisitScene.set_images`.

    Raises:
        InputError: the folder holds no dynamic series, or one that cannot be read.
    """
    study = Path(study)
    if not study.exists():
        raise InputError(f"The study {study} does not exist; choose the folder with its images.")
    return images_on_disk(read_images(study, settings or Settings(), progress))


def kept_work(folder: str | Path) -> dict[str, Work]:
    """Name of the visit → its work, of what :meth:`Workplace.save_work` left in a folder.

    Raises:
        InputError: damaged.
    """
    return {
        name: read_work(Path(folder) / name)
        for name in VISITS
        if (Path(folder) / name / "work.json").is_file()
    }


def work_of(visit: VisitScene) -> Work:
    """What was drawn and chosen on a visit."""
    analysis = visit.analysis
    if analysis is None:
        raise InputError(f"There is no study {visit.name}.")
    masks, roles = visit.drawn()
    return Work(
        None if visit.study_path is None else str(visit.study_path),
        visit.choices(),
        masks,
        roles,
        analysis.study.dynamic.geometry,
        tuple(visit.rulers),
    )


def _visit(visit: VisitScene) -> Visit:
    assert visit.analysis is not None
    assert visit.result is not None
    return Visit(visit.analysis, visit.result)


def _write_visit(visit: VisitScene, folder: Path, formats: Sequence[str], anonymise: bool) -> None:
    """One visit's results, with what they were made from beside them."""
    analysis, result = visit.analysis, visit.result
    assert analysis is not None
    assert result is not None
    geometry = analysis.study.dynamic.geometry
    with staged(folder) as stage:
        files: dict[str, str] = {}

        def saved(use: str, name: str) -> Path:
            files[use] = name
            return stage / name

        if analysis.regions:
            tags = {name: {TAG: analysis.roles[name]} for name in analysis.regions}
            path = saved("roi", "regions.seg.nrrd")
            write_segmentation(path, analysis.regions, geometry, tags=tags)
        if visit.rulers:
            write_rulers(saved("size", "rulers.mrk.json"), visit.rulers)
        if analysis.settings.aif.source == "mask" and analysis.aif_mask is not None:
            path = saved("aif_mask", "artery.seg.nrrd")
            write_segmentation(path, {"Aorta": analysis.aif_mask}, geometry)
        if analysis.aif_region is not None:
            path = saved("aif_region", "search_region.seg.nrrd")
            write_segmentation(path, {"AIF search region": analysis.aif_region}, geometry)
        if analysis.aif_selection is not None:
            write_selection(saved("aif_selection", "aif_selection.json"), analysis.aif_selection)
        if analysis.settings.aif.source == "file" and analysis.aif_file is not None:
            curve = analysis.aif_file
            heading = "Cp" if (curve.medium or analysis.settings.aif.medium) == "plasma" else "Cb"
            columns = {"time [s]": curve.t, f"{heading} [mM]": curve.C}
            write_curves(saved("aif_file", "aif_given.csv"), columns)
        text = json.dumps(settings_to_dict(analysis.settings), indent=2)
        (stage / "settings.json").write_text(text + "\n", encoding="utf-8")
        digests = {name: file_digest(stage / name) for name in files.values()}
        record = record_of(Inputs(str(visit.study_path or "")), analysis.images, digests)
        # What lies beside the record is named from there: the folder may be taken elsewhere.
        record["inputs"] |= {
            use: [name] if use in ("roi", "size") else name for use, name in files.items()
        }
        if visit.study_path is None:
            record["inputs"]["study"] = "a scene"
        write_analysis(stage, analysis, result, record, formats=formats, anonymise=anonymise)
