"""Artery, AIF and shift of the digital spine, for many seeds, noise levels, and motion."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
import SimpleITK as sitk
from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.phantom import write_study
from SpineDCELib.phantom.patients import patient_named
from SpineDCELib.run.inputs import read_images, read_regions
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.region_roles import role_of

#: Fractions of the signal-to-noise ratio of the sample patients (30 to 34 in marrow).
SNR_SHARES = (1.0, 0.5, 0.25)
#: True delay in the aorta, s; branches are 1.1 s late, veins 20 s.
AORTA = (-1.5, 0.8)
VEIN = 5.0
SETTINGS = changed(Settings(), concentration={"T1_source": "vfa"}, fit={"shift": "auto"})


@dataclass(frozen=True)
class Outcome:
    """Errors of one study; shares and relative errors are fractions."""

    share: float
    motion: bool
    inside: float = np.nan
    veins: int = 0
    missed: int = 0  #: slices with aorta but without an accepted voxel
    peak: float = np.nan
    area: float = np.nan
    magnitude_peak: float = np.nan  #: without any correction for T2*
    phase_peak: float = np.nan  #: corrected by phase
    shift: float = np.nan  #: s
    seconds: float = np.nan
    refused: str = ""


def study(folder, *, seed, share=1.0, motion=True, size="small"):
    """Write one study; the seed chooses patient and visit in turn."""
    visit = ("before", "after")[seed // 2 % 2]
    who = patient_named("AB"[seed % 2])
    when = getattr(who, visit)
    who = replace(who, **{visit: replace(when, snr=when.snr * share)})
    return write_study(folder, patient=who, visit=visit, size=size, seed=seed, motion=motion)


def analysis_of(folder, settings=SETTINGS):
    """Return the analysis of a study with the expert ROIs as the only input."""
    images = read_images(Path(folder) / "dicom", settings)
    geometry = images.dynamic.geometry
    regions = read_regions([str(Path(folder) / "truth" / "rois.seg.nrrd")], geometry)
    roles = {name: role_of(name) for name in regions}
    return Analysis(images, settings, regions=regions, roles=roles)


def measure(folder, *, share=1.0, motion=True):
    """Measure the errors of artery, AIF and shift."""
    truth = Path(folder) / "truth"
    analysis = analysis_of(folder)
    vp, delay = (_read(truth / f"{name}.nrrd") for name in ("vp", "delay"))
    true = np.loadtxt(truth / "aif_frames.csv", delimiter=",", skiprows=1)[:, 1]
    start = process_time()
    found = analysis.detection()
    seconds = process_time() - start
    if found.doubt:
        return Outcome(share, motion, refused=found.doubt, seconds=seconds)
    mask = found.mask
    inside = (vp[mask] > 0.29) & (delay[mask] > AORTA[0]) & (delay[mask] < AORTA[1])
    aorta = next(m for n, m in analysis.regions.items() if "aorta" in n.lower())
    held = aorta.any(axis=(1, 2))
    curves = {
        name: Analysis(
            analysis.images,
            changed(SETTINGS, aif=choice),
            regions=analysis.regions,
            roles=analysis.roles,
        ).blood().Cb
        for name, choice in {"plain": {"r2": 0.0}, "used": {}, "phase": {"peak": "phase"}}.items()
    }  # fmt: skip
    chosen = [
        analysis.regions[n] for n, r in analysis.roles.items() if r in ("lesion", "reference")
    ]
    lag = float(np.mean([np.nanmean(delay[m]) for m in chosen]))
    try:
        shift = analysis.shift() - lag
    except InputError:
        shift = np.nan
    return Outcome(
        share,
        motion,
        inside=float(inside.mean()),
        veins=int((delay[mask] > VEIN).sum()),
        missed=int((held & ~mask.any(axis=(1, 2))).sum()),
        peak=float(curves["used"].max() / true.max() - 1),
        area=float(curves["used"].sum() / true.sum() - 1),
        magnitude_peak=float(curves["plain"].max() / true.max() - 1),
        phase_peak=float(curves["phase"].max() / true.max() - 1),
        shift=shift,
        seconds=seconds,
    )


def run(out, *, seeds=20, shares=SNR_SHARES, motions=(False, True), size="small"):
    """Write, measure and delete all studies, one after the other."""
    outcomes = []
    for seed in range(seeds):
        for share in shares:
            for motion in motions:
                folder = Path(out) / f"{seed}-{share}-{motion}"
                study(folder, seed=seed, share=share, motion=motion, size=size)
                outcomes.append(measure(folder, share=share, motion=motion))
                shutil.rmtree(folder)
    return outcomes


HEADER = (
    "| SNR | motion | studies | refused | smallest fraction inside the aorta | vein voxels | "
    "slices missed | AIF peak | AIF area | peak, magnitude only | "
    "peak, phase-corrected | largest error of the shift |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def table(out, *, seeds=20, outcomes=None):
    """Return the ranges of the errors as Markdown, one row per noise level and motion."""
    outcomes = run(out, seeds=seeds) if outcomes is None else outcomes
    rows = [HEADER]
    for share in sorted({o.share for o in outcomes}, reverse=True):
        for motion in (False, True):
            own = [o for o in outcomes if (o.share, o.motion) == (share, motion)]
            good = [o for o in own if not o.refused]
            if not good:
                continue

            def errors(name, good=good):
                values = [100 * getattr(o, name) for o in good]
                return f"{min(values):+.1f} … {max(values):+.1f} %"

            rows.append(
                f"| × {share:g} | {'on' if motion else 'off'} | {len(own)} | "
                f"{len(own) - len(good)} | {100 * min(o.inside for o in good):.1f} % | "
                f"{sum(o.veins for o in good)} | {sum(o.missed for o in good)} | "
                f"{errors('peak')} | {errors('area')} | {errors('magnitude_peak')} | "
                f"{errors('phase_peak')} | {max(abs(o.shift) for o in good):.2f} s |"
            )
    longest = max(o.seconds for o in outcomes)
    time = (
        f"Finding the artery took at most {longest:.1f} s of processor time per study, including "
        "preprocessing."
    )
    return "\n".join([*rows, "", time])


def _read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
