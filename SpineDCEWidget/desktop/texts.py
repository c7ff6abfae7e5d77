"""Sentences that only the panels in 3D Slicer say; what both shells say is in ``words``."""

from slicer.i18n import tr as _

TITLE = _("Spine DCE")
CANCELLED = _("Cancelled; what was there before is still there.")
UNEXPECTED = _("Something went wrong that should not: {error}. Nothing drawn or computed is lost.")
SAMPLE = _("Sample patient")
READING = _("Reading {visit}")
ANALYSING = _("Analysing {visit}")
COMPARING = _("Comparing")
EXPORTING = _("Exporting")
NO_STUDY = _("No study yet.")
OPEN_FIRST = _("Open a study first (step 1).")
CHOOSE_SEQUENCE = _("Choose a dynamic series first.")
BEFORE = _("before")
AFTER = _("after")
CHOOSE_FOLDER = _("Folder with the study")
CHOOSE_CURVE = _("Curve of the artery")
CHOOSE_REGIONS = _("Regions")
EXPORT_FOLDER = _("Folder for the results")
EXPORTED = _('Written to <a href="{url}">{folder}</a>.')
NEEDS_BOTH = _("Open both visits to compare them.")
NEEDS_MAPS = _("Make the maps first (step 4 shows them).")
CLEAR_QUESTION = _("Remove both studies, their maps and what was drawn from the scene?")
LAYOUT_NAMES = {"with curves": _("images and curves"), "images only": _("images only")}
COLOUR_NAMES = {"viridis": _("viridis (even steps)"), "rainbow": _("rainbow")}
AS_FOUND = _("as found")
PLAY, PAUSE = _("Play"), _("Pause")
FRAME = _("frame {number} of {count} · {time}")
FILES_SAY = _("from the files")
BY_HAND = _("set by hand")
UNKNOWN = _("not in the files")
OUTSIDE = _("Outside the dynamic series.")
RULER_HINT = _("Click both ends of the lesion's {what} on a T1 view.")
STUDY = _("{description}: {frames} frames of {columns} × {rows} × {sections} voxels")
FRAMES = _("{count} frames in {duration} s")
SIGNALS = {
    "absolute": _("concentration (mM)"),
    "relative": _("relative change (S−S0)/S0"),
    "difference": _("difference S−S0"),
}
T1_AUTOMATIC = _("what the study has")
T1 = {"fixed": _("one fixed T10"), "map": _("a T1 map"), "vfa": _("several flip angles")}
MODELS = {
    "tofts": _("Tofts"),
    "extended_tofts": _("extended Tofts"),
    "patlak": _("Patlak"),
    "two_compartment_exchange": _("two-compartment exchange"),
}
SOURCES = {
    "auto": _("found in the images"),
    "mask": _("drawn aorta"),
    "file": _("a file"),
    "parker": _("population (Parker 2006)"),
    "georgiou": _("population (Georgiou 2019)"),
    "weinmann": _("population (Weinmann 1984)"),
}
PEAKS = {"magnitude": _("as the magnitude shows it"), "phase": _("from the phase images")}
NO_PHASE = _("This study has no phase images.")
ROLES = {
    "lesion": _("Lesion"),
    "reference": _("Reference vertebra"),
    "exclusion": _("Exclude"),
    "aorta": _("Aorta"),
}
ROLE_HINTS = {
    "lesion": _("Draw the lesion on every section; leave out veins, discs and cortical bone"),
    "reference": _("Draw an adjacent healthy vertebra: lesions are divided by it"),
    "exclusion": _("Draw what is not to be measured: veins, haemangiomas, discs"),
    "aorta": _("Draw the aorta where it is not found"),
}
CHOOSE_EXPORT_FOLDER = _("Choose a folder for the results first.")
REGION_CURVES = _("Regions")
VOXEL_CURVE = _("This voxel")
MEASURED, FIT, RESIDUAL = _("measured"), _("fit"), _("residual")
COMPARISON = _("Before and after")
MEASUREMENTS = _("Measurements {visit}")
T1_VIEW, FRAME_VIEW, FUSED_VIEW = _("T1"), _("frame"), _("fused")
