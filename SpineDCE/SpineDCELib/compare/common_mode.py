"""Mode of conversion that is common to all visits that are compared."""

from __future__ import annotations

from collections.abc import Mapping

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.settings import Settings, with_value
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES, comparable


def with_common_mode(analyses: Mapping[str, Analysis]) -> dict[str, Settings]:
    """Return the settings that put all visits into one mode: visit → settings that change.

    Where the source of T10 is left to the program and one visit has no T1 map and no flip angles,
    T10 of all visits comes from muscle.

    Args:
        analyses: visit → analysis.
    """
    sources = {name: one.T1_source for name, one in analyses.items()}
    if "muscle" not in sources.values():
        return {}
    return {
        name: with_value(one.settings, "concentration.T1_source", "muscle")
        for name, one in analyses.items()
        if sources[name] in ("map", "vfa") and is_automatic(one.settings)
    }


def is_automatic(settings: Settings) -> bool:
    """Return whether the source of T10 is left to the program."""
    concentration = settings.concentration
    return (
        concentration.signal == "absolute"
        and concentration.T1_source is None
        and concentration.T10 is None
    )


def require_common_mode(analyses: Mapping[str, Analysis]) -> str:
    """Return the mode of the comparison; refuse visits whose values are different quantities.

    Raises:
        InputError: a visit has neither a T1 map nor muscle, so that its relative signal was fitted
            without being asked for (code "no_muscle"); or the modes differ (code "modes_differ").
    """
    for name, one in analyses.items():
        if one.mode == "relative" and one.settings.concentration.signal == "absolute":
            raise InputError(
                f"The {name} visit has no T1 map, and no muscle was found in its images, so its "
                "maps are of relative signal, whose change is also one of T10. Draw muscle, or "
                "choose a mode for all visits.",
                code="no_muscle",
                about=name,
                fields=[
                    "inputs.roi",
                    "inputs.T1_map",
                    "concentration.T10",
                    "concentration.signal=relative",
                ],
            )
    modes = {name: one.mode for name, one in analyses.items()}
    if not comparable(set(modes.values())):
        said = ", ".join(f"{name}: {CONVERSION_MODES[m].title}" for name, m in modes.items())
        raise InputError(
            f"The visits were analysed in different modes ({said}). Their values are different "
            "quantities. Analyse both in the same mode.",
            code="modes_differ",
            fields=["concentration.T1_source=muscle", "concentration.signal"],
        )
    return next(iter(modes.values()))


def mode_notes(analyses: Mapping[str, Analysis]) -> list[str]:
    """Return what to know about the mode of a comparison, one sentence each."""
    modes = {one.mode for one in analyses.values()}
    known = [name for name, one in analyses.items() if one.has_T1]
    if modes == {"muscle"} and known and len(known) < len(analyses):
        lacking = [name for name in analyses if name not in known]
        return [
            f"The {' and '.join(lacking)} visit has no T1 map, so T10 of all visits comes from "
            "muscle."
        ]
    if modes & {"relative", "difference", "fixed"}:
        return [
            f"Mode of both visits: {CONVERSION_MODES[min(modes)].title}. T10 is not known, so a "
            "change of T10 reads as a change of Vp; the interval allows for it."
        ]
    return []
