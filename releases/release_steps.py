"""The steps of a release that is planned: build, prove, write, tag.

Everything is made and proven before anything is written. Then the ledger's file comes first, with
the time of the release in it; whatever a kill prevents after that is done by the next `release`,
from the same time and so with the same bytes.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deckpress.history import ledger, versions
from deckpress.output import store
from releases import interrupts
from releases.embedded_version import insist
from releases.errors import ReleaseError
from releases.git import GitError
from releases.pipeline import Step, make, publish, silent
from releases.plan.preconditions import altered, listed
from releases.plan.release_plan import Plan
from releases.rebuild import package

if TYPE_CHECKING:
    from releases.upgrade.report import Report


def build(made: Plan, step: Step = silent) -> dict[str, bytes]:
    """The files of the release, each of which says which version it is; nothing is written."""
    version = versions.released(made.release)
    files, _ = make(made.read, version, step=step)
    insist(files, made.release.version)
    return files


def prove(made: Plan, files: dict[str, bytes], output: Path) -> Iterator[Report]:
    """What happens to learners who go from the last and from the first release to this one.

    Before there is a release, they import the first one twice.

    Raises:
        UnprovenError: they would lose something.
        ReleaseError: a package of theirs cannot be had.
    """
    from releases.upgrade.prove import proven

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
            yield proven(before, new, home)


def write(made: Plan, files: dict[str, bytes], output: Path) -> None:
    """Write what is not there yet: the ledger's file, the version's folder, the changelog.

    Raises:
        StoreError: nothing is written if this is the first try; else the next one goes on.
    """
    own, log = (made.repository.root / name for name in made.files)
    store.sweep(own.parent)
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
        ReleaseError: Git refuses, or has changed a file; when that is mended, the release goes on
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
            raise ReleaseError("release-altered", files=listed(other))
        interrupts.heed()
        repository.tag(made.tag, made.release.version)
    except GitError as error:
        raise ReleaseError("release-git", reason=error) from error


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
