"""Packages of Anki as it writes them: every format, every usual note type, and what is refused."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import genanki
import pytest
from anki.collection import Collection, ExportAnkiPackageOptions

from commands.main import main
from deckpress.importing.anki import package
from deckpress.render.renderer import render
from releases.checked_source import check_source

ROOT = Path(__file__).resolve().parents[3]
PICTURE = ROOT / "tests" / "fixtures" / "import" / "headings" / "p.png"
CODE = '<pre><code class="language-py">if a &lt; b:<br>    print("## no heading")</code></pre>'


@dataclass
class Exported:
    folder: Path
    legacy: Path
    new: Path
    backup: Path
    guids: set[str]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A collection with a note of each usual type, studied, in the three formats of a package."""
    folder = tmp_path_factory.mktemp("exported")
    collection = Collection(str(folder / "collection.anki2"))
    guids = set()

    def add(type: str, deck: str, *fields: str, tags: tuple[str, ...] = ()) -> None:
        model = collection.models.by_name(type)
        assert model
        note = collection.new_note(model)
        note.fields[: len(fields)] = fields
        note.tags = list(tags)
        number = collection.decks.id(deck)
        assert number
        collection.add_note(note, number)
        guids.add(note.guid)

    name = collection.media.add_file(str(PICTURE))
    add(
        "Basic",
        "Net::TCP",
        "What is <b>TCP</b>?",
        f"Ordered.<br>{CODE}",
        tags=("net::tcp", "leech"),
    )
    add("Basic (and reversed card)", "Net::UDP", "UDP", f'Datagrams <img src="{name}">')
    add("Basic (optional reversed card)", "Net::UDP", "Port", "A number", "y")
    add("Basic (type in the answer)", "Net::UDP", "DNS port", "53")
    add("Cloze", "Net", r"{{c1::SYN}}, then {{c2::ACK::a flag}}; \(x^{ {{c3::2}} }\)", "More")
    cards = collection.find_cards("")
    collection.sched.suspend_cards(cards[:2])
    collection.set_user_flag_for_cards(1, cards[2:3])
    paths = {}
    for kind, legacy in (("legacy", True), ("new", False)):
        paths[kind] = folder / f"{kind}.apkg"
        options = ExportAnkiPackageOptions(with_scheduling=True, with_media=True, legacy=legacy)
        collection.export_anki_package(out_path=str(paths[kind]), options=options, limit=None)
    backup = folder / "all.colpkg"
    collection.export_collection_package(str(backup), include_media=True, legacy=False)
    return Exported(folder, paths["legacy"], paths["new"], backup, guids)


EXPECTED = """\
# TCP {#tcp}

## What is **TCP**? {#what-is-tcp .net-tcp}

Ordered.

```py
if a < b:
    print("## no heading")
```

# UDP {#udp}

## UDP {#udp-238530e7 .reverse}

Datagrams ![p](figures/c2153f77e11087fc.png)

## Port {#port .reverse}

A number

## DNS port {#dns-port}

53

# Net {#net}

## {{c1::SYN}}, then {{c2::ACK::a flag}}; {{c3::$x^{ 2 }$}} {#syn-then-ack-x-2 .cloze}

### Why

More
"""


@pytest.mark.parametrize("kind", ["legacy", "new", "backup"])
def test_a_package_of_each_format_becomes_this_deck_with_its_guids(
    kind: str, exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "deck.md"
    assert main(["import", str(getattr(exported, kind)), "-o", str(source)]) == 0
    _, _, cards = source.read_text("utf-8").partition("---\n\n")
    assert cards == EXPECTED
    record = json.loads((tmp_path / "imported" / "deck.json").read_bytes())
    assert {card["guid"] for card in record.values()} == exported.guids
    assert "Suspended cards: 2" in capsys.readouterr().out
    checked = check_source(source)
    assert checked.findings == ()
    assert render(checked.deck)[1] == ()


def test_a_newer_version_updates_what_the_author_has_not_touched(tmp_path: Path) -> None:
    model = genanki.Model(
        1, "Mine", [{"name": "A"}, {"name": "B"}], [{"name": "c", "qfmt": "{{A}}", "afmt": "{{B}}"}]
    )

    def write(*answers: str) -> None:
        deck = genanki.Deck(2, "Old")
        for number, answer in enumerate(answers):
            deck.add_note(genanki.Note(model, [f"Question {number}?", answer], guid=f"g{number}"))
        genanki.Package(deck).write_to_file(str(tmp_path / "old.apkg"))

    command = ["import", str(tmp_path / "old.apkg"), "-o", str(tmp_path / "deck.md")]
    write("one", "two", "three")
    assert main(command) == 0
    source = tmp_path / "deck.md"
    source.write_text(source.read_text().replace("two", "my words").replace("# Old", "# Mine"))
    write("one", "two, newer", "three, newer", "four")
    assert main(command) == 0
    text = source.read_text()
    assert "my words" in text
    assert "two, newer" not in text
    assert "three, newer" in text
    assert "four" in text
    assert "# Mine" in text
    report = (tmp_path / "imported" / "deck.report.txt").read_text()
    assert "1 conflict" in report
    assert check_source(source).findings == ()
    record = json.loads((tmp_path / "imported" / "deck.json").read_bytes())
    assert [card["guid"] for card in record.values()] == ["g0", "g1", "g2", "g3"]


def test_a_file_that_no_import_wrote_is_never_overwritten(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "deck.md"
    source.write_text("mine")
    assert main(["import", str(exported.new), "-o", str(source)]) == 1
    assert source.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [source]
    assert "no import wrote it" in capsys.readouterr().err


def made(
    folder: Path,
    fields: list[str],
    templates: list[dict[str, str]],
    notes: list[tuple[str, list[str]]],
    name: str = "Type",
) -> Path:
    model = genanki.Model(7, name, [{"name": field} for field in fields], templates)
    deck = genanki.Deck(8, "Deck")
    for guid, values in notes:
        deck.add_note(genanki.Note(model, values, guid=guid))
    path = folder / "in.apkg"
    genanki.Package(deck).write_to_file(str(path))
    return path


def card(question: str, answer: str) -> list[dict[str, str]]:
    return [{"name": "Card", "qfmt": question, "afmt": answer}]


BASIC = card("{{Q}}", "{{A}}")


def test_all_reasons_are_told_at_once_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = [
        ("twice", ["One?", "1"]),
        ("twice", ["Two?", "2"]),
        ("p", ["Three?", '<img src="gone.png">']),
        ("l", [r"Four?", r"[latex]\documentclass{article}[/latex]"]),
        ("s", ["Five?", "[sound:gone.mp3] heard"]),
    ]
    path = made(tmp_path, ["Q", "A"], BASIC, notes)
    assert main(["import", str(path), "-o", str(tmp_path / "deck.md")]) == 1
    told = capsys.readouterr().err
    for words in ("one guid", "gone.png", "LaTeX document", "gone.mp3", "“Four?”", "“One?”"):
        assert words in told
    assert list(tmp_path.iterdir()) == [path]
    assert main(["import", str(path), "-o", str(tmp_path / "deck.md"), "--leave-out"]) == 0
    assert "## Five?" in (tmp_path / "deck.md").read_text()


def test_an_own_note_type_gets_a_proposal_that_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = card("{{Front}} {{Hint}}", "{{Back}}{{Explanation}}")
    values = ["Q?", "A", "h", "because"]
    path = made(tmp_path, ["Front", "Back", "Hint", "Explanation"], templates, [("g", values)])
    assert main(["import", str(path), "-o", str(tmp_path / "deck.md")]) == 1
    told = capsys.readouterr().err
    proposal = "Type: Front -> question, Back -> short, Hint -> -, Explanation -> why"
    assert proposal in told
    command = ["import", str(path), "-o", str(tmp_path / "deck.md")]
    assert main([*command, "--leave-out"]) == 1  # then nothing is left
    assert proposal in capsys.readouterr().err
    assert main([*command, "--map", proposal]) == 0
    assert "## Q? {#q}\n\nA\n\n### Why\n\nbecause\n" in (tmp_path / "deck.md").read_text()


def test_a_mapped_type_that_asks_both_ways_is_reversed_and_further_cards_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = [*card("{{Q}}", "{{A}}"), *card("{{A}}", "{{Q}}"), *card("{{Q}}{{X}}", "{{A}}")]
    templates = [{**each, "name": str(n)} for n, each in enumerate(templates)]
    path = made(tmp_path, ["Q", "A", "X"], templates, [("g", ["one", "two", "x"])])
    command = ["import", str(path), "-o", str(tmp_path / "deck.md")]
    assert main([*command, "--map", "Type: Q -> question, A -> short"]) == 0
    assert "## one {#one .reverse}" in (tmp_path / "deck.md").read_text()
    assert "Type: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fields", "templates", "words"),
    [
        (["Q", "A"], card("{{Q}}<script>x()</script>", "{{A}}"), "JavaScript"),
        (["Occlusion", "Image"], card("{{Image}}", "{{Occlusion}}"), "Image occlusion"),
    ],
)
def test_note_types_that_do_more_than_show_fields_are_refused(
    fields: list[str],
    templates: list[dict[str, str]],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = made(tmp_path, fields, templates, [("g", ["x", "y"])])
    assert main(["import", str(path), "-o", str(tmp_path / "deck.md")]) == 1
    assert words in capsys.readouterr().err


def archive(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name.replace("_DOT_", ".").replace("_UP_", "../"), content)
    return data.getvalue()


def other_database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.commit()
        return connection.serialize()


BAD: dict[str, tuple[str, Callable[[Exported], bytes], str]] = {
    "an empty file": ("a.apkg", lambda _: b"", "nothing in it"),
    "a renamed zip": ("a.apkg", lambda _: archive(x_DOT_txt=b"x"), "no package of Anki"),
    "a truncated package": ("a.apkg", lambda e: e.new.read_bytes()[:-900], "cut off"),
    "a damaged package": (
        "a.apkg",
        lambda e: (
            e.legacy.read_bytes().replace(b"\x1f", b"\x1e", 5)[:3000]
            + e.legacy.read_bytes()[3000:].replace(b"a", b"b", 40)
        ),
        "",
    ),
    "another program's database": (
        "a.apkg",
        lambda _: archive(collection_DOT_anki2=other_database()),
        "not one of Anki",
    ),
    "a bare database": ("collection.anki2", lambda _: other_database(), "as .apkg"),
    "a path that leads out": (
        "a.apkg",
        lambda _: archive(_UP_x=b"x", collection_DOT_anki2=b"x"),
        "leads out",
    ),
    "a zip bomb": (
        "a.apkg",
        lambda _: archive(collection_DOT_anki2=b"\0" * 3_000_000),
        "zip bomb",
    ),
    "JSON of another kind": ("a.json", lambda _: b"[1]", "no deck of CrowdAnki"),
    "no JSON": ("a.json", lambda _: b"{", "Not JSON"),
    "uneven rows": ("a.csv", lambda _: b"question,answer\na,b\nc\nd,e,f\n", "a.csv:4"),
    "a table without names": ("a.csv", lambda _: b"x,y\n1,2\n", "1 -> question, 2 -> short"),
    "binary text": ("a.md", lambda _: b"\xff\x00\xfe\xff\xff" * 9, "Not text"),
    "prose": ("a.md", lambda _: b"Only a text.\n", "No question"),
    "LaTeX": ("a.tex", lambda _: b"\\section{TCP}\n", "pandoc -f latex"),
    "LaTeX in a text": ("a.txt", lambda _: b"% Notes\n\\documentclass{article}\n", "pandoc"),
    "a picture": ("a.png", lambda _: b"\x89PNG", "No format"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_one_clear_sentence_and_nothing_is_written(
    kind: str,
    exported: Exported,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package, "LARGEST_COLLECTION", 1_000_000)
    name, make, words = BAD[kind]
    path = tmp_path / name
    path.write_bytes(make(exported))
    assert main(["import", str(path), "-o", str(tmp_path / "out" / "deck.md")]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert name in told
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_note_of_5_mb_and_html_that_never_closes_are_read(tmp_path: Path) -> None:
    notes = [
        ("a", ["Long?", "word " * 1_000_000]),
        ("b", ["Open?", "<div><ul><li>" * 20_000 + "x"]),
    ]
    path = made(tmp_path, ["Q", "A"], BASIC, notes)
    assert main(["import", str(path), "-o", str(tmp_path / "deck.md")]) == 0
    assert (tmp_path / "deck.md").stat().st_size > 4_900_000
