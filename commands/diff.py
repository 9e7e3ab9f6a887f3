"""``diff``: shows what a source changes for those who have a release, word by word."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.json_output import as_document
from commands.terminal.options import output_option
from commands.terminal.sources import find_source
from commands.terminal.words import say
from deckpress.foreign_text import visible
from deckpress.history import changelog, comparison
from deckpress.history.differences import DifferencePiece, Fate, part_texts, word_differences
from deckpress.history.digests import digests
from deckpress.history.section_decks import section_decks
from deckpress.model import RawDeck, Release
from deckpress.output.archive import LARGEST, unpack
from deckpress.output.regular_files import read_regular
from deckpress.reading.disk import files
from deckpress.reading.reader import read
from releases.checked_source import any_fatal, check_source, rejection
from releases.repository.git import Repository

# By the id of a card and the name of a part: its text in pieces.
Words = Mapping[str, Mapping[str, tuple[DifferencePiece, ...]]]

_DECK_FACTS = ("key", "anki_deck", "tag_root", "note_types")

# How a piece of text is marked, by the output format.
_MARKS = {
    "text": {Fate.SAME: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"},
    "markdown": {Fate.SAME: "{}", Fate.REMOVED: "<del>{}</del>", Fate.ADDED: "<ins>{}</ins>"},
}


@click.command()
@click.argument("version", required=False)
@click.option(
    "--source",
    "named",
    type=click.Path(path_type=Path),
    metavar="SOURCE",
    help="The deck's Markdown file; the one of source/ unless told.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How the changes are written.",
)
@output_option
def diff(version: str | None, named: Path | None, form: str, output: Path) -> None:
    """Show what the source changes for those who have VERSION, the last release unless told.

    The words that changed are shown where the source of VERSION can be had: from its tag, or from
    its folder in output/.
    """
    from releases.past_releases import past_releases

    path = find_source(named)
    now = check_source(path)
    if any_fatal(now.findings, strict=False) and now.deck.release is None and now.loaded.releases:
        raise rejection("not-built", now)
    releases = past_releases(now)
    release = releases[-1] if releases else None
    if version is not None:
        wanted = version.removeprefix("v")
        release = next((one for one in releases if one.version == wanted), None)
        if release is None:
            there = ", ".join(one.version for one in releases)
            raise Failed(say("diff-unknown", version=version, there=there or "-"))
    deck = replace(now.deck, release=release)
    parts = digests(deck)
    changes = comparison.compare(release, deck, parts)
    before = None
    if release is not None and changes.edited:
        before = _released_deck(path, release, output)
    if before is None and changes.edited:
        assert release is not None
        click.echo(say("diff-no-words", version=release.version), err=True)
    words = _changed_words(before, deck, changes) if before is not None else {}
    last = replace(now.deck, release=releases[-1]) if releases else deck
    following = comparison.next_version(last.release, comparison.compare(last.release, last, parts))
    if form == "json":
        decks = section_decks(last.release, last)
        # `visible` writes control characters as escapes, which stand for them in JSON.
        click.echo(visible(_json(release, following, changes, words, decks)))
        return
    title = say("diff-title", title=deck.meta.title, version=following)
    details = _details(words, deck.meta.lang, form)
    click.echo(visible(changelog.version_notes(deck, title, changes, details=details)), nl=False)


def _released_deck(path: Path, release: Release, output: Path) -> RawDeck | None:
    """The deck of a release, read from its tag or else from its folder in `output`.

    None if neither has its source. `path` is the source's path now.
    """
    from releases.rebuild import find_released_source

    repository = Repository.find_or_none(path.parent.resolve())
    tag = f"v{release.version}"
    with tempfile.TemporaryDirectory() as scratch:
        tree, unpacked = Path(scratch, "tree"), Path(scratch, "alone")
        if repository is not None and repository.tagged_commit(tag):
            repository.unpack(f"refs/tags/{tag}", tree)
        archive = f"{release.name}-{release.version}-source.zip"
        with contextlib.suppress(OSError):
            packed = read_regular(output / release.version / archive, LARGEST)
            for name, data in unpack(packed).items():
                (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
                (unpacked / name).write_bytes(data)
        sources = (find_released_source(release, home) for home in (tree, unpacked))
        for found in filter(None, sources):
            with contextlib.suppress(files.SourceError):
                deck, _ = read(files.load(found))
                return deck
        return None


def _changed_words(before: RawDeck, now: RawDeck, changes: comparison.Changes) -> Words:
    """The pieces of each part whose text has changed, by the card's id and the part's name."""
    old, new = part_texts(before), part_texts(now)
    return {
        id: {
            name: word_differences(old.get(id, {}).get(name, ""), new[id].get(name, ""))
            for name in parts
            if old.get(id, {}).get(name, "") != new[id].get(name, "")
        }
        for id, parts in changes.edited.items()
    }


def _json(
    release: Release | None,
    following: str,
    changes: comparison.Changes,
    words: Words,
    decks: Mapping[str, str],
) -> str:
    lists = ("added", "retired", "restored", "moved", "other_kind", "vanished", "renamed")
    result = {
        "since": release.version if release else None,
        "next": following,
        **{name: list(getattr(changes, name)) for name in lists},
        "edited": [
            {
                "id": id,
                "parts": list(parts),
                "words": {
                    name: [{"fate": piece.fate.value, "text": piece.text} for piece in pieces]
                    for name, pieces in words.get(id, {}).items()
                },
            }
            for id, parts in changes.edited.items()
        ],
        **{name: _lists(getattr(changes, name)) for name in ("more_gaps", "other_gaps")},
        # The names in Anki of the decks of the renamed sections.
        "section_decks": {id: decks[id] for id in changes.renamed if id in decks},
        "deck": [name for name in _DECK_FACTS if getattr(changes, name)],
    }
    return as_document(result)


def _lists(texts: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {id: list(found) for id, found in texts.items()}


def _details(words: Words, lang: str, form: str) -> dict[str, list[str]]:
    """The lines of each card that show the words that changed: one for each part."""
    marks = _MARKS[form]
    clean = _escaped if form == "markdown" else _in_one_line
    colon = changelog.words(lang)["colon"]
    return {
        id: [
            f"{changelog.card_part_label(name, lang)}{colon}{_line(pieces, marks, clean)}"
            for name, pieces in parts.items()
        ]
        for id, parts in words.items()
    }


def _line(
    pieces: Sequence[DifferencePiece], marks: Mapping[Fate, str], clean: Callable[[str], str]
) -> str:
    return "".join(marks[piece.fate].format(clean(piece.text)) for piece in pieces)


def _in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_~<>\[\]#|&])", r"\\\1", _in_one_line(text))
