"""What a GitHub release is made of and how it gets there, through the program `gh`.

A release is a draft until every file is there, and never changes afterwards.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.build import CHANGES
from commands.reporting import Failed
from commands.words import say
from deckpress import manifest, store
from deckpress.archive import packed, unpacked
from deckpress.filenames import is_below

ASSETS = "assets"
SITE = "site"
_PAGE = ".html"
UPGRADE = "UPGRADE.md"


def gh(*arguments: str) -> str:
    """Run `gh` and return what it prints.

    Raises:
        Failed: it is not there, or refuses.
    """
    try:
        done = subprocess.run(["gh", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failed(say("gh-missing")) from error
    if done.returncode:
        raise Failed(say("gh-refused", command=arguments[1], reason=done.stderr.strip()))
    return done.stdout


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
    built: Mapping[str, bytes], version: str, earlier: Mapping[str, Mapping[str, bytes]]
) -> dict[str, bytes]:
    """The whole site: this version as its front, and each under its number, as `earlier` has them.

    Each has a worker and a web manifest of its own, which reach no farther than its folder.
    """
    site = served(built)
    for number, files in {**earlier, version: served(built)}.items():
        site |= {f"{number}/{name}": data for name, data in files.items()}
    return site


def earlier(version: str, source: str, folder: Path) -> dict[str, bytes]:
    """The files that a published release has for a web server, fetched through `folder`.

    A release that was published before there were such files has its page alone.
    """
    archive = manifest.site_asset(source)
    told = json.loads(gh("release", "view", f"v{version}", "--json", "assets"))
    if any(asset["name"] == archive for asset in told["assets"]):
        files = unpacked(fetched(version, archive, folder).read_bytes())
        if not files:
            raise Failed(say("gh-no-file", version=version, ending=archive))
        return files
    return {"index.html": fetched(version, _PAGE, folder).read_bytes()}


def fetched(version: str, ending: str, folder: Path) -> Path:
    """The file of a published release with that ending, below `folder`."""
    home = folder / version / ending.lstrip(".")
    home.mkdir(parents=True)
    gh("release", "download", f"v{version}", "--pattern", f"*{ending}", "--dir", str(home))
    found = list(home.glob(f"*{ending}"))
    if len(found) != 1:
        raise Failed(say("gh-no-file", version=version, ending=ending))
    return found[0]


def laid_out(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below `folder`, which is made anew.

    Raises:
        Failed: a name leads out of it; nothing is written.
    """
    if astray := [name for name in files if not is_below(name)]:
        raise Failed(say("store-astray", path=folder, detail=", ".join(astray)))
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def publish(tag: str, title: str, folder: Path) -> str:
    """Publish the files in `folder` as the release of `tag`; "published" or "unchanged".

    A draft that an earlier try left is done anew; what is published already must be the same.

    Raises:
        Failed: `gh` refuses, or another release of that tag is there.
    """
    files = sorted(folder.iterdir())
    there = _there(tag)
    if there is not None and not there["isDraft"]:
        if wrong := list(_differing(there, files)):
            raise Failed(say("publish-other", tag=tag, files=", ".join(wrong)))
        return "unchanged"
    if there is not None:
        gh("release", "delete", tag, "--yes")
    notes = ("--title", title, "--notes-file", str(folder / CHANGES))
    gh("release", "create", tag, "--draft", "--verify-tag", *notes, *map(str, files))
    there = _there(tag)
    if there is None or (wrong := list(_differing(there, files))):
        missing = ", ".join(wrong) if there is not None else tag
        raise Failed(say("publish-incomplete", tag=tag, files=missing))
    gh("release", "edit", tag, "--draft=false", "--latest")
    return "published"


def _there(tag: str) -> dict[str, Any] | None:
    """The release of that tag, a draft or not."""
    drafts = "tagName,isDraft"
    known = json.loads(gh("release", "list", "--limit", "1000", "--json", drafts))
    if not any(one["tagName"] == tag for one in known):
        return None
    found: dict[str, Any] = json.loads(gh("release", "view", tag, "--json", "isDraft,assets"))
    return found


def _differing(there: Mapping[str, Any], files: Sequence[Path]) -> Iterator[str]:
    assets = {asset["name"]: asset for asset in there["assets"]}
    for path in files:
        asset, data = assets.pop(path.name, None), path.read_bytes()
        digest = f"sha256:{sha256(data).hexdigest()}"
        if asset is None or asset["size"] != len(data) or (asset.get("digest") or digest) != digest:
            yield path.name
    yield from assets
