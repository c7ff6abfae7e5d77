"""Courses of one patient on small grids, in which only Vp of the lesion changes."""

from dataclasses import replace

import muscle_scenes as scenes
from SpineDCELib.compare.compare_visits import Visit
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.visits import VisitLabel

SETTINGS = changed(
    Settings(), aif={"source": "mask"}, fit={"shift": "auto"}, concentration={"T1_source": "map"}
)


def visit(vp_factor, place, *, regions=None, seed=None):
    """Return an analysed visit; ``vp_factor`` is normalised Vp relative to the baseline visit."""
    lesion = replace(scenes.LESION, vp=vp_factor * scenes.LESION.vp)
    images = scenes.study(lesion, noise=15.0, seed=place if seed is None else seed)
    roles = None if regions is None else dict.fromkeys(regions, "lesion") | {
        "Reference": "reference"
    }  # fmt: skip
    analysis = scenes.analysis_of(images, SETTINGS, with_T1_map=True, regions=regions, roles=roles)
    label = "baseline" if place == 0 else f"follow-up {place}"
    about = VisitLabel(label, f"2026{3 * place + 1:02d}12", "follow-up" if place else "baseline")
    return Visit(analysis, analysis.result(), about)


def course_of(factors):
    """Return the visits of a course with these values of Vp relative to baseline."""
    return [visit(factor, place) for place, factor in enumerate(factors)]
