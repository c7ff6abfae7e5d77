"""One mode for all visits that are compared; normalised values that say their mode."""

import muscle_scenes as scenes
import pytest
from SpineDCELib.compare.common_mode import (
    mode_notes,
    require_common_mode,
    with_common_mode,
)
from SpineDCELib.compare.compare_visits import Visit, compare_visits
from SpineDCELib.errors import InputError
from SpineDCELib.export.dicom.codes import concept
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.conversion_modes import (
    CONVERSION_MODES,
    change_code,
    map_code,
    normalised_code,
    normalised_title,
    normalised_vp,
)
from SpineDCELib.vocabulary.quantities import NORMALISED, QUANTITIES

SETTINGS = changed(Settings(), aif={"source": "mask"}, fit={"shift": scenes.DELAY})


def analyses(*, maps=(True, False), settings=SETTINGS, muscles=(scenes.MUSCLE, scenes.MUSCLE)):
    return {
        name: scenes.analysis_of(scenes.study(muscle=muscle), settings, with_T1_map=known)
        for name, known, muscle in zip(("baseline", "follow-up"), maps, muscles, strict=True)
    }


def test_one_visit_without_a_T1_map_puts_all_visits_into_the_muscle_mode():
    pair = analyses()
    assert [one.mode for one in pair.values()] == ["map", "muscle"]
    for name, settings in with_common_mode(pair).items():
        pair[name].update(settings=settings)
    assert require_common_mode(pair) == "muscle"
    assert any("follow-up" in note for note in mode_notes(pair))


def test_visits_with_T1_maps_stay_as_they_are():
    assert with_common_mode(analyses(maps=(True, True))) == {}


def test_a_source_that_was_chosen_is_not_replaced():
    settings = changed(SETTINGS, concentration={"T1_source": "map"})
    pair = analyses(maps=(True, True), settings=settings)
    pair["follow-up"].update(settings=SETTINGS)
    assert with_common_mode(pair) == {}


@pytest.mark.slow
def test_values_of_different_modes_are_never_compared():
    pair = analyses()
    visits = (Visit(one, one.result()) for one in pair.values())
    with pytest.raises(InputError) as caught:
        compare_visits(*visits, flip_runs=0, accepted={"same_study"})
    assert caught.value.code == "modes_differ"


@pytest.mark.slow
def test_there_is_no_call_where_muscle_was_not_found():
    pair = analyses(maps=(False, False), muscles=(scenes.MUSCLE, scenes.FAT))
    with pytest.raises(InputError) as caught:
        compare_visits(*(Visit(one, one.result()) for one in pair.values()), flip_runs=0)
    assert caught.value.code == "no_muscle"
    assert caught.value.about == "follow-up"


def test_relative_signal_that_was_chosen_can_be_compared():
    settings = changed(SETTINGS, concentration={"signal": "relative"})
    assert require_common_mode(analyses(settings=settings)) == "relative"


@pytest.mark.parametrize("mode", CONVERSION_MODES)
@pytest.mark.parametrize("parameter", NORMALISED)
def test_a_normalised_parameter_has_a_private_code_for_its_mode(parameter, mode):
    value, scheme, meaning = normalised_code(parameter, mode)
    assert scheme.startswith("99")
    assert value != QUANTITIES[parameter].code[0]
    assert len(value) <= 16
    assert len(meaning) <= 64
    concept((value, scheme, meaning))
    assert CONVERSION_MODES[mode].title in normalised_title(parameter, mode)
    of_the_change = change_code(parameter, mode)
    assert len(of_the_change[0]) <= 16
    assert len(of_the_change[2]) <= 64
    concept(of_the_change)


def test_only_modes_with_a_known_T1_have_the_same_code():
    codes = [normalised_code("vp", mode)[0] for mode in CONVERSION_MODES]
    assert len(set(codes)) == len(codes) - 1
    assert normalised_code("vp", "map") == normalised_code("vp", "vfa")


def test_normalised_vp_is_per_volume_of_tissue_in_every_mode_and_says_so():
    for mode, words in CONVERSION_MODES.items():
        parameter = normalised_vp(mode)
        assert parameter == ("vp_voxel" if words.per == "water" else "vp")
        assert "water" not in normalised_title(parameter, mode)
    for mode in ("map", "vfa"):
        assert "per volume of tissue" in normalised_title("vp_voxel", mode)
        for parameter in ("vp", "Ktrans"):
            assert "per volume of water" in normalised_title(parameter, mode)
            assert "per water" in normalised_code(parameter, mode)[2]
            assert "per water" in change_code(parameter, mode)[2]


def test_vp_of_relative_signal_is_not_coded_as_a_volume_fraction():
    assert map_code("vp", "muscle") == QUANTITIES["vp"].code
    for mode in ("relative", "difference"):
        for name in ("vp", "Ktrans", "ve"):
            value, scheme, meaning = map_code(name, mode)
            assert scheme.startswith("99")
            assert len(value) <= 16
            assert len(meaning) <= 64
        assert map_code("kep", mode) == QUANTITIES["kep"].code
