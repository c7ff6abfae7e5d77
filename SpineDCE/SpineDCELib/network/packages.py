"""Optional packages of the network, imported when they are needed, and silent."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from SpineDCELib.export.optional_packages import missing


def pynetdicom() -> Any:
    """Import pynetdicom; it writes no log, because that would hold names of patients.

    Raises:
        InputError: it is not installed (code "no_pynetdicom").
    """
    return _quiet("pynetdicom")


def dicomweb_client() -> Any:
    """Import dicomweb-client; it writes no log.

    Raises:
        InputError: it is not installed (code "no_dicomweb-client").
    """
    return _quiet("dicomweb_client", "dicomweb-client")


def _quiet(module: str, package: str = "") -> Any:
    logging.getLogger(module).setLevel(logging.CRITICAL + 1)
    try:
        return importlib.import_module(module)
    except ImportError:
        raise missing("The connection to an archive", package or module, extra="pacs") from None
