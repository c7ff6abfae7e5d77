"""The five steps of the work, the state of each, and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

from SpineDCELib.analysis.aif_stages import AIF_FINDINGS
from SpineDCELib.analysis.preprocessing_stages import IN_BACKGROUND
from SpineDCELib.analysis.shift_stages import SHIFT_OUTSIDE
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.measurement.blood_voxels import AIF_TOO_LOW, blood_findings
from SpineDCELib.measurement.measures import LIFTED_LESION, SKEWED_REGION
from SpineDCELib.measurement.reference_vertebra import REFERENCE_FINDINGS, few_voxels
from SpineDCELib.measurement.region_checks import check_regions
from SpineDCELib.series.excluded_frames import kept_frames

from SpineDCEWidget.shared.formatting import left_out
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import (
    _,
    remedy,
    said_of_visits,
    setting_choices,
    setting_label,
    translated,
)

DONE, NEXT, WRONG, NOT_YET = "✓", "●", "!", ""


@dataclass(frozen=True)
class Step:
    key: str
    number: int
    title: str
    hint: str


STEPS = (
    Step("study", 1, _("Study"), _("Open the baseline study, and the follow-up study.")),
    Step(
        "arteries", 2, _("Arteries"),
        _("Check the AIF and its shift; take slices of the artery that was found in or out."),
    ),
    Step("regions", 3, _("Regions"), _("Draw the lesion and a healthy reference vertebra.")),
    Step(
        "maps", 4, _("Maps"),
        _("Look at the map over the image; point at a voxel to see its curve and fit."),
    ),
    Step("result", 5, _("Result"), _("Read the change and its call; export them.")),
)  # fmt: skip


@dataclass(frozen=True)
class StepState:
    """State of one step: ✓ done, ● to do next, ! needs attention, "" waits for another step."""

    step: Step
    mark: str
    reason: str

    @property
    def hint(self) -> str:
        """What the step is for; empty where it asks to open or draw what is there already."""
        asks = self.step.key in ("study", "regions")
        return "" if asks and self.mark in (DONE, WRONG) else self.step.hint


def state_of(session: Session) -> list[StepState]:
    """Return the state of every step."""
    visits = session.visits
    if not visits:
        found = [(NEXT, _("No study is open."))] + [(NOT_YET, _("Open a study first."))] * 4
    else:
        studied = _studied(visits)
        question = session.question()
        if question is not None:
            studied = (WRONG, translated(question.message))
        found = [studied, _arteries(visits), _regions(session, visits), _maps(session, visits)]
        found.append(_result(session))
    marks = [mark for mark, _reason in found]
    if NEXT not in marks and NOT_YET in marks and WRONG not in marks:
        first = marks.index(NOT_YET)
        found[first] = (NEXT, found[first][1])
    return [StepState(step, *state) for step, state in zip(STEPS, found, strict=True)]


def _studied(visits: list[VisitSession]) -> tuple[str, str]:
    for visit in visits:
        excluded = visit.settings.reading.excluded_frames
        try:
            kept_frames(visit.needed().study.dynamic.n_frames, excluded)
        except InputError as error:
            return WRONG, f"{visit.shown_label}: {remedy(error)}"
    return DONE, " · ".join(_study(visit) for visit in visits)


def _study(visit: VisitSession) -> str:
    dynamic = visit.needed().study.dynamic
    return _("{visit}: {frames} frames in {duration:.0f} s").format(
        visit=visit.shown_title, frames=dynamic.n_frames, duration=dynamic.duration
    ) + left_out(visit)


def _arteries(visits: list[VisitSession]) -> tuple[str, str]:
    """Return the state of step 2, with the doubts of every visit if there are any."""
    states = [_artery(visit) for visit in visits]
    mark = next((m for m in (WRONG, NEXT) if any(m == found for found, _said in states)), DONE)
    return mark, said_of_visits(
        [
            (visit.shown_label, said)
            for visit, (found, said) in zip(visits, states, strict=True)
            if mark == DONE or found != DONE
        ]
    )


def _artery(visit: VisitSession) -> tuple[str, str]:
    """Return the mark of a visit's arteries, and all that is doubtful, or what is used."""
    analysis = visit.needed()
    if visit.problem:
        return WRONG, visit.problem
    if visit.result is None:
        return NEXT, _("The maps have not been computed yet. Compute them in step 4.")
    settings = analysis.settings
    shift = settings.fit.shift
    # Nothing long is computed here, because a window shows this after every change.
    if not visit.is_ready():
        return NEXT, _("The settings have changed. Recompute the maps in step 4.")
    if settings.aif.source == "auto":
        try:
            drawn = analysis.aif_mask is not None
            slices = analysis.detection().trusted(drawn=drawn).slices
        except InputError as error:
            return WRONG, remedy(error)
        if analysis.artery_by_hand:
            one, several = _("artery chosen by hand in slice {number}"), _(
                "artery chosen by hand in {count} slices"
            )  # fmt: skip
        else:
            one, several = _("aorta found in slice {number}"), _("aorta found in {count} slices")
        single = len(slices) == 1
        where = one.format(number=slices[0] + 1) if single else several.format(count=len(slices))
        if analysis.aif_mask is not None:
            where += _(", the drawn one is not in use")
    else:
        where = _("AIF: {source}").format(source=setting_choices("aif.source")[settings.aif.source])
    doubts = [
        remedy(one.error)
        for one in visit.result.measures.findings
        # That of the study's shift follows the slider, see below.
        if one.code in AIF_FINDINGS or (one.code == SHIFT_OUTSIDE and one.about)
    ]
    if doubt := visit.shift_doubt():
        first = doubt[0].upper() if doubts else doubt[0]  # after other sentences
        doubts.append(f"{first}{doubt[1:]}.")
    if doubts:
        if unused := unused_aorta(visit):
            doubts.append(unused)
        return WRONG, " ".join(doubts)
    moved = _("shift to be proposed") if isinstance(shift, str) else (
        _("shift") + f" {shift:.1f} s"
    )  # fmt: skip
    return DONE, f"{where}, {moved}"


def _regions(session: Session, visits: list[VisitSession]) -> tuple[str, str]:
    for role, what in (("lesion", _("lesion")), ("reference", _("reference vertebra"))):
        for visit in visits:
            if role not in visit.needed().roles.values():
                words = _("Draw the {what} in the {visit} visit.")
                return NOT_YET, words.format(what=what, visit=translated(visit.word))
    said = [f"{visit.shown_label}: {text}" for visit in visits for text in region_warnings(visit)]
    carried = _("{visit}: Check the regions that were carried over. {regions}.")
    said += [
        carried.format(visit=visit.shown_label, regions=". ".join(doubts))
        for visit in visits
        if (doubts := session.course.carry_doubts(visit))
    ]
    if said:
        return WRONG, " · ".join(said)
    return DONE, _("Lesion and reference vertebra are drawn.")


#: Findings of regions that only the maps show.
_OF_MAPS = (*REFERENCE_FINDINGS, SKEWED_REGION, LIFTED_LESION)


def region_warnings(visit: VisitSession) -> list[str]:
    """Return what is wrong with the regions of a visit, as they are drawn now."""
    analysis = visit.needed()
    volume = analysis.study.dynamic.geometry.voxel_volume
    found = check_regions(analysis.regions, analysis.roles, volume)
    result = visit.result
    if result is not None and "vp" in result.maps and analysis.signal_mode == "absolute":
        empty = {f.about: f for f in result.measures.findings if f.code == IN_BACKGROUND}
        found += [f for n, f in empty.items() if n in analysis.regions and visit.is_current]
        drawn = without_exclusions(analysis.regions, analysis.roles)
        drawn = {n: mask for n, mask in drawn.items() if n not in empty}
        Hct = analysis.settings.aif.Hct
        found += blood_findings(result.maps["vp"], drawn, analysis.roles, Hct)
    if result is not None and visit.is_current:  # what only the maps show
        found += [one for one in result.measures.findings if one.code in _OF_MAPS]
    else:
        counts = {n: int(mask.sum()) for n, mask in analysis.regions.items()}
        few = [few_voxels(n, counts[n]) for n in counts if analysis.roles[n] == "reference"]
        found += [one for one in few if one is not None]
    return [_with_place(one) for one in found]


def unused_aorta(visit: VisitSession) -> str:
    """Return that the drawn aorta is not what the AIF is measured in; "" if there is none."""
    analysis = visit.needed()
    if analysis.aif_mask is None or analysis.settings.aif.source != "auto":
        return ""
    text = (
        _(
            "The AIF comes from the artery that was found, not from the drawn aorta. To use the "
            "latter, choose '{drawn}' in '{label}' in step 2."
        )
        if not analysis.artery_by_hand
        else _(
            "The AIF comes from the artery that was chosen by hand, not from the drawn aorta. To "
            "use the latter, choose '{drawn}' in '{label}' in step 2."
        )
    )
    return text.format(
        drawn=setting_choices("aif.source")["mask"], label=setting_label("aif.source")
    )


def _with_place(found: Finding) -> str:
    """Return a finding's message, with the step that helps if that is another one."""
    said = translated(found.message)
    return f"{said} {_('See step 2.')}" if found.code == AIF_TOO_LOW else said


def visit_state(session: Session, visit: VisitSession) -> tuple[str, str]:
    """Return the mark of a visit of a course, and its status in the course or what it lacks."""
    if visit.problem:
        return WRONG, visit.problem
    if (outdated := session.outdated(visit)) is not None:
        return NEXT, remedy(outdated)
    course = session.course
    if course.result is None or not course.is_current:
        return DONE, _("maps are up to date")
    place = course.visits.index(visit)
    said = [
        f"{trend.name}: {translated(point.status.status)}"
        for trend in course.result.trends
        if (point := trend.at(place)) is not None
    ]
    return DONE, "; ".join(said) or _("no lesion has a region")


def _maps(session: Session, visits: list[VisitSession]) -> tuple[str, str]:
    problems = [(visit.shown_label, visit.problem) for visit in visits if visit.problem]
    if problems:
        return WRONG, said_of_visits(problems)
    for visit in visits:
        if (outdated := session.outdated(visit)) is not None:
            return (NEXT if visit.maps else NOT_YET), str(outdated)
    return _unless_impossible(visits, _("The maps are up to date."))


def _unless_impossible(visits: list[VisitSession], done: str) -> tuple[str, str]:
    """Return that a step is done, or in which regions Vp cannot be that of tissue."""
    said = [text for visit in visits if (text := _impossible(visit))]
    return (WRONG, f"{done} {' '.join(said)}") if said else (DONE, done)


def _impossible(visit: VisitSession) -> str:
    """Return in which regions the Vp of the visit's maps cannot be that of tissue; "" if none."""
    found = [] if visit.result is None else visit.result.measures.findings
    names = [one.about for one in found if one.code == AIF_TOO_LOW and one.about]
    if not names:
        return ""
    return f"{visit.shown_label}: " + _(
        "Vp is not that of tissue in most of {regions}, so the AIF is too low, or T10 of the "
        "tissue too short. Check the artery in step 2, and T10."
    ).format(regions=", ".join(names))


def _result(session: Session) -> tuple[str, str]:
    if len(session.visits) == 1:
        visit = session.visits[0]
        measured = visit.result
        if measured is not None and measured.measures.normalised:
            if (outdated := session.outdated(visit)) is not None:
                return NOT_YET, str(outdated)
            return _unless_impossible(
                [visit],
                _("The normalised values are ready. Open the other visit to get the change."),
            )
        return NOT_YET, _("Draw the lesion and the reference vertebra to get normalised values.")
    if session.several:
        lacking = session.course.obstacle()
        if lacking is not None:
            return NOT_YET, str(lacking)
        if not session.course.is_current:
            return NEXT, _("Follow the course.")
        return _unless_impossible(session.visits, _("The course is followed."))
    obstacle = session.obstacle()
    if obstacle is not None:
        return NOT_YET, str(obstacle)
    if not session.is_comparison_current:
        return NEXT, _("Compare the visits.")
    return _unless_impossible(list(session.pair), _("The visits are compared."))
