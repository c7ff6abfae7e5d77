"""The five steps of the work, what each has come to, and why."""

from __future__ import annotations

from dataclasses import dataclass

from SpineDCELib.errors import InputError
from SpineDCELib.mrml.patient_scene import Workplace
from SpineDCELib.mrml.visit_scene import VisitScene

from SpineDCEWidget.shared.wording import _

DONE, NEXT, WRONG, NOT_YET = "✓", "●", "!", ""


@dataclass(frozen=True)
class Step:
    key: str
    number: int
    title: str
    hint: str


STEPS = (
    Step("study", 1, _("Study"), _("Open the examination before, and the one after treatment.")),
    Step(
        "arteries", 2, _("Arteries"),
        _("Look at the aorta's curve; take sections in or out; set its shift."),
    ),
    Step("regions", 3, _("Regions"), _("Draw the lesion and a healthy reference vertebra.")),
    Step("maps", 4, _("Maps"), _("See Vp over T1; point at a voxel to see why it has its value.")),
    Step("result", 5, _("Result"), _("Read the change and its call; export it.")),
)  # fmt: skip


@dataclass(frozen=True)
class StepState:
    """One step now: ✓ done, ● to do next, ! needs a hand, "" not yet."""

    step: Step
    mark: str
    reason: str


def state_of(workplace: Workplace) -> list[StepState]:
    """All steps. What waits for an earlier one has no mark."""
    visits = workplace.visits
    if not visits:
        found = [(NEXT, _("No study yet."))] + [(NOT_YET, _("Open a study first."))] * 4
    else:
        studied = (DONE, " · ".join(_study(visit) for visit in visits))
        found = [studied, _arteries(visits), _regions(visits), _maps(visits)]
        found.append(_result(workplace))
    marks = [mark for mark, _reason in found]
    if NEXT not in marks and NOT_YET in marks and WRONG not in marks:
        first = marks.index(NOT_YET)
        found[first] = (NEXT, found[first][1])
    return [StepState(step, *state) for step, state in zip(STEPS, found, strict=True)]


def _study(visit: VisitScene) -> str:
    assert visit.analysis is not None
    dynamic = visit.analysis.study.dynamic
    return _("{visit}: {frames} frames in {duration:.0f} s").format(
        visit=_(visit.name), frames=dynamic.n_frames, duration=dynamic.times[-1]
    )


def _arteries(visits: list[VisitScene]) -> tuple[str, str]:
    said = []
    for visit in visits:
        assert visit.analysis is not None
        if visit.problem:
            return WRONG, f"{_(visit.name)}: {visit.problem}"
        if visit.result is None:
            return NEXT, _("The maps {visit} are not made yet.").format(visit=_(visit.name))
        shift = visit.settings.fit.shift
        if visit.settings.aif.source == "auto":
            try:
                sections = len(visit.analysis.detection().trusted().sections)
            except InputError as error:
                return WRONG, f"{_(visit.name)}: {error}"
            where = _("aorta found in {count} sections").format(count=sections)
        else:
            where = _("AIF: {source}").format(source=visit.settings.aif.source)
        said.append(f"{_(visit.name)}: {where}, " + _("shift") + f" {float(shift):.1f} s")
    return DONE, " · ".join(said)


def _regions(visits: list[VisitScene]) -> tuple[str, str]:
    for role, what in (("lesion", _("the lesion")), ("reference", _("a reference vertebra"))):
        for visit in visits:
            assert visit.analysis is not None
            if role not in visit.analysis.roles.values():
                words = _("Draw {what} {visit}.")
                return NOT_YET, words.format(what=what, visit=_(visit.name))
    return DONE, _("Lesion and reference are drawn.")


def _maps(visits: list[VisitScene]) -> tuple[str, str]:
    for visit in visits:
        if not visit.maps:
            return NOT_YET, _("There are no maps {visit} yet.").format(visit=_(visit.name))
        if visit.is_stale:
            return NEXT, _("Something was changed {visit}; make the maps again.").format(
                visit=_(visit.name)
            )
    return DONE, _("The maps are up to date.")


def _result(workplace: Workplace) -> tuple[str, str]:
    if len(workplace.visits) == 1:
        measured = workplace.visits[0].result
        if measured is not None and measured.measures.normalised:
            return DONE, _("Normalised values are there; open the other visit for the change.")
        return NOT_YET, _("Draw lesion and reference to get normalised values.")
    obstacle = workplace.obstacle()
    if obstacle:
        return NOT_YET, obstacle
    if workplace.is_comparison_stale:
        return NEXT, _("Compare the visits.")
    return DONE, _("The visits are compared.")
