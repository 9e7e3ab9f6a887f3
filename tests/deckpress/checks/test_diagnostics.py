"""What an author is told: each code once as a whole text, and what several slips say together."""

from __future__ import annotations

import os
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import deckpress
from deckpress.checks import check
from deckpress.diagnostics import (
    Diagnostic,
    Severity,
    as_github,
    as_records,
    as_text,
    catalogue,
    ordered,
)
from deckpress.history.ledger import with_last_release
from deckpress.reading.disk.files import LARGEST_SOURCE, SourceError, load, source_lines
from deckpress.reading.reader import read
from deckpress.render.renderer import render
from exporters.theme import has_glyph

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "diagnostics"
DOCUMENT = ROOT / "docs" / "diagnostics.md"
CODE = re.compile(r"D\d{3}")
NAMES = sorted(path.stem for path in FIXTURES.glob("*.md"))

# Codes without a fixture of their own, and why.
MADE_HERE = {
    "D113": "a source has findings of its own; tests/deckpress/importing has files that are none",
    "D520": "it takes a network",
    "D704": "a source that is nested deeply enough is 180 kB of white space",
    "D705": "it would be a fault of the program",
    "D815": "a damaged release would be one of all the sources of the folder",
    "D819": "it is about two sources that lie in one folder",
}

ENTRIES = tomllib.loads((Path(deckpress.__file__).parent / "messages.toml").read_text("utf-8"))


def found_in(name: str) -> tuple[Diagnostic, ...]:
    """All that a build finds in a source, as the commands gather it."""
    loaded = load(Path(name))
    deck, structure = read(loaded)
    deck, damage = with_last_release(deck, loaded)
    found = ordered([*loaded.diagnostics, *structure, *damage, *check(deck, has_glyph)])
    if all(diagnostic.severity is Severity.WARNING for diagnostic in found):
        found = ordered([*found, *render(deck)[1]])
    return found


def told(name: str, lang: str = "en") -> str:
    return as_text(found_in(name), {name: source_lines(load(Path(name)).text)}, lang)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is that of the fixtures, so that messages name only the file."""
    monkeypatch.chdir(FIXTURES)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_told_exactly_this(name: str) -> None:
    expected = (FIXTURES / f"{name}.txt").read_text("utf-8")
    assert told(f"{name}.md") + "\n" == expected


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", [name for name in NAMES if CODE.fullmatch(name)])
def test_a_minimal_source_has_its_own_finding_and_no_other(name: str) -> None:
    assert {diagnostic.code for diagnostic in found_in(f"{name}.md")} == {name}


def test_every_code_has_a_fixture_and_an_entry_in_the_document() -> None:
    fixtures = {name for name in NAMES if CODE.fullmatch(name)}
    assert fixtures.isdisjoint(MADE_HERE)
    assert sorted(fixtures | set(MADE_HERE)) == sorted(catalogue())
    assert sorted(path.stem for path in FIXTURES.glob("*.txt")) == NAMES


def test_the_document_has_every_code_in_order_under_its_title_with_its_severity() -> None:
    document = DOCUMENT.read_text("utf-8")
    entries = re.findall(r"^### (D\d{3}) (.+)\n\n\*\*(\w+)\.\*\*", document, re.MULTILINE)
    stated = [(code, entry["title"], entry["severity"]) for code, entry in catalogue().items()]
    assert [(code, title, severity.lower()) for code, title, severity in entries] == stated
    assert stated == sorted(stated)
    assert re.findall(r"^###? +\**D\d{3}", document, re.MULTILINE) == [
        f"### {code}" for code in catalogue()
    ]


def code_arguments() -> Iterator[str]:
    """Every code that the program can name."""
    for path in Path(deckpress.__file__).parent.rglob("*.py"):
        yield from re.findall(r'"(D\d{3})"', path.read_text("utf-8"))


def test_every_code_of_the_program_is_in_the_catalogue_and_the_other_way_round() -> None:
    assert set(code_arguments()) == set(catalogue())


def names_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("key", ENTRIES)
def test_every_message_says_the_same_in_both_languages(key: str) -> None:
    entry = ENTRIES[key]
    pairs = [entry] + ([entry["hint"]] if CODE.fullmatch(key) else [])
    for pair in pairs:
        assert pair["en"].strip()
        assert re.search("[\u4e00-\u9fff]", pair["zh"])
        assert names_of(pair["en"]) == names_of(pair["zh"])
    if CODE.fullmatch(key):
        assert entry["severity"] in list(Severity)
        assert entry["title"][0].isupper()
        assert not entry["en"].endswith(".")
        assert entry["hint"]["en"].endswith(".")
        assert entry["hint"]["zh"].endswith("\u3002")


@pytest.mark.parametrize("key", ENTRIES)
def test_chinese_has_chinese_punctuation(key: str) -> None:
    entry = ENTRIES[key]
    for sentence in (entry["zh"], entry.get("hint", {}).get("zh", "")):
        plain = re.sub(r"`[^`]*`", "x", sentence)
        assert not re.search("[\u4e00-\u9fff] ?[,:;?!()]|[,;?!()] ?[\u4e00-\u9fff]", plain)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_value_is_missing_in_a_sentence(name: str, lang: str) -> None:
    """A placeholder without a value would come out as a question mark."""
    for diagnostic in found_in(f"{name}.md"):
        entry = ENTRIES[diagnostic.code]
        for template in (entry[lang], entry["hint"][lang]):
            assert names_of(template) <= set(diagnostic.args)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_a_finding_points_into_its_source(name: str) -> None:
    source = source_lines(load(Path(f"{name}.md")).text)
    for diagnostic in found_in(f"{name}.md"):
        span = diagnostic.span
        line = source[span.line - 1]
        assert span.width >= 1
        # One place behind the end is where something is missing.
        assert 1 <= span.column <= len(line) + 1
        assert span.column + span.width - 1 <= max(len(line), span.column)


def cell(character: str) -> int:
    from unicodedata import east_asian_width

    return 2 if east_asian_width(character) in "WF" else 1


@pytest.mark.usefixtures("here")
def test_carets_stand_below_wide_characters() -> None:
    _, source, carets, *_ = told("chinese.md").split("\n")
    marked = "#\u53cd\u5411\u4ee3\u7406"
    before = source[: source.index(marked)]
    assert carets.index("^") == sum(map(cell, before))
    assert carets.count("^") == sum(map(cell, marked)) == 9


@pytest.mark.usefixtures("here")
def test_findings_come_in_the_order_of_the_source_and_once() -> None:
    for name in NAMES:
        found = found_in(f"{name}.md")
        places = [(d.span.line, d.span.column, d.code) for d in found]
        assert places == sorted(places)
        assert len(set(found)) == len(found)


@pytest.mark.usefixtures("here")
def test_a_long_line_is_cut_to_what_a_terminal_shows() -> None:
    for line in told("long-line.md").split("\n"):
        if not line.startswith("  ="):
            assert sum(map(cell, line)) <= 104


@pytest.mark.usefixtures("here")
def test_the_other_formats_say_the_same() -> None:
    found = found_in("many-at-once.md")
    rows = as_records(found, "zh")
    assert [row["code"] for row in rows] == [d.code for d in found]
    assert all(row["message"] and row["hint"] and row["file"] == "many-at-once.md" for row in rows)
    commands = as_github(found, "en").split("\n")
    assert len(commands) == len(found)
    for command, diagnostic in zip(commands, found, strict=True):
        span = diagnostic.span
        assert command.startswith(
            f"::{diagnostic.severity} file=many-at-once.md,line={span.line},col={span.column},"
        )
        assert f"title={diagnostic.code}::{diagnostic.message('en')}%0A" in command


def test_an_author_is_never_shown_a_control_character(tmp_path: Path) -> None:
    path = tmp_path / "hostile.md"
    path.write_text("---\ntitle: T\n---\n\n\x1b[2J\u202etext\n", "utf-8")
    loaded = load(path)
    text = as_text(read(loaded)[1], {loaded.path: source_lines(loaded.text)}, "en")
    assert "D202" in text
    assert not set(text) & {"\x1b", "\u202e", "\r"}


# --- what no source can show, or only one too large to keep -------------------------------------


@pytest.mark.parametrize("levels", [100, pytest.param(300, marks=pytest.mark.slow)])
def test_lists_that_are_too_deep_to_draw_are_told_where_they_begin(
    tmp_path: Path, levels: int
) -> None:
    front = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n"
    steps = "\n".join(f"{'    ' * depth}- \u2026" for depth in range(levels))
    path = tmp_path / "deep.md"
    below = "## R? {#r}\n\nA *paragraph*.\n"
    path.write_text(f"{front}\n# S {{#s}}\n\n## Q? {{#q}}\n\n{steps}\n\n{below}", "utf-8")
    deck, found = read(load(path))
    assert not found
    assert [d.code for d in check(deck)] == ["D704"]
    rendered, (diagnostic,) = render(deck)
    assert (diagnostic.code, diagnostic.span.line, diagnostic.span.column) == ("D704", 12, 1)
    # The fields below it are as they would be without it.
    assert rendered.cards()[1].short == ("<p>A <em>paragraph</em>.</p>",)
    assert diagnostic.message("en") == ("lists or quotes are nested too deeply here to be drawn")


@pytest.mark.parametrize(
    ("yaml", "reason", "line"),
    [
        ("title: " + "[" * 1000, "it is too deeply nested", 2),
        pytest.param("title: " + "[" * 3000, "it is too deeply nested", 2, marks=pytest.mark.slow),
        ("title: T\nlang: a\x07b", "it cannot hold the character U+0007", 3),
        ("title: " + "x" * 70_000, "it is longer than 65536 characters", 1),
    ],
    ids=["deep", "deeper", "control", "long"],
)
def test_a_hostile_front_matter_is_told_in_words(
    yaml: str, reason: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "deck.md"
    path.write_text(f"---\n{yaml}\n---\n\n# S {{#s}}\n\n## Q? {{#q}}\n\nYes.\n", "utf-8")
    (diagnostic,) = read(load(path))[1]
    assert (diagnostic.code, diagnostic.span.line) == ("D103", line)
    assert diagnostic.message("en") == f"the front matter is not YAML: {reason}"


def of_latin_1(path: Path) -> None:
    path.write_bytes(b"# fine\n\n# caf\xe9\n")


def of_nul(path: Path) -> None:
    path.write_bytes(b"a\nb\n\0")


def of_much(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST_SOURCE * 1_000_000 + 1)


def of_nothing(path: Path) -> None:
    """The file is missing."""


# Named by hand: what a function is called with its address differs between parallel workers.
UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (of_nothing, "deck.md: there is no such file"),
    "folder": (Path.mkdir, "deck.md: is a folder; name the Markdown file in it"),
    "pipe": (os.mkfifo, "deck.md: is not an ordinary file"),
    "large": (
        of_much,
        "deck.md: is larger than 64 MB; a source is text, so this is probably another file",
    ),
    "binary": (of_nul, "deck.md: is not text (a NUL byte on line 3)"),
    "latin-1": (of_latin_1, "deck.md: is not UTF-8 (byte 0xE9 on line 3); save it as UTF-8"),
}


@pytest.mark.parametrize(("make", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    make: Callable[[Path], object],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path("deck.md"))
    with pytest.raises(SourceError) as caught:
        load(Path("deck.md"))
    assert caught.value.message("en") == expected
    assert caught.value.message("zh_CN.UTF-8").startswith("deck.md\uff1a")


def test_a_file_that_the_system_refuses_is_told_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot be read \(.+\)"):
        load(tmp_path / ("x" * 300))


@pytest.mark.usefixtures("here")
def test_a_cut_off_image_is_found_whatever_was_imported_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    assert [d.code for d in found_in("D703.md")] == ["D703"]


@pytest.mark.parametrize("reason", ["folder", "large", "outside"])
def test_a_shown_file_in_a_special_state(reason: str, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    figure = tmp_path / "figures" / "x.png"
    if reason == "folder":
        figure.mkdir()
    elif reason == "large":
        with figure.open("wb") as file:
            file.truncate(20_000_001)
    else:
        (tmp_path / "secret.png").write_bytes(b"secret")
        figure.symlink_to(tmp_path / "secret.png")
    path = tmp_path / "deck.md"
    path.write_text("# S {#s}\n\n![x](figures/x.png)\n", "utf-8")
    loaded = load(path)
    (diagnostic,) = loaded.diagnostics
    assert diagnostic.code == ("D502" if reason == "outside" else "D505")
    assert (diagnostic.span.line, diagnostic.span.column, diagnostic.span.width) == (3, 6, 13)
    assert not loaded.files
