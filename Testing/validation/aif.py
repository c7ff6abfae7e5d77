"""The artery, its curve and the shift on the digital spine: seeds, noise levels, motion."""

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

#: Shares of the sample patients' signal-to-noise ratio (30 to 34 in marrow).
SNR_SHARES = (1.0, 0.5, 0.25)
#: The truth's delay, s: of the aorta; branches are 1.1 s late, veins 20 s.
AORTA = (-1.5, 0.8)
VEIN = 5.0
SETTINGS = changed(Settings(), concentration={"T1_source": "vfa"}, fit={"shift": "auto"})


@dataclass(frozen=True)
class Outcome:
    """One study against its truth; shares and relative errors as fractions."""

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
    """Write one study: patients and visits take turns with the seed."""
    visit = ("before", "after")[seed // 2 % 2]
    who = patient_named("AB"[seed % 2])
    when = getattr(who, visit)
    who = replace(who, **{visit: replace(when, snr=when.snr * share)})
    return write_study(folder, patient=who, visit=visit, size=size, seed=seed, motion=motion)


def analysis_of(folder, settings=SETTINGS):
    """The study with the expert's regions, nothing else given."""
    images = read_images(Path(folder) / "dicom", settings)
    geometry = images.dynamic.geometry
    regions = read_regions([str(Path(folder) / "truth" / "rois.seg.nrrd")], geometry)
    roles = {name: role_of(name) for name in regions}
    return Analysis(images, settings, regions=regions, roles=roles)


def measure(folder, *, share=1.0, motion=True):
    """How far the artery, the AIF and the shift are from the truth."""
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
    """All studies, one after the other; each is deleted once it is measured."""
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
    "| SNR | motion | studies | refused | inside the aorta, least | vein voxels | "
    "slices missed | AIF peak | AIF area | peak, magnitude alone | "
    "peak, phase-corrected | shift, largest error |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def table(out, *, seeds=20, outcomes=None):
    """Markdown: one row a noise level and motion; ranges of the errors."""
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
    time = f"The artery took at most {longest:.1f} s of processor time a study, with cleaning up."
    return "\n".join([*rows, "", time])


def _read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
