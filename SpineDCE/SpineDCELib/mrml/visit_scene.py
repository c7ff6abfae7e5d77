"""One visit in a scene: its nodes, its choices, and the analysis that fills them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif import Evidence, Selection
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.aif.manual_selection import (
    section_is_out,
    selection_from_dict,
    selection_to_dict,
    with_candidate,
    with_section,
)
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionRow, VoxelStory, voxel_story
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import let_go, let_images_go, on_disk
from SpineDCELib.measurement import Role
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.image_nodes import images_of, show_images, volume_of
from SpineDCELib.mrml.live_maps import refit, region_rows
from SpineDCELib.mrml.result_display import show_curves, show_maps
from SpineDCELib.mrml.sequence_nodes import (
    dynamic_series_from_multivolume,
    dynamic_series_from_sequence,
)
from SpineDCELib.mrml.visit_nodes import VisitNodes, remove_whole
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, voxel_of
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.inputs import sizes_of
from SpineDCELib.run.saved_session import Work
from SpineDCELib.settings import Settings, changed, settings_from_dict, settings_to_dict
from SpineDCELib.vocabulary.region_roles import SEARCH

#: What a visit keeps beside nodes.
_CHOICES = ("settings", "aif selection", "aif file", "frame", "proposed shift")
#: Decimals of a shift that is set by hand or taken from a proposal, s.
SHIFT_DIGITS = 2


class VisitScene:
    """One visit of a patient in a scene.

    Nodes are filled on the main thread (everything but :meth:`compute`); :meth:`compute` touches
    none and may run in a thread of its own. All choices lie in the scene and survive saving.

    Args:
        scene: ``vtkMRMLScene``. name: "before" or "after".
    """

    def __init__(self, scene: Any, name: str) -> None:
        self.scene, self.name = scene, name
        self.nodes = VisitNodes(scene, name)
        self.analysis: Analysis | None = None
        self.result: Result | None = None
        self.study_path: Path | None = None
        #: Why the last :meth:`compute` gave nothing; "" where it did.
        self.problem = ""
        #: What spoke for which shift when the result was made; None where nothing could be said.
        self.evidence: Evidence | None = None
        #: As they were when last read.
        self.rulers: list[Ruler] = []
        self._settings = Settings()
        self._made_with: Any = None
        self._proposed: float | None = None
        self._frame_index = -1
        self.restore()

    # -- what there is --------------------------------------------------------------------------

    @property
    def node(self) -> Any:
        """The parameter node, which refers to all others."""
        return self.nodes.parameters

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def sequence(self) -> Any:
        return self.nodes.get("sequence")

    @property
    def frame(self) -> Any:
        """The volume that shows one dynamic frame."""
        return self.nodes.get("frame")

    @property
    def anatomy(self) -> Any:
        return self.nodes.get("anatomy")

    @property
    def background(self) -> Any:
        """What maps lie over: the T1-weighted volume, else the dynamic series' first frame."""
        return self.anatomy or self.frame

    @property
    def segmentation(self) -> Any:
        return self.nodes.get("segmentation")

    @property
    def maps(self) -> dict[str, Any]:
        return self.nodes.of("map.")

    @property
    def tables(self) -> dict[str, Any]:
        return self.nodes.of("table.")

    @property
    def charts(self) -> dict[str, Any]:
        return self.nodes.of("chart.")

    @property
    def selection(self) -> Selection | None:
        """Changes by hand to the artery that was found."""
        kept = self.nodes.value("aif selection")
        return None if kept is None else selection_from_dict(kept)

    @property
    def follows_proposal(self) -> bool:
        """Whether the shift in use is the proposed one: then it follows a better proposal, as that
        of regions which are drawn later, until it is set otherwise by hand."""
        return self._proposed is not None and self._settings.fit.shift == self._proposed

    @property
    def is_stale(self) -> bool:
        """Whether a choice was changed since the result was made."""
        if self.result is None or self.analysis is None:
            return True
        settings, selection, regions = self._made_with
        now = self.analysis.regions
        same = regions.keys() == now.keys() and all(regions[n] is now[n] for n in now)
        return not same or (settings, selection) != (self._settings, self.selection)

    # -- opening --------------------------------------------------------------------------------

    def restore(self) -> None:
        """Take up what a loaded scene holds of this visit."""
        images = images_of(self.nodes)
        if images is None:
            return
        kept = self.nodes.value("settings")
        self._settings = Settings() if kept is None else settings_from_dict(kept, kind=Settings)
        self._begin(images)

    def set_images(self, images: Images, *, study_path: str | Path | None = None) -> None:
        """Show a study that was read; results of an earlier one go."""
        self.study_path = None if study_path is None else Path(study_path)
        self._open(images, {})

    def _open(self, images: Images, given: dict[str, Any]) -> None:
        """Begin anew with a study, of which some nodes may lie in the scene already."""
        for use in ("sequence", "anatomy"):
            node, present = given.get(use), self.nodes.get(use)
            if node is not None and node is not present:
                self.nodes.remove(use)
                self.nodes.set(use, node, own=False)
            elif node is None and not self.nodes.is_own(use):
                self.nodes.set(use, None)
        for use in ("map.", "table.", "chart."):
            for present in list(self.nodes.uses(use)):
                self.nodes.remove(present)
        old = None if self.analysis is None else self.analysis.study.dynamic.geometry
        if old is not None and not old.matches(images.dynamic.geometry):
            self.nodes.remove("segmentation")
        for choice in ("aif selection", "aif file", "proposed shift"):
            self.nodes.keep(choice, None)
        self._settings = first_settings(images, self._settings)
        self._begin(images)

    def set_nodes(
        self, sequence: Any, anatomy: Any = None, *, frame_interval: float | None = None
    ) -> None:
        """Take a dynamic series and a T1-weighted volume that lie in the scene already.

        Args:
            sequence: a sequence, or a MultiVolume, of which a sequence is made.

        Raises:
            InputError: it is no dynamic series.
        """
        is_sequence = sequence.IsA("vtkMRMLSequenceNode")
        read = dynamic_series_from_sequence if is_sequence else dynamic_series_from_multivolume
        dynamic = read(sequence, frame_interval=frame_interval)
        volume = None if anatomy is None else volume_of(anatomy)
        given = {"anatomy": anatomy} | ({"sequence": sequence} if is_sequence else {})
        self._open(Images(dynamic, anatomy=volume), given)

    def correct(
        self, *, times: Sequence[float] | None = None, field_strength: float | None = None
    ) -> None:
        """Set right what the files say of the frame times, s, or of the field, T.

        Raises:
            InputError: times that do not rise, or not one for each frame; nothing is changed.
        """
        study = self._needed().study
        dynamic = study.dynamic
        if times is not None:
            dynamic = replace(dynamic, times=np.asarray(times, float), time_origin="set by hand")
            if not self.nodes.is_own("sequence"):
                self.nodes.set("sequence", None)  # the times go into one of our own
        if field_strength is not None:
            acquisition = replace(dynamic.acquisition, field_strength=float(field_strength))
            dynamic = replace(dynamic, acquisition=acquisition)
        self._begin(replace(study, dynamic=dynamic))

    def _begin(self, images: Images) -> None:
        """An analysis of these images, with the choices that are kept."""
        show_images(self.nodes, images)
        self.result, self.evidence, self.problem = None, None, ""
        self.analysis = Analysis(images, self._settings, aif_selection=self.selection)
        self._proposed = self.nodes.value("proposed shift")
        kept = self.nodes.value("aif file")
        if kept is not None:
            t, C = np.array(kept["t"]), np.array(kept["C"])
            self.analysis.update(aif_file=CurveFile(t, C, kept["medium"], kept["note"]))
        self._frame_index = -1
        frame = self.nodes.make("frame", "vtkMRMLScalarVolumeNode", "Dynamic frame")
        self.show_frame(min(images.dynamic.n_frames - 1, self.nodes.value("frame", 0)))
        for node, array in ((frame, images.dynamic.signal), (self.anatomy, None)):
            if node is not None and (display := node.GetDisplayNode()) is not None:
                values = (array_of(node) if array is None else array).reshape(-1)
                # Some of them do; an odd step walks along no row or column.
                low, high = np.percentile(values[:: values.size // 500_000 | 1], (1, 99.5))
                display.AutoWindowLevelOff()
                display.SetWindowLevelMinMax(float(low), float(high))
        let_images_go(images)
        drawn.segmentation_node(self.nodes, images.dynamic.geometry)
        self.regions_changed()
        with contextlib.suppress(InputError):
            self.read_rulers()
        self._keep_settings()

    # -- choices --------------------------------------------------------------------------------

    def change(self, **groups: dict[str, Any]) -> None:
        """Change settings: ``change(fit={"shift": 4.2}, concentration={"T10": 1.0})``.

        Raises:
            InputError: a value that cannot be; nothing is changed then.
        """
        self._settings = changed(self._settings, **groups)
        self._keep_settings()

    def _keep_settings(self) -> None:
        self.nodes.keep("settings", settings_to_dict(self._settings))
        if self.analysis is not None:
            self.analysis.update(settings=self._settings)

    def set_selection(self, selection: Selection | None) -> None:
        """Changes by hand to the artery that was found; None takes all back."""
        self.nodes.keep(
            "aif selection", None if selection is None else selection_to_dict(selection)
        )
        if self.analysis is not None:
            self.analysis.update(aif_selection=selection)

    def toggle_section(self, section: int) -> None:
        """Leave a section (from 0) out of the AIF, or take it back in."""
        geometry = self._needed().study.dynamic.geometry
        present = self.selection or Selection("by hand")
        out = section_is_out(present, section, geometry)
        self.set_selection(with_section(present, section, geometry, taken=out))

    def toggle_candidate(self, index: int) -> None:
        """Take one row of the candidates' table (from 0) in or out."""
        analysis = self._needed()
        found = analysis.detection()
        candidate = found.candidates[index]
        self.set_selection(
            with_candidate(
                self.selection or Selection("by hand"),
                candidate,
                found,
                analysis.study.dynamic.geometry,
                taken=not candidate.accepted,
            )
        )

    def set_aif_file(self, curve: CurveFile | None) -> None:
        """The curve for ``aif.source == "file"``."""
        values = None
        if curve is not None:
            values = curve._asdict() | {"t": curve.t.tolist(), "C": curve.C.tolist()}
        self.nodes.keep("aif file", values)
        self._needed().update(aif_file=curve)

    def choices(self) -> dict[str, Any]:
        """All choices as plain values; :meth:`take_up` takes them back."""
        return {key: self.nodes.value(key) for key in _CHOICES}

    def take_up(self, work: Work) -> None:
        """Go on with earlier work on the same study.

        Raises:
            InputError: it was done on another series.
        """
        analysis = self._needed()
        geometry = analysis.study.dynamic.geometry
        if work.geometry is not None and not work.geometry.matches(geometry):
            raise InputError(
                f"The saved work {self.name} was done on another series; it was left as it is."
            )
        self._settings = settings_from_dict(
            work.choices["settings"], kind=Settings, origin="The saved work"
        )
        for key in _CHOICES:
            self.nodes.keep(key, work.choices.get(key))
        drawn.set_masks(self.segmentation, work.masks, geometry, roles=work.roles)
        for ruler in drawn.ruler_nodes(self.nodes):
            remove_whole(ruler)
        for ruler in work.rulers:
            drawn.add_ruler(self.nodes, ruler)
        self._begin(analysis.study)

    # -- regions --------------------------------------------------------------------------------

    def drawn(self) -> tuple[dict[str, NDArray[np.bool_]], dict[str, str]]:
        """Name → mask and name → role tag of all that is drawn."""
        analysis = self._needed()
        masks = drawn.masks_of(self.segmentation, analysis.study.dynamic.geometry)
        roles = drawn.roles_in(self.segmentation)
        return masks, {name: roles[name] for name in masks}

    def add_segment(self, role: Role | str, *, another: bool = False) -> str:
        """ID of the segment to draw for a role; a new one where there is none, or ``another``."""
        return drawn.add_segment(self.segmentation, role, another=another)

    def regions_changed(self) -> None:
        """Read what is drawn; an unchanged region stays the same object, so nothing is redone."""
        analysis = self._needed()
        geometry = analysis.study.dynamic.geometry
        roles = drawn.roles_in(self.segmentation)
        present: dict[str, NDArray[np.bool_]] = {}
        search = None
        for name, mask in drawn.masks_of(self.segmentation, geometry).items():
            if roles[name] == SEARCH:
                search = mask
            else:
                old = analysis.regions.get(name)
                present[name] = old if old is not None and np.array_equal(old, mask) else mask
        arteries = [m for n, m in present.items() if roles[n] == "aorta"]
        artery = np.any(arteries, axis=0) if arteries else None
        analysis.update(
            regions=present,
            roles={name: roles[name] for name in present},
            aif_region=_kept(analysis.aif_region, search),
            aif_mask=_kept(analysis.aif_mask, artery),
        )

    def read_rulers(self) -> None:
        """Size the lesion with the visit's rulers, where there are two.

        Raises:
            InputError: rulers that are no bidimensional measurement, in words.
        """
        analysis = self._needed()
        analysis.update(sizes={})
        self.rulers = drawn.rulers_in(self.nodes)
        if self.rulers:
            analysis.update(sizes=sizes_of(self.rulers, [], roles=analysis.roles))

    # -- computing: no node is touched ----------------------------------------------------------

    def compute(self, progress: Progress = silent) -> Result:
        """Everything from the signal to the measurements; a proposed shift becomes a number.

        Raises:
            InputError: with a sentence for the user; what was shown stays.
        """
        analysis = self._needed()
        self.problem = ""
        try:
            analysis.check()
            self._concentrate(analysis, part(progress, 0.0, 0.5))
            if self._settings.fit.shift == "auto" or self.follows_proposal:
                self._propose(analysis)
            result = analysis.result(part(progress, 0.5, 1.0))
            self._find_evidence()  # here, where nobody waits for it; :meth:`show` shows it
            self.let_go()
            return result
        except InputError as error:
            self.problem = str(error)
            raise

    def _concentrate(self, analysis: Analysis, progress: Progress) -> None:
        """The concentration, kept in a file: a reader looks at one section of it at a time."""
        found = analysis.concentration(progress)
        kept = on_disk(found.curves)
        if kept is not found.curves:
            analysis.keep_concentration_as(replace(found, curves=kept))

    def let_go(self) -> None:
        """Give memory back that the next look fills again."""
        if self.analysis is not None:
            let_images_go(self.analysis.study)
            let_go(self.analysis.concentration().curves)

    def _find_evidence(self) -> Evidence | None:
        try:
            return self._needed().evidence()
        except InputError:
            return None

    def _propose(self, analysis: Analysis) -> None:
        """Set the proposed shift, or none where the study does not tell one."""
        evidence = analysis.evidence()
        if evidence.doubt and self.follows_proposal:
            return  # what was proposed before is better than nothing
        shift = 0.0 if evidence.doubt else round(float(evidence.proposal), SHIFT_DIGITS)
        self._proposed = None if evidence.doubt else shift
        self._settings = changed(self._settings, fit={"shift": shift})
        analysis.update(settings=self._settings)

    # -- showing --------------------------------------------------------------------------------

    def show(self, result: Result) -> None:
        """Put a result into the visit's nodes, in place."""
        analysis = self._needed()
        self.result, self.evidence = result, self._find_evidence()
        self._made_with = (self._settings, self.selection, dict(analysis.regions))
        self._keep_settings()
        self.nodes.keep("proposed shift", self._proposed)
        about = {
            "visit": self.name,
            "model": self._settings.fit.model,
            "signal": self._settings.concentration.signal,
        }
        show_maps(self.nodes, result, analysis.study.dynamic.geometry, about=about)
        show_curves(self.nodes, analysis, result)
        self.let_go()

    def show_frame(self, index: int) -> None:
        """Show one dynamic frame in :attr:`frame`."""
        if index == self._frame_index:
            return
        dynamic = self._needed().study.dynamic
        node, array = self.frame, dynamic.signal[index]
        if node.GetImageData() is None or array_of(node).shape != array.shape:
            fill_volume(node, array, dynamic.geometry)
        else:
            node.SetAndObserveImageData(self.sequence.GetNthDataNode(index).GetImageData())
        self._frame_index = index
        self.nodes.keep("frame", index)

    # -- live -----------------------------------------------------------------------------------

    def shift_to(self, seconds: float, *, sections: Iterable[int] | None = None) -> None:
        """Fit these sections (all if None) again at a shift and show them, in place.

        Measurements and the other sections follow with :meth:`compute` and :meth:`show`.
        """
        analysis = self._needed()
        self.change(fit={"shift": round(float(seconds), 3), "shift_by": "study"})
        refit(self.maps, analysis, float(seconds), sections)

    def live_rows(self) -> list[RegionRow]:
        """Every region as it is drawn now, fitted at the shift that is set."""
        return region_rows(self._needed())

    def section_of(self, ras: Sequence[float]) -> int | None:
        """The dynamic section in which a RAS point lies, or None."""
        voxel = voxel_of(ras, self._needed().study.dynamic.geometry)
        return None if voxel is None else voxel[0]

    def explain(self, ras: Sequence[float]) -> VoxelStory | None:
        """The voxel at a RAS point: curve, fit, parameters with errors, status in words."""
        analysis = self._needed()
        voxel = voxel_of(ras, analysis.study.dynamic.geometry)
        return None if voxel is None else voxel_story(analysis, voxel)

    # -- end ------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Take everything of this visit out of the scene."""
        for chart in self.charts.values():
            count = chart.GetNumberOfPlotSeriesNodes()
            for series in [chart.GetNthPlotSeriesNode(i) for i in range(count)]:
                remove_whole(series.GetTableNode())
                remove_whole(series)
        for ruler in drawn.ruler_nodes(self.nodes):
            remove_whole(ruler)
        self.nodes.clear()
        self.analysis, self.result, self.evidence = None, None, None
        self.study_path, self.problem = None, ""
        self._settings, self._proposed = Settings(), None

    def _needed(self) -> Analysis:
        if self.analysis is None:
            raise InputError(f"There is no study {self.name}; open one first.")
        return self.analysis


def first_settings(images: Images, settings: Settings) -> Settings:
    """Settings with which a study can be analysed at once: nothing assumed, all of it shown.

    Without a T1 of the tissue there is no absolute concentration, so relative signal is fitted.
    """
    known = images.flip_angles is not None or images.T1_map is not None
    given = settings.concentration
    absolute = known or given.T10 is not None
    return changed(
        settings,
        concentration={"signal": "absolute" if absolute else "relative"},
        fit={"shift": "auto", "shifts": {}},
    )


def _kept(old: NDArray[np.bool_] | None, new: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """The old mask where the new one is the same."""
    same = old is not None and new is not None and np.array_equal(old, new)
    return old if same else new
