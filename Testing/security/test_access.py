"""The session is the user's alone: other programs, pages and users of the machine are kept out."""

import asyncio
import re
import stat
from types import SimpleNamespace

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="the workstation's packages are missing")
from aiohttp import web  # noqa: E402

from SpineDCEWidget.browser.access import Access  # noqa: E402
from SpineDCEWidget.browser.page_server import Gate  # noqa: E402


class Handler:
    """A web socket handler like wslink's, which echoes."""

    def __init__(self):
        self.connections = {}

    async def sendWrappedMessage(self, *_): ...

    sendWrappedError = sendWrappedMessage

    async def handleWsRequest(self, request):
        socket = web.WebSocketResponse(max_msg_size=1 << 16)
        self.connections[id(socket)] = socket
        try:
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(f"you said {len(message.data)}")
        finally:
            del self.connections[id(socket)]
        return socket


class Running:
    """The gate before a server with one web socket."""

    def __init__(self, tmp_path):
        self.codes = []
        self.access = Access(self.codes.append)
        self.handler = Handler()
        self.gate = Gate(
            self.access,
            downloads=tmp_path,
            uploads=lambda name: tmp_path / name,
            uploaded=lambda folder: None,
        )
        self.app = web.Application()
        self.app.router.add_get("/ws", self.handler.handleWsRequest)
        self.server = SimpleNamespace(
            app=self.app, _ws_handlers=[self.handler], config={}, get_port=lambda: self.port
        )

    async def __aenter__(self):
        self.gate.attach(self.server)
        self.runner = web.AppRunner(self.app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.port = self.runner.addresses[0][1]
        self.own = f"http://127.0.0.1:{self.port}"
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_):
        await self.client.close()
        await self.runner.cleanup()

    async def open(self, code, origin=None):
        """Return the status, the cookie header and the address after a code was entered."""
        headers = {"Origin": origin or self.own}
        async with self.client.post(
            f"{self.own}/open", data={"code": code}, headers=headers
        ) as answer:
            found = re.search(r"url=(/\S+)/index.html", await answer.text())
            return answer.status, answer.headers.get("Set-Cookie", ""), found and found[1]

    async def status(self, path, **headers):
        async with self.client.get(self.own + path, headers=headers) as answer:
            return answer.status

    async def socket(self, cookie, base, **headers):
        return await self.client.ws_connect(
            f"ws://127.0.0.1:{self.port}{base}/ws",
            headers={"Cookie": cookie.partition(";")[0], "Origin": self.own, **headers},
            max_msg_size=0,
        )


def run(tmp_path, test):
    async def inside():
        async with Running(tmp_path) as running:
            await test(running)

    asyncio.run(inside())


def test_a_code_opens_one_browser_and_stands_in_no_address(tmp_path):
    async def test(running):
        code = running.access.code
        status, cookie, base = await running.open(code)
        assert status == 200
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        secret = cookie.partition("=")[2].partition(";")[0]
        # Browsers send a cookie to all ports of a host, but only below its path.
        assert f"Path={base}/" in cookie
        assert len(base) > 40
        assert secret not in base
        assert code not in base
        again, cookie_again, _ = await running.open(code)
        assert (again, cookie_again) == (403, "")
        assert running.codes == [running.access.code] != [code]
        assert (await running.open(running.access.code))[0] == 200

    run(tmp_path, test)


def test_nothing_but_the_code_page_is_served_without_the_cookie(tmp_path):
    async def test(running):
        (tmp_path / "map.nrrd").write_bytes(b"secret")
        _, cookie, base = await running.open(running.access.code)
        header = {"Cookie": cookie.partition(";")[0]}
        assert await running.status("/") == 200
        for path in ("/ws", "/index.html", "/files/map.nrrd", "/page/session.js", "/open"):
            assert await running.status(path) == 403
            assert await running.status(path, **header) in (403, 405)
            assert await running.status(base + path) == 403
            assert await running.status(base + path, Cookie="spinedce=guess") == 403
        assert await running.status(f"{base}/files/map.nrrd", **header) == 200
        for host in ("elsewhere.example", f"elsewhere.example:{running.port}", "127.0.0.1:1"):
            assert await running.status(f"{base}/files/map.nrrd", Host=host, **header) == 403
            assert await running.status("/", Host=host) == 403
        foreign = header | {"Origin": "http://127.0.0.1:1"}
        assert await running.status(f"{base}/files/map.nrrd", **foreign) == 403
        # A form of another page cannot write.
        async with running.client.post(
            f"{running.own}{base}/upload/x?name=a", data=b"x", headers=header
        ) as answer:
            assert answer.status == 403

    run(tmp_path, test)


def test_a_code_of_another_page_or_a_guess_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("SpineDCEWidget.browser.page_server._GUESS_DELAY", 0.0)

    async def test(running):
        code = running.access.code
        assert (await running.open(code, origin="http://elsewhere.example"))[0] == 403
        for _ in range(12):
            assert (await running.open("aaaa-aaaa-aaaa"))[0] == 403
        assert running.codes  # the code was replaced
        assert (await running.open(code))[0] == 403

    run(tmp_path, test)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Cookie": None},
        {"Cookie": "spinedce=guess"},
        {"Upgrade": None, "Connection": None},
        {"Sec-WebSocket-Key": None},
        {"Host": "elsewhere.example"},
    ],
)
def test_a_request_that_is_not_of_our_page_takes_nothing_over(headers, tmp_path):
    """A GET that any program of the machine can send must not close the user's socket."""

    async def test(running):
        _, cookie, base = await running.open(running.access.code)
        socket = await running.socket(cookie, base)
        sent = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": running.own,
            "Cookie": cookie.partition(";")[0],
        }  # fmt: skip
        sent = {k: v for k, v in (sent | headers).items() if v is not None}
        for path in (f"{base}/ws", "/ws"):
            assert await running.status(path, **sent) == 403
        await socket.send_str("still here")
        assert (await asyncio.wait_for(socket.receive(), 5)).data == "you said 10"
        await socket.close()

    run(tmp_path, test)


def test_one_socket_lives_and_frames_are_bounded(tmp_path):
    async def test(running):
        _, cookie, base = await running.open(running.access.code)
        sockets = [await running.socket(cookie, base) for _ in range(20)]
        await sockets[-1].send_str("hello")
        assert (await sockets[-1].receive()).data == "you said 5"
        assert len(running.handler.connections) == 1
        for socket in sockets[:-1]:
            assert (await socket.receive()).type in (
                aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED,
            )  # fmt: skip
        await sockets[-1].send_bytes(b"x" * (1 << 17))
        assert (await sockets[-1].receive()).type == aiohttp.WSMsgType.CLOSE
        assert sockets[-1].close_code == 1009
        assert await running.status("/") == 200

    run(tmp_path, test)


#: Number of requests, the last ones, that open a web socket with the cookie.
_OF_SOCKETS = 4


def malformed(running, base, cookie):
    """Return requests that are none, and ones with a cookie that go wrong later."""
    head = f"Host: {running.own[7:]}\r\n"
    own = f"{head}Cookie: {cookie.partition(';')[0]}\r\nOrigin: {running.own}\r\n"
    socket = ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")  # fmt: skip
    upload = f"POST {base}/upload/x?name=a HTTP/1.1\r\n{own}"
    texts = [
        "\0" * 100,
        "\x16\x03\x01\x02\x00\x01\x00",
        "GET " + "a" * 70000,
        "GET /ws HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\r\n\r\n",
        f"GET {base}/ws HTTP/1.1\r\n{head}\r\n\x81\xff",
        f"GET / HTTP/1.1\r\n{head}X: {'a' * 70000}\r\n\r\n",
        f"POST /open HTTP/1.1\r\n{own}Content-Length: x\r\n\r\n",
        f"POST /open HTTP/1.1\r\n{own}Content-Length: 50\r\n\r\ncode",
        f"POST /open HTTP/1.1\r\n{own}Content-Length: 9\r\n"
        "Content-Type: multipart/form-data\r\n\r\n123456789",
        f"{upload}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        f"{upload}Content-Length: 50\r\n\r\npart",
        f"{upload}Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n123456789",
        f"GET http://[/ HTTP/1.1\r\n{head}\r\n",
        f"GET //[ HTTP/1.1\r\n{head}\r\n",
        f"GET / HTTP/1.1\r\n{head}Cookie: \xff\xfe=;;;\r\n\r\n",
        f"GET {base}/files/%00%ff%2e%2e HTTP/1.1\r\n{own}\r\n",
        f"GET {base}/ws HTTP/1.1\r\n{own}{socket}\r\n\x81\x01x",  # a frame without a mask
        f"GET {base}/ws HTTP/1.1\r\n{own}{socket}\r\n\xff\xff\xff\xff",
        f"GET {base}/ws HTTP/1.1\r\n{own}{socket.replace('dGhl', '====')}\r\n",
        f"GET {base}/ws HTTP/1.1\r\n{own}{socket.replace(': 13', ': x')}\r\n",
    ]
    return [text.encode("latin-1") for text in texts]


async def answer_to(running, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(request)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


def test_malformed_requests_print_nothing_in_the_terminal(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("SpineDCEWidget.browser.page_server._GUESS_DELAY", 0.0)

    async def test(running):
        _, cookie, base = await running.open(running.access.code)
        for request in malformed(running, base, cookie):
            answer = await answer_to(running, request)
            assert b"Traceback" not in answer
            assert b" 500 " not in answer.partition(b"\r\n")[0]
            shown = [r.getMessage() for r in caplog.records if r.levelname != "INFO"]
            assert shown == [], request
        assert await running.status("/") == 200

    run(tmp_path, test)


@pytest.mark.slow
def test_a_flood_of_messages_sockets_and_malformed_requests_leaves_the_session(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("SpineDCEWidget.browser.page_server._GUESS_DELAY", 0.0)

    async def test(running):
        _, cookie, base = await running.open(running.access.code)
        for _ in range(200):  # tabs of the user's browser, each in place of the last
            socket = await running.socket(cookie, base)
        idle = [await asyncio.open_connection("127.0.0.1", running.port) for _ in range(200)]
        for _, writer in idle:
            writer.write(f"GET {base}/ws HTTP/1.1\r\n".encode())
        requests = malformed(running, base, cookie)[:-_OF_SOCKETS]
        for n in range(24_000):
            await socket.send_str("x")
            if n % 100 == 99:
                for _ in range(100):
                    assert (await socket.receive()).data == "you said 1"
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await running.socket("spinedce=guess", base)
                await answer_to(running, requests[n // 100 % len(requests)])
        assert len(running.handler.connections) == 1
        await socket.close()
        for _, writer in idle:
            writer.close()

    run(tmp_path, test)


def test_the_file_that_opens_a_browser_is_private_and_valid_once(tmp_path):
    async def test(running):
        path = running.access.write_opener(running.port)
        try:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            code = re.search(r"value='(\w+)'", path.read_text())[1]
            assert code not in path.as_uri()  # what stands on the browser's command line
            assert code not in (running.access.code, running.access.base)
            assert (await running.open(code, origin="null"))[0] == 200
            assert (await running.open(code, origin="null"))[0] == 403
        finally:
            path.unlink()

    run(tmp_path, test)
