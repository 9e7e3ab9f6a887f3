"""Which gap of a released card is which, whatever became of its number, its words and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckpress.fixes.autofix import mend
from deckpress.history import comparison, ledger
from deckpress.history.digests import digests
from deckpress.history.released_gaps import origins, text_gaps
from deckpress.model import RawDeck, Release
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read

HANDSHAKE = "First {{c1::SYN}}, then {{c2::SYN and ACK}}, then {{c3::ACK}}."
HEAD = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# One {#one}\n\n"
HEAD += "## Which? {#which .cloze}\n\n"
TIME = 1_800_000_000

# What may happen to a released card without harm: an edit, a gap that moves, one that is added.
HARMLESS = {
    "nothing": (HANDSHAKE, HANDSHAKE),
    "a word around": (HANDSHAKE, HANDSHAKE.replace("First", "At first")),
    "a rewording": (HANDSHAKE, HANDSHAKE.replace("::SYN}}", "::the SYN flag}}")),
    "other words altogether": (HANDSHAKE, HANDSHAKE.replace("::SYN}}", "::a greeting}}")),
    "a hint": (HANDSHAKE, HANDSHAKE.replace("::SYN}}", "::SYN::three letters}}")),
    "code marks": (HANDSHAKE, HANDSHAKE.replace("::SYN}}", "::`SYN`}}")),
    "more text": (HANDSHAKE, f"TCP opens with three messages.\n\n{HANDSHAKE} Then data flows."),
    "a sentence that moves": (
        "A client sends {{c1::SYN}}. A server closes with {{c2::FIN}}.",
        "A server closes with {{c2::FIN}}. A client sends {{c1::SYN}}.",
    ),
    "equal texts that move": (
        "A client may send {{c1::RST}} at will. The peer of a closed port sends {{c2::RST}} back.",
        "The peer of a closed port sends {{c2::RST}} back. A client may send {{c1::RST}} at will.",
    ),
    "a new gap behind": (HANDSHAKE, f"{HANDSHAKE} The socket is {{{{c4::open}}}}."),
    "a new gap in front": (HANDSHAKE, f"From {{{{c4::CLOSED}}}} on: {HANDSHAKE}"),
    "a gap more under one number": (HANDSHAKE, f"{HANDSHAKE} At last {{{{c1::data}}}} flows."),
    "a number that is split": (
        "TCP delivers {{c1::in order}}, UDP {{c1::in any order}}.",
        "TCP delivers {{c1::in order}}, UDP {{c2::in any order}}.",
    ),
    "a wrong answer among equals": (
        "FTP {{c1::yes}}, DNS {{c2::no}}, SSH {{c3::yes}}.",
        "FTP {{c1::yes}}, DNS {{c2::yes}}, SSH {{c3::yes}}.",
    ),
    "Chinese words": (
        "{{c1::镜像}}是只读的，{{c2::容器}}可写。",
        "{{c1::镜像层}}只读，{{c2::容器}}可写。",
    ),
}

# What puts progress on the wrong card, or ends it: the texts of the gaps that suffer.
HARMFUL = {
    "the first one goes and the others close up": (
        HANDSHAKE,
        "First SYN, then {{c1::SYN and ACK}}, then {{c2::ACK}}.",
        ["SYN and ACK", "ACK", "SYN"],
    ),
    "the last one goes": (HANDSHAKE, HANDSHAKE.replace("{{c3::ACK}}", "ACK"), ["ACK"]),
    "the middle one goes": (
        HANDSHAKE,
        HANDSHAKE.replace("{{c2::SYN and ACK}}", "both"),
        ["SYN and ACK"],
    ),
    "two numbers are exchanged": (
        HANDSHAKE,
        HANDSHAKE.replace("c1", "cx").replace("c3", "c1").replace("cx", "c3"),
        ["SYN", "ACK"],
    ),
    "all move on by one": (
        HANDSHAKE,
        "From {{c1::CLOSED}}: first {{c2::SYN}}, then {{c3::SYN and ACK}}, then {{c4::ACK}}.",
        ["SYN", "SYN and ACK", "ACK"],
    ),
    "two texts are exchanged": (
        "First {{c1::SYN}}, then {{c2::ACK}}.",
        "First {{c1::ACK}}, then {{c2::SYN}}.",
        ["ACK", "SYN"],
    ),
    "exchanged and reworded": (
        "I would sooner have {{c1::a cat}} than see {{c2::a dog}} here.",
        "I would sooner have {{c2::the cat}} than see {{c1::the dog}} here.",
        ["a cat", "a dog"],
    ),
    "equal texts are exchanged": (
        "A client may send {{c1::RST}} at will. The peer of a closed port sends {{c2::RST}} back.",
        "A client may send {{c2::RST}} at will. The peer of a closed port sends {{c1::RST}} back.",
        ["RST", "RST"],
    ),
    "one of two equal ones goes and the other closes up": (
        "A client may send {{c1::RST}} at will. The peer of a closed port sends {{c2::RST}} back.",
        "A client may send RST at will. The peer of a closed port sends {{c1::RST}} back.",
        ["RST", "RST"],
    ),
    "two become one": (
        "First {{c1::SYN}}, then {{c2::ACK}}.",
        "First {{c1::SYN}}, then {{c1::ACK}}.",
        ["ACK"],
    ),
    "another number": ("Only {{c1::SYN}} opens.", "Only {{c2::SYN}} opens.", ["SYN"]),
    "a gap joins another number": (
        "{{c1::SYN}} opens, {{c2::FIN}} and {{c2::RST}} close.",
        "{{c1::SYN}} opens, {{c2::FIN}} and {{c1::RST}} close.",
        ["RST"],
    ),
    "Chinese": (
        "{{c1::镜像}}只读，{{c2::容器}}可写。",
        "{{c2::镜像}}只读，{{c1::容器}}可写。",
        ["镜像", "容器"],
    ),
}


def suffering(old: str, new: str) -> list[str]:
    found = origins(text_gaps(old), text_gaps(new))
    return [gap.hides for gap, _ in found.moved] + [gap.hides for gap in found.lost]


@pytest.mark.parametrize("name", HARMLESS)
def test_an_edit_is_no_loss(name: str) -> None:
    old, new = HARMLESS[name]
    assert suffering(old, new) == []
    assert loss(old, new) is None


@pytest.mark.parametrize("name", HARMFUL)
def test_progress_on_the_wrong_card_is_seen(name: str) -> None:
    old, new, texts = HARMFUL[name]
    assert suffering(old, new) == texts
    assert loss(old, new) is comparison.Bump.MAJOR


@pytest.mark.parametrize(
    ("new", "texts"),
    [(HANDSHAKE, ()), (f"{HANDSHAKE} It is {{{{c4::open}}}}.", ("open",))],
)
def test_a_new_gap_is_a_card_more(new: str, texts: tuple[str, ...]) -> None:
    first = deck(HANDSHAKE, None)
    changes = comparison.compare(
        release(first), deck(new, release(first)), digests(deck(new, None))
    )
    assert changes.more_gaps.get("which", ()) == texts
    assert comparison.least_bump(changes) is (
        comparison.Bump.MINOR if texts else comparison.Bump.PATCH
    )


def deck(answer: str, last: Release | None) -> RawDeck:
    text = f"{HEAD}{answer}\n"
    found, _ = read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))
    return replace(found, release=last)


def release(source: RawDeck, version: str = "1.0.0", time: int = TIME) -> Release:
    return ledger.next_release(source, digests(source), version, time)


def loss(old: str, new: str) -> comparison.Bump | None:
    last = release(deck(old, None))
    source = deck(new, last)
    changes = comparison.compare(last, source, digests(source))
    return comparison.Bump.MAJOR if changes.other_gaps else None


# What --fix makes of it


FIXED = {
    "all move on by one": (
        "From {{c4::CLOSED}}: first {{c1::SYN}}, then {{c2::SYN and ACK}}, then {{c3::ACK}}."
    ),
    "two numbers are exchanged": HANDSHAKE,
    "the first one goes and the others close up": (
        "First SYN, then {{c2::SYN and ACK}}, then {{c3::ACK}}."
    ),
    "another number": "Only {{c1::SYN}} opens.",
    "equal texts are exchanged": HARMFUL["equal texts are exchanged"][0],
}


@pytest.mark.parametrize("name", FIXED)
def test_a_released_gap_gets_its_number_back(name: str) -> None:
    old, new, _ = HARMFUL[name]
    text, counts = mend(f"{HEAD}{new}\n", release(deck(old, None)))
    assert text == f"{HEAD}{FIXED[name]}\n"
    assert counts["D821"]
    assert mend(text, release(deck(old, None)))[0] == text


def test_gaps_without_a_number_are_numbered_after_the_released_ones() -> None:
    new = HANDSHAKE.replace("{{c3::ACK}}", "{{c::a second ACK}}") + "\n\nIt is {{c::open::how?}}."
    fixed = new.replace("{{c::a s", "{{c4::a s").replace("{{c::open", "{{c5::open")
    assert mend(f"{HEAD}{new}\n", release(deck(HANDSHAKE, None)))[0] == f"{HEAD}{fixed}\n"
    first = "{{c::one}} and {{c::two}}, `{{c::code}}`"
    assert (
        mend(f"{HEAD}{first}\n")[0]
        == f"{HEAD}{{{{c1::one}}}} and {{{{c2::two}}}}, `{{{{c::code}}}}`\n"
    )


# What is gone stays known


def test_a_number_that_a_major_version_dropped_is_spent() -> None:
    first = release(deck(HANDSHAKE, None))
    shorter = HANDSHAKE.replace("{{c3::ACK}}", "ACK")
    second = release(deck(shorter, first), "2.0.0", TIME + 10)
    assert [gap.gone for gap in second.cards["which"].gaps] == ["", "", "2.0.0"]
    third = release(deck(f"{shorter} So be it.", second), "2.0.1", TIME + 20)
    assert [gap.gone for gap in third.cards["which"].gaps] == ["", "", "2.0.0"]
    assert ledger.parse("2.0.1.json", ledger.serialise(third)) == third
    reused = deck(f"{shorter} The socket is {{{{c3::open}}}}.", third)
    assert comparison.compare(third, reused, digests(reused)).other_gaps == {"which": ("ACK",)}
    assert "{{c4::open}}" in mend(reused.source.decode(), third)[0]
    back = deck(HANDSHAKE, third)
    changes = comparison.compare(third, back, digests(back))
    assert (changes.other_gaps, changes.more_gaps) == ({}, {})


WORDS = st.lists(
    st.sampled_from(["SYN", "ACK", "FIN", "RST", "PSH", "URG", "ECE", "CWR"]),
    min_size=2,
    max_size=6,
    unique=True,
)


def written(numbers: Sequence[int], words: Sequence[str]) -> str:
    pairs = zip(numbers, words, strict=True)
    return ", ".join(f"the {name} flag is {{{{c{number}::{name}}}}}" for number, name in pairs)


@given(WORDS, st.data())
def test_any_other_order_of_the_numbers_is_a_loss_and_any_order_of_the_text_is_none(
    words: list[str], data: st.DataObject
) -> None:
    numbers = list(range(1, len(words) + 1))
    old = written(numbers, words)
    mixed = data.draw(st.permutations(numbers))
    expected = [word for i, word in enumerate(words) if mixed[i] != numbers[i]]
    assert suffering(old, written(mixed, words)) == expected
    order = data.draw(st.permutations(range(len(words))))
    moved = written([numbers[i] for i in order], [words[i] for i in order])
    assert suffering(old, moved) == []


# Any edit of a card: whether it does harm is known from how it is made.
_EDITS = st.sampled_from(["reword", "add", "move", "around", "remove", "close up", "exchange"])
_HARM = {"remove", "close up", "exchange"}
_FLAGS = ["SYN", "ACK", "FIN", "RST", "PSH", "URG", "ECE", "CWR", "NS", "DF", "MF", "TTL"]


def edited(gaps: list[tuple[int, str]], what: str, step: int) -> list[tuple[int, str]]:
    numbers = [number for number, _ in gaps]
    match what:
        case "reword":
            return [*gaps[:-1], (gaps[-1][0], f"{gaps[-1][1]} bit")]
        case "add":
            return [(4 + step, _FLAGS[3 + step]), *gaps]  # a number that was never used
        case "move":
            return gaps[::-1]
        case "remove":
            return gaps[1:]
        case "close up":
            return list(
                zip(sorted(numbers)[: len(gaps) - 1], [w for _, w in gaps[1:]], strict=True)
            )
        case "exchange":
            return [(gaps[1][0], gaps[0][1]), (gaps[0][0], gaps[1][1]), *gaps[2:]]
    return gaps


@given(st.lists(_EDITS, min_size=1, max_size=8))
def test_a_history_is_as_harmful_as_its_edits(edits: list[str]) -> None:
    gaps = [(1, "SYN"), (2, "ACK"), (3, "FIN")]
    last = release(deck(written(*zip(*gaps, strict=True)), None))
    for step, what in enumerate(edits):
        harmful = what in _HARM and len(gaps) > 1
        gaps = edited(gaps, what, step) if harmful or what not in _HARM else gaps
        text = written(*zip(*gaps, strict=True)) + (" as ever" if what == "around" else "")
        source = deck(text, last)
        changes = comparison.compare(last, source, digests(source))
        assert bool(changes.other_gaps) == harmful, (what, text)
        assert bool(changes.more_gaps) == (what == "add")
        version = comparison.next_version(last, changes)
        assert (version > last.version and version.endswith(".0.0")) == harmful
        last = release(source, version, last.time + 10)
