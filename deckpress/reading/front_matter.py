"""Reads the front matter: YAML between two ``---`` lines.

It is read as a tree of nodes, so that findings have places. Only plain scalars, one list and one
mapping are taken from the tree. No object is built from a YAML tag and no alias is expanded, so a
hostile file can neither run code nor fill the memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

from deckpress.diagnostics import Diagnostic, finding, is_warning, nearest_code
from deckpress.model import Meta, Span
from deckpress.reading.attributes import nearest_id, well_formed_id, well_formed_tag
from deckpress.reading.lines import split_lines
from deckpress.reading.references import Folder, well_placed

LANGUAGES = ("zh-CN", "en")
_REQUIRED = {"title": "Python", "lang": "zh-CN", "key": "python-interview", "anki_deck": "Python"}
_OPTIONAL = (
    *("license", "homepage", "author", "description", "proofs", "imported"),
    *("tags", "tag_root", "ignore"),
)
_KNOWN = (*_REQUIRED, *_OPTIONAL)
_LARGEST = 64 * 1024  # characters: the YAML parser is slow, and no deck needs more
_TEXT = "tag:yaml.org,2002:str"
_CARD = re.compile(r"##[ \t]")
# Control characters and halves of characters, which YAML can name.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# YAML takes these for line ends, but editors do not.
_YAML_BREAKS = re.compile("[\x85\u2028\u2029]")
_ALLOWED: dict[str, tuple[str, Callable[[str], bool]]] = {
    "lang": (", ".join(LANGUAGES), lambda value: value in LANGUAGES),
    "key": ("a-z 0-9 -", well_formed_id),
    "homepage": ("https://…", lambda v: re.fullmatch(r"https?://[^\s<>\"]+", v) is not None),
    "tag_root": ("name, name::name", well_formed_tag),
    "proofs": ("examples/proofs.json", lambda value: well_placed(value, Folder.EXAMPLES)),
    "imported": ("imported/deck.json", lambda value: well_placed(value, Folder.IMPORTED)),
    "anki_deck": ("Name, Name::Name", lambda v: all(part.strip() for part in v.split("::"))),
}


@dataclass(slots=True)
class _Reader:
    """Collects values and findings. `first` is the number of the source line where YAML starts."""

    path: str
    first: int
    values: dict[str, str]
    tags: dict[str, str]
    found: list[Diagnostic]
    ignored: list[str] = field(default_factory=list)

    def span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        width = end.column - start.column if end.line == start.line else 1
        return Span(self.path, self.first + start.line, start.column + 1, max(1, width))

    def report(self, code: str, node: yaml.Node, **args: str) -> None:
        self.found.append(finding(code, self.span(node), **args))


def read_front_matter(raw: str, path: str, line: int = 1) -> tuple[Meta, list[Diagnostic]]:
    """The `Meta` that a front matter holds, and findings about it.

    `raw` is the whole token, with its ``---`` lines, from `line` of the file `path` on. It may hold
    anything: values that are missing or wrong become empty, with a finding for each.
    """
    lines = [line.rstrip("\r\n") for line in split_lines(raw)]
    reader = _Reader(path, line + 1, {}, {}, [])
    if len(lines) < 2:
        return Meta("", "", "", ""), [finding("D102", Span(path, line, 1, 3))]
    source = _YAML_BREAKS.sub(" ", "\n".join(lines[1:-1]))
    node = _compose(source, reader)
    if not isinstance(node, yaml.MappingNode) and any(map(_CARD.match, lines)):
        # The front matter is not closed: a ``---`` line further down was taken for its end.
        return Meta("", "", "", ""), [finding("D102", Span(path, line, 1, 3))]
    if isinstance(node, yaml.MappingNode):
        _take_mapping(node, reader)
    elif node is not None:
        reader.report("D109", node)
    if not any(d.code in ("D103", "D109") for d in reader.found):
        for key, example in _REQUIRED.items():
            if key not in reader.values:
                reader.found.append(
                    finding("D105", Span(path, line, 1, 3), key=key, example=example)
                )
    values = {key: value for key, value in reader.values.items() if value}
    required = {key: values.pop(key, "") for key in _REQUIRED}
    ignored = tuple(reader.ignored)
    return Meta(**required, **values, tags=reader.tags, guids={}, ignore=ignored), reader.found


def missing_front_matter(path: str, line: int = 1) -> tuple[Meta, list[Diagnostic]]:
    """An empty `Meta`, and the finding that the file `path` has no front matter.

    `line` is where the finding is shown: a front matter may begin too far down.
    """
    return Meta("", "", "", ""), [finding("D101", Span(path, line))]


def _compose(source: str, reader: _Reader) -> yaml.Node | None:
    if len(source) > _LARGEST:
        span = Span(reader.path, reader.first - 1, 1, 3)
        reader.found.append(finding("D103", span, reason="reason-long", limit=_LARGEST))
        return None
    try:
        node: yaml.Node | None = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(reader.path, reader.first, 1)
        if mark is not None:
            span = Span(reader.path, reader.first + mark.line, mark.column + 1)
        reason = error.problem or error.context or "?"
        reader.found.append(finding("D103", span, reason=reason))
        return None
    except yaml.reader.ReaderError as error:
        before = source[: error.position]
        line, column = before.count("\n"), len(before) - before.rfind("\n")
        span = Span(reader.path, reader.first + line, column)
        sign = f"U+{ord(source[error.position]):04X}"
        reader.found.append(finding("D103", span, reason="reason-character", sign=sign))
        return None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        deep = isinstance(error, RecursionError)
        reason = "reason-nested" if deep else type(error).__name__
        reader.found.append(finding("D103", Span(reader.path, reader.first), reason=reason))
        return None
    return node


def _take_mapping(node: yaml.MappingNode, reader: _Reader) -> None:
    seen: set[str] = set()
    others: list[yaml.Node] = []
    for key_node, value in node.value:
        key = _NO_TEXT.sub("?", key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        if key not in _KNOWN:
            near = get_close_matches(key, _KNOWN, 1)
            if near:
                known = ", ".join(_KNOWN)
                reader.report("D104", key_node, key=key, known=known, near=near[0])
            else:  # what another program reads there
                others.append(key_node)
        elif key in seen:
            reader.report("D108", key_node, key=key)
        elif key == "tags":
            reader.tags.update(_tags(value, reader))
        elif key == "ignore":
            reader.ignored += _codes(value, reader)
        else:
            reader.values[key] = _text(key, value, reader)
        seen.add(key)
    if others:
        keys = (node.value if isinstance(node, yaml.ScalarNode) else "?" for node in others)
        reader.report("D111", others[0], keys=_NO_TEXT.sub("?", ", ".join(map(str, keys))))


def _codes(node: yaml.Node, reader: _Reader) -> Iterator[str]:
    """The codes of the warnings that the author has decided about."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for each in nodes:
        value = each.value if isinstance(each, yaml.ScalarNode) else "…"
        if is_warning(value):
            yield value
        else:
            near = nearest_code(value)
            value = _NO_TEXT.sub("?", value)
            reader.report("D112", each, value=value, **({"near": near} if near else {}))


def _text(key: str, node: yaml.Node, reader: _Reader) -> str:
    """The value of a key as one line of text; empty if it is not text or not allowed."""
    if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT or not _is_text(node.value):
        reader.report("D106", node, key=key)
        return ""
    value = " ".join(node.value.split())
    allowed, fits = _ALLOWED.get(key, ("", None))
    if fits is not None and not fits(value):
        near = nearest_id(value) if key == "key" else ""
        if key == "lang":
            near = next(iter(get_close_matches(value, LANGUAGES, 1, 0.3)), "")
        args = {"near": near} if near else {}
        reader.report("D107", node, key=key, value=value, allowed=allowed, **args)
        return ""
    return value


def _is_text(value: str) -> bool:
    """Whether a value says something that can be written and shown."""
    return bool(value.strip()) and not _NO_TEXT.search(value)


def _tags(node: yaml.Node, reader: _Reader) -> dict[str, str]:
    """The tags, each with the name that learners see; in a list a tag is its own name."""
    pairs: list[tuple[yaml.Node, yaml.Node]]
    if isinstance(node, yaml.SequenceNode):
        pairs = [(item, item) for item in node.value]
    elif isinstance(node, yaml.MappingNode):
        pairs = node.value
    else:
        reader.report("D110", node)
        return {}
    tags: dict[str, str] = {}
    for tag, name in pairs:
        plain = all(isinstance(n, yaml.ScalarNode) and _is_text(n.value) for n in (tag, name))
        if not plain or not well_formed_tag(tag.value):
            reader.report("D110", tag)
        elif tag.value in tags:
            reader.report("D108", tag, key=tag.value)
        else:
            tags[tag.value] = " ".join(name.value.split())
    return tags
