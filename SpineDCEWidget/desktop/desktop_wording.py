"""Text of the panels in 3D Slicer alone; text of both shells is in ``shared/wording.py``."""

from slicer.i18n import tr as _

TITLE = _("Spine DCE")
CANCELLED = _("Cancelled. The earlier results are kept.")
SAMPLE = _("Computing the sample patient")
EXPORTING = _("Writing the results")
NO_STUDY = _("No study is open.")
CHOOSE_SEQUENCE = _("Choose a dynamic series first.")
UNDO, REDO = _("Undo: {text} (Ctrl+Z)"), _("Redo: {text} (Ctrl+Y)")
NOTHING_TO_UNDO, NOTHING_TO_REDO = _("Nothing to undo."), _("Nothing to redo.")
CHOOSE_FOLDER = _("Open the folder of a study")
CHOOSE_CURVE = _("Load an AIF file")
CHOOSE_REGIONS = _("Load regions")
CHOOSE_OUTPUT_FOLDER = _("Choose the output folder")
EXPORTED = _('The results were written to <a href="{url}">{folder}</a>.')
NEEDS_MAPS = _("Compute the maps first (step 1).")
NEEDS_OUTPUT_FOLDER = _("Choose an output folder first.")
CLOSE_QUESTION = _(
    "Close both visits? Their images, maps, regions and rulers are removed from the scene."
)
SWAP_QUESTION = _("{finding}\n\nSwap the visits?")
ACCEPT_QUESTION = _("{finding}\n\nCompare them anyway?")
LAYOUT_TITLES = {"with curves": _("Images and curves"), "images only": _("Images only")}
PLAY, PAUSE = _("Play"), _("Pause")
FRAME = _("Frame {number} of {count}, {time}")
NO_NUMBER = _("A frame time must be a number in s.")
NO_BROWSER = _("A PDF needs Chromium, Chrome or Edge, and none of them was found.")
COMPARE = _("Register the visits and compute the change and its call")
CURVES = _("curves")
NO_SHIFT = _("The shift of a region must be a number in s.")
FROM_FILES = _("from the files")
BY_HAND = _("corrected")
UNKNOWN = _("not in the files")
OUTSIDE = _("The crosshair is outside the dynamic series.")
RULER_HINT = _("Click both ends of the {what} in a T1-weighted view.")
RULERS = {
    "longest": _("longest diameter of the lesion"),
    "across": _("diameter of the lesion perpendicular to the longest"),
    "margin": _("bone margin"),
}
STUDY = _("{description}: {frames} frames of {columns} × {rows} × {slices} voxels")
FRAMES = _("{count} in {duration} s")
NO_PHASE = _("This study has no phase images.")
REGION_CURVES = _("Regions")
VOXEL_CURVE = _("Voxel")
MEASURED, FIT, RESIDUAL = _("measured"), _("fit"), _("residual")
COMPARISON = _("Comparison of the visits")
MEASUREMENTS = _("Measurements: {visit}")
T1_VIEW, FRAME_VIEW, FUSED_VIEW = _("T1"), _("frame"), _("fused")
FINAL_QUESTION = _("Make the report final? Its text cannot be changed afterwards.")
DRAFT = _("Replace findings and impression with a draft from the numbers")
FINAL = _("Lock the text; only addenda can be added afterwards")
COPY = _("Copy status, findings, impression and addenda")
ADDENDUM = _("Add it with the reader's name and the time; it cannot be changed then")
REPORT_COPIED = _("The report was copied.")
NEEDS_NUMBERS = _("The numbers are out of date or have not been computed yet.")
NEEDS_READER = _("Enter the reader's name above.")
NEEDS_IMPRESSION = _("Write an impression first.")
NEEDS_TEXT = _("The report has no text yet.")
NEEDS_ADDENDUM = _("Write the addendum first.")
