r"""Field HTML for Anki: the holes are filled, and text that looks like Anki's syntax is escaped.

Anki reads more than HTML in a field: gaps ``{{c1::…}}``, sounds ``[sound:…]``, LaTeX ``[$]…[/$]``,
spoken text ``[anki:tts …]``, answer boxes ``[[type:…]]``, formulas ``\(…\)``. A card about shell or
C++ may have such text in its code, and it has to be shown literally. Anki looks at the source of a
field, so character references hide the text from it. Formulas are found by MathJax in the displayed
page, so their two characters are also put into different elements.
"""

from __future__ import annotations

import re

from markupsafe import escape

from deckpress.model import ClozeEnd, ClozeStart, Html, LinkEnd, LinkStart, Math, Picture
from exporters.theme.join import join

# \x1f separates the fields of a note. Other control characters do not belong in a field either.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DIRECTIVE = re.compile(r"\[(?=(?:sound|anki|\[type):|/?latex\]|/?\$\$?\])", re.IGNORECASE)
_FORMULA = re.compile(r"\\(?=[(\[])")
_TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
# Anki shows cards in a page with a <base> element, so links within the page do not work.
_BACK_LINK = re.compile(r'\s*<a [^>]*href="#fnref[^>]*>.*?</a>', re.DOTALL)
_INNER_LINK = re.compile(r'<a [^>]*href="#[^>]*>(.*?)</a>', re.DOTALL)
# A brace or colon at the end of a piece counts too: the next piece may begin with the second one.
_BRACES = re.compile(r"\{(?=\{|\Z)")
_COLONS = re.compile(r":(?=:|\Z)")


def render_field(html: Html, page: str, pictures: set[str], gaps: bool = False) -> str:
    """The value of a note's field that shows `html`.

    `page` is the address of the page of the deck, without a fragment: a link to another card leads
    there. If it is empty, such a link becomes plain text. The names of the figures in the field are
    added to `pictures`. `gaps` says that the note has gaps; then literal braces are escaped.
    """
    if not html:
        return ""
    if len(html) == 1 and isinstance(html[0], str):  # as most fields are
        whole = _text(html[0])
        return _hide_braces(whole) if gaps else whole
    hints: list[str] = []

    def guard(text: str) -> str:
        if hints:
            return _inside_gap(text)
        return _hide_braces(text) if gaps else text

    def math(piece: Math) -> str:
        left, right = ("\\[", "\\]") if piece.display else ("\\(", "\\)")
        tex = _hide_directives(str(escape(_CONTROL.sub("", piece.tex))))
        return guard(f"{left}{tex}{right}")

    def picture(piece: Picture) -> str:
        pictures.add(piece.asset)
        size = f' width="{piece.width}"' if piece.width else ""
        drawn = ' class="drawn"' if piece.drawn else ""
        alt = _hide_directives(str(escape(_CONTROL.sub("", piece.alt))))
        return guard(f'<img src="{escape(piece.asset)}" alt="{alt}"{size}{drawn}>')

    def cloze_start(piece: ClozeStart) -> str:
        hints.append(piece.hint)
        return f"{{{{c{piece.number}::"

    def cloze_end(piece: ClozeEnd) -> str:
        hint = hints.pop()
        return f"::{_inside_gap(_hint(hint))}}}}}" if hint else "}}"

    def link_start(piece: LinkStart) -> str:
        return guard(f'<a href="{escape(page)}#{escape(piece.card)}">') if page else ""

    def link_end(piece: LinkEnd) -> str:
        return "</a>" if page else ""

    return str(
        join(
            html,
            math=math,
            picture=picture,
            cloze_start=cloze_start,
            cloze_end=cloze_end,
            link_start=link_start,
            link_end=link_end,
            text=lambda text: guard(_text(text)),
        )
    )


def render_text(text: str, gaps: bool = False) -> str:
    """The value of a note's field that shows plain `text`. `gaps` is as in `render_field`."""
    safe = _text(str(escape(text)))
    return _hide_braces(safe) if gaps else safe


def _hint(text: str) -> str:
    """The hint of a gap as HTML."""
    hint = render_text(text)
    if _DIRECTIVE.match(f"[{hint}]"):  # Anki shows a hint in brackets
        hint = f"&#{ord(hint[0])};{hint[1:]}"
    return hint


def _text(html: str) -> str:
    if not ("[" in html or "\\" in html or 'href="#' in html or _CONTROL.search(html)):
        return html  # as most
    html = _hide_directives(_CONTROL.sub("", html))
    if 'href="#' in html:
        html = _INNER_LINK.sub(r"\1", _BACK_LINK.sub("", html))
    if _FORMULA.search(html):
        # Text and tags in turn. An attribute cannot contain an element.
        parts = _TAG.split(html)
        parts[::2] = (_FORMULA.sub("<span>&#92;</span>", part) for part in parts[::2])
        parts[1::2] = (_FORMULA.sub("&#92;", part) for part in parts[1::2])
        html = "".join(parts)
    return html


def _hide_directives(html: str) -> str:
    return _DIRECTIVE.sub("&#91;", html)


def _hide_braces(html: str) -> str:
    return _BRACES.sub("&#123;", html)


def _inside_gap(html: str) -> str:
    html = html.replace("{", "&#123;").replace("}", "&#125;")
    return _COLONS.sub("&#58;", html)
