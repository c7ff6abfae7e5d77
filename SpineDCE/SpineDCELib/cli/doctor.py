"""``spinedce doctor``: check of the machine, with what to install."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    from SpineDCELib.cli.json_output import add_json_option

    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print every check; return 1 if a command cannot run or only runs without a feature."""
    from SpineDCELib.cli.json_output import show_json
    from SpineDCELib.cli.machine_checks import check_machine
    from SpineDCELib.cli.terminal import show

    checks = check_machine()
    if options.json:
        show_json(
            {
                "checks": [
                    {"name": c.name, "ok": c.ok, "found": c.found, "remedy": c.remedy}
                    for c in checks
                ]
            }
        )
    else:
        for check in checks:
            show(f"{'ok ' if check.ok else 'NOT'}  {check.name}: {check.found}")
            if not check.ok:
                show(f"     {check.remedy}")
    return 0 if all(check.ok for check in checks) else 1
