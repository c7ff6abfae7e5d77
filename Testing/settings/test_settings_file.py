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
    ("data", "said"),
    [
        ({"fit": {"shfit": 1}}, "shfit"),
        ({"fits": {}}, "fits"),
        ({"fit": {"shift": "4"}}, "Shift"),
        ({"fit": {"shift": True}}, "shift"),
        ({"fit": {"model": "toft"}}, "toft"),
        ({"concentration": {"T10": 550}}, "T10 must lie between 50 and 10000 ms"),
        ({"reading": {"TR": 4.5}}, "TR must lie"),
        ({"aif": {"Hct": 45}}, "Hct must lie"),
        ({"reading": {"series": 1.5}}, "series"),
        ({"fit": 3}, "table"),
        ([1], "table"),
    ],
)
def test_bad_settings_are_named(data, said):
    with pytest.raises(InputError, match=said):
        settings_from_dict(data, kind=Settings)


def test_unreadable_file(tmp_path):
    (tmp_path / "s.json").write_text("{")
    with pytest.raises(InputError, match=r"s\.json"):
        read_settings(tmp_path / "s.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_settings(tmp_path / "none.json")


def test_a_file_with_ms_in_place_of_s_is_told_its_unit(tmp_path):
    (tmp_path / "s.json").write_text('{"concentration": {"T10": 550}}')
    with pytest.raises(InputError, match=r"s\.json holds this value in s"):
        read_settings(tmp_path / "s.json")
