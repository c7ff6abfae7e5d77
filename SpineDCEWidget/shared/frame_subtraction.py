"""Subtraction of two frames of a dynamic series, shown like the visit's other images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.mrml.grey_values import show_values, spread
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, is_on_grid, touched
from SpineDCELib.vocabulary.quantities import number

from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _

#: Use of the visit's node that holds the difference.
USE = "subtraction"
#: Terms beside frame numbers, from 0: the mean of the frames before the bolus, the last frame of
#: the first pass, and the frame in view.
BEFORE, PASS, IN_VIEW = "before", "pass", "in view"
#: Attribute of the node: of which terms it is the difference.
_TERMS = "SpineDCE.terms"
#: A frame by its number, or one of these.
Term = int | str
#: What is shown at first: the enhancement at the end of the first pass.
USUAL: tuple[Term, Term] = (PASS, BEFORE)


def frames_of(visit: VisitSession, term: Term, in_view: int) -> tuple[int, ...]:
    """Return the frames, from 0, whose mean a term is.

    Args:
        in_view: index of the frame in view.
    """
    last = visit.needed().study.dynamic.n_frames - 1
    if term == BEFORE:
        return visit.bolus_frames().before
    if term == PASS:
        return (visit.bolus_frames().last,)
    return (min(in_view if isinstance(term, str) else term, last),)


def term_text(visit: VisitSession, term: Term, in_view: int) -> str:
    """Return the frames of a term with their times: "frame 12 (66.0 s)"."""
    times = visit.needed().study.dynamic.times
    frames = frames_of(visit, term, in_view)
    first, last = frames[0], frames[-1]
    if first == last:
        return _("frame {frame} ({time} s)").format(frame=first + 1, time=number(times[first], 1))
    return _("mean of frames {first}–{last} ({start}–{end} s)").format(
        first=first + 1, last=last + 1, start=number(times[first], 1), end=number(times[last], 1)
    )


def subtraction_text(visit: VisitSession, terms: tuple[Term, Term], in_view: int) -> str:
    """Return what is subtracted from what in a visit."""
    return " − ".join(term_text(visit, term, in_view) for term in terms)


def show_subtraction(visit: VisitSession, terms: tuple[Term, Term], in_view: int) -> None:
    """Fill the visit's node with one term minus the other.

    The grey values fit it when other terms were chosen. While only the frame in view changes they
    stay, so that a playback does not flicker.
    """
    dynamic, nodes = visit.needed().study.dynamic, visit.nodes
    difference = _difference(visit, terms, in_view)
    node, about = nodes.get(USE), f"{dynamic.source.checksum} {terms}"
    if node is None:
        node = nodes.make(USE, "vtkMRMLScalarVolumeNode", _("Subtraction"))
        for part in (node, node.GetDisplayNode()):
            part.SaveWithSceneOff()
    if not is_on_grid(node, dynamic.geometry):
        fill_volume(node, difference, dynamic.geometry)
    else:
        array_of(node)[:] = difference
        touched(node)
    if node.GetAttribute(_TERMS) != about:
        node.SetAttribute(_TERMS, about)
        if IN_VIEW in terms:  # it may be a frame without contrast agent
            upper, lower = (PASS if term == IN_VIEW else term for term in terms)
            difference = _difference(visit, (upper, lower), in_view)
        show_values(nodes, USE, spread(difference))


def _difference(visit: VisitSession, terms: tuple[Term, Term], in_view: int) -> NDArray[np.float32]:
    upper, lower = (_mean(visit, frames_of(visit, term, in_view)) for term in terms)
    return upper - lower


def _mean(visit: VisitSession, frames: tuple[int, ...]) -> NDArray[np.float32]:
    signal = visit.needed().study.dynamic.signal
    mean: NDArray[np.float32] = np.mean(signal[list(frames)], axis=0, dtype=np.float32)
    return mean


def is_subtraction(visit: VisitSession, node: Any) -> bool:
    """Return whether a node holds the visit's subtraction."""
    return node is not None and node is visit.nodes.get(USE)
