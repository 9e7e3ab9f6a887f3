"""The upgrade proof, on every way in which a deck changes; and that it sees what breaks a promise.

The scenarios are those of docs/updates.md, by the same names.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.main import main
from deckpress.checks.released import check
from deckpress.history import comparison
from releases.upgrade.prove import prove
from releases.upgrade.report import CardFate, Report
from tests.history import Folder

ROOT = Path(__file__).resolve().parents[2]
ADDED, REWORDED, EMPTY, OTHER = CardFate
CARD = "## Who closes first? {#who-closes .closing tier=core}\n\nEither side.\n"
NEW = "\n## What is FIN? {#fin .closing}\n\nThe end.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def upgraded(folder: Folder, old: Path, new: Path) -> Report:
    home = folder.path / "collections"
    home.mkdir()
    return prove(old, new, home)


def edit(folder: Folder) -> None:
    folder.edit("Either side.", "Both may.")


def reword(folder: Folder) -> None:
    folder.edit("Who closes first?", "Which of the two sides is the first to close?")


def reorder(folder: Folder) -> None:
    folder.edit(CARD, CARD + NEW)
    folder.release()
    folder.edit(CARD + NEW, NEW.lstrip() + "\n" + CARD)


def add(folder: Folder) -> None:
    folder.text += NEW


def retire(folder: Folder) -> None:
    folder.edit("#who-closes .closing tier=core}", "#who-closes .closing tier=core .retired}")
    folder.text += "\n### Retired\n\nSee [the other one](#three).\n"


def move(folder: Folder) -> None:
    folder.edit(CARD, "")
    folder.edit("# Closing {#closing}\n", f"{CARD}\n# Closing {{#closing}}\n{NEW}")


def rename_title(folder: Folder) -> None:
    folder.edit("title: TCP", "title: TCP/IP")


def rename_section(folder: Folder) -> None:
    folder.edit("# Closing {#closing}", "# How it ends {#closing}")
    folder.text += NEW


def reorder_sections(folder: Folder) -> None:
    head, opening, rest = folder.text.partition("# Opening {#opening}")
    first, closing, last = rest.partition("# Closing {#closing}")
    folder.text = f"{head}{closing}{last}{NEW}\n{opening}{first.rstrip()}\n"


def nothing(folder: Folder) -> None:
    """Released again as it was."""


SCENARIOS: dict[str, tuple[Callable[[Folder], None], dict[str, int]]] = {
    "edit": (edit, {"changed": 1}),
    "reword": (reword, {"changed": 1}),
    "reorder": (reorder, {"changed": 0, "added": 1}),
    "add": (add, {"added": 1, "changed": 0}),
    "retire": (retire, {"changed": 1, "retired": 1}),
    "move between sections": (move, {"changed": 1, "added": 1}),
    "rename the title": (rename_title, {"changed": 0}),
    "rename a section": (rename_section, {"changed": 1, "added": 1}),
    "reorder the sections": (reorder_sections, {"changed": 0, "added": 1}),
    "nothing": (nothing, {"changed": 0, "added": 0, "unchanged": 3}),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(folder: Folder, name: str) -> None:
    change, counts = SCENARIOS[name]
    old = folder.released()
    change(folder)
    report = upgraded(folder, old, folder.released())
    assert report.problems == []
    assert report.cards == report.reviews == 3 * 3
    assert {key: getattr(report, key) for key in counts} == counts


GAPS = """\

## Which flags open a connection? {#flags .cloze}

First {{c1::SYN}}, then {{c2::SYN and ACK}}, then {{c3::ACK}}.

## The Nagle algorithm {#nagle .reverse}

Small writes wait until the data before them is acknowledged.

## Which of them use UDP? {#udp .choice}

- [x] DNS
- [x] NTP
- [ ] SSH
"""
ANSWER = "First {{c1::SYN}}, then {{c2::SYN and ACK}}, then {{c3::ACK}}."
# By name: what is edited, and the counts of cards: as before, in other words, new.
GAP_SCENARIOS = {
    "add a gap": (ANSWER, f"In {{{{c4::CLOSED}}}}: {ANSWER}", (6, 3, 1)),
    "reword a gap": ("{{c1::SYN}}", "{{c1::a SYN::who?}}", (6, 3, 0)),
}


@pytest.mark.parametrize("name", GAP_SCENARIOS)
def test_scenario_of_gaps(folder: Folder, name: str) -> None:
    before, after, counts = GAP_SCENARIOS[name]
    folder.text += GAPS
    old = folder.released()
    folder.edit(before, after)
    report = upgraded(folder, old, folder.released())
    assert report.problems == []
    assert (report.asking, report.count(REWORDED), report.count(ADDED)) == counts


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Which of them use UDP?", "Which protocols use UDP?"),
        ("- [x] DNS\n- [x] NTP\n- [ ] SSH\n", "- [ ] SSH\n- [ ] FTP\n- [x] DNS\n- [x] NTP\n"),
        ("Small writes wait until", "Small segments wait until"),
        ("## The Nagle algorithm", "## Nagle's algorithm"),
        (ANSWER, "A client sends {{c1::SYN}}. At last comes {{c3::ACK}}, {{c2::both}} before."),
    ],
    ids=["question", "options", "meaning", "term", "gaps"],
)
def test_an_edit_of_any_kind_of_card_leaves_each_card_its_question(
    folder: Folder, before: str, after: str
) -> None:
    folder.text += GAPS
    old = folder.released()
    folder.edit(before, after)
    report = upgraded(folder, old, folder.released())
    assert report.problems == []
    assert report.count(ADDED) == 0


# What an author must not do, and what a learner's card asks then, had it been released.
WRONG_CARDS = {
    "a gap goes and the others close up": (
        ANSWER,
        "First SYN, then {{c1::SYN and ACK}}, then {{c2::ACK}}.",
        {"tcp/flags c1": OTHER, "tcp/flags c2": OTHER, "tcp/flags c3": EMPTY},
    ),
    "the last gap goes": ("{{c3::ACK}}", "ACK", {"tcp/flags c3": EMPTY}),
    "two gaps become one": ("{{c2::SYN and", "{{c1::SYN and", {"tcp/flags c2": EMPTY}),
    "two gaps are exchanged": (
        "{{c1::SYN}}, then {{c2::SYN and ACK}}",
        "{{c2::SYN}}, then {{c1::SYN and ACK}}",
        {"tcp/flags c1": OTHER, "tcp/flags c2": OTHER},
    ),
    "the directions are exchanged": (
        "The Nagle algorithm {#nagle .reverse}\n\n"
        "Small writes wait until the data before them is acknowledged.",
        "Small writes wait until the data before them is acknowledged. {#nagle .reverse}\n\n"
        "The Nagle algorithm",
        {"tcp/nagle Forward": OTHER, "tcp/nagle Backward": OTHER},
    ),
    "two cards exchange their ids": (
        "Who opens? {#who-opens .opening}\n\nThe client.",
        "Who closes first? {#who-opens .opening}\n\nThe client.",
        {"tcp/who-opens": OTHER},
    ),
}


@pytest.mark.parametrize("name", WRONG_CARDS)
def test_progress_on_the_wrong_card_is_seen(folder: Folder, name: str) -> None:
    before, after, expected = WRONG_CARDS[name]
    folder.text += GAPS
    old = folder.released()
    folder.edit(before, after)
    if "ids" in name:
        folder.edit("Who closes first? {#who-closes", "Who else closes? {#who-closes")
    report = upgraded(folder, old, folder.released())
    fates = {one.card: one.fate for one in report.changes if one.fate in (OTHER, EMPTY)}
    assert {card: fates.get(card) for card in expected} == expected
    told = [problem for problem in report.problems if problem.startswith("reader: tcp/")]
    assert len(told) == len(fates)


def test_two_builds_of_one_time_are_compared_too(folder: Folder) -> None:
    """Anki takes the second for no younger, but the release after them will be."""
    folder.text += GAPS
    old = folder.package()
    folder.edit(ANSWER, "First SYN, then {{c1::SYN and ACK}}, then {{c2::ACK}}.")
    report = upgraded(folder, old, folder.package())
    assert (report.unsent, len(report.problems)) == (1, 3)


def test_skip_five_releases(folder: Folder) -> None:
    old = folder.released()
    for number in range(5):
        folder.edit("The client." if number == 0 else f"Client {number}.", f"Client {number + 1}.")
        new = folder.released()
    report = upgraded(folder, old, new)
    assert (report.problems, report.changed, report.new) == ([], 1, "deck-1.0.5.apkg")


def test_downgrade(folder: Folder) -> None:
    old = folder.released()
    edit(folder)
    add(folder)
    report = upgraded(folder, folder.released(), old)
    assert (report.problems, report.changed, report.unchanged) == ([], 0, 3)


def test_import_twice(folder: Folder) -> None:
    package = folder.released()
    report = upgraded(folder, package, package)
    assert (report.problems, report.changed, report.unchanged) == ([], 0, 3)


def test_a_development_build_between_two_releases(folder: Folder) -> None:
    old = folder.released()
    edit(folder)
    between = folder.package()
    folder.edit("Both may.", "Both of them may.")
    new = folder.released()
    for first, second in ((old, between), (between, new), (old, new)):
        home = folder.path / f"{first.stem} {second.stem}"
        home.mkdir()
        report = prove(first, second, home)
        assert (report.problems, report.changed, report.unchanged) == ([], 1, 2)


def test_template_change(folder: Folder) -> None:
    old = folder.released()
    new = tampered(folder.released(), _younger_templates)
    report = upgraded(folder, old, new)
    assert (report.problems, report.changed, report.unchanged) == ([], 0, 3)


def test_every_scenario_is_explained(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "updates.md").read_text("utf-8")
    headings = [heading.lower() for heading in re.findall(r"^### (.+)$", page, re.MULTILINE)]
    others = {
        "skip five releases",
        "downgrade",
        "import twice",
        "a development build between two releases",
        "template change",
    }
    assert set(headings) == (set(SCENARIOS) - {"nothing"}) | set(GAP_SCENARIOS) | others


# What breaks a promise is seen


def tampered(package: Path, change: Callable[[sqlite3.Connection], None]) -> Path:
    """The same package with another database."""
    with zipfile.ZipFile(package) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(members["collection.anki2"])
        change(database)
        database.commit()
        members["collection.anki2"] = database.serialize()
    path = package.with_name(f"tampered-{package.name}")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _models(database: sqlite3.Connection, change: Callable[[dict[str, object]], None]) -> None:
    (text,) = database.execute("SELECT models FROM col").fetchone()
    models = json.loads(text)
    for model in models.values():
        change(model)
    database.execute("UPDATE col SET models = ?", (json.dumps(models),))


def _younger_templates(database: sqlite3.Connection) -> None:
    def change(model: dict[str, object]) -> None:
        model["css"] = ".card { color: teal }"
        model["mod"] = int(str(model["mod"])) + 1000

    _models(database, change)


def _other_fields(database: sqlite3.Connection) -> None:
    def change(model: dict[str, object]) -> None:
        fields = model["flds"]
        assert isinstance(fields, list)
        fields.insert(0, {**fields[0], "id": 1, "name": "More", "ord": 0})
        for number, one in enumerate(fields):
            one["ord"] = number

    _models(database, change)
    database.execute("UPDATE notes SET flds = 'more' || char(31) || flds, mod = mod + 100")


def _sql(statement: str) -> Callable[[sqlite3.Connection], None]:
    def change(database: sqlite3.Connection) -> None:
        database.execute(statement)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_sql("UPDATE notes SET guid = guid || 'x'"), "is not in the new package"),
        (
            _sql("DELETE FROM notes WHERE flds LIKE '%three%'"),
            "is not in the new package",
        ),
        (_other_fields, "a note type was added"),
        (_other_fields, "conflicting"),
        (_sql("UPDATE notes SET mid = (SELECT max(mid) FROM notes) + 1"), "Anki refuses it"),
    ],
)
def test_what_breaks_a_promise_is_seen(
    folder: Folder, change: Callable[[sqlite3.Connection], None], said: str
) -> None:
    edit(folder)
    old = folder.released()
    new = tampered(folder.released(), change)
    report = upgraded(folder, old, new)
    assert any(said in problem for problem in report.problems), report.problems


def test_a_new_way_of_writing_a_note_is_counted_and_not_sent(folder: Folder) -> None:
    old = folder.released()
    new = tampered(old, _sql("UPDATE notes SET flds = replace(flds, 'Either', '<b>Either</b>')"))
    report = upgraded(folder, old, new)
    assert (report.problems, report.changed, report.unchanged, report.unsent) == ([], 0, 3, 1)


# The command


def test_the_command_says_what_was_proven(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    old = folder.released()
    edit(folder)
    new = folder.released()
    assert main(["verify-upgrade", str(old), str(new)]) == 0
    said = capsys.readouterr().out
    assert "deck-1.0.0.apkg → deck-1.0.1.apkg" in said
    assert "0 notes added, 1 changed, 2 unchanged; 0 retired" in said
    assert "is as it was" in said


def test_the_command_fails_on_a_broken_promise(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    old = folder.released()
    new = tampered(old, _sql("DELETE FROM notes WHERE flds LIKE '%three%'"))
    assert main(["verify-upgrade", str(old), str(new), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["schema"], result["proven"]) == (1, False)
    assert "is not in the new package" in result["problems"][0]


def _empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("media", "{}")
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"text", _empty_zip()], ids=["empty", "text", "no notes"])
def test_a_file_that_is_no_package_is_one_clear_error(
    folder: Folder, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    broken = folder.path / "broken.apkg"
    broken.write_bytes(data)
    assert main(["verify-upgrade", str(folder.released()), str(broken)]) == 1
    said = capsys.readouterr().err
    assert "broken.apkg" in said
    assert "Traceback" not in said


# Any history

_KINDS = ("basic", "reverse", "cloze", "choice")
_EDITS = ("edit", "reword", "retire", "restore", "move", "swap", "gap", "gap moves", "options")
_CHANGES = st.lists(
    st.sampled_from((*_EDITS, *_KINDS, "section renamed", "sections swapped", "release")),
    min_size=2,
    max_size=14,
)


@dataclass
class _Card:
    id: str
    text: str
    home: str
    kind: str = "basic"
    retired: bool = False
    gaps: list[tuple[int, str]] = field(default_factory=lambda: [(1, "one"), (2, "two")])
    options: list[str] = field(default_factory=lambda: ["[x] right", "[ ] wrong"])

    def written(self) -> str:
        marks = "".join(
            f" .{mark}" for mark in (self.kind, "retired" if self.retired else "") if mark
        )
        gaps = ", ".join(
            f"at {word} {{{{c{number}::{word} {self.text}}}}}" for number, word in self.gaps
        )
        answer = {
            "cloze": f"There are {gaps}.",
            "choice": "\n".join(f"- {option}" for option in self.options),
        }.get(self.kind, f"Answer {self.id}, {self.text}.")
        reason = "\n### Retired\n\nBetter ones came.\n" if self.retired else ""
        return f"\n## Question {self.id}, {self.text}? {{#{self.id}{marks}}}\n\n{answer}\n{reason}"


class _Author:
    """Keeps a deck as a list of cards, so that any change of it can be drawn."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.sections = {"s0": "Section 0", "s1": "Section 1"}
        self.cards = [_Card("c1", "one", "s0"), _Card("c2", "two", "s0", "cloze")]
        self.cards.append(_Card("c3", "three", "s1", "choice"))
        self._count = 0

    def change(self, what: str, pick: int) -> None:
        self._count += 1
        card = self.cards[pick % len(self.cards)]
        match what:
            case "edit" | "reword":
                card.text = f"{what} {self._count}"
            case "basic" | "reverse" | "cloze" | "choice":
                new = _Card(f"n{self._count}", "new", "s1", what)
                self.cards.insert(pick % len(self.cards), new)
            case "retire" | "restore":
                card.retired = what == "retire"
            case "move":
                card.home = "s0" if card.home == "s1" else "s1"
            case "swap":
                self.cards.reverse()
            case "gap":
                number = 1 + max(number for number, _ in card.gaps)
                card.gaps.insert(pick % len(card.gaps), (number, f"place {number}"))
            case "gap moves":
                card.gaps.reverse()
            case "options":
                card.options.insert(0, f"[ ] option {self._count}")
            case "section renamed":
                self.sections[card.home] = f"Chapter {self._count}"
            case "sections swapped":
                self.sections = dict(reversed(self.sections.items()))

    def write(self) -> None:
        text = "---\ntitle: T\nlang: en\nkey: k\nanki_deck: T\n---\n"
        for id, title in self.sections.items():
            text += f"\n# {title} {{#{id}}}\n"
            text += "".join(card.written() for card in self.cards if card.home == id)
        self.folder.text = text


@settings(
    max_examples=max(6, settings().max_examples * 15 // 100),
    suppress_health_check=list(HealthCheck),
)
@given(_CHANGES, st.integers(0, 2**16))
def test_no_history_loses_anything(changes: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name))
        author = _Author(folder)
        author.write()
        packages = [folder.released()]
        for step, what in enumerate(changes):
            author.change(what, seed >> step)
            author.write()
            if what == "release":
                packages.append(folder.released())
        packages.append(folder.package())
        packages.append(folder.released())
        assert folder.changes() == comparison.Changes()
        last = folder.read().release
        assert last is not None
        assert last.version.startswith("1.")
        assert not list(check(folder.read()))
        pairs = [(packages[0], packages[-1]), *pairwise(packages)]
        for number, (old, new) in enumerate(pairs):
            home = folder.path / f"upgrade-{number}"
            home.mkdir()
            assert prove(old, new, home).problems == []
