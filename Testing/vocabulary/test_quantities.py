"""One table of quantities: complete, with valid codes, and the same numbers as text everywhere."""

import numpy as np
import pytest
from SpineDCELib.kinetics.parameters import PARAMETERS
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS, rgb
from SpineDCELib.vocabulary.kinetic_models import MODEL_CODES, MODEL_TITLES
from SpineDCELib.vocabulary.quantities import (
    DESCRIPTIVE,
    ERROR_OF,
    NONE,
    PROBABILITY,
    QUANTITIES,
    colour_range,
    number,
    percent,
    signed,
    times,
)


def test_every_parameter_of_every_model_is_in_the_table():
    parameters = {name for names in PARAMETERS.values() for name in names}
    others = {"vp_voxel", "Ta", "R2", "status", PROBABILITY, *DESCRIPTIVE, *ERROR_OF}
    assert parameters | others == set(QUANTITIES)
    assert set(PARAMETERS) == set(MODEL_TITLES) == set(MODEL_CODES)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=lambda q: q.name)
def test_codes_fit_dicom(quantity):
    codes = [quantity.unit_code, quantity.shown_unit_code]
    if quantity.code is not None:
        codes.append(quantity.code)
    for value, scheme, meaning in codes:
        assert 0 < len(value) <= 16  # DICOM's SH
        assert 0 < len(scheme) <= 16
        assert 0 < len(meaning) <= 64  # DICOM's LO
    assert quantity.colours == "status" or quantity.colours in COLOUR_MAPS
    assert quantity.name == "status" or quantity.code is not None


def test_values_are_shown_in_their_own_unit_and_digits():
    assert QUANTITIES["vp"].text(QUANTITIES["vp"].shown(0.0934)) == "9.34 mL/100 mL"
    assert QUANTITIES["Ktrans"].text(0.01234) == "0.0123 /min"
    assert QUANTITIES["R2"].text(0.98765) == "0.988"
    assert QUANTITIES["vp"].text(float("nan")) == NONE
    assert QUANTITIES["vp"].heading == "Vp [mL/100 mL]"
    assert QUANTITIES["R2"].heading == "R²"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (9.28, "9.3×"),
        (1.17, "1.2×"),
        (12.4, "12×"),
        (0.354, "0.35×"),
        (9.96, "10×"),
        (0.0, "0.00×"),
    ],
)
def test_ratios_have_two_significant_digits(ratio, text):
    assert times(ratio) == text


def test_changes_have_a_sign_a_true_minus_and_a_unit():
    assert percent(-87.4) == "−87 %"
    assert percent(64.8) == "+65 %"
    assert percent(-0.2) == "0 %"
    assert percent(float("nan")) == NONE
    assert signed(-0.04, 1) == "0.0"
    assert (signed(2.7e9, 0), signed(-1e5, 0), signed(9999, 0)) == (">+9999", "<−9999", "+9999")
    assert number(-1.25, 1) == "−1.2"


def test_colour_scales():
    assert rgb("#ff8000") == rgb("ff8000") == pytest.approx((1.0, 0.502, 0.0), abs=1e-3)
    assert colour_range(np.array([-1.0, np.nan, 0.0, 2.0])) == (0.0, 2.0)
    assert colour_range(np.array([5.0]), top=1.0) == (0.0, 1.0)
