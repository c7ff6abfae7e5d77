"""Effect of preprocessing on the signal: one figure, and a table of the motion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.export.csv_tables import write_table
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.series import DynamicSeries

#: Names of the axes of LPS.
_DIRECTIONS = ("left", "posterior", "head")


def write_motion(
    path: Path,
    *,
    times: NDArray[np.floating],
    displacement: NDArray[np.floating],
    rotation: NDArray[np.floating],
) -> None:
    """Write displacement (mm, LPS) and rotation (degrees) of each region in each frame as CSV.

    Args:
        times: ``(frames,)``, s. displacement: ``(regions, frames, 3)``.
        rotation: ``(regions, frames)``.
    """
    rows = [
        [f"{t:.6g}", name, *(f"{mm:.4f}" for mm in place), f"{degrees:.4f}"]
        for name, places, angles in zip(
            _region_names(len(displacement)), displacement, rotation, strict=True
        )
        for t, place, degrees in zip(times, places, angles, strict=True)
    ]
    heading = ["time [s]", "region", *(f"{d} [mm]" for d in _DIRECTIONS), "rotation [degrees]"]
    write_table(path, heading, rows)


def _region_names(count: int) -> list[str]:
    return ["back of the body"] if count == 1 else [f"region {n + 1}" for n in range(count)]


def write_preprocessing_picture(
    path: Path,
    *,
    before: DynamicSeries,
    after: DynamicSeries,
    baseline_frames: int,
    regions: Mapping[str, NDArray[np.bool_]],
    tissue: NDArray[np.bool_] | None = None,
    displacement: NDArray[np.floating] | None = None,
    rotation: NDArray[np.floating] | None = None,
) -> None:
    """Draw one slice as acquired, preprocessed, and their difference; below them, curves.

    The slice holds the largest part of the regions, or else changed most. The curve is the mean
    of 3×3 voxels around the one that changed most among those that enhance.

    Args:
        before: the series as acquired. after: preprocessed.
        tissue: voxels that the noise mask keeps; outlined.
        displacement, rotation: see :func:`write_motion`; drawn if motion was corrected.

    Raises:
        InputError: matplotlib is not installed.
    """
    frames, n0 = len(after.times), max(baseline_frames, 1)
    late = frames - max(frames // 6, 1)
    spans = {
        "baseline": slice(0, n0),
        f"from {after.times[late]:.0f} s": slice(late, None),
    }
    k = _slice_to_show(before, after, regions)
    shown, aspect = _turned(before.signal[0, k], before)
    tall = min(max(2.9 * shown.shape[0] * aspect / shown.shape[1], 1.5), 6.0) + 0.3
    figure = matplotlib_figure("preprocessing.png", figsize=(9.6, 2 * tall + 3.4))
    rows = figure.add_gridspec(2, 1, height_ratios=[2 * tall, 2.6], hspace=0.18)
    # The bar has its own column, so that the three images have the same size.
    images = rows[0].subgridspec(2, 4, width_ratios=[1, 1, 1, 0.05], wspace=0.04, hspace=0.14)
    pairs = [[s.signal[span, k].mean(axis=0) for s in (before, after)] for span in spans.values()]
    top = float(np.nanpercentile([one for one, _ in pairs], 99.5))
    most = max(float(np.nanpercentile(np.abs(b - a), 99.5)) for a, b in pairs) or 1.0
    outline = None if tissue is None else _turned(tissue[k].astype(float), before)[0]
    drawn: Any = None
    for row, (name, (one, two)) in enumerate(zip(spans, pairs, strict=True)):
        for column, (title, image) in enumerate(
            (("acquired", one), ("preprocessed", two), ("difference", two - one))
        ):
            ax = figure.add_subplot(images[row, column])
            shown, aspect = _turned(image, before)
            look: dict[str, Any] = {"cmap": "gray", "vmin": 0, "vmax": top}
            if title == "difference":
                look = {"cmap": "RdBu_r", "vmin": -most, "vmax": most}
            drawn = ax.imshow(shown, aspect=aspect, **look)
            if title == "preprocessed" and outline is not None and 0 < outline.mean() < 1:
                ax.contour(outline, [0.5], colors="#4dd2ff", linewidths=0.8)
            ax.set_title(f"{title}, {name}", fontsize=9)
            ax.set_xticks([])
            ax.set_yticks([])
    bar = figure.colorbar(drawn, cax=figure.add_subplot(images[:, 3]))
    bar.ax.tick_params(labelsize=7)
    cells = rows[1].subgridspec(1, 1 if displacement is None else 3, wspace=0.32)
    j, i = _spot(before.signal[:, k], after.signal[:, k], n0)
    ax = figure.add_subplot(cells[0])
    for series, colour, name in (
        (before, "#999999", "acquired"),
        (after, "#d62728", "preprocessed"),
    ):
        curve = series.signal[:, k, j - 1 : j + 2, i - 1 : i + 2].mean(axis=(1, 2))
        ax.plot(series.times, curve, color=colour, lw=1.3, label=name)
    _label(ax, f"3×3 voxels around row {j + 1}, column {i + 1}", "signal")
    if displacement is not None and rotation is not None:
        names = _region_names(len(displacement))
        ax = figure.add_subplot(cells[1])
        for places, name, dashes in zip(displacement, names, _dashes(len(names)), strict=True):
            for direction in range(3):
                label = _DIRECTIONS[direction] + (f", {name}" if len(names) > 1 else "")
                ax.plot(after.times, places[:, direction], dashes, color=f"C{direction}",
                        lw=1.2, label=label)  # fmt: skip
        _label(ax, "displacement of the spine", "mm")
        ax = figure.add_subplot(cells[2])
        for angles, name, dashes in zip(rotation, names, _dashes(len(names)), strict=True):
            ax.plot(after.times, angles, dashes, color="#444444", lw=1.2, label=name)
        _label(ax, "rotation", "degrees")
    note = f"slice {k + 1} of {before.signal.shape[1]} · not a medical device"
    figure.text(0.01, 0.008, note, fontsize=7, color="#555555")
    figure.subplots_adjust(left=0.07, right=0.94, top=0.96, bottom=0.08)
    figure.savefig(path, dpi=110)


def _slice_to_show(
    before: DynamicSeries, after: DynamicSeries, regions: Mapping[str, NDArray[np.bool_]]
) -> int:
    if regions:
        return int(np.argmax(np.sum([m.sum(axis=(1, 2)) for m in regions.values()], axis=0)))
    change = [
        float(np.nansum(np.abs(after.signal[:, k] - before.signal[:, k])))
        for k in range(before.signal.shape[1])
    ]
    return int(np.argmax(change))


def _spot(before: NDArray[np.floating], after: NDArray[np.floating], n0: int) -> tuple[int, int]:
    """Return row and column of the voxel that changed most among those that enhance strongly."""
    # Motion and spikes also raise a signal, but only enhancement is in both series.
    rises = [one.max(axis=0) - one[:n0].mean(axis=0) for one in (before, after)]
    rise = ndimage.uniform_filter(np.nan_to_num(np.minimum(*rises)).clip(0), 3)
    change = np.nan_to_num(np.sqrt(np.square(after - before).mean(axis=0)))
    change = ndimage.uniform_filter(change, 3)
    score = np.where(rise >= 0.25 * rise.max(), change, 0.0) if change.any() else rise
    inner = score[1:-1, 1:-1]
    j, i = np.unravel_index(int(np.argmax(inner)), inner.shape)
    return int(j) + 1, int(i) + 1


def _turned(image: NDArray[np.floating], series: DynamicSeries) -> tuple[NDArray[Any], float]:
    shown, spacing, _ = display_slice(image[None], geometry=series.geometry, index=0)
    return shown, spacing[0] / spacing[1]


def _dashes(count: int) -> list[str]:
    return [("-", "--", "-.", ":")[n % 4] for n in range(count)]


def _label(ax: Any, title: str, y: str) -> None:
    ax.set_title(title, fontsize=9)
    ax.set_xlabel("time [s]", fontsize=8)
    ax.set_ylabel(y, fontsize=8)
    ax.tick_params(labelsize=7)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize=7, frameon=False)
