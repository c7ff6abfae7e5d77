"""Start of the workstation: check the machine, serve the page locally, print its address."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from pathlib import Path

from SpineDCELib.errors import InputError

from SpineDCEWidget.browser.machine_check import GraphicsCheck, check_packages


def run(study: str | None = None, *, port: int = 0, browser: bool = True) -> None:
    """Serve the page until the program is stopped.

    Args:
        study: folder or file to open; both visits if it contains ``before`` and ``after``.
        port: on 127.0.0.1; any free one if 0.
        browser: open a browser if there is a display.

    Raises:
        InputError: the port is in use (code "port_in_use"); packages or graphics libraries are
            missing, with the command that installs them.
    """
    _check_port(port)
    check_packages()
    graphics = GraphicsCheck()
    sys.argv = sys.argv[:1]  # trame would parse the rest as its own options
    # Without this, wslink logs every message; failures are shown on the page.
    os.environ.setdefault("WSLINK_READY_MSG", " ")
    # No connection is lost on one machine, and a busy browser must not count as a dead one.
    os.environ.setdefault("WSLINK_HEART_BEAT", "0")
    # Images are compressed already; doing it again in a thread would hold each one back.
    os.environ.setdefault("WSLINK_WS_COMPRESS", "0")
    from SpineDCEWidget.browser.access import Access
    from SpineDCEWidget.browser.app import Workstation
    from SpineDCEWidget.browser.kept_data import TemporaryFolder, remove_unused_uploads
    from SpineDCEWidget.browser.page_server import Gate

    graphics.wait()
    # What the program keeps is for this user only; results leave it as downloads.
    os.umask(0o077)
    temporary = TemporaryFolder()
    remove_unused_uploads()
    station = Workstation(None if study is None else Path(study).expanduser().resolve())
    access = Access(lambda code: print(f"Code for another browser:  {code}", flush=True))
    gate = Gate(
        access,
        downloads=station.files,
        uploads=station.study.uploads,
        uploaded=station.uploaded,
    )
    station.ctrl.on_server_bind.add(gate.attach)

    openers: list[Path] = []

    def ready(**_: object) -> None:
        port = station.server.port
        print(
            f"SpineDCE is running at  http://127.0.0.1:{port}/\nCode:  {access.code}\n"
            "Press Ctrl+C to stop it; the work is saved.",
            flush=True,
        )
        if browser and _has_display():
            openers.append(access.write_opener(port))
            webbrowser.open(openers[0].as_uri())

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
        station.jobs.cancel()  # or the program would wait for it
        station.autosave.save()
        for opener in openers:
            opener.unlink(missing_ok=True)
        temporary.remove()


def _check_port(port: int) -> None:
    """Refuse a port that cannot be used, before anything is started."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it must be 0 to 65535"
        raise InputError(
            f"Port {port} of this machine cannot be used ({reason}). Choose another one, or 0 for "
            "any that is free.",
            code="port_in_use",
            about=str(port),
        ) from None


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
