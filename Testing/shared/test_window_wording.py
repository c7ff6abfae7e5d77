"""Wording of the windows: remedies name controls with their unit, never an option."""

import ast
import re
from pathlib import Path

import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.settings import FORM
from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES

from SpineDCEWidget.shared.setting_groups import PAGE_GROUPS, page_settings
from SpineDCEWidget.shared.wording import (
    EXPLAINED,
    MODEL_FORMULAS,
    STEPS_OF_THE_PAGE,
    control_of,
    explained,
    remedy,
    setting_choices,
    setting_text,
)

ROOT = Path(__file__).parents[2]
WIDGETS = ROOT / "SpineDCEWidget"
#: A word such as --t10, or -o.
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z0-9-]*\b(?= |$|[.,;)])")


def test_a_remedy_names_controls_with_unit_choice_and_step():
    error = InputError(
        "T10 is not known.",
        fields=["concentration.T10", "concentration.signal=relative", "aif.source"],
    )
    assert remedy(error, in_slicer=True) == (
        "T10 is not known. Change 'T10 (ms)', or 'Signal' to 'relative change (S−S0)/S0' in step "
        "1, or 'AIF from' in step 2."
    )
    assert "'T10 (ms)'" in remedy(error, in_slicer=False)
    assert "in step 4" in remedy(error, in_slicer=False)


def test_an_artery_that_is_missing_is_to_be_drawn_or_loaded():
    error = InputError("None.", fields=["inputs.aif_mask", "inputs.aif_file", "aif.source=parker"])
    said = remedy(error, in_slicer=False)
    assert said.startswith(
        "None. Draw the aorta in step 3, or load an AIF file in step 2, or change 'AIF from' to "
    )
    assert said.endswith("in step 2.")


def test_an_error_without_a_control_keeps_its_message():
    assert remedy(ValueError("Something.")) == "Something."
    for path in ("inputs.study", "compare.cutoff", "compare.accept_differences"):
        assert remedy(InputError("Wrong.", fields=[path])) == "Wrong."


@pytest.mark.parametrize("field", FORM.values(), ids=lambda f: f.path)
def test_every_field_has_a_control(field):
    if field.path == "inputs.study":
        assert control_of(field.path) == ("", 0)
        return
    if field.path == "reading.joined":  # what can be joined is a choice of the dynamic series
        assert control_of(field.path) == control_of("reading.series")
        return
    unit = f" ({field.unit})" if field.unit else ""
    label, step = control_of(field.path, in_slicer=True)
    # 3D Slicer has the button that draws the aorta in the step of the arteries.
    own = 2 if field.path == "inputs.aif_mask" else field.step
    assert (label, step) == (f"'{field.label}{unit}'", own)
    said = remedy(InputError("Wrong.", fields=[field.path]), in_slicer=True)
    if field.path in ("inputs.aif_mask", "inputs.aif_file", "inputs.aif_selection", "fit.shifts"):
        assert said.endswith(f"in step {own}.")
    else:
        assert said == f"Wrong. Change '{field.label}{unit}' in step {own}."
    assert not OPTION.search(said)
    for choice, words in field.choices.items():
        if choice is not None:
            assert control_of(f"{field.path}={choice}")[0].endswith(f"to '{words}'")


def test_a_remedy_names_the_step_of_the_page_that_has_the_setting():
    shown = page_settings()
    assert len(set(shown)) == len(shown)
    for group in PAGE_GROUPS:
        for path in group.paths:
            assert control_of(path, in_slicer=False)[1] == group.step
    for path, step in STEPS_OF_THE_PAGE.items():
        assert step != FORM[path].step


def test_a_remedy_names_only_what_the_page_has():
    wrong = InputError("Wrong.", fields=["inputs.aif_selection", "inputs.size", "inputs.T1_map"])
    assert remedy(wrong, in_slicer=False) == (
        "Wrong. Include a candidate in step 2, or change 'T1 map' in step 4."
    )
    assert remedy(wrong, in_slicer=True).startswith("Wrong. Include a candidate in step 2, or ")


def test_choices_have_the_labels_of_the_form():
    for path in ("aif.source", "fit.model", "concentration.signal", "concentration.T1_source"):
        labels = {value or "": label for value, label in FORM[path].choices.items()}
        assert setting_choices(path) == labels


@pytest.mark.parametrize(
    "file", sorted(WIDGETS.rglob("*.py")), ids=lambda f: f.relative_to(WIDGETS).as_posix()
)
def test_no_sentence_of_a_window_names_an_option(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and " " in node.value:
            assert not OPTION.search(node.value), node.value


@pytest.mark.parametrize(
    "file", sorted((ROOT / "SpineDCE" / "Resources" / "UI").glob("*.ui")), ids=lambda f: f.name
)
def test_no_designer_file_names_an_option(file):
    for text in re.findall(r"<string>(.*?)</string>", file.read_text(encoding="utf-8"), re.DOTALL):
        assert not OPTION.search(text)


def test_own_shifts_that_are_not_set_are_automatic_without_a_unit():
    assert setting_text("fit.shifts", {}) == "Own shifts: automatic"
    assert setting_text("fit.shifts", {"Lesion": 0.0}) == "Own shifts: Lesion=0 s"


def test_the_definition_of_a_map_names_the_model_that_is_fitted():
    assert set(MODEL_FORMULAS) == set(MODEL_TITLES)
    for model in MODEL_TITLES:
        for quantity in ("vp", "Ktrans"):
            text = explained(quantity, model)
            assert text.startswith(EXPLAINED[quantity])
            others = (formula for name, formula in MODEL_FORMULAS.items() if name != model)
            assert MODEL_FORMULAS[model] in text
            assert not any(formula in text for formula in others)
    assert explained("TTP", "patlak") == EXPLAINED["TTP"]
    assert "model" not in explained("vp")
    assert "per volume of the tissue's water" in explained("vp", "", "vfa")
    assert explained("vp", "", "muscle") == EXPLAINED["vp"]
    assert explained("ve", "", "vfa").endswith("it is per volume of the tissue's water.")
    assert explained("ve", "", "muscle") == EXPLAINED["ve"]
    assert "water" not in explained("kep", "", "vfa")
    assert explained("vp", "", "relative").endswith(
        "only ratios in this conversion can be compared."
    )
    assert explained("kep", "", "relative") == EXPLAINED["kep"]
