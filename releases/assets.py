"""The files that a GitHub release offers for download, and the site with all versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from deckpress.output import manifest, store
from deckpress.output.archive import pack
from deckpress.output.filenames import is_below
from deckpress.version_number import version_tuple
from releases.errors import ReleaseError

ASSETS = "assets"
SITE = "site"
UPGRADE = "UPGRADE.md"


def release_assets(built: Mapping[str, bytes], version: str, report: bytes) -> dict[str, bytes]:
    """The files that a release offers, under names that are the same in each release.

    `built` are the files of the version by name, and `report` is the text of its upgrade proof.
    A GitHub release has no folders: the files of the site are offered as one archive.
    """
    files = {
        manifest.asset_name(name, version): data
        for name, data in built.items()
        if name != store.CHECKSUMS and "/" not in name
    }
    source = json.loads(built[manifest.MANIFEST])["source"]["name"]
    files[manifest.site_archive_name(source)] = pack(site_of(built))
    files[UPGRADE] = report
    return {**files, store.CHECKSUMS: store.checksums(files)}


def site_of(built: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a version that are for a web server, by their paths below its address."""
    inside = f"{manifest.SITE}/"
    return {
        name.removeprefix(inside): data for name, data in built.items() if name.startswith(inside)
    }


def whole_site(
    built: Mapping[str, bytes], version: str, others: Mapping[str, Mapping[str, bytes]]
) -> dict[str, bytes]:
    """The site with all versions: each in the folder of its number, the newest also at the top.

    `built` are the files of `version`, and `others` the site files of the published versions,
    by version. Each version has its own service worker and web manifest, which reach no farther
    than its folder.
    """
    sites = {**others, version: site_of(built)}
    whole = dict(sites[max(sites, key=version_tuple)])
    for each, files in sites.items():
        whole |= {f"{each}/{name}": data for name, data in files.items()}
    return whole


def write_assets(folder: Path, assets: Mapping[str, bytes], site: Mapping[str, bytes]) -> None:
    """Write the files to publish and the site below `folder`, with checksums of all of them.

    Raises:
        ReleaseError: a name leads out of its folder.
    """
    checksums = {
        f"{home}/{name}": data
        for home, files in ((ASSETS, assets), (SITE, site))
        for name, data in files.items()
    }
    replace_folder(folder / ASSETS, assets)
    replace_folder(folder / SITE, site)
    (folder / store.CHECKSUMS).write_bytes(store.checksums(checksums))


def refuse_foreign_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but what `write_assets` wrote there.

    Raises:
        ReleaseError: the folder holds other files, or changed ones.
    """
    whole = folder.resolve()
    if whole.exists() and any(whole.iterdir()) and not store.is_intact(whole.parent, whole.name):
        raise ReleaseError("assets-folder", folder=folder)


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Delete `folder` and write it again with these files, given by name.

    Raises:
        ReleaseError: a name leads out of the folder; nothing is deleted or written.
    """
    if astray := [name for name in files if not is_below(name)]:
        raise ReleaseError("store-astray", path=folder, detail=", ".join(astray))
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
