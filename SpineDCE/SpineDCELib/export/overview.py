"""One picture to see at a glance: anatomy, Vp, and Vp over the anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

#: Vp below this share of the colour bar's top lets the anatomy through.
_TRANSPARENT_BELOW = 0.05


def display_slice(
    array: NDArray, *, geometry: Geometry, index: int
) -> tuple[NDArray, tuple[float, float], dict[str, str]]:
    """One slice as a radiologist expects it: head up, anterior left, patient's right on the left.

    Args:
        array: ``(slices, rows, columns)``.

    Returns:
        The 2D image, its pixel spacing (down, across) in mm, and the letters at its edges.
    """
    image = array[index]
    axes = [geometry.direction[:, 1], geometry.direction[:, 0]]  # down, across, in LPS
    spacing = [geometry.spacing[1], geometry.spacing[0]]
    main = [int(np.argmax(np.abs(axis))) for axis in axes]
    if main[0] < main[1]:  # of the two, z runs down before y, and y before x
        image, axes, spacing, main = image.T, axes[::-1], spacing[::-1], main[::-1]
    # LPS: x grows to the left, y to the back, z to the head, which belongs at the top.
    down_is_plus = main[0] != 2
    if (axes[0][main[0]] > 0) != down_is_plus:
        image = image[::-1]
    if axes[1][main[1]] < 0:
        image = image[:, ::-1]
    letters = (("R", "L"), ("A", "P"), ("F", "H"))
    top, bottom = letters[main[0]] if down_is_plus else letters[main[0]][::-1]
    left, right = letters[main[1]]
    edges = {"top": top, "bottom": bottom, "left": left, "right": right}
    return image, (spacing[0], spacing[1]), edges


def best_slice(vp: NDArray[np.floating], *, regions: Mapping[str, NDArray[np.bool_]]) -> int:
    """The slice to show: where lesions, or else all regions, are largest, else Vp is highest."""
    lesions = [mask for name, mask in regions.items() if "lesion" in name.lower()]
    if regions:
        sizes = [mask.sum(axis=(1, 2)) for mask in lesions or regions.values()]
        return int(np.argmax(np.sum(sizes, axis=0)))
    finite = np.where(np.isfinite(vp), vp, 0.0)
    return int(np.argmax(finite.reshape(vp.shape[0], -1).sum(axis=1)))


def write_overview(
    path: Path,
    *,
    anatomy: NDArray[np.floating],
    anatomy_name: str,
    vp: NDArray[np.floating],
    geometry: Geometry,
    regions: Mapping[str, NDArray[np.bool_]],
    caption: str,
) -> None:
    """Anatomy | Vp | fused, with one colour bar in mL/100 mL and the regions' outlines.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("overview.png needs matplotlib: pip install 'spinedce[cli]'.") from None
    index = best_slice(vp, regions=regions)
    grey, spacing, edges = display_slice(anatomy, geometry=geometry, index=index)
    colour, _, _ = display_slice(vp * 100, geometry=geometry, index=index)
    finite = colour[np.isfinite(colour)]
    top = float(np.percentile(finite, 99)) if finite.size else 1.0
    top = max(top, 0.1)
    window = np.percentile(grey[np.isfinite(grey)], (1, 99.5))
    aspect = spacing[0] / spacing[1]
    height, width = grey.shape[0] * spacing[0], grey.shape[1] * spacing[1]
    panel = 4.4
    scale = panel / max(height, width)
    figure = Figure(
        figsize=(3 * max(width * scale, 2.2) + 1.6, max(height * scale, 2.2) + 1.1),
        facecolor="black",
    )
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 3)
    titles = (anatomy_name, "Vp", f"Vp over {anatomy_name}")
    shown = np.ma.masked_invalid(colour)
    over = np.ma.masked_where(~(colour > _TRANSPARENT_BELOW * top), colour)
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
    vp_style = {"cmap": "viridis", "vmin": 0, "vmax": top, "aspect": aspect}
    axes[0].imshow(grey, **grey_style)
    bar = axes[1].imshow(shown, **vp_style)
    axes[2].imshow(grey, **grey_style)
    axes[2].imshow(over, alpha=0.7, **vp_style)
    palette = ("#ff5d5d", "#5dff8f", "#5dc8ff", "#ffd75d", "#e07dff", "#ffffff")
    for number, (name, mask) in enumerate(regions.items()):
        outline, _, _ = display_slice(mask.astype(float), geometry=geometry, index=index)
        if outline.any():
            style = {"levels": [0.5], "colors": [palette[number % 6]], "linewidths": 0.9}
            axes[0].contour(outline, **style)
            axes[2].contour(outline, **style)
            axes[0].plot([], [], color=palette[number % 6], label=name)
    if axes[0].get_legend_handles_labels()[0]:
        axes[0].legend(
            loc="lower left", fontsize=7, facecolor="black", edgecolor="#444444", labelcolor="white"
        )
    colour_bar = figure.colorbar(bar, ax=list(axes), fraction=0.03, pad=0.015)
    colour_bar.set_label("Vp [mL/100 mL]", color="white")
    colour_bar.ax.yaxis.set_tick_params(color="white", labelcolor="white")
    colour_bar.outline.set_edgecolor("#888888")
    note = f"slice {index + 1} of {vp.shape[0]} · {caption} · not a medical device"
    figure.text(0.01, 0.01, note, color="#bbbbbb", fontsize=7)
    figure.savefig(path, dpi=130, facecolor="black", bbox_inches="tight")
