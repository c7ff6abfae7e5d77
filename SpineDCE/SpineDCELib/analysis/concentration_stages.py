"""Stage for the concentration in every voxel."""

from __future__ import annotations

from dataclasses import replace

from SpineDCELib.analysis.acquisition_stages import FA, TR, T1_source, preprocessed, r1
from SpineDCELib.analysis.artery_stages import baseline_frames
from SpineDCELib.analysis.graph import View
from SpineDCELib.concentration.conversion import Conversion, convert
from SpineDCELib.data import Concentration, Images


def concentration(view: View) -> Concentration:
    """Return the concentration (or relative or absolute signal change) in every voxel."""
    settings = view.settings.concentration
    signal, n0 = settings.signal, view(baseline_frames, view.progress)
    notes: list[str] = []
    if settings.baseline_frames is None:
        known = view.settings.aif.source in ("auto", "mask")
        notes.append(
            f"Baseline: {n0} frames before the bolus arrives in "
            f"{'the artery' if known else 'the most enhancing voxels'}."
        )
    if n0 < 3:
        notes.append(f"Only {n0} baseline frame(s): every curve carries their noise.")
    absolute = signal == "absolute"
    source = view(T1_source) if absolute else None
    conversion = Conversion(
        mode=signal,
        TR=view(TR) if absolute else None,
        FA=view(FA) if absolute else None,
        r1=view(r1) if absolute else 1.0,
        T1_source=source,
        T10=settings.T10 if source == "fixed" else None,
        skip_invalid=view.settings.reading.skip_invalid,
    )
    images = Images(
        view(preprocessed).series,
        flip_angles=view.whole(view.study.flip_angles) if source == "vfa" else None,
        T1_map=view.whole(view.study.T1_map) if source == "map" else None,
    )
    found = convert(images, conversion, baseline_frames=n0, progress=view.progress)
    return replace(found, notes=(*notes, *found.notes))
