"""The steps of a planned release: build, prove, write, tag.

Everything is made and proven before anything is written. The ledger's file is written first, with
the time of the release in it. If a kill prevents the rest, the next `release` does it, from the
same time and so with the same bytes.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deckpress.history import ledger, versions
from deckpress.output import store
from deckpress.version_number import later_major
from releases import interrupts
from releases.embedded_version import require_version
from releases.errors import ReleaseError
from releases.messages import Step, silent
from releases.pipeline import make, publish
from releases.plan.preconditions import different_in_commit, name_list
from releases.plan.release_plan import Plan
from releases.rebuild import find_or_build_package
from releases.repository.git import GitError

if TYPE_CHECKING:
    from releases.upgrade.report import Report


def build(plan: Plan, step: Step = silent) -> dict[str, bytes]:
    """The files of the release by name, each of which states its version; nothing is written.

    Raises:
        SourceRejected, FitError, LayoutError, PrinterError: the release cannot be built.
        ReleaseError: a file does not state the version.
    """
    version = versions.released_version(plan.release)
    files = make(plan.source, version, step=step).files
    require_version(files, plan.release.version)
    return files


def prove(plan: Plan, files: dict[str, bytes], output: Path) -> Iterator[Report]:
    """What happens to learners who upgrade from the last and from the first release to this one.

    `files` are those of this release, by name. Without an earlier release, learners import this one
    twice. Only learners of an earlier major version may lose something.

    Raises:
        UnprovenError: learners would lose something.
        ReleaseError: the package of an earlier release is not in `output` and cannot be built.
    """
    from releases.upgrade.prove import require_proof

    name = next(name for name in files if name.endswith(".apkg"))
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder, name)
        new.write_bytes(files[name])
        olds = [plan.earlier[-1], plan.earlier[0]] if plan.earlier else [None]
        for number, version in enumerate(dict.fromkeys(old and old.version for old in olds)):
            release = next((one for one in plan.earlier if one.version == version), None)
            home = Path(folder, str(number))
            home.mkdir()
            before = new
            if release is not None:
                before = find_or_build_package(release, plan.repository, output, home)
            losses = release is not None and later_major(plan.release.version, release.version)
            yield require_proof(before, new, home, losses=losses)


def write(plan: Plan, files: dict[str, bytes], output: Path) -> None:
    """Write what is still missing of the ledger's file, the version's folder and the changelog.

    Raises:
        StoreError: something cannot be written. If that is the version's folder, and on the first
            try, the ledger's file is removed again; otherwise the next try goes on from there.
    """
    own, log = (plan.repository.root / name for name in plan.files)
    store.remove_drafts(own.parent)
    if not plan.begun:
        store.create_file(own, ledger.serialise(plan.release))
    try:
        publish(output, versions.released_version(plan.release), files, immutable=plan.committed)
    except BaseException:
        if not plan.begun:
            own.unlink()
        raise
    if not log.exists() or log.read_bytes() != plan.changelog:
        store.replace_file(log, plan.changelog)


def tag(plan: Plan) -> None:
    """Commit the release's files and tag the commit.

    Raises:
        ReleaseError: Git refuses, or has changed a file. Once that is mended, the same command goes
            on from there.
        KeyboardInterrupt: Ctrl-C came before the commit or before the tag.
    """
    repository = plan.repository
    before = repository.commit_of("HEAD")
    try:
        interrupts.raise_if_interrupted()
        if not plan.committed:
            repository.commit(plan.files, f"Release {plan.release.version}")
        if different := different_in_commit(plan):
            if not plan.committed:
                repository.soft_reset(before)
            raise ReleaseError("release-altered", files=name_list(different))
        interrupts.raise_if_interrupted()
        repository.tag(plan.tag, plan.release.version)
    except GitError as error:
        raise ReleaseError("release-git", reason=error) from error


def remaining_commands(plan: Plan, *, tagged: bool) -> str:
    """The Git commands that are left to the author, ready to paste into a shell.

    They are joined by ``&&``, so that one that fails stops the next. `tagged` says that the commit
    and the tag are made already.
    """
    root = plan.repository.root
    git = "git" if root.resolve() == Path.cwd() else f"git -C {shlex.quote(str(root))}"
    files = shlex.join(("--", *plan.files))
    version = plan.release.version
    steps = [
        *([] if plan.committed else [f"add {files}", f"commit -m 'Release {version}' {files}"]),
        f"tag -a {plan.tag} -m {version}",
    ]
    branch = plan.repository.commit_of(f"refs/heads/{plan.tag}")
    push = f"push --atomic origin HEAD {plan.tag_ref if branch else plan.tag}"
    return " &&\n".join(f"    {git} {step}" for step in (*([] if tagged else steps), push))
