"""What was drawn and chosen on a visit, between the nodes of a scene and a plain record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.visit_nodes import VisitNodes, remove_whole
from SpineDCELib.run.saved_session import SavedVisit
from SpineDCELib.series import Geometry

#: What a visit keeps as plain values beside its nodes.
CHOICES = (
    "settings", "aif selection", "aif file", "frame", "proposed shift", "as read", "top of scale",
    "grey values", "reports", "history", "course",
    "compared", "locked", "carried",
)  # fmt: skip


def read_record(nodes: VisitNodes, geometry: Geometry, study: str | None = None) -> SavedVisit:
    """Read a visit's choices, regions and rulers from its nodes."""
    about = {key: str(value) for key, value in nodes.value("visit", {}).items()}
    segmentation = nodes.get("segmentation")
    masks = drawn.masks_in(nodes, geometry)
    roles = {} if segmentation is None else drawn.roles_in(segmentation)
    return SavedVisit(
        nodes.name,
        study,
        {key: nodes.value(key) for key in CHOICES},
        masks,
        {name: roles[name] for name in masks},
        geometry,
        tuple(drawn.rulers_in(nodes)),
        **about,
    )


def write_record(nodes: VisitNodes, record: SavedVisit, geometry: Geometry) -> None:
    """Put a visit's choices, regions and rulers into its nodes, in place of what they hold."""
    for key in CHOICES:
        nodes.keep(key, record.choices.get(key))
    about = {"label": record.label, "date": record.date, "role": record.role}
    nodes.keep("visit", about)
    segmentation = drawn.segmentation_node(nodes, geometry)
    drawn.set_masks(segmentation, record.masks, geometry, roles=record.roles)
    replace_rulers(nodes, record.rulers)


def replace_regions(
    nodes: VisitNodes,
    masks: Mapping[str, NDArray[np.bool_]],
    roles: Mapping[str, str],
    geometry: Geometry,
) -> None:
    """Let these be the visit's segments; those with a role but no mask stay, empty."""
    empty = np.zeros(geometry.shape, bool)
    node = nodes.get("segmentation") or drawn.segmentation_node(nodes, geometry)
    present = drawn.masks_in(nodes, geometry)
    there = drawn.roles_in(node)
    wanted = {name: masks.get(name, empty) for name in roles}
    for name in set(there) - set(wanted):
        drawn.remove_segment(node, name)
    changed = {
        name: mask
        for name, mask in wanted.items()
        if name not in there or not np.array_equal(mask, present.get(name, empty))
    }
    drawn.fill_segments(node, changed, geometry, roles=roles)
    for name, role in roles.items():
        drawn.give_role(node, name, role)


def replace_rulers(nodes: VisitNodes, rulers: Sequence[Ruler]) -> None:
    """Let these be the visit's rulers."""
    if tuple(drawn.rulers_in(nodes)) == tuple(rulers):
        return
    for node in drawn.ruler_nodes(nodes):
        remove_whole(node)
    for ruler in rulers:
        drawn.add_ruler(nodes, ruler)
