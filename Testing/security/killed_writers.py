"""Programs that write, killed at random moments: nothing is lost or mixed, and all is resumed.

    PYTHONPATH=SpineDCE:.:Testing python -m security.killed_writers --kills 200 --seed 20

Each way of writing (analyse, compare, batch, export, scene, autosave) writes one of two versions of
the same work to one place, in a process that is killed (SIGKILL) after a random time. The place
must then hold one whole version, and the next run must give the numbers of its own version.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import SimpleITK as sitk
import small_study
from SpineDCELib.cli import main
from SpineDCELib.cohort import batch
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.files.digests import file_digest
from SpineDCELib.files.output_folder import changed_files, finish_interrupted
from SpineDCELib.mrml.scene_bundles import pack_bundle
from SpineDCELib.run.analyse import compute
from SpineDCELib.run.export_session import FinishedVisit, export_visits
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.result_cache import ResultCache
from SpineDCELib.run.saved_session import SavedVisit, write_session
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation
from SpineDCELib.settings import Settings, changed, settings_to_dict
from SpineDCELib.vocabulary.region_roles import TAG

from SpineDCEWidget.browser.autosave import Autosave

#: Files that hold the time that a run took, or its digest, or whether results are new or kept.
_TIMED = ("study.json", "spinedce-files.json", "studies.tsv")


def settings(version: int) -> Settings:
    """Return the settings of a version: another shift of the AIF."""
    return changed(
        Settings(), concentration={"T10": 0.8}, aif={"source": "mask"}, fit={"shift": version}
    )


class Work:
    """Two studies, and the ways of writing their results below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ways: dict[str, Callable[[int, Path], object]] = {
            "analyse": self.analyse,
            "compare": self.compare,
            "batch": self.batch,
            "export": self.export,
            "scene": self.scene,
            "autosave": self.autosave,
        }

    def prepare(self) -> None:
        """Write the studies, large enough to be registered."""
        small_study.SHAPE = (8, 20, 24)
        for name, t in (("one", np.arange(0, 240, 4.0)), ("two", np.arange(0, 240, 5.0))):
            study = small_study.write_small_study(self.root / name, t=t)
            drawn = read_segmentation(study.regions)
            roles = dict(zip(drawn.masks, ("lesion", "reference"), strict=True))
            tags = {region: {TAG: role} for region, role in roles.items()}
            write_segmentation(
                self.root / name / "roi.seg.nrrd", drawn.masks, drawn.geometry, tags=tags
            )
        rows = ["patient,before,after,roi_before,roi_after,aif_mask_before,aif_mask_after"]
        for patient in ("P1", "P2"):
            cells = [f"{v}/{f}" for f in ("dynamic.nrrd", "roi.seg.nrrd", "artery.nrrd")
                     for v in ("one", "two")]  # fmt: skip
            rows.append(",".join([patient, *cells]))
        (self.root / "studies.csv").write_text("\n".join(rows) + "\n")

    def _files(self, study: str) -> list[str]:
        return [str(self.root / study / f) for f in ("dynamic.nrrd", "roi.seg.nrrd", "artery.nrrd")]

    def analyse(self, version: int, out: Path) -> None:
        series, roi, artery = self._files("one")
        assert main(["analyse", series, "-o", str(out), "--aif-mask", artery, "--t10", "800",
                     "--roi", roi, "--shift", str(version), "--export", "report"]) == 0  # fmt: skip

    def compare(self, version: int, out: Path) -> None:
        (one, roi, artery), (two, roi2, artery2) = self._files("one"), self._files("two")
        assert main(["compare", one, two, "-o", str(out), "--aif-mask", artery, "--t10", "800",
                     "--aif-mask-after", artery2, "--roi", roi, "--roi-after", roi2, "--shift",
                     str(version), "--accept-differences", "--flip-runs", "0",
                     "--export", "none"]) == 0  # fmt: skip

    def batch(self, version: int, out: Path) -> None:
        recipe = batch.Recipe(settings(version), formats=(), flip_runs=0, accept_differences=True)
        studies = read_studies(self.root / "studies.csv")
        entries = batch.run_batch(studies, recipe, out, workers=0)
        assert {e.status for e in entries} <= {"done", "kept"}, entries

    def export(self, version: int, out: Path) -> None:
        series, roi, artery = self._files("one")
        inputs = Inputs(series, aif_mask=artery, roi=(roi,))
        one = compute(inputs, settings(version), ResultCache(None))
        visit = FinishedVisit("baseline", "before", one.analysis, one.result, (), Path(series))
        export_visits([visit], None, out, formats=("nifti", "scene"))

    def scene(self, version: int, out: Path) -> None:
        with tempfile.TemporaryDirectory(dir=self.root) as folder:
            rng = np.random.default_rng(version)
            for name in "abcdefgh":
                (Path(folder) / name).write_bytes(rng.bytes(1 << 18))
            out.mkdir(exist_ok=True)
            pack_bundle(Path(folder), out / "scene.mrb")

    def autosave(self, version: int, out: Path) -> None:
        mask = np.zeros(small_study.SHAPE, bool)
        mask[0, version + 1, 2:5] = True
        choices = {"settings": settings_to_dict(settings(version))}
        saved = [
            SavedVisit(name, None, choices, {"Lesion": mask}, {"Lesion": "lesion"},
                       Geometry(small_study.SHAPE, np.eye(4)))
            for name in ("baseline", "follow-up")
        ]  # fmt: skip
        os.environ["SPINEDCE_HOME"] = str(out / "home")
        visits = [SimpleNamespace(name="baseline", study_path=self.root / "one")]
        session = SimpleNamespace(visits=visits, save=lambda folder: write_session(folder, saved))
        for _ in range(20):
            saver = Autosave(session)
            saver.save()
            assert not saver.problem


def content(out: Path) -> dict[str, str]:
    """Return what a place holds: file → digest of its content, without times and drafts."""
    found = {}
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        name = path.relative_to(out).as_posix()
        if path.name in (*_TIMED, "recent.json") or path.name.startswith("."):
            continue
        if path.name == "provenance.json":
            found[name] = json.dumps(json.loads(path.read_text())["results"])
        elif path.suffix == ".mrb":
            with zipfile.ZipFile(path) as bundle:
                assert bundle.testzip() is None
                found[name] = str([(i.filename.rpartition("/")[2], i.CRC) for i in bundle.filelist])
        else:
            found[name] = file_digest(path)
    return found


def parts(way: str, found: dict[str, str]) -> list[dict[str, str]]:
    """Return what changes as a whole: every patient of a batch, otherwise all."""
    if way != "batch":
        return [found]
    return [
        {n: d for n, d in found.items() if n.startswith((f"results/{p}/", f"sub-{p}/"))}
        for p in ("P1", "P2")
    ]


def finish(way: str, out: Path) -> None:
    """Do what the next start does."""
    if way == "batch":
        batch._finish_moves(out)
        folders = [out / "results" / p for p in ("P1", "P2") if (out / "results" / p).is_dir()]
    elif way == "autosave":
        folders = [*(out / "home" / "work").glob("*")]
        json.loads((out / "home" / "recent.json").read_text())
    elif way == "scene":
        folders = []
    else:
        folders = [out]
    for folder in folders:
        if way != "batch":
            finish_interrupted(folder)
        assert changed_files(folder) == [], folder


def forked(action: Callable[[], object]) -> int:
    """Start an action in its own process, and return the ID of the process."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        # With several threads, the sums of a registration differ in their last digits.
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        action()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def whole(action: Callable[[], object]) -> float:
    """Run an action in its own process; return the time that it took, s."""
    start = time.monotonic()
    assert os.waitpid(forked(action), 0)[1] == 0
    return time.monotonic() - start


def run(root: Path, *, kills: int, seed: int, ways: list[str], told: bool = False) -> Counter[str]:
    """Kill each way of writing in turn; return how often each was killed, and how it was left.

    Raises:
        AssertionError: something was lost or mixed, or was not resumed with equal numbers.
    """
    work, rng, counts = Work(root), random.Random(seed), Counter[str]()
    whole(work.prepare)
    for number, way in enumerate(ways):
        write = work.ways[way]
        expected = []
        for version in (0, 1):
            whole(partial(write, version, root / f"{way}-{version}"))
            expected.append(content(root / f"{way}-{version}"))
        assert expected[0].keys() == expected[1].keys()
        assert expected[0] != expected[1]
        out = root / way
        whole(partial(write, 0, out))
        duration = whole(partial(write, 0, out))
        wanted, version = kills // len(ways) + (number < kills % len(ways)), 0
        while counts[f"{way}: killed"] < wanted:
            version = 1 - version
            pid = forked(partial(write, version, out))
            time.sleep(rng.uniform(0, duration))
            os.kill(pid, 9)
            killed = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -9
            finish(way, out)
            found = content(out)
            left = [
                [e == part for e in pair]
                for part, *pair in zip(
                    parts(way, found), *(parts(way, e) for e in expected), strict=True
                )
            ]
            differing = [{n for n, _ in found.items() ^ e.items()} for e in expected]
            assert all(any(pair) for pair in left), f"{way}: {differing} lost or mixed"
            duration = whole(partial(write, version, out))
            differing = {n for n, _ in content(out).items() ^ expected[version].items()}
            assert not differing, f"{way}: {differing} not resumed"
            counts[f"{way}: {'killed' if killed else 'had ended'}"] += 1
            if killed:
                counts[f"{way}: {'new' if all(p[version] for p in left) else 'earlier'} left"] += 1
        if told:
            print({k: v for k, v in counts.items() if k.startswith(way)}, flush=True)
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--only", default="analyse,compare,batch,export,scene,autosave")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["SPINEDCE_HOME"] = f"{place}/home"
        run(Path(place), kills=given.kills, seed=given.seed, ways=given.only.split(","), told=True)
    sys.exit(0)
