"""Options of the commands: help, mistyped options, options that exclude each other."""

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from SpineDCELib import cli
from SpineDCELib.cli import phantom as phantom_command
from SpineDCELib.cli.options import add_analysis_options
from SpineDCELib.phantom import PATIENTS, VISITS
from SpineDCELib.phantom.protocol import SIZES
from SpineDCELib.settings import FORM, Settings, settings_fields, value_at

COMMANDS = list(cli.COMMANDS)
#: Words of a window.
CONTROLS = re.compile(r"\b(button|click|press|panel|tick|menu)", re.IGNORECASE)


def help_of(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def analysis_options():
    parser = argparse.ArgumentParser()
    add_analysis_options(parser)
    return {name: action for action in parser._actions for name in action.option_strings}


def test_help_lists_every_command(capsys):
    text = help_of([], capsys)
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\b", text, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_names_no_control(command, capsys):
    assert not CONTROLS.search(help_of([command], capsys))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_has_help(command):
    [commands] = cli._parser(command)._subparsers._group_actions
    for action in commands.choices[command]._actions:
        assert action.help, action.option_strings or action.dest


@pytest.mark.parametrize("command", ["--help", "--version", *COMMANDS])
def test_help_and_a_mistyped_option_import_no_engine(command):
    """They answer at once: NumPy and SciPy alone take seconds on a slow machine."""
    program = (
        "import sys; from SpineDCELib.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: print('loaded:', *{'numpy', 'scipy', 'SimpleITK'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, command, "--mistyped"], capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1].strip() == "loaded:", done.stderr


def test_no_text_of_the_command_line_names_a_control():
    for file in Path(cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not CONTROLS.search(node.value), f"{file.name}: {node.value}"


@pytest.mark.parametrize("field", settings_fields(), ids=lambda f: f.path)
def test_help_gives_the_default_in_the_unit_of_the_option(field):
    default = value_at(Settings(), field.path)
    said = analysis_options()[field.option].help
    if field.kind == "number" and default is not None:
        assert f"(default {field.text(default)} {field.unit}".rstrip() + ")" in said
    if field.metavar == "MS":
        assert (field.unit, field.factor) == ("ms", 1000)


def test_every_field_except_study_and_folder_has_an_option():
    names = analysis_options()
    missing = [one.path for one in FORM.values() if one.option not in names]
    assert missing == ["inputs.study", "inputs.out"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyse", "study", "-o", "out", "--t11", "5"], "unrecognized arguments: --t11"),
        (["analyse", "study", "-o", "out", "--smoothin", "5"], "ambiguous option"),
        (["analyse", "study", "-o", "out", "--t10", "long"], "argument --t10: invalid"),
        (["analyse", "study", "-o", "out", "--baseline-frames", "1.5"], "invalid int value"),
        (["analyse", "study", "-o", "out", "--model", "toft"], "invalid choice: 'toft'"),
        (["analyse", "study"], "required: -o/--out"),
        (["analyze", "study"], "invalid choice: 'analyze'"),
        ([], "required: COMMAND"),
    ],
)
def test_a_mistyped_option_is_named(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "pair",
    [
        ["--aif-mask", "a", "--aif-file", "b"],
        ["--aif", "parker", "--aif-mask", "a"],
        ["--t10", "800", "--t1-map", "a"],
        ["--t1-map", "a", "--t1-vfa"],
        ["--smooth", "3", "--smooth-edges", "3"],
    ],
)
def test_options_that_exclude_each_other_are_refused(pair, capsys):
    with pytest.raises(SystemExit):
        cli.main(["analyse", "study", "-o", "out", *pair])
    assert "not allowed with argument" in capsys.readouterr().err


def test_choices_of_the_phantom_are_those_that_it_can_draw():
    """They are written out in the command, so that its help needs no imports."""
    parser = argparse.ArgumentParser()
    phantom_command.add(parser)
    choices = {action.dest: tuple(action.choices) for action in parser._actions if action.choices}
    assert set(choices["patient"]) == set(PATIENTS)
    assert set(choices["visit"]) == {*VISITS, "both"}
    assert set(choices["size"]) == set(SIZES)
