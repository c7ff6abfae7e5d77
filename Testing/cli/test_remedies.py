"""Remedies of errors: the command line names options, the windows name controls."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from SpineDCELib.cli import main
from SpineDCELib.cli.batch import summary
from SpineDCELib.cli.compare import _with_remedy
from SpineDCELib.cli.remedies import OWN_OPTIONS, option_of, with_remedy
from SpineDCELib.cohort.batch import Entry
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.settings import FORM

ENGINE = Path(__file__).parents[2] / "SpineDCE" / "SpineDCELib"
#: A code is the same in every shell; its remedy is not.
T10 = InputError(
    "T10 is not known.",
    fields=["concentration.T10", "inputs.T1_map", "concentration.signal=relative"],
)


def named_fields():
    """Return every path in a list of ``fields`` that the engine's source gives to an error."""
    found = set()
    for file in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "fields":
                found |= {
                    (file.name, one.value)
                    for one in ast.walk(node.value)
                    if isinstance(one, ast.Constant) and "." in str(one.value)
                }
    return sorted(found)


def test_a_remedy_names_options():
    assert with_remedy(T10) == "T10 is not known. Use --t10 MS, --t1-map FILE or --signal relative."
    assert with_remedy(InputError("Nothing to choose.")) == "Nothing to choose."


def test_a_remedy_names_only_options_of_the_command():
    assert with_remedy(T10, {"--signal", "-o"}) == "T10 is not known. Use --signal relative."
    assert with_remedy(T10, ()) == "T10 is not known."


@pytest.mark.parametrize("field", FORM.values(), ids=lambda f: f.path)
def test_every_field_has_an_option(field):
    option = option_of(field.path)
    error = InputError("Wrong.", fields=[field.path])
    if field.path == "inputs.study":  # an argument, not an option
        assert option == ""
        assert with_remedy(error) == "Wrong."
        return
    assert option.startswith(field.option)
    assert with_remedy(error) == f"Wrong. Use {option}."
    for choice in field.choices:
        if choice is not None:
            assert option_of(f"{field.path}={choice}").split()[-1].endswith(choice)


@pytest.mark.parametrize(("file", "path"), named_fields())
def test_every_field_that_an_error_names_has_an_option(file, path):
    path, _, choice = path.partition("=")
    assert path in FORM or path in OWN_OPTIONS, file
    if choice and path in FORM and FORM[path].kind == "choice":
        assert choice in FORM[path].choices
    elif choice and path in FORM:
        FORM[path].parse(choice)


def test_the_option_of_a_field_can_have_a_value():
    assert option_of("batch.workers") == "--workers N"
    assert option_of("batch.workers=0") == "--workers 0"
    assert option_of("concentration.signal=relative") == "--signal relative"


def test_a_failed_study_of_a_batch_has_its_remedy():
    entries = [Entry("P01", "failed", "T10 is not known.", fields=("concentration.T10",))]
    assert summary(entries, {"--t10"}).endswith("! P01: T10 is not known. Use --t10 MS.")


def test_a_command_leaves_out_options_that_it_does_not_have(tmp_path, capsys):
    (tmp_path / "settings.json").write_text('{"aif": {"Hct": 45}}')
    study = tmp_path / "study"
    study.mkdir()
    options = ["--settings", str(tmp_path / "settings.json"), "-o", str(tmp_path / "out")]
    assert main(["analyse", str(study), *options]) == 2
    assert capsys.readouterr().err.strip().endswith("Use --hct FRACTION.")


def test_an_aif_that_is_not_measured_names_the_options(tmp_path, capsys):
    assert main(["aif", str(tmp_path), "--aif", "parker"]) == 2
    assert capsys.readouterr().err == (
        "spinedce: The AIF 'parker' is not measured in the images. "
        "Use --aif auto or --aif-mask FILE.\n"
    )


def test_a_warning_of_a_comparison_names_the_setting_that_fixes_it():
    finding = Finding("shift_outside_evidence", "The shift is wrong.", fields=("fit.shift=auto",))
    file = Finding("no_artery", "The artery is doubtful.", fields=("inputs.aif_mask",))
    measures = SimpleNamespace(findings=(finding, file))
    comparison = SimpleNamespace(
        visits=(SimpleNamespace(result=SimpleNamespace(measures=measures)),)
    )
    said = _with_remedy("Follow-up: The shift is wrong.", comparison)
    assert said == "Follow-up: The shift is wrong. Use --shift auto."
    for other in ("Follow-up: The artery is doubtful.", "Something else."):
        assert _with_remedy(other, comparison) == other
