"""Verifies the files of a version against their own checksums and manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.output.archive import LARGEST, unpack
from deckpress.output.filenames import is_below
from deckpress.output.manifest import MANIFEST, SCHEMA, SITE, asset_name, site_archive_name
from deckpress.output.store import CHECKSUMS, LARGEST_LIST, FolderFiles, checksum_lines

_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}(-dev\+[0-9A-Za-z.-]{1,100})?", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
# A parsed value takes up to a hundred bytes, and that many stand in no manifest.
_MOST_VALUES = 2_000_000


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


def verify_files(files: FolderFiles) -> Verdict:
    """The verdict on the files of a folder, from its checksums and its manifest.

    Neither of the two is trusted: no file is read that is larger than they may say, nothing is
    unpacked beyond its stated size, and each file is read once.

    Raises:
        StoreError: a file cannot be read.
    """
    stated, problems = _read_manifest(files)
    measured = _Checksums(files, _sizes(stated))
    listed = _listed(files)
    lines = tuple(_checksum_lines(listed))
    problems += _against_checksums(measured, listed, lines)
    problems += _against_manifest(measured, stated, {name for _, _, name in lines})
    return Verdict(
        title=stated["deck"]["title"] if stated else "?",
        version=stated["version"] if stated else "?",
        count=len(files),
        problems=tuple(dict.fromkeys(problems)),
    )


class _Checksums:
    """The checksums of a folder's files by name, each computed once.

    `sizes` are the sizes that files must have, as far as they are known. A file of another size, or
    one larger than anything that is published, is not read: its checksum is empty.
    """

    def __init__(self, files: FolderFiles, sizes: Mapping[str, int]) -> None:
        self.files = files
        self._sizes = sizes
        self._known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            size = self.files.size(name)
            fits = size == self._sizes[name] if name in self._sizes else size <= LARGEST
            self._known[name] = self.files.sha256(name) if fits else ""
        return self._known[name]


def _sizes(stated: Mapping[str, Any]) -> dict[str, int]:
    """The sizes that a manifest states, by the names of files, in a build and as downloads."""
    found: dict[str, int] = {}
    for artifact in stated.get("artifacts", ()):
        offered, member = _release_asset(artifact["name"], stated)
        found[artifact["name"]] = artifact["size"]
        if not member:
            found.setdefault(offered, artifact["size"])
    return found


def _artifact_checksums(measured: _Checksums, stated: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of the artefacts in a manifest that are there, by the manifest's names.

    Downloaded artefacts have other names, and those of the site are in one archive, which has to
    hold them and nothing else.
    """
    files = measured.files
    packed: dict[str, dict[str, int]] = {}
    found: dict[str, str] = {}
    for artifact in stated["artifacts"]:
        name = artifact["name"]
        offered, member = _release_asset(name, stated)
        if name in files:
            found[name] = measured[name]
        elif member and offered in files:
            packed.setdefault(offered, {})[member] = artifact["size"]
        elif offered in files:
            found[name] = measured[offered]
    for archive, sizes in packed.items():
        for member, data in _members(files, archive, sizes).items():
            found[f"{SITE}/{member}"] = sha256(data).hexdigest()
    return found


def _members(files: FolderFiles, archive: str, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """The members of an archive; none unless they are the expected ones, of the expected sizes."""
    whole = sum(sizes.values())
    # Packing makes nothing much larger than it was; besides there are the names, twice each.
    largest = whole + whole // 100 + sum(300 + 2 * len(name.encode()) for name in sizes) + 1000
    if whole > LARGEST or files.size(archive) > largest:
        return {}
    members = unpack(files[archive], whole)
    return members if {name: len(data) for name, data in members.items()} == sizes else {}


def _release_asset(name: str, stated: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the download that contains an artefact, and the artefact's name in that archive.

    The second is empty if the download is the artefact itself. Downloads are in no folders.
    """
    folder, _, member = name.partition("/")
    if folder == SITE and member:
        return site_archive_name(stated["source"]["name"]), member
    return asset_name(name, stated["version"]), ""


def _read_manifest(files: FolderFiles) -> tuple[dict[str, Any], list[Problem]]:
    if MANIFEST not in files:
        return {}, [Problem("verify-missing", MANIFEST)]
    try:
        stated = _parse(files[MANIFEST] if files.size(MANIFEST) <= LARGEST_LIST else b"")
        schema = stated.get("schema")
        if schema != SCHEMA:
            return {}, [Problem("verify-schema", MANIFEST, str(schema))]
        whole = _is_complete(stated)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        whole = False
    return (stated, []) if whole else ({}, [Problem("verify-unreadable", MANIFEST)])


def _parse(data: bytes) -> Any:
    """The content of a JSON file, which must be such as a manifest can have.

    Raises:
        ValueError, RecursionError: it is not.
    """
    if sum(map(data.count, (b"[", b"{", b","))) > _MOST_VALUES:
        raise ValueError("it would take too much memory")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            raise ValueError("a name twice, of which two readers could see different ones")
        return entries

    def refuse(constant: str) -> None:
        raise ValueError(constant)  # NaN and Infinity are no JSON

    stated = json.loads(data, object_pairs_hook=once, parse_constant=refuse)
    json.dumps(stated, ensure_ascii=False).encode()  # no halves of characters
    return stated


def _is_complete(stated: Mapping[str, Any]) -> bool:
    """Whether a manifest has all its entries, in the right form. They may still be wrong.

    Raises:
        KeyError, TypeError, AttributeError: it has not.
    """
    deck, source = stated["deck"], stated["source"]
    texts = [stated["version"], deck["title"], source["name"], source["sha256"]]
    texts += [*stated["tools"].values(), *stated["cards"].values()]
    names = [artifact["name"] for artifact in stated["artifacts"]]
    sizes = [artifact["size"] for artifact in stated["artifacts"]]
    texts += [*names, *(artifact["sha256"] for artifact in stated["artifacts"])]
    name = source["name"]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(size) is int and size >= 0 for size in sizes)
        and all(map(is_below, names))
        and len(set(names)) == len(names)
        and isinstance(stated["release"], bool)
        and _VERSION.fullmatch(stated["version"]) is not None
        and name.endswith(".md")
        and is_below(name)
        and "/" not in name
    )


def _checksum_lines(listed: bytes) -> Iterator[tuple[int, str, str]]:
    """The number, digest and file name of each line of checksums; both empty if it is malformed."""
    for number, line in enumerate(listed.decode("utf-8", "replace").split("\n"), 1):
        match = _LINE.fullmatch(line)
        if match is not None and is_below(match[2]):
            yield number, match[1], match[2]
        elif line:
            yield number, "", ""


def _listed(files: FolderFiles) -> bytes:
    """The checksums of a folder; empty if there are none, or too many."""
    there = CHECKSUMS in files and files.size(CHECKSUMS) <= LARGEST_LIST
    return files[CHECKSUMS] if there else b""


def _against_checksums(
    measured: _Checksums, listed: bytes, lines: Iterable[tuple[int, str, str]]
) -> Iterator[Problem]:
    files = measured.files
    if not listed:
        yield Problem("verify-unreadable" if CHECKSUMS in files else "verify-missing", CHECKSUMS)
        return
    digests: dict[str, str] = {}
    whole = True
    for number, digest, name in lines:
        if not name:
            whole = False
            yield Problem("verify-line", CHECKSUMS, str(number))
            continue
        digests[name] = digest
        if name not in files:
            yield Problem("verify-missing", name)
        elif measured[name] != digest:
            yield Problem("verify-differs", name)
    # Other line ends, another order or a name twice: nobody publishes that.
    if whole and listed != checksum_lines(digests):
        yield Problem("verify-differs", CHECKSUMS)
    for name in files:
        if name not in digests and name != CHECKSUMS:
            yield Problem("verify-unknown", name)
    for name in sorted(files.strays):
        if name not in digests:
            yield Problem("verify-stray", name)


def _against_manifest(
    measured: _Checksums, stated: Mapping[str, Any], listed: Collection[str]
) -> Iterator[Problem]:
    if not stated:
        return
    files = measured.files
    found = _artifact_checksums(measured, stated)
    for artifact in stated["artifacts"]:
        # A missing or damaged file is called by its name in this folder.
        name = artifact["name"]
        there = name in files or name in listed
        place = name if there else _release_asset(name, stated)[0]
        if name in found:
            if found[name] != artifact["sha256"]:
                yield Problem("verify-differs", place)
        else:
            yield Problem("verify-differs" if place in files else "verify-missing", place)
