"""``--json``: one object on stdout, with the numbers of the result files, and errors by code."""

import csv
import json

import pytest
from small_study import write_small_study
from SpineDCELib.cli import json_output, main


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("study"))


def run(capsys, *arguments):
    capsys.readouterr()
    status = main([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    return status, json.loads(printed.out), printed


def analyse(capsys, study, out, *more):
    return run(
        capsys, "analyse", study.series, "-o", out, "--aif-mask", study.artery, "--t10", "800",
        "--roi", study.regions, *more,
    )  # fmt: skip


def test_info_names_the_dynamic_series_and_the_next_command(study, capsys):
    status, record, _ = run(capsys, "info", study.series)
    assert status == 0
    [series] = record["series"]
    assert record["dynamic series"] == series["number"]
    assert (series["frames"], series["role"]) == (60, "dynamic")
    assert series["TR [s]"] == pytest.approx(0.0045)
    assert record["next"][0]["command"].startswith("spinedce analyse")


@pytest.mark.slow
def test_analyse_gives_the_numbers_of_the_tables(study, tmp_path, capsys):
    status, record, printed = analyse(capsys, study, tmp_path / "out")
    assert status == 0
    assert printed.err == ""
    with (tmp_path / "out" / "measurements.csv").open() as file:
        rows = {row["region"]: row for row in csv.DictReader(file)}
    assert {one["name"] for one in record["regions"]} == set(rows)
    for one in record["regions"]:
        row = rows[one["name"]]
        assert one["voxels"] == int(row["voxels"])
        assert one["parameters"]["vp"]["mean"] == float(row["vp mean [fraction]"])
    assert "measurements.csv" in record["files"]
    assert record["units"]["Ktrans"] == "1/min"


def test_an_error_has_its_code_on_stdout_and_its_sentence_on_stderr(study, tmp_path, capsys):
    status, record, printed = analyse(capsys, study, tmp_path / "out", "--hct", "45")
    assert status == 2
    assert record["error"]["code"] == "out_of_range"
    assert "--hct" in record["error"]["message"]
    assert printed.err.startswith("spinedce: ")


def test_no_name_from_a_file_reaches_the_terminal_as_it_is(capsys):
    json_output.show_json({"series": [{"description": "\x1b[2Jä\x9b", "n": float("nan")}]})
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.replace("\n", "").isprintable()
    assert json.loads(out)["series"] == [{"description": "\x1b[2Jä\x9b", "n": None}]


@pytest.mark.slow
def test_compare_gives_what_comparison_json_holds(tmp_path_factory, tmp_path, capsys):
    from sample_patients import sample_paths

    paths = sample_paths(tmp_path_factory, "A", "quick")
    before, after = paths["before"], paths["after"]
    status, record, _ = run(
        capsys, "compare", before.dicom, after.dicom, "-o", tmp_path / "out",
        "--roi", before.truth / "rois.seg.nrrd", "--roi-after", after.truth / "rois.seg.nrrd",
        "--flip-runs", "0", "--export", "none", "--no-cache",
    )  # fmt: skip
    assert status == 0
    written = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert {key: record[key] for key in written} == written
    assert record["lesions"][0]["call"]["sentence"]
