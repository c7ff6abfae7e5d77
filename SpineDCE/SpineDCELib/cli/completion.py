"""``spinedce completion``: completion of commands, options and choices in a shell."""

from __future__ import annotations

import argparse

from SpineDCELib.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="shell to complete in")


def run(options: argparse.Namespace) -> int:
    """Print the code that the shell runs at its start."""
    try:
        from argcomplete import shell_integration
    except ImportError:
        raise InputError(
            "Completion needs argcomplete, which is not installed. Install it with: "
            "pip install 'spinedce[cli]'.",
            code="no_argcomplete",
            about="argcomplete",
        ) from None
    print(shell_integration.shellcode(["spinedce"], shell=options.shell).strip())
    return 0
