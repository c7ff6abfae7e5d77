"""Words and sentences of the engine, in the language of the window.

The engine speaks English only, because its files and reports are the same in every language. A
window translates what it shows: words as they are, sentences by the text around their numbers and
names. What is not known stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree

#: Context of these sentences in a translation file.
CONTEXT = "SpineDCELib"
#: Where one sentence of a text ends and the next one begins.
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z'])")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class EngineSentences:
    """Translation of the engine's texts.

    Args:
        sources: words and sentences in English, with a placeholder such as ``{name}`` for each
            part that differs.
        translate: returns the translation of a source, with the same placeholders.
        names: of regions, which are not translated inside a sentence.
    """

    def __init__(
        self,
        sources: Iterable[str],
        translate: Callable[[str], str],
        names: Iterable[str] = (),
    ) -> None:
        sources = sorted(sources, key=lambda one: -len(_PLACEHOLDER.sub("", one)))
        self._translate, self._names = translate, frozenset(names)
        self._words = {one for one in sources if not _PLACEHOLDER.search(one)}
        self._patterns = [(_pattern(one), one) for one in sources if one not in self._words]
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Return a text in the language of the window."""
        if not self._words and not self._patterns:
            return text
        if text not in self._known:
            if len(self._known) > 2000:
                self._known.clear()
            self._known[text] = self._translated(text)
        return self._known[text]

    def part(self, text: str) -> str:
        """Return a part of a sentence; the name of a region stays as it is."""
        return text if text in self._names else self(text)

    def _translated(self, text: str) -> str:
        sentences = SENTENCE_END.split(text)
        found = [self._known_or_none(sentence) for sentence in sentences]
        if None in found and len(sentences) > 1:
            whole = self._known_or_none(text)  # a name in it looks like the end of a sentence
            if whole is not None:
                return whole
        pairs = zip(sentences, found, strict=True)
        return " ".join(self._with_subject(one) if two is None else two for one, two in pairs)

    def _known_or_none(self, text: str) -> str | None:
        if text in self._words:
            return self._translate(text)
        for pattern, source in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                parts = {name: self.part(part) for name, part in found.groupdict().items()}
                return self._translate(source).format(**parts)
        return None

    def _with_subject(self, text: str) -> str:
        """Return a text that says something about a visit, a region or a file, or a list."""
        about, colon, said = text.partition(": ")
        if colon:
            return f"{self.part(about)}: {self.part(said)}"
        return ", ".join(map(self.part, text.split(", "))) if ", " in text else text


def read_sources(file: Path) -> list[str]:
    """Return the words and sentences of the engine in a translation file (.ts)."""
    for context in ElementTree.parse(file).getroot().iter("context"):
        if context.findtext("name") == CONTEXT:
            return [one.findtext("source") or "" for one in context.iter("message")]
    return []


def _pattern(source: str) -> re.Pattern[str]:
    """Return the expression that finds the parts of a sentence."""
    pieces = _PLACEHOLDER.split(source)
    # Literal text and names of placeholders take turns.
    expression = "".join(
        f"(?P<{piece}>.+?)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)
    )
    return re.compile(expression, re.DOTALL)
