"""Anonymise means anonymous: a marker in every attribute of the source is in no exported byte."""

import base64
import dataclasses
import functools
import gzip
import io
import itertools
import json
import re
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import DicomDictionary, keyword_for_tag
from sample_patients import sample_visit
from SpineDCELib.cohort.batch import Recipe, run_batch
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.cohort.cohort_table import read_rows
from SpineDCELib.compare.compare_visits import Visit, compare_visits
from SpineDCELib.compare.visit_differences import Difference
from SpineDCELib.course.treatment_events import TreatmentEvent
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.run.analyse import analyse, compute
from SpineDCELib.run.compare import compare_studies
from SpineDCELib.run.course import follow_patient
from SpineDCELib.run.export_session import FinishedVisit, export_visits
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.patient_visits import FoundVisit
from SpineDCELib.run.result_cache import ResultCache
from SpineDCELib.run.visit_analyses import Given
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.visits import VisitLabel

pytest.importorskip("highdicom", reason="highdicom is not installed")

from SpineDCELib.export.dicom.allow_list import EXPORTED, METHOD_CODES, SOURCE
from SpineDCELib.export.dicom.deidentify import Anonymiser
from SpineDCELib.files.user_data import secret_key, user_folder

MARKER = "QZXMARKER"
# Long enough not to stand in a random UID by chance.
DATE, TIME = "19470203", "031415.926"
UID = "1.2.826.0.1.77777"
NUMBER = "947310258"
#: Value of each kind of attribute that shows where it came from.
VALUES = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"), MARKER),
    "PN": f"{MARKER}^{MARKER}", "DA": DATE, "DT": DATE + TIME, "IS": NUMBER, "DS": NUMBER,
    "UI": f"{UID}.1", "AS": "094Y",
}  # fmt: skip
#: Attributes that the reader needs, and that a marker would change: of pixels and times.
NEEDED = re.compile(
    "^(Rows|Columns|Bits.*|HighBit|Pixel.*|Samples.*|Photometric.*|Image(Position|Orientation).*|"
    "Slice.*|Spacing.*|SOPClassUID|SOPInstanceUID|SeriesInstanceUID|StudyInstanceUID|"
    "FrameOfReferenceUID|Modality|.*Time|.*DateTime|RepetitionTime|EchoTime|FlipAngle|"
    "Instance.*|Temporal.*|Acquisition.*|Number.*|Rescale.*|RealWorld.*|.*FunctionalGroups.*|"
    "ImageType|Scan.*|Sequence.*|MRAcquisitionType|Echo.*|Inversion.*|Diffusion.*|Magnetic.*|"
    "Window.*|SmallestImage.*|LargestImage.*|Smallest.*|Largest.*|ComplexImage.*|Trigger.*|"
    "SeriesNumber|Frame.*|SpecificCharacterSet|Contrast.*|TransferSyntaxUID|.*LUT.*|.*PixelData|"
    "LossyImage.*|PlanarConfiguration|Dimension.*|Manufacturer|Overlay.*|Curve.*|"
    "BurnedInAnnotation|Private.*|EncapsulatedDocument|.*OffsetTable.*|Data.*|Cardiac.*|"
    "AnatomicalOrientationType|TimezoneOffsetFromUTC|DeidentificationMethodCodeSequence)$"
)
#: Text attributes that the reader uses get the marker behind their value.
APPENDED = ("Manufacturer", "SeriesDescription", "ProtocolName", "SequenceName",
            "ContrastBolusAgent", "StudyDescription")  # fmt: skip


def plantable():
    """Yield keyword and VR of every standard attribute that may hold a marker."""
    for tag, (vr, _, _, retired, keyword) in DicomDictionary.items():
        group = tag >> 16
        if keyword and not retired and group >= 0x0008 and not group & 1 and group < 0x7FE0:
            yield keyword, vr.split()[0]


@functools.cache
def markers():
    """Return the marker in every attribute that no allow-list names, nested ones included."""
    found = pydicom.Dataset()
    for keyword, vr in plantable():
        if NEEDED.match(keyword) or keyword in SOURCE:
            continue
        if vr == "SQ":
            item, inner = pydicom.Dataset(), pydicom.Dataset()
            for one in ("PatientName", "CodeMeaning", "TextValue", "DeviceSerialNumber",
                        "InstitutionAddress", "PersonName", "UID", "Date", "DateTime"):  # fmt: skip
                kind = pydicom.datadict.dictionary_VR(one)
                setattr(item, one, VALUES[kind])
                setattr(inner, one, VALUES[kind])
            item.ConceptNameCodeSequence = pydicom.Sequence([inner])
            setattr(found, keyword, pydicom.Sequence([item]))
        elif vr in VALUES:
            setattr(found, keyword, VALUES[vr])
    assert len(found) > 2000
    return found


def plant(dataset):
    """Put the marker into every attribute, private ones, and the head of the file."""
    dataset.update(markers())
    for keyword in APPENDED:
        setattr(dataset, keyword, f"{dataset.get(keyword, '')} {MARKER}".strip())
    dataset.PatientID, dataset.PatientName = f"ID{MARKER}", f"{MARKER}^{MARKER}"
    dataset.StudyDate = DATE
    block = dataset.private_block(0x0099, MARKER, create=True)
    block.add_new(1, "LO", MARKER)
    dataset.file_meta.SourceApplicationEntityTitle = MARKER
    dataset.file_meta.PrivateInformationCreatorUID = f"{UID}.9"
    dataset.file_meta.PrivateInformation = MARKER.encode() + b" "
    dataset.preamble = MARKER.encode().ljust(128, b"\0")


def plant_study(root, folder, *, word=MARKER):
    """Copy a study with the marker everywhere, also in the names of its folders and files."""
    for number, file in enumerate(sorted((root / "dicom").rglob("*.dcm"))):
        dataset = pydicom.dcmread(file)
        # Headers are copied from one image per slice; the others are only read for their pixels.
        if number < 16:
            plant(dataset)
        else:
            dataset.PatientID, dataset.PatientName = f"ID{MARKER}", f"{MARKER}^{MARKER}"
            dataset.StudyDate = DATE
            for keyword in APPENDED:
                setattr(dataset, keyword, f"{dataset.get(keyword, '')} {MARKER}".strip())
        for keyword in ("Manufacturer", "ManufacturerModelName", "ContrastBolusAgent"):
            setattr(dataset, keyword, str(dataset.get(keyword, "")).replace(MARKER, word))
        name = file.name if number % 3 else f"{word}-{file.name}"
        target = (folder / file.relative_to(root)).with_name(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(target)
    # A file that is left out is named in the notes.
    (target.parent / f"cut {word} off.dcm").write_bytes(target.read_bytes()[:-500])
    shutil.copytree(root / "truth", folder / "truth")
    return folder


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    root = sample_visit(tmp_path_factory, "B", "before", "quick")
    return plant_study(root, tmp_path_factory.mktemp("planted") / f"folder of {MARKER}")


@pytest.fixture(scope="module")
def planted_later(tmp_path_factory):
    """Return the follow-up visit, on a scanner of another name."""
    root = sample_visit(tmp_path_factory, "B", "after", "quick")
    folder = tmp_path_factory.mktemp("planted") / f"later folder of {MARKER}"
    return plant_study(root, folder, word=f"{MARKER}SECOND")


def layers(content, depth=0):
    """Yield bytes, and what every archive and compressed stream in them holds."""
    yield content
    if depth > 4:
        return
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                yield member.filename.encode() + member.comment
                yield from layers(archive.read(member), depth + 1)
        return
    for found in itertools.islice(re.finditer(rb"\x1f\x8b\x08", content), 20):
        try:
            inner = zlib.decompressobj(wbits=31).decompress(content[found.start() :])
            yield from layers(inner, depth + 1)
        except zlib.error:
            continue
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        for found in re.finditer(rb"(zTXt|iTXt|iCCP|tEXt|eXIf)", content):
            length = int.from_bytes(content[found.start() - 4 : found.start()], "big")
            chunk = content[found.end() : found.end() + length]
            yield chunk
            body = chunk.partition(b"\0")[2][1:]
            try:
                yield zlib.decompress(body)
            except zlib.error:
                continue
    if content[:5] == b"%PDF-":
        for found in re.finditer(rb"stream\r?\n", content):
            try:
                yield zlib.decompressobj().decompress(content[found.end() :])
            except zlib.error:
                continue
    for found in re.finditer(rb"base64,([A-Za-z0-9+/=\s]{40,})", content):
        try:
            yield from layers(base64.b64decode(found[1]), depth + 1)
        except ValueError:
            continue


def leaks(folder, secrets):
    """Return file and secret of every one that is found in a byte or a name of a folder."""
    wanted = []
    for secret in secrets:
        wanted += [secret.lower().encode(), secret.lower().encode("utf-16-le")]
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        contents = [name.encode()]
        if path.is_file():
            contents += layers(path.read_bytes())
        for content in map(bytes.lower, contents):
            found.update((name, one) for one in wanted if one in content)
    return sorted(found)


SETTINGS = changed(
    Settings(), aif={"source": "file"}, concentration={"T10": 1.0}, fit={"shift": 5.0}
)


FORMATS = ("dicom", "nifti", "report", "scene")


def inputs_of(study):
    return Inputs(
        study=str(study / "dicom"),
        aif_file=str(study / "truth" / "aif.csv"),
        roi=(str(study / "truth" / "rois.seg.nrrd"),),
    )


def export(study, out, *, formats=FORMATS, **options):
    return analyse(inputs_of(study), SETTINGS, out, formats=formats, **options)


def secrets_of(study):
    """Return what must not be in an export: the marker in every kind of attribute, and UIDs."""
    head = pydicom.dcmread(next(study.rglob("*.dcm")), stop_before_pixels=True)
    uids = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
    return [MARKER, DATE, "1947-02-03", "3 February 1947", TIME, UID, NUMBER,
            *(str(head[uid].value) for uid in uids)]  # fmt: skip


def test_the_search_finds_a_marker_in_every_layer(tmp_path):
    """The test of the test: what is hidden in archives and streams is found."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", gzip.compress(MARKER.encode()))
    page = b"data:image/png;base64," + base64.b64encode(b" " * 40 + MARKER.encode())
    (tmp_path / "page.html").write_bytes(page)
    (tmp_path / "wide").write_bytes(MARKER.encode("utf-16-le"))
    (tmp_path / "a.nrrd").write_bytes(b"NRRD\n\n" + gzip.compress(MARKER.encode()))
    patient = f'<SubjectHierarchyItem id="4" name="{MARKER.title()}, ID 1" type="Folder"/>'
    with zipfile.ZipFile(tmp_path / "a.mrb", "w", zipfile.ZIP_DEFLATED) as scene:
        scene.writestr("a/a.mrml", f"<MRML><SubjectHierarchy>{patient}</SubjectHierarchy></MRML>")
    assert {name for name, _ in leaks(tmp_path, [MARKER])} == {
        "a.zip", "page.html", "wide", "a.nrrd", "a.mrb",
    }  # fmt: skip


@pytest.fixture(scope="module")
def computed(planted, planted_later):
    """Return both visits, computed."""
    return [compute(inputs_of(s), SETTINGS, ResultCache(None)) for s in (planted, planted_later)]


@pytest.fixture(scope="module")
def anonymised(planted, tmp_path_factory):
    """Return the folder of an anonymised analysis, where an identified one was before."""
    out = tmp_path_factory.mktemp("anonymised") / "out"
    export(planted, out, formats=("nifti",))
    assert leaks(out, [MARKER])
    outcome = export(planted, out, anonymise=True)
    assert not outcome.not_written
    return outcome


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_marker_of_the_source_is_in_any_byte_of_an_export(planted, anonymised):
    out = anonymised.folder
    names = {p.name for p in out.rglob("*")}
    assert {"vp.dcm", "regions.dcm", "measurements.dcm", "report.html", "provenance.json"} <= names
    assert any(name.endswith(".mrb") for name in names)
    assert leaks(out, secrets_of(planted)) == []
    # Nothing links back to the source either: its digests.
    checksum = anonymised.analysis.images.dynamic.source.checksum
    assert leaks(out, [checksum]) == []
    for path in (out / "dicom").glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        for element in dataset.iterall():
            assert element.keyword in EXPORTED, (path.name, element.tag)
        assert dataset.PatientIdentityRemoved == "YES"
        codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
        assert codes == [code for code, _, _ in METHOD_CODES]


def require_valid(folder):
    """Fail where an independent validator (dicom3tools) finds an error in a DICOM object."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian package dicom3tools) is not installed")
    files = [*folder.rglob("*.dcm")]
    assert files
    for file in files:
        told = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
        errors = [line for line in told.stderr.splitlines() if line.startswith("Error")]
        assert errors == [], file.name


@pytest.mark.long
@pytest.mark.timeout(400)
def test_anonymised_objects_are_valid_dicom(anonymised):
    require_valid(anonymised.folder)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_marker_of_two_visits_is_in_any_byte_of_their_comparison(
    planted, planted_later, tmp_path
):
    out = tmp_path / "out"
    compared = compare_studies(
        Given(inputs_of(planted)), Given(inputs_of(planted_later)), SETTINGS, out,
        accept_differences=True, accepted=["reversed_dates"], flip_runs=0,
        formats=("dicom", "report"), anonymise=True,
    )  # fmt: skip
    assert not compared.not_written
    assert (out / "report.html").is_file()
    assert leaks(out, [*secrets_of(planted), *secrets_of(planted_later)]) == []
    assert (out / "dicom" / "changes_report.dcm").is_file()
    require_valid(out)
    require_changes(out)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_marker_is_in_any_byte_of_a_course(planted, planted_later, tmp_path):
    out = tmp_path / "out"
    visits = [
        FoundVisit(f"{MARKER} visit", date, Given(inputs_of(study)))
        for study, date in ((planted, "20210302"), (planted_later, "20210516"))
    ]
    event = TreatmentEvent("20210314", "radiation", f"at {MARKER}")
    followed = follow_patient(
        visits, SETTINGS, out, events=[event], accept_differences=True,
        accepted=["reversed_dates"], flip_runs=0, formats=("dicom", "report", "nifti"),
        anonymise=True,
    )  # fmt: skip
    assert not followed.not_written
    assert (out / "visit-2" / "dicom" / "regions.dcm").is_file()
    secrets = [
        *secrets_of(planted),
        *secrets_of(planted_later),
        "202103",
        "2021-03",
        "202105",
        "2021-05",
    ]
    assert leaks(out, secrets) == []
    require_valid(out)


def require_changes(out):
    """Fail where an independent reader finds other numbers than those of the comparison."""
    import highdicom as hd

    report = hd.sr.srread(out / "dicom" / "changes.dcm")
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert report.PertinentOtherEvidenceSequence, "the images of the baseline visit"
    lesions = json.loads((out / "comparison.json").read_text(encoding="utf-8"))["lesions"]
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert len(groups) == len(lesions) > 0
    for group, lesion in zip(groups, lesions, strict=True):
        said = {e.name.value: e.value.value for e in group.get_qualitative_evaluations()}
        verdicts = {"response": "RESPONSE", "persistent disease": "PERSISTENT"}
        assert said["CALL"] == verdicts.get(lesion["call"]["verdict"], "NO_CALL")
        assert said["CUTOFF_SOURCE"] == "BEHAR2023"
        assert {"AIF_METHOD", "T10_METHOD", "DELAY_METHOD", "CALL_CERTAINTY"} <= set(said)
        found = {}
        for one in group.get_measurements():
            found.setdefault(one.derivation.value, []).append(one.value)
        parameter = lesion["parameter of the call"]
        for visit, derivation in (("before", "AT_BASELINE"), ("after", "AT_FOLLOW_UP")):
            value = lesion[visit][parameter]["value"]
            assert any(v == pytest.approx(value, rel=1e-6) for v in found[derivation])
        for end, derivation in (("low", "CI95_LOW"), ("high", "CI95_HIGH")):
            value = lesion["changes"][parameter][end]
            assert value is None or any(
                v == pytest.approx(value, rel=1e-6) for v in found[derivation]
            )


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_marker_is_in_any_byte_of_a_batch(planted, tmp_path):
    table = tmp_path / "studies.csv"
    roi, aif = planted / "truth" / "rois.seg.nrrd", planted / "truth" / "aif.csv"
    table.write_text(
        "patient,study,roi,aif_file,group,remark\n"
        f"{MARKER},{planted / 'dicom'},{roi},{aif},persistent,{MARKER}\n"
        f"{MARKER}2,{planted / 'none'},,,response,{MARKER}\n"
    )
    studies = read_studies(table)
    recipe = Recipe(SETTINGS, formats=FORMATS)
    entries = run_batch(studies[1:], recipe, tmp_path / "named", workers=0)
    assert leaks(tmp_path / "named", [MARKER])
    recipe = Recipe(SETTINGS, formats=FORMATS, anonymise=True)
    out = tmp_path / "out"
    entries = run_batch(studies, recipe, out, workers=0)
    assert [e.status for e in entries] == ["done", "failed"]
    assert MARKER in entries[1].reason  # the user at the terminal needs it
    assert [e.name for e in entries] == [MARKER, f"{MARKER}2"]
    assert leaks(out, secrets_of(planted)) == []
    rows = read_rows(out / "participants.tsv")
    assert [row["group"] for row in rows] == ["persistent", "response"]
    assert all(row["participant_id"].startswith("sub-ANON") for row in rows)
    assert [e.status for e in run_batch(studies[:1], recipe, out, workers=0)] == ["kept"]
    (out / "results" / "P1").mkdir()
    with pytest.raises(InputError) as caught:
        run_batch(studies, recipe, out, workers=0)
    assert caught.value.code == "folder_identifies"


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_marker_is_in_any_byte_of_an_export_from_a_window(
    planted, planted_later, computed, tmp_path
):
    ruler = Ruler("longest", (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))
    visits, compared = [], []
    for role, one in zip(("baseline", "follow-up"), computed, strict=True):
        study = Path(one.inputs.study)
        visits.append(FinishedVisit(role, role, one.analysis, one.result, (ruler,), study))
        compared.append(Visit(one.analysis, one.result, VisitLabel(f"{MARKER} {role}", DATE, role)))
    comparison = compare_visits(*compared, flip_runs=0, accepted=["reversed_dates"])
    out = tmp_path / "out"
    export_visits(visits, comparison, out, formats=())
    assert leaks(out, [f"{MARKER} follow-up", f"{MARKER}SECOND"])
    _, missing = export_visits(visits, comparison, out, formats=FORMATS, anonymise=True)
    assert not missing
    assert leaks(out, [*secrets_of(planted), *secrets_of(planted_later)]) == []
    named = dataclasses.replace(visits[0], rulers=(dataclasses.replace(ruler, name=MARKER),))
    with pytest.raises(InputError) as caught:
        export_visits([named], None, out, anonymise=True)
    assert caught.value.code == "region_name_identifies"


def image(**values):
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    given = {"PatientID": "1", "StudyDate": "20260312", "StudyInstanceUID": "1.2.3.4",
             "SOPInstanceUID": "1.2.3.5", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}  # fmt: skip
    for keyword, value in (given | values).items():
        setattr(dataset, keyword, value)
    return dataset


def test_visits_of_a_patient_stay_together_and_as_far_apart_as_they_were():
    import datetime

    def day(dataset):
        return datetime.datetime.strptime(dataset.StudyDate, "%Y%m%d")

    one = Anonymiser(b"k" * 32)
    first = one.clean_source(image())
    later = Anonymiser(b"k" * 32).clean_source(image(StudyDate="20260520", StudyInstanceUID="1.9"))
    assert day(later) - day(first) == datetime.timedelta(days=69)
    assert day(first).year < 2026
    assert later.PatientID == first.PatientID != "1"
    assert later.StudyInstanceUID != first.StudyInstanceUID != "1.2.3.4"
    assert one.clean_source(image()).StudyInstanceUID == first.StudyInstanceUID
    other = one.clean_source(image(PatientID="2"))
    assert other.PatientID != first.PatientID
    assert other.StudyDate != first.StudyDate
    # Without the key nothing can be traced.
    stranger = Anonymiser(b"s" * 32).clean_source(image())
    assert stranger.StudyDate != first.StudyDate
    assert stranger.PatientID != first.PatientID
    assert stranger.StudyInstanceUID != first.StudyInstanceUID
    assert one.clean_source(image(StudyDate="")).StudyDate == ""
    assert one.clean_source(image(StudyDate="00010101")).StudyDate == ""


def test_the_key_is_private_and_stays():
    key = secret_key()
    assert len(key) == 32
    assert secret_key() == key
    path = user_folder() / "anonymisation.key"
    assert path.stat().st_mode & 0o077 == 0
    assert user_folder().stat().st_mode & 0o077 == 0


@pytest.mark.long
def test_burned_in_text_is_told(planted, tmp_path):
    study = tmp_path / "study"
    shutil.copytree(planted, study)
    assert not any("may show text" in note for note in export_plain(study, tmp_path / "one"))
    for file in study.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.BurnedInAnnotation = "YES"
        dataset.save_as(file)
    assert any("may show text" in note for note in export_plain(study, tmp_path / "two"))


def export_plain(study, out):
    """Return the notes of an anonymised analysis without further formats."""
    inputs = Inputs(study=str(study / "dicom"), aif_file=str(study / "truth" / "aif.csv"))
    outcome = analyse(inputs, SETTINGS, out, anonymise=True)
    written = json.loads((out / "provenance.json").read_text())["notes"]
    assert [n for n in written if "may show text" in n] == [
        n for n in outcome.result.notes if "may show text" in n
    ]
    return outcome.result.notes


@pytest.mark.long
def test_a_region_with_the_name_of_the_patient_is_refused(planted, tmp_path):
    from SpineDCELib.series import read_segmentation, write_segmentation

    found = read_segmentation(planted / "truth" / "rois.seg.nrrd")
    masks = {f"{name} {MARKER}": mask for name, mask in found.masks.items()}
    tags = {f"{name} {MARKER}": tag for name, tag in found.tags.items()}
    write_segmentation(tmp_path / "r.seg.nrrd", masks, found.geometry, tags=tags)
    inputs = Inputs(
        study=str(planted / "dicom"), aif_file=str(planted / "truth" / "aif.csv"),
        roi=(str(tmp_path / "r.seg.nrrd"),),
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        analyse(inputs, SETTINGS, tmp_path / "out", anonymise=True)
    assert caught.value.code == "region_name_identifies"
    assert not Path(tmp_path / "out").exists()


def test_every_published_attribute_exists():
    for keyword in EXPORTED | SOURCE:
        assert pydicom.datadict.tag_for_keyword(keyword) is not None, keyword
        assert keyword_for_tag(pydicom.datadict.tag_for_keyword(keyword)) == keyword


def test_the_allow_list_is_published():
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    source, exported = (re.findall(r"`(\w+)`", part) for part in text.split("\n\n")[-3::2])
    assert source == sorted(SOURCE)
    assert exported == sorted(EXPORTED)


def test_a_difference_between_visits_holds_no_text_of_a_header():
    for name in ("manufacturer", "scanner", "contrast agent"):
        cleaned = Difference(name, f"one {MARKER}", f"two {MARKER}").without_text()
        assert MARKER not in str(cleaned)
        assert name in str(cleaned)
    number = Difference("TR [s]", "0.004", "0.005")
    assert number.without_text() == number


def test_notes_that_name_the_source_are_left_out():
    from SpineDCELib.export.identity import without_words

    notes = ["Baseline: 4 frames.", "/data/Mustermann/1.dcm is left out.", "Series MUSTERMANN t1."]
    assert without_words(notes, frozenset({"mustermann"})) == notes[:1]
