"""What a GitHub release is made of and how it gets there, through the program `gh`.

A release is a draft until every file is there, and never changes afterwards.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.build import CHANGES
from commands.reporting import Failed
from commands.words import say
from deckpress import ledger, manifest, store
from deckpress.archive import packed, unpacked
from deckpress.filenames import is_below

ASSETS = "assets"
SITE = "site"
_PAGE = ".html"
UPGRADE = "UPGRADE.md"
_LONGEST = 120_000  # characters of a release's notes; GitHub takes 125,000


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


def _told(command: str, *arguments: str) -> Any:
    try:
        return json.loads(gh("release", command, *arguments))
    except ValueError as error:
        raise Failed(say("gh-nonsense", command=command)) from error


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
    site = dict(every[max(every, key=ledger.number)])
    for number, files in every.items():
        site |= {f"{number}/{name}": data for name, data in files.items()}
    return site


def site_of(version: str, folder: Path) -> dict[str, bytes]:
    """The files that a published release has for a web server, fetched through `folder`.

    They are looked for by their ending, as the deck's file may have had another name then. A
    release that was published before there were such files has its page alone.
    """
    archive = manifest.site_asset("")
    told = _told("view", f"v{version}", "--json", "assets")
    if any(asset["name"].endswith(archive) for asset in told["assets"]):
        path = fetched(version, archive, folder)
        if not (files := unpacked(path.read_bytes())):
            raise Failed(say("gh-no-file", version=version, ending=path.name))
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
        Failed: it does.
    """
    whole = folder.resolve()
    if whole.exists() and any(whole.iterdir()) and not store.intact(whole.parent, whole.name):
        raise Failed(say("assets-folder", folder=folder))


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


def publish(tag: str, title: str, notes: str, folder: Path) -> str:
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
    with tempfile.TemporaryDirectory() as scratch:
        text = Path(scratch, CHANGES)
        text.write_text(_short_enough(notes), "utf-8")
        told = ("--title", title, "--notes-file", str(text))
        gh("release", "create", tag, "--draft", "--verify-tag", *told, *map(str, files))
    there = _there(tag)
    if there is None or (wrong := list(_differing(there, files))):
        missing = ", ".join(wrong) if there is not None else tag
        raise Failed(say("publish-incomplete", tag=tag, files=missing))
    later = newer(tag.removeprefix("v"), published())
    gh("release", "edit", tag, "--draft=false", f"--latest={'false' if later else 'true'}")
    return "published"


def _short_enough(notes: str) -> str:
    """The notes, without their last lines if GitHub would refuse so many."""
    if len(notes) <= _LONGEST:
        return notes
    kept = notes[:_LONGEST].rpartition("\n")[0]
    return f"{kept}\n\n… {CHANGES}\n"


def newer(version: str, among: Iterable[str]) -> list[str]:
    """Those of the published versions `among` that are newer than `version`."""
    return [one for one in among if ledger.number(one) > ledger.number(version)]


def published() -> list[str]:
    """The versions that are published and no drafts, oldest first."""
    found = []
    for one in _known():
        match = ledger.NAME.fullmatch(f"{one['tagName'].removeprefix('v')}.json")
        if match and not one["isDraft"]:
            found.append(match["version"])
    return sorted(found, key=ledger.number)


def _known() -> list[dict[str, Any]]:
    """The tag of each release, and whether it is a draft."""
    asked = ("--limit", "1000", "--json", "tagName,isDraft")
    found: list[dict[str, Any]] = _told("list", *asked)
    return found


def _there(tag: str) -> dict[str, Any] | None:
    """The release of that tag, a draft or not."""
    known = _known()
    if not any(one["tagName"] == tag for one in known):
        return None
    found: dict[str, Any] = _told("view", tag, "--json", "isDraft,assets")
    return found


def _differing(there: Mapping[str, Any], files: Sequence[Path]) -> Iterator[str]:
    assets = {asset["name"]: asset for asset in there["assets"]}
    for path in files:
        asset, data = assets.pop(path.name, None), path.read_bytes()
        digest = f"sha256:{sha256(data).hexdigest()}"
        if asset is None or asset["size"] != len(data) or (asset.get("digest") or digest) != digest:
            yield path.name
    yield from assets
