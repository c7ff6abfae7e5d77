"""What made an object: the same words in every one."""

from __future__ import annotations

from typing import Any

from SpineDCELib.version import __version__

#: Type 1 in DICOM; a program has no serial number of its own.
EQUIPMENT: dict[str, Any] = {
    "manufacturer": "SpineDCE open-source project",
    "manufacturer_model_name": "SpineDCE",
    "software_versions": __version__,
    "device_serial_number": "0",
}
