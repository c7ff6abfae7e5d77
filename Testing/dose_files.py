"""DICOM RT Dose files with a known dose."""

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

FRAME = "1.2.3.4"


def write_dose(path, *, gy, origin=(-60.0, -120.0, -80.0), offsets=None, frame=FRAME, **changes):
    """Write an axial dose grid of 4 mm pixels and 5 mm planes; ``gy`` of (x, y, z) in mm."""
    planes, rows, columns = 32, 40, 30
    z = np.arange(planes) * 5.0 if offsets is None else np.asarray(offsets, float)
    shape = np.meshgrid(origin[2] + (z - z[0]), origin[1] + 4.0 * np.arange(rows),
                        origin[0] + 4.0 * np.arange(columns), indexing="ij")  # fmt: skip
    values = np.broadcast_to(gy(shape[2], shape[1], shape[0]), shape[0].shape)
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.2"
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = generate_uid()
    data.Modality, data.DoseUnits, data.DoseType = "RTDOSE", "GY", "PHYSICAL"
    data.DoseSummationType, data.FrameOfReferenceUID = "PLAN", frame
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns, data.NumberOfFrames = rows, columns, planes
    data.BitsAllocated = data.BitsStored = 32
    data.HighBit, data.PixelRepresentation = 31, 0
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.ImagePositionPatient = list(origin)
    data.PixelSpacing = [4.0, 4.0]
    data.GridFrameOffsetVector = z.tolist()
    data.DoseGridScaling = 1e-6
    data.PixelData = np.round(values / 1e-6).astype("<u4").tobytes()
    for key, value in changes.items():
        setattr(data, key, value)
    data.save_as(path, enforce_file_format=True)
    return path
