"""Contrast agents: recognised as files write them; relaxivities as published."""

import pytest
from SpineDCELib.settings.contrast_agents import (
    CONTRAST_AGENTS,
    agent_r1,
    agent_r2,
    injected_dose,
    r1_log_SD,
    recognised,
)


@pytest.mark.parametrize(
    ("written", "agent"),
    [
        ("Gadobutrol", "gadobutrol"),
        ("GADOVIST 7.5 ML", "gadobutrol"),
        ("7,5ml Gadavist iv", "gadobutrol"),
        ("DOTAREM_0.5", "gadoterate"),
        ("gadoteric acid", "gadoterate"),
        ("ProHance", "gadoteridol"),
        ("Gd-DTPA", "gadopentetate"),
        ("Gd-DTPA-BMA", "gadodiamide"),
        ("Yes", None),
        ("", None),
        ("IV", None),
    ],
)
def test_an_agent_is_recognised_as_it_is_written(written, agent):
    assert recognised(written) == agent


#: Shen et al., Invest Radiol 2015;50:330, abstract: r1 in whole blood at 1.5 and 3 T.
SHEN = {
    "gadoterate": (3.9, 3.4),
    "gadobutrol": (4.6, 4.5),
    "gadopentetate": (4.3, 3.8),
    "gadobenate": (6.2, 5.4),
    "gadodiamide": (4.5, 3.9),
    "gadoversetamide": (4.4, 4.2),
    "gadoxetate": (7.2, 5.5),
    "gadoteridol": (4.4, 3.5),
}


@pytest.mark.parametrize("agent", CONTRAST_AGENTS)
def test_relaxivities_are_the_published_ones(agent):
    assert (agent_r1(agent, 1.5), agent_r1(agent, 3.0)) == SHEN[agent]
    assert agent_r2(agent, 1.5) > agent_r1(agent, 1.5) * 0.9
    assert 0.1 < r1_log_SD(agent, 1.5) < 0.25


def test_an_unknown_field_is_taken_for_the_nearest():
    assert agent_r1("gadobutrol", None) == agent_r1("gadobutrol", 1.41) == 4.6
    assert agent_r1("gadobutrol", 2.89) == 4.5


def test_the_dose_is_the_amount_over_the_weight():
    assert injected_dose(7.0, 1.0, 70.0) == pytest.approx(0.1)
