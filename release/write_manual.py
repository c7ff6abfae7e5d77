"""Write the manual page from the parser: python release/write_manual.py FILE."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage
from SpineDCELib.cli import EXIT_STATUS, full_parser
from SpineDCELib.version import __version__


def manual() -> str:
    """Return the manual page as troff, without a date, so that equal programs have equal pages."""
    os.environ["COLUMNS"] = "80"  # argparse wraps to the width of the terminal
    parser = full_parser()
    parser.man_short_description = "T1-weighted dynamic contrast-enhanced MR perfusion of the spine"
    parser.epilog = None
    data = {
        "prog": "spinedce",
        "version": __version__,
        "project_name": "SpineDCE",
        "manual_title": "SpineDCE Manual",
    }
    text = re.sub(r'(?m)^(\.TH SPINEDCE "1") "[^"]*"', r'\1 ""', str(Manpage(parser, _data=data)))
    statuses = "".join(
        f".TP\n\\fB{status}\\fR\n{words}.\n" for status, words in EXIT_STATUS.items()
    )
    return f"{text.rstrip()}\n\n.SH EXIT STATUS\n{statuses}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
