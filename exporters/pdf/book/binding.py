"""A book: parts printed by themselves, some of them long ago, and bound into one PDF.

A part holds no number of a page and nothing else that an edit elsewhere would change, so that it
can be kept from one build to the next. What knows the pages is printed last: the front matter
with the contents, the back matter with an index, and the running heads and feet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from deckpress.toolchain import installed_versions
from exporters.job import Job, Pool
from exporters.pdf.book.pdf_merge import Part, joined
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.weasy.press import printed_part
from exporters.theme import FONTS

_HERE = Path(__file__).parents[1]
_SOURCES = (".py", ".conf", ".css", ".jinja")
_LIBRARIES = (
    "weasyprint",
    "pydyf",
    "fonttools",
    "pikepdf",
    "tinycss2",
    "cssselect2",
    "lxml",
    "pyphen",
    "pillow",
)
# The front matter changes the numbers in it when it grows by a page; it does so once.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything came to stand: the page of each id, and how many pages there are.

    Pages count from 1.
    """

    pages: Mapping[str, int]
    count: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Cards that are printed together, from a new page on. One that `continues` the section of
    the chunk before it has no heading of its own.
    """

    sheet: Sheet
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The parts of a book. What depends on the pages is made by functions of the places.

    `running` has the labels of each page, which make its head and its foot. The front and the
    back matter come in sheets that each begin a page; the title, the language and the attachments
    of the first are the book's. Books of one `name` have the same places, though they may have
    moved to other pages.
    """

    name: str
    front: Callable[[Places], Sequence[Sheet]]
    chunks: Sequence[Chunk]
    running: Callable[[Places], Sequence[Sequence[Label]]]
    back: Callable[[Places], Sequence[Sheet]] | None = None
    front_pages: int = 1  # a guess, which saves a second layout where it is right


def binding(book: Book, job: Job, pool: Pool) -> Callable[[], bytes]:
    """Begins to print the book; what is returned waits for its parts and gives the one PDF.

    That has the same bytes with any number of workers and anything remembered.

    Raises (when it is waited for):
        LayoutError: a card's layout did not end.
    """
    begun = _begun([chunk.sheet for chunk in book.chunks], job, pool)
    # Few edits move a place to another page. What knows the pages does not wait to see whether
    # this is one: if it is, that is printed once more.
    last = _last_places(book, job)
    early = _begun([*book.front(last), *_back(book, last)], job, pool) if last else None

    def finished() -> bytes:
        parts = [
            Part.read(data, chunk.continues)
            for chunk, data in zip(book.chunks, begun(), strict=True)
        ]
        if early and last and _places(parts, book.front_pages).pages.items() <= last.pages.items():
            list(early())  # they are remembered now
        return _around(book, parts, job, pool)

    return finished


def _back(book: Book, places: Places) -> Sequence[Sheet]:
    return book.back(places) if book.back else ()


def _last_places(book: Book, job: Job) -> Places | None:
    """Where everything stood in the last build of a book of this name."""
    data = job.memo.get(_key(book.name.encode()))
    return Places(**json.loads(data)) if data else None


@dataclass(frozen=True, slots=True)
class Work:
    """What makes a part of which value, and all that decides the bytes of that part."""

    do: Callable[[Any], bytes]
    value: Any
    content: bytes


def remembered(works: Sequence[Work], job: Job, pool: Pool) -> Callable[[], Iterator[bytes]]:
    """Begins the works of which nothing is remembered; what is returned waits for the parts."""
    keys = [_key(work.content) for work in works]
    kept = [job.memo.get(key) for key in keys]
    futures = [
        pool.submit(work.do, work.value) if data is None else None
        for work, data in zip(works, kept, strict=True)
    ]

    def finished() -> Iterator[bytes]:
        for key, data, future in zip(keys, kept, futures, strict=True):
            if future is not None:
                data = future.result()
                job.memo.put(key, data)
            assert data is not None
            yield data

    return finished


def _begun(sheets: Sequence[Sheet], job: Job, pool: Pool) -> Callable[[], Iterator[bytes]]:
    works = [Work(printed_part, sheet, _content(sheet)) for sheet in sheets]
    return remembered(works, job, pool)


def _around(book: Book, parts: Sequence[Part], job: Job, pool: Pool) -> bytes:
    front_pages = book.front_pages
    for _ in range(_TRIES):
        places = _places(parts, front_pages)
        back: list[Part] = []
        if book.back is None:
            begun = _begun(book.front(places), job, pool)
        else:
            # The front seldom names a page of the back, so it need not wait for that.
            behind = _begun(book.back(places), job, pool)
            early = book.front(places)
            begun = _begun(early, job, pool)
            back = [Part.read(data) for data in behind()]
            places = _places([*parts, *back], front_pages)
            late = book.front(places)
            if late != early:
                begun = _begun(late, job, pool)
        front = [Part.read(data) for data in begun()]
        pages = sum(map(len, front))
        if pages == front_pages:
            job.memo.put(_key(book.name.encode()), json.dumps(asdict(places)).encode())
            return joined([*front, *parts, *back], book.running(places))
        front_pages = pages
    raise AssertionError("the front matter has no certain length")


def _places(parts: Sequence[Part], front: int) -> Places:
    pages: dict[str, int] = {}
    count = front
    for part in parts:
        for name, page in part.places.items():
            pages.setdefault(name, count + page + 1)
        count += len(part)
    return Places(pages, count)


def _key(content: bytes) -> bytes:
    return blake2b(_press() + content, digest_size=20).digest()


def _content(sheet: Sheet) -> bytes:
    shown = [(asset.name, asset.media_type, asset.data) for asset in sheet.shown()]
    attached = [(asset.name, asset.data) for asset in sheet.attached]
    return repr((sheet.html, sheet.tighter, sheet.imposition, shown, attached)).encode()


@cache
def _press() -> bytes:
    """A hash of the libraries that print, of what tells them how, and of the fonts."""
    digest = blake2b(repr(installed_versions(_LIBRARIES)).encode(), digest_size=20)
    own = sorted(path for path in _HERE.rglob("*") if path.suffix in _SOURCES)
    for path in (*own, *sorted(FONTS.glob("*.ttf"))):
        digest.update(path.name.encode() + b"\0" + blake2b(path.read_bytes()).digest())
    return digest.digest()
