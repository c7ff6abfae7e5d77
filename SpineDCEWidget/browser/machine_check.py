"""Check of the packages and graphics libraries that the workstation needs, before it starts."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import subprocess
import sys

from SpineDCELib.errors import InputError

#: Import names of the packages that ``spinedce[workstation]`` installs.
_PACKAGES = ("slicer", "trame_slicer", "trame", "trame_rca", "trame_vuetify", "wslink", "plotly")
_INSTALL = "pip install 'spinedce[workstation]'"
#: Program that draws one frame off screen, as the views of the workstation do.
_DRAW = (
    "import vtkmodules.vtkRenderingOpenGL2;"
    "from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkRenderer;"
    "w = vtkRenderWindow(); w.SetOffScreenRendering(1); w.AddRenderer(vtkRenderer());"
    "w.SetSize(8, 8); w.Render()"
)


def check_machine() -> None:
    """Check packages and graphics libraries.

    Raises:
        InputError: the workstation cannot start, with what to install.
    """
    check_packages()
    GraphicsCheck().wait()


def check_packages() -> None:
    """Check that the packages are installed.

    Raises:
        InputError: a package is missing, with the command that installs it, or there is no wheel
            for this machine.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    if "slicer" in missing and not _has_wheel():
        raise InputError(
            f"The workstation in the browser needs 3D Slicer's libraries, which have no wheel for "
            f"{platform.system()} {platform.machine()} with Python {platform.python_version()}. "
            "Use Linux on x86-64 or macOS on Apple silicon with Python 3.10 to 3.13, or the "
            "extension in 3D Slicer.",
            code="no_wheel",
        )
    raise InputError(
        f"The workstation in the browser needs packages that are not installed: "
        f"{', '.join(missing)}. Install them with: {_INSTALL}",
        code="package_missing",
        about=", ".join(missing),
    )


def _has_wheel() -> bool:
    system, machine = sys.platform, platform.machine()
    known = {("linux", "x86_64"), ("darwin", "arm64")}
    return (system, machine) in known and (3, 10) <= sys.version_info[:2] <= (3, 13)


class GraphicsCheck:
    """Test drawing in a separate process, because 3D Slicer's libraries crash without OpenGL."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if sys.platform != "linux":
            return
        if not _loads("libEGL.so.1") and _loads("libOSMesa.so.8"):
            os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkOSOpenGLRenderWindow")
        if not (_loads("libEGL.so.1") or _loads("libOSMesa.so.8") or _loads("libGL.so.1")):
            raise _no_graphics("no OpenGL library is installed")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _DRAW], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self) -> None:
        """Wait for the test drawing.

        Raises:
            InputError: it failed, with the command that installs the libraries.
        """
        if self._process is None:
            return
        try:
            failed = self._process.wait(timeout=60) != 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            failed = True
        if failed:
            raise _no_graphics("the installed OpenGL libraries do not work")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _no_graphics(reason: str) -> InputError:
    return InputError(
        f"The workstation cannot draw: {reason}. On Debian or Ubuntu, install them with: "
        "sudo apt-get install libegl1 libgl1-mesa-dri",
        code="no_graphics",
    )
