"""Analysis of a study, from its files to result files that can be reproduced."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.aif import read_curve_file, read_selection
from SpineDCELib.aif.curve_file import CurveFile
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.mapped_images import map_images, release_images
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import InputError
from SpineDCELib.export.analysis_files import write_results
from SpineDCELib.export.csv_tables import write_json
from SpineDCELib.export.formats import write_formats
from SpineDCELib.export.identity import (
    anonymised_result,
    identifying_words,
    require_plain_names,
    safe_reasons,
)
from SpineDCELib.export.reporting_items import reporting_record
from SpineDCELib.files.digests import file_digest
from SpineDCELib.files.mapped_arrays import arrays_in, return_free_memory
from SpineDCELib.files.object_storage import is_url, joined
from SpineDCELib.files.output_folder import all_files, claimed, new_run
from SpineDCELib.files.user_data import cache_folder
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.inputs import (
    Inputs,
    read_images,
    read_mask,
    read_sizes,
    read_T1_map,
    regions_of,
    roles_of,
    with_reference,
)
from SpineDCELib.run.provenance import (
    read_provenance,
    without_identity,
    write_provenance,
)
from SpineDCELib.run.result_cache import ResultCache, keys_of_study
from SpineDCELib.series import read_segmentation
from SpineDCELib.settings import Settings, settings_from_dict, settings_to_dict
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.region_roles import TRACKING_TAG


@dataclass(frozen=True, eq=False)
class Outcome:
    """Result of an analysis and the files that hold it."""

    folder: Path
    files: tuple[str, ...]
    result: Result
    analysis: Analysis
    differing: tuple[str, ...] = field(default=())  #: files of a rerun with different numbers
    not_written: dict[str, str] = field(default_factory=dict)  #: format or file → the reason


def analyse(
    inputs: Inputs,
    settings: Settings,
    out: str | Path,
    *,
    progress: Progress = silent,
    cached: bool = True,
    formats: Sequence[str] = (),
    anonymise: bool = False,
    keep_other_files: bool = False,
) -> Outcome:
    """Analyse a study and write maps, tables, overview figure and provenance to ``out``.

    Args:
        cached: keep the study as read and its concentration in the user's data folder, so that a
            run with another shift, AIF or region starts from there.
        formats: additional formats to write; see :mod:`SpineDCELib.export.formats`.
        anonymise: remove names, IDs, dates, paths and UIDs from every file. Nothing is cached
            then, and the analysis cannot be run again from its provenance.
        keep_other_files: also write to a folder that holds files of other origin; they stay.

    Raises:
        InputError: see :meth:`Analysis.check`; a file cannot be read; ``out`` cannot be written.
            Earlier results in ``out`` are unchanged then.

    Example:
        >>> from SpineDCELib import Inputs, Settings, analyse, with_value
        >>> settings = with_value(Settings(), "concentration.T10", 0.8)
        >>> settings = with_value(settings, "aif.source", "mask")
        >>> inputs = Inputs(str(folder), aif_mask=str(artery), roi=(str(regions),))
        >>> outcome = analyse(inputs, settings, out)
        >>> sorted(outcome.result.curves)
        ['label 1', 'label 2']
    """
    out = Path(out)
    with claimed(out, keep_other_files=keep_other_files):
        computed = compute(
            inputs, settings, cache_of(out, cached=cached and not anonymise),
            part(progress, 0.0, 0.9),
        )  # fmt: skip
        progress(0.9, "Writing the results")
        with new_run(out) as stage:
            missing = computed.write(stage, formats=formats, anonymise=anonymise)
        files = all_files(out)
    progress(1.0, "Done")
    result = _as_written(computed.analysis, computed.result, frozenset(), formats, anonymise)
    return Outcome(out, files, result, computed.analysis, not_written=missing)


@dataclass(frozen=True, eq=False)
class Computed:
    """An analysis that is finished and not yet written."""

    inputs: Inputs
    analysis: Analysis
    result: Result
    digests: dict[str, str]  #: absolute path → digest, of the input files beside the study

    def moved(self, old: Path, new: Path) -> Computed:
        """Return the same with the input files of one folder in another."""

        def place(path: str) -> str:
            file = Path(path).resolve()
            inside = file.is_relative_to(old.resolve())
            return str(new.resolve() / file.relative_to(old.resolve())) if inside else path

        return replace(
            self,
            inputs=replace(self.inputs, roi=tuple(map(place, self.inputs.roi))),
            digests={place(path): digest for path, digest in self.digests.items()},
        )

    def write(self, folder: Path, *, formats: Sequence[str], anonymise: bool) -> dict[str, str]:
        """Write it; see :func:`write_analysis`. Inputs in ``folder`` are named relative to it."""
        record = record_of(self.inputs, self.analysis.images, self.digests, folder)
        return write_analysis(
            folder, self.analysis, self.result, record, formats=formats, anonymise=anonymise
        )


def cache_of(out: Path, *, cached: bool) -> ResultCache:
    """Return the cache of an output folder, which lies in the user's data folder."""
    return ResultCache(cache_folder(out) if cached else None)


def compute(
    inputs: Inputs, settings: Settings, cache: ResultCache, progress: Progress = silent
) -> Computed:
    """Read a study and compute its result.

    Raises:
        InputError: see :func:`load` and :meth:`Analysis.check`.
    """
    analysis = load(inputs, settings, cache, part(progress, 0, 0.35))
    analysis.check()
    analysis.preprocess(part(progress, 0.35, 0.5))
    digests = {str(Path(p).resolve()): file_digest(p) for p in inputs.beside_study}
    with arrays_in(cache.folder):
        analysis.concentration(part(progress, 0.5, 0.65))
        cache.store(analysis)
    _release(analysis, cache)
    result = analysis.result(part(progress, 0.65, 1.0))
    cache.store(analysis)
    _release(analysis, cache)
    result = replace(result, notes=(*result.notes, *analysis.file_notes))
    return Computed(inputs, analysis, result, digests)


def _release(analysis: Analysis, cache: ResultCache) -> None:
    """Return memory that the next stages do not need, where :func:`load` has mapped the images."""
    if cache.folder is None:
        release_images(analysis.images)
        return_free_memory()


def write_analysis(
    folder: Path,
    analysis: Analysis,
    result: Result,
    record: dict[str, Any],
    *,
    formats: Sequence[str] = (),
    anonymise: bool = False,
    progress: Progress = silent,
) -> dict[str, str]:
    """Write maps, tables, overview figure, further formats and provenance of one analysis.

    Args:
        record: provenance of the inputs; see :func:`record_of`.

    Returns:
        Formats and files that could not be written → the reason; the provenance has them too.
    """
    words = frozenset[str]()
    if anonymise:
        require_plain_names(analysis)
        words = identifying_words(analysis)
    result = _as_written(analysis, result, words, formats, anonymise)
    digests, missing = write_results(
        folder, analysis, result, anonymise=anonymise, progress=part(progress, 0.0, 0.5)
    )
    missing |= write_formats(
        folder, analysis, result, formats=formats, anonymise=anonymise,
        progress=part(progress, 0.5, 1.0),
    )  # fmt: skip
    write_json(folder / "report.json", reporting_record(analysis, result, words=words))
    record = record | {
        "settings": settings_to_dict(analysis.settings),
        "resolved": _resolved(analysis),
        "notes": list(result.notes),
        "status legend": {
            str(int(code)): code.reason_in(analysis.settings.fit.model) for code in Status
        },
        "results": digests,
    }
    if missing:
        record["not written"] = safe_reasons(missing, words)
    write_provenance(folder / "provenance.json", without_identity(record) if anonymise else record)
    return missing


def _as_written(
    analysis: Analysis, result: Result, words: Set[str], formats: Sequence[str], anonymise: bool
) -> Result:
    """Return a result with the notes that its files have.

    Args:
        words: notes of anonymised files have none of them.
    """
    if anonymise:
        return anonymised_result(analysis, result, words)
    if "dicom" in formats:
        from SpineDCELib.export.dicom.source_images import invalid_values

        return replace(result, notes=(*result.notes, *invalid_values(analysis)))
    return result


def rerun(
    provenance: str | Path, out: str | Path | None = None, *, progress: Progress = silent
) -> Outcome:
    """Repeat an analysis from its provenance and compare every number.

    Args:
        provenance: the ``provenance.json`` of an analysis.
        out: folder for the new results; if None, the old folder's name with ``-rerun`` added.

    Raises:
        InputError: the provenance cannot be used (see :func:`read_provenance`, and code
            "damaged_provenance"), an input is missing or has changed (codes "input_missing",
            "input_changed", "study_changed"), or ``out`` is the folder of the analysis itself
            (code "folder_in_use").
    """
    record = read_provenance(provenance)
    given = record["inputs"]
    folder = Path(provenance).resolve().parent
    try:
        settings = settings_from_dict(record["settings"], kind=Settings)
        inputs = Inputs.from_record(given, folder)
        old_digests: dict[str, str] = dict(record["results"])
        recorded = dict(record.get("input digests", {}))
        digests = {joined(str(folder), path): digest for path, digest in recorded.items()}
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise InputError(
            f"{provenance} is damaged ({error}).", code="damaged_provenance", about=str(provenance)
        ) from None
    for path in (inputs.study, *inputs.beside_study):
        if is_url(path):
            raise InputError(
                f"{path} is in object storage, from which only a batch reads. Run the batch again "
                "into another folder.",
                code="input_at_url",
                about=path,
            )
    for path, digest in digests.items():
        if not Path(path).is_file():
            raise InputError(
                f"The input {path} does not exist any more.", code="input_missing", about=path
            )
        if file_digest(path) != digest:
            raise InputError(
                f"The input {path} has changed since the analysis, so its numbers cannot be "
                "reproduced.",
                code="input_changed",
                about=path,
            )
    out = Path(out) if out is not None else folder.with_name(folder.name + "-rerun")
    if out.resolve() == folder:
        raise InputError(
            "A rerun cannot be written into the folder of the analysis itself.",
            code="folder_in_use",
            about=str(out),
            fields=["inputs.out"],
        )
    outcome = analyse(inputs, settings, out, progress=progress)
    new = read_provenance(out / "provenance.json")
    if new["series"]["checksum"] != record["series"]["checksum"]:
        raise InputError(
            f"The dynamic series in {inputs.study} is not the one that {provenance} describes. The "
            f"new results are in {out}.",
            code="study_changed",
            about=inputs.study,
        )
    differing = tuple(
        name for name, digest in old_digests.items() if new["results"].get(name) != digest
    )
    return Outcome(out, outcome.files, outcome.result, outcome.analysis, differing)


def load(
    inputs: Inputs, settings: Settings, cache: ResultCache, progress: Progress = silent
) -> Analysis:
    """Read a study and the other input files; nothing is computed or checked yet.

    Raises:
        InputError: there is no study (code "study_missing"), or a file cannot be read or is on
            another grid.
    """
    study = Path(inputs.study)
    if not study.exists():
        raise InputError(
            f"The study {study} does not exist.",
            code="study_missing",
            about=str(study),
            fields=["inputs.study"],
        )
    images, study_key = cache.study(
        study, settings, lambda recorded: read_images(study, recorded, progress)
    )
    if cache.folder is None:
        # Of a batch: many workers share the memory of a machine. A cache maps its files itself.
        images = map_images(images)
        return_free_memory()
    geometry = images.dynamic.geometry
    if inputs.T1_map is not None:
        T1_map = read_T1_map(inputs.T1_map, geometry)
        images = replace(images, T1_map=T1_map)
    aif_mask, aif_region = (
        None
        if path is None
        else read_mask(path, geometry, resample=settings.reading.resample_regions)
        for path in (inputs.aif_mask, inputs.aif_region)
    )
    aif_file: CurveFile | None = None
    if inputs.aif_file is not None:
        duration = float(np.ptp(images.dynamic.times))
        aif_file = read_curve_file(
            inputs.aif_file, duration=duration, time_unit=settings.aif.time_unit
        )
    drawn = [read_segmentation(path) for path in inputs.roi]
    regions = regions_of(drawn, geometry, resample=settings.reading.resample_regions)
    roles = {name: role for one in drawn for name, role in roles_of(one).items()}
    roles = with_reference(
        {name: role for name, role in roles.items() if name in regions},
        settings.reading.reference_level,
    )
    analysis = Analysis(
        images,
        settings,
        aif_mask=aif_mask,
        aif_region=aif_region,
        aif_selection=None
        if inputs.aif_selection is None
        else read_selection(inputs.aif_selection),
        aif_file=aif_file,
        regions=regions,
        roles=roles,
        sizes=read_sizes(inputs.size, roles=roles),
        study_keys=keys_of_study(
            study_key, None if inputs.T1_map is None else file_digest(inputs.T1_map)
        ),
    )
    analysis.tracking = {
        name: uid
        for one in drawn
        for name, tags in one.tags.items()
        if name in regions and (uid := tags.get(TRACKING_TAG))
    }
    analysis.file_notes = tuple(note for one in drawn for note in one.notes)
    cache.restore(analysis)
    return analysis


def record_of(
    inputs: Inputs, images: Images, digests: dict[str, str], folder: Path | None = None
) -> dict[str, Any]:
    """Return the provenance of the inputs.

    Args:
        digests: absolute path → digest, of every input file that is not part of the study.
        folder: with the results; files in it are named relative to it, so that it can be moved.
    """

    def named(path: str | None) -> str | None:
        if path is None:
            return None
        file = Path(path).resolve()
        if folder is not None and file.is_relative_to(folder.resolve()):
            return file.relative_to(folder.resolve()).as_posix()
        return str(file)

    source, acquisition = images.dynamic.source, images.dynamic.acquisition
    return {
        "inputs": {
            "study": named(inputs.study),
            "aif_mask": named(inputs.aif_mask),
            "aif_region": named(inputs.aif_region),
            "aif_selection": named(inputs.aif_selection),
            "aif_file": named(inputs.aif_file),
            "T1_map": named(inputs.T1_map),
            "roi": [named(p) for p in inputs.roi],
            "size": [named(p) for p in inputs.size],
        },
        "input digests": {str(named(path)): digest for path, digest in digests.items()},
        "series": {
            "format": source.format,
            "files": len(source.files),
            "checksum": source.checksum,
            "study UID": source.study_uid,
            "series UIDs": list(source.series_uids),
            "frames": images.dynamic.n_frames,
            "times [s]": images.dynamic.times.tolist(),
            "times from": images.dynamic.time_origin,
            "field strength [T]": acquisition.field_strength,
            "TE [s]": acquisition.TE,
        },
    }


def _resolved(analysis: Analysis) -> dict[str, Any]:
    """Return the values that the settings led to in this study."""
    return {
        "TR [s]": analysis.TR,
        "flip angle [degrees]": analysis.FA,
        "contrast agent": analysis.agent,
        "dose [mmol/kg]": analysis.dose,
        "injection rate [mL/s]": analysis.injection_rate,
        "T10 from": analysis.T1_source,
        "mode": analysis.mode,
        "r1 [1/s/mM]": analysis.r1,
        "shift [s]": analysis.shift(),
        "own shifts [s]": analysis.own_shifts(),
        "delays [s]": {
            name: {
                "in use": delay.value,
                "proposed": delay.proposal,
                "95 % interval": [round(delay.low, 3), round(delay.high, 3)],
                "determined": delay.determined,
            }
            for name, delay in analysis.delays().items()
        },
        "blood r2 [1/s/mM]": None if analysis.artery is None else analysis.blood().r2,
        "baseline frames": analysis.concentration().baseline_frames,
        "concentration unit": analysis.concentration().unit,
    }
