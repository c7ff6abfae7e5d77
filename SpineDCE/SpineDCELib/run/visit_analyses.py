"""Analyses of a patient's visits with common settings, from their files to result files."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from SpineDCELib.compare.carried_regions import carry_regions
from SpineDCELib.compare.common_mode import require_common_mode, with_common_mode
from SpineDCELib.compare.compare_visits import Visit, check_pair
from SpineDCELib.compare.visit_checks import require_visits
from SpineDCELib.compare.visit_differences import differences, require_accepted
from SpineDCELib.course.follow_course import Carried, require_visits_of_one, tracking_uid
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import Computed, compute
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.provenance import read_provenance
from SpineDCELib.run.result_cache import ResultCache
from SpineDCELib.series import write_segmentation
from SpineDCELib.series.study_date import study_date
from SpineDCELib.settings import Settings, settings_from_dict
from SpineDCELib.vocabulary.region_roles import TAG, TRACKING_TAG
from SpineDCELib.vocabulary.visits import VisitLabel

#: Regions of another visit on the grid of this one.
_CARRIED = "carried_over.seg.nrrd"


@dataclass(frozen=True)
class Given:
    """Inputs of one visit, and the settings of an earlier analysis of it, if there is one."""

    inputs: Inputs
    settings: Settings | None = None  #: of the earlier analysis


@dataclass(frozen=True, eq=False)
class VisitAnalyses:
    """Analyses of visits, in their order, in one mode.

    Attributes:
        computed: finished and not yet written.
        carried: place of a visit → where its regions come from, if it had none.
        folder: with the regions that were carried over.
    """

    computed: tuple[Computed, ...]
    visits: tuple[Visit, ...]
    carried: dict[int, Carried]
    folder: Path

    def write(
        self, stage: Path, names: Sequence[str], *, formats: Sequence[str], anonymise: bool
    ) -> dict[str, str]:
        """Write each visit into its own folder.

        Returns:
            What could not be written → the reason.
        """
        missing: dict[str, str] = {}
        for place, (name, one) in enumerate(zip(names, self.computed, strict=True)):
            target = stage / name
            target.mkdir(exist_ok=True)
            if place in self.carried:
                shutil.copyfile(self.folder / str(place) / _CARRIED, target / _CARRIED)
                one = one.moved(self.folder / str(place), target)
            of_visit = one.write(target, formats=formats, anonymise=anonymise)
            missing |= {f"{name}/{what}": reason for what, reason in of_visit.items()}
        return missing


def given_visit(path: Path, inputs: Inputs) -> Given:
    """Return the inputs of a visit, from the folder of a study or of an analysis.

    The provenance of an analysis gives the settings, and the files that ``inputs`` does not name.

    Raises:
        InputError: the provenance cannot be used (see :func:`read_provenance`, and code
            "damaged_provenance").
    """
    record_file = path / "provenance.json"
    if not record_file.is_file():
        return Given(replace(inputs, study=str(path)))
    record = read_provenance(record_file)
    try:
        old = Inputs.from_record(record["inputs"], path.resolve())
        settings = settings_from_dict(record["settings"], kind=Settings)
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{record_file} is damaged ({error}).",
            code="damaged_provenance",
            about=str(record_file),
        ) from None
    given = {f.name: value for f in fields(inputs) if (value := getattr(inputs, f.name))}
    return Given(replace(old, **{**given, "study": old.study}), settings)


@contextlib.contextmanager
def scratch_folder(out: Path) -> Iterator[Path]:
    """Yield a folder for files that are computed before the results can be written."""
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as folder:
        yield Path(folder)


def analyse_visits(
    inputs: Sequence[Inputs],
    settings: Sequence[Settings],
    labels: Sequence[VisitLabel],
    *,
    caches: Sequence[ResultCache],
    scratch: Path,
    accepted: Collection[str] = (),
    accept_differences: bool = False,
    anonymise: bool = False,
    progress: Progress = silent,
) -> VisitAnalyses:
    """Analyse the visits of a patient, in the order of their dates, so that they can be compared.

    A visit without regions gets those of the last visit before it that has its own.

    Args:
        settings, labels, caches: one for each visit; a label without a date gets that of the study.
        scratch: folder for the regions that are carried over.
        accepted: codes of findings that do not stop; see :func:`check_visits`.
        accept_differences: the visits may differ in scanner, protocol or settings.
        anonymise: leave the lesions' tracking UIDs out of the regions that are carried over.

    Raises:
        InputError: the visits are no course, have no lesion to carry over, were fitted in
            different modes, or differ; see also :func:`compute`.
    """
    count = len(inputs)
    own = [place for place, one in enumerate(inputs) if one.roi]
    sources = {
        place: max(earlier, default=0)
        for place in range(1, count)
        if place not in own and ((earlier := [o for o in own if o < place]) or not own)
    }
    share = [part(progress, 0.9 * k / count, 0.9 * (k + 1) / count) for k in range(count)]
    found: dict[int, Computed] = {}
    visits: dict[int, Visit] = {}
    moved: dict[int, Carried] = {}
    given = list(inputs)

    def compute_one(place: int, settings: Settings, progress: Progress) -> None:
        one = compute(given[place], settings, caches[place], progress)
        if place in moved:
            one.analysis.carried = frozenset(one.analysis.regions)
        label = labels[place]
        if not label.date:
            label = replace(label, date=study_date(one.analysis.study.dynamic))
        found[place], visits[place] = one, Visit(one.analysis, one.result, label)

    for place in [*(k for k in range(count) if k not in sources), *sources]:
        compute_one(place, settings[place], part(share[place], 0.0, 0.5))
        if place in sources:
            source = sources[place]
            require_visits(check_pair(visits[source], visits[place]), accepted=accepted)
            given[place], moved[place] = _with_carried(
                visits[source], source, visits[place], inputs[place], scratch / str(place),
                anonymise=anonymise,
            )  # fmt: skip
            compute_one(place, settings[place], part(share[place], 0.5, 1.0))
    require_visits_of_one([visits[k] for k in range(count)], accepted=accepted)
    analyses = {labels[k].label: found[k].analysis for k in range(count)}
    again = with_common_mode(analyses)
    for place in range(count):
        if labels[place].label in again:
            compute_one(place, again[labels[place].label], part(progress, 0.9, 1.0))
    require_common_mode({labels[k].label: found[k].analysis for k in range(count)})
    for place in range(1, count):
        require_accepted(
            differences(found[0].analysis, found[place].analysis), accepted=accept_differences
        )
    return VisitAnalyses(
        tuple(found[k] for k in range(count)),
        tuple(visits[k] for k in range(count)),
        moved,
        scratch,
    )


def _with_carried(
    old: Visit, source: int, new: Visit, inputs: Inputs, folder: Path, *, anonymise: bool
) -> tuple[Inputs, Carried]:
    """Carry the regions of one visit over to another, and write them."""
    lesions = old.result.measures.lesions()
    carried = carry_regions(old.analysis, new.analysis, lesions)
    tags: dict[str, dict[str, str]] = {
        name: {TAG: old.analysis.roles[name]} for name in carried.masks
    }
    for name in set(lesions) & set(tags) if not anonymise else ():
        tags[name][TRACKING_TAG] = tracking_uid(old, name)
    folder.mkdir()
    path = folder / _CARRIED
    write_segmentation(path, carried.masks, new.analysis.images.dynamic.geometry, tags=tags)
    return (
        replace(inputs, roi=(str(path),)),
        Carried(source, carried.registrations, carried.checks),
    )
