"""Which release comes next: what it is made of, what it is called, and what forbids it."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from deckpress.history import changelog, comparison, ledger
from deckpress.history.comparison import Bump, Changes
from deckpress.history.digests import digests, fingerprint
from deckpress.model import Release
from deckpress.reading.files import RELEASES, SourceError, load
from deckpress.reading.reader import read as read_source
from releases.checked_source import CheckedSource, rejected
from releases.errors import ReleaseError, fatal
from releases.git import Repository
from releases.past_releases import past_releases, reopened
from releases.plan.preconditions import all_committed, as_committed, in_order, may_commit
from releases.plan.release_plan import CHANGELOG, Plan, around, home_of, insist_on_name
from releases.rebuild import source_of


def plan(path: Path, read: CheckedSource, bump: Bump | None, output: Path) -> Plan:
    """What is to be released; nothing is written.

    Raises:
        SourceRejected: the source has errors.
        ReleaseError: something forbids the release.
    """
    if fatal(read.found, strict=False):
        raise rejected("release-errors", read)
    insist_on_name(read.deck.name)
    folder = home_of(path)
    repository = around(folder)
    if not repository.commit("HEAD"):
        raise ReleaseError("release-no-git", folder=folder)
    if repository.shallow():
        raise ReleaseError("release-shallow")
    home = repository.path(folder / RELEASES)
    releases = past_releases(read)
    last = releases[-1] if releases else None
    if last is None and read.loaded.releases:
        first = f"{home}/{read.loaded.releases[0][0]}"
        raise ReleaseError("release-other-deck", what=first, home=home)
    content = fingerprint(read.deck)
    begun, committed = _unfinished(last, content, home, repository)
    if begun:
        read, release = reopened(read)
        releases = releases[:-1]
        _as_begun(release, read, bump, home)
    else:
        _may_follow(last, content, bump)
        release = _next(read, last, bump, content)
        name = f"{release.version}.json"
        newer = ((name, ledger.write(release)), *read.loaded.releases)
        read = replace(read, loaded=replace(read.loaded, releases=newer))
        committed = False
    changes = comparison.compare(read.deck.release, read.deck, digests(read.deck))
    log = _log(folder / RELEASES / CHANGELOG, read, release, changes)
    made = Plan(repository, folder, read, release, tuple(releases), changes, log, begun, committed)
    all_committed(made, home, output)
    as_committed(made)
    in_order(made, home, output)
    may_commit(made)
    return made


def _unfinished(
    last: Release | None, content: str, home: str, repository: Repository
) -> tuple[bool, bool]:
    """Whether the last release still has to be finished, and whether it is in the last commit.

    Raises:
        ReleaseError: it cannot be finished from here, and a later one must not pass it over.
    """
    if last is None:
        return False, False
    version, tag, name = last.version, f"v{last.version}", f"{home}/{last.version}.json"
    if not repository.holds("HEAD", name):
        if last.content != content:
            raise ReleaseError("release-begun", version=version, home=home)
        return True, False
    brought = repository.brought(name)
    if repository.tagged(tag):
        if what := _lacking(repository, f"refs/tags/{tag}", last):
            facts = {"version": version, "tag": tag, "what": what, "commit": brought[:12]}
            raise ReleaseError("release-other-tag", **facts)
        return False, True
    if last.content != content or brought != repository.commit("HEAD"):
        # Where the source is still the same, the newest program makes the better files.
        there = f" {brought[:12]}" if _lacking(repository, "HEAD", last) else ""
        raise ReleaseError("release-untagged", version=version, tag=tag, commit=there)
    return True, True


def _lacking(repository: Repository, revision: str, release: Release) -> str:
    """What a revision lacks of a release, as anybody gets it who takes it from Git; nothing if the
    release can be made of it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        repository.unpack(revision, tree)
        if (path := source_of(release, tree)) is None:
            return f"{RELEASES}/{release.version}.json"
        with contextlib.suppress(SourceError):
            deck, _ = read_source(load(path))
            if release.content in ("", fingerprint(deck)):
                return ""
        return path.name


def _log(path: Path, read: CheckedSource, release: Release, changes: Changes) -> bytes:
    """The changelog at `path` with the section of the release in it."""
    try:
        before = path.read_text("utf-8")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ReleaseError("release-log", path=path, reason=reason) from error
    return changelog.with_section(before, read.deck, release, changes).encode()


def _as_begun(begun: Release, read: CheckedSource, bump: Bump | None, home: str) -> None:
    """Refuse to finish a release that was begun as another step than is asked for now."""
    before = read.deck.release
    if before is None or bump is None:
        return
    changes = comparison.compare(before, read.deck, digests(read.deck))
    _large_enough(bump, changes)
    if comparison.raised(before.version, bump) != begun.version:
        raise ReleaseError("release-begun-as", version=begun.version, bump=bump, home=home)


def _large_enough(bump: Bump, changes: Changes) -> None:
    needed = comparison.least(changes)
    if list(Bump).index(bump) > list(Bump).index(needed):
        what = ", ".join(comparison.forcing(changes, needed))
        raise ReleaseError("release-small", bump=bump, needed=needed, what=what)


def _may_follow(last: Release | None, content: str, bump: Bump | None) -> None:
    if last is None:
        return
    if last.content == content and bump is None:
        raise ReleaseError("release-nothing", version=last.version)
    # A development build is one second younger than the last release, and older than the next.
    if 0 <= (passed := _now() - last.time) <= 1:
        time.sleep(2 - passed)
    if _now() <= last.time + 1:
        raise ReleaseError("release-clock", version=last.version)


def _next(read: CheckedSource, last: Release | None, bump: Bump | None, content: str) -> Release:
    deck, now = read.deck, digests(read.deck)
    changes = comparison.compare(last, deck, now)
    version = comparison.successor(last, changes)
    if last is not None and bump is not None:
        version = comparison.raised(last.version, bump)
        _large_enough(bump, changes)
    made = _now()
    cards = ledger.entries(last, deck, now, version, made)
    meta = deck.meta
    names = (deck.name, meta.key, meta.anki_deck)
    return Release(version, made, *names, cards, deck.note_types, content)


def _now() -> int:
    return int(time.time())
