"""The releases that a deck had, as its ledger tells them."""

from __future__ import annotations

from dataclasses import replace

from deckpress.history import ledger
from deckpress.history.digests import fingerprint
from deckpress.model import Release
from releases.checked_source import CheckedSource, rejected
from releases.errors import ReleaseError, fatal


def reopened(read: CheckedSource) -> tuple[CheckedSource, Release]:
    """A source that was just released, as it was before that release; and the release.

    Raises:
        SourceRejected: the ledger cannot be read.
        ReleaseError: nothing is released, or the source has changed since.
    """
    release = read.deck.release
    if release is None:
        if fatal(read.found, strict=False):
            raise rejected("not-built", read)
        raise ReleaseError("release-none", path=read.loaded.path)
    if release.content != fingerprint(read.deck):
        raise ReleaseError("release-other-source", version=release.version, path=read.loaded.path)
    before = [one for one in past_releases(read) if one.version != release.version]
    deck = replace(read.deck, release=before[-1] if before else None)
    return replace(read, deck=deck), release


def past_releases(read: CheckedSource) -> list[Release]:
    """The releases of this deck, oldest first.

    Raises:
        ReleaseError: they contradict each other, or one cannot be read.
    """
    try:
        found = [ledger.parse(name, data) for name, data in reversed(read.loaded.releases)]
    except ledger.LedgerError as error:
        raise ReleaseError("release-ledger", reason=error) from error
    own = [one for one in found if ledger.belongs(one, read.deck.name, read.deck.meta.key)]
    if wrong := ledger.contradiction(own):
        raise ReleaseError("release-ledger", reason=wrong)
    return own
