"""The artery on the image: what is outlined, what lies at a place, and taking it in and out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from SpineDCELib.aif import Detection, Verdict
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.vessel_nodes import hide_vessels, show_vessels
from SpineDCELib.mrml.volume_nodes import voxel_of

from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session
    from SpineDCEWidget.shared.visit_session import VisitSession


Mask = NDArray[np.bool_]


def place_of(visit: VisitSession, index: int) -> tuple[float, float, float]:
    """Return the RAS point, mm, of the voxel of a candidate that is nearest to its centre.

    The centre of a vessel that is no disc may lie outside it.
    """
    found, geometry = visit.needed().detection(), visit.needed().study.dynamic.geometry
    candidate = found.candidates[index]
    rows, columns = np.nonzero(found.vessels[candidate.slice] == candidate.vessel)
    if not rows.size:
        x, y, z = candidate.position
        return -x, -y, z
    voxels = np.stack([columns, rows, np.full(rows.size, candidate.slice), np.ones(rows.size)])
    points = (geometry.affine @ voxels)[:3].T
    x, y, z = points[np.square(points - candidate.position).sum(axis=1).argmin()]
    return -float(x), -float(y), float(z)


def edge_of(mask: Mask) -> list[tuple[float, float]]:
    """Return the corners (row, column) around the largest connected part of a slice's voxels.

    The voxel (0, 0) reaches from −0.5 to 0.5. [] for an empty mask.
    """
    parts, count = ndimage.label(mask)
    if not count:
        return []
    part = parts == np.bincount(parts[parts > 0]).argmax()
    # Each side of a voxel that no other shares, from corner to corner, with the voxel on its right.
    sides: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, column in np.argwhere(part).tolist():
        for down, right, start, end in (
            (-1, 0, (0, 0), (0, 1)), (0, 1, (0, 1), (1, 1)),
            (1, 0, (1, 1), (1, 0)), (0, -1, (1, 0), (0, 0)),
        ):  # fmt: skip
            j, i = row + down, column + right
            if not (0 <= j < part.shape[0] and 0 <= i < part.shape[1] and part[j, i]):
                first = row + start[0], column + start[1]
                sides.setdefault(first, []).append((row + end[0], column + end[1]))
    # The first corner of the first voxel is on the outside, so its line is not that of a hole.
    place = first = next(iter(sides))
    line = [first]
    while (place := sides[place].pop()) != first:
        line.append(place)
    return [(row - 0.5, column - 0.5) for row, column in line]


class ArteryMarks:
    """Outlines of the vessels of each visit, while a window shows the step of the arteries."""

    def __init__(self) -> None:
        self._shown: dict[str, Detection] = {}
        #: Visit → name → voxels that are outlined.
        self._outlined: dict[str, dict[str, Mask]] = {}

    def follow(
        self,
        visits: Sequence[VisitSession],
        shown: Collection[VisitSession],
        *,
        at_most: int | None = None,
    ) -> bool:
        """Show the vessels of some visits as they are now, and none of the other visits.

        Args:
            at_most: number of outlines that are drawn in this call, of all visits; all if None.
                The others are drawn by further calls.

        Returns:
            Whether any outline has changed.
        """
        changed, left = False, at_most
        for name in {*self._shown, *self._outlined} - {visit.name for visit in visits}:
            self._forget(name)  # its study was closed
        for visit in visits:
            if left == 0:
                break
            if visit.vessels is None:
                self._forget(visit.name)
            found = found_of(visit) if visit in shown else None
            if found is self._shown.get(visit.name) and (found is not None or not visit.vessels):
                continue
            count = 1 if found is None else self._outline(visit, found, left)
            if found is None:
                self._forget(visit.name)
                hide_vessels(visit.nodes)
            changed = True
            left = None if left is None else left - count
        return changed

    def _outline(self, visit: VisitSession, found: Detection, at_most: int | None) -> int:
        """Draw some outlines of a visit that are not there yet; return how many at least."""
        earlier = self._outlined.get(visit.name, {})
        artery, rejected = _outlined(found)
        now = {**artery, **rejected}
        same = [
            name
            for name, mask in now.items()
            if name in earlier and np.array_equal(earlier[name], mask)
        ]
        missing = [name for name in now if name not in same]
        drawn = {*same, *missing[:at_most]}
        used, others = (
            {name: mask for name, mask in masks.items() if name in drawn}
            for masks in (artery, rejected)
        )
        geometry = visit.needed().study.dynamic.geometry
        show_vessels(visit.nodes, used, others, geometry, same)
        self._outlined[visit.name] = {name: now[name] for name in drawn}
        self._shown.pop(visit.name, None)
        if len(drawn) == len(now):
            self._shown[visit.name] = found
        return max(len(drawn) - len(same), 1)

    def _forget(self, name: str) -> None:
        self._shown.pop(name, None)
        self._outlined.pop(name, None)


def found_of(visit: VisitSession) -> Detection | None:
    """Return the vessels of a visit if they are known without a long computation, else None."""
    if visit.analysis is None or visit.settings.aif.source != "auto":
        return None
    # After a search without a trusted artery they are known, too; changes by hand take no time.
    searched = any(visit.analysis.is_current(stage) for stage in ("detection", "artery_search"))
    if not searched and not visit.is_ready():
        return None
    try:
        return visit.analysis.detection()
    except InputError:
        return None


def _outlined(found: Detection) -> tuple[dict[str, Mask], dict[str, Mask]]:
    """Return the voxels in the AIF and those of other vessels, by what they are called.

    What takes up contrast like tissue, as bowel and marrow do, would fill the image with lines.
    """
    artery = {_("in the AIF"): found.mask} if found.mask.any() else {}
    rejected: dict[str, Mask] = {}
    for one in found.candidates:
        if not one.accepted and one.verdict is not Verdict.LESION:
            mask = rejected.setdefault(translated(one.reason), np.zeros(found.verdicts.shape, bool))
            own = found.vessels[one.slice] == one.vessel
            if one.verdict in (Verdict.BY_HAND, Verdict.FOUND):
                # Else what the search had left out shows as that.
                own &= found.verdicts[one.slice] == one.verdict
            mask[one.slice] |= own
    return artery, rejected


def vessel_text(visit: VisitSession, ras: Sequence[float]) -> str:
    """Return what the search says of the vessel at a RAS point; "" if there is none."""
    found = found_of(visit)
    voxel = None if found is None else _voxel(visit, ras)
    if found is None or voxel is None:
        return ""
    if found.mask[voxel]:
        return _("in the AIF")
    verdict = Verdict(int(found.verdicts[voxel]))
    if verdict is Verdict.NOT_ENHANCING:
        return ""
    return _("not in the AIF: {reason}").format(reason=translated(verdict.reason))


def toggle_vessel(
    session: Session, visit: VisitSession, ras: Sequence[float]
) -> list[VisitSession]:
    """Take the vessel at a RAS point into the artery in its slice, or out.

    Raises:
        InputError: there is no vessel (code "no_vessel"), or no voxel of the artery would be left.
    """
    found, voxel = visit.needed().detection(), _voxel(visit, ras)
    number = 0 if voxel is None else int(found.vessels[voxel])
    for index, one in enumerate(found.candidates):
        if voxel is not None and (one.slice, one.vessel) == (voxel[0], number):
            return session.toggle_candidate(visit, index)
    reason = "" if voxel is None else Verdict(int(found.verdicts[voxel])).reason
    raise InputError(
        _(
            "The search made out no vessel at this place: {reason}. Include single voxels instead."
        ).format(reason=translated(reason))
        if reason
        else _("This point lies outside the dynamic images."),
        code="no_vessel",
        about=visit.name,
    )


def toggle_voxel(session: Session, visit: VisitSession, ras: Sequence[float]) -> list[VisitSession]:
    """Take the voxel at a RAS point into the artery, or out.

    Raises:
        InputError: the point lies outside the images (code "outside_images").
    """
    voxel = _voxel(visit, ras)
    if voxel is None:
        raise InputError(_("This point lies outside the dynamic images."), code="outside_images")
    return session.toggle_voxel(visit, voxel)


def _voxel(visit: VisitSession, ras: Sequence[float]) -> tuple[int, int, int] | None:
    return voxel_of(ras, visit.needed().study.dynamic.geometry)
