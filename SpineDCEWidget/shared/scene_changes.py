"""Changes of a visit's nodes by other modules, scripts and undo, taken up by the session.

Images that an open visit needs are restored where they were deleted, and read again where they were
changed; maps that were changed are out of date; a visit of which nothing is left is closed. What a
person is to be told is added to the session's notices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.analysis.mapped_images import map_images
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml import visit_display
from SpineDCELib.mrml.image_nodes import images_of
from SpineDCELib.mrml.node_stamps import needed_images, stamps_of
from SpineDCELib.mrml.visit_record import read_record

from SpineDCEWidget.shared.session_state import same_state
from SpineDCEWidget.shared.study_opening import as_read, corrected
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session


def follow_nodes(session: Session, visit: VisitSession) -> bool:
    """Take up what was changed in the nodes of a visit; return whether it has changed."""
    nodes, study = visit.nodes, visit.needed().study
    nodes.restore()
    nodes.remove_left_parts()
    needed = needed_images(study)
    missing = [use for use in needed if nodes.get(use) is None]
    # The subject hierarchy, where a person deletes a visit, shows no sequences.
    seen = [use for use in needed if use in ("frame", "anatomy")]
    if visit.segmentation is None and set(seen) <= set(missing) and not visit.maps:
        _tell(session, visit, _("The {visit} visit was deleted from the scene and is closed."))
        session.close_visit(visit)
        return True
    changed = _follow_maps(session, visit)
    if missing:
        visit_display.show_study(nodes, study)
        visit.remember_images()
        _tell(
            session,
            visit,
            _(
                "Images of the {visit} visit were deleted from the scene. The visit needs them "
                "and they were restored; to remove them, close the visit."
            ),
        )
        changed = True
    elif visit.image_stamps != stamps_of(nodes, visit.image_stamps):
        _read_images_again(session, visit)
        _tell(
            session,
            visit,
            _("Images of the {visit} visit were changed in the scene and read again."),
        )
        changed = True
    return session.regions_changed(visit) or changed


def _follow_maps(session: Session, visit: VisitSession) -> bool:
    """Mark maps as out of date that were changed or deleted by others."""
    if visit.shown is None or visit.map_stamps == stamps_of(visit.nodes, visit.map_stamps):
        return False
    visit.shown = None
    _tell(
        session,
        visit,
        _("Maps of the {visit} visit were changed in the scene. Recompute its maps."),
    )
    return True


def _read_images_again(session: Session, visit: VisitSession) -> None:
    images = images_of(visit.nodes)
    assert images is not None
    dynamic = images.dynamic
    edited = replace(dynamic.source, checksum="")
    notes = (*dynamic.notes, "Images were changed in the scene after they had been read.")
    images = map_images(replace(images, dynamic=replace(dynamic, source=edited, notes=notes)))
    visit.as_read = as_read(images, visit.nodes)
    visit.read_again.clear()
    images = corrected(visit.as_read, visit.state.own)
    visit.needed().update(study=images)
    visit_display.show_study(visit.nodes, images)
    visit.remember_images()
    session.update_analysis(visit)


def _tell(session: Session, visit: VisitSession, text: str) -> None:
    session.notices.append(text.format(visit=translated(visit.word)))


def read_drawn(session: Session, visit: VisitSession) -> bool:
    """Take regions and rulers from the nodes; return whether they differ from the state."""
    old, analysis = visit.state, visit.needed()
    geometry = analysis.study.dynamic.geometry
    if visit.segmentation is None:
        drawn.segmentation_node(visit.nodes, geometry)
        if old.regions:
            _tell(
                session,
                visit,
                _(
                    "The regions of the {visit} visit were deleted from the scene. "
                    "Undo restores them."
                ),
            )
    drawn.name_apart(visit.segmentation)
    drawn.place_ruler_labels(visit.nodes)
    record = read_record(visit.nodes, geometry)
    roles = drawn.roles_in(visit.segmentation)
    if _restore_locked(session, visit, record.masks):
        record = read_record(visit.nodes, geometry)
    regions = {
        name: present
        if (present := old.regions.get(name)) is not None and np.array_equal(present, mask)
        else mask
        for name, mask in record.masks.items()
    }
    locked = old.locked & roles.keys()
    new = replace(old, regions=regions, roles=roles, rulers=record.rulers, locked=locked)
    if same_state(old, new):
        if old.roles != roles:  # an empty segment that waits for the brush
            visit.state = new
            session.history.follow(session.state)
        return False
    visit.state = new
    session.update_analysis(visit)
    return True


def _restore_locked(
    session: Session, visit: VisitSession, present: Mapping[str, NDArray[np.bool_]]
) -> bool:
    """Restore locked regions whose voxels were changed; return whether there were any."""
    state = visit.state
    empty = np.zeros(visit.needed().study.dynamic.geometry.shape, bool)
    there = drawn.roles_in(visit.segmentation).keys() & state.locked & state.regions.keys()
    changed = {
        name: state.regions[name]
        for name in sorted(there)
        if not np.array_equal(present.get(name, empty), state.regions[name])
    }
    if changed:
        geometry = visit.needed().study.dynamic.geometry
        drawn.fill_segments(visit.segmentation, changed, geometry, roles=state.roles)
        _tell(
            session,
            visit,
            _("{names} of the {visit} visit cannot be changed while locked.").replace(
                "{names}", ", ".join(changed)
            ),
        )
    return bool(changed)
