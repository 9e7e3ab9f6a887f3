"""What must be true of a repository before anything is released from it.

Each check raises `ReleaseError`, which says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from deckpress.history import ledger
from deckpress.output import store
from deckpress.reading.disk.paths import RELEASES_FOLDER
from deckpress.version_number import LEDGER_FILE
from releases.errors import ReleaseError
from releases.messages import message
from releases.plan.release_plan import Plan
from releases.repository.git import GitError, Repository

_MOST_NAMES = 10  # in one message


def refuse_uncommitted(plan: Plan, ledger_folder: str, output: Path) -> None:
    """Refuse a work tree with changes that Git reports as not committed.

    What releases and builds themselves write is allowed. `ledger_folder` is relative to the
    repository's root.

    Raises:
        ReleaseError: there are such changes; the message names the first files.
    """
    output, root = output.resolve(), plan.repository.root.resolve()
    # An output folder around the source would excuse the source's own changes.
    ignores_output = not plan.folder.is_relative_to(output)
    own = plan.files if plan.begun and not plan.committed else ()
    dirty = [
        name
        for name in plan.repository.uncommitted()
        if name not in own
        and not (ignores_output and (root / name).is_relative_to(output))
        and not (name.startswith(f"{ledger_folder}/") and store.is_draft(name.rpartition("/")[2]))
    ]
    if dirty:
        raise ReleaseError("release-dirty", files=name_list(dirty))


def refuse_different_from_commit(plan: Plan) -> None:
    """Refuse a source, or files that it shows, that the last commit does not have byte for byte.

    `refuse_uncommitted` cannot see all of this: some files are ignored, and some Git was told to
    overlook.

    Raises:
        ReleaseError: some files differ or are missing in the commit; the message names the first.
    """
    different = different_in_commit(plan)
    if not plan.committed:
        different.pop(f"{RELEASES_FOLDER}/{plan.release.version}.json", None)
    if different:
        key = "release-line-ends" if any(different.values()) else "release-not-in-commit"
        raise ReleaseError(key, files=name_list(different))


def different_in_commit(plan: Plan) -> dict[str, bool]:
    """The files of a release that the last commit lacks or has with other content, by name.

    The value says whether only the line ends differ. The commit's content is taken as anybody gets
    it who takes it from Git.
    """
    loaded = plan.source.loaded
    releases = {f"{RELEASES_FOLDER}/{name}": data for name, data in reversed(loaded.releases)}
    here = {loaded.path: loaded.data, **dict(sorted(loaded.files.items())), **releases}
    folder = Path(loaded.path).parent
    paths = {name: _path_in(plan.repository, folder / name) for name in here}
    paths[loaded.path] = _path_in(plan.repository, Path(loaded.path))
    exported = plan.repository.exported("HEAD", paths.values())
    committed = {name: exported.get(path) for name, path in paths.items()}
    return {
        name: _unix(data) == _unix(committed[name])
        for name, data in here.items()
        if committed[name] != data
    }


def _path_in(repository: Repository, path: Path) -> str:
    try:
        return repository.relative(path)
    except ValueError:  # it is outside
        return ""


def _unix(data: bytes | None) -> bytes | None:
    return data and data.replace(b"\r\n", b"\n")


def name_list(names: Iterable[str]) -> str:
    """The first ten names, one per line, as a message ends with them."""
    return "\n  ".join(["", *islice(names, _MOST_NAMES)])


def refuse_conflicting_releases(plan: Plan, ledger_folder: str, output: Path) -> None:
    """Refuse a release that would contradict another of this deck, or take a name that is taken.

    `ledger_folder` is relative to the repository's root. A release that a commit of this branch
    deleted counts as never made, if no branch and no tag has it.

    Raises:
        ReleaseError: a release of this deck is missing on this branch or was edited, or the
            version's tag or its folder in `output` is there already or cannot be made.
    """
    repository, version = plan.repository, plan.release.version
    there = {f"{ledger_folder}/{name}" for name, _ in plan.source.loaded.releases}
    added = repository.added_blobs(ledger_folder)
    withdrawn = repository.withdrawn_blobs(ledger_folder) if added else {}
    for name, blobs in added.items():
        match = LEDGER_FILE.fullmatch(name.rpartition("/")[2])
        counted = blobs - withdrawn.get(name, set())
        own = {blob for blob in counted if _is_own(plan, name, blob)}
        if match is None or not own:
            continue
        if name not in there or (not plan.begun and name == plan.files[0]):
            raise ReleaseError("release-elsewhere", version=match["version"], name=name)
        # If two people released the same version and one gave way, the tag says which one counts.
        here = repository.blob_of(name)
        if own != {here} and here not in _tagged_blobs(plan, match["version"]):
            raise ReleaseError("release-ledger", reason=message("release-edited", name=name))
    if repository.tagged_commit(plan.tag):
        own_tag = any(_is_own(plan, *file) for file in repository.files(plan.tag_ref).items())
        key = "release-exists" if own_tag else "release-foreign-tag"
        raise ReleaseError(key, version=version, what=plan.tag)
    if below := repository.tags_below(plan.tag):
        raise ReleaseError("release-tag-below", tag=plan.tag, below=below[0])
    if not plan.begun and (output / version).exists():
        raise ReleaseError("release-exists", version=version, what=output / version)


def _is_own(plan: Plan, name: str, blob: str) -> bool:
    """Whether a file is a release of this deck. One that cannot be read counts as one."""
    folder, _, file = name.rpartition("/")
    if not LEDGER_FILE.fullmatch(file) or folder.rpartition("/")[2] != RELEASES_FOLDER:
        return False
    try:
        release = ledger.parse(file, plan.repository.read_blob(blob))
    except ledger.LedgerError:
        return True
    deck = plan.source.deck
    return ledger.is_release_of(release, deck.name, deck.meta.key)


def _tagged_blobs(plan: Plan, version: str) -> set[str]:
    """The blobs of a version's ledger file at the version's tag; none without that tag."""
    if not plan.repository.tagged_commit(f"v{version}"):
        return set()
    files = plan.repository.files(f"refs/tags/v{version}")
    return {
        blob for name, blob in files.items() if name.endswith(f"{RELEASES_FOLDER}/{version}.json")
    }


def refuse_if_commit_would_fail(plan: Plan) -> None:
    """Refuse now what Git would refuse at the end, when the release is committed and tagged.

    Raises:
        ReleaseError: a merge is unfinished, no branch is checked out, the release's files are
            ignored, Git does not know who commits, or another Git holds its lock.
    """
    repository = plan.repository
    if repository.is_merging():
        raise ReleaseError("release-merging")
    if not repository.branch():
        raise ReleaseError("release-detached")
    if files := repository.ignored(plan.files):
        raise ReleaseError("release-ignored", files=", ".join(files))
    try:
        repository.require_identity()
    except GitError as error:
        raise ReleaseError("release-nobody", reason=error) from error
    if (lock := repository.index_lock()).exists():
        raise ReleaseError("release-locked", path=lock)
