"""PDF of an HTML page, printed by a browser of the Chromium family."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from SpineDCELib.errors import InputError

BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "microsoft-edge",
)  # fmt: skip


def find_browser() -> str | None:
    """Return the path of a browser that can print a report; None if none is installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_page(page: Path, pdf: Path) -> None:
    """Print an HTML file with its own print style.

    Raises:
        InputError: no browser is installed, or printing failed.
    """
    browser = find_browser()
    if browser is None:
        raise InputError(
            "A PDF report needs Chromium, Chrome or Edge, and none of them was found. Export the "
            "report as HTML and print it from a browser.",
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
                f"{Path(browser).name} could not print the report ({type(error).__name__}). "
                "Export the report as HTML and print it from a browser.",
                code="printing_failed",
            ) from None
    if not pdf.is_file():
        raise InputError(
            f"{Path(browser).name} printed no PDF. Export the report as HTML and print it from a "
            "browser.",
            code="printing_failed",
        )


def write_page(folder: Path, text: str, formats: Sequence[str]) -> None:
    """Write a page as ``report.html``, ``report.pdf`` or both, as the formats say."""
    if "report" in formats:
        (folder / "report.html").write_text(text, encoding="utf-8")
    if "pdf" in formats:
        page_to_print = folder / "report_to_print.html"
        page_to_print.write_text(text, encoding="utf-8")
        try:
            print_page(page_to_print, folder / "report.pdf")
        finally:
            page_to_print.unlink()
