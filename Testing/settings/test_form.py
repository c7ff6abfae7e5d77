"""The form description: complete, consistent, and the same in file, options and window."""

import argparse
import dataclasses
import json
from typing import get_args, get_type_hints

import numpy as np
import pytest
from SpineDCELib.cli.options import add_analysis_options, settings_of
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
    "reading.joined": (3, 5),
    "reading.excluded_frames": (7, 12),
    "reading.frame_interval": 4.5,
    "reading.frame_times": (0.0, 4.5, 9.5),
    "reading.footprint": 9.5,
    "reading.field_strength": 3.0,
    "reading.TR": 0.009,
    "reading.FA": 12.0,
    "contrast.dose": 0.05,
    "contrast.rate": 3.0,
    "contrast.concentration": 0.5,
    "concentration.T10": 0.7,
    "concentration.muscle_T10": 0.95,
    "concentration.r1": 3.8,
    "concentration.baseline_frames": 4,
    "aif.Hct": 0.35,
    "aif.blood_T10": 1.5,
    "aif.r2": 5.0,
    "fit.shift": 3.5,
    "fit.shifts": {"Lesion": 2.5},
    "fit.kep_low": 0.01,
    "fit.kep_high": 40.0,
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
    return [field.option, field.text(value)]


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
def test_a_value_reads_back_from_file_command_line_and_form(field, tmp_path):
    value = other(field)
    expected = with_value(Settings(), field.path, value)
    assert expected != Settings()
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings_to_dict(expected)))
    assert read_settings(path) == expected
    assert value_at(parsed(*arguments(field, value)), field.path) == value
    assert field.parse(field.text(value)) == value
    assert field.parse("  ") is None
    assert field.text(None) == ""


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_an_option_replaces_the_value_of_the_settings_file(field, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings_to_dict(Settings())))
    value = other(field)
    found = parsed("--settings", str(path), *arguments(field, value))
    assert value_at(found, field.path) == value


NUMBERS = [f for f in settings_fields() if f.kind in ("number", "count")]


@pytest.mark.parametrize("field", NUMBERS, ids=lambda f: f.path)
def test_a_typed_number_is_read_in_the_unit_that_is_shown(field):
    value = other(field)
    typed = f"{field.to_shown(value):.12g}"
    assert field.text(value) == typed
    assert field.parse(typed.replace(".", ",")) == value
    for wrong in ("much", "1;2", "4.5 s"):
        with pytest.raises(InputError) as caught:
            field.parse(wrong)
        assert (caught.value.code, caught.value.fields) == ("not_a_number", (field.path,))


@pytest.mark.parametrize("text", ["4.5", "inf", "nan", "1e999"])
def test_a_count_is_a_whole_number(text):
    with pytest.raises(InputError, match="must be a whole number"):
        FORM["concentration.baseline_frames"].parse(text)


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("reading.frame_times", "0;4", "not_a_number"),
        ("reading.frame_times", "0,,4", "not_a_number"),
        ("fit.shifts", "4.2", "not_a_number"),
        ("fit.shifts", "Lesion=late", "not_a_number"),
        ("fit.shifts", "Lesion=4\nAorta", "not_a_number"),
        ("fit.shifts", "Lesion=nan", "out_of_range"),
        ("fit.shift", "soon", "not_a_number"),
        ("fit.shift", "nan", "out_of_range"),
        ("fit.fit_delay", "maybe", "unknown_choice"),
        ("fit.model", "toft", "unknown_choice"),
    ],
)
def test_a_text_that_holds_no_value_is_refused(path, text, code):
    with pytest.raises(InputError) as caught:
        FORM[path].parse(text)
    assert (caught.value.code, caught.value.fields) == (code, (path,))


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_a_value_of_another_type_is_refused(field):
    for wrong in ("several", b"1", object()):
        with pytest.raises(InputError) as caught:
            with_value(Settings(), field.path, wrong)
        assert caught.value.code in ("wrong_type", "unknown_choice")
        assert caught.value.fields == (field.path,)
    if field.kind in ("number", "count"):
        with pytest.raises(InputError):
            with_value(Settings(), field.path, True)


def test_numbers_of_numpy_are_numbers():
    settings = with_value(Settings(), "fit.shift", np.float32(2.5))
    settings = with_value(settings, "concentration.baseline_frames", np.int64(4))
    assert (settings.fit.shift, settings.concentration.baseline_frames) == (2.5, 4)


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_none_is_allowed_exactly_where_the_type_has_it(field):
    *groups, name = field.path.split(".")
    record = Settings()
    for group in groups:
        record = getattr(record, group)
    optional = type(None) in get_args(get_type_hints(type(record))[name])
    assert (field.optional or None in field.choices) == optional
    if not optional:
        with pytest.raises(InputError):
            with_value(Settings(), field.path, None)


BOUNDED = [f for f in settings_fields() if f.low is not None or f.kind == "choice"]


@pytest.mark.parametrize("field", BOUNDED, ids=lambda f: f.path)
def test_bounds_and_choices_are_enforced_in_the_shown_unit(field):
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
        "reading.excluded_frames",
        "contrast.agent",
        "contrast.dose",
        "contrast.rate",
        "contrast.concentration",
        "reading.series", "reading.joined", "reading.displaced", "reading.accept_implausible",
        "reading.resample_regions", "reading.reference_level", "reading.frame_interval",
        "reading.frame_times", "reading.footprint", "reading.field_strength", "reading.TR",
        "reading.FA", "aif.source",
        "aif.Hct", "aif.time_unit", "aif.medium", "fit.shift", "fit.shifts",
    }  # fmt: skip
    common = with_value(with_value(Settings(), "fit.model", "tofts"), "aif.Hct", 0.3)
    own = with_value(with_value(Settings(), "fit.model", "patlak"), "aif.Hct", 0.5)
    both = locked(common, own)
    assert (both.fit.model, both.aif.Hct) == ("tofts", 0.5)


def test_help_and_labels_name_no_control_of_another_shell():
    for field in FORM.values():
        for word in ("--", "button", "click", "press"):
            assert word not in field.help.lower(), field.path
        assert field.help.endswith("."), field.path
        assert field.label[0].isupper() or field.label in ("r1", "r2 of blood"), field.path
        assert field.step in (1, 2, 3, 4, 5), field.path


@pytest.mark.parametrize("text", ["2,9-11", "2, 9–11", "2,9 − 11"])
def test_ranges_of_frames_can_be_typed(text):
    assert FORM["reading.excluded_frames"].parse(text) == (2, 9, 10, 11)


@pytest.mark.parametrize("text", ["11-9", "0-3", "9-", "1-2000000", "1.5-3"])
def test_a_range_that_is_none_is_refused(text):
    with pytest.raises(InputError) as caught:
        FORM["reading.excluded_frames"].parse(text)
    assert caught.value.fields == ("reading.excluded_frames",)
