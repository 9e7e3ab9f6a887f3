"""Which release comes next: its content, its version, and what forbids it."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from deckpress.checks.released import LOSSES
from deckpress.history import changelog, comparison, ledger
from deckpress.history.comparison import Bump, Changes
from deckpress.history.digests import digests, source_fingerprint
from deckpress.model import Release
from deckpress.reading.disk.files import SourceError, load
from deckpress.reading.disk.paths import RELEASES_FOLDER
from deckpress.reading.reader import read
from releases.checked_source import CheckedSource, any_fatal, rejection
from releases.errors import ReleaseError
from releases.past_releases import past_releases, without_last_release
from releases.plan.preconditions import (
    refuse_conflicting_releases,
    refuse_different_from_commit,
    refuse_if_commit_would_fail,
    refuse_uncommitted,
)
from releases.plan.release_plan import (
    CHANGELOG,
    Plan,
    refuse_unpublishable_name,
    require_repository,
    source_folder,
)
from releases.rebuild import find_released_source
from releases.repository.git import Repository


def plan_release(path: Path, source: CheckedSource, bump: Bump | None, output: Path) -> Plan:
    """The plan of the next release of the source at `path`; nothing is written.

    If the last release was begun and not finished, the plan is to finish it. `bump` is the step
    that the author asks for; None leaves it to the changes. Only with a major one may learners lose
    progress.

    Raises:
        SourceRejected: the source has errors.
        ReleaseError: something forbids the release.
    """
    if bump is Bump.MAJOR:
        kept = tuple(one for one in source.findings if one.code not in LOSSES)
        source = replace(source, findings=kept)
    if any_fatal(source.findings, strict=False):
        raise rejection("release-errors", source)
    refuse_unpublishable_name(source.deck.name)
    folder = source_folder(path)
    repository = require_repository(folder)
    if not repository.commit_of("HEAD"):
        raise ReleaseError("release-no-git", folder=folder)
    if repository.is_shallow():
        raise ReleaseError("release-shallow")
    ledger_folder = repository.relative(folder / RELEASES_FOLDER)
    releases = past_releases(source)
    last = releases[-1] if releases else None
    if last is None and source.loaded.releases:
        first = f"{ledger_folder}/{source.loaded.releases[0][0]}"
        raise ReleaseError("release-other-deck", what=first, home=ledger_folder)
    content = source_fingerprint(source.deck)
    begun, committed = _unfinished(last, content, ledger_folder, repository)
    if begun:
        source, release = without_last_release(source)
        releases = releases[:-1]
        _refuse_other_bump(release, source, bump, ledger_folder)
    else:
        _refuse_too_early(last, content, bump)
        release = _next(source, last, bump)
        name = f"{release.version}.json"
        newer = ((name, ledger.serialise(release)), *source.loaded.releases)
        source = replace(source, loaded=replace(source.loaded, releases=newer))
        committed = False
    changes = comparison.compare(source.deck.release, source.deck, digests(source.deck))
    plan = Plan(
        repository=repository,
        folder=folder,
        source=source,
        release=release,
        earlier=tuple(releases),
        changelog=_changelog(folder / RELEASES_FOLDER / CHANGELOG, source, release, changes),
        begun=begun,
        committed=committed,
    )
    refuse_uncommitted(plan, ledger_folder, output)
    refuse_different_from_commit(plan)
    refuse_conflicting_releases(plan, ledger_folder, output)
    refuse_if_commit_would_fail(plan)
    return plan


def _unfinished(
    last: Release | None, content: str, ledger_folder: str, repository: Repository
) -> tuple[bool, bool]:
    """Whether the last release still has to be finished, and whether it is in the last commit.

    Raises:
        ReleaseError: it cannot be finished from here, and must not be left unfinished behind a
            later one.
    """
    if last is None:
        return False, False
    version, tag = last.version, f"v{last.version}"
    name = f"{ledger_folder}/{last.version}.json"
    if not repository.has_file("HEAD", name):
        if last.content != content:
            raise ReleaseError("release-begun", version=version, home=ledger_folder)
        return True, False
    commit = repository.commit_adding(name)
    if repository.tagged_commit(tag):
        if what := _missing(repository, f"refs/tags/{tag}", last):
            facts = {"version": version, "tag": tag, "what": what, "commit": commit[:12]}
            raise ReleaseError("release-other-tag", **facts)
        return False, True
    if last.content != content or commit != repository.commit_of("HEAD"):
        # Tag the last commit if it still has the source: the newest program makes the better files.
        target = f" {commit[:12]}" if _missing(repository, "HEAD", last) else ""
        raise ReleaseError("release-untagged", version=version, tag=tag, commit=target)
    return True, True


def _missing(repository: Repository, revision: str, release: Release) -> str:
    """The file that a revision lacks, or has otherwise, to make the release of it; else empty.

    The revision's files are taken as anybody gets them who takes them from Git.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        repository.unpack(revision, tree)
        if (path := find_released_source(release, tree)) is None:
            return f"{RELEASES_FOLDER}/{release.version}.json"
        with contextlib.suppress(SourceError):
            deck, _ = read(load(path))
            if release.content in ("", source_fingerprint(deck)):
                return ""
        return path.name


def _changelog(path: Path, source: CheckedSource, release: Release, changes: Changes) -> bytes:
    """The changelog at `path` with the section of the release in it."""
    try:
        before = path.read_text("utf-8")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ReleaseError("release-log", path=path, reason=reason) from error
    return changelog.with_section(before, source.deck, release, changes).encode()


def _refuse_other_bump(
    begun: Release, source: CheckedSource, bump: Bump | None, ledger_folder: str
) -> None:
    """Refuse to finish a release whose version is not the one that `bump` gives."""
    before = source.deck.release
    if before is None or bump is None:
        return
    changes = comparison.compare(before, source.deck, digests(source.deck))
    _refuse_too_small(bump, changes)
    if comparison.bump_version(before.version, bump) != begun.version:
        facts = {"version": begun.version, "bump": bump, "home": ledger_folder}
        raise ReleaseError("release-begun-as", **facts)


def _refuse_too_small(bump: Bump, changes: Changes) -> None:
    needed = comparison.least_bump(changes)
    if list(Bump).index(bump) > list(Bump).index(needed):
        what = ", ".join(comparison.bump_reasons(changes, needed))
        raise ReleaseError("release-small", bump=bump, needed=needed, what=what)


def _refuse_too_early(last: Release | None, content: str, bump: Bump | None) -> None:
    """Refuse a release without changes, or one that this machine's clock puts before the last."""
    if last is None:
        return
    if last.content == content and bump is None:
        raise ReleaseError("release-nothing", version=last.version)
    # Development builds carry the second after the last release, and must be older than the next.
    if 0 <= (passed := _now() - last.time) <= 1:
        time.sleep(2 - passed)
    if _now() <= last.time + 1:
        raise ReleaseError("release-clock", version=last.version)


def _next(source: CheckedSource, last: Release | None, bump: Bump | None) -> Release:
    deck, now = source.deck, digests(source.deck)
    changes = comparison.compare(last, deck, now)
    version = comparison.next_version(last, changes)
    if last is not None and bump is not None:
        version = comparison.bump_version(last.version, bump)
        _refuse_too_small(bump, changes)
    released_at = _now()
    return ledger.next_release(replace(deck, release=last), now, version, released_at)


def _now() -> int:
    """The time, in Unix seconds."""
    return int(time.time())
