"""Reference pages of settings, commands and Python names, written from the program itself."""

import importlib
import os
import re
from pathlib import Path

import SpineDCELib
from SpineDCELib.cli import EXIT_STATUS, full_parser
from SpineDCELib.cohort.observations import dictionary
from SpineDCELib.settings import FORM, Field, Settings, value_at

#: Rooms of the engine in the order of an analysis.
ROOMS = (
    "series", "preprocessing", "concentration", "aif", "kinetics", "measurement", "analysis",
    "compare", "course", "export", "run", "network", "cohort", "phantom", "settings", "vocabulary",
    "files",
)  # fmt: skip
SCOPES = {"visit": "of each visit", "common": "of all visits"}


def write_references(folder: Path) -> None:
    """Write all pages into a folder; a page that has not changed is left alone."""
    folder.mkdir(exist_ok=True)
    pages = {
        "settings": settings_page(),
        "commands": commands_page(),
        "names": names_page(),
        "observations": observations_page(),
    }
    pages |= {f"room-{room}": room_page(room) for room in ROOMS}
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def settings_page() -> str:
    """Return every setting by group, and the input files."""
    groups: dict[str, list[Field]] = {}
    for field in FORM.values():
        groups.setdefault(field.path.rpartition(".")[0], []).append(field)
    lines = [
        "# Settings",
        "",
        "Every setting as the form description has it, from which the settings file, the options "
        "of the command line and the controls of both windows follow. Bounds and defaults are in "
        "the unit shown; the settings file takes the engine's unit (s, mm, 1/min, fractions).",
    ]
    for group, fields in groups.items():
        lines += ["", f"## {group}", ""]
        lines += [line for field in fields for line in _setting(field)]
    return "\n".join(lines) + "\n"


def _setting(field: Field) -> list[str]:
    """Return the name of a setting, and what it means and takes."""
    facts = [_values(field)]
    if not field.path.startswith("inputs."):
        facts.append(f"default {_default(field)}")
    if field.option:
        facts.append(f"`{' '.join(filter(None, [field.option, field.metavar]))}`")
    facts.append(SCOPES[field.scope])
    text = f"**{field.label}.** {field.help}".replace("<", "&lt;")
    return [f"`{field.path}`", f": {text}", "", f"  *{' · '.join(facts)}*", ""]


def _values(field: Field) -> str:
    if field.kind == "choice":
        return ", ".join(f"`{value}`" for value in field.choices if value is not None)
    if field.low is not None and field.high is not None:
        low, high = (f"{field.to_shown(x):.10g}".replace("-", "−") for x in (field.low, field.high))
        words = "".join(f" or `{word}`" for word in field.words)
        return f"{low} to {high} {field.unit}".rstrip() + words
    return field.kind + "".join(f" or `{word}`" for word in field.words)


def _default(field: Field) -> str:
    text = field.text(value_at(Settings(), field.path))
    unit = field.unit if text[:1].isdigit() else ""
    return f"{text} {unit}".strip() or "automatic"


def commands_page() -> str:
    """Return the help of every command."""
    os.environ["COLUMNS"] = "96"
    parser = full_parser()
    [commands] = parser._subparsers._group_actions  # type: ignore[union-attr]
    lines = ["# Commands", "", "```text", parser.format_help().rstrip(), "```", ""]
    for name, command in commands.choices.items():  # type: ignore[union-attr]
        lines += [f"## {name}", "", "```text", command.format_help().rstrip(), "```", ""]
    lines += ["## Exit status", "", "| status | meaning |", "| --- | --- |"]
    lines += [f"| {status} | {words} |" for status, words in EXIT_STATUS.items()]
    return "\n".join(lines) + "\n"


def observations_page() -> str:
    """Return the columns of the table for statisticians."""
    lines = [
        "# Columns of observations.tsv",
        "",
        "A batch writes one row per patient, visit and region; `n/a` stands for a value that is "
        "not known or does not exist. `observations.json` beside the table says the same.",
        "",
        "| column | meaning | unit | values |",
        "| --- | --- | --- | --- |",
    ]
    for name, words in dictionary().items():
        levels = ", ".join(f"`{level}` ({text})" for level, text in words.get("Levels", {}).items())
        lines.append(f"| `{name}` | {words['Description']} | {words.get('Units', '')} | {levels} |")
    return "\n".join(lines) + "\n"


def names_page() -> str:
    """Return the public names with their documentation, and the list of the rooms."""
    lines = [
        "# Python names",
        "",
        "`from SpineDCELib import …` offers these names. Arrays are `[frame, slice, row, column]`; "
        "space is LPS in mm, time in s, rate constants in 1/min, fractions as fractions.",
        "",
    ]
    for name in SpineDCELib.__all__:
        if name.startswith("_"):
            continue
        kind = "autoclass" if isinstance(getattr(SpineDCELib, name), type) else "autofunction"
        module = importlib.import_module(getattr(SpineDCELib, name).__module__)
        lines += ["```{eval-rst}", f".. {kind}:: {module.__name__}.{name}",
                  *(["   :members:"] if kind == "autoclass" else []), "```", ""]  # fmt: skip
    lines += ["## The rooms of the engine", "", "```{toctree}", ":maxdepth: 1", ""]
    lines += [f"room-{room}" for room in ROOMS] + ["```"]
    return "\n".join(lines) + "\n"


def room_page(room: str) -> str:
    """Return the modules of a room with their functions and classes."""
    folder = Path(SpineDCELib.__file__).parent / room
    about = re.match(r'"""(.*?)"""', (folder / "__init__.py").read_text(encoding="utf-8"), re.S)
    lines = [f"# {room}", "", about[1].strip() if about else "", ""]
    for path in sorted(folder.glob("*.py")):
        if path.stem != "__init__":
            module = f"SpineDCELib.{room}.{path.stem}"
            lines += [f"## {path.stem}", "", "```{eval-rst}", f".. automodule:: {module}",
                      "   :members:", "   :noindex:", "```", ""]  # fmt: skip
    return "\n".join(lines)
