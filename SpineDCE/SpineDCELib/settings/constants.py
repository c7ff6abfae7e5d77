"""Published constants of contrast agent, blood and response, with their sources."""

from __future__ import annotations

#: Relaxivity of gadobutrol in whole blood, 1/s/mM, by field in T (Shen, Invest Radiol 2015;50:330).
GADOBUTROL_R1 = {1.5: 4.6, 3.0: 4.5}
#: T1 of blood, s, by field in T (Stanisz et al., Magn Reson Med 2005;54:507).
BLOOD_T10 = {1.5: 1.441, 3.0: 1.932}
#: T1 of skeletal muscle, s, by field in T (Stanisz et al., Magn Reson Med 2005;54:507).
MUSCLE_T10 = {1.5: 1.008, 3.0: 1.412}
#: T2 relaxivity of gadobutrol in plasma, 1/s/mM, by field in T (Rohrer, Invest Radiol 2005;40:715).
GADOBUTROL_R2 = {1.5: 6.1, 3.0: 7.1}
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
