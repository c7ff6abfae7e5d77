"""Words of both user interfaces, translated in 3D Slicer; remedies of errors in a window."""

from __future__ import annotations

from collections.abc import Callable

from SpineDCELib.settings import FORM

try:
    from slicer.i18n import tr

    #: Whether this is 3D Slicer; the page in a browser has no translation.
    IN_SLICER = True
except ImportError:
    IN_SLICER = False

    def tr(text: str) -> str:
        return text


_: Callable[[str], str] = tr

NOT_A_MEDICAL_DEVICE = _("For research; not a medical device.")

#: Quantities and settings, explained with formula and source.
EXPLAINED = {
    "vp": _(
        "Vp: fraction of the tissue that is blood plasma, mL/100 mL. Extended Tofts model, "
        "C(t) = vp·Cp(t) + Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997)."
    ),
    "Ktrans": _(
        "Ktrans: rate at which contrast agent passes from plasma into the tissue, /min "
        "(Tofts, JMRI 1999)."
    ),
    "ve": _("ve: fraction of the tissue that is extravascular extracellular space, mL/100 mL."),
    "kep": _("kep = Ktrans/ve: rate at which contrast agent passes back into plasma, /min."),
    "R2": _("R²: fraction of the curve's variance that the fit explains; 1 is all of it."),
    "status": _("Status: fit status of each voxel, with the reason where the fit failed."),
    "normalised": _(
        "Normalised Vp: mean Vp of the lesion over mean Vp of an adjacent healthy vertebra, × "
        "(Behar et al., AJNR 2023)."
    ),
    "change": _(
        "Change = 100·(follow-up − baseline)/baseline, %. Above −40 % it is consistent with "
        "persistent disease."
    ),
    "shift": _(
        "Shift: time by which the artery's curve is moved later, s, because blood takes time from "
        "the aorta to the bone. One frame can change normalised Vp more than twofold."
    ),
    "evidence": _(
        "Fit residual at each shift, relative to the best (1). A deep valley is firm evidence; on "
        "a flat floor the shifts cannot be separated."
    ),
    "AIF": _("AIF: arterial input function, the contrast agent's concentration in the artery."),
    "T10": _("T10: longitudinal relaxation time (T1) of the tissue before contrast, ms."),
    "muscle_T10": _(
        "T10 of muscle, ms. Without a T1 map, the signal of muscle calibrates the images, and the "
        "T10 of every voxel follows from its signal before contrast."
    ),
    "Hct": _("Hct: haematocrit, the fraction of blood that is cells; plasma = blood/(1 − Hct)."),
    "r1": _("r1: relaxivity of the contrast agent, 1/s/mM (Shen, Invest Radiol 2015)."),
}

# Labels of roles and of the choices of settings.
ROLES = {
    "lesion": _("Lesion"),
    "reference": _("Reference vertebra"),
    "exclusion": _("Exclude"),
    "aorta": _("Aorta"),
    "muscle": _("Muscle"),
}
ROLE_HINTS = {
    "lesion": _("Draw the lesion on every slice; leave out veins, discs and cortical bone"),
    "reference": _("Draw an adjacent healthy vertebra; Vp of the lesion is divided by its Vp"),
    "exclusion": _("Draw tissue to leave out of the measurement: veins, haemangiomas, discs"),
    "aorta": _("Draw the aorta if the program does not find it"),
    "muscle": _(
        "Draw muscle beside the spine if the program does not find it; without a T1 map "
        "it calibrates the signal"
    ),
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
#: "" uses what the study has.
T1_SOURCES = {
    "": _("what the study has"),
    "fixed": _("one fixed T10"),
    "map": _("a T1 map"),
    "vfa": _("several flip angles"),
    "muscle": _("the signal of muscle"),
}


#: Fields that the form does not describe → label of the control in the windows, and its step. All
#: others, such as ``compare.cutoff``, have no control in a window.
OWN_CONTROLS = {"export.formats": (_("Export"), 5)}
#: Settings → step of the page's control, where it differs from that of 3D Slicer's panel.
STEPS_OF_THE_PAGE = dict.fromkeys(
    (
        "concentration.signal", "concentration.T1_source", "concentration.T10",
        "concentration.muscle_T10",
        "concentration.r1", "aif.Hct", "fit.model",
    ), 4,
)  # fmt: skip


def remedy(error: Exception, *, in_slicer: bool = IN_SLICER) -> str:
    """Return an error's message, followed by the controls that can fix the problem.

    Args:
        error: with the fields that can fix the problem, if it is one of the engine's.
        in_slicer: whether the window is a panel in 3D Slicer, not the page in a browser.
    """
    controls: dict[int, list[str]] = {}
    for path in getattr(error, "fields", ()):
        label, step = control_of(path, in_slicer=in_slicer)
        if label and label not in controls.setdefault(step, []):
            controls[step].append(label)
    places = [
        _("{controls} in step {step}").format(controls=_(" or ").join(labels), step=step)
        for step, labels in controls.items()
        if labels
    ]
    if not places:
        return str(error)
    return f"{error} " + _("Change {places}.").format(places=_(", or ").join(places))


def control_of(path: str, *, in_slicer: bool = IN_SLICER) -> tuple[str, int]:
    """Return the control for a field of the form and its step, such as ("'T10 (ms)'", 1).

    The label is "" where a window has no control. A path may end in a value to choose:
    "concentration.signal=relative".
    """
    path, _equals, value = path.partition("=")
    if path in OWN_CONTROLS:
        label, step = OWN_CONTROLS[path]
        return f"'{label}'", step
    field = FORM.get(path)
    # Step 1 opens studies with several controls; the messages say what to open.
    if field is None or path == "inputs.study":
        return "", 0
    step = field.step if in_slicer else STEPS_OF_THE_PAGE.get(path, field.step)
    label = f"'{control_label(path)}'"
    if value:
        label = _("{label} to '{choice}'").format(
            label=label, choice=field.choices.get(value, value)
        )
    return label, step


def control_label(path: str) -> str:
    """Return the label of a setting with the unit that people see, such as "T10 (ms)"."""
    field = FORM[path]
    return f"{setting_label(path)} ({field.unit})" if field.unit else setting_label(path)


def setting_label(path: str) -> str:
    """Return the label of a setting, by its path ("aif.Hct")."""
    return FORM[path].label
