"""The documentation: links that lead somewhere, pages in a menu, notebooks that run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NOTEBOOKS = ("one-study", "cohort")
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_relative_link_leads_to_a_file(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
        assert (page.parent / link).exists(), link


def test_every_page_is_in_the_menu_of_the_site():
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    menu = {line for block in re.findall(r"```\{toctree\}(.*?)```", text, re.S)
            for line in block.splitlines()}  # fmt: skip
    pages = {p.relative_to(DOCS).with_suffix("").as_posix() for p in DOCS.glob("*.md")}
    pages |= {f"notebooks/{name}" for name in NOTEBOOKS}
    assert pages - {"index"} <= menu


def test_the_settings_page_has_every_setting_with_its_option():
    sys.path.insert(0, str(DOCS))
    try:
        import reference_pages
    finally:
        sys.path.remove(str(DOCS))
    from SpineDCELib.settings import FORM

    text = reference_pages.settings_page()
    for path, field in FORM.items():
        entry = text.split(f"\n`{path}`\n: ")[1].split("\n`")[0]
        assert entry.startswith(f"**{field.label}.** ")
        assert field.option in entry
    names = [path.stem for room in reference_pages.ROOMS
             for path in (ROOT / "SpineDCE/SpineDCELib" / room).glob("[a-z]*.py")]  # fmt: skip
    folders = {path.parent.name for path in (ROOT / "SpineDCE/SpineDCELib").glob("*/__init__.py")}
    assert set(reference_pages.ROOMS) == folders - {"cli", "mrml"}
    rooms = "\n".join(map(reference_pages.room_page, reference_pages.ROOMS))
    assert all(f"## {name}\n" in rooms for name in names)


def test_a_dead_link_of_the_built_site_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<p id="x"></p><a href="b.html#y"></a><a href="#x"></a>')
    (tmp_path / "b.html").write_text('<p id="y"></p><a href="a.html#z"></a><img src="c.png">')
    command = [sys.executable, str(DOCS / "link_check.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.split("\n")[:2] == ["b.html: a.html#z", "b.html: c.png"]
    (tmp_path / "b.html").write_text('<p id="y"></p><a href="https://example.org/none"></a>')
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_the_page_of_files_names_every_file_of_an_analysis(tmp_path):
    from small_study import write_small_study
    from SpineDCELib.cli import main

    study = write_small_study(tmp_path / "study")
    options = [
        "--aif-mask",
        study.artery,
        "--t10",
        "800",
        "--roi",
        study.regions,
        "--shift",
        "auto",
    ]
    out = tmp_path / "out"
    assert main([*map(str, ["analyse", study.series, "-o", out, *options, "--shift", "auto"])]) == 0
    page = (DOCS / "files.md").read_text(encoding="utf-8")
    for path in out.rglob("*"):
        assert f"`{path.name}`" in page


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_keeps_the_outputs_of_a_run_without_errors_or_folders(name):
    nbformat = pytest.importorskip("nbformat")
    cells = nbformat.read(DOCS / "notebooks" / f"{name}.ipynb", 4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {out.output_type for cell in code for out in cell.outputs}
    assert kinds <= {"stream", "display_data", "execute_result"}
    said = "".join(str(out.get("text", "")) for cell in code for out in cell.outputs)
    assert not re.search(r"/(tmp|home|root|work)/|Warning", said)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("one-study", marks=pytest.mark.long),
        pytest.param("cohort", marks=pytest.mark.long),
    ],
)
def test_a_notebook_runs_and_prints_what_it_keeps(name, tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "SpineDCE"))
    kept = nbformat.read(DOCS / "notebooks" / f"{name}.ipynb", 4)
    run = nbclient.NotebookClient(
        nbformat.from_dict(kept), timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()  # fmt: skip

    def lines(notebook):
        outs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
        return "".join(out.text for out in outs if out.output_type == "stream").splitlines()

    # Another build of the numerical libraries may differ in the last digits.
    digits = re.compile(r"\d+(\.\d+)?")
    assert [digits.sub("", line) for line in lines(run)] == [
        digits.sub("", line) for line in lines(kept)
    ]
