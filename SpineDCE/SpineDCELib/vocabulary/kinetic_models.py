"""Kinetic models: title and DICOM code of each."""

from __future__ import annotations

from SpineDCELib.vocabulary.terminology import PRIVATE, Code

#: Model, as the settings name it → title for people.
MODEL_TITLES: dict[str, str] = {
    "tofts": "Tofts",
    "extended_tofts": "extended Tofts",
    "patlak": "Patlak",
    "two_compartment_exchange": "two-compartment exchange",
}

#: Model → DICOM code.
MODEL_CODES: dict[str, Code] = {
    "tofts": ("126340", "DCM", "Standard Tofts Model"),
    "extended_tofts": ("126341", "DCM", "Extended Tofts Model"),
    "two_compartment_exchange": ("126347", "DCM", "Two Compartment Exchange (2CX) Model"),
    "patlak": ("PATLAK", PRIVATE, "Patlak model"),
}
