"""The releases that a deck has had, read from its ledger."""

from __future__ import annotations

from dataclasses import replace

from deckpress.history import ledger
from deckpress.history.digests import source_fingerprint
from deckpress.model import Release
from releases.checked_source import CheckedSource, any_fatal, rejection
from releases.errors import ReleaseError


def without_last_release(source: CheckedSource) -> tuple[CheckedSource, Release]:
    """A released source as it was before its last release, and that release.

    Its deck has the release before the last one as its last.

    Raises:
        SourceRejected: no release can be read, and the source has errors, such as a damaged ledger.
        ReleaseError: nothing was released, the source has changed since the release, or the
            releases contradict each other.
    """
    release = source.deck.release
    if release is None:
        if any_fatal(source.findings, strict=False):
            raise rejection("not-built", source)
        raise ReleaseError("release-none", path=source.loaded.path)
    if release.content != source_fingerprint(source.deck):
        path = source.loaded.path
        raise ReleaseError("release-other-source", version=release.version, path=path)
    before = [one for one in past_releases(source) if one.version != release.version]
    deck = replace(source.deck, release=before[-1] if before else None)
    return replace(source, deck=deck), release


def past_releases(source: CheckedSource) -> list[Release]:
    """The releases of this deck, oldest first.

    Raises:
        ReleaseError: they contradict each other, or one cannot be read.
    """
    try:
        parsed = [ledger.parse(name, data) for name, data in reversed(source.loaded.releases)]
    except ledger.LedgerError as error:
        raise ReleaseError("release-ledger", reason=error) from error
    deck = source.deck
    own = [release for release in parsed if ledger.is_release_of(release, deck.name, deck.meta.key)]
    if wrong := ledger.contradiction(own):
        raise ReleaseError("release-ledger", reason=wrong)
    return own
