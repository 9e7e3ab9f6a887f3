"""The inline parser: markdown-it's rules, with gaps, formulas, comments and bare addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import autolink, emphasis, image, link, strikethrough
from markdown_it.rules_inline.state_inline import Scanned, StateInline

from deckpress.commonmark.addresses import MAIL, WEB, trim_address
from deckpress.commonmark.flanking import can_open_and_close
from deckpress.commonmark.opaque import (
    COMMENT,
    GAP,
    blank_spans,
    code_and_comments,
    formula_at,
    without_opaque,
)
from deckpress.commonmark.safe_html import html_tag

if TYPE_CHECKING:
    from markdown_it.token import Token

_DEEPEST = 50  # levels of links, gaps and brackets
_LONGEST_RUN = 100  # marks of emphasis in a row; more of them are text
# Where a rule may begin; the text up to there is taken at once.
_SIGNS = r"[\n!$&*<\[\\\]_`{~^=]|(?<![A-Za-z0-9_/@.])(?:https?://|ftp://|www\.)"
_STOP = re.compile(_SIGNS)
_STOP_AT_MAIL = re.compile(_SIGNS + r"|(?<![A-Za-z0-9.+-])(?=[A-Za-z0-9.+:-][A-Za-z0-9._+:-]*@)")
# ``H~2~O`` and ``10^-3^``: little enough that a path (``~/a``) or an operator is never meant.
_SCRIPT = re.compile(
    r"(?<=[A-Za-z0-9)\u3400-\u9fff])([~^])([+-]?\d{1,4}|st|nd|rd|th|[a-z])\1(?!\1)"
)
_MARKED = re.compile(r"(?<!=)==(?![\s=])([^=\n]+?)(?<!\s)==(?!=)")
_WIKI = re.compile(
    r"(?<!\[)(?P<embed>!)?\[\[(?P<name>[^\s\[\]|](?:[^\[\]\n|]*[^\s\[\]|])?)"
    r"(?:\|(?P<more>[^\[\]\n|]+))?\]\](?![\](\[])"
)
_SCOPE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*::")
_IMAGE_FILE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg)$", re.IGNORECASE)
_SIZED_IMAGE = re.compile(
    r"!\[(?P<alt>[^\[\]\n]*)\]\((?P<path>[^\s()<>]+)[ \t]+"
    r"=(?P<width>\d{1,5})?x?(?P<height>\d{1,5})?\)"
)
_SIZE_NAMED = re.compile(r"(width|height)=[\"']?(\d{1,5})(?:px)?[\"']?")
_SIZE_BEHIND = re.compile(rf"\{{:?(?:[ \t]*{_SIZE_NAMED.pattern})+[ \t]*\}}")
_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^(?P<name>[^\]\s\[]+)\]")


def parse_inline(
    content: str,
    definitions: Mapping[str, Mapping[str, Any]],
    footnotes: frozenset[str] = frozenset(),
    *,
    gaps: bool = False,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> list[Token]:
    """The inline tokens of a piece of prose.

    `definitions` are the link definitions by label, and `footnotes` the names of the footnotes that
    there are. `gaps` tells whether ``{{c1::…}}`` is a gap. `titles` has
    the ids of cards by their questions in small letters.
    """
    parser = _parser()
    env = {"references": definitions, "footnotes": footnotes, "gaps": gaps, "titles": titles}
    return parser.inline.parse(content, parser, env, [])


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        stop = start
        marker = self.src[start]
        while stop < self.posMax and self.src[stop] == marker:
            stop += 1
        before = self.src[start - 1] if start else " "
        after = self.src[stop] if stop < self.posMax else " "
        return Scanned(*can_open_and_close(before, after, canSplitWord), stop - start)


class _Inline(ParserInline):
    def parse(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.inline = _Inline()
    parser.configure("commonmark")
    parser.enable("strikethrough").disable("html_inline")
    parser.options["maxNesting"] = _DEEPEST
    parser.options["strikethrough_single_tilde"] = True
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    rules = parser.inline.ruler
    rules.at("text", _text)
    rules.at("emphasis", _emphasis)
    rules.before("strikethrough", "script", _script)
    rules.at("strikethrough", _deleted)
    rules.at("link", _link)
    rules.at("autolink", _autolink)
    rules.at("image", _image)
    rules.before("link", "footnote_mark", _footnote_mark)
    rules.before("link", "wiki", _wiki)
    rules.before("autolink", "comment", _comment)
    rules.after("autolink", "html", html_tag)
    rules.push("marked", _marked)
    rules.after("escape", "gap", _gap)
    rules.before("escape", "formula", _formula)
    rules.push("address", _address)
    rules.push("mail", _mail)
    return parser


def _autolink(state: StateInline, silent: bool) -> bool:
    """An address in angle brackets; in ``vector<std::string>`` there is none."""
    return _SCOPE.match(state.src, state.pos) is None and autolink(state, silent)


def _text(state: StateInline, silent: bool) -> bool:
    """The text up to the place where another rule may begin."""
    stops = _STOP_AT_MAIL if "@" in state.src else _STOP
    match = stops.search(state.src, state.pos, state.posMax)
    stop = match.start() if match else state.posMax
    if stop == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : stop])
    state.pos = stop
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if marker not in "*_":
        return False
    if not silent and state.src.startswith(marker * _LONGEST_RUN, state.pos):
        stop = state.pos
        while stop < state.posMax and state.src[stop] == marker:
            stop += 1
        state.append_pending(state.src[state.pos : stop])
        state.pos = stop
        return True
    return emphasis.tokenize(state, silent)


def _script(state: StateInline, silent: bool) -> bool:
    """A short index or exponent."""
    match = _SCRIPT.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        tag = "sub" if match[1] == "~" else "sup"
        state.push("script_open", tag, 1)
        state.push("text", "", 0).content = match[2]
        state.push("script_close", tag, -1)
    state.pos = match.end()
    return True


def _deleted(state: StateInline, silent: bool) -> bool:
    """Deleted text. A single ``~`` counts only around whole words: ``~/.ssh`` is a path."""
    if silent or state.src[state.pos] != "~":
        return False
    if state.src[state.pos : state.pos + 2] != "~~":
        before = state.src[state.pos - 1 : state.pos] if state.pos else ""
        after = state.src[state.pos + 1 : state.pos + 2]
        if before.isalnum() == after.isalnum() or (after in "/,.;:" and not before.isalnum()):
            return False
    return strikethrough.tokenize(state, silent)


def _link(state: StateInline, silent: bool) -> bool:
    """A link, which keeps its place in the source."""
    if state.src[state.pos] != "[":
        return False
    if state.pos not in _labels(state):
        return _skip_brackets(state, silent)
    start, first = state.pos, len(state.tokens) + bool(state.pending)
    if not link(state, silent):
        return False
    if not silent:
        state.tokens[first].meta["span"] = (start, state.pos)
    return True


def _image(state: StateInline, silent: bool) -> bool:
    """An image, which keeps its place in the source. Its size may stand in it or behind it."""
    if state.src[state.pos] != "!" or state.pos + 1 not in _labels(state):
        return False
    start = state.pos
    sized = _SIZED_IMAGE.match(state.src, start, state.posMax)
    if sized:
        if not silent:
            token = state.push("image", "img", 0)
            token.attrs = {"src": sized["path"]}
            token.content = sized["alt"]
            token.meta.update(span=sized.span(), size=_size(sized["width"], sized["height"]))
        state.pos = sized.end()
        return True
    if not image(state, silent):
        return False
    size = _SIZE_BEHIND.match(state.src, state.pos, state.posMax)
    if not silent:
        token = state.tokens[-1]
        token.meta["span"] = (start, state.pos)
        if size:
            named = dict(_SIZE_NAMED.findall(size.group()))
            token.meta["size"] = _size(named.get("width"), named.get("height"))
    if size:
        state.pos = size.end()
    return True


def _size(width: str | None, height: str | None) -> tuple[int | None, int | None]:
    return (int(width) if width else None, int(height) if height else None)


def _wiki(state: StateInline, silent: bool) -> bool:
    """``![[picture.png|300]]``, and ``[[#id]]`` or ``[[a title]]``: a link to that card."""
    match = _WIKI.match(state.src, state.pos, state.posMax)
    if match is None or normalizeReference(match["name"]) in state.env["references"]:
        return False
    name, more = match["name"], match["more"]
    if match["embed"]:
        if not _IMAGE_FILE.search(name):
            return False
        if not silent:
            token = state.push("image", "img", 0)
            token.attrs = {"src": name if "/" in name else f"figures/{name}"}
            size = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", more or "")
            token.content = name.rpartition("/")[2].rpartition(".")[0] if size or not more else more
            token.meta.update(span=match.span(), written=True)
            if size:
                token.meta["size"] = _size(size[1], size[2])
    else:
        target = name[1:] if name[0] == "#" else state.env["titles"].get(name.casefold())
        if target is None or state.linkLevel:
            return False
        if not silent:
            state.push("link_open", "a", 1).attrs = {"href": f"#{target}"}
            state.tokens[-1].meta.update(span=match.span(), written=True)
            state.push("text", "", 0).content = more or name.removeprefix("#")
            state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _marked(state: StateInline, silent: bool) -> bool:
    """``==marked==``."""
    match = _MARKED.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        saved = state.posMax
        state.push("html_open", "mark", 1)
        state.pos, state.posMax = match.start(1), match.end(1)
        state.md.inline.tokenize(state)
        state.posMax = saved
        state.push("html_close", "mark", -1)
    state.pos = match.end()
    return True


def _skip_brackets(state: StateInline, silent: bool) -> bool:
    """Take many brackets that begin nothing at once. The last two may begin other things."""
    labels = _labels(state)
    stop = state.pos
    while stop < state.posMax and state.src[stop] == "[" and stop not in labels:
        stop += 1
    if stop - state.pos < 4:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : stop - 2])
    state.pos = stop - 2
    return True


def _labels(state: StateInline) -> frozenset[int]:
    """The places of the brackets that may begin a label: the others have no partner.

    Without this, each of many brackets would be followed to the end of the text.
    """
    known: tuple[str, frozenset[int]] | None = state.env.get("labels")
    if known is None or known[0] is not state.src:
        known = state.env["labels"] = (state.src, _pairs(state.src))
    return known[1]


def _pairs(text: str) -> frozenset[int]:
    found = []
    opened: list[tuple[int, int]] = []  # each with the depth of what it holds
    masked = blank_spans(text, code_and_comments(text, formulas=True)) if "`" in text else text
    for match in _BRACKET.finditer(masked):
        if match.group() == "[":
            opened.append((match.start(), 0))
        elif match.group() == "]" and opened:
            start, depth = opened.pop()
            if depth < _DEEPEST:
                found.append(start)
            if opened:
                above, held = opened[-1]
                opened[-1] = (above, max(held, depth + 1))
    return frozenset(found)


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    """The mark of a footnote that there is."""
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    if match is None or match["name"] not in state.env["footnotes"]:
        return False
    if not silent:
        state.push("footnote_mark", "", 0).meta["name"] = match["name"]
    state.pos = match.end()
    return True


def _comment(state: StateInline, silent: bool) -> bool:
    """A comment, which is for the author only."""
    if state.html_terminator_last("-->") < state.pos:
        return False
    match = COMMENT.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("comment", "", 0)
    state.pos = match.end()
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    """``$x$`` within a line, ``$$x$$`` on its own. Prices stay text: 价格 $5 和 $10."""
    if state.src[state.pos] not in "$\\":
        return False
    match = formula_at(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        found = {name: tex for name, tex in match.groupdict().items() if tex is not None}
        ((name, tex),) = found.items()
        token = state.push("formula", "", 0)
        token.content = tex
        token.meta.update(display=name in ("display", "block"), span=match.span())
    state.pos = match.end()
    return True


def _gap(state: StateInline, silent: bool) -> bool:
    """``{{c1::answer::hint}}``. What looks like its marks in code, formulas or links is none."""
    if not state.env["gaps"]:
        return False
    head = GAP.match(state.src, state.pos, state.posMax)
    if head is None:
        return False
    masked = state.env.get("masked")
    if masked is None or masked[0] != state.src:
        masked = state.env["masked"] = (state.src, without_opaque(state.src))
    end = masked[1].find("}}", head.end(), state.posMax)
    if end < 0:
        return False
    if not silent:
        split = masked[1].find("::", head.end(), end)
        token = state.push("gap_open", "", 1)
        token.meta["number"] = int(head[1])
        token.meta["hint"] = state.src[split + 2 : end].strip() if split >= 0 else ""
        saved = state.posMax
        state.pos, state.posMax = head.end(), end if split < 0 else split
        state.md.inline.tokenize(state)
        state.posMax = saved
        state.push("gap_close", "", -1)
    state.pos = end + 2
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """A bare address becomes a link. It ends before the punctuation of the sentence."""
    match = WEB.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel:
        return False
    address = trim_address(match.group())
    if not silent:
        _push_link(state, f"http://{address}" if address.startswith("www.") else address, address)
    state.pos += len(address)
    return True


def _mail(state: StateInline, silent: bool) -> bool:
    """A bare mail address becomes a link."""
    match = MAIL.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel:
        return False
    if not silent:
        address = match.group()
        _push_link(state, address if match["scheme"] else f"mailto:{address}", address)
    state.pos = match.end()
    return True


def _push_link(state: StateInline, href: str, text: str) -> None:
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": href}
    token.info = "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
