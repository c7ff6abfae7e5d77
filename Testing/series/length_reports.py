"""Structured reports with lengths, as other programs write them."""

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

COMPREHENSIVE, COMPREHENSIVE_3D = (f"1.2.840.10008.5.1.4.1.1.88.{n}" for n in (33, 34))


def code(value, scheme, meaning):
    one = Dataset()
    one.CodeValue, one.CodingSchemeDesignator, one.CodeMeaning = value, scheme, meaning
    return [one]


def item(kind, concept, children=(), relation="CONTAINS", **values):
    one = Dataset()
    one.ValueType, one.RelationshipType = kind, relation
    if concept is not None:
        one.ConceptNameCodeSequence = code(*concept)
    for name, value in values.items():
        setattr(one, name, value)
    if children:
        one.ContentSequence = list(children)
    return one


def length(name, graphic, value=1.0, unit="mm"):
    """Return a measurement with the points that it was inferred from."""
    number = Dataset()
    number.NumericValue, number.MeasurementUnitsCodeSequence = value, code(unit, "UCUM", unit)
    return item("NUM", ("G-D7FE", "SRT", name), [graphic], MeasuredValueSequence=[number])


def in_image(points, image):
    """Return points in an image, as OHIF and others store them: SCOORD, selected from an image."""
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = (
        image.SOPClassUID, image.SOPInstanceUID,
    )  # fmt: skip
    where = item("IMAGE", None, relation="SELECTED FROM", ReferencedSOPSequence=[reference])
    return item("SCOORD", None, [where], "INFERRED FROM", GraphicType="POLYLINE",
                GraphicData=list(points))  # fmt: skip


def in_space(points):
    return item("SCOORD3D", None, (), "INFERRED FROM", GraphicType="POLYLINE",
                GraphicData=list(points))  # fmt: skip


def write_report(path, groups, kind=COMPREHENSIVE):
    """Write a report: "Imaging Measurements", and a group per tracking identifier."""
    report = Dataset()
    report.SOPClassUID, report.SOPInstanceUID = kind, generate_uid()
    report.StudyInstanceUID, report.SeriesInstanceUID = generate_uid(), generate_uid()
    report.Modality, report.SeriesDescription = "SR", "Measurements"
    report.Manufacturer, report.ContentDate = "Viewer", "20260313"
    report.ContentSequence = [
        item("CONTAINER", ("126010", "DCM", "Imaging Measurements"), [
            item("CONTAINER", ("125007", "DCM", "Measurement Group"), [
                item("TEXT", ("112039", "DCM", "Tracking Identifier"), relation="HAS OBS CONTEXT",
                     TextValue=tracking),
                *numbers,
            ])
            for tracking, numbers in groups.items()
        ])
    ]  # fmt: skip
    report.file_meta = FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report.file_meta.MediaStorageSOPClassUID = kind
    report.file_meta.MediaStorageSOPInstanceUID = report.SOPInstanceUID
    report.save_as(path, enforce_file_format=True)
