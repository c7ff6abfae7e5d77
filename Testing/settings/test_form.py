"""The form description: complete, consistent, and the same in file, options and window."""

import argparse
import dataclasses
import json

import pytest
from SpineDCELib.cli.options import add_analysis_options, settings_of
from SpineDCELib.cli.remedies import option_of, with_remedy
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import (
    FORM,
    Settings,
    locked,
    read_settings,
    settings_fields,
    settings_to_dict,
    value_at,
    with_value,
)

#: A value of each kind that is not the default, in the engine's unit.
OTHER = {
    "reading.series": 2,
    "reading.frame_interval": 4.5,
    "reading.frame_times": (0.0, 4.5, 9.5),
    "reading.field_strength": 3.0,
    "reading.TR": 0.009,
    "reading.FA": 12.0,
    "concentration.T10": 0.7,
    "concentration.r1": 3.8,
    "concentration.baseline_frames": 4,
    "aif.Hct": 0.35,
    "aif.blood_T10": 1.5,
    "aif.r2": 5.0,
    "fit.shift": 3.5,
    "fit.shifts": {"Lesion": 2.5},
}


def other(field):
    default = value_at(Settings(), field.path)
    if field.path in OTHER:
        return OTHER[field.path]
    if field.kind == "switch":
        return not default
    if field.kind == "choice":
        return next(c for c in field.choices if c not in (default, None, "mask", "file"))
    return default * 0.5


def arguments(field, value):
    if field.kind == "switch":
        return [field.option]
    if field.kind == "numbers by name":
        return [word for name, one in value.items() for word in (field.option, f"{name}={one}")]
    if field.kind == "numbers":
        return [field.option, ",".join(map(str, value))]
    shown = field.to_shown(value)
    return [field.option, str(shown)]


def parsed(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument("study")
    add_analysis_options(parser)
    return settings_of(parser.parse_args(["study", *words]))


def leaves(record, path=""):
    for f in dataclasses.fields(record):
        value = getattr(record, f.name)
        if dataclasses.is_dataclass(value):
            yield from leaves(value, f"{path}{f.name}.")
        else:
            yield f"{path}{f.name}"


def test_every_setting_and_every_input_is_described():
    assert {f.path for f in settings_fields()} == set(leaves(Settings()))
    inputs = {f.name for f in dataclasses.fields(Inputs)} | {"out"}
    assert {p.removeprefix("inputs.") for p in FORM if p.startswith("inputs.")} == inputs


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_a_value_reads_back_from_file_and_command_line(field, tmp_path):
    value = other(field)
    expected = with_value(Settings(), field.path, value)
    assert expected != Settings()
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings_to_dict(expected)))
    assert read_settings(path) == expected
    found = parsed(*arguments(field, value))
    if field.kind == "number":
        value = pytest.approx(value, rel=1e-12)
    assert value_at(found, field.path) == value


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_a_typed_number_is_read_in_the_unit_that_is_shown(field):
    if field.kind not in ("number", "count"):
        pytest.skip("not a number")
    value = other(field)
    typed = f"{field.to_shown(value):.10g}"
    assert field.parse(typed) == pytest.approx(value)
    assert field.parse(typed.replace(".", ",")) == pytest.approx(value)
    assert field.parse("  ") is None
    with pytest.raises(InputError) as caught:
        field.parse("much")
    assert (caught.value.code, caught.value.fields) == ("not_a_number", (field.path,))


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_bounds_and_choices_are_enforced_and_told_in_the_shown_unit(field):
    if field.low is None and field.kind != "choice":
        pytest.skip("no bounds")
    wrong = "nonsense" if field.kind == "choice" else field.high * 2 + 1
    if field.kind == "numbers by name":
        wrong = {"Lesion": wrong}
    elif field.kind == "numbers":
        wrong = (0.0, wrong)
    with pytest.raises(InputError) as caught:
        with_value(Settings(), field.path, wrong)
    assert caught.value.fields == (field.path,)
    assert field.label in str(caught.value)
    if field.kind == "number":
        assert f"{field.to_shown(field.high):g} {field.unit}".strip() in str(caught.value)
    assert "--" not in str(caught.value)


def test_what_describes_the_acquisition_belongs_to_a_visit():
    visit = {f.path for f in settings_fields() if f.scope == "visit"}
    assert visit == {
        "reading.series", "reading.frame_interval", "reading.frame_times",
        "reading.field_strength", "reading.TR", "reading.FA", "aif.source",
        "aif.Hct", "aif.time_unit", "aif.medium", "fit.shift", "fit.shifts",
    }  # fmt: skip
    common = with_value(with_value(Settings(), "fit.model", "tofts"), "aif.Hct", 0.3)
    own = with_value(with_value(Settings(), "fit.model", "patlak"), "aif.Hct", 0.5)
    both = locked(common, own)
    assert (both.fit.model, both.aif.Hct) == ("tofts", 0.5)


def test_the_command_line_words_a_remedy_with_its_options():
    error = InputError(
        "T10 is not known.",
        fields=["concentration.T10", "inputs.T1_map", "concentration.signal=relative"],
    )
    assert with_remedy(error) == (
        "T10 is not known. Use --t10 MS, --t1-map FILE or --signal relative."
    )
    assert with_remedy(InputError("Nothing to choose.")) == "Nothing to choose."


def test_every_field_has_an_option_and_no_help_names_another_shells_control():
    for field in FORM.values():
        if field.path != "inputs.study":
            assert option_of(field.path).startswith("-"), field.path
        for word in ("--", "button", "click", "press"):
            assert word not in field.help.lower(), field.path
        assert field.help.endswith("."), field.path
        assert field.label[0].isupper() or field.label in ("r1", "r2 of blood"), field.path
