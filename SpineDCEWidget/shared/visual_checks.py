"""Checks by eye: the frame with and without motion correction, and one visit over the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from SpineDCELib.mrml.colour_nodes import colour_node
from SpineDCELib.mrml.grey_values import grey_values, show_values
from SpineDCELib.mrml.volume_nodes import (
    array_of,
    fill_volume,
    geometry_of,
    is_on_grid,
    matrix_of,
    touched,
)
from SpineDCELib.series import Geometry
from SpineDCELib.series.excluded_frames import kept_frames
from SpineDCELib.vocabulary.quantities import number

from SpineDCEWidget.shared.linked_places import placement, registration_of
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import OPEN_FIRST, _, control_of

OFF, MOTION, OVERLAY, CHECKERBOARD, FLICKER = "off", "motion", "overlay", "checkerboard", "flicker"
#: Check → its title in the menu.
TITLES = {
    OFF: _("Off"),
    MOTION: _("Frame with and without motion correction"),
    OVERLAY: _("Other visit over this one"),
    CHECKERBOARD: _("Other visit in a checkerboard"),
    FLICKER: _("Other visit and this one in turns"),
}
#: Checks that show two images in turns, and those of the other visit.
IN_TURNS, OF_OTHER = (MOTION, FLICKER), (OVERLAY, CHECKERBOARD, FLICKER)
#: Check → content of the views that show it.
CONTENTS = {MOTION: "frame"} | dict.fromkeys(OF_OTHER, "T1")
#: Uses of the nodes: corrected frame, the other visit placed on this one, and its squares.
CORRECTED, OTHER, SQUARES = "check.corrected", "check.other", "check.squares"
#: Opacity of the other visit over this one.
OVERLAID = 0.5
#: Side of a square, mm: smaller than a vertebra with its discs.
_SIDE = 30.0
#: Attribute of nodes of the other visit: its name for a person.
_VISIT = "SpineDCE.of visit"
#: Attribute of the squares: of which image and place they are.
_ABOUT = "SpineDCE.squares of"


def obstacle(session: Session, check: str) -> str:
    """Return why a check is not possible; "" if it is."""
    visits = session.shown
    if not visits:
        return OPEN_FIRST
    if check in OF_OTHER and len(visits) < 2:
        return _("Open both visits to look at one over the other.")
    if check == MOTION and not any(visit.settings.preprocessing.motion.on for visit in visits):
        label, step = control_of("preprocessing.motion.on")
        words = _("Motion is not corrected. Switch on {control} in step {step}.")
        return words.format(control=label, step=step)
    if check == MOTION and not any(map(_is_corrected, visits)):
        return _("The frames have not been corrected yet. Compute the maps.")
    return ""


def _is_corrected(visit: VisitSession) -> bool:
    return visit.settings.preprocessing.motion.on and visit.is_preprocessed


# -- motion correction -----------------------------------------------------------------------------


def corrected_frame(visit: VisitSession, index: int) -> tuple[NDArray[Any], float] | None:
    """Return a frame after motion correction, and how far it was moved, mm.

    None where it is not corrected: the step is off or not computed, or the frame is left out.

    Args:
        index: of the frame in the series as it was read.
    """
    settings = visit.settings
    kept = kept_frames(visit.needed().study.dynamic.n_frames, settings.reading.excluded_frames)
    if not _is_corrected(visit) or not kept[index]:
        return None
    images, place = visit.needed().images, int(kept[:index].sum())
    if images.displacement is None:
        return None
    moved = np.linalg.norm(images.displacement[:, place], axis=-1).max()
    return images.dynamic.signal[place], float(moved)


def show_corrected(visit: VisitSession, index: int) -> None:
    """Fill the visit's node with a frame after motion correction, if it was corrected."""
    found = corrected_frame(visit, index)
    if found is None:
        visit.nodes.remove(CORRECTED)
        return
    node, geometry = _node(visit, CORRECTED), visit.needed().study.dynamic.geometry
    if not is_on_grid(node, geometry):
        fill_volume(node, np.array(found[0]), geometry)
    else:
        array_of(node)[:] = found[0]
        touched(node)
    _follow_grey(visit, CORRECTED, visit, "frame")


def motion_text(visit: VisitSession, index: int, *, corrected: bool) -> str:
    """Return whether a view shows a frame with or without motion correction."""
    found = corrected_frame(visit, index)
    if found is None:
        return _("without motion correction; this frame is not corrected")
    if not corrected:
        return _("without motion correction")
    steps = visit.settings.preprocessing
    smooth = steps.spikes.on or steps.space.method != "off" or steps.time.on
    frame = visit.needed().study.dynamic.signal[index]
    least = steps.motion.least
    left_alone = found[1] <= least if smooth else np.array_equal(found[0], frame)
    if left_alone:
        text = (
            _("with smoothing; not moved, because it moved less than {mm} mm")
            if smooth
            else _("the same with motion correction, because it moved less than {mm} mm")
        )
        return text.format(mm=number(least, 1))
    text = (
        _("with motion correction and smoothing; moved by {mm} mm")
        if smooth
        else _("with motion correction; moved by {mm} mm")
    )
    return text.format(mm=number(found[1], 1))


# -- the other visit -------------------------------------------------------------------------------


def show_other(session: Session, visit: VisitSession, other: VisitSession, check: str) -> None:
    """Fill the visit's nodes with the T1-weighted image of another visit, placed on its own.

    Another place is another matrix of the same image, so nothing is resampled but the squares.
    """
    node, source = _node(visit, OTHER), other.background
    own = geometry_of(source)
    placed = Geometry(own.shape, placement(session, other, visit) @ own.affine)
    node.SetAndObserveImageData(source.GetImageData())
    node.SetIJKToRASMatrix(matrix_of(placed))
    node.SetAttribute(_VISIT, other.shown_label)
    display = node.GetDisplayNode()
    if check == OVERLAY:
        display.SetAndObserveColorNodeID(colour_node(visit.nodes.scene, "magma").GetID())
    else:
        display.SetDefaultColorMap()
    if check == CHECKERBOARD:
        _show_squares(visit, array_of(node), placed)
    else:
        visit.nodes.remove(SQUARES)
    follow_windows(visit, other)


def follow_windows(visit: VisitSession, other: VisitSession | None) -> None:
    """Give the images of a check the grey values of those that they are compared with."""
    _follow_grey(visit, CORRECTED, visit, "frame")
    for use in (OTHER, SQUARES):
        if other is not None:
            _follow_grey(visit, use, other, "frame" if other.anatomy is None else "anatomy")


def other_text(session: Session, visit: VisitSession, other: VisitSession, check: str) -> str:
    """Return what of the other visit a view shows, and by what it is placed."""
    words = {
        OVERLAY: _("{other} in colour"),
        CHECKERBOARD: _("squares of {other}"),
        FLICKER: _("now {other}"),
    }
    shown = words[check].format(other=other.shown_label)
    found = registration_of(session)
    if found is not None and {visit, other} == set(session.pair):
        placed = _("by the registration of the vertebrae (correlation {match})").format(
            match=number(found.match, 2)
        )
    elif session.comparison is None:
        placed = _("by scanner coordinates (visits not compared)")
    else:
        placed = _("by scanner coordinates (registration poor)")
    return f"{shown}, {placed}"


def visit_of_node(node: Any) -> str:
    """Return the label of the other visit that a node shows; "" for the visit's own images."""
    return str(node.GetAttribute(_VISIT) or "")


def _show_squares(visit: VisitSession, array: NDArray[Any], placed: Geometry) -> None:
    """Fill a node with every second square of the other image; between them it is transparent."""
    own, node = geometry_of(visit.background), _node(visit, SQUARES)
    image = visit.nodes.get(OTHER).GetImageData()
    about = f"{image.GetMTime()} {placed.affine.tolist()} {own.affine.tolist()}"
    if node.GetAttribute(_ABOUT) == about:
        return
    node.SetAttribute(_ABOUT, about)
    fixed = sitk.Image([int(n) for n in own.shape[::-1]], sitk.sitkFloat32)
    _place(fixed, own)
    moving = _place(sitk.Cast(sitk.GetImageFromArray(array), sitk.sitkFloat32), placed)
    low, high = float(np.nanmin(array)), float(np.nanmax(array))
    # So far below that also what lies between two squares is transparent.
    nothing = low - 1e4 * (high - low + 1.0)
    shown = sitk.Resample(moving, fixed, sitk.Transform(), sitk.sitkLinear, nothing)
    gaps = _place(sitk.Image(fixed.GetSize(), sitk.sitkFloat32) + nothing, own)
    squares = sitk.CheckerBoard(shown, gaps, _pattern(own, visit))
    fill_volume(node, sitk.GetArrayFromImage(squares), own)
    display = node.GetDisplayNode()
    display.SetThreshold(low, high)
    display.ApplyThresholdOn()


def _pattern(own: Geometry, visit: VisitSession) -> list[int]:
    """Return the number of squares along columns, rows and slices; one across the views."""
    across = visit.needed().study.dynamic.geometry.affine[:3, 2]
    alike = np.abs(own.direction.T @ across)
    extent = np.multiply(own.spacing, own.shape[::-1])
    counts = np.maximum(np.rint(extent / _SIDE), 1).astype(int)
    counts[int(np.argmax(alike))] = 1
    return [int(n) for n in counts]


def _place(image: sitk.Image, geometry: Geometry) -> sitk.Image:
    image.SetSpacing([float(v) for v in geometry.spacing])
    image.SetOrigin([float(v) for v in geometry.origin])
    image.SetDirection([float(v) for v in geometry.direction.ravel()])
    return image


# -- nodes -----------------------------------------------------------------------------------------


def checked_volumes(visit: VisitSession, content: str, check: str, turn: int) -> Any:
    """Return the lower and the upper volume node that a check shows; None where it shows none.

    Args:
        content: of the view. turn: 0 or 1, which image a check in turns shows.
    """
    nodes = visit.nodes
    if CONTENTS.get(check) != content:
        return None
    found = {
        MOTION: (nodes.get(CORRECTED) if turn else None, None),
        OVERLAY: (visit.background, nodes.get(OTHER)),
        CHECKERBOARD: (visit.background, nodes.get(SQUARES)),
        FLICKER: (nodes.get(OTHER) if turn else None, None),
    }[check]
    return found if found[0] is not None else None


def forget_checks(visits: Sequence[VisitSession]) -> None:
    """Remove the nodes of all checks."""
    for visit in visits:
        for use in (CORRECTED, OTHER, SQUARES):
            if visit.nodes.get(use) is not None:
                visit.nodes.remove(use)


def _node(visit: VisitSession, use: str) -> Any:
    node = visit.nodes.get(use)
    if node is None:
        node = visit.nodes.make(use, "vtkMRMLScalarVolumeNode", use.replace(".", " "))
        for part in (node, node.GetDisplayNode()):
            part.SaveWithSceneOff()
    return node


def _follow_grey(visit: VisitSession, use: str, other: VisitSession, source: str) -> None:
    values = grey_values(other.nodes, source)
    if values is not None and visit.nodes.get(use) is not None:
        show_values(visit.nodes, use, values)
