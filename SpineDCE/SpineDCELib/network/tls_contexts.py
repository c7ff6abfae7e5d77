"""TLS contexts of connections to archives and from them."""

from __future__ import annotations

import ssl

from SpineDCELib.errors import InputError
from SpineDCELib.network.nodes import Tls


def client_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of a connection that we open; the other side's certificate is checked.

    Raises:
        InputError: a file cannot be read (code "unreadable_certificate").
    """
    try:
        context = ssl.create_default_context(cafile=tls.authorities or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load_own(context, tls)
    except OSError as error:
        raise _unreadable(tls, error) from None
    return context


def server_context(tls: Tls) -> ssl.SSLContext | None:
    """Return the context of connections that we accept; None without TLS.

    Callers must show a certificate of ``authorities``, if that is given.

    Raises:
        InputError: a file cannot be read, or there is no certificate (code
            "unreadable_certificate").
    """
    if not tls.on:
        return None
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not tls.certificate:
            raise OSError("no certificate is given")
        _load_own(context, tls)
        if tls.authorities:
            context.load_verify_locations(cafile=tls.authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise _unreadable(tls, error) from None
    return context


def _load_own(context: ssl.SSLContext, tls: Tls) -> None:
    if tls.certificate:
        # An encrypted key would ask in the terminal; the empty password makes it an error.
        context.load_cert_chain(tls.certificate, tls.key or None, password=lambda: b"")


def _unreadable(tls: Tls, error: OSError) -> InputError:
    files = ", ".join(f for f in (tls.authorities, tls.certificate, tls.key) if f)
    return InputError(
        f"TLS is not possible with the files {files or 'that are given'}: "
        f"{error.strerror or error}.",
        code="unreadable_certificate",
        about=files,
    )
