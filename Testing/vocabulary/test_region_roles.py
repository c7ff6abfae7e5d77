"""A role is recognised from tag, name and code, once; each has a title, a colour and a code."""

import re
from pathlib import Path

import pytest
import SpineDCELib
from SpineDCELib.vocabulary.region_roles import (
    REGION_ROLES,
    ROLES,
    SEARCH,
    role_of,
    words_of,
)
from SpineDCELib.vocabulary.terminology import terminology_entry


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Lesion", "lesion"),
        ("lesion_2", "lesion"),
        ("Metastasis L2", "lesion"),
        ("Reference vertebra", "reference"),
        ("Healthy L3", "reference"),
        ("Aorta", "aorta"),
        ("Excluded", "exclusion"),
        ("Haemangioma of lesion", "exclusion"),
        ("epidural part", "extraosseous"),
        ("Bone", "bone"),
        ("label 3", "other"),
    ],
)
def test_names(name, role):
    assert role_of(name) == role


def entry(code, meaning):
    return (
        "Segmentation category and type - DICOM master list~SCT^123037004^Anatomical Structure"
        f"~SCT^{code}^{meaning}~^^~Anatomic codes - DICOM master list~^^~^^"
    )


def test_codes_decide_where_the_name_says_nothing():
    assert role_of("Segment_1", terminology=entry("128462008", "Metastatic Neoplasm")) == "lesion"
    assert role_of("L3", terminology=entry("36470004", "L3 vertebra")) == "reference"
    assert role_of("Segment_2", terminology=entry("15825003", "Aorta")) == "aorta"
    # A lesion is often coded as the vertebra that it lies in.
    assert role_of("Lesion", terminology=entry("14293000", "L2 vertebra")) == "lesion"


def test_a_tag_decides_over_all():
    assert role_of("Lesion", tags={"SpineDCE.Role": "exclusion"}) == "exclusion"


def test_every_role_has_a_name_a_colour_and_a_code():
    assert set(REGION_ROLES) == set(ROLES)
    assert len({words.colour for words in REGION_ROLES.values()}) == len(ROLES)
    for role in (*ROLES, SEARCH):
        words = words_of(role)
        assert words.title
        assert re.fullmatch(r"#[0-9a-f]{6}", words.colour)
        assert words.category[1] == words.kind[1] == "SCT"
    assert words_of("unknown tag") == REGION_ROLES["other"]


@pytest.mark.parametrize("role", ["lesion", "aorta"])
def test_the_code_that_is_written_is_read_as_the_same_role(role):
    words = words_of(role)
    assert role_of("Segment_1", terminology=terminology_entry(words.category, words.kind)) == role


def test_only_readers_of_files_and_scenes_recognise_roles():
    """Everywhere else the role travels with the mask."""
    allowed = {
        "vocabulary/region_roles.py", "run/inputs.py", "mrml/region_nodes.py",
        "series/scan_study.py", "series/series_roles.py",  # the role of an image series
    }  # fmt: skip
    engine = Path(SpineDCELib.__file__).parent
    found = {
        path.relative_to(engine).as_posix()
        for path in engine.rglob("*.py")
        if re.search(r"\brole_of\(", path.read_text(encoding="utf-8"))
    }
    assert found <= allowed
