"""What was found wrong with a source, and how that is written: for people, programs and GitHub.

The sentences stand in ``messages.toml``, in English and Chinese.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from deckpress.model import Span

_VIEW = 96  # columns of a source line that are shown at most
_BEFORE = 48  # of them stand to the left of the caret at most, if the line is longer
_VALUE = 100  # characters of a value quoted in a message

# Format and bidirectional controls would let a source rewrite what its author sees of it.
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Severity(StrEnum):
    """An error ends a build: content or progress would be lost. A warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `args` are the values that its sentences quote; ``near`` is what was meant."""

    code: str
    span: Span
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return Severity(_catalogue()[self.code]["severity"])

    def message(self, lang: str) -> str:
        """What is wrong, in Chinese (``zh…``) or English."""
        return self._say(_catalogue()[self.code][_language(lang)])

    def hint(self, lang: str) -> str:
        """What to do, in Chinese (``zh…``) or English."""
        language = _language(lang)
        hint = self._say(_catalogue()[self.code]["hint"][language])
        if not self.args.get("near"):
            return hint
        near = self._say(_catalogue()["near"][language])
        return f"{near} {hint}" if language == "en" else near + hint

    def _say(self, template: str) -> str:
        values = {name: _quoted(value) for name, value in self.args.items()}
        return template.format_map(_Values(values))

    def _key(self) -> tuple[Span, str, tuple[tuple[str, str], ...]]:
        return (self.span, self.code, tuple(sorted(self.args.items())))

    def __hash__(self) -> int:
        return hash(self._key())


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def finding(code: str, span: Span, /, **args: object) -> Diagnostic:
    """A finding with its values as text."""
    return Diagnostic(code, span, {name: str(value) for name, value in args.items()})


def ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by file, line, column and code; what was found twice stands once."""
    return tuple(
        sorted(set(found), key=lambda d: (d.span.file, d.span.line, d.span.column, *_rest(d)))
    )


def _rest(diagnostic: Diagnostic) -> tuple[object, ...]:
    return (diagnostic.code, diagnostic.span.width, tuple(sorted(diagnostic.args.items())))


def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """What is known of each code, such as ``D201``: severity, sentences and hints."""
    return {code: entry for code, entry in _catalogue().items() if re.fullmatch(r"D\d{3}", code)}


def sentence(key: str, lang: str, **values: object) -> str:
    """A sentence of the catalogue that belongs to no code."""
    template: str = _catalogue()[key][_language(lang)]
    return template.format_map(_Values({name: _quoted(str(v)) for name, v in values.items()}))


def as_text(found: Iterable[Diagnostic], lines: Mapping[str, Sequence[str]], lang: str) -> str:
    """Findings for a person: place, code and sentence; the line and a caret below it; a hint.

    `lines` holds the source lines of each file, without line ends; a file that is not in it is
    quoted nowhere.
    """
    return "\n".join(_block(diagnostic, lines, _language(lang)) for diagnostic in ordered(found))


def _block(diagnostic: Diagnostic, lines: Mapping[str, Sequence[str]], lang: str) -> str:
    span = diagnostic.span
    mark = "" if diagnostic.severity is Severity.ERROR else sentence("warning", lang)
    place = f"{_UNSAFE.sub('?', span.file)}:{span.line}:{span.column}"
    block = [f"{place}: {diagnostic.code} {mark}{diagnostic.message(lang)}"]
    source = lines.get(span.file, ())
    if 0 < span.line <= len(source) and source[span.line - 1].strip():
        block.extend(_excerpt(source[span.line - 1], span))
    block.append(f"  = {diagnostic.hint(lang)}")
    return "\n".join(block)


def _excerpt(line: str, span: Span) -> tuple[str, str]:
    """The source line, cut down to a window around the column, and the carets below it."""
    line = line.rstrip("\r\n")
    if span.line == 1:
        line = line.removeprefix("\ufeff")
    column = min(span.column - 1, len(line))
    start, stop = 0, len(line)
    if len(line) > _VIEW or _width(line) > _VIEW:
        start = _reach(reversed(line[max(0, column - _VIEW) : column]), _BEFORE, column, -1)
        spent = _width(line[start:column])
        stop = _reach(iter(line[column : column + _VIEW]), _VIEW - spent, column, +1)
    before = _safe(("…" if start else "") + line[start:column])
    marked = _safe(line[column : min(stop, column + max(1, span.width))])
    after = _safe(line[min(stop, column + max(1, span.width)) : stop])
    tail = "…" if stop < len(line) else ""
    pad = "".join(c if c == "\t" else " " * _cell(c) for c in before)
    carets = "^" * max(1, _width(marked))
    return f"    {before}{marked}{after}{tail}", f"    {pad}{carets}"


def _reach(characters: Iterable[str], budget: int, position: int, direction: int) -> int:
    """How far from `position` the budget of columns reaches."""
    for character in characters:
        budget -= _cell(character)
        if budget < 0:
            break
        position += direction
    return position


def _cell(character: str) -> int:
    """How many columns a character takes on a terminal."""
    if character == "\t":
        return 4
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _width(text: str) -> int:
    return sum(map(_cell, text))


def _safe(text: str) -> str:
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def _quoted(value: str) -> str:
    value = _safe(value.replace("\t", " "))
    return value if len(value) <= _VALUE else value[: _VALUE - 1] + "…"


def as_json(found: Iterable[Diagnostic], lang: str) -> str:
    """Findings for a program: a JSON list, sorted."""
    rows = [
        {
            "code": d.code,
            "severity": d.severity.value,
            "file": d.span.file,
            "line": d.span.line,
            "column": d.span.column,
            "width": d.span.width,
            "message": d.message(lang),
            "hint": d.hint(lang),
        }
        for d in ordered(found)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_github(found: Iterable[Diagnostic], lang: str) -> str:
    """Findings as workflow commands of GitHub Actions, which shows them beside the lines.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "\n".join(_annotation(diagnostic, lang) for diagnostic in ordered(found))


def _annotation(diagnostic: Diagnostic, lang: str) -> str:
    span = diagnostic.span
    properties = {
        "file": span.file,
        "line": str(span.line),
        "col": str(span.column),
        "endColumn": str(span.column + max(1, span.width)),
        "title": diagnostic.code,
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    data = _data(f"{diagnostic.message(lang)}\n{diagnostic.hint(lang)}")
    return f"::{diagnostic.severity.value} {listed}::{data}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _language(lang: str) -> str:
    return "zh" if lang.lower().startswith("zh") else "en"


@cache
def _catalogue() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text("utf-8"))
