"""What an exporter gets besides the deck and its version: print options, a memo, workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from concurrent.futures import Future

# The printed sheets, in the order in which a build makes them.
SHEETS = ("cheat", "handbook", "test", "cards")

# The width and height of each paper size, in millimetres.
PAPERS: Mapping[str, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "Letter": (215.9, 279.4),
}


def page_size(paper: str) -> tuple[float, float]:
    """The width and height of a page, in millimetres.

    `paper` is a key of `PAPERS`, or one with ``/2`` or ``/4``: a page of that paper when it is
    folded once, or twice.
    """
    name, _, pages = paper.partition("/")
    width, height = PAPERS[name]
    return {"": (width, height), "2": (height / 2, width), "4": (width / 2, height / 2)}[pages]


class FitError(Exception):
    """The cheat sheet or the handbook does not fit into the requested number of pages.

    Even in the smallest type, of `size` points, the `sheet` (a name from `SHEETS`) takes `needed`
    pages, and only `allowed` pages were requested.
    """

    def __init__(self, sheet: str, allowed: int, needed: int, size: float) -> None:
        super().__init__(sheet, allowed, needed, size)
        self.sheet = sheet
        self.allowed = allowed
        self.needed = needed
        self.size = size


class LayoutError(Exception):
    """A sheet could not be laid out in a reasonable time.

    `card_id` is the id of the card at which the layout hung, or empty if it is not known.
    """

    def __init__(self, card_id: str) -> None:
        super().__init__(card_id)
        self.card_id = card_id


class PrinterError(Exception):
    """Nothing can be printed on this machine.

    `found` is the version of WeasyPrint that is installed ("missing" if none is) and `wanted` the
    one that it takes; or `reason` says which library cannot be loaded.
    """

    def __init__(self, found: str = "", wanted: str = "", reason: str = "") -> None:
        super().__init__(found, wanted, reason)
        self.found = found
        self.wanted = wanted
        self.reason = reason


class Memo(Protocol):
    """Keeps results of earlier builds. A key is a hash of everything that its result depends on."""

    def get(self, key: bytes) -> bytes | None:
        """The result kept under `key`, or None if there is none."""

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value` under `key`. It may be forgotten at any time."""


class Pool(Protocol):
    """Workers (processes or threads) for an export. They are used as a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def submit(self, function: Callable[..., bytes], *arguments: Any) -> Future[bytes]:
        """Call `function` with `arguments` in a worker; the future gives its result."""


class _NoMemo:
    """A memo that keeps nothing."""

    def get(self, key: bytes) -> bytes | None:
        return None

    def put(self, key: bytes, value: bytes) -> None:
        pass


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """How the deck is printed. All lengths are in millimetres.

    `sheets` are names from `SHEETS`, and `paper` is a key of `PAPERS`. If `columns` or `per_page`
    (flash cards on a page) is 0, the paper decides it. `pages` is the number of pages of the cheat
    sheet; if it is 0, it has two, and more only if its core needs them. If `fit_pages` is 0, the
    handbook may have any number of pages. `detail` is how much it says of a card: ``full`` or, with
    answers and pitfalls only, ``short``. To be folded, the handbook is a `booklet` with two pages
    on a side of the paper, and the cheat sheet a `pocket` sheet with four.
    `flip` is the edge over which the printer turns the paper of the flash cards, ``long`` or
    ``short``. `offset` is how far the printer shifts their backs to the right and down. With
    `cut_lines`, lines across the paper say where to cut them, and else marks in the margin.
    """

    sheets: tuple[str, ...] = SHEETS
    paper: str = "A4"
    columns: int = 0
    pages: int = 0
    fit_pages: int = 0
    detail: str = "full"
    large_print: bool = False
    ink_saver: bool = False
    per_page: int = 0
    booklet: bool = False
    pocket: bool = False
    flip: str = "long"
    offset: tuple[float, float] = (0.0, 0.0)
    cut_lines: bool = False

    def non_defaults(self) -> dict[str, object]:
        """The options that differ from their default, by name."""
        default = PrintOptions()
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(default, name)}


@dataclass(frozen=True, slots=True)
class Job:
    """How to export a deck.

    `memo` keeps printed parts and the like from build to build. `pool` holds workers that outlive
    this export; if it is None, the exporter starts workers of its own.
    """

    print_options: PrintOptions = PrintOptions()
    memo: Memo = field(default_factory=_NoMemo)
    pool: Pool | None = None


# The job with default options, no memo and no workers.
DEFAULT_JOB = Job()
