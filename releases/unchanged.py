"""Whether a source is what its last build was made of, found out without reading Markdown.

A build leaves a trace: hashes of all that it read, and what it said. Where everything is still the
same, the version that it made is the answer, and nothing is parsed, checked or rendered.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckpress import toolchain
from deckpress.output import store
from deckpress.program import cache_folder
from deckpress.reading.disk.paths import RELEASES_FOLDER, shown_path
from deckpress.version_number import LEDGER_FILE
from releases.built import Built

if TYPE_CHECKING:
    from deckpress.diagnostics import Diagnostic
    from deckpress.reading.disk.files import LoadedSource

TRACES = cache_folder() / "unchanged.json"
_KEPT = 20  # traces; the oldest go first


def unchanged_build(source: Path, output: Path, asked: Mapping[str, object]) -> Built | None:
    """What a build of `source` would say, if its last build read and was `asked` the same.

    None if anything has changed, or the version is not in `output` any more.

    Raises:
        StoreError: `latest` cannot be pointed at the version.
    """
    trace = _read(TRACES).get(_key(source, asked))
    try:
        if trace is None or trace["read"] != _hashes(source, trace["files"]):
            return None
        version, text = trace["version"], source.read_bytes().decode("utf-8")
        findings = tuple(map(_finding, trace["findings"]))
        if not store.is_intact(output, version):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    store.point_latest(output, version)
    folder, path = output / version, shown_path(source)
    outcome = store.Outcome.UNCHANGED
    return Built(version, trace["title"], outcome, folder, path, text, findings)


def remember_build(
    source: Path, asked: Mapping[str, object], loaded: LoadedSource, built: Built
) -> None:
    """Keep the trace of a build of `source` as it was `loaded`, whatever it has become since.

    Where it cannot be kept, the next build only takes longer.
    """
    names = sorted(loaded.files)
    ledger = {f"{RELEASES_FOLDER}/{name}": data for name, data in sorted(loaded.releases)}
    read = {source.name: loaded.data, **ledger, **{name: loaded.files[name] for name in names}}
    trace = {
        "read": [_named_hash(source.parent, name, data) for name, data in read.items()],
        "version": built.version,
        "title": built.title,
        "findings": [_values(finding) for finding in built.findings],
        "files": names,
    }
    key = _key(source, asked)
    traces = {name: value for name, value in _read(TRACES).items() if name != key}
    traces[key] = trace
    newest = json.dumps(dict(list(traces.items())[-_KEPT:]), ensure_ascii=False)
    with contextlib.suppress(OSError, store.StoreError):
        TRACES.parent.mkdir(parents=True, exist_ok=True)
        store.replace_file(TRACES, newest.encode())


def _read(traces: Path) -> dict[str, Any]:
    try:
        found = json.loads(traces.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(source: Path, asked: Mapping[str, object]) -> str:
    """What tells builds apart: source, program, options, and how messages name the source."""
    tools = toolchain.fingerprint(printing=True)
    values = (os.path.realpath(source), shown_path(source), sorted(asked.items()), tools)
    return _hash(repr(values).encode())


def _hashes(source: Path, files: Iterable[str]) -> list[str]:
    """Hashes of the source, of the files in its ledger, and of `files`, each with its name."""
    folder = source.parent
    paths = (folder / RELEASES_FOLDER).glob("*.json")
    ledger = sorted(path.name for path in paths if LEDGER_FILE.fullmatch(path.name))
    names = [source.name, *(f"{RELEASES_FOLDER}/{name}" for name in ledger), *files]
    return [_named_hash(folder, name, (folder / name).read_bytes()) for name in names]


def _named_hash(folder: Path, name: str, data: bytes) -> str:
    """A file's name, and a hash of its bytes and of where it lies when links are followed."""
    place = os.path.realpath(folder / name).encode("utf-8", "surrogateescape")
    return f"{name} {_hash(place + bytes(1) + data)}"


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _values(finding: Diagnostic) -> list[Any]:
    span = finding.span
    place = [span.file, span.line, span.column, span.width]
    return [finding.code, place, dict(finding.args)]


def _finding(values: list[Any]) -> Diagnostic:
    from deckpress.diagnostics import Diagnostic
    from deckpress.model import Span

    code, place, args = values
    return Diagnostic(code, Span(*place), args)
