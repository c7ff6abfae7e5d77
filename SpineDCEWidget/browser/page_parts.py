"""Parts of the page, each of which the browser draws again only when what it shows has changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from trame.widgets import client
from trame_client.widgets.core import VirtualNode  # type: ignore[attr-defined]


@contextlib.contextmanager
def part(server: Any, name: str) -> Iterator[None]:
    """Build a part of the page where it stands, without an element around it.

    In one template the browser would draw the whole page again with every change, which takes
    longer than an image of a view.

    Args:
        name: of its template; no other part or view has it.
    """
    client.ServerTemplate(name=name)
    with VirtualNode(server) as node:
        yield
    server.state[f"trame__template_{name}"] = node.html
