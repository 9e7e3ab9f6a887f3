"""The data of a build: the source as read, the deck as rendered, the artefacts.

There are three stages, each made of frozen values:

* ``RawDeck`` / ``RawCard``: what `reader` read. It is still Markdown, and has spans.
* ``Deck`` / ``Card``: what `render` made of that: safe HTML in pieces, the same for all exporters.
* ``Version`` and ``Artifact``: what a build is called, and what an exporter returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class CardKind(StrEnum):
    """How a card asks its question.

    A released card must keep its kind: learners would lose their progress with it.
    """

    BASIC = "basic"
    REVERSE = "reverse"
    CLOZE = "cloze"
    CHOICE = "choice"
    ORDERED = "ordered"


class PartName(StrEnum):
    """The named parts below the short answer, in the order in which every output shows them.

    A prompt belongs to the question: a rendered card has it in its `lead`.
    """

    PROMPT = "prompt"
    WHY = "why"
    EXAMPLE = "example"
    FOLLOW_UP = "follow-up"
    PITFALL = "pitfall"
    SOURCES = "sources"
    RETIRED = "retired"  # for a retired card: why it was retired, and what replaces it


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of one source line.

    `line` and `column` count from 1; columns are characters. `width` is the number of characters
    that a caret underlines, at least 1.
    """

    file: str
    line: int
    column: int = 1
    width: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown from consecutive source lines.

    `source` has its lines joined by "\\n", without a final newline. Its line k (from 0) is source
    line ``span.line + k``. `indent` is the number of characters that were cut from the left of
    every line after the first, as in the body of a list item; with it a column in the file can be
    found again.
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
    """The front matter.

    `key` is part of every note's guid that is not in `guids`, so it must not change once the deck
    is released. Nor must `tag_root`, below which Anki keeps all tags of the deck; if it is empty,
    that is the key.
    """

    title: str
    lang: str
    key: str
    anki_deck: str
    license: str = ""
    homepage: str = ""
    author: str = ""
    description: str = ""
    # The file beside the source that records what the cards' code was run with; empty: none.
    proofs: str = ""
    # The file beside the source that records where imported cards come from; empty: none.
    imported: str = ""
    # The allowed tags, each with the name that a learner sees; empty means that any tag is allowed.
    tags: Mapping[str, str] = field(default_factory=dict)
    tag_root: str = ""
    # The guids of notes that learners studied before the deck was imported, by the card's id.
    guids: Mapping[str, str] = field(default_factory=dict)
    # The codes of warnings that are not told.
    ignore: tuple[str, ...] = ()

    @property
    def tags_home(self) -> str:
        """The tag below which Anki keeps all tags of the deck."""
        return self.tag_root or self.key

    @property
    def retired_tag(self) -> str:
        """The tag of retired cards, by which a learner finds them."""
        return f"{self.tags_home}::retired"


@dataclass(frozen=True, slots=True)
class RawItem:
    """An option of a choice card, or a step of an ordered card.

    `right` tells whether an option is a right answer; it is None for a step.
    """

    text: Text
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class RawPart:
    """A named part of an answer, such as ``### Why``, with its text as Markdown."""

    name: PartName
    heading: Span
    text: Text


@dataclass(frozen=True, slots=True)
class RawCard:
    """A card as its author wrote it.

    For `choice` and `ordered` cards, `items` is the list in the answer, `lead` is the Markdown
    above that list, which belongs to the question, and `short` is the Markdown below it. For all
    other kinds `lead` and `items` are empty. `cloze` cards have their gaps in `question` or in
    `short`. `source_order` says that the options keep the order of the source.
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
    source_order: bool = False


@dataclass(frozen=True, slots=True)
class RawSection:
    """A section as its author wrote it: a title, a text below the title, and cards."""

    id: str
    title: Text
    intro: Text
    cards: tuple[RawCard, ...]
    heading: Span


@dataclass(frozen=True, slots=True)
class ReleasedGap:
    """A gap as it was released: to Anki, a card is its note and the number of its gaps.

    `hides` is the text in the gap, and `around` some of the text before and after it, with ``…`` in
    the gap's place: with both, a gap can be told from others. `gone` is the version that removed
    the gap, or empty. Learners still have its card, so no other gap may take its number.
    """

    number: int
    hides: str
    around: str
    gone: str = ""


@dataclass(frozen=True, slots=True)
class ReleasedCard:
    """A card as it was released.

    `content` maps the name of each part to its hash, as `digests` does. `modified` is the time
    (Unix seconds) of the release in which the card last changed. `note` is the id of its note (in
    milliseconds, as Anki counts). `retired` is the version that retired it, or empty. `section` is
    the id of its section. `gaps` are in the order of the text, those that are gone last. `guid` is
    that of the note in the older deck which the card was imported from, or empty.
    """

    kind: CardKind
    question: str
    content: Mapping[str, str]
    modified: int
    note: int
    retired: str = ""
    section: str = ""
    gaps: tuple[ReleasedGap, ...] = ()
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A released version of a deck.

    `name` is the source's file name without its ending, and `time` is in Unix seconds. `cards` maps
    ids to cards, in the order of the source. `note_types` is a digest of what identifies the note
    types in Anki; every update depends on it. `content` is a digest of the bytes of the source and
    of the files that it shows. `decks` maps the id of every section that ever had cards to the name
    of its deck in Anki, below `anki_deck`. `tag_root` is as in `Meta`.
    """

    version: str
    time: int
    name: str
    key: str
    anki_deck: str
    cards: Mapping[str, ReleasedCard]
    note_types: str = ""
    content: str = ""
    decks: Mapping[str, str] = field(default_factory=dict)
    tag_root: str = ""


@dataclass(frozen=True, slots=True)
class RawDeck:
    """The whole source: its text, the files beside it that it shows, and its last release.

    `files` maps a path as written in the source (``examples/nginx/lb.conf``) to the file's bytes.
    A path that is missing or not allowed is not in it; other findings report those.
    """

    name: str
    meta: Meta
    sections: tuple[RawSection, ...]
    files: Mapping[str, bytes]
    source: bytes
    release: Release | None = None
    note_types: str = ""  # as in `Release`; empty if nothing is released
    # The link definitions of all texts by their labels: a link may name one that stands elsewhere.
    definitions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def cards(self) -> tuple[RawCard, ...]:
        """All cards, in the order of the source."""
        return tuple(card for section in self.sections for card in section.cards)


@dataclass(frozen=True, slots=True)
class Math:
    """A formula: its TeX, and an SVG drawing of it in ``fill="currentColor"``.

    The SVG has the role of an image, and the TeX as its label. `depth` is how far the drawing
    reaches below the baseline, in twentieths of an em. `least` is the size of its smallest sign, an
    index or a part of a fraction, relative to that of the text.
    """

    tex: str
    display: bool
    svg: str
    depth: int
    least: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: the name of an `Asset`, its text alternative and its natural size in CSS pixels."""

    asset: str
    alt: str
    width: int | None = None
    height: int | None = None
    drawn: bool = False  # a diagram, or drawn in black on nothing: it may be recoloured


@dataclass(frozen=True, slots=True)
class ClozeStart:
    """The start of a gap: its cloze number, and a hint that may be empty."""

    number: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ClozeEnd:
    """The end of the gap that was started last."""


@dataclass(frozen=True, slots=True)
class LinkStart:
    """The start of a link to the card or section of this deck with the id `card`."""

    card: str


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """The end of the link that was started last."""


Piece = str | Math | Picture | ClozeStart | ClozeEnd | LinkStart | LinkEnd

# Safe HTML with holes where the outputs differ. The strings are sanitised and can go into a page
# unchanged. Every other piece is a hole: each exporter decides what to put there.
Html = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a choice card, and whether it is a right answer."""

    html: Html
    right: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of an answer, as block HTML."""

    name: PartName
    html: Html


@dataclass(frozen=True, slots=True)
class Proof:
    """What a card's code was run with: pairs of a program's name and version, sorted by name.

    `recorded` are the programs of a run that the tests do not repeat, `on` is its month
    (``2026-11``), else empty. `stand_ins` names what the tests put a substitute in the place of.
    Digests of cards contain the `repr` of this class, so its names must stay.
    """

    programs: tuple[tuple[str, str], ...]
    on: str = ""
    recorded: tuple[tuple[str, str], ...] = ()
    stand_ins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A rendered card. `question` is inline HTML (no `<p>`); the other HTML fields are block HTML.

    `section` is the id of its section. `lead` is what is shown with the question: the prompt, and
    the text above the list of a choice or ordered card. `title` is the question as plain text,
    with gaps filled in, for bookmarks, tables of contents and search. `options` are in the order in
    which every output shows them; with `source_order` that order means something. `digest` is a
    hash of the card's source and of what it shows (see `digests`). It is not a hash of the HTML: a
    new renderer is not an edit.
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
    source_order: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A rendered section: its title as plain text, its introduction and its cards."""

    id: str
    title: str
    intro: Html
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Asset:
    """An image file that the outputs show, named by a hash: ``diagram-1f2e3d4c5b6a7988.svg``."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Deck:
    """A rendered deck, ready for the exporters. `assets` are by name.

    If it holds only some cards of a deck, `numbers` has the numbers of all its cards by id.
    """

    name: str  # the source's file name without its ending, with which every artefact's name begins
    meta: Meta
    sections: tuple[Section, ...]
    assets: Mapping[str, Asset]
    source: bytes
    numbers: Mapping[str, int] = field(default_factory=dict)

    def cards(self) -> tuple[Card, ...]:
        """All cards, in the order of the source."""
        return tuple(card for section in self.sections for card in section.cards)


@dataclass(frozen=True, slots=True)
class Version:
    """The name of a build, and what the ledger says of its notes. Times are in Unix seconds.

    Three tables are by a card's id: `modified` has the time of the release in which its content
    last changed, `notes` the id of its note (milliseconds), and `retired` the version that retired
    it. For a card that is in none of them, `time` counts. `decks` has the names of the sections'
    decks in Anki, by the section's id.

    `edition` says in the deck's language which cards a partial build has. `label` are words for the
    names of files. `month` is that of the release whose content this is (``2026-11``), or empty.
    """

    name: str
    modified: Mapping[str, int]
    time: int
    notes: Mapping[str, int] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)
    decks: Mapping[str, str] = field(default_factory=dict)
    release: bool = False
    partial: bool = False
    edition: str = ""
    label: str = ""
    month: str = ""

    @property
    def short(self) -> str:
        """The name without the words for its cards: ``1.1.0-dev+4f1c09aa27``."""
        numbers, plus, build = self.name.partition("+")
        return numbers + plus + build.partition(".")[0]

    @property
    def stem(self) -> str:
        """What its files are called, behind the name of the deck."""
        return f"{self.label}-{self.short}" if self.label else self.name


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that an exporter made: its name, which may begin with folders, and its bytes."""

    name: str
    data: bytes
