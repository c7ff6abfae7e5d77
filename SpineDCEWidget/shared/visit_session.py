"""One visit of a session: its analysis, its nodes and its own choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.aif import Evidence, Selection
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.aif.region_delay import Delay
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.bolus_frames import BolusFrames, bolus_frames
from SpineDCELib.analysis.explain_voxel import RegionNumbers, VoxelExplanation, explain_voxel
from SpineDCELib.analysis.live_refit import region_numbers
from SpineDCELib.analysis.shift_stages import apart
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Role
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml.grey_values import fitting
from SpineDCELib.mrml.isodose_nodes import USE as ISODOSES
from SpineDCELib.mrml.node_stamps import Stamps, needed_images, stamps_of
from SpineDCELib.mrml.region_nodes import add_segment
from SpineDCELib.mrml.vessel_nodes import USE as VESSELS
from SpineDCELib.mrml.visit_display import show_frame
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.mrml.volume_nodes import voxel_of
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.quantities import number
from SpineDCELib.vocabulary.visits import VisitRole

from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.study_opening import read_with
from SpineDCEWidget.shared.wording import _, translated

BASELINE: VisitRole = "baseline"
FOLLOW_UP: VisitRole = "follow-up"
#: Seconds that the fit of one voxel takes: linear, with its own delay or exchange, and with both;
#: and how long a window may wait.
_FAST, _SLOW, _SLOWEST, _AT_ONCE = 2e-6, 1e-4, 1e-2, 0.3
#: Ends of the controls of the shift, s, unless the shift lies beyond one.
_USUAL_SHIFTS = (-6.0, 20.0)
#: Residual of all tissue, over its least, above which the shift in use is doubted (chosen).
_MISFIT = 2.0


@dataclass(frozen=True, eq=False)
class VisitState:
    """Everything that a person can change of one visit; immutable.

    Attributes:
        own: path → value of the settings that belong to the visit.
        proposed: shift in use because it was proposed, s; None if a person set it.
        regions: name → mask of every segment that holds a voxel.
        roles: name → role tag of every segment, empty ones too.
        locked: names of regions whose voxels no tool changes.
    """

    own: Mapping[str, Any] = field(default_factory=dict)
    selection: Selection | None = None
    aif_file: CurveFile | None = None
    proposed: float | None = None
    regions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    rulers: tuple[Ruler, ...] = ()
    locked: frozenset[str] = frozenset()


class VisitSession:
    """One visit. Its state is changed by :class:`SpineDCEWidget.shared.session.Session` alone.

    Args:
        scene: ``vtkMRMLScene``.
        name: "baseline", "follow-up", "follow-up-2" …; also the name of its views and folders.
        role: "baseline" or "follow-up".
    """

    def __init__(self, scene: Any, name: str, role: VisitRole) -> None:
        self.name, self._role = name, role
        #: Place among the visits that are open, from 0; None where the name says which one it is.
        self.number: int | None = None
        #: Whether follow-ups are numbered, because there are several.
        self.numbered = False
        self.nodes = VisitNodes(scene, name)
        self.forget()

    def forget(self) -> None:
        """Be a visit without a study."""
        self.analysis: Analysis | None = None
        #: The study before corrections.
        self.as_read: Images | None = None
        #: Settings of the reading → the study that was read with them, so that undo restores it.
        self.read_again: dict[tuple[Any, ...], Images] = {}
        self.result: Result | None = None
        #: What the maps' nodes hold; None while some of their slices are at another shift.
        self.shown: Result | None = None
        self._computed_from: tuple[Any, ...] = ()
        self._computed_state = VisitState()
        #: Inputs and result for which the regions' numbers are known, and the numbers.
        self._numbers: tuple[Any, Any, list[RegionNumbers]] = (None, None, [])
        #: The study whose signal range is known, and that range.
        self._signal_range: tuple[Images | None, tuple[float, float]] = (None, (0.0, 1.0))
        #: The study whose bolus is known, and the frames before it and in its first pass.
        self._bolus: tuple[Images | None, BolusFrames] = (None, BolusFrames((0,), 0))
        #: Images and maps in the scene as the session left them.
        self.image_stamps: Stamps = {}
        self.map_stamps: Stamps = {}
        #: What the curves say about the shift, when the result was computed; None if nothing.
        self.evidence: Evidence | None = None
        #: The last shift that was set or proposed, s.
        self.last_shift: float | None = None
        #: Whether a stroke is under way whose numbers a window shows already.
        self.in_stroke = False
        #: Why the last computation failed, and the fields that could help; "" if it did not fail.
        self.problem = ""
        self.remedies: tuple[str, ...] = ()
        #: Analysis whose computation failed, with all that it had computed; None without one.
        self.attempted: Analysis | None = None
        self.state = VisitState()
        self.study_path: Path | None = None
        #: File that the T1 map was read from; None without one, and where a scene brought it.
        self.T1_map_path: Path | None = None
        #: Name, ID and birth date of the patient; "" if the images do not name one.
        self.patient = ""
        #: Day of the acquisition as DICOM writes it; "" if it is not known.
        self.date = ""

    def uncorrected(self, own: Mapping[str, Any]) -> Images:
        """Return the study before the corrections that are among a visit's own settings."""
        assert self.as_read is not None
        return self.read_again.get(read_with(own), self.as_read)

    # -- names ----------------------------------------------------------------------------------

    @property
    def role(self) -> VisitRole:
        """Whether the others are compared with this visit."""
        if self.number is None:
            return self._role
        return FOLLOW_UP if self.number else BASELINE

    @property
    def label(self) -> str:
        """The visit's name for a person: "Baseline", "Follow-up 2"."""
        if self.number is not None and self.numbered:
            return f"Follow-up {self.number}" if self.number else "Baseline"
        if self.number is not None:
            return "Follow-up" if self.number else "Baseline"
        return self.name.replace("-", " ").capitalize().replace("Follow up", "Follow-up")

    @property
    def word(self) -> str:
        """The visit's name in a sentence: "baseline", "follow-up 2"."""
        return self.label[0].lower() + self.label[1:]

    @property
    def title(self) -> str:
        """The label with the date: "Baseline, 12 March 2026"."""
        day = day_text(self.date)
        return f"{self.label}, {day}" if day else self.label

    @property
    def shown_label(self) -> str:
        """The label in the language of the window."""
        return translated(self.label)

    @property
    def shown_title(self) -> str:
        """The title in the language of the window."""
        day = translated(day_text(self.date))
        return f"{self.shown_label}, {day}" if day else self.shown_label

    # -- nodes ----------------------------------------------------------------------------------

    @property
    def sequence(self) -> Any:
        return self.nodes.get("sequence")

    @property
    def frame(self) -> Any:
        """Volume node of the dynamic frame that is shown."""
        return self.nodes.get("frame")

    @property
    def anatomy(self) -> Any:
        return self.nodes.get("anatomy")

    @property
    def background(self) -> Any:
        """Volume node below the maps: the T1-weighted volume, else the dynamic frame."""
        return self.anatomy or self.frame

    @property
    def segmentation(self) -> Any:
        return self.nodes.get("segmentation")

    @property
    def isodoses(self) -> Any:
        """Node with the outlines of the radiation dose; None without a dose."""
        return self.nodes.get(ISODOSES)

    @property
    def vessels(self) -> Any:
        """Node with the outlines of the vessels that were considered; None unless shown."""
        return self.nodes.get(VESSELS)

    @property
    def maps(self) -> dict[str, Any]:
        """Quantity → its volume node."""
        return self.nodes.of("map.")

    @property
    def tables(self) -> dict[str, Any]:
        return self.nodes.of("table.")

    @property
    def charts(self) -> dict[str, Any]:
        return self.nodes.of("chart.")

    def remember_images(self) -> None:
        """Remember the image nodes as they are, because the session has just filled them."""
        uses = [use for use in needed_images(self.needed().study) if use != "frame"]
        self.image_stamps = stamps_of(self.nodes, uses)

    def remember_maps(self) -> None:
        """Remember the maps' nodes as they are, because the session has just filled them."""
        self.map_stamps = stamps_of(self.nodes, self.nodes.uses("map."))

    # -- choices --------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings that the analysis uses: the common ones with the visit's own."""
        return self.needed().settings

    @property
    def selection(self) -> Selection | None:
        """Changes by hand to the artery that was found."""
        return self.state.selection

    @property
    def rulers(self) -> tuple[Ruler, ...]:
        return self.state.rulers

    @property
    def follows_proposal(self) -> bool:
        """Return whether the shift in use is the proposed one, and changes with it."""
        proposed = self.state.proposed
        return proposed is not None and self.state.own.get("fit.shift") == proposed

    @property
    def awaits_proposal(self) -> bool:
        """Return whether the shift will be proposed again, because the regions have changed."""
        proposing = isinstance(self.settings.fit.shift, str) or self.follows_proposal
        return proposing and not self.has_same_regions

    @property
    def shift_in_use(self) -> float | None:
        """The shift of the settings, s; that of the maps while another one is to be proposed.

        None before the first proposal.
        """
        shift = self.settings.fit.shift
        return self.last_shift if isinstance(shift, str) else float(shift)

    @property
    def shift_limits(self) -> tuple[float, float]:
        """The least and the highest shift that a window can set, s.

        The shift in use and the proposed one lie between them, so that no control changes one.
        """
        proposed = None if self.evidence is None else self.evidence.proposal
        known = [s for s in (self.shift_in_use, proposed) if s is not None and np.isfinite(s)]
        low, high = _USUAL_SHIFTS
        return float(np.floor(min(low, *known, high))), float(np.ceil(max(low, *known, high)))

    def delays(self) -> dict[str, Delay]:
        """Return the delay of every lesion and reference; none while they are not computed."""
        return self.analysis.delays() if self.analysis and self.is_current else {}

    def shift_doubt(self) -> str:
        """Return why the curves do not confirm the shift in use; "" if they do."""
        evidence, used = self.evidence, self.settings.fit.shift
        if evidence is None or isinstance(used, str):
            return ""
        if evidence.doubt:
            return _("the curves do not confirm the shift of {used} s. {why}").format(
                used=number(used, 1), why=translated(evidence.doubt).rstrip(".")
            )
        if evidence.interval is None:
            times = evidence.misfit(used)
            if evidence.before_artery or times <= _MISFIT:
                return translated(evidence.before_artery).rstrip(".")
            return _(
                "at the shift of {used} s the residual of all enhancing tissue is {times} times "
                "its least"
            ).format(used=number(used, 1), times=number(times, 1))
        if evidence.low <= used <= evidence.high:
            return ""
        shown, low, high = apart(used, evidence.low, evidence.high)
        return _(
            "the shift of {used} s does not fit the curves, which show {low} to {high} s"
        ).format(used=shown, low=low, high=high)

    # -- results --------------------------------------------------------------------------------

    @property
    def is_current(self) -> bool:
        """Return whether the result is that of the present settings and regions."""
        analysis, result = self.analysis, self.result
        return (
            analysis is not None
            and result is not None
            and not self.in_stroke
            and self.shown is result
            and analysis.is_current("result")
            # What was computed last need not be what is shown.
            and analysis.result() is result
        )

    @property
    def outdated(self) -> Literal["", "maps", "results", "shift"]:
        """What of the result is out of date; "" if nothing is, or nothing was computed.

        While only regions and shifts have changed ("results"), the slice in view is that of the
        settings; while only shifts have, the evidence for them holds.
        """
        if self.result is None or self.is_current:
            return ""
        if not self.is_ready():
            return "maps"
        return "shift" if self.has_same_regions else "results"

    def is_chart_outdated(self, name: str) -> bool:
        """Return whether the chart of a name shows another artery or regions than those in use."""
        if self.result is None or self.problem:
            return False  # there is none, or that of the search which found no artery
        if name in ("candidates", "aif"):
            return not self.needed().is_current("arterial_input")
        return name.startswith("evidence.") and self.outdated in ("maps", "results")

    def has_result_of(self, analysis: Analysis) -> bool:
        """Return whether the result holds and was computed from the same as that of an analysis.

        It is so again after a change was undone, although the result was computed again.
        """
        return self.is_current and self.needed().has_same("result", analysis)

    def is_ready(self) -> bool:
        """Return whether regions and slices can be fitted at once, without a long computation.

        It is so while nothing but regions, rulers and shifts has changed since the last result.
        """
        return self.result is not None and self._basis() == self._computed_from

    @property
    def is_preprocessed(self) -> bool:
        """Return whether the images are there as the settings want them.

        Else curves would have to wait for all preprocessing, and a window with them.
        """
        return self.needed().is_current("preprocessed")

    def take_attempt(self) -> bool:
        """Take over what the last computation had computed before it failed.

        So the candidates of a search that found no artery can be shown and chosen.

        Returns:
            Whether candidates were taken over.
        """
        attempted, self.attempted = self.attempted, None
        if attempted is None or self.analysis is None:
            return False
        self.analysis.adopt(attempted)
        return self.settings.aif.source == "auto" and self.analysis.is_current("detection")

    def remember_basis(self) -> None:
        """Remember from what the present result was computed."""
        self._computed_from, self._computed_state = self._basis(), self.state

    @property
    def has_same_regions(self) -> bool:
        """Return whether the regions are those of the present result."""
        one, two = self.state, self._computed_state
        return not self.in_stroke and one.regions.keys() == two.regions.keys() and all(
            mask is two.regions[name] and one.roles[name] == two.roles[name]
            for name, mask in one.regions.items()
        )  # fmt: skip

    def _basis(self) -> tuple[Any, ...]:
        analysis, state = self.needed(), self.state
        fit = replace(analysis.settings.fit, shift=0.0, shifts={})
        settings = replace(analysis.settings, fit=fit)
        return (analysis.study, settings, state.selection, id(state.aif_file))

    def needed(self) -> Analysis:
        """Return the analysis.

        Raises:
            InputError: the visit has no study.
        """
        if self.analysis is None:
            raise InputError(
                _("The {visit} visit has no study.").format(visit=translated(self.word)),
                code="study_missing",
                about=self.name,
                fields=("inputs.study",),
            )
        return self.analysis

    def region_numbers(
        self,
        regions: Mapping[str, NDArray[np.bool_]] | None = None,
        roles: Mapping[str, Role] | None = None,
        progress: Progress = silent,
    ) -> list[RegionNumbers]:
        """Fit every region as it is drawn now, or these regions, at the shift in use."""
        analysis = self.needed()
        if regions is not None:
            return region_numbers(analysis, regions, roles, progress)
        if not self.has_numbers:
            numbers = region_numbers(analysis, None, roles, progress)
            self.remember_numbers(analysis.inputs, self.result, numbers)
        return self._numbers[2]

    def remember_numbers(
        self, inputs: Any, result: Result | None, numbers: list[RegionNumbers]
    ) -> None:
        """Remember the regions' numbers that these inputs and this result give."""
        self._numbers = (inputs, result, numbers)

    @property
    def has_numbers(self) -> bool:
        """Return whether :meth:`region_numbers` are known without a fit."""
        inputs, result, _numbers = self._numbers
        return inputs is self.needed().inputs and result is self.result

    def fits_at_once(self, voxels: int) -> bool:
        """Return whether so many voxels are fitted before a person notices."""
        fit = self.settings.fit
        slow = (fit.model == "two_compartment_exchange") + fit.fit_delay
        return voxels * (_FAST, _SLOW, _SLOWEST)[slow] < _AT_ONCE

    def follows_shift(self, name: str) -> bool:
        """Return whether the slices in view of a map are fitted again with every shift."""
        _slices, rows, columns = self.needed().study.dynamic.geometry.shape
        fitted = self.result is not None and name in {*self.result.maps, "status"}
        return fitted and self.is_ready() and self.fits_at_once(rows * columns)

    def explain(self, ras: Sequence[float]) -> VoxelExplanation | None:
        """Explain the voxel at a RAS point, mm; None outside of the dynamic series."""
        analysis = self.needed()
        voxel = voxel_of(ras, analysis.study.dynamic.geometry)
        return None if voxel is None else explain_voxel(analysis, voxel)

    def slice_of(self, ras: Sequence[float]) -> int | None:
        """Return the dynamic slice in which a RAS point lies, or None."""
        voxel = voxel_of(ras, self.needed().study.dynamic.geometry)
        return None if voxel is None else voxel[0]

    def add_segment(self, role: Role | str, *, another: bool = False) -> str:
        """Return the ID of the segment to draw for a role; a new one if ``another``."""
        return add_segment(self.segmentation, role, another=another)

    def signal_range(self) -> tuple[float, float]:
        """Return the signals between which nearly all voxels of the dynamic series lie."""
        study = self.needed().study
        if self._signal_range[0] is not study:
            low, high, _inverse = fitting(self.nodes, "frame", study.dynamic)
            self._signal_range = study, (low, high)
        return self._signal_range[1]

    def bolus_frames(self) -> BolusFrames:
        """Return the frames before the bolus, and the last one of its first pass."""
        study = self.needed().study
        if self._bolus[0] is not study:
            dynamic, after = study.dynamic, self.settings.preprocessing.time.first_pass
            self._bolus = study, bolus_frames(dynamic.signal, dynamic.times, after)
        return self._bolus[1]

    def frame_in_view(self, index: int) -> tuple[int, float]:
        """Return the index of a frame of the series as it was read, at most the last, and its time.

        Frames that are left out of the analysis count, because they can be looked at.
        """
        times = self.needed().study.dynamic.times
        index = min(index, len(times) - 1)
        return index, float(times[index])

    def show_frame(self, index: int) -> None:
        """Show one dynamic frame in :attr:`frame`."""
        frame = self.frame
        if index != self.nodes.value("frame") or frame is None or frame.GetImageData() is None:
            show_frame(self.nodes, self.needed().study.dynamic, index)

    def release_memory(self) -> None:
        """Release cached pages of arrays in files; they are read again when looked at."""
        if self.analysis is not None:
            self.analysis.release_memory()
