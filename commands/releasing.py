"""The steps of a release. The ledger's file is the only truth: all else follows from it.

Everything is made and proven before anything is written. Then the ledger's file comes first, with
the time of the release in it; whatever a kill prevents after that is done by the next `release`,
from the same time and so with the same bytes.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from commands import interrupts
from commands.build import make, publish
from commands.git import GitError, NoRepositoryError, Repository
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
from deckpress.source import RELEASES, Loaded, SourceError, load

CHANGELOG = "CHANGELOG.md"
# GitHub puts a dot in the place of anything else in the name of a file to download.
_ASSET = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Plan:
    """A release to be made or finished. `read` knows the release before it as the last one.

    `begun`: its file is in the ledger. `committed`: and in the last commit.
    """

    repository: Repository
    folder: Path
    read: Checked
    release: Release
    earlier: tuple[Release, ...]  # of this deck, oldest first
    changes: Changes
    log: bytes  # the changelog with this release in it
    begun: bool
    committed: bool

    @property
    def tag(self) -> str:
        return f"v{self.release.version}"

    @property
    def tag_name(self) -> str:
        """The tag by a name that no branch can have."""
        return f"refs/tags/{self.tag}"

    @property
    def files(self) -> tuple[str, str]:
        """The files beside the source that the release writes, from the repository's root."""
        home = self.folder / RELEASES
        names = (f"{self.release.version}.json", CHANGELOG)
        first, second = (self.repository.path(home / name) for name in names)
        return first, second

    def written(self) -> bool:
        """Whether the ledger has it by now."""
        return (self.repository.root / self.files[0]).exists()


def home_of(path: Path) -> Path:
    """The folder of a source: for a link that of the link, not of what it leads to."""
    return path.parent.resolve()


def insist_on_name(name: str) -> None:
    """Refuse the name of a source after which GitHub would not call a file.

    Raises:
        Failed: it would call it otherwise, and no release would ever be complete.
    """
    if not _ASSET.fullmatch(name):
        raise Failed(say("release-file-name", name=f"{name}.md"))


def around(folder: Path) -> Repository:
    """The repository around a folder.

    Raises:
        Failed: there is none, or Git is not there or refuses.
    """
    try:
        return Repository.of(folder)
    except OSError as error:
        raise Failed(say("git-missing")) from error
    except NoRepositoryError as error:
        raise Failed(say("release-no-git", folder=folder)) from error
    except GitError as error:
        raise Failed(say("git-refuses", folder=folder, reason=error)) from error


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
    _all_committed(made, home, output)
    _as_committed(made)
    _in_order(made, home, output)
    _may_commit(made)
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


def _as_committed(made: Plan) -> None:
    """Refuse what the last commit has not byte for byte of all that the release is made of.

    Git does not tell of all of it: some is ignored, some it was told to overlook.
    """
    other = _altered(made)
    if not made.committed:
        other.pop(f"{RELEASES}/{made.release.version}.json", None)
    if other:
        key = "release-line-ends" if any(other.values()) else "release-not-in-commit"
        raise Failed(say(key, files=_listed(other)))


def _altered(made: Plan) -> dict[str, bool]:
    """The files of a release that the last commit has otherwise or not at all, as anybody gets them
    who takes them from Git; and of each, whether only its line ends differ.
    """
    loaded = made.read.loaded
    releases = {f"{RELEASES}/{name}": data for name, data in reversed(loaded.releases)}
    here = {loaded.path: loaded.data, **dict(sorted(loaded.files.items())), **releases}
    home = Path(loaded.path).parent
    places = {name: _place(made.repository, home / name) for name in here}
    places[loaded.path] = _place(made.repository, Path(loaded.path))
    there = made.repository.exported("HEAD", places.values())
    kept = {name: there.get(place) for name, place in places.items()}
    return {
        name: _unix(data) == _unix(kept[name]) for name, data in here.items() if kept[name] != data
    }


def _place(repository: Repository, path: Path) -> str:
    try:
        return repository.path(path)
    except ValueError:  # it is outside
        return ""


def _unix(data: bytes | None) -> bytes | None:
    return data and data.replace(b"\r\n", b"\n")


def _listed(names: Iterable[str]) -> str:
    return "\n  ".join(["", *islice(names, 10)])


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


def _all_committed(made: Plan, home: str, output: Path) -> None:
    """Refuse what Git says is not committed, but for what releases and builds write."""
    there, root = output.resolve(), made.repository.root.resolve()
    outside = not made.folder.is_relative_to(there)
    own = made.files if made.begun and not made.committed else ()
    dirty = [
        name
        for name in made.repository.changed()
        if name not in own
        and not (outside and (root / name).is_relative_to(there))
        and not (name.startswith(f"{home}/") and store.is_draft(name.rpartition("/")[2]))
    ]
    if dirty:
        raise Failed(say("release-dirty", files=_listed(dirty)))


def _in_order(made: Plan, home: str, output: Path) -> None:
    """Refuse what would make two truths."""
    repository, version = made.repository, made.release.version
    there = {f"{home}/{name}" for name, _ in made.read.loaded.releases}
    for name, blobs in repository.added(home).items():
        match = ledger.NAME.fullmatch(name.rpartition("/")[2])
        own = {blob for blob in blobs if _is_own(made, name, blob)}
        if match is None or not own:
            continue
        if name not in there or (not made.begun and name == made.files[0]):
            raise Failed(say("release-elsewhere", version=match["version"], name=name))
        # Where two have released at once and one gave way, the tag says which release it is.
        if own != {here := repository.blob(name)} and here not in _tagged(made, match["version"]):
            raise Failed(say("release-ledger", reason=say("release-edited", name=name)))
    if repository.tagged(made.tag):
        own_tag = any(_is_own(made, *file) for file in repository.files(made.tag_name).items())
        key = "release-exists" if own_tag else "release-foreign-tag"
        raise Failed(say(key, version=version, what=made.tag))
    if below := repository.tags_below(made.tag):
        raise Failed(say("release-tag-below", tag=made.tag, below=below[0]))
    if not made.begun and (output / version).exists():
        raise Failed(say("release-exists", version=version, what=output / version))


def _is_own(made: Plan, name: str, blob: str) -> bool:
    """Whether a file is a release of this deck; one that cannot be read may be."""
    folder, _, file = name.rpartition("/")
    if not ledger.NAME.fullmatch(file) or folder.rpartition("/")[2] != RELEASES:
        return False
    try:
        release = ledger.parse(file, made.repository.content(blob))
    except ledger.LedgerError:
        return True
    return ledger.belongs(release, made.read.deck.name, made.read.deck.meta.key)


def _tagged(made: Plan, version: str) -> set[str]:
    """What Git calls the files of a version's ledger at its tag."""
    if not made.repository.tagged(f"v{version}"):
        return set()
    files = made.repository.files(f"refs/tags/v{version}")
    return {blob for name, blob in files.items() if name.endswith(f"{RELEASES}/{version}.json")}


def _may_commit(made: Plan) -> None:
    """Refuse what Git would refuse at the end."""
    repository = made.repository
    if repository.halfway():
        raise Failed(say("release-merging"))
    if not repository.branch():
        raise Failed(say("release-detached"))
    if files := repository.ignored(made.files):
        raise Failed(say("release-ignored", files=", ".join(files)))
    try:
        repository.author()
    except GitError as error:
        raise Failed(say("release-nobody", reason=error)) from error
    if (lock := repository.lock()).exists():
        raise Failed(say("release-locked", path=lock))


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
        if other := _altered(made):
            if not made.committed:
                repository.take_back(before)
            raise Failed(say("release-altered", files=_listed(other)))
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
