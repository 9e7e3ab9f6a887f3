"""Which deck a command works on, and where its versions go, in a clone and installed."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from commands.terminal import sources
from deckpress import program

_DECK = "---\ntitle: T\n---\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of an installed program."""
    monkeypatch.setattr(sources, "IS_INSTALLED", True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    return tmp_path


def write(place: Path, **files: str) -> None:
    for name, text in files.items():
        path = place / (name.replace("__", "/") + ".md")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_the_deck_in_source_comes_first(place: Path) -> None:
    write(place, source__deck="# no front matter\n", other=_DECK)
    assert sources.find_source(None) == Path("source/deck.md")


@pytest.mark.parametrize("text", [_DECK, "\ufeff---\r\ntitle: T\r\n---\r\n"])
def test_else_it_is_the_one_file_with_front_matter(place: Path, text: str) -> None:
    write(place, deck=text, README="# About\n", rule="----\n")
    (place / "folder.md").mkdir()
    assert sources.find_source(None) == Path("deck.md")


def test_a_folder_without_a_deck_is_one_sentence(place: Path) -> None:
    write(place, README="# About\n")
    with pytest.raises(click.ClickException, match="there is no deck in") as stop:
        sources.find_source(None)
    assert str(place) in stop.value.message


def test_several_decks_are_named(place: Path) -> None:
    write(place, one=_DECK, two=_DECK)
    with pytest.raises(click.UsageError, match=r"one\.md, two\.md"):
        sources.find_source(None)


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("source/deck.md", "output"),
        ("deck.md", "output"),
        ("notes/deck.md", "notes/output"),
        ("notes/../source/deck.md", "output"),
        (None, "output"),
    ],
)
def test_versions_stand_beside_the_folder_of_the_deck(
    place: Path, source: str | None, output: str
) -> None:
    named = Path(source) if source else None
    assert sources.output_folder(named) == place / output
    if named:
        assert sources.output_folder(place / named) == place / output


def test_from_inside_source_they_stand_beside_it_too(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place, source__deck=_DECK)
    monkeypatch.chdir(place / "source")
    assert sources.find_source(None) == Path("deck.md")
    assert sources.output_folder(Path("deck.md")) == place / "output"
    assert sources.output_folder(None) == place / "output"


def test_a_clone_has_its_own_deck_wherever_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, deck=_DECK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "ROOT", tmp_path / "clone")
    (tmp_path / "clone").mkdir()
    write(tmp_path / "clone", source__a="")
    assert sources.find_source(None) == tmp_path / "clone" / "source" / "a.md"
    assert sources.output_folder(None) == tmp_path / "clone" / "output"


def test_caches_of_an_installed_program_are_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.cache_folder() == program.ROOT / ".cache"
    monkeypatch.setattr(program, "IS_INSTALLED", True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert program.cache_folder().is_relative_to(tmp_path)
    assert program.cache_folder().name == "deckpress"
