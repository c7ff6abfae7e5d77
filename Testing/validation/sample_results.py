"""Fill README.md and docs/report.md with what the program says of the two sample patients.

    PYTHONPATH=Testing python -m validation.sample_results

The regions and the outline for the size are those of the truth; everything else is found.
"""

import argparse
import json
import re
import tempfile
import textwrap
from pathlib import Path

from SpineDCELib.cli import main as spinedce
from SpineDCELib.phantom.tissues import TISSUES
from SpineDCELib.vocabulary.quantities import signed

#: Line width of README.md.
WIDTH = 100


def compared(sample, out):
    """Compare the visits of a sample patient; return the lesion of ``comparison.json``."""
    before, after = (sample / visit for visit in ("before", "after"))
    code = spinedce([
        "compare", str(before / "dicom"), str(after / "dicom"), "-o", str(out), "--shift", "auto",
        "--roi", str(before / "truth/rois.seg.nrrd"),
        "--roi-after", str(after / "truth/rois.seg.nrrd"),
        "--size", str(before / "truth/size.seg.nrrd"),
        "--size-after", str(after / "truth/size.seg.nrrd"),
    ])  # fmt: skip
    assert code == 0
    (lesion,) = json.loads((out / "comparison.json").read_text(encoding="utf-8"))["lesions"]
    return lesion


def truth(sample):
    """Return the true normalised Vp per volume of tissue at both visits.

    The digital spine has vp per volume of water.
    """
    files = [sample / visit / "truth/truth.json" for visit in ("before", "after")]
    water = TISSUES["lesion"].M0 / TISSUES["marrow"].M0
    return [json.loads(f.read_text(encoding="utf-8"))["normalised_vp"] * water for f in files]


def area_truth(sample):
    """Return the true change of the area product, %."""
    files = [sample / visit / "truth/truth.json" for visit in ("before", "after")]
    first, second = (
        json.loads(f.read_text(encoding="utf-8"))["size"]["area_product_mm2"] for f in files
    )
    return 100 * (second / first - 1)


def said(lesion, true):
    """Return the paragraph of README.md, as an indented block."""
    first, second = true
    call, flip = lesion["call"]["sentence"], lesion["flip"]
    kept = round(flip["kept"] * flip["runs"])
    text = (
        f"For the sample patient (truth per volume of tissue: {first:.2f} to {second:.2f}, "
        f"{signed(100 * (second / first - 1), 1)} %), with the regions as the only input, the "
        f"result is: *{call}* And: *{kept} of {flip['runs']} perturbed analyses "
        f"({100 * flip['kept']:.0f} %) lead to the same call.*"
    )
    # A number stays with its sign and unit.
    fixed = re.sub(r"(?<=\d) %", "\u00a0%", text)
    lines = textwrap.wrap(fixed, WIDTH, initial_indent=" " * 3, subsequent_indent=" " * 3)
    return "\n".join(lines).replace("\u00a0", " ")


def row(name, lesion, true):
    """Return the row of docs/report.md on a patient's normalised Vp."""
    change = lesion["changes"][lesion["parameter of the call"]]
    call, flip = lesion["call"], lesion["flip"]
    low, high = signed(change["low"], 1), signed(change["high"], 1)
    side = "decided" if call["decided"] else "not decided"
    return (
        f"| patient {name}, change of normalised Vp | {signed(100 * (true[1] / true[0] - 1), 1)} % "
        f"| {signed(change['percent'], 1)} % ({low} to {high} %), {call['verdict']}, {side}, same "
        f"call in {round(flip['kept'] * flip['runs'])} of {flip['runs']} |"
    )


def filled(path, name, text):
    """Replace what stands between a document's marks."""
    old = path.read_text(encoding="utf-8")
    pattern = rf"(<!-- {name} -->\n).*?(\n *<!-- end -->)"
    new, count = re.subn(pattern, lambda m: f"{m[1]}{text}{m[2]}", old, flags=re.DOTALL)
    assert count == 1, path
    path.write_text(new, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=Path(), help="of the project")
    parser.add_argument(
        "--samples", type=Path, help="folder with the patients A and B of `spinedce phantom`"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        samples = options.samples or Path(scratch)
        found = {}
        for name in "AB":
            if not (samples / name).is_dir():
                assert spinedce(["phantom", str(samples / name), "--patient", name]) == 0
            found[name] = compared(samples / name, Path(scratch) / f"out{name}")
        true = {name: truth(samples / name) for name in found}
        area = area_truth(samples / "B")
    rows = [row(name, lesion, true[name]) for name, lesion in found.items()]
    size = signed(found["B"]["size change [%]"], 1)
    rows.append(f"| patient B, change of area product | {signed(area, 1)} % | {size} % |")
    head = "| | truth | measured, full size |\n| --- | --- | --- |\n"
    filled(options.root / "README.md", "sample", said(found["A"], true["A"]))
    filled(options.root / "docs/report.md", "sample", head + "\n".join(rows))


if __name__ == "__main__":
    main()
