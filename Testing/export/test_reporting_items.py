"""``report.json``: the reporting items of OSIPI's lexicon, from an analysis."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from small_study import FA, HCT, TR, write_small_study
from SpineDCELib.export import reporting_items as reporting
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import AIF_SOURCES, MODELS, SIGNAL_MODES, T1_SOURCES, Settings, changed


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the items of an analysis: section and item → entry, and the whole record."""
    folder = tmp_path_factory.mktemp("report")
    study = write_small_study(folder / "study")
    settings = changed(
        Settings(),
        concentration={"T1_source": "fixed", "T10": 0.8},
        aif={"source": "mask", "Hct": HCT},
        fit={"shift": 1.5},
    )
    inputs = Inputs(str(study.series), aif_mask=str(study.artery), roi=(str(study.regions),))
    analyse(inputs, settings, folder / "out", cached=False)
    record = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    return {(i["section"], i["item"]): i for i in record["items"]}, record


@pytest.mark.parametrize(
    ("section", "item", "code", "value", "unit"),
    [
        ("acquisition", "repetition time", "Q.MS1.006", TR, "s"),
        ("acquisition", "flip angle", "Q.MS1.007", FA, "degrees"),
        ("acquisition", "time step (median)", "Q.GE1.005", 4.0, "s"),
        ("acquisition", "frames", None, 60, None),
        ("concentration", "fixed native T1", None, 0.8, "s"),
        ("arterial input function", "haematocrit", "Q.PH1.012", HCT, "fraction"),
        ("fit", "time shift of the AIF", "Q.PH1.007", 1.5, "s"),
    ],
)
def test_an_item_has_its_code_value_and_unit(section, item, code, value, unit, report):
    found = report[0][section, item]
    assert (found["CAPLEX"], found["unit"]) == (code, unit)
    assert found["value"] == pytest.approx(value)


def test_the_methods_have_the_codes_of_the_lexicon(report):
    items = report[0]
    assert items["fit", "model"]["CAPLEX"] == "M.IC1.005"
    assert items["arterial input function", "source"]["CAPLEX"] == "P.AE2.002"
    assert items["concentration", "native T1"]["CAPLEX"] == "P.NR2.001"
    assert items["concentration", "conversion of signal"]["CAPLEX"] == "P.SC2.002"


def test_results_have_the_median_and_quartiles_of_each_region(report):
    found = report[0]["results", "label 1: Ktrans median (Q1, Q3)"]
    assert (found["CAPLEX"], found["unit"]) == ("Q.PH1.008", "1/min")
    assert found["value"][0] == pytest.approx(0.08, rel=0.1)  # the AIF is shifted on purpose


@pytest.mark.parametrize("by_hand", [False, True])
def test_an_artery_that_was_changed_by_hand_is_reported_so(by_hand):
    settings = changed(Settings(), aif={"source": "auto"})
    curve = SimpleNamespace(Cb=np.ones(3), unit="mM")
    analysis = SimpleNamespace(
        settings=settings, artery_by_hand=by_hand, aif=lambda: curve, artery=None
    )
    source, *_ = reporting._aif(analysis)
    assert ("changed by hand" in source.value) == by_hand


def test_what_is_not_known_is_null_and_listed(report):
    items, record = report
    assert items["contrast agent", "dose"]["value"] is None
    assert "contrast agent: dose" in record["not known"]
    assert "doi:" in record["source"]


def test_every_choice_of_the_settings_has_words_and_a_code():
    assert set(reporting.MODELS) == set(MODELS)
    assert set(reporting.AIFS) == set(AIF_SOURCES)
    assert set(reporting.SIGNALS) == set(SIGNAL_MODES)
    assert set(reporting.T10S) == set(T1_SOURCES)
    tables = (reporting.MODELS, reporting.AIFS, reporting.SIGNALS, reporting.T10S)
    codes = [code for table in tables for code, _ in table.values()]
    for code in [*codes, *reporting.PARAMETERS.values()]:
        assert re.fullmatch(r"[QMP]\.[A-Z]{2}\d\.\d{3}(\.[a-z])?", code)
