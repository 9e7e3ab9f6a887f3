"""What a repository must be like before anything is released from it. What is not so is refused
with `Failed`, which says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from deckpress.history import ledger
from deckpress.output import store
from deckpress.reading.files import RELEASES
from deckpress.version_number import LEDGER_FILE
from releases.errors import ReleaseError, message
from releases.git import GitError, Repository
from releases.plan.release_plan import Plan


def all_committed(made: Plan, home: str, output: Path) -> None:
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
        raise ReleaseError("release-dirty", files=listed(dirty))


def as_committed(made: Plan) -> None:
    """Refuse what the last commit has not byte for byte of all that the release is made of.

    Git does not tell of all of it: some is ignored, some it was told to overlook.
    """
    other = altered(made)
    if not made.committed:
        other.pop(f"{RELEASES}/{made.release.version}.json", None)
    if other:
        key = "release-line-ends" if any(other.values()) else "release-not-in-commit"
        raise ReleaseError(key, files=listed(other))


def altered(made: Plan) -> dict[str, bool]:
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


def listed(names: Iterable[str]) -> str:
    """Names as a message ends with them, the first ten."""
    return "\n  ".join(["", *islice(names, 10)])


def in_order(made: Plan, home: str, output: Path) -> None:
    """Refuse what would make two truths."""
    repository, version = made.repository, made.release.version
    there = {f"{home}/{name}" for name, _ in made.read.loaded.releases}
    for name, blobs in repository.added(home).items():
        match = LEDGER_FILE.fullmatch(name.rpartition("/")[2])
        own = {blob for blob in blobs if _is_own(made, name, blob)}
        if match is None or not own:
            continue
        if name not in there or (not made.begun and name == made.files[0]):
            raise ReleaseError("release-elsewhere", version=match["version"], name=name)
        # Where two have released at once and one gave way, the tag says which release it is.
        if own != {here := repository.blob(name)} and here not in _tagged(made, match["version"]):
            raise ReleaseError("release-ledger", reason=message("release-edited", name=name))
    if repository.tagged(made.tag):
        own_tag = any(_is_own(made, *file) for file in repository.files(made.tag_name).items())
        key = "release-exists" if own_tag else "release-foreign-tag"
        raise ReleaseError(key, version=version, what=made.tag)
    if below := repository.tags_below(made.tag):
        raise ReleaseError("release-tag-below", tag=made.tag, below=below[0])
    if not made.begun and (output / version).exists():
        raise ReleaseError("release-exists", version=version, what=output / version)


def _is_own(made: Plan, name: str, blob: str) -> bool:
    """Whether a file is a release of this deck; one that cannot be read may be."""
    folder, _, file = name.rpartition("/")
    if not LEDGER_FILE.fullmatch(file) or folder.rpartition("/")[2] != RELEASES:
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


def may_commit(made: Plan) -> None:
    """Refuse what Git would refuse at the end."""
    repository = made.repository
    if repository.halfway():
        raise ReleaseError("release-merging")
    if not repository.branch():
        raise ReleaseError("release-detached")
    if files := repository.ignored(made.files):
        raise ReleaseError("release-ignored", files=", ".join(files))
    try:
        repository.author()
    except GitError as error:
        raise ReleaseError("release-nobody", reason=error) from error
    if (lock := repository.lock()).exists():
        raise ReleaseError("release-locked", path=lock)
