"""Storage SCP: takes objects from callers that are allowed, and from no one else."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.network.associations import SYNTAXES, at_once
from SpineDCELib.network.nodes import Node, Own
from SpineDCELib.network.packages import pynetdicom
from SpineDCELib.network.stored_objects import ForeignObject
from SpineDCELib.network.tls_contexts import server_context

#: Status codes of C-STORE.
STORED, NOT_ALLOWED, NO_SPACE, NOT_EXPECTED, UNREADABLE = 0x0000, 0x0124, 0xA700, 0xA900, 0xC000
#: s that a connection may be silent before it is closed.
_SILENCE = 60.0
#: s that a TLS handshake may take.
_HANDSHAKE = 5.0

#: Takes the file and the dataset of an object, and the association that it came by.
Take = Callable[[bytes, Any, Any], object]


def stored(event: Any, take: Take, callers: Mapping[str, str] | None = None) -> int:
    """Handle one C-STORE request, and return its status.

    A full disk is said to the sender, because it must not believe that the object is here.

    Args:
        callers: AE title → the address from which it may call; None if that has been checked.
    """
    if callers is not None:
        caller = event.assoc.requestor
        if _plain_address(caller.address) != callers.get(str(caller.ae_title).strip()):
            return NOT_ALLOWED
    try:
        about = event.dataset
        if about.get("SOPInstanceUID") != event.request.AffectedSOPInstanceUID:
            return NOT_EXPECTED
        take(event.encoded_dataset(), about, event.assoc)
    except ForeignObject:
        return NOT_EXPECTED
    except OSError:
        return NO_SPACE
    except Exception:  # whatever the dataset holds
        return UNREADABLE
    return STORED


def storage_contexts(classes: Collection[str] = ()) -> list[Any]:
    """Return presentation contexts of storage classes; of all that are known, if none are given.

    Parametric maps are not among the 128 common ones, to which a caller's list is limited.
    """
    from pynetdicom import AllStoragePresentationContexts, build_context

    if classes:
        return [build_context(one, list(SYNTAXES)) for one in sorted(classes)]
    return [
        build_context(context.abstract_syntax, list(SYNTAXES))
        for context in AllStoragePresentationContexts
    ]


@contextlib.contextmanager
def listening(
    own: Own,
    take: Take,
    *,
    titles: Sequence[str],
    addresses: Collection[str],
    callers: Mapping[str, str] | None = None,
    handlers: Sequence[tuple[Any, ...]] = (),
) -> Iterator[int]:
    """Accept objects while the block runs, and yield the port.

    Args:
        own: address and port to listen at, and TLS.
        titles: AE titles that may call; addresses: from where. Neither may be empty.
        callers: AE title → its address, where each may call from one only.

    Raises:
        InputError: the port is in use (code "port_in_use").
    """
    library = pynetdicom()
    from pynetdicom import evt
    from pynetdicom.transport import ThreadedAssociationServer

    assert titles
    assert addresses
    allowed = frozenset(addresses)

    class Server(ThreadedAssociationServer):  # type: ignore[misc]
        """A server that closes connections from other machines before it reads a byte."""

        def verify_request(self, request: Any, client_address: Any) -> bool:
            return _plain_address(client_address[0]) in allowed

        def get_request(self) -> tuple[Any, Any]:
            connection, address = self.socket.accept()
            if self.ssl_context and self.verify_request(connection, address):
                connection.settimeout(_HANDSHAKE)  # others wait meanwhile
                connection = self.ssl_context.wrap_socket(connection, server_side=True)
            connection.settimeout(_SILENCE)
            return connection, address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Print nothing: whoever knocks must not fill the terminal."""

    entity = library.AE(ae_title=own.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(titles)
    entity.network_timeout = _SILENCE
    entity.supported_contexts = storage_contexts()
    entity.add_supported_context("1.2.840.10008.1.1")
    try:
        server = entity.make_server(
            (own.address, own.port),
            ssl_context=server_context(own.tls),
            evt_handlers=[(evt.EVT_C_STORE, stored, [take, callers]), *at_once(), *handlers],
            server_class=Server,
        )
    except OSError as error:
        raise InputError(
            f"The program cannot listen at port {own.port} ({error.strerror or error}).",
            code="port_in_use",
            about=str(own.port),
        ) from None
    entity._servers.append(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        for association in server.active_associations:
            with contextlib.suppress(Exception):
                association.abort()
        server.shutdown()
        thread.join(5)


def _plain_address(address: Any) -> str:
    return str(address).removeprefix("::ffff:")


def addresses_of(node: Node) -> frozenset[str]:
    """Return the addresses from which a node may connect.

    Raises:
        InputError: its host has no address (code "archive_unreachable").
    """
    found: set[str] = set()
    for name in node.addresses or (node.host,):
        try:
            found |= {str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}
        except OSError as error:
            raise InputError(
                f"The archive '{node.name}' cannot be reached: {name} has no address "
                f"({error.strerror or error}).",
                code="archive_unreachable",
                about=node.name,
            ) from None
    return frozenset(found)


def address_towards(node: Node) -> str:
    """Return the address of this machine on the way to a node; nothing is sent."""
    entry = socket.getaddrinfo(node.host, node.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(entry[0], socket.SOCK_DGRAM) as probe:
        probe.connect(entry[4])
        return str(probe.getsockname()[0])
