"""Fill docs/paper.md: python docs/images/paper.py RELATIVE ABSOLUTE [SPEED].

RELATIVE and ABSOLUTE are folders of spinedce paper (the second with --signal absolute --t10 1000
--examples none), SPEED is what Testing/benchmarks/bench_batch.py printed.
"""

import csv
import re
import sys
from pathlib import Path

from PIL import Image
from SpineDCELib.cohort.published_results import against_truth
from SpineDCELib.files.text_cells import cell_text
from SpineDCELib.phantom import draw_cohort

HERE = Path(__file__).parent
PAGE = HERE.parent / "paper.md"


def fill(name, lines):
    """Replace the text between the marks of this name."""
    text = PAGE.read_text(encoding="utf-8")
    pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
    assert re.search(pattern, text, re.S), name
    body = "\n".join(lines)
    PAGE.write_text(
        re.sub(pattern, lambda m: m[1] + body + "\n" + m[2], text, flags=re.S), encoding="utf-8"
    )


def rows(folder):
    with (folder / "paper.csv").open(encoding="utf-8") as file:
        return {
            name: [cell_text(cell) for cell in cells] for name, *cells in list(csv.reader(file))[1:]
        }


def main(relative, absolute, speed=None):
    one, two = rows(Path(relative)), rows(Path(absolute))
    lines = [
        "| | paper | truth | relative signal | one T10 for all |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, (paper, truth, found) in one.items():
        other = two.get(name, ["", "", "–"])[2]
        lines.append(f"| {name} | {paper} | {truth} | {found} | {other} |")
    fill("results", lines)
    for name, folder in (("remarks", relative), ("remarks one T10", absolute)):
        fill(name, [f"- {line}" for line in against_truth(Path(folder) / "results", draw_cohort())])
    if speed is not None:
        fill("speed", [Path(speed).read_text(encoding="utf-8").strip()])
    for n in range(1, 6):
        with Image.open(Path(relative) / f"figure{n}.png") as picture:
            small = picture.convert("RGB")
            small.thumbnail((900, 900))
        small.save(HERE / f"paper-figure{n}.png", optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
