"""Course of treatment of a session: its events, cutoff, carried regions, and its result."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.compare.carried_regions import CarriedRegions, carry_regions
from SpineDCELib.compare.common_mode import require_common_mode
from SpineDCELib.compare.compare_visits import Comparison, Visit
from SpineDCELib.course import (
    PUBLISHED_CUTOFFS,
    Course,
    TreatmentEvent,
    cutoff_named,
    follow_course,
    parse_event,
)
from SpineDCELib.course.follow_course import Carried
from SpineDCELib.course.region_dose import isodose_levels
from SpineDCELib.course.treatment_events import days_after, with_recorded
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.isodose_nodes import hide_isodoses, show_isodoses
from SpineDCELib.progress import Progress
from SpineDCELib.run.course import course_labels
from SpineDCELib.series.dose_reader import read_dose

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session
    from SpineDCEWidget.shared.visit_session import VisitSession

#: Series whose cutoff can be chosen.
CUTOFFS = {name: one for name, one in PUBLISHED_CUTOFFS.items() if one.cutoff is not None}
#: Key under which a visit keeps the events and the cutoff.
_KEPT = "course"
#: Key under which a visit keeps the regions that were carried over to it: digest → what to look
#: at, as clauses.
CARRIED = "carried"
#: Roles of regions that calibrate a visit; they are drawn in each, and nothing of them is compared.
_OF_EACH_VISIT = ("aorta", "muscle")


@dataclass(frozen=True, eq=False)
class _Carry:
    """Regions that a visit got from another one."""

    source: str
    found: CarriedRegions


class CourseWork:
    """What is chosen for the course, and what the engine finds.

    Args:
        session: whose visits are followed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        #: The last result; see :attr:`is_current`.
        self.result: Course | None = None
        self.events: tuple[TreatmentEvent, ...] = ()
        #: Files with the dose of radiation (DICOM RT Dose); they add.
        self.doses: tuple[str, ...] = ()
        #: Key of :data:`CUTOFFS`.
        self.cutoff = next(iter(CUTOFFS))
        #: The visits of :attr:`result`, in its order.
        self.visits: tuple[VisitSession, ...] = ()
        self._carried: dict[str, _Carry] = {}
        self._followed_with: tuple[str, ...] = ()

    # -- choices --------------------------------------------------------------------------------

    def add_event(self, text: str) -> None:
        """Add a treatment, such as ``2026-03-12=radiation: 24 Gy in 1 fraction``.

        Raises:
            InputError: see :func:`parse_event`.
        """
        self._set_events((*self.events, parse_event(text)))

    def add_events(self, events: Sequence[TreatmentEvent]) -> None:
        """Add treatments that were read from files; see :func:`with_recorded`."""
        known = {(one.date, one.kind, one.details) for one in self.events}
        new = [e for e in events if (e.date, e.kind, e.details) not in known]
        self._set_events(tuple(with_recorded(self.events, new)))

    def remove_event(self, index: int) -> None:
        """Remove a treatment by its place in :attr:`events`."""
        self._set_events(tuple(e for n, e in enumerate(self.events) if n != index))

    def choose_cutoff(self, name: str) -> None:
        """Choose the published cutoff of the calls; the course is then followed again.

        Raises:
            InputError: see :func:`cutoff_named`.
        """
        cutoff_named(name)
        self.cutoff = name
        self._keep()

    def add_dose(self, path: str) -> None:
        """Add the dose of a radiation therapy plan; the course is then followed again.

        Raises:
            InputError: see :func:`read_dose`.
        """
        read_dose(path)
        self.doses = (*self.doses, path)
        self._keep()

    def remove_doses(self) -> None:
        """Follow the course without a dose, and show no isodoses."""
        self.doses = ()
        for visit in self._session.visits:
            hide_isodoses(visit.nodes)
        self._keep()

    def isodoses(self) -> tuple[float, ...]:
        """Return the doses of the lines in the views, Gy, rising; () without a dose."""
        return () if self.result is None else isodose_levels(self.result.dose_maps.values())

    def _set_events(self, events: tuple[TreatmentEvent, ...]) -> None:
        self.events = tuple(sorted(events, key=lambda event: event.date))
        if self.result is not None:
            # They change no number, so nothing is computed again.
            first = self.result.visits[0].about.date
            timed = (replace(e, day=days_after(e.date, first)) for e in self.events)
            self.result = replace(self.result, events=tuple(timed))
        self._keep()

    def _keep(self) -> None:
        """Keep the choices in the nodes of every visit, where they are saved with its work."""
        kept = {
            "cutoff": self.cutoff,
            "events": [asdict(event) for event in self.events],
            "doses": list(self.doses),
        }
        for visit in self._session.visits:
            visit.nodes.keep(_KEPT, kept)

    def restore(self, nodes: Any) -> None:
        """Take up the choices that lie in the nodes of a visit, and keep those of now there."""
        kept = nodes.value(_KEPT)
        if isinstance(kept, dict) and kept.get("cutoff") in CUTOFFS:
            self.cutoff = kept["cutoff"]
            known = [path for path in kept.get("doses", ()) if Path(path).is_file()]
            self.doses = tuple(dict.fromkeys((*self.doses, *known)))
            with contextlib.suppress(KeyError, TypeError, ValueError):  # a scene may hold anything
                self.add_events([TreatmentEvent(**event) for event in kept["events"]])
        elif self.events or self.doses:
            self._keep()

    # -- regions --------------------------------------------------------------------------------

    def has_own_regions(self, visit: VisitSession) -> bool:
        """Return whether something of a visit is drawn that is measured, which it then keeps."""
        roles = visit.state.roles
        return any(roles.get(name) not in _OF_EACH_VISIT for name in visit.state.regions)

    def source_of(self, visit: VisitSession) -> VisitSession | None:
        """Return the last earlier visit with a lesion and maps, whose regions can be carried.

        None as well if the visit has its own regions.
        """
        if self.has_own_regions(visit):
            return None
        order = self._session.in_order
        earlier = order[: order.index(visit)] if visit in order else []
        found = [v for v in earlier if v.is_current and v.result and v.result.measures.lesions()]
        return found[-1] if found else None

    def carry_job(self, visit: VisitSession) -> Job[CarriedRegions]:
        """Return the job that carries the regions of the last earlier visit over to a visit.

        Raises:
            InputError: no earlier visit has a lesion and maps (code "no_lesion_at_baseline"), the
                visit has its own regions (code "has_regions"), or it has no study.
        """
        if self.has_own_regions(visit):
            raise InputError(
                _("The visit has its own regions, which are kept."), code="has_regions",
                about=visit.name,
            )  # fmt: skip
        source, new = self.source_of(visit), visit.needed().snapshot()
        if source is None or source.result is None:
            raise InputError(
                _("No earlier visit has a lesion with maps that are up to date."),
                code="no_lesion_at_baseline",
            )
        old, lesions = source.needed().snapshot(), source.result.measures.lesions()
        roles = {str(name): str(role) for name, role in source.state.roles.items()}
        name = source.name
        # A role that the visit has drawn itself gets no second region.
        kept = {visit.state.roles.get(one) for one in visit.state.regions}

        def done(found: CarriedRegions) -> list[str]:
            masks = {one: mask for one, mask in found.masks.items() if roles[one] not in kept}
            found = replace(found, masks=masks)
            text = _("Carry {names} over from an earlier visit")
            self._session.load_regions(visit, found.masks, roles, text=text)
            self._carried[visit.name] = _Carry(name, found)
            keep_carried(visit, found)
            self._session.tell_origin(visit)
            return self.carry_doubts(visit)

        return Job(lambda progress: carry_regions(old, new, lesions, progress), done)

    def carried_now(self, visit: VisitSession) -> frozenset[str]:
        """Return the regions of a visit that were carried over to it and not changed since."""
        known = set(visit.nodes.value(CARRIED) or ())
        regions = visit.state.regions if known else {}
        return frozenset(name for name, mask in regions.items() if _digest(mask) in known)

    def carry_doubts(self, visit: VisitSession) -> list[str]:
        """Return what to look at in regions that were carried to a visit, until they change."""
        kept = visit.nodes.value(CARRIED)
        if not isinstance(kept, dict):  # a scene may hold anything
            return []
        found = {name: kept.get(_digest(mask)) for name, mask in visit.state.regions.items()}
        return [
            f"{name}: {'; '.join(translated(str(clause)) for clause in clauses)}"
            for name, clauses in found.items()
            if clauses and isinstance(clauses, list)
        ]

    def _moved(self, visits: list[VisitSession]) -> dict[int, Carried]:
        """Return where the regions of each visit come from, if they are still what was carried."""
        names = [visit.name for visit in visits]
        found = {}
        for place, visit in enumerate(visits):
            carry = self._carried.get(visit.name)
            if (
                carry is not None
                and carry.source in names[:place]
                and (now := _names_now(carry.found.masks, visit.state.regions)) is not None
            ):
                registrations, checks = carry.found.registrations, carry.found.checks
                found[place] = Carried(
                    names.index(carry.source),
                    {now.get(name, name): one for name, one in registrations.items()},
                    {now.get(name, name): check for name, check in checks.items()},
                )
        return found

    # -- following ------------------------------------------------------------------------------

    def obstacle(self) -> InputError | None:
        """Return why the visits cannot be followed; None if they can."""
        session = self._session
        visits = session.in_order
        if not session.several:
            return InputError(
                _("Open at least three visits of a patient."), code="one_visit",
                fields=("inputs.study",),
            )  # fmt: skip
        question = session.question()
        if question is not None:
            return question.error
        with_lesion = [v for v in visits if "lesion" in v.needed().roles.values()]
        for visit in with_lesion:
            if "reference" not in visit.needed().roles.values():
                return InputError(
                    _("Draw the {what} in the {visit} visit.").format(
                        what=_("reference vertebra"), visit=translated(visit.word)
                    ),
                    code="region_missing", about=visit.name, fields=("inputs.roi",),
                )  # fmt: skip
        if len(with_lesion) < 2:
            lacking = next(v for v in visits if v not in with_lesion)
            return InputError(
                _("Draw the {what} in the {visit} visit.").format(
                    what=_("lesion"), visit=translated(lacking.word)
                ),
                code="region_missing", about=lacking.name, fields=("inputs.roi",),
            )  # fmt: skip
        for visit in visits:
            if (outdated := session.outdated(visit)) is not None:
                return outdated
        try:
            require_common_mode({visit.word: visit.needed() for visit in visits})
        except InputError as error:
            return error
        return None

    def job(self, *, flip_runs: int = 200) -> Job[Course]:
        """Return the job that follows every lesion over all visits.

        Raises:
            InputError: see :meth:`obstacle`.
        """
        session = self._session
        session.follow_scene()
        if (obstacle := self.obstacle()) is not None:
            raise obstacle
        visits = session.in_order
        labels = course_labels([visit.date for visit in visits])
        given = [
            Visit(visit.needed().snapshot(), visit.result, label)
            for visit, label in zip(visits, labels, strict=True)
            if visit.result is not None
        ]
        carried, accepted = self._moved(visits), frozenset(session.accepted)
        events, files = self.events, self.doses
        cutoff, source = cutoff_named(self.cutoff)

        def work(progress: Progress) -> Course:
            return follow_course(
                given, events=events, carried=carried, cutoff=cutoff, cutoff_source=source,
                flip_runs=flip_runs, accepted=accepted,
                doses=[read_dose(file) for file in files], progress=progress,
            )  # fmt: skip

        def done(course: Course) -> None:
            self.result, self.visits, self._followed_with = course, tuple(visits), files
            for place, dose in course.dose_maps.items():
                geometry = visits[place].needed().images.dynamic.geometry
                show_isodoses(visits[place].nodes, dose, self.isodoses(), geometry)
            for trend in course.trends:
                for point in trend.points:
                    visits[point.visit].needed().tracking[point.name] = trend.tracking_uid
            session.comparison = self.comparison_of(session.pair) or session.comparison
            session.show_probability()
            for visit in visits:
                visit.release_memory()

        return Job(work, done)

    @property
    def is_current(self) -> bool:
        """Return whether the result is that of the present visits, maps and cutoff."""
        course = self.result
        return (
            course is not None
            and list(self.visits) == self._session.in_order
            and course.cutoff == cutoff_named(self.cutoff)[0]
            and self._followed_with == self.doses
            and all(
                visit.has_result_of(old.analysis)
                for old, visit in zip(course.visits, self.visits, strict=True)
            )
        )

    def comparison_of(self, pair: tuple[VisitSession, VisitSession]) -> Comparison | None:
        """Return the course's comparison of two visits; None if it has none, or is out of date."""
        course = self.result
        if course is None or not self.is_current or not set(pair) <= set(self.visits):
            return None
        first, last = map(self.visits.index, pair)
        return course.comparisons.get((first, last))


def keep_carried(visit: VisitSession, found: CarriedRegions) -> None:
    """Keep with a visit which of its regions were carried over, and what to look at in them."""
    kept = {_digest(mask): list(found.checks[name].doubts) for name, mask in found.masks.items()}
    visit.nodes.keep(CARRIED, kept)


def _digest(mask: NDArray[np.bool_]) -> str:
    """Return text that tells a mask from others, also in another run of the program."""
    packed = repr(mask.shape).encode() + np.packbits(mask).tobytes()
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def _names_now(
    masks: Mapping[str, NDArray[np.bool_]], regions: Mapping[str, NDArray[np.bool_]]
) -> dict[str, str] | None:
    """Return the present name of every carried region; None unless all are what was carried."""
    found: dict[str, str] = {}
    for name, mask in masks.items():
        same = [n for n, m in regions.items() if np.array_equal(m, mask)]
        if not same:
            return None
        found[name] = name if name in same else same[0]
    return found if set(found.values()) == regions.keys() else None
