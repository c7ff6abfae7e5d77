"""HTML page with its style and images embedded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from SpineDCELib.version import __version__

NOTICE = (
    "Not a medical device. For research only: it must not be the basis of a diagnosis or a "
    "treatment."
)

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 16px; color: #1b1b1b; background: #fff;
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5em; margin: 0 0 4px; } h2 { font-size: 1.15em; margin: 28px 0 8px; }
.who { color: #555; margin: 0 0 12px; }
.notice { border: 2px solid #b00020; color: #b00020; padding: 8px 12px; border-radius: 6px;
  font-weight: 600; margin: 12px 0; }
.call { border-left: 6px solid #333; background: #f3f3f3; padding: 12px 16px; margin: 12px 0;
  font-size: 1.1em; }
.call.persistent { border-color: #d55e00; } .call.response { border-color: #0072b2; }
.call small { display: block; color: #444; font-size: 0.82em; margin-top: 6px; }
img { width: 100%; height: auto; display: block; }
figure { margin: 0 0 12px; } figcaption { color: #555; font-size: 0.85em; margin-top: 4px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; align-items: start; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9em; width: 100%; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
td { font-variant-numeric: tabular-nums; }
th { font-weight: 600; border-bottom: 2px solid #999; }
ul { padding-left: 20px; } li { margin: 3px 0; }
.warn li { color: #8a4b00; }
footer { color: #666; font-size: 0.85em; margin-top: 28px; border-top: 1px solid #ddd;
  padding-top: 8px; overflow-wrap: anywhere; }
@media (max-width: 600px) { body { padding: 10px; font-size: 14px; }
  th, td { padding: 4px 6px; } .pair { grid-template-columns: 1fr; } }
@page { size: A4; margin: 14mm; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure, table, .call, .notice { break-inside: avoid; } h2 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .pair { grid-template-columns: 1fr 1fr; } .wide { overflow: visible; }
  table { font-size: 8.5pt; } th, td { padding: 3px 5px; } }
"""


def page(title: str, who: str, body: Iterable[str]) -> str:
    """Return the whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="who">{escape(who)}</p>\n'
        f'<p class="notice">{escape(NOTICE)}</p>\n'
        + "\n".join(body)
        + f"\n<footer>SpineDCE {escape(__version__)}. {escape(NOTICE)}</footer>\n</body>\n</html>\n"
    )


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def figure(sources: Sequence[str], caption: str) -> str:
    """Return images as wide as the page, or charts half as wide, with a caption."""
    alt = escape(caption, quote=True)
    pictures = "".join(f'<img src="{source}" alt="{alt}">' for source in sources)
    kind = "pair" if sources[0].startswith("data:image/svg") else "whole"
    return (
        f'<figure><div class="{kind}">{pictures}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def listed(items: Iterable[str], kind: str = "") -> str:
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<ul class="{kind}">{lines}</ul>' if kind else f"<ul>{lines}</ul>"


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def call(sentence: str, verdict: str, small: Iterable[str]) -> str:
    kind = {"persistent disease": "persistent", "response": "response"}.get(verdict, "")
    lines = "".join(f"<small>{escape(line)}</small>" for line in small)
    return f'<div class="call {kind}"><strong>{escape(sentence)}</strong>{lines}</div>'
