"""Archives that the user configured, in a settings file of the user's data folder."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.user_data import user_folder
from SpineDCELib.settings.settings_file import settings_from_dict

#: File of the nodes, in the user's data folder.
FILE = "pacs.json"
#: Beginning of an address of a study in an archive: pacs:NODE/STUDY_UID.
SCHEME = "pacs:"
#: Service under which a keyring holds the secrets.
KEYRING = "spinedce"
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")

Retrieval = Literal["move", "get", "web"]
Login = Literal["none", "basic", "token"]


@dataclass(frozen=True)
class Tls:
    """Encryption of a connection.

    Attributes:
        on: connect by TLS; an address that begins with https is always encrypted.
        authorities: PEM file of the authorities to trust; "" for those of the system.
        certificate, key: PEM files that show who we are.
    """

    on: bool = False
    authorities: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True)
class Node:
    """An archive.

    Attributes:
        host, port, ae_title: where it listens for DIMSE.
        url: root of its DICOMweb service.
        retrieve: how studies are fetched; "web" also searches and sends by DICOMweb.
        addresses: from which it connects for C-MOVE, if not from its host.
        user, login: at DICOMweb; the password or token is a secret (see :func:`secret_of`).
        timeout: s without a sign of life after which it counts as silent.
    """

    name: str = ""
    host: str = ""
    port: int = 104
    ae_title: str = ""
    url: str = ""
    retrieve: Retrieval = "move"
    addresses: tuple[str, ...] = ()
    login: Login = "none"
    user: str = ""
    timeout: float = 30.0
    tls: Tls = field(default_factory=Tls)

    @property
    def by_web(self) -> bool:
        """Return whether it is reached by DICOMweb."""
        return self.retrieve == "web"


@dataclass(frozen=True)
class Own:
    """This program as archives see it.

    Attributes:
        ae_title: its own.
        address, port: where it listens during C-MOVE; "" is the address that faces the archive.
    """

    ae_title: str = "SPINEDCE"
    address: str = ""
    port: int = 11112
    tls: Tls = field(default_factory=Tls)


@dataclass(frozen=True)
class Serve:
    """Reception of studies by ``spinedce pacs serve``.

    Attributes:
        ae_title, address, port, tls: where it listens.
        callers: AE title → address from which it may call.
        quiet: s after the last image, and the end of its connection, when a study is complete.
        disk_gb: that all received studies and their results may have, GB.
        retries: further attempts where an analysis ended unexpectedly.
        folder: of the studies; "" for one in the user's data folder.
        archive: node in which earlier visits of a patient are looked for; "" for none.
    """

    ae_title: str = "SPINEDCE"
    address: str = "127.0.0.1"
    port: int = 11113
    callers: dict[str, str] = field(default_factory=dict)
    quiet: float = 60.0
    disk_gb: float = 50.0
    retries: int = 2
    folder: str = ""
    archive: str = ""
    tls: Tls = field(default_factory=Tls)


@dataclass(frozen=True)
class Network:
    """Content of the settings file."""

    own: Own = field(default_factory=Own)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    serve: Serve = field(default_factory=Serve)

    def node(self, name: str) -> Node:
        """Return the node of a name.

        Raises:
            InputError: there is none (code "no_such_node").
        """
        if name in self.nodes:
            return self.nodes[name]
        known = ", ".join(self.nodes) or "none"
        raise InputError(
            f"There is no node '{name}' in {nodes_file()}; it holds {known}.",
            code="no_such_node",
            about=name,
        )


def nodes_file() -> Path:
    """Return the path of the settings file, which need not exist."""
    return user_folder() / FILE


def read_network() -> Network:
    """Read the nodes; none if the file does not exist.

    Raises:
        InputError: the file cannot be read, holds an unknown name or a value that is not allowed,
            or a password (code "secret_in_settings").
    """
    path = nodes_file()
    if not path.exists():
        return Network()
    try:
        data = read_json(path)
        if not isinstance(data, dict) or not isinstance(data.get("nodes", {}), dict):
            raise ValueError("it must hold a table with 'own' and 'nodes'")
    except (OSError, ValueError) as error:
        raise InputError(
            f"The nodes in {path} could not be read: {error}.",
            code="unreadable_settings",
            about=str(path),
        ) from None
    unknown = sorted(set(data) - {"own", "nodes", "serve"})
    if unknown:
        raise InputError(f"{path} has no entry '{unknown[0]}'.", code="unknown_setting")
    _refuse_secrets(data, path)
    own = settings_from_dict(data.get("own", {}), kind=Own, origin=f"{path}: own")
    _check_title(own.ae_title, "own")
    _check_port(own.port, "own")
    nodes = {str(name): _node(str(name), value) for name, value in data.get("nodes", {}).items()}
    serve = _serve(data.get("serve", {}), path)
    if serve.archive and serve.archive not in nodes:
        raise InputError(
            f"{path}: serve looks for earlier visits in '{serve.archive}', which is no node.",
            code="no_such_node",
            about=serve.archive,
        )
    return Network(own, nodes, serve)


def _serve(value: Any, path: Path) -> Serve:
    serve = settings_from_dict(value, kind=Serve, origin=f"{path}: serve")
    for title in (serve.ae_title, *serve.callers):
        _check_title(title, "serve")
    _check_port(serve.port, "serve")
    if serve.quiet < 0 or serve.disk_gb <= 0 or serve.retries < 0:
        raise InputError(
            f"{path}: serve holds a negative number.", code="invalid_node", about=str(path)
        )
    return serve


def _refuse_secrets(data: Any, path: Path) -> None:
    """Refuse a file with a secret in clear, by the names of its entries."""
    if isinstance(data, dict):
        for name, value in data.items():
            if re.search(r"(?i)password|secret|token|passwort", str(name)):
                raise InputError(
                    f"{path} holds '{name}' in clear. Remove it; passwords and tokens come from "
                    "the environment or a keyring.",
                    code="secret_in_settings",
                    about=str(path),
                )
            _refuse_secrets(value, path)


def _node(name: str, value: Any) -> Node:
    origin = f"Node '{name}'"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", name):
        raise InputError(
            f"A node cannot be named '{name}': letters, digits, - and _ are allowed.",
            code="invalid_node",
            about=name,
        )
    node = replace(settings_from_dict(value, kind=Node, origin=origin), name=name)
    if node.url and not node.host and "retrieve" not in value:
        node = replace(node, retrieve="web")
    for word, allowed in ((node.retrieve, Retrieval), (node.login, Login)):
        if word not in get_args(allowed):
            raise InputError(
                f"{origin}: '{word}' is none of {', '.join(get_args(allowed))}.",
                code="invalid_node",
                about=name,
            )
    if not 1 <= node.timeout <= 3600:
        raise InputError(
            f"{origin}: the timeout must be 1 to 3600 s.", code="invalid_node", about=name
        )
    if node.by_web:
        _check_url(node)
    else:
        if not node.host:
            raise InputError(f"{origin} has no host.", code="invalid_node", about=name)
        _check_title(node.ae_title, name)
        _check_port(node.port, name)
    return node


def _check_title(title: str, name: str) -> None:
    if not re.fullmatch(r"(?=.*\S)[\x20-\x5b\x5d-\x7e]{1,16}", title):
        raise InputError(
            f"'{title}' ({name}) is no AE title: 1 to 16 characters, no backslash.",
            code="invalid_node",
            about=name,
        )


def _check_port(port: int, name: str) -> None:
    if not 1 <= port <= 65535:
        raise InputError(f"{port} ({name}) is no port.", code="invalid_node", about=name)


def _check_url(node: Node) -> None:
    parts = urlsplit(node.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.password:
        raise InputError(
            f"Node '{node.name}' needs an address that begins with http:// or https:// and holds "
            "no password.",
            code="invalid_node",
            about=node.name,
        )
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if node.login != "none" and parts.scheme == "http" and not local:
        raise InputError(
            f"Node '{node.name}' would send its login without encryption. Use https.",
            code="login_not_encrypted",
            about=node.name,
        )


def secret_variable(node: Node) -> str:
    """Return the environment variable that may hold the password or token of a node."""
    return "SPINEDCE_PACS_" + re.sub(r"[^A-Z0-9]", "_", node.name.upper())


def secret_of(node: Node) -> str:
    """Return the password or token of a node, from the environment or the keyring.

    Raises:
        InputError: neither has it (code "no_secret").
    """
    if secret := os.environ.get(secret_variable(node)):
        return secret
    try:
        found = importlib.import_module("keyring").get_password(KEYRING, node.name)
    except Exception:  # not installed, or no keyring in this session
        found = None
    if found:
        return str(found)
    raise InputError(
        f"The login of node '{node.name}' is neither in {secret_variable(node)} nor in the keyring "
        f"(service {KEYRING}, user {node.name}).",
        code="no_secret",
        about=node.name,
    )


def study_address(text: str) -> tuple[str, str] | None:
    """Return node and study UID of an address such as "pacs:hospital/1.2.3"; None for a path.

    Raises:
        InputError: it begins like an address and is none (code "invalid_address").
    """
    if not text.startswith(SCHEME):
        return None
    node, _, study = text.removeprefix(SCHEME).partition("/")
    if not node:
        raise InputError(f"'{text}' names no node.", code="invalid_address", about=text)
    return node, require_uid(study)


def is_uid(text: str) -> bool:
    """Return whether a text is a UID, which is also a safe name of a file."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def require_uid(text: str) -> str:
    """Return a UID.

    Raises:
        InputError: it is none (code "invalid_address").
    """
    if is_uid(text):
        return text
    raise InputError(f"'{text}' is no study UID.", code="invalid_address", about=text)
