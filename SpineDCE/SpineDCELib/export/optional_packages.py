"""Optional packages of the export, with one message for those that are missing."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

from SpineDCELib.errors import InputError

#: The version that 3D Slicer 5.12 contains.
LEAST_HIGHDICOM = (0, 27)


def matplotlib_figure(what: str, **options: Any) -> Any:
    """Create a matplotlib figure that no window shows.

    Args:
        what: is drawn, for the message: "overview.png".
        options: of ``matplotlib.figure.Figure``.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        backend = importlib.import_module("matplotlib.backends.backend_agg")
        figures = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise missing(what, "matplotlib") from None
    figure = figures.Figure(**options)
    backend.FigureCanvasAgg(figure)
    return figure


def require_matplotlib(what: str) -> None:
    """Check that matplotlib can be imported.

    Args:
        what: needs it, for the message.

    Raises:
        InputError: it is not installed.
    """
    try:
        importlib.import_module("matplotlib")
    except ImportError:
        raise missing(what, "matplotlib") from None


def require_highdicom() -> None:
    """Check that highdicom can be imported, and writes parametric maps with the present arguments.

    Raises:
        InputError: it is not installed, or too old.
    """
    try:
        importlib.import_module("highdicom")
    except ImportError:
        raise missing("DICOM export", "highdicom") from None
    installed = version("highdicom")
    if tuple(int(part) for part in installed.split(".")[:2]) < LEAST_HIGHDICOM:
        least = ".".join(map(str, LEAST_HIGHDICOM))
        raise InputError(
            f"DICOM export needs highdicom {least} or later, but {installed} is installed. Update "
            f"it with: pip install 'highdicom>={least}'.",
            code="no_highdicom",
            about=f"highdicom>={least}",
        )


def missing(what: str, package: str, *, extra: str = "cli") -> InputError:
    """Return the error for a package that is not installed; ``extra`` is what installs it."""
    return InputError(
        f"{what} needs {package}, which is not installed. Install it with: "
        f"pip install 'spinedce[{extra}]'.",
        code=f"no_{package}",
        about=package,
    )
