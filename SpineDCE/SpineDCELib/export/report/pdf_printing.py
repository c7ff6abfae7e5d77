"""A page printed to PDF by whatever browser of the Chromium family there is."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from SpineDCELib.errors import InputError

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "microsoft-edge",
)  # fmt: skip


def print_page(page: Path, pdf: Path) -> None:
    """Print an HTML file; the page's own print style decides how it looks.

    Raises:
        InputError: no browser, or it failed.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise InputError(
            "A PDF needs Chromium, Chrome or Edge on the search path. Print report.html from "
            "a browser instead.",
            code="no_browser",
            fields=["export.formats"],
        )
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError) as error:
            raise InputError(
                f"The browser could not print the report ({type(error).__name__}); print "
                "report.html by hand."
            ) from None
    if not pdf.is_file():
        raise InputError("The browser printed nothing; print report.html by hand.")
