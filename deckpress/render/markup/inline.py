"""Inline syntax: gaps, formulas, deleted text and bare addresses."""

from __future__ import annotations

import re
from typing import cast
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from deckpress.reading.prose import without_formulas
from deckpress.reading.references import trim_address
from deckpress.render.markup.blocks import Engine, formula_html

GAP = r"\{\{c(\d{1,3})::"
FORMULA = (
    r"(?<![\\$])(?:\$(?![\s$])(?P<tex>(?:\\.|[^\\$\n]|\n(?![ \t]*\n))+?)(?<!\s)\$(?![\d$])"
    r"|\$\$(?P<display>(?:\\.|[^\\$\n]|\n(?![ \t]*\n))+?)\$\$(?!\$))"
)
DELETED = r"~~(?![\s~])(.+?)(?<![\s~])~~"


class Gap(InlineProcessor):
    """``{{c1::answer::hint}}``. Code spans are already replaced, so they cannot contain gaps."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        """The gap as an element, with its start and end in `data`; all None if it is not a gap."""
        if not cast(Engine, self.md).context.gaps:
            return None, None, None
        masked = without_formulas(data)
        end = masked.find("}}", m.end())
        if end < 0:
            return None, None, None
        split = masked.find("::", m.end(), end)
        gap = Element("mark", {"data-gap": str(int(m.group(1)))})
        gap.text = data[m.end() : end if split < 0 else split]
        if split >= 0:
            gap.set("data-hint", self.unescape(data[split + 2 : end]).strip())
        return gap, m.start(), end + 2


class Formula(InlineProcessor):
    """``$x$`` within a line, ``$$x$$`` on its own. Prices stay text: 价格 $5 和 $10."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        """A placeholder for the formula's HTML, with the formula's start and end in `data`."""
        context = cast(Engine, self.md).context
        display = m["display"] is not None
        tex = m["display"] if display else m["tex"]
        html = formula_html(self.unescape(tex), display, context)
        return self.md.htmlStash.store(html), m.start(), m.end()


class Deleted(InlineProcessor):
    """``~~text~~``, even with no space around it, as in Chinese."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        """The deleted text as an element, with its start and end in `data`."""
        element = Element("del")
        element.text = m.group(1)
        return element, m.start(), m.end()


class Address(InlineProcessor):
    """Turns a bare address into a link.

    It may touch Chinese on both sides. It ends before the punctuation of the sentence.
    """

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        """The address as a link element, with its start and end in `data`."""
        address = trim_address(m.group())
        link = Element("a", {"href": address})
        link.text = AtomicString(address)
        return link, m.start(), m.start() + len(address)
