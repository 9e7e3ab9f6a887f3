"""A release before it is made: of which source, in which repository, under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deckpress.history.comparison import Changes
from deckpress.model import Release
from deckpress.reading.files import RELEASES
from releases.checked_source import CheckedSource
from releases.errors import ReleaseError
from releases.git import GitError, NoRepositoryError, Repository

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
    read: CheckedSource
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
        ReleaseError: it would call it otherwise, and no release would ever be complete.
    """
    if not _ASSET.fullmatch(name):
        raise ReleaseError("release-file-name", name=f"{name}.md")


def around(folder: Path) -> Repository:
    """The repository around a folder.

    Raises:
        ReleaseError: there is none, or Git is not there or refuses.
    """
    try:
        return Repository.of(folder)
    except OSError as error:
        raise ReleaseError("git-missing") from error
    except NoRepositoryError as error:
        raise ReleaseError("release-no-git", folder=folder) from error
    except GitError as error:
        raise ReleaseError("git-refuses", folder=folder, reason=error) from error
