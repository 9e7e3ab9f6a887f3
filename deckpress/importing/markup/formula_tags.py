r"""Finds the formulas in the HTML of a field: Anki writes them in six ways.

``\(x\)``, ``\[x\]``, ``[$]x[/$]``, ``[$$]x[/$$]``, ``[latex]…[/latex]`` and ``<anki-mathjax>``.
"""

from __future__ import annotations

import re
from html import escape, unescape

_OPENING = re.compile(
    r"\\\(|\\\[|\[\$\$?\]|\[latex\]|<anki-mathjax(?P<block>[^>]*)>|<(?P<code>pre|code)\b",
    re.IGNORECASE,
)
_CLOSING = {
    "\\(": "\\)",
    "\\[": "\\]",
    "[$]": "[/$]",
    "[$$]": "[/$$]",
    "[latex]": "[/latex]",
}
_TAG = re.compile(r"<[^<>]*>")
_GAP = re.compile(r"\{\{\s*c(\d{1,3})::")
_INLINE = re.compile(r"\$\$(?P<display>[^$]+)\$\$|\$(?P<inline>[^$]+)\$")
_DISPLAY = ("\\begin{equation", "\\begin{align", "\\begin{displaymath", "\\begin{gather")


def mark_formulas(html: str) -> str:
    """The HTML with each formula in an element ``x-math``; that of a line of its own has ``d``.

    Formulas in code are code.
    """
    if "\\" not in html and "[" not in html and "<anki-mathjax" not in html:
        return html
    out: list[str] = []
    position = 0
    hopeless: set[str] = set()
    lowered = html.lower()
    while match := _OPENING.search(html, position):
        opening = match[0].lower()
        if match["code"]:
            closing = f"</{match['code'].lower()}>"
        elif match["block"] is not None:
            closing = "</anki-mathjax>"
        else:
            closing = _CLOSING[opening]
        end = -1 if closing in hopeless else lowered.find(closing, match.end())
        if end < 0:
            hopeless.add(closing)
            out.append(html[position : match.end()])
            position = match.end()
            continue
        inner, stop = html[match.end() : end], end + len(closing)
        if match["code"]:
            out.append(html[position:stop])
        else:
            out += (html[position : match.start()], _marked(opening, inner, match["block"] or ""))
        position = stop
    return "".join(out) + html[position:]


def is_whole_document(html: str) -> bool:
    """Whether a field holds a LaTeX document, which no formula can be."""
    return "\\documentclass" in html or "\\begin{document}" in html


def without_gaps(tex: str) -> tuple[str, int, int]:
    """A formula without the gaps in it, the number of the first one, and how many others it has.

    The number is 0 if there is none.
    """
    numbers = [int(number) for number in _GAP.findall(tex)]
    if not numbers:
        return tex, 0, 0
    out, position, depth = [], 0, 0
    for match in re.finditer(r"\{\{\s*c\d{1,3}::|::[^{}]*(?=\}\})|\}\}", tex):
        out.append(tex[position : match.start()])
        if match[0].startswith("{{"):
            depth += 1
        elif match[0] == "}}":
            out.append("" if depth else "}}")
            depth = max(0, depth - 1)
        position = match.end()
    out.append(tex[position:])
    return "".join(out).strip(), numbers[0], len(set(numbers)) - 1


def _marked(opening: str, inner: str, attributes: str) -> str:
    tex = unescape(_TAG.sub(" ", inner))
    if opening == "[latex]":
        return _marked_latex(tex)
    display = opening in ("\\[", "[$$]") or "true" in attributes
    return _element(tex, display=display)


def _marked_latex(tex: str) -> str:
    """A piece of LaTeX: one formula, or text with formulas in it."""
    tex = tex.strip()
    if tex.startswith(_DISPLAY):
        return _element(tex, display=True)
    if "$" not in tex:
        return _element(tex, display=False) if "\\" in tex else escape(tex)
    out, position = [], 0
    for match in _INLINE.finditer(tex):
        out.append(escape(tex[position : match.start()]))
        out.append(
            _element(match["display"] or match["inline"], display=match["display"] is not None)
        )
        position = match.end()
    return "".join(out) + escape(tex[position:])


def _element(tex: str, *, display: bool) -> str:
    return f'<x-math d="{int(display)}">{escape(tex, quote=False)}</x-math>'
