"""What every single card of a collection asks, and how that compares with before an upgrade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from deckpress.history.released_gaps import origins, surrounded
from deckpress.model import ReleasedGap
from releases.upgrade.report import CardChange, CardFate

if TYPE_CHECKING:
    from anki.collection import Collection

# From which similarity (0 to 1) on one direction of a card asks what the other one asked.
_LEAST_SIMILARITY = 0.75

# A card, as every release knows it: the guid of its note, and its position among the note's cards.
CardKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class AskedCard:
    """What a card asks: its question as text, and the gaps that it hides.

    `name` tells people which card it is: the note's first field, and the gap or the template.
    `empty` says that Anki would show no question.
    """

    name: str
    question: str
    gaps: tuple[ReleasedGap, ...]
    empty: bool


def asked_cards(collection: Collection) -> dict[CardKey, AskedCard]:
    """What the cards of a collection ask, as Anki renders them.

    The question is that of the browser's column, without what stands around it on every card.
    """
    empty = {number for note in collection.get_empty_cards().notes for number in note.card_ids}
    found = {}
    for number in collection.find_cards(""):
        card = collection.get_card(number)
        note, template = card.note(), card.template()
        cloze = card.note_type()["type"] == 1
        labels: list[str] = [f"c{card.ord + 1}"] if cloze else []
        if not cloze and len(card.note_type()["tmpls"]) > 1:
            labels = [str(template["name"])]
        front = _Front()
        front.feed(card.render_output(reload=True, browser=True).question_text)
        front.close()
        found[note.guid, card.ord] = AskedCard(
            " ".join([note.fields[0], *labels]), front.question(), front.gaps(), number in empty
        )
    return found


def card_changes(
    before: Mapping[CardKey, AskedCard], after: Mapping[CardKey, AskedCard]
) -> Iterator[CardChange]:
    """How the cards of an upgraded collection differ from what they asked `before`, one by one.

    A card that asks the same is left out. One that is no longer there counts as empty.
    """
    wrong = _cards_with_another_gap(before, after) | _cards_with_another_question(before, after)
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            fate = CardFate.EMPTY if now.empty else CardFate.ADDED
        elif now.empty and not was.empty:
            fate = CardFate.EMPTY
        elif key in wrong:
            fate = CardFate.OTHER
        elif was.question != now.question or _hidden(was) != _hidden(now):
            fate = CardFate.REWORDED
        else:
            continue
        yield CardChange(now.name, fate, _shown(was) if was else "", _shown(now))
    for key, was in before.items():
        if key not in after:
            yield CardChange(was.name, CardFate.EMPTY, _shown(was), "")


def _cards_with_another_gap(
    before: Mapping[CardKey, AskedCard], after: Mapping[CardKey, AskedCard]
) -> set[CardKey]:
    """The cards whose gap is not the one that they hid before, but another of the same note."""
    old, new = _gaps_by_note(before), _gaps_by_note(after)
    wrong = set()
    for guid in old.keys() & new.keys():
        found = origins(old[guid], new[guid])
        wrong |= {(guid, new[guid][index].number - 1) for _, index in found.moved}
        wrong |= {(guid, gap.number - 1) for gap in (*(gap for gap, _ in found.moved), *found.lost)}
    return wrong & before.keys()


def _gaps_by_note(cards: Mapping[CardKey, AskedCard]) -> dict[str, list[ReleasedGap]]:
    notes: dict[str, list[ReleasedGap]] = defaultdict(list)
    for (guid, _), card in cards.items():
        notes[guid] += card.gaps
    return notes


def _cards_with_another_question(
    before: Mapping[CardKey, AskedCard], after: Mapping[CardKey, AskedCard]
) -> set[CardKey]:
    """The cards that ask what another card asked, which asks it no longer."""
    askers: dict[str, set[CardKey]] = defaultdict(set)
    for key, card in before.items():
        if not card.gaps and card.question:
            askers[card.question].add(key)
    wrong = set()
    for key in before.keys() & after.keys():
        was, now = before[key], after[key]
        if was.gaps or now.gaps or was.question == now.question:
            continue
        others = askers.get(now.question, set())
        taken = others and all(k in after and after[k].question != now.question for k in others)
        if taken or any(_took_over(was, now, before[one]) for one in _siblings(key, before)):
            wrong.add(key)
    return wrong


def _siblings(key: CardKey, cards: Mapping[CardKey, AskedCard]) -> Iterator[CardKey]:
    """The keys of the other cards of the same note, of which there are two at most."""
    guid, position = key
    yield from (one for one in ((guid, position - 1), (guid, position + 1)) if one in cards)


def _took_over(was: AskedCard, now: AskedCard, other: AskedCard) -> bool:
    """Whether a card asks in other words what another card of its note asked, and not its own."""
    theirs = _similarity(other.question, now.question)
    return theirs >= _LEAST_SIMILARITY and theirs > _similarity(was.question, now.question)


def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _hidden(card: AskedCard) -> tuple[str, ...]:
    return tuple(gap.hides for gap in card.gaps)


def _shown(card: AskedCard) -> str:
    """What a card asks, in one line; of a card with gaps, what they hide."""
    return " / ".join(_hidden(card)) if card.gaps else card.question


class _Front(HTMLParser):
    """Reads the question of a rendered card, in which Anki marks the gaps that are asked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._text: list[str] = []
        self._gaps: list[tuple[int, int, str]] = []  # number, position in the text, hidden text
        self._inside = 0  # how many elements are open in the place of a gap

    def question(self) -> str:
        """The question as text in one line, with the gaps filled in."""
        return " ".join("".join(self._text).split())

    def gaps(self) -> tuple[ReleasedGap, ...]:
        """The gaps that the card asks for."""
        return tuple(
            surrounded(number, hides, "".join(self._text[:at]), "".join(self._text[at + 1 :]))
            for number, at, hides in self._gaps
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside:
            self._inside += tag == "span"
            return
        values = dict(attrs)
        if tag == "span" and values.get("class") == "cloze" and "data-cloze" in values:
            inner = _Front()
            inner.feed(values["data-cloze"] or "")
            inner.close()
            hides = inner.question()
            self._gaps.append((int(values.get("data-ordinal") or 0), len(self._text), hides))
            self._text.append(hides)
            self._inside = 1
        elif tag in ("p", "div", "li", "br", "td", "th", "pre"):
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            self._inside -= tag == "span"

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._text.append(data)
