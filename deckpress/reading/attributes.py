"""The attributes at the end of a heading: ``## Question {#id .tag level=1}``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import CardKind, Span
from deckpress.reading.prose import prose
from deckpress.tiers import TIERS

LEVELS = ("1", "2", "3")
RETIRED = "retired"
LONGEST_ID = 64
_KEYS = {"level": LEVELS, "tier": TIERS, "order": ("source",)}
_CLASSES = (*(kind.value for kind in CardKind), RETIRED)

_HASHES = re.compile(r" {0,3}#{1,6}[ \t]*+")
_CLOSING_HASHES = re.compile(r"(?:^|(?<=[ \t]))#+$")
_ATTRIBUTES_START = re.compile(r"\s*(?:[#.]|[\w-]+=)")
_ITEM = re.compile(r'(?:[^\s"]|"[^"]*")+|"\S*')
_PAIR = re.compile(r'([\w-]+)=(?:"([^"]*)"|([^\s"]+))')
_TAG_LEVEL = r"[\w-](?:[\w.+#/&-]*[\w+#-])?"
_TAG = re.compile(rf"{_TAG_LEVEL}(?:::{_TAG_LEVEL})*")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STRAY = re.compile(r"[{｛][ \t]*+[#.＃][\w-]+|[{｛][ \t]*+(?:level|tier|order)=|｛[ \t]*+[#.＃]")


@dataclass(frozen=True, slots=True)
class Item:
    """One word in the braces of a heading. `column` is its place in the line, from 1."""

    source: str
    column: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line taken apart.

    `column` is that of the title, `braces` that of the opening brace (0 if there is none); both
    count from 1. `width` is the number of characters of the line.
    """

    title: str
    column: int
    items: tuple[Item, ...]
    braces: int
    width: int


@dataclass(frozen=True, slots=True)
class CardAttributes:
    """What the attributes of a card's heading say. `id` is empty if there is none."""

    id: str = ""
    kind: CardKind = CardKind.BASIC
    tags: tuple[str, ...] = ()
    level: int | None = None
    tier: str | None = None
    retired: bool = False
    source_order: bool = False


def well_formed_id(text: str) -> bool:
    """Whether `text` can be the id of a card or a section, or the key of a deck."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def nearest_id(text: str) -> str:
    """The well-formed id that is nearest to `text`; empty if nothing of it can be used."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_ID].rstrip("-")


def well_formed_tag(text: str) -> bool:
    """Whether `text` can be a tag, such as ``concept``, ``c++``, ``node.js`` or ``lang::python``.

    It has letters of any script, digits and ``-_.+#/&``; ``::`` divides the levels of a tree.
    """
    return _TAG.fullmatch(text) is not None


def split_heading(line: str) -> Heading:
    """A heading line taken apart into its title and its attributes.

    Closing ``#``s belong to neither. Braces at the end of the line hold attributes if they begin
    with ``#``, ``.`` or ``key=``. So a title may still end in ``{x}`` or in a gap.
    """
    line = line.rstrip()
    start = _HASHES.match(line)
    begin = start.end() if start else 0
    stop = len(line)
    items: tuple[Item, ...] = ()
    braces = 0
    if line.endswith("}"):
        left = line.rfind("{", begin)
        inside = line[left + 1 : -1]
        if (
            left >= begin
            and line[left - 1] != "{"
            and "}" not in inside
            and _ATTRIBUTES_START.match(inside)
        ):
            items = tuple(
                Item(match.group(), left + 2 + match.start()) for match in _ITEM.finditer(inside)
            )
            braces, stop = left + 1, left
    title = line[begin:stop].rstrip()
    title = _CLOSING_HASHES.sub("", title).rstrip()
    return Heading(title, begin + 1, items, braces, len(line))


def stray_attributes(heading: Heading, at: Callable[[int, int], Span]) -> list[Diagnostic]:
    """Findings about braces in the title that were probably meant as attributes.

    `at` makes a span of a column and a width.
    """
    if "{" not in heading.title and "｛" not in heading.title:
        return []
    return [
        finding("D217", at(heading.column + match.start(), len(match.group())))
        for match in _STRAY.finditer(prose(heading.title))
        if heading.title[max(0, match.start() - 1) : match.start()] != "{"
    ]


def unexpected_attributes(heading: Heading, at: Callable[[int, int], Span]) -> list[Diagnostic]:
    """A finding for each attribute of a heading that must not have any.

    `at` makes a span of a column and a width.
    """
    return [
        finding("D216", at(item.column, len(item.source)), item=item.source)
        for item in heading.items
    ]


def section_id(heading: Heading, at: Callable[[int, int], Span]) -> tuple[str, list[Diagnostic]]:
    """The id of a section, or an empty text, and findings about all its other attributes.

    `at` makes a span of a column and a width.
    """
    reading = _AttributeReader(at, frozenset())
    for item in heading.items:
        if item.source.startswith("#"):
            reading.take(item)
        else:
            reading.found += unexpected_attributes(Heading("", 0, (item,), 0, 0), at)
    return reading.id, reading.found


def card_attributes(
    heading: Heading, tags: Collection[str], at: Callable[[int, int], Span]
) -> tuple[CardAttributes, list[Diagnostic]]:
    """The attributes of a card, and findings about those that are wrong.

    `tags` are the allowed tags; if there are none, any tag is allowed. `at` makes a span of a
    column and a width.
    """
    reading = _AttributeReader(at, tags)
    for item in heading.items:
        reading.take(item)
    return reading.attributes(), reading.found


class _AttributeReader:
    """Takes the items of one heading one after another."""

    def __init__(self, at: Callable[[int, int], Span], tags: Collection[str]) -> None:
        self._at = at
        self._allowed = tags
        self._seen: set[str] = set()
        self.found: list[Diagnostic] = []
        self.id = ""
        self._kind: CardKind | None = None
        self._tags: list[str] = []
        self._values: dict[str, str] = {}
        self._retired = False

    def attributes(self) -> CardAttributes:
        level = self._values.get("level")
        return CardAttributes(
            id=self.id,
            kind=self._kind or CardKind.BASIC,
            tags=tuple(self._tags),
            level=int(level) if level else None,
            tier=self._values.get("tier"),
            retired=self._retired,
            source_order="order" in self._values,
        )

    def take(self, item: Item) -> None:
        source = item.source
        if source.startswith("#"):
            self._take_id(item)
        elif source.startswith("."):
            self._take_class(item, unicodedata.normalize("NFC", source[1:]))
        elif pair := _PAIR.fullmatch(source):
            self._take_pair(item, pair[1], pair[2] if pair[2] is not None else pair[3])
        else:
            near = {"near": f".{source}"} if source in _CLASSES else {}
            self._report("D210", item, item=source, **near)

    def _report(self, code: str, item: Item, /, **args: str) -> None:
        self.found.append(finding(code, self._at(item.column, len(item.source)), **args))

    def _is_repeated(self, item: Item, name: str, shown: str) -> bool:
        if name in self._seen:
            self._report("D213", item, item=shown)
            return True
        self._seen.add(name)
        return False

    def _take_id(self, item: Item) -> None:
        if self._is_repeated(item, "#", "#id"):
            return
        self.id = item.source[1:]
        if not self.id:
            self._report("D210", item, item=item.source)
        elif not well_formed_id(self.id):
            near = nearest_id(self.id)
            self._report("D208", item, id=self.id, **({"near": near} if near else {}))

    def _take_class(self, item: Item, name: str) -> None:
        if not well_formed_tag(name):
            self._report("D210", item, item=item.source)
        elif self._is_repeated(item, f".{name}", f".{name}"):
            return
        elif name == RETIRED:
            self._retired = True
        elif name in _CLASSES:
            if self._kind is not None:
                self._report("D303", item, kind=name, first=self._kind.value)
            else:
                self._kind = CardKind(name)
        else:
            self._tags.append(name)
            self._check_tag(item, name)

    def _check_tag(self, item: Item, name: str) -> None:
        if name in self._allowed:
            return
        kinds = _similar_kinds(name.casefold())
        if not self._allowed and (name != name.lower() or name.removesuffix("s") in _CLASSES):
            return  # a name or a plural is a tag of its own
        if self._allowed:
            near = kinds or tuple(get_close_matches(name, sorted(self._allowed), 1))
            self._report("D215", item, tag=name, **({"near": f".{near[0]}"} if near else {}))
        elif kinds:
            self._report("D214", item, tag=name, near=f".{kinds[0]}")

    def _take_pair(self, item: Item, key: str, value: str) -> None:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            self._report("D211", item, key=key, **({"near": near[0]} if near else {}))
        elif self._is_repeated(item, key, key):
            return
        elif value not in _KEYS[key]:
            near = get_close_matches(value, _KEYS[key], 1)
            allowed = ", ".join(_KEYS[key])
            args = {"near": near[0]} if near else {}
            self._report("D212", item, key=key, value=value, allowed=allowed, **args)
        else:
            self._values[key] = value


@lru_cache(maxsize=1024)
def _similar_kinds(name: str) -> tuple[str, ...]:
    """The kind of card that a tag is probably a slip for. Few tags occur on many cards: cached."""
    return tuple(get_close_matches(name, _CLASSES, 1, 0.8))
