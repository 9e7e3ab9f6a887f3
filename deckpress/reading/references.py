"""Which files a source shows: images and examples, with the places where it names them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from deckpress.reading.fences import find
from deckpress.reading.prose import prose

# Ending (lower case) of each kind of image that all outputs can show, and its media type.
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
# A bare address. Where it ends in a sentence, `trimmed` tells.
ADDRESS = r"(?<![A-Za-z0-9_/@.])https?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*"
_TRAILING = re.compile(r"[.,;:!?'*\"~_]+$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")


class Folder(StrEnum):
    """The folders beside a source that its files must lie in."""

    FIGURES = "figures/"
    EXAMPLES = "examples/"


@dataclass(frozen=True, slots=True)
class Reference:
    """A path as the source writes it, and where: line from 0, column from 1, in the text given.

    `width` is what a caret underlines: the path, with the ``file=`` before it if there is one.
    """

    path: str
    folder: Folder
    line: int
    column: int
    width: int


def target(match: re.Match[str]) -> tuple[str, int]:
    """The address that an image, link or definition leads to, and where it starts."""
    group = "angle" if match["angle"] is not None else "plain"
    return match[group], match.start(group)


def trimmed(address: str) -> str:
    """A bare address without the punctuation of the sentence that it ends."""
    address = _TRAILING.sub("", address)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = _TRAILING.sub("", address[:-1])
    return address


def is_outside(path: str) -> bool:
    """Whether this address leads out of the file system: it has a scheme or a host."""
    return path.startswith("//") or (_SCHEME.match(path) is not None and path[1:2] != ":")


def well_placed(path: str, folder: Folder) -> bool:
    """Whether a path leads, as far as its text tells, to a file below `folder`."""
    steps = path.split("/")
    return (
        path.startswith(folder.value)
        and "\\" not in path
        and all(step not in ("", ".", "..") for step in steps)
        and path.isprintable()
    )


def has_image_type(path: str) -> bool:
    return path.rpartition(".")[2].lower() in IMAGE_TYPES


def references(text: str) -> tuple[Reference, ...]:
    """Every file that a text shows, in order; each place of a file counts.

    Definitions (``[name]: figures/x.png``) count if they lead into the folder of images.
    """
    found = []
    if "](" in text or "]:" in text:
        masked = prose(text)
        for match in (*IMAGE.finditer(masked), *DEFINITION.finditer(masked)):
            path, start = target(match)
            if match.re is IMAGE or path.startswith(Folder.FIGURES.value):
                found.append(Reference(path, Folder.FIGURES, *place(text, start), len(path)))
    for fence in find(text):
        file = fence.info.file
        if file is not None:
            column = fence.info_column + fence.info_source.find("file=")
            width = len(f"file={file}")
            found.append(Reference(file, Folder.EXAMPLES, fence.line, column, width))
    return tuple(sorted(found, key=lambda r: (r.line, r.column)))


def proofs_file(front: str) -> Reference | None:
    """The file that a front matter names under ``proofs``, in lines counted from its first."""
    match = _PROOFS.search(front)
    if match is None:
        return None
    path = match["path"]
    return Reference(path, Folder.EXAMPLES, *place(front, match.start("path")), len(path))


def place(text: str, offset: int) -> tuple[int, int]:
    """The line (from 0) and column (from 1) of an offset."""
    places = _starts(text)
    line = bisect_right(places, offset) - 1
    return line, offset - places[line] + 1


@lru_cache(maxsize=16)
def _starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
