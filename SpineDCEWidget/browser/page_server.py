"""Server of the page: for this machine and this user only, one tab at a time."""

from __future__ import annotations

import contextlib
import html
import importlib.resources
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from SpineDCEWidget.browser.user_folders import safe_path

PAGE = importlib.resources.files("SpineDCEWidget.browser") / "page"
#: Close code of the web socket of a tab that another tab replaces.
TAKEN_OVER = 4001
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-ancestors 'self'"
)
_REFUSAL = (
    "<!doctype html><meta charset=utf-8><title>SpineDCE</title>"
    "<body style='font:16px system-ui;background:#111;color:#ddd;margin:15vh auto;max-width:34em'>"
    "<h1 style='font-size:22px'>SpineDCE</h1><p>Open the address that <code>spinedce "
    "workstation</code> printed; it contains a token that this address lacks.</p>"
)


def _ignore_disconnected(send: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return a send function that ignores that the page has disconnected meanwhile."""

    async def send_if_connected(*message: Any, **how: Any) -> None:
        with contextlib.suppress(ConnectionError):
            await send(*message, **how)

    return send_if_connected


class Gate:
    """Access by token, restriction to one tab, and routes of the page's files.

    Args:
        token: that the first address must contain; later requests have it in a cookie.
        downloads: folder whose files are served below ``/files/``.
        uploads: returns the folder for a set of uploaded files, by its name.
        uploaded: called with that folder when all have arrived.
    """

    def __init__(
        self,
        token: str,
        *,
        downloads: Path,
        uploads: Callable[[str], Path],
        uploaded: Callable[[Path], None],
    ) -> None:
        self._token = token
        self._downloads = downloads
        self._uploads = uploads
        self._uploaded = uploaded
        self._server: Any = None

    def attach(self, server: Any) -> None:
        """Add access control and routes to a wslink server before it starts."""
        self._server = server
        for handler in server._ws_handlers:
            for name in ("sendWrappedMessage", "sendWrappedError"):
                setattr(handler, name, _ignore_disconnected(getattr(handler, name)))
        app = server.app
        app.middlewares.append(self._admit)
        app.router.add_get("/", self._index)
        app.router.add_get("/index.html", self._index)
        app.router.add_post("/paraview/", self._session)
        app.router.add_get("/page/{name}", self._page_file)
        app.router.add_get("/plotly.js", self._plotly)
        app.router.add_get("/files/{name:.+}", self._download)
        app.router.add_post("/upload/{batch}", self._upload)
        app.router.add_post("/uploaded/{batch}", self._upload_done)

    # -- access ----------------------------------------------------------------------------------

    @property
    def _cookie(self) -> str:
        return f"spinedce_{self._server.get_port()}"

    def _known(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self._token.encode())

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]
    ) -> Any:
        if request.path in ("/", "/index.html") and self._known(request.query.get("token")):
            answer = web.HTTPFound("/index.html")
            answer.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict", path="/")
            return answer
        if not self._known(request.cookies.get(self._cookie)) or not self._same_site(request):
            return web.Response(status=403, text=_REFUSAL, content_type="text/html")
        if request.path == "/ws":
            await self._close_other_tabs()
        answer = await handler(request)
        if isinstance(answer, web.StreamResponse) and not answer.prepared:
            answer.headers.setdefault("Content-Security-Policy", _POLICY)
            answer.headers.setdefault("X-Content-Type-Options", "nosniff")
            answer.headers.setdefault("Referrer-Policy", "no-referrer")
        return answer

    @staticmethod
    def _same_site(request: web.Request) -> bool:
        """Return whether a request comes from our page, reached by a local address."""
        host = request.headers.get("Host", "")
        origin = request.headers.get("Origin")
        local = host.rsplit(":", 1)[0] in ("127.0.0.1", "localhost")
        return local and origin in (None, f"http://{host}")

    async def _close_other_tabs(self) -> None:
        """Move the session to the newest tab: close the connections of the others."""
        for handler in self._server._ws_handlers:
            for socket in list(handler.connections.values()):
                with contextlib.suppress(Exception):
                    await socket.close(code=TAKEN_OVER, message=b"another tab")

    # -- routes ----------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.Response:
        """Return trame's page with our scripts, style and icon added."""
        from trame_client.module import vue3

        page = (Path(vue3.www) / "index.html").read_text(encoding="utf-8")
        page = page.replace('<link rel="icon" href="logo.png" />', "")
        start, end = page.index("<title>"), page.index("</title>")
        head = (
            "<title>SpineDCE</title>"
            '<link rel="icon" type="image/svg+xml" href="page/icon.svg">'
            '<link rel="stylesheet" href="page/workstation.css">'
            '<script src="page/session.js"></script>'
        )
        page = page[:start] + head + page[end + len("</title>") :]
        page = page.replace(
            '<script type="module"',
            '<script src="page/plots.js"></script><script src="page/keys.js"></script>'
            '<script type="module"',
        )
        return web.Response(text=page, content_type="text/html")

    async def _session(self, request: web.Request) -> web.Response:
        """Return the address of the web socket."""
        return web.json_response({"sessionURL": f"ws://{request.host}/ws"})

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        path = safe_path(Path(str(PAGE)), request.match_info["name"])
        return web.FileResponse(path) if path and path.is_file() else web.Response(status=404)

    async def _plotly(self, request: web.Request) -> web.StreamResponse:
        import plotly

        path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        return web.FileResponse(path, headers={"Cache-Control": "max-age=86400"})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = safe_path(self._downloads, request.match_info["name"])
        if path is None or not path.is_file():
            return web.Response(status=404, text="The file does not exist.")
        headers = {}
        if request.query.get("save"):
            headers["Content-Disposition"] = f'attachment; filename="{html.escape(path.name)}"'
        return web.FileResponse(path, headers=headers)

    async def _upload(self, request: web.Request) -> web.Response:
        """Write one uploaded file; its name is a path inside the folder of the upload."""
        folder = self._uploads(request.match_info["batch"])
        path = safe_path(folder, request.query.get("name", ""))
        if path is None:
            return web.Response(status=400, text="The name of the file is not allowed.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                async for chunk in request.content.iter_chunked(1 << 20):
                    file.write(chunk)
        except OSError as error:
            return web.Response(
                status=507, text=f"The file could not be written: {error.strerror}."
            )
        return web.Response(text="ok")

    async def _upload_done(self, request: web.Request) -> web.Response:
        self._uploaded(self._uploads(request.match_info["batch"]))
        return web.Response(text="ok")
