"""Mends findings for which there is one mend only: what was meant is certain, or it is invisible.

Each rule takes a finding and the lines of the source, and gives the edits that end it; none if
there is any doubt. What a rule does is said in ``docs/diagnostics.md`` at its code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from deckpress.checks import check
from deckpress.diagnostics import Diagnostic
from deckpress.fixes.html_tags import plain_tags
from deckpress.reading.attributes import well_formed_tag
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.lines import split_lines
from deckpress.reading.reader import read
from deckpress.reading.tokens import BOM

_LONGEST_LINE = 10_000  # characters; nobody writes longer ones by hand
_MOST_ROUNDS = 20  # one mend can bring another to light, mostly in the front matter

_VALUE = re.compile(r"(?P<key>\w+):[ \t]+(?P<value>\S.*?)[ \t]*$")
_TEXTS = frozenset({"title", "author", "license", "description", "anki_deck"})
_HEADING_MARKS = re.compile(r"(?P<marks>#{1,6})(?P<space>[\u3000\u00a0]*)")
_ATTRIBUTES = re.compile(r"(?P<inside>\{#[^{}]+\})[ \t]*(?P<after>[^\s#].*?)[ \t#]*$")
_GAP = re.compile(r"\{\{[cC](\d{1,3})(?:：{1,2}|:：|：:|:)(?![:：])")
_BOX = re.compile(r"[\[［][ \t　]*([xX]?)[ \t　]*[\]］][ \t　]*")
_CALLOUT = re.compile(r"\[!(\w+)\]")
_PERCENT = re.compile(r"\\.|%")
# The names that Obsidian has for callouts beside the five of GitHub.
_CALLOUTS = {
    "INFO": "NOTE",
    "HINT": "TIP",
    "WARN": "WARNING",
    "ATTENTION": "WARNING",
    "DANGER": "CAUTION",
    "ERROR": "CAUTION",
}
# Characters that nobody sees. Those that turn the direction of a text mean something in others.
_INVISIBLE = re.compile("[\u200b\u00ad\ufeff]")


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of the line of a finding that is replaced by `text`."""

    start: int
    stop: int
    text: str


def mend_plain_slips(text: str) -> tuple[str, Counter[str]]:
    """The text of a source without the slips that have one mend, and how many of each code."""
    counts: Counter[str] = Counter()
    for _ in range(_MOST_ROUNDS):
        fresh, mended = _mend_once(text, _findings(text))
        if not mended:
            break
        text, counts = fresh, counts + mended
    return text, counts


def _findings(text: str) -> list[Diagnostic]:
    loaded = LoadedSource("", "", text.encode("utf-8", "replace"), text, {}, ())
    deck, structure = read(loaded)
    return [*structure, *check(deck)]


def _mend_once(text: str, found: Sequence[Diagnostic]) -> tuple[str, Counter[str]]:
    mark = BOM if text.startswith(BOM) else ""
    lines = split_lines(text.removeprefix(BOM))
    edits: dict[int, list[Edit]] = {}  # by line
    counts: Counter[str] = Counter()
    for diagnostic in found:
        rule, number = _RULES.get(diagnostic.code), diagnostic.span.line
        if rule is None or number > len(lines) or len(lines[number - 1]) > _LONGEST_LINE:
            continue
        proposed = list(rule(diagnostic, lines))
        here = edits.setdefault(number - 1, [])
        if proposed and not any(_overlaps(edit, here) for edit in proposed):
            here += proposed
            counts[diagnostic.code] += 1
    for number, here in edits.items():
        for edit in sorted(here, key=lambda edit: edit.start, reverse=True):
            line = lines[number]
            lines[number] = line[: edit.start] + edit.text + line[edit.stop :]
    fresh, hidden = _without_invisible("".join(lines), {d.code for d in found})
    return mark + fresh, counts + hidden


def _overlaps(edit: Edit, others: Iterable[Edit]) -> bool:
    return any(edit.start < other.stop and other.start < edit.stop for other in others)


def _without_invisible(text: str, codes: set[str]) -> tuple[str, Counter[str]]:
    if "D603" not in codes:
        return text, Counter()
    fresh, count = _INVISIBLE.subn("", text)
    return fresh, Counter({"D603": count} if count else {})


def _place(diagnostic: Diagnostic, lines: Sequence[str]) -> tuple[str, int, int]:
    """The line of a finding, and the start and the end of what it is about."""
    span = diagnostic.span
    line = lines[span.line - 1].rstrip("\r\n")
    start = span.column - 1
    return line, start, min(len(line), start + span.width)


# The front matter.


def _quote(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """A value that YAML reads as something else."""
    line, _, _ = _place(diagnostic, lines)
    match = _VALUE.match(line)
    if match and match["key"] in _TEXTS and match["value"][0] not in "\"'|>":
        value = match["value"].replace("\\", "\\\\").replace('"', '\\"')
        yield Edit(match.start("value"), match.end("value"), f'"{value}"')


def _language(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, stop = _place(diagnostic, lines)
    value = diagnostic.args.get("value", "").lower().replace("_", "-")
    if diagnostic.args.get("key") == "lang" and line[start:stop].lower().replace("_", "-") == value:
        if value in ("zh", "zh-cn", "zh-hans", "zh-hans-cn", "zh-sg"):
            yield Edit(start, stop, "zh-CN")
        elif value == "en" or re.fullmatch(r"en-[a-z]{2}", value):
            yield Edit(start, stop, "en")


def _tag_list(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, _, _ = _place(diagnostic, lines)
    match = _VALUE.match(line)
    if match and match["key"] == "tags" and match["value"][0] not in "[{\"'":
        tags = [tag for tag in re.split(r"[,，、\s]+", match["value"]) if tag]
        if tags and all(map(well_formed_tag, tags)) and not match["value"].count("#"):
            yield Edit(match.start("value"), match.end("value"), f"[{', '.join(tags)}]")


# Headings and their attributes.


def _heading_space(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """Marks of a heading without a space; a single one may begin a tag of another program."""
    line, start, _ = _place(diagnostic, lines)
    match = _HEADING_MARKS.match(line, start)
    if (
        match
        and line[match.end() :].strip()
        and line[match.end()] not in "# \t"
        and (len(match["marks"]) > 1 or match["space"] or line.rstrip().endswith("}"))
    ):
        yield Edit(match.start("space"), match.end("space"), " ")


def _attribute_dot(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, stop = _place(diagnostic, lines)
    item = diagnostic.args.get("item", "")
    if diagnostic.args.get("near") == f".{item}" and line[start:stop] == item:
        yield Edit(start, start, ".")


def _repeated_class(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """A tag that stands there already; of two ids or values nobody knows which is meant."""
    line, start, stop = _place(diagnostic, lines)
    if line[start:stop].startswith("."):
        yield Edit(len(line[:start].rstrip()), stop, "")


def _attributes_to_end(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """Attributes with an id within the title, where the heading has none at its end."""
    line, start, _ = _place(diagnostic, lines)
    match = _ATTRIBUTES.match(line, start)
    if match and "{" not in line[:start] + match["after"] and "`" not in line[:start]:
        title = f"{line[:start].rstrip()} {match['after']}"
        yield Edit(0, match.end("after"), f"{title} {match['inside']}")


def _part_id(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """The id that another program gave to a part."""
    line, _, _ = _place(diagnostic, lines)
    match = re.fullmatch(r"(#{3,6}[ \t].*?)[ \t]*\{#[^\s{}]+\}[ \t]*", line)
    if match:
        yield Edit(match.end(1), len(line), "")


# The text.


def _gap_colons(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, _ = _place(diagnostic, lines)
    match = _GAP.match(line, start)
    if match and "}}" in line[match.end() :]:
        yield Edit(start, match.end(), f"{{{{c{match[1]}::")


def _box(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, _ = _place(diagnostic, lines)
    match = _BOX.match(line, start)
    if match and line[match.end() :].strip():
        yield Edit(start, match.end(), f"[{match[1] or ' '}] ")


def _callout(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, _ = _place(diagnostic, lines)
    match = _CALLOUT.match(line, start)
    name = _CALLOUTS.get(match[1].upper()) if match else None
    if match and name:
        yield Edit(match.start(1), match.end(1), name)


def _comment_end(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """A comment on the last line of its text: it cannot go on."""
    line, start, _ = _place(diagnostic, lines)
    below = next((each for each in lines[diagnostic.span.line :] if each.strip()), "#")
    if re.match(r"#{1,3}(?:[ \t]|$)", below) and line[start:].startswith("<!--"):
        end = len(line.rstrip())
        yield Edit(end, end, " -->")


def _tags(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    line, start, stop = _place(diagnostic, lines)
    for first, last, text in plain_tags(line, start, stop):
        yield Edit(first, last, text)


def _percent(diagnostic: Diagnostic, lines: Sequence[str]) -> Iterator[Edit]:
    """A percent sign in a formula, where TeX would begin a comment."""
    line, start, stop = _place(diagnostic, lines)
    if diagnostic.args.get("reason") == "reason-percent":
        for match in _PERCENT.finditer(line, start, stop):
            if match.group() == "%":
                yield Edit(match.start(), match.start(), "\\")


_RULES: dict[str, Callable[[Diagnostic, Sequence[str]], Iterator[Edit]]] = {
    "D103": _quote,
    "D106": _quote,
    "D107": _language,
    "D110": _tag_list,
    "D202": _heading_space,
    "D210": _attribute_dot,
    "D213": _repeated_class,
    "D216": _part_id,
    "D217": _attributes_to_end,
    "D219": _heading_space,
    "D305": _gap_colons,
    "D311": _box,
    "D407": _callout,
    "D415": _comment_end,
    "D602": _tags,
    "D702": _percent,
}
