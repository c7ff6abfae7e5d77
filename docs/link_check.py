"""Fail if an internal link of the built site is dead: python docs/link_check.py build/docs."""

import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

_OUTSIDE = re.compile(r"https?:|data:|mailto:|javascript:")


def dead_links(site: Path) -> list[str]:
    """Return every link to a file or a place that does not exist, with its page."""
    dead = []
    for page in sorted(site.rglob("*.html")):
        for link in re.findall(r'(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8")):
            if _OUTSIDE.match(link):
                continue
            path, _, place = link.partition("#")
            target = page.parent / unquote(path.partition("?")[0]) if path else page
            if not target.exists() or (place and unquote(place) not in _places(target.resolve())):
                dead.append(f"{page.relative_to(site)}: {link}")
    return dead


@cache
def _places(page: Path) -> frozenset[str]:
    if page.suffix != ".html":
        return frozenset()
    return frozenset(re.findall(r'(?:id|name)="([^"]+)"', page.read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit("\n".join(dead_links(Path(sys.argv[1]))) or 0)
