"""Export of results: maps, tables, figures, report, DICOM, scenes."""
