"""The page about the source format is true: its examples work, its tables are those of the code.

A fence of the page with the info string ``markdown`` is an example that must have no finding, one
with ``markdown wrong D401`` must have that one and no other, and ``yaml`` is a piece of front
matter. What is not a whole deck is added to the page's first deck.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from commands.main import main
from deckpress.checks.block_syntax import CALLOUTS
from deckpress.commonmark import tex
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.fixes.assign_ids import assign_ids
from deckpress.history.proofs import parse
from deckpress.model import Card, CardKind, Deck, Html, LinkStart, Math, PartName, Picture
from deckpress.reading import cloze, fences, front_matter, part_names
from deckpress.reading.attributes import LEVELS, LONGEST_ID, RETIRED, well_formed_id
from deckpress.reading.disk import files
from deckpress.reading.fences import ROLES, extract_part
from deckpress.reading.lines import split_lines
from deckpress.reading.references import IMAGE_TYPES
from deckpress.render.markup.labels import words
from deckpress.render.renderer import render
from deckpress.tiers import TIERS
from exporters.theme import proof_text
from releases.checked_source import CheckedSource, check_source

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "fixtures" / "format"
PAGE = (ROOT / "docs" / "source-format.md").read_text("utf-8")

_FENCE = re.compile(r"^(?P<mark>`{3,})(?P<info>.*)\n(?P<body>(?:.*\n)*?)(?P=mark)\n", re.MULTILINE)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Example:
    """A fence of the page. `line` counts from 1; `chapter` is the heading that it stands under."""

    line: int
    chapter: str
    info: str
    body: str

    def __str__(self) -> str:
        return f"line-{self.line}"

    @property
    def wrong(self) -> str:
        """The code that this example is to yield; empty if it is right."""
        return self.info.removeprefix("markdown").strip().removeprefix("wrong").strip()


def _examples() -> tuple[Example, ...]:
    found = []
    text = PAGE
    for match in _FENCE.finditer(PAGE):
        headings = _HEADING.findall(text[: match.start()])
        line = PAGE.count("\n", 0, match.start()) + 1
        found.append(Example(line, headings[-1][1], match["info"].strip(), match["body"]))
        blank = re.sub(r"[^\n]", " ", match.group())
        text = text[: match.start()] + blank + text[match.end() :]
    return tuple(found)


EXAMPLES = _examples()
RIGHT = [e for e in EXAMPLES if e.info in ("markdown", "yaml")]
WRONG = [e for e in EXAMPLES if e.info.startswith("markdown wrong ")]
SMALLEST = RIGHT[0].body


def fragment(example: Example) -> str:
    """What an example adds below the cards of a deck: sections and cards, or a card around text."""
    if re.match(r"##? ", example.body):
        return f"\n{example.body}"
    return f"\n## Line {example.line} {{#line-{example.line}}}\n\n{example.body}"


def whole(example: Example) -> str:
    """An example as a whole deck."""
    if example.body.startswith("---\n"):
        return example.body
    if example.info == "yaml":
        return SMALLEST.replace("\n---\n", f"\n{example.body}---\n", 1)
    return SMALLEST + fragment(example)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the example files and figures that the page names."""
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    return tmp_path


def made(folder: Path, text: str) -> tuple[CheckedSource, Deck, tuple[Diagnostic, ...]]:
    """A source read, checked and rendered as by a build, and all findings."""
    path = folder / "deck.md"
    path.write_text(text, "utf-8")
    read = check_source(path)
    deck, drawn = render(read.deck)
    return read, deck, ordered([*read.findings, *drawn])


def last(folder: Path, example: Example) -> Card:
    """The last card of an example, rendered."""
    _, deck, _ = made(folder, whole(example))
    return deck.cards()[-1]


def of(chapter: str) -> list[Example]:
    """The right examples under one heading of the page."""
    found = [example for example in RIGHT if example.chapter == chapter]
    assert found, f"there is no example under {chapter!r}"
    return found


def html(pieces: Html) -> str:
    """The strings of a field, without what differs between outputs."""
    return "".join(piece for piece in pieces if isinstance(piece, str))


def table(first: str) -> list[list[str]]:
    """The cells of the rows of the page's table whose first column has that title."""
    lines = split_lines(PAGE)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def spans(cell: str) -> list[str]:
    """The code spans of a cell."""
    return _CODE.findall(cell)


def names(cell: str) -> tuple[str, ...]:
    """The words of a cell that commas part."""
    return tuple(name.strip() for name in cell.split(","))


# Examples.


def test_the_page_has_examples_of_both_sorts() -> None:
    assert len(RIGHT) > 20
    assert len(WRONG) > 10
    assert {e.info.split()[0] for e in EXAMPLES} == {"markdown", "yaml", "nginx", "json"}
    assert len(RIGHT) + len(WRONG) + 2 == len(EXAMPLES)


@pytest.mark.parametrize("example", RIGHT, ids=str)
def test_example_has_no_finding(example: Example, folder: Path) -> None:
    _, deck, found = made(folder, whole(example))
    assert [(d.code, d.message("en")) for d in found] == []
    shown = deck.cards()[-1]
    assert any((shown.short, shown.steps, shown.options, shown.question))


@pytest.mark.parametrize("example", WRONG, ids=str)
def test_wrong_example_has_that_finding(example: Example, folder: Path) -> None:
    _, _, found = made(folder, whole(example))
    assert [d.code for d in found] == [example.wrong]


@pytest.mark.parametrize(
    "only",
    [("--only", "anki,web"), pytest.param((), marks=pytest.mark.slow)],
    ids=["but paper", "all"],
)
def test_all_examples_together_build(
    folder: Path, capsys: pytest.CaptureFixture[str], only: tuple[str, ...]
) -> None:
    pieces = [fragment(e) for e in RIGHT[1:] if e.info == "markdown" and e.body[:4] != "---\n"]
    path = folder / "deck.md"
    path.write_text(SMALLEST + "".join(pieces), "utf-8")
    code = main([str(path), "--strict", "--output", str(folder / "output"), *only])
    assert code == 0, capsys.readouterr().err
    endings = {file.suffix for file in (folder / "output" / "latest").iterdir()}
    assert {".apkg", ".html"} <= endings
    assert (".pdf" in endings) == (not only)


@pytest.mark.parametrize("kind", CardKind)
def test_each_kind_has_a_chapter_with_its_cards(kind: CardKind, folder: Path) -> None:
    for example in of(kind.value.title()):
        assert last(folder, example).kind is kind


def test_smallest_deck_needs_every_line_of_its_front_matter() -> None:
    keys = re.findall(r"^(\w+): .*\n", SMALLEST, re.MULTILINE)
    assert tuple(keys) == tuple(front_matter._REQUIRED)


def test_tags_are_a_closed_list(folder: Path) -> None:
    named, listed = of("Front matter")
    for example, names in (
        (named, {"handshake": "Opening a connection", "teardown": "Closing a connection"}),
        (listed, {"handshake": "handshake", "teardown": "teardown"}),
    ):
        read, _, _ = made(folder, whole(example))
        assert read.deck.meta.tags == names
        _, _, found = made(folder, whole(example) + "\n## Other {#other .hndshake}\n\nText.\n")
        assert [d.code for d in found] == ["D215"]


def test_card_has_the_attributes_that_it_shows(folder: Path) -> None:
    card, retired = (last(folder, example) for example in of("Sections and cards"))
    assert (card.id, card.tags, card.level, card.tier) == (
        "udp-connection",
        ("datagram",),
        1,
        "core",
    )
    assert not card.retired
    assert retired.retired


def test_parts_of_the_example(folder: Path) -> None:
    (example,) = of("Parts of an answer")
    shown = [part.name for part in last(folder, example).parts]
    assert shown == [PartName.WHY, PartName.FOLLOW_UP, PartName.SOURCES]


def test_a_prompt_belongs_to_the_question(folder: Path) -> None:
    card = last(folder, of("A question of several blocks")[0])
    assert "create_server" in html(card.lead)
    assert "It never closes" in html(card.short)
    assert [part.name for part in card.parts] == [PartName.WHY]


def test_choice_and_ordered_have_text_above_and_below(folder: Path) -> None:
    choice = last(folder, of("Choice")[0])
    assert sorted(option.right for option in choice.options) == [False, True, True]
    kept = last(folder, of("Choice")[1])
    assert [option.right for option in kept.options] == [False, True, False]
    assert "Think of the transport" in html(choice.lead)
    assert "SSH needs every byte" in html(choice.short)
    steps = last(folder, of("Ordered")[0])
    assert len(steps.steps) == 4
    assert "TIME_WAIT" in html(steps.short)


def test_list_holds_what_is_indented_by_four(folder: Path) -> None:
    lists, boxes = (html(last(folder, example).short) for example in of("Lists"))
    outer = lists[lists.index("<ol>") : lists.rindex("</ol>")]
    assert lists.count("<ol>") == 1
    assert "<pre>" in outer
    assert "<ul>" in outer
    assert "second step" in outer
    assert boxes.count('class="box"') == 2


def test_links_lead_to_cards_sections_and_the_web(folder: Path) -> None:
    short = last(folder, of("Links")[0]).short
    targets = [piece.card for piece in short if isinstance(piece, LinkStart)]
    assert targets == ["time-wait", "tcp"]
    assert re.findall(r'href="([^"]+)"', html(short)) == [
        "https://www.rfc-editor.org",
        "mailto:authors@example.org",
    ]


def test_table_callout_and_footnote_come_out(folder: Path) -> None:
    shown = html(last(folder, of("Tables")[0]).short)
    assert shown.count("<tr>") == 3
    assert {"left", "center", "right"} <= set(re.findall(r'<td class="(\w+)"', shown))
    assert 'class="callout warning"' in html(last(folder, of("Callouts")[0]).short)
    assert 'class="footnotes"' in html(last(folder, of("Footnotes")[0]).short)


def test_shown_file_is_the_one_on_the_page(folder: Path) -> None:
    (printed,) = (e.body for e in EXAMPLES if e.info == "nginx")
    assert printed == (FILES / "examples" / "site.conf").read_text("utf-8")
    shown = re.sub(r"<[^>]+>", "", html(last(folder, of("Code from a file")[0]).short))
    expected = "location / {\n    proxy_pass http://127.0.0.1:8000;\n}"
    assert shown == f"examples/site.conf{expected}"
    assert expected.count("\n") + 1 == 3  # as the page says


def test_marks_of_parts_that_the_page_lists() -> None:
    (sentence,) = (line for line in split_lines(PAGE) if "A mark may be a comment" in line)
    marks = [mark for mark in spans(sentence) if "part: x" in mark]
    assert len(marks) == 6
    for mark in marks:
        assert extract_part(f"before\n  {mark}\nshown\n", "x") == "shown"


def test_images_and_diagrams_are_pictures_with_a_description(folder: Path) -> None:
    for chapter in ("Images", "Diagrams"):
        (example,) = of(chapter)
        pictures = [p for p in last(folder, example).short if isinstance(p, Picture)]
        assert len(pictures) == 1
        assert f'"{pictures[0].alt}"' in example.body or f"[{pictures[0].alt}]" in example.body


def test_money_is_no_formula(folder: Path) -> None:
    formula, money = (last(folder, example).short for example in of("Formulas and money"))
    assert [m.display for m in formula if isinstance(m, Math)] == [False, False, False, True]
    assert not any(isinstance(piece, Math) for piece in money)
    assert html(money).count("$") == 3


# Tables.


def test_table_of_keys() -> None:
    rows = table("Key")
    assert tuple(key for row in rows for key in spans(row[0])) == front_matter._KNOWN
    needed = {spans(row[0])[0] for row in rows if row[1] == "yes"}
    assert needed == set(front_matter._REQUIRED)
    assert all(row[1] in ("yes", "no") and bool(row[2]) == (row[1] == "no") for row in rows)
    values = {spans(row[0])[0]: row[3] for row in rows}
    assert tuple(spans(values["lang"])) == front_matter.LANGUAGES
    limited = {key for key, value in values.items() if value != "text"} - {"tags", "ignore"}
    assert limited == set(front_matter._ALLOWED)


def test_table_of_attributes() -> None:
    rows = {spans(row[0])[0]: spans(row[1]) for row in table("Attribute")}
    assert list(rows) == ["#id", ".tag", ".kind", "level=", "tier=", "order=", f".{RETIRED}"]
    assert tuple(rows["level="]) == LEVELS
    assert tuple(rows["tier="]) == TIERS


def test_table_of_kinds() -> None:
    classes = [name for row in table("Class") for name in spans(row[0])]
    assert classes == [f".{kind.value}" for kind in CardKind]


def test_table_of_parts() -> None:
    rows = [(names(row[1]), names(row[2])) for row in table("Part")]
    assert rows == [
        (part_names._NAMES[part]["zh-CN"], part_names._NAMES[part]["en"]) for part in PartName
    ]


def test_table_of_callouts() -> None:
    rows = [(spans(row[0])[0], row[1], row[2]) for row in table("First line")]
    assert rows == [
        (f"> [!{name}]", words("zh-CN")[name.lower()], words("en")[name.lower()])
        for name in CALLOUTS
    ]
    assert {name.lower() for name in CALLOUTS} == set(words("en")) - {
        "done",
        "to-do",
        "details",
        *ROLES,
    }


def test_the_file_of_proofs_is_one(folder: Path) -> None:
    (page,) = (example.body for example in EXAMPLES if example.info == "json")
    assert parse(page.encode())["time-wait"].proof.programs == (("iproute2", "6.1.0"),)
    script = b"ss --tcp\n"
    (folder / "examples" / "wait.sh").write_bytes(script)
    (folder / "examples" / "proofs.json").write_text(
        page.replace("0123456789abcdef", sha256(script.strip()).hexdigest()[:16]), "utf-8"
    )
    deck = SMALLEST.replace("\n---\n", "\nproofs: examples/proofs.json\n---\n", 1)
    _, rendered, found = made(folder, f"{deck}\n```sh file=examples/wait.sh\n```\n")
    assert found == ()
    assert proof_text(rendered.cards()[0].proof, "en") == "Tested with iproute2 6.1.0"
    assert "Tested with iproute2 6.1.0" in PAGE.replace("“", "").replace("”", "")


def test_table_of_ids_is_what_fix_writes() -> None:
    for before, after in ((spans(row[0])[0], spans(row[1])[0]) for row in table("Heading")):
        text, count = assign_ids(f"{SMALLEST}\n{before}\n\nText.\n")
        assert count == 1
        assert text == f"{SMALLEST}\n{after}\n\nText.\n"


def test_table_of_limits() -> None:
    rows = {row[0]: int(row[1].split()[0].replace(",", "")) for row in table("What")}
    assert rows == {
        "the source": files.LARGEST_SOURCE,
        "an image or example": files.LARGEST_FILE,
        "the front matter": front_matter._LARGEST,
        "an id": LONGEST_ID,
        "the number of a gap": cloze.HIGHEST,
        "a Mermaid diagram": fences.LONGEST_DIAGRAM,
        "a formula": tex.LONGEST,
    }
    assert f"at most {LONGEST_ID} characters" in PAGE
    assert well_formed_id("a" * LONGEST_ID)
    assert not well_formed_id("a" * (LONGEST_ID + 1))


def test_types_of_images() -> None:
    (sentence,) = re.findall(r"Images lie in .*: ([a-z, ]+ or [a-z]+)\.", PAGE)
    assert re.split(r", | or ", sentence) == list(IMAGE_TYPES)


def anchors(headings: Sequence[str]) -> set[str]:
    """The anchors that GitHub gives these headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_inside_the_page_lead_somewhere() -> None:
    text = _FENCE.sub("", PAGE)
    there = anchors([title for _, title in _HEADING.findall(text)])
    asked = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert len(asked) > 8
    assert asked <= there
