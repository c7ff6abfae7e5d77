"""Settings: round trip, refusal of what they do not know, units at the boundary."""

import json

import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.settings import (
    Settings,
    changed,
    read_settings,
    settings_from_dict,
    settings_to_dict,
)


def test_round_trip_through_json():
    settings = changed(
        Settings(),
        fit={"shift": 4.2, "model": "patlak"},
        concentration={"T10": 0.55, "signal": "relative"},
        aif={"source": "mask", "Hct": 0.4},
    )
    text = json.dumps(settings_to_dict(settings))
    assert settings_from_dict(json.loads(text), kind=Settings) == settings


def test_file_keeps_defaults_for_what_it_leaves_out(tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{"fit": {"shift": 3}}')
    assert read_settings(path) == changed(Settings(), fit={"shift": 3.0})


@pytest.mark.parametrize(
    ("data", "said", "code"),
    [
        ({"fit": {"shfit": 1}}, "shfit", "unknown_setting"),
        ({"fits": {}}, "fits", "unknown_setting"),
        ({"fit": {"shift": "4"}}, "Shift", "unknown_choice"),
        ({"fit": {"shift": True}}, "shift", "wrong_type"),
        ({"fit": {"shifts": {"Lesion": "4"}}}, "shifts.Lesion", "wrong_type"),
        ({"fit": {"shift": None}}, "shift", "wrong_type"),
        ({"fit": {"model": "toft"}}, "toft", "unknown_choice"),
        ({"fit": {"fit_delay": 1}}, "fit_delay", "wrong_type"),
        ({"concentration": {"T10": 550}}, "T10 must lie between 50 and 10000 ms", "out_of_range"),
        ({"reading": {"TR": 4.5}}, "TR must lie", "out_of_range"),
        ({"aif": {"Hct": 45}}, "Hct must lie", "out_of_range"),
        ({"reading": {"series": 1.5}}, "series", "wrong_type"),
        ({"fit": 3}, "table", "wrong_type"),
        ([1], "table", "wrong_type"),
    ],
)
def test_bad_settings_are_named(data, said, code):
    with pytest.raises(InputError, match=said) as caught:
        settings_from_dict(data, kind=Settings)
    assert caught.value.code == code


def test_unreadable_file(tmp_path):
    (tmp_path / "s.json").write_text("{")
    with pytest.raises(InputError, match=r"s\.json"):
        read_settings(tmp_path / "s.json")
    with pytest.raises(InputError, match="could not be read"):
        read_settings(tmp_path / "none.json")


def test_a_file_with_ms_in_place_of_s_is_told_its_unit(tmp_path):
    (tmp_path / "s.json").write_text('{"concentration": {"T10": 550}}')
    with pytest.raises(InputError, match=r"s\.json holds this value in s"):
        read_settings(tmp_path / "s.json")
