"""The workstation with its handlers on a switch, and its state in the open, for the control audit.

``python -m browser.switchable_program workstation …`` is ``spinedce workstation …``. While the file
"disconnected" lies in the user's data folder, nothing that the page sends reaches a handler.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.cli import main
from SpineDCELib.mrml.grey_values import GREY, grey_values
from SpineDCELib.mrml.region_nodes import is_shown
from SpineDCELib.settings import settings_to_dict
from SpineDCELib.vocabulary.report_text import text_to_dict
from trame_rca.view_adapter import RcaViewAdapter
from trame_server.protocol import CoreServer

from SpineDCEWidget.browser import app
from SpineDCEWidget.shared.region_changes import SIZES
from SpineDCEWidget.shared.slice_nodes import middle_of

#: Delay of the computation after a change in this program, s; never while it is held back.
_SHORT, _NEVER = 0.05, 1e6


def _on_switch(owner: Any, name: str) -> None:
    """Let a method do nothing while the switch is off; triggers of the audit always work."""
    method, switch = getattr(owner, name), Path(os.environ["SPINEDCE_HOME"]) / "disconnected"

    @functools.wraps(method)
    def switched(self: Any, *given: Any) -> Any:
        if switch.exists() and not str(given[0]).startswith("audit"):
            return None
        return method(self, *given)

    setattr(owner, name, switched)


def _facts(station: Any) -> dict[str, Any]:
    """Return what the program uses, as opposed to what the page shows."""
    views, drawing = station.views, station.drawing
    return {
        "tour": station.state.tour,
        "visit": station.state.visit, "step": station.state.step, "busy": station.jobs.running,
        "columns": views.columns, "opacity": views.opacity, "linked": views.linked,
        "playback": [station.state.play_rate, station.frames.range.first,
                     station.frames.range.last],
        "planes": {p.name: list(middle_of(p.node)) for p in views.panes} if views.planes else {},
        "subtraction": list(station.frames.terms),
        "check": [station.views.check, station.views.turn, station.state.check_alone],
        "map": views.map_name, "tool": drawing.tool, "role": drawing.role,
        "region": drawing.region, "outline": _outline(station.shapes.polygon),
        "sizes": {name: station.state[f"size_{name}"] for name in SIZES},
        "limits": [station.state.grow_tolerance, station.state.grow_distance],
        "drawn": drawing.visit.name if drawing.visit else "", "diameter": drawing.diameter,
        "cross": bool(views.crosshairs), "between": station.app.segmentation_editor
        .editor_node.GetSourceVolumeIntensityMask(),
        "between_range": station.app.segmentation_editor.editor_node
        .GetSourceVolumeIntensityMaskRange(),
        "compared": station.session.is_comparison_current,
        "rows": {station.session.row_of(v.name): v.name for v in station.session.shown},
        "course": station.session.several and station.session.course.is_current,
        "events": [event.title for event in station.session.course.events],
        "cutoff": station.session.course.cutoff, "doses": len(station.session.course.doses),
        "visits": {v.name: _visit(station, v) for v in station.session.visits},
        "widths": {p.name: p.view.render_window().GetSize()[0] for p in views.panes},
        "drawn_mask": _drawn(drawing.visit), "nodes": station.app.scene.GetNumberOfNodes(),
        "report": text_to_dict(station.session.report.text) | {"by": station.session.report.reader},
    }  # fmt: skip


def _outline(polygon: Any) -> dict[str, Any]:
    """Return the polygon that is being drawn, its points in mm in its slice."""
    if polygon is None:
        return {}
    return {"visit": polygon.visit.name, "points": polygon.points, "closed": polygon.closed}


def _drawn(visit: Any) -> dict[str, list[list[int]]]:
    """Return the row and column of each voxel of small regions, in any slice."""
    regions = {} if visit is None else visit.state.regions
    return {
        name: np.argwhere(mask.any(0)).tolist()
        for name, mask in regions.items() if mask.sum() < 2000
    }  # fmt: skip


def _visit(station: Any, visit: Any) -> dict[str, Any]:
    state = visit.state
    panes = station.views.panes_of(visit.name)
    node = visit.maps.get(station.views.map_name)
    look = None if node is None else node.GetDisplayNode()
    selection = visit.selection
    return {
        "study": str(visit.study_path), "frames": visit.analysis.study.dynamic.n_frames,
        "settings": settings_to_dict(visit.settings), "shift": state.own.get("fit.shift"),
        "follows": visit.follows_proposal, "current": visit.is_current, "problem": visit.problem,
        "slice": station.views.slice_index(visit.name) if panes else None,
        "view": [v for p in panes[:1] for v in (
            *p.node.GetFieldOfView()[:2], *p.node.GetXYZOrigin()[:2]
        )],
        "zooms": [_zoom(p.node, visit.analysis.study.dynamic.geometry) for p in panes],
        "frame": visit.nodes.value("frame"),
        "voxels": {name: int(mask.sum()) for name, mask in state.regions.items()},
        "slices": {
            name: [int(k) for k in mask.any((1, 2)).nonzero()[0]]
            for name, mask in state.regions.items()
        },
        "roles": dict(state.roles), "locked": sorted(state.locked),
        "fill": visit.segmentation.GetDisplayNode().GetOpacity2DFill(),
        "hidden": [n for n in state.roles if not is_shown(visit.segmentation, n)],
        "rulers": len(state.rulers),
        "selection": None if selection is None else str(selection),
        "grey": {use: grey_values(visit.nodes, use) for use in (*GREY, "subtraction")},
        "look": None if look is None else [
            look.GetWindowLevelMax(), look.GetLowerThreshold(), look.GetColorNode().GetName(),
        ],
        "shown_maps": list(visit.maps),
        "numbers": _numbers(visit), "T1_map": visit.analysis.study.T1_map is not None,
    }  # fmt: skip


def _zoom(node: Any, geometry: Any) -> float:
    """Return the field of a view as a multiple of the smallest one that holds the whole slice."""
    _slices, rows, columns = geometry.shape
    width, height, _depth = node.GetFieldOfView()
    whole = columns * geometry.spacing[0], rows * geometry.spacing[1]
    return min(width / whole[0], height / whole[1])


def _numbers(visit: Any) -> dict[str, float]:
    return {} if visit.result is None else numbers_of(visit.result)


def numbers_of(result: Any) -> dict[str, float]:
    """Return means of the maps and of the regions, and normalised values, in the engine's units."""
    found = {}
    for name, values in result.maps.items():
        inside = values[np.isfinite(values)]
        found[f"mean of {name}"] = float(inside.mean()) if inside.size else 0.0
        found[f"voxels of {name}"] = float(inside.size)
    for region in result.regions:
        for name, statistics in region.parameters.items():
            found[f"{name} of {region.name}"] = float(np.nan_to_num(statistics.mean))
    for ratio in result.measures.normalised:
        found[f"normalised {ratio.parameter} of {ratio.lesion}"] = float(ratio.value)
    return found


def start() -> int:
    """Start the program."""
    _on_switch(CoreServer, "trigger")
    _on_switch(CoreServer, "update_state")
    _on_switch(RcaViewAdapter, "on_interaction")
    _on_switch(app.Workstation, "uploaded")
    app._COMPUTE_DELAY = _SHORT
    original = app.Workstation.__init__

    def prepared(self: Any, *given: Any) -> None:
        original(self, *given)

        def hold_back(held: bool) -> None:
            app._COMPUTE_DELAY = _NEVER if held else _SHORT

        def push() -> None:
            # What the page changed while nothing reached the program goes back. The templates
            # stay, because all elements would be new, and the last file is not downloaded again.
            left = ("trame__template", "download")
            names = (n for n in self.state.to_dict() if not n.startswith(left))
            self.server.force_state_push(*names)

        self.ctrl.trigger("audit")(lambda: _facts(self))
        self.ctrl.trigger("audit_push")(push)
        self.ctrl.trigger("audit_hold_back")(hold_back)

        async def swap() -> None:
            await self.result.swap_visits()

        self.ctrl.trigger("audit_swap")(swap)
        self.ctrl.trigger("audit_error")(self.show_error)

    app.Workstation.__init__ = prepared  # type: ignore[method-assign]
    return main()


if __name__ == "__main__":
    sys.exit(start())
