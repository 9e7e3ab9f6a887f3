"""Joins printed parts into one PDF, as if it had been printed in one piece.

The result keeps the structure of PDF/UA, bookmarks, places, links from part to part, and the
metadata and attachments of one part. The fonts of all parts are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from typing import Any

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String

from exporters.pdf.book.columns import add_column, move_structure, place_columns
from exporters.pdf.book.font_merge import font_names, merge_fonts
from exporters.pdf.book.text_overlay import TextOverlay
from exporters.pdf.setting.text_width import BOLD, POINTS_PER_MM, REGULAR
from exporters.pdf.sheet import BELOW, PAGE_OF, PLACE, REST, Imposition, Label

# The keys of a part's catalog that describe the whole document.
_DOCUMENT_KEYS = ("/Lang", "/MarkInfo", "/Metadata", "/ViewerPreferences")
# One book at a time: two at once would not be faster. And always in the same thread: memory that C
# code has freed in a thread stays reserved for that thread, and a book may take 40 MB.
_JOINER = ThreadPoolExecutor(1)
_AT_TOP = 6.0  # points from the highest place of a part within which a place begins a column
# Labels are drawn before the rest of a page, and marked as not being part of its text.
_ARTIFACT = b"/Artifact <</Type /Pagination>> BDC q\n%bQ EMC\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A printed part: the bytes of its PDF, its number of pages, and its destinations.

    A destination is a place's name, its page (counted from 0) and the view of that page in PDF
    terms. A part that `continues` goes on with the last section of the part before: bookmarks of
    cards, or those below its own first bookmark, go below the last one there.

    If each page of the PDF is a column, a page of the book has room for several: `shifts` is how
    far each is moved to the right, in points. So many of the first ones stand `below` the last ones
    of the part before. The last column has a `rest` of so many millimetres that is empty.
    """

    data: bytes
    count: int
    destinations: tuple[tuple[str, int, tuple[Any, ...]], ...]
    continues: bool = False
    shifts: tuple[float, ...] = (0.0,)
    begins_page: bool = False
    below: int = 0
    rest: float = 0.0

    @classmethod
    def read(
        cls,
        data: bytes,
        continues: bool = False,
        imposition: Imposition | None = None,
        begins_page: bool = False,
    ) -> Part:
        """The part whose PDF has the bytes `data`; `imposition` is that of its sheet."""
        lefts = [left for left, _ in imposition.places] if imposition else [0.0]
        shifts = tuple((left - lefts[0]) * POINTS_PER_MM for left in lefts)
        with Pdf.open(BytesIO(data)) as pdf:
            below = int(str(pdf.docinfo.get(f"/{BELOW}", "0")))
            found = tuple(_destinations(pdf))
            rest = float(str(pdf.docinfo.get(f"/{REST}", "0")))
            return cls(data, len(pdf.pages), found, continues, shifts, begins_page, below, rest)

    def __len__(self) -> int:
        return self.count

    @property
    def slots(self) -> int:
        """How many of its columns a page of the book has room for."""
        return len(self.shifts)

    @property
    def places(self) -> Mapping[str, int]:
        """The page, counted from 0, of each place that a link can lead to."""
        return {name: page for name, page, _ in self.destinations}

    @property
    def fresh_columns(self) -> Sequence[int]:
        """The columns, counted from 0, with a place at their top."""
        points = [(column, float(view[2])) for _, column, view in self.destinations]
        top = max((y for _, y in points), default=0.0)
        return sorted({column for column, y in points if y > top - _AT_TOP})


def _destinations(pdf: Pdf) -> Iterator[tuple[str, int, tuple[Any, ...]]]:
    names = pdf.Root.get(Name.Names, Dictionary()).get(Name.Dests, Dictionary())
    listed = list(names.get(Name.Names, Array()))
    numbers: dict[Any, int] = {page.objgen: number for number, page in enumerate(pdf.pages)}
    for name, target in zip(listed[::2], listed[1::2], strict=True):
        yield str(name), numbers[target[0].objgen], tuple(target)[1:]


def join_parts(
    parts: Sequence[Part],
    running: Sequence[Sequence[Label]] = (),
    about: Part | None = None,
    page_of: Label | None = None,
) -> bytes:
    """One PDF of `parts`, in which links lead to places in any part.

    `running` has the labels of each page, its head and foot. Metadata and attachments come from the
    part `about`, or from the first part if it is None. `page_of` is written into the box of each
    link to a place whose name begins with `PAGE_OF`: the page of that place.
    """
    return _JOINER.submit(_join_parts, parts, running, about or parts[0], page_of).result()


def _join_parts(
    parts: Sequence[Part],
    running: Sequence[Sequence[Label]],
    about: Part,
    page_of: Label | None,
) -> bytes:
    whole = _MergedPdf()
    for part, placed in zip(parts, place_columns(parts), strict=True):
        whole.add(part, placed)
    with Pdf.open(BytesIO(about.data)) as first:
        return whole.save(first, running, page_of)


class _MergedPdf:
    """The PDF that is made of parts."""

    def __init__(self) -> None:
        self._pdf = Pdf.new()
        self._document = self._pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, K=Array())
        )
        self._parents: list[Any] = []
        self._next_parent = 0
        self._ids: list[Any] = []
        self._destinations: list[tuple[str, Any]] = []
        self._bookmarks: list[_Bookmark] = []
        self._fonts: list[Any] = []
        # The pages, and for each the elements of its structure in the order of what they mark.
        self._pages: list[Any] = []
        self._marked: list[Any] = []

    def add(self, part: Part, placed: Sequence[tuple[int, int]]) -> None:
        """Add copies of the pages, structure and bookmarks of `part`.

        Each of its columns is placed on a page and a slot of it.

        The part's own objects are freed afterwards, since they take as much memory as the copies.
        """
        first, known = len(self._pdf.pages), len(self._pdf.objects)
        with Pdf.open(BytesIO(part.data)) as pdf:
            self._copy_pages(pdf, part, first, placed)
            for number in range(known + 1, len(self._pdf.objects) + 1):
                self._load_stream(self._pdf.get_object(number, 0))

    def _load_stream(self, copied: Any) -> None:
        """Read the bytes of a copied stream from its part now, and not when the PDF is saved."""
        if isinstance(copied, Stream):
            held: Any = copied  # the declared types are narrower than what a PDF may have here
            filters = {
                "filter": copied.get(Name.Filter),
                "decode_parms": copied.get("/DecodeParms"),
            }
            held.write(copied.read_raw_bytes(), **filters)

    def _copy_pages(
        self, source: Pdf, part: Part, first: int, placed: Sequence[tuple[int, int]]
    ) -> None:
        self._pdf.pages.extend(source.pages)
        copies = [page.obj for page in self._pdf.pages[first:]]
        self._fonts.append(copies[0].Resources.Font)
        # The pages were copied before, so references to them lead to the copies.
        root = self._pdf.copy_foreign(source.Root.StructTreeRoot)
        parents = self._add_structure(root)
        for copy in copies:
            copy.StructParents = int(copy.StructParents) + self._next_parent
            for annotation in copy.get(Name.Annots, ()):
                if Name.StructParent in annotation:
                    annotation.StructParent = int(annotation.StructParent) + self._next_parent
        pages: dict[Any, tuple[Any, float]] = {}  # by copy: its page and how far it is moved
        for copy, (number, slot) in zip(copies, placed, strict=True):
            shift = part.shifts[slot]
            if number == len(self._pages):
                self._pages.append(copy)
                self._marked.append(parents[int(copy.StructParents)])
                pages[copy.objgen] = copy, shift
            else:
                pages[copy.objgen] = self._merge_column(copy, number, shift, parents), shift
        merged = [at for at, copy in enumerate(copies) if pages[copy.objgen][0] != copy]
        for at in reversed(merged):
            del self._pdf.pages[first + at]
        self._parents += chain.from_iterable(sorted(parents.items()))
        self._next_parent = max(parents, default=self._next_parent - 1) + 1
        for name, number, (kind, x, *rest) in part.destinations:
            page, shift = pages[copies[number].objgen]
            self._destinations.append((name, Array([page, kind, float(x) + shift, *rest])))
        if Name.Outlines in source.Root:
            bookmarks = _bookmarks(self._pdf.copy_foreign(source.Root.Outlines), pages)
            if part.continues:
                begun, *bookmarks = _with_section(bookmarks)
                self._bookmarks[-1].inner.extend(begun.inner)
            self._bookmarks.extend(bookmarks)

    def _add_structure(self, root: Any) -> dict[int, Any]:
        """Add the elements of a part; return its parent tree, its keys counted on."""
        for element in root.K[0].K:
            element.P = self._document
            self._document.K.append(element)
        if Name.IDTree in root:
            self._ids.append(self._pdf.make_indirect(root.IDTree))
        numbers = list(root.ParentTree.Nums)
        return {
            int(number) + self._next_parent: parents
            for number, parents in zip(numbers[::2], numbers[1::2], strict=True)
        }

    def _merge_column(self, copy: Any, number: int, shift: float, parents: dict[int, Any]) -> Any:
        """Draw a copied column on a page that there is, and return that page."""
        page = self._pages[number]
        marked = self._marked[number]
        own = list(parents.pop(int(copy.StructParents)))
        resources = page.Resources.objgen
        add_column(self._pdf, page, copy, shift, len(marked))
        if page.Resources.objgen != resources:
            self._fonts.append(page.Resources.Font)
        links = [
            parents[int(annotation.StructParent)]
            for annotation in copy.get(Name.Annots, ())
            if Name.StructParent in annotation
        ]
        move_structure([*own, *links], page, len(marked))
        for element in own:
            marked.append(element)
        return page

    def save(
        self, first: Pdf, running: Sequence[Sequence[Label]], page_of: Label | None = None
    ) -> bytes:
        """Add everything that belongs to the whole document, and return its bytes.

        Metadata and attachments come from `first`; `running` has the labels of each page.
        """
        pdf, root = self._pdf, self._pdf.Root
        written = self._resolve_links(page_of)
        overlay = TextOverlay(REGULAR, BOLD, font_names(self._fonts))
        for page, labels, pages in zip(pdf.pages, running, written, strict=False):
            height = float(page.mediabox[3])
            text = b"".join(overlay.operators(label, height) for label in (*labels, *pages))
            held = page.obj.Contents
            drawn = list(held) if isinstance(held, Array) else [held]
            page.obj.Contents = Array([pdf.make_stream(_ARTIFACT % text), *drawn])
        merge_fonts(pdf, self._fonts, overlay.used_glyphs)
        general = pdf.copy_foreign(first.make_indirect(_pick(first.Root, _DOCUMENT_KEYS)))
        for key, value in general.items():
            root[key] = value
        if first.docinfo:
            for key, value in first.docinfo.items():
                pdf.docinfo[key] = String(bytes(value))  # not the other file's object
        self._write_names(first)
        self._write_structure()
        if self._bookmarks:
            root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines))
            _link_bookmarks(self._bookmarks, root.Outlines)
        buffer = BytesIO()
        pdf.save(
            buffer,
            min_version=first.pdf_version,
            deterministic_id=True,
            object_stream_mode=ObjectStreamMode.generate,
        )
        return buffer.getvalue()

    def _resolve_links(self, page_of: Label | None) -> list[list[Label]]:
        """Turn addresses that start with `PLACE` into links inside the document.

        The result are the pages of places that links say, as labels on each page.
        """
        numbers = {page.objgen: number for number, page in enumerate(self._pdf.pages, 1)}
        pages = {name: numbers[target[0].objgen] for name, target in self._destinations}
        written: list[list[Label]] = []
        for page in self._pdf.pages:
            written.append([])
            for annotation in page.obj.get(Name.Annots, ()):
                action = annotation.get(Name.A, Dictionary())
                address = str(action.get(Name.URI, ""))
                if not address.startswith(PLACE):
                    continue
                name = address.removeprefix(PLACE)
                if page_of and name.startswith(PAGE_OF):
                    name = name.removeprefix(PAGE_OF)
                    text = page_of.text.format(page=pages[name])
                    written[-1].append(_in_box(page_of, text, annotation, page))
                annotation.Dest = annotation.Contents = String(name)
                del annotation.A
        return written

    def _write_names(self, first: Pdf) -> None:
        root = self._pdf.Root
        root.Names = Dictionary()
        there = sorted((bytes(String(name)), target) for name, target in self._destinations)
        names = Array()
        for name, target in there:
            names.append(String(name))
            names.append(target)
        root.Names.Dests = self._pdf.make_indirect(Dictionary(Names=names))
        files = first.Root.get(Name.Names, Dictionary()).get(Name.EmbeddedFiles)
        if files is not None:
            root.Names.EmbeddedFiles = self._pdf.copy_foreign(files)

    def _write_structure(self) -> None:
        pdf = self._pdf
        tree = Dictionary(
            Type=Name.StructTreeRoot,
            K=Array([self._document]),
            ParentTree=pdf.make_indirect(Dictionary(Nums=Array(self._parents))),
            ParentTreeNextKey=self._next_parent,
        )
        if self._ids:
            ordered = sorted(self._ids, key=lambda node: bytes(node.Limits[0]))
            tree.IDTree = Dictionary(Kids=Array(ordered))
        pdf.Root.StructTreeRoot = self._document.P = pdf.make_indirect(tree)


def _in_box(label: Label, text: str, annotation: Any, page: Any) -> Label:
    """The label with this text in the box of a link, whose height is the size of the type."""
    right = float(annotation.Rect[2])
    bottom, top = sorted((float(annotation.Rect[1]), float(annotation.Rect[3])))
    height = float(page.mediabox[3])
    x, y = right / POINTS_PER_MM, (height - bottom) / POINTS_PER_MM
    return replace(label, text=text, x=x, y=y, size=round(top - bottom, 2))


@dataclass(frozen=True, slots=True)
class _Bookmark:
    item: Any
    inner: list[_Bookmark]


def _with_section(bookmarks: list[_Bookmark]) -> list[_Bookmark]:
    """Bookmarks of sections; those of cards alone are put below one that has no item."""
    return bookmarks if any(each.inner for each in bookmarks) else [_Bookmark(None, bookmarks)]


def _pick(dictionary: Any, keys: Sequence[str]) -> Any:
    return Dictionary({key: dictionary[key] for key in keys if key in dictionary})


def _bookmarks(parent: Any, pages: Mapping[Any, tuple[Any, float]]) -> list[_Bookmark]:
    """The bookmarks below `parent`; `pages` says where each page is now, and how far moved."""
    found = []
    for item in _chain(parent):
        target, shift = pages[item.Dest[0].objgen]
        item.Dest = Array([target, item.Dest[1], float(item.Dest[2]) + shift, *list(item.Dest)[3:]])
        found.append(_Bookmark(item, _bookmarks(item, pages)))
    return found


def _chain(parent: Any) -> Iterator[Any]:
    item = parent.get(Name.First)
    while item is not None:
        yield item
        item = item.get(Name.Next)


def _link_bookmarks(bookmarks: Sequence[_Bookmark], parent: Any) -> int:
    """Link the bookmarks with one another; return how many are visible below `parent`."""
    count = 0
    for number, bookmark in enumerate(bookmarks):
        item = bookmark.item
        item.Parent = parent
        for key, index in ((Name.Prev, number - 1), (Name.Next, number + 1)):
            if 0 <= index < len(bookmarks):
                item[key] = bookmarks[index].item
            elif key in item:
                del item[key]
        closed = int(item.get(Name.Count, 0)) < 0
        inner = _link_bookmarks(bookmark.inner, item) if bookmark.inner else 0
        item.Count = -inner if closed else inner
        count += 1 + (0 if closed else inner)
    if bookmarks:
        parent.First, parent.Last = bookmarks[0].item, bookmarks[-1].item
        parent.Count = count
    return count
