"""Charts below the views: AIF and region curves, evidence for the shift, voxel, histograms."""

from __future__ import annotations

from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.mrml.map_nodes import mode_of
from SpineDCELib.vocabulary.conversion_modes import parameter_title
from SpineDCELib.vocabulary.quantities import CURVE_UNITS, QUANTITIES

from SpineDCEWidget.browser import plotly_figures as curves
from SpineDCEWidget.shared.formatting import explanation_rows
from SpineDCEWidget.shared.region_histograms import region_histograms

#: Step that shows the maps, and the histograms of the regions in them.
_MAPS = 4
_HISTOGRAM = (
    "Values of the voxels in each region, with their number. Dotted: the median. The highest 1 % "
    "are counted at the right end."
)
#: What stands in place of the curves.
_WITH_MAPS = "The curves are computed with the maps."
_REFUSED = "There are no curves, because the maps could not be computed; step 4 says why."
_NO_AIF = "There are no curves, because there is no AIF. Step 2 says why."
_NOTHING = {"data": [], "layout": {}, "shift": 0.0}


class Charts:
    """Figures of the selected visit, as trame state."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._voxel: Any = None
        #: Visit and RAS point of the voxel that is explained.
        self._place: tuple[Any, tuple[float, float, float]] | None = None
        self.rows: list[Any] = []
        station.state.update(
            {"main_figure": _NOTHING, "side_figure": _NOTHING, "has_curves": False,
             "side": "evidence", "voxel_card": None, "evidence_text": "", "curves_note": ""}
        )  # fmt: skip

    def refresh(self) -> None:
        """Update all figures; a voxel is explained again, with the settings in use now."""
        self.show_main()
        if self._place is None:
            self.show_side()
            return
        try:
            self.explain(*self._place)
        except InputError:
            self.forget_voxel()

    def show_main(self, rows: list[Any] | None = None) -> None:
        """Show the AIF with the curves of the regions.

        Args:
            rows: numbers of the regions; those of the visit's regions if None.
        """
        state, visit = self._station.state, self._station.visit
        state.curves_note = ""
        if visit is None or visit.result is None:
            self.rows = []
            state.has_curves, state.main_figure = False, _NOTHING
            state.curves_note = _REFUSED if visit is not None and visit.problem else _WITH_MAPS
            return
        analysis = visit.analysis
        if not visit.is_preprocessed:
            # The computation that follows shows them. The controls stay.
            self.rows, state.main_figure, state.has_curves = [], _NOTHING, True
            state.curves_note = _WITH_MAPS
            return
        try:
            analysis.check()
            aif = analysis.aif()
            self.rows = visit.region_numbers() if rows is None else rows
        except InputError:
            # An earlier curve is not the one in use. The controls stay, to choose another one.
            self.rows, state.main_figure, state.curves_note = [], _NOTHING, _NO_AIF
            return
        unit, times = CURVE_UNITS[analysis.signal_mode], analysis.images.dynamic.times
        drawn = analysis.arterial_curve().drawn(until=times[-1])
        state.has_curves = True
        state.main_figure = curves.main_figure(
            dark=state.dark, visit=visit.title, t=times, aif=drawn,
            aif_unit=aif.unit, shift=_shift(visit), rows=self.rows, unit=unit,
            fits=visit.result.fits, fits_hold=visit.is_current,
            frame_time=visit.frame_in_view(int(state.frame))[1],
        )  # fmt: skip

    def follow_frame(self) -> None:
        """Move the dashed line in the chart of the curves to the frame in view."""
        state, visit = self._station.state, self._station.visit
        if visit is not None and state.main_figure["layout"]:
            time = visit.frame_in_view(int(state.frame))[1]
            state.main_figure = curves.at_frame(state.main_figure, time)

    def show_side(self) -> None:
        """Show the voxel that is explained, in step 4 the histograms, or the shift's evidence."""
        state, visit = self._station.state, self._station.visit
        if self._voxel is not None:
            state.side, state.side_figure = (
                "voxel",
                curves.voxel_figure(
                    self._voxel, dark=state.dark, visit=self._place[0].title if self._place else ""
                ),
            )
            return
        state.side, state.voxel_card = "evidence", None
        found = []
        if state.step == _MAPS and visit is not None:
            found = region_histograms(visit, state.map_name)
        if found:
            mode = mode_of(visit.maps[state.map_name])
            title = QUANTITIES[state.map_name].headed(parameter_title(state.map_name, mode))
            state.side, state.evidence_text = "histogram", _HISTOGRAM
            state.side_figure = curves.histogram_figure(
                found, title=title, dark=state.dark, visit=visit.title
            )
            return
        evidence = visit.evidence if visit is not None and not visit.problem else None
        if evidence is None:
            state.side_figure, state.evidence_text = _NOTHING, ""
        else:
            state.side_figure = curves.evidence_figure(
                evidence,
                dark=state.dark,
                visit=visit.title,
                shift=_shift(visit),
                roles=visit.analysis.roles,
            )
            state.evidence_text = evidence.summary(parts=False)

    def explain(self, visit: Any, ras: tuple[float, float, float]) -> None:
        """Explain the voxel at a RAS point, mm."""
        ready = visit.result is not None and visit.is_preprocessed
        self._voxel = visit.explain(ras) if ready else None
        self._place = None if self._voxel is None else (visit, ras)
        state = self._station.state
        if self._voxel is not None:
            slice_index, row, column = self._voxel.voxel
            state.voxel_card = {
                "title": f"{visit.label}, slice {slice_index + 1}, row {row + 1}, "
                f"column {column + 1}",
                "rows": explanation_rows(self._voxel),
                "status": self._voxel.status,
                "doubt": self._voxel.doubt,
            }
        self.show_side()

    @property
    def place(self) -> tuple[Any, tuple[float, float, float]] | None:
        """Visit and RAS point, mm, of the voxel that is explained."""
        return self._place

    def forget_voxel(self) -> None:
        """Close the explanation of a voxel."""
        self._voxel = self._place = None
        self.show_side()


def _shift(visit: Any) -> float:
    return visit.shift_in_use or 0.0
