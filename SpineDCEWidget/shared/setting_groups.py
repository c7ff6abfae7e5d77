"""Groups of settings in the forms of the page: which settings a form shows, and in which step."""

from __future__ import annotations

from dataclasses import dataclass

from SpineDCELib.settings import FORM


@dataclass(frozen=True)
class SettingGroup:
    """Settings that a form shows together.

    Attributes:
        step: number of the step that has the form.
        title: of the group; it is translated when it is shown.
        paths: of the settings.
        folded: whether the group is closed until the user opens it.
        shown_if: state variable of the page without which the group is not shown; "" always shows
            it.
    """

    step: int
    title: str
    paths: tuple[str, ...]
    folded: bool = False
    shown_if: str = ""


#: Settings that have their own control on the page: setting → its state variable.
OWN_VARIABLES = {"aif.source": "aif_source", "fit.shift": "shift"}
#: Settings that replace what was read from the files of a visit, or decide how they are read.
CORRECTIONS = (
    "reading.TR", "reading.FA", "reading.field_strength", "reading.frame_interval",
    "reading.frame_times", "reading.excluded_frames",
)  # fmt: skip
PAGE_GROUPS = (
    SettingGroup(
        1, "Frames that lie elsewhere", ("reading.displaced",), shown_if="displaced_frames"
    ),
    SettingGroup(1, "Corrections of this visit", CORRECTIONS),
    SettingGroup(
        1, "Contrast agent of this visit",
        ("contrast.agent", "contrast.dose", "contrast.rate", "contrast.concentration"), True,
    ),
    SettingGroup(
        1, "Checks of the images",
        ("reading.footprint", "reading.accept_implausible", "reading.skip_invalid"), True,
    ),
    SettingGroup(
        2, "More settings of the AIF, of all visits",
        ("aif.peak", "aif.fitted", "fit.shift_by"), True,
    ),
    SettingGroup(
        2, "More settings of the AIF, of this visit",
        ("aif.time_unit", "aif.medium", "fit.shifts"), True,
    ),
    SettingGroup(
        3, "Regions from files", ("reading.resample_regions", "reading.reference_level"), True
    ),
    SettingGroup(
        4, "Settings of all visits",
        (
            "fit.model", "concentration.signal", "concentration.T1_source", "concentration.T10",
            "concentration.muscle_T10", "concentration.r1", "aif.blood_T10",
        ),
    ),
    SettingGroup(4, "Settings of this visit", ("aif.Hct",)),
    SettingGroup(
        4, "More settings of the fit, of all visits",
        ("concentration.baseline_frames", "aif.r2", "fit.fit_delay", "fit.kep_low",
         "fit.kep_high", "fit.integration"), True,
    ),
    SettingGroup(
        4, "Preprocessing", tuple(path for path in FORM if path.startswith("preprocessing.")), True
    ),
)  # fmt: skip


def groups_of_step(step: int) -> list[SettingGroup]:
    """Return the groups in a step of the page."""
    return [group for group in PAGE_GROUPS if group.step == step]


def page_settings() -> list[str]:
    """Return the paths of all settings in the forms of the page."""
    return [path for group in PAGE_GROUPS for path in group.paths]


def steps_of_the_page() -> dict[str, int]:
    """Return setting → step of its control on the page, where 3D Slicer has another step."""
    return {
        path: group.step
        for group in PAGE_GROUPS
        for path in group.paths
        if FORM[path].step != group.step
    }
