"""A book: parts that are printed separately, or kept from an earlier build, and bound into one PDF.

A part contains no page number and nothing else that an edit elsewhere would change. So it can be
kept from one build to the next. Everything with page numbers is printed last: the front matter with
the contents, the back matter with an index, and the running heads and feet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

from deckpress import toolchain
from exporters.job import Job, Pool
from exporters.pdf.book.columns import place_columns
from exporters.pdf.book.pdf_merge import Part, join_parts
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.weasy.press import print_part

# If the front matter grows by a page, its page numbers change and it is printed again. That happens
# once at most.
_MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class Places:
    """The layout of a book: the page of each id, counted from 1, and the number of pages.

    A page that is not among the `fresh` ones begins within something that began before it. The last
    column of the last chunk has a `rest` of so many millimetres that is empty.
    """

    pages: Mapping[str, int]
    count: int
    fresh: Sequence[int] = ()
    rest: float = 0.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Cards that are printed together and begin a column.

    A chunk that `continues` the section of the chunk before it has no heading of its own.
    """

    sheet: Sheet
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The parts of a book. Parts that depend on page numbers are made by functions of the places.

    `front` and `back` make the sheets of the front and back matter; each sheet begins on a new
    page. The first sheet gives the book its title, language and attachments. `running_labels` makes
    the labels of each page, its head and foot. `page_of` is what stands in the box of a link that
    says the page of a place (`PAGE_OF`), with ``{page}`` in its text. Books with the same `name`
    have the same places, perhaps on other pages. The back matter `begins_page` or follows the last
    chunk. If the last chunk `fills_page`, it has as many columns as its last page has room for.
    """

    name: str
    front: Callable[[Places], Sequence[Sheet]]
    chunks: Sequence[Chunk]
    running_labels: Callable[[Places], Sequence[Sequence[Label]]]
    back: Callable[[Places], Sequence[Sheet]] | None = None
    front_pages: int = 1  # a guess; if it is right, it saves a second layout
    page_of: Label | None = None
    back_begins_page: bool = False
    fills_page: bool = False


def start_book(book: Book, job: Job, pool: Pool) -> Callable[[], bytes]:
    """Start to print `book` with the workers of `pool`.

    The result is a function that waits for the parts and returns the PDF. Its bytes do not depend
    on the number of workers or on what `job.memo` has kept.

    Raises (when the returned function is called):
        LayoutError: the layout of a card did not end.
    """
    begun = _start_sheets([chunk.sheet for chunk in book.chunks], job, pool)
    # Few edits move a place to another page. So the sheets with page numbers are printed right now,
    # with the places of the last build. If a place has moved after all, they are printed again.
    last = _places_of_last_build(book, job)
    early = _start_sheets([*book.front(last), *_back(book, last)], job, pool) if last else None

    def finish() -> bytes:
        parts = [
            Part.read(data, chunk.continues, chunk.sheet.imposition)
            for chunk, data in zip(book.chunks, begun(), strict=True)
        ]
        if book.fills_page and parts:
            parts[-1] = _filling_page(book, parts, job, pool)
        if early and last and _places(parts, book.front_pages).pages.items() <= last.pages.items():
            list(early())  # the memo has them now
        return _finish_book(book, parts, job, pool)

    return finish


def _back(book: Book, places: Places) -> Sequence[Sheet]:
    return book.back(places) if book.back else ()


def _places_of_last_build(book: Book, job: Job) -> Places | None:
    """The places of the last build of a book with this name, or None."""
    data = job.memo.get(_key(book.name.encode()))
    return Places(**json.loads(data)) if data else None


@dataclass(frozen=True, slots=True)
class PartTask:
    """How to print a part: `function` is called with `argument`.

    `content` is everything that decides the bytes of the part; it becomes a key of the memo.
    """

    function: Callable[[Any], bytes]
    argument: Any
    content: bytes


def start_parts(tasks: Sequence[PartTask], job: Job, pool: Pool) -> Callable[[], Iterator[bytes]]:
    """Start the tasks whose parts `job.memo` does not have, in the workers of `pool`.

    The result is a function that waits for the parts and yields them in the order of `tasks`.
    """
    keys = [_key(task.content) for task in tasks]
    kept = [job.memo.get(key) for key in keys]
    futures = [
        pool.submit(task.function, task.argument) if data is None else None
        for task, data in zip(tasks, kept, strict=True)
    ]

    def finish() -> Iterator[bytes]:
        for key, data, future in zip(keys, kept, futures, strict=True):
            if future is not None:
                data = future.result()
                job.memo.put(key, data)
            assert data is not None
            yield data

    return finish


def _start_sheets(sheets: Sequence[Sheet], job: Job, pool: Pool) -> Callable[[], Iterator[bytes]]:
    tasks = [PartTask(print_part, sheet, _sheet_content(sheet)) for sheet in sheets]
    return start_parts(tasks, job, pool)


def _filling_page(book: Book, parts: Sequence[Part], job: Job, pool: Pool) -> Part:
    """The last part; if it leaves columns of its page empty, printed in as many more."""
    *_, placed = place_columns(parts, book.front_pages)
    chunk, last = book.chunks[-1], parts[-1]
    free = last.slots - 1 - placed[-1][1]
    if not free:
        return last
    sheet = replace(chunk.sheet, even=len(last) + free)
    (data,) = _start_sheets([sheet], job, pool)()
    return Part.read(data, chunk.continues, sheet.imposition)


def _finish_book(book: Book, parts: Sequence[Part], job: Job, pool: Pool) -> bytes:
    """Print the sheets with page numbers around `parts` and join everything."""
    front_pages = book.front_pages
    for _ in range(_MAX_TRIES):
        places = _places(parts, front_pages)
        back: list[Part] = []
        if book.back is None:
            begun = _start_sheets(book.front(places), job, pool)
        else:
            # The front matter seldom refers to the back matter, so it need not wait for it.
            sheets = book.back(places)
            behind = _start_sheets(sheets, job, pool)
            early = book.front(places)
            begun = _start_sheets(early, job, pool)
            back = [
                Part.read(
                    data,
                    imposition=sheet.imposition,
                    begins_page=book.back_begins_page and sheet is sheets[0],
                )
                for sheet, data in zip(sheets, behind(), strict=True)
            ]
            places = replace(_places([*parts, *back], front_pages), rest=places.rest)
            late = book.front(places)
            if late != early:
                begun = _start_sheets(late, job, pool)
        front = [Part.read(data) for data in begun()]
        pages = sum(map(len, front))
        if pages == front_pages:
            job.memo.put(_key(book.name.encode()), json.dumps(asdict(places)).encode())
            running = book.running_labels(places)
            return join_parts([*front, *parts, *back], running, page_of=book.page_of)
        front_pages = pages
    raise AssertionError("the front matter has no certain length")


def _places(parts: Sequence[Part], front: int) -> Places:
    pages: dict[str, int] = {}
    fresh: set[int] = set()
    last = front - 1
    for part, placed in zip(parts, place_columns(parts, front), strict=True):
        for name, column in part.places.items():
            pages.setdefault(name, placed[column][0] + 1)
        if not part.below or part is parts[0]:
            fresh |= {placed[at][0] + 1 for at in part.fresh_columns if placed[at][1] == 0}
        last = max(last, *(page for page, _ in placed))
    return Places(pages, last + 1, sorted(fresh), parts[-1].rest if parts else 0.0)


def _key(content: bytes) -> bytes:
    """The key of the memo for a part or book with this content."""
    return blake2b(toolchain.fingerprint(printing=True).encode() + content, digest_size=20).digest()


def _sheet_content(sheet: Sheet) -> bytes:
    """Everything in `sheet` that decides the bytes of its PDF."""
    shown = [(asset.name, asset.media_type, asset.data) for asset in sheet.shown_assets()]
    attached = [(asset.name, asset.data) for asset in sheet.attached]
    made_of = sheet.html, sheet.imposition, sheet.above, sheet.lowered, sheet.even
    return repr((made_of, shown, attached)).encode()
