"""What was rendered before may be used again, may be lost, and never changes what comes out."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from deckpress import toolchain
from deckpress.model import Deck, RawDeck
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render import markup, renderer
from deckpress.render.cache import TextCache
from deckpress.render.markup import engine

SOURCE = """---
title: Cached
lang: en
key: cached
anki_deck: Cached
---

# One {#one}

## Which `code`? {#code}

**Bold** text with $x^2$ and a note[^1].

[^1]: The note.

### Example

```mermaid alt="two steps"
graph LR
A --> B
```

## A {{c1::gap::hint}}? {#gap .cloze}

A [link](#code) and {{c2::another}}.
"""
FIELDS = 5  # that Markdown has something to do in


@pytest.fixture
def raw(tmp_path: Path) -> RawDeck:
    path = tmp_path / "deck.md"
    path.write_text(SOURCE, "utf-8")
    deck, found = read(load(path))
    assert found == ()
    return deck


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "render.sqlite"


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are converted from now on."""
    texts: list[str] = []
    convert = engine.convert

    def counted(context: markup.context.Context, *, block: bool) -> str:
        texts.append(context.text.source)
        return convert(context, block=block)

    monkeypatch.setattr(engine, "convert", counted)
    return texts


def built(raw: RawDeck, file: Path) -> Deck:
    with TextCache(file) as cache:
        deck, found = renderer.render(raw, cache)
    assert found == ()
    return deck


def test_a_hit_gives_the_same_and_converts_nothing(
    raw: RawDeck, file: Path, conversions: list[str]
) -> None:
    plain, _ = renderer.render(raw)
    assert len(conversions) == FIELDS
    assert built(raw, file) == plain
    assert len(conversions) == 2 * FIELDS
    assert built(raw, file) == plain
    assert len(conversions) == 2 * FIELDS


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _text(file: Path) -> None:
    file.write_text("not a database " * 1000)


def _cut(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def _scrambled(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100 : len(data)] = os.urandom(len(data) - 100)
    file.write_bytes(data)


def _other_table(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE rendered (a, b, c)")
    database.close()


def _values(value: object) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with sqlite3.connect(file) as database:
            database.execute("UPDATE rendered SET value = ?", (value,))
        database.close()

    return change


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_empty, id="empty"),
        pytest.param(_text, id="text"),
        pytest.param(_cut, id="cut"),
        pytest.param(_scrambled, id="scrambled"),
        pytest.param(_other_table, id="another table"),
        pytest.param(_values("{"), id="values that are no JSON"),
        pytest.param(_values('[["x"], 1]'), id="values of another shape"),
        pytest.param(_values('[[["Nothing", {}]], []]'), id="an unknown piece"),
        pytest.param(_values(b"\xff"), id="bytes"),
        pytest.param(_values(None), id="nothing"),
    ],
)
def test_a_damaged_file_counts_as_empty(
    raw: RawDeck, file: Path, conversions: list[str], damage: Callable[[Path], None]
) -> None:
    before = built(raw, file)
    damage(file)
    conversions.clear()
    assert built(raw, file) == before
    assert len(conversions) == FIELDS
    conversions.clear()
    assert built(raw, file) == before
    assert conversions == [], "it is not whole again"


def test_a_locked_file_does_not_stop_a_build(
    raw: RawDeck, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = built(raw, file)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **_: connect(path, timeout=0))
    other = connect(file)
    try:
        other.execute("BEGIN EXCLUSIVE")
        assert built(raw, file) == before
    finally:
        other.close()


def test_a_folder_that_cannot_be_made(raw: RawDeck, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    plain, _ = renderer.render(raw)
    assert built(raw, tmp_path / "cache" / "render.sqlite") == plain


def test_a_folder_in_the_place_of_the_file(raw: RawDeck, file: Path) -> None:
    file.mkdir(parents=True)
    plain, _ = renderer.render(raw)
    assert built(raw, file) == plain


def test_a_file_that_may_not_be_written(
    raw: RawDeck, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = built(raw, file)
    kept = file.read_bytes()
    connect = sqlite3.connect
    monkeypatch.setattr(  # a mode would not stop root
        sqlite3, "connect", lambda path, **_: connect(f"file:{path}?mode=ro", uri=True)
    )
    monkeypatch.setattr(Path, "unlink", _refused)
    changed = SOURCE.replace("The note.", "The other note.")
    (file.parent / "deck.md").write_text(changed, "utf-8")
    other, _ = read(load(file.parent / "deck.md"))
    assert built(raw, file) == before
    assert built(other, file) == renderer.render(other)[0]
    assert file.read_bytes() == kept


def _refused(*_: object, **__: object) -> None:
    raise PermissionError


def test_a_full_disk_does_not_stop_a_build(raw: RawDeck, file: Path) -> None:
    plain, _ = renderer.render(raw)
    with TextCache(file) as cache:
        assert cache._database is not None
        cache._database.execute("PRAGMA max_page_count = 1")
        deck, _ = renderer.render(raw, cache)
    assert deck == plain


def test_another_tool_chain_misses(
    raw: RawDeck, file: Path, conversions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = built(raw, file)
    conversions.clear()
    monkeypatch.setattr(toolchain, "fingerprint", lambda printing: "another")
    assert built(raw, file) == before
    assert len(conversions) == FIELDS


def test_another_text_language_or_file_misses(
    raw: RawDeck, file: Path, conversions: list[str], tmp_path: Path
) -> None:
    built(raw, file)
    conversions.clear()
    path = tmp_path / "deck.md"
    path.write_text(SOURCE.replace("The note.", "The other note."), "utf-8")
    other, _ = read(load(path))
    built(other, file)
    assert len(conversions) == 1
    conversions.clear()
    path.write_text(SOURCE.replace("lang: en", "lang: zh-CN"), "utf-8")
    chinese, _ = read(load(path))
    built(chinese, file)
    assert len(conversions) == FIELDS


@pytest.mark.parametrize("shown", ["![a](figures/a.svg)", "<img src=figures/a.svg alt=a>"])
def test_another_picture_is_shown_and_is_an_edit_of_the_card(
    shown: str, file: Path, tmp_path: Path
) -> None:
    path, picture = tmp_path / "deck.md", tmp_path / "figures" / "a.svg"
    plain = "**Bold** text with $x^2$ and a note[^1].\n\n[^1]: The note."
    assert plain in SOURCE
    path.write_text(SOURCE.replace(plain, shown), "utf-8")
    picture.parent.mkdir()
    seen = []
    for width in (10, 20):
        picture.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}"/>')
        raw, _ = read(load(path))
        deck = built(raw, file)
        seen.append((deck.cards()[0].digest, tuple(deck.assets)))
    (before, first), (after, second) = seen
    assert before != after
    assert first != second


@pytest.mark.parametrize("name", ["there", "missing"])
def test_a_picture_in_double_brackets_is_read_or_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / "deck.md"
    path.write_text(SOURCE.replace("**Bold**", f"![[{name}.png|30]]"), "utf-8")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "there.png").write_bytes(b"x")
    loaded = load(path)
    assert set(loaded.files) == ({"figures/there.png"} if name == "there" else set())
    assert [d.code for d in loaded.diagnostics] == ([] if name == "there" else ["D501"])


def test_a_link_whose_card_has_gone_misses(raw: RawDeck, file: Path, tmp_path: Path) -> None:
    built(raw, file)
    path = tmp_path / "deck.md"
    path.write_text(SOURCE.replace("{#code}", "{#renamed}"), "utf-8")
    renamed, _ = read(load(path))
    fresh, _ = renderer.render(renamed)
    assert built(renamed, file) == fresh


def test_what_was_found_is_found_again(raw: RawDeck, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "deck.md"
    path.write_text(SOURCE.replace("$x^2$", "$x^{2$"), "utf-8")
    broken, _ = read(load(path))
    for _ in range(2):
        with TextCache(file) as cache:
            assert [d.code for d in renderer.render(broken, cache)[1]] == ["D702"]


def test_two_builds_at_once_share_the_file(raw: RawDeck, file: Path) -> None:
    with TextCache(file) as one, TextCache(file) as two:
        first, _ = renderer.render(raw, one)
        second, _ = renderer.render(raw, two)
    assert first == second
    assert built(raw, file) == first


def test_what_is_no_longer_used_is_thrown_away(file: Path) -> None:
    keys = [number.to_bytes(4, "big") for number in range(11_000)]
    with TextCache(file) as cache:
        cache.get_many(keys)
        cache.put_many(dict.fromkeys(keys, "old"))
    with TextCache(file) as cache:
        assert len(cache.get_many(keys[:10])) == 10
        cache.put_many({b"new": "new"})
    with TextCache(file) as cache:
        assert cache.get_many(keys).keys() == set(keys[:10])
