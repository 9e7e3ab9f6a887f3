"""The releases that a deck had, as its ledger tells them."""

from __future__ import annotations

from dataclasses import replace

from commands.reporting import Failed, Rejected, fatal
from commands.sources import Checked
from commands.words import say
from deckpress import ledger
from deckpress.digests import fingerprint
from deckpress.model import Release
from deckpress.source import Loaded


def reopened(read: Checked) -> tuple[Checked, Release]:
    """A source whose last release is itself, as it was before that release; and the release.

    Raises:
        Failed: nothing is released, or the source is another one now.
    """
    release = read.deck.release
    if release is None:
        if fatal(read.found, strict=False):  # a ledger that cannot be read
            raise Rejected(say("not-built"), read.found, read.loaded.path, read.loaded.text)
        raise Failed(say("release-none", path=read.loaded.path))
    if release.content != fingerprint(read.deck):
        raise Failed(say("release-other-source", version=release.version, path=read.loaded.path))
    before = [one for one in history(read.loaded, read) if one.version != release.version]
    deck = replace(read.deck, release=before[-1] if before else None)
    return replace(read, deck=deck), release


def history(loaded: Loaded, read: Checked) -> list[Release]:
    """The releases of this deck, oldest first.

    Raises:
        Failed: they contradict each other, or one cannot be read.
    """
    try:
        found = [ledger.parse(name, data) for name, data in reversed(loaded.releases)]
    except ledger.LedgerError as error:
        raise Failed(say("release-ledger", reason=error)) from error
    own = [one for one in found if ledger.belongs(one, read.deck.name, read.deck.meta.key)]
    if wrong := ledger.contradiction(own):
        raise Failed(say("release-ledger", reason=wrong))
    return own
