"""The files of a GitHub release and its site, made from the last release and proven."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from deckpress.history import versions
from deckpress.output import manifest, store
from deckpress.version_number import later_major
from releases.assets import release_assets, whole_site, write_assets
from releases.checked_source import CheckedSource
from releases.embedded_version import require_version
from releases.errors import ReleaseError
from releases.messages import Step, message, silent
from releases.past_releases import past_releases, without_last_release
from releases.pipeline import make
from releases.plan.release_plan import refuse_unpublishable_name
from releases.publish import github
from releases.rebuild import rebuild_and_compare
from releases.upgrade.prove import require_proof
from releases.upgrade.report import Report


def make_assets(
    folder: Path,
    source: CheckedSource,
    tag: str,
    report_text: Callable[[Report, str], str],
    step: Step = silent,
) -> tuple[str, int]:
    """Make the files of the GitHub release of `tag`, and its site, in `folder`.

    `report_text` turns a report into text; its second value names the two versions, such as
    ``1.0.0 → 1.1.0``. Returns the version and how many files the release offers.

    Raises:
        SourceRejected, FitError, LayoutError, PrinterError: the release cannot be built.
        ReleaseError: the tag, the ledger and the files do not name one version, the release comes
            out differently the second time, an earlier release cannot be had, or GitHub refuses.
        UnprovenError: learners would lose something.
    """
    before, release = without_last_release(source)
    version = release.version
    if tag != f"v{version}":
        raise ReleaseError("publish-tag", tag=tag, version=version)
    refuse_unpublishable_name(release.name)
    files = make(before, versions.released_version(release), step=step).files
    require_version(files, version)
    published = github.published_versions()
    earlier = [one.version for one in past_releases(source)[:-1] if one.version in published]
    with tempfile.TemporaryDirectory() as scratch:
        step(message("verify-rebuilding", version=version))
        store.publish(Path(scratch), version, files)
        again = Path(scratch, "again")
        again.mkdir()
        whole = store.read_folder(Path(scratch, version), (manifest.SITE,))
        home = Path(source.loaded.path).resolve().parent
        if different := rebuild_and_compare(whole, again, home, step).different:
            raise ReleaseError("release-built-otherwise", version=version, files=different)
        step(message("release-proving", version=version))
        package = next(Path(scratch, version).glob("*.apkg"))
        reports = []
        for number, old in enumerate(dict.fromkeys([*earlier[-1:], *earlier[:1]] or [""])):
            home = Path(scratch, f"learners-{number}")
            home.mkdir()
            old_package = github.download(old, ".apkg", home) if old else package
            way = f"{old} → {version}" if old else version
            losses = bool(old) and later_major(version, old)
            report = require_proof(old_package, package, home, losses=losses)
            reports.append(report_text(report, way))
        others = [*earlier, *github.newer_than(version, published)]
        sites = {one: github.download_site(one, Path(scratch)) for one in others}
    assets = release_assets(files, version, "\n".join(reports).encode())
    write_assets(folder, assets, whole_site(files, version, sites))
    return version, len(assets)
