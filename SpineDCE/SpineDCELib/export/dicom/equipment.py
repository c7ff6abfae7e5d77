"""Equipment module, the same in every DICOM object."""

from __future__ import annotations

from typing import Any

from SpineDCELib.version import __version__

#: The serial number is required by DICOM (type 1), but a program has none.
EQUIPMENT: dict[str, Any] = {
    "manufacturer": "SpineDCE open-source project",
    "manufacturer_model_name": "SpineDCE",
    "software_versions": __version__,
    "device_serial_number": "0",
}
