"""``diff``: what a source changes for those who have a release, to the word."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.options import output_option
from commands.terminal.sources import find
from commands.terminal.words import say
from deckpress.foreign_text import visible
from deckpress.history import changelog, comparison
from deckpress.history.differences import Fate, Piece, texts, words
from deckpress.history.digests import digests
from deckpress.model import RawDeck, Release
from deckpress.reading import files
from deckpress.reading.reader import read
from releases.checked_source import checked, rejected
from releases.errors import fatal
from releases.git import Repository

Words = Mapping[str, Mapping[str, tuple[Piece, ...]]]

_SIGNS = {
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

    path = find(named)
    now = checked(path)
    if fatal(now.found, strict=False) and now.deck.release is None and now.loaded.releases:
        raise rejected("not-built", now)
    releases = past_releases(now)
    release = releases[-1] if releases else None
    if version is not None:
        asked = version.removeprefix("v")
        release = next((one for one in releases if one.version == asked), None)
        if release is None:
            there = ", ".join(one.version for one in releases)
            raise Failed(say("diff-unknown", version=version, there=there or "-"))
    deck = replace(now.deck, release=release)
    parts = digests(deck)
    changes = comparison.compare(release, deck, parts)
    before = _before(path, release, output) if release is not None and changes.edited else None
    if before is None and changes.edited:
        assert release is not None
        click.echo(say("diff-no-words", version=release.version), err=True)
    changed = _words(before, deck, changes) if before is not None else {}
    last = replace(now.deck, release=releases[-1]) if releases else deck
    step = comparison.successor(last.release, comparison.compare(last.release, last, parts))
    if form == "json":
        # In a string of JSON, the escapes are the characters.
        click.echo(visible(_json(release, step, changes, changed)))
        return
    title = say("diff-title", title=deck.meta.title, version=step)
    below = _below(changed, deck.meta.lang, form)
    click.echo(visible(changelog.text(deck, title, changes, below=below)), nl=False)


def _before(path: Path, release: Release, output: Path) -> RawDeck | None:
    """The source of a release, if it can be had here: from its tag, else from its folder."""
    from releases.rebuild import source_of

    repository = Repository.around(path.parent.resolve())
    tag = f"v{release.version}"
    with tempfile.TemporaryDirectory() as scratch:
        tree, alone = Path(scratch, "tree"), Path(scratch, "alone")
        if repository is not None and repository.tagged(tag):
            repository.unpack(f"refs/tags/{tag}", tree)
        archive = f"{release.name}-{release.version}-files.zip"
        with (
            contextlib.suppress(OSError, zipfile.BadZipFile),
            zipfile.ZipFile(output / release.version / archive) as packed,
        ):
            packed.extractall(alone)
        for found in filter(None, (source_of(release, home) for home in (tree, alone))):
            with contextlib.suppress(files.SourceError):
                deck, _ = read(files.load(found))
                return deck
        return None


def _words(before: RawDeck, now: RawDeck, changes: comparison.Changes) -> Words:
    old, new = texts(before), texts(now)
    return {
        id: {
            name: words(old.get(id, {}).get(name, ""), new[id].get(name, ""))
            for name in parts
            if old.get(id, {}).get(name, "") != new[id].get(name, "")
        }
        for id, parts in changes.edited.items()
    }


def _json(
    release: Release | None, following: str, changes: comparison.Changes, changed: Words
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
                    for name, pieces in changed.get(id, {}).items()
                },
            }
            for id, parts in changes.edited.items()
        ],
        "deck": [n for n in ("key", "anki_deck", "note_types") if getattr(changes, n)],
    }
    return json.dumps(result, ensure_ascii=False, indent=2)


def _below(changed: Words, lang: str, form: str) -> dict[str, list[str]]:
    """A line for each part of each card, with the words that changed."""
    signs = _SIGNS[form]
    clean = _escaped if form == "markdown" else _in_one_line
    colon = changelog.words(lang)["colon"]
    return {
        id: [
            f"{changelog.part(name, lang)}{colon}{_line(pieces, signs, clean)}"
            for name, pieces in parts.items()
        ]
        for id, parts in changed.items()
    }


def _line(pieces: Sequence[Piece], signs: Mapping[Fate, str], clean: Callable[[str], str]) -> str:
    return "".join(signs[piece.fate].format(clean(piece.text)) for piece in pieces)


def _in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_~<>\[\]#|&])", r"\\\1", _in_one_line(text))
