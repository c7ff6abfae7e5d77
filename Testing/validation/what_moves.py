"""Fill docs/what-to-acquire.md: what moves the change of normalised Vp, by how much, in each mode.

    PYTHONPATH=Testing python -m validation.what_moves docs

Both visits of a plain scene (blocks of artery, muscle, reference vertebra and lesion, nearly
without noise) are made by this file alone and analysed by the engine. The true change of normalised
Vp is always −60 %; one thing at a time differs from what the mode assumes.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.series import Acquisition, DynamicSeries, FlipAngleSet, Geometry
from SpineDCELib.series.dynamic_series import Source
from SpineDCELib.settings import Settings, changed

TRUE_CHANGE = -60.0
TR, TE, ALPHA = 0.0045, 0.0015, 25.0
ANGLES = (2.0, 5.0, 10.0, 15.0, 25.0)
FINE = 0.1  #: s, between the steps of the simulation
LENGTH = 300.0
SNR = 400.0
HCT = 0.42
#: The modes that are compared, and the settings that select them.
MODES: dict[str, dict[str, Any]] = {
    "T1 map (flip angles)": {"T1_source": "vfa"},
    "muscle": {"T1_source": "muscle"},
    "relative signal": {"signal": "relative"},
}


@dataclass(frozen=True)
class Tissue:
    """A tissue: kinetics, T10 of its water (s), share of water, share of fat, delay (s)."""

    vp: float
    Ktrans: float
    ve: float
    T10: float
    water: float = 0.8
    fat: float = 0.0
    delay: float = 5.0


@dataclass(frozen=True)
class Visit:
    """One visit: its tissues and what the scanner and the patient add."""

    lesion: Tissue
    reference: Tissue = field(default_factory=lambda: Tissue(0.012, 0.02, 0.10, 0.55))
    muscle: Tissue = field(default_factory=lambda: Tissue(0.012, 0.05, 0.10, 1.008))
    B1: float = 1.0
    blood_T10: float = 1.441
    r1: float = 4.6
    r2: float = 6.1
    dose: float = 1.0
    frame: float = 5.4
    coil_lesion: float = 1.0


def before() -> Visit:
    return Visit(Tissue(0.07, 0.08, 0.18, 1.0))


def after() -> Visit:
    first = before().lesion
    return Visit(replace(first, vp=first.vp * (1 + TRUE_CHANGE / 100), Ktrans=0.05))


def blood(t: np.ndarray) -> np.ndarray:
    """Whole-blood concentration, mM: a gamma-variate first pass, its echo, a slow decline."""

    def gamma(start: float, rise: float, area: float) -> np.ndarray:
        x = np.maximum(t - start, 0) / rise
        return area * x**2.5 * np.exp(-x) / (rise * 3.3234)

    first = gamma(28.0, 2.2, 42.0) + gamma(46.0, 6.0, 10.0)
    late = np.where(t > 30, 1 - np.exp(-(t - 30) / 12), 0) * np.exp(-np.maximum(t - 30, 0) / 900)
    return first + 0.95 * late


def tissue_curve(tissue: Tissue, Cp: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Concentration per volume of tissue, mM, by an explicit integration of the exchange."""
    fed = np.interp(t - tissue.delay, t, Cp, left=0.0)
    Ktrans, kep = tissue.Ktrans / 60, tissue.Ktrans / 60 / tissue.ve
    outside = np.zeros_like(t)
    decay = np.exp(-kep * FINE)
    for i in range(1, t.size):
        outside[i] = outside[i - 1] * decay + Ktrans * FINE * 0.5 * (fed[i] + fed[i - 1])
    return tissue.vp * fed + outside


def spgr(R1: np.ndarray, alpha: float, R2: np.ndarray) -> np.ndarray:
    E, a = np.exp(-TR * R1), np.deg2rad(alpha)
    return np.sin(a) * (1 - E) / (1 - np.cos(a) * E) * np.exp(-TE * R2)


def signal(tissue: Tissue, C: np.ndarray, visit: Visit, alpha: float) -> np.ndarray:
    """Signal of water, which holds the contrast agent, and of fat (T1 0.3 s), which holds none."""
    share = tissue.water * (1 - tissue.fat)
    inside = C / share
    water = spgr(1 / tissue.T10 + visit.r1 * inside, alpha * visit.B1, 20 + visit.r2 * inside)
    fat = spgr(np.full_like(C, 1 / 0.3), alpha * visit.B1, np.full_like(C, 20.0))
    return 1000 * (share * water + tissue.fat * fat)


BLOCKS = {"artery": 0, "muscle": 1, "reference": 2, "lesion": 3}
SHAPE = (2, 8, 8 * len(BLOCKS))


def block(name: str) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[:, 1:7, 8 * BLOCKS[name] + 1 : 8 * BLOCKS[name] + 7] = True
    return mask


def images(visit: Visit, seed: int) -> Images:
    """The dynamic series and the flip angles of a visit."""
    rng = np.random.default_rng(seed)
    t = np.arange(0, LENGTH, FINE)
    Cb = visit.dose * blood(t)
    tissues = {"muscle": visit.muscle, "reference": visit.reference, "lesion": visit.lesion}
    curves = {name: tissue_curve(one, Cb / (1 - HCT), t) for name, one in tissues.items()}
    blood_tissue = Tissue(0, 0, 1, visit.blood_T10, water=1.0)
    steps = round(visit.frame / FINE)
    frames = t.size // steps

    def averaged(fine: np.ndarray) -> np.ndarray:
        return fine[: frames * steps].reshape(frames, steps).mean(axis=1)

    dynamic = np.full((frames, *SHAPE), 20.0)
    angles = np.full((len(ANGLES), *SHAPE), 20.0)
    for name in BLOCKS:
        one = tissues.get(name, blood_tissue)
        C = curves.get(name, Cb)
        coil = visit.coil_lesion if name == "lesion" else 1.0
        mask = block(name)
        dynamic[:, mask] = coil * averaged(signal(one, C, visit, ALPHA))[:, None]
        for n, alpha in enumerate(ANGLES):
            angles[n, mask] = coil * signal(one, np.zeros(1), visit, alpha)
    scale = dynamic[0, block("muscle")].mean() / SNR
    dynamic += rng.normal(0, scale, dynamic.shape)
    angles += rng.normal(0, scale, angles.shape)
    affine = np.diag([3.0, 3.0, 5.0, 1.0])
    geometry = Geometry(SHAPE, affine)
    acquisition = Acquisition(TR=TR, TE=TE, FA=ALPHA, field_strength=1.5)
    series = DynamicSeries(
        dynamic.astype(np.float32), np.arange(frames) * visit.frame, geometry, acquisition, "made"
    )
    source = Source("memory")
    return Images(
        series, FlipAngleSet(angles.astype(np.float32), np.array(ANGLES), TR, geometry, source)
    )


def normalised_vp(visit: Visit, settings: Settings, seed: int) -> float:
    regions = {"Lesion": block("lesion"), "Reference": block("reference")}
    roles: dict[str, Any] = {"Lesion": "lesion", "Reference": "reference"}
    if settings.concentration.T1_source == "muscle":
        regions["Muscle"], roles["Muscle"] = block("muscle"), "muscle"
    analysis = Analysis(
        images(visit, seed), settings, aif_mask=block("artery"), regions=regions, roles=roles
    )
    found = analysis.result().measures.of("Lesion")
    assert found is not None
    return found.value


def lesion(visit: Visit, **values: float) -> Visit:
    return replace(visit, lesion=replace(visit.lesion, **values))


def reference(visit: Visit, **values: float) -> Visit:
    return replace(visit, reference=replace(visit.reference, **values))


def both(**values: float) -> tuple[Visit, Visit]:
    return replace(before(), **values), replace(after(), **values)


def scenes() -> dict[str, tuple[Visit, Visit]]:
    """Name → both visits; the true change of normalised Vp is the same in all of them."""
    one, two = before(), after()
    return {
        "nothing else": (one, two),
        "reference turns fatty: T10 550 → 380 ms": (one, reference(two, T10=0.38)),
        "reference turns fatty: fat 30 → 60 %": (reference(one, fat=0.3), reference(two, fat=0.6)),
        "lesion dries: T10 1000 → 650 ms": (one, lesion(two, T10=0.65)),
        "lesion swells: T10 1000 → 1400 ms": (one, lesion(two, T10=1.4)),
        "lesion: water 80 → 50 % (sclerosis)": (one, lesion(two, water=0.5)),
        "lesion fed 4 s later at follow-up": (one, lesion(two, delay=9.0)),
        "flip angle 15 % too low, both visits": both(B1=0.85),
        "flip angle 15 % too low, follow-up": (one, replace(two, B1=0.85)),
        "T1 of blood 1650 ms, both visits": both(blood_T10=1.65),
        "half the dose at follow-up": (one, replace(two, dose=0.5)),
        "coil half as sensitive at the lesion, both": both(coil_lesion=0.5),
        "frames of 10 s, both visits": both(frame=10.0),
        "frames of 2.5 s, both visits": both(frame=2.5),
    }


def measure() -> dict[str, dict[str, float]]:
    """Scene → mode → change of normalised Vp as measured, %; NaN where a mode refuses."""
    table: dict[str, dict[str, float]] = {}
    for name, visits in scenes().items():
        table[name] = {}
        for mode, choice in MODES.items():
            settings = changed(
                Settings(),
                concentration=choice,
                aif={"source": "mask", "Hct": HCT},
                fit={"shift": "auto", "shift_by": "region"},
                preprocessing={
                    "noise_mask": replace(Settings().preprocessing.noise_mask, on=False)
                },
            )
            try:
                values = [normalised_vp(v, settings, seed) for seed, v in enumerate(visits)]
                table[name][mode] = 100 * (values[1] / values[0] - 1)
            except InputError:
                table[name][mode] = float("nan")
    return table


def draw(table: dict[str, dict[str, float]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(table)
    figure, axes = pyplot.subplots(figsize=(8.5, 0.42 * len(names) + 1.4))
    colours = dict(zip(MODES, ("#0072B2", "#E69F00", "#999999"), strict=True))
    for n, mode in enumerate(MODES):
        places = np.arange(len(names)) + 0.26 * (n - 1)
        axes.plot(
            [table[name][mode] for name in names], places, "o", color=colours[mode], label=mode
        )
    axes.axvline(TRUE_CHANGE, color="black", linewidth=1)
    axes.axvline(-40, color="#D55E00", linewidth=1, linestyle="--")
    axes.text(-40, -0.9, " cutoff −40 %", color="#D55E00", va="center")
    axes.text(TRUE_CHANGE, -0.9, "truth −60 % ", ha="right", va="center")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -1.4)
    axes.set_xlabel("measured change of normalised Vp [%]")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.09), ncol=3, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120, bbox_inches="tight", facecolor="white")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs", type=Path)
    folder = parser.parse_args().docs
    table = measure()
    lines = ["| | " + " | ".join(MODES) + " |", "| --- |" + " ---: |" * len(MODES)]
    for name, row in table.items():
        cells = [f"{row[mode]:+.0f} %".replace("-", "−") for mode in MODES]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    print("\n".join(lines))
    page = folder / "what-to-acquire.md"
    text = page.read_text(encoding="utf-8")
    filled = "\n".join(lines)
    text = re.sub(
        r"(<!-- moves -->\n).*?(<!-- end -->)", lambda m: m[1] + filled + "\n" + m[2], text,
        flags=re.S,
    )  # fmt: skip
    page.write_text(text, encoding="utf-8")
    draw(table, folder / "images" / "what-moves.png")


if __name__ == "__main__":
    main()
