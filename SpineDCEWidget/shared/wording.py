"""Words that both shells use; marked for translation where 3D Slicer is there to translate."""

from __future__ import annotations

from collections.abc import Callable

from SpineDCELib.settings import FORM

try:
    from slicer.i18n import tr
except ImportError:  # in the browser there is no translation

    def tr(text: str) -> str:
        return text


_: Callable[[str], str] = tr

NOT_A_MEDICAL_DEVICE = _("For research; not a medical device.")

#: What a reader may ask about, with the formula and its source.
EXPLAINED = {
    "vp": _(
        "Vp: share of the tissue that is blood plasma, mL/100 mL. Extended Tofts model, "
        "C(t) = vp·Cp(t) + Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997)."
    ),
    "Ktrans": _(
        "Ktrans: how fast contrast agent passes from plasma into the tissue, /min "
        "(Tofts, JMRI 1999)."
    ),
    "ve": _("ve: share of the tissue that is extravascular extracellular space, mL/100 mL."),
    "kep": _("kep = Ktrans/ve: how fast contrast agent passes back into plasma, /min."),
    "R2": _("R²: share of the curve's variance that the fit explains; 1 is all of it."),
    "status": _(
        "Status: what became of each voxel's fit, and why there is none where there is none."
    ),
    "normalised": _(
        "Normalised Vp: mean Vp of the lesion over mean Vp of a healthy neighbour vertebra, × "
        "(Behar et al., AJNR 2023)."
    ),
    "change": _(
        "Change = 100·(after − before)/before, %. Above −40 % persistent disease is called."
    ),
    "shift": _(
        "Shift: by how many seconds the artery's curve is moved later, for blood takes time from "
        "the aorta to the bone. One frame can change normalised Vp more than twofold."
    ),
    "evidence": _(
        "How badly the fit does at each shift, 1 at best. A deep valley is firm evidence; on a "
        "flat floor every shift is as good."
    ),
    "AIF": _("AIF: the artery's concentration, which drives every tissue's curve."),
    "T10": _("T10: longitudinal relaxation time of the tissue before contrast, ms."),
    "Hct": _("Hct: share of blood that is cells; plasma = blood/(1 − Hct)."),
    "r1": _("r1: how much the agent speeds up relaxation, 1/s/mM (Shen, Invest Radiol 2015)."),
}

# What settings and roles are called.
ROLES = {
    "lesion": _("Lesion"),
    "reference": _("Reference vertebra"),
    "exclusion": _("Exclude"),
    "aorta": _("Aorta"),
}
ROLE_HINTS = {
    "lesion": _("Draw the lesion on every section; leave out veins, discs and cortical bone"),
    "reference": _("Draw an adjacent healthy vertebra: lesions are divided by it"),
    "exclusion": _("Draw what is not to be measured: veins, haemangiomas, discs"),
    "aorta": _("Draw the aorta where it is not found"),
}
SOURCES = {
    "auto": _("found in the images"),
    "mask": _("drawn aorta"),
    "file": _("a file"),
    "parker": _("population (Parker 2006)"),
    "georgiou": _("population (Georgiou 2019)"),
    "weinmann": _("population (Weinmann 1984)"),
}
MODELS = {
    "tofts": _("Tofts"),
    "extended_tofts": _("extended Tofts"),
    "patlak": _("Patlak"),
    "two_compartment_exchange": _("two-compartment exchange"),
}
SIGNALS = {
    "absolute": _("concentration (mM)"),
    "relative": _("relative change (S−S0)/S0"),
    "difference": _("difference S−S0"),
}
#: "" takes what the study has.
T1_SOURCES = {
    "": _("what the study has"),
    "fixed": _("one fixed T10"),
    "map": _("a T1 map"),
    "vfa": _("several flip angles"),
}


def remedy(error: Exception) -> str:
    """Return an error's message with the controls of a window that fix it, by their labels."""
    said = str(error)
    names = []
    for path in getattr(error, "fields", ()):
        path, _equals, value = path.partition("=")
        field = FORM.get(path)
        if field is None or path == "inputs.study":
            continue
        choice = field.choices.get(value, value)
        names.append(f"'{field.label}: {choice}'" if value else f"'{field.label}'")
    if not names:
        return said
    return f"{said} " + _("Set {fields}.").format(fields=_(" or ").join(names))


def setting_label(path: str) -> str:
    """Return the label of a setting, by its path ("aif.Hct")."""
    return FORM[path].label
