"""Options of the commands that analyse, built from the form description of the settings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from SpineDCELib.cli.terminal import existing
from SpineDCELib.settings import (
    FORM,
    Field,
    Settings,
    read_settings,
    settings_fields,
    value_at,
    with_values,
)
from SpineDCELib.settings.constants import STOPS

if TYPE_CHECKING:
    from SpineDCELib.run.inputs import Inputs

#: Title of each group of options, and the beginnings of the paths of its fields.
_GROUPS = (
    ("study", ("reading.", "contrast.")),
    ("preprocessing (by default, only the background is removed)", ("preprocessing.",)),
    (
        "arterial input function (give at most one of --aif, --aif-mask and --aif-file)",
        ("aif.", "inputs.aif_", "fit.shift"),
    ),
    ("signal to concentration", ("concentration.", "inputs.T1_map")),
    ("fit and measurement", ("fit.", "inputs.roi", "inputs.size")),
)
#: Options of which at most one may be given.
_EXCLUSIVE = (
    ("inputs.aif_mask", "inputs.aif_file", "aif.source"),
    ("concentration.T10", "inputs.T1_map"),
)
_DEFAULTS = Settings()


def add_analysis_options(
    parser: argparse.ArgumentParser, *, export: bool = True, cache: bool = True
) -> None:
    """Add options for study, AIF, concentration, fit and regions.

    Args:
        export: also add the options for formats and anonymisation.
        cache: also add the option that switches the cache off.
    """
    left = [one for one in FORM.values() if one.option.startswith("--")]
    for title, beginnings in _GROUPS:
        group = parser.add_argument_group(title)
        mine = [one for one in left if one.path.startswith(beginnings)]
        left = [one for one in left if one not in mine]
        exclusive = {
            paths: group.add_mutually_exclusive_group()
            for paths in _EXCLUSIVE
            if any(one.path in paths for one in mine)
        }
        for one in mine:
            place = next((exclusive[p] for p in exclusive if one.path in p), group)
            add_option(place, one)
        if title == "signal to concentration":
            exclusive[_EXCLUSIVE[1]].add_argument(
                "--t1-vfa", action="store_true", help="T10 from the study's flip angles"
            )
        if title.startswith("preprocessing"):
            smooth = group.add_mutually_exclusive_group()
            smooth.add_argument(
                "--smooth", type=float, metavar="MM", help="Gaussian smoothing of this width"
            )
            smooth.add_argument(
                "--smooth-edges", type=float, metavar="MM",
                help="edge-preserving smoothing of this width",
            )  # fmt: skip
            group.add_argument(
                "--smooth-time", type=float, metavar="SECONDS",
                help="smoothing in time of this width, except of the first pass",
            )  # fmt: skip
    assert not left, [one.path for one in left]
    if export:
        from SpineDCELib.export.formats import FORMATS

        group = parser.add_argument_group("export")
        group.add_argument(
            "--export", metavar="LIST",
            help=f"also write these formats, separated by commas: {', '.join(FORMATS)} or all",
        )  # fmt: skip
        group.add_argument(
            "--anonymise", action="store_true",
            help="remove names, IDs, dates, paths and UIDs from every file",
        )  # fmt: skip
    add_keep_other_files(parser)
    parser.add_argument(
        "--settings", metavar="FILE", help="settings as JSON; options take precedence"
    )
    if cache:
        parser.add_argument(
            "--no-cache", action="store_true",
            help="do not keep the study as read for the next run",
        )  # fmt: skip


def add_residual_option(group: argparse._ArgumentGroup) -> None:
    """Add the threshold of residual tumour."""
    group.add_argument(
        "--residual", type=float, metavar="RATIO",
        help="normalised Vp from which a part counts as residual tumour (default: what the cutoff "
        "leaves of the lesion's mean at baseline)",
    )  # fmt: skip


def add_robustness_option(group: argparse._ArgumentGroup) -> None:
    """Add the number of perturbed comparisons."""
    group.add_argument(
        "--flip-runs", type=int, default=200, metavar="N",
        help="number of comparisons with perturbed inputs, to test each call (0: none)",
    )  # fmt: skip


def add_accept_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that accept what stops a comparison."""
    group.add_argument(
        "--accept-differences", action="store_true",
        help="compare even if scanner, protocol or settings differ",
    )  # fmt: skip
    group.add_argument(
        "--accept", action="append", default=[], metavar="FINDING",
        choices=list(STOPS),
        help="compare in spite of this finding; may be repeated: "
        + ", ".join(f"{code} ({what})" for code, what in STOPS.items()),
    )  # fmt: skip


def add_keep_other_files(parser: argparse.ArgumentParser) -> None:
    """Add the option to write to a folder with other files."""
    parser.add_argument(
        "--keep-other-files", action="store_true",
        help="write to OUT although it holds files that SpineDCE did not write; they stay",
    )  # fmt: skip


def add_option(group: Any, one: Field) -> None:
    """Add the option of one field to a parser or group; its value is None if it is not given."""
    how: dict[str, Any] = {"dest": _name_of(one), "default": None, "help": _help_of(one)}
    if one.kind == "switch":
        how |= {"action": "store_true"}
    elif one.kind == "choice":
        how |= {"choices": [choice for choice in one.choices if choice is not None]}
    elif one.kind == "count":
        how |= {"type": int, "metavar": one.metavar}
    elif one.kind == "number":
        how |= {"type": _number_or_word(one.words), "metavar": one.metavar}
    elif one.kind in ("files", "numbers by name"):
        how |= {"action": "append", "metavar": one.metavar}
    else:
        how |= {"metavar": one.metavar}
    group.add_argument(one.option, **how)


def _name_of(one: Field) -> str:
    return one.path.replace(".", "__")


def _help_of(one: Field) -> str:
    """Return the help with the default in the unit of the option."""
    text = (one.off or one.help).rstrip(".")
    if one.kind in ("files", "numbers by name"):
        text += "; may be given more than once"
    elif not one.path.startswith("inputs.") and one.kind != "switch":
        default = value_at(_DEFAULTS, one.path)
        if default is not None:
            text += f" (default {one.text(default)} {one.unit}".rstrip() + ")"
    # argparse expands % as a placeholder.
    return (text[0].lower() + text[1:] if text[1:2].islower() else text).replace("%", "%%")


def _number_or_word(words: tuple[str, ...]) -> Any:
    def number(text: str) -> float | str:
        return text if text in words else float(text)

    return number


def inputs_of(options: argparse.Namespace) -> Inputs:
    """Return the input files that the options name.

    Raises:
        InputError: a file does not exist (code "not_found").
    """
    from SpineDCELib.run.inputs import Inputs

    inputs = Inputs(
        study=str(existing(options.study)),
        aif_mask=options.inputs__aif_mask,
        aif_region=options.inputs__aif_region,
        aif_selection=options.inputs__aif_selection,
        aif_file=options.inputs__aif_file,
        T1_map=options.inputs__T1_map,
        roi=tuple(options.inputs__roi or ()),
        size=tuple(options.inputs__size or ()),
    )
    for path in inputs.beside_study:
        existing(path)
    return inputs


def shift_of(text: str) -> float | str:
    """Return a shift in s, or the word auto."""
    return text if text == "auto" else float(text)


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings of the settings file, with the values of the options that are given."""
    settings = read_settings(options.settings) if options.settings else Settings()
    values: dict[str, Any] = {}
    if options.inputs__aif_mask or options.inputs__aif_file:
        values["aif.source"] = "mask" if options.inputs__aif_mask else "file"
    if options.inputs__T1_map or options.t1_vfa:
        values["concentration.T1_source"] = "map" if options.inputs__T1_map else "vfa"
    if options.concentration__T10 is not None:
        values["concentration.T1_source"] = "fixed"
    for method, width in (("gaussian", options.smooth), ("edge_preserving", options.smooth_edges)):
        if width is not None:
            values |= {"preprocessing.space.method": method, "preprocessing.space.width": width}
    if options.smooth_time is not None:
        values |= {"preprocessing.time.on": True, "preprocessing.time.width": options.smooth_time}
    for one in settings_fields():
        value = given(options, one.path)
        if value is None:
            continue
        if one.kind == "numbers by name":
            value = {**value_at(settings, one.path), **value}
        values[one.path] = value
    return with_values(settings, values)


def given(options: argparse.Namespace, path: str) -> Any:
    """Return the value of a field's option, in the engine's unit; None if it is not given."""
    one = FORM[path]
    value = getattr(options, _name_of(one))
    if value is None:
        return None
    if one.kind == "switch":
        return not one.off
    if one.kind == "numbers by name":
        return dict(one.parse_named(text) for text in value)
    if one.kind == "number":
        return one.from_shown(value)
    return one.parse(value) if one.kind == "numbers" else value
