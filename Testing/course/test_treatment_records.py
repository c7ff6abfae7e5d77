"""Radiation in RT Plans and Treatment Records as events of a course."""

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from SpineDCELib.course.treatment_events import parse_event, recorded_events, with_recorded
from SpineDCELib.run.patient_visits import treatments_of_patient
from SpineDCELib.series.treatment_reader import read_treatments

PLAN, BEAMS, SUMMARY = (f"1.2.840.10008.5.1.4.1.1.481.{k}" for k in (5, 4, 7))


def item(**values):
    one = Dataset()
    for name, value in values.items():
        setattr(one, name, Sequence(value) if isinstance(value, list) else value)
    return one


def write(path, kind, **values):
    data = item(SOPClassUID=kind, SOPInstanceUID=values.pop("uid", generate_uid()), **values)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = kind
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def plan(path, uid="1.2.3", date="20260301", dose=24.0, fractions=1):
    targets = [item(DoseReferenceType="ORGAN_AT_RISK", TargetPrescriptionDose=99.0),
               item(DoseReferenceType="TARGET", TargetPrescriptionDose=dose)]  # fmt: skip
    return write(path, PLAN, uid=uid, RTPlanDate=date, DoseReferenceSequence=targets,
                 FractionGroupSequence=[item(NumberOfFractionsPlanned=fractions)])  # fmt: skip


def record(path, day, of="1.2.3", kind=BEAMS, **values):
    reference = [item(ReferencedSOPInstanceUID=of, ReferencedSOPClassUID=PLAN)]
    return write(path, kind, TreatmentDate=day, ReferencedRTPlanSequence=reference, **values)


def test_a_plan_with_records_is_one_treatment_on_its_first_day(tmp_path):
    files = [
        plan(tmp_path / "plan.dcm", fractions=3),
        record(tmp_path / "b.dcm", "20260314"),
        record(tmp_path / "a.dcm", "20260312"),
    ]
    [event] = recorded_events(files)
    assert event.title == "Radiation therapy, 12 March 2026: 24 Gy in 3 fractions"
    assert event.source == str(files[0])


def test_a_plan_without_a_record_says_that_it_is_a_plan(tmp_path):
    [event] = recorded_events([plan(tmp_path / "plan.dcm")])
    assert (event.date, event.details) == (
        "20260301", "24 Gy in 1 fraction, planned (day of the plan)"
    )  # fmt: skip


def test_records_without_their_plan_count_the_days(tmp_path):
    files = [record(tmp_path / f"{day}.dcm", day, of="9.9") for day in ("20260312", "20260313")]
    [event] = recorded_events(files)
    assert (event.date, event.details) == ("20260312", "in 2 fractions")


def test_a_summary_gives_first_day_and_fractions(tmp_path):
    groups = [item(NumberOfFractionsDelivered=5)]
    file = write(tmp_path / "s.dcm", SUMMARY, FirstTreatmentDate="20260310",
                 MostRecentTreatmentDate="20260316",
                 FractionGroupSummarySequence=groups)  # fmt: skip
    [one] = read_treatments([file])
    assert (one.date, one.fractions, one.dose, one.delivered) == ("20260310", 5, None, True)


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.parametrize("date", ["", "2026", "20261399", "soon"])
def test_what_has_no_date_is_left_out(tmp_path, date):
    assert read_treatments([plan(tmp_path / "plan.dcm", date=date)]) == []


def test_other_and_damaged_files_are_left_out(tmp_path):
    (tmp_path / "text.dcm").write_text("nothing")
    broken = plan(tmp_path / "plan.dcm")
    broken.write_bytes(broken.read_bytes()[:300])
    files = [tmp_path / "text.dcm", broken, tmp_path / "missing.dcm", tmp_path]
    assert read_treatments(files) == []


def test_they_are_found_in_the_folder_of_a_patient_but_not_in_hidden_files(tmp_path):
    plan(tmp_path / "rt" / "plan.txt", uid="8.9", date="20260501")
    plan(tmp_path / "rt" / "RP.1.2.3")
    plan(tmp_path / ".rt" / "plan.dcm", uid="4.5")
    plan(tmp_path / "rt" / "plain", uid="6.7", date="20260401")
    assert [one.date for one in treatments_of_patient(tmp_path)] == ["20260301", "20260401"]


def test_what_was_entered_for_a_day_takes_the_place_of_what_a_file_says(tmp_path):
    read = recorded_events([plan(tmp_path / "plan.dcm")])
    entered = [parse_event("2026-03-01=radiation: 27 Gy"), parse_event("2026-02-01=surgery")]
    assert with_recorded(entered, read) == entered
    assert with_recorded(entered[1:], read) == [entered[1], *read]
