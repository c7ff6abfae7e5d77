"""Text of the panels in 3D Slicer alone; text of both shells is in ``shared/wording.py``."""

from slicer.i18n import tr as _

TITLE = _("Spine DCE")
CANCELLED = _("Cancelled. The maps from before are kept; the steps say what is out of date.")
NO_VOXEL_LEFT = _(
    "No voxel of the artery would be left, so this was taken back. Include another candidate first."
)
SAMPLE = _("Computing the sample patient")
EXPORTING = _("Writing the results")
NO_STUDY = _("No study is open.")
CHOOSE_SEQUENCE = _("Choose a sequence first.")
UNDO, REDO = _("Undo: {text} (Ctrl+Z)"), _("Redo: {text} (Ctrl+Y)")
NOTHING_TO_UNDO, NOTHING_TO_REDO = _("Nothing to undo."), _("Nothing to redo.")
CHOOSE_FOLDER = _("Open the folder of a study")
CHOOSE_CURVE = _("Load an AIF file")
CHOOSE_REGIONS = _("Load regions")
CHOOSE_OUTPUT_FOLDER = _("Choose the output folder")
NO_NUMBERS = _("drawn")
#: Of results that were written before the last change.
EXPORTED_EARLIER = _(
    'The results in <a href="{url}">{folder}</a> are those from before the last change. Export '
    "them again."
)
EXPORTED = _('The results were written to <a href="{url}">{folder}</a>.')
OF_ALL_VISITS = _("{label} (all visits):")
LEFT_OUT = _("Not written, for the reasons that the warnings name: {names}.")
DRAWING = _("Drawing the figure")
DRAWN = _('The figure was written to <a href="{url}">{path}</a>.')
NEEDS_MAPS = _("Compute the maps first (step 1).")
NEEDS_OUTPUT_FOLDER = _("Choose an output folder first.")
ARRANGING = _("Arranging the views")
CLOSING, SWAPPING = _("Closing the visits"), _("Swapping the visits")
CLOSE_QUESTION = _(
    "Close all visits? Their images, maps, regions, rulers and report are removed from the scene."
)
SWAP_QUESTION = _("{finding}\n\nSwap the visits?")
ACCEPT_QUESTION = _("{finding}\n\nCompare them anyway?")
LAYOUT_TITLES = {"with curves": _("Images and curves"), "images only": _("Images only")}
PLAY, PAUSE = _("Play"), _("Pause")
FRAME = _("Frame {number} of {count}, {time}")
NO_NUMBER = _("A frame time must be a number in s.")
NO_BROWSER = _("A PDF needs Chromium, Chrome or Edge, and none of them was found.")
COMPARE = _("Register the visits and compute the change and its call")
COMPARE_VISITS = _("Compare visits")
COMPARE_SHOWN = _("Compare the two visits shown")
CURVES, SHIFT = _("curves"), _("AIF shift")
NO_CURVES = _("no curves yet")
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
NO_T1 = _(
    "No T1-weighted image of this study covers the dynamic images, so the views show those instead."
)
NO_PHASE = _("This study has no phase images.")
REGION_CURVES = _("Regions")
VOXEL_CURVE = _("Voxel")
MEASURED, FIT, RESIDUAL = _("measured"), _("fit"), _("residual")
COMPARISON = _("Comparison of the visits")
MEASUREMENTS = _("Measurements: {visit}")
SUBTRACTION_VIEW = _("subtraction")
RATE = _("{rate} frames per second")
TERMS = {
    "pass": _("last frame of the first pass"),
    "before": _("mean before the bolus"),
    "in view": _("frame in view"),
}
T1_VIEW, FRAME_VIEW, FUSED_VIEW = _("T1"), _("frame"), _("fused")
NO_T1_VIEW = _("frame (no T1 for it)")
OUTDATED = _("{image} (out of date)")
OUTDATED_TEXT = _("Out of date. {text}")
#: What the choice of a series under the map says.
UNDER = _("Series of the study in the first view and under the map; a visit without it shows T1")
NO_SERIES_IN_SCENE = _(
    "A scene has no further series; open the folder of the study to choose one of them"
)
FINAL_QUESTION = _("Make the report final? Its text cannot be changed afterwards.")
DRAFT_QUESTION = _(
    "Replace the text with a draft? Findings and impression as you have edited them are lost."
)
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
CLOSE_VISIT_QUESTION = _(
    "Close {visit}? Its images, maps, regions and rulers are removed from the scene."
)
VISIT, STATE, ROW = _("visit"), _("state"), _("row")
UPPER, LOWER = _("upper"), _("lower")
COURSE = _("Course")
FOLLOW = _("Compute trend and call of every lesion at each visit")
ADD_EVENT = _("Show this treatment in the trend")
REMOVE_EVENT = _("Remove the selected treatment")
TREATMENTS = _("treatment")
NEEDS_DATE = _("Enter the date of the treatment first.")
NEEDS_EVENT = _("Select a treatment first.")
CHOOSE_DOSE = _("Load the radiation dose of a plan")
DOSES = _("Dose of {names}")
ISODOSES = _("Isodoses: {levels}")
CHOOSE_PATIENT = _("Open the folder of a patient")
LOOKING_FOR_VISITS = _("Looking for the visits")
LOOKING_FOR_TREATMENTS = _("Looking for radiation treatments")
LOADING_REGIONS = _("Loading regions")
CARRYING = _("Carrying the regions over")
CARRIED = _("The regions were carried over to the {visit} visit. Check them.")
CARRY = _("Carry the regions of the {visit} visit over through the registration of the vertebrae")
NO_SOURCE = _("No earlier visit has a lesion with maps that are up to date.")
HAS_REGIONS = _("This visit has regions already.")
FURTHER = _("Open the folder of a further study as one more visit of this patient")
STUDY_HEADINGS = [_("patient"), _("visit"), _("date"), _("may be dynamic")]
NOT_DYNAMIC = _("no dynamic series found")
FETCH = _("Fetch the chosen studies, and open them as visits in the order of their dates")
FETCH_ONE, FETCH_SEVERAL = _("Fetch and open"), _("Fetch and open {count} visits")
NEEDS_STUDY = _("Choose a study in the list first.")
RECEIVED_HEADINGS = [_("state"), _("study")]
NOT_REVIEWED = _("Not reviewed")
UNREVIEWED = _("Not reviewed: the {visit} visit was received and analysed automatically.")
OPEN_RECEIVED = _("Open the selected study as a visit; its lesion is left to draw")
NEEDS_RECEIVED = _("Select a study in the list first.")
OBJECT_HEADINGS = ["", _("objects"), _("number"), _("answer")]
LIST_OBJECTS = _("Write the results as DICOM objects, to choose from; nothing is sent yet")
SEND, SEND_AGAIN = _("Send"), _("Send again")
SEND_CHOSEN = _("Send the chosen objects to the archive")
ADD_TO_DATABASE = _("Copy the chosen objects into the database of 3D Slicer's DICOM module")
NEEDS_OBJECT = _("Choose objects in the list first.")
STORED, NOT_STORED = _("stored"), _("not stored")
IN_DATABASE = _("{count} objects were added to 3D Slicer's DICOM database.")
NO_DATABASE = _(
    "3D Slicer's DICOM database is not open. Open the DICOM module once, then try again."
)
NOT_READABLE = _("The file {file} could not be read.")
VISIT_TYPE = _("Spine DCE visit")
VISIT_OFFER = _("Spine DCE visit: {series}")
STORED_HEADINGS = [_("what"), _("from")]
LOOKING_FOR_REGIONS = _("Looking for regions in the study")
LOAD_STORED = _("Load the selected regions or lengths; a region whose name is taken gets a number")
NEEDS_STORED = _("Select regions or lengths in the list first.")
INSTALL_QUESTION = _(
    "{message}\n\nInstall {package} into 3D Slicer's Python now? It is downloaded from the "
    "internet."
)
INSTALLED = _("{package} was installed. Try again.")
LOOKING_FOR_SERIES = _("Looking for other series of the study")
READING_SERIES = _("Reading the series")
OPEN_COURSE = _("Open the earlier visits and this one, in the order of dates")
CHECKED = _("{name}: {found}; asked for: {asked}; {verdict}")
EARLIER_VISITS = _("Earlier visits in the archive:")
