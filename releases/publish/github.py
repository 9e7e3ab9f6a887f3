"""GitHub's releases, read and made through the program `gh`.

A release is a draft until every file is there. Once published, it never changes.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from deckpress.output import manifest
from deckpress.output.archive import unpack
from deckpress.version_number import LEDGER_FILE, version_tuple
from releases.errors import ReleaseError

_PAGE = ".html"
_LONGEST_NOTES = 120_000  # characters; GitHub takes 125,000


def gh(*arguments: str) -> str:
    """Run `gh` and return what it prints.

    Raises:
        ReleaseError: `gh` is not installed, or refuses.
    """
    try:
        done = subprocess.run(["gh", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ReleaseError("gh-missing") from error
    if done.returncode:
        raise ReleaseError("gh-refused", command=arguments[1], reason=done.stderr.strip())
    return done.stdout


def _gh_json(command: str, *arguments: str) -> Any:
    """The JSON that `gh release` prints for a command."""
    try:
        return json.loads(gh("release", command, *arguments))
    except ValueError as error:
        raise ReleaseError("gh-nonsense", command=command) from error


def download_site(version: str, folder: Path) -> dict[str, bytes]:
    """Download a published release below `folder`, and return its files for a web server.

    They are found by their ending, because the source's file may have had another name then. A
    release from before there was a site has its page alone.

    Raises:
        ReleaseError: the release does not offer them, or `gh` refuses.
    """
    archive = manifest.site_archive_name("")
    release = _gh_json("view", f"v{version}", "--json", "assets")
    if any(asset["name"].endswith(archive) for asset in release["assets"]):
        path = download(version, archive, folder)
        if not (files := unpack(path.read_bytes())):
            raise ReleaseError("gh-no-file", version=version, ending=path.name)
        return files
    return {"index.html": download(version, _PAGE, folder).read_bytes()}


def download(version: str, ending: str, folder: Path) -> Path:
    """Download the one file of a published release with that ending, below `folder`.

    Raises:
        ReleaseError: the release offers none or several, or `gh` refuses.
    """
    home = folder / version / ending.lstrip(".")
    home.mkdir(parents=True)
    gh("release", "download", f"v{version}", "--pattern", f"*{ending}", "--dir", str(home))
    found = list(home.glob(f"*{ending}"))
    if len(found) != 1:
        raise ReleaseError("gh-no-file", version=version, ending=ending)
    return found[0]


def publish(tag: str, title: str, notes: str, folder: Path) -> str:
    """Publish the files in `folder` as the release of `tag`; return "published" or "unchanged".

    A draft that an earlier try left is made again. A release that is published already must have
    the same files.

    Raises:
        ReleaseError: `gh` refuses, or the release is published already with other files.
    """
    files = sorted(folder.iterdir())
    existing = _release(tag)
    if existing is not None and not existing["isDraft"]:
        if wrong := list(_different_files(existing, files)):
            raise ReleaseError("publish-other", tag=tag, files=", ".join(wrong))
        return "unchanged"
    if existing is not None:
        gh("release", "delete", tag, "--yes")
    with tempfile.TemporaryDirectory() as scratch:
        text = Path(scratch, manifest.CHANGES)
        text.write_text(_shortened(notes), "utf-8")
        options = ("--title", title, "--notes-file", str(text))
        gh("release", "create", tag, "--draft", "--verify-tag", *options, *map(str, files))
    draft = _release(tag)
    if draft is None or (wrong := list(_different_files(draft, files))):
        missing = ", ".join(wrong) if draft is not None else tag
        raise ReleaseError("publish-incomplete", tag=tag, files=missing)
    later = newer_than(tag.removeprefix("v"), published_versions())
    gh("release", "edit", tag, "--draft=false", f"--latest={'false' if later else 'true'}")
    return "published"


def _shortened(notes: str) -> str:
    """The notes, without their last lines if GitHub would refuse so many."""
    if len(notes) <= _LONGEST_NOTES:
        return notes
    kept = notes[:_LONGEST_NOTES].rpartition("\n")[0]
    return f"{kept}\n\n… {manifest.CHANGES}\n"


def newer_than(version: str, among: Iterable[str]) -> list[str]:
    """Those of the versions `among` that are newer than `version`."""
    return [one for one in among if version_tuple(one) > version_tuple(version)]


def published_versions() -> list[str]:
    """The versions that are published, without drafts, oldest first.

    Raises:
        ReleaseError: `gh` refuses.
    """
    found = []
    for release in _releases():
        match = LEDGER_FILE.fullmatch(f"{release['tagName'].removeprefix('v')}.json")
        if match and not release["isDraft"]:
            found.append(match["version"])
    return sorted(found, key=version_tuple)


def _releases() -> list[dict[str, Any]]:
    """All releases: the tag of each, and whether it is a draft."""
    options = ("--limit", "1000", "--json", "tagName,isDraft")
    found: list[dict[str, Any]] = _gh_json("list", *options)
    return found


def _release(tag: str) -> dict[str, Any] | None:
    """The release of a tag, published or a draft: its state and its files."""
    if not any(release["tagName"] == tag for release in _releases()):
        return None
    found: dict[str, Any] = _gh_json("view", tag, "--json", "isDraft,assets")
    return found


def _different_files(release: Mapping[str, Any], files: Sequence[Path]) -> Iterator[str]:
    """The names of the files that the release lacks, has with other bytes, or has besides."""
    assets = {asset["name"]: asset for asset in release["assets"]}
    for path in files:
        asset, data = assets.pop(path.name, None), path.read_bytes()
        digest = f"sha256:{sha256(data).hexdigest()}"
        if asset is None or asset["size"] != len(data) or (asset.get("digest") or digest) != digest:
            yield path.name
    yield from assets
