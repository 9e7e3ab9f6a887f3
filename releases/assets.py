"""The files that a GitHub release offers, and the site with all versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from deckpress.output import manifest, store
from deckpress.output.archive import packed
from deckpress.output.filenames import is_below
from deckpress.version_number import number
from releases.errors import ReleaseError

ASSETS = "assets"
SITE = "site"
UPGRADE = "UPGRADE.md"


def offered(built: Mapping[str, bytes], version: str, report: bytes) -> dict[str, bytes]:
    """The files that a release offers, under names that stay the same in each release.

    A release has no folders: the files of the site are offered as one archive.
    """
    files = {
        manifest.asset(name, version): data
        for name, data in built.items()
        if name != store.CHECKSUMS and "/" not in name
    }
    source = json.loads(built[manifest.MANIFEST])["source"]["name"]
    files[manifest.site_asset(source)] = packed(served(built))
    files[UPGRADE] = report
    return {**files, store.CHECKSUMS: store.checksums(files)}


def served(built: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that a version has for a web server, as they lie below its address."""
    inside = f"{manifest.SITE}/"
    return {
        name.removeprefix(inside): data for name, data in built.items() if name.startswith(inside)
    }


def pages(
    built: Mapping[str, bytes], version: str, others: Mapping[str, Mapping[str, bytes]]
) -> dict[str, bytes]:
    """The whole site: each version under its number, as `others` has those that are published, and
    the newest as its front.

    Each has a worker and a web manifest of its own, which reach no farther than its folder.
    """
    every = {**others, version: served(built)}
    site = dict(every[max(every, key=number)])
    for each, files in every.items():
        site |= {f"{each}/{name}": data for name, data in files.items()}
    return site


def lay_out(folder: Path, assets: Mapping[str, bytes], site: Mapping[str, bytes]) -> None:
    """Put the files to publish and those of the site below `folder`, with checksums of them all."""
    checksums = {
        f"{home}/{name}": data
        for home, files in ((ASSETS, assets), (SITE, site))
        for name, data in files.items()
    }
    laid_out(folder / ASSETS, assets)
    laid_out(folder / SITE, site)
    (folder / store.CHECKSUMS).write_bytes(store.checksums(checksums))


def insist_on_own(folder: Path) -> None:
    """Refuse a folder that holds anything but what `lay_out` put there.

    Raises:
        ReleaseError: it does.
    """
    whole = folder.resolve()
    if whole.exists() and any(whole.iterdir()) and not store.intact(whole.parent, whole.name):
        raise ReleaseError("assets-folder", folder=folder)


def laid_out(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below `folder`, which is made anew.

    Raises:
        ReleaseError: a name leads out of it; nothing is written.
    """
    if astray := [name for name in files if not is_below(name)]:
        raise ReleaseError("store-astray", path=folder, detail=", ".join(astray))
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
