"""Differences between the analyses of two visits, to be accepted before they are compared."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.settings import FORM
from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES
from SpineDCELib.vocabulary.quantities import number

#: Relative differences that do not count.
TOLERANCES = {
    "TR": 0.02,
    "TE": 0.1,
    "frame interval": 0.1,
    "voxel size": 0.1,
    "dose": 0.1,
    "rate": 0.1,
}
#: Differences whose values are texts of headers.
_FREE_TEXT = ("manufacturer", "scanner", "contrast agent")


_R2_SET = "r2 of blood [1/s/mM]"
_R2_USED = "r2 that corrected the AIF [1/s/mM]"
_NO_R2 = number(0.0, 1)


@dataclass(frozen=True)
class Difference:
    """One setting or property that differs between the visits.

    Attributes:
        confirm: the numbers cannot be compared unless the user accepts the difference.
    """

    name: str
    before: str
    after: str
    confirm: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.before} at baseline, {self.after} at follow-up"

    @property
    def sentence(self) -> str:
        """Say it to a reader who has to correct or accept it."""
        return (
            f"The visits differ in '{self.name}': {self.before} at baseline, {self.after} at "
            "follow-up."
        )

    def without_text(self) -> Difference:
        """Return it without what others wrote into a header, which may be any text."""
        if self.name not in _FREE_TEXT:
            return self
        return replace(self, before="one", after="another")


def differences(before: Analysis, after: Analysis) -> list[Difference]:
    """List the differences in settings, scanner, protocol and contrast agent."""
    found: list[Difference] = []

    def same(name: str, a: Any, b: Any, *, tolerance: float = 0.0, confirm: bool = True) -> None:
        if a is None and b is None:
            return
        if isinstance(a, (int, float)) and isinstance(b, (int, float)) and tolerance:
            if abs(a - b) <= tolerance * max(abs(a), abs(b)):
                return
        elif a == b:
            return
        found.append(Difference(name, _word(a), _word(b), confirm))

    one, two = before.settings, after.settings
    signals = (settings.concentration.signal for settings in (one, two))
    same("signal mode", *(_choice("concentration.signal", signal) for signal in signals))
    same("model", *(MODEL_TITLES[settings.fit.model] for settings in (one, two)))
    same("T10 from", *(_choice("concentration.T1_source", v.T1_source) for v in (before, after)))
    same("T10 [s]", one.concentration.T10, two.concentration.T10)
    same("relaxivity [1/s/mM]", before.r1, after.r1)
    aif_sources = [settings.aif.source for settings in (one, two)]
    same(
        "AIF from",
        *(AIF_origin(analysis) for analysis in (before, after)),
        # Both are the artery of the visit, found or drawn.
        confirm=not {"auto", "mask"}.issuperset(aif_sources),
    )
    same("T10 of blood [s]", one.aif.blood_T10, two.aif.blood_T10)
    same("haematocrit", one.aif.Hct, two.aif.Hct)
    for item in fields(one.preprocessing):
        same(item.name, *(getattr(x.preprocessing, item.name) for x in (one, two)))
    same("delay fitted per voxel", one.fit.fit_delay, two.fit.fit_delay)
    same("lowest kep [1/min]", one.fit.kep_low, two.fit.kep_low)
    same("highest kep [1/min]", one.fit.kep_high, two.fit.kep_high)
    same("integration", one.fit.integration, two.fit.integration)
    same("first pass from", *(_choice("aif.peak", s.aif.peak) for s in (one, two)))
    same(_R2_SET, one.aif.r2, two.aif.r2)
    same("population AIF fitted", one.aif.fitted, two.aif.fitted)
    if {one.aif.source, two.aif.source} <= {"auto", "mask"}:
        used = [number(analysis.blood().r2, 1) for analysis in (before, after)]
        same(_R2_USED, *used, confirm=False)
    given = [s.concentration.baseline_frames for s in (one, two)]
    counted = ["counted by the program" if n is None else f"{n}, as given" for n in given]
    same("frames before the bolus", *counted, confirm=False)
    rules = ["as proposed" if s.fit.shift == "auto" else "by hand" for s in (one, two)]
    same("AIF shift set", *rules)
    same("AIF shift [s]", before.shift(), after.shift(), confirm=False)
    first, second = before.images.dynamic, after.images.dynamic
    same("TR [s]", before.TR, after.TR, tolerance=TOLERANCES["TR"])
    same("flip angle [degrees]", before.FA, after.FA, tolerance=0.02)
    same("TE [s]", first.acquisition.TE, second.acquisition.TE, tolerance=TOLERANCES["TE"])
    same("field strength [T]", first.acquisition.field_strength,
         second.acquisition.field_strength, tolerance=0.05)  # fmt: skip
    intervals = first.frame_interval, second.frame_interval
    same("frame interval [s]", *intervals, tolerance=TOLERANCES["frame interval"])
    for axis, a, b in zip(
        ("columns", "rows", "slices"), first.geometry.spacing, second.geometry.spacing, strict=True
    ):
        same(f"distance of {axis} [mm]", a, b, tolerance=TOLERANCES["voxel size"])
    heads = [_header(d.source.files) for d in (first, second)]
    for name, key in (
        ("manufacturer", "Manufacturer"),
        ("scanner", "ManufacturerModelName"),
    ):
        same(name, *(_maker(h.get(key)) if name == "manufacturer" else h.get(key) for h in heads))
    same("contrast agent", before.agent, after.agent)
    same("dose [mmol/kg]", before.dose, after.dose, tolerance=TOLERANCES["dose"])
    same("injection rate [mL/s]", before.injection_rate, after.injection_rate,
         tolerance=TOLERANCES["rate"], confirm=False)  # fmt: skip
    return found


def AIF_origin(analysis: Analysis) -> str:
    """Return where the AIF of a visit comes from, in the words of the form."""
    source = analysis.settings.aif.source
    if source == "auto" and analysis.artery_by_hand:
        return "the artery, chosen by hand"
    return _choice("aif.source", source)


def warnings_of(found: list[Difference]) -> list[str]:
    """Return the sentences on the differences that were to be accepted; others are information.

    One of these is said all the same: that the AIF was corrected for T2* at one visit only.
    """
    said = [one.sentence for one in found if one.confirm]
    named = {one.name: one for one in found}
    used = named.get(_R2_USED)
    if used is not None and _NO_R2 in (used.before, used.after) and _R2_SET not in named:
        where = (
            "Only the AIF of the follow-up visit was corrected for T2* of blood, because only "
            "there phase images confirm it."
            if used.before == _NO_R2
            else "Only the AIF of the baseline visit was corrected for T2* of blood, because only "
            "there phase images confirm it."
        )
        remedy = (
            f"To see what that changes, enter a number for '{FORM['aif.r2'].label}', which holds "
            "for both visits; with 0, neither is corrected."
        )
        said.append(f"{where} {remedy}")
    return said


def require_accepted(found: list[Difference], *, accepted: bool) -> None:
    """Refuse to compare visits that differ until the user accepts the differences.

    Raises:
        InputError: there are differences that must be accepted and are not.
    """
    open_ones = [str(d) for d in found if d.confirm]
    if open_ones and not accepted:
        raise InputError(
            f"The visits differ: {'; '.join(open_ones)}. Analyse both in the same way, or accept "
            "the differences.",
            code="visits_differ",
            fields=["compare.accept_differences"],
        )


def _header(files: tuple[str, ...]) -> dict[str, Any]:
    """Read the scanner from the first DICOM file."""
    if not files:
        return {}
    import pydicom

    try:
        head = pydicom.dcmread(files[0], stop_before_pixels=True)
    except (OSError, pydicom.errors.InvalidDicomError):
        return {}
    keys = ("Manufacturer", "ManufacturerModelName")
    return {key: head.get(key) for key in keys if head.get(key) not in (None, "")}


#: Words that firms add to or take from their name from one software version to the next.
_FORMS = {
    "medical", "systems", "system", "healthcare", "healthineers", "gmbh", "inc", "inc.", "ltd",
    "ltd.", "corporation", "corp.", "ag", "co.", "nv", "b.v.", "dxr", "mr", "imaging",
}  # fmt: skip


def _maker(manufacturer: Any) -> str | None:
    """Return who made a scanner: "Philips Medical Systems" and "PHILIPS" are one maker."""
    if manufacturer is None:
        return None
    words = str(manufacturer).replace(",", " ").lower().split()
    kept = [word for word in words if word not in _FORMS] or words
    return " ".join(kept).capitalize()


def _choice(path: str, value: str) -> str:
    """Return a choice of a setting in the words of the form."""
    return FORM[path].choices.get(value, value)


def _word(value: Any) -> str:
    if value is None:
        return "not known"
    return f"{value:g}" if isinstance(value, float) else str(value)
