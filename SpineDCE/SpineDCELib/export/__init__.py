"""Files that others read: tables, maps, DICOM, report, figures, scene."""
