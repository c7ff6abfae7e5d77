"""AIF files: every unit told apart, nothing guessed in silence."""

import numpy as np
import pytest
from reference_data import reference
from SpineDCELib.aif import read_curve_file
from SpineDCELib.errors import InputError


def write(tmp_path, text):
    path = tmp_path / "aif.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "factor"),
    [("time [s],Cb [mM]", 1), ("time [ms],Cb [mM]", 1000), ("t (min);Cb (mM)", 1 / 60)],
)
def test_stated_units(tmp_path, header, factor):
    separator = ";" if ";" in header else ","
    rows = "\n".join(f"{t * factor}{separator}{t / 100}" for t in range(0, 300, 5))
    found = read_curve_file(write(tmp_path, f"{header}\n{rows}\n"), duration=300)
    np.testing.assert_allclose(found.t, np.arange(0, 300, 5), atol=1e-9)
    np.testing.assert_allclose(found.C, np.arange(0, 300, 5) / 100)
    assert found.medium == "blood"


@pytest.mark.parametrize(("factor", "unit"), [(1, "s"), (1000, "ms"), (1 / 60, "min")])
def test_unit_follows_from_the_span_and_is_noted(tmp_path, factor, unit):
    rows = "\n".join(f"{t * factor} {t / 100}" for t in range(0, 300, 5))
    found = read_curve_file(write(tmp_path, rows), duration=295)
    assert found.t[-1] == pytest.approx(295)
    assert f"taken as {unit}" in found.note
    assert found.medium is None


def test_undetermined_unit_is_refused(tmp_path):
    rows = "\n".join(f"{t},{t / 100}" for t in range(0, 300, 5))
    with pytest.raises(InputError) as caught:
        read_curve_file(write(tmp_path, rows), duration=5000)
    assert caught.value.code == "no_time_unit"
    assert caught.value.fields == ("aif.time_unit", "inputs.aif_file")
    assert read_curve_file(write(tmp_path, rows), duration=5000, time_unit="s").t[-1] == 295


@pytest.mark.parametrize(
    "text",
    ["", "time,Cb\n1,2\n", "a,b\nx,y\n1,2\n3,4\n", "0,1\n5,2\n4,3\n6,1\n", "0,1\n1,nan\n2,3\n"],
)
def test_unusable_files_are_named(tmp_path, text):
    with pytest.raises(InputError, match=r"aif\.csv"):
        read_curve_file(write(tmp_path, text), duration=5)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(InputError) as caught:
        read_curve_file(tmp_path / "none.csv", duration=5)
    assert caught.value.code == "aif_file_unreadable"
    (tmp_path / "b.csv").write_bytes(bytes(range(256)))
    with pytest.raises(InputError) as caught:
        read_curve_file(tmp_path / "b.csv", duration=5)
    assert caught.value.code == "aif_file_unreadable"


def test_pkmodeling_prescribed_curve():
    path = reference("pkmodeling/DRO3min5secinf_PrescribedAIF.csv")
    found = read_curve_file(path, duration=175)
    assert found.t[-1] == 175
    assert found.C.max() == pytest.approx(3.18381)
