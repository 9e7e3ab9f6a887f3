"""Finds the links of a text, and the files that it shows: where it names images and examples."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from markdown_it.helpers import parseLinkDestination

from deckpress.commonmark.addresses import ADDRESS, trim_address
from deckpress.commonmark.document import Definition, Document, Leaf, parse
from deckpress.commonmark.inline import parse_inline
from deckpress.reading.fences import find_fences

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["ADDRESS", "trim_address"]

# The kinds of images that all outputs can show: file ending (lower case) and media type.
IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}

_NAMED_FILE = re.compile(
    r"^(?P<mark>[\"']?)(?P<key>proofs|imported)(?P=mark)[ \t]*:[ \t]+"
    r"(?P<quote>[\"']?)(?P<path>[^\s\"'#]+)(?P=quote)",
    re.MULTILINE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")
_SPACE = re.compile(r"[ \t\n]*")


class Folder(StrEnum):
    """The folders beside a source in which its files must be."""

    FIGURES = "figures/"
    EXAMPLES = "examples/"
    IMPORTED = "imported/"


_FOLDERS = {"proofs": Folder.EXAMPLES, "imported": Folder.IMPORTED}


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image of a text, or the definition of a link.

    `target` is where it leads. ``[start:start + width]`` of the text is the target, or all of the
    link if its target stands in a definition; then `by_name` is true. `alt` is what an image shows,
    `title` what a browser shows beside the pointer.
    """

    target: str
    start: int
    width: int
    image: bool = False
    alt: str = ""
    by_name: bool = False
    definition: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A path as it is written in a text, and its place there.

    `folder` is the folder in which the file must be. `line` counts from 0, `column` from 1. `width`
    is the number of characters to underline: the path, with ``file=`` before it if there is one.
    """

    path: str
    folder: Folder
    line: int
    column: int
    width: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """A text with what it shows of the rest of the deck.

    `source` is its Markdown without link definitions, `named` are its links and images that use
    one, and `references` the files that it shows.
    """

    source: str
    named: tuple[Link, ...]
    references: tuple[Reference, ...]


def links(text: str, definitions: Mapping[str, Definition] | None = None) -> tuple[Link, ...]:
    """The links, images and link definitions of a Markdown text, in order.

    `definitions` are the definitions of the whole deck. Bare addresses are not among the links.
    """
    if "[" not in text and "<" not in text:
        return ()
    document = parse(text)
    known = {**document.definitions, **(definitions or {})}
    found = [link for leaf in document.leaves() for link in _in_leaf(leaf, known)]
    found += _definitions(document)
    return tuple(sorted(found, key=lambda link: link.start))


def _in_leaf(leaf: Leaf, known: Mapping[str, Definition]) -> Iterator[Link]:
    text = leaf.text
    if not ("](" in text or "[[" in text or "<" in text or ("]" in text and known)):
        return
    yield from _of_tokens(parse_inline(text, known), text, leaf)


def _of_tokens(tokens: list[Token], text: str, leaf: Leaf) -> Iterator[Link]:
    for token in tokens:
        span = token.meta.get("span")
        image = token.type == "image"
        if span is None or not (image or token.type == "link_open"):
            continue
        start, stop = span
        target = str(token.attrs["src" if image else "href"])
        by_name = text[stop - 1] == "]" and "written" not in token.meta
        if not by_name and "written" not in token.meta:
            at = _SPACE.match(text, text.rfind("](", start, stop) + 2)
            start = at.end() if at else start
            end = parseLinkDestination(text, start, stop).pos
            if text[start] == "<":
                start, end = start + 1, end - 1
            stop = end
        width = max(1, text[start:stop].find("\n") if "\n" in text[start:stop] else stop - start)
        alt = token.content if image else ""
        title = str(token.attrs.get("title", ""))
        yield Link(target, leaf.offset(start), width, image, alt, by_name, title=title)


def _definitions(document: Document) -> Iterator[Link]:
    starts = document.line_starts() if document.definitions else []
    for definition in document.definitions.values():
        target = str(definition["href"])
        first, stop = starts[definition["map"][0]], starts[definition["map"][1]]
        label_end = document.source.find("]:", first, stop) + 2
        at = document.source.find(target, label_end, stop)
        image = target.startswith(Folder.FIGURES.value)
        yield Link(target, max(first, at), len(target), image, "", definition=True)


def figure_path(target: str) -> str:
    """The path of a figure as its file is named, from how an image names it.

    It may begin with ``./``, and its characters may be written as in an address (``%20``).
    """
    path = target
    while path.startswith("./"):
        path = path[2:]
    if "%" in path and not is_outside(path):
        decoded = unquote(path, errors="strict") if _decodable(path) else path
        return decoded
    return path


def _decodable(path: str) -> bool:
    try:
        unquote(path, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def is_outside(path: str) -> bool:
    """Whether a path is an address on the web or elsewhere: whether it has a scheme or a host."""
    return path.startswith("//") or (_SCHEME.match(path) is not None and path[1:2] != ":")


def well_placed(path: str, folder: Folder) -> bool:
    """Whether a path leads to a file below `folder`. Links on disk are not looked at."""
    steps = path.split("/")
    return (
        path.startswith(folder.value)
        and "\\" not in path
        and all(step not in ("", ".", "..") for step in steps)
        and path.isprintable()
    )


def has_image_type(path: str) -> bool:
    """Whether a path has the ending of an image that all outputs can show."""
    return path.rpartition(".")[2].lower() in IMAGE_TYPES


def may_show_files(text: str) -> bool:
    """Whether a Markdown text may have references to files. Most texts have none."""
    if "file=" in text or "![" in text or "]:" in text:
        return True
    return "<" in text and "<img" in text.lower()


def references(
    text: str, definitions: Mapping[str, Definition] | None = None
) -> tuple[Reference, ...]:
    """All references to files in a Markdown text, in order. A file may occur more than once.

    Definitions (``[name]: figures/x.png``) count if they lead into the folder of images.
    """
    found = []
    for link in links(text, definitions):
        if link.image:
            path = figure_path(link.target)
            place = line_and_column(text, link.start)
            found.append(Reference(path, Folder.FIGURES, *place, link.width))
    if "file=" in text:
        for fence in find_fences(text):
            file = fence.info.file
            if file is not None:
                column = fence.info_column + fence.info_source.find("file=")
                width = len(f"file={file}")
                found.append(Reference(file, Folder.EXAMPLES, fence.line, column, width))
    return tuple(sorted(found, key=lambda r: (r.line, r.column)))


def resolve(text: str, definitions: Mapping[str, Definition]) -> Resolved:
    """What a Markdown text shows; `definitions` are the definitions of the whole deck."""
    if "[" not in text:
        return Resolved(text, (), references(text) if may_show_files(text) else ())
    document = parse(text)
    known = {**definitions, **document.definitions}
    source = _without_definitions(document)
    named = tuple(link for link in links(source, known) if link.by_name) if known else ()
    return Resolved(source, named, references(source, known))


def _without_definitions(document: Document) -> str:
    """The source of a document without its link definitions and the blank lines around them."""
    if not document.definitions:
        return document.source
    lines: list[str | None] = list(document.source.split("\n"))
    for definition in (*document.definitions.values(), *document.repeated):
        first, stop = definition["map"]
        # What stands before it is the mark of a list or a quote.
        before = document.line(first).partition("[")[0].rstrip()
        lines[first:stop] = [before or None, *[None] * (stop - first - 1)]
    kept: list[str] = []
    cut = True
    for line in lines:
        if line is None:
            cut = True
        elif not (cut and not line.strip() and not (kept and kept[-1].strip())):
            kept.append(line)
            cut = False
    return "\n".join(kept).rstrip()


def named_files(front: str) -> dict[str, Reference]:
    """The references to the files that a front matter names, by key: ``proofs``, ``imported``.

    Their lines count from the first line of `front`.
    """
    return {
        match["key"]: Reference(
            match["path"],
            _FOLDERS[match["key"]],
            *line_and_column(front, match.start("path")),
            len(match["path"]),
        )
        for match in _NAMED_FILE.finditer(front)
    }


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line (from 0) and the column (from 1) of an offset in `text`."""
    places = _line_starts(text)
    line = bisect_right(places, offset) - 1
    return line, offset - places[line] + 1


@lru_cache(maxsize=16)
def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
