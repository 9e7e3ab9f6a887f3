"""Renders raw cards to cards of safe HTML, once for all outputs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from types import TracebackType
from typing import Self

from deckpress import toolchain
from deckpress.commonmark.document import Definition, parse
from deckpress.diagnostics import Diagnostic, finding
from deckpress.history.digests import card_digest, digests
from deckpress.history.proofs import proofs
from deckpress.model import (
    Asset,
    Card,
    CardKind,
    ClozeEnd,
    ClozeStart,
    Deck,
    Html,
    LinkEnd,
    LinkStart,
    Math,
    Option,
    Part,
    PartName,
    Picture,
    Piece,
    RawCard,
    RawDeck,
    RawSection,
    Section,
    Text,
)
from deckpress.reading.references import may_show_files, references
from deckpress.render.cache import TextCache
from deckpress.render.figures import figures
from deckpress.render.markup.context import Context
from deckpress.render.option_order import shown_order
from deckpress.render.plain_text import plain_text
from deckpress.render.processes import SharedWork
from deckpress.render.time_limit import TimeUp, time_limit

_LONGEST = 30  # seconds for one text with its formulas and diagrams; most take a thousandth
_MUCH = 150_000  # characters from which on it pays to share the work
_MAY_TAKE_LONG = re.compile(r"[$\\]|```|~~~")
# Text that Markdown leaves as it is, unless its beginning starts a block.
_PLAIN_TEXT = re.compile(r"(?:(?!www\.)[^\\`*_{}\[\]<>#&$~^@|!:\n\x00-\x1f])*")
_STARTS_BLOCK = re.compile(r"\s|[-+=]|\d+[.)]")
_TOKEN = re.compile(r'<data value="(\d+)"></data>|<(/?)(mark|a)\b([^>]*)>')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
# Scripts without spaces between words, and their punctuation; Hangul does not belong to them.
_WIDE = "[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
_INLINE = r"(?:</?(?:strong|em|a|del|code|mark|sup)\b[^>]*>)*"
_JOIN = re.compile(f"(?<={_WIDE})({_INLINE})\\n({_INLINE})(?={_WIDE})")


@dataclass(frozen=True, slots=True)
class _Job:
    """A field to render: its text, how to render it, and its key in the cache."""

    text: Text
    block: bool
    gaps: bool
    on_card: bool
    prefix: str
    key: bytes


@dataclass(frozen=True, slots=True)
class _Rendered:
    html: Html
    assets: tuple[Asset, ...] = ()


def render(deck: RawDeck, cache: TextCache | None = None) -> tuple[Deck, tuple[Diagnostic, ...]]:
    """The deck as HTML, and findings about what could not be drawn.

    These are errors: if there are any, the deck must not be used. `cache` provides fields that this
    program has rendered before from the same text.
    """
    with Rendering(deck, cache) as rendering:
        return rendering.finish()


class Rendering:
    """The rendering of one deck. From entering its context on, other processes work at it.

    Entering it looks up what the `cache` has. Where the rest is much, copies of this process begin
    with it, while this one may do something else.
    """

    def __init__(self, deck: RawDeck, cache: TextCache | None = None) -> None:
        self._deck = deck
        self._cache = cache
        self._figures = figures(deck.files)
        self._pictures = {path: picture for path, (picture, _) in self._figures.items()}
        self._targets = frozenset(
            [section.id for section in deck.sections] + [card.id for card in deck.cards()]
        )
        self._proofs = {id: recorded.proof for id, recorded in proofs(deck).items()}
        self._digests = digests(deck)
        self._titles = {card.question.source.casefold(): card.id for card in deck.cards()}
        defined = [(label, d["href"], d["title"]) for label, d in deck.definitions.items()]
        self._definitions = repr(sorted(defined)).encode() if defined else b""
        tools = toolchain.fingerprint(printing=False)
        self._tools = blake2b(f"{tools}{deck.meta.lang}".encode(), digest_size=16)
        self._done: dict[bytes, _Rendered] = {}
        self._keys: dict[tuple[str, str], bytes] = {}
        self._assets = {asset.name: asset for _, asset in self._figures.values()}
        self._found: list[Diagnostic] = []
        self._missing: list[_Job] = []
        self._work: SharedWork[_Job, tuple[_Rendered, list[Diagnostic]]] | None = None

    def __enter__(self) -> Self:
        jobs = {job.key: job for job in self._jobs()}
        for key, known in (self._cache.get_many(jobs) if self._cache else {}).items():
            if rendered := _unpacked(known):
                self._done[key] = rendered
        self._missing = [job for key, job in jobs.items() if key not in self._done]
        if sum(len(job.text.source) for job in self._missing) > _MUCH:
            from deckpress.render.markup.engine import convert  # noqa: F401 - once for all copies
            from deckpress.render.sanitize import sanitize  # noqa: F401

            self._work = SharedWork(self._render, self._missing).__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._work:
            self._work.__exit__(kind, error, trace)

    def finish(self) -> tuple[Deck, tuple[Diagnostic, ...]]:
        """The deck as HTML, and findings, as of `render`."""
        self._render_missing()
        deck = self._deck
        sections = tuple(self._section(section) for section in deck.sections)
        shown = {
            piece.asset
            for rendered in self._done.values()
            for piece in rendered.html
            if isinstance(piece, Picture)
        }
        assets = {name: asset for name, asset in sorted(self._assets.items()) if name in shown}
        return Deck(deck.name, deck.meta, sections, assets, deck.source), tuple(self._found)

    def _render_missing(self) -> None:
        """Render every field of the deck that the cache does not have."""
        made = self._work.results() if self._work else map(self._render, self._missing)
        fresh: dict[bytes, str] = {}
        for job, (rendered, found) in zip(self._missing, made, strict=True):
            self._found += found
            if not found:
                fresh[job.key] = _packed(rendered)
            self._done[job.key] = rendered
        for rendered in self._done.values():
            self._assets.update((asset.name, asset) for asset in rendered.assets)
        if self._cache:
            self._cache.put_many(fresh)

    def _section(self, section: RawSection) -> Section:
        return Section(
            section.id,
            plain_text(self._html(_Field(section.title, section.id, "title"))),
            self._html(_Field(section.intro, section.id, "intro")),
            tuple(self._card(card, section.id) for card in section.cards),
        )

    def _card(self, card: RawCard, section: str) -> Card:
        fields = _fields(card)
        html = {field.name: self._html(field) for field in fields}
        items = [html[f"item{number}"] for number in range(len(card.items))]
        choice = card.kind is CardKind.CHOICE
        return Card(
            id=card.id,
            kind=card.kind,
            section=section,
            question=html["question"],
            title=" ".join(plain_text(html["question"]).split()),
            lead=html.get(PartName.PROMPT, ()) + html["lead"],
            options=tuple(
                Option(items[number], bool(card.items[number].right))
                for number in shown_order(card)
            )
            if choice
            else (),
            steps=() if choice else tuple(items),
            short=html["short"],
            parts=tuple(
                Part(name, html[name])
                for name in PartName
                if name in html and name is not PartName.PROMPT
            ),
            tags=card.tags,
            level=card.level,
            tier=card.tier,
            retired=card.retired,
            digest=card_digest(self._digests[card.id]),
            proof=self._proofs.get(card.id),
            source_order=card.source_order,
        )

    def _jobs(self) -> Iterator[_Job]:
        for section in self._deck.sections:
            yield self._job(_Field(section.title, section.id, "title"))
            yield self._job(_Field(section.intro, section.id, "intro"))
            for card in section.cards:
                for field in _fields(card):
                    yield self._job(field)

    def _html(self, field: _Field) -> Html:
        return self._done[self._keys[field.owner, field.name]].html

    def _job(self, field: _Field) -> _Job:
        text = field.text
        if not unicodedata.is_normalized("NFC", text.source):
            text = replace(text, source=unicodedata.normalize("NFC", text.source))
        source = text.source
        block = field.name not in ("question", "title")
        # Only footnotes make a field's HTML depend on where it stands.
        prefix = f"{field.owner}-{field.name}" if "[^" in source else ""
        key = self._tools.copy()
        key.update(f"\0{block}{field.gaps}\0{prefix}\0{source}".encode())
        for path in _shown_paths(field.text, self._deck.definitions):
            key.update(blake2b(self._deck.files.get(path, b"")).digest())
        if "#" in source:
            linked = re.findall(r"#([^)\s>\]]+)", source)
            key.update(repr([name in self._targets for name in linked]).encode())
        if "[[" in source:
            named = re.findall(r"\[\[([^\[\]|]+)", source)
            key.update(repr([self._titles.get(name.casefold()) for name in named]).encode())
        if "[" in source:
            key.update(self._definitions)
        on_card = field.name in ("question", "lead", "short") or field.name.startswith("item")
        if "mermaid" in source:
            key.update(f"\0{on_card}".encode())
        self._keys[field.owner, field.name] = key.digest()
        return _Job(text, block, field.gaps, on_card, prefix, key.digest())

    def _render(self, job: _Job) -> tuple[_Rendered, list[Diagnostic]]:
        source = job.text.source
        if not source.strip():
            return _Rendered(()), []
        if _PLAIN_TEXT.fullmatch(source) and not _STARTS_BLOCK.match(source):
            text = source.rstrip()
            return _Rendered((f"<p>{text}</p>" if job.block else text,)), []
        from deckpress.render.markup.engine import convert
        from deckpress.render.sanitize import sanitize

        context = Context(
            text=job.text,
            lang=self._deck.meta.lang,
            prefix=job.prefix,
            targets=self._targets,
            files=self._deck.files,
            pictures=self._pictures,
            gaps=job.gaps,
            on_card=job.on_card,
            titles=self._titles,
            definitions={**parse(source).definitions, **self._deck.definitions},
        )
        try:
            # Only code, formulas and diagrams are left to libraries that may take long.
            with time_limit(_LONGEST) if _MAY_TAKE_LONG.search(source) else nullcontext():
                html = sanitize(convert(context, block=job.block))
        except RecursionError:
            return _Rendered(()), [*context.found, finding("D704", job.text.at(0))]
        except TimeUp:
            late = finding("D705", job.text.at(0), reason="reason-slow", limit=_LONGEST)
            return _Rendered(()), [*context.found, late]
        except Exception as error:  # a bug of ours or of a library, which must name its card
            reason = f"{type(error).__name__}: {error}"
            return _Rendered(()), [*context.found, finding("D705", job.text.at(0), reason=reason)]
        if not job.block:
            html = html.removeprefix("<p>").removesuffix("</p>")
        return _Rendered(
            _pieces(_join_chinese_lines(html), context), tuple(context.assets)
        ), context.found


@dataclass(frozen=True, slots=True)
class _Field:
    text: Text
    owner: str
    name: str
    gaps: bool = False


def _fields(card: RawCard) -> tuple[_Field, ...]:
    """All texts of a card, each with a name."""
    gaps = card.kind is CardKind.CLOZE
    return (
        _Field(card.question, card.id, "question", gaps),
        _Field(card.lead, card.id, "lead"),
        *(_Field(item.text, card.id, f"item{n}") for n, item in enumerate(card.items)),
        _Field(card.short, card.id, "short", gaps),
        *(_Field(part.text, card.id, part.name) for part in card.parts),
    )


def _shown_paths(text: Text, definitions: Mapping[str, Definition]) -> list[str]:
    """The paths of the files that a text shows."""
    if not may_show_files(text.source):
        return []
    return [reference.path for reference in references(text.source, definitions)]


def _join_chinese_lines(html: str) -> str:
    """`html` without line ends between Chinese characters, where they would become spaces."""
    if html.isascii() or "\n" not in html:
        return html
    parts = re.split(r"(<pre>.*?</pre>)", html, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre>") else _JOIN.sub(r"\1\2", part) for part in parts)


def _pieces(html: str, context: Context) -> Html:
    """Sanitised HTML cut into pieces at its holes."""
    pieces: list[Piece] = []
    text: list[str] = []
    links: list[bool] = []
    marks: list[bool] = []  # of gaps, or just marked
    start = 0

    def add(piece: Piece) -> None:
        if joined := "".join(text):
            pieces.append(joined)
        text.clear()
        pieces.append(piece)

    for token in _TOKEN.finditer(html):
        text.append(html[start : token.start()])
        start = token.end()
        hole, closing, tag, attributes = token.groups()
        values = dict(_ATTRIBUTE.findall(attributes or ""))
        if hole is not None:
            add(context.holes[int(hole)])
        elif tag == "mark" and closing and not marks.pop():
            text.append(token.group())
        elif tag == "mark" and not closing and "data-gap" not in values:
            marks.append(False)
            text.append(token.group())
        elif tag == "mark":
            marks += [] if closing else [True]
            hint = values.get("data-hint", "")
            add(ClozeEnd() if closing else ClozeStart(int(values["data-gap"]), _unescaped(hint)))
        elif closing:
            if links.pop():
                add(LinkEnd())
            else:
                text.append(token.group())
        else:
            links.append("data-card" in values)
            if links[-1]:
                add(LinkStart(values["data-card"]))
            else:
                text.append(token.group())
    text.append(html[start:])
    if joined := "".join(text):
        pieces.append(joined)
    return tuple(pieces)


def _unescaped(value: str) -> str:
    from html import unescape

    return unescape(value)


_PIECE_TYPES: dict[str, type[Math | Picture | ClozeStart | ClozeEnd | LinkStart | LinkEnd]] = {
    cls.__name__: cls for cls in (Math, Picture, ClozeStart, ClozeEnd, LinkStart, LinkEnd)
}


def _packed(rendered: _Rendered) -> str:
    """A rendered field as text for the cache."""
    html = [p if isinstance(p, str) else [type(p).__name__, asdict(p)] for p in rendered.html]
    assets = [[asset.name, asset.media_type, asset.data.decode()] for asset in rendered.assets]
    return json.dumps([html, assets], ensure_ascii=False, separators=(",", ":"))


def _unpacked(text: str) -> _Rendered | None:
    """The field that `_packed` made this text from, or None for any other text."""
    try:
        html, assets = json.loads(text)
        pieces = tuple(p if isinstance(p, str) else _PIECE_TYPES[p[0]](**p[1]) for p in html)
        return _Rendered(
            pieces, tuple(Asset(name, media, data.encode()) for name, media, data in assets)
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
