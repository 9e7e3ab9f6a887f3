"""Findings about a source, and how they are written: for people, for programs and for GitHub.

The sentences are in ``messages.toml``, in English and Chinese.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from deckpress.model import Span

_LONGEST_LINE = 96  # columns of a source line that are shown at most
_MOST_BEFORE_CARET = 48  # of these, columns to the left of the caret at most in a longer line
_REASON = "reason-"  # how the keys of sentences begin that other sentences quote
_LONGEST_VALUE = 200  # characters of a value quoted in a message

# Format and bidirectional controls could make a line of the source look different from what it is.
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Severity(StrEnum):
    """How bad a finding is.

    An error stops a build, because content or progress would be lost. A warning does not.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a code such as ``D201`` and its place in the source.

    `args` are the values that its sentences quote. The value ``near`` is what was probably meant;
    ``reason`` may be the key of a sentence (``reason-…``), which quotes the other values.
    """

    code: str
    span: Span
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """The severity that the catalogue gives this code."""
        return Severity(_catalogue()[self.code]["severity"])

    def message(self, lang: str) -> str:
        """What is wrong, in one sentence: in Chinese if `lang` is ``zh…``, else in English."""
        return self._fill(_catalogue()[self.code][_language(lang)], lang)

    def hint(self, lang: str) -> str:
        """What to do about it: in Chinese if `lang` is ``zh…``, else in English."""
        language = _language(lang)
        hint = self._fill(_catalogue()[self.code]["hint"][language], lang)
        if not self.args.get("near"):
            return hint
        near = self._fill(_catalogue()["near"][language], lang)
        return f"{near} {hint}" if language == "en" else near + hint

    def _fill(self, template: str, lang: str) -> str:
        values = {name: _quoted(value) for name, value in self.args.items()}
        reason = self.args.get("reason", "")
        if reason.startswith(_REASON) and reason in _catalogue():
            others = {name: value for name, value in self.args.items() if name != "reason"}
            values["reason"] = sentence(reason, lang, **others)
        return template.format_map(_MessageValues(values))

    def _key(self) -> tuple[Span, str, tuple[tuple[str, str], ...]]:
        return (self.span, self.code, tuple(sorted(self.args.items())))

    def __hash__(self) -> int:
        return hash(self._key())


class _MessageValues(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def finding(code: str, span: Span, /, **args: object) -> Diagnostic:
    """A diagnostic with this code and place; its values `args` become text."""
    return Diagnostic(code, span, {name: str(value) for name, value in args.items()})


def without_ignored(found: Iterable[Diagnostic], codes: Collection[str]) -> list[Diagnostic]:
    """The findings but for warnings of these codes. An error cannot be ignored."""
    return [d for d in found if d.code not in codes or d.severity is Severity.ERROR]


def ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings sorted by file, line, column and code, each only once."""
    return tuple(
        sorted(set(found), key=lambda d: (d.span.file, d.span.line, d.span.column, *_tie_break(d)))
    )


def _tie_break(diagnostic: Diagnostic) -> tuple[object, ...]:
    return (diagnostic.code, diagnostic.span.width, tuple(sorted(diagnostic.args.items())))


def nearest_code(value: str) -> str:
    """The code of a warning that was probably meant by `value`; empty if it is an error or none."""
    if is_error(value):
        return ""
    warnings = [code for code, entry in catalogue().items() if entry["severity"] == "warning"]
    return next(iter(get_close_matches(value.strip().upper(), warnings, 1)), "")


def is_warning(code: str) -> bool:
    """Whether `code` is that of a warning, which can be ignored."""
    return catalogue().get(code, {}).get("severity") == Severity.WARNING


def is_error(code: str) -> bool:
    """Whether `code` is that of an error."""
    return catalogue().get(code, {}).get("severity") == Severity.ERROR


def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """The catalogue's entry for each code, such as ``D201``: its severity, sentences and hints."""
    return {code: entry for code, entry in _catalogue().items() if re.fullmatch(r"D\d{3}", code)}


def sentence(key: str, lang: str, **values: object) -> str:
    """The catalogue's sentence `key`, which belongs to no code, with `values` filled in.

    It is in Chinese if `lang` is ``zh…``, else in English.
    """
    template: str = _catalogue()[key][_language(lang)]
    return template.format_map(
        _MessageValues({name: _quoted(str(v)) for name, v in values.items()})
    )


class Role(StrEnum):
    """What a piece of a finding's text is, for whoever paints it."""

    PLACE = "place"
    ERROR = "error"
    WARNING = "warning"


def _unpainted(text: str, _role: Role) -> str:
    return text


def as_text(
    found: Iterable[Diagnostic],
    lines: Mapping[str, Sequence[str]],
    lang: str,
    paint: Callable[[str, Role], str] = _unpainted,
) -> str:
    """Findings as text for a person, in order.

    Each has its place, code and sentence, then the source line with a caret below it, then a hint.
    `lines` maps a file to its source lines, without line ends. Lines of other files are not shown.
    `paint` gives the place, the code and the carets their colours.
    """
    return "\n".join(
        _text_block(diagnostic, lines, _language(lang), paint) for diagnostic in ordered(found)
    )


def _text_block(
    diagnostic: Diagnostic,
    lines: Mapping[str, Sequence[str]],
    lang: str,
    paint: Callable[[str, Role], str],
) -> str:
    span = diagnostic.span
    role = Role(diagnostic.severity.value)
    mark = "" if role is Role.ERROR else sentence("warning", lang)
    place = paint(f"{_UNSAFE.sub('?', span.file)}:{span.line}:{span.column}", Role.PLACE)
    kind = f"{diagnostic.code} {mark}".rstrip()
    gap = f"{diagnostic.code} {mark}"[len(kind) :]
    block = [f"{place}: {paint(kind, role)}{gap}{diagnostic.message(lang)}"]
    source = lines.get(span.file, ())
    if 0 < span.line <= len(source) and source[span.line - 1].strip():
        shown, carets = _excerpt(source[span.line - 1], span)
        pad = carets[: carets.index("^")]
        block += [shown, pad + paint(carets.removeprefix(pad), role)]
    block.append(f"  = {diagnostic.hint(lang)}")
    return "\n".join(block)


def _excerpt(line: str, span: Span) -> tuple[str, str]:
    """The source line, cut to a window around the column, and the line of carets below it."""
    line = line.rstrip("\r\n")
    if span.line == 1:
        line = line.removeprefix("\ufeff")
    column = min(span.column - 1, len(line))
    start, stop = 0, len(line)
    if len(line) > _LONGEST_LINE or display_width(line) > _LONGEST_LINE:
        start = _window_edge(
            reversed(line[max(0, column - _LONGEST_LINE) : column]), _MOST_BEFORE_CARET, column, -1
        )
        spent = display_width(line[start:column])
        stop = _window_edge(
            iter(line[column : column + _LONGEST_LINE]), _LONGEST_LINE - spent, column, +1
        )
    before = _safe(("…" if start else "") + line[start:column])
    marked = _safe(line[column : min(stop, column + max(1, span.width))])
    after = _safe(line[min(stop, column + max(1, span.width)) : stop])
    tail = "…" if stop < len(line) else ""
    pad = "".join(c if c == "\t" else " " * _column_count(c) for c in before)
    carets = "^" * max(1, display_width(marked))
    return f"    {before}{marked}{after}{tail}", f"    {pad}{carets}"


def _window_edge(characters: Iterable[str], budget: int, position: int, direction: int) -> int:
    """The position that is reached from `position` by spending `budget` columns."""
    for character in characters:
        budget -= _column_count(character)
        if budget < 0:
            break
        position += direction
    return position


def _column_count(character: str) -> int:
    """How many columns a character takes up on a terminal."""
    if character == "\t":
        return 4
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def display_width(text: str) -> int:
    """How many columns a text takes up on a terminal, where a Chinese character takes up two."""
    return sum(map(_column_count, text))


def _safe(text: str) -> str:
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def _quoted(value: str) -> str:
    value = _safe(value.replace("\t", " "))
    return value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"


def as_records(found: Iterable[Diagnostic], lang: str) -> list[dict[str, str | int]]:
    """Findings as records for JSON, in order; messages and hints are in `lang`."""
    return [
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


def as_github(found: Iterable[Diagnostic], lang: str) -> str:
    """Findings as workflow commands, with which GitHub Actions shows them beside the lines.

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
    listed = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    data = _escaped_data(f"{diagnostic.message(lang)}\n{diagnostic.hint(lang)}")
    return f"::{diagnostic.severity.value} {listed}::{data}"


def _escaped_data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(value: str) -> str:
    return _escaped_data(value).replace(":", "%3A").replace(",", "%2C")


def _language(lang: str) -> str:
    return "zh" if lang.lower().startswith("zh") else "en"


@cache
def _catalogue() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text("utf-8"))
