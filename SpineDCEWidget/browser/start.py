"""Starts the workstation: checks the machine, binds to it alone, prints the address."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import webbrowser
from pathlib import Path

from SpineDCEWidget.browser.machine_check import GraphicsCheck, check_packages


def run(study: str | None = None, *, port: int = 0, browser: bool = True) -> None:
    """Serve the page until the program is stopped.

    Args:
        study: folder or file to open; both visits where it holds ``before`` and ``after``.
        port: on 127.0.0.1; any free one if 0.
        browser: open a browser where there is a display.

    Raises:
        InputError: packages or graphics libraries are missing, with how to get them.
    """
    check_packages()
    graphics = GraphicsCheck()
    sys.argv = sys.argv[:1]  # trame would take the rest for its own
    # Its own log would name every message; what fails is told on the page.
    os.environ.setdefault("WSLINK_READY_MSG", " ")
    # On one machine nothing gets lost on the way; a busy browser must not be taken for a dead one.
    os.environ.setdefault("WSLINK_HEART_BEAT", "0")
    from SpineDCEWidget.browser.app import Workstation
    from SpineDCEWidget.browser.page_server import Gate

    graphics.wait()
    station = Workstation(None if study is None else Path(study).expanduser().resolve())
    token = secrets.token_urlsafe(24)
    gate = Gate(
        token,
        downloads=station.files,
        uploads=station.study.uploads,
        uploaded=station.uploaded,
    )
    station.ctrl.on_server_bind.add(gate.attach)

    def ready(**_: object) -> None:
        address = f"http://127.0.0.1:{station.server.port}/?token={token}"
        print(f"SpineDCE runs at  {address}\nStop it with Ctrl+C; the work is saved.", flush=True)
        if browser and _has_display():
            webbrowser.open(address)

    station.ctrl.on_server_ready.add(ready)
    try:
        station.server.start(
            port=port,
            host="127.0.0.1",
            open_browser=False,
            show_connection_info=False,
            timeout=0,
        )
    finally:
        station.jobs.cancel()  # or the program would not end before it
        station.autosave.save()
        shutil.rmtree(station.files, ignore_errors=True)


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
