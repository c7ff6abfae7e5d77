"""OSIPI's code-comparison data: every row within OSIPI's tolerance, none expected to fail."""

import numpy as np
import pytest
from reference_data import osipi_rows
from SpineDCELib.kinetics.fitting import fit

pytestmark = pytest.mark.slow

# (absolute, relative), in the units inside the program.
TOLERANCE = {
    "ve": (0.05, 0.0),
    "vp": (0.025, 0.0),
    "Ktrans": (0.005, 0.1),
    "PS": (0.005, 0.1),
    "Fp": (0.05, 0.1),
    "Ta": (1.0, 0.0),
}
COLUMNS = {
    "ve": ("ve",),
    "vp": ("vp",),
    "Ktrans": ("Ktrans", "ps"),
    "PS": ("ps",),
    "Fp": ("fp",),
    "Ta": ("arterial_delay", "arterialdelay"),
}
SETS = [
    ("dce_DRO_data_extended_tofts.csv", "extended_tofts"),
    ("dce_DRO_data_tofts.csv", "tofts"),
    ("patlak_sd_0.02_delay_0.csv", "patlak"),
    ("patlak_sd_0.02_delay_5.csv", "patlak"),
    ("2cxm_sd_0.001_delay_0.csv", "two_compartment_exchange"),
    ("2cxm_sd_0.001_delay_5.csv", "two_compartment_exchange"),
]


def column(row, *names):
    return next(row[name] for name in names if name in row)


def numbers(row, *names):
    return np.array(column(row, *names).split(), float)


@pytest.mark.parametrize(
    ("delay", "integration"),
    [
        ("known", "cubic"),
        ("known", "linear"),
        pytest.param("fitted", "cubic", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize(("name", "model"), SETS)
def test_every_row(name, model, delay, integration):
    rows = osipi_rows(name)
    assert rows
    for row in rows:
        t, Ct = numbers(row, "t"), numbers(row, "C", "C_t")
        Cp = numbers(row, "ca", "cp_aif")
        Ta = float(column(row, *COLUMNS["Ta"])) if delay == "known" else 0.0
        found = fit(
            Ct, t, Cp, model=model, Ta=Ta, fit_delay=delay == "fitted", integration=integration
        )
        assert found.status < 16
        for parameter in found:
            if parameter == "kep":
                continue
            truth = float(column(row, *COLUMNS[parameter])) / (100 if parameter == "Fp" else 1)
            absolute, relative = TOLERANCE[parameter]
            error = abs(found[parameter] - truth)
            assert error <= absolute + relative * abs(truth), (row["label"], parameter)
