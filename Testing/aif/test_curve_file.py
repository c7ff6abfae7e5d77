"""AIF files as viewers and spreadsheets write them."""

import numpy as np
import pytest
from SpineDCELib.aif import read_curve_file
from SpineDCELib.aif.external_aif import from_file
from SpineDCELib.aif.population import parker
from SpineDCELib.errors import InputError

T = np.arange(0, 120, 5.0)
C = parker(T, arrival=25.0)


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_curve_file(path, duration=float(np.ptp(T)))


@pytest.mark.parametrize(
    ("header", "separator", "comma"),
    [
        ("time [s];Cb [mM]", ";", True),
        ("time [s]\tCb [mM]", "\t", True),
        ("time [s],Cb [mM]", ",", False),
        ("time [s] Cb [mM]", " ", False),
        ("time [s] Cb [mM]", "  ", True),
        ("t;c", ";", True),
    ],
)
def test_separators_and_decimal_commas(tmp_path, header, separator, comma):
    rows = [f"{a:.3f}{separator}{b:.5f}" for a, b in zip(T, C, strict=True)]
    if comma:
        rows = [row.replace(".", ",") for row in rows]
    curve = write(tmp_path / "aif.txt", [header, *rows])
    np.testing.assert_allclose(curve.t, T, atol=1e-3)
    np.testing.assert_allclose(curve.C, C, atol=1e-5)
    assert curve.medium == ("blood" if "Cb" in header else None)


def test_an_empty_cell_keeps_the_columns(tmp_path):
    rows = [f"{a},{b},{b / 0.58}" for a, b in zip(T, C, strict=True)]
    rows[8] = f"{T[8]},,{C[8] / 0.58}"
    curve = write(tmp_path / "aif.csv", ["time [s],Cb [mM],Cp [mM]", *rows])
    keep = np.arange(T.size) != 8
    np.testing.assert_allclose(curve.C, C[keep])
    assert "1 row with an empty cell left out" in curve.note


@pytest.mark.parametrize(
    ("values", "code"),
    [(300 + 130 * C, "aif_is_signal"), (1000 * C, "aif_too_high")],
)
def test_what_blood_cannot_hold_is_refused_until_it_is_accepted(tmp_path, values, code):
    rows = [f"{a},{b}" for a, b in zip(T, values, strict=True)]
    curve = write(tmp_path / "aif.csv", rows)
    with pytest.raises(InputError) as caught:
        from_file(curve, t=T)
    assert caught.value.code == code
    assert "reading.accept_implausible" in caught.value.fields
    # The sentence states the file's own numbers.
    assert f"{values.max():.4g}" in str(caught.value)
    np.testing.assert_allclose(from_file(curve, t=T, accepted=True).C, values)


@pytest.mark.parametrize("rows", [["time [s]"], ["a b", "c d"], ["1", "2", "3"], [""]])
def test_what_holds_no_curve_is_refused(tmp_path, rows):
    with pytest.raises(InputError) as caught:
        write(tmp_path / "aif.csv", rows)
    assert caught.value.code == "aif_file_not_two_columns"


def test_a_column_without_any_number_is_not_the_curve(tmp_path):
    path = tmp_path / "aif.csv"
    path.write_text("time [s],Cb [mM],Cp [mM]\n0,,0\n5,,1.5\n10,,3.25\n")
    curve = read_curve_file(path, duration=10)
    assert curve.C.tolist() == [0, 1.5, 3.25]
    assert curve.medium == "plasma"
