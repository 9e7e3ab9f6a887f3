"""The plan of a release: of which source, in which repository, under which version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deckpress.model import Release
from deckpress.reading.disk.paths import RELEASES_FOLDER
from releases.checked_source import CheckedSource
from releases.errors import ReleaseError
from releases.repository.git import GitError, NoRepositoryError, Repository

CHANGELOG = "CHANGELOG.md"
# In the name of a file to download, GitHub replaces anything else by a dot.
_ASSET = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Plan:
    """A release that is to be made, or one that was begun and is to be finished.

    `folder` is the source's. The deck of `source` has the release before this one as its last.
    `begun` says that the ledger has the release's file, and `committed` that the last commit has
    it, too.
    """

    repository: Repository
    folder: Path
    source: CheckedSource
    release: Release
    earlier: tuple[Release, ...]  # of this deck, oldest first
    changelog: bytes  # the whole file, with this release in it
    begun: bool
    committed: bool

    @property
    def tag(self) -> str:
        """The name of the release's tag, such as ``v1.2.0``."""
        return f"v{self.release.version}"

    @property
    def tag_ref(self) -> str:
        """The full name of the tag, which no branch can have."""
        return f"refs/tags/{self.tag}"

    @property
    def files(self) -> tuple[str, str]:
        """The files that the release writes: its own in the ledger, and the changelog.

        They are relative to the repository's root.
        """
        home = self.folder / RELEASES_FOLDER
        names = (f"{self.release.version}.json", CHANGELOG)
        own, log = (self.repository.relative(home / name) for name in names)
        return own, log

    def in_ledger(self) -> bool:
        """Whether the ledger has the release's file by now."""
        return (self.repository.root / self.files[0]).exists()


def source_folder(path: Path) -> Path:
    """The folder of the source at `path`; if `path` is a link, the folder that the link is in."""
    return path.parent.resolve()


def refuse_unpublishable_name(name: str) -> None:
    """Refuse a source whose file name GitHub would change in the names of the release's files.

    `name` is without the ending. With changed names, no release would ever be complete.

    Raises:
        ReleaseError: GitHub would change it.
    """
    if not _ASSET.fullmatch(name):
        raise ReleaseError("release-file-name", name=f"{name}.md")


def require_repository(folder: Path) -> Repository:
    """The repository that `folder` is in.

    Raises:
        ReleaseError: there is none, or Git is not installed or refuses.
    """
    try:
        return Repository.find(folder)
    except OSError as error:
        raise ReleaseError("git-missing") from error
    except NoRepositoryError as error:
        raise ReleaseError("release-no-git", folder=folder) from error
    except GitError as error:
        raise ReleaseError("git-refuses", folder=folder, reason=error) from error
