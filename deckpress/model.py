"""What flows through the build: the source as read, the deck as rendered, the artefacts.

Three floors, each made of frozen values:

* ``RawDeck`` / ``RawCard``: what `reader` found, with spans, still Markdown.
* ``Deck`` / ``Card``: what `render` made of it, safe HTML in pieces, the same for all exporters.
* ``Version`` and ``Artifact``: what `ledger` decides and what an exporter returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CardKind(StrEnum):
    """How a card is asked. A released card never changes its kind: that would lose its progress."""

    BASIC = "basic"
    REVERSE = "reverse"
    CLOZE = "cloze"
    CHOICE = "choice"
    ORDERED = "ordered"


class PartName(StrEnum):
    """The named parts below the short answer, in the order in which every output shows them."""

    WHY = "why"
    EXAMPLE = "example"
    FOLLOW_UP = "follow-up"
    PITFALL = "pitfall"
    SOURCES = "sources"
    RETIRED = "retired"  # of a retired card: why, and what replaces it


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one source line. `line` and `column` count from 1, in characters.

    `width` is the number of characters that a caret underlines, at least 1.
    """

    file: str
    line: int
    column: int = 1
    width: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown that came from consecutive source lines.

    `source` has its lines joined by "\\n", without a final newline; line k of it stood on
    source line ``span.line + k``. `indent` characters were cut from the left of every line after
    the first (a list item's body), so that a column in the file can be found again.
    """

    source: str
    span: Span
    indent: int = 0

    def at(self, line: int, column: int = 1, width: int = 1) -> Span:
        """The span of line `line` (from 0) and column `column` (from 1) of this text."""
        shift = self.span.column - 1 if line == 0 else self.indent
        return Span(self.span.file, self.span.line + line, column + shift, width)

    def __bool__(self) -> bool:
        return bool(self.source.strip())


@dataclass(frozen=True, slots=True)
class Meta:
    """The front matter. `key` is part of every note's guid and never changes once released."""

    title: str
    lang: str
    key: str
    anki_deck: str
    license: str = ""
    homepage: str = ""
    author: str = ""
    description: str = ""
    # The file beside the source that says what the cards' code was run with; empty: none.
    proofs: str = ""
    # Known tags and the names under which a learner sees them; empty means any tag is allowed.
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawItem:
    """An option of a choice card (`right` is set) or a step of an ordered one (`right` is None)."""

    text: Text
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class RawPart:
    name: PartName
    heading: Span
    text: Text


@dataclass(frozen=True, slots=True)
class RawCard:
    """A card as its author wrote it.

    For `choice` and `ordered` the answer's list is in `items`; Markdown above the list is `lead`
    and belongs to the question, Markdown below it is `short`. For every other kind `lead` and
    `items` are empty. `cloze` cards have their gaps in `question` or in `short`.
    """

    id: str
    kind: CardKind
    question: Text
    lead: Text
    items: tuple[RawItem, ...]
    short: Text
    parts: tuple[RawPart, ...]
    tags: tuple[str, ...]
    level: int | None
    tier: str | None
    retired: bool
    heading: Span


@dataclass(frozen=True, slots=True)
class RawSection:
    id: str
    title: Text
    intro: Text
    cards: tuple[RawCard, ...]
    heading: Span


@dataclass(frozen=True, slots=True)
class ReleasedCard:
    """A card as it was released.

    `content` holds its parts' hashes, as `digests` gives them; `modified` is the time (Unix
    seconds) of the release in which it last changed, `note` the number of its note (milliseconds,
    as Anki counts), and `retired` the version that retired it, or nothing.
    """

    kind: CardKind
    question: str
    content: Mapping[str, str]
    modified: int
    note: int
    retired: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A released version of the deck of that source `name`; `time` is in Unix seconds.

    `cards` are in the order that the source had. `note_types` stands for the identity of the note
    types in Anki, on which every update hangs, and `content` for the bytes of the source and of the
    files that it shows.
    """

    version: str
    time: int
    name: str
    key: str
    anki_deck: str
    cards: Mapping[str, ReleasedCard]
    note_types: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class RawDeck:
    """The whole source: what it says, the files beside it that it shows, and its last release.

    `files` maps a path as written in the source (``examples/nginx/lb.conf``) to the file's bytes;
    a path that is missing or not allowed is not in it, and `checks` has said so.
    """

    name: str
    meta: Meta
    sections: tuple[RawSection, ...]
    files: Mapping[str, bytes]
    source: bytes
    release: Release | None = None
    note_types: str = ""  # as in `Release`; empty where nothing is released

    def cards(self) -> tuple[RawCard, ...]:
        return tuple(card for section in self.sections for card in section.cards)


@dataclass(frozen=True, slots=True)
class Math:
    """A formula: its TeX, and an SVG of it with ``fill="currentColor"`` and ids of its own.

    The SVG says itself that it is an image, called by the TeX. `depth` is how far the drawing hangs
    below the baseline, in twentieths of an em.
    """

    tex: str
    display: bool
    svg: str
    depth: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: the name of an `Asset`, its text alternative and its natural size in CSS pixels."""

    asset: str
    alt: str
    width: int | None = None
    height: int | None = None
    drawn: bool = False  # made by the build from a diagram's source, so it may be recoloured


@dataclass(frozen=True, slots=True)
class ClozeStart:
    number: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ClozeEnd:
    pass


@dataclass(frozen=True, slots=True)
class LinkStart:
    """The start of a link to another card of the deck."""

    card: str


@dataclass(frozen=True, slots=True)
class LinkEnd:
    pass


Piece = str | Math | Picture | ClozeStart | ClozeEnd | LinkStart | LinkEnd

# Safe HTML with holes where the outputs differ. The strings are sanitised and may be written into a
# page as they are; an exporter decides what each hole becomes and joins them.
Html = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Option:
    html: Html
    right: bool


@dataclass(frozen=True, slots=True)
class Part:
    name: PartName
    html: Html


@dataclass(frozen=True, slots=True)
class Proof:
    """What a card's code was run with: names of programs and their versions, sorted by name.

    `on` is the month (``2026-11``) of a run that the tests do not repeat; empty for all others.
    """

    programs: tuple[tuple[str, str], ...]
    on: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A rendered card. `question` is inline HTML (no `<p>`); every other field is block HTML.

    `title` is the question as plain text, gaps filled in, for bookmarks, contents and search.
    `digest` is a hash of all that makes up the card (see `digests`), never of the HTML: a new
    renderer is not an edit.
    """

    id: str
    kind: CardKind
    section: str
    question: Html
    title: str
    lead: Html
    options: tuple[Option, ...]
    steps: tuple[Html, ...]
    short: Html
    parts: tuple[Part, ...]
    tags: tuple[str, ...]
    level: int | None
    tier: str | None
    retired: bool
    digest: str
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    intro: Html
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the outputs show, named by its content: ``diagram-1f2e3d4c5b6a7988.svg``."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Deck:
    name: str  # the source's file name without its ending: the stem of every artefact's name
    meta: Meta
    sections: tuple[Section, ...]
    assets: Mapping[str, Asset]
    source: bytes

    def cards(self) -> tuple[Card, ...]:
        return tuple(card for section in self.sections for card in section.cards)


@dataclass(frozen=True, slots=True)
class Version:
    """What a build is called, and the times that its notes carry (Unix seconds, from the ledger).

    By a card's id, `modified` is the time of the release in which its content last changed,
    `notes` the number of its note, and `retired` the version that retired it. A card that is not
    in them takes `time`.
    """

    name: str
    modified: Mapping[str, int]
    time: int
    notes: Mapping[str, int] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    release: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Artifact:
    name: str
    data: bytes
