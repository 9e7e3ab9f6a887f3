"""Reads a source from disk, and the files beside it that it shows.

Nothing else in this package reads files of the author's.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from deckpress.diagnostics import Diagnostic, finding, ordered, sentence
from deckpress.model import Span
from deckpress.reading.disk.paths import RELEASES_FOLDER, shown_path
from deckpress.reading.lines import split_lines, trimmed
from deckpress.reading.references import (
    Folder,
    Reference,
    has_image_type,
    named_files,
    references,
    well_placed,
)
from deckpress.reading.tokens import COMMENTS_ABOVE, TokenKind, scan
from deckpress.version_number import LEDGER_FILE, version_tuple

_FOREIGN = (".apkg", ".colpkg", ".csv", ".tsv")  # what `import` reads in every encoding
_MEGA = 1_000_000
LARGEST_SOURCE = 64  # MB
LARGEST_FILE = 20  # MB
_MOST_LISTED = 2000  # files that are looked at to guess which one was meant
_FRONT_BYTES = 16_000  # bytes at the start of a file that are searched for its front matter
_FRONT = re.compile(r"---[ \t]*\r?\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"""^key:[ \t]*(["']?)([^"'#\s]+)\1""", re.MULTILINE)
# How similar (0 to 1) a path must be to have been meant. It is high, as all begin with one folder.
_LEAST_SIMILARITY = 0.8


class SourceError(Exception):
    """A source that cannot be read or written. `message` says why, in the author's language."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(sentence(key, "en", **values))
        self._key = key
        self._values = values

    def message(self, lang: str) -> str:
        """Why, in one sentence: in Chinese if `lang` is ``zh…``, else in English."""
        return sentence(self._key, lang, **self._values)


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """A source as it was read from disk.

    `name` is its file name without the ending. `path` is its path in messages: with ``/``, and
    relative to the current folder if it is in there. `files` has the bytes of each file that it
    shows and may show; `diagnostics` says which of them are missing or unusable. `releases` are the
    files in ``releases/`` beside it, as pairs of name and bytes, the newest version first.
    """

    name: str
    path: str
    data: bytes
    text: str
    files: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]
    releases: tuple[tuple[str, bytes], ...] = ()


def source_lines(text: str) -> list[str]:
    """The lines of a source as messages count them, without line ends."""
    return [line.rstrip("\r\n") for line in split_lines(text)]


def load(path: Path) -> LoadedSource:
    """Read the source at `path`, and the files that it shows.

    Raises:
        SourceError: there is no such file, it cannot be read, it is too large, it is not an
            ordinary file, or it is not UTF-8 text.
    """
    shown = shown_path(path)
    data, text = _read_text(path, shown)
    files, found = _files(path.parent, shown, text)
    return LoadedSource(path.stem, shown, data, text, files, found, _release_files(path.parent))


def sources_with_key(folder: Path, key: str) -> list[str]:
    """The names of the Markdown files in `folder` whose front matter has this `key`, sorted.

    An empty key gives none.
    """
    return sorted(path.name for path in folder.glob("*.md") if key and _key_of(path) == key)


def _key_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(_FRONT_BYTES).decode("utf-8-sig", "ignore")
    except OSError:
        return ""
    above = COMMENTS_ABOVE.match(head)
    front = _FRONT.match(head, above.end() if above else 0)
    line = _KEY.search(front[0]) if front else None
    return line[2] if line else ""


def rewrite(path: Path, change: Callable[[str], tuple[str, int]]) -> int:
    """Replace the text of a source by what `change` makes of it, completely or not at all.

    `change` takes the text and returns the new text with the number of changes. If that is 0,
    nothing is written. Every byte that `change` leaves alone stays the same.

    Returns the number of changes.

    Raises:
        SourceError: the file cannot be read or written; it has not changed.
    """
    shown = shown_path(path)
    _, text = _read_text(path, shown)
    fresh, count = change(text)
    if count:
        try:
            _replace(Path(os.path.realpath(path)), fresh.encode())
        except OSError as error:
            raise SourceError("unwritable", path=shown, reason=error.strerror or error) from error
    return count


def _read_text(path: Path, shown: str) -> tuple[bytes, str]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SourceError("directory", path=shown)
        if not stat.S_ISREG(mode):
            raise SourceError("irregular", path=shown)
        if path.stat().st_size > LARGEST_SOURCE * _MEGA:
            raise SourceError("large", path=shown, limit=LARGEST_SOURCE)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError("missing", path=shown) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError("unreadable", path=shown, reason=reason) from error
    foreign = path.suffix.lower() in _FOREIGN
    if (nul := data.find(0)) >= 0:
        if foreign:
            raise SourceError("foreign", path=shown)
        raise SourceError("binary", path=shown, line=data.count(b"\n", 0, nul) + 1)
    try:
        return data, data.decode("utf-8")
    except UnicodeDecodeError as error:
        if foreign:
            raise SourceError("foreign", path=shown) from None
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"{data[error.start]:02X}"
        raise SourceError("encoding", path=shown, byte=byte, line=line) from None


def _files(folder: Path, shown: str, text: str) -> tuple[dict[str, bytes], tuple[Diagnostic, ...]]:
    """The files that a source shows and may show, and findings about those that are unreadable."""
    files: dict[str, bytes] = {}
    problems: dict[str, tuple[str, dict[str, str]] | None] = {}
    found: list[Diagnostic] = []
    for reference in _shown_files(text):
        path = reference.path
        if not _may_be_read(reference):
            continue  # the checks report why
        if path not in problems:
            result = _read_file(folder, reference)
            problems[path] = None if isinstance(result, bytes) else result
            if isinstance(result, bytes):
                files[path] = result
        if problem := problems[path]:
            code, args = problem
            span = Span(shown, reference.line + 1, reference.column, reference.width)
            found.append(finding(code, span, path=path, **args))
    return files, ordered(found)


def _release_files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """The release files beside a source."""
    found, shown = [], f"{RELEASES_FOLDER}/"
    try:
        for path in (folder / RELEASES_FOLDER).iterdir():
            if match := LEDGER_FILE.fullmatch(path.name):
                shown = f"{RELEASES_FOLDER}/{path.name}"
                data = _release_file(folder, path, shown)
                found.append((version_tuple(match["version"]), path.name, data))
    except OSError as error:
        if shown == f"{RELEASES_FOLDER}/" and isinstance(
            error, (FileNotFoundError, NotADirectoryError)
        ):
            return ()
        reason = error.strerror or error
        raise SourceError("unreadable", path=shown, reason=reason) from error
    return tuple((name, data) for _, name, data in sorted(found, reverse=True))


def _release_file(folder: Path, path: Path, shown: str) -> bytes:
    """The bytes of a release file, which obeys the rules of all files beside a source."""
    real = path.resolve(strict=True)
    status = real.stat()
    if not real.is_relative_to((folder / RELEASES_FOLDER).resolve()):
        raise SourceError("unreadable", path=shown, reason="a link that leads out of its folder")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError("irregular", path=shown)
    if status.st_size > LARGEST_FILE * _MEGA:
        raise SourceError("large", path=shown, limit=LARGEST_FILE)
    return real.read_bytes()


def _shown_files(text: str) -> Iterator[Reference]:
    """The references of a whole source. Only tokens that can hold one are looked at closely."""
    for token in scan(text):
        raw = token.raw
        if token.kind is TokenKind.FRONT:
            for reference in named_files(raw).values():
                yield replace(reference, line=reference.line + token.line - 1)
            continue
        if not ("figures/" in raw or "file=" in raw or "![[" in raw):
            continue
        text, above = trimmed(raw)
        for reference in references(text):
            yield replace(reference, line=reference.line + token.line - 1 + above)


def _may_be_read(reference: Reference) -> bool:
    return well_placed(reference.path, reference.folder) and (
        reference.folder is not Folder.FIGURES or has_image_type(reference.path)
    )


def _read_file(folder: Path, reference: Reference) -> bytes | tuple[str, dict[str, str]]:
    """A file's bytes, or the code and the values of a finding."""
    path = folder / reference.path
    try:
        home = (folder / reference.folder.value).resolve()
        real = path.resolve(strict=True)
        if not real.is_relative_to(home):
            return "D502", {"folder": reference.folder.value}
        status = real.stat()
        if not stat.S_ISREG(status.st_mode):
            return "D505", {"reason": "reason-no-file", "limit": str(LARGEST_FILE)}
        if status.st_size > LARGEST_FILE * _MEGA:
            reason = f"{status.st_size / _MEGA:.1f} MB"
            return "D505", {"reason": reason, "limit": str(LARGEST_FILE)}
        return real.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        near = get_close_matches(
            reference.path, _names_below(folder, reference.folder), 1, _LEAST_SIMILARITY
        )
        return "D501", {"near": near[0]} if near else {}
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return "D505", {"reason": reason, "limit": str(LARGEST_FILE)}


def _names_below(folder: Path, below: Folder) -> list[str]:
    def walk() -> Iterator[str]:
        for root, folders, names in os.walk(folder / below.value):
            folders.sort()
            for name in sorted(names):
                yield (Path(root) / name).relative_to(folder).as_posix()

    return list(islice(walk(), _MOST_LISTED))


def _replace(path: Path, data: bytes) -> None:
    """Write `data` to a new file beside `path`, and move it there with the same permissions."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(stat.S_IMODE(path.stat().st_mode))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
