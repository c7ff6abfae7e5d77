"""Ratios that a benchmark measured, beside those that were recorded, in ``recorded_ratios.json``.

Each ratio is of a time of ours to that of a reference in the same run, so that another machine
gives about the same. A benchmark fails where one has become more than twice as bad. Recording a
worse one needs a line in the changelog.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

RECORD = Path(__file__).with_suffix(".json")
#: So many times the recorded ratio is a failure; less is noise of a shared machine.
WORSE = 2.0


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--record`` to the options of a benchmark."""
    parser.add_argument("--record", action="store_true", help="record the ratios of this run")


class Ratios:
    """The ratios of one run; the smaller, the better.

    Args:
        reference: what the times are divided by.
    """

    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._measured: dict[str, float] = {}

    def add(self, name: str, value: float, reference: float) -> float:
        """Note a ratio of two times in the same unit, and return it."""
        self._measured[name] = value / reference
        return value / reference

    def finish(self, *, record: bool) -> None:
        """Print the ratios beside the recorded ones, or record them.

        Raises:
            SystemExit: one is more than twice as bad as the recorded one.
        """
        known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
        worse = []
        print(f"  ratios to {self._reference}, measured (recorded):")
        for name, ratio in self._measured.items():
            before = known.get(name)
            print(f"    {name:40s}{ratio:10.3g}   ({'none' if before is None else before})")
            if before is not None and ratio > WORSE * before:
                worse.append(f"{name}: {ratio:.3g}, recorded {before}")
        if record:
            known |= {name: float(f"{ratio:.3g}") for name, ratio in self._measured.items()}
            text = json.dumps(dict(sorted(known.items())), indent=2, ensure_ascii=False)
            RECORD.write_text(text + "\n", encoding="utf-8")
        elif worse:
            raise SystemExit(f"More than {WORSE:.0f} times as slow: " + "; ".join(worse))
