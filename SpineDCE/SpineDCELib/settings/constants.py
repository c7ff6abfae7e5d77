"""Published constants of blood, muscle and response, with their sources."""

from __future__ import annotations

#: T1 of blood, s, by field in T (Stanisz et al., Magn Reson Med 2005;54:507).
BLOOD_T10 = {1.5: 1.441, 3.0: 1.932}
#: T1 of skeletal muscle, s, by field in T (Stanisz et al., Magn Reson Med 2005;54:507).
MUSCLE_T10 = {1.5: 1.008, 3.0: 1.412}
#: Haematocrit in the middle of the adult range (0.42 to 0.45).
HCT = 0.42
#: Persistent disease is called above this change of normalised Vp, %.
CUTOFF = -40.0
CUTOFF_SOURCE = "Behar et al., AJNR 2023"


def at_field(table: dict[float, float], field_strength: float | None) -> tuple[float, float]:
    """Return a table's value at the nearest field, and that field, T; 1.5 T where none is known."""
    field = min(table, key=lambda known: abs(known - (field_strength or 1.5)))
    return table[field], field


#: Findings that stop a comparison until a user accepts them: code → what is accepted.
STOPS = {
    "same_study": "the same study at both visits",
    "another_patient": "visits of different patients",
    "reversed_dates": "a baseline visit that is later than the follow-up visit",
}
