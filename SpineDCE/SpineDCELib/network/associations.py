"""DIMSE associations with an archive, and the reasons why there is none."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.network.nodes import Node, Own
from SpineDCELib.network.packages import pynetdicom
from SpineDCELib.network.supervision import silent_archive
from SpineDCELib.network.tls_contexts import client_context

#: Longest wait for a connection, s.
_CONNECTING = 10.0
#: s after the timeout of a node at which a connection ends by itself.
_LATER = 2.0
#: Transfer syntaxes that we can read, in the order of preference.
SYNTAXES = (
    "1.2.840.10008.1.2.1",  # explicit VR, little endian
    "1.2.840.10008.1.2",  # implicit VR, little endian
    "1.2.840.10008.1.2.4.70",  # JPEG lossless
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.1.99",  # deflated
    "1.2.840.10008.1.2.2",  # explicit VR, big endian
)


@contextlib.contextmanager
def associated(
    node: Node,
    own: Own,
    contexts: Sequence[Any],
    *,
    handlers: Sequence[tuple[Any, ...]] = (),
    roles: Sequence[Any] = (),
) -> Iterator[Any]:
    """Yield an association; it is released at the end, and aborted after an error.

    Args:
        contexts: presentation contexts; handlers: of pynetdicom's events; roles: items that
            negotiate who stores.

    Raises:
        InputError: there is none (codes "archive_unreachable", "archive_refused", "not_offered",
            "certificate_refused", "archive_silent").
    """
    library = pynetdicom()
    entity = library.AE(ae_title=own.ae_title)
    entity.connection_timeout = min(node.timeout, _CONNECTING)
    entity.acse_timeout = node.timeout
    # Whoever supervises the work notices first that nothing comes, and says so.
    entity.dimse_timeout = entity.network_timeout = node.timeout + _LATER
    secured = (client_context(node.tls), node.host) if node.tls.on else None
    began = time.monotonic()
    association = entity.associate(
        node.host,
        node.port,
        contexts=list(contexts),
        ae_title=node.ae_title,
        ext_neg=list(roles),
        tls_args=secured,
        evt_handlers=[*at_once(), *handlers],
    )
    if not association.is_established:
        raise _no_association(node, association, time.monotonic() - began)
    leave_answers(association)
    try:
        yield association
    except BaseException:
        association.abort()
        raise
    if association.is_established:
        association.release()


def at_once() -> list[tuple[Any, ...]]:
    """Return the handler that lets small messages be sent without the delay for bulk traffic."""
    from pynetdicom import evt

    def set_option(event: Any) -> None:
        with contextlib.suppress(AttributeError, OSError):
            plain = event.assoc.dul.socket.socket
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    return [(evt.EVT_CONN_OPEN, set_option)]


def leave_answers(association: Any) -> None:
    """Keep the thread of an association from taking answers that a request waits for.

    It looks for requests of the other side between ours. pynetdicom pauses it during a request, but
    where two follow quickly it may be just past the pause, and then an answer is lost.
    """
    get = association.dimse.get_msg
    association.dimse.get_msg = lambda block=False: get(block=True) if block else (None, None)


def _wake(association: Any) -> None:
    """Wake who waits for an answer on an association."""
    association.dimse.msg_queue.put((None, None))


def _no_association(node: Node, association: Any, waited: float) -> InputError:
    if association.is_rejected:
        answer = association.acceptor.primitive
        reason = getattr(answer, "reason_str", "") or "no reason given"
        return InputError(
            f"The archive '{node.name}' refused the connection: {reason.lower()}.",
            code="archive_refused",
            about=node.name,
        )
    if association.rejected_contexts:
        return InputError(
            f"The archive '{node.name}' does not offer this service.",
            code="not_offered",
            about=node.name,
        )
    if problem := connection_problem(node):
        return problem
    if waited > node.timeout:
        return silent_archive(node)
    return InputError(
        f"The archive '{node.name}' broke off while the connection was set up.",
        code="archive_refused",
        about=node.name,
    )


def connection_problem(node: Node) -> InputError | None:
    """Connect once more to learn what is wrong; None if the connection itself works."""
    where = f"'{node.name}' ({node.host}, port {node.port})"
    try:
        wait = min(node.timeout, _CONNECTING)
        with socket.create_connection((node.host, node.port), wait) as plain:
            if node.tls.on:
                client_context(node.tls).wrap_socket(plain, server_hostname=node.host).close()
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        return InputError(
            f"No encrypted connection to the archive {where} is possible: {reason}.",
            code="certificate_refused",
            about=node.name,
        )
    except OSError as error:
        return InputError(
            f"The archive {where} cannot be reached: {error.strerror or error}.",
            code="archive_unreachable",
            about=node.name,
        )
    return None


def checked(status: Any, node: Node, what: str) -> int:
    """Return the code of a DIMSE status that is success, warning or pending.

    Raises:
        InputError: it is a failure (code "archive_failed"), or there is none because the
            connection was lost (code "connection_lost").
    """
    if status is None or "Status" not in status:
        raise InputError(
            f"The connection to the archive '{node.name}' was lost during {what}.",
            code="connection_lost",
            about=node.name,
        )
    code = int(status.Status)
    if category(code) in ("Success", "Warning", "Pending"):
        return code
    raise InputError(
        f"The archive '{node.name}' could not do the {what}: {reason_of(status)}.",
        code="archive_failed",
        about=node.name,
    )


def category(code: int) -> str:
    """Return the category of a status: Success, Warning, Pending, Cancel or Failure."""
    if code in (0xFF00, 0xFF01):
        return "Pending"
    if code == 0:
        return "Success"
    if code == 0xFE00:
        return "Cancel"
    if code in (0x0001, 0x0107, 0x0116) or 0xB000 <= code <= 0xBFFF:
        return "Warning"
    return "Failure"


#: First and last status code → what it means (PS3.4, B.2.3 and C.4; PS3.7, annex C).
_MEANINGS: tuple[tuple[int, int, str], ...] = (
    (0xA700, 0xA7FF, "the archive is out of resources or full"),
    (0xA801, 0xA801, "the archive does not know where to send it"),
    (0xA900, 0xA9FF, "the object does not match its kind"),
    (0xC000, 0xCFFF, "the archive cannot process it"),
    (0x0110, 0x0110, "the archive failed while processing"),
    (0x0111, 0x0111, "the archive has it already"),
    (0x0122, 0x0122, "the archive does not support this kind of object"),
    (0x0124, 0x0124, "the archive does not allow it"),
    (0xFE00, 0xFE00, "it was cancelled"),
)


def reason_of(status: Any) -> str:
    """Return the meaning of a failure, its code and the archive's own comment."""
    code = int(status.Status)
    known = (text for low, high, text in _MEANINGS if low <= code <= high)
    comment = str(status.get("ErrorComment") or "").strip()
    text = f"{next(known, 'the archive failed')} (status {code:04X}H)"
    return f"{text}: {comment}" if comment else text


def aborting(association: Any) -> Callable[[], None]:
    """Return the function that ends an association from another thread."""

    def stop() -> None:
        with contextlib.suppress(Exception):  # it may just have ended
            association.abort()
            _wake(association)

    return stop
