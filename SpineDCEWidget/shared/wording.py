"""Words of both user interfaces, translated in 3D Slicer; remedies of errors in a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.settings import FORM
from SpineDCELib.version import __file__ as engine_file
from SpineDCELib.vocabulary.conversion_modes import has_scale, is_per_water
from SpineDCELib.vocabulary.region_roles import REGION_ROLES, Role

from SpineDCEWidget.shared.engine_sentences import (
    CONTEXT,
    SENTENCE_END,
    EngineSentences,
    read_sources,
)
from SpineDCEWidget.shared.setting_groups import steps_of_the_page

try:
    from slicer.i18n import tr, translate

    #: Whether this is 3D Slicer; the page in a browser has no translation.
    IN_SLICER = True
except ImportError:
    IN_SLICER = False

    def tr(text: str) -> str:
        return text

    def translate(context: str, text: str) -> str:
        return text


_: Callable[[str], str] = tr


def _engine_sentences() -> EngineSentences:
    """Return the translation of the engine's texts; of none where no language is installed."""
    folder = Path(engine_file).parents[1] / "Resources" / "Translations"
    files = sorted(folder.glob("SpineDCE_*.ts")) if IN_SLICER else []
    sources = read_sources(files[0]) if files else []
    if all(translate(CONTEXT, one) == one for one in sources[:10]):
        sources = []
    names = [role.title for role in REGION_ROLES.values()]
    return EngineSentences(sources, lambda text: translate(CONTEXT, text), names)


#: Returns a text of the engine (a label, a reason, an error) in the language of the window.
translated = _engine_sentences()

NOT_A_MEDICAL_DEVICE = _("For research; not a medical device.")

#: Titles of long work; {visit} is "baseline" or "follow-up".
READING = _("Reading the {visit} study")
COMPUTING = _("Computing the maps of the {visit} visit")
COMPARING = _("Comparing the visits")
OPEN_FIRST = _("Open a study first (step 1).")
UNEXPECTED = _("Unexpected error: {error}. Regions and earlier results are kept.")

#: Model → what it fits, with formula and source.
MODEL_FORMULAS = {
    "tofts": _("Tofts model, C(t) = Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997)."),
    "extended_tofts": _(
        "Extended Tofts model, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI "
        "1997)."
    ),
    "patlak": _(
        "Patlak model, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u) du (Patlak, J Cereb Blood Flow Metab 1983)."
    ),
    "two_compartment_exchange": _(
        "Two-compartment exchange model: plasma with flow Fp, and interstitium that exchanges with "
        "it at the rate PS (Sourbron and Buckley, Phys Med Biol 2012)."
    ),
}
#: Quantity → definition, with formula and source.
EXPLAINED = {
    "vp": _("Vp: fraction of the tissue that is blood plasma, mL/100 mL."),
    "vp_voxel": _(
        "Vp per volume of tissue: Vp times the share of the voxel that is water, relative to "
        "muscle, from M0, which T10 and the baseline signal give. With a T1 map, normalised Vp is "
        "based on it, because fat and bone that displace water do not change it."
    ),
    "Ktrans": _(
        "Ktrans: rate constant of the transfer of contrast agent from plasma to tissue, /min "
        "(Tofts, JMRI 1999)."
    ),
    "ve": _("ve: fraction of the tissue that is extravascular extracellular space, mL/100 mL."),
    "kep": _("kep = Ktrans/ve: rate constant of the return of contrast agent to plasma, /min."),
    "PS": _("PS: permeability–surface area product of the capillaries, /min."),
    "Fp": _("Fp: plasma flow per volume of tissue, mL/mL/min."),
    "Ta": _("Delay: arterial delay that was fitted in each voxel in addition to the shift, s."),
    "R2": _("R²: fraction of the curve's variance that the fit explains, at most 1."),
    "PE": _(
        "Enhancement: highest signal after the arrival of contrast, relative to the signal before "
        "it, %."
    ),
    "wash_in": _(
        "Wash-in slope: steepest rise of the concentration from one frame to the next, mM/min."
    ),
    "TTP": _("Time to peak: from the arrival of contrast to the highest concentration, s."),
    "washout": _(
        "Wash-out: fall of the concentration in the last half of what follows the peak, mM/min; "
        "where it still rises, it is negative, which the colour scale from 0 does not show."
    ),
    "IAUC60": _(
        "IAUC60: area under the concentration curve in the first 60 s after the arrival, mM·s."
    ),
    "IAUC90": _(
        "IAUC90: area under the concentration curve in the first 90 s after the arrival, mM·s."
    ),
    "vp_SE": _(
        "SE of Vp: standard error from the noise of the voxel's own curve, mL/100 mL. Errors that "
        "all voxels share, such as that of the AIF, are not included."
    ),
    "probability": _(
        "Probability above threshold: that the true normalised Vp of a voxel of the lesion lies "
        "above the threshold, %, given the noise. The threshold is the normalised Vp of the lesion "
        "at baseline, reduced by the cutoff."
    ),
    "status": _(
        "Status: green where a voxel was fitted, yellow where the fit has a remark, such as that "
        "ve is not determined, grey where it was not fitted. The explanation of a voxel gives the "
        "remark or the reason."
    ),
    "normalised": _(
        "Normalised Vp: mean Vp of the lesion divided by mean Vp of an adjacent healthy vertebra, "
        "× (Behar et al., AJNR 2023)."
    ),
    "change": _(
        "Change = 100·(follow-up − baseline)/baseline, %. Above −40 % it is consistent with "
        "persistent disease."
    ),
    "shift": _(
        "Shift: time by which the artery's curve is moved later, s, because blood needs time to "
        "travel from the aorta to the bone. One frame can change normalised Vp more than twofold."
    ),
    "evidence": _(
        "Fit residual at each shift, relative to the best (1). A deep valley is firm evidence; on "
        "a flat floor the shifts cannot be separated."
    ),
}

#: Quantities per volume of tissue, or of its water where the conversion says so.
_OF_WATER = ("Ktrans", "ve", "PS", "Fp", "vp_SE")
#: Quantities of a kinetic model whose definition does not name the model.
_OF_MODEL = ("vp", "Ktrans", "ve", "kep", "PS", "Fp")


def explained(quantity: str, model: str = "", mode: str = "") -> str:
    """Return the definition of a quantity, with the model that is fitted.

    Args:
        model: of the analysis; "" if there is none yet. mode: of its conversion, as ``model``.
    """
    text = EXPLAINED.get(quantity, "")
    if quantity == "vp" and is_per_water(quantity, mode):
        text = _("Vp: blood plasma per volume of the tissue's water, mL/100 mL.")
    elif quantity in _OF_WATER and is_per_water(quantity, mode):
        text += " " + _("In this conversion it is per volume of the tissue's water.")
    elif not has_scale(quantity, mode):
        text += " " + _(
            "Without concentration it has no absolute scale, and signal is not quite proportional "
            "to concentration: only ratios in this conversion can be compared."
        )
    return f"{text} {MODEL_FORMULAS[model]}" if quantity in _OF_MODEL and model else text


#: Setting → what its tooltip adds to the help of the form.
NOTES = {
    "aif.source": _("The AIF is the concentration of contrast agent in the artery over time."),
    "aif.Hct": _("Concentration in plasma = concentration in blood/(1 − Hct)."),
    "aif.blood_T10": _("Default from Stanisz et al., Magn Reson Med 2005."),
    "concentration.r1": _("Default from Shen et al., Invest Radiol 2015."),
}

#: Roles that people draw, in the order of their buttons.
DRAWN_ROLES: tuple[Role, ...] = ("lesion", "reference", "exclusion", "aorta", "muscle")
ROLE_HINTS: dict[Role, str] = {
    "lesion": _("Draw the lesion on every slice; leave out veins, discs and cortical bone."),
    "reference": _("Draw an adjacent healthy vertebra; Vp of the lesion is divided by its Vp."),
    "exclusion": _("Draw tissue to exclude from the measurements: veins, haemangiomas, discs."),
    "aorta": _("Draw the aorta if it was not found automatically."),
    "muscle": _(
        "Draw muscle beside the spine if it was not found automatically; without a T1 map it "
        "calibrates the signal."
    ),
}
#: Export format → title; maps, tables and regions are always exported.
FORMAT_TITLES = {
    "report": _("Report (HTML)"),
    "pdf": _("Report (PDF)"),
    "dicom": _("DICOM"),
    "nifti": _("NIfTI"),
    "scene": _("3D Slicer scene"),
}
#: Colour scale of a map → title.
COLOUR_TITLES = {
    "viridis": _("Viridis (uniform)"),
    "cividis": _("Cividis (blue–yellow)"),
    "magma": _("Magma (black–yellow)"),
    "grey": _("Grey"),
    "rainbow": _("Rainbow (not uniform)"),
}

#: Fields with a control of another name → its label in the windows, and its step. All other fields
#: that the form does not describe, like ``compare.cutoff``, have no control in a window.
OWN_CONTROLS = {
    "export.formats": (_("Export"), 5),
    # What can be joined is among the choices of the dynamic series.
    "reading.joined": (translated(FORM["reading.series"].label), 1),
}
#: Controls that 3D Slicer has in another step than the form.
_STEPS_IN_SLICER = {"inputs.aif_mask": 2}
#: Inputs → what to do where one is missing or wrong; "Change 'Aorta'" would say less.
_ACTIONS = {
    "inputs.aif_selection": _("include a candidate in step {step}"),
    "inputs.aif_mask": _("draw the aorta in step {step}"),
    "inputs.roi=lesion": _(
        "draw the lesion in step {step} if a candidate lies in it, so that the search leaves it out"
    ),
    "inputs.aif_file": _("load an AIF file in step {step}"),
    "fit.shifts": _("set or reset the region's shift in the list of regions in step {step}"),
}
#: Settings → step of the page's control, where it differs from that of 3D Slicer's panel.
STEPS_OF_THE_PAGE = steps_of_the_page() | {"inputs.T1_map": 4}
#: Fields without a control on the page.
NOT_ON_THE_PAGE = ("inputs.size", "inputs.out")


def remedy(error: Exception, *, in_slicer: bool = IN_SLICER) -> str:
    """Return an error's message, followed by the controls that can fix the problem.

    Args:
        error: with the fields that can fix the problem, if it is one of the engine's.
        in_slicer: whether the window is a panel in 3D Slicer, not the page in a browser.
    """
    controls: dict[int, list[str]] = {}
    todo = []
    for path in getattr(error, "fields", ()):
        label, step = control_of(path, in_slicer=in_slicer)
        if label and path in _ACTIONS:
            todo.append(_ACTIONS[path].format(step=step))
        elif label and label not in controls.setdefault(step, []):
            controls[step].append(label)
    places = [
        _("{controls} in step {step}").format(controls=_listed(labels), step=step)
        for step, labels in controls.items()
        if labels
    ]
    said = translated(str(error))
    if places:
        todo.append(_("change {places}").format(places=_(", or ").join(places)))
    if not todo:
        return said
    text = _(", or ").join(todo)
    return f"{said} {text[0].upper()}{text[1:]}."


def _listed(labels: Sequence[str]) -> str:
    """Return controls as a list; one with a value to choose is set apart from the others."""
    plain = [one for one in labels if one.endswith("'") and one.count("'") == 2]
    chosen = [one for one in labels if one not in plain]
    joined = _(" or ").join(plain)
    return _(", or ").join([joined, *chosen]) if joined else _(", or ").join(chosen)


def of_visits(problems: Sequence[tuple[Any, InputError]]) -> InputError:
    """Return one error with the messages of several visits, each with its visit and remedies."""
    said = said_of_visits([(visit.shown_label, remedy(error)) for visit, error in problems])
    _visit, first = problems[0]
    return InputError(said, code=first.code, about=first.about)


def said_of_visits(said: Sequence[tuple[str, str]]) -> str:
    """Return what is said of several visits as one text, with what they share said once.

    Args:
        said: label of the visit, and its text; the remedy is the last sentence.
    """
    of_whom = dict[str, list[str]]()
    for label, text in said:
        of_whom.setdefault(text, []).append(label)
    texts = {text: SENTENCE_END.split(text) for text in of_whom}
    shared = {sentences[-1] for sentences in texts.values()}
    end = []
    if len(texts) > 1 and len(shared) == 1 and all(len(one) > 1 for one in texts.values()):
        end = [one.pop() for one in texts.values()][:1]
    parts = [f"{', '.join(of_whom[text])}: {' '.join(one)}" for text, one in texts.items()]
    return " · ".join([*parts, *end])


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
    if field is None or path == "inputs.study" or (not in_slicer and path in NOT_ON_THE_PAGE):
        return "", 0
    steps = _STEPS_IN_SLICER if in_slicer else STEPS_OF_THE_PAGE
    step = steps.get(path, field.step)
    label = f"'{control_label(path)}'"
    if value:
        label = _("{label} to '{choice}'").format(
            label=label, choice=setting_choices(path).get(value, value)
        )
    return label, step


def control_label(path: str) -> str:
    """Return the label of a setting's control, with its unit: "T10 (ms)"."""
    unit = translated(FORM[path].unit)
    return f"{setting_label(path)} ({unit})" if unit else setting_label(path)


def setting_label(path: str) -> str:
    """Return the label of a setting, by its path ("aif.Hct")."""
    return translated(FORM[path].label)


def setting_text(path: str, value: Any) -> str:
    """Return a setting's value as its form shows it, with its unit: "T10: 1000 ms"."""
    field = FORM[path]
    if field.kind == "choice":
        text = translated(field.choices[value])
    else:
        text = ", ".join(field.text(value).splitlines()) or _("automatic")
    number = bool(field.text(value)) and text not in field.words
    unit = f" {translated(field.unit)}" if field.unit and number else ""
    return f"{setting_label(path)}: {text}{unit}"


def setting_choices(path: str) -> dict[str, str]:
    """Return the choices of a setting for a combo box: value → label.

    The value None, which leaves the choice to the program, is "".
    """
    return {value or "": translated(label) for value, label in FORM[path].choices.items()}


def setting_help(path: str) -> str:
    """Return the help of a setting for a tooltip."""
    return f"{translated(FORM[path].help)} {NOTES.get(path, '')}".rstrip()


def role_title(role: Role) -> str:
    """Return the title of a region's role."""
    return translated(REGION_ROLES[role].title)
