"""Verifies the files of a version against their own checksums and manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.output.archive import unpack
from deckpress.output.filenames import is_below
from deckpress.output.manifest import MANIFEST, SCHEMA, SITE, asset_name, site_archive_name
from deckpress.output.store import CHECKSUMS, FolderFiles

_VERSION = re.compile(r"\d+\.\d+\.\d+(-dev\+[0-9A-Za-z.-]+)?", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """A difference from what was published.

    `reason` is a key in the table of messages, `name` is the file, and `detail` says more.
    """

    reason: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying a folder.

    `title` and `version` are those of its deck, or ``?`` if the manifest cannot be read. `count` is
    the number of files.
    """

    title: str
    version: str
    count: int
    problems: tuple[Problem, ...]


def verify_files(files: Mapping[str, bytes]) -> Verdict:
    """The verdict on the files of a folder, by name, from its checksums and its manifest."""
    stated, problems = _read_manifest(files.get(MANIFEST))
    problems += _against_checksums(files)
    problems += _against_manifest(files, stated)
    return Verdict(
        title=stated["deck"]["title"] if stated else "?",
        version=stated["version"] if stated else "?",
        count=len(files),
        problems=tuple(dict.fromkeys(problems)),
    )


def _artifact_checksums(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of the artefacts in a manifest that are among `files`, by the manifest's names.

    Downloaded artefacts have other names, and those of the site are in one archive.
    """
    archives: dict[str, dict[str, bytes]] = {}
    found: dict[str, str] = {}
    for artifact in stated["artifacts"]:
        name = artifact["name"]
        offered, member = _release_asset(name, stated)
        if name in files:
            found[name] = _checksum(files, name)
        elif member and offered in files:
            if offered not in archives:
                archives[offered] = unpack(files[offered], _stated_size(stated))
            if member in archives[offered]:
                found[name] = _checksum(archives[offered], member)
        elif offered in files:
            found[name] = _checksum(files, offered)
    return found


def _stated_size(stated: Mapping[str, Any]) -> int:
    """How many bytes all artefacts of a manifest have together."""
    return sum(artifact["size"] for artifact in stated["artifacts"])


def _release_asset(name: str, stated: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the download that contains an artefact, and the artefact's name in that archive.

    The second is empty if the download is the artefact itself. Downloads are in no folders.
    """
    folder, _, member = name.partition("/")
    if folder == SITE and member:
        return site_archive_name(stated["source"]["name"]), member
    return asset_name(name, stated["version"]), ""


def _read_manifest(data: bytes | None) -> tuple[dict[str, Any], list[Problem]]:
    if data is None:
        return {}, [Problem("verify-missing", MANIFEST)]
    try:
        stated = json.loads(data)
        json.dumps(stated, ensure_ascii=False).encode()  # no halves of characters
        schema = stated.get("schema")
        if schema != SCHEMA:
            return {}, [Problem("verify-schema", MANIFEST, str(schema))]
        whole = _is_complete(stated)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        whole = False
    return (stated, []) if whole else ({}, [Problem("verify-unreadable", MANIFEST)])


def _is_complete(stated: Mapping[str, Any]) -> bool:
    """Whether a manifest has all its entries, in the right form. They may still be wrong.

    Raises:
        KeyError, TypeError, AttributeError: it has not.
    """
    deck, source = stated["deck"], stated["source"]
    texts = [stated["version"], deck["title"], source["name"], source["sha256"]]
    texts += [*stated["tools"].values(), *stated["cards"].values()]
    sizes: list[Any] = []
    for artifact in stated["artifacts"]:
        texts += [artifact["name"], artifact["sha256"]]
        sizes.append(artifact["size"])
    name = source["name"]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(size) is int and size >= 0 for size in sizes)
        and isinstance(stated["release"], bool)
        and _VERSION.fullmatch(stated["version"]) is not None
        and name.endswith(".md")
        and is_below(name)
        and "/" not in name
    )


def _checksum_lines(listed: bytes) -> Iterator[tuple[int, str, str]]:
    """The number, digest and file name of each line of checksums; both empty if it is malformed."""
    for number, line in enumerate(listed.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or not is_below(match[2]):
            yield number, "", ""
        else:
            yield number, match[1], match[2]


def _against_checksums(files: Mapping[str, bytes]) -> Iterator[Problem]:
    listed = files.get(CHECKSUMS)
    if listed is None:
        yield Problem("verify-missing", CHECKSUMS)
        return
    named = {CHECKSUMS}
    for number, digest, name in _checksum_lines(listed):
        if not name:
            yield Problem("verify-line", CHECKSUMS, str(number))
            continue
        named.add(name)
        yield from _check_file(files, name, digest)
    for name in files:
        if name not in named:
            yield Problem("verify-unknown", name)
    for name in sorted(files.strays) if isinstance(files, FolderFiles) else ():
        if name not in named:
            yield Problem("verify-stray", name)


def _against_manifest(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> Iterator[Problem]:
    if not stated:
        return
    artifacts = [(item["name"], item["sha256"]) for item in stated["artifacts"]]
    found = _artifact_checksums(files, stated)
    places = {name: _release_asset(name, stated)[0] for name, _ in artifacts}
    listed = {name for _, _, name in _checksum_lines(files.get(CHECKSUMS, b""))}
    for name, digest in artifacts:
        # A missing or damaged file is called by its name in this folder.
        place = name if name in files or name in listed else places[name]
        if name in found:
            if found[name] != digest:
                yield Problem("verify-differs", place)
        else:
            yield Problem("verify-differs" if place in files else "verify-missing", place)


def _check_file(files: Mapping[str, bytes], name: str, digest: str) -> Iterator[Problem]:
    if name not in files:
        yield Problem("verify-missing", name)
    elif _checksum(files, name) != digest:
        yield Problem("verify-differs", name)


def _checksum(files: Mapping[str, bytes], name: str) -> str:
    return files.sha256(name) if isinstance(files, FolderFiles) else sha256(files[name]).hexdigest()
