"""Codes of DICOM and SNOMED in what is written: the meaning is that of the standard's tables."""

import pytest
from pydicom.sr._concepts_dict import concepts
from SpineDCELib.export.dicom import codes
from SpineDCELib.vocabulary.quantities import QUANTITIES

#: Scheme → code → the meanings that pydicom's copy of the standard has for it.
KNOWN: dict[str, dict[str, set[str]]] = {"DCM": {}, "SCT": {}}
for scheme, by_code in KNOWN.items():
    for entries in concepts[scheme].values():
        for code, (meaning, _contexts) in entries.items():
            by_code.setdefault(code, set()).add(meaning)


def written():
    """Every code in the room of DICOM export, and of the quantities."""
    found = [q.code for q in QUANTITIES.values() if q.code is not None]
    for value in vars(codes).values():
        found += value.values() if isinstance(value, dict) else [value]
    tuples = {one for one in found if isinstance(one, tuple) and len(one) == 3}
    return sorted(one for one in tuples if one[1] in KNOWN)


@pytest.mark.parametrize("code", written(), ids=lambda code: code[0])
def test_a_code_means_what_the_standard_says(code):
    value, scheme, meaning = code
    if value not in KNOWN[scheme]:
        pytest.skip(f"pydicom's tables lack {scheme} {value}")
    assert meaning.lower() in {known.lower() for known in KNOWN[scheme][value]}
