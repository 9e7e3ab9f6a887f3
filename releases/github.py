"""GitHub's releases, asked for and made through the program `gh`.

A release is a draft until every file is there, and never changes afterwards.
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
from deckpress.output.archive import unpacked
from deckpress.version_number import LEDGER_FILE, number
from releases.errors import ReleaseError
from releases.pipeline import CHANGES

_PAGE = ".html"
_LONGEST = 120_000  # characters of a release's notes; GitHub takes 125,000


def gh(*arguments: str) -> str:
    """Run `gh` and return what it prints.

    Raises:
        ReleaseError: it is not there, or refuses.
    """
    try:
        done = subprocess.run(["gh", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ReleaseError("gh-missing") from error
    if done.returncode:
        raise ReleaseError("gh-refused", command=arguments[1], reason=done.stderr.strip())
    return done.stdout


def _told(command: str, *arguments: str) -> Any:
    try:
        return json.loads(gh("release", command, *arguments))
    except ValueError as error:
        raise ReleaseError("gh-nonsense", command=command) from error


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
            raise ReleaseError("gh-no-file", version=version, ending=path.name)
        return files
    return {"index.html": fetched(version, _PAGE, folder).read_bytes()}


def fetched(version: str, ending: str, folder: Path) -> Path:
    """The file of a published release with that ending, below `folder`."""
    home = folder / version / ending.lstrip(".")
    home.mkdir(parents=True)
    gh("release", "download", f"v{version}", "--pattern", f"*{ending}", "--dir", str(home))
    found = list(home.glob(f"*{ending}"))
    if len(found) != 1:
        raise ReleaseError("gh-no-file", version=version, ending=ending)
    return found[0]


def publish(tag: str, title: str, notes: str, folder: Path) -> str:
    """Publish the files in `folder` as the release of `tag`; "published" or "unchanged".

    A draft that an earlier try left is done anew; what is published already must be the same.

    Raises:
        ReleaseError: `gh` refuses, or another release of that tag is there.
    """
    files = sorted(folder.iterdir())
    there = _there(tag)
    if there is not None and not there["isDraft"]:
        if wrong := list(_differing(there, files)):
            raise ReleaseError("publish-other", tag=tag, files=", ".join(wrong))
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
        raise ReleaseError("publish-incomplete", tag=tag, files=missing)
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
    return [one for one in among if number(one) > number(version)]


def published() -> list[str]:
    """The versions that are published and no drafts, oldest first."""
    found = []
    for one in _known():
        match = LEDGER_FILE.fullmatch(f"{one['tagName'].removeprefix('v')}.json")
        if match and not one["isDraft"]:
            found.append(match["version"])
    return sorted(found, key=number)


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
