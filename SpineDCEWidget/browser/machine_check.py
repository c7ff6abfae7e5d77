"""What the workstation needs from the machine, asked before anything could crash for want of it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import subprocess
import sys

from SpineDCELib.errors import InputError

#: The import names of what ``spinedce[workstation]`` installs.
_PACKAGES = ("slicer", "trame_slicer", "trame", "trame_rca", "trame_vuetify", "wslink", "plotly")
_INSTALL = "pip install 'spinedce[workstation]'"
#: Draws one offscreen frame, as every view of the workstation will.
_DRAW = (
    "import vtkmodules.vtkRenderingOpenGL2;"
    "from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkRenderer;"
    "w = vtkRenderWindow(); w.SetOffScreenRendering(1); w.AddRenderer(vtkRenderer());"
    "w.SetSize(8, 8); w.Render()"
)


def check_packages() -> None:
    """Refuse to start without the packages, saying how to get them.

    Raises:
        InputError: something is not installed, or there is no wheel for this machine.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    if "slicer" in missing and not _has_wheel():
        raise InputError(
            f"The workstation in the browser needs 3D Slicer's libraries, which have no wheel for "
            f"{platform.system()} {platform.machine()} with Python "
            f"{platform.python_version()}; use Linux on x86-64 or macOS on Apple silicon with "
            "Python 3.10 to 3.13, or the extension in 3D Slicer."
        )
    raise InputError(
        f"The workstation in the browser needs packages that are not installed "
        f"({', '.join(missing)}); install them with: {_INSTALL}"
    )


def _has_wheel() -> bool:
    system, machine = sys.platform, platform.machine()
    known = {("linux", "x86_64"), ("darwin", "arm64")}
    return (system, machine) in known and (3, 10) <= sys.version_info[:2] <= (3, 13)


class GraphicsCheck:
    """Draws a frame in a process of its own, since 3D Slicer's libraries crash without OpenGL."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if sys.platform != "linux":
            return
        if not _loads("libEGL.so.1") and _loads("libOSMesa.so.8"):
            os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkOSOpenGLRenderWindow")
        if not (_loads("libEGL.so.1") or _loads("libOSMesa.so.8") or _loads("libGL.so.1")):
            raise InputError(_no_graphics("no OpenGL library is installed"))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _DRAW], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self) -> None:
        """Refuse if nothing could be drawn.

        Raises:
            InputError: naming the libraries and the command that installs them.
        """
        if self._process is None:
            return
        try:
            failed = self._process.wait(timeout=60) != 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            failed = True
        if failed:
            raise InputError(_no_graphics("the OpenGL libraries that are installed cannot draw"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _no_graphics(why: str) -> str:
    return (
        f"The workstation cannot draw: {why}. On Debian or Ubuntu: "
        "sudo apt-get install libegl1 libgl1-mesa-dri"
    )
