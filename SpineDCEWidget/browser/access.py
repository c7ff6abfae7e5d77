"""Access to the page: a one-time code, then a cookie on a path that only the user's browser knows.

A secret in an address ends up in the browser's history and on a command line, which every user of
the machine can list. Cookies are sent to every port of a host, so the cookie is bound to a random
path: a program on another port never receives it.
"""

from __future__ import annotations

import html
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

#: No letters and digits that look alike.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12
#: Wrong codes after which a code is replaced.
_MOST_GUESSES = 10
COOKIE = "spinedce"
_STYLE = (
    "<!doctype html><meta charset=utf-8><title>SpineDCE</title><link rel=icon href='data:,'>"
    "<meta name=viewport content='width=device-width'>"
    "<body style='font:16px system-ui;background:#111;color:#ddd;margin:15vh auto;max-width:34em'>"
    "<h1 style='font-size:22px'>SpineDCE</h1>"
)
CODE_PAGE = (
    f"{_STYLE}<form method=post action='/open'><p>Enter the code that <code>spinedce workstation"
    "</code> has printed last.<p><input name=code id=code autofocus autocomplete=off "
    "aria-label=Code> <button>Open</button></form>"
)
REFUSAL = f"{_STYLE}<p>This address is not open to you. <a href='/'>Enter a code</a>."
WRONG = f"{_STYLE}<p>This code is not valid; each opens one browser. <a href='/'>Try again</a>."


class Access:
    """One-time codes, and the cookie that they are exchanged for.

    Args:
        renewed: called with each new code, to be shown where only the user reads.
    """

    def __init__(self, renewed: Callable[[str], None] = lambda code: None) -> None:
        self._renewed = renewed
        self._guesses = 0
        self.base = f"/{secrets.token_hex(24)}"  # trame writes it in lower case
        self._cookie = secrets.token_urlsafe(32)
        self.code = _new_code()
        self._file_code = ""

    def exchange(self, code: str) -> str | None:
        """Return the cookie for a code that is valid, once; None for any other."""
        given = "".join(code.lower().split()).replace("-", "").encode()
        if self._file_code and secrets.compare_digest(given, self._file_code.encode()):
            self._file_code = ""
            return self._cookie
        if secrets.compare_digest(given, self.code.replace("-", "").encode()):
            self._renew()
            return self._cookie
        self._guesses += 1
        if self._guesses >= _MOST_GUESSES:
            self._renew()
        return None

    def knows(self, cookie: str | None) -> bool:
        """Return whether a request carries the cookie."""
        return cookie is not None and secrets.compare_digest(
            cookie.encode("utf-8", "replace"), self._cookie.encode()
        )

    def _renew(self) -> None:
        self.code, self._guesses = _new_code(), 0
        self._renewed(self.code)

    def write_opener(self, port: int) -> Path:
        """Write a private file that opens the page, for a browser that is started from here.

        The browser's command line names the file, which no other user can read; it contains
        another code, which is sent in the body of a request.
        """
        self._file_code = _new_code().replace("-", "")
        handle, name = tempfile.mkstemp(prefix="spinedce-", suffix=".html")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(
                f"{_STYLE}<form method=post action='http://127.0.0.1:{port}/open'>"
                f"<input type=hidden name=code value='{html.escape(self._file_code)}'>"
                "<button>Open the workstation</button></form>"
                "<script>document.forms[0].submit()</script>"
            )
        return Path(name)


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[i : i + 4] for i in range(0, _LENGTH, 4))
