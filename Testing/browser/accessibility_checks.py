"""What a screen reader finds on the page, and the contrast of its texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser.page import Page

#: Roles of controls → properties of which each must have one, so that its state is known.
CONTROLS: dict[str, tuple[str, ...]] = {
    "button": (), "link": (), "textbox": (), "searchbox": (), "spinbutton": (), "menuitem": (),
    "tab": ("selected",), "checkbox": ("checked",), "radio": ("checked",), "switch": ("checked",),
    "slider": ("valuemin",), "combobox": ("expanded", "hasPopup"), "listbox": (),
    "DisclosureTriangle": ("expanded",), "PopUpButton": (),
}  # fmt: skip
#: Controls whose look shows a state, and the attributes of which one says it.
STATES = {
    ".step-head": ["aria-expanded"], ".role, .region-name": ["aria-pressed"],
    "[id^=tool-]": ["aria-pressed"], "[id^=inverse-]": ["aria-pressed"],
    ".strip-upper, .strip-lower": ["aria-pressed"], "#link": ["aria-pressed"],
    ".visit-toggle .v-btn": ["aria-pressed"],
    ".candidate button": ["aria-checked"],
    ".pacs-study": ["aria-pressed"],
}  # fmt: skip
LANDMARKS = ("banner", "navigation", "main", "complementary", "region", "contentinfo", "form")


def tree(page: Page) -> list[dict[str, Any]]:
    """Return the nodes that a screen reader finds, in their order: role, name and properties."""
    page.driver.execute_cdp_cmd("Accessibility.enable", {})
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    ordered: list[dict[str, Any]] = []

    def walk(identity: str) -> None:
        node = by_id.get(identity)
        if node is None:
            return
        if not node.get("ignored"):
            found = {p["name"]: p["value"].get("value") for p in node.get("properties", ())}
            ordered.append(
                {
                    "role": node["role"].get("value"),
                    "name": node.get("name", {}).get("value", "").strip(),
                    "value": node.get("value", {}).get("value"), **{"properties": found},
                    "backend": node.get("backendDOMNodeId"),
                }
            )  # fmt: skip
        for child in node.get("childIds", ()):
            walk(child)

    for node in nodes:
        if "parentId" not in node:
            walk(node["nodeId"])
    return ordered


def describe(page: Page, node: dict[str, Any]) -> str:
    """Return the beginning of a node's markup."""
    found = page.driver.execute_cdp_cmd("DOM.getOuterHTML", {"backendNodeId": node["backend"]})
    return f"{node['role']} {node['name']!r}: {found['outerHTML'][:160]}"


def nameless(page: Page) -> list[str]:
    """Return the controls without a name, or without the state that their role has."""
    found = []
    for node in tree(page):
        if node["role"] not in CONTROLS:
            continue
        needed = CONTROLS[node["role"]]
        if not node["name"]:
            found.append("no name: " + describe(page, node))
        if needed and not any(one in node["properties"] for one in needed):
            found.append("no state: " + describe(page, node))
    return found


def stateless(page: Page) -> list[str]:
    """Return controls whose look shows a state that no attribute says."""
    return page.js(
        """
        const found = [];
        for (const [selector, names] of Object.entries(arguments[0])) {
          for (const e of document.querySelectorAll(selector)) {
            if (e.checkVisibility() && !names.some((n) => e.hasAttribute(n))) {
              found.push(selector + ': ' + e.outerHTML.slice(0, 120));
            }
          }
        }
        return found;
        """,
        STATES,
    )


def unreachable(page: Page) -> list[str]:
    """Return elements that a click uses, but that the keyboard does not reach.

    Charts and views are left out: what a click does in them has another control.
    """
    return page.js(
        """
        function clicks(e) {
          const key = Object.getOwnPropertySymbols(e).find((s) => s.description === '_vei');
          return Object.keys((key ? e[key] : e._vei) || {}).some((n) => /^onClick/.test(n));
        }
        const native = 'button, input, select, textarea, a[href], summary, label';
        return [...document.querySelectorAll('.page *')].filter((e) => e.checkVisibility()
          && (clicks(e) || e.matches('button, select, textarea, summary'))
          && !e.disabled && e.tabIndex < 0
          && !e.closest('.pane canvas, .pane > div:first-child, .sd-plot, .v-input, .candidate')
          && !e.closest('[tabindex="0"]')
          && !e.matches('label') && !e.querySelector(native)
        ).map((e) => e.outerHTML.slice(0, 160));
        """
    )


_CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def low_contrast(page: Page) -> tuple[int, list[str]]:
    """Return how many texts are shown, and those with too little contrast."""
    count, found = page.js(_CONTRAST)
    return count, found


def headings(page: Page) -> list[tuple[int, str]]:
    """Return level and text of every heading, in their order."""
    return [(int(n["properties"].get("level", 0)), n["name"])
            for n in tree(page) if n["role"] == "heading"]  # fmt: skip


def landmarks(page: Page) -> list[tuple[str, str]]:
    """Return role and name of every landmark, in their order."""
    return [(n["role"], n["name"]) for n in tree(page) if n["role"] in LANDMARKS]
