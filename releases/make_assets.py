"""The files of a GitHub release and its site, made of the last release and proven."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from deckpress.history import versions
from deckpress.output import manifest, store
from releases import github
from releases.assets import lay_out, offered, pages
from releases.checked_source import CheckedSource
from releases.embedded_version import insist
from releases.errors import ReleaseError, message
from releases.past_releases import past_releases, reopened
from releases.pipeline import Step, make, silent
from releases.plan.release_plan import insist_on_name
from releases.rebuild import compared
from releases.upgrade.prove import proven
from releases.upgrade.report import Report


def make_assets(
    folder: Path,
    now: CheckedSource,
    tag: str,
    written: Callable[[Report, str], str],
    step: Step = silent,
) -> tuple[str, int]:
    """Make the files of the GitHub release of `tag` and its site in `folder`.

    `written` makes the text of a report, of learners who go the way that its second value names.
    Returned are the version and how many files the release offers.

    Raises:
        SourceRejected, FitError, LayoutError: the release cannot be built.
        ReleaseError: the tag, the ledger and the files do not name one version, it is built
            differently the second time, or GitHub refuses.
        UnprovenError: learners would lose something.
    """
    read, release = reopened(now)
    version = release.version
    if tag != f"v{version}":
        raise ReleaseError("publish-tag", tag=tag, version=version)
    insist_on_name(release.name)
    files, _ = make(read, versions.released(release), step=step)
    insist(files, version)
    there = github.published()
    earlier = [one.version for one in past_releases(now)[:-1] if one.version in there]
    with tempfile.TemporaryDirectory() as scratch:
        step(message("verify-rebuilding", version=version))
        store.publish(Path(scratch), version, files)
        again = Path(scratch, "again")
        again.mkdir()
        whole = store.contents(Path(scratch, version), (manifest.SITE,))
        if different := compared(whole, again).different:
            raise ReleaseError("release-built-otherwise", version=version, files=different)
        step(message("release-proving", version=version))
        package = next(Path(scratch, version).glob("*.apkg"))
        reports = []
        for count, old in enumerate(dict.fromkeys([*earlier[-1:], *earlier[:1]] or [""])):
            home = Path(scratch, f"learners-{count}")
            home.mkdir()
            had = github.fetched(old, ".apkg", home) if old else package
            way = f"{old} → {version}" if old else version
            reports.append(written(proven(had, package, home), way))
        others = [*earlier, *github.newer(version, there)]
        sites = {one: github.site_of(one, Path(scratch)) for one in others}
    offer = offered(files, version, "\n".join(reports).encode())
    lay_out(folder, offer, pages(files, version, sites))
    return version, len(offer)
