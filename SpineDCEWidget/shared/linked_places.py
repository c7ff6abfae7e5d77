"""Places of one visit in another: through the registration of the vertebrae when there is one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.compare.registration import GOOD_MATCH, Registration

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession

#: RAS from LPS, and the other way round.
_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


def registration_of(session: Session) -> Registration | None:
    """Return the registration of the two visits that match best; None without a good one.

    It comes with the comparison, and holds as long as both visits show the same images.
    """
    compared = session.comparison
    if compared is None or any(
        visit.analysis is None or old.analysis.study is not visit.analysis.study
        for old, visit in zip(compared.visits, session.pair, strict=True)
    ):
        return None
    found = [lesion.registration for lesion in compared.lesions if lesion.registration is not None]
    good = [one for one in found if one.match >= GOOD_MATCH]
    return max(good, key=lambda one: one.match, default=None)


def placement(session: Session, visit: VisitSession, other: VisitSession) -> NDArray[np.float64]:
    """Return the 4×4 matrix that takes a visit's places, LPS mm, to those in another visit.

    It is the identity where there is no registration.
    """
    found = registration_of(session)
    if found is None or visit is other or {visit, other} != set(session.pair):
        return np.eye(4)
    matrix = found.matrix if other is session.pair[0] else np.linalg.inv(found.matrix)
    return np.asarray(matrix)


def place_in(
    session: Session, visit: VisitSession, other: VisitSession, ras: Iterable[float]
) -> NDArray[np.float64]:
    """Return the RAS point of another visit that shows what lies at a RAS point of a visit, mm.

    It is the same point where there is no registration.
    """
    point = np.array([*ras, 1.0])
    return np.asarray((_FLIP @ placement(session, visit, other) @ _FLIP @ point)[:3])
