"""``spinedce cohort``: published counts from the true changes of the digital cohort."""

import csv
import json

import numpy as np
import pytest
from SpineDCELib.cli import main
from SpineDCELib.phantom import draw_cohort

pytestmark = pytest.mark.slow

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort") / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "group", "sex", "days", "change_vp", "change_area"])
        for m in draw_cohort():
            row = [m.patient.key, m.patient.response, m.patient.sex, m.days]
            writer.writerow([*row, m.change_vp, m.change_area])
    return path


@pytest.fixture(scope="module")
def out(table):
    folder = table.parent / "out"
    assert main(["cohort", str(table), "-o", str(folder), "--bootstrap", "200"]) == 0
    return folder


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_published_counts_with_exact_intervals(out):
    found = {
        (r["quantity"], r["chosen by"]): (
            float(r["cutoff"]), r["sensitivity: correct"], r["sensitivity: patients"],
            r["specificity: correct"], r["specificity: patients"],
        )
        for r in rows(out / "cutoffs.csv")
    }  # fmt: skip
    vp, area = (-40.0, "10", "11", "33", "38"), (-10.0, "9", "11", "18", "38")
    paper = "Behar et al., AJNR 2023"
    assert found == {
        ("change_vp", "Youden"): vp, ("change_vp", paper): vp,
        ("change_area", "Youden"): area, ("change_area", paper): area,
    }  # fmt: skip
    exact = rows(out / "cutoffs.csv")[0]
    limits = [float(exact[f"sensitivity 95% {end}"]) for end in ("low", "high")]
    assert limits == pytest.approx([0.587, 0.998], abs=5e-4)


def test_files_agree(out):
    record = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    assert record["patients"] == [11, 38]
    vp = record["quantities"]["change_vp"]
    assert vp["ROC"]["AUC"] == float(rows(out / "roc.csv")[0]["AUC"])
    assert vp["Mann-Whitney"]["P"] == float(rows(out / "groups.csv")[0]["P"])
    assert vp["groups"]["persistent"]["median"] == 1.43
    curve = [r for r in rows(out / "roc_curves.csv") if r["quantity"] == "change_vp"]
    x, y = ([float(r[k]) for r in curve] for k in ("1 - specificity", "sensitivity"))
    area = float(np.sum(np.diff(x) * (np.array(y[1:]) + y[:-1]) / 2))
    assert area == pytest.approx(vp["ROC"]["AUC"])
    everyone = {r[""]: r["all"] for r in rows(out / "demographics.csv")}
    assert (everyone["patients"], everyone["sex: M"]) == ("49", "29")
    assert "median 62" in everyone["days"]
    html = (out / "cohort.html").read_text(encoding="utf-8")
    assert "10/11 (91 %; 58.7–99.8 %)" in html
    assert "Not a medical device" in html
    assert "http" not in html.replace("http://www.w3.org", "").replace("svg+xml", "")
    for name in ("boxes", "roc", "waterfall"):
        assert (out / f"{name}.png").read_bytes().startswith(PNG)


@pytest.mark.slow
def test_results_are_reproducible(table, out, tmp_path):
    assert main(["cohort", str(table), "-o", str(tmp_path), "--bootstrap", "200"]) == 0
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (out / path.name).read_bytes(), path.name


def test_given_cutoffs_and_quantities_are_used(table, tmp_path, capsys):
    command = ["cohort", str(table), "-o", str(tmp_path), "--bootstrap", "0"]
    assert main([*command, "--cutoff", "vp=-20", "--quantity", "change_vp"]) == 0
    said = capsys.readouterr().out
    assert "11 persistent, 38 response" in said
    assert "given" in said
    assert "Δarea" not in said
    assert main([*command, "--cutoff", "kep=-20"]) == 2
    assert "no quantity 'kep'" in capsys.readouterr().err


@pytest.mark.parametrize("group", ["response", "persistent"])
def test_a_single_group_is_described_without_a_test(tmp_path, capsys, group):
    table = tmp_path / "t.csv"
    table.write_text(f"patient,group,change_vp\nA,{group},1\nB,{group},2\n", encoding="utf-8")
    assert main(["cohort", str(table), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "cannot be compared" in said
    assert "no test" in said
    assert {r["n"] for r in rows(tmp_path / "out" / "groups.csv")} == {"0", "2"}
    assert not (tmp_path / "out" / "roc.png").exists()


def test_message_names_the_package_to_install(table, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.metrics", None)
    assert main(["cohort", str(table), "-o", str(tmp_path / "out")]) == 2
    assert "pip install 'spinedce[cohort]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
