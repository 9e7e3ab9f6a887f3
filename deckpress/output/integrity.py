"""Whether the files of a version are those that were published, by what they say of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.output.archive import unpacked
from deckpress.output.filenames import is_below
from deckpress.output.manifest import MANIFEST, SCHEMA, SITE, asset, site_asset
from deckpress.output.store import CHECKSUMS, Files

_VERSION = re.compile(r"\d+\.\d+\.\d+(-dev\+[0-9A-Za-z.-]+)?", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


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
    return Verdict(
        title=stated["deck"]["title"] if stated else "?",
        version=stated["version"] if stated else "?",
        count=len(files),
        problems=tuple(dict.fromkeys(problems)),
    )


def _built(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of the artefacts that a manifest names, as far as they are there, by the names
    that it gives.

    Where they were downloaded they have other names, and those of the site are in one archive.
    """
    archives: dict[str, dict[str, bytes]] = {}
    found: dict[str, str] = {}
    for artifact in stated["artifacts"]:
        name = artifact["name"]
        offered, member = _offered(name, stated)
        if name in files:
            found[name] = _checksum(files, name)
        elif member and offered in files:
            if offered not in archives:
                archives[offered] = unpacked(files[offered])
            if member in archives[offered]:
                found[name] = _checksum(archives[offered], member)
        elif offered in files:
            found[name] = _checksum(files, offered)
    return found


def _offered(name: str, stated: Mapping[str, Any]) -> tuple[str, str]:
    """The file in which a release offers an artefact, and its name in there if that is an archive.

    A release has no folders.
    """
    folder, _, member = name.partition("/")
    if folder == SITE and member:
        return site_asset(stated["source"]["name"]), member
    return asset(name, stated["version"]), ""


def _stated(data: bytes | None) -> tuple[dict[str, Any], list[Problem]]:
    if data is None:
        return {}, [Problem("verify-missing", MANIFEST)]
    try:
        stated = json.loads(data)
        json.dumps(stated, ensure_ascii=False).encode()  # no halves of characters
        schema = stated.get("schema")
        if schema != SCHEMA:
            return {}, [Problem("verify-schema", MANIFEST, str(schema))]
        whole = _whole(stated)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        whole = False
    return (stated, []) if whole else ({}, [Problem("verify-unreadable", MANIFEST)])


def _whole(stated: Mapping[str, Any]) -> bool:
    """Whether a manifest says all that one says. What it says may still be a lie.

    Raises:
        KeyError, TypeError, AttributeError: it does not.
    """
    deck, source = stated["deck"], stated["source"]
    texts = [stated["version"], deck["title"], source["name"], source["sha256"]]
    texts += [*stated["tools"].values(), *stated["cards"].values()]
    for artifact in stated["artifacts"]:
        texts += [artifact["name"], artifact["sha256"]]
    name = source["name"]
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(stated["release"], bool)
        and _VERSION.fullmatch(stated["version"]) is not None
        and name.endswith(".md")
        and is_below(name)
        and "/" not in name
    )


def _named(listed: bytes) -> Iterator[tuple[int, str, str]]:
    """The number of each line of checksums, its digest and its name; no name where it has none."""
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
    for number, digest, name in _named(listed):
        if not name:
            yield Problem("verify-line", CHECKSUMS, str(number))
            continue
        named.add(name)
        yield from _differs(files, name, digest)
    for name in files:
        if name not in named:
            yield Problem("verify-unknown", name)
    for name in sorted(files.strays) if isinstance(files, Files) else ():
        if name not in named:
            yield Problem("verify-stray", name)


def _against_manifest(files: Mapping[str, bytes], stated: Mapping[str, Any]) -> Iterator[Problem]:
    if not stated:
        return
    artifacts = [(item["name"], item["sha256"]) for item in stated["artifacts"]]
    found = _built(files, stated)
    places = {name: _offered(name, stated)[0] for name, _ in artifacts}
    listed = {name for _, _, name in _named(files.get(CHECKSUMS, b""))}
    for name, digest in artifacts:
        # What is missing or damaged is called what its folder calls it.
        place = name if name in files or name in listed else places[name]
        if name in found:
            if found[name] != digest:
                yield Problem("verify-differs", place)
        else:
            yield Problem("verify-differs" if place in files else "verify-missing", place)


def _differs(files: Mapping[str, bytes], name: str, digest: str) -> Iterator[Problem]:
    if name not in files:
        yield Problem("verify-missing", name)
    elif _checksum(files, name) != digest:
        yield Problem("verify-differs", name)


def _checksum(files: Mapping[str, bytes], name: str) -> str:
    return files.sha256(name) if isinstance(files, Files) else sha256(files[name]).hexdigest()
