"""Whether the files of a version are those that were published, by what they say of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.manifest import MANIFEST, SCHEMA, asset
from deckpress.store import CHECKSUMS

_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\\0]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was published. `reason` is a key of the author's messages."""

    reason: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a folder is a copy of, as far as its manifest can be read, and what is wrong with it."""

    title: str
    version: str
    count: int
    problems: tuple[Problem, ...]


def verdict(files: Mapping[str, bytes]) -> Verdict:
    """Holds the files of a folder, by name, against its checksums and its manifest."""
    stated, problems = _stated(files.get(MANIFEST))
    problems += _against_checksums(files)
    problems += _against_manifest(files, stated)
    deck = stated.get("deck")
    title = deck.get("title") if isinstance(deck, dict) else None
    return Verdict(
        title=str(title or "?"),
        version=str(stated.get("version") or "?"),
        count=len(files),
        problems=tuple(dict.fromkeys(problems)),
    )


def _stated(data: bytes | None) -> tuple[dict[str, Any], list[Problem]]:
    if data is None:
        return {}, [Problem("verify-missing", MANIFEST)]
    try:
        stated = json.loads(data)
    except (ValueError, RecursionError):
        stated = None
    if not isinstance(stated, dict):
        return {}, [Problem("verify-unreadable", MANIFEST)]
    if stated.get("schema") != SCHEMA:
        return stated, [Problem("verify-schema", MANIFEST, str(stated.get("schema")))]
    return stated, []


def _against_checksums(files: Mapping[str, bytes]) -> Iterator[Problem]:
    listed = files.get(CHECKSUMS)
    if listed is None:
        yield Problem("verify-missing", CHECKSUMS)
        return
    named = {CHECKSUMS}
    for number, line in enumerate(listed.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            yield Problem("verify-line", CHECKSUMS, str(number))
            continue
        digest, name = match.groups()
        named.add(name)
        yield from _differs(files, name, digest)
    for name in files:
        if name not in named:
            yield Problem("verify-unknown", name)


def _against_manifest(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> Iterator[Problem]:
    artifacts = stated.get("artifacts", [])
    for artifact in artifacts if isinstance(artifacts, list) else [artifacts]:
        try:
            name, digest = str(artifact["name"]), str(artifact["sha256"])
        except (KeyError, TypeError):
            yield Problem("verify-unreadable", MANIFEST)
            continue
        offered = asset(name, str(stated.get("version")))  # its name as a download
        if name not in files and offered in files:
            name = offered
        yield from _differs(files, name, digest)


def _differs(files: Mapping[str, bytes], name: str, digest: str) -> Iterator[Problem]:
    if name not in files:
        yield Problem("verify-missing", name)
    elif sha256(files[name]).hexdigest() != digest:
        yield Problem("verify-differs", name)
