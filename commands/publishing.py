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

ASSETS = "assets"
SITE = "site"
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


def offered(built: Mapping[str, bytes], version: str, report: str) -> dict[str, bytes]:
    """The files that a release offers, under names that stay the same in each release."""
    files = {
        manifest.asset(name, version): data
        for name, data in built.items()
        if name != store.CHECKSUMS
    }
    files[UPGRADE] = report.encode()
    return {**files, store.CHECKSUMS: store.checksums(files)}


def pages(
    built: Mapping[str, bytes], version: str, earlier: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The site: the page as its front, and each version under its number."""
    page = next(data for name, data in built.items() if name.endswith(".html"))
    older = {f"{number}/index.html": data for number, data in earlier.items()}
    return {"index.html": page, f"{version}/index.html": page, **older}


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
    """Write files below `folder`, which is made anew."""
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
