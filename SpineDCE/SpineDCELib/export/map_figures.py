"""Panels of every figure of maps: anatomy, Vp, and Vp over the anatomy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import TRANSPARENT_BELOW
from SpineDCELib.vocabulary.conversion_modes import unit_title
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role, words_of

#: Margin around lesions and references in a cropped figure, mm.
_AROUND = 45.0
#: Percentage of all tissue below the top of a scale that no region fits.
_SHOWN = 98


@dataclass(frozen=True, eq=False)
class Picture:
    """Images and regions of one row of panels."""

    anatomy: NDArray[np.floating]  #: ``(slices, rows, columns)``
    anatomy_name: str
    vp: NDArray[np.floating]  #: fraction
    geometry: Geometry
    regions: Mapping[str, NDArray[np.bool_]]
    roles: Mapping[str, Role]  #: of every region
    mode: str = ""  #: of the conversion, which decides what Vp is a fraction of

    def of_role(self, *roles: Role) -> list[NDArray[np.bool_]]:
        return [mask for name, mask in self.regions.items() if self.roles[name] in roles]


def best_slice(picture: Picture) -> int:
    """Return the slice where lesions, or else all regions, are largest, or else Vp is highest."""
    if picture.regions:
        masks = picture.of_role("lesion") or list(picture.regions.values())
        return int(np.argmax(np.sum([mask.sum(axis=(1, 2)) for mask in masks], axis=0)))
    finite = np.where(np.isfinite(picture.vp), picture.vp, 0.0)
    return int(np.argmax(finite.reshape(finite.shape[0], -1).sum(axis=1)))


def scale_top(pictures: Sequence[Picture]) -> float:
    """Return one top of the colour scale for all pictures, mL/100 mL.

    It is taken from lesions and references, or from all tissue if there are none: most of that is
    fat, muscle and noise, so that a lesion would lie above the 95th percentile. Voxels with
    Vp of 20 mL/100 mL or more are vessels and do not count, because they would make all other
    tissue dark.
    """
    drawn = [
        np.nanpercentile(values, 98)
        for picture in pictures
        for mask in picture.of_role("lesion", "reference")
        if np.isfinite(values := picture.vp[mask]).any()
    ]
    if drawn:
        # A treated lesion can be as dark as marrow. A scale fitted to it would show noise.
        marrow = [
            5 * np.nanmedian(values)
            for picture in pictures
            for mask in picture.of_role("reference")
            if np.isfinite(values := picture.vp[mask]).any()
        ]
        return max(120 * float(np.max(drawn)), 100 * float(np.nanmax([0.0, *marrow])), 1.0)
    tissue = [p.vp[np.isfinite(p.vp) & (p.vp > 0) & (p.vp < 0.2)] for p in pictures]
    every = np.concatenate(tissue)
    return max(float(np.percentile(every, _SHOWN)) * 100, 1.0) if every.size else 1.0


def draw_row(axes: Sequence[Any], picture: Picture, *, index: int, top: float, crop: bool) -> Any:
    """Draw anatomy, Vp and both on three axes; return the image that the colour bar belongs to."""
    grey, spacing, edges = display_slice(picture.anatomy, geometry=picture.geometry, index=index)
    colour, _, _ = display_slice(picture.vp * 100, geometry=picture.geometry, index=index)
    outlines = {
        name: display_slice(mask, geometry=picture.geometry, index=index)[0]
        for name, mask in picture.regions.items()
    }
    aspect = spacing[0] / spacing[1]
    window = np.percentile(grey[np.isfinite(grey)], (1, 99.5))
    titles = (picture.anatomy_name, "Vp", f"Vp over {picture.anatomy_name}")
    for ax, title in zip(axes, titles, strict=True):
        ax.set_facecolor("black")
        ax.set_title(title, color="white", fontsize=11)
        ax.set_xticks([])
        ax.set_yticks([])
        for side, (x, y) in {
            "top": (0.5, 0.97), "bottom": (0.5, 0.03), "left": (0.03, 0.5), "right": (0.97, 0.5)
        }.items():  # fmt: skip
            ax.text(
                x, y, edges[side], transform=ax.transAxes, color="#bbbbbb", fontsize=8,
                ha="center", va="center",
            )  # fmt: skip
    grey_style = {"cmap": "gray", "vmin": window[0], "vmax": window[1], "aspect": aspect}
    vp_style = {"cmap": QUANTITIES["vp"].colours, "vmin": 0, "vmax": top, "aspect": aspect}
    over = np.ma.masked_where(~(colour > TRANSPARENT_BELOW * top), colour)
    axes[0].imshow(grey, **grey_style)
    bar = axes[1].imshow(np.ma.masked_invalid(colour), **vp_style)
    axes[2].imshow(grey, **grey_style)
    axes[2].imshow(over, alpha=0.75, **vp_style)
    for name, outline in outlines.items():
        if not outline.any() or outline.all():
            continue
        shade = words_of(picture.roles[name]).colour
        for ax in (axes[0], axes[2]):
            ax.contour(outline.astype(float), levels=[0.5], colors=[shade], linewidths=1.0)
        axes[0].plot([], [], color=shade, label=figure_text(name))
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend(
            loc="lower left", fontsize=7, facecolor="black", edgecolor="#444444",
            labelcolor="white",
        )  # fmt: skip
    if crop:
        _crop(axes, picture, index, spacing, grey.shape)
    return bar


def _crop(
    axes: Sequence[Any],
    picture: Picture,
    index: int,
    spacing: tuple[float, float],
    shape: tuple[int, ...],
) -> None:
    masks = picture.of_role("lesion", "reference")
    if not masks:
        return
    together = np.any(masks, axis=0).any(axis=0)[None].repeat(picture.vp.shape[0], axis=0)
    shown, _, _ = display_slice(together, geometry=picture.geometry, index=index)
    rows, columns = np.nonzero(shown)
    half = max(np.ptp(rows) * spacing[0], np.ptp(columns) * spacing[1]) / 2 + _AROUND
    for middle, step, size, limits in (
        ((rows.min() + rows.max()) / 2, spacing[0], shape[0], "y"),
        ((columns.min() + columns.max()) / 2, spacing[1], shape[1], "x"),
    ):
        low, high = max(middle - half / step, -0.5), min(middle + half / step, size - 0.5)
        for ax in axes:
            if limits == "y":
                ax.set_ylim(high, low)
            else:
                ax.set_xlim(low, high)


def add_colour_bar(figure: Any, bar: Any, axes: Sequence[Any], *, mode: str) -> None:
    """Add a colour bar with its unit, white on black.

    Args:
        mode: of the conversion.
    """
    colour_bar = figure.colorbar(bar, ax=list(axes), fraction=0.03, pad=0.015, extend="max")
    label = f"{QUANTITIES['vp'].title} [{unit_title('vp', mode)}]"
    colour_bar.set_label(label, color="white")
    colour_bar.ax.yaxis.set_tick_params(color="white", labelcolor="white")
    colour_bar.outline.set_edgecolor("#888888")
