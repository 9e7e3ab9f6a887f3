"""The HTML of fences: highlighted code, files that are shown, and diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import escape

from deckpress.commonmark.opaque import CODE_GAP
from deckpress.diagnostics import finding
from deckpress.print_size import small_text
from deckpress.reading.fences import DIAGRAM, FORMULA, Fence, Info, extract_part
from deckpress.render import diagrams, formulas
from deckpress.render.markup.context import Context
from deckpress.render.markup.labels import words

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

# The few styles of the theme, by token type. A type without an entry has its parent's style.
_STYLES = {
    "Keyword": "k",
    "Operator.Word": "k",
    "Literal.String": "s",
    "Comment": "c",
    "Comment.Preproc": "d",
    "Literal.Number": "n",
    "Name.Function": "f",
    "Name.Builtin": "f",
    "Name.Class": "t",
    "Name.Tag": "t",
    "Name.Exception": "t",
    "Keyword.Type": "t",
    "Name.Variable": "v",
    "Name.Attribute": "v",
    "Name.Constant": "v",
    "Name.Decorator": "d",
    "Generic.Inserted": "gi",
    "Generic.Deleted": "gd",
    "Generic.Heading": "k",
    "Generic.Prompt": "c",
}
_SPAN = re.compile(r"<span[^>]*>|</span>")
_PLAIN = frozenset(("", "text", "txt", "plain", "output"))


def fence_html(fence: Fence, body: str, context: Context) -> str:
    """The HTML of a fence: a diagram or highlighted code.

    `body` is the text between its marks; a fence that shows a file gets the file's text instead.
    """
    info = fence.info
    label = ""
    if info.file is not None and info.file in context.files:
        shown = context.files[info.file].decode("utf-8", "replace")
        body = extract_part(shown, info.part) or ""
        label = f'<p class="file">{escape(info.file)}</p>'
    if info.language == DIAGRAM:
        return _diagram(fence, body, context)
    if info.language == FORMULA:
        return _formula(fence, body, context)
    if info.title.strip():
        label = f'<p class="file">{escape(info.title.strip())}</p>'
    elif info.role:
        label = f'<p class="file role">{words(context.lang)[info.role]}</p>'
    name = "".join(c for c in info.language.lower() if c.isalnum() or c in "-_+")
    gaps = context.gaps and info.file is None and "{{c" in body
    code = _with_gaps(body, info.language) if gaps else highlighted(body, info.language)
    if info.marked:
        code = _with_marks(code, info)
    return f'<div class="code">{label}<pre><code class="lang-{name}">{code}</code></pre></div>'


def _diagram(fence: Fence, body: str, context: Context) -> str:
    try:
        picture, asset = diagrams.draw(body, fence.info.alt)
    except diagrams.DiagramError as error:
        place = context.text.at(fence.line, fence.column, 3)
        context.report("D701", place, error.reason, **error.values)
        return ""
    if small := small_text(asset.data, context.on_card):
        span = context.text.at(fence.line, fence.column, 3)
        context.found.append(finding(small.code, span, size=small.size, needed=small.needed))
    context.assets.append(asset)
    return f'<div class="figure"><data value="{context.hole(picture)}"></data></div>'


def _formula(fence: Fence, tex: str, context: Context) -> str:
    try:
        math = formulas.draw(tex.strip(), display=True)
    except formulas.FormulaError as error:
        place = context.text.at(fence.line, fence.column, 3)
        context.report("D702", place, error.reason, **error.values)
        return ""
    return f'<p><data value="{context.hole(math)}"></data></p>'


def highlighted(code: str, language: str) -> str:
    """`code` as HTML, highlighted in `language` if that is known.

    Neighbouring tokens of one style share a span, so that print has few boxes to lay out.
    """
    return "".join(_run(style, text) for style, text in _runs(code, language))


def _with_gaps(body: str, language: str) -> str:
    """Code with gaps, as HTML. It has the colours of the whole code, with the gaps filled in."""
    code, gaps, position = "", [], 0
    for match in CODE_GAP.finditer(body):
        code += body[position : match.start()]
        gaps.append((len(code), len(code) + len(match[2]), int(match[1])))
        code += match[2]
        position = match.end()
    code += body[position:]
    edges = sorted({edge for start, stop, _ in gaps for edge in (start, stop)})
    opened = {start: f'<mark data-gap="{number}">' for start, _, number in gaps}
    closed = {stop: "</mark>" for _, stop, _ in gaps}
    parts: list[str] = []
    place = 0
    for style, text in _runs(code, language):
        stop = place + len(text)
        for end in [*(edge for edge in edges if place < edge < stop), stop]:
            parts += (closed.get(place, ""), opened.get(place, ""))
            closed.pop(place, None), opened.pop(place, None)
            parts.append(_run(style, text[: end - place]))
            text, place = text[end - place :], end
    return "".join(parts) + closed.get(place, "")


def _with_marks(code: str, info: Info) -> str:
    """Code as HTML with its marked lines in elements of their own. No style goes beyond a line."""
    lines = []
    open_span = ""
    for number, line in enumerate(code.split("\n"), 1):
        begun = open_span
        for tag in _SPAN.findall(line):
            open_span = "" if tag == "</span>" else tag
        whole = begun + line + ("</span>" if open_span else "")
        lines.append(f"<mark>{whole}</mark>" if info.is_marked(number) else whole)
    return "\n".join(lines)


def _runs(code: str, language: str) -> list[tuple[str, str]]:
    """The code in runs of one style; the style is empty where there is none."""
    lexer = _lexer(language.lower())
    tokens = _tokens(lexer, code) if lexer is not None and code else []
    if not tokens:
        return [("", code)]
    return [
        (style, "".join(value for _, value in group))
        for style, group in groupby(_styled(tokens), key=lambda pair: pair[0])
    ]


def _run(style: str, text: str) -> str:
    return f'<span class="{style}">{escape(text)}</span>' if style else str(escape(text))


def _tokens(lexer: Lexer, code: str) -> list[tuple[_TokenType, str]]:
    """The tokens of some code, which joined are the code; none if the lexer cannot do that.

    Many lexers read whole lines only, so a line end is added, and taken away again.
    """
    try:
        tokens = list(lexer.get_tokens(f"{code}\n"))
    except Exception:  # a lexer may raise anything; the code is shown without colours
        return []
    while tokens and tokens[-1][1] == "":
        tokens.pop()
    if tokens and tokens[-1][1].endswith("\n"):
        tokens[-1] = (tokens[-1][0], tokens[-1][1][:-1])
    return tokens if "".join(value for _, value in tokens) == code else []


def _styled(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[str, str]]:
    """The style and the text of each token. White space takes the style before it: fewer spans."""
    style = ""
    for token, value in tokens:
        if not value.isspace():
            style = _style(token)
        elif "\n" in value:
            style = ""
        yield style, value


@cache
def _style(token: _TokenType) -> str:
    name = str(token).removeprefix("Token").removeprefix(".")
    while name:
        if name in _STYLES:
            return _STYLES[name]
        name = name.rpartition(".")[0]
    return ""


@cache
def _lexer(language: str) -> Lexer | None:
    if language in _PLAIN:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
