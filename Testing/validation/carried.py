"""Regions carried from the baseline to later visits: do they land where the true ones lie?

Digital patients of every course, with motion and noise. ``make courses`` runs it and writes the
table into docs/course.md.
"""

import tempfile
from pathlib import Path

import numpy as np
from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.carried_regions import carry_regions
from SpineDCELib.phantom import write_courses
from SpineDCELib.run.inputs import read_images
from SpineDCELib.series import read_segmentation
from SpineDCELib.settings import Settings, with_value
from SpineDCELib.vocabulary.region_roles import role_of

START, END = "<!-- carried: written by make courses -->", "<!-- end of carried -->"
SETTINGS = with_value(Settings(), "fit.shift", "auto")


def analysis_of(visit):
    """Return the analysis of a written visit, with its true regions."""
    images = read_images(visit / "dicom", SETTINGS)
    regions = read_segmentation(visit / "truth" / "rois.seg.nrrd").on(images.dynamic.geometry)
    kept = {
        name: mask for name, mask in regions.items() if role_of(name) in ("lesion", "reference")
    }
    return Analysis(images, SETTINGS, regions=kept, roles={n: role_of(n) for n in kept})


def normalised(analysis, regions):
    """Return normalised Vp of the lesion with other regions."""
    other = analysis.snapshot()
    other.update(regions=regions, roles={name: role_of(name) for name in regions})
    measures = other.result().measures
    return float(measures.of(measures.lesions()[0]).value)


def dice(one, other):
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def carried_records(seeds, visits, size="quick"):
    """Return one record per follow-up visit: overlap, and normalised Vp both ways."""
    records = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in seeds:
            out = Path(scratch) / str(seed)
            for name, folder in write_courses(out, visits, size=size, seed=seed).items():
                old, *later = (analysis_of(one) for one in sorted(folder.glob("visit-*")))
                lesions = old.result().measures.lesions()
                for place, new in enumerate(later, 2):
                    carried = carry_regions(old, new, lesions)
                    records.append({
                        "course": name, "seed": seed, "visit": place,
                        **{f"dice {role_of(n)}": dice(mask, carried.masks[n])
                           for n, mask in new.regions.items()},
                        "true": normalised(new, new.regions),
                        "carried": normalised(new, carried.masks),
                        "doubts": [d for c in carried.checks.values() for d in c.doubts],
                    })  # fmt: skip
    return records


def carried_table(records):
    """Return the table as Markdown."""
    rows = [
        "| course | visits | Dice of the lesion, median (least) | Dice of the reference vertebra "
        "| normalised Vp against that of the true regions, median (largest) | doubted |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in dict.fromkeys(r["course"] for r in records):
        own = [r for r in records if r["course"] == name]

        def spread(key, own=own):
            values = [r[key] for r in own]
            return f"{np.median(values):.2f} ({min(values):.2f})"

        off = [100 * (r["carried"] / r["true"] - 1) for r in own]
        largest = max(off, key=abs)
        rows.append(
            f"| {name} | {len(own)} | {spread('dice lesion')} | {spread('dice reference')} | "
            f"{np.median(np.abs(off)):.1f} % ({largest:+.1f} %) | "
            f"{sum(bool(r['doubts']) for r in own)} |"
        )
    return "\n".join(rows)
