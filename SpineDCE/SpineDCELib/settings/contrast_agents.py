"""Contrast agents: names, concentration, relaxivities at each field with their spread, sources.

Relaxivities r1 are of human whole blood at 37 °C (Shen et al., Invest Radiol 2015;50:330), r2 of
bovine plasma at 37 °C (Rohrer et al., Invest Radiol 2005;40:715), which stands for r2*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import hypot

from SpineDCELib.settings.constants import at_field

#: Standard deviation of ln r1 between laboratories and media. Gadobutrol at 3 T has 4.5 ± 0.3 in
#: whole blood (Shen 2015), 3.47 ± 0.16 in blood and 4.97 ± 0.59 in plasma (Szomolanyi et al.,
#: Invest Radiol 2019;54:559), 5.0 in plasma (Rohrer 2005). It is a factor of all concentrations.
R1_SPREAD = 0.12
#: Doses of one injection that occur, mmol/kg, and injection rates, mL/s; others are misread.
DOSES = (0.01, 0.4)
RATES = (0.1, 12.0)


@dataclass(frozen=True)
class ContrastAgent:
    """One contrast agent.

    Attributes:
        title: for people.
        names: beginnings of words by which files name it, in lower case.
        concentration: of the undiluted agent, mmol/mL.
        r1: field in T → 1/s/mM in whole blood and its standard deviation.
        r2: field in T → 1/s/mM in plasma.
    """

    title: str
    names: tuple[str, ...]
    concentration: float
    r1: dict[float, tuple[float, float]]
    r2: dict[float, float]


#: Agent → its properties; r1 as printed by Shen 2015, r2 by Rohrer 2005.
CONTRAST_AGENTS: dict[str, ContrastAgent] = {
    "gadobutrol": ContrastAgent(
        "gadobutrol (Gadovist, Gadavist)", ("gadobutrol", "gadovist", "gadavist", "gd-do3a-butrol"),
        1.0, {1.5: (4.6, 0.2), 3.0: (4.5, 0.3)}, {1.5: 6.1, 3.0: 7.1},
    ),
    "gadoterate": ContrastAgent(
        "gadoterate (Dotarem, Clariscan)",
        ("gadoter", "dotarem", "clariscan", "artirem", "cyclolux", "gd-dota"),
        0.5, {1.5: (3.9, 0.2), 3.0: (3.4, 0.4)}, {1.5: 4.3, 3.0: 4.9},
    ),
    "gadoteridol": ContrastAgent(
        "gadoteridol (ProHance)", ("gadoteridol", "prohance", "gd-hp-do3a"),
        0.5, {1.5: (4.4, 0.6), 3.0: (3.5, 0.6)}, {1.5: 5.0, 3.0: 5.7},
    ),
    "gadopentetate": ContrastAgent(
        "gadopentetate (Magnevist)",
        ("gadopentet", "magnevist", "magnegita", "gd-dtpa"),
        0.5, {1.5: (4.3, 0.4), 3.0: (3.8, 0.2)}, {1.5: 4.6, 3.0: 5.2},
    ),
    "gadobenate": ContrastAgent(
        "gadobenate (MultiHance)", ("gadoben", "multihance", "gd-bopta"),
        0.5, {1.5: (6.2, 0.5), 3.0: (5.4, 0.3)}, {1.5: 8.7, 3.0: 11.0},
    ),
    "gadodiamide": ContrastAgent(
        "gadodiamide (Omniscan)", ("gadodiamid", "omniscan", "gd-dtpa-bma"),
        0.5, {1.5: (4.5, 0.1), 3.0: (3.9, 0.2)}, {1.5: 5.2, 3.0: 5.6},
    ),
    "gadoversetamide": ContrastAgent(
        "gadoversetamide (OptiMARK)", ("gadoversetamid", "optimark", "gd-dtpa-bmea"),
        0.5, {1.5: (4.4, 0.2), 3.0: (4.2, 0.2)}, {1.5: 5.2, 3.0: 5.9},
    ),
    "gadoxetate": ContrastAgent(
        "gadoxetate (Primovist, Eovist)", ("gadoxet", "primovist", "eovist", "gd-eob"),
        0.25, {1.5: (7.2, 0.2), 3.0: (5.5, 0.3)}, {1.5: 8.7, 3.0: 11.0},
    ),
}  # fmt: skip
#: Agent of the protocol of Behar et al. (AJNR 2023), where a study does not name one.
USUAL_AGENT = "gadobutrol"


def recognised(name: str) -> str | None:
    """Return the agent that a file names, such as "GADOVIST 7.5 ml"; None if it is not known."""
    words = name.lower().replace("_", " ")
    found = [
        (len(start), agent)
        for agent, one in CONTRAST_AGENTS.items()
        for start in one.names
        if re.search(rf"(?<![a-z]){re.escape(start)}", words)
    ]
    # The longest name decides, because "gd-dtpa" begins "gd-dtpa-bma" too.
    return max(found)[1] if found else None


def agent_r1(agent: str, field_strength: float | None) -> float:
    """Return the relaxivity r1 of an agent in whole blood at the nearest field, 1/s/mM."""
    table = {field: value for field, (value, _) in CONTRAST_AGENTS[agent].r1.items()}
    return at_field(table, field_strength)[0]


def agent_r2(agent: str, field_strength: float | None) -> float:
    """Return the relaxivity r2 of an agent in plasma at the nearest field, 1/s/mM."""
    return at_field(CONTRAST_AGENTS[agent].r2, field_strength)[0]


def r1_log_SD(agent: str, field_strength: float | None) -> float:
    """Return the standard deviation of ln r1: of the measurement and between laboratories."""
    table = {field: error / value for field, (value, error) in CONTRAST_AGENTS[agent].r1.items()}
    return hypot(at_field(table, field_strength)[0], R1_SPREAD)


def injected_dose(volume: float, concentration: float, weight: float) -> float:
    """Return the dose, mmol/kg, of ``volume`` mL of ``concentration`` mmol/mL in ``weight`` kg."""
    return volume * concentration / weight
