"""Checks of the regions before numbers are read from them: overlap, size, irradiated marrow."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import Finding
from SpineDCELib.vocabulary.region_roles import Role

#: Below this number of voxels the mean of a lesion depends on single voxels (chosen).
FEW_VOXELS = 10
#: A region that has this share of its largest area in the first or last slice is cut off there
#: (chosen; one that ends in a thick slice has up to 0.7).
WIDE = 0.75
#: Least number of slices in the images for a region to be named that ends in the outermost one, or
#: lies in a single one (chosen).
FEW_SLICES = 4
#: Role → volume from which a region is more than that tissue, mL: a lumbar vertebra with its arch
#: has about 80 mL (chosen).
LARGEST: dict[Role, float] = {"lesion": 500.0, "reference": 150.0}
#: Share of the smaller region from which an overlap is more than a shared edge (chosen).
OVERLAP = 0.02
#: Share of a region below which a piece is not named, and half of the gap between two pieces in
#: slices, rows and columns up to which they are one (chosen).
SMALL_PIECE, NARROW = 0.05, (1, 3, 3)
#: Roles whose regions are different tissue, so that a voxel belongs to one of them only.
DISTINCT: tuple[Role, ...] = ("lesion", "reference", "aorta", "muscle")


def check_regions(
    regions: Mapping[str, NDArray[np.bool_]],
    roles: Mapping[str, Role],
    voxel_volume: float = 0.0,
) -> list[Finding]:
    """List what is wrong with the regions of one visit; no finding stops.

    Args:
        regions: name → mask ``(slices, rows, columns)``, exclusions already taken out.
        roles: name → role.
        voxel_volume: mm³; 0 if it is not known, so that no volume is checked.
    """
    found: list[Finding] = []

    def warn(code: str, message: str, about: str) -> None:
        found.append(Finding(code, message, about, ("inputs.roi",)))

    chosen = [name for name in regions if roles.get(name) in DISTINCT]
    for one, two in combinations(chosen, 2):
        smaller = min(int(regions[one].sum()), int(regions[two].sum()))
        shared = int((regions[one] & regions[two]).sum())
        if not shared or shared <= OVERLAP * smaller:
            continue
        pair = {roles[one]: one, roles[two]: two}
        if pair.keys() == {"lesion", "reference"}:
            reference, lesion = pair["reference"], pair["lesion"]
            share = 100 * shared / int(regions[reference].sum())
            warn(
                "reference_in_lesion",
                f"{share:.0f} % of {reference} lies in {lesion}. Draw the reference in a vertebra "
                "without tumour.",
                reference,
            )
        else:
            warn(
                "regions_overlap",
                f"{one} and {two} overlap in {shared} voxels. Redraw one of them.",
                two,
            )
    irradiated = [regions[name] for name in regions if roles.get(name) == "irradiated"]
    for name in (name for name in chosen if roles[name] == "reference"):
        inside = [int((regions[name] & mask).sum()) for mask in irradiated]
        if any(inside):
            share = 100 * max(inside) / int(regions[name].sum())
            warn(
                "reference_irradiated",
                f"{share:.0f} % of {name} lies in the irradiated volume. Irradiated marrow turns "
                "fatty, which raises every normalised value.",
                name,
            )
    for name in chosen:
        volume = int(regions[name].sum()) * voxel_volume / 1000
        if volume > LARGEST.get(roles[name], np.inf):
            if roles[name] == "reference":
                text = f"{name} is {volume:.0f} mL, which is too large for one vertebra. Redraw it."
            else:
                text = f"{name} is {volume:.0f} mL, which is too large for a lesion. Redraw it."
            warn("region_too_large", text, name)
    for name in (name for name in chosen if roles[name] in ("lesion", "reference")):
        sizes = _pieces(regions[name])
        if len(sizes) < 2:
            continue
        listed = " and ".join(
            f"{size * voxel_volume / 1000:.1f} mL" if voxel_volume else f"{size} voxels"
            for size in sizes
        )
        if roles[name] == "lesion":
            text = (
                f"{name} consists of separate pieces of {listed}, and all of them count. If they "
                "are different lesions, draw each as a separate region; if one was drawn by "
                "mistake, erase it."
            )
        else:
            text = (
                f"{name} consists of separate pieces of {listed}, and all of them count. Draw it "
                "in one vertebra."
            )
        warn("separate_pieces", text, name)
    for name in (name for name in chosen if roles[name] == "lesion"):
        voxels = int(regions[name].sum())
        if voxels < FEW_VOXELS:
            warn(
                "few_voxels",
                f"{name} has only {voxels} voxels, so its mean depends on single voxels.",
                name,
            )
        if _in_one_slice(regions[name]):
            outermost = regions[name][0].any() or regions[name][-1].any()
            warn(
                "lesion_in_one_slice",
                f"{name} lies in a single slice, where the images end, so part of it may lie "
                "outside, and its size and volume are rough."
                if outermost
                else f"{name} lies in a single slice, so how far it reaches across the slices is "
                "not known: its size and volume are rough.",
                name,
            )
        for number, share in _cut_at(regions[name]):
            warn(
                "lesion_cut",
                f"{name} is still wide in slice {number}, where the images end ({100 * share:.0f} "
                "% of its largest area), so part of it probably lies outside: volume and size are "
                "those of the part inside.",
                name,
            )
    return found


def _pieces(mask: NDArray[np.bool_]) -> list[int]:
    """Return the voxels of each piece of a region that lies apart from the others, largest first.

    Small pieces and narrow gaps do not count: a vein that is left out divides no lesion.
    """
    found = ndimage.find_objects(mask.astype(np.uint8))
    if not found:
        return []
    inside = np.pad(mask[found[0]], [(gap, gap) for gap in NARROW])
    wider = ndimage.binary_dilation(inside, np.ones([2 * gap + 1 for gap in NARROW]))
    labels, _count = ndimage.label(wider, np.ones((3, 3, 3)))
    sizes = np.bincount(labels[inside])[1:]
    return sorted((int(n) for n in sizes if n >= SMALL_PIECE * sizes.sum()), reverse=True)


def _in_one_slice(mask: NDArray[np.bool_]) -> bool:
    """Return whether a region lies in one of several slices."""
    return bool(mask.shape[0] >= FEW_SLICES and mask.any(axis=(1, 2)).sum() == 1)


def _cut_at(mask: NDArray[np.bool_]) -> list[tuple[int, float]]:
    """Return the outermost slices that cut a region off: number from 1, share of largest area."""
    areas = mask.sum(axis=(1, 2))
    if np.count_nonzero(areas) < 2 or areas.size < FEW_SLICES:
        return []
    shares = areas / areas.max()
    return [(k + 1, float(shares[k])) for k in (0, areas.size - 1) if shares[k] >= WIDE]
