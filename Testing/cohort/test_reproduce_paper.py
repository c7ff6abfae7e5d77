"""``spinedce paper``: published results are reproduced, and a stopped run is resumed."""

import csv
import json
from typing import Any

import pytest
from SpineDCELib.cli import main
from SpineDCELib.cohort import published_results as paper
from SpineDCELib.cohort import reproduce_paper as reproduce
from SpineDCELib.cohort.cohort_statistics import analyse_cohort
from SpineDCELib.errors import InputError
from SpineDCELib.files.text_cells import cell_text
from SpineDCELib.phantom import draw_cohort

pytestmark = pytest.mark.long
#: Both groups are among the first three patients of this cohort.
SEED = 2026
FEW: dict[str, Any] = {
    "patients": 3, "seed": SEED, "examples": "quick", "workers": 0, "resamples": 20,
}  # fmt: skip


def test_true_changes_of_the_cohort_have_the_published_results():
    truth = paper.facts(analyse_cohort(paper.true_table(draw_cohort()), resamples=0))
    for name, printed in paper.PRINTED.items():
        # The cohort has no true signal, and its levels are those that the phantom can draw.
        if name.startswith(("Figure", "Δsignal", "level")):
            continue
        # Counts, cutoffs and medians have the same text; the interval follows in brackets.
        ours, theirs = (text.split("(")[0].strip() for text in (truth[name], printed))
        if "cutoff" in name:
            ours = ours.removesuffix(".0")
        assert ours == theirs, name
    exact = {
        "ΔVp > −40 %, sensitivity (95 %)": "58.7–99.8 %",
        "ΔVp > −40 %, specificity (95 %)": "71.9–95.6 %",
        "Δarea > −10 %, sensitivity (95 %)": "48.2–97.7 %",
        "Δarea > −10 %, specificity (95 %)": "31.0–64.2 %",
    }
    for name, interval in exact.items():
        assert interval in truth[name]
        assert interval not in paper.PRINTED[name]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("paper")
    found = reproduce.reproduce(
        out, patients=3, seed=SEED, examples="quick", workers=0, resamples=20
    )
    return out, found


def stamps(out):
    """Studies, and marks of finished ones."""
    files = [*out.glob("sourcedata/*/*/truth/truth.json"), *out.glob("results/*/study.json")]
    return {str(p.relative_to(out)): p.stat().st_mtime_ns for p in files}


def test_measured_values_are_listed_beside_truth_and_paper(made):
    out, found = made
    rows = {name: cells for name, *cells in found.rows}
    assert rows["patients"] == [
        "11 persistent disease, 38 response", "1 persistent disease, 2 response",
        "1 persistent disease, 2 response",
    ]  # fmt: skip
    true, measured = (
        [float(rows[name][column].replace("−", "-")) for name in rows if "ΔVp [%], median" in name]
        for column in (1, 2)
    )
    for a, b in zip(true, measured, strict=True):
        assert (1 + b / 100) / (1 + a / 100) == pytest.approx(1, abs=0.15)
    assert rows["Figure 1, normalised Vp"][:2] == ["9.26 → 1.13 (−87.8 %)"] * 2
    assert rows["Figure 2, normalised Vp"][1] == "5.48 → 9.03 (+64.8 %)"
    assert rows["Figure 2, area"][0] == rows["Figure 2, area"][1] == "−19.4 %"
    with (out / "paper.csv").open(encoding="utf-8") as file:
        cells = [[cell_text(cell) for cell in row] for row in csv.reader(file)]
    assert cells[1:] == found.rows
    assert len(found.remarks) == 3
    assert "follow-up to baseline Ktrans" in found.remarks[2]
    assert "6 studies" in found.remarks[0]


def test_all_figures_are_written(made):
    out, _ = made
    names = {p.name for p in out.iterdir()}
    assert {f"figure{n}.png" for n in range(1, 6)} <= names
    html = (out / "paper.html").read_text(encoding="utf-8")
    assert html.count("<img") == 6
    record = json.loads((out / "cohort" / "cohort.json").read_text(encoding="utf-8"))
    assert set(record["quantities"]) == set(paper.QUANTITIES)


def test_a_second_call_keeps_finished_studies_and_results(made):
    out, found = made
    before = stamps(out)
    assert len(before) == 13  # 3 patients and 2 examples in two visits, 3 results
    again = reproduce.reproduce(
        out, patients=3, seed=SEED, examples="quick", workers=0, resamples=20
    )
    assert [e.status for e in again.entries] == ["kept"] * 3
    assert stamps(out) == before
    assert again.rows == found.rows


def test_an_incomplete_study_is_deleted_and_written_again(made, tmp_path):
    source = tmp_path / "sourcedata"
    (source / ".unfinished" / "P01-before-1" / "dicom").mkdir(parents=True)
    (source / "cohort.json").write_text('{"seed": 2023}', encoding="utf-8")
    found = reproduce.reproduce(tmp_path, patients=1, examples=None, workers=0, resamples=0)
    assert [e.status for e in found.entries] == ["done"]
    assert not (source / ".unfinished").exists()


def test_unusable_arguments_are_refused(made, capsys):
    out, _ = made
    with pytest.raises(InputError) as caught:
        reproduce.reproduce(out, patients=3, seed=7, workers=0)
    assert (caught.value.code, caught.value.fields) == ("another_cohort", ("inputs.out",))
    with pytest.raises(InputError) as caught:
        reproduce.reproduce(out, patients=50, workers=0)
    assert (caught.value.code, caught.value.fields) == ("out_of_range", ("paper.patients",))
    assert main(["paper", "-o", str(out), "--signal", "absolute"]) == 2
    assert "needs --t10" in capsys.readouterr().err


def test_a_folder_with_other_files_is_refused_untouched(tmp_path):
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        reproduce.reproduce(tmp_path, patients=1, examples=None, workers=0, resamples=0)
    assert refused.value.code == "folder_not_ours"
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
