"""Finds the files that a source shows, images and examples, and where it names them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from deckpress.reading.fences import find_fences
from deckpress.reading.prose import prose

# The kinds of images that all outputs can show: file ending (lower case) and media type.
IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}

_ALT = r"(?:[^\[\]\\]|\\[\s\S]|\[[^\[\]]*+\])*+"
_TARGET = (
    r"[ \t]*+(?:<(?P<angle>[^<>\n]*+)>|(?P<plain>[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+))"
)
IMAGE = re.compile(r"!\[(?P<alt>" + _ALT + r")\]\(" + _TARGET)
LINK = re.compile(r"\]\(" + _TARGET)
DEFINITION = re.compile(r"^ {0,3}\[(?!\^)(?P<name>[^\[\]\n]++)\]:" + _TARGET, re.MULTILINE)
_PROOFS = re.compile(
    r"^(?P<mark>[\"']?)proofs(?P=mark)[ \t]*:[ \t]+(?P<quote>[\"']?)(?P<path>[^\s\"'#]+)(?P=quote)",
    re.MULTILINE,
)
# A bare address. It may take in the punctuation behind it, which `trim_address` cuts off.
ADDRESS = r"(?<![A-Za-z0-9_/@.])https?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*"
_TRAILING = re.compile(r"[.,;:!?'*\"~_]+$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")


class Folder(StrEnum):
    """The folders beside a source in which its files must be."""

    FIGURES = "figures/"
    EXAMPLES = "examples/"


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


def link_target(match: re.Match[str]) -> tuple[str, int]:
    """The target of a matched image, link or definition, and its offset in the text."""
    group = "angle" if match["angle"] is not None else "plain"
    return match[group], match.start(group)


def trim_address(address: str) -> str:
    """A bare address without the punctuation behind it, which belongs to the sentence."""
    address = _TRAILING.sub("", address)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = _TRAILING.sub("", address[:-1])
    return address


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


def references(text: str) -> tuple[Reference, ...]:
    """All references to files in a Markdown text, in order. A file may occur more than once.

    Definitions (``[name]: figures/x.png``) count if they lead into the folder of images.
    """
    found = []
    if "](" in text or "]:" in text:
        masked = prose(text)
        for match in (*IMAGE.finditer(masked), *DEFINITION.finditer(masked)):
            path, start = link_target(match)
            if match.re is IMAGE or path.startswith(Folder.FIGURES.value):
                found.append(
                    Reference(path, Folder.FIGURES, *line_and_column(text, start), len(path))
                )
    for fence in find_fences(text):
        file = fence.info.file
        if file is not None:
            column = fence.info_column + fence.info_source.find("file=")
            width = len(f"file={file}")
            found.append(Reference(file, Folder.EXAMPLES, fence.line, column, width))
    return tuple(sorted(found, key=lambda r: (r.line, r.column)))


def proofs_file(front: str) -> Reference | None:
    """The reference to the file that a front matter names under ``proofs``, or None.

    Its line counts from the first line of `front`.
    """
    match = _PROOFS.search(front)
    if match is None:
        return None
    path = match["path"]
    return Reference(path, Folder.EXAMPLES, *line_and_column(front, match.start("path")), len(path))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line (from 0) and the column (from 1) of an offset in `text`."""
    places = _line_starts(text)
    line = bisect_right(places, offset) - 1
    return line, offset - places[line] + 1


@lru_cache(maxsize=16)
def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
