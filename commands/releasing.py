"""The steps of a release. The ledger's file is the only truth: all else follows from it.

Everything is made and proven before anything is written. Then the ledger's file comes first, with
the time of the release in it; whatever a kill prevents after that is done by the next `release`,
from the same time and so with the same bytes.
"""

from __future__ import annotations

import contextlib
import shlex
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from commands import interrupts
from commands.build import make, publish
from commands.git import GitError, Repository
from commands.history import history, reopened
from commands.permitting import all_committed, altered, as_committed, in_order, listed, may_commit
from commands.plans import CHANGELOG, Plan, around, home_of, insist_on_name
from commands.rebuilding import package, source_of
from commands.reporting import Failed, Rejected, fatal, storing
from commands.sources import Checked
from commands.stating import insist
from commands.words import say
from deckpress import changelog, ledger, store, versions
from deckpress.digests import digests, fingerprint
from deckpress.ledger import Bump, Changes
from deckpress.model import Release
from deckpress.reader import read as read_source
from deckpress.source import RELEASES, SourceError, load


def plan(path: Path, read: Checked, bump: Bump | None, output: Path) -> Plan:
    """What is to be released; nothing is written.

    Raises:
        Rejected: the source has errors.
        Failed: something forbids the release.
    """
    if fatal(read.found, strict=False):
        raise Rejected(say("release-errors"), read.found, read.loaded.path, read.loaded.text)
    insist_on_name(read.deck.name)
    folder = home_of(path)
    repository = around(folder)
    if not repository.commit("HEAD"):
        raise Failed(say("release-no-git", folder=folder))
    if repository.shallow():
        raise Failed(say("release-shallow"))
    home = repository.path(folder / RELEASES)
    releases = history(read.loaded, read)
    last = releases[-1] if releases else None
    if last is None and read.loaded.releases:
        first = f"{home}/{read.loaded.releases[0][0]}"
        raise Failed(say("release-other-deck", what=first, home=home))
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
    changes = ledger.compare(read.deck.release, read.deck, digests(read.deck))
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
        Failed: it cannot be finished from here, and a later one must not pass it over.
    """
    if last is None:
        return False, False
    version, tag, name = last.version, f"v{last.version}", f"{home}/{last.version}.json"
    if not repository.holds("HEAD", name):
        if last.content != content:
            raise Failed(say("release-begun", version=version, home=home))
        return True, False
    brought = repository.brought(name)
    if repository.tagged(tag):
        if what := _lacking(repository, f"refs/tags/{tag}", last):
            facts = {"version": version, "tag": tag, "what": what, "commit": brought[:12]}
            raise Failed(say("release-other-tag", **facts))
        return False, True
    if last.content != content or brought != repository.commit("HEAD"):
        # Where the source is still the same, the newest program makes the better files.
        there = f" {brought[:12]}" if _lacking(repository, "HEAD", last) else ""
        raise Failed(say("release-untagged", version=version, tag=tag, commit=there))
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


def _log(path: Path, read: Checked, release: Release, changes: Changes) -> bytes:
    """The changelog at `path` with the section of the release in it."""
    try:
        before = path.read_text("utf-8")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failed(say("release-log", path=path, reason=reason)) from error
    return changelog.with_section(before, read.deck, release, changes).encode()


def _as_begun(begun: Release, read: Checked, bump: Bump | None, home: str) -> None:
    """Refuse to finish a release that was begun as another step than is asked for now."""
    before = read.deck.release
    if before is None or bump is None:
        return
    changes = ledger.compare(before, read.deck, digests(read.deck))
    _large_enough(bump, changes)
    if ledger.raised(before.version, bump) != begun.version:
        raise Failed(say("release-begun-as", version=begun.version, bump=bump, home=home))


def _large_enough(bump: Bump, changes: Changes) -> None:
    needed = ledger.least(changes)
    if list(Bump).index(bump) > list(Bump).index(needed):
        what = ", ".join(ledger.forcing(changes, needed))
        raise Failed(say("release-small", bump=bump, needed=needed, what=what))


def _may_follow(last: Release | None, content: str, bump: Bump | None) -> None:
    if last is None:
        return
    if last.content == content and bump is None:
        raise Failed(say("release-nothing", version=last.version))
    # A development build is one second younger than the last release, and older than the next.
    if 0 <= (passed := _now() - last.time) <= 1:
        time.sleep(2 - passed)
    if _now() <= last.time + 1:
        raise Failed(say("release-clock", version=last.version))


def _next(read: Checked, last: Release | None, bump: Bump | None, content: str) -> Release:
    deck, now = read.deck, digests(read.deck)
    changes = ledger.compare(last, deck, now)
    version = ledger.successor(last, changes)
    if last is not None and bump is not None:
        version = ledger.raised(last.version, bump)
        _large_enough(bump, changes)
    made = _now()
    cards = ledger.entries(last, deck, now, version, made)
    meta = deck.meta
    names = (deck.name, meta.key, meta.anki_deck)
    return Release(version, made, *names, cards, deck.note_types, content)


def _now() -> int:
    return int(time.time())


def build(made: Plan) -> dict[str, bytes]:
    """The files of the release, each of which says which version it is; nothing is written."""
    version = versions.released(made.release)
    files, _ = make(made.read, version)
    insist(files, made.release.version)
    return files


def prove(made: Plan, files: dict[str, bytes], output: Path) -> Iterator[str]:
    """The reports of learners who go from the last and from the first release to this one.

    Before there is a release, they import the first one twice.

    Raises:
        Failed: they would lose something, or a package of theirs cannot be had.
    """
    from commands.upgrading import prove as upgrade
    from commands.verify_upgrade import text

    name = next(name for name in files if name.endswith(".apkg"))
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder, name)
        new.write_bytes(files[name])
        olds = [made.earlier[-1], made.earlier[0]] if made.earlier else [None]
        for number, old in enumerate(dict.fromkeys(one and one.version for one in olds)):
            release = next((one for one in made.earlier if one.version == old), None)
            home = Path(folder, str(number))
            home.mkdir()
            before = new if release is None else package(release, made.repository, output, home)
            report = upgrade(before, new, home)
            if report.problems:
                unproven = say("release-unproven")
                raise Failed(f"{unproven}\n\n{text(report)}".rstrip())
            yield text(report)


def write(made: Plan, files: dict[str, bytes], output: Path) -> None:
    """Write what is not there yet: the ledger's file, the version's folder, the changelog.

    Raises:
        Failed: nothing is written if this is the first try; else the next one goes on.
    """
    own, log = (made.repository.root / name for name in made.files)
    store.sweep(own.parent)
    with storing():
        if not made.begun:
            store.create(own, ledger.write(made.release))
        try:
            publish(output, versions.released(made.release), files, immutable=made.committed)
        except BaseException:
            if not made.begun:
                own.unlink()
            raise
        if not log.exists() or log.read_bytes() != made.log:
            store.replace(log, made.log)


def tag(made: Plan) -> None:
    """Commit the release's files and tag the commit.

    Raises:
        Failed: Git refuses, or has changed a file; once the reason is gone, the release goes on
            from there.
    """
    repository = made.repository
    before = repository.commit("HEAD")
    try:
        interrupts.heed()
        if not made.committed:
            repository.record(made.files, f"Release {made.release.version}")
        if other := altered(made):
            if not made.committed:
                repository.take_back(before)
            raise Failed(say("release-altered", files=listed(other)))
        interrupts.heed()
        repository.tag(made.tag, made.release.version)
    except GitError as error:
        raise Failed(say("release-git", reason=error)) from error


def remaining(made: Plan, *, tagged: bool) -> str:
    """The commands that are left to the author, who can paste them where they are: one stops the
    next when it fails.
    """
    root = made.repository.root
    git = "git" if root.resolve() == Path.cwd() else f"git -C {shlex.quote(str(root))}"
    files = shlex.join(("--", *made.files))
    version = made.release.version
    steps = [
        *([] if made.committed else [f"add {files}", f"commit -m 'Release {version}' {files}"]),
        f"tag -a {made.tag} -m {version}",
    ]
    branch = made.repository.commit(f"refs/heads/{made.tag}")
    push = f"push --atomic origin HEAD {made.tag_name if branch else made.tag}"
    return " &&\n".join(f"    {git} {step}" for step in (*([] if tagged else steps), push))
