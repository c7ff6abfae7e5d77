"""Write the sentences that 3D Slicer's user sees into the translation files: `make translations`.

The contexts are those of 3D Slicer: the class of a Designer file, package and name of a Python
file. A sentence that is new is marked as unfinished; one that no longer exists is removed.
"""

from __future__ import annotations

import ast
import functools
import itertools
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "SpineDCE" / "Resources" / "Translations"
PANELS = ROOT / "SpineDCE" / "Resources" / "UI"
CODE = [ROOT / "SpineDCE" / "SpineDCE.py"] + [
    path
    for name in ("shared", "desktop")
    for path in sorted((ROOT / "SpineDCEWidget" / name).glob("*.py"))
]
ENGINE = ROOT / "SpineDCE" / "SpineDCELib"
#: Rooms of the engine whose sentences no window shows.
NOT_SHOWN = {"cli", "cohort", "phantom"}
#: Modules whose sentences are for programmers, files, reports or the other shells only.
NOT_SHOWN_MODULES = {
    "analysis/graph.py", "compare/residual_tumour.py", "export/course_files.py",
    "export/report/__init__.py", "export/report/course_report.py", "export/report/html_page.py",
    "kinetics/convolution.py", "kinetics/descriptive.py", "kinetics/kep_tables.py",
    "kinetics/models.py", "kinetics/tissue_curves.py", "run/analyse.py", "run/course.py",
    "run/provenance.py", "run/saved_session.py", "series/study_summary.py",
    "settings/settings_file.py",
}  # fmt: skip
Sentences = dict[str, list[str]]


def sentences() -> Sentences:
    """Return every context with its sentences, in the order of the sources."""
    from SpineDCEWidget.shared.engine_sentences import CONTEXT

    found: Sentences = {}
    for path in sorted(PANELS.glob("*.ui")):
        root = ElementTree.parse(path).getroot()
        texts = [s.text for s in root.iter("string") if s.text and s.get("notr") != "true"]
        found.setdefault(root.findtext("class") or "", []).extend(texts)
    for path in CODE:
        found.setdefault(context_of(path), []).extend(marked(path))
    found[CONTEXT] = [*vocabulary(), *engine_sentences()]
    return {name: list(dict.fromkeys(texts)) for name, texts in sorted(found.items()) if texts}


def context_of(path: Path) -> str:
    """Return the context of a Python file, as ``slicer.i18n`` computes it."""
    package = path.parent.name + "." if (path.parent / "__init__.py").is_file() else ""
    return package + path.stem


def marked(path: Path) -> Iterator[str]:
    """Yield the sentences that are given to ``_()``."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            [text] = node.args
            if not isinstance(text, ast.Constant):
                raise SystemExit(f"{path}:{node.lineno}: _() needs the sentence itself.")
            yield str(text.value)


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


# -- the engine ---------------------------------------------------------------------------------


def vocabulary() -> Iterator[str]:
    """Yield labels, choices, titles, reasons and headings of the engine."""
    from SpineDCELib.aif.candidates import Verdict
    from SpineDCELib.export.report import report_tables
    from SpineDCELib.settings import FORM
    from SpineDCELib.settings.constants import STOPS
    from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES, normalised_title
    from SpineDCELib.vocabulary.fit_status import legend
    from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES
    from SpineDCELib.vocabulary.quantities import QUANTITIES
    from SpineDCELib.vocabulary.region_roles import REGION_ROLES
    from SpineDCELib.vocabulary.visits import VISITS, long_date

    for field in FORM.values():
        yield from (field.label, field.help)
        yield from (text for text in field.choices.values() if not _is_name(text))
    yield from (role.title for role in REGION_ROLES.values())
    yield from (visit.title for visit in VISITS.values())
    yield from (visit.title.lower() for visit in VISITS.values())
    yield from (quantity.title for quantity in QUANTITIES.values() if not _is_name(quantity.title))
    yield from (mode.title for mode in CONVERSION_MODES.values())
    for name, mode in itertools.product(("vp", "vp_voxel", "Ktrans"), CONVERSION_MODES):
        yield normalised_title(name, mode)
    yield from MODEL_TITLES.values()
    for model in ("", *MODEL_TITLES):
        yield from legend(model).values()
    yield from (verdict.reason for verdict in Verdict)
    yield from (f"Accepted: {words}." for words in STOPS.values())
    yield from headings(Path(report_tables.__file__))
    yield from SMALL_WORDS
    yield from differences()
    for month in range(1, 13):
        yield "{day}" + long_date(date(2026, month, 1))[1:].replace("2026", "{year}")
    for path in engine_files():
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            shown = (
                node.args[1:2]
                if "progress" in called
                else node.args[:3]
                if called == "Chart"
                else []
            )
            for text in shown:
                yield from (t for t in templates(text) if re.search("[A-Za-z]{3}", t))


#: Words that the engine puts into its sentences.
SMALL_WORDS = (
    "persistent disease", "response", "above", "at", "below", "within", "outside", "none",
    "not known", "no interval: too few voxels", "95 % interval {low} to {high} %",
    "{low} to {high} s", "{percent} ({low} to {high} %)", "{name} {part} %", "noise", "delays",
    "outline", "reference", "at baseline", "at follow-up", "AIF shift {when}", "AIF voxels {when}",
    "delay of the lesion {when}", "delay of the reference {when}", "lesion outline {when}",
    "reference outline {when}", "T10 of the lesion {when}", "T10 of the reference {when}",
    "reference vertebra {when}", "haematocrit", "two rulers", "degrees",
    "all tissue", "Residual", "Normalised Vp", "residual, relative to best", "× reference",
    "× reference, per volume of water",
    "Preliminary report", "Final report, {reader}, {time}", "Addendum, {reader}, {time}",
    "consistent with response", "consistent with persistent disease", "recurring",
    "not determined", "baseline", "reason", "what would change it", "acquired otherwise",
    "change to baseline", "change to the lowest value", "area product [mm²]", "region", "drawn",
    "carried over", "{title}, 95 % interval", "The lesion has no region.",
    "would exclude", "would still include", "Draw it at this visit.", "Radiation therapy",
    "Surgery", "Systemic therapy", "Event",
    "Normalised Vp rose from its lowest value, {low} at {nadir}, to {now} ({percent}, {interval})",
    "by hand", "as proposed", "columns", "rows", "slices",
    "{before} at baseline, {after} at follow-up",
    "{number}, impossible: more than the whole volume",
    "{number}, impossible: above that of blood, {whole}",
    "{number}, not of tissue: more than half would be blood",
)  # fmt: skip


def differences() -> Iterator[str]:
    """Yield what can differ between two visits."""
    for node in ast.walk(_tree(ENGINE / "compare" / "visit_differences.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "same":
            yield from (text for text in templates(node.args[0]) if not _is_name(text))


def headings(path: Path) -> Iterator[str]:
    """Yield the headings of rows in the tables of regions and of the change."""
    tree = _tree(path)
    wanted = {"measurement_rows", "change_rows", "_diameters", "_origin", "_measured_size"}
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name in wanted:
            for node in inner(function):
                for text in templates(node):
                    if re.search(r"[a-z]{3} |[a-z]{4}", re.sub(r"\{\w+\}", "", text)):
                        yield text


def engine_files() -> list[Path]:
    """Return the files of the engine whose sentences a window shows."""
    return [
        path
        for path in sorted(ENGINE.rglob("*.py"))
        if path.relative_to(ENGINE).parts[0] not in NOT_SHOWN
        and path.relative_to(ENGINE).as_posix() not in NOT_SHOWN_MODULES
    ]


def engine_sentences() -> Iterator[str]:
    """Yield the sentences of errors, findings, warnings and notes, and clauses that end them."""
    from SpineDCEWidget.shared.engine_sentences import SENTENCE_END

    for path in engine_files():
        for node in inner(_tree(path)):
            for text in templates(node):
                text = re.sub(r"\.\{\w+\}$", ".", text)  # another sentence may follow
                if text.rstrip().endswith("."):
                    yield from filter(_is_sentence, SENTENCE_END.split(text.strip()))


def inner(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the texts of a tree, without docstrings and without the parts of a larger text."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Field":
            continue
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node
        else:
            yield from inner(node)


def templates(node: ast.AST) -> list[str]:
    """Return a text with placeholders for its values; several where it chooses between words."""
    if isinstance(node, ast.IfExp):
        return templates(node.body) + templates(node.orelse)
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if not isinstance(node, ast.JoinedStr):
        return []
    used: list[str] = []
    pieces: list[list[str]] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append([str(part.value)])
        elif isinstance(part, ast.FormattedValue):
            choice = part.value
            if isinstance(choice, ast.IfExp) and all(
                isinstance(one, ast.Constant) for one in (choice.body, choice.orelse)
            ):
                pieces.append(templates(choice))
            else:
                pieces.append([f"{{{_placeholder(choice, used)}}}"])
    return ["".join(one) for one in itertools.product(*pieces)]


def _placeholder(value: ast.AST, used: list[str]) -> str:
    """Return a name for a value: the last word of its expression that says what it is."""
    words = re.findall(
        r"[A-Za-z]\w*", re.sub(r"\b(str|number|signed|int|len)\b|'.*?'", "", ast.unparse(value))
    )
    name = next((word for word in reversed(words) if len(word) > 1), "value")
    while name in used:
        name = re.sub(r"\d*$", lambda end: str(int(end[0] or 1) + 1), name, count=1)
    used.append(name)
    return name


def _is_sentence(text: str) -> bool:
    words = re.findall(r"[A-Za-zµ]{2,}", re.sub(r"\{\w+\}", "", text))
    return len(words) >= 2 and " " in text and not re.search(r"[|#\\]", text)


def _is_name(text: str) -> bool:
    """Return whether a text is the same in every language."""
    return not re.search(r"[a-z]{3}", text) or text.startswith("gado")


# -- files --------------------------------------------------------------------------------------


def read(file: Path) -> dict[tuple[str, str], str]:
    """Return context and sentence → its translation."""
    known = {}
    for context in ElementTree.parse(file).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            known[name, message.findtext("source") or ""] = message.findtext("translation") or ""
    return known


def write(file: Path, language: str, known: dict[tuple[str, str], str]) -> int:
    """Write a translation file; return how many sentences it lacks."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>",
             f'<TS version="2.1" language="{language}" sourcelanguage="en">']  # fmt: skip
    missing = 0
    for context, texts in sentences().items():
        lines += ["<context>", f"    <name>{context}</name>"]
        for text in texts:
            translation = known.get((context, text), "")
            state = "" if translation else ' type="unfinished"'
            missing += not translation
            lines += [
                "    <message>",
                f"        <source>{escape(text)}</source>",
                f"        <translation{state}>{escape(translation)}</translation>",
                "    </message>",
            ]
        lines.append("</context>")
    file.write_text("\n".join([*lines, "</TS>", ""]), encoding="utf-8")
    return missing


def main() -> int:
    """Update every translation file; return 1 where one is unfinished."""
    unfinished = 0
    for file in sorted(FOLDER.glob("SpineDCE_*.ts")):
        language = file.stem.removeprefix("SpineDCE_")
        missing = write(file, language, read(file))
        print(f"{file.name}: {missing} sentences without a translation")
        unfinished += missing
    return int(unfinished > 0)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "SpineDCE"), str(ROOT)]
    sys.exit(main())
