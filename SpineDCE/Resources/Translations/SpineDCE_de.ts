<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>SpineDCE</name>
    <message>
        <source>1 Study</source>
        <translation>1 Studie</translation>
    </message>
    <message>
        <source>2 Arteries</source>
        <translation>2 Arterien</translation>
    </message>
    <message>
        <source>3 Regions</source>
        <translation>3 Regionen</translation>
    </message>
    <message>
        <source>4 Maps</source>
        <translation>4 Karten</translation>
    </message>
    <message>
        <source>5 Result</source>
        <translation>5 Ergebnis</translation>
    </message>
    <message>
        <source>Patient, visit, date and series of the open studies</source>
        <translation>Patient, Untersuchung, Datum und Serie der geöffneten Studien</translation>
    </message>
    <message>
        <source>Visit:</source>
        <translation>Untersuchung:</translation>
    </message>
    <message>
        <source>Show and change the baseline visit</source>
        <translation>Ausgangsuntersuchung anzeigen und bearbeiten</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Show and change the follow-up visit</source>
        <translation>Verlaufsuntersuchung anzeigen und bearbeiten</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>×</source>
        <translation>×</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop the computation; earlier results are kept</source>
        <translation>Berechnung anhalten; frühere Ergebnisse bleiben erhalten</translation>
    </message>
    <message>
        <source>Spine DCE</source>
        <translation>Spine DCE</translation>
    </message>
    <message>
        <source>The workflow is that of Behar et al., AJNR 2023. Reference data: QIBA, OSIPI, PkModeling. Definitions: OSIPI CAPLEX.</source>
        <translation>Der Arbeitsablauf ist der von Behar et al., AJNR 2023. Referenzdaten: QIBA, OSIPI, PkModeling. Definitionen: OSIPI CAPLEX.</translation>
    </message>
    <message>
        <source>Plasma volume (Vp) and Ktrans of the spine from T1-weighted dynamic contrast-enhanced MR, at baseline and at follow-up.</source>
        <translation>Plasmavolumen (Vp) und Ktrans der Wirbelsäule aus der T1-gewichteten dynamischen kontrastverstärkten MRT, in der Ausgangs- und der Verlaufsuntersuchung.</translation>
    </message>
    <message>
        <source>For research; not a medical device.</source>
        <translation>Nur für die Forschung; kein Medizinprodukt.</translation>
    </message>
    <message>
        <source>Spine DCE: all tests passed.</source>
        <translation>Spine DCE: alle Tests bestanden.</translation>
    </message>
    <message>
        <source>Sample patient, baseline and follow-up</source>
        <translation>Beispielpatient, Ausgangs- und Verlaufsuntersuchung</translation>
    </message>
    <message>
        <source>Five steps: open a study, check the artery and its shift, draw the lesion and the reference vertebra, look at the maps, read the result. A {start}tutorial{end} shows them with the sample patient.</source>
        <translation>Fünf Schritte: Studie öffnen, Arterie und Zeitversatz prüfen, Läsion und Referenzwirbel einzeichnen, Karten ansehen, Ergebnis lesen. Eine {start}Anleitung{end} zeigt sie am Beispielpatienten.</translation>
    </message>
</context>
<context>
    <name>SpineDCEArchive</name>
    <message>
        <source>From PACS</source>
        <translation>Aus dem PACS</translation>
    </message>
    <message>
        <source>Search an archive for the visits of a patient</source>
        <translation>In einem Archiv nach den Untersuchungen eines Patienten suchen</translation>
    </message>
    <message>
        <source>Archive:</source>
        <translation>Archiv:</translation>
    </message>
    <message>
        <source>Archive that is searched</source>
        <translation>Archiv, in dem gesucht wird</translation>
    </message>
    <message>
        <source>Patient:</source>
        <translation>Patient:</translation>
    </message>
    <message>
        <source>The patient's ID or part of the name</source>
        <translation>Patienten-ID oder ein Teil des Namens</translation>
    </message>
    <message>
        <source>From:</source>
        <translation>Von:</translation>
    </message>
    <message>
        <source>First day of the study, such as 2026-03-12</source>
        <translation>Erster Tag der Studie, zum Beispiel 2026-03-12</translation>
    </message>
    <message>
        <source>To:</source>
        <translation>Bis:</translation>
    </message>
    <message>
        <source>Last day of the study, such as 2026-03-12</source>
        <translation>Letzter Tag der Studie, zum Beispiel 2026-03-12</translation>
    </message>
    <message>
        <source>Description:</source>
        <translation>Beschreibung:</translation>
    </message>
    <message>
        <source>Part of the study's description</source>
        <translation>Ein Teil der Beschreibung der Studie</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>List the studies in the archive that match</source>
        <translation>Die passenden Studien im Archiv auflisten</translation>
    </message>
    <message>
        <source>Studies that were found; a click chooses a study as a visit, or no longer</source>
        <translation>Gefundene Studien; ein Klick wählt eine Studie als Untersuchung oder nicht mehr</translation>
    </message>
    <message>
        <source>Received studies</source>
        <translation>Empfangene Studien</translation>
    </message>
    <message>
        <source>Studies that were sent to this computer, and how far their automatic analysis is</source>
        <translation>Studien, die an diesen Rechner gesendet wurden, und der Stand ihrer automatischen Auswertung</translation>
    </message>
    <message>
        <source>State of each study, and what the check of its protocol says</source>
        <translation>Stand jeder Studie und Ergebnis der Prüfung ihres Protokolls</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open with earlier visits</source>
        <translation>Mit früheren Untersuchungen öffnen</translation>
    </message>
</context>
<context>
    <name>SpineDCEArteries</name>
    <message>
        <source>Arterial input function (AIF)</source>
        <translation>Arterielle Inputfunktion (AIF)</translation>
    </message>
    <message>
        <source>Load AIF file…</source>
        <translation>AIF-Datei laden…</translation>
    </message>
    <message>
        <source>Read the AIF from a table with two columns: time and concentration</source>
        <translation>AIF aus einer Tabelle mit zwei Spalten lesen: Zeit und Konzentration</translation>
    </message>
    <message>
        <source>Draw aorta</source>
        <translation>Aorta einzeichnen</translation>
    </message>
    <message>
        <source>Draw the aorta and measure the AIF in it</source>
        <translation>Aorta einzeichnen und die AIF darin messen</translation>
    </message>
    <message>
        <source>Candidate arteries</source>
        <translation>Infrage kommende Arterien</translation>
    </message>
    <message>
        <source>Click a row to show its vessel; click its check mark to include or exclude it</source>
        <translation>Auf eine Zeile klicken, um das Gefäß zu zeigen; auf das Häkchen klicken, um es aufzunehmen oder auszuschließen</translation>
    </message>
    <message>
        <source>Exclude slice</source>
        <translation>Schicht ausschließen</translation>
    </message>
    <message>
        <source>Leave the slice in view out of the artery; press it again to take the slice back</source>
        <translation>Die angezeigte Schicht aus der Arterie auslassen; erneut drücken, um sie zurückzunehmen</translation>
    </message>
    <message>
        <source>Vessel in or out</source>
        <translation>Gefäß ein oder aus</translation>
    </message>
    <message>
        <source>Include or exclude the vessel at the crosshair, in its slice. Hold Shift and point at a place in a view to move the crosshair.</source>
        <translation>Das Gefäß am Fadenkreuz in seiner Schicht aufnehmen oder ausschließen. Halten Sie die Umschalttaste und zeigen Sie auf eine Stelle in einer Ansicht, um das Fadenkreuz zu bewegen.</translation>
    </message>
    <message>
        <source>Voxel in or out</source>
        <translation>Voxel ein oder aus</translation>
    </message>
    <message>
        <source>Include or exclude the voxel at the crosshair. Hold Shift and point at a place in a view to move the crosshair.</source>
        <translation>Das Voxel am Fadenkreuz aufnehmen oder ausschließen. Halten Sie die Umschalttaste und zeigen Sie auf eine Stelle in einer Ansicht, um das Fadenkreuz zu bewegen.</translation>
    </message>
    <message>
        <source>Reset to automatic</source>
        <translation>Auf Automatik zurücksetzen</translation>
    </message>
    <message>
        <source>Undo all changes by hand to the artery that was found</source>
        <translation>Alle manuellen Änderungen an der gefundenen Arterie zurücknehmen</translation>
    </message>
    <message>
        <source>Use proposal</source>
        <translation>Vorschlag übernehmen</translation>
    </message>
    <message>
        <source>Use the shift at which the fit of the regions has the smallest residual</source>
        <translation>Den Zeitversatz verwenden, bei dem die Anpassung der Regionen das kleinste Residuum hat</translation>
    </message>
    <message>
        <source>Delay of every lesion and reference as its curves show it; type a shift in the last column to set it for one region, clear the cell to reset it</source>
        <translation>Verzögerung jeder Läsion und Referenz, wie ihre Kurve sie zeigt; in die letzte Spalte einen Zeitversatz eingeben, um ihn für eine Region festzulegen, die Zelle leeren, um ihn zurückzusetzen</translation>
    </message>
</context>
<context>
    <name>SpineDCECourse</name>
    <message>
        <source>Follow the course</source>
        <translation>Verlauf auswerten</translation>
    </message>
    <message>
        <source>Lesion:</source>
        <translation>Läsion:</translation>
    </message>
    <message>
        <source>Lesion whose trend is shown</source>
        <translation>Läsion, deren Verlauf gezeigt wird</translation>
    </message>
    <message>
        <source>Right chart:</source>
        <translation>Rechtes Diagramm:</translation>
    </message>
    <message>
        <source>What the right chart shows beside normalised Vp</source>
        <translation>Was das rechte Diagramm neben dem normalisierten Vp zeigt</translation>
    </message>
    <message>
        <source>Values and status of the lesion at each visit; a click shows the visit and what follows from it</source>
        <translation>Werte und Status der Läsion bei jeder Untersuchung; ein Klick zeigt die Untersuchung und was aus ihr folgt</translation>
    </message>
    <message>
        <source>Published cutoff:</source>
        <translation>Veröffentlichter Grenzwert:</translation>
    </message>
    <message>
        <source>Change of normalised Vp that separates response from persistent disease, as published</source>
        <translation>Änderung des normalisierten Vp, die nach der Veröffentlichung Ansprechen von anhaltender Erkrankung trennt</translation>
    </message>
    <message>
        <source>Treatments and radiation dose</source>
        <translation>Behandlungen und Strahlendosis</translation>
    </message>
    <message>
        <source>Dates that the trend shows, and the dose of a plan on the images</source>
        <translation>Daten, die der Verlauf zeigt, und die Dosis eines Plans auf den Bildern</translation>
    </message>
    <message>
        <source>Treatments by date; select one to remove it</source>
        <translation>Behandlungen nach Datum; eine auswählen, um sie zu entfernen</translation>
    </message>
    <message>
        <source>Date of the treatment as year-month-day</source>
        <translation>Datum der Behandlung als Jahr-Monat-Tag</translation>
    </message>
    <message>
        <source>2026-03-12</source>
        <translation>2026-03-12</translation>
    </message>
    <message>
        <source>Kind of the treatment</source>
        <translation>Art der Behandlung</translation>
    </message>
    <message>
        <source>Details, such as the dose</source>
        <translation>Einzelheiten, etwa die Dosis</translation>
    </message>
    <message>
        <source>24 Gy in 1 fraction</source>
        <translation>24 Gy in 1 Fraktion</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Add dose…</source>
        <translation>Dosis hinzufügen …</translation>
    </message>
    <message>
        <source>Show the dose of a plan (DICOM RT Dose) as isodoses on the images, and list it for each region</source>
        <translation>Die Dosis eines Plans (DICOM RT Dose) als Isodosen auf den Bildern zeigen und für jede Region nennen</translation>
    </message>
    <message>
        <source>Remove doses</source>
        <translation>Dosen entfernen</translation>
    </message>
    <message>
        <source>Follow the course without a dose</source>
        <translation>Den Verlauf ohne Dosis auswerten</translation>
    </message>
</context>
<context>
    <name>SpineDCELib</name>
    <message>
        <source>Dynamic series</source>
        <translation>Dynamische Serie</translation>
    </message>
    <message>
        <source>Number of the dynamic series as the study lists it.</source>
        <translation>Nummer der dynamischen Serie, wie die Studie sie aufführt.</translation>
    </message>
    <message>
        <source>Joined with series</source>
        <translation>Zusammengefügt mit Serien</translation>
    </message>
    <message>
        <source>Numbers of the series that are further parts of the dynamic series, with commas between them.</source>
        <translation>Nummern der Serien, die weitere Teile der dynamischen Serie sind, durch Kommas getrennt.</translation>
    </message>
    <message>
        <source>Displaced frames</source>
        <translation>Verlagerte Zeitpunkte</translation>
    </message>
    <message>
        <source>Frames whose slices lie elsewhere than those of most frames.</source>
        <translation>Zeitpunkte, deren Schichten anderswo liegen als die der meisten Zeitpunkte.</translation>
    </message>
    <message>
        <source>leave out</source>
        <translation>weglassen</translation>
    </message>
    <message>
        <source>take at the same slice</source>
        <translation>an derselben Schicht nehmen</translation>
    </message>
    <message>
        <source>resample</source>
        <translation>umrechnen</translation>
    </message>
    <message>
        <source>Excluded frames</source>
        <translation>Ausgeschlossene Zeitpunkte</translation>
    </message>
    <message>
        <source>Numbers of frames that are left out of the analysis, such as frames with motion or an artefact, with commas between them. A range can be written as 9-12.</source>
        <translation>Nummern der Zeitpunkte, die nicht ausgewertet werden, etwa wegen Bewegung oder eines Artefakts, durch Kommas getrennt. Ein Bereich kann als 9-12 geschrieben werden.</translation>
    </message>
    <message>
        <source>Frame interval</source>
        <translation>Zeitabstand</translation>
    </message>
    <message>
        <source>Time between frames; replaces the files' times.</source>
        <translation>Zeit zwischen den Zeitpunkten; ersetzt die Zeiten der Dateien.</translation>
    </message>
    <message>
        <source>Frame times</source>
        <translation>Aufnahmezeiten</translation>
    </message>
    <message>
        <source>Time of every frame, with commas between them; replaces the files' times.</source>
        <translation>Zeit jedes Zeitpunkts, durch Kommas getrennt; ersetzt die Zeiten der Dateien.</translation>
    </message>
    <message>
        <source>Temporal footprint</source>
        <translation>Aufnahmedauer eines Zeitpunkts</translation>
    </message>
    <message>
        <source>Time over which the data of one frame were acquired, if frames share data (TWIST, TRICKS, GRASP); an AIF that is not measured in the images is averaged over it.</source>
        <translation>Zeit, über die die Daten eines Zeitpunkts aufgenommen wurden, wenn Zeitpunkte Daten teilen (TWIST, TRICKS, GRASP); eine AIF, die nicht in den Bildern gemessen wird, wird darüber gemittelt.</translation>
    </message>
    <message>
        <source>Field strength</source>
        <translation>Feldstärke</translation>
    </message>
    <message>
        <source>Field strength; replaces the file's.</source>
        <translation>Feldstärke; ersetzt die der Datei.</translation>
    </message>
    <message>
        <source>TR</source>
        <translation>TR</translation>
    </message>
    <message>
        <source>Repetition time; replaces the file's.</source>
        <translation>Repetitionszeit; ersetzt die der Datei.</translation>
    </message>
    <message>
        <source>Flip angle</source>
        <translation>Flipwinkel</translation>
    </message>
    <message>
        <source>Flip angle; replaces the file's.</source>
        <translation>Flipwinkel; ersetzt den der Datei.</translation>
    </message>
    <message>
        <source>Accept implausible values</source>
        <translation>Unplausible Werte zulassen</translation>
    </message>
    <message>
        <source>Use frame times, sequence parameters, voxel sizes and AIF values that no study has.</source>
        <translation>Aufnahmezeiten, Sequenzparameter, Voxelgrößen und AIF-Werte verwenden, die keine Studie hat.</translation>
    </message>
    <message>
        <source>Resample regions</source>
        <translation>Regionen umrechnen</translation>
    </message>
    <message>
        <source>Take the nearest voxel of regions that were drawn on another grid.</source>
        <translation>Bei Regionen, die auf einem anderen Raster gezeichnet wurden, das nächstgelegene Voxel nehmen.</translation>
    </message>
    <message>
        <source>Reference level</source>
        <translation>Referenzhöhe</translation>
    </message>
    <message>
        <source>Level of the spine whose region is the reference vertebra, if the regions are named by their levels.</source>
        <translation>Höhe der Wirbelsäule, deren Region der Referenzwirbel ist, wenn die Regionen nach ihren Höhen benannt sind.</translation>
    </message>
    <message>
        <source>as drawn</source>
        <translation>wie gezeichnet</translation>
    </message>
    <message>
        <source>Sacrum</source>
        <translation>Sakrum</translation>
    </message>
    <message>
        <source>Skip invalid voxels</source>
        <translation>Ungültige Voxel überspringen</translation>
    </message>
    <message>
        <source>Leave voxels with NaN, infinite or negative signal unfitted instead of refusing the series.</source>
        <translation>Voxel mit NaN, unendlichem oder negativem Signal nicht anpassen, statt die Serie abzulehnen.</translation>
    </message>
    <message>
        <source>Remove the background</source>
        <translation>Hintergrund entfernen</translation>
    </message>
    <message>
        <source>Leave voxels without tissue unfitted.</source>
        <translation>Voxel ohne Gewebe nicht anpassen.</translation>
    </message>
    <message>
        <source>Background threshold</source>
        <translation>Schwelle des Hintergrunds</translation>
    </message>
    <message>
        <source>Factor on the automatic threshold of the background; more removes more.</source>
        <translation>Faktor auf die automatische Schwelle des Hintergrunds; mehr entfernt mehr.</translation>
    </message>
    <message>
        <source>Closed gaps</source>
        <translation>Geschlossene Lücken</translation>
    </message>
    <message>
        <source>Gaps in the body that are narrower than this count as tissue.</source>
        <translation>Lücken im Körper, die schmaler sind, gelten als Gewebe.</translation>
    </message>
    <message>
        <source>Smallest piece</source>
        <translation>Kleinstes Stück</translation>
    </message>
    <message>
        <source>Pieces of tissue smaller than this fraction of the largest one count as background.</source>
        <translation>Gewebestücke, die kleiner sind als dieser Anteil des größten, gelten als Hintergrund.</translation>
    </message>
    <message>
        <source>Correct motion</source>
        <translation>Bewegung korrigieren</translation>
    </message>
    <message>
        <source>Move every frame back to where the spine lay before the bolus.</source>
        <translation>Jeden Zeitpunkt dorthin zurückbewegen, wo die Wirbelsäule vor dem Bolus lag.</translation>
    </message>
    <message>
        <source>Least motion</source>
        <translation>Kleinste Bewegung</translation>
    </message>
    <message>
        <source>Frames that moved less than this are left alone.</source>
        <translation>Zeitpunkte, die sich weniger bewegt haben, bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Motion through the slices</source>
        <translation>Bewegung durch die Schichten</translation>
    </message>
    <message>
        <source>Also shift and tilt across the slices.</source>
        <translation>Auch quer zu den Schichten verschieben und kippen.</translation>
    </message>
    <message>
        <source>Posterior part of the body</source>
        <translation>Hinterer Teil des Körpers</translation>
    </message>
    <message>
        <source>Fraction of the body, from the back, that motion is corrected for.</source>
        <translation>Anteil des Körpers, von hinten, für den Bewegung korrigiert wird.</translation>
    </message>
    <message>
        <source>Remove spikes</source>
        <translation>Ausreißer entfernen</translation>
    </message>
    <message>
        <source>Replace single frames that stick out of a curve.</source>
        <translation>Einzelne Zeitpunkte ersetzen, die aus einer Kurve herausragen.</translation>
    </message>
    <message>
        <source>Spike height</source>
        <translation>Höhe der Ausreißer</translation>
    </message>
    <message>
        <source>Noise standard deviations by which a spike sticks out.</source>
        <translation>Standardabweichungen des Rauschens, um die ein Ausreißer herausragt.</translation>
    </message>
    <message>
        <source>Smoothing in space</source>
        <translation>Räumliche Glättung</translation>
    </message>
    <message>
        <source>Smoothing within the slices.</source>
        <translation>Glättung innerhalb der Schichten.</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Gaussian</source>
        <translation>Gauß</translation>
    </message>
    <message>
        <source>edge-preserving</source>
        <translation>kantenerhaltend</translation>
    </message>
    <message>
        <source>Width in space</source>
        <translation>Räumliche Breite</translation>
    </message>
    <message>
        <source>Full width at half maximum of the smoothing in space.</source>
        <translation>Halbwertsbreite der räumlichen Glättung.</translation>
    </message>
    <message>
        <source>Edge contrast</source>
        <translation>Kantenkontrast</translation>
    </message>
    <message>
        <source>Edge-preserving smoothing: noise standard deviations by which curves at an edge differ.</source>
        <translation>Kantenerhaltende Glättung: Standardabweichungen des Rauschens, um die sich Kurven an einer Kante unterscheiden.</translation>
    </message>
    <message>
        <source>Smooth through the slices</source>
        <translation>Durch die Schichten glätten</translation>
    </message>
    <message>
        <source>Smooth across the slices too.</source>
        <translation>Auch quer zu den Schichten glätten.</translation>
    </message>
    <message>
        <source>Smooth in time</source>
        <translation>Zeitlich glätten</translation>
    </message>
    <message>
        <source>Smooth the curves after the first pass.</source>
        <translation>Die Kurven nach der ersten Passage glätten.</translation>
    </message>
    <message>
        <source>Width in time</source>
        <translation>Zeitliche Breite</translation>
    </message>
    <message>
        <source>Full width at half maximum of the smoothing in time.</source>
        <translation>Halbwertsbreite der zeitlichen Glättung.</translation>
    </message>
    <message>
        <source>Contrast in time</source>
        <translation>Zeitlicher Kontrast</translation>
    </message>
    <message>
        <source>Noise standard deviations by which samples at a step of the curve differ.</source>
        <translation>Standardabweichungen des Rauschens, um die sich Messwerte an einer Stufe der Kurve unterscheiden.</translation>
    </message>
    <message>
        <source>First pass</source>
        <translation>Erste Passage</translation>
    </message>
    <message>
        <source>Time after the artery's peak for which the frames are left as they are.</source>
        <translation>Zeit nach dem Maximum der Arterie, in der die Zeitpunkte bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Contrast agent</source>
        <translation>Kontrastmittel</translation>
    </message>
    <message>
        <source>Contrast agent that was injected; its relaxivities are used where none are given.</source>
        <translation>Injiziertes Kontrastmittel; seine Relaxivitäten werden verwendet, wo keine angegeben sind.</translation>
    </message>
    <message>
        <source>as the files say</source>
        <translation>wie in den Dateien</translation>
    </message>
    <message>
        <source>Dose</source>
        <translation>Dosis</translation>
    </message>
    <message>
        <source>Dose of contrast agent per body weight; replaces the file's.</source>
        <translation>Dosis des Kontrastmittels pro Körpergewicht; ersetzt die der Datei.</translation>
    </message>
    <message>
        <source>Injection rate</source>
        <translation>Injektionsrate</translation>
    </message>
    <message>
        <source>Rate of the injection; replaces the file's.</source>
        <translation>Rate der Injektion; ersetzt die der Datei.</translation>
    </message>
    <message>
        <source>Agent concentration</source>
        <translation>Konzentration des Mittels</translation>
    </message>
    <message>
        <source>Concentration of the contrast agent as injected; the product's by default.</source>
        <translation>Konzentration des Kontrastmittels bei der Injektion; ohne Angabe die des Produkts.</translation>
    </message>
    <message>
        <source>Signal</source>
        <translation>Signal</translation>
    </message>
    <message>
        <source>What is fitted: concentration, relative signal change or signal difference.</source>
        <translation>Was angepasst wird: Konzentration, relative Signaländerung oder Signaldifferenz.</translation>
    </message>
    <message>
        <source>concentration (mM)</source>
        <translation>Konzentration (mM)</translation>
    </message>
    <message>
        <source>relative change (S−S0)/S0</source>
        <translation>relative Änderung (S−S0)/S0</translation>
    </message>
    <message>
        <source>difference S−S0</source>
        <translation>Differenz S−S0</translation>
    </message>
    <message>
        <source>T10 from</source>
        <translation>T10 aus</translation>
    </message>
    <message>
        <source>Source of the tissue's T1 before contrast (T10).</source>
        <translation>Herkunft von T1 des Gewebes vor Kontrastmittel (T10).</translation>
    </message>
    <message>
        <source>T10 if given, or what the study has</source>
        <translation>T10, falls angegeben, sonst was die Studie hat</translation>
    </message>
    <message>
        <source>one fixed T10</source>
        <translation>ein fester T10-Wert</translation>
    </message>
    <message>
        <source>a T1 map</source>
        <translation>eine T1-Karte</translation>
    </message>
    <message>
        <source>several flip angles</source>
        <translation>mehrere Flipwinkel</translation>
    </message>
    <message>
        <source>the signal of muscle</source>
        <translation>das Signal von Muskel</translation>
    </message>
    <message>
        <source>T10</source>
        <translation>T10</translation>
    </message>
    <message>
        <source>T1 of all tissue before contrast, where T10 is one fixed value.</source>
        <translation>T1 allen Gewebes vor Kontrastmittel, wenn T10 ein fester Wert ist.</translation>
    </message>
    <message>
        <source>T10 of muscle</source>
        <translation>T10 von Muskel</translation>
    </message>
    <message>
        <source>T1 of muscle before contrast, where T10 comes from muscle; the literature's at the study's field by default.</source>
        <translation>T1 von Muskel vor Kontrastmittel, wenn T10 aus Muskel kommt; ohne Angabe der Literaturwert bei der Feldstärke der Studie.</translation>
    </message>
    <message>
        <source>r1</source>
        <translation>r1</translation>
    </message>
    <message>
        <source>Relaxivity of the contrast agent in blood; the agent's at the study's field by default.</source>
        <translation>Relaxivität des Kontrastmittels im Blut; ohne Angabe die des Mittels bei der Feldstärke der Studie.</translation>
    </message>
    <message>
        <source>Baseline frames</source>
        <translation>Zeitpunkte vor dem Bolus</translation>
    </message>
    <message>
        <source>Number of frames before the bolus; found from the curves by default.</source>
        <translation>Anzahl der Zeitpunkte vor dem Bolus; ohne Angabe aus den Kurven bestimmt.</translation>
    </message>
    <message>
        <source>AIF from</source>
        <translation>AIF aus</translation>
    </message>
    <message>
        <source>Source of the arterial input function.</source>
        <translation>Herkunft der arteriellen Inputfunktion.</translation>
    </message>
    <message>
        <source>found in the images</source>
        <translation>in den Bildern gefunden</translation>
    </message>
    <message>
        <source>drawn aorta</source>
        <translation>eingezeichnete Aorta</translation>
    </message>
    <message>
        <source>a file</source>
        <translation>eine Datei</translation>
    </message>
    <message>
        <source>population (Parker 2006)</source>
        <translation>Population (Parker 2006)</translation>
    </message>
    <message>
        <source>population (Georgiou 2019)</source>
        <translation>Population (Georgiou 2019)</translation>
    </message>
    <message>
        <source>population (Weinmann 1984)</source>
        <translation>Population (Weinmann 1984)</translation>
    </message>
    <message>
        <source>Hct</source>
        <translation>Hct</translation>
    </message>
    <message>
        <source>Haematocrit of the patient, as a fraction.</source>
        <translation>Hämatokrit des Patienten, als Bruchteil.</translation>
    </message>
    <message>
        <source>T10 of blood</source>
        <translation>T10 von Blut</translation>
    </message>
    <message>
        <source>T1 of blood before contrast; the literature's at the study's field by default.</source>
        <translation>T1 von Blut vor Kontrastmittel; ohne Angabe der Literaturwert bei der Feldstärke der Studie.</translation>
    </message>
    <message>
        <source>r2 of blood</source>
        <translation>r2 von Blut</translation>
    </message>
    <message>
        <source>T2* relaxivity of blood, with which the curve of the artery is corrected; by default the agent's if phase images confirm it, else 0.</source>
        <translation>T2*-Relaxivität des Blutes, mit der die Kurve der Arterie korrigiert wird; voreingestellt ist die des Kontrastmittels, wenn Phasenbilder sie bestätigen, sonst 0.</translation>
    </message>
    <message>
        <source>First pass from</source>
        <translation>Erste Passage aus</translation>
    </message>
    <message>
        <source>Whether the phase images correct the first pass.</source>
        <translation>Ob die Phasenbilder die erste Passage korrigieren.</translation>
    </message>
    <message>
        <source>magnitude</source>
        <translation>Magnitude</translation>
    </message>
    <message>
        <source>mean of magnitude and phase</source>
        <translation>Mittel aus Betrag und Phase</translation>
    </message>
    <message>
        <source>Fit the population AIF</source>
        <translation>Populations-AIF anpassen</translation>
    </message>
    <message>
        <source>Fit a population AIF's arrival and scale to the artery in the images.</source>
        <translation>Ankunft und Skalierung einer Populations-AIF an die Arterie in den Bildern anpassen.</translation>
    </message>
    <message>
        <source>Time unit of the AIF file</source>
        <translation>Zeiteinheit der AIF-Datei</translation>
    </message>
    <message>
        <source>Unit of the times in an AIF file that does not say.</source>
        <translation>Einheit der Zeiten in einer AIF-Datei, die keine angibt.</translation>
    </message>
    <message>
        <source>as the file says</source>
        <translation>wie in der Datei</translation>
    </message>
    <message>
        <source>min</source>
        <translation>min</translation>
    </message>
    <message>
        <source>Medium of the AIF file</source>
        <translation>Medium der AIF-Datei</translation>
    </message>
    <message>
        <source>Whether an AIF file that does not say holds whole blood or plasma.</source>
        <translation>Ob eine AIF-Datei, die es nicht angibt, Vollblut oder Plasma enthält.</translation>
    </message>
    <message>
        <source>whole blood</source>
        <translation>Vollblut</translation>
    </message>
    <message>
        <source>plasma</source>
        <translation>Plasma</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Tissue model.</source>
        <translation>Gewebemodell.</translation>
    </message>
    <message>
        <source>Tofts</source>
        <translation>Tofts</translation>
    </message>
    <message>
        <source>extended Tofts</source>
        <translation>erweitertes Tofts</translation>
    </message>
    <message>
        <source>Patlak</source>
        <translation>Patlak</translation>
    </message>
    <message>
        <source>two-compartment exchange</source>
        <translation>Zwei-Kompartiment-Austausch</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Zeitversatz</translation>
    </message>
    <message>
        <source>Time by which the AIF is moved later; auto takes what lesions and references propose.</source>
        <translation>Zeit, um die die AIF nach hinten verschoben wird; „auto“ nimmt, was Läsionen und Referenzen vorschlagen.</translation>
    </message>
    <message>
        <source>Shifts for</source>
        <translation>Zeitversatz für</translation>
    </message>
    <message>
        <source>Whether every lesion and reference uses its own delay, or each slice or the study has a shift.</source>
        <translation>Ob jede Läsion und Referenz ihre eigene Verzögerung verwendet, oder jede Schicht oder die Studie einen Zeitversatz hat.</translation>
    </message>
    <message>
        <source>each region</source>
        <translation>jede Region</translation>
    </message>
    <message>
        <source>each slice</source>
        <translation>jede Schicht</translation>
    </message>
    <message>
        <source>the study</source>
        <translation>die Studie</translation>
    </message>
    <message>
        <source>Own shifts</source>
        <translation>Eigener Zeitversatz</translation>
    </message>
    <message>
        <source>Shift of a single region, or of a slice as “slice N”.</source>
        <translation>Zeitversatz einer einzelnen Region, oder einer Schicht als „slice N“.</translation>
    </message>
    <message>
        <source>Fit a delay</source>
        <translation>Verzögerung anpassen</translation>
    </message>
    <message>
        <source>Fit an additional delay in every voxel.</source>
        <translation>In jedem Voxel eine zusätzliche Verzögerung anpassen.</translation>
    </message>
    <message>
        <source>Lowest kep</source>
        <translation>Kleinstes kep</translation>
    </message>
    <message>
        <source>Lowest kep that is fitted; 0.001 /min by default.</source>
        <translation>Kleinstes kep, das angepasst wird; ohne Angabe 0.001 /min.</translation>
    </message>
    <message>
        <source>Highest kep</source>
        <translation>Größtes kep</translation>
    </message>
    <message>
        <source>Highest kep that is fitted; by default 100 /min for Tofts, and for extended Tofts what the frame interval can resolve.</source>
        <translation>Größtes kep, das angepasst wird; ohne Angabe 100 /min für Tofts, für das erweiterte Tofts-Modell, was der Zeitabstand auflösen kann.</translation>
    </message>
    <message>
        <source>Interpolation of the AIF</source>
        <translation>Interpolation der AIF</translation>
    </message>
    <message>
        <source>How the AIF runs between its samples.</source>
        <translation>Wie die AIF zwischen ihren Messwerten verläuft.</translation>
    </message>
    <message>
        <source>cubic</source>
        <translation>kubisch</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>linear</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>Folder or file with the images.</source>
        <translation>Ordner oder Datei mit den Bildern.</translation>
    </message>
    <message>
        <source>T1 map</source>
        <translation>T1-Karte</translation>
    </message>
    <message>
        <source>T1 map on the dynamic grid, in ms or s.</source>
        <translation>T1-Karte auf dem Raster der dynamischen Serie, in ms oder s.</translation>
    </message>
    <message>
        <source>Aorta</source>
        <translation>Aorta</translation>
    </message>
    <message>
        <source>Mask of the artery.</source>
        <translation>Maske der Arterie.</translation>
    </message>
    <message>
        <source>AIF file</source>
        <translation>AIF-Datei</translation>
    </message>
    <message>
        <source>AIF as two columns: time [s], Cb [mM].</source>
        <translation>AIF als zwei Spalten: time [s], Cb [mM].</translation>
    </message>
    <message>
        <source>Search region</source>
        <translation>Suchregion</translation>
    </message>
    <message>
        <source>Label map of where the artery is searched.</source>
        <translation>Labelkarte des Gebiets, in dem die Arterie gesucht wird.</translation>
    </message>
    <message>
        <source>Artery selection</source>
        <translation>Auswahl der Arterie</translation>
    </message>
    <message>
        <source>Changes by hand to the artery that was found, as JSON.</source>
        <translation>Manuelle Änderungen an der gefundenen Arterie, als JSON.</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>Regions: .seg.nrrd, DICOM Segmentation or structure set, or a label map.</source>
        <translation>Regionen: .seg.nrrd, DICOM-Segmentierung oder Structure Set, oder eine Labelkarte.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Outline of the lesion on any images, or two rulers (.mrk.json).</source>
        <translation>Umriss der Läsion auf beliebigen Bildern, oder zwei Lineale (.mrk.json).</translation>
    </message>
    <message>
        <source>Output folder</source>
        <translation>Ausgabeordner</translation>
    </message>
    <message>
        <source>Folder for the results.</source>
        <translation>Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <source>Lesion</source>
        <translation>Läsion</translation>
    </message>
    <message>
        <source>Reference vertebra</source>
        <translation>Referenzwirbel</translation>
    </message>
    <message>
        <source>Muscle</source>
        <translation>Muskel</translation>
    </message>
    <message>
        <source>Exclusion</source>
        <translation>Ausschluss</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>Knochen</translation>
    </message>
    <message>
        <source>Extraosseous part</source>
        <translation>Extraossärer Anteil</translation>
    </message>
    <message>
        <source>Irradiated volume</source>
        <translation>Bestrahltes Volumen</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>Ausgangs</translation>
    </message>
    <message>
        <source>follow-up</source>
        <translation>Verlaufs</translation>
    </message>
    <message>
        <source>Vp per volume of tissue</source>
        <translation>Vp pro Gewebevolumen</translation>
    </message>
    <message>
        <source>Ktrans</source>
        <translation>Ktrans</translation>
    </message>
    <message>
        <source>kep</source>
        <translation>kep</translation>
    </message>
    <message>
        <source>Delay</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>Enhancement</source>
        <translation>Anreicherung</translation>
    </message>
    <message>
        <source>Wash-in slope</source>
        <translation>Anstieg (Wash-in)</translation>
    </message>
    <message>
        <source>Time to peak</source>
        <translation>Zeit bis zum Maximum</translation>
    </message>
    <message>
        <source>Wash-out</source>
        <translation>Wash-out</translation>
    </message>
    <message>
        <source>Probability above threshold</source>
        <translation>Wahrscheinlichkeit über der Schwelle</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>T1 from flip angles</source>
        <translation>T1 aus Flipwinkeln</translation>
    </message>
    <message>
        <source>M0 from muscle</source>
        <translation>M0 aus Muskel</translation>
    </message>
    <message>
        <source>one assumed T10</source>
        <translation>ein angenommener T10-Wert</translation>
    </message>
    <message>
        <source>relative signal</source>
        <translation>relatives Signal</translation>
    </message>
    <message>
        <source>signal difference</source>
        <translation>Signaldifferenz</translation>
    </message>
    <message>
        <source>normalised Vp per volume of water (T1 map)</source>
        <translation>normalisiertes Vp pro Wasservolumen (T1-Karte)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of water (T1 from flip angles)</source>
        <translation>normalisiertes Vp pro Wasservolumen (T1 aus Flipwinkeln)</translation>
    </message>
    <message>
        <source>normalised Vp (M0 from muscle)</source>
        <translation>normalisiertes Vp (M0 aus Muskel)</translation>
    </message>
    <message>
        <source>normalised Vp (one assumed T10)</source>
        <translation>normalisiertes Vp (ein angenommener T10-Wert)</translation>
    </message>
    <message>
        <source>normalised Vp (relative signal)</source>
        <translation>normalisiertes Vp (relatives Signal)</translation>
    </message>
    <message>
        <source>normalised Vp (signal difference)</source>
        <translation>normalisiertes Vp (Signaldifferenz)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (T1 map)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (T1-Karte)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (T1 from flip angles)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (T1 aus Flipwinkeln)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (M0 from muscle)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (M0 aus Muskel)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (one assumed T10)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (ein angenommener T10-Wert)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (relative signal)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (relatives Signal)</translation>
    </message>
    <message>
        <source>normalised Vp per volume of tissue (signal difference)</source>
        <translation>normalisiertes Vp pro Gewebevolumen (Signaldifferenz)</translation>
    </message>
    <message>
        <source>normalised Ktrans per volume of water (T1 map)</source>
        <translation>normalisiertes Ktrans pro Wasservolumen (T1-Karte)</translation>
    </message>
    <message>
        <source>normalised Ktrans per volume of water (T1 from flip angles)</source>
        <translation>normalisiertes Ktrans pro Wasservolumen (T1 aus Flipwinkeln)</translation>
    </message>
    <message>
        <source>normalised Ktrans (M0 from muscle)</source>
        <translation>normalisiertes Ktrans (M0 aus Muskel)</translation>
    </message>
    <message>
        <source>normalised Ktrans (one assumed T10)</source>
        <translation>normalisiertes Ktrans (ein angenommener T10-Wert)</translation>
    </message>
    <message>
        <source>normalised Ktrans (relative signal)</source>
        <translation>normalisiertes Ktrans (relatives Signal)</translation>
    </message>
    <message>
        <source>normalised Ktrans (signal difference)</source>
        <translation>normalisiertes Ktrans (Signaldifferenz)</translation>
    </message>
    <message>
        <source>fitted</source>
        <translation>angepasst</translation>
    </message>
    <message>
        <source>fitted; vp is at its lower bound, 0</source>
        <translation>angepasst; vp liegt an seiner Untergrenze, 0</translation>
    </message>
    <message>
        <source>fitted; vp is at its upper bound</source>
        <translation>angepasst; vp liegt an seiner Obergrenze</translation>
    </message>
    <message>
        <source>fitted; ve is at its upper bound</source>
        <translation>angepasst; ve liegt an seiner Obergrenze</translation>
    </message>
    <message>
        <source>fitted; a parameter is at its bound</source>
        <translation>angepasst; ein Parameter liegt an seiner Grenze</translation>
    </message>
    <message>
        <source>fitted; kep is at its upper bound</source>
        <translation>angepasst; kep liegt an seiner Obergrenze</translation>
    </message>
    <message>
        <source>fitted; ve and kep are not determined</source>
        <translation>angepasst; ve und kep sind nicht bestimmt</translation>
    </message>
    <message>
        <source>fitted; nothing leaks out of the vessels</source>
        <translation>angepasst; nichts tritt aus den Gefäßen aus</translation>
    </message>
    <message>
        <source>fitted; no enhancement follows the AIF</source>
        <translation>angepasst; keine Anreicherung folgt der AIF</translation>
    </message>
    <message>
        <source>not fitted: outside the mask</source>
        <translation>nicht angepasst: außerhalb der Maske</translation>
    </message>
    <message>
        <source>not fitted: the curve has values that are not finite</source>
        <translation>nicht angepasst: die Kurve hat Werte, die nicht endlich sind</translation>
    </message>
    <message>
        <source>not fitted: the signal is saturated in at least one frame</source>
        <translation>nicht angepasst: das Signal ist in mindestens einem Zeitpunkt gesättigt</translation>
    </message>
    <message>
        <source>not fitted: the curve is zero in every frame</source>
        <translation>nicht angepasst: die Kurve ist zu jedem Zeitpunkt null</translation>
    </message>
    <message>
        <source>not fitted: the iteration did not converge</source>
        <translation>nicht angepasst: die Iteration ist nicht konvergiert</translation>
    </message>
    <message>
        <source>not fitted: no T10 in this voxel</source>
        <translation>nicht angepasst: kein T10 in diesem Voxel</translation>
    </message>
    <message>
        <source>not fitted: no signal before contrast</source>
        <translation>nicht angepasst: kein Signal vor Kontrastmittel</translation>
    </message>
    <message>
        <source>fitted; kep is at its upper bound: Ktrans may be higher than this</source>
        <translation>angepasst; kep liegt an seiner Obergrenze: Ktrans kann höher sein als hier</translation>
    </message>
    <message>
        <source>fitted; Ktrans is 0: no enhancement follows the AIF</source>
        <translation>angepasst; Ktrans ist 0: keine Anreicherung folgt der AIF</translation>
    </message>
    <message>
        <source>fitted; kep is at its upper bound: vp and ve cannot be separated</source>
        <translation>angepasst; kep liegt an seiner Obergrenze: vp und ve lassen sich nicht trennen</translation>
    </message>
    <message>
        <source>fitted; Ktrans is 0, so kep is not defined</source>
        <translation>angepasst; Ktrans ist 0, daher ist kep nicht definiert</translation>
    </message>
    <message>
        <source>fitted; vp and Ktrans are 0: no enhancement follows the AIF</source>
        <translation>angepasst; vp und Ktrans sind 0: keine Anreicherung folgt der AIF</translation>
    </message>
    <message>
        <source>fitted; Ktrans is 0</source>
        <translation>angepasst; Ktrans ist 0</translation>
    </message>
    <message>
        <source>fitted; vp is at its lower bound, 0.0001</source>
        <translation>angepasst; vp liegt an seiner Untergrenze, 0.0001</translation>
    </message>
    <message>
        <source>fitted; ve and PS are not determined</source>
        <translation>angepasst; ve und PS sind nicht bestimmt</translation>
    </message>
    <message>
        <source>fitted; PS is 0</source>
        <translation>angepasst; PS ist 0</translation>
    </message>
    <message>
        <source>fitted; vp and PS are 0: no enhancement follows the AIF</source>
        <translation>angepasst; vp und PS sind 0: keine Anreicherung folgt der AIF</translation>
    </message>
    <message>
        <source>enhances too little for blood, unless inflow hides it</source>
        <translation>reichert zu wenig an für Blut, falls Einstrom das nicht verdeckt</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>aufgenommen</translation>
    </message>
    <message>
        <source>signal above that of any blood concentration</source>
        <translation>Signal über dem jeder Konzentration im Blut</translation>
    </message>
    <message>
        <source>signal falls before it rises: motion or dephasing</source>
        <translation>Signal fällt, bevor es steigt: Bewegung oder Dephasierung</translation>
    </message>
    <message>
        <source>peak too low for blood, or lowered by inflow</source>
        <translation>Maximum zu niedrig für Blut, oder durch Einstrom erniedrigt</translation>
    </message>
    <message>
        <source>no sharp first pass</source>
        <translation>keine scharfe erste Passage</translation>
    </message>
    <message>
        <source>unsteady after the peak: pulsation, motion or noise</source>
        <translation>unruhig nach dem Maximum: Pulsation, Bewegung oder Rauschen</translation>
    </message>
    <message>
        <source>too few connected voxels for a vessel</source>
        <translation>zu wenige zusammenhängende Voxel für ein Gefäß</translation>
    </message>
    <message>
        <source>fills after the artery: a vein or an organ</source>
        <translation>füllt sich nach der Arterie: eine Vene oder ein Organ</translation>
    </message>
    <message>
        <source>too thick for a vessel; it may be a chamber of the heart or an organ</source>
        <translation>zu dick für ein Gefäß; es kann eine Herzhöhle oder ein Organ sein</translation>
    </message>
    <message>
        <source>in a vessel other than the best candidate</source>
        <translation>in einem anderen Gefäß als der beste Kandidat</translation>
    </message>
    <message>
        <source>edge of the vessel: partial volume or pulsation</source>
        <translation>Rand des Gefäßes: Partialvolumen oder Pulsation</translation>
    </message>
    <message>
        <source>inside the vessel, but inflow of fresh blood lowers the enhancement</source>
        <translation>im Gefäß, aber einströmendes frisches Blut mindert die Anreicherung</translation>
    </message>
    <message>
        <source>peak, arrival or area differs from the rest of the vessel</source>
        <translation>Maximum, Ankunft oder Fläche weichen vom übrigen Gefäß ab</translation>
    </message>
    <message>
        <source>outside the search region</source>
        <translation>außerhalb der Suchregion</translation>
    </message>
    <message>
        <source>thin branch of the vessel</source>
        <translation>dünner Ast des Gefäßes</translation>
    </message>
    <message>
        <source>removed by hand</source>
        <translation>manuell entfernt</translation>
    </message>
    <message>
        <source>best candidate, but not trustworthy as the artery</source>
        <translation>bester Kandidat, aber als Arterie nicht verlässlich</translation>
    </message>
    <message>
        <source>fills before the artery, so it does not bring the tissue its blood</source>
        <translation>füllt sich vor der Arterie, bringt dem Gewebe also nicht sein Blut</translation>
    </message>
    <message>
        <source>takes up contrast like tissue: a lesion or an organ</source>
        <translation>nimmt Kontrastmittel auf wie Gewebe: eine Läsion oder ein Organ</translation>
    </message>
    <message>
        <source>chosen by hand, not confirmed by the evidence</source>
        <translation>manuell gewählt, durch die Befunde nicht bestätigt</translation>
    </message>
    <message>
        <source>in a vessel of which more than a quarter lies in regions drawn as other tissue</source>
        <translation>in einem Gefäß, das zu mehr als einem Viertel in Regionen liegt, die als anderes Gewebe gezeichnet wurden</translation>
    </message>
    <message>
        <source>in the artery that the search found, not in the one chosen by hand</source>
        <translation>in der gefundenen Arterie, nicht in der von Hand gewählten</translation>
    </message>
    <message>
        <source>Accepted: the same study at both visits.</source>
        <translation>Akzeptiert: dieselbe Studie in beiden Untersuchungen.</translation>
    </message>
    <message>
        <source>Accepted: visits of different patients.</source>
        <translation>Akzeptiert: Untersuchungen verschiedener Patienten.</translation>
    </message>
    <message>
        <source>Accepted: a baseline visit that is later than the follow-up visit.</source>
        <translation>Akzeptiert: eine Ausgangsuntersuchung, die später ist als die Verlaufsuntersuchung.</translation>
    </message>
    <message>
        <source>fitted voxels</source>
        <translation>angepasste Voxel</translation>
    </message>
    <message>
        <source>volume [mL]</source>
        <translation>Volumen [mL]</translation>
    </message>
    <message>
        <source>origin of the region</source>
        <translation>Herkunft der Region</translation>
    </message>
    <message>
        <source>{heading}, mean ± SD (median) of the voxels</source>
        <translation>{heading}, Mittelwert ± SD (Median) der Voxel</translation>
    </message>
    <message>
        <source>longest × perpendicular diameter [mm]</source>
        <translation>längster × dazu senkrechter Durchmesser [mm]</translation>
    </message>
    <message>
        <source>{mode}, 95 % interval from noise alone</source>
        <translation>{mode}, 95-%-Intervall nur aus dem Rauschen</translation>
    </message>
    <message>
        <source>carried over, not corrected</source>
        <translation>übernommen, nicht korrigiert</translation>
    </message>
    <message>
        <source>drawn</source>
        <translation>gezeichnet</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>what the interval comes from (shares of its variance)</source>
        <translation>woraus das Intervall besteht (Anteile an seiner Varianz)</translation>
    </message>
    <message>
        <source>probability of a change of {parameter} above / below {cutoff}</source>
        <translation>Wahrscheinlichkeit einer Änderung von {parameter} über / unter {cutoff}</translation>
    </message>
    <message>
        <source>repeatability, {changes} vertebrae without tumour</source>
        <translation>Wiederholbarkeit, {changes} Wirbel ohne Tumor</translation>
    </message>
    <message>
        <source>diameters [mm]</source>
        <translation>Durchmesser [mm]</translation>
    </message>
    <message>
        <source>product {size_change}</source>
        <translation>Produkt {size_change}</translation>
    </message>
    <message>
        <source>not comparable</source>
        <translation>nicht vergleichbar</translation>
    </message>
    <message>
        <source>volume of the voxels [mL]</source>
        <translation>Volumen der Voxel [mL]</translation>
    </message>
    <message>
        <source>volume within the smooth outline [mL]</source>
        <translation>Volumen innerhalb des geglätteten Umrisses [mL]</translation>
    </message>
    <message>
        <source>outside the bone [mm], L–R × A–P × H–F</source>
        <translation>außerhalb des Knochens [mm], L–R × A–P × H–F</translation>
    </message>
    <message>
        <source>mean signal enhancement [%]</source>
        <translation>mittlere Signalanreicherung [%]</translation>
    </message>
    <message>
        <source>persistent disease</source>
        <translation>persistierender Erkrankung</translation>
    </message>
    <message>
        <source>response</source>
        <translation>Ansprechen</translation>
    </message>
    <message>
        <source>above</source>
        <translation>über</translation>
    </message>
    <message>
        <source>at</source>
        <translation>genau auf</translation>
    </message>
    <message>
        <source>below</source>
        <translation>unter</translation>
    </message>
    <message>
        <source>within</source>
        <translation>innerhalb</translation>
    </message>
    <message>
        <source>outside</source>
        <translation>außerhalb</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>no interval: too few voxels</source>
        <translation>kein Intervall: zu wenige Voxel</translation>
    </message>
    <message>
        <source>95 % interval {low} to {high} %</source>
        <translation>95-%-Intervall {low} bis {high} %</translation>
    </message>
    <message>
        <source>{low} to {high} s</source>
        <translation>{low} bis {high} s</translation>
    </message>
    <message>
        <source>{percent} ({low} to {high} %)</source>
        <translation>{percent} ({low} bis {high} %)</translation>
    </message>
    <message>
        <source>{name} {part} %</source>
        <translation>{name} {part} %</translation>
    </message>
    <message>
        <source>noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>delays</source>
        <translation>Verzögerungen</translation>
    </message>
    <message>
        <source>outline</source>
        <translation>Umriss</translation>
    </message>
    <message>
        <source>reference</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <source>at baseline</source>
        <translation>in der Ausgangsuntersuchung</translation>
    </message>
    <message>
        <source>at follow-up</source>
        <translation>in der Verlaufsuntersuchung</translation>
    </message>
    <message>
        <source>AIF shift {when}</source>
        <translation>Zeitversatz der AIF {when}</translation>
    </message>
    <message>
        <source>AIF voxels {when}</source>
        <translation>Voxel der AIF {when}</translation>
    </message>
    <message>
        <source>delay of the lesion {when}</source>
        <translation>Verzögerung der Läsion {when}</translation>
    </message>
    <message>
        <source>delay of the reference {when}</source>
        <translation>Verzögerung der Referenz {when}</translation>
    </message>
    <message>
        <source>lesion outline {when}</source>
        <translation>Umriss der Läsion {when}</translation>
    </message>
    <message>
        <source>reference outline {when}</source>
        <translation>Umriss der Referenz {when}</translation>
    </message>
    <message>
        <source>T10 of the lesion {when}</source>
        <translation>T10 der Läsion {when}</translation>
    </message>
    <message>
        <source>T10 of the reference {when}</source>
        <translation>T10 der Referenz {when}</translation>
    </message>
    <message>
        <source>reference vertebra {when}</source>
        <translation>Referenzwirbel {when}</translation>
    </message>
    <message>
        <source>haematocrit</source>
        <translation>Hämatokrit</translation>
    </message>
    <message>
        <source>two rulers</source>
        <translation>zwei Lineale</translation>
    </message>
    <message>
        <source>degrees</source>
        <translation>Grad</translation>
    </message>
    <message>
        <source>all tissue</source>
        <translation>allem Gewebe</translation>
    </message>
    <message>
        <source>Residual</source>
        <translation>Residuum</translation>
    </message>
    <message>
        <source>Normalised Vp</source>
        <translation>Normalisiertes Vp</translation>
    </message>
    <message>
        <source>residual, relative to best</source>
        <translation>Residuum, relativ zum besten</translation>
    </message>
    <message>
        <source>× reference</source>
        <translation>× Referenz</translation>
    </message>
    <message>
        <source>× reference, per volume of water</source>
        <translation>× Referenz, je Volumen Wasser</translation>
    </message>
    <message>
        <source>Preliminary report</source>
        <translation>Vorläufiger Befund</translation>
    </message>
    <message>
        <source>Final report, {reader}, {time}</source>
        <translation>Endgültiger Befund, {reader}, {time}</translation>
    </message>
    <message>
        <source>Addendum, {reader}, {time}</source>
        <translation>Nachtrag, {reader}, {time}</translation>
    </message>
    <message>
        <source>consistent with response</source>
        <translation>vereinbar mit Ansprechen</translation>
    </message>
    <message>
        <source>consistent with persistent disease</source>
        <translation>vereinbar mit anhaltender Erkrankung</translation>
    </message>
    <message>
        <source>recurring</source>
        <translation>wiederkehrend</translation>
    </message>
    <message>
        <source>not determined</source>
        <translation>nicht bestimmt</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>what would change it</source>
        <translation>was das ändern würde</translation>
    </message>
    <message>
        <source>acquired otherwise</source>
        <translation>anders aufgenommen</translation>
    </message>
    <message>
        <source>change to baseline</source>
        <translation>Änderung zur Ausgangsuntersuchung</translation>
    </message>
    <message>
        <source>change to the lowest value</source>
        <translation>Änderung zum niedrigsten Wert</translation>
    </message>
    <message>
        <source>area product [mm²]</source>
        <translation>Flächenprodukt [mm²]</translation>
    </message>
    <message>
        <source>region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>carried over</source>
        <translation>übernommen</translation>
    </message>
    <message>
        <source>{title}, 95 % interval</source>
        <translation>{title}, 95-%-Intervall</translation>
    </message>
    <message>
        <source>The lesion has no region.</source>
        <translation>Die Läsion hat keine Region.</translation>
    </message>
    <message>
        <source>would exclude</source>
        <translation>schließt ihn aus</translation>
    </message>
    <message>
        <source>would still include</source>
        <translation>schließt ihn noch ein</translation>
    </message>
    <message>
        <source>Draw it at this visit.</source>
        <translation>Sie bei dieser Untersuchung zeichnen.</translation>
    </message>
    <message>
        <source>Radiation therapy</source>
        <translation>Strahlentherapie</translation>
    </message>
    <message>
        <source>Surgery</source>
        <translation>Operation</translation>
    </message>
    <message>
        <source>Systemic therapy</source>
        <translation>Systemische Therapie</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Normalised Vp rose from its lowest value, {low} at {nadir}, to {now} ({percent}, {interval})</source>
        <translation>Das normalisierte Vp stieg von seinem niedrigsten Wert, {low} bei {nadir}, auf {now} ({percent}, {interval})</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>manuell</translation>
    </message>
    <message>
        <source>as proposed</source>
        <translation>wie vorgeschlagen</translation>
    </message>
    <message>
        <source>columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>{before} at baseline, {after} at follow-up</source>
        <translation>{before} in der Ausgangs-, {after} in der Verlaufsuntersuchung</translation>
    </message>
    <message>
        <source>{number}, impossible: more than the whole volume</source>
        <translation>{number}, unmöglich: mehr als das ganze Volumen</translation>
    </message>
    <message>
        <source>{number}, impossible: above that of blood, {whole}</source>
        <translation>{number}, unmöglich: mehr als in Blut, {whole}</translation>
    </message>
    <message>
        <source>{number}, not of tissue: more than half would be blood</source>
        <translation>{number}, nicht von Gewebe: mehr als die Hälfte wäre Blut</translation>
    </message>
    <message>
        <source>signal mode</source>
        <translation>Signalmodus</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>relaxivity [1/s/mM]</source>
        <translation>Relaxivität [1/s/mM]</translation>
    </message>
    <message>
        <source>T10 of blood [s]</source>
        <translation>T10 von Blut [s]</translation>
    </message>
    <message>
        <source>delay fitted per voxel</source>
        <translation>Verzögerung pro Voxel angepasst</translation>
    </message>
    <message>
        <source>lowest kep [1/min]</source>
        <translation>kleinstes kep [1/min]</translation>
    </message>
    <message>
        <source>highest kep [1/min]</source>
        <translation>größtes kep [1/min]</translation>
    </message>
    <message>
        <source>integration</source>
        <translation>Integration</translation>
    </message>
    <message>
        <source>first pass from</source>
        <translation>erste Passage aus</translation>
    </message>
    <message>
        <source>population AIF fitted</source>
        <translation>Populations-AIF angepasst</translation>
    </message>
    <message>
        <source>frames before the bolus</source>
        <translation>Bilder vor dem Bolus</translation>
    </message>
    <message>
        <source>AIF shift set</source>
        <translation>Zeitversatz der AIF festgelegt</translation>
    </message>
    <message>
        <source>AIF shift [s]</source>
        <translation>Zeitversatz der AIF [s]</translation>
    </message>
    <message>
        <source>flip angle [degrees]</source>
        <translation>Flipwinkel [Grad]</translation>
    </message>
    <message>
        <source>field strength [T]</source>
        <translation>Feldstärke [T]</translation>
    </message>
    <message>
        <source>frame interval [s]</source>
        <translation>Zeitabstand [s]</translation>
    </message>
    <message>
        <source>contrast agent</source>
        <translation>Kontrastmittel</translation>
    </message>
    <message>
        <source>dose [mmol/kg]</source>
        <translation>Dosis [mmol/kg]</translation>
    </message>
    <message>
        <source>injection rate [mL/s]</source>
        <translation>Injektionsrate [mL/s]</translation>
    </message>
    <message>
        <source>distance of {axis} [mm]</source>
        <translation>Abstand der {axis} [mm]</translation>
    </message>
    <message>
        <source>{day} January {year}</source>
        <translation>{day}. Januar {year}</translation>
    </message>
    <message>
        <source>{day} February {year}</source>
        <translation>{day}. Februar {year}</translation>
    </message>
    <message>
        <source>{day} March {year}</source>
        <translation>{day}. März {year}</translation>
    </message>
    <message>
        <source>{day} April {year}</source>
        <translation>{day}. April {year}</translation>
    </message>
    <message>
        <source>{day} May {year}</source>
        <translation>{day}. Mai {year}</translation>
    </message>
    <message>
        <source>{day} June {year}</source>
        <translation>{day}. Juni {year}</translation>
    </message>
    <message>
        <source>{day} July {year}</source>
        <translation>{day}. Juli {year}</translation>
    </message>
    <message>
        <source>{day} August {year}</source>
        <translation>{day}. August {year}</translation>
    </message>
    <message>
        <source>{day} September {year}</source>
        <translation>{day}. September {year}</translation>
    </message>
    <message>
        <source>{day} October {year}</source>
        <translation>{day}. Oktober {year}</translation>
    </message>
    <message>
        <source>{day} November {year}</source>
        <translation>{day}. November {year}</translation>
    </message>
    <message>
        <source>{day} December {year}</source>
        <translation>{day}. Dezember {year}</translation>
    </message>
    <message>
        <source>Finding the artery</source>
        <translation>Die Arterie wird gesucht</translation>
    </message>
    <message>
        <source>Scoring curves</source>
        <translation>Die Kurven werden bewertet</translation>
    </message>
    <message>
        <source>Forming vessels</source>
        <translation>Die Gefäße werden gebildet</translation>
    </message>
    <message>
        <source>Comparing vessels with the tissue</source>
        <translation>Die Gefäße werden mit dem Gewebe verglichen</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>Kandidaten</translation>
    </message>
    <message>
        <source>time [s]</source>
        <translation>Zeit [s]</translation>
    </message>
    <message>
        <source>enhancement (S-S0)/S0</source>
        <translation>Anreicherung (S-S0)/S0</translation>
    </message>
    <message>
        <source>Arterial input function</source>
        <translation>Arterielle Inputfunktion</translation>
    </message>
    <message>
        <source>Cb [{unit}]</source>
        <translation>Cb [{unit}]</translation>
    </message>
    <message>
        <source>Cp [{unit}]</source>
        <translation>Cp [{unit}]</translation>
    </message>
    <message>
        <source>Descriptive maps</source>
        <translation>Beschreibende Karten</translation>
    </message>
    <message>
        <source>Standard errors</source>
        <translation>Standardfehler</translation>
    </message>
    <message>
        <source>Registering the visits</source>
        <translation>Die Untersuchungen werden registriert</translation>
    </message>
    <message>
        <source>Robustness of the call</source>
        <translation>Robustheit der Einstufung</translation>
    </message>
    <message>
        <source>Robustness of the call: each input alone</source>
        <translation>Robustheit der Einstufung: jede Größe einzeln</translation>
    </message>
    <message>
        <source>Robustness of the call: all inputs at once</source>
        <translation>Robustheit der Einstufung: alle Größen zugleich</translation>
    </message>
    <message>
        <source>Computing concentration</source>
        <translation>Die Konzentration wird berechnet</translation>
    </message>
    <message>
        <source>Concentration computed</source>
        <translation>Konzentration berechnet</translation>
    </message>
    <message>
        <source>Writing tables</source>
        <translation>Tabellen werden geschrieben</translation>
    </message>
    <message>
        <source>Drawing the overview</source>
        <translation>Die Übersicht wird gezeichnet</translation>
    </message>
    <message>
        <source>Writing maps</source>
        <translation>Karten werden geschrieben</translation>
    </message>
    <message>
        <source>Writing {kind}</source>
        <translation>{kind} wird geschrieben</translation>
    </message>
    <message>
        <source>Fitting</source>
        <translation>Anpassung</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Packing the scene</source>
        <translation>Die Szene wird gepackt</translation>
    </message>
    <message>
        <source>Fetched</source>
        <translation>Geholt</translation>
    </message>
    <message>
        <source>Motion corrected</source>
        <translation>Bewegung korrigiert</translation>
    </message>
    <message>
        <source>Resampling frames</source>
        <translation>Die Zeitpunkte werden umgerechnet</translation>
    </message>
    <message>
        <source>Correcting motion (frame {value} of {signal})</source>
        <translation>Die Bewegung wird korrigiert (Zeitpunkt {value} von {signal})</translation>
    </message>
    <message>
        <source>Preprocessed</source>
        <translation>Vorverarbeitung fertig</translation>
    </message>
    <message>
        <source>Smoothed in space</source>
        <translation>Räumlich geglättet</translation>
    </message>
    <message>
        <source>Smoothed in time</source>
        <translation>Zeitlich geglättet</translation>
    </message>
    <message>
        <source>Smoothing in time</source>
        <translation>Zeitliche Glättung</translation>
    </message>
    <message>
        <source>Writing the comparison</source>
        <translation>Der Vergleich wird geschrieben</translation>
    </message>
    <message>
        <source>{message} of the {name} visit</source>
        <translation>{message} ({name}untersuchung)</translation>
    </message>
    <message>
        <source>Writing the course</source>
        <translation>Schreibe den Verlauf</translation>
    </message>
    <message>
        <source>Searching the artery</source>
        <translation>Suche nach der Arterie</translation>
    </message>
    <message>
        <source>Measuring motion</source>
        <translation>Messung der Bewegung</translation>
    </message>
    <message>
        <source>Pixels read</source>
        <translation>Bildpunkte gelesen</translation>
    </message>
    <message>
        <source>Reading pixels (frame {value} of {frames})</source>
        <translation>Die Bildpunkte werden gelesen (Zeitpunkt {value} von {frames})</translation>
    </message>
    <message>
        <source>Computing the checksum</source>
        <translation>Die Prüfsumme wird berechnet</translation>
    </message>
    <message>
        <source>Dynamic series read</source>
        <translation>Dynamische Serie gelesen</translation>
    </message>
    <message>
        <source>Reading {name}</source>
        <translation>{name} wird gelesen</translation>
    </message>
    <message>
        <source>Sorting series</source>
        <translation>Die Serien werden sortiert</translation>
    </message>
    <message>
        <source>Headers read</source>
        <translation>Header gelesen</translation>
    </message>
    <message>
        <source>Reading headers ({value} of {total} files)</source>
        <translation>Die Header werden gelesen ({value} von {total} Dateien)</translation>
    </message>
    <message>
        <source>The bolus arrival needs a curve with one finite value per frame.</source>
        <translation>Die Bolusankunft braucht eine Kurve mit einem endlichen Wert pro Zeitpunkt.</translation>
    </message>
    <message>
        <source>The curve is highest in its first frame, so there is no baseline before the bolus.</source>
        <translation>Die Kurve ist zum ersten Zeitpunkt am höchsten, es gibt also keine Messung vor dem Bolus.</translation>
    </message>
    <message>
        <source>it is {thickness} mm thick, too thick for an artery, so it may be a chamber of the heart; no artery explains the tissue.</source>
        <translation>es ist {thickness} mm dick, zu dick für eine Arterie, kann also eine Herzhöhle sein; keine Arterie erklärt das Gewebe.</translation>
    </message>
    <message>
        <source>it is {thickness} mm thick and leaves {unexplained} % of the tissue's curves unexplained, so it may be an artery and a vein side by side.</source>
        <translation>es ist {thickness} mm dick und lässt {unexplained} % der Gewebekurven unerklärt; es können also eine Arterie und eine Vene nebeneinander sein.</translation>
    </message>
    <message>
        <source>with frames of {interval} s and {voxels} voxels, an artery cannot be told from a vein that fills soon after it.</source>
        <translation>bei einem Zeitabstand von {interval} s und {voxels} Voxeln lässt sich eine Arterie nicht von einer Vene unterscheiden, die sich bald nach ihr füllt.</translation>
    </message>
    <message>
        <source>its late level is too high for its first pass, so it is a lesion or an organ, or long frames or fresh blood hide the first pass.</source>
        <translation>seine späte Höhe ist zu groß für seine erste Passage; es ist also eine Läsion oder ein Organ, oder lange Zeitabstände oder frisches Blut verdecken die erste Passage.</translation>
    </message>
    <message>
        <source>it leaves {unexplained} % of the tissue's curves unexplained, so it does not feed the tissue, or saturation, T2* or inflow distorts its first pass.</source>
        <translation>es lässt {unexplained} % der Gewebekurven unerklärt; also versorgt es das Gewebe nicht, oder Sättigung, T2* oder Einstrom verzerren seine erste Passage.</translation>
    </message>
    <message>
        <source>as in {what}; with frames of {interval} s an artery can look the same.</source>
        <translation>wie bei {what}; bei einem Zeitabstand von {interval} s kann eine Arterie ebenso aussehen.</translation>
    </message>
    <message>
        <source>as in {what}; no artery was found that explains the tissue.</source>
        <translation>wie bei {what}; es wurde keine Arterie gefunden, die das Gewebe erklärt.</translation>
    </message>
    <message>
        <source>The echo time is not in the files, so r2 of blood cannot be used.</source>
        <translation>Die Echozeit steht nicht in den Dateien, daher kann r2 des Blutes nicht verwendet werden.</translation>
    </message>
    <message>
        <source>The study has no usable phase images, so phase cannot correct the peak of the AIF.</source>
        <translation>Die Studie hat keine brauchbaren Phasenbilder, daher kann die Phase das Maximum der AIF nicht korrigieren.</translation>
    </message>
    <message>
        <source>The AIF was corrected for T2* of blood (r2 {used} /s/mM, Rohrer 2005), which the phase confirms; without the correction its peak would be {low} % lower.</source>
        <translation>Die AIF wurde für T2* des Blutes korrigiert (r2 {used} /s/mM, Rohrer 2005), was die Phase bestätigt; ohne die Korrektur wäre ihr Maximum {low} % niedriger.</translation>
    </message>
    <message>
        <source>The AIF was not corrected for T2* of blood, because there is no usable phase to confirm it.</source>
        <translation>Die AIF wurde nicht für T2* des Blutes korrigiert, weil keine brauchbare Phase es bestätigen kann.</translation>
    </message>
    <message>
        <source>The AIF was not corrected for T2* of blood, because its phase does not confirm it.</source>
        <translation>Die AIF wurde nicht für T2* des Blutes korrigiert, weil ihre Phase es nicht bestätigt.</translation>
    </message>
    <message>
        <source>With r2 {literature_r2} /s/mM (Rohrer 2005), T2* would lower its peak by {low} %.</source>
        <translation>Mit r2 {literature_r2} /s/mM (Rohrer 2005) würde T2* ihr Maximum um {low} % senken.</translation>
    </message>
    <message>
        <source>The AIF was corrected for T2* of blood with r2 {used} /s/mM, as set.</source>
        <translation>Die AIF wurde für T2* des Blutes mit r2 {used} /s/mM korrigiert, wie eingestellt.</translation>
    </message>
    <message>
        <source>The AIF peak is {max} mM from phase (artery at {angle}° to the field) and {Cb} mM from magnitude; over the first pass, magnitude differs from phase by {ratio} %.</source>
        <translation>Das Maximum der AIF ist {max} mM aus der Phase (Arterie {angle}° zum Feld) und {Cb} mM aus der Magnitude; über die erste Passage weicht die Magnitude um {ratio} % von der Phase ab.</translation>
    </message>
    <message>
        <source>The artery's phase is too noisy to check its magnitude: over the first pass, the mean is {from_phase} ± {SE} mM from phase and {measured} mM from magnitude.</source>
        <translation>Die Phase der Arterie ist zu verrauscht, um deren Magnitude zu prüfen: Über die erste Passage ist der Mittelwert {from_phase} ± {SE} mM aus der Phase und {measured} mM aus der Magnitude.</translation>
    </message>
    <message>
        <source>The first pass was set halfway between magnitude and phase.</source>
        <translation>Die erste Passage wurde in die Mitte zwischen Magnitude und Phase gelegt.</translation>
    </message>
    <message>
        <source>Over the first pass, the artery shows {from_phase} mM by its phase and {measured} mM by its magnitude.</source>
        <translation>Im ersten Durchgang zeigt die Arterie {from_phase} mM nach ihrer Phase und {measured} mM nach ihrem Betrag.</translation>
    </message>
    <message>
        <source>The AIF lies halfway between them there, and follows the magnitude elsewhere, so it is no curve of blood.</source>
        <translation>Die AIF liegt dort in der Mitte und folgt sonst dem Betrag; sie ist also keine Kurve von Blut.</translation>
    </message>
    <message>
        <source>Over the first pass, the artery's magnitude and phase differ by {ratio} %.</source>
        <translation>In der ersten Passage unterscheiden sich Betrag und Phase der Arterie um {ratio} %.</translation>
    </message>
    <message>
        <source>The AIF lies halfway between them there; which of them is right is not known.</source>
        <translation>Die AIF liegt dort in der Mitte zwischen ihnen; welche von beiden stimmt, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Over the first pass, the artery's magnitude shows {ratio} % less contrast agent than its phase, so flip angle (B1), inflow or saturation differ from what is assumed.</source>
        <translation>Im ersten Durchgang zeigt der Betrag der Arterie {ratio} % weniger Kontrastmittel als ihre Phase; Flipwinkel (B1), Einstrom oder Sättigung weichen also von der Annahme ab.</translation>
    </message>
    <message>
        <source>Over the first pass, the artery's magnitude shows {ratio} % less contrast agent than its phase, so flip angle (B1), inflow, saturation or T2* differ from what is assumed.</source>
        <translation>Im ersten Durchgang zeigt der Betrag der Arterie {ratio} % weniger Kontrastmittel als ihre Phase; Flipwinkel (B1), Einstrom, Sättigung oder T2* weichen also von der Annahme ab.</translation>
    </message>
    <message>
        <source>If the phase is right, Vp is too high; its ratio to the reference is affected less, unless a Vp reaches 100 mL/100 mL.</source>
        <translation>Wenn die Phase recht hat, ist Vp zu hoch; sein Verhältnis zur Referenz ist weniger betroffen, sofern kein Vp 100 mL/100 mL erreicht.</translation>
    </message>
    <message>
        <source>Over the first pass, the artery's magnitude shows {ratio} % more contrast agent than its phase, so flip angle (B1) or T10 of blood differ from what is assumed.</source>
        <translation>Im ersten Durchgang zeigt der Betrag der Arterie {ratio} % mehr Kontrastmittel als ihre Phase; Flipwinkel (B1) oder T10 des Blutes weichen also von der Annahme ab.</translation>
    </message>
    <message>
        <source>If the phase is right, Vp is too low; its ratio to the reference is affected less.</source>
        <translation>Wenn die Phase stimmt, ist Vp zu niedrig; sein Verhältnis zur Referenz ist weniger betroffen.</translation>
    </message>
    <message>
        <source>Ratios between regions stay the same only if nothing but the scale is wrong, and no Vp reaches 100 mL/100 mL.</source>
        <translation>Verhältnisse zwischen Regionen bleiben nur gleich, wenn allein die Skala falsch ist und kein Vp 100 mL/100 mL erreicht.</translation>
    </message>
    <message>
        <source>The AIF comes from a single voxel.</source>
        <translation>Die AIF stammt aus einem einzigen Voxel.</translation>
    </message>
    <message>
        <source>The AIF comes from {voxels} voxels only.</source>
        <translation>Die AIF stammt aus nur {voxels} Voxeln.</translation>
    </message>
    <message>
        <source>The artery's signal is above that of any concentration in some frame.</source>
        <translation>Das Signal der Arterie liegt zu mindestens einem Zeitpunkt über dem jeder Konzentration.</translation>
    </message>
    <message>
        <source>Likely causes: a flip angle other than nominal (B1), or blood T10 set too short.</source>
        <translation>Wahrscheinliche Ursachen: ein anderer als der nominelle Flipwinkel (B1), oder ein zu kurz angesetztes T10 des Blutes.</translation>
    </message>
    <message>
        <source>A larger artery, from slice {rows} to slice {rows2}, has {voxels} voxels and a peak of up to {highest} mM.</source>
        <translation>Eine größere Arterie, von Schicht {rows} bis Schicht {rows2}, hat {voxels} Voxel und einen Gipfel von bis zu {highest} mM.</translation>
    </message>
    <message>
        <source>Check whether it is the aorta; if so, include it by hand in place of the vessel in use.</source>
        <translation>Prüfen Sie, ob sie die Aorta ist; wenn ja, nehmen Sie sie von Hand anstelle des verwendeten Gefäßes.</translation>
    </message>
    <message>
        <source>The selection '{emptied}' leaves no voxel of the artery.</source>
        <translation>Die Auswahl '{emptied}' lässt kein Voxel der Arterie übrig.</translation>
    </message>
    <message>
        <source>The best candidate lies in slice {last}.</source>
        <translation>Der beste Kandidat liegt in Schicht {last}.</translation>
    </message>
    <message>
        <source>The best candidate lies in slices {slices} to {last}.</source>
        <translation>Der beste Kandidat liegt in den Schichten {slices} bis {last}.</translation>
    </message>
    <message>
        <source>The best candidate lies in slices {listed} and {last}.</source>
        <translation>Der beste Kandidat liegt in den Schichten {listed} und {last}.</translation>
    </message>
    <message>
        <source>No trustworthy AIF.</source>
        <translation>Keine verlässliche AIF.</translation>
    </message>
    <message>
        <source>The AIF file {path} could not be read: {error}.</source>
        <translation>Die AIF-Datei {path} konnte nicht gelesen werden: {error}.</translation>
    </message>
    <message>
        <source>The AIF file {path} needs two columns of numbers, time and concentration, in at least three rows.</source>
        <translation>Die AIF-Datei {path} braucht zwei Spalten mit Zahlen, Zeit und Konzentration, in mindestens drei Zeilen.</translation>
    </message>
    <message>
        <source>The AIF file {path} has numbers that are not finite or times that do not increase.</source>
        <translation>Die AIF-Datei {path} enthält Zahlen, die nicht endlich sind, oder Zeiten, die nicht ansteigen.</translation>
    </message>
    <message>
        <source>The AIF file {path} does not state its time unit, and its span of {span} does not determine it for an acquisition of {duration} s.</source>
        <translation>Die AIF-Datei {path} nennt ihre Zeiteinheit nicht, und ihre Spanne von {span} legt sie bei einer Aufnahme von {duration} s nicht fest.</translation>
    </message>
    <message>
        <source>Write the header 'time [s], Cb [mM]'.</source>
        <translation>Die Kopfzeile „time [s], Cb [mM]“ schreiben.</translation>
    </message>
    <message>
        <source>The AIF file {path} has the time unit '{stated}', not s, ms or min.</source>
        <translation>Die AIF-Datei {path} hat die Zeiteinheit „{stated}“, nicht s, ms oder min.</translation>
    </message>
    <message>
        <source>The AIF file {path} has the concentration unit '{unit}', not mM.</source>
        <translation>Die AIF-Datei {path} hat die Konzentrationseinheit „{unit}“, nicht mM.</translation>
    </message>
    <message>
        <source>AIF file: {note}.</source>
        <translation>AIF-Datei: {note}.</translation>
    </message>
    <message>
        <source>The artery is at most two voxels wide, so each of its voxels may also hold fat, bone or blood of a vein beside it: the AIF may be too low, or partly that of the vein.</source>
        <translation>Die Arterie ist höchstens zwei Voxel breit, daher kann jedes ihrer Voxel auch Fett, Knochen oder Blut einer Vene daneben enthalten: Die AIF kann zu niedrig oder teilweise die der Vene sein.</translation>
    </message>
    <message>
        <source>no voxel is wholly inside the artery and has a steady curve.</source>
        <translation>kein Voxel liegt ganz in der Arterie und hat eine ruhige Kurve.</translation>
    </message>
    <message>
        <source>nothing enhances like blood.</source>
        <translation>nichts reichert an wie Blut.</translation>
    </message>
    <message>
        <source>contrast agent is present from the first frame on, so there is no baseline.</source>
        <translation>Kontrastmittel ist vom ersten Zeitpunkt an vorhanden, es gibt also keine Messung davor.</translation>
    </message>
    <message>
        <source>the artery's signal before contrast is lost in noise (signal-to-noise ratio {SNR} per frame, {n0} frames).</source>
        <translation>das Signal der Arterie vor Kontrastmittel geht im Rauschen unter (Signal-Rausch-Verhältnis {SNR} pro Zeitpunkt, {n0} Zeitpunkte).</translation>
    </message>
    <message>
        <source>the best candidate touches other vessels everywhere and fills only {last} s before the last vein, so it may hold blood of the vein.</source>
        <translation>der beste Kandidat berührt überall andere Gefäße und füllt sich nur {last} s vor der letzten Vene, daher kann er Blut der Vene enthalten.</translation>
    </message>
    <message>
        <source>The AIF file does not state blood or plasma; blood is assumed.</source>
        <translation>Die AIF-Datei nennt weder Blut noch Plasma; Blut wird angenommen.</translation>
    </message>
    <message>
        <source>The AIF file ends at {file} s, the series at {value} s.</source>
        <translation>Die AIF-Datei endet bei {file} s, die Serie bei {value} s.</translation>
    </message>
    <message>
        <source>Load a curve over the whole acquisition.</source>
        <translation>Eine Kurve über die ganze Aufnahme laden.</translation>
    </message>
    <message>
        <source>The AIF file does not cover the whole series; its first and last values are extended.</source>
        <translation>Die AIF-Datei deckt nicht die ganze Serie ab; ihr erster und letzter Wert werden fortgeführt.</translation>
    </message>
    <message>
        <source>The AIF file starts at {before} and peaks at {peak}.</source>
        <translation>Die AIF-Datei beginnt bei {before} und hat ihr Maximum bei {peak}.</translation>
    </message>
    <message>
        <source>Blood holds 0 mM before the bolus, so these look like signal intensities.</source>
        <translation>Blut enthält vor dem Bolus 0 mM, daher sehen diese Werte nach Signalintensitäten aus.</translation>
    </message>
    <message>
        <source>Give concentrations in mM.</source>
        <translation>Konzentrationen in mM angeben.</translation>
    </message>
    <message>
        <source>The AIF file peaks at {peak} mM; blood reaches at most some 20 mM.</source>
        <translation>Die AIF-Datei hat ihr Maximum bei {peak} mM; Blut erreicht höchstens etwa 20 mM.</translation>
    </message>
    <message>
        <source>If the file is in µM, state the unit in its header: 'time [s], Cb [uM]'.</source>
        <translation>Wenn die Datei in µM ist, die Einheit in der Kopfzeile nennen: „time [s], Cb [uM]“.</translation>
    </message>
    <message>
        <source>The population AIF ({name}) starts at {arrival} s, when the most enhancing voxels start to rise.</source>
        <translation>Die Populations-AIF ({name}) beginnt bei {arrival} s, wenn die am stärksten anreichernden Voxel zu steigen beginnen.</translation>
    </message>
    <message>
        <source>The population AIF ({name}) was fitted to the artery: arrival {arrival} s, scale {scale}, residual SD {misfit} mM.</source>
        <translation>Die Populations-AIF ({name}) wurde an die Arterie angepasst: Ankunft {arrival} s, Skalierung {scale}, SD des Residuums {misfit} mM.</translation>
    </message>
    <message>
        <source>The haematocrit must be a fraction below 0.9 (45 % is 0.45), not {Hct}.</source>
        <translation>Der Hämatokrit muss ein Bruchteil unter 0.9 sein (45 % sind 0.45), nicht {Hct}.</translation>
    </message>
    <message>
        <source>The search found no vessel in most of these voxels.</source>
        <translation>Die Suche hat in den meisten dieser Voxel kein Gefäß gefunden.</translation>
    </message>
    <message>
        <source>Its verdict on them: {why}.</source>
        <translation>Ihr Urteil über sie: {why}.</translation>
    </message>
    <message>
        <source>The search trusts no artery in these images, so nothing confirms this one.</source>
        <translation>Die Suche vertraut keiner Arterie in diesen Bildern, sodass nichts diese bestätigt.</translation>
    </message>
    <message>
        <source>{most} of the {count} voxels in the AIF were added by hand and are no artery by the evidence: {value}.</source>
        <translation>{most} der {count} Voxel in der AIF wurden von Hand aufgenommen und gehören nach der Evidenz zu keiner Arterie: {value}.</translation>
    </message>
    <message>
        <source>{many} of the {count} voxels in the AIF were added by hand.</source>
        <translation>{many} der {count} Voxel in der AIF wurden von Hand aufgenommen.</translation>
    </message>
    <message>
        <source>The search trusts the artery without them; its verdict on most of them: {why}.</source>
        <translation>Die Suche vertraut der Arterie ohne sie; ihr Urteil über die meisten von ihnen: {why}.</translation>
    </message>
    <message>
        <source>The search trusts an artery now, because of the regions that are drawn. {aside} of its {sum} voxels are not in the AIF, which was chosen by hand when the search trusted none; reset that choice to use the artery that was found.</source>
        <translation>Die Suche vertraut jetzt wegen der gezeichneten Regionen einer Arterie. {aside} ihrer {sum} Voxel sind nicht in der AIF, die von Hand gewählt wurde, als die Suche keiner vertraute; setzen Sie diese Wahl zurück, um die gefundene Arterie zu verwenden.</translation>
    </message>
    <message>
        <source>The AIF selection {path} could not be read: {name__}: {error}.</source>
        <translation>Die AIF-Auswahl {path} konnte nicht gelesen werden: {name__}: {error}.</translation>
    </message>
    <message>
        <source>It must be JSON with a name and lists taken_in, taken_out (centre and radius, mm) and slices_out (points, LPS mm).</source>
        <translation>Sie muss JSON mit einem Namen und den Listen taken_in, taken_out (Mittelpunkt und Radius, mm) und slices_out (Punkte, LPS mm) sein.</translation>
    </message>
    <message>
        <source>The artery is {width} mm wide, as the heart is, but phase shows the concentration only in a long vessel.</source>
        <translation>Die Arterie ist {width} mm breit wie das Herz; die Phase zeigt die Konzentration aber nur in einem langen Gefäß.</translation>
    </message>
    <message>
        <source>The artery runs at {angle}° to the field, near the magic angle, where phase does not depend on contrast agent.</source>
        <translation>Die Arterie verläuft {angle}° zum Feld, nahe dem magischen Winkel, bei dem die Phase nicht vom Kontrastmittel abhängt.</translation>
    </message>
    <message>
        <source>There is no steady tissue near the artery, so its phase has no reference.</source>
        <translation>Nahe der Arterie liegt kein ruhiges Gewebe, daher hat ihre Phase keine Referenz.</translation>
    </message>
    <message>
        <source>There is no population AIF '{name}', only {POPULATION}.</source>
        <translation>Es gibt keine Populations-AIF „{name}“, nur {POPULATION}.</translation>
    </message>
    <message>
        <source>The population AIF '{name}' does not fit the measured curve.</source>
        <translation>Die Populations-AIF „{name}“ passt nicht zur gemessenen Kurve.</translation>
    </message>
    <message>
        <source>The delays of the regions differ, so no single shift fits all of them.</source>
        <translation>Die Verzögerungen der Regionen unterscheiden sich; keine einzelne Verschiebung passt zu allen.</translation>
    </message>
    <message>
        <source>Their intervals can overlap all the same, because each also contains the error of the AIF's time, which all regions share.</source>
        <translation>Ihre Intervalle können sich trotzdem überschneiden, weil jedes auch den Fehler des Zeitpunkts der AIF enthält, der allen Regionen gemeinsam ist.</translation>
    </message>
    <message>
        <source>No shift is proposed.</source>
        <translation>Es wird kein Zeitversatz vorgeschlagen.</translation>
    </message>
    <message>
        <source>The mean curve of all enhancing tissue is fitted best at a shift of {proposal} s.</source>
        <translation>Die mittlere Kurve des gesamten anreichernden Gewebes passt am besten bei einer Verschiebung von {proposal} s.</translation>
    </message>
    <message>
        <source>This is a rough value without an interval, because tissues fill at different times.</source>
        <translation>Das ist ein grober Wert ohne Intervall, weil sich Gewebe zu verschiedenen Zeiten füllen.</translation>
    </message>
    <message>
        <source>The mean curves are fitted best at a shift of {proposal} s (95 % interval {interval}; by region: {by_region}).</source>
        <translation>Die mittleren Kurven passen am besten bei einer Verschiebung von {proposal} s (95-%-Intervall {interval}; je Region: {by_region}).</translation>
    </message>
    <message>
        <source>The mean curve is fitted best at a shift of {proposal} s (95 % interval {interval}).</source>
        <translation>Die mittlere Kurve wird am besten bei einem Zeitversatz von {proposal} s angepasst (95-%-Intervall {interval}).</translation>
    </message>
    <message>
        <source>The residual over parts of the enhancing tissue is below twice its least value from {plateau}.</source>
        <translation>Das Residuum über Teile des anreichernden Gewebes liegt unter dem Doppelten seines kleinsten Werts von {plateau}.</translation>
    </message>
    <message>
        <source>The residual over parts of each region is below twice its least value from {plateau}.</source>
        <translation>Das Residuum über Teile jeder Region liegt unter dem Doppelten seines kleinsten Werts von {plateau}.</translation>
    </message>
    <message>
        <source>It is least at {least} s.</source>
        <translation>Bei {least} s ist es am kleinsten.</translation>
    </message>
    <message>
        <source>All enhancing tissue taken together seems to fill before the artery, so this proposal is not to be trusted.</source>
        <translation>Alles anreichernde Gewebe zusammen scheint sich vor der Arterie zu füllen, deshalb ist diesem Vorschlag nicht zu trauen.</translation>
    </message>
    <message>
        <source>Draw a lesion or a reference vertebra, whose curves then set the shift, and check the artery.</source>
        <translation>Zeichnen Sie eine Läsion oder einen Referenzwirbel, deren Kurven dann die Verschiebung bestimmen, und prüfen Sie die Arterie.</translation>
    </message>
    <message>
        <source>No region has a curve from which a shift could be estimated.</source>
        <translation>Keine Region hat eine Kurve, aus der sich ein Zeitversatz schätzen lässt.</translation>
    </message>
    <message>
        <source>The residual has no minimum inside the range of shifts.</source>
        <translation>Das Residuum hat innerhalb des Bereichs kein Minimum.</translation>
    </message>
    <message>
        <source>The residual hardly changes with the shift, so these regions do not determine it.</source>
        <translation>Das Residuum ändert sich mit dem Zeitversatz kaum, daher legen diese Regionen ihn nicht fest.</translation>
    </message>
    <message>
        <source>The best fit is at the end of the shifts that are tried, {first} to {last} s, or beyond it, so the true shift is not known.</source>
        <translation>Die beste Anpassung liegt am Ende der geprüften Zeitversätze, {first} bis {last} s, oder jenseits davon; der wahre Zeitversatz ist also nicht bekannt.</translation>
    </message>
    <message>
        <source>The shift must be a finite number of seconds.</source>
        <translation>Der Zeitversatz muss eine endliche Zahl von Sekunden sein.</translation>
    </message>
    <message>
        <source>the best candidate fills {gap} s before another large vessel that also fills before the tissue, so it may be a pulmonary artery or a vein that fills early.</source>
        <translation>der beste Kandidat füllt sich {gap} s vor einem anderen großen Gefäß, das sich ebenfalls vor dem Gewebe füllt; er kann also eine Pulmonalarterie oder eine früh gefüllte Vene sein.</translation>
    </message>
    <message>
        <source>the best candidate ends inside the images and is much fainter than a larger vessel that runs through them, so it may be the edge of a lesion.</source>
        <translation>der beste Kandidat endet innerhalb der Bilder und ist viel schwächer als ein größeres Gefäß, das durch sie hindurchläuft; er kann also der Rand einer Läsion sein.</translation>
    </message>
    <message>
        <source>two vessels explain the tissue equally well but give different maps of Vp (the best, and a {value} whose Vp differs by {vp_scatter} % between tissues).</source>
        <translation>zwei Gefäße erklären das Gewebe gleich gut, ergeben aber verschiedene Karten von Vp (das beste, und: {value}, dessen Vp zwischen Geweben um {vp_scatter} % abweicht).</translation>
    </message>
    <message>
        <source>the best candidate is thin, and a much larger vessel that fills before the tissue explains it at least as well, so neither can be trusted.</source>
        <translation>der beste Kandidat ist dünn, und ein viel größeres Gefäß, das sich vor dem Gewebe füllt, erklärt es mindestens ebenso gut; keinem von beiden ist zu trauen.</translation>
    </message>
    <message>
        <source>the best candidate is thin, and a much larger vessel that fills before the tissue explains it less well, so neither can be trusted.</source>
        <translation>der beste Kandidat ist dünn, und ein viel größeres Gefäß, das sich vor dem Gewebe füllt, erklärt es weniger gut; keinem von beiden ist zu trauen.</translation>
    </message>
    <message>
        <source>a larger vessel fills {gap} s before the best candidate and explains the tissue as well, so the best candidate may be a vein.</source>
        <translation>ein größeres Gefäß füllt sich {gap} s vor dem besten Kandidaten und erklärt das Gewebe ebenso gut; der beste Kandidat kann also eine Vene sein.</translation>
    </message>
    <message>
        <source>with frames of {interval} s, several vessels that fill at different times explain the tissue equally well.</source>
        <translation>bei einem Zeitabstand von {interval} s erklären mehrere Gefäße, die sich zu verschiedenen Zeiten füllen, das Gewebe gleich gut.</translation>
    </message>
    <message>
        <source>Its curve explains the tissue (misfit {ratio} times the least), and its shape is that of an artery: delay {delay} s, {unexplained} % unexplained.</source>
        <translation>Seine Kurve erklärt das Gewebe (Abweichung {ratio}-mal die kleinste), und seine Form ist die einer Arterie: Verzögerung {delay} s, {unexplained} % unerklärt.</translation>
    </message>
    <message>
        <source>Its curve explains the tissue best: delay {delay} s, {unexplained} % unexplained.</source>
        <translation>Seine Kurve erklärt das Gewebe am besten: Verzögerung {delay} s, {unexplained} % unerklärt.</translation>
    </message>
    <message>
        <source>Its late level is too high for its first pass: it takes up contrast like tissue.</source>
        <translation>Seine späte Höhe ist zu groß für seine erste Passage: Es nimmt Kontrastmittel auf wie Gewebe.</translation>
    </message>
    <message>
        <source>The tissue fills about {lead} s before it.</source>
        <translation>Das Gewebe füllt sich etwa {lead} s davor.</translation>
    </message>
    <message>
        <source>It fills {seconds} s before {of}.</source>
        <translation>Es füllt sich {seconds} s vor {of}.</translation>
    </message>
    <message>
        <source>Its first pass is undiluted.</source>
        <translation>Seine erste Passage ist unverdünnt.</translation>
    </message>
    <message>
        <source>It is too thick for a vessel.</source>
        <translation>Es ist zu dick für ein Gefäß.</translation>
    </message>
    <message>
        <source>It fills {before} s after the artery.</source>
        <translation>Es füllt sich {before} s nach der Arterie.</translation>
    </message>
    <message>
        <source>It fills with the artery.</source>
        <translation>Es füllt sich mit der Arterie.</translation>
    </message>
    <message>
        <source>It leaves {unexplained} % of the tissue's curves unexplained; with no artery to compare it with, its kind is not known.</source>
        <translation>Es lässt {unexplained} % der Gewebekurven unerklärt; ohne eine Arterie zum Vergleich ist seine Art nicht bekannt.</translation>
    </message>
    <message>
        <source>Its misfit of the tissue is {times} times that of the artery found.</source>
        <translation>Seine Abweichung vom Gewebe ist {times}-mal die der gefundenen Arterie.</translation>
    </message>
    <message>
        <source>no tissue enhances enough to show which vessel feeds it.</source>
        <translation>kein Gewebe reichert genug an, um zu zeigen, welches Gefäß es versorgt.</translation>
    </message>
    <message>
        <source>The dynamic series has the same value everywhere.</source>
        <translation>Die dynamische Serie hat überall denselben Wert.</translation>
    </message>
    <message>
        <source>No voxel of the dynamic series enhances above the noise.</source>
        <translation>Kein Voxel der dynamischen Serie reichert über das Rauschen hinaus an.</translation>
    </message>
    <message>
        <source>The dynamic series has {frames} frames{left}; a fit needs at least {MIN_FRAMES}.</source>
        <translation>Die dynamische Serie hat {frames} Zeitpunkte{left}; eine Anpassung braucht mindestens {MIN_FRAMES}.</translation>
    </message>
    <message>
        <source>The AIF is to come from a drawn artery, but none is given.</source>
        <translation>Die AIF soll aus einer eingezeichneten Arterie kommen, aber es gibt keine.</translation>
    </message>
    <message>
        <source>The mask of the artery holds no voxel.</source>
        <translation>Die Maske der Arterie enthält kein Voxel.</translation>
    </message>
    <message>
        <source>Draw the artery.</source>
        <translation>Die Arterie einzeichnen.</translation>
    </message>
    <message>
        <source>The AIF is to come from a file, but none is given.</source>
        <translation>Die AIF soll aus einer Datei kommen, aber es gibt keine.</translation>
    </message>
    <message>
        <source>The {name} is {value} {unit}; a dynamic series has {low} to {high} {unit2}.</source>
        <translation>{name} ist {value} {unit}; eine dynamische Serie hat {low} bis {high} {unit2}.</translation>
    </message>
    <message>
        <source>Check the files.</source>
        <translation>Die Dateien prüfen.</translation>
    </message>
    <message>
        <source>T10 is to be one fixed value, but no value is given.</source>
        <translation>T10 soll ein fester Wert sein, aber es ist keiner angegeben.</translation>
    </message>
    <message>
        <source>T10 is to come from several flip angles, but the study has no such series.</source>
        <translation>T10 soll aus mehreren Flipwinkeln kommen, aber die Studie hat keine solche Serie.</translation>
    </message>
    <message>
        <source>T10 is to come from a T1 map, but none is given.</source>
        <translation>T10 soll aus einer T1-Karte kommen, aber es gibt keine.</translation>
    </message>
    <message>
        <source>The T1 map has {inside} ms in the artery, not used.</source>
        <translation>Die T1-Karte hat {inside} ms in der Arterie, nicht verwendet.</translation>
    </message>
    <message>
        <source>An AIF in mM beside {mode} signal: the parameters have no absolute scale; only ratios between regions mean something.</source>
        <translation>Eine AIF in mM neben {mode}: Die Parameter haben keine absolute Skala; nur Verhältnisse zwischen Regionen sind aussagekräftig.</translation>
    </message>
    <message>
        <source>The AIF does not rise, or its signal is saturated in some frame.</source>
        <translation>Die AIF steigt nicht an, oder ihr Signal ist zu einem Zeitpunkt gesättigt.</translation>
    </message>
    <message>
        <source>The artery is {width} mm wide, as the heart is, whose muscle and right side can lower and widen its curve.</source>
        <translation>Die Arterie ist {width} mm breit wie das Herz, dessen Muskel und rechte Seite ihre Kurve senken und verbreitern können.</translation>
    </message>
    <message>
        <source>The AIF is a population's, not this patient's: dose, injection and heart differ, so Vp and Ktrans can be far off, and so can their ratios to the reference.</source>
        <translation>Die AIF ist die einer Population, nicht die dieses Patienten: Dosis, Injektion und Herz unterscheiden sich, sodass Vp und Ktrans weit daneben liegen können, und ebenso ihre Verhältnisse zur Referenz.</translation>
    </message>
    <message>
        <source>The intervals do not include this error.</source>
        <translation>Die Intervalle enthalten diesen Fehler nicht.</translation>
    </message>
    <message>
        <source>The data of a frame were acquired over {time}.</source>
        <translation>Die Daten eines Zeitpunkts wurden über {time} aufgenommen.</translation>
    </message>
    <message>
        <source>AIF and tissue are blurred alike, which cancels in the fit as far as signal follows concentration; the AIF's own peak is too low, and it arrives too early.</source>
        <translation>AIF und Gewebe sind gleichermaßen verwischt, was sich in der Anpassung aufhebt, soweit das Signal der Konzentration folgt; das Maximum der AIF selbst ist zu niedrig, und sie kommt zu früh an.</translation>
    </message>
    <message>
        <source>The data of a frame were acquired over a time that is not known, and the AIF is not averaged over it: parameters of the first pass, such as vp, are less certain.</source>
        <translation>Die Daten eines Zeitpunkts wurden über eine unbekannte Zeit aufgenommen, und die AIF wird nicht darüber gemittelt: Parameter der ersten Passage wie vp sind weniger sicher.</translation>
    </message>
    <message>
        <source>Set the temporal footprint.</source>
        <translation>Die Aufnahmedauer eines Zeitpunkts angeben.</translation>
    </message>
    <message>
        <source>The AIF is averaged over the {time} in which the data of a frame were acquired, around each frame's time.</source>
        <translation>Die AIF wird um jeden Zeitpunkt über die {time} gemittelt, in denen die Daten eines Zeitpunkts aufgenommen wurden.</translation>
    </message>
    <message>
        <source>Artery chosen by hand: {count} voxels, slice {slices}.</source>
        <translation>Von Hand gewählte Arterie: {count} Voxel, Schicht {slices}.</translation>
    </message>
    <message>
        <source>Artery found: {count} voxels, slice {slices}.</source>
        <translation>Arterie gefunden: {count} Voxel, Schicht {slices}.</translation>
    </message>
    <message>
        <source>Artery chosen by hand: {count} voxels, slices {slices}.</source>
        <translation>Arterie von Hand gewählt: {count} Voxel, Schichten {slices}.</translation>
    </message>
    <message>
        <source>Artery found: {count} voxels, slices {slices}.</source>
        <translation>Arterie gefunden: {count} Voxel, Schichten {slices}.</translation>
    </message>
    <message>
        <source>Vessel {vessel} explains the tissue as well as the artery.</source>
        <translation>Gefäß {vessel} erklärt das Gewebe ebenso gut wie die Arterie.</translation>
    </message>
    <message>
        <source>With its curve, Vp would be higher everywhere, but normalised Vp about the same where no Vp reaches 100 mL/100 mL.</source>
        <translation>Mit seiner Kurve wäre Vp überall höher, das normalisierte Vp aber etwa gleich, solange kein Vp 100 mL/100 mL erreicht.</translation>
    </message>
    <message>
        <source>With its curve, Vp would be lower everywhere, but normalised Vp about the same where no Vp reaches 100 mL/100 mL.</source>
        <translation>Mit seiner Kurve wäre Vp überall niedriger, das normalisierte Vp aber etwa gleich, solange kein Vp 100 mL/100 mL erreicht.</translation>
    </message>
    <message>
        <source>The AIF is not measured in the images.</source>
        <translation>Die AIF wird nicht in den Bildern gemessen.</translation>
    </message>
    <message>
        <source>The region '{name}' has no role.</source>
        <translation>Die Region „{name}“ hat keine Rolle.</translation>
    </message>
    <message>
        <source>{upper}{why}; the artery is another vessel.</source>
        <translation>{upper}{why}; die Arterie ist ein anderes Gefäß.</translation>
    </message>
    <message>
        <source>A baseline of {n0} frames leaves none after the bolus.</source>
        <translation>{n0} Zeitpunkte vor dem Bolus lassen keinen danach übrig.</translation>
    </message>
    <message>
        <source>The AIF '{source}' is not measured in the images.</source>
        <translation>Die AIF „{source}“ wird nicht in den Bildern gemessen.</translation>
    </message>
    <message>
        <source>The artery has no usable signal.</source>
        <translation>Die Arterie hat kein brauchbares Signal.</translation>
    </message>
    <message>
        <source>Draw it elsewhere.</source>
        <translation>Sie anderswo einzeichnen.</translation>
    </message>
    <message>
        <source>AIF from the artery's {mode} signal.</source>
        <translation>AIF aus dem Signal der Arterie: {mode}.</translation>
    </message>
    <message>
        <source>Blood T10 {T10} ms (as given).</source>
        <translation>T10 des Blutes {T10} ms (wie angegeben).</translation>
    </message>
    <message>
        <source>Blood T10 {T10} ms (of blood at {field} T, Stanisz 2005).</source>
        <translation>T10 des Blutes {T10} ms (von Blut bei {field} T, Stanisz 2005).</translation>
    </message>
    <message>
        <source>Phase images not used: the files do not say TE and field strength.</source>
        <translation>Phasenbilder nicht verwendet: Die Dateien nennen TE und Feldstärke nicht.</translation>
    </message>
    <message>
        <source>Only one frame precedes the bolus.</source>
        <translation>Nur ein Zeitpunkt liegt vor dem Bolus.</translation>
    </message>
    <message>
        <source>Its noise is in every curve, which the intervals include, but a fault of this frame would go unnoticed.</source>
        <translation>Sein Rauschen steckt in jeder Kurve, was die Intervalle einschließen; ein Fehler dieses Zeitpunkts bliebe aber unbemerkt.</translation>
    </message>
    <message>
        <source>Only {n0} frames precede the bolus.</source>
        <translation>Nur {n0} Zeitpunkte liegen vor dem Bolus.</translation>
    </message>
    <message>
        <source>Their noise is in every curve, which the intervals include, but a fault of one of them could go unnoticed.</source>
        <translation>Ihr Rauschen steckt in jeder Kurve, was die Intervalle einschließen; ein Fehler eines von ihnen könnte aber unbemerkt bleiben.</translation>
    </message>
    <message>
        <source>{n0} frame precedes the bolus in the artery.</source>
        <translation>{n0} Zeitpunkt liegt vor dem Bolus in der Arterie.</translation>
    </message>
    <message>
        <source>{n0} frame precedes the bolus in the most enhancing voxels.</source>
        <translation>{n0} Zeitpunkt liegt vor dem Bolus in den am stärksten anreichernden Voxeln.</translation>
    </message>
    <message>
        <source>{n0} frames precede the bolus in the artery.</source>
        <translation>{n0} Zeitpunkte liegen vor dem Bolus in der Arterie.</translation>
    </message>
    <message>
        <source>{n0} frames precede the bolus in the most enhancing voxels.</source>
        <translation>{n0} Zeitpunkte liegen vor dem Bolus in den am stärksten anreichernden Voxeln.</translation>
    </message>
    <message>
        <source>There is no T1 map, and no muscle was found that could replace it: the relative signal is fitted.</source>
        <translation>Es gibt keine T1-Karte, und kein Muskel wurde gefunden, der sie ersetzen könnte: Das relative Signal wird angepasst.</translation>
    </message>
    <message>
        <source>Its change also contains changes of T10.</source>
        <translation>Seine Änderung enthält auch Änderungen von T10.</translation>
    </message>
    <message>
        <source>The study's own T1 is not used: T10 comes from muscle, as set.</source>
        <translation>Das T1 der Studie wird nicht verwendet: T10 kommt aus Muskel, wie eingestellt.</translation>
    </message>
    <message>
        <source>Muscle {origin}; its T10 is {view}.</source>
        <translation>Muskel {origin}; sein T10 ist {view}.</translation>
    </message>
    <message>
        <source>T10 is to come from muscle, but no muscle was found in the images.</source>
        <translation>T10 soll aus Muskel kommen, aber in den Bildern wurde kein Muskel gefunden.</translation>
    </message>
    <message>
        <source>Draw muscle, or choose another way to the concentration.</source>
        <translation>Muskel einzeichnen oder einen anderen Weg zur Konzentration wählen.</translation>
    </message>
    <message>
        <source>{said} (as given).</source>
        <translation>{said} (wie angegeben).</translation>
    </message>
    <message>
        <source>{said}; the files do not name a contrast agent.</source>
        <translation>{said}; die Dateien nennen kein Kontrastmittel.</translation>
    </message>
    <message>
        <source>Shift of {name}: {own_shift} s.</source>
        <translation>Zeitversatz von {name}: {own_shift} s.</translation>
    </message>
    <message>
        <source>T10 is set to {T10} ms, but tissue at the spine has {low} to {high} ms.</source>
        <translation>T10 ist auf {T10} ms gesetzt, Gewebe an der Wirbelsäule hat aber {low} bis {high} ms.</translation>
    </message>
    <message>
        <source>Hct is set to {Hct}, but that of patients is {USUAL_HCT} to {USUAL_HCT2}.</source>
        <translation>Hct ist auf {Hct} gesetzt, das von Patienten ist aber {USUAL_HCT} bis {USUAL_HCT2}.</translation>
    </message>
    <message>
        <source>Frames of {interval} s are too long for the two-compartment exchange model: it tells plasma volume from flow by the passage of blood, which needs {LONGEST_EXCHANGE} s or less.</source>
        <translation>Zeitpunkte von {interval} s sind zu lang für das Zwei-Kompartiment-Austauschmodell: Es unterscheidet Plasmavolumen und Fluss am Durchgang des Blutes, was {LONGEST_EXCHANGE} s oder weniger braucht.</translation>
    </message>
    <message>
        <source>Its Vp can be far off.</source>
        <translation>Sein Vp kann weit daneben liegen.</translation>
    </message>
    <message>
        <source>Water content from T10 and the baseline signal, relative to {scale}.</source>
        <translation>Wassergehalt aus T10 und dem Signal vor Kontrastmittel, relativ zu {scale}.</translation>
    </message>
    <message>
        <source>There is no region {name} with voxels.</source>
        <translation>Es gibt keine Region {name} mit Voxeln.</translation>
    </message>
    <message>
        <source>The noise mask takes {share} % of the images for background.</source>
        <translation>Die Rauschmaske hält {share} % der Bilder für Hintergrund.</translation>
    </message>
    <message>
        <source>Those voxels are not fitted.</source>
        <translation>Diese Voxel werden nicht angepasst.</translation>
    </message>
    <message>
        <source>The noise mask takes {removed} % of {name} for background: there is hardly any signal, as outside the body.</source>
        <translation>Die Rauschmaske hält {removed} % von {name} für Hintergrund: Dort ist kaum Signal, wie außerhalb des Körpers.</translation>
    </message>
    <message>
        <source>What was drawn is used all the same; the tissue around it is not fitted.</source>
        <translation>Was gezeichnet wurde, wird trotzdem verwendet; das Gewebe darum herum wird nicht angepasst.</translation>
    </message>
    <message>
        <source>Smoothing in space lowers normalised Vp of {name} by {change}: it mixes the lesion with the tissue around it.</source>
        <translation>Die räumliche Glättung senkt das normalisierte Vp von {name} um {change}: Sie mischt die Läsion mit dem Gewebe darum herum.</translation>
    </message>
    <message>
        <source>A shift is given for '{unknown}', but the {by} are {masks}.</source>
        <translation>Für „{unknown}“ ist ein Zeitversatz angegeben, aber vorhanden sind ({by}): {masks}.</translation>
    </message>
    <message>
        <source>The shift of {used} s does not fit the curves of the regions, which show {low} to {high} s.</source>
        <translation>Der Zeitversatz von {used} s passt nicht zu den Kurven der Regionen, die {low} bis {high} s zeigen.</translation>
    </message>
    <message>
        <source>{name} fills {high} to {low} s before the curve in use as its artery, so that curve does not come from the artery that feeds it: it may come from a vein or from farther along the circulation.</source>
        <translation>{name} füllt sich {high} bis {low} s vor der Kurve, die als seine Arterie dient; diese Kurve stammt also nicht aus der Arterie, die es versorgt: Sie kann aus einer Vene stammen oder aus einem Gefäß weiter stromabwärts.</translation>
    </message>
    <message>
        <source>Check the artery.</source>
        <translation>Die Arterie prüfen.</translation>
    </message>
    <message>
        <source>The shift of {name}, {used} s, does not fit its curves, which show {low} to {high} s.</source>
        <translation>Der Zeitversatz von {name}, {used} s, passt nicht zu den Kurven der Region, die {low} bis {high} s zeigen.</translation>
    </message>
    <message>
        <source>The curves of {name} do not determine its delay; the study's shift is used.</source>
        <translation>Die Kurven von {name} legen die Verzögerung nicht fest; der Zeitversatz der Studie wird verwendet.</translation>
    </message>
    <message>
        <source>its curves show a delay that is {gap} s longer (95 %: {low} to {high} s).</source>
        <translation>ihre Kurven zeigen eine um {gap} s längere Verzögerung (95 %: {low} bis {high} s).</translation>
    </message>
    <message>
        <source>its curves show a delay that is {gap} s shorter (95 %: {low} to {high} s).</source>
        <translation>ihre Kurven zeigen eine um {gap} s kürzere Verzögerung (95 %: {low} bis {high} s).</translation>
    </message>
    <message>
        <source>The study's shift is used for it.</source>
        <translation>Der Zeitversatz der Studie wird dafür verwendet.</translation>
    </message>
    <message>
        <source>Its own delay is used.</source>
        <translation>Die eigene Verzögerung wird verwendet.</translation>
    </message>
    <message>
        <source>Its own delay, moved {moved} s {way} with the study's shift, is used.</source>
        <translation>Die eigene Verzögerung wird verwendet, um {moved} s {way} verschoben mit dem Zeitversatz der Studie.</translation>
    </message>
    <message>
        <source>A recent fracture raises Vp and Ktrans by itself.</source>
        <translation>Eine frische Fraktur erhöht Vp und Ktrans von sich aus.</translation>
    </message>
    <message>
        <source>Read both together with T1 and STIR.</source>
        <translation>Beide zusammen mit T1 und STIR beurteilen.</translation>
    </message>
    <message>
        <source>Local injury (surgery, cement, radiation necrosis, haematoma) changes perfusion without tumour.</source>
        <translation>Lokale Schädigung (Operation, Zement, Strahlennekrose, Hämatom) verändert die Perfusion ohne Tumor.</translation>
    </message>
    <message>
        <source>An epidural or paraspinal part may behave differently from the part in bone.</source>
        <translation>Ein epiduraler oder paraspinaler Anteil kann sich anders verhalten als der Anteil im Knochen.</translation>
    </message>
    <message>
        <source>Measure it as a separate lesion.</source>
        <translation>Ihn als eigene Läsion messen.</translation>
    </message>
    <message>
        <source>The cutoff comes from one centre and one protocol.</source>
        <translation>Der Grenzwert stammt aus einem Zentrum und einem Protokoll.</translation>
    </message>
    <message>
        <source>Another model, signal mode or rule for the shift changes it.</source>
        <translation>Ein anderes Modell, ein anderer Signalmodus oder eine andere Regel für den Zeitversatz verändert ihn.</translation>
    </message>
    <message>
        <source>The cutoff is a change between −100 and 1000 %, not {cutoff} %.</source>
        <translation>Der Grenzwert ist eine Änderung zwischen −100 und 1000 %, nicht {cutoff} %.</translation>
    </message>
    <message>
        <source>No call for {lesion}: normalised Vp is not known at both visits.</source>
        <translation>Keine Einstufung für {lesion}: Das normalisierte Vp ist nicht in beiden Untersuchungen bekannt.</translation>
    </message>
    <message>
        <source>Normalised Vp of {lesion} went from {one} to {two} the reference vertebra ({shown}, {known}).</source>
        <translation>Das normalisierte Vp von {lesion} ging von {one} auf {two} des Referenzwirbels ({shown}, {known}).</translation>
    </message>
    <message>
        <source>Normalised Vp of {lesion} rose from {one} to {two} the reference vertebra ({shown}, {known}).</source>
        <translation>Das normalisierte Vp von {lesion} stieg von {one} auf {two} des Referenzwirbels ({shown}, {known}).</translation>
    </message>
    <message>
        <source>Normalised Vp of {lesion} fell from {one} to {two} the reference vertebra ({shown}, {known}).</source>
        <translation>Das normalisierte Vp von {lesion} fiel von {one} auf {two} des Referenzwirbels ({shown}, {known}).</translation>
    </message>
    <message>
        <source>This is {side} the {cutoff} cutoff: consistent with {verdict}.</source>
        <translation>Das liegt {side} dem Grenzwert von {cutoff}: vereinbar mit {verdict}.</translation>
    </message>
    <message>
        <source>The interval includes the cutoff, so the call is uncertain.</source>
        <translation>Das Intervall schließt den Grenzwert ein, daher ist die Einstufung unsicher.</translation>
    </message>
    <message>
        <source>Without an interval the call is uncertain.</source>
        <translation>Ohne Intervall ist die Einstufung unsicher.</translation>
    </message>
    <message>
        <source>Probability of a true change above {cutoff}: {probability}; below: {probability2}.</source>
        <translation>Wahrscheinlichkeit einer wahren Änderung über {cutoff}: {probability}; darunter: {probability2}.</translation>
    </message>
    <message>
        <source>The change is {place} repeatability: {changes} vertebrae without tumour give {low} to {high} %.</source>
        <translation>Die Änderung liegt {place} der Wiederholbarkeit: {changes} Wirbel ohne Tumor ergeben {low} bis {high} %.</translation>
    </message>
    <message>
        <source>The interval of the change itself is wider and includes no change.</source>
        <translation>Das Intervall der Änderung selbst ist weiter und schließt „keine Änderung“ ein.</translation>
    </message>
    <message>
        <source>The baseline visit has no lesion to carry over to the follow-up visit.</source>
        <translation>Die Ausgangsuntersuchung hat keine Läsion, die sich auf die Verlaufsuntersuchung übertragen ließe.</translation>
    </message>
    <message>
        <source>The {name} visit has no T1 map, and no muscle was found in its images, so its maps are of relative signal, whose change is also one of T10.</source>
        <translation>Die {name}untersuchung hat keine T1-Karte, und in ihren Bildern wurde kein Muskel gefunden; ihre Karten beruhen daher auf dem relativen Signal, dessen Änderung auch eine von T10 ist.</translation>
    </message>
    <message>
        <source>Draw muscle, or choose a mode for all visits.</source>
        <translation>Muskel einzeichnen, oder einen Modus für alle Untersuchungen wählen.</translation>
    </message>
    <message>
        <source>The visits were analysed in different modes ({said}).</source>
        <translation>Die Untersuchungen wurden in verschiedenen Modi ausgewertet ({said}).</translation>
    </message>
    <message>
        <source>Their values are different quantities.</source>
        <translation>Ihre Werte sind verschiedene Größen.</translation>
    </message>
    <message>
        <source>Analyse both in the same mode.</source>
        <translation>Beide im selben Modus auswerten.</translation>
    </message>
    <message>
        <source>The {lacking} visit has no T1 map, so T10 of all visits comes from muscle.</source>
        <translation>Die {lacking}untersuchung hat keine T1-Karte, daher kommt T10 aller Untersuchungen aus Muskel.</translation>
    </message>
    <message>
        <source>Mode of both visits: {title}.</source>
        <translation>Modus beider Untersuchungen: {title}.</translation>
    </message>
    <message>
        <source>T10 is not known, so a change of T10 reads as a change of Vp; the interval allows for it.</source>
        <translation>T10 ist nicht bekannt, daher erscheint eine Änderung von T10 als Änderung von Vp; das Intervall berücksichtigt das.</translation>
    </message>
    <message>
        <source>The registration of the visits is poor around {new} (correlation {match}).</source>
        <translation>Die Registrierung der Untersuchungen ist um {new} herum schlecht (Korrelation {match}).</translation>
    </message>
    <message>
        <source>Check the regions that were carried over.</source>
        <translation>Die übertragenen Regionen prüfen.</translation>
    </message>
    <message>
        <source>The model in use does not estimate Vp, on which the comparison is based.</source>
        <translation>Das verwendete Modell schätzt Vp nicht, auf dem der Vergleich beruht.</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The visits have no lesion in common: {or} at baseline, {or2} at follow-up.</source>
        <translation>Die Untersuchungen haben keine gemeinsame Läsion: {or} in der Ausgangs-, {or2} in der Verlaufsuntersuchung.</translation>
    </message>
    <message>
        <source>Give the lesion the same name at both visits.</source>
        <translation>Der Läsion in beiden Untersuchungen denselben Namen geben.</translation>
    </message>
    <message>
        <source>The {role} visit has no reference vertebra.</source>
        <translation>Die {role}untersuchung hat keinen Referenzwirbel.</translation>
    </message>
    <message>
        <source>Draw one.</source>
        <translation>Einen einzeichnen.</translation>
    </message>
    <message>
        <source>'{old}' at baseline is compared with '{new}' at follow-up, because each visit has one lesion.</source>
        <translation>'{old}' der Ausgangsuntersuchung wird mit '{new}' der Verlaufsuntersuchung verglichen, weil jede Untersuchung eine Läsion hat.</translation>
    </message>
    <message>
        <source>Give both the same name if they are the same.</source>
        <translation>Geben Sie beiden denselben Namen, wenn es dieselbe ist.</translation>
    </message>
    <message>
        <source>{title} of {new} is {first} at baseline and {second} at follow-up, {ratio} times as much.</source>
        <translation>{title} von {new} beträgt {first} in der Ausgangsuntersuchung und {second} in der Verlaufsuntersuchung, das {ratio}-Fache.</translation>
    </message>
    <message>
        <source>{title} of the reference is {first} at baseline ({old}) and {second} at follow-up ({new}), {ratio} times as much.</source>
        <translation>{title} der Referenz beträgt {first} in der Ausgangsuntersuchung ({old}) und {second} in der Verlaufsuntersuchung ({new}), das {ratio}-Fache.</translation>
    </message>
    <message>
        <source>If the scale of an AIF is the cause, lesion and reference share it; if the vertebra itself has changed, such as by radiation, normalised values have changed with it.</source>
        <translation>Liegt es an der Skala einer AIF, so teilen Läsion und Referenz sie; hat sich der Wirbel selbst verändert, etwa durch Bestrahlung, so haben sich die normierten Werte mit ihm verändert.</translation>
    </message>
    <message>
        <source>The regions of {new} and {reference} were carried over from an earlier visit and have not been corrected.</source>
        <translation>Die Regionen von {new} und {reference} wurden von einer früheren Untersuchung übernommen und nicht korrigiert.</translation>
    </message>
    <message>
        <source>Check them.</source>
        <translation>Prüfen Sie sie.</translation>
    </message>
    <message>
        <source>The region of {new} was carried over from an earlier visit and has not been corrected.</source>
        <translation>Die Region von {new} wurde aus einer früheren Untersuchung übernommen und nicht korrigiert.</translation>
    </message>
    <message>
        <source>Check it.</source>
        <translation>Prüfen.</translation>
    </message>
    <message>
        <source>Sizes and volumes of regions that were carried over do not show a change.</source>
        <translation>Größen und Volumina übertragener Regionen zeigen keine Änderung.</translation>
    </message>
    <message>
        <source>{title}: Vp of many voxels of {name} reaches its limit, 100 mL/100 mL, so the AIF is far too low.</source>
        <translation>{title}: Vp vieler Voxel von {name} erreicht seine Grenze von 100 mL/100 mL; die AIF ist also viel zu niedrig.</translation>
    </message>
    <message>
        <source>The diameters of {new} cannot be compared, because they were not measured in the same way and plane at both visits.</source>
        <translation>Die Durchmesser von {new} lassen sich nicht vergleichen, weil sie bei beiden Untersuchungen nicht auf dieselbe Weise und in derselben Ebene gemessen wurden.</translation>
    </message>
    <message>
        <source>Measure both with two rulers in the same plane, or both without rulers.</source>
        <translation>Messen Sie beide mit zwei Linealen in derselben Ebene oder beide ohne Lineale.</translation>
    </message>
    <message>
        <source>The interval and the probability do not include what the warnings say of the AIF of {doubted}.</source>
        <translation>Was die Warnungen über die AIF sagen ({doubted}), ist weder im Intervall noch in der Wahrscheinlichkeit enthalten.</translation>
    </message>
    <message>
        <source>The response call needs vp, which this model does not have.</source>
        <translation>Die Einstufung braucht vp, das dieses Modell nicht hat.</translation>
    </message>
    <message>
        <source>The images of the visits do not overlap, so no region can be carried over.</source>
        <translation>Die Bilder der Untersuchungen überlappen nicht, daher kann keine Region übertragen werden.</translation>
    </message>
    <message>
        <source>Draw the regions of both visits.</source>
        <translation>Die Regionen beider Untersuchungen einzeichnen.</translation>
    </message>
    <message>
        <source>its centre is {distance} mm from where the registration of the vertebrae puts that of the baseline visit.</source>
        <translation>ihr Zentrum liegt {distance} mm von der Stelle, an die die Registrierung der Wirbel das der Ausgangsuntersuchung legt.</translation>
    </message>
    <message>
        <source>Check that it is the same lesion, and that the registration did not take the next vertebra.</source>
        <translation>Prüfen, ob es dieselbe Läsion ist und ob die Registrierung nicht den nächsten Wirbel genommen hat.</translation>
    </message>
    <message>
        <source>{changes} vertebrae without tumour give the repeatability of these two visits: {low} to {high} %.</source>
        <translation>{changes} Wirbel ohne Tumor ergeben die Wiederholbarkeit dieser beiden Untersuchungen: {low} bis {high} %.</translation>
    </message>
    <message>
        <source>Each input was also moved alone to both ends of its range: {name} moves the change furthest: between {low} and {high}, the change lies between {low2} and {high2} % ({change} % as analysed).</source>
        <translation>Jede Eingabe wurde auch allein an beide Enden ihres Bereichs verschoben: {name} verschiebt die Änderung am weitesten: Zwischen {low} und {high} liegt die Änderung zwischen {low2} und {high2} % ({change} % wie ausgewertet).</translation>
    </message>
    <message>
        <source>This is the worst case of one input, not its share of the interval.</source>
        <translation>Das ist der ungünstigste Fall einer einzelnen Eingabe, nicht ihr Anteil am Intervall.</translation>
    </message>
    <message>
        <source>{runs} of {runs2} perturbed analyses ({share}) lead to the same call.</source>
        <translation>{runs} von {runs2} Auswertungen mit veränderten Eingaben ({share}) führen zur selben Einstufung.</translation>
    </message>
    <message>
        <source>{failed} more gave no normalised value.</source>
        <translation>{failed} weitere ergaben keinen normalisierten Wert.</translation>
    </message>
    <message>
        <source>This share is not the probability of the call: here, every value in the range of an input is as likely as any other, and noise is left out.</source>
        <translation>Dieser Anteil ist nicht die Wahrscheinlichkeit der Einstufung: Hier ist jeder Wert im Bereich einer Eingabe so wahrscheinlich wie jeder andere, und das Rauschen bleibt weg.</translation>
    </message>
    <message>
        <source>The baseline and the follow-up visit are the same study.</source>
        <translation>Ausgangs- und Verlaufsuntersuchung sind dieselbe Studie.</translation>
    </message>
    <message>
        <source>Open the other study for one of them.</source>
        <translation>Für eine von ihnen die andere Studie öffnen.</translation>
    </message>
    <message>
        <source>The baseline and the follow-up visit are of different patients.</source>
        <translation>Ausgangs- und Verlaufsuntersuchung sind von verschiedenen Patienten.</translation>
    </message>
    <message>
        <source>The baseline visit is later than the follow-up visit.</source>
        <translation>Die Ausgangsuntersuchung ist später als die Verlaufsuntersuchung.</translation>
    </message>
    <message>
        <source>Swap the visits.</source>
        <translation>Die Untersuchungen tauschen.</translation>
    </message>
    <message>
        <source>The visits differ in '{name}': {before} at baseline, {after} at follow-up.</source>
        <translation>Die Untersuchungen unterscheiden sich in „{name}“: {before} in der Ausgangs-, {after} in der Verlaufsuntersuchung.</translation>
    </message>
    <message>
        <source>Only the AIF of the follow-up visit was corrected for T2* of blood, because only there phase images confirm it.</source>
        <translation>Nur die AIF der Verlaufsuntersuchung wurde für T2* des Blutes korrigiert, weil nur dort Phasenbilder es bestätigen.</translation>
    </message>
    <message>
        <source>Only the AIF of the baseline visit was corrected for T2* of blood, because only there phase images confirm it.</source>
        <translation>Nur die AIF der Ausgangsuntersuchung wurde für T2* des Blutes korrigiert, weil nur dort Phasenbilder es bestätigen.</translation>
    </message>
    <message>
        <source>To see what that changes, enter a number for '{label}', which holds for both visits; with 0, neither is corrected.</source>
        <translation>Um zu sehen, was das ändert, geben Sie für '{label}' eine Zahl ein, die für beide Untersuchungen gilt; mit 0 wird keine korrigiert.</translation>
    </message>
    <message>
        <source>The visits differ: {open_ones}.</source>
        <translation>Die Untersuchungen unterscheiden sich: {open_ones}.</translation>
    </message>
    <message>
        <source>Analyse both in the same way, or accept the differences.</source>
        <translation>Beide auf dieselbe Weise auswerten, oder die Unterschiede akzeptieren.</translation>
    </message>
    <message>
        <source>{sum} voxels with NaN, infinite or negative signal are left unfitted.</source>
        <translation>{sum} Voxel mit NaN, unendlichem oder negativem Signal werden nicht angepasst.</translation>
    </message>
    <message>
        <source>T10 {T10} ms everywhere, as set.</source>
        <translation>T10 überall {T10} ms, wie eingestellt.</translation>
    </message>
    <message>
        <source>T10 from the T1 map.</source>
        <translation>T10 aus der T1-Karte.</translation>
    </message>
    <message>
        <source>The flip-angle series have no repetition time, so T10 cannot be computed from them.</source>
        <translation>Die Flipwinkelserien haben keine Repetitionszeit, daher lässt sich T10 nicht aus ihnen berechnen.</translation>
    </message>
    <message>
        <source>The flip-angle series do not overlap the dynamic series.</source>
        <translation>Die Flipwinkelserien überlappen die dynamische Serie nicht.</translation>
    </message>
    <message>
        <source>The dynamic series has NaN or infinite signal in {count} voxels.</source>
        <translation>Die dynamische Serie hat in {count} Voxeln NaN oder unendliches Signal.</translation>
    </message>
    <message>
        <source>Fix the file, or leave those voxels unfitted.</source>
        <translation>Die Datei berichtigen, oder diese Voxel nicht anpassen.</translation>
    </message>
    <message>
        <source>The dynamic series has negative signal (down to {lowest}) in {count} voxels; magnitude images have none.</source>
        <translation>Die dynamische Serie hat in {count} Voxeln negatives Signal (bis {lowest}); Magnitudenbilder haben keines.</translation>
    </message>
    <message>
        <source>Choose the magnitude series, or leave those voxels unfitted.</source>
        <translation>Die Magnitudenserie wählen, oder diese Voxel nicht anpassen.</translation>
    </message>
    <message>
        <source>The relaxivity r1 must be above 0 /s/mM; it is {r1}.</source>
        <translation>Die Relaxivität r1 muss über 0 /s/mM liegen; sie ist {r1}.</translation>
    </message>
    <message>
        <source>The repetition time (TR) is not in the files.</source>
        <translation>Die Repetitionszeit (TR) steht nicht in den Dateien.</translation>
    </message>
    <message>
        <source>The flip angle is not in the files.</source>
        <translation>Der Flipwinkel steht nicht in den Dateien.</translation>
    </message>
    <message>
        <source>TR is {TR} ms; a dynamic gradient echo has 0.2 to 500 ms.</source>
        <translation>TR ist {TR} ms; ein dynamisches Gradientenecho hat 0.2 bis 500 ms.</translation>
    </message>
    <message>
        <source>The flip angle must lie between 0 and 180 degrees.</source>
        <translation>Der Flipwinkel muss zwischen 0 und 180 Grad liegen.</translation>
    </message>
    <message>
        <source>T1 mapping needs a TR above 0 s and flip angles between 0 and 180 degrees.</source>
        <translation>Eine T1-Karte braucht ein TR über 0 s und Flipwinkel zwischen 0 und 180 Grad.</translation>
    </message>
    <message>
        <source>T1 mapping needs at least two different flip angles; the series has {tolist}.</source>
        <translation>Eine T1-Karte braucht mindestens zwei verschiedene Flipwinkel; die Serie hat {tolist}.</translation>
    </message>
    <message>
        <source>The series has {shape} images but {size} flip angles; each image needs one.</source>
        <translation>Die Serie hat {shape} Bilder, aber {size} Flipwinkel; jedes Bild braucht einen.</translation>
    </message>
    <message>
        <source>The {name} has shape {shape}, the signals {shape2}.</source>
        <translation>{name} hat die Form {shape}, die Signale {shape2}.</translation>
    </message>
    <message>
        <source>No lesion has a region at two visits.</source>
        <translation>Keine Läsion hat bei zwei Untersuchungen eine Region.</translation>
    </message>
    <message>
        <source>Give the lesion the same name at every visit.</source>
        <translation>Der Läsion bei jeder Untersuchung denselben Namen geben.</translation>
    </message>
    <message>
        <source>A course needs at least two visits.</source>
        <translation>Ein Verlauf braucht mindestens zwei Untersuchungen.</translation>
    </message>
    <message>
        <source>The changes are relative to this visit.</source>
        <translation>Die Änderungen beziehen sich auf diese Untersuchung.</translation>
    </message>
    <message>
        <source>{where}{name} was carried over from {source}, and {doubts}.</source>
        <translation>{where}{name} wurde von {source} übernommen, und {doubts}.</translation>
    </message>
    <message>
        <source>{name} is new at {visit}; its changes are relative to that visit.</source>
        <translation>{name} ist bei {visit} neu; ihre Änderungen beziehen sich auf diese Untersuchung.</translation>
    </message>
    <message>
        <source>The size of {name} was measured on {sources}, so it does not compare over the course.</source>
        <translation>Die Größe von {name} wurde auf {sources} gemessen und ist daher über den Verlauf nicht vergleichbar.</translation>
    </message>
    <message>
        <source>{place}: {name} has no region, so it has vanished or was not drawn.</source>
        <translation>{place}: {name} hat keine Region, ist also verschwunden oder wurde nicht gezeichnet.</translation>
    </message>
    <message>
        <source>Its status at this visit is not determined.</source>
        <translation>Ihr Status bei dieser Untersuchung ist nicht bestimmt.</translation>
    </message>
    <message>
        <source>'{text}' is neither a change in % nor one of {PUBLISHED_CUTOFFS}.</source>
        <translation>„{text}“ ist weder eine Änderung in % noch eines von {PUBLISHED_CUTOFFS}.</translation>
    </message>
    <message>
        <source>{source} gives no cutoff of Vp.</source>
        <translation>{source} nennt keinen Grenzwert für Vp.</translation>
    </message>
    <message>
        <source>Those that do are {known}.</source>
        <translation>Einen nennen {known}.</translation>
    </message>
    <message>
        <source>The dose was planned on images in another frame of reference than those of every visit, so nothing says where it lies.</source>
        <translation>Die Dosis wurde auf Bildern mit einem anderen Bezugssystem als dem aller Untersuchungen geplant, daher ist nicht bekannt, wo sie liegt.</translation>
    </message>
    <message>
        <source>Transfer it to the images of a visit in the planning system.</source>
        <translation>Sie im Planungssystem auf die Bilder einer Untersuchung übertragen.</translation>
    </message>
    <message>
        <source>'{text}' is not an event.</source>
        <translation>„{text}“ ist kein Ereignis.</translation>
    </message>
    <message>
        <source>Write a date and one of {EVENT_KINDS}, such as 2026-03-12=radiation.</source>
        <translation>Ein Datum und eines von {EVENT_KINDS} angeben, etwa 2026-03-12=radiation.</translation>
    </message>
    <message>
        <source>Normalised Vp is not known at the baseline visit and at this one.</source>
        <translation>Das normalisierte Vp ist bei der Ausgangsuntersuchung und bei dieser nicht bekannt.</translation>
    </message>
    <message>
        <source>Draw the lesion and a reference vertebra at both visits.</source>
        <translation>Die Läsion und einen Referenzwirbel bei beiden Untersuchungen zeichnen.</translation>
    </message>
    <message>
        <source>{risen}; no earlier visit was consistent with response.</source>
        <translation>{risen}; keine frühere Untersuchung war mit Ansprechen vereinbar.</translation>
    </message>
    <message>
        <source>{risen}, after a response.</source>
        <translation>{risen}, nach einem Ansprechen.</translation>
    </message>
    <message>
        <source>A value below {rise} would lie within the interval of its lowest value.</source>
        <translation>Ein Wert unter {rise} läge im Intervall ihres niedrigsten Wertes.</translation>
    </message>
    <message>
        <source>The change to baseline, {percent} ({change}), does not exclude the cutoff of {cutoff}.</source>
        <translation>Die Änderung zur Ausgangsuntersuchung, {percent} ({change}), schließt den Grenzwert von {cutoff} nicht aus.</translation>
    </message>
    <message>
        <source>The interval of the change to baseline lies below the cutoff of {cutoff}.</source>
        <translation>Das Intervall der Änderung zur Ausgangsuntersuchung liegt unter dem Grenzwert von {cutoff}.</translation>
    </message>
    <message>
        <source>A normalised Vp above {limit} would be above the cutoff.</source>
        <translation>Ein normalisiertes Vp über {limit} läge über dem Grenzwert.</translation>
    </message>
    <message>
        <source>The interval of the change to baseline lies above the cutoff of {cutoff}.</source>
        <translation>Das Intervall der Änderung zur Ausgangsuntersuchung liegt über dem Grenzwert von {cutoff}.</translation>
    </message>
    <message>
        <source>A normalised Vp below {limit} would be below the cutoff.</source>
        <translation>Ein normalisiertes Vp unter {limit} läge unter dem Grenzwert.</translation>
    </message>
    <message>
        <source>An interval would be needed: the lesion or the reference has too few voxels.</source>
        <translation>Ein Intervall wäre nötig: die Läsion oder die Referenz hat zu wenige Voxel.</translation>
    </message>
    <message>
        <source>{part} % of the variance of the interval come from {largest}; without it, the interval {does} the cutoff.</source>
        <translation>{part} % der Varianz des Intervalls kommen von {largest}; ohne diesen Anteil gilt für das Intervall und den Grenzwert: {does}.</translation>
    </message>
    <message>
        <source>it needs the regions, which could not be made.</source>
        <translation>es braucht die Regionen, die nicht erstellt werden konnten.</translation>
    </message>
    <message>
        <source>DICOM export needs the headers of the study's DICOM files, which a scene does not hold.</source>
        <translation>Der DICOM-Export braucht die Kopfdaten der DICOM-Dateien der Studie, die eine Szene nicht enthält.</translation>
    </message>
    <message>
        <source>Open the study from its folder, or export NIfTI instead.</source>
        <translation>Öffnen Sie die Studie aus ihrem Ordner, oder exportieren Sie stattdessen NIfTI.</translation>
    </message>
    <message>
        <source>DICOM export needs DICOM images, but this study is {format}.</source>
        <translation>Der DICOM-Export braucht DICOM-Bilder, aber diese Studie ist {format}.</translation>
    </message>
    <message>
        <source>Export NIfTI instead.</source>
        <translation>Stattdessen NIfTI exportieren.</translation>
    </message>
    <message>
        <source>The image {filename} cannot be read ({strerror}); DICOM export needs its header.</source>
        <translation>Das Bild {filename} kann nicht gelesen werden ({strerror}); der DICOM-Export braucht seinen Header.</translation>
    </message>
    <message>
        <source>The slices of the maps are not those of the dynamic images, so DICOM export is not possible.</source>
        <translation>Die Schichten der Karten sind nicht die der dynamischen Bilder, daher ist kein DICOM-Export möglich.</translation>
    </message>
    <message>
        <source>The headers of the images hold invalid values of {found}; in the exported DICOM objects they are empty.</source>
        <translation>Die Header der Bilder enthalten ungültige Werte von {found}; in den exportierten DICOM-Objekten sind sie leer.</translation>
    </message>
    <message>
        <source>'{name}' is not an export format.</source>
        <translation>„{name}“ ist kein Exportformat.</translation>
    </message>
    <message>
        <source>Choose from {FORMATS}, all, none.</source>
        <translation>Eines von {FORMATS}, all, none wählen.</translation>
    </message>
    <message>
        <source>it could not be made ({name__}: {reason}).</source>
        <translation>es konnte nicht erstellt werden ({name__}: {reason}).</translation>
    </message>
    <message>
        <source>The name '{name}' contains the patient's name or ID.</source>
        <translation>Der Name „{name}“ enthält Name oder ID des Patienten.</translation>
    </message>
    <message>
        <source>Rename it before identifying data are removed.</source>
        <translation>Ihn ändern, bevor identifizierende Daten entfernt werden.</translation>
    </message>
    <message>
        <source>The pixels of the images may show text, such as the patient's name.</source>
        <translation>Die Bildpunkte können Text zeigen, etwa den Namen des Patienten.</translation>
    </message>
    <message>
        <source>Look at every figure before you pass the files on.</source>
        <translation>Jede Abbildung ansehen, bevor die Dateien weitergegeben werden.</translation>
    </message>
    <message>
        <source>DICOM export needs highdicom {least} or later, but {installed} is installed.</source>
        <translation>Der DICOM-Export braucht highdicom ab Version {least}; installiert ist {installed}.</translation>
    </message>
    <message>
        <source>Update it with: pip install 'highdicom&gt;={least2}'.</source>
        <translation>Aktualisieren Sie es mit: pip install 'highdicom&gt;={least2}'.</translation>
    </message>
    <message>
        <source>{what} needs {package}, which is not installed.</source>
        <translation>{what} braucht {package}, das nicht installiert ist.</translation>
    </message>
    <message>
        <source>Install it with: pip install 'spinedce[{extra}]'.</source>
        <translation>Installieren mit: pip install 'spinedce[{extra}]'.</translation>
    </message>
    <message>
        <source>A PDF report needs Chromium, Chrome or Edge, and none of them was found.</source>
        <translation>Ein PDF-Bericht braucht Chromium, Chrome oder Edge; keiner davon wurde gefunden.</translation>
    </message>
    <message>
        <source>Export the report as HTML and print it from a browser.</source>
        <translation>Den Bericht als HTML exportieren und im Browser drucken.</translation>
    </message>
    <message>
        <source>{name} could not print the report ({name__}).</source>
        <translation>{name} konnte den Bericht nicht drucken ({name__}).</translation>
    </message>
    <message>
        <source>{name} printed no PDF.</source>
        <translation>{name} hat kein PDF gedruckt.</translation>
    </message>
    <message>
        <source>Numbers or names have changed since this report became final: findings and impression were written about other numbers.</source>
        <translation>Zahlen oder Namen haben sich geändert, seit dieser Bericht endgültig wurde: Befund und Beurteilung wurden über andere geschrieben.</translation>
    </message>
    <message>
        <source>The numbers that this final report is about are out of date or have not been computed here.</source>
        <translation>Die Zahlen, auf die sich dieser endgültige Bericht bezieht, sind veraltet oder wurden hier nicht berechnet.</translation>
    </message>
    <message>
        <source>Whether they have changed since is known once step 5 has computed them again.</source>
        <translation>Ob sie sich seither geändert haben, ist erst bekannt, wenn Schritt 5 sie neu berechnet hat.</translation>
    </message>
    <message>
        <source>Numbers or names have changed since this text was drafted, so it may state earlier ones.</source>
        <translation>Zahlen oder Namen haben sich geändert, seit dieser Text entworfen wurde; er nennt vielleicht frühere.</translation>
    </message>
    <message>
        <source>Insert the draft again, or correct the text.</source>
        <translation>Fügen Sie den Entwurf neu ein, oder korrigieren Sie den Text.</translation>
    </message>
    <message>
        <source>The numbers that this text was drafted from are out of date or have not been computed here.</source>
        <translation>Die Zahlen, aus denen dieser Text entworfen wurde, sind veraltet oder wurden hier nicht berechnet.</translation>
    </message>
    <message>
        <source>The report can become final once step 5 has computed them again.</source>
        <translation>Der Bericht kann endgültig werden, sobald Schritt 5 sie neu berechnet hat.</translation>
    </message>
    <message>
        <source>One visit.</source>
        <translation>Eine Untersuchung.</translation>
    </message>
    <message>
        <source>The change after treatment needs a second visit.</source>
        <translation>Für die Änderung nach der Behandlung braucht es eine zweite Untersuchung.</translation>
    </message>
    <message>
        <source>Results cannot be written to {target} ({strerror}).</source>
        <translation>Die Ergebnisse können nicht nach {target} geschrieben werden ({strerror}).</translation>
    </message>
    <message>
        <source>Writing to {target} failed ({error}).</source>
        <translation>Das Schreiben nach {target} ist misslungen ({error}).</translation>
    </message>
    <message>
        <source>The earlier results in it are unchanged.</source>
        <translation>Die früheren Ergebnisse darin sind unverändert.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder.</source>
        <translation>Platz schaffen oder einen anderen Ordner wählen.</translation>
    </message>
    <message>
        <source>An image could not be written to {target}.</source>
        <translation>Ein Bild konnte nicht nach {target} geschrieben werden.</translation>
    </message>
    <message>
        <source>{path} is {reason}, not a file.</source>
        <translation>{path} ist {reason}, keine Datei.</translation>
    </message>
    <message>
        <source>{header} takes its pixels from the file '{name}', which {reason}.</source>
        <translation>{header} nimmt seine Bildpunkte aus der Datei „{name}“ ({reason}).</translation>
    </message>
    <message>
        <source>It was not opened.</source>
        <translation>Sie wurde nicht geöffnet.</translation>
    </message>
    <message>
        <source>There are no files at {url}.</source>
        <translation>Unter {url} gibt es keine Dateien.</translation>
    </message>
    <message>
        <source>The name {name} at {url} leads out of its folder.</source>
        <translation>Der Name {name} unter {url} führt aus seinem Ordner hinaus.</translation>
    </message>
    <message>
        <source>Reading {url} needs fsspec, which is not installed.</source>
        <translation>Zum Lesen von {url} fehlt fsspec.</translation>
    </message>
    <message>
        <source>Install it with: pip install 'spinedce[cohort]'.</source>
        <translation>Installieren Sie es mit: pip install 'spinedce[cohort]'.</translation>
    </message>
    <message>
        <source>fsspec cannot open {url}: {error}.</source>
        <translation>fsspec kann {url} nicht öffnen: {error}.</translation>
    </message>
    <message>
        <source>{url} could not be read: {reason}.</source>
        <translation>{url} konnte nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>The writing of results to {place} was interrupted.</source>
        <translation>Das Schreiben der Ergebnisse nach {place} wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Run the command that writes to it again.</source>
        <translation>Den Befehl, der dorthin schreibt, noch einmal ausführen.</translation>
    </message>
    <message>
        <source>{target} holds files that SpineDCE did not write ({names}).</source>
        <translation>{target} enthält Dateien, die SpineDCE nicht geschrieben hat ({names}).</translation>
    </message>
    <message>
        <source>Results cannot be written to {folder} ({strerror}).</source>
        <translation>Die Ergebnisse können nicht nach {folder} geschrieben werden ({strerror}).</translation>
    </message>
    <message>
        <source>{folder} is in use by {or}.</source>
        <translation>{folder} wird von {or} benutzt.</translation>
    </message>
    <message>
        <source>{folder} is in use.</source>
        <translation>{folder} wird benutzt.</translation>
    </message>
    <message>
        <source>{archive} is unsafe and was not opened: it holds {filename}, {reason}.</source>
        <translation>{archive} ist unsicher und wurde nicht geöffnet: Es enthält {filename}, {reason}.</translation>
    </message>
    <message>
        <source>{archive} cannot be unpacked ({error}).</source>
        <translation>{archive} lässt sich nicht entpacken ({error}).</translation>
    </message>
    <message>
        <source>The disk has no room for the {size} GB of {archive}.</source>
        <translation>Der Datenträger hat keinen Platz für die {size} GB von {archive}.</translation>
    </message>
    <message>
        <source>{archive} was not unpacked: it holds far more files or bytes than its size allows.</source>
        <translation>{archive} wurde nicht entpackt: Es enthält weit mehr Dateien oder Bytes, als seine Größe zulässt.</translation>
    </message>
    <message>
        <source>The key for anonymised files cannot be kept in {user_folder} ({strerror}).</source>
        <translation>Der Schlüssel für anonymisierte Dateien kann nicht in {user_folder} abgelegt werden ({strerror}).</translation>
    </message>
    <message>
        <source>The key for anonymised files, {path}, is damaged.</source>
        <translation>Der Schlüssel für anonymisierte Dateien, {path}, ist beschädigt.</translation>
    </message>
    <message>
        <source>Move it away to start a new one; later exports then no longer fit earlier ones.</source>
        <translation>Ihn verschieben, um einen neuen anzufangen; spätere Exporte passen dann nicht mehr zu früheren.</translation>
    </message>
    <message>
        <source>The model must be one of {LinearModel}, not {model}.</source>
        <translation>Das Modell muss eines von {LinearModel} sein, nicht {model}.</translation>
    </message>
    <message>
        <source>{size} frames are too few to fit the {model} model.</source>
        <translation>{size} Zeitpunkte sind zu wenige, um das Modell {model} anzupassen.</translation>
    </message>
    <message>
        <source>The model must be one of {MODELS}, not {model}.</source>
        <translation>Das Modell muss eines von {MODELS} sein, nicht {model}.</translation>
    </message>
    <message>
        <source>No model could be fitted to this curve.</source>
        <translation>An diese Kurve konnte kein Modell angepasst werden.</translation>
    </message>
    <message>
        <source>The fit of the {title} model did not reach its optimum within its bounds: it is worse than that of the {worse_than} model, which it contains.</source>
        <translation>Die Anpassung des Modells {title} hat ihr Optimum innerhalb seiner Grenzen nicht erreicht: Sie ist schlechter als die des Modells {worse_than}, das es enthält.</translation>
    </message>
    <message>
        <source>It is left out.</source>
        <translation>Es wird nicht mitgezählt.</translation>
    </message>
    <message>
        <source>The data support the {title} model.</source>
        <translation>Die Daten sprechen für das Modell {title}.</translation>
    </message>
    <message>
        <source>The data support the {title} model: the AICc of the next one, {title2}, is {above} higher.</source>
        <translation>Die Daten sprechen für das Modell {title}: Das AICc des nächsten, {title2}, ist um {above} höher.</translation>
    </message>
    <message>
        <source>The data cannot separate the models {names}: their AICc differ by less than 2.</source>
        <translation>Die Daten können die Modelle {names} nicht unterscheiden: Ihre AICc liegen weniger als 2 auseinander.</translation>
    </message>
    <message>
        <source>The {title} model has the fewest parameters.</source>
        <translation>Das Modell {title} hat die wenigsten Parameter.</translation>
    </message>
    <message>
        <source>The AICc of the model in use, {title}, is {above} higher.</source>
        <translation>Das AICc des verwendeten Modells, {title}, ist um {above} höher.</translation>
    </message>
    <message>
        <source>The upper bounds of vp, ve and Fp must be above 0.</source>
        <translation>Die Obergrenzen von vp, ve und Fp müssen über 0 liegen.</translation>
    </message>
    <message>
        <source>The bounds of kep must be 0 &lt; lowest &lt; highest, in 1/min.</source>
        <translation>Die Grenzen von kep müssen 0 &lt; kleinste &lt; größte sein, in 1/min.</translation>
    </message>
    <message>
        <source>The bounds of Ta must be lowest &lt; highest, in s.</source>
        <translation>Die Grenzen von Ta müssen kleinste &lt; größte sein, in s.</translation>
    </message>
    <message>
        <source>This Vp is not that of tissue: it is above that of blood itself, {whole}.</source>
        <translation>Dieses Vp ist nicht das von Gewebe: Es liegt über dem von Blut selbst, {whole}.</translation>
    </message>
    <message>
        <source>The voxel lies in or at a vessel, or the AIF is too low.</source>
        <translation>Das Voxel liegt in oder an einem Gefäß, oder die AIF ist zu niedrig.</translation>
    </message>
    <message>
        <source>This Vp is not that of tissue: {share} % of the voxel would be blood.</source>
        <translation>Dieses Vp ist nicht das von Gewebe: {share} % des Voxels wären Blut.</translation>
    </message>
    <message>
        <source>The Vp of {count} of the {voxels} voxels of {name} is not that of tissue: more than half of such a voxel would be blood.</source>
        <translation>Das Vp von {count} der {voxels} Voxel von {name} ist nicht das von Gewebe: Mehr als die Hälfte eines solchen Voxels wäre Blut.</translation>
    </message>
    <message>
        <source>These are most of the region, so the likely cause is an AIF that is too low, as after inflow, with another flip angle (B1) or in a wrong vessel, or a T10 of the tissue that is too short.</source>
        <translation>Das ist der größte Teil der Region; die wahrscheinliche Ursache ist also eine zu niedrige AIF, wie nach Einstrom, bei einem anderen Flipwinkel (B1) oder in einem falschen Gefäß, oder ein zu kurzes T10 des Gewebes.</translation>
    </message>
    <message>
        <source>Check the artery and T10.</source>
        <translation>Prüfen Sie die Arterie und T10.</translation>
    </message>
    <message>
        <source>Either they lie in or at a vessel, or the AIF is too low.</source>
        <translation>Entweder liegen sie in oder an einem Gefäß, oder die AIF ist zu niedrig.</translation>
    </message>
    <message>
        <source>Look at them, and leave out those at a vessel.</source>
        <translation>Sehen Sie sie an, und lassen Sie die an einem Gefäß weg.</translation>
    </message>
    <message>
        <source>The exclusions cover the whole of region '{name}'.</source>
        <translation>Die Ausschlüsse bedecken die ganze Region „{name}“.</translation>
    </message>
    <message>
        <source>Redraw one or the other.</source>
        <translation>Die eine oder die andere neu zeichnen.</translation>
    </message>
    <message>
        <source>An empty region has no size.</source>
        <translation>Eine leere Region hat keine Größe.</translation>
    </message>
    <message>
        <source>Draw it.</source>
        <translation>Sie einzeichnen.</translation>
    </message>
    <message>
        <source>The line between bone and tumour has no length on the axial plane.</source>
        <translation>Die Linie zwischen Knochen und Tumor hat in der axialen Ebene keine Länge.</translation>
    </message>
    <message>
        <source>The model in use does not estimate Vp, so there is no normalised Vp.</source>
        <translation>Das verwendete Modell schätzt Vp nicht; darum gibt es kein normiertes Vp.</translation>
    </message>
    <message>
        <source>There is no reference vertebra.</source>
        <translation>Es gibt keinen Referenzwirbel.</translation>
    </message>
    <message>
        <source>Draw one to get normalised values.</source>
        <translation>Für normalisierte Werte einen einzeichnen.</translation>
    </message>
    <message>
        <source>One voxel of {name} has {title} {highest} and raises the mean of all from {lower} to {whole}.</source>
        <translation>Ein Voxel von {name} hat {title} {highest} und hebt den Mittelwert aller von {lower} auf {whole}.</translation>
    </message>
    <message>
        <source>Check whether it belongs to a vessel.</source>
        <translation>Prüfen Sie, ob es zu einem Gefäß gehört.</translation>
    </message>
    <message>
        <source>ve of {count} of the {size} voxels of {name} is at its limit, 100 mL/100 mL, so ve and kep are not determined there: the AIF is too low after its first pass, or the images end too early.</source>
        <translation>ve von {count} der {size} Voxel von {name} ist an seiner Grenze, 100 mL/100 mL; ve und kep sind dort also nicht bestimmt: Die AIF ist nach ihrem ersten Durchgang zu niedrig, oder die Bilder enden zu früh.</translation>
    </message>
    <message>
        <source>A polygon needs at least three points.</source>
        <translation>Ein Polygon braucht mindestens drei Punkte.</translation>
    </message>
    <message>
        <source>The polygon crosses itself.</source>
        <translation>Das Polygon überschneidet sich selbst.</translation>
    </message>
    <message>
        <source>Move or remove a point.</source>
        <translation>Verschieben oder entfernen Sie einen Punkt.</translation>
    </message>
    <message>
        <source>The shape contains the centre of no voxel: it lies beside the image, or is too small.</source>
        <translation>Die Form enthält die Mitte keines Voxels: Sie liegt neben dem Bild oder ist zu klein.</translation>
    </message>
    <message>
        <source>{name} has only {count} voxels.</source>
        <translation>{name} hat nur {count} Voxel.</translation>
    </message>
    <message>
        <source>A reference needs at least {MIN_VOXELS}.</source>
        <translation>Eine Referenz braucht mindestens {MIN_VOXELS}.</translation>
    </message>
    <message>
        <source>T10 of {name} is {T10} ms, shorter than that of healthy marrow: its marrow may be fatty or irradiated, or T10 is too low everywhere (B1).</source>
        <translation>T10 von {name} ist {T10} ms und damit kürzer als in gesundem Mark: Das Mark ist möglicherweise verfettet oder bestrahlt, oder T10 ist überall zu niedrig (B1).</translation>
    </message>
    <message>
        <source>T10 of {name} is {T10} ms, longer than that of healthy marrow: it may hold oedema, a fracture or tumour, or T10 is too high everywhere (B1).</source>
        <translation>T10 von {name} ist {T10} ms und damit länger als in gesundem Mark: Es enthält möglicherweise ein Ödem, eine Fraktur oder Tumor, oder T10 ist überall zu hoch (B1).</translation>
    </message>
    <message>
        <source>{name} has no fitted voxel.</source>
        <translation>{name} hat kein angepasstes Voxel.</translation>
    </message>
    <message>
        <source>Vp of {name} is 0, so nothing can be normalised to it.</source>
        <translation>Vp von {name} ist 0, daher lässt sich nichts darauf normalisieren.</translation>
    </message>
    <message>
        <source>{name} is not uniform: Vp varies by {spread} % between voxels.</source>
        <translation>{name} ist nicht gleichmäßig: Vp schwankt um {spread} % zwischen Voxeln.</translation>
    </message>
    <message>
        <source>{name} enhances: the median of its voxels, Vp per volume of water {amount}, is above {bound}, so it may contain tumour, a haemangioma or a fresh fracture, or the AIF is too low.</source>
        <translation>{name} reichert an: Der Median der Voxel, Vp pro Wasservolumen {amount}, liegt über {bound}; die Region kann Tumor, ein Hämangiom oder eine frische Fraktur enthalten, oder die AIF ist zu niedrig.</translation>
    </message>
    <message>
        <source>{name} enhances: the median of its voxels, {shown}, is above {bound}, so it may contain tumour, a haemangioma or a fresh fracture, or the AIF is too low.</source>
        <translation>{name} reichert an: Der Median der Voxel, {shown}, liegt über {bound}; die Region kann Tumor, ein Hämangiom oder eine frische Fraktur enthalten, oder die AIF ist zu niedrig.</translation>
    </message>
    <message>
        <source>Vp of {name} is {ratio} % of its neighbours', as in fatty marrow, in irradiated marrow, or at a shift that does not fit it.</source>
        <translation>Vp in {name} beträgt {ratio} % des Vp der Nachbarwirbel, wie in fettigem Mark, in bestrahltem Mark oder bei einem Zeitversatz, der nicht passt.</translation>
    </message>
    <message>
        <source>Values normalised by it are too high then.</source>
        <translation>Mit ihm normalisierte Werte sind dann zu hoch.</translation>
    </message>
    <message>
        <source>Vp of {name} is {ratio} its neighbours'.</source>
        <translation>Vp von {name} ist {ratio} so hoch wie das seiner Nachbarn.</translation>
    </message>
    <message>
        <source>The T1-weighted signal of {name} is {brightness} its neighbours': fatty or irradiated marrow.</source>
        <translation>Das T1-gewichtete Signal von {name} ist {brightness} so hoch wie das seiner Nachbarn: fettiges oder bestrahltes Knochenmark.</translation>
    </message>
    <message>
        <source>The next vertebra above {name} would be a better reference: its quality is {better} of 1, that of {same} {own}.</source>
        <translation>Der nächste Wirbel über {name} wäre eine bessere Referenz: Seine Güte ist {better} von 1, die von {same} {own}.</translation>
    </message>
    <message>
        <source>The second vertebra above {name} would be a better reference: its quality is {better} of 1, that of {same} {own}.</source>
        <translation>Der zweite Wirbel über {name} wäre eine bessere Referenz: Seine Güte ist {better} von 1, die von {same} {own}.</translation>
    </message>
    <message>
        <source>The next vertebra below {name} would be a better reference: its quality is {better} of 1, that of {same} {own}.</source>
        <translation>Der nächste Wirbel unter {name} wäre eine bessere Referenz: Seine Güte ist {better} von 1, die von {same} {own}.</translation>
    </message>
    <message>
        <source>The second vertebra below {name} would be a better reference: its quality is {better} of 1, that of {same} {own}.</source>
        <translation>Der zweite Wirbel unter {name} wäre eine bessere Referenz: Seine Güte ist {better} von 1, die von {same} {own}.</translation>
    </message>
    <message>
        <source>The quality is 1 for a vertebra that is uniform and large enough, does not enhance, is neither fatty nor oedematous, and has the Vp of its neighbours.</source>
        <translation>Die Güte ist 1 bei einem Wirbel, der einheitlich und groß genug ist, kein Kontrastmittel aufnimmt, weder verfettet noch ödematös ist und das Vp seiner Nachbarn hat.</translation>
    </message>
    <message>
        <source>It is judged in each visit alone; both visits need the same vertebra.</source>
        <translation>Sie wird für jede Untersuchung einzeln beurteilt; beide Untersuchungen brauchen denselben Wirbel.</translation>
    </message>
    <message>
        <source>The mean {title} of {name} is {mean} and its median {median}: some of its voxels differ much from the others.</source>
        <translation>Der Mittelwert von {title} in {name} ist {mean} und der Median {median}: Einige Voxel weichen stark von den übrigen ab.</translation>
    </message>
    <message>
        <source>Values normalised by it use its mean.</source>
        <translation>Mit ihm normalisierte Werte verwenden seinen Mittelwert.</translation>
    </message>
    <message>
        <source>The normalised value uses the mean.</source>
        <translation>Der normalisierte Wert verwendet den Mittelwert.</translation>
    </message>
    <message>
        <source>Values normalised by it use its mean; with its median they would be {other} % higher.</source>
        <translation>Mit ihm normalisierte Werte verwenden seinen Mittelwert; mit seinem Median wären sie {other} % höher.</translation>
    </message>
    <message>
        <source>Values normalised by it use its mean; with its median they would be {other} % lower.</source>
        <translation>Mit ihm normalisierte Werte verwenden seinen Mittelwert; mit seinem Median wären sie {other} % niedriger.</translation>
    </message>
    <message>
        <source>The normalised value uses the mean; with the median of this region it would be {other} % higher.</source>
        <translation>Der normalisierte Wert verwendet den Mittelwert; mit dem Median dieser Region wäre er {other} % höher.</translation>
    </message>
    <message>
        <source>The normalised value uses the mean; with the median of this region it would be {other} % lower.</source>
        <translation>Der normalisierte Wert verwendet den Mittelwert; mit dem Median dieser Region wäre er {other} % niedriger.</translation>
    </message>
    <message>
        <source>{share} % of {reference} lies in {lesion}.</source>
        <translation>{share} % von {reference} liegen in {lesion}.</translation>
    </message>
    <message>
        <source>Draw the reference in a vertebra without tumour.</source>
        <translation>Die Referenz in einem Wirbel ohne Tumor einzeichnen.</translation>
    </message>
    <message>
        <source>{one} and {two} overlap in {shared} voxels.</source>
        <translation>{one} und {two} überlappen in {shared} Voxeln.</translation>
    </message>
    <message>
        <source>Redraw one of them.</source>
        <translation>Eine davon neu zeichnen.</translation>
    </message>
    <message>
        <source>{share} % of {name} lies in the irradiated volume.</source>
        <translation>{share} % von {name} liegen im bestrahlten Volumen.</translation>
    </message>
    <message>
        <source>Irradiated marrow turns fatty, which raises every normalised value.</source>
        <translation>Bestrahltes Knochenmark verfettet, was jeden normalisierten Wert erhöht.</translation>
    </message>
    <message>
        <source>{name} is {volume} mL, which is too large for one vertebra.</source>
        <translation>{name} umfasst {volume} mL, zu viel für einen Wirbel.</translation>
    </message>
    <message>
        <source>Redraw it.</source>
        <translation>Neu zeichnen.</translation>
    </message>
    <message>
        <source>{name} is {volume} mL, which is too large for a lesion.</source>
        <translation>{name} umfasst {volume} mL, zu viel für eine Läsion.</translation>
    </message>
    <message>
        <source>{name} consists of separate pieces of {listed}, and all of them count.</source>
        <translation>{name} besteht aus getrennten Teilen von {listed}, und alle zählen.</translation>
    </message>
    <message>
        <source>If they are different lesions, draw each as a separate region; if one was drawn by mistake, erase it.</source>
        <translation>Sind es verschiedene Läsionen, zeichnen Sie jede als eigene Region; wurde einer versehentlich gezeichnet, radieren Sie ihn weg.</translation>
    </message>
    <message>
        <source>Draw it in one vertebra.</source>
        <translation>Zeichnen Sie sie in einen Wirbel.</translation>
    </message>
    <message>
        <source>{name} has only {voxels} voxels, so its mean depends on single voxels.</source>
        <translation>{name} hat nur {voxels} Voxel, daher hängt der Mittelwert von einzelnen Voxeln ab.</translation>
    </message>
    <message>
        <source>{name} lies in a single slice, where the images end, so part of it may lie outside, and its size and volume are rough.</source>
        <translation>{name} liegt in einer einzigen Schicht, an der die Bilder enden; ein Teil kann also außerhalb liegen, und Größe und Volumen sind grob.</translation>
    </message>
    <message>
        <source>{name} lies in a single slice, so how far it reaches across the slices is not known: its size and volume are rough.</source>
        <translation>{name} liegt in einer einzigen Schicht, sodass nicht bekannt ist, wie weit sie quer zu den Schichten reicht: Größe und Volumen sind grob.</translation>
    </message>
    <message>
        <source>{name} is still wide in slice {value}, where the images end ({share} % of its largest area), so part of it probably lies outside: volume and size are those of the part inside.</source>
        <translation>{name} ist in Schicht {value}, wo die Bilder enden, noch breit ({share} % der größten Fläche), ein Teil liegt also wahrscheinlich außerhalb: Volumen und Größe sind die des Teils innerhalb.</translation>
    </message>
    <message>
        <source>The region is one piece.</source>
        <translation>Die Region ist ein einziges Stück.</translation>
    </message>
    <message>
        <source>No piece of the region is smaller than {volume} mm³.</source>
        <translation>Kein Stück der Region ist kleiner als {volume} mm³.</translation>
    </message>
    <message>
        <source>Every piece of the region is smaller than {volume} mm³.</source>
        <translation>Jedes Stück der Region ist kleiner als {volume} mm³.</translation>
    </message>
    <message>
        <source>There is nothing to fill: no empty slice lies between two drawn ones, or their outlines do not overlap.</source>
        <translation>Es gibt nichts zu füllen: Zwischen zwei gezeichneten Schichten liegt keine leere, oder ihre Konturen überlappen sich nicht.</translation>
    </message>
    <message>
        <source>With {by} mm, nothing of the region would be left.</source>
        <translation>Mit {by} mm bliebe von der Region nichts übrig.</translation>
    </message>
    <message>
        <source>With {by} mm, the region stays as it is.</source>
        <translation>Mit {by} mm bleibt die Region, wie sie ist.</translation>
    </message>
    <message>
        <source>A voxel measures {voxel} mm.</source>
        <translation>Ein Voxel misst {voxel} mm.</translation>
    </message>
    <message>
        <source>The region is empty.</source>
        <translation>Die Region ist leer.</translation>
    </message>
    <message>
        <source>Draw it first.</source>
        <translation>Zeichnen Sie sie zuerst.</translation>
    </message>
    <message>
        <source>The image has no value at this voxel.</source>
        <translation>Das Bild hat in diesem Voxel keinen Wert.</translation>
    </message>
    <message>
        <source>Click where it has one.</source>
        <translation>Klicken Sie dorthin, wo es einen hat.</translation>
    </message>
    <message>
        <source>Region '{name}' has the shape {shape}, the maps {shape2}.</source>
        <translation>Die Region „{name}“ hat die Form {shape}, die Karten {shape2}.</translation>
    </message>
    <message>
        <source>Region '{name}' is empty.</source>
        <translation>Die Region „{name}“ ist leer.</translation>
    </message>
    <message>
        <source>Draw it or remove it.</source>
        <translation>Sie einzeichnen oder entfernen.</translation>
    </message>
    <message>
        <source>{path} cannot be read as rulers ({name__}).</source>
        <translation>{path} lässt sich nicht als Lineale lesen ({name__}).</translation>
    </message>
    <message>
        <source>Save line markups of 3D Slicer as .mrk.json.</source>
        <translation>Linien-Markups von 3D Slicer als .mrk.json speichern.</translation>
    </message>
    <message>
        <source>{path} has no line with two points.</source>
        <translation>{path} hat keine Linie mit zwei Punkten.</translation>
    </message>
    <message>
        <source>Draw the rulers as lines.</source>
        <translation>Die Lineale als Linien zeichnen.</translation>
    </message>
    <message>
        <source>A bidimensional size needs two rulers, not {own}.</source>
        <translation>Eine zweidimensionale Größe braucht zwei Lineale, nicht {own}.</translation>
    </message>
    <message>
        <source>Ruler '{name}' has no length.</source>
        <translation>Das Lineal „{name}“ hat keine Länge.</translation>
    </message>
    <message>
        <source>Draw it again.</source>
        <translation>Es noch einmal zeichnen.</translation>
    </message>
    <message>
        <source>The rulers '{name}' and '{name2}' cross at {angle}°.</source>
        <translation>Die Lineale „{name}“ und „{name2}“ kreuzen sich unter {angle}°.</translation>
    </message>
    <message>
        <source>The second diameter must be perpendicular to the first.</source>
        <translation>Der zweite Durchmesser muss senkrecht zum ersten stehen.</translation>
    </message>
    <message>
        <source>No vertebral body can be distinguished from its surroundings here.</source>
        <translation>Hier lässt sich kein Wirbelkörper von seiner Umgebung unterscheiden.</translation>
    </message>
    <message>
        <source>Click into the middle of the body, or draw it.</source>
        <translation>Klicken Sie in die Mitte des Wirbelkörpers, oder zeichnen Sie ihn.</translation>
    </message>
    <message>
        <source>It covers {area} cm² in this slice, but reaches only {width} mm across the slices ({volume} mL), less than a vertebral body of an adult.</source>
        <translation>Er bedeckt {area} cm² in dieser Schicht, reicht aber nur {width} mm quer zu den Schichten ({volume} mL), weniger als ein Wirbelkörper eines Erwachsenen.</translation>
    </message>
    <message>
        <source>Discs may belong to it in this slice, and the body may be missing in others.</source>
        <translation>In dieser Schicht können Bandscheiben dazugehören, und in anderen kann der Körper fehlen.</translation>
    </message>
    <message>
        <source>It is smaller than a vertebral body of an adult ({area} cm² in this slice, {volume} mL).</source>
        <translation>Er ist kleiner als ein Wirbelkörper eines Erwachsenen ({area} cm² in dieser Schicht, {volume} mL).</translation>
    </message>
    <message>
        <source>Where a lesion or a fracture changes the signal, it may be a part of the body.</source>
        <translation>Wo eine Läsion oder ein Bruch das Signal ändert, kann es ein Teil des Wirbelkörpers sein.</translation>
    </message>
    <message>
        <source>It is larger than a vertebral body of an adult ({area} cm² in this slice).</source>
        <translation>Er ist größer als ein Wirbelkörper eines Erwachsenen ({area} cm² in dieser Schicht).</translation>
    </message>
    <message>
        <source>It is flatter than a vertebral body in this slice.</source>
        <translation>Er ist in dieser Schicht flacher als ein Wirbelkörper.</translation>
    </message>
    <message>
        <source>Its outline in this slice has a bay or a spur.</source>
        <translation>Sein Umriss hat in dieser Schicht eine Bucht oder einen Sporn.</translation>
    </message>
    <message>
        <source>The scene {path} could not be read.</source>
        <translation>Die Szene {path} konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The scene {name} holds no study of SpineDCE.</source>
        <translation>Die Szene {name} enthält keine Studie von SpineDCE.</translation>
    </message>
    <message>
        <source>The scene could not be written to {folder}.</source>
        <translation>Die Szene konnte nicht nach {folder} geschrieben werden.</translation>
    </message>
    <message>
        <source>Free some space there.</source>
        <translation>Dort Platz schaffen.</translation>
    </message>
    <message>
        <source>The scene {name} names files outside its own folder: {listed}.</source>
        <translation>Die Szene {name} nennt Dateien außerhalb ihres Ordners: {listed}.</translation>
    </message>
    <message>
        <source>{name} is a scene in a scene in a scene.</source>
        <translation>{name} ist eine Szene in einer Szene in einer Szene.</translation>
    </message>
    <message>
        <source>{file} is too large.</source>
        <translation>{file} ist zu groß.</translation>
    </message>
    <message>
        <source>The scene {name} was not opened: it names the address {value}.</source>
        <translation>Die Szene {name} wurde nicht geöffnet: Sie nennt die Adresse {value}.</translation>
    </message>
    <message>
        <source>{name} holds no scalar volumes; choose the sequence of the dynamic MR.</source>
        <translation>{name} enthält keine skalaren Volumen; die Sequenz der dynamischen MRT wählen.</translation>
    </message>
    <message>
        <source>Frame {value} of {name} lies on another grid than the first; choose the sequence of one dynamic series.</source>
        <translation>Zeitpunkt {value} von {name} liegt auf einem anderen Raster als der erste; die Sequenz einer einzigen dynamischen Serie wählen.</translation>
    </message>
    <message>
        <source>The frame labels of {name} are no list of times; give the frame interval in s.</source>
        <translation>Die Beschriftungen der Zeitpunkte von {name} sind keine Liste von Zeiten; den Zeitabstand in s angeben.</translation>
    </message>
    <message>
        <source>{name} does not say the unit of its index ('{unit}'); give the frame interval in s.</source>
        <translation>{name} nennt die Einheit seines Index nicht („{unit}“); den Zeitabstand in s angeben.</translation>
    </message>
    <message>
        <source>The index of {name} is no list of times; give the frame interval in s.</source>
        <translation>Der Index von {name} ist keine Liste von Zeiten; den Zeitabstand in s angeben.</translation>
    </message>
    <message>
        <source>The archive '{name}' holds no study {study_uid}.</source>
        <translation>Das Archiv '{name}' enthält die Studie {study_uid} nicht.</translation>
    </message>
    <message>
        <source>Its reason: {said}.</source>
        <translation>Der Grund: {said}.</translation>
    </message>
    <message>
        <source>The archive '{name}' sent {here} of {total} objects of the study. {reason} They are kept; fetch the study again to get the rest.</source>
        <translation>Das Archiv '{name}' hat {here} von {total} Objekten der Studie gesendet. {reason} Sie bleiben erhalten; holen Sie die Studie noch einmal, um den Rest zu bekommen.</translation>
    </message>
    <message>
        <source>The archive '{name}' sent {here} of {total} objects of the study. {reason}They are kept; fetch the study again to get the rest.</source>
        <translation>Das Archiv '{name}' hat {here} von {total} Objekten der Studie gesendet. {reason}Sie bleiben erhalten; holen Sie die Studie noch einmal, um den Rest zu bekommen.</translation>
    </message>
    <message>
        <source>Looking for earlier visits.</source>
        <translation>Frühere Untersuchungen werden gesucht.</translation>
    </message>
    <message>
        <source>The search for earlier visits was broken off.</source>
        <translation>Die Suche nach früheren Untersuchungen wurde abgebrochen.</translation>
    </message>
    <message>
        <source>The archive '{name}' refused the connection: {lower}.</source>
        <translation>Das Archiv '{name}' hat die Verbindung abgelehnt: {lower}.</translation>
    </message>
    <message>
        <source>The archive '{name}' does not offer this service.</source>
        <translation>Das Archiv '{name}' bietet diesen Dienst nicht an.</translation>
    </message>
    <message>
        <source>The archive '{name}' broke off while the connection was set up.</source>
        <translation>Das Archiv '{name}' hat den Aufbau der Verbindung abgebrochen.</translation>
    </message>
    <message>
        <source>No encrypted connection to the archive {where} is possible: {reason}.</source>
        <translation>Eine verschlüsselte Verbindung zum Archiv {where} ist nicht möglich: {reason}.</translation>
    </message>
    <message>
        <source>The archive {where} cannot be reached: {error}.</source>
        <translation>Das Archiv {where} ist nicht erreichbar: {error}.</translation>
    </message>
    <message>
        <source>The connection to the archive '{name}' was lost during {what}.</source>
        <translation>Die Verbindung zum Archiv '{name}' ging bei {what} verloren.</translation>
    </message>
    <message>
        <source>The archive '{name}' could not do the {what}: {status}.</source>
        <translation>Das Archiv '{name}' konnte {what} nicht ausführen: {status}.</translation>
    </message>
    <message>
        <source>The archive '{name}' {text}.</source>
        <translation>Das Archiv '{name}' {text}.</translation>
    </message>
    <message>
        <source>Earlier visits were not looked for: the images name no patient ID or no date.</source>
        <translation>Frühere Untersuchungen wurden nicht gesucht: Die Bilder nennen keine Patienten-ID oder kein Datum.</translation>
    </message>
    <message>
        <source>The archive '{node}' holds no earlier visit of this patient.</source>
        <translation>Das Archiv '{node}' enthält keine frühere Untersuchung dieses Patienten.</translation>
    </message>
    <message>
        <source>There is no node '{name}' in {nodes_file}; it holds {known}.</source>
        <translation>In {nodes_file} steht kein Archiv '{name}', sondern {known}.</translation>
    </message>
    <message>
        <source>The nodes in {path} could not be read: {error}.</source>
        <translation>Die Archive in {path} konnten nicht gelesen werden: {error}.</translation>
    </message>
    <message>
        <source>{path} has no entry '{unknown}'.</source>
        <translation>{path} kennt keinen Eintrag '{unknown}'.</translation>
    </message>
    <message>
        <source>{path}: serve looks for earlier visits in '{archive}', which is no node.</source>
        <translation>{path}: serve sucht frühere Untersuchungen in '{archive}', das kein Knoten ist.</translation>
    </message>
    <message>
        <source>{path}: serve holds a negative number.</source>
        <translation>{path}: 'serve' enthält eine negative Zahl.</translation>
    </message>
    <message>
        <source>{path} holds '{name}' in clear.</source>
        <translation>{path} enthält '{name}' im Klartext.</translation>
    </message>
    <message>
        <source>Remove it; passwords and tokens come from the environment or a keyring.</source>
        <translation>Entfernen Sie es; Passwörter und Token kommen aus der Umgebung oder einem Schlüsselbund.</translation>
    </message>
    <message>
        <source>A node cannot be named '{name}': letters, digits, - and _ are allowed.</source>
        <translation>Ein Archiv kann nicht '{name}' heißen: Erlaubt sind Buchstaben, Ziffern, - und _.</translation>
    </message>
    <message>
        <source>{origin}: '{word}' is none of {allowed}.</source>
        <translation>{origin}: '{word}' ist nicht erlaubt, sondern {allowed}.</translation>
    </message>
    <message>
        <source>{origin}: the timeout must be 1 to 3600 s.</source>
        <translation>{origin}: Die Wartezeit muss zwischen 1 und 3600 s liegen.</translation>
    </message>
    <message>
        <source>{origin} has no host.</source>
        <translation>{origin} hat keinen Rechnernamen.</translation>
    </message>
    <message>
        <source>'{title}' ({name}) is no AE title: 1 to 16 characters, no backslash.</source>
        <translation>'{title}' ({name}) ist kein AE-Titel: 1 bis 16 Zeichen, kein umgekehrter Schrägstrich.</translation>
    </message>
    <message>
        <source>{port} ({name}) is no port.</source>
        <translation>{port} ({name}) ist kein Port.</translation>
    </message>
    <message>
        <source>Node '{name}' needs an address that begins with http:// or https:// and holds no password.</source>
        <translation>Das Archiv '{name}' braucht eine Adresse, die mit http:// oder https:// beginnt und kein Passwort enthält.</translation>
    </message>
    <message>
        <source>Node '{name}' would send its login without encryption.</source>
        <translation>Das Archiv '{name}' würde seine Anmeldung unverschlüsselt senden.</translation>
    </message>
    <message>
        <source>Use https.</source>
        <translation>Verwenden Sie https.</translation>
    </message>
    <message>
        <source>The login of node '{name}' is neither in {node} nor in the keyring (service {KEYRING}, user {name2}).</source>
        <translation>Die Anmeldung des Archivs '{name}' steht weder in {node} noch im Schlüsselbund (Dienst {KEYRING}, Benutzer {name2}).</translation>
    </message>
    <message>
        <source>'{text}' names no node.</source>
        <translation>'{text}' nennt kein Archiv.</translation>
    </message>
    <message>
        <source>'{text}' is no study UID.</source>
        <translation>'{text}' ist keine UID einer Studie.</translation>
    </message>
    <message>
        <source>The program cannot listen at port {port} ({error}).</source>
        <translation>Das Programm kann an Port {port} nichts empfangen ({error}).</translation>
    </message>
    <message>
        <source>The archive '{name}' cannot be reached: {name2} has no address ({error}).</source>
        <translation>Das Archiv '{name}' ist nicht erreichbar: {name2} hat keine Adresse ({error}).</translation>
    </message>
    <message>
        <source>No caller is allowed.</source>
        <translation>Kein Absender ist erlaubt.</translation>
    </message>
    <message>
        <source>List AE titles and addresses under 'serve', 'callers' in the settings file of the archives.</source>
        <translation>Nennen Sie AE-Titel und Adressen unter 'serve', 'callers' in der Datei der Archive.</translation>
    </message>
    <message>
        <source>The analysis ended unexpectedly (status {status}), {attempts} times.</source>
        <translation>Die Auswertung endete {attempts}-mal unerwartet (Status {status}).</translation>
    </message>
    <message>
        <source>Another reception of studies works on {folder}.</source>
        <translation>Ein anderer Empfang von Studien arbeitet mit {folder}.</translation>
    </message>
    <message>
        <source>{given} cannot be read: {reason}.</source>
        <translation>{given} ist nicht lesbar: {reason}.</translation>
    </message>
    <message>
        <source>{given} is no DICOM file.</source>
        <translation>{given} ist keine DICOM-Datei.</translation>
    </message>
    <message>
        <source>There is no DICOM file to send.</source>
        <translation>Es gibt keine DICOM-Datei, die gesendet werden könnte.</translation>
    </message>
    <message>
        <source>Choose a new folder for the study.</source>
        <translation>Wählen Sie einen neuen Ordner für die Studie.</translation>
    </message>
    <message>
        <source>'{text}' is no date.</source>
        <translation>'{text}' ist kein Datum.</translation>
    </message>
    <message>
        <source>Write 2026-03-12, 2026-01-01-2026-03-12 or 2026-01-01-.</source>
        <translation>Schreiben Sie 2026-03-12, 2026-01-01-2026-03-12 oder 2026-01-01-.</translation>
    </message>
    <message>
        <source>The archive '{name}' stopped answering; nothing came for {timeout} s.</source>
        <translation>Das Archiv '{name}' antwortet nicht mehr; seit {timeout} s kam nichts.</translation>
    </message>
    <message>
        <source>TLS is not possible with the files {or}: {error}.</source>
        <translation>TLS ist mit den Dateien {or} nicht möglich: {error}.</translation>
    </message>
    <message>
        <source>Motion correction needs a least motion of 0 mm or more and a posterior part above 0 and at most 1.</source>
        <translation>Die Bewegungskorrektur braucht eine kleinste Bewegung von 0 mm oder mehr und einen hinteren Teil über 0 und höchstens 1.</translation>
    </message>
    <message>
        <source>A region for motion correction has {shape} voxels, the frames {shape2}.</source>
        <translation>Eine Region für die Bewegungskorrektur hat {shape} Voxel, die Zeitpunkte {shape2}.</translation>
    </message>
    <message>
        <source>A region of {sum} voxels is too small for motion correction, which needs {LEAST_VOXELS} voxels or more.</source>
        <translation>Eine Region von {sum} Voxeln ist zu klein für die Bewegungskorrektur, die mindestens {LEAST_VOXELS} Voxel braucht.</translation>
    </message>
    <message>
        <source>Draw a larger region.</source>
        <translation>Eine größere Region einzeichnen.</translation>
    </message>
    <message>
        <source>The noise mask needs three frames or more; the series has {signal}.</source>
        <translation>Die Rauschmaske braucht drei oder mehr Zeitpunkte; die Serie hat {signal}.</translation>
    </message>
    <message>
        <source>The noise mask needs a threshold factor above 0, closed gaps of 0 mm or more and a smallest piece of 0 or more and below 1.</source>
        <translation>Die Rauschmaske braucht einen Faktor über 0, geschlossene Lücken von 0 mm oder mehr und ein kleinstes Stück von mindestens 0 und unter 1.</translation>
    </message>
    <message>
        <source>The image has no background of pure noise, so nothing is removed.</source>
        <translation>Das Bild hat keinen Hintergrund aus reinem Rauschen, daher wird nichts entfernt.</translation>
    </message>
    <message>
        <source>Motion: up to {most} mm; {sum} of {signal} frames were corrected.</source>
        <translation>Bewegung: bis zu {most} mm; {sum} von {signal} Zeitpunkten wurden korrigiert.</translation>
    </message>
    <message>
        <source>Spikes: {count} samples were replaced by the mean of their neighbours.</source>
        <translation>Ausreißer: {count} Messwerte wurden durch das Mittel ihrer Nachbarn ersetzt.</translation>
    </message>
    <message>
        <source>Noise mask: tissue is where the mean signal is above {threshold}, without specks and with gaps and holes filled ({mean} % of the voxels).</source>
        <translation>Rauschmaske: Gewebe ist, wo das mittlere Signal über {threshold} liegt, ohne einzelne Flecken und mit gefüllten Lücken und Löchern ({mean} % der Voxel).</translation>
    </message>
    <message>
        <source>Smoothed in space: {method}, {width} mm.</source>
        <translation>Räumlich geglättet: {method}, {width} mm.</translation>
    </message>
    <message>
        <source>Smoothed in time outside the first pass: {width} s.</source>
        <translation>Zeitlich geglättet außerhalb der ersten Passage: {width} s.</translation>
    </message>
    <message>
        <source>The width of smoothing in space must be above 0 mm; it is {width} mm.</source>
        <translation>Die Breite der räumlichen Glättung muss über 0 mm liegen; sie ist {width} mm.</translation>
    </message>
    <message>
        <source>The mask for smoothing has {shape} voxels, the frames {shape2}.</source>
        <translation>Die Maske für die Glättung hat {shape} Voxel, die Zeitpunkte {shape2}.</translation>
    </message>
    <message>
        <source>There is no smoothing method {method}; the methods are off, gaussian and edge_preserving.</source>
        <translation>Es gibt kein Glättungsverfahren {method}; die Verfahren sind off, gaussian und edge_preserving.</translation>
    </message>
    <message>
        <source>The edge contrast of smoothing in space must be above 0; it is {contrast}.</source>
        <translation>Der Kantenkontrast der räumlichen Glättung muss über 0 liegen; er ist {contrast}.</translation>
    </message>
    <message>
        <source>Smoothing in time needs a width above 0 s and a contrast above 0.</source>
        <translation>Zeitliche Glättung braucht eine Breite über 0 s und einen Kontrast über 0.</translation>
    </message>
    <message>
        <source>The spike height must be above 0; it is {height}.</source>
        <translation>Die Höhe der Ausreißer muss über 0 liegen; sie ist {height}.</translation>
    </message>
    <message>
        <source>There are no maps to export.</source>
        <translation>Es gibt keine Karten zu exportieren.</translation>
    </message>
    <message>
        <source>text that a person wrote can name the patient.</source>
        <translation>Ein von Hand geschriebener Text kann den Patienten nennen.</translation>
    </message>
    <message>
        <source>The flip angles of series {listed} were acquired after the dynamic series began, when contrast agent is in the tissue; they are left out.</source>
        <translation>Die Flipwinkel der Serien {listed} wurden nach Beginn der dynamischen Serie aufgenommen, als Kontrastmittel im Gewebe war; sie bleiben weg.</translation>
    </message>
    <message>
        <source>The mask {path} is empty.</source>
        <translation>Die Maske {path} ist leer.</translation>
    </message>
    <message>
        <source>Two regions have the name '{name}'.</source>
        <translation>Zwei Regionen heißen „{name}“.</translation>
    </message>
    <message>
        <source>Rename the one in {path}.</source>
        <translation>Die in {path} umbenennen.</translation>
    </message>
    <message>
        <source>The region '{name}' in {path} contains no voxel of the dynamic series.</source>
        <translation>Die Region „{name}“ in {path} enthält kein Voxel der dynamischen Serie.</translation>
    </message>
    <message>
        <source>Draw it or delete it.</source>
        <translation>Sie einzeichnen oder löschen.</translation>
    </message>
    <message>
        <source>The levels are {known}.</source>
        <translation>Die Höhen sind {known}.</translation>
    </message>
    <message>
        <source>No region has a level's name.</source>
        <translation>Keine Region hat den Namen einer Höhe.</translation>
    </message>
    <message>
        <source>{path} holds contours; sizes are measured on masks.</source>
        <translation>{path} enthält Konturen; Größen werden an Masken gemessen.</translation>
    </message>
    <message>
        <source>Save it as a label map.</source>
        <translation>Als Labelkarte speichern.</translation>
    </message>
    <message>
        <source>It is not clear which of the lesions {lesions} {question}.</source>
        <translation>Es ist nicht klar, welche der Läsionen {lesions} {question}.</translation>
    </message>
    <message>
        <source>The T1 map {path} has a median of {typical}, which is neither a T1 in ms nor in s.</source>
        <translation>Die T1-Karte {path} hat einen Median von {typical}, der weder ein T1 in ms noch in s ist.</translation>
    </message>
    <message>
        <source>The map {path} is named R1, and its median of {typical} can be a rate in 1/s.</source>
        <translation>Die Karte {path} heißt R1, und ihr Median von {typical} kann eine Rate in 1/s sein.</translation>
    </message>
    <message>
        <source>Give a map of T1 in ms or s.</source>
        <translation>Eine Karte von T1 in ms oder s angeben.</translation>
    </message>
    <message>
        <source>The T1 map is in {unit}: its median is {typical}.</source>
        <translation>Die T1-Karte ist in {unit}: Ihr Median ist {typical}.</translation>
    </message>
    <message>
        <source>{sum} voxels of the T1 map are 0 or below, or above {LONGEST_T1} s, and are left unfitted.</source>
        <translation>{sum} Voxel der T1-Karte sind 0 oder darunter oder über {LONGEST_T1} s und werden nicht angepasst.</translation>
    </message>
    <message>
        <source>{folder} holds only one visit with a dynamic series.</source>
        <translation>{folder} enthält nur eine Untersuchung mit einer dynamischen Serie.</translation>
    </message>
    <message>
        <source>Choose a folder that holds at least two visits of a patient.</source>
        <translation>Wählen Sie einen Ordner mit mindestens zwei Untersuchungen eines Patienten.</translation>
    </message>
    <message>
        <source>{folder} holds no visit with a dynamic series.</source>
        <translation>{folder} enthält keine Untersuchung mit einer dynamischen Serie.</translation>
    </message>
    <message>
        <source>{folder} holds studies of {patients} patients.</source>
        <translation>{folder} enthält Studien von {patients} Patienten.</translation>
    </message>
    <message>
        <source>Choose the folder of one patient.</source>
        <translation>Wählen Sie den Ordner eines Patienten.</translation>
    </message>
    <message>
        <source>If all are of the same one, open each study by itself.</source>
        <translation>Gehören alle zu demselben, öffnen Sie jede Studie einzeln.</translation>
    </message>
    <message>
        <source>There is no visit '{name}' in {folder}; the visits are {named}.</source>
        <translation>In {folder} gibt es keine Untersuchung '{name}'; die Untersuchungen sind {named}.</translation>
    </message>
    <message>
        <source>The date of the visit '{name}' is not known.</source>
        <translation>Das Datum der Untersuchung '{name}' ist nicht bekannt.</translation>
    </message>
    <message>
        <source>A study in {folder} holds {series} dynamic series ({listed}).</source>
        <translation>Eine Studie in {folder} enthält {series} dynamische Serien ({listed}).</translation>
    </message>
    <message>
        <source>Put each visit into its own folder.</source>
        <translation>Legen Sie jede Untersuchung in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Usable; limited by: {limits}.</source>
        <translation>Brauchbar; eingeschränkt durch: {limits}.</translation>
    </message>
    <message>
        <source>{record_file} is damaged ({error}).</source>
        <translation>{record_file} ist beschädigt ({error}).</translation>
    </message>
    <message>
        <source>{outlines} points or open lines of {name} enclose nothing and are left out.</source>
        <translation>{outlines} Punkte oder offene Linien von {name} umschließen nichts und bleiben weg.</translation>
    </message>
    <message>
        <source>The DICOM structure set {file} cannot be read: {rstrip}.</source>
        <translation>Das DICOM Structure Set {file} kann nicht gelesen werden: {rstrip}.</translation>
    </message>
    <message>
        <source>{file} is a DICOM structure set without a closed contour.</source>
        <translation>{file} ist ein DICOM Structure Set ohne geschlossene Kontur.</translation>
    </message>
    <message>
        <source>{name} was drawn on images of another orientation: a contour runs across {distance} mm of the slices of the series.</source>
        <translation>{name} wurde auf Bildern einer anderen Orientierung gezeichnet: Eine Kontur läuft über {distance} mm quer durch die Schichten der Serie.</translation>
    </message>
    <message>
        <source>{name} was drawn on other images: a contour lies {distance} mm from the nearest slice of the series, whose slices are {distance2} mm apart.</source>
        <translation>{name} wurde auf anderen Bildern gezeichnet: Eine Kontur liegt {distance} mm von der nächsten Schicht der Serie, deren Schichten {distance2} mm auseinander liegen.</translation>
    </message>
    <message>
        <source>above or below its slices.</source>
        <translation>über oder unter ihren Schichten.</translation>
    </message>
    <message>
        <source>across the edge of its images.</source>
        <translation>über den Rand ihrer Bilder hinaus.</translation>
    </message>
    <message>
        <source>The DICOM segmentation {file} cannot be read: {rstrip}.</source>
        <translation>Die DICOM-Segmentierung {file} kann nicht gelesen werden: {rstrip}.</translation>
    </message>
    <message>
        <source>The DICOM segmentation {file} is incomplete ({error}).</source>
        <translation>Die DICOM-Segmentierung {file} ist unvollständig ({error}).</translation>
    </message>
    <message>
        <source>Export it again.</source>
        <translation>Sie noch einmal exportieren.</translation>
    </message>
    <message>
        <source>The planes of {file} are side by side and do not form a volume.</source>
        <translation>Die Ebenen von {file} liegen nebeneinander und bilden kein Volumen.</translation>
    </message>
    <message>
        <source>Draw the regions on one series.</source>
        <translation>Die Regionen auf einer einzigen Serie einzeichnen.</translation>
    </message>
    <message>
        <source>The planes of {file} are not parallel.</source>
        <translation>Die Ebenen von {file} sind nicht parallel.</translation>
    </message>
    <message>
        <source>The planes of {file} are not evenly spaced.</source>
        <translation>Die Ebenen von {file} haben keine gleichen Abstände.</translation>
    </message>
    <message>
        <source>The radiation dose {file} cannot be read: {rstrip}.</source>
        <translation>Die Strahlendosis {file} ist nicht lesbar: {rstrip}.</translation>
    </message>
    <message>
        <source>The dose in {file} is relative, not in Gy.</source>
        <translation>Die Dosis in {file} ist relativ, nicht in Gy.</translation>
    </message>
    <message>
        <source>{file} holds the dose of a part of the plan ({lower}).</source>
        <translation>{file} enthält die Dosis eines Teils des Plans ({lower}).</translation>
    </message>
    <message>
        <source>Export the dose of the whole plan.</source>
        <translation>Die Dosis des ganzen Plans exportieren.</translation>
    </message>
    <message>
        <source>The planes of the dose in {file} are not evenly spaced.</source>
        <translation>Die Ebenen der Dosis in {file} sind nicht gleichabständig.</translation>
    </message>
    <message>
        <source>A dynamic series has 4 axes [frame, slice, row, column]; this array has {ndim}.</source>
        <translation>Eine dynamische Serie hat 4 Achsen [Zeitpunkt, Schicht, Zeile, Spalte]; diese hat {ndim}.</translation>
    </message>
    <message>
        <source>The series has {shape} frames but {size} frame times; each frame needs one.</source>
        <translation>Die Serie hat {shape} Zeitpunkte, aber {size} Aufnahmezeiten; jeder Zeitpunkt braucht eine.</translation>
    </message>
    <message>
        <source>The frames have {shape} voxels (slices, rows, columns), their grid {shape2}.</source>
        <translation>Die Zeitpunkte haben {shape} Voxel (Schichten, Zeilen, Spalten), ihr Raster {shape2}.</translation>
    </message>
    <message>
        <source>The frame times ({time_origin}) are not finite, or do not increase from frame to frame.</source>
        <translation>Die Aufnahmezeiten ({time_origin}) sind nicht endlich oder steigen nicht von Zeitpunkt zu Zeitpunkt an.</translation>
    </message>
    <message>
        <source>Frame {value} cannot be excluded; the series has frames 1 to {frames}.</source>
        <translation>Zeitpunkt {value} kann nicht ausgeschlossen werden; die Serie hat die Zeitpunkte 1 bis {frames}.</translation>
    </message>
    <message>
        <source>Frames excluded by hand: {numbers}.</source>
        <translation>Manuell ausgeschlossene Zeitpunkte: {numbers}.</translation>
    </message>
    <message>
        <source>{root} does not exist.</source>
        <translation>{root} existiert nicht.</translation>
    </message>
    <message>
        <source>{root} is {reason}, not a study.</source>
        <translation>{root} ist {reason}, keine Studie.</translation>
    </message>
    <message>
        <source>{root} is empty.</source>
        <translation>{root} ist leer.</translation>
    </message>
    <message>
        <source>{filename} cannot be opened ({strerror}).</source>
        <translation>{filename} lässt sich nicht öffnen ({strerror}).</translation>
    </message>
    <message>
        <source>{name} is left out: {reason}.</source>
        <translation>{name} bleibt weg: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be opened ({strerror}).</source>
        <translation>{name} lässt sich nicht öffnen ({strerror}).</translation>
    </message>
    <message>
        <source>{name} is left out: it lies in {DEPTH} archives.</source>
        <translation>{name} bleibt weg: Es liegt in {DEPTH} Archiven.</translation>
    </message>
    <message>
        <source>{name} holds {member}; it is left out.</source>
        <translation>{name} enthält {member}; es bleibt weg.</translation>
    </message>
    <message>
        <source>{name} cannot be unpacked ({error}).</source>
        <translation>{name} lässt sich nicht entpacken ({error}).</translation>
    </message>
    <message>
        <source>The frame interval is {interval} s by {name} but {theirs} s by {other}; {name2} is used.</source>
        <translation>Der Zeitabstand ist {interval} s nach {name}, aber {theirs} s nach {other}; {name2} wird verwendet.</translation>
    </message>
    <message>
        <source>{SPACING}{uneven}; each frame keeps its own time.</source>
        <translation>{SPACING}{uneven}; jeder Zeitpunkt behält seine eigene Zeit.</translation>
    </message>
    <message>
        <source>No acquisition time was found. {name}, which is not an acquisition time, is used instead; check the frame interval.</source>
        <translation>Es wurde keine Aufnahmezeit gefunden. {name}, keine Aufnahmezeit, wird stattdessen verwendet; den Zeitabstand prüfen.</translation>
    </message>
    <message>
        <source>{name} holds whole seconds; frame times are accurate to ±0.5 s.</source>
        <translation>{name} enthält ganze Sekunden; die Aufnahmezeiten sind auf ±0.5 s genau.</translation>
    </message>
    <message>
        <source>{name} is missing in {missing} of {frames} frames.</source>
        <translation>{name} fehlt in {missing} von {frames} Zeitpunkten.</translation>
    </message>
    <message>
        <source>{name} is the same in all frames.</source>
        <translation>{name} ist zu allen Zeitpunkten gleich.</translation>
    </message>
    <message>
        <source>{name} is missing in {sum} of {frames} frames.</source>
        <translation>{name} fehlt in {sum} von {frames} Zeitpunkten.</translation>
    </message>
    <message>
        <source>{name} is missing in {missing} and interpolated.</source>
        <translation>{name} fehlt in {missing} und wird interpoliert.</translation>
    </message>
    <message>
        <source>{name} does not increase from frame to frame and is not used.</source>
        <translation>{name} steigt nicht von Zeitpunkt zu Zeitpunkt an und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>{name} of one frame overlaps the next frame and is not used.</source>
        <translation>{name} eines Zeitpunkts überlappt den nächsten und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>{name} is uneven (images written in bursts) and is not used.</source>
        <translation>{name} ist ungleichmäßig (Bilder in Schüben geschrieben) und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>{outliers} images differ from their frame in {name}; the frame's is used.</source>
        <translation>{outliers} Bilder weichen in {name} von ihrem Zeitpunkt ab; der Wert des Zeitpunkts wird verwendet.</translation>
    </message>
    <message>
        <source>No image has an acquisition time; TemporalResolution gives {interval} s per frame.</source>
        <translation>Kein Bild hat eine Aufnahmezeit; TemporalResolution ergibt {interval} s pro Zeitpunkt.</translation>
    </message>
    <message>
        <source>No image has an acquisition time; {duration} s of acquisition over {count} temporal positions give {interval} s per frame, which TR confirms.</source>
        <translation>Kein Bild hat eine Aufnahmezeit; {duration} s Aufnahme über {count} Zeitpositionen ergeben {interval} s pro Zeitpunkt, was TR bestätigt.</translation>
    </message>
    <message>
        <source>The acquisition duration is {duration} s for {count} temporal positions; it is unknown whether that is the duration of one frame or of all.</source>
        <translation>Die Aufnahmedauer ist {duration} s für {count} Zeitpositionen; es ist nicht bekannt, ob das die Dauer eines Zeitpunkts oder aller ist.</translation>
    </message>
    <message>
        <source>{counted} not read ({kind}); {remedy}.</source>
        <translation>{counted} nicht gelesen ({kind}); {remedy}.</translation>
    </message>
    <message>
        <source>{name} declares or expands to far more pixels than a file of its size can hold.</source>
        <translation>{name} nennt oder ergibt weit mehr Bildpunkte, als eine Datei dieser Größe enthalten kann.</translation>
    </message>
    <message>
        <source>It is also one of the flip angles for T10.</source>
        <translation>Sie ist auch einer der Flipwinkel für T10.</translation>
    </message>
    <message>
        <source>The last frame of series {value} ({frames} of the same matrix, TR and flip angle) is {before} s before the first of series {value2}; the two can be joined.</source>
        <translation>Der letzte Zeitpunkt der Serie {value} ({frames} mit gleicher Matrix, TR und Flipwinkel) liegt {before} s vor dem ersten der Serie {value2}; die beiden lassen sich zusammenfügen.</translation>
    </message>
    <message>
        <source>Series {value} ({frames} of the same matrix, TR and flip angle) begins {after} s after the last frame of series {value2}; the two can be joined.</source>
        <translation>Die Serie {value} ({frames} mit gleicher Matrix, TR und Flipwinkel) beginnt {after} s nach dem letzten Zeitpunkt der Serie {value2}; die beiden lassen sich zusammenfügen.</translation>
    </message>
    <message>
        <source>Series {names} cannot be joined: {problem}.</source>
        <translation>Die Serien {names} lassen sich nicht zusammenfügen: {problem}.</translation>
    </message>
    <message>
        <source>Series {names} cannot be joined: no time tag puts all their frames in order.</source>
        <translation>Die Serien {names} lassen sich nicht zusammenfügen: Kein Zeit-Tag ordnet alle ihre Zeitpunkte.</translation>
    </message>
    <message>
        <source>{note}, in order of time.</source>
        <translation>{note}, in zeitlicher Reihenfolge.</translation>
    </message>
    <message>
        <source>{path} has {sizes} axes and {channels} values per voxel; an image has 3 or 4 axes and one value per voxel.</source>
        <translation>{path} hat {sizes} Achsen und {channels} Werte pro Voxel; ein Bild hat 3 oder 4 Achsen und einen Wert pro Voxel.</translation>
    </message>
    <message>
        <source>{path} cannot be opened ({strerror}).</source>
        <translation>{path} lässt sich nicht öffnen ({strerror}).</translation>
    </message>
    <message>
        <source>The header of {path} cannot be right: {fault}.</source>
        <translation>Der Header von {path} kann nicht stimmen: {fault}.</translation>
    </message>
    <message>
        <source>{path} is not a readable MetaImage file.</source>
        <translation>{path} ist keine lesbare MetaImage-Datei.</translation>
    </message>
    <message>
        <source>{path} takes its pixels from several files.</source>
        <translation>{path} nimmt seine Bildpunkte aus mehreren Dateien.</translation>
    </message>
    <message>
        <source>Save it as one file.</source>
        <translation>Als eine Datei speichern.</translation>
    </message>
    <message>
        <source>{path} holds its pixels as text.</source>
        <translation>{path} enthält seine Bildpunkte als Text.</translation>
    </message>
    <message>
        <source>Save it as a binary file.</source>
        <translation>Als binäre Datei speichern.</translation>
    </message>
    <message>
        <source>{path} declares far more pixels than a file of its size can hold.</source>
        <translation>{path} nennt weit mehr Bildpunkte, als eine Datei dieser Größe enthalten kann.</translation>
    </message>
    <message>
        <source>{path} is truncated: its header needs {needed} bytes of pixels, and the file has {held}.</source>
        <translation>{path} ist abgeschnitten: Der Header verlangt {needed} Bytes an Bildpunkten, die Datei hat {held}.</translation>
    </message>
    <message>
        <source>The header has no voxel size; 1 mm is taken.</source>
        <translation>Der Header nennt keine Voxelgröße; 1 mm wird angenommen.</translation>
    </message>
    <message>
        <source>A two-dimensional image is read as one slice of 1 mm.</source>
        <translation>Ein zweidimensionales Bild wird als eine Schicht von 1 mm gelesen.</translation>
    </message>
    <message>
        <source>The pixels of {path} cannot be read; the file is damaged.</source>
        <translation>Die Bildpunkte von {path} lassen sich nicht lesen; die Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>{path} has {value} axes and {GetNumberOfComponents} values per voxel; an image has 3 or 4 axes and one value per voxel.</source>
        <translation>{path} hat {value} Achsen und {GetNumberOfComponents} Werte pro Voxel; ein Bild hat 3 oder 4 Achsen und einen Wert pro Voxel.</translation>
    </message>
    <message>
        <source>Analyze files hold no orientation: columns are taken to run to the left, rows to the back and slices to the head.</source>
        <translation>Analyze-Dateien enthalten keine Orientierung: Es wird angenommen, dass Spalten nach links, Zeilen nach hinten und Schichten kopfwärts laufen.</translation>
    </message>
    <message>
        <source>Regions must come from the same file; check the sides.</source>
        <translation>Regionen müssen aus derselben Datei kommen; die Seiten prüfen.</translation>
    </message>
    <message>
        <source>{path} is not a readable NIfTI file ({error}).</source>
        <translation>{path} ist keine lesbare NIfTI-Datei ({error}).</translation>
    </message>
    <message>
        <source>{path} is not a readable NIfTI file.</source>
        <translation>{path} ist keine lesbare NIfTI-Datei.</translation>
    </message>
    <message>
        <source>{path} is truncated: its header needs {size} bytes, and the file has {held}.</source>
        <translation>{path} ist abgeschnitten: Der Header verlangt {size} Bytes, die Datei hat {held}.</translation>
    </message>
    <message>
        <source>The directions of its axes are not quite at right angles; rounded.</source>
        <translation>Die Richtungen der Achsen stehen nicht ganz rechtwinklig; gerundet.</translation>
    </message>
    <message>
        <source>The sidecar {name} is not readable JSON and is ignored.</source>
        <translation>Die Begleitdatei {name} ist kein lesbares JSON und wird übergangen.</translation>
    </message>
    <message>
        <source>pixdim[4] is {step} s, which is TR and not the frame interval.</source>
        <translation>pixdim[4] ist {step} s, das ist TR und nicht der Zeitabstand.</translation>
    </message>
    <message>
        <source>pixdim[4] is {step}, a common placeholder, and is not used.</source>
        <translation>pixdim[4] ist {step}, ein üblicher Platzhalter, und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>The frame interval of {step} s is read from pixdim[4]; check it.</source>
        <translation>Der Zeitabstand von {step} s stammt aus pixdim[4]; prüfen.</translation>
    </message>
    <message>
        <source>{path} is not an NRRD file.</source>
        <translation>{path} ist keine NRRD-Datei.</translation>
    </message>
    <message>
        <source>{path} has a damaged NRRD header ({what}).</source>
        <translation>{path} hat einen beschädigten NRRD-Header ({what}).</translation>
    </message>
    <message>
        <source>The pixels of {path} cannot be read ({reason}).</source>
        <translation>Die Bildpunkte von {path} lassen sich nicht lesen ({reason}).</translation>
    </message>
    <message>
        <source>{path} is truncated: it holds {found} of {count} pixels.</source>
        <translation>{path} ist abgeschnitten: Es enthält {found} von {count} Bildpunkten.</translation>
    </message>
    <message>
        <source>{path} is truncated: it holds {size} of {count} pixels.</source>
        <translation>{path} ist abgeschnitten: Es enthält {size} von {count} Bildpunkten.</translation>
    </message>
    <message>
        <source>The unknown space {fields} is taken as left-posterior-superior.</source>
        <translation>Der unbekannte Raum {fields} wird als links-posterior-superior genommen.</translation>
    </message>
    <message>
        <source>Axis {value} steps by {max} without a unit; it counts the frames.</source>
        <translation>Achse {value} hat die Schrittweite {max} ohne Einheit; sie zählt die Zeitpunkte.</translation>
    </message>
    <message>
        <source>The file has no space directions; its position in the patient is unknown.</source>
        <translation>Die Datei nennt keine Raumrichtungen; ihre Lage im Patienten ist nicht bekannt.</translation>
    </message>
    <message>
        <source>{path} does not span three directions of space.</source>
        <translation>{path} spannt keine drei Raumrichtungen auf.</translation>
    </message>
    <message>
        <source>{path} holds colours or vectors, not one signal per voxel.</source>
        <translation>{path} enthält Farben oder Vektoren, nicht ein Signal pro Voxel.</translation>
    </message>
    <message>
        <source>{name} holds no numbers.</source>
        <translation>{name} enthält keine Zahlen.</translation>
    </message>
    <message>
        <source>{name} has no time unit.</source>
        <translation>{name} hat keine Zeiteinheit.</translation>
    </message>
    <message>
        <source>{path} is not a readable PAR header ({reason}).</source>
        <translation>{path} ist kein lesbarer PAR-Header ({reason}).</translation>
    </message>
    <message>
        <source>{path} is a PAR/REC file of Philips, which needs nibabel, and nibabel is not installed.</source>
        <translation>{path} ist eine PAR/REC-Datei von Philips, die nibabel braucht, und nibabel ist nicht installiert.</translation>
    </message>
    <message>
        <source>Install it (pip install nibabel), or export DICOM instead.</source>
        <translation>Es installieren (pip install nibabel), oder stattdessen DICOM exportieren.</translation>
    </message>
    <message>
        <source>{path} is truncated: its header needs {plane} bytes of pixels, and {name} has {st_size}.</source>
        <translation>{path} ist abgeschnitten: Der Header verlangt {plane} Bytes an Bildpunkten, {name} hat {st_size}.</translation>
    </message>
    <message>
        <source>Dynamic scans {listed} lack slices and are left out.</source>
        <translation>Den dynamischen Aufnahmen {listed} fehlen Schichten, sie bleiben weg.</translation>
    </message>
    <message>
        <source>{doubled} images are there twice; the last of each is used.</source>
        <translation>{doubled} Bilder sind doppelt vorhanden; jeweils das letzte wird verwendet.</translation>
    </message>
    <message>
        <source>The begin time of the dynamic scans {fault}.</source>
        <translation>Die Anfangszeit der dynamischen Aufnahmen: {fault}.</translation>
    </message>
    <message>
        <source>Its image type {first} is that of derived images.</source>
        <translation>Ihr Bildtyp {first} ist der abgeleiteter Bilder.</translation>
    </message>
    <message>
        <source>The pixels of {data} cannot be read ({error}).</source>
        <translation>Die Bildpunkte von {data} lassen sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>There is not enough memory for {shape} GB of pixels.</source>
        <translation>Der Arbeitsspeicher reicht nicht für {shape} GB an Bildpunkten.</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>Andere Programme schließen.</translation>
    </message>
    <message>
        <source>{file} has {shape} pixels (rows, columns); its header says {shape2}.</source>
        <translation>{file} hat {shape} Bildpunkte (Zeilen, Spalten); der Header nennt {shape2}.</translation>
    </message>
    <message>
        <source>The pixels of {file} cannot be read ({error}).</source>
        <translation>Die Bildpunkte von {file} lassen sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>{file} holds colours, not one signal per pixel.</source>
        <translation>{file} enthält Farben, nicht ein Signal pro Bildpunkt.</translation>
    </message>
    <message>
        <source>{file} is compressed ({name}) and no installed package decodes it.</source>
        <translation>{file} ist komprimiert ({name}), und kein installiertes Paket dekodiert es.</translation>
    </message>
    <message>
        <source>Install the decoders: pip install pylibjpeg pylibjpeg-openjpeg pyjpegls.</source>
        <translation>Die Dekoder installieren: pip install pylibjpeg pylibjpeg-openjpeg pyjpegls.</translation>
    </message>
    <message>
        <source>The pixels of {file} ({name}) cannot be decoded: {rstrip}.</source>
        <translation>Die Bildpunkte von {file} ({name}) lassen sich nicht dekodieren: {rstrip}.</translation>
    </message>
    <message>
        <source>Phase is stored in {unit}.</source>
        <translation>Die Phase ist in {unit} gespeichert.</translation>
    </message>
    <message>
        <source>Phase is in milliradians, GE's unit.</source>
        <translation>Die Phase ist in Milliradiant, der Einheit von GE.</translation>
    </message>
    <message>
        <source>Phase is taken to be in {name}.</source>
        <translation>Für die Phase wird {name} angenommen.</translation>
    </message>
    <message>
        <source>Phase is taken to be stored as 0 to 4095 for −π to π.</source>
        <translation>Für die Phase wird angenommen, dass 0 bis 4095 für −π bis π steht.</translation>
    </message>
    <message>
        <source>The unit of phase is unknown; its largest value, {top}, is taken as π.</source>
        <translation>Die Einheit der Phase ist nicht bekannt; ihr größter Wert, {top}, wird als π genommen.</translation>
    </message>
    <message>
        <source>The frame interval of {interval} s, from {origin}, is not that of a dynamic series ({low} to {high} s).</source>
        <translation>Der Zeitabstand von {interval} s aus {origin} ist nicht der einer dynamischen Serie ({low} bis {high} s).</translation>
    </message>
    <message>
        <source>{said}: a 3D frame every {interval} s needs a much shorter one.</source>
        <translation>{said}: Ein 3D-Zeitpunkt alle {interval} s braucht eine viel kürzere.</translation>
    </message>
    <message>
        <source>Check its unit.</source>
        <translation>Die Einheit prüfen.</translation>
    </message>
    <message>
        <source>{said}, too long for T1 weighting.</source>
        <translation>{said}, zu lang für eine T1-Gewichtung.</translation>
    </message>
    <message>
        <source>Series {line} cannot be read because {obstacle}.</source>
        <translation>Die Serie {line} kann nicht gelesen werden: {obstacle}.</translation>
    </message>
    <message>
        <source>Series {line} has no position in space.</source>
        <translation>Die Serie {line} hat keine Lage im Raum.</translation>
    </message>
    <message>
        <source>No phase series matches the frames and grid of the dynamic series.</source>
        <translation>Keine Phasenserie passt zu Zeitpunkten und Raster der dynamischen Serie.</translation>
    </message>
    <message>
        <source>Magnitude and phase are computed from the real and imaginary series {chosen} and {imaginary}.</source>
        <translation>Magnitude und Phase werden aus der reellen und der imaginären Serie {chosen} und {imaginary} berechnet.</translation>
    </message>
    <message>
        <source>{bad} voxels hold NaN or infinite signal.</source>
        <translation>{bad} Voxel haben NaN oder unendliches Signal.</translation>
    </message>
    <message>
        <source>The slices of frames {listed} lie elsewhere; they are taken at the same index.</source>
        <translation>Die Schichten der Zeitpunkte {listed} liegen anderswo; sie werden mit demselben Index genommen.</translation>
    </message>
    <message>
        <source>The slices of frames {listed} lie elsewhere; they are resampled to the others' places, and their outermost slice is repeated where they do not reach.</source>
        <translation>Die Schichten der Zeitpunkte {listed} liegen anderswo; sie werden auf die Orte der anderen umgerechnet, und wo sie nicht hinreichen, wird ihre äußerste Schicht wiederholt.</translation>
    </message>
    <message>
        <source>The frame interval must be above 0 s; {frame_interval} was given.</source>
        <translation>Der Zeitabstand muss über 0 s liegen; angegeben ist {frame_interval}.</translation>
    </message>
    <message>
        <source>Series {line} has no frame times that can be used{else}.</source>
        <translation>Die Serie {line} hat keine brauchbaren Aufnahmezeiten{else}.</translation>
    </message>
    <message>
        <source>{source} is not a single volume; it holds {contents}.</source>
        <translation>{source} ist kein einzelnes Volumen; es enthält {contents}.</translation>
    </message>
    <message>
        <source>Series {line} has {frames} frames; a single volume is needed.</source>
        <translation>Die Serie {line} hat {frames} Zeitpunkte; ein einzelnes Volumen wird gebraucht.</translation>
    </message>
    <message>
        <source>{path} holds no variable-flip-angle series (two or more volumes that differ only in flip angle).</source>
        <translation>{path} enthält keine Serie mit variablem Flipwinkel (zwei oder mehr Volumen, die sich nur im Flipwinkel unterscheiden).</translation>
    </message>
    <message>
        <source>The flip angles are Philips images without Philips' own scale (2005,100E), so their signals may not be comparable with each other.</source>
        <translation>Die Flipwinkel sind Philips-Bilder ohne die eigene Skala von Philips (2005,100E); ihre Signale sind womöglich nicht miteinander vergleichbar.</translation>
    </message>
    <message>
        <source>Repeated volumes are averaged: {repeated}.</source>
        <translation>Wiederholte Volumen werden gemittelt: {repeated}.</translation>
    </message>
    <message>
        <source>The B1 map {line} has a different grid and is not used.</source>
        <translation>Die B1-Karte {line} hat ein anderes Raster und wird nicht verwendet.</translation>
    </message>
    <message>
        <source>The values of the B1 map {line} are taken as {unit}.</source>
        <translation>Die Werte der B1-Karte {line} werden als {unit} genommen.</translation>
    </message>
    <message>
        <source>{name} has {shape} voxels, its grid {shape2}.</source>
        <translation>{name} hat {shape} Voxel, sein Raster {shape2}.</translation>
    </message>
    <message>
        <source>{name} has a different grid ({source}) from the series ({target}).</source>
        <translation>{name} hat ein anderes Raster ({source}) als die Serie ({target}).</translation>
    </message>
    <message>
        <source>Draw it on the series or resample it.</source>
        <translation>Auf der Serie einzeichnen oder umrechnen.</translation>
    </message>
    <message>
        <source>{name} is a DICOM structure set; {GIVE_AS_REGIONS}.</source>
        <translation>{name} ist ein DICOM Structure Set; {GIVE_AS_REGIONS}.</translation>
    </message>
    <message>
        <source>The study holds files of {patients} patients ({patients2}); they are never combined.</source>
        <translation>Die Studie enthält Dateien von {patients} Patienten ({patients2}); sie werden nie zusammengefügt.</translation>
    </message>
    <message>
        <source>One of {kinds} kinds in this series: {differs}.</source>
        <translation>Eine von {kinds} Arten in dieser Serie: {differs}.</translation>
    </message>
    <message>
        <source>Its frames are {members} series that differ only in time.</source>
        <translation>Ihre Zeitpunkte sind {members} Serien, die sich nur in der Zeit unterscheiden.</translation>
    </message>
    <message>
        <source>RepetitionTime (0018,0080) is missing.</source>
        <translation>RepetitionTime (0018,0080) fehlt.</translation>
    </message>
    <message>
        <source>FlipAngle (0018,1314) is missing.</source>
        <translation>FlipAngle (0018,1314) fehlt.</translation>
    </message>
    <message>
        <source>Its images were compressed with loss (LossyImageCompression, (0028,2110)), which changes the signal a little.</source>
        <translation>Ihre Bilder wurden verlustbehaftet komprimiert (LossyImageCompression, (0028,2110)), was das Signal etwas verändert.</translation>
    </message>
    <message>
        <source>{label} is outside the series: its grid is {geometry}, that of the series {geometry2}.</source>
        <translation>{label} liegt außerhalb der Serie: Das Raster ist {geometry}, das der Serie {geometry2}.</translation>
    </message>
    <message>
        <source>{label} extends beyond the series: {outside} of its {sum} voxels are outside; its grid is {geometry}, that of the series {geometry2}.</source>
        <translation>{label} reicht über die Serie hinaus: {outside} von {sum} Voxeln liegen außerhalb; das Raster ist {geometry}, das der Serie {geometry2}.</translation>
    </message>
    <message>
        <source>Draw it on the series.</source>
        <translation>Auf der Serie einzeichnen.</translation>
    </message>
    <message>
        <source>No vertebra of {path} lies in the series: its grid is {geometry}, that of the series {geometry2}.</source>
        <translation>Kein Wirbel von {path} liegt in der Serie: Das Raster ist {geometry}, das der Serie {geometry2}.</translation>
    </message>
    <message>
        <source>{file} is a folder.</source>
        <translation>{file} ist ein Ordner.</translation>
    </message>
    <message>
        <source>Choose the file with the regions in it.</source>
        <translation>Die Datei mit den Regionen darin wählen.</translation>
    </message>
    <message>
        <source>The segmentation file {file} does not exist.</source>
        <translation>Die Segmentierungsdatei {file} existiert nicht.</translation>
    </message>
    <message>
        <source>The labels of {file} change from frame to frame.</source>
        <translation>Die Labels von {file} ändern sich von Zeitpunkt zu Zeitpunkt.</translation>
    </message>
    <message>
        <source>Save one volume with labels.</source>
        <translation>Ein einziges Volumen mit Labels speichern.</translation>
    </message>
    <message>
        <source>{file} holds an image, not labels (whole numbers, one per region).</source>
        <translation>{file} enthält ein Bild, keine Labels (ganze Zahlen, eine pro Region).</translation>
    </message>
    <message>
        <source>{file} is empty: no voxel has a label.</source>
        <translation>{file} ist leer: Kein Voxel hat ein Label.</translation>
    </message>
    <message>
        <source>{name} holds vertebrae, named {source}: {masks}.</source>
        <translation>{name} enthält Wirbel, benannt {source}: {masks}.</translation>
    </message>
    <message>
        <source>Its {others} other labels are left out.</source>
        <translation>Die übrigen {others} Labels bleiben weg.</translation>
    </message>
    <message>
        <source>Segment {name} of {file} refers to layer {layer}; the file has {layers} layers, counted from 0.</source>
        <translation>Segment {name} von {file} verweist auf Ebene {layer}; die Datei hat {layers} Ebenen, von 0 an gezählt.</translation>
    </message>
    <message>
        <source>The colour of segment {name} cannot be read.</source>
        <translation>Die Farbe von Segment {name} lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>Another segment named {base} was renamed {name}.</source>
        <translation>Ein weiteres Segment namens {base} wurde in {name} umbenannt.</translation>
    </message>
    <message>
        <source>Region {name} has {shape} voxels, the grid {shape2}.</source>
        <translation>Die Region {name} hat {shape} Voxel, das Raster {shape2}.</translation>
    </message>
    <message>
        <source>{path} cannot be written ({strerror}).</source>
        <translation>{path} lässt sich nicht schreiben ({strerror}).</translation>
    </message>
    <message>
        <source>{displaced_by} and left out.</source>
        <translation>{displaced_by} und weggelassen.</translation>
    </message>
    <message>
        <source>{copies} images are present twice (same SOP instance) and read once.</source>
        <translation>{copies} Bilder sind doppelt vorhanden (gleiche SOP-Instanz) und werden einmal gelesen.</translation>
    </message>
    <message>
        <source>Duplicate images: {doubles} with the number, position and time of another are left out ({names}{more}).</source>
        <translation>Doppelte Bilder: {doubles} mit Nummer, Position und Zeit eines anderen bleiben weg ({names}{more}).</translation>
    </message>
    <message>
        <source>{cut} files are truncated and left out: {cut2}.</source>
        <translation>{cut} Dateien sind abgeschnitten und bleiben weg: {cut2}.</translation>
    </message>
    <message>
        <source>{bare} images without {images} are left out.</source>
        <translation>{bare} Bilder ohne {images} bleiben weg.</translation>
    </message>
    <message>
        <source>{count} images at {strays} slice positions that most frames lack are left out.</source>
        <translation>{count} Bilder an {strays} Schichtpositionen, die den meisten Zeitpunkten fehlen, bleiben weg.</translation>
    </message>
    <message>
        <source>{by} and left out.</source>
        <translation>{by} und weggelassen.</translation>
    </message>
    <message>
        <source>The position differs from the first frame's by up to {max} mm in {moved}; the first frame's is used for all.</source>
        <translation>Die Position weicht in {moved} um bis zu {max} mm von der des ersten Zeitpunkts ab; die des ersten gilt für alle.</translation>
    </message>
    <message>
        <source>InstanceNumber contradicts the order of the frames in {against} images; check it.</source>
        <translation>InstanceNumber widerspricht in {against} Bildern der Reihenfolge der Zeitpunkte; prüfen.</translation>
    </message>
    <message>
        <source>No tag numbers its frames: the images at each slice position are taken in the order of {name}.</source>
        <translation>Kein Tag nummeriert ihre Zeitpunkte: Die Bilder jeder Schichtposition werden in der Reihenfolge von {name} genommen.</translation>
    </message>
    <message>
        <source>{many} images at each slice position share every time tag; if they are of different kinds (magnitude and phase), the series cannot be used.</source>
        <translation>{many} Bilder an jeder Schichtposition haben dieselben Zeit-Tags; wenn sie verschiedener Art sind (Magnitude und Phase), ist die Serie nicht brauchbar.</translation>
    </message>
    <message>
        <source>Its frames are series; they are in the order of {name}.</source>
        <translation>Ihre Zeitpunkte sind Serien; sie stehen in der Reihenfolge von {name}.</translation>
    </message>
    <message>
        <source>{rest} images have no {name}, which puts the others in order, and are left out ({files} …).</source>
        <translation>{rest} Bilder haben kein {name}, das die anderen ordnet, und bleiben weg ({files} …).</translation>
    </message>
    <message>
        <source>{rest} images have no {name}, which puts the others in order, and are left out ({files}).</source>
        <translation>{rest} Bilder haben kein {name}, das die anderen ordnet, und bleiben weg ({files}).</translation>
    </message>
    <message>
        <source>{MISSING}{name}: {gaps} of {keyed}; the others keep their times.</source>
        <translation>{MISSING}{name}: {gaps} von {keyed}; die anderen behalten ihre Zeiten.</translation>
    </message>
    <message>
        <source>Duplicate images in {doubled}; the first of each is used.</source>
        <translation>Doppelte Bilder in {doubled}; jeweils das erste wird verwendet.</translation>
    </message>
    <message>
        <source>Fewer than {n_places} slices in {short}; dropped.</source>
        <translation>Weniger als {n_places} Schichten in {short}; weggelassen.</translation>
    </message>
    <message>
        <source>No frame times were found; set the frame interval.</source>
        <translation>Es wurden keine Aufnahmezeiten gefunden; den Zeitabstand angeben.</translation>
    </message>
    <message>
        <source>It has fewer than {MIN_FRAMES} frames.</source>
        <translation>Sie hat weniger als {MIN_FRAMES} Zeitpunkte.</translation>
    </message>
    <message>
        <source>There is no series {value} in {path}; it holds {series}, counted from 1{several}.</source>
        <translation>Es gibt keine Serie {value} in {path}; vorhanden sind {series}, von 1 an gezählt{several}.</translation>
    </message>
    <message>
        <source>Series {line} is not a dynamic series: {or}.</source>
        <translation>Die Serie {line} ist keine dynamische Serie: {or}.</translation>
    </message>
    <message>
        <source>{path} holds no image in a format that is read (DICOM, NRRD, NIfTI, Analyze, MetaImage, PAR/REC); choose the study's folder.</source>
        <translation>{path} enthält kein Bild in einem lesbaren Format (DICOM, NRRD, NIfTI, Analyze, MetaImage, PAR/REC); den Ordner der Studie wählen.</translation>
    </message>
    <message>
        <source>{path} holds no readable dynamic series: {line} cannot be read because {obstacle}.</source>
        <translation>{path} enthält keine lesbare dynamische Serie: {line} kann nicht gelesen werden: {obstacle}.</translation>
    </message>
    <message>
        <source>{path} holds no series that is taken for the dynamic one. {reasons}.</source>
        <translation>{path} enthält keine Serie, die für die dynamische gehalten wird. {reasons}.</translation>
    </message>
    <message>
        <source>If one of them is the dynamic series, choose it.</source>
        <translation>Wenn eine davon die dynamische Serie ist, sie wählen.</translation>
    </message>
    <message>
        <source>{path} holds no dynamic series: none of its {series} series has {MIN_DYNAMIC} frames or more (the longest has {longest}).</source>
        <translation>{path} enthält keine dynamische Serie: Keine der {series} Serien hat {MIN_DYNAMIC} oder mehr Zeitpunkte (die längste hat {longest}).</translation>
    </message>
    <message>
        <source>{path} holds {value} dynamic series of several patients.</source>
        <translation>{path} enthält {value} dynamische Serien mehrerer Patienten.</translation>
    </message>
    <message>
        <source>Open the folder of one visit, or choose one of these: {listed}.</source>
        <translation>Öffnen Sie den Ordner einer Untersuchung, oder wählen Sie eine davon: {listed}.</translation>
    </message>
    <message>
        <source>{path} holds {value} dynamic series of several studies.</source>
        <translation>{path} enthält {value} dynamische Serien mehrerer Studien.</translation>
    </message>
    <message>
        <source>{path} holds {value} dynamic series.</source>
        <translation>{path} enthält {value} dynamische Serien.</translation>
    </message>
    <message>
        <source>Choose one of them, or join those that are parts of one: {listed}.</source>
        <translation>Wählen Sie eine davon, oder verbinden Sie die, die Teile einer Serie sind: {listed}.</translation>
    </message>
    <message>
        <source>Choose one of them: {listed}.</source>
        <translation>Wählen Sie eine davon: {listed}.</translation>
    </message>
    <message>
        <source>Its name suggests {doubt}, but it has {frames} frames, and its files do not say that they were computed from others.</source>
        <translation>Ihr Name deutet auf {doubt}, aber sie hat {frames} Zeitpunkte, und ihre Dateien sagen nicht, dass sie aus anderen berechnet wurden.</translation>
    </message>
    <message>
        <source>Its frames share data ({technique}): {told}.</source>
        <translation>Ihre Zeitpunkte teilen Daten ({technique}): {told}.</translation>
    </message>
    <message>
        <source>Its name says {suspected}, whose frames share data; no tag confirms it.</source>
        <translation>Ihr Name sagt {suspected}, dessen Zeitpunkte Daten teilen; kein Tag bestätigt es.</translation>
    </message>
    <message>
        <source>If it is true, set the temporal footprint.</source>
        <translation>Wenn es zutrifft, die Aufnahmedauer eines Zeitpunkts angeben.</translation>
    </message>
    <message>
        <source>{label} cannot be '{value}'; the choices are {known}.</source>
        <translation>{label} kann nicht „{value}“ sein; zur Wahl stehen {known}.</translation>
    </message>
    <message>
        <source>{label} cannot be '{value}'; it is a number or {words}.</source>
        <translation>{label} kann nicht „{value}“ sein; es ist eine Zahl oder {words}.</translation>
    </message>
    <message>
        <source>{label} cannot be {value}; it must be {kind}.</source>
        <translation>{label} kann nicht {value} sein; verlangt ist {kind}.</translation>
    </message>
    <message>
        <source>{label} must lie between {low} and {high}{unit}; {given} was given.</source>
        <translation>{label} muss zwischen {low} und {high}{unit} liegen; angegeben ist {given}.</translation>
    </message>
    <message>
        <source>{label} cannot be '{text}'; the choices are on, off.</source>
        <translation>{label} kann nicht „{text}“ sein; zur Wahl stehen on, off.</translation>
    </message>
    <message>
        <source>'{text}' is not a name with a number, such as Lesion=4.2.</source>
        <translation>„{text}“ ist kein Name mit einer Zahl, wie Lesion=4.2.</translation>
    </message>
    <message>
        <source>{label}: the range {given} ends below its start.</source>
        <translation>{label}: Der Bereich {given} endet unter seinem Anfang.</translation>
    </message>
    <message>
        <source>{label} must be {kind}; '{text}' was given.</source>
        <translation>{label} verlangt {kind}; angegeben ist „{text}“.</translation>
    </message>
    <message>
        <source>The report is final.</source>
        <translation>Der Befund ist endgültig.</translation>
    </message>
    <message>
        <source>Its text cannot be changed; write an addendum.</source>
        <translation>Sein Text kann nicht geändert werden; schreiben Sie einen Nachtrag.</translation>
    </message>
    <message>
        <source>A final report needs an impression.</source>
        <translation>Ein endgültiger Befund braucht eine Beurteilung.</translation>
    </message>
    <message>
        <source>Write it, or insert a draft.</source>
        <translation>Schreiben Sie sie, oder fügen Sie einen Entwurf ein.</translation>
    </message>
    <message>
        <source>The report is preliminary.</source>
        <translation>Der Befund ist vorläufig.</translation>
    </message>
    <message>
        <source>Change its text instead of writing an addendum.</source>
        <translation>Ändern Sie seinen Text, statt einen Nachtrag zu schreiben.</translation>
    </message>
    <message>
        <source>The addendum is empty.</source>
        <translation>Der Nachtrag ist leer.</translation>
    </message>
    <message>
        <source>Enter the reader's name.</source>
        <translation>Geben Sie den Namen des Befunders ein.</translation>
    </message>
</context>
<context>
    <name>SpineDCEMaps</name>
    <message>
        <source>Display</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Map:</source>
        <translation>Karte:</translation>
    </message>
    <message>
        <source>Opacity:</source>
        <translation>Deckkraft:</translation>
    </message>
    <message>
        <source>Opacity of the map over the T1-weighted image, %</source>
        <translation>Deckkraft der Karte über dem T1-gewichteten Bild, %</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Transparent below:</source>
        <translation>Transparent unter:</translation>
    </message>
    <message>
        <source>Values below this share of the scale are transparent, %</source>
        <translation>Werte unter diesem Anteil der Skala sind transparent, %</translation>
    </message>
    <message>
        <source> % of scale</source>
        <translation> % der Skala</translation>
    </message>
    <message>
        <source>Top of scale:</source>
        <translation>Oberes Skalenende:</translation>
    </message>
    <message>
        <source>Top of the colour scale of both visits; 0 fits it to the regions</source>
        <translation>Oberes Ende der Farbskala beider Untersuchungen; 0 passt es an die Regionen an</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>Colours:</source>
        <translation>Farben:</translation>
    </message>
    <message>
        <source>Colours of the map, the same for both visits</source>
        <translation>Farben der Karte, für beide Untersuchungen gleich</translation>
    </message>
    <message>
        <source>Under the map:</source>
        <translation>Unter der Karte:</translation>
    </message>
    <message>
        <source>Series of the study in the first view and under the map; a visit without it shows T1</source>
        <translation>Serie der Studie in der ersten Ansicht und unter der Karte; eine Untersuchung ohne sie zeigt T1</translation>
    </message>
    <message>
        <source>Dynamic frames</source>
        <translation>Dynamik</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play the frames (space)</source>
        <translation>Die Dynamik abspielen (Leertaste)</translation>
    </message>
    <message>
        <source>Dynamic frame in the middle views</source>
        <translation>Zeitpunkt der Dynamik in den mittleren Ansichten</translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>Speed of the playback</source>
        <translation>Geschwindigkeit der Wiedergabe</translation>
    </message>
    <message>
        <source>from frame</source>
        <translation>von Zeitpunkt</translation>
    </message>
    <message>
        <source>First frame of the playback</source>
        <translation>Erster Zeitpunkt der Wiedergabe</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>Last frame of the playback</source>
        <translation>Letzter Zeitpunkt der Wiedergabe</translation>
    </message>
    <message>
        <source>Subtract:</source>
        <translation>Subtrahieren:</translation>
    </message>
    <message>
        <source>Show one frame minus another in the middle views</source>
        <translation>In den mittleren Ansichten einen Zeitpunkt minus einen anderen zeigen</translation>
    </message>
    <message>
        <source>Frame from which another is subtracted</source>
        <translation>Zeitpunkt, von dem ein anderer subtrahiert wird</translation>
    </message>
    <message>
        <source>−</source>
        <translation>−</translation>
    </message>
    <message>
        <source>Frame that is subtracted</source>
        <translation>Zeitpunkt, der subtrahiert wird</translation>
    </message>
    <message>
        <source>Check by eye:</source>
        <translation>Mit dem Auge prüfen:</translation>
    </message>
    <message>
        <source>Show what motion correction and the registration of the visits have aligned</source>
        <translation>Zeigen, was Bewegungskorrektur und Registrierung der Untersuchungen angeglichen haben</translation>
    </message>
    <message>
        <source>Voxel</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>Show curve, fit and numbers of the voxel at the crosshair; hold Shift and move the mouse</source>
        <translation>Kurve, Anpassung und Zahlen des Voxels am Fadenkreuz zeigen; Umschalttaste halten und die Maus bewegen</translation>
    </message>
    <message>
        <source>Explain the voxel at the crosshair (hold Shift and move the mouse)</source>
        <translation>Voxel am Fadenkreuz erklären (Umschalttaste halten und die Maus bewegen)</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>Layout:</source>
        <translation>Anordnung:</translation>
    </message>
    <message>
        <source>Arrangement of the views</source>
        <translation>Anordnung der Ansichten</translation>
    </message>
    <message>
        <source>Link the views</source>
        <translation>Ansichten koppeln</translation>
    </message>
    <message>
        <source>Show the same slice and zoom in all views</source>
        <translation>In allen Ansichten dieselbe Schicht und Vergrößerung zeigen</translation>
    </message>
</context>
<context>
    <name>SpineDCERegions</name>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>Draw on:</source>
        <translation>Zeichnen auf:</translation>
    </message>
    <message>
        <source>Thresholds and region growing use the T1-weighted image</source>
        <translation>Schwellenwerte und Region Growing verwenden das T1-gewichtete Bild</translation>
    </message>
    <message>
        <source>T1</source>
        <translation>T1</translation>
    </message>
    <message>
        <source>Thresholds and region growing use the dynamic frame</source>
        <translation>Schwellenwerte und Region Growing verwenden das Bild der Dynamik</translation>
    </message>
    <message>
        <source>dynamic frame</source>
        <translation>Bild der Dynamik</translation>
    </message>
    <message>
        <source>Carry over</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Load regions…</source>
        <translation>Regionen laden…</translation>
    </message>
    <message>
        <source>Add the regions of a segmentation file; a region whose name is taken gets a number</source>
        <translation>Die Regionen einer Segmentierungsdatei hinzufügen; eine Region, deren Name vergeben ist, erhält eine Nummer</translation>
    </message>
    <message>
        <source>Found in the study:</source>
        <translation>In der Studie gefunden:</translation>
    </message>
    <message>
        <source>Regions and lengths that lie beside the images of the study</source>
        <translation>Regionen und Längen, die neben den Bildern der Studie liegen</translation>
    </message>
    <message>
        <source>Load the selected one</source>
        <translation>Auswahl laden</translation>
    </message>
    <message>
        <source>Selected region:</source>
        <translation>Ausgewählte Region:</translation>
    </message>
    <message>
        <source>Role of the region that is selected in the list below</source>
        <translation>Rolle der Region, die in der Liste unten ausgewählt ist</translation>
    </message>
    <message>
        <source>Add another</source>
        <translation>Weitere hinzufügen</translation>
    </message>
    <message>
        <source>Add another region of this role, and draw it</source>
        <translation>Eine weitere Region dieser Rolle hinzufügen und einzeichnen</translation>
    </message>
    <message>
        <source>Lesion size</source>
        <translation>Größe der Läsion</translation>
    </message>
    <message>
        <source>Measure longest</source>
        <translation>Längsten messen</translation>
    </message>
    <message>
        <source>Place a ruler along the longest diameter of the lesion in the axial plane</source>
        <translation>Ein Lineal entlang des längsten Durchmessers der Läsion in der axialen Ebene setzen</translation>
    </message>
    <message>
        <source>Measure across</source>
        <translation>Quer messen</translation>
    </message>
    <message>
        <source>Place a ruler along the longest diameter perpendicular to the first one</source>
        <translation>Ein Lineal entlang des längsten Durchmessers senkrecht zum ersten setzen</translation>
    </message>
    <message>
        <source>Mark bone margin</source>
        <translation>Knochenrand markieren</translation>
    </message>
    <message>
        <source>Place a line along the margin of the bone; tumour outside it is extraosseous</source>
        <translation>Eine Linie entlang des Knochenrandes setzen; Tumor außerhalb davon ist extraossär</translation>
    </message>
</context>
<context>
    <name>SpineDCEReport</name>
    <message>
        <source>Report</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Findings and impression, preliminary or final</source>
        <translation>Befund und Beurteilung, vorläufig oder endgültig</translation>
    </message>
    <message>
        <source>Findings:</source>
        <translation>Befund:</translation>
    </message>
    <message>
        <source>What the images and the numbers show; kept while you type</source>
        <translation>Was Bilder und Zahlen zeigen; wird beim Schreiben gesichert</translation>
    </message>
    <message>
        <source>Impression:</source>
        <translation>Beurteilung:</translation>
    </message>
    <message>
        <source>What the findings mean; a final report needs it</source>
        <translation>Was der Befund bedeutet; ein endgültiger Befund braucht sie</translation>
    </message>
    <message>
        <source>Reader's name:</source>
        <translation>Name der befundenden Person:</translation>
    </message>
    <message>
        <source>Name of the person who reads, for the report and the history; it stays when another patient is opened</source>
        <translation>Name der befundenden Person, für Bericht und Verlauf; er bleibt, wenn ein anderer Patient geöffnet wird</translation>
    </message>
    <message>
        <source>Insert draft</source>
        <translation>Entwurf einfügen</translation>
    </message>
    <message>
        <source>Make final</source>
        <translation>Endgültig machen</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Als Text kopieren</translation>
    </message>
    <message>
        <source>Text to add to the final report</source>
        <translation>Text, der dem endgültigen Befund hinzugefügt wird</translation>
    </message>
    <message>
        <source>New addendum</source>
        <translation>Neuer Nachtrag</translation>
    </message>
    <message>
        <source>Add addendum</source>
        <translation>Nachtrag hinzufügen</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>Was getan wurde</translation>
    </message>
    <message>
        <source>Who changed what and when</source>
        <translation>Wer wann was geändert hat</translation>
    </message>
    <message>
        <source>Time, person, visit and action of the last 100 changes, the latest first; the exported file has all</source>
        <translation>Zeit, Person, Untersuchung und Handlung der letzten 100 Änderungen, die neueste zuerst; die exportierte Datei enthält alle</translation>
    </message>
</context>
<context>
    <name>SpineDCEResult</name>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Folder for the exported files</source>
        <translation>Ordner für die exportierten Dateien</translation>
    </message>
    <message>
        <source>Report of the results for a web browser</source>
        <translation>Bericht der Ergebnisse für den Webbrowser</translation>
    </message>
    <message>
        <source>Maps, regions and measurements as DICOM objects</source>
        <translation>Karten, Regionen und Messwerte als DICOM-Objekte</translation>
    </message>
    <message>
        <source>Maps as NIfTI files</source>
        <translation>Karten als NIfTI-Dateien</translation>
    </message>
    <message>
        <source>Scene of the results for 3D Slicer</source>
        <translation>Szene der Ergebnisse für 3D Slicer</translation>
    </message>
    <message>
        <source>Report of the results as a PDF</source>
        <translation>Bericht der Ergebnisse als PDF</translation>
    </message>
    <message>
        <source>Remove identifying data</source>
        <translation>Identifizierende Daten entfernen</translation>
    </message>
    <message>
        <source>Write no names, patient IDs, dates or UIDs to any file</source>
        <translation>Keine Namen, Patienten-IDs, Daten oder UIDs in die Dateien schreiben</translation>
    </message>
    <message>
        <source>Write maps, tables, regions and the selected formats to the output folder</source>
        <translation>Karten, Tabellen, Regionen und die gewählten Formate in den Ausgabeordner schreiben</translation>
    </message>
    <message>
        <source>Open report</source>
        <translation>Bericht öffnen</translation>
    </message>
    <message>
        <source>Write the report to the output folder and open it in the web browser</source>
        <translation>Den Bericht in den Ausgabeordner schreiben und im Webbrowser öffnen</translation>
    </message>
    <message>
        <source>Save the figure</source>
        <translation>Abbildung speichern</translation>
    </message>
    <message>
        <source>Draw T1, Vp, and Vp over T1 of each visit on one scale, in the slice where the lesion is largest, in the output folder: 300 dpi, without names and dates</source>
        <translation>T1, Vp und Vp über T1 jeder Untersuchung auf einer Skala in den Ausgabeordner zeichnen, in der Schicht, in der die Läsion am größten ist: 300 dpi, ohne Namen und Daten</translation>
    </message>
</context>
<context>
    <name>SpineDCESend</name>
    <message>
        <source>Send to an archive (PACS)</source>
        <translation>An ein Archiv (PACS) senden</translation>
    </message>
    <message>
        <source>Choose DICOM objects of the results and where they go</source>
        <translation>DICOM-Objekte der Ergebnisse und ihr Ziel wählen</translation>
    </message>
    <message>
        <source>List objects</source>
        <translation>Objekte auflisten</translation>
    </message>
    <message>
        <source>DICOM objects of the results; a click chooses what is sent, or no longer</source>
        <translation>DICOM-Objekte der Ergebnisse; ein Klick wählt, was gesendet wird, oder nicht mehr</translation>
    </message>
    <message>
        <source>Archive:</source>
        <translation>Archiv:</translation>
    </message>
    <message>
        <source>Archive that the objects are sent to</source>
        <translation>Archiv, an das die Objekte gesendet werden</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Add to 3D Slicer's DICOM database</source>
        <translation>In die DICOM-Datenbank von 3D Slicer aufnehmen</translation>
    </message>
</context>
<context>
    <name>SpineDCEStudy</name>
    <message>
        <source>Open sample patient</source>
        <translation>Beispielpatient öffnen</translation>
    </message>
    <message>
        <source>Open both visits of a digital spine, which is computed on this computer; nothing is downloaded</source>
        <translation>Beide Untersuchungen einer digitalen Wirbelsäule öffnen, die auf diesem Computer berechnet wird; es wird nichts heruntergeladen</translation>
    </message>
    <message>
        <source>Close studies</source>
        <translation>Studien schließen</translation>
    </message>
    <message>
        <source>Remove all visits and everything that was computed or drawn from the scene</source>
        <translation>Alle Untersuchungen und alles, was berechnet oder gezeichnet wurde, aus der Szene entfernen</translation>
    </message>
    <message>
        <source>Open patient…</source>
        <translation>Patient öffnen …</translation>
    </message>
    <message>
        <source>Open every study in the folder of a patient as a visit, in the order of their dates; a visit without regions gets those of the visit before it</source>
        <translation>Jede Studie im Ordner eines Patienten als Untersuchung öffnen, nach Datum geordnet; eine Untersuchung ohne Regionen erhält die der vorigen</translation>
    </message>
    <message>
        <source>Add visit…</source>
        <translation>Untersuchung hinzufügen …</translation>
    </message>
    <message>
        <source>Mark as reviewed</source>
        <translation>Als geprüft markieren</translation>
    </message>
    <message>
        <source>Record that you have checked the artery, the shift and the maps of the selected visit</source>
        <translation>Festhalten, dass Sie Arterie, Verschiebung und Karten der gewählten Untersuchung geprüft haben</translation>
    </message>
    <message>
        <source>Swap the visits</source>
        <translation>Untersuchungen tauschen</translation>
    </message>
    <message>
        <source>Take the baseline study as the follow-up visit, and the other way round; what was drawn stays with its study</source>
        <translation>Die Ausgangsstudie als Verlaufsuntersuchung nehmen und umgekehrt; was gezeichnet wurde, bleibt bei seiner Studie</translation>
    </message>
    <message>
        <source>Compare them anyway</source>
        <translation>Trotzdem vergleichen</translation>
    </message>
    <message>
        <source>Accept this for the two open studies; the report names it</source>
        <translation>Dies für die beiden geöffneten Studien akzeptieren; der Bericht nennt es</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Sequence:</source>
        <translation>Sequenz:</translation>
    </message>
    <message>
        <source>A sequence or MultiVolume that 3D Slicer has loaded</source>
        <translation>Eine Sequence oder ein MultiVolume, das 3D Slicer geladen hat</translation>
    </message>
    <message>
        <source>T1-weighted:</source>
        <translation>T1-gewichtet:</translation>
    </message>
    <message>
        <source>T1-weighted volume that the maps are shown on (optional)</source>
        <translation>T1-gewichtetes Volumen, auf dem die Karten gezeigt werden (optional)</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>Auswerten</translation>
    </message>
    <message>
        <source>Take the chosen nodes as this visit and compute its maps</source>
        <translation>Die gewählten Knoten als diese Untersuchung nehmen und ihre Karten berechnen</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>Ordner öffnen…</translation>
    </message>
    <message>
        <source>Open a folder with DICOM files; a folder or an image file can also be dropped here</source>
        <translation>Einen Ordner mit DICOM-Dateien öffnen; ein Ordner oder eine Bilddatei lässt sich auch hierher ziehen</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Settings of this visit</source>
        <translation>Einstellungen dieser Untersuchung</translation>
    </message>
    <message>
        <source>Frames:</source>
        <translation>Zeitpunkte:</translation>
    </message>
    <message>
        <source>–</source>
        <translation>–</translation>
    </message>
    <message>
        <source>as read</source>
        <translation>wie gelesen</translation>
    </message>
    <message>
        <source>Time of every frame, s; double-click a time to correct it</source>
        <translation>Zeit jedes Zeitpunkts, s; zum Korrigieren auf eine Zeit doppelklicken</translation>
    </message>
    <message>
        <source>TE:</source>
        <translation>TE:</translation>
    </message>
    <message>
        <source>The T1 map of the scene is used.</source>
        <translation>Die T1-Karte der Szene wird verwendet.</translation>
    </message>
    <message>
        <source>Settings of all visits</source>
        <translation>Einstellungen aller Untersuchungen</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>from field strength</source>
        <translation>aus der Feldstärke</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>Recompute maps</source>
        <translation>Karten neu berechnen</translation>
    </message>
    <message>
        <source>Compute the AIF, the shift, the maps and the measurements that are out of date</source>
        <translation>AIF, Zeitversatz, Karten und Messwerte berechnen, soweit sie veraltet sind</translation>
    </message>
</context>
<context>
    <name>SpineDCEVisits</name>
    <message>
        <source>Visits of the course in the order of their dates; a click shows a visit in the lower row of the views</source>
        <translation>Untersuchungen des Verlaufs nach Datum geordnet; ein Klick zeigt eine Untersuchung in der unteren Reihe der Ansichten</translation>
    </message>
    <message>
        <source>Show in upper row</source>
        <translation>Oben zeigen</translation>
    </message>
    <message>
        <source>Show the selected visit in the upper row of the views</source>
        <translation>Die ausgewählte Untersuchung in der oberen Reihe der Ansichten zeigen</translation>
    </message>
    <message>
        <source>Show in lower row</source>
        <translation>Unten zeigen</translation>
    </message>
    <message>
        <source>Show the selected visit in the lower row of the views</source>
        <translation>Die ausgewählte Untersuchung in der unteren Reihe der Ansichten zeigen</translation>
    </message>
    <message>
        <source>Close visit</source>
        <translation>Untersuchung schließen</translation>
    </message>
    <message>
        <source>Remove the selected visit and everything that was computed or drawn on it from the scene</source>
        <translation>Die ausgewählte Untersuchung und alles, was darauf berechnet oder gezeichnet wurde, aus der Szene entfernen</translation>
    </message>
</context>
<context>
    <name>desktop.desktop_wording</name>
    <message>
        <source>Spine DCE</source>
        <translation>Spine DCE</translation>
    </message>
    <message>
        <source>Cancelled. The maps from before are kept; the steps say what is out of date.</source>
        <translation>Abgebrochen. Die früheren Karten bleiben; die Schritte sagen, was veraltet ist.</translation>
    </message>
    <message>
        <source>No voxel of the artery would be left, so this was taken back. Include another candidate first.</source>
        <translation>Kein Voxel der Arterie bliebe übrig, daher wurde das zurückgenommen. Nehmen Sie zuerst einen anderen Kandidaten auf.</translation>
    </message>
    <message>
        <source>Computing the sample patient</source>
        <translation>Der Beispielpatient wird berechnet</translation>
    </message>
    <message>
        <source>Writing the results</source>
        <translation>Die Ergebnisse werden geschrieben</translation>
    </message>
    <message>
        <source>No study is open.</source>
        <translation>Es ist keine Studie geöffnet.</translation>
    </message>
    <message>
        <source>Choose a sequence first.</source>
        <translation>Zuerst eine Sequenz wählen.</translation>
    </message>
    <message>
        <source>Open the folder of a study</source>
        <translation>Ordner einer Studie öffnen</translation>
    </message>
    <message>
        <source>Load an AIF file</source>
        <translation>AIF-Datei laden</translation>
    </message>
    <message>
        <source>Load regions</source>
        <translation>Regionen laden</translation>
    </message>
    <message>
        <source>Choose the output folder</source>
        <translation>Ausgabeordner wählen</translation>
    </message>
    <message>
        <source>drawn</source>
        <translation>gezeichnet</translation>
    </message>
    <message>
        <source>The results in &lt;a href="{url}"&gt;{folder}&lt;/a&gt; are those from before the last change. Export them again.</source>
        <translation>Die Ergebnisse in &lt;a href="{url}"&gt;{folder}&lt;/a&gt; sind die von vor der letzten Änderung. Exportieren Sie sie erneut.</translation>
    </message>
    <message>
        <source>The results were written to &lt;a href="{url}"&gt;{folder}&lt;/a&gt;.</source>
        <translation>Die Ergebnisse stehen in &lt;a href="{url}"&gt;{folder}&lt;/a&gt;.</translation>
    </message>
    <message>
        <source>{label} (all visits):</source>
        <translation>{label} (alle Untersuchungen):</translation>
    </message>
    <message>
        <source>Not written, for the reasons that the warnings name: {names}.</source>
        <translation>Nicht geschrieben, aus den Gründen, die die Warnungen nennen: {names}.</translation>
    </message>
    <message>
        <source>Drawing the figure</source>
        <translation>Abbildung wird gezeichnet</translation>
    </message>
    <message>
        <source>The figure was written to &lt;a href="{url}"&gt;{path}&lt;/a&gt;.</source>
        <translation>Die Abbildung steht in &lt;a href="{url}"&gt;{path}&lt;/a&gt;.</translation>
    </message>
    <message>
        <source>Compute the maps first (step 1).</source>
        <translation>Zuerst die Karten berechnen (Schritt 1).</translation>
    </message>
    <message>
        <source>Choose an output folder first.</source>
        <translation>Zuerst einen Ausgabeordner wählen.</translation>
    </message>
    <message>
        <source>Arranging the views</source>
        <translation>Ansichten werden angeordnet</translation>
    </message>
    <message>
        <source>Close all visits? Their images, maps, regions, rulers and report are removed from the scene.</source>
        <translation>Alle Untersuchungen schließen? Ihre Bilder, Karten, Regionen, Lineale und ihr Bericht werden aus der Szene entfernt.</translation>
    </message>
    <message>
        <source>{finding}

Swap the visits?</source>
        <translation>{finding}

Die Untersuchungen tauschen?</translation>
    </message>
    <message>
        <source>{finding}

Compare them anyway?</source>
        <translation>{finding}

Trotzdem vergleichen?</translation>
    </message>
    <message>
        <source>Frame {number} of {count}, {time}</source>
        <translation>Zeitpunkt {number} von {count}, {time}</translation>
    </message>
    <message>
        <source>A frame time must be a number in s.</source>
        <translation>Eine Aufnahmezeit muss eine Zahl in s sein.</translation>
    </message>
    <message>
        <source>A PDF needs Chromium, Chrome or Edge, and none of them was found.</source>
        <translation>Ein PDF braucht Chromium, Chrome oder Edge; keiner davon wurde gefunden.</translation>
    </message>
    <message>
        <source>Register the visits and compute the change and its call</source>
        <translation>Die Untersuchungen registrieren und die Änderung und ihre Einstufung berechnen</translation>
    </message>
    <message>
        <source>Compare visits</source>
        <translation>Untersuchungen vergleichen</translation>
    </message>
    <message>
        <source>Compare the two visits shown</source>
        <translation>Die beiden gezeigten Untersuchungen vergleichen</translation>
    </message>
    <message>
        <source>no curves yet</source>
        <translation>noch keine Kurven</translation>
    </message>
    <message>
        <source>The shift of a region must be a number in s.</source>
        <translation>Der Zeitversatz einer Region muss eine Zahl in s sein.</translation>
    </message>
    <message>
        <source>from the files</source>
        <translation>aus den Dateien</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>not in the files</source>
        <translation>nicht in den Dateien</translation>
    </message>
    <message>
        <source>The crosshair is outside the dynamic series.</source>
        <translation>Das Fadenkreuz liegt außerhalb der dynamischen Serie.</translation>
    </message>
    <message>
        <source>Click both ends of the {what} in a T1-weighted view.</source>
        <translation>In einer T1-gewichteten Ansicht beide Enden anklicken: {what}.</translation>
    </message>
    <message>
        <source>{description}: {frames} frames of {columns} × {rows} × {slices} voxels</source>
        <translation>{description}: {frames} Zeitpunkte mit {columns} × {rows} × {slices} Voxeln</translation>
    </message>
    <message>
        <source>{count} in {duration} s</source>
        <translation>{count} in {duration} s</translation>
    </message>
    <message>
        <source>No T1-weighted image of this study covers the dynamic images, so the views show those instead.</source>
        <translation>Kein T1-gewichtetes Bild dieser Studie deckt die dynamischen Bilder ab; die Ansichten zeigen stattdessen diese.</translation>
    </message>
    <message>
        <source>This study has no phase images.</source>
        <translation>Diese Studie hat keine Phasenbilder.</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>Voxel</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>Comparison of the visits</source>
        <translation>Vergleich der Untersuchungen</translation>
    </message>
    <message>
        <source>Measurements: {visit}</source>
        <translation>Messwerte: {visit}</translation>
    </message>
    <message>
        <source>subtraction</source>
        <translation>Subtraktion</translation>
    </message>
    <message>
        <source>{rate} frames per second</source>
        <translation>{rate} Zeitpunkte pro Sekunde</translation>
    </message>
    <message>
        <source>frame (no T1 for it)</source>
        <translation>Zeitpunkt (ohne T1)</translation>
    </message>
    <message>
        <source>{image} (out of date)</source>
        <translation>{image} (veraltet)</translation>
    </message>
    <message>
        <source>Out of date. {text}</source>
        <translation>Veraltet. {text}</translation>
    </message>
    <message>
        <source>Series of the study in the first view and under the map; a visit without it shows T1</source>
        <translation>Serie der Studie in der ersten Ansicht und unter der Karte; eine Untersuchung ohne sie zeigt T1</translation>
    </message>
    <message>
        <source>A scene has no further series; open the folder of the study to choose one of them</source>
        <translation>Eine Szene enthält keine weiteren Serien; öffnen Sie den Ordner der Studie, um eine davon zu wählen</translation>
    </message>
    <message>
        <source>Make the report final? Its text cannot be changed afterwards.</source>
        <translation>Den Befund endgültig machen? Sein Text lässt sich danach nicht mehr ändern.</translation>
    </message>
    <message>
        <source>Replace the text with a draft? Findings and impression as you have edited them are lost.</source>
        <translation>Den Text durch einen Entwurf ersetzen? Befund und Beurteilung, wie Sie sie bearbeitet haben, gehen verloren.</translation>
    </message>
    <message>
        <source>Replace findings and impression with a draft from the numbers</source>
        <translation>Befund und Beurteilung durch einen Entwurf aus den Zahlen ersetzen</translation>
    </message>
    <message>
        <source>Lock the text; only addenda can be added afterwards</source>
        <translation>Den Text sperren; danach sind nur noch Nachträge möglich</translation>
    </message>
    <message>
        <source>Copy status, findings, impression and addenda</source>
        <translation>Status, Befund, Beurteilung und Nachträge kopieren</translation>
    </message>
    <message>
        <source>Add it with the reader's name and the time; it cannot be changed then</source>
        <translation>Ihn mit dem Namen der befundenden Person und der Zeit hinzufügen; er lässt sich dann nicht mehr ändern</translation>
    </message>
    <message>
        <source>The report was copied.</source>
        <translation>Der Befund wurde kopiert.</translation>
    </message>
    <message>
        <source>The numbers are out of date or have not been computed yet.</source>
        <translation>Die Zahlen sind veraltet oder noch nicht berechnet.</translation>
    </message>
    <message>
        <source>Enter the reader's name above.</source>
        <translation>Oben den Namen der befundenden Person eingeben.</translation>
    </message>
    <message>
        <source>Write an impression first.</source>
        <translation>Zuerst eine Beurteilung schreiben.</translation>
    </message>
    <message>
        <source>The report has no text yet.</source>
        <translation>Der Befund hat noch keinen Text.</translation>
    </message>
    <message>
        <source>Write the addendum first.</source>
        <translation>Zuerst den Nachtrag schreiben.</translation>
    </message>
    <message>
        <source>Close {visit}? Its images, maps, regions and rulers are removed from the scene.</source>
        <translation>{visit} schließen? Bilder, Karten, Regionen und Lineale dieser Untersuchung werden aus der Szene entfernt.</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Compute trend and call of every lesion at each visit</source>
        <translation>Verlauf und Einstufung jeder Läsion bei jeder Untersuchung berechnen</translation>
    </message>
    <message>
        <source>Show this treatment in the trend</source>
        <translation>Diese Behandlung im Verlauf zeigen</translation>
    </message>
    <message>
        <source>Remove the selected treatment</source>
        <translation>Die ausgewählte Behandlung entfernen</translation>
    </message>
    <message>
        <source>treatment</source>
        <translation>Behandlung</translation>
    </message>
    <message>
        <source>Enter the date of the treatment first.</source>
        <translation>Zuerst das Datum der Behandlung eingeben.</translation>
    </message>
    <message>
        <source>Select a treatment first.</source>
        <translation>Zuerst eine Behandlung auswählen.</translation>
    </message>
    <message>
        <source>Load the radiation dose of a plan</source>
        <translation>Die Strahlendosis eines Plans laden</translation>
    </message>
    <message>
        <source>Dose of {names}</source>
        <translation>Dosis aus {names}</translation>
    </message>
    <message>
        <source>Isodoses: {levels}</source>
        <translation>Isodosen: {levels}</translation>
    </message>
    <message>
        <source>Open the folder of a patient</source>
        <translation>Den Ordner eines Patienten öffnen</translation>
    </message>
    <message>
        <source>Looking for the visits</source>
        <translation>Untersuchungen werden gesucht</translation>
    </message>
    <message>
        <source>Looking for radiation treatments</source>
        <translation>Bestrahlungen werden gesucht</translation>
    </message>
    <message>
        <source>Loading regions</source>
        <translation>Regionen werden geladen</translation>
    </message>
    <message>
        <source>Carrying the regions over</source>
        <translation>Regionen werden übernommen</translation>
    </message>
    <message>
        <source>The regions were carried over to the {visit} visit. Check them.</source>
        <translation>Die Regionen wurden übernommen ({visit}). Bitte prüfen.</translation>
    </message>
    <message>
        <source>Carry the regions of the {visit} visit over through the registration of the vertebrae</source>
        <translation>Die Regionen über die Registrierung der Wirbel übernehmen ({visit})</translation>
    </message>
    <message>
        <source>No earlier visit has a lesion with maps that are up to date.</source>
        <translation>Keine frühere Untersuchung hat eine Läsion mit aktuellen Karten.</translation>
    </message>
    <message>
        <source>This visit has regions already.</source>
        <translation>Diese Untersuchung hat bereits Regionen.</translation>
    </message>
    <message>
        <source>Open the folder of a further study as one more visit of this patient</source>
        <translation>Den Ordner einer weiteren Studie als weitere Untersuchung dieses Patienten öffnen</translation>
    </message>
    <message>
        <source>no dynamic series found</source>
        <translation>keine dynamische Serie gefunden</translation>
    </message>
    <message>
        <source>Fetch the chosen studies, and open them as visits in the order of their dates</source>
        <translation>Die gewählten Studien holen und in der Reihenfolge ihrer Daten als Untersuchungen öffnen</translation>
    </message>
    <message>
        <source>Choose a study in the list first.</source>
        <translation>Wählen Sie zuerst eine Studie in der Liste.</translation>
    </message>
    <message>
        <source>Not reviewed</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>Not reviewed: the {visit} visit was received and analysed automatically.</source>
        <translation>Nicht geprüft: Die Untersuchung {visit} wurde empfangen und automatisch ausgewertet.</translation>
    </message>
    <message>
        <source>Open the selected study as a visit; its lesion is left to draw</source>
        <translation>Die ausgewählte Studie als Untersuchung öffnen; die Läsion bleibt zu zeichnen</translation>
    </message>
    <message>
        <source>Select a study in the list first.</source>
        <translation>Wählen Sie zuerst eine Studie in der Liste aus.</translation>
    </message>
    <message>
        <source>Write the results as DICOM objects, to choose from; nothing is sent yet</source>
        <translation>Die Ergebnisse als DICOM-Objekte zur Auswahl schreiben; noch wird nichts gesendet</translation>
    </message>
    <message>
        <source>Send the chosen objects to the archive</source>
        <translation>Die gewählten Objekte an das Archiv senden</translation>
    </message>
    <message>
        <source>Copy the chosen objects into the database of 3D Slicer's DICOM module</source>
        <translation>Die gewählten Objekte in die Datenbank des DICOM-Moduls von 3D Slicer kopieren</translation>
    </message>
    <message>
        <source>Choose objects in the list first.</source>
        <translation>Wählen Sie zuerst Objekte in der Liste.</translation>
    </message>
    <message>
        <source>{count} objects were added to 3D Slicer's DICOM database.</source>
        <translation>{count} Objekte wurden in die DICOM-Datenbank von 3D Slicer aufgenommen.</translation>
    </message>
    <message>
        <source>3D Slicer's DICOM database is not open. Open the DICOM module once, then try again.</source>
        <translation>Die DICOM-Datenbank von 3D Slicer ist nicht geöffnet. Öffnen Sie einmal das DICOM-Modul und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>The file {file} could not be read.</source>
        <translation>Die Datei {file} konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Spine DCE visit</source>
        <translation>Spine-DCE-Untersuchung</translation>
    </message>
    <message>
        <source>Spine DCE visit: {series}</source>
        <translation>Spine-DCE-Untersuchung: {series}</translation>
    </message>
    <message>
        <source>Looking for regions in the study</source>
        <translation>Suche nach Regionen in der Studie</translation>
    </message>
    <message>
        <source>Load the selected regions or lengths; a region whose name is taken gets a number</source>
        <translation>Die ausgewählten Regionen oder Längen laden; eine Region, deren Name vergeben ist, bekommt eine Nummer</translation>
    </message>
    <message>
        <source>Select regions or lengths in the list first.</source>
        <translation>Wählen Sie zuerst Regionen oder Längen in der Liste aus.</translation>
    </message>
    <message>
        <source>{message}

Install {package} into 3D Slicer's Python now? It is downloaded from the internet.</source>
        <translation>{message}

{package} jetzt in das Python von 3D Slicer installieren? Es wird aus dem Internet geladen.</translation>
    </message>
    <message>
        <source>{package} was installed. Try again.</source>
        <translation>{package} wurde installiert. Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Looking for other series of the study</source>
        <translation>Suche nach weiteren Serien der Studie</translation>
    </message>
    <message>
        <source>Reading the series</source>
        <translation>Die Serie wird gelesen</translation>
    </message>
    <message>
        <source>Open the earlier visits and this one, in the order of dates</source>
        <translation>Die früheren Untersuchungen und diese in der Reihenfolge ihrer Daten öffnen</translation>
    </message>
    <message>
        <source>{name}: {found}; asked for: {asked}; {verdict}</source>
        <translation>{name}: {found}; verlangt: {asked}; {verdict}</translation>
    </message>
    <message>
        <source>Earlier visits in the archive:</source>
        <translation>Frühere Untersuchungen im Archiv:</translation>
    </message>
    <message>
        <source>Undo: {text} (Ctrl+Z)</source>
        <translation>Rückgängig: {text} (Strg+Z)</translation>
    </message>
    <message>
        <source>Redo: {text} (Ctrl+Y)</source>
        <translation>Wiederholen: {text} (Strg+Y)</translation>
    </message>
    <message>
        <source>Nothing to undo.</source>
        <translation>Nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>Nothing to redo.</source>
        <translation>Nichts zu wiederholen.</translation>
    </message>
    <message>
        <source>Closing the visits</source>
        <translation>Untersuchungen werden geschlossen</translation>
    </message>
    <message>
        <source>Swapping the visits</source>
        <translation>Untersuchungen werden vertauscht</translation>
    </message>
    <message>
        <source>Images and curves</source>
        <translation>Bilder und Kurven</translation>
    </message>
    <message>
        <source>Images only</source>
        <translation>Nur Bilder</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>curves</source>
        <translation>Kurven</translation>
    </message>
    <message>
        <source>AIF shift</source>
        <translation>Zeitversatz der AIF</translation>
    </message>
    <message>
        <source>longest diameter of the lesion</source>
        <translation>längster Durchmesser der Läsion</translation>
    </message>
    <message>
        <source>diameter of the lesion perpendicular to the longest</source>
        <translation>Durchmesser der Läsion senkrecht zum längsten</translation>
    </message>
    <message>
        <source>bone margin</source>
        <translation>Knochenrand</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>fit</source>
        <translation>Anpassung</translation>
    </message>
    <message>
        <source>residual</source>
        <translation>Residuum</translation>
    </message>
    <message>
        <source>last frame of the first pass</source>
        <translation>letzter Zeitpunkt der ersten Passage</translation>
    </message>
    <message>
        <source>mean before the bolus</source>
        <translation>Mittel vor dem Bolus</translation>
    </message>
    <message>
        <source>frame in view</source>
        <translation>gezeigter Zeitpunkt</translation>
    </message>
    <message>
        <source>T1</source>
        <translation>T1</translation>
    </message>
    <message>
        <source>frame</source>
        <translation>Dynamik</translation>
    </message>
    <message>
        <source>fused</source>
        <translation>Fusion</translation>
    </message>
    <message>
        <source>visit</source>
        <translation>Untersuchung</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>row</source>
        <translation>Reihe</translation>
    </message>
    <message>
        <source>upper</source>
        <translation>obere</translation>
    </message>
    <message>
        <source>lower</source>
        <translation>untere</translation>
    </message>
    <message>
        <source>patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>may be dynamic</source>
        <translation>vielleicht dynamisch</translation>
    </message>
    <message>
        <source>Fetch and open</source>
        <translation>Holen und öffnen</translation>
    </message>
    <message>
        <source>Fetch and open {count} visits</source>
        <translation>{count} Untersuchungen holen und öffnen</translation>
    </message>
    <message>
        <source>study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>objects</source>
        <translation>Objekte</translation>
    </message>
    <message>
        <source>number</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Noch einmal senden</translation>
    </message>
    <message>
        <source>stored</source>
        <translation>gespeichert</translation>
    </message>
    <message>
        <source>not stored</source>
        <translation>nicht gespeichert</translation>
    </message>
    <message>
        <source>what</source>
        <translation>was</translation>
    </message>
    <message>
        <source>from</source>
        <translation>von</translation>
    </message>
</context>
<context>
    <name>desktop.main_loop_jobs</name>
    <message>
        <source>A computation is running: {title}. Wait for it or cancel it.</source>
        <translation>Eine Berechnung läuft: {title}. Warten oder sie abbrechen.</translation>
    </message>
</context>
<context>
    <name>shared.archive_search</name>
    <message>
        <source>Searching the archive</source>
        <translation>Das Archiv wird durchsucht</translation>
    </message>
    <message>
        <source>Fetching from the archive</source>
        <translation>Aus dem Archiv wird geholt</translation>
    </message>
    <message>
        <source>Patient not named</source>
        <translation>Patient nicht benannt</translation>
    </message>
    <message>
        <source>No archive is configured. List archives in {file}, as docs/pacs.md describes, and open this part or step again.</source>
        <translation>Es ist kein Archiv eingerichtet. Tragen Sie Archive in {file} ein, wie docs/pacs.md es beschreibt, und öffnen Sie diesen Teil oder Schritt erneut.</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Ausgangsuntersuchung</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>Verlaufsuntersuchung</translation>
    </message>
    <message>
        <source>ID {identity}</source>
        <translation>ID {identity}</translation>
    </message>
    <message>
        <source>no description</source>
        <translation>ohne Beschreibung</translation>
    </message>
    <message>
        <source>The newest {count} studies are listed. Narrow the search.</source>
        <translation>Die neuesten {count} Studien sind aufgeführt. Grenzen Sie die Suche ein.</translation>
    </message>
    <message>
        <source>No study was found.</source>
        <translation>Es wurde keine Studie gefunden.</translation>
    </message>
    <message>
        <source>One study was found.</source>
        <translation>Es wurde eine Studie gefunden.</translation>
    </message>
    <message>
        <source>{count} studies were found.</source>
        <translation>Es wurden {count} Studien gefunden.</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>ohne Datum</translation>
    </message>
    <message>
        <source>{name} ({count} images)</source>
        <translation>{name} ({count} Bilder)</translation>
    </message>
    <message>
        <source>Follow-up {number}</source>
        <translation>Verlaufsuntersuchung {number}</translation>
    </message>
</context>
<context>
    <name>shared.archive_sending</name>
    <message>
        <source>Writing the objects to send</source>
        <translation>Die Objekte zum Senden werden geschrieben</translation>
    </message>
    <message>
        <source>Sending to the archive</source>
        <translation>An das Archiv wird gesendet</translation>
    </message>
    <message>
        <source>encrypted</source>
        <translation>verschlüsselt</translation>
    </message>
    <message>
        <source>not encrypted</source>
        <translation>unverschlüsselt</translation>
    </message>
    <message>
        <source>stored</source>
        <translation>gespeichert</translation>
    </message>
    <message>
        <source>without the patient's identity</source>
        <translation>ohne Angaben zur Person</translation>
    </message>
    <message>
        <source>with the patient's name, ID and birth date</source>
        <translation>mit Name, ID und Geburtsdatum des Patienten</translation>
    </message>
    <message>
        <source>The results have changed. List the objects again.</source>
        <translation>Die Ergebnisse haben sich geändert. Führen Sie die Objekte neu auf.</translation>
    </message>
    <message>
        <source>{title} at {host}, port {port}, {encrypted}</source>
        <translation>{title} auf {host}, Port {port}, {encrypted}</translation>
    </message>
    <message>
        <source>Send the chosen objects ({count}), {identity}, to '{node}': {address}? Nothing was sent there in this session.</source>
        <translation>Die gewählten Objekte ({count}) {identity} an „{node}“ senden: {address}? Dorthin wurde in dieser Sitzung noch nichts gesendet.</translation>
    </message>
    <message>
        <source>The destination was not confirmed.</source>
        <translation>Das Ziel wurde nicht bestätigt.</translation>
    </message>
    <message>
        <source>not stored, because {reason}.</source>
        <translation>nicht gespeichert, weil {reason}.</translation>
    </message>
    <message>
        <source>The {visit} visit was analysed automatically and has not been reviewed. Mark it as reviewed in step 1 before you send its results.</source>
        <translation>Die Untersuchung „{visit}“ wurde automatisch ausgewertet und nicht geprüft. Markieren Sie sie in Schritt 1 als geprüft, bevor Sie ihre Ergebnisse senden.</translation>
    </message>
    <message>
        <source>Send {stored} of {count} objects to the archive {node}</source>
        <translation>{stored} von {count} Objekten an das Archiv {node} senden</translation>
    </message>
</context>
<context>
    <name>shared.artery_marks</name>
    <message>
        <source>in the AIF</source>
        <translation>in der AIF</translation>
    </message>
    <message>
        <source>not in the AIF: {reason}</source>
        <translation>nicht in der AIF: {reason}</translation>
    </message>
    <message>
        <source>This point lies outside the dynamic images.</source>
        <translation>Dieser Punkt liegt außerhalb der dynamischen Bilder.</translation>
    </message>
    <message>
        <source>The search made out no vessel at this place: {reason}. Include single voxels instead.</source>
        <translation>Die Suche erkannte an dieser Stelle kein Gefäß: {reason}. Nehmen Sie stattdessen einzelne Voxel auf.</translation>
    </message>
</context>
<context>
    <name>shared.course_session</name>
    <message>
        <source>Carry {names} over from an earlier visit</source>
        <translation>{names} aus einer früheren Untersuchung übernehmen</translation>
    </message>
    <message>
        <source>The visit has its own regions, which are kept.</source>
        <translation>Die Untersuchung hat eigene Regionen; sie bleiben erhalten.</translation>
    </message>
    <message>
        <source>No earlier visit has a lesion with maps that are up to date.</source>
        <translation>Keine frühere Untersuchung hat eine Läsion mit aktuellen Karten.</translation>
    </message>
    <message>
        <source>Open at least three visits of a patient.</source>
        <translation>Mindestens drei Untersuchungen eines Patienten öffnen.</translation>
    </message>
    <message>
        <source>Draw the {what} in the {visit} visit.</source>
        <translation>In der {visit}untersuchung einzeichnen: {what}.</translation>
    </message>
    <message>
        <source>lesion</source>
        <translation>Läsion</translation>
    </message>
    <message>
        <source>reference vertebra</source>
        <translation>Referenzwirbel</translation>
    </message>
</context>
<context>
    <name>shared.cursor_values</name>
    <message>
        <source>Signal difference {value}</source>
        <translation>Signaldifferenz {value}</translation>
    </message>
    <message>
        <source>Signal {value}</source>
        <translation>Signal {value}</translation>
    </message>
    <message>
        <source>outside the images of this visit</source>
        <translation>außerhalb der Bilder dieser Untersuchung</translation>
    </message>
    <message>
        <source>in slice {number}, which is not in view</source>
        <translation>in Schicht {number}, die nicht zu sehen ist</translation>
    </message>
    <message>
        <source>{visit}: {value}</source>
        <translation>{visit}: {value}</translation>
    </message>
    <message>
        <source>{value} at {time} s</source>
        <translation>{value} bei {time} s</translation>
    </message>
</context>
<context>
    <name>shared.formatting</name>
    <message>
        <source>The shift in use was proposed before these regions were drawn. When the maps are recomputed, it is proposed again, and these numbers change with it.</source>
        <translation>Der verwendete Zeitversatz wurde vorgeschlagen, bevor diese Regionen gezeichnet waren. Werden die Karten neu berechnet, so wird er neu vorgeschlagen, und diese Zahlen ändern sich mit ihm.</translation>
    </message>
    <message>
        <source>{best} ({low} to {high})</source>
        <translation>{best} ({low} bis {high})</translation>
    </message>
    <message>
        <source>The mean of its voxels, each fitted alone, is another number: {vp}.</source>
        <translation>Der Mittelwert ihrer Voxel, jedes für sich angepasst, ist eine andere Zahl: {vp}.</translation>
    </message>
    <message>
        <source>patient not named</source>
        <translation>Patient nicht benannt</translation>
    </message>
    <message>
        <source>slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>vessel</source>
        <translation>Gefäß</translation>
    </message>
    <message>
        <source>voxels</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>arrival [s]</source>
        <translation>Ankunft [s]</translation>
    </message>
    <message>
        <source>width [s]</source>
        <translation>Breite [s]</translation>
    </message>
    <message>
        <source>why</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>No shift can be proposed: no region has a curve that can be fitted.</source>
        <translation>Es kann kein Zeitversatz vorgeschlagen werden: Keine Region hat eine Kurve, die sich anpassen lässt.</translation>
    </message>
    <message>
        <source>region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>delay of its curves, 95 %</source>
        <translation>Verzögerung ihrer Kurven, 95 %</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>verwendet</translation>
    </message>
    <message>
        <source>not determined</source>
        <translation>nicht bestimmt</translation>
    </message>
    <message>
        <source>; the one in use lies outside</source>
        <translation>; die verwendete liegt außerhalb</translation>
    </message>
    <message>
        <source>{quantity}, mean of its voxels: {value}</source>
        <translation>{quantity}, Mittel der Voxel: {value}</translation>
    </message>
    <message>
        <source>sagittal plane</source>
        <translation>sagittale Ebene</translation>
    </message>
    <message>
        <source>coronal plane</source>
        <translation>koronale Ebene</translation>
    </message>
    <message>
        <source>axial plane</source>
        <translation>axiale Ebene</translation>
    </message>
    <message>
        <source>oblique</source>
        <translation>schräg</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Compare the visits to get the call.</source>
        <translation>Für die Einstufung die Untersuchungen vergleichen.</translation>
    </message>
    <message>
        <source>visit</source>
        <translation>Untersuchung</translation>
    </message>
    <message>
        <source>status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Proposed {shift} (95 %: {low} to {high}) from {regions}</source>
        <translation>Vorschlag {shift} (95 %: {low} bis {high}) aus {regions}</translation>
    </message>
    <message>
        <source>These are fits of the mean curve of {region}, at a delay of {delay}.</source>
        <translation>Dies sind Anpassungen an die mittlere Kurve von {region}, mit einer Verzögerung von {delay}.</translation>
    </message>
    <message>
        <source>Slice {slice}, row {row}, column {column}</source>
        <translation>Schicht {slice}, Zeile {row}, Spalte {column}</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>, {count} left out</source>
        <translation>, {count} weggelassen</translation>
    </message>
    <message>
        <source>uncorrected peak</source>
        <translation>unkorrigierter Gipfel</translation>
    </message>
    <message>
        <source>No shift is proposed. {doubt}</source>
        <translation>Es wird kein Zeitversatz vorgeschlagen. {doubt}</translation>
    </message>
    <message>
        <source>Proposed {shift} from all tissue, roughly: tissues fill at different times. No region is drawn yet; lesion and reference vertebra will set it</source>
        <translation>Vorgeschlagen {shift} aus dem gesamten Gewebe, ein grober Wert: Gewebe füllen sich zu verschiedenen Zeiten. Noch ist keine Region gezeichnet; Läsion und Referenzwirbel werden ihn bestimmen</translation>
    </message>
    <message>
        <source>(provisional shift)</source>
        <translation>(vorläufiger Zeitversatz)</translation>
    </message>
    <message>
        <source>Threshold: {threshold}</source>
        <translation>Schwelle: {threshold}</translation>
    </message>
    <message>
        <source>{quantity} of the mean curve</source>
        <translation>{quantity} der mittleren Kurve</translation>
    </message>
    <message>
        <source>not at its optimum</source>
        <translation>nicht im Optimum</translation>
    </message>
    <message>
        <source>These are fits of the curve of this voxel, at a delay of {delay}.</source>
        <translation>Dies sind Anpassungen an die Kurve dieses Voxels, mit einer Verzögerung von {delay}.</translation>
    </message>
    <message>
        <source>out of date</source>
        <translation>veraltet</translation>
    </message>
    <message>
        <source>{name} was not written: {reason}</source>
        <translation>{name} wurde nicht geschrieben: {reason}</translation>
    </message>
    <message>
        <source>lowest</source>
        <translation>niedrigstes</translation>
    </message>
    <message>
        <source>reader not named</source>
        <translation>Befunder nicht genannt</translation>
    </message>
    <message>
        <source>{value}, at its bound</source>
        <translation>{value}, an der Grenze</translation>
    </message>
</context>
<context>
    <name>shared.frame_subtraction</name>
    <message>
        <source>mean of frames {first}–{last} ({start}–{end} s)</source>
        <translation>Mittel der Zeitpunkte {first}–{last} ({start}–{end} s)</translation>
    </message>
    <message>
        <source>Subtraction</source>
        <translation>Subtraktion</translation>
    </message>
    <message>
        <source>frame {frame} ({time} s)</source>
        <translation>Zeitpunkt {frame} ({time} s)</translation>
    </message>
</context>
<context>
    <name>shared.maps_figure</name>
    <message>
        <source>Compute the maps before drawing them.</source>
        <translation>Berechnen Sie die Karten, bevor Sie sie zeichnen.</translation>
    </message>
</context>
<context>
    <name>shared.patient_identity</name>
    <message>
        <source>born {day}</source>
        <translation>geb. {day}</translation>
    </message>
</context>
<context>
    <name>shared.received_studies</name>
    <message>
        <source>Arriving</source>
        <translation>Kommt an</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Being analysed</source>
        <translation>Wird ausgewertet</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cannot be analysed</source>
        <translation>Nicht auswertbar</translation>
    </message>
    <message>
        <source>good</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>limits the result</source>
        <translation>schränkt das Ergebnis ein</translation>
    </message>
    <message>
        <source>cannot be analysed</source>
        <translation>kann nicht ausgewertet werden</translation>
    </message>
    <message>
        <source>not determined</source>
        <translation>nicht bestimmt</translation>
    </message>
    <message>
        <source>no date</source>
        <translation>ohne Datum</translation>
    </message>
    <message>
        <source>Patient not named</source>
        <translation>Patient nicht benannt</translation>
    </message>
    <message>
        <source>Mark the automatic analysis as reviewed</source>
        <translation>Die automatische Auswertung als geprüft markieren</translation>
    </message>
</context>
<context>
    <name>shared.region_changes</name>
    <message>
        <source>Margin</source>
        <translation>Rand</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Glätten</translation>
    </message>
    <message>
        <source>Pieces</source>
        <translation>Stücke</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Add a margin on all sides, across slices too if it reaches them</source>
        <translation>Fügt auf allen Seiten einen Rand hinzu, auch über Schichten hinweg, wenn er sie erreicht</translation>
    </message>
    <message>
        <source>Grow {name} by {size}</source>
        <translation>{name} um {size} vergrößern</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Take a margin off on all sides</source>
        <translation>Nimmt auf allen Seiten einen Rand weg</translation>
    </message>
    <message>
        <source>Shrink {name} by {size}</source>
        <translation>{name} um {size} verkleinern</translation>
    </message>
    <message>
        <source>Round corners and remove spikes and pinholes, by a median as wide as this</source>
        <translation>Rundet Ecken ab und entfernt Spitzen und kleine Löcher, mit einem Median dieser Breite</translation>
    </message>
    <message>
        <source>Smooth {name} by {size}</source>
        <translation>{name} mit {size} glätten</translation>
    </message>
    <message>
        <source>Close gaps</source>
        <translation>Lücken schließen</translation>
    </message>
    <message>
        <source>Close holes and notches up to this width; nothing is taken off</source>
        <translation>Schließt Löcher und Einschnitte bis zu dieser Breite; nichts wird weggenommen</translation>
    </message>
    <message>
        <source>Close gaps of {name} up to {size}</source>
        <translation>Lücken von {name} bis {size} schließen</translation>
    </message>
    <message>
        <source>Keep largest</source>
        <translation>Größtes behalten</translation>
    </message>
    <message>
        <source>Remove all pieces but the largest one</source>
        <translation>Entfernt alle Stücke außer dem größten</translation>
    </message>
    <message>
        <source>Keep the largest piece of {name}</source>
        <translation>Größtes Stück von {name} behalten</translation>
    </message>
    <message>
        <source>Remove smaller</source>
        <translation>Kleinere entfernen</translation>
    </message>
    <message>
        <source>Remove the pieces that are smaller than this volume</source>
        <translation>Entfernt die Stücke, die kleiner als dieses Volumen sind</translation>
    </message>
    <message>
        <source>Remove pieces of {name} below {size}</source>
        <translation>Stücke von {name} unter {size} entfernen</translation>
    </message>
    <message>
        <source>Fill between slices</source>
        <translation>Zwischen Schichten füllen</translation>
    </message>
    <message>
        <source>Fill the empty slices between two drawn ones</source>
        <translation>Füllt die leeren Schichten zwischen zwei gezeichneten</translation>
    </message>
    <message>
        <source>Fill {name} between slices</source>
        <translation>{name} zwischen Schichten füllen</translation>
    </message>
    <message>
        <source>{title}: enter a number above 0, up to {most} {unit}.</source>
        <translation>{title}: Geben Sie eine Zahl über 0 ein, höchstens {most} {unit}.</translation>
    </message>
</context>
<context>
    <name>shared.scene_changes</name>
    <message>
        <source>Maps of the {visit} visit were changed in the scene. Recompute its maps.</source>
        <translation>Karten der {visit}untersuchung wurden in der Szene geändert. Die Karten neu berechnen.</translation>
    </message>
    <message>
        <source>The {visit} visit was deleted from the scene and is closed.</source>
        <translation>Die {visit}untersuchung wurde aus der Szene gelöscht und ist geschlossen.</translation>
    </message>
    <message>
        <source>Images of the {visit} visit were deleted from the scene. The visit needs them and they were restored; to remove them, close the visit.</source>
        <translation>Bilder der {visit}untersuchung wurden aus der Szene gelöscht. Die Untersuchung braucht sie, deshalb wurden sie wiederhergestellt; um sie zu entfernen, die Untersuchung schließen.</translation>
    </message>
    <message>
        <source>Images of the {visit} visit were changed in the scene and read again.</source>
        <translation>Bilder der {visit}untersuchung wurden in der Szene geändert und neu gelesen.</translation>
    </message>
    <message>
        <source>The regions of the {visit} visit were deleted from the scene. Undo restores them.</source>
        <translation>Die Regionen der {visit}untersuchung wurden aus der Szene gelöscht. „Rückgängig“ stellt sie wieder her.</translation>
    </message>
    <message>
        <source>{names} of the {visit} visit cannot be changed while locked.</source>
        <translation>{names} ({visit}) ist gesperrt und kann nicht geändert werden.</translation>
    </message>
</context>
<context>
    <name>shared.session</name>
    <message>
        <source>Patient not named</source>
        <translation>Patient nicht benannt</translation>
    </message>
    <message>
        <source>Open the study</source>
        <translation>Untersuchung öffnen</translation>
    </message>
    <message>
        <source>Reset the artery to automatic</source>
        <translation>Arterie auf Automatik zurücksetzen</translation>
    </message>
    <message>
        <source>Take slice {number} in</source>
        <translation>Schicht {number} aufnehmen</translation>
    </message>
    <message>
        <source>Take slice {number} out</source>
        <translation>Schicht {number} ausschließen</translation>
    </message>
    <message>
        <source>Take candidate {name} out</source>
        <translation>Kandidat {name} ausschließen</translation>
    </message>
    <message>
        <source>Take candidate {name} in</source>
        <translation>Kandidat {name} aufnehmen</translation>
    </message>
    <message>
        <source>Take a voxel of slice {number} out of the artery</source>
        <translation>Ein Voxel von Schicht {number} aus der Arterie herausnehmen</translation>
    </message>
    <message>
        <source>Take a voxel of slice {number} into the artery</source>
        <translation>Ein Voxel von Schicht {number} in die Arterie aufnehmen</translation>
    </message>
    <message>
        <source>Take the AIF from a file</source>
        <translation>AIF aus einer Datei nehmen</translation>
    </message>
    <message>
        <source>Use the proposed shift</source>
        <translation>Vorgeschlagenen Zeitversatz übernehmen</translation>
    </message>
    <message>
        <source>Set the shift of {name}</source>
        <translation>Zeitversatz von {name} festlegen</translation>
    </message>
    <message>
        <source>Reset the shift of {name}</source>
        <translation>Zeitversatz von {name} zurücksetzen</translation>
    </message>
    <message>
        <source>Remove the T1 map</source>
        <translation>T1-Karte entfernen</translation>
    </message>
    <message>
        <source>Take a T1 map from a file</source>
        <translation>T1-Karte aus einer Datei nehmen</translation>
    </message>
    <message>
        <source>Lock {name}</source>
        <translation>{name} sperren</translation>
    </message>
    <message>
        <source>Unlock {name}</source>
        <translation>{name} entsperren</translation>
    </message>
    <message>
        <source>Load from a file: {names}</source>
        <translation>Aus einer Datei laden: {names}</translation>
    </message>
    <message>
        <source>Undo: {text}</source>
        <translation>Rückgängig: {text}</translation>
    </message>
    <message>
        <source>Redo: {text}</source>
        <translation>Wiederholt: {text}</translation>
    </message>
    <message>
        <source>Swap the visits</source>
        <translation>Untersuchungen tauschen</translation>
    </message>
    <message>
        <source>The maps of the {visit} visit have not been computed yet.</source>
        <translation>Die Karten der {visit}untersuchung wurden noch nicht berechnet.</translation>
    </message>
    <message>
        <source>The settings or regions of the {visit} visit have changed. Recompute its maps.</source>
        <translation>Die Einstellungen oder Regionen der {visit}untersuchung wurden geändert. Die Karten neu berechnen.</translation>
    </message>
    <message>
        <source>Export without identifying data</source>
        <translation>Ohne identifizierende Daten exportieren</translation>
    </message>
    <message>
        <source>Export the results</source>
        <translation>Ergebnisse exportieren</translation>
    </message>
    <message>
        <source>Change how the study is read</source>
        <translation>Ändern, wie die Studie gelesen wird</translation>
    </message>
    <message>
        <source>Correct the acquisition</source>
        <translation>Aufnahmeparameter korrigieren</translation>
    </message>
    <message>
        <source>Move the shift</source>
        <translation>Zeitversatz ändern</translation>
    </message>
    <message>
        <source>Change the role of {name}</source>
        <translation>Rolle von {name} ändern</translation>
    </message>
    <message>
        <source>Set the level of {name}</source>
        <translation>Wirbelhöhe von {name} festlegen</translation>
    </message>
    <message>
        <source>lesion</source>
        <translation>Läsion</translation>
    </message>
    <message>
        <source>reference vertebra</source>
        <translation>Referenzwirbel</translation>
    </message>
    <message>
        <source>Compare the visits</source>
        <translation>Untersuchungen vergleichen</translation>
    </message>
    <message>
        <source>Compute the maps before exporting.</source>
        <translation>Vor dem Export die Karten berechnen.</translation>
    </message>
    <message>
        <source>Change {settings}</source>
        <translation>{settings} ändern</translation>
    </message>
    <message>
        <source>Accept: {finding}</source>
        <translation>Hingenommen: {finding}</translation>
    </message>
    <message>
        <source>The saved work on the {visit} visit was done on another series.</source>
        <translation>Die gespeicherte Arbeit an der {visit}untersuchung gehört zu einer anderen Serie.</translation>
    </message>
    <message>
        <source>No vessel in slice {number} is in use, so there is nothing to exclude. To include one, click its mark in the table of candidates.</source>
        <translation>In Schicht {number} wird kein Gefäß verwendet, also gibt es nichts auszuschließen. Um eines aufzunehmen, klicken Sie auf seine Markierung in der Tabelle der Kandidaten.</translation>
    </message>
    <message>
        <source>Another region is called {name}.</source>
        <translation>Eine andere Region heißt bereits {name}.</translation>
    </message>
    <message>
        <source>Open the {visit} study.</source>
        <translation>Die {visit}studie öffnen.</translation>
    </message>
    <message>
        <source>Draw the {what} in the {visit} visit.</source>
        <translation>In der {visit}untersuchung einzeichnen: {what}.</translation>
    </message>
</context>
<context>
    <name>shared.session_state</name>
    <message>
        <source>Change the role of a region</source>
        <translation>Rolle einer Region ändern</translation>
    </message>
    <message>
        <source>Draw {names}</source>
        <translation>{names} einzeichnen</translation>
    </message>
    <message>
        <source>Remove {names}</source>
        <translation>{names} entfernen</translation>
    </message>
    <message>
        <source>Edit {names}</source>
        <translation>{names} bearbeiten</translation>
    </message>
    <message>
        <source>Draw a ruler</source>
        <translation>Lineal zeichnen</translation>
    </message>
    <message>
        <source>Remove a ruler</source>
        <translation>Lineal entfernen</translation>
    </message>
    <message>
        <source>Move a ruler</source>
        <translation>Lineal verschieben</translation>
    </message>
    <message>
        <source>Rename {name} to {new}</source>
        <translation>{name} in {new} umbenennen</translation>
    </message>
</context>
<context>
    <name>shared.shown_series</name>
    <message>
        <source>sagittal</source>
        <translation>sagittale</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronale</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>axiale</translation>
    </message>
    <message>
        <source>{plane} series, reformatted to {shown} slices</source>
        <translation>{plane} Serie, umgerechnet auf {shown} Schichten</translation>
    </message>
</context>
<context>
    <name>shared.steps</name>
    <message>
        <source>{visit}: Check the regions that were carried over. {regions}.</source>
        <translation>{visit}: Prüfen Sie die übertragenen Regionen. {regions}.</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>Open the baseline study, and the follow-up study.</source>
        <translation>Die Ausgangsstudie und die Verlaufsstudie öffnen.</translation>
    </message>
    <message>
        <source>Arteries</source>
        <translation>Arterien</translation>
    </message>
    <message>
        <source>Check the AIF and its shift; take slices of the artery that was found in or out.</source>
        <translation>Prüfen Sie die AIF und ihren Zeitversatz; nehmen Sie Schichten der gefundenen Arterie auf oder heraus.</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>Draw the lesion and a healthy reference vertebra.</source>
        <translation>Die Läsion und einen gesunden Referenzwirbel einzeichnen.</translation>
    </message>
    <message>
        <source>Maps</source>
        <translation>Karten</translation>
    </message>
    <message>
        <source>Look at the map over the image; point at a voxel to see its curve and fit.</source>
        <translation>Karte über dem Bild ansehen; auf ein Voxel zeigen, um seine Kurve und Anpassung zu sehen.</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Read the change and its call; export them.</source>
        <translation>Die Änderung und ihre Einstufung lesen und exportieren.</translation>
    </message>
    <message>
        <source>shift to be proposed</source>
        <translation>Zeitversatz wird noch vorgeschlagen</translation>
    </message>
    <message>
        <source>Lesion and reference vertebra are drawn.</source>
        <translation>Läsion und Referenzwirbel sind eingezeichnet.</translation>
    </message>
    <message>
        <source>The AIF comes from the artery that was found, not from the drawn aorta. To use the latter, choose '{drawn}' in '{label}' in step 2.</source>
        <translation>Die AIF stammt aus der gefundenen Arterie, nicht aus der eingezeichneten Aorta. Um diese zu verwenden, wählen Sie in Schritt 2 unter „{label}“ „{drawn}“.</translation>
    </message>
    <message>
        <source>The AIF comes from the artery that was chosen by hand, not from the drawn aorta. To use the latter, choose '{drawn}' in '{label}' in step 2.</source>
        <translation>Die AIF stammt aus der von Hand gewählten Arterie, nicht aus der eingezeichneten Aorta. Um diese zu verwenden, wählen Sie in Schritt 2 unter „{label}“ „{drawn}“.</translation>
    </message>
    <message>
        <source>The maps are up to date.</source>
        <translation>Die Karten sind aktuell.</translation>
    </message>
    <message>
        <source>The visits are compared.</source>
        <translation>Die Untersuchungen sind verglichen.</translation>
    </message>
    <message>
        <source>The maps have not been computed yet. Compute them in step 4.</source>
        <translation>Die Karten wurden noch nicht berechnet. Berechnen Sie sie in Schritt 4.</translation>
    </message>
    <message>
        <source>The settings have changed. Recompute the maps in step 4.</source>
        <translation>Die Einstellungen wurden geändert. Berechnen Sie die Karten in Schritt 4 neu.</translation>
    </message>
    <message>
        <source>, the drawn one is not in use</source>
        <translation>, die eingezeichnete wird nicht verwendet</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>Zeitversatz</translation>
    </message>
    <message>
        <source>lesion</source>
        <translation>Läsion</translation>
    </message>
    <message>
        <source>reference vertebra</source>
        <translation>Referenzwirbel</translation>
    </message>
    <message>
        <source>maps are up to date</source>
        <translation>Karten sind aktuell</translation>
    </message>
    <message>
        <source>no lesion has a region</source>
        <translation>keine Läsion hat eine Region</translation>
    </message>
    <message>
        <source>Draw the lesion and the reference vertebra to get normalised values.</source>
        <translation>Für normalisierte Werte die Läsion und den Referenzwirbel einzeichnen.</translation>
    </message>
    <message>
        <source>The course is followed.</source>
        <translation>Der Verlauf ist berechnet.</translation>
    </message>
    <message>
        <source>Compare the visits.</source>
        <translation>Die Untersuchungen vergleichen.</translation>
    </message>
    <message>
        <source>{visit}: {frames} frames in {duration:.0f} s</source>
        <translation>{visit}: {frames} Zeitpunkte in {duration:.0f} s</translation>
    </message>
    <message>
        <source>artery chosen by hand in slice {number}</source>
        <translation>Arterie von Hand gewählt in Schicht {number}</translation>
    </message>
    <message>
        <source>artery chosen by hand in {count} slices</source>
        <translation>Arterie von Hand gewählt in {count} Schichten</translation>
    </message>
    <message>
        <source>aorta found in slice {number}</source>
        <translation>Aorta gefunden in Schicht {number}</translation>
    </message>
    <message>
        <source>aorta found in {count} slices</source>
        <translation>Aorta gefunden in {count} Schichten</translation>
    </message>
    <message>
        <source>AIF: {source}</source>
        <translation>AIF: {source}</translation>
    </message>
    <message>
        <source>Draw the {what} in the {visit} visit.</source>
        <translation>In der {visit}untersuchung einzeichnen: {what}.</translation>
    </message>
    <message>
        <source>See step 2.</source>
        <translation>Siehe Schritt 2.</translation>
    </message>
    <message>
        <source>Vp is not that of tissue in most of {regions}, so the AIF is too low, or T10 of the tissue too short. Check the artery in step 2, and T10.</source>
        <translation>Vp ist im größten Teil von {regions} nicht das von Gewebe, also ist die AIF zu niedrig oder T10 des Gewebes zu kurz. Prüfen Sie die Arterie in Schritt 2 und T10.</translation>
    </message>
    <message>
        <source>The normalised values are ready. Open the other visit to get the change.</source>
        <translation>Die normalisierten Werte liegen vor. Für die Änderung die andere Untersuchung öffnen.</translation>
    </message>
    <message>
        <source>Follow the course.</source>
        <translation>Den Verlauf berechnen.</translation>
    </message>
    <message>
        <source>No study is open.</source>
        <translation>Es ist keine Studie geöffnet.</translation>
    </message>
    <message>
        <source>Open a study first.</source>
        <translation>Zuerst eine Studie öffnen.</translation>
    </message>
</context>
<context>
    <name>shared.stored_regions</name>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>Lengths: {lengths}</source>
        <translation>Längen: {lengths}</translation>
    </message>
</context>
<context>
    <name>shared.study_opening</name>
    <message>
        <source>no description</source>
        <translation>keine Beschreibung</translation>
    </message>
    <message>
        <source>{numbers} joined. {name}</source>
        <translation>{numbers} zusammengefügt. {name}</translation>
    </message>
    <message>
        <source>{frames} frames of {columns} × {rows} × {slices}</source>
        <translation>{frames} Zeitpunkte mit {columns} × {rows} × {slices}</translation>
    </message>
    <message>
        <source>every {interval} s</source>
        <translation>alle {interval} s</translation>
    </message>
    <message>
        <source>with a pause of {pause} s</source>
        <translation>mit einer Pause von {pause} s</translation>
    </message>
    <message>
        <source>The study {study} does not exist.</source>
        <translation>Die Studie {study} existiert nicht.</translation>
    </message>
    <message>
        <source>the scanner’s series {number}</source>
        <translation>Serie {number} des Scanners</translation>
    </message>
</context>
<context>
    <name>shared.three_planes</name>
    <message>
        <source>sagittal</source>
        <translation>sagittal</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronal</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>axial</translation>
    </message>
    <message>
        <source>Three planes need voxels whose longest side is at most twice the shortest. Those of the {visit} visit are {sides} mm.</source>
        <translation>Drei Ebenen brauchen Voxel, deren längste Seite höchstens doppelt so lang ist wie die kürzeste. Die Voxel ({visit}untersuchung) sind {sides} mm groß.</translation>
    </message>
</context>
<context>
    <name>shared.trend_points</name>
    <message>
        <source>repeatability of the baseline value</source>
        <translation>Wiederholbarkeit des Ausgangswertes</translation>
    </message>
    <message>
        <source>Reference vertebra: Vp (control)</source>
        <translation>Referenzwirbel: Vp (Kontrolle)</translation>
    </message>
    <message>
        <source>Normalised Ktrans</source>
        <translation>Normalisiertes Ktrans</translation>
    </message>
    <message>
        <source>Size on the axial plane</source>
        <translation>Größe in der axialen Ebene</translation>
    </message>
    <message>
        <source>Signal enhancement</source>
        <translation>Signalanstieg</translation>
    </message>
    <message>
        <source>lesion / reference</source>
        <translation>Läsion / Referenz</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95-%-Intervall</translation>
    </message>
    <message>
        <source>days after the baseline visit</source>
        <translation>Tage nach der Ausgangsuntersuchung</translation>
    </message>
    <message>
        <source>visit</source>
        <translation>Untersuchung</translation>
    </message>
    <message>
        <source>mean enhancement [%]</source>
        <translation>mittlerer Anstieg [%]</translation>
    </message>
    <message>
        <source>Left chart: normalised Vp with its 95 % interval</source>
        <translation>Linkes Diagramm: normalisiertes Vp mit 95-%-Intervall</translation>
    </message>
    <message>
        <source>treatment</source>
        <translation>Behandlung</translation>
    </message>
    <message>
        <source>area product [mm²]</source>
        <translation>Flächenprodukt [mm²]</translation>
    </message>
    <message>
        <source>cutoff {percent} of the baseline value</source>
        <translation>Grenzwert {percent} zum Ausgangswert</translation>
    </message>
    <message>
        <source>Normalised Vp of {lesion}</source>
        <translation>Normalisiertes Vp: {lesion}</translation>
    </message>
    <message>
        <source>green: treatments</source>
        <translation>grün: Behandlungen</translation>
    </message>
    <message>
        <source>grey: {what}</source>
        <translation>grau: {what}</translation>
    </message>
</context>
<context>
    <name>shared.visit_session</name>
    <message>
        <source>the shift of {used} s does not fit the curves, which show {low} to {high} s</source>
        <translation>der Zeitversatz von {used} s passt nicht zu den Kurven, die {low} bis {high} s zeigen</translation>
    </message>
    <message>
        <source>the curves do not confirm the shift of {used} s. {why}</source>
        <translation>die Kurven bestätigen den Zeitversatz von {used} s nicht. {why}</translation>
    </message>
    <message>
        <source>at the shift of {used} s the residual of all enhancing tissue is {times} times its least</source>
        <translation>bei der Verschiebung von {used} s ist das Residuum des gesamten anreichernden Gewebes das {times}-Fache seines kleinsten</translation>
    </message>
    <message>
        <source>The {visit} visit has no study.</source>
        <translation>Die {visit}untersuchung hat keine Studie.</translation>
    </message>
</context>
<context>
    <name>shared.visual_checks</name>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Frame with and without motion correction</source>
        <translation>Zeitpunkt mit und ohne Bewegungskorrektur</translation>
    </message>
    <message>
        <source>Other visit over this one</source>
        <translation>Andere Untersuchung über dieser</translation>
    </message>
    <message>
        <source>Other visit in a checkerboard</source>
        <translation>Andere Untersuchung im Schachbrett</translation>
    </message>
    <message>
        <source>Other visit and this one in turns</source>
        <translation>Andere Untersuchung im Wechsel mit dieser</translation>
    </message>
    <message>
        <source>Open both visits to look at one over the other.</source>
        <translation>Öffnen Sie beide Untersuchungen, um die eine über der anderen zu sehen.</translation>
    </message>
    <message>
        <source>Motion is not corrected. Switch on {control} in step {step}.</source>
        <translation>Bewegung wird nicht korrigiert. Schalten Sie {control} in Schritt {step} ein.</translation>
    </message>
    <message>
        <source>The frames have not been corrected yet. Compute the maps.</source>
        <translation>Die Zeitpunkte sind noch nicht korrigiert. Berechnen Sie die Karten.</translation>
    </message>
    <message>
        <source>without motion correction; this frame is not corrected</source>
        <translation>ohne Bewegungskorrektur; dieser Zeitpunkt wird nicht korrigiert</translation>
    </message>
    <message>
        <source>without motion correction</source>
        <translation>ohne Bewegungskorrektur</translation>
    </message>
    <message>
        <source>with motion correction and smoothing; moved by {mm} mm</source>
        <translation>mit Bewegungskorrektur und Glättung; um {mm} mm bewegt</translation>
    </message>
    <message>
        <source>with motion correction; moved by {mm} mm</source>
        <translation>mit Bewegungskorrektur; um {mm} mm bewegt</translation>
    </message>
    <message>
        <source>{other} in colour</source>
        <translation>{other} in Farbe</translation>
    </message>
    <message>
        <source>squares of {other}</source>
        <translation>Felder von {other}</translation>
    </message>
    <message>
        <source>now {other}</source>
        <translation>jetzt {other}</translation>
    </message>
    <message>
        <source>with smoothing; not moved, because it moved less than {mm} mm</source>
        <translation>mit Glättung; nicht verschoben, weil die Bewegung unter {mm} mm liegt</translation>
    </message>
    <message>
        <source>the same with motion correction, because it moved less than {mm} mm</source>
        <translation>mit Bewegungskorrektur dasselbe, weil die Bewegung unter {mm} mm liegt</translation>
    </message>
    <message>
        <source>by scanner coordinates (visits not compared)</source>
        <translation>nach Scannerkoordinaten (Untersuchungen nicht verglichen)</translation>
    </message>
    <message>
        <source>by scanner coordinates (registration poor)</source>
        <translation>nach Scannerkoordinaten (Registrierung schlecht)</translation>
    </message>
    <message>
        <source>by the registration of the vertebrae (correlation {match})</source>
        <translation>nach der Registrierung der Wirbel (Korrelation {match})</translation>
    </message>
</context>
<context>
    <name>shared.window_level</name>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Grey values that fit the whole series</source>
        <translation>Grauwerte, die zur ganzen Serie passen</translation>
    </message>
    <message>
        <source>Full range</source>
        <translation>Ganzer Bereich</translation>
    </message>
    <message>
        <source>From the lowest to the highest signal</source>
        <translation>Vom niedrigsten bis zum höchsten Signal</translation>
    </message>
    <message>
        <source>Dark tissue</source>
        <translation>Dunkles Gewebe</translation>
    </message>
    <message>
        <source>More contrast where the signal is low</source>
        <translation>Mehr Kontrast, wo das Signal niedrig ist</translation>
    </message>
    <message>
        <source>Bright tissue</source>
        <translation>Helles Gewebe</translation>
    </message>
    <message>
        <source>More contrast where it is high</source>
        <translation>Mehr Kontrast, wo es hoch ist</translation>
    </message>
    <message>
        <source>inverse</source>
        <translation>invertiert</translation>
    </message>
</context>
<context>
    <name>shared.wording</name>
    <message>
        <source>For research; not a medical device.</source>
        <translation>Nur für die Forschung; kein Medizinprodukt.</translation>
    </message>
    <message>
        <source>Reading the {visit} study</source>
        <translation>Die {visit}studie wird gelesen</translation>
    </message>
    <message>
        <source>Computing the maps of the {visit} visit</source>
        <translation>Die Karten der {visit}untersuchung werden berechnet</translation>
    </message>
    <message>
        <source>Comparing the visits</source>
        <translation>Die Untersuchungen werden verglichen</translation>
    </message>
    <message>
        <source>Open a study first (step 1).</source>
        <translation>Zuerst eine Studie öffnen (Schritt 1).</translation>
    </message>
    <message>
        <source>Unexpected error: {error}. Regions and earlier results are kept.</source>
        <translation>Unerwarteter Fehler: {error}. Regionen und frühere Ergebnisse bleiben erhalten.</translation>
    </message>
    <message>
        <source>Tofts model, C(t) = Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997).</source>
        <translation>Tofts-Modell, C(t) = Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997).</translation>
    </message>
    <message>
        <source>Extended Tofts model, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997).</source>
        <translation>Erweitertes Tofts-Modell, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u)·exp(−kep (t−u)) du (Tofts, JMRI 1997).</translation>
    </message>
    <message>
        <source>Patlak model, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u) du (Patlak, J Cereb Blood Flow Metab 1983).</source>
        <translation>Patlak-Modell, C(t) = vp·Cp(t) + Ktrans ∫ Cp(u) du (Patlak, J Cereb Blood Flow Metab 1983).</translation>
    </message>
    <message>
        <source>Two-compartment exchange model: plasma with flow Fp, and interstitium that exchanges with it at the rate PS (Sourbron and Buckley, Phys Med Biol 2012).</source>
        <translation>Zwei-Kompartiment-Austauschmodell: Plasma mit dem Fluss Fp und ein Interstitium, das mit der Rate PS mit ihm austauscht (Sourbron und Buckley, Phys Med Biol 2012).</translation>
    </message>
    <message>
        <source>Vp: fraction of the tissue that is blood plasma, mL/100 mL.</source>
        <translation>Vp: Anteil des Gewebes, der Blutplasma ist, mL/100 mL.</translation>
    </message>
    <message>
        <source>Vp per volume of tissue: Vp times the share of the voxel that is water, relative to muscle, from M0, which T10 and the baseline signal give. With a T1 map, normalised Vp is based on it, because fat and bone that displace water do not change it.</source>
        <translation>Vp pro Gewebevolumen: Vp mal dem Wasseranteil des Voxels relativ zum Muskel, aus M0, das sich aus T10 und dem Signal vor Kontrastmittel ergibt. Mit einer T1-Karte beruht das normalisierte Vp darauf, weil Fett und Knochen, die Wasser verdrängen, es nicht verändern.</translation>
    </message>
    <message>
        <source>Ktrans: rate constant of the transfer of contrast agent from plasma to tissue, /min (Tofts, JMRI 1999).</source>
        <translation>Ktrans: Geschwindigkeitskonstante des Übertritts von Kontrastmittel aus dem Plasma ins Gewebe, /min (Tofts, JMRI 1999).</translation>
    </message>
    <message>
        <source>ve: fraction of the tissue that is extravascular extracellular space, mL/100 mL.</source>
        <translation>ve: Anteil des extravasalen Extrazellulärraums am Gewebe, mL/100 mL.</translation>
    </message>
    <message>
        <source>kep = Ktrans/ve: rate constant of the return of contrast agent to plasma, /min.</source>
        <translation>kep = Ktrans/ve: Geschwindigkeitskonstante der Rückkehr von Kontrastmittel ins Plasma, /min.</translation>
    </message>
    <message>
        <source>PS: permeability–surface area product of the capillaries, /min.</source>
        <translation>PS: Permeabilitäts-Oberflächen-Produkt der Kapillaren, /min.</translation>
    </message>
    <message>
        <source>Fp: plasma flow per volume of tissue, mL/mL/min.</source>
        <translation>Fp: Plasmafluss pro Gewebevolumen, mL/mL/min.</translation>
    </message>
    <message>
        <source>Delay: arterial delay that was fitted in each voxel in addition to the shift, s.</source>
        <translation>Verzögerung: arterielle Verzögerung, die in jedem Voxel zusätzlich zum Zeitversatz angepasst wurde, s.</translation>
    </message>
    <message>
        <source>R²: fraction of the curve's variance that the fit explains, at most 1.</source>
        <translation>R²: Anteil der Varianz der Kurve, den die Anpassung erklärt, höchstens 1.</translation>
    </message>
    <message>
        <source>Enhancement: highest signal after the arrival of contrast, relative to the signal before it, %.</source>
        <translation>Anreicherung: höchstes Signal nach der Ankunft des Kontrastmittels, bezogen auf das Signal davor, %.</translation>
    </message>
    <message>
        <source>Wash-in slope: steepest rise of the concentration from one frame to the next, mM/min.</source>
        <translation>Anstieg (Wash-in): steilster Anstieg der Konzentration von einem Zeitpunkt zum nächsten, mM/min.</translation>
    </message>
    <message>
        <source>Time to peak: from the arrival of contrast to the highest concentration, s.</source>
        <translation>Zeit bis zum Maximum: von der Ankunft des Kontrastmittels bis zur höchsten Konzentration, s.</translation>
    </message>
    <message>
        <source>Wash-out: fall of the concentration in the last half of what follows the peak, mM/min; where it still rises, it is negative, which the colour scale from 0 does not show.</source>
        <translation>Auswaschung: Abfall der Konzentration in der letzten Hälfte dessen, was auf das Maximum folgt, mM/min; wo sie noch steigt, ist er negativ, was die Farbskala ab 0 nicht zeigt.</translation>
    </message>
    <message>
        <source>IAUC60: area under the concentration curve in the first 60 s after the arrival, mM·s.</source>
        <translation>IAUC60: Fläche unter der Konzentrationskurve in den ersten 60 s nach der Ankunft, mM·s.</translation>
    </message>
    <message>
        <source>IAUC90: area under the concentration curve in the first 90 s after the arrival, mM·s.</source>
        <translation>IAUC90: Fläche unter der Konzentrationskurve in den ersten 90 s nach der Ankunft, mM·s.</translation>
    </message>
    <message>
        <source>SE of Vp: standard error from the noise of the voxel's own curve, mL/100 mL. Errors that all voxels share, such as that of the AIF, are not included.</source>
        <translation>SE von Vp: Standardfehler aus dem Rauschen der Kurve des Voxels selbst, mL/100 mL. Fehler, die allen Voxeln gemeinsam sind, wie der der AIF, sind nicht enthalten.</translation>
    </message>
    <message>
        <source>Probability above threshold: that the true normalised Vp of a voxel of the lesion lies above the threshold, %, given the noise. The threshold is the normalised Vp of the lesion at baseline, reduced by the cutoff.</source>
        <translation>Wahrscheinlichkeit über der Schwelle: dass das wahre normalisierte Vp eines Voxels der Läsion über der Schwelle liegt, %, bei dem Rauschen. Die Schwelle ist das normalisierte Vp der Läsion in der Erstuntersuchung, um den Grenzwert vermindert.</translation>
    </message>
    <message>
        <source>Status: green where a voxel was fitted, yellow where the fit has a remark, such as that ve is not determined, grey where it was not fitted. The explanation of a voxel gives the remark or the reason.</source>
        <translation>Status: grün, wo ein Voxel angepasst wurde, gelb, wo die Anpassung einen Vermerk hat (etwa dass ve nicht bestimmt ist), grau, wo nicht angepasst wurde. Die Erklärung eines Voxels nennt den Vermerk oder den Grund.</translation>
    </message>
    <message>
        <source>Normalised Vp: mean Vp of the lesion divided by mean Vp of an adjacent healthy vertebra, × (Behar et al., AJNR 2023).</source>
        <translation>Normalisiertes Vp: mittleres Vp der Läsion geteilt durch das mittlere Vp eines benachbarten gesunden Wirbels, × (Behar et al., AJNR 2023).</translation>
    </message>
    <message>
        <source>Change = 100·(follow-up − baseline)/baseline, %. Above −40 % it is consistent with persistent disease.</source>
        <translation>Änderung = 100·(Verlauf − Ausgang)/Ausgang, %. Über −40 % spricht sie für eine persistierende Erkrankung.</translation>
    </message>
    <message>
        <source>Shift: time by which the artery's curve is moved later, s, because blood needs time to travel from the aorta to the bone. One frame can change normalised Vp more than twofold.</source>
        <translation>Zeitversatz: Zeit, um die die Kurve der Arterie nach hinten verschoben wird, s, weil das Blut von der Aorta bis zum Knochen Zeit braucht. Ein einziger Zeitpunkt kann das normalisierte Vp mehr als verdoppeln oder halbieren.</translation>
    </message>
    <message>
        <source>Fit residual at each shift, relative to the best (1). A deep valley is firm evidence; on a flat floor the shifts cannot be separated.</source>
        <translation>Residuum der Anpassung bei jedem Zeitversatz, relativ zum besten (1). Ein tiefes Tal ist ein klarer Befund; auf einem flachen Boden lassen sich die Zeitversätze nicht unterscheiden.</translation>
    </message>
    <message>
        <source>The AIF is the concentration of contrast agent in the artery over time.</source>
        <translation>Die AIF ist die Konzentration des Kontrastmittels in der Arterie über die Zeit.</translation>
    </message>
    <message>
        <source>Concentration in plasma = concentration in blood/(1 − Hct).</source>
        <translation>Konzentration im Plasma = Konzentration im Blut/(1 − Hct).</translation>
    </message>
    <message>
        <source>Default from Stanisz et al., Magn Reson Med 2005.</source>
        <translation>Vorgabe aus Stanisz et al., Magn Reson Med 2005.</translation>
    </message>
    <message>
        <source>Default from Shen et al., Invest Radiol 2015.</source>
        <translation>Vorgabe aus Shen et al., Invest Radiol 2015.</translation>
    </message>
    <message>
        <source>Draw the lesion on every slice; leave out veins, discs and cortical bone.</source>
        <translation>Die Läsion in jeder Schicht einzeichnen; Venen, Bandscheiben und Kortikalis aussparen.</translation>
    </message>
    <message>
        <source>Draw an adjacent healthy vertebra; Vp of the lesion is divided by its Vp.</source>
        <translation>Einen benachbarten gesunden Wirbel einzeichnen; das Vp der Läsion wird durch sein Vp geteilt.</translation>
    </message>
    <message>
        <source>Draw tissue to exclude from the measurements: veins, haemangiomas, discs.</source>
        <translation>Gewebe einzeichnen, das nicht gemessen werden soll: Venen, Hämangiome, Bandscheiben.</translation>
    </message>
    <message>
        <source>Draw the aorta if it was not found automatically.</source>
        <translation>Die Aorta einzeichnen, falls sie nicht automatisch gefunden wurde.</translation>
    </message>
    <message>
        <source>Draw muscle beside the spine if it was not found automatically; without a T1 map it calibrates the signal.</source>
        <translation>Muskel neben der Wirbelsäule einzeichnen, falls er nicht automatisch gefunden wurde; ohne T1-Karte kalibriert er das Signal.</translation>
    </message>
    <message>
        <source>Report (HTML)</source>
        <translation>Bericht (HTML)</translation>
    </message>
    <message>
        <source>Report (PDF)</source>
        <translation>Bericht (PDF)</translation>
    </message>
    <message>
        <source>DICOM</source>
        <translation>DICOM</translation>
    </message>
    <message>
        <source>NIfTI</source>
        <translation>NIfTI</translation>
    </message>
    <message>
        <source>3D Slicer scene</source>
        <translation>3D-Slicer-Szene</translation>
    </message>
    <message>
        <source>Viridis (uniform)</source>
        <translation>Viridis (gleichmäßig)</translation>
    </message>
    <message>
        <source>Cividis (blue–yellow)</source>
        <translation>Cividis (blau–gelb)</translation>
    </message>
    <message>
        <source>Magma (black–yellow)</source>
        <translation>Magma (schwarz–gelb)</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>Grau</translation>
    </message>
    <message>
        <source>Rainbow (not uniform)</source>
        <translation>Regenbogen (ungleichmäßig)</translation>
    </message>
    <message>
        <source>include a candidate in step {step}</source>
        <translation>in Schritt {step} einen Kandidaten aufnehmen</translation>
    </message>
    <message>
        <source>draw the aorta in step {step}</source>
        <translation>in Schritt {step} die Aorta einzeichnen</translation>
    </message>
    <message>
        <source>draw the lesion in step {step} if a candidate lies in it, so that the search leaves it out</source>
        <translation>zeichnen Sie in Schritt {step} die Läsion, wenn ein Kandidat in ihr liegt, damit die Suche ihn auslässt</translation>
    </message>
    <message>
        <source>load an AIF file in step {step}</source>
        <translation>in Schritt {step} eine AIF-Datei laden</translation>
    </message>
    <message>
        <source>set or reset the region's shift in the list of regions in step {step}</source>
        <translation>setzen Sie den Zeitversatz der Region in der Liste der Regionen in Schritt {step} neu oder zurück</translation>
    </message>
    <message>
        <source>Vp: blood plasma per volume of the tissue's water, mL/100 mL.</source>
        <translation>Vp: Blutplasma je Volumen des Wassers im Gewebe, mL/100 mL.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>, or </source>
        <translation>, oder </translation>
    </message>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>In this conversion it is per volume of the tissue's water.</source>
        <translation>Bei dieser Umrechnung bezieht es sich auf das Wasservolumen des Gewebes.</translation>
    </message>
    <message>
        <source>{controls} in step {step}</source>
        <translation>{controls} in Schritt {step}</translation>
    </message>
    <message>
        <source>{label} to '{choice}'</source>
        <translation>{label} auf „{choice}“</translation>
    </message>
    <message>
        <source>Without concentration it has no absolute scale, and signal is not quite proportional to concentration: only ratios in this conversion can be compared.</source>
        <translation>Ohne Konzentration hat es keine absolute Skala, und das Signal ist nicht ganz proportional zur Konzentration: Nur Verhältnisse in dieser Umrechnung sind vergleichbar.</translation>
    </message>
    <message>
        <source>change {places}</source>
        <translation>{places} ändern</translation>
    </message>
</context>
<context>
    <name>shared.written_report</name>
    <message>
        <source>Make the report final</source>
        <translation>Befund endgültig machen</translation>
    </message>
    <message>
        <source>Add an addendum to the report</source>
        <translation>Nachtrag zum Befund schreiben</translation>
    </message>
    <message>
        <source>Insert the draft of the report</source>
        <translation>Entwurf des Berichts einfügen</translation>
    </message>
    <message>
        <source>Edit the text of the report</source>
        <translation>Text des Befunds ändern</translation>
    </message>
</context>
</TS>
